"""`motcua mine`: the ways that dossiers really went, from the ledger or from another system's log."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import click

from motcua.cli.reading_on import known_now
from motcua.cli.session import database
from motcua.law.errors import BadInput, system_reason
from motcua.processes.bpmn_reader import LARGEST_BYTES, read
from motcua.processes.checks import faults
from motcua.processes.definition import Definition
from motcua.statistics.mining.answers import Mined
from motcua.statistics.mining.judging import held_against
from motcua.statistics.mining.log import Log
from motcua.statistics.mining.told_lines import lines
from motcua.statistics.mining.xes_reader import SUFFIXES, read_xes
from motcua.statistics.mining.xes_writer import xes_lines


@click.command("mine")
@click.argument("what", metavar="PROCEDURE|FILE.xes")
@click.option("--from", "since", metavar="DATE", help="Ngày đầu (YYYY-MM-DD) của hồ sơ bắt đầu trong kỳ.")
@click.option("--to", metavar="DATE", help="Ngày cuối, tính cả ngày này.")
@click.option("--agency", metavar="CODE", default="", help="Chỉ cơ quan này và các cơ quan bên dưới.")
@click.option("--as-of", metavar="MOMENT", help="Theo những gì đã được ghi đến thời điểm này; mặc định lúc này.")
@click.option("--process", "drawn", metavar="FILE.bpmn", help="So nhật ký với quy trình trong tệp BPMN này.")
@click.option("--xes", "target", metavar="FILE", help="Ghi nhật ký ra tệp XES (IEEE 1849-2016).")
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
def mine(
    what: str,
    since: str | None,
    to: str | None,
    agency: str,
    as_of: str | None,
    drawn: str | None,
    target: str | None,
    as_json: bool,
) -> None:
    """Đường đi thực tế của hồ sơ một thủ tục, hoặc của một nhật ký XES từ hệ thống khác (khi đó không cần cơ sở dữ liệu).

    Process mining: variants, directly-follows graph with times, rework, hand-overs, conformance; XES in and out.
    """
    given = _drawn(Path(drawn)) if drawn else None
    if what.casefold().endswith(SUFFIXES):
        for name, value in (("--from", since), ("--to", to), ("--agency", agency), ("--as-of", as_of)):
            if value:
                raise BadInput(f"{name}: chỉ dùng cho hồ sơ trong cơ sở dữ liệu, không dùng cho tệp XES.")
        mined = _of_file(read_xes(Path(what)), given)
    else:
        mined = _of_ledger(what, _day(since, "--from"), _day(to, "--to"), agency, as_of, given)
    if target:
        _write(Path(target), xes_lines(mined.log))
        click.echo(f"Đã ghi {len(mined.log.traces)} hồ sơ vào {target}.", err=as_json)
    if as_json:
        click.echo(json.dumps(mined.as_json(), ensure_ascii=False))
    elif not target:
        for line in lines(mined):
            click.echo(line)


def _of_file(log: Log, given: Definition | None) -> Mined:
    if given is None:
        return Mined(log, lambda trace: None)
    return Mined(held_against(log, given), lambda trace: given)


def _of_ledger(
    procedure: str, since: date, to: date, agency: str, as_of: str | None, given: Definition | None
) -> Mined:
    # Imported inside: they need Django loaded.
    with database():
        from motcua.law.moments import parse_moment
        from motcua.statistics.mining.reading import Question, mine_ledger

        asked = parse_moment(as_of) if as_of else None
        known = known_now()
        at = min(asked, known) if asked else known
        mined = mine_ledger(Question(procedure, since, to, at, agency))
        # Counted while the database is there: definitions are read when a dossier asks for its own.
        if given is not None:
            mined = Mined(mined.log, lambda trace: given)
        mined.as_json()
    return mined


def _day(text: str | None, name: str) -> date:
    if text is None:
        raise BadInput(f"Thiếu {name}: cần ngày dạng 2026-11-20.")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{name}: không đọc được ngày “{text}”, cần dạng 2026-11-20.") from None


def _drawn(path: Path) -> Definition:
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= LARGEST_BYTES else b""
    except OSError as error:
        raise BadInput(f"--process: không đọc được {path}, {system_reason(error)}.") from None
    if size > LARGEST_BYTES:
        raise BadInput(f"--process: {path} dài {size} byte, nhiều nhất {LARGEST_BYTES}.")
    definition = read(content).definition
    found = faults(definition)
    if found:
        raise BadInput(f"--process: {path.name} chưa ban hành được. {found[0].message}")
    return definition


def _write(path: Path, text: Iterable[str]) -> None:
    """Whole or not at all: beside it first, then in its place."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        with open(beside, "w", encoding="utf-8", newline="") as file:
            file.writelines(text)
        os.replace(beside, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise BadInput(f"--xes: không ghi được {path}, {system_reason(error)}.") from None

"""`motcua process check|export|import`: processes as files, BPMN 2.0 or JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from motcua.cli.session import database
from motcua.law.errors import BadInput, DomainError, system_reason
from motcua.law.limit_reader import read_one
from motcua.processes.bpmn import export as written
from motcua.processes.bpmn_reader import LARGEST_BYTES, BadBpmn, Imported, Words, read
from motcua.processes.checks import Fault, faults, hours_text, limit_minutes, longest_path
from motcua.processes.definition import from_json
from motcua.processes.drawing import Drawing


@click.command("check")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.bpmn|.json")
@click.option("--limit", metavar="TEXT", help="Thời hạn phải giữ, ví dụ “3 ngày làm việc”.")
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
def check(file: Path, limit: str | None, as_json: bool) -> None:
    """Kiểm tra một quy trình trong tệp: mọi lỗi khiến nó không ban hành được, mỗi lỗi một dòng. Không cần cơ sở dữ liệu.

    Checks a process in a file: every fault that would refuse its publication. Needs no database.
    """
    minutes = None if limit is None else limit_minutes(read_one(limit))
    imported = _read(file, Words())
    found = faults(imported.definition, minutes=minutes)
    longest = None if faults(imported.definition) else longest_path(imported.definition).minutes
    if as_json:
        answer = {
            "file": str(file),
            "steps": len(imported.definition.steps),
            "longest_minutes": longest,
            "limit_minutes": minutes,
            "digest": imported.definition.digest,
            "faults": [{"node": fault.node, "message": fault.message} for fault in found],
            "left_out": list(imported.left_out),
        }
        click.echo(json.dumps(answer, ensure_ascii=False))
    else:
        _say(file, imported.left_out)
    if found:
        _refuse(file, found)
    if not as_json and longest is not None:
        against = "" if minutes is None else f", thời hạn cho {hours_text(minutes)}"
        click.echo(
            f"{len(imported.definition.steps)} bước, đường dài nhất {hours_text(longest)} làm việc{against}: ban hành được."
        )


@click.command("export")
@click.argument("procedure", metavar="PROCEDURE")
@click.option("--agency", "agency_code", default="", metavar="CODE", help="Quy trình cơ quan này đang dùng.")
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="FILE.bpmn", help="Tệp ghi ra.")
def export(procedure: str, agency_code: str, out: Path) -> None:
    """Ghi quy trình đang hiệu lực của một thủ tục thành tệp BPMN 2.0, mở được bằng bpmn.io và Camunda Modeler.

    Writes the process in force as a BPMN 2.0 file.
    """
    with database():
        # Imported here: they need Django loaded.
        from motcua.law.moments import local_day
        from motcua.organizations.queries import agency_of
        from motcua.platform.clock import now
        from motcua.processes.drawing import from_json as drawing_of
        from motcua.processes.process_list import procedure_of
        from motcua.processes.publishing import in_force

        found = procedure_of(procedure)
        version = in_force(found, agency_of(agency_code) if agency_code else None, on=local_day(now()))
        if version is None:
            raise BadInput(
                f"Thủ tục {procedure} chưa có quy trình nào đang hiệu lực"
                + (f" ở {agency_code}." if agency_code else ".")
            )
        data = written(from_json(version.definition), drawing_of(version.layout), name=found.name)
    try:
        out.write_bytes(data)
    except OSError as error:
        raise BadInput(f"{out}: không ghi được ({system_reason(error)}).") from None
    click.echo(f"Đã ghi lần {version.number}, {len(data)} byte: {out}")


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.bpmn|.json")
@click.option("--procedure", required=True, metavar="CODE", help="Mã thủ tục.")
@click.option("--agency", "agency_code", default="", metavar="CODE", help="Làm quy trình riêng của cơ quan này.")
@click.option("--publish", "issue", is_flag=True, help="Ban hành luôn.")
@click.option(
    "--from", "valid_from", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Ngày hiệu lực (mặc định: hôm nay)."
)
def import_(file: Path, procedure: str, agency_code: str, issue: bool, valid_from: datetime | None) -> None:
    """Nạp quy trình từ tệp thành bản nháp, hoặc ban hành luôn; có lỗi thì không thay đổi gì.

    Loads a process from a file as a draft, or publishes it at once.
    """
    if valid_from is not None and not issue:
        raise BadInput("--from chỉ dùng cùng --publish.")
    with database():
        # Imported here: they need Django loaded.
        from django.db import transaction

        from motcua.identity.actors import SYSTEM
        from motcua.law.moments import local_day
        from motcua.organizations.queries import agency_of
        from motcua.platform.clock import now
        from motcua.processes.process_list import procedure_of, words_of_lanes
        from motcua.processes.publishing import Faulty, faults_of, open_process, publish

        at = now()
        found = procedure_of(procedure)
        agency = agency_of(agency_code) if agency_code else None
        imported = _read(file, words_of_lanes())
        on = valid_from.date() if valid_from else local_day(at)
        try:
            with transaction.atomic():
                version = open_process(
                    found, actor=SYSTEM, at=at, agency=agency, definition=imported.definition, drawing=imported.drawing,
                    note=f"Nạp từ {file.name}"[:500],
                )  # fmt: skip
                if issue:
                    publish(version.pk, valid_from=on, expected=version.digest, actor=SYSTEM, at=at)
        except Faulty as error:
            _refuse(file, error.faults)
        remaining = [] if issue else faults_of(imported.definition, version.process, on)
    _say(file, imported.left_out)
    if issue:
        click.echo(f"Đã ban hành lần {version.number} của thủ tục {procedure}, hiệu lực từ {on:%d/%m/%Y}.")
        return
    click.echo(f"Đã nạp thành bản nháp lần {version.number} của thủ tục {procedure}.")
    for fault in remaining:
        click.echo(f"{file}: cần sửa trước khi ban hành: {fault.message}", err=True)


def _read(file: Path, words: Words) -> Imported:
    """The process in a file, by its ending. Prints every reason and exits 2 where it cannot be read."""
    try:
        if file.stat().st_size > LARGEST_BYTES:
            raise BadInput(f"{file}: nặng {file.stat().st_size // 1000} KB, nhiều nhất là {LARGEST_BYTES // 1000} KB.")
        data = file.read_bytes()
    except OSError as error:
        raise BadInput(f"{file}: không đọc được ({system_reason(error)}).") from None
    try:
        if file.suffix.lower() != ".json":
            return read(data, words)
        return Imported(from_json(json.loads(data)), Drawing(), "", ())
    except BadBpmn as error:
        for line in error.faults:
            click.echo(f"{file}: {line}", err=True)
        sys.exit(2)
    except json.JSONDecodeError as error:
        raise BadInput(f"{file}, dòng {error.lineno}, cột {error.colno}: JSON hỏng, không đọc tiếp được.") from None
    except (UnicodeDecodeError, RecursionError):
        raise BadInput(f"{file}: không phải JSON mã hóa UTF-8.") from None
    except DomainError as error:
        raise BadInput(f"{file}: {error.message}") from None


def _say(file: Path, left_out: Sequence[str]) -> None:
    for line in left_out:
        click.echo(f"{file}: {line}", err=True)


def _refuse(file: Path, found: Sequence[Fault]) -> None:
    for fault in found:
        click.echo(f"{file}: {fault.message}", err=True)
    sys.exit(2)

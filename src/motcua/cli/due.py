"""`motcua due`: one due moment with its explanation, or a whole CSV file of them. No database without `--agency`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import click

from motcua.law.calendars import Calendar
from motcua.law.clock import Due, Pause, compute_due
from motcua.law.errors import BadInput, DomainError
from motcua.law.limit_reader import read_one
from motcua.law.moments import moment_text, parse_moment, to_minutes
from motcua.law.policies import PauseKind, Policy
from motcua.law.worktime import national_calendar

T = TypeVar("T")


@click.command()
@click.argument("start", required=False, metavar="[START]")
@click.option("--limit", metavar="TEXT", help="Thời hạn, ví dụ “3 ngày làm việc”, “8 giờ làm việc”, “15 ngày”.")
@click.option("--agency", metavar="CODE", help="Mã cơ quan: dùng lịch làm việc riêng của cơ quan (cần cơ sở dữ liệu).")
@click.option(
    "--policy",
    type=click.Choice([str(policy) for policy in Policy]),
    help="keep_time: giữ giờ tiếp nhận (mặc định); end_of_day: hết giờ làm việc của ngày cuối. "
    "Có --agency thì mặc định là cách của cơ quan.",
)
@click.option(
    "--pause",
    "pauses",
    multiple=True,
    metavar="FROM/TO",
    help="Khoảng tạm dừng, lặp lại được; TO trống: còn đang dừng.",
)
@click.option("--explain", is_flag=True, help="In từng khoảng thời gian được tính, không được tính và vì sao.")
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
@click.option("--batch", type=click.Path(path_type=Path), metavar="FILE.csv", help="Tệp vào: start,amount,unit.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE.csv", help="Tệp ra: như tệp vào, thêm cột due.")
def due(
    start: str | None,
    limit: str | None,
    agency: str | None,
    policy: str | None,
    pauses: tuple[str, ...],
    explain: bool,
    as_json: bool,
    batch: Path | None,
    out: Path | None,
) -> None:
    """Tính hạn giải quyết: START là thời điểm tiếp nhận (ISO 8601, không ghi múi giờ là giờ Việt Nam).

    Computes the due moment of a time limit under the legal clock, or of every row of a CSV file.
    """
    if batch is not None or out is not None:
        _refuse_mixture(batch, out, alone=start is None and limit is None and not pauses and not explain)
        assert batch is not None
        assert out is not None
        rows = _batch(batch, out, *_rules(agency, policy))
        click.echo(json.dumps({"rows": rows, "out": str(out)}) if as_json else f"Đã tính {rows} dòng, ghi vào {out}.")
        return
    answer = _single(start, limit, pauses, policy, agency)
    if as_json:
        document = answer.explanation.to_json()
        if explain:
            document["explanation"] = answer.explanation.text().split("\n")
        click.echo(json.dumps(document, ensure_ascii=False))
        return
    click.echo(f"{answer.at.isoformat()} ({moment_text(to_minutes(answer.at))})")
    if explain:
        click.echo(answer.explanation.text())
        return
    if answer.paused:
        click.echo("Đồng hồ đang dừng: hạn sẽ được tính lại khi chạy tiếp.")
    if answer.projected:
        click.echo("Lưu ý: có năm chưa có quyết định nghỉ lễ, kết quả dùng lịch nghỉ dự kiến.")


def agency_rules(code: str) -> tuple[Calendar, Policy]:
    # Imported here: only this option needs Django and a database, every other answer comes from the kernel alone.
    from motcua.cli.session import database

    with database():
        from motcua.organizations.queries import agency_calendar

        calendar, policy = agency_calendar(code)
        return calendar, Policy(policy)


def _rules(agency: str | None, policy: str | None) -> tuple[Calendar, Policy]:
    """The calendar, and the policy asked for, else the agency's, else keep_time."""
    calendar, usual = (national_calendar(), Policy.KEEP_TIME) if agency is None else agency_rules(agency)
    return calendar, Policy(policy) if policy else usual


def _refuse_mixture(batch: Path | None, out: Path | None, *, alone: bool) -> None:
    if batch is None or out is None:
        raise BadInput(
            f"Thiếu {'--batch FILE.csv' if batch is None else '--out FILE.csv'}: hai tùy chọn này đi cùng nhau."
        )
    if not alone:
        raise BadInput("--batch không dùng cùng START, --limit, --pause hay --explain: chúng đọc từ tệp hoặc không có.")


def _single(
    start: str | None, limit: str | None, pauses: tuple[str, ...], policy: str | None, agency: str | None
) -> Due:
    """Reads every argument before it refuses, so that one run names every fault."""
    faults: list[str] = []

    def attempt(reader: Callable[[str], T], text: str | None, missing: str) -> T | None:
        if text is None:
            faults.append(missing)
            return None
        try:
            return reader(text)
        except DomainError as error:
            faults.append(error.message)
            return None

    begin = attempt(parse_moment, start, "Thiếu START: thời điểm bắt đầu, ví dụ 2026-11-20T16:00.")
    length = attempt(read_one, limit, "Thiếu --limit: thời hạn, ví dụ “3 ngày làm việc”.")
    stops = [attempt(_read_pause, text, "") for text in pauses]
    if faults or begin is None or length is None:
        raise BadInput("\n".join(faults), faults=len(faults))
    calendar, rule = _rules(agency, policy)
    return compute_due(begin, length, calendar, policy=rule, pauses=[stop for stop in stops if stop])


def _read_pause(text: str) -> Pause:
    first, slash, last = text.partition("/")
    if not slash:
        raise BadInput(f"Không đọc được khoảng tạm dừng “{text}”: cần dạng TỪ/ĐẾN.", value=text)
    end: datetime | None = parse_moment(last) if last.strip() else None
    return Pause(PauseKind.SUPPLEMENT, parse_moment(first), end)


def _batch(batch: Path, out: Path, calendar: Calendar, policy: Policy) -> int:
    # Imported here: numpy takes longer to load than one answer takes to compute.
    from motcua.law.batch_csv import due_csv

    size = batch.stat().st_size if batch.is_file() else 0
    with click.progressbar(
        length=size, label="Đang tính", file=sys.stderr, hidden=not sys.stderr.isatty(), update_min_steps=1 << 22
    ) as bar:
        return due_csv(batch, out, policy=policy, calendar=calendar, progress=bar.update)

"""Progress per agency for anybody: sums only, no dossier and no person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from motcua.board.asking import month_of, title_of
from motcua.board.measures import counts
from motcua.board.places import listed
from motcua.law.windows import Window
from motcua.statistics.figures import Asked, count_values
from motcua.statistics.models import DimAgency
from motcua.statistics.periods import Regime, period_window
from motcua.statistics.tabular.table import Column, Entry, Kind, Row, Table

# What is told is told anew this often, to everybody alike.
EVERY = timedelta(minutes=5)
_NAMES = ("received", "finished", "finished_in_time", "finished_overdue", "open", "open_overdue")
COLUMNS = (
    Column("Cơ quan"),
    Column("Tiếp nhận", Kind.COUNT, "received"),
    Column("Đã giải quyết", Kind.COUNT, "finished"),
    Column("Trước và đúng hạn", Kind.COUNT, "finished_in_time"),
    Column("Tỷ lệ", Kind.PERCENT, "in_time_over_finished"),
    Column("Giải quyết quá hạn", Kind.COUNT, "finished_overdue"),
    Column("Đang giải quyết", Kind.COUNT, "open"),
    Column("Đang quá hạn", Kind.COUNT, "open_overdue"),
)


@dataclass(frozen=True, slots=True)
class Progress:
    window: Window
    main: Table
    vertical: Table | None


def offered(today: date) -> list[tuple[str, str]]:
    """The only periods that are told: this month, the one before, this year, the one before."""
    year, month = month_of(today, Regime.CALENDAR)
    before, place = divmod(year * 12 + month - 2, 12)
    keys = (f"{year}-{month:02d}", f"{before}-{place + 1:02d}", str(year), str(year - 1))
    return [(key, title_of(key)) for key in keys]


def known_at(now: datetime) -> datetime:
    """The last whole five minutes."""
    return now - timedelta(minutes=now.minute % (EVERY.seconds // 60), seconds=now.second, microseconds=now.microsecond)


def progress(key: str, as_of: datetime) -> Progress:
    """Three queries, in the snapshot in which `as_of` was read. `key` is one of those offered."""
    window = period_window(key, Regime.CALENDAR)
    agencies = sorted(DimAgency.objects.all(), key=listed)
    asked = Asked.of(window, now=as_of, as_of=as_of, live=True)
    told = count_values(counts(*_NAMES), asked, by=("agency",))
    values = {key[0]: {name: value or 0 for name, value in row.items()} for key, row in told.items()}
    main = [one for one in agencies if not one.vertical]
    vertical = [one for one in agencies if one.vertical]
    return Progress(
        window,
        _table("tien-do", "Tiến độ theo cơ quan", main, values, as_of, key),
        _table("nganh-doc", "Ngành dọc (ngoài tổng số của tỉnh)", vertical, values, as_of, key) if vertical else None,
    )


def _table(
    name: str, title: str, agencies: list[DimAgency], values: dict[str, dict[str, int]], as_of: datetime, key: str
) -> Table:
    sums = {one: sum(values.get(agency.code, {}).get(one, 0) for agency in agencies) for one in _NAMES}
    rows = [_row(agency.name, values.get(agency.code, {})) for agency in agencies]
    return Table(name, title, COLUMNS, rows, as_of, title_of(key), _row("Tổng số", sums))


def _row(title: str, told: dict[str, int]) -> Row:
    def entry(name: str) -> Entry:
        return Entry(told.get(name, 0))

    return (
        Entry(title), entry("received"), entry("finished"), entry("finished_in_time"),
        Entry((told.get("finished_in_time", 0), told.get("finished", 0))), entry("finished_overdue"), entry("open"),
        entry("open_overdue"),
    )  # fmt: skip

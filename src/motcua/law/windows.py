"""Windows between two local days, as reports, lists and questions ask for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from motcua.law.errors import BadInput
from motcua.law.moments import VIETNAM

# Of days that people give: a year beyond them is a slip of the hand, and a period compared with may lie beyond all calendars.
YEARS = range(1900, 2101)


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """From the first local day at 00:00 up to the end of the last one."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise BadInput(
                f"Kỳ từ {self.first:%d/%m/%Y} đến {self.last:%d/%m/%Y}: ngày cuối phải từ ngày đầu trở đi.",
                field="last_on",
            )

    @property
    def start(self) -> datetime:
        return _midnight(self.first)

    @property
    def end(self) -> datetime:
        """The first moment after the window."""
        return _midnight(self.last + timedelta(days=1))


def window_between(first: date, last: date) -> Window:
    """A window as somebody asks for it, by its two days. Raises BadInput."""
    for day, field in ((first, "first_on"), (last, "last_on")):
        if day.year not in YEARS:
            raise BadInput(
                f"Kỳ từ {first:%d/%m/%Y} đến {last:%d/%m/%Y}: cần ngày trong các năm {YEARS.start}–{YEARS.stop - 1}.",
                field=field,
            )
    return Window(first, last)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), VIETNAM)

"""What a page of figures is asked for: the period, by which calendar, and as known when. Read from an address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from motcua.law.errors import BadInput
from motcua.law.moments import VIETNAM, parse_moment
from motcua.law.windows import YEARS, Window, window_between
from motcua.statistics.periods import Regime, month_key, period_window, reporting_month_key

REGIMES = {"lich": Regime.CALENDAR, "bao-cao": Regime.REPORTING}
REGIME_TEXT = {"lich": "Theo tháng lịch", "bao-cao": "Từ ngày 15 đến ngày 14"}
OWN = "rieng"


@dataclass(frozen=True, slots=True)
class Period:
    """`key` names a month, quarter or year; `OWN` is a window between two days."""

    key: str
    regime: Regime
    window: Window

    @property
    def title(self) -> str:
        return title_of(self.key) or f"{self.window.first:%d/%m/%Y} – {self.window.last:%d/%m/%Y}"

    @property
    def query(self) -> dict[str, str]:
        """The part of an address that asks for it again."""
        asked = {"ky": self.key} | ({"che-do": "bao-cao"} if self.regime is Regime.REPORTING else {})
        if self.key == OWN:
            asked |= {"tu": self.window.first.isoformat(), "den": self.window.last.isoformat()}
        return asked


def title_of(key: str) -> str:
    """“Tháng 11/2026”, “Quý IV/2026”, “Năm 2026”."""
    year, _, part = key.partition("-")
    if not part:
        return f"Năm {year}" if year.isdigit() else ""
    if part.startswith("Q"):
        return f"Quý {('I', 'II', 'III', 'IV')[int(part[1]) - 1]}/{year}"
    if part.startswith("H"):
        return f"{'6 tháng đầu' if part[1] == '1' else '6 tháng cuối'} năm {year}"
    return f"Tháng {int(part)}/{year}"


def month_of(day: date, regime: Regime) -> tuple[int, int]:
    """Year and month whose report counts the day."""
    return divmod(reporting_month_key(day) if regime is Regime.REPORTING else month_key(day), 100)


def read_period(given: Mapping[str, str], today: date) -> Period:
    """The month that runs where nothing is asked. Raises BadInput."""
    if given.get("che-do") and given["che-do"] not in REGIMES:
        raise BadInput(f"Không có chế độ kỳ “{given['che-do']}”: cần “lich” hoặc “bao-cao”.", field="che-do")
    regime = REGIMES.get(given.get("che-do", ""), Regime.CALENDAR)
    key = given.get("ky", "") or "{}-{:02d}".format(*month_of(today, regime))
    if key == OWN:
        return Period(OWN, regime, window_between(_day(given.get("tu", ""), "tu"), _day(given.get("den", ""), "den")))
    return Period(key.upper(), regime, period_window(key, regime))


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        word = "Từ ngày" if field == "tu" else "Đến ngày"
        raise BadInput(f"{word}: cần một ngày, ví dụ 26/11/2026.", field=field) from None


def offered(today: date, regime: Regime) -> list[tuple[str, list[tuple[str, str]]]]:
    """Periods to choose from, newest first, by kind."""
    year, month = month_of(today, regime)
    months = [divmod(year * 12 + month - 1 - back, 12) for back in range(13)]
    quarter = (month - 1) // 3
    quarters = [divmod(year * 4 + quarter - back, 4) for back in range(6)]
    keys = {
        "Tháng": [f"{one}-{number + 1:02d}" for one, number in months],
        "Quý": [f"{one}-Q{number + 1}" for one, number in quarters],
        "Năm": [str(year - back) for back in range(3)],
    }
    return [(kind, [(key, title_of(key)) for key in found]) for kind, found in keys.items()]


def read_moment(text: str, now: datetime) -> datetime:
    """As known when: a local moment, now without one. Never later than now.

    Raises BadInput.
    """
    known = now
    if text:
        try:
            known = min(parse_moment(text), now)
        except BadInput:
            raise BadInput("Tính đến: cần ngày và giờ, ví dụ 26/11/2026 16:00.", field="luc") from None
        # Nothing was recorded before; pages look at days before the moment, and calendars have a first one.
        if known.year < YEARS.start:
            raise BadInput(f"Tính đến {known:%d/%m/%Y}: cần từ năm {YEARS.start} trở đi.", field="luc")
    return known.astimezone(VIETNAM)


def write_moment(moment: datetime) -> str:
    """To the microsecond where it is no whole minute, so that what is asked again is the same."""
    return moment.astimezone(VIETNAM).replace(tzinfo=None).isoformat(timespec="auto").removesuffix(":00")

"""National days off and swapped working days, read from dated data (`data/holidays.json`, a source for each entry).

Law: Bộ luật Lao động 2019, Điều 111–112 (a holiday on a weekly rest day is made up on the next working day), Nghị quyết
28/2026/QH16 (24/11 from 2026), and each year's decision on Tết, Quốc khánh and swapped Saturdays. A year is `decreed`
when its decision is in the data, else `projected`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

FIRST_YEAR = 2010
LAST_YEAR = 2035

_SATURDAY = 5
_ONE_DAY = timedelta(days=1)


class DayKind(StrEnum):
    """Why a day is on or off; the stable code of an explanation's interval."""

    WORKING = "working"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    SUBSTITUTE = "substitute"
    SWAPPED_OFF = "swapped_off"
    SWAPPED_ON = "swapped_on"
    LOCAL_OFF = "local_off"
    LOCAL_ON = "local_on"


@dataclass(frozen=True, slots=True)
class NationalDay:
    """`like` is the weekday (Monday 0) whose sessions a swapped working day has; None on a day off."""

    kind: DayKind
    reason: str
    source: str
    like: int | None = None


@cache
def _data() -> dict[str, Any]:
    text = files("motcua.law").joinpath("data/holidays.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def is_projected_year(year: int) -> bool:
    """True when no decision of that year is known, so its days are computed by the general rule."""
    return bool(_data()["years"][str(year)]["status"] == "projected")


@cache
def national_days() -> Mapping[date, NationalDay]:
    """Every national exception to the plain week, 2010–2035: days off on any weekday, and swapped working days."""
    days: dict[date, NationalDay] = {}
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        _add_year(days, year)
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        _add_swaps(days, _data()["years"][str(year)])
    return MappingProxyType(dict(sorted(days.items())))


def _add_year(days: dict[date, NationalDay], year: int) -> None:
    statutory = sorted(_statutory_days(year))
    off = {day for day, _, _ in statutory}
    for day, name, source in statutory:
        days[day] = NationalDay(DayKind.HOLIDAY, f"nghỉ lễ: {name}", source)
    for day, name, source in statutory:
        if day.weekday() < _SATURDAY:
            continue
        substitute = day
        while substitute.weekday() >= _SATURDAY or substitute in off:
            substitute += _ONE_DAY
        off.add(substitute)
        days[substitute] = NationalDay(DayKind.SUBSTITUTE, f"nghỉ bù {name} ({day:%d/%m})", source)


def _statutory_days(year: int) -> Iterator[tuple[date, str, str]]:
    data = _data()
    entry = data["years"][str(year)]
    for fixed in data["fixed"]:
        if year >= fixed["from_year"]:
            yield date(year, fixed["month"], fixed["day"]), fixed["name"], fixed["source"]
    length = [rule for rule in data["tet_length"] if year >= rule["from_year"]][-1]["days"]
    first = date.fromisoformat(entry["tet"])
    before = entry["tet_days_before"]
    for offset in range(-before, length - before):
        yield first + timedelta(days=offset), "Tết Nguyên đán", entry["source"]
    yield date.fromisoformat(entry["hung_kings"]), "Giỗ Tổ Hùng Vương", entry["source"]
    if "national_second" in entry:
        yield date.fromisoformat(entry["national_second"]), "Quốc khánh", entry["source"]


def _add_swaps(days: dict[date, NationalDay], entry: dict[str, Any]) -> None:
    for swap in entry["swaps"]:
        off, on = date.fromisoformat(swap["off"]), date.fromisoformat(swap["on"])
        source = entry["source"]
        days[off] = NationalDay(DayKind.SWAPPED_OFF, f"nghỉ hoán đổi, làm bù ngày {on:%d/%m/%Y}", source)
        days[on] = NationalDay(
            DayKind.SWAPPED_ON, f"ngày làm bù, hoán đổi cho ngày {off:%d/%m/%Y}", source, like=off.weekday()
        )

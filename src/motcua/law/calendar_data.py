"""A calendar from plain data (JSON) and back, so that an agency's calendar can be stored and inherited.

    {"name": "UBND xã A",
     "weekly": {"mon": [["07:00", "11:30"], ["13:30", "17:00"]], …, "sat": [["07:30", "11:00"]]},
     "seasons": [{"name": "Mùa hè", "from": "04-16", "to": "10-15", "weekly": {…}, "valid_from": "2024-01-01"}],
     "days_off": [{"date": "2026-03-05", "name": "Mất điện toàn trụ sở"}, {"from": …, "to": …, "name": …}],
     "days_on": [{"date": "2026-03-07", "name": "Làm bù", "sessions": [["07:00", "11:30"]]}, {…, "like": "mon"}]}

Every key may be left out: no `weekly` means the national week; a weekday not named in `weekly` is a rest day. A day
on without `sessions` works like the weekday named by `like`, else like its own weekday, else like Monday. Local days
win over national holidays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NoReturn, cast

from motcua.law.calendars import Calendar, LocalDay, Season, Week
from motcua.law.errors import BadInput
from motcua.law.holidays import FIRST_YEAR, LAST_YEAR
from motcua.law.moments import clock_text
from motcua.law.tables import Sessions

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OFFICE_DAY: Sessions = ((7 * 60, 11 * 60 + 30), (13 * 60 + 30, 17 * 60))
OFFICE_WEEK: Week = (*(OFFICE_DAY,) * 5, (), ())

_KEYS = frozenset({"name", "weekly", "seasons", "days_off", "days_on"})
_SEASON_KEYS = frozenset({"name", "from", "to", "weekly", "valid_from", "valid_to"})
_OFF_KEYS = frozenset({"date", "from", "to", "name"})
_ON_KEYS = frozenset({"date", "name", "sessions", "like"})
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_MONTH_DAY = re.compile(r"\d\d-\d\d")
# Only whether month and day exist matters; a leap year knows 29 February.
_LEAP_YEAR = 2024


def calendar_from(data: Mapping[str, object]) -> Calendar:
    """Build a calendar; raises BadInput naming the place (`weekly.mon[0]`) and what was expected there."""
    _known(data, _KEYS, "lịch")
    week = _week(data["weekly"], "weekly") if data.get("weekly") is not None else OFFICE_WEEK
    seasons = tuple(_season(item, where) for item, where in _items(data, "seasons"))
    local: dict[date, LocalDay] = {}
    for item, where in _items(data, "days_off"):
        for day in _days_off(item, where):
            name = _text(item.get("name", "nghỉ riêng của cơ quan"), f"{where}.name")
            _add_local(local, LocalDay(day, (), name), where)
    for item, where in _items(data, "days_on"):
        _add_local(local, _day_on(item, where, week), where)
    calendar = Calendar(
        name=_text(data.get("name", "Lịch làm việc"), "name"),
        week=week,
        seasons=seasons,
        local_days=tuple(local[day] for day in sorted(local)),
    )
    if not any(week) and not any(s.sessions for s in calendar.local_days) and not any(any(s.week) for s in seasons):
        _refuse("weekly", "ít nhất một buổi làm việc trong tuần", data.get("weekly"))
    return calendar


def calendar_data(calendar: Calendar) -> dict[str, object]:
    """Plain data from which `calendar_from` builds an equal calendar."""
    return {
        "name": calendar.name,
        "weekly": _week_data(calendar.week),
        "seasons": [
            {
                "name": s.name,
                "from": f"{s.first[0]:02d}-{s.first[1]:02d}",
                "to": f"{s.last[0]:02d}-{s.last[1]:02d}",
                "weekly": _week_data(s.week),
                "valid_from": s.valid_from.isoformat() if s.valid_from else None,
                "valid_to": s.valid_to.isoformat() if s.valid_to else None,
            }
            for s in calendar.seasons
        ],
        "days_off": [{"date": d.day.isoformat(), "name": d.name} for d in calendar.local_days if not d.sessions],
        "days_on": [
            {"date": d.day.isoformat(), "name": d.name, "sessions": _sessions_data(d.sessions)}
            for d in calendar.local_days
            if d.sessions
        ],
    }


def _week_data(week: Week) -> dict[str, list[list[str]]]:
    return {key: _sessions_data(sessions) for key, sessions in zip(WEEKDAYS, week, strict=True) if sessions}


def _sessions_data(sessions: Sessions) -> list[list[str]]:
    return [[clock_text(opening), clock_text(close)] for opening, close in sessions]


def _refuse(where: str, expected: str, value: object) -> NoReturn:
    raise BadInput(f"Lịch làm việc, mục {where}: cần {expected}, nhận được {value!r}.", where=where, expected=expected)


def _known(data: object, keys: frozenset[str], where: str) -> Mapping[str, object]:
    if not isinstance(data, Mapping):
        _refuse(where, "một nhóm khóa và giá trị", data)
    for key in data:
        if key not in keys:
            _refuse(where, f"các khóa {', '.join(sorted(keys))}", key)
    return data


def _items(data: Mapping[str, object], key: str) -> Iterator[tuple[Mapping[str, object], str]]:
    items = data.get(key) or []
    keys = {"seasons": _SEASON_KEYS, "days_off": _OFF_KEYS, "days_on": _ON_KEYS}[key]
    if not isinstance(items, Sequence) or isinstance(items, str):
        _refuse(key, "một danh sách", items)
    for index, item in enumerate(items):
        where = f"{key}[{index}]"
        yield _known(item, keys, where), where


def _text(value: object, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        _refuse(where, "một chuỗi không rỗng", value)
    return value


def _date(value: object, where: str) -> date:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        day = None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        _refuse(where, f"ngày dạng 2026-03-05 trong các năm {FIRST_YEAR}–{LAST_YEAR}", value)
    return day


def _week(value: object, where: str) -> Week:
    named = _known(value, frozenset(WEEKDAYS), where)
    return cast(Week, tuple(_sessions(named.get(key, ()), f"{where}.{key}") for key in WEEKDAYS))


def _sessions(value: object, where: str) -> Sessions:
    if not isinstance(value, Sequence) or isinstance(value, str):
        _refuse(where, 'danh sách buổi làm việc như [["07:00", "11:30"]]', value)
    sessions: list[tuple[int, int]] = []
    for index, pair in enumerate(value):
        place = f"{where}[{index}]"
        if not isinstance(pair, Sequence) or isinstance(pair, str) or len(pair) != 2:
            _refuse(place, "giờ mở và giờ đóng", pair)
        opening, close = (_clock(part, place) for part in pair)
        if opening >= close:
            _refuse(place, "giờ mở trước giờ đóng", pair)
        if sessions and opening < sessions[-1][1]:
            _refuse(place, "các buổi theo thứ tự và không chồng nhau", value)
        sessions.append((opening, close))
    return tuple(sessions)


def _clock(value: object, where: str) -> int:
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if not match:
        _refuse(where, "giờ dạng 07:00, từ 00:00 đến 23:59", value)
    return int(match[1]) * 60 + int(match[2])


def _month_day(value: object, where: str) -> tuple[int, int]:
    if isinstance(value, str) and _MONTH_DAY.fullmatch(value):
        month, day = int(value[:2]), int(value[3:])
        try:
            date(_LEAP_YEAR, month, day)
        except ValueError:
            pass
        else:
            return month, day
    _refuse(where, "tháng-ngày dạng 04-16", value)


def _season(item: Mapping[str, object], where: str) -> Season:
    valid_from, valid_to = (
        _date(item[key], f"{where}.{key}") if item.get(key) is not None else None for key in ("valid_from", "valid_to")
    )
    return Season(
        name=_text(item.get("name", "mùa"), f"{where}.name"),
        first=_month_day(item.get("from"), f"{where}.from"),
        last=_month_day(item.get("to"), f"{where}.to"),
        week=_week(item.get("weekly"), f"{where}.weekly"),
        valid_from=valid_from,
        valid_to=valid_to,
    )


def _days_off(item: Mapping[str, object], where: str) -> Iterator[date]:
    if "date" in item:
        yield _date(item["date"], f"{where}.date")
        return
    day, last = _date(item.get("from"), f"{where}.from"), _date(item.get("to"), f"{where}.to")
    if last < day:
        _refuse(where, "ngày đầu không sau ngày cuối", f"{day} … {last}")
    while day <= last:
        yield day
        day += timedelta(days=1)


def _day_on(item: Mapping[str, object], where: str, week: Week) -> LocalDay:
    day = _date(item.get("date"), f"{where}.date")
    name = _text(item.get("name", "ngày làm việc riêng của cơ quan"), f"{where}.name")
    if "sessions" in item:
        sessions = _sessions(item["sessions"], f"{where}.sessions")
    elif "like" in item:
        if item["like"] not in WEEKDAYS:
            _refuse(f"{where}.like", f"một trong {', '.join(WEEKDAYS)}", item["like"])
        sessions = week[WEEKDAYS.index(item["like"])]
    else:
        sessions = week[day.weekday()] or week[0]
    if not sessions:
        _refuse(where, "ngày làm việc có ít nhất một buổi", item)
    return LocalDay(day, sessions, name)


def _add_local(local: dict[date, LocalDay], entry: LocalDay, where: str) -> None:
    if entry.day in local:
        _refuse(where, f"ngày {entry.day:%d/%m/%Y} chỉ khai một lần", entry.name)
    local[entry.day] = entry

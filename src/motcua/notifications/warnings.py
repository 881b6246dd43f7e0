"""When a due moment is warned of, and whom to tell: pure rules over settings that are data.

Of one due moment there is a ladder of stages: some time ahead of it (a share of the allotted time, or working hours), at
the moment itself, the first working day after it, then every so many working days. A ladder belongs to one due moment:
another due is another ladder.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from pathlib import Path

from motcua.law.clock import add_working_minutes, apology_due, working_minutes_between
from motcua.law.errors import BadInput
from motcua.law.moments import DAY_MINUTES, from_minutes, to_minutes
from motcua.law.tables import FIRST_DAY, CalendarGap
from motcua.law.worktime import Calendar

DATA_FILE = Path(__file__).with_name("warnings.toml")

DUE = "due"
APOLOGY = "apology"
LATE = "late"
DIGEST = "digest"


class Phase(StrEnum):
    """Stages of one kind: who is told is set for each."""

    AHEAD = "ahead"
    DUE = "due"
    APOLOGY = "apology"
    LATE = "late"


PHASE_TEXT = {
    Phase.AHEAD: "sắp đến hạn",
    Phase.DUE: "đến hạn",
    Phase.APOLOGY: "cần xin lỗi",
    Phase.LATE: "quá hạn",
}


class Reader(StrEnum):
    """Whom a stage tells."""

    OFFICER = "officer"
    HEAD = "head"
    LEADER = "leader"


READER_TEXT = {Reader.OFFICER: "người đang giữ", Reader.HEAD: "trưởng phòng", Reader.LEADER: "lãnh đạo cơ quan"}


@dataclass(frozen=True, slots=True)
class Ahead:
    """How long before the due: `percent` of the allotted working time, or working `minutes`; the other one is 0."""

    percent: int = 0
    minutes: int = 0

    @property
    def text(self) -> str:
        return f"{self.percent}%" if self.percent else f"{self.minutes // 60} giờ"

    def of(self, allotted: int) -> int:
        """Working minutes before the due, of `allotted` ones."""
        return self.minutes or -(-allotted * self.percent // 100)


_AHEAD = re.compile(r"(?P<number>\d{1,3})\s*(?P<unit>%|giờ|g|h)", re.IGNORECASE)


def parse_ahead(text: str) -> Ahead:
    """`25%` or `4 giờ`. Raises BadInput."""
    found = _AHEAD.fullmatch(text.strip())
    number = int(found["number"]) if found else 0
    share = bool(found) and found["unit"] == "%"
    if not found or not 1 <= number <= (90 if share else 400):
        raise BadInput(
            f"Mốc nhắc “{text.strip()[:40]}”: cần phần của thời gian được giao (1% đến 90%) hoặc số giờ làm việc (1 đến 400"
            " giờ), ví dụ 25% hoặc 4 giờ.",
            field="ahead",
        )
    return Ahead(percent=number) if share else Ahead(minutes=number * 60)


@dataclass(frozen=True, slots=True)
class Settings:
    """How to warn. `apology_lead` is how many working minutes before the last moment for an apology its draft is made."""

    step_ahead: tuple[Ahead, ...]
    whole_ahead: tuple[Ahead, ...]
    every_days: int
    tells: Mapping[Phase, frozenset[Reader]]
    apology_lead: int = 480

    def __post_init__(self) -> None:
        if not 1 <= self.every_days <= 60:
            raise BadInput("Nhắc lại khi quá hạn: cần từ 1 đến 60 ngày làm việc.", field="every_days")
        for name, ahead in (("step_ahead", self.step_ahead), ("whole_ahead", self.whole_ahead)):
            if len(ahead) > 4 or len(set(ahead)) != len(ahead):
                raise BadInput("Mốc nhắc trước hạn: nhiều nhất bốn mốc, không mốc nào hai lần.", field=name)


def settings_from(data: Mapping[str, object], base: Settings | None = None) -> Settings:
    """Settings of stored texts; what is missing comes from `base`. Raises BadInput."""

    def aheads(name: str, standing: tuple[Ahead, ...]) -> tuple[Ahead, ...]:
        given = data.get(name)
        return tuple(parse_ahead(str(text)) for text in given) if isinstance(given, list | tuple) else standing

    tells = {phase: frozenset[Reader]() for phase in Phase} if base is None else dict(base.tells)
    said = data.get("tells", {})
    if not isinstance(said, Mapping):
        raise BadInput("Nhắc ai: cần một danh sách cho mỗi lúc nhắc.", field="tells")
    for name, readers in said.items():
        try:
            tells[Phase(name)] = frozenset(Reader(reader) for reader in readers)
        except ValueError:
            raise BadInput(f"Nhắc ai: không có lúc nhắc “{name}” hoặc người được nhắc ấy.", field="tells") from None
    every = data.get("every_days", base.every_days if base else 0)
    lead = data.get("apology_lead_minutes", base.apology_lead if base else 480)
    if not isinstance(every, int) or not isinstance(lead, int):
        raise BadInput("Nhắc lại khi quá hạn: cần một số nguyên.", field="every_days")
    return Settings(
        aheads("step_ahead", base.step_ahead if base else ()),
        aheads("whole_ahead", base.whole_ahead if base else ()),
        every,
        tells,
        lead,
    )


@cache
def default_settings() -> Settings:
    """What a province starts with: data of ours without a source of law."""
    return settings_from(tomllib.loads(DATA_FILE.read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True)
class Warning:
    """A stage of the ladder and its moment.

    `stage`: `ahead:25%`, `apology:1` (a draft may be needed), `apology:2` (the law's last moment for it), `due`, `late:1` …
    """

    stage: str
    at: datetime

    @property
    def phase(self) -> Phase:
        return phase_of(self.stage)


def phase_of(stage: str) -> Phase:
    return Phase(stage.partition(":")[0])


@dataclass(frozen=True, slots=True)
class Warnings:
    """`now` is the last stage that has come, None before the first; `following` the next one."""

    now: Warning | None
    following: Warning | None


def due_warnings(
    started_at: datetime, due_at: datetime, settings: Settings, calendar: Calendar, at: datetime, *, whole: bool
) -> Warnings:
    """Where the ladder of a due moment stands at `at`.

    After an outage only the last stage that has come is told, not every one that was missed. A stage that would lie
    before the time began is none: whoever has just been given the work knows of it.
    """
    if at >= due_at:
        late = _late(due_at, settings, calendar, at)
        return Warnings(late.now or Warning(DUE, due_at), late.following)
    stages = [*_before(started_at, due_at, settings, calendar, whole), Warning(DUE, due_at)]
    come = [warning for warning in stages if warning.at <= at]
    return Warnings(come[-1] if come else None, stages[len(come)])


def start_of(due_at: datetime, minutes: int, calendar: Calendar) -> datetime:
    """The moment from which `minutes` working minutes lead to the due: when the time would have begun without its pauses."""
    tables = calendar.tables
    return from_minutes(tables.add(FIRST_DAY * DAY_MINUTES, max(tables.position(to_minutes(due_at)) - minutes, 0)))


def _before(
    started_at: datetime, due_at: datetime, settings: Settings, calendar: Calendar, whole: bool
) -> list[Warning]:
    allotted = working_minutes_between(started_at, due_at, calendar)
    stages = [
        Warning(f"ahead:{ahead.text}", add_working_minutes(started_at, allotted - before, calendar))
        for ahead in (settings.whole_ahead if whole else settings.step_ahead)
        if 0 < (before := ahead.of(allotted)) < allotted
    ]
    if whole:
        stages += _apology(started_at, due_at, settings, calendar)
    return sorted(stages, key=lambda warning: (warning.at, warning.stage))


def _apology(started_at: datetime, due_at: datetime, settings: Settings, calendar: Calendar) -> list[Warning]:
    """When it is asked whether a letter of apology is needed: the lead before the law's last moment, and at that moment.

    None where the limit is so short that the law's moment is not after its beginning.
    """
    latest = apology_due(due_at, calendar)
    left = working_minutes_between(started_at, latest, calendar)
    if left <= 0:
        return []
    early = add_working_minutes(started_at, max(left - settings.apology_lead, 1), calendar)
    return [*([Warning(f"{APOLOGY}:1", early)] if early < latest else []), Warning(f"{APOLOGY}:2", latest)]


def _late(due_at: datetime, settings: Settings, calendar: Calendar, at: datetime) -> Warnings:
    """`late:1` at the opening of the first working day after the due, `late:2` every_days working days later, …"""
    tables = calendar.tables
    try:
        first = tables.rank[tables.split(to_minutes(due_at))[0] + 1]
        day, minute = tables.split(to_minutes(at))
        last = tables.rank[day + 1] - 1
        if tables.day_pattern[day].minutes and minute < tables.day_pattern[day].opening:
            last -= 1
        number = (last - first) // settings.every_days + 1 if last >= first else 0

        def stage(n: int) -> Warning:
            index = tables.working_day(first + (n - 1) * settings.every_days)
            opening = (index + FIRST_DAY) * DAY_MINUTES + tables.day_pattern[index].opening
            return Warning(f"{LATE}:{n}", from_minutes(opening))

        return Warnings(stage(number) if number else None, stage(number + 1))
    except CalendarGap:
        # Beyond the years whose holidays are known nothing more is announced.
        return Warnings(None, None)

"""Lateness, pure: whether a letter of apology is needed, and what a late dossier's own records say of the cause.

Nothing here decides: the program drafts a letter and proposes a cause, people sign and confirm.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

from motcua.law.clock import working_minutes_between
from motcua.law.errors import BadInput
from motcua.law.worktime import Calendar
from motcua.processes.definition import Definition, NodeKind, StepKind
from motcua.processes.items import TAKEN_BACK, UNDONE, Item
from motcua.processes.loops import back_flows


class Charges(StrEnum):
    """Whom a cause is charged to."""

    OWN = "own"
    OTHER = "other"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Cause:
    code: str
    title: str
    charges: Charges


@dataclass(frozen=True, slots=True)
class Causes:
    """The code list. `confirmed` False: not checked against the official one, and shown so."""

    rows: tuple[Cause, ...]
    confirmed: bool
    source: str

    def get(self, code: str) -> Cause:
        """Raises BadInput for a code that is not in the list."""
        for cause in self.rows:
            if cause.code == code:
                return cause
        known = ", ".join(cause.code for cause in self.rows)
        raise BadInput(f"Nguyên nhân “{code[:20]}”: không có trong danh mục ({known}).", field="cause")


def read_causes(text: str) -> Causes:
    """The code list of a data file. Raises BadInput naming what is wrong."""
    try:
        data: dict[str, Any] = tomllib.loads(text)
        rows = tuple(Cause(row["code"], row["title"], Charges(row["charges"])) for row in data["cause"])
        confirmed, source = bool(data["confirmed"]), str(data["source"])
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise BadInput(f"Danh mục nguyên nhân trễ hạn: không đọc được ({error}).") from None
    if not rows or len({cause.code for cause in rows}) != len(rows) or any(len(cause.code) > 8 for cause in rows):
        raise BadInput("Danh mục nguyên nhân trễ hạn: mỗi mã một lần, nhiều nhất 8 ký tự, ít nhất một mã.")
    return Causes(rows, confirmed, source)


class Why(StrEnum):
    """Why a letter of apology is drafted."""

    LAST_DAY = "last_day"
    STEPS_LEFT = "steps_left"
    STEP_LATE = "step_late"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class OpenStep:
    """A step that stands open: when it is due, and the working minutes that its process still needs from here on."""

    due_at: datetime | None
    needed: int
    last: bool


def why_apologise(
    *, due_at: datetime, latest_at: datetime, at: datetime, steps: Sequence[OpenStep], calendar: Calendar
) -> Why | None:
    """Why a dossier that runs needs a letter at `at`; None: it does not yet.

    Asked from shortly before the law's last moment (`latest_at`) on. A dossier in its last step is not drafted for before
    it is late; one without a process is from the last moment on, since nobody can tell how far it has come.
    """
    if at >= due_at:
        return Why.OVERDUE
    if any(step.due_at is not None and step.due_at < at for step in steps):
        return Why.STEP_LATE
    if steps and max(step.needed for step in steps) > working_minutes_between(at, due_at, calendar):
        return Why.STEPS_LEFT
    if at >= latest_at and not (steps and all(step.last for step in steps)):
        return Why.LAST_DAY
    return None


@cache
def minutes_after(definition: Definition) -> Mapping[str, int]:
    """For each node the working minutes of the longest way from behind it to the end, no way taken twice."""
    loops = back_flows(definition)
    known: dict[str, int] = {}

    def own(id_: str) -> int:
        node = definition.by_id[id_]
        return node.minutes if node.kind in (NodeKind.STEP, NodeKind.TIMER) else 0

    def after(id_: str) -> int:
        if id_ not in known:
            ways = [flow.target for flow in definition.out[id_] if flow.id not in loops]
            known[id_] = max((own(target) + after(target) for target in ways), default=0)
        return known[id_]

    for node in definition.nodes:
        after(node.id)
    return known


def open_step(item: Item, definition: Definition, calendar: Calendar, at: datetime) -> OpenStep:
    """What is left of an open item and behind it. A step past its due counts as nothing left, not less than nothing."""
    left = max(working_minutes_between(at, item.due_at, calendar), 0) if item.due_at is not None else item.minutes
    behind = minutes_after(definition).get(item.node, 0)
    return OpenStep(item.due_at, left + behind, item.kind == StepKind.RESULT)


@dataclass(frozen=True, slots=True)
class StepUse:
    """How a step used its time, in working minutes of the agency that did it. `agency_id` None = a body without an account.

    `allotted` is what its process gives it: that the dossier's due left it less is no fault of its own. `over` = minutes
    beyond that, pauses taken out; `silent` = it was asked and nobody answered in time.
    """

    name: str
    agency_id: int | None
    allotted: int
    used: int
    over: int
    consultation: bool = False
    silent: bool = False
    unassigned: bool = False


def step_use(item: Item, calendar: Calendar, ended_at: datetime) -> StepUse | None:
    """None for what does not count: joins and timers, steps taken back, steps without a due."""
    if not item.role or item.due_at is None or item.outcome in (UNDONE, TAKEN_BACK):
        return None
    beyond = working_minutes_between(item.due_at, item.closed_at or ended_at, calendar)
    return StepUse(
        item.name,
        item.agency_id,
        item.minutes + item.cut_minutes,
        max(item.minutes + beyond, 0),
        max(beyond - item.cut_minutes, 0),
        item.kind == StepKind.CONSULTATION,
        item.outcome == "timeout",
        item.officer_id is None and item.closed_by_id is None,
    )


@dataclass(frozen=True, slots=True)
class LateFacts:
    """What the ledger tells of a dossier that ended late. Minutes are working minutes.

    `stood` = how many of the minutes after the due the dossier waited for its applicant.
    """

    competent_id: int
    late: int
    steps: tuple[StepUse, ...] = ()
    stood: int = 0


@dataclass(frozen=True, slots=True)
class Proposal:
    """`agency_id` None = charged to nobody of the administration, or to a body without an account. `because` is one key."""

    code: str
    agency_id: int | None
    step: str
    because: str
    steps: tuple[StepUse, ...] = ()


BECAUSE_TEXT = {
    "over": "bước dùng quá thời gian được giao nhiều nhất",
    "silent": "cơ quan được lấy ý kiến không trả lời trong thời hạn",
    "applicant": "phần lớn thời gian sau hạn là chờ người nộp",
    "longest": "không bước nào quá thời gian được giao; bước dài nhất",
    "unknown": "hồ sơ không đi theo quy trình nội bộ nên sổ không cho biết bước",
}


def propose(facts: LateFacts) -> Proposal:
    """The main cause as the records show it.

    The step that overran most is charged, with the agency that did it: another agency than the competent one, or any
    consultation, is cause (b), else (a). Without an overrun: (g) where at least half of the time after the due was the
    applicant's, else (a) at the step that took longest. Causes (c), (d), (đ), (e), (h) need somebody's knowledge: they are
    never proposed.
    """
    over = [step for step in facts.steps if step.over > 0 or step.silent]
    if over:
        # A consultation that stayed silent ends at its due: it has no overrun, and yet it is what was waited for.
        worst = max(over, key=lambda step: step.over or (step.allotted if step.silent else 0))
        other = worst.consultation or worst.agency_id != facts.competent_id
        return Proposal(
            "b" if other else "a", worst.agency_id, worst.name, "silent" if worst.silent else "over", facts.steps
        )
    if facts.stood and facts.stood * 2 >= facts.late:
        return Proposal("g", None, "", "applicant", facts.steps)
    if facts.steps:
        longest = max(facts.steps, key=lambda step: step.used)
        return Proposal("a", facts.competent_id, longest.name, "longest", facts.steps)
    return Proposal("a", facts.competent_id, "", "unknown")

"""The steps of a dossier's process as its page shows them: what is open, with whom, how much time, and what may be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from motcua.desk.clocks import Clock, calendars_by_id, step_clock, time_used
from motcua.dossiers.models import Dossier
from motcua.identity.actors import Actor
from motcua.law.lifecycle import PAUSED, State
from motcua.law.moments import duration_text
from motcua.processes.items import unfinished
from motcua.processes.models import WorkItem
from motcua.processes.permissions import (
    may_assign,
    may_claim,
    may_finish,
    may_give_opinion,
    may_hand_back,
    may_take_back,
)
from motcua.processes.team import names_of, team_text

# Addresses of what may be done to a step.
FINISH: Final = "hoan-thanh"
CLAIM: Final = "nhan"
ASSIGN: Final = "giao"
HAND_BACK: Final = "tra-lai-viec"
TAKE_BACK: Final = "lay-lai"
OPINION: Final = "cho-y-kien"
WORDS: Final = {
    FINISH: "Hoàn thành bước",
    CLAIM: "Nhận việc",
    ASSIGN: "Giao việc",
    HAND_BACK: "Trả lại việc",
    TAKE_BACK: "Lấy lại",
    OPINION: "Cho ý kiến",
}


@dataclass(frozen=True, slots=True)
class OpenStep:
    """`may` are addresses of what this officer may do now; `why_not` says why he may not finish it, where he could think so.

    `cut` says why he has less time than the process gives the step; `beside`: who cooperates in it and follows it.
    """

    item: WorkItem
    clock: Clock
    used: str
    may: frozenset[str]
    why_not: str = ""
    cut: str = ""
    beside: str = ""

    @property
    def is_result(self) -> bool:
        return self.item.kind == WorkItem.Kind.RESULT

    @property
    def where(self) -> str:
        """Who does it: the officer, else the unit or the agency, else the body outside."""
        if self.item.agency is None:
            return "cơ quan bên ngoài"
        place = str(self.item.unit or self.item.agency)
        return f"{self.item.officer}, {place}" if self.item.officer else place


@dataclass(frozen=True, slots=True)
class Panel:
    """`waiting` are branches and timers that nobody works on; `no_result` why no result may be recorded yet."""

    steps: tuple[OpenStep, ...]
    waiting: tuple[WorkItem, ...]
    no_result: str
    done: int

    @property
    def leads(self) -> bool:
        """Whether finishing a step is what this officer comes for, before any other move."""
        return any(FINISH in step.may for step in self.steps)


def panel_of(dossier: Dossier, items: Sequence[WorkItem], actor: Actor, at: datetime) -> Panel:
    """From all work items of the dossier, with agency, unit and officer. One query, for the calendars.

    Where somebody cooperates or follows, one more, for their names.
    """
    open_items = [item for item in items if item.closed_seq is None]
    state = State(dossier.state)
    calendars = calendars_by_id(item.agency.effective_calendar_id for item in open_items if item.agency)
    desks = frozenset({dossier.receiving_desk_id, dossier.return_desk_id})
    names = names_of(open_items)
    seen = {item.token for item in items if item.seen_at is not None}
    steps = []
    for item in open_items:
        if not item.role:
            continue
        calendar = calendars[item.agency.effective_calendar_id if item.agency else None]
        may, why_not = _rights(item, items, seen, actor, desks, dossier)
        used = time_used(item, at, calendar)
        steps.append(
            OpenStep(
                item, step_clock(item, state, at, calendar), used, may, why_not, cut_text(item), team_text(item, names)
            )
        )
    left = unfinished(items)
    return Panel(
        tuple(steps),
        tuple(item for item in open_items if not item.role),
        f"Kết quả được ghi nhận khi đã xong bước “{'”, “'.join(left)}”." if left else "",
        sum(item.closed_seq is not None and bool(item.role) for item in items),
    )


def cut_text(item: WorkItem) -> str:
    """That the step ends with the whole dossier, before the time that its process gives it; "" = it has all its time."""
    if not item.cut_minutes:
        return ""
    return (
        f"Quy trình giao {duration_text(item.minutes + item.cut_minutes)}; rút còn {duration_text(item.minutes)}"
        " để hạn của bước không sau hạn của hồ sơ."
    )


def _rights(
    item: WorkItem, items: Sequence[WorkItem], seen: set[int], actor: Actor, desks: frozenset[int], dossier: Dossier
) -> tuple[frozenset[str], str]:
    sector = dossier.procedure.sector_id
    finish = may_finish(actor, item, desks, sector)
    paused = State(dossier.state) in PAUSED and item.kind != WorkItem.Kind.CONSULTATION
    verdicts = {
        FINISH: finish.allowed and not paused and item.kind != WorkItem.Kind.RESULT,
        CLAIM: may_claim(actor, item, desks, sector).allowed,
        ASSIGN: may_assign(actor, item, sector).allowed,
        HAND_BACK: may_hand_back(actor, item).allowed,
        TAKE_BACK: may_take_back(actor, item, items, seen).allowed,
        OPINION: may_give_opinion(actor, item, desks, sector).allowed,
    }
    why_not = ""
    if finish.allowed and paused:
        why_not = "Hồ sơ đang tạm dừng tính hạn; bước được hoàn thành khi hồ sơ tiếp tục."
    elif finish.allowed and item.kind == WorkItem.Kind.RESULT:
        why_not = "Bước này kết thúc khi ghi nhận kết quả, hoặc khi ra văn bản trả lời."
    return frozenset(slug for slug, allowed in verdicts.items() if allowed), why_not

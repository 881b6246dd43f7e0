"""The rows of a control slip for a dossier on an internal process: one per step, all of it from the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from motcua.documents import contexts as c
from motcua.documents.wording import moment_short
from motcua.dossiers.models import Dossier
from motcua.dossiers.queries import TimelineItem, timeline
from motcua.identity.actors import ActorKind
from motcua.law.lifecycle import State
from motcua.law.verdict import Verdict, verdict_by_date, verdict_by_instant
from motcua.organizations.models import Agency, Officer, Unit
from motcua.processes.checks import hours_text
from motcua.processes.definition import StepKind
from motcua.processes.history import Done, steps_of
from motcua.processes.items import TAKEN_BACK, UNDONE, Item
from motcua.processes.models import HandOverLine

RESULTS = {
    Verdict.EARLY: c.StepResult.EARLY,
    Verdict.ON_TIME: c.StepResult.ON_TIME,
    Verdict.OVERDUE: c.StepResult.OVERDUE,
}
_NOT_DONE = {
    UNDONE: "Đính chính: bước được mở lại",
    TAKEN_BACK: "Người giao lấy lại",
    "timeout": "Hết thời gian, không trả lời",
}


def acting_name(names: Mapping[int, str], officer_id: int, for_whom: int) -> str:
    """Who acted, and for whom."""
    name = names.get(officer_id, "")
    return f"{name} (làm thay {names[for_whom]})" if name and for_whom in names else name


def step_result(ended_at: datetime, due_at: datetime | None) -> c.StepResult | None:
    """Late by the minute, as a step's limit counts hours; early when a day or more is left."""
    if due_at is None:
        return None
    if verdict_by_instant(ended_at, due_at) is Verdict.OVERDUE:
        return c.StepResult.OVERDUE
    return RESULTS[verdict_by_date(ended_at, due_at)]


def step_rows(dossier: Dossier, up_to_seq: int) -> list[c.HandOver]:
    """Every step up to an entry, and the way of the result to where it is handed over."""
    entries = [entry for entry in timeline(dossier.pk) if entry.seq <= up_to_seq]
    if not entries:
        return []
    steps = steps_of(entries)
    names = _Names.of(steps)
    walks = _walks(dossier, entries[-1].recorded_at)
    rows: list[c.HandOver] = []
    for step in steps:
        rows.append(_row(dossier, step, steps, names, walks))
    if (end := _end(dossier, entries, steps, names)) is not None:
        rows.append(end)
    return rows


class _Names:
    """Names of the officers, units and agencies of the steps, read in three queries."""

    def __init__(self, officers: dict[int, str], units: dict[int, str], agencies: dict[int, str]) -> None:
        self.officers, self.units, self.agencies = officers, units, agencies

    @classmethod
    def of(cls, steps: Iterable[Done]) -> _Names:
        steps = list(steps)
        officers = {
            pk
            for one in steps
            for pk in (
                one.given_by,
                one.given_for,
                one.finished_by,
                one.finished_for,
                one.item.officer_id or 0,
                *one.item.cooperating,
            )
        }
        units = {one.item.unit_id for one in steps if one.item.unit_id}
        agencies = {one.item.agency_id for one in steps if one.item.agency_id}
        return cls(
            dict(Officer.objects.filter(pk__in=officers).values_list("pk", "full_name")),
            dict(Unit.objects.filter(pk__in=units).values_list("pk", "name")),
            dict(Agency.objects.filter(pk__in=agencies).values_list("pk", "name")),
        )

    def place(self, step: Done) -> str:
        item = step.item
        unit, agency = self.units.get(item.unit_id or 0, ""), self.agencies.get(item.agency_id or 0, "")
        if item.agency_id is None:
            return "Cơ quan được lấy ý kiến"
        return ", ".join(part for part in (unit, agency) if part)

    def beside(self, item: Item, main: str) -> str:
        """Who had it in hand and who cooperated, where several did; those who only follow do no work."""
        if not item.cooperating:
            return ""
        others = f"Phối hợp: {', '.join(self.officers.get(pk, '') for pk in item.cooperating)}"
        return f"Chủ trì: {main}. {others}" if main else others


def _row(
    dossier: Dossier, step: Done, steps: Sequence[Done], names: _Names, walks: Sequence[HandOverLine]
) -> c.HandOver:
    item = step.item
    before = [one for one in steps if one.item.closed_seq == item.opened_seq and one is not step]
    worker = acting_name(names.officers, step.finished_by, step.finished_for)
    note = "; ".join(
        part
        for part in (
            _NOT_DONE.get(item.outcome, ""),
            step.note,
            _consulted(step),
            ", ".join(step.papers),
            names.beside(item, worker or names.officers.get(item.officer_id or 0, "")),
        )
        if part
    )
    return c.HandOver(
        from_unit=names.place(before[0]) if before else dossier.receiving_desk.name,
        to_unit=names.place(step),
        at=item.opened_at,
        giver=acting_name(names.officers, step.given_by, step.given_for),
        taker=worker or names.officers.get(item.officer_id or 0, ""),
        result=step_result(item.closed_at, item.due_at) if item.closed_at and item.outcome not in _NOT_DONE else None,
        note=note,
        step=item.name,
        ended_at=item.closed_at,
        allotted=hours_text(item.minutes) if item.minutes else "",
        used=hours_text(step.used) if step.used is not None else "",
        papers=_papers(item.agency_id, item.unit_id, walks),
    )


def _consulted(step: Done) -> str:
    return "Lấy ý kiến" if step.item.kind == StepKind.CONSULTATION else ""


def _walks(dossier: Dossier, until: datetime) -> list[HandOverLine]:
    return list(
        HandOverLine.objects.filter(dossier=dossier, list__made_at__lte=until).select_related("list").order_by("id")
    )


def _papers(agency_id: int | None, unit_id: int | None, walks: Sequence[HandOverLine]) -> str:
    """How the paper dossier came to where the step lies, or that it is on its way."""
    told = ""
    for line in walks:
        paper = line.list
        if paper.direction != "out" or paper.agency_id != agency_id or paper.unit_id not in (None, unit_id):
            continue
        if line.outcome == HandOverLine.Outcome.ACCEPTED and paper.taken_at:
            told = f"Bản giấy: nhận {moment_short(paper.taken_at)}, DSBG {paper.number}"
        elif line.outcome == HandOverLine.Outcome.WAITING:
            told = f"Bản giấy: chờ ký, DSBG {paper.number}"
        else:
            told = f"Bản giấy: chưa nhận ({line.reason})"
    return told


def _end(dossier: Dossier, entries: Sequence[TimelineItem], steps: Sequence[Done], names: _Names) -> c.HandOver | None:
    """The last row: the result comes to the return desk. `result` is that of the whole dossier."""
    ends = [entry for entry in entries if entry.kind in ("dossier.resolved", "dossier.returned")]
    if not ends or entries[-1].to_state not in (State.RESOLVED, State.HANDED_OVER, State.RETURNED):
        return None
    end = ends[-1]
    arrived = [entry for entry in entries if entry.kind == "dossier.result_received" and entry.seq > end.seq]
    last = steps[-1] if steps else None
    # Who signed for its coming; where it never travelled, who had it to hand over; until then the desk itself.
    handed = [entry for entry in entries if entry.kind == "dossier.handed_over" and entry.seq > end.seq]
    taker = next((name for entry in (*arrived[-1:], *handed[-1:]) if (name := _taker(entry))), dossier.return_desk.name)
    return c.HandOver(
        from_unit=names.place(last) if last else dossier.agency.name,
        to_unit=dossier.return_desk.name,
        at=(arrived[-1] if arrived else end).occurred_at,
        giver=acting_name(names.officers, last.finished_by, last.finished_for) if last else "",
        taker=taker,
        result=RESULTS[verdict_by_date(end.occurred_at, dossier.due_at)] if dossier.due_at else None,
        step="Trả kết quả cho bộ phận một cửa",
        note="Kết quả chung của hồ sơ",
    )


def _taker(entry: TimelineItem) -> str:
    if entry.actor["kind"] != ActorKind.OFFICER:
        return ""
    who = {entry.actor["id"], entry.actor.get("for", 0)}
    names = dict(Officer.objects.filter(pk__in=who).values_list("pk", "full_name"))
    return acting_name(names, entry.actor["id"], entry.actor.get("for", 0))

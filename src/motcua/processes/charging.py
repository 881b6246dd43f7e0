"""Why a dossier ended late, and to whom it is charged: proposed from its records, confirmed or changed by a head.

reports.md of the field asks for one main cause, the agency charged, the step and a note for each overdue dossier.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from django.db import connection, transaction

from motcua.dossiers import writer
from motcua.dossiers.commands import check_text
from motcua.dossiers.decide import Decision, GuardFailed
from motcua.dossiers.permissions import READING_ROLES, NotAllowed, sees
from motcua.dossiers.permissions import Decision as Verdict
from motcua.dossiers.queries import timeline
from motcua.dossiers.services import subject_of
from motcua.dossiers.stops import stops_of
from motcua.identity.actors import Actor
from motcua.law.clock import working_minutes_between
from motcua.law.errors import BadInput
from motcua.law.lifecycle import LATENESS_CODED, State
from motcua.law.policies import PauseKind
from motcua.law.verdict import Verdict as TimeVerdict
from motcua.law.verdict import verdict_by_date
from motcua.law.windows import window_between
from motcua.organizations.models import Role
from motcua.platform.config import config
from motcua.platform.database import prepared_cursor
from motcua.processes.items import CalendarOf, Item
from motcua.processes.lateness import Causes, Charges, LateFacts, Proposal, StepUse, propose, read_causes, step_use
from motcua.processes.models import LatenessCause
from motcua.processes.projection import calendar_of_agency, read_items

OWN_FILE = "lateness_causes.toml"
CONFIRMERS = frozenset({Role.UNIT_HEAD.value, Role.DESK_HEAD.value, Role.LEADER.value})
# Ends that a report counts, or that are known ways of hiding lateness.
_ENDED = [
    State.RESOLVED.value,
    State.HANDED_OVER.value,
    State.RETURNED.value,
    State.STOPPED.value,
    State.WITHDRAWN.value,
]


def causes() -> Causes:
    """The province's own code list where there is one, else the shipped one. Raises BadInput."""
    own = config().home / OWN_FILE
    if own.exists():
        return read_causes(own.read_text("utf-8"))
    return _shipped()


@cache
def _shipped() -> Causes:
    return read_causes((files("motcua.processes") / "data" / OWN_FILE).read_text("utf-8"))


def calendars() -> CalendarOf:
    """The calendars of agencies, each read once: for a batch of dossiers."""
    return cache(calendar_of_agency)


def step_uses(items: Iterable[Item], ended_at: datetime, calendar_of: CalendarOf) -> tuple[StepUse, ...]:
    """How each step used its time, in the order in which they were opened."""
    ordered = sorted(items, key=lambda item: (item.opened_at, item.token))
    found = (step_use(item, calendar_of(item.agency_id), ended_at) for item in ordered)
    return tuple(use for use in found if use is not None)


_OF_ENDED = """
SELECT d.id, d.agency_id, d.due_at, coalesce(d.resolved_at, d.ended_at), d.state = ANY(%(ended)s)
FROM dossiers_dossier d WHERE d.id = ANY(%(ids)s) AND d.accepted_at IS NOT NULL AND NOT d.imported ORDER BY d.id
"""

# Ended anew after a rectification: what was confirmed for the other end no longer holds.
_PROPOSE = """
INSERT INTO processes_latenesscause (dossier_id, due_at, ended_at, proposed_at, proposed_code, proposed_agency_id, proposed_step,
                                     evidence, code, charged_id, step, note)
SELECT id, due_at, ended_at, at, code, agency, step, evidence, code, agency, step, ''
FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::text[], %s::bigint[], %s::text[], %s::jsonb[])
  AS t (id, due_at, ended_at, at, code, agency, step, evidence)
ON CONFLICT (dossier_id) DO UPDATE
SET due_at = EXCLUDED.due_at, ended_at = EXCLUDED.ended_at, proposed_at = EXCLUDED.proposed_at,
    proposed_code = EXCLUDED.proposed_code, proposed_agency_id = EXCLUDED.proposed_agency_id,
    proposed_step = EXCLUDED.proposed_step, evidence = EXCLUDED.evidence, code = EXCLUDED.code, charged_id = EXCLUDED.charged_id,
    step = EXCLUDED.step, note = '', confirmed_at = NULL, confirmed_by_id = NULL
WHERE (processes_latenesscause.ended_at, processes_latenesscause.due_at) IS DISTINCT FROM (EXCLUDED.ended_at, EXCLUDED.due_at)
"""


def propose_causes(dossier_ids: Collection[int], *, at: datetime) -> int:
    """Propose a cause for each of these dossiers that ended late, by date; in the caller's transaction.

    Twice it changes nothing; a dossier that no longer counts as ended late loses its row. Returns how many ended late.
    """
    if not dossier_ids:
        return 0
    with prepared_cursor() as cursor:
        cursor.execute(_OF_ENDED, {"ids": sorted(dossier_ids), "ended": _ENDED})
        found = cursor.fetchall()
    late = [
        row[:4]
        for row in found
        if row[4] and row[2] and row[3] and verdict_by_date(row[3], row[2]) is TimeVerdict.OVERDUE
    ]
    LatenessCause.objects.filter(dossier_id__in=set(dossier_ids) - {row[0] for row in late}).delete()
    items = read_items([row[0] for row in late])
    calendar_of = calendars()
    rows: list[tuple[Any, ...]] = []
    for id_, agency_id, due_at, ended_at in late:
        proposal = propose(_facts(id_, agency_id, due_at, ended_at, items.get(id_, {}).values(), calendar_of))
        rows.append(
            (
                id_,
                due_at,
                ended_at,
                at,
                proposal.code,
                proposal.agency_id,
                proposal.step,
                json.dumps(_evidence(proposal), ensure_ascii=False),
            )
        )
    if rows:
        with prepared_cursor() as cursor:
            cursor.execute(_PROPOSE, [list(column) for column in zip(*rows, strict=True)])
    return len(rows)


def _facts(
    dossier_id: int,
    agency_id: int,
    due_at: datetime,
    ended_at: datetime,
    items: Iterable[Item],
    calendar_of: CalendarOf,
) -> LateFacts:
    calendar = calendar_of(agency_id)
    pauses, _ = stops_of(entry.past for entry in timeline(dossier_id))
    stood = sum(
        max(working_minutes_between(max(pause.begin, due_at), min(pause.end or ended_at, ended_at), calendar), 0)
        for pause in pauses
        if pause.kind is not PauseKind.LEGAL and (pause.end or ended_at) > due_at
    )
    return LateFacts(
        agency_id, working_minutes_between(due_at, ended_at, calendar), step_uses(items, ended_at, calendar_of), stood
    )


def _evidence(proposal: Proposal) -> dict[str, Any]:
    return {"because": proposal.because, "steps": [asdict(step) for step in proposal.steps]}


def may_confirm(actor: Actor, agency_id: int) -> Verdict:
    if actor.has_role(CONFIRMERS, agency_id):
        return Verdict(True)
    return Verdict(False, "Nguyên nhân trễ hạn do lãnh đạo phòng hoặc lãnh đạo cơ quan xác nhận.")


@dataclass(frozen=True, slots=True)
class Charge:
    """What a head says of a late dossier. `reason` = why it is not what was proposed; `note` = anything more."""

    code: str
    agency_id: int | None
    step: str
    note: str = ""
    reason: str = ""


def confirm_cause(dossier_id: int, said: Charge, *, actor: Actor, at: datetime) -> LatenessCause:
    """Confirm what was proposed, or say otherwise with a reason; goes into the ledger. May be said anew, with a reason.

    Raises NotFound, NotAllowed, BadInput, GuardFailed for a dossier that did not end late.
    """
    with transaction.atomic():
        loaded = writer.load(dossier_id)
        if not sees(actor, subject_of(loaded)):
            raise writer.NotFound("Không tìm thấy hồ sơ.")
        verdict = may_confirm(actor, loaded.agency_id)
        if not verdict.allowed:
            raise NotAllowed(verdict.reason)
        row = LatenessCause.objects.select_for_update().filter(dossier_id=dossier_id).first()
        if row is None:
            raise GuardFailed("Hồ sơ này không kết thúc quá hạn nên không có nguyên nhân để xác nhận.")
        if loaded.snapshot.last_at is not None and at < loaded.snapshot.last_at:
            raise GuardFailed("Thời điểm xác nhận không được trước việc đã ghi gần nhất của hồ sơ.")
        agency_id = _charged(said, loaded.agency_id)
        check_text(said.step, "Bước", 300)
        _one_of_its_steps(said.step, row)
        check_text(said.note, "Ghi chú", 1000)
        check_text(said.reason, "Lý do thay đổi", 1000)
        standing = (row.code, row.charged_id, row.step)
        if (said.code, agency_id, said.step) != standing and not said.reason.strip():
            raise BadInput("Lý do thay đổi: chưa nhập. Cần ghi rõ vì sao khác với nguyên nhân đề xuất.", field="reason")
        note = " ".join(f"{said.note} {said.reason}".split())[:1000]
        move = writer.Move(loaded, actor=actor, recorded_at=at)
        data = {"cause": said.code, "agency": agency_id, "step": said.step, "proposed": row.proposed_code}
        move.record(
            Decision(LATENESS_CODED, loaded.snapshot.state, data=data, private={"note": note} if note else {}), at
        )
        move.finish()
        row.code, row.charged_id, row.step, row.note = said.code, agency_id, said.step, note
        row.confirmed_at, row.confirmed_by_id = at, actor.id
        row.save(update_fields=["code", "charged", "step", "note", "confirmed_at", "confirmed_by"])
    return row


def _one_of_its_steps(step: str, row: LatenessCause) -> None:
    """Where the records know the dossier's steps, one of them is charged; else nobody could find what was meant."""
    known = [used["name"] for used in row.evidence.get("steps", [])]
    if step and known and step not in {*known, row.proposed_step}:
        offered = "; ".join(dict.fromkeys(known))
        raise BadInput(f"Bước: hồ sơ này không có bước “{step[:100]}”. Có: {offered}.", field="step")


def _charged(said: Charge, competent_id: int) -> int | None:
    """The agency charged as the code has it. Raises BadInput where code and agency contradict each other."""
    cause = causes().get(said.code)
    if cause.charges is Charges.NOBODY:
        return None
    if cause.charges is Charges.OTHER and said.agency_id == competent_id:
        raise BadInput(
            f"Nơi gây chậm: nguyên nhân ({cause.code}) là của cơ quan phối hợp, không phải cơ quan có thẩm quyền.",
            field="agency",
        )
    return said.agency_id if cause.charges is Charges.OTHER else said.agency_id or competent_id


# Queries: late dossiers as a report asks for them.


@dataclass(frozen=True, slots=True)
class CauseLine:
    """One line of the summary: how many dossiers of a sector ended late for a cause charged to an agency.

    `agency` empty = charged to nobody of the administration; `waiting` = how many of them nobody has confirmed.
    """

    sector_code: str
    sector: str
    code: str
    agency_code: str
    agency: str
    dossiers: int
    waiting: int


_SUMMARY = """
SELECT s.code, s.name, l.code, coalesce(c.code, ''), coalesce(c.name, ''), count(*), count(*) FILTER (WHERE l.confirmed_at IS NULL)
FROM processes_latenesscause l
JOIN dossiers_dossier d ON d.id = l.dossier_id
JOIN catalog_procedure p ON p.id = d.procedure_id
JOIN catalog_sector s ON s.id = p.sector_id
LEFT JOIN organizations_agency c ON c.id = l.charged_id
WHERE l.ended_at >= %(first)s AND l.ended_at < %(after)s AND d.agency_id = ANY(%(agencies)s)
GROUP BY 1, 2, 3, 4, 5 ORDER BY s.name, l.code, 5
"""


def reading_scope(actor: Actor) -> list[int]:
    """Agencies whose dossiers the actor reads."""
    return sorted(frozenset().union(*(grant.agencies for grant in actor.grants if grant.role in READING_ROLES)))


def cause_summary(agency_ids: Collection[int], first_on: date, last_on: date) -> list[CauseLine]:
    """Dossiers of these agencies that ended late in the window, by sector, cause and agency charged. Raises BadInput."""
    asked = window_between(first_on, last_on)
    with connection.cursor() as cursor:
        cursor.execute(_SUMMARY, {"first": asked.start, "after": asked.end, "agencies": list(agency_ids)})
        return [CauseLine(*row) for row in cursor.fetchall()]


def late_without_cause(actor: Actor, *, after: int = 0, size: int = 50) -> Iterator[LatenessCause]:
    """Dossiers that ended late and whose cause nobody has confirmed, oldest end first; `size` + 1 at most."""
    waiting = LatenessCause.objects.filter(confirmed_at__isnull=True, dossier__agency_id__in=reading_scope(actor))
    if after:
        waiting = waiting.filter(pk__gt=after)
    related = ("dossier__procedure", "dossier__agency", "dossier__submitter", "charged")
    return iter(waiting.select_related(*related).order_by("id")[: size + 1])

"""Daily hand-over lists between a one-stop desk and the agencies: made at the cut, signed by giver and taker.

The list, not the dossier's ledger, is the record of this walk of paper: it carries a hash of what each side signed, and
the dossier's page shows its lines. An entry per dossier would stand in the way of those who work on it at that moment, and
of a hundred dossiers at once, for something that moves no clock. Where it does move something (papers taken in elsewhere
reach the competent agency, a result reaches its desk) the dossier's own command is given as each line is accepted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from motcua.dossiers.commands import ReceivePapers, ReceiveResult
from motcua.dossiers.ledger import canonical, moment_text
from motcua.dossiers.models import OPEN_STATES, Dossier
from motcua.dossiers.permissions import NotAllowed
from motcua.dossiers.services import give_command
from motcua.dossiers.writer import NotFound, take_numbers
from motcua.identity.actors import Actor
from motcua.law.clock import SAME_DAY_CUTOFF
from motcua.law.errors import BadInput, DomainError
from motcua.law.moments import VIETNAM, local_day
from motcua.law.worktime import calendar_from, national_calendar
from motcua.organizations.models import Desk
from motcua.processes.hand_over_permissions import may_give, may_make, may_see, may_take
from motcua.processes.models import HandOverCut, HandOverLine, HandOverList
from motcua.processes.permissions import DESK_ROLES

Direction = HandOverList.Direction
Outcome = HandOverLine.Outcome

_ELECTRONIC = ("online", "vneid", "kiosk")


class AlreadySigned(DomainError):
    """The other signature, or one's own from another window, came first."""

    code = "already_signed"


@dataclass(frozen=True, slots=True)
class _Ready:
    """A dossier whose papers are to pass: where to, which papers, since when, the how manieth time."""

    dossier_id: int
    agency_id: int
    unit_id: int | None
    mark: int
    papers: str
    since: datetime
    tries: int


# Papers that lie at the receiving desk while somebody else is to work on the dossier: by its process the first open step
# that is not the desk's, without one the unit it was forwarded to; papers taken in for elsewhere go to the agency.
_OUT = """
SELECT d.id, x.agency_id, x.unit_id, p.mark, p.originals, p.copies, x.since,
       (SELECT count(*) FROM processes_handoverline l WHERE l.dossier_id = d.id AND l.direction = 'out' AND l.mark = p.mark)
FROM dossiers_dossier d
CROSS JOIN LATERAL (SELECT coalesce(max(l.mark), -1) AS done FROM processes_handoverline l
                    WHERE l.dossier_id = d.id AND l.direction = 'out' AND l.outcome = 'accepted') t
CROSS JOIN LATERAL (SELECT max(p.round) AS mark, sum(p.originals) AS originals, sum(p.copies) AS copies
                    FROM dossiers_paper p
                    WHERE p.dossier_id = d.id AND p.round > t.done AND p.originals + p.copies > 0
                      AND (p.file = '' OR d.channel <> ALL(%(electronic)s))) p
CROSS JOIN LATERAL (
  SELECT d.agency_id, NULL::bigint AS unit_id, d.accepted_at AS since WHERE d.papers_due_at IS NOT NULL
  UNION ALL
  (SELECT w.agency_id, w.unit_id, w.opened_at FROM processes_workitem w
   WHERE w.dossier_id = d.id AND w.closed_at IS NULL AND w.agency_id IS NOT NULL AND w.role <> ''
     AND w.role <> ALL(%(desk_roles)s) AND d.process <> '' AND d.papers_due_at IS NULL
   ORDER BY w.token LIMIT 1)
  UNION ALL
  SELECT u.agency_id, u.id, (SELECT max(e.occurred_at) FROM dossiers_ledgerentry e
                             WHERE e.dossier_id = d.id AND e.kind = 'dossier.forwarded')
  FROM organizations_unit u WHERE u.id = d.unit_id AND d.process = '' AND d.papers_due_at IS NULL
) x
WHERE d.receiving_desk_id = %(desk)s AND d.state = ANY(%(open)s) AND p.mark IS NOT NULL AND x.since < %(cut)s
  AND NOT EXISTS (SELECT FROM processes_handoverline l WHERE l.dossier_id = d.id AND l.direction = 'out'
                  AND (l.outcome = 'waiting' OR l.settled_at >= %(cut)s))
ORDER BY x.agency_id, x.unit_id NULLS FIRST, x.since, d.id
"""

# Paper results that have not reached the return desk.
_BACK = """
SELECT d.id, d.agency_id, x.unit_id, r.entry_seq, r.kind, r.number, d.resolved_at,
       (SELECT count(*) FROM processes_handoverline l WHERE l.dossier_id = d.id AND l.direction = 'back' AND l.mark = r.entry_seq)
FROM dossiers_dossier d
JOIN dossiers_result r ON r.dossier_id = d.id AND r.voided_at IS NULL AND NOT r.electronic
LEFT JOIN LATERAL (SELECT w.unit_id FROM processes_workitem w WHERE w.dossier_id = d.id AND w.kind = 'result'
                   AND w.agency_id = d.agency_id ORDER BY w.token DESC LIMIT 1) x ON true
WHERE d.return_desk_id = %(desk)s AND d.state = 'resolved' AND d.result_at_desk_at IS NULL AND d.resolved_at < %(cut)s
  AND NOT EXISTS (SELECT FROM processes_handoverline l WHERE l.dossier_id = d.id AND l.direction = 'back'
                  AND (l.outcome = 'waiting' OR l.settled_at >= %(cut)s))
ORDER BY d.agency_id, x.unit_id NULLS FIRST, d.resolved_at, d.id
"""


def make_lists(desk_id: int, *, cut_at: datetime, actor: Actor | None, at: datetime) -> list[HandOverList]:
    """The lists of a desk with everything that was ready before `cut_at`; one per direction, agency and unit.

    `actor` None = the program at the cut. What stands on an unsigned list is not listed again. Raises NotAllowed.
    """
    with transaction.atomic():
        # The lock makes two who press at once see one another.
        desk = Desk.objects.select_for_update(of=("self",)).select_related("agency").filter(pk=desk_id).first()
        if desk is None or (actor is not None and not may_make(actor, desk)):
            raise NotAllowed("Chỉ cán bộ của bộ phận một cửa này lập được danh sách bàn giao của nơi này.")
        if cut_at > at:
            raise BadInput("Chốt lúc: không lập được danh sách cho thời điểm chưa tới.", field="cut_at")
        made = []
        for direction, ready in ((Direction.OUT, _out(desk, cut_at)), (Direction.BACK, _back(desk, cut_at))):
            for lines in _together(ready):
                made.append(_store(desk, direction, lines, cut_at, actor, at))
        return made


def _out(desk: Desk, cut_at: datetime) -> list[_Ready]:
    given = {
        "desk": desk.pk, "cut": cut_at, "open": OPEN_STATES, "electronic": list(_ELECTRONIC), "desk_roles": sorted(DESK_ROLES),
    }  # fmt: skip
    return [
        _Ready(pk, agency, unit, mark, _papers_words(mark, originals, copies), since, tries + 1)
        for pk, agency, unit, mark, originals, copies, since, tries in _rows(_OUT, given)
    ]


def _papers_words(round_: int, originals: int, copies: int) -> str:
    counted = [f"{originals} bản chính" if originals else "", f"{copies} bản sao" if copies else ""]
    words = ", ".join(part for part in counted if part)
    return f"Giấy tờ bổ sung: {words}" if round_ else words


def _back(desk: Desk, cut_at: datetime) -> list[_Ready]:
    return [
        _Ready(pk, agency, unit, mark, f"{kind} số {number}"[:300], since, tries + 1)
        for pk, agency, unit, mark, kind, number, since, tries in _rows(_BACK, {"desk": desk.pk, "cut": cut_at})
    ]


def _rows(text: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, given)
        return list(cursor.fetchall())


def _together(ready: Sequence[_Ready]) -> list[list[_Ready]]:
    found: dict[tuple[int, int | None], list[_Ready]] = {}
    for one in ready:
        found.setdefault((one.agency_id, one.unit_id), []).append(one)
    return list(found.values())


def _store(
    desk: Desk, direction: Direction, lines: list[_Ready], cut_at: datetime, actor: Actor | None, at: datetime
) -> HandOverList:
    year = local_day(at).year
    with connection.cursor() as cursor:
        serial = take_numbers(cursor, f"hand_over:{desk.code}", date(year, 1, 1), 1)
    made = HandOverList.objects.create(
        number=f"{serial:02d}/{year}/DSBG-{desk.code}", direction=direction, desk=desk, agency_id=lines[0].agency_id,
        unit_id=lines[0].unit_id, cut_at=cut_at, made_at=at, made_by_id=actor.id if actor else None,
    )  # fmt: skip
    HandOverLine.objects.bulk_create(
        HandOverLine(
            list=made, position=position, dossier_id=one.dossier_id, direction=direction, mark=one.mark, papers=one.papers,
            since=one.since, tries=one.tries,
        )
        for position, one in enumerate(lines, 1)
    )  # fmt: skip
    return made


def sign_given(list_id: int, *, held: Mapping[int, str], actor: Actor, at: datetime) -> HandOverList:
    """The giving side signs. `held` are lines (ids) that it keeps back, each with the reason: they come onto a later list.

    Raises NotFound, NotAllowed, AlreadySigned, BadInput; then nothing has changed.
    """
    with transaction.atomic():
        paper = _locked(list_id, actor)
        verdict = may_give(actor, paper)
        if not verdict.allowed:
            raise NotAllowed(verdict.reason)
        if paper.given_at is not None:
            raise AlreadySigned("Bên giao đã ký danh sách này.")
        lines = list(paper.lines.select_for_update().order_by("position"))
        _settle(lines, held, Outcome.HELD, at)
        paper.giver_id, paper.given_for_id, paper.given_at = actor.id, verdict.on_behalf_of or None, at
        paper.given_hash = _given_hash(paper, lines)
        paper.save(update_fields=["giver", "given_for", "given_at", "given_hash"])
        return paper


def sign_taken(list_id: int, *, refused: Mapping[int, str], actor: Actor, at: datetime) -> HandOverList:
    """The taking side signs for all lines but those that it refuses, each with its reason.

    A line whose dossier does not let itself be taken (meanwhile withdrawn, result voided) is refused with what the dossier
    says. Raises as `sign_given`.
    """
    with transaction.atomic():
        paper = _locked(list_id, actor)
        verdict = may_take(actor, paper)
        if not verdict.allowed:
            raise NotAllowed(verdict.reason)
        if paper.given_at is None:
            raise AlreadySigned("Bên giao chưa ký danh sách này.")
        if paper.taken_at is not None:
            raise AlreadySigned("Bên nhận đã ký danh sách này.")
        if actor.id == paper.giver_id:
            raise NotAllowed("Người nhận phải là người khác với người giao.")
        lines = list(paper.lines.select_for_update().order_by("position"))
        _settle(lines, refused, Outcome.REFUSED, at)
        for line in lines:
            if line.outcome == Outcome.WAITING:
                _accept(line, paper, actor, at)
        paper.taker_id, paper.taken_for_id, paper.taken_at = actor.id, verdict.on_behalf_of or None, at
        paper.taken_hash = _taken_hash(paper, lines)
        paper.save(update_fields=["taker", "taken_for", "taken_at", "taken_hash"])
        return paper


def _locked(list_id: int, actor: Actor) -> HandOverList:
    paper = (
        HandOverList.objects.select_for_update(of=("self",)).select_related("desk__agency").filter(pk=list_id).first()
    )
    if paper is None or not may_see(actor, paper):
        raise NotFound("Không tìm thấy danh sách bàn giao.")
    return paper


def _settle(lines: Sequence[HandOverLine], reasons: Mapping[int, str], outcome: Outcome, at: datetime) -> None:
    waiting = {line.pk: line for line in lines if line.outcome == Outcome.WAITING}
    for line_id, reason in reasons.items():
        line, tidy = waiting.get(line_id), " ".join(reason.split())
        if line is None:
            raise BadInput("Dòng được chọn không còn chờ trên danh sách này.", field=f"line-{line_id}")
        if not tidy or len(tidy) > 300:
            raise BadInput(f"Dòng {line.position}: cần ghi lý do, tối đa 300 ký tự.", field=f"line-{line_id}")
        _close(line, outcome, tidy, at)


def _close(line: HandOverLine, outcome: Outcome, reason: str, at: datetime) -> None:
    line.outcome, line.reason, line.settled_at = outcome, reason, at
    line.save(update_fields=["outcome", "reason", "settled_at"])


def _accept(line: HandOverLine, paper: HandOverList, actor: Actor, at: datetime) -> None:
    try:
        with transaction.atomic():
            if paper.direction == Direction.BACK:
                give_command(line.dossier_id, ReceiveResult(), actor=actor, at=at)
            elif Dossier.objects.filter(pk=line.dossier_id, papers_due_at__isnull=False).exists():
                give_command(line.dossier_id, ReceivePapers(paper.number), actor=actor, at=at)
    except DomainError as error:
        _close(line, Outcome.REFUSED, error.message[:300], at)
        return
    _close(line, Outcome.ACCEPTED, "", at)


def _given_hash(paper: HandOverList, lines: Sequence[HandOverLine]) -> str:
    """What the giver signed: the list and which of its lines he gives."""
    held = Outcome.HELD
    return _digest(
        {
            "number": paper.number, "direction": str(paper.direction), "desk": paper.desk_id, "agency": paper.agency_id,
            "unit": paper.unit_id, "cut_at": moment_text(paper.cut_at),
            "lines": [
                [line.position, line.dossier_id, line.mark, line.papers, line.outcome == held, line.reason if line.outcome == held else ""]
                for line in lines
            ],
            "giver": paper.giver_id, "for": paper.given_for_id, "given_at": _text(paper.given_at),
        }
    )  # fmt: skip


def _taken_hash(paper: HandOverList, lines: Sequence[HandOverLine]) -> str:
    """What the taker signed: what was given to him, and what became of each line."""
    return _digest(
        {
            "given": paper.given_hash, "lines": [[line.position, str(line.outcome), line.reason] for line in lines],
            "taker": paper.taker_id, "for": paper.taken_for_id, "taken_at": _text(paper.taken_at),
        }
    )  # fmt: skip


def _text(moment: datetime | None) -> str:
    return moment_text(moment) if moment else ""


def _digest(content: dict[str, object]) -> str:
    return hashlib.sha256(b"motcua-hand-over-1" + canonical(content).encode()).hexdigest()


def is_whole(paper: HandOverList, lines: Sequence[HandOverLine]) -> bool:
    """Whether what stands stored is still what was signed; an unsigned list is whole. `lines` are all, by position."""
    return (paper.given_at is None or paper.given_hash == _given_hash(paper, lines)) and (
        paper.taken_at is None or paper.taken_hash == _taken_hash(paper, lines)
    )


def cut_of_day(at: datetime) -> int:
    """The sweep: once a working day after the cut, the lists of every desk whose agency works that day. Returns how many."""
    day = local_day(at)
    cut_at = datetime.combine(day, SAME_DAY_CUTOFF, VIETNAM)
    if at < cut_at or HandOverCut.objects.filter(day=day).exists():
        return 0
    made = 0
    for desk in Desk.objects.select_related("agency__effective_calendar").order_by("pk"):
        stored = desk.agency.effective_calendar
        calendar = calendar_from(stored.data) if stored else national_calendar()
        if calendar.is_working_day(day):
            made += len(make_lists(desk.pk, cut_at=cut_at, actor=None, at=at))
    # Last: killed before it, the sweep goes through the desks again and finds nothing left to list.
    HandOverCut.objects.get_or_create(day=day, defaults={"done_at": at, "lists": made})
    return made

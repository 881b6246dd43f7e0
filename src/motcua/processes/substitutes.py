"""What waits for somebody who is away, and how it passes to his substitute and back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from motcua.dossiers.models import OPEN_STATES, Dossier
from motcua.identity.actors import Actor
from motcua.law.errors import DomainError
from motcua.law.moments import local_day
from motcua.organizations.models import Absence, Officer, Role, RoleAssignment
from motcua.organizations.queries import DELEGATION_STANDS, actor_of
from motcua.processes.models import WorkItem
from motcua.processes.permissions import leads, led_roles
from motcua.processes.services import assign, give_back

_MOST = 300
_REASON = "Người giữ bước đang vắng; giao người làm thay."
# Steps that somebody must decide; left to take, they wait when everybody who could is away.
_DECIDING = (Role.SIGNER, Role.UNIT_HEAD, Role.DESK_HEAD, Role.LEADER)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A step that waits for somebody away. `since`: from when on it has waited for him; `may_pass`: by this actor, now."""

    item: WorkItem
    absence: Absence
    since: datetime
    may_pass: bool

    @property
    def key(self) -> str:
        return f"{self.item.dossier_id}-{self.item.token}"


# A step lies with an absent officer; or nobody has it and of those who may do it everybody is away (the first one back).
_WAITING = f"""
SELECT w.id, b.id
FROM organizations_absence b
JOIN processes_workitem w ON w.officer_id = b.officer_id AND w.closed_at IS NULL
WHERE b.from_at <= %(at)s AND b.until > %(at)s AND (w.agency_id = ANY(%(agencies)s) OR b.officer_id = ANY(%(people)s))
UNION
SELECT w.id, (SELECT b.id FROM organizations_absence b JOIN organizations_roleassignment r ON r.officer_id = b.officer_id
              JOIN organizations_agency s ON s.id = r.scope_id JOIN organizations_agency a ON a.path LIKE s.path || '%%'
              WHERE a.id = w.agency_id AND r.role = w.role AND b.from_at <= %(at)s AND b.until > %(at)s
                AND r.valid_from <= %(on)s AND (r.valid_to IS NULL OR r.valid_to > %(on)s)
              ORDER BY b.until, b.id LIMIT 1) AS away
FROM processes_workitem w
WHERE w.closed_at IS NULL AND w.officer_id IS NULL AND w.agency_id = ANY(%(agencies)s) AND w.role = ANY(%(deciding)s)
  AND NOT EXISTS (
    SELECT FROM organizations_roleassignment r
    JOIN organizations_officer o ON o.id = r.officer_id
    JOIN organizations_agency s ON s.id = r.scope_id JOIN organizations_agency a ON a.path LIKE s.path || '%%'
    WHERE a.id = w.agency_id AND r.role = w.role AND (w.unit_id IS NULL OR o.unit_id = w.unit_id)
      AND r.valid_from <= %(on)s AND (r.valid_to IS NULL OR r.valid_to > %(on)s)
      AND o.valid_from <= %(on)s AND (o.valid_to IS NULL OR o.valid_to > %(on)s)
      AND (r.delegated_by_id IS NULL OR {DELEGATION_STANDS})
      AND NOT EXISTS (SELECT FROM organizations_absence b WHERE b.officer_id = o.id AND b.from_at <= %(at)s AND b.until > %(at)s))
"""


def waiting_for_absent(actor: Actor, at: datetime) -> list[Waiting]:
    """Steps of the agencies that the actor heads, and of those he stands in for, soonest due first; at most 300."""
    agencies = frozenset().union(
        *(grant.agencies for hat in actor.hats if hat.sectors is None for grant in hat.grants if led_roles(grant.role))
    )
    if not agencies and not actor.stands_in_for:
        return []
    given: dict[str, Any] = {
        "at": at, "on": local_day(at), "agencies": sorted(agencies), "people": sorted(actor.stands_in_for),
        "deciding": [role.value for role in _DECIDING],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT f.* FROM ({_WAITING}) AS f (item, absence) JOIN processes_workitem w ON w.id = f.item"
            f" WHERE f.absence IS NOT NULL ORDER BY w.due_at, w.id LIMIT {_MOST}",
            given,
        )
        pairs = cursor.fetchall()
    items = WorkItem.objects.select_related("dossier__procedure", "agency", "unit", "officer").in_bulk(
        [item for item, _ in pairs]
    )
    absences = Absence.objects.select_related("officer", "substitute").in_bulk({absence for _, absence in pairs})
    there = _there({one.substitute_id for one in absences.values() if one.substitute_id}, at)
    return [
        Waiting(
            items[item],
            absences[absence],
            max(items[item].opened_at, absences[absence].from_at),
            absences[absence].substitute_id in there and any(leads(hat, items[item]) for hat in actor.hats),
        )
        for item, absence in pairs
        if absences[absence].officer_id in actor.stands_in_for
        or any(hat.sectors is None and leads(hat, items[item]) for hat in actor.hats)
    ]


def _there(officer_ids: Iterable[int], at: datetime) -> set[int]:
    wanted = set(officer_ids)
    away = Absence.objects.filter(officer_id__in=wanted, from_at__lte=at, until__gt=at)
    return wanted - set(away.values_list("officer_id", flat=True))


@dataclass(frozen=True, slots=True)
class Passed:
    """What became of one of many: `fault` is a sentence, empty when it was passed on."""

    code: str
    step: str
    to: str
    fault: str = ""


def pass_to_substitutes(keys: Sequence[str], *, actor: Actor, at: datetime) -> list[Passed]:
    """Give the steps named by `Waiting.key` to the substitutes; each succeeds or fails by itself."""
    waiting = {one.key: one for one in waiting_for_absent(actor, at)}
    passed = []
    for key in dict.fromkeys(keys):
        one = waiting.get(key)
        if one is None:
            passed.append(Passed("", "", "", "Bước này không còn chờ người vắng."))
            continue
        item, substitute = one.item, one.absence.substitute
        code = item.dossier.code or str(item.dossier_id)
        if substitute is None:
            passed.append(Passed(code, item.name, "", f"{one.absence.officer.full_name} chưa có người làm thay."))
            continue
        try:
            assign(item.dossier_id, item.token, officer_id=substitute.pk, reason=_REASON, actor=actor, at=at)
            passed.append(Passed(code, item.name, substitute.full_name))
        except DomainError as error:
            passed.append(Passed(code, item.name, substitute.full_name, error.message))
    return passed


def due_while_away(absence_ids: Iterable[int]) -> dict[int, int]:
    """For each absence how many of the officer's steps, and dossiers without a process, fall due before it ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT b.id, (SELECT count(*) FROM processes_workitem w WHERE w.officer_id = b.officer_id"
            "                AND w.closed_at IS NULL AND w.due_at < b.until)"
            "           + (SELECT count(*) FROM dossiers_dossier d WHERE d.officer_id = b.officer_id AND d.process = ''"
            "                AND d.state = ANY(%s) AND d.due_at < b.until)"
            " FROM organizations_absence b WHERE b.id = ANY(%s)",
            [OPEN_STATES, list(absence_ids)],
        )
        return dict(cursor.fetchall())


_BACK = timedelta(days=7)


def end_stand_ins(at: datetime) -> int:
    """The sweep: a step that its officer has only as substitute or delegate goes back when that power is over.

    Looks at what ended within a week. Returns how many steps went back.
    """
    over: list[tuple[Officer | None, Officer | None]] = [
        (row.substitute, row.officer)
        for row in Absence.objects.filter(until__lte=at, until__gt=at - _BACK, substitute__isnull=False).select_related(
            "substitute", "officer"
        )
    ]
    over += [
        (row.officer, row.delegated_by)
        for row in RoleAssignment.objects.filter(
            delegated_by__isnull=False, valid_to__lte=local_day(at), valid_to__gt=local_day(at - _BACK)
        ).select_related("officer", "delegated_by")
    ]
    done = 0
    for taker, owner in over:
        if taker is None or owner is None:
            continue
        items = list(WorkItem.objects.filter(officer=taker, closed_at__isnull=True).select_related("dossier"))
        if not items:
            continue
        had, has = actor_of(taker, local_day(at), at), actor_of(owner, local_day(at), at)
        for item in items:
            if _still_his(had, item) or not _still_his(has, item):
                continue
            with suppress(DomainError):
                give_back(item.dossier_id, item.token, officer_id=owner.pk, at=at)
                done += 1
    return done


def _still_his(actor: Actor, item: WorkItem) -> bool:
    """Whether any power of the officer's, his own or for another, still has the step's role."""
    desks = _desks(item.dossier)
    return any(
        any(grant.role == item.role and (item.agency_id in grant.agencies or hat.desks & desks) for grant in hat.grants)
        for hat in actor.hats
    )


def _desks(dossier: Dossier) -> frozenset[int]:
    return frozenset({dossier.receiving_desk_id, dossier.return_desk_id})

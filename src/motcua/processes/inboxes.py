"""The inboxes of an officer: which steps stand in each. One definition for the list, its count and the moves of many.

An inbox is one or more ranges of an index of `WorkItem`, each read in its order; `processes.queries` puts them together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from motcua.identity.actors import Actor
from motcua.law.lifecycle import OPEN
from motcua.organizations.models import Role
from motcua.processes.definition import STEP_ROLES
from motcua.processes.permissions import DESK_ROLES, led_roles


class Inbox(StrEnum):
    MINE = "mine"
    TO_TAKE = "to_take"
    TO_ASSIGN = "to_assign"
    UNIT = "unit"
    TOGETHER = "together"
    ELSEWHERE = "elsewhere"
    DONE = "done"


INBOX_TEXT = {
    Inbox.MINE: "Bước của tôi",
    Inbox.TO_TAKE: "Bước chờ nhận",
    Inbox.TO_ASSIGN: "Bước chờ phân công",
    Inbox.UNIT: "Bước của phòng",
    Inbox.TOGETHER: "Phối hợp, theo dõi",
    Inbox.ELSEWHERE: "Đang ở cơ quan khác",
    Inbox.DONE: "Tôi vừa làm xong",
}
DONE_SINCE = timedelta(days=7)
# Whose dossiers are "ours" when another agency works on them.
_OURS = frozenset({Role.CASE_OFFICER, Role.UNIT_HEAD, Role.SIGNER})
_HIS = "w.officer_id = %(me)s AND w.closed_at IS NULL"
# A part in somebody else's step; as the index of such steps says it.
_PARTS = tuple(
    f"w.{part} @> ARRAY[%(me)s]::bigint[] AND w.closed_at IS NULL AND NOT (w.cooperating = '{{}}' AND w.following = '{{}}')"
    for part in ("cooperating", "following")
)
_OPEN = sorted(state.value for state in OPEN)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Steps of one role at one agency. `at_desk`: only of dossiers of the actor's desks; `any_unit`: of every unit."""

    agency_id: int
    role: str
    at_desk: bool = False
    any_unit: bool = True


@dataclass(frozen=True, slots=True)
class Hat:
    """The officer himself, or one on whose behalf he acts: the steps whose role is his, and those of the people he leads.

    `ours`: the agencies whose dossiers are his own when another agency works on them.
    """

    actor: Actor
    held: tuple[Place, ...]
    led: tuple[Place, ...]
    ours: frozenset[int]


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where an officer works, himself first, then for others."""

    actor: Actor
    hats: tuple[Hat, ...]

    @property
    def inboxes(self) -> tuple[Inbox, ...]:
        """Those that can hold anything for this officer."""
        leads = any(hat.led for hat in self.hats)
        holds = any(hat.held for hat in self.hats)
        there = {
            Inbox.MINE: holds or leads,
            Inbox.TO_TAKE: holds,
            Inbox.TO_ASSIGN: leads,
            Inbox.UNIT: leads,
            Inbox.TOGETHER: holds or leads,
            Inbox.ELSEWHERE: any(hat.ours for hat in self.hats),
            Inbox.DONE: holds or leads,
        }
        return tuple(inbox for inbox in Inbox if there[inbox])


def workplace(actor: Actor, agencies_of: Mapping[int, frozenset[int]]) -> Workplace:
    """By the rule of `permissions.holds` and `leads`. `agencies_of` a desk: those whose dossiers are handed in there."""
    return Workplace(actor, tuple(_hat(hat, agencies_of) for hat in actor.hats))


def _hat(actor: Actor, agencies_of: Mapping[int, frozenset[int]]) -> Hat:
    led = {Place(agency, role) for grant in actor.grants for role in led_roles(grant.role) for agency in grant.agencies}
    pairs = {(place.agency_id, place.role) for place in led}
    at_desks = frozenset().union(*(agencies_of.get(desk, frozenset()) for desk in actor.desks))
    held: set[Place] = set()
    for grant in actor.grants:
        if grant.role not in STEP_ROLES:
            continue
        held |= {
            Place(agency, grant.role, any_unit=not actor.unit_id or (agency, grant.role) in pairs)
            for agency in grant.agencies
        }
        if grant.role in DESK_ROLES:
            elsewhere = at_desks - grant.agencies
            held |= {Place(agency, grant.role, at_desk=True, any_unit=not actor.unit_id) for agency in elsewhere}
    ours = frozenset().union(*(grant.agencies for grant in actor.grants if grant.role in _OURS))
    return Hat(actor, tuple(sorted(held)), tuple(sorted(led)), ours)


@dataclass(frozen=True, slots=True)
class Range:
    """Steps `w` under `where`. With `places` it is read for each of them as `p`, so that every one is an index range.

    `needs_dossier`: the condition speaks of the dossier `d`; `by_dossier`: the dossiers are read first.
    """

    where: str
    given: Mapping[str, Any]
    places: tuple[Place, ...] | None = None
    needs_dossier: bool = False
    by_dossier: bool = False


def ranges(inbox: Inbox, place: Workplace, at: datetime) -> list[Range]:
    """The index ranges of an inbox. A step may lie in two of them where two powers cover it; it is shown once."""
    match inbox:
        case Inbox.MINE:
            return [one for hat in place.actor.hats for one in _acting(hat, _HIS)]
        case Inbox.TOGETHER:
            return [one for hat in place.actor.hats for part in _PARTS for one in _acting(hat, part)]
        case Inbox.DONE:
            given = {"me": place.actor.id, "since": at - DONE_SINCE}
            return [Range("w.closed_by_id = %(me)s AND w.closed_at >= %(since)s", given)]
    found = [one for hat in place.hats for one in _of_hat(inbox, hat)]
    return [one for one in found if one.places is None or one.places]


def _acting(hat: Actor, where: str) -> Iterator[Range]:
    """What he has a part in as `where` says; so of an absent officer whose substitute he is; so in a role delegated to him."""
    given = {"me": hat.acting_for or hat.id}
    if not hat.acting_for or hat.stands_in_for:
        yield _limited(Range(where, given), hat)
        return
    where += " AND w.role = %(role)s AND w.agency_id = ANY(%(agencies)s)"
    for grant in hat.grants:
        if grant.role in STEP_ROLES:
            yield _limited(Range(where, {**given, "role": grant.role, "agencies": sorted(grant.agencies)}), hat)


def _of_hat(inbox: Inbox, hat: Hat) -> Iterator[Range]:
    actor = hat.actor
    match inbox:
        case Inbox.TO_TAKE:
            yield _unassigned(hat.held, actor)
        case Inbox.TO_ASSIGN:
            led = tuple(Place(one.agency_id, one.role, any_unit=not actor.unit_id) for one in hat.led)
            yield _unassigned(led, actor)
        case Inbox.UNIT if hat.led:
            at_place = "w.agency_id = p.agency AND w.role = p.role AND w.closed_at IS NULL"
            if actor.unit_id:
                yield _limited(Range("w.unit_id = %(unit)s AND w.closed_at IS NULL", {"unit": actor.unit_id}), actor)
                at_place += " AND w.unit_id IS NULL"
            yield _limited(Range(at_place, {}, hat.led), actor)
        case Inbox.ELSEWHERE if hat.ours:
            given = {
                "ours": sorted(hat.ours),
                "open": _OPEN,
                "desk_roles": sorted(DESK_ROLES),
            }
            shared = Range(
                "d.agency_id = ANY(%(ours)s) AND d.state = ANY(%(open)s) AND d.shared_with <> '{}'"
                " AND w.closed_at IS NULL AND w.agency_id <> d.agency_id AND w.role <> '' AND w.role <> ALL(%(desk_roles)s)",
                given,
                needs_dossier=True,
                by_dossier=True,
            )
            # A body without an account has no agency here.
            outside = Range("w.asked_by_id = ANY(%(ours)s) AND w.closed_at IS NULL", {"ours": given["ours"]})
            yield from (_limited(shared, actor), _limited(outside, actor))


def _unassigned(places: tuple[Place, ...], actor: Actor) -> Range:
    where = (
        "w.agency_id = p.agency AND w.role = p.role AND w.closed_at IS NULL AND w.officer_id IS NULL"
        " AND (p.any_unit OR w.unit_id IS NULL OR w.unit_id = %(unit)s)"
    )
    at_desk = any(place.at_desk for place in places)
    if at_desk:
        where += " AND (NOT p.at_desk OR d.receiving_desk_id = ANY(%(desks)s) OR d.return_desk_id = ANY(%(desks)s))"
    given = {"unit": actor.unit_id, "desks": sorted(actor.desks)}
    return _limited(Range(where, given, places, needs_dossier=at_desk), actor)


def _limited(one: Range, actor: Actor) -> Range:
    """A power delegated for some sectors reaches their procedures only."""
    if actor.sectors is None:
        return one
    where = f"{one.where} AND d.procedure_id IN (SELECT id FROM catalog_procedure WHERE sector_id = ANY(%(sectors)s))"
    return replace(one, where=where, given={**one.given, "sectors": sorted(actor.sectors)}, needs_dossier=True)

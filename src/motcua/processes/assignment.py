"""Who gets a step when it opens, by the rule of the step; the choice itself is pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from motcua.law.moments import local_day
from motcua.organizations.queries import DELEGATION_STANDS
from motcua.platform.database import prepared_cursor
from motcua.processes.definition import Assign, Node
from motcua.processes.placing import Choose


@dataclass(frozen=True, slots=True)
class Candidate:
    """An officer who may do the step: how many steps lie with him, when he last got one.

    `substitute_id`: who stands in for him while he is absent, None = nobody who is there himself.
    """

    officer_id: int
    load: int
    last_at: datetime | None
    head: bool = False
    absent: bool = False
    substitute_id: int | None = None

    @property
    def taker(self) -> int | None:
        """Who gets what is meant for him."""
        return self.substitute_id if self.absent else self.officer_id


def _longest_without(candidate: Candidate) -> tuple[float, int]:
    return (candidate.last_at.timestamp() if candidate.last_at else 0.0, candidate.officer_id)


def pick(rule: Assign, candidates: Sequence[Candidate], before: int | None) -> int | None:
    """The officer by the rule, None = the step waits to be taken. `before`: who did this step earlier in the dossier.

    One candidate alone gets it under any rule but the head's own choice; ties go to the lower id, so that a rule repeats.
    Absent officers are passed over; where the rule means one of them and nobody else, his substitute gets it.
    """
    known = {candidate.officer_id: candidate for candidate in candidates}
    # What comes back goes to whoever did it; only a head gives it out anew.
    if before in known and rule is not Assign.HEAD:
        taker = known[before].taker
        if taker is not None:
            return taker
    if rule is Assign.CLAIM:
        return None
    there = [candidate for candidate in candidates if not candidate.absent] or candidates
    match rule:
        case Assign.HEAD:
            heads = [candidate for candidate in candidates if candidate.head]
            return heads[0].taker if len(heads) == 1 else None
        case Assign.ROUND_ROBIN if there:
            return min(there, key=_longest_without).taker
        case Assign.LEAST_LOADED if there:
            return min(there, key=lambda c: (c.load, c.officer_id)).taker
    return there[0].taker if len(there) == 1 else None


def takers(candidates: Sequence[Candidate]) -> dict[int, int]:
    """To whom the step can be given now, with how many steps lie with whom it is meant for: those there, and substitutes."""
    found = {one.substitute_id: one.load for one in candidates if one.absent and one.substitute_id is not None}
    return found | {one.officer_id: one.load for one in candidates if not one.absent}


_CANDIDATES = f"""
SELECT o.id, (SELECT count(*) FROM processes_workitem w WHERE w.officer_id = o.id AND w.closed_at IS NULL),
       (SELECT max(w.opened_at) FROM processes_workitem w WHERE w.officer_id = o.id), h.head,
       b.id IS NOT NULL, b.there
FROM (
  SELECT o.id, bool_or(r.role = 'unit_head') AS head
  FROM organizations_agency a
  JOIN organizations_agency s ON a.path LIKE s.path || '%%'
  JOIN organizations_roleassignment r ON r.scope_id = s.id
  JOIN organizations_officer o ON o.id = r.officer_id
  -- A role may reach down a whole tree of agencies; work is given to the people of the agency itself.
  WHERE a.id = %(agency)s AND o.agency_id = a.id AND (r.role = %(role)s OR %(head)s AND r.role = 'unit_head')
    AND r.valid_from <= %(on)s AND (r.valid_to IS NULL OR r.valid_to > %(on)s)
    AND o.valid_from <= %(on)s AND (o.valid_to IS NULL OR o.valid_to > %(on)s)
    AND (r.delegated_by_id IS NULL
         OR (cardinality(r.sectors) = 0 OR %(sector)s = ANY(r.sectors)) AND {DELEGATION_STANDS})
    AND (%(unit)s::bigint IS NULL OR o.unit_id = %(unit)s)
  GROUP BY o.id
) h JOIN organizations_officer o ON o.id = h.id
LEFT JOIN LATERAL (
  SELECT b.id, (SELECT s.id FROM organizations_officer s WHERE s.id = b.substitute_id AND NOT EXISTS (
                  SELECT FROM organizations_absence x WHERE x.officer_id = s.id AND x.from_at <= %(at)s AND x.until > %(at)s)
               ) AS there
  FROM organizations_absence b WHERE b.officer_id = o.id AND b.from_at <= %(at)s AND b.until > %(at)s LIMIT 1
) b ON true
ORDER BY o.id
"""


def candidates_for(
    node: Node, agency_id: int, unit_id: int | None, at: datetime, sector_id: int = 0
) -> list[Candidate]:
    """Officers in post who may do the step on the day of `at`, by id; absent ones too, marked.

    `sector_id` of the dossier's procedure, for delegations limited to sectors; 0 = unknown, which they do not reach.
    """
    given: dict[str, Any] = {
        "agency": agency_id, "role": node.role, "unit": unit_id, "on": local_day(at), "head": node.assign is Assign.HEAD,
        "at": at, "sector": sector_id,
    }  # fmt: skip
    with prepared_cursor() as cursor:
        cursor.execute(_CANDIDATES, given)
        return [Candidate(*row) for row in cursor.fetchall()]


# The rules that leave it to whoever finishes the step before; the others are there so that nobody chooses.
CHOSEN_BY_GIVER = frozenset({Assign.CLAIM, Assign.TERRITORY, Assign.SAME})


def chooser(at: datetime, earlier: Mapping[str, int], wanted: int | None = None, sector_id: int = 0) -> Choose:
    """The choice for the steps that open in one move; `earlier` = who did which step before.

    `wanted`: whom the giver chose; he gets those of the steps that he may do and whose rule leaves it to the giver.
    """

    def choose(node: Node, agency_id: int | None, unit_id: int | None) -> int | None:
        may_choose = wanted is not None and agency_id is not None and node.assign in CHOSEN_BY_GIVER
        if may_choose and wanted in takers(candidates_for(node, agency_id or 0, unit_id, at, sector_id)):
            return wanted
        if agency_id is None or (node.assign is Assign.CLAIM and node.id not in earlier):
            return None
        return pick(node.assign, candidates_for(node, agency_id, unit_id, at, sector_id), earlier.get(node.id))

    return choose

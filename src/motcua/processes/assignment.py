"""Who gets a step when it opens, by the rule of the step; the choice itself is pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from motcua.law.moments import local_day
from motcua.platform.database import prepared_cursor
from motcua.processes.definition import Assign, Node
from motcua.processes.placing import Choose


@dataclass(frozen=True, slots=True)
class Candidate:
    """An officer who may do the step: how many steps lie with him, when he last got one."""

    officer_id: int
    load: int
    last_at: datetime | None
    head: bool = False


def _longest_without(candidate: Candidate) -> tuple[float, int]:
    return (candidate.last_at.timestamp() if candidate.last_at else 0.0, candidate.officer_id)


def pick(rule: Assign, candidates: Sequence[Candidate], before: int | None) -> int | None:
    """The officer by the rule, None = the step waits to be taken. `before`: who did this step earlier in the dossier.

    One candidate alone gets it under any rule but the head's own choice; ties go to the lower id, so that a rule repeats.
    """
    known = {candidate.officer_id for candidate in candidates}
    if before in known and rule in (Assign.SAME, Assign.TERRITORY, Assign.ROUND_ROBIN, Assign.LEAST_LOADED):
        return before
    match rule:
        case Assign.HEAD:
            heads = [candidate for candidate in candidates if candidate.head]
            return heads[0].officer_id if len(heads) == 1 else None
        case Assign.ROUND_ROBIN if candidates:
            return min(candidates, key=_longest_without).officer_id
        case Assign.LEAST_LOADED if candidates:
            return min(candidates, key=lambda c: (c.load, c.officer_id)).officer_id
    return candidates[0].officer_id if len(candidates) == 1 else None


_CANDIDATES = """
SELECT o.id, (SELECT count(*) FROM processes_workitem w WHERE w.officer_id = o.id AND w.closed_at IS NULL),
       (SELECT max(w.opened_at) FROM processes_workitem w WHERE w.officer_id = o.id), h.head
FROM (
  SELECT o.id, bool_or(r.role = 'unit_head') AS head
  FROM organizations_agency a
  JOIN organizations_agency s ON a.path LIKE s.path || '%%'
  JOIN organizations_roleassignment r ON r.scope_id = s.id
  JOIN organizations_officer o ON o.id = r.officer_id
  WHERE a.id = %(agency)s AND (r.role = %(role)s OR %(head)s AND r.role = 'unit_head')
    AND r.valid_from <= %(on)s AND (r.valid_to IS NULL OR r.valid_to > %(on)s)
    AND o.valid_from <= %(on)s AND (o.valid_to IS NULL OR o.valid_to > %(on)s)
    AND (%(unit)s::bigint IS NULL OR o.unit_id = %(unit)s)
  GROUP BY o.id
) h JOIN organizations_officer o ON o.id = h.id
ORDER BY o.id
"""


def candidates_for(node: Node, agency_id: int, unit_id: int | None, at: datetime) -> list[Candidate]:
    """Officers in post who may do the step on the day of `at`, by id."""
    given = {
        "agency": agency_id, "role": node.role, "unit": unit_id, "on": local_day(at), "head": node.assign is Assign.HEAD,
    }  # fmt: skip
    with prepared_cursor() as cursor:
        cursor.execute(_CANDIDATES, given)
        return [Candidate(*row) for row in cursor.fetchall()]


# The rules that leave it to whoever finishes the step before; the others are there so that nobody chooses.
CHOSEN_BY_GIVER = frozenset({Assign.CLAIM, Assign.TERRITORY, Assign.SAME})


def chooser(at: datetime, earlier: Mapping[str, int], wanted: int | None = None) -> Choose:
    """The choice for the steps that open in one move; `earlier` = who did which step before.

    `wanted`: whom the giver chose; he gets those of the steps that he may do and whose rule leaves it to the giver.
    """

    def choose(node: Node, agency_id: int | None, unit_id: int | None) -> int | None:
        may_choose = wanted is not None and agency_id is not None and node.assign in CHOSEN_BY_GIVER
        if may_choose and wanted in {one.officer_id for one in candidates_for(node, agency_id or 0, unit_id, at)}:
            return wanted
        if agency_id is None or node.assign is Assign.CLAIM:
            return None
        return pick(node.assign, candidates_for(node, agency_id, unit_id, at), earlier.get(node.id))

    return choose

"""Who the head of a unit and the head of an agency are on a day, for many agencies at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from motcua.organizations.models import Officer, Role
from motcua.platform.database import prepared_cursor

_HOLDERS = """
SELECT a.id, r.role, o.id, o.unit_id, length(s.path), s.id = a.id
FROM organizations_agency a
JOIN organizations_agency s ON a.path LIKE s.path || '%%'
JOIN organizations_roleassignment r ON r.scope_id = s.id
JOIN organizations_officer o ON o.id = r.officer_id
WHERE a.id = ANY(%(agencies)s) AND r.role = ANY(%(roles)s)
  AND r.valid_from <= %(on)s AND (r.valid_to IS NULL OR r.valid_to > %(on)s)
  AND o.valid_from <= %(on)s AND (o.valid_to IS NULL OR o.valid_to > %(on)s)
"""


@dataclass(frozen=True, slots=True)
class _Holder:
    role: str
    officer_id: int
    unit_id: int | None
    depth: int
    own: bool


class People:
    """The heads of some agencies on a day; one query for all of them."""

    def __init__(self, agency_ids: Collection[int], on: date) -> None:
        self._by_agency: dict[int, list[_Holder]] = defaultdict(list)
        given = {
            "agencies": sorted(agency_ids),
            "roles": [Role.UNIT_HEAD.value, Role.LEADER.value, Role.SIGNER.value],
            "on": on,
        }
        with prepared_cursor() as cursor:
            cursor.execute(_HOLDERS, given)
            for agency_id, *holder in cursor.fetchall():
                self._by_agency[agency_id].append(_Holder(*holder))

    def heads(self, agency_id: int, unit_id: int | None) -> list[int]:
        """Heads of the unit; where it has none of its own (or no unit is known) the heads nearest to the agency."""
        heads = [holder for holder in self._by_agency[agency_id] if holder.role == Role.UNIT_HEAD]
        of_unit = [holder for holder in heads if unit_id is not None and holder.unit_id == unit_id]
        return _ids(of_unit or _nearest(heads))

    def leaders(self, agency_id: int) -> list[int]:
        """The head of the agency: its own leader, else those who sign for it, else the nearest leader above it."""
        holders = self._by_agency[agency_id]
        for role, own in ((Role.LEADER, True), (Role.SIGNER, True), (Role.LEADER, False)):
            found = [holder for holder in holders if holder.role == role and holder.own == own]
            if found:
                return _ids(_nearest(found))
        return []


def _nearest(holders: list[_Holder]) -> list[_Holder]:
    deepest = max((holder.depth for holder in holders), default=0)
    return [holder for holder in holders if holder.depth == deepest]


def _ids(holders: Iterable[_Holder]) -> list[int]:
    return sorted({holder.officer_id for holder in holders})


def channels_of(officer_ids: Collection[int]) -> dict[int, list[str]]:
    """Through which channels each officer is told: the page always, mail and telephone where they are known."""
    rows = Officer.objects.filter(pk__in=officer_ids).values_list("id", "phone", "email")
    return {id_: ["page", *(["sms"] if phone else []), *(["email"] if email else [])] for id_, phone, email in rows}

"""Reads of the organisation: who an officer is today, what belongs to an agency."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from motcua.identity.actors import Actor, ActorKind, Grant
from motcua.law.errors import BadInput
from motcua.law.moments import VIETNAM
from motcua.law.worktime import Calendar, calendar_from, national_calendar
from motcua.organizations.models import PASSED_ON, Agency, Desk, Officer
from motcua.platform.chosen import codes_in

# The powers of an officer: his own; those delegated, while the delegator holds them himself; those of absent officers
# whose substitute he is, without what was only delegated to them.
# A delegation `r` stands on `%(on)s` only while the one who gave it holds the role himself, over as much or more.
DELEGATION_STANDS = """EXISTS (
  SELECT FROM organizations_roleassignment own
  JOIN organizations_agency wide ON wide.id = own.scope_id
  JOIN organizations_agency given ON given.path LIKE wide.path || '%%'
  JOIN organizations_officer d ON d.id = own.officer_id
  WHERE own.officer_id = r.delegated_by_id AND own.delegated_by_id IS NULL AND own.role = r.role AND given.id = r.scope_id
    AND own.valid_from <= %(on)s AND (own.valid_to IS NULL OR own.valid_to > %(on)s)
    AND d.valid_from <= %(on)s AND (d.valid_to IS NULL OR d.valid_to > %(on)s))"""

_GRANTS = f"""
WITH held AS (
  SELECT r.role, r.scope_id, r.sectors, coalesce(r.delegated_by_id, 0) AS principal_id, false AS stand_in
  FROM organizations_roleassignment r
  WHERE r.officer_id = %(officer)s AND r.valid_from <= %(on)s AND (r.valid_to IS NULL OR r.valid_to > %(on)s)
    AND (r.delegated_by_id IS NULL OR {DELEGATION_STANDS})
  UNION ALL
  SELECT r.role, r.scope_id, ARRAY[]::bigint[], b.officer_id, true
  FROM organizations_absence b
  JOIN organizations_roleassignment r ON r.officer_id = b.officer_id AND r.delegated_by_id IS NULL
  JOIN organizations_officer p ON p.id = b.officer_id
  WHERE b.substitute_id = %(officer)s AND b.from_at <= %(last)s AND b.until > %(first)s AND r.role = ANY(%(passed_on)s)
    AND r.valid_from <= %(on)s AND (r.valid_to IS NULL OR r.valid_to > %(on)s)
    AND p.valid_from <= %(on)s AND (p.valid_to IS NULL OR p.valid_to > %(on)s)
)
SELECT h.principal_id, h.stand_in, h.sectors, p.agency_id, p.unit_id, p.desk_id, h.role, array_agg(DISTINCT a.id)
FROM held h
JOIN organizations_officer o ON o.id = %(officer)s
JOIN organizations_agency s ON s.id = h.scope_id
JOIN organizations_agency a ON a.path LIKE s.path || '%%'
LEFT JOIN organizations_officer p ON p.id = h.principal_id
WHERE o.valid_from <= %(on)s AND (o.valid_to IS NULL OR o.valid_to > %(on)s)
GROUP BY 1, 2, 3, 4, 5, 6, 7
ORDER BY 1, 2, 3, 7
"""


def actor_of(officer: Officer, on: date, at: datetime | None = None) -> Actor:
    """The officer as an actor on a day: roles that are in force then, each over its subtree of agencies. One query.

    `at`: the moment of that day on which he stands in for somebody absent; None = at any time of the day.
    """
    first, last = (at, at) if at is not None else day_bounds(on)
    given = {"officer": officer.pk, "on": on, "first": first, "last": last, "passed_on": sorted(PASSED_ON)}
    own: list[Grant] = []
    behalves: dict[tuple[int, bool, tuple[int, ...]], tuple[tuple[Any, ...], list[Grant]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_GRANTS, given)
        for principal, stand_in, sectors, *place, role, agencies in cursor.fetchall():
            grant = Grant(role, frozenset(agencies))
            if not principal:
                own.append(grant)
            else:
                behalves.setdefault((principal, stand_in, tuple(sectors)), (tuple(place), []))[1].append(grant)
    himself = Actor(
        kind=ActorKind.OFFICER,
        id=officer.pk,
        user_id=officer.user_id,
        name=officer.full_name,
        agency_id=officer.agency_id,
        unit_id=officer.unit_id or 0,
        desk_id=officer.desk_id or 0,
        grants=tuple(own),
        desks=frozenset({officer.desk_id}) if officer.desk_id else frozenset(),
    )
    return replace(
        himself,
        stands_in_for=frozenset(principal for principal, stand_in, _ in behalves if stand_in),
        behalves=tuple(
            replace(
                himself,
                agency_id=agency or 0,
                unit_id=unit or 0,
                desk_id=desk or 0,
                grants=tuple(grants),
                desks=frozenset({desk}) if desk else frozenset(),
                sectors=frozenset(sectors) if sectors else None,
                acting_for=principal,
                stands_in_for=frozenset({principal}) if stand_in else frozenset(),
            )
            for (principal, stand_in, sectors), ((agency, unit, desk), grants) in behalves.items()
        ),
    )


def day_bounds(on: date) -> tuple[datetime, datetime]:
    """First and last moment of a local day."""
    begin = datetime.combine(on, time(), VIETNAM)
    return begin, begin + timedelta(days=1) - timedelta(microseconds=1)


# His own roles, those delegated to him without a limit, those of whom he stands in for on the day.
_HOLDS = f"""
SELECT EXISTS (
  SELECT FROM organizations_roleassignment r
  JOIN organizations_officer o ON o.id = r.officer_id
  JOIN organizations_agency s ON s.id = r.scope_id
  WHERE cardinality(r.sectors) = 0 AND (r.delegated_by_id IS NULL OR {DELEGATION_STANDS})
    AND (o.id = %(officer)s OR r.delegated_by_id IS NULL AND r.role = ANY(%(passed_on)s) AND o.id IN (
      SELECT b.officer_id FROM organizations_absence b
      WHERE b.substitute_id = %(officer)s AND b.from_at <= %(last)s AND b.until > %(first)s))
    AND r.valid_from <= %(on)s AND (r.valid_to IS NULL OR r.valid_to > %(on)s)
    AND o.valid_from <= %(on)s AND (o.valid_to IS NULL OR o.valid_to > %(on)s)
    AND (r.role = ANY(%(roles)s) AND EXISTS (SELECT FROM organizations_agency a WHERE a.id = %(agency)s AND a.path LIKE s.path || '%%')
         OR r.role = ANY(%(desk_roles)s) AND o.desk_id = ANY(%(desks)s)))
"""


def holds_role(
    officer_id: int,
    roles: Collection[str],
    *,
    agency_id: int,
    on: date,
    desk_roles: Collection[str] = (),
    desks: Collection[int] = (),
) -> bool:
    """Whether the officer is in post on the day with one of `roles` over the agency, or one of `desk_roles` at one of the desks."""
    first, last = day_bounds(on)
    given = {
        "officer": officer_id, "roles": list(roles), "agency": agency_id, "on": on, "desk_roles": list(desk_roles),
        "desks": list(desks), "first": first, "last": last, "passed_on": sorted(PASSED_ON),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_HOLDS, given)
        return bool(cursor.fetchone()[0])


def is_within(unit_id: int, agency_id: int) -> bool:
    """Whether the unit is one of the agency or of a body below it."""
    within = "SELECT EXISTS (SELECT FROM organizations_unit u JOIN organizations_agency b ON b.id = u.agency_id"
    with connection.cursor() as cursor:
        cursor.execute(
            f"{within} JOIN organizations_agency a ON b.path LIKE a.path || '%%' WHERE u.id = %s AND a.id = %s)",
            [unit_id, agency_id],
        )
        return bool(cursor.fetchone()[0])


def takes_for_elsewhere(desk: Desk, agency: Agency) -> bool:
    """Whether the desk is neither the agency's own nor kept by a body above it: receipt not bound to territory."""
    return not agency.path.startswith(desk.agency.path)


def officers_in_post(user_id: int, on: date) -> QuerySet[Officer]:
    """The posts a user holds on a day."""
    return Officer.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on), user_id=user_id, valid_from__lte=on
    ).select_related("agency", "unit", "desk")


def agency_of(code: str) -> Agency:
    """The agency with a code. Raises BadInput for an unknown one."""
    agency = Agency.objects.select_related("effective_calendar").filter(code=code).first()
    if agency is None:
        raise BadInput(f"Không có cơ quan nào mang mã “{code}”.", agency=code)
    return agency


def agency_code(text: str) -> str:
    """The code of the agency that was typed, or chosen as “CODE name”; an unknown one is its first word."""
    return codes_in([text], Agency.objects.all())[text]


def agency_calendar(code: str) -> tuple[Calendar, str]:
    """Counting calendar and due policy of an agency. Raises BadInput for an unknown code."""
    agency = agency_of(code)
    stored = agency.effective_calendar
    return (calendar_from(stored.data) if stored else national_calendar()), agency.effective_policy

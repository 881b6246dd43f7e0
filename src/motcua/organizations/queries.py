"""Reads of the organisation: who an officer is today, what belongs to an agency."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db import connection
from django.db.models import Q, QuerySet

from motcua.identity.actors import Actor, ActorKind, Grant
from motcua.law.errors import BadInput
from motcua.law.worktime import Calendar, calendar_from, national_calendar
from motcua.organizations.models import Agency, Desk, Officer

_GRANTS = """
SELECT r.role, array_agg(DISTINCT a.id)
FROM organizations_roleassignment r
JOIN organizations_officer o ON o.id = r.officer_id
JOIN organizations_agency s ON s.id = r.scope_id
JOIN organizations_agency a ON a.path LIKE s.path || '%%'
WHERE o.id = %(officer)s AND r.valid_from <= %(on)s AND (r.valid_to IS NULL OR r.valid_to > %(on)s)
  AND o.valid_from <= %(on)s AND (o.valid_to IS NULL OR o.valid_to > %(on)s)
GROUP BY r.role
"""


def actor_of(officer: Officer, on: date) -> Actor:
    """The officer as an actor on a day: roles that are in force then, each over its subtree of agencies. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_GRANTS, {"officer": officer.pk, "on": on})
        grants = tuple(Grant(role, frozenset(agencies)) for role, agencies in cursor.fetchall())
    return Actor(
        kind=ActorKind.OFFICER,
        id=officer.pk,
        user_id=officer.user_id,
        name=officer.full_name,
        agency_id=officer.agency_id,
        unit_id=officer.unit_id or 0,
        desk_id=officer.desk_id or 0,
        grants=grants,
        desks=frozenset({officer.desk_id}) if officer.desk_id else frozenset(),
    )


_HOLDS = """
SELECT EXISTS (
  SELECT FROM organizations_roleassignment r
  JOIN organizations_officer o ON o.id = r.officer_id
  JOIN organizations_agency s ON s.id = r.scope_id
  WHERE o.id = %(officer)s AND r.valid_from <= %(on)s AND (r.valid_to IS NULL OR r.valid_to > %(on)s)
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
    given = {
        "officer": officer_id, "roles": list(roles), "agency": agency_id, "on": on, "desk_roles": list(desk_roles),
        "desks": list(desks),
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


def agency_calendar(code: str) -> tuple[Calendar, str]:
    """Counting calendar and due policy of an agency. Raises BadInput for an unknown code."""
    agency = Agency.objects.select_related("effective_calendar").filter(code=code).first()
    if agency is None:
        raise BadInput(f"Không có cơ quan nào mang mã “{code}”.", agency=code)
    stored = agency.effective_calendar
    return (calendar_from(stored.data) if stored else national_calendar()), agency.effective_policy

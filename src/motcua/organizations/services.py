"""Writers of the organisation: agencies with their inherited calendar, officers with their roles."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Concat, Substr

from motcua.identity.models import User
from motcua.law.errors import BadInput
from motcua.law.policies import Policy
from motcua.law.worktime import calendar_from
from motcua.organizations.models import AdminUnit, Agency, Desk, Officer, RoleAssignment, Unit, WorkCalendar


@transaction.atomic
def create_agency(
    *,
    code: str,
    name: str,
    level: str,
    valid_from: date,
    parent: Agency | None = None,
    admin_unit: AdminUnit | None = None,
    calendar: WorkCalendar | None = None,
    due_policy: str = "",
) -> Agency:
    """Create an agency below `parent`; calendar and policy are inherited where not given."""
    _check_policy(due_policy)
    agency = Agency(
        code=code, name=name, level=level, parent=parent, admin_unit=admin_unit, calendar=calendar, due_policy=due_policy,
        valid_from=valid_from, path="",
    )  # fmt: skip
    agency.effective_calendar = calendar or (parent.effective_calendar if parent else None)
    agency.effective_policy = due_policy or (parent.effective_policy if parent else Policy.KEEP_TIME.value)
    agency.save()
    agency.path = f"{parent.path if parent else '/'}{agency.pk}/"
    agency.save(update_fields=["path"])
    return agency


@transaction.atomic
def change_agency(
    agency: Agency, *, name: str, level: str, valid_from: date, parent: Agency | None, admin_unit: AdminUnit | None
) -> None:
    """Say anew what an agency is. Below another parent its subtree goes with it, and inherits from there.

    Raises BadInput where the parent is the agency itself or stands below it.
    """
    if parent is not None and parent.path.startswith(agency.path):
        raise BadInput(f"{agency.code}: cơ quan cha không được là chính nó hoặc cấp dưới của nó.", field="parent")
    Agency.objects.filter(pk=agency.pk).update(
        name=name, level=level, valid_from=valid_from, parent=parent, admin_unit=admin_unit, imported=False
    )
    path = f"{parent.path if parent else '/'}{agency.pk}/"
    if path != agency.path:
        below = Agency.objects.filter(path__startswith=agency.path)
        below.update(path=Concat(Value(path), Substr("path", len(agency.path) + 1)))
    moved = Agency.objects.select_related("parent").get(pk=agency.pk)
    set_calendar(moved, calendar=moved.calendar, due_policy=moved.due_policy)


def add_imported_agency(*, code: str, name: str, level: str, valid_from: date) -> None:
    """An agency that only another system has named so far; its level may be unknown (empty).

    It stands below the province's own, where there is exactly one, so that its dossiers are in somebody's scope; ministries
    and vertical agencies have trees of their own.
    """
    own_tree = level in (Agency.Level.MINISTRY, Agency.Level.VERTICAL)
    roots = Agency.objects.filter(level=Agency.Level.PROVINCE, parent=None, imported=False)[:2]
    parent = roots[0] if len(roots) == 1 and not own_tree else None
    agency = create_agency(code=code, name=name, level=level, valid_from=valid_from, parent=parent)
    Agency.objects.filter(pk=agency.pk).update(imported=True)


def describe_imported_agency(agency_id: int, *, name: str, level: str) -> None:
    """What becomes known of an agency of which another system has told less before."""
    Agency.objects.filter(pk=agency_id, imported=True).update(name=name, level=level)


def _check_policy(due_policy: str) -> None:
    if due_policy and due_policy not in set(Policy):
        raise BadInput(f"Cách tính hạn “{due_policy}” không có; cần keep_time hoặc end_of_day.", field="due_policy")


@transaction.atomic
def set_calendar(agency: Agency, *, calendar: WorkCalendar | None, due_policy: str) -> None:
    """Set an agency's own calendar and policy (None, "" = inherit) and carry both down its subtree."""
    _check_policy(due_policy)
    Agency.objects.filter(pk=agency.pk).update(calendar=calendar, due_policy=due_policy)
    subtree = list(Agency.objects.select_for_update().filter(path__startswith=agency.path).order_by("path"))
    above = agency.parent
    settled: dict[int | None, tuple[int | None, str]] = {
        agency.parent_id: (above.effective_calendar_id, above.effective_policy)
        if above
        else (None, Policy.KEEP_TIME.value)
    }
    # Parents before children: a path is longer than its parent's, so sorting by length gives that order.
    for row in sorted(subtree, key=lambda row: len(row.path)):
        inherited_calendar, inherited_policy = settled[row.parent_id]
        row.effective_calendar_id = row.calendar_id or inherited_calendar
        row.effective_policy = row.due_policy or inherited_policy
        settled[row.pk] = (row.effective_calendar_id, row.effective_policy)
    Agency.objects.bulk_update(subtree, ["effective_calendar", "effective_policy"])


@transaction.atomic
def save_calendar(*, name: str, data: dict[str, object]) -> WorkCalendar:
    """Store working time by name; who used the name's earlier text uses this one from now on.

    The earlier one stays for the dossiers that were received under it. Raises BadInput when the data is not a calendar.
    """
    calendar_from(data)
    before = WorkCalendar.objects.select_for_update().filter(name=name, current=True).first()
    if before is not None:
        if before.data == data:
            return before
        WorkCalendar.objects.filter(pk=before.pk).update(current=False)
    calendar = WorkCalendar.objects.create(name=name, data=data)
    if before is not None:
        Agency.objects.filter(calendar=before).update(calendar=calendar)
        Agency.objects.filter(effective_calendar=before).update(effective_calendar=calendar)
        Desk.objects.filter(reception_calendar=before).update(reception_calendar=calendar)
    return calendar


def set_own_system(agency_id: int, *, own: bool) -> None:
    """Whether the agency's officers work in a system of their own; dossiers accepted from then on follow no process of ours."""
    Agency.objects.filter(pk=agency_id).update(own_system=own)


def create_unit(*, agency: Agency, code: str, name: str) -> Unit:
    """A room (phòng) of an agency."""
    return Unit.objects.create(agency=agency, code=code, name=name)


def rename_unit(unit_id: int, *, name: str) -> None:
    """A room keeps its code and its agency for good."""
    Unit.objects.filter(pk=unit_id).update(name=name)


@transaction.atomic
def create_desk(
    *,
    code: str,
    name: str,
    agency: Agency,
    serves: Iterable[Agency],
    admin_unit: AdminUnit | None = None,
    reception_calendar: WorkCalendar | None = None,
    address: str = "",
    phone: str = "",
) -> Desk:
    """A one-stop desk kept by `agency` that takes dossiers for the agencies it serves; it may stand beyond their territory."""
    desk = Desk.objects.create(
        code=code, name=name, agency=agency, admin_unit=admin_unit, reception_calendar=reception_calendar, address=address,
        phone=phone,
    )  # fmt: skip
    desk.agencies.set(serves)
    return desk


@transaction.atomic
def change_desk(
    desk: Desk,
    *,
    name: str,
    agency: Agency,
    serves: Iterable[Agency],
    admin_unit: AdminUnit | None,
    reception_calendar: WorkCalendar | None,
    address: str,
    phone: str,
) -> None:
    """Say anew what a desk is and for whom it takes dossiers; what it has taken stays where it is."""
    Desk.objects.filter(pk=desk.pk).update(
        name=name, agency=agency, admin_unit=admin_unit, reception_calendar=reception_calendar, address=address, phone=phone
    )  # fmt: skip
    desk.agencies.set(serves)


@transaction.atomic
def appoint(
    *,
    username: str,
    password: str | None,
    full_name: str,
    title: str,
    agency: Agency,
    roles: dict[str, Agency],
    valid_from: date,
    unit: Unit | None = None,
    desk: Desk | None = None,
) -> Officer:
    """A user takes a post with roles, each over the subtree of an agency."""
    user = User.objects.filter(username=username).first() or User.objects.create_user(
        username, password, full_name=full_name
    )
    officer = Officer.objects.create(
        user=user, agency=agency, unit=unit, desk=desk, full_name=full_name, title=title, valid_from=valid_from
    )
    RoleAssignment.objects.bulk_create(
        RoleAssignment(officer=officer, role=role, scope=scope, valid_from=valid_from) for role, scope in roles.items()
    )
    return officer

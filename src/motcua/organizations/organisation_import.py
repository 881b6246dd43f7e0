"""Loads the organisation of a province from its files: all of it or nothing, and again changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import connection, transaction
from django.db.models.functions import Lower

from motcua.identity.models import User
from motcua.organizations.csv_files import Faults
from motcua.organizations.models import AdminUnit, Agency, Desk, Officer, Role, Unit, WorkCalendar
from motcua.organizations.organisation_checks import Known, KnownAgency, KnownDesk, KnownPost, OrganisationCheck
from motcua.organizations.organisation_files import (
    AGENCIES,
    CALENDARS,
    DESKS,
    OFFICERS,
    UNITS,
    AgencyEntry,
    DeskEntry,
    OrganisationFiles,
)
from motcua.organizations.posts import Post, fill_posts
from motcua.organizations.services import (
    change_agency,
    change_desk,
    create_agency,
    create_desk,
    create_unit,
    rename_unit,
    save_calendar,
    set_calendar,
    set_own_system,
)

_LOCK: Final = 0x6D63746F

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class FileReport:
    """`new + changed + unchanged` = lines read: a file with a line to refuse is not loaded at all."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0

    @classmethod
    def of(cls, outcomes: Counter[str]) -> FileReport:
        return cls(outcomes["new"], outcomes["changed"], outcomes["unchanged"])

    @property
    def read(self) -> int:
        return self.new + self.changed + self.unchanged

    def as_json(self) -> dict[str, int]:
        return {
            "read": self.read, "new": self.new, "changed": self.changed, "unchanged": self.unchanged, "refused": 0,
        }  # fmt: skip


def lock_organisation() -> None:
    """One load at a time: what is checked must still hold when it is written. Ends with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def check_organisation(
    files: OrganisationFiles, faults: Faults, *, has_dossiers: Callable[[str], bool]
) -> OrganisationCheck:
    """Note every fault of the files against what is there. `has_dossiers`: of an agency's path or below it."""
    agencies = {agency.code: agency for agency in Agency.objects.select_related("parent")}
    names = [entry.key for entry in files.officers]
    posts: dict[str, list[KnownPost]] = {}
    for name, code, valid_from in Officer.objects.filter(user__username__in=names, valid_to__isnull=True).values_list(
        "user__username", "agency__code", "valid_from"
    ):
        posts.setdefault(name, []).append(KnownPost(code, valid_from))
    # An account that is spelled as the file spells it wins over one in other letters.
    accounts = User.objects.annotate(lower=Lower("username")).filter(lower__in=[name.lower() for name in names])
    spelled = sorted(accounts.values_list("username", flat=True), key=lambda name: name in set(names))
    known = Known(
        agencies={code: KnownAgency(a.parent.code if a.parent else "", a.level) for code, a in agencies.items()},
        units=dict(Unit.objects.values_list("code", "agency__code")),
        desks={
            desk.code: KnownDesk(desk.agency.code, frozenset(agency.code for agency in desk.agencies.all()))
            for desk in Desk.objects.select_related("agency").prefetch_related("agencies")
        },
        calendars=set(WorkCalendar.objects.filter(current=True).values_list("name", flat=True)),
        admin_units=_admin_units(files).keys(),
        posts=posts,
        spelling={name.casefold(): name for name in spelled},
        levels=Agency.Level.values,
        roles=Role.values,
        has_dossiers=lambda code: has_dossiers(agencies[code].path),
    )
    check = OrganisationCheck(files, known, faults)
    check.run()
    return check


@transaction.atomic
def write_organisation(
    files: OrganisationFiles, check: OrganisationCheck, *, on: date, progress: Progress | None = None
) -> dict[str, FileReport]:
    """Load files without a fault; roles of posts that go on are given and taken from `on`. A report for each file."""
    writer = _Writer(files, check, progress)
    done = {
        CALENDARS: writer.calendars(),
        AGENCIES: writer.agencies(),
        UNITS: writer.units(),
        DESKS: writer.desks(),
        OFFICERS: writer.officers(on),
    }
    return {file: FileReport.of(outcomes) for file, outcomes in done.items() if file in files.there}


def _admin_units(files: OrganisationFiles) -> dict[str, AdminUnit]:
    codes = {entry.admin_unit for entry in files.agencies} | {entry.admin_unit for entry in files.desks}
    found = AdminUnit.objects.filter(
        code__in=codes, valid_to__isnull=True, kind__in=(AdminUnit.Kind.PROVINCE, AdminUnit.Kind.COMMUNE)
    )
    return {unit.code: unit for unit in found}


class _Writer:
    def __init__(self, files: OrganisationFiles, check: OrganisationCheck, progress: Progress | None) -> None:
        self.files = files
        self.check = check
        self.progress = progress
        self.done = 0
        self.admin_units = _admin_units(files)
        self.working_time: dict[str, WorkCalendar] = {}
        self.there: dict[str, Agency] = {}

    def _step(self, count: int = 1) -> None:
        self.done += count
        if self.progress:
            files = self.files
            every = (files.calendars, files.agencies, files.units, files.desks, files.officers)
            self.progress(self.done, sum(map(len, every)))

    def calendars(self) -> Counter[str]:
        outcomes: Counter[str] = Counter()
        before = {row.name: row.pk for row in WorkCalendar.objects.filter(current=True)}
        for entry in self.files.calendars:
            calendar = save_calendar(name=entry.key, data=entry.data)
            known = before.get(entry.key)
            outcomes["new" if known is None else "unchanged" if known == calendar.pk else "changed"] += 1
            self._step()
        self.working_time = {row.name: row for row in WorkCalendar.objects.filter(current=True)}
        return outcomes

    def agencies(self) -> Counter[str]:
        """Parents before children: then the place of each is settled when those below it come."""
        outcomes: Counter[str] = Counter()
        self._see_agencies()
        for entry in sorted(self.files.agencies, key=lambda entry: len(list(self.check.chain(entry.key)))):
            outcomes[self._agency(entry)] += 1
            self._step()
        return outcomes

    def _see_agencies(self) -> None:
        self.there = {agency.code: agency for agency in Agency.objects.select_related("effective_calendar")}

    def _agency(self, entry: AgencyEntry) -> str:
        parent = self.there[entry.parent] if entry.parent else None
        admin_unit = self.admin_units.get(entry.admin_unit)
        calendar = self.working_time.get(entry.calendar)
        agency = self.there.get(entry.key)
        if agency is None:
            agency = create_agency(
                code=entry.key, name=entry.name, level=entry.level, valid_from=entry.valid_from, parent=parent,
                admin_unit=admin_unit, calendar=calendar, due_policy=entry.due_policy,
            )  # fmt: skip
            if entry.own_system:
                set_own_system(agency.pk, own=True)
            self.there[entry.key] = agency
            return "new"
        is_now = (agency.name, agency.level, agency.valid_from, agency.parent_id, agency.admin_unit_id, agency.imported)
        to_be = (entry.name, entry.level, entry.valid_from, _id(parent), _id(admin_unit), False)
        stated = is_now != to_be
        if stated:
            change_agency(
                agency, name=entry.name, level=entry.level, valid_from=entry.valid_from, parent=parent, admin_unit=admin_unit
            )  # fmt: skip
        timed = (agency.calendar_id, agency.due_policy) != (_id(calendar), entry.due_policy)
        if timed:
            moved = Agency.objects.select_related("parent").get(pk=agency.pk)
            set_calendar(moved, calendar=calendar, due_policy=entry.due_policy)
        if agency.own_system != entry.own_system:
            set_own_system(agency.pk, own=entry.own_system)
        elif not stated and not timed:
            return "unchanged"
        self._see_agencies()
        return "changed"

    def units(self) -> Counter[str]:
        outcomes: Counter[str] = Counter()
        there = {unit.code: unit for unit in Unit.objects.all()}
        for entry in self.files.units:
            unit = there.get(entry.key)
            if unit is None:
                create_unit(agency=self.there[entry.agency], code=entry.key, name=entry.name)
                outcomes["new"] += 1
            elif unit.name != entry.name:
                rename_unit(unit.pk, name=entry.name)
                outcomes["changed"] += 1
            else:
                outcomes["unchanged"] += 1
            self._step()
        return outcomes

    def desks(self) -> Counter[str]:
        outcomes: Counter[str] = Counter()
        there = {desk.code: desk for desk in Desk.objects.prefetch_related("agencies")}
        for entry in self.files.desks:
            outcomes[self._desk(entry, there.get(entry.key))] += 1
            self._step()
        return outcomes

    def _desk(self, entry: DeskEntry, desk: Desk | None) -> str:
        agency = self.there[entry.agency]
        serves = [self.there[code] for code in sorted(entry.serves)]
        admin_unit = self.admin_units.get(entry.admin_unit)
        calendar = self.working_time.get(entry.reception_calendar)
        if desk is None:
            create_desk(
                code=entry.key, name=entry.name, agency=agency, serves=serves, admin_unit=admin_unit,
                reception_calendar=calendar, address=entry.address, phone=entry.phone,
            )  # fmt: skip
            return "new"
        is_now = (
            desk.name, desk.agency_id, {served.pk for served in desk.agencies.all()}, desk.admin_unit_id,
            desk.reception_calendar_id, desk.address, desk.phone,
        )  # fmt: skip
        to_be = (
            entry.name, agency.pk, {served.pk for served in serves}, _id(admin_unit), _id(calendar), entry.address, entry.phone,
        )  # fmt: skip
        if is_now == to_be:
            return "unchanged"
        change_desk(
            desk, name=entry.name, agency=agency, serves=serves, admin_unit=admin_unit, reception_calendar=calendar,
            address=entry.address, phone=entry.phone,
        )  # fmt: skip
        return "changed"

    def officers(self, on: date) -> Counter[str]:
        units = _ids(Unit.objects.values_list("code", "id"))
        desks = _ids(Desk.objects.values_list("code", "id"))
        posts = [
            Post(
                username=entry.key, full_name=entry.full_name, title=entry.title, agency_id=self.there[entry.agency].pk,
                unit_id=units.get(entry.unit), desk_id=desks.get(entry.desk), phone=entry.phone, email=entry.email,
                valid_from=entry.valid_from,
                roles=frozenset((role, self.there[scope].pk) for role, scope in entry.roles),
            )
            for entry in self.files.officers
        ]  # fmt: skip
        outcomes = fill_posts(posts, on=on)
        self._step(len(posts))
        return outcomes


def _id(row: Agency | AdminUnit | WorkCalendar | None) -> int | None:
    return row.pk if row is not None else None


def _ids(rows: Iterable[tuple[str, int]]) -> dict[str, int]:
    return dict(rows)

"""Builds the province of the demonstration through the services of the lower rooms: agencies, desks, people, procedures."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from motcua.catalog.local_rules import set_same_day, split_in_stages
from motcua.catalog.models import Procedure
from motcua.catalog.posting import post_procedures
from motcua.demo.files import store_samples
from motcua.demo.joined import open_joined
from motcua.demo.offers import PICKS, SAME_DAY, TWO_STAGES, Pick
from motcua.demo.people import full_name
from motcua.demo.places import (
    COMMUNES,
    CUSTOMS,
    CUSTOMS_CALENDAR,
    CUSTOMS_SITES,
    DEPARTMENTS,
    PROVINCE_CALENDAR,
    PROVINCE_CODE,
    PROVINCE_UNIT,
    SATURDAY_RECEPTION,
    TAX,
    TAX_SITES,
    VerticalSite,
)
from motcua.demo.ways import Ways
from motcua.demo.world import Counter, Offer, Office, World
from motcua.dossiers.bulk import TermsCache
from motcua.dossiers.commands import PaperData
from motcua.identity.actors import SYSTEM, Actor
from motcua.identity.services import set_shared_password
from motcua.law.limits import Unit as LimitUnit
from motcua.law.policies import Policy
from motcua.law.worktime import calendar_from, national_calendar
from motcua.organizations.models import AdminUnit, Agency, Desk, Role, Unit, WorkCalendar
from motcua.organizations.queries import actor_of
from motcua.organizations.services import appoint, create_agency, create_desk, create_unit, save_calendar
from motcua.processes.defaults import make_defaults

SINCE = date(2025, 7, 1)
PASSWORD = "Motcua@2026"
_MOST_PAPERS = 5
_LONGEST_PAPER = 160


def build_organisation(rng: random.Random, *, at: datetime) -> World:
    """Everything but dossiers, in the caller's transaction. Needs the base data; the same `rng` makes the same people."""
    return _Builder(rng, at).build()


class _Builder:
    def __init__(self, rng: random.Random, at: datetime) -> None:
        self.rng = rng
        self.at = at
        self.usernames: list[str] = []
        self.posted: list[tuple[Desk, Procedure, Agency]] = []
        self.units = {
            unit.code: unit
            for unit in AdminUnit.objects.filter(valid_to__isnull=True, code__in=_unit_codes()).order_by("kind")
        }

    def build(self) -> World:
        calendar = save_calendar(name=PROVINCE_CALENDAR[0], data=PROVINCE_CALENDAR[1])
        saturday = save_calendar(name=SATURDAY_RECEPTION[0], data=SATURDAY_RECEPTION[1])
        root = create_agency(
            code=PROVINCE_CODE, name="UBND tỉnh Khánh Hòa", level="province", valid_from=SINCE,
            admin_unit=self.units.get(PROVINCE_UNIT), calendar=calendar,
        )  # fmt: skip
        departments = [
            create_agency(code=d.code, name=d.name, level="province", valid_from=SINCE, parent=root)
            for d in DEPARTMENTS
        ]
        communes = [
            create_agency(
                code=c.code, name=f"UBND {c.name}", level="commune", valid_from=SINCE, parent=root, admin_unit=self.units.get(c.unit)
            )
            for c in COMMUNES
        ]  # fmt: skip
        centre_desk = create_desk(
            code="TTPVHCC-KH", name="Trung tâm Phục vụ hành chính công tỉnh Khánh Hòa", agency=root,
            serves=[*departments, *communes], admin_unit=self.units.get("22366"), reception_calendar=saturday,
            address="Số 1 đường Mẫu số 1, phường Nha Trang, tỉnh Khánh Hòa", phone="0258 000 0001",
        )  # fmt: skip
        centre = Counter(
            centre_desk.pk,
            centre_desk.name,
            root.pk,
            self._officer(
                "tiepnhan", "Cán bộ tiếp nhận", root, {Role.COUNTER_OFFICER: root}, desk=centre_desk
            ),
            calendar_from(saturday.data),
        )  # fmt: skip
        cashier = self._leaders(root, centre_desk)
        seat = self._seat(root) | {Role.COUNTER_OFFICER.value: centre.officer, Role.CASHIER.value: cashier}
        offices = {
            **{a.code: [self._department(a, number, centre)] for number, a in enumerate(departments)},
            "commune": [self._commune(a, number, departments, saturday) for number, a in enumerate(communes)],
            TAX[0]: self._vertical(TAX, TAX_SITES, None, Policy.END_OF_DAY),
            CUSTOMS[0]: self._vertical(CUSTOMS, CUSTOMS_SITES, save_calendar(name=CUSTOMS_CALENDAR[0], data=CUSTOMS_CALENDAR[1]), None),
        }  # fmt: skip
        procedures = self._procedures()
        self._post(procedures, offices, centre_desk)
        set_shared_password(self.usernames, PASSWORD)
        every = tuple(office for group in offices.values() for office in group)
        open_joined(self.at)
        make_defaults(actor=SYSTEM, at=self.at, valid_from=SINCE)
        return World(
            offers=tuple(_offer(procedures[pick.code], pick, tuple(offices[pick.kind])) for pick in PICKS),
            offices=every,
            centre=centre,
            guests=tuple(office.desk for office in offices["commune"][:8]),
            samples=store_samples(self.at),
            terms=TermsCache(),
            ways=Ways(
                self.at.date(),
                {office.id: _staff(office) for office in every} | {root.pk: seat},
                {office.id: office.calendar for office in every} | {root.pk: calendar_from(calendar.data)},
            ),
        )

    def _officer(self, username: str, title: str, agency: Agency, roles: dict[Role, Agency], **where: object) -> Actor:
        name, _ = full_name(self.rng)
        officer = appoint(
            username=username, password=None, full_name=name, title=title, agency=agency,
            roles={role.value: scope for role, scope in roles.items()}, valid_from=SINCE, **where,  # type: ignore[arg-type]
        )  # fmt: skip
        self.usernames.append(username)
        return actor_of(officer, SINCE)

    def _leaders(self, root: Agency, desk: Desk) -> Actor:
        """Who leads and serves the whole province; returns the cashier of the centre."""
        _, cashier, _ = (
            self._officer(username, title, root, {role: root}, desk=desk)
            for username, title, role in (
                ("phutrach", "Giám đốc Trung tâm", Role.DESK_HEAD),
                ("thungan", "Thu ngân", Role.CASHIER),
                ("buuchinh", "Nhân viên bưu chính", Role.POSTAL_WORKER),
            )
        )
        for username, title, role in (
            ("lanhdao", "Phó Chủ tịch UBND tỉnh", Role.LEADER),
            ("cchc", "Chuyên viên cải cách hành chính", Role.REFORM_OFFICER),
            ("thanhtra", "Thanh tra viên", Role.INSPECTOR),
            ("quantri", "Quản trị hệ thống", Role.ADMINISTRATOR),
        ):
            self._officer(username, title, root, {role: root})
        return cashier

    def _seat(self, root: Agency) -> dict[str, Actor]:
        """Who works on what the Province People's Committee decides itself."""
        return {
            role.value: self._officer(username, title, root, {role: root})
            for username, title, role in (
                ("thuly.ubnd", "Chuyên viên Văn phòng UBND tỉnh", Role.CASE_OFFICER),
                ("truongphong.ubnd", "Trưởng phòng Văn phòng UBND tỉnh", Role.UNIT_HEAD),
                ("kyduyet.ubnd", "Chủ tịch UBND tỉnh", Role.SIGNER),
            )
        }

    def _department(self, agency: Agency, number: int, centre: Counter) -> Office:
        data = DEPARTMENTS[number]
        units = [
            create_unit(agency=agency, code=f"{data.code}.{i:02d}", name=name) for i, name in enumerate(data.units, 1)
        ]
        suffix = data.short.lower()
        return Office(
            agency.pk, agency.code, agency.name, data.short, "tỉnh Khánh Hòa", centre, tuple(unit.pk for unit in units),
            calendar_from(agency.effective_calendar.data) if agency.effective_calendar else national_calendar(),
            tuple(
                self._officer(
                    f"thuly{i + 1}.{suffix}", "Chuyên viên", agency, {Role.CASE_OFFICER: agency}, unit=units[i % len(units)],
                )
                for i in range(3)
            ),
            self._officer(
                f"truongphong.{suffix}", "Trưởng phòng", agency, {Role.UNIT_HEAD: agency}, unit=units[0],
            ),
            self._officer(f"kyduyet.{suffix}", "Phó Giám đốc", agency, {Role.SIGNER: agency}),
        )  # fmt: skip

    def _commune(self, agency: Agency, number: int, departments: Sequence[Agency], saturday: WorkCalendar) -> Office:
        data = COMMUNES[number]
        desk = create_desk(
            code=f"TTPVHCC-{data.unit}", name=f"Trung tâm Phục vụ hành chính công {data.name}", agency=agency,
            serves=[agency, *departments], admin_unit=self.units.get(data.unit), address=f"Đường Mẫu số 1, {data.name}, tỉnh Khánh Hòa",
            # The first wards are also open on Saturday mornings.
            reception_calendar=saturday if number < 4 else None,
        )  # fmt: skip
        unit = create_unit(agency=agency, code=f"{data.code}.01", name="Phòng Văn hóa - Xã hội")
        other = create_unit(agency=agency, code=f"{data.code}.02", name="Phòng Kinh tế, Hạ tầng và Đô thị")
        return self._own_office(
            agency, f"{data.name}, tỉnh Khánh Hòa", desk, (unit, other), data.code.rpartition(".")[2],
            heads={Role.UNIT_HEAD: agency, Role.DESK_HEAD: agency}, title="Chủ tịch UBND", short="UBND",
        )  # fmt: skip

    def _vertical(
        self, top: tuple[str, str], sites: Iterable[VerticalSite], calendar: WorkCalendar | None, policy: Policy | None
    ) -> list[Office]:
        parent = create_agency(
            code=top[0],
            name=top[1],
            level="vertical",
            valid_from=SINCE,
            calendar=calendar,
            due_policy=policy.value if policy else "",
        )
        offices = []
        for site in sites:
            agency = create_agency(
                code=site.code,
                name=site.name,
                level="vertical",
                valid_from=SINCE,
                parent=parent,
                admin_unit=self.units.get(site.unit),
            )
            desk = create_desk(
                code=f"MC-{site.code}", name=f"Bộ phận Một cửa {site.name}", agency=agency, serves=[agency],
                admin_unit=self.units.get(site.unit), reception_calendar=calendar,
            )  # fmt: skip
            unit = create_unit(agency=agency, code=f"{site.code}.01", name="Đội Nghiệp vụ")
            offices.append(
                self._own_office(
                    agency, "tỉnh Khánh Hòa", desk, (unit,), site.short.lower(), heads={Role.UNIT_HEAD: agency},
                    title="Phó Trưởng đơn vị", short=site.short,
                )
            )  # fmt: skip
        return offices

    def _own_office(
        self, agency: Agency, place: str, desk: Desk, units: tuple[Unit, ...], suffix: str, *, heads: dict[Role, Agency],
        title: str, short: str,
    ) -> Office:  # fmt: skip
        """An office with a desk of its own: a counter that also takes fees, two case officers, a head and one who signs."""
        reception = desk.reception_calendar or agency.effective_calendar
        calendar = calendar_from(agency.effective_calendar.data) if agency.effective_calendar else national_calendar()
        counter = self._officer(
            f"tiepnhan.{suffix}", "Cán bộ tiếp nhận", agency, {Role.COUNTER_OFFICER: agency, Role.CASHIER: agency}, desk=desk,
        )  # fmt: skip
        return Office(
            agency.pk, agency.code, agency.name, short, place,
            Counter(desk.pk, desk.name, agency.pk, counter, calendar_from(reception.data) if reception else national_calendar()),
            tuple(unit.pk for unit in units), calendar,
            tuple(
                self._officer(
                    f"thuly{i}.{suffix}", "Công chức chuyên môn", agency, {Role.CASE_OFFICER: agency}, unit=units[i % len(units)],
                )
                for i in (1, 2)
            ),
            self._officer(f"truongphong.{suffix}", "Trưởng phòng", agency, heads),
            self._officer(f"kyduyet.{suffix}", title, agency, {Role.SIGNER: agency}),
        )  # fmt: skip

    def _procedures(self) -> dict[str, Procedure]:
        set_same_day(SAME_DAY)
        found = {p.code: p for p in Procedure.objects.filter(code__in=[pick.code for pick in PICKS])}
        for code, days in TWO_STAGES.items():
            split_in_stages(found[code], days)
        return {
            p.code: p
            for p in Procedure.objects.filter(pk__in=[p.pk for p in found.values()])
            .select_related("current")
            .prefetch_related("current__channels", "current__papers", "current__results")
        }

    def _post(self, procedures: dict[str, Procedure], offices: dict[str, list[Office]], centre: Desk) -> None:
        """What each desk takes: its own agency's; the centre also the communes', the communes also the departments'."""
        agencies = {a.pk: a for a in Agency.objects.all()}
        desks = {d.pk: d for d in Desk.objects.all()}
        rows = []
        for pick in PICKS:
            procedure = procedures[pick.code]
            for office in offices[pick.kind]:
                at = {office.desk.id}
                if pick.kind == "commune":
                    at.add(centre.pk)
                elif pick.kind.startswith(PROVINCE_CODE):
                    at |= {commune.desk.id for commune in offices["commune"]}
                rows += [(desks[desk_id], procedure, agencies[office.id]) for desk_id in sorted(at)]
        post_procedures(rows)


def _staff(office: Office) -> dict[str, Actor]:
    return {
        Role.COUNTER_OFFICER.value: office.desk.officer,
        Role.CASHIER.value: office.desk.officer,
        Role.CASE_OFFICER.value: office.cases[0],
        Role.UNIT_HEAD.value: office.head,
        Role.SIGNER.value: office.signer,
    }


def _unit_codes() -> set[str]:
    sites = (*TAX_SITES, *CUSTOMS_SITES)
    return {PROVINCE_UNIT, *(c.unit for c in COMMUNES), *(s.unit for s in sites)}


def _offer(procedure: Procedure, pick: Pick, offices: tuple[Office, ...]) -> Offer:
    version = procedure.current
    assert version is not None  # every picked procedure is in the shipped catalogue
    rules = [rule for rule in version.channels.all() if rule.stage == 1]
    required = [paper for paper in version.papers.all() if (paper.originals or 0) + (paper.copies or 0)]
    case = required[0].case if required else ""
    papers = [paper for paper in required if paper.case == case][:_MOST_PAPERS]
    kind = next((result.name for result in version.results.all()), "") or procedure.name
    limits = [_days(rule.amount, rule.unit) for rule in rules if rule.amount]
    return Offer(
        procedure_id=procedure.pk,
        code=procedure.code,
        name=procedure.name,
        offices=offices,
        who=pick.who,
        mark=pick.mark,
        weight=pick.weight,
        papers=tuple(
            PaperData(_short(paper.name), originals=paper.originals or 0, copies=paper.copies or 0) for paper in papers
        )
        or (PaperData("Tờ khai theo mẫu", originals=1),),
        result=_short(kind),
        channels=frozenset(rule.channel for rule in rules),
        same_day=procedure.same_day and not limits,
        limited=bool(limits),
        stages=2 if procedure.code in TWO_STAGES else 1,
        days=min(limits, default=0),
    )


def _days(amount: int, unit: str) -> int:
    """Working days, roughly, to choose stories by; never a due."""
    return {LimitUnit.WORKING_HOUR: max(1, amount // 8), LimitUnit.DAY: max(1, amount * 5 // 7)}.get(
        LimitUnit(unit), amount
    )


def _short(text: str) -> str:
    tidy = " ".join(text.split()).strip(" -–*+.;")
    if len(tidy) <= _LONGEST_PAPER:
        return tidy
    return f"{tidy[:_LONGEST_PAPER].rpartition(' ')[0]}…"

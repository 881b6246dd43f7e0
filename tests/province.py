"""A small province for tests: one department with a desk and officers, one commune, one procedure with plain limits."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from motcua.catalog.models import ChannelRule, DeskProcedure, PaperRequirement, Procedure, ProcedureVersion, Sector
from motcua.dossiers.commands import Accept, PaperData, PartyData, ResultData
from motcua.dossiers.intake import Intake
from motcua.dossiers.services import give_command, submit_dossier
from motcua.identity.actors import Actor, ActorKind
from motcua.law.moments import VIETNAM
from motcua.organizations.models import Agency, Desk, Officer, Role, Unit
from motcua.organizations.queries import actor_of
from motcua.organizations.services import appoint, create_agency

START = date(2025, 7, 1)
MONDAY = datetime(2026, 11, 16, 9, 20, tzinfo=VIETNAM)


@dataclass
class Province:
    root: Agency
    department: Agency
    commune: Agency
    desk: Desk
    commune_desk: Desk
    unit: Unit
    procedure: Procedure
    officers: dict[str, Officer]

    def actor(self, name: str) -> Actor:
        return actor_of(self.officers[name], MONDAY.date())

    @property
    def applicant(self) -> Actor:
        return Actor(kind=ActorKind.APPLICANT, dossiers=frozenset())

    def hire(self, name: str, title: str, agency: Agency, roles: dict[str, Agency], **where: Any) -> Officer:
        """One more officer, known as `name`, with each role over an agency and all that lies below it."""
        self.officers[name] = appoint(
            username=name,
            password=None,
            full_name=title,
            title=title,
            agency=agency,
            roles=roles,
            valid_from=START,
            **where,
        )
        return self.officers[name]

    def intake(self, **changes: Any) -> Intake:
        values: dict[str, Any] = {
            "key": uuid.uuid4(),
            "procedure_id": self.procedure.pk,
            "agency_id": self.department.pk,
            "receiving_desk_id": self.desk.pk,
            "return_desk_id": self.desk.pk,
            "channel": "online",
            "return_method": "desk",
            "submitter": PartyData(
                "Nguyễn Thị Hòa", "056190000123", 1990, "0905123456", "hoa@example.com", "12 Trần Phú, Nha Trang"
            ),
            "papers": (PaperData("Tờ khai", originals=1), PaperData("Giấy tờ tùy thân", copies=1)),
        }
        return Intake(**(values | changes))


def applicant_of(*dossier_ids: int) -> Actor:
    return Actor(kind=ActorKind.APPLICANT, dossiers=frozenset(dossier_ids))


def accepted(province: Province, at: datetime = MONDAY, *, by: str = "counter", **changes: Any) -> int:
    """A dossier handed in and accepted at once."""
    dossier_id = submit_dossier(province.intake(**changes), actor=province.applicant, at=at).id
    give_command(dossier_id, Accept(), actor=province.actor(by), at=at)
    return dossier_id


def later(**given: float) -> datetime:
    return MONDAY + timedelta(**given)


def result(**changes: Any) -> ResultData:
    values: dict[str, Any] = {
        "kind": "Giấy phép",
        "number": "15/GP-SXD",
        "signed_on": date(2026, 11, 18),
        "signer": "Trần Văn Bình",
        "paper": True,
    }
    return ResultData(**(values | changes))


def build_procedure(code: str, name: str, sector: Sector, *, days: int | None = 3, same_day: bool = False) -> Procedure:
    procedure = Procedure.objects.create(code=code, name=name, sector=sector, same_day=same_day)
    version = ProcedureVersion.objects.create(
        procedure=procedure, number=1, valid_from=START, content_hash="0" * 64, name=name, sets=1
    )
    ChannelRule.objects.bulk_create(
        ChannelRule(
            version=version, position=position, channel=channel, amount=days, unit="working_day" if days else "",
            fee_vnd=50_000,
        )
        for position, channel in enumerate(("online", "counter", "post"), 1)
    )  # fmt: skip
    PaperRequirement.objects.bulk_create(
        PaperRequirement(version=version, position=position, name=paper, originals=1, copies=0)
        for position, paper in enumerate(("Tờ khai", "Giấy tờ tùy thân"), 1)
    )
    procedure.current = version
    procedure.save(update_fields=["current"])
    return procedure


def build_province() -> Province:
    root = create_agency(code="H32", name="UBND tỉnh Khánh Hòa", level="province", valid_from=START)
    department = create_agency(code="H32.16", name="Sở Xây dựng", level="province", valid_from=START, parent=root)
    commune = create_agency(
        code="H32.101", name="UBND phường Nha Trang", level="commune", valid_from=START, parent=root
    )
    unit = Unit.objects.create(agency=department, code="H32.16.03", name="Phòng Quản lý xây dựng")
    desk = Desk.objects.create(code="TTPVHCC", name="Trung tâm Phục vụ hành chính công tỉnh", agency=root)
    commune_desk = Desk.objects.create(
        code="NT", name="Trung tâm Phục vụ hành chính công phường Nha Trang", agency=commune
    )
    sector = Sector.objects.create(code="G17-XD01", name="Hoạt động xây dựng", name_key="hoat dong xay dung")
    procedure = build_procedure("1.001193", "Cấp giấy phép xây dựng nhà ở riêng lẻ", sector)
    DeskProcedure.objects.create(desk=desk, procedure=procedure, agency=department)
    DeskProcedure.objects.create(desk=commune_desk, procedure=procedure, agency=commune)

    province = Province(root, department, commune, desk, commune_desk, unit, procedure, {})
    hire = province.hire
    hire("counter", "Lê Thị Quầy", root, {Role.COUNTER_OFFICER: department}, desk=desk)
    hire("case", "Phạm Thụ Lý", department, {Role.CASE_OFFICER: department}, unit=unit)
    hire("head", "Đỗ Trưởng Phòng", department, {Role.UNIT_HEAD: department}, unit=unit)
    hire("signer", "Trần Văn Bình", department, {Role.SIGNER: department})
    hire("leader", "Vũ Lãnh Đạo", root, {Role.LEADER: root})
    hire("commune_counter", "Bùi Quầy Xã", commune, {Role.COUNTER_OFFICER: commune}, desk=commune_desk)
    hire("commune_case", "Ngô Thụ Lý Xã", commune, {Role.CASE_OFFICER: commune})
    return province

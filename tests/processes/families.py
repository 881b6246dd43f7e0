"""A small town for joined procedures: a commune, its police, the insurance, and birth + residence + health card."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from tests.province import MONDAY, START, Province, build_procedure, build_province, result

from motcua.catalog.models import DeskProcedure, Procedure
from motcua.dossiers.commands import Accept, PaperData, Resolve
from motcua.dossiers.models import Dossier
from motcua.dossiers.services import give_command
from motcua.exchange import services as exchange
from motcua.exchange.models import OutMessage
from motcua.identity.actors import SYSTEM, Actor
from motcua.organizations.models import Agency, Desk, Role
from motcua.organizations.services import appoint, create_agency
from motcua.processes.joined import Joined, joined_from_json
from motcua.processes.linked import HandedIn, JoinedIntake, advance_joined, hand_in
from motcua.processes.models import JoinedProcedure

CHILDREN: list[dict[str, Any]] = [
    {"key": "birth", "name": "Đăng ký khai sinh", "procedure": "1.001193", "papers": ["khai sinh"]},
    {
        "key": "residence",
        "name": "Đăng ký thường trú",
        "procedure": "1.004222",
        "after": ["birth"],
        "takes": ["birth"],
        "papers": ["cư trú"],
    },
    {
        "key": "insurance",
        "name": "Cấp thẻ bảo hiểm y tế",
        "procedure": "1.001939",
        "after": ["birth"],
        "takes": ["birth"],
        "papers": ["bảo hiểm"],
    },
]
PAPERS = (
    PaperData("Tờ khai đăng ký khai sinh", originals=1),
    PaperData("Tờ khai thay đổi thông tin cư trú", originals=1),
    PaperData("Tờ khai tham gia bảo hiểm y tế", originals=1),
    PaperData("Giấy viết tay", originals=1),
)


@dataclass
class Town:
    province: Province
    police: Agency
    insurance: Agency
    joined: JoinedProcedure

    @property
    def definition(self) -> Joined:
        return joined_from_json(self.joined.definition)

    def given(self, **changes: Any) -> JoinedIntake:
        p = self.province
        values: dict[str, Any] = {
            "key": uuid.uuid4(),
            "agency_id": p.commune.pk,
            "receiving_desk_id": p.commune_desk.pk,
            "return_desk_id": p.commune_desk.pk,
            "papers": PAPERS,
        }
        return JoinedIntake(self.joined.pk, p.intake(**(values | changes)))

    def clerk(self) -> Actor:
        return self.province.actor("commune_counter")

    def at_counter(self, at: datetime = MONDAY, **changes: Any) -> HandedIn:
        return hand_in(self.given(channel="counter", **changes), actor=self.clerk(), at=at, command=Accept())

    def redefine(self, **changes: dict[str, Any]) -> None:
        """Change fields of parts by their keys, before anything is handed in."""
        children = [child | changes.get(child["key"], {}) for child in CHILDREN]
        JoinedProcedure.objects.filter(pk=self.joined.pk).update(
            definition=dict(self.joined.definition) | {"children": children}
        )
        self.joined.refresh_from_db()


def build_town(*, total: dict[str, Any] | None = None) -> Town:
    province = build_province()
    row = build_parts(total=total)
    police, insurance = (Agency.objects.get(code=code) for code in ("H32.101.01", "H32.90"))
    for name, role in (("commune_head", Role.UNIT_HEAD), ("commune_signer", Role.SIGNER)):
        province.officers[name] = appoint(
            username=name, password=None, full_name=f"Cán bộ {name}", title=name, agency=province.commune,
            roles={role: province.commune}, valid_from=START,
        )  # fmt: skip
    province.officers["police_case"] = appoint(
        username="police_case", password=None, full_name="Cảnh sát khu vực", title="Cán bộ", agency=police,
        roles={Role.CASE_OFFICER: police}, valid_from=START,
    )  # fmt: skip
    return Town(province, police, insurance, row)


def build_parts(*, total: dict[str, Any] | None = None) -> JoinedProcedure:
    """The procedures, agencies and the joined one, in a province that stands already."""
    root = Agency.objects.get(code="H32")
    police = create_agency(
        code="H32.101.01", name="Công an phường Nha Trang", level="vertical", valid_from=START, parent=root
    )
    insurance = create_agency(
        code="H32.90", name="Bảo hiểm xã hội cơ sở Nha Trang", level="vertical", valid_from=START, parent=root
    )
    birth = Procedure.objects.get(code="1.001193")
    Procedure.objects.filter(pk=birth.pk).update(name="Thủ tục đăng ký khai sinh")
    residence = build_procedure("1.004222", "Đăng ký thường trú", birth.sector, days=7)
    card = build_procedure("1.001939", "Cấp thẻ bảo hiểm y tế cho trẻ em dưới 6 tuổi", birth.sector, days=5)
    joined_one = build_procedure(
        "2.000986", "Liên thông khai sinh, thường trú, thẻ bảo hiểm y tế", birth.sector, days=None
    )
    desk = Desk.objects.get(code="NT")
    for procedure, agency in ((residence, police), (card, insurance)):
        DeskProcedure.objects.create(desk=desk, procedure=procedure, agency=agency)
    definition: dict[str, Any] = {"children": CHILDREN}
    if total:
        definition["total"] = total
    return JoinedProcedure.objects.create(
        procedure=joined_one, valid_from=date(2025, 7, 1), confirmed=True, definition=definition
    )


def states(handed: HandedIn) -> dict[str, str]:
    rows = dict(Dossier.objects.filter(pk__in=handed.dossiers.values()).values_list("pk", "state"))
    return {key: rows[id_] for key, id_ in handed.dossiers.items()}


def resolve(town: Town, dossier_id: int, at: datetime, **changes: Any) -> None:
    actor = SYSTEM
    dossier = Dossier.objects.get(pk=dossier_id)
    if dossier.agency_id == town.province.commune.pk:
        actor = town.province.actor("commune_case")
    elif dossier.agency_id == town.police.pk:
        actor = town.province.actor("police_case")
    else:
        actor = _case_of(town, town.insurance)
    given = replace(result(signed_on=at.date()), **changes)
    give_command(dossier_id, Resolve(given), actor=actor, at=at)


def _case_of(town: Town, agency: Agency) -> Actor:
    name = f"case_{agency.pk}"
    if name not in town.province.officers:
        town.province.officers[name] = appoint(
            username=name, password=None, full_name="Cán bộ bảo hiểm", title="Cán bộ", agency=agency,
            roles={Role.CASE_OFFICER: agency}, valid_from=START,
        )  # fmt: skip
    return town.province.actor(name)


def handed_in_and_born(town: Town, at: datetime) -> HandedIn:
    """A joined hand-in at the counter whose first part has its result; what follows has not begun."""
    handed = town.at_counter()
    resolve(town, handed.dossiers["birth"], at)
    return handed


# What the police answer of their part, and by which name.
RESULT = {"kind": "Thông báo", "number": "7", "signed_on": "2026-11-16", "signer": "Công an"}


def asked_elsewhere(town: Town, at: datetime) -> tuple[HandedIn, OutMessage]:
    """One whose second part is done in another agency's own system, which has been told of it and has not answered."""
    handed = handed_in_and_born(town, at)
    advance_joined(at)
    exchange.connect(town.police.pk, "http://127.0.0.1:9")
    exchange.collect(at)
    return handed, OutMessage.objects.get()

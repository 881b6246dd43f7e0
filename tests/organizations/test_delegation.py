from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from tests.province import MONDAY, START, Province, accepted, build_procedure, build_province

from motcua.catalog.models import DeskProcedure, Sector
from motcua.dossiers.commands import Suspend
from motcua.dossiers.models import LedgerEntry
from motcua.dossiers.queries import visible_to
from motcua.dossiers.services import give_command
from motcua.dossiers.writer import NotFound
from motcua.identity.actors import Actor
from motcua.law.errors import BadInput
from motcua.organizations.absences import AlreadyEnded, NotTheirs, record_absence
from motcua.organizations.delegations import delegate, end_delegation
from motcua.organizations.models import Officer, Role, RoleAssignment, StandInEvent
from motcua.organizations.queries import actor_of, holds_role
from motcua.organizations.services import appoint
from motcua.organizations.standing_in import delegations_of

pytestmark = pytest.mark.django_db

TODAY = MONDAY.date()
FRIDAY = TODAY + timedelta(days=4)
SUSPEND = Suspend("Điều 12", "05/QĐ")


@dataclass
class Place:
    province: Province
    deputy: Officer

    def give(self, **changes: object) -> RoleAssignment:
        given = {
            "to_id": self.deputy.pk, "role": Role.UNIT_HEAD, "first_on": TODAY, "last_on": FRIDAY,
            "actor": self.province.actor("head"), "at": MONDAY,
        } | changes  # fmt: skip
        giver = given.pop("giver_id", self.province.officers["head"].pk)
        return delegate(giver, **given)

    def deputy_on(self, day: date) -> Actor:
        return actor_of(self.deputy, day)


@pytest.fixture
def place() -> Place:
    province = build_province()
    return Place(province, province.hire("deputy", "Hoàng Phó Phòng", province.department, {}))


def test_it_begins_and_ends_by_itself(place: Place) -> None:
    place.give()
    held = {day: bool(place.deputy_on(TODAY + timedelta(days=day)).behalves) for day in (-1, 0, 4, 5)}
    assert held == {-1: False, 0: True, 4: True, 5: False}


def test_the_delegate_acts_for_the_one_who_gave_it(place: Place) -> None:
    dossier_id = accepted(place.province)
    with pytest.raises(NotFound):
        give_command(dossier_id, SUSPEND, actor=place.deputy_on(TODAY), at=MONDAY)
    place.give()
    give_command(dossier_id, SUSPEND, actor=place.deputy_on(TODAY), at=MONDAY)
    entry = LedgerEntry.objects.get(dossier_id=dossier_id, kind="dossier.suspended")
    assert entry.data["actor"] == {
        "kind": "officer", "id": place.deputy.pk, "for": place.province.officers["head"].pk,
    }  # fmt: skip
    assert place.deputy_on(TODAY).stands_in_for == frozenset()


def test_it_ends_with_the_power_of_the_one_who_gave_it(place: Place) -> None:
    place.give()
    head = place.province.officers["head"]
    head.valid_to = TODAY + timedelta(days=2)
    head.save()
    assert place.deputy_on(TODAY + timedelta(days=1)).behalves
    assert not place.deputy_on(TODAY + timedelta(days=2)).behalves


def test_a_sector_limits_what_is_seen_and_done(place: Place) -> None:
    province = place.province
    other = Sector.objects.create(code="G17-QH01", name="Quy hoạch", name_key="quy hoach")
    planning = build_procedure("1.002222", "Cung cấp thông tin quy hoạch", other)
    DeskProcedure.objects.create(desk=province.desk, procedure=planning, agency=province.department)
    building, plan = accepted(place.province), accepted(place.province, procedure_id=planning.pk)
    place.give(sectors=[other.pk])
    deputy = place.deputy_on(TODAY)

    assert [row.pk for row in visible_to(deputy)] == [plan]
    with pytest.raises(NotFound):
        give_command(building, SUSPEND, actor=deputy, at=MONDAY)
    give_command(plan, SUSPEND, actor=deputy, at=MONDAY)
    # A limited power cannot approve where the sector is not known.
    assert not holds_role(place.deputy.pk, [Role.UNIT_HEAD], agency_id=province.department.pk, on=TODAY)


def test_two_delegations_for_different_sectors_stand_side_by_side(place: Place) -> None:
    first = place.give(sectors=[1])
    second = place.give(sectors=[2])
    assert [hat.sectors for hat in place.deputy_on(TODAY).behalves] == [{1}, {2}]
    with pytest.raises(BadInput, match="trùng với ủy quyền đã có từ 16/11/2026 đến 20/11/2026"):
        place.give(sectors=[2, 3])
    assert set(RoleAssignment.objects.filter(delegated_by__isnull=False)) == {first, second}


def test_ended_early_it_gives_nothing_any_more(place: Place) -> None:
    given = place.give()
    at = MONDAY + timedelta(days=1)
    end_delegation(given.pk, reason="Trưởng phòng về", actor=place.province.actor("head"), at=at)
    assert place.deputy_on(TODAY).behalves
    assert not place.deputy_on(at.date()).behalves
    with pytest.raises(AlreadyEnded):
        end_delegation(given.pk, reason="Lần nữa", actor=place.province.actor("head"), at=at)
    told = [(e.kind, e.by_id, e.reason) for e in StandInEvent.objects.filter(delegation=given)]
    head = place.province.officers["head"].pk
    assert told == [("recorded", head, ""), ("ended", head, "Trưởng phòng về")]


def test_only_those_concerned_end_it(place: Place) -> None:
    given = place.give()
    with pytest.raises(NotTheirs):
        end_delegation(given.pk, reason="Không phải việc tôi", actor=place.province.actor("case"), at=MONDAY)
    with pytest.raises(BadInput, match="Lý do: chưa nhập"):
        end_delegation(given.pk, reason=" ", actor=place.province.actor("head"), at=MONDAY)
    end_delegation(given.pk, reason="Không nhận được", actor=place.deputy_on(TODAY), at=MONDAY)
    assert not place.deputy_on(TODAY).behalves


def test_a_narrower_scope_within_the_giver_s_own(place: Place) -> None:
    province = place.province
    chief = appoint(
        username="chief", password=None, full_name="Phó Chủ tịch", title="", agency=province.root,
        roles={Role.SIGNER: province.root}, valid_from=START,
    )  # fmt: skip
    given = place.give(
        giver_id=chief.pk, actor=actor_of(chief, TODAY), role=Role.SIGNER, scope_id=province.department.pk
    )
    assert given.scope == province.department
    (hat,) = place.deputy_on(TODAY).behalves
    assert hat.grants[0].agencies == {province.department.pk}
    with pytest.raises(BadInput, match="vượt quá phạm vi"):
        place.give(scope_id=province.commune.pk)


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"to_id": "head"}, "to", "cho chính mình"),
        ({"to_id": "commune_case"}, "to", "không thuộc cơ quan"),
        ({"to_id": 10**9}, "to", "không có cán bộ"),
        ({"first_on": TODAY - timedelta(days=1)}, "first_on", "trong quá khứ"),
        ({"first_on": FRIDAY, "last_on": TODAY}, "last_on", "từ ngày bắt đầu trở đi"),
        ({"last_on": TODAY + timedelta(days=400)}, "last_on", "366 ngày"),
        ({"role": Role.SIGNER}, "role", "không giữ vai trò “Người ký” suốt thời gian từ 16/11/2026 đến 20/11/2026"),
        ({"role": Role.ADMINISTRATOR}, "role", "chỉ bổ nhiệm"),
        ({"role": "king"}, "role", "chỉ bổ nhiệm"),
    ],
)
def test_what_cannot_be_delegated(place: Place, changes: dict[str, object], field: str, message: str) -> None:
    if isinstance(changes.get("to_id"), str):
        changes = changes | {"to_id": place.province.officers[str(changes["to_id"])].pk}
    with pytest.raises(BadInput, match=message) as raised:
        place.give(**changes)
    assert raised.value.data["field"] == field
    assert not RoleAssignment.objects.filter(delegated_by__isnull=False).exists()
    assert not StandInEvent.objects.exists()


def test_no_chains(place: Place) -> None:
    place.give()
    with pytest.raises(BadInput, match="không ủy quyền lại được"):
        place.give(giver_id=place.deputy.pk, actor=place.deputy_on(TODAY), to_id=place.province.officers["case"].pk)


def test_an_overlapping_duplicate_is_refused(place: Place) -> None:
    place.give()
    with pytest.raises(BadInput, match="trùng với ủy quyền"):
        place.give(first_on=FRIDAY, last_on=FRIDAY + timedelta(days=3))
    place.give(first_on=FRIDAY + timedelta(days=1), last_on=FRIDAY + timedelta(days=3))


def test_one_who_holds_the_role_needs_no_delegation(place: Place) -> None:
    RoleAssignment.objects.create(
        officer=place.deputy, role=Role.UNIT_HEAD, scope=place.province.department, valid_from=START
    )
    with pytest.raises(BadInput, match="không cần ủy quyền"):
        place.give()


def test_one_who_is_away_all_the_time_cannot_take_it(place: Place) -> None:
    record_absence(
        place.deputy.pk, kind="sick", from_at=MONDAY - timedelta(days=1), to_at=MONDAY + timedelta(days=9),
        actor=place.province.actor("head"), at=MONDAY,
    )  # fmt: skip
    with pytest.raises(BadInput, match="vắng suốt thời gian"):
        place.give()


def test_an_administrator_records_it_by_its_document(place: Place) -> None:
    admin = appoint(
        username="admin", password=None, full_name="Quản trị", title="", agency=place.province.root,
        roles={Role.ADMINISTRATOR: place.province.root}, valid_from=START,
    )  # fmt: skip
    actor = actor_of(admin, TODAY)
    with pytest.raises(BadInput, match="cần số văn bản"):
        place.give(actor=actor)
    with pytest.raises(NotTheirs):
        place.give(actor=place.province.actor("case"), document="12/UQ")
    given = place.give(actor=actor, document="12/UQ-SXD")
    assert StandInEvent.objects.get(delegation=given).by == admin
    assert [row.pk for row in delegations_of(place.deputy_on(TODAY), TODAY)] == [given.pk]
    assert [row.pk for row in delegations_of(place.province.actor("commune_case"), TODAY)] == []

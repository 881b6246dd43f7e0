from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from tests.province import MONDAY, START, Province, build_province, result

from motcua.dossiers.commands import Accept, Forward, Resolve
from motcua.dossiers.models import LedgerEntry
from motcua.dossiers.permissions import NotAllowed
from motcua.dossiers.queries import get_visible, worklist
from motcua.dossiers.queues import Queue
from motcua.dossiers.services import give_command, submit_dossier
from motcua.dossiers.writer import NotFound
from motcua.identity.actors import Actor
from motcua.law.errors import BadInput
from motcua.law.moments import VIETNAM
from motcua.organizations.absences import AlreadyEnded, NotTheirs, change_substitute, end_absence, record_absence
from motcua.organizations.models import Absence, Officer, Role, StandInEvent
from motcua.organizations.queries import actor_of, holds_role
from motcua.organizations.services import appoint
from motcua.organizations.standing_in import absent_at, stand_ins_on

pytestmark = pytest.mark.django_db

NINE = datetime(2026, 11, 17, 9, 0, tzinfo=VIETNAM)
NOON = datetime(2026, 11, 18, 11, 30, tzinfo=VIETNAM)


@dataclass
class Place:
    province: Province
    deputy: Officer

    def away(self, name: str = "signer", **changes: object) -> Absence:
        officer = self.province.officers[name]
        given = {
            "kind": "leave", "from_at": NINE, "to_at": NOON, "substitute_id": self.deputy.pk,
            "actor": actor_of(officer, MONDAY.date()), "at": MONDAY,
        } | changes  # fmt: skip
        return record_absence(officer.pk, **given)

    def deputy_at(self, moment: datetime) -> Actor:
        return actor_of(self.deputy, moment.astimezone(VIETNAM).date(), moment)


@pytest.fixture
def place() -> Place:
    province = build_province()
    return Place(province, province.hire("deputy", "Hoàng Phó Phòng", province.department, {}))


def roles(actor: Actor) -> dict[int, set[str]]:
    return {hat.acting_for: {grant.role for grant in hat.grants} for hat in actor.hats if hat.grants}


def test_the_substitute_has_the_powers_only_between_the_two_moments(place: Place) -> None:
    place.away()
    signer = place.province.officers["signer"].pk
    assert roles(place.deputy_at(NINE - timedelta(seconds=1))) == {}
    assert roles(place.deputy_at(NINE)) == {signer: {Role.SIGNER}}
    assert place.deputy_at(NINE).stands_in_for == {signer}
    assert place.deputy_at(NINE).grants == ()
    assert roles(place.deputy_at(NOON - timedelta(seconds=1))) == {signer: {Role.SIGNER}}
    assert roles(place.deputy_at(NOON)) == {}


def test_a_day_asked_without_a_moment_counts_every_part_of_it(place: Place) -> None:
    place.away()
    signer = place.province.officers["signer"].pk
    days = {day: roles(actor_of(place.deputy, (MONDAY + timedelta(days=day)).date())) for day in range(4)}
    assert days == {0: {}, 1: {signer: {Role.SIGNER}}, 2: {signer: {Role.SIGNER}}, 3: {}}


def test_accounts_and_inspection_do_not_pass_to_a_substitute(place: Place) -> None:
    chief = appoint(
        username="chief", password=None, full_name="Chánh Văn phòng", title="", agency=place.province.department,
        roles={Role.ADMINISTRATOR: place.province.root, Role.INSPECTOR: place.province.root, Role.UNIT_HEAD: place.province.department},
        valid_from=START,
    )  # fmt: skip
    place.province.officers["chief"] = chief
    place.away("chief")
    assert roles(place.deputy_at(NINE)) == {chief.pk: {Role.UNIT_HEAD}}


def test_what_was_only_delegated_is_not_passed_on(place: Place) -> None:
    # The counter officer stands in for the signer; whoever stands in for the counter officer is not the signer too.
    other = appoint(
        username="other", password=None, full_name="Tạ Một Cửa", title="", agency=place.province.department, roles={},
        valid_from=START,
    )  # fmt: skip
    place.away("case", substitute_id=other.pk)
    with pytest.raises(BadInput, match="cũng vắng"):
        place.away("signer", substitute_id=place.province.officers["case"].pk)
    assert roles(actor_of(other, NINE.date(), NINE)) == {place.province.officers["case"].pk: {Role.CASE_OFFICER}}


def test_the_ledger_says_on_whose_behalf(place: Place) -> None:
    place.away("case")
    province = place.province
    dossier_id = submit_dossier(province.intake(), actor=province.applicant, at=MONDAY).id
    give_command(dossier_id, Accept(), actor=province.actor("counter"), at=MONDAY)
    with pytest.raises(NotFound):
        give_command(dossier_id, Forward("Thẩm định"), actor=place.deputy_at(MONDAY), at=MONDAY)

    at = NINE + timedelta(hours=1)
    give_command(dossier_id, Forward("Thẩm định"), actor=place.deputy_at(at), at=at)
    labels = list(
        LedgerEntry.objects.filter(dossier_id=dossier_id).order_by("seq").values_list("data__actor", flat=True)
    )
    assert labels[1] == {"kind": "officer", "id": province.officers["counter"].pk}
    assert labels[2] == {"kind": "officer", "id": place.deputy.pk, "for": province.officers["case"].pk}


def test_the_substitute_does_what_the_absent_one_could_and_no_more(place: Place) -> None:
    place.away("signer")
    province, at = place.province, NINE + timedelta(hours=1)
    dossier_id = submit_dossier(province.intake(), actor=province.applicant, at=MONDAY).id
    give_command(dossier_id, Accept(), actor=province.actor("counter"), at=MONDAY)
    with pytest.raises(NotAllowed):
        give_command(dossier_id, Forward("Thẩm định"), actor=place.deputy_at(at), at=at)
    signed = result(signed_on=NINE.date())
    give_command(dossier_id, Resolve(signed), actor=place.deputy_at(at), at=at)
    entry = LedgerEntry.objects.get(dossier_id=dossier_id, kind="dossier.resolved")
    assert entry.data["actor"]["for"] == province.officers["signer"].pk


def test_own_power_comes_before_another_s(place: Place) -> None:
    head = place.province.officers["head"]
    place.away("case", substitute_id=head.pk)
    province, at = place.province, NINE + timedelta(hours=1)
    dossier_id = submit_dossier(province.intake(), actor=province.applicant, at=MONDAY).id
    give_command(dossier_id, Accept(), actor=province.actor("counter"), at=MONDAY)
    give_command(dossier_id, Forward("Thẩm định"), actor=actor_of(head, at.date(), at), at=at)
    assert LedgerEntry.objects.get(dossier_id=dossier_id, kind="dossier.forwarded").data["actor"] == {
        "kind": "officer", "id": head.pk,
    }  # fmt: skip


def test_lists_show_the_substitute_what_lies_with_the_absent_one(place: Place) -> None:
    place.away("case")
    province, case, at = place.province, place.province.officers["case"], NINE + timedelta(hours=1)
    dossier_id = submit_dossier(province.intake(), actor=province.applicant, at=MONDAY).id
    give_command(dossier_id, Accept(), actor=province.actor("counter"), at=MONDAY)
    give_command(dossier_id, Forward("Thẩm định", officer_id=case.pk), actor=province.actor("case"), at=MONDAY)
    assert [row.pk for row in worklist(place.deputy_at(at), Queue.MINE, at).rows] == [dossier_id]
    assert get_visible(place.deputy_at(at), id=dossier_id).pk == dossier_id
    assert worklist(place.deputy_at(NOON), Queue.MINE, NOON).rows == []


def test_ended_early_the_powers_end_at_once(place: Place) -> None:
    absence = place.away()
    back = NINE + timedelta(hours=3)
    end_absence(absence.pk, reason="Về sớm", actor=place.province.actor("signer"), at=back)
    assert roles(place.deputy_at(back)) == {}
    assert roles(place.deputy_at(back - timedelta(minutes=1))) != {}
    with pytest.raises(AlreadyEnded):
        end_absence(absence.pk, reason="Lần nữa", actor=place.province.actor("signer"), at=back)


def test_called_off_before_it_begins_it_leaves_room_for_another(place: Place) -> None:
    absence = place.away()
    end_absence(absence.pk, reason="Hoãn", actor=place.province.actor("signer"), at=MONDAY)
    assert roles(place.deputy_at(NINE)) == {}
    assert stand_ins_on(NINE.date(), [place.province.department.pk]) == []
    assert place.away().pk != absence.pk


def test_another_substitute_takes_over(place: Place) -> None:
    absence = place.away()
    head, case = place.province.actor("head"), place.province.officers["case"]
    change_substitute(absence.pk, substitute_id=case.pk, reason="Phó phòng ốm", actor=head, at=NINE)
    assert roles(place.deputy_at(NINE)) == {}
    assert place.province.officers["signer"].pk in roles(actor_of(case, NINE.date(), NINE))
    with pytest.raises(BadInput, match="vẫn là người"):
        change_substitute(absence.pk, substitute_id=case.pk, reason="x", actor=head, at=NINE)


def test_every_decision_is_on_record(place: Place) -> None:
    absence = place.away(actor=place.province.actor("head"))
    case = place.province.officers["case"]
    change_substitute(absence.pk, substitute_id=case.pk, reason="Đổi", actor=place.province.actor("head"), at=NINE)
    end_absence(absence.pk, reason="Về sớm", actor=place.province.actor("signer"), at=NINE)
    told = [(e.kind, e.by.full_name, e.substitute_id, e.reason) for e in StandInEvent.objects.filter(absence=absence)]
    assert told == [
        ("recorded", "Đỗ Trưởng Phòng", place.deputy.pk, ""),
        ("substitute", "Đỗ Trưởng Phòng", case.pk, "Đổi"),
        ("ended", "Trần Văn Bình", None, "Về sớm"),
    ]


def test_who_stands_in_on_a_day(place: Place) -> None:
    place.away()
    found = stand_ins_on(NINE.date(), [place.province.department.pk])
    assert [(row.officer.full_name, row.substitute.full_name) for row in found] == [
        ("Trần Văn Bình", "Hoàng Phó Phòng")
    ]
    assert stand_ins_on(MONDAY.date(), [place.province.department.pk]) == []
    assert stand_ins_on(NINE.date(), [place.province.commune.pk]) == []
    signer = place.province.officers["signer"].pk
    assert set(absent_at(NINE, [signer])) == {signer}
    assert absent_at(NOON, [signer]) == {}


def test_a_substitute_counts_as_one_who_may_approve(place: Place) -> None:
    place.away("head")
    department = place.province.department.pk
    assert holds_role(place.deputy.pk, [Role.UNIT_HEAD], agency_id=department, on=NINE.date())
    assert not holds_role(place.deputy.pk, [Role.UNIT_HEAD], agency_id=department, on=MONDAY.date())


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"to_at": NINE}, "to_at", "phải sau lúc bắt đầu"),
        ({"from_at": NOON, "to_at": NINE}, "to_at", "phải sau lúc bắt đầu"),
        ({"from_at": MONDAY - timedelta(days=9), "to_at": MONDAY - timedelta(days=8)}, "to_at", "đã qua"),
        ({"to_at": NINE + timedelta(days=3650)}, "to_at", "366 ngày"),
        ({"kind": "holiday"}, "kind", "không có trong danh mục"),
    ],
)
def test_impossible_times_are_refused(place: Place, changes: dict[str, object], field: str, message: str) -> None:
    with pytest.raises(BadInput, match=message) as raised:
        place.away(**changes)
    assert raised.value.data["field"] == field
    assert not Absence.objects.exists()
    assert not StandInEvent.objects.exists()


def test_leave_that_overlaps_is_refused(place: Place) -> None:
    place.away()
    with pytest.raises(BadInput, match="trùng với lần nghỉ đã ghi từ 09:00 17/11/2026 đến 11:30 18/11/2026"):
        place.away(from_at=NOON - timedelta(minutes=1), to_at=NOON + timedelta(days=1))
    place.away(from_at=NOON, to_at=NOON + timedelta(days=1))


@pytest.mark.parametrize(
    ("who", "message"),
    [("signer", "phải là người khác"), ("commune_case", "không thuộc cơ quan"), ("leader", "")],
)
def test_who_can_stand_in(place: Place, who: str, message: str) -> None:
    chosen = place.province.officers[who].pk
    if not message:
        assert place.away(substitute_id=chosen).substitute_id == chosen
        return
    with pytest.raises(BadInput, match=message) as raised:
        place.away(substitute_id=chosen)
    assert raised.value.data["field"] == "substitute"


def test_a_substitute_who_is_away_too_is_refused(place: Place) -> None:
    place.province.officers["deputy"] = place.deputy
    place.away("deputy", substitute_id=None, actor=place.province.actor("head"))
    with pytest.raises(BadInput, match="Hoàng Phó Phòng cũng vắng"):
        place.away("signer", from_at=NINE - timedelta(days=1) + timedelta(hours=1), to_at=NINE + timedelta(hours=1))


def test_a_substitute_who_leaves_his_post_meanwhile_is_refused(place: Place) -> None:
    place.deputy.valid_to = NOON.date()
    place.deputy.save()
    with pytest.raises(BadInput, match="suốt thời gian"):
        place.away()


@pytest.mark.parametrize(
    ("who", "allowed"), [("signer", True), ("head", True), ("case", False), ("commune_case", False)]
)
def test_who_decides_about_leave(place: Place, who: str, allowed: bool) -> None:
    actor = place.province.actor(who)
    if allowed:
        place.away(actor=actor)
        return
    with pytest.raises(NotTheirs):
        place.away(actor=actor)


def test_a_change_needs_its_reason(place: Place) -> None:
    absence = place.away()
    actor = place.province.actor("head")
    for reason, message in (("  ", "chưa nhập"), ("x" * 301, "tối đa 300")):
        with pytest.raises(BadInput, match=message):
            end_absence(absence.pk, reason=reason, actor=actor, at=NINE)
    absence.refresh_from_db()
    assert absence.until == NOON

"""Every row of the lifecycle table against every role: who may is written here once more, by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.dossiers.office import SIGNED, Office, dossier, moment
from tests.province import START, applicant_of, result

from motcua.dossiers import commands as c
from motcua.dossiers.permissions import NotAllowed, Subject, can, sees
from motcua.dossiers.queries import get_visible, visible_to
from motcua.dossiers.services import give_command, submit_dossier
from motcua.dossiers.writer import NotFound
from motcua.identity.actors import SYSTEM, Actor, ActorKind, Grant
from motcua.law.lifecycle import MOVES, OPEN, Command, State
from motcua.organizations.models import Role, RoleAssignment
from motcua.organizations.queries import actor_of, holds_role

AGENCY, OTHER, RECEIVING, RETURN = 1, 2, 11, 12
DESK = {"counter_officer", "desk_head"}
CASE = {"case_officer"}
HEAD = {"unit_head", "desk_head"}
SIGNER = {"signer"}
MAY: dict[Command, set[str]] = {
    Command.SUBMIT: DESK | {"applicant"},
    Command.ACCEPT: DESK,
    Command.ASK_COMPLETION: DESK,
    Command.COMPLETE: DESK | {"applicant"},
    Command.REFUSE: DESK,
    Command.CLOSE_INCOMPLETE: DESK | {"system"},
    Command.RECEIVE_PAPERS: CASE | HEAD,
    Command.FORWARD: DESK | CASE | HEAD,
    Command.WORK: DESK | CASE | HEAD | SIGNER | {"system"},
    Command.ASK_SUPPLEMENT: CASE | HEAD,
    Command.SUPPLEMENT: DESK | {"applicant"},
    Command.ASK_PAYMENT: CASE | HEAD,
    Command.CONFIRM_PAYMENT: DESK | CASE | {"applicant", "system"},
    Command.SUSPEND: HEAD | SIGNER,
    Command.RESUME: CASE | HEAD | SIGNER,
    Command.EXTEND: HEAD | SIGNER,
    Command.PROMISE: HEAD | SIGNER,
    Command.RESOLVE: CASE | HEAD | SIGNER,
    Command.RETURN_INELIGIBLE: HEAD | SIGNER,
    Command.RECEIVE_RESULT: DESK,
    Command.SEND_RESULT: DESK,
    Command.HAND_OVER: DESK | {"system"},
    Command.WITHDRAW: {"applicant"},
    Command.REQUEST_WITHDRAWAL: DESK | {"applicant"},
    Command.DECLINE_WITHDRAWAL: HEAD | SIGNER,
    Command.DECIDE_WITHDRAWAL: HEAD | SIGNER,
    Command.RECTIFY: HEAD,
}
EVERYBODY = [*(role.value for role in Role), "applicant", "system"]


def someone(name: str, agency: int = AGENCY, desk: int = 0) -> Actor:
    if name == "system":
        return SYSTEM
    if name == "applicant":
        return applicant_of(7)
    return Actor(
        ActorKind.OFFICER, id=5, grants=(Grant(name, frozenset({agency})),), desks=frozenset({desk} if desk else ())
    )


def subject(state: State, id_: int = 7) -> Subject:
    return Subject(0 if state is State.DRAFT else id_, state, AGENCY, RECEIVING, RETURN)


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("move", MOVES, ids=lambda move: f"{move.state}-{move.command}")
def test_table(move, who: str) -> None:
    may = MAY.get(move.command)
    if move.command is Command.STOP:
        may = HEAD | SIGNER | ({"system"} if move.state not in (State.ACCEPTED, State.IN_PROCESS) else set())
    assert may is not None

    assert can(someone(who), move.command, subject(move.state)).allowed is (who in may)


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("state", State)
def test_what_the_table_does_not_hold_nobody_may(state: State, who: str) -> None:
    possible = {move.command for move in MOVES if move.state is state} | (
        {Command.HAND_OVER} if state in OPEN else set()
    )
    for command in set(Command) - possible:
        verdict = can(someone(who), command, subject(state))
        assert not verdict.allowed
        assert verdict.reason


@pytest.mark.parametrize("role", Role)
def test_role_in_another_agency_gives_nothing(role: Role) -> None:
    stranger = someone(role.value, OTHER)
    for move in MOVES:
        assert not can(stranger, move.command, subject(move.state)).allowed
        assert not sees(stranger, subject(move.state))


@pytest.mark.parametrize("move", MOVES, ids=lambda move: f"{move.state}-{move.command}")
def test_applicant_of_another_dossier_may_nothing(move) -> None:
    if move.state is not State.DRAFT:
        assert not can(applicant_of(8), move.command, subject(move.state)).allowed
        assert not sees(applicant_of(8), subject(move.state))


AT_RECEIVING = {Command.SUBMIT, Command.ACCEPT, Command.ASK_COMPLETION, Command.REFUSE, Command.CLOSE_INCOMPLETE}
AT_RETURN = {Command.RECEIVE_RESULT, Command.SEND_RESULT, Command.HAND_OVER}


@pytest.mark.parametrize("desk", [RECEIVING, RETURN, 13])
@pytest.mark.parametrize("move", MOVES, ids=lambda move: f"{move.state}-{move.command}")
def test_desk_officer_without_a_role_in_the_agency_works_at_the_own_desk(move, desk: int) -> None:
    officer = someone("counter_officer", OTHER, desk)
    may = "counter_officer" in MAY.get(move.command, set())
    if move.command in AT_RECEIVING:
        may = may and desk == RECEIVING
    elif move.command in AT_RETURN:
        may = may and desk == RETURN
    else:
        may = may and desk != 13

    assert can(officer, move.command, subject(move.state)).allowed is may
    assert sees(officer, subject(move.state)) is (desk != 13)


@pytest.mark.parametrize("role", ["administrator", "postal_worker"])
def test_administrator_and_postal_worker_see_no_dossier_even_at_its_desk(role: str) -> None:
    assert not sees(someone(role, AGENCY, RECEIVING), subject(State.ACCEPTED))


@pytest.mark.parametrize("role", ["leader", "reform_officer", "inspector", "cashier"])
def test_leader_reform_officer_inspector_and_cashier_see_and_move_nothing(role: str) -> None:
    assert sees(someone(role), subject(State.ACCEPTED))
    for move in MOVES:
        assert not can(someone(role), move.command, subject(move.state)).allowed


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.mark.django_db
def test_list_and_single_sight_agree_for_everybody(office: Office) -> None:
    province = office.province
    here = office.accept("16/11 09:20")
    commune = {"agency_id": province.commune.pk, "receiving_desk_id": province.commune_desk.pk}
    there = office.accept("16/11 09:20", who="commune_counter", **commune, return_desk_id=province.desk.pk)
    for role in Role:
        office.appoint(f"{role}_root", {role: province.root})
        office.appoint(f"{role}_desk", {role: province.commune}, desk=province.desk)
    actors = [office.actor(name) for name in province.officers]
    subjects = [
        Subject(one, State.ACCEPTED, d.agency_id, d.receiving_desk_id, d.return_desk_id)
        for one, d in ((one, dossier(one)) for one in (here, there))
    ]
    for actor in [*actors, SYSTEM, applicant_of(here), applicant_of()]:
        seen = set(visible_to(actor).values_list("id", flat=True))
        assert seen == {subject.id for subject in subjects if sees(actor, subject)}, actor


@pytest.mark.django_db
def test_another_agencys_dossier_does_not_exist(office: Office) -> None:
    one = office.accept("16/11 09:20")
    for command in (c.Forward("Thẩm định"), c.Resolve(result()), SIGNED, c.Stop("Căn cứ"), c.Submit()):
        with pytest.raises(NotFound):
            office.give(one, "commune_case", command, "18/11 10:00")
    with pytest.raises(NotFound):
        get_visible(office.actor("commune_case"), id=one)


@pytest.mark.django_db
def test_only_the_receiving_side_takes_dossiers_in(office: Office) -> None:
    for who in ("case", "leader", "commune_counter"):
        with pytest.raises(NotAllowed):
            submit_dossier(office.province.intake(), actor=office.actor(who), at=moment("16/11 09:20"))


@pytest.mark.django_db
def test_delegation_ends_by_itself(office: Office) -> None:
    one = office.accept("16/11 09:20")
    deputy = office.appoint("deputy", {})
    RoleAssignment.objects.create(
        officer=deputy, role=Role.UNIT_HEAD, scope=office.province.department, valid_from=START, valid_to=date(2026, 11, 17),
        delegated_by=office.province.officers["head"],
    )  # fmt: skip
    suspend = c.Suspend("Điều 12", "05/QĐ")

    with pytest.raises(NotFound):
        give_command(one, suspend, actor=actor_of(deputy, date(2026, 11, 17)), at=moment("17/11 09:00"))
    give_command(one, suspend, actor=actor_of(deputy, date(2026, 11, 16)), at=moment("16/11 10:00"))
    assert not holds_role(deputy.pk, [Role.UNIT_HEAD], agency_id=office.province.department.pk, on=date(2026, 11, 17))


@pytest.mark.django_db
def test_role_ends_with_the_post(office: Office) -> None:
    head = office.province.officers["head"]
    head.valid_to = date(2026, 11, 17)
    head.save()

    assert actor_of(head, date(2026, 11, 16)).grants
    assert not actor_of(head, date(2026, 11, 17)).grants
    assert not actor_of(head, START - timedelta(days=1)).grants


@pytest.mark.django_db
def test_role_over_the_province_reaches_every_agency_below(office: Office) -> None:
    one = office.accept("16/11 09:20")
    office.appoint("province_head", {Role.UNIT_HEAD: office.province.root})

    office.give(one, "province_head", c.Suspend("Điều 12", "05/QĐ"), "16/11 10:00")

    assert dossier(one).state == State.SUSPENDED

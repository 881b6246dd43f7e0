from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.processes.build import line, open_items, publish, review, step
from tests.province import MONDAY, Province, accepted, build_province, later

from motcua.dossiers.models import LedgerEntry
from motcua.dossiers.permissions import NotAllowed
from motcua.dossiers.writer import NotFound
from motcua.identity.actors import Actor, ActorKind, Grant
from motcua.law.errors import BadInput
from motcua.organizations.absences import end_absence, record_absence
from motcua.organizations.delegations import delegate
from motcua.organizations.models import Absence, Officer, Role
from motcua.organizations.queries import actor_of
from motcua.processes.assignment import Candidate, pick, takers
from motcua.processes.definition import Assign, Definition
from motcua.processes.inboxes import Inbox
from motcua.processes.models import WorkItem
from motcua.processes.permissions import may_assign, may_claim, may_finish, may_give_opinion
from motcua.processes.queries import inbox_counts, inbox_page, workplace_of
from motcua.processes.services import assign, claim, finish_step, give_opinion
from motcua.processes.substitutes import due_while_away, end_stand_ins, pass_to_substitutes, waiting_for_absent

A, B = 7, 5


def substitute(**changes: object) -> Actor:
    """Officer 5 who stands in for officer 7, a signer of agency 1."""
    behalf = Actor(
        ActorKind.OFFICER, id=B, acting_for=A, grants=(Grant("signer", frozenset({1})),), stands_in_for=frozenset({A})
    )
    given = {"id": B, "behalves": (behalf,), "stands_in_for": frozenset({A})} | changes
    return Actor(ActorKind.OFFICER, **given)


def delegate_of(sectors: frozenset[int] | None) -> Actor:
    behalf = Actor(ActorKind.OFFICER, id=B, acting_for=A, grants=(Grant("signer", frozenset({1})),), sectors=sectors)
    return Actor(ActorKind.OFFICER, id=B, behalves=(behalf,))


def item(**changes: object) -> SimpleNamespace:
    return SimpleNamespace(
        **({"name": "Ký", "role": "signer", "agency_id": 1, "unit_id": None, "officer_id": A} | changes)
    )


@pytest.mark.parametrize(
    ("actor", "step_", "sector", "allowed", "for_whom"),
    [
        (substitute(), item(), 0, True, A),
        (substitute(), item(officer_id=None), 0, True, A),
        (substitute(), item(officer_id=B), 0, True, A),
        (substitute(), item(officer_id=B, role="case_officer"), 0, True, 0),
        (substitute(), item(officer_id=9), 0, False, 0),
        # A step that the absent one has without its role is still his, so his substitute's.
        (substitute(), item(role="case_officer"), 0, True, A),
        (substitute(), item(role="case_officer", officer_id=None), 0, False, 0),
        (substitute(), item(agency_id=2, officer_id=None), 0, False, 0),
        (delegate_of(None), item(), 0, True, A),
        (delegate_of(None), item(role="case_officer"), 0, False, 0),
        (delegate_of(frozenset({3})), item(), 3, True, A),
        (delegate_of(frozenset({3})), item(), 4, False, 0),
        (delegate_of(frozenset({3})), item(officer_id=None), 0, False, 0),
    ],
)
def test_who_may_finish_for_another(actor: Actor, step_: object, sector: int, allowed: bool, for_whom: int) -> None:
    verdict = may_finish(actor, step_, frozenset(), sector)
    assert (verdict.allowed, verdict.on_behalf_of) == (allowed, for_whom)


@pytest.mark.parametrize(
    ("actor", "step_", "sector", "allowed", "for_whom"),
    [
        (substitute(), item(officer_id=9, cooperating=[A]), 0, True, A),
        (substitute(), item(officer_id=9, cooperating=[A], role="case_officer", agency_id=2), 0, True, A),
        (substitute(), item(officer_id=9, cooperating=[A, B]), 0, True, 0),
        (substitute(), item(officer_id=A, cooperating=[9]), 0, False, 0),
        (delegate_of(None), item(officer_id=9, cooperating=[8, A]), 0, True, A),
        (delegate_of(None), item(officer_id=9, cooperating=[A], role="case_officer"), 0, False, 0),
        (delegate_of(frozenset({3})), item(officer_id=9, cooperating=[A]), 3, True, A),
        (delegate_of(frozenset({3})), item(officer_id=9, cooperating=[A]), 4, False, 0),
    ],
)
def test_who_may_give_his_opinion_for_another(
    actor: Actor, step_: object, sector: int, allowed: bool, for_whom: int
) -> None:
    verdict = may_give_opinion(actor, step_, frozenset(), sector)
    assert (verdict.allowed, verdict.on_behalf_of) == (allowed, for_whom)


def test_one_s_own_power_is_named_first() -> None:
    actor = substitute(grants=(Grant("signer", frozenset({1})),))
    assert may_claim(actor, item(officer_id=None), frozenset()).on_behalf_of == 0


def test_the_substitute_of_a_head_gives_steps_out() -> None:
    behalf = Actor(
        ActorKind.OFFICER,
        id=B,
        acting_for=A,
        grants=(Grant("unit_head", frozenset({1})),),
        stands_in_for=frozenset({A}),
    )
    actor = Actor(ActorKind.OFFICER, id=B, behalves=(behalf,))
    assert may_assign(actor, item()).on_behalf_of == A
    assert not may_assign(actor, item(agency_id=2)).allowed


def here(officer: int, load: int = 0, **more: object) -> Candidate:
    return Candidate(officer, load, None, **more)


@pytest.mark.parametrize(
    ("rule", "candidates", "before", "picked"),
    [
        (Assign.LEAST_LOADED, [here(1, absent=True), here(2, 9)], None, 2),
        (Assign.ROUND_ROBIN, [here(1, absent=True, substitute_id=8), here(2, 9)], None, 2),
        (Assign.LEAST_LOADED, [here(1, absent=True, substitute_id=8)], None, 8),
        (Assign.LEAST_LOADED, [here(1, absent=True)], None, None),
        (Assign.SAME, [here(1, absent=True, substitute_id=8), here(2)], 1, 8),
        (Assign.SAME, [here(1, absent=True), here(2)], 1, 2),
        (Assign.SAME, [here(1), here(2)], 1, 1),
        (Assign.HEAD, [here(1, head=True, absent=True, substitute_id=8), here(2)], None, 8),
        (Assign.HEAD, [here(1, head=True, absent=True), here(2)], None, None),
        (Assign.TERRITORY, [here(1, absent=True, substitute_id=8)], None, 8),
        (Assign.TERRITORY, [here(1, absent=True), here(2)], None, 2),
        (Assign.TERRITORY, [here(1), here(2)], None, None),
    ],
)
def test_the_rule_passes_over_the_absent(
    rule: Assign, candidates: list[Candidate], before: int | None, picked: int | None
) -> None:
    assert pick(rule, candidates, before) == picked


def test_a_step_is_given_to_those_there_and_to_substitutes() -> None:
    assert takers([here(1, 4), here(2, 3, absent=True, substitute_id=8), here(3, absent=True)]) == {1: 4, 8: 3}


@pytest.fixture
def province(db: None) -> Province:
    province = build_province()
    province.hire("deputy", "Hoàng Phó Giám đốc", province.department, {})
    return province


def signed_in_turn() -> Definition:
    """Appraise, sign, issue; whoever signs least has the next signature."""
    return line(
        step("appraise", "Thẩm định", minutes=600),
        step("sign", "Ký duyệt", "signer", 240, outcomes=(("approve", "Đồng ý"),), assign=Assign.LEAST_LOADED),
    )


def away(
    province: Province, name: str, by: str | None = "deputy", *, hours: float = 30, at: datetime = MONDAY
) -> Absence:
    return record_absence(
        province.officers[name].pk, kind="mission", from_at=at, to_at=at + timedelta(hours=hours),
        substitute_id=province.officers[by].pk if by else None, actor=province.actor(name), at=at,
    )  # fmt: skip


def actor(officer: Officer, at: datetime) -> Actor:
    return actor_of(officer, at.date(), at)


def test_a_step_of_an_absent_signer_opens_with_his_substitute(province: Province) -> None:
    publish(province, signed_in_turn())
    dossier_id = accepted(province)
    away(province, "signer")
    finish_step(dossier_id, 1, actor=province.actor("case"), at=later(hours=1))
    assert open_items(dossier_id)["sign"].officer == province.officers["deputy"]

    finish_step(
        dossier_id, 2, outcome="approve", actor=actor(province.officers["deputy"], later(hours=2)), at=later(hours=2)
    )
    entry = LedgerEntry.objects.filter(dossier_id=dossier_id).latest("seq")
    told = {"kind": "officer", "id": province.officers["deputy"].pk, "for": province.officers["signer"].pk}
    assert entry.data["actor"] == told


def test_a_step_that_lies_with_him_already_is_done_in_his_name(province: Province) -> None:
    publish(province, signed_in_turn())
    dossier_id = accepted(province)
    finish_step(dossier_id, 1, actor=province.actor("case"), at=later(hours=1))
    away(province, "signer", at=later(hours=2))
    deputy = province.officers["deputy"]
    with pytest.raises(NotFound):
        finish_step(dossier_id, 2, outcome="approve", actor=actor(deputy, later(hours=1)), at=later(hours=1))
    finish_step(dossier_id, 2, outcome="approve", actor=actor(deputy, later(hours=3)), at=later(hours=3))
    entry = LedgerEntry.objects.filter(dossier_id=dossier_id).latest("seq")
    assert entry.data["actor"] == {"kind": "officer", "id": deputy.pk, "for": province.officers["signer"].pk}
    assert WorkItem.objects.get(dossier_id=dossier_id, node="sign").closed_by == deputy


def beside_it(province: Province, **team: str) -> int:
    """A dossier whose first step the case officer has; others cooperate in it or follow it, by name."""
    dossier_id = accepted(province)
    assign(
        dossier_id, 1, officer_id=province.officers["case"].pk, actor=province.actor("head"), at=later(minutes=5),
        **{part: [province.officers[name].pk] for part, name in team.items()},
    )  # fmt: skip
    return dossier_id


def together(who: Actor, at: datetime) -> list[int]:
    place = workplace_of(who)
    rows = inbox_page(place, Inbox.TOGETHER, at).rows if Inbox.TOGETHER in place.inboxes else []
    assert inbox_counts(place, at).get("together", 0) == len(rows)
    return sorted(row.dossier_id for row in rows)


def test_the_part_of_an_absent_one_beside_a_step_is_his_substitute_s(province: Province) -> None:
    publish(province, review())
    asked, followed = beside_it(province, cooperating="signer"), beside_it(province, following="signer")
    away(province, "signer", at=later(hours=1), hours=4)
    deputy = province.officers["deputy"]
    now, back = later(hours=2), later(hours=6)
    assert together(actor(deputy, later()), later()) == []
    assert together(actor(deputy, now), now) == [asked, followed]
    with pytest.raises(NotAllowed, match="Chỉ người phối hợp"):
        give_opinion(followed, 1, text="Được", actor=actor(deputy, now), at=now)

    give_opinion(asked, 1, text="Nên đo lại ranh", actor=actor(deputy, now), at=now)

    entry = LedgerEntry.objects.filter(dossier_id=asked).latest("seq")
    assert entry.kind == "process.opinion"
    assert entry.data["actor"] == {"kind": "officer", "id": deputy.pk, "for": province.officers["signer"].pk}
    assert together(actor(deputy, back), back) == []
    with pytest.raises(NotFound):
        give_opinion(asked, 1, text="Được", actor=actor(deputy, back), at=back)


def test_a_delegate_has_the_part_that_his_role_covers(province: Province) -> None:
    publish(province, review())
    province.hire(
        "second", "Hồ Phối Hợp", province.department, {Role.CASE_OFFICER: province.department}, unit=province.unit
    )
    covered, other = beside_it(province, cooperating="second"), beside_it(province, cooperating="head")
    deputy = province.officers["deputy"]
    for giver, role in (("second", Role.CASE_OFFICER), ("signer", Role.SIGNER)):
        delegate(
            province.officers[giver].pk, to_id=deputy.pk, role=role, first_on=MONDAY.date(), last_on=MONDAY.date(),
            actor=province.actor(giver), at=MONDAY,
        )  # fmt: skip
    delegated = actor(deputy, later(hours=1))

    assert together(delegated, later(hours=1)) == [covered]
    give_opinion(covered, 1, text="Được", actor=delegated, at=later(hours=1))
    with pytest.raises(NotAllowed):
        give_opinion(other, 1, text="Được", actor=delegated, at=later(hours=1))


def test_a_delegate_is_among_those_a_step_may_go_to(province: Province) -> None:
    publish(province, review())
    deputy = province.officers["deputy"]
    delegate(
        province.officers["signer"].pk, to_id=deputy.pk, role=Role.SIGNER, first_on=MONDAY.date(), last_on=MONDAY.date(),
        sectors=[province.procedure.sector_id], actor=province.actor("signer"), at=MONDAY,
    )  # fmt: skip
    dossier_id = accepted(province)
    finish_step(dossier_id, 1, actor=province.actor("case"), at=later(hours=1))
    assert open_items(dossier_id)["sign"].officer is None
    claim(dossier_id, 2, actor=actor(deputy, later(hours=1)), at=later(hours=1))
    assert open_items(dossier_id)["sign"].officer == deputy


def test_what_waits_for_the_absent_and_passing_it_on(province: Province) -> None:
    publish(province, signed_in_turn())
    dossier_id = accepted(province)
    finish_step(dossier_id, 1, actor=province.actor("case"), at=later(hours=1))
    assert open_items(dossier_id)["sign"].officer == province.officers["signer"]
    assert waiting_for_absent(province.actor("head"), later(hours=1)) == []
    away(province, "signer", at=later(hours=2))

    (found,) = waiting_for_absent(province.actor("head"), later(hours=3))
    assert (found.item.node, found.absence.officer.full_name) == ("sign", "Trần Văn Bình")
    assert (found.since, found.may_pass) == (later(hours=2), True)
    assert waiting_for_absent(province.actor("commune_case"), later(hours=3)) == []
    (seen,) = waiting_for_absent(actor(province.officers["deputy"], later(hours=3)), later(hours=3))
    assert (seen.key, seen.may_pass) == (found.key, False)

    (passed, wrong) = pass_to_substitutes(
        [found.key, found.key, "0-9"], actor=province.actor("head"), at=later(hours=3)
    )
    assert (passed.step, passed.to, passed.fault) == ("Ký duyệt", "Hoàng Phó Giám đốc", "")
    assert wrong.fault == "Bước này không còn chờ người vắng."
    assert open_items(dossier_id)["sign"].officer == province.officers["deputy"]
    assert waiting_for_absent(province.actor("head"), later(hours=3)) == []


def test_a_step_that_nobody_present_can_take_waits_too(province: Province) -> None:
    publish(province, signed_in_turn())
    dossier_id = accepted(province)
    away(province, "signer", by=None)
    finish_step(dossier_id, 1, actor=province.actor("case"), at=later(hours=1))
    (found,) = waiting_for_absent(province.actor("head"), later(hours=2))
    assert (found.item.dossier_id, found.item.officer, found.may_pass) == (dossier_id, None, False)
    (told,) = pass_to_substitutes([found.key], actor=province.actor("head"), at=later(hours=2))
    assert told.fault == "Trần Văn Bình chưa có người làm thay."


def test_only_a_head_passes_on_in_bulk(province: Province) -> None:
    publish(province, signed_in_turn())
    dossier_id = accepted(province)
    finish_step(dossier_id, 1, actor=province.actor("case"), at=later(hours=1))
    away(province, "signer", at=later(hours=2))
    deputy = actor(province.officers["deputy"], later(hours=3))
    (told,) = pass_to_substitutes([f"{dossier_id}-2"], actor=deputy, at=later(hours=3))
    assert "Chỉ lãnh đạo" in told.fault
    assert open_items(dossier_id)["sign"].officer == province.officers["signer"]


def test_a_step_is_not_given_to_one_who_is_away(province: Province) -> None:
    publish(province, line(step("check", "Kiểm tra", minutes=600)))
    dossier_id = accepted(province)
    away(province, "case", by="head")
    with pytest.raises(BadInput, match="đang vắng"):
        assign(
            dossier_id,
            1,
            officer_id=province.officers["case"].pk,
            reason="x",
            actor=province.actor("head"),
            at=later(hours=1),
        )


def test_when_he_is_back_what_is_not_done_comes_back(province: Province) -> None:
    publish(province, signed_in_turn())
    dossier_id = accepted(province)
    absence = away(province, "signer")
    finish_step(dossier_id, 1, actor=province.actor("case"), at=later(hours=1))
    assert end_stand_ins(later(hours=2)) == 0
    end_absence(absence.pk, reason="Về sớm", actor=province.actor("signer"), at=later(hours=3))
    with pytest.raises(NotFound):
        finish_step(
            dossier_id,
            2,
            outcome="approve",
            actor=actor(province.officers["deputy"], later(hours=3)),
            at=later(hours=3),
        )
    assert end_stand_ins(later(hours=3)) == 1
    assert open_items(dossier_id)["sign"].officer == province.officers["signer"]
    assert end_stand_ins(later(hours=3)) == 0


def test_what_falls_due_while_one_is_away(province: Province) -> None:
    publish(province, signed_in_turn())
    dossier_id = accepted(province)
    finish_step(dossier_id, 1, actor=province.actor("case"), at=later(hours=1))
    short = away(province, "signer", at=later(hours=2), hours=1)
    assert due_while_away([short.pk]) == {short.pk: 0}
    long = away(province, "signer", at=later(hours=3), hours=72)
    assert due_while_away([short.pk, long.pk]) == {short.pk: 0, long.pk: 1}


def test_the_list_takes_as_many_statements_for_many(province: Province) -> None:
    publish(province, signed_in_turn())
    dossiers = [accepted(province) for _ in range(3)]
    for dossier_id in dossiers:
        finish_step(dossier_id, 1, actor=province.actor("case"), at=later(hours=1))
    away(province, "signer", at=later(hours=2))
    head = province.actor("head")
    with CaptureQueriesContext(connection) as told:
        assert len(waiting_for_absent(head, later(hours=3))) == 3
    assert len(told) == 4

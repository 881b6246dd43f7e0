from datetime import date, timedelta

import pytest
from tests.province import MONDAY, Province, build_procedure, build_province

from motcua.catalog.commitments import limit_given
from motcua.catalog.local_rules import split_in_stages
from motcua.catalog.models import ChannelRule, CommittedLimit, DeskProcedure
from motcua.desk.counter import Offered
from motcua.dossiers.bulk import write_lives
from motcua.dossiers.commands import Accept, Submit
from motcua.dossiers.course import Given, Life
from motcua.dossiers.models import Dossier
from motcua.dossiers.services import give_command, submit_dossier
from motcua.law.limits import Limit, Unit, is_shorter

DAY, HOUR, CALENDAR = Unit.WORKING_DAY, Unit.WORKING_HOUR, Unit.DAY
TODAY = MONDAY.date()


@pytest.mark.parametrize(
    ("limit", "other", "shorter"),
    [
        (Limit(2, DAY), Limit(3, DAY), True),
        (Limit(3, DAY), Limit(3, DAY), False),
        (Limit(23, HOUR), Limit(3, DAY), True),
        (Limit(24, HOUR), Limit(3, DAY), False),
        (Limit(5, DAY), Limit(7, CALENDAR), False),
        (Limit(7, CALENDAR), Limit(5, DAY), False),
        (Limit(6, CALENDAR), Limit(5, DAY), True),
        (Limit(11, DAY), Limit(15, CALENDAR), False),
    ],
)
def test_is_shorter(limit: Limit, other: Limit, shorter: bool) -> None:
    assert is_shorter(limit, other) is shorter


def test_the_shortest_promise_is_given_and_never_more_than_the_catalogue_s() -> None:
    assert limit_given(Limit(3, DAY), ()) == Limit(3, DAY)
    assert limit_given(Limit(3, DAY), [Limit(5, DAY)]) == Limit(3, DAY)
    assert limit_given(Limit(3, DAY), [Limit(2, DAY), Limit(12, HOUR), Limit(10, HOUR)]) == Limit(10, HOUR)


@pytest.fixture
def province(db: None) -> Province:
    return build_province()


def promise(province: Province, amount: int = 2, unit: Unit = DAY, **given: object) -> None:
    values = {"procedure": province.procedure, "channel": "online", "valid_from": TODAY} | given
    CommittedLimit.objects.create(amount=amount, unit=unit, **values)


def received(province: Province, **given: object) -> tuple[int | None, str]:
    dossier_id = submit_dossier(province.intake(**given), actor=province.applicant, at=MONDAY).id
    return Dossier.objects.values_list("limit_amount", "limit_unit").get(pk=dossier_id)


@pytest.mark.parametrize(
    ("given", "limit"),
    [
        ({}, (2, "working_day")),
        ({"unit": HOUR, "amount": 20}, (20, "working_hour")),
        ({"amount": 9}, (3, "working_day")),
        ({"channel": "counter"}, (3, "working_day")),
        ({"condition": "Trường hợp khác"}, (3, "working_day")),
        ({"valid_from": TODAY + timedelta(days=1)}, (3, "working_day")),
        ({"valid_to": TODAY}, (3, "working_day")),
        ({"valid_from": date(2026, 1, 1), "valid_to": TODAY + timedelta(days=1)}, (2, "working_day")),
    ],
)
def test_a_promise_holds_for_its_channel_case_and_days(
    province: Province, given: dict[str, object], limit: tuple[int, str]
) -> None:
    promise(province, **given)  # type: ignore[arg-type]
    assert received(province) == limit


def test_a_promise_of_the_agency_or_of_one_above_it_holds_of_another_not(province: Province) -> None:
    promise(province, agency=province.commune, amount=1)
    assert received(province) == (3, "working_day")
    promise(province, agency=province.root)
    assert received(province) == (2, "working_day")
    promise(province, agency=province.department, amount=1)
    assert received(province) == (1, "working_day")


def test_channels_done_as_another_keep_its_promise(province: Province) -> None:
    promise(province)
    assert received(province, channel="vneid") == (2, "working_day")


def test_the_due_follows_the_promise(province: Province) -> None:
    promise(province, 1)
    dossier_id = submit_dossier(province.intake(), actor=province.applicant, at=MONDAY).id
    give_command(dossier_id, Accept(), actor=province.actor("counter"), at=MONDAY)
    assert Dossier.objects.get(pk=dossier_id).due_at == MONDAY + timedelta(days=1)


def test_each_stage_has_its_own_promise(province: Province) -> None:
    split_in_stages(province.procedure, 1)
    promise(province, 1, stage=2)
    dossier_id = submit_dossier(province.intake(), actor=province.applicant, at=MONDAY).id
    dossier = Dossier.objects.get(pk=dossier_id)
    assert (dossier.limit_amount, dossier.second_amount) == (1, 1)


def test_a_procedure_without_a_stated_limit_has_nothing_to_shorten(province: Province) -> None:
    procedure = build_procedure("1.000001", "Khác", province.procedure.sector, days=None)
    DeskProcedure.objects.create(desk=province.desk, procedure=procedure, agency=province.department)
    promise(province, procedure=procedure)
    assert received(province, procedure_id=procedure.pk) == (None, "")


def test_lives_written_whole_keep_the_promise_of_their_day(province: Province) -> None:
    promise(province, 2)
    before, after = MONDAY - timedelta(days=7), MONDAY
    lives = [Life(province.intake(), (Given(Submit(), province.applicant, at, at),)) for at in (before, after)]
    ids = write_lives(lives, told=True)
    assert [Dossier.objects.get(pk=id_).limit_amount for id_ in ids] == [3, 2]


def test_the_receipt_s_preview_says_the_same(province: Province) -> None:
    promise(province, 1, channel="counter")
    ChannelRule.objects.filter(channel="post").update(amount=1)
    offered = Offered(DeskProcedure.objects.get(desk=province.desk), MONDAY.date())
    limits, _ = offered.terms("home", "")
    assert offered.promised(limits, "home", "", MONDAY) == (Limit(1, DAY),)
    assert offered.promised(limits, "online", "", MONDAY) == (Limit(3, DAY),)

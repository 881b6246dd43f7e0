"""What a desk takes for agencies elsewhere: seen from both sides, with the breaches of the forwarding limit."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from tests.province import MONDAY, Province, build_province

from motcua.catalog.models import DeskProcedure
from motcua.dossiers.arrival import arrival
from motcua.dossiers.commands import Accept, ReceivePapers
from motcua.dossiers.models import Dossier
from motcua.dossiers.received_for_others import ForOthersCount, count_for_others, received_for_others
from motcua.dossiers.services import give_command, receive_at_counter, submit_dossier
from motcua.identity.actors import SYSTEM
from motcua.law.errors import BadInput
from motcua.law.moments import VIETNAM

pytestmark = pytest.mark.django_db
DAY = MONDAY.date()
CLOSING = datetime(2026, 11, 16, 17, 0, tzinfo=VIETNAM)


@pytest.fixture
def province() -> Province:
    made = build_province()
    DeskProcedure.objects.create(desk=made.commune_desk, procedure=made.procedure, agency=made.department)
    return made


def on_paper(province: Province, at: datetime = MONDAY) -> int:
    clock_from = arrival(province.commune_desk, province.department, "counter", at)
    intake = province.intake(channel="counter", receiving_desk_id=province.commune_desk.pk)
    return receive_at_counter(intake, Accept(clock_from=clock_from), actor=province.actor("commune_counter"), at=at).id


def test_each_is_counted_once_by_what_became_of_it(province: Province) -> None:
    in_time, late, _ = on_paper(province), on_paper(province), on_paper(province)
    case = province.actor("case")
    give_command(in_time, ReceivePapers("1/PBG"), actor=case, at=MONDAY + timedelta(hours=2))
    give_command(late, ReceivePapers("2/PBG"), actor=case, at=CLOSING + timedelta(days=1))
    online = submit_dossier(
        province.intake(receiving_desk_id=province.commune_desk.pk), actor=province.applicant, at=MONDAY
    ).id
    give_command(online, Accept(), actor=province.actor("commune_counter"), at=MONDAY)
    rows = received_for_others(SYSTEM, DAY, DAY)
    name = province.commune_desk.name
    assert count_for_others(rows, CLOSING) == [ForOthersCount(name, 4, 1, 1, 1, 1, 0)]
    assert count_for_others(rows, CLOSING + timedelta(minutes=1)) == [ForOthersCount(name, 4, 1, 1, 1, 0, 1)]
    # The electronic one is in the competent agency's queue, and its clock runs, from its acceptance.
    assert Dossier.objects.get(pk=online).clock_started_at == MONDAY
    assert {row.dossier_id for row in rows if row.breached(CLOSING)} == {late}


def test_both_desks_see_it_and_others_do_not(province: Province) -> None:
    one = on_paper(province)
    assert [row.dossier_id for row in received_for_others(province.actor("commune_counter"), DAY, DAY)] == [one]
    assert [row.dossier_id for row in received_for_others(province.actor("case"), DAY, DAY)] == [one]
    # The commune's case officer works for the commune, whose desk took it.
    assert [row.dossier_id for row in received_for_others(province.actor("commune_case"), DAY, DAY)] == [one]
    assert Dossier.objects.filter(agency=province.commune).count() == 0


def test_a_desk_s_own_dossiers_are_not_for_others(province: Province) -> None:
    give_command(
        submit_dossier(province.intake(), actor=province.applicant, at=MONDAY).id,
        Accept(),
        actor=province.actor("counter"),
        at=MONDAY,
    )
    assert received_for_others(SYSTEM, DAY, DAY) == []
    assert count_for_others([], MONDAY) == []


def test_the_window_is_of_acceptance(province: Province) -> None:
    on_paper(province)
    assert received_for_others(SYSTEM, DAY + timedelta(days=1), date(2026, 12, 1)) == []
    with pytest.raises(BadInput, match="trước ngày đầu"):
        received_for_others(SYSTEM, DAY, DAY - timedelta(days=1))

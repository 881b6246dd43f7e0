"""How late things are recorded, per officer and unit, and how often they were put right."""

from datetime import timedelta

import pytest
from tests.processes.inspected import build_inspected
from tests.province import MONDAY, Province

from motcua.dossiers.commands import Accept, Forward, LateEntry, Rectify
from motcua.dossiers.services import give_command, submit_dossier
from motcua.processes.lag import DAY, HOUR, inspected_rectifications, lags, late_entries

pytestmark = pytest.mark.django_db

SINCE, UNTIL = MONDAY - timedelta(days=1), MONDAY + timedelta(days=30)


@pytest.fixture
def province() -> Province:
    return build_inspected()


def forwarded(province: Province, *late_seconds: int) -> int:
    """A dossier that the case officer forwards once for each lag; every entry happened one hour after the one before."""
    dossier_id = submit_dossier(province.intake(), actor=province.applicant, at=MONDAY).id
    give_command(dossier_id, Accept(), actor=province.actor("counter"), at=MONDAY)
    case, head = province.actor("case"), province.officers["head"]
    for place, seconds in enumerate(late_seconds, 1):
        at = MONDAY + timedelta(hours=place)
        late = LateEntry("Mất điện", head.pk) if seconds else None
        give_command(
            dossier_id, Forward(f"Bước {place}", officer_id=case.id), actor=case, at=at,
            recorded_at=at + timedelta(seconds=seconds), late=late,
        )  # fmt: skip
    return dossier_id


def test_lags_of_officers_and_units(province: Province) -> None:
    forwarded(province, 0, 0, 0, 0, HOUR, HOUR + 1, 2 * HOUR, DAY, DAY + 1, 3 * DAY)
    officers, units = lags(province.actor("inspector"), since=SINCE, until=UNTIL)
    by = {row.name: (row.entries, row.median, row.tail, row.over_hour, row.over_day) for row in officers}
    assert by == {"Phạm Thụ Lý": (10, HOUR, DAY + 1, 5, 2), "Lê Thị Quầy": (1, 0, 0, 0, 0)}
    assert [(row.name, row.place) for row in officers] == [
        ("Phạm Thụ Lý", "Phòng Quản lý xây dựng, Sở Xây dựng"), ("Lê Thị Quầy", "UBND tỉnh Khánh Hòa"),
    ]  # fmt: skip
    assert [(row.name, row.place, row.entries, row.over_day) for row in units] == [
        ("Phòng Quản lý xây dựng", "Sở Xây dựng", 10, 2), ("Không thuộc phòng nào", "UBND tỉnh Khánh Hòa", 1, 0),
    ]  # fmt: skip


def test_the_window_is_that_of_recording(province: Province) -> None:
    forwarded(province, 0, 3 * DAY)
    inspector = province.actor("inspector")
    officers, _ = lags(inspector, since=MONDAY + timedelta(days=2), until=UNTIL)
    assert [(row.name, row.entries, row.median) for row in officers] == [("Phạm Thụ Lý", 1, 3 * DAY)]
    assert lags(inspector, since=UNTIL, until=UNTIL + timedelta(days=1)) == ([], [])


def test_a_figure_opens_into_its_entries(province: Province) -> None:
    dossier_id = forwarded(province, 0, HOUR + 1, 2 * DAY)
    inspector, case = province.actor("inspector"), province.officers["case"]
    given = {"since": SINCE, "until": UNTIL}
    rows = late_entries(inspector, officer_id=case.pk, **given)
    assert [(row.dossier_id, row.seq, row.seconds, row.officer) for row in rows] == [
        (dossier_id, 5, 2 * DAY, "Phạm Thụ Lý"), (dossier_id, 4, HOUR + 1, "Phạm Thụ Lý"),
    ]  # fmt: skip
    assert [row.seq for row in late_entries(inspector, unit_id=province.unit.pk, over=DAY, **given)] == [5]
    assert late_entries(inspector, officer_id=province.officers["counter"].pk, **given) == []


def test_other_agencies_are_not_counted(province: Province) -> None:
    forwarded(province, DAY + 1)
    elsewhere = province.actor("commune_leader")
    assert lags(elsewhere, since=SINCE, until=UNTIL) == ([], [])
    assert late_entries(elsewhere, since=SINCE, until=UNTIL) == []
    # Asking for an agency outside one's scope does not widen it.
    assert lags(elsewhere, since=SINCE, until=UNTIL, agency_id=province.department.pk) == ([], [])


def test_rectifications_count_where_one_inspects_not_where_one_works(province: Province) -> None:
    dossier_id = forwarded(province, 0)
    head = province.actor("head")
    give_command(
        dossier_id, Rectify("Ghi nhầm", head.id, corrections={"step": "Thẩm định"}), actor=head, at=MONDAY + timedelta(hours=5)
    )  # fmt: skip
    rates = inspected_rectifications(province.actor("inspector"), since=SINCE, until=UNTIL)
    assert {(rate.officer_id, rate.rectified) for rate in rates if rate.rectified} == {
        (province.officers["case"].pk, 1)
    }
    assert inspected_rectifications(head, since=SINCE, until=UNTIL) == []

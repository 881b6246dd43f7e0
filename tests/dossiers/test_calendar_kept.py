"""A dossier is counted and explained by the calendar it was received under, whatever its agency's becomes."""

from __future__ import annotations

from datetime import datetime

import pytest
from tests.dossiers.office import SUPPLEMENT, Office, dossier, moment
from tests.province import MONDAY

from motcua.dossiers import commands as c
from motcua.dossiers.bulk import write_lives
from motcua.dossiers.course import Given, Life
from motcua.dossiers.models import Dossier
from motcua.dossiers.queries import clock_of, timeline
from motcua.organizations.models import Agency, Desk, WorkCalendar
from motcua.organizations.services import save_calendar, set_calendar

pytestmark = pytest.mark.django_db

NAME = "Lịch của sở"
CLOSED = {"days_off": [{"date": "2026-11-17", "name": "Mất điện"}]}


@pytest.fixture
def office() -> Office:
    made = Office()
    set_calendar(made.province.department, calendar=save_calendar(name=NAME, data={}), due_policy="")
    return made


def explained(dossier_id: int) -> datetime:
    return clock_of(dossier(dossier_id), timeline(dossier_id))[-1].at


def test_an_edit_moves_what_comes_in_afterwards_and_nothing_that_was_told(office: Office) -> None:
    told = office.accept("16/11 09:20")
    save_calendar(name=NAME, data=CLOSED)
    coming = office.accept("16/11 10:00")
    # Three working days; the day off makes it a day more.
    assert dossier(told).due_at == explained(told) == moment("19/11 09:20")
    assert dossier(coming).due_at == explained(coming) == moment("20/11 10:00")


def test_a_pause_that_ends_after_the_edit_counts_on_as_it_was_told(office: Office) -> None:
    one = office.accept("16/11 09:20")
    office.give(one, "case", SUPPLEMENT, "16/11 14:00")
    save_calendar(name=NAME, data=CLOSED)
    office.give(one, "applicant", c.Supplement(), "18/11 14:00")
    assert dossier(one).due_at == explained(one) == moment("23/11 09:20")


def test_another_calendar_or_none_for_the_agency_changes_no_dossier_it_has(office: Office) -> None:
    own = office.accept("16/11 09:20")
    set_calendar(office.province.department, calendar=None, due_policy="")
    national = office.accept("16/11 09:20")
    set_calendar(office.province.department, calendar=save_calendar(name="Khác", data=CLOSED), due_policy="")
    assert explained(own) == explained(national) == moment("19/11 09:20")
    names = Dossier.objects.order_by("id").values_list("calendar__name", flat=True)
    assert list(names) == [NAME, None]


def test_lives_written_whole_keep_it_as_well(office: Office) -> None:
    province = office.province
    life = Life(province.intake(), (Given(c.Submit(), province.applicant, MONDAY, MONDAY),))
    (made,) = write_lives([life], told=True)
    save_calendar(name=NAME, data=CLOSED)
    assert dossier(made).calendar == WorkCalendar.objects.get(name=NAME, current=False)


def test_an_edited_calendar_takes_the_place_of_the_earlier_one_everywhere(office: Office) -> None:
    first = WorkCalendar.objects.get(name=NAME)
    Desk.objects.filter(pk=office.province.desk.pk).update(reception_calendar=first)
    assert save_calendar(name=NAME, data={}) == first
    second = save_calendar(name=NAME, data=CLOSED)
    first.refresh_from_db()
    assert (first.data, first.current, second.current) == ({}, False, True)
    department = Agency.objects.get(pk=office.province.department.pk)
    assert (department.calendar, department.effective_calendar) == (second, second)
    assert Desk.objects.get(pk=office.province.desk.pk).reception_calendar == second

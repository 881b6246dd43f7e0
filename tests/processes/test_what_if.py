"""“What changes if”: dues before and after by the law clock, nothing written, constant queries."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.processes.build import line, publish, step
from tests.province import MONDAY, Province, accepted, applicant_of, build_procedure, build_province

from motcua.catalog.models import DeskProcedure
from motcua.dossiers.commands import Accept, AskSupplement, Extend, Supplement
from motcua.dossiers.models import Dossier, LedgerEntry
from motcua.dossiers.services import give_command, submit_dossier
from motcua.law.errors import DomainError
from motcua.law.limits import Limit, Unit
from motcua.law.moments import VIETNAM
from motcua.law.worktime import national_calendar
from motcua.organizations.services import save_calendar, set_calendar
from motcua.processes.models import WorkItem
from motcua.processes.services import claim
from motcua.processes.what_if.answers import Answer, what_if
from motcua.processes.what_if.change import AbsentOfficer, MovedLimit, NewHoliday, with_days_off

pytestmark = pytest.mark.django_db
# The limit is 3 working days from Monday 16 November 2026, 09:20: due on Thursday 19 at 09:20.
DUE = datetime(2026, 11, 19, 9, 20, tzinfo=VIETNAM)
LATER = MONDAY + timedelta(hours=1)
WEDNESDAY = date(2026, 11, 18)


@pytest.fixture
def province() -> Province:
    return build_province()


def one(answer: Answer) -> tuple[datetime, datetime]:
    (changed,) = answer.changed
    return changed.due_before, changed.due_after


def test_a_new_holiday_moves_the_due_by_its_working_day(province: Province) -> None:
    accepted(province)
    assert one(what_if(NewHoliday(WEDNESDAY, WEDNESDAY), at=LATER)) == (DUE, DUE + timedelta(days=1))
    # On a Thursday the due day itself is off: the same hour of the next working day.
    assert one(what_if(NewHoliday(date(2026, 11, 19), date(2026, 11, 19)), at=LATER))[1] == DUE + timedelta(days=1)


def test_a_day_off_that_is_off_already_or_past_changes_nothing(province: Province) -> None:
    accepted(province)
    for day in (date(2026, 11, 21), date(2026, 11, 13), date(2026, 11, 20)):
        answer = what_if(NewHoliday(day, day), at=LATER)
        assert (answer.changed, answer.looked_at, answer.unexplained) == ([], 1, 0)


def test_only_the_agency_s_own_dossiers_change(province: Province) -> None:
    accepted(province)
    assert what_if(NewHoliday(WEDNESDAY, WEDNESDAY, "H32.101"), at=LATER).looked_at == 0
    assert len(what_if(NewHoliday(WEDNESDAY, WEDNESDAY, "H32"), at=LATER).changed) == 1
    assert what_if(NewHoliday(WEDNESDAY, WEDNESDAY), at=LATER, agency_ids=[province.commune.pk]).looked_at == 0


def test_a_moved_limit_counts_from_the_same_start(province: Province) -> None:
    accepted(province)
    shorter = what_if(MovedLimit("1.001193", Limit(1, Unit.WORKING_DAY)), at=LATER)
    assert one(shorter) == (DUE, MONDAY + timedelta(days=1))
    assert (shorter.earlier, shorter.later, shorter.late_now) == (1, 0, 0)
    late = what_if(MovedLimit("1.001193", Limit(1, Unit.WORKING_HOUR)), at=MONDAY + timedelta(hours=2))
    assert late.late_now == 1
    assert what_if(MovedLimit("1.001193", Limit(3, Unit.WORKING_DAY)), at=LATER).changed == []


def test_other_procedures_keep_their_limit(province: Province) -> None:
    other = build_procedure("1.000002", "Thủ tục khác", province.procedure.sector)
    DeskProcedure.objects.create(desk=province.desk, procedure=other, agency=province.department)
    accepted(province)
    assert what_if(MovedLimit("1.000002", Limit(9, Unit.WORKING_DAY)), at=LATER).looked_at == 0


def test_a_pause_and_an_extension_are_counted_as_the_ledger_tells_them(province: Province) -> None:
    """What is supposed is computed from the whole story, the same way as the due that is stored."""
    case, head = province.actor("case"), province.actor("head")
    id_ = accepted(province)
    give_command(id_, AskSupplement(("Bản vẽ",), "Thiếu"), actor=case, at=MONDAY + timedelta(hours=2))
    give_command(id_, Supplement(), actor=applicant_of(id_), at=MONDAY + timedelta(days=1, hours=2))
    stored = Dossier.objects.get(pk=id_).due_at
    assert stored == DUE + timedelta(days=1)
    before, after = one(what_if(NewHoliday(WEDNESDAY, WEDNESDAY), at=MONDAY + timedelta(days=1, hours=3)))
    # Friday becomes Monday: the weekend lies between.
    assert (before, after) == (stored, stored + timedelta(days=3))

    until = datetime(2026, 11, 27, 10, 0, tzinfo=VIETNAM)
    give_command(
        id_,
        Extend(until, "Điều 5 Nghị định", "Phải xác minh thực địa"),
        actor=head,
        at=MONDAY + timedelta(days=1, hours=4),
    )
    answer = what_if(NewHoliday(WEDNESDAY, WEDNESDAY), at=MONDAY + timedelta(days=1, hours=5))
    assert (answer.changed, answer.unexplained) == ([], 0)


def test_an_open_pause_keeps_its_due_until_it_ends(province: Province) -> None:
    id_ = accepted(province)
    give_command(id_, AskSupplement(("Bản vẽ",), "Thiếu"), actor=province.actor("case"), at=MONDAY + timedelta(hours=2))
    (changed,) = what_if(NewHoliday(WEDNESDAY, WEDNESDAY), at=LATER + timedelta(hours=3)).changed
    assert (changed.due_after, changed.risk_before) == (DUE + timedelta(days=1), None)


def test_a_due_on_record_that_is_not_ours_is_counted_apart(province: Province) -> None:
    id_ = accepted(province)
    moved = DUE + timedelta(days=2)
    Dossier.objects.filter(pk=id_).update(due_at=moved, original_due_at=moved)
    answer = what_if(NewHoliday(WEDNESDAY, WEDNESDAY), at=LATER)
    assert (answer.changed, answer.unexplained, answer.looked_at) == ([], 1, 1)


def test_the_answer_is_what_the_calendar_does_when_it_is_applied(province: Province) -> None:
    """Supposed, then really done for a dossier that comes at the same moment: equal dues."""
    accepted(province)
    supposed = one(what_if(NewHoliday(WEDNESDAY, WEDNESDAY), at=LATER))[1]
    data = {"name": "mới", "days_off": [{"date": "2026-11-18", "name": "nghỉ"}]}
    set_calendar(province.root, calendar=save_calendar(name="mới", data=data), due_policy="")
    fresh = accepted(province)
    assert Dossier.objects.get(pk=fresh).due_at == supposed


def test_an_absent_officer_leaves_less_time_before_the_due(province: Province) -> None:
    publish(province, line(step("appraise", "Thẩm định")))
    mine, others = accepted(province), accepted(province)
    case = province.actor("case")
    item = WorkItem.objects.get(dossier_id=mine, closed_at=None)
    WorkItem.objects.filter(dossier_id=others).update(officer=province.officers["head"])
    if item.officer_id is None:
        claim(mine, item.token, actor=case, at=LATER)
    change = AbsentOfficer(case.id, date(2026, 11, 16), date(2026, 11, 18))
    (changed,) = what_if(change, at=MONDAY).changed
    assert (changed.id, changed.due_before, changed.due_after) == (mine, DUE, DUE)
    assert (changed.left_before, changed.left_after) == (3 * 480, 140)
    assert what_if(AbsentOfficer(case.id, date(2026, 11, 20), date(2026, 11, 20)), at=MONDAY).changed == []
    gone = what_if(AbsentOfficer(case.id, date(2026, 11, 16), date(2026, 11, 19)), at=MONDAY)
    assert (gone.late_now, gone.earlier, gone.later) == (1, 0, 0)


def test_nothing_is_written_and_the_queries_are_as_many_for_one_as_for_many(province: Province) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            what_if(NewHoliday(WEDNESDAY, WEDNESDAY), at=MONDAY + timedelta(hours=5))
        assert all(query["sql"].lstrip().upper().startswith("SELECT") for query in queries)
        return len(queries)

    first = accepted(province)
    give_command(first, AskSupplement(("Bản vẽ",), "Thiếu"), actor=province.actor("case"), at=LATER)
    few = cost()
    for _ in range(3):
        id_ = submit_dossier(province.intake(), actor=province.applicant, at=MONDAY).id
        give_command(id_, Accept(), actor=province.actor("counter"), at=MONDAY)
    entries = LedgerEntry.objects.count()
    assert cost() == few <= 5
    assert LedgerEntry.objects.count() == entries


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: NewHoliday(date(2026, 11, 19), date(2026, 11, 18)), "trước ngày đầu"),
        (lambda: AbsentOfficer(1, date(2026, 1, 1), date(2028, 1, 1)), "quá dài"),
        (lambda: what_if(AbsentOfficer(0, WEDNESDAY, WEDNESDAY), at=LATER), "Không có cán bộ này"),
        (lambda: what_if(MovedLimit("9.9", Limit(1, Unit.DAY)), at=LATER), "Không có thủ tục nào mang mã “9.9”"),
        (lambda: what_if(NewHoliday(WEDNESDAY, WEDNESDAY, "H99"), at=LATER), "Không có cơ quan nào mang mã “H99”"),
        (lambda: Limit(0, Unit.DAY), "không hợp lệ"),
    ],
)
def test_what_makes_no_sense_is_refused(province: Province, ask, said: str) -> None:
    with pytest.raises(DomainError, match=said):
        ask()


def test_a_day_off_wins_over_a_make_up_day_of_the_agency() -> None:
    calendar = with_days_off(national_calendar(), WEDNESDAY, WEDNESDAY, "nghỉ")
    assert not calendar.is_working_day(WEDNESDAY)
    assert calendar.is_working_day(date(2026, 11, 19))
    again = with_days_off(calendar, WEDNESDAY, date(2026, 11, 19), "nghỉ nữa")
    assert [local.day for local in again.local_days] == [WEDNESDAY, date(2026, 11, 19)]

"""Dossiers that stand still: every kind found at its threshold, let go when the reason is gone, and nowhere else."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from tests.processes.build import line, parallel, publish, step
from tests.processes.inspected import build_inspected
from tests.province import MONDAY, Province, accepted, result

from motcua.documents.models import IssuedForm, StoredFile
from motcua.dossiers.commands import AskSupplement, Forward, PaperData, Resolve
from motcua.dossiers.models import Dossier
from motcua.dossiers.services import give_command
from motcua.law.moments import VIETNAM
from motcua.notifications.models import Notice
from motcua.organizations.models import Agency
from motcua.organizations.services import save_calendar, set_calendar, set_own_system
from motcua.processes.inspection.rules import Rule, rules_of
from motcua.processes.inspection.services import set_numbers
from motcua.processes.models import StuckDossier, StuckSearch, WorkItem
from motcua.processes.services import claim
from motcua.processes.stuck import registry
from motcua.processes.stuck.queries import agency_counts, kind_counts, stuck
from motcua.processes.stuck.registry import StuckKind, kinds, register_kind
from motcua.processes.stuck.services import cutoffs, find_stuck

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def province() -> Province:
    return build_inspected()


def told() -> None:
    """As the worker leaves it: everything sent, every paper printed, no job left."""
    Notice.objects.filter(state="waiting").update(state="sent", sent_at=MONDAY)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded'")


def found(at: datetime) -> set[tuple[str, int]]:
    find_stuck(at)
    return set(StuckDossier.objects.values_list("kind", "dossier_id"))


def test_a_dossier_nobody_has_until_somebody_takes_it(province: Province) -> None:
    publish(province, line(step("check"), step("draft", assign="claim")))
    dossier_id = accepted(province)
    item = WorkItem.objects.get(dossier_id=dossier_id)
    WorkItem.objects.update(officer=None)
    told()
    assert found(MONDAY + 6 * HOUR - timedelta(minutes=1)) == set()
    # 09:20 + 4 working hours, with the pause of noon.
    assert found(MONDAY + 6 * HOUR) == {("no_owner", dossier_id)}
    row = StuckDossier.objects.get()
    assert (row.since, row.detail, row.agency) == (MONDAY, "Bước “Bước check”", province.department)
    claim(dossier_id, item.token, actor=province.actor("case"), at=MONDAY + 6 * HOUR)
    told()
    assert found(MONDAY + 6 * HOUR) == set()


def test_a_dossier_without_process_is_somebody_s_after_its_forwarding(province: Province) -> None:
    dossier_id = accepted(province)
    told()
    assert found(MONDAY + 6 * HOUR) == {("no_owner", dossier_id)}
    case = province.actor("case")
    give_command(dossier_id, Forward("Thẩm định", officer_id=case.id), actor=case, at=MONDAY + 6 * HOUR)
    assert found(MONDAY + 6 * HOUR) == set()


def test_what_lies_in_another_system_needs_no_owner_here(province: Province) -> None:
    publish(province, line(step("check")))
    set_own_system(province.department.pk, own=True)
    dossier_id = accepted(province)
    told()
    assert Dossier.objects.get(pk=dossier_id).process == ""
    assert found(MONDAY + 6 * HOUR) == set()


def test_nothing_moves_for_forty_working_hours_but_a_pause_is_no_standing_still(province: Province) -> None:
    case = province.actor("case")
    still, paused = accepted(province), accepted(province)
    for dossier_id in (still, paused):
        give_command(dossier_id, Forward("Thẩm định", officer_id=case.id), actor=case, at=MONDAY + HOUR)
    give_command(paused, AskSupplement(("Bản vẽ",), "Thiếu"), actor=case, at=MONDAY + HOUR)
    told()
    # Five days of eight hours: the next Monday at 10:20.
    after = MONDAY + timedelta(days=7) + HOUR
    assert found(after - timedelta(minutes=1)) == set()
    assert found(after) == {("no_move", still)}
    assert StuckDossier.objects.get().detail == "Bước “Thẩm định”"


def test_another_calendar_counts_other_hours(province: Province) -> None:
    mornings = [["07:00", "11:00"]]
    half = save_calendar(
        name="Buổi sáng", data={"weekly": dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), mornings)}
    )
    set_calendar(Agency.objects.get(pk=province.department.pk), calendar=half, due_policy="")
    friday = datetime(2026, 11, 20, 11, 0, tzinfo=VIETNAM)
    given = cutoffs(5, friday)
    by = dict(zip(given["calendars"], given["cutoffs"], strict=True))
    assert by == {
        0: datetime(2026, 11, 19, 16, 0, tzinfo=VIETNAM), half.pk: datetime(2026, 11, 19, 10, 0, tzinfo=VIETNAM)
    }  # fmt: skip
    # What came in after closing has waited exactly as long as the morning is old.
    assert cutoffs(4, friday)["cutoffs"] == [datetime(2026, 11, 20, 7, 0, tzinfo=VIETNAM)] * 2


def test_a_process_without_an_open_step_is_found(province: Province) -> None:
    publish(province, line(step("check")))
    dossier_id = accepted(province)
    told()
    WorkItem.objects.update(closed_at=MONDAY, closed_seq=9)
    assert found(MONDAY) == {("no_step", dossier_id)}


def test_a_consultation_past_its_due(province: Province) -> None:
    publish(province, parallel())
    dossier_id = accepted(province)
    told()
    due = WorkItem.objects.get(dossier_id=dossier_id, node="ask").due_at
    assert ("linked_unanswered", dossier_id) not in found(due)
    assert ("linked_unanswered", dossier_id) in found(due + timedelta(minutes=1))
    row = StuckDossier.objects.get(kind="linked_unanswered")
    assert row.detail == "Bước “Lấy ý kiến” ở UBND phường Nha Trang"


def job(task: str, args: str, status: str = "failed") -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status) VALUES ('default', %s, %s, %s)",
            [task, args, status],
        )


def test_jobs_papers_and_messages_that_failed(province: Province) -> None:
    dossier_id = accepted(province)
    form = IssuedForm.objects.get(dossier_id=dossier_id)
    told()
    job("motcua.exchange.tasks.push", f'{{"dossier_id": {dossier_id}}}')
    job("motcua.exchange.tasks.push", '{"other": 1}')
    job("motcua.documents.tasks.render", f'{{"entry_id": {form.entry_id}}}')
    Notice.objects.filter(channel="sms").update(state="failed", failure="Số không có thật")
    # The mail of the same entry arrived, so somebody was reached; of the acceptance nothing did.
    Notice.objects.filter(channel="email", template="accepted").update(state="failed")
    at = MONDAY + 2 * HOUR
    assert found(at) == {("job_failed", dossier_id), ("form_missing", dossier_id), ("notice_failed", dossier_id)}
    details = dict(StuckDossier.objects.values_list("kind", "detail"))
    assert details["job_failed"] == "Việc “exchange.tasks.push”"
    assert details["form_missing"] == f"Biểu mẫu số {form.number}"
    Notice.objects.filter(channel="email").update(state="sent")
    assert found(at) == {("job_failed", dossier_id), ("form_missing", dossier_id)}


def test_what_must_be_told_and_was_not(province: Province) -> None:
    waiting, silent = accepted(province), accepted(province)
    told()
    Notice.objects.filter(dossier_id=silent).delete()
    Notice.objects.filter(dossier_id=waiting, channel="sms").update(state="waiting")
    assert found(MONDAY + 2 * HOUR - timedelta(minutes=1)) == set()
    assert found(MONDAY + 2 * HOUR) == {("no_notice", waiting), ("no_notice", silent)}
    assert dict(StuckDossier.objects.values_list("dossier_id", "detail")) == {
        waiting: "Thông báo còn nằm chờ gửi", silent: "Không có thông báo nào",
    }  # fmt: skip


def test_files_that_nobody_can_open(province: Province) -> None:
    names = {"a" * 64: "clean", "b" * 64: "infected", "c" * 64: "waiting"}
    for sha256, scan in names.items():
        StoredFile.objects.create(sha256=sha256, size=1, content_type="application/pdf", scan=scan, stored_at=MONDAY)
    made = {
        sha256: accepted(
            province, papers=(PaperData("Tờ khai", 1, file=sha256), PaperData("Giấy tờ tùy thân", copies=1))
        )
        for sha256 in [*names, "d" * 64]
    }
    told()
    bad = {("file_not_usable", made[letter * 64]) for letter in "bcd"}
    assert found(MONDAY + 2 * HOUR) == bad
    assert dict(StuckDossier.objects.values_list("dossier_id", "detail")) == {
        made["b" * 64]: "Có mã độc: Tờ khai", made["c" * 64]: "Chờ quét: Tờ khai", made["d" * 64]: "Mất tệp: Tờ khai",
    }  # fmt: skip


def test_a_resolved_dossier_stands_nowhere(province: Province) -> None:
    dossier_id = accepted(province)
    case = province.actor("case")
    give_command(dossier_id, Forward("Thẩm định", officer_id=case.id), actor=case, at=MONDAY)
    give_command(dossier_id, Resolve(result(signed_on=MONDAY.date())), actor=case, at=MONDAY)
    told()
    assert found(MONDAY + timedelta(days=60)) == set()


def test_counts_and_rows_of_one_s_own_agencies(province: Province) -> None:
    dossier_id = accepted(province)
    at = MONDAY + 6 * HOUR
    told()
    find_stuck(at)
    inspector, elsewhere = province.actor("inspector"), province.actor("commune_leader")
    by = {one.key: (one.count, one.done_at) for one in kind_counts(inspector, at.date())}
    assert by == {key: (int(key == "no_owner"), at) for key in kinds()}
    assert [row.dossier_id for row in stuck(inspector, kind="no_owner")] == [dossier_id]
    assert agency_counts(inspector) == [("H32.16", "Sở Xây dựng", 1)]
    assert sum(one.count for one in kind_counts(elsewhere, at.date())) == 0
    assert not stuck(elsewhere).exists()
    assert not stuck(province.actor("case")).exists()
    assert StuckSearch.objects.get(kind="no_owner").found == 1


def test_a_kind_that_is_off_or_set_otherwise(province: Province) -> None:
    accepted(province)
    at = MONDAY + 6 * HOUR
    told()
    rule = rules_of("stuck")["no_owner"]
    given = {"valid_from": date(2026, 11, 16), "reason": "Thử", "actor": province.actor("inspector"), "at": at}
    assert len(found(at)) == 1
    set_numbers("stuck", rule, enabled=True, values={"hours": 5}, **given)
    assert found(at) == set()
    assert len(found(at + HOUR)) == 1
    set_numbers("stuck", rule, enabled=False, values={"hours": 4}, **given)
    assert found(at + HOUR) == set()


def test_another_room_adds_a_kind(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_kinds", dict(registry._kinds))
    dossier_id = accepted(province)
    told()
    rule = Rule("transfer_open", "Chưa ký nhận", "Chờ ký.", "Nhắc.")
    sql = "SELECT d.id, d.agency_id, %(at)s::timestamptz, 'Phiếu số 5' FROM dossiers_dossier d"
    register_kind(StuckKind(rule, sql, lambda values, at: {"at": at}))
    register_kind(StuckKind(rule, sql, lambda values, at: {"at": at}))
    with pytest.raises(ValueError, match="transfer_open"):
        register_kind(StuckKind(rule, "SELECT 1", lambda values, at: {"at": at}))
    assert found(MONDAY) == {("transfer_open", dossier_id)}
    assert kind_counts(province.actor("inspector"), MONDAY.date())[-1].count == 1


def test_every_shipped_kind_is_registered_and_no_other() -> None:
    assert set(rules_of("stuck")) <= set(kinds())

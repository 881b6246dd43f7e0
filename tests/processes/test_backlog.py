"""Long-open dossiers: which they are, why, and who clears them."""

from datetime import date, timedelta

import pytest
from tests.processes.build import parallel, publish
from tests.processes.inspected import build_inspected
from tests.province import MONDAY, Province, accepted, result

from motcua.dossiers.commands import AskSupplement, Forward, RequestWithdrawal, Resolve
from motcua.dossiers.models import Dossier
from motcua.dossiers.permissions import NotAllowed
from motcua.dossiers.services import give_command
from motcua.law.errors import BadInput
from motcua.law.lifecycle import State
from motcua.organizations.models import Officer
from motcua.processes.backlog.queries import Progress, after, backlog, cleared_by, explained, given_to, progress
from motcua.processes.backlog.reasons import REASONS, Standing, likely
from motcua.processes.backlog.services import note_backlog, report_back
from motcua.processes.models import BacklogNote
from motcua.processes.services import finish_step

pytestmark = pytest.mark.django_db

# Due on Thursday 19 November; thirty days later and a little.
NOW = MONDAY + timedelta(days=33, hours=1)


@pytest.fixture
def province() -> Province:
    return build_inspected()


def listed(province: Province, at=NOW, name: str = "inspector", **asked: object) -> list[int]:
    return [dossier.pk for dossier in backlog(province.actor(name), at, **asked)]


def test_open_long_after_the_due_or_long_without_one(province: Province) -> None:
    late, without = accepted(province), accepted(province)
    Dossier.objects.filter(pk=without).update(due_at=None)
    assert listed(province, MONDAY + timedelta(days=33)) == []
    assert listed(province) == [late]
    assert listed(province, MONDAY + timedelta(days=91)) == [late, without]
    assert listed(province, MONDAY + timedelta(days=91), name="commune_leader") == []
    case = province.actor("case")
    give_command(late, Resolve(result()), actor=case, at=MONDAY + timedelta(days=90))
    assert listed(province, MONDAY + timedelta(days=91)) == [without]


def test_pages_by_key_run_over_those_without_a_due(province: Province) -> None:
    first, second, third, last = (accepted(province) for _ in range(4))
    Dossier.objects.filter(pk__in=(third, last)).update(due_at=None)
    at = MONDAY + timedelta(days=91)
    rows = backlog(province.actor("inspector"), at)
    due = Dossier.objects.get(pk=first).due_at
    assert [row.pk for row in after(rows, f"{due.isoformat()}~{first}")] == [second, third, last]
    assert [row.pk for row in after(rows, f"~{third}")] == [last]
    with pytest.raises(BadInput):
        after(rows, "hôm qua~1")


@pytest.mark.parametrize(
    ("standing", "key"),
    [
        (Standing(State.AWAITING_SUPPLEMENT, supplement_over=True), "supplement_over"),
        (Standing(State.AWAITING_SUPPLEMENT), "supplement"),
        (Standing(State.AWAITING_PAYMENT), "payment"),
        (Standing(State.SUSPENDED), "suspended"),
        (Standing(State.IN_PROCESS, withdrawal_asked=True, has_holder=False), "withdrawal"),
        (Standing(State.ACCEPTED, papers_missing=True), "papers"),
        (Standing(State.IN_PROCESS, holder_left=True, quiet_days=90), "holder_left"),
        (Standing(State.IN_PROCESS, waits_elsewhere="Lấy ý kiến"), "elsewhere"),
        (Standing(State.ACCEPTED, has_holder=False), "no_holder"),
        (Standing(State.IN_PROCESS, at_signer=True), "signer"),
        (Standing(State.IN_PROCESS, quiet_days=30), "forgotten"),
        (Standing(State.IN_PROCESS, quiet_days=29), "slow"),
    ],
)
def test_the_likely_reason(standing: Standing, key: str) -> None:
    assert likely(standing).key == key


def test_every_reason_has_an_action() -> None:
    assert len({reason.key for reason in REASONS}) == len(REASONS)
    assert all(reason.text and reason.action for reason in REASONS)


def test_reasons_as_the_record_shows_them(province: Province) -> None:
    case = province.actor("case")
    hour = MONDAY + timedelta(hours=1)
    paused, asked, held, nobody = (accepted(province) for _ in range(4))
    give_command(paused, AskSupplement(("Bản vẽ",), "Thiếu"), actor=case, at=hour)
    give_command(asked, RequestWithdrawal("Đổi ý"), actor=province.actor("counter"), at=hour)
    give_command(held, Forward("Thẩm định", officer_id=case.id), actor=case, at=hour)
    publish(province, parallel())
    elsewhere = accepted(province)
    finish_step(elsewhere, 1, actor=case, at=hour)
    rows = explained(backlog(province.actor("inspector"), NOW), NOW)
    assert {row.dossier.pk: row.reason.key for row in rows} == {
        paused: "supplement_over", asked: "withdrawal", held: "forgotten", nobody: "no_holder", elsewhere: "elsewhere",
    }  # fmt: skip
    assert {row.days for row in rows} == {30}
    Officer.objects.filter(pk=case.id).update(valid_to=date(2026, 12, 1))
    again = explained(backlog(province.actor("inspector"), NOW).filter(pk=held), NOW)
    assert again[0].reason.key == "holder_left"


def test_the_list_asks_as_often_for_one_as_for_three(province: Province, django_assert_num_queries) -> None:
    for _ in range(3):
        accepted(province)
    rows = backlog(province.actor("inspector"), NOW)
    with django_assert_num_queries(4):
        assert len(explained(rows[:1], NOW)) == 1
    with django_assert_num_queries(4):
        assert len(explained(rows, NOW)) == 3


def test_notes_for_many_and_the_progress_of_the_clearing(province: Province) -> None:
    one, two, three = (accepted(province) for _ in range(3))
    inspector, case = province.actor("inspector"), province.actor("case")
    done = note_backlog(
        [one, two], note="Hỏi lại người nộp", officer_id=case.id, until=date(2026, 12, 25), actor=inspector, at=NOW
    )
    assert (done.notes, done.left_out) == (2, 0)
    assert listed(province, noted="chua") == [three]
    assert listed(province, noted="da-giao") == [one, two]
    assert listed(province, noted="qua-ngay") == []
    later = NOW + timedelta(days=10)
    assert listed(province, later, noted="qua-ngay") == [one, two]
    give_command(one, Resolve(result()), actor=case, at=NOW + timedelta(hours=1))
    assert progress(inspector, later) == Progress(open=2, noted=1, assigned=1, over=1, cleared=1)
    assert cleared_by(inspector, later) == [("Phạm Thụ Lý", 1, 1, 1)]
    assert progress(province.actor("commune_leader"), later) == Progress(0, 0, 0, 0, 0)
    again = note_backlog([one, two], note="Gấp", officer_id=None, until=None, actor=inspector, at=later)
    assert (again.notes, again.left_out) == (1, 1)
    assert progress(inspector, later).assigned == 0


def test_notes_that_cannot_be_made_change_nothing(province: Province) -> None:
    dossier_id = accepted(province)
    inspector, case = province.actor("inspector"), province.actor("case")
    given = {"note": "Hỏi", "officer_id": case.id, "until": date(2026, 12, 25), "actor": inspector, "at": NOW}
    for changed in (
        {"note": " "}, {"until": date(2026, 12, 1)}, {"officer_id": None}, {"officer_id": 10**9},
    ):  # fmt: skip
        with pytest.raises(BadInput):
            note_backlog([dossier_id], **given | changed)
    with pytest.raises(BadInput):
        note_backlog([], **given)
    with pytest.raises(NotAllowed):
        note_backlog([dossier_id], **given | {"actor": case})
    elsewhere = given | {"actor": province.actor("commune_leader"), "officer_id": province.officers["commune_case"].pk}
    assert note_backlog([dossier_id], **elsewhere).notes == 0
    assert not BacklogNote.objects.exists()


def test_who_has_it_reports_back(province: Province) -> None:
    dossier_id = accepted(province)
    case, head = province.actor("case"), province.actor("head")
    with pytest.raises(NotAllowed):
        report_back(dossier_id, note="Đang làm", actor=case, at=NOW)
    note_backlog(
        [dossier_id],
        note="Hỏi",
        officer_id=case.id,
        until=date(2026, 12, 25),
        actor=province.actor("inspector"),
        at=NOW,
    )
    assert [row.pk for row in given_to(case.id)] == [dossier_id]
    assert not given_to(head.id).exists()
    said = report_back(dossier_id, note="Người nộp hẹn thứ Hai", actor=case, at=NOW)
    assert (said.officer_id, said.until) == (case.id, date(2026, 12, 25))
    with pytest.raises(BadInput):
        report_back(dossier_id, note="", actor=case, at=NOW)

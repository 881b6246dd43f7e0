"""The letter of apology: drafted when it is needed, explained, signed once, issued on Mẫu 04, delivered, counted."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta

import pytest
from pypdf import PdfReader
from tests.notifications.reminders import moment
from tests.processes.build import line, parallel, publish, step
from tests.province import MONDAY, START, Province, accepted, build_province, result

from motcua.documents.models import IssuedForm
from motcua.documents.services import open_file, ready_form
from motcua.dossiers import commands as c
from motcua.dossiers.decide import GuardFailed
from motcua.dossiers.erasure import erase_person
from motcua.dossiers.models import Dossier, LedgerEntry
from motcua.dossiers.permissions import NotAllowed
from motcua.dossiers.services import give_command
from motcua.dossiers.writer import NotFound
from motcua.identity.actors import SYSTEM
from motcua.law.errors import BadInput
from motcua.law.lifecycle import State
from motcua.notifications.models import Notice
from motcua.notifications.providers import TemporaryFailure
from motcua.notifications.services import deliver_notices
from motcua.organizations.models import Role
from motcua.organizations.queries import actor_of
from motcua.organizations.services import appoint
from motcua.processes.apologies import Explanation, draft, give_reason, hand_on_paper, lapse, sign
from motcua.processes.apology_lists import apology_coverage, unapologised, waiting
from motcua.processes.charging import propose_causes
from motcua.processes.models import Apology, LatenessCause
from motcua.processes.services import finish_step

pytestmark = pytest.mark.django_db

# Accepted Monday 16/11 09:20 with three working days: due Thursday 19/11 09:20, the law's last moment Wednesday 09:20.
DUE, LATEST = moment("2026-11-19T09:20"), moment("2026-11-18T09:20")
UNTIL = moment("2026-11-25T16:00")


@pytest.fixture
def province() -> Province:
    return build_province()


def said(**changes: object) -> Explanation:
    return Explanation(**({"cause": "c", "reason": "Phải xác minh tại thực địa", "until": UNTIL} | changes))


def drafted(province: Province, at: datetime = LATEST) -> int:
    dossier_id = accepted(province)
    assert draft([dossier_id], at=at) == {dossier_id}
    return dossier_id


def signed(province: Province, at: datetime = LATEST) -> int:
    dossier_id = drafted(province, at)
    give_reason(dossier_id, said(), actor=province.actor("case"), at=at)
    sign(dossier_id, actor=province.actor("signer"), at=at)
    return dossier_id


class Gateway:
    def __init__(self, failure: Exception | None = None) -> None:
        self.failure = failure

    def send(self, message) -> None:
        if self.failure is not None:
            raise self.failure


def deliver(dossier_id: int, at: datetime, **gateways: Gateway) -> None:
    entry = LedgerEntry.objects.get(dossier_id=dossier_id, kind="dossier.promised")
    deliver_notices(entry.pk, providers={"sms": Gateway(), "email": Gateway()} | gateways, at=at)


@pytest.mark.parametrize(
    ("at", "why"),
    [
        (LATEST - timedelta(hours=1), None),
        (LATEST, "last_day"),
        (DUE - timedelta(minutes=1), "last_day"),
        (DUE, "overdue"),
        (DUE + timedelta(days=9), "overdue"),
    ],
)
def test_a_dossier_without_a_process_is_drafted_for_from_the_law_s_last_moment_on(
    province: Province, at: datetime, why: str | None
) -> None:
    dossier_id = accepted(province)
    assert draft([dossier_id], at=at) == ({dossier_id} if why else set())
    assert list(Apology.objects.values_list("why", "due_at", "latest_at")) == ([(why, DUE, LATEST)] if why else [])


def test_steps_longer_than_the_time_left_are_known_before(province: Province) -> None:
    publish(province, line(step("appraise", minutes=600), step("sign", role="signer", minutes=840)))
    dossier_id = accepted(province)
    # 960 minutes are left on Tuesday 09:20; appraising and signing need 120 + 840 and the result an hour.
    assert draft([dossier_id], at=moment("2026-11-17T09:20")) == {dossier_id}
    assert Apology.objects.get().why == "steps_left"


def test_a_step_past_its_due_is_known_before(province: Province) -> None:
    publish(province, line(step("appraise", minutes=600)))
    dossier_id = accepted(province)
    assert draft([dossier_id], at=moment("2026-11-17T11:20")) == set()
    assert draft([dossier_id], at=moment("2026-11-17T13:30")) == {dossier_id}
    assert Apology.objects.get().why == "step_late"


def test_in_its_last_step_nothing_is_drafted_before_the_due(province: Province) -> None:
    publish(province, line(step("appraise", minutes=600)))
    dossier_id = accepted(province)
    finish_step(dossier_id, 1, note="Chờ xác minh", actor=province.actor("case"), at=moment("2026-11-18T16:50"))
    assert draft([dossier_id], at=moment("2026-11-18T16:55")) == set()
    assert draft([dossier_id], at=DUE) == {dossier_id}


def test_drafting_twice_is_one_draft(province: Province) -> None:
    dossier_id = drafted(province)
    give_reason(dossier_id, said(), actor=province.actor("case"), at=LATEST)
    assert draft([dossier_id], at=DUE) == {dossier_id}
    assert Apology.objects.values_list("state", "why", "reason").get() == ("reasoned", "overdue", said().reason)


def test_a_draft_lapses_with_its_need_and_comes_back_with_a_new_one(province: Province) -> None:
    dossier_id = drafted(province)
    assert lapse([dossier_id]) == 0
    extend = c.Extend(moment("2026-11-30T09:20"), "Điều 5", "Chờ thẩm định")
    give_command(dossier_id, extend, actor=province.actor("head"), at=LATEST)
    assert lapse([dossier_id]) == 1
    with pytest.raises(GuardFailed, match="không còn cần"):
        give_reason(dossier_id, said(), actor=province.actor("case"), at=LATEST)
    at = moment("2026-11-30T09:20")
    assert draft([dossier_id], at=at) == {dossier_id}
    assert Apology.objects.values_list("state", "due_at", "drafted_at").get() == ("drafted", at, at)


def test_the_whole_way_of_a_letter(province: Province) -> None:
    dossier_id = drafted(province)
    give_reason(dossier_id, said(), actor=province.actor("case"), at=LATEST)
    moved = sign(dossier_id, actor=province.actor("signer"), at=LATEST)
    dossier = Dossier.objects.get(pk=dossier_id)
    assert (dossier.promised_at, dossier.due_at, moved.seq) == (UNTIL, DUE, 3)

    entry = LedgerEntry.objects.get(dossier_id=dossier_id, kind="dossier.promised")
    assert entry.data["data"]["cause"] == "c"
    assert entry.data["data"]["agency"] == province.department.pk
    assert "thực địa" not in entry.text
    assert set(Notice.objects.filter(entry=entry).values_list("channel", "template")) == {
        ("page", "promised"), ("sms", "promised"), ("email", "promised"),
    }  # fmt: skip
    assert Apology.objects.values_list("state", "entry_seq", "delivered_at").get() == ("signed", 3, None)

    deliver(dossier_id, LATEST + timedelta(minutes=1))
    apology = Apology.objects.get()
    assert (apology.state, apology.delivered_at, apology.delivered_by) == (
        "delivered", LATEST + timedelta(minutes=1), "page",
    )  # fmt: skip


def test_the_letter_as_issued(province: Province) -> None:
    dossier_id = signed(province)
    issued = ready_form(IssuedForm.objects.get(dossier_id=dossier_id, kind="apology").pk, at=LATEST)
    assert (issued.number, issued.instrument) == ("01/XLGH", "Thông tư số 03/2025/TT-VPCP")
    with open_file(issued.file_id).stream as stream:
        text = " ".join("\n".join(page.extract_text() for page in PdfReader(io.BytesIO(stream.read())).pages).split())
    for part in (
        "SỞ XÂY DỰNG", "Nguyễn Thị Hòa", "Thời gian hẹn trả kết quả: 09 giờ 20 phút, ngày 19 tháng 11 năm 2026",
        "Lý do: Phải xác minh tại thực địa", "thêm 03 ngày làm việc", "16 giờ 00 phút, ngày 25 tháng 11 năm 2026", "Trần Văn Bình",
    ):  # fmt: skip
        assert part in text


def test_numbers_run_by_agency_and_year(province: Province) -> None:
    for _ in range(3):
        signed(province)
    numbers = IssuedForm.objects.filter(kind="apology").order_by("id").values_list("number", flat=True)
    assert list(numbers) == ["01/XLGH", "02/XLGH", "03/XLGH"]


def test_one_channel_that_took_it_is_enough(province: Province) -> None:
    dossier_id = signed(province)
    Notice.objects.filter(dossier_id=dossier_id, template="promised", channel="page").delete()
    with pytest.raises(TemporaryFailure):
        deliver(dossier_id, LATEST, sms=Gateway(), email=Gateway(TemporaryFailure("busy")))
    assert Apology.objects.values_list("state", "delivered_by").get() == ("delivered", "sms")
    deliver(dossier_id, DUE)
    assert Apology.objects.values_list("delivered_at", flat=True).get() == LATEST


def test_on_paper_with_who_took_it(province: Province) -> None:
    dossier_id = signed(province)
    counter = province.actor("counter")
    with pytest.raises(BadInput, match="chưa nhập"):
        hand_on_paper(dossier_id, "  ", actor=counter, at=DUE)
    hand_on_paper(dossier_id, " Nguyễn  Thị Hòa", actor=counter, at=DUE)
    assert Apology.objects.values_list("state", "delivered_by", "receiver").get() == (
        "delivered", "paper", "Nguyễn Thị Hòa",
    )  # fmt: skip
    entry = LedgerEntry.objects.filter(dossier_id=dossier_id).latest("seq")
    assert entry.kind == "dossier.apology_handed_over"
    assert "Hòa" not in entry.text
    with pytest.raises(GuardFailed, match="đã được giao"):
        hand_on_paper(dossier_id, "Nguyễn Thị Hòa", actor=counter, at=DUE)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"reason": "  "}, "Lý do chậm: chưa nhập"),
        ({"cause": "z"}, "không có trong danh mục"),
        ({"until": DUE}, "phải sau hạn hiện hành"),
        ({"until": MONDAY}, "phải sau hạn hiện hành"),
        ({"until": datetime(2026, 11, 25, 16)}, "thiếu múi giờ"),  # noqa: DTZ001 - what must be refused
        ({"reason": "x" * 20_001}, "nhiều nhất"),
    ],
)
def test_bad_explanations_change_nothing(province: Province, changes: dict[str, object], message: str) -> None:
    dossier_id = drafted(province)
    with pytest.raises((BadInput, GuardFailed), match=message):
        give_reason(dossier_id, said(**changes), actor=province.actor("case"), at=LATEST)
    assert Apology.objects.values_list("state", "reason", "cause").get() == ("drafted", "", "")


def test_a_new_date_that_has_passed_meanwhile_is_refused_at_the_signature(province: Province) -> None:
    dossier_id = drafted(province)
    give_reason(dossier_id, said(until=DUE + timedelta(hours=1)), actor=province.actor("case"), at=LATEST)
    with pytest.raises(GuardFailed, match="phải sau lúc xin lỗi"):
        sign(dossier_id, actor=province.actor("signer"), at=DUE + timedelta(hours=2))
    assert Apology.objects.get().state == "reasoned"
    assert not LedgerEntry.objects.filter(kind="dossier.promised").exists()


def test_nothing_is_signed_without_a_reason_or_twice(province: Province) -> None:
    dossier_id = drafted(province)
    signer = province.actor("signer")
    with pytest.raises(GuardFailed, match="chưa có lý do"):
        sign(dossier_id, actor=signer, at=LATEST)
    give_reason(dossier_id, said(), actor=province.actor("case"), at=LATEST)
    sign(dossier_id, actor=signer, at=LATEST)
    with pytest.raises(GuardFailed, match="đã được ký"):
        sign(dossier_id, actor=signer, at=LATEST)
    with pytest.raises(GuardFailed, match="đã được ký"):
        give_reason(dossier_id, said(), actor=signer, at=LATEST)
    # A second promise by the back door is refused as well, and drafting does not begin anew.
    with pytest.raises(GuardFailed, match="đã được hẹn lại một lần"):
        give_command(dossier_id, c.Promise(UNTIL + timedelta(days=9), "Lại chậm"), actor=signer, at=LATEST)
    assert draft([dossier_id], at=DUE) == set()


def test_who_may(province: Province) -> None:
    dossier_id = drafted(province)
    with pytest.raises(NotAllowed, match="do Sở Xây dựng nêu"):
        give_reason(dossier_id, said(), actor=province.actor("counter"), at=LATEST)
    with pytest.raises(NotFound):
        give_reason(dossier_id, said(), actor=province.actor("commune_case"), at=LATEST)
    give_reason(dossier_id, said(), actor=province.actor("case"), at=LATEST)
    with pytest.raises(NotAllowed, match="thủ trưởng Sở Xây dựng ký"):
        sign(dossier_id, actor=province.actor("head"), at=LATEST)


def test_the_agency_at_fault_explains_and_signs_its_own_letter(province: Province) -> None:
    """The commune was asked and is late: the letter is the commune's, of a dossier of the department."""
    publish(province, parallel())
    dossier_id = accepted(province)
    finish_step(dossier_id, 1, note="Chờ xác minh", actor=province.actor("case"), at=MONDAY)
    chairman = appoint(
        username="chairman", password=None, full_name="Lý Chủ Tịch", title="Chủ tịch", agency=province.commune,
        roles={Role.LEADER: province.commune}, valid_from=START,
    )  # fmt: skip
    assert draft([dossier_id], at=LATEST) == {dossier_id}
    assert Apology.objects.get().agency == province.commune
    with pytest.raises(NotAllowed):
        give_reason(dossier_id, said(), actor=province.actor("case"), at=LATEST)
    give_reason(dossier_id, said(cause="b"), actor=province.actor("commune_case"), at=LATEST)
    with pytest.raises(NotAllowed):
        sign(dossier_id, actor=province.actor("signer"), at=LATEST)
    sign(dossier_id, actor=actor_of(chairman, MONDAY.date()), at=LATEST)
    issued = ready_form(IssuedForm.objects.get(kind="apology").pk, at=LATEST)
    with open_file(issued.file_id).stream as stream:
        text = " ".join(PdfReader(io.BytesIO(stream.read())).pages[0].extract_text().split())
    assert "UBND PHƯỜNG NHA TRANG" in text
    assert "do Sở Xây dựng giải quyết" in text
    assert {row.pk for row in waiting(province.actor("case"))} == set()


def test_a_drafted_letter_is_not_passed_by(province: Province) -> None:
    dossier_id = drafted(province)
    with pytest.raises(GuardFailed, match="đã được soạn"):
        give_command(dossier_id, c.Promise(UNTIL, "Chậm"), actor=province.actor("head"), at=LATEST)
    assert Dossier.objects.get(pk=dossier_id).promised_at is None


def test_a_promise_given_without_a_draft_has_its_letter(province: Province) -> None:
    dossier_id = accepted(province)
    give_command(dossier_id, c.Promise(UNTIL, "Chậm"), actor=province.actor("head"), at=LATEST)
    assert Apology.objects.values_list("state", "until", "latest_at").get() == ("signed", UNTIL, LATEST)


def test_a_promise_that_is_taken_back_takes_its_letter_back(province: Province) -> None:
    dossier_id = accepted(province)
    case, head = province.actor("case"), province.actor("head")
    give_command(dossier_id, c.Forward("Thẩm định"), actor=case, at=LATEST)
    give_command(dossier_id, c.Promise(UNTIL, "Chậm"), actor=head, at=LATEST)
    give_command(dossier_id, c.Rectify("Nhầm hồ sơ", head.id, to_state=State.ACCEPTED), actor=head, at=LATEST)
    assert Dossier.objects.get(pk=dossier_id).promised_at is None
    assert Apology.objects.values_list("state", "entry_seq").get() == ("lapsed", None)
    assert draft([dossier_id], at=DUE) == {dossier_id}


def test_what_was_said_of_a_person_goes_with_the_person(province: Province) -> None:
    dossier_id = signed(province)
    hand_on_paper(dossier_id, "Nguyễn Thị Hòa", actor=province.actor("counter"), at=LATEST)
    give_command(dossier_id, c.Stop("Người nộp đã mất"), actor=province.actor("head"), at=UNTIL)
    propose_causes([dossier_id], at=UNTIL)
    LatenessCause.objects.update(note="Bà Hòa không nghe máy")
    erase_person([Dossier.objects.get(pk=dossier_id).submitter_id], actor=SYSTEM, at=UNTIL, basis="Luật 91/2025/QH15")
    assert Apology.objects.values_list("reason", "receiver", "state").get() == ("", "", "delivered")
    assert LatenessCause.objects.get().note == ""


def test_lists_and_coverage(province: Province) -> None:
    actor = province.actor("head")
    in_time, before_due, after_due, drafted_only, finished, promised = (
        signed(province), signed(province), signed(province, DUE), drafted(province, DUE), accepted(province), signed(province),
    )  # fmt: skip
    on_time = accepted(province)
    deliver(in_time, LATEST)
    deliver(before_due, DUE)
    deliver(after_due, DUE + timedelta(hours=3))
    case = province.actor("case")
    for id_, at in ((on_time, DUE), (finished, moment("2026-11-20T09:00"))):
        give_command(id_, c.Forward("Thẩm định"), actor=case, at=at)
        give_command(id_, c.Resolve(result()), actor=case, at=at)
    now = moment("2026-11-23T08:00")
    propose_causes([on_time, finished], at=now)

    assert [row.dossier_id for row in waiting(actor)] == [drafted_only]
    assert {row.pk for row in unapologised(actor, now)} == {drafted_only, promised}
    assert not unapologised(province.actor("commune_case"), now).exists()

    found = apology_coverage([province.department.pk], date(2026, 11, 1), date(2026, 11, 30), at=now)
    assert (found.late, found.in_time, found.before_due, found.after_due) == (6, 1, 1, 1)
    assert (found.numerator, found.denominator) == (3, 6)
    # Before the last was delivered, and in a window that ends before anything was late.
    earlier = apology_coverage(
        [province.department.pk], date(2026, 11, 1), date(2026, 11, 19), at=DUE + timedelta(hours=1)
    )
    assert (earlier.late, earlier.numerator) == (6, 2)
    none = apology_coverage([province.department.pk], date(2026, 11, 1), date(2026, 11, 18), at=now)
    assert (none.late, none.numerator) == (0, 0)
    with pytest.raises(BadInput, match="ngày cuối phải từ ngày đầu trở đi"):
        apology_coverage([province.department.pk], date(2026, 11, 2), date(2026, 11, 1), at=now)
    with pytest.raises(BadInput, match="ở sau hôm nay"):
        apology_coverage([province.department.pk], date(2026, 12, 2), date(2026, 12, 3), at=now)

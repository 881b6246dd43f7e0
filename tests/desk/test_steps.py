"""The dossier page of a dossier that follows a process: its steps, what may be done to them, and how it tells of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.desk.office import Clock
from tests.processes.build import flow, line, open_items, parallel, process, publish, result, review, step
from tests.province import MONDAY, START, Province, accepted, applicant_of

from motcua.dossiers.models import Dossier, LedgerEntry
from motcua.organizations.models import Role
from motcua.organizations.services import appoint
from motcua.portal.tracking import track
from motcua.processes.models import WorkItem
from motcua.processes.services import assign, claim, finish_step

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def dossier_id(province: Province) -> int:
    publish(province, review())
    return accepted(province)


def page(client: Client, dossier_id: int) -> str:
    answer = client.get(f"/can-bo/ho-so/{dossier_id}/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def address(dossier_id: int, token: int, slug: str) -> str:
    return f"/can-bo/ho-so/{dossier_id}/buoc/{token}/{slug}/"


def test_the_page_shows_the_open_step_with_its_time(dossier_id: int, sign_in: SignIn, clock: Clock) -> None:
    shown = page(sign_in("case"), dossier_id)
    assert "Bước đang mở" in shown
    assert "Thẩm định" in shown
    assert "Đã dùng 1 giờ trong 10 giờ được giao" in shown
    assert "Còn 1 ngày 1 giờ làm việc" in shown
    assert "chưa có người nhận" in shown
    assert "Kết quả được ghi nhận khi đã xong bước “Thẩm định”." in shown


def test_a_step_of_little_time_is_soon_in_its_last_quarter_only(
    province: Province, sign_in: SignIn, clock: Clock
) -> None:
    publish(province, line(step("check", "Kiểm tra", minutes=120)))
    dossier_id = accepted(province)
    client = sign_in("case")
    assert "step-in-time" in page(client, dossier_id)
    clock.at = MONDAY + timedelta(minutes=90)
    assert "step-soon" in page(client, dossier_id)
    clock.at = MONDAY + timedelta(minutes=121)
    assert "step-late" in page(client, dossier_id)


def test_no_free_move_beside_the_process(dossier_id: int, province: Province, sign_in: SignIn, clock: Clock) -> None:
    shown = page(sign_in("case"), dossier_id)
    assert "/viec/chuyen-buoc/" not in shown
    assert "/viec/ket-qua/" not in shown
    assert "/viec/tra-lai/" not in shown
    finish_step(dossier_id, 1, actor=province.actor("case"), at=clock.at)
    finish_step(dossier_id, 2, outcome="approve", actor=province.actor("signer"), at=clock.at)
    shown = page(sign_in("case"), dossier_id)
    assert "/viec/ket-qua/" in shown
    assert "/viec/chuyen-buoc/" not in shown
    assert "Bước này kết thúc khi ghi nhận kết quả" in shown


@pytest.mark.parametrize(
    ("name", "may"),
    [
        ("case", {"hoan-thanh", "nhan"}),
        ("head", {"giao"}),
        ("signer", set()),
        ("counter", set()),
        ("leader", set()),
    ],
)
def test_who_is_offered_what(dossier_id: int, sign_in: SignIn, name: str, may: set[str]) -> None:
    shown = page(sign_in(name), dossier_id)
    offered = {
        slug for slug in ("hoan-thanh", "nhan", "giao", "tra-lai-viec", "lay-lai") if f"/buoc/1/{slug}/" in shown
    }
    assert offered == may


def test_claim_finish_and_what_the_story_says(
    dossier_id: int, province: Province, sign_in: SignIn, clock: Clock
) -> None:
    client = sign_in("case")
    answer = client.post(address(dossier_id, 1, "nhan"), follow=True)
    assert "đã nhận; ông/bà là người thực hiện" in answer.content.decode()
    form = client.get(address(dossier_id, 1, "hoan-thanh")).content.decode()
    assert "Người làm bước sau" in form
    assert "Trần Văn Bình" in form
    given = {"note": "Đủ điều kiện", "next_officer": province.officers["signer"].pk}
    answer = client.post(address(dossier_id, 1, "hoan-thanh"), given, follow=True)
    shown = " ".join(answer.content.decode().split())
    assert "bước “Thẩm định”: đã hoàn thành" in shown
    assert "Bước “Thẩm định”: hoàn thành. Tiếp theo: “Ký duyệt”, Trần Văn Bình, hạn" in shown
    assert "Đủ điều kiện." in shown
    assert "Bước “Thẩm định”: Phạm Thụ Lý." in shown
    assert open_items(dossier_id)["sign"].officer == province.officers["signer"]


def test_the_applicant_reads_steps_without_notes_and_names(dossier_id: int, province: Province, clock: Clock) -> None:
    finish_step(dossier_id, 1, note="Chưa tin hồ sơ này", actor=province.actor("case"), at=clock.at)
    told = track(applicant_of(dossier_id), Dossier.objects.get(pk=dossier_id).code or "", at=clock.at)
    (done,) = [event for event in told.events if event.what == "Hoàn thành một bước giải quyết"]
    assert done.note == "Bước “Thẩm định”. Tiếp theo: “Ký duyệt”."
    assert done.who == "Sở Xây dựng"
    assert "tin hồ sơ" not in str(told.events)
    assert not [event for event in told.events if "Phân công" in event.what]


def test_a_step_that_ends_with_the_whole_says_so(province: Province, sign_in: SignIn) -> None:
    publish(province, line(step("check", "Thẩm định", minutes=40 * 60)))
    shown = " ".join(page(sign_in("case"), accepted(province)).split())
    assert "Quy trình giao 40 giờ; rút còn 24 giờ để hạn của bước không sau hạn của hồ sơ." in shown


def test_the_signer_chooses_an_outcome(dossier_id: int, province: Province, sign_in: SignIn, clock: Clock) -> None:
    finish_step(dossier_id, 1, actor=province.actor("case"), at=clock.at)
    client = sign_in("signer")
    answer = client.post(address(dossier_id, 2, "hoan-thanh"), {"note": "x"})
    assert answer.status_code == 422
    assert "Chưa chọn “kết quả của bước”." in answer.content.decode()
    answer = client.post(address(dossier_id, 2, "hoan-thanh"), {"outcome": "bịa"})
    assert "Lựa chọn này không có trong danh sách." in answer.content.decode()
    assert "Chọn “Làm lại” thì phải ghi lý do trả lại." in answer.content.decode()
    answer = client.post(address(dossier_id, 2, "hoan-thanh"), {"outcome": "redo", "note": " "})
    assert answer.status_code == 422
    assert "chưa nhập lý do" in str(answer.context["form"].errors["note"])
    assert set(open_items(dossier_id)) == {"sign"}
    client.post(address(dossier_id, 2, "hoan-thanh"), {"outcome": "redo", "note": "Thiếu căn cứ"})
    again = open_items(dossier_id)["appraise"]
    assert again.officer == province.officers["case"]
    assert "Bước “Ký duyệt”: làm lại." in page(client, dossier_id)


def test_a_step_is_given_to_one_with_others_beside(
    dossier_id: int, province: Province, sign_in: SignIn, clock: Clock
) -> None:
    case, signer, chief = (province.officers[name].pk for name in ("case", "signer", "head"))
    head = sign_in("head")
    given = {"officer_id": case, "cooperating": [signer], "following": [chief]}
    for wrong, field, said in (
        ({"cooperating": [case]}, "cooperating", "đang là người chủ trì"),
        ({"following": [signer]}, "following", "đã là người phối hợp"),
        (
            {"cooperating": [province.officers["commune_case"].pk]},
            "cooperating",
            "Lựa chọn này không có trong danh sách",
        ),
    ):
        answer = head.post(address(dossier_id, 1, "giao"), given | wrong)
        assert answer.status_code == 422
        assert said in str(answer.context["form"].errors.get(field)), answer.context["form"].errors
    assert open_items(dossier_id)["appraise"].officer_id is None

    head.post(address(dossier_id, 1, "giao"), given)

    row = open_items(dossier_id)["appraise"]
    assert (row.officer_id, row.cooperating, row.following) == (case, [signer], [chief])
    shown = " ".join(page(head, dossier_id).split())
    assert "Chủ trì: Phạm Thụ Lý. Phối hợp: Trần Văn Bình. Theo dõi:" in shown
    tab = " ".join(head.get(f"/can-bo/ho-so/{dossier_id}/quy-trinh/").content.decode().split())
    assert 'Chủ trì: Phạm Thụ Lý<span class="sub">Phối hợp: Trần Văn Bình. Theo dõi:' in tab
    other = sign_in("signer")
    listed = other.get("/can-bo/viec/phoi-hop/").content.decode()
    assert f"/can-bo/ho-so/{dossier_id}/buoc/1/cho-y-kien/" in listed
    assert "Ông/bà phối hợp</strong>" in listed
    answer = other.post(address(dossier_id, 1, "cho-y-kien"), {"text": " "})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["text"])
    answer = other.post(address(dossier_id, 1, "cho-y-kien"), {"text": "Nên đo lại ranh"}, follow=True)
    assert "Người phối hợp cho ý kiến" in answer.content.decode()
    assert "Nên đo lại ranh." in answer.content.decode()
    assert head.post(address(dossier_id, 1, "cho-y-kien"), {"text": "x"}).status_code == 403
    # Those beside may change without the main one; for another main one a reason is asked.
    head.post(address(dossier_id, 1, "giao"), given | {"cooperating": []})
    assert open_items(dossier_id)["appraise"].cooperating == []
    answer = head.post(address(dossier_id, 1, "giao"), {"officer_id": province.officers["head"].pk})
    assert "reason" in answer.context["form"].errors or "officer_id" in answer.context["form"].errors


def test_the_next_officer_must_fit_the_outcome(province: Province, sign_in: SignIn, clock: Clock) -> None:
    """Each outcome leads to another step; who was chosen for the one is refused for the other, beside the field."""
    choice = process(
        [
            step("check", "Thẩm định", outcomes=(("sign", "Trình ký"), ("more", "Kiểm tra thêm"))),
            step("sign", "Ký duyệt", "signer"),
            step("more", "Kiểm tra thêm"),
            result(),
        ],
        *(
            flow(t)
            for t in ("start>check", "check>sign:sign", "check>more:more", "sign>issue", "more>issue", "issue>end")
        ),
    )
    publish(province, choice)
    dossier_id = accepted(province)
    given = {"outcome": "more", "next_officer": province.officers["signer"].pk}
    answer = sign_in("case").post(address(dossier_id, 1, "hoan-thanh"), given)
    assert answer.status_code == 422
    assert answer.context["form"].errors["next_officer"]
    assert set(open_items(dossier_id)) == {"check"}


def test_papers_of_the_step_are_asked_for(province: Province, sign_in: SignIn) -> None:
    publish(province, line(step("check", "Thẩm định", papers=("Biên bản kiểm tra", "Tờ trình"))))
    dossier_id = accepted(province)
    client = sign_in("case")
    answer = client.post(address(dossier_id, 1, "hoan-thanh"), {"papers": ["Tờ trình"]})
    assert answer.status_code == 422
    assert answer.context["form"].errors["papers"] == ["Bước “Thẩm định” còn thiếu: Biên bản kiểm tra."]
    assert set(open_items(dossier_id)) == {"check"}
    client.post(address(dossier_id, 1, "hoan-thanh"), {"papers": ["Tờ trình", "Biên bản kiểm tra"]})
    assert set(open_items(dossier_id)) == {"issue"}
    assert "Đã có: Tờ trình; Biên bản kiểm tra." in page(client, dossier_id)


def test_assign_then_again_with_a_reason(dossier_id: int, province: Province, sign_in: SignIn) -> None:
    second = appoint(
        username="case_two", password=None, full_name="Mai Thụ Lý", title="Chuyên viên", agency=province.department,
        roles={Role.CASE_OFFICER: province.department}, valid_from=START, unit=province.unit,
    )  # fmt: skip
    client = sign_in("head")
    answer = client.post(address(dossier_id, 1, "giao"), {"officer_id": ""})
    assert answer.status_code == 422
    client.post(address(dossier_id, 1, "giao"), {"officer_id": province.officers["case"].pk})
    assert open_items(dossier_id)["appraise"].officer == province.officers["case"]
    answer = client.post(address(dossier_id, 1, "giao"), {"officer_id": second.pk})
    assert answer.context["form"].errors == {"reason": ["Chưa nhập “lý do giao lại”."]}
    client.post(address(dossier_id, 1, "giao"), {"officer_id": second.pk, "reason": "Nghỉ phép"})
    assert open_items(dossier_id)["appraise"].officer == second
    assert "Bước “Thẩm định”: Mai Thụ Lý. Nghỉ phép." in page(client, dossier_id)


def test_hand_back_with_a_reason(dossier_id: int, province: Province, sign_in: SignIn, clock: Clock) -> None:
    claim(dossier_id, 1, actor=province.actor("case"), at=clock.at)
    client = sign_in("case")
    answer = client.post(address(dossier_id, 1, "tra-lai-viec"), {"reason": " "})
    assert answer.status_code == 422
    client.post(address(dossier_id, 1, "tra-lai-viec"), {"reason": "Không đúng lĩnh vực"})
    assert open_items(dossier_id)["appraise"].officer is None
    assert "chờ người khác nhận. Không đúng lĩnh vực." in page(client, dossier_id)


def test_take_back_until_the_next_opens_the_page(
    dossier_id: int, province: Province, sign_in: SignIn, clock: Clock
) -> None:
    case, signer = sign_in("case"), sign_in("signer")
    given = {"next_officer": province.officers["signer"].pk}
    case.post(address(dossier_id, 1, "hoan-thanh"), given)
    assert "/buoc/2/lay-lai/" in page(case, dossier_id)
    case.post(address(dossier_id, 2, "lay-lai"))
    assert set(open_items(dossier_id)) == {"appraise"}
    case.post(address(dossier_id, 3, "hoan-thanh"), given)
    assert WorkItem.objects.get(dossier_id=dossier_id, token=4).seen_at is None
    page(signer, dossier_id)
    assert WorkItem.objects.get(dossier_id=dossier_id, token=4).seen_at == clock.at
    assert "/lay-lai/" not in page(case, dossier_id)
    answer = case.post(address(dossier_id, 4, "lay-lai"), follow=True)
    assert "đã được mở xem" in answer.content.decode()
    assert set(open_items(dossier_id)) == {"sign"}


def test_the_second_of_two_who_finish_is_told_who_was_quicker(
    dossier_id: int, province: Province, sign_in: SignIn
) -> None:
    second = appoint(
        username="case_two", password=None, full_name="Mai Thụ Lý", title="Chuyên viên", agency=province.department,
        roles={Role.CASE_OFFICER: province.department}, valid_from=START, unit=province.unit,
    )  # fmt: skip
    province.officers["case_two"] = second
    first, other = sign_in("case"), sign_in("case_two")
    seq = Dossier.objects.get(pk=dossier_id).seq
    first.post(address(dossier_id, 1, "hoan-thanh"), {"expected_seq": seq})
    entries = LedgerEntry.objects.count()
    answer = other.post(address(dossier_id, 1, "hoan-thanh"), {"expected_seq": seq, "note": "Ý kiến của tôi"})
    shown = " ".join(answer.content.decode().split())
    assert answer.status_code == 409
    assert "Hồ sơ vừa được người khác xử lý" in shown
    assert "Bước “Thẩm định”: hoàn thành." in shown
    assert "Phạm Thụ Lý" in shown
    assert LedgerEntry.objects.count() == entries
    answer = first.post(address(dossier_id, 1, "hoan-thanh"), {"expected_seq": seq})
    assert "Việc này đã được ghi nhận rồi" in answer.content.decode()


def test_a_step_taken_by_another_meanwhile(dossier_id: int, province: Province, sign_in: SignIn, clock: Clock) -> None:
    client = sign_in("case")
    seq = Dossier.objects.get(pk=dossier_id).seq
    second = appoint(
        username="case_two", password=None, full_name="Mai Thụ Lý", title="Chuyên viên", agency=province.department,
        roles={Role.CASE_OFFICER: province.department}, valid_from=START, unit=province.unit,
    )  # fmt: skip
    assign(dossier_id, 1, officer_id=second.pk, actor=province.actor("head"), at=clock.at)
    garbled = client.post(address(dossier_id, 1, "hoan-thanh"), {"expected_seq": "²"})
    assert garbled.status_code == 422
    assert "Trang này</a>: đã cũ hoặc không đọc được; hãy mở lại rồi làm lại." in garbled.content.decode()
    answer = client.post(address(dossier_id, 1, "hoan-thanh"), {"expected_seq": seq})
    assert answer.status_code == 409
    assert "đang giao cho người khác" in answer.content.decode()
    answer = client.post(address(dossier_id, 1, "nhan"), follow=True)
    assert "đã có người nhận" in answer.content.decode()


@pytest.mark.parametrize("name", ["commune_case", "commune_counter"])
@pytest.mark.parametrize("slug", ["hoan-thanh", "nhan", "giao", "tra-lai-viec", "lay-lai"])
def test_another_agency_s_step_is_not_there(dossier_id: int, sign_in: SignIn, name: str, slug: str) -> None:
    client = sign_in(name)
    assert client.post(address(dossier_id, 1, slug)).status_code == 404
    assert client.get(f"/can-bo/ho-so/{dossier_id}/").status_code == 404
    assert client.post(f"/can-bo/ho-so/{dossier_id}/dang-mo/").status_code == 404


@pytest.mark.parametrize("token", [0, 2, 99, 2_000_000_000, 99_999_999_999])
def test_a_step_that_is_not_there(dossier_id: int, sign_in: SignIn, token: int) -> None:
    assert sign_in("case").get(address(dossier_id, token, "hoan-thanh")).status_code == 404
    assert sign_in("case").post(address(dossier_id, token, "nhan")).status_code == 404


def test_a_form_for_which_one_has_no_right_is_refused(dossier_id: int, sign_in: SignIn) -> None:
    entries = LedgerEntry.objects.count()
    assert sign_in("signer").post(address(dossier_id, 1, "hoan-thanh")).status_code == 403
    assert sign_in("leader").get(address(dossier_id, 1, "hoan-thanh")).status_code == 403
    assert sign_in("case").get(address(dossier_id, 1, "bia-dat")).status_code == 404
    assert LedgerEntry.objects.count() == entries


def test_parallel_steps_stand_side_by_side(province: Province, sign_in: SignIn, clock: Clock) -> None:
    publish(province, parallel())
    dossier_id = accepted(province)
    shown = page(sign_in("case"), dossier_id)
    assert "Bước đang mở (2)" in shown
    assert "UBND phường Nha Trang" in shown
    finish_step(dossier_id, 1, actor=province.actor("case"), at=clock.at)
    shown = page(sign_in("case"), dossier_id)
    assert "chờ nhánh khác" in shown
    assert "Nhánh này chờ các nhánh song song khác." in shown
    # The consulted agency answers on the page of a dossier that is not its own.
    commune = sign_in("commune_case")
    commune.post(address(dossier_id, 2, "hoan-thanh"), {"note": "Đồng ý"})
    assert set(open_items(dossier_id)) == {"issue"}


def test_presence_is_told_to_others_and_goes_stale(dossier_id: int, sign_in: SignIn, clock: Clock) -> None:
    case, head = sign_in("case"), sign_in("head")
    assert "đang mở hồ sơ này" not in page(case, dossier_id)
    clock.forward(minutes=1)
    told = "Phạm Thụ Lý đang mở hồ sơ này từ 10:20."
    assert told in page(head, dossier_id)
    clock.forward(seconds=90)
    assert told not in page(head, dossier_id)
    answer = case.post(f"/can-bo/ho-so/{dossier_id}/dang-mo/")
    assert "Đỗ Trưởng Phòng đang mở hồ sơ này từ 10:21." in answer.content.decode()
    # Whoever comes back after silence has opened it anew.
    assert "Phạm Thụ Lý đang mở hồ sơ này từ 10:22." in page(head, dossier_id)
    # It warns and does not bar.
    assert case.post(address(dossier_id, 1, "nhan")).status_code == 302


def test_what_one_left_open_elsewhere_is_forgotten(province: Province, sign_in: SignIn, clock: Clock) -> None:
    from motcua.desk.models import Presence

    publish(province, review())
    first, second = accepted(province), accepted(province)
    client = sign_in("case")
    page(client, first)
    page(client, second)
    assert Presence.objects.count() == 2
    clock.forward(minutes=3)
    page(client, second)
    assert set(Presence.objects.values_list("dossier_id", flat=True)) == {second}


def test_a_page_that_stands_open_is_not_replaced_by_the_sign_in(dossier_id: int, province: Province) -> None:
    answer = Client().post(f"/can-bo/ho-so/{dossier_id}/dang-mo/", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert Client().post(f"/can-bo/ho-so/{dossier_id}/dang-mo/").status_code == 302


def test_more_steps_cost_no_more_queries(province: Province, sign_in: SignIn, clock: Clock) -> None:
    publish(province, review())
    dossier_id = accepted(province)
    client = sign_in("case")

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            page(client, dossier_id)
        return len(queries)

    one = cost()
    for round_ in range(3):
        finish_step(dossier_id, 2 * round_ + 1, actor=province.actor("case"), at=clock.at)
        finish_step(
            dossier_id, 2 * round_ + 2, outcome="redo", note="Sửa lại", actor=province.actor("signer"), at=clock.at
        )
    assert cost() <= one + 1
    assert one <= 24


def test_who_finishes_late_says_why(province: Province, sign_in: SignIn, clock: Clock) -> None:
    publish(province, line(step("check", "Kiểm tra", minutes=30)))
    dossier_id = accepted(province)
    client = sign_in("case")
    answer = client.post(address(dossier_id, 1, "hoan-thanh"), {"note": "  "})
    assert answer.context["form"].errors == {"note": ["Bước đã quá giờ được giao: chưa nhập “lý do chậm”."]}
    assert set(open_items(dossier_id)) == {"check"}
    client.post(address(dossier_id, 1, "hoan-thanh"), {"note": "Chờ đo đạc"})
    assert set(open_items(dossier_id)) == {"issue"}
    assert "Chờ đo đạc." in page(client, dossier_id)

"""Leave, delegation, what waits for the absent, hand-over lists: as pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.desk.office import Clock
from tests.processes.build import line, publish, step
from tests.province import MONDAY, Province, accepted

from motcua.organizations.absences import record_absence
from motcua.organizations.models import Absence, Role, RoleAssignment
from motcua.processes.definition import Assign
from motcua.processes.hand_over import make_lists
from motcua.processes.models import HandOverLine, HandOverList, WorkItem
from motcua.processes.services import assign, finish_step

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def place(province: Province, clock: Clock) -> Province:
    province.hire("deputy", "Hoàng Phó Giám đốc", province.department, {Role.CASE_OFFICER: province.department})
    return province


def absence_form(place: Province, **changes: Any) -> dict[str, Any]:
    return {
        "officer": place.officers["signer"].pk, "kind": "mission", "from_at": "2026-11-17T07:00", "to_at": "2026-11-19T17:00",
        "substitute": place.officers["deputy"].pk, "note": "",
    } | changes  # fmt: skip


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_an_officer_records_his_own_leave(place: Province, sign_in: SignIn) -> None:
    client = sign_in("signer")
    page = text(client.get(reverse("desk:new_absence")))
    assert "Hoàng Phó Giám đốc" in page
    assert "Đỗ Trưởng Phòng · Phòng Quản lý xây dựng</option>" in page
    done = text(client.post(reverse("desk:new_absence"), absence_form(place), follow=True))
    assert "Đã ghi nhận Trần Văn Bình đi công tác; Hoàng Phó Giám đốc làm thay." in done
    assert "Tuần 16/11/2026 – 22/11/2026" in done
    assert Absence.objects.get().substitute == place.officers["deputy"]


def test_a_head_records_it_for_his_people_and_others_cannot(place: Province, sign_in: SignIn) -> None:
    assert sign_in("head").post(reverse("desk:new_absence"), absence_form(place)).status_code == 302
    other = sign_in("commune_case").post(reverse("desk:new_absence"), absence_form(place))
    assert other.status_code == 422
    assert "Lựa chọn này không có trong danh sách." in text(other)
    assert Absence.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"to_at": "2026-11-16T07:00"}, "Phải sau lúc bắt đầu nghỉ"),
        ({"from_at": "2026-11-01T07:00", "to_at": "2026-11-02T07:00"}, "Thời gian nghỉ đã qua"),
        ({"substitute": "signer"}, "Phải là người khác với người nghỉ"),
        ({"from_at": ""}, "Chưa nhập “từ lúc”."),
        ({"from_at": "hôm qua"}, "Thời điểm cần dạng ngày/tháng/năm giờ:phút"),
        ({"kind": "xx"}, "Lựa chọn này không có trong danh sách."),
    ],
)
def test_faults_stand_beside_their_field(
    place: Province, sign_in: SignIn, changes: dict[str, Any], message: str
) -> None:
    if changes.get("substitute") == "signer":
        changes = {"substitute": place.officers["signer"].pk}
    answer = sign_in("signer").post(reverse("desk:new_absence"), absence_form(place, **changes))
    assert answer.status_code == 422
    assert message in text(answer)
    assert not Absence.objects.exists()


def test_a_leave_without_substitute_is_warned_of_while_work_falls_due(
    place: Province, sign_in: SignIn, clock: Clock
) -> None:
    publish(place, line(step("sign", "Ký duyệt", "signer", 240, assign=Assign.ROUND_ROBIN)))
    accepted(place)
    client = sign_in("signer")
    client.post(reverse("desk:new_absence"), absence_form(place, substitute=""))
    page = text(client.get(reverse("desk:people")))
    assert "1 việc đến hạn trước khi về mà chưa có người làm thay." in page

    absence = Absence.objects.get()
    url = reverse("desk:absence", args=[absence.pk])
    change = {"do": "substitute", "substitute": place.officers["deputy"].pk, "reason": "Đã hẹn"}
    assert "Đã đổi người làm thay." in text(client.post(url, change, follow=True))
    assert "đến hạn trước khi về" not in text(client.get(reverse("desk:people")))
    assert "đổi người làm thay – Hoàng Phó Giám đốc. Lý do: Đã hẹn" in text(client.get(url))

    assert client.post(url, {"do": "end", "reason": ""}).status_code == 422
    clock.forward(hours=1)
    assert "Đã kết thúc lần nghỉ" in text(client.post(url, {"do": "end", "reason": "Hoãn"}, follow=True))
    absence.refresh_from_db()
    assert absence.until == absence.from_at


def test_another_s_leave_is_not_opened(place: Province, sign_in: SignIn) -> None:
    sign_in("signer").post(reverse("desk:new_absence"), absence_form(place))
    url = reverse("desk:absence", args=[Absence.objects.get().pk])
    assert sign_in("commune_case").get(url).status_code == 404
    assert sign_in("deputy").get(url).status_code == 200
    assert "Kết thúc sớm" not in text(sign_in("deputy").get(url))


def delegation_form(place: Province, **changes: Any) -> dict[str, Any]:
    return {
        "to": place.officers["deputy"].pk, "role": "signer", "scope": "", "first_on": "2026-11-16", "last_on": "2026-11-20",
        "document": "15/UQ-SXD", "sectors": [place.procedure.sector_id],
    } | changes  # fmt: skip


def test_a_delegation_is_given_shown_and_ended(place: Province, sign_in: SignIn) -> None:
    client = sign_in("signer")
    done = text(client.post(reverse("desk:new_delegation"), delegation_form(place), follow=True))
    assert "Đã ủy quyền cho Hoàng Phó Giám đốc" in done
    assert "Hoạt động xây dựng" in done
    given = RoleAssignment.objects.get(delegated_by__isnull=False)
    assert "Ông/bà được <strong>Trần Văn Bình</strong> ủy quyền: người ký." in text(
        sign_in("deputy").get(reverse("desk:people"))
    )

    url = reverse("desk:delegation", args=[given.pk])
    assert "15/UQ-SXD" in text(client.get(url))
    assert sign_in("commune_case").get(url).status_code == 404
    assert "Đã kết thúc ủy quyền." in text(client.post(url, {"reason": "Về sớm"}, follow=True))
    given.refresh_from_db()
    assert given.valid_to == given.valid_from
    assert "kết thúc sớm ngay từ ngày đầu 16/11/2026." in text(client.get(url))
    again = client.post(url, {"reason": "Về sớm"})
    assert (again.status_code, "Chưa làm được" in text(again)) == (422, True)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"last_on": "2026-11-15"}, "phải từ ngày bắt đầu trở đi"),
        ({"first_on": "2026-11-10"}, "không bắt đầu được trong quá khứ"),
        ({"role": "administrator"}, "Lựa chọn này không có trong danh sách."),
        ({"to": "signer"}, "Lựa chọn này không có trong danh sách."),
        ({"last_on": "32/11/2026"}, "Ngày cần dạng ngày/tháng/năm"),
    ],
)
def test_what_cannot_be_delegated_is_said(
    place: Province, sign_in: SignIn, changes: dict[str, Any], message: str
) -> None:
    if changes.get("to") == "signer":
        changes = {"to": place.officers["signer"].pk}
    answer = sign_in("signer").post(reverse("desk:new_delegation"), delegation_form(place, **changes))
    assert answer.status_code == 422
    assert message in text(answer)
    assert not RoleAssignment.objects.filter(delegated_by__isnull=False).exists()


def test_one_without_a_power_has_no_page_to_delegate(place: Province, sign_in: SignIn) -> None:
    assert sign_in("postal").get(reverse("desk:new_delegation")).status_code == 404


def test_what_waits_for_the_absent_passes_on_in_one_click(place: Province, sign_in: SignIn, clock: Clock) -> None:
    publish(place, line(step("sign", "Ký duyệt", "signer", 240, assign=Assign.ROUND_ROBIN)))
    for _ in range(3):
        accepted(place)
    record_absence(
        place.officers["signer"].pk, kind="sick", from_at=MONDAY + timedelta(minutes=5), to_at=MONDAY + timedelta(days=2),
        substitute_id=place.officers["deputy"].pk, actor=place.actor("head"), at=MONDAY + timedelta(minutes=5),
    )  # fmt: skip
    client = sign_in("head")
    page = text(client.get(reverse("desk:waiting")))
    assert page.count("Ký duyệt<span") == 3
    keys = [f"{item.dossier_id}-{item.token}" for item in WorkItem.objects.filter(closed_at=None)]
    done = text(client.post(reverse("desk:waiting"), {"key": keys[:2]}, follow=True))
    assert "Đã giao 2 bước cho người làm thay." in done
    assert WorkItem.objects.filter(officer=place.officers["deputy"]).count() == 2
    assert "Chưa chọn bước nào." in text(client.post(reverse("desk:waiting"), {}, follow=True))
    assert sign_in("commune_case").get(reverse("desk:waiting")).status_code == 200


def test_the_opinion_of_an_absent_one_is_given_by_his_substitute(
    place: Province, sign_in: SignIn, clock: Clock
) -> None:
    publish(place, line(step("check", "Thẩm định", minutes=600)))
    asked = accepted(place)
    officers, head = place.officers, place.actor("head")
    assign(asked, 1, officer_id=officers["case"].pk, cooperating=[officers["signer"].pk], actor=head, at=MONDAY)
    record_absence(
        officers["signer"].pk, kind="sick", from_at=MONDAY, to_at=MONDAY + timedelta(days=2),
        substitute_id=officers["deputy"].pk, actor=head, at=MONDAY,
    )  # fmt: skip
    clock.forward(hours=1)
    client = sign_in("deputy")
    assert "Ông/bà phối hợp thay Trần Văn Bình</strong>" in text(client.get("/can-bo/viec/phoi-hop/"))
    address = f"/can-bo/ho-so/{asked}/buoc/1/cho-y-kien/"
    assert address in text(client.get(f"/can-bo/ho-so/{asked}/"))

    done = text(client.post(address, {"text": "Nên đo lại ranh"}, follow=True))

    assert "Người phối hợp cho ý kiến" in done
    assert "thay Trần Văn Bình" in done


def test_waiting_takes_as_many_statements_for_many(place: Province, sign_in: SignIn) -> None:
    publish(place, line(step("sign", "Ký duyệt", "signer", 240, assign=Assign.ROUND_ROBIN)))
    record_absence(
        place.officers["signer"].pk, kind="sick", from_at=MONDAY + timedelta(minutes=5), to_at=MONDAY + timedelta(days=2),
        actor=place.actor("head"), at=MONDAY,
    )  # fmt: skip
    client, counts = sign_in("head"), []
    for _ in range(2):
        accepted(place), accepted(place)
        with CaptureQueriesContext(connection) as told:
            assert client.get(reverse("desk:waiting")).status_code == 200
        counts.append(len(told))
    assert counts[0] == counts[1]


def test_people_takes_as_many_statements_for_many(place: Province, sign_in: SignIn) -> None:
    client, counts = sign_in("head"), []
    client.get(reverse("desk:people"))
    for name in ("signer", "case"):
        client.post(reverse("desk:new_absence"), absence_form(place, officer=place.officers[name].pk, substitute=""))
        with CaptureQueriesContext(connection) as told:
            client.get(reverse("desk:people"))
        counts.append(len(told))
    assert counts[0] == counts[1]


def test_lists_are_made_signed_and_printed(place: Province, sign_in: SignIn) -> None:
    publish(place, line(step("check")))
    first, second = accepted(place), accepted(place)
    counter, case = sign_in("counter"), sign_in("case")
    nowhere = text(counter.post(reverse("desk:hand_overs"), {"desk": "²"}, follow=True))
    assert "Chỉ cán bộ của bộ phận một cửa này lập được" in nowhere
    assert "Đã lập 1 danh sách." in text(counter.post(reverse("desk:hand_overs"), {"desk": place.desk.pk}, follow=True))
    paper = HandOverList.objects.get()
    url = reverse("desk:hand_over", args=[paper.pk])
    assert "đến lượt ông/bà ký" in text(counter.get(reverse("desk:hand_overs")))
    assert "đến lượt ông/bà ký" not in text(case.get(reverse("desk:hand_overs")))
    assert "Ký giao" in text(counter.get(url))
    assert "Ký giao" not in text(case.get(url))
    assert sign_in("commune_case").get(url).status_code == 404

    assert "Đã ký giao danh sách." in text(counter.post(url, follow=True))
    wrong = HandOverLine.objects.get(dossier_id=second)
    no_reason = case.post(url, {f"line-{wrong.pk}": "on", f"why-{wrong.pk}": ""})
    assert no_reason.status_code == 422
    assert "Dòng 2: cần ghi lý do" in text(no_reason)
    done = text(case.post(url, {f"line-{wrong.pk}": "on", f"why-{wrong.pk}": "Thiếu bản vẽ"}, follow=True))
    assert "Đã ký nhận danh sách." in done
    assert "Nội dung khớp với lúc ký." in done
    assert 'Bên nhận từ chối<span class="sub">Thiếu bản vẽ</span>' in done
    assert HandOverLine.objects.get(dossier_id=first).outcome == "accepted"

    printed = case.get(reverse("desk:hand_over_paper", args=[paper.pk]))
    assert (printed["Content-Type"], printed.content[:5]) == ("application/pdf", b"%PDF-")
    assert "Bên nhận từ chối" in text(sign_in("head").get(reverse("desk:dossier", args=[second])))


def test_a_changed_list_is_told(place: Province, sign_in: SignIn) -> None:
    publish(place, line(step("check")))
    accepted(place)
    at = MONDAY + timedelta(minutes=30)
    (paper,) = make_lists(place.desk.pk, cut_at=at, actor=None, at=at)
    client = sign_in("counter")
    client.post(reverse("desk:hand_over", args=[paper.pk]))
    HandOverLine.objects.update(papers="9 bản chính")
    assert "không còn khớp với lúc ký" in text(client.get(reverse("desk:hand_over", args=[paper.pk])))


def test_the_slip_is_there_at_once_and_whole(place: Province, sign_in: SignIn) -> None:
    publish(place, line(step("check", "Kiểm tra", minutes=600)))
    dossier_id = accepted(place)
    url = reverse("desk:control_slip_now", args=[dossier_id])
    assert url in sign_in("case").get(reverse("desk:forms", args=[dossier_id])).content.decode()
    before = sign_in("case").get(url)
    finish_step(dossier_id, 1, actor=place.actor("case"), at=MONDAY + timedelta(hours=1))
    after = sign_in("case").get(url)
    assert (before["Content-Type"], before.content[:5]) == ("application/pdf", b"%PDF-")
    assert before.content != after.content
    assert sign_in("commune_case").get(url).status_code == 404

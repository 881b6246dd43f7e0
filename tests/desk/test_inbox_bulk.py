"""Many steps by one request: each by itself, once, watched part by part, the failures tried again."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from tests.desk.office import Clock
from tests.processes.build import line, open_items, publish, result, review, step
from tests.province import MONDAY, Province, accepted

from motcua.desk import bulk
from motcua.desk.models import BulkRun
from motcua.dossiers.models import LedgerEntry
from motcua.law.errors import BadInput
from motcua.processes.models import WorkItem
from motcua.processes.services import finish_step

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db
HERE = "/can-bo/viec/cho-nhan/"


def items_of(*dossier_ids: int) -> list[int]:
    return [WorkItem.objects.get(dossier_id=pk, closed_at=None).pk for pk in dossier_ids]


def post(client: Client, items: list[int], key: uuid.UUID | None = None, **given: object):
    values = {"key": key or uuid.uuid4(), "action": "finish", "item": items, "ve": HERE, **given}
    return client.post("/can-bo/viec/nhieu-viec/", values, follow=True)


def test_each_item_succeeds_or_fails_by_itself(province: Province, sign_in: SignIn, clock: Clock) -> None:
    publish(province, line(step("check", "Kiểm tra")))
    one, gone, three = accepted(province), accepted(province), accepted(province)
    items = items_of(one, gone, three)
    finish_step(gone, 1, actor=province.actor("case"), at=clock.at)
    answer = post(sign_in("case"), items, note="Đủ")
    shown = " ".join(answer.content.decode().split())
    assert "2 bước đã xong" in shown
    assert "1 bước không được" in shown
    assert "Bước này không còn mở" in shown
    assert [set(open_items(pk)) for pk in (one, gone, three)] == [{"issue"}] * 3
    run = BulkRun.objects.get()
    assert list(run.items.order_by("position").values_list("state", flat=True)) == ["done", "failed", "done"]


def test_the_same_page_sent_twice_is_one_run(province: Province, sign_in: SignIn, clock: Clock) -> None:
    publish(province, line(step("check", "Kiểm tra")))
    items = items_of(accepted(province), accepted(province))
    key, client = uuid.uuid4(), sign_in("case")
    post(client, items, key)
    entries = LedgerEntry.objects.count()
    answer = post(client, items, key)
    assert "2 bước đã xong" in answer.content.decode()
    assert BulkRun.objects.count() == 1
    assert LedgerEntry.objects.count() == entries


def test_only_the_failures_are_tried_again(province: Province, sign_in: SignIn, clock: Clock) -> None:
    publish(province, line(step("check", "Kiểm tra", papers=("Biên bản",))))
    one, two = accepted(province), accepted(province)
    client = sign_in("case")
    answer = post(client, items_of(one, two))
    run = BulkRun.objects.get()
    assert "còn thiếu: Biên bản" in answer.content.decode()
    assert set(run.items.values_list("state", flat=True)) == {"failed"}
    finish_step(one, 1, papers=["Biên bản"], actor=province.actor("case"), at=clock.at)
    run.given["papers"] = True
    run.save()
    answer = client.post(f"/can-bo/viec/nhieu-viec/{run.key}/lai/", follow=True)
    assert list(run.items.order_by("position").values_list("state", flat=True)) == ["failed", "done"]
    entries = LedgerEntry.objects.count()
    client.post(f"/can-bo/viec/nhieu-viec/{run.key}/lai/")
    assert LedgerEntry.objects.count() == entries
    assert list(run.items.order_by("position").values_list("state", flat=True)) == ["failed", "done"]


def test_papers_at_hand_count_for_every_step(province: Province, sign_in: SignIn, clock: Clock) -> None:
    publish(province, line(step("check", "Kiểm tra", papers=("Biên bản", "Tờ trình"))))
    dossier_id = accepted(province)
    post(sign_in("case"), items_of(dossier_id), papers="1")
    assert set(open_items(dossier_id)) == {"issue"}
    entry = LedgerEntry.objects.filter(dossier_id=dossier_id).latest("seq")
    assert entry.data["data"]["papers"] == ["Biên bản", "Tờ trình"]


def test_one_click_does_not_decide_for_steps_that_leave_a_choice(
    province: Province, sign_in: SignIn, clock: Clock
) -> None:
    publish(province, review())
    dossier_id = accepted(province)
    finish_step(dossier_id, 1, actor=province.actor("case"), at=clock.at)
    client = sign_in("signer")
    page = client.get(HERE)
    assert page.context["outcomes"] == ["Đồng ý", "Làm lại"]
    answer = post(client, items_of(dossier_id))
    assert "Bước “Ký duyệt” có nhiều kết quả (“Đồng ý”, “Làm lại”); hãy chọn một kết quả." in answer.content.decode()
    answer = post(client, items_of(dossier_id), outcome="Bịa")
    assert "không có kết quả “Bịa”" in answer.content.decode()
    assert set(open_items(dossier_id)) == {"sign"}
    post(client, items_of(dossier_id), outcome="Đồng ý")
    assert set(open_items(dossier_id)) == {"issue"}


def test_claim_and_assign_many(province: Province, sign_in: SignIn, clock: Clock) -> None:
    publish(province, line(step("check", "Kiểm tra")))
    one, two = accepted(province), accepted(province)
    post(sign_in("case"), items_of(one), action="claim")
    assert open_items(one)["check"].officer == province.officers["case"]
    head = sign_in("head")
    page = head.get("/can-bo/viec/cho-phan-cong/")
    assert (province.officers["case"].pk, "Phạm Thụ Lý") in page.context["officers"]
    answer = post(head, items_of(two), action="assign")
    assert "Người được giao: chưa chọn." in answer.content.decode()
    answer = post(head, items_of(one, two), action="assign", officer=province.officers["case"].pk)
    assert open_items(two)["check"].officer == province.officers["case"]
    assert "Bước này đang do chính người ấy thực hiện." in answer.content.decode()
    answer = post(head, items_of(two), action="assign", officer=province.officers["counter"].pk, note="Đổi")
    assert "không giữ vai trò của bước này" in answer.content.decode()


def test_many_are_given_with_those_beside(province: Province, sign_in: SignIn, clock: Clock) -> None:
    publish(province, line(step("check", "Kiểm tra")))
    one, two = accepted(province), accepted(province)
    case, signer, chief = (province.officers[name].pk for name in ("case", "signer", "head"))
    head = sign_in("head")
    asked = {"action": "assign", "officer": case, "cooperating": [signer], "following": [chief, "x"]}
    answer = post(head, items_of(one, two), **{**asked, "following": [signer]})
    assert "mỗi người chỉ được chọn một lần" in answer.content.decode()
    post(head, items_of(one, two), **asked)
    for dossier_id in (one, two):
        row = open_items(dossier_id)["check"]
        assert (row.officer_id, row.cooperating, row.following) == (case, [signer], [chief])
    post(head, items_of(one), action="assign", officer=province.officers["head"].pk, note="Đổi")
    assert open_items(one)["check"].cooperating == [signer]


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"item": []}, "Chưa chọn bước nào."),
        ({"item": ["x"]}, "Có dòng đã chọn không đọc được"),
        ({"item": [str(number) for number in range(1, 302)]}, "Đã chọn 301 bước; mỗi lần nhiều nhất 300 bước."),
        ({"item": ["999999999"]}, "Các bước đã chọn không còn trong danh sách."),
        ({"action": "xoa"}, "Việc cần làm: chưa chọn."),
        ({"key": "abc"}, "Trang này đã cũ"),
    ],
)
def test_bad_input_begins_no_run(
    province: Province, sign_in: SignIn, clock: Clock, given: dict[str, object], fault: str
) -> None:
    publish(province, line(step("check", "Kiểm tra")))
    items = items_of(accepted(province))
    entries = LedgerEntry.objects.count()
    answer = sign_in("case").post(
        "/can-bo/viec/nhieu-viec/",
        {"key": uuid.uuid4(), "action": "finish", "item": items, "ve": HERE, **given},
        follow=True,
    )
    assert fault in answer.content.decode()
    assert answer.redirect_chain[-1][0] == HERE
    assert not BulkRun.objects.exists()
    assert LedgerEntry.objects.count() == entries


@pytest.mark.parametrize("ve", ["https://evil.example/can-bo/viec/", "//evil.example/", "/can-bo/ho-so/1/", ""])
def test_one_comes_back_to_an_inbox_only(province: Province, sign_in: SignIn, ve: str) -> None:
    answer = sign_in("case").post("/can-bo/viec/nhieu-viec/", {"key": uuid.uuid4(), "ve": ve})
    assert answer["Location"] == "/can-bo/viec/cua-toi/"


def test_another_agency_s_items_are_not_there(province: Province, sign_in: SignIn, clock: Clock) -> None:
    publish(province, line(step("check", "Kiểm tra")))
    items = items_of(accepted(province))
    answer = post(sign_in("commune_case"), items)
    assert "Các bước đã chọn không còn trong danh sách." in answer.content.decode()
    assert not BulkRun.objects.exists()


def test_a_run_is_its_officer_s_alone(province: Province, sign_in: SignIn, clock: Clock) -> None:
    publish(province, line(step("check", "Kiểm tra")))
    post(sign_in("case"), items_of(accepted(province)))
    run = BulkRun.objects.get()
    other = sign_in("head")
    assert other.get(f"/can-bo/viec/nhieu-viec/{run.key}/").status_code == 404
    for part in ("tiep", "lai"):
        assert other.post(f"/can-bo/viec/nhieu-viec/{run.key}/{part}/").status_code == 404
    with pytest.raises(BadInput):
        bulk.begin(
            run.key, "claim", items_of(accepted(province)), bulk.Given(), actor=province.actor("head"), at=MONDAY
        )


def test_a_run_is_watched_part_by_part(
    province: Province, sign_in: SignIn, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("motcua.desk.views.bulk.CHUNK", 2)
    publish(province, line(step("check", "Kiểm tra")))
    made = [accepted(province) for _ in range(5)]
    client = sign_in("case")
    shown = post(client, items_of(*made), **{"tung-phan": "1"}).content.decode()
    assert "Đã làm 0 trong 5 bước" in shown
    run = BulkRun.objects.get()
    told = []
    for _ in range(3):
        answer = client.post(f"/can-bo/viec/nhieu-viec/{run.key}/tiep/", headers={"HX-Request": "true"})
        told.append(bulk.progress(run).done)
    assert told == [2, 4, 5]
    assert "<html" not in answer.content.decode()
    assert "5 bước đã xong" in answer.content.decode()
    answer = client.post(f"/can-bo/viec/nhieu-viec/{run.key}/tiep/", follow=True)
    assert "5 bước đã xong" in answer.content.decode()


def test_without_script_what_is_left_is_done_at_once(province: Province, sign_in: SignIn, clock: Clock) -> None:
    publish(province, line(step("check", "Kiểm tra")))
    made = [accepted(province) for _ in range(3)]
    run = bulk.begin(uuid.uuid4(), "finish", items_of(*made), bulk.Given(), actor=province.actor("case"), at=clock.at)
    bulk.work_on(run, actor=province.actor("case"), at=clock.at, most=1)
    answer = sign_in("case").post(f"/can-bo/viec/nhieu-viec/{run.key}/tiep/", follow=True)
    assert "3 bước đã xong" in answer.content.decode()


def test_a_result_step_says_what_it_needs(province: Province, sign_in: SignIn, clock: Clock) -> None:
    publish(province, line(step("check", "Kiểm tra")))
    dossier_id = accepted(province)
    finish_step(dossier_id, 1, actor=province.actor("case"), at=clock.at)
    answer = post(sign_in("case"), items_of(dossier_id))
    assert "kết thúc bằng việc ghi nhận kết quả" in answer.content.decode()
    assert result().name in answer.content.decode()

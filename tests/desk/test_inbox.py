"""The inbox of steps: its pages, filters, saved views, counts in the rail and what they cost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.desk.office import Clock
from tests.processes.build import line, open_items, parallel, publish, review, step
from tests.province import MONDAY, Province, accepted

from motcua.desk.inbox_pages import PAGES
from motcua.desk.models import SavedView
from motcua.dossiers.commands import AskSupplement
from motcua.dossiers.models import Dossier
from motcua.dossiers.services import give_command
from motcua.processes.inboxes import Inbox
from motcua.processes.services import assign, claim, finish_step

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return " ".join(answer.content.decode().split())


def nodes(client: Client, slug: str, query: str = "") -> list[tuple[int, str]]:
    rows = client.get(f"/can-bo/viec/{slug}/{query}").context["rows"]
    return [(row.item.dossier_id, row.item.node) for row in rows]


@pytest.mark.parametrize(
    ("name", "slugs"),
    [
        ("case", {"cua-toi", "cho-nhan", "co-quan-khac", "phoi-hop", "vua-xong"}),
        ("counter", {"cua-toi", "cho-nhan", "phoi-hop", "vua-xong"}),
        ("signer", {"cua-toi", "cho-nhan", "co-quan-khac", "phoi-hop", "vua-xong"}),
        ("head", {"cua-toi", "cho-nhan", "cho-phan-cong", "cua-phong", "co-quan-khac", "phoi-hop", "vua-xong"}),
        ("desk_head", {"cua-toi", "cho-nhan", "cho-phan-cong", "cua-phong", "phoi-hop", "vua-xong"}),
    ],
)
def test_each_role_has_its_inboxes(province: Province, sign_in: SignIn, name: str, slugs: set[str]) -> None:
    client = sign_in(name)
    for page in PAGES:
        answer = client.get(f"/can-bo/viec/{page.slug}/")
        assert answer.status_code == (200 if page.slug in slugs else 404), page.slug
        if page.slug in slugs:
            assert page.empty.split(";")[0].split(",")[0] in answer.content.decode()
            (group,) = [group for group in answer.context["rail"] if group["title"] == "Việc theo quy trình"]
            assert {item["href"].split("/")[3] for item in group["items"]} == slugs


@pytest.mark.parametrize("name", ["leader", "admin", "postal"])
def test_who_works_on_no_step_has_none(province: Province, sign_in: SignIn, name: str) -> None:
    client = sign_in(name)
    assert client.get("/can-bo/viec/cua-toi/").status_code == 403
    assert "Việc theo quy trình" not in client.get("/can-bo/niem-yet/").content.decode()


def test_a_row_tells_of_step_dossier_and_who_is_there(province: Province, sign_in: SignIn, clock: Clock) -> None:
    publish(province, line(step("check", "Kiểm tra", minutes=120)))
    dossier_id = accepted(province)
    sign_in("head").get(f"/can-bo/ho-so/{dossier_id}/")
    clock.at = MONDAY + timedelta(minutes=95)
    sign_in("head").get(f"/can-bo/ho-so/{dossier_id}/")
    page = shown(sign_in("case"), "/can-bo/viec/cho-nhan/")
    assert "Còn 25 phút làm việc" in page
    assert "Sắp đến hạn" in page
    assert "Còn 2 ngày" in page
    assert "Chưa có người nhận" in page
    assert "Nguyễn Thị Hòa" in page
    assert "Đỗ Trưởng Phòng đang mở hồ sơ này từ 10:55" in page


def test_a_dossier_whose_clock_stands_is_not_late(province: Province, sign_in: SignIn, clock: Clock) -> None:
    publish(province, line(step("check", "Kiểm tra", minutes=60)))
    dossier_id = accepted(province)
    give_command(dossier_id, AskSupplement(("Bản vẽ",), "Thiếu"), actor=province.actor("case"), at=MONDAY)
    clock.forward(days=1)
    client = sign_in("case")
    page = shown(client, "/can-bo/viec/cho-nhan/")
    assert "Thời gian của bước đang dừng" in page
    assert nodes(client, "cho-nhan", "?han=late") == []


def test_other_agencies_see_their_part_and_we_see_that_it_lies_there(
    province: Province, sign_in: SignIn, clock: Clock
) -> None:
    publish(province, parallel())
    dossier_id = accepted(province)
    assert nodes(sign_in("commune_case"), "cho-nhan") == [(dossier_id, "ask")]
    assert nodes(sign_in("case"), "co-quan-khac") == [(dossier_id, "ask")]
    assert "UBND phường Nha Trang" in shown(sign_in("case"), "/can-bo/viec/co-quan-khac/")


def test_filters_narrow_and_unknown_ones_say_so(province: Province, sign_in: SignIn, clock: Clock) -> None:
    publish(province, review())
    dossier_id = accepted(province)
    client = sign_in("case")
    there = [(dossier_id, "appraise")]
    for query, expected in (
        ("?buoc=Thẩm định", there),
        ("?buoc=Khác", []),
        ("?thu-tuc=1.001193", there),
        ("?thu-tuc=2.000815", []),
        ("?linh-vuc=G17-XD01", there),
        ("?co-quan=H32.16", there),
        ("?co-quan=H32.101", []),
        ("?kenh=online&han=", there),
        ("?kenh=post", []),
        ("?han=late", []),
    ):
        assert nodes(client, "cho-nhan", query) == expected, query
    for query, fault in (
        ("?thu-tuc=9.9", "Không có thủ tục nào mang mã “9.9”."),
        ("?linh-vuc=X", "Không có lĩnh vực nào mang mã “X”."),
        ("?co-quan=X", "Không có cơ quan nào mang mã “X”."),
        ("?kenh=fax", "Hình thức nộp “fax” không có trong danh mục."),
        ("?han=hom-qua", "Hạn “hom-qua” không có trong danh mục."),
    ):
        answer = client.get(f"/can-bo/viec/cho-nhan/{query}")
        assert (answer.status_code, fault in answer.content.decode()) == (422, True), query
    assert client.get("/can-bo/viec/cho-nhan/?sau=abc").status_code == 422
    assert client.get("/can-bo/viec/khong-co/").status_code == 404


def test_pages_and_how_many_rows(province: Province, sign_in: SignIn, clock: Clock) -> None:
    publish(province, review())
    for _ in range(27):
        accepted(province)
    client = sign_in("case")
    first = client.get("/can-bo/viec/cho-nhan/")
    rest = client.get(f"/can-bo/viec/cho-nhan/?{first.context['older']}")
    assert (len(first.context["rows"]), len(rest.context["rows"])) == (25, 2)
    assert "27 bước" in " ".join(first.content.decode().split())
    assert len(client.get("/can-bo/viec/cho-nhan/?dong=300").context["rows"]) == 27
    assert len(client.get("/can-bo/viec/cho-nhan/?dong=9999").context["rows"]) == 25


@pytest.mark.parametrize(("name", "slug"), [("case", "cho-nhan"), ("head", "cua-phong"), ("counter", "cho-nhan")])
def test_three_rows_cost_as_many_queries_as_one(
    province: Province, sign_in: SignIn, clock: Clock, name: str, slug: str
) -> None:
    role = "counter_officer" if name == "counter" else "case_officer"
    publish(province, line(step("check", "Kiểm tra", role)))
    client = sign_in(name)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/can-bo/viec/{slug}/").status_code == 200
        return len(queries)

    accepted(province)
    one = cost()
    accepted(province)
    accepted(province)
    assert cost() == one <= 16


def test_done_says_whether_in_time(province: Province, sign_in: SignIn, clock: Clock) -> None:
    publish(province, line(step("check", "Kiểm tra", minutes=60)))
    first, second = accepted(province), accepted(province)
    finish_step(first, 1, actor=province.actor("case"), at=MONDAY + timedelta(minutes=30))
    finish_step(second, 1, note="Mất điện", actor=province.actor("case"), at=MONDAY + timedelta(minutes=90))
    clock.forward(hours=2)
    page = shown(sign_in("case"), "/can-bo/viec/vua-xong/")
    assert page.index("Xong sau hạn của bước") < page.index("Xong trong hạn của bước")


# ---- counts that live ----


def counts(client: Client, **headers: str):
    return client.get("/can-bo/viec/so-luong/?trang=viec/cua-toi", headers=headers)


def test_counts_are_sent_only_when_they_changed(province: Province, sign_in: SignIn, clock: Clock) -> None:
    publish(province, review())
    dossier_id = accepted(province)
    client = sign_in("case")
    first = counts(client)
    assert first.status_code == 200
    assert first["Cache-Control"] == "private, no-cache" or set(first["Cache-Control"].split(", ")) == {
        "private",
        "no-cache",
    }
    same = counts(client, **{"If-None-Match": first["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    claim(dossier_id, 1, actor=province.actor("case"), at=clock.at)
    changed = counts(client, **{"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]
    # Another officer's page never takes it for its own.
    assert counts(sign_in("signer"), **{"If-None-Match": changed["ETag"]}).status_code == 200


def test_counts_cost_few_queries_and_say_what_is_late(province: Province, sign_in: SignIn, clock: Clock) -> None:
    publish(province, line(step("check", "Kiểm tra", minutes=60)))
    for _ in range(3):
        dossier_id = accepted(province)
        assign(dossier_id, 1, officer_id=province.officers["case"].pk, actor=province.actor("head"), at=MONDAY)
    client = sign_in("case")
    clock.forward(hours=3)
    with CaptureQueriesContext(connection) as queries:
        answer = counts(client)
    assert len(queries) <= 6
    mine = next(item for item in answer.context["group"]["items"] if item["word"] == "Bước của tôi")
    assert (mine["count"], mine["late"], mine["current"]) == ("3", True, True)


def test_the_rail_stands_on_every_page_of_who_works(province: Province, sign_in: SignIn, clock: Clock) -> None:
    publish(province, review())
    accepted(province)
    page = shown(sign_in("case"), "/can-bo/danh-sach/dang-giai-quyet/")
    assert 'hx-get="/can-bo/viec/so-luong/' in page
    assert "Bước chờ nhận" in page


# ---- saved views ----


def test_a_view_is_saved_opened_renamed_and_deleted(province: Province, sign_in: SignIn) -> None:
    client = sign_in("case")
    given = {"trang": "cho-nhan", "loc": "han=late&buoc=Thẩm định&sau=x&la=1", "name": "  Trễ   của tôi "}
    answer = client.post("/can-bo/viec/luu/", given, follow=True)
    view = SavedView.objects.get()
    assert (view.name, view.queue, view.query) == (
        "Trễ của tôi", "cho-nhan", "han=late&buoc=Th%E1%BA%A9m+%C4%91%E1%BB%8Bnh",
    )  # fmt: skip
    assert answer.redirect_chain[-1][0].startswith("/can-bo/viec/cho-nhan/?han=late")
    assert 'aria-current="true">Trễ của tôi' in " ".join(answer.content.decode().split())
    client.post(f"/can-bo/viec/luu/{view.pk}/", {"viec": "ten", "name": "Đã trễ"})
    assert SavedView.objects.get().name == "Đã trễ"
    client.post(f"/can-bo/viec/luu/{view.pk}/", {"viec": "xoa"})
    assert not SavedView.objects.exists()


def test_a_view_has_one_name_and_one_owner(province: Province, sign_in: SignIn) -> None:
    client = sign_in("case")

    def save(name: str) -> str:
        return client.post("/can-bo/viec/luu/", {"trang": "cua-toi", "name": name}, follow=True).content.decode()

    save("Của tôi")
    assert "ông/bà đã có danh sách “Của tôi”" in save("Của tôi")
    assert "Tên danh sách: chưa nhập." in save("   ")
    assert "nhiều nhất là 60" in save("x" * 61)
    assert "Tên danh sách: chưa nhập." in save("\u200b\0")
    assert "ông/bà đã có danh sách “Của tôi”" in save("Của\u200b \0tôi")
    assert SavedView.objects.count() == 1
    view = SavedView.objects.get()
    other = sign_in("signer")
    assert other.post(f"/can-bo/viec/luu/{view.pk}/", {"viec": "xoa"}).status_code == 404
    assert "Của tôi" not in shown(other, "/can-bo/viec/cua-toi/")
    for number in range(20):
        answer = save(f"Danh sách {number}")
    assert "Đã có 20 danh sách đã lưu" in answer
    assert SavedView.objects.count() == 20
    assert client.post("/can-bo/viec/luu/", {"trang": "bia", "name": "x"}).status_code == 404


def test_the_inboxes_have_one_page_each() -> None:
    assert {page.inbox for page in PAGES} == set(Inbox)
    assert len({page.slug for page in PAGES}) == len(PAGES)


def test_claim_from_the_list(province: Province, sign_in: SignIn, clock: Clock) -> None:
    publish(province, review())
    dossier_id = accepted(province)
    client = sign_in("case")
    client.post(f"/can-bo/ho-so/{dossier_id}/buoc/1/nhan/")
    assert open_items(dossier_id)["appraise"].officer == province.officers["case"]
    assert nodes(client, "cua-toi") == [(dossier_id, "appraise")]
    assert Dossier.objects.get(pk=dossier_id).state == "in_process"


def test_a_day_begins_where_something_waits(province: Province, sign_in: SignIn, clock: Clock) -> None:
    def home(name: str) -> str:
        return sign_in(name).get("/can-bo/")["Location"]

    assert home("case") == "/can-bo/danh-sach/viec-cua-toi/"
    publish(province, review())
    dossier_id = accepted(province)
    assert home("case") == "/can-bo/viec/cho-nhan/"
    assert home("head") == "/can-bo/viec/cho-phan-cong/"
    claim(dossier_id, 1, actor=province.actor("case"), at=clock.at)
    assert home("case") == "/can-bo/viec/cua-toi/"
    # The counter begins with whoever stands before it.
    assert home("counter") == "/can-bo/danh-sach/cho-tiep-nhan/"


def test_what_the_filter_offers(province: Province, sign_in: SignIn) -> None:
    publish(province, line(step("appraise", "Thẩm định")))
    accepted(province)
    offered = shown(sign_in("case"), "/can-bo/viec/cho-nhan/goi-y/")
    assert '<option value="Thẩm định">' in offered
    assert f'<option value="{province.procedure.code} ' in offered
    assert '<datalist id="steps">' not in shown(sign_in("case"), "/can-bo/goi-y/")
    assert sign_in("leader").get("/can-bo/viec/cho-nhan/goi-y/").status_code == 403
    assert sign_in("counter").get("/can-bo/viec/cho-phan-cong/goi-y/").status_code == 404

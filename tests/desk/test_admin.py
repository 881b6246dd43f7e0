"""The administrator's pages: the review list is settled, gaps are listed, the posted list prints."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from tests.province import MONDAY, Province

from motcua.catalog.models import ChannelRule, DeskProcedure, ReviewItem
from motcua.organizations.models import Role

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def item(province: Province) -> ReviewItem:
    return ReviewItem.objects.create(
        version=province.procedure.current, position=1, field="limit:1,2", text="20 ngày (ngày làm việc)",
        reason="không rõ là ngày lịch hay ngày làm việc", suggestion={"amount": 20, "unit": "working_day"},
    )  # fmt: skip


def test_suggestion_is_accepted(item: ReviewItem, sign_in: SignIn) -> None:
    client = sign_in("admin")

    page = client.get("/can-bo/quan-tri/danh-muc/").content.decode()
    assert "20 ngày làm việc" in page
    assert client.post(f"/can-bo/quan-tri/danh-muc/{item.pk}/", {"decision": "accepted"}).status_code == 302
    item.refresh_from_db()
    assert item.status == "accepted"
    assert list(
        ChannelRule.objects.filter(version=item.version, position__in=[1, 2]).values_list("amount", flat=True)
    ) == [20, 20]
    again = client.post(f"/can-bo/quan-tri/danh-muc/{item.pk}/", {"decision": "dismissed"}, follow=True)
    assert "đã có người xử lý" in again.content.decode()


def test_right_value_is_typed_and_a_wrong_one_is_refused_beside_its_field(item: ReviewItem, sign_in: SignIn) -> None:
    client, url = sign_in("admin"), f"/can-bo/quan-tri/danh-muc/{item.pk}/"

    wrong = client.post(url, {"decision": "corrected", "amount": "15", "unit": ""})
    assert wrong.status_code == 422
    assert 'id="id_unit_error"' in wrong.content.decode()
    assert client.post(url, {"decision": "corrected", "amount": "15", "unit": "day"}).status_code == 302
    item.refresh_from_db()
    assert item.decision == {"amount": 15, "unit": "day"}


def test_unknown_decision_changes_nothing(item: ReviewItem, sign_in: SignIn) -> None:
    answer = sign_in("admin").post(f"/can-bo/quan-tri/danh-muc/{item.pk}/", {"decision": "whatever"})

    assert answer.status_code == 422
    item.refresh_from_db()
    assert item.status == "open"


@pytest.mark.parametrize(
    ("field", "typed", "decided"),
    [
        ("fee:1", {"fee_vnd": "120.000"}, {"fee_vnd": 120_000}),
        ("sets", {"sets": "2"}, {"sets": 2}),
        ("audience", {"rows": "Công dân Việt Nam\nDoanh nghiệp"}, {"audience": ["Công dân Việt Nam", "Doanh nghiệp"]}),
        ("levels", {"levels": ["commune"]}, {"levels": ["commune"]}),
        ("condition:1,2", {"rows": "Nhà dưới 3 tầng\nNhà từ 3 tầng"}, {"conditions": ["Nhà dưới 3 tầng", "Nhà từ 3 tầng"]}),
        ("grounds", {"rows": "45/2020/NĐ-CP | Môi trường điện tử"}, {"rows": [{"number": "45/2020/NĐ-CP", "title": "Môi trường điện tử"}]}),
        ("paper:1", {"originals": "1", "copies": "2"}, {"originals": 1, "copies": 2}),
    ],
)  # fmt: skip
def test_each_kind_has_its_form(province: Province, sign_in: SignIn, field: str, typed: dict, decided: dict) -> None:
    item = ReviewItem.objects.create(version=province.procedure.current, position=7, field=field, text="…", reason="…")
    client, url = sign_in("admin"), f"/can-bo/quan-tri/danh-muc/{item.pk}/"

    assert client.get(url).status_code == 200
    assert client.post(url, {"decision": "corrected"} | typed).status_code == 302
    item.refresh_from_db()
    assert item.decision == decided


def test_gaps_and_posted_list(province: Province, sign_in: SignIn) -> None:
    admin = sign_in("admin")

    gaps = admin.get("/can-bo/quan-tri/cong-khai/")
    assert {gap.code for gap, _ in gaps.context["rows"]} == {"1.001193", "2.000815"}
    assert admin.get("/can-bo/quan-tri/cong-khai/?phan=papers").context["total"] == 0
    assert admin.get("/can-bo/quan-tri/cong-khai/?phan=khong-co").status_code == 404
    posted = sign_in("counter").get("/can-bo/niem-yet/").content.decode()
    assert "3 ngày làm việc" in posted
    assert "50.000\N{NO-BREAK SPACE}đ" in posted
    assert "Gỡ<span" not in posted


def test_an_administrator_takes_a_procedure_down(province: Province, sign_in: SignIn) -> None:
    admin = sign_in("admin")
    place = DeskProcedure.objects.get(desk=province.desk, procedure=province.procedure)
    address = f"/can-bo/niem-yet/{province.desk.pk}/{province.procedure.pk}/go/"
    listed = f"/can-bo/niem-yet/?noi={province.desk.pk}"
    assert f'href="{address}"' in admin.get(listed).content.decode()
    given = {"posted": [place.pk], "valid_to": "2026-11-18", "reason": "QĐ 15/QĐ-UBND bãi bỏ"}
    assert sign_in("counter").post(address, given).status_code == 403
    for wrong, field in (
        ({"posted": []}, "posted"),
        ({"valid_to": "2026-11-15"}, "valid_to"),
        ({"reason": " "}, "reason"),
    ):
        answer = admin.post(address, given | wrong)
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert "Sở Xây dựng" in admin.get(address).content.decode()

    page = admin.post(address, given, follow=True).content.decode()

    assert "Đã gỡ 1.001193: thôi niêm yết từ 18/11/2026." in page
    assert "Thôi niêm yết từ 18/11/2026" in page
    assert "QĐ 15/QĐ-UBND bãi bỏ" in page
    days = {day: [row.place.procedure.code for row in admin.get(f"{listed}&ngay={day}").context["rows"]] for day in
            ("2026-11-16", "2026-11-17", "2026-11-18")}  # fmt: skip
    assert days == {
        "2026-11-16": ["1.001193", "2.000815"], "2026-11-17": ["1.001193", "2.000815"], "2026-11-18": ["2.000815"],
    }  # fmt: skip
    assert admin.get(f"{listed}&ngay=hom-qua").status_code == 422
    place.refresh_from_db()
    place.valid_to = date(2026, 11, 16)
    place.save()
    gone = admin.post(address, given, follow=True).content.decode()
    assert "không còn niêm yết tại đây" in gone


def test_a_procedure_taken_down_is_posted_again_from_the_same_page(province: Province, sign_in: SignIn) -> None:
    admin, place = sign_in("admin"), DeskProcedure.objects.get(desk=province.desk, procedure=province.procedure)
    listed = f"/can-bo/niem-yet/?noi={province.desk.pk}"
    address = f"/can-bo/niem-yet/{province.desk.pk}/{province.procedure.pk}/lai/"
    assert "chưa từng bị gỡ" in admin.get(address, follow=True).content.decode()
    given = {"posted": [place.pk], "reason": "Gỡ nhầm"}
    down = {"posted": [place.pk], "valid_to": "2026-11-16", "reason": "QĐ 15/QĐ-UBND bãi bỏ"}
    page = admin.post(address.replace("/lai/", "/go/"), down, follow=True).content.decode()
    assert "Gỡ nhầm thì niêm yết lại ở cuối trang này." in page
    assert f'<a href="{address}">Niêm yết lại<span' in page
    assert sign_in("counter").post(address, given).status_code == 403
    province.hire("commune_admin", "Lê Quản Trị Xã", province.commune, {Role.ADMINISTRATOR: province.commune})
    other = sign_in("commune_admin")
    assert [other.post(path, given).status_code for path in (address, address.replace("/lai/", "/go/"))] == [404, 404]
    for wrong, field in (({"posted": []}, "posted"), ({"reason": " "}, "reason")):
        answer = admin.post(address, given | wrong)
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert "Sở Xây dựng (đã gỡ từ 16/11/2026)" in admin.get(address).content.decode()

    page = admin.post(address, given, follow=True).content.decode()

    assert "1.001193 tiếp tục được niêm yết và tiếp nhận tại đây." in page
    assert "Niêm yết lại 16/11/2026 10:20, Hồ Quản Trị: Gỡ nhầm" in page.replace("\N{NO-BREAK SPACE}", " ")
    assert "Đã niêm yết lại" in page
    assert [row.place.procedure.code for row in admin.get(listed).context["rows"]] == ["1.001193", "2.000815"]
    DeskProcedure.objects.create(
        desk=province.desk, procedure=province.procedure, agency=province.commune, again_at=MONDAY + timedelta(hours=1),
        again_reason="Gỡ nhầm", again_by=province.officers["admin"],
    )  # fmt: skip
    page = " ".join(admin.get(listed).content.decode().split())
    assert page.count("Niêm yết lại 16/11/2026") == 1
    assert "ở UBND phường Nha Trang và 1 cơ quan khác, Hồ Quản Trị: Gỡ nhầm" in page
    DeskProcedure.objects.filter(agency=province.commune, desk=province.desk).delete()
    twice = admin.post(address, given, follow=True).content.decode()
    assert "đang niêm yết tại đây" in twice
    assert DeskProcedure.objects.filter(desk=province.desk, procedure=province.procedure).count() == 2

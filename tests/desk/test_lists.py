"""Worklists, search, the dossier page: what they show, what they hide, and that a longer list costs no more queries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.desk.office import Clock, party, populate
from tests.province import MONDAY, Province

from motcua.catalog.models import Procedure
from motcua.desk.queue_pages import PAGES
from motcua.dossiers import commands as c
from motcua.dossiers.models import Dossier, LedgerEntry, PersonalDataView
from motcua.dossiers.queues import Queue
from motcua.dossiers.services import receive_at_counter, submit_dossier
from motcua.organizations.models import Agency

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db


def queries_of(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


@pytest.mark.parametrize(
    ("page", "most"),
    [("/can-bo/danh-sach/dang-giai-quyet/", 15), ("/can-bo/tim/?q=hoa", 11), ("/can-bo/danh-sach/cho-tiep-nhan/", 15)],
)
def test_three_rows_cost_as_many_queries_as_one(province: Province, sign_in: SignIn, page: str, most: int) -> None:
    client, counter = sign_in("counter"), province.actor("counter")

    def add() -> None:
        submit_dossier(province.intake(), actor=province.applicant, at=MONDAY)
        receive_at_counter(province.intake(channel="counter"), c.Accept(), actor=counter, at=MONDAY)

    add()
    one = queries_of(client, page)
    add()
    add()
    assert queries_of(client, page) == one <= most


def test_dossier_tabs_cost_a_constant_number_of_queries(province: Province, sign_in: SignIn, clock: Clock) -> None:
    clock.forward(days=9)
    made = populate(province, clock.at)
    client = sign_in("head")

    for tab in ("dossier", "papers", "forms", "ledger"):
        few = queries_of(client, reverse(f"desk:{tab}", args=[made["accepted"]]))
        many = queries_of(client, reverse(f"desk:{tab}", args=[made["handed_over"]]))
        assert abs(many - few) <= 2, tab
        assert many <= 20, tab


def test_every_queue_shows_its_dossiers_and_its_empty_state(province: Province, sign_in: SignIn, clock: Clock) -> None:
    client = sign_in("desk_head")
    for page in PAGES:
        if page.queue in (Queue.MINE, Queue.UNIT):
            continue
        shown = client.get(reverse("desk:queue", args=[page.slug])).content.decode()
        assert page.empty.split(";")[0] in shown, page.slug
    clock.forward(days=9)
    made = populate(province, clock.at)
    codes = dict(Dossier.objects.values_list("id", "code"))

    def listed(slug: str) -> set[str]:
        rows = client.get(reverse("desk:queue", args=[slug])).context["rows"]
        return {row.dossier.code for row in rows}

    def code(*names: str) -> set[str]:
        return {codes[made[name]] for name in names}

    assert {page.queue for page in PAGES} == set(Queue)
    assert listed("tra-loi-qua-han") == code("late_answer")
    assert listed("cho-tiep-nhan") == code("submitted", "late_answer")
    assert listed("cho-hoan-thien") == code("awaiting_completion")
    assert listed("cho-bo-sung") == code("awaiting_supplement")
    assert listed("cho-nghia-vu-tai-chinh") == code("awaiting_payment")
    assert listed("tam-dung") == code("suspended")
    assert listed("de-nghi-rut") == code("withdrawing")
    assert listed("ket-qua-dang-ve") == code("coming")
    assert listed("cho-nhan") == code("resolved", "by_post")
    assert listed("da-ket-thuc") == code("handed_over", "returned", "stopped")


def test_late_and_soon_are_said_in_words(province: Province, sign_in: SignIn, clock: Clock) -> None:
    receive_at_counter(province.intake(channel="counter"), c.Accept(), actor=province.actor("counter"), at=MONDAY)
    client = sign_in("counter")

    def first_column() -> str:
        row = client.get("/can-bo/danh-sach/dang-giai-quyet/").context["rows"][0]
        return f"{row.clock.tone}: {row.clock.remaining}"

    assert first_column() == "in-time: Còn 2 ngày 7 giờ làm việc"
    clock.at = MONDAY + timedelta(days=2, hours=7)
    assert first_column() == "soon: Còn 3 giờ làm việc"
    clock.at = MONDAY + timedelta(days=3, hours=1)
    assert first_column() == "late: Quá 1 giờ làm việc"


def test_filters_narrow_and_an_unknown_code_is_said(province: Province, sign_in: SignIn) -> None:
    submit_dossier(province.intake(), actor=province.applicant, at=MONDAY)
    submit_dossier(province.intake(channel="vneid"), actor=province.applicant, at=MONDAY)
    client, base = sign_in("counter"), "/can-bo/danh-sach/cho-tiep-nhan/"

    assert len(client.get(base).context["rows"]) == 2
    assert len(client.get(base, {"kenh": "vneid"}).context["rows"]) == 1
    assert (
        len(
            client.get(
                base, {"thu-tuc": "1.001193 Cấp giấy phép", "co-quan": "H32.16", "linh-vuc": "G17-XD01"}
            ).context["rows"]
        )
        == 2
    )
    assert len(client.get(base, {"thu-tuc": "2.000815"}).context["rows"]) == 0
    wrong = client.get(base, {"thu-tuc": "9.999999"})
    assert wrong.status_code == 422
    assert "Không có thủ tục nào mang mã “9.999999”" in wrong.content.decode()
    Agency.objects.filter(pk=province.department.pk).update(code="SXD 16")
    Procedure.objects.filter(pk=province.procedure.pk).update(code="TTHC 01")
    both = {"thu-tuc": "TTHC 01 Cấp giấy phép", "co-quan": "SXD 16 Sở Xây dựng"}
    assert len(client.get(base, both).context["rows"]) == 2
    assert "Không có cơ quan nào mang mã “SXD”." in client.get(base, {"co-quan": "SXD 1"}).content.decode()
    assert client.get(base, {"sau": "khong-doc-duoc"}).status_code == 422
    assert client.get(base, {"thu-tuc": "1.00\x001193"}).status_code == 422
    assert client.get(f"/can-bo/ho-so/{10**20}/").status_code == 404
    assert client.get("/can-bo/tim/", {"q": "\x00\x00"}).status_code == 200
    assert client.get("/can-bo/danh-sach/khong-co/").status_code == 404


def test_pages_follow_each_other_by_key(province: Province, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("motcua.dossiers.queries.worklist.__kwdefaults__", {"only": None, "after": "", "size": 2})
    for minute in range(5):
        submit_dossier(province.intake(), actor=province.applicant, at=MONDAY + timedelta(minutes=minute))
    client, url, seen = sign_in("counter"), "/can-bo/danh-sach/cho-tiep-nhan/", []

    query = ""
    while True:
        context = client.get(f"{url}?{query}").context
        seen += [row.dossier.code for row in context["rows"]]
        query = context["older"]
        if not query:
            break

    assert seen == [f"H32.16-261116-000{number}" for number in range(1, 6)]


def test_search_by_code_identity_phone_and_words(province: Province, sign_in: SignIn) -> None:
    submit_dossier(province.intake(submitter=party(4)), actor=province.applicant, at=MONDAY)
    client = sign_in("counter")

    def found(text: str) -> int:
        return len(client.get("/can-bo/tim/", {"q": text}).context["rows"])

    asked = ("H32.16-261116-0001", "h32.16-2611", "056194000004", "0905 123 404", "y moan", "êban", "khong co ai")
    assert [found(text) for text in asked] == [1, 1, 1, 1, 1, 1, 0]
    assert client.get("/can-bo/tim/", {"q": "a"}).status_code == 422
    assert len(sign_in("commune_counter").get("/can-bo/tim/", {"q": "y moan"}).context["rows"]) == 0


def test_personal_data_is_masked_until_asked_for_and_the_look_is_on_record(province: Province, sign_in: SignIn) -> None:
    one = submit_dossier(province.intake(), actor=province.applicant, at=MONDAY).id
    client, url = sign_in("head"), reverse("desk:dossier", args=[one])

    pages = [client.get(url).content.decode(), client.get("/can-bo/tim/?q=hoa").content.decode()]
    for page in pages:
        assert "056190000123" not in page
        assert "0905123456" not in page
        assert "056••••••123" in page
    assert not PersonalDataView.objects.exists()
    refused = client.post(reverse("desk:full_view", args=[one]), {"purpose": " "}, follow=True)
    assert "Mục đích xem: chưa nhập" in refused.content.decode()
    shown = client.post(reverse("desk:full_view", args=[one]), {"purpose": "Gọi điện cho người nộp"}).content.decode()
    assert "056190000123" in shown
    assert "12 Trần Phú, Nha Trang" in shown
    view = PersonalDataView.objects.get()
    assert (view.dossier_id, view.actor, view.purpose) == (
        one, f"officer:{province.officers['head'].pk}", "Gọi điện cho người nộp",
    )  # fmt: skip


def test_dossier_page_explains_the_due_and_tells_the_story(province: Province, sign_in: SignIn, clock: Clock) -> None:
    clock.forward(days=9)
    made = populate(province, clock.at)

    page = sign_in("head").get(reverse("desk:dossier", args=[made["awaiting_supplement"]]))

    assert page.context["explained"]
    assert [event.what for event in page.context["events"]] == [
        "Tiếp nhận hồ sơ", "Chuyển xử lý", "Yêu cầu bổ sung", "Chờ bổ sung",
    ]  # fmt: skip
    assert "Nội dung: Bản đồ vị trí khu đất." in page.content.decode()
    assert "Vì sao ngày này?" in page.content.decode()


def test_ledger_tab_says_whole_and_finds_a_flipped_byte(province: Province, sign_in: SignIn) -> None:
    one = receive_at_counter(
        province.intake(channel="counter"), c.Accept(), actor=province.actor("counter"), at=MONDAY
    ).id
    client, url = sign_in("head"), reverse("desk:ledger", args=[one])

    assert "Chuỗi nguyên vẹn." in client.get(url).content.decode()
    Dossier.objects.filter(pk=one).update(head=b"\x01" * 32)
    broken = client.get(url).content.decode()
    assert "Chuỗi không nguyên vẹn." in broken
    assert "Mục cuối của sổ không khớp với hồ sơ." in broken
    assert bytes(LedgerEntry.objects.get(dossier_id=one).hash).hex()[:12] in broken

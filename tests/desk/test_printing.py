"""Papers from the desk's pages: receipts at once, corrections that void, the control slip, the register, the posted list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.desk.office import Clock
from tests.province import MONDAY, Province

from motcua.documents.models import IssuedForm, IssuedList
from motcua.dossiers import commands as c
from motcua.dossiers.services import receive_at_counter

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def one(province: Province, clock: Clock) -> int:
    return receive_at_counter(
        province.intake(channel="counter"), c.Accept(), actor=province.actor("counter"), at=MONDAY
    ).id


def content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_receipt_is_a_pdf_at_once(one: int, sign_in: SignIn) -> None:
    client = sign_in("counter")

    page = client.get(reverse("desk:received", args=[one])).content.decode()
    form = IssuedForm.objects.get()
    answer = client.get(reverse("desk:form_file", args=[one, form.pk]))

    assert reverse("desk:form_file", args=[one, form.pk]) in page
    assert "In giấy tiếp nhận hồ sơ và hẹn trả kết quả" in page
    assert (answer["Content-Type"], content(answer)[:5]) == ("application/pdf", b"%PDF-")
    assert answer["Cache-Control"] == "private, no-store"


def test_correction_needs_a_reason_and_voids_the_old_paper(one: int, sign_in: SignIn) -> None:
    client, form = sign_in("counter"), IssuedForm.objects.get()
    url = reverse("desk:correct", args=[one, form.pk])

    assert "Lý do hủy: chưa nhập" in client.post(url, {"reason": " "}, follow=True).content.decode()
    assert IssuedForm.objects.count() == 1
    done = client.post(url, {"reason": "Sai tên người nộp"}, follow=True).content.decode()
    assert "Đã hủy bản cũ và cấp lại lần 2" in done
    assert "Sai tên người nộp" in done
    forms = IssuedForm.objects.order_by("version")
    assert [(one.version, one.voided_at is None) for one in forms] == [(1, False), (2, True)]
    again = client.post(url, {"reason": "Lần nữa"}, follow=True).content.decode()
    assert "đã bị hủy trước đó" in again
    assert (
        sign_in("leader")
        .post(reverse("desk:correct", args=[one, IssuedForm.objects.latest("id").pk]), {"reason": "x"})
        .status_code
        == 403
    )


def test_control_slip_is_issued_and_shown(one: int, sign_in: SignIn) -> None:
    client = sign_in("case")

    page = client.post(reverse("desk:control_slip", args=[one]), follow=True)

    slip = IssuedForm.objects.get(kind="control_slip")
    assert page.context["chosen"] == slip
    assert content(client.get(reverse("desk:form_file", args=[one, slip.pk])))[:5] == b"%PDF-"
    assert sign_in("commune_case").post(reverse("desk:control_slip", args=[one])).status_code == 404


def test_register_is_printed_for_the_own_desk_only(province: Province, one: int, sign_in: SignIn) -> None:
    client = sign_in("counter")
    days = {"first_on": "01/11/2026", "last_on": "30/11/2026", "sector": ""}

    wrong = client.post("/can-bo/so-theo-doi/", {"desk": province.desk.pk} | days | {"last_on": "01/10/2026"})
    assert wrong.status_code == 422
    assert 'id="id_last_on_error"' in wrong.content.decode()
    elsewhere = client.post("/can-bo/so-theo-doi/", {"desk": province.commune_desk.pk} | days)
    assert elsewhere.status_code == 422
    assert not IssuedList.objects.exists()
    page = client.post("/can-bo/so-theo-doi/", {"desk": province.desk.pk} | days, follow=True).content.decode()
    assert "Đã lập sổ: 1 dòng" in page
    made = IssuedList.objects.get()
    assert content(client.get(reverse("desk:list_file", args=[made.pk])))[:5] == b"%PDF-"
    assert sign_in("commune_counter").get(reverse("desk:list_file", args=[made.pk])).status_code == 404


def test_posted_list_as_paper(province: Province, sign_in: SignIn) -> None:
    client = sign_in("counter")

    answer = client.post(reverse("desk:post_list", args=[province.desk.pk]), follow=True)

    assert content(answer)[:5] == b"%PDF-"
    assert client.post(reverse("desk:post_list", args=[province.commune_desk.pk])).status_code == 403

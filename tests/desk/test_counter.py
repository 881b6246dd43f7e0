"""The counter: reception with Mẫu 01, 02, 03, the same-day lane, batch certification."""

from __future__ import annotations

import base64
import io
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.desk.office import Clock
from tests.province import MONDAY, Province

from motcua.catalog.models import ChannelRule, DeskProcedure, PaperRequirement
from motcua.dossiers import commands as c
from motcua.dossiers.models import Dossier, LedgerEntry, Paper, PersonalDataView, Result
from motcua.dossiers.services import receive_at_counter

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db

URL, SAME_DAY, BATCH = "/can-bo/tiep-nhan/", "/can-bo/trong-ngay/", "/can-bo/chung-thuc/"
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def filled(province: Province, procedure: Any = None, **changes: Any) -> dict[str, Any]:
    procedure = procedure or province.procedure
    posted = DeskProcedure.objects.get(desk=province.desk, procedure=procedure)
    papers = PaperRequirement.objects.filter(version=procedure.current)
    typed: dict[str, Any] = {
        "procedure": f"{procedure.code} {procedure.name}", "post": posted.pk, "key": uuid.uuid4(),
        "identity_number": "056190000123", "full_name": "Nguyễn Thị Hòa", "birth_year": "1990", "phone": "0905 123 456",
        "address": "12 Trần Phú", "applicant_kind": "citizen", "channel": "counter", "return_method": "desk", "sets": "1",
        "action": "accept",
    }  # fmt: skip
    for paper in papers:
        typed |= {
            f"p{paper.pk}-have": "on",
            f"p{paper.pk}-originals": "1",
            f"p{paper.pk}-copies": "0",
            f"p{paper.pk}-pages": "3",
        }
    return typed | changes


def said(answer: Any) -> str:
    return str(answer.content.decode())


def test_accept_and_print(province: Province, sign_in: SignIn, clock: Clock) -> None:
    client = sign_in("counter")

    answer = client.post(URL, filled(province, **{"x0-name": "Ảnh", "x0-copies": "2"}))

    dossier = Dossier.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/can-bo/tiep-nhan/{dossier.pk}/")
    assert (dossier.code, dossier.state, dossier.accepted_at) == ("H32.16-261116-0001", "accepted", clock.at)
    assert dossier.submitter.phone == "0905123456"
    assert list(Paper.objects.values_list("name", "originals", "copies", "pages")) == [
        ("Tờ khai", 1, 0, 3), ("Giấy tờ tùy thân", 1, 0, 3), ("Ảnh", 0, 2, None),
    ]  # fmt: skip
    page = said(client.get(answer.url))
    assert "H32.16-261116-0001" in page
    assert "Người tiếp theo" in page


def test_the_same_page_sent_twice_is_one_dossier(province: Province, sign_in: SignIn) -> None:
    client, typed = sign_in("counter"), filled(province)

    first, second = client.post(URL, typed), client.post(URL, typed | {"confirmed": "on"})

    assert first.url == second.url
    assert Dossier.objects.count() == 1


def test_faults_stand_beside_their_fields_and_nothing_is_written(province: Province, sign_in: SignIn) -> None:
    typed = filled(province, identity_number="0561900001", full_name=" ", phone="123", sets="0")
    typed = {name: value for name, value in typed.items() if not name.endswith("-have")}

    answer = sign_in("counter").post(URL, typed)

    page = said(answer)
    assert answer.status_code == 422
    assert "Số định danh phải có 12 chữ số; ông/bà đã nhập 10" in page
    assert "Chưa nhập “họ và tên người nộp”" in page
    assert "Số điện thoại phải bắt đầu bằng 0" in page
    assert "Chưa đánh dấu giấy tờ nào đã nộp" in page
    assert re.search(r'id="id_identity_number_error"', page)
    assert not Dossier.objects.exists()


def test_form_02_and_03_from_the_same_screen(province: Province, sign_in: SignIn) -> None:
    client = sign_in("counter")

    empty = client.post(URL, filled(province, action="ask_completion"))
    assert empty.status_code == 422
    assert "Chưa nêu nội dung cần hoàn thiện." in said(empty)
    asked = client.post(URL, filled(province, action="ask_completion", items="Bản vẽ\nẢnh", reason="Thiếu giấy tờ"))
    assert asked.status_code == 302
    assert client.get(asked.url).status_code == 200
    refused = client.post(URL, filled(province, action="refuse", refusal="Không thuộc thẩm quyền"))
    assert refused.status_code == 302
    assert list(Dossier.objects.order_by("id").values_list("state", "code")) == [
        ("awaiting_completion", None), ("refused", None),
    ]  # fmt: skip


def test_duplicate_is_warned_and_may_be_confirmed(province: Province, sign_in: SignIn) -> None:
    client = sign_in("counter")
    client.post(URL, filled(province))

    warned = client.post(URL, filled(province))
    assert warned.status_code == 422
    assert "còn hồ sơ cùng thủ tục đang giải quyết" in said(warned)
    assert "H32.16-261116-0001" in said(warned)
    assert Dossier.objects.count() == 1
    assert client.post(URL, filled(province, confirmed="on")).status_code == 302
    assert Dossier.objects.count() == 2


def test_procedure_is_found_by_words_without_marks(province: Province, sign_in: SignIn) -> None:
    client = sign_in("counter")
    start = {"action": "choose", "key": uuid.uuid4(), "full_name": "Còn Nguyên"}

    one = client.post(URL, start | {"procedure": "xay dung nha o"})
    assert one.context["chosen"].code == "1.001193"
    assert 'value="Còn Nguyên"' in said(one)
    several = client.post(URL, start | {"procedure": "giay"})
    assert [found.code for found in several.context["could_be"]] == ["1.001193", "2.000815"]
    endless = client.post(URL, start | {"procedure": "giay", "pick": "9" * 5000})
    assert (endless.status_code, endless.context["chosen"]) == (several.status_code, None)
    picked = client.post(URL, start | {"procedure": "giay", "pick": several.context["could_be"][1].pk})
    assert picked.context["chosen"].code == "2.000815"
    assert "Chưa có thủ tục nào khớp" in said(
        client.post(URL, filled(province) | {"procedure": "không có", "post": ""})
    )


def test_look_up_fills_the_person_in_and_is_noted(province: Province, sign_in: SignIn) -> None:
    client = sign_in("counter")
    receive_at_counter(province.intake(channel="counter"), c.Accept(), actor=province.actor("counter"), at=MONDAY)
    typed = {"action": "lookup", "key": uuid.uuid4(), "identity_number": "056 190 000 123"}

    found = client.post(URL, typed)
    assert 'value="Nguyễn Thị Hòa"' in said(found)
    assert PersonalDataView.objects.get().purpose == "Điền lại thông tin người nộp tại quầy"
    stranger = client.post(URL, typed | {"identity_number": "056 185 000 999"})
    assert "Chưa thấy người này" in said(stranger)
    assert 'value="1985"' in said(stranger)
    elsewhere = sign_in("commune_counter").post(URL, typed)
    assert "Nguyễn Thị Hòa" not in said(elsewhere)
    assert "phải có 12 chữ số" in said(client.post(URL, typed | {"identity_number": "12"}))
    assert PersonalDataView.objects.count() == 1


def test_preview_says_what_the_receipt_will(province: Province, sign_in: SignIn, clock: Clock) -> None:
    typed = filled(province, action="refresh", full_name="")

    answer = sign_in("counter").post(URL, typed, headers={"HX-Request": "true"})

    preview = answer.context["preview"]
    assert (preview["limit"], preview["fee_vnd"], preview["missing"]) == ("3 ngày làm việc", 50_000, [])
    assert (preview["due_at"] - clock.at).days == 3
    assert "<html" not in said(answer)
    assert "error-summary" not in said(answer)


def test_case_of_the_catalogue_decides_the_limit(province: Province, sign_in: SignIn) -> None:
    version = province.procedure.current
    ChannelRule.objects.filter(version=version, channel="counter").update(condition="Nhà dưới 3 tầng")
    ChannelRule.objects.create(
        version=version,
        position=9,
        channel="counter",
        condition="Nhà từ 3 tầng",
        amount=15,
        unit="working_day",
        fee_vnd=75_000,
    )
    client = sign_in("counter")

    without = client.post(URL, filled(province))
    assert without.status_code == 422
    assert "Chưa chọn trường hợp" in said(without)
    assert client.post(URL, filled(province, condition="Nhà từ 3 tầng")).status_code == 302
    assert list(Dossier.objects.values_list("limit_amount", "fee_vnd")) == [(15, 75_000)]


def test_limit_is_asked_where_the_catalogue_has_none(province: Province, sign_in: SignIn) -> None:
    ChannelRule.objects.filter(version=province.procedure.current).update(amount=None, unit="")
    client = sign_in("counter")

    odd = client.post(URL, filled(province, limit_amount="²", limit_unit="working_day", post="²", action="preview"))
    assert odd.status_code == 200
    assert client.post("/can-bo/ban-giao/", {"desk": "²"}).status_code == 302
    half = client.post(URL, filled(province, limit_amount="7"))
    assert half.status_code == 422
    assert "Cần cả số và đơn vị" in said(half)
    assert client.post(URL, filled(province, limit_amount="7", limit_unit="working_day")).status_code == 302
    assert Dossier.objects.get().limit_amount == 7


def test_business_and_authorised_submitter(province: Province, sign_in: SignIn) -> None:
    client = sign_in("counter")

    assert client.post(URL, filled(province, applicant_kind="business")).status_code == 422
    company = {"applicant_kind": "business", "business_name": "Công ty Hòa Bình", "tax_code": "0100109106"}
    assert client.post(URL, filled(province, **company)).status_code == 302
    other = {
        "owner_name": "Trần Thị Mẹ",
        "owner_identity": "056160000321",
        "authorisation": "Giấy ủy quyền ngày 01/11/2026",
    }
    assert client.post(URL, filled(province, **other)).status_code == 302
    assert list(Dossier.objects.order_by("id").values_list("owner_name", flat=True)) == [
        "Công ty Hòa Bình",
        "Trần Thị Mẹ",
    ]


SIGNED = {
    "kind": "Bản sao được chứng thực", "number": "101", "signed_on": "16/11/2026", "signer": "Trần Văn Bình", "paper": "on",
}  # fmt: skip


def drawing() -> str:
    import struct
    import zlib

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    out = io.BytesIO(b"")
    out.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)))
    out.write(chunk(b"IDAT", zlib.compress(b"\x00\x00")) + chunk(b"IEND", b""))
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def test_same_day_on_one_screen_is_three_entries(province: Province, sign_in: SignIn) -> None:
    client = sign_in("counter")
    typed = filled(province, province.same_day, **SIGNED)

    unsigned = client.post(SAME_DAY, typed)
    assert unsigned.status_code == 422
    assert "Chưa có chữ ký người nhận" in said(unsigned)
    assert not Dossier.objects.exists()
    done = client.post(SAME_DAY, typed | {"signature": drawing()})
    assert done.status_code == 302
    assert list(LedgerEntry.objects.order_by("seq").values_list("kind", flat=True)) == [
        "dossier.accepted", "dossier.resolved", "dossier.handed_over",
    ]  # fmt: skip
    assert Result.objects.get().number == "101"


def test_same_day_without_a_result_writes_nothing(province: Province, sign_in: SignIn) -> None:
    typed = filled(province, province.same_day, kind="", number="", signed_on="20/11/2026", signer="")

    answer = sign_in("counter").post(SAME_DAY, typed | {"signature_file": SimpleUploadedFile("p.pdf", PDF)})

    assert answer.status_code == 422
    assert "Chưa nhập “người ký”" in said(answer)
    assert not Dossier.objects.exists()


def test_same_day_offers_only_its_procedures(province: Province, sign_in: SignIn) -> None:
    page = sign_in("counter").get(SAME_DAY)
    assert [one.code for one in page.context["offered"]] == ["2.000815"]
    assert "chưa có thủ tục trả trong ngày" not in said(page)
    assert "Quầy này chưa có thủ tục trả trong ngày" in said(sign_in("commune_counter").get(SAME_DAY))


def batch_rows(rows: list[dict[str, str]], **head: Any) -> dict[str, Any]:
    typed: dict[str, Any] = {"r-TOTAL_FORMS": "8", "r-INITIAL_FORMS": "0", "key": uuid.uuid4()} | head
    for at in range(8):
        typed |= {
            f"r-{at}-{name}": value
            for name, value in ({"pages": "1", "copies": "1"} | (rows[at] if at < len(rows) else {})).items()
        }
    return typed


def test_one_person_with_many_papers_is_one_dossier(province: Province, sign_in: SignIn) -> None:
    post = DeskProcedure.objects.get(procedure=province.same_day).pk
    rows = [{"name": "Bằng đại học", "pages": "2", "copies": "5"}, {"name": "Học bạ", "pages": "12", "copies": "3"}]
    typed = batch_rows(rows, post=post, full_name="Nguyễn Thị Hòa", identity_number="056190000123", phone="")
    client = sign_in("counter")

    client.post(BATCH, typed)
    again = client.post(BATCH, typed)

    assert Dossier.objects.count() == 1
    assert [outcome.code for outcome in again.context["outcomes"]] == [Dossier.objects.get().code]
    assert list(Paper.objects.values_list("name", "pages", "copies")) == [("Bằng đại học", 2, 5), ("Học bạ", 12, 3)]


def test_many_persons_each_succeed_or_fail_alone(
    province: Province, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from motcua.desk.views import batch
    from motcua.dossiers.decide import GuardFailed

    def picky(intake: Any, *args: Any, **kwargs: Any) -> Any:
        if intake.submitter.full_name == "Trần Văn Hỏng":
            raise GuardFailed("Nơi tiếp nhận đã chọn không nhận thủ tục này.")
        return receive_at_counter(intake, *args, **kwargs)

    monkeypatch.setattr(batch, "receive_at_counter", picky)
    post = DeskProcedure.objects.get(procedure=province.same_day).pk
    rows = [
        {"full_name": name, "name": "Căn cước", "copies": "2"}
        for name in ("Lê Thị Một", "Trần Văn Hỏng", "Phạm Văn Ba")
    ]

    answer = sign_in("counter").post(f"{BATCH}?che-do=nhieu-nguoi", batch_rows(rows, post=post))

    outcomes = answer.context["outcomes"]
    assert [bool(outcome.code) for outcome in outcomes] == [True, False, True]
    assert outcomes[1].fault == "Nơi tiếp nhận đã chọn không nhận thủ tục này."
    assert Dossier.objects.count() == 2
    assert "Đã tiếp nhận 2 hồ sơ, 1 chưa được" in said(answer)


def test_batch_faults_stand_in_their_row(province: Province, sign_in: SignIn) -> None:
    post = DeskProcedure.objects.get(procedure=province.same_day).pk
    client = sign_in("counter")

    nothing = client.post(BATCH, batch_rows([], post=post, full_name="Hòa", identity_number="", phone=""))
    assert nothing.status_code == 422
    assert "Chưa ghi giấy tờ nào" in said(nothing)
    nameless = client.post(f"{BATCH}?che-do=nhieu-nguoi", batch_rows([{"name": "Căn cước"}], post=post))
    assert nameless.status_code == 422
    assert 'id="id_r-0-full_name_error"' in said(nameless)
    assert not Dossier.objects.exists()

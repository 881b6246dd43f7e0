"""Handing in without script: five pages, every bad input, the draft, the receipt."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.portal.house import pdf, text
from tests.province import Province

from motcua.dossiers.models import Dossier, Draft, LedgerEntry
from motcua.dossiers.queries import timeline

pytestmark = pytest.mark.django_db

SUBMITTER = {
    "full_name": "Nguyễn Thị Hòa",
    "identity_number": "056190000123",
    "phone": "0905 123 456",
    "email": "",
    "address": "12 Trần Phú, phường Nha Trang",
    "owner": "self",
}


def begin(client: Client) -> str:
    response = client.post("/thu-tuc/1.001193/nop/")
    assert response.status_code == 302
    assert response["Location"].endswith("/noi-nop/")
    return response["Location"].removesuffix("noi-nop/")


def choose_place(client: Client, province: Province, draft: str) -> None:
    place = province.desk.procedures.get().pk
    assert client.post(f"{draft}noi-nop/", {"place": place})["Location"] == f"{draft}nguoi-nop/"


def fill(client: Client, province: Province, **submitter: str) -> str:
    """A draft filled in up to the review; returns its address."""
    draft = begin(client)
    choose_place(client, province, draft)
    assert client.post(f"{draft}nguoi-nop/", SUBMITTER | submitter)["Location"] == f"{draft}giay-to/"
    assert client.post(f"{draft}giay-to/", {"file-1": pdf(), "next": "1"})["Location"] == f"{draft}nhan-ket-qua/"
    assert client.post(f"{draft}nhan-ket-qua/", {"return_method": "desk"})["Location"] == f"{draft}xem-lai/"
    return draft


def send(client: Client, draft: str) -> Dossier:
    response = client.post(f"{draft}xem-lai/", {"promise": "on"})
    assert response.status_code == 302, text(response)
    return Dossier.objects.get()


def test_whole_hand_in_makes_one_dossier_and_shows_its_code_and_qr(client: Client, province: Province) -> None:
    draft = fill(client, province)
    review = text(client.get(f"{draft}xem-lai/"))

    dossier = send(client, draft)
    receipt = text(client.get(f"/ho-so/{dossier.code}/bien-nhan/"))

    assert "Nguyễn Thị Hòa" in review
    assert "0905123456" in review
    assert "to-khai.pdf" in review
    assert (dossier.state, dossier.channel, dossier.agency) == ("submitted", "online", province.department)
    assert dossier.submitter.identity_number == "056190000123"
    assert dossier.submitter.birth_year == 1990
    assert [(paper.name, paper.file_name) for paper in dossier.papers.all()] == [("Tờ khai", "to-khai.pdf")]
    assert [item.kind for item in timeline(dossier.pk)] == ["dossier.submitted"]
    assert not Draft.objects.exists()
    assert dossier.code in receipt
    assert "<svg" in receipt
    assert " style=" not in receipt


def test_sending_twice_makes_one_dossier(client: Client, province: Province) -> None:
    draft = fill(client, province)

    send(client, draft)
    again = client.post(f"{draft}xem-lai/", {"promise": "on"})

    assert again.status_code == 404
    assert Dossier.objects.count() == 1
    assert LedgerEntry.objects.count() == 1


def test_nothing_is_sent_without_the_promise(client: Client, province: Province) -> None:
    draft = fill(client, province)

    response = client.post(f"{draft}xem-lai/", {})

    assert response.status_code == 422
    assert "đánh dấu cam đoan" in text(response)
    assert not Dossier.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("full_name", "", "Ông/bà nhập họ và tên như trên thẻ căn cước."),
        ("full_name", "A" * 201, "dài quá 200 ký tự; ông/bà đã nhập 201"),
        ("identity_number", "05619000012", "Số định danh phải có 12 chữ số; ông/bà đã nhập 11."),
        ("identity_number", "05619000012x", "Số định danh chỉ gồm chữ số"),
        ("identity_number", "", "Ông/bà nhập số định danh gồm 12 chữ số."),
        ("phone", "12345", "Số điện thoại"),
        ("phone", "090512345", "Số di động phải có 10 chữ số; ông/bà đã nhập 9."),
        ("email", "hoa@", "Thư điện tử phải có dạng ten@vidu.vn"),
        ("address", "", "Ông/bà nhập nơi ở hiện nay."),
        ("owner", "", "Ông/bà chọn nộp hồ sơ cho ai."),
        ("owner", "king", "king"),
    ],
)
def test_bad_submitter_is_said_beside_the_field_and_kept(
    client: Client, province: Province, field: str, value: str, said: str
) -> None:
    draft = begin(client)
    choose_place(client, province, draft)

    response = client.post(f"{draft}nguoi-nop/", SUBMITTER | {field: value})
    again = text(client.get(f"{draft}nguoi-nop/"))

    assert response.status_code == 422
    assert said in text(response)
    assert f'id="field-{field}"' in text(response)
    assert 'aria-invalid="true"' in text(response)
    assert "1 chỗ cần sửa" in text(response)
    if field != "address":
        assert "12 Trần Phú, phường Nha Trang" in again


def test_place_must_be_one_of_the_procedure(client: Client, province: Province) -> None:
    draft = begin(client)

    response = client.post(f"{draft}noi-nop/", {"place": "999999"})

    assert response.status_code == 422
    assert "Nơi nộp này không nhận thủ tục" in text(response)


def test_for_another_person_the_owner_is_asked(client: Client, province: Province) -> None:
    draft = begin(client)
    choose_place(client, province, draft)
    assert client.post(f"{draft}nguoi-nop/", SUBMITTER | {"owner": "person"})["Location"] == f"{draft}chu-ho-so/"

    wrong = client.post(f"{draft}chu-ho-so/", {"full_name": "Lê Văn Sáu", "identity_number": "1"})
    right = client.post(
        f"{draft}chu-ho-so/",
        {"full_name": "Lê Văn Sáu", "identity_number": "056060000111", "authorisation": "Giấy ủy quyền số 12"},
    )
    client.post(f"{draft}giay-to/", {"file-1": pdf(), "next": "1"})
    client.post(f"{draft}nhan-ket-qua/", {"return_method": "post"})
    dossier = send(client, draft)

    assert wrong.status_code == 422
    assert "ông/bà đã nhập 1." in text(wrong)
    assert "Ông/bà ghi giấy ủy quyền" in text(wrong)
    assert right["Location"] == f"{draft}giay-to/"
    assert (dossier.owner_person.full_name, dossier.submitter.full_name) == ("Lê Văn Sáu", "Nguyễn Thị Hòa")
    assert (dossier.authorisation, dossier.return_method) == ("Giấy ủy quyền số 12", "post")


def test_for_a_business_the_tax_code_is_checked(client: Client, province: Province) -> None:
    draft = begin(client)
    choose_place(client, province, draft)
    client.post(f"{draft}nguoi-nop/", SUBMITTER | {"owner": "business"})
    business = {
        "kind": "business", "name": "Công ty TNHH Hòa Bình", "address": "5 Lê Lợi", "authorisation": "Giám đốc",
        "tax_code": "0101234567",
    }  # fmt: skip

    wrong = client.post(f"{draft}chu-ho-so/", business)
    assert wrong.status_code == 422
    assert "sai chữ số kiểm tra" in text(wrong)
    assert client.post(f"{draft}chu-ho-so/", business | {"tax_code": "0100109106"}).status_code == 302
    client.post(f"{draft}giay-to/", {"file-1": pdf(), "next": "1"})
    client.post(f"{draft}nhan-ket-qua/", {"return_method": "desk"})
    dossier = send(client, draft)

    assert dossier.owner_business.name == "Công ty TNHH Hòa Bình"
    assert dossier.applicant_kind == "business"


def test_papers_are_uploaded_removed_and_refused_with_a_reason(client: Client, province: Province) -> None:
    draft = begin(client)
    choose_place(client, province, draft)
    client.post(f"{draft}nguoi-nop/", SUBMITTER)

    none = client.post(f"{draft}giay-to/", {"next": "1"})
    bad = client.post(
        f"{draft}giay-to/", {"file-1": SimpleUploadedFile("x.pdf", b"MZ\x90\x00 no pdf"), "file-2": pdf("căn cước.pdf")}
    )
    page = text(client.get(f"{draft}giay-to/"))
    sha256 = Draft.objects.get().data["giay-to"]["files"][0]["sha256"]
    client.post(f"{draft}giay-to/", {"remove": f"2:{sha256}"})

    assert none["Location"] == f"{draft}nhan-ket-qua/"
    assert bad.status_code == 422
    assert "không thuộc các loại được nhận" in text(bad)
    assert "căn cước.pdf" in page
    assert Draft.objects.get().data["giay-to"]["files"] == []


def test_review_sends_back_to_what_is_not_filled_in(client: Client, province: Province) -> None:
    draft = begin(client)
    choose_place(client, province, draft)

    response = client.get(f"{draft}xem-lai/", follow=True)

    assert response.redirect_chain[-1][0] == f"{draft}nguoi-nop/"
    assert "Ông/bà điền nốt bước “Người nộp”" in text(response)


def test_review_without_any_paper_goes_back_to_papers(client: Client, province: Province) -> None:
    draft = begin(client)
    choose_place(client, province, draft)
    client.post(f"{draft}nguoi-nop/", SUBMITTER)
    client.post(f"{draft}nhan-ket-qua/", {"return_method": "desk"})

    assert client.get(f"{draft}xem-lai/")["Location"] == f"{draft}giay-to/"


def test_review_names_the_papers_that_are_missing(client: Client, province: Province) -> None:
    draft = fill(client, province)

    assert "Chưa có tệp cho 1 giấy tờ" in text(client.get(f"{draft}xem-lai/"))


def test_duplicate_is_warned_of_and_not_barred(client: Client, province: Province) -> None:
    first = send(client, fill(client, province))

    draft = fill(client, province)
    page = text(client.get(f"{draft}xem-lai/"))
    other = fill(client, province, identity_number="056090000999")

    assert "đang có một hồ sơ cùng thủ tục" in page
    assert first.code not in page
    assert "đang có một hồ sơ cùng thủ tục" not in text(client.get(f"{other}xem-lai/"))
    assert client.post(f"{draft}xem-lai/", {"promise": "on"}).status_code == 302
    assert Dossier.objects.count() == 2


def test_draft_is_kept_half_filled_and_opens_by_its_link_elsewhere(client: Client, province: Province) -> None:
    draft = begin(client)
    choose_place(client, province, draft)
    later = client.post(f"{draft}nguoi-nop/", {"full_name": "Nguyễn Thị Hòa", "later": "1"})
    page = text(client.get(later["Location"]))
    link = page.split('data-copy="')[1].split('"')[0].removeprefix("http://localhost:8000")

    elsewhere = Client()
    refused = elsewhere.get(f"{draft}nguoi-nop/")
    opened = elsewhere.get(link, follow=True)
    typed = text(elsewhere.get(f"{draft}nguoi-nop/"))

    assert later["Location"] == draft
    assert refused.status_code == 404
    assert "Bản nháp đã được lưu" in text(opened)
    assert 'value="Nguyễn Thị Hòa"' in typed


@pytest.mark.parametrize("token", ["x", "a:b:c", "00000000-0000-4000-8000-000000000000"])
def test_forged_draft_link_is_refused(client: Client, province: Province, token: str) -> None:
    response = client.get(f"/mo-lai/{token}/")

    assert response.status_code == 422
    assert "Đường dẫn mở lại bản nháp không đúng" in text(response)


def test_draft_can_be_thrown_away(client: Client, province: Province) -> None:
    draft = begin(client)

    page = text(client.post(f"{draft}xoa/", follow=True))

    assert "Đã xóa bản nháp" in page
    assert not Draft.objects.exists()


def test_condition_of_the_limit_is_asked_where_the_catalogue_has_several(client: Client, province: Province) -> None:
    rule = province.procedure.current.channels.get(channel="online")
    rule.condition, rule.pk, rule.position, rule.amount = "Nhà trong khu vực bảo tồn", None, 9, 15
    rule.save()
    draft = begin(client)
    place = province.desk.procedures.get().pk

    missing = client.post(f"{draft}noi-nop/", {"place": place})
    chosen = client.post(f"{draft}noi-nop/", {"place": place, "condition": "Nhà trong khu vực bảo tồn"})

    assert missing.status_code == 422
    assert "thời hạn giải quyết tính theo trường hợp này" in text(missing)
    assert chosen.status_code == 302
    client.post(f"{draft}nguoi-nop/", SUBMITTER)
    client.post(f"{draft}giay-to/", {"file-1": pdf(), "next": "1"})
    client.post(f"{draft}nhan-ket-qua/", {"return_method": "desk"})
    assert send(client, draft).limit_amount == 15


def test_back_and_forth_loses_nothing(client: Client, province: Province) -> None:
    draft = fill(client, province)

    place = text(client.get(f"{draft}noi-nop/"))
    papers = text(client.get(f"{draft}giay-to/"))

    assert "checked" in place
    assert "to-khai.pdf" in papers


def test_answer_is_due_in_eight_working_hours(client: Client, province: Province, set_config) -> None:
    set_config("MOTCUA_NOW", "2026-11-16T09:20:00+07:00")

    dossier = send(client, fill(client, province))

    assert dossier.answer_due_at - dossier.submitted_at == timedelta(days=1)


def test_papers_stand_under_their_headings_and_only_used_ones_are_missed(client: Client, province: Province) -> None:
    version = province.procedure.current
    for position, case in ((3, "Trường hợp sửa chữa"), (4, "Trường hợp sửa chữa"), (5, "Trường hợp di dời")):
        version.papers.create(position=position, case=case, name=f"Giấy {position}")
    draft = fill(client, province)

    papers = text(client.get(f"{draft}giay-to/"))
    before = text(client.get(f"{draft}xem-lai/"))
    client.post(f"{draft}giay-to/", {"file-3": pdf("anh.pdf")})
    after = text(client.get(f"{draft}xem-lai/"))

    assert papers.count("Trường hợp sửa chữa") == 1
    assert "Danh mục chia theo trường hợp" in papers
    assert "Chưa có tệp cho 1 giấy tờ" in before
    assert "Chưa có tệp cho 2 giấy tờ" in after
    assert "Giấy 5" not in after

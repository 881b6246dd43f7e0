"""Every door of the portal, tried with what no person types: an answer below 500, and nothing changed."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.portal.house import text
from tests.portal.test_handin import SUBMITTER, begin, choose_place
from tests.province import MONDAY, Province

from motcua.dossiers.models import Dossier, Draft
from motcua.dossiers.services import submit_dossier

pytestmark = pytest.mark.django_db

ODD = [
    "\0",
    "a\0b",
    "\u202e\u200b",
    "9" * 5000,
    "%00",
    "../../etc/passwd",
    "'; DROP TABLE x; --",
    "{{ 7*7 }}",
    "\ud7ff",
]


@pytest.mark.parametrize("odd", ODD)
def test_reading_pages_answer_odd_queries(client: Client, province: Province, odd: str) -> None:
    for name in ("q", "linh-vuc", "doi-tuong", "trang"):
        assert client.get("/thu-tuc/", {name: odd}).status_code in (200, 422)
    assert client.get("/tra-cuu/", {"ma": odd}).status_code == 200
    assert client.post("/tra-cuu/", {"code": odd, "proof": odd}).status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        "/thu-tuc/%00/",
        "/thu-tuc/a%00b/giay-to/",
        "/thu-tuc/1.001193%2F../",
        "/ho-so/%00/",
        "/ho-so/a%00b/rut/",
        f"/ho-so/{'9' * 300}/",
        "/ho-so//",
        "/nhap/khong-phai-uuid/",
        "/nhap/00000000-0000-4000-8000-000000000000/noi-nop/",
        "/h/khong-phai-uuid/",
        "/ho-so/H32.16-261116-0001/giay/99999999999999999999/",
    ],
)
def test_odd_addresses_are_not_found(client: Client, province: Province, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("field", ["full_name", "identity_number", "phone", "email", "address", "owner"])
def test_submitter_page_answers_odd_text(client: Client, province: Province, field: str, odd: str) -> None:
    draft = begin(client)
    choose_place(client, province, draft)

    response = client.post(f"{draft}nguoi-nop/", SUBMITTER | {field: odd})

    assert response.status_code in (302, 422)
    assert client.get(f"{draft}nguoi-nop/").status_code == 200


def test_unknown_step_and_forged_removal_change_nothing(client: Client, province: Province) -> None:
    draft = begin(client)

    assert client.get(f"{draft}khong-co/").status_code == 404
    for removed in ("", ":", "1", "1:zz", "\0:\0"):
        assert client.post(f"{draft}giay-to/", {"remove": removed}).status_code == 302
    assert client.post(f"{draft}giay-to/", {"file-1": "not a file"}).status_code == 302
    assert Draft.objects.get().data.get("giay-to", {}).get("files", []) == []


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("rong.pdf", b"", "rỗng"),
        ("lon.pdf", b"%PDF-1.4" + b"0" * 20_000_001, "lớn quá 20 MB"),
        ("x.exe", b"MZ\x90\x00", "không thuộc các loại được nhận"),
        ("../../x.pdf", b"PK\x03\x04 no archive", "không thuộc các loại được nhận"),
    ],
)
def test_bad_file_is_told_beside_its_paper(
    client: Client, province: Province, name: str, content: bytes, said: str
) -> None:
    draft = begin(client)

    response = client.post(f"{draft}giay-to/", {"file-1": SimpleUploadedFile(name, content)})

    assert response.status_code == 422
    assert said in text(response)
    assert 'class="paper-slot has-error" id="giay-1"' in text(response)


@pytest.mark.parametrize("seq", ["-1", "x", "9" * 30, "1.5", ""])
def test_forged_sequence_number_is_not_believed(client: Client, province: Province, seq: str) -> None:
    moved = submit_dossier(province.intake(), actor=province.applicant, at=MONDAY)
    client.post("/tra-cuu/", {"code": moved.code, "proof": "3456"})

    response = client.post(f"/ho-so/{moved.code}/rut/", {"reason": "Nộp nhầm", "seq": seq})

    assert response.status_code == 302
    assert Dossier.objects.get().state in ("submitted", "withdrawn")


def test_form_without_token_is_refused_in_vietnamese(province: Province) -> None:
    strict = Client(enforce_csrf_checks=True)

    response = strict.post("/tra-cuu/", {"code": "H32.16-261116-0001", "proof": "3456"})

    assert response.status_code == 403
    assert "Biểu mẫu đã hết hạn" in text(response)

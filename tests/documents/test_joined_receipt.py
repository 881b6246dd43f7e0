"""The receipt of a joined hand-in: each share, who does it, until when, and when all of it is promised."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader
from tests.processes.families import build_town
from tests.province import MONDAY

from motcua.documents.models import IssuedForm
from motcua.documents.services import open_file, ready_form

pytestmark = pytest.mark.django_db


def text_of(dossier_id: int) -> str:
    form = ready_form(IssuedForm.objects.get(dossier_id=dossier_id, kind="receipt").pk, at=MONDAY)
    with open_file(str(form.file_id)).stream as stream:
        pages = PdfReader(io.BytesIO(stream.read())).pages
        return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_the_receipt_of_the_leading_part_tells_every_share() -> None:
    handed = build_town().at_counter()
    text = text_of(handed.leading_id)
    assert "Liên thông khai sinh, thường trú, thẻ bảo hiểm y tế" in text
    for share in (
        "Đăng ký khai sinh UBND phường Nha Trang",
        "Đăng ký thường trú Công an phường Nha Trang",
        "7 ngày làm việc",
        "09:20 01/12/2026",
    ):
        assert share in text
    assert "Thời gian trả kết quả của tất cả các thủ tục" in text

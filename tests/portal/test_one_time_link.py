"""The page behind a consulted body's link: it shows what was asked and nothing else, takes one answer, and ends."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from tests.portal.house import pdf, text
from tests.processes.test_linked_parts import asked, consultation, later, publish
from tests.province import MONDAY, Province

from motcua.documents.services import store_upload
from motcua.dossiers.commands import Accept, PaperData
from motcua.dossiers.models import Dossier, LedgerEntry
from motcua.dossiers.services import give_command, submit_dossier
from motcua.processes import bodies
from motcua.processes.models import BodyQuestion
from motcua.processes.services import finish_step

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(set_config) -> None:
    set_config("MOTCUA_NOW", "2026-11-16T13:40:00+07:00")


def address(question: bodies.Asked) -> str:
    return f"/hoi-y-kien/{question.secret}/"


def test_the_page_tells_what_is_asked_and_no_more(client: Client, province: Province) -> None:
    _, question = asked(province)
    response = client.get(address(question))
    page = text(response)
    assert response.status_code == 200
    for said in ("12/SXD-QLXD", "Bộ chỉ huy quân sự", "công trình quốc phòng", "Tờ khai", "Thống nhất"):
        assert said in page
    for hidden in ("Nguyễn Thị Hòa", "0905123456", "056190000123", "Giấy tờ tùy thân", "12 Trần Phú"):
        assert hidden not in page
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]


def test_opening_and_answering_are_on_record_and_the_link_ends(client: Client, province: Province) -> None:
    dossier_id, question = asked(province)
    client.get(address(question))
    client.get(address(question))
    kinds = list(LedgerEntry.objects.filter(dossier_id=dossier_id).order_by("seq").values_list("kind", flat=True))
    assert kinds.count("process.read") == 1
    answer = {"name": "Đại úy An", "text": "Không ảnh hưởng", "outcome": "agree", "file": pdf("tra-loi.pdf")}
    response = client.post(address(question), answer)
    assert "Đã gửi trả lời" in text(response)
    row = BodyQuestion.objects.get()
    assert (row.answered_by, row.answer, row.answer_file_name) == ("Đại úy An", "Không ảnh hưởng", "tra-loi.pdf")
    assert len(row.answer_file) == 64
    assert Dossier.objects.get(pk=dossier_id).step == "Ban hành kết quả"
    again = client.post(address(question), answer)
    assert again.status_code == 404
    assert "Đường dẫn không dùng được" in text(again)


def test_what_is_missing_is_said_beside_the_field_and_nothing_changes(client: Client, province: Province) -> None:
    _, question = asked(province)
    response = client.post(address(question), {"name": "", "text": "", "outcome": ""})
    page = text(response)
    assert response.status_code == 422
    for said in ("Ghi họ tên, chức vụ người trả lời.", "Ghi nội dung trả lời.", "Chọn một ý kiến."):
        assert said in page
    wrong = client.post(address(question), {"name": "An", "text": "Có", "outcome": "maybe"})
    assert wrong.status_code == 422
    assert BodyQuestion.objects.get().answered_at is None


def test_no_stranger_guesses_and_a_late_one_is_turned_away(client: Client, province: Province, set_config) -> None:
    _, question = asked(province)
    assert client.get(f"/hoi-y-kien/{'x' * 43}/").status_code == 404
    set_config("MOTCUA_NOW", "2026-11-18T08:00:00+07:00")
    assert client.get(address(question)).status_code == 404
    assert client.post(address(question), {"name": "An", "text": "Muộn"}).status_code == 404


def test_only_the_papers_sent_along_open(client: Client, province: Province) -> None:
    publish(province, consultation())
    stored = [
        store_upload(io.BytesIO(b"%PDF-1.4\n" + bytes([48 + n]) + b"\n%%EOF\n"), name=f"{n}.pdf", at=MONDAY).sha256
        for n in (1, 2)
    ]
    papers = tuple(PaperData(f"Bản vẽ {n}", file=sha, file_name=f"{n}.pdf") for n, sha in enumerate(stored, 1))
    dossier_id = submit_dossier(province.intake(papers=papers), actor=province.applicant, at=MONDAY).id
    give_command(dossier_id, Accept(), actor=province.actor("counter"), at=MONDAY)
    finish_step(dossier_id, 1, actor=province.actor("case"), at=later(hours=1))
    first, second = Dossier.objects.get(pk=dossier_id).papers.order_by("position")
    question = bodies.ask(
        dossier_id,
        2,
        number="1/SXD",
        question="?",
        paper_ids=[first.pk],
        actor=province.actor("case"),
        at=later(hours=2),
    )
    assert b"".join(client.get(f"{address(question)}giay-to/{first.pk}/").streaming_content).startswith(b"%PDF")
    assert client.get(f"{address(question)}giay-to/{second.pk}/").status_code == 404
    assert client.get(f"/hoi-y-kien/{'y' * 43}/giay-to/{first.pk}/").status_code == 404

"""Each move through its page: the form leads to the service, a fault stands beside its field, the second click is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.desk.office import Clock
from tests.province import MONDAY, Province, result

from motcua.documents.models import StoredFile
from motcua.dossiers import commands as c
from motcua.dossiers.models import Dossier, LedgerEntry, Paper, Result
from motcua.dossiers.queries import timeline
from motcua.dossiers.services import give_command, receive_at_counter, submit_dossier
from motcua.law.lifecycle import State

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
RESULT = {
    "kind": "Giấy phép xây dựng",
    "number": "15/GP-SXD",
    "signed_on": "16/11/2026",
    "signer": "Trần Văn Bình",
    "paper": "on",
}


@pytest.fixture
def submitted(province: Province, clock: Clock) -> Dossier:
    return Dossier.objects.get(pk=submit_dossier(province.intake(), actor=province.applicant, at=MONDAY).id)


@pytest.fixture
def accepted(province: Province, clock: Clock) -> Dossier:
    moved = receive_at_counter(
        province.intake(channel="counter"), c.Accept(), actor=province.actor("counter"), at=MONDAY
    )
    return Dossier.objects.get(pk=moved.id)


def give(province: Province, dossier: Dossier, who: str, *commands: c.AnyCommand) -> None:
    for number, command in enumerate(commands, 1):
        give_command(dossier.pk, command, actor=province.actor(who), at=MONDAY + timedelta(minutes=number))
    dossier.refresh_from_db()


def send(
    client: Client, dossier: Dossier, slug: str, data: dict[str, Any] | None = None, *, seq: int | None = None
) -> Any:
    dossier.refresh_from_db()
    typed = {"expected_seq": seq or dossier.seq} | (data or {})
    answer = client.post(reverse("desk:move", args=[dossier.pk, slug]), typed)
    dossier.refresh_from_db()
    return answer


def test_accept(submitted: Dossier, sign_in: SignIn) -> None:
    answer = send(sign_in("counter"), submitted, "tiep-nhan")

    assert (answer.status_code, answer.url) == (302, f"/can-bo/ho-so/{submitted.pk}/bieu-mau/")
    assert submitted.state == State.ACCEPTED
    assert submitted.due_at == MONDAY + timedelta(days=3, hours=1)


def test_accept_twice_is_one_acceptance_and_says_so(submitted: Dossier, sign_in: SignIn) -> None:
    client = sign_in("counter")
    send(client, submitted, "tiep-nhan", seq=1)

    again = send(client, submitted, "tiep-nhan", seq=1)

    assert again.status_code == 409
    assert "Việc này đã được ghi nhận rồi" in again.content.decode()
    assert LedgerEntry.objects.filter(kind="dossier.accepted").count() == 1


def test_stale_page_is_told_who_was_quicker_and_keeps_what_was_typed(
    province: Province, submitted: Dossier, sign_in: SignIn
) -> None:
    give(province, submitted, "desk_head", c.Accept())

    answer = send(sign_in("counter"), submitted, "tu-choi", {"reason": "Không thuộc thẩm quyền"}, seq=1)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Hồ sơ vừa được người khác xử lý" in page
    assert "Đặng Phụ Trách" in page
    assert "Không thuộc thẩm quyền" in page
    assert (submitted.state, submitted.seq) == (State.ACCEPTED, 2)


def test_ask_completion_and_receive_it_at_the_desk(submitted: Dossier, sign_in: SignIn) -> None:
    client = sign_in("counter")

    empty = send(client, submitted, "yeu-cau-hoan-thien", {"items": " ", "reason": ""})
    assert empty.status_code == 422
    assert "Chưa nhập “nội dung cần hoàn thiện”" in empty.content.decode()
    assert submitted.state == State.SUBMITTED
    asked = send(
        client, submitted, "yeu-cau-hoan-thien",
        {"items": "- Bản vẽ\n- Ảnh hiện trạng\n", "reason": "Thiếu", "until": "2026-11-27T16:00"},
    )  # fmt: skip
    assert asked.status_code == 302
    assert submitted.state == State.AWAITING_COMPLETION
    assert timeline(submitted.pk)[1].data["items"] == ["Bản vẽ", "Ảnh hiện trạng"]
    assert send(client, submitted, "nhan-hoan-thien", {}).status_code == 422
    back = send(client, submitted, "nhan-hoan-thien", {"paper-0-name": "Bản vẽ", "paper-0-originals": "2"})
    assert back.status_code == 302
    assert submitted.state == State.SUBMITTED
    assert list(Paper.objects.filter(round=1).values_list("name", "originals")) == [("Bản vẽ", 2)]


def test_refuse_needs_a_reason(submitted: Dossier, sign_in: SignIn) -> None:
    client = sign_in("counter")

    assert send(client, submitted, "tu-choi", {"reason": "  "}).status_code == 422
    assert send(client, submitted, "tu-choi", {"reason": "Không thuộc thẩm quyền"}).status_code == 302
    assert submitted.state == State.REFUSED


def test_forward_to_unit_and_officer(province: Province, accepted: Dossier, sign_in: SignIn) -> None:
    case = province.officers["case"].pk

    wrong = send(
        sign_in("counter"),
        accepted,
        "chuyen-buoc",
        {"step": "Thẩm định", "officer": province.officers["commune_case"].pk},
    )
    assert wrong.status_code == 422
    data = {"step": "Thẩm định", "unit": province.unit.pk, "officer": case}
    assert send(sign_in("counter"), accepted, "chuyen-buoc", data).status_code == 302
    assert (accepted.state, accepted.step, accepted.unit_id, accepted.officer_id) == (
        State.IN_PROCESS, "Thẩm định", province.unit.pk, case,
    )  # fmt: skip


def test_supplement_and_the_second_one_with_its_provision(
    province: Province, accepted: Dossier, sign_in: SignIn, clock: Clock
) -> None:
    case, counter = sign_in("case"), sign_in("counter")
    assert send(case, accepted, "yeu-cau-bo-sung", {"items": "Bản đồ", "reason": "Bản cũ"}).status_code == 302
    assert accepted.state == State.AWAITING_SUPPLEMENT
    clock.forward(days=1)
    upload = SimpleUploadedFile("ban-do.pdf", PDF)
    data = {"paper-0-name": "Bản đồ", "paper-0-originals": "1", "paper-0-file": upload}
    assert send(counter, accepted, "nhan-bo-sung", data).status_code == 302
    assert accepted.state == State.IN_PROCESS
    paper = Paper.objects.get(round=1)
    assert StoredFile.objects.filter(pk=paper.file).exists()

    clock.forward(hours=1)
    bare = send(case, accepted, "yeu-cau-bo-sung", {"items": "Bản đồ", "reason": "Lại sai"})
    assert bare.status_code == 422
    page = bare.content.decode()
    assert "Chưa nhập “căn cứ pháp lý của lần yêu cầu này”" in page
    assert "Chưa chọn “người duyệt”" in page
    whole = {
        "items": "Bản đồ", "reason": "Lại sai", "provision": "Điều 15 Luật Xây dựng", "stage": "Thẩm định",
        "approver": province.officers["head"].pk,
    }  # fmt: skip
    assert send(case, accepted, "yeu-cau-bo-sung", whole).status_code == 302
    assert accepted.supplement_rounds == 2


def test_a_file_that_is_no_document_is_refused_beside_its_field(
    province: Province, accepted: Dossier, sign_in: SignIn
) -> None:
    give(province, accepted, "case", c.AskSupplement(("Bản đồ",), "Bản cũ"))
    data = {"paper-0-name": "Bản đồ", "paper-0-file": SimpleUploadedFile("ban-do.pdf", b"MZ\x90\x00 not a document")}

    answer = send(sign_in("counter"), accepted, "nhan-bo-sung", data)

    assert answer.status_code == 422
    assert 'id="id_paper-0-file_error"' in answer.content.decode()
    assert (accepted.state, Paper.objects.filter(round=1).count()) == (State.AWAITING_SUPPLEMENT, 0)


def test_payment_asked_and_confirmed(accepted: Dossier, sign_in: SignIn) -> None:
    case = sign_in("case")

    wrong = send(case, accepted, "nghia-vu-tai-chinh", {"amount_vnd": "1,5", "provision": "Thông báo 15"})
    assert wrong.status_code == 422
    assert "cần số đồng chẵn" in wrong.content.decode()
    data = {"amount_vnd": "12.500.000", "provision": "Thông báo 15"}
    assert send(case, accepted, "nghia-vu-tai-chinh", data).status_code == 302
    assert accepted.state == State.AWAITING_PAYMENT
    assert send(case, accepted, "xac-nhan-nop-tien", {"proof": "GNT 0012"}).status_code == 302
    assert accepted.state == State.IN_PROCESS


def test_suspend_and_resume(accepted: Dossier, sign_in: SignIn) -> None:
    head = sign_in("head")

    assert send(head, accepted, "tam-dung", {"provision": "Điều 12", "document": "25/QĐ"}).status_code == 302
    assert accepted.state == State.SUSPENDED
    assert send(head, accepted, "tiep-tuc").status_code == 302
    assert accepted.state == State.IN_PROCESS


def test_extend_moves_the_due_promise_does_not(accepted: Dossier, sign_in: SignIn) -> None:
    head, before = sign_in("head"), accepted.due_at

    early = send(head, accepted, "gia-han", {"until": "2026-11-17T08:00", "provision": "Điều 9", "reason": "Phức tạp"})
    assert early.status_code == 422
    assert 'id="id_until_error"' in early.content.decode()
    promised = send(head, accepted, "hen-lai", {"until": "2026-11-25T16:00", "reason": "Chờ ý kiến"})
    assert promised.status_code == 302
    assert accepted.due_at == before
    assert accepted.promised_at is not None
    extended = send(
        head, accepted, "gia-han", {"until": "2026-11-27T16:00", "provision": "Điều 9", "reason": "Phức tạp"}
    )
    assert extended.status_code == 302
    assert accepted.due_at > before
    assert "hen-lai" not in {offer.slug for offer in head.get(f"/can-bo/ho-so/{accepted.pk}/").context["offers"]}


def test_resolve_with_paper_needs_evidence(accepted: Dossier, sign_in: SignIn) -> None:
    case = sign_in("case")

    bare = send(case, accepted, "ket-qua", {name: value for name, value in RESULT.items() if name != "paper"})
    assert bare.status_code == 422
    assert "Cần tệp đã ký" in bare.content.decode()
    future = send(case, accepted, "ket-qua", RESULT | {"signed_on": "17/11/2026"})
    assert future.status_code == 422
    assert 'id="id_signed_on_error"' in future.content.decode()
    assert send(case, accepted, "ket-qua", RESULT | {"at_return_desk": "on"}).status_code == 302
    assert accepted.state == State.RESOLVED
    assert Result.objects.get().number == "15/GP-SXD"


def test_resolve_with_file_then_receive_at_the_return_desk(accepted: Dossier, sign_in: SignIn) -> None:
    data = {name: value for name, value in RESULT.items() if name != "paper"} | {
        "file": SimpleUploadedFile("gp.pdf", PDF)
    }

    assert send(sign_in("case"), accepted, "ket-qua", data).status_code == 302
    assert (accepted.state, accepted.result_at_desk_at) == (State.RESOLVED, None)
    assert Result.objects.get().electronic
    counter = sign_in("counter")
    opened = counter.get(reverse("desk:result_file", args=[accepted.pk, Result.objects.get().pk]))
    assert b"".join(opened.streaming_content) == PDF
    assert send(counter, accepted, "nhan-ket-qua").status_code == 302
    assert accepted.result_at_desk_at is not None


def test_send_by_post_then_delivered(province: Province, sign_in: SignIn, clock: Clock) -> None:
    intake = province.intake(channel="counter", return_method="post")
    moved = receive_at_counter(intake, c.Accept(), actor=province.actor("counter"), at=MONDAY)
    dossier = Dossier.objects.get(pk=moved.id)
    give(province, dossier, "case", c.Resolve(result(signed_on=MONDAY.date())))
    counter = sign_in("counter")

    assert send(counter, dossier, "gui-buu-chinh", {"parcel": "EN123456789VN"}).status_code == 302
    assert (dossier.state, dossier.result_sent_at is not None) == (State.RESOLVED, True)
    data = {"receiver": "Nguyễn Thị Hòa", "proof": "postal", "parcel_proof": "EN123456789VN, 15:00 17/11"}
    assert send(counter, dossier, "tra-ket-qua", data).status_code == 302
    assert dossier.state == State.HANDED_OVER


def test_hand_over_needs_a_proof(province: Province, accepted: Dossier, sign_in: SignIn) -> None:
    give(province, accepted, "case", c.Resolve(result(signed_on=MONDAY.date())))
    counter = sign_in("counter")

    bare = send(counter, accepted, "tra-ket-qua", {"receiver": "Hòa", "proof": "signature"})
    assert bare.status_code == 422
    assert "Chưa có chữ ký người nhận" in bare.content.decode()
    garbage = send(
        counter,
        accepted,
        "tra-ket-qua",
        {"receiver": "Hòa", "proof": "signature", "signature": "data:image/png;base64,AAAA"},
    )
    assert garbage.status_code == 422
    assert accepted.state == State.RESOLVED
    scan = SimpleUploadedFile("phieu.pdf", PDF)
    assert (
        send(
            counter, accepted, "tra-ket-qua", {"receiver": "Hòa", "proof": "signature", "signature_file": scan}
        ).status_code
        == 302
    )
    assert accepted.state == State.HANDED_OVER


def test_hand_over_before_the_result_is_refused_and_recorded(accepted: Dossier, sign_in: SignIn) -> None:
    answer = send(
        sign_in("counter"),
        accepted,
        "tra-ket-qua",
        {"receiver": "Hòa", "proof": "signature", "signature_file": SimpleUploadedFile("p.pdf", PDF)},
    )

    assert answer.status_code == 422
    assert "Hồ sơ chưa có kết quả nên không thể trả kết quả" in answer.content.decode()
    assert LedgerEntry.objects.latest("seq").kind == "dossier.hand_over_refused"
    assert accepted.state == State.ACCEPTED


def test_withdrawal_asked_declined_asked_again_and_granted(accepted: Dossier, sign_in: SignIn) -> None:
    counter, head = sign_in("counter"), sign_in("head")

    assert "de-nghi-rut" in {offer.slug for offer in counter.get(f"/can-bo/ho-so/{accepted.pk}/").context["offers"]}
    assert send(counter, accepted, "de-nghi-rut", {"reason": "Không còn nhu cầu"}).status_code == 302
    assert send(head, accepted, "khong-cho-rut", {"reason": "Đã có kết quả dự thảo"}).status_code == 302
    assert accepted.withdrawal_requested_at is None
    early = send(head, accepted, "cho-rut", {"document": "1/QĐ", "signer": "Bình"})
    assert early.status_code == 422
    assert "Chưa có đề nghị rút" in early.content.decode()
    send(counter, accepted, "de-nghi-rut", {"reason": "Không còn nhu cầu"})
    assert send(head, accepted, "cho-rut", {"document": "1/QĐ", "signer": "Bình"}).status_code == 302
    assert accepted.state == State.WITHDRAWN


def test_return_as_not_eligible_and_stop(province: Province, accepted: Dossier, sign_in: SignIn) -> None:
    head = sign_in("head")

    data = RESULT | {"reason": "Đất không được xây dựng"}
    assert send(head, accepted, "tra-lai", data).status_code == 302
    assert accepted.state == State.RETURNED
    moved = receive_at_counter(
        province.intake(channel="counter"), c.Accept(), actor=province.actor("counter"), at=MONDAY
    )
    other = Dossier.objects.get(pk=moved.id)
    assert send(head, other, "dung", {"reason": "Theo bản án"}).status_code == 302
    assert other.state == State.STOPPED


def test_rectify_takes_the_result_back(province: Province, accepted: Dossier, sign_in: SignIn) -> None:
    give(province, accepted, "case", c.Resolve(result(signed_on=MONDAY.date())))
    head = sign_in("head")

    nothing = send(head, accepted, "dinh-chinh", {"reason": "Nhầm", "approver": province.officers["head"].pk})
    assert nothing.status_code == 422
    data = {"reason": "Ghi nhầm hồ sơ", "approver": province.officers["head"].pk, "to_state": "accepted", "told": "on"}
    assert send(head, accepted, "dinh-chinh", data).status_code == 302
    assert accepted.state == State.ACCEPTED
    assert Result.objects.get().voided_at is not None


def test_close_what_was_not_completed_in_time(
    province: Province, submitted: Dossier, sign_in: SignIn, clock: Clock
) -> None:
    give(province, submitted, "counter", c.AskCompletion(("Bản vẽ",), "Thiếu", MONDAY + timedelta(days=2)))
    counter = sign_in("counter")

    assert send(counter, submitted, "dong-qua-han").status_code == 422
    clock.forward(days=3)
    assert send(counter, submitted, "dong-qua-han").status_code == 302
    assert submitted.state == State.REFUSED


def test_every_command_of_an_officer_has_its_page() -> None:
    from motcua.desk.forms.moves import FORMS
    from motcua.desk.moves import EXPLAINED, SLUGS
    from motcua.law.lifecycle import MOVES, Who

    given = {move.command for move in MOVES if set(move.who) - {Who.APPLICANT, Who.SYSTEM}} - {"submit", "work"}
    assert set(FORMS) == set(SLUGS) == given
    assert len(set(SLUGS.values())) == len(SLUGS)
    assert given - set(EXPLAINED) == {"forward"}

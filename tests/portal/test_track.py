"""Look-up with proof, the dossier's page in every state, and what the applicant may still do."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from tests.portal.house import pdf, text
from tests.province import MONDAY, Province, applicant_of, result

from motcua.documents.models import IssuedForm
from motcua.dossiers import commands as c
from motcua.dossiers.models import Dossier, Paper
from motcua.dossiers.services import Moved, give_command, receive_at_counter, submit_dossier
from motcua.portal.models import LookupMiss

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock(set_config) -> None:
    set_config("MOTCUA_NOW", "2026-11-16T10:00:00+07:00")


def submitted(province: Province) -> Dossier:
    return Dossier.objects.get(pk=submit_dossier(province.intake(), actor=province.applicant, at=MONDAY).id)


def accepted(province: Province) -> Dossier:
    moved = receive_at_counter(
        province.intake(channel="counter"), c.Accept(), actor=province.actor("counter"), at=MONDAY
    )
    return Dossier.objects.get(pk=moved.id)


def give(
    province: Province, dossier: Dossier, who: str, command: c.AnyCommand, at: datetime = MONDAY + HOUR / 2
) -> Moved:
    return give_command(dossier.pk, command, actor=province.actor(who), at=at)


def look(client: Client, dossier: Dossier, proof: str = "3456"):
    return client.post("/tra-cuu/", {"code": dossier.code, "proof": proof})


def page_of(client: Client, dossier: Dossier) -> str:
    look(client, dossier)
    return text(client.get(f"/ho-so/{dossier.code}/"))


@pytest.mark.parametrize("proof", ["3456", "1990", " 3456 "])
def test_code_opens_with_phone_digits_or_year_of_birth(client: Client, province: Province, proof: str) -> None:
    dossier = submitted(province)

    response = look(client, dossier, proof)

    assert response["Location"] == f"/ho-so/{dossier.code}/"
    assert client.get(response["Location"]).status_code == 200


def test_code_is_read_with_blanks_and_small_letters(client: Client, province: Province) -> None:
    dossier = submitted(province)

    response = client.post("/tra-cuu/", {"code": f" {dossier.code.lower()[:8]} {dossier.code[8:]}", "proof": "3456"})

    assert response.status_code == 302


def test_wrong_proof_and_unknown_code_are_told_the_same(client: Client, province: Province) -> None:
    dossier = submitted(province)

    wrong = client.post("/tra-cuu/", {"code": dossier.code, "proof": "0000"})
    unknown = client.post("/tra-cuu/", {"code": "H32.16-261116-9999", "proof": "3456"})

    said = "Không có hồ sơ nào khớp cả mã và 4 chữ số này."
    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert said in text(wrong)
    assert said in text(unknown)


@pytest.mark.parametrize(
    ("code", "proof", "said"),
    [
        ("", "", "Ông/bà nhập mã hồ sơ ghi trên giấy tiếp nhận."),
        ("H32.16-261116-0001", "", "Ông/bà nhập 4 số cuối điện thoại hoặc năm sinh."),
        ("H32.16-261116-0001", "12a4", "Cần đúng 4 chữ số"),
        ("H32.16-261116-0001", "12345", "Cần đúng 4 chữ số"),
        ("khong phai ma", "1234", "cần dạng H32.16-261121-0001"),
        ("H32.16-269916-0001", "1234", "không có thật"),
    ],
)
def test_bad_look_up_is_said_beside_the_field(
    client: Client, province: Province, code: str, proof: str, said: str
) -> None:
    response = client.post("/tra-cuu/", {"code": code, "proof": proof})

    assert response.status_code == 422
    assert said in text(response)


def test_guessing_one_code_stops_after_five_tries_for_a_quarter_of_an_hour(
    client: Client, province: Province, set_config
) -> None:
    dossier = submitted(province)
    answers = [look(client, dossier, f"{number:04d}").status_code for number in range(6)]

    right_but_shut = look(client, dossier)
    set_config("MOTCUA_NOW", "2026-11-16T10:15:00+07:00")

    assert answers == [422] * 5 + [429]
    assert right_but_shut.status_code == 429
    assert "chờ 15 phút" in text(right_but_shut)
    assert look(client, dossier).status_code == 302


def test_trying_many_codes_from_one_address_stops_after_twenty(client: Client, province: Province) -> None:
    answers = [
        client.post("/tra-cuu/", {"code": f"H32.16-261116-{number:04d}", "proof": "3456"}).status_code
        for number in range(1, 22)
    ]
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")

    assert answers == [422] * 20 + [429]
    assert elsewhere.post("/tra-cuu/", {"code": "H32.16-261116-0500", "proof": "3456"}).status_code == 422


def test_misses_hold_no_address_and_no_code(client: Client, province: Province) -> None:
    client.post("/tra-cuu/", {"code": "H32.16-261116-0001", "proof": "3456"})

    assert LookupMiss.objects.count() == 2
    assert {len(bytes(miss.source)) for miss in LookupMiss.objects.all()} == {32}


def test_old_misses_are_swept_by_the_next(client: Client, province: Province, set_config) -> None:
    client.post("/tra-cuu/", {"code": "H32.16-261116-0001", "proof": "3456"})
    set_config("MOTCUA_NOW", "2026-11-18T10:00:00+07:00")

    client.post("/tra-cuu/", {"code": "H32.16-261116-0002", "proof": "3456"})

    assert LookupMiss.objects.count() == 2


def test_dossier_is_hidden_from_a_browser_that_proved_nothing(client: Client, province: Province) -> None:
    dossier = submitted(province)

    assert client.get(f"/ho-so/{dossier.code}/")["Location"] == f"/tra-cuu/?ma={dossier.code}"
    for part in ("bien-nhan/", "gui-them/", "rut/", "giay/1/", "ket-qua/1/", "da-nop/1/"):
        assert client.get(f"/ho-so/{dossier.code}/{part}").status_code == 404
    assert client.post(f"/ho-so/{dossier.code}/rut/", {"reason": "x"}).status_code == 404
    assert Dossier.objects.get().state == "submitted"


def test_qr_key_opens_the_dossier(client: Client, province: Province) -> None:
    dossier = submitted(province)

    assert client.get(f"/h/{dossier.access_key}/")["Location"] == f"/ho-so/{dossier.code}/"
    assert client.get(f"/h/{dossier.intake_key}/").status_code == 404


def test_mine_lists_what_this_browser_knows_until_it_ends(client: Client, province: Province) -> None:
    dossier = submitted(province)
    assert "Máy này chưa mở hồ sơ nào" in text(client.get("/ho-so-cua-toi/"))
    look(client, dossier)

    mine = text(client.get("/ho-so-cua-toi/"))
    ended = client.post("/ket-thuc/", follow=True)

    assert dossier.code in mine
    assert "Máy này đã quên các hồ sơ" in text(ended)
    assert client.get(f"/ho-so/{dossier.code}/").status_code == 302


def test_submitted_tells_who_answers_by_when(client: Client, province: Province) -> None:
    page = page_of(client, submitted(province))

    assert "Chờ tiếp nhận" in page
    assert "cán bộ phải trả lời chậm nhất 09:20 thứ Ba 17/11/2026" in page
    assert "Chờ cán bộ kiểm tra hồ sơ" in page
    assert "Ông/bà gửi hồ sơ" in page
    assert "Rút hồ sơ" in page


def test_accepted_tells_time_left_and_why_this_day(client: Client, province: Province) -> None:
    page = page_of(client, accepted(province))

    assert "Còn 2 ngày 7 giờ làm việc" in page
    assert "đến 09:20 thứ Năm 19/11/2026" in page
    assert "Sở Xây dựng đang giải quyết" in page
    assert "Vì sao ngày này?" in page
    assert "Thời hạn 3 ngày làm việc, tính từ 09:20 thứ Hai 16/11/2026" in page
    assert "hạn 09:20" in page
    assert "Đề nghị rút hồ sơ" in page


def test_overdue_says_so_in_words(client: Client, province: Province, set_config) -> None:
    dossier = accepted(province)
    set_config("MOTCUA_NOW", "2026-11-20T09:20:00+07:00")

    page = page_of(client, dossier)

    assert "Quá 1 ngày làm việc" in page
    assert "hạn là 09:20 thứ Năm 19/11/2026" in page


def test_waiting_for_supplement_lists_what_is_asked(client: Client, province: Province) -> None:
    dossier = accepted(province)
    give(province, dossier, "case", c.AskSupplement(items=("Bản vẽ mặt bằng", "Ảnh hiện trạng"), reason="Thiếu bản vẽ"))

    page = page_of(client, dossier)

    assert "Ông/bà cần bổ sung" in page
    assert "Bản vẽ mặt bằng" in page
    assert "Lý do: Thiếu bản vẽ" in page
    assert "Tạm dừng tính hạn từ 09:50 thứ Hai 16/11/2026" in page
    assert "đồng hồ đang dừng" in page


def test_supplement_is_sent_with_files_by_the_items_asked(client: Client, province: Province) -> None:
    dossier = accepted(province)
    give(province, dossier, "case", c.AskSupplement(items=("Bản vẽ mặt bằng",), reason="Thiếu"))
    look(client, dossier)

    page = text(client.get(f"/ho-so/{dossier.code}/gui-them/"))
    sent = client.post(
        f"/ho-so/{dossier.code}/gui-them/", {"file-0": pdf("ban-ve.pdf"), "note": "Đã bổ sung"}, follow=True
    )

    dossier.refresh_from_db()
    assert "Bản vẽ mặt bằng" in page
    assert "Đã gửi. Hồ sơ được chuyển lại cho cán bộ." in text(sent)
    assert dossier.state == "in_process"
    assert Paper.objects.get(dossier=dossier, round=1).name == "Bản vẽ mặt bằng"
    assert client.get(f"/ho-so/{dossier.code}/gui-them/").status_code == 302


def test_completion_starts_a_new_answer_clock(client: Client, province: Province) -> None:
    dossier = submitted(province)
    give(province, dossier, "counter", c.AskCompletion(items=("Tờ khai ký tên",), reason="Chưa ký"))
    page = page_of(client, dossier)

    client.post(f"/ho-so/{dossier.code}/gui-them/", {"note": "Đã ký"})

    dossier.refresh_from_db()
    assert "Ông/bà cần hoàn thiện" in page
    assert dossier.state == "submitted"


def test_empty_or_bad_answer_changes_nothing(client: Client, province: Province) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    dossier = accepted(province)
    give(province, dossier, "case", c.AskSupplement(items=("Bản vẽ",), reason="Thiếu"))
    look(client, dossier)

    empty = client.post(f"/ho-so/{dossier.code}/gui-them/", {})
    bad = client.post(f"/ho-so/{dossier.code}/gui-them/", {"file-0": SimpleUploadedFile("a.exe", b"MZ....")})

    dossier.refresh_from_db()
    assert (empty.status_code, bad.status_code) == (422, 422)
    assert "chọn ít nhất một tệp" in text(empty)
    assert "Bản vẽ: Nội dung tệp" in text(bad)
    assert dossier.state == "awaiting_supplement"


def test_withdrawal_before_acceptance_is_at_once(client: Client, province: Province) -> None:
    dossier = submitted(province)
    look(client, dossier)

    page = text(client.get(f"/ho-so/{dossier.code}/rut/"))
    unreasoned = client.post(f"/ho-so/{dossier.code}/rut/", {"reason": " "})
    done = client.post(f"/ho-so/{dossier.code}/rut/", {"reason": "Nộp nhầm"}, follow=True)

    dossier.refresh_from_db()
    assert "sẽ kết thúc ngay" in page
    assert unreasoned.status_code == 422
    assert "Ông/bà ghi lý do rút hồ sơ." in text(unreasoned)
    assert "Hồ sơ đã được rút." in text(done)
    assert dossier.state == "withdrawn"


def test_withdrawal_after_acceptance_is_a_request(client: Client, province: Province) -> None:
    dossier = accepted(province)
    look(client, dossier)

    done = client.post(f"/ho-so/{dossier.code}/rut/", {"reason": "Bán nhà"}, follow=True)
    again = client.get(f"/ho-so/{dossier.code}/rut/", follow=True)

    dossier.refresh_from_db()
    assert "cơ quan đang xem xét" in text(done)
    assert (dossier.state, dossier.withdrawal_requested_at is not None) == ("accepted", True)
    assert "hiện không rút được" in text(again)


def test_page_opened_before_somebody_else_moved_is_told_so(client: Client, province: Province) -> None:
    dossier = submitted(province)
    look(client, dossier)
    seq = dossier.seq
    give(province, dossier, "counter", c.AskCompletion(items=("Tờ khai",), reason="Chưa ký"))

    late = client.post(f"/ho-so/{dossier.code}/rut/", {"reason": "Nộp nhầm", "seq": seq}, follow=True)

    assert "vừa được người khác xử lý" in text(late)
    dossier.refresh_from_db()
    assert dossier.state == "awaiting_completion"


def test_result_ready_tells_where_to_come(client: Client, province: Province) -> None:
    dossier = accepted(province)
    give(province, dossier, "case", c.Resolve(result(signed_on=MONDAY.date())))

    page = page_of(client, dossier)

    assert "Có kết quả trước hạn" in page
    assert "Kết quả chờ ông/bà nhận" in page
    assert "Giấy phép số 15/GP-SXD" in page
    assert "Rút hồ sơ" not in page


def test_refused_tells_the_reason(client: Client, province: Province) -> None:
    dossier = submitted(province)
    give(province, dossier, "counter", c.Refuse(reason="Không thuộc thẩm quyền"))

    page = page_of(client, dossier)

    assert "Từ chối tiếp nhận" in page
    assert "Lý do: Không thuộc thẩm quyền" in page


def test_dossier_page_costs_the_same_however_long_its_life(
    client: Client, province: Province, django_assert_num_queries
) -> None:
    young, old = submitted(province), accepted(province)
    give(province, old, "case", c.AskSupplement(items=("Bản vẽ",), reason="Thiếu"))
    give_command(old.pk, c.Supplement(), actor=applicant_of(old.pk), at=MONDAY + HOUR)
    give(province, old, "case", c.Forward(step="Thẩm định", unit_id=province.unit.pk), MONDAY + 2 * HOUR)
    for dossier in (young, old):
        look(client, dossier)

    with django_assert_num_queries(7):
        client.get(f"/ho-so/{young.code}/")
    # One more names the units it went through, however many.
    for hour in (3, 4):
        give(province, old, "case", c.Forward(step="Trình ký", unit_id=province.unit.pk), MONDAY + hour * HOUR)
        with django_assert_num_queries(8):
            client.get(f"/ho-so/{old.code}/")


def test_look_up_behind_a_proxy_counts_the_address_the_proxy_saw(
    client: Client, province: Province, set_config
) -> None:
    from motcua.portal.throttle import client_address

    set_config("MOTCUA_BEHIND_PROXY", "true")
    request = client.get("/tra-cuu/", headers={"X-Forwarded-For": "1.2.3.4, 198.51.100.7"}).wsgi_request

    assert client_address(request) == "198.51.100.7"


def test_paper_handed_in_can_be_opened_by_its_applicant(client: Client, province: Province) -> None:
    dossier = accepted(province)
    give(province, dossier, "case", c.AskSupplement(items=("Bản vẽ",), reason="Thiếu"))
    look(client, dossier)
    client.post(f"/ho-so/{dossier.code}/gui-them/", {"file-0": pdf("bản vẽ.pdf")})
    paper = Paper.objects.get(dossier=dossier, round=1)

    response = client.get(f"/ho-so/{dossier.code}/da-nop/{paper.pk}/")

    assert response["Content-Type"] == "application/pdf"
    assert b"".join(response.streaming_content).startswith(b"%PDF")
    assert client.get(f"/ho-so/{dossier.code}/da-nop/{paper.pk + 1000}/").status_code == 404


def test_receipt_form_is_printed_for_its_applicant(client: Client, province: Province) -> None:
    dossier = accepted(province)
    entry = dossier.entries.get()
    form = IssuedForm.objects.filter(entry=entry, kind="receipt").first() or IssuedForm.objects.create(
        dossier=dossier, entry=entry, kind="receipt", issued_at=MONDAY
    )
    page = page_of(client, dossier)

    response = client.get(f"/ho-so/{dossier.code}/giay/{form.pk}/")

    assert "Giấy tiếp nhận hồ sơ và hẹn trả kết quả" in page
    assert response["Content-Type"] == "application/pdf"
    assert b"".join(response.streaming_content).startswith(b"%PDF")


def test_control_slip_stays_in_the_office(client: Client, province: Province) -> None:
    dossier = accepted(province)
    slip = IssuedForm.objects.create(
        dossier=dossier, entry=dossier.entries.get(), kind="control_slip", issued_at=MONDAY
    )
    look(client, dossier)

    assert client.get(f"/ho-so/{dossier.code}/giay/{slip.pk}/").status_code == 404

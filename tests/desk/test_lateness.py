"""Nhắc việc, Cần xin lỗi, Nguyên nhân trễ hạn: who sees what, what a click does, what a wrong one says."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.desk.office import Clock
from tests.notifications.reminders import moment
from tests.province import MONDAY, Province, result

from motcua.dossiers import commands as c
from motcua.dossiers.services import give_command, submit_dossier
from motcua.notifications.models import OfficerNotice, WarningSetting
from motcua.notifications.officer_notices import warn
from motcua.notifications.watching import plan
from motcua.processes.apologies import Explanation, draft, give_reason, sign
from motcua.processes.charging import propose_causes
from motcua.processes.models import Apology, LatenessCause

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db

LATEST, DUE = moment("2026-11-18T09:20"), moment("2026-11-19T09:20")


def accepted(province: Province, number: int = 1) -> list[int]:
    made = []
    for _ in range(number):
        id_ = submit_dossier(province.intake(), actor=province.applicant, at=MONDAY).id
        give_command(id_, c.Accept(), actor=province.actor("counter"), at=MONDAY)
        forward = c.Forward("Thẩm định", unit_id=province.unit.pk, officer_id=province.officers["case"].pk)
        give_command(id_, forward, actor=province.actor("case"), at=MONDAY)
        made.append(id_)
    return made


def page(client: Client, name: str, *arguments: object, **query: object):
    return client.get(reverse(f"desk:{name}", args=arguments), query)


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def late(province: Province, number: int = 1) -> list[int]:
    ids = accepted(province, number)
    at = moment("2026-11-20T10:00")
    for id_ in ids:
        give_command(id_, c.Resolve(result(signed_on=MONDAY.date())), actor=province.actor("case"), at=at)
    propose_causes(ids, at=at)
    return ids


def test_the_bell_counts_and_a_click_reads(province: Province, sign_in: SignIn, clock: Clock) -> None:
    (dossier_id,) = accepted(province)
    plan([dossier_id], MONDAY)
    warn(moment("2026-11-18T14:00"))
    clock.at = moment("2026-11-18T15:00")
    client = sign_in("case")
    shown = page(client, "reminders")
    assert "Sắp đến hạn: hồ sơ" in text_of(shown)
    notice = OfficerNotice.objects.get(officer=province.officers["case"], stage="ahead:25%")
    assert '<span>Nhắc việc</span><span class="count count-late">1</span>' in text_of(shown)
    answer = client.post(reverse("desk:read_reminders"), {"notice": notice.pk, "dossier": dossier_id})
    assert answer.url == reverse("desk:dossier", args=[dossier_id])
    assert "Không còn tin nào chưa đọc" in text_of(page(client, "reminders", muc="chua-doc"))
    assert "<span>Nhắc việc</span></a>" in text_of(page(client, "reminders"))


def test_nobody_reads_another_s_notices(province: Province, sign_in: SignIn, clock: Clock) -> None:
    (dossier_id,) = accepted(province)
    plan([dossier_id], MONDAY)
    warn(moment("2026-11-18T14:00"))
    other = sign_in("commune_case")
    assert "Sắp đến hạn" not in text_of(page(other, "reminders"))
    ids = OfficerNotice.objects.values_list("pk", flat=True)
    clock.at = moment("2026-11-18T15:00")
    for id_ in ids:
        other.post(reverse("desk:read_reminders"), {"notice": id_})
    assert not OfficerNotice.objects.filter(read_at__isnull=False).exists()
    own = sign_in("case")
    for typed in ("x", "9" * 30, "٣"):
        assert own.post(reverse("desk:read_reminders"), {"notice": typed}).status_code == 302
        assert not OfficerNotice.objects.filter(read_at__isnull=False).exists()
        assert page(other, "reminders", sau=typed).status_code == 200
        assert other.post(reverse("desk:read_reminders"), {"notice": typed}).status_code == 302


def test_a_letter_from_draft_to_delivered(province: Province, sign_in: SignIn, clock: Clock) -> None:
    (dossier_id,) = accepted(province)
    draft([dossier_id], at=LATEST)
    clock.at = LATEST
    case, signer, counter = sign_in("case"), sign_in("signer"), sign_in("counter")
    assert reverse("desk:letter", args=[dossier_id]) in text_of(page(case, "apologies"))
    address = reverse("desk:letter", args=[dossier_id])
    assert page(case, "letter_preview", dossier_id).content[:8] == b"\x89PNG\r\n\x1a\n"

    wrong = case.post(address, {"do": "reason", "cause": "c", "reason": "", "until": "2026-11-19T09:20"})
    assert wrong.status_code == 422
    assert "Chưa nhập “lý do chậm”" in text_of(wrong)
    backwards = case.post(address, {"do": "reason", "cause": "c", "reason": "Xác minh", "until": "2026-11-19T09:20"})
    assert backwards.status_code == 422
    assert "phải sau hạn hiện hành" in text_of(backwards)
    assert Apology.objects.get().state == "drafted"

    given = {"do": "reason", "cause": "c", "reason": "Phải xác minh tại thực địa", "until": "2026-11-25T16:00"}
    early = counter.post(address, {"do": "paper", "receiver": "Nguyễn Thị Hòa"})
    assert (early.status_code, text_of(early).count("văn bản chưa ký, hoặc bản giấy đã được giao")) == (422, 1)
    assert case.post(address, given).status_code == 302
    assert case.post(address, {"do": "sign"}).status_code == 403
    assert "Ký và gửi" not in text_of(page(case, "letter", dossier_id))
    assert "Ký và gửi" in text_of(page(signer, "letter", dossier_id))
    assert signer.post(address, {"do": "sign"}).status_code == 302
    assert signer.post(address, {"do": "sign"}).status_code == 409

    assert counter.post(address, {"do": "paper", "receiver": " "}).status_code == 422
    assert counter.post(address, {"do": "paper", "receiver": "Nguyễn Thị Hòa"}).status_code == 302
    assert Apology.objects.values_list("state", "delivered_by").get() == ("delivered", "paper")
    again = counter.post(address, {"do": "paper", "receiver": "Nguyễn Thị Hòa"})
    assert (again.status_code, text_of(again).count("văn bản chưa ký, hoặc bản giấy đã được giao")) == (422, 1)
    late_reason = case.post(address, given)
    assert (late_reason.status_code, text_of(late_reason).count("không sửa lý do được nữa")) == (422, 1)
    assert case.post(address, {"do": "?"}).status_code == 404
    told = text_of(page(case, "dossier", dossier_id))
    assert "Giao văn bản xin lỗi bản giấy" in told


def test_another_agency_s_letter_is_not_there(province: Province, sign_in: SignIn, clock: Clock) -> None:
    (dossier_id,) = accepted(province)
    draft([dossier_id], at=LATEST)
    stranger = sign_in("commune_case")
    assert page(stranger, "letter", dossier_id).status_code == 404
    assert page(stranger, "letter_preview", dossier_id).status_code == 404
    assert page(stranger, "late_cause", dossier_id).status_code == 404
    assert page(sign_in("case"), "late_cause", dossier_id).status_code == 404


def test_late_without_an_apology_is_a_listed_fault(province: Province, sign_in: SignIn, clock: Clock) -> None:
    ids = accepted(province, 2)
    draft(ids, at=DUE)
    for officer, act in (("case", lambda who: give_reason(ids[0], Explanation("c", "Lý do", DUE + timedelta(days=7)), actor=who, at=DUE)),
                         ("signer", lambda who: sign(ids[0], actor=who, at=DUE))):  # fmt: skip
        act(province.actor(officer))
    Apology.objects.filter(dossier_id=ids[0]).update(state="delivered", delivered_at=DUE, delivered_by="page")
    (ended,) = late(province)
    clock.at = moment("2026-11-23T08:00")
    shown = text_of(page(sign_in("head"), "apologies", muc="chua-xin-loi"))
    assert reverse("desk:dossier", args=[ids[1]]) in shown
    assert reverse("desk:dossier", args=[ids[0]]) not in shown
    assert reverse("desk:dossier", args=[ended]) in shown
    assert "đã xin lỗi <strong>1</strong> trên <strong>3</strong>" in shown


def test_a_cause_is_confirmed_and_added_up(province: Province, sign_in: SignIn, clock: Clock) -> None:
    first, second = late(province, 2)
    clock.at = moment("2026-11-23T08:00")
    head, case = sign_in("head"), sign_in("case")
    listed = text_of(page(head, "late_causes"))
    assert "(a) Cơ quan, đơn vị, người giải quyết chậm" in listed
    assert "chưa kiểm chứng" in listed
    address = reverse("desk:late_cause", args=[first])
    assert "Xác nhận nguyên nhân</button>" not in text_of(page(case, "late_cause", first))
    own = {"code": "a", "agency": province.department.pk, "step": ""}
    assert case.post(address, own).status_code == 403
    wrong = head.post(address, {"code": "h", "agency": "", "step": ""})
    assert wrong.status_code == 422
    assert "Chưa nhập" in text_of(wrong)
    assert LatenessCause.objects.filter(confirmed_at__isnull=False).count() == 0
    assert head.post(address, {"code": "h", "step": "", "reason": "Bão số 12"}).status_code == 302
    assert head.post(reverse("desk:late_cause", args=[second]), own).status_code == 302
    assert "Không còn hồ sơ nào chờ xác nhận" in text_of(page(head, "late_causes"))

    # A name that begins like a formula stays a name.
    type(province.department).objects.filter(pk=province.department.pk).update(name="=Sở Xây dựng")
    window = {"first_on": "2026-11-01", "last_on": "2026-11-30"}
    assert 'Tổng số</th><td data-label="Số hồ sơ" class="num">2</td>' in text_of(page(head, "late_summary", **window))
    file = page(head, "late_summary", **window, tai="csv")
    assert file["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert [row[2:] for row in rows[1:]] == [
        ["a", "Cơ quan, đơn vị, người giải quyết chậm", "H32.16", "'=Sở Xây dựng", "1", "0"],
        ["h", "Bất khả kháng", "", "", "1", "0"],
    ]
    backwards = page(head, "late_summary", first_on="2026-11-30", last_on="2026-11-01")
    assert backwards.status_code == 422
    assert "ngày cuối phải từ ngày đầu trở đi" in text_of(backwards)


def test_how_to_warn_is_set_by_those_who_may(province: Province, sign_in: SignIn, clock: Clock) -> None:
    admin = sign_in("admin")
    assert page(sign_in("head"), "warning_settings").status_code == 403
    assert "25%" in text_of(page(admin, "warning_settings"))
    given = {
        "agency": "", "valid_from": "2026-11-17", "step_ahead": "50%, 2 giờ", "whole_ahead": "8 giờ", "every_days": "2",
        "tells_ahead": ["officer", "head"], "tells_late": ["leader"],
    }  # fmt: skip
    address = reverse("desk:warning_settings")
    wrong = admin.post(address, given | {"step_ahead": "nửa ngày"})
    assert wrong.status_code == 422
    assert "Mốc nhắc “nửa ngày”" in text_of(wrong)
    past = admin.post(address, given | {"valid_from": "2026-11-15"})
    assert "phải từ hôm nay trở đi" in text_of(past)
    assert not WarningSetting.objects.exists()
    assert admin.post(address, given).status_code == 302
    row = WarningSetting.objects.get()
    assert (row.agency, row.step_ahead, row.every_days) == (None, ["50%", "2 giờ"], 2)
    assert row.tells == {"ahead": ["head", "officer"], "due": [], "apology": [], "late": ["leader"]}
    assert "đã được đặt" in text_of(admin.post(address, given))


@pytest.mark.parametrize("name", ["reminders", "apologies", "late_causes"])
def test_lists_ask_as_many_questions_for_many_rows_as_for_one(
    province: Province, sign_in: SignIn, clock: Clock, name: str
) -> None:
    client = sign_in("head")

    def questions() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert page(client, name).status_code == 200
        return len(queries)

    def fill(number: int) -> None:
        if name == "late_causes":
            late(province, number)
            return
        ids = accepted(province, number)
        plan(ids, MONDAY)
        warn(DUE)

    clock.at = moment("2026-11-19T10:00") if name != "late_causes" else moment("2026-11-23T08:00")
    fill(1)
    page(client, name)
    one = questions()
    fill(6)
    assert questions() == one

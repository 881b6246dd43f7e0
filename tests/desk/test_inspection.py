"""The pages of the inspection: who enters, what they show, what they write."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests.desk.office import Clock, party
from tests.province import MONDAY, Province

from motcua.dossiers.commands import Accept, AskSupplement, Forward, LateEntry, Rectify
from motcua.dossiers.models import Dossier
from motcua.dossiers.services import give_command, receive_at_counter
from motcua.notifications.models import Notice
from motcua.organizations.models import Role
from motcua.processes.backlog.services import note_backlog
from motcua.processes.models import (
    BacklogNote,
    InspectionSetting,
    StuckDossier,
    SuspicionExemption,
    SuspicionFinding,
    SuspicionSweep,
)
from motcua.processes.stuck.services import find_stuck
from motcua.processes.suspicions.services import sweep

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db

LATER = MONDAY + timedelta(days=40)


@pytest.fixture
def office(province: Province, clock: Clock) -> Province:
    clock.at = LATER
    for name, roles in (
        ("inspector", {Role.INSPECTOR: province.root}),
        ("reform", {Role.REFORM_OFFICER: province.department}),
        ("commune_inspector", {Role.INSPECTOR: province.commune}),
        # Inspects the commune and works for the department: sees its dossiers, but does not inspect them.
        ("both", {Role.INSPECTOR: province.commune, Role.CASE_OFFICER: province.department}),
    ):
        province.hire(name, f"Người {name}", province.root, roles)
    return province


def received(province: Province, number: int = 1) -> int:
    intake = province.intake(channel="counter", submitter=party(number))
    return receive_at_counter(intake, Accept(), actor=province.actor("counter"), at=MONDAY).id


def suspected(province: Province, number: int = 1) -> SuspicionFinding:
    """Asked for a supplement an hour before the due."""
    dossier_id = received(province, number)
    at = MONDAY + timedelta(days=3, hours=-1)
    give_command(dossier_id, AskSupplement(("Bản vẽ",), "Thiếu"), actor=province.actor("case"), at=at)
    sweep(MONDAY, LATER, at=LATER)
    return SuspicionFinding.objects.get(dossier=dossier_id)


def stuck(province: Province, number: int = 1) -> int:
    dossier_id = received(province, number)
    Notice.objects.update(state="sent")
    find_stuck(LATER)
    return dossier_id


PAGES = ("inspection_findings", "inspection_exemptions", "inspection_rules", "inspection_stuck", "inspection_backlog",
         "inspection_late", "inspection_rectifications")  # fmt: skip
INSPECTS = {"inspector", "leader", "reform", "commune_inspector", "both"}


@pytest.mark.parametrize(
    "name", [*sorted(INSPECTS), "counter", "case", "head", "signer", "admin", "desk_head", "postal"]
)
def test_three_roles_enter_and_no_other(office: Province, sign_in: SignIn, name: str) -> None:
    client = sign_in(name)
    expected = 200 if name in INSPECTS else 403
    assert {page: client.get(reverse(f"desk:{page}")).status_code for page in PAGES} == dict.fromkeys(PAGES, expected)


def test_without_sign_in_every_page_leads_to_it(office: Province) -> None:
    answers = [Client().get(reverse(f"desk:{page}")) for page in PAGES]
    assert {answer.status_code for answer in answers} == {302}
    assert all(answer["Location"].startswith("/dang-nhap/") for answer in answers)


def test_findings_of_other_agencies_are_not_there(office: Province, sign_in: SignIn) -> None:
    finding = suspected(office)
    stuck(office, 2)
    code = Dossier.objects.get(pk=finding.dossier_id).code
    address = reverse("desk:inspection_finding", args=[finding.pk])
    for name, seen in (("inspector", True), ("reform", True), ("commune_inspector", False), ("both", False)):
        client = sign_in(name)
        assert (code in client.get(reverse("desk:inspection_findings")).content.decode()) is seen, name
        assert (code in client.get(reverse("desk:inspection_backlog")).content.decode()) is seen, name
        assert client.get(address).status_code == (200 if seen else 404), name
        for page in ("inspection_findings", "inspection_stuck", "inspection_backlog"):
            rows = client.get(reverse(f"desk:{page}"), {"tep": "csv"}).content.decode().splitlines()
            assert (len(rows) > 1) is seen, (name, page)


def test_a_finding_shows_its_evidence_and_takes_the_inspector_s_verdict(office: Province, sign_in: SignIn) -> None:
    finding = suspected(office)
    address = reverse("desk:inspection_finding", args=[finding.pk])
    page = sign_in("leader").get(address).content.decode()
    assert "khi chỉ còn 1 giờ làm việc" in page
    assert "không phải kết luận về ai" in page
    assert "Ghi kết luận</button>" not in page

    client = sign_in("inspector")
    refused = client.post(address, {"verdict": "confirmed", "note": ""})
    assert refused.status_code == 422
    assert "Cần ghi đã xem gì" in refused.content.decode()
    assert SuspicionFinding.objects.get().verdict == ""
    assert client.post(address, {"verdict": "justified", "note": "Đo đạc mới thấy"}).status_code == 302
    assert "Đo đạc mới thấy" in client.get(address).content.decode()
    left = client.get(reverse("desk:inspection_findings")).content.decode()
    assert "Không có dấu hiệu nào chờ xem" in left
    judged = client.get(reverse("desk:inspection_findings"), {"ket-luan": "justified"}).content.decode()
    assert "Yêu cầu bổ sung lúc 08:20" in judged
    assert sign_in("leader").post(address, {"verdict": "confirmed", "note": "x"}).status_code == 422


def test_the_list_filters_and_says_what_it_cannot_read(office: Province, sign_in: SignIn) -> None:
    suspected(office)
    client = sign_in("inspector")
    address = reverse("desk:inspection_findings")

    def rows(**asked: str) -> int:
        return client.get(address, asked).content.decode().count("data-row>")

    assert rows() == 1
    assert (
        rows(
            **{
                "dau-hieu": "supplement_before_due",
                "co-quan": "H32.16 Sở Xây dựng",
                "tu": "2026-11-19",
                "den": "2026-11-19",
            }
        )
        == 1
    )
    assert rows(**{"dau-hieu": "odd_hours"}) == 0
    assert rows(den="2026-11-18") == 0
    assert client.get(address, {"dau-hieu": "khong-co"}).status_code == 404
    wrong = client.get(address, {"co-quan": "X9"})
    assert wrong.status_code == 422
    assert "Không có cơ quan nào mang mã “X9”" in wrong.content.decode()
    assert client.get(address, {"tu": "hôm qua"}).status_code == 422
    backwards = client.get(address, {"tu": "2026-11-20", "den": "2026-11-19"})
    assert backwards.status_code == 422
    assert "Từ ngày 20/11/2026 ở sau đến ngày 19/11/2026." in backwards.content.decode()


def test_pages_by_key_reach_every_finding_once(
    office: Province, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("motcua.processes.suspicions.queries.PAGE_SIZE", 2)
    for number in range(5):
        suspected(office, number + 1)
    client, address = sign_in("inspector"), reverse("desk:inspection_findings")
    seen, query = [], ""
    while True:
        answer = client.get(f"{address}?{query}")
        seen += [row.pk for row, _ in answer.context["rows"]]
        query = answer.context["older"]
        if not query:
            break
    assert sorted(seen) == sorted(SuspicionFinding.objects.values_list("pk", flat=True))
    assert len(seen) == 5


@pytest.mark.parametrize("page", ["inspection_findings", "inspection_stuck", "inspection_backlog"])
def test_a_list_asks_as_often_for_three_rows_as_for_one(
    office: Province, sign_in: SignIn, page: str, django_assert_max_num_queries
) -> None:
    client, address = sign_in("inspector"), reverse(f"desk:{page}")
    suspected(office, 1)
    stuck(office, 2)
    client.get(address)
    with django_assert_max_num_queries(60) as one:
        client.get(address)
    for number in range(3, 6):
        suspected(office, number)
        stuck(office, number + 10)
    with django_assert_max_num_queries(len(one)):
        client.get(address)


def test_the_search_on_demand(office: Province, sign_in: SignIn) -> None:
    dossier_id = received(office)
    at = MONDAY + timedelta(days=3, hours=-1)
    give_command(dossier_id, AskSupplement(("Bản vẽ",), "Thiếu"), actor=office.actor("case"), at=at)
    client = sign_in("reform")
    address = reverse("desk:inspection_search")
    said = client.post(address, {"first_on": "2026-11-16", "last_on": "2026-11-20"}, follow=True).content.decode()
    assert "Đã xét 1 hồ sơ, tìm thấy 1 dấu hiệu mới." in said
    said = client.post(address, {"first_on": "2026-11-20", "last_on": "2026-11-16"}, follow=True).content.decode()
    assert "ở trước từ ngày" in said
    assert SuspicionSweep.objects.get().asked_by == office.officers["reform"]


def test_numbers_are_set_by_the_inspector_only(office: Province, sign_in: SignIn) -> None:
    address = reverse("desk:inspection_rule", args=["dung-yen", "no_move"])
    given = {"enabled": "on", "hours": "16", "valid_from": "2026-12-26", "reason": "Theo chỉ đạo"}
    assert "Ghi ngưỡng" not in sign_in("leader").get(address).content.decode()
    assert sign_in("leader").post(address, given).status_code == 422
    client = sign_in("inspector")
    for wrong in ({"hours": "0"}, {"hours": "nhiều"}, {"reason": ""}, {"valid_from": "2026-01-01"}):
        assert client.post(address, given | wrong).status_code == 422
    assert not InspectionSetting.objects.exists()
    assert client.post(address, given).status_code == 302
    row = InspectionSetting.objects.get()
    assert (row.subject, row.key, row.values, row.enabled) == ("stuck", "no_move", {"hours": 16}, True)
    assert "Theo chỉ đạo" in client.get(address).content.decode()
    assert "<strong>16</strong> giờ làm việc" in client.get(reverse("desk:inspection_rules")).content.decode()
    assert client.get(reverse("desk:inspection_rule", args=["dung-yen", "khong"])).status_code == 404
    assert client.get(reverse("desk:inspection_rule", args=["khac", "no_move"])).status_code == 404


def test_exemptions_are_made_and_ended(office: Province, sign_in: SignIn) -> None:
    address = reverse("desk:inspection_exemptions")
    case = office.officers["case"]
    given = {
        "pattern": "odd_hours", "officer": f"{case.pk} {case.full_name}", "first_on": "2026-12-01", "last_on": "2026-12-31",
        "reason": "Quyết định làm thêm giờ số 12", "agency": "", "procedure": "",
    }  # fmt: skip
    assert sign_in("leader").post(address, given).status_code == 422
    client = sign_in("inspector")
    for wrong, said in (
        ({"officer": ""}, "Cần chọn ít nhất"),
        ({"officer": "người nào"}, "Không có cán bộ nào mang số"),
        ({"agency": "X9"}, "Không có cơ quan nào"),
        ({"last_on": "2026-11-01"}, "ở trước từ ngày"),
        ({"reason": ""}, "Chưa nhập"),
    ):
        answer = client.post(address, given | wrong)
        assert (answer.status_code, said in answer.content.decode()) == (422, True), said
    assert not SuspicionExemption.objects.exists()
    assert client.post(address, given).status_code == 302
    row = SuspicionExemption.objects.get()
    assert (row.pattern, row.officer, row.agency, row.last_on) == ("odd_hours", case, None, date(2026, 12, 31))
    end = reverse("desk:end_exemption", args=[row.pk])
    assert sign_in("commune_inspector").post(end).status_code == 404
    assert sign_in("leader").post(end).status_code == 403
    assert client.post(end).status_code == 302
    assert SuspicionExemption.objects.get().ended_by == office.officers["inspector"]


def test_dossiers_that_stand_still_by_kind_and_agency(office: Province, sign_in: SignIn) -> None:
    dossier_id = stuck(office)
    code = Dossier.objects.get(pk=dossier_id).code
    client, address = sign_in("inspector"), reverse("desk:inspection_stuck")
    page = client.get(address, {"loai": "no_owner", "co-quan": "H32.16"}).content.decode()
    assert code in page
    assert "Chưa chuyển cho ai" in page
    assert code not in client.get(address, {"loai": "job_failed"}).content.decode()
    assert code not in client.get(address, {"co-quan": "H32.101"}).content.decode()
    assert client.get(address, {"loai": "khong"}).status_code == 404
    sheet = client.get(address, {"loai": "no_owner", "tep": "csv"})
    assert sheet["Content-Type"] == "text/csv; charset=utf-8"
    lines = sheet.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Hồ sơ,Thủ tục,Cơ quan,Loại")
    assert len(lines) == 2
    assert lines[1].startswith(code)

    case = office.actor("case")
    give_command(dossier_id, Forward("Thẩm định", officer_id=case.id), actor=case, at=LATER)
    assert client.post(reverse("desk:find_stuck")).status_code == 302
    assert not StuckDossier.objects.filter(kind="no_owner").exists()


def test_the_backlog_is_given_to_somebody_who_reports_back(office: Province, sign_in: SignIn) -> None:
    dossier_id = received(office)
    case = office.officers["case"]
    client, address = sign_in("leader"), reverse("desk:inspection_backlog")
    given = {
        "dossier": [str(dossier_id)], "officer": f"{case.pk} {case.full_name}", "until": "2027-01-05", "note": "Hỏi lại người nộp",
    }  # fmt: skip
    nothing = client.post(address, given | {"dossier": []})
    assert (nothing.status_code, "Chưa chọn hồ sơ nào" in nothing.content.decode()) == (422, True)
    past = client.post(address, given | {"until": "2026-01-05"})
    assert (past.status_code, "đã qua" in past.content.decode()) == (422, True)
    assert f'value="{dossier_id}" checked' in past.content.decode()
    assert not BacklogNote.objects.exists()
    assert "Đã ghi cho 1 hồ sơ." in client.post(address, given, follow=True).content.decode()
    assert "Hỏi lại người nộp" in client.get(address, {"ghi-chu": "da-giao"}).content.decode()
    assert "Không có hồ sơ tồn nào khớp" in client.get(address, {"ghi-chu": "chua"}).content.decode()

    mine = reverse("desk:my_backlog")
    worker = sign_in("case")
    assert "Hỏi lại người nộp" in worker.get(mine).content.decode()
    assert worker.post(mine, {"dossier": str(dossier_id), "note": ""}).status_code == 422
    assert worker.post(mine, {"dossier": str(dossier_id), "note": "Hẹn thứ Hai"}).status_code == 302
    assert "Hẹn thứ Hai" in client.get(address).content.decode()
    assert sign_in("head").post(mine, {"dossier": str(dossier_id), "note": "x"}).status_code == 422


def test_what_was_recorded_late_opens_into_dossiers(office: Province, sign_in: SignIn) -> None:
    dossier_id = received(office)
    case, head = office.actor("case"), office.officers["head"]
    at = MONDAY + timedelta(hours=1)
    give_command(
        dossier_id, Forward("Thẩm định", officer_id=case.id), actor=case, at=at, recorded_at=at + timedelta(days=2),
        late=LateEntry("Mất điện", head.pk),
    )  # fmt: skip
    client, address = sign_in("inspector"), reverse("desk:inspection_late")
    window = {"tu": "2026-11-16", "den": "2026-11-30"}
    page = client.get(address, window).content.decode()
    assert "Phạm Thụ Lý" in page
    assert "(100,0 %)" in page
    code = Dossier.objects.get(pk=dossier_id).code
    opened = client.get(address, window | {"can-bo": str(case.id), "qua": "ngay"}).content.decode()
    assert code in opened
    assert "2 ngày" in opened
    assert code in client.get(address, window | {"phong": str(office.unit.pk), "tep": "csv"}).content.decode()
    assert "Phạm Thụ Lý" not in sign_in("both").get(address, window).content.decode()
    # A raised two is a digit to Unicode and none to a number.
    for nobody in ({"can-bo": "²"}, {"phong": "²"}):
        assert code not in client.get(address, window | nobody).content.decode()
    for wrong in ({"tu": "2026-12-01", "den": "2026-11-01"}, {"tu": "x"}, {"tu": "2020-01-01", "den": "2026-01-01"}):
        assert client.get(address, wrong).status_code == 422


def test_rectifications_by_officer(office: Province, sign_in: SignIn) -> None:
    dossier_id = received(office)
    case, head = office.actor("case"), office.actor("head")
    give_command(dossier_id, Forward("Thẩm định", officer_id=case.id), actor=case, at=MONDAY + timedelta(hours=1))
    rectify = Rectify("Nhầm", head.id, corrections={"step": "Xem xét"})
    give_command(dossier_id, rectify, actor=head, at=MONDAY + timedelta(hours=2))
    address, window = reverse("desk:inspection_rectifications"), {"tu": "2026-11-16", "den": "2026-11-30"}
    page = sign_in("inspector").get(address, window)
    assert [(who.full_name, rate.rectified, share) for rate, who, share in page.context["rows"] if rate.rectified] == [
        ("Phạm Thụ Lý", 1, "100,0 %")
    ]
    assert "Phạm Thụ Lý" in sign_in("inspector").get(address, window | {"tep": "csv"}).content.decode()


def test_no_cell_of_a_sheet_is_a_formula(office: Province, sign_in: SignIn) -> None:
    dossier_id = received(office)
    case = office.officers["case"]
    note_backlog(
        [dossier_id], note="=HYPERLINK(1)", officer_id=case.pk, until=None, actor=office.actor("inspector"), at=LATER
    )
    sheet = sign_in("inspector").get(reverse("desk:inspection_backlog"), {"tep": "csv"}).content.decode()
    assert "'=HYPERLINK(1)" in sheet

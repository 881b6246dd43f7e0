"""The page of simplifications: what is listed and summed, the form, the file, who may do what."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.province import MONDAY, Province, build_procedure

from motcua.catalog.models import ChannelRule, PaperRequirement, ProcedureVersion
from motcua.dossiers.models import Dossier
from motcua.dossiers.services import submit_dossier
from motcua.identity.actors import SYSTEM
from motcua.law.limits import Limit, Unit
from motcua.organizations.models import Role
from motcua.processes.defaults import make_defaults
from motcua.processes.models import Simplification
from motcua.processes.simplification.services import NewLimit, NewPart, NewSimplification, record
from motcua.processes.simplification.telling import days_text, percent_cut

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db

LIST, NEW = "/can-bo/don-gian-hoa/", "/can-bo/don-gian-hoa/ghi/?thu-tuc=1.001193"


@pytest.fixture
def reform(province: Province, sign_in: SignIn) -> Client:
    province.hire("cchc", "Mai Cải Cách", province.root, {Role.REFORM_OFFICER: province.root})
    return sign_in("cchc")


def simplify(province: Province, **given: Any) -> Simplification:
    values: dict[str, Any] = {
        "procedure_id": province.procedure.pk, "decision_number": "15/QĐ-UBND", "decision_date": date(2026, 11, 2),
        "valid_from": MONDAY.date(), "limits": (NewLimit("online", Limit(2, Unit.WORKING_DAY)),),
    }  # fmt: skip
    return record(NewSimplification(**(values | given)), actor=SYSTEM, at=MONDAY)


def rules(province: Province) -> dict[str, int]:
    return dict(ChannelRule.objects.filter(version=province.procedure.current).values_list("channel", "pk"))


def typed(province: Province, **given: str) -> dict[str, str]:
    rule = rules(province)["online"]
    return {
        "decision_number": "1523/QĐ-UBND", "decision_date": "2026-11-10", "place": "toan-tinh", "valid_from": "2026-11-16",
        f"amount-{rule}": "12", f"unit-{rule}": "working_hour",
    } | given  # fmt: skip


def test_an_empty_list_says_what_will_stand_there(reform: Client) -> None:
    page = reform.get(LIST).content.decode()
    assert "Chưa có quyết định đơn giản hóa nào" in page
    assert 'href="/can-bo/don-gian-hoa/ghi/"' in page


def test_the_list_has_its_sum_and_its_groups(province: Province, reform: Client) -> None:
    simplify(province, parts=(NewPart("paper", "Tờ khai"),))
    page = reform.get(LIST).content.decode()
    assert "Trực tuyến: 3 → 2 ngày làm việc (giảm 33,3 %)" in page
    assert "<strong>1 thủ tục được đơn giản hóa</strong>" in page
    assert "1 thủ tục cắt thời hạn, giảm 1 ngày làm việc (dưới 1/3: 0, từ 1/3 đến dưới 1/2: 1, từ 1/2: 0)" in page
    assert "bỏ 1 giấy tờ." in page
    assert "Theo lĩnh vực" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=1.001193", True),
        ("q=15/Q%C4%90", True),
        ("q=khac", False),
        ("linh-vuc=G17-XD01", True),
        ("linh-vuc=khac", False),
        ("co-quan=H32.16", False),
        ("tinh-trang=in_force", True),
        ("tinh-trang=over", False),
        ("thi-diem=co", False),
        ("thi-diem=khong", True),
    ],
)
def test_filters(province: Province, reform: Client, query: str, found: bool) -> None:
    simplify(province)
    page = reform.get(f"{LIST}?{query}").content.decode()
    assert ("15/QĐ-UBND</a>" in page) is found
    assert ("Không có quyết định nào khớp bộ lọc" in page) is not found


def test_the_list_takes_as_many_statements_for_three_as_for_one(province: Province, reform: Client) -> None:
    simplify(province)
    reform.get(LIST)
    with CaptureQueriesContext(connection) as one:
        reform.get(LIST)
    for number in (1, 2):
        procedure = build_procedure(f"1.00{number}", "Khác", province.procedure.sector)
        simplify(province, procedure_id=procedure.pk)
    with CaptureQueriesContext(connection) as three:
        reform.get(LIST)
    assert len(one) == len(three)


def test_long_lists_have_pages(province: Province, reform: Client) -> None:
    for number in range(51):
        procedure = build_procedure(f"9.{number:03d}", "Khác", province.procedure.sector)
        simplify(province, procedure_id=procedure.pk, decision_number=f"{number}/QĐ")
    first, second = (reform.get(f"{LIST}?trang={page}").content.decode() for page in (1, 2))
    assert (first.count("data-row>"), second.count("data-row>")) == (50, 1)
    assert "trang=2" in first
    assert reform.get(f"{LIST}?trang=999").content.decode().count("data-row>") == 1


def test_the_table_as_a_file(province: Province, reform: Client) -> None:
    simplify(province, note="=1+1", pilot=True, last_day=date(2026, 12, 31), agency_id=province.department.pk)
    answer = reform.get(f"{LIST}bang.csv?thi-diem=co")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert row["Mã thủ tục"] == "1.001193"
    assert (row["Nơi áp dụng"], row["Đến hết ngày"], row["Thí điểm"]) == ("Sở Xây dựng", "31/12/2026", "có")
    assert (row["Cắt nhiều nhất (%)"], row["Giảm nhiều nhất (ngày làm việc)"]) == ("33,3", "1")
    assert row["Ghi chú"] == "'=1+1"
    assert reform.get(f"{LIST}bang.csv?thi-diem=khong").content.decode("utf-8-sig").count("\n") == 1


def test_a_decision_is_typed_and_holds(province: Province, reform: Client) -> None:
    ProcedureVersion.objects.update(sets=2)
    PaperRequirement.objects.filter(name="Tờ khai").update(form_name="Mẫu số 01")
    make_defaults(actor=SYSTEM, at=MONDAY)
    form = reform.get(NEW).content.decode()
    assert "Danh mục" in form
    assert "3 ngày làm việc" in form
    assert "Mẫu số 01" in form
    assert "Thẩm định tại thực địa" in form

    answer = reform.post(
        NEW,
        typed(
            province,
            **{"paper-0": "removed", "paper-1": "merged", "paper-1-into": "Căn cước điện tử", "sets_after": "1"},
        ),
    )

    made = Simplification.objects.get()
    assert answer.headers["Location"] == f"{LIST}{made.pk}/"
    assert [(part.kind, part.name, part.into) for part in made.parts.all()] == [
        ("paper", "Tờ khai", ""), ("paper", "Giấy tờ tùy thân", "Căn cước điện tử"),
    ]  # fmt: skip
    assert made.recorded_by == province.officers["cchc"]
    dossier_id = submit_dossier(province.intake(), actor=province.applicant, at=MONDAY).id
    assert Dossier.objects.values_list("limit_amount", "limit_unit").get(pk=dossier_id) == (12, "working_hour")
    page = reform.get(answer.headers["Location"]).content.decode()
    assert "Trực tuyến: 3 ngày làm việc → 12 giờ làm việc (giảm 50,0 %); bớt 1,5 ngày làm việc" in page
    assert "Gộp “Giấy tờ tùy thân” vào “Căn cước điện tử”" in page
    assert "Số bộ hồ sơ 2 → 1" in page
    assert "Đường dài nhất: 24 giờ → 12 giờ." in page


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"decision_number": ""}, "Chưa nhập “số quyết định”."),
        ({"decision_date": "2026-12-01", "valid_from": "2026-12-01"}, "Ngày quyết định 01/12/2026 chưa đến."),
        ({"pilot": "on"}, "Thí điểm phải có ngày kết thúc."),
        ({"place": "H99"}, "Lựa chọn này không có trong danh sách."),
        ({"paper-0": "merged"}, "Ghi rõ gộp vào đâu."),
        ({"paper-0-into": "Giấy khác"}, "hãy chọn “Gộp vào…”"),
        ({"amount-online": "9", "unit-online": "working_day"}, "cần ngắn hơn 3 ngày làm việc của danh mục"),
        ({"amount-online": "0"}, "Cần từ 1 trở lên."),
        ({"amount-online": ""}, "Chưa có gì được đơn giản hóa"),
    ],
)
def test_a_fault_is_said_and_nothing_is_recorded(
    province: Province, reform: Client, given: dict[str, str], said: str
) -> None:
    rule = str(rules(province)["online"])
    answer = reform.post(NEW, typed(province, **{key.replace("online", rule): value for key, value in given.items()}))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Simplification.objects.exists()


def test_an_unknown_procedure_is_said(reform: Client) -> None:
    answer = reform.get("/can-bo/don-gian-hoa/ghi/?thu-tuc=9.9")
    assert (answer.status_code, "Không có thủ tục nào mang mã “9.9”." in answer.content.decode()) == (422, True)


def test_ending_asks_for_a_reason(province: Province, reform: Client) -> None:
    made = simplify(province)
    url = f"{LIST}{made.pk}/ket-thuc/"
    assert "Chưa nhập “lý do”." in reform.post(url, {"on": "2026-11-20", "reason": ""}).content.decode()
    past = reform.post(url, {"on": "2026-11-02", "reason": "Bãi bỏ"})
    assert (past.status_code, "đã qua" in past.content.decode()) == (422, True)
    assert reform.post(url, {"on": "2026-11-20", "reason": "Bãi bỏ"}).status_code == 302
    made.refresh_from_db()
    assert made.valid_to == date(2026, 11, 20)


def test_who_reads_and_who_records(province: Province, reform: Client, sign_in: SignIn) -> None:
    made = simplify(province)
    own = simplify(province, agency_id=province.commune.pk)
    leader = sign_in("leader")
    assert leader.get(LIST).status_code == 200
    assert leader.get(f"{LIST}{made.pk}/").status_code == 200
    assert leader.get(NEW).status_code == 403
    assert leader.post(f"{LIST}{made.pk}/ket-thuc/", {"on": "2026-11-20", "reason": "x"}).status_code == 403
    assert "Cho kết thúc sớm" not in leader.get(f"{LIST}{made.pk}/").content.decode()
    assert sign_in("counter").get(LIST).status_code == 403
    head = sign_in("head")
    assert head.get(f"{LIST}{own.pk}/").status_code == 404
    assert reform.get(f"{LIST}{own.pk}/").status_code == 200


@pytest.mark.parametrize(
    ("minutes", "text"), [(0, "0"), (480, "1"), (720, "1,5"), (479, "1"), (24, "0,1"), (960_000, "2.000")]
)
def test_days_text(minutes: int, text: str) -> None:
    assert days_text(minutes) == text


def test_percent_is_rounded_half_up(province: Province) -> None:
    (limit,) = simplify(province).limits.all()
    limit.central_minutes, limit.committed_minutes = 2000, 1999
    assert percent_cut(limit) == "0,1"
    limit.committed_minutes = 1333
    assert percent_cut(limit) == "33,4"

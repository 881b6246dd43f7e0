"""The pages of processes: the list, one process, the table in which it is written, a drawing from a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.processes import build
from tests.processes.build import line, step
from tests.province import MONDAY, Province, build_procedure

from motcua.desk.forms.process_table import definition_of, read_rows, read_time, rows_of
from motcua.identity.actors import SYSTEM
from motcua.organizations.models import Agency, Role, Unit
from motcua.processes.bpmn import export
from motcua.processes.bpmn_reader import read
from motcua.processes.definition import Definition, StepKind, from_json
from motcua.processes.models import Process, ProcessVersion
from motcua.processes.publishing import open_process, publish, save_draft

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db


def review() -> Definition:
    """Within the three working days that the procedure allows."""
    drawn = build.review()
    return Definition(tuple(replace(one, minutes=one.minutes // 2) for one in drawn.nodes), drawn.flows)


def draft(province: Province, definition: Definition, **where: Any) -> ProcessVersion:
    return open_process(province.procedure, definition=definition, actor=SYSTEM, at=MONDAY, **where)


def issue(version: ProcessVersion) -> ProcessVersion:
    return publish(version.pk, valid_from=MONDAY.date(), expected=version.digest, actor=SYSTEM, at=MONDAY)


def fields(page: str) -> dict[str, str]:
    """What a browser would send of the table's form, without pressing a button of a row."""
    form = page[page.index('class="process-form"') :]
    form = form[: form.index("</form>")]
    sent: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and not ('type="checkbox"' in tag and " checked" not in tag):
            sent[name[1]] = _plain(value[1] if value else "")
    for name, inside in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', inside)
        sent[name] = _plain(chosen[1] if chosen else re.findall(r'<option value="([^"]*)"', inside)[0])
    for name, inside in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        sent[name] = _plain(inside)
    return sent


def _plain(text: str) -> str:
    for mark, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#x27;", "'"), ("&amp;", "&")):
        text = text.replace(mark, sign)
    return text


def edit_url(version: ProcessVersion) -> str:
    return f"/can-bo/quy-trinh/lan/{version.pk}/sua/"


def now(version: ProcessVersion) -> Definition:
    version.refresh_from_db()
    return from_json(version.definition)


CHOICE = build.process(
    [
        step("a", "Kiểm tra", minutes=90, papers=("Tờ trình", "Dự thảo"), unit="H32.16.03"),
        build.node("wait", "timer", minutes=45, name="Chờ niêm yết"),
        build.node("paid", "choice", name="Có thu phí?"),
        step("fee", "Thu phí", "cashier", 30, agency="desk"),
        build.node("again", "choice"),
        step("ask", "Hỏi", minutes=120, step=StepKind.CONSULTATION, body="Ban Quản lý rừng"),
        build.result(),
    ],
    "start>a", "a>wait", "wait>paid", build.flow("paid>fee", condition='fee_vnd > 0 and case = "Nhà & đất"'),
    build.flow("paid>again", default=True), "fee>again", "again>ask", "ask>issue", "ask>a:timeout", "issue>end",
)  # fmt: skip


@pytest.mark.parametrize("definition", [review(), build.parallel(), CHOICE, line(step("a"))], ids=str)
def test_a_table_saved_unchanged_is_the_same_process(
    province: Province, sign_in: SignIn, definition: Definition
) -> None:
    version = draft(province, definition)
    client = sign_in("admin")
    page = client.get(edit_url(version)).content.decode()

    answer = client.post(edit_url(version), fields(page))

    assert answer.status_code == 302, answer.content.decode()
    assert now(version) == definition


def test_steps_are_changed_added_moved_and_removed_without_script(province: Province, sign_in: SignIn) -> None:
    version = draft(province, line(step("a", "Một"), step("b", "Hai")))
    client, url = sign_in("admin"), edit_url(version)

    sent = fields(client.get(url).content.decode()) | {"r-1-name": "Thẩm định", "r-1-time": "1,5 giờ"}
    after = client.post(url, sent | {"do": "after:1"})
    assert after["Location"].endswith("#dong-2")
    definition = now(version)
    assert [(one.name, one.minutes) for one in definition.steps] == [
        ("Thẩm định", 90), ("", 0), ("Hai", 60), ("Ban hành kết quả", 60),
    ]  # fmt: skip
    assert {(arrow.source, arrow.target) for arrow in definition.flows} == {
        ("start", "a"), ("a", "step_1"), ("step_1", "b"), ("b", "issue"), ("issue", "end"),
    }  # fmt: skip

    client.post(url, fields(client.get(url).content.decode()) | {"do": "up:3"})
    assert [one.id for one in now(version).steps] == ["a", "b", "step_1", "issue"]
    client.post(url, fields(client.get(url).content.decode()) | {"do": "remove:2"})
    definition = now(version)
    assert [one.id for one in definition.steps] == ["a", "step_1", "issue"]
    assert ("step_1", "issue") in {(arrow.source, arrow.target) for arrow in definition.flows}


def test_outcomes_conditions_and_time_out_are_written_in_the_table(province: Province, sign_in: SignIn) -> None:
    version = draft(province, line(step("a", "Thẩm định"), step("b", "Ký")))
    client, url = sign_in("admin"), edit_url(version)
    sent = fields(client.get(url).content.decode())

    sent |= {
        "r-2-ways": "3", "r-2-w-0-text": "Đồng ý", "r-2-w-1-text": "Làm lại", "r-2-w-1-to": "a",
        "r-2-w-2-to": "a", "r-2-w-2-other": "1", "r-2-role": "signer", "r-2-unit": "H32.16.03 Phòng Quản lý xây dựng",
        "r-2-papers": "Tờ trình\n\n  Dự   thảo ", "r-2-assign": "least_loaded",
    }  # fmt: skip
    assert client.post(url, sent).status_code == 302

    sign = now(version).by_id["b"]
    assert sign.outcomes == (("dong_y", "Đồng ý"), ("lam_lai", "Làm lại"))
    assert (sign.role, sign.unit, sign.papers, sign.assign.value) == (
        "signer", "H32.16.03", ("Tờ trình", "Dự thảo"), "least_loaded",
    )  # fmt: skip
    assert [(arrow.target, arrow.outcome) for arrow in now(version).out["b"]] == [
        ("issue", "dong_y"), ("a", "lam_lai"), ("a", "timeout"),
    ]  # fmt: skip

    sent = fields(client.get(url).content.decode()) | {"r-1-kind": "choice", "r-1-w-0-text": "channel = online"}
    client.post(url, sent)
    page = client.get(url).content.decode()
    assert "rẽ nhánh cần từ hai mũi tên đi ra" in page
    assert now(version).out["a"][0].condition == "channel = online"


def test_what_cannot_be_read_stays_in_its_field_and_nothing_is_saved(province: Province, sign_in: SignIn) -> None:
    version = draft(province, line(step("a", "Thẩm định")))
    client, url = sign_in("admin"), edit_url(version)
    sent = fields(client.get(url).content.decode()) | {"r-1-time": "nhanh thôi", "r-1-name": "Đổi tên"}

    answer = client.post(url, sent)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="r-1-time-error"' in page
    assert "“nhanh thôi” không đọc được" in page
    assert 'value="nhanh thôi"' in page
    assert 'value="Đổi tên"' in page
    assert now(version) == line(step("a", "Thẩm định"))


def test_a_draft_changed_meanwhile_keeps_what_was_typed(province: Province, sign_in: SignIn) -> None:
    version = draft(province, line(step("a", "Thẩm định")))
    client, url = sign_in("admin"), edit_url(version)
    sent = fields(client.get(url).content.decode()) | {"r-1-name": "Của tôi"}
    save_draft(version.pk, line(step("b", "Của người khác")), expected=version.digest, actor=SYSTEM)

    answer = client.post(url, sent)

    assert answer.status_code == 409
    assert "vừa được người khác sửa" in answer.content.decode()
    assert 'value="Của tôi"' in answer.content.decode()
    assert now(version) == line(step("b", "Của người khác"))
    assert client.post(url, fields(answer.content.decode())).status_code == 409


def test_faults_stand_beside_their_rows(province: Province, sign_in: SignIn) -> None:
    version = draft(province, line(step("a", "Một", role=""), step("b", "Hai", unit="H32.99")))
    page = sign_in("admin").get(edit_url(version)).content.decode()

    rows = page.split('<tr id="dong-')
    assert "Bước “Một” chưa có vai trò thực hiện." in rows[2]
    assert "phòng “H32.99” không có trong danh mục" in rows[3]
    assert "2 chỗ cần sửa trước khi ban hành" in page


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("", 0), ("8", 480), ("8 giờ", 480), ("1,5", 90), ("1.25 giờ", 75), ("1 giờ 30 phút", 90), ("90 phút", 90),
        ("0,33", None), ("nhanh", None), ("-3", None), ("1,5 giờ 10 phút", None), ("3 ngày", None), ("999999999", None),
    ],
)  # fmt: skip
def test_times_are_read_as_people_write_them(text: str, minutes: int | None) -> None:
    assert read_time(text) == minutes


def test_a_form_that_says_nonsense_is_refused(province: Province, sign_in: SignIn) -> None:
    version = draft(province, line(step("a")))
    client, url = sign_in("admin"), edit_url(version)
    sent = fields(client.get(url).content.decode())
    for change, status in (
        ({"r-1-assign": "lottery"}, 422),
        ({"r-1-id": "start"}, 422),
        ({"r-1-kind": "dance", "do": "fly:99"}, 302),
        ({"rows": "abc"}, 422),
        ({"rows": "²"}, 422),
    ):
        assert client.post(url, sent | {"expected": now(version).digest} | change).status_code == status


def test_publish_from_the_page(province: Province, sign_in: SignIn) -> None:
    version = draft(province, review())
    client, url = sign_in("admin"), f"/can-bo/quy-trinh/lan/{version.pk}/ban-hanh/"

    wrong = client.post(url, {"valid_from": "hôm nay", "expected": version.digest}, follow=True)
    assert "Ngày cần dạng ngày/tháng/năm" in wrong.content.decode()
    done = client.post(url, {"valid_from": "2026-11-20", "expected": version.digest}, follow=True)
    assert "Đã ban hành lần 1, hiệu lực từ 20/11/2026" in done.content.decode()
    twice = client.post(url, {"valid_from": "2026-11-20", "expected": version.digest}, follow=True)
    assert "đã được ban hành, không sửa được nữa" in twice.content.decode()


def test_a_faulty_draft_is_not_published_from_the_page(province: Province, sign_in: SignIn) -> None:
    version = draft(province, line(step("a", role="")))
    answer = sign_in("admin").post(
        f"/can-bo/quy-trinh/lan/{version.pk}/ban-hanh/",
        {"valid_from": "2026-11-20", "expected": version.digest},
        follow=True,
    )
    assert "còn 1 chỗ cần sửa" in answer.content.decode()
    version.refresh_from_db()
    assert version.published_at is None


def test_a_drawing_is_taken_from_a_file_or_refused_by_name(province: Province, sign_in: SignIn) -> None:
    version = draft(province, line(step("a")))
    client, url = sign_in("admin"), f"/can-bo/quy-trinh/lan/{version.pk}/nap-tep/"

    def send(data: bytes, expected: str) -> str:
        file = SimpleUploadedFile("quy-trinh.bpmn", data)
        return client.post(url, {"file": file, "expected": expected}, follow=True).content.decode()

    assert "Chưa chọn tệp BPMN" in client.post(url, {"expected": version.digest}, follow=True).content.decode()
    assert "XML hỏng" in send(b"<bpmn", version.digest)
    assert "DOCTYPE hoặc thực thể" in send(b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', version.digest)
    assert "vừa được người khác sửa" in send(export(review()), "x")
    assert now(version) == line(step("a"))
    assert "Đã nạp 3 bước từ tệp vào bản nháp" in send(export(review()), version.digest)
    assert now(version) == review()
    assert version.layout["boxes"]["sign"]


def test_the_file_of_a_version_is_the_process(province: Province, sign_in: SignIn) -> None:
    version = draft(province, review())
    client = sign_in("admin")
    shown = client.get(f"/can-bo/quy-trinh/lan/{version.pk}/bpmn/")
    kept = client.get(f"/can-bo/quy-trinh/lan/{version.pk}/bpmn/?tai")
    assert "Content-Disposition" not in shown
    assert kept["Content-Disposition"] == 'attachment; filename="1.001193-lan-1.bpmn"'
    assert read(shown.content).definition == review()


def test_one_process_with_versions_and_differences(province: Province, sign_in: SignIn) -> None:
    issue(draft(province, review()))
    second = open_process(province.procedure, actor=SYSTEM, at=MONDAY)
    save_draft(second.pk, line(step("appraise", "Thẩm định", minutes=120)), expected=second.digest, actor=SYSTEM)
    client = sign_in("admin")
    process = Process.objects.get()

    page = client.get(f"/can-bo/quy-trinh/{process.pk}/?lan=2").content.decode()
    assert "Khác với lần 1" in page
    assert "Bỏ bước “Ký duyệt”." in page
    assert "Sửa bản nháp lần 2" in page
    first = client.get(f"/can-bo/quy-trinh/{process.pk}/").content.decode()
    assert "Đồng ý → Ban hành kết quả" in first
    assert "3 ngày làm việc" in first


def test_an_own_process_is_compared_with_what_it_inherits(province: Province, sign_in: SignIn) -> None:
    issue(draft(province, review()))
    client = sign_in("admin")
    wrong = client.post("/can-bo/quy-trinh/soan/", {"thu-tuc": "9.999"})
    assert (wrong.status_code, "Không có thủ tục nào mang mã “9.999”" in wrong.content.decode()) == (422, True)
    opened = client.post("/can-bo/quy-trinh/soan/", {"thu-tuc": "1.001193 Cấp", "co-quan": "H32.101 UBND"})
    own = ProcessVersion.objects.get(process__agency=province.commune)
    assert opened["Location"] == edit_url(own)
    save_draft(own.pk, line(step("a", "Chỉ một bước")), expected=own.digest, actor=SYSTEM)
    page = client.get(f"/can-bo/quy-trinh/{own.process_id}/").content.decode()
    assert "Khác với quy trình được thừa hưởng (toàn tỉnh)" in page
    assert "Thêm bước “Chỉ một bước”" in page
    again = client.post("/can-bo/quy-trinh/soan/", {"thu-tuc": "1.001193", "co-quan": "H32.101"})
    assert again["Location"] == edit_url(own)


def test_a_draft_is_thrown_away(province: Province, sign_in: SignIn) -> None:
    version = draft(province, review())
    answer = sign_in("admin").post(f"/can-bo/quy-trinh/lan/{version.pk}/bo/", {"expected": version.digest}, follow=True)
    assert "Đã bỏ bản nháp lần 1" in answer.content.decode()
    assert not Process.objects.exists()
    assert sign_in("admin").get(edit_url(version), follow=True).redirect_chain == [("/can-bo/quy-trinh/", 302)]


def test_an_administrator_of_a_commune_looks_but_does_not_touch_the_province(
    province: Province, sign_in: SignIn
) -> None:
    province.hire("commune_admin", "Quản Trị Xã", province.commune, {Role.ADMINISTRATOR: province.commune})
    version = draft(province, review())
    client = sign_in("commune_admin")
    assert client.get(f"/can-bo/quy-trinh/{version.process_id}/").status_code == 200
    assert client.get(edit_url(version)).status_code == 302
    client.post(f"/can-bo/quy-trinh/lan/{version.pk}/bo/", {"expected": version.digest})
    client.post(
        f"/can-bo/quy-trinh/lan/{version.pk}/ban-hanh/", {"expected": version.digest, "valid_from": "2026-11-20"}
    )
    version.refresh_from_db()
    assert version.published_at is None


def test_officers_without_the_role_stay_outside(province: Province, sign_in: SignIn) -> None:
    version = draft(province, review())
    for name in ("case", "counter", "leader"):
        assert sign_in(name).get("/can-bo/quy-trinh/").status_code == 403
        assert sign_in(name).get(f"/can-bo/quy-trinh/lan/{version.pk}/bpmn/").status_code == 403


def test_the_list_asks_a_constant_number_of_queries(province: Province, sign_in: SignIn) -> None:
    client = sign_in("admin")
    assert "Chưa có quy trình nào" in client.get("/can-bo/quy-trinh/").content.decode()

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get("/can-bo/quy-trinh/").status_code == 200
        return len(queries)

    issue(draft(province, review()))
    draft(province, review())
    few = cost()
    for number in range(12):
        other = build_procedure(f"1.00{number:04d}", f"Thủ tục {number}", province.procedure.sector)
        issue(open_process(other, definition=line(step("a", minutes=60 + number)), actor=SYSTEM, at=MONDAY))
        open_process(other, actor=SYSTEM, at=MONDAY)
    assert cost() == few
    assert client.get("/can-bo/quy-trinh/?trang-thai=khong-co").status_code == 404
    page = client.get("/can-bo/quy-trinh/?trang-thai=faulty&q=1.0011").content.decode()
    assert "Không có quy trình nào khớp bộ lọc" in page


def test_rows_read_from_nothing_make_no_row() -> None:
    assert read_rows(QueryDict("rows=99999")) == read_rows(QueryDict("rows=²")) == []
    assert definition_of(rows_of(review()), review()) == review()


def test_codes_that_hold_a_blank_are_read_from_what_is_chosen(province: Province) -> None:
    Agency.objects.filter(pk=province.department.pk).update(code="SXD 16")
    Unit.objects.create(agency=province.department, code="SXD 16 P3", name="Phòng Hạ tầng")
    sent = {
        "rows": "3", "r-0-agency": "SXD 16 Sở Xây dựng", "r-0-unit": "SXD 16 P3 Phòng Hạ tầng, Sở Xây dựng",
        "r-1-agency": "desk Nơi tiếp nhận", "r-2-agency": "X9 Cơ quan lạ",
    }  # fmt: skip

    with CaptureQueriesContext(connection) as asked:
        rows = read_rows(QueryDict(urlencode(sent)))

    assert [(row.agency, row.unit) for row in rows] == [("SXD 16", "SXD 16 P3"), ("desk", ""), ("X9", "")]
    assert len(asked) == 2

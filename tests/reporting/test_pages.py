"""The pages of reports: whose they are, what they refuse, what they give to take away."""

from __future__ import annotations

import csv
import hashlib
import html
import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pypdf
import pytest
from django.test import Client
from openpyxl import load_workbook
from tests.desk.office import Clock
from tests.province import Province
from tests.reporting.office import LATER, PERIOD

from motcua.dossiers.importing.mapping import FileMapping
from motcua.dossiers.importing.services import import_dossiers
from motcua.law.errors import BadInput
from motcua.platform.config import config
from motcua.processes.charging import Charge, confirm_cause, propose_causes
from motcua.reporting import services
from motcua.reporting.causes import causes_of
from motcua.reporting.declarable import Kind, declarable, read_declarable
from motcua.reporting.models import DeclaredFigure, Filing
from motcua.reporting.narrative.layout import layout
from motcua.reporting.queries import deadline
from motcua.reporting.windows import question
from motcua.statistics.periods import Regime
from motcua.statistics.services import catch_up

SignIn = Callable[[str], Client]
BASE = "/can-bo/bao-cao/"
ASKED = f"?ky={PERIOD}&che-do=bao-cao"


def page_of(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return html.unescape(answer.content.decode())


def test_a_report_is_closed_on_pages_and_taken_away(province: Province, sign_in: SignIn) -> None:
    head, signer = sign_in("head"), sign_in("signer")
    sent = {"co-quan": "H32.16", "ky": PERIOD, "che-do": "bao-cao"}
    made = head.post(f"{BASE}06a/lap/", sent)
    one = Filing.objects.get()
    assert (made.status_code, made["Location"]) == (302, f"{BASE}06a/{one.pk}/")
    path = f"{BASE}06a/{one.pk}/"
    page = page_of(head, path)
    copy = one.copies.get()
    assert copy.sha256 in page
    numbers = [(href, int(n)) for href, n in re.findall(r'<a href="([^"]*ho-so/[^"]*)">(\d+)</a>', page)]
    assert len(numbers) > 10
    for href, number in numbers[:: len(numbers) // 5]:
        behind = page_of(head, href)
        assert f": {number} hồ sơ</h1>" in behind
        assert behind.count("<tr data-row>") == number

    assert head.post(f"{path}gui/", {"ban": copy.sha256}).status_code == 302
    again = head.post(f"{path}gui/", {"ban": copy.sha256})
    assert again.status_code == 409
    told = html.unescape(again.content.decode())
    assert "Đỗ Trưởng Phòng đã gửi ký" in told
    assert f'<a href="{path}?theo=agency"' in told
    assert head.post(f"{path}ky/", {"ban": copy.sha256}).status_code == 403
    assert signer.post(f"{path}ky/", {"ban": "0" * 64}).status_code == 409
    assert signer.post(f"{path}ky/", {"ban": copy.sha256}).status_code == 302
    assert sign_in("reform").post(f"{path}tra-lai/", {"ban": copy.sha256, "reason": ""}).status_code == 422

    text = head.get(f"{path}ban-chot.json").content
    assert hashlib.sha256(text).hexdigest() == copy.sha256
    (paper,) = pypdf.PdfReader(io.BytesIO(head.get(f"{path}ban-chot.pdf").content)).pages
    words = " ".join(paper.extract_text().split())
    assert "Đã ký: Trần Văn Bình, Trần Văn Bình, lúc 15/12/2026" in words
    assert copy.sha256 in words.replace(" ", "")
    book = load_workbook(io.BytesIO(head.get(f"{path}ban-chot.xlsx?theo=agency").content))
    rows = {row[1]: row[2:] for row in book["06a"].iter_rows(values_only=True) if isinstance(row[2], int)}
    assert rows["Sở Xây dựng"][0] == 9
    assert head.get(f"{path}ban-chot.exe").status_code == 404
    raw = head.get(f"{path}chenh-lech/?tep=csv").content
    assert next(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))[:3] == ["Dòng", "Cột", "Bản chốt"]
    assert "Không chênh lệch" in page_of(head, f"{path}chenh-lech/")


def test_another_agencys_report_is_not_there(province: Province, sign_in: SignIn) -> None:
    one = services.prepare("H32.16", PERIOD, regime=Regime.REPORTING, actor=province.actor("head"), at=LATER)
    stranger, clerk = sign_in("commune_reform"), sign_in("counter")
    paths = [
        f"06a/{one.pk}/", f"06a/{one.pk}/chenh-lech/", f"06a/{one.pk}/ban-chot.pdf", f"06a/{one.pk}/ho-so/?cot=c3",
        f"nguyen-nhan/{ASKED}&co-quan=H32.16", f"ke-khai/{ASKED}&co-quan=H32.16", f"bang-loi/{ASKED}&co-quan=H32.16",
        f"ke-khai/sipas/{ASKED}&co-quan=H32.16",
    ]  # fmt: skip
    assert {path: stranger.get(BASE + path).status_code for path in paths} == dict.fromkeys(paths, 404)
    assert {path: clerk.get(BASE + path).status_code for path in paths} == dict.fromkeys(paths, 403)
    sent = {"ban": one.copies.get().sha256}
    assert stranger.post(f"{BASE}06a/{one.pk}/gui/", sent).status_code == 404
    assert stranger.post(f"{BASE}06a/lap/", {"co-quan": "H32.16", "ky": PERIOD}).status_code == 404
    assert "Sở Xây dựng" not in page_of(stranger, f"{BASE}06a/{ASKED}")
    assert "<h2>Kỳ khác" not in page_of(stranger, f"{BASE}06a/?ky=2026-Q3")
    listed, other = page_of(sign_in("signer"), f"{BASE}06a/?ky=2026-Q3").split("<h2>Kỳ khác")
    assert '<option value="2026-11">' in listed
    assert f'<a href="{BASE}06a/{one.pk}/">Sở Xây dựng</a>' in other
    for path in ("06a/?ky=x", "ke-khai/?ky=x", "nguyen-nhan/?ky=2099", "bang-loi/?ky=2026-11"):
        page_of(stranger, BASE + path, 422)
    for path in ("06a/999/", f"06a/{one.pk}/xoa/", "ke-khai/khac/"):
        assert stranger.post(BASE + path).status_code in (404, 405)


def test_causes_add_up_and_open(province: Province, sign_in: SignIn) -> None:
    late = province.made[5]  # type: ignore[attr-defined]
    propose_causes([late], at=LATER - timedelta(days=2))
    confirm_cause(
        late, Charge("đ", None, "", reason="Mất kết nối"), actor=province.actor("head"), at=LATER - timedelta(days=2)
    )
    catch_up()

    asked = question(PERIOD, "H32", regime=Regime.REPORTING, now=LATER)
    told = causes_of(asked.asked, asked.before, vertical=False)
    assert {(line.cause, line.count) for line in told.lines} == {("đ", 1), ("", 6)}
    assert told.total == sum(line.count for line in told.lines)
    client = sign_in("leader")
    page = page_of(client, f"{BASE}nguyen-nhan/{ASKED}")
    links = {
        href: int(number) for href, number in re.findall(r'<a href="([^"]*nguyen-nhan/ho-so/[^"]*)">(\d+)</a>', page)
    }
    assert sorted(links.values()) == [1, 6]
    for href, number in links.items():
        assert page_of(client, href).count("<tr data-row>") == number
    raw = client.get(f"{BASE}nguyen-nhan/{ASKED}&bang=phan-anh-kien-nghi&tep=csv").content.decode("utf-8-sig")
    assert ["Tiếp nhận: tổng số", "chưa có số liệu", "chưa có số liệu"] in list(csv.reader(io.StringIO(raw)))


def test_a_figure_is_declared_with_its_evidence(province: Province, sign_in: SignIn) -> None:
    reform, leader = sign_in("reform"), sign_in("leader")
    path = f"{BASE}ke-khai/sipas/{ASKED}&co-quan=H32"
    refused = {
        ("87,5", ""): "Chưa nhập. Cần số văn bản",
        ("120", "Phiếu"): "cần một tỷ lệ từ 0 đến 100",
        ("nhiều", "Phiếu"): "cần một tỷ lệ từ 0 đến 100",
    }
    for (value, evidence), words in refused.items():
        answer = reform.post(path, {"value": value, "evidence": evidence})
        assert answer.status_code == 422
        assert words in html.unescape(answer.content.decode())
    assert leader.post(path, {"value": "87,5", "evidence": "Phiếu"}).status_code == 403
    assert not DeclaredFigure.objects.exists()
    assert reform.post(path, {"value": "87,5", "evidence": "Phiếu khảo sát"}).status_code == 302
    assert reform.post(path, {"value": "88", "evidence": "Phiếu bổ sung"}).status_code == 302
    page = page_of(leader, path)
    assert page.index("88,00 %") < page.index("87,50 %")
    assert "Ghi số liệu" not in page
    assert "88,00 %" in page_of(leader, f"{BASE}ke-khai/{ASKED}&co-quan=H32")


@pytest.mark.parametrize(
    ("kind", "said", "value", "shown"),
    [
        (Kind.COUNT, "1.250", 1250, "1.250 đơn vị"),
        (Kind.COUNT, "0", 0, "0 đơn vị"),
        (Kind.MONEY, "1 250 000", 1_250_000, "1.250.000 đồng"),
        (Kind.PERCENT, "95,4 %", 9540, "95,40 %"),
        (Kind.PERCENT, "100", 10_000, "100,00 %"),
    ],
)
def test_declared_figures_are_read_and_shown(kind: Kind, said: str, value: int, shown: str) -> None:
    row = f"{{code: x, part: I, title: T, unit: đơn vị, kind: {kind.value}}}"
    (one,) = read_declarable(f"source: s\nconfirmed: false\nfigures:\n- {row}", "x.yaml")

    assert one.read(said) == value
    assert one.shown(value) == shown
    assert one.read(one.typed(value)) == value
    assert one.shown(None) == "chưa có số liệu"
    for wrong in ("-1", "1,250.5", "1.25.0", "x", "12.34"):
        if kind is not Kind.PERCENT or wrong != "12.34":
            with pytest.raises(BadInput):
                one.read(wrong)


def test_the_list_of_declared_figures_is_checked() -> None:
    assert len(declarable()) == 30
    for text in ("figures: 1", "source: s\nconfirmed: false\nfigures:\n- {code: X!, part: I, title: T, unit: u}", "["):
        with pytest.raises(BadInput, match="không đọc được"):
            read_declarable(text, "x.yaml")
    twice = "- {code: x, part: I, title: T, unit: u}\n" * 2
    with pytest.raises(BadInput, match="một lần"):
        read_declarable(f"source: s\nconfirmed: false\nfigures:\n{twice}", "x.yaml")


def test_form_06a_of_any_window_opens_and_stands_beside_the_year_before(province: Province, sign_in: SignIn) -> None:
    client = sign_in("leader")
    for by in ("agency", "sector"):
        page = page_of(client, f"{BASE}06a/xem/{ASKED}&theo={by}")
        links = [(href, int(n)) for href, n in re.findall(r'<a href="([^"]*xem/ho-so/[^"]*)">(\d+)</a>', page)]
        assert len(links) > 20
        for href, number in links[:: len(links) // 3]:
            assert page_of(client, href).count("<tr data-row>") == number
    assert "Cùng kỳ năm trước" in page
    assert '<td colspan="11" class="soft">chưa có số liệu</td>' in page
    own = f"{BASE}06a/xem/?ky=rieng&tu=2026-11-16&den=2026-11-16&co-quan=H32.16&theo=sector"
    (total,) = re.findall(r'<tr class="total">(.*?)</tr>', page_of(client, own), re.S)
    assert re.sub(r"<[^>]+>", " ", total).split()[2:6] == ["6", "3", "3", "0"]
    earlier = page_of(client, f"{own}&luc=2026-11-16T09:25")
    assert '<tr class="total"><td class="num"></td><th scope="row">Tổng số</th><td class="num"><a' in earlier
    book = load_workbook(io.BytesIO(client.get(f"{own}&tep=xlsx").content))
    assert any(row[1:5] == ("Tổng số", 6, 3, 3) for row in book["06a"].iter_rows(values_only=True))
    beyond = ("tu=0001-01-01&den=2026-11-16", "tu=2026-11-16&den=9999-12-31", "tu=1899-12-31&den=2026-11-16")
    statuses = {f"ky=rieng&{days}": 422 for days in beyond} | {
        "luc=0001-01-01T00:00%2B09:00": 422,
        "luc=1899-01-01": 422,
    }
    statuses |= {"theo=khac": 404, "cach=gio": 404, "ky=x": 422, "ky=2028": 422, "co-quan=H99": 404, "tep=exe": 404}
    assert {query: client.get(f"{BASE}06a/xem/?{query}").status_code for query in statuses} == statuses


def test_only_form_06a_is_told_of_days_of_ones_own(province: Province, sign_in: SignIn) -> None:
    client = sign_in("head")
    for path in ("06a/", "nguyen-nhan/", "ke-khai/", "bang-loi/"):
        page = page_of(client, f"{BASE}{path}?ky=rieng&tu=2026-11-16&den=2026-11-16", 422)
        assert "Khoảng ngày riêng chỉ xem được ở Biểu 06a; ở đây cần chọn một kỳ trong danh sách." in page, path
        assert "Lập báo cáo" not in page
    assert client.get(f"{BASE}ke-khai/sipas/?ky=rieng&tu=2026-11-16&den=2026-11-16").status_code == 404


def test_dossiers_of_which_nothing_was_told_have_a_line_that_opens(
    province: Province, sign_in: SignIn, tmp_path: Path
) -> None:
    file = tmp_path / "ho-so.csv"
    file.write_text("code,agency,accepted_at\nX/1,H32.16,2026-11-17T08:00\nX/2,H32.16,2026-11-18T08:00\n")
    import_dossiers(file, mapping=FileMapping(), at=LATER - timedelta(hours=1))
    catch_up()
    page = page_of(sign_in("leader"), f"{BASE}06a/xem/{ASKED}&theo=sector")
    (line,) = re.findall(r'<th scope="row">Chưa rõ lĩnh vực</th>(.*?)</tr>', page, re.S)
    href, number = re.findall(r'<a href="([^"]*)">(\d+)</a>', line)[0]
    assert int(number) == 2
    assert page_of(sign_in("leader"), href).count("<tr data-row>") == 2


def test_a_name_with_signs_that_no_office_file_may_hold_is_printed_without_them(
    province: Province, sign_in: SignIn, tmp_path: Path
) -> None:
    file = tmp_path / "ho-so.csv"
    columns = "code,agency,agency_name,level,accepted_at"
    file.write_text(f"{columns}\nX/1,H32.900X,Đơn vị\v ngoài\x07,commune,2026-11-17T08:00\n", "utf-8")
    import_dossiers(file, mapping=FileMapping(), at=LATER - timedelta(hours=1))
    catch_up()
    client = sign_in("leader")
    book = load_workbook(io.BytesIO(client.get(f"{BASE}06a/xem/{ASKED}&tep=xlsx").content))
    assert "Đơn vị ngoài" in {row[1] for row in book["06a"].iter_rows(values_only=True)}
    for paper in (f"06a/xem/{ASKED}&tep=docx", f"bang-loi/{ASKED}&tep=docx"):
        assert client.get(BASE + paper).status_code == 200


def test_what_is_shown_at_any_instant_opens_and_is_taken_away(
    province: Province, sign_in: SignIn, clock: Clock
) -> None:
    """Not only at whole minutes: links have the moment to the microsecond."""
    clock.forward(seconds=46, microseconds=123_456)
    client = sign_in("leader")
    for path, cell in (("06a/xem/", "xem/ho-so/"), ("nguyen-nhan/", "nguyen-nhan/ho-so/")):
        page = page_of(client, f"{BASE}{path}{ASKED}")
        href, number = re.findall(rf'<a href="([^"]*{cell}[^"]*)">(\d+)</a>', page)[0]
        assert page_of(client, href).count("<tr data-row>") == int(number) > 0
        again = re.findall(r'href="[^"]*(\?[^"]*luc=[^"]*(?:tep=xlsx|cach=instant|theo=sector)[^"]*)"', page)
        assert again
        assert {client.get(f"{BASE}{path}{html.unescape(query)}").status_code for query in again} == {200}
    pinned = page_of(client, f"{BASE}06a/xem/{ASKED}&luc=2026-12-15T09:00:46.123456")
    assert 'name="luc" value="2026-12-15T09:00:46.123"' in pinned
    (paper,) = re.findall(r'href="(\?[^"]*tep=docx)"', page_of(client, f"{BASE}bang-loi/{ASKED}"))
    assert client.get(f"{BASE}bang-loi/{paper}").status_code == 200


def test_a_province_replaces_the_lists_by_files_of_its_own() -> None:
    own = {
        "filing.toml": 'days = 3\nsource = "Quy chế"\nconfirmed = true\n',
        "declared.yaml": "source: s\nconfirmed: true\nfigures:\n- {code: x, part: I, title: T, unit: u}\n",
        "narrative.yaml": "title: Báo cáo\nsource: s\nheadings:\n- {number: I, title: A, sentences: ['Nhận {received}.']}\n",
    }
    try:
        for name, text in own.items():
            (config().home / name).write_text(text, "utf-8")
        assert deadline().last_day(date(2026, 12, 14)) == date(2026, 12, 17)
        assert [one.code for one in declarable()] == ["x"]
        assert layout().measures == ["received"]
        (config().home / "filing.toml").write_bytes(b"\xff")
        with pytest.raises(BadInput, match="UTF-8"):
            deadline()
    finally:
        for name in own:
            (config().home / name).unlink()
    assert (deadline().days, len(declarable())) == (7, 30)

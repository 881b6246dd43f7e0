"""The narrative report: every number is its measure's, the same in the content, the docx and the pdf, and what is missing says so."""

from __future__ import annotations

import io
import re
from collections import Counter
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import docx
import pypdf
import pytest
from tests.province import Province, build_province
from tests.statistics.plan import Plan

from motcua.board.goals import Goal
from motcua.board.services import set_target
from motcua.dossiers.importing.mapping import FileMapping
from motcua.dossiers.importing.services import import_dossiers
from motcua.law.errors import BadInput
from motcua.law.moments import VIETNAM
from motcua.law.windows import Window
from motcua.organizations.models import Role
from motcua.reporting import services
from motcua.reporting.narrative.build import narrative
from motcua.reporting.narrative.content import Narrative, Told
from motcua.reporting.narrative.layout import MeasurePlace, layout, read_layout
from motcua.reporting.narrative.pdf import pdf, sources_grid
from motcua.reporting.narrative.word import document
from motcua.reporting.windows import question
from motcua.statistics.figures import Asked, Figure, figures
from motcua.statistics.measures import Ratio, measure
from motcua.statistics.periods import Regime, year_before
from motcua.statistics.reports.form_06a import report_06a
from motcua.statistics.reports.lines import Kind, lines_of, number_of
from motcua.statistics.services import catch_up, refresh

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=VIETNAM)
PLAN = Plan(seed=119, count=160)
CALENDAR = Regime.CALENDAR


@pytest.fixture
def planned(committed_db, tmp_path: Path) -> Province:
    province = build_province()
    province.hire("reform", "Mai Cải Cách", province.root, {Role.REFORM_OFFICER: province.root})
    assert (
        import_dossiers(PLAN.write(tmp_path / "plan.csv"), mapping=FileMapping(), at=NOW - timedelta(hours=1)).refused
        == 0
    )
    catch_up()
    refresh(NOW)
    return province


def of_september(now: datetime = NOW, period: str = "2026-09", **more: object) -> Narrative:
    return narrative(question(period, regime=CALENDAR, now=now, months=True, **more))


def planned_count(*columns: str) -> int:
    cells = PLAN.cells("agency", "date")[False, ""]
    return len(set().union(*(cells[column] for column in columns)))


def half_up(part: int, whole: int) -> str:
    cents = int(Fraction(part * 10_000, whole) + Fraction(1, 2))
    return f"{cents // 100},{cents % 100:02d} %"


def expected(place: MeasurePlace, told: dict[str, Figure]) -> str:
    """The text of a number from its measure alone; only the rounding of a share is known here."""
    figure = told[place.name]
    if isinstance(measure(place.name), Ratio) and not place.part:
        if figure.numerator is None or not figure.denominator:
            return "chưa có số liệu"
        return half_up(figure.numerator, figure.denominator)
    number = figure.denominator if place.part == "d" else figure.numerator
    return "chưa có số liệu" if number is None else f"{number:,}".replace(",", ".")


def test_the_planned_numbers_stand_in_its_sentences(planned: Province) -> None:
    report = of_september()
    text = "\n".join(one.text for section in report.sections for one in section.paragraphs)

    finished, early = planned_count("c7"), planned_count("c8")
    in_time, late = planned_count("c8", "c9"), planned_count("c10")
    assert (
        f"Số hồ sơ nhận giải quyết {planned_count('c3')}, trong đó tiếp nhận trong kỳ {planned_count('c4', 'c5')}"
        f" (trực tuyến {planned_count('c4')}; trực tiếp, qua dịch vụ bưu chính {planned_count('c5')}), từ kỳ trước chuyển"
        f" sang {planned_count('c6')}." in text
    )
    assert (
        f"Đã giải quyết {finished}: trước và đúng hạn {in_time} ({half_up(in_time, finished)}), quá hạn {late}"
        f" ({half_up(late, finished)}); riêng trước hạn {early} ({half_up(early, finished)})." in text
    )
    assert f"0/{planned_count('c10', 'c13')} hồ sơ trễ hạn có văn bản xin lỗi (0,00 %)" in text
    assert "Phản ánh, kiến nghị xử lý đúng hạn: chưa có số liệu." in text
    assert "so với chỉ tiêu (chưa giao)" in text
    assert report.window == "Từ ngày 01/09/2026 đến ngày 30/09/2026, không gồm cơ quan ngành dọc (xem phụ lục 1)"
    assert "Giải ngân vốn đầu tư công: chưa có số liệu." in text


def test_docx_and_pdf_tell_every_number_of_its_measure(planned: Province) -> None:
    set_target("H32", 2026, Goal.ONLINE, 4_500, document="15/KH-UBND", actor=planned.actor("reform"), at=NOW)
    report = of_september()

    asked = Asked.of(Window(date(2026, 9, 1), date(2026, 9, 30)), now=NOW)
    told = figures(layout().measures, asked, by=["vertical"])[False,]
    places = [
        piece
        for heading in layout().headings
        for sentence in heading.sentences
        for piece in sentence.pieces
        if isinstance(piece, MeasurePlace)
    ]
    assert len(places) > 40
    targets = {"45,00 %", "(chưa giao)"}
    measured = [one.text for one in report.numbers if not _is_target(report, one)]
    assert measured == [expected(place, told) for place in places]
    assert {one.text for one in report.numbers if _is_target(report, one)} == targets
    for number in report.numbers:
        source = report.sources[number.note - 1]
        assert number.text in (source.value, source.numerator.split(" (")[0], source.denominator)
        assert source.as_of == "10:00 22/11/2026"

    made = docx.Document(io.BytesIO(document(report)))
    paragraphs = [one.text for one in made.paragraphs]
    words = re.sub(r"\s", "", "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf(report))).pages))
    for section in report.sections:
        for one in section.paragraphs:
            marked = "".join(
                f"{piece.text}[{piece.note}]" if isinstance(piece, Told) else piece for piece in one.pieces
            )
            assert marked in paragraphs
            assert re.sub(r"\s", "", marked) in words
    _, *tables = made.tables
    for table, grid in zip(tables, (*report.annexes, sources_grid(report)), strict=True):
        assert [[cell.text for cell in row.cells] for row in table.rows] == [list(grid.heads), *map(list, grid.rows)]
        for row in grid.rows:
            for cell in row:
                assert re.sub(r"\s", "", cell) in words, cell
    for chart in report.charts:
        for bar in chart.bars:
            assert re.sub(r"\s", "", bar.label + bar.text) in words
    assert len(made.inline_shapes) == len(report.charts) == 3
    assert pdf(report) == pdf(report)


def _is_target(report: Narrative, number: Told) -> bool:
    return report.sources[number.note - 1].title.startswith("Chỉ tiêu giao")


def test_beside_each_number_the_same_period_a_year_before(planned: Province) -> None:
    a_year_on = NOW.replace(year=2027)
    report = of_september(a_year_on, "2027-09")

    text = report.sections[3].paragraphs[0].text
    assert text.endswith(
        f" (Cùng kỳ năm trước: {planned_count('c3')}; {planned_count('c4', 'c5')}; {planned_count('c4')};"
        f" {planned_count('c5')}; {planned_count('c6')}.)"
    )
    assert report.compared == "từ ngày 01/09/2026 đến ngày 30/09/2026"
    handled = next(one for one in report.sources if one.name == "handled")
    assert handled.before == str(planned_count("c3"))
    alone = of_september()
    assert alone.compared == "từ ngày 01/09/2025 đến ngày 30/09/2025 chưa có số liệu"
    assert "Cùng kỳ năm trước" not in alone.sections[3].paragraphs[0].text
    # A running period is compared with as much of the one before.
    running = narrative(question("2027", regime=CALENDAR, now=a_year_on))
    assert running.compared == "từ ngày 01/01/2026 đến ngày 22/11/2026"


def test_declared_figures_stand_as_they_were_at_the_moment(planned: Province) -> None:
    window, actor = Window(date(2026, 9, 1), date(2026, 9, 30)), planned.actor("reform")
    for said, minutes in (("12", 1), ("1.250", 5)):
        services.declare(
            "H32",
            "plan_tasks_done",
            window,
            said,
            evidence="12/BC-UBND",
            actor=actor,
            at=NOW + timedelta(minutes=minutes),
        )
    services.declare("H32", "sipas", window, "87,5", evidence="Phiếu khảo sát", actor=actor, at=NOW)
    services.declare("H32", "strengths", window, "Trả kết quả sớm hơn.", evidence="", actor=actor, at=NOW)

    def told(minutes: int) -> str:
        sections = of_september(NOW + timedelta(minutes=minutes)).sections
        return "\n".join(one.text for section in sections for one in section.paragraphs)

    assert "Nhiệm vụ trong kế hoạch đã hoàn thành: chưa có số liệu." in told(0)
    assert "Nhiệm vụ trong kế hoạch đã hoàn thành: 12 nhiệm vụ." in told(2)
    last = told(5)
    assert "Nhiệm vụ trong kế hoạch đã hoàn thành: 1.250 nhiệm vụ." in last
    assert "Chỉ số hài lòng (SIPAS) theo khảo sát: 87,50 %." in last
    assert "Ưu điểm: Trả kết quả sớm hơn.\n" in last
    services.declare("H32", "sipas", window, "", evidence="", actor=actor, at=NOW + timedelta(minutes=6))
    assert "Chỉ số hài lòng (SIPAS) theo khảo sát: chưa có số liệu." in told(7)


def test_what_cannot_be_asked_is_refused(planned: Province) -> None:
    for given, words in (
        ({"period": "2026-09"}, "lập theo quý"),
        ({"period": "2026-Q5"}, "Không đọc được kỳ"),
        ({"period": "2027-Q3"}, "ở sau thời điểm"),
        ({"period": "2026-Q3", "agency": "H99"}, "Không có cơ quan mang mã “H99”"),
    ):
        with pytest.raises(BadInput, match=words):
            question(**given, regime=CALENDAR, now=NOW)


@pytest.mark.parametrize(
    "text",
    [
        "title: x",
        "title: x\nsource: y\nheadings:\n- {number: I, title: A, sentences: ['{nothing_such}']}",
        "title: x\nsource: y\nheadings:\n- {number: I, title: A, sentences: ['{received/n}']}",
        "title: x\nsource: y\nheadings:\n- {number: I, title: A, sentences: ['{mean_resolving_seconds}']}",
        "title: x\nsource: y\nheadings:\n- {number: I, title: A, sentences: ['{target:height}']}",
        "title: [",
    ],
)
def test_a_template_that_names_what_is_not_there_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match=r"mau\.yaml: mẫu báo cáo không đọc được"):
        read_layout(text, "mau.yaml")


@pytest.mark.parametrize(
    ("window", "before"),
    [
        (("2026-06-15", "2026-09-14"), ("2025-06-15", "2025-09-14")),
        (("2024-02-01", "2024-02-29"), ("2023-02-01", "2023-02-28")),
        (("2025-02-01", "2025-02-28"), ("2024-02-01", "2024-02-29")),
        (("2024-02-29", "2024-02-29"), ("2023-02-28", "2023-02-28")),
    ],
)
def test_the_same_period_a_year_before(window: tuple[str, str], before: tuple[str, str]) -> None:
    given, found = (Window(*map(date.fromisoformat, days)) for days in (window, before))
    assert year_before(given) == found


def test_sectors_stand_under_each_level_and_sum_to_their_row(planned: Province) -> None:
    window = Window(date(2026, 9, 1), date(2026, 9, 30))
    for by in ("sector", "procedure"):
        report = report_06a(window, now=NOW, by=by)
        wanted: dict[tuple[str, str], int] = Counter(
            ("commune" if one.agency == "H32.101" else "province", getattr(one, by))
            for one in PLAN.dossiers
            if not one.vertical and "c3" in one.columns("date")
        )
        assert {(row.level, row.key): row.cells["c3"] for row in report.levels} == wanted
        assert report.notes.broken == ()
    titles = [(line.kind, line.title) for line in lines_of(report)]
    assert titles[0] == (Kind.HEADING, "Cấp tỉnh")
    assert (Kind.HEADING, "Cấp xã") in titles
    assert [number_of(report_06a(window, now=NOW, **one)) for one in ({}, {"by": "sector"}, {"agency": "H32.16"})] == [
        "Tổng hợp theo cơ quan, đơn vị",
        "Biểu số 06a",
        "Biểu số 06a",
    ]

"""Composes the narrative report from the figures, the targets and what was declared, all as known at one moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from motcua.board.asking import title_of
from motcua.board.goals import LIGHTS, Goal, light_of, missing_text
from motcua.board.models import Target
from motcua.law.moments import VIETNAM
from motcua.reporting.causes import Causes, causes_of
from motcua.reporting.declarable import declarable
from motcua.reporting.narrative.content import Bar, Chart, Grid, Narrative, Paragraph, Section
from motcua.reporting.narrative.layout import Heading, Layout, layout
from motcua.reporting.narrative.numbers import NO_TARGET, Numbers, value_text
from motcua.reporting.petitions import HEADS as PETITION_HEADS
from motcua.reporting.petitions import NOTE as NO_PETITIONS
from motcua.reporting.queries import declared, targets
from motcua.reporting.windows import Question, whole
from motcua.statistics.figures import Figure, figures
from motcua.statistics.models import DimAgency
from motcua.statistics.ratios import NO_FIGURE, cents_text, percent_cents, percent_text, shares_cents, whole_text
from motcua.statistics.reports.form_06a import COLUMN_TEXT, Report06a, report_06a
from motcua.statistics.reports.lines import GROUPS, Kind, lines_of

# Agencies in a chart: those that stand worst; all are in the annex.
_MOST = 15
_RESULTS = (
    ("finished_early", "Trước hạn"),
    ("finished_on_time", "Đúng hạn"),
    ("finished_overdue", "Quá hạn"),
)
_BY_AGENCY = (
    ("in_time_over_finished", "Tỷ lệ giải quyết trước và đúng hạn theo cơ quan"),
    ("online_over_received", "Tỷ lệ hồ sơ trực tuyến theo cơ quan"),
)


def narrative(asked_for: Question) -> Narrative:
    """Every number is a measure's, a target, or was declared; what is missing says so."""
    template = layout()
    asked, vertical = asked_for.asked, asked_for.vertical
    names = list(dict.fromkeys([*template.measures, *(name for name, _ in _RESULTS), *(goal.measure for goal in Goal)]))
    now = whole(names, asked, vertical=vertical)
    before = whole(names, asked_for.before, vertical=vertical) if asked_for.before else None
    home = asked_for.place or _root()
    given = targets(home.path, asked_for.window.last.year, asked.as_of) if home else {}
    numbers = Numbers(now, before, given, asked.as_of)
    sections = tuple(_sections(template, asked_for, home, numbers))
    report = report_06a(asked_for.window, now=asked.as_of, agency=asked_for.agency, by="agency", as_of=asked.as_of)
    return Narrative(
        title=template.title,
        agency=asked_for.agency_name,
        period=title_of(asked_for.period),
        window=_window(asked_for, apart=report.vertical is not None),
        compared=_compared(asked_for),
        known=_known(asked_for),
        as_of=asked.as_of,
        sections=sections,
        charts=tuple(_charts(asked_for, now)),
        annexes=(
            _form_06a(report),
            _petitions(),
            _causes(causes_of(asked, asked_for.before, vertical=vertical)),
            _targets(given, now),
        ),
        sources=numbers.sources,
    )


def _window(asked_for: Question, *, apart: bool) -> str:
    text = f"Từ ngày {asked_for.window.first:%d/%m/%Y} đến ngày {asked_for.window.last:%d/%m/%Y}"
    return f"{text}, không gồm cơ quan ngành dọc (xem phụ lục 1)" if apart else text


def _known(asked_for: Question) -> str:
    text = f"Số liệu ghi nhận đến {asked_for.asked.as_of.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}"
    return f"{text}; kỳ chưa kết thúc" if asked_for.asked.cut_at else text


def _compared(asked_for: Question) -> str:
    text = f"từ ngày {asked_for.compared.first:%d/%m/%Y} đến ngày {asked_for.compared.last:%d/%m/%Y}"
    return text if asked_for.before else f"{text} {NO_FIGURE}"


def _root() -> DimAgency | None:
    """The province itself, whose declared figures and targets stand for the whole; None where that is not one agency."""
    roots = list(DimAgency.objects.filter(parent="", vertical=False)[:2])
    return roots[0] if len(roots) == 1 else None


def _sections(template: Layout, asked_for: Question, home: DimAgency | None, numbers: Numbers) -> Iterator[Section]:
    rows = declared(home.code, asked_for.window, asked_for.asked.as_of) if home else {}
    for heading in template.headings:
        said = [numbers.sentence(sentence) for sentence in heading.sentences]
        said += [numbers.declared(one, rows.get(one.code)) for one in declarable() if one.part == heading.number]
        yield Section(heading.number, heading.title, tuple(said) or _none(template, heading))


def _none(template: Layout, heading: Heading) -> tuple[Paragraph, ...]:
    """A heading that only holds others says nothing itself."""
    above = any(one.number.startswith(f"{heading.number}.") for one in template.headings)
    return () if above else (Paragraph((f"{NO_FIGURE.capitalize()}.",)),)


def _charts(asked_for: Question, now: Mapping[str, Figure]) -> Iterator[Chart]:
    counts = [now[name].numerator or 0 for name, _ in _RESULTS]
    if sum(counts):
        bars = (
            Bar(label, f"{whole_text(count)} ({cents_text(cents)} %)", cents // 10)
            for (_, label), count, cents in zip(_RESULTS, counts, shares_cents(counts), strict=True)
        )
        yield Chart("Kết quả giải quyết hồ sơ", tuple(bars))
    told = figures([name for name, _ in _BY_AGENCY], asked_for.asked, by=["agency", "vertical"])
    names = dict(DimAgency.objects.filter(code__in={key[0] for key in told}).values_list("code", "name"))
    for measure, title in _BY_AGENCY:
        shares = sorted(
            (percent_cents(one.numerator, one.denominator), str(names.get(code, code)), one.numerator, one.denominator)
            for (code, outside), row in told.items()
            if outside == asked_for.vertical and (one := row[measure]).numerator is not None and one.denominator
        )
        if len(shares) > 1:
            more = f" ({_MOST} cơ quan thấp nhất)" if len(shares) > _MOST else ""
            yield Chart(
                f"{title}{more}",
                tuple(Bar(name, percent_text(part, all_), cents // 10) for cents, name, part, all_ in shares[:_MOST]),
            )


def _form_06a(report: Report06a) -> Grid:
    group_of = {column: title for title, columns in GROUPS for column in columns}
    rows, strong = [], set()
    for place, line in enumerate(lines_of(report)):
        if line.kind is not Kind.ROW:
            strong.add(place)
        values = [whole_text(value) for value in line.values] or [""] * len(COLUMN_TEXT)
        rows.append((line.serial, line.title, *values))
    return Grid(
        "Tình hình, kết quả giải quyết thủ tục hành chính theo cơ quan",
        (
            "STT",
            "Cơ quan, đơn vị",
            *(f"{_SHORT[group_of[column]]}: {text.lower()}" for column, text in COLUMN_TEXT.items()),
        ),
        (False, False, *(True for _ in COLUMN_TEXT)),
        (2, 14, *(4 for _ in COLUMN_TEXT)),
        tuple(rows),
        frozenset(strong),
        wide=True,
        note=" ".join(report.notes.texts),
    )


_SHORT = {
    "Số hồ sơ nhận giải quyết": "Nhận giải quyết",
    "Số hồ sơ đã giải quyết": "Đã giải quyết",
    "Số hồ sơ đang giải quyết": "Đang giải quyết",
}


def _causes(told: Causes) -> Grid:
    rows = [
        (line.sector_name, f"({line.cause}) {line.cause_title}" if line.cause else line.cause_title,
         whole_text(line.count), whole_text(line.before))
        for line in told.lines
    ]  # fmt: skip
    rows.append(("Tổng số", "", whole_text(told.total), whole_text(told.before)))
    note = "" if told.confirmed else f"Danh mục nguyên nhân chưa kiểm chứng: {told.source}."
    return Grid(
        "Nguyên nhân hồ sơ trễ hạn",
        ("Lĩnh vực", "Nguyên nhân", "Số hồ sơ", "Cùng kỳ năm trước"),
        (False, False, True, True),
        (12, 16, 5, 7),
        tuple(rows),
        frozenset({len(rows) - 1}),
        note=note,
    )


def _petitions() -> Grid:
    row = ("Tổng số", *(NO_FIGURE for _ in PETITION_HEADS[1:]))
    return Grid(
        "Tiếp nhận, xử lý phản ánh, kiến nghị", PETITION_HEADS, (False, *(True for _ in PETITION_HEADS[1:])),
        (7, *(5 for _ in PETITION_HEADS[1:])), (row,),
        wide=True, note=NO_PETITIONS,
    )  # fmt: skip


def _targets(given: Mapping[Goal, Target], now: Mapping[str, Figure]) -> Grid:
    rows = []
    for goal in Goal:
        figure, target = now[goal.measure], given.get(goal)
        told = (value_text(goal.measure, now), whole_text(figure.numerator), whole_text(figure.denominator))
        if target is None or target.cents is None:
            rows.append((goal.label, NO_TARGET, *told, "–", "–"))
            continue
        numbers = (figure.numerator, figure.denominator)
        word = LIGHTS[light_of(*numbers, target.cents)][0]
        rows.append(
            (goal.label, f"{cents_text(target.cents)} %", *told, word, missing_text(goal, *numbers, target.cents))
        )
    return Grid(
        "Thực hiện chỉ tiêu giao trong năm",
        ("Chỉ tiêu", "Mức giao", "Thực hiện trong kỳ", "Tử số", "Mẫu số", "Đánh giá", "Còn thiếu"),
        (False, True, True, True, True, False, False),
        (9, 5, 6, 4, 4, 5, 9),
        tuple(rows),
    )

"""A score, and what costs its points, as tables that are saved and printed."""

from __future__ import annotations

from datetime import datetime
from itertools import chain
from typing import Any

from motcua.platform.presentation.words import vn_datetime
from motcua.scoring.explaining import Explained, numbers_text, status_text, total_text
from motcua.scoring.naming import Words
from motcua.scoring.queries import Question
from motcua.scoring.rules import rule_text
from motcua.scoring.score import Score, Scored, Status
from motcua.scoring.shown import mean_text, points_text
from motcua.statistics.ratios import whole_text
from motcua.statistics.tabular.table import Column, Entry, Kind, Row, Table

_SCORE = (
    Column("Mã"),
    Column("Tiêu chí", width=5),
    Column("Nhóm", width=1),
    Column("Điểm", Kind.POINTS),
    Column("Có thể từ", Kind.POINTS),
    Column("Có thể đến", Kind.POINTS),
    Column("Điểm tối đa", Kind.POINTS),
    Column("Tử số", Kind.COUNT),
    Column("Mẫu số", Kind.COUNT),
    Column("Tỷ lệ", Kind.PERCENT),
    Column("Quy tắc", width=4),
    Column("Ghi chú", width=6),
    Column("Kiểm chứng", width=2),
    Column("Nguồn", width=2),
)
_COSTS = (
    Column("Hồ sơ"),
    Column("Cơ quan", width=4),
    Column("Thủ tục", width=5),
    Column("Tiếp nhận"),
    Column("Hạn"),
    Column("Kết thúc"),
    Column("So với hạn", width=2),
    Column("Bổ sung, đánh giá", width=2),
    Column("Chưa rõ", width=1),
    Column("Làm mất ở", width=2),
)


def _of(question: Question) -> str:
    return f"{question.index_set.index}-{question.period.lower()}-{question.agency}"


def _whose(question: Question) -> str:
    return f"{question.agency_name}, kỳ {question.period}; {question.index_set.title}, bản {question.index_set.version}"


def score_table(question: Question, found: Score) -> Table:
    """Every criterion with its numbers, rule and points; the last line is the total."""
    total = found.total
    note = (total_text(found), f"Nguồn: {question.index_set.source}.", question.index_set.note or "")
    return Table(
        f"diem-{_of(question)}",
        "Điểm chỉ số",
        _SCORE,
        [_criterion(one, found.subject) for one in found.criteria],
        question.asked.as_of,
        about=_whose(question),
        total=(
            Entry(""), Entry("Tổng"), Entry(""), Entry(total.points), Entry(total.low), Entry(total.high), Entry(total.highest),
            Entry(""), Entry(""), Entry(""), Entry(""), Entry(found.band or ""), Entry(""), Entry(""),
        ),
        note=" ".join(part for part in note if part),
    )  # fmt: skip


def _criterion(one: Scored, subject: str) -> Row:
    criterion, earned = one.criterion, one.earned
    shown = one.status is Status.SHOWN
    points = [Entry("") if shown else Entry(value) for value in (earned.points, earned.low, earned.high, one.highest)]
    return (
        Entry(criterion.code),
        Entry(criterion.title),
        Entry(" ".join(one.groups)),
        *points,
        Entry("" if earned.numerator is None else earned.numerator),
        Entry("" if earned.denominator is None else earned.denominator),
        _ratio(one),
        Entry(rule_text(criterion)),
        Entry(_notes(one, subject)),
        Entry("đã kiểm chứng" if criterion.confirmed else "chưa kiểm chứng"),
        Entry(criterion.source or "theo cả bộ"),
    )


def _ratio(one: Scored) -> Entry:
    ratio = one.earned.ratio
    if ratio is None:
        return Entry("")
    if one.status is Status.SHOWN:
        return Entry(mean_text(ratio, getattr(one.criterion, "unit", "")))
    return Entry((ratio.numerator, ratio.denominator))


def _notes(one: Scored, subject: str) -> str:
    # The points and the rule say so already.
    said = "" if one.status in (Status.NO_FIGURE, Status.SHOWN) else status_text(one, subject)
    words = [said, *([numbers_text(one)] if one.earned.factors else []), one.criterion.note or ""]
    return "; ".join(word.rstrip(".") for word in words if word)


def costs_table(question: Question, explained: Explained) -> Table:
    """The dossiers that cost a criterion points, as many as were asked for; the note says how many there are."""
    criterion, cost = explained.scored.criterion, explained.cost
    rows = cost.rows if cost else ()
    factors = [(row, "tỷ lệ kèm theo") for more in explained.more_costs for row in more.rows]
    words = Words(chain(rows, (row for row, _ in factors)), question.asked.as_of)
    return Table(
        f"mat-diem-{criterion.code.lower()}-{question.period.lower()}-{question.agency}",
        "Hồ sơ làm mất điểm",
        _COSTS,
        [_dossier(words.row(row), where) for row, where in (*((row, "tiêu chí") for row in rows), *factors)],
        question.asked.as_of,
        about=f"{criterion.code}: {criterion.title}. {_whose(question)}",
        note=_costs_note(explained),
    )


def _costs_note(explained: Explained) -> str:
    one, cost = explained.scored, explained.cost
    said = [f"{points_text(one.points)} điểm trên {points_text(one.highest)}", numbers_text(one), explained.rule]
    words = f"{'; '.join(word for word in said if word)}."
    if cost is None:
        return words
    words += f" Hồ sơ làm mất điểm: {whole_text(cost.total)}"
    words += f", trong đó {whole_text(cost.unknown)} chưa rõ" if cost.unknown else ""
    words += "".join(f"; ở tỷ lệ kèm theo: {whole_text(more.total)}" for more in explained.more_costs)
    missing = cost.total - len(cost.rows) + sum(more.total - len(more.rows) for more in explained.more_costs)
    return f"{words}; {whole_text(missing)} hồ sơ sau cùng không có trong tệp." if missing else f"{words}."


def _moment(moment: datetime | None) -> Entry:
    return Entry(vn_datetime(moment) if moment else "")


def _dossier(row: dict[str, Any], where: str) -> Row:
    return (
        Entry(row["code"] or f"Số {row['dossier_id']}"),
        Entry(row["agency_name"]),
        Entry(row["procedure_name"]),
        _moment(row["accepted_at"]),
        _moment(row["due_at"]),
        _moment(row["finished_at"]),
        Entry(row["verdict"]),
        Entry(row["against"]),
        Entry("có" if row["unknown"] else ""),
        Entry(where),
    )

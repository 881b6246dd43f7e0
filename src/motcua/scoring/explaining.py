"""A criterion explained: its numbers and their measures, its rule, the dossiers that cost points, and what raising it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from motcua.law.moments import VIETNAM
from motcua.scoring.costs import Cost, costs
from motcua.scoring.definition import SUBJECTS, Leaf, Rated, Shown, named_terms
from motcua.scoring.queries import Question, measures_of, numbers_of
from motcua.scoring.raising import Raise, raise_by_a_point
from motcua.scoring.rules import Numbers, rule_text
from motcua.scoring.score import Score, Scored, Status, score
from motcua.scoring.shown import mean_text, number, points_text, range_text, ratio_number, ratio_text
from motcua.statistics.measures import MEASURES, Lacking
from motcua.statistics.ratios import NO_FIGURE, whole_text

# Dossiers named in an explanation; the page goes on, the total is always told.
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Told:
    """A measure that the criterion names. `why` it has no figure, "" where it has one."""

    name: str
    title: str
    unit: str
    definition: str
    source: str
    value: int | None
    why: str


@dataclass(frozen=True, slots=True)
class Explained:
    scored: Scored
    rule: str
    measures: tuple[Told, ...]
    cost: Cost | None
    # Of ratios by which the ratio is multiplied.
    more_costs: tuple[Cost, ...]
    raising: Raise | None
    # Why no dossiers can be named for a point; "" where they are, or where there is nothing to raise.
    unraised: str = ""


def told_measures(criterion: Leaf, numbers: Numbers) -> tuple[Told, ...]:
    names = dict.fromkeys(term.measure for _, term in named_terms(criterion))
    found = []
    for name in names:
        one = MEASURES[name]
        why = one.why if isinstance(one, Lacking) else ""
        found.append(Told(name, one.title, one.unit, one.definition, one.source, numbers.get(name), why))
    return tuple(found)


def explain(question: Question, code: str, *, limit: int = SHOWN, after: int = 0) -> Explained | None:
    """One criterion of a score, with `limit` of the dossiers after one; None for a code that the set does not have."""
    criterion = next((leaf for leaf in question.index_set.leaves() if leaf.code == code), None)
    if criterion is None:
        return None
    numbers = numbers_of(question, measures_of([criterion]))
    scored = score(question.index_set, question.subject, numbers).of(code)
    assert scored is not None
    return _explained(question, scored, numbers, limit, after)


def explain_all(
    question: Question, scored: Score, *, on_step: Callable[[int, int], None] | None = None
) -> dict[str, Explained]:
    """Every criterion by its code."""
    numbers = numbers_of(question, measures_of([one.criterion for one in scored.criteria]))
    found = {}
    for place, one in enumerate(scored.criteria, 1):
        found[one.criterion.code] = _explained(question, one, numbers, SHOWN, 0)
        if on_step:
            on_step(place, len(scored.criteria))
    return found


def _explained(question: Question, scored: Scored, numbers: Numbers, limit: int, after: int) -> Explained:
    criterion = scored.criterion
    measures = told_measures(criterion, numbers)
    if scored.status in (Status.NOT_APPLICABLE, Status.SHOWN):
        why = _GIVEN[question.index_set.not_applicable] if scored.status is Status.NOT_APPLICABLE else ""
        return Explained(scored, rule_text(criterion), measures, None, (), None, why)
    factors = range(1, 1 + len(getattr(criterion, "times", ())))
    more = (costs(question, criterion, limit=limit, place=place) for place in factors)
    raising = raise_by_a_point(question, criterion, numbers)
    return Explained(
        scored,
        rule_text(criterion),
        measures,
        costs(question, criterion, limit=limit, after=after),
        tuple(one for one in more if one is not None),
        raising if isinstance(raising, Raise) else None,
        "" if isinstance(raising, Raise) else raising,
    )


_GIVEN = {
    "full": "Không áp dụng nên được đủ điểm tối đa, theo quy định của bộ chỉ số.",
    "rescale": "Không áp dụng nên điểm tối đa của tiêu chí không tính vào tổng; các tiêu chí còn lại được quy về đủ thang điểm.",
}


_STATUS = {
    Status.KNOWN: "",
    Status.PARTLY: "một phần chưa rõ",
    Status.NO_FIGURE: "chưa có số liệu",
    Status.EMPTY: "mẫu số bằng 0",
    Status.NOT_APPLICABLE: "không áp dụng",
    Status.SHOWN: "chỉ để xem",
}


def status_text(scored: Scored, subject: str = "") -> str:
    """In words; for whom it does not apply to, where that is known."""
    text = _STATUS[scored.status]
    if scored.status is Status.NOT_APPLICABLE and subject:
        return f"không áp dụng cho {SUBJECTS[subject]}"
    if scored.status is Status.PARTLY:
        return f"{scored.earned.unknown} chưa rõ: điểm {range_text(scored.earned.low, scored.earned.high)}"
    return text


def numbers_text(one: Scored) -> str:
    """The numbers and what they make: “4 / 7 × 5 / 9 = 31,75 %”; “” without a figure."""
    earned = one.earned
    if earned.numerator is None:
        return ""
    pairs = [(earned.numerator, earned.denominator), *((part.numerator, part.denominator) for part in earned.factors)]
    words = " × ".join(_pair(numerator, denominator) for numerator, denominator in pairs)
    if earned.ratio is None:
        # One number alone would read as the whole of it.
        return f"{words} / {NO_FIGURE}" if isinstance(one.criterion, Rated) and earned.denominator is None else words
    if isinstance(one.criterion, Shown):
        return f"{mean_text(earned.ratio, one.criterion.unit)} ({words})"
    return f"{words} = {ratio_text(earned.ratio)}"


def _pair(numerator: int | None, denominator: int | None) -> str:
    return whole_text(numerator) if denominator is None else f"{whole_text(numerator)} / {whole_text(denominator)}"


def total_text(found: Score) -> str:
    """The sentence on top: the points, what is missing, and by how many points the score could differ."""
    total = found.total
    words = f"{points_text(total.points)} điểm trên {points_text(total.highest)}"
    if total.low != total.high:
        missing = f"{total.missing} tiêu chí chưa có số liệu" if total.missing else "có số liệu chưa rõ"
        words += f"; {missing} nên điểm thật có thể {range_text(total.low, total.high)}"
    low, high = found.bands
    if found.band:
        return f"{words}. Xếp loại {found.band}."
    return f"{words}. Chưa xếp loại được: từ {low} đến {high}." if low and high else f"{words}."


def score_json(question: Question, found: Score, explained: dict[str, Explained] | None = None) -> dict[str, Any]:
    index_set = question.index_set
    cut = question.asked.cut_at
    groups = [
        {"code": code, "title": title, "points": number(total.points), "points_min": number(total.low),
         "points_max": number(total.high), "max": number(total.highest)}
        for code, title, total in group_rows(found)
    ]  # fmt: skip
    return {
        "index": index_set.index,
        "version": index_set.version,
        "period": question.period,
        "agency": question.agency,
        "points": number(found.total.points),
        "points_min": number(found.total.low),
        "points_max": number(found.total.high),
        "max": number(found.total.highest),
        "band": found.band,
        "missing": found.total.missing,
        "from": question.window.first.isoformat(),
        "to": question.window.last.isoformat(),
        "cut_at": cut and cut.astimezone(VIETNAM).isoformat(),
        "as_of": question.asked.as_of.astimezone(VIETNAM).isoformat(),
        "source": index_set.source,
        "groups": groups,
        "criteria": [_criterion_json(one, found, (explained or {}).get(one.criterion.code)) for one in found.criteria],
    }


def group_rows(found: Score) -> list[tuple[str, str, Any]]:
    """(code, title, Sum) of each group in order."""
    titles = {one.code: one.title for one in found.index_set.groups()}
    return [(code, titles[code], total) for code, total in found.groups.items()]


def _criterion_json(one: Scored, found: Score, explained: Explained | None) -> dict[str, Any]:
    criterion, earned = one.criterion, one.earned
    told: dict[str, Any] = {
        "code": criterion.code,
        "title": criterion.title,
        "group": one.groups[-1] if one.groups else None,
        "points": number(earned.points),
        "points_min": number(earned.low),
        "points_max": number(earned.high),
        "max": number(one.highest),
        "numerator": earned.numerator,
        "denominator": earned.denominator,
        "ratio": ratio_number(earned.ratio),
        "factors": [{"numerator": part.numerator, "denominator": part.denominator} for part in earned.factors],
        "unknown": earned.unknown,
        "status": one.status.value,
        "rule": criterion.kind,
        "rule_text": rule_text(criterion),
        "source": criterion.source or found.index_set.source,
        "confirmed": criterion.confirmed,
        "note": criterion.note,
    }
    return told | ({"explain": _explained_json(explained)} if explained else {})


def _explained_json(explained: Explained) -> dict[str, Any]:
    return {
        "measures": [
            {"name": one.name, "title": one.title, "value": one.value, "definition": one.definition, "why": one.why or None}
            for one in explained.measures
        ],
        "cost": explained.cost and _cost_json(explained.cost),
        "factor_costs": [_cost_json(one) for one in explained.more_costs],
        "raise": explained.raising and _raise_json(explained.raising),
        "no_raise": explained.unraised or None,
    }  # fmt: skip


def _cost_json(cost: Cost) -> dict[str, Any]:
    return {"dossiers": cost.total, "unknown": cost.unknown, "first": [row["code"] for row in cost.rows]}


def _raise_json(raising: Raise) -> dict[str, Any]:
    return {
        "by": number(raising.wanted),
        "dossiers": raising.needed,
        "what": raising.remedy and raising.remedy.words,
        "too_late": bool(raising.remedy and raising.remedy.late),
        "points_before": number(raising.before),
        "points_after": number(raising.after),
        "checked": raising.after is not None,
        "codes": [row["code"] for row in raising.rows],
    }

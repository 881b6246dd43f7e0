"""How agencies stand against their targets of a year: their shares, their lights, what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from motcua.board.cells import Cell, asked_for
from motcua.board.goals import LIGHTS, Goal, light_of, missing_text
from motcua.board.measures import counts
from motcua.board.models import Target
from motcua.board.places import Place, listed
from motcua.law.windows import Window
from motcua.statistics.figures import count_values
from motcua.statistics.measures import Ratio, measure
from motcua.statistics.models import DimAgency
from motcua.statistics.ratios import cents_text
from motcua.statistics.tabular.table import Column, Entry, Kind, Row, Table

_COLUMNS = ("Mức giao", "Thực hiện", "Tử số", "Mẫu số", "Không rõ", "Đánh giá", "Còn thiếu", "Giao cho, theo")


@dataclass(frozen=True, slots=True)
class Standing:
    """The whole of the place goal by goal, and each agency's own dossiers for one goal."""

    whole: Table
    agencies: Table


def ratio_of(goal: Goal) -> Ratio:
    found = measure(goal.measure)
    assert isinstance(found, Ratio)
    return found


def standing(place: Place, year: int, window: Window, goal: Goal, as_of: datetime) -> Standing:
    """Two queries, whatever the number of agencies; of a year that has not begun only what is set for it is known."""
    ratios = {one: ratio_of(one) for one in Goal}
    names = {name for ratio in ratios.values() for name in (ratio.numerator, ratio.denominator, ratio.unknown) if name}
    found = counts(*sorted(names))
    values: dict[str, Mapping[str, int | None]] = {}
    if window.start <= as_of:
        asked = asked_for(found[0].name, window, as_of, place)
        values = {key[0]: row for key, row in count_values(found, asked, by=("agency",)).items()}
    given = newest(place.below, year)
    whole = [(Entry(one.label), *_line(place, window, as_of, values, ratios[one], one, given)) for one in Goal]
    agencies = [
        (Entry(agency.name), *_line(place, window, as_of, values, ratios[goal], goal, given, agency))
        for agency in sorted(place.below, key=listed)
    ]
    about = f"{place.name}, năm {year}"
    return Standing(
        Table("chi-tieu", "Chỉ tiêu của cả phạm vi", _heads("Chỉ tiêu", Goal), whole, as_of, about),
        Table(
            "chi-tieu-co-quan", f"{goal.label} theo cơ quan", _heads("Cơ quan", [goal]), agencies, as_of, about,
            note="Mỗi cơ quan tính hồ sơ của riêng mình.",
        ),
    )  # fmt: skip


def _heads(first: str, goals: Sequence[Goal] | type[Goal]) -> tuple[Column, ...]:
    measure = next(iter(goals)).measure if len(list(goals)) == 1 else ""
    kinds = (Kind.TEXT, Kind.PERCENT, Kind.COUNT, Kind.COUNT, Kind.COUNT, Kind.TEXT, Kind.TEXT, Kind.TEXT)
    return (
        Column(first),
        *(
            Column(label, kind, measure if kind is Kind.PERCENT else "")
            for label, kind in zip(_COLUMNS, kinds, strict=True)
        ),
    )


def _line(
    place: Place, window: Window, as_of: datetime, values: Mapping[str, Mapping[str, int | None]], ratio: Ratio, goal: Goal,
    given: Mapping[tuple[str, str], Target], agency: DimAgency | None = None,
) -> Row:  # fmt: skip
    codes = [agency.code] if agency else [one.code for one in place.own]

    def number(name: str) -> int:
        return sum(values.get(code, {}).get(name) or 0 for code in codes)

    def entry(name: str | None) -> Entry:
        told = number(name) if name else 0
        cell = Cell(name or "", window, as_of, place, agency.code if agency else None)
        return Entry(told, cell.link if told else "")

    numerator, denominator = number(ratio.numerator), number(ratio.denominator)
    unknown = number(ratio.unknown) if ratio.unknown else 0
    # Not one of them is known: that is no zero.
    share: tuple[int | None, int | None] = (None if denominator and unknown >= denominator else numerator, denominator)
    target = _target_for(given, agency.path if agency else place.path, goal)
    figures = (Entry(share), entry(ratio.numerator), entry(ratio.denominator), entry(ratio.unknown))
    if target is None or target.cents is None:
        return (Entry("chưa giao"), *figures, Entry("–"), Entry("–"), Entry("–"))
    word, _, tone = LIGHTS[light_of(*share, target.cents)]
    return (
        Entry(f"{cents_text(target.cents)} %"), *figures, Entry(word, tone=f"light-{tone}"),
        Entry(missing_text(goal, *share, target.cents)), Entry(f"{target.agency.name}, {target.document}"),
    )  # fmt: skip


def newest(agencies: Sequence[DimAgency], year: int) -> dict[tuple[str, str], Target]:
    """By agency and goal: the last word for each of them and for all that stand above. One query."""
    codes = {code for agency in agencies for code in agency.path.strip("/").split("/")}
    rows = (
        Target.objects.filter(year=year, agency__code__in=codes)
        .select_related("agency")
        .order_by("agency", "goal", "-id")
        .distinct("agency", "goal")
    )
    return {(row.agency.code, row.goal): row for row in rows}


def _target_for(given: Mapping[tuple[str, str], Target], path: str, goal: Goal) -> Target | None:
    """Its own, or that of the nearest agency above it."""
    for code in reversed(path.strip("/").split("/")):
        found = given.get((code, goal.value))
        if found is not None and found.cents is not None:
            return found
    return None

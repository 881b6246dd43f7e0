"""From the places of the template to printed numbers, each with its entry in the list of sources. All rounding is of `ratios`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from motcua.board.goals import Goal
from motcua.board.models import Target
from motcua.law.moments import VIETNAM
from motcua.reporting.declarable import Declarable
from motcua.reporting.models import DeclaredFigure
from motcua.reporting.narrative.content import Paragraph, Piece, Source, Told
from motcua.reporting.narrative.layout import MeasurePlace, Sentence, TargetPlace
from motcua.statistics.figures import Figure
from motcua.statistics.measures import Lacking, Ratio, measure
from motcua.statistics.ratios import NO_FIGURE, cents_text, percent_text, shares_cents, whole_text

NO_TARGET = "chưa giao"
# Printed beside the other, of the same whole: together they are 100,00 %.
COMPLEMENTS = {"overdue_over_finished": "in_time_over_finished"}


def value_text(name: str, figures: Mapping[str, Figure], part: str = "") -> str:
    """A measure as it is printed: whole, or as a percentage; of a ratio also one of its two numbers."""
    found, figure = measure(name), figures[name]
    if not isinstance(found, Ratio) or part == "n":
        return whole_text(figure.numerator)
    if part == "d":
        return whole_text(figure.denominator)
    if (other := COMPLEMENTS.get(name)) and figure.denominator and figure.numerator is not None:
        cents = shares_cents([figures[other].numerator or 0, figure.numerator], figure.denominator)
        return f"{cents_text(cents[1])} %"
    return percent_text(figure.numerator, figure.denominator)


class Numbers:
    """Gathers the sources in the order in which they are first printed. `before` None: nothing to compare with."""

    def __init__(
        self,
        now: Mapping[str, Figure],
        before: Mapping[str, Figure] | None,
        targets: Mapping[Goal, Target],
        as_of: datetime,
    ) -> None:
        self._now, self._before, self._targets = now, before, targets
        self._as_of = f"{as_of.astimezone(VIETNAM):%H:%M %d/%m/%Y}"
        self._sources: dict[str, Source] = {}

    @property
    def sources(self) -> tuple[Source, ...]:
        return tuple(self._sources.values())

    def sentence(self, said: Sentence) -> Paragraph:
        """With its numbers, and beside them those of the same period a year before, in the same order.

        Where nothing was recorded of that period the report says so once, above.
        """
        if said.unless_zero and not self._now[said.unless_zero].numerator:
            return Paragraph((said.otherwise,))
        pieces: list[Piece] = [self._piece(piece) if not isinstance(piece, str) else piece for piece in said.pieces]
        places = [piece for piece in said.pieces if isinstance(piece, MeasurePlace)]
        if self._before is not None and not all(isinstance(measure(one.name), Lacking) for one in places):
            earlier = "; ".join(value_text(one.name, self._before, one.part) for one in places)
            pieces.append(f" (Cùng kỳ năm trước: {earlier}.)")
        return Paragraph(tuple(pieces))

    def _piece(self, place: MeasurePlace | TargetPlace) -> Told:
        return self._target(place.goal) if isinstance(place, TargetPlace) else self.measured(place.name, place.part)

    def measured(self, name: str, part: str = "") -> Told:
        found, figure = measure(name), self._now[name]
        ratio = isinstance(found, Ratio)
        unknown = f" (không rõ {whole_text(figure.unknown)})" if figure.unknown else ""
        source = Source(
            title=found.title,
            name=name,
            definition=f"{found.definition} {found.why}" if isinstance(found, Lacking) else found.definition,
            source=found.source,
            numerator=whole_text(figure.numerator) + unknown,
            denominator=whole_text(figure.denominator) if ratio else "–",
            value=value_text(name, self._now),
            before=NO_FIGURE if self._before is None else value_text(name, self._before),
            as_of=self._as_of,
        )
        return Told(value_text(name, self._now, part), self._note(name, source))

    def _target(self, goal: Goal) -> Told:
        target = self._targets.get(goal)
        text = f"({NO_TARGET})" if target is None or target.cents is None else f"{cents_text(target.cents)} %"
        about = "" if target is None else f"Giao cho {target.agency.name} theo {target.document}, năm {target.year}."
        source = Source(f"Chỉ tiêu giao: {goal.label}", "", about, "", "–", "–", text, "–", self._as_of)
        return Told(text, self._note(f"target:{goal.value}", source))

    def declared(self, asked: Declarable, row: DeclaredFigure | None) -> Paragraph:
        """“Title: number unit.”, or the words of an assessment; what nobody declared has no source to be named."""
        if row is None or (row.value is None and not row.words):
            return Paragraph((f"{asked.title}: {NO_FIGURE}.",))
        shown = asked.shown(row.value, row.words)
        source = Source(
            title=asked.title,
            name="",
            definition=(
                f"Số liệu kê khai, sổ cái không ghi. Căn cứ: {row.evidence or 'không nêu'}."
                f" {row.set_by.full_name} ghi lúc {row.set_at.astimezone(VIETNAM):%H:%M %d/%m/%Y}."
            ),
            source=asked.source if asked.confirmed else f"{asked.source} (chưa kiểm chứng)",
            numerator="–",
            denominator="–",
            value="xem nội dung" if row.words else shown,
            before="–",
            as_of=self._as_of,
        )
        told = Told(shown, self._note(f"declared:{asked.code}", source))
        return Paragraph((f"{asked.title}: ", told, "" if shown.endswith((".", "!", "?")) else "."))

    def _note(self, key: str, source: Source) -> int:
        self._sources.setdefault(key, source)
        return list(self._sources).index(key) + 1

"""Reads of simplifications: the list, and what they come to by sector and agency."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from django.db.models import Prefetch, Q, QuerySet

from motcua.identity.actors import Actor, ActorKind
from motcua.processes.checks import DAY_MINUTES
from motcua.processes.models import Simplification, SimplifiedLimit, SimplifiedPart


class Standing(StrEnum):
    """Where a simplification stands on a day."""

    IN_FORCE = "in_force"
    COMING = "coming"
    OVER = "over"


STANDING_TEXT = {Standing.IN_FORCE: "đang áp dụng", Standing.COMING: "sắp áp dụng", Standing.OVER: "đã hết"}


def standing(simplification: Simplification, on: date) -> Standing:
    if simplification.valid_to is not None and simplification.valid_to <= on:
        return Standing.OVER
    return Standing.COMING if simplification.valid_from > on else Standing.IN_FORCE


@dataclass(frozen=True, slots=True)
class SimplificationFilter:
    """What is asked for; None and "" = everything. `pilot` True = pilots only, False = lasting ones only."""

    sector_id: int | None = None
    agency_id: int | None = None
    standing: Standing | None = None
    pilot: bool | None = None
    text: str = ""


def simplifications(actor: Actor, only: SimplificationFilter, *, on: date) -> QuerySet[Simplification]:
    """Those of the province and of agencies within the actor's scope, last decided first, with all that a row shows."""
    rows = Simplification.objects.all()
    if actor.kind is not ActorKind.SYSTEM:
        rows = rows.filter(Q(agency__isnull=True) | Q(agency__in=actor.scope))
    if only.sector_id is not None:
        rows = rows.filter(procedure__sector=only.sector_id)
    if only.agency_id is not None:
        rows = rows.filter(agency=only.agency_id)
    if only.pilot is not None:
        rows = rows.filter(pilot=only.pilot)
    if only.text:
        rows = rows.filter(
            Q(decision_number__icontains=only.text)
            | Q(procedure__code=only.text)
            | Q(procedure__name__icontains=only.text)
        )
    if only.standing is Standing.OVER:
        rows = rows.filter(valid_to__lte=on)
    elif only.standing is not None:
        rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))
        rows = rows.filter(valid_from__gt=on) if only.standing is Standing.COMING else rows.filter(valid_from__lte=on)
    return rows.select_related("procedure__sector", "agency").prefetch_related(
        Prefetch("limits", SimplifiedLimit.objects.select_related("commitment").order_by("id")), "parts"
    ).order_by("-decision_date", "-id")  # fmt: skip


@dataclass(slots=True)
class Sum:
    """What simplifications come to.

    A procedure counts once, by its largest cut: `cut` of the `procedures` have a shorter limit, by less than a third, by
    a third to less than a half, or by a half and more; `minutes_saved` adds up the largest savings in working minutes.
    Papers, forms, steps and sets add up over all simplifications.
    """

    procedures: int = 0
    cut: int = 0
    under_third: int = 0
    third_to_half: int = 0
    half_or_more: int = 0
    minutes_saved: int = 0
    papers_removed: int = 0
    papers_merged: int = 0
    forms_removed: int = 0
    forms_merged: int = 0
    steps_removed: int = 0
    steps_merged: int = 0
    sets_removed: int = 0

    @property
    def days_saved(self) -> tuple[int, int]:
        """Working days of eight hours, and tenths of one."""
        return divmod(round(self.minutes_saved * 10 / DAY_MINUTES), 10)


@dataclass(frozen=True, slots=True)
class SumLine:
    """The sum of one sector or agency; `key` is its code, "" = the whole province."""

    key: str
    title: str
    total: Sum


@dataclass(frozen=True, slots=True)
class Count:
    total: Sum
    by_sector: list[SumLine] = field(default_factory=list)
    by_agency: list[SumLine] = field(default_factory=list)


def count_differences(rows: Collection[Simplification]) -> Count:
    """What simplifications come to, of rows with all that `simplifications` reads beside them."""
    return Count(
        _sum(rows),
        _lines(rows, lambda row: (row.procedure.sector.code, row.procedure.sector.name)),
        _lines(rows, lambda row: (row.agency.code, row.agency.name) if row.agency else ("", "Toàn tỉnh")),
    )


def _lines(rows: Iterable[Simplification], key: Callable[[Simplification], tuple[str, str]]) -> list[SumLine]:
    groups: dict[tuple[str, str], list[Simplification]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    lines = [SumLine(code, title, _sum(group)) for (code, title), group in groups.items()]
    return sorted(lines, key=lambda line: (-line.total.procedures, line.key))


def _sum(rows: Iterable[Simplification]) -> Sum:
    total = Sum()
    cuts: dict[int, list[SimplifiedLimit]] = defaultdict(list)
    counted: Counter[tuple[str, str]] = Counter()
    for row in rows:
        cuts[row.procedure_id] += row.limits.all()
        for part in row.parts.all():
            counted[part.kind, part.change] += 1
        if row.sets_before and row.sets_after:
            total.sets_removed += row.sets_before - row.sets_after
    removed, merged = SimplifiedPart.Change.REMOVED, SimplifiedPart.Change.MERGED
    paper, form, step = SimplifiedPart.Kind.PAPER, SimplifiedPart.Kind.FORM, SimplifiedPart.Kind.STEP
    total.papers_removed, total.papers_merged = counted[paper, removed], counted[paper, merged]
    total.forms_removed, total.forms_merged = counted[form, removed], counted[form, merged]
    total.steps_removed, total.steps_merged = counted[step, removed], counted[step, merged]
    total.procedures = len(cuts)
    for limits in cuts.values():
        if not limits:
            continue
        largest = max(
            limits, key=lambda limit: (limit.central_minutes - limit.committed_minutes) / limit.central_minutes
        )
        saved, central = largest.central_minutes - largest.committed_minutes, largest.central_minutes
        total.cut += 1
        total.under_third += saved * 3 < central
        total.third_to_half += central <= saved * 3 and saved * 2 < central
        total.half_or_more += saved * 2 >= central
        total.minutes_saved += max(limit.central_minutes - limit.committed_minutes for limit in limits)
    return total

"""Reads of reports and declared figures, already limited to what the actor may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Case, Q, Value, When

from motcua.board.goals import Goal
from motcua.board.models import Target
from motcua.dossiers.writer import NotFound
from motcua.identity.actors import Actor
from motcua.law.moments import local_day
from motcua.law.windows import Window
from motcua.organizations.models import Agency
from motcua.reporting.course import Deadline, State, Step, read_deadline
from motcua.reporting.data_files import text_of
from motcua.reporting.frozen import Frozen, read
from motcua.reporting.models import DeclaredFigure, FiledCopy, Filing, FilingStep
from motcua.reporting.permissions import READERS, Subject, over


def deadline() -> Deadline:
    """Raises BadInput for a file of the province's own that cannot be read."""
    return read_deadline(text_of("filing.toml"))


def subject_of(filing: Filing) -> Subject:
    """What permissions ask of a report. One query."""
    steps = list(filing.steps.order_by("-seq").values_list("kind", "by_id", "copy_id"))
    standing = steps[0][2] if steps else None
    done = frozenset(
        by for kind, by, copy in steps if copy == standing and kind in (Step.PREPARE, Step.SUBMIT, Step.SIGN)
    )
    return Subject(
        filing.agency_id, filing.agency.name, filing.agency.parent_id or 0, done, filing.state == State.SIGNED
    )


@dataclass(frozen=True, slots=True)
class Filed:
    """A report with the copy that stands and its steps, newest last."""

    filing: Filing
    copy: FiledCopy
    frozen: Frozen
    steps: tuple[FilingStep, ...]

    @property
    def signature(self) -> FilingStep | None:
        """Of the copy that stands."""
        found = (one for one in self.steps if one.kind == Step.SIGN and one.copy_id == self.copy.pk)
        return next(found, None)


def filed(filing_id: int, actor: Actor) -> Filed:
    """Raises NotFound for a report of an agency outside the actor's."""
    filing = Filing.objects.select_related("agency").filter(pk=filing_id, agency__in=over(actor, READERS)).first()
    if filing is None:
        raise NotFound("Không tìm thấy báo cáo này.")
    copy = filing.copies.order_by("-number")[0]
    steps = filing.steps.select_related("by", "on_behalf_of", "copy").order_by("seq")
    return Filed(filing, copy, read(copy.text), tuple(steps))


@dataclass(frozen=True, slots=True)
class Line:
    """An agency and its report of a window. `signed_at` is that of the copy that stands; `late`: signed after the last day,
    or not signed and that day is over."""

    agency: Agency
    filing: Filing | None
    signed_at: datetime | None
    late: bool


def filings(actor: Actor, window: Window, *, at: datetime) -> list[Line]:
    """Every agency of the actor's that stood in the window or has filed for it. Three queries."""
    # The agency that was not told, whose code is empty, has nobody who reports.
    agencies = Agency.objects.filter(pk__in=over(actor, READERS)).exclude(code="")
    found = {
        row.agency_id: row
        for row in Filing.objects.filter(agency__in=agencies, first_on=window.first, last_on=window.last)
    }
    signed = _signed_at([row.pk for row in found.values() if row.state in (State.SIGNED, State.ACCEPTED)])
    last_day = deadline().last_day(window.last)
    standing = agencies.filter(
        Q(pk__in=found) | (Q(valid_from__lte=window.last) & (Q(valid_to=None) | Q(valid_to__gt=window.first)))
    )
    return [
        _line(agency, found.get(agency.pk), signed, last_day, at)
        for agency in sorted(standing, key=lambda one: (Agency.Level.place(one.level), one.code))
    ]


def of_other_periods(actor: Actor, window: Window, size: int) -> list[Filing]:
    """Reports of other periods, those that have not come to their end before the others, the newest first; at most `size`."""
    ended = Q(state=State.ACCEPTED.value) | Q(state=State.SIGNED.value, agency__parent=None)
    rows = Filing.objects.filter(agency__in=over(actor, READERS)).exclude(first_on=window.first, last_on=window.last)
    rows = rows.annotate(ended=Case(When(ended, then=Value(True)), default=Value(False)))
    return list(rows.select_related("agency").order_by("ended", "-last_on", "agency__path")[:size])


def _signed_at(filing_ids: Sequence[int]) -> dict[int, datetime]:
    rows = FilingStep.objects.filter(filing__in=filing_ids, kind=Step.SIGN.value).order_by("filing", "-seq")
    return dict(rows.distinct("filing").values_list("filing_id", "at"))


def _line(agency: Agency, filing: Filing | None, signed: dict[int, datetime], last_day: date, at: datetime) -> Line:
    signed_at = signed.get(filing.pk) if filing else None
    return Line(agency, filing, signed_at, local_day(signed_at or at) > last_day)


def declared(agency_code: str, window: Window, as_of: datetime) -> dict[str, DeclaredFigure]:
    """By code: the last word for the agency and window by then, also where it takes a figure back."""
    rows = (
        DeclaredFigure.objects.filter(
            agency__code=agency_code, first_on=window.first, last_on=window.last, set_at__lte=as_of
        )
        .select_related("set_by")
        .order_by("code", "-id")
        .distinct("code")
    )
    return {row.code: row for row in rows}


def declared_history(agency_id: int, code: str, window: Window) -> list[DeclaredFigure]:
    """Newest first."""
    rows = DeclaredFigure.objects.filter(
        agency=agency_id, first_on=window.first, last_on=window.last, code=code
    ).select_related("set_by")
    return list(rows.order_by("-id"))


def agencies_of(actor: Actor, roles: frozenset[str] = READERS) -> list[Agency]:
    return list(Agency.objects.filter(pk__in=over(actor, roles)).order_by("path"))


def targets(path: str, year: int, as_of: datetime) -> dict[Goal, Target]:
    """What an agency had been given for a year by then: its own target, or that of the nearest agency above it. One query."""
    codes = path.strip("/").split("/")
    rows = (
        Target.objects.filter(year=year, agency__code__in=codes, set_at__lte=as_of)
        .select_related("agency")
        .order_by("agency", "goal", "-id")
        .distinct("agency", "goal")
    )
    nearer_last = sorted(rows, key=lambda row: codes.index(row.agency.code))
    return {Goal(row.goal): row for row in nearer_last if row.cents is not None}

"""The backlog as pages read it: rows with their reason and last note, and how far the clearing has come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from motcua.dossiers.models import OPEN_STATES, Dossier, LedgerEntry
from motcua.identity.actors import Actor
from motcua.law.errors import BadInput
from motcua.law.lifecycle import State
from motcua.law.moments import local_day
from motcua.organizations.models import Role
from motcua.platform import keyset
from motcua.processes.backlog.reasons import Reason, Standing, likely
from motcua.processes.inspection.permissions import inspected
from motcua.processes.inspection.settings import in_force
from motcua.processes.models import BacklogNote, InspectionSetting, WorkItem

PAGE_SIZE = 50
SUBJECT = InspectionSetting.Subject.BACKLOG
# What is asked for of the notes: nobody has looked, somebody has it, the day is over.
NOTED = {"chua": "Chưa có ghi chú", "da-giao": "Đã giao người xử lý", "qua-ngay": "Đã quá ngày hẹn xong"}


@dataclass(frozen=True, slots=True)
class Row:
    dossier: Dossier
    reason: Reason
    note: BacklogNote | None
    days: int
    quiet_days: int


@dataclass(frozen=True, slots=True)
class Progress:
    """`cleared` = noted dossiers that are no longer open; `over` = the day to be done by has passed and it still is."""

    open: int
    noted: int
    assigned: int
    over: int
    cleared: int


def long_open(at: datetime, agencies: Iterable[int]) -> QuerySet[Dossier]:
    """The definition: open, and either long after its due or, without one, long after its acceptance."""
    values = in_force(SUBJECT, local_day(at))["backlog"].values
    return Dossier.objects.filter(
        Q(due_at__lt=at - timedelta(days=values["days_after_due"]))
        | Q(due_at=None, accepted_at__lt=at - timedelta(days=values["days_without_due"])),
        agency__in=sorted(agencies),
        state__in=OPEN_STATES,
    )


def backlog(actor: Actor, at: datetime, *, agency_id: int | None = None, noted: str = "") -> QuerySet[Dossier]:
    """Oldest due first, those without a due last. Raises BadInput for an unknown `noted`."""
    scope = inspected(actor)
    rows = long_open(at, scope & {agency_id} if agency_id else scope)
    last = BacklogNote.objects.filter(dossier=OuterRef("pk")).order_by("-id")
    match noted:
        case "":
            pass
        case "chua":
            rows = rows.exclude(Exists(last))
        case "da-giao":
            rows = rows.annotate(held=Subquery(last.values("officer")[:1])).filter(held__isnull=False)
        case "qua-ngay":
            rows = rows.annotate(promised=Subquery(last.values("until")[:1])).filter(promised__lt=local_day(at))
        case _:
            raise BadInput("Bộ lọc ghi chú không có lựa chọn này.", noted=noted)
    return rows.order_by("due_at", "id")


def after(rows: QuerySet[Dossier], cursor: str) -> QuerySet[Dossier]:
    """The rows of `backlog` behind a cursor. Raises BadInput for one that cannot be read."""
    return rows.filter(keyset.beyond("due_at", cursor, gaps=True))


def explained(rows: QuerySet[Dossier], at: datetime) -> list[Row]:
    """The rows with reason and last note; four statements however many."""
    found = list(rows.select_related("procedure", "agency", "officer", "unit"))
    ids = [dossier.pk for dossier in found]
    notes = {
        note.dossier_id: note
        for note in BacklogNote.objects.filter(dossier__in=ids).select_related("officer", "made_by").order_by("id")
    }
    items: dict[int, list[WorkItem]] = {}
    for item in WorkItem.objects.filter(dossier__in=ids, closed_at=None).exclude(role="").order_by("token"):
        items.setdefault(item.dossier_id, []).append(item)
    heads = LedgerEntry.objects.filter(
        dossier__in=ids, seq=Subquery(Dossier.objects.filter(pk=OuterRef("dossier")).values("seq")[:1])
    )
    quiet = dict(heads.values_list("dossier", "recorded_at"))
    today = local_day(at)
    made = []
    for dossier in found:
        last = quiet.get(dossier.pk, at)
        silent = (at - last).days
        since = dossier.due_at or dossier.accepted_at or at
        reason = likely(_standing(dossier, items.get(dossier.pk, []), silent, at, today))
        made.append(Row(dossier, reason, notes.get(dossier.pk), (at - since).days, silent))
    return made


def _standing(dossier: Dossier, items: list[WorkItem], quiet: int, at: datetime, today: date) -> Standing:
    elsewhere = [item for item in items if item.agency_id != dossier.agency_id]
    holder = dossier.officer
    return Standing(
        State(dossier.state),
        supplement_over=dossier.supplement_due_at is None or dossier.supplement_due_at < at,
        withdrawal_asked=dossier.withdrawal_requested_at is not None,
        papers_missing=dossier.papers_due_at is not None,
        waits_elsewhere=elsewhere[0].name if elsewhere and len(elsewhere) == len(items) else "",
        has_holder=holder is not None or any(item.officer_id for item in items),
        holder_left=holder is not None and holder.valid_to is not None and holder.valid_to <= today,
        at_signer=bool(items) and all(item.role == Role.SIGNER for item in items),
        quiet_days=quiet,
    )


_PROGRESS = """
SELECT count(*), count(*) FILTER (WHERE n.officer_id IS NOT NULL AND d.state = ANY(%(open)s)),
       count(*) FILTER (WHERE n.until < %(today)s AND d.state = ANY(%(open)s)),
       count(*) FILTER (WHERE d.state <> ALL(%(open)s))
FROM (SELECT DISTINCT ON (dossier_id) dossier_id, officer_id, until FROM processes_backlognote ORDER BY dossier_id, id DESC) n
JOIN dossiers_dossier d ON d.id = n.dossier_id
WHERE d.agency_id = ANY(%(agencies)s)
"""


def progress(actor: Actor, at: datetime) -> Progress:
    scope = sorted(inspected(actor))
    with connection.cursor() as cursor:
        cursor.execute(_PROGRESS, {"open": OPEN_STATES, "today": local_day(at), "agencies": scope})
        noted, assigned, over, cleared = cursor.fetchone()
    return Progress(long_open(at, scope).count(), noted - cleared, assigned, over, cleared)


def cleared_by(actor: Actor, at: datetime) -> list[tuple[str, int, int, int]]:
    """(officer, given and still open, of these over the day, cleared), by who has most left."""
    statement = _PROGRESS.replace("SELECT count(*), ", "SELECT o.full_name, ", 1).replace(
        "JOIN dossiers_dossier d", "JOIN organizations_officer o ON o.id = n.officer_id JOIN dossiers_dossier d", 1
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"{statement} GROUP BY o.id, o.full_name ORDER BY 2 DESC, 4 DESC, o.id",
            {"open": OPEN_STATES, "today": local_day(at), "agencies": sorted(inspected(actor))},
        )
        return [(name, left, over, cleared) for name, left, over, cleared in cursor.fetchall()]


def given_to(officer_id: int) -> QuerySet[Dossier]:
    """Open dossiers whose last note names the officer, the day to be done by first."""
    last = BacklogNote.objects.filter(dossier=OuterRef("pk")).order_by("-id")
    mine = BacklogNote.objects.filter(officer=officer_id).values("dossier")
    return (
        Dossier.objects.filter(pk__in=mine, state__in=OPEN_STATES)
        .annotate(held=Subquery(last.values("officer")[:1]), promised=Subquery(last.values("until")[:1]))
        .filter(held=officer_id)
        .order_by("promised", "due_at", "id")
    )

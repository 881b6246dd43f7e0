"""Writers of the catalogue: import, base data, the review list, promised limits. What a desk takes: `posting`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from motcua.catalog.base_data import BASE_SOURCE, BASE_VALID_FROM, open_base_data
from motcua.catalog.facts import ProcedureFacts
from motcua.catalog.files import Refusal, read_files
from motcua.catalog.models import CommittedLimit, Procedure, ProcedureVersion, ReviewItem, Sector
from motcua.catalog.permissions import require_administrator
from motcua.catalog.settling import apply_values, carry_over
from motcua.catalog.store import Outcome, Stored, lock_catalogue, store, waiting_codes
from motcua.identity.actors import Actor, ActorKind
from motcua.law.errors import BadInput, DomainError
from motcua.law.limits import Limit
from motcua.organizations.models import Agency
from motcua.platform.text import search_key

CHUNK = 250
"""Procedures of one transaction: an import that was cut off goes on where it stopped, what is stored is unchanged."""

Progress = Callable[[int, int], None]


class AlreadySettled(DomainError):
    code = "already_changed"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """`new + changed + unchanged + refused` = distinct codes; `review` = codes among them with something to settle."""

    read: int
    new: int
    changed: int
    unchanged: int
    refused: int
    review: int
    refusals: tuple[Refusal, ...] = field(default=())

    def as_json(self) -> dict[str, int]:
        names = ("read", "new", "changed", "unchanged", "refused", "review")
        return {name: getattr(self, name) for name in names}


def import_catalog(paths: Iterable[Path], *, valid_from: date, progress: Progress | None = None) -> ImportReport:
    """Load the national portal's JSON lines; a changed record becomes a new version from `valid_from` on.

    Raises BadFile before anything is written. `progress` is told (done, total) after each chunk.
    """
    records = read_files(paths)
    outcomes: Counter[Outcome] = Counter()
    waiting = 0
    for done, stored in _in_chunks(records.facts, valid_from=valid_from, source="import"):
        outcomes.update(stored.outcomes.values())
        waiting += len(waiting_codes(stored.outcomes))
        if progress:
            progress(done, len(records.facts))
    return ImportReport(
        read=records.read,
        new=outcomes[Outcome.NEW],
        changed=outcomes[Outcome.CHANGED],
        unchanged=outcomes[Outcome.UNCHANGED],
        refused=len(records.refusals),
        review=waiting,
        refusals=records.refusals,
    )


def _in_chunks(
    facts: Sequence[ProcedureFacts], *, valid_from: date, source: str, only_from: str = ""
) -> Iterable[tuple[int, Stored]]:
    for start in range(0, len(facts), CHUNK):
        chunk = facts[start : start + CHUNK]
        with transaction.atomic():
            lock_catalogue()
            stored = store(chunk, valid_from=valid_from, source=source, only_from=only_from)
            carry_over(stored.versions)
        yield start + len(chunk), stored


def load_base_data() -> None:
    """Load the shipped procedures; again changes nothing, and never replaces what an import brought."""
    with open_base_data() as (digests, lines):
        there = set(ProcedureVersion.objects.values_list("procedure__code", "content_hash"))
        if there.issuperset(digests.items()):
            return
        facts = list(lines)
    for _ in _in_chunks(facts, valid_from=BASE_VALID_FROM, source=BASE_SOURCE, only_from=BASE_SOURCE):
        pass


@transaction.atomic
def settle_review(
    item: ReviewItem, *, actor: Actor, status: str, at: datetime, values: dict[str, object] | None = None
) -> ReviewItem:
    """Settle one item of the review list.

    `accepted` takes the suggestion, `corrected` takes `values` (the shape of the suggestion of that kind, see
    `settling`), `dismissed` leaves the version as it is. Raises NotAllowed, AlreadySettled, BadInput.
    """
    require_administrator(actor)
    status = ReviewItem.Status(status)
    if status is ReviewItem.Status.OPEN:
        raise BadInput("Cần chọn nhận gợi ý, sửa hoặc bỏ qua.")
    if status is ReviewItem.Status.ACCEPTED:
        if item.suggestion is None:
            raise BadInput("Mục này không có gợi ý để nhận; hãy nhập giá trị đúng.")
        values = {key: value for key, value in item.suggestion.items() if key != "basis"}
    decided = None if status is ReviewItem.Status.DISMISSED else values
    settled = ReviewItem.objects.filter(pk=item.pk, status=ReviewItem.Status.OPEN).update(
        status=status,
        decision=decided,
        settled_by_id=actor.id if actor.kind is ActorKind.OFFICER else None,
        settled_at=at,
    )
    if not settled:
        raise AlreadySettled("Mục này đã có người xử lý.")
    if status is not ReviewItem.Status.DISMISSED:
        apply_values(item, decided or {})
    item.refresh_from_db()
    return item


def promise_limit(
    *,
    procedure: Procedure,
    agency: Agency | None,
    channel: str,
    condition: str,
    stage: int,
    limit: Limit,
    valid_from: date,
    valid_to: date | None,
) -> CommittedLimit:
    """Promise a limit to what comes in between two dates (`valid_to`: the first day no more, None = for good)."""
    return CommittedLimit.objects.create(
        procedure=procedure, agency=agency, channel=channel, condition=condition, stage=stage, amount=limit.amount,
        unit=limit.unit.value, valid_from=valid_from, valid_to=valid_to,
    )  # fmt: skip


def end_promises(commitment_ids: Iterable[int], *, on: date) -> None:
    """Promise no more from a day on; what came in before keeps its limit."""
    CommittedLimit.objects.filter(pk__in=list(commitment_ids)).update(valid_to=on)


def add_imported_sectors(names: Mapping[str, str]) -> None:
    """Sectors that only other systems have named so far, by code; what is there stays as it is."""
    Sector.objects.bulk_create(
        (Sector(code=code, name=name, name_key=search_key(name), imported=True) for code, name in names.items()),
        ignore_conflicts=True,
    )


def add_imported_procedures(given: Mapping[str, tuple[str, int]]) -> None:
    """Procedures that only other systems have named so far: code → (name, sector's id). They have no version, so that
    nobody can hand in a dossier under them; what is there stays as it is.
    """
    Procedure.objects.bulk_create(
        (Procedure(code=code, name=name, sector_id=sector, imported=True) for code, (name, sector) in given.items()),
        ignore_conflicts=True,
    )


def name_imported(procedure_id: int, name: str) -> None:
    """The name of a procedure of which only the code was known; the catalogue's own names stay."""
    Procedure.objects.filter(pk=procedure_id, imported=True).update(name=name)

"""Reads of the catalogue."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from motcua.catalog.models import (
    ChannelRule,
    DeskProcedure,
    LegalGround,
    PaperRequirement,
    Procedure,
    ProcedureVersion,
    ResultKind,
    ReviewItem,
)
from motcua.platform.chosen import codes_in


class Part(StrEnum):
    """What a procedure must state to be published (Nghị định 63/2010/NĐ-CP Điều 8, as amended)."""

    NAME = "name"
    STEPS = "steps"
    CHANNELS = "channels"
    PAPERS = "papers"
    SETS = "sets"
    LIMIT = "limit"
    AUDIENCE = "audience"
    AGENCY = "agency"
    RESULT = "result"
    FEE = "fee"
    FORMS = "forms"
    CONDITIONS = "conditions"
    GROUNDS = "grounds"


PART_TEXT = {
    Part.NAME: "tên thủ tục",
    Part.STEPS: "trình tự thực hiện",
    Part.CHANNELS: "cách thức thực hiện",
    Part.PAPERS: "thành phần hồ sơ",
    Part.SETS: "số lượng bộ hồ sơ",
    Part.LIMIT: "thời hạn giải quyết",
    Part.AUDIENCE: "đối tượng thực hiện",
    Part.AGENCY: "cơ quan thực hiện",
    Part.RESULT: "kết quả",
    Part.FEE: "phí, lệ phí",
    Part.FORMS: "mẫu đơn, tờ khai",
    Part.CONDITIONS: "yêu cầu, điều kiện",
    Part.GROUNDS: "căn cứ pháp lý",
}

OPTIONAL = frozenset({Part.FORMS, Part.CONDITIONS})
"""Parts that some procedures rightly do not have: their absence is listed, but does not keep one from being published."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One procedure and the parts its current version lacks, in the order of `Part`; never empty."""

    procedure_id: int
    code: str
    name: str
    sector: str
    missing: tuple[Part, ...]

    @property
    def blocking(self) -> tuple[Part, ...]:
        return tuple(part for part in self.missing if part not in OPTIONAL)


def publication_gaps() -> list[Gap]:
    """Procedures of which a part is missing, by code. One statement, however many there are.

    A limit or a fee is missing when no channel states one: a limit that waits in the review list is missing too.
    """
    of_version = {"version_id": OuterRef("current_id")}
    papers = PaperRequirement.objects.filter(**of_version)
    rules = ChannelRule.objects.filter(**of_version)
    rows = (
        Procedure.objects.filter(current__isnull=False)
        .annotate(
            lacks_name=Q(current__name=""),
            lacks_steps=Q(current__has_steps=False),
            lacks_channels=~Exists(rules),
            lacks_papers=~Exists(papers),
            lacks_sets=Q(current__sets__isnull=True),
            lacks_limit=~Exists(rules.filter(amount__isnull=False)),
            lacks_audience=Q(current__audience__len=0),
            lacks_agency=Q(current__competent_agency="", current__performing_agency=""),
            lacks_result=~Exists(ResultKind.objects.filter(**of_version)),
            lacks_fee=~Exists(rules.exclude(fee_text="", fee_vnd__isnull=True)),
            lacks_forms=~Exists(papers.exclude(form_name="")),
            lacks_conditions=Q(current__has_conditions=False),
            lacks_grounds=~Exists(LegalGround.objects.filter(**of_version)),
        )
        .order_by("code")
        .values("id", "code", "name", "sector__name", *(f"lacks_{part}" for part in Part))
    )
    gaps = []
    for row in rows:
        missing = tuple(part for part in Part if row[f"lacks_{part}"])
        if missing:
            gaps.append(Gap(row["id"], row["code"], row["name"], row["sector__name"], missing))
    return gaps


def posted_procedures(desk_id: int, on: date) -> QuerySet[DeskProcedure]:
    """What is posted at a desk on a day, by sector and code, with the channels of each procedure's current version."""
    return (
        DeskProcedure.objects.in_force(on)
        .filter(desk_id=desk_id)
        .select_related("procedure__sector", "procedure__current", "agency", "again_by")
        .prefetch_related("procedure__current__channels")
        .order_by("procedure__sector__name_key", "procedure__code", "agency__code")
    )


def versions_on(procedure_ids: Collection[int], on: date) -> dict[int, ProcedureVersion]:
    """The version of each of the procedures in force on a day, with its channels. Two statements."""
    found = ProcedureVersion.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=on), procedure__in=procedure_ids, valid_from__lte=on
    )
    return {row.procedure_id: row for row in found.order_by("number").prefetch_related("channels")}


def taken_down(desk_id: int, size: int = 50) -> QuerySet[DeskProcedure]:
    """What has left the list of a desk, or will, the latest first."""
    return (
        DeskProcedure.objects.filter(desk_id=desk_id, valid_to__isnull=False)
        .select_related("procedure", "agency", "ended_by")
        .order_by("-valid_to", "procedure__code", "agency__code")[:size]
    )


def may_come_back(desk_id: int) -> QuerySet[DeskProcedure]:
    """What may be posted again at a desk: of each procedure and agency the row that ended last, or is to end, where none
    without an end is there."""
    later = DeskProcedure.objects.filter(
        Q(valid_to=None)
        | Q(valid_to__gt=OuterRef("valid_to"))
        | Q(valid_to=OuterRef("valid_to"), pk__gt=OuterRef("pk")),
        desk=OuterRef("desk"),
        procedure=OuterRef("procedure"),
        agency=OuterRef("agency"),
    )
    return (
        DeskProcedure.objects.filter(~Exists(later), desk_id=desk_id, valid_to__isnull=False)
        .select_related("procedure", "agency")
        .order_by("agency__code")
    )


def waiting_reviews(kind: str = "") -> QuerySet[ReviewItem]:
    """Open items of versions in force, by procedure; `kind` (`limit`, `fee`, `paper`, …) narrows them."""
    items = ReviewItem.objects.filter(
        status=ReviewItem.Status.OPEN, version__procedure__current=F("version")
    ).select_related("version__procedure__sector")
    if kind:
        items = items.filter(Q(field=kind) | Q(field__startswith=f"{kind}:"))
    return items.order_by("version__procedure__code", "position")


def rules_touched(item: ReviewItem) -> Sequence[ChannelRule]:
    """The channel rows that a `limit`, `condition` or `fee` item speaks of, in their order."""
    kind, _, listed = item.field.partition(":")
    if kind not in ("limit", "condition", "fee") or not listed:
        return []
    positions = [int(position) for position in listed.split(",")]
    return list(ChannelRule.objects.filter(version_id=item.version_id, position__in=positions))


def procedure_code(text: str) -> str:
    """The code of the procedure that was typed, or chosen as “CODE name”; an unknown one is its first word."""
    return codes_in([text], Procedure.objects.all())[text]

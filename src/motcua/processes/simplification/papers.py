"""Which papers of a procedure nobody has to hand in any more, by the simplifications in force on a day."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q

from motcua.catalog.models import PaperRequirement
from motcua.organizations.models import Agency
from motcua.processes.models import Simplification, SimplifiedPart


@dataclass(frozen=True, slots=True)
class Spared:
    """A paper of the catalogue, by its label, that is not asked for. `agency` None = nowhere in the province.

    `into` is the paper into which it was merged, "" where it just falls away.
    """

    paper: str
    into: str
    agency: Agency | None
    decision: Simplification

    @property
    def text(self) -> str:
        """“Không phải nộp “…” (Quyết định số …).”"""
        where = f"Nộp cho {self.agency.name}: không" if self.agency else "Không"
        merged = f", vì đã gộp vào “{self.into}”" if self.into else ""
        return f"{where} phải nộp riêng “{self.paper}”{merged} (Quyết định số {self.decision.decision_number})."


def spared_papers(procedure_id: int, *, on: date) -> list[Spared]:
    """Everything that is spared somewhere on that day: the whole province's first. One statement."""
    parts = (
        SimplifiedPart.objects.filter(
            Q(simplification__valid_to__isnull=True) | Q(simplification__valid_to__gt=on),
            simplification__procedure=procedure_id,
            simplification__valid_from__lte=on,
            kind=SimplifiedPart.Kind.PAPER,
        )
        .select_related("simplification__agency")
        .order_by(F("simplification__agency__path").asc(nulls_first=True), "simplification_id", "position")
    )
    return [Spared(part.name, part.into, part.simplification.agency, part.simplification) for part in parts]


def still_asked(
    papers: Iterable[PaperRequirement], spared: Collection[Spared], *, agency_path: str = ""
) -> list[PaperRequirement]:
    """The papers that are to be handed in: to the agency of that path, "" = to some agency of the province."""
    gone = {
        one.paper for one in spared if one.agency is None or (agency_path and agency_path.startswith(one.agency.path))
    }
    return [paper for paper in papers if not paper.is_remark and paper.label not in gone]

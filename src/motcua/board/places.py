"""Whose figures: an agency that the actor oversees, with all below it, as figures group them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from motcua.board.permissions import overseen
from motcua.identity.actors import Actor
from motcua.organizations.models import Agency
from motcua.platform.text import sort_key
from motcua.statistics.models import DimAgency


@dataclass(frozen=True, slots=True)
class Place:
    """`below` holds the agency itself first. Vertical agencies below one that is not are outside its total."""

    code: str
    name: str
    path: str
    vertical: bool
    below: tuple[DimAgency, ...]

    @property
    def own(self) -> tuple[DimAgency, ...]:
        """The agencies of its total."""
        return tuple(agency for agency in self.below if agency.vertical == self.vertical)

    @property
    def beside(self) -> tuple[DimAgency, ...]:
        """Those of the block outside it."""
        return tuple(agency for agency in self.below if agency.vertical != self.vertical)


def listed(agency: DimAgency) -> tuple[bool, bool, int, str]:
    """Where a table of agencies has it: by level from above to below, then by name; the vertical block stands last."""
    # Vertical bodies stand above those of any level that belong to them.
    below = agency.level != Agency.Level.VERTICAL
    return agency.vertical, below, Agency.Level.place(agency.level), sort_key(agency.name)


def overseen_agencies(actor: Actor) -> list[DimAgency]:
    """Every agency that the actor oversees, from above to below. One query."""
    codes = Agency.objects.filter(pk__in=overseen(actor)).values("code")
    return list(DimAgency.objects.filter(code__in=codes).order_by("path"))


def place_of(agencies: Sequence[DimAgency], code: str = "") -> Place | None:
    """The place under a code, or the highest of all; None where the actor oversees none such."""
    codes = {agency.code for agency in agencies}
    if code:
        found = next((agency for agency in agencies if agency.code == code), None)
    else:
        # An empty parent is none, also where the agency that was not told, whose code is empty, is overseen too.
        highest = [agency for agency in agencies if not agency.parent or agency.parent not in codes]
        found = min(highest, key=lambda agency: (agency.vertical, agency.path), default=None)
    if found is None:
        return None
    below = tuple(agency for agency in agencies if agency.path.startswith(found.path))
    return Place(found.code, found.name, found.path, found.vertical, below)

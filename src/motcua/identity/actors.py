"""Who gives a command: a value made once at the edge and passed inwards."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum


class ActorKind(StrEnum):
    OFFICER = "officer"
    APPLICANT = "applicant"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Grant:
    """One role over a set of agencies (a subtree, already resolved) on the day the actor was made."""

    role: str
    agencies: frozenset[int]


@dataclass(frozen=True, slots=True)
class Actor:
    """`id` is the officer's id; for an applicant the dossier's access key proves the right, not an id.

    `dossiers` are the ids an applicant has proved access to; None = not an applicant.

    `grants` and `desks` are the officer's own. What he may do for others stands apart, in `behalves`: for each of them the
    same officer with exactly the powers given, so that code which asks only for `grants` never widens them by mistake.
    `stands_in_for` are those of them who are absent and whose substitute he is. `sectors` limits all grants to procedures
    of these sectors, None = every sector; `acting_for` is on whose behalf, 0 = his own.
    """

    kind: ActorKind
    id: int = 0
    user_id: int = 0
    name: str = ""
    agency_id: int = 0
    unit_id: int = 0
    desk_id: int = 0
    grants: tuple[Grant, ...] = ()
    dossiers: frozenset[int] | None = None
    desks: frozenset[int] = field(default_factory=frozenset)
    sectors: frozenset[int] | None = None
    acting_for: int = 0
    behalves: tuple[Actor, ...] = ()
    stands_in_for: frozenset[int] = frozenset()

    @property
    def hats(self) -> tuple[Actor, ...]:
        """Himself first, then whom he may act for: a permission asks each in turn and takes the first that may."""
        return (self, *self.behalves)

    def for_whom(self, officer_id: int) -> Actor:
        """The same actor, whose next entries say that they were made for this officer; 0 = for himself."""
        return replace(self, acting_for=officer_id) if officer_id != self.acting_for else self

    def reaches(self, sector_id: int) -> bool:
        """Whether the grants cover procedures of the sector; a limited one does not cover an unknown sector (0)."""
        return self.sectors is None or sector_id in self.sectors

    @property
    def scope(self) -> frozenset[int]:
        """Every agency in which the actor has any role."""
        return frozenset().union(*(grant.agencies for grant in self.grants))

    def has_role(self, roles: frozenset[str], agency: int) -> bool:
        return any(grant.role in roles and agency in grant.agencies for grant in self.grants)

    @property
    def label(self) -> dict[str, object]:
        """How the actor stands in the ledger: no personal data, ids that the organisation can resolve.

        `for` only where somebody acted for another, so that all other entries read as they always have.
        """
        label: dict[str, object] = {"kind": self.kind.value, "id": self.id}
        return label | {"for": self.acting_for} if self.acting_for else label


SYSTEM = Actor(kind=ActorKind.SYSTEM, name="Hệ thống")

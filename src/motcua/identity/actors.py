"""Who gives a command: a value made once at the edge and passed inwards."""

from __future__ import annotations

from dataclasses import dataclass, field
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

    @property
    def scope(self) -> frozenset[int]:
        """Every agency in which the actor has any role."""
        return frozenset().union(*(grant.agencies for grant in self.grants))

    def has_role(self, roles: frozenset[str], agency: int) -> bool:
        return any(grant.role in roles and agency in grant.agencies for grant in self.grants)

    @property
    def label(self) -> dict[str, object]:
        """How the actor stands in the ledger: no personal data, an id that the organisation can resolve."""
        return {"kind": self.kind.value, "id": self.id}


SYSTEM = Actor(kind=ActorKind.SYSTEM, name="Hệ thống")

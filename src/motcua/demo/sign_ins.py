"""The accounts that the demonstration shows, one for each role; others follow the same pattern of names."""

from __future__ import annotations

from dataclasses import dataclass

from motcua.organizations.models import Role, RoleAssignment

SHOWN = (
    "tiepnhan", "phutrach", "thungan", "buuchinh", "thuly1.sxd", "truongphong.sxd", "kyduyet.sxd", "tiepnhan.101", "thuly1.101",
    "tiepnhan.tnt", "tiepnhan.hqvr", "lanhdao", "cchc", "thanhtra", "quantri",
)  # fmt: skip


_LONG = "Trung tâm Phục vụ hành chính công"


@dataclass(frozen=True, slots=True)
class SignIn:
    role: str
    username: str
    name: str
    place: str


def sign_ins() -> list[SignIn]:
    """In the order of SHOWN; empty in a database that is no demonstration."""
    rows = RoleAssignment.objects.filter(officer__user__username__in=SHOWN).select_related(
        "officer__user", "officer__agency", "officer__desk"
    )
    found: dict[str, SignIn] = {}
    for row in rows.order_by("id"):
        officer = row.officer
        place = officer.desk.name.replace(_LONG, "TTPVHCC") if officer.desk else officer.agency.name
        found.setdefault(
            officer.user.username, SignIn(Role(row.role).label, officer.user.username, officer.full_name, place)
        )
    return [found[username] for username in SHOWN if username in found]

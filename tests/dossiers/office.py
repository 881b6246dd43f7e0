"""An office at work, for tests of practice: moments as people write them, and one line a move."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.province import START, Province, applicant_of, build_province

from motcua.dossiers import commands as c
from motcua.dossiers.models import Dossier, LedgerEntry
from motcua.dossiers.services import Moved, give_command, receive_at_counter, submit_dossier
from motcua.identity.actors import SYSTEM, Actor
from motcua.law.moments import VIETNAM
from motcua.organizations.models import Agency, Officer
from motcua.organizations.queries import actor_of
from motcua.organizations.services import appoint

SIGNED = c.HandOver(receiver="Nguyễn Thị Hòa", proof="signature", reference="ab" * 32)
SUPPLEMENT = c.AskSupplement(("Bản vẽ",), "Sai bản vẽ")


def moment(text: str) -> datetime:
    """“16/11 09:20” of 2026, in Vietnam."""
    return datetime.strptime(f"2026/{text}", "%Y/%d/%m %H:%M").replace(tzinfo=VIETNAM)


class Office:
    """A province with one line for each move; the actor is an officer's name, `applicant` or `system`."""

    def __init__(self) -> None:
        self.province: Province = build_province()

    def actor(self, name: str, dossier_id: int = 0) -> Actor:
        if name == "applicant":
            return applicant_of(dossier_id)
        return SYSTEM if name == "system" else self.province.actor(name)

    def appoint(self, name: str, roles: dict[str, Agency], **where: Any) -> Officer:
        values = {"full_name": name, "title": "", "agency": self.province.root, "valid_from": START} | where
        officer = appoint(username=name, password=None, roles=roles, **values)
        self.province.officers[name] = officer
        return officer

    def actor_on(self, name: str, on: datetime) -> Actor:
        return actor_of(self.province.officers[name], on.date())

    def submit(self, at: str, **changes: Any) -> Moved:
        return submit_dossier(self.province.intake(**changes), actor=self.province.applicant, at=moment(at))

    def visit(self, command: Any, at: str, *, who: str = "counter", **changes: Any) -> Moved:
        intake = self.province.intake(**({"channel": "counter"} | changes))
        return receive_at_counter(intake, command, actor=self.actor(who), at=moment(at))

    def accept(self, at: str, command: c.Accept | None = None, **changes: Any) -> int:
        return self.visit(command or c.Accept(), at, **changes).id

    def give(self, one: int, who: str, command: Any, at: str, **more: Any) -> Moved:
        return give_command(one, command, actor=self.actor(who, one), at=moment(at), **more)


def dossier(one: int) -> Dossier:
    return Dossier.objects.get(pk=one)


def kinds(one: int) -> list[str]:
    found = LedgerEntry.objects.filter(dossier_id=one).order_by("seq").values_list("kind", flat=True)
    return [kind.removeprefix("dossier.") for kind in found]

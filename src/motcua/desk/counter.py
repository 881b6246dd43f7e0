"""What a desk takes, and what the receipt will say before it is issued: reads for the reception screens."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final

from motcua.catalog.commitments import commitments_of, limit_given
from motcua.catalog.models import ChannelRule, DeskProcedure, PaperRequirement
from motcua.desk.access import RECEIVERS
from motcua.dossiers.models import Dossier
from motcua.dossiers.personal_views import record_view
from motcua.dossiers.queries import visible_to
from motcua.dossiers.terms import CATALOG_CHANNEL, choose_rule
from motcua.dossiers.writer import calendar_of
from motcua.identity.actors import Actor
from motcua.identity.digest import search_digest
from motcua.identity.models import Person
from motcua.law.clock import compute_due, compute_stages, same_day_due
from motcua.law.errors import DomainError
from motcua.law.limits import Limit, Unit
from motcua.law.moments import local_day
from motcua.law.policies import Policy
from motcua.platform.text import search_key
from motcua.processes.simplification.papers import spared_papers, still_asked

_CODE: Final = re.compile(r"^\s*([0-9]+(?:\.[0-9]+)+)")


@dataclass(frozen=True)
class Offered:
    """A procedure at a desk, with what its version in force demands and promises on a day."""

    posted: DeskProcedure
    on: date

    @property
    def pk(self) -> int:
        return self.posted.pk

    @property
    def code(self) -> str:
        return self.posted.procedure.code

    @property
    def label(self) -> str:
        return " ".join(f"{self.code} {self.posted.procedure.name}".split())

    @cached_property
    def rules(self) -> list[ChannelRule]:
        return list(ChannelRule.objects.filter(version_id=self.posted.procedure.current_id).order_by("position"))

    @cached_property
    def papers(self) -> list[PaperRequirement]:
        listed = PaperRequirement.objects.filter(version_id=self.posted.procedure.current_id).order_by("position")
        spared = spared_papers(self.posted.procedure_id, on=self.on)
        return still_asked(listed, spared, agency_path=self.posted.agency.path)

    def conditions(self, channel: str) -> list[str]:
        """Cases in which the procedure's limit or fee differs; empty when there is one for all."""
        found = dict.fromkeys(rule.condition for rule in self.rules if rule.channel == CATALOG_CHANNEL[channel])
        return [] if list(found) in ([], [""]) else list(found)

    def terms(self, channel: str, condition: str) -> tuple[tuple[Limit, ...], int | None]:
        """(limits of the stages, fee in dong) as the catalogue states them."""
        rows = [
            [rule.stage, rule.condition, rule.amount, rule.unit, rule.fee_vnd]
            for rule in self.rules
            if rule.channel == CATALOG_CHANNEL[channel]
        ]
        amount, unit, second, second_unit, fee = choose_rule(rows, condition)
        if amount is None:
            return (), fee
        first = Limit(amount, Unit(unit))
        return ((first,) if second is None else (first, Limit(second, Unit(second_unit)))), fee

    def promised(self, limits: tuple[Limit, ...], channel: str, condition: str, at: datetime) -> tuple[Limit, ...]:
        """The same limits, shortened where the agency or the province promises less for what comes in at `at`."""
        procedure_id = self.posted.procedure_id
        promises = commitments_of([procedure_id], on=local_day(at), path=self.posted.agency.path).get(procedure_id, ())
        own = [one for one in promises if (one.channel, one.condition) == (CATALOG_CHANNEL[channel], condition)]
        return tuple(
            limit_given(limit, (one.limit for one in own if one.stage == stage))
            for stage, limit in enumerate(limits, 1)
        )

    def due(self, limits: Sequence[Limit], at: datetime) -> datetime | None:
        """When the result would be due if it were accepted at `at`; None without a limit, or where no calendar reaches."""
        agency = self.posted.agency
        stored = agency.effective_calendar
        calendar = calendar_of(json.dumps(stored.data, sort_keys=True) if stored else None)
        policy = Policy(agency.effective_policy)
        try:
            if not limits:
                return same_day_due(at, calendar) if self.posted.procedure.same_day else None
            if len(limits) == 1:
                return compute_due(at, limits[0], calendar, policy=policy).at
            return compute_stages(at, tuple(limits), calendar, policy=policy)[-1].at
        except DomainError:
            return None


def offered(actor: Actor, *, on: date, same_day: bool = False) -> list[Offered]:
    """What the actor's desk takes, by code; an officer without a desk takes for the desks of the agencies in scope."""
    rows = DeskProcedure.objects.in_force(on).filter(procedure__current__isnull=False)
    receiving = [hat for hat in actor.hats if any(grant.role in RECEIVERS for grant in hat.grants)]
    if desks := frozenset().union(*(hat.desks for hat in receiving)):
        rows = rows.filter(desk__in=desks)
    else:
        agencies = frozenset().union(
            *(grant.agencies for hat in receiving for grant in hat.grants if grant.role in RECEIVERS)
        )
        rows = rows.filter(desk__agency__in=agencies)
    if same_day:
        rows = rows.filter(procedure__same_day=True)
    rows = rows.select_related("procedure__sector", "procedure__current", "agency__effective_calendar", "desk__agency")
    return [Offered(row, on) for row in rows.order_by("procedure__code", "agency__code", "desk_id")]


def choose(found: list[Offered], *, typed: str, pk: int | None) -> tuple[Offered | None, list[Offered]]:
    """(the chosen one, those it could be). Typed text wins over the earlier choice when they no longer agree."""
    chosen = next((one for one in found if one.pk == pk), None)
    if chosen is not None and typed.strip() in ("", chosen.label):
        return chosen, []
    if not typed.strip():
        return None, []
    match = _CODE.match(typed)
    if match:
        matching = [one for one in found if one.code == match[1]]
        if chosen in matching:
            return chosen, []
    else:
        words = search_key(typed).split()
        matching = [one for one in found if all(word in search_key(one.label) for word in words)]
    if len(matching) == 1:
        return matching[0], []
    by_code: dict[str, Offered] = {}
    for one in matching:
        by_code.setdefault(one.code, one)
    # First the procedure, once each; then, where it is taken for many agencies, the agency, every one in sight.
    return None, matching if len(by_code) == 1 else list(by_code.values())[:12]


def known_person(actor: Actor, identity_number: str, *, at: datetime) -> Person | None:
    """The person as declared with the latest dossier that the actor may see. Being shown it is noted."""
    mark = search_digest("identity", identity_number)
    if mark is None:
        return None
    dossier: Dossier | None = (
        visible_to(actor)
        .filter(submitter__identity_hmac=mark, submitter__erased_at__isnull=True)
        .select_related("submitter")
        .order_by("-id")
        .first()
    )
    if dossier is None:
        return None
    record_view(dossier.pk, actor=actor, purpose="Điền lại thông tin người nộp tại quầy", at=at)
    return dossier.submitter


def prefill(person: Person) -> dict[str, Any]:
    return {
        "full_name": person.full_name,
        "birth_year": person.birth_year or "",
        "phone": person.phone,
        "email": person.email,
        "address": person.address,
    }

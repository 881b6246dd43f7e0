"""How many places of dossiers stand still, by agency, and which: as last searched for, which no past moment can ask again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Min, QuerySet
from django.urls import reverse

from motcua.board.places import Place
from motcua.board.tables import Entry
from motcua.identity.actors import Actor
from motcua.platform.presentation.words import vn_datetime
from motcua.processes.models import StuckDossier, StuckSearch
from motcua.processes.stuck import queries


@dataclass(frozen=True, slots=True)
class Standing:
    by_agency: Mapping[str, int]
    searched_at: datetime | None

    def total(self, place: Place) -> int:
        return sum(self.by_agency.get(agency.code, 0) for agency in place.own)

    def entry(self, place: Place, agency: str) -> Entry:
        number = self.by_agency.get(agency, 0)
        return Entry(number, link(place, agency) if number else "")

    @property
    def searched_text(self) -> str:
        return f"tìm lúc {vn_datetime(self.searched_at)}" if self.searched_at else "chưa tìm lần nào"


def counts(actor: Actor) -> Standing:
    """Two queries."""
    told = {code: number for code, _, number in queries.agency_counts(actor)}
    return Standing(told, StuckSearch.objects.aggregate(at=Min("done_at"))["at"])


def link(place: Place, agency: str = "") -> str:
    return f"{reverse('board:standing')}?{urlencode({'co-quan': place.code} | ({'cua': agency} if agency else {}))}"


def rows(actor: Actor, place: Place, agency: str = "") -> QuerySet[StuckDossier]:
    """Those that the numbers count, longest first."""
    codes = [agency] if agency else [one.code for one in place.own]
    return queries.stuck(actor).filter(agency__code__in=codes)

"""How many places of dossiers stand still, by agency, and which: as last searched for, which no past moment can ask again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Min, QuerySet
from django.urls import reverse

from motcua.board.places import Place
from motcua.identity.actors import Actor
from motcua.platform.presentation.words import vn_datetime
from motcua.processes.models import StuckDossier, StuckSearch
from motcua.processes.stuck import queries
from motcua.statistics.tabular.table import Entry


@dataclass(frozen=True, slots=True)
class Standing:
    """`by_agency` None: a past moment is asked for."""

    by_agency: Mapping[str, int] | None
    searched_at: datetime | None

    def of(self, agency: str) -> int:
        return (self.by_agency or {}).get(agency, 0)

    def entry(self, place: Place, agency: str | None = None) -> Entry:
        """Of one agency alone, or of all of the place's total."""
        if self.by_agency is None:
            return Entry(None)
        number = self.of(agency) if agency is not None else sum(self.of(one.code) for one in place.own)
        return Entry(number, link(place, agency) if number else "")

    @property
    def searched_text(self) -> str:
        if self.by_agency is None:
            return "chỉ có của hiện tại"
        return f"tìm lúc {vn_datetime(self.searched_at)}" if self.searched_at else "chưa tìm lần nào"


PAST = Standing(None, None)


def counts(actor: Actor) -> Standing:
    """Two queries."""
    told = {code: number for code, _, number in queries.agency_counts(actor)}
    return Standing(told, StuckSearch.objects.aggregate(at=Min("done_at"))["at"])


def link(place: Place, agency: str | None = None) -> str:
    return f"{reverse('board:standing')}?{urlencode({'co-quan': place.code} | ({} if agency is None else {'cua': agency}))}"


def rows(actor: Actor, place: Place, agency: str | None = None) -> QuerySet[StuckDossier]:
    """Those that the numbers count, longest first."""
    codes = [agency] if agency is not None else [one.code for one in place.own]
    return queries.stuck(actor).filter(agency__code__in=codes)

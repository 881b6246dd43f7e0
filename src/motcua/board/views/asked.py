"""What every page of the board reads from its address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, QueryDict

from motcua.board.asking import Period, read_moment, read_period
from motcua.board.places import Place, overseen_agencies, place_of
from motcua.desk.access import DeskRequest, said
from motcua.platform.chosen import code_in
from motcua.platform.clock import now
from motcua.platform.presentation.words import local
from motcua.statistics.knowledge import BEHIND, known_until
from motcua.statistics.models import DimAgency

PERIOD = ("ky", "che-do", "tu", "den")


@dataclass(frozen=True, slots=True)
class Asked:
    """`place` None: there is no agency with figures yet that the officer oversees. `live`: as known now, and so asked again.

    `behind`: entries of the ledger have long waited to be counted.
    """

    agencies: list[DimAgency]
    place: Place | None
    period: Period
    as_of: datetime
    live: bool
    behind: bool


def asked_place(request: DeskRequest) -> tuple[list[DimAgency], Place | None]:
    """Another agency than those overseen is not there."""
    agencies = overseen_agencies(request.actor)
    code = code_in(said(request.GET, "co-quan"), {one.code for one in agencies})
    place = place_of(agencies, code)
    if code and place is None:
        raise Http404(code)
    return agencies, place


def asked_of(request: DeskRequest) -> Asked:
    """Asked in one snapshot with the counting itself. Raises Http404 and BadInput."""
    agencies, place = asked_place(request)
    given = {name: said(request.GET, name, limit=30) for name in (*PERIOD, "luc")}
    # Read within the snapshot: what is counted there has been recorded by then.
    moment = now()
    as_of = read_moment(given["luc"], known_until(moment))
    behind = not given["luc"] and moment - as_of > BEHIND
    return Asked(agencies, place, read_period(given, local(as_of).date()), as_of, not given["luc"], behind)


def without(query: QueryDict, *names: str) -> str:
    kept = query.copy()
    for name in names:
        kept.pop(name, None)
    return kept.urlencode()

"""The question of a score: a plain address, so that an answer can be sent to somebody and opens again as it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from motcua.desk.access import DeskRequest, said
from motcua.law.errors import BadInput
from motcua.law.moments import parse_moment
from motcua.organizations.models import Agency
from motcua.platform.chosen import code_in
from motcua.platform.presentation.words import local
from motcua.scoring.permissions import scored_agencies
from motcua.scoring.queries import Question, question
from motcua.scoring.versions import shipped
from motcua.statistics.knowledge import known_until


@dataclass(frozen=True, slots=True)
class Given:
    """As typed. `as_of` stands in links, so that what opens is what was shown."""

    index: str
    period: str
    agency: str
    as_of: str

    def address(self, as_of: datetime | None = None) -> str:
        kept = {"bo": self.index, "ky": self.period, "co-quan": self.agency}
        moment = as_of.isoformat() if as_of else self.as_of
        return urlencode(kept | ({"luc": moment} if moment else {}))


def given(request: DeskRequest) -> Given:
    """What the address leaves out: the first index, this month, the first agency of the actor's."""
    offered = agencies(request)
    return Given(
        said(request.GET, "bo") or shipped()[0].index,
        said(request.GET, "ky") or f"{local(request.at):%Y-%m}",
        code_in(said(request.GET, "co-quan"), dict(offered)) or (offered[0][0] if offered else ""),
        said(request.GET, "luc"),
    )


def agencies(request: DeskRequest) -> list[tuple[str, str]]:
    rows = Agency.objects.filter(pk__in=scored_agencies(request.actor)).order_by("path")
    return list(rows.values_list("code", "name"))


def indexes() -> list[tuple[str, str]]:
    """Code and title of each index, the newest version's title."""
    return list({one.index: one.title for one in shipped()}.items())


def question_of(request: DeskRequest, asked: Given) -> Question:
    """Asked in one snapshot with the counting itself. Raises BadInput; an agency that the actor does not see is as one that is not there."""
    if asked.agency not in {code for code, _ in agencies(request)}:
        raise BadInput(f"Không có cơ quan nào mang mã “{asked.agency}” trong phạm vi của ông/bà.", field="agency")
    # An index on a page is one that is shipped: no path of a file is taken from an address.
    if asked.index not in dict(indexes()):
        raise BadInput(f"Không có bộ chỉ số “{asked.index}”.", field="index")
    # An answer whose entries are not all counted yet would open into other numbers later.
    known = known_until(request.at)
    as_of = parse_moment(asked.as_of) if asked.as_of else known
    return question(asked.index, asked.period, asked.agency, now=known, as_of=as_of, live=not asked.as_of)

"""What the portal reads of the catalogue, shaped for its pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from motcua.catalog.commitments import promised_limits
from motcua.catalog.models import (
    Channel,
    ChannelRule,
    DeskProcedure,
    PaperRequirement,
    Procedure,
    ProcedureVersion,
    Sector,
)
from motcua.dossiers.decide import GuardFailed
from motcua.dossiers.intake import Intake
from motcua.dossiers.models import Dossier
from motcua.dossiers.terms import read_terms
from motcua.dossiers.writer import limits_of
from motcua.law.errors import BadInput
from motcua.law.limits import UNIT_TEXT, Unit
from motcua.law.moments import local_day
from motcua.platform.clock import now
from motcua.platform.presentation import words
from motcua.platform.text import search_key, sort_key
from motcua.processes.simplification.papers import Spared, still_asked

PAGE_SIZE: Final = 20
_LATEST_DOSSIERS: Final = 5000
_UNPUBLISHED: Final = "Chưa công bố"
_UNREAD: Final = "Đang rà soát"
_WORD = re.compile(r"\w+")
_CODE = re.compile(r"\d\.\d{3,6}")

# The catalogue words its audiences in sixteen ways; people look for themselves in four.
AUDIENCES: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "cong-dan": ("Công dân", ("Công dân Việt Nam", "Cán bộ, công chức, viên chức", "Đảng viên")),
    "nguoi-nuoc-ngoai": (
        "Người nước ngoài, người Việt Nam ở nước ngoài",
        ("Người nước ngoài", "Người Việt Nam định cư ở nước ngoài", "Người nước ngoài cư trú tại Việt Nam"),
    ),
    "doanh-nghiep": (
        "Doanh nghiệp, hợp tác xã",
        ("Doanh nghiệp", "Doanh nghiệp Việt Nam", "Doanh nghiệp có vốn đầu tư nước ngoài", "Hợp tác xã"),
    ),
    "to-chuc": (
        "Tổ chức khác",
        ("Tổ chức (không bao gồm doanh nghiệp, HTX)", "Tổ chức nước ngoài", "Tổ chức Đảng"),
    ),
}


@dataclass(frozen=True, slots=True)
class SearchPage:
    procedures: list[Procedure]
    total: int
    page: int

    @property
    def has_next(self) -> bool:
        return self.page * PAGE_SIZE < self.total

    @property
    def first(self) -> int:
        return (self.page - 1) * PAGE_SIZE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.procedures) - 1


def offered() -> QuerySet[Procedure]:
    """Procedures with a version in force; one that an import of old dossiers made up is not shown to the public."""
    return Procedure.objects.filter(imported=False, current__isnull=False)


def search(*, text: str = "", sector: str = "", audience: str = "", page: int = 1) -> SearchPage:
    """Procedures by words with or without marks, by sector code and audience key: first those that a desk of the
    province takes (`here` is set on each), best match first, then by code.

    Pages are numbered: a catalogue has some thousand rows, and a citizen comes back to "page 2".
    Raises BadInput for an unknown sector or audience.
    """
    found = offered()
    if sector:
        if not Sector.objects.filter(code=sector).exists():
            raise BadInput(f"Không có lĩnh vực “{sector}”; ông/bà chọn lại trong danh sách.", field="sector")
        found = found.filter(sector__code=sector)
    if audience:
        if audience not in AUDIENCES:
            raise BadInput(f"Không có đối tượng “{audience}”; ông/bà chọn lại trong danh sách.", field="audience")
        found = found.filter(current__audience__overlap=list(AUDIENCES[audience][1]))
    posted = DeskProcedure.objects.in_force(local_day(now()))
    found = found.annotate(here=Exists(posted.filter(procedure=OuterRef("pk"))))
    order: list[Any] = ["code", "id"]
    if query := _query(text):
        match = SearchQuery(query, config="simple", search_type="raw")
        found = found.filter(Q(words=match) | Q(code__startswith=text.strip())).annotate(
            rank=SearchRank(F("words"), match, normalization=1)
        )
        order = ["-rank", *order]
    elif text.strip():
        found = found.none()
    total = found.count()
    start = (page - 1) * PAGE_SIZE
    rows = found.select_related("sector", "current").prefetch_related("current__channels").order_by("-here", *order)
    return SearchPage(list(rows[start : start + PAGE_SIZE]), total, page)


def _query(text: str) -> str:
    """Every word must occur, the last letters may be missing: `giay ph` finds `giấy phép`."""
    return " & ".join(f"{word}:*" for word in _WORD.findall(search_key(text))[:12])


def sectors() -> QuerySet[Sector]:
    """Sectors that have something to offer, in Vietnamese alphabetical order."""
    return (
        Sector.objects.filter(procedures__imported=False, procedures__current__isnull=False)
        .annotate(offers=Count("procedures"))
        .order_by("name_key")
    )


def most_used(limit: int = 10) -> list[Procedure]:
    """The procedures of the latest dossiers, most frequent first, filled up from those that desks post.

    Only the latest few thousand dossiers are looked at, so the page costs the same in a year of millions.
    """
    latest = Counter(Dossier.objects.order_by("-id").values_list("procedure_id", flat=True)[:_LATEST_DOSSIERS])
    shown = offered().select_related("current").prefetch_related("current__channels")
    # Some of the most frequent may be no longer offered, so a few more than needed are read.
    frequent = shown.filter(id__in=[pk for pk, _ in latest.most_common(limit * 3)])
    top = sorted(frequent, key=lambda procedure: (-latest[procedure.pk], procedure.code))[:limit]
    if len(top) < limit:
        here = DeskProcedure.objects.in_force(local_day(now())).values("procedure")
        posted = shown.filter(id__in=here).exclude(id__in=[p.pk for p in top])
        top += list(posted.order_by("code")[: limit - len(top)])
    return top


def find(code: str) -> Procedure | None:
    """The procedure with everything its page prints, or None."""
    return _whole().filter(code=code).first()


def find_by_id(procedure_id: int) -> Procedure | None:
    return _whole().filter(pk=procedure_id).first()


def _whole() -> QuerySet[Procedure]:
    return (
        offered()
        .select_related("sector", "current")
        .prefetch_related("current__channels", "current__papers", "current__results", "current__grounds")
    )


@dataclass(frozen=True, slots=True)
class Place:
    """A desk that takes the procedure, for a competent agency."""

    id: int
    desk_id: int
    desk: str
    address: str
    phone: str
    agency_id: int
    agency: str
    agency_path: str


def places(procedure: Procedure) -> list[Place]:
    """Where it is taken today, and for which agency there."""
    rows = (
        DeskProcedure.objects.in_force(local_day(now()))
        .filter(procedure=procedure)
        .select_related("desk", "agency")
        .order_by("desk__name", "agency__name")
    )
    return [
        Place(
            row.pk,
            row.desk_id,
            row.desk.name,
            row.desk.address,
            row.desk.phone,
            row.agency_id,
            row.agency.name,
            row.agency.path,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class DeskLine:
    """One desk on a procedure's page, with the agencies for which it takes the procedure."""

    name: str
    address: str
    phone: str
    agencies: tuple[str, ...]


def desk_lines(places: Sequence[Place]) -> list[DeskLine]:
    """The places as one line a desk: first desks that take for most agencies, then by name."""
    taken: dict[int, list[Place]] = {}
    for place in places:
        taken.setdefault(place.desk_id, []).append(place)
    lines = [
        DeskLine(rows[0].desk, rows[0].address, rows[0].phone, tuple(row.agency for row in rows))
        for rows in taken.values()
    ]
    return sorted(lines, key=lambda line: (-len(line.agencies), sort_key(line.name)))


@dataclass(frozen=True, slots=True)
class Terms:
    """Limit and fee of one channel and case, in words; `verbatim` is what the catalogue says where that is not yet read.

    `promises` are shorter limits that the province or an agency gives instead, each with where.
    """

    channel: str
    condition: str
    stage: int
    limit: str
    fee: str
    verbatim: str
    promises: list[str]


def terms(procedure: Procedure, *, on: date) -> list[Terms]:
    promised = promises(procedure, on=on)
    return [
        Terms(
            Channel(rule.channel).label,
            rule.condition,
            rule.stage,
            limit_text(rule, same_day=procedure.same_day),
            fee_text(rule),
            rule.limit_text.strip() if rule.amount is None and not procedure.same_day else "",
            promised.get((rule.channel, rule.condition, rule.stage), []),
        )
        for rule in procedure.current.channels.all()
    ]


def limit_of(intake: Intake, *, at: datetime) -> str:
    """What the dossier will be received under, promises counted, in words; "" where no limit is stated for its case."""
    try:
        terms = read_terms(intake).on(local_day(at))
    except GuardFailed:
        # Said with its reason when the dossier is sent.
        return ""
    limits = limits_of(terms.limit_amount, terms.limit_unit, terms.second_amount, terms.second_unit)
    return ", rồi ".join(limit.text() for limit in limits)


def promises(procedure: Procedure, *, on: date) -> dict[tuple[str, str, int], list[str]]:
    """Limits promised on a day by channel, case and stage, in words: the whole province's first."""
    found: dict[tuple[str, str, int], list[str]] = {}
    for row in promised_limits(procedure.pk, on=on):
        where = row.agency.name if row.agency else "toàn tỉnh"
        said = f"{row.amount} {UNIT_TEXT[Unit(row.unit)]} ({where})"
        found.setdefault((row.channel, row.condition, row.stage), []).append(said)
    return found


def limit_text(rule: ChannelRule, *, same_day: bool) -> str:
    """`3 ngày làm việc`. What the catalogue says and nobody could read for sure is not shown as a limit: it may be a fee."""
    if rule.amount is not None and rule.unit:
        return f"{rule.amount} {UNIT_TEXT[Unit(rule.unit)]}"
    if same_day:
        return "Trong ngày làm việc"
    return _UNREAD if rule.limit_text.strip() else _UNPUBLISHED


def fee_text(rule: ChannelRule) -> str:
    if rule.fee_vnd == 0:
        return "Không thu phí"
    if rule.fee_vnd is not None:
        return words.dong(rule.fee_vnd)
    return rule.fee_text.strip() or "Không có thông tin phí"


@dataclass(frozen=True, slots=True)
class Headline:
    """The three facts that stand first: how long, how much, where. A second line says where channels differ."""

    limit: str
    limit_note: str
    fee: str
    fee_note: str

    @property
    def has_limit(self) -> bool:
        return self.limit not in (_UNREAD, _UNPUBLISHED)


def headline(procedure: Procedure) -> Headline:
    """The online terms, else the first ones; notes tell that other channels, cases or stages differ."""
    rules = sorted(procedure.current.channels.all(), key=lambda r: (r.channel != Channel.ONLINE, r.position))
    if not rules:
        return Headline(_UNPUBLISHED, "", _UNPUBLISHED, "")
    first = rules[0]

    def limit(rule: ChannelRule) -> str:
        return limit_text(rule, same_day=procedure.same_day)

    return Headline(
        limit(first),
        _differ(first, rules, limit(first), limit),
        _shorten(fee_text(first)),
        _differ(first, rules, fee_text(first), fee_text),
    )


def _differ(first: ChannelRule, rules: Sequence[ChannelRule], value: str, read: Callable[[ChannelRule], str]) -> str:
    others = {read(rule) for rule in rules} - {value}
    if not others:
        return ""
    if len(others) == 1 and len(next(iter(others))) < 40:
        other = next(rule for rule in rules if read(rule) != value)
        if other.channel != first.channel:
            return f"{Channel(other.channel).label.lower()}: {read(other)}"
    return "tùy hình thức hoặc trường hợp, xem bên dưới"


def _shorten(text: str, width: int = 60) -> str:
    return text if len(text) <= width else text[: width - 1].rsplit(" ", 1)[0] + "…"


@dataclass(frozen=True, slots=True)
class PaperCase:
    """The papers under one heading of the catalogue; an empty title is what every dossier needs."""

    title: str
    papers: list[PaperRequirement]


def paper_cases(version: ProcedureVersion, spared: Collection[Spared]) -> list[PaperCase]:
    """What every dossier needs first, then heading by heading as the catalogue lists them, without what is spared everywhere."""
    cases: dict[str, list[PaperRequirement]] = {}
    for paper in still_asked(version.papers.all(), spared):
        cases.setdefault(paper.heading, []).append(paper)
    return sorted((PaperCase(title, papers) for title, papers in cases.items()), key=lambda case: bool(case.title))


def paper_remarks(version: ProcedureVersion, spared: Collection[Spared]) -> list[str]:
    return [*(paper.label for paper in version.papers.all() if paper.is_remark), *(one.text for one in spared)]


def online_conditions(version: ProcedureVersion) -> list[str]:
    """The cases in which the online limit differs; "" stands for none of them. Empty when there is nothing to choose."""
    found = dict.fromkeys(rule.condition for rule in version.channels.all() if rule.channel == Channel.ONLINE)
    return list(found) if len(found) > 1 else [condition for condition in found if condition]


def copies_text(paper: PaperRequirement) -> str:
    parts = []
    if paper.originals:
        parts.append(f"{paper.originals} bản chính")
    if paper.copies:
        parts.append(f"{paper.copies} bản sao")
    return ", ".join(parts)


def steps(text: str) -> list[str]:
    """The catalogue's prose as paragraphs, with its leading dashes dropped."""
    return [line for line in (line.strip().removeprefix("-").strip() for line in text.splitlines()) if line]

"""Reads of dossiers, each already limited to what the actor may see. A second way in is how data leaks."""

from __future__ import annotations

import contextlib
import json
import re
import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import Count, Q, QuerySet

from motcua.dossiers.decide import FREE_TEXT
from motcua.dossiers.models import LIVING_STATES, UNDECIDED_STATES, Dossier, LedgerEntry, LedgerPrivate, SearchRow
from motcua.dossiers.permissions import READING_ROLES, reads
from motcua.dossiers.queues import Queue, queue_rule
from motcua.dossiers.stops import PastEntry, dues, stops_of
from motcua.dossiers.writer import NotFound, calendar_of, limits_of
from motcua.identity.actors import Actor, ActorKind
from motcua.identity.digest import search_digest
from motcua.law.clock import Due
from motcua.law.codes import parse_dossier_code
from motcua.law.errors import BadInput, DomainError
from motcua.law.lifecycle import State
from motcua.law.persons import normalise_phone
from motcua.law.policies import Policy
from motcua.platform import keyset
from motcua.platform.text import search_key

COUNT_CAP = 1000
PAGE_SIZE = 25


def visible_to(actor: Actor, *, shared: bool = False) -> QuerySet[Dossier]:
    """Every dossier the actor may see; the same rule as `permissions.sees`.

    `shared`: also what other agencies gave a part of to the actor's; for one dossier, not for lists, where work items are.
    """
    return Dossier.objects.filter(reduce(or_, _ways_to_see(actor, shared=shared)))


def _ways_to_see(actor: Actor, *, shared: bool = False) -> list[Q]:
    """Why the actor may see a dossier, each way one range of an index; an officer through agencies, desks, or for another."""
    if actor.kind is ActorKind.SYSTEM:
        return [Q()]
    if actor.kind is ActorKind.APPLICANT:
        return [Q(pk__in=actor.dossiers or ())]
    ways: list[Q] = []
    for hat in actor.hats:
        agencies, desks = _scope(hat)
        own = [Q(agency_id__in=agencies)]
        if shared:
            own.append(Q(shared_with__overlap=sorted(agencies)))
        if desks:
            own += [Q(receiving_desk_id__in=desks), Q(return_desk_id__in=desks)]
        if hat.sectors is not None:
            own = [way & Q(procedure__sector_id__in=hat.sectors) for way in own]
        ways += own
    return ways


def _scope(hat: Actor) -> tuple[frozenset[int], frozenset[int]]:
    """The agencies and the desks whose dossiers an officer reads."""
    agencies: frozenset[int] = frozenset().union(*(g.agencies for g in hat.grants if g.role in READING_ROLES))
    return agencies, hat.desks if reads(hat) else frozenset()


def get_visible(actor: Actor, *, id: int | None = None, code: str | None = None) -> Dossier:
    """One dossier with its procedure, agency, desks and holder. Raises NotFound, also for one that exists elsewhere."""
    by = {"pk": id} if id is not None else {"code": code}
    dossier = (
        visible_to(actor, shared=True)
        .select_related(
            "procedure__sector", "version", "agency__effective_calendar", "calendar", "receiving_desk", "return_desk", "submitter",
            "owner_person", "owner_business", "unit", "officer",
        )
        .filter(**by)
        .first()
    )  # fmt: skip
    if dossier is None:
        raise NotFound("Không tìm thấy hồ sơ.")
    return dossier


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list. `after` is the keyset cursor of the next page, empty at the end; `count` stops at 1,000."""

    rows: list[Dossier]
    after: str
    count: int

    @property
    def count_text(self) -> str:
        return "1.000+" if self.count > COUNT_CAP else f"{self.count:,}".replace(",", ".")


@dataclass(frozen=True, slots=True)
class ListFilter:
    procedure_id: int | None = None
    sector_id: int | None = None
    agency_id: int | None = None
    channel: str = ""

    def apply(self, rows: QuerySet[Dossier]) -> QuerySet[Dossier]:
        given: dict[str, Any] = {
            "procedure_id": self.procedure_id,
            "procedure__sector_id": self.sector_id,
            "agency_id": self.agency_id,
            "channel": self.channel or None,
        }
        return rows.filter(**{name: value for name, value in given.items() if value is not None})


_LIST = ("procedure", "agency", "officer", "unit", "submitter", "return_desk")


def worklist(
    actor: Actor, queue: Queue, at: datetime, *, only: ListFilter | None = None, after: str = "", size: int = PAGE_SIZE
) -> Page:
    """One page of a queue in its order; dossiers without the sorted moment come last."""
    rule = queue_rule(queue, actor, at)
    column, descending = rule.order.lstrip("-"), rule.order.startswith("-")
    ways = [(only or ListFilter()).apply(Dossier.objects.filter(way).filter(rule.where)) for way in _ways_to_see(actor)]
    count = _together(ways, ("id",), COUNT_CAP + 1).count()
    if after:
        ways = [rows.filter(_beyond(column, descending, after)) for rows in ways]
    ordering = (rule.order,) if column == "id" else (rule.order, "id")
    ids = [row[0] for row in _together(ways, ("id", column), size + 1, ordering)]
    by_id = Dossier.objects.select_related(*_LIST).in_bulk(ids[:size])
    found = [by_id[pk] for pk in ids[:size] if pk in by_id]
    return Page(found, _cursor(found[-1], column) if len(ids) > size else "", count)


def _together(
    ways: list[QuerySet[Dossier]], columns: tuple[str, ...], most: int, ordering: tuple[str, ...] = ()
) -> QuerySet[Dossier, Any]:
    """The first `most` of what lies in any of `ways`. Each way stops there by itself: it reads its index no further.

    One condition with OR in it reads every open dossier of the province instead, as soon as the planner takes two indexes
    whose conditions say nearly the same for independent.
    """
    first, *others = (rows.order_by(*ordering).values_list(*dict.fromkeys(columns))[:most] for rows in ways)
    return first.union(*others).order_by(*ordering)[:most] if others else first


def _cursor(row: Dossier, column: str) -> str:
    return keyset.write(None if column == "id" else getattr(row, column), row.pk)


def _beyond(column: str, descending: bool, after: str) -> Q:
    if column != "id":
        return keyset.beyond(column, after, descending=descending, gaps=True)
    _, pk = keyset.read(after)
    return Q(pk__lt=pk) if descending else Q(pk__gt=pk)


def queue_counts(actor: Actor, at: datetime, queues: Collection[Queue] = tuple(Queue)) -> dict[Queue, int]:
    """How many stand in each of the queues that holds work to be done, in one statement."""
    counted = [queue for queue in queues if queue not in (Queue.FINISHED, Queue.ANSWERED_LATE)]
    if not counted:
        return {}
    found = (
        visible_to(actor)
        .filter(state__in=LIVING_STATES)
        .aggregate(**{queue.value: Count("id", filter=queue_rule(queue, actor, at).where) for queue in counted})
    )
    return {queue: found[queue.value] for queue in counted}


_WORD = re.compile(r"[0-9a-z]+")


def search(actor: Actor, text: str, *, after: str = "", size: int = PAGE_SIZE) -> Page:
    """Newest first: by code (whole or its beginning), identity number, tax code, phone, or words without marks.

    Words are taken as typed, the last one as a beginning; where that finds nothing, each of them as a beginning.
    """
    for where in _matching(text, _search_scopes(actor)):
        rows = visible_to(actor).filter(where).order_by("-id")
        # Matching is what costs, so one statement serves the count and the page.
        ids = list(rows.values_list("pk", flat=True)[: COUNT_CAP + 1])
        if ids:
            break
    wanted = ids
    if after:
        _, last = keyset.read(after)
        wanted = [pk for pk in ids if pk < last]
        if len(ids) > COUNT_CAP and len(wanted) <= size:
            wanted = list(rows.filter(pk__lt=last).values_list("pk", flat=True)[: size + 1])
    shown = wanted[:size]
    found = list(Dossier.objects.filter(pk__in=shown).select_related(*_LIST).order_by("-id")) if shown else []
    more = len(wanted) > size
    return Page(found, _cursor(found[-1], "id") if more else "", len(ids))


def _matching(text: str, scopes: list[str]) -> list[Q]:
    """What to look for, in the order in which it is tried."""
    tidy = " ".join(text.split())
    if len(tidy) < 2:
        raise BadInput("Từ khóa tìm kiếm: cần ít nhất 2 ký tự.", field="q")
    compact = tidy.replace(" ", "").upper()
    if re.fullmatch(r"[A-Z][0-9]{2}[A-Z0-9.]*-[0-9]{0,6}(-[0-9]*)?", compact):
        try:
            return [Q(code=parse_dossier_code(compact).text)]
        except DomainError:
            return [Q(code__startswith=compact)]
    digits = re.sub(r"[ .\-+]", "", tidy)
    if digits.isdigit() and len(digits) >= 9:
        marks = [search_digest("identity", digits), search_digest("tax", digits)]
        where = Q(owner_hmac__in=marks)
        with contextlib.suppress(DomainError):
            where |= Q(phone_hmac=search_digest("phone", normalise_phone(tidy)))
        return [where | Q(code=tidy)]
    words = _WORD.findall(search_key(tidy))
    if not words:
        raise BadInput("Từ khóa tìm kiếm: cần có chữ hoặc số.", field="q")
    typed = [f"{word}'" for word in words[:-1]] + [f"{words[-1]}':*"]
    begun = [f"{word}':*" for word in words]
    # Other systems' codes of imported dossiers have forms of their own.
    coded = [Q(code__startswith=tidy)] if any(letter.isdigit() for letter in tidy) else []
    return coded + [
        _found(" | ".join(" & ".join(f"'{s}{w}" for w in way) for s in scopes))
        for way in ([typed, begun] if len(words) > 1 else [typed])
    ]


def _found(query: str) -> Q:
    rows = SearchRow.objects.filter(words=SearchQuery(query, config="simple", search_type="raw"))
    return Q(pk__in=rows.values("dossier"))


# Beyond as many agencies and desks, one look at the words of the whole province costs less than one look at each.
_MOST_SCOPES = 20


def _search_scopes(actor: Actor) -> list[str]:
    """The beginnings of words (see SearchRow) among which everything stands that the actor may find."""
    if actor.kind is not ActorKind.OFFICER:
        return [""]
    agencies, desks = (frozenset().union(*scopes) for scopes in zip(*map(_scope, actor.hats), strict=True))
    scopes = sorted([*(f"a{agency}." for agency in agencies), *(f"d{desk}." for desk in desks)])
    return scopes if 0 < len(scopes) <= _MOST_SCOPES else [""]


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """One ledger entry as a page shows it; `private` is empty unless the actor asked to see personal data.

    `data` includes what was written in own words; `personal` names the private values, also after they were erased.
    """

    seq: int
    kind: str
    from_state: State
    to_state: State
    occurred_at: datetime
    recorded_at: datetime
    actor: dict[str, Any]
    data: dict[str, Any]
    hash: bytes
    private: dict[str, Any] = field(default_factory=dict)
    personal: frozenset[str] = frozenset()

    @property
    def past(self) -> PastEntry:
        return PastEntry(
            self.seq, self.kind, self.to_state, self.occurred_at, self.data["set"], self.data.get("back_to")
        )


def timeline(dossier_id: int, *, with_private: bool = False) -> list[TimelineItem]:
    """Every entry of a dossier that the caller has already been allowed to see, oldest first."""
    rows = LedgerEntry.objects.filter(dossier_id=dossier_id).order_by("seq")
    return [item if with_private else replace(item, private={}) for _, item in timeline_items(rows)]


def timeline_items(rows: QuerySet[LedgerEntry]) -> Iterator[tuple[int, TimelineItem]]:
    """Entries in the order of `rows`, each with its dossier's id and its private values."""
    for dossier_id, seq, kind, occurred, recorded, content, hash_, private in rows.values_list(
        "dossier_id", "seq", "kind", "occurred_at", "recorded_at", "data", "hash", "private__values"
    ):
        item = TimelineItem(
            seq, kind, State(content["from"]), State(content["to"]), occurred, recorded, content["actor"],
            with_free_text(content["data"], private), bytes(hash_), private or {}, frozenset(content["private"]),
        )  # fmt: skip
        yield dossier_id, item


def with_free_text(data: dict[str, Any], private: dict[str, Any] | None) -> dict[str, Any]:
    """An entry's data with what was written in own words; that is missing where a person was erased."""
    return data | {name: value for name, value in (private or {}).items() if name in FREE_TEXT}


def told_of(entry: LedgerEntry) -> dict[str, Any]:
    """What one entry tells, its free text included."""
    private = LedgerPrivate.objects.filter(entry=entry).values_list("values", flat=True).first()
    return with_free_text(entry.data["data"], private)


def clock_of(dossier: Dossier, items: list[TimelineItem]) -> tuple[Due, ...]:
    """The due of each stage with its explanation, rebuilt from the ledger; empty where the procedure states no limit.

    By the calendar that it was received under, whatever its agency's is by now: this is what was told.
    """
    limits = limits_of(dossier.limit_amount, dossier.limit_unit, dossier.second_amount, dossier.second_unit)
    if not limits or dossier.accepted_at is None:
        return ()
    stored = dossier.calendar
    calendar = calendar_of(json.dumps(stored.data, sort_keys=True) if stored else None)
    pauses, extensions = stops_of(item.past for item in items)
    start = dossier.clock_started_at or dossier.accepted_at
    return dues(start, limits, calendar, Policy(dossier.due_policy), pauses, extensions)


def look_up(code: str, proof: str) -> Dossier:
    """A dossier for who knows its code and the last four digits of the submitter's phone, or the owner's year of birth.

    A wrong proof and an unknown code give the same NotFound. A code that is not of our form may be one from an imported
    dossier; where it is not, the answer is how ours look.
    """
    try:
        text, otherwise = parse_dossier_code(code).text, NotFound(_NOT_FOUND)
    except DomainError as error:
        text, otherwise = code.strip()[:100], error
    dossier = Dossier.objects.select_related("submitter", "owner_person").filter(code=text).first()
    if dossier is not None and _proves(dossier, re.sub(r"\D", "", proof)):
        return dossier
    raise otherwise


_NOT_FOUND = "Không tìm thấy hồ sơ với mã và thông tin xác nhận đã nhập. Ông/bà hãy kiểm tra lại."


def _proves(dossier: Dossier, digits: str) -> bool:
    if len(digits) != 4:
        return False
    people = [person for person in (dossier.submitter, dossier.owner_person) if person is not None]
    phone = dossier.submitter.phone if dossier.submitter else ""
    return phone.endswith(digits) or any(person.birth_year == int(digits) for person in people)


def by_access_key(key: uuid.UUID) -> Dossier:
    """The dossier of a receipt's QR. Raises NotFound."""
    dossier = Dossier.objects.filter(access_key=key).first()
    if dossier is None:
        raise NotFound("Không tìm thấy hồ sơ của mã QR này.")
    return dossier


def duplicates_of(procedure_id: int, *, identity_number: str = "", tax_code: str = "") -> QuerySet[Dossier]:
    """Dossiers of the same owner and procedure that are still open, newest first: a warning, never a bar."""
    mark = search_digest("tax", tax_code) if tax_code else search_digest("identity", identity_number)
    if mark is None:
        return Dossier.objects.none()
    return Dossier.objects.filter(owner_hmac=mark, procedure_id=procedure_id, state__in=UNDECIDED_STATES).order_by(
        "-id"
    )

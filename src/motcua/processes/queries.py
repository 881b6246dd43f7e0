"""Reads of work items, each already limited to what the actor's roles cover."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import connection

from motcua.catalog.models import Procedure
from motcua.dossiers import writer
from motcua.dossiers.queries import COUNT_CAP, PAGE_SIZE
from motcua.identity.actors import Actor, ActorKind
from motcua.law.clock import add_working_minutes
from motcua.law.moments import VIETNAM
from motcua.law.verdict import SOON_MINUTES
from motcua.organizations.models import Officer
from motcua.platform import keyset
from motcua.processes import engine
from motcua.processes.assignment import CHOSEN_BY_GIVER, candidates_for, takers
from motcua.processes.definition import Definition, Node, NodeKind
from motcua.processes.inboxes import Inbox, Range, Workplace, ranges, workplace
from motcua.processes.items import tokens_of
from motcua.processes.loops import goes_back
from motcua.processes.models import WorkItem
from motcua.processes.permissions import DESK_ROLES
from motcua.processes.projection import calendar_of_agency
from motcua.processes.running import Running, read_running


def workplace_of(actor: Actor) -> Workplace:
    """Where the officer works. At most one query."""
    if actor.kind is not ActorKind.OFFICER:
        return Workplace(actor, ())
    at_desk = [hat for hat in actor.hats if any(grant.role in DESK_ROLES for grant in hat.grants)]
    return workplace(actor, _agencies_of(frozenset().union(*(hat.desks for hat in at_desk))))


def _agencies_of(desks: frozenset[int]) -> dict[int, frozenset[int]]:
    """For each desk the agency that keeps it, and those that are competent for what is handed in there."""
    if not desks:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, agency_id FROM organizations_desk WHERE id = ANY(%(desks)s)"
            " UNION SELECT desk_id, agency_id FROM catalog_deskprocedure WHERE desk_id = ANY(%(desks)s)",
            {"desks": sorted(desks)},
        )
        found: dict[int, set[int]] = {}
        for desk, agency in cursor.fetchall():
            found.setdefault(desk, set()).add(agency)
    return {desk: frozenset(agencies) for desk, agencies in found.items()}


class Due(StrEnum):
    LATE = "late"
    TODAY = "today"
    SOON = "soon"


DUE_TEXT = {Due.LATE: "Quá hạn", Due.TODAY: "Đến hạn hôm nay", Due.SOON: "Đến hạn trong 8 giờ làm việc"}


@dataclass(frozen=True, slots=True)
class WorkFilter:
    """What narrows an inbox; `agency_id` is the dossier's competent agency, `step` the name of the step.

    A dossier whose clock stands is never late, due today or soon.
    """

    procedure_id: int | None = None
    sector_id: int | None = None
    agency_id: int | None = None
    channel: str = ""
    step: str = ""
    due: Due | None = None

    @property
    def needs_dossier(self) -> bool:
        return bool(self.procedure_id or self.sector_id or self.agency_id or self.channel or self.due)

    def where(self, actor: Actor, at: datetime) -> tuple[str, dict[str, Any]]:
        said = {
            "procedure_id": " AND d.procedure_id = %(procedure_id)s",
            "sector_id": " AND d.procedure_id IN (SELECT id FROM catalog_procedure WHERE sector_id = %(sector_id)s)",
            "agency_id": " AND d.agency_id = %(agency_id)s",
            "channel": " AND d.channel = %(channel)s",
            "step": " AND w.name = %(step)s",
        }
        given = {name: getattr(self, name) for name in said if getattr(self, name)}
        text = "".join(said[name] for name in given)
        if self.due is None:
            return text, given
        begin, end = _window(self.due, actor, at)
        if begin is not None:
            text, given = f"{text} AND w.due_at >= %(due_from)s", given | {"due_from": begin}
        return f"{text} AND w.due_at < %(due_to)s AND d.paused_at IS NULL", given | {"due_to": end}


def _window(due: Due, actor: Actor, at: datetime) -> tuple[datetime | None, datetime]:
    match due:
        case Due.LATE:
            return None, at
        case Due.TODAY:
            midnight = at.astimezone(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)
            return midnight, midnight + timedelta(days=1)
        case Due.SOON:
            # By the calendar of the officer's own agency.
            last = add_working_minutes(at, SOON_MINUTES, calendar_of_agency(actor.agency_id))
            return at, last + timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class WorkPage:
    """One page of an inbox. `after` is the keyset cursor of the next page, empty at the end; `count` stops at 1,001."""

    rows: list[WorkItem]
    after: str
    count: int

    @property
    def count_text(self) -> str:
        return capped(self.count)


def capped(count: int) -> str:
    """A count as it is shown: `1.000+` beyond the cap."""
    text = f"{min(count, COUNT_CAP):,}".replace(",", ".")
    return f"{text}+" if count > COUNT_CAP else text


_RELATED = (
    "dossier__procedure", "dossier__agency", "dossier__submitter", "agency", "unit", "officer",
)  # fmt: skip


def inbox_page(
    place: Workplace,
    inbox: Inbox,
    at: datetime,
    *,
    only: WorkFilter | None = None,
    after: str = "",
    size: int = PAGE_SIZE,
) -> WorkPage:
    """One page of an inbox by the due of the step, of what is done by the moment it was done, newest first.

    Three statements, whatever the size. Raises BadInput for a cursor that cannot be read.
    """
    only = only or WorkFilter()
    newest_first = inbox is Inbox.DONE
    query = _Query(place.actor, at, only, "closed_at" if newest_first else "due_at", newest_first)
    given, beyond = ranges(inbox, place, at), keyset.read(after) if after else None
    with connection.cursor() as cursor:
        text, values = query.count(given, "n")
        cursor.execute(f"SELECT {text}", values)
        count = cursor.fetchone()[0]
        text, values = query.page(given, beyond, size + 1)
        cursor.execute(text, values)
        found = cursor.fetchall()
    items = WorkItem.objects.select_related(*_RELATED).in_bulk([pk for pk, _ in found[:size]])
    following = ""
    if len(found) > size:
        last, moment = found[size - 1]
        following = keyset.write(moment, last)
    return WorkPage([items[pk] for pk, _ in found[:size] if pk in items], following, count)


def inbox_counts(place: Workplace, at: datetime) -> dict[str, int]:
    """How many stand in each inbox of the officer, counted to 1,001, in one statement; `late` are those of his own that are.

    What is done is no work and is not counted.
    """
    counted = {inbox.value: (inbox, WorkFilter()) for inbox in place.inboxes if inbox is not Inbox.DONE}
    if not counted:
        return {}
    counted["late"] = (Inbox.MINE, WorkFilter(due=Due.LATE))
    texts: list[str] = []
    values: dict[str, Any] = {}
    for name, (inbox, only) in counted.items():
        text, given = _Query(place.actor, at, only, "due_at", False).count(ranges(inbox, place, at), name)
        texts.append(text)
        values |= given
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(texts)}", values)
        return dict(zip(counted, cursor.fetchone(), strict=True))


@dataclass(frozen=True, slots=True)
class _Query:
    """Puts ranges together. Every limit stands inside each range too, so that none is read further than it is shown."""

    actor: Actor
    at: datetime
    only: WorkFilter
    column: str
    newest_first: bool

    def count(self, given: Sequence[Range], name: str) -> tuple[str, dict[str, Any]]:
        texts: list[str] = []
        values: dict[str, Any] = {}
        for number, one in enumerate(given):
            text, more = self._range(one, f"{name}{number}", "", f"LIMIT {COUNT_CAP + 1}")
            texts.append(f"({text})")
            values |= more
        return f"(SELECT count(*) FROM ({_together(texts)} LIMIT {COUNT_CAP + 1}) AS counted)", values

    def page(
        self, given: Sequence[Range], after: tuple[datetime | None, int] | None, size: int
    ) -> tuple[str, dict[str, Any]]:
        way = "DESC" if self.newest_first else "ASC"
        tail = f"ORDER BY w.{self.column} {way}, w.id {way} LIMIT {size}"
        texts: list[str] = []
        values: dict[str, Any] = {}
        for number, one in enumerate(given):
            for turn, (beyond, more) in enumerate(self._beyond(after)):
                text, own = self._range(one, f"r{number}{turn}", beyond, tail)
                texts.append(f"({text})")
                values |= own | more
        outer = f"ORDER BY moment {way}, id {way} LIMIT {size}"
        return f"SELECT id, moment FROM ({_together(texts)}) AS found {outer}", values

    def _beyond(self, after: tuple[datetime | None, int] | None) -> list[tuple[str, dict[str, Any]]]:
        """The row comparison is one range of the index; steps without a moment come after all, as a range of their own."""
        if after is None:
            return [("", {})]
        moment, pk = after
        missing = f" AND w.{self.column} IS NULL"
        if moment is None:
            return [(f"{missing} AND w.id > %(after_id)s", {"after_id": pk})]
        sign = "<" if self.newest_first else ">"
        found = [
            (
                f" AND (w.{self.column}, w.id) {sign} (%(after_at)s, %(after_id)s)",
                {"after_at": moment, "after_id": pk},
            )
        ]
        return found if self.newest_first else [*found, (missing, {})]

    def _range(self, one: Range, mark: str, beyond: str, tail: str) -> tuple[str, dict[str, Any]]:
        more, values = self.only.where(self.actor, self.at)
        values = values | dict(one.given)
        needs = one.needs_dossier or self.only.needs_dossier
        source = "processes_workitem w"
        if one.by_dossier:
            source = "dossiers_dossier d JOIN processes_workitem w ON w.dossier_id = d.id"
        elif needs:
            source += " JOIN dossiers_dossier d ON d.id = w.dossier_id"
        text = f"SELECT w.id, w.{self.column} AS moment FROM {source} WHERE {one.where}{more}{beyond} {tail}"
        # Filters of several inboxes stand in one statement, each under names of its own.
        text, values = _renamed(text, values, mark)
        if one.places is None:
            return text, values
        names = {"agency": "agency_id", "role": "role", "at_desk": "at_desk", "any_unit": "any_unit"}
        kinds = ("bigint", "text", "boolean", "boolean")
        arrays = ", ".join(f"%({mark}_{name})s::{kind}[]" for name, kind in zip(names, kinds, strict=True))
        values |= {f"{mark}_{name}": [getattr(place, field_) for place in one.places] for name, field_ in names.items()}
        each = f"unnest({arrays}) AS p ({', '.join(names)})"
        return f"SELECT found.id, found.moment FROM {each} CROSS JOIN LATERAL ({text}) AS found", values


def _together(texts: Sequence[str]) -> str:
    """The ranges as one; what lies in two of them stands once. None at all is an empty list."""
    if not texts:
        return "SELECT NULL::bigint AS id, NULL::timestamptz AS moment WHERE false"
    return " UNION ".join(texts) if len(texts) > 1 else f"SELECT id, moment FROM {texts[0]} AS one"


def _renamed(text: str, values: dict[str, Any], mark: str) -> tuple[str, dict[str, Any]]:
    kept = ("after_at", "after_id")
    for name in values:
        if name not in kept:
            text = text.replace(f"%({name})s", f"%({mark}_{name})s")
    return text, {f"{mark}_{name}": value for name, value in values.items() if name not in kept}


def step_names(place: Workplace, inbox: Inbox, at: datetime, *, most: int = 100) -> list[str]:
    """The names of steps that stand in an inbox now, for its filter; of a very long one, those of its first thousand."""
    query = _Query(place.actor, at, WorkFilter(), "closed_at" if inbox is Inbox.DONE else "due_at", inbox is Inbox.DONE)
    text, values = query.page(ranges(inbox, place, at), None, COUNT_CAP)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT w.name FROM ({text}) AS page JOIN processes_workitem w USING (id) ORDER BY w.name LIMIT {most}",
            values,
        )
        return [name for (name,) in cursor.fetchall()]


def items_of(dossier_id: int) -> list[WorkItem]:
    """Every work item of a dossier that the caller has already been allowed to see, open or not, by token. One query."""
    return list(
        WorkItem.objects.filter(dossier_id=dossier_id).select_related("agency", "unit", "officer").order_by("token")
    )


@dataclass(frozen=True, slots=True)
class NextStep:
    """A step that an outcome opens. `officers` are (id, name) of those to whom the giver may hand it, empty = by its rule."""

    node: Node
    officers: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """One outcome of an open step, and what it leads to. `back`: to an earlier step, which needs a reason."""

    outcome: str
    text: str
    steps: tuple[NextStep, ...] = ()
    back: bool = False


@dataclass(frozen=True, slots=True)
class StepView:
    """What a form about one open step needs: its node, its ways, and who may do it."""

    node: Node
    ways: tuple[Way, ...] = field(default=())


def step_view(dossier_id: int, token: int, at: datetime) -> StepView:
    """The open step and what each of its outcomes leads to now. Raises NotFound, NotThere."""
    loaded = writer.load(dossier_id)
    if not loaded.snapshot.process:
        raise engine.NotThere("Hồ sơ này không đi theo quy trình nội bộ.")
    running = read_running(loaded, loaded.snapshot.process)
    item = running.open_item(token)
    node = running.definition.by_id[item.node]
    ways = tuple(_way(running, node, token, outcome, at) for outcome in node.ways)
    names = dict(
        Officer.objects.filter(
            pk__in={officer for way in ways for step in way.steps for officer, _ in step.officers}
        ).values_list("id", "full_name")
    )
    return StepView(
        node,
        tuple(
            replace(
                way,
                steps=tuple(
                    replace(step, officers=tuple((officer, names[officer]) for officer, _ in step.officers))
                    for step in way.steps
                ),
            )
            for way in ways
        ),
    )


def _way(running: Running, node: Node, token: int, outcome: str, at: datetime) -> Way:
    steps = _next(running, token, outcome, at)
    back = goes_back(running.definition, node.id, (step.node.id for step in steps))
    return Way(outcome, node.way_text(outcome), steps, back)


def _next(running: Running, token: int, outcome: str, at: datetime) -> tuple[NextStep, ...]:
    try:
        advance = engine.finish(running.definition, tokens_of(running.items.values()), token, outcome, running.facts)
    except (engine.NotThere, engine.Stuck):
        return ()
    nodes = [running.definition.by_id[node_id] for node_id, _ in advance.opened]
    return tuple(NextStep(node, _choices(running, node, at)) for node in nodes if node.kind is NodeKind.STEP)


def _choices(running: Running, node: Node, at: datetime) -> tuple[tuple[int, str], ...]:
    agency = running.places.agency_of(node)
    if agency is None or node.assign not in CHOSEN_BY_GIVER:
        return ()
    found = candidates_for(node, agency, running.places.unit_of(node), at, running.sector_id)
    return tuple((officer, "") for officer in sorted(takers(found)))


def candidates_of(item: WorkItem, definition: Definition, at: datetime) -> list[tuple[int, str]]:
    """(id, name) of the officers to whom a head may give the step, by name, each with how many steps lie with him."""
    if item.agency_id is None:
        return []
    sector = Procedure.objects.filter(dossiers=item.dossier_id).values_list("sector_id", flat=True).get()
    found = takers(candidates_for(definition.by_id[item.node], item.agency_id, item.unit_id, at, sector))
    names = Officer.objects.filter(pk__in=found).order_by("full_name", "id").values_list("id", "full_name")
    return [(pk, f"{name} (đang giữ {found[pk]} bước)") for pk, name in names]

"""The tab “Quy trình” of a dossier: where its process stands, who had each step, and the time used of what was given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from motcua.desk.access import READERS, DeskRequest, officers_only
from motcua.desk.clocks import Clock, calendars_by_id, minutes_used, step_clock, time_used
from motcua.desk.shell import show
from motcua.desk.views.dossier import find, frame
from motcua.desk.views.processes import bpmn_answer
from motcua.dossiers import queries
from motcua.dossiers.models import Dossier
from motcua.law.calendars import Calendar
from motcua.law.lifecycle import FINISHED, STATE_TEXT, State
from motcua.processes.bpmn import element_ids
from motcua.processes.checks import hours_text
from motcua.processes.definition import STEP_ROLES, Definition, Node, NodeKind, from_json
from motcua.processes.items import TAKEN_BACK, UNDONE
from motcua.processes.models import ProcessVersion, WorkItem
from motcua.processes.team import names_of, team_text

_GONE = frozenset({UNDONE, TAKEN_BACK})
_ENDS = {state.value: text for state, text in STATE_TEXT.items()}


@dataclass(frozen=True, slots=True)
class Visit:
    """One time that the dossier came to a step, or a step that it has not come to. `element` only where it is the last one.

    `state` marks the picture: done, now, late, or "" for what was not reached.
    """

    name: str
    element: str
    state: str
    word: str
    clock: Clock | None
    who: str
    where: str
    outcome: str
    given: str
    used: str
    opened_at: datetime | None
    due_at: datetime | None
    closed_at: datetime | None
    # What stands on the step in the picture: used and given, short.
    note: str = ""
    # Who cooperated in it and followed it.
    beside: str = ""


@officers_only(READERS)
@require_safe
def dossier_process(request: DeskRequest, dossier_id: int) -> HttpResponse:
    dossier = find(request, dossier_id)
    version = _version(dossier)
    context = frame(request, dossier, queries.timeline(dossier.pk), tab="process")
    if version is not None:
        definition = from_json(version.definition)
        context |= {"version": version, "visits": list(_visits(dossier, definition, request.at))}
    return show(request, "desk/dossier/process.html", context)


@officers_only(READERS)
@require_safe
def dossier_bpmn(request: DeskRequest, dossier_id: int) -> HttpResponse:
    """The picture of the version that the dossier follows."""
    dossier = find(request, dossier_id)
    version = _version(dossier)
    if version is None:
        raise Http404(str(dossier_id))
    return bpmn_answer(version, dossier.procedure.name)


def _version(dossier: Dossier) -> ProcessVersion | None:
    """Some version with the text that the dossier follows; its own procedure's where there is one."""
    if not dossier.process:
        return None
    found = ProcessVersion.objects.filter(digest=dossier.process, published_at__isnull=False)
    return found.filter(process__procedure=dossier.procedure_id).order_by("-number").first() or found.first()


def _visits(dossier: Dossier, definition: Definition, at: datetime) -> Iterator[Visit]:
    items = list(
        WorkItem.objects.filter(dossier=dossier)
        .select_related("officer", "closed_by", "unit", "agency")
        .order_by("token")
    )
    calendars = calendars_by_id(item.agency.effective_calendar_id for item in items if item.agency)
    elements, _ = element_ids(definition)
    counted: dict[str, list[WorkItem]] = {}
    for item in items:
        if item.outcome not in _GONE:
            counted.setdefault(item.node, []).append(item)
    names = names_of(items)
    # While the clock stands still no time of a step is used.
    until = dossier.paused_at or at
    for item in items:
        calendar = calendars[item.agency.effective_calendar_id if item.agency else None]
        same = counted.get(item.node, [])
        is_last = bool(same) and same[-1] is item
        # The picture has room for one note: a step that was gone through again says the time of all its visits.
        spent = (
            [minutes_used(one, until, calendar) for one in same] if is_last else [minutes_used(item, until, calendar)]
        )
        element = elements.get(item.node, "") if is_last else ""
        visit = _visit(dossier, definition.by_id.get(item.node), item, element, calendar, at, until, _note(item, spent))
        yield replace(visit, beside=team_text(item, names))
    if State(dossier.state) in FINISHED:
        return
    for node in definition.nodes:
        if node.kind in (NodeKind.STEP, NodeKind.TIMER) and node.id not in counted:
            yield _coming(node, elements[node.id])


def _visit(
    dossier: Dossier, node: Node | None, item: WorkItem, element: str, calendar: Calendar, at: datetime, until: datetime,
    note: str,
) -> Visit:  # fmt: skip
    is_open = item.closed_at is None
    late = item.due_at is not None and item.due_at < (item.closed_at or until)
    if is_open:
        state, word = ("late", "đang làm, quá hạn của bước") if late else ("now", "đang làm")
        if item.kind in (WorkItem.Kind.TIMER, WorkItem.Kind.JOIN):
            state, word = "now", item.get_kind_display()
    else:
        state, word = "done", "xong, sau hạn của bước" if late else "xong"
        if item.outcome in _GONE:
            state, word = "", "đã lấy lại"
    has_clock = is_open and item.kind != WorkItem.Kind.JOIN
    person = item.officer if is_open else item.closed_by or item.officer
    role = STEP_ROLES.get(item.role, "")
    return Visit(
        item.name, element, state, word,
        step_clock(item, State(dossier.state), at, calendar) if has_clock else None,
        person.full_name if person else "" if item.kind in (WorkItem.Kind.TIMER, WorkItem.Kind.JOIN) else role or "Hệ thống",
        (node.body if node and node.body else "") or str(item.unit or item.agency or ""),
        _way_text(node, item) if node and node.kind is NodeKind.STEP and item.outcome and state else "",
        hours_text(item.minutes) if item.minutes else "", time_used(item, until, calendar),
        item.opened_at, item.due_at, item.closed_at, note,
    )  # fmt: skip


def _way_text(node: Node, item: WorkItem) -> str:
    """How a step ended; the last one, and those that the dossier's end closed, bear the state that ended them."""
    return _ENDS.get(item.outcome) or node.way_text(item.outcome)


def _note(item: WorkItem, spent: list[int | None]) -> str:
    """Time used of what was given; over several visits, all of it and how many."""
    known = [minutes for minutes in spent if minutes is not None]
    if not known:
        return ""
    return (
        f"{_short(sum(known))}, {len(known)} lần" if len(known) > 1 else f"{_short(known[0])} / {_short(item.minutes)}"
    )


def _short(minutes: int) -> str:
    """“2g”, “1g30”, “45p”: a step in the picture is no wider."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest}p"
    return f"{hours}g{rest:02}" if rest else f"{hours}g"


def _coming(node: Node, element: str) -> Visit:
    return Visit(
        node.label, element, "", "chưa đến", None, STEP_ROLES.get(node.role, ""), node.body, "",
        hours_text(node.minutes) if node.minutes else "", "", None, None, None,
    )  # fmt: skip

"""Where opened tokens come to lie: agency, unit, officer and due moment of each new work item."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from motcua.dossiers.commands import Work
from motcua.law.clock import add_working_minutes, working_minutes_between
from motcua.law.lifecycle import ProcessEvent
from motcua.law.worktime import Calendar
from motcua.processes.definition import TIMEOUT, Definition, Node, NodeKind
from motcua.processes.engine import Advance
from motcua.processes.items import Item, item_detail

# (node, agency, unit) → the officer who gets it, None = whoever of them takes it.
Choose = Callable[[Node, int | None, int | None], int | None]


@dataclass(frozen=True, slots=True)
class Places:
    """What the codes of a definition mean for one dossier. `agencies` and `units` by code; a unit with its agency."""

    dossier_id: int
    agency_id: int
    desk_agency_id: int
    agencies: Mapping[str, int]
    units: Mapping[str, tuple[int, int]]
    calendar_of: Callable[[int | None], Calendar]

    def agency_of(self, node: Node) -> int | None:
        if node.body:
            return None
        if node.unit in self.units:
            return self.units[node.unit][1]
        if node.agency == "desk":
            return self.desk_agency_id
        return self.agencies.get(node.agency, self.agency_id)

    def unit_of(self, node: Node) -> int | None:
        return self.units[node.unit][0] if node.unit in self.units else None


def place(
    definition: Definition,
    advance: Advance,
    *,
    places: Places,
    choose: Choose,
    first_token: int,
    at: datetime,
    seq: int,
    whole_due: datetime | None = None,
) -> list[Item]:
    """The new items of an advance, tokens numbered from `first_token`; opened by the entry `seq`.

    `whole_due` is the dossier's due moment: no step is given longer.
    """
    items = []
    for token, (node_id, flow) in enumerate(advance.opened, first_token):
        node = definition.by_id[node_id]
        step = node.kind is NodeKind.STEP
        agency, unit = places.agency_of(node), places.unit_of(node)
        minutes, cut, due_at = _time(node, at, places.calendar_of(agency), whole_due)
        items.append(
            Item(
                places.dossier_id, token, node.id, flow, node.step.value if step else node.kind.value, node.label, node.role,
                agency if step else None, unit if step else None, choose(node, agency, unit) if step and not node.body else None,
                minutes, at, seq, due_at,
                node.kind is NodeKind.TIMER or (step and any(flow.outcome == TIMEOUT for flow in definition.out[node.id])),
                cut_minutes=cut,
            )
        )  # fmt: skip
    return items


def _time(node: Node, at: datetime, calendar: Calendar, whole_due: datetime | None) -> tuple[int, int, datetime | None]:
    """The working minutes that a place gets from now on, how many of its own that takes away, and until when it has.

    A step ends with the whole at the latest, so that a dossier is never late before its step is. What opens after the due
    has passed gets its own time: whoever is given work in a dossier that is late is not late with it at once. A timer
    waits as long as the law lets people object, whatever comes of the due.
    """
    if node.kind is NodeKind.JOIN or not node.minutes:
        return 0, 0, None
    due_at = add_working_minutes(at, node.minutes, calendar)
    if node.kind is not NodeKind.STEP or whole_due is None or not at < whole_due < due_at:
        return node.minutes, 0, due_at
    left = min(max(working_minutes_between(at, whole_due, calendar), 1), node.minutes)
    return left, node.minutes - left, whole_due


def started(*, places: Places, version_id: int, digest: str, opened: list[Item]) -> Work:
    """A dossier begins its process."""
    return work(
        ProcessEvent.STARTED,
        places=places,
        opened=opened,
        standing=opened,
        detail={"version": version_id},
        process=digest,
    )


def advanced(
    event: ProcessEvent,
    done: Item,
    outcome: str,
    advance: Advance,
    *,
    places: Places,
    before: Iterable[Item],
    opened: list[Item],
    papers: Sequence[str] = (),
    note: str = "",
) -> Work:
    """The item `done` has ended with an outcome. `before` are the items that were open until then, `opened` those that follow."""
    return work(
        event,
        places=places,
        opened=opened,
        closed=[(token, outcome if token == done.token else "joined") for token in advance.closed],
        standing=[*(item for item in before if item.token not in advance.closed), *opened],
        detail={"token": done.token, "node": done.node, "outcome": outcome}
        | ({"papers": list(papers)} if papers else {}),
        note=note,
    )


def work(
    event: ProcessEvent,
    *,
    places: Places,
    opened: Iterable[Item] = (),
    closed: Iterable[tuple[int, str]] = (),
    placed: Iterable[tuple[int, int | None, int | None]] = (),
    standing: Iterable[Item],
    detail: Mapping[str, object] | None = None,
    note: str = "",
    process: str | None = None,
    team: Mapping[str, Sequence[int]] | None = None,
) -> Work:
    """The command that puts it on record. `standing` are all open items afterwards: the dossier lies where the first does.

    `closed` are (token, outcome); `placed` are (token, officer, unit), `team` who cooperates and follows from now on there.
    """
    opened = list(opened)
    content: dict[str, object] = dict(detail or {})
    if closed := list(closed):
        content["closed"] = [{"token": token, "outcome": outcome} for token, outcome in closed]
    if opened:
        content["opened"] = [item_detail(item.token, item) for item in opened]
    # What goes out of the competent agency's hands is signed for where it arrives.
    if crossed := [item.token for item in opened if item.role and item.agency_id not in (None, places.agency_id)]:
        content["crossed"] = crossed
    if placed := list(placed):
        content["placed"] = [
            {"token": token, "officer": officer, "unit": unit, **(team or {})} for token, officer, unit in placed
        ]
    lying = sorted((item for item in standing if item.role), key=lambda item: item.token)
    first = lying[0] if lying else None
    others = len(lying) - 1
    step = f"{first.name[:180]}{f' (và {others} bước song song)' if others > 0 else ''}" if first else ""
    return Work(
        event, content, step, first.unit_id if first else None, first.officer_id if first else None, note, process,
        tuple(sorted({item.agency_id for item in opened if item.agency_id} - {places.agency_id})),
    )  # fmt: skip

"""A joined procedure as data, and what follows when one of its parts moves: pure, no database, no clock.

One hand-in makes one dossier for each part. The first part leads: the desk answers it, and with it the whole hand-in.
A part starts when every part before it has its result (or, where it does not depend on them, when they have ended).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from motcua.law.clock import compute_due, compute_stages, same_day_due
from motcua.law.errors import BadInput
from motcua.law.lifecycle import State
from motcua.law.limits import Limit, Unit
from motcua.law.policies import Policy
from motcua.law.worktime import Calendar
from motcua.platform.text import search_key

T = TypeVar("T")


class BadJoined(BadInput):
    """The data is not a joined procedure."""

    code = "bad_joined"


@dataclass(frozen=True, slots=True)
class Child:
    """One part. `after` are the parts whose end it waits for; `takes` those whose result goes to it as a paper.

    `dependent`: without their results it is not begun, and the applicant is told; otherwise it goes on without them.
    `papers` are beginnings of the names of papers handed in that go to this part; `agency` is a code, "" = the agency for
    which the receiving desk takes the procedure.
    """

    key: str
    name: str
    procedure: str
    after: tuple[str, ...] = ()
    dependent: bool = True
    takes: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
    agency: str = ""


@dataclass(frozen=True, slots=True)
class Joined:
    """`total` is the longest time that the law gives the whole; None = the sum of the parts is all there is."""

    children: tuple[Child, ...]
    total: Limit | None = None

    @property
    def leading(self) -> Child:
        return self.children[0]

    def child(self, key: str) -> Child:
        return next(child for child in self.children if child.key == key)


def joined_from_json(data: object) -> Joined:
    """Raises BadJoined that names the part and what is wrong with it."""
    if not isinstance(data, Mapping) or not set(data) <= {"children", "total"}:
        raise BadJoined("Thủ tục liên thông: cần một đối tượng có “children” và, nếu có, “total”.")
    rows = data.get("children")
    if not isinstance(rows, list) or not 2 <= len(rows) <= 20:
        raise BadJoined("Thủ tục liên thông: “children” cần danh sách từ 2 đến 20 thủ tục.")
    children: list[Child] = []
    for place, row in enumerate(rows, 1):
        children.append(_child(row, place, children))
    return Joined(tuple(children), _total(data.get("total")))


_LISTS = ("after", "takes", "papers")


def _child(row: object, place: int, before: Sequence[Child]) -> Child:
    where = f"Thủ tục liên thông, phần thứ {place}"
    known = {spec.name for spec in fields(Child)}
    if not isinstance(row, Mapping) or not set(row) <= known:
        strange = sorted(set(row) - known) if isinstance(row, Mapping) else []
        raise BadJoined(f"{where}: {f'có từ lạ “{strange[0]}”' if strange else 'cần một đối tượng'}.")
    for name in ("key", "name", "procedure"):
        if not isinstance(row.get(name), str) or not row[name].strip():
            raise BadJoined(f"{where}: thiếu “{name}”.")
    for name in _LISTS:
        if not isinstance(row.get(name, []), list) or not all(isinstance(text, str) for text in row.get(name, [])):
            raise BadJoined(f"{where} (“{row['name']}”): “{name}” cần danh sách chuỗi.")
    if not isinstance(row.get("dependent", True), bool) or not isinstance(row.get("agency", ""), str):
        raise BadJoined(f"{where} (“{row['name']}”): “dependent” cần true hoặc false, “agency” cần mã cơ quan.")
    given: dict[str, Any] = dict(row) | {name: tuple(row.get(name, ())) for name in _LISTS}
    child = Child(**given)
    keys = [other.key for other in before]
    if child.key in keys:
        raise BadJoined(f"{where}: mã “{child.key}” đã dùng cho phần khác.")
    # A part only waits for parts above it, so no circle can be written.
    for name in ("after", "takes"):
        strange = sorted(set(getattr(child, name)) - set(keys))
        if strange:
            raise BadJoined(f"{where} (“{child.name}”): “{name}” nêu “{strange[0]}”, không có phần nào như vậy ở trên.")
    if not before and child.after:
        raise BadJoined(f"{where} (“{child.name}”): phần đầu không chờ phần nào.")
    if set(child.takes) - _all_before(child, before):
        raise BadJoined(f"{where} (“{child.name}”): nhận kết quả của phần mà nó không chờ.")
    return child


def _all_before(child: Child, others: Iterable[Child]) -> set[str]:
    by_key = {other.key: other for other in others}
    found: set[str] = set()
    waiting = list(child.after)
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += by_key[key].after
    return found


def _total(value: object) -> Limit | None:
    if value is None:
        return None
    if not isinstance(value, Mapping) or not isinstance(value.get("amount"), int) or value.get("unit") not in set(Unit):
        raise BadJoined(
            "Thủ tục liên thông: “total” cần {amount, unit} với unit là working_hour, working_day hoặc day."
        )
    return Limit(value["amount"], Unit(value["unit"]))


class Standing(StrEnum):
    """Where a part stands, as far as the others care."""

    WAITING = "waiting"
    ASKED = "asked"
    RUNNING = "running"
    DONE = "done"
    # Ended before it was accepted, ended after: the first says that the hand-in was not taken.
    NOT_TAKEN = "not_taken"
    FAILED = "failed"


STANDING_TEXT = {
    Standing.WAITING: "Chờ đến lượt",
    Standing.ASKED: "Chờ tiếp nhận",
    Standing.RUNNING: "Đang giải quyết",
    Standing.DONE: "Đã có kết quả",
    Standing.NOT_TAKEN: "Không thực hiện",
    Standing.FAILED: "Kết thúc, không có kết quả",
}
_ENDED = (Standing.DONE, Standing.NOT_TAKEN, Standing.FAILED)


def standing_of(state: State, *, accepted: bool) -> Standing:
    match state:
        case State.DRAFT:
            return Standing.WAITING
        case State.SUBMITTED | State.AWAITING_COMPLETION:
            return Standing.ASKED
        case State.RESOLVED | State.HANDED_OVER:
            return Standing.DONE
        case State.REFUSED | State.WITHDRAWN | State.RETURNED | State.STOPPED:
            return Standing.FAILED if accepted else Standing.NOT_TAKEN
    return Standing.RUNNING


@dataclass(frozen=True, slots=True)
class Following:
    """`start` = keys of parts that begin now; `cancel` = (key, key of the part because of which it is not begun)."""

    start: tuple[str, ...] = ()
    cancel: tuple[tuple[str, str], ...] = ()


def following(joined: Joined, standing: Mapping[str, Standing]) -> Following:
    """What follows from how the parts stand. Applied and asked again it says nothing: each part starts or ends once."""
    start: list[str] = []
    cancel: list[tuple[str, str]] = []
    now = dict(standing)
    leading = joined.leading.key
    for child in joined.children:
        if now[child.key] is not Standing.WAITING or child.key == leading:
            continue
        because = _because(child, leading, now)
        if because is not None:
            cancel.append((child.key, because))
            now[child.key] = Standing.NOT_TAKEN
        elif now[leading] in (Standing.RUNNING, Standing.DONE, Standing.FAILED) and all(
            now[key] in _ENDED for key in child.after
        ):
            start.append(child.key)
            now[child.key] = Standing.RUNNING
    return Following(tuple(start), tuple(cancel))


def _because(child: Child, leading: str, now: Mapping[str, Standing]) -> str | None:
    if now[leading] is Standing.NOT_TAKEN:
        return leading
    if child.dependent:
        return next((key for key in child.after if now[key] in (Standing.FAILED, Standing.NOT_TAKEN)), None)
    return None


def is_over(standing: Mapping[str, Standing]) -> bool:
    return all(one in _ENDED for one in standing.values())


@dataclass(frozen=True, slots=True)
class Terms:
    """By what the time of a part is counted."""

    limits: tuple[Limit, ...]
    same_day: bool
    calendar: Calendar
    policy: Policy


@dataclass(frozen=True, slots=True)
class Share:
    """A part's own piece of the whole: it may begin at `begins` and is due at `due`; None where no limit is known."""

    key: str
    begins: datetime
    due: datetime | None
    limits: tuple[Limit, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """`due` is when everything is promised: the latest share, or the total limit where that comes first.

    `over_total`: the shares need more time than the law gives the whole. `complete`: every share has a due.
    """

    shares: tuple[Share, ...]
    due: datetime | None
    over_total: bool = False
    complete: bool = True


def plan(
    joined: Joined,
    terms: Mapping[str, Terms],
    start: datetime,
    known: Mapping[str, tuple[datetime, datetime | None]] | None = None,
) -> Plan:
    """Shares through the clock: one after another they add up, side by side the longest counts.

    `known` says of parts already begun when they began, and when they ended or are due; the others follow from these.
    """
    shares: list[Share] = []
    ends: dict[str, datetime] = {}
    for child in joined.children:
        own = terms[child.key]
        if known and child.key in known:
            begins, due = known[child.key]
        else:
            begins = max((ends[key] for key in child.after if key in ends), default=start)
            due = due_of(own, begins)
        shares.append(Share(child.key, begins, due, own.limits))
        ends[child.key] = due or begins
    dues = [share.due for share in shares if share.due is not None]
    last = max(dues, default=None)
    first = terms[joined.leading.key]
    legal = compute_due(start, joined.total, first.calendar, policy=first.policy).at if joined.total else None
    over = legal is not None and last is not None and last > legal
    return Plan(tuple(shares), legal if over else last, over, len(dues) == len(shares))


def due_of(terms: Terms, begins: datetime) -> datetime | None:
    if not terms.limits:
        return same_day_due(begins, terms.calendar) if terms.same_day else None
    if len(terms.limits) == 1:
        return compute_due(begins, terms.limits[0], terms.calendar, policy=terms.policy).at
    return compute_stages(begins, terms.limits, terms.calendar, policy=terms.policy)[-1].at


def papers_of(child: Child, joined: Joined, papers: Sequence[T], name_of: Callable[[T], str]) -> tuple[T, ...]:
    """The papers that go to a part. What no part asks for stays with the leading one, so that nothing is lost."""

    def asks(other: Child, paper: T) -> bool:
        key = search_key(name_of(paper))
        return any(search_key(text) in key for text in other.papers)

    leads = child.key == joined.leading.key
    return tuple(
        paper
        for paper in papers
        if asks(child, paper) or (leads and not any(asks(other, paper) for other in joined.children))
    )

"""Whether a process may be published: every fault at once, each with a message that names the step.

Beyond the shape of the graph the whole space of markings is walked, conditions taken as able to go either way: then no
token can get stuck, no step be in two places at once, and no join wait for a branch that never comes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from motcua.law.limits import Limit, Unit
from motcua.law.worktime import Calendar, Sessions
from motcua.processes.conditions import BadCondition, parse_condition
from motcua.processes.definition import (
    STEP_ROLES,
    TIMEOUT,
    Definition,
    Flow,
    Node,
    NodeKind,
    StepKind,
)
from motcua.processes.engine import taken_on
from motcua.processes.loops import back_flows

# More markings than any office's process has; beyond it the drawing is at fault.
_MOST_MARKINGS = 50_000
_MOST_LOOPS = 10
# The plain office week, where no agency's own is known: 8 hours a day, five days of seven.
DAY_MINUTES = 8 * 60
WorkWeek = tuple[int, ...]
"""The working minutes of each working day of a week, in order."""
PLAIN_WEEK: WorkWeek = (DAY_MINUTES,) * 5


@dataclass(frozen=True, slots=True)
class Fault:
    """`node` is the id of the element at fault, "" = the whole."""

    node: str
    message: str


def week_of(calendar: Calendar) -> WorkWeek:
    """The agency's week, of several the one with the least time: a process has to keep its limit in every season."""
    weeks = [calendar.week, *(season.week for season in calendar.seasons)]
    worked = [tuple(minutes for day in week if (minutes := _worked(day))) for week in weeks]
    return min(filter(None, worked), key=sum)


def _worked(sessions: Sessions) -> int:
    return sum(close - opening for opening, close in sessions)


def limit_minutes(limit: Limit, week: WorkWeek = PLAIN_WEEK) -> int:
    """The least working minutes that steps have under a limit, whatever day of the agency's week it begins on.

    For comparing only: holidays are left out, and a part of the first day counts with the part of the last that completes
    it. The clock of a dossier never uses this.
    """
    if limit.unit is Unit.WORKING_HOUR:
        return limit.amount * 60
    if limit.unit is Unit.DAY:
        return limit.amount * sum(week) // 7
    weeks, rest = divmod(limit.amount, len(week))
    return weeks * sum(week) + min(sum((week + week)[first : first + rest]) for first in range(len(week)))


def faults(definition: Definition, *, minutes: int | None = None) -> list[Fault]:
    """Everything that keeps the process from being published; `minutes` = what its limit allows, None = no limit."""
    found = [*_shape(definition)]
    if found:
        return found
    found = [*_reach(definition)]
    if found:
        return found
    loops = len(back_flows(definition))
    if loops > _MOST_LOOPS:
        return [Fault("", f"Quy trình có {loops} mũi tên quay lại, nhiều nhất là {_MOST_LOOPS}; cần tách nhỏ.")]
    found = [*_markings(definition)]
    if not found and minutes is not None:
        found = [*_too_long(definition, minutes)]
    return found


def _shape(definition: Definition) -> Iterator[Fault]:
    starts = [node for node in definition.nodes if node.kind is NodeKind.START]
    if len(starts) != 1:
        yield Fault("", f"Quy trình cần đúng một điểm bắt đầu, hiện có {len(starts)}.")
    if not any(node.kind is NodeKind.END for node in definition.nodes):
        yield Fault("", "Quy trình chưa có điểm kết thúc.")
    if not definition.steps:
        yield Fault("", "Quy trình chưa có bước nào.")
    for flow in definition.flows:
        for end in (flow.source, flow.target):
            if end not in definition.by_id:
                yield Fault("", f"Mũi tên “{flow.id}” nối với “{end}” là phần tử không có.")
    for node in definition.nodes:
        yield from _shape_of(definition, node)


def _shape_of(definition: Definition, node: Node) -> Iterator[Fault]:
    out, into = definition.out[node.id], definition.into[node.id]
    if node.kind is NodeKind.START and into:
        yield Fault(node.id, f"“{node.label}”: điểm bắt đầu không được có mũi tên đi vào.")
    if node.kind is NodeKind.END and out:
        yield Fault(node.id, f"“{node.label}”: điểm kết thúc không được có mũi tên đi ra.")
    if node.kind is not NodeKind.END and not out:
        yield Fault(node.id, f"“{node.label}” là ngõ cụt: không có mũi tên đi ra.")
    if node.kind is not NodeKind.START and not into:
        yield Fault(node.id, f"“{node.label}” không đến được: không có mũi tên đi vào.")
    if node.kind in (NodeKind.START, NodeKind.JOIN, NodeKind.TIMER) and len(out) > 1:
        yield Fault(node.id, f"“{node.label}” chỉ được có một mũi tên đi ra, hiện có {len(out)}.")
    if node.kind is NodeKind.SPLIT and len(out) < 2:
        yield Fault(node.id, f"“{node.label}” tách song song cần từ hai mũi tên đi ra.")
    if node.kind is NodeKind.JOIN and len(into) < 2:
        yield Fault(node.id, f"“{node.label}” gộp song song cần từ hai mũi tên đi vào.")
    if node.kind is NodeKind.TIMER and node.minutes < 1:
        yield Fault(node.id, f"“{node.label}”: chưa đặt thời gian chờ.")
    if node.kind is NodeKind.CHOICE:
        yield from _choice(node, out, into)
    else:
        yield from (
            Fault(node.id, f"“{node.label}”: mũi tên “{flow.id}” có điều kiện, chỉ phần tử rẽ nhánh mới được có.")
            for flow in out
            if flow.condition or flow.default
        )
    if node.kind is NodeKind.STEP:
        yield from _step(node, out)
    else:
        yield from (
            Fault(
                node.id, f"“{node.label}”: mũi tên “{flow.id}” đi theo kết quả “{flow.outcome}”, chỉ bước mới được có."
            )
            for flow in out
            if flow.outcome
        )


def _choice(node: Node, out: tuple[Flow, ...], into: tuple[Flow, ...]) -> Iterator[Fault]:
    if len(out) == 1 and len(into) > 1 and not out[0].condition:
        # Only brings exclusive ways together again.
        return
    if len(out) < 2:
        yield Fault(node.id, f"“{node.label}” rẽ nhánh cần từ hai mũi tên đi ra.")
    defaults = [flow for flow in out if flow.default]
    if len(defaults) != 1:
        yield Fault(node.id, f"“{node.label}” rẽ nhánh cần đúng một nhánh mặc định, hiện có {len(defaults)}.")
    for flow in out:
        if flow.default:
            continue
        try:
            parse_condition(flow.condition)
        except BadCondition as error:
            yield Fault(node.id, f"“{node.label}”, mũi tên “{flow.id}”: {error.message}")


def _step(node: Node, out: tuple[Flow, ...]) -> Iterator[Fault]:
    if not node.name.strip():
        yield Fault(node.id, f"Bước “{node.id}” chưa có tên.")
    if not node.role:
        yield Fault(node.id, f"Bước “{node.label}” chưa có vai trò thực hiện.")
    elif node.role not in STEP_ROLES:
        yield Fault(node.id, f"Bước “{node.label}”: vai trò “{node.role}” không có. Chọn: {', '.join(STEP_ROLES)}.")
    if node.minutes < 1:
        yield Fault(node.id, f"Bước “{node.label}” chưa có thời gian thực hiện.")
    if node.body and node.step is not StepKind.CONSULTATION:
        yield Fault(node.id, f"Bước “{node.label}”: chỉ bước lấy ý kiến mới gửi cơ quan ngoài hệ thống.")
    for way in node.ways:
        taken = taken_on(node, out, way)
        if len(taken) != 1:
            reason = "không có mũi tên nào" if not taken else f"có {len(taken)} mũi tên"
            yield Fault(node.id, f"Bước “{node.label}”, kết quả “{node.way_text(way)}”: {reason} đi ra, cần đúng một.")
    for flow in out:
        if flow.outcome and flow.outcome != TIMEOUT and flow.outcome not in node.ways:
            yield Fault(node.id, f"Bước “{node.label}”: mũi tên “{flow.id}” đi theo kết quả lạ “{flow.outcome}”.")
    if sum(flow.outcome == TIMEOUT for flow in out) > 1:
        yield Fault(node.id, f"Bước “{node.label}” có nhiều mũi tên khi hết thời gian, chỉ được có một.")


def _reach(definition: Definition) -> Iterator[Fault]:
    start = next(node for node in definition.nodes if node.kind is NodeKind.START)
    ends = [node.id for node in definition.nodes if node.kind is NodeKind.END]
    forward = _closure([start.id], definition, ahead=True)
    backward = _closure(ends, definition, ahead=False)
    for node in definition.nodes:
        if node.id not in forward:
            yield Fault(node.id, f"“{node.label}” không đến được từ điểm bắt đầu.")
        elif node.id not in backward:
            yield Fault(
                node.id, f"Từ “{node.label}” không có lối ra kết thúc: một vòng lặp không lối thoát hoặc ngõ cụt."
            )
    for node in definition.steps:
        for flow in definition.out[node.id]:
            leads_to_end = definition.by_id[flow.target].kind is NodeKind.END
            if leads_to_end != (node.step is StepKind.RESULT and flow.outcome != TIMEOUT):
                yield Fault(
                    node.id,
                    f"Bước “{node.label}”: bước ban hành kết quả phải đi thẳng đến kết thúc."
                    if node.step is StepKind.RESULT
                    else f"Bước “{node.label}” đi đến kết thúc nhưng không phải bước ban hành kết quả.",
                )


def _closure(begin: list[str], definition: Definition, *, ahead: bool) -> set[str]:
    seen, waiting = set(begin), deque(begin)
    while waiting:
        arrows = definition.out[waiting[0]] if ahead else definition.into[waiting[0]]
        waiting.popleft()
        for flow in arrows:
            other = flow.target if ahead else flow.source
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return seen


# A marking for checking: the places (node, arrow) that hold a token, gateways included.
_Marking = frozenset[tuple[str, str]]


def _markings(definition: Definition) -> Iterator[Fault]:
    start = next(node for node in definition.nodes if node.kind is NodeKind.START)
    first: _Marking = frozenset({(start.id, "")})
    seen, waiting = {first}, deque([first])
    reported: set[tuple[str, str]] = set()
    while waiting:
        marking = waiting.popleft()
        after = list(_next(definition, marking))
        for fault, following in after:
            if fault is not None:
                if (fault.node, fault.message) not in reported:
                    reported.add((fault.node, fault.message))
                    yield fault
            elif following is not None and following not in seen:
                seen.add(following)
                waiting.append(following)
        if not after and any(definition.by_id[node].kind is not NodeKind.END for node, _ in marking):
            for node_id in sorted({node for node, _ in marking if definition.by_id[node].kind is NodeKind.JOIN}):
                fault = Fault(node_id, f"“{definition.by_id[node_id].label}” chờ một nhánh không bao giờ đến.")
                if (node_id, fault.message) not in reported:
                    reported.add((node_id, fault.message))
                    yield fault
        if reported:
            # One wrong turn makes many markings; the first ones say where.
            return
        if len(seen) > _MOST_MARKINGS:
            yield Fault("", f"Quy trình có hơn {_MOST_MARKINGS} tình huống; cần tách nhỏ.")
            return


def _next(definition: Definition, marking: _Marking) -> Iterator[tuple[Fault | None, _Marking | None]]:
    """Every marking one move away, or the fault met on the way."""
    for place in marking:
        node = definition.by_id[place[0]]
        rest = marking - {place}
        out = definition.out[node.id]
        if node.kind is NodeKind.END:
            continue
        if node.kind is NodeKind.STEP and node.step is StepKind.RESULT and rest:
            others = definition.by_id[min(rest)[0]].label
            yield Fault(node.id, f"Bước “{node.label}” có thể đến khi “{others}” chưa xong."), None
            continue
        if node.kind is NodeKind.JOIN:
            came = {flow for other, flow in marking if other == node.id}
            if place[1] != min(came) or came != {flow.id for flow in definition.into[node.id]}:
                continue
            rest = frozenset(other for other in marking if other[0] != node.id)
            yield _put(definition, rest, out)
        elif node.kind is NodeKind.SPLIT:
            yield _put(definition, rest, out)
        else:
            for flow in out:
                yield _put(definition, rest, (flow,))


def _put(definition: Definition, rest: _Marking, flows: tuple[Flow, ...]) -> tuple[Fault | None, _Marking | None]:
    places = set(rest)
    for flow in flows:
        target = definition.by_id[flow.target]
        place = (target.id, flow.id if target.kind is NodeKind.JOIN else "")
        if place in places:
            return Fault(target.id, f"“{target.label}” có thể bị mở hai lần cùng lúc."), None
        places.add(place)
    return None, frozenset(places)


@dataclass(frozen=True, slots=True)
class LongestPath:
    """`minutes` of work and waiting along the longest way, each loop taken at most once; `nodes` in order."""

    minutes: int
    nodes: tuple[str, ...]


def longest_path(definition: Definition) -> LongestPath:
    """The longest way from start to end: a join waits for its slowest branch, which is the longest way into it."""
    loops = back_flows(definition)
    start = next(node for node in definition.nodes if node.kind is NodeKind.START)

    @cache
    def from_(node_id: str, used: frozenset[str]) -> LongestPath:
        node = definition.by_id[node_id]
        own = node.minutes if node.kind in (NodeKind.STEP, NodeKind.TIMER) else 0
        if node.kind is NodeKind.END:
            return LongestPath(0, (node_id,))
        best = LongestPath(-1, ())
        for flow in definition.out[node_id]:
            if flow.id in used:
                continue
            rest = from_(flow.target, used | {flow.id} if flow.id in loops else used)
            if rest.minutes > best.minutes:
                best = rest
        if best.minutes < 0:
            # Every way on is a loop already taken: such a way does not end, so it is not the longest.
            return best
        return replace(best, minutes=own + best.minutes, nodes=(node_id, *best.nodes))

    return from_(start.id, frozenset())


def _too_long(definition: Definition, minutes: int) -> Iterator[Fault]:
    longest = longest_path(definition)
    if longest.minutes > minutes:
        steps = [definition.by_id[id_] for id_ in longest.nodes]
        slowest = max(steps, key=lambda node: node.minutes)
        way = " → ".join(node.label for node in steps if node.minutes)
        yield Fault(
            slowest.id,
            f"Đường dài nhất ({way}) cần {hours_text(longest.minutes)} làm việc, vượt thời hạn {hours_text(minutes)};"
            f" bước dài nhất là “{slowest.label}” ({hours_text(slowest.minutes)}).",
        )


def hours_text(minutes: int) -> str:
    """“12 giờ”, “1 giờ 30 phút”, “45 phút”."""
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} giờ"] if hours else []
    parts += [f"{rest} phút"] if rest or not hours else []
    return " ".join(parts)

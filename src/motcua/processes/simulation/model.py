"""What is simulated: arrivals, service times, officers, and what may be changed. Frozen values, no database."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import log
from typing import Protocol

from motcua.law.errors import BadInput
from motcua.law.limits import Limit
from motcua.law.policies import Policy
from motcua.law.worktime import Calendar
from motcua.processes.conditions import Facts
from motcua.processes.definition import Definition, Flow, Node, NodeKind

MOST_ARRIVALS = 200_000
MOST_OFFICERS = 500


class BadScenario(BadInput):
    """The question cannot be simulated."""

    code = "bad_scenario"


class Times(Protocol):
    """A distribution of working minutes, asked by a number in [0, 1): equal numbers give equal times."""

    def at(self, chance: float) -> float: ...

    @property
    def mean(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Constant:
    minutes: float

    def at(self, chance: float) -> float:
        return self.minutes

    @property
    def mean(self) -> float:
        return self.minutes


@dataclass(frozen=True, slots=True)
class Exponential:
    """The shape that one assumes of work of which nothing but the mean is known."""

    mean: float

    def at(self, chance: float) -> float:
        return -self.mean * log(1.0 - chance)


@dataclass(frozen=True, slots=True)
class Observed:
    """Times that happened, ascending; every one is as likely as another."""

    minutes: tuple[float, ...]

    def at(self, chance: float) -> float:
        return self.minutes[int(chance * len(self.minutes))]

    @property
    def mean(self) -> float:
        return sum(self.minutes) / len(self.minutes)


@dataclass(frozen=True, slots=True)
class Scaled:
    """The same work in another time: a step made shorter or longer."""

    base: Times
    factor: float

    def at(self, chance: float) -> float:
        return self.base.at(chance) * self.factor

    @property
    def mean(self) -> float:
        return self.base.mean * self.factor


@dataclass(frozen=True, slots=True)
class StepTimes:
    """`service`: working minutes of a person's work, or until another body answers. `outcomes`: (code, share).

    `queue` names whose work it is, a key of `Scenario.staff`; "" = it takes its time in nobody's queue here. `seen`: how
    often it happened in the history that the times come from, 0 = they are assumed.
    """

    service: Times
    outcomes: tuple[tuple[str, float], ...]
    queue: str = ""
    seen: int = 0

    def outcome(self, chance: float) -> str:
        bounds, total = [], 0.0
        for _, share in self.outcomes:
            total += share
            bounds.append(total)
        return self.outcomes[min(bisect_right(bounds, chance * total), len(bounds) - 1)][0]


@dataclass(frozen=True, slots=True)
class Arrival:
    """One dossier: the local minute at which its clock starts, the course it follows, what conditions ask about it.

    `due` is the local minute of its due where no limit gives it (same-day procedures); without both it is never late.
    `offset`: the part of a minute after `minute`, so that a stream of arrivals is not pushed together.
    """

    minute: int
    course: str
    limit: Limit | None = None
    facts: Facts = field(default_factory=dict)
    due: int | None = None
    offset: float = 0.0


class Stream(Protocol):
    """Arrivals that are drawn."""

    def draw(self, calendar: Calendar, seed: int) -> tuple[Arrival, ...]: ...


@dataclass(frozen=True, slots=True)
class Course:
    """A process with the times of its steps. `pause`: share of dossiers whose clock is stopped once, and for how long."""

    definition: Definition
    steps: Mapping[str, StepTimes]
    pause: tuple[float, Times] | None = None


@dataclass(frozen=True, slots=True)
class Staff:
    """Officers of one role, each with his leaves, local minutes [from, to), and his pace: the time he takes for average work.

    An officer beyond those that are listed has no leave and the pace 1.
    """

    count: int
    away: tuple[tuple[tuple[int, int], ...], ...] = ()
    pace: tuple[float, ...] = ()


@dataclass(frozen=True)
class Scenario:
    """`begin` and `end` are local minutes: dossiers that arrive between them are counted; those before fill the queues, those
    after keep them filled until the counted ones are done. `arrivals` ascending by minute, or a stream of them."""

    courses: Mapping[str, Course]
    arrivals: tuple[Arrival, ...] | Stream
    staff: Mapping[str, Staff]
    calendar: Calendar
    begin: int
    end: int
    policy: Policy = Policy.KEEP_TIME

    def drawn(self, seed: int) -> tuple[Arrival, ...]:
        """The arrivals of one replication. Raises BadScenario that names what cannot be run."""
        if self.begin >= self.end:
            raise BadScenario("Khoảng mô phỏng phải kết thúc sau khi bắt đầu.")
        arrivals = self.arrivals if isinstance(self.arrivals, tuple) else self.arrivals.draw(self.calendar, seed)
        if not any(self.begin <= arrival.minute < self.end for arrival in arrivals):
            raise BadScenario(
                "Không có hồ sơ nào đến trong khoảng này: hãy nêu số hồ sơ mỗi ngày hoặc chọn khoảng khác."
            )
        if len(arrivals) > MOST_ARRIVALS:
            raise BadScenario(f"Có {len(arrivals)} hồ sơ, nhiều nhất là {MOST_ARRIVALS}: hãy chọn khoảng ngắn hơn.")
        for role, staff in self.staff.items():
            if not 0 < staff.count <= MOST_OFFICERS:
                raise BadScenario(
                    f"Vai trò “{role}”: số người phải từ 1 đến {MOST_OFFICERS}, không phải {staff.count}."
                )
        return arrivals

    def with_officers(self, role: str, change: int) -> Scenario:
        """The same with more (or fewer) officers of a role."""
        if role not in self.staff:
            raise BadScenario(f"Không có ai giữ vai trò “{role}” trong mô phỏng. Có: {', '.join(sorted(self.staff))}.")
        before = self.staff[role]
        changed = replace(before, count=before.count + change)
        if changed.count < 1:
            raise BadScenario(f"Vai trò “{role}” phải còn ít nhất một người.")
        return replace(self, staff={**self.staff, role: changed})

    def without_step(self, step: str) -> Scenario:
        """The same with a step left out: whoever came to it goes on by its first outcome."""
        self._must_have(step)
        return replace(
            self,
            courses={
                code: replace(course, definition=leave_out(course.definition, step))
                if step in course.definition.by_id
                else course
                for code, course in self.courses.items()
            },
        )

    def with_time(self, step: str, factor: float) -> Scenario:
        """The same with a step's work multiplied."""
        self._must_have(step)
        if not 0 < factor <= 10:
            raise BadScenario(f"Bước “{step}”: hệ số thời gian phải lớn hơn 0 và không quá 10.")
        return replace(
            self,
            courses={
                code: replace(course, steps={**course.steps, step: _scaled(course.steps[step], factor)})
                if step in course.steps
                else course
                for code, course in self.courses.items()
            },
        )

    def _must_have(self, step: str) -> None:
        known = {node.id: node.label for course in self.courses.values() for node in course.definition.steps}
        if step not in known:
            named = "; ".join(f"{id_} ({label})" for id_, label in sorted(known.items())[:20])
            raise BadScenario(f"Không có bước “{step}” trong quy trình được mô phỏng. Có: {named}.")


def _scaled(times: StepTimes, factor: float) -> StepTimes:
    return replace(times, service=Scaled(times.service, factor))


def leave_out(definition: Definition, step: str) -> Definition:
    """The process without a step. Raises BadScenario where nothing would be left to do."""
    node = definition.by_id[step]
    if node.kind is not NodeKind.STEP or len(definition.steps) == 1:
        raise BadScenario(f"Không bỏ được “{node.label}”: quy trình phải còn ít nhất một bước.")
    onward = _onward(definition, node)
    flows = []
    for flow in definition.flows:
        if flow.source == step:
            continue
        if flow.target == step:
            # Its own id stays with the target, so that a join still knows the arrows that come to it.
            flow = replace(flow, target=onward.target)
        flows.append(flow)
    return Definition(tuple(other for other in definition.nodes if other.id != step), tuple(flows))


def _onward(definition: Definition, node: Node) -> Flow:
    out: Sequence[Flow] = definition.out[node.id]
    named = [flow for flow in out if flow.outcome == node.ways[0]] or [flow for flow in out if not flow.outcome]
    if not named or named[0].target == node.id:
        raise BadScenario(f"Không bỏ được “{node.label}”: kết quả “{node.ways[0]}” không dẫn đến đâu.")
    return named[0]

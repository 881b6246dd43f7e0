"""One replication of a scenario, with SimPy, in working minutes of the scenario's calendar.

The minute count of the simulation is the law clock's own (`Tables.position`), so nights, breaks and holidays do not exist in
it, and what comes out is judged by the same rules as a real dossier. Every draw belongs to one dossier, one step and one visit,
never to the order of events: a change of staff meets the very same work (common random numbers).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Generator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from math import ceil, inf
from typing import Any
from zlib import crc32

import simpy

from motcua.law.clock import count as count_limit
from motcua.law.clock import shift
from motcua.law.limits import Unit
from motcua.law.moments import DAY_MINUTES
from motcua.processes import engine
from motcua.processes.definition import TIMEOUT, Assign, Node, NodeKind
from motcua.processes.engine import Token
from motcua.processes.simulation.model import Arrival, BadScenario, Course, Scenario, StepTimes

# A counted dossier that is not done so long after the last one came is left unfinished: the queue only grows.
_PATIENCE_DAYS = 260
_MOST_VISITS = 200

_SERVICE, _OUTCOME, _PAUSE, _PAUSE_TIME, _OWNER = range(5)
_64 = (1 << 64) - 1


def _mix(value: int) -> int:
    """The finaliser of splitmix64: neighbouring numbers give unrelated ones."""
    value = (value + 0x9E3779B97F4A7C15) & _64
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _64
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _64
    return value ^ (value >> 31)


def _chance(base: int, place: int, visit: int, what: int) -> float:
    return (_mix(base ^ _mix((place << 16) ^ (visit << 3) ^ what)) >> 11) * 2.0**-53


@dataclass(slots=True)
class Visit:
    """A step of a counted dossier: working minutes waited for somebody, and worked on (or until the answer)."""

    course: str
    step: str
    wait: float
    service: float


@dataclass(slots=True)
class Finished:
    """A counted dossier that got done. `lead`: working minutes from its start, pause left out; `late` None = it has no due."""

    course: str
    start: int
    due: int | None
    lead: float
    late: bool | None


@dataclass(slots=True)
class Record:
    """`busy` and `present`: working minutes of all officers of a queue between begin and end; `minutes`: those of one.

    `unfinished`: counted dossiers that were not done when patience was over.
    """

    visits: list[Visit] = field(default_factory=list)
    finished: list[Finished] = field(default_factory=list)
    busy: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    present: dict[str, float] = field(default_factory=dict)
    minutes: float = 0.0
    unfinished: int = 0


class _Job:
    """Work that waits; `owner` None = for whoever of the role is free."""

    __slots__ = ("done", "dropped", "left", "owner", "started")

    def __init__(self, env: simpy.Environment, minutes: float, owner: int | None) -> None:
        self.left = minutes
        self.owner = owner
        self.done: simpy.Event = env.event()
        self.started: float | None = None
        self.dropped = False


_Line = list[tuple[int, int, _Job]]


class _Room:
    """The officers of one role: a line of one's own for each, and one for all of them. The oldest work comes first."""

    def __init__(self, officers: int) -> None:
        self.shared: _Line = []
        self.own: list[_Line] = [[] for _ in range(officers)]
        self.idle: dict[int, simpy.Event] = {}
        self.turn = 0
        self.order = count()

    def put(self, job: _Job, *, first: bool = False) -> None:
        line = self.shared if job.owner is None else self.own[job.owner]
        heappush(line, (0 if first else 1, next(self.order), job))
        self.wake(job.owner)

    def wake(self, officer: int | None) -> None:
        """The officer whose work it is, or whoever has been idle longest."""
        chosen = officer if officer is not None else next(iter(self.idle), None)
        if chosen in self.idle:
            self.idle.pop(chosen).succeed()

    def take(self, officer: int) -> _Job | None:
        for line in (self.own[officer], self.shared):
            while line and line[0][2].dropped:
                heappop(line)
        lines = [line for line in (self.own[officer], self.shared) if line]
        return heappop(min(lines, key=lambda line: line[0][:2]))[2] if lines else None

    def choose(self, rule: Assign, before: int | None, chance: float) -> int | None:
        """Whose a step is when it opens; who did it before in the same dossier gets it again."""
        if rule is Assign.CLAIM or len(self.own) == 1:
            return None
        if before is not None:
            return before
        if rule is Assign.TERRITORY:
            return int(chance * len(self.own))
        if rule is Assign.ROUND_ROBIN:
            self.turn = (self.turn + 1) % len(self.own)
            return self.turn
        return min(range(len(self.own)), key=lambda officer: len(self.own[officer]))


class _Life:
    """One dossier on its way."""

    __slots__ = (
        "arrival",
        "base",
        "counted",
        "course",
        "due",
        "last_token",
        "paused",
        "start",
        "tokens",
        "visits",
        "who",
    )

    def __init__(self, arrival: Arrival, course: Course, base: int, counted: bool) -> None:
        self.arrival, self.course, self.base, self.counted = arrival, course, base, counted
        self.tokens: dict[int, Token] = {}
        self.last_token = 0
        self.visits: Counter[str] = Counter()
        self.who: dict[str, int] = {}
        self.start = 0.0
        self.due: int | None = None
        self.paused = 0.0

    def put(self, node: str, flow: str) -> int:
        self.last_token += 1
        self.tokens[self.last_token] = Token(self.last_token, node, flow)
        return self.last_token


class World:
    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.scenario = scenario
        self.arrivals = scenario.drawn(seed)
        self.tables = scenario.calendar.tables
        self.seed = _mix(seed & _64)
        self.record = Record()
        self.env = simpy.Environment(initial_time=float(self.tables.position(self.arrivals[0].minute)))
        self.rooms = {role: _Room(staff.count) for role, staff in scenario.staff.items()}
        self.begin = float(self.tables.position(scenario.begin))
        self.end = float(self.tables.position(scenario.end))
        self.places = {
            node.id: crc32(node.id.encode()) for course in scenario.courses.values() for node in course.definition.nodes
        }
        self.open = sum(scenario.begin <= arrival.minute < scenario.end for arrival in self.arrivals)
        self.all_done = self.env.event()

    def run(self) -> Record:
        """Until every counted dossier is done, or patience is over."""
        record, env = self.record, self.env
        record.minutes = self.end - self.begin
        for role, staff in self.scenario.staff.items():
            record.busy[role] = 0.0
            record.present[role] = 0.0
            for number in range(staff.count):
                away = [
                    (float(self.tables.position(first)), float(self.tables.position(last)))
                    for first, last in (staff.away[number] if number < len(staff.away) else ())
                ]
                spans = [span for span in away if span[1] > max(span[0], env.now)]
                record.present[role] += record.minutes - sum(
                    max(0.0, min(last, self.end) - max(first, self.begin)) for first, last in spans
                )
                pace = staff.pace[number] if number < len(staff.pace) else 1.0
                env.process(self._officer(role, number, pace, spans))
        env.process(self._arrivals())
        if self.open:
            day = self.scenario.calendar.tables.before[-1] / max(1, len(self.tables.nth))
            env.run(until=self.all_done | env.timeout(self.end + _PATIENCE_DAYS * day - env.now))
        record.unfinished = self.open
        return record

    def _arrivals(self) -> Generator[Any, Any, None]:
        env, scenario = self.env, self.scenario
        for key, arrival in enumerate(self.arrivals):
            begin = self.tables.clamp(arrival.minute)
            at = self.tables.position(begin) + arrival.offset
            if at > env.now:
                yield env.timeout(at - env.now)
            counted = scenario.begin <= arrival.minute < scenario.end
            course = scenario.courses[arrival.course]
            life = _Life(arrival, course, _mix(self.seed + key), counted)
            life.start = at
            life.due = arrival.due
            if arrival.limit is not None:
                life.due = count_limit(self.tables, begin, arrival.limit, scenario.policy)
            env.process(self._begin(life))

    def _begin(self, life: _Life) -> Generator[Any, Any, None]:
        chance, pause = 0.0, life.course.pause
        if pause is not None:
            chance = _chance(life.base, 0, 0, _PAUSE)
            if chance < pause[0]:
                yield from self._pause(life, pause[1].at(_chance(life.base, 0, 0, _PAUSE_TIME)))
        advance = engine.start(life.course.definition, life.arrival.facts)
        self._open(life, advance.opened)

    def _pause(self, life: _Life, minutes: float) -> Generator[Any, Any, None]:
        """The applicant is asked for something at once, and the clock stands meanwhile."""
        begin = self._minute(self.env.now)
        yield self.env.timeout(minutes)
        life.paused += minutes
        if life.due is not None:
            unit = life.arrival.limit.unit if life.arrival.limit else Unit.WORKING_HOUR
            end = self.tables.clamp(self._minute(self.env.now))
            life.due = shift(self.tables, life.due, begin, end, unit, self.scenario.policy)

    def _open(self, life: _Life, opened: list[tuple[str, str]]) -> None:
        """Puts tokens, each on its own way; one at a join only waits."""
        for node, flow in opened:
            token = life.put(node, flow)
            if life.course.definition.by_id[node].kind is not NodeKind.JOIN:
                self.env.process(self._walk(life, token))

    def _walk(self, life: _Life, id_: int) -> Generator[Any, Any, None]:
        """One token from step to step, as long as one step follows another."""
        definition = life.course.definition
        while True:
            token = life.tokens[id_]
            node = definition.by_id[token.node]
            visit = life.visits[node.id] = life.visits[node.id] + 1
            if visit > _MOST_VISITS:
                raise BadScenario(f"Bước “{node.label}” được lặp lại quá {_MOST_VISITS} lần: kiểm tra tỷ lệ làm lại.")
            outcome = ""
            if node.kind is NodeKind.TIMER:
                yield self.env.timeout(node.minutes)
            else:
                times = life.course.steps[node.id]
                place = self.places[node.id]
                outcome = times.outcome(_chance(life.base, place, visit, _OUTCOME))
                minutes = times.service.at(_chance(life.base, place, visit, _SERVICE))
                silence = any(flow.outcome == TIMEOUT for flow in definition.out[node.id])
                answered = yield from self._work(life, node, times, minutes, node.minutes if silence else None)
                outcome = outcome if answered else TIMEOUT
            advance = engine.finish(definition, life.tokens.values(), id_, outcome, life.arrival.facts)
            for closed in advance.closed:
                del life.tokens[closed]
            if advance.ended:
                self._finish(life)
                return
            if len(advance.opened) == 1 and definition.by_id[advance.opened[0][0]].kind is not NodeKind.JOIN:
                id_ = life.put(*advance.opened[0])
                continue
            self._open(life, advance.opened)
            return

    def _work(
        self, life: _Life, node: Node, times: StepTimes, minutes: float, silence: int | None
    ) -> Generator[Any, Any, bool]:
        """Whether it was done before `silence` minutes were over."""
        env, opened, answered = self.env, self.env.now, True
        if not times.queue:
            answered = silence is None or minutes <= silence
            yield env.timeout(minutes if answered else float(silence or 0))
            wait = 0.0
        else:
            room = self.rooms[times.queue]
            owner = room.choose(node.assign, life.who.get(node.id), _chance(life.base, self.places[node.id], 0, _OWNER))
            if owner is not None:
                life.who[node.id] = owner
            job = _Job(env, minutes, owner)
            room.put(job)
            if silence is None:
                yield job.done
            else:
                yield job.done | env.timeout(silence)
                answered = job.done.triggered
                job.dropped = not answered
            wait = (env.now if job.started is None else job.started) - opened
        if life.counted:
            self.record.visits.append(Visit(life.arrival.course, node.id, wait, env.now - opened - wait))
        return answered

    def _officer(
        self, role: str, number: int, pace: float, away: list[tuple[float, float]]
    ) -> Generator[Any, Any, None]:
        """Takes the oldest work. Who goes on leave puts what he has not finished back in front: his own waits for him."""
        env, room = self.env, self.rooms[role]
        for leave_at, back_at in [*away, (inf, inf)]:
            leave = env.timeout(max(0.0, leave_at - env.now)) if leave_at < inf else None
            while env.now < leave_at:
                job = room.take(number)
                if job is None:
                    wake = room.idle[number] = env.event()
                    yield wake | leave if leave is not None else wake
                    room.idle.pop(number, None)
                    continue
                if job.started is None:
                    job.started = env.now
                spent = min(job.left * pace, leave_at - env.now)
                self._busy(role, env.now, env.now + spent)
                yield env.timeout(spent)
                job.left -= spent / pace
                if job.left > 1e-9:
                    room.put(job, first=True)
                elif not job.dropped:
                    job.done.succeed()
            # Work that woke him as he left is for another.
            if room.shared:
                room.wake(None)
            yield env.timeout(max(0.0, back_at - env.now))

    def _busy(self, role: str, first: float, last: float) -> None:
        self.record.busy[role] += max(0.0, min(last, self.end) - max(first, self.begin))

    def _finish(self, life: _Life) -> None:
        if not life.counted:
            return
        late = None
        if life.due is not None:
            late = self._minute(self.env.now) // DAY_MINUTES > life.due // DAY_MINUTES
        self.record.finished.append(
            Finished(life.arrival.course, life.arrival.minute, life.due, self.env.now - life.start - life.paused, late)
        )
        self.open -= 1
        if not self.open:
            self.all_done.succeed()

    def _minute(self, position: float) -> int:
        """The local minute at which so many working minutes have passed."""
        first = self.arrivals[0].minute
        done = ceil(position - 1e-9) - self.tables.position(first)
        return self.tables.add(first, max(0, done))


def run(scenario: Scenario, seed: int) -> Record:
    """One replication; the same seed gives the same record. Raises BadScenario."""
    return World(scenario, seed).run()

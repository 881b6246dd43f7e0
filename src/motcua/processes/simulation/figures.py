"""What replications say: waiting by step, use of officers, lateness, throughput, the bottleneck; and what one change does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev

import numpy as np

from motcua.law.errors import BadInput
from motcua.processes.simulation.model import Scenario
from motcua.processes.simulation.world import Record, run

REPLICATIONS = 10
MOST_REPLICATIONS = 200
# Student's t for a two-sided 95 % interval, by degrees of freedom; beyond 30 the normal value differs by less than 2 %.
_T95 = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
    2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over replications and half the width of its 95 % confidence interval."""

    mean: float
    half: float

    @property
    def low(self) -> float:
        return self.mean - self.half

    @property
    def high(self) -> float:
        return self.mean + self.half

    @property
    def settled(self) -> bool:
        """Whether zero lies outside: the change did something that chance does not explain."""
        return self.low > 0 or self.high < 0


def interval(values: Sequence[float]) -> Interval:
    """Raises ValueError without values; one value alone has no width that could be known, it is infinite."""
    if len(values) == 1:
        return Interval(values[0], float("inf"))
    t = _T95[len(values) - 2] if len(values) - 2 < len(_T95) else 1.96
    return Interval(fmean(values), t * stdev(values) / sqrt(len(values)))


@dataclass(frozen=True, slots=True)
class StepFigures:
    """Working minutes; `total_wait` of all visits in one replication, on average.

    Steps of one name and one role in several processes are one line: it is the same people's work.
    """

    step: str
    name: str
    queue: str
    visits: float
    wait_median: float
    wait_p90: float
    service_mean: float
    total_wait: float


@dataclass(frozen=True, slots=True)
class Figures:
    """`late` and `lead` over replications; `use` by role in 0…1; `throughput`: dossiers done a working day."""

    replications: int
    dossiers: int
    late: Interval | None
    lead: Interval
    lead_median: float
    lead_p90: float
    throughput: float
    unfinished: float
    use: dict[str, Interval]
    steps: tuple[StepFigures, ...]

    @property
    def bottleneck(self) -> StepFigures | None:
        """The step at which dossiers wait longest in sum; None where nothing waits."""
        waiting = [step for step in self.steps if step.total_wait > 0]
        return max(waiting, key=lambda step: step.total_wait) if waiting else None

    @property
    def busiest(self) -> str | None:
        return max(self.use, key=lambda role: self.use[role].mean) if self.use else None


@dataclass(frozen=True, slots=True)
class Difference:
    """What a change does to the same dossiers: changed minus as it is. `late` in shares, the others in working minutes."""

    name: str
    figures: Figures
    late: Interval | None
    lead: Interval
    wait: Interval


@dataclass(frozen=True, slots=True)
class _Run:
    late: float | None
    lead: float
    wait: float


def check_replications(number: int) -> None:
    if not 2 <= number <= MOST_REPLICATIONS:
        raise BadInput(f"Số lần lặp phải từ 2 đến {MOST_REPLICATIONS}, không phải {number}.")


def simulate(
    scenario: Scenario, *, seed: int, replications: int = REPLICATIONS, said: Callable[[], None] = lambda: None
) -> tuple[Figures, list[Record]]:
    """Figures over replications seeded `seed`, `seed` + 1, …: the same question has the same answer.

    `said` is called after each replication. Raises BadScenario, BadInput.
    """
    check_replications(replications)
    records = []
    for number in range(replications):
        records.append(run(scenario, seed + number))
        said()
    return figures_of(scenario, records), records


def figures_of(scenario: Scenario, records: Sequence[Record]) -> Figures:
    lines = {
        (code, node.id): (node.label, course.steps[node.id].queue)
        for code, course in scenario.courses.items()
        for node in course.definition.steps
    }
    waits: dict[tuple[str, str], list[float]] = defaultdict(list)
    services: dict[tuple[str, str], list[float]] = defaultdict(list)
    first: dict[tuple[str, str], str] = {}
    for record in records:
        for visit in record.visits:
            line = lines[visit.course, visit.step]
            waits[line].append(visit.wait)
            services[line].append(visit.service)
            first.setdefault(line, visit.step)
    many = len(records)
    steps = []
    for line in dict.fromkeys(lines.values()):
        if line not in waits:
            continue
        name, queue = line
        seen = np.array(waits[line])
        steps.append(
            StepFigures(
                first[line], name, queue, len(seen) / many, float(np.median(seen)), float(np.quantile(seen, 0.9)),
                fmean(services[line]), float(seen.sum()) / many,
            )
        )  # fmt: skip
    runs = [_run_of(record) for record in records]
    leads = np.array([done.lead for record in records for done in record.finished] or [0.0])
    days = max(1, _working_days(scenario))
    done = [len(record.finished) for record in records]
    late = [one.late for one in runs if one.late is not None]
    return Figures(
        replications=many,
        dossiers=round(fmean(done) + fmean(record.unfinished for record in records)),
        late=interval(late) if late else None,
        lead=interval([one.lead for one in runs]),
        lead_median=float(np.median(leads)),
        lead_p90=float(np.quantile(leads, 0.9)),
        throughput=fmean(done) / days,
        unfinished=fmean(record.unfinished for record in records),
        use={
            role: interval(
                [record.busy[role] / record.present[role] if record.present[role] else 0.0 for record in records]
            )
            for role in scenario.staff
        },
        steps=tuple(steps),
    )


def compare(
    scenario: Scenario,
    changes: Sequence[tuple[str, Scenario]],
    *,
    seed: int,
    replications: int = REPLICATIONS,
    said: Callable[[], None] = lambda: None,
) -> tuple[Figures, list[Difference]]:
    """The scenario, and for each named change the paired difference on the same draws (common random numbers)."""
    base, records = simulate(scenario, seed=seed, replications=replications, said=said)
    before = [_run_of(record) for record in records]
    told = []
    for name, changed in changes:
        figures, others = simulate(changed, seed=seed, replications=replications, said=said)
        after = [_run_of(record) for record in others]
        pairs = list(zip(before, after, strict=True))
        late = [b.late - a.late for a, b in pairs if a.late is not None and b.late is not None]
        told.append(
            Difference(
                name,
                figures,
                interval(late) if late else None,
                interval([b.lead - a.lead for a, b in pairs]),
                interval([b.wait - a.wait for a, b in pairs]),
            )
        )
    return base, told


def _run_of(record: Record) -> _Run:
    judged = [done.late for done in record.finished if done.late is not None]
    number = len(judged) + record.unfinished
    dossiers = max(1, len(record.finished))
    return _Run(
        # What did not get done within a year after the window is late by any limit.
        (sum(judged) + record.unfinished) / number if judged else None,
        fmean(done.lead for done in record.finished) if record.finished else 0.0,
        sum(visit.wait for visit in record.visits) / dossiers,
    )


def _working_days(scenario: Scenario) -> int:
    tables = scenario.calendar.tables
    first, last = tables.split(scenario.begin)[0], tables.split(scenario.end)[0]
    return tables.rank[last] - tables.rank[first]

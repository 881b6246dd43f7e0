"""One question with its whole answer: the figures as it is, and what each single change would do."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from motcua.law.errors import BadInput
from motcua.processes.definition import STEP_ROLES
from motcua.processes.simulation.figures import (
    REPLICATIONS,
    Difference,
    Figures,
    Interval,
    check_replications,
    compare,
)
from motcua.processes.simulation.history import Basis, Question, scenario_of
from motcua.processes.simulation.model import BadScenario, Scenario

# The roles and the step that wait most are asked about; more would be a list that nobody reads.
_ROLES, _SHORTER = 3, 0.8


@dataclass(frozen=True, slots=True)
class Asked(Question):
    """The form of the page and the options of the command: the question, and how it is played."""

    seed: int = 1
    replications: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    basis: Basis
    scenario: Scenario
    figures: Figures
    changes: list[Difference]
    seed: int

    def as_json(self) -> dict[str, Any]:
        """Times in working minutes, shares in 0…1."""
        figures = self.figures
        bottleneck = figures.bottleneck
        return {
            "seed": self.seed,
            "basis": asdict(self.basis) | {"since": str(self.basis.since), "to": str(self.basis.to)},
            "figures": {
                "replications": figures.replications,
                "dossiers": figures.dossiers,
                "late": _pair(figures.late),
                "lead": _pair(figures.lead),
                "lead_median": figures.lead_median,
                "lead_p90": figures.lead_p90,
                "throughput": figures.throughput,
                "unfinished": figures.unfinished,
                "use": [
                    {
                        "role": role, "name": STEP_ROLES.get(role, role), "officers": self.scenario.staff[role].count,
                        "mean": use.mean, "half": use.half,
                    }
                    for role, use in figures.use.items()
                ],
                "steps": [asdict(step) for step in figures.steps],
                "bottleneck": bottleneck.step if bottleneck else None,
            },
            "changes": [
                {
                    "name": change.name, "late": _pair(change.late), "lead": _pair(change.lead), "wait": _pair(change.wait),
                    "settled": change.lead.settled or bool(change.late and change.late.settled),
                }
                for change in self.changes
            ],
        }  # fmt: skip


def _pair(found: Interval | None) -> dict[str, float] | None:
    return {"mean": found.mean, "half": found.half} if found else None


def answer(asked: Asked, *, at: datetime) -> Answer:
    """Raises BadScenario, BadInput; the same question has the same answer as long as the records are the same."""
    replications = REPLICATIONS if asked.replications is None else asked.replications
    check_replications(replications)
    if not 0 <= asked.seed < 2**63:
        raise BadInput("Hạt giống phải là số nguyên không âm, nhỏ hơn 2^63.")
    scenario, basis = scenario_of(asked, at=at)
    figures, changes = compare(scenario, changes_of(scenario), seed=asked.seed, replications=replications)
    return Answer(basis, scenario, figures, changes, asked.seed)


def changes_of(scenario: Scenario) -> list[tuple[str, Scenario]]:
    """One more officer in each role, the longest step left out, and the same step a fifth shorter."""
    changes: list[tuple[str, Scenario]] = []
    for role in list(scenario.staff)[:_ROLES]:
        changes.append((f"Thêm một {STEP_ROLES.get(role, role).lower()}", scenario.with_officers(role, +1)))
    work: dict[str, tuple[float, str]] = {}
    for course in scenario.courses.values():
        for node in course.definition.steps:
            times = course.steps[node.id]
            if times.queue and times.service.mean > work.get(node.id, (0.0, ""))[0]:
                work[node.id] = (times.service.mean, node.label)
    if not work:
        return changes
    step = max(work, key=lambda id_: work[id_][0])
    label = work[step][1]
    # Where it is the only step there is, it can only be shorter.
    with suppress(BadScenario):
        changes.append((f"Bỏ bước “{label}”", scenario.without_step(step)))
    changes.append((f"Bước “{label}” nhanh hơn một phần năm", scenario.with_time(step, _SHORTER)))
    return changes

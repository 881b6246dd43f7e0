"""Arrivals at a stated rate: a Poisson stream in working time, drawn anew in each replication."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from motcua.law.worktime import Calendar
from motcua.processes.simulation.model import MOST_ARRIVALS, Arrival, BadScenario

MOST_A_DAY = 10_000


@dataclass(frozen=True, slots=True)
class Poisson:
    """On average `per_day` dossiers each working day between two local minutes, each like one drawn from `like`."""

    per_day: float
    like: tuple[Arrival, ...]
    first: int
    last: int

    def draw(self, calendar: Calendar, seed: int) -> tuple[Arrival, ...]:
        """Raises BadScenario for a rate that is not one, or too many dossiers."""
        if not 0 < self.per_day <= MOST_A_DAY:
            raise BadScenario(f"Số hồ sơ mỗi ngày phải lớn hơn 0 và không quá {MOST_A_DAY}.")
        tables = calendar.tables
        minutes = tables.position(self.last) - tables.position(self.first)
        days = tables.rank[tables.split(self.last)[0]] - tables.rank[tables.split(self.first)[0]]
        if minutes <= 0 or days <= 0:
            raise BadScenario("Khoảng mô phỏng không có ngày làm việc nào.")
        if self.per_day * days > MOST_ARRIVALS:
            raise BadScenario(
                f"Khoảng {self.per_day * days:.0f} hồ sơ, nhiều nhất là {MOST_ARRIVALS}: hãy chọn khoảng ngắn hơn."
            )
        draw = random.Random(seed)
        rate = self.per_day * days / minutes
        found, at = [], draw.expovariate(rate)
        while at < minutes:
            found.append(replace(draw.choice(self.like), minute=tables.add(self.first, int(at) + 1) - 1, offset=at % 1))
            at += draw.expovariate(rate)
        return tuple(found)

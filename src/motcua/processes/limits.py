"""The limits that a process has to keep: what the catalogue states of a procedure, shortened by what is promised."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from motcua.catalog.commitments import Commitment, commitments_of, limit_given
from motcua.catalog.models import ChannelRule, Procedure
from motcua.dossiers.terms import CATALOG_CHANNEL
from motcua.dossiers.writer import calendar_of
from motcua.law.limits import Limit, Unit
from motcua.organizations.models import Agency
from motcua.processes.checks import PLAIN_WEEK, WorkWeek, limit_minutes, week_of


@dataclass(frozen=True, slots=True)
class Stated:
    """The limit of one channel in one case, its stages in order. `promised`: at least one is shorter than the catalogue's.

    `week` is that of the agency whose process has to keep it.
    """

    channel: str
    condition: str
    limits: tuple[Limit, ...]
    promised: bool = False
    week: WorkWeek = PLAIN_WEEK

    @property
    def minutes(self) -> int:
        """Working minutes of all stages together: a process goes through both."""
        return sum(limit_minutes(limit, self.week) for limit in self.limits)

    def text(self) -> str:
        """“3 ngày làm việc”, of two stages “5 ngày + 10 ngày”."""
        return " + ".join(limit.text() for limit in self.limits)


def shortest(limits: Iterable[Stated], *, case: str = "", channel: str = "") -> Stated | None:
    """The shortest of those that a process for a case and a channel ("" = every) serves; None = none is stated."""
    served = [
        limit
        for limit in limits
        if (not case or limit.condition in ("", case)) and (not channel or limit.channel == CATALOG_CHANNEL[channel])
    ]
    return min(served, key=lambda limit: limit.minutes, default=None)


def stated_limits(
    procedure_ids: Collection[int], *, on: date | None = None, agency: Agency | None = None
) -> dict[int, list[Stated]]:
    """By procedure, every limit that a dossier of the agency (None = any of the province) may get; four statements at most.

    Promises count that are in force on the day, without a day those that last. Channels without a limit are left out:
    the officer states it when accepting.
    """
    rules: dict[tuple[int, str, str], dict[int, Limit]] = defaultdict(dict)
    rows = ChannelRule.objects.filter(
        version__in=Procedure.objects.filter(pk__in=procedure_ids).values("current"), amount__isnull=False
    ).values_list("version__procedure_id", "channel", "condition", "stage", "amount", "unit")
    for procedure_id, channel, condition, stage, amount, unit in rows.order_by("version__procedure_id", "position"):
        assert amount is not None  # filtered above
        rules[procedure_id, channel, condition].setdefault(stage, Limit(amount, Unit(unit)))
    promises = commitments_of(procedure_ids, on=on, path=agency.path if agency else "")
    stated: dict[int, list[Stated]] = {procedure_id: [] for procedure_id in procedure_ids}
    week = week_at(agency)
    for (procedure_id, channel, condition), stages in rules.items():
        stated[procedure_id].append(_stated(channel, condition, stages, promises.get(procedure_id, ()), week))
    return stated


def week_at(agency: Agency | None) -> WorkWeek:
    """The working week by which the agency counts, None = the province's."""
    if agency is None:
        agency = (
            Agency.objects.filter(parent=None, level=Agency.Level.PROVINCE)
            .select_related("effective_calendar")
            .order_by("id")
            .first()
        )
    calendar = agency.effective_calendar if agency else None
    return week_of(calendar_of(json.dumps(calendar.data, sort_keys=True) if calendar else None))


def _stated(
    channel: str, condition: str, stages: dict[int, Limit], promises: Iterable[Commitment], week: WorkWeek
) -> Stated:
    own = [promise for promise in promises if promise.channel == channel and promise.condition == condition]
    limits = tuple(
        limit_given(limit, (promise.limit for promise in own if promise.stage == stage))
        for stage, limit in sorted(stages.items())
    )
    return Stated(channel, condition, limits, limits != tuple(limit for _, limit in sorted(stages.items())), week)

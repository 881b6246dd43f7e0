"""Processes follow a promised limit: what is longer is published anew, its times shortened in proportion.

Called by `simplification.services` only, inside its transaction.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Max, Q

from motcua.law.errors import BadInput
from motcua.law.moments import local_day
from motcua.organizations.models import Agency
from motcua.processes.checks import hours_text, longest_path
from motcua.processes.definition import from_json, to_json
from motcua.processes.limits import shortest, stated_limits
from motcua.processes.models import Process, ProcessVersion, Simplification
from motcua.processes.patterns import fit


def shorten_processes(made: Simplification, *, officer: int | None, at: datetime) -> ProcessVersion | None:
    """Publish anew every process that is longer than what its place promises, and return the place's own, if any was.

    From the first day of the promise, today at the earliest, for as long as it holds. An agency that follows processes
    from above gets all of them as its own where one has to be shorter: an own process comes before any inherited one, so
    that a single own one would also take the place of those for other channels.
    """
    begins = max(made.valid_from, local_day(at))
    if made.valid_to is not None and made.valid_to <= begins:
        return None
    run = _Run(made, begins, officer, at)
    inherited = [(version, run.allowed(version, made.agency)) for version in run.inherited()]
    published = []
    if any(minutes is not None for _, minutes in inherited):
        for version, minutes in inherited:
            place, _ = Process.objects.get_or_create(
                procedure=made.procedure, agency=made.agency, case=version.process.case, channel=version.process.channel
            )
            published.append(run.publish(version, place, minutes))
    for version in run.own():
        minutes = run.allowed(version, version.process.agency)
        if minutes is not None:
            published.append(run.publish(version, version.process, minutes))
    return published[0] if published else None


class _Run:
    def __init__(self, made: Simplification, begins: date, officer: int | None, at: datetime) -> None:
        self.made = made
        self.begins = begins
        self.officer = officer
        self.at = at

    def own(self) -> list[ProcessVersion]:
        """What is in force at the place and below it, its processes locked; the place's own first."""
        places = Process.objects.filter(procedure=self.made.procedure).select_for_update(of=("self",))
        if self.made.agency is not None:
            places = places.filter(agency__path__startswith=self.made.agency.path)
        found = [version for place in places.order_by("id") if (version := self._in_force(place))]
        return sorted(found, key=lambda version: (len(_path(version)), version.pk))

    def inherited(self) -> list[ProcessVersion]:
        """What an agency without a process of its own follows: all of the nearest body above it that has one."""
        agency = self.made.agency
        if agency is None or any(version.process.agency_id == agency.pk for version in self.own()):
            return []
        above = Q(agency__isnull=True) | Q(agency__in=[int(part) for part in agency.path.split("/") if part])
        places = Process.objects.filter(above, procedure=self.made.procedure).order_by("id")
        found = [version for place in places if (version := self._in_force(place))]
        nearest = max((len(_path(version)) for version in found), default=0)
        return [version for version in found if len(_path(version)) == nearest]

    def allowed(self, version: ProcessVersion, agency: Agency | None) -> int | None:
        """The working minutes that a version may take at a place, where it takes more; None = it fits."""
        stated = stated_limits([self.made.procedure_id], on=self.begins, agency=agency)[self.made.procedure_id]
        least = shortest(stated, case=version.process.case, channel=version.process.channel)
        taken = longest_path(from_json(version.definition)).minutes
        return least.minutes if least is not None and taken > least.minutes else None

    def publish(self, version: ProcessVersion, place: Process, minutes: int | None) -> ProcessVersion:
        """The version again for a place, shortened to `minutes` (None = as it is). Raises BadInput, LimitTooShort."""
        made, earlier = self.made, place.versions.filter(published_at__isnull=False)
        following = earlier.filter(valid_from__gt=self.begins).order_by("valid_from")
        if made.valid_to is not None:
            following = following.filter(valid_from__lt=made.valid_to)
        if (later := following.first()) is not None and later.valid_from is not None:
            raise BadInput(
                f"Quy trình lần {later.number} đã ban hành, hiệu lực từ {later.valid_from:%d/%m/%Y}, sau ngày đầu của cam"
                " kết; hãy chọn ngày hiệu lực từ đó trở đi.",
                field="valid_from",
            )
        definition = from_json(version.definition)
        shorter = definition if minutes is None else fit(definition, minutes)
        before, after = (hours_text(longest_path(one).minutes) for one in (definition, shorter))
        if made.valid_to is None:
            earlier.filter(Q(valid_to=None) | Q(valid_to__gt=self.begins)).update(valid_to=self.begins)
        last = place.versions.aggregate(last=Max("number"))["last"] or 0
        return ProcessVersion.objects.create(
            process=place, number=last + 1, definition=to_json(shorter), digest=shorter.digest, pattern=version.pattern,
            layout=version.layout, created_at=self.at, created_by_id=self.officer, published_at=self.at,
            published_by_id=self.officer, valid_from=self.begins, valid_to=made.valid_to,
            note=f"Theo quyết định {made.decision_number}: {before} → {after}.",
        )  # fmt: skip

    def _in_force(self, place: Process) -> ProcessVersion | None:
        versions = place.versions.select_related("process__agency", "process__procedure")
        in_force = versions.filter(
            Q(valid_to=None) | Q(valid_to__gt=self.begins), published_at__isnull=False, valid_from__lte=self.begins
        )
        return in_force.order_by("-valid_from", "-number").first()


def _path(version: ProcessVersion) -> str:
    return version.process.agency.path if version.process.agency else ""

"""The internal processes of the demonstration: which one a dossier follows, and who does its steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from motcua.dossiers.intake import Intake
from motcua.dossiers.terms import Terms
from motcua.identity.actors import Actor
from motcua.law.worktime import Calendar
from motcua.organizations.models import Agency
from motcua.processes.conditions import Facts
from motcua.processes.definition import Definition, Node
from motcua.processes.placing import Places
from motcua.processes.versions import definition_of, version_in_force


@dataclass
class Ways:
    """Versions by (procedure, agency, channel), read once each; `staff` by agency and role, for steps of other agencies."""

    on: date
    staff: Mapping[int, Mapping[str, Actor]]
    calendars: Mapping[int, Calendar]
    agencies: Mapping[str, int] = field(default_factory=lambda: dict(Agency.objects.values_list("code", "id")))
    _known: dict[tuple[int, int, str], tuple[int, Definition] | None] = field(default_factory=dict)

    def of(self, intake: Intake) -> tuple[int, Definition] | None:
        """The version that the dossier begins on (its id, its definition); None = this procedure has no process."""
        key = intake.procedure_id, intake.agency_id, intake.channel
        if key not in self._known:
            found = version_in_force(
                procedure_id=intake.procedure_id,
                agency_id=intake.agency_id,
                case="",
                channel=intake.channel,
                on=self.on,
            )
            self._known[key] = None if found is None else (found[0], definition_of(found[1]))
        return self._known[key]

    def places(self, intake: Intake, desk_agency_id: int) -> Places:
        home = self.calendars[intake.agency_id]
        return Places(
            0, intake.agency_id, desk_agency_id, self.agencies, {}, lambda agency: self.calendars.get(agency or 0, home)
        )

    def worker(self, node: Node, agency_id: int | None) -> Actor | None:
        """Whose role it is at that agency; None where the demonstration has nobody, so that the step waits to be taken."""
        return self.staff.get(agency_id or 0, {}).get(node.role)


def facts_of(intake: Intake, terms: Terms, *, for_others: bool) -> Facts:
    """What conditions ask of a dossier that has just been accepted."""
    return {
        "channel": intake.channel,
        "applicant_kind": intake.applicant_kind,
        "return_method": intake.return_method,
        "assisted": intake.assisted,
        "sets": intake.sets,
        "papers": len(intake.papers),
        "received_for_others": for_others,
        "supplement_rounds": 0,
        "case": "",
    } | ({"fee_vnd": terms.fee_vnd} if terms.fee_vnd is not None else {})

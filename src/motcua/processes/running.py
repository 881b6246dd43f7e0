"""One dossier on its process, read for a move inside the move's transaction."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from motcua.dossiers.writer import Loaded, calendar_of
from motcua.law.worktime import Calendar
from motcua.platform.database import prepared_cursor
from motcua.processes.assignment import chooser
from motcua.processes.conditions import Facts
from motcua.processes.definition import Definition
from motcua.processes.engine import Advance, NotThere
from motcua.processes.items import Item
from motcua.processes.placing import Places, place
from motcua.processes.projection import read_items
from motcua.processes.versions import definition_of


@dataclass(frozen=True, slots=True)
class Running:
    """`items` are all work items by token, open or not."""

    definition: Definition
    items: dict[int, Item]
    facts: Facts
    places: Places
    sector_id: int = 0

    @property
    def standing(self) -> list[Item]:
        return [item for item in self.items.values() if item.open]

    def open_item(self, token: int) -> Item:
        """Raises NotThere for a step that is no longer open."""
        item = self.items.get(token)
        if item is None or not item.open or not item.role:
            raise NotThere("Bước này không còn mở: có người đã hoàn thành, hoặc hồ sơ đã được chuyển đi.")
        return item

    def placed(
        self, advance: Advance, at: datetime, seq: int, whole_due: datetime | None, officer_id: int | None = None
    ) -> list[Item]:
        """New items of an advance, each given to whom its rule names, or to `officer_id` where the giver may choose him.

        `whole_due` is that of the dossier.
        """
        earlier = {item.node: item.closed_by_id for item in self.items.values() if item.closed_by_id}
        choose = chooser(at, earlier, officer_id, self.sector_id)
        return place(
            self.definition,
            advance,
            places=self.places,
            choose=choose,
            first_token=max(self.items, default=0) + 1,
            at=at,
            seq=seq,
            whole_due=whole_due,
        )


_AROUND = """
SELECT d.agency_id, k.agency_id, (SELECT p.sector_id FROM catalog_procedure p WHERE p.id = d.procedure_id),
       d.channel, d.applicant_kind, d.return_method, d.assisted, d.sets, d.fee_vnd, d.supplement_rounds,
       (SELECT count(*) FROM dossiers_paper p WHERE p.dossier_id = d.id),
       NOT (a.path LIKE ka.path || '%%'),
       (SELECT e.data->'data'->>'case' FROM dossiers_ledgerentry e WHERE e.dossier_id = d.id AND e.kind = 'dossier.accepted'
        ORDER BY e.seq DESC LIMIT 1)
FROM dossiers_dossier d
JOIN organizations_desk k ON k.id = d.receiving_desk_id
JOIN organizations_agency ka ON ka.id = k.agency_id
JOIN organizations_agency a ON a.id = d.agency_id
WHERE d.id = %s
"""
_FACTS = (
    "channel", "applicant_kind", "return_method", "assisted", "sets", "fee_vnd", "supplement_rounds", "papers",
    "received_for_others", "case",
)  # fmt: skip


def read_running(loaded: Loaded, digest: str) -> Running:
    """What the engine needs of a dossier that follows the version with this digest."""
    definition = definition_of(digest)
    with prepared_cursor() as cursor:
        cursor.execute(_AROUND, [loaded.id])
        agency_id, desk_agency_id, sector_id, *facts = cursor.fetchone()
    items = read_items([loaded.id]).get(loaded.id, {})
    return Running(
        definition,
        items,
        {name: value for name, value in zip(_FACTS, facts, strict=True) if value is not None}
        | {"case": facts[-1] or ""},
        _places(loaded.id, agency_id, desk_agency_id, definition),
        sector_id,
    )


_CODES = """
SELECT '' AS unit, a.code, a.id, NULL::bigint AS unit_id, c.data::text
FROM organizations_agency a LEFT JOIN organizations_workcalendar c ON c.id = a.effective_calendar_id
WHERE a.id = ANY(%(ids)s) OR a.code = ANY(%(agencies)s)
UNION ALL
SELECT u.code, '', a.id, u.id, c.data::text
FROM organizations_unit u JOIN organizations_agency a ON a.id = u.agency_id
LEFT JOIN organizations_workcalendar c ON c.id = a.effective_calendar_id
WHERE u.code = ANY(%(units)s)
"""


def _places(dossier_id: int, agency_id: int, desk_agency_id: int, definition: Definition) -> Places:
    """Agencies and units named by the definition. A code that no longer exists falls back to the competent agency."""
    agencies: dict[str, int] = {}
    units: dict[str, tuple[int, int]] = {}
    calendars: dict[int, Calendar] = {}
    given = {
        "ids": [agency_id, desk_agency_id],
        "agencies": sorted({node.agency for node in definition.steps} - {"", "desk"}),
        "units": sorted({node.unit for node in definition.steps} - {""}),
    }
    with prepared_cursor() as cursor:
        cursor.execute(_CODES, given)
        for unit_code, code, found_id, unit_id, data in cursor.fetchall():
            calendars[found_id] = calendar_of(json.dumps(json.loads(data), sort_keys=True) if data else None)
            if unit_id is None:
                agencies[code] = found_id
            else:
                units[unit_code] = (unit_id, found_id)

    def calendar(agency: int | None) -> Calendar:
        return calendars[agency if agency in calendars else agency_id]

    return Places(dossier_id, agency_id, desk_agency_id, agencies, units, calendar)

"""The terms on which a dossier comes in: limits, promised ones included, fee, calendar and rule of its due."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from motcua.catalog.commitments import limit_given
from motcua.dossiers.decide import GuardFailed
from motcua.dossiers.writer import limits_of
from motcua.law.limits import Limit, Unit
from motcua.platform.database import prepared_cursor

if TYPE_CHECKING:
    from motcua.dossiers.intake import Intake

# The catalogue states limits for three channels; the others are done as one of them.
CATALOG_CHANNEL = {
    "online": "online",
    "vneid": "online",
    "kiosk": "online",
    "counter": "counter",
    "home": "counter",
    "post": "post",
}

NOT_TAKEN = "Nơi tiếp nhận đã chọn không nhận thủ tục này cho cơ quan đã chọn"


@dataclass(frozen=True, slots=True)
class Terms:
    """What the catalogue and the agency say about a dossier that comes in. Its limits are the catalogue's until `on`."""

    version_id: int
    agency_code: str
    due_policy: str
    calendar: str | None
    same_day: bool
    limit_amount: int | None
    limit_unit: str
    second_amount: int | None
    second_unit: str
    fee_vnd: int | None
    promises: tuple[Promise, ...] = ()
    calendar_id: int | None = None
    # From which day to before which day it is posted there, None = ever since, for good.
    posted: tuple[tuple[date | None, date | None], ...] = ((None, None),)

    def on(self, day: date) -> Terms:
        """With the limits of a dossier that comes in on a day: a shorter one where it is promised then.

        Raises GuardFailed for a day on which the desk does not take it.
        """
        if not any((begin is None or begin <= day) and (end is None or day < end) for begin, end in self.posted):
            raise GuardFailed(f"{NOT_TAKEN}: ngày {day:%d/%m/%Y} danh mục niêm yết ở đó không có.")
        held = [promise for promise in self.promises if promise.holds(day)]
        if not held or self.limit_amount is None:
            return self
        given = [
            limit_given(limit, (promise.limit for promise in held if promise.stage == stage))
            for stage, limit in enumerate(
                limits_of(self.limit_amount, self.limit_unit, self.second_amount, self.second_unit), 1
            )
        ]
        shorter = replace(self, limit_amount=given[0].amount, limit_unit=given[0].unit.value)
        if len(given) > 1:
            shorter = replace(shorter, second_amount=given[1].amount, second_unit=given[1].unit.value)
        return shorter


@dataclass(frozen=True, slots=True)
class Promise:
    """A promised limit that covers the dossier's agency, channel and case, from a day to before a day (None = for good)."""

    stage: int
    limit: Limit
    valid_from: date
    valid_to: date | None

    def holds(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


_TERMS = """
SELECT p.current_id, a.code, a.effective_policy, c.data::text, p.same_day,
       (SELECT json_agg(json_build_array(r.stage, r.condition, r.amount, r.unit, r.fee_vnd) ORDER BY r.position)
          FROM catalog_channelrule r WHERE r.version_id = p.current_id AND r.channel = %s),
       (SELECT json_agg(json_build_array(t.valid_from, t.valid_to) ORDER BY t.id)
          FROM catalog_deskprocedure t WHERE t.desk_id = %s AND t.procedure_id = p.id AND t.agency_id = a.id),
       EXISTS (SELECT FROM organizations_desk d WHERE d.id = %s),
       (SELECT json_agg(json_build_array(k.stage, k.amount, k.unit, k.valid_from, k.valid_to) ORDER BY k.id)
          FROM catalog_committedlimit k LEFT JOIN organizations_agency o ON o.id = k.agency_id
         WHERE k.procedure_id = p.id AND k.channel = %s AND k.condition = %s
           AND (k.agency_id IS NULL OR a.path LIKE o.path || '%%')),
       c.id
FROM catalog_procedure p
CROSS JOIN organizations_agency a
LEFT JOIN organizations_workcalendar c ON c.id = a.effective_calendar_id
WHERE p.id = %s AND a.id = %s
"""


def read_terms(intake: Intake) -> Terms:
    """The terms of any day: `on` makes them those of one.

    Raises GuardFailed when the desk does not take this procedure for this agency, or there is no such return desk.
    """
    with prepared_cursor() as cursor:
        cursor.execute(
            _TERMS,
            [
                CATALOG_CHANNEL[intake.channel],
                intake.receiving_desk_id,
                intake.return_desk_id,
                CATALOG_CHANNEL[intake.channel],
                intake.condition,
                intake.procedure_id,
                intake.agency_id,
            ],
        )
        row = cursor.fetchone()
    if row is None or row[0] is None or not row[6]:
        raise GuardFailed(f"{NOT_TAKEN}.")
    if not row[7]:
        raise GuardFailed("Nơi trả kết quả đã chọn không có.", field="return_desk")
    version_id, agency_code, policy, calendar, same_day, rules_json = row[:6]
    return Terms(
        version_id, agency_code, policy, calendar, same_day, *choose_rule(_json(rules_json), intake.condition),
        tuple(_promise(*promise) for promise in _json(row[8])), row[9],
        tuple((_day(begin), _day(end)) for begin, end in _json(row[6])),
    )  # fmt: skip


def _json(value: Any) -> list[list[Any]]:
    return json.loads(value) if isinstance(value, str) else value or []


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _promise(stage: int, amount: int, unit: str, valid_from: str, valid_to: str | None) -> Promise:
    return Promise(
        stage,
        Limit(amount, Unit(unit)),
        date.fromisoformat(valid_from),
        date.fromisoformat(valid_to) if valid_to else None,
    )


def choose_rule(rules: list[list[Any]], condition: str) -> tuple[int | None, str, int | None, str, int | None]:
    """(amount, unit, second amount, second unit, fee) of the rows [stage, condition, amount, unit, fee] for a case.

    Without a case only a rule without condition counts; where the catalogue has several, none is chosen and the
    officer states the limit when accepting: a guess here would be a wrong due date.
    """
    first = [rule for rule in rules if rule[0] == 1 and rule[1] == condition]
    second = [rule for rule in rules if rule[0] == 2 and rule[1] == condition]
    if len({(rule[2], rule[3]) for rule in first}) != 1:
        return None, "", None, "", None
    _, _, amount, unit, fee = first[0]
    if amount is None or not second:
        return amount, unit if amount else "", None, "", fee
    return amount, unit, second[0][2], second[0][3], fee

"""The numbers in force on a day: the shipped ones, or the last row that an inspector set for that day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from motcua.processes.inspection.rules import Rule, rules_of
from motcua.processes.models import InspectionSetting


@dataclass(frozen=True, slots=True)
class InForce:
    """A rule with its numbers by name; `row` is the setting that says so, None = as shipped."""

    rule: Rule
    enabled: bool
    values: Mapping[str, int]
    row: InspectionSetting | None = None


def in_force(subject: str, on: date, more: Mapping[str, Rule] | None = None) -> dict[str, InForce]:
    """Every rule of the subject by key, in the shipped order, then `more`; one query."""
    rows = InspectionSetting.objects.filter(subject=subject, valid_from__lte=on).select_related("set_by")
    last = {row.key: row for row in rows.order_by("valid_from", "set_at", "id")}
    found = {}
    for key, rule in (rules_of(subject) | dict(more or {})).items():
        row = last.get(key)
        values = rule.shipped | {
            name: value for name, value in (row.values if row else {}).items() if name in rule.shipped
        }
        found[key] = InForce(rule, row is None or row.enabled, values, row)
    return found

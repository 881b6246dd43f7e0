"""Small dated rules: numbers of the law that are not limits of a procedure. Each row names its source.

A row marked † in its source is a ruling of this program where the law is silent; a province may set it otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from motcua.law.errors import DomainError
from motcua.law.limits import Limit, Unit


class NoRule(DomainError):
    """No version of a rule was in force on the day asked for."""

    code = "no_rule"


@dataclass(frozen=True, slots=True)
class DatedLimit:
    """A limit in force from a day on, until the next row of its table."""

    limit: Limit
    valid_from: date
    source: str


# The officer accepts, asks for completion or refuses an online dossier within this time.
ANSWER_LIMIT = (DatedLimit(Limit(8, Unit.WORKING_HOUR), date(2020, 5, 22), "Nghị định 45/2020/NĐ-CP, Điều 11"),)

# How long an applicant has to complete or supplement when the request names no moment.
COMPLETION_LIMIT = (DatedLimit(Limit(30, Unit.DAY), date(2010, 1, 1), "†"),)
SUPPLEMENT_LIMIT = (DatedLimit(Limit(30, Unit.DAY), date(2010, 1, 1), "†"),)

# Days after the result is ready on which one who has not come is reminded.†
UNCOLLECTED_REMINDER_DAYS = (3, 10, 30)


def in_force(table: tuple[DatedLimit, ...], on: date) -> DatedLimit:
    """The row in force on a day. Raises NoRule before the first one."""
    rows = [row for row in table if row.valid_from <= on]
    if not rows:
        raise NoRule(f"Chưa có quy định về thời hạn này vào ngày {on:%d/%m/%Y}.", on=on.isoformat())
    return max(rows, key=lambda row: row.valid_from)

"""Which version of which process a dossier follows, and reading it."""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache

from motcua.platform.database import prepared_cursor
from motcua.processes.definition import Definition, from_json

# The most special process wins: for a case and a channel before none, of the nearest agency before the province's. An agency
# that works in a system of its own follows none: nobody there would ever do its steps.
_IN_FORCE = """
SELECT v.id, v.digest
FROM processes_process p
JOIN processes_processversion v ON v.process_id = p.id
LEFT JOIN organizations_agency o ON o.id = p.agency_id
WHERE p.procedure_id = %(procedure)s AND p.id <> %(without)s AND p.case IN ('', %(case)s) AND p.channel IN ('', %(channel)s)
  AND (o.id IS NULL OR (SELECT a.path FROM organizations_agency a WHERE a.id = %(agency)s) LIKE o.path || '%%')
  AND NOT EXISTS (SELECT FROM organizations_agency a WHERE a.id = %(agency)s AND a.own_system)
  AND v.published_at IS NOT NULL AND v.valid_from <= %(on)s AND (v.valid_to IS NULL OR v.valid_to > %(on)s)
ORDER BY length(o.path) DESC NULLS LAST, p.case = '', p.channel = '', v.valid_from DESC, v.number DESC
LIMIT 1
"""


def version_in_force(
    *, procedure_id: int, agency_id: int, case: str, channel: str, on: date, without: int = 0
) -> tuple[int, str] | None:
    """(id, digest) of the version that a dossier accepted on a day begins on; None = this procedure has no process.

    `without` is the id of a process that is left out: then the answer is what would be inherited there.
    """
    given = {
        "procedure": procedure_id, "agency": agency_id, "case": case, "channel": channel, "on": on, "without": without,
    }  # fmt: skip
    with prepared_cursor() as cursor:
        cursor.execute(_IN_FORCE, given)
        return cursor.fetchone()  # type: ignore[no-any-return]


@lru_cache(maxsize=2048)
def definition_of(digest: str) -> Definition:
    """The published definition with this digest; never stale, for a digest names a text."""
    with prepared_cursor() as cursor:
        cursor.execute("SELECT definition::text FROM processes_processversion WHERE digest = %s LIMIT 1", [digest])
        row = cursor.fetchone()
    if row is None:
        raise LookupError(f"no process version with digest {digest}")
    return from_json(json.loads(row[0]))

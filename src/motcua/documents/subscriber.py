"""Which ledger entries issue a printed form, and under what number: rows only, in the move's own transaction.

The paper itself is rendered after the commit. Numbers run without a gap per desk (or agency), kind and year, because the
number row is taken in the transaction that uses it and stays locked until it commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection

from motcua.documents.form_sets import FormKind, FormNotInForce, form_for
from motcua.dossiers.ports import EntryEvent, PastEvent
from motcua.law.lifecycle import PERSONAL_DATA_ERASED
from motcua.law.moments import VIETNAM
from motcua.platform.database import prepared_cursor
from motcua.platform.jobs import Job

RENDER = "motcua.documents.tasks.render"
FORGET = "motcua.documents.tasks.forget"

FORM_OF_ENTRY = {
    "dossier.accepted": FormKind.RECEIPT,
    "dossier.completion_asked": FormKind.SUPPLEMENT,
    "dossier.supplement_asked": FormKind.SUPPLEMENT,
    "dossier.refused": FormKind.REFUSAL,
    "dossier.closed_incomplete": FormKind.REFUSAL,
    # Withdrawn or stopped before acceptance issues no paper: the statement below looks at the dossier.
    "dossier.withdrawn": FormKind.STOP,
    "dossier.stopped": FormKind.STOP,
    "dossier.promised": FormKind.APOLOGY,
    "dossier.returned": FormKind.RETURN_REPLY,
    "dossier.handed_over": FormKind.RESULT_RECEIPT,
}

# The negative reply bears the number its signer gave it; every other paper takes the next of its series.
_ISSUE = """
WITH wanted AS (
  SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::date[], %s::timestamptz[],
                       %s::bigint[])
    AS w (entry_id, dossier_id, kind, instrument, number_code, suffix, year, issued_at, agency_id)
), picked AS (
  SELECT w.*, r.number AS given,
         CASE WHEN k.name LIKE 'Bộ phận%%' THEN 'BPTNTKQ' ELSE w.suffix END AS desk_suffix,
         'form:' || w.kind || ':' || CASE w.kind
           WHEN 'stop' THEN 'agency:' || d.agency_id
           WHEN 'apology' THEN 'agency:' || coalesce(w.agency_id, d.agency_id)
           WHEN 'result_receipt' THEN 'desk:' || d.return_desk_id
           ELSE 'desk:' || d.receiving_desk_id END AS prefix
  FROM wanted w
  JOIN dossiers_dossier d ON d.id = w.dossier_id
  JOIN organizations_desk k ON k.id = CASE w.kind WHEN 'result_receipt' THEN d.return_desk_id ELSE d.receiving_desk_id END
  LEFT JOIN dossiers_result r ON w.kind = 'return_reply' AND r.dossier_id = d.id AND r.voided_at IS NULL
  WHERE w.kind <> 'stop' OR d.accepted_at IS NOT NULL
), series AS (
  INSERT INTO dossiers_numberseries (prefix, day, last)
  SELECT prefix, year, count(*) FROM picked WHERE kind <> 'return_reply' GROUP BY prefix, year ORDER BY prefix, year
  ON CONFLICT (prefix, day) DO UPDATE SET last = dossiers_numberseries.last + EXCLUDED.last
  RETURNING prefix, day, last
), numbered AS (
  SELECT p.*, s.last - count(*) OVER run + row_number() OVER (run ORDER BY p.issued_at, p.entry_id) AS n
  FROM picked p LEFT JOIN series s ON s.prefix = p.prefix AND s.day = p.year AND p.kind <> 'return_reply'
  WINDOW run AS (PARTITION BY p.prefix, p.year)
)
INSERT INTO documents_issuedform (dossier_id, entry_id, kind, version, instrument, number, issued_at, void_reason)
SELECT dossier_id, entry_id, kind, 1, instrument,
       COALESCE(given, lpad(n::text, greatest(2, length(n::text)), '0') || '/' || CASE kind
         WHEN 'stop' THEN number_code
         WHEN 'apology' THEN number_code
         WHEN 'receipt' THEN desk_suffix
         ELSE number_code || '-' || desk_suffix END),
       issued_at, ''
FROM numbered ORDER BY entry_id
ON CONFLICT DO NOTHING
"""

# A state taken back takes back the papers that stood on it.
_VOID = """
UPDATE documents_issuedform f SET voided_at = r.recorded_at, void_reason = left(w.values->>'reason', 300)
FROM dossiers_ledgerentry r JOIN dossiers_ledgerentry e ON e.dossier_id = r.dossier_id
JOIN dossiers_ledgerprivate w ON w.entry_id = r.id
WHERE r.id = ANY(%s) AND f.entry_id = e.id AND f.voided_at IS NULL AND e.seq < r.seq
  AND e.seq > (r.data->'data'->>'back_to')::int
"""


def issue_forms(events: list[EntryEvent]) -> list[Job]:
    """Insert the forms of the entries with their numbers, void those that a rectification takes back, ask for rendering."""
    rectified = [event.entry_id for event in events if event.kind == "dossier.rectified"]
    if rectified:
        with connection.cursor() as cursor:
            cursor.execute(_VOID, [rectified])
    return [Job(RENDER, {"entry_id": entry_id}) for entry_id in _insert(events)]


def issue_past_forms(events: Sequence[PastEvent]) -> None:
    """The forms of lives that are written whole: numbered like all others, rendered when somebody opens one."""
    _insert([past.event for past in events])


# What a person handed in goes with the person; what a business handed in stays the business's.
_OF_ERASED = """
SELECT f.file_id FROM documents_issuedform f WHERE f.dossier_id = ANY(%(ids)s) AND f.file_id IS NOT NULL
UNION
SELECT p.file FROM dossiers_paper p JOIN dossiers_dossier d ON d.id = p.dossier_id
WHERE d.id = ANY(%(ids)s) AND d.owner_business_id IS NULL AND p.file <> ''
UNION
SELECT b.answer_file FROM processes_bodyquestion b JOIN dossiers_dossier d ON d.id = b.dossier_id
WHERE d.id = ANY(%(ids)s) AND d.owner_business_id IS NULL AND b.answer_file <> ''
"""

_BLANK = """
UPDATE documents_issuedform f SET file_id = NULL, pages = NULL, voided_at = coalesce(f.voided_at, e.recorded_at),
       void_reason = 'Đã xóa dữ liệu cá nhân theo quy định'
FROM dossiers_ledgerentry e WHERE e.id = ANY(%s) AND f.dossier_id = e.dossier_id
"""


def forget_files(events: list[EntryEvent]) -> list[Job]:
    """Where a person was erased by law: take the printed forms out of use and ask for the files to be destroyed."""
    erased = [event for event in events if event.kind == PERSONAL_DATA_ERASED]
    if not erased:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_OF_ERASED, {"ids": [event.dossier_id for event in erased]})
        hashes = sorted(row[0] for row in cursor.fetchall())
        cursor.execute(_BLANK, [[event.entry_id for event in erased]])
    return [Job(FORGET, {"hashes": hashes})] if hashes else []


def _insert(events: Sequence[EntryEvent]) -> list[int]:
    """One statement for all; returns the ids of the entries that may have got a form."""
    rows = [row for event in events if (row := _row(event)) is not None]
    if rows:
        with prepared_cursor() as cursor:
            cursor.execute(_ISSUE, [list(column) for column in zip(*rows, strict=True)])
    return [row[0] for row in rows]


def _row(event: EntryEvent) -> tuple[Any, ...] | None:
    kind = FORM_OF_ENTRY.get(event.kind)
    if kind is None:
        return None
    day = event.occurred_at.astimezone(VIETNAM).date()
    try:
        form = form_for(kind, on=day)
    except FormNotInForce:
        return None  # the notice of stopping exists only since the set of 2025
    return (
        event.entry_id, event.dossier_id, kind.value, form.instrument, form.number_code, form.number_suffix,
        date(day.year, 1, 1), event.occurred_at, event.data.get("agency"),
    )  # fmt: skip

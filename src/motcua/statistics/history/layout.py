"""What an export holds: tables, columns, and how the rows of each come to be known anew.

The tables of facts stand under their own names, beside them the ledger itself, without personal data: an entry's text has
none. Months are local ones.
"""

from __future__ import annotations

from urllib.parse import quote

from motcua.statistics.models import DimAgency, DimProcedure, FactDossier, FactMessage, FactMove, FactPart, FactPause
from motcua.statistics.tables import MODELS, schema_of

LEDGER = "ledger"
DOSSIERS, PAUSES, PARTS = (model._meta.db_table for model in (FactDossier, FactPause, FactPart))
MOVES, MESSAGES = FactMove._meta.db_table, FactMessage._meta.db_table
AGENCIES, PROCEDURES = DimAgency._meta.db_table, DimProcedure._meta.db_table

# Rows that never change once they are there, by the month in which the entry happened.
APPENDED = (LEDGER, MOVES)
# Rows of a dossier that a new entry may change, by the month in which the dossier began: that never changes.
REPLACED = (DOSSIERS, PAUSES, PARTS)
# Small tables as they now stand.
WHOLE = (AGENCIES, PROCEDURES)

# Column → type in the words of Ibis, as `tables.schema_of` tells those of the facts.
COLUMNS: dict[str, dict[str, str]] = {
    LEDGER: {
        "xid": "int64", "entry_id": "int64", "dossier_id": "int64", "seq": "int64", "kind": "string", "format": "int16",
        "occurred_at": "timestamp('UTC')", "recorded_at": "timestamp('UTC')", "prev": "string", "hash": "string",
        "text": "string",
    },
    **{model._meta.db_table: schema_of(model) for model in MODELS},
}  # fmt: skip


def folder_of(table: str, province: str, month: int | None) -> str:
    """`statistics_factmove/province=H32/month=202611`, in the manner of Hive; without a month where rows have none."""
    place = f"{table}/province={quote(province, safe='')}"
    return place if month is None else f"{place}/month={month}"

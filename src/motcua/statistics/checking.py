"""Whether the facts are what the ledger says: every dossier folded anew and compared with its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from motcua.dossiers.checkpoints import one_snapshot
from motcua.dossiers.feed import Position
from motcua.statistics.daily import Key, counted_of
from motcua.statistics.facts import fold
from motcua.statistics.models import DailyCount, Reader
from motcua.statistics.names import stored_names
from motcua.statistics.services import COLUMNS, READER, ROWS_OF, lives_of

_AT_ONCE = 2_000
# Codes kept for the telling; beyond this only their number.
_KEPT = 100


@dataclass(slots=True)
class Checked:
    """`differing` are the codes of the first dossiers that differ, `differences` how many there are.

    `daily_differences` counts what is kept by day and is not what the facts sum to.
    """

    dossiers: int = 0
    entries: int = 0
    differences: int = 0
    differing: list[str] = field(default_factory=list)
    daily_differences: int = 0

    @property
    def holds(self) -> bool:
        return not self.differences and not self.daily_differences

    def as_json(self) -> dict[str, Any]:
        return {
            "dossiers": self.dossiers,
            "entries": self.entries,
            "differences": self.differences,
            "differing": self.differing,
            "daily_differences": self.daily_differences,
        }


def check(on_read: Callable[[int], None] = lambda entries: None) -> Checked:
    """In one snapshot, up to where the projector has read; `on_read` is told the entries of each step."""
    found = Checked()
    with one_snapshot():
        reader = Reader.objects.filter(pk=READER).first() or Reader(name=READER)
        until = Position(reader.xid, reader.entry_id)
        names = stored_names()
        summed: Counter[Key] = Counter()
        last = 0
        while ids := _next_ids(last, until):
            read = 0
            stored = {table: _stored(table, ids) for table in COLUMNS}
            unseen = set(ids)
            for life in lives_of(ids, until):
                dossier_id = life[0].dossier_id
                unseen.discard(dossier_id)
                made = fold(life, names)
                read += len(life)
                for table, rows_of in ROWS_OF.items():
                    if sorted(map(tuple, rows_of(made)), key=repr) != stored[table].get(dossier_id, []):
                        _differs(found, dossier_id, made.versions[-1]["code"])
                        break
            for dossier_id in sorted(unseen):
                _differs(found, dossier_id, "")
            summed.update(counted_of(ids))
            found.dossiers += len(ids)
            found.entries += read
            last = ids[-1]
            on_read(read)
        kept = dict(_kept())
        found.daily_differences = sum(kept.get(key, 0) != summed[key] for key in kept.keys() | summed.keys())
    return found


def _kept() -> Iterator[tuple[Key, int]]:
    columns = ("measure", "day", "hour", "agency", "value")
    for *key, value in DailyCount.objects.values_list(*columns).iterator():
        yield tuple(key), value


def _differs(found: Checked, dossier_id: int, code: str) -> None:
    found.differences += 1
    if len(found.differing) < _KEPT:
        found.differing.append(code or f"#{dossier_id}")


def _next_ids(last: int, until: Position) -> list[int]:
    """Dossiers that the ledger or the facts speak of."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT dossier_id FROM dossiers_ledgerentry WHERE dossier_id > %s AND seq = 1 AND (xid, id) <= (%s::text::xid8, %s)"
            " UNION SELECT dossier_id FROM statistics_factdossier WHERE dossier_id > %s ORDER BY 1 LIMIT %s",
            [last, until.xid, until.id, last, _AT_ONCE],
        )
        return [row[0] for row in cursor.fetchall()]


def _stored(table: str, ids: Sequence[int]) -> dict[int, list[tuple[Any, ...]]]:
    columns = COLUMNS[table]
    place = columns.index("dossier_id")
    rows: dict[int, list[tuple[Any, ...]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)} FROM {table} WHERE dossier_id = ANY(%s)", [list(ids)])
        for row in cursor.fetchall():
            rows.setdefault(row[place], []).append(row)
    for found in rows.values():
        found.sort(key=repr)
    return rows

"""The projector: the ledger folded into rows to count from. The only writer of this room's tables.

How far it has read is moved in the transaction that writes the rows, so a kill in between repeats and loses nothing. Folding
always begins with a dossier's first entry, so what is folded step by step and what is made anew are the same rows.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db import connection, models, transaction

from motcua.dossiers.feed import START, FeedEntry, Position, entries_after
from motcua.platform.copying import copy_rows
from motcua.statistics.facts import Folded, Names, fold
from motcua.statistics.models import DailyCount, FactDossier, FactMove, FactPart, FactPause, Reader
from motcua.statistics.names import know, refresh_dimensions, stored_names

READER = "facts"
# Entries read in one transaction: some seconds of work, some tens of megabytes.
BATCH = 20_000
# In the worker a second's work at most: other sweeps watch legal timers.
SWEPT = 4_000
_FETCH = 5_000


def _columns_of(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(field.column or "" for field in model._meta.concrete_fields)


# The tables that a dossier's entries are folded into, by name.
COLUMNS: dict[str, tuple[str, ...]] = {
    model._meta.db_table: _columns_of(model) for model in (FactDossier, FactPause, FactPart, FactMove)
}
_DOSSIERS, _PAUSES, _PARTS, _MOVES = COLUMNS
ROWS_OF: dict[str, Callable[[Folded], list[Sequence[Any]]]] = {
    _DOSSIERS: lambda made: [[row[name] for name in COLUMNS[_DOSSIERS]] for row in made.versions],
    _PAUSES: lambda made: list(made.pauses),
    _PARTS: lambda made: list(made.parts),
    _MOVES: lambda made: [[row[name] for name in COLUMNS[_MOVES]] for row in made.moves],
}


def project(at: datetime, limit: int = SWEPT) -> int:
    """The sweep: fold what the ledger has had since; returns how many entries. `at` is not looked at: entries tell times."""
    with transaction.atomic():
        reader = _take_reader(wait=False)
        return 0 if reader is None else _read_on(reader, limit)


def catch_up(on_read: Callable[[int], None] = lambda entries: None) -> int:
    """Fold everything that may be read by now, whoever else is at it; `on_read` is told the entries of each step."""
    total = 0
    while True:
        with transaction.atomic():
            reader = _take_reader(wait=True)
            assert reader is not None
            read = _read_on(reader, BATCH)
        if not read:
            return total
        total += read
        on_read(read)


def refresh(at: datetime) -> int:
    """The sweep: agencies and procedures under the names and places they now have."""
    with transaction.atomic():
        return refresh_dimensions()


def rebuild(on_read: Callable[[int], None] = lambda entries: None) -> int:
    """Make every row anew from the ledger, in one transaction: readers see the old ones until the new ones are whole."""
    with transaction.atomic():
        reader = _take_reader(wait=True)
        assert reader is not None
        for table in (*COLUMNS, DailyCount._meta.db_table):
            _empty(table)
        reader.xid, reader.entry_id = START
        reader.made += 1
        reader.save(update_fields=["made"])
        total = 0
        while read := _read_on(reader, BATCH):
            total += read
            on_read(read)
    return total


def _empty(table: str) -> None:
    # Not TRUNCATE: that would hold back who reads meanwhile.
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")


def _take_reader(*, wait: bool) -> Reader | None:
    Reader.objects.bulk_create([Reader(name=READER)], ignore_conflicts=True)
    return Reader.objects.select_for_update(skip_locked=not wait).filter(pk=READER).first()


def _read_on(reader: Reader, limit: int) -> int:
    entries = entries_after(Position(reader.xid, reader.entry_id), limit)
    if not entries:
        return 0
    _project(entries)
    reader.xid, reader.entry_id = entries[-1].position
    reader.save(update_fields=["xid", "entry_id"])
    return len(entries)


def _project(entries: Sequence[FeedEntry]) -> None:
    # Imported here: it takes a second to load, and every process of the program loads this module.
    from motcua.statistics.daily import change, counted_of

    new: dict[int, int] = {}
    for entry in entries:
        new.setdefault(entry.dossier_id, entry.seq)
    # Of a dossier that began in this batch every entry is at hand.
    older = [dossier_id for dossier_id, seq in new.items() if seq > 1]
    before = counted_of(older) if older else Counter()
    at_hand = sorted(
        (entry for entry in entries if new[entry.dossier_id] == 1), key=lambda entry: (entry.dossier_id, entry.seq)
    )
    names = stored_names()
    writing = _Writing()
    for life in _lives(at_hand):
        writing.add(fold(life, names))
    if older:
        _go_on(older, new, writing, names, entries[-1].position)
    writing.write()
    change(before, counted_of(list(new)))


def _go_on(older: Sequence[int], new: dict[int, int], writing: _Writing, names: Names, until: Position) -> None:
    """What was known of these dossiers up to now stands; what goes on is taken out, to be written anew with what follows."""
    ids: list[int] = []
    moments: list[datetime] = []
    for life in lives_of(older, until):
        dossier_id, made = life[0].dossier_id, fold(life, names)
        first = new[dossier_id]
        since = made.moves[first - 1]["known_from"]
        ids.append(dossier_id)
        moments.append(since)
        made.versions = [row for row in made.versions if row["known_to"] >= since]
        made.pauses = [row for row in made.pauses if row.known_to >= since]
        made.moves = made.moves[first - 1 :]
        writing.add(made)
    with connection.cursor() as cursor:
        for table in (_DOSSIERS, _PAUSES):
            cursor.execute(
                f"DELETE FROM {table} f USING unnest(%s::bigint[], %s::timestamptz[]) AS t (id, since)"
                " WHERE f.dossier_id = t.id AND f.known_to >= t.since",
                [ids, moments],
            )
        cursor.execute(f"DELETE FROM {_PARTS} WHERE dossier_id = ANY(%s)", [ids])


class _Writing:
    """Rows gathered for COPY."""

    def __init__(self) -> None:
        self._rows: dict[str, list[Sequence[Any]]] = {table: [] for table in COLUMNS}
        self._agencies: set[str] = set()
        self._procedures: set[str] = set()

    def add(self, made: Folded) -> None:
        for table, rows_of in ROWS_OF.items():
            self._rows[table] += rows_of(made)
        last = made.moves[-1]
        self._agencies.update([last["agency"], *(part.agency for part in made.parts)])
        self._procedures.add(last["procedure"])

    def write(self) -> None:
        know(self._agencies, self._procedures)
        for table, rows in self._rows.items():
            if rows:
                copy_rows(table, COLUMNS[table], rows)


_WHOLE = """
SELECT e.xid::text::bigint, e.id, e.dossier_id, e.seq, e.kind, e.occurred_at, e.recorded_at, e.text
FROM unnest(%s::bigint[]) AS t (id) JOIN dossiers_ledgerentry e ON e.dossier_id = t.id
WHERE (e.xid, e.id) <= (%s::text::xid8, %s) ORDER BY e.dossier_id, e.seq
"""


def lives_of(dossier_ids: Sequence[int], until: Position) -> Iterator[list[FeedEntry]]:
    """Every entry of these dossiers up to a position, dossier by dossier."""
    for start in range(0, len(dossier_ids), _FETCH):
        with connection.cursor() as cursor:
            cursor.execute(_WHOLE, [list(dossier_ids[start : start + _FETCH]), until.xid, until.id])
            rows = cursor.fetchall()
        yield from _lives(
            FeedEntry(Position(xid, id_), dossier_id, seq, kind, occurred_at, recorded_at, json.loads(text))
            for xid, id_, dossier_id, seq, kind, occurred_at, recorded_at, text in rows
        )


def _lives(entries: Iterable[FeedEntry]) -> Iterator[list[FeedEntry]]:
    for _, life in groupby(entries, key=lambda entry: entry.dossier_id):
        yield list(life)

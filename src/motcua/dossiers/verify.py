"""Proving the ledger whole: every hash, every chain, what the dossiers' columns say, and the last checkpoint."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import DataError, connection

from motcua.dossiers.chain import INTAKE_COLUMNS, LIMIT_COLUMNS, Chain, Fault, StoredEntry
from motcua.dossiers.checkpoints import (
    BUCKET,
    Bucket,
    Checkpoint,
    CheckpointBroken,
    CheckpointStore,
    Heads,
    bucket_words,
    one_snapshot,
    read_bucket,
)
from motcua.dossiers.decide import ledger_value
from motcua.dossiers.writer import SNAPSHOT_COLUMNS
from motcua.law.errors import BadInput

# Faults kept with their words; beyond this only their number.
KEPT = 100
_FETCH = 2000


@dataclass(frozen=True, slots=True)
class Report:
    """`checkpoint` is the one that was checked against; None when there is none yet. `faults` are the first KEPT."""

    dossiers: int
    entries: int
    checkpoint: Checkpoint | None
    faults: tuple[Fault, ...]
    fault_count: int

    @property
    def holds(self) -> bool:
        return not self.fault_count

    def as_json(self) -> dict[str, object]:
        mark = self.checkpoint
        return {
            "dossiers": self.dossiers,
            "entries": self.entries,
            "checkpoint": mark
            and {
                "number": mark.number,
                "made_at": mark.made_at,
                "dossiers": mark.dossiers,
                "entries": mark.entries,
                "root": mark.root.hex(),
            },
            "first_bad": self.faults[0].as_json() if self.faults else None,
            "bad": self.fault_count,
        }


# Columns that an entry's `set` may hold, or that the first entry states.
_COLUMNS = tuple(
    dict.fromkeys(
        [name for name in SNAPSHOT_COLUMNS if name not in ("state", "seq")]
        + [*INTAKE_COLUMNS.values(), *LIMIT_COLUMNS, "imported"]
    )
)
_DOSSIERS = f"SELECT id, code, state, seq, head, {', '.join(_COLUMNS)} FROM dossiers_dossier {{where}} ORDER BY id"
_ENTRIES = """
SELECT e.dossier_id, e.xid::text::bigint, e.seq, e.kind, e.occurred_at, e.recorded_at, e.format, e.text, e.prev, e.hash,
       e.data = e.text::jsonb, p.key, p.values::text
FROM dossiers_ledgerentry e LEFT JOIN dossiers_ledgerprivate p ON p.entry_id = e.id
{where} ORDER BY e.dossier_id, e.seq
"""


def verify_ledger(
    store: CheckpointStore, *, dossier_code: str | None = None, on_read: Callable[[int], None] = lambda entries: None
) -> Report:
    """Recompute everything in one snapshot of the database, streaming; `on_read` is told how many entries were read.

    With `dossier_code` only that dossier and the checkpoint's bucket around it. Raises BadInput for an unknown code.
    """
    with one_snapshot():
        dossier_id = _find(dossier_code) if dossier_code is not None else None
        return _Verification(store, on_read).run(dossier_id)


def _find(code: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM dossiers_dossier WHERE code = %s", [code])
        row = cursor.fetchone()
    if row is None:
        raise BadInput(f"Không có hồ sơ nào mang mã “{code}”.", dossier=code)
    return int(row[0])


class _Verification:
    def __init__(self, store: CheckpointStore, on_read: Callable[[int], None]) -> None:
        self.store = store
        self.on_read = on_read
        self.faults: list[Fault] = []
        self.fault_count = 0
        self.dossiers = self.entries = 0
        self.checkpoint: Checkpoint | None = None
        self.heads = Heads()

    def run(self, dossier_id: int | None) -> Report:
        self._read_checkpoint()
        try:
            self._walk(dossier_id)
        except DataError as error:
            self._bad(Fault("unreadable", f"Cơ sở dữ liệu không đọc được một mục: {str(error).splitlines()[0]}"))
        else:
            self._compare_checkpoint(dossier_id)
        return Report(self.dossiers, self.entries, self.checkpoint, tuple(self.faults), self.fault_count)

    def _bad(self, fault: Fault) -> None:
        self.fault_count += 1
        if len(self.faults) < KEPT:
            self.faults.append(fault)

    def _read_checkpoint(self) -> None:
        try:
            self.store.check_chain()
            latest = self.store.latest()
        except CheckpointBroken as error:
            self._bad(Fault("checkpoint_broken", error.message))
            return
        self.checkpoint = latest[0] if latest else None

    def _walk(self, dossier_id: int | None) -> None:
        """Dossiers and entries side by side, both in order of the dossier's id."""
        where, params = ("", []) if dossier_id is None else ("WHERE {} = %s", [dossier_id])
        dossiers = _stream(_DOSSIERS.format(where=where.format("id")), params)
        entries = _stream(_ENTRIES.format(where=where.format("e.dossier_id")), params)
        waiting = next(dossiers, None)
        for id_, rows in itertools.groupby(entries, key=lambda row: row[0]):
            while waiting is not None and waiting[0] < id_:
                self._bad(Fault("no_entries", "Hồ sơ không có mục nào trong sổ cái.", waiting[0], code=waiting[1]))
                self.dossiers += 1
                waiting = next(dossiers, None)
            chain = self._follow(id_, rows)
            if waiting is not None and waiting[0] == id_:
                self._compare_dossier(chain, waiting)
                waiting = next(dossiers, None)
            else:
                self._report(chain, None)
                self._bad(Fault("no_dossier", "Sổ cái có các mục của một hồ sơ không còn.", id_))
            self.dossiers += 1
            self.on_read(self.entries)
        for row in itertools.chain([waiting] if waiting is not None else [], dossiers):
            self._bad(Fault("no_entries", "Hồ sơ không có mục nào trong sổ cái.", row[0], code=row[1]))
            self.dossiers += 1

    def _follow(self, dossier_id: int, rows: Iterator[tuple[Any, ...]]) -> Chain:
        chain = Chain(dossier_id)
        position = self.checkpoint.position if self.checkpoint else 0
        marked: tuple[int, bytes] | None = None
        for _, xid, seq, kind, occurred, recorded, format_, text, prev, hash_, agrees, key, values in rows:
            chain.add(
                StoredEntry(
                    seq, kind, occurred, recorded, format_, text, bytes(prev), bytes(hash_), agrees,
                    None if key is None else bytes(key), None if values is None else json.loads(values),
                )
            )  # fmt: skip
            if xid < position:
                marked = (seq, bytes(hash_))
            self.entries += 1
        chain.finish()
        if marked is not None:
            self.heads.add(dossier_id, *marked)
        return chain

    def _report(self, chain: Chain, code: str | None) -> None:
        for fault in chain.faults:
            self._bad(Fault(fault.what, fault.message, fault.dossier_id, fault.seq, code))

    def _compare_dossier(self, chain: Chain, row: tuple[Any, ...]) -> None:
        id_, code, state, seq, head = row[:5]
        self._report(chain, code)
        if (seq, bytes(head)) != (chain.seq, chain.head):
            self._bad(Fault("head_differs", f"Hồ sơ ghi đến mục {seq}, sổ cái có đến mục {chain.seq}.", id_, seq, code))
            return
        said = dict(zip(_COLUMNS, row[5:], strict=True))
        wrong = [name for name in _COLUMNS if not chain.agrees(name, ledger_value(said[name]))]
        if state != chain.state:
            wrong.insert(0, "state")
        if wrong:
            self._bad(Fault("dossier_differs", f"Dữ liệu hồ sơ khác sổ cái ở: {', '.join(wrong)}.", id_, None, code))

    def _compare_checkpoint(self, dossier_id: int | None) -> None:
        mark = self.checkpoint
        if mark is None:
            return

        if dossier_id is None:
            found: Mapping[int, Bucket | None] = self.heads.finish()
            numbers = sorted(mark.buckets.keys() | found.keys())
        else:
            numbers = [dossier_id // BUCKET]
            found = {numbers[0]: read_bucket(numbers[0], position=mark.position)[0]}
        for number in numbers:
            then, now = mark.buckets.get(number), found.get(number)
            if then != now:
                counts = f"{now.dossiers if now else 0} hồ sơ, lúc chốt là {then.dossiers if then else 0}"
                self._bad(
                    Fault("checkpoint_differs", f"Khác điểm chốt số {mark.number} ở {bucket_words(number)} ({counts}).")
                )


def _stream(query: str, params: list[Any]) -> Iterator[tuple[Any, ...]]:
    """Rows by a server-side cursor: a ledger of millions of entries is never in memory."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, params)
        while rows := cursor.fetchmany(_FETCH):
            yield from rows

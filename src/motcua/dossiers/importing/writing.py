"""Imported dossiers and their first entries by COPY: the bulk writer's way, for what another system has decided.

Each value is put into the text form of COPY here, for a million rows pass by: a general writer asks every value for its
type, which costs more than the database needs to store it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any, Final

from django.db import connection
from psycopg import sql

from motcua.dossiers import ledger
from motcua.dossiers.importing.judging import Judged
from motcua.dossiers.importing.record import Advance, Setting, Stored
from motcua.dossiers.writer import ENTRY_COLUMNS
from motcua.identity.actors import SYSTEM
from motcua.law.lifecycle import IMPORT_ADVANCED, IMPORTED, State
from motcua.platform.copying import reserve_ids

# Rows sent at once: the server stores them while the next ones are being made.
_BLOCK: Final = 500
_NOBODY: Final[dict[str, object]] = {}

# Columns that every imported dossier has alike, then those that its record gives.
_ALIKE: Final = {
    "imported": "t", "seq": "1", "sets": "1", "request": "", "authorisation": "", "owner_name": "", "words": "",
    "completion_rounds": "0", "return_method": "", "step": "",
}  # fmt: skip
_PLACE: Final = (
    "procedure_id", "version_id", "agency_id", "receiving_desk_id", "return_desk_id", "limit_amount", "limit_unit",
    "second_amount", "second_unit", "due_policy", "calendar_id",
)  # fmt: skip
_TOLD: Final = ("channel", "assisted", "applicant_kind", "fee_vnd")
_MOMENTS: Final = (
    "submitted_at", "accepted_at", "clock_started_at", "due_at", "promised_at", "paused_at", "resolved_at", "handed_over_at",
    "ended_at",
)  # fmt: skip
_DOSSIER_COLUMNS: Final = (
    "id", "intake_key", "access_key", "code", "state", "head", "pause_kind", "supplement_rounds", *_PLACE, *_TOLD, *_MOMENTS,
    *_ALIKE,
)  # fmt: skip
_NULL: Final = "\\N"
_ALIKE_TEXT: Final = "\t".join(_ALIKE.values())


@dataclass(frozen=True, slots=True)
class Coming:
    """A dossier to be written, with the text of its first entry, which needs no id: it is made while there is time."""

    judged: Judged
    text: str


def first_text(judged: Judged, recorded_at: datetime) -> str:
    record = judged.record
    return ledger.entry_text(
        kind=IMPORTED, occurred_at=judged.occurred_at, recorded_at=recorded_at, actor=SYSTEM.label,
        from_state=State.DRAFT.value, to_state=record.state.value,
        data=record.intake | {"facts": record.facts, "set": record.set}, private=_NOBODY, key=b"",
    )  # fmt: skip


def write_new(coming: Sequence[Coming], *, recorded_at: datetime, meanwhile: Callable[[], None]) -> None:
    """Dossiers with their first entries, in the caller's transaction; `meanwhile` is begun before they are sent.

    The entries go first, for they are made while the server stores the ones before; what points to a dossier that comes
    later is asked at the commit.
    """
    ids = iter(reserve_ids("dossiers_dossier", len(coming)))
    entry_ids = iter(reserve_ids("dossiers_ledgerentry", len(coming)))
    keys = iter(_unguessable(2 * len(coming)))
    recorded = ledger.moment_text(recorded_at)
    dossiers: list[str] = []

    def entries() -> Iterator[str]:
        for one in coming:
            id_, record = next(ids), one.judged.record
            head = ledger.entry_hash(id_, 1, ledger.GENESIS, one.text).hex()
            intake, get = record.intake, record.set.get
            told = "\t".join([_copied(intake[name]) for name in _TOLD])
            moments = "\t".join([get(name) or _NULL for name in _MOMENTS])
            dossiers.append(
                f"{id_}\t{next(keys)}\t{next(keys)}\t{_escaped(get('code', ''))}\t{record.state.value}\t\\\\x{head}\t"
                f"{get('pause_kind', '')}\t{get('supplement_rounds', 0)}\t{_place_text(record.setting)}\t{told}\t{moments}\t"
                f"{_ALIKE_TEXT}\n"
            )
            yield (
                f"{next(entry_ids)}\t{id_}\t1\t{IMPORTED}\t{ledger.moment_text(one.judged.occurred_at)}\t{recorded}\t{ledger.FORMAT}\t"
                f"{_escaped(one.text)}\t{_GENESIS}\t\\\\x{head}\n"
            )

    meanwhile()
    if coming:
        _copy("dossiers_ledgerentry", ("id", *ENTRY_COLUMNS), _blocks(entries()))
        _copy("dossiers_dossier", _DOSSIER_COLUMNS, _blocks(dossiers))


def _unguessable(count: int) -> list[str]:
    """UUIDs of version 7 (RFC 9562): by their time they lie together in the index, 74 bits of each are chance."""
    since = f"{time.time_ns() // 1_000_000:012x}7"
    chance = os.urandom(10 * count).hex()
    return [
        f"{since}{chance[at : at + 3]}{'89ab'[int(chance[at + 3], 16) % 4]}{chance[at + 4 : at + 19]}"
        for at in range(0, 20 * count, 20)
    ]


_GENESIS: Final = f"\\\\x{ledger.GENESIS.hex()}"


@lru_cache(maxsize=4096)
def _place_text(setting: Setting) -> str:
    """The same for most dossiers of one agency and procedure."""
    values = (
        setting.procedure_id, setting.version_id, setting.agency_id, setting.receiving_desk_id, setting.return_desk_id,
        *setting.limit, setting.due_policy, setting.calendar_id,
    )  # fmt: skip
    return "\t".join(map(_copied, values))


def _copied(value: Any) -> str:
    if value is None:
        return _NULL
    if value is True or value is False:
        return "t" if value else "f"
    return str(value)


def _escaped(text: str) -> str:
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if "\t" in text or "\n" in text or "\r" in text:
        text = text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return text


def _copy(table: str, columns: Sequence[str], blocks: Iterable[str]) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for block in blocks:
            copy.write(block)


def _blocks(lines: Iterable[str]) -> Iterator[str]:
    rest = iter(lines)
    while block := "".join(islice(rest, _BLOCK)):
        yield block


@dataclass(frozen=True, slots=True)
class Going:
    """A stored dossier that goes on: what changes and the state it comes to."""

    stored: Stored
    change: Advance
    to_state: State
    occurred_at: datetime


def write_advances(going: Sequence[Going], *, recorded_at: datetime) -> None:
    """A further entry and the changed columns of each, in the caller's transaction, which has locked them."""
    if not going:
        return
    recorded = ledger.moment_text(recorded_at)
    entries = []
    with connection.cursor() as cursor:
        for entry_id, one in zip(reserve_ids("dossiers_ledgerentry", len(going)), going, strict=True):
            stored, seq = one.stored, one.stored.seq + 1
            text = ledger.entry_text(
                kind=IMPORT_ADVANCED, occurred_at=one.occurred_at, recorded_at=recorded_at, actor=SYSTEM.label,
                from_state=stored.state, to_state=one.to_state.value,
                data={"facts": one.change.facts, "set": one.change.set}, private=_NOBODY, key=b"",
            )  # fmt: skip
            head = ledger.entry_hash(stored.id, seq, stored.head, text)
            entries.append(
                f"{entry_id}\t{stored.id}\t{seq}\t{IMPORT_ADVANCED}\t{ledger.moment_text(one.occurred_at)}\t{recorded}\t"
                f"{ledger.FORMAT}\t{_escaped(text)}\t\\\\x{stored.head.hex()}\t\\\\x{head.hex()}\n"
            )
            changes = {"state": one.to_state.value, "seq": seq, "head": head} | one.change.set
            columns = ", ".join(f"{name} = %s" for name in changes)
            cursor.execute(f"UPDATE dossiers_dossier SET {columns} WHERE id = %s", [*changes.values(), stored.id])
    _copy("dossiers_ledgerentry", ("id", *ENTRY_COLUMNS), _blocks(entries))

"""The writer of one dossier: compare-and-set, ledger append and effects in the caller's transaction.

Plain SQL on purpose: a move is at most eight statements, and each is one that a reader can explain. The other writer,
of many dossiers at once, is `dossiers.bulk`; there is no third.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from motcua.dossiers import ledger
from motcua.dossiers.commands import AnyCommand, LateEntry, PaperData, ResultData
from motcua.dossiers.decide import PERSONAL_COLUMNS, Decision, Snapshot, decide, ledger_value
from motcua.dossiers.ports import EntryEvent, ports
from motcua.dossiers.stops import PastEntry
from motcua.identity.actors import Actor, ActorKind
from motcua.law.codes import make_dossier_code
from motcua.law.errors import DomainError
from motcua.law.lifecycle import State
from motcua.law.limits import Limit, Unit
from motcua.law.moments import VIETNAM
from motcua.law.policies import Policy
from motcua.law.worktime import Calendar, calendar_from, national_calendar
from motcua.platform.database import prepared_cursor
from motcua.platform.jobs import defer_many


class NotFound(DomainError):
    """No such dossier, or not one the actor may see: the two are told apart by nobody."""

    code = "not_found"


ALREADY_CHANGED = "Hồ sơ vừa được người khác xử lý. Ông/bà hãy tải lại trang để xem tình trạng mới."


class AlreadyChanged(DomainError):
    """Another move came first; nothing was written."""

    code = "already_changed"


READ_ONLY = "Hồ sơ này do hệ thống khác quản lý và được nhập vào đây chỉ để xem; ông/bà xử lý hồ sơ trên hệ thống đó."


class ReadOnly(DomainError):
    """The dossier's work is done on another system, of which we only keep what it told."""

    code = "read_only"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A dossier as read for a move: what `decide` needs, and what the writer and the permission check need around it."""

    id: int
    head: bytes
    procedure_id: int
    agency_id: int
    agency_code: str
    has_phone: bool
    has_email: bool
    snapshot: Snapshot
    sector_id: int = 0
    imported: bool = False


@lru_cache(maxsize=512)
def calendar_of(data: str | None) -> Calendar:
    """The counting calendar from its stored JSON text; None = the national one. Keyed by content, so never stale."""
    return national_calendar() if data is None else calendar_from(json.loads(data))


SNAPSHOT_COLUMNS = (
    "state", "seq", "channel", "return_method", "receiving_desk_id", "return_desk_id", "code", "answer_due_at",
    "answer_breaches", "completion_due_at", "completion_rounds", "submitted_at", "accepted_at", "papers_due_at",
    "clock_started_at", "first_stage_due_at", "original_due_at", "due_at", "promised_at", "paused_at", "pause_kind",
    "supplement_due_at", "supplement_rounds", "withdrawal_requested_at", "result_signed_at", "resolved_at",
    "result_at_desk_at", "result_sent_at",
    "handed_over_at", "ended_at", "process", "shared_with", "step", "unit_id", "officer_id",
)  # fmt: skip

_LOAD = f"""
SELECT d.id, d.head, d.procedure_id, d.agency_id, a.code, coalesce(s.phone <> '', false), coalesce(s.email <> '', false),
       c.data::text, d.due_policy,
       d.limit_amount, d.limit_unit, d.second_amount, d.second_unit, p.same_day, e.occurred_at,
       coalesce(pg_current_xact_id_if_assigned() < e.xid, false), p.sector_id, d.imported,
       {", ".join(f"d.{column}" for column in SNAPSHOT_COLUMNS)}
FROM dossiers_dossier d
JOIN organizations_agency a ON a.id = d.agency_id
LEFT JOIN organizations_workcalendar c ON c.id = d.calendar_id
JOIN catalog_procedure p ON p.id = d.procedure_id
LEFT JOIN identity_person s ON s.id = d.submitter_id
LEFT JOIN dossiers_ledgerentry e ON e.dossier_id = d.id AND e.seq = d.seq
WHERE d.id = %s
"""


def load(dossier_id: int, *, with_history: bool = False) -> Loaded:
    """Read one dossier for a move. Raises NotFound."""
    with prepared_cursor() as cursor:
        cursor.execute(_LOAD, [dossier_id])
        row = cursor.fetchone()
        if row is None:
            raise NotFound("Không tìm thấy hồ sơ.")
        history = _history(cursor, dossier_id) if with_history else ()
    if row[15]:
        # Our transaction has written before, and the last entry is of a younger one that has ended meanwhile: consumers,
        # who read in the order of transactions, would meet our entry before the one it follows.
        raise AlreadyChanged(ALREADY_CHANGED)
    (
        id_,
        head,
        procedure_id,
        agency_id,
        agency_code,
        phone,
        email,
        calendar,
        policy,
        amount,
        unit,
        amount2,
        unit2,
        same_day,
        last,
    ) = row[:15]
    values = dict(zip(SNAPSHOT_COLUMNS, row[18:], strict=True))
    values["state"] = State(values["state"])
    snapshot = Snapshot(
        **values,
        limits=limits_of(amount, unit, amount2, unit2),
        due_policy=Policy(policy),
        same_day=same_day,
        last_at=last,
        calendar=calendar_of(calendar),
        history=history,
    )
    return Loaded(id_, bytes(head), procedure_id, agency_id, agency_code, phone, email, snapshot, *row[16:18])


def limits_of(amount: int | None, unit: str, second_amount: int | None, second_unit: str) -> tuple[Limit, ...]:
    if amount is None:
        return ()
    first = Limit(amount, Unit(unit))
    return (first,) if second_amount is None else (first, Limit(second_amount, Unit(second_unit)))


def _history(cursor: Any, dossier_id: int) -> tuple[PastEntry, ...]:
    cursor.execute(
        "SELECT seq, kind, occurred_at, text FROM dossiers_ledgerentry WHERE dossier_id = %s ORDER BY seq", [dossier_id]
    )
    return tuple(past_entry(seq, kind, occurred, json.loads(text)) for seq, kind, occurred, text in cursor.fetchall())


def past_entry(seq: int, kind: str, occurred_at: datetime, content: dict[str, Any]) -> PastEntry:
    """An entry from its parsed text."""
    data = content["data"]
    return PastEntry(seq, kind, State(content["to"]), occurred_at, data["set"], data.get("back_to"))


class Move:
    """The moves of one dossier in one transaction; `finish` inserts the effects of all its entries at once.

    `late`: why they are recorded after they happened, and who approved it; every entry says so, what follows in its process too.
    """

    def __init__(self, loaded: Loaded, *, actor: Actor, recorded_at: datetime, late: LateEntry | None = None) -> None:
        self.loaded = loaded
        self.actor = actor
        self.recorded_at = recorded_at
        self.late = late
        self._events: list[EntryEvent] = []

    def give(self, command: AnyCommand, at: datetime) -> Decision:
        """Decide and write one command. Raises what `decide` raises, and AlreadyChanged when another move came first."""
        decision = decide(self.loaded.snapshot, command, at)
        note_late(decision, self.late)
        self.record(decision, at)
        return decision

    def record(self, decision: Decision, at: datetime) -> None:
        """Write a decision as it stands. Raises AlreadyChanged when another move came first, ReadOnly for an imported one."""
        loaded = self.loaded
        if loaded.imported:
            raise ReadOnly(READ_ONLY)
        with prepared_cursor() as cursor:
            if decision.needs_code:
                decision.changes["code"] = take_code(cursor, loaded.agency_code, at)
            entry = seal(
                decision, dossier_id=loaded.id, seq=loaded.snapshot.seq + 1, prev=loaded.head, from_state=loaded.snapshot.state,
                actor=self.actor, occurred_at=at, recorded_at=self.recorded_at,
            )  # fmt: skip
            entry_id = append(cursor, entry, decision, _compare_and_set(entry, decision.changes, loaded.snapshot.state))
            insert_papers(cursor, loaded.id, decision.papers, decision.paper_round)
        after = advance(loaded.snapshot, decision, at)
        self._events.append(
            event_of(
                entry_id,
                entry,
                decision,
                self.actor,
                loaded.agency_id,
                after.process or loaded.snapshot.process,
                loaded.has_phone,
                loaded.has_email,
                after.due_at,
            )
        )
        self.loaded = replace(loaded, head=entry.hash, snapshot=after)

    def add_event(self, event: EntryEvent) -> None:
        self._events.append(event)

    def finish(self) -> None:
        """Insert what follows from the entries: notices, forms, jobs. Last, so that number rows are held briefly."""
        defer_many([job for subscriber in ports.subscribers for job in subscriber(self._events)])


def note_late(decision: Decision, late: LateEntry | None) -> None:
    if late is not None:
        decision.data["late_entry"] = {"approver": late.approver_id}
        decision.private["late_reason"] = late.reason


@dataclass(frozen=True, slots=True)
class Sealed:
    """An entry ready to be stored, by either writer."""

    dossier_id: int
    seq: int
    kind: str
    from_state: State
    to_state: State
    occurred_at: datetime
    recorded_at: datetime
    text: str
    prev: bytes
    hash: bytes
    key: bytes
    private: dict[str, Any]


def seal(
    decision: Decision,
    *,
    dossier_id: int,
    seq: int,
    prev: bytes,
    from_state: State,
    actor: Actor,
    occurred_at: datetime,
    recorded_at: datetime,
) -> Sealed:
    """Make the hashed text of a decision. What changed stands in it as `set`, so the ledger alone rebuilds the dossier."""
    key = secrets.token_bytes(32) if decision.private else b""
    text = ledger.entry_text(
        kind=decision.kind,
        occurred_at=occurred_at,
        recorded_at=recorded_at,
        actor=actor.label,
        from_state=from_state.value,
        to_state=decision.to_state.value,
        data=decision.data | {"set": _said(decision.changes)},
        private=decision.private,
        key=key,
    )
    return Sealed(
        dossier_id, seq, decision.kind, from_state, decision.to_state, occurred_at, recorded_at, text, prev,
        ledger.entry_hash(dossier_id, seq, prev, text), key, decision.private,
    )  # fmt: skip


def _said(changes: dict[str, Any]) -> dict[str, Any]:
    return {name: ledger_value(value) for name, value in changes.items() if name not in PERSONAL_COLUMNS}


def _compare_and_set(entry: Sealed, changes: dict[str, Any], old_state: State) -> tuple[str, list[Any]]:
    """The statement that moves the dossier if state and seq are still what the decision was made on."""
    columns = "".join(f", {column} = %s" for column in changes)
    return (
        f"UPDATE dossiers_dossier SET state = %s, seq = seq + 1, head = %s{columns} WHERE id = %s AND state = %s AND seq = %s",
        [entry.to_state.value, entry.hash, *changes.values(), entry.dossier_id, old_state.value, entry.seq - 1],
    )


def append(cursor: Any, entry: Sealed, decision: Decision, dossier: tuple[str, list[Any]]) -> int:
    """Write dossier, entry, private values, timers and result by one statement; returns the entry's id.

    `dossier` is the statement, with its values, that inserts or moves the dossier. Where it does neither nothing else is
    written, for all else hangs on it. Raises AlreadyChanged then.
    """
    statement, values = dossier
    parts = [
        f"d AS ({statement} RETURNING id)",
        (
            f"e AS (INSERT INTO dossiers_ledgerentry ({', '.join(ENTRY_COLUMNS)})"
            f" SELECT {', '.join(['%s'] * len(ENTRY_COLUMNS))} FROM d RETURNING id)"
        ),
    ]
    params = list(values)
    params += entry_row(entry)
    if entry.private:
        parts.append(
            "p AS (INSERT INTO dossiers_ledgerprivate (entry_id, key, values) SELECT id, %s, %s::jsonb FROM e)"
        )
        params += [entry.key, json.dumps(entry.private, ensure_ascii=False)]
    for kind, moment in decision.timers.items():
        if moment is None:
            parts.append(f"t{len(parts)} AS (DELETE FROM dossiers_timer USING e WHERE dossier_id = %s AND kind = %s)")
            params += [entry.dossier_id, kind]
        else:
            parts.append(
                f"t{len(parts)} AS (INSERT INTO dossiers_timer (dossier_id, kind, fires_at) SELECT %s, %s, %s FROM e"
                " ON CONFLICT (dossier_id, kind) DO UPDATE SET fires_at = EXCLUDED.fires_at, fired_at = NULL)"
            )
            params += [entry.dossier_id, kind, moment]
    if decision.void_result:
        parts.append(
            "v AS (UPDATE dossiers_result SET voided_at = %s FROM e WHERE dossier_id = %s AND voided_at IS NULL)"
        )
        params += [entry.recorded_at, entry.dossier_id]
    if decision.result is not None:
        parts.append(
            f"r AS (INSERT INTO dossiers_result ({', '.join(RESULT_COLUMNS)})"
            f" SELECT {', '.join(['%s'] * len(RESULT_COLUMNS))} FROM e)"
        )
        params += result_row(entry.dossier_id, entry.seq, decision.result)
    cursor.execute(f"WITH {', '.join(parts)} SELECT id FROM e", params)
    row = cursor.fetchone()
    if row is None:
        raise AlreadyChanged(ALREADY_CHANGED)
    return int(row[0])


ENTRY_COLUMNS = ("dossier_id", "seq", "kind", "occurred_at", "recorded_at", "format", "text", "prev", "hash")


def entry_row(entry: Sealed) -> list[Any]:
    return [
        entry.dossier_id, entry.seq, entry.kind, entry.occurred_at, entry.recorded_at, ledger.FORMAT, entry.text, entry.prev, entry.hash,
    ]  # fmt: skip


RESULT_COLUMNS = ("dossier_id", "entry_seq", "kind", "number", "signed_on", "signer", "electronic", "file")


def result_row(dossier_id: int, seq: int, result: ResultData) -> list[Any]:
    return [dossier_id, seq, result.kind, result.number, result.signed_on, result.signer, not result.paper, result.file]


def event_of(
    entry_id: int,
    entry: Sealed,
    decision: Decision,
    actor: Actor,
    agency_id: int,
    process: str,
    has_phone: bool,
    has_email: bool,
    due_at: datetime | None,
) -> EntryEvent:
    return EntryEvent(
        entry_id, entry.dossier_id, agency_id, entry.seq, entry.kind, entry.to_state.value, entry.occurred_at, entry.recorded_at,
        has_phone, has_email, bool(decision.data.get("told", True)), decision.data,
        actor.id if actor.kind is ActorKind.OFFICER else 0, process, due_at,
    )  # fmt: skip


def advance(snapshot: Snapshot, decision: Decision, at: datetime) -> Snapshot:
    """The snapshot after a decision, for the next command of the same transaction or of a life in memory."""
    known = {name: value for name, value in decision.changes.items() if name in _SNAPSHOT_FIELDS}
    if "limit_amount" in decision.changes:
        known["limits"] = (Limit(decision.changes["limit_amount"], Unit(decision.changes["limit_unit"])),)
    changes = {name: ledger_value(value) for name, value in decision.changes.items()}
    entry = PastEntry(snapshot.seq + 1, decision.kind, decision.to_state, at, changes, decision.data.get("back_to"))
    history = (*snapshot.history, entry)
    return replace(snapshot, state=decision.to_state, seq=entry.seq, last_at=at, history=history, **known)


_SNAPSHOT_FIELDS = frozenset(SNAPSHOT_COLUMNS)


def take_code(cursor: Any, agency_code: str, at: datetime) -> str:
    """The next dossier code of the agency on the local day of `at`; gap-free, as the row stays locked until commit."""
    day = at.astimezone(VIETNAM).date()
    return make_dossier_code(agency_code, day, take_numbers(cursor, agency_code, day, 1)).text


def take_numbers(cursor: Any, prefix: str, day: date, count: int) -> int:
    """Reserve `count` numbers of a series; returns the first."""
    cursor.execute(
        "INSERT INTO dossiers_numberseries (prefix, day, last) VALUES (%s, %s, %s)"
        " ON CONFLICT (prefix, day) DO UPDATE SET last = dossiers_numberseries.last + EXCLUDED.last RETURNING last",
        [prefix, day, count],
    )
    return int(cursor.fetchone()[0]) - count + 1


def take_ranges(cursor: Any, counts: Mapping[tuple[str, date], int]) -> dict[tuple[str, date], int]:
    """Reserve a range of each series at once, locked in sorted order so that two batches never wait in a circle.

    Returns the first number of each range.
    """
    wanted = sorted(counts)
    cursor.execute(
        "INSERT INTO dossiers_numberseries (prefix, day, last)"
        " SELECT * FROM unnest(%s::text[], %s::date[], %s::int[]) ORDER BY 1, 2"
        " ON CONFLICT (prefix, day) DO UPDATE SET last = dossiers_numberseries.last + EXCLUDED.last RETURNING prefix, day, last",
        [[prefix for prefix, _ in wanted], [day for _, day in wanted], [counts[series] for series in wanted]],
    )
    return {(prefix, day): last - counts[prefix, day] + 1 for prefix, day, last in cursor.fetchall()}


def insert_papers(cursor: Any, dossier_id: int, papers: Sequence[PaperData], round_: int) -> None:
    if not papers:
        return
    slots = f"({', '.join(['%s'] * len(PAPER_COLUMNS))})"
    cursor.execute(
        f"INSERT INTO dossiers_paper ({', '.join(PAPER_COLUMNS)}) VALUES {', '.join([slots] * len(papers))}",
        [value for row in paper_rows(dossier_id, papers, round_) for value in row],
    )


PAPER_COLUMNS = ("dossier_id", "round", "position", "name", "originals", "copies", "pages", "file", "file_name")


def paper_rows(dossier_id: int, papers: Sequence[PaperData], round_: int) -> list[tuple[Any, ...]]:
    return [
        (dossier_id, round_, position, p.name, p.originals, p.copies, p.pages, p.file, p.file_name)
        for position, p in enumerate(papers, 1)
    ]

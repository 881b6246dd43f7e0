"""What the entries of one dossier say together, pure: hashes recomputed, the chain followed, the columns rebuilt."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from motcua.dossiers import ledger
from motcua.law.lifecycle import IMPORTED, PERSONAL_DATA_ERASED, State

# Names in the first entry's data → columns of the dossier.
INTAKE_COLUMNS = {
    "procedure": "procedure_id",
    "version": "version_id",
    "agency": "agency_id",
    "receiving_desk": "receiving_desk_id",
    "return_desk": "return_desk_id",
    "channel": "channel",
    "assisted": "assisted",
    "return_method": "return_method",
    "applicant_kind": "applicant_kind",
    "due_policy": "due_policy",
    "calendar": "calendar_id",
    "fee_vnd": "fee_vnd",
    "sets": "sets",
}
# Told by the first entry only since a later version: an older entry is no witness of them.
LATER_COLUMNS = {"calendar": "calendar_id"}
LIMIT_COLUMNS = ("limit_amount", "limit_unit", "second_amount", "second_unit")

# What a column holds that no entry has ever set; every other one is empty (None).
BLANK = {
    "imported": False,
    "pause_kind": "",
    "process": "",
    "shared_with": [],
    "step": "",
    "answer_breaches": 0,
    "completion_rounds": 0,
    "supplement_rounds": 0,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that does not hold. `what` is stable for programs, `message` is Vietnamese; `seq` None = the dossier."""

    what: str
    message: str
    dossier_id: int | None = None
    seq: int | None = None
    code: str | None = None

    def as_json(self) -> dict[str, object]:
        return {
            "what": self.what,
            "dossier": self.code,
            "dossier_id": self.dossier_id,
            "seq": self.seq,
            "message": self.message,
        }


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """A row of the ledger; `key` and `values` are None when there is no private row."""

    seq: int
    kind: str
    occurred_at: datetime
    recorded_at: datetime
    format: int
    text: str
    prev: bytes
    hash: bytes
    data_agrees: bool = True
    key: bytes | None = None
    values: dict[str, Any] | None = None


@dataclass(slots=True)
class Chain:
    """The entries of one dossier, added in order of `seq`; `faults` gathers what does not hold."""

    dossier_id: int
    seq: int = 0
    head: bytes = ledger.GENESIS
    state: str = State.DRAFT.value
    columns: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    _absent: list[int] = field(default_factory=list)
    _present: list[int] = field(default_factory=list)
    _erased: set[int] = field(default_factory=set)
    _untold: set[str] = field(default_factory=set)

    def add(self, entry: StoredEntry) -> None:
        if entry.seq != self.seq + 1:
            self._fault("missing_entry", entry.seq, f"thiếu mục {self.seq + 1}")
        if entry.prev != self.head:
            self._fault("broken_chain", entry.seq, "không nối với mục trước")
        if entry.format != ledger.FORMAT:
            self._fault("unknown_format", entry.seq, f"định dạng {entry.format} không biết cách đọc")
        elif ledger.entry_hash(self.dossier_id, entry.seq, entry.prev, entry.text) != entry.hash:
            self._fault("wrong_hash", entry.seq, "băm tính lại khác băm đã ghi")
        self.seq, self.head = entry.seq, entry.hash
        try:
            said = json.loads(entry.text)
            self._compare(entry, said)
            self._fold(said)
            self._check_private(entry, said["private"])
        except (ValueError, KeyError, TypeError, AttributeError):
            self._fault("unreadable", entry.seq, "nội dung không đúng cấu trúc của một mục")

    def finish(self) -> None:
        """After the last entry: a private row may be missing only where a lawful erasure is on record, and must be then."""
        for seq in self._absent:
            if seq not in self._erased:
                self._fault("private_missing", seq, "dữ liệu riêng đã mất mà không có mục ghi việc xóa")
        for seq in self._present:
            if seq in self._erased:
                self._fault("private_returned", seq, "dữ liệu riêng đã xóa theo luật lại xuất hiện")

    def column(self, name: str) -> Any:
        """What the column must hold, in the ledger's own form (moments as text)."""
        return self.columns.get(name, BLANK.get(name))

    def agrees(self, name: str, value: Any) -> bool:
        """Whether the column may hold this value; any, where the entries were written before it was told at all."""
        return (name in self._untold and name not in self.columns) or value == self.column(name)

    def _compare(self, entry: StoredEntry, said: dict[str, Any]) -> None:
        stored = (entry.kind, ledger.moment_text(entry.occurred_at), ledger.moment_text(entry.recorded_at))
        if (said["kind"], said["occurred_at"], said["recorded_at"]) != stored or not entry.data_agrees:
            self._fault("column_differs", entry.seq, "cột của mục khác nội dung đã băm")
        if said["from"] != self.state:
            self._fault("broken_states", entry.seq, f"bắt đầu từ trạng thái {said['from']}, trước đó là {self.state}")
        self.state = said["to"]

    def _fold(self, said: dict[str, Any]) -> None:
        data = said["data"]
        if self.seq == 1:
            self.columns |= {column: data[name] for name, column in INTAKE_COLUMNS.items() if name in data}
            self.columns |= dict(zip(LIMIT_COLUMNS, data.get("limit", ()), strict=False))
            self.columns["imported"] = said["kind"] == IMPORTED
            self._untold = {column for name, column in LATER_COLUMNS.items() if name not in data}
        self.columns |= data["set"]
        if said["kind"] == PERSONAL_DATA_ERASED:
            self._erased.update(data["entries"])

    def _check_private(self, entry: StoredEntry, marks: dict[str, str]) -> None:
        if entry.key is None or entry.values is None:
            if marks:
                self._absent.append(entry.seq)
            return
        self._present.append(entry.seq)
        key = entry.key
        if {name: ledger.private_digest(key, name, value) for name, value in entry.values.items()} != marks:
            self._fault("private_differs", entry.seq, "dữ liệu riêng khác dấu đã băm")

    def _fault(self, what: str, seq: int, message: str) -> None:
        self.faults.append(Fault(what, f"Mục {seq}: {message}.", self.dossier_id, seq))

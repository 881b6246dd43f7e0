"""What is told of a dossier as columns of its row and facts of its entry, and back; pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from motcua.dossiers.chain import INTAKE_COLUMNS, LIMIT_COLUMNS
from motcua.dossiers.importing.checking import open_pause, state_of
from motcua.dossiers.importing.columns import Told
from motcua.law.lifecycle import State

# Said of other things than the dossier: names to make an unknown procedure or agency with.
OF_OTHERS: Final = ("procedure_name", "agency_name", "level")
COMPUTED_DUE: Final = "computed_due_at"

_ENDED: Final = frozenset({State.REFUSED, State.WITHDRAWN, State.STOPPED, State.RETURNED})
_ALWAYS: Final = ("code", "submitted_at", "accepted_at", "due_at", "promised_at")
_RESULT: Final = ("resolved_at", "handed_over_at")
# What the row says of itself; all else that is told stands in the facts.
_INTAKE: Final = ("channel", "assisted", "applicant_kind", "fee_vnd")
_PLACES: Final = ("procedure", "agency", "receiving_desk", "return_desk")
_UNKNOWN: Final[Mapping[str, Any]] = {"channel": "", "assisted": None, "applicant_kind": "", "fee_vnd": None}
_TERMS: Final = ("version_id", "due_policy", "calendar_id", *LIMIT_COLUMNS)
# On these the terms hang: where one of them is learnt later, the terms are found anew.
_DECIDING: Final = frozenset({"procedure_id", "agency_id", "channel", "accepted_at"})
_BLANK: Final[Mapping[str, Any]] = {"pause_kind": "", "supplement_rounds": 0}


@dataclass(frozen=True, slots=True)
class Setting:
    """The rows around a dossier: procedure, agency, desks (None = not ours or not told) and the terms that are known."""

    procedure_id: int
    agency_id: int
    receiving_desk_id: int | None
    return_desk_id: int | None
    version_id: int | None
    limit: tuple[int | None, str, int | None, str]
    due_policy: str
    calendar_id: int | None


@dataclass(frozen=True, slots=True)
class Record:
    """`intake` has the names of the first entry's data, `set` those of the columns."""

    setting: Setting
    state: State
    intake: dict[str, Any]
    set: dict[str, Any]
    facts: dict[str, Any]

    @property
    def columns(self) -> dict[str, Any]:
        """Every column that the entry determines, under its own name."""
        intake = {column: self.intake[name] for name, column in INTAKE_COLUMNS.items()}
        return intake | dict(zip(LIMIT_COLUMNS, self.intake["limit"], strict=True)) | self.set


def record(told: Told, setting: Setting, computed_due: str | None) -> Record:
    state = state_of(told)
    facts = dict(told)
    changes = {name: facts.pop(name) for name in _ALWAYS if name in facts}
    if "accepted_at" in changes:
        changes["clock_started_at"] = changes["accepted_at"]
    if "clock_started_at" in facts:
        changes["clock_started_at"] = facts.pop("clock_started_at")
    if state in (State.RESOLVED, State.HANDED_OVER):
        changes |= {name: facts.pop(name) for name in _RESULT if name in facts}
        # A result that was handed over was there by then, whenever it came.
        changes.setdefault("resolved_at", changes.get("handed_over_at"))
    elif state in _ENDED:
        changes["ended_at"] = facts.pop("ended_at")
    paused = open_pause(told)
    if paused and "accepted_at" in told:
        changes["pause_kind"], changes["paused_at"] = paused
    if facts.get("supplement_rounds"):
        changes["supplement_rounds"] = facts["supplement_rounds"]
    intake = {name: facts.pop(name, unknown) for name, unknown in _UNKNOWN.items()}
    facts.pop("procedure", None)
    facts.pop("agency", None)
    if setting.receiving_desk_id is not None:
        facts.pop("receiving_desk", None)
    if setting.return_desk_id is not None:
        facts.pop("return_desk", None)
    for name in OF_OTHERS:
        facts.pop(name, None)
    if computed_due is not None:
        facts[COMPUTED_DUE] = computed_due
    intake |= {
        "procedure": setting.procedure_id,
        "version": setting.version_id,
        "agency": setting.agency_id,
        "receiving_desk": setting.receiving_desk_id,
        "return_desk": setting.return_desk_id,
        "return_method": "",
        "limit": list(setting.limit),
        "due_policy": setting.due_policy,
        "calendar": setting.calendar_id,
        "sets": 1,
    }
    return Record(setting, state, intake, changes, facts)


@dataclass(frozen=True, slots=True)
class Stored:
    """What the entries of an imported dossier say together."""

    id: int
    seq: int
    head: bytes
    state: str
    columns: dict[str, Any]
    facts: dict[str, Any]

    def told(self, codes: Mapping[str, Mapping[int, str]]) -> Told:
        """What was told so far; `codes` gives the code of each id of a procedure, agency and desk."""
        told = {name: value for name, value in self.facts.items() if value is not None and name != COMPUTED_DUE}
        get = self.columns.get
        for name in (*_ALWAYS, *_RESULT, "clock_started_at", "ended_at"):
            if (moment := get(name)) is not None:
                told[name] = moment
        for name in _INTAKE:
            if get(name) not in ("", None):
                told[name] = get(name)
        for name in _PLACES:
            code = codes[name].get(get(f"{name}_id") or 0)
            if code:
                told[name] = code
        # Put there because nothing was told: it says no more than what it was taken from, and gives way to what is told.
        for name, source in (("clock_started_at", "accepted_at"), ("resolved_at", "handed_over_at")):
            if name in told and told[name] == told.get(source):
                del told[name]
        return told


def stored_of(id_: int, seq: int, head: bytes, texts: Iterable[str]) -> Stored:
    """From the texts of all entries of a dossier, in order."""
    columns: dict[str, Any] = {}
    facts: dict[str, Any] = {}
    state = ""
    for place, text in enumerate(texts):
        said = json.loads(text)
        data = said["data"]
        if not place:
            columns |= {column: data[name] for name, column in INTAKE_COLUMNS.items() if name in data}
            columns |= dict(zip(LIMIT_COLUMNS, data["limit"], strict=True))
        columns |= data["set"]
        facts |= data.get("facts", {})
        state = said["to"]
    return Stored(id_, seq, head, state, columns, facts)


@dataclass(frozen=True, slots=True)
class Advance:
    """What a later entry changes: columns and facts."""

    set: dict[str, Any]
    facts: dict[str, Any]

    def __bool__(self) -> bool:
        return bool(self.set or self.facts)


def advance(stored: Stored, after: Record) -> Advance:
    """The difference that what is told now makes; what we computed or looked up is no difference by itself."""
    now = after.columns
    changed = {
        name: now.get(name, _BLANK.get(name))
        for name in now.keys() | stored.columns.keys()
        if name not in _TERMS and now.get(name, _BLANK.get(name)) != stored.columns.get(name, _BLANK.get(name))
    }
    if not _DECIDING.isdisjoint(changed):
        changed |= {name: now[name] for name in _TERMS if now[name] != stored.columns.get(name)}
    facts = {
        name: after.facts.get(name)
        for name in after.facts.keys() | stored.facts.keys()
        if name != COMPUTED_DUE and after.facts.get(name) != stored.facts.get(name)
    }
    if (changed or facts) and after.facts.get(COMPUTED_DUE) != stored.facts.get(COMPUTED_DUE):
        facts[COMPUTED_DUE] = after.facts.get(COMPUTED_DUE)
    return Advance(changed, facts)

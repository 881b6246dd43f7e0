"""From the ledger entries of one dossier to the rows that figures are counted from: pure, the same at every time.

Everything that needs the law (verdicts, local days, what an apology's moment means) is computed here, once, by the kernel,
so that no engine has to agree with another about calendars and zones. Law: practice of the reports (biểu 06a), QĐ 766/QĐ-TTg.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from motcua.dossiers.chain import INTAKE_COLUMNS
from motcua.dossiers.feed import FeedEntry
from motcua.dossiers.stops import PastEntry, stops_of
from motcua.dossiers.terms import CATALOG_CHANNEL
from motcua.law.clock import apology_due
from motcua.law.lifecycle import LATENESS_CODED, OPEN, State
from motcua.law.moments import local_day, to_minutes
from motcua.law.tables import CalendarGap
from motcua.law.verdict import verdict_by_date, verdict_by_instant
from motcua.law.worktime import Calendar
from motcua.statistics.models import FAR
from motcua.statistics.pauses import GivenPause, read_pauses
from motcua.statistics.periods import month_key, reporting_month_key

IMPORTED = "dossier.imported"
IMPORT_ADVANCED = "dossier.import_advanced"

OUTCOME = {State.RESOLVED: "resolved", State.HANDED_OVER: "resolved"} | dict.fromkeys(OPEN, "open")
OUTCOME |= {state: state.value for state in (State.RETURNED, State.WITHDRAWN, State.STOPPED, State.REFUSED)}
# Ended without a result; before acceptance these are counted nowhere.
_ENDED = frozenset({"returned", "withdrawn", "stopped"})

# Not told by the ledger of a dossier of our own (yet): only another system's file may say so.
GIVEN_FLAGS = ("reused_paper", "from_personal_store", "population_db_used", "vneid_authenticated", "portal_synced")
FLAGS = (
    "received_by_post", "returned_by_post", "digitised_input", "digitised_result", "electronic_result", "result_paper_due",
    *GIVEN_FLAGS,
)  # fmt: skip
# The older four levels of online service (NĐ 43/2011/NĐ-CP) in the words of NĐ 42/2022/NĐ-CP.
SERVICE_LEVEL = {"1": "information", "2": "information", "3": "partial", "4": "full"}

_MOMENTS = (
    "submitted_at", "accepted_at", "clock_started_at", "original_due_at", "due_at", "promised_at", "resolved_at",
    "result_at_desk_at", "result_sent_at", "handed_over_at",
)  # fmt: skip
_PAUSING = frozenset({"dossier.supplement_asked", "dossier.payment_asked", "dossier.suspended"})
_RESUMING = frozenset({"dossier.supplemented", "dossier.payment_confirmed", "dossier.resumed"})


@dataclass(frozen=True, slots=True)
class Names:
    """What the ids in the ledger are called: codes, which never change; each maps an id.

    `agencies` gives (code, province), `versions` (service level, whether the procedure must give a result paper).
    """

    agencies: Mapping[int, tuple[str, str]]
    procedures: Mapping[int, str]
    versions: Mapping[int, tuple[str, bool | None]]
    desks: Mapping[int, str]
    units: Mapping[int, str]
    calendars: Mapping[int | None, Calendar]


class PauseRow(NamedTuple):
    dossier_id: int
    province: str
    place: int
    kind: str
    paused_from: datetime
    paused_to: datetime
    known_from: datetime
    known_to: datetime


class PartRow(NamedTuple):
    dossier_id: int
    agency: str
    province: str
    procedure: str
    began_at: datetime
    began_on: date
    began_month: int
    began_period: int
    known_from: datetime


@dataclass(slots=True)
class Folded:
    """The rows of one dossier; versions and moves as values by column name, in order."""

    versions: list[dict[str, Any]] = field(default_factory=list)
    pauses: list[PauseRow] = field(default_factory=list)
    parts: list[PartRow] = field(default_factory=list)
    moves: list[dict[str, Any]] = field(default_factory=list)


def fold(entries: Iterable[FeedEntry], names: Names) -> Folded:
    """The rows that the entries of one dossier make, given in order of `seq` from the first on."""
    folding = _Folding(names)
    for entry in entries:
        folding.add(entry)
    return folding.finish()


# What an entry adds to knowledge without changing what is known of the dossier.
_IDENTITY = frozenset({"seq", "xid", "entry_id", "known_from", "known_to"})


class _Folding:
    def __init__(self, names: Names) -> None:
        self.names = names
        self.state = State.DRAFT
        self.columns: dict[str, Any] = {}
        self.given: dict[str, Any] = {}
        self.flags: dict[str, bool | None] = dict.fromkeys(FLAGS)
        self.papers = 0
        self.paper_files = 0
        self.obligation_vnd: int | None = None
        self.apology_at: datetime | None = None
        self.apology_timing = ""
        self.lateness = ("", "")
        self.imported = False
        self.history: list[PastEntry] = []
        self.pauses: tuple[GivenPause, ...] = ()
        self.steps: dict[int, tuple[str, str]] = {}
        self.known_from: datetime | None = None
        self.rows = Folded()
        self.known_pauses: list[tuple[datetime, tuple[GivenPause, ...]]] = []
        self.known_parts: dict[str, PartRow] = {}

    def add(self, entry: FeedEntry) -> None:
        said, data = entry.data, entry.data["data"]
        # What was recorded before an earlier entry was, cannot have been known before that one either.
        self.known_from = max(self.known_from or entry.recorded_at, entry.recorded_at)
        due_before = self.columns.get("due_at")
        self.state = State(said["to"])
        self._take_columns(entry.seq, data)
        self._take_facts(entry, data)
        self._take_pauses(entry, said, data)
        version = self._version(entry)
        self._keep(version)
        self._keep_pauses()
        self._keep_parts(entry, version)
        self.rows.moves.append(self._move(entry, said, data, version, due_before))

    def finish(self) -> Folded:
        self.rows.pauses = _pause_rows(self.rows.versions[-1], self.known_pauses) if self.known_pauses else []
        self.rows.parts = list(self.known_parts.values())
        return self.rows

    def _take_columns(self, seq: int, data: dict[str, Any]) -> None:
        if seq == 1:
            self._set({column: data[name] for name, column in INTAKE_COLUMNS.items() if name in data})
        self._set(data["set"])

    def _set(self, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            self.columns[name] = (
                datetime.fromisoformat(value) if name.endswith("_at") and isinstance(value, str) else value
            )

    def _take_facts(self, entry: FeedEntry, data: dict[str, Any]) -> None:
        # A step tells by name, or by number, which papers it produced or passed on; those are not handed in.
        for paper in data.get("papers", ()) if entry.kind.startswith("dossier.") else ():
            self.papers += 1
            self.paper_files += bool(paper["file"])
        self._take_result(data)
        if entry.kind == "dossier.payment_asked":
            self.obligation_vnd = (self.obligation_vnd or 0) + data["amount_vnd"]
        elif entry.kind == "dossier.promised":
            self.apology_at = entry.occurred_at
            self.apology_timing = self._timing(entry.occurred_at, self.columns.get("due_at"))
        elif entry.kind == LATENESS_CODED:
            agency = data.get("agency")
            self.lateness = (data["cause"], self.names.agencies[agency][0] if agency else "")
        elif entry.kind in (IMPORTED, IMPORT_ADVANCED):
            self.imported = True
            told = self.given | data.get("facts", {})
            self.given = {name: value for name, value in told.items() if value is not None}
            sent = self.given.get("apology_sent_at")
            self.apology_at = None if sent is None else datetime.fromisoformat(sent)
            self.apology_timing = self._timing(self.apology_at, self.columns.get("due_at"))
        if data["set"].get("promised_at", "") is None:
            self.apology_at, self.apology_timing = None, ""

    def _take_result(self, data: dict[str, Any]) -> None:
        if "result" in data:
            self.flags["digitised_result"] = bool(data["result"]["file"])
            self.flags["electronic_result"] = not data["result"]["paper"]
        elif data["set"].get("result_signed_at", "") is None:
            self.flags["digitised_result"] = self.flags["electronic_result"] = None
        if data["set"].get("handed_over_at") is not None and "proof" in data:
            self.flags["returned_by_post"] = data["proof"] == "postal"
        elif data["set"].get("handed_over_at", "") is None:
            self.flags["returned_by_post"] = None

    def _timing(self, at: datetime | None, due: datetime | None) -> str:
        if at is None or due is None:
            return ""
        if to_minutes(at) > to_minutes(due):
            return "after_due"
        calendar = self.names.calendars[self.columns.get("calendar_id")]
        try:
            last = apology_due(due, calendar)
        except CalendarGap:
            # A due of another system in a year whose holidays nobody knows: when the letter had to be sent is not known.
            return ""
        return "in_time" if to_minutes(at) <= to_minutes(last) else "before_due"

    def _take_pauses(self, entry: FeedEntry, said: dict[str, Any], data: dict[str, Any]) -> None:
        back_to = data.get("back_to")
        self.history.append(PastEntry(entry.seq, entry.kind, self.state, entry.occurred_at, data["set"], back_to))
        if entry.kind in _PAUSING or entry.kind in _RESUMING or back_to is not None:
            stops, _ = stops_of(self.history)
            self.pauses = tuple(GivenPause(stop.kind.value, stop.begin, stop.end) for stop in stops)
        elif "pauses" in data.get("facts", {}):
            self.pauses = read_pauses(data["facts"]["pauses"] or "")

    def _version(self, entry: FeedEntry) -> dict[str, Any]:
        get = self.columns.get
        agency, province = self.names.agencies[get("agency_id")]
        accepted_at, due_at = get("accepted_at"), get("due_at")
        outcome = OUTCOME.get(self.state, "before")
        ended_at = get("resolved_at") if outcome == "resolved" else get("ended_at")
        counted = (
            accepted_at is not None
            and (outcome == "open" or outcome == "resolved" or outcome in _ENDED)
            and not (outcome in _ENDED and ended_at is not None and ended_at < accepted_at)
        )
        finished_at = None
        if counted and accepted_at is not None and ended_at is not None and outcome != "open":
            # Never before it was accepted, whatever a correction made of the moments: engines find rows by that order.
            finished_at = max(ended_at, accepted_at)
        judged = finished_at is not None and due_at is not None
        submitted_on, accepted_on, finished_on = _day(get("submitted_at")), _day(accepted_at), _day(finished_at)
        service_level, result_paper_due = self.names.versions.get(get("version_id"), ("", None))
        given = self.given.get
        flags = {name: _flag(given(name), self.flags[name]) for name in FLAGS}
        if flags["received_by_post"] is None and (get("channel") == "post" or not self.imported):
            flags["received_by_post"] = get("channel") == "post"
        if flags["digitised_input"] is None and self.papers:
            flags["digitised_input"] = self.paper_files > 0
        if flags["result_paper_due"] is None:
            flags["result_paper_due"] = result_paper_due
        channel = get("channel") or ""
        level = str(given("service_level", service_level))
        return {
            "dossier_id": entry.dossier_id,
            "seq": entry.seq,
            "xid": entry.position.xid,
            "entry_id": entry.position.id,
            "known_from": self.known_from,
            "known_to": FAR,
            "province": province,
            "code": get("code") or "",
            "imported": self.imported,
            "agency": agency,
            "procedure": self.names.procedures[get("procedure_id")],
            "receiving_desk": self._desk(given("receiving_desk"), get("receiving_desk_id")),
            "return_desk": self._desk(given("return_desk"), get("return_desk_id")),
            "unit": self.names.units[get("unit_id")] if get("unit_id") else "",
            "officer_id": get("officer_id"),
            "channel": channel,
            "online": CATALOG_CHANNEL[channel] == "online" if channel else None,
            "assisted": get("assisted"),
            "service_level": SERVICE_LEVEL.get(level, level),
            "applicant_kind": get("applicant_kind") or "",
            "return_method": get("return_method") or "",
            "state": self.state.value,
            "outcome": outcome,
            "counted": counted,
            **{name: get(name) for name in _MOMENTS},
            "finished_at": finished_at,
            "submitted_on": submitted_on,
            "accepted_on": accepted_on,
            "due_on": _day(due_at),
            "finished_on": finished_on,
            "accepted_month": accepted_on and month_key(accepted_on),
            "accepted_period": accepted_on and reporting_month_key(accepted_on),
            "finished_month": finished_on and month_key(finished_on),
            "finished_period": finished_on and reporting_month_key(finished_on),
            "verdict_date": verdict_by_date(finished_at, due_at).value if judged else "",
            "verdict_instant": verdict_by_instant(finished_at, due_at).value if judged else "",
            "elapsed_seconds": int((finished_at - accepted_at).total_seconds()) if finished_at else None,
            "answer_breaches": get("answer_breaches", None if self.imported else 0),
            "completion_rounds": get("completion_rounds", None if self.imported else 0),
            "supplement_rounds": self._supplement_rounds(),
            "paused_seconds": self._paused_seconds(finished_at),
            "fee_vnd": get("fee_vnd"),
            "obligation_vnd": given("obligation_vnd", self.obligation_vnd),
            "paid_vnd": given("paid_vnd"),
            "payment_channel": given("payment_channel", ""),
            **flags,
            "apology_at": self.apology_at,
            "apology_timing": self.apology_timing,
            "lateness_cause": self.lateness[0],
            "lateness_agency": self.lateness[1],
            "parts": len(get("shared_with") or ()),
            "rating": given("rating"),
        }

    def _desk(self, given: str | None, desk_id: int | None) -> str:
        return given or (self.names.desks[desk_id] if desk_id else "")

    def _supplement_rounds(self) -> int | None:
        if not self.imported:
            return int(self.columns.get("supplement_rounds", 0))
        told = self.given.get("supplement_rounds")
        if told is None and self.pauses:
            return sum(pause.kind == "supplement" for pause in self.pauses)
        return told

    def _paused_seconds(self, finished_at: datetime | None) -> int | None:
        if not self.pauses:
            return self.given.get("paused_seconds") if self.imported else 0
        ends = ((pause, pause.end or finished_at) for pause in self.pauses)
        return sum(int((end - pause.begin).total_seconds()) for pause, end in ends if end is not None)

    def _keep(self, version: dict[str, Any]) -> None:
        versions = self.rows.versions
        if versions:
            last = versions[-1]
            if last["known_from"] == version["known_from"]:
                # Known for no time at all: nobody could have been told of it.
                versions.pop()
                if versions:
                    versions[-1]["known_to"] = FAR
        if versions:
            last = versions[-1]
            if all(value == version[name] for name, value in last.items() if name not in _IDENTITY):
                return
            last["known_to"] = version["known_from"]
        versions.append(version)

    def _keep_pauses(self) -> None:
        version = self.rows.versions[-1]
        finished_at = version["finished_at"]
        standing = tuple(pause if pause.end else pause._replace(end=finished_at) for pause in self.pauses)
        assert self.known_from is not None
        if self.known_pauses and self.known_pauses[-1][0] == self.known_from:
            self.known_pauses.pop()
        if standing != (self.known_pauses[-1][1] if self.known_pauses else ()):
            self.known_pauses.append((self.known_from, standing))

    def _keep_parts(self, entry: FeedEntry, version: dict[str, Any]) -> None:
        for agency_id in self.columns.get("shared_with") or ():
            agency = self.names.agencies[agency_id][0]
            if agency not in self.known_parts:
                day = local_day(entry.occurred_at)
                assert self.known_from is not None
                self.known_parts[agency] = PartRow(
                    entry.dossier_id, agency, version["province"], version["procedure"], entry.occurred_at, day, month_key(day),
                    reporting_month_key(day), self.known_from,
                )  # fmt: skip

    def _move(
        self,
        entry: FeedEntry,
        said: dict[str, Any],
        data: dict[str, Any],
        version: dict[str, Any],
        due: datetime | None,
    ) -> dict[str, Any]:
        day, minute = local_day(entry.occurred_at), to_minutes(entry.occurred_at)
        actor = said["actor"]
        step, node = self._step(data)
        return {
            "entry_id": entry.position.id,
            "xid": entry.position.xid,
            "dossier_id": entry.dossier_id,
            "seq": entry.seq,
            "kind": entry.kind,
            "from_state": said["from"],
            "to_state": said["to"],
            "occurred_at": entry.occurred_at,
            "recorded_at": entry.recorded_at,
            "known_from": self.known_from,
            "occurred_on": day,
            "occurred_month": month_key(day),
            "occurred_period": reporting_month_key(day),
            "weekday": day.weekday(),
            "hour": minute % 1440 // 60,
            "lag_seconds": int((entry.recorded_at - entry.occurred_at).total_seconds()),
            "province": version["province"],
            "agency": version["agency"],
            "procedure": version["procedure"],
            "unit": version["unit"],
            "actor_kind": actor["kind"],
            "officer_id": actor.get("id") or None if actor["kind"] == "officer" else None,
            "step": step[:200],
            "node": node,
            "verdict_date": verdict_by_date(entry.occurred_at, due).value if due else "",
            "verdict_instant": verdict_by_instant(entry.occurred_at, due).value if due else "",
        }

    def _step(self, data: dict[str, Any]) -> tuple[str, str]:
        opened = [(item["token"], (item["name"], item["node"])) for item in data.get("opened", ())]
        closed = [self.steps[item["token"]] for item in data.get("closed", ()) if item["token"] in self.steps]
        self.steps.update(opened)
        if closed:
            return closed[0]
        return opened[0][1] if opened else (self.columns.get("step") or "", "")


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else local_day(moment)


def _flag(given: object, own: bool | None) -> bool | None:
    return own if given is None else bool(given)


def _pause_rows(last: dict[str, Any], known: list[tuple[datetime, tuple[GivenPause, ...]]]) -> list[PauseRow]:
    """Each pause as one row for as long as it was known in this shape."""
    rows: list[PauseRow] = []
    whose = last["dossier_id"], last["province"]
    ends = [since for since, _ in known[1:]] + [FAR]
    running: dict[int, tuple[GivenPause, datetime]] = {}
    for (since, pauses), until in zip(known, ends, strict=True):
        for place, pause in enumerate(pauses):
            if running.get(place, (None,))[0] != pause:
                running[place] = (pause, since)
            following = next((later for moment, later in known if moment == until), None)
            if following is None or place >= len(following) or following[place] != pause:
                began = running.pop(place)[1]
                rows.append(PauseRow(*whose, place, pause.kind, pause.begin, pause.end or FAR, began, until))
    return rows

"""What a file may say of one dossier, and how a later file goes on from an earlier one; pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from motcua.dossiers.importing.columns import Told, split_pauses
from motcua.law.lifecycle import State
from motcua.law.moments import VIETNAM, parse_moment


class NoteKind(StrEnum):
    """What is loaded as told though something about it does not fit."""

    DUE_BEFORE_ACCEPTANCE = "due_before_acceptance"
    PAUSES_DIFFER = "pauses_differ"
    DUE_DIFFERS = "due_differs"
    END_UNNAMED = "end_unnamed"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Note:
    kind: NoteKind
    text: str


_PAUSED_STATE = {
    "supplement": State.AWAITING_SUPPLEMENT,
    "payment": State.AWAITING_PAYMENT,
    "legal": State.SUSPENDED,
}


def refusal(told: Told) -> str:
    """Why what is told cannot be taken because it contradicts itself, in Vietnamese; empty = it can."""
    get = told.get
    outcome, accepted = get("outcome"), get("accepted_at")
    if accepted is not None:
        for column, what in (("resolved_at", "có kết quả"), ("handed_over_at", "trả kết quả")):
            moment = get(column)
            if moment is not None and moment < accepted:
                return f"{column}: {what} lúc {shown(moment)}, trước khi tiếp nhận lúc {shown(accepted)}"
    if outcome == "open":
        for column in ("resolved_at", "handed_over_at", "ended_at"):
            if column in told:
                return f"outcome là open nhưng {column} đã có ({shown(told[column])})"
    elif outcome == "resolved":
        if "resolved_at" not in told and "handed_over_at" not in told:
            return "outcome là resolved nhưng thiếu resolved_at"
    elif outcome is not None and "ended_at" not in told:
        return f"outcome là {outcome} nhưng thiếu ended_at"
    return ""


def open_pause(told: Told) -> tuple[str, str] | None:
    """(kind, since) of the pause that still runs, of a dossier that is open."""
    if "pauses" not in told or told.get("outcome", "open") != "open":
        return None
    running = [(kind, begin) for kind, begin, end in split_pauses(told["pauses"]) if not end]
    return running[-1] if running else None


def state_of(told: Told) -> State:
    """Where the dossier stands. Without an outcome its moments say; ended in a way not told is stopped."""
    outcome = told.get("outcome")
    if outcome == "resolved" or (outcome is None and ("resolved_at" in told or "handed_over_at" in told)):
        return State.HANDED_OVER if "handed_over_at" in told else State.RESOLVED
    if outcome is None and "ended_at" in told:
        return State.STOPPED
    if outcome not in (None, "open"):
        return State(outcome)
    if "accepted_at" not in told:
        return State.SUBMITTED
    paused = open_pause(told)
    return _PAUSED_STATE[paused[0]] if paused else State.ACCEPTED


def notes_of(told: Told) -> Iterator[Note]:
    """What does not fit but is loaded."""
    due, accepted = told.get("due_at"), told.get("accepted_at")
    if due is not None and accepted is not None and due < accepted:
        text = f"hạn {shown(due)} trước lúc tiếp nhận {shown(accepted)}"
        yield Note(NoteKind.DUE_BEFORE_ACCEPTANCE, text)
    if "outcome" not in told and "ended_at" in told and state_of(told) is State.STOPPED:
        yield Note(NoteKind.END_UNNAMED, "có ended_at mà không có outcome; ghi là dừng giải quyết")
    if "pauses" in told:
        yield from _pause_notes(told)


def _pause_notes(told: Told) -> Iterator[Note]:
    pauses = split_pauses(told["pauses"])
    rounds = sum(kind == "supplement" for kind, _, _ in pauses)
    if told.get("supplement_rounds", rounds) != rounds:
        text = f"supplement_rounds là {told['supplement_rounds']}, pauses có {rounds} lần bổ sung"
        yield Note(NoteKind.PAUSES_DIFFER, text)
    # While one still runs nobody can say to which moment its seconds were counted.
    if "paused_seconds" in told and all(end for _, _, end in pauses):
        seconds = sum(int((_moment(end) - _moment(begin)).total_seconds()) for _, begin, end in pauses)
        if seconds != told["paused_seconds"]:
            text = f"paused_seconds là {told['paused_seconds']}, pauses cộng lại {seconds}"
            yield Note(NoteKind.PAUSES_DIFFER, text)


def go_on(before: Told, told: Told) -> tuple[Told, list[str]]:
    """What is known after a later file: gaps filled, an open dossier moved on. With the columns that it may not change.

    An open dossier may end, its pauses end and become more, and with them rounds, seconds and the due grow.
    """
    merged, kept = dict(before), []
    running = before.get("outcome", "open") == "open" and state_of(before) is not State.STOPPED
    paused_more = running and _paused_more(before, told)
    for column, value in told.items():
        held = before.get(column)
        if (
            held is None
            or (column == "outcome" and running)
            or (column == "pauses" and paused_more)
            or (column in ("supplement_rounds", "paused_seconds") and running and value > held)
            or (column == "due_at" and paused_more and value > held)
        ):
            merged[column] = value
        elif held != value:
            kept.append(column)
    return merged, kept


def _paused_more(before: Told, told: Told) -> bool:
    """Whether what is told holds every pause known so far, at most ended since, or only says that there were more."""
    if "pauses" not in told:
        return any(told.get(column, 0) > before.get(column, 0) for column in ("supplement_rounds", "paused_seconds"))
    now = split_pauses(told["pauses"])
    begun = {(kind, begin): end for kind, begin, end in now}
    known = split_pauses(before["pauses"]) if "pauses" in before else []
    return told["pauses"] != before.get("pauses") and all(
        begun.get((kind, begin), "?") == end or (not end and (kind, begin) in begun) for kind, begin, end in known
    )


def last_moment(told: Told, recorded_at: str) -> str:
    """When the last thing that is told happened; never after it was recorded."""
    columns = ("submitted_at", "accepted_at", "clock_started_at", "resolved_at", "handed_over_at", "ended_at")
    return max((told[name] for name in columns if name in told and told[name] <= recorded_at), default=recorded_at)


def _moment(text: str) -> datetime:
    return parse_moment(text)


def shown(text: str) -> str:
    """A moment of the ledger's text as people here read it."""
    return f"{_moment(text).astimezone(VIETNAM):%d/%m/%Y %H:%M}"

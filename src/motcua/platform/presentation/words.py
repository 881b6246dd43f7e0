"""Dates, numbers, states and durations in Vietnamese words, as docs and forms write them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from motcua.law.lifecycle import STATE_TEXT, State

LOCAL: Final = ZoneInfo("Asia/Ho_Chi_Minh")
NBSP: Final = "\N{NO-BREAK SPACE}"
WEEKDAYS: Final = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
WEEKDAYS_SHORT: Final = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")


def local(moment: datetime) -> datetime:
    """The moment on Vietnam's wall clock. Raises ValueError for a moment without zone, which has no single reading."""
    if moment.tzinfo is None:
        raise ValueError("moment without time zone")
    return moment.astimezone(LOCAL)


def vn_date(value: date | datetime) -> str:
    """`26/11/2026`."""
    day = local(value) if isinstance(value, datetime) else value
    return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"


def vn_time(moment: datetime) -> str:
    """`16:00`."""
    return f"{local(moment):%H:%M}"


def vn_datetime(moment: datetime) -> str:
    """`26/11/2026 16:00`: for tables, where a column of them lines up."""
    return f"{vn_date(moment)}{NBSP}{vn_time(moment)}"


def vn_moment(moment: datetime) -> str:
    """`16:00 thứ Năm 26/11/2026`: for sentences."""
    return f"{vn_time(moment)} {weekday(local(moment).date())} {vn_date(moment)}"


def weekday(day: date) -> str:
    return WEEKDAYS[day.weekday()]


def count(number: int) -> str:
    """`1.127`."""
    return f"{number:,}".replace(",", ".")


def dong(amount_vnd: int) -> str:
    """`120.000 đ`, kept on one line."""
    return f"{count(amount_vnd)}{NBSP}đ"


def file_size(size_bytes: int) -> str:
    """`812 KB`, `2,4 MB`."""
    if size_bytes < 1_000_000:
        return f"{max(1, round(size_bytes / 1000))}{NBSP}KB"
    return f"{size_bytes / 1_000_000:.1f}{NBSP}MB".replace(".", ",")


def mask_identity(number: str) -> str:
    """`001••••••234`: enough to tell two people apart in a list, not enough to use."""
    return _mask(number, 3, 3)


def mask_phone(number: str) -> str:
    """`091•••5678`."""
    return _mask(number, 3, 4)


def _mask(text: str, head: int, tail: int) -> str:
    hidden = len(text) - head - tail
    return f"{text[:head]}{'•' * hidden}{text[-tail:]}" if hidden > 0 else "•" * len(text)


@dataclass(frozen=True, slots=True)
class Mark:
    """A state as it is shown: the tone is one of the five state colours (or none), never without icon and word."""

    word: str
    icon: str
    tone: str = ""


_STATES: Final[dict[State, tuple[str, str]]] = {
    State.DRAFT: ("pencil", ""),
    State.SUBMITTED: ("inbox", "in-time"),
    State.AWAITING_COMPLETION: ("pause-circle", "paused"),
    State.ACCEPTED: ("check2", "in-time"),
    State.IN_PROCESS: ("arrow-repeat", "in-time"),
    State.AWAITING_SUPPLEMENT: ("pause-circle", "paused"),
    State.AWAITING_PAYMENT: ("pause-circle", "paused"),
    State.SUSPENDED: ("pause-circle", "paused"),
    State.RESOLVED: ("check-circle", "early"),
    State.HANDED_OVER: ("check-circle-fill", "early"),
    State.REFUSED: ("x-circle", "late"),
    State.WITHDRAWN: ("slash-circle", "paused"),
    State.RETURNED: ("x-circle", "late"),
    State.STOPPED: ("stop-circle", "paused"),
}

MARKS: Final[dict[str, Mark]] = {
    **{state.value: Mark(STATE_TEXT[state], icon, tone) for state, (icon, tone) in _STATES.items()},
    # where a dossier stands against its limit
    "early": Mark("Trước hạn", "check-circle", "early"),
    "on_time": Mark("Đúng hạn", "check2", "in-time"),
    "in_time": Mark("Trong hạn", "clock", "in-time"),
    "soon": Mark("Sắp đến hạn", "exclamation-circle", "soon"),
    "overdue": Mark("Quá hạn", "exclamation-triangle-fill", "late"),
    "paused": Mark("Tạm dừng tính hạn", "pause-circle", "paused"),
    "no_due": Mark("Không có thời hạn", "circle"),
}


def mark(key: str) -> Mark:
    """The mark of a state or verdict; an unknown key is a fault of the program and raises KeyError."""
    return MARKS[str(key).lower()]

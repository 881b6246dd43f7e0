"""The course of a report that an agency files: prepared, sent to be signed, signed, taken by the one above or given back. Pure."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from motcua.law.errors import BadInput


class State(StrEnum):
    PREPARED = "prepared"
    SUBMITTED = "submitted"
    SIGNED = "signed"
    ACCEPTED = "accepted"
    GIVEN_BACK = "given_back"


class Step(StrEnum):
    PREPARE = "prepare"
    SUBMIT = "submit"
    SIGN = "sign"
    ACCEPT = "accept"
    GIVE_BACK = "give_back"


# None: there is no report yet.
FROM: dict[Step, frozenset[State | None]] = {
    Step.PREPARE: frozenset({None, State.PREPARED, State.GIVEN_BACK}),
    Step.SUBMIT: frozenset({State.PREPARED}),
    Step.SIGN: frozenset({State.SUBMITTED}),
    Step.ACCEPT: frozenset({State.SIGNED}),
    Step.GIVE_BACK: frozenset({State.SUBMITTED, State.SIGNED}),
}
INTO = {
    Step.PREPARE: State.PREPARED,
    Step.SUBMIT: State.SUBMITTED,
    Step.SIGN: State.SIGNED,
    Step.ACCEPT: State.ACCEPTED,
    Step.GIVE_BACK: State.GIVEN_BACK,
}
STATE_TEXT = {
    State.PREPARED: "Đã lập, chưa gửi",
    State.SUBMITTED: "Chờ ký",
    State.SIGNED: "Đã ký, chờ tiếp nhận",
    State.ACCEPTED: "Đã tiếp nhận",
    State.GIVEN_BACK: "Bị trả lại",
}
STATE_MARK = {
    State.PREPARED: ("pencil", "paused"),
    State.SUBMITTED: ("hourglass-split", "soon"),
    State.SIGNED: ("check2", "in-time"),
    State.ACCEPTED: ("check-circle", "early"),
    State.GIVEN_BACK: ("x-circle", "late"),
}
# The highest agency has nobody above it in the program.
SIGNED_AT_THE_TOP = "Đã ký, gửi lên cấp trên của tỉnh"
# What has been done, as a sentence says it.
DONE_TEXT = {
    Step.PREPARE: "lập báo cáo",
    Step.SUBMIT: "gửi ký",
    Step.SIGN: "ký",
    Step.ACCEPT: "tiếp nhận",
    Step.GIVE_BACK: "trả lại",
}


def state_text(state: str, *, top: bool) -> str:
    found = State(state)
    return SIGNED_AT_THE_TOP if top and found is State.SIGNED else STATE_TEXT[found]


@dataclass(frozen=True, slots=True)
class Deadline:
    """By how many days after a window's last day its report is to be signed. `confirmed` False: not checked with the law."""

    days: int
    source: str
    confirmed: bool

    def last_day(self, last_on: date) -> date:
        return last_on + timedelta(days=self.days)


def read_deadline(text: str) -> Deadline:
    """Raises BadInput."""
    try:
        data = tomllib.loads(text)
        found = Deadline(int(data["days"]), str(data["source"]), bool(data["confirmed"]))
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise BadInput(f"Hạn gửi báo cáo: không đọc được ({error}).") from None
    if not 0 <= found.days <= 366:
        raise BadInput(f"Hạn gửi báo cáo: {found.days} ngày; cần từ 0 đến 366.")
    return found

"""The life of a dossier as a table of data: which command is possible in which state, who may give it, and what follows.

The table is the only place where a state change is allowed; `docs/lifecycle.md` is printed from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class State(StrEnum):
    """Where a dossier stands. Overdue is not a state: it is computed from times."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    AWAITING_COMPLETION = "awaiting_completion"
    ACCEPTED = "accepted"
    IN_PROCESS = "in_process"
    AWAITING_SUPPLEMENT = "awaiting_supplement"
    AWAITING_PAYMENT = "awaiting_payment"
    SUSPENDED = "suspended"
    RESOLVED = "resolved"
    HANDED_OVER = "handed_over"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"
    STOPPED = "stopped"


STATE_TEXT = {
    State.DRAFT: "Nháp",
    State.SUBMITTED: "Chờ tiếp nhận",
    State.AWAITING_COMPLETION: "Chờ hoàn thiện",
    State.ACCEPTED: "Đã tiếp nhận",
    State.IN_PROCESS: "Đang xử lý",
    State.AWAITING_SUPPLEMENT: "Chờ bổ sung",
    State.AWAITING_PAYMENT: "Chờ thực hiện nghĩa vụ tài chính",
    State.SUSPENDED: "Tạm dừng",
    State.RESOLVED: "Đã có kết quả",
    State.HANDED_OVER: "Đã trả kết quả",
    State.REFUSED: "Từ chối tiếp nhận",
    State.WITHDRAWN: "Đã rút",
    State.RETURNED: "Trả lại, không đủ điều kiện",
    State.STOPPED: "Dừng giải quyết",
}

ANSWER_CLOCK = frozenset({State.SUBMITTED})
RUNNING = frozenset({State.ACCEPTED, State.IN_PROCESS})
PAUSED = frozenset({State.AWAITING_SUPPLEMENT, State.AWAITING_PAYMENT, State.SUSPENDED})
OPEN = RUNNING | PAUSED
BEFORE_ACCEPTANCE = frozenset({State.DRAFT, State.SUBMITTED, State.AWAITING_COMPLETION})
FINISHED = frozenset({State.HANDED_OVER, State.REFUSED, State.WITHDRAWN, State.RETURNED, State.STOPPED})


class Command(StrEnum):
    SUBMIT = "submit"
    ACCEPT = "accept"
    ASK_COMPLETION = "ask_completion"
    COMPLETE = "complete"
    REFUSE = "refuse"
    CLOSE_INCOMPLETE = "close_incomplete"
    RECEIVE_PAPERS = "receive_papers"
    FORWARD = "forward"
    WORK = "work"
    ASK_SUPPLEMENT = "ask_supplement"
    SUPPLEMENT = "supplement"
    ASK_PAYMENT = "ask_payment"
    CONFIRM_PAYMENT = "confirm_payment"
    SUSPEND = "suspend"
    RESUME = "resume"
    EXTEND = "extend"
    PROMISE = "promise"
    RESOLVE = "resolve"
    RETURN_INELIGIBLE = "return_ineligible"
    RECEIVE_RESULT = "receive_result"
    SEND_RESULT = "send_result"
    HAND_OVER = "hand_over"
    WITHDRAW = "withdraw"
    REQUEST_WITHDRAWAL = "request_withdrawal"
    DECLINE_WITHDRAWAL = "decline_withdrawal"
    DECIDE_WITHDRAWAL = "decide_withdrawal"
    STOP = "stop"
    RECTIFY = "rectify"


COMMAND_TEXT = {
    Command.SUBMIT: "Gửi hồ sơ",
    Command.ACCEPT: "Tiếp nhận",
    Command.ASK_COMPLETION: "Yêu cầu hoàn thiện",
    Command.COMPLETE: "Gửi lại hồ sơ đã hoàn thiện",
    Command.REFUSE: "Từ chối tiếp nhận",
    Command.CLOSE_INCOMPLETE: "Đóng vì không hoàn thiện đúng hạn",
    Command.RECEIVE_PAPERS: "Ký nhận hồ sơ giấy từ nơi tiếp nhận",
    Command.FORWARD: "Chuyển bước xử lý",
    Command.WORK: "Làm bước của quy trình nội bộ",
    Command.ASK_SUPPLEMENT: "Yêu cầu bổ sung",
    Command.SUPPLEMENT: "Nộp bổ sung",
    Command.ASK_PAYMENT: "Thông báo nghĩa vụ tài chính",
    Command.CONFIRM_PAYMENT: "Xác nhận hoàn thành nghĩa vụ tài chính",
    Command.SUSPEND: "Tạm dừng theo quy định",
    Command.RESUME: "Tiếp tục giải quyết",
    Command.EXTEND: "Gia hạn theo quy định",
    Command.PROMISE: "Xin lỗi và hẹn lại",
    Command.RESOLVE: "Ghi nhận kết quả",
    Command.RETURN_INELIGIBLE: "Trả lại, không đủ điều kiện",
    Command.RECEIVE_RESULT: "Nhận kết quả về nơi trả",
    Command.SEND_RESULT: "Gửi kết quả qua bưu chính",
    Command.HAND_OVER: "Trả kết quả",
    Command.WITHDRAW: "Rút hồ sơ",
    Command.REQUEST_WITHDRAWAL: "Đề nghị rút hồ sơ",
    Command.DECLINE_WITHDRAWAL: "Không chấp thuận rút",
    Command.DECIDE_WITHDRAWAL: "Quyết định cho rút",
    Command.STOP: "Dừng giải quyết",
    Command.RECTIFY: "Đính chính",
}


class Who(StrEnum):
    """Groups of givers of commands; `dossiers.permissions` says which roles make them up."""

    APPLICANT = "applicant"
    DESK = "desk"
    CASE = "case"
    HEAD = "head"
    SIGNER = "signer"
    SYSTEM = "system"


WHO_TEXT = {
    Who.APPLICANT: "người nộp",
    Who.DESK: "cán bộ tiếp nhận",
    Who.CASE: "cán bộ thụ lý",
    Who.HEAD: "lãnh đạo phòng",
    Who.SIGNER: "người ký",
    Who.SYSTEM: "hệ thống",
}


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table. `to` None = the state stays; for `rectify` the guard names the state to go back to."""

    state: State
    command: Command
    to: State | None
    who: tuple[Who, ...]
    kind: str
    guard: str = ""


_A, _D, _C, _H, _S, _Y = Who.APPLICANT, Who.DESK, Who.CASE, Who.HEAD, Who.SIGNER, Who.SYSTEM


def _each(
    states: tuple[State, ...], command: Command, to: State | None, who: tuple[Who, ...], kind: str, guard: str = ""
) -> tuple[Move, ...]:
    return tuple(Move(state, command, to, who, kind, guard) for state in states)


_RUNNING = (State.ACCEPTED, State.IN_PROCESS)
_PAUSED = (State.AWAITING_SUPPLEMENT, State.AWAITING_PAYMENT, State.SUSPENDED)
_OPEN = _RUNNING + _PAUSED
_NO_RESULT = "chưa có kết quả được ký"

MOVES: tuple[Move, ...] = (
    Move(
        State.DRAFT,
        Command.SUBMIT,
        State.SUBMITTED,
        (_A, _D),
        "dossier.submitted",
        "có đủ người nộp, chủ hồ sơ, nơi nhận kết quả",
    ),
    Move(State.DRAFT, Command.ACCEPT, State.ACCEPTED, (_D,), "dossier.accepted", "đủ giấy tờ bắt buộc (Mẫu 01)"),
    Move(
        State.DRAFT,
        Command.ASK_COMPLETION,
        State.AWAITING_COMPLETION,
        (_D,),
        "dossier.completion_asked",
        "nêu đủ một lần (Mẫu 02)",
    ),
    Move(State.DRAFT, Command.REFUSE, State.REFUSED, (_D,), "dossier.refused", "có lý do (Mẫu 03)"),
    Move(
        State.DRAFT,
        Command.WITHDRAW,
        State.WITHDRAWN,
        (_A,),
        "dossier.withdrawn",
        "phần của yêu cầu liên thông còn chờ đến lượt",
    ),
    Move(State.SUBMITTED, Command.ACCEPT, State.ACCEPTED, (_D,), "dossier.accepted", "đủ giấy tờ bắt buộc (Mẫu 01)"),
    Move(
        State.SUBMITTED,
        Command.ASK_COMPLETION,
        State.AWAITING_COMPLETION,
        (_D,),
        "dossier.completion_asked",
        "nêu đủ một lần (Mẫu 02)",
    ),
    Move(State.SUBMITTED, Command.REFUSE, State.REFUSED, (_D,), "dossier.refused", "có lý do (Mẫu 03)"),
    Move(State.SUBMITTED, Command.WITHDRAW, State.WITHDRAWN, (_A,), "dossier.withdrawn"),
    Move(State.AWAITING_COMPLETION, Command.COMPLETE, State.SUBMITTED, (_A, _D), "dossier.completed"),
    Move(State.AWAITING_COMPLETION, Command.REFUSE, State.REFUSED, (_D,), "dossier.refused", "có lý do (Mẫu 03)"),
    Move(State.AWAITING_COMPLETION, Command.WITHDRAW, State.WITHDRAWN, (_A,), "dossier.withdrawn"),
    Move(
        State.AWAITING_COMPLETION,
        Command.CLOSE_INCOMPLETE,
        State.REFUSED,
        (_D, _Y),
        "dossier.closed_incomplete",
        "đã quá hạn hoàn thiện",
    ),
    *_each(
        _RUNNING,
        Command.RECEIVE_PAPERS,
        None,
        (_C, _H),
        "dossier.papers_received",
        "hồ sơ giấy nhận ở nơi khác, chưa ký nhận; hạn tính từ lúc ký nhận",
    ),
    *_each(
        _RUNNING,
        Command.FORWARD,
        State.IN_PROCESS,
        (_D, _C, _H),
        "dossier.forwarded",
        "hồ sơ không đi theo quy trình nội bộ đã ban hành",
    ),
    *_each(
        _OPEN,
        Command.WORK,
        None,
        (_D, _C, _H, _S, _Y),
        "process.*",
        "theo quy trình nội bộ của hồ sơ; bước đang mở và giao cho người làm",
    ),
    *_each(
        _RUNNING,
        Command.ASK_SUPPLEMENT,
        State.AWAITING_SUPPLEMENT,
        (_C, _H),
        "dossier.supplement_asked",
        "lần thứ hai phải có căn cứ, giai đoạn và người duyệt",
    ),
    Move(State.AWAITING_SUPPLEMENT, Command.SUPPLEMENT, State.IN_PROCESS, (_A, _D), "dossier.supplemented"),
    *_each(
        _RUNNING,
        Command.ASK_PAYMENT,
        State.AWAITING_PAYMENT,
        (_C, _H),
        "dossier.payment_asked",
        "có căn cứ của luật chuyên ngành",
    ),
    Move(
        State.AWAITING_PAYMENT,
        Command.CONFIRM_PAYMENT,
        State.IN_PROCESS,
        (_A, _D, _C, _Y),
        "dossier.payment_confirmed",
        "có chứng từ",
    ),
    *_each(_RUNNING, Command.SUSPEND, State.SUSPENDED, (_H, _S), "dossier.suspended", "có căn cứ và văn bản"),
    Move(State.SUSPENDED, Command.RESUME, State.IN_PROCESS, (_C, _H, _S), "dossier.resumed"),
    *_each(_RUNNING, Command.EXTEND, None, (_H, _S), "dossier.extended", "có căn cứ; hạn mới sau hạn cũ"),
    *_each(_RUNNING, Command.PROMISE, None, (_H, _S), "dossier.promised", "chưa hẹn lại lần nào; hạn cũ vẫn tính"),
    *_each(
        _RUNNING,
        Command.RESOLVE,
        State.RESOLVED,
        (_C, _H, _S),
        "dossier.resolved",
        "có kết quả: loại, số, ngày, người ký, tệp hoặc bản giấy",
    ),
    *_each(
        _RUNNING,
        Command.RETURN_INELIGIBLE,
        State.RETURNED,
        (_H, _S),
        "dossier.returned",
        "có văn bản trả lời được ký: số, ngày, người ký, lý do",
    ),
    Move(State.RESOLVED, Command.RECEIVE_RESULT, None, (_D,), "dossier.result_received", "kết quả chưa ở nơi trả"),
    Move(
        State.RESOLVED,
        Command.SEND_RESULT,
        None,
        (_D,),
        "dossier.result_sent",
        "kết quả ở nơi trả, đăng ký nhận qua bưu chính",
    ),
    Move(
        State.RESOLVED,
        Command.HAND_OVER,
        State.HANDED_OVER,
        (_D, _Y),
        "dossier.handed_over",
        "kết quả ở nơi trả; có người nhận và bằng chứng nhận",
    ),
    *_each(_OPEN, Command.REQUEST_WITHDRAWAL, None, (_A, _D), "dossier.withdrawal_requested", _NO_RESULT),
    *_each(_OPEN, Command.DECLINE_WITHDRAWAL, None, (_H, _S), "dossier.withdrawal_declined", "đã có đề nghị rút"),
    *_each(
        _OPEN,
        Command.DECIDE_WITHDRAWAL,
        State.WITHDRAWN,
        (_H, _S),
        "dossier.withdrawn",
        f"đã có đề nghị rút; {_NO_RESULT} (Mẫu 05)",
    ),
    *_each(_PAUSED, Command.STOP, State.STOPPED, (_H, _S, _Y), "dossier.stopped", "quá hạn bổ sung, hoặc có căn cứ"),
    *_each(_RUNNING, Command.STOP, State.STOPPED, (_H, _S), "dossier.stopped", "có căn cứ"),
    *_each(
        (*_OPEN, State.RESOLVED, State.HANDED_OVER, State.REFUSED, State.WITHDRAWN, State.RETURNED, State.STOPPED),
        Command.RECTIFY,
        None,
        (_H,),
        "dossier.rectified",
        "có lý do; lãnh đạo duyệt; về trạng thái đã từng có hoặc sửa dữ liệu",
    ),
)


class ProcessEvent(StrEnum):
    """What can happen to a step of an internal process; the ledger's kind is `process.` and this."""

    STARTED = "started"
    STEP_DONE = "step_done"
    TIMED_OUT = "timed_out"
    ASSIGNED = "assigned"
    CLAIMED = "claimed"
    HANDED_BACK = "handed_back"
    TAKEN_BACK = "taken_back"
    ACKNOWLEDGED = "acknowledged"
    ASKED = "asked"
    READ = "read"
    SILENT = "silent"
    REMINDED = "reminded"
    OPINION = "opinion"


PROCESS_EVENT_TEXT = {
    ProcessEvent.STARTED: "Bắt đầu quy trình nội bộ",
    ProcessEvent.STEP_DONE: "Hoàn thành bước",
    ProcessEvent.TIMED_OUT: "Hết thời gian của bước",
    ProcessEvent.ASSIGNED: "Phân công",
    ProcessEvent.CLAIMED: "Nhận việc",
    ProcessEvent.HANDED_BACK: "Trả lại việc",
    ProcessEvent.TAKEN_BACK: "Lấy lại việc vừa chuyển",
    ProcessEvent.ACKNOWLEDGED: "Cơ quan khác ký nhận hồ sơ chuyển đến",
    ProcessEvent.ASKED: "Gửi văn bản lấy ý kiến",
    ProcessEvent.READ: "Cơ quan được hỏi mở đường dẫn trả lời",
    ProcessEvent.SILENT: "Cơ quan phối hợp im lặng quá hạn",
    ProcessEvent.REMINDED: "Báo người đứng đầu cơ quan phối hợp",
    ProcessEvent.OPINION: "Người phối hợp cho ý kiến",
}

# Not a move: another system told of a dossier, and later of how it went on there; from then on it is only read here.
IMPORTED = "dossier.imported"
IMPORT_ADVANCED = "dossier.import_advanced"
# Not a move: a part of a joined hand-in is kept until its turn; it stays a draft, which is counted nowhere.
PREPARED = "dossier.prepared"
HAND_OVER_REFUSED = "dossier.hand_over_refused"
# Not a move: personal data of a finished dossier was erased by law; `entries` in its data names whose private rows went.
PERSONAL_DATA_ERASED = "dossier.personal_data_erased"
# The signed letter of apology was given on paper; the cause of a late dossier was confirmed. Neither moves the dossier.
APOLOGY_HANDED_OVER = "dossier.apology_handed_over"
LATENESS_CODED = "dossier.lateness_coded"

_INDEX = {(move.state, move.command): move for move in MOVES}


def find_move(state: State, command: Command) -> Move | None:
    """The row for a command in a state; None = not possible."""
    return _INDEX.get((state, command))


def possible(state: State) -> tuple[Move, ...]:
    """Every move out of a state, in the table's order."""
    return tuple(move for move in MOVES if move.state == state)


@dataclass(frozen=True, slots=True)
class NationalCode:
    """One row of the map to the status codes of the national portal; `valid_to` is the first day it no longer holds."""

    state: State
    code: int
    valid_from: date
    valid_to: date | None = None


NATIONAL_TEXT = {
    1: "Mới đăng ký",
    2: "Được tiếp nhận",
    3: "Không được tiếp nhận",
    4: "Đang xử lý",
    5: "Yêu cầu bổ sung giấy tờ",
    6: "Yêu cầu thực hiện nghĩa vụ tài chính",
    7: "Công dân yêu cầu rút hồ sơ",
    8: "Dừng xử lý",
    9: "Đã xử lý xong",
    10: "Đã trả kết quả",
}

_SINCE = date(2018, 1, 1)

NATIONAL_CODES: tuple[NationalCode, ...] = tuple(
    NationalCode(state, code, _SINCE)
    for state, code in (
        (State.SUBMITTED, 1),
        (State.AWAITING_COMPLETION, 5),
        (State.ACCEPTED, 2),
        (State.IN_PROCESS, 4),
        (State.AWAITING_SUPPLEMENT, 5),
        (State.AWAITING_PAYMENT, 6),
        # 8 comes from a pause and from an end; readers tell them apart by the end moment, which only a stop has.
        (State.SUSPENDED, 8),
        (State.STOPPED, 8),
        (State.RESOLVED, 9),
        (State.HANDED_OVER, 10),
        (State.REFUSED, 3),
        (State.WITHDRAWN, 7),
        # The portal's table files "trả lại" under 7.
        (State.RETURNED, 7),
    )
)


def national_code(state: State, on: date) -> int | None:
    """The national portal's status code (1–10) of a state on a day; None for a draft, which the portal does not know."""
    for row in NATIONAL_CODES:
        if row.state == state and row.valid_from <= on and (row.valid_to is None or on < row.valid_to):
            return row.code
    return None

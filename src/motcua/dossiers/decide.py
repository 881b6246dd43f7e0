"""What follows from a command: pure, from a snapshot of the dossier to changes, ledger entry and timers.

`decide` never looks at a clock or a database. Permission is asked before (`dossiers.permissions`); one dossier is written
by `dossiers.writer`, many by `dossiers.bulk`; both apply the same `Decision`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from motcua.dossiers import commands as c
from motcua.dossiers.ledger import moment_text
from motcua.dossiers.stops import PastEntry, dues, standing, stops_of
from motcua.law import rules
from motcua.law.clock import Pause, clock_start, compute_due, due_after_pause, hand_over_due, same_day_due
from motcua.law.errors import DomainError
from motcua.law.lifecycle import (
    COMMAND_TEXT,
    HAND_OVER_REFUSED,
    OPEN,
    PAUSED,
    STATE_TEXT,
    Command,
    ProcessEvent,
    State,
    find_move,
)
from motcua.law.limits import Limit, Unit
from motcua.law.moments import VIETNAM, from_minutes, to_minutes
from motcua.law.policies import Policy
from motcua.law.worktime import Calendar


class MoveNotPossible(DomainError):
    """The state does not allow the command."""

    code = "move_not_possible"


class GuardFailed(DomainError):
    """The state allows the command but a condition of the rule is not met."""

    code = "guard_failed"


class HandOverTooEarly(DomainError):
    """A result cannot be handed over before it exists; the attempt stays on record."""

    code = "hand_over_before_result"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A dossier as `decide` sees it. Field names are those of the columns; the last four come from around it."""

    state: State
    seq: int
    channel: str
    return_method: str
    receiving_desk_id: int
    return_desk_id: int
    due_policy: Policy
    code: str | None = None
    limits: tuple[Limit, ...] = ()
    answer_due_at: datetime | None = None
    answer_breaches: int = 0
    completion_due_at: datetime | None = None
    completion_rounds: int = 0
    submitted_at: datetime | None = None
    accepted_at: datetime | None = None
    papers_due_at: datetime | None = None
    clock_started_at: datetime | None = None
    first_stage_due_at: datetime | None = None
    original_due_at: datetime | None = None
    due_at: datetime | None = None
    promised_at: datetime | None = None
    paused_at: datetime | None = None
    pause_kind: str = ""
    supplement_due_at: datetime | None = None
    supplement_rounds: int = 0
    withdrawal_requested_at: datetime | None = None
    result_signed_at: datetime | None = None
    resolved_at: datetime | None = None
    result_at_desk_at: datetime | None = None
    result_sent_at: datetime | None = None
    handed_over_at: datetime | None = None
    ended_at: datetime | None = None
    process: str = ""
    shared_with: list[int] = field(default_factory=list)
    step: str = ""
    unit_id: int | None = None
    officer_id: int | None = None
    same_day: bool = False
    last_at: datetime | None = None
    calendar: Calendar = field(kw_only=True)
    history: tuple[PastEntry, ...] = ()


@dataclass(slots=True)
class Decision:
    """What to write: `changes` are columns, `data` and `private` go into the entry; a timer of None is cancelled."""

    kind: str
    to_state: State
    changes: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    private: dict[str, Any] = field(default_factory=dict)
    timers: dict[str, datetime | None] = field(default_factory=dict)
    papers: tuple[c.PaperData, ...] = ()
    paper_round: int = 0
    result: c.ResultData | None = None
    void_result: bool = False
    needs_code: bool = False
    refusal: DomainError | None = None


def decide(dossier: Snapshot, command: c.AnyCommand, at: datetime) -> Decision:
    """What `command`, given at `at` (aware), does to `dossier`.

    Raises MoveNotPossible or GuardFailed; a hand-over without a result instead returns a Decision whose `refusal` is
    set, because that attempt itself must be recorded.
    """
    refused = isinstance(command, c.HandOver) and dossier.state in OPEN
    move = find_move(dossier.state, command.command)
    if move is None and not refused:
        raise MoveNotPossible(
            f"Hồ sơ đang ở trạng thái “{STATE_TEXT[dossier.state]}” nên không thể “{COMMAND_TEXT[command.command]}”.",
            state=dossier.state.value,
            command=command.command.value,
        )
    if dossier.last_at is not None and at < dossier.last_at:
        raise GuardFailed(
            f"Thời điểm {_vn(at)} sớm hơn việc đã ghi gần nhất của hồ sơ ({_vn(dossier.last_at)}).",
            field="occurred_at",
            at=at.isoformat(),
        )
    if move is None:
        return _refused_hand_over(dossier, command)
    decision = Decision(kind=move.kind, to_state=move.to or dossier.state)
    _RULES[command.command](dossier, command, at, decision)
    for name in FREE_TEXT & decision.data.keys():
        decision.private[name] = decision.data.pop(name)
    return decision


# What people write in their own words may name anybody, so it stands beside the ledger's text, not in it.
FREE_TEXT = frozenset({"reason", "items", "note", "proof_of_payment", "late_reason"})


def ledger_value(value: object) -> object:
    """A column's value as it stands in an entry's `set`."""
    return moment_text(value) if isinstance(value, datetime) else value


def _vn(moment: datetime) -> str:
    return f"{moment.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}"


def _start_answer_clock(dossier: Snapshot, at: datetime, decision: Decision) -> None:
    limit = rules.in_force(rules.ANSWER_LIMIT, at.astimezone(VIETNAM).date()).limit
    decision.changes["answer_due_at"] = compute_due(at, limit, dossier.calendar).at


_ELECTRONIC = frozenset({"online", "vneid", "kiosk"})


def _submit(dossier: Snapshot, command: c.Submit, at: datetime, decision: Decision) -> None:
    decision.changes["submitted_at"] = at
    decision.needs_code = dossier.channel in _ELECTRONIC
    _start_answer_clock(dossier, at, decision)


def _end_answer_clock(dossier: Snapshot, at: datetime, decision: Decision) -> None:
    """The dossier was answered, or its applicant did not wait any longer; an answer after its due is kept in sight."""
    decision.changes["answer_due_at"] = None
    if dossier.answer_due_at is not None and to_minutes(at) > to_minutes(dossier.answer_due_at):
        decision.changes["answer_breaches"] = dossier.answer_breaches + 1
        decision.data["answer_due"] = moment_text(dossier.answer_due_at)


def _check_clock_from(dossier: Snapshot, clock_from: datetime, at: datetime, forward_due: datetime) -> None:
    if clock_from < at:
        raise GuardFailed(
            "Thời điểm bắt đầu tính hạn không được trước lúc tiếp nhận.", clock_from=clock_from.isoformat()
        )
    if clock_from > forward_due:
        raise GuardFailed(
            f"Thời điểm bắt đầu tính hạn {_vn(clock_from)} sau hạn chuyển hồ sơ của nơi tiếp nhận ({_vn(forward_due)}).",
            clock_from=clock_from.isoformat(),
        )


def _accept(dossier: Snapshot, command: c.Accept, at: datetime, decision: Decision) -> None:
    limits = (command.limit,) if command.limit else dossier.limits
    forward_due = hand_over_due(at, dossier.calendar)
    if command.clock_from is not None:
        _check_clock_from(dossier, command.clock_from, at, forward_due)
    began = clock_start(command.clock_from or at, dossier.calendar)
    dues = _dues(dossier, limits, command.clock_from or at)
    if command.limit and dossier.limits and dues[-1] > _dues(dossier, dossier.limits, command.clock_from or at)[-1]:
        raise GuardFailed(
            f"Thời hạn {command.limit.text()} dài hơn thời hạn đã công bố của thủ tục"
            f" ({' và '.join(limit.text() for limit in dossier.limits)}).",
            field="limit",
        )
    # The receiving desk's own limit: until then what it took must be with the competent agency.
    decision.data["forward_due"] = moment_text(forward_due)
    decision.needs_code = dossier.code is None
    _end_answer_clock(dossier, at, decision)
    decision.changes |= {
        "accepted_at": at,
        "clock_started_at": began,
        "original_due_at": dues[-1] if dues else None,
        "due_at": dues[-1] if dues else None,
    }
    if command.case:
        decision.data["case"] = command.case
    if command.limit:
        decision.changes |= {
            "limit_amount": command.limit.amount,
            "limit_unit": command.limit.unit.value,
            "second_amount": None,
            "second_unit": "",
        }
    if len(dues) == 2:
        decision.changes["first_stage_due_at"] = dues[0]
    if command.clock_from is not None and dossier.channel not in _ELECTRONIC:
        decision.changes["papers_due_at"] = forward_due


def _receive_papers(dossier: Snapshot, command: c.ReceivePapers, at: datetime, decision: Decision) -> None:
    if dossier.papers_due_at is None:
        raise GuardFailed("Hồ sơ này không có bộ hồ sơ giấy nào đang chuyển đến để ký nhận.")
    if any(stops_of(dossier.history)):
        raise GuardFailed(
            "Hồ sơ đã từng tạm dừng hoặc gia hạn nên không tính lại được lúc bắt đầu; cần đính chính trước."
        )
    dues = _dues(dossier, dossier.limits, at)
    decision.changes |= {"papers_due_at": None, "clock_started_at": clock_start(at, dossier.calendar)}
    if dues:
        decision.changes |= {"original_due_at": dues[-1], "due_at": dues[-1]}
    if len(dues) == 2:
        decision.changes["first_stage_due_at"] = dues[0]
    if at > dossier.papers_due_at:
        decision.data["forward_due"] = moment_text(dossier.papers_due_at)
    decision.data["document"] = command.document


def _dues(dossier: Snapshot, limits: tuple[Limit, ...], start: datetime) -> tuple[datetime, ...]:
    if not limits:
        return (same_day_due(start, dossier.calendar),) if dossier.same_day else ()
    return tuple(due.at for due in dues(start, limits, dossier.calendar, dossier.due_policy))


def _ask_completion(dossier: Snapshot, command: c.AskCompletion, at: datetime, decision: Decision) -> None:
    until = _until(command.until, at, rules.COMPLETION_LIMIT, dossier.calendar)
    _end_answer_clock(dossier, at, decision)
    decision.changes |= {
        "completion_due_at": until,
        "completion_rounds": dossier.completion_rounds + 1,
    }
    decision.data |= {"items": list(command.items), "reason": command.reason}
    decision.timers["completion_due"] = until


def _until(asked: datetime | None, at: datetime, table: tuple[rules.DatedLimit, ...], calendar: Calendar) -> datetime:
    if asked is None:
        return compute_due(at, rules.in_force(table, at.astimezone(VIETNAM).date()).limit, calendar).at
    if asked <= at:
        raise GuardFailed(f"Hạn {_vn(asked)} phải sau lúc yêu cầu ({_vn(at)}).", until=asked.isoformat())
    return asked


def _in_time(due: datetime | None, at: datetime, what: str) -> None:
    """Whether the worker has closed the dossier yet must not matter: after the due it is too late either way."""
    if due is not None and at > due:
        raise GuardFailed(f"Thời hạn {what} ({_vn(due)}) đã hết.", due=due.isoformat())


def _complete(dossier: Snapshot, command: c.Complete, at: datetime, decision: Decision) -> None:
    _in_time(dossier.completion_due_at, at, "hoàn thiện hồ sơ")
    decision.changes["completion_due_at"] = None
    decision.timers["completion_due"] = None
    decision.papers = command.papers
    decision.paper_round = dossier.completion_rounds + dossier.supplement_rounds
    decision.data |= _papers_data(command.papers) | _note(command.note)
    _start_answer_clock(dossier, at, decision)


def _papers_data(papers: tuple[c.PaperData, ...]) -> dict[str, Any]:
    """Papers by hash and count; a paper's name is the catalogue's or the officer's wording, not personal data."""
    return (
        {"papers": [{"originals": p.originals, "copies": p.copies, "file": p.file} for p in papers]} if papers else {}
    )


def _note(note: str) -> dict[str, Any]:
    return {"note": note} if note else {}


def _end_before_acceptance(dossier: Snapshot, at: datetime, decision: Decision) -> None:
    _end_answer_clock(dossier, at, decision)
    decision.changes |= {"ended_at": at, "completion_due_at": None}
    if dossier.completion_due_at is not None:
        decision.timers["completion_due"] = None


def _refuse(dossier: Snapshot, command: c.Refuse, at: datetime, decision: Decision) -> None:
    _end_before_acceptance(dossier, at, decision)
    decision.data["reason"] = command.reason


def _close_incomplete(dossier: Snapshot, command: c.CloseIncomplete, at: datetime, decision: Decision) -> None:
    if dossier.completion_due_at is None or at < dossier.completion_due_at:
        due = _vn(dossier.completion_due_at) if dossier.completion_due_at else "chưa đặt"
        raise GuardFailed(f"Chưa hết hạn hoàn thiện hồ sơ ({due}).")
    _end_before_acceptance(dossier, at, decision)
    decision.data["reason"] = "Không hoàn thiện hồ sơ trong thời hạn."


def _withdraw(dossier: Snapshot, command: c.Withdraw, at: datetime, decision: Decision) -> None:
    _end_before_acceptance(dossier, at, decision)
    decision.data |= {"reason": command.reason} if command.reason else {}


def _forward(dossier: Snapshot, command: c.Forward, at: datetime, decision: Decision) -> None:
    decision.changes |= {"step": command.step, "unit_id": command.unit_id, "officer_id": command.officer_id}
    decision.data |= _note(command.note)


def _work(dossier: Snapshot, command: c.Work, at: datetime, decision: Decision) -> None:
    decision.kind = f"process.{command.event}"
    if dossier.state is State.ACCEPTED and command.event in _WORK_BEGUN:
        decision.to_state = State.IN_PROCESS
    placed = {"step": command.step, "unit_id": command.unit_id, "officer_id": command.officer_id}
    if command.process is not None:
        placed["process"] = command.process
    shared = sorted({*dossier.shared_with, *command.shared_with})
    if shared != dossier.shared_with:
        decision.changes["shared_with"] = shared
    # Only what moves: an entry says what it changed.
    decision.changes |= {name: value for name, value in placed.items() if value != getattr(dossier, name)}
    decision.data |= dict(command.detail) | _note(command.note)


_WORK_BEGUN = frozenset({ProcessEvent.STEP_DONE, ProcessEvent.CLAIMED})


def _pause(dossier: Snapshot, kind: str, at: datetime, decision: Decision) -> None:
    decision.changes |= {"paused_at": at, "pause_kind": kind}


def _ask_supplement(dossier: Snapshot, command: c.AskSupplement, at: datetime, decision: Decision) -> None:
    if dossier.supplement_rounds >= 1 and not (
        command.provision.strip() and command.stage.strip() and command.approver_id
    ):
        raise GuardFailed(
            "Hồ sơ đã được yêu cầu bổ sung một lần. Yêu cầu lần nữa phải có căn cứ pháp lý, giai đoạn và người duyệt.",
            rounds=dossier.supplement_rounds,
        )
    until = _until(command.until, at, rules.SUPPLEMENT_LIMIT, dossier.calendar)
    _pause(dossier, "supplement", at, decision)
    decision.changes |= {"supplement_rounds": dossier.supplement_rounds + 1, "supplement_due_at": until}
    decision.timers["supplement_due"] = until
    decision.data |= {"items": list(command.items), "reason": command.reason}
    if command.provision:
        decision.data |= {"provision": command.provision, "stage": command.stage, "approver": command.approver_id}


def needs_history(command: c.AnyCommand) -> bool:
    """Whether `decide` must see the earlier entries: to recompute the due from every pause, or to go back."""
    return isinstance(command, c.Rectify | c.Supplement | c.ConfirmPayment | c.Resume | c.ReceivePapers)


def _end_pause(dossier: Snapshot, at: datetime, decision: Decision) -> None:
    """The clock runs again: the dues are computed anew from the whole story, so that there is one way to compute them."""
    if dossier.paused_at is None or dossier.clock_started_at is None:
        raise GuardFailed("Hồ sơ không có khoảng tạm dừng nào đang mở.")
    decision.changes |= {"paused_at": None, "pause_kind": ""}
    decision.data["paused"] = [moment_text(dossier.paused_at), moment_text(at)]
    pauses, extensions = stops_of(dossier.history)
    pauses[-1] = Pause(pauses[-1].kind, pauses[-1].begin, at)
    moved = dues(dossier.clock_started_at, dossier.limits, dossier.calendar, dossier.due_policy, pauses, extensions)
    found = [due.at for due in moved]
    if not found and dossier.due_at is not None:
        # A same-day procedure without a stated limit: what was left of its day goes on.
        found = [due_after_pause(dossier.due_at, pauses[-1], dossier.calendar, unit=Unit.WORKING_HOUR)]
    if found and found[-1] != dossier.due_at:
        decision.changes["due_at"] = found[-1]
    if len(found) == 2 and found[0] != dossier.first_stage_due_at:
        decision.changes["first_stage_due_at"] = found[0]


def _supplement(dossier: Snapshot, command: c.Supplement, at: datetime, decision: Decision) -> None:
    _in_time(dossier.supplement_due_at, at, "bổ sung hồ sơ")
    _end_pause(dossier, at, decision)
    decision.changes["supplement_due_at"] = None
    decision.timers["supplement_due"] = None
    decision.papers = command.papers
    decision.paper_round = dossier.completion_rounds + dossier.supplement_rounds
    decision.data |= _papers_data(command.papers) | _note(command.note)


def _ask_payment(dossier: Snapshot, command: c.AskPayment, at: datetime, decision: Decision) -> None:
    _pause(dossier, "payment", at, decision)
    decision.data |= {"amount_vnd": command.amount_vnd, "provision": command.provision}


def _confirm_payment(dossier: Snapshot, command: c.ConfirmPayment, at: datetime, decision: Decision) -> None:
    _end_pause(dossier, at, decision)
    decision.data["proof_of_payment"] = command.proof


def _suspend(dossier: Snapshot, command: c.Suspend, at: datetime, decision: Decision) -> None:
    _pause(dossier, "legal", at, decision)
    decision.data |= {"provision": command.provision, "document": command.document}


def _resume(dossier: Snapshot, command: c.Resume, at: datetime, decision: Decision) -> None:
    _end_pause(dossier, at, decision)
    decision.data |= {"document": command.document} if command.document else {}


def _to_the_minute(moment: datetime) -> datetime:
    """As every due is counted and printed."""
    return from_minutes(to_minutes(moment))


# No rule grants as much: a year typed wrongly would end the dossier's clock, or be promised to its applicant, for ever.
_LONGEST = timedelta(days=366)


def _later_than_due(dossier: Snapshot, until: datetime, at: datetime) -> None:
    if dossier.due_at is None:
        raise GuardFailed("Hồ sơ không có hạn giải quyết nên không gia hạn hay hẹn lại được.")
    if _to_the_minute(until) <= dossier.due_at:
        raise GuardFailed(
            f"Ngày mới {_vn(until)} phải sau hạn hiện hành ({_vn(dossier.due_at)}).", until=until.isoformat()
        )
    if until - max(at, dossier.due_at) > _LONGEST:
        raise GuardFailed(
            f"Ngày mới {_vn(until)} xa hơn {_LONGEST.days} ngày; hãy kiểm tra lại năm.", until=until.isoformat()
        )


def _extend(dossier: Snapshot, command: c.Extend, at: datetime, decision: Decision) -> None:
    _later_than_due(dossier, command.until, at)
    if dossier.due_at is not None and at > dossier.due_at:
        raise GuardFailed(f"Hạn {_vn(dossier.due_at)} đã qua; gia hạn phải được quyết định trước khi hết hạn.")
    decision.changes["due_at"] = _to_the_minute(command.until)
    decision.data |= {"provision": command.provision, "reason": command.reason}


def _promise(dossier: Snapshot, command: c.Promise, at: datetime, decision: Decision) -> None:
    if dossier.promised_at is not None:
        raise GuardFailed(
            f"Hồ sơ đã được hẹn lại một lần (đến {_vn(dossier.promised_at)}); không được hẹn lại lần nữa."
        )
    _later_than_due(dossier, command.until, at)
    if command.until <= at:
        raise GuardFailed(f"Ngày hẹn lại {_vn(command.until)} phải sau lúc xin lỗi ({_vn(at)}).")
    decision.changes["promised_at"] = _to_the_minute(command.until)
    decision.data["reason"] = command.reason
    if dossier.due_at is not None:
        decision.data["due"] = moment_text(dossier.due_at)
    if command.cause:
        decision.data["cause"] = command.cause
    if command.agency_id:
        decision.data["agency"] = command.agency_id


def _check_signed(result: c.ResultData, dossier: Snapshot, at: datetime) -> None:
    signed_on, today = result.signed_on, at.astimezone(VIETNAM).date()
    accepted_on = dossier.accepted_at.astimezone(VIETNAM).date() if dossier.accepted_at else today
    if signed_on > today:
        raise GuardFailed(
            f"Ngày ký {signed_on:%d/%m/%Y} ở sau ngày ghi nhận {today:%d/%m/%Y}.", signed_on=signed_on.isoformat()
        )
    if signed_on < accepted_on:
        raise GuardFailed(
            f"Ngày ký {signed_on:%d/%m/%Y} ở trước ngày tiếp nhận {accepted_on:%d/%m/%Y}.",
            signed_on=signed_on.isoformat(),
        )


def _record_result(dossier: Snapshot, result: c.ResultData, at: datetime, decision: Decision) -> None:
    _check_signed(result, dossier, at)
    signed = datetime.combine(result.signed_on, datetime.min.time(), VIETNAM)
    decision.result = result
    decision.changes["result_signed_at"] = signed
    decision.data["result"] = {
        "kind": result.kind,
        "number": result.number,
        "signed_on": result.signed_on.isoformat(),
        "file": result.file,
        "paper": result.paper,
    }
    decision.private["signer"] = result.signer


def _resolve(dossier: Snapshot, command: c.Resolve, at: datetime, decision: Decision) -> None:
    _record_result(dossier, command.result, at, decision)
    decision.changes |= {"resolved_at": at, "step": "", "withdrawal_requested_at": None}
    if command.at_return_desk or dossier.return_method == "electronic":
        decision.changes["result_at_desk_at"] = at
        decision.timers["uncollected"] = _next_reminder(dossier.return_method, at, None, at)


def _next_reminder(method: str, at_desk: datetime | None, sent: datetime | None, at: datetime) -> datetime | None:
    """Who must come and can come is reminded: not for what is delivered, on its way to the desk, or with the post."""
    if at_desk is None or sent is not None or method == "electronic":
        return None
    moments = [at_desk + timedelta(days=days) for days in rules.UNCOLLECTED_REMINDER_DAYS]
    return next((moment for moment in moments if moment > at), None)


def _return_ineligible(dossier: Snapshot, command: c.ReturnIneligible, at: datetime, decision: Decision) -> None:
    _record_result(dossier, command.result, at, decision)
    decision.changes |= {"ended_at": at, "step": "", "withdrawal_requested_at": None}
    decision.data["reason"] = command.reason


def _receive_result(dossier: Snapshot, command: c.ReceiveResult, at: datetime, decision: Decision) -> None:
    if dossier.result_at_desk_at is not None:
        raise GuardFailed(f"Kết quả đã có ở nơi trả từ {_vn(dossier.result_at_desk_at)}.")
    decision.changes["result_at_desk_at"] = at
    decision.timers["uncollected"] = _next_reminder(dossier.return_method, at, None, at)


def _result_at_desk(dossier: Snapshot) -> None:
    if dossier.result_at_desk_at is None:
        raise GuardFailed("Kết quả chưa về nơi trả. Cần ghi nhận kết quả về nơi trả trước.")


def _send_result(dossier: Snapshot, command: c.SendResult, at: datetime, decision: Decision) -> None:
    _result_at_desk(dossier)
    if dossier.return_method != "post":
        raise GuardFailed("Hồ sơ này không đăng ký nhận kết quả qua bưu chính.")
    decision.changes["result_sent_at"] = at
    decision.timers["uncollected"] = None
    decision.data["parcel"] = command.parcel


def _hand_over(dossier: Snapshot, command: c.HandOver, at: datetime, decision: Decision) -> None:
    _result_at_desk(dossier)
    if command.proof == "postal" and dossier.result_sent_at is None:
        raise GuardFailed("Chưa ghi nhận đã gửi bưu chính; đã gửi chưa phải là đã phát.")
    if command.proof == "electronic" and dossier.return_method != "electronic":
        raise GuardFailed("Hồ sơ này không đăng ký nhận kết quả bản điện tử.")
    decision.changes["handed_over_at"] = at
    decision.data |= {"proof": command.proof, "reference": command.reference}
    decision.private["receiver"] = command.receiver
    decision.timers["uncollected"] = None


def _refused_hand_over(dossier: Snapshot, command: c.AnyCommand) -> Decision:
    decision = Decision(kind=HAND_OVER_REFUSED, to_state=dossier.state)
    if isinstance(command, c.HandOver):
        decision.data["proof"] = command.proof
    decision.refusal = HandOverTooEarly(
        "Hồ sơ chưa có kết quả nên không thể trả kết quả. Lần thao tác này đã được ghi vào sổ.",
        state=dossier.state.value,
    )
    return decision


def _request_withdrawal(dossier: Snapshot, command: c.RequestWithdrawal, at: datetime, decision: Decision) -> None:
    if dossier.withdrawal_requested_at is not None:
        raise GuardFailed(f"Đã có đề nghị rút hồ sơ từ {_vn(dossier.withdrawal_requested_at)}, đang chờ quyết định.")
    decision.changes["withdrawal_requested_at"] = at
    decision.data["reason"] = command.reason


def _withdrawal_was_requested(dossier: Snapshot) -> None:
    if dossier.withdrawal_requested_at is None:
        raise GuardFailed("Chưa có đề nghị rút hồ sơ của người nộp.")


def _decline_withdrawal(dossier: Snapshot, command: c.DeclineWithdrawal, at: datetime, decision: Decision) -> None:
    _withdrawal_was_requested(dossier)
    decision.changes["withdrawal_requested_at"] = None
    decision.data["reason"] = command.reason


def _end_open(dossier: Snapshot, at: datetime, decision: Decision) -> None:
    decision.changes |= {"ended_at": at, "step": ""}
    if dossier.state in PAUSED:
        decision.changes |= {"paused_at": None, "pause_kind": "", "supplement_due_at": None}
        if dossier.supplement_due_at is not None:
            decision.timers["supplement_due"] = None


def _decide_withdrawal(dossier: Snapshot, command: c.DecideWithdrawal, at: datetime, decision: Decision) -> None:
    _withdrawal_was_requested(dossier)
    _end_open(dossier, at, decision)
    decision.data["document"] = command.document
    decision.private["signer"] = command.signer


def _stop(dossier: Snapshot, command: c.Stop, at: datetime, decision: Decision) -> None:
    _end_open(dossier, at, decision)
    decision.data["reason"] = command.reason


# What people wrote about themselves: it changes the column but stands in the ledger only as a private value.
PERSONAL_COLUMNS = frozenset({"request", "authorisation"})


def _rectify(dossier: Snapshot, command: c.Rectify, at: datetime, decision: Decision) -> None:
    if not command.approver_id:
        raise GuardFailed("Đính chính cần được lãnh đạo duyệt.")
    decision.data |= {"reason": command.reason, "approver": command.approver_id, "told": command.told}
    decision.changes |= command.corrections
    decision.private |= {name: value for name, value in command.corrections.items() if name in PERSONAL_COLUMNS}
    if command.to_state is not None:
        _restore(dossier, command.to_state, at, decision)


# Of these the applicant got a paper or a message that no longer holds when the entry is taken back.
_APPLICANT_KNOWS = frozenset(
    {
        "dossier.accepted", "dossier.completion_asked", "dossier.refused", "dossier.closed_incomplete",
        "dossier.supplement_asked", "dossier.payment_asked", "dossier.suspended", "dossier.extended", "dossier.promised",
        "dossier.resolved", "dossier.returned", "dossier.withdrawn", "dossier.stopped",
    }
)  # fmt: skip
# Facts, not a position: a restored dossier has still been asked once; a limit once stated and data once corrected stay.
_NOT_RESTORED = frozenset(
    {
        "code", "shared_with", "answer_breaches", "completion_rounds", "supplement_rounds", "return_method",
        "limit_amount", "limit_unit", "second_amount", "second_unit",
    }
) | PERSONAL_COLUMNS  # fmt: skip


def _restore(dossier: Snapshot, to_state: State, at: datetime, decision: Decision) -> None:
    """Every column goes back to what it was when the dossier was last in `to_state`; times counted stay as recorded.

    Only entries that still stand can be gone back to. The present state as goal takes back the last entry alone.
    """
    kept = standing(dossier.history)
    reachable = kept[:-1] if to_state == dossier.state else kept
    seqs = [entry.seq for entry in reachable if entry.to_state == to_state]
    if not seqs:
        raise GuardFailed(
            f"Hồ sơ chưa từng ở trạng thái “{STATE_TEXT[to_state]}” trước đây nên không đính chính về đó được.",
            to_state=to_state.value,
        )
    back_to = seqs[-1]
    then: dict[str, Any] = {}
    since: set[str] = set()
    for entry in dossier.history:
        if entry.seq <= back_to:
            then |= entry.set
        else:
            since |= set(entry.set)
    blank = {"pause_kind": "", "process": "", "step": "", "completion_rounds": 0, "supplement_rounds": 0}
    for column in since - _NOT_RESTORED:
        value = then.get(column, blank.get(column))
        decision.changes[column] = datetime.fromisoformat(value) if _is_moment(column, value) else value
    decision.to_state = to_state
    decision.data["back_to"] = back_to
    decision.data["told"] |= any(entry.seq > back_to and entry.kind in _APPLICANT_KNOWS for entry in kept)
    decision.void_result = dossier.result_signed_at is not None and decision.changes.get("result_signed_at", 0) is None
    _restore_timers(dossier, at, decision)


def _restore_timers(dossier: Snapshot, at: datetime, decision: Decision) -> None:
    for column, timer in (("completion_due_at", "completion_due"), ("supplement_due_at", "supplement_due")):
        if column not in decision.changes:
            continue
        if decision.changes[column] is not None and decision.changes[column] <= at:
            # The applicant's time ran out while the dossier stood in a wrong state: no timer may close it at once again.
            decision.changes[column] = None
        decision.timers[timer] = decision.changes[column]
    decision.timers["uncollected"] = None
    if decision.to_state == State.RESOLVED:
        decision.timers["uncollected"] = _next_reminder(
            decision.changes.get("return_method", dossier.return_method),
            decision.changes.get("result_at_desk_at", dossier.result_at_desk_at),
            decision.changes.get("result_sent_at", dossier.result_sent_at),
            at,
        )


def _is_moment(column: str, value: object) -> bool:
    return column.endswith("_at") and isinstance(value, str)


_RULES: dict[Command, Callable[[Snapshot, Any, datetime, Decision], None]] = {
    Command.SUBMIT: _submit,
    Command.ACCEPT: _accept,
    Command.ASK_COMPLETION: _ask_completion,
    Command.COMPLETE: _complete,
    Command.REFUSE: _refuse,
    Command.CLOSE_INCOMPLETE: _close_incomplete,
    Command.WITHDRAW: _withdraw,
    Command.RECEIVE_PAPERS: _receive_papers,
    Command.FORWARD: _forward,
    Command.WORK: _work,
    Command.ASK_SUPPLEMENT: _ask_supplement,
    Command.SUPPLEMENT: _supplement,
    Command.ASK_PAYMENT: _ask_payment,
    Command.CONFIRM_PAYMENT: _confirm_payment,
    Command.SUSPEND: _suspend,
    Command.RESUME: _resume,
    Command.EXTEND: _extend,
    Command.PROMISE: _promise,
    Command.RESOLVE: _resolve,
    Command.RETURN_INELIGIBLE: _return_ineligible,
    Command.RECEIVE_RESULT: _receive_result,
    Command.SEND_RESULT: _send_result,
    Command.HAND_OVER: _hand_over,
    Command.REQUEST_WITHDRAWAL: _request_withdrawal,
    Command.DECLINE_WITHDRAWAL: _decline_withdrawal,
    Command.DECIDE_WITHDRAWAL: _decide_withdrawal,
    Command.STOP: _stop,
    Command.RECTIFY: _rectify,
}

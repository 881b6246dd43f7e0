"""Any commands at any times: what must hold of every life, whoever clicks what and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from motcua.dossiers import commands as c
from motcua.dossiers import ledger
from motcua.dossiers.chain import Chain, StoredEntry
from motcua.dossiers.decide import HandOverTooEarly, Snapshot, decide, ledger_value
from motcua.dossiers.writer import SNAPSHOT_COLUMNS, advance, seal
from motcua.identity.actors import SYSTEM
from motcua.law.errors import DomainError
from motcua.law.lifecycle import FINISHED, OPEN, PAUSED, Command, State, find_move
from motcua.law.limits import Limit, Unit
from motcua.law.moments import VIETNAM
from motcua.law.policies import Policy
from motcua.law.worktime import national_calendar

START = datetime(2026, 11, 16, 9, 20, tzinfo=VIETNAM)
LIMITS = st.builds(Limit, st.integers(1, 40), st.sampled_from(Unit))
LATER = st.builds(timedelta, days=st.integers(-1, 12), minutes=st.integers(0, 24 * 60))
SIGNED = st.dates(date(2026, 11, 10), date(2027, 3, 1))


RESULTS = st.builds(
    c.ResultData, st.just("Giấy phép"), st.just("15/GP"), SIGNED, st.just("Trần Văn Bình"), paper=st.just(True)
)
MOMENTS = st.builds(timedelta, days=st.integers(0, 120), minutes=st.integers(0, 1440)).map(lambda later: START + later)
EACH: dict[Command, st.SearchStrategy[c.AnyCommand]] = {
    Command.SUBMIT: st.just(c.Submit()),
    Command.ACCEPT: st.builds(c.Accept, clock_from=st.none() | MOMENTS, limit=st.none() | LIMITS),
    Command.ASK_COMPLETION: st.builds(c.AskCompletion, st.just(("Bản vẽ",)), st.just("Thiếu"), st.none() | MOMENTS),
    Command.COMPLETE: st.just(c.Complete((c.PaperData("Bản vẽ", originals=1),))),
    Command.REFUSE: st.just(c.Refuse("Sai thẩm quyền")),
    Command.CLOSE_INCOMPLETE: st.just(c.CloseIncomplete()),
    Command.RECEIVE_PAPERS: st.just(c.ReceivePapers("12/PBG")),
    Command.FORWARD: st.builds(c.Forward, st.sampled_from(["Thẩm định", "Trình ký"]), officer_id=st.none() | st.just(3)),
    Command.ASK_SUPPLEMENT: st.builds(
        c.AskSupplement, st.just(("Bản vẽ",)), st.just("Sai"), st.none() | MOMENTS,
        st.sampled_from(["", "Điều 5"]), st.just("Thẩm định"), st.sampled_from([0, 4]),
    ),
    Command.SUPPLEMENT: st.just(c.Supplement(note="Đã sửa")),
    Command.ASK_PAYMENT: st.just(c.AskPayment(1_000_000, "Điều 9")),
    Command.CONFIRM_PAYMENT: st.just(c.ConfirmPayment("BL-1")),
    Command.SUSPEND: st.just(c.Suspend("Điều 3", "12/QĐ")),
    Command.RESUME: st.just(c.Resume()),
    Command.EXTEND: st.builds(c.Extend, MOMENTS, st.just("Điều 4"), st.just("Phức tạp")),
    Command.PROMISE: st.builds(c.Promise, MOMENTS, st.just("Chậm")),
    Command.RESOLVE: st.builds(c.Resolve, RESULTS, st.booleans()),
    Command.RETURN_INELIGIBLE: st.builds(c.ReturnIneligible, RESULTS, st.just("Không đủ điều kiện")),
    Command.RECEIVE_RESULT: st.just(c.ReceiveResult()),
    Command.SEND_RESULT: st.just(c.SendResult("EMS1")),
    Command.HAND_OVER: st.builds(
        c.HandOver, st.just("Hòa"), st.sampled_from(["signature", "one_time_code", "postal", "electronic"]), st.just("x")
    ),
    Command.WITHDRAW: st.just(c.Withdraw()),
    Command.REQUEST_WITHDRAWAL: st.just(c.RequestWithdrawal("Không cần nữa")),
    Command.DECLINE_WITHDRAWAL: st.just(c.DeclineWithdrawal("Đã trình ký")),
    Command.DECIDE_WITHDRAWAL: st.just(c.DecideWithdrawal("7/QĐ", "Trần Văn Bình")),
    Command.STOP: st.just(c.Stop("Theo quy định")),
    Command.RECTIFY: st.builds(
        c.Rectify, st.just("Ghi nhầm"), st.sampled_from([0, 5]), to_state=st.none() | st.sampled_from(State),
        corrections=st.just({"request": "Xây nhà", "return_method": "post"}),
    ),
}  # fmt: skip
# Most random commands are refused; these keep lives going, so that deep states are reached too.
ONWARD = {
    State.DRAFT: (Command.SUBMIT, Command.ACCEPT),
    State.SUBMITTED: (Command.ACCEPT,),
    State.AWAITING_COMPLETION: (Command.COMPLETE,),
    State.ACCEPTED: (Command.RECEIVE_PAPERS, Command.FORWARD, Command.RESOLVE, Command.ASK_SUPPLEMENT),
    State.IN_PROCESS: (Command.RESOLVE, Command.ASK_SUPPLEMENT, Command.ASK_PAYMENT, Command.SUSPEND),
    State.AWAITING_SUPPLEMENT: (Command.SUPPLEMENT,),
    State.AWAITING_PAYMENT: (Command.CONFIRM_PAYMENT,),
    State.SUSPENDED: (Command.RESUME,),
    State.RESOLVED: (Command.RECEIVE_RESULT, Command.SEND_RESULT, Command.HAND_OVER),
}


class Life(RuleBasedStateMachine):
    """One dossier in memory, moved exactly as the writers move it."""

    @initialize(
        limits=st.lists(LIMITS, max_size=2).map(tuple),
        policy=st.sampled_from(Policy),
        channel=st.sampled_from(["online", "counter", "post"]),
        return_method=st.sampled_from(["desk", "post", "electronic"]),
        same_day=st.booleans(),
    )
    def begin(self, limits, policy, channel, return_method, same_day) -> None:
        self.now = START
        self.chain = Chain(5)
        self.dossier = Snapshot(
            state=State.DRAFT, seq=0, channel=channel, return_method=return_method, receiving_desk_id=1, return_desk_id=2,
            due_policy=policy, limits=limits, same_day=same_day, calendar=national_calendar(),
        )  # fmt: skip

    @rule(command=st.one_of(*EACH.values()), later=LATER)
    def any_command(self, command: c.AnyCommand, later: timedelta) -> None:
        self.give(command, self.now + later)

    @precondition(lambda self: self.dossier.state in ONWARD)
    @rule(data=st.data(), later=LATER.map(abs))
    def onward(self, data: st.DataObject, later: timedelta) -> None:
        command = data.draw(EACH[data.draw(st.sampled_from(ONWARD[self.dossier.state]))])
        if isinstance(command, c.Resolve):
            signed_on = (self.now + later).astimezone(VIETNAM).date()
            command = replace(command, result=replace(command.result, signed_on=signed_on))
        self.give(command, self.now + later)

    def give(self, command: c.AnyCommand, at: datetime) -> None:
        before = self.dossier
        try:
            decision = decide(before, command, at)
        except DomainError:
            return
        if decision.needs_code:
            assert before.code is None
            decision.changes["code"] = "H32.16-261116-0001"
        if not self.chain.seq:
            decision.data |= {
                "receiving_desk": 1, "return_desk": 2, "channel": before.channel, "return_method": before.return_method,
            }  # fmt: skip
        entry = seal(
            decision, dossier_id=5, seq=before.seq + 1, prev=self.chain.head, from_state=before.state, actor=SYSTEM,
            occurred_at=at, recorded_at=at,
        )  # fmt: skip
        self.chain.add(
            StoredEntry(
                entry.seq, entry.kind, at, at, ledger.FORMAT, entry.text, entry.prev, entry.hash, True, entry.key or None,
                entry.private or None,
            )
        )  # fmt: skip
        self.dossier = advance(self.dossier, decision, at)
        self.now = at
        self.check_move(before, command, decision.to_state, decision.refusal)

    def check_move(self, before: Snapshot, command: c.AnyCommand, to_state: State, refusal: DomainError | None) -> None:
        after = self.dossier
        if refusal is not None:
            assert isinstance(refusal, HandOverTooEarly)
            assert before.state in OPEN
            assert replace(after, seq=before.seq, last_at=before.last_at, history=before.history) == before
            return
        move = find_move(before.state, command.command)
        assert move is not None
        if command.command is not Command.RECTIFY:
            assert to_state == (move.to or before.state)
            pause_ended = before.paused_at is not None and after.paused_at is None
            if pause_ended and before.due_at is not None:
                assert after.due_at is not None
                assert after.due_at >= before.due_at
        if command.command in (Command.PROMISE, Command.FORWARD, Command.REQUEST_WITHDRAWAL):
            assert after.due_at == before.due_at

    @invariant()
    def times_fit_the_state(self) -> None:
        dossier = self.dossier
        if dossier.handed_over_at is not None:
            assert dossier.state is State.HANDED_OVER
            assert dossier.resolved_at is not None
            assert dossier.resolved_at <= dossier.handed_over_at
            assert dossier.result_at_desk_at is not None
        if dossier.state in (State.RESOLVED, State.HANDED_OVER):
            assert dossier.resolved_at is not None
            assert dossier.result_signed_at is not None
        if dossier.state in OPEN | {State.RESOLVED, State.HANDED_OVER}:
            assert dossier.code is not None
            assert dossier.accepted_at is not None
        assert (dossier.paused_at is not None) == (dossier.state in PAUSED)
        assert (dossier.ended_at is not None) == (dossier.state in FINISHED - {State.HANDED_OVER})
        assert (dossier.answer_due_at is not None) == (dossier.state is State.SUBMITTED)
        if dossier.due_at is not None and dossier.original_due_at is not None:
            assert dossier.due_at >= dossier.original_due_at

    @invariant()
    def ledger_is_whole_and_rebuilds_the_dossier(self) -> None:
        assert self.chain.faults == []
        assert (self.chain.seq, self.chain.state) == (self.dossier.seq, self.dossier.state)
        if self.chain.seq:
            for name in SNAPSHOT_COLUMNS:
                if name not in ("state", "seq"):
                    assert self.chain.column(name) == ledger_value(getattr(self.dossier, name)), name


Life.TestCase.settings = settings(max_examples=100, stateful_step_count=25, deadline=None)
TestLife = Life.TestCase

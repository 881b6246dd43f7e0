"""How each case goes: hand-in, answer, work and result of one dossier, told through a `Script`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from motcua.demo import words
from motcua.demo.script import APPLICANT, WORKING_DAY, NotYet, Script
from motcua.dossiers import commands as c
from motcua.identity.actors import SYSTEM, Actor
from motcua.law.clock import add_working_minutes, hand_over_due, working_minutes_between
from motcua.law.lifecycle import State
from motcua.law.moments import VIETNAM

_ONLINE = frozenset({"online", "vneid", "kiosk"})


def tell(script: Script, case: str) -> None:
    """Give the whole life, as far as it has come by now. `case` "" is the ordinary course."""
    try:
        if script.offer.same_day and script.intake.channel == "counter":
            _same_day(script)
            return
        if _taken_in(script, case):
            _worked_on(script, case)
            if script.dossier.state == State.RESOLVED:
                _handed_over(script, case)
    except NotYet:
        return


def _same_day(s: Script) -> None:
    """Three entries at one moment, by the one officer at the counter."""
    officer = s.desk.officer
    s.give(c.Accept(), officer)
    s.give(c.Resolve(_result(s)), officer)
    s.give(c.HandOver(s.intake.submitter.full_name, "signature", s.world.samples.signature), officer)


def _missing(s: Script) -> tuple[tuple[str, ...], str]:
    item, reason = s.rng.choice(words.MISSING)
    return (item,), reason


def _taken_in(s: Script, case: str) -> bool:
    """Up to acceptance; False when the life ends before it."""
    if s.intake.channel in _ONLINE:
        s.give(c.Submit(), s.desk.officer if s.intake.assisted else APPLICANT)
        if not _answered(s, case):
            return False
    elif case == "refused_at_counter":
        s.give(c.Refuse(s.rng.choice(words.REFUSALS)), s.desk.officer)
        return False
    elif case == "completion_at_counter":
        s.give(c.AskCompletion(*_missing(s)), s.desk.officer)
        s.days(0.5, 6)
        s.give(c.Complete(_supplied(s)), s.desk.officer)
        s.work(5, 60)
    _accept(s, case)
    return True


def _answered(s: Script, case: str) -> bool:
    """The phase of the answer clock; False when it ends without acceptance."""
    if case == "unanswered_now":
        raise NotYet
    if case == "withdrawn_early":
        s.work(15, 100)
        s.give(c.Withdraw(s.rng.choice(words.WITHDRAWALS)), APPLICANT)
        return False
    s.work(*(9.5 * 60, 14 * 60) if case == "slow_answer" else (8, 400))
    officer = s.desk.officer
    if case == "duplicate":
        s.give(c.Refuse(words.DUPLICATE), officer)
        return False
    if case in {"closed_incomplete", "incomplete_now"}:
        s.give(
            c.AskCompletion(*_missing(s), until=s.at + timedelta(days=7 if case == "closed_incomplete" else 15)),
            officer,
        )
        if case == "incomplete_now":
            raise NotYet
        _reach(s, s.dossier.completion_due_at)
        s.give(c.CloseIncomplete(), SYSTEM)
        return False
    for _ in range({"completion": 1, "completion_twice": 2}.get(case, case == "refused" and s.rng.random() < 0.3)):
        s.give(c.AskCompletion(*_missing(s)), officer)
        s.days(0.3, 5)
        s.give(c.Complete(_supplied(s)), APPLICANT)
        s.work(8, 400)
    if case == "refused":
        s.give(c.Refuse(s.rng.choice(words.REFUSALS)), officer)
        return False
    return True


def _reach(s: Script, moment: datetime | None) -> None:
    """The program's own sweep acts within a minute after a timer's moment."""
    assert moment is not None  # the command before has just set it
    s.at = moment + timedelta(seconds=s.rng.randrange(2, 58))


def _supplied(s: Script) -> tuple[c.PaperData, ...]:
    if s.intake.channel not in _ONLINE:
        return (c.PaperData("Giấy tờ nộp bổ sung", originals=1),)
    return (c.PaperData("Giấy tờ nộp bổ sung", copies=1, file=s.world.samples.paper, file_name="giay-to-bo-sung.pdf"),)


def _accept(s: Script, case: str) -> None:
    clock_from = None
    if s.desk.id != s.office.desk.id:
        # Taken beyond the agency's territory: the clock waits until the agency has it.
        paper = s.intake.channel not in _ONLINE
        clock_from = (
            hand_over_due(s.at, s.office.calendar) if paper else s.at + timedelta(minutes=s.rng.randrange(1, 12))
        )
        clock_from = max(clock_from, s.at)
    late = case == "recorded_late"
    s.give(
        c.Accept(clock_from=clock_from),
        s.desk.officer,
        recorded_after=timedelta(minutes=s.rng.randrange(90, 900)) if late else None,
        reason=s.rng.choice(words.LATE_ENTRIES) if late else "",
    )
    if case == "accepted_now":
        raise NotYet
    if s.dossier.papers_due_at is not None:
        _papers_arrive(s, s.dossier.papers_due_at)
    if clock_from is not None:
        s.until(clock_from)


def _papers_arrive(s: Script, due: datetime) -> None:
    """The agency signs for papers that another desk took: within the hours it has for them, one set in eight too late."""
    calendar = s.office.calendar
    if s.rng.random() < 0.125:
        arrival = add_working_minutes(due, s.rng.randrange(30, 400), calendar)
    else:
        share = s.rng.uniform(0.3, 0.9) * max(working_minutes_between(s.at, due, calendar), 1)
        arrival = min(add_working_minutes(s.at, max(round(share), 1), calendar), due - timedelta(minutes=1))
    s.until(arrival)
    s.give(c.ReceivePapers(f"PGHS-{s.mark('papers')[:6]}"), s.worker)


def _worked_on(s: Script, case: str) -> None:
    worker = s.worker
    pace = max(s.left() * 0.08, 8)
    s.work(3, min(pace, 50))
    if s.process is None:
        s.give(c.Forward("Thẩm định hồ sơ", unit_id=worker.unit_id or None, officer_id=worker.id), s.desk.officer)
    else:
        s.step()
    if case in {"in_process_now", "late_now"}:
        raise NotYet
    if not _on_the_way(s, case, worker):
        return
    _reach_result(s, case, worker)


def _on_the_way(s: Script, case: str, worker: Actor) -> bool:
    """What can happen between acceptance and result; False when it ends the life."""
    story = _ON_THE_WAY.get(case)
    if story is None:
        return True
    s.work(s.left() * 0.05 + 2, s.left() * 0.35 + 5)
    return story(s, worker)


def _supplement(s: Script, worker: Actor, *, rounds: int = 1, answered: bool = True) -> bool:
    for number in range(1, rounds + 1):
        ask = c.AskSupplement(*_missing(s), until=s.at + timedelta(days=15 if answered else 9))
        if number > 1:
            ask = replace(ask, provision=words.PROVISION, stage="Thẩm định thực địa", approver_id=s.office.head.id)
        s.give(ask, worker)
        if not answered:
            _reach(s, s.dossier.supplement_due_at)
            s.give(c.Stop("Không bổ sung hồ sơ trong thời hạn yêu cầu."), SYSTEM)
            return False
        s.days(0.6, 6)
        s.give(c.Supplement(_supplied(s)), APPLICANT if s.intake.channel in _ONLINE else s.desk.officer)
        s.work(20, 120)
    return True


def _supplement_twice(s: Script, worker: Actor) -> bool:
    return _supplement(s, worker, rounds=2)


def _never_supplemented(s: Script, worker: Actor) -> bool:
    return _supplement(s, worker, answered=False)


def _supplement_now(s: Script, worker: Actor) -> bool:
    s.give(c.AskSupplement(*_missing(s), until=s.at + timedelta(days=20)), worker)
    raise NotYet


def _payment(s: Script, worker: Actor) -> bool:
    _ask_payment(s, worker)
    s.days(0.2, 5)
    s.give(c.ConfirmPayment(f"Giấy nộp tiền số {s.mark('payment')}"), APPLICANT)
    s.work(10, 60)
    return True


def _payment_now(s: Script, worker: Actor) -> bool:
    _ask_payment(s, worker)
    raise NotYet


def _ask_payment(s: Script, worker: Actor) -> None:
    s.give(c.AskPayment(s.rng.randrange(4, 900) * 25_000, words.PAYMENT_PROVISION), worker)


def _suspend(s: Script) -> None:
    s.give(c.Suspend(words.SUSPENSION_PROVISION, f"{serial(s.at)}/TB-{s.office.short}"), s.office.head)


def _suspension(s: Script, worker: Actor) -> bool:
    _suspend(s)
    s.work(2 * WORKING_DAY, 8 * WORKING_DAY)
    s.give(c.Resume(f"{serial(s.at)}/BB-{s.office.short}"), worker)
    s.work(10, 60)
    return True


def _suspended_now(s: Script, worker: Actor) -> bool:
    _suspend(s)
    raise NotYet


def _extension(s: Script, worker: Actor) -> bool:
    until = add_working_minutes(s.dossier.due_at or s.at, s.rng.randrange(2, 6) * WORKING_DAY, s.office.calendar)
    s.give(c.Extend(until, words.PROVISION, words.EXTENSIONS), s.office.head)
    return True


def _stopped(s: Script, worker: Actor) -> bool:
    s.give(c.Stop(words.STOPS), s.office.signer)
    return False


def _request_withdrawal(s: Script) -> None:
    s.give(c.RequestWithdrawal(s.rng.choice(words.WITHDRAWALS)), APPLICANT)
    s.work(10, max(20, min(s.left() * 0.3, 360)))


def _withdrawal_now(s: Script, worker: Actor) -> bool:
    s.give(c.RequestWithdrawal(s.rng.choice(words.WITHDRAWALS)), APPLICANT)
    raise NotYet


def _withdrawn_late(s: Script, worker: Actor) -> bool:
    _request_withdrawal(s)
    s.give(c.DecideWithdrawal(f"{serial(s.at)}/TB-{s.office.short}", s.office.signer.name), s.office.signer)
    return False


def _withdrawal_declined(s: Script, worker: Actor) -> bool:
    _request_withdrawal(s)
    s.give(c.DeclineWithdrawal(words.DECLINED), s.office.head)
    return True


def _returned(s: Script, worker: Actor) -> bool:
    s.to_result(s.left() * 0.4)
    result = c.ResultData(
        "Văn bản trả lời không đủ điều kiện giải quyết", f"{serial(s.at)}/VB-{s.office.short}", s.at.astimezone(VIETNAM).date(),
        s.office.signer.name, paper=True,
    )  # fmt: skip
    s.give(c.ReturnIneligible(result, s.rng.choice(words.INELIGIBLE)), s.office.signer)
    return False


def _early_hand_over(s: Script, worker: Actor) -> bool:
    """The officer tries to hand over what does not exist yet: refused, and on record."""
    s.give(
        c.HandOver(s.intake.submitter.full_name, "signature", s.world.samples.signature), s.by_post_or_desk().officer
    )
    return True


def _data_rectified(s: Script, worker: Actor) -> bool:
    s.give(
        c.Rectify(words.CORRECTED, s.office.signer.id, corrections={"request": f"Nhà ở tại đường Mẫu số {s.rng.randint(1, 30)}"}, told=True),
        s.office.head,
    )  # fmt: skip
    return True


_ON_THE_WAY = {
    "supplement": _supplement,
    "supplement_twice": _supplement_twice,
    "never_supplemented": _never_supplemented,
    "supplement_now": _supplement_now,
    "payment": _payment,
    "payment_now": _payment_now,
    "suspension": _suspension,
    "suspended_now": _suspended_now,
    "extension": _extension,
    "stopped": _stopped,
    "withdrawal_now": _withdrawal_now,
    "withdrawn_late": _withdrawn_late,
    "withdrawal_declined": _withdrawal_declined,
    "returned": _returned,
    "early_hand_over": _early_hand_over,
    "data_rectified": _data_rectified,
}


def _reach_result(s: Script, case: str, worker: Actor) -> None:
    if case in {"late", "apology", "apology_after_due"}:
        _fall_late(s, case)
        s.to_result(60)
    elif case in {"on_the_way_now", "sent_now"}:
        # Done quickly, so that the result is out by now.
        s.to_result(s.rng.uniform(60, 300))
    else:
        # Two fifths finish on the last day, the others earlier.
        share = s.rng.uniform(0.86, 0.985) if s.rng.random() < 0.4 else s.rng.uniform(0.25, 0.85)
        s.to_result(s.left() * share)
    _resolve(s, worker, case)
    if case == "rectified":
        s.work(15, 90)
        s.give(c.Rectify(words.WRONG_RESULT, s.office.signer.id, to_state=State.IN_PROCESS), s.office.head)
        s.work(3, 12)
        _resolve(s, worker, case)


def _fall_late(s: Script, case: str) -> None:
    """Past the due by a day or more; with an apology and a new date one day before the due, or only after it."""
    due = s.dossier.due_at
    assert due is not None  # only told of limited procedures
    over = s.rng.randrange(1, 6) * WORKING_DAY + 20
    promised = add_working_minutes(due, over + WORKING_DAY, s.office.calendar)
    if case == "apology":
        before = due - timedelta(days=1, minutes=s.rng.randrange(5, 60))
        if before > s.at:
            s.at = before
        s.give(c.Promise(promised, s.rng.choice(words.DELAYS)), s.office.signer)
    if case == "apology_after_due":
        s.until(add_working_minutes(due, 40, s.office.calendar))
        s.give(c.Promise(promised, s.rng.choice(words.DELAYS)), s.office.head)
    s.until(add_working_minutes(due, over, s.office.calendar))


def _resolve(s: Script, worker: Actor, case: str) -> None:
    electronic = s.intake.return_method == "electronic"
    carried = s.intake.return_desk_id != s.office.desk.id
    s.give(c.Resolve(_result(s, electronic=electronic), at_return_desk=not carried), worker)


def serial(at: datetime) -> int:
    """A document's number that grows through the year."""
    local = at.astimezone(VIETNAM)
    return (local.timetuple().tm_yday - 1) * 8 + (local.hour * 60 + local.minute) // 180 + 1


def _result(s: Script, *, electronic: bool = False) -> c.ResultData:
    return c.ResultData(
        kind=s.offer.result,
        number=f"{serial(s.at)}/{s.offer.mark}-{s.office.short}",
        signed_on=s.at.astimezone(VIETNAM).date(),
        signer=s.office.signer.name,
        file=s.world.samples.result if electronic else "",
        paper=not electronic,
    )


def _handed_over(s: Script, case: str) -> None:
    receiver, desk = s.intake.submitter.full_name, s.by_post_or_desk()
    if s.intake.return_method == "electronic":
        s.until(s.at + timedelta(minutes=1))
        s.give(c.HandOver(receiver, "electronic", f"Kho dữ liệu điện tử {s.mark('account')}"), SYSTEM)
        return
    if case == "on_the_way_now":
        raise NotYet
    if s.dossier.result_at_desk_at is None:
        s.work(120, 500)
        s.give(c.ReceiveResult(), desk.officer)
    if s.intake.return_method == "post":
        s.work(20, 300)
        parcel = f"EM{s.mark('parcel')[:9]}VN"
        s.give(c.SendResult(parcel), desk.officer)
        if case == "sent_now":
            raise NotYet
        s.days(0.8, 3)
        s.give(c.HandOver(receiver, "postal", parcel), SYSTEM)
        return
    if case == "uncollected":
        raise NotYet
    s.work(15, 6 * 60 if s.rng.random() < 0.6 else 4 * WORKING_DAY)
    if case == "one_time_code" and s.intake.submitter.phone:
        s.give(c.HandOver(receiver, "one_time_code", s.mark("code")), desk.officer)
    else:
        s.give(c.HandOver(receiver, "signature", s.world.samples.signature), desk.officer)

"""The signs of one dossier: each a pure function from its story and the numbers in force to what it sees.

Moments compared with a due are whole minutes, as dues are; what is about clicking looks at the moment of recording.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from motcua.identity.actors import ActorKind
from motcua.law.lifecycle import HAND_OVER_REFUSED, PAUSED, State
from motcua.law.moments import VIETNAM, to_minutes
from motcua.processes.suspicions.story import Entry, Ref, Seen, Story, moment
from motcua.processes.suspicions.words import at_words, entry_words, exact_words, span_words, worked_words

Numbers = Mapping[str, int]
Sign = Callable[[Story, Numbers], Iterator[Seen]]

STEPS = frozenset({"process.step_done", "dossier.forwarded"})
FINISHING = STEPS | {"dossier.resolved", "dossier.returned"}
_OFFICER = ActorKind.OFFICER.value


def _seen(
    story: Story, entry: Entry, summary: str, facts: list[tuple[str, str]], refs: list[tuple[Entry, str]]
) -> Seen:
    return Seen(
        f"dossier:{story.dossier_id}",
        str(entry.seq),
        story.agency_id,
        entry.occurred_at,
        summary,
        tuple(facts),
        tuple(Ref(story.dossier_id, story.code, one.seq, what) for one, what in refs),
        story.dossier_id,
        entry.officer_id or None,
        story.procedure_id,
    )


def result_before_steps(story: Story, numbers: Numbers) -> Iterator[Seen]:
    for entry in story.standing:
        if entry.kind not in ("dossier.resolved", "dossier.returned"):
            continue
        steps = [step for step in story.standing if step.kind in STEPS and step.seq < entry.seq]
        signed_on = date.fromisoformat(entry.data["result"]["signed_on"])
        day_over = datetime.combine(signed_on + timedelta(days=1), time(), VIETNAM)
        if not steps or (late := story.worked(day_over, steps[-1].occurred_at)) < numbers["hours"] * 60:
            continue
        last = steps[-1]
        after = sum(step.occurred_at >= day_over for step in steps)
        yield _seen(
            story,
            entry,
            f"Kết quả ký ngày {signed_on:%d/%m/%Y} nhưng bước cuối được ghi xong lúc {at_words(last.occurred_at)}.",
            [
                ("Ngày ký kết quả", f"{signed_on:%d/%m/%Y}"),
                ("Bước cuối xong", at_words(last.occurred_at)),
                ("Bước cuối xong sau ngày ký", worked_words(late)),
                ("Số bước xong sau ngày ký", str(after)),
            ],
            [(last, "bước cuối được ghi xong"), (entry, entry_words(entry.kind))],
        )


def resolved_without_paper(story: Story, numbers: Numbers) -> Iterator[Seen]:
    resolved: Entry | None = None
    for entry in story.standing:
        if entry.kind == "dossier.resolved":
            resolved = entry
        elif entry.kind == "dossier.result_received" and resolved is not None:
            gap = story.worked(resolved.occurred_at, entry.occurred_at)
            due = story.due_before(resolved.seq)
            over = due is not None and _by(resolved.occurred_at, due) and not _by(entry.occurred_at, due)
            if gap < numbers["hours"] * 60 and not (over and gap >= numbers["hours_over_due"] * 60):
                continue
            facts = [
                ("Ghi là có kết quả", at_words(resolved.occurred_at)),
                ("Kết quả về nơi trả", at_words(entry.occurred_at)),
                ("Cách nhau", worked_words(gap)),
            ]
            if due is not None:
                facts.append(("Hạn trả", at_words(due) + (", nằm giữa hai lúc này" if over else "")))
            yield _seen(
                story,
                resolved,
                f"Ghi là có kết quả lúc {at_words(resolved.occurred_at)}, {worked_words(gap)} sau kết quả mới về nơi trả.",
                facts,
                [(resolved, "ghi nhận kết quả"), (entry, "kết quả về nơi trả")],
            )


def _by(at: datetime, due: datetime) -> bool:
    return to_minutes(at) <= to_minutes(due)


def instant_steps(story: Story, numbers: Numbers) -> Iterator[Seen]:
    given = [entry for entry in story.entries if entry.kind in FINISHING and entry.giver == _OFFICER]
    before = {entry.seq: earlier for earlier, entry in pairwise(story.entries)}
    for run in _runs(given, numbers["seconds"]):
        first, last = run[0], run[-1]
        if len(run) < numbers["count"] or first.seq not in before:
            continue
        silence = story.worked(before[first.seq].recorded_at, first.recorded_at)
        if silence < numbers["silence_hours"] * 60:
            continue
        took = (last.recorded_at - first.recorded_at).total_seconds()
        yield _seen(
            story,
            last,
            f"{len(run)} bước được ghi xong trong {span_words(took)} sau {worked_words(silence)} không có việc gì được ghi.",
            [
                ("Nằm yên từ", at_words(before[first.seq].recorded_at)),
                ("Nằm yên", worked_words(silence)),
                ("Số bước liên tiếp", str(len(run))),
                ("Từ bước đầu đến bước cuối", span_words(took)),
            ],
            [(entry, f"{entry_words(entry.kind)} lúc {exact_words(entry.recorded_at)}") for entry in run],
        )


def _runs(entries: list[Entry], seconds: int) -> Iterator[list[Entry]]:
    run: list[Entry] = []
    for entry in entries:
        if run and (entry.recorded_at - run[-1].recorded_at).total_seconds() > seconds:
            yield run
            run = []
        run.append(entry)
    if run:
        yield run


def supplement_before_due(story: Story, numbers: Numbers) -> Iterator[Seen]:
    started = next((entry for entry in story.entries if entry.data["set"].get("clock_started_at")), None)
    start = moment(started.data["set"]["clock_started_at"]) if started else None
    for entry in story.standing:
        due = story.due_before(entry.seq)
        if entry.kind != "dossier.supplement_asked" or due is None or start is None:
            continue
        left, whole = story.worked(entry.occurred_at, due), max(1, story.worked(start, due))
        over = not _by(entry.occurred_at, due)
        if not over and (left > numbers["hours"] * 60 or left * 100 > whole * numbers["share"]):
            continue
        said = "sau hạn" if over else f"khi chỉ còn {worked_words(left)}"
        yield _seen(
            story,
            entry,
            f"Yêu cầu bổ sung lúc {at_words(entry.occurred_at)}, {said}.",
            [
                ("Hạn trả lúc đó", at_words(due)),
                ("Yêu cầu bổ sung", at_words(entry.occurred_at)),
                ("Quá hạn" if over else "Còn lại", worked_words(left)),
                ("Phần thời hạn đã dùng", f"{min(100, round(100 - left * 100 / whole)) if not over else 'hơn 100'} %"),
            ],
            [(entry, "yêu cầu bổ sung")],
        )


_ENDS = frozenset({"dossier.returned", "dossier.withdrawn", "dossier.stopped"})


def ended_around_due(story: Story, numbers: Numbers) -> Iterator[Seen]:
    asked: Entry | None = None
    state = State.DRAFT
    for entry in story.standing:
        paused, state = state in PAUSED, entry.to_state
        if entry.kind == "dossier.withdrawal_requested":
            asked = entry
        due = story.due_before(entry.seq)
        # A pause stands before the due, and what the applicant asked for himself was not the office's doing.
        if entry.kind not in _ENDS or due is None or paused or entry.giver != _OFFICER:
            continue
        if entry.kind == "dossier.withdrawn" and asked is not None and asked.giver != _OFFICER:
            continue
        left = story.worked(entry.occurred_at, due)
        over = not _by(entry.occurred_at, due)
        if (-left if over else left) > numbers["after_hours" if over else "before_hours"] * 60:
            continue
        said = f"{worked_words(left)} {'sau' if over else 'trước'} hạn"
        yield _seen(
            story,
            entry,
            f"{entry_words(entry.kind).capitalize()} lúc {at_words(entry.occurred_at)}, {said}.",
            [
                ("Hạn trả", at_words(due)),
                (entry_words(entry.kind).capitalize(), at_words(entry.occurred_at)),
                ("Sau hạn" if over else "Trước hạn", worked_words(left)),
                *([("Đề nghị rút do cán bộ ghi", at_words(asked.occurred_at))] if asked else []),
            ],
            [*([(asked, "đề nghị rút")] if asked else []), (entry, entry_words(entry.kind))],
        )


def early_hand_over(story: Story, numbers: Numbers) -> Iterator[Seen]:
    tries = [entry for entry in story.entries if entry.kind == HAND_OVER_REFUSED]
    if not tries:
        return
    due = story.due_before(tries[-1].seq)
    near = due is not None and abs(story.worked(tries[-1].occurred_at, due)) <= numbers["around_hours"] * 60
    if len(tries) < numbers["attempts"] and not near:
        return
    last = tries[-1]
    facts = [("Số lần bấm", str(len(tries))), ("Lần cuối", at_words(last.occurred_at))]
    if due is not None:
        facts.append(("Hạn trả", at_words(due)))
    yield Seen(
        f"dossier:{story.dossier_id}",
        str(tries[0].seq),
        story.agency_id,
        last.occurred_at,
        f"Bấm “Trả kết quả” {len(tries)} lần khi chưa có kết quả, lần cuối lúc {at_words(last.occurred_at)}.",
        tuple(facts),
        tuple(
            Ref(story.dossier_id, story.code, entry.seq, f"bấm lúc {at_words(entry.occurred_at)}") for entry in tries
        ),
        story.dossier_id,
        last.officer_id or None,
        story.procedure_id,
    )


_WITHOUT_VERDICT = frozenset({State.RETURNED, State.WITHDRAWN, State.STOPPED})


def verdict_moved(story: Story, numbers: Numbers) -> Iterator[Seen]:
    late_now, ended_now, due_now = _verdict(story, len(story.entries))
    if late_now:
        return
    for place, entry in enumerate(story.entries):
        if entry.kind != "dossier.rectified":
            continue
        late, ended, due = _verdict(story, place, entry.occurred_at)
        if not late or due is None or ended is None:
            continue
        after = STATE_AFTER.get(story.entries[-1].to_state, "không quá hạn")
        facts = [("Hạn trước khi đính chính", at_words(due)), ("Lúc đó tính đến", at_words(ended))]
        if due_now is not None:
            facts.append(("Hạn sau cùng", at_words(due_now)))
        if ended_now is not None:
            facts.append(("Kết thúc sau cùng", at_words(ended_now)))
        facts.append(("Sau cùng được tính", after))
        yield _seen(
            story,
            entry,
            f"Trước đính chính hồ sơ quá hạn ({at_words(due)}); sau đính chính được tính là {after}.",
            facts,
            [(entry, "đính chính"), (story.entries[-1], "việc sau cùng")],
        )
        return


STATE_AFTER = {
    State.RETURNED: "trả lại, không tính quá hạn",
    State.WITHDRAWN: "đã rút, không tính quá hạn",
    State.STOPPED: "dừng, không tính quá hạn",
    State.AWAITING_SUPPLEMENT: "chờ bổ sung, đồng hồ dừng",
    State.AWAITING_PAYMENT: "chờ nghĩa vụ tài chính, đồng hồ dừng",
    State.SUSPENDED: "tạm dừng, đồng hồ dừng",
}


def _verdict(story: Story, place: int, at: datetime | None = None) -> tuple[bool, datetime | None, datetime | None]:
    """Late or not by the first `place` entries, with the moment compared and the due; `at` = now, for one still open."""
    told = story.entries[:place]
    columns = {name: value for entry in told for name, value in entry.data["set"].items()}
    state = told[-1].to_state
    due = moment(columns.get("due_at"))
    ended = moment(columns.get("resolved_at")) or at or told[-1].occurred_at
    if due is None or state in PAUSED or state in _WITHOUT_VERDICT:
        return False, ended, due
    return not _by(ended, due), ended, due


_CLOCKED = frozenset(
    {
        "dossier.resolved", "dossier.returned", "dossier.supplement_asked", "dossier.payment_asked", "dossier.suspended",
        "dossier.extended", "dossier.withdrawn", "dossier.stopped",
    }
)  # fmt: skip


def late_entry_on_time(story: Story, numbers: Numbers) -> Iterator[Seen]:
    for entry in story.standing:
        due = story.due_before(entry.seq)
        lag = (entry.recorded_at - entry.occurred_at).total_seconds()
        if entry.kind not in _CLOCKED or due is None or lag < numbers["minutes"] * 60:
            continue
        if not _by(entry.occurred_at, due) or _by(entry.recorded_at, due):
            continue
        yield _seen(
            story,
            entry,
            f"{entry_words(entry.kind).capitalize()} được khai lúc {at_words(entry.occurred_at)} nhưng ghi {span_words(lag)} sau,"
            " khi đã quá hạn.",
            [
                ("Khai là xảy ra", at_words(entry.occurred_at)),
                ("Hạn trả", at_words(due)),
                ("Ghi vào máy", at_words(entry.recorded_at)),
                ("Ghi sau", span_words(lag)),
            ],
            [(entry, entry_words(entry.kind))],
        )


_BEGINS = {
    "dossier.supplement_asked": "dossier.supplemented",
    "dossier.payment_asked": "dossier.payment_confirmed",
    "dossier.suspended": "dossier.resumed",
}


def brief_pause(story: Story, numbers: Numbers) -> Iterator[Seen]:
    begun: Entry | None = None
    for entry in story.standing:
        if entry.kind in _BEGINS:
            begun = entry
        elif begun is not None and entry.kind == _BEGINS[begun.kind]:
            apart = (entry.recorded_at - begun.recorded_at).total_seconds()
            claimed = (entry.occurred_at - begun.occurred_at).total_seconds()
            # Backdated: what is said to have lasted hours was written down in one go.
            backdated = claimed - apart >= 3600
            empty = entry.kind == "dossier.supplemented" and not entry.data.get("papers")
            by_office = begun.giver == _OFFICER and entry.giver == _OFFICER
            if by_office and apart <= numbers["minutes"] * 60 and (backdated or empty):
                yield _seen(
                    story,
                    begun,
                    f"Ghi {entry_words(begun.kind)} rồi ghi kết thúc {span_words(apart)} sau"
                    + (f", khai là đã dừng {span_words(claimed)}." if backdated else ", không kèm giấy tờ."),
                    [
                        ("Khai bắt đầu dừng", at_words(begun.occurred_at)),
                        ("Khai kết thúc", at_words(entry.occurred_at)),
                        ("Ghi bắt đầu", exact_words(begun.recorded_at)),
                        ("Ghi kết thúc", exact_words(entry.recorded_at)),
                    ],
                    [(begun, entry_words(begun.kind)), (entry, "kết thúc tạm dừng")],
                )
            begun = None


SIGNS: dict[str, Sign] = {
    "result_before_steps": result_before_steps,
    "resolved_without_paper": resolved_without_paper,
    "instant_steps": instant_steps,
    "supplement_before_due": supplement_before_due,
    "ended_around_due": ended_around_due,
    "early_hand_over": early_hand_over,
    "verdict_moved": verdict_moved,
    "late_entry_on_time": late_entry_on_time,
    "brief_pause": brief_pause,
}

"""How much time is left, as the desk shows it: a tone, an icon, words. One reading for lists and for the dossier page."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from motcua.dossiers.models import Dossier
from motcua.dossiers.writer import calendar_of
from motcua.law.calendars import Calendar
from motcua.law.clock import working_minutes_between
from motcua.law.lifecycle import PAUSED, RUNNING, State
from motcua.law.moments import duration_text
from motcua.law.verdict import ANSWER_SOON_MINUTES, SOON_MINUTES, verdict_by_date
from motcua.organizations.models import WorkCalendar
from motcua.platform.presentation import words
from motcua.platform.presentation.clock import Clock, running
from motcua.platform.presentation.words import local, vn_date, vn_datetime
from motcua.processes.models import WorkItem

_PAUSE_WORD: Final = {
    State.AWAITING_SUPPLEMENT: "Chờ bổ sung",
    State.AWAITING_PAYMENT: "Chờ nghĩa vụ tài chính",
    State.SUSPENDED: "Tạm dừng",
}


def calendars_of(dossiers: Iterable[Dossier]) -> dict[int | None, Calendar]:
    """Counting calendars by id of the stored calendar (None = national), in one query. Dossiers come with `agency`."""
    return calendars_by_id(dossier.agency.effective_calendar_id for dossier in dossiers)


def calendars_by_id(calendar_ids: Iterable[int | None]) -> dict[int | None, Calendar]:
    ids = set(calendar_ids) - {None}
    stored = WorkCalendar.objects.in_bulk(ids) if ids else {}
    found: dict[int | None, Calendar] = {
        pk: calendar_of(json.dumps(row.data, sort_keys=True)) for pk, row in stored.items()
    }
    return found | {None: calendar_of(None)}


def clock(dossier: Dossier, at: datetime, calendar: Calendar, *, say: Callable[[datetime], str] = vn_datetime) -> Clock:
    """`say` writes the due moment: short for a list, with its weekday for a page."""
    state = State(dossier.state)
    if state is State.SUBMITTED and dossier.answer_due_at:
        answer = say(dossier.answer_due_at)
        return running(
            dossier.answer_due_at, at, calendar, until=f"trả lời trước {answer}", over=f"hạn {answer}",
            soon=ANSWER_SOON_MINUTES,
        )  # fmt: skip
    if state is State.AWAITING_COMPLETION:
        return _waiting("Chờ hoàn thiện", dossier.completion_due_at, at)
    if state in PAUSED:
        until = dossier.supplement_due_at if state is State.AWAITING_SUPPLEMENT else None
        since = f"Dừng từ {vn_datetime(dossier.paused_at)}" if dossier.paused_at else ""
        return _waiting(_PAUSE_WORD[state], until, at, since)
    if state in RUNNING:
        if dossier.due_at is None:
            return Clock("paused", "circle", "Không có thời hạn")
        promised = f"Đã hẹn lại {vn_datetime(dossier.promised_at)}" if dossier.promised_at else ""
        due = say(dossier.due_at)
        return running(dossier.due_at, at, calendar, until=f"đến {due}", over=f"hạn {due}", note=promised)
    if state is State.RESOLVED:
        return _kept(dossier, at)
    return _ended(dossier, state)


def step_clock(item: WorkItem, state: State, at: datetime, calendar: Calendar) -> Clock:
    """A step against its own due; `calendar` is that of the agency that does it, `state` the dossier's."""
    if item.closed_at is not None:
        return _finished(item)
    if state in PAUSED:
        return Clock("paused", "pause-circle", _PAUSE_WORD[state], "", "Thời gian của bước đang dừng")
    if item.due_at is None:
        return Clock("paused", "circle", "Không có thời hạn")
    # A step of two hours is not "soon" from its start: the last quarter of what it was given, at most a working day.
    soon, due = min(SOON_MINUTES, max(item.minutes // 4, 1)), vn_datetime(item.due_at)
    return running(item.due_at, at, calendar, until=f"đến {due}", over=f"hạn {due}", soon=soon)


def _finished(item: WorkItem) -> Clock:
    assert item.closed_at is not None
    when = f"lúc {vn_datetime(item.closed_at)}"
    if item.due_at is None or item.closed_at <= item.due_at:
        return Clock("early", "check-circle", "Xong trong hạn của bước", when)
    return Clock("late", "exclamation-triangle-fill", "Xong sau hạn của bước", when)


def minutes_used(item: WorkItem, at: datetime, calendar: Calendar) -> int | None:
    """Working minutes that the step has taken; pauses do not count, as they move its due. None = it was given none."""
    if not item.minutes or item.due_at is None:
        return None
    return max(item.minutes - working_minutes_between(item.closed_at or at, item.due_at, calendar), 0)


def time_used(item: WorkItem, at: datetime, calendar: Calendar) -> str:
    """Working time that the step has taken of what it was given, in words."""
    used = minutes_used(item, at, calendar)
    return "" if used is None else f"đã dùng {duration_text(used)} trong {duration_text(item.minutes)} được giao"


def _waiting(word: str, due_at: datetime | None, at: datetime, note: str = "") -> Clock:
    if due_at is None:
        return Clock("paused", "pause-circle", word, "", note)
    if due_at <= at:
        return Clock("late", "exclamation-triangle-fill", f"{word}, đã quá hạn", f"hạn {vn_datetime(due_at)}", note)
    return Clock("paused", "pause-circle", word, f"đến {vn_datetime(due_at)}", note)


def _kept(dossier: Dossier, at: datetime) -> Clock:
    """A result that waits: how long, and whether it came in time; it is never late."""
    since = dossier.result_at_desk_at or dossier.resolved_at
    assert since is not None
    days = (local(at).date() - local(since).date()).days
    verdict = ""
    if dossier.resolved_at and dossier.due_at:
        verdict = words.mark(verdict_by_date(dossier.resolved_at, dossier.due_at).value).word.lower()
    where = "giữ" if dossier.result_at_desk_at else "chờ chuyển về"
    age = f"Mới {where} hôm nay" if days == 0 else f"Đã {where} {days} ngày"
    note = f"Có kết quả {verdict}" if verdict else ""
    if dossier.result_sent_at:
        return Clock("paused", "truck", "Đã gửi bưu chính", f"từ {vn_datetime(dossier.result_sent_at)}", note)
    tone = "soon" if days >= 10 else "in-time"
    return Clock(tone, "archive" if dossier.result_at_desk_at else "box-seam", age, f"từ {vn_date(since)}", note)


def _ended(dossier: Dossier, state: State) -> Clock:
    shown = words.mark(state.value)
    when = dossier.handed_over_at or dossier.ended_at
    until = vn_datetime(when) if when else ""
    if dossier.resolved_at and dossier.due_at:
        verdict = words.mark(verdict_by_date(dossier.resolved_at, dossier.due_at).value)
        return Clock(verdict.tone, verdict.icon, verdict.word, until, shown.word)
    return Clock(shown.tone or "paused", shown.icon, shown.word, until)

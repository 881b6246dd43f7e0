"""Where a dossier stands, told to the one who handed it in: what happened, what happens now, what comes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

from motcua.catalog.models import Channel
from motcua.documents.form_sets import FormKind
from motcua.documents.models import IssuedForm
from motcua.dossiers.intake import Intake
from motcua.dossiers.models import Dossier, Paper, Result
from motcua.dossiers.queries import TimelineItem, clock_of, duplicates_of, get_visible, timeline
from motcua.dossiers.writer import calendar_of
from motcua.identity.actors import Actor
from motcua.law.calendars import Calendar
from motcua.law.lifecycle import BEFORE_ACCEPTANCE, FINISHED, PAUSED, Command, ProcessEvent, State, find_move
from motcua.law.moments import parse_moment, to_minutes
from motcua.law.verdict import ANSWER_SOON_MINUTES, verdict_by_date
from motcua.organizations.models import Unit as OrganisationUnit
from motcua.platform.presentation import words
from motcua.platform.presentation.clock import Clock, running
from motcua.platform.presentation.due_calendar import DueCalendar, due_calendar
from motcua.platform.presentation.words import vn_moment
from motcua.processes.joined import Standing
from motcua.processes.linked import Whole, whole_of

# What an applicant is told of an entry; entries not named here are work inside the office or attempts that were refused.
_TOLD: Final = {
    "dossier.submitted": "Ông/bà gửi hồ sơ",
    "dossier.accepted": "Hồ sơ được tiếp nhận",
    "dossier.completion_asked": "Cán bộ yêu cầu hoàn thiện hồ sơ",
    "dossier.completed": "Ông/bà gửi lại hồ sơ đã hoàn thiện",
    "dossier.refused": "Hồ sơ bị từ chối tiếp nhận",
    "dossier.closed_incomplete": "Hồ sơ đóng vì không được hoàn thiện đúng hạn",
    "dossier.withdrawn": "Hồ sơ được rút",
    "dossier.papers_received": "Cơ quan giải quyết nhận hồ sơ từ nơi tiếp nhận",
    "dossier.forwarded": "Hồ sơ được chuyển xử lý",
    f"process.{ProcessEvent.STEP_DONE}": "Hoàn thành một bước giải quyết",
    f"process.{ProcessEvent.TIMED_OUT}": "Hết thời gian của một bước, hồ sơ được chuyển tiếp",
    "dossier.supplement_asked": "Cơ quan yêu cầu bổ sung hồ sơ",
    "dossier.supplemented": "Ông/bà nộp bổ sung",
    "dossier.payment_asked": "Thông báo nghĩa vụ tài chính",
    "dossier.payment_confirmed": "Đã hoàn thành nghĩa vụ tài chính",
    "dossier.suspended": "Tạm dừng giải quyết theo quy định",
    "dossier.resumed": "Tiếp tục giải quyết",
    "dossier.extended": "Gia hạn theo quy định",
    "dossier.promised": "Cơ quan xin lỗi và hẹn lại ngày trả kết quả",
    "dossier.resolved": "Đã có kết quả",
    "dossier.returned": "Hồ sơ không đủ điều kiện giải quyết, có văn bản trả lời",
    "dossier.result_received": "Kết quả đã về nơi trả",
    "dossier.result_sent": "Kết quả đã gửi qua bưu chính",
    "dossier.handed_over": "Đã trả kết quả",
    "dossier.withdrawal_requested": "Ông/bà đề nghị rút hồ sơ",
    "dossier.withdrawal_declined": "Đề nghị rút hồ sơ không được chấp thuận",
    "dossier.stopped": "Dừng giải quyết hồ sơ",
    "dossier.rectified": "Đính chính hồ sơ",
}
# Forms that are addressed to the applicant; control slip and register stay in the office.
APPLICANT_FORMS: Final = {
    FormKind.RECEIPT.value: "Giấy tiếp nhận hồ sơ và hẹn trả kết quả",
    FormKind.SUPPLEMENT.value: "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ",
    FormKind.REFUSAL.value: "Phiếu từ chối tiếp nhận giải quyết hồ sơ",
    FormKind.STOP.value: "Thông báo dừng giải quyết hồ sơ",
    FormKind.RETURN_REPLY.value: "Văn bản trả lời hồ sơ không đủ điều kiện",
    FormKind.RESULT_RECEIPT.value: "Giấy biên nhận trả kết quả",
}


@dataclass(frozen=True, slots=True)
class Event:
    """One knot of the line: `phase` is done, now or coming."""

    phase: str
    what: str
    when: str = ""
    who: str = ""
    note: str = ""
    items: tuple[str, ...] = ()
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Track:
    dossier: Dossier
    clock: Clock | None
    events: list[Event]
    calendars: list[tuple[str, DueCalendar]]
    papers: list[Paper]
    results: list[Result]
    forms: list[tuple[IssuedForm, str]]
    may: frozenset[str]
    asked: tuple[str, ...]
    asked_reason: str
    # The joined hand-in that it is a part of; its events are then those of every part.
    whole: Whole | None = None


def track(actor: Actor, code: str, *, at: datetime) -> Track:
    """Everything the dossier's page shows; the number of queries is constant. Raises NotFound where the actor has not
    proved to know the dossier, whether it exists or not."""
    dossier = get_visible(actor, code=code)
    items = timeline(dossier.pk)
    state = State(dossier.state)
    results = Result.objects.filter(dossier=dossier, voided_at=None)
    issued = IssuedForm.objects.filter(dossier=dossier, voided_at=None, kind__in=APPLICANT_FORMS)
    asked = _last_request(items) if state in (State.AWAITING_COMPLETION, State.AWAITING_SUPPLEMENT) else {}
    whole = whole_of(dossier.pk, at)
    return Track(
        dossier=dossier,
        clock=_clock(dossier, state, agency_calendar(dossier), at),
        events=_of_all(whole) if whole else [*_happened(dossier, items), *_now_and_next(dossier, state)],
        calendars=_calendars(dossier, items),
        papers=list(dossier.papers.all()),
        results=list(results),
        forms=[(form, APPLICANT_FORMS[form.kind]) for form in issued.order_by("issued_at", "id")],
        may=_possible(dossier, state),
        asked=tuple(asked.get("items", ())),
        asked_reason=str(asked.get("reason", "")),
        whole=whole,
    )


def _of_all(whole: Whole) -> list[Event]:
    """One line for the applicant, whatever part a thing happened in, and in each what happens now and what comes."""
    rows = Dossier.objects.select_related("agency", "receiving_desk", "return_desk", "unit")
    known = rows.in_bulk([part.dossier_id for part in whole.parts])
    done: list[Event] = []
    coming: list[Event] = []
    for part in whole.parts:
        dossier = known[part.dossier_id]
        done += [
            replace(event, what=f"{part.name}: {_small(event.what)}")
            for event in _happened(dossier, timeline(dossier.pk))
        ]
        if part.standing is Standing.WAITING:
            said = f"hẹn trả {vn_moment(part.promised)}" if part.promised else ""
            coming.append(Event("coming", f"{part.name}: chờ đến lượt", said, part.agency))
        else:
            next_ = _now_and_next(dossier, State(dossier.state))
            coming += [replace(event, what=f"{part.name}: {_small(event.what)}") for event in next_]
    # What happened at one moment stays in the order of the parts.
    return [*sorted(done, key=attrgetter("at")), *sorted(coming, key=lambda e: e.phase != "now")]


def _small(text: str) -> str:
    """A sentence that goes on after a colon; a name keeps its capital."""
    return (
        text[0].lower() + text[1:]
        if text.startswith(("Hồ sơ", "Chờ", "Đã", "Cán bộ", "Trả", "Tiếp", "Có", "Bổ"))
        else text
    )


def _possible(dossier: Dossier, state: State) -> frozenset[str]:
    """The commands this dossier still takes from its applicant."""
    theirs = (Command.COMPLETE, Command.SUPPLEMENT, Command.WITHDRAW, Command.REQUEST_WITHDRAWAL)
    possible = {command.value for command in theirs if find_move(state, command) is not None}
    if dossier.withdrawal_requested_at:
        possible.discard(Command.REQUEST_WITHDRAWAL.value)
    return frozenset(possible)


def open_twins(intake: Intake) -> list[datetime]:
    """When the owner handed in other dossiers of this procedure that are not finished; newest first, at most three."""
    identity = "" if intake.business else (intake.owner or intake.submitter).identity_number
    found = duplicates_of(
        intake.procedure_id, identity_number=identity, tax_code=intake.business.tax_code if intake.business else ""
    )
    moments = found.values_list("submitted_at", "accepted_at")[:3]
    return [submitted or accepted for submitted, accepted in moments if submitted or accepted]


def agency_calendar(dossier: Dossier) -> Calendar:
    stored = dossier.agency.effective_calendar
    return calendar_of(json.dumps(stored.data, sort_keys=True) if stored else None)


def _calendars(dossier: Dossier, items: list[TimelineItem]) -> list[tuple[str, DueCalendar]]:
    """A calendar for each stage. None where the due that counts came from elsewhere (an imported dossier): an explanation
    of another moment would mislead."""
    dues = clock_of(dossier, items)
    if not dues or dossier.due_at is None or to_minutes(dues[-1].at) != to_minutes(dossier.due_at):
        return []
    titles = [""] if len(dues) == 1 else [f"Giai đoạn {number}" for number in range(1, len(dues) + 1)]
    return [(title, due_calendar(due)) for title, due in zip(titles, dues, strict=True)]


def _last_request(items: Sequence[TimelineItem]) -> dict[str, Any]:
    asked = [item for item in items if item.kind in ("dossier.completion_asked", "dossier.supplement_asked")]
    return asked[-1].data if asked else {}


def _clock(dossier: Dossier, state: State, calendar: Calendar, at: datetime) -> Clock | None:
    if state is State.SUBMITTED and dossier.answer_due_at:
        answer = vn_moment(dossier.answer_due_at)
        return running(
            dossier.answer_due_at, at, calendar, until=f"cán bộ phải trả lời chậm nhất {answer}", over=f"hạn là {answer}",
            soon=ANSWER_SOON_MINUTES,
        )  # fmt: skip
    if state is State.AWAITING_COMPLETION and dossier.completion_due_at:
        until = f"Chậm nhất {vn_moment(dossier.completion_due_at)}"
        return Clock("soon", "exclamation-circle", "Chờ ông/bà hoàn thiện hồ sơ", until)
    if state in PAUSED:
        return _standing(dossier, state)
    if dossier.resolved_at and dossier.due_at:
        verdict = words.mark(verdict_by_date(dossier.resolved_at, dossier.due_at).value)
        return Clock(
            verdict.tone, verdict.icon, f"Có kết quả {verdict.word.lower()}", f"hạn là {vn_moment(dossier.due_at)}"
        )
    if state in FINISHED or state in BEFORE_ACCEPTANCE or state is State.RESOLVED:
        return None
    if dossier.due_at is None:
        return Clock("paused", "circle", "Thủ tục này không công bố thời hạn")
    note = ""
    if dossier.promised_at:
        note = f"Cơ quan đã xin lỗi và hẹn lại {vn_moment(dossier.promised_at)}."
    due = vn_moment(dossier.due_at)
    return running(dossier.due_at, at, calendar, until=f"đến {due}", over=f"hạn là {due}", note=note)


def _standing(dossier: Dossier, state: State) -> Clock:
    since = f"từ {vn_moment(dossier.paused_at)}" if dossier.paused_at else ""
    if state is State.AWAITING_SUPPLEMENT:
        until = f"Chậm nhất {vn_moment(dossier.supplement_due_at)}" if dossier.supplement_due_at else ""
        return Clock("soon", "exclamation-circle", "Chờ ông/bà bổ sung hồ sơ", until, f"Tạm dừng tính hạn {since}.")
    if state is State.AWAITING_PAYMENT:
        return Clock("soon", "wallet2", "Chờ ông/bà thực hiện nghĩa vụ tài chính", "", f"Tạm dừng tính hạn {since}.")
    return Clock("paused", "pause-circle", "Tạm dừng theo quy định của pháp luật", since)


def _happened(dossier: Dossier, items: Sequence[TimelineItem]) -> Iterator[Event]:
    units, steps = _unit_names(items), _Steps()
    for item in items:
        steps.read(item)
        told = _TOLD.get(item.kind)
        data = item.data
        if told is None or data.get("told") is False:
            continue
        yield Event(
            "done",
            told,
            vn_moment(item.occurred_at),
            _by(item, dossier, data, units),
            f"{steps.told(item)} {_note(item, data)}".strip(),
            tuple(data.get("items", ())),
            item.occurred_at,
        )


class _Steps:
    """The names of the internal steps, for one who waits for them: which is done, which comes; no notes, no officers."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}

    def read(self, item: TimelineItem) -> None:
        self._names |= {one["token"]: one["name"] for one in item.data.get("opened", ())}

    def told(self, item: TimelineItem) -> str:
        if not item.kind.startswith("process."):
            return ""
        done = self._names.get(item.data.get("token", 0), "")
        coming = [f"“{one['name']}”" for one in item.data.get("opened", ()) if one["role"]]
        return f"Bước “{done}”." + (f" Tiếp theo: {', '.join(coming)}." if coming else "")


def _unit_names(items: Sequence[TimelineItem]) -> dict[int, str]:
    ids = {item.data["set"].get("unit_id") for item in items} - {None}
    return dict(OrganisationUnit.objects.filter(pk__in=ids).values_list("id", "name"))


def _by(item: TimelineItem, dossier: Dossier, data: dict[str, Any], units: dict[int, str]) -> str:
    match item.kind:
        case "dossier.submitted":
            return Channel(dossier.channel).label.lower()
        case "dossier.accepted" | "dossier.completion_asked" | "dossier.refused":
            return dossier.receiving_desk.name
        case "dossier.forwarded":
            return units.get(data["set"].get("unit_id"), "") or dossier.agency.name
        case "dossier.result_received" | "dossier.result_sent" | "dossier.handed_over":
            return dossier.return_desk.name
        case "dossier.completed" | "dossier.supplemented" | "dossier.withdrawal_requested":
            return ""
    return dossier.agency.name


def _note(item: TimelineItem, data: dict[str, Any]) -> str:
    parts = []
    if item.kind == "dossier.forwarded" and data["set"].get("step"):
        parts.append(f"Bước: {data['set']['step']}.")
    if reason := data.get("reason"):
        parts.append(f"Lý do: {reason}")
    if item.kind == "dossier.payment_asked":
        parts.append(f"Số tiền {words.dong(data['amount_vnd'])}, theo {data['provision']}.")
    if item.kind == "dossier.promised":
        parts.append(f"Hẹn lại {vn_moment(parse_moment(data['set']['promised_at']))}.")
    if item.kind == "dossier.extended":
        parts.append(f"Hạn mới {vn_moment(parse_moment(data['set']['due_at']))}, theo {data['provision']}.")
    if parcel := data.get("parcel"):
        parts.append(f"Số bưu gửi {parcel}.")
    return " ".join(parts)


def _now_and_next(dossier: Dossier, state: State) -> Iterator[Event]:
    match state:
        case State.SUBMITTED:
            yield Event("now", "Chờ cán bộ kiểm tra hồ sơ", "", dossier.receiving_desk.name)
            if dossier.answer_due_at:
                yield Event(
                    "coming", "Tiếp nhận, hoặc yêu cầu hoàn thiện", f"chậm nhất {vn_moment(dossier.answer_due_at)}"
                )
        case State.AWAITING_COMPLETION:
            yield Event("now", "Chờ ông/bà hoàn thiện hồ sơ")
        case State.ACCEPTED | State.IN_PROCESS:
            who = dossier.unit.name if dossier.unit else ""
            yield Event(
                "now",
                f"{dossier.agency.name} đang giải quyết",
                "",
                who,
                f"Bước: {dossier.step}." if dossier.step else "",
            )
            if dossier.due_at:
                yield Event("coming", "Có kết quả", f"chậm nhất {vn_moment(dossier.due_at)}")
        case State.AWAITING_SUPPLEMENT:
            yield Event("now", "Chờ ông/bà bổ sung hồ sơ", "", "", "Hạn trả kết quả tính lại từ khi ông/bà nộp đủ.")
        case State.AWAITING_PAYMENT:
            yield Event("now", "Chờ ông/bà thực hiện nghĩa vụ tài chính")
        case State.SUSPENDED:
            yield Event("now", "Tạm dừng theo quy định", "", dossier.agency.name)
        case State.RESOLVED:
            yield from _result_waits(dossier)


def _result_waits(dossier: Dossier) -> Iterator[Event]:
    if dossier.result_at_desk_at is None:
        yield Event("now", "Kết quả đang được chuyển về nơi trả", "", dossier.return_desk.name)
    elif dossier.return_method == "post":
        what = "Bưu chính đang giao kết quả" if dossier.result_sent_at else "Kết quả chờ gửi qua bưu chính"
        yield Event("now", what, "", dossier.return_desk.name)
    else:
        yield Event("now", "Kết quả chờ ông/bà nhận", "", dossier.return_desk.name, dossier.return_desk.address)
    yield Event("coming", "Ông/bà nhận kết quả")

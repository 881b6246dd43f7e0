"""The queues of the desk: which dossiers stand in each, and in which order. One definition for list, count and export."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Q

from motcua.identity.actors import Actor
from motcua.law.lifecycle import OPEN, RUNNING, State


class Queue(StrEnum):
    ONLINE = "online"
    ANSWERED_LATE = "answered_late"
    COMPLETION = "completion"
    PAPERS_COMING = "papers_coming"
    MINE = "mine"
    UNIT = "unit"
    OPEN = "open"
    OVERDUE = "overdue"
    SUPPLEMENT = "supplement"
    PAYMENT = "payment"
    SUSPENDED = "suspended"
    WITHDRAWALS = "withdrawals"
    RESULTS_COMING = "results_coming"
    UNCOLLECTED = "uncollected"
    FINISHED = "finished"


QUEUE_TEXT = {
    Queue.ONLINE: "Chờ tiếp nhận",
    Queue.ANSWERED_LATE: "Trả lời quá 8 giờ",
    Queue.COMPLETION: "Chờ hoàn thiện",
    Queue.PAPERS_COMING: "Hồ sơ giấy đang đến",
    Queue.MINE: "Hồ sơ tôi giữ",
    Queue.UNIT: "Hồ sơ phòng giữ",
    Queue.OPEN: "Đang giải quyết",
    Queue.OVERDUE: "Quá hạn",
    Queue.SUPPLEMENT: "Chờ bổ sung",
    Queue.PAYMENT: "Chờ nghĩa vụ tài chính",
    Queue.SUSPENDED: "Tạm dừng",
    Queue.WITHDRAWALS: "Đề nghị rút",
    Queue.RESULTS_COMING: "Kết quả chưa về nơi trả",
    Queue.UNCOLLECTED: "Chờ người dân nhận",
    Queue.FINISHED: "Đã kết thúc",
}

_OPEN = [state.value for state in OPEN]
_RUNNING = [state.value for state in RUNNING]


@dataclass(frozen=True, slots=True)
class QueueRule:
    """`order` is the one column of the sort, `-` = newest first; the id breaks ties."""

    where: Q
    order: str


def queue_rule(queue: Queue, actor: Actor, at: datetime) -> QueueRule:
    match queue:
        case Queue.ONLINE:
            return QueueRule(Q(state=State.SUBMITTED), "answer_due_at")
        case Queue.ANSWERED_LATE:
            # Breaches of the answer clock, whatever became of the dossier since, and those that nobody has answered yet.
            return QueueRule(Q(answer_breaches__gt=0) | Q(state=State.SUBMITTED, answer_due_at__lt=at), "-id")
        case Queue.COMPLETION:
            return QueueRule(Q(state=State.AWAITING_COMPLETION), "completion_due_at")
        case Queue.PAPERS_COMING:
            return QueueRule(Q(state__in=_RUNNING, papers_due_at__isnull=False), "papers_due_at")
        case Queue.MINE:
            # With what lies with those whom he stands in for while they are away.
            return QueueRule(Q(state__in=_OPEN, officer_id__in=[actor.id, *sorted(actor.stands_in_for)]), "due_at")
        case Queue.UNIT:
            return QueueRule(Q(state__in=_OPEN, unit_id=actor.unit_id), "due_at")
        case Queue.OPEN:
            return QueueRule(Q(state__in=_OPEN), "due_at")
        case Queue.OVERDUE:
            return QueueRule(Q(state__in=_RUNNING, due_at__lt=at), "due_at")
        case Queue.SUPPLEMENT:
            return QueueRule(Q(state=State.AWAITING_SUPPLEMENT), "supplement_due_at")
        case Queue.PAYMENT:
            return QueueRule(Q(state=State.AWAITING_PAYMENT), "paused_at")
        case Queue.SUSPENDED:
            return QueueRule(Q(state=State.SUSPENDED), "paused_at")
        case Queue.WITHDRAWALS:
            return QueueRule(Q(state__in=_OPEN, withdrawal_requested_at__isnull=False), "withdrawal_requested_at")
        case Queue.RESULTS_COMING:
            return QueueRule(Q(state=State.RESOLVED, result_at_desk_at__isnull=True), "resolved_at")
        case Queue.UNCOLLECTED:
            return QueueRule(Q(state=State.RESOLVED, result_at_desk_at__isnull=False), "result_at_desk_at")
        case Queue.FINISHED:
            finished = (State.HANDED_OVER, State.REFUSED, State.WITHDRAWN, State.RETURNED, State.STOPPED)
            return QueueRule(Q(state__in=finished), "-id")

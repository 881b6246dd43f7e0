"""The frame of every desk page: the rail with its counts, and who is at work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from motcua.desk.access import (
    ADMINISTRATORS,
    LOOKERS_AHEAD,
    MINERS,
    PUBLISHERS,
    READERS,
    RECEIVERS,
    REFORM_READERS,
    REPORT_READERS,
    WORKERS,
    DeskRequest,
    holds,
)
from motcua.desk.inbox_pages import BY_INBOX
from motcua.desk.queue_pages import pages_of
from motcua.dossiers.queries import COUNT_CAP, queue_counts
from motcua.dossiers.queues import Queue
from motcua.notifications.officer_notices import UNREAD_CAP, unread_count
from motcua.organizations.models import Role
from motcua.platform.presentation.words import count
from motcua.processes.inboxes import Inbox, Workplace
from motcua.processes.inspection.permissions import INSPECTION_ROLES
from motcua.processes.queries import capped, inbox_counts, workplace_of
from motcua.scoring.permissions import SCORE_ROLES

_LATE = {Queue.OVERDUE}
# Before the slug of an inbox, where `current` could also be the slug of a queue.
INBOX_MARK = "viec/"


def show(
    request: DeskRequest, template: str, context: dict[str, Any] | None = None, *, current: str = "", status: int = 200
) -> HttpResponse:
    """Render a page inside the frame. `current` is the slug of the rail's item, or the name of its route."""
    frame = {
        "rail": list(_rail(request, current)),
        "officer": request.officer,
        "has_posts": len(request.posts) > 1,
        "at": request.at,
        "can_search": holds(request.actor, *READERS),
    }
    return render(request, template, frame | (context or {}), status=status)


def _item(href: str, icon: str, word: str, current: bool, **more: Any) -> dict[str, Any]:
    return {"href": href, "icon": icon, "word": word, "current": current, "count": None} | more


# Pages that a key opens.
_KEYS = {"reception": "n"}


def _group(title: str, pages: Iterable[tuple[str, str, str]], current: str) -> dict[str, Any]:
    """A group of plain pages, each by the name of its address, its icon and its word."""
    items = [
        _item(reverse(f"desk:{name}"), icon, word, current == name, key=_KEYS.get(name, ""))
        for name, icon, word in pages
    ]
    return {"title": title, "items": items}


def _rail(request: DeskRequest, current: str) -> Iterator[dict[str, Any]]:
    actor = request.actor
    if holds(actor, *RECEIVERS):
        receiving = [
            ("reception", "plus-lg", "Tiếp nhận hồ sơ"),
            ("same_day", "lightning", "Trả trong ngày"),
            ("batch", "card-checklist", "Chứng thực nhiều bản"),
        ]
        yield _group("Tại quầy", receiving, current)
    if holds(actor, *WORKERS) and workplace_at(request).inboxes:
        yield work_rail(request, current)
    yield _time_rail(request, current)
    if holds(actor, *READERS):
        yield from _queues(request, current)
    if holds(actor, *INSPECTION_ROLES):
        yield {"title": "Điều hành", "items": _board(current)}
    if holds(actor, *REPORT_READERS):
        yield {"title": "Báo cáo", "items": _reports(current)}
    if holds(actor, *ADMINISTRATORS, *PUBLISHERS):
        administration = [
            ("processes", "arrow-repeat", "Quy trình nội bộ"),
            ("warning_settings", "bell", "Cách nhắc việc"),
        ]
        if holds(actor, *ADMINISTRATORS):
            administration += [
                ("review", "card-checklist", "Danh mục cần xem lại"),
                ("gaps", "exclamation-circle", "Công khai còn thiếu"),
            ]
        yield _group("Quản trị", administration, current)
    if holds(actor, *INSPECTION_ROLES):
        inspection = [
            ("inspection_findings", "eye", "Dấu hiệu cần xem"),
            ("inspection_stuck", "hourglass-split", "Hồ sơ đứng yên"),
            ("inspection_backlog", "archive", "Hồ sơ tồn"),
            ("inspection_late", "clock-history", "Ghi muộn"),
            ("inspection_rectifications", "pencil", "Đính chính"),
            ("inspection_rules", "gear", "Ngưỡng kiểm tra"),
        ]
        yield _group("Kiểm tra", inspection, current)
    if holds(actor, *LOOKERS_AHEAD):
        ahead = [
            ("simulation", "hourglass-split", "Mô phỏng"),
            ("risk", "exclamation-triangle", "Nguy cơ trễ"),
            ("what_if", "question-circle", "Nếu thay đổi"),
        ]
        yield _group("Nhìn trước", ahead, current)
    if holds(actor, *SCORE_ROLES):
        yield _group("Đánh giá", [("score", "patch-check", "Điểm chỉ số")], current)
    if holds(actor, *MINERS):
        yield _group("Nhìn lại", [("mining", "arrow-repeat", "Đường đi thực tế")], current)
    yield {"title": "Con người", "items": _people(request, current)}
    papers = [_item(reverse("desk:posted"), "journal-text", "Thủ tục niêm yết", current == "posted")]
    if holds(actor, *RECEIVERS, Role.CASE_OFFICER, Role.UNIT_HEAD):
        papers.append(_item(reverse("desk:hand_overs"), "truck", "Bàn giao giấy tờ", current == "hand_overs"))
    if holds(actor, *RECEIVERS, *ADMINISTRATORS):
        papers.append(_item(reverse("desk:register"), "list", "Sổ theo dõi hồ sơ", current == "register"))
    if holds(actor, *WORKERS) and holds(actor, *READERS):
        papers.append(_item(reverse("desk:my_backlog"), "archive", "Hồ sơ tồn giao tôi", current == "my_backlog"))
    if holds(actor, *REFORM_READERS):
        papers.append(_item(reverse("desk:simplifications"), "check2", "Đơn giản hóa", current == "simplifications"))
    if holds(actor, *READERS):
        between = [
            ("arriving", "inbox", "Chờ ký nhận"),
            ("for_others", "truck", "Tiếp nhận hộ"),
            ("linked_parts", "people", "Phần việc phối hợp"),
        ]
        yield _group("Cơ quan khác", between, current)
    yield {"title": "Sổ và danh mục", "items": papers}


def _board(current: str) -> list[dict[str, Any]]:
    """The figures, which have a face of their own."""
    return [
        _item(reverse("board:board"), "list", "Bảng điều hành", current == "board"),
        _item(reverse("board:targets"), "check-circle", "Chỉ tiêu giao", current == "targets"),
    ]


def _reports(current: str) -> list[dict[str, Any]]:
    """Reports, which have a face of their own."""
    pages = (
        ("form", "list", "Biểu 06a"),
        ("filings", "card-checklist", "Chốt báo cáo 06a"),
        ("causes", "clock-history", "Nguyên nhân, PAKN"),
        ("declared", "pencil", "Số liệu kê khai"),
        ("narrative", "journal-text", "Báo cáo bằng lời"),
    )
    return [
        _item(reverse(f"reporting:{name}"), icon, word, current == f"reporting/{name}") for name, icon, word in pages
    ]


def _time_rail(request: DeskRequest, current: str) -> dict[str, Any]:
    """What the officer has been told and not yet read, and what lateness asks of him."""
    unread = unread_count(request.officer.pk)
    items = [
        _item(
            reverse("desk:reminders"),
            "bell",
            "Nhắc việc",
            current == "reminders",
            count=(f"{UNREAD_CAP}+" if unread > UNREAD_CAP else count(unread)) if unread else None,
            late=bool(unread),
        )
    ]
    if holds(request.actor, *READERS):
        items += [
            _item(reverse("desk:apologies"), "envelope", "Cần xin lỗi", current == "apologies"),
            _item(reverse("desk:late_causes"), "question-circle", "Nguyên nhân trễ", current == "late_causes"),
        ]
    return {"title": "Thời hạn", "items": items}


def _people(request: DeskRequest, current: str) -> list[dict[str, Any]]:
    items = [_item(reverse("desk:people"), "calendar-event", "Nghỉ, ủy quyền", current == "people")]
    if holds(request.actor, Role.UNIT_HEAD, Role.DESK_HEAD) or request.actor.stands_in_for:
        items.append(_item(reverse("desk:waiting"), "hourglass-split", "Chờ người ký vắng", current == "waiting"))
    return items


def workplace_at(request: DeskRequest) -> Workplace:
    """Where the officer works, read once a request."""
    if not hasattr(request, "_workplace"):
        request._workplace = workplace_of(request.actor)  # type: ignore[attr-defined]
    return request._workplace  # type: ignore[attr-defined,no-any-return]


def work_rail(request: DeskRequest, current: str) -> dict[str, Any]:
    """The inboxes of steps with their counts; the page asks for this group again while it stands open."""
    place = workplace_at(request)
    counts = inbox_counts(place, request.at)
    return {
        "title": "Việc theo quy trình",
        "live": True,
        "current": current,
        "items": [
            _item(
                reverse("desk:inbox", args=[BY_INBOX[inbox].slug]),
                BY_INBOX[inbox].icon,
                BY_INBOX[inbox].title,
                current == f"{INBOX_MARK}{BY_INBOX[inbox].slug}",
                count=None if inbox is Inbox.DONE else capped(counts[inbox.value]),
                late=inbox is Inbox.MINE and bool(counts["late"]),
            )
            for inbox in place.inboxes
        ],
    }


def _queues(request: DeskRequest, current: str) -> Iterator[dict[str, Any]]:
    pages = pages_of(request.actor)
    counts = queue_counts(request.actor, request.at, [page.queue for page in pages])
    groups: dict[str, list[dict[str, Any]]] = {}
    for page in pages:
        number = counts.get(page.queue)
        text = None if number is None else f"{count(COUNT_CAP)}+" if number > COUNT_CAP else count(number)
        groups.setdefault(page.group, []).append(
            _item(
                reverse("desk:queue", args=[page.slug]),
                page.icon,
                page.word,
                current == page.slug,
                count=text,
                late=bool(number) and page.queue in _LATE,
            )
        )
    for title, items in groups.items():
        yield {"title": title, "items": items}

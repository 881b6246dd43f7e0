"""The frame of every desk page: the rail with its counts, and who is at work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from motcua.desk.access import ADMINISTRATORS, READERS, RECEIVERS, DeskRequest, holds
from motcua.desk.queue_pages import pages_of
from motcua.dossiers.queries import COUNT_CAP, queue_counts
from motcua.dossiers.queues import Queue
from motcua.platform.presentation.words import count

_LATE = {Queue.OVERDUE}


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


def _rail(request: DeskRequest, current: str) -> Iterator[dict[str, Any]]:
    actor = request.actor
    if holds(actor, *RECEIVERS):
        receiving = [
            ("reception", "plus-lg", "Tiếp nhận hồ sơ", "n"),
            ("same_day", "lightning", "Trả trong ngày", ""),
            ("batch", "card-checklist", "Chứng thực nhiều bản", ""),
        ]
        yield {
            "title": "Tại quầy",
            "items": [
                _item(reverse(f"desk:{name}"), icon, word, current == name, key=key)
                for name, icon, word, key in receiving
            ],
        }
    if holds(actor, *READERS):
        yield from _queues(request, current)
    if holds(actor, *ADMINISTRATORS):
        administration = [
            ("review", "card-checklist", "Danh mục cần xem lại"),
            ("gaps", "exclamation-circle", "Công khai còn thiếu"),
        ]
        yield {
            "title": "Quản trị",
            "items": [
                _item(reverse(f"desk:{name}"), icon, word, current == name) for name, icon, word in administration
            ],
        }
    papers = [_item(reverse("desk:posted"), "journal-text", "Thủ tục niêm yết", current == "posted")]
    if holds(actor, *RECEIVERS, *ADMINISTRATORS):
        papers.append(_item(reverse("desk:register"), "list", "Sổ theo dõi hồ sơ", current == "register"))
    yield {"title": "Sổ và danh mục", "items": papers}


def _queues(request: DeskRequest, current: str) -> Iterator[dict[str, Any]]:
    counts = queue_counts(request.actor, request.at)
    groups: dict[str, list[dict[str, Any]]] = {}
    for page in pages_of(request.actor):
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

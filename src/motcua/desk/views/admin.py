"""The administrator's pages: what the catalogue could not read, and what is not published."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from motcua.catalog.models import ReviewItem
from motcua.catalog.queries import (
    OPTIONAL,
    PART_TEXT,
    Part,
    publication_gaps,
    rules_touched,
    waiting_reviews,
)
from motcua.catalog.services import AlreadySettled, settle_review
from motcua.desk.access import ADMINISTRATORS, DeskRequest, officers_only, said
from motcua.desk.forms.review import KIND_TEXT, kind_of, suggestion_words, value_form
from motcua.desk.shell import show
from motcua.desk.views.posting import limits_text
from motcua.law.errors import BadInput, DomainError
from motcua.platform import keyset

_SIZE = 50


@officers_only(ADMINISTRATORS)
@require_safe
def review(request: DeskRequest) -> HttpResponse:
    kind = request.GET.get("muc", "")
    if kind and kind not in KIND_TEXT:
        raise Http404(kind)
    after = said(request.GET, "sau")
    items = list(_after(waiting_reviews(kind), after)[: _SIZE + 1])
    more = len(items) > _SIZE
    rows = [(item, KIND_TEXT.get(kind_of(item), item.field), suggestion_words(item)) for item in items[:_SIZE]]
    last = items[_SIZE - 1] if more else None
    older = {"muc": kind, "sau": _cursor(last)} if last else {}
    counts = _kind_counts()
    context = {
        "rows": rows,
        "kind": kind,
        "kinds": [(name, word, counts.get(name, 0)) for name, word in KIND_TEXT.items()],
        "total": counts.get(kind, 0) if kind else sum(counts.values()),
        "older": urlencode({name: value for name, value in older.items() if value}),
        "newer": (urlencode({"muc": kind}) or "muc=") if after else "",
    }
    return show(request, "desk/admin/review.html", context, current="review")


def _kind_counts() -> dict[str, int]:
    counted: dict[str, int] = {}
    for field, number in waiting_reviews().order_by().values_list("field").annotate(n=Count("id")):
        kind = field.partition(":")[0]
        counted[kind] = counted.get(kind, 0) + number
    return counted


def _after(items: QuerySet[ReviewItem], after: str) -> QuerySet[ReviewItem]:
    return items.filter(keyset.beyond_code("version__procedure__code", after, then="position"))


def _cursor(item: ReviewItem) -> str:
    return keyset.write(item.version.procedure.code, item.position)


@officers_only(ADMINISTRATORS)
@require_http_methods(["GET", "HEAD", "POST"])
def review_item(request: DeskRequest, item_id: int) -> HttpResponse:
    item = ReviewItem.objects.select_related("version__procedure__sector", "settled_by").filter(pk=item_id).first()
    if item is None:
        raise Http404(str(item_id))
    form, fault, status = value_form(item), "", 200
    if request.method == "POST":
        decision = request.POST.get("decision", "")
        values = None
        if decision == ReviewItem.Status.CORRECTED and form is not None:
            form = value_form(item, request.POST)
            values = form.values() if form.is_valid() else None
        if decision != ReviewItem.Status.CORRECTED or values is not None:
            try:
                settle_review(item, actor=request.actor, status=_known(decision), at=request.at, values=values)
            except AlreadySettled as error:
                messages.warning(request, error.message)
                return redirect("desk:review")
            except DomainError as error:
                if values is not None and form is not None:
                    form.blame(error)
                else:
                    fault = error.message
            else:
                messages.success(
                    request,
                    f"Đã xử lý mục “{KIND_TEXT.get(kind_of(item), item.field)}” của thủ tục {item.version.procedure.code}.",
                )
                following = _after(waiting_reviews(), _cursor(item)).first()
                return redirect("desk:review_item", following.pk) if following else redirect("desk:review")
        status = 422
    context = {
        "item": item,
        "word": KIND_TEXT.get(kind_of(item), item.field),
        "suggestion": suggestion_words(item),
        "rules": [(rule, limits_text([rule])) for rule in rules_touched(item)],
        "form": form,
        "fault": fault,
        "open": item.status == ReviewItem.Status.OPEN,
    }
    return show(request, "desk/admin/review_item.html", context, current="review", status=status)


def _known(decision: str) -> str:
    if decision not in (ReviewItem.Status.ACCEPTED, ReviewItem.Status.CORRECTED, ReviewItem.Status.DISMISSED):
        raise BadInput("Cần chọn nhận gợi ý, sửa hoặc bỏ qua.")
    return decision


@officers_only(ADMINISTRATORS)
@require_safe
def gaps(request: DeskRequest) -> HttpResponse:
    """Procedures that lack a required part, those of a chosen part only where one is asked."""
    found = publication_gaps()
    part = request.GET.get("phan", "")
    if part and part not in set(Part):
        raise Http404(part)
    counts = {one: sum(one in gap.missing for gap in found) for one in Part}
    rows = [gap for gap in found if (part in gap.missing if part else gap.blocking)]
    context = {
        "rows": [(gap, [(PART_TEXT[one], one in OPTIONAL) for one in gap.missing]) for gap in rows[:500]],
        "total": len(rows),
        "shown": min(len(rows), 500),
        "parts": [(one.value, PART_TEXT[one], counts[one], one in OPTIONAL) for one in Part],
        "part": part,
    }
    return show(request, "desk/admin/gaps.html", context, current="gaps")

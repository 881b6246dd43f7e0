"""What every template may say: `{% load motcua %}`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from motcua.platform.presentation import words

register = template.Library()

_NOTICE_ICONS = {
    "success": "check-circle",
    "warning": "exclamation-circle",
    "error": "exclamation-triangle",
    "info": "info-circle",
}


def _blank_or(write: Any) -> Any:
    """A filter of an absent value prints a dash, as a table cell needs it."""

    def filter_(value: Any) -> str:
        return "–" if value is None or value == "" else write(value)

    filter_.__doc__ = write.__doc__
    return filter_


for _name in (
    "vn_date",
    "vn_time",
    "vn_datetime",
    "vn_moment",
    "dong",
    "count",
    "file_size",
    "mask_identity",
    "mask_phone",
):
    register.filter(_name, _blank_or(getattr(words, _name)))


@register.filter
def weekday(value: date | datetime) -> str:
    return words.weekday(words.local(value).date() if isinstance(value, datetime) else value)


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon beside a word; hidden from readers, since the word says it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("vendor/bootstrap-icons/icons.svg"),
        name,
    )


@register.filter
def notice_icon(level: str) -> str:
    return _NOTICE_ICONS.get(level, "info-circle")


@register.filter
def state_mark(key: str) -> SafeString:
    """A state of a dossier or its standing against the limit, as icon and word in its tone."""
    mark = words.mark(key)
    return format_html(
        '<span class="state{}">{}<span>{}</span></span>',
        f" state-{mark.tone}" if mark.tone else "",
        icon(mark.icon),
        mark.word,
    )


@register.filter
def state_word(key: str) -> str:
    return words.mark(key).word


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """The field's control with the ids that tie it to its hint and its errors."""
    described = []
    if field.help_text:
        described.append(f"{field.auto_id}_helptext")
    if field.errors:
        described.append(f"{field.auto_id}_error")
    attrs: dict[str, str | bool] = {"aria-describedby": " ".join(described)} if described else {}
    if field.errors:
        attrs["aria-invalid"] = "true"
    return SafeString(field.as_widget(attrs=attrs))


@register.inclusion_tag("partials/progress.html")
def progress(step: int, total: int, title: str = "") -> dict[str, Any]:
    dots = ["done" if at < step else "now" if at == step else "" for at in range(1, total + 1)]
    return {"step": step, "total": total, "title": title, "dots": dots}


@register.filter
def zip_with(left: Iterable[Any], right: Iterable[Any]) -> list[tuple[Any, Any]]:
    return list(zip(left, right, strict=True))

"""The numbers of tables as HTML: `{% load board %}`. A board has hundreds, and a template for each costs more than the counting."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from motcua.platform.templatetags.motcua import icon
from motcua.statistics.tabular.table import Column, Entry, Row

register = template.Library()

# A light is told by its shape too, not by its colour alone.
_LIGHTS = {
    "light-early": "check-circle",
    "light-soon": "exclamation-circle",
    "light-late": "x-circle",
    "light-paused": "circle",
}


@register.filter
def shown(entry: Entry) -> SafeString:
    """What an entry says, as a link where it opens."""
    light = _LIGHTS.get(entry.tone)
    return format_html(
        "{}{}{}",
        format_html("{} ", icon(light)) if light else "",
        format_html('<a href="{}">{}</a>', entry.href, entry.text) if entry.href else entry.text,
        format_html('<span class="sub">{}</span>', entry.sub) if entry.sub else "",
    )


@register.filter
def cells(row: Row, columns: Sequence[Column]) -> SafeString:
    """The cells of a line, each labelled for screens where the line is a stack."""
    return mark_safe("".join(_cell(entry, column) for entry, column in zip(row, columns, strict=True)))


def _cell(entry: Entry, column: Column) -> SafeString:
    names = " ".join(name for name in ("num" if column.num else "", f"tone-{entry.tone}" if entry.tone else "") if name)
    return format_html(
        '<td data-label="{}"{}><div>{}</div></td>',
        column.label,
        format_html(' class="{}"', names) if names else "",
        shown(entry),
    )

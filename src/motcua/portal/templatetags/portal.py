"""Words that only the portal's pages need: `{% load portal %}`."""

from __future__ import annotations

from collections.abc import Iterable

from django import template

from motcua.catalog.models import PaperRequirement, ProcedureVersion
from motcua.portal.catalogue import copies_text
from motcua.portal.drafts import Slot

register = template.Library()


@register.filter
def copies(paper: PaperRequirement) -> str:
    return copies_text(paper)


@register.filter
def level_word(level: str) -> str:
    return ProcedureVersion.Level(level).label


@register.filter
def has_files(slots: Iterable[tuple[Slot, list[str]]]) -> bool:
    """Whether anything was given, or refused, under this heading: then it is shown open."""
    return any(slot.files or faults for slot, faults in slots)

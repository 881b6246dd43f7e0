"""Words that only the portal's pages need: `{% load portal %}`."""

from __future__ import annotations

from django import template

from motcua.catalog.models import PaperRequirement, ProcedureVersion
from motcua.portal.catalogue import copies_text

register = template.Library()


@register.filter
def copies(paper: PaperRequirement) -> str:
    return copies_text(paper)


@register.filter
def level_word(level: str) -> str:
    return ProcedureVersion.Level(level).label

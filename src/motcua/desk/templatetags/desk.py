"""What only the desk's templates say: `{% load desk %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.forms import CheckboxInput, RadioSelect

register = template.Library()


@register.filter
def get(values: dict[str, Any], key: str) -> Any:
    """A value by a key that is no template name, such as one with a hyphen."""
    return values.get(key, "")


@register.filter
def is_checkbox(field: Any) -> bool:
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def is_radio(field: Any) -> bool:
    return isinstance(field.field.widget, RadioSelect)

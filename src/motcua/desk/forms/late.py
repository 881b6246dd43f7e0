"""What is asked of a thing that happened before it is recorded: when, why only now, and who approved that."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django import forms
from django.http import HttpRequest

from motcua.desk.forms.base import DeskForm, LocalMomentField, text
from motcua.dossiers.commands import LateEntry

# In the address of a page: what is recorded there happened earlier.
LATE: Final = "ghi-bu"
# By these names the services speak of it.
LATE_FIELDS: Final = ("occurred_at", "late_reason", "late_approver")


def typed_moment(request: HttpRequest) -> datetime | None:
    """When a thing that is recorded late is said to have happened; None while nothing that can be read was typed."""
    if LATE not in request.GET or request.method != "POST":
        return None
    try:
        moment: datetime | None = LocalMomentField(required=False).clean(request.POST.get("occurred_at", ""))
        return moment
    except forms.ValidationError:
        return None


class LateMixin(DeskForm):
    """A form that asks this too, where `ask_when` is called."""

    def ask_when(self, approvers: Sequence[tuple[int, str]], *, empty: str = "Chọn người duyệt") -> None:
        """`approvers` are (id, name) of those who may have approved it."""
        self.fields |= _Late(approvers, empty).fields
        self.order_fields(LATE_FIELDS)

    @property
    def late_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in LATE_FIELDS if name in self.fields]

    def visible_fields(self) -> list[forms.BoundField]:
        """Those of the thing itself; what is asked of a late entry stands apart from them."""
        return [one for one in super().visible_fields() if one.name not in LATE_FIELDS]

    @property
    def occurred_at(self) -> datetime | None:
        """From cleaned data; None where the thing happens now."""
        moment: datetime | None = self.cleaned_data.get("occurred_at")
        return moment

    def late_entry(self) -> LateEntry | None:
        """From cleaned data; None where the thing happens now."""
        if "late_reason" not in self.fields:
            return None
        return LateEntry(self.cleaned_data["late_reason"], self.cleaned_data["late_approver"])


class _Late(DeskForm):
    occurred_at = LocalMomentField(
        label="Thời điểm xảy ra", help_text="Theo giấy tờ, dấu bưu điện hoặc sổ ghi tay; thời hạn tính từ lúc này."
    )
    late_reason = text(
        "Lý do ghi bù", limit=1000, rows=2, hint="Ví dụ: mất điện, mất mạng, nhận qua bưu chính, tiếp nhận lưu động."
    )
    late_approver = forms.TypedChoiceField(
        label="Người duyệt ghi bù",
        help_text="Lãnh đạo khác với người ghi.",
        coerce=int,
        empty_value=None,
        choices=[],
        widget=forms.Select(),
    )

    def __init__(self, approvers: Sequence[tuple[int, str]], empty: str) -> None:
        super().__init__()
        self.fields["late_approver"].choices = [("", empty), *approvers]  # type: ignore[attr-defined]

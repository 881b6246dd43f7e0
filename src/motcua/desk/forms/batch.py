"""Batch certification: one person with many papers is one dossier, many persons are one dossier each."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, Final

from django import forms

from motcua.desk.forms.base import DeskForm, identity, phone, text
from motcua.desk.forms.late import LateMixin
from motcua.desk.forms.papers import count_field

ONE, MANY = "mot-nguoi", "nhieu-nguoi"
ROWS: Final = 8
MOST_ROWS: Final = 60


class BatchForm(LateMixin):
    """`post` = the procedure at the desk. The person is asked only where one person brings all.

    `approvers`: of what was handed in earlier, who may have approved that it is recorded only now, nobody while it is open
    which agency's it was; None = it is handed in now.
    """

    post = forms.TypedChoiceField(label="Thủ tục chứng thực", coerce=int, choices=[])
    key = forms.UUIDField(widget=forms.HiddenInput())
    identity_number = identity(required=False)
    full_name = text("Họ và tên người yêu cầu", limit=200)
    phone = phone()

    def __init__(
        self,
        *args: Any,
        posts: list[tuple[int, str]],
        mode: str,
        approvers: Sequence[tuple[int, str]] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if approvers is not None:
            self.ask_when(approvers, empty="Chọn người duyệt" if approvers else "Chọn thủ tục trước")
        post = self.fields["post"]
        assert isinstance(post, forms.ChoiceField)
        post.choices = [("", "Chọn thủ tục"), *posts] if len(posts) != 1 else posts
        self.fields["key"].initial = uuid.uuid4
        if mode == MANY:
            for name in ("identity_number", "full_name", "phone"):
                del self.fields[name]


class PaperRow(DeskForm):
    name = text("Giấy tờ", required=False, limit=500)
    pages = count_field("Số trang", 1)
    copies = count_field("Số bản", 1)

    @property
    def is_given(self) -> bool:
        return bool(self.cleaned_data.get("name"))


class PersonRow(PaperRow):
    full_name = text("Họ và tên", required=False, limit=200)
    identity_number = identity(required=False)
    phone = phone()

    @property
    def is_given(self) -> bool:
        return bool(self.cleaned_data.get("name") or self.cleaned_data.get("full_name"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("name") and not cleaned.get("full_name"):
            self.add_error("full_name", "Chưa nhập họ và tên.")
        if cleaned.get("full_name") and not cleaned.get("name"):
            self.add_error("name", "Chưa ghi giấy tờ.")
        return cleaned


def rows_of(mode: str) -> type[forms.BaseFormSet[Any]]:
    row = PersonRow if mode == MANY else PaperRow
    made: type[forms.BaseFormSet[Any]] = forms.formset_factory(
        row, extra=ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS
    )
    return made

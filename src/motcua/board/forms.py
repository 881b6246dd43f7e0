"""A target as it is typed."""

from __future__ import annotations

from typing import Any

from django import forms

from motcua.board.goals import Goal, read_percent
from motcua.desk.forms.base import CheckedField, DeskForm, text


class TargetForm(DeskForm):
    agency = forms.ChoiceField(label="Cơ quan", widget=forms.Select(attrs={"class": "form-select"}))
    goal = forms.ChoiceField(
        label="Chỉ tiêu", choices=[(one.value, one.label) for one in Goal], widget=forms.Select(attrs={"class": "form-select"})
    )  # fmt: skip
    percent = CheckedField(
        read_percent, label="Mức giao (%)", required=False, max_length=8, help_text="Ví dụ 87 hoặc 87,5. Để trống: bỏ chỉ tiêu.",
    )  # fmt: skip
    document = text("Văn bản giao", limit=200, hint="Ví dụ: 15/KH-UBND ngày 10/01/2026")

    def __init__(self, *args: Any, agencies: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["agency"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = agencies

"""Forms of work with other agencies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms

from motcua.desk.forms.base import DayField, DeskForm
from motcua.dossiers.models import Paper


class AskForm(DeskForm):
    """The letter to a body outside; `papers` are those of the dossier that its link shows."""

    number = forms.CharField(label="Số công văn", max_length=100)
    question = forms.CharField(label="Nội dung xin ý kiến", max_length=10_000, widget=forms.Textarea(attrs={"rows": 5}))
    papers = forms.MultipleChoiceField(label="Giấy tờ cho xem", required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, of: Sequence[Paper], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["papers"].choices = [(str(paper.pk), paper.name) for paper in of]  # type: ignore[attr-defined]

    @property
    def paper_ids(self) -> list[int]:
        return [int(pk) for pk in self.cleaned_data["papers"]]


class PaperAnswerForm(DeskForm):
    """What a body answered on paper."""

    document = forms.CharField(label="Số văn bản trả lời", max_length=100)
    outcome = forms.ChoiceField(label="Ý kiến", required=False)
    text = forms.CharField(label="Nội dung trả lời", max_length=10_000, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, ways: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(ways) < 2:
            del self.fields["outcome"]
        else:
            self.fields["outcome"].choices = list(ways)  # type: ignore[attr-defined]


class WindowForm(DeskForm):
    """Two local days; both are shown, and both count."""

    first = DayField(label="Từ ngày")
    last = DayField(label="Đến ngày")

    @classmethod
    def of(cls, given: Any, today: date) -> WindowForm:
        """As asked for in the address, or the month that runs."""
        if "first" in given or "last" in given:
            return cls(given)
        first = today.replace(day=1)
        return cls({"first": first.isoformat(), "last": today.isoformat()})

    def days(self, today: date) -> tuple[date, date]:
        if self.is_valid():
            return self.cleaned_data["first"], self.cleaned_data["last"]
        return today - timedelta(days=30), today

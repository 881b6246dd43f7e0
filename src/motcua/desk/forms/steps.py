"""Forms about one open step: finish it, give it to somebody, give it back. They know their fields and no rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from motcua.desk.forms.base import text
from motcua.desk.forms.late import LateMixin
from motcua.processes.queries import StepView


def several(label: str, hint: str) -> forms.TypedMultipleChoiceField:
    return forms.TypedMultipleChoiceField(
        label=label, required=False, coerce=int, help_text=f"{hint} Giữ phím Ctrl để chọn nhiều người.",
        widget=forms.SelectMultiple(),
    )  # fmt: skip


class StepForm(LateMixin):
    """`expected_seq` is what the officer's page showed; it tells what has happened since when somebody was quicker.

    `approvers`: of a thing that was done earlier, who may have approved that it is recorded only now; None = it is done now.
    """

    expected_seq = forms.IntegerField(widget=forms.HiddenInput(), min_value=1, required=False)

    def __init__(self, *args: Any, approvers: Sequence[tuple[int, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if approvers is not None:
            self.ask_when(approvers)


class FinishForm(StepForm):
    outcome = forms.ChoiceField(label="Kết quả của bước", widget=forms.RadioSelect())
    papers = forms.MultipleChoiceField(
        label="Giấy tờ bước này đã làm ra", required=False, widget=forms.CheckboxSelectMultiple()
    )
    note = text(
        "Ghi chú", required=False, limit=1000, rows=3, hint="Người làm bước sau đọc được; người nộp không đọc được."
    )
    next_officer = forms.TypedChoiceField(
        label="Người làm bước sau", required=False, coerce=int, empty_value=None, widget=forms.Select()
    )

    def __init__(
        self,
        *args: Any,
        view: StepView,
        late: bool = False,
        **kwargs: Any,
    ) -> None:
        """`late`: after its due."""
        super().__init__(*args, **kwargs)
        if late:
            # The control slip has a column for it.
            note = self.fields["note"]
            note.label, note.required = "Lý do chậm", True
            note.error_messages["required"] = "Bước đã quá giờ được giao: chưa nhập “lý do chậm”."
        outcome, papers, following = self.fields["outcome"], self.fields["papers"], self.fields["next_officer"]
        assert isinstance(outcome, forms.ChoiceField)
        assert isinstance(papers, forms.MultipleChoiceField)
        assert isinstance(following, forms.TypedChoiceField)
        outcome.choices = [(way.outcome, way.text) for way in view.ways]
        if back := [f"“{way.text}”" for way in view.ways if way.back]:
            said = self.fields["note"]
            said.help_text = f"Chọn {' hoặc '.join(back)} thì phải ghi lý do trả lại. {said.help_text}"
        if len(view.ways) == 1:
            # Nothing to choose: the button says what happens.
            outcome.initial, outcome.widget, outcome.required = view.ways[0].outcome, forms.HiddenInput(), False
        papers.choices = [(paper, paper) for paper in view.node.papers]
        if not view.node.papers:
            del self.fields["papers"]
        steps = {step.node.id: step for way in view.ways for step in way.steps if step.officers}
        if steps:
            groups = [(step.node.label, list(step.officers)) for step in steps.values()]
            following.choices = [("", "Theo cách giao việc của bước"), *groups]
        else:
            del self.fields["next_officer"]

    @property
    def given(self) -> dict[str, Any]:
        """For `processes.services.finish_step`."""
        data = self.cleaned_data
        outcome = self.fields["outcome"]
        return {
            "outcome": data["outcome"] or outcome.initial,
            "note": data["note"],
            "papers": data.get("papers", []),
            "next_officer_id": data.get("next_officer"),
        }


class AssignForm(StepForm):
    """Who has the step, and who cooperates in it and follows it; `now` is the officer who has it."""

    officer_id = forms.TypedChoiceField(
        label="Người được giao (chủ trì)", coerce=int, empty_value=None, widget=forms.Select()
    )
    cooperating = several("Người phối hợp", "Thấy bước này trong “Phối hợp, theo dõi” và cho ý kiến được.")
    following = several("Người theo dõi", "Thấy bước này và được báo khi bước quá hạn; không làm gì ở bước.")
    reason = text("Lý do giao lại", required=False, limit=500, rows=2)

    def __init__(
        self,
        *args: Any,
        officers: list[tuple[int, str]],
        colleagues: Iterable[tuple[int, str]],
        now: tuple[int, str] | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        chooser = self.fields["officer_id"]
        assert isinstance(chooser, forms.TypedChoiceField)
        self.now = now
        kept = [(now[0], f"{now[1]} (đang chủ trì)")] if now else []
        chooser.choices = [("", "Chọn người làm"), *kept, *officers]
        people = list(colleagues)
        for name in ("cooperating", "following"):
            listed = self.fields[name]
            assert isinstance(listed, forms.TypedMultipleChoiceField)
            listed.choices = people
            listed.widget.attrs["size"] = str(min(max(len(people), 2), 6))
        reason = self.fields["reason"]
        if now:
            reason.help_text = "Bắt buộc khi đổi người đang chủ trì."
        else:
            reason.label = "Lý do hoặc dặn thêm"

    def clean_reason(self) -> str:
        reason = str(self.cleaned_data["reason"])
        if self.now and not reason and self.cleaned_data.get("officer_id") not in (None, self.now[0]):
            raise forms.ValidationError("Chưa nhập “lý do giao lại”.")
        return reason


class OpinionForm(StepForm):
    text = text("Ý kiến", limit=1000, rows=4, hint="Người chủ trì và lãnh đạo đọc được; người nộp không đọc được.")


class HandBackForm(StepForm):
    reason = text("Lý do trả lại", limit=500, rows=2, hint="Lãnh đạo phòng và người nhận sau đọc được.")

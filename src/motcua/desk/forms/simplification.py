"""A decision that simplifies a procedure: its limits, papers, forms and steps beside what the catalogue has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms

from motcua.catalog.models import ChannelRule
from motcua.desk.forms.base import DayField, DeskForm, text
from motcua.law.limits import UNIT_TEXT, Limit, Unit
from motcua.processes.models import SimplifiedPart
from motcua.processes.simplification.services import NewLimit, NewPart, NewSimplification

KEEP, REMOVE, MERGE = "", "removed", "merged"
_FATES = [(KEEP, "Giữ"), (REMOVE, "Bỏ"), (MERGE, "Gộp vào…")]
PROVINCE = "toan-tinh"


@dataclass(frozen=True)
class Subject:
    """What the catalogue and the process have of a procedure now; `parts` are names by kind."""

    procedure_id: int
    rules: Sequence[ChannelRule]
    parts: dict[str, list[str]] = field(default_factory=dict)
    sets: int | None = None


class EndForm(DeskForm):
    on = DayField(label="Ngày đầu tiên không còn áp dụng")
    reason = text("Lý do", limit=300)


class SimplificationForm(DeskForm):
    decision_number = text("Số quyết định", limit=100, hint="Ví dụ: 1523/QĐ-UBND")
    decision_date = DayField(label="Ngày quyết định")
    place = forms.ChoiceField(label="Nơi áp dụng")
    valid_from = DayField(label="Áp dụng từ ngày")
    pilot = forms.BooleanField(label="Thí điểm", required=False)
    last_day = DayField(label="Thí điểm đến hết ngày", required=False)
    sets_after = forms.IntegerField(
        label="Số bộ hồ sơ sau khi giảm", required=False, min_value=1, max_value=99,
        widget=forms.NumberInput(attrs={"class": "form-control count-input"}),
    )  # fmt: skip
    note = text("Ghi chú", required=False, limit=500, rows=2)

    def __init__(self, *args: Any, subject: Subject, places: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subject = subject
        place = self.fields["place"]
        assert isinstance(place, forms.ChoiceField)
        place.choices = list(places)
        if subject.sets is None or subject.sets < 2:
            del self.fields["sets_after"]
        else:
            self.fields["sets_after"].help_text = f"Danh mục: {subject.sets} bộ. Để trống: giữ nguyên."
        for rule in subject.rules:
            self._ask_limit(rule)
        for kind, names in subject.parts.items():
            for number, name in enumerate(names):
                self._ask_part(kind, number, name)

    def _ask_limit(self, rule: ChannelRule) -> None:
        label = limit_label(rule)
        amount = forms.IntegerField(
            label=label, required=False, min_value=1, max_value=5000,
            widget=forms.NumberInput(attrs={"class": "form-control count-input"}),
            error_messages={"invalid": "Cần một số nguyên.", "min_value": "Cần từ 1 trở lên."},
        )  # fmt: skip
        unit = forms.ChoiceField(
            label=f"Đơn vị, {label}", initial=rule.unit, choices=[(one.value, UNIT_TEXT[one]) for one in Unit],
            required=False, widget=forms.Select(attrs={"class": "form-select"}),
        )  # fmt: skip
        self.fields[f"amount-{rule.pk}"], self.fields[f"unit-{rule.pk}"] = amount, unit

    def _ask_part(self, kind: str, number: int, name: str) -> None:
        short = name if len(name) <= 80 else f"{name[:79]}…"
        self.fields[f"{kind}-{number}"] = forms.ChoiceField(
            label=short, required=False, choices=_FATES, widget=forms.Select(attrs={"class": "form-select"})
        )
        self.fields[f"{kind}-{number}-into"] = forms.CharField(
            label=f"Gộp “{short}” vào",
            required=False,
            max_length=500,
            widget=forms.TextInput(attrs={"class": "form-control"}),
        )

    def limit_rows(self) -> Iterator[tuple[ChannelRule, str, forms.BoundField, forms.BoundField]]:
        """(rule, the catalogue's limit in words, amount, unit)."""
        for rule in self.subject.rules:
            central = Limit(rule.amount or 1, Unit(rule.unit)).text()
            yield rule, central, self[f"amount-{rule.pk}"], self[f"unit-{rule.pk}"]

    def part_groups(self) -> Iterator[tuple[str, list[tuple[str, forms.BoundField, forms.BoundField]]]]:
        """(heading, rows of name, fate, merged into) for each kind that the procedure has any of."""
        for kind, names in self.subject.parts.items():
            rows = [(name, self[f"{kind}-{at}"], self[f"{kind}-{at}-into"]) for at, name in enumerate(names)]
            if rows:
                yield str(SimplifiedPart.Kind(kind).label).capitalize(), rows

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for kind, names in self.subject.parts.items():
            for number in range(len(names)):
                fate, into = cleaned.get(f"{kind}-{number}"), cleaned.get(f"{kind}-{number}-into")
                if fate == MERGE and not into:
                    self.add_error(f"{kind}-{number}-into", "Ghi rõ gộp vào đâu.")
                if into and fate != MERGE:
                    self.add_error(f"{kind}-{number}", "Đã ghi nơi gộp vào; hãy chọn “Gộp vào…”, hoặc xóa ô đó.")
        return cleaned

    def new(self, agency_id: int | None) -> NewSimplification:
        """Of a valid form; `agency_id` None = the whole province."""
        data = self.cleaned_data
        return NewSimplification(
            procedure_id=self.subject.procedure_id,
            decision_number=data["decision_number"],
            decision_date=data["decision_date"],
            valid_from=data["valid_from"],
            agency_id=agency_id,
            pilot=data["pilot"],
            last_day=data["last_day"],
            limits=tuple(
                NewLimit(
                    rule.channel, Limit(amount, Unit(data[f"unit-{rule.pk}"] or rule.unit)), rule.condition, rule.stage
                )
                for rule in self.subject.rules
                if (amount := data[f"amount-{rule.pk}"])
            ),
            parts=tuple(
                NewPart(kind, name, data[f"{kind}-{number}-into"])
                for kind, names in self.subject.parts.items()
                for number, name in enumerate(names)
                if data[f"{kind}-{number}"]
            ),
            sets_after=data.get("sets_after"),
            note=data["note"],
        )


def limit_label(rule: ChannelRule) -> str:
    """“Trực tuyến, giai đoạn 2, nhà dưới 3 tầng”."""
    stage = f", giai đoạn {rule.stage}" if rule.stage > 1 else ""
    case = f", {rule.condition[:80]}" if rule.condition else ""
    return f"{rule.get_channel_display()}{stage}{case}"

"""The right value of something in the catalogue that could not be read: one small form for each kind of item."""

from __future__ import annotations

from typing import Any

from django import forms

from motcua.catalog.models import ProcedureVersion, ReviewItem
from motcua.desk.forms.base import DeskForm, lines, money, text
from motcua.law.limits import UNIT_TEXT, Unit
from motcua.platform.presentation.words import dong


class LimitValue(DeskForm):
    amount = forms.IntegerField(
        label="Thời hạn", required=False, min_value=1, max_value=5000, help_text="Để trống cả hai ô: không có thời hạn."
    )
    unit = forms.ChoiceField(
        label="Đơn vị", required=False, choices=[("", "—"), *((u.value, UNIT_TEXT[u]) for u in Unit)]
    )

    def values(self) -> dict[str, Any]:
        return {"amount": self.cleaned_data["amount"], "unit": self.cleaned_data["unit"]}


class FeeValue(DeskForm):
    fee_vnd = money("Phí, lệ phí (đồng)")

    def values(self) -> dict[str, Any]:
        return {"fee_vnd": self.cleaned_data["fee_vnd"]}


class PaperValue(DeskForm):
    name = text("Tên giấy tờ", required=False, limit=1000, hint="Để trống: giữ nguyên.")
    form_name = text("Mẫu đơn, tờ khai", required=False, limit=300)
    originals = forms.IntegerField(label="Bản chính", min_value=0, max_value=999)
    copies = forms.IntegerField(label="Bản sao", min_value=0, max_value=999)

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}


class SetsValue(DeskForm):
    sets = forms.IntegerField(label="Số bộ hồ sơ", min_value=1, max_value=99)

    def values(self) -> dict[str, Any]:
        return {"sets": self.cleaned_data["sets"]}


class LevelsValue(DeskForm):
    levels = forms.MultipleChoiceField(
        label="Cấp thực hiện", choices=ProcedureVersion.Level.choices, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Chọn ít nhất một cấp."},
    )  # fmt: skip

    def values(self) -> dict[str, Any]:
        return {"levels": self.cleaned_data["levels"]}


class LinesValue(DeskForm):
    """`key` and `make` say what a line becomes."""

    rows = text("Giá trị đúng", limit=20000, rows=5, hint="Mỗi dòng một giá trị.")

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        if kind == "grounds":
            self.fields[
                "rows"
            ].help_text = "Mỗi dòng một văn bản: số hiệu, dấu gạch đứng, trích yếu. Ví dụ: 45/2020/NĐ-CP | Thủ tục trên môi trường điện tử"

    def values(self) -> dict[str, Any]:
        given = list(lines(self.cleaned_data["rows"]))
        if self.kind == "condition":
            return {"conditions": given}
        if self.kind == "audience":
            return {"audience": given}
        if self.kind == "grounds":
            return {
                "rows": [
                    {"number": one.partition("|")[0].strip(), "title": one.partition("|")[2].strip()} for one in given
                ]
            }
        if self.kind == "papers":
            return {"rows": [{"name": one, "originals": 1, "copies": 0} for one in given]}
        return {"rows": [{"name": one} for one in given]}


_PLAIN: dict[str, type[DeskForm]] = {
    "limit": LimitValue, "fee": FeeValue, "paper": PaperValue, "sets": SetsValue, "levels": LevelsValue,
}  # fmt: skip
_LINES = frozenset({"condition", "audience", "papers", "results", "grounds"})

KIND_TEXT = {
    "limit": "Thời hạn",
    "limit_note": "Ghi chú về thời hạn",
    "condition": "Trường hợp",
    "fee": "Phí, lệ phí",
    "paper": "Số bản của giấy tờ",
    "papers": "Thành phần hồ sơ",
    "sets": "Số bộ hồ sơ",
    "audience": "Đối tượng thực hiện",
    "levels": "Cấp thực hiện",
    "results": "Kết quả",
    "grounds": "Căn cứ pháp lý",
    "channels": "Cách thức thực hiện",
}
_KEY_TEXT = {
    "originals": "bản chính", "copies": "bản sao", "name": "tên", "form_name": "mẫu đơn", "sets": "số bộ",
    "conditions": "trường hợp", "audience": "đối tượng", "levels": "cấp", "rows": "dòng", "channel": "hình thức",
}  # fmt: skip


def kind_of(item: ReviewItem) -> str:
    return item.field.partition(":")[0]


def value_form(item: ReviewItem, data: Any = None) -> Any:
    """The form for the item's kind, filled with its suggestion; None for a kind that holds no value."""
    kind = kind_of(item)
    initial = {name: value for name, value in (item.suggestion or {}).items() if name != "basis"}
    if kind in _PLAIN:
        return _PLAIN[kind](data, initial=initial)
    if kind in _LINES:
        listed = (
            initial.get("conditions")
            or initial.get("audience")
            or [
                row.get("name") or f"{row.get('number', '')} | {row.get('title', '')}"
                for row in initial.get("rows", ())
            ]
        )
        return LinesValue(data, initial={"rows": "\n".join(listed)}, kind=kind)
    return None


def suggestion_words(item: ReviewItem) -> str:
    """The suggestion in words; empty when there is none."""
    given = {name: value for name, value in (item.suggestion or {}).items() if name != "basis"}
    if not given:
        return ""
    if "unit" in given:
        return f"{given['amount']} {UNIT_TEXT[Unit(given['unit'])]}" if given.get("amount") else "không có thời hạn"
    if "fee_vnd" in given:
        return dong(given["fee_vnd"]) if given["fee_vnd"] else "không thu"
    parts = []
    for name, value in given.items():
        shown = (
            "; ".join(str(one.get("name") or one.get("number")) if isinstance(one, dict) else str(one) for one in value)
            if isinstance(value, list)
            else value
        )
        parts.append(f"{_KEY_TEXT.get(name, name)}: {shown}")
    return ", ".join(parts)

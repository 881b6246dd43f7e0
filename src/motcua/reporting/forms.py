"""What is typed for a report: the reason of giving it back, a declared figure."""

from __future__ import annotations

from typing import Any

from motcua.desk.forms.base import DeskForm, text
from motcua.reporting.declarable import Declarable, Kind


class GiveBackForm(DeskForm):
    reason = text(
        "Lý do trả lại", limit=1000, rows=3, hint="Nêu rõ chỗ phải sửa; cơ quan lập lại báo cáo từ số liệu mới nhất."
    )


class DeclareForm(DeskForm):
    """One figure, or the words of an assessment; left empty it takes back what stands."""

    evidence = text("Căn cứ", limit=500, required=False, hint="Số văn bản, đường dẫn hoặc tên tệp chứng minh.")

    def __init__(self, *args: Any, asked: Declarable, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if asked.kind is Kind.TEXT:
            value = text("Nội dung", limit=5000, rows=8, required=False, hint="Để trống: bỏ nội dung đang ghi.")
        else:
            value = text(
                f"Giá trị ({asked.unit})", limit=24, required=False, css="w-short", hint="Để trống: chưa có số liệu."
            )
            value.widget.attrs["inputmode"] = "decimal"
        value.widget.attrs["class"] = f"form-control {value.widget.attrs.get('class', '')}".strip()
        self.fields = {"value": value, **self.fields}

"""Forms of the inspection: a verdict, a search, numbers of a rule, an exemption, a note on the backlog."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from motcua.catalog.models import Procedure
from motcua.desk.forms.base import CheckedField, DayField, DeskForm, text
from motcua.law.errors import BadInput
from motcua.organizations.models import Agency, Officer
from motcua.processes.inspection.rules import Rule, rules_of
from motcua.processes.models import SuspicionFinding


class JudgeForm(DeskForm):
    verdict = forms.ChoiceField(
        label="Kết luận",
        widget=forms.RadioSelect,
        choices=[choice for choice in SuspicionFinding.Verdict.choices if choice[0]],
    )
    note = text("Đã xem gì, hỏi ai, vì sao", required=False, limit=1000, rows=4)


class DaysForm(DeskForm):
    first_on = DayField(label="Từ ngày")
    last_on = DayField(label="Đến ngày")


class RuleForm(DeskForm):
    """One field for each number of the rule, named as in the data."""

    enabled = forms.BooleanField(label="Đang dùng", required=False)
    valid_from = DayField(label="Áp dụng từ ngày")
    reason = text("Lý do đổi", limit=500)

    def __init__(self, *args: Any, rule: Rule, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in rule.numbers:
            self.fields[number.name] = forms.IntegerField(
                label=f"{number.label} ({number.unit})",
                min_value=number.least,
                max_value=number.most,
                help_text=f"Từ {number.least} đến {number.most}; chương trình đặt sẵn {number.value}.",
                widget=forms.NumberInput(attrs={"class": "form-control w-short"}),
                error_messages={
                    "required": "Chưa nhập số này.",
                    "invalid": "Cần một số nguyên.",
                    "min_value": "Cần từ %(limit_value)s trở lên.",
                    "max_value": "Cần không quá %(limit_value)s.",
                },
            )
        self.order_fields(["enabled", *(number.name for number in rule.numbers), "valid_from", "reason"])


def _agency(code: str) -> Agency:
    found = Agency.objects.filter(code=code.split(" ")[0]).first()
    if found is None:
        raise BadInput(f"Không có cơ quan nào mang mã “{code.split(' ')[0]}”.")
    return found


def _procedure(code: str) -> Procedure:
    found = Procedure.objects.filter(code=code.split(" ")[0]).first()
    if found is None:
        raise BadInput(f"Không có thủ tục nào mang mã “{code.split(' ')[0]}”.")
    return found


def _officer(number: str) -> Officer:
    head = number.split(" ")[0]
    found = Officer.objects.filter(pk=int(head)).first() if head.isdecimal() and len(head) < 19 else None
    if found is None:
        raise BadInput(f"Không có cán bộ nào mang số “{head}”; hãy chọn trong danh sách gợi ý.")
    return found


def _coded(label: str, read: Any, options: str, *, required: bool = False) -> CheckedField:
    attrs = {"list": options, "autocomplete": "off"}
    return CheckedField(read, label=label, required=required, max_length=400, widget=forms.TextInput(attrs=attrs))


class ExemptForm(DeskForm):
    pattern = forms.ChoiceField(label="Dấu hiệu", required=False, choices=[])
    agency = _coded("Cơ quan và các nơi trực thuộc", _agency, "agencies")
    officer = _coded("Cán bộ", _officer, "officers")
    procedure = _coded("Thủ tục", _procedure, "procedures")
    first_on = DayField(label="Từ ngày")
    last_on = DayField(label="Đến ngày")
    reason = text("Lý do, kèm số văn bản", limit=500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pattern = self.fields["pattern"]
        assert isinstance(pattern, forms.ChoiceField)
        pattern.choices = [("", "Mọi dấu hiệu"), *((rule.key, rule.title) for rule in rules_of("suspicion").values())]


class NoteForm(DeskForm):
    officer = _coded("Giao cho", _officer, "officers")
    until = DayField(label="Xong trước ngày", required=False)
    note = text("Vì sao còn tồn, phải làm gì", limit=500)


class ReportForm(DeskForm):
    note = text("Đã làm gì, còn vướng gì", limit=500)


def window(first: str, last: str, today: date, days: int) -> tuple[date, date]:
    """The days of a figure's window from an address, both included. Raises BadInput."""
    try:
        last_on = date.fromisoformat(last) if last else today
        first_on = date.fromisoformat(first) if first else date.fromordinal(last_on.toordinal() - days + 1)
    except ValueError:
        raise BadInput("Ngày cần dạng ngày/tháng/năm, ví dụ 26/11/2026.") from None
    if first_on > last_on:
        raise BadInput(f"Từ ngày {first_on:%d/%m/%Y} ở sau đến ngày {last_on:%d/%m/%Y}.")
    if (last_on - first_on).days > 366:
        raise BadInput("Khoảng ngày nhiều nhất là một năm.")
    return first_on, last_on

"""Forms about time: the reason of a letter of apology, the cause of a late dossier, how officers are warned."""

from __future__ import annotations

from typing import Any

from django import forms

from motcua.desk.forms.base import DayField, DeskForm, LocalMomentField, text
from motcua.notifications.warning_settings import NewSetting
from motcua.notifications.warnings import PHASE_TEXT, READER_TEXT, Phase, Reader, Settings
from motcua.processes.apologies import Explanation
from motcua.processes.charging import Charge
from motcua.processes.lateness import Causes, Charges


def _choices(causes: Causes) -> list[tuple[str, str]]:
    return [("", "Chọn nguyên nhân"), *((cause.code, f"({cause.code}) {cause.title}") for cause in causes.rows)]


class ReasonForm(DeskForm):
    cause = forms.ChoiceField(label="Nguyên nhân", choices=[])
    reason = text("Lý do chậm", limit=1000, rows=3, hint="In trên văn bản gửi người nộp: viết cho người dân hiểu.")
    until = LocalMomentField(label="Hẹn trả kết quả", help_text="Phải sau hạn đang tính. Chỉ được hẹn lại một lần.")

    def __init__(self, *args: Any, causes: Causes, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["cause"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = _choices(causes)

    def said(self) -> Explanation:
        data = self.cleaned_data
        return Explanation(data["cause"], data["reason"], data["until"])


class HandOnPaperForm(DeskForm):
    receiver = text("Người nhận văn bản", limit=200)


class CauseForm(DeskForm):
    code = forms.ChoiceField(label="Nguyên nhân chính", choices=[])
    agency = forms.TypedChoiceField(
        label="Nơi gây chậm", coerce=int, empty_value=None, required=False, choices=[],
        help_text="Để trống khi không do cơ quan nào.",
    )  # fmt: skip
    step = text("Bước", limit=300, required=False)
    note = text("Ghi chú", limit=600, rows=2, required=False)
    reason = text(
        "Lý do thay đổi",
        limit=400,
        rows=2,
        required=False,
        hint="Bắt buộc khi khác với nguyên nhân chương trình đề xuất.",
    )

    def __init__(self, *args: Any, causes: Causes, agencies: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._nobody = {cause.code for cause in causes.rows if cause.charges is Charges.NOBODY}
        self.fields["step"].widget.attrs["list"] = "its-steps"
        code, agency = self.fields["code"], self.fields["agency"]
        assert isinstance(code, forms.ChoiceField)
        assert isinstance(agency, forms.ChoiceField)
        code.choices = _choices(causes)
        agency.choices = [("", "Không do cơ quan nào"), *agencies]

    def said(self) -> Charge:
        data = self.cleaned_data
        agency = None if data["code"] in self._nobody else data["agency"]
        return Charge(data["code"], agency, data["step"], data["note"], data["reason"])


class WindowForm(DeskForm):
    first_on = DayField(label="Từ ngày")
    last_on = DayField(label="Đến ngày")


class WarningForm(DeskForm):
    """How an agency is warned; the boxes of who is told are one field for each stage."""

    agency = forms.TypedChoiceField(label="Áp dụng cho", coerce=int, empty_value=None, required=False, choices=[])
    valid_from = DayField(label="Từ ngày")
    step_ahead = text(
        "Nhắc trước hạn của bước", limit=60, hint="Phần thời gian được giao hoặc giờ làm việc: 25%, 4 giờ."
    )
    whole_ahead = text("Nhắc trước hạn của hồ sơ", limit=60, hint="Nhiều mốc cách nhau bằng dấu phẩy.")
    every_days = forms.IntegerField(
        label="Quá hạn: nhắc lại sau mỗi (ngày làm việc)", min_value=1, max_value=60, widget=forms.NumberInput(attrs={"class": "w-short"})
    )  # fmt: skip

    def __init__(self, *args: Any, agencies: list[tuple[int | str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for phase in Phase:
            self.fields[f"tells_{phase}"] = forms.MultipleChoiceField(
                label=f"Khi {PHASE_TEXT[phase]}, nhắc",
                choices=[(reader.value, READER_TEXT[reader]) for reader in Reader],
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
        field = self.fields["agency"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = agencies

    @staticmethod
    def initial_of(settings: Settings) -> dict[str, Any]:
        return {
            "step_ahead": ", ".join(ahead.text for ahead in settings.step_ahead),
            "whole_ahead": ", ".join(ahead.text for ahead in settings.whole_ahead),
            "every_days": settings.every_days,
        } | {f"tells_{phase}": sorted(settings.tells[phase]) for phase in Phase}

    def asked(self) -> NewSetting:
        data = self.cleaned_data
        return NewSetting(
            data["valid_from"],
            _parts(data["step_ahead"]),
            _parts(data["whole_ahead"]),
            data["every_days"],
            {phase.value: data[f"tells_{phase}"] for phase in Phase},
        )


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.replace(";", ",").split(",") if part.strip()]

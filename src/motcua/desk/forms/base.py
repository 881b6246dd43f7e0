"""What every form of the desk shares: text in one Unicode form, and fields that the law kernel reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms

from motcua.law.errors import DomainError
from motcua.law.money import parse_dong
from motcua.law.persons import normalise_phone, parse_citizen_number, parse_tax_code
from motcua.platform.presentation.words import LOCAL
from motcua.platform.text import nfc

_OUTWORN = "đã cũ hoặc không đọc được; hãy mở lại rồi làm lại."


class CheckedField(forms.CharField):
    """Text that a function of the law kernel reads and puts in order; what it refuses is said in its own words."""

    def __init__(self, read: Callable[[str], Any], **kwargs: Any) -> None:
        self._read = read
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return text
        try:
            return self._read(text)
        except DomainError as error:
            raise forms.ValidationError(error.message, code=error.code) from error


class LocalMomentField(forms.DateTimeField):
    """A moment typed by the control of the browser, on Vietnam's wall clock."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "class": "w-short"}, format="%Y-%m-%dT%H:%M")
    input_formats = ("%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M", "%H:%M %d/%m/%Y")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.error_messages["invalid"] = "Thời điểm cần dạng ngày/tháng/năm giờ:phút, ví dụ 26/11/2026 16:00."

    def to_python(self, value: Any) -> datetime | None:
        moment = super().to_python(value)
        return moment.replace(tzinfo=LOCAL) if moment is not None else None


class DayField(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date", "class": "w-short"}, format="%Y-%m-%d")
    input_formats = ("%Y-%m-%d", "%d/%m/%Y")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.error_messages["invalid"] = "Ngày cần dạng ngày/tháng/năm, ví dụ 26/11/2026."


class DeskForm(forms.Form):
    """Controls in the look of the house; a missing value is named by its label."""

    use_required_attribute = False  # the server's own sentence stands beside the field, with and without script

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if field.required and field.label:
                field.error_messages["required"] = f"Chưa nhập “{str(field.label)[0].lower()}{str(field.label)[1:]}”."
            if isinstance(field, forms.CharField) and field.max_length:
                field.error_messages["max_length"] = f"Dài quá {field.max_length} ký tự; đã nhập %(show_value)s."
            if isinstance(field, forms.ChoiceField):
                field.error_messages["invalid_choice"] = "Lựa chọn này không có trong danh sách."
                if field.required:
                    field.error_messages["required"] = (
                        f"Chưa chọn “{str(field.label)[0].lower()}{str(field.label)[1:]}”."
                    )
            if isinstance(field, forms.IntegerField) and not isinstance(field, forms.FloatField):
                field.error_messages["invalid"] = "Cần một số nguyên."
            if isinstance(field.widget, forms.HiddenInput) and not field.label:
                # What no officer types, and so no officer can put right in its place.
                field.label = "Trang này"
                field.error_messages |= dict.fromkeys(("required", "invalid", "min_value"), _OUTWORN)
            _dress(field.widget)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        return {name: nfc(value).strip() if isinstance(value, str) else value for name, value in cleaned.items()}

    def blame(self, error: DomainError) -> None:
        """Put what a service refused beside the field it speaks of; above the form where it speaks of none."""
        named = str(error.data.get("field", ""))
        places = [name for name in (named, *error.data) if name in self.fields]
        message = error.message
        if places:
            # Beside its field, and in the list of faults above, the name of the field stands there already.
            bare = message.removeprefix(f"{self.fields[places[0]].label}: ")
            message = bare[:1].upper() + bare[1:]
        self.add_error(places[0] if places else None, forms.ValidationError(message, code=error.code))


def _dress(widget: forms.Widget) -> None:
    if isinstance(widget, forms.RadioSelect | forms.CheckboxInput | forms.HiddenInput):
        return
    look = "form-select" if isinstance(widget, forms.Select) else "form-control"
    classes = widget.attrs.get("class", "")
    if look not in classes:
        widget.attrs["class"] = f"{look} {classes}".strip()


def text(
    label: str, *, required: bool = True, limit: int = 300, rows: int = 0, hint: str = "", css: str = ""
) -> forms.CharField:
    widget: forms.Widget = (
        forms.Textarea(attrs={"rows": rows, "class": css}) if rows else forms.TextInput(attrs={"class": css})
    )
    return forms.CharField(label=label, required=required, max_length=limit, help_text=hint, widget=widget)


def lines(value: str) -> tuple[str, ...]:
    """One item a line; bullets that people type are dropped."""
    return tuple(line.strip(" -•*\t") for line in value.splitlines() if line.strip(" -•*\t"))


def _number(label: str, read: Callable[[str], Any], mode: str, required: bool, hint: str = "") -> CheckedField:
    attrs = {"inputmode": mode, "autocomplete": "off"}
    return CheckedField(
        read, label=label, required=required, max_length=40, help_text=hint, widget=forms.TextInput(attrs=attrs)
    )


def identity(label: str = "Số định danh", *, required: bool = True) -> CheckedField:
    return _number(label, lambda value: parse_citizen_number(value).text, "numeric", required)


def phone(label: str = "Số điện thoại", *, required: bool = False) -> CheckedField:
    return _number(label, normalise_phone, "tel", required)


def tax_code(label: str = "Mã số thuế", *, required: bool = False) -> CheckedField:
    return _number(label, lambda value: parse_tax_code(value).text, "numeric", required)


def money(label: str, *, required: bool = True) -> CheckedField:
    return _number(label, parse_dong, "numeric", required, "Số đồng chẵn, ví dụ 1.250.000.")

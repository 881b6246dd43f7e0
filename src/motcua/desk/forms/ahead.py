"""The questions of the pages that look ahead: plain fields of an address, so that an answer can be sent to somebody."""

from __future__ import annotations

from datetime import date

from django import forms

from motcua.catalog.queries import procedure_code
from motcua.law.limits import UNIT_TEXT, Limit, Unit
from motcua.organizations.queries import agency_code
from motcua.platform.presentation.words import count
from motcua.processes.definition import STEP_ROLES
from motcua.processes.simulation.answers import Asked
from motcua.processes.what_if.change import AbsentOfficer, Change, MovedLimit, NewHoliday

# A page waits for its answer; more is for the command.
REPLICATIONS = 5


def day_field(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Không đọc được ngày này."},
    )


def text_field(label: str, hint: str, offered: str = "") -> forms.CharField:
    attrs = {"class": "form-control", "placeholder": hint} | ({"list": offered} if offered else {})
    return forms.CharField(label=label, required=False, max_length=300, widget=forms.TextInput(attrs=attrs))


def _written(number: float) -> str:
    return count(number) if isinstance(number, int) else f"{number:g}".replace(".", ",")


def _number(label: str, least: float, most: float, *, whole: bool = True, hint: str = "") -> forms.Field:
    kind = forms.IntegerField if whole else forms.FloatField
    message = f"Cần một số từ {_written(least)} đến {_written(most)}."
    return kind(
        label=label,
        required=False,
        min_value=least,
        max_value=most,
        widget=forms.NumberInput(attrs={"class": "form-control", "step": "1" if whole else "any", "placeholder": hint}),
        error_messages={"invalid": message, "min_value": message, "max_value": message},
    )


class SimulationForm(forms.Form):
    agency = text_field("Cơ quan", "Mã cơ quan", "agencies")
    procedure = text_field("Thủ tục", "Mã thủ tục", "procedures")
    since = day_field("Từ ngày")
    to = day_field("Đến ngày")
    per_day = _number("Số hồ sơ mỗi ngày", 0.01, 10_000, whole=False, hint="Như lịch sử")
    case_officers = _number("Số cán bộ thụ lý", 1, 500, hint="Như hiện nay")
    signers = _number("Số người ký", 1, 500, hint="Như hiện nay")
    without = text_field("Bỏ bước", "Mã bước")
    seed = _number("Hạt giống", 0, 2**31 - 1)

    def asked(self) -> Asked:
        given = self.cleaned_data
        officers = {"case_officer": given["case_officers"], "signer": given["signers"]}
        return Asked(
            agency=agency_code(given["agency"]),
            procedure=procedure_code(given["procedure"]),
            since=given["since"],
            to=given["to"],
            per_day=given["per_day"],
            officers={role: number for role, number in officers.items() if number and role in STEP_ROLES},
            without=given["without"].strip(),
            seed=1 if given["seed"] is None else given["seed"],
            replications=REPLICATIONS,
        )


KINDS = (
    ("holiday", "Thêm ngày nghỉ"),
    ("limit", "Đổi thời hạn của một thủ tục"),
    ("absent", "Một cán bộ vắng mặt"),
)


class WhatIfForm(forms.Form):
    """One form for three questions; what a question does not need is not asked of it."""

    kind = forms.ChoiceField(
        label="Điều gì thay đổi",
        choices=KINDS,
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"required": "Chọn một điều.", "invalid_choice": "Không có loại thay đổi này."},
    )
    since = day_field("Từ ngày")
    to = day_field("Đến hết ngày")
    agency = text_field("Cơ quan", "Mã cơ quan", "agencies")
    procedure = text_field("Thủ tục", "Mã thủ tục", "procedures")
    amount = _number("Thời hạn mới", 1, 1_000)
    unit = forms.ChoiceField(
        label="Đơn vị",
        required=False,
        choices=[(unit.value, text) for unit, text in UNIT_TEXT.items()],
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"invalid_choice": "Không có đơn vị này."},
    )
    officer = forms.TypedChoiceField(
        label="Cán bộ",
        required=False,
        coerce=int,
        empty_value=None,
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"invalid_choice": "Không có cán bộ này trong phạm vi của ông/bà."},
    )

    def __init__(self, *args: object, officers: list[tuple[int, str]], **given: object) -> None:
        super().__init__(*args, **given)  # type: ignore[arg-type]
        self.fields["officer"].choices = [("", "Chọn cán bộ"), *officers]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, object]:
        given = super().clean() or {}
        kind = given.get("kind")
        needed = {
            "holiday": ("since",),
            "limit": ("procedure", "amount"),
            "absent": ("officer", "since"),
        }.get(str(kind), ())
        for name in needed:
            if not given.get(name) and name not in self.errors:
                self.add_error(name, "Chưa nhập.")
        return given

    def change(self) -> Change:
        """Raises BadChange."""
        given = self.cleaned_data
        since: date = given.get("since") or date.min
        to = given.get("to") or since
        match given["kind"]:
            case "holiday":
                return NewHoliday(since, to, agency_code(given["agency"]))
            case "limit":
                limit = Limit(given["amount"], Unit(given["unit"] or Unit.WORKING_DAY))
                return MovedLimit(procedure_code(given["procedure"]), limit, agency_code(given["agency"]))
            case _:
                return AbsentOfficer(given["officer"], since, to)

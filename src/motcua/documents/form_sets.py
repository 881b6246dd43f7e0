"""Which printed form is in force on a day. The forms are dated data (`form_sets.toml`), never constants in code."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Literal

from motcua.law.errors import DomainError

DATA_FILE = Path(__file__).with_name("form_sets.toml")

Paper = Literal["a5", "a4", "a4-landscape"]


class FormKind(StrEnum):
    """What a paper is for; the same kind bears other numbers and titles under other instruments."""

    RECEIPT = "receipt"  # giấy tiếp nhận hồ sơ và hẹn trả kết quả
    SUPPLEMENT = "supplement"  # phiếu yêu cầu bổ sung, hoàn thiện hồ sơ
    REFUSAL = "refusal"  # phiếu từ chối tiếp nhận giải quyết hồ sơ
    APOLOGY = "apology"  # phiếu (văn bản) xin lỗi và hẹn lại ngày trả kết quả
    STOP = "stop"  # thông báo dừng giải quyết hồ sơ
    CONTROL_SLIP = "control_slip"  # phiếu kiểm soát quá trình giải quyết hồ sơ
    REGISTER = "register"  # sổ theo dõi hồ sơ
    RETURN_REPLY = "return_reply"  # thông báo hồ sơ không đủ điều kiện giải quyết
    RESULT_RECEIPT = "result_receipt"  # giấy biên nhận trả kết quả
    PROCEDURE_LIST = "procedure_list"  # danh mục thủ tục niêm yết
    CONSULTATION = "consultation"  # công văn lấy ý kiến cơ quan ngoài hệ thống
    HAND_OVER = "hand_over"  # danh sách bàn giao hồ sơ, kết quả


@dataclass(frozen=True, slots=True)
class FormTemplate:
    """One form of one set. `valid_to` is the last day in force, None = still in force."""

    key: str  # "2025/receipt", stored with every issued paper
    kind: FormKind
    instrument: str  # empty for papers that no instrument fixes
    number: str
    title: str
    paper: Paper
    body_source: str
    confirmed: bool
    valid_from: date
    valid_to: date | None
    desk_name: str
    number_suffix: str
    number_code: str


class FormNotInForce(DomainError):
    """No set holds this kind of form on that day."""

    code = "form_not_in_force"


class UnknownFormKey(DomainError):
    code: ClassVar[str] = "unknown_form_key"


@cache
def all_forms() -> tuple[FormTemplate, ...]:
    """Every form of every set, in the order of the data file."""
    sets: list[dict[str, Any]] = tomllib.loads(DATA_FILE.read_text(encoding="utf-8"))["set"]
    forms_by_set = {entry["key"]: entry["form"] for entry in sets if "form" in entry}
    return tuple(
        FormTemplate(
            key=f"{entry['key']}/{form['kind']}",
            kind=FormKind(form["kind"]),
            instrument=entry["instrument"],
            number=form["number"],
            title=form["title"],
            paper=form["paper"],
            body_source=form["body_source"],
            confirmed=form["confirmed"],
            valid_from=entry["valid_from"],
            valid_to=entry.get("valid_to"),
            desk_name=entry["desk_name"],
            number_suffix=entry["number_suffix"],
            number_code=form.get("number_code", ""),
        )
        for entry in sets
        for form in forms_by_set[entry.get("forms_of", entry["key"])]
    )


def form_for(kind: FormKind, *, on: date) -> FormTemplate:
    """The form of this kind in force on `on` (local date). Raises FormNotInForce."""
    for form in all_forms():
        if form.kind == kind and form.valid_from <= on and (form.valid_to is None or on <= form.valid_to):
            return form
    title = next(form.title for form in all_forms() if form.kind == kind)
    raise FormNotInForce(
        f"Ngày {on:%d/%m/%Y} chưa có mẫu “{title}” đang có hiệu lực.", kind=str(kind), on=on.isoformat()
    )


def form_by_key(key: str) -> FormTemplate:
    """The form that an issued paper names. Raises UnknownFormKey."""
    for form in all_forms():
        if form.key == key:
            return form
    raise UnknownFormKey(f"Không có mẫu biểu “{key}”.", key=key)

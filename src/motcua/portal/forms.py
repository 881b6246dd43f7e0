"""The portal's forms. A field asks the law kernel what a number must look like; its sentence stands beside the field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms

from motcua.law.errors import DomainError
from motcua.law.persons import normalise_phone, parse_citizen_number, parse_tax_code
from motcua.platform.text import nfc

SELF, OTHER_PERSON, BUSINESS = "self", "person", "business"
OWNERS = [
    (SELF, "Tôi nộp cho chính mình"),
    (OTHER_PERSON, "Tôi nộp thay cho người khác"),
    (BUSINESS, "Tôi nộp cho doanh nghiệp, tổ chức"),
]
# More places than these stand in a list to pull open; on a phone the buttons would fill screens.
MANY_PLACES = 6
APPLICANT_KINDS = [("business", "Doanh nghiệp"), ("organisation", "Tổ chức khác"), ("state", "Cơ quan nhà nước")]


class CheckedField(forms.CharField):
    """Text that a function of the law kernel reads and puts in order; what it refuses is said in its own words."""

    def __init__(self, read: Callable[[str], str], **kwargs: Any) -> None:
        self._read = read
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        try:
            return self._read(text)
        except DomainError as error:
            raise forms.ValidationError(error.message, code=error.code) from error


class TextForm(forms.Form):
    """Every text arrives in one Unicode form (NFC), with the look of the house on its controls."""

    required_messages: dict[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if message := self.required_messages.get(name):
                field.error_messages["required"] = message
            if not isinstance(field.widget, forms.RadioSelect | forms.CheckboxInput | forms.HiddenInput):
                classes = field.widget.attrs.get("class", "")
                look = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
                field.widget.attrs["class"] = f"{look} {classes}".strip()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        return {name: nfc(value).strip() if isinstance(value, str) else value for name, value in cleaned.items()}


def _name(label: str, *, autocomplete: str = "off", wide: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=200,
        error_messages={"max_length": f"{label} dài quá 200 ký tự; ông/bà đã nhập %(show_value)s."},
        widget=forms.TextInput(attrs={"autocomplete": autocomplete, "class": "" if wide else "w-mid"}),
    )


def _identity(label: str, *, required: bool) -> CheckedField:
    return CheckedField(
        lambda text: parse_citizen_number(text).text,
        label=label,
        required=required,
        help_text="12 chữ số trên thẻ căn cước.",
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "w-mid"}),
    )


def _phone(label: str, *, required: bool, help_text: str = "") -> CheckedField:
    return CheckedField(
        normalise_phone,
        label=label,
        required=required,
        help_text=help_text,
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel", "type": "tel", "autocomplete": "tel", "class": "w-mid"}),
    )


def _address(label: str, *, required: bool) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=500,
        error_messages={"max_length": f"{label} dài quá 500 ký tự; ông/bà đã nhập %(show_value)s."},
        help_text="Số nhà, đường hoặc thôn; xã, phường; tỉnh.",
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )


def _email() -> forms.EmailField:
    return forms.EmailField(
        label="Thư điện tử",
        required=False,
        max_length=254,
        error_messages={"invalid": "Thư điện tử phải có dạng ten@vidu.vn; ông/bà xem lại địa chỉ đã nhập."},
        widget=forms.EmailInput(attrs={"autocomplete": "email", "class": "w-mid"}),
    )


class PlaceForm(TextForm):
    """Where the dossier goes: a desk and the agency competent there; and the case where the limit depends on one."""

    required_messages = {
        "place": "Ông/bà chọn nơi nộp.",
        "condition": "Ông/bà chọn trường hợp của mình; thời hạn giải quyết tính theo trường hợp này.",
    }
    place = forms.ChoiceField(label="Nộp tại đâu?", widget=forms.RadioSelect)
    condition = forms.ChoiceField(label="Hồ sơ của ông/bà thuộc trường hợp nào?", widget=forms.RadioSelect)

    def __init__(self, *args: Any, places: list[tuple[str, str]], conditions: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(places) > MANY_PLACES:
            self.fields["place"].widget = forms.Select(attrs={"class": "form-select"})
            places = [("", "Chọn nơi nộp"), *places]
        self._choose("place", places, "Nơi nộp này không nhận thủ tục; ông/bà chọn lại.")
        # A radio button cannot carry an empty answer, hence the dash for "none of these cases".
        words = [(condition or "-", condition or "Không thuộc trường hợp nào ở đây") for condition in conditions]
        self._choose("condition", words, "Không có trường hợp này; ông/bà chọn lại.")

    def _choose(self, name: str, choices: list[tuple[str, str]], wrong: str) -> None:
        if not choices:
            del self.fields[name]
            return
        self.fields[name].choices = choices  # type: ignore[attr-defined]
        self.fields[name].error_messages["invalid_choice"] = wrong

    def clean_condition(self) -> str:
        chosen = str(self.cleaned_data["condition"])
        return "" if chosen == "-" else chosen


class SubmitterForm(TextForm):
    required_messages = {
        "full_name": "Ông/bà nhập họ và tên như trên thẻ căn cước.",
        "identity_number": "Ông/bà nhập số định danh gồm 12 chữ số.",
        "phone": "Ông/bà nhập số điện thoại để nhận thông báo và tra cứu hồ sơ.",
        "address": "Ông/bà nhập nơi ở hiện nay.",
        "owner": "Ông/bà chọn nộp hồ sơ cho ai.",
    }
    full_name = _name("Họ và tên", autocomplete="name")
    identity_number = _identity("Số định danh", required=True)
    phone = _phone("Số điện thoại", required=True, help_text="Bốn số cuối dùng để tra cứu hồ sơ.")
    email = _email()
    address = _address("Địa chỉ", required=True)
    owner = forms.ChoiceField(label="Ông/bà nộp hồ sơ cho ai?", choices=OWNERS, widget=forms.RadioSelect)


class OwnerPersonForm(TextForm):
    required_messages = {
        "full_name": "Ông/bà nhập họ và tên của chủ hồ sơ.",
        "identity_number": "Ông/bà nhập số định danh của chủ hồ sơ, gồm 12 chữ số.",
        "authorisation": "Ông/bà ghi giấy ủy quyền hoặc quan hệ cho phép nộp thay.",
    }
    full_name = _name("Họ và tên chủ hồ sơ")
    identity_number = _identity("Số định danh của chủ hồ sơ", required=True)
    phone = _phone("Số điện thoại của chủ hồ sơ", required=False)
    address = _address("Địa chỉ của chủ hồ sơ", required=False)
    authorisation = forms.CharField(
        label="Căn cứ nộp thay",
        max_length=300,
        help_text="Ví dụ: giấy ủy quyền số 12 ngày 20/11/2026, hoặc cha nộp cho con chưa thành niên.",
    )


class OwnerBusinessForm(TextForm):
    required_messages = {
        "name": "Ông/bà nhập tên như trên giấy đăng ký.",
        "tax_code": "Ông/bà nhập mã số thuế gồm 10 hoặc 13 chữ số.",
        "address": "Ông/bà nhập địa chỉ trụ sở.",
        "authorisation": "Ông/bà ghi chức vụ hoặc giấy giới thiệu.",
    }
    kind = forms.ChoiceField(
        label="Loại chủ hồ sơ", choices=APPLICANT_KINDS, initial="business", widget=forms.RadioSelect
    )
    name = forms.CharField(label="Tên doanh nghiệp, tổ chức", max_length=300)
    tax_code = CheckedField(
        lambda text: parse_tax_code(text).text,
        label="Mã số thuế",
        max_length=40,
        help_text="10 chữ số, hoặc 13 chữ số với đơn vị phụ thuộc.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "w-mid"}),
    )
    phone = _phone("Số điện thoại", required=False)
    email = _email()
    address = _address("Địa chỉ trụ sở", required=True)
    authorisation = forms.CharField(
        label="Ông/bà nộp với tư cách gì?",
        max_length=300,
        help_text="Ví dụ: người đại diện theo pháp luật, hoặc giấy giới thiệu số 05 ngày 20/11/2026.",
    )


class ReturnForm(TextForm):
    required_messages = {"return_method": "Ông/bà chọn cách nhận kết quả."}
    return_method = forms.ChoiceField(
        label="Ông/bà nhận kết quả bằng cách nào?",
        choices=[
            ("desk", "Đến nhận tại Bộ phận Một cửa"),
            ("post", "Bưu chính gửi đến địa chỉ đã ghi"),
            ("electronic", "Nhận bản điện tử trên cổng này"),
        ],
        widget=forms.RadioSelect,
    )
    request = forms.CharField(
        label="Nội dung đề nghị",
        required=False,
        max_length=500,
        error_messages={"max_length": "Nội dung đề nghị dài quá 500 ký tự; ông/bà đã nhập %(show_value)s."},
        help_text="Viết ngắn điều cần giải quyết, nếu tên thủ tục chưa nói hết.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class SubmitForm(TextForm):
    required_messages = {"promise": "Ông/bà đánh dấu cam đoan trước khi gửi."}
    promise = forms.BooleanField(
        label="Tôi cam đoan những thông tin và giấy tờ trên là đúng và chịu trách nhiệm trước pháp luật."
    )


class LookupForm(TextForm):
    required_messages = {
        "code": "Ông/bà nhập mã hồ sơ ghi trên giấy tiếp nhận.",
        "proof": "Ông/bà nhập 4 số cuối điện thoại hoặc năm sinh.",
    }
    code = forms.CharField(
        label="Mã hồ sơ",
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    proof = forms.RegexField(
        r"^\s*[0-9]{4}\s*$",
        label="4 số cuối điện thoại hoặc năm sinh",
        error_messages={"invalid": "Cần đúng 4 chữ số: 4 số cuối điện thoại đã khai, hoặc năm sinh."},
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "maxlength": "4", "autocomplete": "off", "class": "w-short"}
        ),
    )


class AnswerForm(TextForm):
    """A line to the desk with completed or supplemented papers."""

    note = forms.CharField(
        label="Lời nhắn cho cán bộ",
        required=False,
        max_length=1000,
        error_messages={"max_length": "Lời nhắn dài quá 1.000 ký tự; ông/bà đã nhập %(show_value)s."},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class WithdrawForm(TextForm):
    required_messages = {"reason": "Ông/bà ghi lý do rút hồ sơ."}
    reason = forms.CharField(label="Lý do rút hồ sơ", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))

"""The record of a result, and the proof that somebody received it: used by single moves and by the same-day lane."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from motcua.desk import files
from motcua.desk.forms.base import DayField, DeskForm, text
from motcua.dossiers.commands import ResultData
from motcua.law.errors import DomainError
from motcua.platform.presentation.words import local

SIGNATURE, CODE, POSTAL, ELECTRONIC = "signature", "one_time_code", "postal", "electronic"


class ResultForm(DeskForm):
    """What was signed. `file` or `paper` is the evidence.

    `earlier`: it was signed before the day on which it is recorded, and which day that was nobody has said yet.
    """

    kind = text("Loại kết quả", limit=300)
    number = text("Số, ký hiệu", limit=100, css="w-mid")
    signed_on = DayField(label="Ngày ký")
    signer = text("Người ký", limit=200, css="w-mid")
    file = forms.FileField(
        label="Tệp kết quả đã ký",
        required=False,
        help_text=f"Chọn tệp nếu kết quả là bản điện tử. Nhận {files.ACCEPTED_TEXT}.",
        widget=forms.ClearableFileInput(attrs={"accept": files.ACCEPT}),
    )
    paper = forms.BooleanField(label="Kết quả là bản giấy đã ký, đang giữ tại cơ quan", required=False)

    def __init__(self, *args: Any, kinds: list[str], at: datetime, earlier: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = at
        self.fields["signed_on"].initial = None if earlier else local(at).date()
        if len(kinds) == 1:
            self.fields["kind"].initial = kinds[0][:300]
        self.kinds = [kind[:300] for kind in kinds]
        if self.kinds:
            self.fields["kind"].widget.attrs["list"] = "result-kinds"
        self.stored: files.Taken | None = None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not cleaned.get("file") and not cleaned.get("paper") and "file" not in self.errors:
            self.add_error("file", "Cần tệp đã ký, hoặc đánh dấu kết quả là bản giấy.")
        return cleaned

    def result(self) -> ResultData:
        """Stores the chosen file. Raises BadInput for a file that cannot be taken."""
        cleaned = self.cleaned_data
        sha256 = ""
        if cleaned["file"]:
            sha256 = files.take(cleaned["file"], at=self.at).sha256
        return ResultData(
            cleaned["kind"], cleaned["number"], cleaned["signed_on"], cleaned["signer"], sha256, bool(cleaned["paper"])
        )


class SignatureMixin:
    """The receiver's hand: drawn on the canvas (`signature`, a PNG data URL), or a scan of the signed slip."""

    def signature_reference(self, form: DeskForm, at: datetime) -> str:
        """SHA-256 of the stored signature; empty (with the fault beside the field) when there is none."""
        drawn, scan = form.cleaned_data.get("signature", ""), form.cleaned_data.get("signature_file")
        try:
            if drawn:
                return files.take_drawing(drawn, at=at).sha256
            if scan:
                return files.take(scan, at=at).sha256
        except DomainError as error:
            form.add_error("signature_file", error.message)
            return ""
        form.add_error("signature_file", "Chưa có chữ ký người nhận: ký trong khung, hoặc chọn ảnh phiếu đã ký.")
        return ""


def signature_fields() -> dict[str, forms.Field]:
    return {
        "signature": forms.CharField(label="Chữ ký người nhận", required=False, widget=forms.HiddenInput()),
        "signature_file": forms.FileField(
            label="Ảnh phiếu đã ký nhận",
            required=False,
            help_text="Dùng khi người nhận ký trên giấy: chụp hoặc quét phiếu rồi chọn tệp.",
            widget=forms.ClearableFileInput(attrs={"accept": ".png,.jpg,.jpeg,.pdf"}),
        ),
    }

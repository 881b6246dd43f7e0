"""The question of the page of ways: plain fields of an address, so that an answer can be sent to somebody."""

from __future__ import annotations

from datetime import datetime

from django import forms

from motcua.desk.forms.ahead import code_of, day_field, text_field
from motcua.law.errors import BadInput
from motcua.law.moments import parse_moment
from motcua.statistics.mining.reading import Question

# A page waits for its answer; more is for the command.
MOST = 20_000


class MiningForm(forms.Form):
    procedure = text_field("Thủ tục", "Mã thủ tục", "procedures")
    agency = text_field("Cơ quan", "Mọi cơ quan trong phạm vi", "agencies")
    since = day_field("Hồ sơ bắt đầu từ ngày")
    to = day_field("Đến hết ngày")
    luc = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def clean_procedure(self) -> str:
        if not self.cleaned_data["procedure"].strip():
            raise forms.ValidationError("Chưa chọn thủ tục.")
        return str(self.cleaned_data["procedure"])

    def clean_luc(self) -> datetime | None:
        text = str(self.cleaned_data["luc"]).strip()
        try:
            return parse_moment(text) if text else None
        except BadInput as error:
            raise forms.ValidationError(error.message) from None

    def clean(self) -> dict[str, object]:
        given = super().clean() or {}
        for name in ("since", "to"):
            if given.get(name) is None and name not in self.errors:
                self.add_error(name, "Chưa nhập.")
        return given

    def question(self, at: datetime, within: frozenset[str]) -> Question:
        """`within` are the codes of the agencies that the asker may see."""
        given = self.cleaned_data
        return Question(
            code_of(given["procedure"]),
            given["since"],
            given["to"],
            given["luc"] or at,
            code_of(given["agency"]),
            within,
            MOST,
        )

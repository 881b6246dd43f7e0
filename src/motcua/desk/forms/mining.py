"""The question of the page of ways: plain fields of an address, so that an answer can be sent to somebody."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from motcua.catalog.queries import procedure_code
from motcua.desk.forms.ahead import day_field, text_field
from motcua.law.errors import BadInput
from motcua.law.moments import parse_moment
from motcua.organizations.queries import agency_code
from motcua.statistics.mining.reading import Question

# A page waits for its answer; more is for the command.
MOST = 20_000


class MiningForm(forms.Form):
    procedure = text_field("Thủ tục", "Mã thủ tục", "procedures")
    agency = text_field("Cơ quan", "Mọi cơ quan trong phạm vi", "agencies")
    since = day_field("Hồ sơ bắt đầu từ ngày")
    to = day_field("Đến hết ngày")
    luc = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        for name, message in (("procedure", "Chưa chọn thủ tục."), ("since", "Chưa nhập."), ("to", "Chưa nhập.")):
            self.fields[name].required = True
            self.fields[name].error_messages["required"] = message

    def clean_luc(self) -> datetime | None:
        text = str(self.cleaned_data["luc"]).strip()
        try:
            return parse_moment(text) if text else None
        except BadInput as error:
            raise forms.ValidationError(error.message) from None

    def question(self, known: datetime, within: frozenset[str]) -> Question:
        """As known at the moment asked for, at most at `known`; `within` are the codes of the agencies that the asker may see."""
        given = self.cleaned_data
        return Question(
            procedure_code(given["procedure"]),
            given["since"],
            given["to"],
            min(given["luc"] or known, known),
            agency_code(given["agency"]),
            within,
            MOST,
        )

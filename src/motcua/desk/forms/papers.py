"""Papers that are brought to the desk: rows of name, counts, pages and, where there is one, a file."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from motcua.desk import files
from motcua.desk.forms.base import DeskForm, text
from motcua.dossiers.commands import PaperData
from motcua.law.errors import DomainError

ROWS = 4
LARGEST_COUNT = 999


def count_field(label: str, initial: int | None = None) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, required=False, min_value=0, max_value=LARGEST_COUNT, initial=initial,
        error_messages={
            "invalid": "Cần một số nguyên.", "min_value": "Không được âm.", "max_value": f"Nhiều nhất {LARGEST_COUNT}.",
        },
        widget=forms.NumberInput(attrs={"class": "count-input", "inputmode": "numeric"}),
    )  # fmt: skip


class PapersForm(DeskForm):
    """`ROWS` papers, `paper-0-name` … ; a row without a name is left out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for at in range(ROWS):
            self.fields |= {
                f"paper-{at}-name": text(f"Giấy tờ {at + 1}", required=False, limit=500),
                f"paper-{at}-originals": count_field("Bản chính", 1 if at == 0 else None),
                f"paper-{at}-copies": count_field("Bản sao"),
                f"paper-{at}-file": forms.FileField(
                    label="Tệp", required=False, widget=forms.ClearableFileInput(attrs={"accept": files.ACCEPT})
                ),
            }
        for name in self.fields:
            if name.startswith("paper-"):
                widget = self.fields[name].widget
                widget.attrs["class"] = (
                    f"form-control {widget.attrs.get('class', '').replace('form-control', '').strip()}".strip()
                )

    def paper_rows(self) -> list[dict[str, Any]]:
        """Bound fields row by row, for the table."""
        return [
            {part: self[f"paper-{at}-{part}"] for part in ("name", "originals", "copies", "file")} for at in range(ROWS)
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        given = [at for at in range(ROWS) if cleaned.get(f"paper-{at}-name")]
        if not given and not any(name.startswith("paper-") for name in self.errors):
            self.add_error("paper-0-name", "Chưa ghi giấy tờ nào được nộp.")
        for at in range(ROWS):
            if at not in given and cleaned.get(f"paper-{at}-file"):
                self.add_error(f"paper-{at}-name", "Tệp này là giấy tờ gì? Ghi tên giấy tờ.")
        return cleaned

    def papers(self, at: datetime) -> tuple[PaperData, ...]:
        """Stores the files. Raises BadInput that names the row's field."""
        taken = []
        for row in range(ROWS):
            name = self.cleaned_data.get(f"paper-{row}-name")
            if not name:
                continue
            upload, sha256, file_name = self.cleaned_data.get(f"paper-{row}-file"), "", ""
            if upload:
                try:
                    stored = files.take(upload, at=at)
                except DomainError as error:
                    error.data["field"] = f"paper-{row}-file"
                    raise
                sha256, file_name = stored.sha256, stored.name
            taken.append(
                PaperData(
                    name, self.cleaned_data[f"paper-{row}-originals"] or 0, self.cleaned_data[f"paper-{row}-copies"] or 0,
                    None, sha256, file_name,
                )
            )  # fmt: skip
        return tuple(taken)

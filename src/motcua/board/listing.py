"""The rows behind a number as a table of words: dossiers, or entries of the ledger. No personal data is in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse

from motcua.board.cells import Cell
from motcua.catalog.models import Channel
from motcua.desk.story import KIND_TEXT
from motcua.dossiers.models import Dossier
from motcua.law.lifecycle import STATE_TEXT, State
from motcua.organizations.models import Officer
from motcua.platform.presentation.words import mark, vn_datetime
from motcua.processes.models import StuckDossier
from motcua.processes.stuck.registry import kinds
from motcua.statistics.measures import Fact
from motcua.statistics.models import DimProcedure
from motcua.statistics.tabular.table import Column, Entry, Row, Table

_DOSSIERS = ("Hồ sơ", "Thủ tục", "Cơ quan", "Hình thức nộp", "Trạng thái", "Tiếp nhận", "Hạn", "Kết thúc", "So với hạn")
_ENTRIES = ("Hồ sơ", "Việc", "Lúc xảy ra", "Lúc ghi", "Cán bộ", "Cơ quan", "Thủ tục")
_STANDING = ("Hồ sơ", "Chỗ đứng", "Đứng từ", "Cơ quan", "Thủ tục")


def listed(cell: Cell, rows: Sequence[dict[str, Any]]) -> Table:
    """At most two queries for names, whatever the number of rows."""
    names = dict(DimProcedure.objects.filter(code__in={row["procedure"] for row in rows}).values_list("code", "name"))
    agencies = {agency.code: agency.name for agency in cell.place.below}
    title = cell.count.title
    about = _about(cell)
    if cell.count.fact is Fact.DOSSIER:
        told = [_dossier(row, names, agencies) for row in rows]
        return Table("danh-sach", title, _columns(_DOSSIERS), told, cell.as_of, about)
    codes = dict(Dossier.objects.filter(pk__in={row["dossier_id"] for row in rows}).values_list("pk", "code"))
    officers = dict(Officer.objects.filter(pk__in={row["officer_id"] for row in rows}).values_list("pk", "full_name"))
    told = [_entry(row, codes, officers, names, agencies) for row in rows]
    return Table("danh-sach", title, _columns(_ENTRIES), told, cell.as_of, about)


def standing_listed(rows: Sequence[StuckDossier], at: datetime, about: str) -> Table:
    known = kinds()
    told = [
        (
            Entry(str(row.dossier), _ledger(row.dossier_id)),
            Entry(known[row.kind].rule.title if row.kind in known else row.kind, sub=row.detail),
            Entry(vn_datetime(row.since)),
            Entry(row.agency.name),
            Entry(row.dossier.procedure.name),
        )
        for row in rows
    ]
    return Table("danh-sach", "Hồ sơ đứng yên", _columns(_STANDING), told, at, about)


def _columns(labels: Sequence[str]) -> tuple[Column, ...]:
    return tuple(Column(label) for label in labels)


def _about(cell: Cell) -> str:
    agency = next((one.name for one in cell.place.below if one.code == cell.agency), cell.place.name)
    first, last = cell.window.first, cell.window.last
    days = f"ngày {first:%d/%m/%Y}" if first == last else f"từ {first:%d/%m/%Y} đến {last:%d/%m/%Y}"
    return f"{agency}, {days}"


def _ledger(dossier_id: int) -> str:
    return reverse("desk:ledger", args=[dossier_id])


def _moment(moment: datetime | None) -> Entry:
    return Entry(vn_datetime(moment) if moment else "–")


def _dossier(row: dict[str, Any], names: dict[str, str], agencies: dict[str, str]) -> Row:
    return (
        Entry(row["code"] or f"Số {row['dossier_id']}", _ledger(row["dossier_id"])),
        Entry(names.get(row["procedure"], row["procedure"])),
        Entry(agencies.get(row["agency"], row["agency"])),
        Entry(dict(Channel.choices).get(row["channel"], row["channel"]) or "–"),
        Entry(STATE_TEXT[State(row["state"])]),
        _moment(row["accepted_at"]),
        _moment(row["due_at"]),
        _moment(row["finished_at"]),
        Entry(mark(row["verdict_date"]).word if row["verdict_date"] else "–"),
    )


def _entry(
    row: dict[str, Any], codes: dict[int, str | None], officers: dict[int, str], names: dict[str, str], agencies: dict[str, str]
) -> Row:  # fmt: skip
    return (
        Entry(codes.get(row["dossier_id"]) or f"Số {row['dossier_id']}", _ledger(row["dossier_id"])),
        Entry(KIND_TEXT.get(row["kind"], row["kind"]), sub=row["step"]),
        _moment(row["occurred_at"]),
        _moment(row["recorded_at"]),
        Entry(officers.get(row["officer_id"], "–")),
        Entry(agencies.get(row["agency"], row["agency"])),
        Entry(names.get(row["procedure"], row["procedure"])),
    )

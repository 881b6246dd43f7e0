"""Loads which desk takes which procedure for which agency, from a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from django.db import transaction

from motcua.catalog.models import DeskProcedure, Procedure
from motcua.catalog.services import post_procedures
from motcua.organizations.csv_files import Faults, Place, read_table
from motcua.organizations.models import Agency, Desk
from motcua.organizations.organisation_files import AGENCIES, DESKS, tidy_agency

POSTED: Final = "posted.csv"
COLUMNS: Final = ("desk", "procedure", "agency")

_BATCH: Final = 5000


class Served(Protocol):
    """For which agencies a desk takes dossiers."""

    @property
    def takes_for(self) -> frozenset[str]: ...


class Organisation(Protocol):
    """What there will be once the files beside this one are loaded."""

    @property
    def desks(self) -> Mapping[str, Served]: ...

    def has_agency(self, code: str) -> bool: ...

    def has_desk(self, code: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class PostedEntry:
    place: Place
    desk: str
    procedure: str
    agency: str


def read_posted(folder: Path, faults: Faults) -> tuple[PostedEntry, ...]:
    """The lines of the folder's table; none where there is no such file."""
    path = folder / POSTED
    rows = read_table(path, COLUMNS, faults) if path.exists() else None
    first: dict[tuple[str, str, str], int] = {}
    entries = []
    for row in rows or ():
        entry = PostedEntry(
            row.place,
            row.text("desk", most=40, required=True),
            row.text("procedure", most=40, required=True),
            tidy_agency(row.text("agency", most=200, required=True)),
        )
        key = (entry.desk, entry.procedure, entry.agency)
        if all(key) and first.setdefault(key, row.place.line) != row.place.line:
            row.blame("", f"giống hệt dòng {first[key]}; mỗi thủ tục của một nơi chỉ ghi một dòng.")
        if not row.faulty:
            entries.append(entry)
    return tuple(entries)


def check_posted(entries: tuple[PostedEntry, ...], organisation: Organisation, faults: Faults) -> None:
    procedures = _procedures(entries)
    for entry in entries:
        if entry.procedure not in procedures:
            faults.add(
                entry.place,
                "procedure",
                f"danh mục không có thủ tục “{entry.procedure}”; cần mã như 1.001193 (Excel hay bỏ số 0 ở cuối: đặt cột này là Văn bản).",
            )
        if not organisation.has_agency(entry.agency):
            faults.add(
                entry.place,
                "agency",
                f"không có cơ quan nào mang mã “{entry.agency}” (trong {AGENCIES} hoặc đã nạp trước).",
            )
        desk = organisation.desks.get(entry.desk)
        if desk is None:
            if not organisation.has_desk(entry.desk):
                faults.add(
                    entry.place,
                    "desk",
                    f"không có bộ phận một cửa nào mang mã “{entry.desk}” (trong {DESKS} hoặc đã nạp trước).",
                )
        elif organisation.has_agency(entry.agency) and entry.agency not in desk.takes_for:
            faults.add(
                entry.place,
                "agency",
                f"{entry.desk} không tiếp nhận cho {entry.agency}; cần ghi {entry.agency} ở cột serves của {DESKS}.",
            )


@transaction.atomic
def write_posted(entries: tuple[PostedEntry, ...]) -> dict[str, int]:
    """Post what is not posted yet; nothing is taken down."""
    procedures = _procedures(entries)
    desks = {desk.code: desk for desk in Desk.objects.all()}
    agencies = {agency.code: agency for agency in Agency.objects.all()}
    rows = [(desks[entry.desk], procedures[entry.procedure], agencies[entry.agency]) for entry in entries]
    there = set(
        DeskProcedure.objects.filter(desk__in={desk for desk, _, _ in rows}).values_list(
            "desk_id", "procedure_id", "agency_id"
        )
    )
    new = [
        (desk, procedure, agency) for desk, procedure, agency in rows if (desk.pk, procedure.pk, agency.pk) not in there
    ]
    for start in range(0, len(new), _BATCH):
        post_procedures(new[start : start + _BATCH])
    return {"read": len(rows), "new": len(new), "changed": 0, "unchanged": len(rows) - len(new), "refused": 0}


def _procedures(entries: tuple[PostedEntry, ...]) -> dict[str, Procedure]:
    """Those of the catalogue; one that an import of dossiers made knows no limit, so no desk can take it."""
    codes = {entry.procedure for entry in entries}
    return {p.code: p for p in Procedure.objects.filter(code__in=codes, current__isnull=False)}

"""Loads which desk takes which procedure for which agency, from a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final, Protocol

from django.db import transaction

from motcua.catalog.models import DeskProcedure, Procedure
from motcua.catalog.posting import end_posting, post_procedures
from motcua.identity.actors import SYSTEM
from motcua.organizations.csv_files import Faults, Place, read_table
from motcua.organizations.models import Agency, Desk
from motcua.organizations.organisation_files import AGENCIES, DESKS, tidy_agency

POSTED: Final = "posted.csv"
COLUMNS: Final = ("desk", "procedure", "agency")
# The first day on which it is posted there no more.
UNTIL: Final = "valid_to"

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
    valid_to: date | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        return self.desk, self.procedure, self.agency


def read_posted(folder: Path, faults: Faults) -> tuple[PostedEntry, ...]:
    """The lines of the folder's table; none where there is no such file."""
    path = folder / POSTED
    rows = read_table(path, COLUMNS, faults, optional=(UNTIL,)) if path.exists() else None
    first: dict[tuple[str, str, str], int] = {}
    entries = []
    for row in rows or ():
        entry = PostedEntry(
            row.place,
            row.text("desk", most=40, required=True),
            row.text("procedure", most=40, required=True),
            tidy_agency(row.text("agency", most=200, required=True)),
            row.day(UNTIL) if row.raw(UNTIL) else None,
        )
        if all(entry.key) and first.setdefault(entry.key, row.place.line) != row.place.line:
            row.blame("", f"giống dòng {first[entry.key]}; mỗi thủ tục của một nơi chỉ ghi một dòng.")
        if not row.faulty:
            entries.append(entry)
    return tuple(entries)


def check_posted(entries: tuple[PostedEntry, ...], organisation: Organisation, faults: Faults, *, on: date) -> None:
    """Note what cannot be loaded on the day: unknown codes, and an end on a day that has passed, which is no longer open."""
    procedures = _procedures(entries)
    there = _there(entries)
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
        if entry.valid_to and entry.valid_to < on and all(row.valid_to != entry.valid_to for row in there[entry.key]):
            faults.add(
                entry.place,
                UNTIL,
                f"ngày {entry.valid_to:%d/%m/%Y} đã qua, danh mục của ngày đã qua không đổi được; cần từ {on:%d/%m/%Y}"
                " trở đi.",
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
def write_posted(entries: tuple[PostedEntry, ...], *, on: date, at: datetime) -> dict[str, int]:
    """Post from the day on what is not posted, and end or prolong what is, as the lines say.

    What stands in no line stays as it is.
    """
    procedures = _procedures(entries)
    desks = {desk.code: desk for desk in Desk.objects.all()}
    agencies = {agency.code: agency for agency in Agency.objects.all()}
    there = _there(entries)
    open_now = {key: row for key, rows in there.items() for row in rows if row.valid_to is None or row.valid_to > on}
    # A line whose end has come says nothing more of what is posted no more.
    new = [entry for entry in entries if entry.key not in open_now and (entry.valid_to is None or entry.valid_to > on)]
    for start in range(0, len(new), _BATCH):
        post_procedures(
            ((desks[one.desk], procedures[one.procedure], agencies[one.agency]) for one in new[start : start + _BATCH]),
            valid_from=on,
        )
    changed = [entry for entry in entries if entry.key in open_now and open_now[entry.key].valid_to != entry.valid_to]
    ends: dict[date | None, list[int]] = {}
    there = _there(entries) if new else there
    for entry in (*changed, *(entry for entry in new if entry.valid_to)):
        ends.setdefault(entry.valid_to, []).append(there[entry.key][-1].pk)
    for valid_to, posted_ids in ends.items():
        end_posting(posted_ids, valid_to=valid_to, reason=f"Theo tệp {POSTED}", actor=SYSTEM, at=at)
    unchanged = len(entries) - len(new) - len(changed)
    return {"read": len(entries), "new": len(new), "changed": len(changed), "unchanged": unchanged, "refused": 0}


def _there(entries: tuple[PostedEntry, ...]) -> dict[tuple[str, str, str], list[DeskProcedure]]:
    """Every row of the desks, ended ones too, oldest first."""
    found: dict[tuple[str, str, str], list[DeskProcedure]] = defaultdict(list)
    rows = DeskProcedure.objects.filter(desk__code__in={entry.desk for entry in entries}).order_by("pk")
    for row in rows.select_related("desk", "procedure", "agency"):
        found[row.desk.code, row.procedure.code, row.agency.code].append(row)
    return found


def _procedures(entries: tuple[PostedEntry, ...]) -> dict[str, Procedure]:
    """Those of the catalogue; one that an import of dossiers made knows no limit, so no desk can take it."""
    codes = {entry.procedure for entry in entries}
    return {p.code: p for p in Procedure.objects.filter(code__in=codes, current__isnull=False)}

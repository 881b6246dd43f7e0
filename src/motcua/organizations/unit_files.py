"""Reads the public lists of administrative units into plain data. Pure.

Three forms, told apart by their content: the units since 1 July 2025 (JSON, provinces with their wards), the units
before (CSV, one commune a row with its district and province), and the table of conversion (CSV, new unit beside old).
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import unicodedata
import zlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from motcua.law.errors import BadInput

CHANGE: Final = date(2025, 7, 1)
"""Two-level local government: districts end, 63 provinces become 34 (Nghị quyết 202/2025/QH15, 76/2025/UBTVQH15)."""

UNKNOWN_START: Final = date(1900, 1, 1)
"""The lists of before do not say since when a unit was; everything we hold is later than this."""

_IN_BRACKETS = re.compile(r"\((?P<code>[0-9]{1,3})\)\s*$")
_WHOLE = re.compile(
    r"(?:nhập\s+toàn\s+bộ|giữ\s+nguyên|đổi\s+loại\s+hình|đổi\s+tên|sắp\s+xếp\s+toàn\s+bộ)(?!.*một\s+phần)", re.I
)
_OLD_COLUMNS = ["Tỉnh Thành Phố", "Mã TP", "Quận Huyện", "Mã QH", "Phường Xã", "Mã PX"]
_MAP_COLUMNS = [
    "Tỉnh, thành phố",
    "Tên Xã mới",
    "Mã Xã mới",
    "Tên Xã cũ",
    "Mã Xã cũ",
    "Ghi chú",
    "Quận/huyện",
    "Tỉnh cũ",
]


class BadUnits(BadInput):
    """A list that cannot be taken; `message` has one line for each fault."""

    code = "bad_units"


@dataclass(frozen=True, slots=True, order=True)
class UnitKey:
    kind: str
    code: str
    valid_from: date


@dataclass(frozen=True, slots=True)
class UnitFact:
    """`kind` province, district or commune; `valid_to` is the first day on which the unit is no more."""

    key: UnitKey
    name: str
    parent: UnitKey | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class SuccessionFact:
    predecessor: UnitKey
    successor: UnitKey
    whole: bool
    note: str


@dataclass(frozen=True, slots=True)
class UnitLists:
    """`doubts` are Vietnamese lines on rows whose codes contradict the lists; how each was taken is said in it."""

    units: tuple[UnitFact, ...]
    successions: tuple[SuccessionFact, ...]
    doubts: tuple[str, ...] = ()


def read_lists(path: Path) -> UnitLists:
    """Read a folder or one file. Raises BadUnits: nothing to read, a wrong column, code or reference."""
    files = sorted(entry for entry in path.iterdir() if entry.is_file()) if path.is_dir() else [path]
    if not path.exists():
        raise BadUnits(f"{path}: không có tệp hay thư mục này.")
    after: Any = None
    before: list[list[str]] | None = None
    conversion: list[list[str]] | None = None
    for file in files:
        shape, content = _content(file)
        if shape == "after":
            after = content
        elif shape == "before":
            before = content
        elif shape == "map":
            conversion = content
        elif not path.is_dir():
            raise BadUnits(f"{path}: không nhận ra dạng tệp; cần danh sách đơn vị hoặc bảng chuyển đổi.")
    if after is None and before is None:
        missing = (
            "chỉ có bảng chuyển đổi, thiếu hai danh sách đơn vị" if conversion else "không có danh sách đơn vị nào"
        )
        raise BadUnits(f"{path}: {missing}.")
    units = [*(_before(before) if before else ()), *(_after(after) if after is not None else ())]
    if conversion is None or after is None or before is None:
        return UnitLists(tuple(units), ())
    return _with_map(units, conversion)


def _content(file: Path) -> tuple[str, Any]:
    """("after", JSON) · ("before" | "map", rows) · ("", None) for a file of another kind."""
    if not re.search(r"\.(?:json|csv)(?:\.gz)?$", file.name):
        return "", None
    try:
        raw = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        text = unicodedata.normalize("NFC", raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadUnits(f"{file}, byte {error.start + 1}: không phải chữ mã hóa UTF-8.") from None
    except (OSError, EOFError, zlib.error):
        raise BadUnits(f"{file}: tệp nén hỏng hoặc không đọc được.") from None
    if ".json" in file.name:
        try:
            return "after", json.loads(text)
        except json.JSONDecodeError as error:
            raise BadUnits(f"{file}, dòng {error.lineno}, cột {error.colno}: không phải JSON.") from None
    rows = [[" ".join(cell.split()) for cell in row] for row in csv.reader(io.StringIO(text))]
    if rows and rows[0][: len(_OLD_COLUMNS)] == _OLD_COLUMNS:
        return "before", rows[1:]
    if len(rows) > 1 and rows[1][: len(_MAP_COLUMNS)] == _MAP_COLUMNS:
        return "map", rows[2:]
    return "", None


def _after(content: Any) -> list[UnitFact]:
    units = []
    faults = []
    for place, province in enumerate(content if isinstance(content, list) else [None], start=1):
        try:
            top = UnitKey("province", f"{int(province['code']):02d}", CHANGE)
            units.append(UnitFact(top, _name(province["name"]), None, None))
            for ward in province["wards"]:
                key = UnitKey("commune", f"{int(ward['code']):05d}", CHANGE)
                units.append(UnitFact(key, _name(ward["name"]), top, None))
        except (TypeError, KeyError, ValueError) as error:
            faults.append(
                f"Danh sách từ 01/7/2025, tỉnh thứ {place}: thiếu hoặc sai mục {error}; cần name, code, wards."
            )
    if faults:
        raise BadUnits("\n".join(faults[:20]))
    return units


def _before(rows: list[list[str]]) -> list[UnitFact]:
    units: dict[UnitKey, UnitFact] = {}
    faults = []
    for number, row in enumerate(rows, start=2):
        if not any(row):
            continue
        cells = [*row, "", "", "", "", "", ""][:6]
        if not re.fullmatch(r"[0-9]{2}\|[0-9]{3}\|(?:[0-9]{5})?", f"{cells[1]}|{cells[3]}|{cells[5]}"):
            faults.append(f"Danh sách trước 01/7/2025, dòng {number}: mã không đúng; cần tỉnh 2, huyện 3, xã 5 chữ số.")
            continue
        top = UnitKey("province", cells[1], UNKNOWN_START)
        middle = UnitKey("district", cells[3], UNKNOWN_START)
        units.setdefault(top, UnitFact(top, _name(cells[0]), None, CHANGE))
        units.setdefault(middle, UnitFact(middle, _name(cells[2]), top, CHANGE))
        if cells[5]:
            key = UnitKey("commune", cells[5], UNKNOWN_START)
            units[key] = UnitFact(key, _name(cells[4]), middle, CHANGE)
    if faults:
        raise BadUnits("\n".join(faults[:20]))
    return list(units.values())


def _with_map(units: list[UnitFact], rows: list[list[str]]) -> UnitLists:
    by_key = {unit.key: unit for unit in units}
    by_name: dict[tuple[str, str], list[UnitKey]] = defaultdict(list)
    for unit in units:
        if unit.key.kind == "commune" and unit.parent and unit.parent.kind == "district":
            by_name[unit.parent.code, _letters(unit.name)].append(unit.key)
    successions: dict[tuple[UnitKey, UnitKey], SuccessionFact] = {}
    doubts: list[str] = []
    faults = []
    for number, row in enumerate(rows, start=3):
        cells = [*row, *[""] * 8][:8]
        if not cells[1]:
            continue
        new = UnitKey("commune", cells[2], CHANGE)
        district = _code(cells[6])
        if new not in by_key or UnitKey("district", district, UNKNOWN_START) not in by_key:
            faults.append(
                f"Bảng chuyển đổi, dòng {number}: không có xã mới {cells[2]} hoặc huyện cũ {cells[6]} trong danh sách."
            )
            continue
        old = _predecessor(cells, district, by_key, by_name, number, doubts)
        whole = bool(_WHOLE.match(cells[5])) and (old.kind == "commune" or cells[5].startswith("Sắp xếp toàn bộ"))
        successions[old, new] = SuccessionFact(old, new, whole, cells[5][:300])
    if faults:
        raise BadUnits("\n".join(faults[:20]))
    doubts += _twice_whole(successions.values(), by_key)
    return UnitLists(
        tuple(by_key.values()),
        (*successions.values(), *_provinces(successions.values(), by_key)),
        tuple(doubts),
    )


def _predecessor(
    cells: list[str],
    district: str,
    by_key: dict[UnitKey, UnitFact],
    by_name: dict[tuple[str, str], list[UnitKey]],
    number: int,
    doubts: list[str],
) -> UnitKey:
    """The unit of before that a row means. Its code decides, unless another unit of the district has the row's name."""
    if not cells[4]:
        return UnitKey("district", district, UNKNOWN_START)
    key = UnitKey("commune", cells[4], UNKNOWN_START)
    named = by_name.get((district, _letters(cells[3])), [])
    if len(named) == 1 and named[0] != key and (key not in by_key or _letters(by_key[key].name) != _letters(cells[3])):
        doubts.append(
            f"Bảng chuyển đổi, dòng {number}: {cells[3]} ({cells[6]}) ghi mã {cells[4]}, danh sách ghi {named[0].code}; lấy theo tên."
        )
        return named[0]
    if key not in by_key:
        parent = UnitKey("district", district, UNKNOWN_START)
        by_key[key] = UnitFact(key, _name(cells[3]), parent, CHANGE)
        doubts.append(
            f"Bảng chuyển đổi, dòng {number}: {cells[3]} ({cells[4]}) không có trong danh sách trước 01/7/2025; đã thêm vào."
        )
    return key


def _twice_whole(successions: Iterable[SuccessionFact], by_key: dict[UnitKey, UnitFact]) -> list[str]:
    whole: dict[UnitKey, int] = defaultdict(int)
    for row in successions:
        whole[row.predecessor] += row.whole
    return [
        f"Bảng chuyển đổi: {by_key[key].name} ({key.code}) nhập toàn bộ vào {count} đơn vị."
        for key, count in whole.items()
        if count > 1
    ]


def _provinces(successions: Iterable[SuccessionFact], by_key: dict[UnitKey, UnitFact]) -> list[SuccessionFact]:
    """A province became the one (or ones) to which its communes went."""
    went: dict[UnitKey, dict[UnitKey, None]] = defaultdict(dict)
    for row in successions:
        new = by_key[row.successor].parent
        if new:
            went[_province_of(row.predecessor, by_key)][new] = None
    return [
        SuccessionFact(old, new, len(all_new) == 1, "Theo đơn vị cấp xã")
        for old, all_new in sorted(went.items())
        for new in all_new
    ]


def _province_of(key: UnitKey, by_key: dict[UnitKey, UnitFact]) -> UnitKey:
    parent = by_key[key].parent
    return key if parent is None else _province_of(parent, by_key)


def _code(text: str) -> str:
    match = _IN_BRACKETS.search(text)
    return match["code"] if match else ""


def _name(text: str) -> str:
    name = " ".join(unicodedata.normalize("NFC", text).split())
    return name[:1].upper() + name[1:]


def _letters(name: str) -> str:
    """A name without marks, blanks and case: lists write `Hòa` and `Hoà`, `M’gar` and `M'gar`."""
    bare = "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))
    return re.sub(r"\W", "", bare).casefold().replace("đ", "d")

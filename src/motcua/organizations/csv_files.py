"""Reads one table of a person's files, as spreadsheets save them, and gathers what is wrong with it. Pure."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, TypeVar

from motcua.law.errors import BadInput, system_reason

LARGEST_BYTES: Final = 20_000_000
MOST_FAULTS: Final = 50

_LOCAL_DATE: Final = "ngày dạng 2026-11-20 hoặc 20/11/2026"
_FIRST_YEAR, _LAST_YEAR = 1900, 2100

Value = TypeVar("Value")


class BadTables(BadInput):
    """Files that cannot be taken; `message` has one line for each fault."""

    code = "bad_tables"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was said: the file and the line (from 1; 0 = the file as a whole)."""

    path: Path
    line: int = 0


class Faults:
    """What is wrong, from several files and several readings of them; told in the order of the files and lines."""

    def __init__(self) -> None:
        self._found: list[tuple[Path, int, str]] = []
        self._order: dict[Path, int] = {}

    def add(self, place: Place, column: str, message: str) -> None:
        where = f"{place.path}" + (f", dòng {place.line}" if place.line else "") + (f", cột {column}" if column else "")
        self._order.setdefault(place.path, len(self._order))
        self._found.append((place.path, place.line, f"{where}: {message}"))

    def refuse(self) -> None:
        """Raises BadTables where anything was found, with the first fifty faults."""
        if not self._found:
            return
        ordered = sorted(self._found, key=lambda fault: (self._order[fault[0]], fault[1]))
        rest = len(ordered) - MOST_FAULTS
        lines = [line for _, _, line in ordered[:MOST_FAULTS]]
        raise BadTables("\n".join([*lines, f"… và {rest} lỗi khác."] if rest > 0 else lines))


class Row:
    """One line of a table. Each reading of a cell notes what is wrong there and answers with something harmless."""

    def __init__(self, place: Place, cells: dict[str, str], faults: Faults) -> None:
        self.place = place
        self.faulty = False
        self._cells = cells
        self._faults = faults

    def blame(self, column: str, message: str) -> None:
        self.faulty = True
        self._faults.add(self.place, column, message)

    def raw(self, column: str) -> str:
        return self._cells[column]

    def text(self, column: str, *, most: int, required: bool = False) -> str:
        value = self._cells[column]
        if required and not value:
            self.blame(column, "đang trống; ô này phải có giá trị.")
        elif len(value) > most:
            self.blame(column, f"dài {len(value)} ký tự; nhiều nhất là {most}.")
        elif any(unicodedata.category(char) == "Cc" for char in value):
            self.blame(column, "có ký tự điều khiển không in được; hãy gõ lại ô này.")
        return value

    def read(self, column: str, reader: Callable[[str], Value], otherwise: Value) -> Value:
        """What `reader` makes of a cell that is not empty; its BadInput is a fault of the cell."""
        value = self._cells[column]
        if not value:
            return otherwise
        try:
            return reader(value)
        except BadInput as error:
            self.blame(column, error.message)
            return otherwise

    def one_of(self, column: str, allowed: Iterable[str]) -> str:
        value = self._cells[column]
        if value and value not in (every := list(allowed)):
            self.blame(column, f"“{value}” không có; cần một trong {', '.join(every)}, hoặc để trống.")
        return value

    def day(self, column: str) -> date:
        value = self._cells[column]
        found = _day(value)
        if found is None:
            fault = f"“{value}” không phải ngày có thật" if value else "đang trống"
            self.blame(column, f"{fault}; cần {_LOCAL_DATE}.")
        return found or date.min

    def flag(self, column: str) -> bool:
        value = self._cells[column].casefold()
        if value not in ("", "true", "false", "có", "không"):
            self.blame(column, f"“{self._cells[column]}” không hiểu được; cần true hoặc false (trống = false).")
        return value in ("true", "có")

    def parts(self, column: str) -> list[str]:
        """A list in one cell, between upright bars; the order kept, each once."""
        return list(dict.fromkeys(part for piece in self._cells[column].split("|") if (part := piece.strip())))


def _day(text: str) -> date | None:
    try:
        if "/" in text:
            day, month, year = (int(part) for part in text.split("/"))
            found = date(year, month, day)
        else:
            found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if _FIRST_YEAR <= found.year <= _LAST_YEAR else None


def read_text(path: Path, faults: Faults) -> str | None:
    """The file's text in the house's form; None where it is no UTF-8, and that is noted."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            faults.add(Place(path), "", f"nặng quá {LARGEST_BYTES // 1_000_000} MB.")
            return None
        return unicodedata.normalize("NFC", path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        faults.add(
            Place(path),
            "",
            f"byte {error.start + 1} không phải chữ mã hóa UTF-8; trong Excel hãy lưu dạng “CSV UTF-8”.",
        )
    except OSError as error:
        faults.add(Place(path), "", f"không đọc được ({system_reason(error)}).")
    return None


def read_table(path: Path, columns: Sequence[str], faults: Faults, *, optional: Sequence[str] = ()) -> list[Row] | None:
    """The lines below the header, blanks tidied; the columns may stand in any order, between commas or semicolons.

    A column of `optional` that is not there is empty in every line.
    None where the table as a whole cannot be read; that is noted.
    """
    text = read_text(path, faults)
    if text is None:
        return None
    expected = f"cần dòng tiêu đề {','.join((*columns, *optional))}"
    if not text.strip():
        faults.add(Place(path), "", f"tệp rỗng; {expected}.")
        return None
    first = text.lstrip().split("\n", 1)[0]
    lines = csv.reader(
        io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",", strict=True
    )
    rows: list[Row] = []
    header: list[str] | None = None
    begin = 1
    try:
        for line in lines:
            place, begin = Place(path, begin), lines.line_num + 1
            cells = [" ".join(cell.split()) for cell in line]
            if not any(cells):
                continue
            if header is None:
                header = _header(place, cells, columns, optional, expected, faults)
                if header is None:
                    return None
                continue
            if any(cells[len(header) :]):
                faults.add(
                    place,
                    "",
                    f"có {len(cells)} ô, tiêu đề chỉ có {len(header)} cột; ô có dấu phẩy phải đặt trong ngoặc kép.",
                )
                continue
            # A spreadsheet leaves out empty cells at the end of a line.
            cells += [""] * (len(header) - len(cells))
            rows.append(Row(place, dict.fromkeys(optional, "") | dict(zip(header, cells, strict=False)), faults))
    except csv.Error:
        faults.add(Place(path, lines.line_num), "", "dấu ngoặc kép không khép hoặc đặt sai, không đọc tiếp được.")
        return None
    return rows


def _header(
    place: Place, cells: Sequence[str], columns: Sequence[str], optional: Sequence[str], expected: str, faults: Faults
) -> list[str] | None:
    while cells and not cells[-1]:
        cells = cells[:-1]
    names = [cell.casefold() for cell in cells]
    fine = True
    for name in (*columns, *optional):
        if names.count(name) > 1 or (name in columns and name not in names):
            faults.add(place, name, f"{'thiếu' if name not in names else 'lặp lại'} cột này; {expected}.")
            fine = False
    for cell, name in zip(cells, names, strict=True):
        if name not in (*columns, *optional):
            faults.add(place, cell or "không tên", f"không biết cột này; {expected}.")
            fine = False
    return names if fine else None

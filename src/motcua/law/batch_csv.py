"""`start,amount,unit` in CSV, the same rows plus `due` out: streamed in blocks, any size, all rows or no file.

A block whose rows are plainly written (the normal case) is read and written by numpy on its bytes; any other block
(quotes, blank lines, rare forms of a moment, a fault) goes row by row through the scalar clock, which also names the
faults. Both paths give the same rows.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np
import numpy.typing as npt

from motcua.law.batch import UNIT_CODES, Minutes, arrays_of, count_columns
from motcua.law.calendars import Calendar
from motcua.law.clock import compute_due
from motcua.law.errors import BadInput, DomainError, system_reason
from motcua.law.limits import Limit, Unit
from motcua.law.moments import DAY_MINUTES, clock_text, from_minutes, parse_moment
from motcua.law.policies import Policy
from motcua.law.tables import DAY_COUNT, FIRST_DAY
from motcua.law.worktime import national_calendar

MOST_FAULTS_TOLD = 1000

_COLUMNS = ("start", "amount", "unit")
_BLOCK_BYTES = 2 << 20
_AMOUNT = re.compile(r"[0-9]{1,6}")
_AMOUNT_DIGITS = 6
_NEWLINE, _COMMA, _ZERO, _NINE = 10, 44, 48, 9

Bytes = npt.NDArray[np.uint8]


def due_csv(
    in_path: Path,
    out_path: Path,
    *,
    policy: Policy = Policy.KEEP_TIME,
    calendar: Calendar | None = None,
    progress: Callable[[int], None] = lambda size: None,
) -> int:
    """Write `out_path` and return the number of rows. `calendar` defaults to the national one.

    Columns may stand in any order among others, which are kept. On any fault no output is left, an older file at
    `out_path` stays, and BadInput names every fault by line and column (the first 1,000, then their number). `progress`
    is told the bytes read since it was last told.
    """
    if os.path.isdir(out_path):
        raise BadInput(f"Không ghi được tệp {out_path}: đây là thư mục, cần một tệp.", path=str(out_path))
    if os.path.exists(out_path) and not out_path.is_file():
        raise BadInput(f"Không ghi được tệp {out_path}: đây là thiết bị, cần một tệp thường.", path=str(out_path))
    run = _Run(in_path, calendar or national_calendar(), policy, progress)
    part = out_path.with_name(f".{out_path.name}.{os.getpid()}.part")
    with _opened(in_path, "rb", f"Không mở được tệp {in_path}") as source:
        try:
            with _opened(part, "wb", f"Không ghi được tệp {out_path}") as target:
                rows = run.through(source, target)
            run.faults.raise_if_any()
            os.replace(part, out_path)
        except BaseException as error:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise BadInput(f"Không ghi được tệp {out_path}: {system_reason(error)}.", path=str(out_path)) from None
            raise
    return rows


@contextmanager
def _opened(path: Path, mode: Literal["rb", "wb"], refusal: str) -> Iterator[BinaryIO]:
    try:
        file = path.open(mode)
    except OSError as error:
        raise BadInput(f"{refusal}: {system_reason(error)}.", path=str(path)) from None
    with file:
        yield file


class _Faults:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines: list[str] = []
        self._count = 0

    def add(self, line: int, column: str, what: str) -> None:
        self._count += 1
        if self._count <= MOST_FAULTS_TOLD:
            self._lines.append(f"{self._path}, dòng {line}, cột {column}: {what}")

    def raise_if_any(self) -> None:
        if not self._count:
            return
        if self._count > len(self._lines):
            self._lines.append(f"{self._path}: và {self._count - len(self._lines)} lỗi khác.")
        raise BadInput("\n".join(self._lines), faults=self._count)


@dataclass(frozen=True, slots=True)
class _Header:
    text: bytes
    count: int
    start: int
    amount: int
    unit: int


class _Run:
    def __init__(self, path: Path, calendar: Calendar, policy: Policy, progress: Callable[[int], None]) -> None:
        self.path, self.calendar, self.policy, self.progress = path, calendar, policy, progress
        self.faults = _Faults(path)
        self.line = 1

    def through(self, source: BinaryIO, target: BinaryIO) -> int:
        header = self._header(source.readline())
        target.write(header.text + b",due\n")
        rows = 0
        blocks = _blocks(source, self.progress)
        for block in blocks:
            if b'"' in block:
                # A quoted field may run over the end of a block: the rest is one stream of rows.
                return rows + self._slowly(header, _lines(chain([block], blocks)), target)
            answer = self._fast(header, block)
            if answer is None:
                rows += self._slowly(header, _lines([block]), target)
            else:
                count, out = answer
                target.write(out)
                rows += count
                self.line += count
        return rows

    def _header(self, line: bytes) -> _Header:
        try:
            text = line.removeprefix(b"\xef\xbb\xbf").decode().rstrip("\r\n")
        except UnicodeDecodeError:
            raise BadInput(f"{self.path}, dòng 1: tệp không phải UTF-8.", path=str(self.path)) from None
        names = [name.strip() for name in next(csv.reader([text]), [])]
        wanted = f"cần dòng tiêu đề có các cột {', '.join(_COLUMNS)}"
        for column in _COLUMNS:
            if names.count(column) != 1:
                fault = "thiếu cột này" if column not in names else "cột lặp lại"
                self.faults.add(1, column, f"{fault}; {wanted}.")
        if "due" in names:
            self.faults.add(1, "due", "tệp vào đã có cột due; cột này do lệnh ghi ra.")
        self.faults.raise_if_any()
        return _Header(text.encode(), len(names), *(names.index(column) for column in _COLUMNS))

    def _slowly(self, header: _Header, lines: Iterator[str], target: BinaryIO) -> int:
        reader = csv.reader(lines)
        before, rows = self.line, 0
        try:
            for row in reader:
                self.line = before + reader.line_num
                if not row:
                    continue
                rows += 1
                due = self._row(header, row)
                if due is not None:
                    target.write(",".join([*map(_quoted, row), due]).encode() + b"\n")
        except (csv.Error, UnicodeDecodeError) as error:
            what = "không phải UTF-8" if isinstance(error, UnicodeDecodeError) else f"dòng CSV hỏng ({error})"
            self.faults.add(before + reader.line_num + 1, "1", f"{what}.")
        return rows

    def _row(self, header: _Header, row: list[str]) -> str | None:
        faults = self.faults
        if len(row) != header.count:
            faults.add(self.line, str(len(row)), f"dòng có {len(row)} cột, cần {header.count} cột như tiêu đề.")
            return None
        start = amount = unit = None
        try:
            start = parse_moment(row[header.start])
        except DomainError as error:
            faults.add(self.line, "start", error.message)
        if _AMOUNT.fullmatch(row[header.amount].strip()) and int(row[header.amount]) >= 1:
            amount = int(row[header.amount])
        else:
            faults.add(self.line, "amount", f"“{row[header.amount]}” không phải số nguyên từ 1 đến 999999.")
        try:
            unit = Unit(row[header.unit].strip())
        except ValueError:
            faults.add(self.line, "unit", f"“{row[header.unit]}” không phải một trong {', '.join(Unit)}.")
        if start is None or amount is None or unit is None:
            return None
        try:
            return compute_due(start, Limit(amount, unit), self.calendar, policy=self.policy).at.isoformat()
        except DomainError as error:
            faults.add(self.line, "start", error.message)
            return None

    def _fast(self, header: _Header, block: bytes) -> tuple[int, bytes] | None:
        """(rows, output), or None where a row is not plain."""
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n")
        if not block.isascii() and not _is_utf8(block):
            return None
        data = np.frombuffer(block, dtype=np.uint8)
        ends = np.flatnonzero(data == _NEWLINE)
        commas = np.flatnonzero(data == _COMMA)
        begins = np.concatenate(([0], ends[:-1] + 1))
        if commas.size != ends.size * (header.count - 1):
            return None
        grid = commas.reshape(ends.size, header.count - 1)
        if (grid[:, 0] < begins).any() or (grid[:, -1] > ends).any():
            return None

        def field(column: int) -> tuple[Minutes, Minutes]:
            first = begins if column == 0 else grid[:, column - 1] + 1
            return first, (ends if column == header.count - 1 else grid[:, column]) - first

        starts = _read_moments(data, *field(header.start))
        amounts = _read_amounts(data, *field(header.amount))
        units = _read_units(data, *field(header.unit))
        if starts is None or amounts is None or units is None:
            return None
        due, gap = count_columns(arrays_of(self.calendar.tables), starts, amounts, units, self.policy)
        if gap.any():
            return None
        return ends.size, _spliced(data, ends, due)


def _blocks(source: BinaryIO, progress: Callable[[int], None]) -> Iterator[bytes]:
    """Whole lines, about 2 MB at a time; the last line gets a newline where it lacks one."""
    rest = b""
    while chunk := source.read(_BLOCK_BYTES):
        progress(len(chunk))
        cut = chunk.rfind(b"\n") + 1
        if cut:
            yield rest + chunk[:cut]
            rest = chunk[cut:]
        else:
            rest += chunk
    if rest:
        yield rest + b"\n"


def _lines(blocks: Iterable[bytes]) -> Iterator[str]:
    for block in blocks:
        for line in block.split(b"\n")[:-1]:
            yield line.decode() + "\n"


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _quoted(value: str) -> str:
    if any(sign in value for sign in ',"\r\n'):
        return '"' + value.replace('"', '""') + '"'
    return value


# Length of a moment in plain ISO 8601 → has seconds, has an offset (`Z` counts as one letter).
_FORMS = {16: (False, 0), 17: (False, 1), 19: (True, 0), 20: (True, 1), 22: (False, 6), 25: (True, 6)}


def _read_moments(data: Bytes, first: Minutes, length: Minutes) -> Minutes | None:
    minutes = np.empty(first.size, dtype=np.int64)
    for size in np.flatnonzero(np.bincount(length)):
        if int(size) not in _FORMS:
            return None
        rows = np.flatnonzero(length == size)
        whole = rows.size == first.size
        part = _read_form(data, first if whole else first[rows], *_FORMS[int(size)])
        if part is None:
            return None
        minutes[rows] = part
    return minutes


def _read_form(data: Bytes, first: Minutes, has_seconds: bool, offset_size: int) -> Minutes | None:
    wrong = np.zeros(first.size, dtype=bool)

    def sign(at: int) -> Bytes:
        return data[first + at]

    def pair(at: int, most: int) -> Minutes:
        tens, ones = sign(at) - np.uint8(_ZERO), sign(at + 1) - np.uint8(_ZERO)
        value: Minutes = tens.astype(np.int64) * 10 + ones
        np.logical_or(wrong, (tens > _NINE) | (ones > _NINE) | (value > most), out=wrong)
        return value

    def expect(at: int, *letters: bytes) -> None:
        here = sign(at)
        np.logical_or(wrong, np.logical_and.reduce([here != ord(letter) for letter in letters]), out=wrong)

    month_of_year = pair(5, 12)
    month = (pair(0, 99) * 100 + pair(2, 99)) * 12 + month_of_year - 1
    day = pair(8, 31)
    minutes = pair(11, 23) * 60 + pair(14, 59)
    expect(4, b"-")
    expect(7, b"-")
    expect(10, b"T", b" ")
    expect(13, b":")
    at = 16
    if has_seconds:
        expect(16, b":")
        pair(17, 59)
        at = 19
    if offset_size == 1:
        expect(at, b"Z")
        minutes += 7 * 60
    elif offset_size:
        expect(at, b"+", b"-")
        expect(at + 3, b":")
        offset = pair(at + 1, 23) * 60 + pair(at + 4, 59)
        minutes += 7 * 60 - np.where(sign(at) == ord("-"), -offset, offset)
    begins = _month_begins()
    known = (month >= _FIRST_MONTH) & (month < _FIRST_MONTH + begins.size - 1)
    if wrong.any() or not known.all() or (month_of_year < 1).any():
        return None
    month -= _FIRST_MONTH
    begin = begins[month]
    if ((day < 1) | (begin + day > begins[month + 1])).any():
        return None
    local: Minutes = (begin + day - 1) * DAY_MINUTES + minutes
    return local


_FIRST_MONTH = 2000 * 12
_MONTHS = 50 * 12


@cache
def _month_begins() -> Minutes:
    """Day numbers of the first of each month 2000–2049, plus the one after; other years go row by row."""
    months = np.arange(_FIRST_MONTH, _FIRST_MONTH + _MONTHS + 1) - 1970 * 12
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def _read_amounts(data: Bytes, first: Minutes, length: Minutes) -> Minutes | None:
    most = int(length.max())
    if int(length.min()) < 1 or most > _AMOUNT_DIGITS:
        return None
    value = np.zeros(first.size, dtype=np.int64)
    for at in range(most):
        # A field is never the last thing in a block (a newline is), so `first + at` stays inside it.
        inside = at < length
        digit = data[np.where(inside, first + at, first)] - np.uint8(_ZERO)
        if (digit > _NINE).any():
            return None
        value = np.where(inside, value * 10 + digit, value)
    return value if (value >= 1).all() else None


def _read_units(data: Bytes, first: Minutes, length: Minutes) -> Minutes | None:
    units = np.full(first.size, -1, dtype=np.int64)
    for unit, code in UNIT_CODES.items():
        letters = np.frombuffer(unit.encode(), dtype=np.uint8)
        rows = np.flatnonzero(length == letters.size)
        here = first[rows]
        same = np.ones(rows.size, dtype=bool)
        for at, letter in enumerate(letters):
            same &= data[here + at] == letter
        units[rows[same]] = code
    return None if (units < 0).any() else units


_TAIL = b":00+07:00\n"
_DUE_BYTES = len(",2026-11-23T16:00") + len(_TAIL)


@cache
def _due_texts() -> tuple[npt.NDArray[np.bytes_], npt.NDArray[np.bytes_]]:
    """`,2026-11-23T` by day index and `16:00:00+07:00\\n` by minute of the day."""
    days = [f",{from_minutes((FIRST_DAY + d) * DAY_MINUTES):%Y-%m-%d}T".encode() for d in range(DAY_COUNT)]
    clocks = [clock_text(minute).encode() + _TAIL for minute in range(DAY_MINUTES)]
    return np.array(days), np.array(clocks)


def _spliced(data: Bytes, ends: Minutes, due: Minutes) -> bytes:
    """Each line with its due text in the place of its newline."""
    days, clocks = _due_texts()
    day, minute = np.divmod(due, DAY_MINUTES)
    texts = np.empty(due.size, dtype=[("day", days.dtype), ("clock", clocks.dtype)])
    texts["day"] = days[day - FIRST_DAY]
    texts["clock"] = clocks[minute]
    is_due = np.zeros(data.size + due.size * (_DUE_BYTES - 1), dtype=bool)
    places = ends + np.arange(due.size) * (_DUE_BYTES - 1)
    for at in range(_DUE_BYTES):
        is_due[places + at] = True
    out = np.empty(is_due.size, dtype=np.uint8)
    out[is_due] = texts.view(np.uint8)
    out[~is_due] = data[data != _NEWLINE]
    return out.tobytes()

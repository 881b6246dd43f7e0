"""Reading the file: gz or not, UTF-8 with or without a mark, any line ends; each line a row or a fault, never a guess."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from motcua.dossiers.importing.columns import OneOf, Reader, Told, Unreadable
from motcua.law.errors import BadInput, system_reason

# A longer field is a quotation mark that was never closed, not something said of a dossier.
LONGEST_FIELD: Final = 1_000_000
_BLOCK: Final = 1 << 20
_NO_WORDS: Final[Mapping[str, Any]] = {}
# What a file of refused lines has besides; it may be mended and loaded as it is.
OWN_COLUMNS: Final = ("line", "reason")


def open_bytes(path: Path) -> IO[bytes]:
    return gzip.open(path) if path.suffix == ".gz" else open(path, "rb")  # type: ignore[return-value]


def count_lines(path: Path) -> int:
    """Read the whole file once, so that nothing is loaded of one that cannot be read to its end; returns its lines."""
    decode = codecs.getincrementaldecoder("utf-8")().decode
    lines, ended = 0, True
    try:
        with open_bytes(path) as file:
            while block := file.read(_BLOCK):
                try:
                    decode(block)
                except UnicodeDecodeError as error:
                    line = lines + 1 + block[: error.start].count(b"\n")
                    raise _bad(path, line, _encoding_reason(block if not lines else b"")) from None
                lines += block.count(b"\n")
                ended = block.endswith(b"\n")
            try:
                decode(b"", True)
            except UnicodeDecodeError:
                raise _bad(path, lines + 1, "tệp kết thúc giữa một ký tự UTF-8") from None
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise BadInput(f"{path}: không giải nén được; cần tệp .gz nguyên vẹn.", path=str(path)) from None
    except OSError as error:
        raise BadInput(f"{path}: không đọc được ({system_reason(error)}).", path=str(path)) from None
    return lines + (not ended)


def _encoding_reason(first: bytes) -> str:
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "tệp mã hóa UTF-16; cần UTF-8"
    return "không phải UTF-8; cần lưu lại tệp với mã UTF-8"


def _bad(path: Path, line: int, what: str) -> BadInput:
    return BadInput(f"{path}, dòng {line}: {what}.", path=str(path), line=line)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the file: where it begins, its fields as they are, and what they tell or why they cannot be taken."""

    number: int
    fields: Sequence[str]
    told: Told
    reason: str = ""


class DossierFile:
    """A readable file with a readable header. Raises BadInput otherwise, and in all that iterates nothing more."""

    def __init__(self, path: Path, readers: Mapping[str, Reader], names: Mapping[str, str]) -> None:
        """`names` gives our name of a column for the file's; other columns keep their own."""
        self.path = path
        self.lines = count_lines(path)
        with self._rows() as rows:
            self.header = self._header(rows)
        ours = [names.get(title, title) for title in self.header]
        self.ignored = [
            title
            for title, name in zip(self.header, ours, strict=True)
            if name not in readers and name not in OWN_COLUMNS
        ]
        known = [name for name in ours if name in readers]
        twice = sorted({name for name in known if known.count(name) > 1})
        if twice:
            raise _bad(path, 1, f"cột {', '.join(twice)} có hơn một lần; mỗi cột chỉ một lần")
        if "code" not in known:
            raise _bad(
                path, 1, "không có cột code (mã hồ sơ); cần dòng tiêu đề với tên các cột, cách nhau bằng dấu phẩy"
            )
        # With the words of a column at hand most values are read without a call.
        self._columns = [
            (place, name, read.words if isinstance(read, OneOf) else _NO_WORDS, read)
            for place, (name, read) in enumerate((name, readers.get(name)) for name in ours)
            if read is not None
        ]

    def __iter__(self) -> Iterator[Line]:
        with self._rows() as rows:
            next(rows.reader)
            while True:
                number = rows.reader.line_num + 1
                try:
                    fields = next(rows.reader)
                except StopIteration:
                    return
                except csv.Error:
                    reason = f"có trường dài quá {LONGEST_FIELD} ký tự (thường do thiếu dấu ngoặc kép đóng)"
                    yield Line(number, (), {}, f"{reason}, đến dòng {rows.reader.line_num}")
                    continue
                if fields:
                    yield self._line(number, fields)

    def _line(self, number: int, fields: list[str]) -> Line:
        if len(fields) != len(self.header):
            return Line(number, fields, {}, f"có {len(fields)} trường, tiêu đề có {len(self.header)} cột")
        told: Told = {}
        try:
            for place, name, words, read in self._columns:
                text = fields[place]
                if text in words:
                    told[name] = words[text]
                elif text and (text := text.strip()):
                    told[name] = read(text)
        except Unreadable as error:
            return Line(number, fields, told, f"{name} “{_short(text)}”: {error}")
        if "code" not in told:
            return Line(number, fields, told, "thiếu mã hồ sơ (cột code)")
        return Line(number, fields, told)

    def _header(self, rows: _Rows) -> list[str]:
        try:
            header = next(rows.reader)
        except StopIteration:
            raise _bad(self.path, 1, "tệp trống; cần dòng tiêu đề với cột code") from None
        except csv.Error:
            raise _bad(self.path, 1, "không đọc được dòng tiêu đề") from None
        return [title.strip() for title in header]

    def _rows(self) -> _Rows:
        return _Rows(self.path)


class _Rows:
    """The open file as rows of CSV."""

    def __init__(self, path: Path) -> None:
        csv.field_size_limit(LONGEST_FIELD)
        self._file = io.TextIOWrapper(open_bytes(path), encoding="utf-8-sig", newline="")
        self.reader = csv.reader(self._file)

    def __enter__(self) -> _Rows:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()


def _short(text: str) -> str:
    text = text.replace("\0", "␀")
    return text if len(text) <= 60 else f"{text[:60]}…"

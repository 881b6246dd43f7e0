"""Reads files of portal records (`.jsonl`, `.jsonl.gz`). Faults of the file are all named at once; nothing is written."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from motcua.catalog.facts import ProcedureFacts
from motcua.catalog.reading import content_hash, read_record
from motcua.law.errors import BadInput, DomainError, system_reason

_MOST_FAULTS = 50


class BadFile(BadInput):
    """A file that cannot be taken; `message` has one line for each fault."""

    code = "bad_file"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record with a code that was left out; the rest of its file is taken."""

    code: str
    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}, dòng {self.line}: {self.code}: {self.message}"


@dataclass(frozen=True, slots=True)
class Records:
    """`read` counts lines with a record; every distinct code is in `facts` or in `refusals`."""

    read: int
    facts: tuple[ProcedureFacts, ...]
    refusals: tuple[Refusal, ...]


def read_files(paths: Iterable[Path]) -> Records:
    """Raises BadFile: a file that is missing, not UTF-8, no JSON lines, or a record without a code."""
    paths = list(paths)
    faults: list[str] = []
    first: dict[str, tuple[dict[str, object], Path, int]] = {}
    twice: dict[str, Refusal] = {}
    read = 0
    for path in _files(paths):
        for number, record in _records(path, faults):
            read += 1
            code = record.get("ma_thu_tuc")
            if not isinstance(code, str) or not code.strip():
                faults.append(f"{path}, dòng {number}, cột ma_thu_tuc: thiếu mã thủ tục; cần dạng 1.001193.")
                continue
            code = code.strip()
            before = first.setdefault(code, (record, path, number))
            if before[0] is not record and content_hash(before[0]) != content_hash(record):
                message = f"trùng mã với {before[1]}, dòng {before[2]} nhưng nội dung khác; bỏ cả hai."
                twice.setdefault(code, Refusal(code, str(path), number, message))
    if not read and not faults:
        faults.append(f"{', '.join(map(str, paths))}: không có thủ tục nào; cần mỗi dòng một đối tượng JSON.")
    if faults:
        rest = len(faults) - _MOST_FAULTS
        raise BadFile("\n".join(faults[:_MOST_FAULTS] + ([f"… và {rest} lỗi nữa."] if rest > 0 else [])))
    facts, refusals = [], list(twice.values())
    for code, (record, path, number) in first.items():
        if code in twice:
            continue
        try:
            facts.append(read_record(record))
        except DomainError as error:
            refusals.append(Refusal(code, str(path), number, error.message))
    return Records(read, tuple(facts), tuple(refusals))


def _files(paths: Iterable[Path]) -> Sequence[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted([*path.glob("*.jsonl"), *path.glob("*.jsonl.gz")])
            if not inside:
                raise BadFile(f"{path}: thư mục không có tệp .jsonl hay .jsonl.gz.")
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise BadFile(f"{path}: không có tệp này.")
    return found


def _records(path: Path, faults: list[str]) -> Iterator[tuple[int, dict[str, object]]]:
    number = 0
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
            for number, raw in enumerate(lines, start=1):
                if not raw.strip():
                    continue
                try:
                    record = json.loads(raw.decode("utf-8-sig" if number == 1 else "utf-8"))
                except UnicodeDecodeError as error:
                    faults.append(f"{path}, dòng {number}, cột {error.start + 1}: không phải chữ mã hóa UTF-8.")
                    continue
                except (json.JSONDecodeError, RecursionError) as error:
                    column = getattr(error, "colno", 1)
                    faults.append(
                        f"{path}, dòng {number}, cột {column}: không phải JSON; cần mỗi dòng một đối tượng JSON."
                    )
                    continue
                if not isinstance(record, dict):
                    faults.append(
                        f"{path}, dòng {number}, cột 1: không phải đối tượng JSON; cần các mục như ma_thu_tuc."
                    )
                    continue
                yield number, record
    except (OSError, EOFError, zlib.error) as error:
        reason = "tệp nén hỏng hoặc không phải gzip"
        # What gzip itself raises has no number of the system's.
        if isinstance(error, OSError) and error.errno is not None:
            reason = f"không đọc được tệp ({system_reason(error)})"
        faults.append(f"{path}, sau dòng {number}: {reason}.")

"""The mapping file (TOML) that says how another system names columns, words and moments; pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from motcua.dossiers.importing.columns import TRUTHS, WORDS, Reader, readers
from motcua.law.errors import BadInput, system_reason


@dataclass(frozen=True, slots=True)
class FileMapping:
    """`names`: our name of a column by the file's."""

    readers: Mapping[str, Reader] = field(default_factory=readers)
    names: Mapping[str, str] = field(default_factory=dict)


def read_mapping(path: Path) -> FileMapping:
    """Raises BadInput that names what in the file cannot be taken."""
    try:
        given = tomllib.loads(path.read_bytes().decode())
    except OSError as error:
        raise BadInput(f"{path}: không đọc được ({system_reason(error)}).", path=str(path)) from None
    except UnicodeDecodeError:
        raise BadInput(f"{path}: không phải UTF-8; cần tệp TOML với mã UTF-8.", path=str(path)) from None
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{path}: không phải TOML hợp lệ ({error}).", path=str(path)) from None
    return _Reading(path).of(given)


class _Reading:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.known = set(readers())

    def of(self, given: dict[str, Any]) -> FileMapping:
        self._only(given, {"columns", "words", "booleans", "moments"}, "")
        columns = self._texts(given.get("columns", {}), "columns")
        self._only(columns, self.known, "columns.")
        words = {
            column: self._words(column, self._texts(told, f"words.{column}"))
            for column, told in self._table(given.get("words", {}), "words").items()
        }
        return FileMapping(
            readers(
                words=words,
                truths=self._truths(given.get("booleans", {})),
                formats=self._formats(given.get("moments", {})),
            ),
            {title.strip(): name for name, title in columns.items()},
        )

    def _words(self, column: str, told: dict[str, str]) -> dict[str, str]:
        if column not in WORDS:
            raise self._bad(f"words.{column}", f"cột này không có danh sách giá trị; có: {', '.join(WORDS)}")
        for theirs, ours in told.items():
            if ours not in WORDS[column]:
                raise self._bad(
                    f'words.{column}."{theirs}"', f"“{ours}” không có; cần một trong: {', '.join(WORDS[column])}"
                )
        # As they are read: the case of letters does not matter.
        return told | {theirs.casefold(): ours for theirs, ours in told.items()}

    def _truths(self, given: Any) -> dict[str, bool]:
        table = self._table(given, "booleans")
        self._only(table, {"true", "false"}, "booleans.")
        truths = dict(TRUTHS)
        for name, words in table.items():
            for word in self._list(words, f"booleans.{name}"):
                truths[word] = truths[word.casefold()] = TRUTHS[name]
        return truths

    def _formats(self, given: Any) -> tuple[str, ...]:
        table = self._table(given, "moments")
        self._only(table, {"formats"}, "moments.")
        formats = self._list(table.get("formats", []), "moments.formats")
        probe = datetime(2026, 11, 20, 16, 5, 9)  # noqa: DTZ001
        for form in formats:
            try:
                if datetime.strptime(probe.strftime(form), form).date() != probe.date():  # noqa: DTZ007
                    raise ValueError
            except ValueError:
                raise self._bad("moments.formats", f"“{form}” không đọc được một ngày; ví dụ %d/%m/%Y %H:%M") from None
        return tuple(formats)

    def _table(self, given: Any, where: str) -> dict[str, Any]:
        if not isinstance(given, dict):
            raise self._bad(where, "cần một bảng, ví dụ [columns]")
        return given

    def _texts(self, given: Any, where: str) -> dict[str, str]:
        for name, text in self._table(given, where).items():
            if not isinstance(text, str) or not text.strip():
                raise self._bad(f"{where}.{name}", "cần chữ trong ngoặc kép")
        return dict(given)

    def _list(self, given: Any, where: str) -> list[str]:
        if not isinstance(given, list) or not all(isinstance(text, str) for text in given):
            raise self._bad(where, 'cần danh sách chữ, ví dụ ["Có", "1"]')
        return given

    def _only(self, given: Any, known: set[str], where: str) -> None:
        for name in self._table(given, where.rstrip(".") or "tệp"):
            if name not in known:
                raise self._bad(f"{where}{name}", f"không có tên này; có: {', '.join(sorted(known))}")

    def _bad(self, where: str, what: str) -> BadInput:
        return BadInput(f"{self.path}, {where}: {what}.", path=str(self.path), where=where)

"""Which index sets there are, and which version of one holds for a period."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path

from motcua.law.errors import BadInput, system_reason
from motcua.scoring.definition import IndexSet
from motcua.scoring.reading import MAX_BYTES, read_index_set
from motcua.statistics.measures import MEASURES, Count, Lacking


@cache
def countable() -> frozenset[str]:
    """The measures that a set may name: whole numbers, also those that have no figure yet."""
    return frozenset(name for name, one in MEASURES.items() if isinstance(one, Count | Lacking))


@cache
def shipped() -> tuple[IndexSet, ...]:
    """Every version of every index that the program brings, the older first."""
    found = [
        read_index_set(entry.read_bytes(), entry.name, countable())
        for entry in files("motcua.scoring").joinpath("sets").iterdir()
        if entry.name.endswith(".yaml")
    ]
    return tuple(sorted(found, key=lambda one: (one.index, one.valid_from)))


def index_set_of(index: str, on: date) -> IndexSet:
    """The version that holds on a day. Raises BadInput for an index that is not there, or not on that day."""
    versions = [one for one in shipped() if one.index == index]
    if not versions:
        known = ", ".join(dict.fromkeys(one.index for one in shipped()))
        raise BadInput(f"Không có bộ chỉ số “{index}”; có: {known}. Cũng có thể đưa một tệp .yaml.", field="index")
    for one in versions:
        if holds_on(one, on):
            return one
    raise BadInput(
        f"Bộ chỉ số “{index}” không có bản nào áp dụng cho kỳ kết thúc ngày {on:%d/%m/%Y};"
        f" có {'; '.join(validity_text(one) for one in versions)}.",
        field="period",
    )


def index_set_in(path: Path) -> IndexSet:
    """A set in a file of one's own. Raises BadInput."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadInput(f"{path}: không đọc được tệp ({system_reason(error)}).", field="index") from None
    return read_index_set(content, path.name, countable())


def holds_on(index_set: IndexSet, day: date) -> bool:
    return index_set.valid_from <= day and (index_set.valid_to is None or day < index_set.valid_to)


def validity_text(index_set: IndexSet) -> str:
    until = ""
    if index_set.valid_to is not None:
        until = f" đến {index_set.valid_to - timedelta(days=1):%d/%m/%Y}"
    return f"bản {index_set.version} áp dụng từ {index_set.valid_from:%d/%m/%Y}{until}"

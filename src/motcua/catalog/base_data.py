"""The procedures that the program ships: facts only, one JSON line each, behind a first line of code → content hash."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final

from motcua.catalog.facts import ProcedureFacts
from motcua.catalog.files import read_files

BASE_DATA: Final = Path(__file__).parent / "data" / "procedures.jsonl.gz"

BASE_SOURCE: Final = "motcua"
"""`ProcedureVersion.source` of what the program ships; an imported file's version is never put back to it."""

BASE_VALID_FROM: Final = date(2025, 7, 1)
"""The shipped records say no date; two-level government, under which they were published, began on this day."""


@contextmanager
def open_base_data(path: Path = BASE_DATA) -> Iterator[tuple[dict[str, str], Iterator[ProcedureFacts]]]:
    """Content hashes by code, and the facts, read only when asked for."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        digests: dict[str, str] = json.loads(next(lines))
        yield digests, (ProcedureFacts.from_json(json.loads(line)) for line in lines)


def write_base_data(paths: Iterable[Path], target: Path = BASE_DATA) -> int:
    """Make the shipped file from portal records, without steps, conditions and titles of documents. Returns its count."""
    facts = sorted(read_files(paths).facts, key=lambda entry: entry.code)
    target.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps({entry.code: entry.content_hash for entry in facts})]
    for entry in facts:
        data = entry.as_json() | {"grounds": [(number, "") for number, _ in entry.grounds]}
        data.pop("steps_text", None)
        data.pop("conditions_text", None)
        lines.append(json.dumps(data, ensure_ascii=False, separators=(",", ":")))
    # No time in the header: the same records make the same bytes.
    target.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), compresslevel=9, mtime=0))
    return len(facts)

"""Loads administrative units and the map between them: a person's files, and what the program ships."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from django.db import connection, transaction

from motcua.organizations.models import AdminUnit, UnitSuccession
from motcua.organizations.unit_files import SuccessionFact, UnitFact, UnitKey, UnitLists, read_lists
from motcua.platform.text import search_key

BASE_DATA: Final = Path(__file__).parent / "data" / "units.jsonl.gz"

_LOCK = 0x6D637475
_BATCH = 5000
_KINDS = ("province", "district", "commune")
"""Parents before children."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class UnitReport:
    """`new + changed + unchanged` = units read; `review` = lines of the conversion table that contradict the lists."""

    read: int
    new: int
    changed: int
    unchanged: int
    successions: int
    new_successions: int
    doubts: tuple[str, ...]

    def as_json(self) -> dict[str, int]:
        return {
            "read": self.read,
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "refused": 0,
            "review": len(self.doubts),
            "successions": self.successions,
            "new_successions": self.new_successions,
        }


def import_units(path: Path, *, progress: Progress | None = None) -> UnitReport:
    """Load a folder with the lists of before and after and the conversion table, or one list alone.

    All or nothing; loading again changes nothing. Raises BadUnits before anything is written.
    """
    return _store(read_lists(path), progress)


def load_base_data() -> None:
    """Load the shipped units and their map; again changes nothing."""
    _store(read_base_data())


@transaction.atomic
def _store(lists: UnitLists, progress: Progress | None = None) -> UnitReport:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    there = {(unit.kind, unit.code, unit.valid_from): unit for unit in AdminUnit.objects.all()}
    counts: Counter[str] = Counter()
    done = 0
    for kind in _KINDS:
        facts = [fact for fact in lists.units if fact.key.kind == kind]
        counts.update(_store_kind(facts, there))
        done += len(facts)
        if progress:
            progress(done, len(lists.units) + len(lists.successions))
    new_successions = _store_successions(lists.successions, there)
    if progress:
        progress(len(lists.units) + len(lists.successions), len(lists.units) + len(lists.successions))
    return UnitReport(
        read=len(lists.units),
        new=counts["new"],
        changed=counts["changed"],
        unchanged=counts["unchanged"],
        successions=len(lists.successions),
        new_successions=new_successions,
        doubts=lists.doubts,
    )


def _store_kind(facts: Sequence[UnitFact], there: dict[tuple[str, str, date], AdminUnit]) -> Counter[str]:
    made, changed = [], []
    for fact in facts:
        parent = there[_identity(fact.parent)] if fact.parent else None
        unit = there.get(_identity(fact.key))
        if unit is None:
            unit = AdminUnit(kind=fact.key.kind, code=fact.key.code, valid_from=fact.key.valid_from)
            made.append(unit)
        elif (unit.name, unit.parent_id, unit.valid_to) == (fact.name, parent.pk if parent else None, fact.valid_to):
            continue
        else:
            changed.append(unit)
        unit.name, unit.name_key = fact.name, search_key(fact.name)
        unit.parent, unit.valid_to = parent, fact.valid_to
    AdminUnit.objects.bulk_create(made, batch_size=_BATCH)
    AdminUnit.objects.bulk_update(changed, ["name", "name_key", "parent", "valid_to"], batch_size=500)
    there.update({(unit.kind, unit.code, unit.valid_from): unit for unit in made})
    return Counter(new=len(made), changed=len(changed), unchanged=len(facts) - len(made) - len(changed))


def _store_successions(facts: Sequence[SuccessionFact], there: dict[tuple[str, str, date], AdminUnit]) -> int:
    known = {(row.predecessor_id, row.successor_id, row.on): row for row in UnitSuccession.objects.all()}
    made, changed = [], []
    for fact in facts:
        old, new = there[_identity(fact.predecessor)], there[_identity(fact.successor)]
        row = known.get((old.pk, new.pk, fact.successor.valid_from))
        if row is None:
            made.append(
                UnitSuccession(
                    predecessor=old, successor=new, on=fact.successor.valid_from, whole=fact.whole, note=fact.note
                )
            )
        elif (row.whole, row.note) != (fact.whole, fact.note):
            row.whole, row.note = fact.whole, fact.note
            changed.append(row)
    UnitSuccession.objects.bulk_create(made, batch_size=_BATCH)
    UnitSuccession.objects.bulk_update(changed, ["whole", "note"], batch_size=500)
    return len(made)


def _identity(key: UnitKey) -> tuple[str, str, date]:
    return key.kind, key.code, key.valid_from


def read_base_data(path: Path = BASE_DATA) -> UnitLists:
    """The shipped file: one JSON array a line, a unit or a succession."""
    units, successions = [], []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            what, *values = json.loads(line)
            if what == "unit":
                key, name, parent, valid_to = values
                units.append(
                    UnitFact(
                        _key(key),
                        name,
                        _key(parent) if parent else None,
                        date.fromisoformat(valid_to) if valid_to else None,
                    )
                )
            else:
                old, new, whole, note = values
                successions.append(SuccessionFact(_key(old), _key(new), bool(whole), note))
    return UnitLists(tuple(units), tuple(successions))


def write_base_data(source: Path, target: Path = BASE_DATA) -> UnitLists:
    """Make the shipped file from the public lists; the same lists make the same bytes."""
    lists = read_lists(source)
    rows: list[list[Any]] = [
        [
            "unit",
            _flat(unit.key),
            unit.name,
            _flat(unit.parent) if unit.parent else None,
            unit.valid_to and str(unit.valid_to),
        ]
        for unit in sorted(lists.units, key=lambda unit: unit.key)
    ]
    rows += [
        ["succession", _flat(row.predecessor), _flat(row.successor), int(row.whole), row.note]
        for row in sorted(lists.successions, key=lambda row: (row.predecessor, row.successor))
    ]
    text = "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))
    return lists


def _flat(key: UnitKey) -> list[str]:
    return [key.kind, key.code, str(key.valid_from)]


def _key(values: Sequence[str]) -> UnitKey:
    kind, code, valid_from = values
    return UnitKey(kind, code, date.fromisoformat(valid_from))

"""To whom an overdue matter is carried, by where the fault lies: pure, over rules that are data (`escalation.toml`)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from motcua.notifications.warnings import LATE, Reader

DATA_FILE = Path(__file__).with_name("escalation.toml")


class Where(StrEnum):
    """Where the fault lies, seen from the agency that is competent for the dossier."""

    COMMUNE = "commune"
    DEPARTMENT = "department"
    OTHER_AGENCY = "other_agency"
    OUTSIDE = "outside"


class Place(StrEnum):
    FAULT = "fault"
    COMPETENT = "competent"


@dataclass(frozen=True, slots=True)
class Told:
    """A reader in the agency at fault or in the competent one."""

    reader: Reader
    place: Place


@dataclass(frozen=True, slots=True)
class Rule:
    where: Where
    first: int
    tells: tuple[Told, ...]
    title: str


def where_of(*, fault_agency: int | None, competent_agency: int, level: str) -> Where:
    """`fault_agency` None = a body without an account; `level` is that of the competent agency."""
    if fault_agency is None:
        return Where.OUTSIDE
    if fault_agency != competent_agency:
        return Where.OTHER_AGENCY
    return Where.COMMUNE if level == "commune" else Where.DEPARTMENT


def read_rules(text: str) -> tuple[Rule, ...]:
    """The rules of a data file. Raises ValueError or KeyError for what it does not know."""
    rows: list[dict[str, Any]] = tomllib.loads(text)["rule"]
    return tuple(
        Rule(Where(row["where"]), _number(row["from"]), tuple(_told(one) for one in row["tells"]), row["title"])
        for row in rows
    )


def _number(stage: str) -> int:
    phase, _, number = stage.partition(":")
    if phase != LATE or not number.isdigit() or int(number) < 1:
        raise ValueError(stage)
    return int(number)


def _told(text: str) -> Told:
    reader, _, place = text.partition("@")
    return Told(Reader(reader), Place(place))


@cache
def rules() -> tuple[Rule, ...]:
    return read_rules(DATA_FILE.read_text(encoding="utf-8"))


def escalate(where: Where, stage: str, table: tuple[Rule, ...] | None = None) -> tuple[Told, ...]:
    """Who besides the stage's own readers is told; empty before the matter is late."""
    phase, _, number = stage.partition(":")
    if phase != LATE:
        return ()
    for rule in rules() if table is None else table:
        if rule.where is where:
            return rule.tells if int(number) >= rule.first else ()
    return ()

"""The province as the stories see it: offices with the people in them, and what each of them takes."""

from __future__ import annotations

from dataclasses import dataclass

from motcua.demo.ways import Ways
from motcua.dossiers.bulk import TermsCache
from motcua.dossiers.commands import PaperData
from motcua.identity.actors import Actor
from motcua.law.worktime import Calendar


@dataclass(frozen=True, slots=True)
class Counter:
    """A desk with the officer who takes and hands over there. `reception` says when it is open, not how limits count."""

    id: int
    name: str
    agency_id: int
    officer: Actor
    reception: Calendar


@dataclass(frozen=True, slots=True)
class Office:
    """A competent agency. `place` is words for an address; `desk` is where it takes dossiers itself."""

    id: int
    code: str
    name: str
    short: str
    place: str
    desk: Counter
    units: tuple[int, ...]
    calendar: Calendar
    cases: tuple[Actor, ...]
    head: Actor
    signer: Actor


@dataclass(frozen=True, slots=True)
class Offer:
    """A procedure with the offices that resolve it. `limited` = its due comes from a limit, and can be missed.

    `minutes` is the shortest limit in working minutes, roughly; `channels` are the catalogue's three.
    """

    procedure_id: int
    code: str
    name: str
    offices: tuple[Office, ...]
    who: str
    mark: str
    weight: float
    papers: tuple[PaperData, ...]
    result: str
    channels: frozenset[str]
    same_day: bool
    limited: bool
    stages: int
    days: int


@dataclass(frozen=True, slots=True)
class Samples:
    """SHA-256 of stored sample files."""

    paper: str
    result: str
    signature: str


@dataclass(frozen=True, slots=True)
class World:
    """`centre` is the desk of the province; `guests` are communes' desks that also take for departments."""

    offers: tuple[Offer, ...]
    offices: tuple[Office, ...]
    centre: Counter
    guests: tuple[Counter, ...]
    samples: Samples
    terms: TermsCache
    ways: Ways

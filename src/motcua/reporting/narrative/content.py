"""A narrative report as content: what every format prints, so that no number can differ between them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Told:
    """A number as it is printed; `note` is its place in the list of sources."""

    text: str
    note: int


Piece: TypeAlias = str | Told


@dataclass(frozen=True, slots=True)
class Paragraph:
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """As it reads, the marks of the notes left out."""
        return "".join(piece if isinstance(piece, str) else piece.text for piece in self.pieces)

    @property
    def numbers(self) -> Iterator[Told]:
        return (piece for piece in self.pieces if isinstance(piece, Told))


@dataclass(frozen=True, slots=True)
class Section:
    """`number` as “II.2”; its depth is that of the heading."""

    number: str
    title: str
    paragraphs: tuple[Paragraph, ...]

    @property
    def depth(self) -> int:
        return self.number.count(".") + 1


@dataclass(frozen=True, slots=True)
class Bar:
    """`permille` of the length of the longest that is possible."""

    label: str
    text: str
    permille: int


@dataclass(frozen=True, slots=True)
class Chart:
    title: str
    bars: tuple[Bar, ...]

    @property
    def words(self) -> str:
        """For who cannot see it."""
        return f"{self.title}. " + "; ".join(f"{bar.label}: {bar.text}" for bar in self.bars) + "."


@dataclass(frozen=True, slots=True)
class Grid:
    """`numbers` says which columns are right-aligned, `widths` how wide they are beside each other; rows in `strong` are
    totals or headings of their own."""

    title: str
    heads: tuple[str, ...]
    numbers: tuple[bool, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    strong: frozenset[int] = frozenset()
    wide: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a number comes from: a measure (`name`), a target or a declared figure; `value` and the rest as printed."""

    title: str
    name: str
    definition: str
    source: str
    numerator: str
    denominator: str
    value: str
    before: str
    as_of: str


@dataclass(frozen=True, slots=True)
class Narrative:
    title: str
    agency: str
    period: str
    window: str
    compared: str
    known: str
    as_of: datetime
    sections: tuple[Section, ...]
    charts: tuple[Chart, ...]
    annexes: tuple[Grid, ...]
    sources: tuple[Source, ...]

    @property
    def name(self) -> str:
        return f"{self.title}: {self.agency}, {self.period}"

    @property
    def numbers(self) -> Iterator[Told]:
        """Every number of the text in its order."""
        return (told for section in self.sections for paragraph in section.paragraphs for told in paragraph.numbers)


SOURCE_HEADS = ("Số", "Chỉ tiêu", "Định nghĩa, nguồn", "Tử số", "Mẫu số", "Kỳ này", "Cùng kỳ năm trước", "Tính đến")


def source_rows(sources: Sequence[Source]) -> Iterator[tuple[str, ...]]:
    for place, one in enumerate(sources, 1):
        title = f"{one.title} ({one.name})" if one.name else one.title
        about = f"{one.definition} {one.source}".strip()
        yield (
            f"[{place}]", title, about, one.numerator, one.denominator, one.value, one.before, one.as_of,
        )  # fmt: skip

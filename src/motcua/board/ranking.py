"""A period by agency: its sums, who keeps the limits best within each level, and the communes as tiles."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from urllib.parse import urlencode

from django.urls import reverse

from motcua.board.asking import Period
from motcua.board.counting import Numbers
from motcua.board.definitions import card
from motcua.organizations.models import Agency
from motcua.platform.text import sort_key
from motcua.statistics.models import DimAgency
from motcua.statistics.ratios import percent_text
from motcua.statistics.tabular.table import Card, Column, Entry, Kind, MadeRows, Row, Table

NAMES = (
    "received", "finished", "finished_in_time", "finished_early", "finished_on_time", "finished_overdue", "open",
    "open_overdue",
)  # fmt: skip
BEFORE = ("received", "finished", "finished_in_time", "open_overdue")
VERTICAL = "nganh-doc"
NO_LEVEL = "chua-ro-cap"
_COLUMNS = (
    Column("Hạng", Kind.COUNT),
    Column("Cơ quan"),
    Column("Tiếp nhận", Kind.COUNT, "received"),
    Column("Đã giải quyết", Kind.COUNT, "finished"),
    Column("Trước hạn", Kind.COUNT, "finished_early"),
    Column("Đúng hạn", Kind.COUNT, "finished_on_time"),
    Column("Quá hạn", Kind.COUNT, "finished_overdue"),
    Column("Trước và đúng hạn", Kind.PERCENT, "in_time_over_finished"),
    Column("Đang giải quyết", Kind.COUNT, "open"),
    Column("Trong đó quá hạn", Kind.COUNT, "open_overdue"),
)
# From this share on, in hundredths of a percent, a tile has this tone.
TONES = (
    (9_800, "early", "từ 98 %"),
    (9_500, "in-time", "từ 95 %"),
    (9_000, "soon", "từ 90 %"),
    (0, "late", "dưới 90 %"),
)


def summary(numbers: Numbers, before: Numbers) -> tuple[Card, ...]:
    """Four figures of the period, each beside the period before."""
    share = numbers.ratio("finished_in_time", "finished")
    return (
        card("Tiếp nhận", numbers.entry("received"), "received", "kỳ trước", before.entry("received")),
        card("Đã giải quyết", numbers.entry("finished"), "finished", "kỳ trước", before.entry("finished")),
        card(
            "Trước và đúng hạn",
            Entry(share, numbers.entry("finished_in_time").href),
            "in_time_over_finished",
            "kỳ trước",
            Entry(before.ratio("finished_in_time", "finished"), before.entry("finished_in_time").href),
        ),
        card(
            "Quá hạn khi hết kỳ", numbers.entry("open_overdue", tone="late" if numbers.total("open_overdue") else ""),
            "open_overdue", "kỳ trước", before.entry("open_overdue"),
        ),
    )  # fmt: skip


def rankings(numbers: Numbers, period: Period) -> list[Table]:
    """A table for each level of the place's total, and one for vertical agencies beside it."""
    groups = [
        (level.value, str(level.label), [one for one in numbers.place.own if one.level == level.value])
        for level in Agency.Level
    ]
    # Agencies of other systems that told no level; the one that was not told at all (an empty code) is nobody to be ranked.
    groups.append((NO_LEVEL, "Chưa rõ cấp", [one for one in numbers.place.own if one.code and not one.level]))
    groups.append((VERTICAL, "Ngành dọc (ngoài tổng số)", list(numbers.place.beside)))
    return [_ranking(numbers, period, *group) for group in groups if group[2]]


def _ranking(numbers: Numbers, period: Period, name: str, title: str, agencies: list[DimAgency]) -> Table:
    shares = {agency.code: _share(numbers, agency.code) for agency in agencies}
    told = sorted(
        agencies,
        key=lambda one: (
            shares[one.code] is None, -(shares[one.code] or 0), -numbers.of("finished", one.code),
            -numbers.of("received", one.code), sort_key(one.name),
        ),
    )  # fmt: skip
    ranks: dict[str, int] = {}
    for at, agency in enumerate(told, 1):
        if shares[agency.code] is None:
            break
        above = told[at - 2] if at > 1 else None
        ranks[agency.code] = ranks[above.code] if above and shares[above.code] == shares[agency.code] else at
    return Table(
        f"xep-hang-{name}",
        f"Xếp hạng: {title}",
        _COLUMNS,
        MadeRows(told, lambda agency: _line(numbers, period, agency, ranks.get(agency.code))),
        numbers.as_of,
        f"{numbers.place.name}, {period.title}",
        note="Cùng tỷ lệ thì cùng hạng; cơ quan chưa giải quyết hồ sơ nào trong kỳ thì không có hạng.",
    )


def _share(numbers: Numbers, agency: str) -> Fraction | None:
    finished = numbers.of("finished", agency)
    return Fraction(numbers.of("finished_in_time", agency), finished) if finished else None


def _line(numbers: Numbers, period: Period, agency: DimAgency, rank: int | None) -> Row:
    code = agency.code
    return (
        Entry("–" if rank is None else rank),
        Entry(agency.name, board_of(code, period)),
        numbers.entry("received", code),
        numbers.entry("finished", code),
        numbers.entry("finished_early", code),
        numbers.entry("finished_on_time", code),
        numbers.entry("finished_overdue", code),
        Entry(numbers.ratio("finished_in_time", "finished", code), numbers.entry("finished_in_time", code).href),
        numbers.entry("open", code),
        numbers.entry("open_overdue", code, tone="late" if numbers.of("open_overdue", code) else ""),
    )


def board_of(code: str, period: Period) -> str:
    return f"{reverse('board:board')}?{urlencode({'co-quan': code} | period.query)}"


@dataclass(frozen=True, slots=True)
class Tile:
    """A commune: where it lies is not said, so its tile claims no place and no shape."""

    name: str
    href: str
    share: str
    finished: Entry
    overdue: Entry
    tone: str
    word: str


def tiles(numbers: Numbers, period: Period) -> list[Tile]:
    """The communes of the place by name."""
    communes = [one for one in numbers.place.own if one.level == Agency.Level.COMMUNE]
    return [_tile(numbers, period, one) for one in sorted(communes, key=lambda one: sort_key(_short(one.name)))]


def _short(name: str) -> str:
    return name.removeprefix("UBND ").removeprefix("Ủy ban nhân dân ")


def _tile(numbers: Numbers, period: Period, agency: DimAgency) -> Tile:
    share = _share(numbers, agency.code)
    tone, word = next(
        ((tone, word) for least, tone, word in TONES if share is not None and share * 10_000 >= least), ("", "chưa có")
    )
    return Tile(
        _short(agency.name), board_of(agency.code, period), percent_text(*numbers.ratio("finished_in_time", "finished", agency.code)),
        numbers.entry("finished", agency.code), numbers.entry("finished_overdue", agency.code), tone, word,
    )  # fmt: skip

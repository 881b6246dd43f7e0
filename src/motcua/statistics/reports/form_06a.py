"""Biểu 06a: how dossiers came in and were handled in a window, by agency, sector or procedure, with its identities.

Every cell is a measure, so it opens into its dossiers. A broken identity is shown, never adjusted. Law: the periodic reports
of administrative procedures (TT 01/2020/TT-VPCP); the columns are numbered as on the form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from motcua.catalog.models import Procedure, Sector
from motcua.law.errors import BadInput
from motcua.law.moments import VIETNAM
from motcua.law.windows import Window
from motcua.organizations.models import Agency
from motcua.statistics.figures import Asked, Opened, as_known, figures, open_rows
from motcua.statistics.models import DimAgency

BY = ("agency", "sector", "procedure")
RULES = ("date", "instant")
BY_TEXT = {"agency": "Cơ quan, đơn vị", "sector": "Lĩnh vực", "procedure": "Thủ tục hành chính"}
RULE_TEXT = {
    "date": "so theo ngày: trả trong ngày hẹn là đúng hạn",
    "instant": "so theo thời điểm đến phút",
}
COLUMNS = tuple(f"c{number}" for number in range(3, 14))
COLUMN_TEXT = {
    "c3": "Tổng số", "c4": "Trực tuyến", "c5": "Trực tiếp, dịch vụ bưu chính", "c6": "Từ kỳ trước",
    "c7": "Tổng số", "c8": "Trước hạn", "c9": "Đúng hạn", "c10": "Quá hạn",
    "c11": "Tổng số", "c12": "Trong hạn", "c13": "Quá hạn",
}  # fmt: skip
# A column is the sum of others, in every row.
IDENTITIES = (
    ("c3", ("c4", "c5", "c6")),
    ("c7", ("c8", "c9", "c10")),
    ("c11", ("c12", "c13")),
    ("c3", ("c7", "c11")),
)

Cells = dict[str, int]


def measures_by_column(rule: str) -> dict[str, str]:
    """The measure of each column."""
    end = "" if rule == "date" else "_instant"
    return {
        "c3": "handled", "c4": "received_online", "c5": "received_otherwise", "c6": "carried_over",
        "c7": "finished", "c8": f"finished_early{end}", "c9": f"finished_on_time{end}", "c10": f"finished_overdue{end}",
        "c11": "open", "c12": "open_in_time", "c13": "open_overdue",
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """`level` is that of the agency, "" where rows are not agencies."""

    key: str
    title: str
    cells: Cells
    level: str = ""

    def as_json(self) -> dict[str, Any]:
        return {"key": self.key, "title": self.title, **self.cells}


@dataclass(frozen=True, slots=True)
class Block:
    rows: tuple[Row, ...]
    total: Cells

    def as_json(self) -> dict[str, Any]:
        return {"rows": [row.as_json() for row in self.rows], "total": dict(self.total)}


@dataclass(frozen=True, slots=True)
class Notes:
    """What the columns alone do not tell. `broken` names identities that do not hold, row by row."""

    finished_no_due: int
    open_no_due: int
    returned_overdue: int
    withdrawn_overdue: int
    supplements_asked_overdue: int
    open_before: int
    carried_over_difference: int
    broken: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "finished_no_due": self.finished_no_due,
            "open_no_due": self.open_no_due,
            "returned_overdue": self.returned_overdue,
            "withdrawn_overdue": self.withdrawn_overdue,
            "supplements_asked_overdue": self.supplements_asked_overdue,
            "open_before": self.open_before,
            "carried_over_difference": self.carried_over_difference,
            "broken": list(self.broken),
            "texts": list(self.texts),
        }


@dataclass(frozen=True, slots=True)
class Report06a:
    """`agency` names whose report it is; `vertical` is the block outside the province's total, None without any such agency.

    `columns` names the measure of each column; `apart`: vertical agencies are kept out of the total. `levels` has the rows
    of the main block told apart by level of the agencies, where rows are not agencies.
    """

    window: Window
    asked: Asked
    rule: str
    by: str
    agency: str
    agency_name: str
    main: Block
    vertical: Block | None
    notes: Notes
    columns: Mapping[str, str]
    apart: bool
    levels: tuple[Row, ...] = ()

    def as_json(self) -> dict[str, Any]:
        cut = self.asked.cut_at
        told = {
            "from": self.window.first.isoformat(),
            "to": self.window.last.isoformat(),
            "cut_at": cut and cut.astimezone(VIETNAM).isoformat(),
            "as_of": self.asked.as_of.astimezone(VIETNAM).isoformat(),
            "rule": self.rule,
            "by": self.by,
            "agency": self.agency,
            **self.main.as_json(),
            "notes": self.notes.as_json(),
        }
        return told | ({"vertical": self.vertical.as_json()} if self.vertical else {})


def report_06a(
    window: Window,
    *,
    now: datetime,
    agency: str = "",
    by: str = "agency",
    rule: str = "date",
    as_of: datetime | None = None,
) -> Report06a:
    """`agency` limits the report to an agency and those below it; "" = all. Raises BadInput."""
    if by not in BY:
        raise BadInput(f"Tách theo “{by}”: cần một trong {', '.join(BY)}.", field="by")
    if rule not in RULES:
        raise BadInput(f"Cách so hạn “{rule}”: cần một trong {', '.join(RULES)}.", field="rule")
    place = place_of(agency) if agency else None
    asked = Asked.of(window, now=now, as_of=as_of, agencies=codes_below(place) if place else None)
    # The report of a vertical agency is its own; in another's it stands apart.
    apart = not (place and place.vertical)
    columns = measures_by_column(rule)
    cells = _cells(_told(list(columns.values()), asked, by, apart), columns)
    of_all = _told([*columns.values(), *_noted(rule).values()], asked, None, apart)
    totals = _cells(of_all, columns)
    titles = _titles(by, place, window, apart, cells)
    blocks = {outside: _block(titles[outside], cells, totals, outside) for outside in (False, True)}
    vertical = blocks[True] if blocks[True].rows else None
    levels = _levels(asked, by, apart, columns, blocks[False]) if by != "agency" else ()
    broken = [*_broken(blocks[False]), *(_broken(vertical) if vertical else ()), *_broken_levels(blocks[False], levels)]
    return Report06a(
        window=window,
        asked=asked,
        rule=rule,
        by=by,
        agency=place.code if place else "",
        agency_name=place.name if place else "Toàn tỉnh",
        main=blocks[False],
        vertical=vertical,
        notes=_notes(asked, rule, apart, of_all.get((False, ""), {}), broken),
        columns=columns,
        apart=apart,
        levels=levels,
    )


def open_cell(report: Report06a, column: str, key: str = "", *, vertical: bool = False) -> Opened:
    """Exactly the dossiers of a cell; of the total without a `key`. `vertical` is the block outside the total.

    Raises BadInput for a column that the form has not.
    """
    if column not in report.columns:
        raise BadInput(f"Biểu 06a không có cột “{column}”.", field="column")
    cell: dict[str, Any] = {report.by: key} if key else {}
    if report.apart:
        cell["vertical"] = vertical
    return open_rows(report.columns[column], report.asked, cell)


def place_of(code: str) -> DimAgency:
    """The agency as figures group it. Raises BadInput for an unknown code."""
    found = DimAgency.objects.filter(code=code).first()
    if found is None:
        raise BadInput(f"Không có cơ quan mang mã “{code}”.", field="agency")
    return found


def codes_below(place: DimAgency) -> list[str]:
    """Of the agency and all that stand below it."""
    return list(DimAgency.objects.filter(path__startswith=place.path).values_list("code", flat=True))


_Key = tuple[bool, str]


def _told(names: Sequence[str], asked: Asked, by: str | None, apart: bool) -> dict[_Key, dict[str, int]]:
    """Measures by (outside the total, key); the key of totals is ""."""
    dimensions = [*([by] if by else []), *(["vertical"] if apart else [])]
    return {
        (bool(key[-1]) if apart else False, (key[0] or "") if by else ""): {
            name: figure.numerator or 0 for name, figure in told.items()
        }
        for key, told in figures(names, asked, by=dimensions).items()
    }


def _cells(told: Mapping[_Key, Mapping[str, int]], columns: Mapping[str, str]) -> dict[_Key, Cells]:
    return {key: {column: row[name] for column, name in columns.items()} for key, row in told.items()}


def _block(titles: Sequence[Row], cells: Mapping[_Key, Cells], totals: Mapping[_Key, Cells], outside: bool) -> Block:
    nothing = dict.fromkeys(COLUMNS, 0)
    rows = tuple(Row(row.key, row.title, cells.get((outside, row.key), nothing), row.level) for row in titles)
    return Block(rows, totals.get((outside, ""), nothing))


def _titles(
    by: str, below: DimAgency | None, window: Window, apart: bool, cells: Mapping[_Key, Cells]
) -> dict[bool, list[Row]]:
    """The rows to be printed: every agency of the time, also one without dossiers; sectors and procedures that have some."""
    found: dict[bool, list[Row]] = {False: [], True: []}
    if by == "agency":
        standing = set(
            Agency.objects.filter(
                Q(valid_to=None) | Q(valid_to__gt=window.first), valid_from__lte=window.last
            ).values_list("code", flat=True)
        )
        for place in DimAgency.objects.filter(path__startswith=below.path if below else "").order_by("path"):
            outside = place.vertical and apart
            if place.code in standing or (outside, place.code) in cells:
                found[outside].append(Row(place.code, place.name, {}, place.level))
        return found
    keys = {key for _, key in cells}
    model = Sector if by == "sector" else Procedure
    names = dict(model._default_manager.filter(code__in=keys).values_list("code", "name"))
    for outside, key in sorted(cells):
        found[outside].append(Row(key, names.get(key, key), {}))
    return found


def _levels(asked: Asked, by: str, apart: bool, columns: Mapping[str, str], main: Block) -> tuple[Row, ...]:
    """The rows of the main block by level of the competent agencies, in the order of levels."""
    dimensions = [by, "level", *(["vertical"] if apart else [])]
    told: dict[tuple[str, str], Cells] = {}
    for key, row in figures(list(columns.values()), asked, by=dimensions).items():
        if not (apart and key[-1]):
            told[key[1], key[0] or ""] = {column: row[name].numerator or 0 for column, name in columns.items()}
    return tuple(
        Row(row.key, row.title, told[level, row.key], level)
        for level in Agency.Level.values
        for row in main.rows
        if (level, row.key) in told
    )


def _broken_levels(main: Block, levels: Sequence[Row]) -> list[str]:
    """In words, every cell of a row that its levels do not sum to."""
    if not levels:
        return []
    sums = {row.key: dict.fromkeys(COLUMNS, 0) for row in main.rows}
    for one in levels:
        for column in COLUMNS:
            sums[one.key][column] += one.cells[column]
    return [
        f"{row.title}: cột {column[1:]} các cấp cộng lại {sums[row.key][column]}, cả dòng {row.cells[column]}."
        for row in main.rows
        for column in COLUMNS
        if sums[row.key][column] != row.cells[column]
    ]


def _broken(block: Block) -> list[str]:
    """In words, every identity that does not hold: within a row, and of the rows with their total."""
    found = []
    for title, cells in [*((row.title, row.cells) for row in block.rows), ("Tổng số", block.total)]:
        for whole, parts in IDENTITIES:
            if cells[whole] != sum(cells[part] for part in parts):
                sums = " + ".join(f"cột {part[1:]} ({cells[part]})" for part in parts)
                found.append(f"{title}: cột {whole[1:]} ({cells[whole]}) khác {sums}.")
    for column in COLUMNS:
        together = sum(row.cells[column] for row in block.rows)
        if together != block.total[column]:
            found.append(f"Cột {column[1:]}: các dòng cộng lại {together}, tổng số {block.total[column]}.")
    return found


def _noted(rule: str) -> dict[str, str]:
    """The measure of each note."""
    end = "" if rule == "date" else "_instant"
    return {
        "finished_no_due": "finished_no_due",
        "open_no_due": "open_no_due",
        "returned_overdue": f"returned_overdue{end}",
        "withdrawn_overdue": f"withdrawn_overdue{end}",
        "supplements_asked_overdue": f"supplements_asked_overdue{end}",
    }


def _notes(asked: Asked, rule: str, apart: bool, of_all: Mapping[str, int], broken: Sequence[str]) -> Notes:
    told = {note: of_all.get(name, 0) for note, name in _noted(rule).items()}
    # What was open when the period before ended, as it was known then: a report filed then said so in its column 11.
    before = as_known(Asked(asked.start, asked.start, asked.as_of, asked.agencies), asked.start)
    told["open_before"] = _told(["open"], before, None, apart).get((False, ""), {}).get("open", 0)
    told["carried_over_difference"] = of_all.get("carried_over", 0) - told["open_before"]
    return Notes(**told, broken=tuple(broken), texts=tuple(_texts(asked, rule, told, broken)))


_NOTE_TEXTS = (
    ("finished_no_due", "{} hồ sơ đã giải quyết không có hạn, tính vào cột 9."),
    ("open_no_due", "{} hồ sơ đang giải quyết không có hạn, tính vào cột 12."),
    ("returned_overdue", "{} hồ sơ trả lại sau khi đã quá hạn, tính vào cột 9."),
    ("withdrawn_overdue", "{} hồ sơ rút sau khi đã quá hạn, tính vào cột 9."),
    ("supplements_asked_overdue", "{} lần yêu cầu bổ sung khi hồ sơ đã quá hạn."),
)


def _texts(asked: Asked, rule: str, told: Mapping[str, int], broken: Sequence[str]) -> list[str]:
    texts = [f"Trước hạn, đúng hạn, quá hạn {RULE_TEXT[rule]}."]
    if asked.cut_at is not None:
        texts.append(f"Kỳ chưa kết thúc: số liệu tính đến {asked.cut_at.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}.")
    texts += [text.format(told[name]) for name, text in _NOTE_TEXTS if told[name]]
    if told["carried_over_difference"]:
        texts.append(
            f"Cuối kỳ trước ghi nhận {told['open_before']} hồ sơ đang giải quyết, nay cột 6 chênh"
            f" {told['carried_over_difference']:+d} do có việc được ghi sau đó."
        )
    return [*texts, *(f"Không khớp: {fault}" for fault in broken)]

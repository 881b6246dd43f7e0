"""Simplifications in words: for pages and for the exported table."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from motcua.law.limits import UNIT_TEXT, Limit, Unit
from motcua.platform.csv_lines import csv_lines
from motcua.processes.checks import DAY_MINUTES
from motcua.processes.models import Simplification, SimplifiedLimit, SimplifiedPart
from motcua.processes.simplification.queries import STANDING_TEXT, Sum, standing

_COLUMNS = (
    "Số quyết định", "Ngày quyết định", "Mã thủ tục", "Tên thủ tục", "Lĩnh vực", "Nơi áp dụng", "Từ ngày", "Đến hết ngày",
    "Thí điểm", "Tình trạng", "Thời hạn cắt giảm", "Cắt nhiều nhất (%)", "Giảm nhiều nhất (ngày làm việc)", "Giấy tờ bỏ, gộp",
    "Biểu mẫu bỏ, gộp", "Bước bỏ, gộp", "Số bộ trước", "Số bộ sau", "Ghi chú",
)  # fmt: skip


def limit_lines(limits: Iterable[SimplifiedLimit]) -> list[tuple[str, SimplifiedLimit]]:
    """“Trực tuyến, Trực tiếp: 3 → 2 ngày làm việc (giảm 33,3 %)” with a limit of that line; channels cut alike share one."""
    alike: dict[str, list[SimplifiedLimit]] = {}
    for limit in limits:
        alike.setdefault(_cut_words(limit), []).append(limit)
    return [
        (f"{', '.join(limit.commitment.get_channel_display() for limit in group)}{said}", group[0])
        for said, group in alike.items()
    ]


def _cut_words(limit: SimplifiedLimit) -> str:
    given = limit.commitment
    central = Limit(limit.central_amount, Unit(limit.central_unit))
    unit = UNIT_TEXT[Unit(given.unit)]
    before = str(central.amount) if central.unit == given.unit else central.text()
    stage = f", giai đoạn {given.stage}" if given.stage > 1 else ""
    case = f", {given.condition}" if given.condition else ""
    return f"{stage}{case}: {before} → {given.amount} {unit} (giảm {percent_cut(limit)} %)"


def last_day(row: Simplification) -> date | None:
    """The last day on which it holds; None = for good."""
    return row.valid_to and row.valid_to - timedelta(days=1)


def percent_cut(limit: SimplifiedLimit) -> str:
    """“33,3”, rounded half up."""
    tenths = ((limit.central_minutes - limit.committed_minutes) * 2000 // limit.central_minutes + 1) // 2
    return f"{tenths // 10},{tenths % 10}"


def days_text(minutes: int) -> str:
    """Working days of eight hours, with one decimal where there is one: “412,5”."""
    tenths = (minutes * 20 // DAY_MINUTES + 1) // 2
    whole = f"{tenths // 10:,}".replace(",", ".")
    return f"{whole},{tenths % 10}" if tenths % 10 else whole


def part_words(part: SimplifiedPart) -> str:
    verb = "gộp" if part.into else "bỏ"
    return f"{verb} “{part.name}”{f' vào “{part.into}”' if part.into else ''}"


def sum_words(total: Sum) -> list[str]:
    """The sum line: what there is, in the order in which people ask."""
    said = [f"{total.procedures} thủ tục được đơn giản hóa"]
    if total.cut:
        said.append(
            f"{total.cut} thủ tục cắt thời hạn, giảm {days_text(total.minutes_saved)} ngày làm việc"
            f" (dưới 1/3: {total.under_third}, từ 1/3 đến dưới 1/2: {total.third_to_half}, từ 1/2: {total.half_or_more})"
        )
    for word, removed, merged in (
        ("giấy tờ", total.papers_removed, total.papers_merged),
        ("biểu mẫu", total.forms_removed, total.forms_merged),
        ("bước", total.steps_removed, total.steps_merged),
    ):
        verbs = [f"{verb} {number}" for verb, number in (("bỏ", removed), ("gộp", merged)) if number]
        if verbs:
            said.append(f"{', '.join(verbs)} {word}")
    if total.sets_removed:
        said.append(f"giảm {total.sets_removed} bộ hồ sơ")
    return said


def csv_text(rows: Iterable[Simplification], *, on: date) -> str:
    """One line a simplification, in the order given."""
    return "".join(csv_lines([_COLUMNS, *(_cells(row, on) for row in rows)]))


def _cells(row: Simplification, on: date) -> list[str]:
    limits, parts = list(row.limits.all()), list(row.parts.all())
    most = max(
        limits,
        key=lambda limit: (limit.central_minutes - limit.committed_minutes) / limit.central_minutes,
        default=None,
    )
    saved = max((limit.central_minutes - limit.committed_minutes for limit in limits), default=0)
    last = last_day(row)
    return [
        row.decision_number, f"{row.decision_date:%d/%m/%Y}", row.procedure.code, " ".join(row.procedure.name.split()),
        row.procedure.sector.name, row.agency.name if row.agency else "Toàn tỉnh", f"{row.valid_from:%d/%m/%Y}",
        f"{last:%d/%m/%Y}" if last else "", "có" if row.pilot else "không", STANDING_TEXT[standing(row, on)],
        "; ".join(line for line, _ in limit_lines(limits)), percent_cut(most) if most else "", days_text(saved) if saved else "",
        *("; ".join(part_words(part) for part in parts if part.kind == kind) for kind in SimplifiedPart.Kind.values),
        str(row.sets_before or ""), str(row.sets_after or ""), row.note,
    ]  # fmt: skip

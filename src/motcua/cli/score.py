"""`motcua score`: an index for a province or an agency, computed from the records, and why it is what it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from motcua.cli.progress import progress_bar
from motcua.cli.reading_on import read_on
from motcua.cli.session import database
from motcua.law.moments import VIETNAM, parse_moment

if TYPE_CHECKING:
    from motcua.scoring.explaining import Explained
    from motcua.scoring.queries import Question
    from motcua.scoring.score import Score, Scored


@click.command("score")
@click.argument("index", metavar="INDEX")
@click.option("--period", required=True, metavar="PERIOD", help="Kỳ: tháng 2026-09, quý 2026-Q3 hoặc năm 2026.")
@click.option("--agency", default="", metavar="CODE", help="Cơ quan này và các cơ quan bên dưới (mặc định: toàn tỉnh).")
@click.option(
    "--as-of", "as_of", metavar="MOMENT", help="Theo những gì đã ghi nhận đến thời điểm này (mặc định: bây giờ)."
)
@click.option("--explain", "explained", is_flag=True, help="Nêu hồ sơ làm mất điểm và việc cần làm để thêm một điểm.")
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
def score(index: str, period: str, agency: str, as_of: str | None, explained: bool, as_json: bool) -> None:
    """Chấm một bộ chỉ số: INDEX là mã có sẵn như qd766, hoặc một tệp .yaml của tỉnh.

    Scores an index from the records: a shipped one such as qd766, or a YAML file of one's own.
    """
    moment = parse_moment(as_of) if as_of else None
    with database():
        # Imported here: they need Django loaded.
        from motcua.dossiers.checkpoints import one_snapshot
        from motcua.platform.clock import now
        from motcua.scoring.explaining import explain_all, score_json
        from motcua.scoring.queries import question, scored
        from motcua.statistics.knowledge import known_until

        read_on()
        with one_snapshot():
            asked = question(index, period, agency, now=known_until(now()), as_of=moment, live=moment is None)
            found = scored(asked)
            told = None
            if explained:
                with progress_bar("Tìm hồ sơ làm mất điểm") as progress:
                    told = explain_all(asked, found, on_step=progress)
        if as_json:
            click.echo(json.dumps(score_json(asked, found, told), ensure_ascii=False))
            return
        for line in _lines(asked, found, told):
            click.echo(line)


def _lines(asked: Question, found: Score, told: dict[str, Explained] | None) -> Iterator[str]:
    from motcua.scoring.explaining import group_rows, total_text
    from motcua.scoring.shown import points_text

    index_set = found.index_set
    yield f"{index_set.title}, bản {index_set.version}. {asked.agency_name}, kỳ {asked.period}."
    as_of = asked.asked.as_of.astimezone(VIETNAM)
    cut = " (kỳ chưa kết thúc)" if asked.asked.cut_at else ""
    yield f"{total_text(found)} Số liệu tính đến {as_of:%H:%M ngày %d/%m/%Y}{cut}."
    groups = {code: (title, total) for code, title, total in group_rows(found)}
    seen: set[str] = set()
    for one in found.criteria:
        for depth, code in enumerate(one.groups):
            if code not in seen:
                seen.add(code)
                title, total = groups[code]
                yield ""
                yield f"{'  ' * depth}{code}. {title}: {points_text(total.points)} / {points_text(total.highest)}"
        yield from _criterion(one, found, "  " * len(one.groups), (told or {}).get(one.criterion.code))


def _criterion(one: Scored, found: Score, margin: str, explained: Explained | None) -> Iterator[str]:
    from motcua.scoring.explaining import numbers_text, status_text
    from motcua.scoring.shown import points_text

    criterion = one.criterion
    told = numbers_text(one)
    numbers = f" ({told})" if told else ""
    note = status_text(one, found.subject)
    # Without a figure the points say so already.
    marks = [note] if note and one.points is not None else []
    if not criterion.confirmed:
        marks.append("chưa kiểm chứng")
    points = "–" if criterion.kind == "shown" else f"{points_text(one.points)} / {points_text(one.highest)}"
    yield f"{margin}{criterion.code}  {criterion.title}: {points}{numbers}{''.join(f' [{mark}]' for mark in marks)}"
    if explained:
        yield from (f"{margin}    {line}" for line in explanation_lines(explained))


def explanation_lines(explained: Explained) -> Iterator[str]:
    from motcua.scoring.shown import points_text
    from motcua.statistics.ratios import whole_text

    yield f"Quy tắc: {explained.rule}."
    for told in explained.measures:
        why = f" ({told.why.rstrip('.')})" if told.why else ""
        yield f"{told.name}: {told.title}, {whole_text(told.value)}{why}."
    for cost in (explained.cost, *explained.more_costs):
        if cost and cost.total:
            codes = ", ".join(row["code"] for row in cost.rows)
            more = f" và {cost.total - len(cost.rows)} hồ sơ nữa" if cost.total > len(cost.rows) else ""
            unknown = f", trong đó {cost.unknown} chưa rõ" if cost.unknown else ""
            yield f"Làm mất điểm: {cost.total} hồ sơ{unknown}: {codes}{more}."
    raising = explained.raising
    if raising:
        checked = "" if raising.after is None else f"; chấm lại được {points_text(raising.after)}"
        remedy = raising.remedy
        late = " Việc đã qua, không sửa được cho kỳ này." if remedy and remedy.late else ""
        words = f": {remedy.words}" if remedy else " trong các hồ sơ trên"
        yield f"Thêm {points_text(raising.wanted)} điểm cần {raising.needed} hồ sơ{words}{checked}.{late}"
    elif explained.unraised:
        yield f"Thêm điểm: {explained.unraised}"

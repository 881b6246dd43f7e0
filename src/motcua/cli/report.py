"""`motcua report`: statutory reports, computed from the records for any window and as known at any moment."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path

import click

from motcua.cli.reading_on import known_now
from motcua.cli.session import database
from motcua.law.errors import BadInput, system_reason
from motcua.law.moments import parse_moment

_FORMATS = ("json", "xlsx", "pdf", "docx")
_PAPERS = ("docx", "pdf")


@click.group("report")
def report() -> None:
    """Báo cáo theo mẫu quy định, tính từ sổ cái.

    Statutory reports, computed from the ledger.
    """


@report.command("06a")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), required=True, metavar="DATE", help="Ngày đầu kỳ.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), required=True, metavar="DATE", help="Ngày cuối kỳ.")
@click.option("--agency", default="", metavar="CODE", help="Chỉ cơ quan này và các cơ quan bên dưới.")
@click.option("--by", type=click.Choice(["agency", "sector", "procedure"]), default="agency", help="Tách dòng theo.")
@click.option(
    "--as-of", "as_of", metavar="MOMENT", help="Theo những gì đã ghi nhận đến thời điểm này (mặc định: bây giờ)."
)
@click.option(
    "--rule", type=click.Choice(["date", "instant"]), default="date", help="So hạn theo ngày hay theo thời điểm."
)
@click.option(
    "--format", "form", type=click.Choice(_FORMATS), help="Dạng ghi ra (mặc định: theo đuôi tệp, không thì json)."
)
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Tệp ghi ra (mặc định: đầu ra chuẩn).")
def form_06a(
    first: datetime,
    last: datetime,
    agency: str,
    by: str,
    as_of: str | None,
    rule: str,
    form: str | None,
    out: Path | None,
) -> None:
    """Biểu 06a: tình hình, kết quả giải quyết thủ tục hành chính.

    Form 06a: how dossiers came in and were handled.
    """
    form = form or _by_suffix(out, _FORMATS)
    if form != "json":
        _not_to_a_terminal(form, out)
    moment = parse_moment(as_of) if as_of else None
    with database():
        # Imported here: they need Django loaded.
        from motcua.law.windows import window_between
        from motcua.statistics.reports.form_06a import report_06a

        window = window_between(first.date(), last.date())
        made = report_06a(window, now=known_now(), agency=agency, by=by, rule=rule, as_of=moment)
        if form == "json":
            content = (json.dumps(made.as_json(), ensure_ascii=False) + "\n").encode()
        elif form == "xlsx":
            from motcua.statistics.reports.spreadsheet import spreadsheet

            content = spreadsheet(made)
        elif form == "docx":
            from motcua.statistics.reports.word import document

            content = document(made)
        else:
            from motcua.statistics.reports.pdf import pdf

            content = pdf(made)
    _write(content, out)


@report.command("narrative")
@click.option("--period", required=True, metavar="PERIOD", help="Kỳ: quý 2026-Q3, 6 tháng 2026-H1 hoặc năm 2026.")
@click.option("--agency", default="", metavar="CODE", help="Cơ quan này và các cơ quan bên dưới (mặc định: toàn tỉnh).")
@click.option(
    "--as-of", "as_of", metavar="MOMENT", help="Theo những gì đã ghi nhận đến thời điểm này (mặc định: bây giờ)."
)
@click.option(
    "--regime",
    type=click.Choice(["reporting", "calendar"]),
    default="reporting",
    help="Kỳ từ ngày 15 đến ngày 14 theo chế độ báo cáo, hoặc theo lịch.",
)
@click.option(
    "--format", "form", type=click.Choice(_PAPERS), help="Dạng ghi ra (mặc định: theo đuôi tệp, không thì docx)."
)
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Tệp ghi ra (mặc định: đầu ra chuẩn).")
def narrative(period: str, agency: str, as_of: str | None, regime: str, form: str | None, out: Path | None) -> None:
    """Báo cáo bằng lời của một quý hoặc năm, mỗi con số kèm chỉ tiêu và thời điểm tính.

    The narrative report of a quarter or year; every number carries its measure and moment.
    """
    form = form or _by_suffix(out, _PAPERS)
    _not_to_a_terminal(form, out)
    moment = parse_moment(as_of) if as_of else None
    with database():
        # Imported here: they need Django loaded.
        from motcua.reporting.narrative.build import narrative as compose
        from motcua.reporting.windows import question
        from motcua.statistics.periods import Regime

        made = compose(question(period, agency, regime=Regime(regime), now=known_now(), as_of=moment))
        if form == "pdf":
            from motcua.reporting.narrative.pdf import pdf

            content = pdf(made)
        else:
            from motcua.reporting.narrative.word import document

            content = document(made)
    _write(content, out)


def _not_to_a_terminal(form: str, out: Path | None) -> None:
    if out is None and sys.stdout.isatty():
        raise BadInput(f"Dạng {form} không in ra màn hình được: cần --out TỆP.{form}.")


def _by_suffix(out: Path | None, forms: tuple[str, ...]) -> str:
    """The first of the forms where the file's name tells none."""
    suffix = out.suffix.lstrip(".").lower() if out else ""
    return suffix if suffix in forms else forms[0]


def _write(content: bytes, out: Path | None) -> None:
    if out is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        raise BadInput(f"{out}: không ghi được ({system_reason(error)}).") from None
    click.echo(f"Đã ghi {len(content)} byte: {out}", err=True)

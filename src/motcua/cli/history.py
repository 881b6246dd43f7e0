"""`motcua facts export` and `motcua facts figures`: figures beyond the database, and any measure by name."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import date, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from motcua.cli.progress import counting
from motcua.cli.reading_on import known_now, read_on
from motcua.cli.session import database, load_django
from motcua.law.errors import BadInput
from motcua.law.moments import VIETNAM, parse_moment
from motcua.platform.clock import now

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from motcua.statistics.compiling import Engine
    from motcua.statistics.figures import Figure

_PARTS = "duckdb", "pyarrow"


@click.command("export")
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="DIR",
    help="Thư mục xuất.",
)
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
def export(folder: Path, as_json: bool) -> None:
    """Xuất tiếp sổ cái và số liệu gốc ra tệp Parquet theo tỉnh và tháng; chạy lại thì chỉ ghi phần mới.

    Exports what the ledger and the facts have had since, as Parquet by province and month.
    """
    _need_parts()
    with database():
        # Imported here: they need Django loaded.
        from motcua.statistics.history.exporting import export as go_on

        read_on()
        with counting("Xuất số liệu") as on_rows:
            exported = go_on(folder, at=now(), on_rows=on_rows)
    if as_json:
        position = exported.manifest.position
        told = {"entries": exported.entries, "files": exported.files, "rows": exported.rows, "bytes": exported.bytes}
        click.echo(json.dumps(told | {"position": list(position)}))
    elif exported.files:
        click.echo(
            f"Đã xuất {exported.entries} mục sổ cái mới; ghi {exported.files} tệp, {exported.rows} dòng,"
            f" {exported.bytes} byte."
        )
    else:
        click.echo("Không có gì mới để xuất.")


@click.command("figures")
@click.argument("measures", nargs=-1, required=True, metavar="MEASURE…")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), required=True, metavar="DATE", help="Ngày đầu kỳ.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), required=True, metavar="DATE", help="Ngày cuối kỳ.")
@click.option(
    "--by", multiple=True, metavar="DIMENSION", help="Tách theo chiều này, ví dụ agency; dùng được nhiều lần."
)
@click.option(
    "--as-of", "as_of", metavar="MOMENT", help="Theo những gì đã ghi nhận đến thời điểm này (mặc định: bây giờ)."
)
@click.option(
    "--history",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Tính từ bản xuất này, không cần cơ sở dữ liệu; nhiều tỉnh thì dùng nhiều lần.",
)
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
def figures(
    measures: tuple[str, ...],
    first: datetime,
    last: datetime,
    by: tuple[str, ...],
    as_of: str | None,
    history: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Số của các chỉ tiêu trong một kỳ, từ cơ sở dữ liệu hoặc từ bản xuất.

    Any measures in a window, by any dimensions, from the database or from exports.
    """
    by = tuple(dict.fromkeys(by))
    moment = parse_moment(as_of) if as_of else None
    with _engine(history) as (engine, known):
        from motcua.law.windows import window_between
        from motcua.statistics.figures import Asked
        from motcua.statistics.figures import figures as count

        asked = Asked.of(window_between(first.date(), last.date()), now=known, as_of=moment)
        found = count(list(dict.fromkeys(measures)), asked, by=by, engine=engine)
    rows = [(list(map(_plain, key)), told) for key, told in found.items()]
    rows.sort(key=lambda row: [(value is not None, str(value)) for value in row[0]])
    if as_json:
        told_rows = [
            {"key": dict(zip(by, key, strict=True))}
            | {
                name: {"numerator": one.numerator, "denominator": one.denominator, "unknown": one.unknown}
                for name, one in told.items()
            }
            for key, told in rows
        ]
        cut = asked.cut_at
        document = {
            "from": first.date().isoformat(),
            "to": last.date().isoformat(),
            "cut_at": cut and cut.astimezone(VIETNAM).isoformat(),
            "as_of": asked.as_of.astimezone(VIETNAM).isoformat(),
            "by": list(by),
            "rows": told_rows,
        }
        click.echo(json.dumps(document, ensure_ascii=False))
        return
    for key, told in rows:
        place = " ".join(
            f"{dimension}={'?' if value is None else value}" for dimension, value in zip(by, key, strict=True)
        )
        for name, one in told.items():
            click.echo(" ".join(filter(None, (place, f"{name}: {_text(name, one)}"))))


@contextmanager
def _engine(folders: Sequence[Path]) -> Iterator[tuple[Engine, datetime]]:
    """Where to count, and up to which moment is known."""
    if folders:
        _need_parts()
        load_django()
        # Imported here: it needs Django loaded, but no database.
        from motcua.statistics.history.reading import open_history

        history = open_history(folders)
        yield history.duck(), history.known_at
        return
    with database():
        from motcua.statistics.engines import postgres

        yield postgres, known_now()


def _need_parts() -> None:
    if any(find_spec(name) is None for name in _PARTS):
        raise BadInput("Cần thêm gói duckdb và pyarrow: .venv/bin/uv pip install 'duckdb==1.5.5' 'pyarrow>=22'.")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _text(name: str, found: Figure) -> str:
    # Imported here: the figures are at hand, so Django is loaded.
    from motcua.statistics.measures import measure
    from motcua.statistics.measures.base import PERCENT
    from motcua.statistics.ratios import percent_text, whole_text

    if found.denominator is None:
        return whole_text(found.numerator)
    both = f"{whole_text(found.numerator)} / {whole_text(found.denominator)}"
    return f"{both} = {percent_text(found.numerator, found.denominator)}" if measure(name).unit == PERCENT else both

"""`motcua bench`: runs the measures that stand in the source tree's `bench/` folder."""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import click

import motcua
from motcua.law.errors import BadInput


def folder() -> Path:
    """The measures are part of the source tree, not of the installed package. Raises BadInput where they are absent."""
    found = Path(motcua.__file__).parents[2] / "bench"
    if not found.is_dir():
        raise BadInput("Không thấy thư mục bench/; lệnh này chỉ chạy trong cây mã nguồn.")
    return found


def names() -> list[str]:
    return sorted(path.stem for path in folder().glob("*.py") if not path.stem.startswith("_"))


@click.command()
@click.argument("name", required=False)
@click.option("--rows", type=click.IntRange(100), metavar="N", help="Đo trên từng này hồ sơ (imports, figures).")
@click.option(
    "--postgres-rows", type=click.IntRange(100), metavar="N", help="Riêng PostgreSQL trong figures: số hồ sơ."
)
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
def bench(name: str | None, rows: int | None, postgres_rows: int | None, as_json: bool) -> None:
    """Đo tốc độ của chính chương trình, mỗi phép đo bên cạnh mốc so sánh; không có NAME thì đo tất cả.

    Runs the project's own measures, each beside its reference.
    """
    known = names()
    if name is not None and name not in known:
        raise BadInput(f"Không có phép đo {name}; có: {', '.join(known)}.")
    for setting, value in (("MOTCUA_BENCH_ROWS", rows), ("MOTCUA_BENCH_POSTGRES_ROWS", postgres_rows)):
        if value is not None:
            os.environ[setting] = str(value)
    root = str(folder().parent)
    if root not in sys.path:
        sys.path.insert(0, root)
    results = {chosen: importlib.import_module(f"bench.{chosen}").run() for chosen in ([name] if name else known)}
    if as_json:
        click.echo(json.dumps(results[name] if name else results, ensure_ascii=False))
        return
    for chosen, result in results.items():
        click.echo(click.style(chosen, bold=True))
        _print(result, "  ")


def _print(values: dict[str, Any], indent: str) -> None:
    for key, value in values.items():
        if isinstance(value, dict):
            click.echo(f"{indent}{key}:")
            _print(value, indent + "  ")
        else:
            shown = f"{value:,.3f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else value
            click.echo(f"{indent}{key}: {shown}")

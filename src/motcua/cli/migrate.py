"""`motcua migrate`: the database's tables and base data."""

from __future__ import annotations

import contextlib
import json

import click

from motcua.cli.session import load_base_data, load_django
from motcua.platform.config import config
from motcua.platform.postgres import Cluster


@click.command()
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
def migrate(as_json: bool) -> None:
    """Đưa cơ sở dữ liệu về đúng bảng của bản này và nạp dữ liệu nền; chạy lại không hại gì.

    Brings the database to this version's tables; safe while the version before still serves.
    """
    settings = config()
    with contextlib.ExitStack() as stack:
        if not settings.database_url:
            stack.enter_context(Cluster.at(settings.home).running())
        load_django()
        # Imported here: it needs Django loaded.
        from motcua.platform import schema

        applied = schema.migrate(settings)
        load_base_data()
    if as_json:
        click.echo(json.dumps({"applied": applied}, ensure_ascii=False))
    else:
        click.echo(f"Đã chạy {len(applied)} bước." if applied else "Cơ sở dữ liệu đã đủ bảng, không có gì phải đổi.")

"""`motcua restore`: a home as it was at a moment."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click

from motcua.cli.backup import show
from motcua.law.errors import BadInput
from motcua.platform import backup as backups
from motcua.platform.clock import LOCAL
from motcua.platform.config import config
from motcua.platform.home import make_home


def read_moment(text: str | None) -> datetime | None:
    """ISO 8601; without a zone it is local time. Raises BadInput."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"--to: {text!r} không phải thời điểm ISO 8601 như 2026-11-21T08:00+07:00.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=LOCAL)


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--to", "to", metavar="MOMENT", help="Thời điểm ISO 8601; không có thì lấy lúc sao lưu gần nhất.")
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
def restore(folder: Path, to: str | None, as_json: bool) -> None:
    """Phục hồi từ bản sao lưu DIR, sau khi kiểm tra mọi mã băm; dữ liệu đang có được dời sang bên, không xóa.

    Restores database and files to the last or the given moment; stop the program first.
    """
    moment = read_moment(to)
    settings = config()
    make_home(settings.home)
    reached = backups.restore(settings, folder.absolute(), moment, show)
    if as_json:
        click.echo(json.dumps({"moment": reached.isoformat(), "home": str(settings.home)}))
    else:
        click.echo(f"Đã phục hồi {settings.home} về {backups.in_words(reached)}.")

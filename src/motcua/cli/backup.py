"""`motcua backup`: database, files and keys into one folder, with a manifest of hashes."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path

import click

from motcua.platform import backup as backups
from motcua.platform.config import config
from motcua.platform.postgres import Cluster


def show(doing: str, number: int, total: int) -> None:
    """A line that counts, on a terminal alone."""
    if sys.stderr.isatty() and (number == total or number % 50 == 0):
        click.echo(f"\r{doing} {number}/{total}", err=True, nl=number == total)


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
def backup(folder: Path, as_json: bool) -> None:
    """Sao lưu cơ sở dữ liệu, tệp và khóa vào DIR, kèm danh sách mã băm; chạy lại vào cùng DIR thì nối thêm phần mới.

    Backs up while the program runs; a second run into the same folder adds what came since, and any moment in between
    can then be restored. Keep the folder closed: it holds the keys.
    """
    settings = config()
    with contextlib.ExitStack() as stack:
        if not settings.database_url:
            stack.enter_context(Cluster.at(settings.home).running())
        manifest = backups.back_up(settings, folder.absolute(), show)
    size = sum(size for size, _ in manifest.files.values())
    if as_json:
        found = {"since": manifest.since.isoformat(), "until": manifest.until.isoformat(), "kind": manifest.kind}
        click.echo(json.dumps(found | {"files": len(manifest.files), "bytes": size}))
        return
    click.echo(f"Đã sao lưu {len(manifest.files)} tệp, {size / 1024**2:.1f} MB vào {folder}.")
    if manifest.kind == "base":
        since, until = backups.in_words(manifest.since), backups.in_words(manifest.until)
        click.echo(f"Phục hồi được về mọi thời điểm từ {since} đến {until}.")

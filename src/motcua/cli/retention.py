"""`motcua retention`: what is kept how long and why, and clearing what is over."""

from __future__ import annotations

import json

import click

from motcua.cli.session import database


@click.command()
@click.option("--dry-run/--apply", default=True, help="Chỉ đếm (mặc định), hay xóa thật.")
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
def retention(dry_run: bool, as_json: bool) -> None:
    """Liệt kê từng nhóm dữ liệu, thời hạn và căn cứ; đếm phần đã hết hạn, với --apply thì xóa.

    Counts what is past its retention period, class by class with its legal basis; --apply clears it.
    """
    with database() as settings:
        # Imported here: Django must be loaded first.
        from motcua.platform.clock import now
        from motcua.platform.retention import clear, read_classes

        at = now()
        found = []
        for known in read_classes(settings.home):
            over = known.expired(at).distinct().count() if known.action != "keep" else 0
            done = 0 if dry_run else clear(known, at)
            found.append((known, over, done))
    if as_json:
        rows = [
            {
                "key": known.key,
                "title": known.title,
                "action": known.action,
                "days": known.days,
                "basis": known.basis,
                "confirmed": known.confirmed,
                "over": over,
                "cleared": done,
            }
            for known, over, done in found
        ]
        click.echo(json.dumps({"dry_run": dry_run, "classes": rows}, ensure_ascii=False))
        return
    for known, over, done in found:
        period = known.note if known.action == "keep" else f"{known.days} ngày, hết hạn {over}, đã xử lý {done}."
        doubt = "" if known.confirmed else " (chưa kiểm chứng)"
        click.echo(f"{known.title}: {period}\n    Căn cứ: {known.basis}{doubt}")
    if dry_run:
        click.echo("Mới đếm, chưa xóa gì; chạy lại với --apply để xóa.")

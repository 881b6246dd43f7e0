"""`motcua ledger`: proves the ledger whole, and signs it."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator

import click

from motcua.cli.session import database
from motcua.platform.clock import now


@click.group("ledger")
def ledger() -> None:
    """Sổ cái: kiểm chứng và chốt.

    The ledger: prove it and sign it.
    """


@ledger.command("verify")
@click.option("--dossier", "code", metavar="CODE", help="Chỉ một hồ sơ, theo mã.")
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
@click.pass_context
def verify(ctx: click.Context, code: str | None, as_json: bool) -> None:
    """Tính lại mọi chuỗi băm, so với dữ liệu hồ sơ và với điểm chốt gần nhất; thoát với mã 1 khi có chỗ không khớp.

    Recomputes every chain and checks the last checkpoint; exits 1 when one does not hold.
    """
    with database() as settings:
        # Imported here: it needs Django loaded.
        from motcua.dossiers.checkpoints import CheckpointStore
        from motcua.dossiers.verify import verify_ledger

        with _progress() as on_read:
            report = verify_ledger(CheckpointStore.of_home(settings.home), dossier_code=code, on_read=on_read)
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        mark = report.checkpoint
        click.echo(f"Đã kiểm {report.dossiers} hồ sơ, {report.entries} mục.")
        click.echo(f"Điểm chốt: số {mark.number}, lúc {mark.made_at}." if mark else "Chưa có điểm chốt nào.")
        for fault in report.faults:
            where = f"Hồ sơ {fault.code or f'số thứ tự {fault.dossier_id}'}: " if fault.dossier_id else ""
            click.echo(f"{where}{fault.message}", err=True)
        click.echo(
            "Sổ cái nguyên vẹn." if report.holds else f"Có {report.fault_count} chỗ không khớp.", err=not report.holds
        )
    if not report.holds:
        ctx.exit(1)


@ledger.command("checkpoint")
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
def checkpoint(as_json: bool) -> None:
    """Chốt sổ cái ngay bây giờ: ký gốc băm của mọi hồ sơ và ghi ra ngoài cơ sở dữ liệu.

    Signs the ledger now; the worker does it every hour by itself.
    """
    with database() as settings:
        # Imported here: it needs Django loaded.
        from motcua.dossiers.checkpoints import CheckpointStore, make_checkpoint

        made = make_checkpoint(CheckpointStore.of_home(settings.home), now())
    if as_json:
        number = made and {
            "number": made.number,
            "dossiers": made.dossiers,
            "entries": made.entries,
            "root": made.root.hex(),
        }
        click.echo(json.dumps({"checkpoint": number}, ensure_ascii=False))
    elif made:
        click.echo(f"Đã chốt số {made.number}: {made.dossiers} hồ sơ, {made.entries} mục.")
    else:
        click.echo("Không có gì mới từ lần chốt trước.")


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    """A bar on a terminal; its length is the database's own estimate, exact enough for a bar."""
    if not sys.stderr.isatty():
        yield lambda entries: None
        return
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT greatest(reltuples, 1)::bigint FROM pg_class WHERE relname = 'dossiers_ledgerentry'")
        (length,) = cursor.fetchone()
    with click.progressbar(length=length, label="Kiểm chứng", file=sys.stderr) as bar:
        yield lambda entries: bar.update(entries - bar.pos)

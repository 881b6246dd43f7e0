"""`motcua worker`: background jobs, stalled jobs and legal timers."""

from __future__ import annotations

import click

from motcua.cli.session import database
from motcua.cli.supervise import leave_with_parent


@click.command()
@click.option("--concurrency", type=click.IntRange(1, 32), default=2, show_default=True, help="Số việc làm cùng lúc.")
@click.option("--until-empty", is_flag=True, help="Làm hết việc đang chờ rồi thoát.")
@click.option("--with-parent", metavar="PID", type=int, hidden=True)
def worker(concurrency: int, until_empty: bool, with_parent: int | None) -> None:
    """Làm việc nền (gửi tin, in giấy), xử lý hẹn giờ, giao lại việc của tiến trình đã chết. Ctrl-C để dừng.

    Runs background jobs and legal timers; several workers may run at once.
    """
    if with_parent:
        leave_with_parent(with_parent)
    with database(keep_alive=True, say=lambda line: click.echo(line, err=True)):
        # Imported here: it needs Django loaded.
        from motcua.platform.jobs import run_worker

        run_worker(concurrency=concurrency, until_empty=until_empty)

"""`motcua demo`: from nothing to a running province."""

from __future__ import annotations

import os

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from motcua.cli.serve import free_port
from motcua.cli.session import database
from motcua.cli.supervise import serve_all

_HOST = "127.0.0.1"
_FACES = (
    ("Cổng dịch vụ công (người dân)", "portal:home"),
    ("Bộ phận một cửa (cán bộ)", "desk:home"),
    ("API (mô tả OpenAPI)", "/api/v1/openapi.json"),
)


@click.command()
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Cổng; bị chiếm thì lấy cổng kế."
)
@click.option(
    "--days", type=click.IntRange(1, 400), default=90, show_default=True, help="Số ngày đã qua mà hồ sơ trải ra."
)
@click.option("--dossiers", type=click.IntRange(1, 1_000_000), default=3000, show_default=True, help="Số hồ sơ.")
@click.option("--no-serve", is_flag=True, help="Chỉ dựng dữ liệu, không chạy máy chủ.")
def demo(port: int, days: int, dossiers: int, no_serve: bool) -> None:
    """Dựng một tỉnh đang hoạt động để xem thử, rồi chạy máy chủ; chạy lại thì giữ nguyên những gì đã có. Ctrl-C để dừng.

    Builds a running province to look at: units, real procedures, officers, N days of life, web and worker.
    """
    console = Console()
    with database(keep_alive=not no_serve, say=lambda line: click.echo(line, err=True)):
        # Imported here: these need Django loaded.
        from motcua.demo.build import is_there
        from motcua.platform.clock import now

        if is_there():
            click.echo("Đã có dữ liệu từ trước; giữ nguyên.", err=True)
        else:
            _build(days, dossiers, now(), console)
        if no_serve:
            _show(console, None)
            return
        open_port = free_port(_HOST, port)
        if open_port != port:
            click.echo(f"Cổng {port} đã có chương trình khác dùng; lấy cổng {open_port}.", err=True)
        # For web and worker alike: addresses in QR codes and messages follow the port.
        os.environ.setdefault("MOTCUA_PUBLIC_URL", f"http://localhost:{open_port}")
        # The terminal shows the table of sign-ins; each request's line would push it away.
        os.environ.setdefault("MOTCUA_LOG_LEVEL", "WARNING")
        from motcua.demo.joined import outside_agencies  # needs Django loaded

        with outside_agencies():
            serve_all(_HOST, open_port, on_ready=lambda url: _show(console, url))


def _build(days: int, dossiers: int, at: object, console: Console) -> None:
    from motcua.demo.build import build_demo  # needs Django loaded

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def progress(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total)

        built = build_demo(days=days, count=dossiers, at=at, progress=progress)  # type: ignore[arg-type]
    console.print(f"Đã dựng {built.dossiers:,} hồ sơ của {days} ngày.".replace(",", "."))


def _show(console: Console, url: str | None) -> None:
    """Addresses and sign-ins, as they stand in this database."""
    # Imported here: these need Django loaded.
    from django.shortcuts import resolve_url

    from motcua.demo.families import examples
    from motcua.demo.organisation import PASSWORD
    from motcua.demo.sign_ins import sign_ins

    if url is not None:
        addresses = Table(title="Địa chỉ", title_justify="left", show_header=False)
        for name, face in _FACES:
            addresses.add_row(name, f"{url}{resolve_url(face)}")
        console.print(addresses)
    accounts = sign_ins()
    if accounts:
        table = Table(title=f"Tài khoản, mật khẩu chung: {PASSWORD}", title_justify="left")
        for heading in ("Vai trò", "Tên đăng nhập", "Họ và tên", "Nơi làm việc"):
            table.add_column(heading, overflow="fold")
        for account in accounts:
            table.add_row(account.role, account.username, account.name, account.place)
        console.print(table)
        console.print("Người, số điện thoại và số định danh đều là dữ liệu bịa để trình diễn.")
    joined = examples()
    if joined:
        table = Table(title="Hồ sơ liên thông để tra cứu thử", title_justify="left")
        for heading in ("Cho thấy", "Mã hồ sơ", "Số điện thoại"):
            table.add_column(heading, overflow="fold")
        for example in joined:
            table.add_row(example.shows, example.code, example.phone)
        console.print(table)
    if url is not None:
        console.print("Ctrl-C để dừng.")

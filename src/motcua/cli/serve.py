"""`motcua serve`: the web server, and with it the own database where no other is named."""

from __future__ import annotations

import errno
import gc
import os
import socket
import tempfile

import click

from motcua.cli.session import database
from motcua.cli.supervise import leave_with_parent
from motcua.law.errors import BadInput, system_reason
from motcua.platform.database import hang_up


def free_port(host: str, wanted: int) -> int:
    """`wanted`, or the next port above it that nobody listens on. Raises BadInput when 50 in a row are taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for port in range(wanted, min(wanted + 50, 65536)):
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except PermissionError as error:
                raise BadInput(f"Không được phép dùng cổng {port}; hãy chọn cổng từ 1024 trở lên.") from error
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise BadInput(
                        f"--host: “{host}” không phải địa chỉ của máy này ({system_reason(error)})."
                    ) from error
                continue
            return port
    raise BadInput(f"Các cổng từ {wanted} đến {wanted + 49} đều đã có chương trình khác dùng.")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Địa chỉ mạng để nghe.")
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Cổng; bị chiếm thì lấy cổng kế."
)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Số tiến trình web.")
@click.option("--with-parent", metavar="PID", type=int, hidden=True)
def serve(host: str, port: int, workers: int, with_parent: int | None) -> None:
    """Chạy máy chủ web, sau một máy chủ trung gian (nginx) khi dùng thật. Ctrl-C để dừng.

    Runs the web server; put a buffering reverse proxy in front of it in production.
    """
    if with_parent:
        leave_with_parent(with_parent)
    with database(keep_alive=True, with_django=False, say=lambda line: click.echo(line, err=True)):
        open_port = free_port(host, port)
        if open_port != port:
            click.echo(f"Cổng {port} đã có chương trình khác dùng; lấy cổng {open_port}.", err=True)
        # Addresses on paper and in QR codes follow the port, unless the real public address is set.
        os.environ.setdefault("MOTCUA_PUBLIC_URL", f"http://localhost:{open_port}")
        click.echo(f"Máy chủ web: http://{host}:{open_port}", err=True)
        run_granian(host, open_port, workers)


def run_granian(host: str, port: int, workers: int) -> None:
    """Serves until SIGINT or SIGTERM."""
    with tempfile.TemporaryDirectory(prefix="motcua-metrics-") as shared:
        # The processes count together: whichever answers a scrape tells of all.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = shared
        _granian(host, port, workers)


def _load() -> None:
    from django.urls import get_resolver

    from motcua.wsgi import application  # noqa: F401 - loading it is what is wanted

    # Django reads these only when the first request asks, which is too late to share.
    _ = get_resolver().url_patterns
    # The collector marks every object it visits, and a marked page is a copied page.
    gc.freeze()


def _granian(host: str, port: int, workers: int) -> None:
    # Imported here: the web server is loaded by this command alone.
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces

    # The web workers are forked from this process: what is loaded here is loaded once, and found by each at its start.
    _load()
    # A database socket that two of them share gives one the rows of the other.
    hang_up()
    Granian(
        "motcua.cli.web:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        # Two processes with one blocking thread each were the fastest and steadiest of the shapes measured.
        workers=workers,
        blocking_threads=1,
        http=HTTPModes.http1,
        log_enabled=True,
        log_level="warning",  # type: ignore[arg-type]
        respawn_failed_workers=True,
        websockets=False,
    ).serve()

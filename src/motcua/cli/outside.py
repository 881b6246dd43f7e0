"""`motcua outside`: a simulated outside agency, for demonstrations and for those who build a partner's side."""

from __future__ import annotations

import contextlib
from datetime import timedelta

import click

from motcua.cli.supervise import leave_with_parent
from motcua.law.errors import BadInput, system_reason


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8090, show_default=True, help="Cổng.")
@click.option("--after", type=click.IntRange(0, 86_400), default=20, show_default=True, help="Số giây xử lý một hồ sơ.")
@click.option(
    "--behaviour",
    "texts",
    multiple=True,
    help="Cách trả lời: `late`, hoặc riêng một thủ tục `1.004222=silent`; nhắc lại được.",
)
@click.option("--with-parent", type=int, hidden=True)
def outside(port: int, after: int, texts: tuple[str, ...], with_parent: int | None) -> None:
    """Chạy một cơ quan ngoài hệ thống giả lập (công an, bảo hiểm xã hội) trả lời qua HTTP.

    Runs a simulated outside agency that answers over HTTP: in time, late, refusing, silent, twice, broken.
    """
    from motcua.demo.outside import Behaviour, OutsideAgency, behaviours_from, make_server
    from motcua.platform.clock import now

    default, by_procedure = behaviours_from(texts)
    agency = OutsideAgency(
        clock=now, after=timedelta(seconds=after), default=default or Behaviour.IN_TIME, behaviours=by_procedure, with_file=True
    )  # fmt: skip
    if with_parent:
        leave_with_parent(with_parent, at_once=True)
    try:
        server = make_server(agency, port=port)
    except OSError as error:
        raise BadInput(f"--port: không mở được cổng {port}: {system_reason(error)}.") from None
    click.echo(f"Cơ quan ngoài hệ thống giả lập: http://127.0.0.1:{port}", err=True)
    with server, contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()

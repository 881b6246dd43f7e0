"""`motcua import`: administrative units, procedures, the organisation, dossiers of other systems."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click

from motcua.cli.dossiers import dossiers
from motcua.cli.organisation import organisation
from motcua.cli.progress import progress_bar
from motcua.cli.session import database


@click.group("import")
def import_() -> None:
    """Nạp dữ liệu từ tệp; nạp lại không làm thay đổi gì thêm.

    Loads data from files; loading again changes nothing.
    """


import_.add_command(organisation)
import_.add_command(dossiers)


@import_.command("catalog")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH…")
@click.option(
    "--valid-from",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Ngày hiệu lực của bản mới (mặc định: hôm nay).",
)
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
def catalog(paths: tuple[Path, ...], valid_from: datetime | None, as_json: bool) -> None:
    """Nạp thủ tục hành chính dạng JSON lines của cổng quốc gia (.jsonl, .jsonl.gz, hoặc thư mục chứa chúng).

    Loads procedures in the national portal's JSON-lines form.
    """
    with database():
        # Imported here: they need Django loaded.
        from motcua.catalog.services import import_catalog
        from motcua.platform.clock import LOCAL, now

        on = valid_from.date() if valid_from else now().astimezone(LOCAL).date()
        with progress_bar("Thủ tục") as progress:
            report = import_catalog(paths, valid_from=on, progress=progress)
    for refusal in report.refusals:
        click.echo(str(refusal), err=True)
    if as_json:
        click.echo(json.dumps(report.as_json()))
        return
    click.echo(
        f"Đã đọc {report.read}: mới {report.new}, thay đổi {report.changed}, không đổi {report.unchanged}, "
        f"không nhận {report.refused}. Cần xem lại: {report.review} thủ tục."
    )


@import_.command("units")
@click.argument("path", type=click.Path(path_type=Path), metavar="PATH")
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
def units(path: Path, as_json: bool) -> None:
    """Nạp đơn vị hành chính trước và sau 01/7/2025 và bảng chuyển đổi (một tệp, hoặc thư mục chứa chúng).

    Loads administrative units before and after 1 July 2025 and the map between them.
    """
    with database():
        # Imported here: it needs Django loaded.
        from motcua.organizations.importers import import_units

        with progress_bar("Đơn vị") as progress:
            report = import_units(path, progress=progress)
    if as_json:
        click.echo(json.dumps(report.as_json()))
        return
    click.echo(
        f"Đã đọc {report.read}: mới {report.new}, thay đổi {report.changed}, không đổi {report.unchanged}; "
        f"{report.successions} dòng chuyển đổi, trong đó {report.new_successions} dòng mới."
    )

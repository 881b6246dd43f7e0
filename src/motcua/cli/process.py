"""`motcua process`: internal processes of procedures."""

from __future__ import annotations

import json
from datetime import datetime

import click

from motcua.cli.process_files import check, export, import_
from motcua.cli.progress import progress_bar
from motcua.cli.session import database


@click.group("process")
def process() -> None:
    """Quy trình nội bộ của thủ tục.

    Internal processes of procedures.
    """


for command in (check, export, import_):
    process.add_command(command)


@process.command("default")
@click.option(
    "--agency", "agency_code", default="", metavar="CODE", help="Đặt riêng cho cơ quan này (mặc định: toàn tỉnh)."
)
@click.option(
    "--valid-from", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Ngày hiệu lực (mặc định: hôm nay)."
)
@click.option("--dry-run", is_flag=True, help="Chỉ tính, không ghi gì.")
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
def default(agency_code: str, valid_from: datetime | None, dry_run: bool, as_json: bool) -> None:
    """Cho mọi thủ tục chưa có quy trình một quy trình mặc định đã ban hành, chọn từ thư viện mẫu; chạy lại không thay đổi gì.

    Gives every procedure without a process a published default one from the library of patterns.
    """
    with database():
        # Imported here: they need Django loaded.
        from motcua.identity.actors import SYSTEM
        from motcua.organizations.queries import agency_of
        from motcua.platform.clock import now
        from motcua.processes.defaults import make_defaults
        from motcua.processes.patterns import patterns

        agency = agency_of(agency_code) if agency_code else None
        with progress_bar("Quy trình") as progress:
            report = make_defaults(
                actor=SYSTEM, at=now(), agency=agency, valid_from=valid_from.date() if valid_from else None, dry_run=dry_run,
                progress=progress,
            )  # fmt: skip
        if as_json:
            click.echo(json.dumps(report.as_json()))
            return
        click.echo(
            f"{report.procedures} thủ tục: {'sẽ làm' if dry_run else 'đã làm'} {report.made} quy trình,"
            f" không đổi {report.unchanged}, bỏ qua {report.skipped} (chưa có trong danh mục)."
        )
        for code, count in report.patterns.items():
            click.echo(f"  {count:>5}  {patterns()[code].name}")

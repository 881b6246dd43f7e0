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


@process.command("overrides")
@click.argument("agency_code", metavar="CODE")
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
def overrides_(agency_code: str, as_json: bool) -> None:
    """Liệt kê quy trình riêng đang áp dụng của một cơ quan và chỗ khác với toàn tỉnh.

    Lists the processes in force that an agency has of its own, with what differs from the province's.
    """
    with database():
        # Imported here: they need Django loaded.
        from motcua.organizations.queries import agency_of
        from motcua.platform.clock import LOCAL, now
        from motcua.processes.defaults import overrides

        found = overrides(agency_of(agency_code), on=now().astimezone(LOCAL).date())
    rows = [
        {
            "procedure": one.version.process.procedure.code,
            "case": one.version.process.case,
            "channel": one.version.process.channel,
            "version": one.version.number,
            "inherited": one.inherited is not None,
            "differences": list(one.differences),
        }
        for one in found
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    if not rows:
        click.echo("Cơ quan này không có quy trình riêng nào đang áp dụng.")
    for one, row in zip(found, rows, strict=True):
        click.echo(f"{row['procedure']} {' '.join(one.version.process.procedure.name.split())} (lần {row['version']})")
        if one.inherited is None:
            click.echo("  toàn tỉnh chưa có quy trình cho thủ tục này")
        for sentence in one.differences or (("giống toàn tỉnh",) if one.inherited else ()):
            click.echo(f"  {sentence}")

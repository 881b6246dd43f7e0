"""`motcua import dossiers`: dossiers that another system has received and works on."""

from __future__ import annotations

import json
from pathlib import Path

import click

from motcua.cli.progress import progress_bar
from motcua.cli.session import database


@click.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.csv[.gz]")
@click.option(
    "--mapping",
    type=click.Path(path_type=Path),
    metavar="FILE.toml",
    help="Tên cột, giá trị và dạng ngày của hệ thống kia, khi khác với mẫu.",
)
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
def dossiers(file: Path, mapping: Path | None, as_json: bool) -> None:
    """Nạp hồ sơ của hệ thống khác; ở đây các hồ sơ này chỉ để xem và thống kê. Nạp lại không làm thay đổi gì thêm.

    Dòng không nhận được ghi vào FILE.refused.csv kèm lý do, điều cần lưu ý vào FILE.notes.csv; các dòng khác vẫn được nạp.

    Loads dossiers of another system, to be read and counted here.
    """
    with database():
        # Imported here: they need Django loaded.
        from motcua.dossiers.importing.mapping import FileMapping, read_mapping
        from motcua.dossiers.importing.services import import_dossiers
        from motcua.platform.clock import now

        given = read_mapping(mapping) if mapping else FileMapping()
        with progress_bar("Hồ sơ") as progress:
            report = import_dossiers(file, mapping=given, at=now(), progress=progress)
    if report.ignored_columns:
        click.echo(f"Bỏ qua cột không biết: {', '.join(report.ignored_columns)}.", err=True)
    if report.refused_file:
        click.echo(f"Dòng không nhận và lý do: {report.refused_file}", err=True)
    if report.notes_file:
        click.echo(f"Điều cần lưu ý: {report.notes_file}", err=True)
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False))
        return
    click.echo(
        f"Đã đọc {report.read}: mới {report.new}, đi tiếp {report.advanced}, không đổi {report.unchanged}, "
        f"không nhận {report.refused}. Cần lưu ý: {report.noted} hồ sơ."
    )

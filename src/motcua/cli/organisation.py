"""`motcua import organisation`: agencies, working time, units, desks, officers and what each desk takes."""

from __future__ import annotations

import json
from pathlib import Path

import click

from motcua.cli.organisation_template import write_template
from motcua.cli.progress import progress_bar
from motcua.cli.session import database, load_django


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="FOLDER")
@click.option("--template", is_flag=True, help="Ghi các tệp mẫu có ví dụ vào thư mục này; không ghi đè tệp nào.")
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
def organisation(folder: Path, template: bool, as_json: bool) -> None:
    """Nạp cơ quan, lịch làm việc, phòng, bộ phận một cửa, cán bộ và thủ tục niêm yết từ các tệp trong một thư mục.

    Loads agencies, working time, units, desks, officers and posted procedures from the files of a folder: all or nothing.
    """
    if template:
        load_django()
        written = write_template(folder)
        click.echo(json.dumps({"written": written}) if as_json else f"Đã ghi vào {folder}: {', '.join(written)}.")
        return
    with database(), progress_bar("Tổ chức") as progress:
        # Imported here: they need Django loaded.
        from django.db import transaction

        from motcua.catalog.posted_files import POSTED, check_posted, read_posted, write_posted
        from motcua.dossiers.models import Dossier
        from motcua.organizations.csv_files import Faults
        from motcua.organizations.organisation_files import read_organisation
        from motcua.organizations.organisation_import import check_organisation, lock_organisation, write_organisation
        from motcua.platform.clock import LOCAL, now

        at = now()
        today = at.astimezone(LOCAL).date()
        faults = Faults()
        files = read_organisation(folder, faults, also=(POSTED,))
        posted = read_posted(folder, faults)
        with transaction.atomic():
            lock_organisation()
            check = check_organisation(
                files, faults, has_dossiers=lambda path: Dossier.objects.filter(agency__path__startswith=path).exists()
            )
            check_posted(posted, check, faults, on=today)
            faults.refuse()
            reports = write_organisation(files, check, on=today, progress=progress)
            answer = {file: report.as_json() for file, report in reports.items()}
            if POSTED in files.there:
                answer[POSTED] = write_posted(posted, on=today, at=at)
    if as_json:
        click.echo(json.dumps(answer))
        return
    for file, counts in answer.items():
        click.echo(
            f"{file}: đã đọc {counts['read']}: mới {counts['new']}, thay đổi {counts['changed']},"
            f" không đổi {counts['unchanged']}."
        )

"""`motcua facts`: the rows that figures are counted from, kept equal to the ledger."""

from __future__ import annotations

import json

import click

from motcua.cli.history import export, figures
from motcua.cli.progress import counting
from motcua.cli.reading_on import read_on
from motcua.cli.session import database, load_django
from motcua.platform.clock import now


@click.group("facts")
def facts() -> None:
    """Số liệu gốc: đọc tiếp sổ cái, làm lại từ đầu, kiểm tra.

    The facts that figures are counted from: read on, make anew, compare.
    """


@facts.command("catch-up")
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
def catch_up(as_json: bool) -> None:
    """Đọc hết phần sổ cái chưa tính; tiến trình nền vẫn tự làm việc này từng giây.

    Folds what the ledger has had since; the worker does it every second by itself.
    """
    with database():
        read = read_on()
    _tell({"entries": read}, f"Đã tính {read} mục sổ cái.", as_json)


@facts.command("rebuild")
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
def rebuild(as_json: bool) -> None:
    """Làm lại mọi số liệu gốc từ sổ cái; đến khi xong, các trang vẫn thấy số liệu cũ.

    Makes every fact anew from the ledger; until it is done pages see the old ones.
    """
    with database():
        # Imported here: it needs Django loaded.
        from motcua.statistics import services

        services.refresh(now())
        with counting("Đọc sổ cái") as on_read:
            read = services.rebuild(on_read)
    _tell({"entries": read}, f"Đã làm lại từ {read} mục sổ cái.", as_json)


@facts.command("check")
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
@click.pass_context
def check(ctx: click.Context, as_json: bool) -> None:
    """So số liệu gốc với sổ cái, không thay đổi gì; thoát với mã 1 khi có hồ sơ khác.

    Compares the facts with the ledger and changes nothing; exits 1 where a dossier differs.
    """
    with database():
        from motcua.statistics import checking

        with counting("Đọc sổ cái") as on_read:
            found = checking.check(on_read)
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=False))
    else:
        click.echo(f"Đã so {found.dossiers} hồ sơ, {found.entries} mục sổ cái.")
        for code in found.differing:
            click.echo(f"Hồ sơ {code}: số liệu gốc khác sổ cái.", err=True)
        click.echo(
            "Số liệu gốc khớp sổ cái."
            if found.holds
            else f"Có {found.differences} hồ sơ khác; chạy `motcua facts rebuild`.",
            err=not found.holds,
        )
    if not found.holds:
        ctx.exit(1)


@facts.command("measures")
@click.option(
    "--find", "word", metavar="WORD", default="", help="Chỉ những chỉ tiêu có từ này trong tên, định nghĩa hoặc nguồn."
)
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
def measures(word: str, as_json: bool) -> None:
    """Mọi chỉ tiêu: tên, đơn vị, định nghĩa, nguồn, hiệu lực.

    Every measure with its definition and source.
    """
    load_django()
    # Imported here: the measures need Django loaded.
    from motcua.platform.text import search_key
    from motcua.statistics.measures import MEASURES

    key = search_key(word)
    told = [one.as_json() for one in MEASURES.values()]
    found = [one for one in told if key in search_key(" ".join(str(value) for value in one.values()))]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for one in found:
        click.echo(f"{one['name']}: {one['title']} ({one['unit']})")
        click.echo(f"    {one['definition']}")
        click.echo(f"    Nguồn: {one['source']}")


def _tell(told: dict[str, int], text: str, as_json: bool) -> None:
    click.echo(json.dumps(told) if as_json else text)


facts.add_command(export)
facts.add_command(figures)

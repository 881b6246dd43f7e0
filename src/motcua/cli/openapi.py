"""`motcua openapi`: print the description of the API, or compare it with the committed one."""

from __future__ import annotations

import difflib
import json
from pathlib import Path

import click

from motcua.cli.session import load_django
from motcua.law.errors import BadInput

COMMITTED = Path("docs/openapi.json")


@click.command()
@click.option("--check", is_flag=True, help="So với docs/openapi.json; khác thì in chỗ khác và thoát với mã 2.")
def openapi(check: bool) -> None:
    """In mô tả OpenAPI 3.1 của giao diện lập trình.

    Prints the OpenAPI 3.1 description of the API.
    """
    load_django()
    # Imported here: the API's models need Django loaded.
    from motcua.api.api import api

    text = (
        json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    )
    if not check:
        click.echo(text, nl=False)
        return
    committed = COMMITTED.read_text(encoding="utf-8") if COMMITTED.exists() else ""
    difference = list(
        difflib.unified_diff(committed.splitlines(), text.splitlines(), str(COMMITTED), "code", lineterm="", n=1)
    )
    if difference:
        click.echo("\n".join(difference[:60]))
        raise BadInput(f"{COMMITTED} khác với mã nguồn; chạy `motcua openapi > {COMMITTED}` rồi xem lại thay đổi.")
    click.echo("Mô tả OpenAPI khớp với mã nguồn.")

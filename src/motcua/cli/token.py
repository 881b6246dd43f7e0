"""`motcua token`: give and take access of programs that call the API."""

from __future__ import annotations

import json

import click

from motcua.cli.session import database


@click.group()
def token() -> None:
    """Mã truy cập của các chương trình gọi API.

    Access tokens of programs that call the API.
    """


@token.command()
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, required=True, help="catalog, submit, read, work hoặc events; nhắc lại được."
)
@click.option("--officer", default="", help="Tên đăng nhập của cán bộ mà chương trình làm thay.")
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
def create(name: str, scopes: tuple[str, ...], officer: str, as_json: bool) -> None:
    """Tạo mã truy cập và in ra một lần duy nhất.

    Creates a token and prints it once.
    """
    with database():
        # Imported here: models need Django loaded.
        from motcua.api.services import create_token
        from motcua.law.errors import BadInput
        from motcua.organizations.models import Officer
        from motcua.platform.clock import now

        found = Officer.objects.filter(user__username=officer).first() if officer else None
        if officer and found is None:
            raise BadInput(f"--officer: không có cán bộ nào mang tên đăng nhập “{officer}”.")
        _, secret = create_token(name=name, scopes=scopes, officer=found, at=now())
    click.echo(json.dumps({"token": secret}) if as_json else secret)


@token.command()
@click.argument("name")
def revoke(name: str) -> None:
    """Thu hồi mọi mã truy cập mang tên này.

    Revokes every token of this name.
    """
    with database():
        # Imported here: models need Django loaded.
        from motcua.api.models import ApiToken
        from motcua.api.services import revoke_token
        from motcua.law.errors import BadInput
        from motcua.platform.clock import now

        rows = list(ApiToken.objects.filter(name=name, revoked_at__isnull=True))
        if not rows:
            raise BadInput(f"Không có mã truy cập nào đang dùng mang tên “{name}”.")
        for row in rows:
            revoke_token(row, at=now())
    click.echo(f"Đã thu hồi {len(rows)} mã truy cập.")

"""`motcua password`: an officer's password, typed twice or from a pipe, never an argument that others could read."""

from __future__ import annotations

import sys

import click

from motcua.cli.session import database
from motcua.law.errors import BadInput


@click.command()
@click.argument("username", metavar="USERNAME")
def password(username: str) -> None:
    """Đặt mật khẩu cho một tài khoản: gõ hai lần, không hiện trên màn hình, hoặc một dòng từ đầu vào chuẩn.

    Sets the password of an account: typed twice unseen, or one line of standard input.
    """
    with database():
        # Imported here: it needs Django loaded.
        from motcua.identity.services import account_of, set_password

        user = account_of(username)
        set_password(user, _typed() if sys.stdin.isatty() else _piped())
    locked = "" if user.is_active else " Tài khoản này vẫn đang bị khóa."
    click.echo(f"Đã đặt mật khẩu cho {user.username} ({user.full_name}).{locked}")


def _typed() -> str:
    first, second = (
        click.prompt(text, hide_input=True, default="", show_default=False, err=True)
        for text in ("Mật khẩu mới", "Gõ lại lần nữa")
    )
    if first != second:
        raise BadInput("Hai lần gõ không giống nhau; mật khẩu chưa thay đổi.")
    return str(first)


def _piped() -> str:
    try:
        line = sys.stdin.buffer.readline().decode()
    except UnicodeDecodeError:
        raise BadInput("Đầu vào chuẩn: mật khẩu không phải chữ mã hóa UTF-8.") from None
    return line.rstrip("\r\n")

"""`motcua limits parse`: reads limits from standard input, one text a line. Pure: no settings, no database."""

from __future__ import annotations

import json
import sys

import click

from motcua.law.limit_reader import read


@click.group("limits")
def limits() -> None:
    """Thời hạn giải quyết.

    Time limits of procedures.
    """


@limits.command("parse")
def parse() -> None:
    """Đọc thời hạn: mỗi dòng vào một câu, mỗi dòng ra một đối tượng JSON.

    Reads one text a line from standard input, writes one JSON object a line.
    """
    source = sys.stdin.buffer
    target = sys.stdout.buffer
    for number, raw in enumerate(source, start=1):
        try:
            text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            target.flush()
            click.echo(
                f"Đầu vào chuẩn, dòng {number}, byte {error.start + 1}: không phải chữ mã hóa UTF-8; cần UTF-8.",
                err=True,
            )
            sys.exit(2)
        line = json.dumps(read(text.rstrip("\r\n")).as_json(), ensure_ascii=False)
        target.write(line.encode() + b"\n")
    target.flush()

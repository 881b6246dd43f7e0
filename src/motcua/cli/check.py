"""`motcua check`: every setting, and whether what it names answers."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import secrets
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

import click

from motcua.cli.session import load_django
from motcua.law.errors import system_reason
from motcua.platform.config import BadSettings, Config, config, misspelled
from motcua.platform.home import home_to_make
from motcua.platform.postgres import Cluster
from motcua.platform.secrets import SECRET_KEY, kept_at

_FIRST_RUN = "lần chạy đầu tiên sẽ tạo"


@dataclass(frozen=True)
class Finding:
    """`level` is ok, warning or fault; only a fault fails the command."""

    level: str
    setting: str
    text: str


def settings_findings() -> tuple[Config | None, list[Finding]]:
    """The settings by themselves: readable, known, and fitting together."""
    unknown = [Finding("fault", name, f"{name}: không có cài đặt tên này.") for name in misspelled()]
    try:
        settings = config()
    except BadSettings as error:
        return None, unknown + [Finding("fault", line.split(":")[0], line) for line in error.message.splitlines()]
    return settings, unknown + list(_combinations(settings))


def _combinations(settings: Config) -> Iterator[Finding]:
    public = settings.public_url.startswith("https://")
    if public and not settings.secret_key:
        yield Finding(
            "warning",
            "MOTCUA_SECRET_KEY",
            f"MOTCUA_SECRET_KEY: chưa đặt, đang dùng khóa tự sinh trong {settings.home / 'keys'};"
            " mọi máy web phải dùng chung một khóa.",
        )
    if public and not settings.behind_proxy:
        yield Finding(
            "fault",
            "MOTCUA_BEHIND_PROXY",
            "MOTCUA_BEHIND_PROXY: địa chỉ công khai là https thì phải là true,"
            " và máy chủ trung gian phải gửi X-Forwarded-Proto.",
        )
    host = settings.public_url.split("//", 1)[1].split(":")[0]
    if host not in settings.hosts and "*" not in settings.hosts:
        yield Finding("fault", "MOTCUA_HOSTS", f"MOTCUA_HOSTS: thiếu {host}, là tên máy trong MOTCUA_PUBLIC_URL.")
    if settings.now is not None:
        yield Finding("warning", "MOTCUA_NOW", "MOTCUA_NOW: đồng hồ đang bị cố định; không dùng khi vận hành thật.")
    if settings.s3_bucket and importlib.util.find_spec("boto3") is None:
        yield Finding("fault", "MOTCUA_S3_BUCKET", "MOTCUA_S3_BUCKET: cần gói boto3; hãy cài `motcua[s3]`.")
    if settings.s3_bucket and not (settings.s3_access_key and settings.s3_secret_key):
        yield Finding(
            "fault", "MOTCUA_S3_BUCKET", "MOTCUA_S3_BUCKET: cần cả MOTCUA_S3_ACCESS_KEY và MOTCUA_S3_SECRET_KEY."
        )
    if not settings.s3_bucket and (settings.s3_access_key or settings.s3_endpoint):
        yield Finding("fault", "MOTCUA_S3_BUCKET", "MOTCUA_S3_BUCKET: đã đặt cài đặt S3 khác mà thiếu tên thùng.")
    if settings.migrate_database_url and not settings.database_url:
        yield Finding(
            "fault", "MOTCUA_MIGRATE_DATABASE_URL", "MOTCUA_MIGRATE_DATABASE_URL: chỉ dùng cùng MOTCUA_DATABASE_URL."
        )


def _home(settings: Config) -> Iterator[Finding]:
    try:
        missing = home_to_make(settings.home)
    except BadSettings as error:
        yield Finding("fault", "MOTCUA_HOME", error.message)
        return
    if not missing and not os.access(settings.home, os.W_OK | os.X_OK):
        yield Finding("fault", "MOTCUA_HOME", f"MOTCUA_HOME: không ghi được vào {settings.home}.")
        return
    free = shutil.disk_usage(missing[0].parent if missing else settings.home).free // 1024**2
    told = f"chưa có, {_FIRST_RUN} {', '.join(map(str, missing))}; ổ" if missing else "dùng được, ổ"
    yield Finding(
        "ok" if free > 2048 else "warning", "MOTCUA_HOME", f"Thư mục dữ liệu {settings.home} {told} đĩa còn {free} MB."
    )
    key = kept_at(settings.home, SECRET_KEY)
    if not settings.secret_key and not key.exists():
        yield Finding("ok", "MOTCUA_SECRET_KEY", f"Khóa ký phiên làm việc chưa có, {_FIRST_RUN} {key}.")


def _database(settings: Config) -> Iterator[Finding]:
    name = "MOTCUA_DATABASE_URL"
    if not settings.database_url:
        cluster = Cluster.at(settings.home)
        there = f"ở {cluster.base}" if cluster.data.exists() else f"chưa có, {_FIRST_RUN} {cluster.base}"
        yield Finding("ok", name, f"Cơ sở dữ liệu riêng, PostgreSQL 18, {there}.")
        return
    _load_django(settings)
    # Imported here: Django must be loaded first.
    from django.db import connection

    from motcua.platform import schema

    try:
        schema.require_migrated(settings)
    except schema.NotMigrated as error:
        yield Finding("fault", name, error.message)
        return
    except schema.DatabaseUnreachable as error:
        yield Finding("fault", name, error.message)
        return
    version = connection.pg_version // 10000
    known = 15 <= version <= 18
    yield Finding("ok" if known else "warning", name, f"PostgreSQL {version} trả lời, đủ bảng (bản đã thử: 15 đến 18).")
    if not schema.guarded_by_role():
        yield Finding(
            "warning",
            "MOTCUA_MIGRATE_DATABASE_URL",
            "MOTCUA_MIGRATE_DATABASE_URL: chương trình đang dùng vai trò sở hữu bảng;"
            " nên tách vai trò để sổ cái không sửa được.",
        )


def _load_django(settings: Config) -> None:
    """With a key for this process alone where none is kept yet: making one is for who serves."""
    if not settings.secret_key and not kept_at(settings.home, SECRET_KEY).exists():
        os.environ["MOTCUA_SECRET_KEY"] = secrets.token_urlsafe(48)
        config.cache_clear()
    load_django()


def _clamd(settings: Config) -> Iterator[Finding]:
    if not settings.clamd:
        return
    try:
        if settings.clamd.startswith("unix:"):
            probe = socket.socket(socket.AF_UNIX)
            target: object = settings.clamd.removeprefix("unix:")
        else:
            probe = socket.socket()
            host, port = settings.clamd.rsplit(":", 1)
            target = (host, int(port))
        with contextlib.closing(probe):
            probe.settimeout(5)
            probe.connect(target)
            probe.sendall(b"zPING\0")
            answer = probe.recv(16)
    except OSError as error:
        yield Finding(
            "fault",
            "MOTCUA_CLAMD",
            f"MOTCUA_CLAMD: máy quét ở {settings.clamd} không trả lời ({system_reason(error)}).",
        )
        return
    good = answer.startswith(b"PONG")
    yield Finding(
        "ok" if good else "fault", "MOTCUA_CLAMD", f"MOTCUA_CLAMD: máy quét {'trả lời' if good else 'trả lời lạ'}."
    )


_CHECKS: tuple[Callable[[Config], Iterator[Finding]], ...] = (_home, _database, _clamd)
_MARKS = {"ok": "✓", "warning": "!", "fault": "✗"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
def check(as_json: bool) -> None:
    """Kiểm tra mọi cài đặt MOTCUA_…: đọc được, hợp nhau, và nơi được chỉ đến có trả lời.

    Validates every setting; exits 2 when one is at fault, and changes nothing.
    """
    settings, findings = settings_findings()
    if settings is not None:
        for one in _CHECKS:
            findings.extend(one(settings))
    faults = sum(finding.level == "fault" for finding in findings)
    if as_json:
        click.echo(json.dumps({"ok": not faults, "findings": [asdict(item) for item in findings]}, ensure_ascii=False))
    else:
        for item in findings:
            click.echo(f"{_MARKS[item.level]} {item.text}", err=item.level == "fault")
        if not faults:
            click.echo("Cài đặt dùng được.")
    raise SystemExit(2 if faults else 0)

"""Backups of a home: a base backup with its WAL, then the files, and a manifest of SHA-256.

The order is the safety: a file is on disk before the row that names it is committed, so files copied after the database
hold at least what the database knows. A second backup into the same folder adds what came since, and the folder can then
be restored to any moment between its first backup and its last.

A database of others (MOTCUA_DATABASE_URL) is dumped instead; moments in between are that server's own business.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg

from motcua.law.errors import DomainError, system_reason
from motcua.platform.clock import LOCAL
from motcua.platform.config import Config
from motcua.platform.database import owner_url
from motcua.platform.postgres import Cluster

FORMAT = "motcua-backup-1"
MANIFEST = "manifest.json"
SLOT = "motcua_backup"
# Of the home everything is kept but the server's own folder and what is made anew at each start.
_NOT_OURS = ("postgres", "postgres.lock", "postgres.start.lock", "prepare.lock", "prepared")
_ASIDE = "before-restore-"

Progress = Callable[[str, int, int], None]


class BackupFailed(DomainError):
    """The folder cannot be used, or a tool of the database failed; what was there before is unchanged."""

    code = "backup_failed"


class BackupBroken(DomainError):
    """A file of the backup is missing or is not what was written; nothing was restored."""

    code = "backup_broken"


class NoSuchMoment(DomainError):
    """The backup does not reach the moment asked for."""

    code = "no_such_moment"


@dataclass(frozen=True)
class Manifest:
    """`kind` is `base` (own server) or `dump`; it can be restored to every moment in [`since`, `until`]."""

    kind: str
    chain: str
    since: datetime
    until: datetime
    postgres: str
    files: dict[str, tuple[int, str]]  # path in the folder → bytes, SHA-256 in hex

    def write(self, folder: Path) -> None:
        body = {
            "format": FORMAT,
            "motcua": version("motcua"),
            "kind": self.kind,
            "chain": self.chain,
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "postgres": self.postgres,
            "files": [{"path": p, "size": size, "sha256": sha} for p, (size, sha) in sorted(self.files.items())],
        }
        part = folder / f".{MANIFEST}"
        with open(part, "w", encoding="utf-8") as file:
            json.dump(body, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        part.rename(folder / MANIFEST)

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Raises BackupBroken where the folder holds no readable manifest."""
        try:
            body = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            if body["format"] != FORMAT or body["kind"] not in ("base", "dump"):
                raise ValueError
            return cls(
                body["kind"],
                body["chain"],
                datetime.fromisoformat(body["since"]),
                datetime.fromisoformat(body["until"]),
                body["postgres"],
                {item["path"]: (item["size"], item["sha256"]) for item in body["files"]},
            )
        except FileNotFoundError as error:
            raise BackupBroken(f"{folder} không phải bản sao lưu: không có {MANIFEST}.") from error
        except OSError as error:
            raise BackupBroken(f"{folder / MANIFEST}: không đọc được ({system_reason(error)}).") from error
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise BackupBroken(
                f"{folder / MANIFEST}: không phải danh sách tệp mà `motcua backup` bản này ghi ra, hoặc đã bị sửa."
            ) from error


def in_words(moment: datetime) -> str:
    """Local time to the microsecond, as `--to` takes it back."""
    return moment.astimezone(LOCAL).isoformat()


def verify(folder: Path, progress: Progress) -> Manifest:
    """Reads every byte again. Raises BackupBroken naming the first file that is not what was written."""
    manifest = Manifest.read(folder)
    for number, (path, (size, sha256)) in enumerate(manifest.files.items(), 1):
        full = folder / path
        if not full.is_file():
            raise BackupBroken(f"Bản sao lưu thiếu tệp {path}.")
        if full.stat().st_size != size or _hash(full) != sha256:
            raise BackupBroken(f"Tệp {path} trong bản sao lưu không còn như lúc ghi.")
        progress("Kiểm tra", number, len(manifest.files))
    return manifest


# -- backing up ------------------------------------------------------------------------------------------------------


def back_up(config: Config, folder: Path, progress: Progress) -> Manifest:
    """A first backup into a new or empty folder, or what came since into the folder of an earlier one.

    The database is in use meanwhile; the own server must be running. Raises BackupFailed.
    """
    _refuse_within(config.home, folder)
    before = Manifest.read(folder) if (folder / MANIFEST).exists() else None
    if before is None and folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BackupFailed(f"{folder} đã có thứ khác; hãy chọn thư mục mới, hoặc thư mục của bản sao lưu trước.")
    if config.database_url:
        _connected(owner_url(config)).close()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if config.database_url:
            manifest = _dump(config, folder)
        else:
            manifest = _base(Cluster.at(config.home), folder, before)
        _copy_home(config.home, folder / "home")
        done = _sealed(folder, manifest, before, progress)
    except OSError as error:
        raise BackupFailed(f"Không ghi được bản sao lưu vào {folder}: {system_reason(error)}.") from error
    return done


def _refuse_within(home: Path, folder: Path) -> None:
    """A backup inside the home would copy itself, and a restore would move it aside while reading it."""
    ours, theirs = home.resolve(), folder.resolve()
    if ours.is_relative_to(theirs) or theirs.is_relative_to(ours):
        raise BackupFailed(
            f"{folder} và thư mục dữ liệu {home} (MOTCUA_HOME) nằm trong nhau; bản sao lưu phải ở một nơi khác."
        )


def _dump(config: Config, folder: Path) -> Manifest:
    moment = datetime.now(UTC)
    part = folder / ".database.dump"
    url = owner_url(config)
    _tool(Cluster.at(config.home), "pg_dump", "-Fc", "--no-owner", "--no-privileges", "-f", part, "-d", url)
    part.rename(folder / "database.dump")
    with psycopg.connect(url) as connection:
        server = connection.execute("SHOW server_version").fetchone()
    # A later dump replaces the one before; there is nothing in between to go back to.
    return Manifest("dump", "", moment, moment, str(server and server[0]), {})


def _base(cluster: Cluster, folder: Path, before: Manifest | None) -> Manifest:
    wal = folder / "wal"
    with psycopg.connect(cluster.admin_url, autocommit=True) as connection:
        server = _one(connection, "SHOW server_version")
        slot = _one(
            connection, "SELECT slot_name FROM pg_replication_slots WHERE slot_name = %s AND wal_status <> 'lost'", SLOT
        )
        if before is None:
            wal.mkdir(mode=0o700, exist_ok=True)
            # The server keeps its WAL for this folder from here on, until the next backup fetches it.
            if _one(connection, "SELECT slot_name FROM pg_replication_slots WHERE slot_name = %s", SLOT):
                connection.execute("SELECT pg_drop_replication_slot(%s)", [SLOT])
            connection.execute("SELECT pg_create_physical_replication_slot(%s, true)", [SLOT])
            chain = f"{_one(connection, 'SELECT system_identifier FROM pg_control_system()')}-{os.urandom(4).hex()}"
            (cluster.home / "backup-chain").write_text(chain)
            part = folder / ".base"
            shutil.rmtree(part, ignore_errors=True)
            _tool(cluster, "pg_basebackup", "-D", part, "-X", "stream", "-c", "fast", "-d", cluster.admin_url)
            part.rename(folder / "base")
            since = _moment(connection)
        else:
            chain, since = before.chain, before.since
            marked = cluster.home / "backup-chain"
            if not slot or not marked.exists() or marked.read_text() != chain:
                raise BackupFailed(
                    f"{folder} không nối tiếp được (đã có bản sao lưu khác sau nó); hãy sao lưu vào một thư mục mới."
                )
        until = _moment(connection)
        # A commit after `until` and the end of its WAL file: recovery can then stop at any moment up to `until`.
        connection.execute("SELECT pg_current_xact_id()")
        end = _one(connection, "SELECT pg_switch_wal()")
    _tool(
        cluster,
        *("pg_receivewal", "-D", wal, "--slot", SLOT, "--endpos", end, "--no-loop", "--synchronous"),
        *("-d", cluster.admin_url),
    )
    return Manifest("base", chain, since, until, server, {})


def _moment(connection: psycopg.Connection[Any]) -> datetime:
    row = connection.execute("SELECT clock_timestamp()").fetchone()
    assert row
    moment: datetime = row[0].astimezone(UTC)
    return moment


def _one(connection: psycopg.Connection[Any], query: str, *values: object) -> str:
    row = connection.execute(query, values or None).fetchone()
    return str(row[0]) if row else ""


def _copy_home(home: Path, target: Path) -> None:
    """Copies what is new or changed; a name that is there with the same size and time is the same content."""
    for source in _home_files(home):
        copy = target / source.relative_to(home)
        seen = source.stat()
        if copy.exists() and (copy.stat().st_size, copy.stat().st_mtime_ns) == (seen.st_size, seen.st_mtime_ns):
            continue
        copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = copy.with_name(f".{copy.name}.part")
        shutil.copy2(source, part)
        with open(part, "rb") as file:
            os.fsync(file.fileno())
        part.rename(copy)


def _home_files(home: Path) -> Iterator[Path]:
    for entry in sorted(home.iterdir()):
        if entry.name in _NOT_OURS or entry.name.startswith((".", _ASIDE)):
            continue
        yield from (path for path in ([entry] if entry.is_file() else sorted(entry.rglob("*"))) if path.is_file())


def _sealed(folder: Path, manifest: Manifest, before: Manifest | None, progress: Progress) -> Manifest:
    """The manifest with every file's hash, written last: a folder without it is no backup."""
    known = before.files if before else {}
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.parent != folder]
    paths += [path for path in [folder / "database.dump"] if path.exists()]
    files = {}
    for number, path in enumerate(paths, 1):
        name, size = path.relative_to(folder).as_posix(), path.stat().st_size
        # A base backup and a complete WAL file never change; the rest is read again.
        lasting = name.startswith(("base/", "wal/")) and not name.endswith(".partial")
        files[name] = known[name] if lasting and known.get(name, (-1,))[0] == size else (size, _hash(path))
        progress("Băm", number, len(paths))
    done = Manifest(manifest.kind, manifest.chain, manifest.since, manifest.until, manifest.postgres, files)
    done.write(folder)
    return done


# -- restoring -------------------------------------------------------------------------------------------------------


def restore(config: Config, folder: Path, to: datetime | None, progress: Progress) -> datetime:
    """Brings the home to what the backup held at `to` (default: its last moment), and returns that moment.

    Everything is verified and put in place beside first; what the home held before is moved into
    `before-restore-…`, never deleted. The own server must not be in use, and is stopped afterwards.
    Raises BackupBroken, NoSuchMoment, BackupFailed.
    """
    _refuse_within(config.home, folder)
    manifest = verify(folder, progress)
    moment = to or manifest.until
    if not manifest.since <= moment <= manifest.until:
        local = [in_words(at) for at in (manifest.since, manifest.until)]
        raise NoSuchMoment(f"Bản sao lưu chỉ phục hồi được về thời điểm từ {local[0]} đến {local[1]}.")
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    try:
        _bring_back(config, folder, manifest, moment, stamp)
    except OSError as error:
        raise BackupFailed(
            f"Không phục hồi được vào {config.home}: {system_reason(error)};"
            f" nếu đã có thư mục {_ASIDE}{stamp} thì dữ liệu cũ nằm ở đó."
        ) from error
    return moment


def _bring_back(config: Config, folder: Path, manifest: Manifest, moment: datetime, stamp: str) -> None:
    if manifest.kind == "dump":
        if not config.database_url:
            raise BackupFailed("Bản sao lưu này là của một máy chủ PostgreSQL; hãy đặt MOTCUA_DATABASE_URL.")
        _load_dump(config, folder / "database.dump")
    else:
        if config.database_url:
            raise BackupFailed("Bản sao lưu này là của cơ sở dữ liệu riêng; hãy bỏ MOTCUA_DATABASE_URL khi phục hồi.")
        _recover(Cluster.at(config.home), folder, moment, stamp)
    _put_home_back(config.home, folder / "home", moment, stamp)


def _connected(url: str) -> psycopg.Connection[Any]:
    """Raises BackupFailed with the reason, which the client programs tell in several lines."""
    try:
        return psycopg.connect(url, connect_timeout=10)
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise BackupFailed(f"Không kết nối được cơ sở dữ liệu của MOTCUA_DATABASE_URL: {reason}") from error


def _load_dump(config: Config, dump: Path) -> None:
    url = owner_url(config)
    with _connected(url) as connection:
        if _one(connection, "SELECT 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace LIMIT 1"):
            raise BackupFailed("Cơ sở dữ liệu đích đã có bảng; hãy tạo một cơ sở dữ liệu trống để phục hồi vào.")
    cluster = Cluster.at(config.home)
    _tool(cluster, "pg_restore", "--no-owner", "--no-privileges", "--single-transaction", "-d", url, dump)


def _recover(cluster: Cluster, folder: Path, moment: datetime, stamp: str) -> None:
    with cluster.alone():
        fresh = cluster.place_for_restore()
        shutil.copytree(folder / "base", fresh)
        wal = fresh / "restored_wal"
        shutil.copytree(folder / "wal", wal)
        # A segment that was still being filled at the last backup stands there as `.partial`.
        command = 'cp "restored_wal/%f" "%p" 2>/dev/null || cp "restored_wal/%f.partial" "%p"'
        with open(fresh / "postgresql.auto.conf", "a", encoding="utf-8") as file:
            file.write(
                f"restore_command = '{command}'\nrecovery_target_time = '{moment.isoformat()}'\n"
                "recovery_target_action = 'promote'\n"
            )
        (fresh / "recovery.signal").touch()
        with cluster.replaced_by(fresh, stamp):
            cluster.ensure()
            with psycopg.connect(cluster.admin_url, autocommit=True) as connection:
                # Answers while it still recovers, since a standby may be read.
                while _one(connection, "SELECT pg_is_in_recovery()") == "True":
                    connection.execute("SELECT pg_sleep(0.05)")
                for name in ("restore_command", "recovery_target_time", "recovery_target_action"):
                    connection.execute(f"ALTER SYSTEM RESET {name}")
            cluster.stop()
        shutil.rmtree(cluster.data / "restored_wal")


def _put_home_back(home: Path, kept: Path, moment: datetime, stamp: str) -> None:
    aside = home / f"{_ASIDE}{stamp}"
    for entry in sorted(home.iterdir()):
        if entry.name not in _NOT_OURS and not entry.name.startswith((".", _ASIDE)):
            aside.mkdir(mode=0o700, exist_ok=True)
            entry.rename(aside / entry.name)
    (home / "prepared").unlink(missing_ok=True)
    limit = moment.timestamp()
    for source in sorted(path for path in kept.rglob("*") if path.is_file()):
        name = source.relative_to(kept)
        # A ledger checkpoint made after the moment would testify to entries that the database no longer has.
        if name.parts[0] == "checkpoints" and source.stat().st_mtime > limit:
            continue
        target = home / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copy2(source, target)
    (home / "backup-chain").unlink(missing_ok=True)


def _hash(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _tool(cluster: Cluster, name: str, *arguments: str | Path) -> None:
    done = subprocess.run(
        [cluster.tool(name), *arguments], capture_output=True, text=True, env=os.environ | {"LC_ALL": "C"}
    )
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise BackupFailed(f"{name}: {said[-1] if said else 'không rõ lỗi'}")

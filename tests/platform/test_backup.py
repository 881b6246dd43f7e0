"""Backup and restore of the own server: any moment in between, verified bytes, nothing lost by a failed restore."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from motcua.platform.backup import (
    BackupBroken,
    BackupFailed,
    Manifest,
    NoSuchMoment,
    back_up,
    restore,
    verify,
)
from motcua.platform.config import Config
from motcua.platform.postgres import Cluster, ClusterInUse


def quiet(doing: str, number: int, total: int) -> None:
    pass


class House:
    """A home with its server, and rows that tell what was there at which moment."""

    def __init__(self, home: Path) -> None:
        self.config = Config(home=home, database_url=None)
        self.cluster = Cluster.at(home, durable=False)

    def write(self, row: str) -> datetime:
        """Commits a row and a file; returns a moment at which both are there."""
        file = self.config.home / "files" / row
        file.parent.mkdir(exist_ok=True)
        file.write_text(row)
        with psycopg.connect(self.cluster.owner_url, autocommit=True) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS kept (row text)")
            connection.execute("INSERT INTO kept VALUES (%s)", [row])
            return connection.execute("SELECT clock_timestamp()").fetchone()[0]

    def rows(self) -> list[str]:
        with self.cluster.running(), psycopg.connect(self.cluster.owner_url) as connection:
            return [row[0] for row in connection.execute("SELECT row FROM kept ORDER BY row")]


@pytest.fixture
def place() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="motcua-backup-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def house(place: Path) -> House:
    house = House(place / "home")
    house.config.home.mkdir(mode=0o711)
    return house


def test_restore_brings_back_every_moment_between_two_backups(place, house):
    with house.cluster.running():
        house.write("a")
        back_up(house.config, place / "backup", quiet)
        at_b = house.write("b")
        at_c = house.write("c")
        back_up(house.config, place / "backup", quiet)
        house.write("d")

    moments = [(at_b, ["a", "b"]), (at_c, ["a", "b", "c"]), (None, ["a", "b", "c"])]
    for number, (moment, rows) in enumerate(moments):
        other = House(place / f"other-{number}")
        other.config.home.mkdir(mode=0o711)
        restore(other.config, place / "backup", moment, quiet)
        assert other.rows() == rows
        assert {path.name for path in (other.config.home / "files").iterdir()} == {"a", "b", "c"}


def test_restore_in_place_sets_the_present_aside(place, house):
    with house.cluster.running():
        house.write("a")
        back_up(house.config, place / "backup", quiet)
        house.write("b")

    restore(house.config, place / "backup", None, quiet)

    assert house.rows() == ["a"]
    assert [path.name for path in (house.config.home / "files").iterdir()] == ["a"]
    aside = next(house.config.home.glob("before-restore-*"))
    assert {path.name for path in (aside / "files").iterdir()} == {"a", "b"}
    assert len(list(house.cluster.base.glob("data.before-restore-*"))) == 1


def test_restored_house_takes_new_rows_and_a_new_backup(place, house):
    with house.cluster.running():
        house.write("a")
        back_up(house.config, place / "backup", quiet)
    restore(house.config, place / "backup", None, quiet)

    with house.cluster.running():
        house.write("b")
        with pytest.raises(BackupFailed, match="không nối tiếp được"):
            back_up(house.config, place / "backup", quiet)
        back_up(house.config, place / "second", quiet)
    restore(house.config, place / "second", None, quiet)

    assert house.rows() == ["a", "b"]


def test_a_checkpoint_made_after_the_moment_is_not_restored(place, house):
    checkpoints = house.config.home / "checkpoints"
    checkpoints.mkdir()
    with house.cluster.running():
        house.write("a")
        (checkpoints / "1.json").write_text("{}")
        back_up(house.config, place / "backup", quiet)
        at_b = house.write("b")
        (checkpoints / "2.json").write_text("{}")
        later = at_b.timestamp() + 1
        os.utime(checkpoints / "2.json", (later, later))
        back_up(house.config, place / "backup", quiet)

    restore(house.config, place / "backup", at_b, quiet)

    assert [path.name for path in checkpoints.iterdir()] == ["1.json"]


@pytest.mark.parametrize("path", ["base/PG_VERSION", "home/files/a"])
def test_one_changed_byte_is_found_and_nothing_is_restored(place, house, path):
    with house.cluster.running():
        house.write("a")
        back_up(house.config, place / "backup", quiet)
        house.write("b")
    changed = place / "backup" / path
    changed.write_bytes(bytes([changed.read_bytes()[0] ^ 1]) + changed.read_bytes()[1:])

    with pytest.raises(BackupBroken, match=path):
        restore(house.config, place / "backup", None, quiet)

    assert house.rows() == ["a", "b"]


def test_missing_file_is_named(place, house):
    with house.cluster.running():
        house.write("a")
        back_up(house.config, place / "backup", quiet)
    (place / "backup" / "home" / "files" / "a").unlink()

    with pytest.raises(BackupBroken, match=r"thiếu tệp home/files/a"):
        verify(place / "backup", quiet)


def test_moment_outside_the_backup_is_refused(place, house):
    with house.cluster.running():
        house.write("a")
        back_up(house.config, place / "backup", quiet)
    manifest = Manifest.read(place / "backup")

    for moment in (manifest.since - timedelta(seconds=1), manifest.until + timedelta(seconds=1)):
        with pytest.raises(NoSuchMoment):
            restore(house.config, place / "backup", moment, quiet)
    assert house.rows() == ["a"]


def test_restore_waits_for_nobody(place, house):
    with house.cluster.running():
        house.write("a")
        back_up(house.config, place / "backup", quiet)

        with pytest.raises(ClusterInUse):
            restore(house.config, place / "backup", None, quiet)

        assert house.rows() == ["a"]


def test_folder_with_other_things_is_refused(place, house):
    (place / "backup").mkdir()
    (place / "backup" / "mine.txt").write_text("x")

    with house.cluster.running(), pytest.raises(BackupFailed, match="đã có thứ khác"):
        back_up(house.config, place / "backup", quiet)

    assert [path.name for path in (place / "backup").iterdir()] == ["mine.txt"]


def test_folder_that_is_no_backup_is_refused(place, house):
    with pytest.raises(BackupBroken, match=r"không có manifest\.json"):
        restore(house.config, place, None, quiet)

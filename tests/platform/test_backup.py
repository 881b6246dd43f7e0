"""Backup and restore of the own server: any moment in between, verified bytes, nothing lost by a failed restore."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from tests.folders import server_folder

from motcua.platform.backup import (
    BackupBroken,
    BackupFailed,
    Manifest,
    NoSuchMoment,
    back_up,
    restore,
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


@contextlib.contextmanager
def place_for_a_house() -> Iterator[Path]:
    folder = server_folder("motcua-backup-")
    yield folder
    shutil.rmtree(folder)


def house_at(home: Path) -> House:
    home.mkdir(mode=0o711)
    return House(home)


@pytest.fixture
def place() -> Iterator[Path]:
    with place_for_a_house() as folder:
        yield folder


@pytest.fixture
def house(place: Path) -> House:
    return house_at(place / "home")


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
        other = house_at(place / f"other-{number}")
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


@pytest.fixture(scope="module")
def backed_up() -> Iterator[tuple[House, Path]]:
    """A house with rows a and b, and its backup that knows only a. For tests that are refused and change nothing."""
    with place_for_a_house() as place:
        house = house_at(place / "home")
        with house.cluster.running():
            house.write("a")
            back_up(house.config, place / "backup", quiet)
            house.write("b")
            yield house, place / "backup"


@pytest.mark.parametrize("path", ["base/PG_VERSION", "home/files/a"])
def test_one_changed_byte_is_found_and_nothing_is_restored(backed_up, path):
    house, folder = backed_up
    whole = (folder / path).read_bytes()
    (folder / path).write_bytes(bytes([whole[0] ^ 1]) + whole[1:])

    with pytest.raises(BackupBroken, match=path):
        restore(house.config, folder, None, quiet)

    (folder / path).write_bytes(whole)
    assert house.rows() == ["a", "b"]


def test_missing_file_is_named(backed_up):
    house, folder = backed_up
    (folder / "home" / "files" / "a").rename(folder.parent / "away")

    with pytest.raises(BackupBroken, match=r"thiếu tệp home/files/a"):
        restore(house.config, folder, None, quiet)

    (folder.parent / "away").rename(folder / "home" / "files" / "a")
    assert house.rows() == ["a", "b"]


@pytest.mark.parametrize(("edge", "beyond"), [("since", -1), ("until", 1)])
def test_moment_outside_the_backup_is_refused(backed_up, edge, beyond):
    house, folder = backed_up
    moment = getattr(Manifest.read(folder), edge) + timedelta(seconds=beyond)

    with pytest.raises(NoSuchMoment):
        restore(house.config, folder, moment, quiet)

    assert house.rows() == ["a", "b"]


def test_restore_while_another_command_uses_the_database_is_refused(backed_up):
    house, folder = backed_up

    with pytest.raises(ClusterInUse):
        restore(house.config, folder, None, quiet)

    assert house.rows() == ["a", "b"]


def test_folder_with_other_things_is_refused(backed_up, tmp_path):
    (tmp_path / "mine.txt").write_text("x")

    with pytest.raises(BackupFailed, match="đã có thứ khác"):
        back_up(backed_up[0].config, tmp_path, quiet)

    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_folder_that_is_no_backup_is_refused(backed_up, tmp_path):
    with pytest.raises(BackupBroken, match=r"không có manifest\.json"):
        restore(backed_up[0].config, tmp_path, None, quiet)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '"x"', '{"format": "motcua-backup-1", "kind": "other"}'])
def test_manifest_that_is_none_is_said_in_vietnamese(backed_up, tmp_path, text):
    (tmp_path / "manifest.json").write_text(text)

    with pytest.raises(BackupBroken) as refused:
        restore(backed_up[0].config, tmp_path, None, quiet)

    assert refused.value.message == (
        f"{tmp_path / 'manifest.json'}: không phải danh sách tệp mà `motcua backup` bản này ghi ra, hoặc đã bị sửa."
    )


def test_folder_inside_the_home_is_refused_by_both(backed_up):
    house, folder = backed_up
    inside = house.config.home / "backups"

    with pytest.raises(BackupFailed, match="nằm trong nhau"):
        back_up(house.config, inside, quiet)
    assert not inside.exists()
    with pytest.raises(BackupFailed, match="nằm trong nhau"):
        restore(Config(home=folder / "home", database_url=None), folder, None, quiet)

    assert house.rows() == ["a", "b"]


def test_folder_that_cannot_be_made_is_said_in_vietnamese(backed_up, tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(BackupFailed, match="trên đường dẫn có một tệp ở chỗ cần thư mục"):
        back_up(backed_up[0].config, tmp_path / "file" / "backup", quiet)


def test_full_disk_during_restore_is_one_message_and_the_present_stands(backed_up, tmp_path, monkeypatch):
    house, folder = backed_up
    whole = shutil.copytree(folder, tmp_path / "backup")

    def full(source, target, **options):
        raise shutil.Error([(str(source), str(target), "[Errno 28] No space left on device")])

    with house.cluster.running():
        pass
    monkeypatch.setattr("motcua.platform.backup.shutil.copytree", full)
    monkeypatch.setattr(Cluster, "alone", contextlib.nullcontext)
    with pytest.raises(BackupFailed, match="ổ đĩa đã đầy"):
        restore(house.config, whole, None, quiet)

    assert house.rows() == ["a", "b"]

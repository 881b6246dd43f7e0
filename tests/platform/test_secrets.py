from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from motcua.platform.config import BadSettings
from motcua.platform.secrets import own_key


def test_own_key_is_made_once_and_closed_to_others(tmp_path):
    home = tmp_path / "home"

    key = own_key(home, "secret_key")

    assert len(key) >= 32
    assert own_key(home, "secret_key") == key
    assert own_key(home, "other_key") != key
    assert (home / "keys" / "secret_key").stat().st_mode & 0o777 == 0o600
    assert (home / "keys").stat().st_mode & 0o777 == 0o700


def test_processes_that_race_for_a_key_get_the_same(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: own_key(tmp_path / "home", "k"), range(32)))

    assert len(keys) == 1
    assert [path.name for path in (tmp_path / "home" / "keys").iterdir()] == ["k"]


def test_home_that_is_a_file_is_one_clear_fault(tmp_path):
    (tmp_path / "home").write_text("")

    with pytest.raises(BadSettings, match=r"MOTCUA_HOME: không tạo được thư mục"):
        own_key(tmp_path / "home", "k")

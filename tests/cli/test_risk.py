"""`motcua risk` where there is nothing to learn from."""

from __future__ import annotations

import json
from pathlib import Path

from tests.command import command_on
from tests.province import build_province


def test_too_little_history_is_said_and_is_no_fault(committed_db, tmp_path: Path) -> None:
    motcua = command_on(committed_db.url, tmp_path)
    build_province()
    asked = motcua("risk", "train", "--json")
    told = json.loads(asked.stdout)
    assert (asked.returncode, [(one["agency"], one["shown"]) for one in told]) == (0, [(None, False)])
    assert "cần ít nhất" in told[0]["reason"]
    assert motcua("risk", "train").stdout.startswith("Toàn tỉnh: không học được. Lịch sử để học có 0 lượt xem hồ sơ")
    unknown = motcua("risk", "train", "--agency", "H99")
    assert (unknown.returncode, unknown.stdout, unknown.stderr) == (2, "", "Không có cơ quan nào mang mã “H99”.\n")

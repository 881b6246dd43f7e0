"""`motcua token` as an administrator meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.command import Run, command_here

from motcua.api.models import ApiToken


@pytest.fixture
def motcua(committed_db, tmp_path: Path) -> Run:
    return command_here(committed_db.url, tmp_path)


def test_a_token_is_made_and_revoked_and_every_fault_is_one_line(motcua) -> None:
    made = motcua("token", "create", "Trục liên thông", "--scope", "read", "--json")
    assert (made.returncode, json.loads(made.stdout)["token"][:3]) == (0, "mc_")
    assert motcua("token", "revoke", "Trục liên thông").stdout == "Đã thu hồi 1 mã truy cập.\n"

    name = "NAME: tên của mã truy cập cần từ 1 đến 120 ký tự, trên một dòng."
    for arguments, line in (
        (("create", "", "--scope", "read"), name),
        (("create", "  ", "--scope", "read"), name),
        (("create", "a\nb", "--scope", "read"), name),
        (("create", "x" * 121, "--scope", "read"), name),
        (
            ("create", "x", "--scope", "nope"),
            "Quyền nope không có; cần một trong: catalog, submit, read, work, events.",
        ),
        (("create", "x", "--scope", "work"), "Quyền work và events cần gắn với một cán bộ."),
        (
            ("create", "x", "--scope", "read", "--officer", "ai"),
            "--officer: không có cán bộ nào mang tên đăng nhập “ai”.",
        ),
        (("revoke", "Trục liên thông"), "Không có mã truy cập nào đang dùng mang tên “Trục liên thông”."),
    ):
        refused = motcua("token", *arguments)
        assert (refused.returncode, refused.stdout, refused.stderr) == (2, "", line + "\n")
    assert ApiToken.objects.count() == 1

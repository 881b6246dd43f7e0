"""`motcua simulate` and `motcua risk` as a person and a script meet them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.command import Run, command_here
from tests.processes.build import line, publish, step
from tests.province import build_province


@pytest.fixture
def motcua(committed_db, tmp_path: Path) -> Run:
    return command_here(committed_db.url, tmp_path, MOTCUA_NOW="2026-11-20T09:00:00+07:00")


def test_a_stated_rate_gives_the_same_figures_twice_and_faults_exit_2(motcua) -> None:
    publish(build_province(), line(step("appraise", "Thẩm định", minutes=600)))
    asked = (
        "simulate",
        "1.001193",
        "--agency",
        "H32.16",
        "--from",
        "2026-11-02",
        "--to",
        "2026-11-20",
        "--arrivals",
        "3",
    )

    first, again = motcua(*asked, "--replications", "3", "--json"), motcua(*asked, "--replications", "3", "--json")
    assert (first.returncode, first.stdout) == (0, again.stdout)
    told = json.loads(first.stdout)
    assert [one["step"] for one in told["figures"]["steps"]] == ["appraise", "issue"]
    assert told["changes"][0]["name"] == "Thêm một cán bộ thụ lý"
    assert "Thẩm định" in motcua(*asked, "--replications", "2").stdout

    for wrong, said in (
        (("--officers", "signer"), "“signer” cần dạng TÊN=SỐ"),
        (("--officers", "signer=x"), "cần số nguyên dương"),
        (("--officers", "signer=1"), "Không có bước nào do “signer” làm"),
        (("--from", "1/2/2026"), "không đọc được ngày “1/2/2026”"),
        (("--without-step", "xyz"), "Không có bước “xyz”"),
        (("--step-time", "issue=0"), "hệ số thời gian"),
        (("--replications", "1"), "Số lần lặp"),
        (("--seed", "-1"), "Hạt giống"),
    ):
        answer = motcua(*asked, *wrong)
        assert (answer.returncode, answer.stdout) == (2, ""), wrong
        assert said in answer.stderr
        assert answer.stderr.count("\n") == 1


@pytest.mark.parametrize("count", ["x", "²", "-1", "1.5"])
def test_a_number_of_officers_that_is_none_names_its_option(tmp_path, count) -> None:
    refused = command_here("", tmp_path)("simulate", "--agency", "H32.16", "--officers", f"signer={count}")

    assert (refused.returncode, refused.stderr) == (2, f"--officers signer: “{count}” cần số nguyên dương.\n")

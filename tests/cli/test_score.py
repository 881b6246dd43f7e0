"""`motcua score` as it is called."""

from __future__ import annotations

import json
from pathlib import Path

from tests.command import command_here
from tests.scoring.plan import NOW, october


def test_score(committed_db, tmp_path: Path) -> None:
    october(tmp_path)
    motcua = command_here(committed_db.url, tmp_path, MOTCUA_NOW=NOW.isoformat())

    told = json.loads(motcua("score", "qd766", "--period", "2026-10", "--json").stdout)
    assert (told["agency"], told["points"], told["points_max"], told["band"]) == ("", 31.49, 81.0, None)

    plain = motcua("score", "qd766", "--period", "2026-10", "--agency", "H32.16").stdout.splitlines()
    assert plain[0] == (
        "Bộ chỉ số phục vụ người dân, doanh nghiệp (Quyết định 766/QĐ-TTg), bản 2026. Sở Xây dựng, kỳ 2026-10."
    )
    assert "2. Tiến độ, kết quả giải quyết: 10,00 / 20,00" in plain
    assert (
        "  2.1  Tỷ lệ hồ sơ giải quyết đúng hạn: 10,00 / 20,00 (4 / 8 = 50,00 %) [1 chưa rõ: điểm từ 10,00 đến 12,50]"
        in plain
    )
    assert "  PUBLISH_ON_TIME  Tỷ lệ thủ tục hành chính công bố đúng hạn: chưa có số liệu / 6,00" in plain

    explained = motcua("score", "qd766", "--period", "2026-10", "--explain").stdout.splitlines()
    at = explained.index(
        "  4.A  Tỷ lệ hồ sơ thanh toán trực tuyến: 2,00 / 6,00 (1 / 3 = 33,33 %) [2 chưa rõ: điểm từ 1,50 đến 4,50]"
    )
    assert explained[at + 1 : at + 8] == [
        "      Quy tắc: 6 × tỷ lệ.",
        "      paid_online: Hồ sơ thanh toán trực tuyến, 1.",
        "      obliged: Hồ sơ có nghĩa vụ tài chính, 3.",
        "      payment_unknown: Hồ sơ không rõ cách nộp tiền, 1.",
        "      obligation_unknown: Hồ sơ không rõ nghĩa vụ tài chính, 1.",
        "      Làm mất điểm: 2 hồ sơ, trong đó 1 chưa rõ: D02, D03.",
        "      Thêm 1,00 điểm cần 1 hồ sơ: thanh toán trực tuyến; chấm lại được 4,00.",
    ]
    both = json.loads(motcua("score", "qd766", "--period", "2026-10", "--explain", "--json").stdout)
    (paid,) = [one for one in both["criteria"] if one["code"] == "4.A"]
    assert paid["explain"]["cost"] == {"dossiers": 2, "unknown": 1, "first": ["D02", "D03"]}
    assert paid["explain"]["raise"]["codes"] == ["D02"]

    broken = tmp_path / "broken.yaml"
    broken.write_text("index: x\n  y: 1\n")
    for arguments, fault in (
        (["par", "--period", "2026-10"], "Không có bộ chỉ số “par”"),
        ([str(broken), "--period", "2026-10"], "broken.yaml, dòng 2, cột 4: không đúng dạng YAML"),
        (["qd766", "--period", "2027"], "Kỳ bắt đầu ngày 01/01/2027"),
        (["qd766", "--period", "2026-10", "--agency", "H99"], "Không có cơ quan mang mã “H99”."),
    ):
        refused = motcua("score", *arguments, "--json")
        assert (refused.returncode, refused.stdout) == (2, "")
        assert refused.stderr.startswith(fault)

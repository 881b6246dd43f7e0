"""Scores from the record: numbers, what costs points, and what raising takes, checked by scoring again."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from tests.dossiers.lives import live
from tests.province import applicant_of, build_province, later
from tests.scoring.build import set_text
from tests.scoring.plan import NOW, october

from motcua.dossiers import commands as c
from motcua.dossiers.services import give_command, submit_dossier
from motcua.law.errors import BadInput
from motcua.scoring.explaining import Explained, explain, score_json, total_text
from motcua.scoring.queries import Question, question, scored
from motcua.scoring.score import Score, Status
from motcua.statistics.models import FactDossier
from motcua.statistics.services import catch_up, project, refresh

# Of the province in October: numerator, denominator, points, lowest, highest.
PROVINCE = {
    "DOSSIER_SYNC": (5, 9, "10/3", "10/3", "4"),
    "2.1": (5, 9, "100/9", "100/9", "40/3"),
    # 4 of 7, and 5 of 9 of all are synchronised.
    "3.C": (4, 7, "80/21", "80/21", "32/7"),
    "4.A": (1, 3, "2", "3/2", "9/2"),
    "4.B": (1, 1, "2", "5/4", "2"),
    "ORIGINAL_RESULT_AVAILABLE": (2, 4, "3", "12/5", "24/5"),
    "SO_HOA_GIAY_TO_GIAI_QUYET": (2, 6, "4/3", "4/3", "8/3"),
    "REUSED_DIGITIZED_DATA": (1, 9, "5/18", "5/18", "5/18"),
    "SYNCED_WITH_DVCQG_PERSONAL_STORAGE": (None, 9, None, "0", "4"),
    "CITIZEN_DATA_CONNECTED_DOSSIER": (2, 6, "2/3", "4/7", "8/7"),
    "CITIZEN_DATA_CONNECTED_FORMALITY": (1, 2, "1", "2/3", "2"),
    "DOSSIER_RECEIVING_SATISFACTION": (4, 9, "80/27", "80/27", "100/27"),
    "PUBLISH_ON_TIME": (None, None, None, "0", "6"),
    "ELECTRONIC_CERTIFIED_COPY": (None, None, None, "0", "2"),
    "PETITION_PROCESSING_ON_TIME": (None, None, None, "0", "6"),
}


@pytest.fixture
def ready(committed_db, tmp_path: Path) -> None:
    october(tmp_path)


def asked(agency: str = "", **more) -> Question:
    return question("qd766", "2026-10", agency, now=NOW, **more)


def codes(explained: Explained | None) -> list[str]:
    assert explained is not None
    assert explained.cost is not None
    return [row["code"] for row in explained.cost.rows]


def test_the_month_of_the_province(ready: None) -> None:
    found = scored(asked())

    for code, (numerator, denominator, points, low, high) in PROVINCE.items():
        one = found.of(code)
        assert one is not None
        earned = one.earned
        assert (earned.numerator, earned.denominator) == (numerator, denominator), code
        assert earned.points == (None if points is None else Fraction(points)), code
        assert (earned.low, earned.high) == (Fraction(low), Fraction(high)), code
    assert found.total.points == sum(Fraction(row[2] or 0) for row in PROVINCE.values())
    assert found.total.missing == 10
    assert total_text(found) == (
        "31,49 điểm trên 100,00; 10 tiêu chí chưa có số liệu nên điểm thật có thể từ 29,22 đến 81,00."
        " Chưa xếp loại được: từ Yếu đến Tốt."
    )


AGENCIES = [
    ("", "province", 9),
    ("H32", "province", 9),
    ("H32.16", "department", 8),
    ("H32.101", "commune", 1),
    ("HQ01", "vertical", 1),
]


def test_whose_dossiers(ready: None) -> None:
    for agency, subject, received in AGENCIES:
        found = scored(asked(agency))
        one = found.of("2.1")
        assert one is not None
        assert (found.subject, one.earned.denominator) == (subject, received), agency
        copies = found.of("ELECTRONIC_CERTIFIED_COPY")
        assert copies is not None
        assert (copies.status is Status.NOT_APPLICABLE) == (subject != "province")


def test_as_known_at_a_moment(ready: None) -> None:
    before = scored(asked(as_of=later(days=19)))
    one = before.of("2.1")
    assert one is not None
    # Nothing had been told yet: nothing received, which is known, and nothing to divide by.
    assert (one.status, one.earned.denominator) == (Status.NO_FIGURE, 0)


COSTS = [
    ("2.1", ["D03", "D04", "D06", "D07"], 1),
    ("DOSSIER_SYNC", ["D06", "D07", "D08", "D09"], 1),
    # Not online, or without the electronic result that was due.
    ("3.C", ["D02", "D03", "D05"], 0),
    ("4.A", ["D02", "D03"], 1),
    # The only procedure with a fee has been paid online once.
    ("4.B", [], 0),
    ("ORIGINAL_RESULT_AVAILABLE", ["D03", "D07"], 1),
    ("SO_HOA_GIAY_TO_GIAI_QUYET", ["D02", "D03", "D07", "D09"], 2),
    ("CITIZEN_DATA_CONNECTED_FORMALITY", ["D04", "D05", "D06"], 1),
    # Late, or disliked.
    ("DOSSIER_RECEIVING_SATISFACTION", ["D03", "D04", "D06", "D07", "D09"], 1),
]


def test_the_dossiers_that_cost_points(ready: None) -> None:
    for code, cost, unknown in COSTS:
        found = explain(asked(), code)
        assert codes(found) == cost
        assert found is not None
        assert found.cost is not None
        assert (found.cost.total, found.cost.unknown) == (len(cost), unknown)


def test_a_long_list_goes_on_where_it_stopped(ready: None) -> None:
    first = explain(asked(), "REUSED_DIGITIZED_DATA", limit=5)
    assert first is not None
    assert first.cost is not None
    after = first.cost.rows[-1]["dossier_id"]
    rest = explain(asked(), "REUSED_DIGITIZED_DATA", limit=5, after=after)
    assert codes(first) + codes(rest) == ["D02", "D03", "D04", "D05", "D06", "D07", "D08", "D09"]
    assert first.cost.total == 8


POINTS = [
    # 20 points of 9 dossiers: each is worth 2,22.
    ("2.1", 1, "1", "40/3"),
    ("DOSSIER_SYNC", 2, "1", "14/3"),
    ("3.C", 2, "1", "40/7"),
    ("4.A", 1, "1", "4"),
    ("ORIGINAL_RESULT_AVAILABLE", 1, "1", "9/2"),
    ("SO_HOA_GIAY_TO_GIAI_QUYET", 2, "1", "8/3"),
    ("REUSED_DIGITIZED_DATA", 4, "1", "25/18"),
    ("SYNCED_WITH_DVCQG_PERSONAL_STORAGE", 3, "1", "4/3"),
    ("CITIZEN_DATA_CONNECTED_DOSSIER", 3, "1", "5/3"),
    ("CITIZEN_DATA_CONNECTED_FORMALITY", 1, "1", "2"),
    ("DOSSIER_RECEIVING_SATISFACTION", 2, "1", "40/9"),
]


def test_what_a_point_takes_is_checked_by_scoring_again(ready: None) -> None:
    for code, needed, wanted, after in POINTS:
        rows = list(FactDossier.objects.order_by("pk").values())
        found = explain(asked(), code)
        assert found is not None
        assert found.raising is not None
        raising = found.raising
        assert (raising.needed, raising.wanted, raising.after) == (needed, Fraction(wanted), Fraction(after))
        assert len({row["dossier_id"] for row in raising.rows}) == needed
        # One less would not do.
        assert raising.after >= raising.before + raising.wanted
        # It was only supposed.
        assert list(FactDossier.objects.order_by("pk").values()) == rows


def test_nothing_to_raise(ready: None) -> None:
    for code in ("4.B", "2.2", "PUBLISH_ON_TIME", "ELECTRONIC_CERTIFIED_COPY"):
        found = explain(asked(), code)
        assert found is not None
        assert found.raising is None, code
    assert explain(asked(), "9.9") is None


def test_a_set_of_the_province_itself(ready: None, tmp_path: Path) -> None:
    path = tmp_path / "tinh.yaml"
    path.write_text(
        set_text(
            """
            - {code: P, title: Quá hạn, kind: penalty, points: 6, each: 1.5, numerator: late}
            - {code: B, title: Có trực tuyến, kind: boolean, points: 4, numerator: received_online}
            """
        )
    )
    found = scored(question(str(path), "2026-10", "H32.16", now=NOW))
    # D03 was finished late, D04 and D11 were open and late.
    assert [(one.earned.numerator, one.points) for one in found.criteria] == [(3, Fraction(3, 2)), (4, Fraction(4))]
    told = explain(question(str(path), "2026-10", "H32.16", now=NOW), "P")
    assert codes(told) == ["D03", "D04", "D11"]
    with pytest.raises(BadInput, match=r"bản 1 áp dụng từ 01/01/2026\) không áp dụng cho kỳ kết thúc ngày 31/12/2025"):
        question(str(path), "2025-12", now=NOW)
    with pytest.raises(BadInput, match="không chấm cho kỳ “2026-Q3”; cần tháng"):
        question(str(path), "2026-Q3", now=NOW)


RULES = """
- {code: P, title: Hồ sơ chậm, kind: penalty, points: 6, each: 1.5, numerator: late}
- {code: P2, title: Nộp trực tuyến là lỗi, kind: penalty, points: 4, each: 1, numerator: received_online}
- {code: P3, title: Ghi muộn, kind: penalty, points: 9000, each: 1, numerator: entries}
- {code: B, title: Có nộp trực tuyến, kind: boolean, points: 4, numerator: received_online}
- {code: B0, title: Có xin lỗi, kind: boolean, points: 1, numerator: late_apologised}
- code: S
  title: Đúng hạn theo bậc
  kind: steps
  points: 4
  ladder: [{at_least: 50%, points: 2}, {at_least: 90%, points: 4}]
  numerator: received_in_time
  denominator: received
- {code: C, title: Toàn trình, kind: capped, points: 4, full_at: 80%, zero_below: 60%, numerator: received_full_service, denominator: received}
- {code: T, title: Kèm theo, kind: linear, points: 4, numerator: received_in_time, denominator: received, times: [{numerator: portal_synced, denominator: received}]}
- {code: E, title: Trống, kind: linear, points: 4, numerator: late_apologised, denominator: late_apologised}
- {code: V, title: Hài lòng, kind: survey, points: 2, numerator: received_in_time, denominator: received, applies_to: [ministry]}
- {code: N, title: Chưa chấm, kind: not_applicable, points: 2}
"""  # noqa: E501
# Of the department: how many dossiers a point takes and the points then, or why none can be named.
TAKES = {
    "P": (1, "3"),
    # Nobody has said what would make a dossier count no more.
    "P2": (1, None),
    "P3": "Tiêu chí này không đếm hồ sơ nên không nêu được hồ sơ nào.",
    "B": "Đã đủ điểm tối đa.",
    "B0": "Cần ít nhất một trường hợp được tính ở “Hồ sơ chậm có văn bản xin lỗi”; kỳ này chưa có trường hợp nào.",
    # Half of eight; ninety percent takes all the others.
    "S": (4, "4"),
    # Three of eight, nothing below sixty percent: five of eight.
    "C": (2, None),
    # Four of eight, of which five are synchronised: one half times five eighths.
    "T": (4, "5/2"),
    "E": "Kỳ này chưa có hồ sơ nào được tính ở mẫu số.",
    "V": "Không áp dụng nên được đủ điểm tối đa, theo quy định của bộ chỉ số.",
    "N": "Không áp dụng nên được đủ điểm tối đa, theo quy định của bộ chỉ số.",
}


def test_what_a_point_takes_by_every_rule(ready: None, tmp_path: Path) -> None:
    path = tmp_path / "tinh.yaml"
    path.write_text(set_text(RULES, points="9035"))
    q = question(str(path), "2026-10", "H32.16", now=NOW)
    found = {}
    for code in TAKES:
        told = explain(q, code)
        assert told is not None
        raising = told.raising
        after = raising and raising.after
        found[code] = told.unraised if raising is None else (raising.needed, after)
    assert found == {
        code: told if isinstance(told, str) else (told[0], None if told[1] is None else Fraction(told[1]))
        for code, told in TAKES.items()
    }


def test_what_a_whole_list_does_not_reach_is_said(ready: None, tmp_path: Path) -> None:
    path = tmp_path / "tinh.yaml"
    row = "{code: A, title: Kèm theo, kind: linear, points: 4, numerator: NUMERATOR, denominator: received, times: [TIMES]}"
    # Of the commune's one dossier it is not known whether it was synchronised.
    row = row.replace("TIMES", "{numerator: portal_synced, denominator: received}")
    whys = {
        "reused_paper": "Chưa thêm được 1,00 điểm: dù cả 1 hồ sơ làm mất điểm đều đạt thì tiêu chí cũng chỉ được 0,00 điểm,"
        " vì tỷ lệ còn nhân với tỷ lệ kèm theo.",
        "received_in_time": "Không hồ sơ nào ở tỷ lệ chính làm mất điểm; điểm còn lại mất ở tỷ lệ kèm theo.",
    }
    for numerator, why in whys.items():
        path.write_text(set_text(f"- {row.replace('NUMERATOR', numerator)}", points="4"))
        told = explain(question(str(path), "2026-10", "H32.101", now=NOW), "A")
        assert told is not None
        assert (told.raising, told.unraised) == (None, why)


def test_json_of_a_score(ready: None) -> None:
    q = asked("H32.16")
    told = score_json(q, scored(q))
    assert {name: told[name] for name in ("index", "version", "period", "agency", "max", "band")} == {
        "index": "qd766", "version": "2026", "period": "2026-10", "agency": "H32.16", "max": 100.0, "band": None,
    }  # fmt: skip
    assert [group["code"] for group in told["groups"]] == ["1", "2", "3", "4", "5", "6"]
    (progress,) = [one for one in told["criteria"] if one["code"] == "2.1"]
    assert {name: progress[name] for name in ("points", "max", "numerator", "denominator", "ratio", "rule", "confirmed")} == {
        "points": 10.0, "max": 20.0, "numerator": 4, "denominator": 8, "ratio": 0.5, "rule": "linear", "confirmed": True,
    }  # fmt: skip
    assert sum(Fraction(str(one["points"] or 0)) for one in told["criteria"]) - Fraction(
        str(told["points"])
    ) < Fraction(1, 10)


@pytest.mark.parametrize(
    ("index", "period", "agency", "message"),
    [
        ("par", "2026-10", "", "Không có bộ chỉ số “par”; có: qd766"),
        ("khong-co.yaml", "2026-10", "", "khong-co.yaml: không đọc được tệp"),
        ("qd766", "2027-01", "", "Kỳ bắt đầu ngày 01/01/2027 ở sau thời điểm tính số liệu"),
        ("qd766", "2026-13", "", "Không đọc được kỳ “2026-13”"),
        ("qd766", "2026-H1", "", "không chấm cho kỳ “2026-H1”; cần tháng"),
        ("qd766", "2020", "", "không có bản nào áp dụng cho kỳ kết thúc ngày 31/12/2020"),
        ("qd766", "2026-10", "H99", "Không có cơ quan mang mã “H99”"),
    ],
)
@pytest.mark.django_db
def test_what_cannot_be_scored(index: str, period: str, agency: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        question(index, period, agency, now=NOW)


def test_a_period_that_has_not_ended_is_cut_at_now(ready: None) -> None:
    found = question("qd766", "2026-Q4", now=NOW)
    assert (found.asked.cut_at, found.asked.end) == (NOW, NOW)
    assert isinstance(scored(found), Score)


def test_a_score_moves_with_the_move_that_changes_it(committed_db) -> None:
    province = build_province()
    moved = live(province, until=4)
    late = later(days=10)
    catch_up()
    refresh(late)
    before = scored(question("qd766", "2026-11", now=late)).of("2.1")
    # Another one, resolved in time: counted as soon as the record has been read on.
    live(province, until=5)
    assert project(late) > 0
    after = scored(question("qd766", "2026-11", now=late)).of("2.1")
    assert before is not None
    assert after is not None
    assert (before.earned.numerator, before.earned.denominator) == (0, 1)
    assert (after.earned.numerator, after.earned.denominator) == (1, 2)
    cost = explain(question("qd766", "2026-11", now=late), "2.1")
    assert [row["dossier_id"] for row in cost.cost.rows] == [moved.id]  # type: ignore[union-attr]


def test_whether_rounds_before_acceptance_count_is_what_the_set_says(committed_db, tmp_path: Path) -> None:
    """One completion and one supplement: once sent back after acceptance, twice in all. Another one only completed."""
    province = build_province()
    counter, case = province.actor("counter"), province.actor("case")
    for supplements in (1, 0):
        moved = submit_dossier(province.intake(), actor=province.applicant, at=later())
        give_command(moved.id, c.AskCompletion(("Tờ khai",), "Thiếu chữ ký"), actor=counter, at=later(hours=1))
        give_command(moved.id, c.Complete(note="Đã ký"), actor=applicant_of(moved.id), at=later(hours=2))
        give_command(moved.id, c.Accept(), actor=counter, at=later(hours=3))
        give_command(moved.id, c.Forward("Thẩm định"), actor=case, at=later(hours=4))
        if supplements:
            give_command(moved.id, c.AskSupplement(("Bản vẽ",), "Sai"), actor=case, at=later(hours=5))
            give_command(moved.id, c.Supplement(note="Đã sửa"), actor=counter, at=later(hours=6))
    refresh(NOW)
    catch_up()
    told = []
    for measure in ("received_in_time", "received_in_time_all_rounds"):
        path = tmp_path / f"{measure}.yaml"
        row = "{code: A, title: Đúng hạn, kind: linear, points: 10, numerator: MEASURE, denominator: received}"
        path.write_text(set_text(f"- {row.replace('MEASURE', measure)}"))
        # Before the due, so that nothing else is late.
        q = question(str(path), "2026-11", now=later(hours=7))
        (one,) = scored(q).criteria
        raising = explain(q, "A").raising  # type: ignore[union-attr]
        told.append((one.earned.numerator, one.earned.denominator, raising and raising.after))
    assert told == [(2, 2, None), (1, 2, 10)]

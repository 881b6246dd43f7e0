"""The event log of a procedure as the ledger tells it, through the services that write the ledger."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.province import MONDAY, build_province, later
from tests.statistics.mining.town import Town, settle

from motcua.law.errors import BadInput
from motcua.statistics.mining.answers import Mined
from motcua.statistics.mining.log import Log, Stage, Trace
from motcua.statistics.mining.reading import Question, TooMany, mine_ledger, read_log
from motcua.statistics.mining.xes_writer import xes_lines

END = later(days=10)


@pytest.fixture
def town(db: None) -> Town:
    return settle(build_province())


def asked(**changes: object) -> Question:
    given = {"procedure": "1.001193", "first": date(2026, 11, 16), "last": date(2026, 11, 30), "as_of": END} | changes
    return Question(**given)  # type: ignore[arg-type]


def of(log: Log, town: Town, name: str) -> Trace:
    return next(one for one in log.traces if one.dossier_id == town.ids[name])


def behind(found: Mined, town: Town, part: str, key: str = "") -> set[str]:
    names = {pk: name for name, pk in town.ids.items()}
    return {names[one.dossier_id] for one in found.behind(part, key)}


def test_a_trace_is_steps_inside_the_process_and_kinds_around_it(town: Town) -> None:
    log = read_log(asked())

    straight = of(log, town, "straight")
    assert [(one.activity, one.at - MONDAY, one.begun and one.begun - MONDAY) for one in straight.events] == [
        ("dossier.submitted", timedelta(), None),
        ("dossier.accepted", timedelta(), None),
        ("appraise", timedelta(hours=1), timedelta()),
        ("sign", timedelta(hours=2), timedelta(hours=1)),
        ("issue", timedelta(hours=5), timedelta(hours=2)),
        ("dossier.handed_over", timedelta(hours=6), None),
    ]
    appraise = straight.events[2]
    assert (appraise.taken, appraise.outcome, appraise.minutes, appraise.role) == (
        later(minutes=30), "done", 600, "case_officer",
    )  # fmt: skip
    assert [one.office for one in straight.events] == ["", "TTPVHCC", "H32.16.03", "H32.16", "H32.16.03", "TTPVHCC"]
    assert (straight.case, straight.stage, straight.open, straight.agency) == (
        town.code("straight"), Stage.ENDED, False, "H32.16",
    )  # fmt: skip
    assert (log.title, log.label("appraise"), log.label("dossier.accepted"), log.office("H32.16.03")) == (
        "Cấp giấy phép xây dựng nhà ở riêng lẻ", "Thẩm định", "Tiếp nhận", "Phòng Quản lý xây dựng, Sở Xây dựng",
    )  # fmt: skip


def test_sent_back_taken_back_and_paused_are_in_it(town: Town) -> None:
    redone = of(read_log(asked()), town, "redone")

    assert [(one.activity, one.undone) for one in redone.events[2:]] == [
        ("dossier.supplement_asked", False),
        ("dossier.supplemented", False),
        ("appraise", False),
        ("sign", False),
        ("appraise", True),
        ("process.taken_back", False),
        ("appraise", False),
        ("sign", False),
        ("issue", False),
    ]
    assert redone.pauses == ((later(hours=1), later(hours=2)),)
    assert (redone.stage, redone.open) == (Stage.ENDED, True)


def test_what_is_not_at_its_end(town: Town) -> None:
    log = read_log(asked())

    assert {
        name: (of(log, town, name).stage, of(log, town, name).open) for name in ("withdrawn", "running", "new")
    } == {
        "withdrawn": (Stage.CUT, False),
        "running": (Stage.RUNNING, True),
        "new": (Stage.BEFORE, True),
    }
    assert of(log, town, "withdrawn").left == ("appraise",)
    assert of(log, town, "new").case == town.code("new")


def test_every_dossier_of_our_own_fits_its_process(town: Town) -> None:
    found = mine_ledger(asked())

    assert behind(found, town, "fitting") == {"straight", "redone", "withdrawn", "running", "other"}
    assert found.conformance.deviating == found.conformance.without == ()
    assert behind(found, town, "broken_off", "appraise") == {"withdrawn"}
    assert behind(found, town, "rework", "sign") == {"redone"}
    assert behind(found, town, "edge", "sign > issue") == {"straight", "redone"}
    assert behind(found, town, "office", "H32.16 > H32.16.03") == {"straight", "redone"}


def test_working_time_leaves_out_the_night_and_the_pause(town: Town) -> None:
    found = {one.key: one for one in mine_ledger(asked(agency="H32.16")).activities}

    # 09:20–10:20 of one; of the other 09:20–14:20 without the pause 10:20–11:20 and the lunch 11:30–13:30; 15:20–16:20,
    # taken back, and then again to 16:32; 15:20 of this day to 11:20 of the next, of the running one.
    appraise = found["appraise"]
    assert appraise.times is not None
    assert appraise.times.working is not None
    assert appraise.times.working.median == 60
    assert appraise.count == 5
    assert appraise.waited is not None
    assert (appraise.waited.clock.count, appraise.waited.clock.median) == (1, 30)


def test_as_of_is_what_was_known_then(town: Town) -> None:
    early = read_log(asked(as_of=later(hours=1.5)))

    assert [one.activity for one in of(early, town, "straight").events] == [
        "dossier.submitted", "dossier.accepted", "appraise",
    ]  # fmt: skip
    assert of(early, town, "straight").open
    assert of(early, town, "withdrawn").stage is Stage.RUNNING
    assert mine_ledger(asked()).as_json() == mine_ledger(asked()).as_json()


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"agency": "H32.16"}, {"straight", "redone", "withdrawn", "running", "new"}),
        ({"agency": "H32"}, {"straight", "redone", "withdrawn", "running", "new", "other"}),
        ({"within": frozenset({"H32.101"})}, {"other"}),
        ({"first": date(2026, 11, 17)}, set()),
        ({"last": date(2026, 11, 16)}, {"straight", "redone", "withdrawn", "running", "new", "other"}),
    ],
)
def test_scope_and_window(town: Town, changes: dict[str, object], names: set[str]) -> None:
    assert behind(mine_ledger(asked(**changes)), town, "all") == names


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"procedure": "9.9"}, "Không có thủ tục nào mang mã “9.9”"),
        ({"agency": "H99"}, "Không có cơ quan nào mang mã “H99”."),
        (
            {"agency": "H32.16", "within": frozenset({"H32.101"})},
            "Không có cơ quan nào mang mã “H32.16” trong phạm vi của ông/bà.",
        ),
        ({"first": date(2027, 1, 1), "last": date(2027, 1, 31)}, "chưa bắt đầu"),
        ({"last": date(2026, 11, 1)}, "ngày cuối phải từ ngày đầu trở đi"),
    ],
)
def test_a_bad_question_is_said(town: Town, changes: dict[str, object], said: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_log(asked(**changes))
    assert said in caught.value.message


def test_more_dossiers_than_one_waits_for(town: Town) -> None:
    assert len(read_log(asked(most=6)).traces) == 6
    with pytest.raises(TooMany, match="hơn 5 hồ sơ"):
        read_log(asked(most=5))


def test_no_person_is_in_an_export(town: Town) -> None:
    text = "".join(xes_lines(read_log(asked())))

    officers = [one.full_name for one in town.province.officers.values()]
    for word in ("Nguyễn Thị Hòa", "056190000123", "0905123456", "hoa@example.com", "Trần Phú", "Đổi ý", *officers):
        assert word not in text
    assert "CB-0001" in text

from dataclasses import replace

import pytest
from tests.processes.build import flow, line, node, parallel, process, result, review, step

from motcua.law.limits import Limit, Unit
from motcua.law.worktime import calendar_from, national_calendar
from motcua.processes.checks import PLAIN_WEEK, faults, limit_minutes, longest_path, week_of
from motcua.processes.definition import BadDefinition, Definition, from_json, to_json


@pytest.mark.parametrize("definition", [line(step("a")), review(), parallel()])
def test_sound_processes_have_no_fault(definition: Definition) -> None:
    assert faults(definition) == []


@pytest.mark.parametrize("definition", [line(step("a")), review(), parallel()])
def test_json_gives_the_same_process_back(definition: Definition) -> None:
    again = from_json(to_json(definition))
    assert again == definition
    assert again.digest == definition.digest


def only(definition: Definition, **given: int) -> str:
    found = faults(definition, **given)
    assert found, "no fault"
    return " | ".join(fault.message for fault in found)


def test_an_unknown_word_in_a_condition_names_the_gateway_and_the_word() -> None:
    definition = process(
        [node("which", "choice", name="Loại hồ sơ"), step("a"), step("b"), result()],
        "start>which",
        flow("which>a", condition="weather = rainy"),
        flow("which>b", default=True),
        "a>issue",
        "b>issue",
        "issue>end",
    )
    message = only(definition)
    assert "“Loại hồ sơ”" in message
    assert "“weather”" in message


def test_a_dead_end_is_named() -> None:
    definition = process([step("a"), step("lost", "Bỏ quên"), result()], "start>a", "a>issue", "issue>end", "a>lost")
    assert "“Bỏ quên” là ngõ cụt" in only(definition)


def test_an_unreachable_step_is_named() -> None:
    definition = process(
        [step("a"), step("far", "Ở xa"), step("far2", "Ở xa hai"), result()],
        "start>a", "a>issue", "issue>end", "far>far2", "far2>far",
    )  # fmt: skip
    assert "“Ở xa” không đến được" in only(definition)


def test_a_loop_without_exit_is_named() -> None:
    definition = process(
        [step("a", outcomes=(("x", "X"), ("y", "Y"))), step("b", "Vòng một"), step("c", "Vòng hai"), result()],
        "start>a", "a>issue:x", "a>b:y", "b>c", "c>b", "issue>end",
    )  # fmt: skip
    assert "vòng lặp không lối thoát" in only(definition)


def test_a_step_without_role_is_named() -> None:
    assert "Bước “Bước a” chưa có vai trò" in only(line(step("a", role="")))


def test_the_longest_path_above_the_limit_is_refused_with_its_longest_step() -> None:
    # Once back: 600 + 240 + 600 + 240 + 60.
    assert longest_path(review()).minutes == 1740
    assert faults(review(), minutes=1740) == []
    message = only(review(), minutes=1739)
    assert "“Thẩm định” (10 giờ)" in message
    assert "29 giờ làm việc, vượt thời hạn 28 giờ 59 phút" in message


def test_parallel_branches_count_by_the_slower() -> None:
    assert longest_path(parallel()).minutes == 480 + 60


def test_a_join_that_waits_in_vain_is_refused() -> None:
    definition = process(
        [node("which", "choice"), step("a"), step("b"), node("join", "join", name="Gộp"), result()],
        "start>which",
        flow("which>a", condition="channel = online"),
        flow("which>b", default=True),
        "a>join",
        "b>join",
        "join>issue",
        "issue>end",
    )
    assert "“Gộp” chờ một nhánh không bao giờ đến" in only(definition)


def test_branches_that_never_join_open_the_result_too_early() -> None:
    definition = process(
        [node("split", "split"), step("a"), step("b"), result()],
        "start>split", "split>a", "split>b", "a>issue", "b>issue", "issue>end",
    )  # fmt: skip
    assert "Ban hành kết quả" in only(definition)


def test_an_end_without_a_result_is_refused() -> None:
    definition = process([step("a", "Soạn thảo")], "start>a", "a>end")
    assert "“Soạn thảo” đi đến kết thúc nhưng không phải bước ban hành kết quả" in only(definition)


def test_an_outcome_without_its_arrow_is_refused() -> None:
    definition = replace(review(), flows=tuple(item for item in review().flows if item.id != "sign>appraise:redo"))
    assert "kết quả “Làm lại”: không có mũi tên nào" in only(definition)


@pytest.mark.parametrize(
    ("limit", "minutes"),
    [(Limit(8, Unit.WORKING_HOUR), 480), (Limit(3, Unit.WORKING_DAY), 1440), (Limit(14, Unit.DAY), 4800)],
)
def test_limits_compare_by_the_plain_week(limit: Limit, minutes: int) -> None:
    assert limit_minutes(limit) == minutes


# Four long days and a Friday of half a day.
SHORT_FRIDAY = (510, 510, 510, 510, 240)


@pytest.mark.parametrize(
    ("limit", "minutes"),
    [
        (Limit(8, Unit.WORKING_HOUR), 480),
        (Limit(1, Unit.WORKING_DAY), 240),
        (Limit(2, Unit.WORKING_DAY), 750),
        (Limit(7, Unit.WORKING_DAY), 2280 + 750),
        (Limit(14, Unit.DAY), 4560),
    ],
)
def test_limits_compare_by_the_least_time_of_the_agency_s_week(limit: Limit, minutes: int) -> None:
    assert limit_minutes(limit, SHORT_FRIDAY) == minutes


def test_the_season_with_less_time_is_the_week_that_counts() -> None:
    long = [["07:00", "11:30"], ["13:30", "17:30"]]
    short = {"mon": long, "tue": long, "wed": long, "thu": long, "fri": [["07:00", "11:00"]]}
    summer = {"name": "Mùa hè", "from": "04-16", "to": "10-15", "weekly": short}
    assert week_of(national_calendar()) == PLAIN_WEEK
    assert week_of(calendar_from({"seasons": [summer]})) == SHORT_FRIDAY


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([], "“nodes” và “flows”"),
        ({"nodes": {}}, "“nodes” phải là một danh sách"),
        ({"nodes": [{}]}, "phần tử thứ 1: thiếu mã"),
        ({"nodes": [{"id": "a", "kind": "step", "colour": "red"}]}, "từ lạ “colour”"),
        ({"nodes": [{"id": "a", "kind": "task"}]}, "“kind” là “task”"),
        ({"nodes": [{"id": "a", "kind": "step", "minutes": "9"}]}, "“minutes” cần số nguyên"),
        ({"nodes": [{"id": "a", "kind": "step", "minutes": True}]}, "“minutes” cần số nguyên"),
        ({"nodes": [{"id": "a", "kind": "step", "outcomes": ["x"]}]}, "danh sách các cặp"),
        ({"nodes": [{"id": "a", "kind": "step"}, {"id": "a", "kind": "end"}]}, "có hai lần"),
        ({"flows": [{"id": "f", "source": "a"}]}, "mũi tên thứ 1: thiếu “target”"),
        ({"flows": [{"id": "f", "source": "a", "target": "b", "default": "yes"}]}, "“default” cần"),
        ({"nodes": [{"id": "a", "kind": "step", "name": 7}]}, "“name” cần một chuỗi"),
    ],
)
def test_bad_data_is_refused_with_its_place(data: object, said: str) -> None:
    with pytest.raises(BadDefinition) as caught:
        from_json(data)
    assert said in caught.value.message

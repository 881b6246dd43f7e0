from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.processes.build import line, parallel, review, step

from motcua.law.limits import Limit, Unit
from motcua.processes.checks import faults, limit_minutes, longest_path
from motcua.processes.definition import Definition, NodeKind, StepKind, from_json, to_json
from motcua.processes.loops import back_flows
from motcua.processes.patterns import QUANTUM, LimitTooShort, fit, instantiate, pattern_of, patterns

CODES = list(patterns())

# From four hours to three hundred days, in each unit a limit is stated in.
LIMITS = st.one_of(
    st.builds(Limit, st.integers(4, 300 * 8), st.just(Unit.WORKING_HOUR)),
    st.builds(Limit, st.integers(1, 300), st.just(Unit.WORKING_DAY)),
    st.builds(Limit, st.integers(1, 300), st.just(Unit.DAY)),
)


def test_the_library_has_the_known_ways_of_working() -> None:
    assert set(CODES) == {
        "same_day", "short_hours", "electronic", "one_office", "one_office_short", "two_offices", "with_fee", "field_survey",
        "consultation", "consultations", "council", "tax_step", "province_committee", "province_project", "province_awards",
        "commune_chairman", "commune_vice_chairman", "commune_verification", "province_commune", "vertical", "vertical_hours",
        "declaration", "registry", "ministry", "ministry_consultation", "central_decision",
    }  # fmt: skip


@pytest.mark.parametrize("code", CODES)
@given(limit=LIMITS)
def test_an_instance_has_no_fault_and_uses_its_whole_limit(code: str, limit: Limit) -> None:
    minutes = limit_minutes(limit)

    made = instantiate(pattern_of(code), minutes)

    assert faults(made, minutes=minutes) == []
    assert longest_path(made).minutes == minutes // QUANTUM * QUANTUM
    assert all(node.minutes >= QUANTUM and node.minutes % QUANTUM == 0 for node in made.steps)


@pytest.mark.parametrize("code", CODES)
def test_a_pattern_is_told_in_words_and_reads_back(code: str) -> None:
    pattern = pattern_of(code)
    made = instantiate(pattern, pattern.usual_minutes)

    assert pattern.name
    assert pattern.says.endswith(".")
    assert from_json(to_json(made)).digest == made.digest
    assert pattern.least_minutes <= 240 <= pattern.usual_minutes
    # Wherever somebody outside is asked, his silence leads on.
    for node in made.steps:
        if node.step is StepKind.CONSULTATION:
            assert "timeout" in {flow.outcome for flow in made.out[node.id]}, node.id


@pytest.mark.parametrize("code", CODES)
def test_the_least_time_is_exactly_the_least(code: str) -> None:
    pattern = pattern_of(code)
    assert longest_path(instantiate(pattern, pattern.least_minutes)).minutes == pattern.least_minutes
    with pytest.raises(LimitTooShort, match=pattern.name):
        instantiate(pattern, pattern.least_minutes - QUANTUM)


def test_patterns_differ_in_shape() -> None:
    kinds = Counter(node.kind for pattern in patterns().values() for node in pattern.drawn.nodes)
    assert kinds[NodeKind.SPLIT] == kinds[NodeKind.JOIN] == 4
    assert sum(bool(back_flows(pattern.drawn)) for pattern in patterns().values()) >= 20
    assert len({pattern.drawn.digest for pattern in patterns().values()}) == len(CODES)


def test_the_documentation_lists_the_library() -> None:
    text = (Path(__file__).parents[2] / "docs" / "patterns.md").read_text(encoding="utf-8")
    rows = [line.split(" | ")[:2] for line in text.splitlines() if line.startswith("| `")]
    assert rows == [[f"| `{pattern.code}`", pattern.name] for pattern in patterns().values()]


def test_shares_become_times_in_proportion() -> None:
    made = instantiate(pattern_of("short_hours"), 480)
    assert [(node.id, node.minutes) for node in made.steps] == [("check", 255), ("sign", 135), ("issue", 90)]


def test_the_province_s_steps_go_to_its_office_or_stay() -> None:
    bound = instantiate(pattern_of("province_committee"), 4800, province="H32")
    free = instantiate(pattern_of("province_committee"), 4800)
    assert {node.id for node in bound.steps if node.agency == "H32"} == {"verify", "decide"}
    assert {node.agency for node in free.steps} == {""}


def test_an_unknown_pattern_is_named() -> None:
    with pytest.raises(Exception, match="Không có mẫu quy trình “khac”"):
        pattern_of("khac")


@pytest.mark.parametrize("definition", [review(), parallel(), line(step("a", minutes=1), step("b", minutes=1000))])
@given(minutes=st.integers(300, 60_000))
def test_any_process_is_fitted_to_a_limit(definition: Definition, minutes: int) -> None:
    made = fit(definition, minutes)
    assert longest_path(made).minutes <= minutes
    assert longest_path(made).minutes > minutes - 2 * QUANTUM
    assert [node.id for node in made.nodes] == [node.id for node in definition.nodes]
    assert made.flows == definition.flows


def test_a_process_of_many_steps_does_not_fit_an_hour() -> None:
    with pytest.raises(LimitTooShort, match="cần ít nhất 1 giờ 15 phút làm việc, thời hạn chỉ có 1 giờ"):
        fit(line(*(step(f"s{number}") for number in range(4))), 60)

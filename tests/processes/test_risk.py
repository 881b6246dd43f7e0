"""The late risk: its arithmetic, that nothing of the future gets in, that past and present rows agree, and when it is shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date, datetime, timedelta

import numpy as np
import pytest
from bench._year import Province as Year
from bench._year import Size
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from motcua.dossiers.models import OPEN_STATES, Dossier
from motcua.law.errors import DomainError
from motcua.law.moments import VIETNAM, to_minutes
from motcua.processes.models import RiskModel, WorkItem
from motcua.processes.risk import past as past_rows
from motcua.processes.risk import services, training
from motcua.processes.risk.learn import Logistic, auc, brier, calibration, fit, logistic_from, sigmoid
from motcua.processes.risk.past import Past, item_at, item_starts, known_at, look, read_past, rows_at
from motcua.processes.risk.present import read_present
from motcua.processes.risk.queries import Level, Risk, risk_of
from motcua.processes.risk.rows import GROUPS, Known, Rows, read, words
from motcua.processes.risk.training import known_from, known_json, passes

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=VIETNAM)
SINCE = datetime(2026, 1, 1, tzinfo=VIETNAM)


# ---- the arithmetic ----


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=60))
def test_auc_is_the_share_of_pairs_put_in_order(rows: list[tuple[int, bool]]) -> None:
    likely, late = np.array([row[0] for row in rows], dtype=float), np.array([row[1] for row in rows])
    pairs = [(a > b) + (a == b) / 2 for a in likely[late] for b in likely[~late]]
    assert auc(likely, late) == pytest.approx(sum(pairs) / len(pairs) if pairs else 0.5)


def test_brier_and_calibration_are_what_one_counts_by_hand() -> None:
    likely, late = np.array([0.0, 0.5, 1.0, 0.5]), np.array([False, True, True, False])
    assert brier(likely, late) == (0 + 0.25 + 0 + 0.25) / 4
    first, second = calibration(likely, late, bins=2)
    assert (first.count, first.said, first.was) == (2, 0.25, 0.5)
    assert (second.count, second.said, second.was) == (2, 0.75, 0.5)


def test_the_weights_that_made_the_data_come_out_and_survive_json() -> None:
    dice = np.random.default_rng(5)
    columns = dice.normal(size=(20_000, 3))
    late = dice.random(20_000) < sigmoid(-1.0 + columns @ np.array([1.5, -0.7, 0.0]))
    model = fit(columns, late)
    found = model.slope * model.weights[1:] / model.scale
    assert found == pytest.approx([1.5, -0.7, 0.0], abs=0.08)
    again = logistic_from(model.as_json())
    assert np.array_equal(again.probability(columns), model.probability(columns))
    bins = calibration(model.probability(columns), late)
    assert max(abs(bin_.said - bin_.was) for bin_ in bins) < 0.04
    assert model.parts(columns[:5]).sum(axis=1) == pytest.approx(
        model.slope * (model.score(columns[:5]) - model.weights[0])
    )


def test_data_that_is_apart_does_not_run_away() -> None:
    columns = np.linspace(-1, 1, 400)[:, None]
    shuffled = np.random.default_rng(1).permutation(400)
    model = fit(columns[shuffled], (columns[:, 0] > 0)[shuffled])
    assert np.isfinite(model.weights).all()
    assert model.probability(np.array([[-1.0], [1.0]])) == pytest.approx([0.0, 1.0], abs=0.05)


@pytest.mark.parametrize(
    ("proof", "shown"),
    [
        ({"auc": 0.80, "auc_time": 0.74, "brier": 0.10, "brier_time": 0.12}, True),
        ({"auc": 0.80, "auc_time": 0.76, "brier": 0.10, "brier_time": 0.12}, False),
        ({"auc": 0.90, "auc_time": 0.70, "brier": 0.12, "brier_time": 0.12}, False),
    ],
)
def test_it_is_shown_only_where_it_is_clearly_better(proof: dict[str, float], shown: bool) -> None:
    assert passes(proof) is shown


# ---- rows ----


@pytest.fixture(scope="module")
def year(django_db_setup: None, django_db_blocker) -> Iterator[Year]:
    """Two offices for five months, written once for this file and rolled back at its end."""
    from django.db import transaction

    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        try:
            made = Year(Size(2, 3.2, date(2026, 1, 5), NOW, seed=3))
            made.live()
            made.write()
            yield made
        finally:
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)


@pytest.fixture
def story(year: Year, django_db_blocker) -> Iterator[Year]:
    """The story, in a savepoint of this test."""
    from django.db import transaction

    with django_db_blocker.unblock():
        mark = transaction.savepoint()
        yield year
        transaction.savepoint_rollback(mark)


def rows_now(past: Past, ids: list[int], at: int) -> Rows:
    """Rows of open dossiers at a minute, as `look` makes them for mornings."""
    d, starts, chosen = past.dossiers, item_starts(past), []
    for number in np.flatnonzero(np.isin(d["id"], ids)).tolist():
        item = item_at(past, starts, number, at)
        assert item is not None
        entries = [entry for entry in past.clock.get(int(d["id"][number]), []) if entry[0] <= at]
        due = [moved for _, _, moved in entries if moved]
        rounds = sum(kind == "dossier.supplement_asked" for _, kind, _ in entries)
        chosen.append((number, at, due[-1] if due else int(d["first_due"][number]), rounds, item))
    table = np.array(chosen, dtype=np.int64)
    return rows_at(past, *(table[:, column] for column in range(5)))


def test_rows_of_the_past_are_the_rows_of_the_present(story: Year) -> None:
    """What is learnt from and what is asked later are made by different statements; they must mean the same."""
    ids = list(Dossier.objects.filter(state__in=OPEN_STATES, paused_at=None).values_list("id", flat=True))
    present = read_present(ids, NOW)
    assert len(present) > 20
    past = rows_now(read_past(SINCE, NOW), present.dossier.tolist(), to_minutes(NOW))
    for spec in fields(Rows):
        assert np.array_equal(getattr(present, spec.name), getattr(past, spec.name)), spec.name


def test_nothing_that_happened_later_is_in_a_row(story: Year) -> None:
    """Everything after a moment is made different: rows of that moment and what was known then stay the same."""
    past = read_past(SINCE, NOW)
    at = to_minutes(NOW - timedelta(days=40))
    open_then = (past.dossiers["start"] < at) & (past.dossiers["end"] > at)
    starts = item_starts(past)
    ids = [
        int(past.dossiers["id"][number])
        for number in np.flatnonzero(open_then).tolist()
        if item_at(past, starts, number, at) is not None
    ]
    before, known = rows_now(past, ids, at), known_at(past, at)
    assert len(before) > 20

    far = past_rows._AFTER_ALL
    dossiers = {name: column.copy() for name, column in past.dossiers.items()}
    later = dossiers["end"] > at
    dossiers["end"][later], dossiers["resolved"][later] = far, 0
    items = {name: column.copy() for name, column in past.items.items()}
    items["closed"][items["closed"] > at] = far
    items["closed_by"][items["closed"] == far] = 0
    there = items["opened"] <= at
    changed = replace(
        past,
        dossiers=dossiers,
        items={name: column[there] for name, column in items.items()},
        clock={id_: [one for one in told if one[0] <= at] for id_, told in past.clock.items()},
    )
    after = rows_now(changed, ids, at)
    for spec in fields(Rows):
        assert np.array_equal(getattr(before, spec.name), getattr(after, spec.name)), spec.name
    again = known_at(changed, at)
    assert (again.late_agency, again.officer_rate, again.to_result) == (
        known.late_agency,
        known.officer_rate,
        known.to_result,
    )


def test_mornings_stop_at_the_due_and_leave_out_pauses(story: Year) -> None:
    past = read_past(SINCE, NOW)
    looked = look(past, now=to_minutes(NOW))
    assert len(looked.at) > 1_000
    assert (looked.at // 1440 <= looked.due // 1440).all()
    assert (looked.at % 1440 == 8 * 60).all()
    assert (np.diff(looked.at) >= 0).all()
    stopped = {
        id_ for id_, told in past.clock.items() if any(kind == "dossier.supplement_asked" for _, kind, _ in told)
    }
    assert stopped
    for id_, at in zip(looked.rows.dossier.tolist(), looked.at.tolist(), strict=True):
        if id_ in stopped:
            kinds = [kind for moment, kind, _ in past.clock[id_] if moment <= at]
            assert not kinds or kinds[-1] != "dossier.supplement_asked"


def test_a_dossier_without_a_due_teaches_nothing_and_its_steps_count_for_nobody(story: Year) -> None:
    """A same-day dossier may be the last one there is: its steps belong to no row."""
    last = Dossier.objects.filter(work_items__isnull=False).order_by("-id")[0]
    Dossier.objects.filter(pk=last.pk).update(original_due_at=None)
    past = read_past(SINCE, NOW)
    assert last.pk not in past.dossiers["id"]
    assert last.pk not in past.items["dossier"]
    assert last.pk not in past.clock
    assert known_at(past, to_minutes(NOW)).late_all > 0


def test_known_survives_json(story: Year) -> None:
    known = known_at(read_past(SINCE, NOW), to_minutes(NOW))
    assert known_from(known_json(known)) == known
    assert 0 < known.late_all < 1
    assert len(known.late_agency) == 2


# ---- what officers see ----


def shown_model(agency_id: int | None, known: Known, *, shown: bool = True, number: int = 1) -> RiskModel:
    """A model that looks at the time left only: late for certain with nothing left."""
    weights = np.zeros(len(GROUPS) + 1)
    weights[1] = -2.0
    logistic = Logistic(np.zeros(len(GROUPS)), np.ones(len(GROUPS)), weights, 1.0, 2.0)
    return RiskModel.objects.create(
        agency_id=agency_id, number=number, trained_at=NOW, cut_at=NOW, shown=shown, proof={},
        content={"logistic": logistic.as_json(), "known": known_json(known)},
    )  # fmt: skip


EMPTY = Known(0.1, {}, {}, {}, {}, {})


def running() -> list[int]:
    return list(
        Dossier.objects.filter(state__in=OPEN_STATES, paused_at=None, due_at__gt=NOW)
        .order_by("id")
        .values_list("id", flat=True)
    )


def test_no_model_no_risk_for_one_query(story: Year) -> None:
    ids = running()
    with CaptureQueriesContext(connection) as queries:
        assert risk_of(ids, NOW) == {}
    assert len(queries) == 1


def test_risk_is_one_set_of_queries_whatever_the_number(story: Year) -> None:
    shown_model(None, EMPTY)
    ids = running()
    risk_of(ids, NOW)

    def cost(some: list[int]) -> int:
        with CaptureQueriesContext(connection) as queries:
            risk_of(some, NOW)
        return len(queries)

    assert cost(ids[:1]) == cost(ids) <= 6
    found = risk_of(ids, NOW)
    assert set(found) == set(ids)
    assert {risk.level for risk in found.values()} == {Level.LOW, Level.MIDDLE, Level.HIGH}


def test_paused_finished_and_overdue_dossiers_have_no_risk(story: Year) -> None:
    shown_model(None, EMPTY)
    others = Dossier.objects.exclude(pk__in=running())
    overdue = others.filter(due_at__lt=NOW - timedelta(days=1), state__in=OPEN_STATES).values_list("id", flat=True)
    assert risk_of(list(others.exclude(state__in=OPEN_STATES).values_list("id", flat=True)[:50]), NOW) == {}
    assert risk_of(list(overdue), NOW) == {}
    assert risk_of(list(others.exclude(paused_at=None).values_list("id", flat=True)), NOW) == {}


def test_an_agency_s_own_model_speaks_for_it_also_by_silence(story: Year) -> None:
    first, second = (office.agency.pk for office in story.offices)
    shown_model(None, EMPTY)
    shown_model(first, EMPTY, shown=True)
    shown_model(first, EMPTY, shown=False, number=2)
    found = risk_of(running(), NOW)
    agencies = set(Dossier.objects.filter(pk__in=found).values_list("agency_id", flat=True))
    assert agencies == {second}


def test_reasons_name_the_figures(story: Year) -> None:
    rows = read_present(running(), NOW)
    known = known_at(read_past(SINCE, NOW), to_minutes(NOW))
    made = read(rows, known)
    parts = np.zeros((len(rows), len(GROUPS)))
    parts[:, GROUPS.index("need")] = 2.0
    parts[:, GROUPS.index("load")] = 1.0
    said = words(rows, made, parts, 0)
    assert len(said) == 2
    assert said[0].startswith("còn ")
    assert "việc đang chờ" in said[1]
    assert words(rows, made, parts * 0, 0) == ()


def test_the_text_says_level_share_and_reasons() -> None:
    assert Risk(0.72, ("đã bổ sung 1 lần",)).text() == "Nguy cơ trễ: cao (72 %), vì đã bổ sung 1 lần"
    assert Risk(0.3, ()).text() == "Nguy cơ trễ: vừa (30 %)"
    assert Risk(0.1, ()).level is Level.LOW


# ---- training ----


def test_training_keeps_a_version_with_its_proof(story: Year, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "ENOUGH_ROWS", 300)
    monkeypatch.setattr(training, "ENOUGH_LATE", 20)
    trained = services.train(at=NOW, months=5, held_back=1)
    province = trained[0]
    assert province.agency == ""
    assert province.model is not None
    proof = province.model.proof
    assert proof["rows"] >= 300
    assert 0.5 < proof["auc_time"] < 1
    assert province.model.shown is passes(proof)
    assert sum(bin_["count"] for bin_ in proof["calibration"]) == proof["rows"]
    again = services.train(at=NOW, months=5, held_back=1)[0].model
    assert again is not None
    assert again.number == province.model.number + 1
    assert again.proof == proof
    assert again.content == province.model.content


def test_a_short_history_teaches_nothing_and_says_so(story: Year) -> None:
    trained = services.train(at=NOW, agency_codes=[story.offices[0].agency.code], months=2, held_back=1)
    assert [one.model for one in trained] == [None, None]
    assert all("cần ít nhất" in one.reason for one in trained)
    assert not RiskModel.objects.exists()


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ({"agency_codes": ["H99"]}, "Không có cơ quan nào mang mã “H99”"),
        ({"months": 2, "held_back": 2}, "Số tháng để học"),
        ({"months": 99}, "Số tháng để học"),
        ({"held_back": 0}, "giữ lại ít nhất là 1"),
    ],
)
def test_bad_questions_are_refused(story: Year, given_: dict[str, object], said: str) -> None:
    with pytest.raises(DomainError, match=said):
        services.train(at=NOW, **given_)
    assert not RiskModel.objects.exists()


def test_the_generated_story_is_whole(story: Year) -> None:
    """The province that all this is measured on keeps the rules of the house."""
    assert Dossier.objects.count() == len(story.cases)
    resolved = Dossier.objects.exclude(resolved_at=None)
    assert resolved.count() > 500
    assert not WorkItem.objects.filter(dossier__in=resolved, closed_at=None).exists()
    open_now = Dossier.objects.filter(state__in=OPEN_STATES)
    assert open_now.count() == open_now.filter(work_items__closed_at=None).distinct().count()

"""Two officers click at once: one success, one clear "already changed", and nothing written twice."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from django.db import connections
from tests.dossiers.lives import live
from tests.province import MONDAY, build_province, result

from motcua.dossiers import commands as c
from motcua.dossiers import writer
from motcua.dossiers.decide import decide
from motcua.dossiers.models import Dossier, LedgerEntry, Result, Timer
from motcua.dossiers.services import give_command, submit_dossier
from motcua.dossiers.writer import AlreadyChanged
from motcua.law.lifecycle import State
from motcua.notifications.models import Notice


def test_without_the_guard_both_would_have_written(committed_db) -> None:
    province = build_province()
    moved = submit_dossier(province.intake(), actor=province.applicant, at=MONDAY)
    accept, refuse = (
        decide(writer.load(moved.id).snapshot, command, MONDAY) for command in (c.Accept(), c.Refuse("Trùng"))
    )

    with psycopg.connect(committed_db.url) as one, psycopg.connect(committed_db.url) as other:
        for session in (one, other):
            found = session.execute("SELECT state FROM dossiers_dossier WHERE id = %s", [moved.id]).fetchone()
            assert found == ("submitted",)
        written = []
        for session, decision in ((one, accept), (other, refuse)):
            done = session.execute(
                "UPDATE dossiers_dossier SET state = %s WHERE id = %s", [decision.to_state.value, moved.id]
            )
            written.append(done.rowcount)
            session.commit()

    assert written == [1, 1], "each believes that its click counted"
    assert Dossier.objects.get().state == State.REFUSED, "and the first one's is lost"


def test_two_clicks_at_once_are_one_success_and_one_already_changed(committed_db, monkeypatch) -> None:
    province = build_province()
    moved = submit_dossier(province.intake(), actor=province.applicant, at=MONDAY)
    counter = province.actor("counter")
    wait_after_reading(monkeypatch)

    def click(command):
        try:
            return give_command(moved.id, command, actor=counter, at=MONDAY).state
        except AlreadyChanged as refused:
            return refused.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(click, (c.Accept(), c.Refuse("Trùng"))))

    assert outcomes in (["accepted", "already_changed"], ["already_changed", "refused"])
    dossier = Dossier.objects.get()
    assert dossier.state in outcomes
    assert list(LedgerEntry.objects.order_by("seq").values_list("seq", "kind")) == [
        (1, "dossier.submitted"),
        (2, f"dossier.{dossier.state}"),
    ]
    assert set(Notice.objects.values_list("template", flat=True)) == {"submitted", dossier.state}


@pytest.mark.parametrize("kind", ["result", "supplement"])
def test_the_same_click_at_once_leaves_its_rows_once(committed_db, monkeypatch, kind) -> None:
    province = build_province()
    moved = live(province, until=3)
    case, later = province.actor("case"), MONDAY + timedelta(hours=60)
    command = c.Resolve(result()) if kind == "result" else c.AskSupplement(("Bản vẽ",), "Sai bản vẽ")
    wait_after_reading(monkeypatch)

    def click(_):
        try:
            return give_command(moved.id, command, actor=case, at=later).seq
        except AlreadyChanged as refused:
            return refused.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(click, range(2)))

    assert sorted(outcomes, key=str) == [4, "already_changed"]
    assert Result.objects.count() == (1 if kind == "result" else 0)
    assert Timer.objects.count() == 1
    assert LedgerEntry.objects.count() == 4


def wait_after_reading(monkeypatch) -> None:
    """Both have read before either writes."""
    both_have_read = threading.Barrier(2)
    load = writer.load

    def load_and_wait(*args, **kwargs):
        loaded = load(*args, **kwargs)
        both_have_read.wait()
        return loaded

    monkeypatch.setattr(writer, "load", load_and_wait)


def test_double_hand_in_at_once_is_one_dossier(committed_db, monkeypatch) -> None:
    province = build_province()
    intake = province.intake()
    ready = threading.Barrier(2)

    def hand_in(_):
        try:
            ready.wait()
            return submit_dossier(intake, actor=province.applicant, at=MONDAY)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(hand_in, range(2))

    assert first == second
    assert first.code == "H32.16-261116-0001"
    assert Dossier.objects.count() == LedgerEntry.objects.count() == 1
    assert submit_dossier(province.intake(), actor=province.applicant, at=MONDAY).code == "H32.16-261116-0002"

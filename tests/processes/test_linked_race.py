"""Joined requests under real commits: several workers at once, a worker that dies in the middle, two hand-ins at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connections
from tests.processes.families import RESULT, asked_elsewhere, build_town, handed_in_and_born, resolve, states
from tests.province import MONDAY

from motcua.dossiers.decide import GuardFailed
from motcua.dossiers.models import Dossier, LedgerEntry
from motcua.exchange import services as exchange
from motcua.exchange.models import InReply
from motcua.exchange.providers import Reply
from motcua.processes import linked
from motcua.processes.linked import advance_joined, hand_in
from motcua.processes.models import AgencyTransfer, JoinedRequest, StuckDossier
from motcua.processes.stuck.services import find_stuck

AT = MONDAY + timedelta(hours=1)


def together(times: int, do) -> list[object]:
    def one(number: int) -> object:
        try:
            return do(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def kinds() -> list[str]:
    return sorted(LedgerEntry.objects.values_list("kind", flat=True))


def test_workers_at_once_start_each_part_once(committed_db) -> None:
    town = build_town()
    handed = handed_in_and_born(town, AT)
    together(4, lambda _: advance_joined(AT))
    assert states(handed) == {"birth": "resolved", "residence": "accepted", "insurance": "accepted"}
    assert kinds().count("dossier.accepted") == 3
    assert AgencyTransfer.objects.count() == 2


def test_a_worker_that_dies_in_the_middle_leaves_nothing_half_begun(
    committed_db, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = build_town()
    handed = handed_in_and_born(town, AT)
    real, begun = linked._begin, []

    def dies(part, *rest: object, **when: object) -> None:
        if begun:
            raise SystemExit
        begun.append(part)
        real(part, *rest, **when)

    monkeypatch.setattr(linked, "_begin", dies)
    with pytest.raises(SystemExit):
        advance_joined(AT)
    assert states(handed) == {"birth": "resolved", "residence": "draft", "insurance": "draft"}
    monkeypatch.setattr(linked, "_begin", real)
    advance_joined(AT)
    assert states(handed) == {"birth": "resolved", "residence": "accepted", "insurance": "accepted"}
    assert kinds().count("dossier.accepted") == 3


def test_a_part_that_cannot_begin_holds_up_no_other_and_is_found(committed_db, monkeypatch: pytest.MonkeyPatch) -> None:
    town = build_town()
    first, second = town.at_counter(), town.at_counter()
    for handed in (first, second):
        resolve(town, handed.dossiers["birth"], AT)
    real = linked._begin

    def refuses(part, *rest: object, **when: object) -> None:
        if part.dossier_id == first.dossiers["residence"]:
            raise GuardFailed("Không nhận được.")
        real(part, *rest, **when)

    monkeypatch.setattr(linked, "_begin", refuses)
    assert advance_joined(AT) == 2
    assert [states(handed)["residence"] for handed in (first, second)] == ["draft", "accepted"]
    assert stuck_at(AT + timedelta(minutes=10)) == []
    assert stuck_at(AT + timedelta(minutes=11)) == [
        (first.dossiers["birth"], AT, "Bắt đầu các phần liên thông tiếp theo")
    ]
    monkeypatch.setattr(linked, "_begin", real)
    advance_joined(AT + timedelta(minutes=12))
    assert stuck_at(AT + timedelta(minutes=13)) == []


def stuck_at(at: datetime) -> list[tuple[int, datetime, str]]:
    find_stuck(at)
    return list(StuckDossier.objects.filter(kind="job_failed").values_list("dossier_id", "since", "detail"))


def test_one_key_handed_in_by_two_clicks_is_one_request(committed_db) -> None:
    town = build_town()
    given = town.given()
    made = together(3, lambda _: hand_in(given, actor=town.province.applicant, at=MONDAY).request_id)
    assert len(set(made)) == 1
    assert (JoinedRequest.objects.count(), Dossier.objects.count()) == (1, 3)


def test_an_answer_that_comes_in_two_jobs_at_once_is_done_once(committed_db) -> None:
    town = build_town()
    handed, message = asked_elsewhere(town, AT)
    reply = Reply("a-2", "resolved", {"result": RESULT})
    at = AT + timedelta(minutes=5)
    together(4, lambda number: exchange.take(message, replace(reply, id=f"a-{number % 2}"), at).taken)
    assert sorted(InReply.objects.values_list("taken", flat=True)) == ["done", "repeated"]
    assert sum(InReply.objects.values_list("times", flat=True)) == 4
    assert states(handed)["residence"] == "resolved"
    assert kinds().count("dossier.resolved") == 2

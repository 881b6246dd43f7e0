"""A worker that dies at any statement of what follows in a joined hand-in leaves it as it was, or as it shall be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.db import connection
from tests.processes.families import RESULT, Town, asked_elsewhere, build_town, handed_in_and_born
from tests.province import MONDAY

from motcua.dossiers.models import Dossier, LedgerEntry, Paper
from motcua.exchange import services as exchange
from motcua.exchange.models import InReply, OutMessage
from motcua.exchange.providers import Reply
from motcua.notifications.models import Notice
from motcua.processes.linked import advance_joined
from motcua.processes.models import AgencyTransfer, JoinedRequest, WorkItem

pytestmark = pytest.mark.django_db
AT = MONDAY + timedelta(hours=1)
LATER = AT + timedelta(minutes=5)


class Dead(BaseException):
    """No handler of the program catches it, as none runs after kill -9."""


@contextmanager
def dying_at(statement: int) -> Iterator[None]:
    told = count(1)

    def run(execute: Callable[..., Any], sql: str, *given: Any) -> Any:
        # The work's own transactions are savepoints here; ending one is not a statement of the work.
        if "SAVEPOINT" not in sql and next(told) == statement:
            raise Dead
        return execute(sql, *given)

    with connection.execute_wrapper(run):
        yield


def everything() -> dict[str, list[Any]]:
    """What the parts are, by all that lasts; ids and times that tell only the order of writing are left out."""
    return {
        "dossiers": list(Dossier.objects.order_by("id").values_list("id", "state", "seq", "code", "due_at")),
        "entries": sorted(LedgerEntry.objects.values_list("dossier_id", "seq", "kind", "occurred_at")),
        "papers": sorted(Paper.objects.values_list("dossier_id", "name")),
        "transfers": sorted(AgencyTransfer.objects.values_list("dossier_id", "to_agency_id", "sent_at")),
        "notices": sorted(Notice.objects.values_list("dossier_id", "entry__seq", "channel", "template")),
        "steps": sorted(WorkItem.objects.values_list("dossier_id", "token", "node")),
        "requests": list(JoinedRequest.objects.values_list("id", "looked_seq", "closed_at", "due_at")),
        "replies": sorted(InReply.objects.values_list("reply_id", "kind", "taken", "times")),
        "messages": list(OutMessage.objects.order_by("id").values_list("id", "state", "answered_at")),
    }


def dies_everywhere(work: Callable[[], object]) -> int:
    """Kill the work at its first statement, its second and so on: nothing of it may stay. Then let it live.

    Returns at how many statements it died.
    """
    before = everything()
    for statement in count(1):
        try:
            with dying_at(statement):
                work()
        except Dead:
            assert everything() == before
        else:
            return statement - 1
    raise AssertionError


@pytest.fixture
def town() -> Town:
    return build_town()


def test_what_follows_happens_whole_or_not_at_all(town: Town) -> None:
    handed_in_and_born(town, AT)
    assert dies_everywhere(lambda: advance_joined(AT)) > 20
    done = everything()
    assert [(row[1], row[2]) for row in done["dossiers"]] == [("resolved", 2), ("accepted", 2), ("accepted", 2)]
    JoinedRequest.objects.update(looked_seq=0)
    advance_joined(AT)
    assert everything() == done


def test_an_answer_is_taken_whole_or_not_at_all_and_again_changes_nothing(town: Town) -> None:
    handed, message = asked_elsewhere(town, AT)
    reply = Reply("a-1", "resolved", {"result": RESULT})
    assert dies_everywhere(lambda: exchange.take(message, reply, LATER)) > 5
    done = everything()
    assert Dossier.objects.get(pk=handed.dossiers["residence"]).state == "resolved"
    for again in (reply, Reply("a-2", "resolved", {"result": RESULT}), Reply("a-3", "refused", {"result": RESULT})):
        exchange.take(message, again, LATER + timedelta(minutes=1))
    assert everything() | {"replies": []} == done | {"replies": []}
    assert everything()["replies"] == [
        ("a-1", "resolved", "done", 2), ("a-2", "resolved", "repeated", 1), ("a-3", "refused", "repeated", 1),
    ]  # fmt: skip

"""The joined hand-ins of the demonstration: every kind of answer from outside, and where each of them stands."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.db import connection, transaction

from motcua.catalog.base_data import BASE_VALID_FROM, open_base_data
from motcua.catalog.store import store
from motcua.demo import build, closing
from motcua.demo.families import FAMILIES, PARTS, chosen, examples, tell_families
from motcua.demo.offers import PICKS
from motcua.demo.organisation import build_organisation
from motcua.dossiers.ledger import GENESIS, entry_hash
from motcua.dossiers.models import Dossier, LedgerEntry, Result
from motcua.exchange.models import InReply, OutMessage
from motcua.law.moments import VIETNAM
from motcua.notifications.models import Notice
from motcua.processes.joined_data import load_joined
from motcua.processes.models import JoinedRequest

NOW = datetime(2026, 11, 22, 11, 0, tzinfo=VIETNAM)


@pytest.fixture(scope="module", autouse=True)
def told(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        wanted = {pick.code for pick in PICKS} | {"2.000986"}
        with open_base_data() as (_, lines):
            store([facts for facts in lines if facts.code in wanted], valid_from=BASE_VALID_FROM, source="motcua")
        load_joined()
        world = build_organisation(random.Random(1), at=NOW)
        tell_families(world, chosen(3_000, 90), seed=5, now=NOW)
        yield
        transaction.set_rollback(True)


def test_every_family_is_told_in_three_parts() -> None:
    assert JoinedRequest.objects.count() == len(FAMILIES)
    assert Dossier.objects.count() == PARTS * len(FAMILIES)


def test_outside_agencies_answer_in_time_late_refuse_or_keep_silent() -> None:
    sent = OutMessage.objects.filter(kind="dossier")
    assert Counter(InReply.objects.values_list("kind", "taken")) == {
        ("accepted", "done"): 12, ("resolved", "done"): 8, ("refused", "done"): 2,
    }  # fmt: skip
    assert sent.filter(answered_at__isnull=False, silent_at__isnull=False).count() == 3
    assert sent.filter(answered_at=None, silent_at__isnull=False).count() == 2
    # These are answered while somebody looks.
    assert sent.filter(state="waiting").count() == 3
    assert not sent.filter(state="failed").exists()


def test_no_two_results_from_outside_bear_one_number() -> None:
    numbers = list(Result.objects.filter(number__startswith="TN-").values_list("number", flat=True))
    assert len(numbers) == len(set(numbers)) == 10


def test_every_state_of_a_part_can_be_seen() -> None:
    outside = Dossier.objects.filter(agency__level="vertical", joined_part__isnull=False)
    assert Counter(outside.values_list("state", flat=True)) == {
        "handed_over": 8, "returned": 2, "accepted": 5, "draft": 2, "refused": 2, "withdrawn": 2,
    }  # fmt: skip
    assert JoinedRequest.objects.filter(closed_at=None).count() == 6


def test_nothing_happens_after_now_or_before_it_may() -> None:
    assert not LedgerEntry.objects.filter(recorded_at__gt=NOW).exists()
    heads: dict[int, tuple[int, bytes]] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT dossier_id, seq, prev, hash, text FROM dossiers_ledgerentry ORDER BY dossier_id, seq")
        for dossier, seq, prev, hash_, text in cursor.fetchall():
            assert (seq - 1, bytes(prev)) == heads.get(dossier, (0, GENESIS))
            assert bytes(hash_) == entry_hash(dossier, seq, bytes(prev), text)
            heads[dossier] = (seq, bytes(hash_))


def test_the_past_was_told_at_its_time() -> None:
    old = Notice.objects.filter(created_at__lt=datetime(2026, 11, 20, tzinfo=VIETNAM))
    assert old.count() > 100
    assert not old.exclude(state="sent").exists()


def test_one_example_of_each_is_named() -> None:
    found = examples()
    assert [example.shows for example in found] == [
        "cơ quan ngoài trả lời trong hạn", "cơ quan ngoài trả lời quá hạn", "cơ quan ngoài không giải quyết, có lý do",
        "cơ quan ngoài im lặng quá hạn", "đang chờ cơ quan ngoài",
    ]  # fmt: skip
    assert all(Dossier.objects.get(code=one.code).submitter.phone == one.phone for one in found)


def test_a_small_province_is_told_the_first_ones() -> None:
    assert chosen(300, 90) == list(FAMILIES[:5])
    assert all(family.days < 10 for family in chosen(3_000, 10))
    assert chosen(50, 90) == []


def test_they_are_among_the_dossiers_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(build, "_check_room", lambda: None)
    monkeypatch.setattr(build, "build_organisation", lambda rng, at: None)
    monkeypatch.setattr(
        build, "tell_all", lambda world, **given: asked.append(given["count"]) or [None] * given["count"]
    )
    monkeypatch.setattr(build, "tell_families", lambda *_, **__: None)
    monkeypatch.setattr(build, "_write", lambda *_: 0)
    monkeypatch.setattr(build, "make_checkpoint", lambda *_: None)
    monkeypatch.setattr(closing, "close_month", lambda *_, **__: None)
    assert build.build_demo(days=90, count=300, at=NOW).dossiers == 300
    assert asked == [300 - 5 * PARTS]

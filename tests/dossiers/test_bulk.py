"""Many lives by COPY leave what the services leave, and live work goes on after them."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from tests.province import MONDAY, Province, build_province, result

from motcua.dossiers import commands as c
from motcua.dossiers.bulk import write_lives
from motcua.dossiers.course import Given, Life
from motcua.dossiers.decide import GuardFailed, HandOverTooEarly
from motcua.dossiers.ledger import GENESIS, entry_hash
from motcua.dossiers.models import Dossier, LedgerEntry, NumberSeries, Timer
from motcua.dossiers.services import give_command, receive_at_counter, submit_dossier
from motcua.identity.actors import SYSTEM, Actor, ActorKind
from motcua.law.lifecycle import State
from motcua.notifications.models import Notice

pytestmark = pytest.mark.django_db

HAND_OVER = c.HandOver(receiver="Nguyễn Thị Hòa", proof="signature", reference="ab" * 32)
APPLICANT = Actor(kind=ActorKind.APPLICANT, dossiers=frozenset())


@pytest.fixture
def province() -> Province:
    return build_province()


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def lives_of(province: Province) -> list[Life]:
    """Lives of every shape that the writers treat differently, in the order of receipt."""
    counter, case, head = (province.actor(name) for name in ("counter", "case", "head"))
    commune_counter = province.actor("commune_counter")
    at_commune = {"agency_id": province.commune.pk, "receiving_desk_id": province.commune_desk.pk}
    late = c.LateEntry("Mất điện cả buổi chiều", approver_id=head.id)

    def life(changes: dict[str, Any], *given: tuple[Any, ...]) -> Life:
        return Life(province.intake(**changes), tuple(Given(*row) for row in given))

    return [
        life(
            {"request": "Xây nhà ba tầng"},
            (c.Submit(), APPLICANT, MONDAY),
            (c.Accept(), counter, MONDAY + hours(1)),
            (c.Forward("Thẩm định", officer_id=case.id), case, MONDAY + hours(2)),
            (c.AskSupplement(("Bản vẽ",), "Sai bản vẽ"), case, MONDAY + hours(24)),
            (c.Supplement((c.PaperData("Bản vẽ", originals=2),)), APPLICANT, MONDAY + hours(30)),
            (c.Resolve(result()), case, MONDAY + hours(55)),
            (c.Rectify("Ghi nhầm hồ sơ", head.id, to_state=State.IN_PROCESS, told=True), head, MONDAY + hours(56)),
            (c.Resolve(result(number="16/GP-SXD")), case, MONDAY + hours(57)),
            (HAND_OVER, counter, MONDAY + hours(58)),
        ),
        life(
            {
                "channel": "counter",
                "owner": c.PartyData("Trần Văn Nam", "056080000456"),
                "authorisation": "Giấy ủy quyền số 5",
            },
            (c.Accept(), counter, MONDAY + hours(0.5)),
            (HAND_OVER, counter, MONDAY + hours(0.6)),
            (c.AskPayment(2_000_000, "Điều 5 Luật thử"), case, MONDAY + hours(3)),
        ),
        life(
            {
                "channel": "counter",
                "submitter": c.PartyData("Lê Văn Tư"),
                "applicant_kind": "business",
                "business": c.BusinessData("Công ty TNHH Biển Xanh", "4200000001"),
            },
            (c.AskCompletion(("Bản vẽ",), "Thiếu bản vẽ"), counter, MONDAY + hours(0.7)),
        ),
        life(
            {"channel": "post"},
            (c.Accept(), counter, MONDAY + hours(0.8), MONDAY + hours(4), late),
        ),
        life(
            {**at_commune},
            (c.Submit(), APPLICANT, MONDAY + hours(0.9)),
            (c.Refuse("Trùng"), commune_counter, MONDAY + hours(1.5)),
        ),
        life(
            {"return_method": "electronic"},
            (c.Submit(), APPLICANT, MONDAY + hours(1)),
            (c.AskCompletion(("Bản vẽ",), "Mờ"), counter, MONDAY + hours(2)),
            (c.CloseIncomplete(), SYSTEM, MONDAY + timedelta(days=40)),
        ),
        life({}, (c.Submit(), APPLICANT, MONDAY + timedelta(days=1))),
    ]


def through_services(lives: list[Life]) -> None:
    for life in lives:
        first, *rest = life.given
        times = {"actor": first.actor, "at": first.at, "recorded_at": first.recorded_at, "late": first.late}
        if isinstance(first.command, c.Submit):
            moved = submit_dossier(life.intake, **times)
        else:
            moved = receive_at_counter(life.intake, first.command, **times)
        for given in rest:
            actor = (
                given.actor if given.actor.dossiers is None else replace(given.actor, dossiers=frozenset({moved.id}))
            )
            try:
                give_command(
                    moved.id, given.command, actor=actor, at=given.at, recorded_at=given.recorded_at, late=given.late
                )
            except HandOverTooEarly:
                continue


# What differs by nature: ids, random keys, and the hashes that hold them.
_OWN = {
    "id", "xid", "entry_id", "submitter_id", "owner_person_id", "owner_business_id", "access_key", "head", "prev", "hash",
    "key", "text", "data", "args", "abort_requested",
}  # fmt: skip
_TABLES = (
    "dossiers_dossier", "dossiers_ledgerentry", "dossiers_ledgerprivate", "dossiers_paper", "dossiers_result", "dossiers_timer",
    "dossiers_numberseries", "identity_person", "identity_business", "notifications_notice", "procrastinate_jobs",
)  # fmt: skip


def rows(table: str) -> list[dict[str, Any]]:
    """A table's rows in no order of ids; a dossier's id is replaced by its intake key."""
    keys = dict(Dossier.objects.values_list("id", "intake_key"))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        names = [column.name for column in cursor.description]
        found = [
            {
                name: bytes(value) if isinstance(value, memoryview) else keys[value] if name == "dossier_id" else value
                for name, value in zip(names, row, strict=True)
                if name not in _OWN
            }
            for row in cursor.fetchall()
        ]
    return sorted(found, key=repr)


def open_texts() -> list[dict[str, Any]]:
    """What stands in the entries, without the digests of personal data."""
    found = LedgerEntry.objects.order_by("dossier__intake_key", "seq").values_list("data", flat=True)
    return [{**data, "private": sorted(data["private"])} for data in found]


def test_bulk_and_services_leave_the_same_rows(province: Province) -> None:
    lives = lives_of(province)
    left = []

    for write in (lambda: write_lives(lives, told=False), lambda: through_services(lives)):
        with connection.cursor() as cursor:
            cursor.execute("SAVEPOINT before")
            write()
            left.append(({table: rows(table) for table in _TABLES}, open_texts()))
            cursor.execute("ROLLBACK TO SAVEPOINT before")

    by_bulk, by_services = left
    for table in _TABLES:
        assert by_bulk[0][table] == by_services[0][table], table
    assert by_bulk[1] == by_services[1]
    assert len(by_bulk[0]["dossiers_dossier"]) == len(lives)


def test_chains_hold_and_ids_are_in_the_order_given(province: Province) -> None:
    lives = lives_of(province)

    ids = write_lives(lives, told=True, chunk=3)

    assert ids == sorted(ids)
    assert [Dossier.objects.get(pk=id_).intake_key for id_ in ids] == [life.intake.key for life in lives]
    for dossier in Dossier.objects.all():
        prev = GENESIS
        entries = list(dossier.entries.order_by("seq"))
        for seq, entry in enumerate(entries, 1):
            assert (entry.seq, bytes(entry.prev)) == (seq, prev)
            prev = entry_hash(dossier.pk, seq, prev, entry.text)
            assert bytes(entry.hash) == prev
        assert (dossier.seq, bytes(dossier.head)) == (len(entries), prev)


def test_numbers_go_on_without_a_gap_after_a_batch(province: Province) -> None:
    write_lives(
        [replace(life, intake=replace(life.intake, key=uuid.uuid4())) for life in lives_of(province)], told=True
    )

    moved = submit_dossier(province.intake(), actor=province.applicant, at=MONDAY + hours(5))

    codes = Dossier.objects.exclude(code=None).order_by("code").values_list("code", flat=True)
    assert list(codes) == [
        "H32.101-261116-0001", "H32.16-261116-0001", "H32.16-261116-0002", "H32.16-261116-0003", "H32.16-261116-0004",
        "H32.16-261116-0005", "H32.16-261117-0001",
    ]  # fmt: skip
    assert moved.code == "H32.16-261116-0005"
    assert NumberSeries.objects.get(prefix="H32.16", day=date(2026, 11, 16)).last == 5


def test_past_notices_stand_as_sent_in_the_words_of_their_time(province: Province) -> None:
    write_lives(lives_of(province)[:1], told=True)

    accepted = Notice.objects.get(template="accepted", channel="sms")
    assert (accepted.state, accepted.sent_at) == ("sent", MONDAY + hours(1))
    assert accepted.body == "Hồ sơ H32.16-261116-0001 đã được tiếp nhận. Hẹn trả kết quả: 10:20 ngày 19/11/2026."
    assert not Notice.objects.exclude(state="sent").exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        assert cursor.fetchone() == (0,)


def test_live_services_go_on_with_a_life_written_in_bulk(province: Province) -> None:
    [dossier_id] = write_lives(
        [Life(province.intake(channel="counter"), (Given(c.Accept(), province.actor("counter"), MONDAY),))], told=True
    )

    moved = give_command(dossier_id, c.Resolve(result()), actor=province.actor("case"), at=MONDAY + hours(50))

    assert (moved.state, moved.seq) == (State.RESOLVED, 2)
    assert Timer.objects.get().kind == Timer.Kind.UNCOLLECTED


def test_one_impossible_life_leaves_nothing_of_its_chunk(province: Province) -> None:
    lives = lives_of(province)
    broken = Life(province.intake(), (Given(c.Submit(), APPLICANT, MONDAY, MONDAY + hours(1)),))

    with pytest.raises(GuardFailed):
        write_lives([*lives, broken], told=True)

    assert not Dossier.objects.exists()
    assert not NumberSeries.objects.exists()

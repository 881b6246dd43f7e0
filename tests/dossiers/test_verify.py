"""The ledger proves itself: every kind of tampering is found and named, a lawful erasure is not one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from tests.dossiers.lives import live
from tests.province import MONDAY, build_province

from motcua.dossiers.checkpoints import BUCKET, CheckpointBroken, CheckpointStore, LedgerDamaged, make_checkpoint
from motcua.dossiers.decide import GuardFailed
from motcua.dossiers.erasure import erase_person, same_person
from motcua.dossiers.models import Dossier, LedgerEntry, LedgerPrivate
from motcua.dossiers.permissions import NotAllowed
from motcua.dossiers.verify import Report, verify_ledger
from motcua.identity.actors import SYSTEM
from motcua.identity.models import Person
from motcua.law.errors import BadInput


@pytest.fixture
def store(tmp_path: Path) -> CheckpointStore:
    return CheckpointStore(tmp_path / "checkpoints", "khoa")


def tamper(*statements: str) -> None:
    """As the tables' owner with the triggers switched off: the strongest hand inside the database."""
    tables = ("dossiers_ledgerentry", "dossiers_ledgerprivate")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def faults(report: Report) -> list[tuple[str, int | None]]:
    return [(fault.what, fault.seq) for fault in report.faults]


@pytest.mark.django_db
def test_untouched_ledger_holds(store: CheckpointStore) -> None:
    province = build_province()
    live(province)
    live(province, until=3)

    report = verify_ledger(store)

    assert (report.dossiers, report.entries, report.checkpoint, faults(report)) == (2, 9, None, [])


ENTRY = "UPDATE dossiers_ledgerentry SET {} WHERE seq = {}"
PRIVATE = "UPDATE dossiers_ledgerprivate SET {} FROM dossiers_ledgerentry e WHERE e.id = entry_id AND e.seq = {}"
TAMPERINGS = {
    "text": ([ENTRY.format("text = replace(text, 'Trình ký', 'Trình kỳ')", 4)], [("wrong_hash", 4)]),
    "moment in the text": (
        [ENTRY.format("text = replace(text, '2026-11-17T', '2026-11-16T')", 4)],
        [("wrong_hash", 4), ("column_differs", 4)],
    ),
    "hash": ([ENTRY.format("hash = set_byte(hash, 0, get_byte(hash, 0) # 1)", 3)], [("wrong_hash", 3), ("broken_chain", 4)]),
    "hash of the last": (
        [ENTRY.format("hash = set_byte(hash, 31, get_byte(hash, 31) # 128)", 6)],
        [("wrong_hash", 6), ("head_differs", 6)],
    ),
    "prev": ([ENTRY.format("prev = set_byte(prev, 9, get_byte(prev, 9) # 2)", 2)], [("broken_chain", 2), ("wrong_hash", 2)]),
    "kind": ([ENTRY.format("kind = 'dossier.refused'", 2)], [("column_differs", 2)]),
    "occurred": ([ENTRY.format("occurred_at = occurred_at - interval '1 day'", 5)], [("column_differs", 5)]),
    "recorded": ([ENTRY.format("recorded_at = recorded_at + interval '1 us'", 5)], [("column_differs", 5)]),
    "format": ([ENTRY.format("format = 2", 1)], [("unknown_format", 1)]),
    "private value": (
        [PRIVATE.format("""values = jsonb_set(values, '{submitter,full_name}', '"Trần Thị Khác"')""", 1)],
        [("private_differs", 1)],
    ),
    "private key": ([PRIVATE.format("key = set_byte(key, 0, get_byte(key, 0) # 1)", 1)], [("private_differs", 1)]),
    "private value more": ([PRIVATE.format("""values = values || '{"receiver": "Ai"}'""", 5)], [("private_differs", 5)]),
    "private row gone": (
        ["DELETE FROM dossiers_ledgerprivate p USING dossiers_ledgerentry e WHERE e.id = p.entry_id AND e.seq = 6"],
        [("private_missing", 6)],
    ),
    "entry in the middle gone": (
        ["DELETE FROM dossiers_ledgerentry WHERE seq = 3"],
        [("missing_entry", 4), ("broken_chain", 4), ("broken_states", 4)],
    ),
    "tail cut": (
        [
            "DELETE FROM dossiers_ledgerprivate p USING dossiers_ledgerentry e WHERE e.id = p.entry_id AND e.seq = 6",
            "DELETE FROM notifications_notice n USING dossiers_ledgerentry e WHERE e.id = n.entry_id AND e.seq = 6",
            "DELETE FROM documents_issuedform f USING dossiers_ledgerentry e WHERE e.id = f.entry_id AND e.seq = 6",
            "DELETE FROM dossiers_ledgerentry WHERE seq = 6",
        ],
        [("head_differs", 6)],
    ),
    "two swapped": (
        [ENTRY.format("seq = 99", 3), ENTRY.format("seq = 3", 4), ENTRY.format("seq = 4", 99)],
        [
            ("broken_chain", 3), ("wrong_hash", 3), ("broken_states", 3),
            ("broken_chain", 4), ("wrong_hash", 4), ("broken_states", 4),
            ("broken_chain", 5),
            ("dossier_differs", None),
        ],
    ),
    "state": (["UPDATE dossiers_dossier SET state = 'resolved'"], [("dossier_differs", None)]),
    "due": (["UPDATE dossiers_dossier SET due_at = due_at + interval '1 day'"], [("dossier_differs", None)]),
    "resolved": (["UPDATE dossiers_dossier SET resolved_at = accepted_at"], [("dossier_differs", None)]),
    "agency's limit": (["UPDATE dossiers_dossier SET limit_amount = 30"], [("dossier_differs", None)]),
    "head": (["UPDATE dossiers_dossier SET head = sha256('x')"], [("head_differs", 6)]),
    "seq": (["UPDATE dossiers_dossier SET seq = 7"], [("head_differs", 7)]),
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_is_found_and_named(store: CheckpointStore, name: str) -> None:
    moved = live(build_province())
    statements, expected = TAMPERINGS[name]

    tamper(*statements)
    report = verify_ledger(store)

    assert faults(report) == expected
    assert {fault.dossier_id for fault in report.faults} == {moved.id}
    assert {fault.code for fault in report.faults} == {moved.code}


@pytest.mark.django_db
def test_one_dossier_can_be_verified_alone(store: CheckpointStore) -> None:
    province = build_province()
    good, bad = live(province, until=2), live(province, until=2)
    tamper(f"UPDATE dossiers_dossier SET due_at = NULL WHERE id = {bad.id}")

    assert verify_ledger(store, dossier_code=good.code).holds
    assert faults(verify_ledger(store, dossier_code=bad.code)) == [("dossier_differs", None)]
    with pytest.raises(BadInput):
        verify_ledger(store, dossier_code="H99-1")


def remove_dossier(dossier_id: int) -> None:
    entries = f"SELECT id FROM dossiers_ledgerentry WHERE dossier_id = {dossier_id}"
    tamper(
        f"DELETE FROM notifications_notice WHERE dossier_id = {dossier_id}",
        f"DELETE FROM documents_issuedform WHERE dossier_id = {dossier_id}",
        f"DELETE FROM dossiers_ledgerprivate WHERE entry_id IN ({entries})",
        f"DELETE FROM dossiers_ledgerentry WHERE dossier_id = {dossier_id}",
        *(
            f"DELETE FROM dossiers_{table} WHERE dossier_id = {dossier_id}"
            for table in ("paper", "result", "timer", "searchrow")
        ),
        f"DELETE FROM dossiers_dossier WHERE id = {dossier_id}",
    )


def test_checkpoint_shows_a_removed_dossier_and_names_its_range(committed_db: object, store: CheckpointStore) -> None:
    province = build_province()
    one, two = live(province, until=2), live(province, until=2)
    made = make_checkpoint(store, MONDAY)
    assert made is not None
    assert (made.number, made.dossiers, made.entries) == (1, 2, 4)
    assert verify_ledger(store).holds

    remove_dossier(two.id)
    report = verify_ledger(store)

    assert faults(report) == [("checkpoint_differs", None)]
    low = two.id // BUCKET * BUCKET
    assert f"{low}–{low + BUCKET - 1} (1 hồ sơ, lúc chốt là 2)" in report.faults[0].message
    # Seen alone, the dossier that is left is whole, but its surroundings are not as signed.
    assert faults(verify_ledger(store, dossier_code=one.code)) == [("checkpoint_differs", None)]


def test_checkpoint_shows_a_tail_cut_so_well_that_the_chain_holds(committed_db: object, store: CheckpointStore) -> None:
    moved = live(build_province(), until=3)
    make_checkpoint(store, MONDAY)

    tamper(
        "DELETE FROM dossiers_ledgerentry WHERE seq = 3",
        "UPDATE dossiers_dossier SET seq = 2, state = 'accepted', step = '', officer_id = NULL,"
        " head = (SELECT hash FROM dossiers_ledgerentry WHERE seq = 2)",
    )

    assert faults(verify_ledger(CheckpointStore(store.folder / "none", "khoa"))) == [], (
        "shown first: the chain is blind"
    )
    report = verify_ledger(store)
    assert faults(report) == [("checkpoint_differs", None)]
    assert moved.id // BUCKET in report.checkpoint.buckets


def test_next_checkpoint_is_not_signed_over_damage(committed_db: object, store: CheckpointStore) -> None:
    province = build_province()
    live(province, until=2)
    gone = live(province, until=2)
    make_checkpoint(store, MONDAY)
    assert make_checkpoint(store, MONDAY) is None, "nothing new, nothing signed"

    live(province, until=1)
    second = make_checkpoint(store, MONDAY + timedelta(hours=1))
    assert (second.number, second.dossiers, second.entries) == (2, 3, 5)
    assert verify_ledger(store).holds

    remove_dossier(gone.id)
    live(province, until=1)
    with pytest.raises(LedgerDamaged):
        make_checkpoint(store, MONDAY + timedelta(hours=2))
    assert store.numbers() == [1, 2]


@pytest.mark.parametrize("forged", ["root", "chain", "key", "gone"])
def test_forged_checkpoint_is_found(committed_db: object, store: CheckpointStore, forged: str) -> None:
    province = build_province()
    live(province, until=1)
    first = make_checkpoint(store, MONDAY)
    live(province, until=1)
    make_checkpoint(store, MONDAY)
    path = store.folder / "00000002.json"

    if forged == "root":
        path.write_text(path.read_text().replace(first.root.hex()[:8], "0" * 8).replace('"entries":2', '"entries":1'))
    elif forged == "chain":
        other = CheckpointStore(store.folder / "other", "khoa")
        other.save(type(first)(2, first.made_at, first.position, first.entries, first.buckets, "0" * 64))
        path.write_bytes((other.folder / path.name).read_bytes())
    elif forged == "key":
        other = CheckpointStore(store.folder / "other", "khoa khac")
        other.save(store.latest()[0])
        path.write_bytes((other.folder / path.name).read_bytes())
    else:
        (store.folder / "00000001.json").unlink()

    assert [fault.what for fault in verify_ledger(store).faults] == ["checkpoint_broken"]
    if forged in ("root", "key"):
        with pytest.raises(CheckpointBroken):
            make_checkpoint(store, MONDAY)


def test_checkpoint_file_is_never_replaced(committed_db: object, store: CheckpointStore) -> None:
    live(build_province(), until=1)
    made = make_checkpoint(store, MONDAY)
    before = (store.folder / "00000001.json").read_bytes()

    with pytest.raises(FileExistsError):
        store.save(made)

    assert [path.name for path in store.folder.iterdir()] == ["00000001.json"]
    assert (store.folder / "00000001.json").read_bytes() == before


@pytest.mark.django_db
def test_lawful_erasure_leaves_no_value_and_a_whole_ledger(store: CheckpointStore) -> None:
    province = build_province()
    moved = live(province, request="Xây nhà cho bà Hòa")
    person = Dossier.objects.get().submitter

    erased = erase_person(
        same_person(bytes(person.identity_hmac)),
        actor=SYSTEM,
        at=MONDAY + timedelta(days=400),
        basis="Hết thời hạn lưu giữ",
    )

    assert (erased.persons, erased.dossiers, erased.private_rows) == (1, (moved.id,), 2)
    person = Person.objects.get()
    assert (person.full_name, person.identity_number, person.phone, person.email, person.address) == ("",) * 5
    assert (person.birth_year, person.identity_hmac, person.phone_hmac) == (None, None, None)
    dossier = Dossier.objects.get()
    assert (dossier.owner_name, dossier.request, dossier.owner_hmac, dossier.phone_hmac) == ("", "", None, None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT words::text FROM dossiers_dossier")
        assert cursor.fetchone() == ("",)
    assert [(row.entry.seq, list(row.values)) for row in LedgerPrivate.objects.select_related("entry")] == [
        (5, ["signer"])
    ]
    last = LedgerEntry.objects.get(seq=7)
    assert (last.kind, last.data["data"]["entries"]) == ("dossier.personal_data_erased", [1, 6])
    assert verify_ledger(store).holds

    again = erase_person([person.pk], actor=SYSTEM, at=MONDAY + timedelta(days=401), basis="Hết thời hạn lưu giữ")
    assert (again.persons, again.private_rows) == (0, 0)
    assert LedgerEntry.objects.count() == 7


@pytest.mark.django_db
def test_erasure_on_record_does_not_excuse_other_rows(store: CheckpointStore) -> None:
    live(build_province())
    erase_person([Person.objects.get().pk], actor=SYSTEM, at=MONDAY + timedelta(days=400), basis="Yêu cầu của ông/bà")

    tamper("DELETE FROM dossiers_ledgerprivate")

    assert faults(verify_ledger(store)) == [("private_missing", 5)]


@pytest.mark.django_db
def test_erasure_waits_for_the_end_and_for_the_right_hand() -> None:
    province = build_province()
    live(province, until=5)
    person = Person.objects.get()

    with pytest.raises(GuardFailed):
        erase_person([person.pk], actor=SYSTEM, at=MONDAY + timedelta(days=9), basis="Yêu cầu")
    with pytest.raises(NotAllowed):
        erase_person([person.pk], actor=province.actor("case"), at=MONDAY + timedelta(days=9), basis="Yêu cầu")

    assert Person.objects.get().full_name == "Nguyễn Thị Hòa"
    assert LedgerPrivate.objects.count() == 2
    assert LedgerEntry.objects.count() == 5

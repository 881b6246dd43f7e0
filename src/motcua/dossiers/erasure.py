"""Erasing a person by law: the values go, the ledger still proves what happened."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from motcua.dossiers import writer
from motcua.dossiers.decide import Decision, GuardFailed
from motcua.dossiers.permissions import NotAllowed
from motcua.identity.actors import Actor, ActorKind
from motcua.identity.models import Person
from motcua.law.lifecycle import FINISHED, PERSONAL_DATA_ERASED
from motcua.organizations.models import Role
from motcua.platform.text import search_key


@dataclass(frozen=True, slots=True)
class Erased:
    """How much went: rows of persons, dossiers by id, private rows of the ledger."""

    persons: int
    dossiers: tuple[int, ...]
    private_rows: int


def same_person(identity_hmac: bytes) -> list[int]:
    """Every row under which a person with this mark of an identity number was declared and is not yet erased."""
    return list(Person.objects.filter(identity_hmac=identity_hmac, erased_at=None).values_list("id", flat=True))


def erase_person(person_ids: Collection[int], *, actor: Actor, at: datetime, basis: str) -> Erased:
    """Blank these rows of persons and every private value of the dossiers they handed in or own; all or nothing.

    Each dossier gets a ledger entry that names the legal `basis` and whose private rows went, never a value. Doing it
    again changes nothing. Raises GuardFailed while one of the dossiers is not finished, NotAllowed.
    """
    if not basis.strip():
        raise GuardFailed("Xóa dữ liệu cá nhân cần nêu căn cứ.", field="basis")
    ids = sorted(set(person_ids))
    private_rows = 0
    touched = []
    with transaction.atomic():
        for dossier_id in _dossiers_of(ids):
            loaded = writer.load(dossier_id)
            _check(loaded, actor, at)
            seqs = _delete_private(dossier_id)
            if seqs:
                move = writer.Move(loaded, actor=actor, recorded_at=at)
                move.record(
                    Decision(PERSONAL_DATA_ERASED, loaded.snapshot.state, data={"basis": basis, "entries": seqs}), at
                )
                move.finish()
                private_rows += len(seqs)
                touched.append(dossier_id)
        _blank_dossiers(ids)
        persons = Person.objects.filter(id__in=ids, erased_at=None).update(
            full_name="", identity_number="", identity_hmac=None, birth_year=None, phone="", phone_hmac=None, email="",
            address="", erased_at=at,
        )  # fmt: skip
        _rebuild_words(ids)
    return Erased(persons, tuple(touched), private_rows)


def _dossiers_of(person_ids: list[int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM dossiers_dossier WHERE submitter_id = ANY(%s) OR owner_person_id = ANY(%s) ORDER BY id",
            [person_ids, person_ids],
        )
        return [row[0] for row in cursor.fetchall()]


def _check(loaded: writer.Loaded, actor: Actor, at: datetime) -> None:
    if actor.kind is not ActorKind.SYSTEM and not actor.has_role(frozenset({Role.ADMINISTRATOR}), loaded.agency_id):
        raise NotAllowed("Chỉ quản trị của cơ quan có thẩm quyền được xóa dữ liệu cá nhân.")
    snapshot = loaded.snapshot
    if snapshot.state not in FINISHED:
        raise GuardFailed(f"Hồ sơ {snapshot.code or loaded.id} chưa kết thúc nên chưa xóa dữ liệu cá nhân được.")
    if snapshot.last_at is not None and at < snapshot.last_at:
        raise GuardFailed("Thời điểm xóa không được trước việc đã ghi gần nhất của hồ sơ.")


def _delete_private(dossier_id: int) -> list[int]:
    """Whole rows, for the key of an entry must go with its values: a number of twelve digits can be guessed under it.

    Kept are rows that hold nothing but the signing officer's name.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM dossiers_ledgerprivate p USING dossiers_ledgerentry e"
            " WHERE e.id = p.entry_id AND e.dossier_id = %s AND p.values - 'signer' <> '{}' RETURNING e.seq",
            [dossier_id],
        )
        return sorted(row[0] for row in cursor.fetchall())


def _blank_dossiers(ids: list[int]) -> None:
    with connection.cursor() as cursor:
        _execute(
            cursor,
            "UPDATE dossiers_dossier SET owner_name = '', owner_hmac = NULL WHERE owner_person_id = ANY(%s)",
            ids,
        )
        _execute(cursor, "UPDATE dossiers_dossier SET phone_hmac = NULL WHERE submitter_id = ANY(%s)", ids)
        _execute(
            cursor,
            "UPDATE dossiers_dossier SET request = '', authorisation = ''"
            " WHERE submitter_id = ANY(%s) OR owner_person_id = ANY(%s)",
            ids,
            ids,
        )
        _execute(
            cursor,
            "UPDATE dossiers_paper p SET file_name = '' FROM dossiers_dossier d"
            " WHERE d.id = p.dossier_id AND (d.submitter_id = ANY(%s) OR d.owner_person_id = ANY(%s))",
            ids,
            ids,
        )


def _rebuild_words(ids: list[int]) -> None:
    """What remains to be found by: the names of those who are not erased."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.id, d.owner_name, s.full_name FROM dossiers_dossier d JOIN identity_person s ON s.id = d.submitter_id"
            " WHERE d.submitter_id = ANY(%s) OR d.owner_person_id = ANY(%s)",
            [ids, ids],
        )
        for dossier_id, owner, submitter in cursor.fetchall():
            cursor.execute(
                "UPDATE dossiers_dossier SET words = to_tsvector('simple', %s) WHERE id = %s",
                [search_key(" ".join(sorted({owner, submitter}))), dossier_id],
            )


def _execute(cursor: Any, query: str, *params: list[int]) -> None:
    cursor.execute(query, list(params))

"""Finding a dossier by its code and a proof: last digits of a declared phone, a year of birth, or the receipt's QR key.

Four digits are few, so wrong tries are counted: per code, so that one dossier cannot be guessed, and per address, so that
many codes cannot be tried. An unknown code and a wrong proof get the same answer.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from motcua.dossiers.models import Dossier
from motcua.identity.digest import search_digest
from motcua.law.errors import BadInput, DomainError
from motcua.law.persons import parse_citizen_number

WINDOW: Final = timedelta(minutes=15)
MISSES_PER_CODE: Final = 5
MISSES_PER_ADDRESS: Final = 20
_KEPT: Final = timedelta(days=1)

_ADD_MISS = """
INSERT INTO portal_lookupmiss (source, "window", misses) VALUES (%s, %s, 1)
ON CONFLICT (source, "window") DO UPDATE SET misses = portal_lookupmiss.misses + 1
"""


class TooManyTries(DomainError):
    code = "too_many_requests"


class NoMatch(BadInput):
    """No such code, or the proof does not belong to it."""

    code = "lookup_no_match"


def find_by_proof(*, code: str, proof: str, address: str, at: datetime) -> Dossier:
    """The dossier with this code when `proof` (four digits) belongs to its submitter or owner.

    Raises TooManyTries before anything is looked at, NoMatch after counting the miss.
    """
    code = "".join(code.split())
    sources = _sources(code, address)
    _check_tries(sources, at)
    found = (
        Dossier.objects.select_related("submitter", "owner_person", "owner_business")
        .filter(code__in={code, code.upper()})
        .first()
    )
    if found is None or proof.strip() not in _proofs(found):
        _count_miss(sources, at)
        raise NoMatch(
            "Không có hồ sơ nào khớp cả mã và 4 chữ số này. Ông/bà xem lại mã trên giấy tiếp nhận, "
            "và dùng 4 số cuối điện thoại đã khai khi nộp hoặc năm sinh."
        )
    return found


def find_by_key(key: uuid.UUID) -> Dossier | None:
    """The dossier of a receipt's QR code; the key is 122 random bits, so it needs no further proof."""
    return Dossier.objects.filter(access_key=key).first()


def _proofs(dossier: Dossier) -> set[str]:
    proofs = set()
    people = [person for person in (dossier.submitter, dossier.owner_person) if person is not None]
    for party in (*people, dossier.owner_business):
        if party is not None and len(party.phone) >= 4:
            proofs.add(party.phone[-4:])
    for person in people:
        if person.birth_year:
            proofs.add(str(person.birth_year))
        elif len(person.identity_number) == 12:
            proofs.add(str(parse_citizen_number(person.identity_number).birth_year))
    return proofs


def _sources(code: str, address: str) -> list[tuple[bytes, int]]:
    marks = (search_digest("lookup_code", code.upper()), search_digest("lookup_address", address))
    limits = (MISSES_PER_CODE, MISSES_PER_ADDRESS)
    return [(mark, limit) for mark, limit in zip(marks, limits, strict=True) if mark is not None]


def _check_tries(sources: list[tuple[bytes, int]], at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT source, sum(misses) FROM portal_lookupmiss WHERE source = ANY(%s) AND "window" > %s GROUP BY source',
            [[source for source, _ in sources], at - WINDOW],
        )
        misses = {bytes(source): total for source, total in cursor.fetchall()}
    if any(misses.get(source, 0) >= limit for source, limit in sources):
        raise TooManyTries("Ông/bà đã nhập sai nhiều lần. Xin chờ 15 phút rồi thử lại, hoặc quét mã QR trên giấy tiếp nhận.")


def _count_miss(sources: list[tuple[bytes, int]], at: datetime) -> None:
    # A window begins at each minute, so that waiting fifteen minutes is enough whenever the tries were made.
    window = at.replace(second=0, microsecond=0)
    with connection.cursor() as cursor:
        for source, _ in sources:
            cursor.execute(_ADD_MISS, [source, window])
        cursor.execute('DELETE FROM portal_lookupmiss WHERE "window" < %s', [at - _KEPT])

"""Finding a dossier by its code and a proof: last digits of a declared phone, a year of birth, or the receipt's QR key.

Four digits are few, so wrong tries are counted: per code, so that one dossier cannot be guessed, and per address, so that
many codes cannot be tried. An unknown code and a wrong proof get the same answer.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from motcua.dossiers.models import Dossier
from motcua.dossiers.queries import look_up
from motcua.dossiers.writer import NotFound
from motcua.identity.digest import search_digest
from motcua.law.errors import BadInput, DomainError

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
    """The dossier with this code when `proof` (four digits) belongs to it.

    Raises TooManyTries before anything is looked at, BadCode for what is no code, NoMatch after counting the miss.
    """
    code = "".join(code.split())
    sources = _sources(code, address)
    _check_tries(sources, at)
    try:
        return look_up(code, proof)
    except NotFound as error:
        _count_miss(sources, at)
        raise NoMatch(
            "Không có hồ sơ nào khớp cả mã và 4 chữ số này. Ông/bà xem lại mã trên giấy tiếp nhận, "
            "và dùng 4 số cuối điện thoại đã khai khi nộp hoặc năm sinh."
        ) from error


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
        raise TooManyTries(
            "Ông/bà đã nhập sai nhiều lần. Xin chờ 15 phút rồi thử lại, hoặc quét mã QR trên giấy tiếp nhận."
        )


def _count_miss(sources: list[tuple[bytes, int]], at: datetime) -> None:
    # A window begins at each minute, so that waiting fifteen minutes is enough whenever the tries were made.
    window = at.replace(second=0, microsecond=0)
    with connection.cursor() as cursor:
        for source, _ in sources:
            cursor.execute(_ADD_MISS, [source, window])
        cursor.execute('DELETE FROM portal_lookupmiss WHERE "window" < %s', [at - _KEPT])

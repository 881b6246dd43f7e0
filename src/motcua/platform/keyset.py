"""Pages by key: a page goes on behind the last row shown, so that rows that come and go shift nothing.

A cursor is `key~id` of that row, the key being what the list is sorted by first. It travels in an address, where anybody
may change it: what cannot have been written here is refused with one sentence.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.db.models import Q

from motcua.law.errors import BadInput

_LARGEST_ID = 2**63 - 1


def write(key: datetime | str | None, pk: int) -> str:
    """The cursor of a row; None where it has no key or the list is sorted by id alone."""
    text = key.isoformat() if isinstance(key, datetime) else key or ""
    return f"{text}~{pk}"


def read(cursor: str) -> tuple[datetime | None, int]:
    """Moment and id of the last row shown. Raises BadInput."""
    text, pk = read_code(cursor)
    if not text:
        return None, pk
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError(text)
        # The database knows fewer zones than a typed cursor may name.
        return moment.astimezone(UTC), pk
    except (ValueError, OverflowError):
        raise _unreadable(cursor) from None


def read_code(cursor: str) -> tuple[str, int]:
    """Code and id of the last row shown. Raises BadInput."""
    text, mark, digits = cursor.rpartition("~")
    if not (mark and digits.isascii() and digits.isdigit()) or len(digits) > 19 or int(digits) > _LARGEST_ID:
        raise _unreadable(cursor)
    return text, int(digits)


def beyond(column: str, cursor: str, *, descending: bool = False, gaps: bool = False) -> Q:
    """The rows of a list by moment behind a cursor; all of them when it is empty. Raises BadInput.

    `gaps`: some rows have no moment, and come after all that have one.
    """
    if not cursor:
        return Q()
    moment, pk = read(cursor)
    if moment is None:
        if not gaps:
            raise _unreadable(cursor)
        return Q(**{f"{column}__isnull": True, "pk__gt": pk})
    way = "lt" if descending else "gt"
    rows = Q(**{f"{column}__{way}": moment}) | Q(**{column: moment, f"pk__{way}": pk})
    return rows | Q(**{f"{column}__isnull": True}) if gaps else rows


def beyond_code(column: str, cursor: str, *, then: str = "pk") -> Q:
    """The rows of a list by code, under one code by the number `then`, behind a cursor; all of them when it is empty.

    Raises BadInput.
    """
    if not cursor:
        return Q()
    code, number = read_code(cursor)
    return Q(**{f"{column}__gt": code}) | Q(**{column: code, f"{then}__gt": number})


def _unreadable(cursor: str) -> BadInput:
    return BadInput("Trang tiếp theo không đọc được; hãy mở lại danh sách từ đầu.", after=cursor)

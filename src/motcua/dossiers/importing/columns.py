"""The columns of dossiers.csv and how each is read, pure. A value is what JSON holds; a moment is the ledger's UTC text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from motcua.law.moments import VIETNAM
from motcua.platform.text import nfc

# What is told of one dossier: only the columns that were given.
Told = dict[str, Any]
Reader = Callable[[str], Any]

_VIETNAM_OFFSET: Final = timedelta(hours=7)
_LARGEST: Final = 2**53 - 1
_MOST_ROUNDS: Final = 32_767


class Unreadable(ValueError):
    """A value that cannot be taken; the message is Vietnamese and says what was expected."""


# `2026-03-02T08` → the same hour in UTC, and `:15:30` → how it ends there: most moments are these two, met before.
_hours: dict[str, str] = {}
_MOST_HOURS: Final = 200_000
_ENDS: Final = {f":{minute:02d}": f":{minute:02d}:00.000000Z" for minute in range(60)} | {
    f":{minute:02d}:{second:02d}": f":{minute:02d}:{second:02d}.000000Z" for minute in range(60) for second in range(60)
}


def read_moment(text: str) -> str:
    """ISO 8601, without a zone in Asia/Ho_Chi_Minh, without an hour at midnight."""
    hour, end = _hours.get(text[:13]), _ENDS.get(text[13:])
    if end is not None:
        if hour is None:
            hour = _whole_moment(f"{text[:13]}:00")[:13]
            if len(_hours) < _MOST_HOURS:
                _hours[text[:13]] = hour
        return hour + end
    return _whole_moment(text)


def _whole_moment(text: str) -> str:
    try:
        return moment_in_utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        raise Unreadable("cần thời điểm dạng ISO 8601, ví dụ 2026-11-20T16:00") from None


def moment_in_utc(moment: datetime) -> str:
    """The same text as `ledger.moment_text`, three times as fast for a moment without a zone.

    Raises OverflowError for a moment that has no day here.
    """
    if moment.tzinfo is not None:
        moment = moment.astimezone(VIETNAM).replace(tzinfo=None)
    return (moment - _VIETNAM_OFFSET).isoformat(timespec="microseconds") + "Z"


def dated(formats: tuple[str, ...]) -> Reader:
    """Moments as another system writes them, in the first of `formats` that fits; ISO 8601 is read as well."""

    def read(text: str) -> str:
        for form in formats:
            try:
                return moment_in_utc(datetime.strptime(text, form))  # noqa: DTZ007
            except (ValueError, OverflowError):
                continue
        try:
            return read_moment(text)
        except Unreadable:
            raise Unreadable(f"cần thời điểm dạng {' hoặc '.join(formats)} hoặc ISO 8601") from None

    return read


def _text(most: int) -> Reader:
    def read(text: str) -> str:
        if "\0" in text:
            raise Unreadable("có ký tự NUL, cơ sở dữ liệu không giữ được")
        if not text.isascii():
            text = nfc(text)
        if len(text) > most:
            raise Unreadable(f"dài {len(text)} ký tự, nhiều nhất là {most}")
        return text

    return read


class OneOf:
    """One of the words, whatever the case of its letters."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        self.words = words

    def __call__(self, text: str) -> Any:
        found = self.words.get(text, self.words.get(text.casefold()))
        if found is None:
            raise Unreadable(f"cần một trong: {', '.join(self.words)}")
        return found


_WHOLE = re.compile(r"[0-9]+")


def _whole(least: int, most: int, expected: str) -> Reader:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit()) or len(text) > 16 or not least <= (number := int(text)) <= most:
            raise Unreadable(expected)
        return number

    return read


def read_pauses(kinds: Mapping[str, str], moment: Reader) -> Reader:
    """`KIND:FROM/TO;…`, TO empty = still open; given back in order of their beginnings."""

    def read(text: str) -> str:
        pauses = sorted(_pause(part, kinds, moment) for part in text.split(";") if part.strip())
        if not pauses:
            raise Unreadable("cần dạng LOẠI:TỪ/ĐẾN;…")
        if len(pauses) > _MOST_ROUNDS:
            raise Unreadable(f"có {len(pauses)} lần tạm dừng, nhiều nhất là {_MOST_ROUNDS}")
        return ";".join(f"{kind}:{begin}/{end}" for begin, end, kind in pauses)

    return read


def _pause(part: str, kinds: Mapping[str, str], moment: Reader) -> tuple[str, str, str]:
    kind, colon, span = part.strip().partition(":")
    # A moment has no slash in ISO 8601; other forms may, so the two halves are cut in the middle.
    slashes = [place for place, letter in enumerate(span) if letter == "/"]
    if not colon or len(slashes) % 2 == 0:
        raise Unreadable("cần dạng LOẠI:TỪ/ĐẾN;… với LOẠI là supplement, payment hoặc legal, ĐẾN trống nếu còn dừng")
    name = kinds.get(kind.strip())
    if name is None:
        raise Unreadable(f"không có loại tạm dừng “{kind.strip()}”; cần một trong: {', '.join(kinds)}")
    middle = len(span) - 1 if span.rstrip().endswith("/") else slashes[len(slashes) // 2]
    begin, end = span.rstrip()[:middle].strip(), span.rstrip()[middle + 1 :].strip()
    since, until = moment(begin), moment(end) if end else ""
    if until and until < since:
        raise Unreadable("có lần tạm dừng kết thúc trước khi bắt đầu")
    return since, until, name


def split_pauses(text: str) -> list[tuple[str, str, str]]:
    """(kind, from, to) of what `read_pauses` gave; to is empty while it is open."""
    found = []
    for part in text.split(";"):
        kind, _, span = part.partition(":")
        begin, _, end = span.partition("/")
        found.append((kind, begin, end))
    return found


WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "level": ("ministry", "province", "district", "commune", "vertical"),
    "applicant_kind": ("citizen", "business", "organisation", "state"),
    "channel": ("online", "counter", "post", "home", "kiosk", "vneid"),
    "service_level": ("full", "partial", "information", "1", "2", "3", "4"),
    "outcome": ("open", "resolved", "refused", "withdrawn", "stopped", "returned"),
    "pauses": ("supplement", "payment", "legal"),
    "payment_channel": ("online", "cash", "transfer", "none"),
}
FLAGS: Final = (
    "assisted", "received_by_post", "returned_by_post", "digitised_input", "digitised_result", "electronic_result",
    "result_paper_due", "reused_paper", "from_personal_store", "population_db_used", "vneid_authenticated", "portal_synced",
)  # fmt: skip
MOMENTS: Final = (
    "submitted_at", "accepted_at", "clock_started_at", "due_at", "resolved_at", "handed_over_at", "ended_at",
    "apology_sent_at", "promised_at",
)  # fmt: skip
_MONEY: Final = ("fee_vnd", "obligation_vnd", "paid_vnd")

TRUTHS: Final[Mapping[str, bool]] = {"true": True, "false": False}


def readers(
    *,
    words: Mapping[str, Mapping[str, str]] | None = None,
    truths: Mapping[str, bool] = TRUTHS,
    formats: tuple[str, ...] = (),
) -> dict[str, Reader]:
    """How each column is read, in the order of their names in the documentation.

    `words` gives another system's words for those of a column, `truths` those for true and false, `formats` its moments.
    """
    given = {
        column: {word: word for word in known} | dict((words or {}).get(column, {})) for column, known in WORDS.items()
    }
    moment = dated(formats) if formats else read_moment
    kinds = given.pop("pauses")
    found: dict[str, Reader] = {
        "code": _text(100),
        "procedure": _text(40),
        "procedure_name": _text(2000),
        "sector": _text(60),
        "agency": _text(35),
        "agency_name": _text(200),
        "receiving_desk": _text(40),
        "return_desk": _text(40),
        "pauses": read_pauses(kinds, moment),
        "supplement_rounds": _whole(0, _MOST_ROUNDS, f"cần số nguyên từ 0 đến {_MOST_ROUNDS}"),
        "paused_seconds": _whole(0, _LARGEST, "cần số giây nguyên, không âm"),
        "rating": _whole(1, 5, "cần số từ 1 đến 5"),
    }
    found |= {column: OneOf(known) for column, known in given.items()}
    found |= dict.fromkeys(FLAGS, OneOf(truths))
    found |= dict.fromkeys(MOMENTS, moment)
    found |= dict.fromkeys(_MONEY, _whole(0, _LARGEST, "cần số đồng nguyên, không âm"))
    return found

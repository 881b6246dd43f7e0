"""Reads a time limit from what people wrote: what is plain is read, the rest waits for a person. Never guesses.

Takes a bare limit (`07 Ngày làm việc`, `không quá 15 ngày kể từ ngày nhận đủ hồ sơ`) and the catalogue's flattened
table of channels (`channel_rows`). `Giờ` alone means working hours: limits of administrative procedures are counted in
office hours. A number without a unit, a number that has run into the fee, a range, a month or a condition that does not
fit into one clause is `review`, with a reason and, where the text supports one, a suggestion that a person may accept.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from motcua.law.channel_rows import CHANNELS, NO_INFORMATION, ChannelRow, is_flattened, split_rows
from motcua.law.errors import BadInput
from motcua.law.limits import UNIT_TEXT, Limit, Unit
from motcua.law.number_words import value_of_words

LONGEST: Final = 3650
"""A limit above ten years of days is taken for a slip of the pen."""

LONGEST_TEXT: Final = 1000
"""A sentence beyond this many characters is prose; it is not searched for a limit."""

CHANNEL_NAMES: Final = {code: name for name, code in CHANNELS.items()}

_UNITS: Final = {
    "ngày làm việc": Unit.WORKING_DAY,
    "ngày": Unit.DAY,
    "ngày lịch": Unit.DAY,
    "ngày dương lịch": Unit.DAY,
    "giờ làm việc": Unit.WORKING_HOUR,
    "giờ": Unit.WORKING_HOUR,
}
_DAYS_OF: Final = {"tuần": 7, "tháng": 30, "năm": 365}
"""Bộ luật Dân sự 2015, Điều 146 khoản 1."""

_UNIT = (
    r"(?:ngày\s+làm\s+việc|ngày\s+dương\s+lịch|ngày\s+lịch|ngày(?!\s+làm\s+việc)"
    r"|giờ\s+làm\s+việc|giờ(?!\s+làm\s+việc))(?!\w)"
)
_LEAD = (
    r"(?:(?:thời\s+hạn|thời\s+gian)(?:\s+giải\s+quyết|\s+thực\s+hiện)?(?:\s+hồ\s+sơ|\s+thủ\s+tục)?(?:\s+là)?\s*:?\s*)?"
    r"(?:(?:trong\s+thời\s+(?:hạn|gian)|trong\s+vòng|trong|không\s+quá|tối\s+đa(?:\s+là|\s+không\s+quá)?"
    r"|chậm\s+nhất(?:\s+là)?)\s*:?\s+)*"
)
_NUMBER = (
    r"(?:(?P<words>[a-zà-ỹđ]+(?:\s[a-zà-ỹđ]+){0,4})\s*\((?P<in_brackets>[0-9]+)\)"
    r"|(?P<plain>[0-9]+)(?:\s*\((?P<spelt>[^()0-9]+)\))?)"
)
_START = (
    r"(?:\s*,?\s*(?:kể\s+từ|tính\s+từ|từ|sau)\s+(?:ngày|khi|thời\s+điểm|lúc)\s+(?:tiếp\s+)?nhận(?:\s+được)?(?:\s+đầy)?"
    r"(?:\s+đủ)?(?:\s+hồ\s+sơ)?(?:\s+đầy\s+đủ|\s+đủ)?(?:\s*,?\s*(?:và\s+)?hợp\s+lệ)?(?:\s+theo\s+(?:đúng\s+)?quy\s+định)?)?"
)
_CASE_WORD = r"(?:(?:áp\s+dụng\s+)?(?:đối\s+với|với|cho)|(?:trong\s+)?trường\s+hợp|nếu)\s"
_BULLET = r"(?:[-+*•–]+(?:\s+|(?=[^\W\d]))|[a-zđ]\)\s*|\(?[0-9ivx]{1,4}[.)]\s+)?"
_BARE = re.compile(
    rf"{_BULLET}(?:(?P<before>{_CASE_WORD}[^:;]+?)\s*(?::|,?\s+thì)\s*)?"
    rf"{_LEAD}{_NUMBER}\s*(?P<unit>{_UNIT}){_START}"
    rf"(?:\s*,?\s*(?:\((?P<bracketed>{_CASE_WORD}[^()]+)\)|(?P<after>{_CASE_WORD}.+?){_START}))?[\s.;,]*",
    re.IGNORECASE,
)
_ANY = re.compile(rf"(?<![0-9.,/-])(?P<number>[0-9]+)(?:\s*\([^()0-9]+\))?\s*(?P<unit>{_UNIT})", re.IGNORECASE)
_RANGE = re.compile(
    rf"(?<![0-9.,/])[0-9]+(?:\s*{_UNIT})?\s*(?:-|–|—|đến|tới|hoặc)\s*(?P<last>[0-9]+)(?:\s*\([^()0-9]+\))?\s*(?P<unit>{_UNIT})",
    re.IGNORECASE,
)
_LONG_UNIT = re.compile(
    r"(?<![0-9.,/-])(?P<number>[0-9]+)(?:\s*\([^()0-9]+\))?\s*(?P<unit>tuần|tháng|năm)(?!\w)", re.IGNORECASE
)
_FRACTION = re.compile(rf"[0-9]+[.,/][0-9]+\s*{_UNIT}|(?:nửa|½)\s*(?:{_UNIT}|buổi)|{_UNIT}\s+rưỡi", re.IGNORECASE)
_CHANNEL_LEAD = re.compile(
    r"(?P<name>trực\s+tuyến|trực\s+tiếp|dịch\s+vụ\s+bưu\s+chính|bưu\s+chính(?:\s+công\s+ích)?)\s*:\s*", re.IGNORECASE
)
_NO_LIMIT = re.compile(
    r"không(?:\s+có|\s+quy\s+định|\s+áp\s+dụng)?(?:\s+(?:cụ\s+thể\s+)?(?:về\s+)?(?:thời\s+hạn|thời\s+gian)"
    r"(?:\s+giải\s+quyết)?(?:\s+hồ\s+sơ)?)?[\s.;]*",
    re.IGNORECASE,
)
_SAYS_NO_LIMIT = re.compile(
    r"không\s+(?:quy\s+định|có)\s+(?:cụ\s+thể\s+)?(?:về\s+)?(?:thời\s+hạn|thời\s+gian)\s+giải\s+quyết"
    r"(?:\s*,\s*phí)?(?:\s*,\s*lệ\s+phí)?[\s.;]*",
    re.IGNORECASE,
)
_EXCEPTION = re.compile(r"không\s+kể|(?<!\w)trừ\s|[0-9]\s*%", re.IGNORECASE)
_CLOCK = re.compile(r"\s*(?:[0-9]|phút|cùng\s+ngày|hàng\s+ngày)", re.IGNORECASE)
_MONEY = re.compile(r"(?<![0-9.,])(?P<number>[0-9][0-9.,]*[0-9]|[0-9])\s*(?:đồng|đ|vnđ|vnd)(?!\w)", re.IGNORECASE)


class Status(StrEnum):
    PARSED = "parsed"
    NONE = "none"
    REVIEW = "review"


class Reason(StrEnum):
    """Why a person must look; stable, the sentence for people is made from it."""

    BARE_NUMBER = "bare_number"
    RUN_WITH_FEE = "run_with_fee"
    NO_INFORMATION = "no_information"
    FREE_TEXT = "free_text"
    FRACTION = "fraction"
    ZERO = "zero"
    TOO_LONG = "too_long"
    RANGE = "range"
    MONTH = "month"
    SEVERAL = "several_limits"
    CONTRADICTION = "contradiction"


@dataclass(frozen=True, slots=True)
class ReadLimit:
    """`channel` is `online`, `counter`, `post` or None (not said); `condition` is the clause verbatim, or None."""

    limit: Limit
    channel: str | None = None
    condition: str | None = None

    def as_json(self) -> dict[str, object]:
        data: dict[str, object] = {"channel": self.channel} if self.channel else {}
        data |= {"amount": self.limit.amount, "unit": str(self.limit.unit)}
        return data | ({"condition": self.condition} if self.condition else {})


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing that could not be read. `suggestion` is what the text supports, None where it supports nothing."""

    reason: Reason
    text: str
    message: str
    channel: str | None = None
    suggestion: Limit | None = None
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """`limits` holds every limit that was plain, also when `status` is `review` because of another row.

    `notes` name what a description adds to a plain limit, such as a second limit for a special case.
    """

    text: str
    status: Status
    limits: tuple[ReadLimit, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def reason(self) -> str | None:
        """One Vietnamese sentence for each kind of doubt, with the channels that it touches."""
        if not self.doubts:
            return None
        channels_of: dict[str, list[str]] = {}
        for doubt in self.doubts:
            names = channels_of.setdefault(doubt.message, [])
            if doubt.channel and CHANNEL_NAMES[doubt.channel] not in names:
                names.append(CHANNEL_NAMES[doubt.channel])
        return " ".join(
            f"{', '.join(names)}: {message}" if names else _capital(message) for message, names in channels_of.items()
        )

    def as_json(self) -> dict[str, object]:
        data: dict[str, object] = {
            "text": self.text,
            "status": str(self.status),
            "limits": [read_limit.as_json() for read_limit in self.limits],
        }
        if self.doubts:
            data["reason"] = self.reason
            data["reason_codes"] = sorted({str(doubt.reason) for doubt in self.doubts})
        suggested = [
            ReadLimit(doubt.suggestion, doubt.channel).as_json() | {"basis": doubt.basis}
            for doubt in self.doubts
            if doubt.suggestion
        ]
        if suggested:
            data["suggestion"] = suggested
        if self.notes:
            data["notes"] = list(self.notes)
        return data


def read(text: str) -> Reading:
    """Read one text, bare limit or flattened table. Never raises; `Reading.text` is the text as given."""
    tidy = unicodedata.normalize("NFC", text).replace("\xa0", " ").strip()
    if is_flattened(tidy):
        rows, before = split_rows(tidy)
        return _read_table(text, rows, before)
    return _read_bare(text, tidy)


def read_one(text: str) -> Limit:
    """The one limit of a text without condition. Raises BadInput for anything else."""
    reading = read(text)
    if reading.status is Status.PARSED and len(reading.limits) == 1 and not reading.limits[0].condition:
        return reading.limits[0].limit
    because = f" {reading.reason}" if reading.reason else ""
    raise BadInput(
        f"Không đọc được thời hạn “{text}”: cần một số và đơn vị, ví dụ “3 ngày làm việc”.{because}", value=text
    )


@dataclass(frozen=True, slots=True)
class RowReading:
    """One row of the table: its limit, or a doubt, or neither where it says that there is no limit."""

    limit: ReadLimit | None = None
    doubt: Doubt | None = None
    note: str | None = None


def read_row(row: ChannelRow) -> RowReading:
    """Read one channel row by itself, without looking at the rows beside it."""
    if row.run:
        suggestion, basis = _suggest_from_run(row)
        message = f"thời hạn và tiền phí dính liền nhau thành “{row.run}”, không biết tách ở đâu."
        return RowReading(doubt=Doubt(Reason.RUN_WITH_FEE, row.run, message, row.channel, suggestion, basis))
    if row.time.isdigit():
        return RowReading(doubt=_doubt_of_number(row.time, row.description, row.channel))
    if row.time == NO_INFORMATION:
        if _SAYS_NO_LIMIT.fullmatch(row.description):
            return RowReading()
        suggestion, basis = _suggest_from_prose(row.description)
        message = "cổng không ghi thời hạn."
        return RowReading(doubt=Doubt(Reason.NO_INFORMATION, row.time, message, row.channel, suggestion, basis))
    read_time = _read_segment(row.time)
    if isinstance(read_time, Doubt):
        return RowReading(doubt=_in_channel(read_time, row.channel))
    if read_time is None:
        return RowReading()
    condition, note = _condition_in(row.description, read_time.limit)
    return RowReading(ReadLimit(read_time.limit, row.channel, read_time.condition or condition), note=note)


def _read_table(text: str, rows: tuple[ChannelRow, ...], before: str) -> Reading:
    readings = [read_row(row) for row in rows]
    limits = tuple(reading.limit for reading in readings if reading.limit)
    doubts = [reading.doubt for reading in readings if reading.doubt]
    if before:
        doubts.append(Doubt(Reason.FREE_TEXT, before, f"không rõ phần “{_short(before)}” thuộc hình thức nộp nào."))
    doubts += _undistinguished(rows, readings)
    notes = tuple(dict.fromkeys(reading.note for reading in readings if reading.note))
    return Reading(text, _status(limits, doubts), limits, tuple(doubts), notes)


def _undistinguished(rows: tuple[ChannelRow, ...], readings: list[RowReading]) -> list[Doubt]:
    """A channel listed more than once must say which row is for which case; the same row twice is no doubt."""
    doubts = []
    for channel in dict.fromkeys(row.channel for row in rows):
        found = {
            (reading.limit.limit, reading.limit.condition or "", "" if reading.limit.condition else _bones(row))
            for row, reading in zip(rows, readings, strict=True)
            if row.channel == channel and reading.limit
        }
        without_condition = [entry for entry in found if not entry[1]]
        if len(without_condition) > 1 or len({entry[1] for entry in found}) < len(found):
            listed = ", ".join(sorted(entry[0].text() for entry in found))
            message = f"ghi nhiều thời hạn ({listed}) mà không phân biệt được trường hợp hay giai đoạn."
            doubts.append(Doubt(Reason.SEVERAL, listed, message, channel))
    return doubts


def _bones(row: ChannelRow) -> str:
    """The description without marks and blanks, by which a row copied twice is known."""
    return re.sub(r"\W+", "", row.description).casefold()


def _read_bare(text: str, tidy: str) -> Reading:
    limits: list[ReadLimit] = []
    doubts: list[Doubt] = []
    whole = " ".join(tidy.split())
    segments = [" ".join(part.split()) for part in re.split(r"[;\n]", tidy) if part.strip(" \t.,")]
    if len(segments) > 1 and isinstance(_read_segment(whole), ReadLimit):
        segments = [whole]
    for segment in segments:
        channel, rest = _channel_lead(segment)
        result = _read_segment(rest)
        if isinstance(result, Doubt):
            doubts.append(_in_channel(result, channel))
        elif result is not None:
            limits.append(ReadLimit(result.limit, channel, result.condition))
    keys = [(entry.channel, entry.condition) for entry in limits]
    if doubts or len(set(keys)) < len(keys):
        # A text of which one part is unclear may mean something else as a whole: nothing of it counts as read.
        suggestion, basis = _suggest_from_prose(whole)
        if not doubts or len(segments) > 1:
            message = f"ghi nhiều nội dung trong một thời hạn: “{_short(whole)}”."
            doubts = [Doubt(Reason.SEVERAL, whole, message, None, suggestion, basis)]
        limits = []
    return Reading(text, _status(limits, doubts), tuple(limits), tuple(doubts))


def _channel_lead(segment: str) -> tuple[str | None, str]:
    match = _CHANNEL_LEAD.match(segment)
    if match is None:
        return None, segment
    name = " ".join(match["name"].lower().split())
    channel = "online" if name == "trực tuyến" else "counter" if name == "trực tiếp" else "post"
    return channel, segment[match.end() :]


def _status(limits: Iterable[ReadLimit], doubts: Iterable[Doubt]) -> Status:
    if any(True for _ in doubts):
        return Status.REVIEW
    return Status.PARSED if any(True for _ in limits) else Status.NONE


def _read_segment(segment: str) -> ReadLimit | Doubt | None:
    """One limit, a doubt, or None where the segment says that there is no limit. Blanks are single."""
    segment = " ".join(segment.split())
    if len(segment) > LONGEST_TEXT:
        return Doubt(Reason.FREE_TEXT, segment, f"không đọc được chắc chắn thời hạn từ “{_short(segment)}”.")
    if not segment.strip(".-– ") or _NO_LIMIT.fullmatch(segment):
        return None
    match = _BARE.fullmatch(segment)
    if match is None:
        return _doubt_of(segment)
    condition = match["before"] or match["bracketed"] or match["after"]
    if (match["before"] and (match["bracketed"] or match["after"])) or (condition and _holds_more(condition)):
        return _doubt_of(segment)
    digits = match["plain"] or match["in_brackets"]
    spelt = match["spelt"] or match["words"]
    if spelt and value_of_words(spelt) != int(digits):
        message = f"số bằng chữ “{spelt.strip()}” không khớp với số {int(digits)}."
        return Doubt(Reason.CONTRADICTION, segment, message)
    limit = _limit_of(int(digits), match["unit"])
    if limit is None:
        return _doubt_of_amount(int(digits), segment)
    return ReadLimit(limit, condition=condition.strip(" .,;") if condition else None)


def _holds_more(condition: str) -> bool:
    """A condition that itself names a time may belong to the counting rule; one clause cannot hold that."""
    return any(pattern.search(condition) for pattern in (_ANY, _LONG_UNIT, _FRACTION, _EXCEPTION))


def _limit_of(amount: int, unit: str) -> Limit | None:
    if not 1 <= amount <= LONGEST:
        return None
    return Limit(amount, _UNITS[" ".join(unit.lower().split())])


def _doubt_of_amount(amount: int, segment: str) -> Doubt:
    if amount == 0:
        return Doubt(Reason.ZERO, segment, "thời hạn ghi số 0.")
    return Doubt(Reason.TOO_LONG, segment, f"thời hạn {amount} dài quá {LONGEST}, có thể ghi nhầm.")


def _doubt_of_number(number: str, description: str, channel: str | None) -> Doubt:
    amount = int(number)
    if amount == 0:
        return _in_channel(_doubt_of_amount(0, number), channel)
    message = f"thời hạn chỉ ghi số “{number}”, thiếu đơn vị (giờ, ngày hay ngày làm việc)."
    suggestion, basis = _suggest_for_amount(amount, description)
    return Doubt(Reason.BARE_NUMBER, number, message, channel, suggestion, basis)


def _doubt_of(segment: str) -> Doubt:
    """Name what kind of text it is; the order goes from the narrow to the wide."""
    if segment.casefold().strip(" .") == NO_INFORMATION.casefold():
        return Doubt(Reason.NO_INFORMATION, segment, "không có thông tin về thời hạn.")
    if segment.isascii() and segment.isdigit():
        return _doubt_of_number(segment, "", None)
    if match := _RANGE.search(segment):
        suggestion = _limit_of(int(match["last"]), match["unit"])
        message = f"thời hạn ghi thành khoảng: “{_short(segment)}”."
        return Doubt(Reason.RANGE, segment, message, None, suggestion, "Mốc cuối của khoảng." if suggestion else "")
    if _FRACTION.search(segment):
        return Doubt(Reason.FRACTION, segment, f"thời hạn có phần lẻ hoặc dấu trong số: “{_short(segment)}”.")
    quantities = _quantities(segment)
    long_units = list(_LONG_UNIT.finditer(segment))
    if long_units and not quantities:
        return _doubt_of_long_unit(segment, long_units)
    if len(quantities) + len(long_units) > 1:
        message = f"ghi nhiều thời hạn trong một câu: “{_short(segment)}”."
        return Doubt(Reason.SEVERAL, segment, message)
    suggestion, basis = _suggest_from_prose(segment)
    message = f"không đọc được chắc chắn thời hạn từ “{_short(segment)}”."
    return Doubt(Reason.FREE_TEXT, segment, message, None, suggestion, basis)


def _doubt_of_long_unit(segment: str, found: list[re.Match[str]]) -> Doubt:
    message = f"thời hạn tính bằng tuần, tháng hoặc năm: “{_short(segment)}”."
    if len(found) > 1:
        return Doubt(Reason.MONTH, segment, message)
    unit = found[0]["unit"].lower()
    days = int(found[0]["number"]) * _DAYS_OF[unit]
    suggestion = Limit(days, Unit.DAY) if 1 <= days <= LONGEST else None
    basis = f"1 {unit} là {_DAYS_OF[unit]} ngày (Bộ luật Dân sự 2015, Điều 146)." if suggestion else ""
    return Doubt(Reason.MONTH, segment, message, None, suggestion, basis)


def _in_channel(doubt: Doubt, channel: str | None) -> Doubt:
    return Doubt(doubt.reason, doubt.text, doubt.message, channel, doubt.suggestion, doubt.basis)


def _quantities(prose: str) -> list[Limit]:
    """Every distinct `number unit` of a prose text, in its order; clock times (`sau 15 giờ cùng ngày`) are none."""
    found = [
        _limit_of(int(match["number"]), match["unit"])
        for match in _ANY.finditer(prose)
        if not (match["unit"].lower() == "giờ" and _CLOCK.match(prose, match.end()))
    ]
    return list(dict.fromkeys(limit for limit in found if limit))


def _suggest_from_prose(prose: str) -> tuple[Limit | None, str]:
    found = _quantities(prose)
    if len(found) == 1:
        return found[0], f"Nguyên văn có ghi “{found[0].text()}”."
    return None, ""


def _suggest_for_amount(amount: int, description: str) -> tuple[Limit | None, str]:
    """The unit for a bare number: from the description where it names one, else the usual one, said to be unproved."""
    found = _quantities(description)
    same = [limit for limit in found if limit.amount == amount]
    if len(same) == 1:
        return same[0], f"Phần mô tả có ghi “{same[0].text()}”."
    if found:
        return _suggest_from_prose(description)
    if amount > LONGEST:
        return None, ""
    return Limit(amount, Unit.WORKING_DAY), "Đơn vị thường gặp nhất là ngày làm việc; cần đối chiếu quyết định công bố."


def _suggest_from_run(row: ChannelRow) -> tuple[Limit | None, str]:
    """Where the fee in the note fits exactly one way to cut `1100 VNĐ`, the digits before it are the time."""
    digits = row.run.split()[0]
    prose = f"{row.fee_note} {row.description}"
    stated = {int(re.sub(r"[.,]", "", match["number"])) for match in _MONEY.finditer(prose)}
    cuts = []
    for position in range(1, len(digits)):
        head, tail = digits[:position], digits[position:]
        if not head.isdigit() or not re.fullmatch(r"[1-9][0-9]{0,2}(?:[.,][0-9]{3})*|[1-9][0-9]*", tail):
            continue
        fee = int(re.sub(r"[.,]", "", tail))
        if {fee, fee * 1000} & stated:
            cuts.append((int(head), tail))
    if len(cuts) != 1 or cuts[0][0] == 0:
        return None, ""
    amount, tail = cuts[0]
    suggestion, basis = _suggest_for_amount(amount, row.description)
    return suggestion, f"Phí trong ghi chú khớp với “{tail}” nên thời hạn là số {amount}. {basis}".strip()


def _condition_in(description: str, limit: Limit) -> tuple[str | None, str | None]:
    """The case for which `description` gives exactly this limit, and a note of other limits that it names.

    Only three plain forms are taken: the whole text is one case (`Đối với …`), a case with the limit behind it, or a
    list of such lines of which exactly one has this limit. Everything else leaves the limit without a condition.
    """
    if not description:
        return None, None
    if lone := _lone_case(description):
        return lone, None
    cases = []
    for part in re.split(r"[;\n]", description):
        result = _read_segment(_without_tail(part)) if part.strip() else None
        if isinstance(result, ReadLimit):
            cases.append(result)
    same = [case.condition for case in cases if case.limit == limit]
    condition = same[0] if len(same) == 1 else None
    others = [found.text() for found in _quantities(description) if found != limit]
    if others and condition is None and limit not in _quantities(description):
        return None, f"Phần mô tả ghi thời hạn khác ({', '.join(others)}) với cột thời gian ({limit.text()})."
    if others:
        return condition, f"Ngoài {limit.text()}, phần mô tả còn ghi: {', '.join(others)}."
    if re.match(r"không\s+quy\s+định", description, re.IGNORECASE):
        return None, f"Cột thời gian ghi {limit.text()} nhưng phần mô tả nói không quy định."
    return condition, None


_LONE_CASE = re.compile(rf"{_BULLET}(?P<case>{_CASE_WORD}[^:;.\n]+?)[\s.;]*", re.IGNORECASE)
_VERBS = re.compile(r"(?<!\w)(?:thì|nộp|thực\s+hiện\s+(?:trực|qua)|gửi|phải|được|thông\s+báo)(?!\w)|,", re.IGNORECASE)
_TAIL = re.compile(
    rf"(?P<head>.*?thì\s+{_LEAD}[0-9]+\s*{_UNIT}{_START})\s*,\s*(?:cơ\s+quan|[A-ZĐÀ-Ỹ]).*", re.IGNORECASE | re.DOTALL
)


def _lone_case(description: str) -> str | None:
    match = _LONE_CASE.fullmatch(description.strip())
    if match is None or _VERBS.search(match["case"]) or _quantities(description):
        return None
    return " ".join(match["case"].split())


def _without_tail(part: str) -> str:
    """`Trường hợp … thì trong thời hạn 40 ngày kể từ ngày nhận đủ hồ sơ, cơ quan … quyết định …` without who acts."""
    match = _TAIL.fullmatch(part.strip())
    return match["head"] if match else part


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 120 else flat[:117] + "…"


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def describe(limits: Iterable[ReadLimit]) -> str:
    """`Trực tuyến: 3 ngày làm việc; Trực tiếp: 5 ngày làm việc (đối với cấp lại)`, for lists and review pages."""
    parts = []
    for entry in limits:
        channel = f"{CHANNEL_NAMES[entry.channel]}: " if entry.channel else ""
        case = f" ({entry.condition})" if entry.condition else ""
        parts.append(f"{channel}{entry.limit.amount} {UNIT_TEXT[entry.limit.unit]}{case}")
    return "; ".join(parts)

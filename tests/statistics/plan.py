"""A province by plan: a seed gives dossiers whose place in form 06a is known because they were made for it.

What is expected comes from the plan alone: each way says which columns it is made for, and is then given moments by which
it must stand there. No measure, verdict or window of the program is asked.
"""

from __future__ import annotations

import csv
import random
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

FIRST, LAST = date(2026, 9, 1), date(2026, 9, 30)
NEXT_FIRST, NEXT_LAST = date(2026, 10, 1), date(2026, 10, 31)

ONLINE, OTHERWISE = ("online", "vneid", "kiosk"), ("counter", "post", "home")
PLACES = (
    ("H32.16", "Sở Xây dựng", "province"),
    ("H32.101", "UBND phường Nha Trang", "commune"),
    ("H32.102", "UBND xã Diên Khánh", "commune"),
    ("T32", "Thuế tỉnh Khánh Hòa", "vertical"),
)
KINDS = (("1.001", "XD"), ("1.002", "XD"), ("2.001", "HT"))


@dataclass(frozen=True)
class Way:
    """`columns` where it stands besides the one of its coming in; by instant in `instant` where that differs.

    `came`: in the window ("in", column 4 or 5), before it ("before", column 6), or it is counted nowhere (""). `note` is
    the note that counts it too, `after` where it stands a month later, for those still open.
    """

    name: str
    came: str
    columns: str
    told: dict[str, str]
    instant: str = ""
    note: str = ""


# Moments as day and hour: b = a day before the window, i = a day in its first half, j = a later one in it, a = one after it.
_RESOLVED = {"outcome": "resolved"}
WAYS = (
    Way("gone before", "", "", {"accepted": "b 9:00", "due": "b+4 9:00", "resolved": "b+2 9:00", **_RESOLVED}),
    Way("carried, early", "before", "c7 c8", {"accepted": "b 9:00", "due": "j+2 9:00", "resolved": "j 9:00", **_RESOLVED}),
    Way("carried, late", "before", "c7 c10", {"accepted": "b 9:00", "due": "b+4 9:00", "resolved": "j 9:00", **_RESOLVED}),
    Way("carried, open", "before", "c11 c12", {"accepted": "b 9:00", "due": "a 9:00", "outcome": "open"}),
    Way("carried, open and late", "before", "c11 c13", {"accepted": "b 9:00", "due": "j 9:00", "outcome": "open"}),
    Way("carried, late after", "before", "c11 c13", {"accepted": "b 9:00", "due": "j 9:00", "resolved": "a 9:00", **_RESOLVED}),
    Way("early", "in", "c7 c8", {"accepted": "i 9:00", "due": "j+1 9:00", "resolved": "j 16:00", **_RESOLVED}),
    Way("handed over", "in", "c7 c8",
        {"accepted": "i 9:00", "due": "j+1 9:00", "resolved": "j 8:00", "handed_over": "a 9:00", **_RESOLVED}),
    Way("an hour before", "in", "c7 c9",
        {"accepted": "i 9:00", "due": "j 17:00", "resolved": "j 16:00", **_RESOLVED}, instant="c7 c8"),
    Way("an hour after", "in", "c7 c9",
        {"accepted": "i 9:00", "due": "j 16:00", "resolved": "j 17:00", **_RESOLVED}, instant="c7 c10"),
    Way("to the minute", "in", "c7 c9", {"accepted": "i 9:00", "due": "j 17:00", "resolved": "j 17:00:40", **_RESOLVED}),
    Way("late", "in", "c7 c10", {"accepted": "i 9:00", "due": "j 17:00", "resolved": "j+1 7:30", **_RESOLVED}),
    Way("returned", "in", "c7 c9", {"accepted": "i 9:00", "due": "j 17:00", "ended": "j 9:00", "outcome": "returned"}),
    Way("returned late", "in", "c7 c9",
        {"accepted": "i 9:00", "due": "j 17:00", "ended": "j+1 9:00", "outcome": "returned"}, note="returned_overdue"),
    Way("withdrawn", "in", "c7 c9", {"accepted": "i 9:00", "due": "j 17:00", "ended": "j 9:00", "outcome": "withdrawn"}),
    Way("withdrawn late", "in", "c7 c9",
        {"accepted": "i 9:00", "due": "j 17:00", "ended": "j+2 9:00", "outcome": "withdrawn"}, note="withdrawn_overdue"),
    Way("stopped in time", "in", "c7 c8", {"accepted": "i 9:00", "due": "j+1 17:00", "ended": "j 9:00", "outcome": "stopped"}),
    Way("stopped late", "in", "c7 c10", {"accepted": "i 9:00", "due": "j 17:00", "ended": "j+1 9:00", "outcome": "stopped"}),
    Way("without a due", "in", "c7 c9", {"accepted": "i 9:00", "resolved": "j 9:00", **_RESOLVED}, note="finished_no_due"),
    Way("open without a due", "in", "c11 c12", {"accepted": "i 9:00", "outcome": "open"}, note="open_no_due"),
    Way("open", "in", "c11 c12", {"accepted": "i 9:00", "due": "a 9:00", "outcome": "open"}),
    Way("open and late", "in", "c11 c13", {"accepted": "i 9:00", "due": "j 9:00", "outcome": "open"}),
    Way("paused at the end", "in", "c11 c12",
        {"accepted": "i 9:00", "due": "j 9:00", "pauses": "supplement:i+0 10:00/", "outcome": "open"}),
    Way("paused over the end", "in", "c11 c12",
        {"accepted": "i 9:00", "due": "j 9:00", "pauses": "payment:j 8:00/a 8:00", "resolved": "a 17:00", **_RESOLVED}),
    Way("pause over before the end", "in", "c11 c13",
        {"accepted": "i 9:00", "due": "j 9:00", "pauses": "legal:i 10:00/i+0 15:00", "outcome": "open"}),
    Way("pause begun after the end", "in", "c11 c13",
        {"accepted": "i 9:00", "due": "j 9:00", "pauses": "supplement:a 8:00/", "outcome": "open"}),
    Way("refused", "", "", {"submitted": "i 9:00", "ended": "i 15:00", "outcome": "refused"}),
    Way("withdrawn before acceptance", "", "", {"submitted": "i 9:00", "ended": "i 15:00", "outcome": "withdrawn"}),
    Way("not answered", "", "", {"submitted": "i 9:00", "outcome": "open"}),
    Way("accepted after", "", "", {"accepted": "a 9:00", "due": "a 17:00", "outcome": "open"}),
    Way("first moment", "in", "c7 c8", {"accepted": "0 0:00", "due": "j+1 9:00", "resolved": "j 9:00", **_RESOLVED}),
    Way("last moment", "in", "c11 c12", {"accepted": "29 23:59:59", "due": "a 9:00", "outcome": "open"}),
    Way("first moment after", "", "", {"accepted": "30 0:00", "due": "a 9:00", "outcome": "open"}),
    Way("finished at the first moment", "before", "c7 c8", {"accepted": "b 9:00", "due": "j 9:00", "resolved": "0 0:00", **_RESOLVED}),
    Way("finished at the last moment before", "", "", {"accepted": "b 9:00", "due": "j 9:00", "resolved": "-1 23:59:59", **_RESOLVED}),
    Way("finished at the first moment after", "in", "c11 c13", {"accepted": "i 9:00", "due": "j 9:00", "resolved": "30 0:00", **_RESOLVED}),
    Way("due at the end", "in", "c11 c12", {"accepted": "i 9:00", "due": "30 0:00", "outcome": "open"}),
    Way("due a minute before the end", "in", "c11 c13", {"accepted": "i 9:00", "due": "29 23:59", "outcome": "open"}),
)  # fmt: skip

_COLUMNS = {
    "submitted": "submitted_at", "accepted": "accepted_at", "due": "due_at", "resolved": "resolved_at",
    "handed_over": "handed_over_at", "ended": "ended_at", "outcome": "outcome", "pauses": "pauses",
}  # fmt: skip
HEADER = (
    "code", "procedure", "sector", "agency", "agency_name", "level", "channel", *_COLUMNS.values(),
)  # fmt: skip


@dataclass(frozen=True)
class Planned:
    code: str
    way: Way
    agency: str
    vertical: bool
    procedure: str
    sector: str
    channel: str
    line: dict[str, str]

    def columns(self, rule: str) -> set[str]:
        """Where it was made to stand."""
        if not self.way.came:
            return set()
        entry = "c6" if self.way.came == "before" else "c4" if self.channel in ONLINE else "c5"
        columns = self.way.instant if rule == "instant" and self.way.instant else self.way.columns
        return {"c3", entry, *columns.split()}


class Plan:
    """`count` dossiers, every way at least once."""

    def __init__(self, seed: int, count: int) -> None:
        chance = random.Random(seed)
        self.dossiers = [self._made(chance, number, WAYS[number % len(WAYS)]) for number in range(count)]

    @staticmethod
    def _made(chance: random.Random, number: int, way: Way) -> Planned:
        days = {
            "b": -chance.randint(11, 40),
            "i": chance.randint(0, 9),
            "j": chance.randint(12, 26),
            "a": chance.randint(31, 45),
        }
        agency, agency_name, level = chance.choice(PLACES[:2] + PLACES[3:])
        procedure, sector = chance.choice(KINDS)
        channel = chance.choice(chance.choice((ONLINE, OTHERWISE)))
        code = f"P-{number:05d}"
        line = {
            "code": code, "procedure": procedure, "sector": sector, "agency": agency, "agency_name": agency_name,
            "level": level, "channel": channel,
        }  # fmt: skip
        line |= {_COLUMNS[name]: _told(text, days) for name, text in way.told.items()}
        return Planned(code, way, agency, level == "vertical", procedure, sector, channel, line)

    def write(self, path: Path) -> Path:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, HEADER, restval="")
            writer.writeheader()
            writer.writerows(dossier.line for dossier in self.dossiers)
        return path

    def cells(self, by: str, rule: str) -> dict[tuple[bool, str], dict[str, set[str]]]:
        """By (vertical, key): the codes in each column; the key of the totals is ""."""
        found: dict[tuple[bool, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for dossier in self.dossiers:
            for column in dossier.columns(rule):
                for key in ("", getattr(dossier, by)):
                    found[dossier.vertical, key][column].add(dossier.code)
        return found

    def notes(self) -> Counter[str]:
        return Counter(dossier.way.note for dossier in self.dossiers if dossier.way.note and not dossier.vertical)


def _told(text: str, days: dict[str, int]) -> str:
    if ":" not in text:
        return text
    if text.split(":", 1)[0] in ("supplement", "payment", "legal"):
        kind, span = text.split(":", 1)
        begin, end = span.split("/")
        return f"{kind}:{_moment(begin, days)}/{_moment(end, days) if end else ''}"
    return _moment(text, days)


def _moment(text: str, days: dict[str, int]) -> str:
    day, hour = text.split(" ")
    name, _, more = day.partition("+")
    offset = (days[name] if name in days else int(name)) + int(more or 0)
    clock = datetime.strptime(hour, "%H:%M:%S" if hour.count(":") == 2 else "%H:%M").time()  # noqa: DTZ007
    return datetime.combine(FIRST + timedelta(days=offset), clock).isoformat()

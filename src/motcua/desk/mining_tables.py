"""What was mined as the tables of a page: words, times in hours, and the address of the dossiers behind each number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import Any

from motcua.statistics.mining.answers import Mined
from motcua.statistics.mining.conformance import FAULT_TEXT
from motcua.statistics.mining.durations import Times
from motcua.statistics.mining.told_lines import clock_text, times_text, work_text
from motcua.statistics.ratios import cents_text, percent_text

Link = Callable[[str, str], str]
# Beyond these the page says how many more there are, until it is asked for all.
SHOWN = 25


def tables(mined: Mined, link: Link, *, whole: bool) -> dict[str, Any]:
    found = mined.conformance
    most = None if whole else SHOWN
    return {
        "lead": times_text(mined.lead) if mined.lead else "",
        "edges": list(_edges(mined, link)),
        "variants": list(_variants(mined, link))[:most],
        "steps": list(_steps(mined, link)),
        "rework": [
            {
                "name": mined.label(one.key),
                "count": len(one.cases),
                "returns": one.returns,
                "direct": one.direct,
                "undone": one.undone,
                "href": link("rework", one.key),
            }
            for one in mined.rework
        ],
        "hand_overs": list(_hand_overs(mined, link))[:most],
        "fitting": {
            "share": percent_text(len(found.fitting), found.judged),
            "count": len(found.fitting),
            "judged": found.judged,
            "href": link("fitting", ""),
        },
        "groups": [
            {"word": word, "count": len(cases), "href": link(part, "")}
            for part, word, cases in (
                ("deviating", "Lệch quy trình", found.deviating),
                ("without", "Không theo quy trình nội bộ nào", found.without),
                ("unjudged", "Quá xa quy trình, không xét được", found.unjudged),
            )
            if cases
        ],
        "departures": [
            {
                "what": FAULT_TEXT[one.fault].capitalize(),
                "step": one.label,
                "after": one.after_label,
                "count": one.count,
                "dossiers": len(one.cases),
                "href": link("deviation", one.key),
            }
            for one in found.departures
        ],
        "broken_off": [
            {"step": one.label, "count": len(one.cases), "href": link("broken_off", one.key)}
            for one in found.broken_off
        ],
        "more_variants": max(len(mined.variants) - SHOWN, 0) if most else 0,
        "more_hand_overs": max(len(mined.hand_overs) - SHOWN, 0) if most else 0,
    }


def _edges(mined: Mined, link: Link) -> Iterator[dict[str, Any]]:
    """Where the time goes, first; then those that take none: beginnings and ends."""
    slow = {edge.key for edge in mined.slowest}
    rest = [edge for edge in mined.edges if edge.key not in slow]
    for edge, share in zip_longest([*mined.slowest, *rest], mined.slow_shares):
        yield {
            "source": mined.label(edge.source),
            "target": mined.label(edge.target),
            "count": edge.count,
            "share": "" if share is None else cents_text(share),
            "href": link("edge", edge.key),
            **_times(edge.times),
        }


def _variants(mined: Mined, link: Link) -> Iterator[dict[str, Any]]:
    for one, share in zip(mined.variants, mined.variant_shares, strict=True):
        yield {
            "path": [mined.label(activity) for activity in one.path],
            "count": len(one.cases),
            "open": one.open,
            "share": cents_text(share),
            "href": link("variant", one.key),
            **_times(one.times),
        }


def _steps(mined: Mined, link: Link) -> Iterator[dict[str, Any]]:
    for one in mined.activities:
        yield {
            "name": mined.label(one.key),
            "count": one.count,
            "href": link("activity", one.key),
            "over": one.over_count,
            "over_href": link("over", one.key),
            "waited": _work(one.waited),
            **_times(one.times),
        }


def _hand_overs(mined: Mined, link: Link) -> Iterator[dict[str, Any]]:
    for one in mined.hand_overs:
        yield {
            "source": mined.log.office(one.source),
            "target": mined.log.office(one.target),
            "count": one.count,
            "href": link("office", one.key),
            "taken": _work(one.until_taken),
            **_times(one.until_done),
        }


def _times(times: Times | None) -> dict[str, str]:
    """Working time and, beside it, clock time; an empty cell is not zero."""
    if times is None:
        return {"median": "", "p90": "", "clock_median": "", "clock_p90": ""}
    working = times.working
    return {
        "median": work_text(working.median) if working else "",
        "p90": work_text(working.p90) if working else "",
        "clock_median": clock_text(times.clock.median),
        "clock_p90": clock_text(times.clock.p90),
    }


def _work(times: Times | None) -> str:
    return work_text(times.working.median) if times and times.working else ""


def title_of(mined: Mined, part: str, key: str) -> str:
    """What the dossiers behind a number have in common."""
    source, _, target = key.partition(" > ")
    match part:
        case "variant":
            path = next((one.path for one in mined.variants if one.key == key), ())
            return f"Cùng đường đi: {' → '.join(mined.label(step) for step in path)}"
        case "edge":
            return f"Đã đi “{mined.label(source)}” → “{mined.label(target)}”"
        case "activity":
            return f"Đã làm “{mined.label(key)}”"
        case "over":
            return f"Quá thời gian được giao ở “{mined.label(key)}”"
        case "rework":
            return f"Làm lại “{mined.label(key)}”"
        case "office":
            return f"Chuyển từ {mined.log.office(source)} đến {mined.log.office(target)}"
        case "deviation":
            one = next((one for one in mined.conformance.departures if one.key == key), None)
            return f"{FAULT_TEXT[one.fault].capitalize()} “{one.label}”" if one else ""
        case "broken_off":
            return f"Rút hoặc dừng khi đang ở “{mined.label(key)}”"
    return {
        "open": "Đang mở",
        "finished": "Đã kết thúc",
        "fitting": "Đúng quy trình",
        "deviating": "Lệch quy trình",
        "without": "Không theo quy trình nội bộ nào",
        "unjudged": "Quá xa quy trình, không xét được",
    }.get(part, "Mọi hồ sơ trong kỳ")

"""What was mined, in lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from motcua.statistics.mining.answers import Mined
from motcua.statistics.mining.conformance import FAULT_TEXT
from motcua.statistics.mining.durations import Times
from motcua.statistics.ratios import cents_text, percent_text, whole_text

_SHOWN = 10


def lines(mined: Mined) -> Iterator[str]:
    """The first of every list; `--json` has all of it."""
    log = mined.log
    yield f"{log.title}: {whole_text(len(log.traces))} hồ sơ, {whole_text(len(mined.open))} đang mở."
    yield from (f"Lưu ý: {note}" for note in log.notes)
    if not log.traces:
        return
    if mined.lead:
        yield f"Từ đầu đến cuối: {times_text(mined.lead)}."
    yield f"Đường đi thực tế ({len(mined.variants)} kiểu):"
    for one, share in islice(zip(mined.variants, mined.variant_shares, strict=True), _SHOWN):
        yield f"  {cents_text(share)} % ({len(one.cases)}): {' → '.join(mined.label(step) for step in one.path)}"
    yield "Nơi mất thời gian nhất:"
    for edge, share in islice(zip(mined.slowest, mined.slow_shares, strict=True), _SHOWN):
        where = f"{mined.label(edge.source)} → {mined.label(edge.target)}"
        yield f"  {cents_text(share)} % {where}: {edge.count} lượt, {times_text(edge.times)}"
    if mined.rework:
        yield "Làm lại:"
        for again in mined.rework[:_SHOWN]:
            yield (
                f"  {mined.label(again.key)}: {len(again.cases)} hồ sơ, thêm {again.extra} lượt"
                f" ({again.returns} quay lại, {again.direct} liền sau), {again.undone} lượt bị lấy lại"
            )
    if mined.hand_overs:
        yield "Chờ giữa các nơi:"
        for one_way in mined.hand_overs[:_SHOWN]:
            where = f"{log.office(one_way.source)} → {log.office(one_way.target)}"
            yield f"  {where}: {one_way.count} lượt, {times_text(one_way.until_done)}"
    yield from _conformance(mined)


def _conformance(mined: Mined) -> Iterator[str]:
    found = mined.conformance
    if not found.judged and not found.unjudged:
        yield "So với quy trình: không có hồ sơ nào đi theo quy trình đã ban hành."
        return
    yield f"Đúng quy trình: {len(found.fitting)} trong {found.judged} hồ sơ ({percent_text(len(found.fitting), found.judged)})."
    for one in found.departures[:_SHOWN]:
        after = f" sau “{one.after_label}”" if one.after else " ngay từ đầu"
        codes = ", ".join(mined.log.traces[place].case for place in one.cases[:5])
        yield f"  {FAULT_TEXT[one.fault]} “{one.label}”{after}: {one.count} lần, ví dụ {codes}"
    for cut in found.broken_off[:_SHOWN]:
        yield f"  Dừng hoặc rút khi đang ở “{cut.label}”: {len(cut.cases)} hồ sơ"
    for word, cases in (("không theo quy trình nào", found.without), ("không xét được", found.unjudged)):
        if cases:
            yield f"  {word.capitalize()}: {len(cases)} hồ sơ"


def times_text(times: Times | None) -> str:
    """“một nửa trong 12 giờ 30 phút làm việc (2 ngày 3 giờ theo đồng hồ), chín phần mười trong …”."""
    if times is None:
        return "không đo được"
    clock, working = times.clock, times.working
    if working is None:
        return f"một nửa trong {clock_text(clock.median)} theo đồng hồ, chín phần mười trong {clock_text(clock.p90)}"
    return (
        f"một nửa trong {work_text(working.median)} làm việc ({clock_text(clock.median)} theo đồng hồ),"
        f" chín phần mười trong {work_text(working.p90)} ({clock_text(clock.p90)})"
    )


def work_text(minutes: int) -> str:
    """“12 giờ 30 phút”: working time is counted in hours, for days differ between offices."""
    hours, rest = divmod(minutes, 60)
    parts = ([f"{whole_text(hours)} giờ"] if hours else []) + ([f"{rest} phút"] if rest or not hours else [])
    return " ".join(parts)


def clock_text(minutes: int) -> str:
    """“2 ngày 3 giờ”, “3 giờ 5 phút”, “40 phút”: the two largest units."""
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    parts = [(days, "ngày"), (hours, "giờ"), (left, "phút")]
    first = next((place for place, (number, _) in enumerate(parts) if number), 2)
    shown = [f"{whole_text(number)} {unit}" for number, unit in parts[first : first + 2] if number]
    return " ".join(shown) or "0 phút"

"""The event log of a procedure: which dossiers by the facts, what happened to them by the ledger entries behind the moves."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db import connection

from motcua.law.calendars import Calendar
from motcua.law.errors import BadInput
from motcua.law.windows import window_between
from motcua.organizations.models import Agency, Desk, Officer, Unit
from motcua.processes.projection import calendar_of_agency
from motcua.processes.versions import definition_of
from motcua.statistics.mining.answers import Mined
from motcua.statistics.mining.log import Log, Trace, told_apart
from motcua.statistics.mining.telling import OUTSIDE, Places, Told, is_imported, tell
from motcua.statistics.models import DimAgency, DimProcedure


class TooMany(BadInput):
    """More dossiers than the one who asks waits for."""

    code = "too_many_dossiers"


@dataclass(frozen=True, slots=True)
class Question:
    """The dossiers of a procedure that began from `first` to `last`, as known at `as_of`.

    `agency` takes in what lies below it; `within` are the codes of the agencies that the asker may see, None = all.
    """

    procedure: str
    first: date
    last: date
    as_of: datetime
    agency: str = ""
    within: frozenset[str] | None = None
    most: int | None = None


_CHOSEN = """
SELECT d.dossier_id, d.code, d.agency
FROM statistics_factmove b
JOIN statistics_factdossier d ON d.dossier_id = b.dossier_id AND d.known_from <= %(as_of)s AND d.known_to > %(as_of)s
WHERE b.seq = 1 AND b.occurred_at >= %(start)s AND b.occurred_at < %(end)s AND d.procedure = %(procedure)s
  AND d.agency = ANY(%(agencies)s)
ORDER BY b.occurred_at, b.entry_id LIMIT %(most)s
"""
# Only what says more than its kind is read whole.
_MOVES = """
SELECT m.dossier_id, m.seq, m.kind, m.to_state, m.occurred_at, m.officer_id,
       CASE WHEN m.kind LIKE 'process.%%' OR e.data->'data' ?| ARRAY['paused', 'back_to'] THEN (e.data->'data')::text END
FROM statistics_factmove m LEFT JOIN dossiers_ledgerentry e ON e.id = m.entry_id
WHERE m.dossier_id = ANY(%(ids)s) AND m.known_from <= %(as_of)s
ORDER BY m.dossier_id, m.seq
"""
_AT_ONCE = 2_000


def mine_ledger(question: Question) -> Mined:
    """The log of the question, each dossier to be held against the version that it followed. Raises as `read_log`."""
    return Mined(read_log(question), lambda trace: definition_of(trace.process) if trace.process else None)


def read_log(question: Question) -> Log:
    """Raises BadInput for an unknown procedure or agency and for a window that has not begun, TooMany beyond `most`."""
    window = window_between(question.first, question.last)
    if window.start > question.as_of:
        raise BadInput(f"Kỳ từ {question.first:%d/%m/%Y} chưa bắt đầu: chưa có hồ sơ nào để xem.", field="from")
    title = DimProcedure.objects.filter(code=question.procedure).values_list("name", flat=True).first()
    if title is None:
        raise BadInput(f"Không có thủ tục nào mang mã “{question.procedure}”.", field="procedure")
    given: dict[str, Any] = {
        "as_of": question.as_of, "start": window.start, "end": window.end, "procedure": question.procedure,
        "agencies": _agencies(question), "most": None if question.most is None else question.most + 1,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_CHOSEN, given)
        chosen = {dossier_id: (code, agency) for dossier_id, code, agency in cursor.fetchall()}
    if question.most is not None and len(chosen) > question.most:
        raise TooMany(
            f"Trong kỳ có hơn {question.most} hồ sơ của thủ tục này: chọn kỳ ngắn hơn hoặc một cơ quan.", field="to"
        )
    return _told(title, chosen, question)


def _agencies(question: Question) -> list[str]:
    codes = DimAgency.objects.all()
    if question.within is not None:
        codes = codes.filter(code__in=question.within)
    if question.agency:
        top = codes.filter(code=question.agency).values_list("path", flat=True).first()
        if top is None:
            where = "" if question.within is None else " trong phạm vi của ông/bà"
            raise BadInput(f"Không có cơ quan nào mang mã “{question.agency}”{where}.", field="agency")
        codes = codes.filter(path__startswith=top)
    return list(codes.values_list("code", flat=True))


def _told(title: str, chosen: dict[int, tuple[str, str]], question: Question) -> Log:
    lives = list(_lives(list(chosen), question.as_of))
    places = _places(lives)
    traces: dict[int, Trace] = {}
    labels: dict[str, str] = {}
    imported = 0
    for dossier_id, entries in lives:
        if is_imported(entries):
            imported += 1
            continue
        code, agency = chosen[dossier_id]
        traces[dossier_id], named = tell(
            code or f"#{dossier_id}", entries, places, dossier_id=dossier_id, agency=agency
        )
        labels |= named
    ordered = tuple(traces[dossier_id] for dossier_id in chosen if dossier_id in traces)
    notes = (
        (f"{imported} hồ sơ nhập từ hệ thống khác không xét: đường đi ở đó không được cho biết.",) if imported else ()
    )
    return Log(title, ordered, labels, _office_names(ordered), _calendars(ordered), notes=notes)


def _lives(ids: list[int], as_of: datetime) -> Iterator[tuple[int, list[Told]]]:
    for start in range(0, len(ids), _AT_ONCE):
        with connection.cursor() as cursor:
            cursor.execute(_MOVES, {"ids": ids[start : start + _AT_ONCE], "as_of": as_of})
            rows = cursor.fetchall()
        for dossier_id, life in groupby(rows, key=lambda row: row[0]):
            yield (
                dossier_id,
                [
                    Told(seq, kind, to_state, at, officer, json.loads(data) if data else {})
                    for _, seq, kind, to_state, at, officer, data in life
                ],
            )


def _places(lives: Collection[tuple[int, list[Told]]]) -> Places:
    officers = {entry.officer for _, entries in lives for entry in entries if entry.officer is not None}
    sits: dict[int, tuple[str, str]] = {}
    found = Officer.objects.filter(pk__in=officers).values_list("pk", "agency__code", "unit__code", "desk__code")
    for pk, agency, unit, desk in found:
        sits[pk] = (agency, desk or unit or agency)
    agencies = dict(Agency.objects.values_list("pk", "code"))
    units = dict(Unit.objects.values_list("pk", "code"))
    return Places(agencies, units, sits)


def _office_names(traces: tuple[Trace, ...]) -> dict[str, str]:
    used = {event.office for trace in traces for event in trace.events} - {""}
    names: dict[str, str] = {OUTSIDE: "Cơ quan ngoài hệ thống"}
    names |= dict(Agency.objects.filter(code__in=used).values_list("code", "name"))
    units = Unit.objects.filter(code__in=used).values_list("code", "name", "agency__name")
    names |= {code: f"{unit}, {agency}" for code, unit, agency in units}
    names |= dict(Desk.objects.filter(code__in=used).values_list("code", "name"))
    return told_apart(names, used)


def _calendars(traces: tuple[Trace, ...]) -> dict[str, Calendar]:
    used = {event.agency for trace in traces for event in trace.events} | {trace.agency for trace in traces}
    ids = Agency.objects.filter(code__in=used).values_list("code", "pk")
    return {code: calendar_of_agency(pk) for code, pk in ids}

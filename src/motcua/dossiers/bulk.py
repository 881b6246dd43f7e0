"""The writer of many whole lives at once, by COPY: for imports and for the past of a demonstration.

The second and last writer beside `dossiers.writer`. Both apply the same `Decision`; here ids and numbers are taken in
ranges, and every table gets its rows in one go, a chunk of lives in one transaction.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.db import connection, transaction

from motcua.dossiers.commands import AnyCommand, Resolve, ReturnIneligible
from motcua.dossiers.course import Course, Done, Life
from motcua.dossiers.evidence import check_evidence, check_late
from motcua.dossiers.intake import (
    BUSINESS_COLUMNS,
    PERSON_COLUMNS,
    Intake,
    business_row,
    dossier_row,
    person_row,
    search_words,
)
from motcua.dossiers.ledger import GENESIS
from motcua.dossiers.ports import PastEvent, ports
from motcua.dossiers.terms import CATALOG_CHANNEL, Terms, read_terms
from motcua.dossiers.writer import (
    ENTRY_COLUMNS,
    PAPER_COLUMNS,
    RESULT_COLUMNS,
    Sealed,
    entry_row,
    event_of,
    paper_rows,
    result_row,
    seal,
    take_ranges,
)
from motcua.law.codes import make_dossier_code
from motcua.law.moments import VIETNAM, local_day
from motcua.platform.copying import copy_rows, reserve_ids
from motcua.platform.jobs import defer_many

CHUNK = 2_000
# Notices that are still to be sent go through the ordinary subscribers, whose statement should stay of a sane length.
_EVENTS_AT_ONCE = 500


def write_lives(
    lives: Iterable[Life],
    *,
    told: bool,
    chunk: int = CHUNK,
    on_written: Callable[[int], None] = lambda count: None,
    terms: TermsCache | None = None,
) -> list[int]:
    """Write lives, each chunk in one transaction; returns the dossiers' ids in the order given.

    Within a chunk codes are given in the order of receipt, entries get ids in the order of recording. `told`: these
    things happened and were told in the past, so notices are stored as sent at their time; otherwise they are sent now.
    Permission was asked before, as with the other writer. `on_written` gets the number of lives of each chunk; `terms`
    may hold what the caller has read already.
    Raises what `decide` raises, GuardFailed for late entries or missing files; then that chunk has changed nothing.
    """
    known = terms or TermsCache()
    ids: list[int] = []
    source = iter(lives)
    while part := list(islice(source, chunk)):
        _check(part)
        courses = [_run(life, known.of(life.intake)) for life in part]
        with transaction.atomic():
            ids += _Chunk(courses).write(told=told)
        on_written(len(part))
    return ids


class TermsCache:
    """Terms by all that they depend on, read once each: many lives share few of them."""

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], Terms] = {}

    def of(self, intake: Intake) -> Terms:
        key = (
            intake.procedure_id, intake.agency_id, intake.receiving_desk_id, intake.return_desk_id,
            CATALOG_CHANNEL[intake.channel], intake.condition,
        )  # fmt: skip
        if key not in self._known:
            self._known[key] = read_terms(intake)
        return self._known[key]


def _check(lives: Iterable[Life]) -> None:
    """Each file that stands as a result is asked about once: thousands of lives may share a few."""
    named: dict[str, AnyCommand] = {}
    for life in lives:
        for given in life.given:
            check_late(given.at, given.recorded_at, given.late)
            if isinstance(given.command, Resolve | ReturnIneligible):
                named[given.command.result.file] = given.command
    for command in named.values():
        check_evidence(command)


def _run(life: Life, terms: Terms) -> Course:
    course = Course(life.intake, terms.on(local_day(life.given[0].at)))
    for given in life.given:
        course.give(given)
    return course


@dataclass(frozen=True, slots=True)
class _Written:
    """An entry ready to be stored, with what it was made from."""

    entry: Sealed
    done: Done
    course: Course
    order: tuple[datetime, int, int]


class _Chunk:
    def __init__(self, courses: Sequence[Course]) -> None:
        self.courses = courses

    def write(self, *, told: bool) -> list[int]:
        ids = reserve_ids("dossiers_dossier", len(self.courses))
        with connection.cursor() as cursor:
            self._take_codes(cursor)
            words = _word_vectors(cursor, [search_words(course.intake) for course in self.courses])
        lives = [self._seal(number, course, ids[number]) for number, course in enumerate(self.courses)]
        self._copy_dossiers(ids, lives, words)
        entries = sorted((written for life in lives for written in life), key=lambda written: written.order)
        entry_ids = reserve_ids("dossiers_ledgerentry", len(entries))
        _copy_entries(entries, entry_ids)
        _copy_papers_and_results(ids, lives)
        _copy_timers(ids, lives)
        _tell([_past_event(written, id_) for written, id_ in zip(entries, entry_ids, strict=True)], told=told)
        return ids

    def _take_codes(self, cursor: Any) -> None:
        """Each series' range at once, given out in the order of receipt."""
        wanted: dict[tuple[str, date], list[tuple[Course, Done]]] = defaultdict(list)
        for course in self.courses:
            for done in course.done:
                if done.decision.needs_code:
                    day = done.given.at.astimezone(VIETNAM).date()
                    wanted[course.terms.agency_code, day].append((course, done))
        if not wanted:
            return
        firsts = take_ranges(cursor, {series: len(takers) for series, takers in wanted.items()})
        for (prefix, day), takers in wanted.items():
            takers.sort(key=lambda taker: taker[1].given.at)
            for serial, (course, done) in enumerate(takers, firsts[prefix, day]):
                course.code = done.decision.changes["code"] = make_dossier_code(prefix, day, serial).text

    def _seal(self, number: int, course: Course, dossier_id: int) -> list[_Written]:
        written: list[_Written] = []
        prev, recorded = GENESIS, datetime.min.replace(tzinfo=VIETNAM)
        for seq, done in enumerate(course.done, 1):
            given = done.given
            recorded_at = given.recorded_at or given.at
            entry = seal(
                done.decision, dossier_id=dossier_id, seq=seq, prev=prev, from_state=done.before, actor=given.actor,
                occurred_at=given.at, recorded_at=recorded_at,
            )  # fmt: skip
            prev, recorded = entry.hash, max(recorded, recorded_at)
            written.append(_Written(entry, done, course, (recorded, number, seq)))
        return written

    def _copy_dossiers(self, ids: Sequence[int], lives: Sequence[list[_Written]], words: Sequence[str]) -> None:
        persons, businesses, dossiers = [], [], []
        owners = sum(1 + (course.intake.owner is not None) for course in self.courses)
        person_ids = iter(reserve_ids("identity_person", owners))
        bodies = sum(course.intake.business is not None for course in self.courses)
        business_ids = iter(reserve_ids("identity_business", bodies))
        columns: tuple[str, ...] = ()
        for number, (course, life) in enumerate(zip(self.courses, lives, strict=True)):
            intake, at = course.intake, life[0].entry.recorded_at
            submitter_id, business_id = next(person_ids), None
            owner_id: int | None = submitter_id
            persons.append([submitter_id, *person_row(intake.submitter, at)])
            if intake.business:
                owner_id, business_id = None, next(business_ids)
                businesses.append([business_id, *business_row(intake.business, at)])
            elif intake.owner:
                owner_id = next(person_ids)
                persons.append([owner_id, *person_row(intake.owner, at)])
            snapshot = replace(course.snapshot, code=course.code)
            row = dossier_row(intake, course.terms, snapshot, life[-1].entry.hash, submitter_id, owner_id, business_id)
            columns = columns or tuple(row)
            dossiers.append([ids[number], words[number], *row.values()])
        copy_rows("identity_person", ("id", *PERSON_COLUMNS), persons)
        copy_rows("identity_business", ("id", *BUSINESS_COLUMNS), businesses)
        copy_rows("dossiers_dossier", ("id", "words", *columns), dossiers)


def _word_vectors(cursor: Any, texts: list[str]) -> list[str]:
    """The search vectors as the database makes them, in the form that COPY takes."""
    cursor.execute(
        "SELECT to_tsvector('simple', t.text)::text FROM unnest(%s::text[]) WITH ORDINALITY AS t(text, place) ORDER BY place",
        [texts],
    )
    return [row[0] for row in cursor.fetchall()]


def _copy_entries(entries: Sequence[_Written], ids: Sequence[int]) -> None:
    copy_rows(
        "dossiers_ledgerentry",
        ("id", *ENTRY_COLUMNS),
        ([id_, *entry_row(written.entry)] for written, id_ in zip(entries, ids, strict=True)),
    )
    copy_rows(
        "dossiers_ledgerprivate",
        ("entry_id", "key", "values"),
        (
            [id_, written.entry.key, json.dumps(written.entry.private, ensure_ascii=False)]
            for written, id_ in zip(entries, ids, strict=True)
            if written.entry.private
        ),
    )


def _copy_papers_and_results(ids: Sequence[int], lives: Sequence[list[_Written]]) -> None:
    papers: list[tuple[Any, ...]] = []
    results: list[list[Any]] = []
    for dossier_id, life in zip(ids, lives, strict=True):
        papers += paper_rows(dossier_id, life[0].course.intake.papers, 0)
        valid: list[Any] | None = None
        for written in life:
            decision = written.done.decision
            papers += paper_rows(dossier_id, decision.papers, decision.paper_round)
            if decision.void_result and valid is not None:
                valid[-1] = written.entry.recorded_at
            if decision.result is not None:
                valid = [*result_row(dossier_id, written.entry.seq, decision.result), None]
                results.append(valid)
    copy_rows("dossiers_paper", PAPER_COLUMNS, papers)
    copy_rows("dossiers_result", (*RESULT_COLUMNS, "voided_at"), results)


def _copy_timers(ids: Sequence[int], lives: Sequence[list[_Written]]) -> None:
    rows = []
    for dossier_id, life in zip(ids, lives, strict=True):
        last: dict[str, datetime | None] = {}
        for written in life:
            last |= written.done.decision.timers
        rows += [(dossier_id, kind, moment) for kind, moment in last.items() if moment is not None]
    copy_rows("dossiers_timer", ("dossier_id", "kind", "fires_at"), rows)


def _past_event(written: _Written, entry_id: int) -> PastEvent:
    submitter = written.course.intake.submitter
    after = written.done.after
    event = event_of(
        entry_id,
        written.entry,
        written.done.decision,
        written.done.given.actor,
        written.course.intake.agency_id,
        next((done.after.process for done in written.course.done if done.after.process), ""),
        bool(submitter.phone),
        bool(submitter.email),
        after.due_at,
    )
    return PastEvent(event, after, None if after.code is None else written.course.code)


def _tell(events: Sequence[PastEvent], *, told: bool) -> None:
    if told:
        for keep in ports.past_subscribers:
            keep(events)
        return
    for start in range(0, len(events), _EVENTS_AT_ONCE):
        part = [past.event for past in events[start : start + _EVENTS_AT_ONCE]]
        defer_many([job for subscriber in ports.subscribers for job in subscriber(part)])

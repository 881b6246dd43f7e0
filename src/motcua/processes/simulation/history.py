"""An agency's own past as the input of a simulation: arrivals, service times, outcomes, officers and their leave.

Service times are not on record; they are read from the order of each officer's work: a step began when it was opened or when
its officer finished the one before, whichever came later, and ended when it was finished; his leave between is not work. For
who works in the order of arrival that is exact; who lets work lie while idle looks slower than he is.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import fmean, median
from typing import Any

from django.db import connection

from motcua.dossiers.writer import calendar_of
from motcua.law.limits import Limit, Unit
from motcua.law.moments import DAY_MINUTES, VIETNAM, local_day, parse_moment, to_minutes
from motcua.law.policies import Policy
from motcua.law.tables import Tables
from motcua.law.worktime import Calendar
from motcua.processes.definition import STEP_ROLES, TIMEOUT, Definition, Node, StepKind
from motcua.processes.items import TAKEN_BACK, UNDONE
from motcua.processes.simulation.arrivals import Poisson
from motcua.processes.simulation.model import (
    Arrival,
    BadScenario,
    Course,
    Exponential,
    Observed,
    Scenario,
    Staff,
    StepTimes,
    Times,
)
from motcua.processes.versions import definition_of, version_in_force

WARM_UP = timedelta(days=60)
DAYS = 90
MOST_DAYS = 400
# So many of a step's own times are needed before the times of all steps of its role are no longer asked.
_FEW = 20
_MOST_OBSERVED = 2_000
_PACES = (0.25, 4.0)
# Assumed of a step that never happened: its hands-on work takes this part of its allotted time, and four in five times it
# ends by its first outcome.
ASSUMED_SHARE = 0.1
_FIRST_OUTCOME = 0.8


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody wants to know. Days are local, `to` included; `officers` by role; `times` a factor by step."""

    agency: str = ""
    procedure: str = ""
    since: date | None = None
    to: date | None = None
    per_day: float | None = None
    officers: Mapping[str, int] = field(default_factory=dict)
    without: str = ""
    times: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Basis:
    """What the scenario stands on, and what really happened in the window, to set beside it."""

    agency: str
    agency_name: str
    procedure: str
    since: date
    to: date
    dossiers: int
    steps: int
    late: float | None
    lead_median: float | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Done:
    """A finished step; moments as positions in working minutes. `agency` None: a body without an account."""

    digest: str
    node: str
    role: str
    kind: str
    agency: int | None
    officer: int | None
    opened: int
    closed: int
    outcome: str


# When an officer was away, as local minutes [from, to), in order.
_Leave = tuple[tuple[int, int], ...]

_AGENCY = """
SELECT a.id, a.code, a.name, c.data::text, a.effective_policy
FROM organizations_agency a LEFT JOIN organizations_workcalendar c ON c.id = a.effective_calendar_id
"""
_BUSIEST = """
SELECT d.agency_id FROM dossiers_dossier d WHERE d.procedure_id = %(procedure)s AND d.accepted_at >= %(first)s
AND d.accepted_at < %(last)s GROUP BY d.agency_id ORDER BY count(*) DESC, d.agency_id LIMIT 1
"""
_DOSSIERS = """
SELECT d.id, d.process, d.clock_started_at, d.resolved_at, d.due_at, d.original_due_at, d.limit_amount, d.limit_unit,
       d.second_amount, d.channel, d.applicant_kind, d.return_method, d.assisted, d.sets, d.fee_vnd, d.supplement_rounds,
       (SELECT count(*) FROM dossiers_paper p WHERE p.dossier_id = d.id)
FROM dossiers_dossier d
WHERE d.agency_id = %(agency)s AND d.process <> '' AND d.clock_started_at >= %(first)s AND d.clock_started_at < %(last)s
  AND (%(procedure)s::bigint IS NULL OR d.procedure_id = %(procedure)s)
ORDER BY d.clock_started_at, d.id
"""
_STEPS = """
SELECT d.process, w.node, w.role, w.kind, w.agency_id, w.closed_by_id, w.opened_at, w.closed_at, w.outcome
FROM processes_workitem w JOIN dossiers_dossier d ON d.id = w.dossier_id
WHERE w.closed_at >= %(first)s AND w.closed_at < %(last)s AND w.role <> ''
  AND (w.agency_id = %(agency)s OR d.agency_id = %(agency)s)
ORDER BY w.closed_at, w.id
"""
_PAUSES = """
SELECT d.id, (e.data->'data'->'paused')::text
FROM dossiers_dossier d JOIN dossiers_ledgerentry e ON e.dossier_id = d.id AND e.kind IN
     ('dossier.supplemented', 'dossier.payment_confirmed', 'dossier.resumed')
WHERE d.agency_id = %(agency)s AND d.process <> '' AND d.clock_started_at >= %(first)s AND d.clock_started_at < %(last)s
  AND (%(procedure)s::bigint IS NULL OR d.procedure_id = %(procedure)s)
"""
_AWAY = """
SELECT officer_id, from_at, until FROM organizations_absence
WHERE officer_id = ANY(%(officers)s) AND until > %(first)s AND from_at < %(last)s ORDER BY from_at
"""


def scenario_of(question: Question, *, at: datetime) -> tuple[Scenario, Basis]:
    """Reads the history, in five queries whatever its length. Raises BadScenario that says what is missing."""
    since, to = _window(question, at)
    begin, end = (datetime.combine(day, datetime.min.time(), VIETNAM) for day in (since, to + timedelta(days=1)))
    given: dict[str, Any] = {"first": begin - WARM_UP, "last": min(end, at), "procedure": None}
    with connection.cursor() as cursor:
        given["procedure"], title = _procedure(cursor, question.procedure)
        agency_id, code, name, calendar, policy = _agency(cursor, question, given)
        given["agency"] = agency_id
        cursor.execute(_DOSSIERS, given)
        dossiers = cursor.fetchall()
        cursor.execute(_STEPS, given)
        steps = [_done(row, calendar.tables) for row in cursor.fetchall()]
        cursor.execute(_PAUSES, given)
        pauses = [(id_, _span(told, calendar.tables)) for id_, told in cursor.fetchall()]
    notes: list[str] = []
    definitions = {digest: definition_of(digest) for digest in {row[1] for row in dossiers}}
    if question.procedure and not definitions:
        found = version_in_force(
            procedure_id=given["procedure"], agency_id=agency_id, case="", channel="", on=local_day(at)
        )
        if found is None:
            raise BadScenario(
                f"Thủ tục {question.procedure} chưa có quy trình nội bộ nào đang áp dụng ở cơ quan {code}."
            )
        definitions = {found[1]: definition_of(found[1])}
    if not definitions:
        raise BadScenario(
            f"Cơ quan {code} không có hồ sơ nào đi theo quy trình nội bộ từ {since:%d/%m/%Y} đến {to:%d/%m/%Y}."
        )
    away = _leave({done.officer for done in steps if done.officer}, given)
    history = _History(steps, agency_id, away, calendar.tables)
    pause = _pause([lasted for _, lasted in pauses], len(dossiers))
    courses = {
        digest: Course(definition, history.times_of(digest, definition), pause)
        for digest, definition in definitions.items()
    }
    assumed = sorted({
        node.label for digest, course in courses.items() for node in course.definition.steps if not course.steps[node.id].seen
    })  # fmt: skip
    if assumed:
        notes.append(
            f"Chưa có lịch sử của bước {', '.join(f'“{name}”' for name in assumed[:8])}: giả định người làm mất"
            f" {ASSUMED_SHARE:.0%} thời gian được giao của bước."
        )
    if question.procedure:
        notes.append("Chỉ mô phỏng thủ tục này: coi như cán bộ không làm việc nào khác.")
    staff = _staff(history, courses, question.officers, away, notes)
    arrivals = _arrivals(dossiers, definitions)
    if question.per_day is not None:
        like = arrivals or tuple(Arrival(0, digest, None) for digest in definitions)
        stream = Poisson(question.per_day, like, to_minutes(begin - WARM_UP), to_minutes(end + WARM_UP))
    scenario = Scenario(
        courses, arrivals if question.per_day is None else stream, staff, calendar, to_minutes(begin), to_minutes(end), policy
    )  # fmt: skip
    for step, factor in question.times.items():
        scenario = scenario.with_time(step, factor)
    if question.without:
        scenario = scenario.without_step(question.without)
    scenario.drawn(0)
    seen = [row for row in dossiers if row[2] >= begin]
    return scenario, Basis(
        code, name, title, since, to, len(seen), len(steps), *_happened(seen, pauses, calendar.tables, at), tuple(notes)
    )


def _window(question: Question, at: datetime) -> tuple[date, date]:
    to = question.to or local_day(at)
    since = question.since or to - timedelta(days=DAYS)
    if since > to:
        raise BadScenario(f"Ngày bắt đầu {since:%d/%m/%Y} sau ngày kết thúc {to:%d/%m/%Y}.")
    if (to - since).days > MOST_DAYS:
        raise BadScenario(f"Khoảng {(to - since).days} ngày quá dài: nhiều nhất {MOST_DAYS} ngày.")
    if question.per_day is None and since > local_day(at):
        raise BadScenario("Khoảng này chưa đến nên chưa có lịch sử: hãy nêu số hồ sơ mỗi ngày.")
    return since, to


def _procedure(cursor: Any, code: str) -> tuple[int | None, str]:
    if not code:
        return None, ""
    cursor.execute("SELECT id, code || ' ' || name FROM catalog_procedure WHERE code = %s", [code])
    row = cursor.fetchone()
    if row is None:
        raise BadScenario(f"Không có thủ tục nào mang mã “{code}”.", procedure=code)
    return row[0], row[1]


def _agency(cursor: Any, question: Question, given: dict[str, Any]) -> tuple[int, str, str, Calendar, Policy]:
    if question.agency:
        cursor.execute(_AGENCY + "WHERE a.code = %s", [question.agency])
    elif given["procedure"] is not None:
        cursor.execute(f"{_AGENCY} WHERE a.id = ({_BUSIEST})", given)
    else:
        raise BadScenario("Cần mã thủ tục hoặc mã cơ quan để mô phỏng.")
    row = cursor.fetchone()
    if row is None and not question.agency:
        raise BadScenario(f"Thủ tục {question.procedure} chưa có hồ sơ nào trong khoảng này: hãy nêu cơ quan.")
    if row is None:
        raise BadScenario(f"Không có cơ quan nào mang mã “{question.agency}”.", agency=question.agency)
    id_, code, name, data, policy = row
    return id_, code, name, calendar_of(data), Policy(policy)


def _done(row: tuple[Any, ...], tables: Tables) -> _Done:
    digest, node, role, kind, agency, officer, opened, closed, outcome = row
    return _Done(
        digest, node, role, kind, agency, officer, tables.position(to_minutes(opened)), tables.position(to_minutes(closed)),
        outcome,
    )  # fmt: skip


class _History:
    """Finished steps, with the time that each one's officer spent on it."""

    def __init__(self, steps: Iterable[_Done], agency_id: int, away: Mapping[int, _Leave], tables: Tables) -> None:
        self.by_step: dict[tuple[str, str], list[float]] = defaultdict(list)
        self.by_role: dict[str, list[float]] = defaultdict(list)
        self.outcomes: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self.elsewhere: Counter[tuple[str, str]] = Counter()
        self.workers: dict[str, Counter[int]] = defaultdict(Counter)
        self.spent: dict[int, list[tuple[str, str, float]]] = defaultdict(list)
        free: dict[int, int] = {}
        for done in steps:
            own = done.agency == agency_id and done.kind != StepKind.CONSULTATION and done.officer is not None
            spent = done.closed - done.opened
            if own and done.officer is not None:
                began = max(done.opened, free.get(done.officer, done.opened))
                free[done.officer] = done.closed
                spent = done.closed - began - _off(away.get(done.officer, ()), began, done.closed, tables)
                self.by_role[done.role].append(spent)
                self.spent[done.officer].append((done.digest, done.node, spent))
                self.workers[done.role][done.officer] += 1
            elif done.agency is not None:
                self.elsewhere[done.digest, done.node] += 1
            self.by_step[done.digest, done.node].append(spent)
            if done.outcome not in (UNDONE, TAKEN_BACK):
                self.outcomes[done.digest, done.node][done.outcome] += 1

    def pace(self, officer: int) -> float:
        """The time that an officer took, over what the same steps take on average; 1 for one who did too few to tell."""
        own = self.spent.get(officer, [])
        expected = sum(fmean(self.by_step[digest, node]) for digest, node, _ in own)
        if len(own) < _FEW or not expected:
            return 1.0
        return max(_PACES[0], min(_PACES[1], sum(spent for *_, spent in own) / expected))

    def times_of(self, digest: str, definition: Definition) -> dict[str, StepTimes]:
        return {node.id: self._times(digest, node) for node in definition.steps}

    def _times(self, digest: str, node: Node) -> StepTimes:
        own = self.by_step[digest, node.id]
        outside = node.step is StepKind.CONSULTATION or bool(node.body)
        outside = outside or self.elsewhere[digest, node.id] * 2 > max(1, len(own))
        seen: list[float] = own if len(own) >= _FEW or outside else self.by_role[node.role]
        service: Times = Exponential(max(1.0, node.minutes * (1.0 if outside else ASSUMED_SHARE)))
        if len(seen) >= (_FEW if not outside else 1):
            service = _observed(seen)
        return StepTimes(service, self._shares(digest, node), "" if outside else node.role, len(seen))

    def _shares(self, digest: str, node: Node) -> tuple[tuple[str, float], ...]:
        """Of the outcomes that people choose; silence is not chosen, it follows from the time."""
        told = self.outcomes[digest, node.id]
        known = [(way, float(told[way])) for way in node.ways if way != TIMEOUT and told[way]]
        if known:
            return tuple(known)
        rest = len(node.ways) - 1
        return tuple(
            (way, _FIRST_OUTCOME if not place and rest else (1 - _FIRST_OUTCOME) / rest if rest else 1.0)
            for place, way in enumerate(node.ways)
        )


def _observed(times: list[float]) -> Observed:
    ordered = sorted(times)
    if len(ordered) > _MOST_OBSERVED:
        ordered = [ordered[place * len(ordered) // _MOST_OBSERVED] for place in range(_MOST_OBSERVED)]
    return Observed(tuple(ordered))


def _span(told: str, tables: Tables) -> int:
    """Working minutes of a stop of the clock, from its entry."""
    begin, end = (tables.position(to_minutes(parse_moment(text))) for text in json.loads(told))
    return end - begin


def _pause(lasting: list[int], dossiers: int) -> tuple[float, Times] | None:
    if not lasting or not dossiers:
        return None
    return min(1.0, len(lasting) / dossiers), _observed([float(minutes) for minutes in lasting])


def _staff(
    history: _History,
    courses: Mapping[str, Course],
    asked: Mapping[str, int],
    away: Mapping[int, _Leave],
    notes: list[str],
) -> dict[str, Staff]:
    """Who worked, by the role in which he did most; who did much in two roles counts in both by the share of his work."""
    needed = sorted({times.queue for course in courses.values() for times in course.steps.values() if times.queue})
    unknown = sorted(set(asked) - set(needed))
    if unknown:
        raise BadScenario(
            f"Không có bước nào do “{unknown[0]}” làm. Vai trò trong mô phỏng: {', '.join(needed)}.", role=unknown[0]
        )
    total: Counter[int] = Counter()
    for workers in history.workers.values():
        total.update(workers)
    staff = {}
    for role in needed:
        workers = history.workers.get(role, Counter())
        own = round(sum(number / total[officer] for officer, number in workers.items()))
        mains = sorted(officer for officer, _ in workers.most_common(max(1, own)))
        if not workers and role not in asked:
            notes.append(f"Chưa thấy ai làm việc của {STEP_ROLES.get(role, role).lower()}: coi như có một người.")
        staff[role] = Staff(
            asked.get(role, max(1, own)),
            tuple(away.get(officer, ()) for officer in mains),
            tuple(history.pace(officer) for officer in mains),
        )
    return staff


def _leave(officers: set[int], given: dict[str, Any]) -> dict[int, _Leave]:
    spans: dict[int, list[tuple[int, int]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_AWAY, given | {"officers": sorted(officers)})
        for officer, begin, until in cursor.fetchall():
            spans[officer].append((to_minutes(begin), to_minutes(until)))
    return {officer: tuple(_apart(found)) for officer, found in spans.items()}


def _off(leaves: _Leave, began: int, ended: int, tables: Tables) -> int:
    """Working minutes between two positions in which the officer was away."""
    spans = ((tables.position(first), tables.position(last)) for first, last in leaves)
    return sum(max(0, min(last, ended) - max(first, began)) for first, last in spans)


def _apart(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Leaves in order, those that touch as one."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined


def _arrivals(dossiers: list[tuple[Any, ...]], definitions: Mapping[str, Definition]) -> tuple[Arrival, ...]:
    found = []
    for _, digest, started, _, _, original, amount, unit, second, *facts in dossiers:
        names = (
            "channel",
            "applicant_kind",
            "return_method",
            "assisted",
            "sets",
            "fee_vnd",
            "supplement_rounds",
            "papers",
        )
        known = {name: value for name, value in zip(names, facts, strict=True) if value is not None}
        # The second stage counts on from the first: the due on Mẫu 01 already holds both.
        limit = Limit(amount, Unit(unit)) if amount and not second else None
        due = to_minutes(original) if original and limit is None else None
        found.append(Arrival(to_minutes(started), digest, limit, known, due))
    return tuple(found)


def _happened(
    dossiers: list[tuple[Any, ...]], pauses: list[tuple[int, int]], tables: Tables, at: datetime
) -> tuple[float | None, float | None]:
    """(share late by date, median lead in working minutes without stops of the clock) of those that began in the window; open
    ones past their due are late.
    """
    late, leads = [], []
    paused: Counter[int] = Counter()
    for id_, lasted in pauses:
        paused[id_] += lasted
    now = to_minutes(at)
    for id_, _, started, resolved, due, *_rest in dossiers:
        ended = to_minutes(resolved) if resolved else now
        if due is not None and (resolved or ended // DAY_MINUTES > to_minutes(due) // DAY_MINUTES):
            late.append(ended // DAY_MINUTES > to_minutes(due) // DAY_MINUTES)
        if resolved:
            leads.append(tables.position(ended) - tables.position(to_minutes(started)) - paused[id_])
    return (sum(late) / len(late) if late else None), (median(leads) if leads else None)

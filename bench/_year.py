"""A generated province whose offices are late for reasons, some on record and some not; used by `bench risk` and by tests.

It was written before any model saw it and is not fitted to one. What makes a dossier late there:

- on record: queues of one's own at each officer, arrivals that swell for weeks and with the season, officers of unlike speed,
  leave of officers and of the one signer, another agency that must answer and often is slow, supplement rounds, signers who
  send work back, procedures whose limit is tight, paper that takes longer than what came online;
- not on record: how hard a dossier is (its work is drawn from a wide lognormal), files that are put aside and forgotten for
  days, officers who take the oldest work first beside those who look at the due, haste in the last day.

Time is working time of the national calendar. Nothing here calls `processes.simulation` or `processes.risk`.
"""

from __future__ import annotations

import heapq
import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count, pairwise
from math import exp, pi, sin
from typing import Any

from motcua.catalog.models import ChannelRule, DeskProcedure, Procedure, ProcedureVersion, Sector
from motcua.dossiers import commands as c
from motcua.dossiers.bulk import write_lives
from motcua.dossiers.course import Given, Life
from motcua.dossiers.intake import Intake
from motcua.identity.actors import Actor, ActorKind
from motcua.law.clock import compute_due
from motcua.law.lifecycle import ProcessEvent
from motcua.law.limits import Limit, Unit
from motcua.law.moments import VIETNAM, from_minutes, to_minutes
from motcua.law.worktime import national_calendar
from motcua.organizations.models import Absence, Agency, Desk, Role
from motcua.organizations.models import Unit as Room
from motcua.organizations.queries import actor_of
from motcua.organizations.services import appoint, create_agency
from motcua.processes import engine
from motcua.processes.definition import Assign, Definition, Flow, Node, NodeKind, StepKind, to_json
from motcua.processes.engine import Token
from motcua.processes.items import Item
from motcua.processes.models import Process, ProcessVersion
from motcua.processes.placing import Places, place, work

SINCE = date(2024, 1, 1)
DAY = 480
_APPLICANT = Actor(kind=ActorKind.APPLICANT, dossiers=frozenset())
CALENDAR = national_calendar()
_T = CALENDAR.tables
# Limit in working days, hands-on minutes of the appraisal, whether another agency is asked.
KINDS = ((3, 45, False), (5, 70, False), (7, 60, True), (10, 110, False), (15, 130, True), (20, 160, True))


@dataclass(frozen=True, slots=True)
class Size:
    """`since` the first day of arrivals, `until` the moment at which the story stands still."""

    agencies: int
    per_day: float
    since: date
    until: datetime
    seed: int = 2026


@dataclass
class Worker:
    actor: Actor
    speed: float
    by_due: bool
    away: list[tuple[float, float]] = field(default_factory=list)
    queue: list[tuple[float, int, Case]] = field(default_factory=list)
    busy: bool = False
    given: int = 0


@dataclass
class Office:
    agency: Agency
    desk: Desk
    counter: Actor
    rooms: dict[str, list[Worker]]
    surges: list[tuple[float, float]]
    slowness: float


@dataclass
class Case:
    """A dossier as it is lived: `told` are its commands so far."""

    office: Office
    kind: int
    procedure: Procedure
    definition: Definition
    channel: str
    hardness: float
    due: float
    places: Places
    told: list[Given] = field(default_factory=list)
    items: dict[int, Item] = field(default_factory=dict)
    asked: bool = False
    number: int = 0


def definition_for(days: int, asks: bool, other: str) -> Definition:
    """Reception is over when the process begins: appraise, perhaps ask, sign (or send back), issue."""
    whole = days * DAY
    steps = [
        Node("appraise", NodeKind.STEP, "Thẩm định hồ sơ", role="case_officer", minutes=whole * 45 // 100, assign=Assign.ROUND_ROBIN)
    ]  # fmt: skip
    if asks:
        steps.append(
            Node(
                "consult", NodeKind.STEP, "Lấy ý kiến cơ quan phối hợp", step=StepKind.CONSULTATION, role="case_officer",
                agency=other, minutes=whole * 25 // 100,
            )
        )  # fmt: skip
    steps += [
        Node(
            "sign", NodeKind.STEP, "Ký duyệt", role="signer", minutes=whole * 15 // 100,
            outcomes=(("approve", "Đồng ý"), ("redo", "Làm lại")),
        ),
        Node(
            "issue", NodeKind.STEP, "Ban hành kết quả", step=StepKind.RESULT, role="case_officer", minutes=whole // 10,
            assign=Assign.ROUND_ROBIN,
        ),
    ]  # fmt: skip
    chain = ["start", *(node.id for node in steps), "end"]
    flows = [Flow(f"{a}>{b}", a, b, outcome="approve" if a == "sign" else "") for a, b in pairwise(chain)]
    flows.append(Flow("sign>appraise", "sign", "appraise", outcome="redo"))
    return Definition((Node("start", NodeKind.START), *steps, Node("end", NodeKind.END)), tuple(flows))


class Province:
    """Builds the organisation and the catalogue, lives the story, and writes it into the database."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self.draw = random.Random(size.seed)
        self.now = 0.0
        self.order = count()
        self.events: list[tuple[float, int, Callable[[], None]]] = []
        self.cases: list[Case] = []
        self.first = float(_T.position(to_minutes(datetime.combine(size.since, datetime.min.time(), VIETNAM))))
        self.last = float(_T.position(to_minutes(size.until)))
        self._build()

    # ---- what stands ----

    def _build(self) -> None:
        root = create_agency(code="H32", name="UBND tỉnh", level="province", valid_from=SINCE)
        self.other = create_agency(code="H32.90", name="Sở phối hợp", level="province", valid_from=SINCE, parent=root)
        self.answerer = self._officer("phoihop", "Cán bộ phối hợp", self.other, Role.CASE_OFFICER)
        sector = Sector.objects.create(code="L1", name="Lĩnh vực chung", name_key="linh vuc chung")
        self.procedures = [self._procedure(number, sector, *kind) for number, kind in enumerate(KINDS)]
        self.offices = [self._office(number, root) for number in range(self.size.agencies)]

    def _officer(self, username: str, name: str, agency: Agency, role: str, **where: Any) -> Actor:
        officer = appoint(
            username=username, password=None, full_name=name, title="", agency=agency, roles={role: agency},
            valid_from=SINCE, **where,
        )  # fmt: skip
        return actor_of(officer, self.size.until.date())

    def _procedure(
        self, number: int, sector: Sector, days: int, hands_on: int, asks: bool
    ) -> tuple[Procedure, Definition]:
        procedure = Procedure.objects.create(code=f"1.{number + 1:06d}", name=f"Thủ tục số {number + 1}", sector=sector)
        version = ProcedureVersion.objects.create(
            procedure=procedure, number=1, valid_from=SINCE, content_hash="0" * 64, name=procedure.name
        )
        ChannelRule.objects.bulk_create(
            ChannelRule(version=version, position=p, channel=channel, amount=days, unit="working_day")
            for p, channel in enumerate(("online", "counter", "post"), 1)
        )
        procedure.current = version
        procedure.save(update_fields=["current"])
        definition = definition_for(days, asks, "H32.90")
        process = Process.objects.create(procedure=procedure)
        ProcessVersion.objects.create(
            process=process, number=1, definition=to_json(definition), digest=definition.digest, published_at=self.size.until,
            created_at=self.size.until, valid_from=SINCE,
        )  # fmt: skip
        return procedure, definition

    def _office(self, number: int, root: Agency) -> Office:
        draw, code = self.draw, f"H32.{number + 10}"
        agency = create_agency(code=code, name=f"Sở số {number + 1}", level="province", valid_from=SINCE, parent=root)
        room = Room.objects.create(agency=agency, code=f"{code}.1", name=f"Phòng chuyên môn {number + 1}")
        desk = Desk.objects.create(code=f"D{number}", name=f"Bộ phận Một cửa số {number + 1}", agency=agency)
        DeskProcedure.objects.bulk_create(
            DeskProcedure(desk=desk, procedure=procedure, agency=agency) for procedure, _ in self.procedures
        )
        workers = {
            "case_officer": [
                Worker(
                    self._officer(f"thuly{number}_{n}", f"Cán bộ thụ lý {number}.{n}", agency, Role.CASE_OFFICER, unit=room),
                    exp(draw.gauss(0, 0.25)), draw.random() < 0.5, self._leaves(5),
                )
                for n in range(draw.choice((2, 3, 3, 4)))
            ],
            "signer": [
                Worker(
                    self._officer(f"ky{number}", f"Lãnh đạo ký {number}", agency, Role.SIGNER), exp(draw.gauss(0, 0.2)),
                    False, self._leaves(3),
                )
            ],
        }  # fmt: skip
        span = self.last - self.first
        surges = []
        for _ in range(max(1, round(span / DAY / 90))):
            begin = self.first + draw.random() * span
            surges.append((begin, begin + draw.uniform(10, 25) * DAY))
        counter = self._officer(f"quay{number}", f"Cán bộ quầy {number}", agency, Role.COUNTER_OFFICER, desk=desk)
        return Office(agency, desk, counter, workers, surges, exp(draw.gauss(0, 0.4)))

    def _leaves(self, a_year: int) -> list[tuple[float, float]]:
        """Some days off now and then, two weeks at times."""
        draw, spans, at = self.draw, [], self.first
        while at < self.last:
            at += draw.expovariate(a_year / (250 * DAY))
            days = draw.choice((1, 1, 2, 3, 5, 5, 10))
            spans.append((at, at + days * DAY))
            at += days * DAY
        return spans

    # ---- what happens ----

    def live(self) -> None:
        """Runs the story to its end; `cases` then hold it."""
        for office in self.offices:
            hands_on = sum(kind[1] for kind in KINDS) / len(KINDS)
            # An office has about as much work as its people can do.
            rate = len(office.rooms["case_officer"]) * self.size.per_day * (85 / hands_on) / DAY
            self._arrivals(office, rate)
        while self.events and self.events[0][0] <= self.last:
            self.now, _, happen = heapq.heappop(self.events)
            happen()

    def _at(self, position: float, happen: Callable[[], None]) -> None:
        heapq.heappush(self.events, (position, next(self.order), happen))

    def _arrivals(self, office: Office, rate: float) -> None:
        draw, at = self.draw, self.first
        while True:
            season = 1.0 + 0.15 * sin(2 * pi * ((at / DAY) % 250) / 250)
            swollen = 1.5 if any(first <= at < last for first, last in office.surges) else 1.0
            at += draw.expovariate(rate * season * swollen)
            if at >= self.last:
                return
            self._at(at, self._received(office))

    def _received(self, office: Office) -> Callable[[], None]:
        def happen() -> None:
            draw = self.draw
            kind = draw.choices(range(len(KINDS)), (30, 22, 14, 16, 10, 8))[0]
            procedure, definition = self.procedures[kind]
            minute = self._minute(self.now)
            due = compute_due(from_minutes(minute), Limit(KINDS[kind][0], Unit.WORKING_DAY), CALENDAR).at
            channel = "online" if draw.random() < 0.6 else "counter"
            places = Places(
                0, office.agency.pk, office.agency.pk, {"H32.90": self.other.pk}, {}, lambda agency: CALENDAR
            )
            case = Case(
                office, kind, procedure, definition, channel, exp(draw.gauss(0, 0.6)) * (0.85 if channel == "online" else 1.1),
                float(_T.position(to_minutes(due))), places, number=len(self.cases),
            )  # fmt: skip
            self.cases.append(case)
            if channel == "online":
                self._tell(case, c.Submit(), _APPLICANT)
            self._tell(case, c.Accept(), office.counter)
            advance = engine.start(definition, {})
            self._opened(case, ProcessEvent.STARTED, advance.opened, (), process=definition.digest)

        return happen

    def _opened(
        self,
        case: Case,
        event: ProcessEvent,
        opened: list[tuple[str, str]],
        closed: tuple[tuple[int, str], ...],
        **more: Any,
    ) -> None:
        """Puts the move on record, and what opens before the one who will do it."""
        by = {"actor": more.pop("actor", case.office.counter)}
        for token, _ in closed:
            del case.items[token]
        advance = engine.Advance(opened=opened)
        chosen: dict[str, Worker] = {}

        def choose(node: Node, agency: int | None, unit: int | None) -> int | None:
            if node.step is StepKind.CONSULTATION:
                return self.answerer.id
            room = case.office.rooms[node.role]
            earlier = more.get("same")
            worker = earlier if earlier in room else min(room, key=lambda one: one.given)
            worker.given += 1
            chosen[node.id] = worker
            return worker.actor.id

        at = from_minutes(self._minute(self.now))
        items = place(
            case.definition, advance, places=case.places, choose=choose, first_token=len(case.told) + 10, at=at,
            seq=len(case.told) + 1,
        )  # fmt: skip
        case.items |= {item.token: item for item in items}
        detail = {"token": closed[0][0], "outcome": closed[0][1]} if closed else {"version": 0}
        command = work(
            event, places=case.places, opened=items, closed=closed, standing=case.items.values(), detail=detail,
            process=more.get("process"),
        )  # fmt: skip
        self._tell(case, command, by["actor"])
        for item in items:
            if item.node == "consult":
                slow = case.office.slowness * item.minutes * exp(self.draw.gauss(-0.35, 0.7))
                self._at(self.now + max(30.0, slow), lambda token=item.token: self._done(case, token, "done", None))  # type: ignore[misc]
            else:
                self._to_worker(case, item, chosen[item.node])

    def _to_worker(self, case: Case, item: Item, worker: Worker) -> None:
        draw = self.draw
        if item.node == "appraise" and not case.asked and draw.random() < 0.14:
            case.asked = True
            self._at(self.now + draw.uniform(0.2, 1.5) * DAY, lambda: self._ask(case, item.token, worker))
            return
        if draw.random() < 0.03:
            # Put aside, and forgotten.
            self._at(self.now + draw.expovariate(1 / (5 * DAY)), lambda: self._queue(case, item.token, worker))
            return
        self._queue(case, item.token, worker)

    def _ask(self, case: Case, token: int, worker: Worker) -> None:
        self._tell(case, c.AskSupplement(("Giấy tờ còn thiếu",), "Hồ sơ chưa đủ"), worker.actor)
        days = self.draw.choice((1, 2, 3, 3, 5, 8, 12))
        paused_at = self.now
        case.hardness *= 1.3

        def answered() -> None:
            self._tell(case, c.Supplement(), _APPLICANT)
            case.due += self.now - paused_at
            self._queue(case, token, worker)

        self._at(self.now + days * DAY, answered)

    def _queue(self, case: Case, token: int, worker: Worker) -> None:
        rank = case.due if worker.by_due else self.now
        heapq.heappush(worker.queue, (rank, token + case.number * 1_000, case))
        self._kick(worker)

    def _kick(self, worker: Worker) -> None:
        if worker.busy or not worker.queue:
            return
        for first, last in worker.away:
            if first <= self.now < last:
                self._at(last, lambda: self._kick(worker))
                return
        _, key, case = heapq.heappop(worker.queue)
        token = key - case.number * 1_000
        node = case.items[token].node
        base = {"appraise": float(KINDS[case.kind][1]), "sign": 9.0, "issue": 8.0}[node]
        minutes = base * worker.speed * (case.hardness if node == "appraise" else exp(self.draw.gauss(0, 0.4)))
        if case.due - self.now < DAY:
            minutes *= 0.7
        end = self.now + minutes
        for first, last in worker.away:
            if self.now < first < end:
                end += last - first
        worker.busy = True

        def finished() -> None:
            worker.busy = False
            outcome = (
                "redo" if node == "sign" and self.draw.random() < 0.07 else "approve" if node == "sign" else "done"
            )
            self._done(case, token, outcome, worker)
            self._kick(worker)

        self._at(end, finished)

    def _done(self, case: Case, token: int, outcome: str, worker: Worker | None) -> None:
        actor = worker.actor if worker else self.answerer
        item = case.items[token]
        if item.node == "issue":
            at = from_minutes(self._minute(self.now))
            number = f"{case.number + 1}/KQ"
            self._tell(case, c.Resolve(c.ResultData("Giấy phép", number, at.date(), "Người ký", "", True)), actor)
            return
        tokens = [Token(one.token, one.node, one.flow) for one in case.items.values()]
        advance = engine.finish(case.definition, tokens, token, outcome, {})
        self._opened(
            case, ProcessEvent.STEP_DONE, advance.opened, ((token, outcome),), actor=actor,
            same=worker if outcome == "done" else None,
        )  # fmt: skip

    def _tell(self, case: Case, command: c.AnyCommand, actor: Actor) -> None:
        case.told.append(Given(command, actor, from_minutes(self._minute(self.now))))

    def _minute(self, position: float) -> int:
        """The local minute of a position; the story goes on inside working time only."""
        begin = to_minutes(datetime.combine(SINCE, datetime.min.time(), VIETNAM))
        return _T.add(begin, int(position) - _T.position(begin) + 1) - 1

    # ---- what is written ----

    def lives(self) -> Iterator[Life]:
        for case in self.cases:
            intake = Intake(
                key=uuid.UUID(int=random.Random(f"{self.size.seed}/{case.number}").getrandbits(128)),
                procedure_id=case.procedure.pk, agency_id=case.office.agency.pk, receiving_desk_id=case.office.desk.pk,
                return_desk_id=case.office.desk.pk, channel=case.channel, return_method="desk",
                submitter=c.PartyData("Nguyễn Văn An", f"056{case.number:09d}", 1980, f"09{case.number:08d}"),
                papers=(c.PaperData("Tờ khai", 1),),
            )  # fmt: skip
            yield Life(intake, tuple(case.told))

    def write(self, on_written: Callable[[int], None] = lambda count: None) -> list[int]:
        Absence.objects.bulk_create(
            Absence(
                officer_id=worker.actor.id, kind=Absence.Kind.LEAVE, from_at=from_minutes(self._minute(first)),
                to_at=from_minutes(self._minute(last)), until=from_minutes(self._minute(last)),
            )
            for office in self.offices
            for workers in office.rooms.values()
            for worker in workers
            for first, last in worker.away
            if first < self.last
        )  # fmt: skip
        return write_lives(self.lives(), told=True, on_written=on_written)

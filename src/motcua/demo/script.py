"""One dossier's life as it is being told: commands by the right people, the clock moved on between them, never past now."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from datetime import datetime, time, timedelta

from motcua.demo import words
from motcua.demo.ways import facts_of
from motcua.demo.world import Counter, Offer, Office, World
from motcua.dossiers.commands import Accept, AnyCommand, LateEntry
from motcua.dossiers.course import Course, Given, Life
from motcua.dossiers.decide import Snapshot
from motcua.dossiers.intake import Intake
from motcua.identity.actors import SYSTEM, Actor, ActorKind
from motcua.law.clock import add_working_minutes, working_minutes_between
from motcua.law.moments import VIETNAM
from motcua.processes import engine
from motcua.processes.course import ProcessCourse
from motcua.processes.definition import Node, NodeKind, StepKind
from motcua.processes.items import tokens_of

APPLICANT = Actor(kind=ActorKind.APPLICANT, dossiers=frozenset())
WORKING_DAY = 480  # minutes


class NotYet(Exception):
    """What comes next lies after now: the life stands where it is."""


def _is_worked_on(node: Node) -> bool:
    """A step or a timer on the way to the result, which ends itself."""
    return node.kind is NodeKind.TIMER or (node.kind is NodeKind.STEP and node.step is not StepKind.RESULT)


class Script:
    """`at` is the moment reached. Waiting moves it; `give` does something then. Commands of one visit share a moment."""

    def __init__(
        self, world: World, offer: Offer, office: Office, desk: Counter, intake: Intake, *, at: datetime, now: datetime,
        rng: random.Random,
    ) -> None:  # fmt: skip
        self.world, self.offer, self.office, self.desk = world, offer, office, desk
        self.at, self.now, self.rng = at, now, rng
        self._course = Course(intake, world.terms.of(intake))
        self._given: list[Given] = []
        self.process: ProcessCourse | None = None
        # Who appraises it, and whether a signer has sent it back: once is enough for a story.
        self.worker = rng.choice(office.cases)
        self.sent_back = False

    @property
    def intake(self) -> Intake:
        return self._course.intake

    @property
    def dossier(self) -> Snapshot:
        return self._course.snapshot

    @property
    def life(self) -> Life:
        return Life(self._course.intake, tuple(self._given))

    def give(
        self, command: AnyCommand, actor: Actor, *, recorded_after: timedelta | None = None, reason: str = ""
    ) -> None:
        """Raises NotYet when it would be recorded after now. With `recorded_after`, it is entered so much later."""
        recorded_at = self.at + recorded_after if recorded_after else None
        if (recorded_at or self.at) > self.now:
            raise NotYet
        late = LateEntry(reason, self.office.head.id) if recorded_at else None
        given = Given(command, actor, self.at, recorded_at, late)
        self._course.give(given)
        self._given.append(given)
        if isinstance(command, Accept):
            self._begin_process(given)
        if recorded_at:
            self.at = recorded_at

    def _begin_process(self, accepted: Given) -> None:
        """As the services do in the same transaction: an accepted dossier starts on the process in force."""
        found = self.world.ways.of(self.intake)
        if found is None:
            return
        version_id, definition = found
        desk = self.desk
        self.process = ProcessCourse(
            definition,
            version_id,
            places=self.world.ways.places(self.intake, desk.agency_id),
            choose=lambda node, agency, unit: worker.id if (worker := self._worker(node, agency)) else None,
            facts=facts_of(
                self.intake,
                self.world.terms.of(self.intake),
                for_others=desk.id not in (self.office.desk.id, self.world.centre.id),
            ),
        )
        dossier = self.dossier
        start = self.process.start(at=dossier.clock_started_at or self.at, seq=dossier.seq, whole_due=dossier.due_at)
        given = replace(accepted, command=start)
        self._course.give(given)
        self._given.append(given)

    def _worker(self, node: Node, agency_id: int | None) -> Actor | None:
        if agency_id == self.office.id and node.role == "case_officer":
            return self.worker
        if agency_id == self.desk.agency_id and node.role == "counter_officer":
            return self.desk.officer
        return self.world.ways.worker(node, agency_id)

    def steps_left(self) -> int:
        """How many steps there are to the result, when each is left by its first way."""
        if self.process is None:
            return 0
        definition, facts = self.process.definition, self.process.facts
        tokens, steps = list(tokens_of(self.process.standing)), 0
        last = max(self.process.items)
        while moving := [token for token in tokens if _is_worked_on(definition.by_id[token.node])]:
            ways = definition.by_id[moving[0].node].ways
            advance = engine.finish(definition, tokens, moving[0].id, ways[0], facts)
            tokens = [token for token in tokens if token.id not in advance.closed]
            for place, flow in advance.opened:
                last += 1
                tokens.append(engine.Token(last, place, flow))
            steps += 1
        return steps

    def step(self) -> bool:
        """The next open step is done by whom it lies with, now; False when only the result is left."""
        process = self.process
        waiting = [item for item in process.standing if item.kind not in ("join", "result")] if process else []
        if process is None or not waiting:
            return False
        item = waiting[0]
        node = process.definition.by_id[item.node]
        if node.kind is NodeKind.TIMER:
            assert item.due_at is not None  # a timer has a time
            self.until(max(item.due_at, self.at))
        # A body without an account answers through its one-time link, which the program takes in.
        by_itself = node.kind is NodeKind.TIMER or bool(node.body)
        actor = (SYSTEM if by_itself else self._worker(node, item.agency_id)) or self.office.head
        if self.at > self.now:
            raise NotYet
        outcome = node.ways[0]
        if len(node.ways) > 1 and not self.sent_back and self.rng.random() < 0.06:
            self.sent_back, outcome = True, node.ways[-1]
        # Who is late with a step says why, and so does who sends it back.
        late = item.due_at is not None and self.at > item.due_at
        note = self.rng.choice(words.DELAYS) if late else ""
        if outcome != node.ways[0]:
            note = self.rng.choice(words.SENT_BACK)
        dossier = self.dossier
        done = process.finish(
            item.token, outcome, officer_id=actor.id, at=self.at, seq=dossier.seq, whole_due=dossier.due_at, note=note
        )
        self.give(done, actor)
        return True

    def to_result(self, minutes: float) -> None:
        """Every step up to the result, spread over that many working minutes."""
        if self.process is None:
            self.work(minutes * 0.8, minutes)
            return
        end = add_working_minutes(self.at, max(round(minutes), 1), self.office.calendar)
        while steps := self.steps_left():
            # The result is recorded by hand as well, some time after the last step.
            each = max(working_minutes_between(self.at, end, self.office.calendar), 0) / (steps + 1)
            self.work(each * 0.75, each)
            self.step()
        rest = max(working_minutes_between(self.at, end, self.office.calendar), 0)
        self.work(rest * 0.75, rest)

    def work(self, low: float, high: float) -> None:
        """Wait that many working minutes of the competent office."""
        self.until(add_working_minutes(self.at, max(1, round(self.rng.uniform(low, high))), self.office.calendar))

    def until(self, moment: datetime) -> None:
        """Wait for a moment that the officers meet; some seconds pass, and time never goes back."""
        self.at = max(self.at + timedelta(seconds=20), moment + timedelta(seconds=self.rng.randrange(1, 55)))

    def days(self, low: float, high: float) -> None:
        """The applicant lets days go by and comes at an hour of the day or the evening."""
        day = (self.at + timedelta(days=self.rng.uniform(low, high))).astimezone(VIETNAM).date()
        hour = time(
            self.rng.choice((7, 8, 9, 9, 10, 14, 15, 16, 19, 20, 21)), self.rng.randrange(60), self.rng.randrange(60)
        )
        self.at = max(datetime.combine(day, hour, VIETNAM), self.at + timedelta(minutes=self.rng.randrange(20, 90)))

    def left(self) -> int:
        """Working minutes to the due; without a due some days, as such work takes."""
        due = self.dossier.due_at
        if due is None:
            return self.rng.randrange(1, 6) * WORKING_DAY
        return max(working_minutes_between(self.at, due, self.office.calendar), 0)

    def by_post_or_desk(self) -> Counter:
        """Where the result is handed over."""
        known = (self.office.desk, self.world.centre, *self.world.guests)
        return next(desk for desk in (self.desk, *known) if desk.id == self.intake.return_desk_id)

    def mark(self, words: str) -> str:
        """A short stable reference, for codes and accounts that prove a hand-over."""
        return hashlib.sha256(f"{self.intake.key} {words}".encode()).hexdigest()[:12].upper()

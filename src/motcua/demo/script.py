"""One dossier's life as it is being told: commands by the right people, the clock moved on between them, never past now."""

from __future__ import annotations

import hashlib
import random
from datetime import datetime, time, timedelta

from motcua.demo.world import Counter, Offer, Office, World
from motcua.dossiers.commands import AnyCommand, LateEntry
from motcua.dossiers.course import Course, Given, Life
from motcua.dossiers.decide import Snapshot
from motcua.dossiers.intake import Intake
from motcua.identity.actors import Actor, ActorKind
from motcua.law.clock import add_working_minutes, working_minutes_between
from motcua.law.moments import VIETNAM

APPLICANT = Actor(kind=ActorKind.APPLICANT, dossiers=frozenset())
WORKING_DAY = 480  # minutes


class NotYet(Exception):
    """What comes next lies after now: the life stands where it is."""


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
        if recorded_at:
            self.at = recorded_at

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

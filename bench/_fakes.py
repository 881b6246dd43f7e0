"""Lives for `bench suspicions`: known fakes beside honest lives that look alike, all by the legal decisions of `dossiers`.

For each sign the fakes and the honest ones are drawn from ranges that overlap around the threshold, chosen from what offices
do and not from the numbers shipped: so neither precision nor recall can be perfect. The same seed gives the same lives.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import count

from motcua.dossiers import commands as c
from motcua.dossiers.course import Course, Given
from motcua.dossiers.decide import ledger_value
from motcua.dossiers.intake import Intake
from motcua.dossiers.terms import Terms
from motcua.identity.actors import Actor, ActorKind
from motcua.law.clock import add_working_minutes, working_minutes_between
from motcua.law.errors import DomainError
from motcua.law.lifecycle import ProcessEvent, State
from motcua.law.moments import VIETNAM, local_day
from motcua.law.worktime import national_calendar
from motcua.processes.suspicions.number_signs import Numbered
from motcua.processes.suspicions.services import Exempt
from motcua.processes.suspicions.story import Entry, Story

CALENDAR = national_calendar()
BEGIN = datetime(2026, 3, 2, 7, 0, tzinfo=VIETNAM)
_DAYS = 120
_AGENCIES = 12
HOUR = 60


@dataclass
class Lives:
    """What was made. `fakes` and `honest` are subjects by sign; what is in neither is the ordinary life of the office."""

    stories: list[Story] = field(default_factory=list)
    results: list[Numbered] = field(default_factory=list)
    exempted: list[Exempt] = field(default_factory=list)
    fakes: dict[str, set[str]] = field(default_factory=dict)
    honest: dict[str, set[str]] = field(default_factory=dict)


def make_lives(seed: int, each: int = 60, ordinary: int = 1_500) -> Lives:
    """`each` fakes and twice as many honest look-alikes a sign, among ordinary lives."""
    return _Maker(seed).make(each, ordinary)


def _officer(id_: int) -> Actor:
    return Actor(kind=ActorKind.OFFICER, id=id_)


_APPLICANT = Actor(kind=ActorKind.APPLICANT, dossiers=frozenset())
_INTAKE = Intake(
    key=uuid.UUID(int=1), procedure_id=1, agency_id=1, receiving_desk_id=1, return_desk_id=1, channel="counter", return_method="desk",
    submitter=c.PartyData("Nguyễn Thị Hòa"), papers=(),
)  # fmt: skip


class _Life:
    """One dossier on its way. Moments given are wall moments; `later` counts working minutes."""

    def __init__(self, maker: _Maker, at: datetime, days: int, *, same_day: bool = False) -> None:
        self.id = next(maker.ids)
        self.draw = maker.draw
        self.case, self.signer, self.counter = (_officer(next(maker.officers)) for _ in range(3))
        self.agency = maker.draw.randrange(1, _AGENCIES + 1)
        self.procedure = maker.draw.randrange(1, 40)
        self.same_day = same_day
        self.number = f"{self.id}/QĐ"
        self.token = 0
        self.course = Course(
            _INTAKE,
            Terms(
                1,
                "H32.1",
                "keep_time",
                None,
                same_day,
                None if same_day else days,
                "" if same_day else "working_day",
                None,
                "",
                0,
            ),
        )
        self.at = at
        self.give(c.Accept(), self.counter, at)

    @property
    def due(self) -> datetime:
        assert self.course.snapshot.due_at is not None
        return self.course.snapshot.due_at

    @property
    def whole(self) -> int:
        """Working minutes of the limit."""
        return max(60, working_minutes_between(self.course.done[0].given.at, self.due, CALENDAR))

    def give(self, command: c.AnyCommand, by: Actor, at: datetime, recorded: datetime | None = None) -> None:
        late = c.LateEntry("Mất điện", 1) if recorded is not None else None
        self.course.give(Given(command, by, at, recorded, late))
        self.at = at

    def later(self, minutes: float) -> datetime:
        return after(self.at, minutes, self.draw)

    def share(self, part: float) -> datetime:
        """When that part of the limit has been used; never before what has happened."""
        found = after(self.course.done[0].given.at, self.whole * part, self.draw)
        return max(found, self.at + timedelta(seconds=1))

    def open_step(self, at: datetime, role: str = "case_officer") -> None:
        self.token += 1
        opened = {"token": self.token, "node": f"n{self.token}", "role": role}
        self.give(c.Work(ProcessEvent.STARTED, {"opened": [opened]}, "Thẩm định"), self.case, at)

    def done(
        self, at: datetime, by: Actor | None = None, role: str = "case_officer", *, following: bool = True
    ) -> None:
        detail: dict[str, object] = {"token": self.token, "outcome": "done", "closed": [{"token": self.token}]}
        if following:
            detail["opened"] = [{"token": self.token + 1, "node": f"n{self.token + 1}", "role": role}]
        self.give(c.Work(ProcessEvent.STEP_DONE, detail, "Bước sau"), by or self.case, at)
        self.token += 1

    def resolve(
        self,
        at: datetime,
        *,
        signed: datetime | None = None,
        at_desk: bool = True,
        recorded: datetime | None = None,
        by: Actor | None = None,
    ) -> None:
        signed_on = max(local_day(signed or at), local_day(self.course.done[0].given.at))
        result = c.ResultData("Quyết định", self.number, signed_on, "Người ký", "", True)
        self.give(c.Resolve(result, at_desk), by or self.case, at, recorded)

    def turn_down(self, at: datetime) -> None:
        reply = c.ResultData("Văn bản trả lời", self.number, local_day(at), "Người ký", "", True)
        self.give(c.ReturnIneligible(reply, "Không đủ điều kiện"), self.signer, at)

    def story(self) -> Story:
        entries = tuple(
            Entry(
                seq, done.decision.kind, done.decision.to_state, done.given.at, done.given.recorded_at or done.given.at,
                done.given.actor.kind.value, done.given.actor.id if done.given.actor.kind is ActorKind.OFFICER else 0,
                done.decision.data | {"set": {name: ledger_value(value) for name, value in done.decision.changes.items()}},
            )
            for seq, done in enumerate(self.course.done, 1)
        )  # fmt: skip
        return Story(
            self.id, f"H32.{self.agency}-{self.id}", self.agency, self.procedure, self.same_day, CALENDAR, entries
        )


def after(at: datetime, minutes: float, draw: random.Random) -> datetime:
    """So many working minutes later, at some second of that minute."""
    return add_working_minutes(at, max(1, int(minutes)), CALENDAR) + timedelta(seconds=draw.randrange(60))


class _Maker:
    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.ids = count(1)
        self.officers = count(1)
        self.lives = Lives()

    def make(self, each: int, ordinary: int) -> Lives:
        for _ in range(ordinary):
            self.keep(self.ordinary())
        pairs: dict[str, tuple[Callable[[], str], Callable[[], str]]] = {
            "result_before_steps": (self.backdated, self.ticked_late),
            "resolved_without_paper": (self.no_paper_yet, self.carried),
            "bulk_ticks": (self.ticked_in_bulk, self.busy_honestly),
            "odd_hours": (self.at_night, self.stayed_late),
            "instant_steps": (self.clicked_through, self.quick_at_last),
            "supplement_before_due": (self.asked_to_stop_the_clock, self.asked_honestly),
            "ended_around_due": (self.ended_to_escape, self.ended_honestly),
            "early_hand_over": (self.tried_to_hand_over, self.slipped),
            "verdict_moved": (self.rectified_away, self.rectified_honestly),
            "late_entry_on_time": (self.written_back, self.outage),
            "same_number": (self.one_number, self.one_decision),
            "brief_pause": (self.paused_on_paper, self.came_at_once),
        }
        for key, (fake, honest) in pairs.items():
            self.lives.fakes[key] = {self.again(fake) for _ in range(each)}
            self.lives.honest[key] = {self.again(honest) for _ in range(2 * each)}
        return self.lives

    def again(self, make: Callable[[], str]) -> str:
        """A drawn life that the rules themselves forbid is drawn again."""
        while True:
            try:
                return make()
            except DomainError:
                continue

    def keep(self, life: _Life) -> str:
        self.lives.stories.append(life.story())
        for seq, done in enumerate(life.course.done, 1):
            if done.decision.result is not None:
                given = done.given
                self.lives.results.append(
                    Numbered(
                        life.agency, life.procedure, life.number, done.decision.result.signed_on, life.id, f"#{life.id}", seq,
                        given.recorded_at or given.at,
                    )
                )  # fmt: skip
        return f"dossier:{life.id}"

    def start(self) -> datetime:
        return after(BEGIN, self.draw.randrange(_DAYS * 8 * HOUR), self.draw)

    def life(self, days: int | None = None) -> _Life:
        return _Life(self, self.start(), days or self.draw.choice((3, 5, 7, 10, 15, 20)))

    def ordinary(self) -> _Life:
        """Steps spread over the limit, some with a supplement, one in twelve late, some at the return desk a while later."""
        draw = self.draw
        life = self.life()
        end = draw.uniform(1.02, 1.4) if draw.random() < 0.08 else draw.uniform(0.25, 0.99)
        marks = sorted(draw.uniform(0.03, end * 0.95) for _ in range(draw.choice((1, 2, 2, 3))))
        life.open_step(life.later(draw.uniform(2, 60)))
        if draw.random() < 0.12:
            life.give(c.AskSupplement(("Bản vẽ",), "Thiếu"), life.case, life.share(marks[0] * 0.6))
            life.give(
                c.Supplement((c.PaperData("Bản vẽ", 1),)),
                draw.choice((_APPLICANT, life.counter)),
                life.later(draw.uniform(HOUR, 40 * HOUR)),
            )
        for mark in marks:
            life.done(life.share(mark))
        life.done(life.share(end * 0.97), life.signer, "signer")
        at = life.share(end)
        away = draw.random() < 0.3
        life.resolve(at, at_desk=not away)
        if away:
            life.give(c.ReceiveResult(), life.counter, life.later(draw.uniform(20, 10 * HOUR)))
        life.give(c.HandOver("Hòa", "signature", "a" * 64), life.counter, life.later(draw.uniform(5, 20 * HOUR)))
        return life

    # ---- results signed before the steps
    def signed_before(self, gap: float) -> str:
        life = self.life(self.draw.choice((10, 15, 20)))
        life.open_step(life.later(10))
        life.done(life.share(self.draw.uniform(0.1, 0.3)))
        signed = life.share(self.draw.uniform(0.35, 0.6))
        closing = datetime.combine(local_day(signed), time(17), VIETNAM)
        life.done(after(closing, gap, self.draw), life.signer)
        life.resolve(life.later(self.draw.uniform(1, 60)), signed=signed)
        return self.keep(life)

    def backdated(self) -> str:
        return self.signed_before(self.draw.uniform(6, 60) * HOUR)

    def ticked_late(self) -> str:
        """The signer signs on paper, the step is ticked the next morning, sometimes the day after."""
        return self.signed_before(min(12.0, self.draw.expovariate(1 / 2.5)) * HOUR)

    # ---- resolved, and the paper comes later
    def carried_for(self, share: float, gap: float) -> str:
        life = self.life()
        life.open_step(life.later(10))
        life.done(life.share(share * 0.8))
        life.resolve(life.share(share), at_desk=False)
        life.give(c.ReceiveResult(), life.counter, life.later(gap))
        return self.keep(life)

    def no_paper_yet(self) -> str:
        return self.carried_for(self.draw.uniform(0.9, 1.0), self.draw.uniform(9, 70) * HOUR)

    def carried(self) -> str:
        """To another site: hours, from an island two or three days; by chance the due may lie between."""
        return self.carried_for(
            self.draw.uniform(0.4, 1.0), self.draw.choice((self.draw.uniform(1, 10), self.draw.uniform(6, 22))) * HOUR
        )

    # ---- many at once
    def ticks(
        self, number: int, seconds: float, waited: Callable[[], float], at: datetime, *, role: str = "case_officer"
    ) -> str:
        officer = _officer(next(self.officers))
        for place in range(number):
            clicked = at + timedelta(seconds=seconds * place / max(1, number - 1))
            life = _Life(self, self._before(clicked, waited() + 30), 20)
            life.open_step(life.later(5), role)
            life.done(max(clicked, life.at + timedelta(seconds=1)), officer)
            self.keep(life)
        return f"officer:{officer.id}"

    def _before(self, at: datetime, minutes: float) -> datetime:
        """A moment with about so many working minutes until `at`."""
        found = at - timedelta(days=1 + minutes / (8 * HOUR) * 1.6)
        while (surplus := working_minutes_between(found, at, CALENDAR) - int(minutes)) < 0:
            found -= timedelta(hours=12)
        return add_working_minutes(found, surplus, CALENDAR) if surplus else found

    def afternoon(self) -> datetime:
        return datetime.combine(
            local_day(self.start()), time(self.draw.randrange(14, 16), self.draw.randrange(60)), VIETNAM
        )

    def ticked_in_bulk(self) -> str:
        draw = self.draw
        return self.ticks(
            draw.randrange(9, 41), draw.uniform(60, 560), lambda: draw.uniform(10, 80) * HOUR, self.afternoon()
        )

    def busy_honestly(self) -> str:
        draw = self.draw
        kind = draw.random()
        if kind < 0.35:  # the certification desk: everything taken and done the same day
            return self.rush(draw.randrange(60, 301))
        if kind < 0.7:  # a head who clears his list before going home
            return self.ticks(
                draw.randrange(3, 14), draw.uniform(120, 1500), lambda: draw.uniform(1, 60) * HOUR, self.afternoon()
            )
        # a signer who signs the day's folder
        return self.ticks(
            draw.randrange(15, 51),
            draw.uniform(200, 900),
            lambda: draw.uniform(2, 30) * HOUR,
            self.afternoon(),
            role="signer",
        )

    def rush(self, number: int) -> str:
        officer = _officer(next(self.officers))
        at = datetime.combine(local_day(self.start()), time(8), VIETNAM)
        for place in range(number):
            life = _Life(self, at + timedelta(seconds=20 * place), 1, same_day=True)
            life.resolve(life.at + timedelta(seconds=self.draw.randrange(5, 120)), by=officer)
            self.keep(life)
        return f"officer:{officer.id}"

    # ---- at night
    def at_night(self) -> str:
        night = datetime.combine(local_day(self.start()), time(21), VIETNAM) + timedelta(
            minutes=self.draw.randrange(300)
        )
        return self.ticks(
            self.draw.randrange(4, 21), self.draw.uniform(120, 3000), lambda: self.draw.uniform(4, 60) * HOUR, night
        )

    def stayed_late(self) -> str:
        draw = self.draw
        day = local_day(self.start())
        waited = lambda: draw.uniform(4, 60) * HOUR  # noqa: E731
        if draw.random() < 0.6:  # an hour or two after closing
            late = datetime.combine(day, time(17, 5), VIETNAM) + timedelta(minutes=draw.uniform(0, 90))
            return self.ticks(draw.randrange(1, 9), draw.uniform(60, 900), waited, late)
        if draw.random() < 0.5:  # a few things on a Saturday
            saturday = day + timedelta(days=(5 - day.weekday()) % 7)
            return self.ticks(
                draw.randrange(1, 6), draw.uniform(60, 3600), waited, datetime.combine(saturday, time(9), VIETNAM)
            )
        # a night shift that was ordered, and entered as such
        subject = self.ticks(
            draw.randrange(5, 21), draw.uniform(120, 3000), waited, datetime.combine(day, time(20), VIETNAM)
        )
        officer = int(subject.removeprefix("officer:"))
        self.lives.exempted.append(Exempt("odd_hours", None, None, officer, day, day + timedelta(days=1)))
        return subject

    # ---- steps clicked through
    def clicked(self, steps: int, gap: Callable[[], float], silence: float) -> str:
        life = self.life(20)
        life.open_step(life.later(10))
        at = life.later(silence)
        for _ in range(steps):
            life.done(at)
            at = at + timedelta(seconds=gap())
        life.resolve(at + timedelta(seconds=self.draw.uniform(600, 3000)))
        return self.keep(life)

    def clicked_through(self) -> str:
        return self.clicked(
            self.draw.randrange(2, 5), lambda: self.draw.uniform(2, 50), self.draw.uniform(12, 80) * HOUR
        )

    def quick_at_last(self) -> str:
        """One person does two steps, having worked on paper: a minute to ten between, a day or two after the first look."""
        return self.clicked(2, lambda: self.draw.uniform(45, 600), self.draw.uniform(3, 40) * HOUR)

    # ---- supplements
    def asked_at(self, life: _Life, at: datetime) -> str:
        life.open_step(life.later(5))
        life.done(life.share(0.05))
        life.give(c.AskSupplement(("Bản vẽ",), "Thiếu"), life.case, max(at, life.at + timedelta(seconds=1)))
        life.give(c.Supplement((c.PaperData("Bản vẽ", 1),)), _APPLICANT, life.later(self.draw.uniform(4, 60) * HOUR))
        life.done(life.later(self.draw.uniform(30, 300)))
        life.resolve(life.later(self.draw.uniform(30, 300)))
        return self.keep(life)

    def asked_to_stop_the_clock(self) -> str:
        life = self.life()
        if self.draw.random() < 0.2:
            return self.asked_at(life, after(life.due, self.draw.uniform(10, 600), self.draw))
        left = self.draw.uniform(0, min(0.2 * life.whole, 10.0 * HOUR))
        return self.asked_at(life, after(life.course.done[0].given.at, life.whole - left, self.draw))

    def asked_honestly(self) -> str:
        """At the first reading mostly; one in five only after the visit to the place, late in the limit."""
        life = self.life()
        used = self.draw.uniform(0.7, 0.95) if self.draw.random() < 0.2 else self.draw.uniform(0.06, 0.7)
        return self.asked_at(life, life.share(used))

    # ---- returned or withdrawn
    def ended_to_escape(self) -> str:
        life = self.life()
        life.open_step(life.later(10))
        at = after(life.course.done[0].given.at, life.whole - self.draw.uniform(0, 4) * HOUR, self.draw)
        if self.draw.random() < 0.5:
            at = after(life.due, self.draw.uniform(1, 30) * HOUR, self.draw)
        if self.draw.random() < 0.5:
            life.give(c.RequestWithdrawal("Không còn nhu cầu"), life.case, at)
            life.give(c.DecideWithdrawal("12/QĐ", "Người ký"), life.signer, life.later(self.draw.uniform(1, 90)))
        else:
            life.turn_down(at)
        return self.keep(life)

    def ended_honestly(self) -> str:
        life = self.life()
        life.open_step(life.later(10))
        if self.draw.random() < 0.5:  # the applicant asks himself, also near the due
            life.give(c.RequestWithdrawal("Đổi ý"), _APPLICANT, life.share(self.draw.uniform(0.1, 1.0)))
            life.give(c.DecideWithdrawal("12/QĐ", "Người ký"), life.signer, life.later(self.draw.uniform(30, 600)))
            return self.keep(life)
        at = life.share(self.draw.uniform(0.15, 1.0))
        life.turn_down(at)
        return self.keep(life)

    # ---- handing over what is not there
    def tried(self, times: int, at: datetime, life: _Life) -> str:
        for _ in range(times):
            life.give(c.HandOver("Hòa", "signature", "a" * 64), life.counter, at)
            at = at + timedelta(minutes=self.draw.uniform(1, 200))
        return self.keep(life)

    def tried_to_hand_over(self) -> str:
        life = self.life()
        left = self.draw.uniform(0, 6) * HOUR
        return self.tried(
            self.draw.choice((1, 1, 2, 3)), after(life.course.done[0].given.at, life.whole - left, self.draw), life
        )

    def slipped(self) -> str:
        """The wrong line of the list, noticed at once; one in twenty clicks twice."""
        life = self.life()
        return self.tried(2 if self.draw.random() < 0.05 else 1, life.share(self.draw.uniform(0.05, 1.1)), life)

    # ---- rectified
    def late_life(self) -> _Life:
        life = self.life(self.draw.choice((3, 5, 7)))
        life.open_step(life.later(10))
        life.give(c.AskSupplement(("Bản vẽ",), "Thiếu"), life.case, life.share(self.draw.uniform(0.1, 0.4)))
        life.give(c.Supplement((c.PaperData("Bản vẽ", 1),)), _APPLICANT, life.later(self.draw.uniform(2, 20) * HOUR))
        life.done(life.later(60))
        return life

    def rectified_away(self) -> str:
        """Back into the old pause, whose end then moves the due; or back and out as withdrawn."""
        life = self.late_life()
        life.resolve(after(life.due, self.draw.uniform(2, 60) * HOUR, self.draw))
        at = life.later(self.draw.uniform(10, 600))
        if self.draw.random() < 0.6:
            life.give(c.Rectify("Nhầm", 1, State.AWAITING_SUPPLEMENT), life.signer, at)
            if self.draw.random() < 0.7:
                life.give(c.Supplement((c.PaperData("Bản vẽ", 1),)), life.counter, life.later(self.draw.uniform(1, 60)))
                life.resolve(life.later(self.draw.uniform(1, 120)))
        else:
            life.give(c.Rectify("Nhầm", 1, State.IN_PROCESS), life.signer, at)
            life.give(c.RequestWithdrawal("Không còn nhu cầu"), life.case, life.later(5))
            life.give(
                c.DecideWithdrawal("12/QĐ", "Người ký"), life.signer, life.later(700 + self.draw.uniform(0, 3000))
            )
        return self.keep(life)

    def rectified_honestly(self) -> str:
        life = self.late_life()
        late = self.draw.random() < 0.5
        at = after(life.due, self.draw.uniform(1, 30) * HOUR, self.draw) if late else life.later(60)
        life.resolve(at)
        at = life.later(self.draw.uniform(10, 600))
        if self.draw.random() < 0.5:
            life.give(c.Rectify("Ghi sai nội dung", 1, None, {"return_method": "post"}), life.signer, at)
        else:  # the wrong file was attached: back one step, and again with the right one
            life.give(c.Rectify("Nhầm tệp", 1, State.IN_PROCESS), life.signer, at)
            life.resolve(life.later(self.draw.uniform(5, 200)))
        return self.keep(life)

    # ---- written down afterwards
    def written_back(self) -> str:
        life = self.life()
        life.open_step(life.later(10))
        life.done(life.share(0.5))
        at = after(life.course.done[0].given.at, life.whole - self.draw.uniform(5, 300), self.draw)
        life.resolve(at, recorded=after(life.due, self.draw.uniform(20, 2400), self.draw))
        return self.keep(life)

    def outage(self) -> str:
        draw = self.draw
        life = self.life()
        life.open_step(life.later(10))
        life.done(life.share(0.5))
        if draw.random() < 0.5:  # a short outage, that the due may lie in by chance
            at = after(life.course.done[0].given.at, life.whole - draw.uniform(0, 90), draw)
            life.resolve(at, recorded=at + timedelta(minutes=draw.uniform(5, 100)))
        elif draw.random() < 0.5:  # far from any due
            at = life.share(draw.uniform(0.55, 0.9))
            life.resolve(at, recorded=at + timedelta(minutes=draw.uniform(30, 2000)))
        else:  # a day without power, entered as such for the whole agency
            at = after(life.course.done[0].given.at, life.whole - draw.uniform(5, 200), draw)
            recorded = after(life.due, draw.uniform(60, 900), draw)
            life.agency = 100 + next(self.officers)
            life.resolve(at, recorded=recorded)
            day = local_day(at)
            self.lives.exempted.append(Exempt("late_entry_on_time", frozenset({life.agency}), None, None, day, day))
        return self.keep(life)

    # ---- one number
    def numbered(self, number: str, dossiers: int, *, one_day: bool) -> str:
        agency, procedure = 1000 + next(self.officers), 1
        signed = self.start()
        for _ in range(dossiers):
            at = signed if one_day else after(signed, self.draw.uniform(0, 60) * HOUR, self.draw)
            life = _Life(self, self._before(at, 20 * HOUR), 10)
            life.agency, life.procedure, life.number = agency, procedure, number
            life.open_step(life.later(10))
            life.resolve(max(at, life.at + timedelta(seconds=1)), signed=at)
            self.keep(life)
        return f"number:{agency}:{procedure}:{number.lower()}"

    def one_number(self) -> str:
        return self.numbered(self.draw.choice(("01", "0", "123", "01/GP")), self.draw.randrange(2, 9), one_day=False)

    def one_decision(self) -> str:
        """A decision for a list of people on one day; or a slip of the pen that two results share."""
        if self.draw.random() < 0.7:
            return self.numbered(f"{self.draw.randrange(9999)}/QĐ-UBND", self.draw.randrange(2, 31), one_day=True)
        return self.numbered(f"{self.draw.randrange(9999)}/GP", 2, one_day=False)

    # ---- pauses of minutes
    def pause(self, begin: datetime, end: datetime, life: _Life, papers: bool, by: Actor, *written: datetime) -> str:
        """`written`: when the two entries were recorded, if not at once."""
        first, second = written or (None, None)
        life.give(c.AskSupplement(("Bản vẽ",), "Thiếu"), life.case, begin, first)
        life.give(c.Supplement((c.PaperData("Bản vẽ", 1),) if papers else ()), by, end, second)
        return self.keep(life)

    def paused_on_paper(self) -> str:
        draw = self.draw
        life = self.life()
        life.open_step(life.later(10))
        begin = life.share(draw.uniform(0.3, 0.75))
        if draw.random() < 0.6:  # hours of a pause written down in one go
            end = after(begin, draw.uniform(3, 30) * HOUR, draw)
            wrote = end + timedelta(minutes=draw.uniform(1, 60))
            return self.pause(
                begin,
                end,
                life,
                draw.random() < 0.5,
                life.counter,
                wrote,
                wrote + timedelta(minutes=draw.uniform(0.3, 20)),
            )
        return self.pause(begin, begin + timedelta(minutes=draw.uniform(1, 18)), life, False, life.case)

    def came_at_once(self) -> str:
        draw = self.draw
        life = self.life()
        life.open_step(life.later(10))
        begin = life.share(draw.uniform(0.1, 0.8))
        if draw.random() < 0.7:  # the applicant stands at the counter, or sits at the phone
            by = draw.choice((life.counter, _APPLICANT))
            return self.pause(
                begin,
                begin + timedelta(minutes=draw.uniform(2, 50)),
                life,
                by is life.counter or draw.random() < 0.8,
                by,
            )
        # the paper came by hand and was only noted
        return self.pause(begin, begin + timedelta(minutes=draw.uniform(8, 400)), life, False, life.counter)

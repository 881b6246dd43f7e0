"""The whole province's lives: who comes when with what, so that every case occurs; the same seed tells the same."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import accumulate

from motcua.demo import words
from motcua.demo.arrivals import ONLINE, Arrivals
from motcua.demo.cases import CASES, Case
from motcua.demo.people import People
from motcua.demo.script import Script
from motcua.demo.stories import tell
from motcua.demo.world import Counter, Offer, Office, World
from motcua.dossiers.commands import PaperData
from motcua.dossiers.course import Life
from motcua.dossiers.decide import Snapshot
from motcua.dossiers.intake import Intake
from motcua.dossiers.terms import CATALOG_CHANNEL

FULL = 3_000
_CHANNELS = (("online", 0.52), ("counter", 0.38), ("vneid", 0.05), ("post", 0.03), ("kiosk", 0.02))


@dataclass(frozen=True, slots=True)
class Story:
    """A life, what it was told for ("" = the ordinary course), and where it stands."""

    case: str
    life: Life
    dossier: Snapshot


def tell_all(world: World, *, seed: int, count: int, days: int, now: datetime) -> list[Story]:
    """`count` lives that begin within `days` before `now`, in the order of receipt. Fewer than 3,000 keep the proportions."""
    return sorted(_Teller(world, seed, days, now).all(count), key=lambda story: story.life.given[0].at)


class _Teller:
    def __init__(self, world: World, seed: int, days: int, now: datetime) -> None:
        self.world, self.now = world, now
        self.rng = random.Random(seed)
        self.people = People(self.rng)
        self.arrivals = Arrivals(self.rng, first=now - timedelta(days=days), now=now)
        self.first = now - timedelta(days=days)
        self._fitting: dict[object, tuple[list[Offer], list[float]]] = {}

    def all(self, count: int) -> list[Story]:
        stories: list[Story] = []
        for case in CASES:
            for _ in range(max(round(case.count * count / FULL), 1)):
                if len(stories) < count:
                    stories += self._of_case(case)
        ordinary = Case("", 0, _everything)
        while len(stories) < count:
            stories += self._of_case(ordinary)
        return stories[:count]

    def _of_case(self, case: Case) -> list[Story]:
        """Usually one life; a duplicate comes after its first, several persons come together."""
        if case.key == "duplicate":
            return self._twice(case)
        if case.key == "batch_persons":
            return self._together(case)
        return [self._one(case)]

    def _twice(self, case: Case) -> list[Story]:
        first = self._one(replace(case, key="slow_answer"))
        intake, at = first.life.intake, first.life.given[0].at + timedelta(minutes=self.rng.randrange(20, 90))
        if at > self.now:
            return [first]
        office = next(office for office in self.world.offices if office.id == intake.agency_id)
        offer = next(offer for offer in self.world.offers if offer.procedure_id == intake.procedure_id)
        again = replace(intake, key=self._key())
        return [
            first,
            self._told(case, Script(self.world, offer, office, office.desk, again, at=at, now=self.now, rng=self.rng)),
        ]

    def _together(self, case: Case) -> list[Story]:
        offer, office = self._offer_of(case)
        at = self.arrivals.draw("counter", office.desk.reception)
        stories = []
        for _ in range(self.rng.randrange(3, 6)):
            intake = self._intake(case, offer, office, office.desk, "counter")
            script = Script(self.world, offer, office, office.desk, intake, at=at, now=self.now, rng=self.rng)
            stories.append(self._told(case, script))
            at += timedelta(seconds=self.rng.randrange(20, 70))
        return [story for story in stories if story.life.given]

    def _one(self, case: Case) -> Story:
        while True:
            offer, office = self._offer_of(case)
            channel = self._channel(case, offer)
            desk = self._desk(case, office)
            at = self._arrival(case, channel, desk)
            intake = self._intake(case, offer, office, desk, channel)
            story = self._told(case, Script(self.world, offer, office, desk, intake, at=at, now=self.now, rng=self.rng))
            # A late entry that would be recorded after now has not happened at all.
            if story.life.given:
                return story

    def _told(self, case: Case, script: Script) -> Story:
        tell(script, case.key)
        return Story(case.key, script.life, script.dossier)

    def _offer_of(self, case: Case) -> tuple[Offer, Office]:
        if case.fits not in self._fitting:
            offers = [offer for offer in self.world.offers if case.fits(offer)]
            self._fitting[case.fits] = offers, list(accumulate(offer.weight for offer in offers))
        offers, sums = self._fitting[case.fits]
        wanted = CATALOG_CHANNEL.get(case.channel)
        while True:
            offer = self.rng.choices(offers, cum_weights=sums)[0]
            if wanted is None or wanted in offer.channels:
                # Wards see more people than mountain communes: the first offices of a list come more often.
                place = int(len(offer.offices) * self.rng.random() ** 1.6)
                return offer, offer.offices[place]

    def _channel(self, case: Case, offer: Offer) -> str:
        if case.channel:
            return case.channel
        possible = [(name, weight) for name, weight in _CHANNELS if CATALOG_CHANNEL[name] in offer.channels]
        if offer.same_day and self.rng.random() < 0.75:
            return "counter"
        return self.rng.choices([name for name, _ in possible], [weight for _, weight in possible])[0]

    def _desk(self, case: Case, office: Office) -> Counter:
        if case.key == "elsewhere_paper":
            return self.world.centre
        if case.key in {"elsewhere_online", "elsewhere_department"}:
            return self.rng.choice(self.world.guests)
        return office.desk

    def _arrival(self, case: Case, channel: str, desk: Counter) -> datetime:
        first = last = None
        if case.age is not None:
            most, least = case.age
            first, last = max(self.first, self.now - timedelta(days=most)), self.now - timedelta(days=least)
            # A short history has no room for old lives: the older half of it is used.
            last = max(last, first + (self.now - first) * 0.35)
        return self.arrivals.draw(channel if channel in ONLINE else "counter", desk.reception, first=first, last=last)

    def _intake(self, case: Case, offer: Offer, office: Office, desk: Counter, channel: str) -> Intake:
        rng = self.rng
        company = (
            case.key in {"business", "state_body"}
            or offer.who == "business"
            or (offer.who == "both" and rng.random() < 0.4)
        )
        kind = "citizen"
        if company:
            kind = "state" if case.key == "state_body" else "organisation" if rng.random() < 0.15 else "business"
        authorised = case.key == "authorised" or (not company and rng.random() < 0.06)
        back = case.back or self._return_method(channel, offer)
        carried_to = self.rng.choice(self.world.guests) if case.key in {"carried", "on_the_way_now"} else desk
        return Intake(
            key=self._key(),
            procedure_id=offer.procedure_id,
            agency_id=office.id,
            receiving_desk_id=desk.id,
            return_desk_id=carried_to.id,
            channel=channel,
            return_method=back,
            submitter=self.people.person(office.place, with_phone=case.key != "assisted"),
            owner=self.people.person(office.place) if authorised and not company else None,
            business=self.people.business(office.place, state=kind == "state") if company else None,
            applicant_kind=kind,
            papers=self._papers(case, offer, channel),
            authorisation=f"Giấy ủy quyền số {rng.randint(1, 900)}/2026" if authorised else "",
            assisted=case.key == "assisted",
            sets=1,
            request=rng.choice(words.REQUESTS).format(n=rng.randint(1, 30)) if rng.random() < 0.4 else "",
        )

    def _return_method(self, channel: str, offer: Offer) -> str:
        if offer.same_day and channel == "counter":
            return "desk"
        weights = (0.35, 0.15, 0.5) if channel in ONLINE else (0.9, 0.07, 0.03)
        return self.rng.choices(("desk", "post", "electronic"), weights)[0]

    def _papers(self, case: Case, offer: Offer, channel: str) -> tuple[PaperData, ...]:
        if case.key == "batch_papers":
            chosen = self.rng.sample(words.CERTIFIED, self.rng.randrange(3, 7))
            return tuple(
                PaperData(name, originals=1, copies=self.rng.randrange(2, 9), pages=self.rng.randrange(1, 13))
                for name in chosen
            )
        if channel in ONLINE:
            file = self.world.samples.paper
            return tuple(
                PaperData(p.name, originals=0, copies=1, file=file, file_name=f"giay-to-{number}.pdf")
                for number, p in enumerate(offer.papers, 1)
            )
        return offer.papers

    def _key(self) -> uuid.UUID:
        return uuid.UUID(int=self.rng.getrandbits(128), version=4)


def _everything(offer: Offer) -> bool:
    return True

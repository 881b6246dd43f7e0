"""Joined hand-ins of the past days: birth and death with what follows from them, and every kind of answer from outside.

Told through the services, one after another: each is one family's story, and police and insurance are the simulated outside
agencies of `demo.outside`, asked in this process instead of over HTTP.
"""

from __future__ import annotations

import contextlib
import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from motcua.catalog.models import Procedure
from motcua.demo import words
from motcua.demo.arrivals import last_opening
from motcua.demo.outside import Behaviour, OutsideAgency
from motcua.demo.people import People
from motcua.demo.script import APPLICANT, NotYet
from motcua.demo.world import Office, World
from motcua.dossiers.commands import Accept, AnyCommand, HandOver, PaperData, Refuse, Resolve, ResultData
from motcua.dossiers.intake import Intake
from motcua.dossiers.models import Dossier
from motcua.dossiers.services import give_command
from motcua.exchange.models import OutMessage, Partner
from motcua.exchange.providers import Reply
from motcua.exchange.services import collect, note_silence, talk
from motcua.identity.actors import Actor
from motcua.law.clock import add_working_minutes
from motcua.law.moments import VIETNAM
from motcua.notifications.models import Notice
from motcua.notifications.services import deliver_notices
from motcua.notifications.tasks import providers
from motcua.organizations.queries import actor_of
from motcua.processes.definition import DONE, StepKind
from motcua.processes.joined import joined_from_json
from motcua.processes.linked import (
    HandedIn,
    JoinedIntake,
    advance_request,
    hand_in,
    joined_in_force,
    request_withdrawal,
)
from motcua.processes.models import JoinedPart, JoinedProcedure, WorkItem
from motcua.processes.services import finish_step
from motcua.processes.versions import definition_of

BIRTH, DEATH = "2.000986", "2.002622"
# Of so many dossiers one family is told; each makes three.
_ONE_IN = 60
PARTS = 3
_RESULTS = {
    "birth": ("Giấy khai sinh", "GKS"),
    "death": ("Trích lục khai tử", "TLKT"),
    "funeral": ("Quyết định hỗ trợ chi phí mai táng", "QĐ-UBND"),
}


@dataclass(frozen=True, slots=True)
class Family:
    """`days` before now it was handed in; `outside` says how each part's agency behaves, by the part's key.

    A part that is not named lies at its agency unanswered until the demonstration runs. `end` is how far the leading part
    comes when not to its result.
    """

    procedure: str
    days: int
    outside: Mapping[str, Behaviour] = field(default_factory=dict)
    channel: str = "counter"
    end: str = ""


_IN_TIME, _LATE, _REFUSE, _SILENT = Behaviour.IN_TIME, Behaviour.LATE, Behaviour.REFUSE, Behaviour.SILENT

# The first ones show each kind of answer; a small province is told of these only.
FAMILIES = (
    Family(BIRTH, 34, {"residence": _LATE, "insurance": _IN_TIME}),
    Family(DEATH, 20, {"residence": _SILENT}),
    Family(BIRTH, 26, {"residence": _REFUSE, "insurance": _IN_TIME}, "online"),
    Family(BIRTH, 3),
    Family(BIRTH, 41, {"residence": _IN_TIME, "insurance": _IN_TIME}),
    Family(DEATH, 38, {"residence": _IN_TIME}),
    Family(BIRTH, 24, {"residence": _SILENT, "insurance": _LATE}, "online"),
    Family(DEATH, 27, {"residence": _LATE}, "online"),
    Family(DEATH, 15, {"residence": _REFUSE}),
    Family(BIRTH, 0, channel="online", end="submitted"),
    Family(DEATH, 2),
    Family(BIRTH, 9, channel="counter", end="refused"),
    Family(BIRTH, 1, channel="online", end="withdrawn"),
)


def chosen(count: int, days: int) -> list[Family]:
    """The families of a demonstration of so many dossiers in so many days."""
    if not JoinedProcedure.objects.exists() or not Partner.objects.exists():
        return []
    return [family for family in FAMILIES if family.days < days][: count // _ONE_IN]


def tell_families(world: World, families: Sequence[Family], *, seed: int, now: datetime) -> None:
    """Hand in and work on each, as far as it has come by now."""
    rng = random.Random(f"families {seed}")
    people = People(rng, first=500_000)
    offices = [office for office in world.offices if office.short == "UBND"]
    for number, family in enumerate(families):
        story = _Story(world, offices[number % 3], family, people, rng, now)
        with contextlib.suppress(NotYet):
            story.tell()
    _deliver(now - timedelta(hours=1))


def _deliver(until: datetime) -> None:
    """What the worker had sent by then: each message at the moment it was for."""
    waiting = Notice.objects.filter(
        state=Notice.State.WAITING, created_at__lte=until, dossier__joined_part__isnull=False
    )
    for entry_id, at in waiting.order_by("entry_id").values_list("entry_id", "created_at").distinct():
        deliver_notices(entry_id, providers=providers(), at=at)


@dataclass
class _Near:
    """A simulated agency in this process, as the exchange sees it."""

    agency: OutsideAgency

    def send(self, key: uuid.UUID, kind: str, content: Mapping[str, Any]) -> str:
        return self.agency.take(str(key), kind, content)

    def replies(self, key: uuid.UUID) -> list[Reply]:
        return [Reply(row["id"], row["kind"], row["content"]) for row in self.agency.answers(str(key))]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A part that lies with an agency outside; `reminds`: it has been silent until its due."""

    dossier_id: int
    behaviour: Behaviour
    near: _Near
    reminds: bool = False

    @property
    def silent_first(self) -> bool:
        return self.behaviour in (Behaviour.LATE, Behaviour.SILENT)

    def message(self, kind: str) -> int:
        return OutMessage.objects.values_list("id", flat=True).get(dossier_id=self.dossier_id, kind=kind)


class _Story:
    """`at` is the moment reached; nothing is done after `now`."""

    def __init__(
        self, world: World, office: Office, family: Family, people: People, rng: random.Random, now: datetime
    ) -> None:
        self.world, self.office, self.family, self.people, self.rng, self.now = world, office, family, people, rng, now
        opening = last_opening(now - timedelta(days=family.days), office.calendar)
        self.at = opening + timedelta(minutes=rng.randrange(455, 560))
        if self.at > now:
            self.at = last_opening(opening - timedelta(hours=1), office.calendar) + timedelta(minutes=460)

    def tell(self) -> None:
        handed = self._hand_in()
        leading = handed.leading_id
        if self.family.end in ("submitted", "refused"):
            return
        if self.family.channel == "online":
            self._wait(10, 60)
            self._give(leading, Accept(), self.office.desk.officer)
            self._follow(handed)
        if self.family.end == "withdrawn":
            self._wait(20, 60)
            asking = replace(APPLICANT, dossiers=frozenset(handed.dossiers.values()))
            request_withdrawal(handed.request_id, reason=words.WITHDRAWALS[1], actor=asking, at=self.at)
            self._follow(handed)
            return
        self._work(leading, next(iter(handed.dossiers)))
        self._follow(handed)
        self._hand_over(leading)
        parts = list(handed.dossiers.items())[1:]
        coming = self._ask_outside({dossier_id: key for key, dossier_id in parts if key in self.family.outside})
        for key, dossier_id in parts:
            if key == "funeral":
                self._work(dossier_id, key)
                self._hand_over(dossier_id)
        for moment, asked in coming:
            self._until(moment)
            self._hear(asked)
        self._follow(handed)

    def _hand_in(self) -> HandedIn:
        procedure = Procedure.objects.get(code=self.family.procedure)
        joined = joined_in_force(procedure.pk, self.at.astimezone(VIETNAM).date())
        assert joined is not None  # `chosen` has looked
        desk, online = self.office.desk, self.family.channel == "online"
        file = self.world.samples.paper if online else ""
        names = [name for child in joined_from_json(joined.definition).children for name in child.papers]
        intake = Intake(
            key=uuid.UUID(int=self.rng.getrandbits(128), version=4),
            procedure_id=procedure.pk,
            agency_id=self.office.id,
            receiving_desk_id=desk.id,
            return_desk_id=desk.id,
            channel=self.family.channel,
            return_method="desk",
            submitter=self.people.person(self.office.place),
            papers=tuple(
                PaperData(_PAPERS.get(name, name), originals=0 if online else 1, file=file, file_name="giay-to.pdf" if file else "")
                for name in names
                if name not in _ONE_OF_TWO
            ),
        )  # fmt: skip
        if online:
            return hand_in(JoinedIntake(joined.pk, intake), actor=APPLICANT, at=self.at)
        command = Refuse(words.REFUSALS[0]) if self.family.end == "refused" else Accept()
        return hand_in(JoinedIntake(joined.pk, intake), actor=desk.officer, at=self.at, command=command)

    def _wait(self, low: int, high: int) -> None:
        self._until(add_working_minutes(self.at, self.rng.randrange(low, high), self.office.calendar))

    def _until(self, moment: datetime) -> None:
        """Raises NotYet when it lies after now."""
        self.at = max(moment, self.at + timedelta(seconds=5))
        if self.at > self.now:
            raise NotYet

    def _give(self, dossier_id: int, command: AnyCommand, actor: Actor) -> None:
        give_command(dossier_id, command, actor=actor, at=self.at)

    def _follow(self, handed: HandedIn) -> None:
        self._until(self.at + timedelta(seconds=1))
        advance_request(handed.request_id, self.at)

    def _work(self, dossier_id: int, key: str) -> None:
        """Every step by whom it lies with, then the result."""
        while item := self._open_step(dossier_id):
            self._wait(5, 25)
            node = definition_of(Dossier.objects.get(pk=dossier_id).process).by_id[item.node]
            finish_step(
                dossier_id, item.token, outcome=node.ways[0] if node.outcomes else DONE, papers=node.papers,
                actor=self._doer(item), at=self.at,
            )  # fmt: skip
        self._wait(5, 25)
        kind, mark = _RESULTS[key]
        number = f"{dossier_id % 900 + 1}/{mark}"
        day = self.at.astimezone(VIETNAM).date()
        result = ResultData(kind, number, day, self.office.signer.name, file=self.world.samples.result)
        last = WorkItem.objects.filter(dossier_id=dossier_id, closed_at=None, kind=StepKind.RESULT).first()
        doer = self._doer(last) if last else self.office.cases[0]
        self._give(dossier_id, Resolve(result, at_return_desk=True), doer)

    def _doer(self, item: WorkItem) -> Actor:
        """Who has the step, or whose role it is."""
        if item.officer is not None:
            return actor_of(item.officer, self.at.astimezone(VIETNAM).date())
        return self.world.ways.staff.get(item.agency_id or 0, {}).get(item.role, self.office.cases[0])

    def _open_step(self, dossier_id: int) -> WorkItem | None:
        steps = WorkItem.objects.filter(dossier_id=dossier_id, closed_at=None).exclude(role="")
        return steps.exclude(kind=StepKind.RESULT).order_by("token").first()

    def _hand_over(self, dossier_id: int) -> None:
        self._wait(10, 90)
        receiver = Dossier.objects.select_related("submitter").get(pk=dossier_id).submitter.full_name
        self._give(dossier_id, HandOver(receiver, "signature", self.world.samples.signature), self.office.desk.officer)

    def _ask_outside(self, parts: Mapping[int, str]) -> list[tuple[datetime, _Asked]]:
        """Send our messages to the agencies; returns what comes of each at which moment, in the order of time."""
        collect(self.at)
        begun, coming = self.at, list[tuple[datetime, _Asked]]()
        for dossier_id, key in parts.items():
            behaviour = self.family.outside[key]
            outside = OutsideAgency(
                lambda: self.at, after=timedelta(hours=2), default=behaviour, with_file=True, first=10 * dossier_id
            )
            near = _Near(outside)
            asked = _Asked(dossier_id, behaviour, near)
            talk(asked.message("dossier"), near, self.at)
            due = Dossier.objects.values_list("due_at", flat=True).get(pk=dossier_id)
            assert due is not None  # each has a limit
            if asked.silent_first:
                coming.append((due + timedelta(minutes=1), replace(asked, reminds=True)))
                coming.append((due + timedelta(days=2), asked))
            else:
                coming.append((begun + (due - begun) * 0.6, asked))
        return sorted(coming, key=lambda one: one[0])

    def _hear(self, asked: _Asked) -> None:
        if asked.reminds:
            note_silence(self.at)
            talk(asked.message("reminder"), asked.near, self.at)
            return
        talk(asked.message("dossier"), asked.near, self.at)
        if asked.behaviour in (Behaviour.IN_TIME, Behaviour.LATE):
            self._hand_over(asked.dossier_id)


# Beginnings of names by which papers find their part, written out as they stand on a form.
_PAPERS = {
    "thay đổi thông tin cư trú": "Tờ khai thay đổi thông tin cư trú",
    "tham gia bảo hiểm y tế": "Tờ khai tham gia bảo hiểm y tế",
    "mai táng": "Tờ khai đề nghị trợ cấp mai táng",
}
_ONE_OF_TWO = frozenset({"thay đổi hộ khẩu", "đồng ý của chủ hộ"})


@dataclass(frozen=True, slots=True)
class Example:
    """A joined hand-in to look up by its code and the applicant's phone."""

    shows: str
    code: str
    phone: str


def examples() -> list[Example]:
    """One hand-in for each kind of answer; empty in a database that is no demonstration."""
    sent = OutMessage.objects.filter(kind=OutMessage.Kind.DOSSIER)
    answered = sent.filter(answered_at__isnull=False)
    kinds = {
        "cơ quan ngoài trả lời trong hạn": answered.filter(silent_at=None, replies__kind="resolved"),
        "cơ quan ngoài trả lời quá hạn": answered.filter(silent_at__isnull=False, replies__kind="resolved"),
        "cơ quan ngoài không giải quyết, có lý do": answered.filter(replies__kind="refused"),
        "cơ quan ngoài im lặng quá hạn": sent.filter(answered_at=None, silent_at__isnull=False),
        "đang chờ cơ quan ngoài": sent.filter(answered_at=None, silent_at=None),
    }
    found = []
    for shows, messages in kinds.items():
        leading = (
            JoinedPart.objects.filter(position=1, request__parts__dossier__in=messages.values("dossier"))
            .exclude(dossier__submitter__phone="")
            .select_related("dossier__submitter")
            .order_by("id")
            .first()
        )
        if leading is not None:
            found.append(Example(shows, leading.dossier.code or "", leading.dossier.submitter.phone))
    return found

"""The demonstration keeps its promises: every state, channel and case, few late, honest chains, the same from the same seed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from motcua.catalog.base_data import BASE_VALID_FROM, open_base_data
from motcua.catalog.models import Procedure
from motcua.catalog.store import store
from motcua.demo import build, closing
from motcua.demo.cases import CASES
from motcua.demo.offers import PICKS
from motcua.demo.organisation import build_organisation
from motcua.demo.people import People
from motcua.demo.telling import Story, tell_all
from motcua.dossiers import commands as c
from motcua.dossiers.course import Course
from motcua.dossiers.decide import Snapshot
from motcua.dossiers.ledger import GENESIS, entry_hash
from motcua.dossiers.models import Dossier, LedgerEntry, NumberSeries
from motcua.dossiers.permissions import Subject, can
from motcua.law.codes import parse_dossier_code
from motcua.law.errors import BadInput
from motcua.law.lifecycle import PAUSED, State
from motcua.law.moments import VIETNAM
from motcua.law.persons import normalise_phone, parse_citizen_number, parse_tax_code
from motcua.law.verdict import Verdict, verdict_by_date
from motcua.notifications.models import Notice
from motcua.processes.versions import definition_of

NOW = datetime(2026, 11, 20, 16, 10, tzinfo=VIETNAM)
SUNDAY_BEFORE_DAWN = datetime(2026, 11, 22, 5, 8, tzinfo=VIETNAM)
ALL_STATES = set(State) - {State.DRAFT}
ALL_CHANNELS = {"online", "counter", "post", "home", "kiosk", "vneid"}


@dataclass
class Small:
    """What 300 dossiers of 30 days left in the database."""

    built: build.Built
    states: Counter[str]
    channels: Counter[str]
    broken_chains: list[int]
    series: dict[tuple[str, Any], list[int]]
    lasts: dict[tuple[str, Any], int]
    live_dossiers: int
    past_waiting: int
    second_refused: bool


@dataclass
class Full:
    """3,000 dossiers of 90 days as told, not written."""

    stories: list[Story]
    again: list[Story]
    other_seed: list[Story]
    on_sunday: list[Story]
    tiny: list[Story]
    not_allowed: list[str]
    out_of_role: list[str]
    sectors: set[int]
    procedures: int
    verticals: set[int]


@pytest.fixture(scope="module")
def rolled_back(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def catalogue(rolled_back: None) -> None:
    wanted = {pick.code for pick in PICKS}
    with open_base_data() as (_, lines):
        store([facts for facts in lines if facts.code in wanted], valid_from=BASE_VALID_FROM, source="motcua")


@pytest.fixture(scope="module")
def full(catalogue: None) -> Full:
    with transaction.atomic():
        world = build_organisation(random.Random(1), at=NOW)
        stories = tell_all(world, seed=5, count=3_000, days=90, now=NOW)
        used = {story.life.intake.procedure_id for story in stories}
        told = Full(
            stories=stories,
            again=tell_all(world, seed=5, count=300, days=30, now=NOW),
            other_seed=tell_all(world, seed=6, count=300, days=30, now=NOW),
            on_sunday=tell_all(world, seed=5, count=300, days=30, now=SUNDAY_BEFORE_DAWN),
            tiny=tell_all(world, seed=5, count=70, days=1, now=SUNDAY_BEFORE_DAWN),
            not_allowed=[
                wrong for story in stories for wrong in _not_allowed(story, world.terms.of(story.life.intake))
            ],
            out_of_role=sorted({wrong for story in stories for wrong in _out_of_role(story)}),
            sectors=set(Procedure.objects.filter(pk__in=used).values_list("sector_id", flat=True)),
            procedures=len(used),
            verticals={office.id for office in world.offices if office.code.startswith("G12")},
        )
        assert told.again == tell_all(world, seed=5, count=300, days=30, now=NOW)
        transaction.set_rollback(True)
    return told


@pytest.fixture(scope="module")
def small(catalogue: None) -> Small:
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        # The checkpoint goes into the home's folder, which outlives this rolled-back transaction.
        patch.setattr(build, "make_checkpoint", lambda store, at: None)
        # Figures are read from what has been committed.
        patch.setattr(closing, "close_month", lambda world, first, now: None)
        built = build.build_demo(days=30, count=300, at=NOW, seed=5)
        cut = NOW - timedelta(days=1)
        series: dict[tuple[str, Any], list[int]] = {}
        for code in Dossier.objects.exclude(code=None).values_list("code", flat=True):
            parsed = parse_dossier_code(code)
            series.setdefault((parsed.agency.text, parsed.day), []).append(parsed.serial)
        try:
            build.build_demo(days=30, count=300, at=NOW)
            refused = False
        except BadInput:
            refused = True
        left = Small(
            built=built,
            states=Counter(Dossier.objects.values_list("state", flat=True)),
            channels=Counter(Dossier.objects.values_list("channel", flat=True)),
            broken_chains=_broken_chains(),
            series={key: sorted(numbers) for key, numbers in series.items()},
            lasts={(s.prefix, s.day): s.last for s in NumberSeries.objects.all()},
            live_dossiers=LedgerEntry.objects.filter(recorded_at__gt=cut).count(),
            past_waiting=Notice.objects.filter(created_at__lte=cut).exclude(state="sent").count(),
            second_refused=refused,
        )
        transaction.set_rollback(True)
    return left


def _broken_chains() -> list[int]:
    broken = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT dossier_id, seq, prev, hash, text FROM dossiers_ledgerentry ORDER BY dossier_id, seq")
        heads: dict[int, tuple[int, bytes]] = {}
        for dossier, seq, prev, hash_, text in cursor.fetchall():
            before = heads.get(dossier, (0, GENESIS))
            if (seq - 1, bytes(prev)) != before or bytes(hash_) != entry_hash(dossier, seq, bytes(prev), text):
                broken.append(dossier)
            heads[dossier] = (seq, bytes(hash_))
    stored = {pk: (seq, bytes(head)) for pk, seq, head in Dossier.objects.values_list("pk", "seq", "head")}
    return broken + [pk for pk in stored if stored[pk] != heads[pk]]


def _not_allowed(story: Story, terms: Any) -> list[str]:
    """Commands that the services would have refused to the actor of the story."""
    course, intake, wrong = Course(story.life.intake, terms), story.life.intake, []
    lane = _is_same_day(story)
    for number, given in enumerate(story.life.given):
        subject = Subject(1, course.snapshot.state, intake.agency_id, intake.receiving_desk_id, intake.return_desk_id)
        actor = given.actor if given.actor.dossiers is None else replace(given.actor, dossiers=frozenset({1}))
        # The lane of same-day results is one service: who may accept may finish it there.
        # Steps ask by the step's own agency and role; the last day's go through that service.
        if isinstance(given.command, c.Work):
            course.give(given)
            continue
        if not (lane and number) and not can(actor, given.command.command, subject).allowed:
            wrong.append(f"{story.case}: {given.command.command} in {course.snapshot.state}")
        course.give(given)
    return wrong


def _is_same_day(story: Story) -> bool:
    # Its process is one step, which the result itself ends.
    return [type(g.command) for g in story.life.given] == [c.Accept, c.Work, c.Resolve, c.HandOver] and len(
        {g.at for g in story.life.given}
    ) == 1  # fmt: skip


def _features(story: Story) -> set[str]:
    """What a life shows, read from its commands and where it stands, not from the case it was told for."""
    intake, given, dossier = story.life.intake, story.life.given, story.dossier
    commands = [g.command for g in given]
    found = {type(command).__name__ for command in commands} | {dossier.state.value, intake.channel}
    found |= {f"asked {type(x).__name__} {sum(isinstance(y, type(x)) for y in commands)}" for x in commands}
    checks = {
        "accepted then withdrawn": dossier.state is State.WITHDRAWN and dossier.accepted_at is not None,
        "withdrawn before acceptance": dossier.state is State.WITHDRAWN and dossier.accepted_at is None,
        "two stages": dossier.first_stage_due_at is not None,
        "no limit": dossier.accepted_at is not None and dossier.due_at is None,
        "same day": _is_same_day(story),
        "elsewhere": any(isinstance(x, c.Accept) and x.clock_from for x in commands),
        "elsewhere online": any(isinstance(x, c.Accept) and x.clock_from for x in commands)
        and intake.channel == "online",
        "business": intake.business is not None,
        "authorised": bool(intake.authorisation) and intake.owner is not None,
        "assisted": intake.assisted,
        "carried": any(isinstance(x, c.ReceiveResult) for x in commands),
        "posted and delivered": any(isinstance(x, c.HandOver) and x.proof == "postal" for x in commands),
        "sent, not delivered": dossier.result_sent_at is not None and dossier.handed_over_at is None,
        "electronic": any(isinstance(x, c.HandOver) and x.proof == "electronic" for x in commands),
        "one-time code": any(isinstance(x, c.HandOver) and x.proof == "one_time_code" for x in commands),
        "uncollected": dossier.state is State.RESOLVED and (NOW - dossier.resolved_at).days >= 3,  # type: ignore[operator]
        "early hand-over": sum(isinstance(x, c.HandOver) for x in commands) > (dossier.handed_over_at is not None),
        "restored": any(isinstance(x, c.Rectify) and x.to_state for x in commands),
        "corrected": any(isinstance(x, c.Rectify) and x.corrections for x in commands),
        "recorded late": any(g.late is not None for g in given),
        "second supplement with provision": any(isinstance(x, c.AskSupplement) and x.provision for x in commands),
        "stopped unanswered": any(
            isinstance(x, c.Stop) and g.actor.kind == "system" for x, g in zip(commands, given, strict=True)
        ),
        "batch": len(intake.papers) >= 3 and all(p.pages and p.copies for p in intake.papers),
        "withdrawal waits": dossier.withdrawal_requested_at is not None and dossier.ended_at is None,
        "late": _is_late(story),
        "late, open": _is_late(story) and dossier.resolved_at is None,
        "Saturday": given[0].at.astimezone(VIETNAM).weekday() == 5 and intake.channel == "counter",
        "at night": given[0].at.astimezone(VIETNAM).hour >= 19,
    }
    return found | {name for name, holds in checks.items() if holds}


EVERY_CASE = (
    "asked AskCompletion 1", "asked AskCompletion 2", "refused", "CloseIncomplete", "withdrawn before acceptance",
    "accepted then withdrawn", "DeclineWithdrawal", "withdrawal waits", "asked AskSupplement 1", "asked AskSupplement 2",
    "second supplement with provision", "stopped unanswered", "ConfirmPayment", "Resume", "Extend", "Promise", "two stages",
    "no limit", "same day", "elsewhere", "elsewhere online", "business", "authorised", "assisted", "carried",
    "posted and delivered", "sent, not delivered", "electronic", "one-time code", "uncollected", "early hand-over", "restored",
    "corrected", "recorded late", "batch", "ReturnIneligible", "Stop", "late", "late, open", "Saturday", "at night",
    *sorted(ALL_CHANNELS), *sorted(state.value for state in ALL_STATES),
)  # fmt: skip


def _ended_at(dossier: Snapshot, story: Story) -> datetime:
    if dossier.resolved_at or dossier.paused_at:
        return dossier.resolved_at or dossier.paused_at  # type: ignore[return-value]
    if dossier.state is State.STOPPED:
        # The clock stood while the supplement was waited for.
        return next((g.at for g in story.life.given if isinstance(g.command, c.AskSupplement)), dossier.ended_at)  # type: ignore[arg-type]
    return dossier.ended_at or NOW


def _out_of_role(story: Story) -> Iterator[str]:
    """Steps that an officer did without holding their role: the services would refuse them on the last day."""
    for given in story.life.given:
        if isinstance(given.command, c.Work) and given.command.event == "step_done" and given.actor.kind == "officer":
            node = definition_of(story.dossier.process).by_id[str(given.command.detail["node"])]
            if not any(grant.role == node.role for grant in given.actor.grants):
                yield f"{node.name}: {node.role}"


def _is_late(story: Story) -> bool:
    dossier = story.dossier
    if dossier.due_at is None:
        return False
    return verdict_by_date(_ended_at(dossier, story), dossier.due_at) is Verdict.OVERDUE


def test_every_case_occurs_at_least_five_times(full: Full) -> None:
    seen = Counter(feature for story in full.stories for feature in _features(story))

    assert {case: seen[case] for case in EVERY_CASE if seen[case] < 5} == {}


def test_two_to_five_per_cent_are_late(full: Full) -> None:
    accepted = [story for story in full.stories if story.dossier.accepted_at]

    share = sum(map(_is_late, accepted)) / len(accepted)

    assert 0.02 <= share <= 0.05


def test_size_of_the_province(full: Full) -> None:
    agencies = {story.life.intake.agency_id for story in full.stories}

    assert len(full.stories) == 3_000
    assert len(agencies) >= 25
    assert len(agencies & full.verticals) >= 2
    assert full.procedures >= 40
    assert len(full.sectors) >= 12


def test_all_happens_within_the_days_told(full: Full) -> None:
    for story in full.stories:
        moments = [given.recorded_at or given.at for given in story.life.given]
        assert NOW - timedelta(days=90) <= story.life.given[0].at
        assert moments == sorted(moments)
        assert moments[-1] <= NOW


def test_every_procedure_runs_on_a_process_and_steps_are_done_by_their_role(full: Full) -> None:
    accepted = [story for story in full.stories if story.dossier.accepted_at]
    assert all(story.dossier.process for story in accepted)
    done = [
        given.command.detail
        for story in accepted
        for given in story.life.given
        if isinstance(given.command, c.Work) and given.command.event == "step_done"
    ]
    assert len(done) > 2 * len(accepted)
    assert any(detail["outcome"] != "done" for detail in done)
    assert full.out_of_role == []


def test_papers_taken_elsewhere_are_mostly_signed_for_in_time(full: Full) -> None:
    """A list of what one desk took for another is no list of faults."""
    due: list[bool] = []
    for story in full.stories:
        given = story.life.given
        signed = next((one for one in given if isinstance(one.command, c.ReceivePapers)), None)
        if signed is not None:
            accepted = next(one for one in given if isinstance(one.command, c.Accept))
            due.append(signed.at <= accepted.command.clock_from)  # type: ignore[union-attr]
        elif story.dossier.papers_due_at is not None:
            due.append(story.dossier.papers_due_at > NOW)
    assert len(due) >= 40
    assert 0.75 <= sum(due) / len(due) < 1


def test_no_timer_of_the_past_was_missed(full: Full) -> None:
    for story in full.stories:
        assert story.dossier.completion_due_at is None or story.dossier.completion_due_at > NOW
        assert story.dossier.state not in PAUSED or (story.dossier.supplement_due_at or NOW) >= NOW


def test_each_command_is_given_by_somebody_who_may(full: Full) -> None:
    assert full.not_allowed == []


def test_same_seed_tells_the_same_lives(full: Full) -> None:
    assert [story.life.intake.key for story in full.again] != [story.life.intake.key for story in full.other_seed]
    assert len(full.again) == len(full.other_seed) == 300


def test_every_state_occurs_also_before_dawn_on_a_sunday(full: Full) -> None:
    assert {story.dossier.state for story in full.on_sunday} == ALL_STATES


def test_one_day_is_told_too(full: Full) -> None:
    assert len(full.tiny) == 70
    assert min(story.life.given[0].at for story in full.tiny) >= SUNDAY_BEFORE_DAWN - timedelta(days=1)
    assert all(story.life.given for story in full.tiny)


def test_no_case_is_told_of_that_does_not_exist() -> None:
    assert len({case.key for case in CASES}) == len(CASES)


def test_small_demonstration_shows_every_state_and_channel(small: Small) -> None:
    assert small.built.dossiers == 300
    assert set(small.states) == {state.value for state in ALL_STATES}
    assert set(small.channels) == ALL_CHANNELS
    assert sum(small.states.values()) == 300


def test_chains_hold_and_numbers_have_no_gap(small: Small) -> None:
    assert small.broken_chains == []
    for key, numbers in small.series.items():
        assert numbers == list(range(1, len(numbers) + 1)), key
        assert small.lasts[key] == len(numbers)


def test_last_day_goes_through_the_services_and_the_past_is_told(small: Small) -> None:
    assert small.built.live_moves > 0
    assert small.live_dossiers >= small.built.live_moves
    assert small.past_waiting == 0


def test_a_second_building_is_refused(small: Small) -> None:
    assert small.second_refused


def test_people_have_well_formed_numbers_of_their_own() -> None:
    people = People(random.Random(3))

    persons = [people.person("xã Cam Lâm") for _ in range(500)]
    businesses = [people.business("xã Cam Lâm") for _ in range(200)]

    assert len({person.identity_number for person in persons}) == 500
    for person in persons:
        assert parse_citizen_number(person.identity_number).birth_year == person.birth_year
        assert not person.phone or normalise_phone(person.phone) == person.phone
    assert len({business.tax_code for business in businesses}) == 200
    for business in businesses:
        assert parse_tax_code(business.tax_code).text == business.tax_code

"""Builds the demonstration: the past by the bulk writer, the last day and the joined hand-ins by the services, in one transaction."""

from __future__ import annotations

import contextlib
import random
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from django.db import transaction

from motcua.catalog.models import Procedure
from motcua.demo import words
from motcua.demo.arrivals import last_opening
from motcua.demo.families import PARTS, chosen, tell_families
from motcua.demo.offers import PICKS
from motcua.demo.organisation import build_organisation
from motcua.demo.telling import Story, tell_all
from motcua.demo.world import World
from motcua.dossiers.bulk import write_lives
from motcua.dossiers.checkpoints import CheckpointStore, make_checkpoint
from motcua.dossiers.commands import Accept, HandOver, Resolve, Submit, Work
from motcua.dossiers.course import Given, Life
from motcua.dossiers.decide import HandOverTooEarly
from motcua.dossiers.models import Dossier
from motcua.dossiers.one_time_codes import check_one_time_code, request_one_time_code
from motcua.dossiers.services import complete_same_day, give_command, receive_at_counter, submit_dossier
from motcua.identity.actors import Actor
from motcua.law.errors import BadInput
from motcua.law.lifecycle import ProcessEvent
from motcua.law.moments import VIETNAM
from motcua.law.worktime import national_calendar
from motcua.notifications.models import Notice
from motcua.notifications.services import deliver_notices, remind_uncollected
from motcua.notifications.tasks import providers
from motcua.organizations.models import Agency
from motcua.organizations.queries import actor_of
from motcua.platform.config import config
from motcua.processes.models import WorkItem
from motcua.processes.services import finish_step, time_out

SEED = 20_260_701
_REMINDERS_AT = time(8, 5)
# The usual demonstration is one chunk, so that the feed of entries runs in the order of time.
_CHUNK = 5_000

Progress = Callable[[str, int, int], None]
"""Told what is being done, how many of how many."""


@dataclass(frozen=True, slots=True)
class Built:
    dossiers: int
    live_moves: int


def is_there() -> bool:
    return Dossier.objects.exists()


def build_demo(*, days: int, count: int, at: datetime, seed: int = SEED, progress: Progress = lambda *_: None) -> Built:
    """A province with `count` dossiers of the `days` before `at`. All of it or nothing; raises BadInput where it has no room.

    The closed report comes after, for figures are read from what has been committed.
    """
    _check_room()
    with transaction.atomic():
        world, built = _tell(days, count, at, seed, progress)
    progress("Chốt báo cáo của tháng qua", 0, 1)
    # Imported here: what figures are computed with takes a second to load, and a demonstration that is there needs none.
    from motcua.demo.closing import close_month

    close_month(world, first=at - timedelta(days=days), now=at)
    make_checkpoint(CheckpointStore.of_home(config().home), at)
    return built


def _tell(days: int, count: int, at: datetime, seed: int, progress: Progress) -> tuple[World, Built]:
    progress("Cơ quan, bộ phận một cửa, cán bộ", 0, 1)
    world = build_organisation(random.Random(seed), at=at - timedelta(days=days))
    families = chosen(count, days)
    progress("Kể chuyện của từng hồ sơ", 0, 1)
    stories = tell_all(world, seed=seed, count=count - PARTS * len(families), days=days, now=at)
    live = _write(stories, world, at, progress)
    progress("Hồ sơ liên thông", 0, 1)
    tell_families(world, families, seed=seed, now=at)
    return world, Built(len(stories) + PARTS * len(families), live)


def _check_room() -> None:
    if Agency.objects.exists() or is_there():
        raise BadInput("Cơ sở dữ liệu đã có cơ quan; chỉ dựng được tỉnh trình diễn trên cơ sở dữ liệu trống.")
    known = set(Procedure.objects.filter(code__in=[pick.code for pick in PICKS]).values_list("code", flat=True))
    missing = [pick.code for pick in PICKS if pick.code not in known]
    if missing:
        raise BadInput(f"Danh mục thủ tục chưa được nạp (thiếu {missing[0]}); hãy chạy `motcua migrate`.")


def _write(stories: Sequence[Story], world: World, now: datetime, progress: Progress) -> int:
    cut = min(now - timedelta(days=1), last_opening(now, national_calendar()))
    past, coming = split(stories, cut)
    done = 0

    def written(lives: int) -> None:
        nonlocal done
        done += lives
        progress("Ghi hồ sơ của những ngày qua", done, len(past))

    ids: list[int | None] = [None] * len(stories)
    numbers = sorted(past)
    lives = (past[number] for number in numbers)
    made = write_lives(lives, told=True, chunk=_CHUNK, on_written=written, terms=world.terms)
    for number, dossier_id in zip(numbers, made, strict=True):
        ids[number] = dossier_id
    _remind(stories[0].life.given[0].at, cut)
    for place, (number, visit) in enumerate(coming, 1):
        ids[number] = _do(stories[number].life, visit, ids[number])
        progress("Làm tiếp hồ sơ của ngày cuối", place, len(coming))
    return len(coming)


def split(stories: Sequence[Story], cut: datetime) -> tuple[dict[int, Life], list[tuple[int, tuple[Given, ...]]]]:
    """What was recorded up to `cut`, by the story's number, and the visits after it in the order of recording.

    A visit is one command, or the three of the same-day lane.
    """
    past: dict[int, Life] = {}
    coming: list[tuple[datetime, int, tuple[Given, ...]]] = []
    for number, story in enumerate(stories):
        given = story.life.given
        before = sum(_recorded(g) <= cut for g in given)
        if before:
            past[number] = Life(story.life.intake, given[:before])
        # The services start the process themselves.
        rest = tuple(
            g for g in given[before:] if not (isinstance(g.command, Work) and g.command.event == ProcessEvent.STARTED)
        )
        if rest and not before and _same_day(rest):
            coming.append((_recorded(rest[0]), number, rest))
        else:
            coming += [(_recorded(g), number, (g,)) for g in rest]
    coming.sort(key=lambda item: item[:2])
    return past, [(number, visit) for _, number, visit in coming]


def _recorded(given: Given) -> datetime:
    return given.recorded_at or given.at


def _same_day(given: Iterable[Given]) -> bool:
    return [type(g.command) for g in given] == [Accept, Resolve, HandOver] and len({g.at for g in given}) == 1


def _do(life: Life, visit: tuple[Given, ...], dossier_id: int | None) -> int:
    """One visit through the services, as its actor; returns the dossier's id."""
    first = visit[0]
    command, actor, at, recorded_at, late = first.command, first.actor, first.at, first.recorded_at, first.late
    if dossier_id is not None:
        if isinstance(command, Work):
            _do_step(dossier_id, command, actor, at)
            return dossier_id
        if isinstance(command, HandOver) and command.proof == "one_time_code":
            command = replace(command, reference=_code_read_out(dossier_id, at))
        # Handing over too early is one of the cases told: refused, and the attempt on record.
        with contextlib.suppress(HandOverTooEarly):
            give_command(
                dossier_id, command, actor=_proved(actor, dossier_id), at=at, recorded_at=recorded_at, late=late
            )
        return dossier_id
    if len(visit) == 3:
        _, resolve, hand_over = (given.command for given in visit)
        assert isinstance(resolve, Resolve)
        assert isinstance(hand_over, HandOver)
        return complete_same_day(life.intake, result=resolve.result, hand_over=hand_over, actor=actor, at=at).id
    if isinstance(command, Submit):
        return submit_dossier(life.intake, actor=actor, at=at, recorded_at=recorded_at, late=late).id
    return receive_at_counter(life.intake, command, actor=actor, at=at, recorded_at=recorded_at, late=late).id  # type: ignore[arg-type]


def _do_step(dossier_id: int, planned: Work, actor: Actor, at: datetime) -> None:
    """The planned step by whoever has it: the services may have given it to another officer than the story meant."""
    item = WorkItem.objects.filter(dossier_id=dossier_id, node=planned.detail["node"], closed_at=None).first()
    if planned.event == ProcessEvent.TIMED_OUT:
        time_out(at)
    elif item is not None:
        holder = item.officer if item.officer_id not in (None, actor.id) else None
        papers = planned.detail.get("papers", ())
        finish_step(
            dossier_id,
            item.token,
            outcome=str(planned.detail["outcome"]),
            papers=papers if isinstance(papers, list) else (),
            note=planned.note or (words.DELAYS[0] if item.due_at is not None and at > item.due_at else ""),
            actor=actor if holder is None else actor_of(holder, at.astimezone(VIETNAM).date()),
            at=at,
        )


def _code_read_out(dossier_id: int, at: datetime) -> str:
    """A code goes to the receiver's phone, is read out at the desk and used up; returns the proof's reference."""
    dossier = Dossier.objects.select_related("submitter").get(pk=dossier_id)
    found = re.search(r"là (\d{6})", request_one_time_code(dossier, at=at).text)
    assert found is not None  # the text is made for reading the code out of it
    return check_one_time_code(dossier, found[1], at=at)


def _proved(actor: Actor, dossier_id: int) -> Actor:
    return actor if actor.dossiers is None else replace(actor, dossiers=frozenset({dossier_id}))


def _remind(first: datetime, last: datetime) -> None:
    """The worker's daily reminders of the past: what lies uncollected was said on days 3, 10 and 30."""
    day = first.astimezone(VIETNAM).date()
    while (at := datetime.combine(day, _REMINDERS_AT, VIETNAM)) <= last:
        if remind_uncollected(at):
            waiting = Notice.objects.filter(state=Notice.State.WAITING).values_list("entry_id", flat=True).distinct()
            for entry_id in list(waiting):
                deliver_notices(entry_id, providers=providers(), at=at)
        day += timedelta(days=1)

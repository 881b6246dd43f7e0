"""The only way work items change: each function is one transaction with its ledger entry and its effects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from motcua.dossiers import writer
from motcua.dossiers.commands import LateEntry, Work
from motcua.dossiers.decide import GuardFailed
from motcua.dossiers.evidence import check_late
from motcua.dossiers.named_officers import check_late_approver
from motcua.dossiers.permissions import Decision, NotAllowed, sees
from motcua.dossiers.services import Moved, moved, subject_of
from motcua.identity.actors import SYSTEM, Actor
from motcua.law.errors import BadInput, DomainError
from motcua.law.lifecycle import PAUSED, ProcessEvent
from motcua.law.moments import local_day
from motcua.organizations.standing_in import absent_at
from motcua.processes import engine
from motcua.processes.assignment import candidates_for, takers
from motcua.processes.definition import DONE, TIMEOUT, NodeKind, StepKind
from motcua.processes.engine import NotThere
from motcua.processes.items import TAKEN_BACK, Item, tokens_of
from motcua.processes.loops import goes_back
from motcua.processes.models import WorkItem
from motcua.processes.permissions import (
    may_assign,
    may_claim,
    may_finish,
    may_give_opinion,
    may_hand_back,
    may_take_back,
)
from motcua.processes.placing import advanced, work
from motcua.processes.running import Running, read_running
from motcua.processes.team import Team, colleagues_of, settled
from motcua.processes.transfers import note_only

# Two who finish parallel branches at once do not disturb each other: the second is decided anew on what the first left.
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Scene:
    """What a decision about a step sees: the dossier as loaded, its running process, the step, who and when."""

    loaded: writer.Loaded
    running: Running
    item: Item
    actor: Actor
    at: datetime

    @property
    def desks(self) -> frozenset[int]:
        snapshot = self.loaded.snapshot
        return frozenset({snapshot.receiving_desk_id, snapshot.return_desk_id})


def _give(
    dossier_id: int,
    token: int,
    decide: Callable[[Scene], Work],
    *,
    may: Callable[[Scene], Decision],
    actor: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
    late: LateEntry | None = None,
) -> Moved:
    """Decide and write; `may` says whether the actor may, and on whose behalf."""
    check_late(at, recorded_at, late)
    for tried in range(1, _TRIES + 1):
        try:
            with transaction.atomic():
                loaded = writer.load(dossier_id)
                if not sees(actor, subject_of(loaded)):
                    raise writer.NotFound("Không tìm thấy hồ sơ.")
                if not loaded.snapshot.process:
                    raise NotThere("Hồ sơ này không đi theo quy trình nội bộ.")
                running = read_running(loaded, loaded.snapshot.process)
                scene = Scene(loaded, running, running.open_item(token), actor, at)
                verdict = may(scene)
                if not verdict.allowed:
                    raise NotAllowed(verdict.reason)
                # A head of those who do the step approves, though they may be of another agency than the dossier's.
                place = replace(subject_of(loaded), agency_id=scene.item.agency_id or loaded.agency_id)
                check_late_approver(late, actor, place, local_day(at))
                command = decide(scene)
                move = writer.Move(
                    loaded, actor=actor.for_whom(verdict.on_behalf_of), recorded_at=recorded_at or at, late=late
                )
                move.give(command, at)
                move.finish()
            return moved(move)
        except writer.AlreadyChanged:
            if tried == _TRIES:
                raise
    raise AssertionError("unreachable")


def finish_step(
    dossier_id: int,
    token: int,
    *,
    outcome: str = DONE,
    note: str = "",
    papers: Sequence[str] = (),
    next_officer_id: int | None = None,
    actor: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
    late: LateEntry | None = None,
) -> Moved:
    """The step is done, with one of its outcomes; what follows opens in the same transaction.

    `papers` name what the step produced, as the process demands; sending work back needs its reason as `note`. Recorded
    after it was done it ended then, and what follows began then. Raises NotFound, NotAllowed, NotThere, GuardFailed.
    """

    def decide(scene: Scene) -> Work:
        item, running = scene.item, scene.running
        if item.kind == StepKind.RESULT:
            raise GuardFailed(f"Bước “{item.name}” kết thúc bằng việc ghi nhận kết quả, hoặc văn bản trả lời.")
        if scene.loaded.snapshot.state in PAUSED and item.kind != StepKind.CONSULTATION:
            raise GuardFailed("Hồ sơ đang tạm dừng tính hạn; bước được hoàn thành khi hồ sơ tiếp tục.")
        node = running.definition.by_id[item.node]
        missing = [paper for paper in node.papers if paper not in papers]
        if missing and outcome in (DONE, node.ways[0]):
            raise GuardFailed(f"Bước “{item.name}” còn thiếu: {', '.join(missing)}.", field="papers")
        if item.kind == StepKind.WORK and item.due_at is not None and at > item.due_at and not note.strip():
            # The control slip has a column for it; an officer who comes late says why, or the step stays his.
            raise GuardFailed(f"Bước “{item.name}” đã quá giờ được giao: cần ghi lý do chậm vào ghi chú.", field="note")
        if outcome == TIMEOUT:
            raise NotThere("Hết thời gian do hệ thống ghi nhận, không do người bấm.")
        return _advance(scene, ProcessEvent.STEP_DONE, outcome, papers, note, next_officer_id)

    return _give(dossier_id, token, decide, may=_finishing, actor=actor, at=at, recorded_at=recorded_at, late=late)


def _finishing(scene: Scene) -> Decision:
    return may_finish(scene.actor, scene.item, scene.desks, scene.running.sector_id)


def _advance(
    scene: Scene,
    event: ProcessEvent,
    outcome: str,
    papers: Sequence[str] = (),
    note: str = "",
    next_officer_id: int | None = None,
) -> Work:
    running = scene.running
    advance = engine.finish(
        running.definition, tokens_of(running.items.values()), scene.item.token, outcome, running.facts
    )
    if (
        event is ProcessEvent.STEP_DONE
        and not note.strip()
        and goes_back(running.definition, scene.item.node, (place for place, _ in advance.opened))
    ):
        way = running.definition.by_id[scene.item.node].way_text(outcome)
        raise GuardFailed(
            f"“{way}” trả hồ sơ về bước trước: chưa nhập lý do. Ghi rõ để người làm lại biết cần sửa gì.", field="note"
        )
    snapshot = scene.loaded.snapshot
    # While the clock stands the due is not yet what it will be: what opens now is kept within it when the clock runs again.
    whole_due = None if snapshot.state in PAUSED else snapshot.due_at
    opened = running.placed(advance, scene.at, snapshot.seq + 1, whole_due, next_officer_id)
    if next_officer_id is not None and not any(item.officer_id == next_officer_id for item in opened):
        raise BadInput(
            "Người làm bước sau: không giữ vai trò của bước ấy, hoặc bước ấy có cách giao riêng.", field="next_officer"
        )
    return advanced(
        event,
        scene.item,
        outcome,
        advance,
        places=running.places,
        before=running.standing,
        opened=opened,
        papers=papers,
        note=note,
    )


def claim(dossier_id: int, token: int, *, actor: Actor, at: datetime) -> Moved:
    """Take an unassigned step."""

    def decide(scene: Scene) -> Work:
        return _placed(scene, ProcessEvent.CLAIMED, actor.id, actor.unit_id or scene.item.unit_id)

    def may(scene: Scene) -> Decision:
        return may_claim(actor, scene.item, scene.desks, scene.running.sector_id)

    return _give(dossier_id, token, decide, may=may, actor=actor, at=at)


def assign(
    dossier_id: int,
    token: int,
    *,
    officer_id: int,
    unit_id: int | None = None,
    reason: str = "",
    cooperating: Sequence[int] | None = None,
    following: Sequence[int] | None = None,
    actor: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
    late: LateEntry | None = None,
) -> Moved:
    """The head gives a step to its main officer, or to another one with a reason; others cooperate or follow.

    None leaves those beside him as they are. Recorded after it was given it goes to who could do it then. Raises BadInput
    for one who cannot do it or have a part in it.
    """
    team = Team(cooperating, following)

    def decide(scene: Scene) -> Work:
        item = scene.item
        beside = settled(team, item, officer_id, colleagues_of(item.agency_id, at) if team != Team() else {})
        if item.officer_id == officer_id:
            if beside == (item.cooperating, item.following):
                raise GuardFailed("Bước này đang do chính người ấy thực hiện.")
            return _placed(scene, ProcessEvent.ASSIGNED, officer_id, item.unit_id, reason, beside)
        if item.officer_id is not None and not reason.strip():
            raise GuardFailed("Lý do giao lại: chưa nhập. Cần ghi rõ khi đổi người đang làm.", field="reason")
        node = scene.running.definition.by_id[item.node]
        found = candidates_for(node, item.agency_id or 0, unit_id, at, scene.running.sector_id)
        if officer_id not in takers(found) and officer_id != _substitute(item.officer_id, at):
            if any(one.officer_id == officer_id for one in found):
                raise BadInput(
                    "Người được giao: đang vắng; hãy giao cho người làm thay hoặc người khác.", field="officer_id"
                )
            raise BadInput("Người được giao: không giữ vai trò của bước này ở nơi thực hiện.", field="officer_id")
        return _placed(scene, ProcessEvent.ASSIGNED, officer_id, unit_id or item.unit_id, reason, beside)

    def may(scene: Scene) -> Decision:
        return may_assign(actor, scene.item, scene.running.sector_id)

    return _give(dossier_id, token, decide, may=may, actor=actor, at=at, recorded_at=recorded_at, late=late)


def _substitute(officer_id: int | None, at: datetime) -> int | None:
    """Who stands in for the officer at the moment."""
    away = absent_at(at, [officer_id]) if officer_id else {}
    return next((absence.substitute_id for absence in away.values()), None)


def give_back(dossier_id: int, token: int, *, officer_id: int, at: datetime) -> Moved:
    """The system returns a step to the officer for whom another had it; the other's power is over."""

    def decide(scene: Scene) -> Work:
        return _placed(
            scene, ProcessEvent.ASSIGNED, officer_id, scene.item.unit_id, "Hết thời gian làm thay hoặc ủy quyền."
        )

    return _give(dossier_id, token, decide, may=lambda scene: Decision(True), actor=SYSTEM, at=at)


def hand_back(
    dossier_id: int,
    token: int,
    *,
    reason: str,
    actor: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
    late: LateEntry | None = None,
) -> Moved:
    """The officer gives the step back to those who may take or assign it, with a reason."""

    def decide(scene: Scene) -> Work:
        if not reason.strip():
            raise GuardFailed("Lý do trả lại: chưa nhập.", field="reason")
        return _placed(scene, ProcessEvent.HANDED_BACK, None, scene.item.unit_id, reason)

    def may(scene: Scene) -> Decision:
        return may_hand_back(actor, scene.item)

    return _give(dossier_id, token, decide, may=may, actor=actor, at=at, recorded_at=recorded_at, late=late)


def give_opinion(
    dossier_id: int,
    token: int,
    *,
    text: str,
    actor: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
    late: LateEntry | None = None,
) -> Moved:
    """One who cooperates, or acts for him, says what he thinks of an open step; it moves nothing. Raises NotAllowed."""

    def decide(scene: Scene) -> Work:
        if not text.strip():
            raise GuardFailed("Ý kiến: chưa nhập.", field="text")
        detail: dict[str, object] = {"token": token, "node": scene.item.node}
        return note_only(scene.loaded, ProcessEvent.OPINION, detail, text.strip())

    def may(scene: Scene) -> Decision:
        return may_give_opinion(actor, scene.item, scene.desks, scene.running.sector_id)

    return _give(dossier_id, token, decide, may=may, actor=actor, at=at, recorded_at=recorded_at, late=late)


def _placed(
    scene: Scene,
    event: ProcessEvent,
    officer_id: int | None,
    unit_id: int | None,
    note: str = "",
    beside: tuple[list[int], list[int]] | None = None,
) -> Work:
    item = scene.item
    cooperating, following = beside or settled(Team(), item, officer_id, {})
    changed = {
        name: ids
        for name, ids, old in (
            ("cooperating", cooperating, item.cooperating),
            ("following", following, item.following),
        )
        if ids != old
    }
    for standing in scene.running.standing:
        if standing.token == item.token:
            standing.officer_id, standing.unit_id = officer_id, unit_id
    return work(
        event,
        places=scene.running.places,
        placed=[(item.token, officer_id, unit_id)],
        standing=scene.running.standing,
        detail={"token": item.token, "node": item.node},
        note=note,
        team=changed,
    )


def take_back(dossier_id: int, token: int, *, actor: Actor, at: datetime) -> Moved:
    """Undo one's own finished step, given by its following `token`, until the next officer has opened it."""

    def decide(scene: Scene) -> Work:
        items = scene.running.items
        verdict = may_take_back(actor, scene.item, items.values(), _seen(dossier_id))
        if not verdict.allowed:
            raise GuardFailed(verdict.reason)
        after = [item for item in items.values() if item.opened_seq == scene.item.opened_seq]
        before = [item for item in items.values() if item.closed_seq == scene.item.opened_seq and item.role]
        old = before[0]
        again = Item(
            dossier_id, max(items) + 1, old.node, old.flow, old.kind, old.name, old.role, old.agency_id, old.unit_id, actor.id,
            old.minutes, at, scene.loaded.snapshot.seq + 1, old.due_at, cut_minutes=old.cut_minutes,
        )  # fmt: skip
        gone = {item.token for item in after}
        stay = [item for item in scene.running.standing if item.token not in gone]
        return work(
            ProcessEvent.TAKEN_BACK,
            places=scene.running.places,
            opened=[again],
            closed=[(token, TAKEN_BACK) for token in sorted(gone)],
            standing=[*stay, again],
            detail={"token": old.token, "node": old.node},
        )

    return _give(dossier_id, token, decide, may=lambda scene: Decision(True), actor=actor, at=at)


def _seen(dossier_id: int) -> set[int]:
    return set(WorkItem.objects.filter(dossier_id=dossier_id, seen_at__isnull=False).values_list("token", flat=True))


def note_seen(dossier_id: int, *, actor: Actor, at: datetime) -> None:
    """The officer has opened the dossier: his steps in it can no longer be taken back by those before him."""
    WorkItem.objects.filter(
        dossier_id=dossier_id, officer_id=actor.id, closed_at__isnull=True, seen_at__isnull=True
    ).update(seen_at=at)


def time_out(at: datetime, limit: int = 200) -> int:
    """The sweep: timers that have run out go on, steps that name a way for silence take it. Returns how many moved."""
    waiting = WorkItem.objects.filter(closed_at__isnull=True, due_at__lte=at, leaves_by_itself=True).order_by(
        "due_at", "id"
    )
    done = 0
    for dossier_id, token, kind in waiting.values_list("dossier_id", "token", "kind")[:limit]:
        with suppress(DomainError):
            _time_out(dossier_id, token, TIMEOUT if kind != NodeKind.TIMER else DONE, at)
            done += 1
    return done


def _time_out(dossier_id: int, token: int, outcome: str, at: datetime) -> None:
    with transaction.atomic():
        loaded = writer.load(dossier_id)
        if loaded.snapshot.state in PAUSED:
            # The clock stands; the due moment moves when it runs again.
            return
        running = read_running(loaded, loaded.snapshot.process)
        item = running.items[token]
        if not item.open or item.due_at is None or item.due_at > at:
            return
        scene = Scene(loaded, running, item, SYSTEM, at)
        move = writer.Move(loaded, actor=SYSTEM, recorded_at=at)
        move.give(_advance(scene, ProcessEvent.TIMED_OUT, outcome), at)
        move.finish()

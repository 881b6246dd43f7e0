"""Many steps by one request: each succeeds or fails by itself, the whole can be watched, repeated and sent twice safely."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Count, Q

from motcua.desk.models import BulkItem, BulkRun
from motcua.dossiers.queries import visible_to
from motcua.identity.actors import Actor
from motcua.law.errors import BadInput, DomainError
from motcua.processes.definition import Node
from motcua.processes.models import WorkItem
from motcua.processes.services import assign, claim, finish_step
from motcua.processes.versions import definition_of

MOST: Final = 300
Action = BulkRun.Action


@dataclass(frozen=True, slots=True)
class Given:
    """What every item of a run gets.

    `outcome` is the text of an outcome, "" = the only one of the step; `papers`: the officer says that what each step must
    produce is there. Nobody named to cooperate or to follow leaves each step's own.
    """

    outcome: str = ""
    papers: bool = False
    note: str = ""
    officer_id: int | None = None
    reason: str = ""
    cooperating: tuple[int, ...] = ()
    following: tuple[int, ...] = ()

    def stored(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def begin(key: uuid.UUID, action: str, item_ids: Sequence[int], given: Given, *, actor: Actor, at: datetime) -> BulkRun:
    """Note a run; nothing is moved yet. The same key gives the run that is there, so a page sent twice is one run.

    `item_ids` are ids of work items, in the order in which they are done; those that do not exist are left out. Raises
    BadInput for none, for more than 300, or where the action misses what it needs.
    """
    if action not in Action.values:
        raise BadInput("Việc cần làm: chưa chọn.", field="action")
    ids = list(dict.fromkeys(item_ids))
    if not ids:
        raise BadInput("Chưa chọn bước nào. Đánh dấu ít nhất một dòng.", field="items")
    if len(ids) > MOST:
        raise BadInput(f"Đã chọn {len(ids)} bước; mỗi lần nhiều nhất {MOST} bước.", field="items")
    if action == Action.ASSIGN and given.officer_id is None:
        raise BadInput("Người được giao: chưa chọn.", field="officer")
    named = [given.officer_id, *given.cooperating, *given.following]
    if action == Action.ASSIGN and len(set(named)) < len(named):
        raise BadInput(
            "Người chủ trì, người phối hợp, người theo dõi: mỗi người chỉ được chọn một lần.", field="cooperating"
        )
    rows = _visible(ids, actor)
    if not rows:
        raise BadInput("Các bước đã chọn không còn trong danh sách.", field="items")
    try:
        with transaction.atomic():
            run = BulkRun.objects.create(
                key=key, officer_id=actor.id, action=action, given=given.stored(), created_at=at
            )
            BulkItem.objects.bulk_create(
                BulkItem(run=run, position=position, dossier_id=row.dossier_id, token=row.token, name=row.name)
                for position, row in enumerate(rows, 1)
            )
            return run
    except IntegrityError:
        return find(key, actor=actor)


def _visible(ids: Sequence[int], actor: Actor) -> list[WorkItem]:
    found = WorkItem.objects.in_bulk(ids)
    seen = set(
        visible_to(actor, shared=True)
        .filter(pk__in={row.dossier_id for row in found.values()})
        .values_list("pk", flat=True)
    )
    return [found[pk] for pk in ids if pk in found and found[pk].dossier_id in seen]


def find(key: uuid.UUID, *, actor: Actor) -> BulkRun:
    """The officer's own run. Raises BadInput for another's, as for one that never was."""
    run = BulkRun.objects.filter(key=key, officer_id=actor.id).first()
    if run is None:
        raise BadInput("Không tìm thấy lượt xử lý này.", field="key")
    return run


def work_on(run: BulkRun, *, actor: Actor, at: datetime, most: int | None = None) -> int:
    """Do what still waits, at most `most` items; returns how many were tried. Two at once share the items between them."""
    waiting = run.items.filter(state=BulkItem.State.WAITING).order_by("position")
    ids = list(waiting.values_list("pk", flat=True)[:most])
    return sum(_one(run, pk, actor, at) for pk in ids)


def _one(run: BulkRun, item_id: int, actor: Actor, at: datetime) -> bool:
    """The step and the mark that it is done stand or fall together; false where somebody else has the item."""
    with transaction.atomic():
        item = (
            BulkItem.objects.select_for_update(skip_locked=True)
            .filter(pk=item_id, state=BulkItem.State.WAITING)
            .first()
        )
        if item is None:
            return False
        try:
            with transaction.atomic():
                _do(run, item, actor, at)
            item.state = BulkItem.State.DONE
        except DomainError as error:
            item.state, item.reason = BulkItem.State.FAILED, error.message[:1000]
        item.save(update_fields=["state", "reason"])
    return True


def _do(run: BulkRun, item: BulkItem, actor: Actor, at: datetime) -> None:
    given = Given(**run.given)
    match run.action:
        case Action.CLAIM:
            claim(item.dossier_id, item.token, actor=actor, at=at)
        case Action.ASSIGN:
            assert given.officer_id is not None
            assign(
                item.dossier_id, item.token, officer_id=given.officer_id, reason=given.reason,
                cooperating=given.cooperating or None, following=given.following or None, actor=actor, at=at,
            )  # fmt: skip
        case Action.FINISH:
            node = _node(item)
            finish_step(
                item.dossier_id, item.token, outcome=_outcome(node, given.outcome), note=given.note,
                papers=node.papers if given.papers else (), actor=actor, at=at,
            )  # fmt: skip


def _node(item: BulkItem) -> Node:
    found = WorkItem.objects.filter(dossier_id=item.dossier_id, token=item.token)
    node, digest = found.values_list("node", "dossier__process").get()
    return definition_of(digest).by_id[node]


def _outcome(node: Node, text: str) -> str:
    """The step's outcome with this text. One click must not decide for steps that leave a choice."""
    texts = {node.way_text(way): way for way in node.ways}
    if not text and len(texts) == 1:
        return node.ways[0]
    if text in texts:
        return texts[text]
    known = ", ".join(f"“{one}”" for one in texts)
    if not text:
        raise BadInput(f"Bước “{node.label}” có nhiều kết quả ({known}); hãy chọn một kết quả.", field="outcome")
    raise BadInput(f"Bước “{node.label}” không có kết quả “{text}”; bước này có: {known}.", field="outcome")


def try_again(run: BulkRun) -> int:
    """Let what failed wait once more; what succeeded stays. Returns how many."""
    return run.items.filter(state=BulkItem.State.FAILED).update(state=BulkItem.State.WAITING, reason="")


@dataclass(frozen=True, slots=True)
class Progress:
    total: int
    done: int
    failed: int

    @property
    def waiting(self) -> int:
        return self.total - self.done - self.failed


def progress(run: BulkRun) -> Progress:
    found = run.items.aggregate(
        total=Count("id"), done=Count("id", filter=Q(state=BulkItem.State.DONE)),
        failed=Count("id", filter=Q(state=BulkItem.State.FAILED)),
    )  # fmt: skip
    return Progress(**found)

"""Two at once, with real commits: a run shared between them, and two officers who finish the same step."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial

import pytest
from tests.desk.office import furnish
from tests.processes.build import line, publish, step
from tests.province import MONDAY, Province, accepted, build_province
from tests.threads import at_once

from motcua.desk import bulk
from motcua.desk.models import BulkItem
from motcua.dossiers.models import LedgerEntry
from motcua.identity.actors import Actor
from motcua.law.errors import DomainError
from motcua.organizations.models import Role
from motcua.processes.models import WorkItem
from motcua.processes.services import claim, finish_step


def items_of(*dossier_ids: int) -> list[int]:
    return [WorkItem.objects.get(dossier_id=pk, closed_at=None).pk for pk in dossier_ids]


def town() -> Province:
    province = furnish(build_province())
    publish(province, line(step("check", "Kiểm tra")))
    department = province.department
    province.hire("case_two", "Mai Thụ Lý", department, {Role.CASE_OFFICER: department}, unit=province.unit)
    return province


def test_two_at_once_share_a_run_and_do_each_item_once(committed_db: object) -> None:
    province = town()
    made = [accepted(province) for _ in range(12)]
    case = province.actor("case")
    run = bulk.begin(uuid.uuid4(), "finish", items_of(*made), bulk.Given(), actor=case, at=MONDAY)
    tried: list[int] = []

    def work() -> None:
        tried.append(bulk.work_on(run, actor=case, at=MONDAY))

    at_once(work, work)
    assert sum(tried) == 12
    assert set(BulkItem.objects.values_list("state", flat=True)) == {"done"}
    assert LedgerEntry.objects.filter(kind="process.step_done").count() == 12


@pytest.mark.parametrize("move", [finish_step, claim])
def test_two_officers_give_the_same_step_one_move(committed_db: object, move: Callable[..., object]) -> None:
    province = town()
    dossier_id = accepted(province)
    refused: list[DomainError] = []

    def give(actor: Actor) -> None:
        try:
            move(dossier_id, 1, actor=actor, at=MONDAY)
        except DomainError as error:
            refused.append(error)

    at_once(*(partial(give, province.actor(name)) for name in ("case", "case_two")))
    assert len(refused) == 1
    kinds = LedgerEntry.objects.filter(dossier_id=dossier_id).values_list("kind", flat=True)
    assert len([kind for kind in kinds if kind in ("process.step_done", "process.claimed")]) == 1


def test_two_pages_sent_at_once_with_one_key_are_one_run(committed_db: object) -> None:
    province = town()
    case, key = province.actor("case"), uuid.uuid4()
    items = items_of(*(accepted(province) for _ in range(3)))
    runs: list[int] = []

    def send() -> None:
        run = bulk.begin(key, "finish", items, bulk.Given(), actor=case, at=MONDAY)
        bulk.work_on(run, actor=case, at=MONDAY)
        runs.append(run.pk)

    at_once(send, send)
    assert len(set(runs)) == 1
    assert LedgerEntry.objects.filter(kind="process.step_done").count() == 3

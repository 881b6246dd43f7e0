"""Drives dossiers through mixed processes until all are done, whatever is killed under it; see `tests.dossiers.kill_driver`.

Which outcome a step gets follows from the life's number and how often the step was open, so that a driver that was killed,
or the other one, goes on alike; the pure engine says beforehand which steps a life will do.
"""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import django

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "motcua.platform.settings"
    django.setup()

from tests.dossiers.kill_driver import KEYS, LOST, find_province, patiently, prepare, start_of, wait_for_database
from tests.processes.build import flow, line, node, parallel, process, result, review, step
from tests.processes.walk import Walk
from tests.province import MONDAY, Province
from tests.province import result as signed

from motcua.catalog.models import DeskProcedure, Procedure, Sector
from motcua.dossiers import commands as c
from motcua.dossiers.models import Dossier
from motcua.dossiers.services import give_command, submit_dossier
from motcua.dossiers.writer import AlreadyChanged
from motcua.law.errors import DomainError
from motcua.law.lifecycle import State
from motcua.organizations.models import Agency, Desk
from motcua.processes.definition import Definition, to_json
from motcua.processes.models import Process, ProcessVersion, WorkItem
from motcua.processes.services import finish_step

ROLES = {"case_officer": "case", "signer": "signer"}


def mixed() -> Definition:
    """Two branches, one of which may be sent back, then a choice by the channel."""
    return process(
        [
            node("split", "split"),
            step("draft", "Soạn thảo"),
            step("verify", "Thẩm tra", "signer", outcomes=(("approve", "Đạt"), ("redo", "Làm lại"))),
            step("survey", "Khảo sát", minutes=300),
            node("join", "join"),
            node("which", "choice"),
            step("public", "Công khai kết quả"),
            node("merge", "choice"),
            step("sign", "Ký", "signer"),
            result(),
        ],
        "start>split", "split>draft", "split>survey", "draft>verify", "verify>draft:redo", "verify>join:approve",
        "survey>join", "join>which", flow("which>public", condition="channel = online"), flow("which>merge", default=True),
        "public>merge", "merge>sign", "sign>issue", "issue>end",
    )  # fmt: skip


PROCESSES: dict[str, Definition] = {
    "line": line(step("one"), step("two", minutes=30), step("three", role="signer")),
    "review": review(),
    "parallel": parallel(),
    "mixed": mixed(),
}


def process_of(number: int) -> str:
    return list(PROCESSES)[number % len(PROCESSES)]


def outcome_of(definition: Definition, number: int, place: str, visit: int) -> str:
    """The first outcome, but every third life is sent back once where it can be."""
    ways = definition.by_id[place].ways
    return ways[-1] if number % 3 == 0 and visit == 1 and len(ways) > 1 else ways[0]


def steps_of(number: int) -> list[str]:
    """Every step that a life does, by the pure engine; the result's own step last."""
    walk, done = Walk(PROCESSES[process_of(number)], channel="online"), list[str]()
    while walk.steps != ["issue"]:
        place = walk.steps[0]
        done.append(place)
        walk.finish(place, outcome_of(walk.definition, number, place, done.count(place)))
    return [*done, "issue"]


def prepare_processes() -> None:
    prepare()
    sector, desk, agency = Sector.objects.get(), Desk.objects.get(code="TTPVHCC"), Agency.objects.get(code="H32.16")
    first = Procedure.objects.get()
    assert first.current
    for name, definition in PROCESSES.items():
        procedure = Procedure.objects.create(
            code=f"P-{name}", name=f"Thủ tục {name}", sector=sector, current=first.current
        )
        DeskProcedure.objects.create(desk=desk, procedure=procedure, agency=agency)
        ProcessVersion.objects.create(
            process=Process.objects.create(procedure=procedure), number=1, definition=to_json(definition),
            digest=definition.digest, created_at=MONDAY, published_at=MONDAY, valid_from=date(2026, 1, 1),
        )  # fmt: skip


class Driver:
    def __init__(self, province: Province) -> None:
        self.province = province
        self.actors = {name: province.actor(name) for name in ("counter", "case", "signer", "commune_case")}
        self.procedures = dict(Procedure.objects.values_list("code", "pk"))

    def drive(self, number: int) -> None:
        province, start, name = self.province, start_of(number), process_of(number)
        intake = province.intake(key=uuid.uuid5(KEYS, str(number)), procedure_id=self.procedures[f"P-{name}"])
        moved = patiently(lambda: submit_dossier(intake, actor=province.applicant, at=start))
        hours = 1
        while True:
            try:
                if self.advance(moved.id, number, start + timedelta(hours=hours)):
                    return
            except AlreadyChanged:
                pass
            except LOST:
                wait_for_database()
            hours += 1

    def advance(self, dossier_id: int, number: int, at: datetime) -> bool:
        """One move of whoever is next; True when there is none. What the other driver did meanwhile is no fault."""
        dossier = Dossier.objects.get(pk=dossier_id)
        last = max(at, dossier.entries.order_by("-seq")[0].occurred_at)
        give = {"at": last, "expected_seq": dossier.seq}
        match State(dossier.state):
            case State.SUBMITTED:
                self.quietly(lambda: give_command(dossier_id, c.Accept(), actor=self.actors["counter"], **give))
            case State.RESOLVED:
                over = c.HandOver("Nguyễn Thị Hòa", "signature", "ab" * 32)
                self.quietly(lambda: give_command(dossier_id, over, actor=self.actors["counter"], **give))
            case State.HANDED_OVER:
                return True
            case _:
                there = WorkItem.objects.filter(dossier_id=dossier_id, closed_at=None).exclude(role="")
                item = there.order_by("token").first()
                if item is None:
                    # The other driver may have finished it since; otherwise it stands still, and nothing would move it.
                    assert not Dossier.objects.filter(pk=dossier_id, seq=dossier.seq).exists(), f"{dossier_id} is stuck"
                    return False
                if item.kind == "result":
                    done = c.Resolve(signed(signed_on=last.date()))
                    self.quietly(lambda: give_command(dossier_id, done, actor=self.actors["case"], **give))
                    return False
                definition = PROCESSES[process_of(number)]
                visit = WorkItem.objects.filter(dossier_id=dossier_id, node=item.node, token__lte=item.token).count()
                who = "commune_case" if item.agency_id == self.province.commune.pk else ROLES[item.role]
                outcome = outcome_of(definition, number, item.node, visit)
                self.quietly(
                    lambda: finish_step(
                        dossier_id, item.token, outcome=outcome, note="Nhiều hồ sơ", actor=self.actors[who], at=last
                    )
                )
        return False

    def quietly(self, move: Callable[[], object]) -> None:
        try:
            move()
        except AlreadyChanged:
            raise
        except DomainError as error:
            # The other driver was first; anything else would come back for ever and the test would not end.
            if error.code not in ("step_not_open", "move_not_possible", "guard_failed"):
                raise


def main() -> None:
    if sys.argv[1] == "prepare":
        prepare_processes()
        return
    name, first, last = sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    driver = patiently(lambda: Driver(find_province()))
    done = Path(os.environ["MOTCUA_HOME"]) / f"{name}.done"
    finished = {int(text) for text in done.read_text().split()} if done.exists() else set()
    with open(done, "a") as file:
        for number in range(first, last + (1 if first <= last else -1), 1 if first <= last else -1):
            if number not in finished:
                patiently(lambda number=number: driver.drive(number))
                file.write(f"{number}\n")
                file.flush()


if __name__ == "__main__":
    main()

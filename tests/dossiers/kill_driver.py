"""A process that drives lives through the services until all are done, whatever is killed under it.

`python -m tests.dossiers.kill_driver prepare` makes the tables and a province; `… drive NAME FIRST LAST` drives the lives
FIRST to LAST (downwards when LAST is smaller). It can be killed and started again at any moment: hand-ins carry a key made
from the life's number and every move says which entry it follows, so a repeat after a lost answer changes nothing.
"""

from __future__ import annotations

import os
import sys
import threading
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import django

if __name__ == "__main__":
    # Before the models are imported below; a test that imports this module has Django loaded already.
    os.environ["DJANGO_SETTINGS_MODULE"] = "motcua.platform.settings"
    django.setup()

from django.db import InterfaceError, OperationalError, connection
from tests.province import MONDAY, Province, applicant_of, build_province, result

from motcua.catalog.models import Procedure
from motcua.dossiers import commands as c
from motcua.dossiers.models import Dossier
from motcua.dossiers.services import give_command, submit_dossier
from motcua.dossiers.writer import AlreadyChanged
from motcua.organizations.models import Agency, Desk, Officer, Unit
from motcua.platform.config import config
from motcua.platform.schema import migrate

LOST = (OperationalError, InterfaceError)
KEYS = uuid.UUID("6d6f7463-7561-4000-8000-000000000000")


def start_of(number: int) -> datetime:
    """Spread over a working week, so that more than one number series is written."""
    return MONDAY + timedelta(days=number % 5, minutes=number % 240)


def course_of(province: Province, number: int) -> list[tuple[str, Any, timedelta]]:
    """Every tenth life is asked for a supplement on its way."""
    case = province.officers["case"].pk
    supplement = [
        ("case", c.AskSupplement(("Bản vẽ",), "Sai bản vẽ"), timedelta(hours=3)),
        ("applicant", c.Supplement((c.PaperData("Bản vẽ", originals=1),)), timedelta(hours=25)),
    ]
    return [
        ("counter", c.Accept(), timedelta(hours=1)),
        ("case", c.Forward("Thẩm định", officer_id=case), timedelta(hours=2)),
        *(supplement if number % 10 == 0 else []),
        ("case", c.Forward("Trình ký"), timedelta(hours=26)),
        ("case", c.Resolve(result(signed_on=start_of(number).date() + timedelta(days=1))), timedelta(hours=50)),
        ("counter", c.HandOver("Nguyễn Thị Hòa", "signature", "ab" * 32), timedelta(hours=51)),
    ]


def prepare() -> None:
    migrate(config())
    build_province()


def find_province() -> Province:
    agencies = {agency.code: agency for agency in Agency.objects.all()}
    return Province(
        agencies["H32"], agencies["H32.16"], agencies["H32.101"], Desk.objects.get(code="TTPVHCC"), Desk.objects.get(code="NT"),
        Unit.objects.get(), Procedure.objects.get(code="1.001193"),
        {o.user.username: o for o in Officer.objects.select_related("user", "agency")},
    )  # fmt: skip


class Driver:
    def __init__(self, province: Province) -> None:
        self.province = province
        self.actors = {name: province.actor(name) for name in ("counter", "case")}

    def drive(self, number: int) -> None:
        province, start = self.province, start_of(number)
        intake = province.intake(key=uuid.uuid5(KEYS, str(number)))
        moved = patiently(lambda: submit_dossier(intake, actor=province.applicant, at=start))
        course, seq = course_of(province, number), moved.seq
        while seq <= len(course):
            who, command, later = course[seq - 1]
            actor = self.actors.get(who) or applicant_of(moved.id)
            try:
                seq = give_command(moved.id, command, actor=actor, at=start + later, expected_seq=seq).seq
            except AlreadyChanged:
                # By the other driver, or by ourselves before the answer was lost.
                seq = seq_of(moved.id)
            except LOST:
                wait_for_database()
                seq = seq_of(moved.id)


def seq_of(dossier_id: int) -> int:
    return patiently(lambda: Dossier.objects.values_list("seq", flat=True).get(pk=dossier_id))


def patiently(call: Any) -> Any:
    """The call's value, asked again until the database answers."""
    while True:
        try:
            return call()
        except LOST:
            wait_for_database()


def wait_for_database() -> None:
    connection.close()
    threading.Event().wait(0.05)


def main() -> None:
    if sys.argv[1] == "prepare":
        prepare()
        return
    name, first, last = sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    driver = patiently(lambda: Driver(find_province()))
    done = Path(os.environ["MOTCUA_HOME"]) / f"{name}.done"
    finished = {int(line) for line in done.read_text().split()} if done.exists() else set()
    with open(done, "a") as file:
        for number in range(first, last + (1 if first <= last else -1), 1 if first <= last else -1):
            if number not in finished:
                driver.drive(number)
                file.write(f"{number}\n")
                file.flush()


if __name__ == "__main__":
    main()

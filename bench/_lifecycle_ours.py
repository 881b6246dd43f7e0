"""The measured side of `bench lifecycle`: full lives through the services, in a process of its own.

`python -m bench._lifecycle_ours prepare` makes a province and prints the facts that the bare side needs;
`… lives FIRST COUNT WARM` prints `ready`, waits for a line, runs, prints the seconds.
"""

from __future__ import annotations

import json
import os
import sys
import time
import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import django

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "motcua.platform.settings"
    django.setup()

from django.db import connection

from motcua.catalog.models import ChannelRule, DeskProcedure, Procedure, ProcedureVersion, Sector
from motcua.dossiers import commands as c
from motcua.dossiers.intake import Intake
from motcua.dossiers.models import Dossier
from motcua.dossiers.services import give_command, submit_dossier
from motcua.identity.actors import Actor, ActorKind
from motcua.law.moments import VIETNAM
from motcua.organizations.models import Desk, Officer, Role
from motcua.organizations.queries import actor_of
from motcua.organizations.services import appoint, create_agency
from motcua.platform.config import config
from motcua.platform.schema import migrate

AT = datetime(2026, 11, 16, 9, 20, tzinfo=VIETNAM)
SINCE = date(2025, 7, 1)
APPLICANT = Actor(kind=ActorKind.APPLICANT, dossiers=frozenset())


def prepare() -> None:
    """One department with a desk and two officers, one procedure of three working days."""
    migrate(config())
    agency = create_agency(code="H32.16", name="Sở Xây dựng", level="province", valid_from=SINCE)
    desk = Desk.objects.create(code="TTPVHCC", name="Trung tâm Phục vụ hành chính công tỉnh", agency=agency)
    sector = Sector.objects.create(code="G17-XD01", name="Hoạt động xây dựng", name_key="hoat dong xay dung")
    procedure = Procedure.objects.create(code="1.001193", name="Cấp giấy phép xây dựng nhà ở riêng lẻ", sector=sector)
    version = ProcedureVersion.objects.create(
        procedure=procedure, number=1, valid_from=SINCE, content_hash="0" * 64, name=procedure.name
    )
    ChannelRule.objects.create(
        version=version, position=1, channel="online", amount=3, unit="working_day", fee_vnd=50_000
    )
    procedure.current = version
    procedure.save(update_fields=["current"])
    DeskProcedure.objects.create(desk=desk, procedure=procedure, agency=agency)
    for name, role in (("counter", Role.COUNTER_OFFICER), ("case", Role.CASE_OFFICER)):
        appoint(
            username=name,
            password=None,
            full_name=name,
            title="",
            agency=agency,
            roles={role: agency},
            valid_from=SINCE,
            desk=desk,
        )


class Ours:
    def __init__(self) -> None:
        officers = {officer.user.username: officer for officer in Officer.objects.select_related("user")}
        self.counter, self.case = (actor_of(officers[name], AT.date()) for name in ("counter", "case"))
        self.desk = Desk.objects.get()
        self.procedure = Procedure.objects.get()

    def life(self, number: int) -> int:
        one, hour = self.submit(), timedelta(hours=1)
        give_command(one, c.Accept(), actor=self.counter, at=AT + hour, expected_seq=1)
        give_command(
            one, c.Forward("Thẩm định", officer_id=self.case.id), actor=self.case, at=AT + 2 * hour, expected_seq=2
        )
        give_command(one, c.Forward("Trình ký"), actor=self.case, at=AT + 26 * hour, expected_seq=3)
        self.end(one, number, 4)
        return one

    def submit(self) -> int:
        intake = Intake(
            key=uuid.uuid4(), procedure_id=self.procedure.pk, agency_id=self.desk.agency_id, receiving_desk_id=self.desk.pk,
            return_desk_id=self.desk.pk, channel="online", return_method="desk",
            submitter=c.PartyData("Nguyễn Thị Hòa", "056190000123", 1990, "0905123456", "hoa@example.com", "12 Trần Phú"),
            papers=(c.PaperData("Tờ khai", originals=1), c.PaperData("Giấy tờ tùy thân", copies=1)),
        )  # fmt: skip
        return submit_dossier(intake, actor=APPLICANT, at=AT).id

    def end(self, one: int, number: int, seq: int) -> None:
        result = c.ResultData("Giấy phép", f"{number}/GP-SXD", date(2026, 11, 18), "Trần Văn Bình", paper=True)
        give_command(one, c.Resolve(result), actor=self.case, at=AT + timedelta(hours=50), expected_seq=seq)
        hand_over = c.HandOver("Nguyễn Thị Hòa", "signature", "ab" * 32)
        give_command(one, hand_over, actor=self.counter, at=AT + timedelta(hours=51), expected_seq=seq + 1)

    def facts(self) -> dict[str, Any]:
        """Ids, and the texts of one life as our side writes them: the bare side stores texts of the same length."""
        one = Dossier.objects.get(pk=self.life(0))
        entries = list(one.entries.order_by("seq").values_list("seq", "text", "private__values"))
        return {
            "procedure": one.procedure_id,
            "version": one.version_id,
            "agency": one.agency_id,
            "desk": one.receiving_desk_id,
            "officer": self.case.id,
            "texts": {str(seq): text for seq, text, _ in entries},
            "values": {str(seq): json.dumps(values, ensure_ascii=False) for seq, _, values in entries if values},
        }


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(make: Callable[[], Ours], prepare: Callable[[], None]) -> None:
    if sys.argv[1] == "prepare":
        prepare()
        say(json.dumps(make().facts()))
        return
    first, count, warm = map(int, sys.argv[2:5])
    ours = make()
    for number in range(first, first + warm):
        ours.life(number)
    say("ready")
    sys.stdin.readline()
    began = time.perf_counter()
    for number in range(first + warm, first + warm + count):
        ours.life(number)
    say(str(time.perf_counter() - began))
    connection.close()


if __name__ == "__main__":
    main(Ours, prepare)

"""A big province for `bench pages`: made of real lives by the bulk writer, then multiplied by SQL to any size.

The copies have their own codes, names, phones and days, so that indexes and searches meet data of a real shape; their ledger
texts are those of the originals, which no page of the measure verifies.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection

from motcua.catalog.models import ChannelRule, DeskProcedure, Procedure, ProcedureVersion, Sector
from motcua.dossiers import commands as c
from motcua.dossiers.bulk import write_lives
from motcua.dossiers.course import Given, Life
from motcua.dossiers.intake import Intake
from motcua.identity.actors import Actor, ActorKind
from motcua.law.moments import VIETNAM
from motcua.organizations.models import Agency, Desk, Officer, Role
from motcua.organizations.queries import actor_of
from motcua.organizations.services import appoint, create_agency

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=VIETNAM)
_SINCE = date(2025, 7, 1)
# fmt: off
_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý")
_MIDDLE = ("Văn", "Thị", "Hữu", "Đức", "Minh", "Ngọc", "Thanh", "Quốc", "Gia", "Bảo", "Kim", "Xuân")
_GIVEN = (
    "An", "Bình", "Châu", "Dũng", "Giang", "Hà", "Hải", "Hạnh", "Hiếu", "Hoa", "Hòa", "Hùng", "Hương", "Khánh", "Lan", "Linh",
    "Long", "Mai", "Nam", "Nga", "Phúc", "Quân", "Sơn", "Thảo", "Trang", "Tú", "Uyên", "Vân", "Vinh", "Yến",
)
# fmt: on


@dataclass(frozen=True, slots=True)
class Town:
    agencies: list[Agency]
    desks: list[Desk]
    procedures: list[Procedure]
    counters: list[Actor]
    cases: list[Actor]
    officer: Officer
    leader: Officer


def build_town(count: int = 30) -> Town:
    """So many agencies, each with a desk, a counter officer and a case officer; 40 procedures, every desk takes every one."""
    root = create_agency(code="H32", name="UBND tỉnh", level="province", valid_from=_SINCE)
    sectors = [Sector.objects.create(code=f"L{n}", name=f"Lĩnh vực {n}", name_key=f"linh vuc {n}") for n in range(12)]
    procedures = [_procedure(n, sectors[n % 12]) for n in range(40)]
    agencies, desks, counters, cases, officers = [], [], [], [], []
    for n in range(count):
        agency = create_agency(
            code=f"H32.{n + 10}", name=f"Cơ quan số {n}", level="commune", valid_from=_SINCE, parent=root
        )
        desk = Desk.objects.create(code=f"D{n}", name=f"Trung tâm Phục vụ hành chính công số {n}", agency=agency)
        DeskProcedure.objects.bulk_create(DeskProcedure(desk=desk, procedure=p, agency=agency) for p in procedures)
        for kind, roles in (("quay", Role.COUNTER_OFFICER), ("thuly", Role.CASE_OFFICER)):
            officer = appoint(
                username=f"{kind}{n}", password=None, full_name=f"Cán bộ {kind} {n}", title="", agency=agency,
                roles={roles: agency}, valid_from=_SINCE, desk=desk if kind == "quay" else None,
            )  # fmt: skip
            (counters if kind == "quay" else cases).append(actor_of(officer, NOW.date()))
            officers.append(officer)
        agencies.append(agency)
        desks.append(desk)
    leader = appoint(
        username="lanhdao", password=None, full_name="Cán bộ lãnh đạo", title="", agency=root, roles={Role.LEADER: root},
        valid_from=_SINCE,
    )  # fmt: skip
    return Town(agencies, desks, procedures, counters, cases, officers[0], leader)


def _procedure(number: int, sector: Sector) -> Procedure:
    name = f"Thủ tục số {number} về việc cấp, sửa đổi, bổ sung giấy phép hoạt động trong lĩnh vực được phân cấp"
    procedure = Procedure.objects.create(code=f"1.{number:06d}", name=name, sector=sector)
    version = ProcedureVersion.objects.create(
        procedure=procedure, number=1, valid_from=_SINCE, content_hash="0" * 64, name=name
    )
    days = (3, 5, 10, 15, 20)[number % 5]
    ChannelRule.objects.bulk_create(
        ChannelRule(version=version, position=p, channel=channel, amount=days, unit="working_day", fee_vnd=50_000)
        for p, channel in enumerate(("online", "counter", "post"), 1)
    )
    procedure.current = version
    procedure.save(update_fields=["current"])
    return procedure


def lives(town: Town, count: int, seed: int = 7) -> Iterator[Life]:
    """One in twenty is still open, as in a year's records; the others are handed over."""
    draw = random.Random(seed)
    for number in range(count):
        place = draw.randrange(len(town.agencies))
        applicant = Actor(kind=ActorKind.APPLICANT, dossiers=frozenset())
        still_open = number % 20 == 0
        at = NOW - timedelta(
            days=draw.randrange(0, 25) if still_open else draw.randrange(40, 400), minutes=draw.randrange(400)
        )
        intake = Intake(
            key=uuid.UUID(int=draw.getrandbits(128)),
            procedure_id=draw.choice(town.procedures).pk,
            agency_id=town.agencies[place].pk,
            receiving_desk_id=town.desks[place].pk,
            return_desk_id=town.desks[place].pk,
            channel="online",
            return_method="desk",
            submitter=c.PartyData(
                f"{draw.choice(_FAMILY)} {draw.choice(_MIDDLE)} {draw.choice(_GIVEN)}", f"056{draw.randrange(10**9):09d}",
                draw.randrange(1950, 2005), f"09{draw.randrange(10**8):08d}",
            ),
            papers=(c.PaperData("Tờ khai", 1), c.PaperData("Giấy tờ kèm theo", 0, 1)),
        )  # fmt: skip
        counter, case = town.counters[place], town.cases[place]
        steps: list[tuple[c.AnyCommand, Actor, float]] = [
            (c.Submit(), applicant, 0),
            (c.Accept(), counter, 2),
            (c.Forward("Thẩm định", officer_id=case.id), case, 4),
        ]
        if not still_open:
            result = c.ResultData("Giấy phép", f"{number}/GP", (at + timedelta(hours=50)).date(), "Người ký", "", True)
            steps += [
                (c.Forward("Trình ký"), case, 26),
                (c.Resolve(result), case, 52),
                (c.HandOver("Người nhận", "signature", "ab" * 32), counter, 60),
            ]
        given = tuple(Given(command, actor, min(at + timedelta(hours=hours), NOW)) for command, actor, hours in steps)
        yield Life(intake, given)


def fill(town: Town, count: int, say: Callable[[str], None]) -> None:
    write_lives(lives(town, count), told=True)
    _analyze()
    say(f"{count} dossiers")


# Table, columns that get another value in a copy. {k} is the number of the copy, {n} the size of the original.
_SHIFTED = {
    "identity_person": {"id": "id + {k} * {n}"},
    "dossiers_dossier": {
        "id": "id + {k} * {n}",
        "submitter_id": "submitter_id + {k} * {n}",
        "owner_person_id": "owner_person_id + {k} * {n}",
        "intake_key": "gen_random_uuid()",
        "access_key": "gen_random_uuid()",
        "code": "split_part(code, '-', 1) || '-' || to_char(submitted_at - {k} * interval '1 hour', 'YYMMDD') || '-' ||"
        " lpad((id + {k} * {n})::text, 7, '0')",
        "owner_hmac": "sha256(owner_hmac || '{k}'::bytea)",
        "phone_hmac": "sha256(phone_hmac || '{k}'::bytea)",
        # Old records grow in number, the open ones do too, but an office does not hold a hundred times more at once.
        "state": "CASE WHEN state = 'in_process' AND {k} % 5 <> 0 THEN 'handed_over' ELSE state END",
        "resolved_at": "coalesce(resolved_at, CASE WHEN {k} % 5 <> 0 THEN due_at END)",
    },
    "dossiers_paper": {"id": "id + {k} * {papers}", "dossier_id": "dossier_id + {k} * {n}"},
    "dossiers_ledgerentry": {"id": "id + {k} * {entries}", "dossier_id": "dossier_id + {k} * {n}", "xid": "xid"},
    "processes_workitem": {"id": "id + {k} * {items}", "dossier_id": "dossier_id + {k} * {n}"},
}
_FINISHING = ("state", "resolved_at")


def multiply(count: int, factor: int, say: Callable[[str], None], *, keep_open: bool = False) -> None:
    """Add `factor` - 1 copies of the first `count` dossiers. Needs the server's administrator: foreign keys are not checked.

    `keep_open`: the copies stand where the originals stand, also the open ones.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "SELECT (SELECT max(id) FROM dossiers_paper), (SELECT max(id) FROM dossiers_ledgerentry),"
            " (SELECT coalesce(max(id), 0) FROM processes_workitem)"
        )
        papers, entries, items = cursor.fetchone()
        for table, shifted in _SHIFTED.items():
            changed = {name: value for name, value in shifted.items() if not (keep_open and name in _FINISHING)}
            cursor.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'",
                [table],
            )
            columns = [row[0] for row in cursor.fetchall()]
            origin = "dossier_id" if "dossier_id" in columns else "id"
            for k in range(1, factor):
                values = ", ".join(
                    changed.get(column, column).format(k=k, n=count, papers=papers, entries=entries, items=items)
                    for column in columns
                )
                cursor.execute(
                    f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} WHERE {origin} <= {count}"
                )
            say(f"{table} x{factor}")
    _analyze()


def _analyze() -> None:
    with connection.cursor() as cursor:
        for table in _SHIFTED:
            cursor.execute(f"VACUUM ANALYZE {table}")

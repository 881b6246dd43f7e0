"""Whole lives through the services, for tests that need a ledger with something in it."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from tests.province import MONDAY, Province, result

from motcua.dossiers import commands as c
from motcua.dossiers.services import Moved, give_command, submit_dossier

HAND_OVER = c.HandOver(receiver="Nguyễn Thị Hòa", proof="signature", reference="ab" * 32)


def course_of(province: Province, number: int = 0) -> list[tuple[str, Any, timedelta]]:
    """The commands after the hand-in: who gives each, and how long after it."""
    case = province.officers["case"].pk
    return [
        ("counter", c.Accept(), timedelta(hours=1)),
        ("case", c.Forward("Thẩm định", officer_id=case), timedelta(hours=2)),
        ("case", c.Forward("Trình ký"), timedelta(hours=26)),
        ("case", c.Resolve(result(number=f"{number}/GP-SXD")), timedelta(hours=50)),
        ("counter", HAND_OVER, timedelta(hours=51)),
    ]


def live(province: Province, *, start: datetime = MONDAY, until: int = 6, **intake: Any) -> Moved:
    """A dossier taken as far as `until` entries: 1 = handed in, 6 = handed over."""
    moved = submit_dossier(province.intake(**({"key": uuid.uuid4()} | intake)), actor=province.applicant, at=start)
    for who, command, later in course_of(province)[: until - 1]:
        moved = give_command(moved.id, command, actor=province.actor(who), at=start + later)
    return moved

"""Dossiers with every kind of life, for tests of the facts."""

from __future__ import annotations

from tests.dossiers.lives import live
from tests.dossiers.test_bulk import lives_of
from tests.province import Province, later, result

from motcua.dossiers import commands as c
from motcua.dossiers.bulk import write_lives
from motcua.dossiers.services import give_command
from motcua.law.lifecycle import State


def history(province: Province) -> None:
    write_lives(lives_of(province), told=True)
    live(province)
    live(province, until=3)
    moved = live(province, until=4, start=later(hours=3))
    case, head = province.actor("case"), province.actor("head")
    give_command(moved.id, c.AskSupplement(("Bản vẽ",), "Sai"), actor=case, at=later(hours=30))
    late = c.LateEntry("Mất mạng", approver_id=head.id)
    give_command(
        moved.id, c.Supplement(note="Đã sửa"), actor=province.actor("counter"), at=later(hours=40),
        recorded_at=later(hours=70), late=late,
    )  # fmt: skip
    give_command(moved.id, c.Resolve(result()), actor=case, at=later(hours=71))
    give_command(
        moved.id, c.Rectify("Ghi nhầm", head.id, to_state=State.IN_PROCESS, told=True), actor=head, at=later(hours=72)
    )

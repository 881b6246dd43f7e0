"""Dossiers of a small province that went different ways, for the log, the page and the command."""

from __future__ import annotations

from dataclasses import dataclass
from unittest.mock import patch

from tests.dossiers.lives import HAND_OVER
from tests.processes.build import open_items, publish, review
from tests.province import MONDAY, Province, accepted, later, result

from motcua.catalog.models import DeskProcedure
from motcua.dossiers import commands as c
from motcua.dossiers import feed
from motcua.dossiers.models import Dossier
from motcua.dossiers.services import give_command, submit_dossier
from motcua.processes.services import claim, finish_step, take_back
from motcua.statistics.services import catch_up


@dataclass(frozen=True)
class Town:
    """Ids by what happened to the dossier; `other` is the commune's."""

    province: Province
    ids: dict[str, int]

    def code(self, name: str) -> str:
        return Dossier.objects.values_list("code", flat=True).get(pk=self.ids[name])


def settle(province: Province) -> Town:
    """Folded into facts as well."""
    publish(province, review())
    case, signer, head = province.actor("case"), province.actor("signer"), province.actor("head")
    ids = {name: accepted(province) for name in ("straight", "redone", "withdrawn", "running")}
    ids["new"] = submit_dossier(province.intake(), actor=province.applicant, at=MONDAY).id

    def step(name: str, hours: float, outcome: str = "done", by: object = case) -> None:
        (item,) = open_items(ids[name]).values()
        finish_step(ids[name], item.token, outcome=outcome, note="Ghi chú 0905123456", actor=by, at=later(hours=hours))  # type: ignore[arg-type]

    claim(ids["straight"], 1, actor=case, at=later(minutes=30))
    step("straight", 1)
    step("straight", 2, "approve", signer)
    give_command(ids["straight"], c.Resolve(result(signed_on=MONDAY.date())), actor=case, at=later(hours=5))
    give_command(ids["straight"], HAND_OVER, actor=province.actor("counter"), at=later(hours=6))

    give_command(ids["redone"], c.AskSupplement(("Bản vẽ",), "Sai"), actor=case, at=later(hours=1))
    give_command(ids["redone"], c.Supplement(), actor=province.actor("counter"), at=later(hours=2))
    step("redone", 5)
    step("redone", 6, "redo", signer)
    step("redone", 7)
    take_back(ids["redone"], 4, actor=case, at=later(hours=7.1))
    step("redone", 7.2)
    step("redone", 24, "approve", signer)
    give_command(ids["redone"], c.Resolve(result(signed_on=later(days=1).date())), actor=case, at=later(hours=25))

    give_command(ids["withdrawn"], c.RequestWithdrawal("Đổi ý"), actor=province.actor("counter"), at=later(hours=3))
    give_command(ids["withdrawn"], c.DecideWithdrawal("12/QĐ", "Bình"), actor=head, at=later(hours=4))
    step("running", 26)

    DeskProcedure.objects.get_or_create(
        desk=province.commune_desk, procedure=province.procedure, agency=province.commune
    )
    ids["other"] = accepted(
        province, by="commune_counter", agency_id=province.commune.pk, receiving_desk_id=province.commune_desk.pk,
        return_desk_id=province.commune_desk.pk,
    )  # fmt: skip
    know()
    return Town(province, ids)


def know() -> None:
    """The facts as if all had been committed: what a test writes is in a transaction that never ends."""
    committed = " AND e.xid < pg_snapshot_xmin(pg_current_snapshot())"
    assert committed in feed.AFTER
    with patch.object(feed, "AFTER", feed.AFTER.replace(committed, "")):
        catch_up()

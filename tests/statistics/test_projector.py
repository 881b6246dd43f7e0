"""The facts follow the ledger: step by step, all at once and made anew they are the same rows."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from tests.dossiers.lives import HAND_OVER, live
from tests.processes.build import line, publish, step
from tests.province import MONDAY, accepted, build_province, later, result
from tests.statistics.histories import history
from tests.statistics.rows import stored

from motcua.dossiers import commands as c
from motcua.dossiers.importing.mapping import FileMapping
from motcua.dossiers.importing.services import import_dossiers
from motcua.dossiers.models import LedgerEntry
from motcua.dossiers.services import give_command
from motcua.platform.copying import copy_rows
from motcua.processes.services import finish_step
from motcua.statistics import services
from motcua.statistics.models import FAR, FactDossier, FactMove, FactPause, Reader
from motcua.statistics.services import catch_up, project, rebuild


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_steps_of_any_size_leave_the_rows_of_a_rebuild(committed_db, size: int) -> None:
    history(build_province())

    while project(MONDAY, size):
        pass
    by_steps = stored()
    rebuild()

    assert by_steps == stored()
    assert len(by_steps["FactMove"]) == LedgerEntry.objects.count()
    assert {row.dossier_id for row in FactDossier.objects.filter(known_to=FAR)} == set(
        LedgerEntry.objects.values_list("dossier_id", flat=True)
    )
    assert project(MONDAY) == 0


def test_a_run_that_dies_leaves_nothing_and_is_made_up_for(committed_db) -> None:
    history(build_province())
    project(MONDAY, 5)
    before = stored(), Reader.objects.values_list("xid", "entry_id").get()

    def die(table: str, *rest: object) -> None:
        if table == "statistics_factmove":
            raise ConnectionError("killed")
        copy_rows(table, *rest)

    with patch.object(services, "copy_rows", die), pytest.raises(ConnectionError):
        catch_up()

    assert (stored(), Reader.objects.values_list("xid", "entry_id").get()) == before
    assert catch_up() == LedgerEntry.objects.count() - 5
    after = stored()
    rebuild()
    assert after == stored()


def test_a_due_in_a_year_without_a_calendar_stops_no_figures(committed_db, tmp_path: Path) -> None:
    build_province()
    file = tmp_path / "ho-so.csv"
    columns = "code,accepted_at,due_at,apology_sent_at,outcome"
    file.write_text(f"{columns}\nX,2026-03-02T08:00,2206-03-10T09:00,2026-03-08T10:00,open\n")
    import_dossiers(file, mapping=FileMapping(), at=MONDAY)

    assert catch_up() == 1
    (row,) = FactDossier.objects.all()
    assert (row.due_on, row.apology_timing) == (date(2206, 3, 10), "")


def test_what_was_recorded_late_was_not_known_before(committed_db) -> None:
    province = build_province()
    moved = live(province, until=4)
    late = c.LateEntry("Mất điện", approver_id=province.officers["head"].pk)
    give_command(
        moved.id, c.Resolve(result()), actor=province.actor("case"), at=later(hours=50), recorded_at=later(hours=90),
        late=late,
    )  # fmt: skip
    catch_up()

    def known(at: timedelta) -> FactDossier:
        return FactDossier.objects.get(known_from__lte=MONDAY + at, known_to__gt=MONDAY + at)

    before, after = known(timedelta(hours=89)), known(timedelta(hours=90))
    assert (before.outcome, before.finished_at, before.known_to) == ("open", None, later(hours=90))
    assert (after.outcome, after.finished_at, after.verdict_date) == ("resolved", later(hours=50), "early")
    assert FactMove.objects.get(kind="dossier.resolved").lag_seconds == 40 * 3600


def test_a_pause_is_known_open_until_its_end_is(committed_db) -> None:
    province = build_province()
    moved = live(province, until=4)
    give_command(moved.id, c.AskSupplement(("Bản vẽ",), "Sai"), actor=province.actor("case"), at=later(hours=30))
    give_command(moved.id, c.Supplement(), actor=province.actor("counter"), at=later(hours=40))
    give_command(moved.id, c.Resolve(result()), actor=province.actor("case"), at=later(hours=55))
    give_command(moved.id, HAND_OVER, actor=province.actor("counter"), at=later(hours=56))
    catch_up()

    assert list(
        FactPause.objects.order_by("known_from").values_list(
            "kind", "paused_from", "paused_to", "known_from", "known_to"
        )
    ) == [
        ("supplement", later(hours=30), FAR, later(hours=30), later(hours=40)),
        ("supplement", later(hours=30), later(hours=40), later(hours=40), FAR),
    ]
    last = FactDossier.objects.get(known_to=FAR)
    assert (last.paused_seconds, last.supplement_rounds, last.returned_by_post) == (36_000, 1, False)
    assert (last.agency, last.procedure, last.province) == ("H32.16", "1.001193", "H32")
    assert last.elapsed_seconds == 54 * 3600


def test_papers_that_a_step_produced_were_not_handed_in(committed_db) -> None:
    province = build_province()
    publish(province, line(step("draft", "Dự thảo", papers=("Tờ trình", "Dự thảo quyết định"))))
    dossier_id = accepted(province)
    catch_up()
    before = FactDossier.objects.get(dossier_id=dossier_id, known_to=FAR).digitised_input

    finish_step(
        dossier_id, 1, papers=("Tờ trình", "Dự thảo quyết định"), actor=province.actor("case"), at=later(hours=1)
    )
    catch_up()

    assert FactDossier.objects.get(dossier_id=dossier_id, known_to=FAR).digitised_input == before
    assert FactMove.objects.filter(dossier_id=dossier_id, kind="process.step_done").count() == 1

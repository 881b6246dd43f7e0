"""What several agencies do together is counted once: a joined hand-in by its parts, a dossier with a part elsewhere by itself."""

from __future__ import annotations

from datetime import date

from tests.processes.build import parallel, publish
from tests.processes.families import build_town, handed_in_and_born, resolve
from tests.province import accepted, build_province, later

from motcua.dossiers.models import Dossier
from motcua.law.windows import Window
from motcua.processes.linked import advance_joined
from motcua.scoring.queries import question, scored
from motcua.statistics.figures import Asked, figures, open_rows
from motcua.statistics.reports.form_06a import report_06a
from motcua.statistics.services import catch_up, refresh

NOW = later(days=30)
NOVEMBER = Window(date(2026, 11, 1), date(2026, 11, 30))
NAMES = ("received", "finished", "open", "linked_parts")


def counted() -> dict[str, tuple[int, ...]]:
    """Of each agency what NAMES count."""
    refresh(NOW)
    catch_up()
    rows = figures(NAMES, Asked.of(NOVEMBER, now=NOW), by=["agency"])
    return {str(key[0]): tuple(row[name].numerator or 0 for name in NAMES) for key, row in rows.items()}


def test_a_joined_hand_in_is_its_parts_each_once_where_it_is_done(committed_db) -> None:
    town = build_town()
    handed = handed_in_and_born(town, later(hours=24))
    # Two parts wait as drafts, the root is no dossier: one is counted.
    assert counted() == {"H32.101": (1, 1, 0, 0)}

    assert advance_joined(later(hours=25)) == 1
    resolve(town, handed.dossiers["residence"], later(hours=48))
    assert counted() == {"H32.101": (1, 1, 0, 0), "H32.101.01": (1, 1, 0, 0), "H32.90": (1, 0, 1, 0)}

    asked = Asked.of(NOVEMBER, now=NOW)
    codes = sorted(line[2] for line in open_rows("received", asked).rows)
    assert codes == sorted(Dossier.objects.values_list("code", flat=True))
    report = report_06a(NOVEMBER, now=NOW)
    # The police and the insurance are vertical: outside of the province's total, and of its score.
    assert (report.main.total["c3"], report.vertical and report.vertical.total["c3"]) == (1, 2)
    received = {}
    for agency in ("", "H32.101", "H32.101.01", "H32.90"):
        one = scored(question("qd766", "2026-11", agency, now=NOW)).of("2.1")
        received[agency] = one and one.earned.denominator
    assert received == {"": 1, "H32.101": 1, "H32.101.01": 1, "H32.90": 1}


def test_a_part_elsewhere_is_counted_by_itself_and_adds_no_dossier(committed_db) -> None:
    province = build_province()
    publish(province, parallel())
    accepted(province)

    assert counted() == {"H32.16": (1, 0, 1, 0), "H32.101": (0, 0, 0, 1)}
    (whole,) = figures(NAMES, Asked.of(NOVEMBER, now=NOW)).values()
    assert tuple(whole[name].numerator for name in NAMES) == (1, 0, 1, 1)
    assert report_06a(NOVEMBER, now=NOW).main.total["c3"] == 1

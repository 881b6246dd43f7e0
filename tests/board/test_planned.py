"""A province by plan on the board and in a score: every number is what the plan made it, and opens into the plan's dossiers."""

from __future__ import annotations

import csv
import html
import io
import random
import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.test import Client
from tests.desk.office import Clock
from tests.province import build_province
from tests.statistics.plan import HEADER, Plan, Planned
from tests.statistics.test_form_06a import NOW

from motcua.dossiers.importing.mapping import FileMapping
from motcua.dossiers.importing.services import import_dossiers
from motcua.scoring.explaining import explain
from motcua.scoring.queries import question
from motcua.statistics.services import catch_up, refresh

PLAN = Plan(seed=118, count=200)
# A measure of the board → the columns in which the plan has its dossiers stand.
COLUMNS = {
    "received": {"c4", "c5"}, "finished": {"c7"}, "finished_early": {"c8"}, "finished_on_time": {"c9"},
    "finished_overdue": {"c10"}, "finished_in_time": {"c8", "c9"}, "open": {"c11"}, "open_overdue": {"c13"},
}  # fmt: skip
_LINK = re.compile(r'<a [^>]*?href="(/can-bo/bang-dieu-hanh/ho-so/\?[^"]+)"[^>]*>([\d.]+)</a>')
_CHANCE = random.Random(766)


def _rounds(pauses: str) -> str:
    """Where pauses are told they say how many supplements there were."""
    return str(pauses.count("supplement")) if pauses else _CHANCE.choice(["0", "1", "2", ""])


# What else another system tells of each dossier.
TOLD = {
    dossier.code: {
        "supplement_rounds": _rounds(dossier.way.told.get("pauses", "")),
        "portal_synced": _CHANCE.choice(["true", "true", "false", ""]),
        "reused_paper": _CHANCE.choice(["true", "false", "false", ""]),
    }
    for dossier in PLAN.dossiers
}


@pytest.fixture
def planned(committed_db, tmp_path: Path, clock: Clock) -> Client:
    province = build_province()
    path = tmp_path / "plan.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [*HEADER, "supplement_rounds", "portal_synced", "reused_paper"], restval="")
        writer.writeheader()
        writer.writerows(dossier.line | TOLD[dossier.code] for dossier in PLAN.dossiers)
    report = import_dossiers(path, mapping=FileMapping(), at=NOW - timedelta(minutes=1))
    assert (report.new, report.refused) == (len(PLAN.dossiers), 0)
    refresh(NOW)
    catch_up()
    clock.at = NOW
    cache.clear()
    client = Client()
    client.force_login(province.officers["leader"].user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def planned_codes(measure: str, agency: str) -> set[str]:
    """Without an agency: of the province, without its vertical agencies."""
    return {
        dossier.code
        for dossier in PLAN.dossiers
        if (dossier.agency == agency if agency else not dossier.vertical) and dossier.columns("date") & COLUMNS[measure]
    }


def test_every_number_of_the_board_is_as_planned(planned: Client) -> None:
    page = html.unescape(planned.get("/can-bo/bang-dieu-hanh/?ky=2026-09").content.decode())
    told: dict[tuple[str, str], tuple[int, str]] = {}
    for href, number in _LINK.findall(page):
        asked = {name: values[0] for name, values in parse_qs(urlsplit(href).query).items()}
        if (
            (asked["tu"], asked["den"]) == ("2026-09-01", "2026-09-30")
            and "thu" not in asked
            and asked["chi-tieu"] in COLUMNS
        ):
            told[asked["chi-tieu"], asked.get("cua", "")] = int(number.replace(".", "")), href
    assert {key: number for key, (number, _) in told.items()} == {key: len(planned_codes(*key)) for key in told}
    # The tax office is nobody's that this leader oversees. Two agencies with seven numbers each, and the sums of the period.
    assert {agency for _, agency in told} == {"", "H32.16", "H32.101"}
    assert len(told) >= 2 * 7 + 3
    for key, (_, href) in told.items():
        rows = csv.reader(io.StringIO(planned.get(f"{href}&tep=csv").content.decode("utf-8-sig")))
        codes = [row[0] for row in rows if row[:1] and row[0].startswith("P-")]
        assert sorted(codes) == sorted(planned_codes(*key)), key


def _in_time(dossier: Planned) -> bool:
    """To the minute, by the end of the period; what was ended late is late whatever its column."""
    late = {"c10", "c13"} & dossier.columns("instant") or dossier.way.name in ("returned late", "withdrawn late")
    return not late and TOLD[dossier.code]["supplement_rounds"] != "2"


# A criterion → whether a dossier reaches it, None = the source did not tell.
REACHED = {
    "2.1": lambda one: _in_time(one) and (None if TOLD[one.code]["supplement_rounds"] == "" else True),
    "DOSSIER_SYNC": lambda one: {"true": True, "false": False, "": None}[TOLD[one.code]["portal_synced"]],
    "REUSED_DIGITIZED_DATA": lambda one: {"true": True, "false": False, "": None}[TOLD[one.code]["reused_paper"]],
}


def test_scores_are_as_planned_and_name_the_dossiers_that_cost_points(planned: Client) -> None:
    for agency in ("", "H32.16", "H32.101", "T32"):
        assert_scored(agency)


def assert_scored(agency: str) -> None:
    own = [
        one for one in PLAN.dossiers if one.way.came == "in" and (one.agency == agency if agency else not one.vertical)
    ]
    assert len(own) > 20
    for code, reached in REACHED.items():
        verdicts = {one.code: reached(one) for one in own}
        found = explain(question("qd766", "2026-09", agency, now=NOW), code, limit=1_000)
        assert found is not None
        assert found.cost is not None
        earned = found.scored.earned
        counts = list(verdicts.values())
        assert (earned.numerator, earned.denominator, found.cost.unknown) == (
            counts.count(True),
            len(own),
            counts.count(None),
        ), code
        assert {row["code"] for row in found.cost.rows} == {
            name for name, verdict in verdicts.items() if not verdict
        }, code
        assert {row["code"] for row in found.cost.rows if row["unknown"]} == {
            name for name, verdict in verdicts.items() if verdict is None
        }, code

"""Any histories, folded into facts and counted by DuckDB in memory: no database, so that many can be tried."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import duckdb
import pyarrow as pa
from hypothesis import strategies as st
from tests.dossiers.test_decide_stateful import EACH, ONWARD, START
from tests.statistics.parquet import schema_of_table

from motcua.dossiers import commands as c
from motcua.dossiers.decide import Snapshot, decide
from motcua.dossiers.feed import FeedEntry, Position
from motcua.dossiers.ledger import GENESIS
from motcua.dossiers.writer import advance, seal
from motcua.identity.actors import SYSTEM
from motcua.law.errors import DomainError
from motcua.law.lifecycle import State
from motcua.law.limits import Limit, Unit
from motcua.law.moments import VIETNAM
from motcua.law.policies import Policy
from motcua.law.windows import Window
from motcua.law.worktime import national_calendar
from motcua.statistics.duck import Duck
from motcua.statistics.facts import Names, fold
from motcua.statistics.services import COLUMNS, ROWS_OF
from motcua.statistics.tables import MODELS

NAMES = Names(
    agencies={1: ("H32.16", "H32"), 2: ("H32.101", "H32"), 3: ("T32", "H32")},
    procedures={1: "1.001", 2: "2.001"},
    versions={1: ("full", True), 2: ("", None)},
    desks={1: "TTPVHCC", 2: "NT"},
    units={},
    calendars={None: national_calendar()},
)
PLACES = {
    "statistics_dimagency": [
        ("H32", "H32", "UBND tỉnh", "province", False, "", "/H32/"),
        ("H32.16", "H32", "Sở Xây dựng", "province", False, "H32", "/H32/H32.16/"),
        ("H32.101", "H32", "UBND phường", "commune", False, "H32", "/H32/H32.101/"),
        ("T32", "H32", "Thuế tỉnh", "vertical", True, "", "/T32/"),
    ],
    "statistics_dimprocedure": [("1.001", "Cấp phép", "XD", "Xây dựng"), ("2.001", "Khai sinh", "HT", "Hộ tịch")],
}
LATER = st.builds(timedelta, days=st.sampled_from([0, 0, 0, 1, 2, 5, 12]), minutes=st.integers(0, 24 * 60))
LAG = st.sampled_from([timedelta(0), timedelta(0), timedelta(minutes=3), timedelta(hours=30), timedelta(days=9)])
DAYS = st.integers(0, 60).map(lambda days: START.date() + timedelta(days=days))


@st.composite
def windows(draw: st.DrawFn) -> Window:
    first = draw(DAYS)
    return Window(first, first + timedelta(days=draw(st.integers(0, 30))))


@st.composite
def histories(draw: st.DrawFn) -> list[list[FeedEntry]]:
    """The ledger of some dossiers, each moved by commands that may be refused, recorded at once or late."""
    lives = [_life(draw, number) for number in range(1, draw(st.integers(1, 6)) + 1)]
    return [life for life in lives if life]


def _life(draw: st.DrawFn, number: int) -> list[FeedEntry]:
    at = START + draw(LATER)
    dossier = Snapshot(
        state=State.DRAFT, seq=0, channel=draw(st.sampled_from(["online", "counter", "kiosk"])),
        return_method=draw(st.sampled_from(["desk", "electronic"])), receiving_desk_id=1, return_desk_id=2,
        due_policy=Policy.KEEP_TIME, limits=draw(st.sampled_from([(), (Limit(2, Unit.WORKING_DAY),), (Limit(9, Unit.DAY),)])),
        calendar=national_calendar(),
    )  # fmt: skip
    agency = draw(st.sampled_from([1, 1, 2, 3]))
    entries: list[FeedEntry] = []
    prev = GENESIS
    for _ in range(draw(st.integers(1, 9))):
        onward = dossier.state in ONWARD and draw(st.integers(0, 4)) > 0
        chosen = EACH[draw(st.sampled_from(ONWARD[dossier.state]))] if onward else st.one_of(*EACH.values())
        command = draw(chosen)
        if isinstance(command, c.Resolve):
            command = replace(command, result=replace(command.result, signed_on=at.astimezone(VIETNAM).date()))
        before = dossier
        try:
            decision = decide(before, command, at)
        except DomainError:
            at += draw(LATER)
            continue
        if decision.needs_code:
            decision.changes["code"] = f"H32.16-261116-{number:04d}"
        if not entries:
            decision.data |= {
                "procedure": agency % 2 + 1, "version": 1, "agency": agency, "receiving_desk": 1, "return_desk": 2,
                "channel": before.channel, "assisted": False, "return_method": before.return_method,
                "applicant_kind": "citizen", "calendar": None, "fee_vnd": 0, "papers": [{"file": ""}],
            }  # fmt: skip
        entry = seal(
            decision, dossier_id=number, seq=before.seq + 1, prev=prev, from_state=before.state, actor=SYSTEM,
            occurred_at=at, recorded_at=at + draw(LAG),
        )  # fmt: skip
        position = Position(1, number * 100 + entry.seq)
        entries.append(
            FeedEntry(position, number, entry.seq, entry.kind, at, entry.recorded_at, json.loads(entry.text))
        )
        dossier, prev = advance(before, decision, at), entry.hash
        at += draw(LATER)
    return entries


def cut_at(history: Sequence[Sequence[FeedEntry]], moment: datetime) -> list[list[FeedEntry]]:
    """The ledger as it was then: of each dossier the entries up to the first that was recorded later."""
    found = []
    for life in history:
        known: list[FeedEntry] = []
        for entry in life:
            if entry.recorded_at > moment:
                break
            known.append(entry)
        if known:
            found.append(known)
    return found


class Memory:
    """Facts in memory; `hold` takes other ones in their place."""

    def __init__(self) -> None:
        # A handful of rows: threads would only wait for each other.
        self._connection = duckdb.connect(config={"threads": 1})
        self.duck = Duck(self._connection)

    def hold(self, history: Sequence[Sequence[FeedEntry]]) -> Duck:
        made = [fold(life, NAMES) for life in history]
        rows: dict[str, list[Any]] = {table: [row for one in made for row in ROWS_OF[table](one)] for table in COLUMNS}
        for model in MODELS:
            table = model._meta.db_table
            schema = schema_of_table(model)
            lines = [dict(zip(schema.names, row, strict=True)) for row in (rows | PLACES).get(table, ())]
            self._connection.register("coming", pa.Table.from_pylist(lines, schema=schema))
            self._connection.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM coming")
        return self.duck

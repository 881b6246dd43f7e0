"""A restore to a moment brings back the ledger and the figures of that moment, entry by entry."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from tests.dossiers.lives import live
from tests.folders import server_folder
from tests.province import MONDAY, build_province

from motcua.dossiers.checkpoints import CheckpointStore, make_checkpoint
from motcua.dossiers.models import Dossier, LedgerEntry
from motcua.dossiers.verify import verify_ledger
from motcua.platform.backup import back_up, restore
from motcua.platform.config import Config
from motcua.platform.database import connected_to
from motcua.platform.postgres import Cluster


@pytest.fixture
def place() -> Iterator[Path]:
    folder = server_folder("motcua-restore-")
    yield folder
    shutil.rmtree(folder)


def standing() -> dict[str, object]:
    """Everything that a figure is made from: dossiers and their entries, and the count by state."""
    return {
        "entries": list(LedgerEntry.objects.order_by("id").values_list("dossier_id", "seq", "text", "hash")),
        "dossiers": list(Dossier.objects.order_by("id").values_list("code", "state", "seq", "due_at", "resolved_at")),
        "states": Counter(Dossier.objects.values_list("state", flat=True)),
    }


def server_moment() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def quiet(doing: str, number: int, total: int) -> None:
    pass


def test_ledger_and_figures_are_those_of_the_moment(place, django_db_blocker):
    config = Config(home=place / "home")
    config.home.mkdir(mode=0o711)
    cluster = Cluster.at(config.home, durable=False)
    store = CheckpointStore.of_home(config.home)

    with cluster.running(), connected_to(cluster.owner_url, config), django_db_blocker.unblock():
        call_command("migrate", verbosity=0)
        province = build_province()
        live(province, until=6)
        make_checkpoint(store, MONDAY + timedelta(days=3))
        back_up(config, place / "backup", quiet)
        live(province, until=3)
        then, moment = standing(), server_moment()
        live(province, until=4)
        make_checkpoint(store, MONDAY + timedelta(days=4))
        back_up(config, place / "backup", quiet)
        assert standing() != then

    restore(config, place / "backup", moment, quiet)

    with cluster.running(), connected_to(cluster.owner_url, config), django_db_blocker.unblock():
        report = verify_ledger(store)
        assert standing() == then
        assert report.holds
        assert (report.dossiers, report.entries, report.checkpoint.number) == (2, 9, 1)

        live(province, until=2)
        assert make_checkpoint(store, MONDAY + timedelta(days=5)).number == 2
        assert verify_ledger(store).holds

"""`motcua demo` on a database of its own: what it asks for, what it builds, what it leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.command import Run, command_on

from motcua.dossiers.models import Dossier, LedgerEntry
from motcua.organizations.models import Agency


@pytest.fixture
def motcua(committed_db, tmp_path: Path) -> Run:
    return command_on(committed_db.url, tmp_path, COLUMNS="140")


def test_without_the_catalogue_it_says_what_to_do(motcua) -> None:
    refused = motcua("demo", "--no-serve")

    assert refused.returncode == 2
    assert refused.stdout == ""
    assert "hãy chạy `motcua migrate`" in refused.stderr
    assert not Agency.objects.exists()


def test_builds_once_prints_sign_ins_and_then_keeps_what_is_there(motcua) -> None:
    assert motcua("migrate").returncode == 0

    first = motcua("demo", "--no-serve", "--dossiers", "120", "--days", "25")
    heads = dict(Dossier.objects.values_list("pk", "head"))
    entries = LedgerEntry.objects.count()
    second = motcua("demo", "--no-serve", "--dossiers", "500")
    verified = motcua("ledger", "verify")

    assert first.returncode == 0, first.stderr
    assert "Đã dựng 120 hồ sơ của 25 ngày." in first.stdout
    assert "tiepnhan" in first.stdout
    assert second.returncode == 0, second.stderr
    assert "giữ nguyên" in second.stderr
    assert "Đã dựng" not in second.stdout
    assert dict(Dossier.objects.values_list("pk", "head")) == heads
    assert (len(heads), LedgerEntry.objects.count()) == (120, entries)
    assert verified.returncode == 0, verified.stdout

"""The whole way of a form and of an upload: asked for in a transaction, done by a real worker after its commit."""

from __future__ import annotations

import io

import pytest
from django.db import transaction
from tests.documents.clamd_simulator import EICAR, ClamdSimulator
from tests.province import MONDAY, build_province

from motcua.documents import services, tasks
from motcua.documents.models import IssuedForm, StoredFile
from motcua.dossiers.commands import Accept
from motcua.dossiers.services import receive_at_counter
from motcua.platform.config import Config
from motcua.platform.jobs import run_worker


def test_worker_renders_what_was_committed_and_nothing_that_was_rolled_back(committed_db: object) -> None:
    province = build_province()
    counter = province.actor("counter")
    with transaction.atomic():
        receive_at_counter(province.intake(channel="counter"), Accept(), actor=counter, at=MONDAY)
        transaction.set_rollback(True)
    receive_at_counter(province.intake(channel="counter"), Accept(), actor=counter, at=MONDAY)

    run_worker(until_empty=True)

    form = IssuedForm.objects.get()
    assert (form.number, form.pages) == ("01/TTPVHCC", 2)
    assert form.file_id is not None
    with services.open_file(form.file_id).stream as stream:
        assert stream.read(5) == b"%PDF-"


def test_worker_scans_uploads(committed_db: object, monkeypatch: pytest.MonkeyPatch) -> None:
    with ClamdSimulator().listening() as address:
        for module in (services, tasks):
            monkeypatch.setattr(module, "config", lambda: Config(clamd=address))
        clean = services.store_upload(io.BytesIO(b"%PDF-1.7 a"), name="a.pdf", at=MONDAY)
        infected = services.store_upload(io.BytesIO(b"%PDF-1.7 " + EICAR), name="b.pdf", at=MONDAY)

        run_worker(until_empty=True)

    assert dict(StoredFile.objects.values_list("pk", "scan")) == {
        clean.sha256: StoredFile.Scan.CLEAN,
        infected.sha256: StoredFile.Scan.INFECTED,
    }

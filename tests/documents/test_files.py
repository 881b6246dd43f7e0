"""Files through the services: taken in, scanned, opened or kept shut; and what may stand behind a result."""

from __future__ import annotations

import hashlib
import io
import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from tests.documents.clamd_simulator import EICAR, ClamdSimulator
from tests.province import MONDAY, Province, build_province, result

from motcua.documents import queries, services, tasks
from motcua.documents.content_types import FileTypeNotAllowed
from motcua.documents.models import StoredFile
from motcua.documents.scanning import Clamd, ScannerUnavailable
from motcua.documents.storage import FileMissing, FileTooLarge, content_store
from motcua.documents.subscriber import FORGET
from motcua.dossiers import commands as c
from motcua.dossiers.commands import BusinessData, PaperData, PartyData
from motcua.dossiers.decide import GuardFailed
from motcua.dossiers.erasure import erase_person
from motcua.dossiers.models import Dossier, Draft, Paper
from motcua.dossiers.services import give_command, receive_at_counter
from motcua.dossiers.writer import NotFound
from motcua.identity.actors import SYSTEM
from motcua.platform.config import Config
from motcua.platform.jobs import run_sweeps

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


def pdf(content: bytes = b"") -> io.BytesIO:
    return io.BytesIO(PDF + content)


def scans_asked() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args->>'sha256' FROM procrastinate_jobs WHERE task_name = %s ORDER BY id", [services.SCAN]
        )
        return [row[0] for row in cursor.fetchall()]


@pytest.fixture
def scanning_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str | None], None]:
    """Sets where the scanner is, or that there is none, for services and jobs alike."""

    def set_to(address: str | None) -> None:
        changed = Config(clamd=address)
        monkeypatch.setattr(services, "config", lambda: changed)
        monkeypatch.setattr(tasks, "config", lambda: changed)

    return set_to


@pytest.fixture
def scanner(scanning_at: Callable[[str | None], None]) -> Iterator[ClamdSimulator]:
    simulator = ClamdSimulator()
    with simulator.listening() as address:
        scanning_at(address)
        yield simulator


def test_upload_is_kept_and_opened() -> None:
    stored = services.store_upload(pdf(b"a"), name="../Đơn.exe", at=MONDAY)

    assert (stored.sha256, stored.name, stored.size, stored.content_type) == (
        hashlib.sha256(PDF + b"a").hexdigest(),
        "Đơn.pdf",
        len(PDF) + 1,
        "application/pdf",
    )
    opened = services.open_file(stored.sha256)
    with opened.stream:
        assert opened.stream.read() == PDF + b"a"
    assert (opened.content_type, opened.extension, opened.size, opened.inline) == (
        "application/pdf",
        ".pdf",
        stored.size,
        True,
    )


def test_same_content_twice_is_one_row(scanner: ClamdSimulator) -> None:
    first = services.store_upload(pdf(), name="a.pdf", at=MONDAY)
    second = services.store_upload(pdf(), name="b.pdf", at=MONDAY)

    assert first.sha256 == second.sha256
    assert StoredFile.objects.count() == 1
    assert scans_asked() == [first.sha256]


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"MZ\x90\x00" + b"\x00" * 60, FileTypeNotAllowed),
        (b"", FileTypeNotAllowed),
        (PDF + b"x" * services.MAX_UPLOAD_BYTES, FileTooLarge),
    ],
)
def test_refused_upload_leaves_nothing(content: bytes, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        services.store_upload(io.BytesIO(content), name="a.pdf", at=MONDAY)

    assert not StoredFile.objects.exists()
    assert not content_store().holds(hashlib.sha256(content).hexdigest())


def test_unknown_file_does_not_open() -> None:
    with pytest.raises(FileMissing):
        services.open_file("0" * 64)


def test_where_scanning_is_on_only_a_clean_file_opens(scanner: ClamdSimulator) -> None:
    clean = services.store_upload(pdf(b"clean"), name="a.pdf", at=MONDAY)
    infected = services.store_upload(pdf(EICAR), name="b.pdf", at=MONDAY)
    assert scans_asked() == [clean.sha256, infected.sha256]
    for stored in (clean, infected):
        with pytest.raises(services.FileNotScanned):
            services.open_file(stored.sha256)
        assert not services.can_stand_as_result(stored.sha256)

    for sha256 in scans_asked():
        tasks.scan(sha256)
        tasks.scan(sha256)

    services.open_file(clean.sha256).stream.close()
    assert services.can_stand_as_result(clean.sha256)
    with pytest.raises(services.FileInfected, match="mã độc"):
        services.open_file(infected.sha256)
    assert not services.can_stand_as_result(infected.sha256)
    assert StoredFile.objects.get(pk=infected.sha256).scan_note == "Eicar-Test-Signature"
    assert len(scanner.streams) == 2


@pytest.mark.parametrize("mode", ["silent", "cut", "error", "empty", "trickle"])
def test_scanner_in_trouble_keeps_the_file_shut_and_is_asked_again(scanner: ClamdSimulator, mode: str) -> None:
    stored = services.store_upload(pdf(EICAR), name="a.pdf", at=MONDAY)
    address = services.config().clamd
    assert address is not None
    scanner.mode = mode

    with pytest.raises(ScannerUnavailable):
        services.scan_file(stored.sha256, scanner=Clamd(address, timeout_seconds=0.2))

    assert StoredFile.objects.get(pk=stored.sha256).scan == StoredFile.Scan.WAITING
    with pytest.raises(services.FileNotScanned):
        services.open_file(stored.sha256)
    scanner.mode = "normal"
    tasks.scan(stored.sha256)
    assert StoredFile.objects.get(pk=stored.sha256).scan == StoredFile.Scan.INFECTED


def test_file_longer_than_the_scanner_takes_stays_shut_with_a_note(scanner: ClamdSimulator) -> None:
    scanner.stream_max_length = 100
    stored = services.store_upload(pdf(b"x" * 200), name="a.pdf", at=MONDAY)

    tasks.scan(stored.sha256)

    file = StoredFile.objects.get(pk=stored.sha256)
    assert (file.scan, "StreamMaxLength" in file.scan_note) == (StoredFile.Scan.WAITING, True)


def test_files_from_before_scanning_are_shut_until_the_sweep_had_them_scanned(
    scanning_at: Callable[[str | None], None],
) -> None:
    stored = services.store_upload(pdf(), name="a.pdf", at=MONDAY)
    services.open_file(stored.sha256).stream.close()
    assert run_sweeps(MONDAY)["unscanned files"] == 0

    with ClamdSimulator().listening() as address:
        scanning_at(address)
        with pytest.raises(services.FileNotScanned):
            services.open_file(stored.sha256)
        assert run_sweeps(MONDAY)["unscanned files"] == 1
        assert run_sweeps(MONDAY)["unscanned files"] == 0
        tasks.scan(*scans_asked())

        services.open_file(stored.sha256).stream.close()


def test_infected_file_stays_shut_after_scanning_is_switched_off(
    scanner: ClamdSimulator, scanning_at: Callable[[str | None], None]
) -> None:
    stored = services.store_upload(pdf(EICAR), name="a.pdf", at=MONDAY)
    tasks.scan(stored.sha256)
    scanning_at(None)

    with pytest.raises(services.FileInfected):
        services.open_file(stored.sha256)


def test_result_needs_its_file_to_be_stored(scanner: ClamdSimulator) -> None:
    province = build_province()
    moved = receive_at_counter(
        province.intake(channel="counter"), c.Accept(), actor=province.actor("counter"), at=MONDAY
    )
    head, later = province.actor("head"), MONDAY.replace(day=18)
    infected = services.store_upload(pdf(EICAR), name="a.pdf", at=MONDAY)
    tasks.scan(infected.sha256)
    for sha256 in ("0" * 64, infected.sha256):
        with pytest.raises(GuardFailed, match="Tệp kết quả"):
            give_command(moved.id, c.Resolve(result(file=sha256, paper=False)), actor=head, at=later)
    assert Dossier.objects.get().state == "accepted"

    clean = services.store_upload(pdf(b"ok"), name="a.pdf", at=MONDAY)
    tasks.scan(clean.sha256)
    give_command(moved.id, c.Resolve(result(file=clean.sha256, paper=False)), actor=head, at=later)

    assert Dossier.objects.get().state == "resolved"
    assert queries.result_file(head, Dossier.objects.get().results.get().pk).file == clean.sha256


def test_papers_of_other_agencies_are_not_found() -> None:
    province = build_province()
    stored = services.store_upload(pdf(), name="a.pdf", at=MONDAY)
    intake = province.intake(
        channel="counter",
        papers=(PaperData("Đơn", file=stored.sha256, file_name="a.pdf"), PaperData("Giấy", originals=1)),
    )
    receive_at_counter(intake, c.Accept(), actor=province.actor("counter"), at=MONDAY)
    with_file, without = Paper.objects.order_by("position")

    assert queries.paper_file(province.actor("case"), with_file.pk).file == stored.sha256
    for who, paper in (("commune_case", with_file), ("case", without)):
        with pytest.raises(NotFound):
            queries.paper_file(province.actor(who), paper.pk)


def paper(content: bytes) -> PaperData:
    stored = services.store_upload(pdf(content), name="a.pdf", at=MONDAY)
    return PaperData("Giấy", file=stored.sha256, file_name="a.pdf")


def finished(province: Province, *papers: PaperData, **intake: Any) -> Dossier:
    # A name of its own: tests of other processes share the store, and equal papers have equal bytes.
    submitter = PartyData(f"Người {uuid.uuid4()}")
    declared = province.intake(channel="counter", papers=papers, submitter=submitter, **intake)
    moved = receive_at_counter(declared, c.Refuse("Không thuộc thẩm quyền"), actor=province.actor("counter"), at=MONDAY)
    dossier = Dossier.objects.get(pk=moved.id)
    services.ready_form(dossier.forms.get().pk, at=MONDAY)
    return dossier


def jobs_of(task: str) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT args::text FROM procrastinate_jobs WHERE task_name = %s ORDER BY id", [task])
        return [json.loads(row[0]) for row in cursor.fetchall()]


def test_erasing_a_person_destroys_their_files_and_nobody_elses() -> None:
    province = build_province()
    own, shared = paper(b"only theirs"), paper(b"also handed in by another")
    theirs = finished(province, own, shared)
    other = finished(province, shared)
    form = theirs.forms.get()
    assert form.file_id is not None

    erase_person([theirs.submitter_id], actor=SYSTEM, at=MONDAY.replace(day=20), basis="Luật Bảo vệ dữ liệu cá nhân")
    (asked,) = jobs_of(FORGET)
    tasks.forget(**asked)
    tasks.forget(**asked)

    for gone in (own.file, form.file_id):
        assert not content_store().holds(gone)
        with pytest.raises(FileMissing):
            services.open_file(gone)
    services.open_file(shared.file).stream.close()
    services.open_file(other.forms.get().file_id).stream.close()
    form.refresh_from_db()
    assert (form.file_id, form.number, form.void_reason) == (
        None,
        "01/TCTN-TTPVHCC",
        "Đã xóa dữ liệu cá nhân theo quy định",
    )
    assert services.ready_form(form.pk, at=MONDAY).file_id is None


def test_papers_of_a_business_stay_when_its_messenger_is_erased() -> None:
    province = build_province()
    theirs = paper(b"of the business")
    dossier = finished(province, theirs, applicant_kind="business", business=BusinessData("Công ty Biển Xanh"))
    form = dossier.forms.get()

    erase_person([dossier.submitter_id], actor=SYSTEM, at=MONDAY.replace(day=20), basis="Luật Bảo vệ dữ liệu cá nhân")
    assert jobs_of(FORGET) == [{"hashes": [form.file_id]}]
    tasks.forget(**jobs_of(FORGET)[0])

    services.open_file(theirs.file).stream.close()
    assert not content_store().holds(str(form.file_id))


def test_content_in_a_draft_or_behind_a_result_is_never_destroyed() -> None:
    stored = services.store_upload(pdf(b"in a draft"), name="a.pdf", at=MONDAY)
    Draft.objects.create(
        procedure=build_province().procedure,
        data={"papers": {"files": [{"sha256": stored.sha256}]}},
        created_at=MONDAY,
        updated_at=MONDAY,
    )

    assert services.destroy_files([stored.sha256, "0" * 64]) == 0
    services.open_file(stored.sha256).stream.close()
    Draft.objects.all().delete()
    assert services.destroy_files([stored.sha256]) == 1

"""Dossiers of another system become dossiers here: read-only, in scope, in the ledger, the same however often they are told."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from tests.dossiers.lives import live
from tests.province import Province, build_province

from motcua.catalog.models import ChannelRule, Procedure, Sector
from motcua.dossiers import queries
from motcua.dossiers.checkpoints import CheckpointStore
from motcua.dossiers.commands import Forward, Stop
from motcua.dossiers.importing.mapping import FileMapping
from motcua.dossiers.importing.report import DossierImport
from motcua.dossiers.importing.services import import_dossiers
from motcua.dossiers.models import Dossier, LedgerEntry, Timer
from motcua.dossiers.permissions import NotAllowed
from motcua.dossiers.queues import Queue
from motcua.dossiers.services import give_command
from motcua.dossiers.verify import verify_ledger
from motcua.dossiers.writer import READ_ONLY, Move, NotFound, ReadOnly, load
from motcua.identity.actors import SYSTEM
from motcua.identity.models import Person
from motcua.law.errors import BadInput, DomainError
from motcua.notifications.models import Notice
from motcua.organizations.models import Agency, Desk

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)
COLUMNS = [
    "code", "procedure", "procedure_name", "sector", "agency", "agency_name", "level", "receiving_desk", "return_desk",
    "applicant_kind", "channel", "assisted", "service_level", "submitted_at", "accepted_at", "clock_started_at", "due_at",
    "resolved_at", "handed_over_at", "ended_at", "outcome", "pauses", "supplement_rounds", "paused_seconds", "fee_vnd",
    "obligation_vnd", "paid_vnd", "payment_channel", "received_by_post", "returned_by_post", "digitised_input",
    "digitised_result", "electronic_result", "result_paper_due", "reused_paper", "from_personal_store", "population_db_used",
    "vneid_authenticated", "portal_synced", "apology_sent_at", "promised_at", "rating",
]  # fmt: skip
FULL = {
    "code": "HS/2026 – 000.1", "procedure": "9.000001", "procedure_name": "Thủ tục của hệ thống khác", "sector": "LV-KHAC",
    "agency": "H32.900", "agency_name": "Đơn vị ngoài", "level": "commune", "receiving_desk": "TTPVHCC",
    "return_desk": "QUAY-9", "applicant_kind": "business", "channel": "online", "assisted": "true", "service_level": "full",
    "submitted_at": "2026-03-02T07:30", "accepted_at": "2026-03-02T08:00", "clock_started_at": "2026-03-02T09:00",
    "due_at": "2026-03-10T09:00", "resolved_at": "2026-03-09T15:00", "handed_over_at": "2026-03-10T08:00",
    "outcome": "resolved", "pauses": "supplement:2026-03-03T08:00/2026-03-04T08:00", "supplement_rounds": "1",
    "paused_seconds": "86400", "fee_vnd": "50000", "obligation_vnd": "0", "paid_vnd": "50000", "payment_channel": "online",
    "received_by_post": "false", "returned_by_post": "true", "digitised_input": "true", "digitised_result": "true",
    "electronic_result": "false", "result_paper_due": "true", "reused_paper": "false", "from_personal_store": "false",
    "population_db_used": "true", "vneid_authenticated": "true", "portal_synced": "true",
    "apology_sent_at": "2026-03-08T10:00", "promised_at": "2026-03-12T09:00", "rating": "5",
}  # fmt: skip


@pytest.fixture
def province() -> Province:
    return build_province()


def write(path: Path, *rows: dict[str, str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def take(path: Path, *rows: dict[str, str], at: datetime = NOW, chunk: int = 2) -> DossierImport:
    return import_dossiers(write(path / "d.csv", *rows), mapping=FileMapping(), at=at, chunk=chunk)


def counts(report: DossierImport) -> tuple[int, ...]:
    return report.read, report.new, report.advanced, report.unchanged, report.refused, report.noted


def aside(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def said(code: str) -> list[dict[str, Any]]:
    rows = LedgerEntry.objects.filter(dossier__code=code).order_by("seq")
    return [json.loads(text) for text in rows.values_list("text", flat=True)]


def holds(path: Path) -> int:
    """Entries of a ledger in which nothing is wrong."""
    report = verify_ledger(CheckpointStore(path / "checkpoints", "khoa"))
    assert [fault.message for fault in report.faults] == []
    return report.entries


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC) - timedelta(hours=7)


def test_every_column_stands_in_the_row_or_in_the_facts(province: Province, tmp_path: Path) -> None:
    assert counts(take(tmp_path, FULL)) == (1, 1, 0, 0, 0, 0)

    dossier = Dossier.objects.select_related("procedure__sector", "agency").get()
    assert (dossier.imported, dossier.state, dossier.seq, dossier.code) == (True, "handed_over", 1, FULL["code"])
    assert (dossier.procedure.code, dossier.procedure.name) == ("9.000001", "Thủ tục của hệ thống khác")
    assert (dossier.procedure.imported, dossier.procedure.current, dossier.version) == (True, None, None)
    assert (dossier.procedure.sector.code, dossier.procedure.sector.imported) == ("LV-KHAC", True)
    assert (dossier.agency.code, dossier.agency.name, dossier.agency.level) == ("H32.900", "Đơn vị ngoài", "commune")
    assert (dossier.agency.imported, dossier.agency.parent_id) == (True, province.root.pk)
    # A desk that is not ours is not made up; its code stays with the facts.
    assert (dossier.receiving_desk, dossier.return_desk) == (province.desk, None)
    assert (dossier.channel, dossier.assisted, dossier.applicant_kind) == ("online", True, "business")
    assert (dossier.return_method, dossier.fee_vnd, dossier.supplement_rounds) == ("", 50_000, 1)
    assert (dossier.submitter, dossier.owner_person, dossier.owner_business, dossier.owner_name) == (
        None,
        None,
        None,
        "",
    )
    assert dossier.submitted_at == local(2026, 3, 2, 7, 30)
    assert dossier.accepted_at == local(2026, 3, 2, 8)
    assert dossier.clock_started_at == local(2026, 3, 2, 9)
    assert (dossier.due_at, dossier.original_due_at) == (local(2026, 3, 10, 9), None)
    assert (dossier.resolved_at, dossier.handed_over_at) == (local(2026, 3, 9, 15), local(2026, 3, 10, 8))
    assert (dossier.promised_at, dossier.ended_at, dossier.paused_at) == (local(2026, 3, 12, 9), None, None)

    (entry,) = said(FULL["code"])
    assert (entry["kind"], entry["from"], entry["to"]) == ("dossier.imported", "draft", "handed_over")
    assert (entry["occurred_at"], entry["recorded_at"]) == (
        "2026-03-10T01:00:00.000000Z",
        "2026-11-20T02:30:00.000000Z",
    )
    assert entry["private"] == {}
    assert entry["data"]["facts"] == {
        "sector": "LV-KHAC", "return_desk": "QUAY-9", "service_level": "full", "outcome": "resolved",
        "pauses": "supplement:2026-03-03T01:00:00.000000Z/2026-03-04T01:00:00.000000Z", "supplement_rounds": 1,
        "paused_seconds": 86_400, "obligation_vnd": 0, "paid_vnd": 50_000, "payment_channel": "online",
        "received_by_post": False, "returned_by_post": True, "digitised_input": True, "digitised_result": True,
        "electronic_result": False, "result_paper_due": True, "reused_paper": False, "from_personal_store": False,
        "population_db_used": True, "vneid_authenticated": True, "portal_synced": True,
        "apology_sent_at": "2026-03-08T03:00:00.000000Z", "rating": 5,
    }  # fmt: skip
    assert holds(tmp_path) == 1


def test_a_code_alone_is_enough_and_nothing_is_invented(province: Province, tmp_path: Path) -> None:
    take(tmp_path, {"code": "Z"})

    dossier = Dossier.objects.select_related("procedure__sector", "agency").get()
    assert (dossier.procedure.code, dossier.procedure.name) == ("", "Chưa rõ thủ tục")
    assert (dossier.agency.code, dossier.agency.name, dossier.agency.level) == ("", "Chưa rõ cơ quan", "")
    assert dossier.procedure.sector.name == "Chưa rõ lĩnh vực"
    assert (dossier.channel, dossier.assisted, dossier.applicant_kind, dossier.fee_vnd) == ("", None, "", None)
    assert (dossier.accepted_at, dossier.due_at, dossier.state) == (None, None, "submitted")
    assert said("Z")[0]["data"]["facts"] == {}
    assert (Person.objects.count(), Timer.objects.count(), Notice.objects.count()) == (0, 0, 0)
    assert holds(tmp_path) == 1


def test_a_name_given_later_replaces_the_code_that_stood_for_it(province: Province, tmp_path: Path) -> None:
    row = {"code": "A", "procedure": "9.1", "agency": "N1"}
    take(tmp_path, row)
    names = Procedure.objects.get(code="9.1").name, Agency.objects.get(code="N1").name

    report = take(tmp_path, row | {"procedure_name": "Tên thủ tục", "agency_name": "Tên cơ quan", "level": "district"})

    agency = Agency.objects.get(code="N1")
    assert names == ("9.1", "N1")
    assert (Procedure.objects.get(code="9.1").name, agency.name, agency.level) == (
        "Tên thủ tục",
        "Tên cơ quan",
        "district",
    )
    assert counts(report) == (1, 0, 0, 1, 0, 0)


def test_what_the_province_knows_itself_stays_as_it_is(province: Province, tmp_path: Path) -> None:
    row = {
        "code": "A", "procedure": "1.001193", "procedure_name": "Tên khác", "sector": "LV-KHAC", "agency": "H32.16",
        "agency_name": "Tên khác", "level": "vertical",
    }  # fmt: skip
    take(tmp_path, row)

    procedure, agency = Procedure.objects.get(), Agency.objects.get(code="H32.16")
    assert (procedure.name, procedure.imported) == ("Cấp giấy phép xây dựng nhà ở riêng lẻ", False)
    assert (agency.name, agency.level, agency.imported) == ("Sở Xây dựng", "province", False)
    assert not Sector.objects.filter(code="LV-KHAC").exists()


def test_vertical_agencies_have_their_own_tree(province: Province, tmp_path: Path) -> None:
    take(
        tmp_path, {"code": "A", "agency": "HQ", "level": "vertical"}, {"code": "B", "agency": "X", "level": "province"}
    )

    assert Agency.objects.get(code="HQ").parent is None
    assert Agency.objects.get(code="X").parent == province.root


ACCEPTED = {"code": "A", "procedure": "9.1", "agency": "H32.16", "accepted_at": "2026-03-02T08:00"}


def test_refused_lines_stand_beside_with_their_reason_and_may_be_mended(province: Province, tmp_path: Path) -> None:
    bad = ACCEPTED | {"code": "B", "outcome": "resolved"}
    report = take(tmp_path, ACCEPTED, bad, {"code": "C", "rating": "9"}, ACCEPTED, ACCEPTED | {"rating": "1"})

    assert counts(report) == (5, 1, 0, 1, 3, 0)
    assert report.refused_file == tmp_path / "d.refused.csv"
    assert [(row["code"], row["line"], row["reason"]) for row in aside(report.refused_file)] == [
        ("B", "3", "outcome là resolved nhưng thiếu resolved_at"),
        ("C", "4", "rating “9”: cần số từ 1 đến 5"),
        ("A", "6", "mã A đã có ở một dòng trước trong tệp với nội dung khác"),
    ]
    mended = report.refused_file.read_text().replace(",resolved,", ",open,")
    (tmp_path / "again.csv").write_text(mended)
    again = import_dossiers(tmp_path / "again.csv", mapping=FileMapping(), at=NOW)
    assert (again.new, again.refused, again.ignored_columns) == (1, 1, [])


def test_the_files_beside_belong_to_the_last_loading(province: Province, tmp_path: Path) -> None:
    take(tmp_path, {"code": "B", "outcome": "resolved"}, ACCEPTED | {"due_at": "2026-03-01"})
    before = sorted(path.name for path in tmp_path.iterdir())

    report = take(tmp_path, ACCEPTED | {"code": "C"})

    assert before == ["d.csv", "d.notes.csv", "d.refused.csv"]
    assert (report.refused_file, report.notes_file) == (None, None)
    assert [path.name for path in tmp_path.iterdir()] == ["d.csv"]


def test_a_due_before_acceptance_is_loaded_and_noted(province: Province, tmp_path: Path) -> None:
    report = take(tmp_path, ACCEPTED | {"due_at": "2026-03-01T08:00"})

    assert counts(report) == (1, 1, 0, 0, 0, 1)
    assert report.notes_file
    assert aside(report.notes_file) == [
        {
            "line": "2", "code": "A", "note": "due_before_acceptance",
            "text": "hạn 01/03/2026 08:00 trước lúc tiếp nhận 02/03/2026 08:00",
        }
    ]  # fmt: skip
    assert Dossier.objects.get().due_at == local(2026, 3, 1, 8)


OURS = ACCEPTED | {"procedure": "1.001193", "channel": "online"}


@pytest.mark.parametrize(
    ("columns", "computed", "notes"),
    [
        # Three working days from Monday 08:00.
        ({"due_at": "2026-03-05T08:00"}, "2026-03-05T01:00:00.000000Z", []),
        (
            {"due_at": "2026-03-06T08:30"},
            "2026-03-05T01:00:00.000000Z",
            ["hạn trong tệp 06/03/2026 08:30, tính ở đây 05/03/2026 08:00, chênh +1470 phút"],
        ),
        ({}, "2026-03-05T01:00:00.000000Z", []),
        (
            {"due_at": "2026-03-06T08:00", "pauses": "legal:2026-03-03T08:00/2026-03-04T08:00"},
            "2026-03-06T01:00:00.000000Z",
            [],
        ),
        ({"due_at": "2026-03-09T08:00", "pauses": "legal:2026-03-03T08:00/"}, "2026-03-05T01:00:00.000000Z", []),
        # How long it stood is told, when is not: nothing can be counted.
        ({"due_at": "2026-03-09T08:00", "paused_seconds": "86400"}, None, []),
        ({"due_at": "2026-03-06T08:00", "channel": ""}, "2026-03-05T01:00:00.000000Z", ["hạn trong tệp"]),
        ({"due_at": "2026-03-06T08:00", "procedure": "9.1"}, None, []),
        ({"due_at": "2024-03-06T08:00", "accepted_at": "2024-03-01T08:00"}, None, []),
    ],
)
def test_our_due_is_computed_beside_the_given_one(
    province: Province, tmp_path: Path, columns: dict[str, str], computed: str | None, notes: list[str]
) -> None:
    report = take(tmp_path, OURS | columns)

    (entry,) = said("A")
    assert entry["data"]["facts"].get("computed_due_at") == computed
    given = columns.get("due_at")
    assert Dossier.objects.get().due_at == (datetime.fromisoformat(f"{given}+07:00") if given else None)
    found = aside(report.notes_file) if report.notes_file else []
    assert [row["note"] for row in found] == ["due_differs"] * len(notes)
    assert all(row["text"].startswith(note) for row, note in zip(found, notes, strict=True))
    assert report.noted == len(notes)
    assert holds(tmp_path) == 1


def test_channels_with_different_limits_leave_an_untold_one_without(province: Province, tmp_path: Path) -> None:
    ChannelRule.objects.filter(channel="post").update(amount=5)

    take(tmp_path, OURS | {"channel": ""}, OURS | {"code": "B", "channel": "post"})

    assert "computed_due_at" not in said("A")[0]["data"]["facts"]
    assert said("B")[0]["data"]["limit"] == [5, "working_day", None, ""]
    version = province.procedure.current
    assert set(Dossier.objects.values_list("version", "limit_amount")) == {
        (version and version.pk, None),
        (version and version.pk, 5),
    }


def test_loading_again_changes_nothing(province: Province, tmp_path: Path) -> None:
    rows = [FULL, OURS | {"due_at": "2026-03-06T08:00"}, {"code": "Z"}]
    first = take(tmp_path, *rows)
    heads = list(Dossier.objects.order_by("id").values_list("head", "seq", "access_key"))

    again = take(tmp_path, *rows, at=NOW + timedelta(days=1))

    assert counts(first) == (3, 3, 0, 0, 0, 1)
    assert counts(again) == (3, 0, 0, 3, 0, 1)
    assert list(Dossier.objects.order_by("id").values_list("head", "seq", "access_key")) == heads


def test_a_later_file_moves_a_dossier_forward(province: Province, tmp_path: Path) -> None:
    opened = ACCEPTED | {"outcome": "open", "due_at": "2026-03-10T08:00", "pauses": "supplement:2026-03-03T08:00/"}
    take(tmp_path, opened)
    standing = Dossier.objects.get()
    later = opened | {
        "pauses": "supplement:2026-03-03T08:00/2026-03-05T08:00", "due_at": "2026-03-12T08:00", "outcome": "resolved",
        "resolved_at": "2026-03-11T08:00", "channel": "post", "rating": "3", "receiving_desk": "TTPVHCC",
    }  # fmt: skip

    report = take(tmp_path, later, at=NOW + timedelta(days=1))

    assert (standing.state, standing.paused_at, standing.pause_kind) == (
        "awaiting_supplement", local(2026, 3, 3, 8), "supplement",
    )  # fmt: skip
    assert counts(report) == (1, 0, 1, 0, 0, 0)
    dossier = Dossier.objects.get()
    assert (dossier.id, dossier.seq, dossier.state) == (standing.id, 2, "resolved")
    assert (dossier.paused_at, dossier.pause_kind, dossier.channel) == (None, "", "post")
    assert (dossier.due_at, dossier.resolved_at) == (local(2026, 3, 12, 8), local(2026, 3, 11, 8))
    assert dossier.receiving_desk == province.desk
    entry = said("A")[1]
    assert (entry["kind"], entry["from"], entry["to"]) == ("dossier.import_advanced", "awaiting_supplement", "resolved")
    assert entry["occurred_at"] == "2026-03-11T01:00:00.000000Z"
    assert entry["data"] == {
        "facts": {
            "outcome": "resolved", "rating": 3,
            "pauses": "supplement:2026-03-03T01:00:00.000000Z/2026-03-05T01:00:00.000000Z",
        },
        "set": {
            "channel": "post", "due_at": "2026-03-12T01:00:00.000000Z", "pause_kind": "", "paused_at": None,
            "receiving_desk_id": province.desk.pk, "resolved_at": "2026-03-11T01:00:00.000000Z",
        },
    }  # fmt: skip
    assert counts(take(tmp_path, later, at=NOW + timedelta(days=2))) == (1, 0, 0, 1, 0, 0)
    assert holds(tmp_path) == 2


def test_what_was_not_told_at_first_is_filled_with_its_terms(province: Province, tmp_path: Path) -> None:
    take(tmp_path, {"code": "A"})

    report = take(tmp_path, OURS | {"outcome": "open"})

    dossier = Dossier.objects.get()
    assert counts(report) == (1, 0, 1, 0, 0, 0)
    assert (dossier.procedure, dossier.agency) == (province.procedure, province.department)
    assert (dossier.version, dossier.limit_amount, dossier.state) == (province.procedure.current, 3, "accepted")
    assert dossier.clock_started_at == dossier.accepted_at == local(2026, 3, 2, 8)
    assert said("A")[1]["data"]["facts"] == {"outcome": "open", "computed_due_at": "2026-03-05T01:00:00.000000Z"}
    assert holds(tmp_path) == 2


def test_what_was_told_is_not_overwritten_and_the_difference_is_noted(province: Province, tmp_path: Path) -> None:
    done = ACCEPTED | {"resolved_at": "2026-03-04T08:00", "outcome": "resolved"}
    take(tmp_path, done)

    report = take(tmp_path, done | {"resolved_at": "2026-03-03T08:00", "outcome": "open", "accepted_at": ""})
    other = take(tmp_path, {"code": "A", "resolved_at": "2026-03-03T08:00"})
    back = take(tmp_path, {"code": "A", "handed_over_at": "2026-03-01T08:00"})

    assert counts(report) == (1, 0, 0, 0, 1, 0)
    assert counts(other) == (1, 0, 0, 1, 0, 1)
    assert other.notes == {"kept": 1}
    assert counts(back) == (1, 0, 0, 0, 1, 0)
    assert back.refused_file
    assert aside(back.refused_file)[0]["reason"] == (
        "cùng với những gì đã nạp trước đây: handed_over_at: trả kết quả lúc 01/03/2026 08:00, trước khi tiếp nhận lúc"
        " 02/03/2026 08:00"
    )
    assert Dossier.objects.get().resolved_at == local(2026, 3, 4, 8)
    assert holds(tmp_path) == 1


def test_a_dossier_of_our_own_is_never_touched(province: Province, tmp_path: Path) -> None:
    ours = live(province)
    before = Dossier.objects.values().get()

    report = take(tmp_path, ACCEPTED | {"code": ours.code})

    assert counts(report) == (1, 0, 0, 0, 1, 0)
    assert report.refused_file
    assert aside(report.refused_file)[0]["reason"] == f"mã {ours.code} là của một hồ sơ làm trên hệ thống này"
    assert Dossier.objects.values().get() == before


def test_result_handed_over_at_an_untold_moment_of_resolving(province: Province, tmp_path: Path) -> None:
    row = ACCEPTED | {"handed_over_at": "2026-03-04T08:00", "outcome": "resolved"}
    take(tmp_path, row)

    dossier = Dossier.objects.get()
    assert (dossier.state, dossier.resolved_at, dossier.handed_over_at) == (
        "handed_over", local(2026, 3, 4, 8), local(2026, 3, 4, 8),
    )  # fmt: skip
    assert counts(take(tmp_path, row)) == (1, 0, 0, 1, 0, 0)
    told_now = take(tmp_path, row | {"resolved_at": "2026-03-03T08:00"})
    assert counts(told_now) == (1, 0, 1, 0, 0, 0)
    assert Dossier.objects.get().resolved_at == local(2026, 3, 3, 8)


def test_an_unreadable_file_changes_nothing(province: Province, tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_bytes(b"code\n" + b"A\n" * 10 + b"\xff\n")

    with pytest.raises(BadInput, match="dòng 12"):
        import_dossiers(path, mapping=FileMapping(), at=NOW, chunk=2)

    assert Dossier.objects.count() == 0
    assert [found.name for found in tmp_path.iterdir()] == ["d.csv"]


def test_codes_and_desks_of_any_letters_survive_copy(province: Province, tmp_path: Path) -> None:
    codes = ["a\\b", "t\tb", "n\nb", "r\rb", "\\N", "\\.", "'; --", "ﬁ😀", '"q"']
    take(tmp_path, *({"code": code, "return_desk": code} for code in codes), chunk=100)

    assert list(Dossier.objects.order_by("id").values_list("code", flat=True)) == codes
    assert [said(code)[0]["data"]["facts"] for code in codes] == [{"return_desk": code} for code in codes]
    assert holds(tmp_path) == len(codes)


def test_it_is_in_the_lists_of_who_sees_its_agency_and_of_nobody_else(province: Province, tmp_path: Path) -> None:
    take(
        tmp_path, ACCEPTED | {"due_at": "2026-03-05T08:00", "outcome": "open"}, ACCEPTED | {"code": "N", "agency": "N1"}
    )
    case, leader, other = (province.actor(name) for name in ("case", "leader", "commune_case"))

    assert [row.code for row in queries.worklist(case, Queue.OPEN, NOW).rows] == ["A"]
    assert [row.code for row in queries.worklist(leader, Queue.OPEN, NOW).rows] == ["A", "N"]
    assert queries.worklist(other, Queue.OPEN, NOW).rows == []
    with pytest.raises(NotFound):
        queries.get_visible(other, code="A")


@pytest.mark.parametrize("code", ["HS-2026/000.1", "20260000123", "H99-x 7"])
def test_it_is_found_by_its_code(province: Province, tmp_path: Path, code: str) -> None:
    take(tmp_path, ACCEPTED | {"code": code}, {"code": "B-2"})

    assert [row.code for row in queries.search(province.actor("case"), code).rows] == [code]
    assert queries.search(province.actor("commune_case"), code).rows == []
    # Nothing is known of its people by which the public could prove that it is theirs.
    with pytest.raises(DomainError):
        queries.look_up(code, "1990")


def test_nobody_moves_it_here(province: Province, tmp_path: Path) -> None:
    take(tmp_path, ACCEPTED | {"outcome": "open"})
    dossier = Dossier.objects.get()

    for actor in (province.actor("case"), province.actor("head"), SYSTEM):
        with pytest.raises(NotAllowed) as caught:
            give_command(dossier.pk, Forward("Thẩm định", officer_id=1), actor=actor, at=NOW)
        assert caught.value.message == READ_ONLY
    with pytest.raises(NotFound):
        give_command(dossier.pk, Stop(reason="Hết hạn"), actor=province.actor("commune_case"), at=NOW)
    with pytest.raises(ReadOnly):
        Move(load(dossier.pk), actor=SYSTEM, recorded_at=NOW).give(Stop(reason="Hết hạn"), NOW)
    assert LedgerEntry.objects.count() == 1


def test_desk_ids_and_flag_are_witnessed_by_the_ledger(province: Province, tmp_path: Path) -> None:
    take(tmp_path, FULL)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE dossiers_dossier SET imported = false, return_desk_id = %s", [province.desk.pk])

    report = verify_ledger(CheckpointStore(tmp_path / "checkpoints", "khoa"))

    assert [fault.message for fault in report.faults] == ["Dữ liệu hồ sơ khác sổ cái ở: return_desk_id, imported."]


def test_a_desk_that_comes_to_be_ours_is_put_to_the_dossier(province: Province, tmp_path: Path) -> None:
    take(tmp_path, FULL)
    desk = Desk.objects.create(code="QUAY-9", name="Quầy 9", agency=province.root)

    report = take(tmp_path, FULL)

    assert counts(report) == (1, 0, 1, 0, 0, 0)
    assert Dossier.objects.get().return_desk == desk
    assert said(FULL["code"])[1]["data"] == {"facts": {"return_desk": None}, "set": {"return_desk_id": desk.pk}}
    assert holds(tmp_path) == 2


def test_statements_do_not_grow_with_the_lines(
    province: Province, tmp_path: Path, django_assert_max_num_queries
) -> None:
    rows = [ACCEPTED | {"code": f"A{number}"} for number in range(300)]
    take(tmp_path, {"code": "first", "procedure": "9.1", "agency": "H32.16"})

    with django_assert_max_num_queries(25):
        assert take(tmp_path, *rows, chunk=300).new == 300


def test_the_day_of_loading_is_the_first_of_a_new_agency(province: Province, tmp_path: Path) -> None:
    take(tmp_path, {"code": "A", "agency": "N1"}, at=datetime(2026, 11, 19, 20, tzinfo=UTC))

    assert Agency.objects.get(code="N1").valid_from == date(2026, 11, 20)

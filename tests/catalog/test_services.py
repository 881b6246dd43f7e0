from __future__ import annotations

import gzip
import json
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from motcua.catalog.base_data import BASE_SOURCE
from motcua.catalog.files import BadFile
from motcua.catalog.models import (
    ChannelRule,
    DeskProcedure,
    LegalGround,
    PaperRequirement,
    Procedure,
    ProcedureVersion,
    ReviewItem,
    Sector,
)
from motcua.catalog.permissions import NotAllowed
from motcua.catalog.posting import post_procedures
from motcua.catalog.queries import Part, posted_procedures, publication_gaps, rules_touched, waiting_reviews
from motcua.catalog.services import (
    AlreadySettled,
    ImportReport,
    import_catalog,
    load_base_data,
    settle_review,
)
from motcua.identity.actors import SYSTEM, Actor, ActorKind, Grant
from motcua.law.errors import BadInput
from motcua.organizations.models import Desk, Role
from motcua.organizations.services import create_agency

pytestmark = pytest.mark.django_db

RECORDS = Path(__file__).parent / "data" / "records.jsonl"
JULY, TODAY = date(2025, 7, 1), date(2026, 11, 21)
NOON = datetime(2026, 11, 21, 5, tzinfo=UTC)
CLERK = Actor(kind=ActorKind.OFFICER, id=7, grants=(Grant(Role.COUNTER_OFFICER, frozenset({1})),))


def records() -> list[dict[str, object]]:
    return [json.loads(line) for line in RECORDS.read_text(encoding="utf-8").splitlines()]


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def item_of(code: str, field: str) -> ReviewItem:
    return ReviewItem.objects.get(version__procedure__code=code, version__procedure__current__isnull=False, field=field)


def as_the_server_does_within_a_minute() -> None:
    """Without statistics of what was just loaded, among the rests of other tests, a plan can take minutes."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def test_first_import_makes_every_procedure_with_its_parts() -> None:
    report = import_catalog([RECORDS], valid_from=JULY)

    assert report == ImportReport(read=12, new=12, changed=0, unchanged=0, refused=0, review=8)
    procedure = Procedure.objects.select_related("current", "sector").get(code="1.008709")
    assert procedure.sector.name == "Luật sư"
    assert procedure.current is not None
    assert (procedure.current.number, procedure.current.valid_from, procedure.current.valid_to) == (1, JULY, None)
    assert procedure.current.steps_text
    assert [
        (rule.channel, rule.amount, rule.unit, rule.condition.split()[-1]) for rule in procedure.current.channels.all()
    ] == [
        (channel, amount, "working_day", case)
        for channel in ("counter", "online", "post")
        for amount, case in ((7, "danh"), (5, "luật"))
    ]


def test_import_again_changes_nothing() -> None:
    import_catalog([RECORDS], valid_from=JULY)
    before = [model.objects.count() for model in (ProcedureVersion, ChannelRule, PaperRequirement, ReviewItem, Sector)]

    report = import_catalog([RECORDS, RECORDS], valid_from=TODAY)

    assert report == ImportReport(read=24, new=0, changed=0, unchanged=12, refused=0, review=8)
    assert before == [
        model.objects.count() for model in (ProcedureVersion, ChannelRule, PaperRequirement, ReviewItem, Sector)
    ]


def test_a_changed_record_becomes_a_version_and_the_old_one_ends(tmp_path: Path) -> None:
    import_catalog([RECORDS], valid_from=JULY)
    rows = records()
    rows[0]["ten_thu_tuc"] = "Tên mới của thủ tục"

    report = import_catalog([write(tmp_path / "a.jsonl.gz", rows)], valid_from=TODAY)

    assert (report.changed, report.unchanged) == (1, 11)
    versions = list(ProcedureVersion.objects.filter(procedure__code=rows[0]["ma_thu_tuc"]).order_by("number"))
    assert [(v.number, v.valid_from, v.valid_to) for v in versions] == [(1, JULY, TODAY), (2, TODAY, None)]
    procedure = Procedure.objects.get(code=rows[0]["ma_thu_tuc"])
    assert (procedure.name, procedure.current_id) == ("Tên mới của thủ tục", versions[1].pk)
    assert versions[0].name != versions[1].name


def test_refused_records_are_named_and_the_rest_is_taken(tmp_path: Path) -> None:
    rows = records()
    nameless = rows[1] | {"ma_thu_tuc": "1.999999", "ten_thu_tuc": ""}
    twice = rows[0] | {"so_quyet_dinh": "khác"}
    path = write(tmp_path / "a.jsonl", [*rows, nameless, twice, rows[2]])

    report = import_catalog([path], valid_from=JULY)

    assert (report.read, report.new, report.refused) == (15, 11, 2)
    assert {(refusal.code, refusal.line) for refusal in report.refusals} == {("1.999999", 13), ("1.002374", 14)}
    assert "1.999999: Thiếu tên thủ tục (“ten_thu_tuc”)." in str(report.refusals[1])
    assert not Procedure.objects.filter(code__in=["1.999999", "1.002374"]).exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"ma_thu_tuc": "1.001193"', "dòng 1, cột 26: không phải JSON; cần mỗi dòng một đối tượng JSON."),
        (b"[1]\n", "dòng 1, cột 1: không phải đối tượng JSON; cần các mục như ma_thu_tuc."),
        (b"\n{}\n", "dòng 2, cột ma_thu_tuc: thiếu mã thủ tục; cần dạng 1.001193."),
        (b'{"ma_thu_tuc": "\xff"}', "dòng 1, cột 17: không phải chữ mã hóa UTF-8."),
    ],
)
def test_a_broken_file_is_refused_whole(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(content)

    with pytest.raises(BadFile) as refusal:
        import_catalog([RECORDS, path], valid_from=JULY)

    assert refusal.value.message == f"{path}, {message}"
    assert Procedure.objects.count() == 0


def test_missing_empty_and_cut_off_files_are_refused(tmp_path: Path) -> None:
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(gzip.compress(RECORDS.read_bytes())[:2000])

    for path in (tmp_path / "none.jsonl", cut, Path(write(tmp_path / "x.txt", []).parent / "deeper")):
        with pytest.raises(BadFile):
            import_catalog([path], valid_from=JULY)
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadFile, match=r"không có tệp \.jsonl"):
        import_catalog([tmp_path / "empty"], valid_from=JULY)
    assert Procedure.objects.count() == 0


def test_an_import_that_was_cut_off_goes_on(tmp_path: Path) -> None:
    rows = records()
    import_catalog([write(tmp_path / "half.jsonl", rows[:5])], valid_from=JULY)
    seen: list[tuple[int, int]] = []

    report = import_catalog([RECORDS], valid_from=JULY, progress=lambda done, total: seen.append((done, total)))

    assert (report.new, report.unchanged) == (7, 5)
    assert seen == [(12, 12)]


def test_a_procedure_known_from_dossiers_only_is_filled() -> None:
    sector = Sector.objects.create(code="LV-luat-su", name="LV-luat-su", name_key="lv-luat-su", imported=True)
    Procedure.objects.create(code="1.008709", name="1.008709", sector=sector, imported=True)

    report = import_catalog([RECORDS], valid_from=JULY)

    procedure = Procedure.objects.select_related("sector").get(code="1.008709")
    assert report.new == 12
    assert (procedure.imported, procedure.sector_id, procedure.sector.name) == (False, sector.pk, "Luật sư")
    assert procedure.current_id


def test_search_words_hold_the_name_without_marks_and_the_code() -> None:
    import_catalog([RECORDS], valid_from=JULY)

    found = Procedure.objects.extra(where=["words @@ to_tsquery('simple', 'cay & xanh')"])
    assert [procedure.code for procedure in found] == ["1.002693"]


def test_base_data_is_loaded_once_and_an_import_adds_its_prose() -> None:
    load_base_data()
    assert Procedure.objects.filter(current__isnull=False).count() == 1502
    assert ChannelRule.objects.filter(amount__isnull=False).count() == 3046
    assert PaperRequirement.objects.count() == 9550
    assert Sector.objects.count() == 81
    assert set(ProcedureVersion.objects.values_list("source", "number", "steps_text")) == {(BASE_SOURCE, 1, "")}

    with CaptureQueriesContext(connection) as queries:
        load_base_data()
    assert len(queries) == 1

    report = import_catalog([RECORDS], valid_from=TODAY)

    assert (report.new, report.changed, report.unchanged) == (0, 0, 12)
    version = ProcedureVersion.objects.get(procedure__code="1.008709")
    assert version.steps_text.startswith("Công ty luật")
    assert "" not in set(LegalGround.objects.filter(version=version).values_list("title", flat=True))


def test_base_data_never_replaces_an_imported_version(tmp_path: Path) -> None:
    rows = records()
    rows[0]["ten_thu_tuc"] = "Tên do tỉnh nhập"
    import_catalog([write(tmp_path / "a.jsonl", rows[:1])], valid_from=JULY)

    load_base_data()

    assert Procedure.objects.get(code="1.002374").name == "Tên do tỉnh nhập"
    assert Procedure.objects.count() == 1502


def test_review_counts_by_kind_of_the_shipped_catalogue() -> None:
    load_base_data()
    as_the_server_does_within_a_minute()

    kinds = Counter(item.field.partition(":")[0] for item in waiting_reviews())
    assert sum(kinds.values()) == ReviewItem.objects.count()
    assert kinds == {
        "limit": 391, "fee": 440, "grounds": 173, "paper": 128, "limit_note": 103, "condition": 40, "papers": 37,
        "sets": 15, "results": 14,
    }  # fmt: skip
    assert waiting_reviews("limit").count() == 391


def test_accepting_a_suggestion_fills_the_rows_it_touches() -> None:
    import_catalog([RECORDS], valid_from=JULY)
    item = item_of("1.009671", "limit:0,1")
    assert [rule.channel for rule in rules_touched(item)] == ["post", "counter"]

    settled = settle_review(item, actor=SYSTEM, status="accepted", at=NOON)

    assert (settled.status, settled.decision, settled.settled_at) == (
        "accepted",
        {"amount": 3, "unit": "working_day"},
        NOON,
    )
    rules = ChannelRule.objects.filter(version_id=item.version_id)
    assert {(rule.amount, rule.unit) for rule in rules} == {(3, "working_day")}
    assert import_catalog([RECORDS], valid_from=JULY).review == 7


@pytest.mark.parametrize(
    ("code", "field", "values", "expected"),
    [
        ("1.006429", "limit:0", {"amount": 8, "unit": "working_hour"}, ("amount", 8)),
        ("1.006429", "limit:0", {"amount": None, "unit": ""}, ("amount", None)),
        ("2.000975", "fee:0", {"fee_vnd": 250_000}, ("fee_vnd", 250_000)),
        (
            "1.000672",
            "condition:0,1,2",
            {"conditions": ["kiểm tra", "công bố", "thông báo"]},
            ("condition", "kiểm tra"),
        ),
    ],
)
def test_a_correction_is_put_into_the_row(
    code: str, field: str, values: dict[str, object], expected: tuple[str, object]
) -> None:
    import_catalog([RECORDS], valid_from=JULY)
    item = item_of(code, field)

    settle_review(item, actor=SYSTEM, status="corrected", at=NOON, values=values)

    assert getattr(rules_touched(item)[0], expected[0]) == expected[1]


def test_a_missing_table_of_papers_is_entered_by_hand() -> None:
    import_catalog([RECORDS], valid_from=JULY)
    item = item_of("1.001632", "papers")

    settle_review(
        item,
        actor=SYSTEM,
        status="corrected",
        at=NOON,
        values={"rows": [{"name": "Sổ bảo hiểm xã hội", "originals": 1, "copies": 0}]},
    )

    papers = PaperRequirement.objects.filter(version_id=item.version_id)
    assert [(paper.position, paper.name, paper.originals) for paper in papers] == [(0, "Sổ bảo hiểm xã hội", 1)]


@pytest.mark.parametrize(
    ("field", "status", "values"),
    [
        ("limit:0", "corrected", {"amount": 0, "unit": "day"}),
        ("limit:0", "corrected", {"amount": "8", "unit": "day"}),
        ("limit:0", "corrected", {"amount": 8, "unit": "month"}),
        ("limit:0", "accepted", None),
        ("limit:0", "open", None),
    ],
)
def test_a_wrong_decision_changes_nothing(field: str, status: str, values: dict[str, object] | None) -> None:
    import_catalog([RECORDS], valid_from=JULY)
    item = item_of("1.006429", field)

    with pytest.raises(BadInput):
        settle_review(item, actor=SYSTEM, status=status, at=NOON, values=values)

    assert rules_touched(item)[0].amount is None


def test_an_item_is_settled_once_and_by_an_administrator_only() -> None:
    import_catalog([RECORDS], valid_from=JULY)
    item = item_of("1.009671", "limit:0,1")

    with pytest.raises(NotAllowed):
        settle_review(item, actor=CLERK, status="dismissed", at=NOON)
    settle_review(item, actor=SYSTEM, status="dismissed", at=NOON)
    with pytest.raises(AlreadySettled):
        settle_review(item, actor=SYSTEM, status="accepted", at=NOON)

    assert {rule.amount for rule in rules_touched(item)} == {None}


def test_a_decision_holds_on_in_the_next_version(tmp_path: Path) -> None:
    import_catalog([RECORDS], valid_from=JULY)
    settle_review(item_of("1.009671", "limit:0,1"), actor=SYSTEM, status="accepted", at=NOON)
    rows = [row for row in records() if row["ma_thu_tuc"] == "1.009671"]
    rows[0]["so_quyet_dinh"] = "99/QĐ-BTC"

    report = import_catalog([write(tmp_path / "a.jsonl", rows)], valid_from=TODAY)

    assert (report.changed, report.review) == (1, 0)
    rules = ChannelRule.objects.filter(version__procedure__code="1.009671", version__number=2)
    assert {rule.amount for rule in rules} == {3}
    again = ReviewItem.objects.get(version__procedure__code="1.009671", version__number=2)
    assert (again.status, again.settled_at) == ("accepted", NOON)


def test_publication_gaps_name_the_missing_parts() -> None:
    import_catalog([RECORDS], valid_from=JULY)

    gaps = {gap.code: gap for gap in publication_gaps()}

    assert gaps["1.011043"].missing == (Part.FORMS, Part.CONDITIONS)
    assert gaps["1.011043"].blocking == ()
    assert gaps["1.001632"].blocking == (Part.PAPERS, Part.SETS)
    assert gaps["1.009671"].blocking == (Part.SETS, Part.AGENCY)
    assert gaps["1.006429"].blocking == (Part.SETS, Part.LIMIT)


def test_publication_gaps_of_the_shipped_catalogue_in_one_statement() -> None:
    load_base_data()
    as_the_server_does_within_a_minute()

    with CaptureQueriesContext(connection) as queries:
        gaps = publication_gaps()

    assert len(queries) == 1
    assert Counter(part for gap in gaps for part in gap.missing) == {
        Part.SETS: 1472, Part.LIMIT: 363, Part.FEE: 165, Part.AGENCY: 158, Part.GROUNDS: 84, Part.PAPERS: 47,
        Part.RESULT: 25, Part.CONDITIONS: 1092, Part.FORMS: 1075,
    }  # fmt: skip


def test_posted_procedures_of_a_desk_in_a_constant_number_of_statements() -> None:
    import_catalog([RECORDS], valid_from=JULY)
    agency = create_agency(code="H32.16", name="Sở Tư pháp", level="province", valid_from=JULY)
    desk = Desk.objects.create(code="H32.01", name="Trung tâm Phục vụ hành chính công", agency=agency)
    procedures = list(Procedure.objects.order_by("code")[:3])
    rows = [(desk, procedure, agency) for procedure in procedures]

    post_procedures(rows)
    post_procedures(rows)

    assert DeskProcedure.objects.count() == 3
    with CaptureQueriesContext(connection) as queries:
        posted = [
            (
                row.procedure.code,
                row.procedure.sector.name,
                [rule.channel for rule in row.procedure.current.channels.all()],
            )
            for row in posted_procedures(desk.pk, JULY)
            if row.procedure.current
        ]
    assert len(queries) == 2
    assert sorted(code for code, _, _ in posted) == [procedure.code for procedure in procedures]

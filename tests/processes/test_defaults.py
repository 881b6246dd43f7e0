import json
import sys
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.command import Run, command_here
from tests.processes.build import publish, review
from tests.province import MONDAY, Province, accepted, build_procedure, build_province

from motcua.catalog.local_rules import split_in_stages
from motcua.catalog.models import ChannelRule, CommittedLimit, DeskProcedure, Procedure
from motcua.catalog.services import load_base_data
from motcua.dossiers.models import Dossier
from motcua.dossiers.permissions import NotAllowed
from motcua.identity.actors import SYSTEM
from motcua.organizations.models import Role
from motcua.organizations.services import appoint
from motcua.processes.checks import faults, longest_path
from motcua.processes.choosing import Traits, choose
from motcua.processes.defaults import DefaultsReport, make_defaults, overrides
from motcua.processes.definition import from_json, to_json
from motcua.processes.limits import shortest, stated_limits
from motcua.processes.models import Process, ProcessVersion
from motcua.processes.patterns import QUANTUM, patterns

TODAY = MONDAY.date()


def traits(**given: object) -> Traits:
    plain: dict[str, object] = {
        "name": "Cấp giấy phép", "sector": "Kiến trúc", "levels": ("province",), "channels": frozenset({"online", "counter"}),
        "minutes": 2400, "same_day": False, "papers": 3, "fee": False, "agency": "Sở Xây dựng",
    }  # fmt: skip
    return Traits(**(plain | given))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "pattern"),
    [
        ({}, "one_office"),
        ({"same_day": True}, "same_day"),
        ({"minutes": 1440}, "one_office_short"),
        ({"minutes": 60}, "short_hours"),
        ({"minutes": 9600}, "two_offices"),
        ({"papers": 12}, "two_offices"),
        ({"fee": True}, "with_fee"),
        ({"channels": frozenset({"online"})}, "electronic"),
        ({"agency": "Ủy ban nhân dân cấp tỉnh"}, "province_committee"),
        ({"agency": "UBND tỉnh", "name": "Chấp thuận chủ trương đầu tư", "minutes": 9600}, "province_project"),
        ({"name": "Chấp thuận chủ trương đầu tư", "minutes": 9600}, "consultations"),
        ({"levels": ("province", "commune")}, "province_commune"),
        ({"levels": ("commune",)}, "commune_chairman"),
        ({"levels": ("commune",), "minutes": 7200}, "commune_vice_chairman"),
        (
            {"levels": ("commune",), "sector": "Hộ tịch", "name": "Đăng ký kết hôn có yếu tố nước ngoài"},
            "commune_verification",
        ),
        ({"name": "Cấp giấy phép xây dựng nhà ở riêng lẻ"}, "field_survey"),
        ({"name": "Cấp Chứng chỉ hành nghề kiến trúc", "minutes": 7200}, "council"),
        ({"sector": "Tài chính đất đai", "name": "Miễn, giảm tiền thuê đất"}, "tax_step"),
        ({"sector": "Thi đua – Khen thưởng", "name": "Tặng Bằng khen"}, "province_awards"),
        ({"sector": "Luật sư", "minutes": 3360}, "consultation"),
        ({"sector": "Thành lập và hoạt động của doanh nghiệp", "minutes": None}, "registry"),
        ({"sector": "Thuế", "name": "Hoàn thuế"}, "vertical"),
        ({"sector": "Thuế", "name": "Khai lệ phí trước bạ", "minutes": None}, "declaration"),
        ({"sector": "Hải quan", "agency": "Chi cục Hải quan khu vực", "minutes": 120}, "vertical_hours"),
        ({"levels": ("ministry",), "agency": "Bộ Xây dựng"}, "ministry"),
        ({"levels": ("ministry",), "agency": "Bộ Xây dựng", "minutes": 9600}, "ministry_consultation"),
        ({"levels": ("ministry",), "agency": "Thủ tướng Chính phủ", "minutes": 9600}, "central_decision"),
    ],
)
def test_choose(given: dict[str, object], pattern: str) -> None:
    code, because = choose(traits(**given))
    assert code == pattern
    assert because


def test_every_pattern_is_chosen_for_somebody() -> None:
    (marked,) = [mark for mark in test_choose.pytestmark if mark.name == "parametrize"]  # type: ignore[attr-defined]
    assert {pattern for _, pattern in marked.args[1]} == set(patterns())


@pytest.mark.django_db
def test_the_whole_catalogue_gets_processes_that_may_be_published(capsys: pytest.CaptureFixture[str]) -> None:
    load_base_data()
    # As the server does within a minute: with no statistics, among the rests of other tests, a plan can take a minute itself.
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    with CaptureQueriesContext(connection) as queries:
        report = make_defaults(actor=SYSTEM, at=MONDAY)

    total = Procedure.objects.count()
    assert total >= 1502
    assert report == DefaultsReport(total, total, 0, 0, report.patterns)
    assert total == sum(report.patterns.values()) == ProcessVersion.objects.filter(published_at=MONDAY).count()
    assert len(queries) <= 7 * 20
    with capsys.disabled():
        rows = (f"  {code:<24}{count:>5}{count / total:>8.1%}\n" for code, count in report.patterns.items())
        sys.stdout.write("\n" + "".join(rows))
    assert max(report.patterns.values()) <= 0.4 * total
    assert len(report.patterns) >= 20

    limits = stated_limits(list(Procedure.objects.values_list("id", flat=True)))
    known: dict[tuple[str, int | None], dict[str, object]] = {}
    for version in ProcessVersion.objects.select_related("process"):
        least = shortest(limits[version.process.procedure_id])
        allowed = least.minutes if least else None
        # Few of them differ: what was looked at already is only compared.
        if (same := known.get((version.digest, allowed))) is not None:
            assert version.definition == same
        else:
            known[version.digest, allowed] = version.definition
            definition = from_json(version.definition)
            assert version.digest == definition.digest
            assert faults(definition, minutes=allowed) == [], version.process
            if allowed is not None:
                assert longest_path(definition).minutes == allowed // QUANTUM * QUANTUM
        assert version.note.startswith(f"Mẫu “{patterns()[version.pattern].name}”: ")

    again = make_defaults(actor=SYSTEM, at=MONDAY)
    assert again == DefaultsReport(total, 0, total, 0, {})
    assert ProcessVersion.objects.count() == total


@pytest.fixture
def province() -> Province:
    return build_province()


def made(procedure: Procedure) -> ProcessVersion:
    return ProcessVersion.objects.get(process__procedure=procedure)


@pytest.mark.django_db
def test_a_dossier_begins_on_its_default(province: Province) -> None:
    assert make_defaults(actor=SYSTEM, at=MONDAY).made == 1
    version = made(province.procedure)
    assert (version.pattern, version.valid_from, version.published_by) == (
        "short_hours",
        TODAY,
        None,
    ) or version.pattern
    assert Dossier.objects.get(pk=accepted(province)).process == version.digest


@pytest.mark.django_db
def test_the_shortest_limit_rules(province: Province) -> None:
    ChannelRule.objects.filter(version=province.procedure.current, channel="online").update(amount=2)
    make_defaults(actor=SYSTEM, at=MONDAY)
    version = made(province.procedure)
    assert longest_path(from_json(version.definition)).minutes == 2 * 480
    assert "lấy thời hạn ngắn nhất, 2 ngày làm việc." in version.note


@pytest.mark.django_db
def test_a_promise_shortens_the_default(province: Province) -> None:
    CommittedLimit.objects.create(
        procedure=province.procedure, channel="counter", amount=12, unit="working_hour", valid_from=date(2026, 1, 1)
    )
    make_defaults(actor=SYSTEM, at=MONDAY)
    version = made(province.procedure)
    assert longest_path(from_json(version.definition)).minutes == 12 * 60
    assert "12 giờ làm việc theo cam kết." in version.note


@pytest.mark.django_db
def test_two_stages_share_their_sum(province: Province) -> None:
    split_in_stages(province.procedure, 1)
    make_defaults(actor=SYSTEM, at=MONDAY)
    version = made(province.procedure)
    assert longest_path(from_json(version.definition)).minutes == 3 * 480
    assert "Hai giai đoạn (1 ngày làm việc + 2 ngày làm việc)" in version.note


@pytest.mark.django_db
def test_without_a_limit_the_pattern_s_usual_hours_are_used_and_said(province: Province) -> None:
    procedure = build_procedure("1.000001", "Cấp bản sao", province.procedure.sector, days=None)
    make_defaults(actor=SYSTEM, at=MONDAY)
    version = made(procedure)
    assert longest_path(from_json(version.definition)).minutes == patterns()[version.pattern].usual_minutes
    assert "Danh mục không nêu thời hạn: thời gian các bước tạm tính theo" in version.note


@pytest.mark.django_db
def test_a_same_day_procedure_has_one_step(province: Province) -> None:
    procedure = build_procedure("1.000002", "Chứng thực bản sao", province.procedure.sector, days=None, same_day=True)
    make_defaults(actor=SYSTEM, at=MONDAY)
    version = made(procedure)
    assert version.pattern == "same_day"
    assert [step.minutes for step in from_json(version.definition).steps] == [480]
    assert "Trả kết quả trong ngày" in version.note


@pytest.mark.django_db
def test_what_is_there_stays_and_the_unknown_is_skipped(province: Province) -> None:
    own = publish(province, review())
    Procedure.objects.create(code="X1", name="Không rõ", sector=province.procedure.sector, imported=True)
    assert make_defaults(actor=SYSTEM, at=MONDAY) == DefaultsReport(2, 0, 1, 1, {})
    assert list(ProcessVersion.objects.all()) == [own]


@pytest.mark.django_db
def test_a_draft_stays_beside_the_default(province: Province) -> None:
    draft = publish(province, review())
    ProcessVersion.objects.update(published_at=None, valid_from=None)
    make_defaults(actor=SYSTEM, at=MONDAY)
    assert list(ProcessVersion.objects.order_by("number").values_list("number", "published_at")) == [
        (1, None),
        (2, MONDAY),
    ]
    assert Process.objects.get() == draft.process


@pytest.mark.django_db
def test_a_dry_run_counts_and_writes_nothing(province: Province) -> None:
    report = make_defaults(actor=SYSTEM, at=MONDAY, dry_run=True)
    assert (report.procedures, report.made, sum(report.patterns.values())) == (1, 1, 1)
    assert not Process.objects.exists()


@pytest.mark.django_db
def test_an_agency_gets_its_own_where_nothing_is_inherited(province: Province) -> None:
    other = build_procedure("1.000003", "Cấp lại giấy phép", province.procedure.sector)
    DeskProcedure.objects.create(desk=province.desk, procedure=other, agency=province.department)
    publish(province, review())
    report = make_defaults(actor=SYSTEM, at=MONDAY, agency=province.department)
    assert (report.procedures, report.made, report.unchanged) == (2, 1, 1)
    assert made(other).process.agency == province.department
    assert make_defaults(actor=SYSTEM, at=MONDAY, agency=province.department).made == 0


@pytest.mark.django_db
def test_the_province_s_steps_are_bound_where_somebody_signs_there(province: Province) -> None:
    procedure = build_procedure("1.000004", "Phê duyệt đề án", province.procedure.sector, days=10)
    version = procedure.current
    assert version is not None
    version.competent_agency, version.levels = "Ủy ban nhân dân cấp tỉnh", ["province"]
    version.save()
    make_defaults(actor=SYSTEM, at=MONDAY)
    assert {step.agency for step in from_json(made(procedure).definition).steps} == {""}
    assert "tạm giao cơ quan có thẩm quyền" in made(procedure).note

    ProcessVersion.objects.all().delete()
    appoint(
        username="office", password=None, full_name="Văn phòng", title="", agency=province.root, valid_from=date(2025, 7, 1),
        roles={Role.CASE_OFFICER: province.root, Role.SIGNER: province.root},
    )  # fmt: skip
    make_defaults(actor=SYSTEM, at=MONDAY)
    assert {step.agency for step in from_json(made(procedure).definition).steps} == {"", "H32"}


@pytest.mark.django_db
def test_only_who_keeps_the_processes_may(province: Province) -> None:
    with pytest.raises(NotAllowed, match="quản trị hoặc cán bộ cải cách"):
        make_defaults(actor=province.actor("case"), at=MONDAY)
    assert not Process.objects.exists()


@pytest.mark.django_db
def test_overrides_are_listed_with_their_differences(province: Province) -> None:
    make_defaults(actor=SYSTEM, at=MONDAY)
    inherited = made(province.procedure)
    own = publish(province, review(), agency=province.department)
    (found,) = overrides(province.department, on=TODAY)
    assert (found.version, found.inherited) == (own, inherited)
    assert found.differences[-1].startswith("Đường dài nhất: ")
    assert overrides(province.commune, on=TODAY) == []


@pytest.mark.django_db
def test_an_override_with_the_same_text_differs_in_nothing(province: Province) -> None:
    first = publish(province, review())
    publish(province, review(), agency=province.department)
    (found,) = overrides(province.department, on=TODAY)
    assert (found.inherited, found.differences) == (first, ())


@pytest.mark.django_db
def test_overrides_take_two_statements(province: Province) -> None:
    for number in range(3):
        procedure = build_procedure(f"1.00001{number}", "Khác", province.procedure.sector)
        process = Process.objects.create(procedure=procedure, agency=province.department)
        ProcessVersion.objects.create(
            process=process, number=1, definition=to_json(review()), digest=review().digest, created_at=MONDAY,
            published_at=MONDAY, valid_from=TODAY,
        )  # fmt: skip
    with CaptureQueriesContext(connection) as queries:
        assert len(overrides(province.department, on=TODAY)) == 3
    assert len(queries) == 2


@pytest.fixture
def motcua(committed_db, tmp_path: Path) -> Run:
    return command_here(committed_db.url, tmp_path)


def test_the_command(motcua: Run) -> None:
    build_province()

    unknown = motcua("process", "default", "--agency", "H99")
    dry, first, again = (
        motcua("process", "default", "--dry-run", "--json"),
        motcua("process", "default", "--json"),
        motcua("process", "default"),
    )
    assert (unknown.returncode, unknown.stdout, unknown.stderr) == (2, "", "Không có cơ quan nào mang mã “H99”.\n")
    assert json.loads(dry.stdout)["made"] == 1
    assert json.loads(first.stdout) == json.loads(dry.stdout)
    assert set(json.loads(first.stdout)) == {"procedures", "made", "unchanged", "skipped", "patterns"}
    assert "đã làm 0 quy trình, không đổi 1, bỏ qua 0" in again.stdout


def test_the_command_that_lists_overrides(motcua: Run) -> None:
    province = build_province()
    make_defaults(actor=SYSTEM, at=MONDAY)
    publish(province, review(), agency=province.department)

    listed, told, none = (
        motcua("process", "overrides", "H32.16", "--json"),
        motcua("process", "overrides", "H32.16"),
        motcua("process", "overrides", "H32.101"),
    )
    (row,) = json.loads(listed.stdout)
    assert (row["procedure"], row["version"], row["inherited"]) == ("1.001193", 1, True)
    assert row["differences"][-1] in told.stdout
    assert none.stdout == "Cơ quan này không có quy trình riêng nào đang áp dụng.\n"

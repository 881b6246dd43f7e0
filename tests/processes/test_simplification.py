from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.processes.build import line, publish, review, step
from tests.province import MONDAY, START, Province, build_procedure, build_province

from motcua.catalog.models import ChannelRule, CommittedLimit, PaperRequirement, Procedure, ProcedureVersion
from motcua.dossiers.commands import Accept
from motcua.dossiers.models import Dossier
from motcua.dossiers.permissions import NotAllowed
from motcua.dossiers.services import give_command, submit_dossier
from motcua.identity.actors import SYSTEM, Actor
from motcua.law.errors import BadInput
from motcua.law.limits import Limit, Unit
from motcua.organizations.models import Role
from motcua.organizations.queries import actor_of
from motcua.organizations.services import appoint
from motcua.processes.checks import longest_path
from motcua.processes.defaults import make_defaults
from motcua.processes.definition import from_json
from motcua.processes.models import Process, ProcessVersion, Simplification, SimplifiedLimit, SimplifiedPart
from motcua.processes.patterns import LimitTooShort, fit
from motcua.processes.simplification.queries import (
    SimplificationFilter,
    Standing,
    count_differences,
    simplifications,
    standing,
)
from motcua.processes.simplification.services import NewLimit, NewPart, NewSimplification, end, record

pytestmark = pytest.mark.django_db

TODAY = MONDAY.date()
TWO_DAYS = Limit(2, Unit.WORKING_DAY)


@pytest.fixture
def province() -> Province:
    return build_province()


def reformer(province: Province, scope: str = "root") -> Actor:
    agency = getattr(province, scope)
    return actor_of(
        appoint(
            username=f"cchc-{scope}", password=None, full_name="Cải Cách", title="", agency=agency,
            roles={Role.REFORM_OFFICER: agency}, valid_from=START,
        ),
        TODAY,
    )  # fmt: skip


def new(province: Province, **given: Any) -> NewSimplification:
    values: dict[str, Any] = {
        "procedure_id": province.procedure.pk, "decision_number": "15/QĐ-UBND", "decision_date": date(2026, 11, 2),
        "valid_from": TODAY, "limits": (NewLimit("online", TWO_DAYS),),
    }  # fmt: skip
    return NewSimplification(**(values | given))


def received(province: Province, at: datetime = MONDAY, **given: Any) -> int | None:
    dossier_id = submit_dossier(province.intake(**given), actor=province.applicant, at=at).id
    return Dossier.objects.values_list("limit_amount", flat=True).get(pk=dossier_id)


def minutes_of(version: ProcessVersion) -> int:
    return longest_path(from_json(version.definition)).minutes


def test_a_decision_is_on_record_and_new_dossiers_get_its_limit(province: Province) -> None:
    actor = reformer(province)
    made = record(new(province), actor=actor, at=MONDAY)
    (limit,) = made.limits.all()
    assert (limit.central_amount, limit.central_unit) == (3, "working_day")
    assert (limit.central_minutes, limit.committed_minutes) == (1440, 960)
    assert (made.recorded_by_id, made.version, made.process_version) == (actor.id, province.procedure.current, None)
    assert [received(province), received(province, channel="counter")] == [2, 3]


def test_a_pilot_holds_between_its_dates_only(province: Province) -> None:
    first, last = TODAY + timedelta(days=1), TODAY + timedelta(days=3)
    record(new(province, pilot=True, valid_from=first, last_day=last), actor=SYSTEM, at=MONDAY)
    assert [received(province, MONDAY + timedelta(days=days)) for days in range(5)] == [3, 2, 2, 2, 3]


def test_an_agency_s_promise_is_its_own(province: Province) -> None:
    record(new(province, agency_id=province.commune.pk), actor=SYSTEM, at=MONDAY)
    assert received(province) == 3
    assert received(province, agency_id=province.commune.pk, receiving_desk_id=province.commune_desk.pk) == 2


@pytest.mark.parametrize(
    ("given", "message", "field"),
    [
        (
            {"limits": (NewLimit("online", Limit(3, Unit.WORKING_DAY)),)},
            "cần ngắn hơn 3 ngày làm việc của danh mục",
            "limits",
        ),
        ({"limits": (NewLimit("online", Limit(25, Unit.WORKING_HOUR)),)}, "là 25 giờ làm việc, cần ngắn hơn", "limits"),
        ({"limits": (NewLimit("online", Limit(5, Unit.DAY)),)}, "là 5 ngày, cần ngắn hơn", "limits"),
        ({"limits": (NewLimit("home", TWO_DAYS),)}, "Danh mục không nêu thời hạn cho “Tại nhà”", "limits"),
        ({"limits": (NewLimit("online", TWO_DAYS, stage=2),)}, "cho “Trực tuyến”, giai đoạn 2", "limits"),
        ({"limits": (NewLimit("online", TWO_DAYS, condition="Khác"),)}, "trường hợp “Khác”", "limits"),
        (
            {"limits": (NewLimit("online", TWO_DAYS), NewLimit("online", Limit(1, Unit.WORKING_DAY)))},
            "có hai lần",
            "limits",
        ),
        ({"limits": ()}, "Chưa có gì được đơn giản hóa", None),
        ({"decision_number": " "}, "Số quyết định", "decision_number"),
        ({"decision_number": "x" * 101}, "Số quyết định", "decision_number"),
        (
            {"decision_date": date(2026, 11, 17), "valid_from": date(2026, 11, 18)},
            "Ngày quyết định 17/11/2026 chưa đến",
            "decision_date",
        ),
        ({"valid_from": date(2026, 11, 1)}, "Ngày hiệu lực 01/11/2026 trước ngày quyết định 02/11/2026", "valid_from"),
        ({"pilot": True}, "Thí điểm phải có ngày kết thúc", "last_day"),
        ({"last_day": date(2026, 12, 31)}, "Chỉ thí điểm mới có ngày kết thúc", "last_day"),
        (
            {"pilot": True, "last_day": date(2026, 11, 15)},
            "kết thúc 15/11/2026 trước khi bắt đầu 16/11/2026",
            "last_day",
        ),
        ({"sets_after": 2}, "cần từ 1 đến 1", "sets_after"),
        ({"sets_after": 0}, "Số bộ hồ sơ sau khi giảm", "sets_after"),
        ({"parts": (NewPart("paper", "Hộ chiếu"),)}, "không có giấy tờ “Hộ chiếu”", "papers"),
        ({"parts": (NewPart("form", "Mẫu 99"),)}, "không có biểu mẫu “Mẫu 99”", "forms"),
        ({"parts": (NewPart("step", "Soát xét"),)}, "không có bước “Soát xét”", "steps"),
        ({"parts": (NewPart("paper", "Tờ khai"), NewPart("paper", "Tờ khai"))}, "được ghi hai lần", "papers"),
        ({"parts": (NewPart("paper", "Tờ khai", "Tờ khai"),)}, "không thể gộp vào chính nó", "papers"),
        ({"parts": (NewPart("fee", "Phí"),)}, "Loại “fee” không có", "parts"),
        ({"note": "x" * 501}, "Ghi chú dài 501 ký tự", "note"),
        ({"agency_id": 10**9}, "Không có cơ quan này", "agency"),
        ({"procedure_id": 10**9}, "Không có thủ tục này", "procedure"),
    ],
)
def test_a_wrong_decision_is_refused_and_nothing_changes(
    province: Province, given: dict[str, Any], message: str, field: str | None
) -> None:
    ProcedureVersion.objects.update(sets=2)
    with pytest.raises(BadInput, match=message) as refused:
        record(new(province, **given), actor=SYSTEM, at=MONDAY)
    assert refused.value.data.get("field") == field
    assert not Simplification.objects.exists()
    assert not CommittedLimit.objects.exists()


def test_the_same_is_promised_once_and_less_only_for_a_while(province: Province) -> None:
    record(new(province), actor=SYSTEM, at=MONDAY)
    pilot: dict[str, Any] = {"pilot": True, "last_day": date(2026, 12, 31), "decision_number": "20/QĐ-UBND"}
    one_day = (NewLimit("online", Limit(1, Unit.WORKING_DAY)),)
    with pytest.raises(BadInput, match=r"Đã có cam kết 2 ngày làm việc .* \(quyết định 15/QĐ-UBND\)"):
        record(new(province, limits=one_day), actor=SYSTEM, at=MONDAY)
    with pytest.raises(BadInput, match="Đã có cam kết"):
        record(new(province, **pilot), actor=SYSTEM, at=MONDAY)
    record(new(province, limits=one_day, **pilot), actor=SYSTEM, at=MONDAY)
    with pytest.raises(BadInput, match="quyết định 20/QĐ-UBND"):
        record(
            new(province, limits=(NewLimit("online", Limit(4, Unit.WORKING_HOUR)),), **pilot), actor=SYSTEM, at=MONDAY
        )
    assert [received(province), received(province, datetime(2027, 1, 4, 2, tzinfo=MONDAY.tzinfo))] == [1, 2]


def test_who_may_record(province: Province) -> None:
    with pytest.raises(NotAllowed, match="cải cách hành chính"):
        record(new(province), actor=province.actor("case"), at=MONDAY)
    local = reformer(province, "commune")
    with pytest.raises(NotAllowed):
        record(new(province), actor=local, at=MONDAY)
    with pytest.raises(NotAllowed):
        record(new(province, agency_id=province.department.pk), actor=local, at=MONDAY)
    assert record(new(province, agency_id=province.commune.pk), actor=local, at=MONDAY).agency == province.commune


def test_papers_forms_sets_and_steps(province: Province) -> None:
    version = province.procedure.current
    assert version is not None
    PaperRequirement.objects.filter(version=version, position=1).update(name="- Tờ khai;", form_name="Mẫu 01")
    version.sets = 3
    version.save()
    publish(province, review())
    made = record(
        new(
            province, limits=(), sets_after=1, note="Theo phương án 2026",
            parts=(
                NewPart("paper", "Tờ khai"), NewPart("paper", "Giấy tờ tùy thân", "Tờ khai điện tử"), NewPart("form", "Mẫu 01"),
                NewPart("step", "Ký duyệt"),
            ),
        ),
        actor=SYSTEM, at=MONDAY,
    )  # fmt: skip
    assert (made.sets_before, made.sets_after) == (3, 1)
    assert list(made.parts.values_list("kind", "change", "name", "into")) == [
        ("paper", "removed", "Tờ khai", ""),
        ("paper", "merged", "Giấy tờ tùy thân", "Tờ khai điện tử"),
        ("form", "removed", "Mẫu 01", ""),
        ("step", "removed", "Ký duyệt", ""),
    ]


def published(province: Province, minutes: int, **where: object) -> ProcessVersion:
    return publish(province, fit(line(step("a"), step("b")), minutes), **where)


def test_a_longer_process_is_shortened_with_the_promise(province: Province) -> None:
    old = published(province, 1440)
    made = record(new(province), actor=SYSTEM, at=MONDAY)
    version = made.process_version
    assert version is not None
    assert (version.process, version.number, version.valid_from, minutes_of(version)) == (old.process, 2, TODAY, 960)
    assert version.note == "Theo quyết định 15/QĐ-UBND: 24 giờ → 16 giờ."
    old.refresh_from_db()
    assert old.valid_to == TODAY
    dossier_id = submit_dossier(province.intake(), actor=province.applicant, at=MONDAY).id
    give_command(dossier_id, Accept(), actor=province.actor("counter"), at=MONDAY)
    assert Dossier.objects.get(pk=dossier_id).process == version.digest


def test_a_process_that_fits_stays(province: Province) -> None:
    published(province, 900)
    assert record(new(province), actor=SYSTEM, at=MONDAY).process_version is None
    assert ProcessVersion.objects.count() == 1


def test_a_pilot_s_process_ends_with_it(province: Province) -> None:
    old = published(province, 1440)
    made = record(new(province, pilot=True, last_day=date(2026, 11, 30)), actor=SYSTEM, at=MONDAY)
    assert made.process_version is not None
    assert made.process_version.valid_to == date(2026, 12, 1)
    old.refresh_from_db()
    assert old.valid_to is None
    later = datetime(2026, 12, 1, 2, tzinfo=MONDAY.tzinfo)
    dossier_id = submit_dossier(province.intake(), actor=province.applicant, at=later).id
    give_command(dossier_id, Accept(), actor=province.actor("counter"), at=later)
    assert Dossier.objects.get(pk=dossier_id).process == old.digest


def test_an_agency_that_inherits_gets_all_processes_of_above_as_its_own(province: Province) -> None:
    general, online = published(province, 1440), published(province, 480, channel="online")
    made = record(
        new(province, agency_id=province.department.pk, limits=(NewLimit("counter", TWO_DAYS),)),
        actor=SYSTEM,
        at=MONDAY,
    )
    own = ProcessVersion.objects.filter(process__agency=province.department).order_by("id")
    assert [(version.process.channel, minutes_of(version)) for version in own] == [("", 960), ("online", 480)]
    assert made.process_version == own[0]
    assert own[1].digest == online.digest
    general.refresh_from_db()
    assert general.valid_to is None


def test_a_promise_of_the_province_shortens_what_agencies_have_of_their_own(province: Province) -> None:
    published(province, 900)
    own = published(province, 1440, agency=province.department)
    record(new(province), actor=SYSTEM, at=MONDAY)
    assert [minutes_of(version) for version in own.process.versions.order_by("number")] == [1440, 960]


def test_a_process_that_cannot_be_done_in_that_time_refuses_the_promise(province: Province) -> None:
    publish(province, fit(line(*(step(f"s{number}") for number in range(9))), 1440))
    with pytest.raises(LimitTooShort, match="cần ít nhất 2 giờ 30 phút làm việc, thời hạn chỉ có 1 giờ"):
        record(new(province, limits=(NewLimit("online", Limit(1, Unit.WORKING_HOUR)),)), actor=SYSTEM, at=MONDAY)
    assert not Simplification.objects.exists()
    assert ProcessVersion.objects.count() == 1


def test_a_later_version_is_not_overtaken(province: Province) -> None:
    old = published(province, 1440)
    ProcessVersion.objects.create(
        process=old.process, number=2, definition=old.definition, digest=old.digest, created_at=MONDAY, published_at=MONDAY,
        valid_from=date(2026, 12, 1),
    )  # fmt: skip
    with pytest.raises(BadInput, match="Quy trình lần 2 đã ban hành, hiệu lực từ 01/12/2026"):
        record(new(province), actor=SYSTEM, at=MONDAY)


def test_a_decision_recorded_late_changes_processes_from_today(province: Province) -> None:
    published(province, 1440)
    made = record(new(province, valid_from=date(2026, 11, 5)), actor=SYSTEM, at=MONDAY)
    assert made.process_version is not None
    assert made.process_version.valid_from == TODAY


def test_ending_before_its_time(province: Province) -> None:
    made = record(new(province), actor=SYSTEM, at=MONDAY)
    tomorrow = TODAY + timedelta(days=1)
    for on, reason, message in (
        (tomorrow, " ", "Chưa ghi lý do"),
        (TODAY - timedelta(days=1), "Hủy", "Ngày kết thúc 15/11/2026 đã qua"),
    ):
        with pytest.raises(BadInput, match=message):
            end(made.pk, on=on, reason=reason, actor=SYSTEM, at=MONDAY)
    with pytest.raises(NotAllowed):
        end(made.pk, on=tomorrow, reason="Hủy", actor=province.actor("case"), at=MONDAY)
    end(made.pk, on=tomorrow, reason="Bãi bỏ quyết định", actor=SYSTEM, at=MONDAY)
    assert [received(province), received(province, MONDAY + timedelta(days=1))] == [2, 3]
    with pytest.raises(BadInput, match="đã hết hiệu lực từ 17/11/2026"):
        end(made.pk, on=tomorrow, reason="Lần nữa", actor=SYSTEM, at=MONDAY)
    # The place is free again.
    record(new(province, valid_from=tomorrow), actor=SYSTEM, at=MONDAY)


def test_one_ended_before_it_began_never_held(province: Province) -> None:
    made = record(new(province, valid_from=TODAY + timedelta(days=9)), actor=SYSTEM, at=MONDAY)
    end(made.pk, on=TODAY, reason="Nhầm", actor=SYSTEM, at=MONDAY)
    assert received(province, MONDAY + timedelta(days=9)) == 3
    assert standing(Simplification.objects.get(), TODAY) is Standing.COMING
    assert standing(Simplification.objects.get(), TODAY + timedelta(days=9)) is Standing.OVER


def cut(province: Province, code: str, days: int, to: int, **given: Any) -> Procedure:
    procedure = build_procedure(code, f"Thủ tục {code}", province.procedure.sector, days=days)
    limits = tuple(NewLimit(channel, Limit(to, Unit.WORKING_DAY)) for channel in ("online", "counter"))
    record(new(province, procedure_id=procedure.pk, limits=limits, **given), actor=SYSTEM, at=MONDAY)
    return procedure


def test_the_differences_are_counted(province: Province) -> None:
    cut(province, "1.1", 10, 8)
    cut(province, "1.2", 9, 6)
    cut(province, "1.3", 10, 5, agency_id=province.department.pk)
    both = cut(
        province, "1.4", 10, 7, parts=(NewPart("paper", "Tờ khai"), NewPart("paper", "Giấy tờ tùy thân", "Tờ khai"))
    )
    limits = (NewLimit("online", Limit(4, Unit.WORKING_DAY)),)
    record(new(province, procedure_id=both.pk, limits=limits, agency_id=province.commune.pk), actor=SYSTEM, at=MONDAY)

    with CaptureQueriesContext(connection) as queries:
        count = count_differences(list(simplifications(SYSTEM, SimplificationFilter(), on=TODAY)))

    assert len(queries) == 3
    total = count.total
    assert (total.procedures, total.cut) == (4, 4)
    assert (total.under_third, total.third_to_half, total.half_or_more) == (1, 1, 2)
    assert (total.papers_removed, total.papers_merged, total.sets_removed) == (1, 1, 0)
    assert total.days_saved == (2 + 3 + 5 + 6, 0)
    assert [(line.key, line.total.procedures) for line in count.by_sector] == [("G17-XD01", 4)]
    assert [(line.key, line.total.procedures) for line in count.by_agency] == [("", 3), ("H32.101", 1), ("H32.16", 1)]
    assert count.by_agency[0].total.half_or_more == 0


def test_nothing_is_counted_as_nothing(province: Province) -> None:
    count = count_differences(simplifications(SYSTEM, SimplificationFilter(), on=TODAY))
    assert (count.total.procedures, count.total.days_saved, count.by_sector, count.by_agency) == (0, (0, 0), [], [])


def test_the_list_is_filtered_and_shows_an_agency_its_own(province: Province) -> None:
    cut(province, "1.1", 10, 8)
    cut(province, "1.2", 10, 8, agency_id=province.department.pk, pilot=True, last_day=date(2026, 12, 1))
    cut(province, "1.3", 10, 8, agency_id=province.commune.pk, valid_from=date(2026, 12, 1), decision_number="99/QĐ")

    def codes(actor: Actor = SYSTEM, on: date = TODAY, **only: Any) -> list[str]:
        found = simplifications(actor, SimplificationFilter(**only), on=on)
        return sorted(row.procedure.code for row in found)

    assert codes() == ["1.1", "1.2", "1.3"]
    assert codes(pilot=True) == ["1.2"]
    assert codes(pilot=False) == ["1.1", "1.3"]
    assert codes(standing=Standing.IN_FORCE) == ["1.1", "1.2"]
    assert codes(standing=Standing.COMING) == ["1.3"]
    assert codes(standing=Standing.OVER, on=date(2026, 12, 2)) == ["1.2"]
    assert codes(agency_id=province.commune.pk) == ["1.3"]
    assert codes(sector_id=province.procedure.sector_id) == ["1.1", "1.2", "1.3"]
    assert codes(sector_id=0) == []
    assert codes(text="99/qđ") == ["1.3"]
    assert codes(text="1.2") == ["1.2"]
    assert codes(reformer(province, "commune")) == ["1.1", "1.3"]


def test_defaults_made_later_keep_the_promise(province: Province) -> None:
    record(new(province), actor=SYSTEM, at=MONDAY)
    make_defaults(actor=SYSTEM, at=MONDAY)
    assert minutes_of(ProcessVersion.objects.get()) == 960


def test_the_tables_refuse_what_is_no_simplification(province: Province) -> None:
    made = record(new(province), actor=SYSTEM, at=MONDAY)
    assert ChannelRule.objects.filter(version=made.version, amount=3).count() == 3
    for change in (
        lambda: SimplifiedLimit.objects.update(committed_minutes=1440),
        lambda: Simplification.objects.update(pilot=True),
        lambda: Simplification.objects.update(valid_to=TODAY - timedelta(days=1)),
        lambda: SimplifiedPart.objects.create(simplification=made, position=1, kind="paper", change="merged", name="A"),
        lambda: CommittedLimit.objects.update(amount=0),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert Process.objects.count() == 0

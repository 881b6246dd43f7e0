"""Drafts, publication and local overrides: what is refused, what stays, and who wins when two do the same at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.contrib.postgres.search import SearchVector
from django.db.models import Value
from tests.processes import build
from tests.processes.build import flow, line, node, process, result, step
from tests.province import MONDAY, Province, build_province
from tests.threads import at_once

from motcua.catalog.models import ChannelRule, Procedure
from motcua.dossiers.commands import Accept
from motcua.dossiers.models import Dossier
from motcua.dossiers.permissions import NotAllowed
from motcua.dossiers.services import give_command, submit_dossier
from motcua.identity.actors import SYSTEM, Actor
from motcua.law.errors import BadInput
from motcua.organizations.models import Role
from motcua.organizations.services import save_calendar, set_calendar
from motcua.processes.checks import hours_text
from motcua.processes.definition import Definition, StepKind, from_json
from motcua.processes.drawing import lay_out
from motcua.processes.models import Process, ProcessVersion
from motcua.processes.process_list import ListFilter, processes
from motcua.processes.publishing import (
    AlreadyChanged,
    Faulty,
    HasDraft,
    faults_of,
    inherited_of,
    open_process,
    publish,
    save_draft,
    withdraw_draft,
)

TODAY = MONDAY.date()


def review() -> Definition:
    """Within the three working days that the procedure allows."""
    drawn = build.review()
    return Definition(tuple(replace(one, minutes=one.minutes // 2) for one in drawn.nodes), drawn.flows)


@pytest.fixture
def province(db: None) -> Province:
    return staffed()


def staffed() -> Province:
    province = build_province()
    province.hire("reform", "reform", province.root, {Role.REFORM_OFFICER: province.root})
    province.hire("commune_admin", "commune_admin", province.commune, {Role.ADMINISTRATOR: province.commune})
    return province


def draft(province: Province, definition: Definition | None = None, **where: object) -> ProcessVersion:
    where.setdefault("actor", province.actor("reform"))
    return open_process(province.procedure, definition=definition, at=MONDAY, **where)  # type: ignore[arg-type]


def issue(version: ProcessVersion, actor: Actor = SYSTEM, on: date = TODAY, at: datetime = MONDAY) -> ProcessVersion:
    return publish(version.pk, valid_from=on, expected=version.digest, actor=actor, at=at)


def test_a_first_draft_begins_with_a_step_and_the_result(province: Province) -> None:
    opened = draft(province)
    names = [one.name for one in from_json(opened.definition).steps]
    assert names == ["Thẩm định hồ sơ", "Ban hành kết quả"]
    assert (opened.number, opened.published_at, opened.created_by) == (1, None, province.officers["reform"])
    with pytest.raises(Faulty) as caught:
        issue(opened)
    assert [fault.node for fault in caught.value.faults] == ["appraise", "issue"]
    assert "Bước “Thẩm định hồ sơ” chưa có thời gian thực hiện." in caught.value.message


def test_one_draft_at_a_time(province: Province) -> None:
    opened = draft(province, review())
    with pytest.raises(HasDraft, match="bản nháp lần 1") as caught:
        draft(province)
    assert caught.value.data["draft"] == opened.pk


def test_a_version_in_force_ends_where_the_next_begins(province: Province) -> None:
    first = issue(draft(province, review()))
    second = draft(province)
    assert from_json(second.definition) == review()
    save_draft(second.pk, line(step("a")), expected=second.digest, actor=SYSTEM, note="Bỏ bước ký")
    second.refresh_from_db()
    later = TODAY + timedelta(days=10)
    issue(second, on=later)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.valid_from, first.valid_to) == (TODAY, later)
    assert (second.number, second.valid_from, second.valid_to, second.note) == (2, later, None, "Bỏ bước ký")
    third = draft(province)
    with pytest.raises(BadInput, match=r"Lần 2 đã được ban hành, hiệu lực từ 26/11/2026"):
        issue(third, on=later - timedelta(days=1))
    issue(third, on=later)
    second.refresh_from_db()
    assert (second.valid_from, second.valid_to) == (later, later)


def test_running_dossiers_stay_on_their_version(province: Province) -> None:
    issue(draft(province, review()))
    dossier_id = submit_dossier(province.intake(), actor=province.applicant, at=MONDAY).id
    give_command(dossier_id, Accept(), actor=province.actor("counter"), at=MONDAY)
    second = draft(province, line(step("a")))
    issue(second)
    assert Dossier.objects.get(pk=dossier_id).process == review().digest
    later_id = submit_dossier(province.intake(), actor=province.applicant, at=MONDAY).id
    give_command(later_id, Accept(), actor=province.actor("counter"), at=MONDAY + timedelta(hours=1))
    assert Dossier.objects.get(pk=later_id).process == second.digest


def test_a_published_version_is_never_touched(province: Province) -> None:
    first = issue(draft(province, review()))
    for change in (
        lambda: save_draft(first.pk, line(step("a")), expected=first.digest, actor=SYSTEM),
        lambda: withdraw_draft(first.pk, expected=first.digest, actor=SYSTEM),
        lambda: issue(first),
    ):
        with pytest.raises(AlreadyChanged, match="Lần 1 đã được ban hành"):
            change()
    first.refresh_from_db()
    assert from_json(first.definition) == review()


def test_a_draft_somebody_else_changed_is_not_overwritten(province: Province) -> None:
    opened = draft(province, review())
    save_draft(opened.pk, line(step("a")), expected=opened.digest, actor=SYSTEM)
    with pytest.raises(AlreadyChanged, match="vừa được người khác sửa"):
        save_draft(opened.pk, line(step("b")), expected=opened.digest, actor=SYSTEM)
    with pytest.raises(AlreadyChanged, match="vừa được người khác sửa"):
        issue(opened)
    opened.refresh_from_db()
    assert from_json(opened.definition) == line(step("a"))


def test_a_withdrawn_draft_leaves_nothing(province: Province) -> None:
    opened = draft(province, review())
    withdraw_draft(opened.pk, expected=opened.digest, actor=SYSTEM)
    assert not Process.objects.exists()
    with pytest.raises(AlreadyChanged, match="đã bị bỏ"):
        issue(opened)
    issue(draft(province, review()))
    second = draft(province)
    withdraw_draft(second.pk, expected=second.digest, actor=SYSTEM)
    assert ProcessVersion.objects.count() == 1


def test_the_day_may_not_be_past(province: Province) -> None:
    with pytest.raises(BadInput, match=r"15/11/2026 đã qua; chọn từ hôm nay 16/11/2026"):
        issue(draft(province, review()), on=TODAY - timedelta(days=1))


def test_the_day_may_not_be_beyond_a_year(province: Province) -> None:
    opened = draft(province, review())
    with pytest.raises(BadInput, match=r"18/11/2027 xa hơn 366 ngày; hãy kiểm tra lại năm"):
        issue(opened, on=TODAY + timedelta(days=367))
    assert not ProcessVersion.objects.filter(published_at__isnull=False).exists()
    issue(opened, on=TODAY + timedelta(days=366))


LOOP = process(
    [step("a"), step("b"), step("c"), result()],
    "start>a", "a>issue", "issue>end", "b>c", "c>b",
)  # fmt: skip
FAULTY = {
    "dead end": (process([step("a"), result()], "start>a", "a>issue"), "“Ban hành kết quả” là ngõ cụt"),
    "loop without exit": (
        process(
            [step("a", outcomes=(("x", "X"), ("y", "Y"))), step("b"), step("c"), result()],
            "start>a", "a>issue:x", "a>b:y", "b>c", "c>b", "issue>end",
        ),
        "Từ “Bước b” không có lối ra kết thúc: một vòng lặp không lối thoát",
    ),
    "unreachable": (LOOP, "“Bước b” không đến được từ điểm bắt đầu"),
    "no role": (line(step("a", "Thẩm định", role="")), "Bước “Thẩm định” chưa có vai trò"),
    "unknown role": (line(step("a", role="wizard")), "vai trò “wizard” không có"),
    "no time": (line(step("a", minutes=0)), "chưa có thời gian"),
    "unknown word": (
        process(
            [node("c", "choice", name="Chọn"), step("a"), result()],
            flow("start>c"), flow("c>a", condition="colour = red"), flow("c>issue", default=True), "a>issue", "issue>end",
        ),
        "“Chọn”, mũi tên “c>a”: Điều kiện có từ lạ “colour”",
    ),
    "too long": (line(step("a", minutes=1381)), "vượt thời hạn 24 giờ; bước dài nhất là “Bước a”"),
    "unknown agency": (line(step("a", agency="H99")), "Bước “Bước a”: cơ quan “H99” không có"),
    "unknown unit": (line(step("a", unit="H32.16.99")), "Bước “Bước a”: phòng “H32.16.99” không có"),
    "unit of another": (
        line(step("a", unit="H32.16.03", agency="H32.101")),
        "phòng “H32.16.03” thuộc “H32.16”, không thuộc “H32.101”",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTY)
def test_a_faulty_draft_is_not_published(province: Province, name: str) -> None:
    definition, said = FAULTY[name]
    opened = draft(province, definition)
    with pytest.raises(Faulty) as caught:
        issue(opened)
    assert any(said in fault.message for fault in caught.value.faults), caught.value.faults
    opened.refresh_from_db()
    assert opened.published_at is None


def test_the_shortest_limit_of_the_channels_it_serves_holds(province: Province) -> None:
    ChannelRule.objects.filter(version=province.procedure.current, channel="online").update(amount=1)
    long = line(step("a", minutes=9 * 60))
    for channel in ("", "online", "kiosk"):
        with pytest.raises(Faulty, match="vượt thời hạn 8 giờ"):
            issue(draft(province, long, channel=channel))
    assert issue(draft(province, long, channel="counter")).valid_from == TODAY


def test_a_day_is_as_long_as_the_agency_works(province: Province) -> None:
    short = [["07:30", "11:30"], ["13:30", "17:00"]]
    calendar = save_calendar(
        name="Ngày 7 giờ 30", data={"weekly": dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), short)}
    )
    definition = line(step("a", minutes=23 * 60 - 60))
    assert faults_of(definition, Process(procedure=province.procedure, agency=province.department), TODAY) == []
    set_calendar(province.department, calendar=calendar, due_policy="")
    province.department.refresh_from_db()
    (fault,) = faults_of(definition, Process(procedure=province.procedure, agency=province.department), TODAY)
    assert "vượt thời hạn 22 giờ 30 phút" in fault.message
    # The province's own calendar has not changed, and the commune's neither.
    for agency in (None, province.commune):
        assert faults_of(definition, Process(procedure=province.procedure, agency=agency), TODAY) == []


def test_both_stages_of_a_limit_count_together(province: Province) -> None:
    ChannelRule.objects.create(
        version=province.procedure.current, position=9, channel="post", stage=2, amount=2, unit="working_day"
    )
    assert issue(draft(province, line(step("a", minutes=39 * 60)), channel="post")).published_at == MONDAY
    with pytest.raises(Faulty, match=f"vượt thời hạn {hours_text(24 * 60)}"):
        issue(draft(province, line(step("a", minutes=39 * 60))))


def test_channels_and_cases_that_the_procedure_has_not_are_refused(province: Province) -> None:
    with pytest.raises(BadInput, match="“pigeon” không có trong danh mục"):
        draft(province, channel="pigeon")
    with pytest.raises(BadInput, match=r"Thủ tục 1.001193 không có trường hợp “Nhà tầng”"):
        draft(province, case="Nhà tầng")
    assert not Process.objects.exists()


def test_an_agency_overrides_the_province_for_itself(province: Province) -> None:
    wide = issue(draft(province, review()))
    own = draft(province, agency=province.commune, actor=province.actor("commune_admin"))
    assert from_json(own.definition) == review()
    assert inherited_of(own.process, TODAY) == wide
    changed = line(step("a"))
    save_draft(own.pk, changed, expected=own.digest, actor=province.actor("commune_admin"), drawing=lay_out(changed))
    own.refresh_from_db()
    issue(own, actor=province.actor("commune_admin"))
    assert inherited_of(own.process, TODAY) == wide
    wide.refresh_from_db()
    assert wide.valid_to is None


def test_only_publishers_of_the_scope_change_processes(province: Province) -> None:
    for name, agency in (
        ("case", province.department),
        ("leader", None),
        ("commune_admin", None),
        ("commune_admin", province.department),
    ):
        with pytest.raises(NotAllowed, match="Chỉ quản trị hoặc cán bộ cải cách hành chính"):
            draft(province, agency=agency, actor=province.actor(name))
    wide = draft(province, review())
    for change in (
        lambda actor: save_draft(wide.pk, line(step("a")), expected=wide.digest, actor=actor),
        lambda actor: withdraw_draft(wide.pk, expected=wide.digest, actor=actor),
        lambda actor: issue(wide, actor=actor),
    ):
        with pytest.raises(NotAllowed):
            change(province.actor("commune_admin"))
    assert issue(wide, actor=province.actor("reform")).published_by == province.officers["reform"]


def test_of_two_who_publish_at_once_one_is_told(committed_db: object) -> None:
    province = staffed()
    opened = draft(province, review())
    answers: list[str] = []

    def go() -> None:
        try:
            issue(opened)
            answers.append("published")
        except AlreadyChanged as error:
            answers.append(error.message)

    at_once(go, go)
    assert sorted(answers, key=len) == [
        "published",
        "Lần 1 đã được ban hành, không sửa được nữa; hãy soạn lần mới.",
    ]


def test_of_two_first_drafts_at_once_one_is_told(committed_db: object) -> None:
    province = staffed()
    answers: list[str] = []

    def go() -> None:
        try:
            draft(province, review(), actor=SYSTEM)
            answers.append("opened")
        except HasDraft:
            answers.append("told")

    at_once(go, go)
    assert sorted(answers) == ["opened", "told"]
    assert ProcessVersion.objects.count() == 1


def test_the_list_counts_filters_and_finds_faults(province: Province) -> None:
    Procedure.objects.update(words=SearchVector(Value("cap giay phep xay dung"), config="simple"))
    issue(draft(province, review()))
    draft(province, line(step("a", unit="H32.16.99")), agency=province.commune)
    found = processes(ListFilter(), on=TODAY)
    assert [(row.process.agency, row.steps, row.minutes, row.faults) for row in found.rows] == [
        (None, 3, 870, 0),
        (province.commune, 2, 120, 1),
    ]
    assert found.counts == {"all": 2, "draft": 1, "own": 1, "none": 1, "faulty": 1}
    for only, number in (
        (ListFilter(text="cap giay phep"), 2),
        (ListFilter(text="1.0011"), 2),
        (ListFilter(text="hộ tịch"), 0),
        (ListFilter(sector="G17-XD01"), 2),
        (ListFilter(sector="G01"), 0),
        (ListFilter(state="draft"), 1),
        (ListFilter(state="faulty"), 1),
        (ListFilter(agency="H32.101"), 1),
        (ListFilter(pattern="one_office"), 0),
    ):
        assert len(processes(only, on=TODAY).rows) == number, only
    with pytest.raises(BadInput, match="mở lại danh sách"):
        processes(ListFilter(), on=TODAY, after="x")


def test_a_result_step_asks_for_no_drawing_of_its_own(province: Province) -> None:
    opened = draft(province, line(step("a", step=StepKind.CONSULTATION, body="Ban Quản lý rừng")))
    assert issue(opened).layout == {}

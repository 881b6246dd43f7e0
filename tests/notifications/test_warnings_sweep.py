"""Warnings are told once: by stage, due moment and officer, whatever runs twice, dies or changes in between."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.notifications.reminders import moment, pass_time, told, watched
from tests.processes.build import parallel, publish, review
from tests.province import MONDAY, START, Province, accepted, build_province, result

from motcua.dossiers import commands as c
from motcua.dossiers.models import Dossier
from motcua.dossiers.permissions import NotAllowed
from motcua.dossiers.services import give_command
from motcua.identity.actors import SYSTEM
from motcua.law.errors import BadInput
from motcua.notifications import officer_notices
from motcua.notifications.digests import send_digests
from motcua.notifications.models import Digest, OfficerNotice, Watch
from motcua.notifications.officer_notices import deliver_to_officer, inbox, mark_read, unread_count, warn
from motcua.notifications.providers import PermanentFailure, TemporaryFailure
from motcua.notifications.warning_settings import NewSetting, set_warnings
from motcua.notifications.watching import apply_settings, plan
from motcua.organizations.models import Officer, Role
from motcua.organizations.services import appoint
from motcua.processes.services import assign, claim, finish_step

pytestmark = pytest.mark.django_db


@pytest.fixture
def province() -> Province:
    province = build_province()
    # A second officer of the same room, to whom work can be given.
    department = province.department
    province.hire("other", "Hà Thụ Lý", department, {Role.CASE_OFFICER: department}, unit=province.unit)
    return province


def held(province: Province) -> int:
    """A dossier whose first step the case officer has: 600 minutes from Monday 09:20, due Tuesday 11:20."""
    publish(province)
    dossier_id = accepted(province)
    claim(dossier_id, 1, actor=province.actor("case"), at=MONDAY)
    return dossier_id


def test_a_step_is_warned_of_ahead_at_its_due_and_after(province: Province) -> None:
    dossier_id = held(province)
    pass_time(dossier_id, MONDAY)
    assert told() == []
    assert watched(dossier_id)[1] == moment("2026-11-17T08:50")

    warn(moment("2026-11-17T08:49"))
    assert told() == []
    warn(moment("2026-11-17T08:50"))
    assert told() == [("case", 1, "ahead:25%")]
    warn(moment("2026-11-17T11:20"))
    assert [one for one in told() if one[1]] == [("case", 1, "ahead:25%"), ("case", 1, "due"), ("head", 1, "due")]
    warn(moment("2026-11-18T07:00"))
    # The department's head is who signs for it: no leader is appointed there.
    assert [one for one in told() if one[2] == "late:1"] == [
        ("case", 1, "late:1"), ("head", 1, "late:1"), ("signer", 1, "late:1"),
    ]  # fmt: skip
    # 24/11 is a holiday: three working days after Wednesday are Monday.
    assert watched(dossier_id)[1] == moment("2026-11-23T07:00")


def test_what_it_says(province: Province) -> None:
    dossier_id = held(province)
    pass_time(dossier_id, moment("2026-11-17T08:50"))
    code = Dossier.objects.get(pk=dossier_id).code
    assert OfficerNotice.objects.get(token=1).body == (
        f"Sắp đến hạn: hồ sơ {code}, bước “Thẩm định”, hạn 11:20 ngày 17/11/2026."
    )


def test_the_same_sweep_twice_tells_once(province: Province) -> None:
    dossier_id = held(province)
    at = moment("2026-11-18T08:00")
    pass_time(dossier_id, at)
    before = told()
    assert before
    for _ in range(3):
        pass_time(dossier_id, at)
    # Even with the marks of the sweep lost, the notices themselves are told once.
    Watch.objects.update(next_at=at)
    warn(at)
    assert told() == before


def test_a_sweep_that_dies_before_its_commit_has_told_nothing(province: Province, monkeypatch) -> None:
    dossier_id = held(province)
    plan([dossier_id], MONDAY)
    at = moment("2026-11-17T11:20")

    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    insert = officer_notices.insert

    def insert_and_die(rows, at):
        insert(rows, at)
        die()

    monkeypatch.setattr(officer_notices, "insert", insert_and_die)
    with pytest.raises(Killed):
        warn(at)
    assert told() == []
    monkeypatch.setattr(officer_notices, "insert", insert)
    warn(at)
    assert [one for one in told() if one[1]] == [("case", 1, "due"), ("head", 1, "due")]


def test_after_an_outage_only_the_last_stage_is_told(province: Province) -> None:
    dossier_id = held(province)
    pass_time(dossier_id, moment("2026-11-26T10:00"))
    assert {stage for _, token, stage in told() if token} == {"late:2"}


def test_a_changed_due_is_armed_anew(province: Province) -> None:
    dossier_id = accepted(province)
    pass_time(dossier_id, moment("2026-11-19T09:00"))
    assert {stage for _, token, stage in told() if not token} == {"ahead:25%"}
    extend = c.Extend(moment("2026-11-19T16:00"), "Điều 5", "Chờ thẩm định")
    give_command(dossier_id, extend, actor=province.actor("head"), at=moment("2026-11-19T09:05"))
    # The row that is not yet planned anew tells nothing of the old due.
    warn(moment("2026-11-19T09:20"))
    assert "due" not in {stage for _, _, stage in told()}
    pass_time(dossier_id, moment("2026-11-19T09:21"))
    pass_time(dossier_id, moment("2026-11-19T16:00"))
    by_due = list(
        OfficerNotice.objects.filter(officer=province.officers["head"]).order_by("id").values_list("stage", "due_at")
    )
    assert by_due == [
        ("ahead:25%", moment("2026-11-19T09:20")),
        ("ahead:25%", moment("2026-11-19T16:00")),
        ("due", moment("2026-11-19T16:00")),
    ]


def test_a_reassignment_tells_the_new_owner_what_has_come(province: Province) -> None:
    dossier_id = held(province)
    at = moment("2026-11-17T09:00")
    pass_time(dossier_id, at)
    assign(
        dossier_id, 1, officer_id=province.officers["other"].pk, reason="Nghỉ ốm", actor=province.actor("head"), at=at
    )
    pass_time(dossier_id, at)
    assert [one for one in told() if one[1]] == [("case", 1, "ahead:25%"), ("other", 1, "ahead:25%")]
    warn(moment("2026-11-17T11:20"))
    assert [one for one in told() if one[2] == "due" and one[1]] == [("head", 1, "due"), ("other", 1, "due")]


def test_who_has_the_step_no_more_is_told_nothing(province: Province) -> None:
    dossier_id = held(province)
    pass_time(dossier_id, MONDAY)
    finish_step(dossier_id, 1, note="Chờ xác minh", actor=province.actor("case"), at=moment("2026-11-17T08:00"))
    # Also where the ledger has not been read since.
    warn(moment("2026-11-17T11:20"))
    assert [one for one in told() if one[1] == 1] == []


def test_an_unassigned_step_is_its_head_s(province: Province) -> None:
    publish(province)
    # Two may take it, so it waits to be taken.
    dossier_id = accepted(province)
    pass_time(dossier_id, moment("2026-11-17T09:00"))
    assert [one for one in told() if one[1]] == [("head", 1, "ahead:25%")]


def test_a_paused_dossier_is_not_warned_of_and_counts_on_afterwards(province: Province) -> None:
    dossier_id = held(province)
    pass_time(dossier_id, MONDAY)
    case = province.actor("case")
    give_command(dossier_id, c.AskSupplement(("Bản vẽ",), "Thiếu"), actor=case, at=MONDAY + timedelta(hours=1))
    warn(moment("2026-11-17T11:20"))
    pass_time(dossier_id, moment("2026-11-20T11:20"))
    assert told() == []
    assert watched(dossier_id) == {}
    back = moment("2026-11-23T10:20")
    give_command(dossier_id, c.Supplement(), actor=province.actor("counter"), at=back)
    pass_time(dossier_id, back)
    assert told() == []
    assert watched(dossier_id)[1] == moment("2026-11-25T08:50")


def test_both_ends_of_a_pause_read_at_once_lose_no_warning(province: Province) -> None:
    """A sweep between them has met the standing dossier; the plan afterwards must not take that for told."""
    dossier_id = held(province)
    pass_time(dossier_id, MONDAY)
    give_command(dossier_id, c.Suspend("Điều 3", "12/CV"), actor=province.actor("head"), at=moment("2026-11-17T11:19"))
    warn(moment("2026-11-17T11:20"))
    assert told() == []
    give_command(dossier_id, c.Resume(), actor=province.actor("head"), at=moment("2026-11-17T11:19"))
    pass_time(dossier_id, moment("2026-11-17T11:21"))
    assert ("case", 1, "due") in told()


def test_a_finished_dossier_is_not_watched(province: Province) -> None:
    dossier_id = accepted(province)
    pass_time(dossier_id, MONDAY)
    assert list(watched(dossier_id)) == [0]
    head = province.actor("case")
    give_command(dossier_id, c.Forward("Thẩm định"), actor=head, at=MONDAY)
    give_command(dossier_id, c.Resolve(result(signed_on=MONDAY.date())), actor=head, at=MONDAY)
    pass_time(dossier_id, MONDAY)
    assert watched(dossier_id) == {}


def test_a_late_consultation_goes_to_both_agencies(province: Province) -> None:
    leader = appoint(
        username="chairman", password=None, full_name="Lý Chủ Tịch", title="Chủ tịch", agency=province.commune,
        roles={Role.LEADER: province.commune}, valid_from=START,
    )  # fmt: skip
    publish(province, parallel())
    dossier_id = accepted(province)
    plan([dossier_id], MONDAY)
    asked = next(item for item in Dossier.objects.get(pk=dossier_id).work_items.all() if item.node == "ask")
    warn(moment("2026-11-18T07:00"))
    late = {name for name, token, stage in told() if (token, stage) == (asked.token, "late:1")}
    assert late == {leader.user.username, "signer", "head"}


def test_within_a_commune_its_chairman_is_told(province: Province) -> None:
    appoint(
        username="chairman", password=None, full_name="Lý Chủ Tịch", title="Chủ tịch", agency=province.commune,
        roles={Role.LEADER: province.commune}, valid_from=START,
    )  # fmt: skip
    desk = province.commune_desk.pk
    intake = {"agency_id": province.commune.pk, "receiving_desk_id": desk, "return_desk_id": desk, "channel": "online"}
    dossier_id = accepted(province, by="commune_counter", **intake)
    pass_time(dossier_id, moment("2026-11-20T07:00"))
    assert told() == [("chairman", 0, "late:1")]


class Gateway:
    def __init__(self) -> None:
        self.taken: list[tuple[str, str, str]] = []
        self.failure: Exception | None = None

    def send(self, message) -> None:
        if self.failure is not None:
            raise self.failure
        self.taken.append((message.key, message.to, message.body))


def test_a_message_sent_again_is_the_same_under_the_same_key_whatever_came_in_between(province: Province) -> None:
    Officer.objects.filter(pk=province.officers["case"].pk).update(phone="0905000111")
    case, sms = province.officers["case"].pk, Gateway()

    class Killed(Gateway):
        def send(self, message) -> None:
            super().send(message)
            raise TemporaryFailure("the worker dies after the gateway took it")

    killed = Killed()
    first = held(province)
    plan([first], MONDAY)
    warn(moment("2026-11-17T08:50"))
    with pytest.raises(TemporaryFailure):
        deliver_to_officer(case, providers={"sms": killed}, at=MONDAY)
    second = accepted(province)
    claim(second, 1, actor=province.actor("case"), at=MONDAY)
    plan([second], MONDAY)
    warn(moment("2026-11-17T08:55"))
    assert deliver_to_officer(case, providers={"sms": sms}, at=MONDAY) == 2
    assert deliver_to_officer(case, providers={"sms": sms}, at=MONDAY) == 0

    assert sms.taken[0] == killed.taken[0]
    assert len({key for key, _, _ in sms.taken}) == len(sms.taken) == 2
    told_of = [Dossier.objects.get(pk=pk).code for pk in (first, second)]
    assert [code in body for code, (_, _, body) in zip(told_of, sms.taken, strict=True)] == [True, True]


def test_by_telephone_and_mail_where_they_are_known_in_one_message(province: Province) -> None:
    Officer.objects.filter(pk=province.officers["case"].pk).update(phone="0905000111", email="case@example.vn")
    first, second = held(province), accepted(province)
    claim(second, 1, actor=province.actor("case"), at=MONDAY)
    for id_ in (first, second):
        plan([id_], MONDAY)
    warn(moment("2026-11-17T08:50"))
    case = province.officers["case"].pk
    sms, email = Gateway(), Gateway()
    email.failure = TemporaryFailure("busy")
    with pytest.raises(TemporaryFailure):
        deliver_to_officer(case, providers={"sms": sms, "email": email}, at=MONDAY)
    email.failure = PermanentFailure("Hộp thư đã đóng.")
    assert deliver_to_officer(case, providers={"sms": sms, "email": email}, at=MONDAY) == 0
    assert [(to, body.count("Sắp đến hạn")) for _, to, body in sms.taken] == [("0905000111", 2)]
    states = set(OfficerNotice.objects.filter(officer_id=case).values_list("channel", "state", "failure"))
    assert states == {("page", "sent", ""), ("sms", "sent", ""), ("email", "failed", "Hộp thư đã đóng.")}


def test_read_and_unread(province: Province) -> None:
    dossier_id = held(province)
    pass_time(dossier_id, moment("2026-11-17T11:20"))
    case, head = province.actor("case"), province.actor("head")
    assert unread_count(case.id) == 1
    mine = [notice.pk for notice in inbox(case)]
    assert mark_read(head, mine, at=moment("2026-11-17T12:00")) == 0
    assert mark_read(case, mine, at=moment("2026-11-17T12:00")) == 1
    assert mark_read(case, None, at=moment("2026-11-17T12:00")) == 0
    assert (unread_count(case.id), list(inbox(case, unread=True)), len(list(inbox(case)))) == (0, [], 1)


def test_the_digest_comes_once_in_the_first_working_minute(province: Province) -> None:
    dossier_id = held(province)
    pass_time(dossier_id, MONDAY)
    assert send_digests(moment("2026-11-17T06:59")) == 0
    assert send_digests(moment("2026-11-17T07:00")) == 3
    assert send_digests(moment("2026-11-17T07:01")) == 0
    digests = OfficerNotice.objects.filter(stage="digest").select_related("officer__user")
    assert {notice.officer.user.username: notice.body for notice in digests} == {
        "case": "Việc của ông/bà: 1 việc đến hạn hôm nay, 1 đang chờ.",
        "head": "Phòng: 1 việc đến hạn hôm nay, 1 đang chờ.",
        "signer": "Hồ sơ của cơ quan: 1 đang chờ.",
    }
    assert set(Digest.objects.values_list("day", flat=True)) == {moment("2026-11-17T07:00").date()}


@pytest.mark.parametrize("day", ["2026-11-21T08:00", "2026-11-22T08:00", "2026-11-24T08:00"])
def test_there_is_no_digest_on_a_day_off(province: Province, day: str) -> None:
    pass_time(held(province), MONDAY)
    assert send_digests(moment(day)) == 0


def new_setting(**changes: object) -> NewSetting:
    given: dict[str, object] = {
        "valid_from": MONDAY.date(), "step_ahead": ["50%", "1 giờ"], "whole_ahead": ["8 giờ"], "every_days": 1,
        "tells": {"ahead": ["officer", "head"]},
    }  # fmt: skip
    return NewSetting(**(given | changes))


def test_an_agency_s_own_settings_hold_from_their_day_on(province: Province) -> None:
    admin = appoint(
        username="admin", password=None, full_name="Hồ Quản Trị", title="Quản trị", agency=province.department,
        roles={Role.ADMINISTRATOR: province.department}, valid_from=START,
    )  # fmt: skip
    from motcua.organizations.queries import actor_of

    actor = actor_of(admin, MONDAY.date())
    dossier_id = held(province)
    pass_time(dossier_id, MONDAY)
    assert watched(dossier_id)[1] == moment("2026-11-17T08:50")
    set_warnings(province.department.pk, new_setting(), actor=actor, at=MONDAY)
    set_warnings(
        province.department.pk, new_setting(valid_from=moment("2026-11-18T00:00").date()), actor=actor, at=MONDAY
    )
    assert apply_settings(MONDAY) == 1
    assert apply_settings(MONDAY) == 0
    assert told() == []
    assert watched(dossier_id)[1] == moment("2026-11-16T16:20")
    warn(moment("2026-11-16T16:20"))
    assert told() == [("case", 1, "ahead:50%"), ("head", 1, "ahead:50%")]
    assert watched(dossier_id)[1] == moment("2026-11-17T10:20")
    with pytest.raises(NotAllowed):
        set_warnings(None, new_setting(), actor=actor, at=MONDAY)
    with pytest.raises(BadInput, match="đã được đặt"):
        set_warnings(province.department.pk, new_setting(), actor=actor, at=MONDAY)
    with pytest.raises(BadInput, match="từ hôm nay trở đi"):
        set_warnings(province.department.pk, new_setting(), actor=actor, at=MONDAY + timedelta(days=1))
    with pytest.raises(NotAllowed):
        set_warnings(province.commune.pk, new_setting(), actor=SYSTEM, at=MONDAY)


def test_stages_are_counted_by_review_of_the_whole_ladder(province: Province) -> None:
    """A dossier left to itself until long after its due: each stage once for each reader, none missed, none twice."""
    publish(province, review())
    dossier_id = accepted(province)
    claim(dossier_id, 1, actor=province.actor("case"), at=MONDAY)
    plan([dossier_id], MONDAY)
    at = MONDAY
    while at < moment("2026-11-28T00:00"):
        warn(at)
        warn(at)
        at += timedelta(minutes=37)
    mine = [(token, stage) for name, token, stage in told() if name == "case"]
    assert len(mine) == len(set(mine))
    assert [stage for token, stage in mine if token == 1] == ["ahead:25%", "due", "late:1", "late:2", "late:3"]

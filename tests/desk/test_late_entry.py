"""What happened earlier is recorded with its own moment, a reason and the head who approved it; faults stand beside their field."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.desk.office import Clock
from tests.desk.test_counter import BATCH, SAME_DAY, SIGNED, batch_rows, drawing, filled
from tests.processes.build import line, open_items, publish, step
from tests.province import MONDAY, Province, accepted, later

from motcua.catalog.models import DeskProcedure
from motcua.dossiers.decide import GuardFailed
from motcua.dossiers.models import Dossier, LedgerEntry
from motcua.dossiers.queries import timeline
from motcua.dossiers.services import submit_dossier
from motcua.law.moments import VIETNAM
from motcua.organizations.models import RoleAssignment
from motcua.processes.services import assign

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def submitted(province: Province, clock: Clock) -> Dossier:
    """Handed in on Monday 09:20; now it is 13:20."""
    clock.at = MONDAY + timedelta(hours=4)
    return Dossier.objects.get(pk=submit_dossier(province.intake(), actor=province.applicant, at=MONDAY).id)


def typed(province: Province, **changes: Any) -> dict[str, Any]:
    values = {
        "expected_seq": 1, "occurred_at": "2026-11-16T10:00", "late_reason": "Mất điện cả buổi sáng",
        "late_approver": province.officers["head"].pk,
    }  # fmt: skip
    return values | changes


def address(dossier: Dossier, slug: str = "tiep-nhan") -> str:
    return f"{reverse('desk:move', args=[dossier.pk, slug])}?ghi-bu"


def signed_on(page: str) -> str:
    """The day of signing that the page begins with."""
    (field,) = re.findall(r'<input type="date"[^>]*name="signed_on"[^>]*>', page)
    found = re.search(r'value="([^"]*)"', field)
    return found[1] if found else ""


def beside(page: str, field: str) -> str:
    found = re.search(rf'id="id_{field}_error">.*?<span>(.*?)</span>', page, re.DOTALL)
    return found[1] if found else ""


def test_a_move_of_the_morning_is_recorded_in_the_afternoon(
    province: Province, submitted: Dossier, clock: Clock, sign_in: SignIn
) -> None:
    answer = sign_in("counter").post(address(submitted), typed(province))
    assert answer.status_code == 302
    entry = timeline(submitted.pk)[-1]
    assert (entry.occurred_at, entry.recorded_at) == (MONDAY + timedelta(minutes=40), clock.at)
    assert entry.data["late_entry"]["approver"] == province.officers["head"].pk
    submitted.refresh_from_db()
    assert submitted.clock_started_at == MONDAY + timedelta(minutes=40)


def test_every_move_offers_it_and_asks_nothing_of_it_otherwise(
    province: Province, submitted: Dossier, sign_in: SignIn
) -> None:
    client = sign_in("counter")
    plain = client.get(reverse("desk:move", args=[submitted.pk, "tiep-nhan"])).content.decode()
    assert 'href="?ghi-bu"' in plain
    assert "late_reason" not in plain
    page = client.get(address(submitted)).content.decode()
    assert all(page.count(f'name="{name}"') == 1 for name in ("occurred_at", "late_reason", "late_approver"))
    assert 'href="?ghi-bu"' not in page


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"occurred_at": ""}, "occurred_at", "Chưa nhập “thời điểm xảy ra”."),
        ({"occurred_at": "hôm qua"}, "occurred_at", "Thời điểm cần dạng ngày/tháng/năm giờ:phút"),
        ({"occurred_at": "2026-11-16T13:30"}, "occurred_at", "Thời điểm xảy ra không được sau thời điểm ghi."),
        ({"occurred_at": "2026-11-16T09:00"}, "occurred_at", "sớm hơn việc đã ghi gần nhất của hồ sơ"),
        ({"late_reason": " "}, "late_reason", "Chưa nhập “lý do ghi bù”."),
        ({"late_approver": ""}, "late_approver", "Chưa chọn “người duyệt ghi bù”."),
        ({"late_approver": "10000000"}, "late_approver", "Lựa chọn này không có trong danh sách."),
    ],
)
def test_a_fault_stands_beside_its_field_and_nothing_has_changed(
    province: Province, submitted: Dossier, sign_in: SignIn, changes: dict[str, Any], field: str, said: str
) -> None:
    answer = sign_in("counter").post(address(submitted), typed(province, **changes))
    assert answer.status_code == 422
    assert said in beside(answer.content.decode(), field)
    assert LedgerEntry.objects.count() == 1


def test_nobody_approves_what_they_record_themselves(province: Province, submitted: Dossier, sign_in: SignIn) -> None:
    page = sign_in("desk_head").get(address(submitted)).content.decode()
    chooser = re.search(r'<select name="late_approver".*?</select>', page, re.DOTALL)
    assert chooser is not None
    offered = set(re.findall(r'value="(\d+)"', chooser[0]))
    assert str(province.officers["head"].pk) in offered
    assert str(province.officers["desk_head"].pk) not in offered


def test_in_the_address_alone_it_changes_no_other_move(province: Province, submitted: Dossier, sign_in: SignIn) -> None:
    plain = reverse("desk:move", args=[submitted.pk, "tiep-nhan"])
    assert sign_in("counter").post(plain, typed(province)).status_code == 302
    entry = timeline(submitted.pk)[-1]
    assert entry.occurred_at == entry.recorded_at
    assert "late_entry" not in entry.data


RECEPTION = "/can-bo/tiep-nhan/?ghi-bu"


def on_monday(province: Province, **changes: Any) -> dict[str, Any]:
    """A visit of Monday 09:40, entered on Wednesday."""
    return filled(
        province, occurred_at="2026-11-16T09:40", late_reason="Mất điện, tiếp nhận bằng sổ tay",
        late_approver=province.officers["head"].pk, **changes,
    )  # fmt: skip


@pytest.fixture
def wednesday(clock: Clock) -> datetime:
    clock.at = MONDAY + timedelta(days=2, hours=5)
    return clock.at


def test_a_visit_of_the_day_before_is_entered_with_its_own_moment(
    province: Province, sign_in: SignIn, wednesday: datetime
) -> None:
    publish(province, line(step("check", "Thẩm định")))
    client = sign_in("counter")
    assert 'href="?ghi-bu"' in client.get("/can-bo/tiep-nhan/").content.decode()
    blank = client.get(RECEPTION).content.decode()
    assert "Ghi bù hồ sơ đã nhận" in blank
    assert "Chọn thủ tục trước" in blank
    assert 'href="?ghi-bu"' not in blank
    preview = client.post(RECEPTION, on_monday(province, action="refresh")).content.decode()
    assert 'action="/can-bo/tiep-nhan/?ghi-bu"' in preview
    assert "09:40 thứ Năm 19/11/2026" in preview
    chooser = re.search(r'<select name="late_approver".*?</select>', preview, re.DOTALL)
    assert chooser is not None
    assert f'value="{province.officers["head"].pk}" selected' in chooser[0]

    answer = client.post(RECEPTION, on_monday(province))

    dossier = Dossier.objects.get()
    assert answer.url == f"/can-bo/tiep-nhan/{dossier.pk}/"
    at = MONDAY + timedelta(minutes=20)
    assert (dossier.code, dossier.accepted_at, dossier.due_at) == (
        "H32.16-261116-0001", at, datetime(2026, 11, 19, 9, 40, tzinfo=VIETNAM),
    )  # fmt: skip
    entries = timeline(dossier.pk)
    assert [(one.kind, one.occurred_at, one.recorded_at) for one in entries] == [
        ("dossier.accepted", at, wednesday), ("process.started", at, wednesday),
    ]  # fmt: skip
    assert {one.data["late_entry"]["approver"] for one in entries} == {province.officers["head"].pk}
    assert {one.data["late_reason"] for one in entries} == {"Mất điện, tiếp nhận bằng sổ tay"}
    assert open_items(dossier.pk)["check"].due_at == at + timedelta(hours=1)
    told = " ".join(client.get(f"/can-bo/ho-so/{dossier.pk}/").content.decode().split())
    assert "Ghi bù lúc 18/11/2026 14:20: Mất điện, tiếp nhận bằng sổ tay." in told


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"occurred_at": ""}, "occurred_at", "Chưa nhập “thời điểm xảy ra”."),
        ({"occurred_at": "2026-11-18T14:30"}, "occurred_at", "Thời điểm xảy ra không được sau thời điểm ghi."),
        ({"late_reason": " "}, "late_reason", "Chưa nhập “lý do ghi bù”."),
        ({"late_approver": ""}, "late_approver", "Chưa chọn “người duyệt ghi bù”."),
        ({"late_approver": "10000000"}, "late_approver", "Lựa chọn này không có trong danh sách."),
    ],
)
def test_a_visit_entered_wrongly_leaves_no_dossier(
    province: Province, sign_in: SignIn, wednesday: datetime, changes: dict[str, Any], field: str, said: str
) -> None:
    answer = sign_in("counter").post(RECEPTION, on_monday(province) | changes)
    assert answer.status_code == 422
    assert said in beside(answer.content.decode(), field)
    assert not Dossier.objects.exists()


def test_the_list_of_its_own_day_says_what_the_desk_took(
    province: Province, sign_in: SignIn, wednesday: datetime
) -> None:
    posted = DeskProcedure.objects.filter(desk=province.desk, procedure=province.procedure)
    posted.update(valid_to=date(2026, 11, 17))
    client = sign_in("counter")
    assert client.post(RECEPTION, on_monday(province) | {"occurred_at": "2026-11-17T09:40"}).status_code == 422
    assert client.post(RECEPTION, on_monday(province)).status_code == 302


def test_a_step_done_on_monday_is_finished_on_wednesday(
    province: Province, sign_in: SignIn, wednesday: datetime
) -> None:
    publish(province, line(step("check", "Thẩm định", minutes=120), step("sign", "Ký duyệt", "signer", 240)))
    dossier_id = accepted(province)
    client, address = sign_in("case"), f"/can-bo/ho-so/{dossier_id}/buoc/1/hoan-thanh/"
    plain = client.get(address).content.decode()
    assert 'href="?ghi-bu"' in plain
    assert "Lý do chậm" in plain
    typed = {
        "occurred_at": "2026-11-16T10:20",
        "late_reason": "Mất mạng",
        "late_approver": province.officers["head"].pk,
    }
    for wrong, field, said in (
        ({"occurred_at": "2026-11-16T09:00"}, "occurred_at", "sớm hơn việc đã ghi gần nhất của hồ sơ"),
        ({"occurred_at": "2026-11-20T09:00", "note": "Chờ bản đồ"}, "occurred_at", "không được sau thời điểm ghi"),
        ({"late_approver": province.officers["case"].pk}, "late_approver", "Lựa chọn này không có"),
        ({"late_reason": ""}, "late_reason", "Chưa nhập “lý do ghi bù”."),
    ):
        answer = client.post(f"{address}?ghi-bu", typed | wrong)
        assert answer.status_code == 422
        assert said in beside(answer.content.decode(), field)

    assert client.post(f"{address}?ghi-bu", typed).status_code == 302

    at = MONDAY + timedelta(hours=1)
    entry = timeline(dossier_id)[-1]
    assert (entry.kind, entry.occurred_at, entry.recorded_at) == ("process.step_done", at, wednesday)
    assert entry.data["late_entry"]["approver"] == province.officers["head"].pk
    # It was done in its time, so nobody is asked why it was slow; and the next one's time has run since.
    following = open_items(dossier_id)["sign"]
    assert (following.opened_at, following.due_at) == (at, datetime(2026, 11, 16, 16, 20, tzinfo=VIETNAM))


def in_the_morning(province: Province, **changes: Any) -> dict[str, Any]:
    """What is asked of a thing of Monday 10:20."""
    return typed(province, occurred_at="2026-11-16T10:20", late_reason="Mất mạng") | changes


def recorded(dossier_id: int) -> set[tuple[str, datetime, datetime, int]]:
    return {
        (one.kind, one.occurred_at, one.recorded_at, one.data.get("late_entry", {}).get("approver", 0))
        for one in timeline(dossier_id)
    }


def test_a_step_is_given_out_given_back_and_spoken_of_as_it_was_on_monday(
    province: Province, sign_in: SignIn, wednesday: datetime
) -> None:
    publish(province, line(step("check", "Thẩm định")))
    dossier_id = accepted(province)
    step_page = f"/can-bo/ho-so/{dossier_id}/buoc/1/"
    case, signer, head = (province.officers[name].pk for name in ("case", "signer", "head"))
    at = MONDAY + timedelta(hours=1)
    moves = (
        (
            "head",
            "giao",
            {"officer_id": case, "cooperating": [signer], "late_approver": signer},
            "process.assigned",
            signer,
        ),
        ("signer", "cho-y-kien", {"text": "Nên đo lại ranh"}, "process.opinion", head),
        ("case", "tra-lai-viec", {"reason": "Trùng họ hàng"}, "process.handed_back", head),
    )
    for who, slug, given, kind, approver in moves:
        client, address = sign_in(who), f"{step_page}{slug}/"
        assert 'href="?ghi-bu">Việc này đã xảy ra từ trước?' in client.get(address).content.decode()
        given = in_the_morning(province) | given
        for wrong, field, said in (
            ({"occurred_at": "2026-11-16T09:00"}, "occurred_at", "sớm hơn việc đã ghi gần nhất của hồ sơ"),
            ({"occurred_at": "2026-11-20T09:00"}, "occurred_at", "không được sau thời điểm ghi"),
            ({"late_reason": ""}, "late_reason", "Chưa nhập “lý do ghi bù”."),
            ({"late_approver": province.officers[who].pk}, "late_approver", "Lựa chọn này không có"),
        ):
            answer = client.post(f"{address}?ghi-bu", given | wrong)
            assert answer.status_code == 422
            assert said in beside(answer.content.decode(), field)
        assert kind not in {entry[0] for entry in recorded(dossier_id)}

        assert client.post(f"{address}?ghi-bu", given).status_code == 302

        assert (kind, at, wednesday, approver) in recorded(dossier_id)
    told = " ".join(sign_in("case").get(f"/can-bo/ho-so/{dossier_id}/").content.decode().split())
    assert told.count("Ghi bù lúc 18/11/2026 14:20: Mất mạng.") == len(moves)


def test_a_step_goes_to_who_could_do_it_on_that_day(province: Province, sign_in: SignIn, wednesday: datetime) -> None:
    publish(province, line(step("check", "Thẩm định")))
    dossier_id, case = accepted(province), province.officers["case"]
    RoleAssignment.objects.filter(officer=case).update(valid_to=date(2026, 11, 17))
    address = f"/can-bo/ho-so/{dossier_id}/buoc/1/giao/"
    given = in_the_morning(province, officer_id=case.pk, late_approver=province.officers["signer"].pk)
    head = sign_in("head")
    assert "officer_id" in head.post(address, given).context["form"].errors
    assert open_items(dossier_id)["check"].officer_id is None

    assert head.post(f"{address}?ghi-bu", given).status_code == 302

    assert open_items(dossier_id)["check"].officer_id == case.pk
    with pytest.raises(GuardFailed, match="cần lý do và người duyệt"):
        assign(
            dossier_id, 1, officer_id=province.officers["head"].pk, reason="Thay người", actor=province.actor("head"),
            at=later(hours=2), recorded_at=wednesday,
        )  # fmt: skip


def test_a_result_given_within_the_day_is_entered_later_as_three_entries(
    province: Province, sign_in: SignIn, wednesday: datetime
) -> None:
    client, page = sign_in("counter"), f"{SAME_DAY}?ghi-bu"
    assert 'href="?ghi-bu">Hồ sơ đã trả từ trước?' in client.get(SAME_DAY).content.decode()
    blank = client.get(page).content.decode()
    assert "Ghi bù hồ sơ trả trong ngày" in blank
    assert signed_on(client.get(SAME_DAY).content.decode()) == "2026-11-18"
    assert signed_on(blank) == ""
    looked_up = client.post(page, in_the_morning(province) | {"action": "lookup"}).content.decode()
    assert signed_on(looked_up) == "2026-11-16"
    assert 'action="/can-bo/trong-ngay/?ghi-bu"' in blank
    given = filled(province, province.same_day, **SIGNED, signature=drawing(), **in_the_morning(province))
    for wrong, field, said in (
        ({"occurred_at": "2026-11-18T14:30"}, "occurred_at", "không được sau thời điểm ghi"),
        ({"late_reason": " "}, "late_reason", "Chưa nhập “lý do ghi bù”."),
        ({"late_approver": ""}, "late_approver", "Chưa chọn “người duyệt ghi bù”."),
    ):
        answer = client.post(page, given | wrong)
        assert answer.status_code == 422
        assert said in beside(answer.content.decode(), field)
    assert not Dossier.objects.exists()

    assert client.post(page, given).status_code == 302

    at, head = MONDAY + timedelta(hours=1), province.officers["head"].pk
    assert recorded(Dossier.objects.get().pk) == {
        (kind, at, wednesday, head) for kind in ("dossier.accepted", "dossier.resolved", "dossier.handed_over")
    }


def test_a_batch_of_the_morning_has_one_moment_and_one_approval(
    province: Province, sign_in: SignIn, wednesday: datetime
) -> None:
    client, page = sign_in("counter"), f"{BATCH}?che-do=nhieu-nguoi&ghi-bu"
    assert 'href="?che-do=mot-nguoi&amp;ghi-bu"' in client.get(BATCH).content.decode()
    assert "late_reason" not in client.get(BATCH).content.decode()
    post = DeskProcedure.objects.get(procedure=province.same_day)
    rows = [{"full_name": name, "name": "Căn cước"} for name in ("Lê Thị Một", "Phạm Văn Ba")]
    given = batch_rows(rows, post=post.pk, **in_the_morning(province))
    for wrong, field, said in (
        ({"occurred_at": "2026-11-18T14:30"}, "occurred_at", "không được sau thời điểm ghi"),
        ({"late_reason": " "}, "late_reason", "Chưa nhập “lý do ghi bù”."),
        ({"late_approver": "10000000"}, "late_approver", "Lựa chọn này không có"),
    ):
        answer = client.post(page, given | wrong)
        assert answer.status_code == 422
        assert said in beside(answer.content.decode(), field)
    assert not Dossier.objects.exists()

    answer = client.post(page, given)

    assert client.post(page, given).context["done"] == 2
    assert [bool(outcome.code) for outcome in answer.context["outcomes"]] == [True, True]
    assert 'href="/can-bo/chung-thuc/?che-do=nhieu-nguoi&amp;ghi-bu"' in answer.content.decode()
    entry = ("dossier.accepted", MONDAY + timedelta(hours=1), wednesday, province.officers["head"].pk)
    assert [recorded(dossier.pk) for dossier in Dossier.objects.all()] == [{entry}, {entry}]


def test_who_approves_a_batch_follows_the_agency_of_the_procedure(
    province: Province, sign_in: SignIn, wednesday: datetime
) -> None:
    department = DeskProcedure.objects.get(procedure=province.same_day)
    DeskProcedure.objects.create(desk=province.desk, procedure=province.same_day, agency=province.commune)
    client = sign_in("counter")

    def offered_by(query: str) -> str:
        found = re.search(r'<select name="late_approver".*?</select>', client.get(query).content.decode(), re.DOTALL)
        assert found is not None
        return found[0]

    assert "Chọn thủ tục trước" in offered_by(f"{BATCH}?ghi-bu")
    chosen = offered_by(f"{BATCH}?ghi-bu&post={department.pk}")
    assert f'value="{province.officers["head"].pk}"' in chosen
    assert "Chọn thủ tục trước" not in chosen

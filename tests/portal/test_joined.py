"""A joined hand-in as its applicant sees it: one page, one line, one way back."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client
from tests.portal.house import text
from tests.processes.families import Town, build_town, resolve, states
from tests.province import MONDAY

from motcua.catalog.models import Procedure, ProcedureVersion
from motcua.dossiers.models import Dossier
from motcua.law.moments import VIETNAM
from motcua.platform.presentation.words import vn_moment
from motcua.processes.joined_data import UNCONFIRMED
from motcua.processes.linked import HandedIn, advance_joined, hand_in, whole_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(set_config) -> None:
    set_config("MOTCUA_NOW", "2026-11-16T14:00:00+07:00")


@pytest.fixture
def town(db) -> Town:
    return build_town()


def opened(client: Client, dossier_id: int) -> str:
    code = Dossier.objects.values_list("code", flat=True).get(pk=dossier_id)
    client.post("/tra-cuu/", {"code": code, "proof": "3456"})
    return text(client.get(f"/ho-so/{code}/"))


def begun(town: Town) -> HandedIn:
    handed = town.at_counter()
    resolve(town, handed.dossiers["birth"], MONDAY)
    advance_joined(MONDAY)
    return handed


def test_any_code_shows_the_whole_with_every_share(client: Client, town: Town) -> None:
    handed = begun(town)
    for key in handed.dossiers:
        page = opened(client, handed.dossiers[key])
        assert "Yêu cầu liên thông" in page
        assert "Hẹn trả tất cả kết quả" in page
        for said in ("Công an phường Nha Trang", "Bảo hiểm xã hội cơ sở Nha Trang", "7 ngày làm việc", "Đã có kết quả"):
            assert said in page


def test_the_receipt_says_the_whole_due_and_every_share(client: Client, town: Town) -> None:
    handed = town.at_counter()
    page = opened(client, handed.leading_id)
    code = Dossier.objects.values_list("code", flat=True).get(pk=handed.leading_id)
    receipt = text(client.get(f"/ho-so/{code}/bien-nhan/"))
    whole = whole_of(handed.leading_id)
    assert whole is not None
    assert whole.due is not None
    shares = [said for part in whole.parts for said in (part.agency, part.limit)]
    for said in (whole.name, "Hẹn trả tất cả kết quả", vn_moment(whole.due), *shares):
        assert said in page
        assert said in receipt


def test_one_line_tells_what_happened_in_every_part(client: Client, town: Town) -> None:
    page = opened(client, begun(town).leading_id)
    line = page[page.index("Diễn biến") :]
    places = [
        line.index(said)
        for said in (
            "Đăng ký khai sinh: hồ sơ được tiếp nhận",
            "Đăng ký khai sinh: đã có kết quả",
            "Đăng ký thường trú: hồ sơ được tiếp nhận",
            "Cấp thẻ bảo hiểm y tế: hồ sơ được tiếp nhận",
        )
    ]
    assert places[0] < min(places[1:])


def test_what_waits_says_so(client: Client, town: Town) -> None:
    page = opened(client, town.at_counter().leading_id)
    assert "Đăng ký thường trú: chờ đến lượt" in page
    assert page.count("Chờ đến lượt") == 2


def test_before_acceptance_the_dues_are_only_expected(client: Client, town: Town) -> None:
    handed = hand_in(town.given(), actor=town.province.applicant, at=MONDAY)
    page = opened(client, handed.leading_id)
    assert "Dự kiến trả tất cả kết quả" in page


def test_withdrawing_the_leading_one_withdraws_the_whole(client: Client, town: Town) -> None:
    handed = town.at_counter()
    opened(client, handed.leading_id)
    code = Dossier.objects.values_list("code", flat=True).get(pk=handed.leading_id)
    assert "đứng đầu một yêu cầu liên thông" in text(client.get(f"/ho-so/{code}/rut/"))
    page = text(client.post(f"/ho-so/{code}/rut/", {"reason": "Đổi ý"}, follow=True))
    assert "Đăng ký khai sinh: đã gửi đề nghị rút; Đăng ký thường trú: đã rút" in page
    assert states(handed) == {"birth": "accepted", "residence": "withdrawn", "insurance": "withdrawn"}


def test_parts_that_wait_do_not_break_the_list_of_one_s_own(client: Client, town: Town) -> None:
    handed = town.at_counter()
    opened(client, handed.leading_id)
    assert client.get("/ho-so-cua-toi/").status_code == 200
    assert handed.leading_id


def test_the_page_asks_the_database_no_more_often_for_longer_lives(
    client: Client, town: Town, django_assert_max_num_queries
) -> None:
    handed = begun(town)
    code = Dossier.objects.values_list("code", flat=True).get(pk=handed.leading_id)
    opened(client, handed.leading_id)
    with django_assert_max_num_queries(40):
        client.get(f"/ho-so/{code}/")


def test_what_is_not_confirmed_is_said_beside_the_part_and_on_its_own_page(client: Client, town: Town) -> None:
    residence = Procedure.objects.get(code="1.004222")
    assert "chưa kiểm chứng" not in opened(client, town.at_counter().leading_id)
    assert "chưa kiểm chứng" not in text(client.get("/thu-tuc/1.004222/"))
    ProcedureVersion.objects.filter(procedure=residence).update(source=UNCONFIRMED)
    assert opened(client, town.at_counter().leading_id).count("chưa kiểm chứng") == 1
    assert "chưa kiểm chứng với danh mục chính thức" in text(client.get("/thu-tuc/1.004222/"))


def test_a_part_past_its_due_is_called_late_while_it_is_silent_and_after_it_has_answered(
    client: Client, town: Town, set_config
) -> None:
    handed = begun(town)
    assert "quá hạn" not in opened(client, handed.leading_id)
    resolve(town, handed.dossiers["insurance"], datetime(2026, 11, 30, 8, tzinfo=VIETNAM))
    set_config("MOTCUA_NOW", "2026-12-20T14:00:00+07:00")
    late = {part.key: part.late for part in whole_of(handed.leading_id, datetime(2026, 12, 20, tzinfo=VIETNAM)).parts}
    assert late == {"birth": False, "residence": True, "insurance": True}
    assert opened(client, handed.leading_id).count(">quá hạn<") == 2
    paper = whole_of(handed.leading_id)
    assert paper is not None
    assert [part.late for part in paper.parts] == [False, False, True]

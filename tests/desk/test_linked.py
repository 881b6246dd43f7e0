"""Pages of work with other agencies: the tab, the signature, the one-time link, what was taken for others, the parts."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from tests.desk.office import Clock
from tests.processes.build import parallel, publish
from tests.processes.test_linked_parts import consultation
from tests.province import MONDAY, Province, accepted

from motcua.catalog.models import DeskProcedure, ProcedureVersion
from motcua.dossiers.arrival import arrival
from motcua.dossiers.commands import Accept
from motcua.dossiers.models import Dossier
from motcua.dossiers.services import receive_at_counter
from motcua.processes.models import AgencyTransfer, BodyQuestion
from motcua.processes.services import finish_step

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined,no-any-return]


def test_the_other_agency_finds_what_came_signs_for_it_and_its_list_is_empty(
    province: Province, sign_in: SignIn, clock: Clock
) -> None:
    publish(province, parallel())
    dossier_id = accepted(province)
    client = sign_in("commune_case")
    code = Dossier.objects.values_list("code", flat=True).get(pk=dossier_id)
    assert str(code) in text(client.get(reverse("desk:arriving")))
    page = text(client.get(reverse("desk:together", args=[dossier_id])))
    assert "Sở Xây dựng → UBND phường Nha Trang" in page
    assert "Đánh dấu giấy tờ không nhận được" in page
    done = client.post(
        reverse("desk:sign_transfer", args=[dossier_id, 2]), {"missing": ["Giấy tờ tùy thân"]}, follow=True
    )
    assert "Đã ký nhận hồ sơ chuyển đến." in text(done)
    assert "(không nhận được)" in text(done)
    assert AgencyTransfer.objects.get().acknowledged_by == province.officers["commune_case"]
    assert "Không có hồ sơ nào chờ ký nhận" in text(client.get(reverse("desk:arriving")))


def test_the_competent_agency_cannot_sign_for_the_other(province: Province, sign_in: SignIn, clock: Clock) -> None:
    publish(province, parallel())
    dossier_id = accepted(province)
    client = sign_in("case")
    assert "Chưa ký nhận." in text(client.get(reverse("desk:together", args=[dossier_id])))
    told = client.post(reverse("desk:sign_transfer", args=[dossier_id, 2]), follow=True)
    assert "Chỉ cán bộ của cơ quan nhận" in text(told)


def test_a_body_is_asked_the_link_is_shown_once_and_the_letter_carries_it(
    province: Province, sign_in: SignIn, clock: Clock
) -> None:
    publish(province, consultation())
    dossier_id = accepted(province)
    finish_step(dossier_id, 1, actor=province.actor("case"), at=MONDAY)
    client = sign_in("case")
    assert "Gửi công văn, cấp đường dẫn" in text(client.get(reverse("desk:together", args=[dossier_id])))
    page = reverse("desk:ask_body", args=[dossier_id, 2])
    assert "Lấy ý kiến Bộ chỉ huy quân sự" in text(client.get(page))
    empty = client.post(page, {})
    assert empty.status_code == 422
    paper = Dossier.objects.get(pk=dossier_id).papers.order_by("position")[0]
    asked = client.post(page, {"number": "12/SXD", "question": "Có vướng gì không?", "papers": [paper.pk]})
    found = re.search(r"/hoi-y-kien/([\w-]{43})/", text(asked))
    assert found is not None
    assert "no-store" in asked["Cache-Control"]
    assert found[1] not in text(client.get(reverse("desk:together", args=[dossier_id])))
    letter = client.post(reverse("desk:ask_letter", args=[dossier_id, 2]), {"secret": found[1]})
    said = " ".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(letter.content)).pages).split())
    assert letter["Content-Type"] == "application/pdf"
    for part in ("Bộ chỉ huy quân sự", "Có vướng gì không?", "Tờ khai", "12/SXD"):
        assert part in said
    assert found[1][:20] in said.replace(" ", "")
    wrong = client.post(reverse("desk:ask_letter", args=[dossier_id, 2]), {"secret": "x" * 43}, follow=True)
    assert "Đường dẫn này không dùng được" in text(wrong)


def test_an_answer_on_paper_is_recorded(province: Province, sign_in: SignIn, clock: Clock) -> None:
    publish(province, consultation())
    dossier_id = accepted(province)
    finish_step(dossier_id, 1, actor=province.actor("case"), at=MONDAY)
    client = sign_in("case")
    page = reverse("desk:record_answer", args=[dossier_id, 2])
    assert "Ghi văn bản trả lời của Bộ chỉ huy quân sự" in text(client.get(page))
    done = client.post(page, {"document": "5/BCH", "outcome": "agree", "text": "Nhất trí"}, follow=True)
    assert "Đã ghi nhận văn bản trả lời." in text(done)
    assert Dossier.objects.get(pk=dossier_id).step == "Ban hành kết quả"
    assert not BodyQuestion.objects.exists()


def test_the_tab_of_a_joined_hand_in_names_every_part(sign_in: SignIn, clock: Clock, province: Province) -> None:
    from tests.processes.families import PAPERS, JoinedIntake, build_parts

    from motcua.processes.linked import hand_in

    joined = build_parts()
    intake = province.intake(
        agency_id=province.commune.pk, receiving_desk_id=province.commune_desk.pk, return_desk_id=province.commune_desk.pk,
        channel="counter", papers=PAPERS,
    )  # fmt: skip
    handed = hand_in(
        JoinedIntake(joined.pk, intake), actor=province.actor("commune_counter"), at=MONDAY, command=Accept()
    )
    page = text(sign_in("commune_counter").get(reverse("desk:together", args=[handed.leading_id])))
    for said in ("Yêu cầu liên thông", "Công an phường Nha Trang", "Chờ đến lượt", "7 ngày làm việc"):
        assert said in page
    assert "chưa kiểm chứng" not in page
    type(joined).objects.update(confirmed=False, source="Chỉ có 1.001193 trong danh mục")
    ProcedureVersion.objects.filter(procedure__code="1.004222").update(source="chưa kiểm chứng")
    page = text(sign_in("commune_counter").get(reverse("desk:together", args=[handed.leading_id])))
    assert "Thủ tục liên thông chưa kiểm chứng: Chỉ có 1.001193 trong danh mục." in page
    assert page.count("mã và thời hạn chưa kiểm chứng") == 1


def test_what_was_taken_for_others_shows_its_breaches(province: Province, sign_in: SignIn, clock: Clock) -> None:
    DeskProcedure.objects.get_or_create(
        desk=province.commune_desk, procedure=province.procedure, agency=province.department
    )
    at = MONDAY
    intake = province.intake(channel="counter", receiving_desk_id=province.commune_desk.pk)
    clock_from = arrival(province.commune_desk, province.department, "counter", at)
    one = receive_at_counter(intake, Accept(clock_from=clock_from), actor=province.actor("commune_counter"), at=at)
    address = reverse("desk:for_others")
    clock.at = MONDAY + timedelta(days=1)
    for name in ("commune_counter", "case"):
        page = text(sign_in(name).get(address))
        assert str(one.code) in page
        assert "quá hạn chuyển" in page
    wrong = sign_in("case").get(address, {"first": "2026-11-20", "last": "2026-11-01"})
    assert wrong.status_code == 422
    assert "trước ngày đầu" in text(wrong)


def test_the_parts_page_says_that_it_is_a_figure_of_its_own(province: Province, sign_in: SignIn, clock: Clock) -> None:
    publish(province, parallel())
    accepted(province)
    for name in ("for_others", "linked_parts"):
        endless = sign_in("commune_case").get(reverse(f"desk:{name}"), {"first": "0001-01-01", "last": "9999-12-31"})
        assert (endless.status_code, "không còn ngày nào" in text(endless)) == (422, True)
    page = text(sign_in("commune_case").get(reverse("desk:linked_parts")))
    assert "không cộng vào số hồ sơ" in page
    assert "UBND phường Nha Trang" in page


def test_the_tab_asks_the_database_no_more_often_for_more_hand_overs(
    province: Province, sign_in: SignIn, clock: Clock, django_assert_max_num_queries
) -> None:
    publish(province, parallel())
    client = sign_in("commune_case")
    for _ in range(4):
        last = accepted(province)
    client.get(reverse("desk:arriving"))
    with django_assert_max_num_queries(16):
        client.get(reverse("desk:arriving"))
    with django_assert_max_num_queries(32):
        client.get(reverse("desk:together", args=[last]))


def test_an_ordinary_dossier_says_what_would_stand_here(province: Province, sign_in: SignIn, clock: Clock) -> None:
    page = text(sign_in("case").get(reverse("desk:together", args=[accepted(province)])))
    assert "Hồ sơ này do một cơ quan giải quyết" in page

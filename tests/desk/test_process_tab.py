"""The tab “Quy trình” of a dossier: the token's place, who had each step, and the time used."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.desk.office import Clock
from tests.processes.build import review
from tests.province import MONDAY, Province, result

from motcua.dossiers.commands import Accept, Resolve
from motcua.dossiers.services import give_command, submit_dossier
from motcua.processes.bpmn_reader import read
from motcua.processes.definition import to_json
from motcua.processes.models import Process, ProcessVersion
from motcua.processes.services import finish_step

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def on_review(province: Province) -> int:
    process = Process.objects.create(procedure=province.procedure)
    ProcessVersion.objects.create(
        process=process, number=1, definition=to_json(review()), digest=review().digest, created_at=MONDAY,
        published_at=MONDAY, valid_from=date(2026, 1, 1),
    )  # fmt: skip
    dossier_id = submit_dossier(province.intake(), actor=province.applicant, at=MONDAY).id
    give_command(dossier_id, Accept(), actor=province.actor("counter"), at=MONDAY)
    return dossier_id


def rows(client: Client, dossier_id: int) -> list[tuple[str, str, str, str, str]]:
    visits = client.get(f"/can-bo/ho-so/{dossier_id}/quy-trinh/").context["visits"]
    return [(visit.name, visit.element, visit.state, visit.word, visit.who) for visit in visits]


def test_where_the_dossier_stands(province: Province, sign_in: SignIn, clock: Clock, on_review: int) -> None:
    client = sign_in("case")
    assert rows(client, on_review) == [
        ("Thẩm định", "appraise", "now", "đang làm", "Cán bộ thụ lý"),
        ("Ký duyệt", "sign", "", "chưa đến", "Người ký"),
        ("Ban hành kết quả", "issue", "", "chưa đến", "Cán bộ thụ lý"),
    ]
    page = client.get(f"/can-bo/ho-so/{on_review}/quy-trinh/").content.decode()
    assert 'data-element="appraise" data-state="now" data-note="1g / 10g"' in page
    assert "Đã dùng 1 giờ trong 10 giờ được giao" in page
    clock.forward(days=3)
    assert rows(client, on_review)[0][2:4] == ("late", "đang làm, quá hạn của bước")


def test_a_step_done_again_shows_each_visit_and_marks_the_last(
    province: Province, sign_in: SignIn, clock: Clock, on_review: int
) -> None:
    case, signer = province.actor("case"), province.actor("signer")
    finish_step(on_review, 1, actor=case, at=MONDAY + timedelta(hours=1))
    finish_step(on_review, 2, outcome="redo", note="Sửa lại", actor=signer, at=MONDAY + timedelta(hours=2))
    clock.forward(hours=2)
    assert rows(sign_in("case"), on_review) == [
        ("Thẩm định", "", "done", "xong", "Phạm Thụ Lý"),
        ("Ký duyệt", "sign", "done", "xong", "Trần Văn Bình"),
        ("Thẩm định", "appraise", "now", "đang làm", "Phạm Thụ Lý"),
        ("Ban hành kết quả", "issue", "", "chưa đến", "Cán bộ thụ lý"),
    ]
    page = sign_in("case").get(f"/can-bo/ho-so/{on_review}/quy-trinh/").content.decode()
    assert "Làm lại" in page
    # An hour the first time, ten minutes the second: the office rests since 11:30.
    assert 'data-element="appraise" data-state="now" data-note="1g10, 2 lần"' in page


def test_a_finished_dossier_has_nothing_to_come(
    province: Province, sign_in: SignIn, clock: Clock, on_review: int
) -> None:
    case = province.actor("case")
    finish_step(on_review, 1, actor=case, at=MONDAY + timedelta(hours=1))
    finish_step(on_review, 2, outcome="approve", actor=province.actor("signer"), at=MONDAY + timedelta(hours=2))
    give_command(on_review, Resolve(result(signed_on=MONDAY.date())), actor=case, at=MONDAY + timedelta(hours=3))
    clock.forward(hours=4)
    assert [(row[1], row[2]) for row in rows(sign_in("case"), on_review)] == [
        ("appraise", "done"), ("sign", "done"), ("issue", "done"),
    ]  # fmt: skip
    visits = sign_in("case").get(f"/can-bo/ho-so/{on_review}/quy-trinh/").context["visits"]
    assert [visit.outcome for visit in visits] == ["Hoàn thành", "Đồng ý", "Đã có kết quả"]


def test_the_picture_is_that_of_the_version_it_follows(province: Province, sign_in: SignIn, on_review: int) -> None:
    answer = sign_in("case").get(f"/can-bo/ho-so/{on_review}/quy-trinh/bpmn/")
    assert read(answer.content).definition == review()
    assert sign_in("commune_case").get(f"/can-bo/ho-so/{on_review}/quy-trinh/bpmn/").status_code == 404
    assert sign_in("commune_case").get(f"/can-bo/ho-so/{on_review}/quy-trinh/").status_code == 404


def test_a_dossier_without_a_process_says_so(province: Province, sign_in: SignIn) -> None:
    dossier_id = submit_dossier(province.intake(), actor=province.applicant, at=MONDAY).id
    client = sign_in("counter")
    page = client.get(f"/can-bo/ho-so/{dossier_id}/quy-trinh/").content.decode()
    assert "Hồ sơ này không đi theo quy trình nội bộ" in page
    assert client.get(f"/can-bo/ho-so/{dossier_id}/quy-trinh/bpmn/").status_code == 404
    assert "/quy-trinh/" not in client.get(f"/can-bo/ho-so/{dossier_id}/").content.decode()


def test_more_visits_ask_no_more_queries(province: Province, sign_in: SignIn, clock: Clock, on_review: int) -> None:
    client = sign_in("case")

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/can-bo/ho-so/{on_review}/quy-trinh/").status_code == 200
        return len(queries)

    case, signer = province.actor("case"), province.actor("signer")
    finish_step(on_review, 1, actor=case, at=MONDAY + timedelta(minutes=1))
    finish_step(on_review, 2, outcome="redo", note="Sửa lại", actor=signer, at=MONDAY + timedelta(minutes=2))
    few = cost()
    for turn in range(3, 9, 2):
        finish_step(on_review, turn, actor=case, at=MONDAY + timedelta(minutes=turn))
        finish_step(
            on_review, turn + 1, outcome="redo", note="Sửa lại", actor=signer, at=MONDAY + timedelta(minutes=turn + 1)
        )
    assert cost() == few

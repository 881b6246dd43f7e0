"""The hand-over list as a paper."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader
from tests.processes.build import publish, review
from tests.province import Province, accepted, build_province

from motcua.documents.hand_over import hand_over_sheet, print_hand_over
from motcua.law.moments import VIETNAM
from motcua.processes.hand_over import make_lists, sign_given, sign_taken
from motcua.processes.models import HandOverList

pytestmark = pytest.mark.django_db
CUT = datetime(2026, 11, 16, 15, 0, tzinfo=VIETNAM)


@pytest.fixture
def province() -> Province:
    province = build_province()
    publish(province, review())
    return province


def read(paper: HandOverList) -> HandOverList:
    return HandOverList.objects.select_related("desk__agency", "agency", "unit").get(pk=paper.pk)


def test_it_says_who_gave_who_took_and_what_was_refused(province: Province) -> None:
    accepted(province), accepted(province)
    (paper,) = make_lists(province.desk.pk, cut_at=CUT, actor=None, at=CUT)
    unsigned = hand_over_sheet(read(paper))
    assert (unsigned.giver, unsigned.given_at, unsigned.mark) == ("", None, "")
    assert [line.outcome for line in unsigned.lines] == ["", ""]

    first = paper.lines.get(position=1)
    sign_given(paper.pk, held={}, actor=province.actor("counter"), at=CUT + timedelta(minutes=5))
    sign_taken(
        paper.pk, refused={first.pk: "Thiếu tờ khai"}, actor=province.actor("case"), at=CUT + timedelta(minutes=30)
    )
    sheet = hand_over_sheet(read(paper))
    assert (sheet.giving, sheet.taking) == ("Trung tâm Phục vụ hành chính công tỉnh", "Sở Xây dựng")
    assert (sheet.giver, sheet.taker) == ("Lê Thị Quầy", "Phạm Thụ Lý")
    assert [line.outcome for line in sheet.lines] == ["Bên nhận từ chối: Thiếu tờ khai", "Đã nhận"]
    assert len(sheet.mark) == 16

    (again,) = make_lists(province.desk.pk, cut_at=CUT + timedelta(days=1), actor=None, at=CUT + timedelta(days=1))
    assert [line.outcome for line in hand_over_sheet(read(again)).lines] == ["Lần 2"]


def test_the_paper_is_the_same_each_time_and_takes_few_statements(province: Province) -> None:
    for _ in range(40):
        accepted(province)
    (paper,) = make_lists(province.desk.pk, cut_at=CUT, actor=None, at=CUT)
    paper = read(paper)
    with CaptureQueriesContext(connection) as told:
        printed = print_hand_over(paper)
    assert len(told) <= 4
    assert print_hand_over(paper).sha256 == printed.sha256
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(printed.pdf)).pages).split())
    assert "Danh sách này có 40 hồ sơ." in text
    assert printed.pages == len(PdfReader(io.BytesIO(printed.pdf)).pages) > 1

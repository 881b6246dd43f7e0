"""Taking down what a desk posts: from a day on, with a reason, while the lists of the days before stay as they hung."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from tests.province import MONDAY, Province, accepted, build_procedure, build_province, later

from motcua.catalog.models import ChannelRule, DeskProcedure, ProcedureVersion
from motcua.catalog.permissions import NotAllowed
from motcua.catalog.posting import AlreadyPosted, AlreadyTakenDown, post_again, post_procedures, take_down
from motcua.catalog.queries import may_come_back, posted_procedures, taken_down, versions_on
from motcua.desk.counter import offered
from motcua.documents.form_sets import FormKind, form_for
from motcua.documents.lists import procedure_list
from motcua.dossiers.decide import GuardFailed
from motcua.dossiers.models import Dossier
from motcua.dossiers.services import submit_dossier
from motcua.law.errors import BadInput
from motcua.organizations.models import Agency, Role
from motcua.portal.catalogue import places

pytestmark = pytest.mark.django_db

TODAY = MONDAY.date()
WEDNESDAY = TODAY + timedelta(days=2)


@pytest.fixture
def province() -> Province:
    made = build_province()
    made.hire("admin", "Hồ Quản Trị", made.root, {Role.ADMINISTRATOR: made.root})
    made.hire("commune_admin", "Lê Quản Trị Xã", made.commune, {Role.ADMINISTRATOR: made.commune})
    return made


def posting(province: Province) -> DeskProcedure:
    return DeskProcedure.objects.get(desk=province.desk, procedure=province.procedure)


def down(province: Province, *, by: str = "admin", valid_to: date = WEDNESDAY, reason: str = "QĐ 15/QĐ-UBND") -> int:
    return take_down(
        province.desk, [posting(province).pk], valid_to=valid_to, reason=reason, actor=province.actor(by), at=MONDAY
    )


def there(province: Province, on: date) -> list[str]:
    return [row.procedure.code for row in posted_procedures(province.desk.pk, on)]


def test_the_list_of_a_day_is_what_hung_there(province: Province) -> None:
    dossier_id = accepted(province)
    other = build_procedure("1.009645", "Chấp thuận đầu tư", province.procedure.sector)
    post_procedures([(province.desk, other, province.department)], valid_from=TODAY)

    assert down(province, reason="  QĐ 15/QĐ-UBND \n bãi bỏ ") == 1

    assert [there(province, TODAY + timedelta(days=days)) for days in (-1, 0, 1, 2)] == [
        ["1.001193"], ["1.001193", "1.009645"], ["1.001193", "1.009645"], ["1.009645"],
    ]  # fmt: skip
    printed = [
        [
            one.code
            for one in procedure_list(form_for(FormKind.PROCEDURE_LIST, on=TODAY), province.desk, at=at).procedures
        ]
        for at in (later(days=1), later(days=2))
    ]
    assert printed == [["1.001193", "1.009645"], ["1.009645"]]
    (gone,) = taken_down(province.desk.pk)
    assert (gone.reason, gone.ended_by, gone.ended_at, gone.valid_to) == (
        "QĐ 15/QĐ-UBND bãi bỏ", province.officers["admin"], MONDAY, WEDNESDAY,
    )  # fmt: skip
    assert Dossier.objects.get(pk=dossier_id).due_at is not None


def test_nothing_more_comes_in_from_that_day_on(province: Province) -> None:
    down(province)
    counter = province.actor("counter")
    assert [[one.code for one in offered(counter, on=day)] for day in (TODAY, WEDNESDAY)] == [["1.001193"], []]
    submit_dossier(province.intake(), actor=province.applicant, at=later(days=1))
    with pytest.raises(
        GuardFailed, match=r"không nhận thủ tục này .*: ngày 18/11/2026 danh mục niêm yết ở đó không có"
    ):
        submit_dossier(province.intake(), actor=province.applicant, at=later(days=2))
    assert Dossier.objects.count() == 1


def test_the_public_sees_what_is_posted_today(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    down(province)
    seen = []
    for days in (1, 2):
        at = later(days=days)
        monkeypatch.setattr("motcua.portal.catalogue.now", lambda at=at: at)
        seen.append({place.desk_id for place in places(province.procedure)})
    assert seen == [{province.desk.pk, province.commune_desk.pk}, {province.commune_desk.pk}]


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"by": "counter"}, NotAllowed, "Chỉ quản trị của UBND tỉnh Khánh Hòa"),
        ({"by": "commune_admin"}, NotAllowed, "Chỉ quản trị của UBND tỉnh Khánh Hòa"),
        (
            {"valid_to": TODAY - timedelta(days=1)},
            BadInput,
            "ngày 15/11/2026 đã qua; danh mục của ngày đã qua không đổi",
        ),
        ({"reason": " "}, BadInput, "Lý do: chưa nhập"),
        ({"reason": "x" * 301}, BadInput, "Lý do: dài 301 ký tự, tối đa 300"),
    ],
)
def test_what_is_refused_changes_nothing(
    province: Province, changes: dict[str, object], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        down(province, **changes)
    assert posting(province).valid_to is None
    with pytest.raises(BadInput, match="chưa chọn"):
        take_down(province.desk, [], valid_to=TODAY, reason="x", actor=province.actor("admin"), at=MONDAY)


def test_an_end_to_come_may_be_moved_and_one_that_has_come_may_not(province: Province) -> None:
    down(province)
    down(province, valid_to=TODAY, reason="Sớm hơn")
    assert there(province, TODAY) == []
    with pytest.raises(AlreadyTakenDown):
        down(province)
    stranger = DeskProcedure.objects.get(desk=province.commune_desk).pk
    with pytest.raises(AlreadyTakenDown):
        take_down(province.desk, [stranger], valid_to=TODAY, reason="x", actor=province.actor("admin"), at=MONDAY)


def test_posted_again_it_is_another_row(province: Province) -> None:
    again = [(province.desk, province.procedure, province.department)]
    down(province)
    post_procedures(again, valid_from=TODAY)
    assert there(province, WEDNESDAY) == []
    post_procedures(again, valid_from=WEDNESDAY)
    post_procedures(again, valid_from=WEDNESDAY)
    rows = DeskProcedure.objects.filter(desk=province.desk).order_by("id")
    assert list(rows.values_list("valid_from", "valid_to")) == [(None, WEDNESDAY), (WEDNESDAY, None)]
    assert [there(province, day) for day in (TODAY, WEDNESDAY)] == [["1.001193"]] * 2


def again(
    province: Province,
    rows: Sequence[DeskProcedure],
    *,
    by: str = "admin",
    at: datetime = MONDAY,
    reason: str = "Gỡ nhầm",
) -> int:
    return post_again(province.desk, [row.pk for row in rows], reason=reason, actor=province.actor(by), at=at)


def test_what_was_taken_down_comes_back_from_today_on(province: Province) -> None:
    row = posting(province)
    down(province, valid_to=TODAY)

    assert again(province, [row], at=later(days=2), reason="  QĐ 16/QĐ-UBND \n công bố lại ") == 1

    assert [there(province, TODAY + timedelta(days=day)) for day in (-1, 0, 1, 2)] == [
        ["1.001193"], [], [], ["1.001193"],
    ]  # fmt: skip
    old, new = DeskProcedure.objects.filter(desk=province.desk).order_by("id")
    assert (old.valid_to, old.reason, old.ended_by, old.again_at) == (
        TODAY, "QĐ 15/QĐ-UBND", province.officers["admin"], None,
    )  # fmt: skip
    assert (new.valid_from, new.valid_to, new.again_reason, new.again_by, new.again_at) == (
        WEDNESDAY, None, "QĐ 16/QĐ-UBND công bố lại", province.officers["admin"], later(days=2),
    )  # fmt: skip
    submit_dossier(province.intake(), actor=province.applicant, at=later(days=2))
    with pytest.raises(AlreadyPosted, match="có người vừa niêm yết lại"):
        again(province, [old], at=later(days=2))
    assert DeskProcedure.objects.filter(desk=province.desk).count() == 2


def test_an_end_to_come_is_called_off(province: Province) -> None:
    row = posting(province)
    down(province)

    again(province, [row])

    (row,) = DeskProcedure.objects.filter(desk=province.desk)
    assert (row.valid_to, row.reason, row.ended_by, row.again_reason) == (None, "", None, "Gỡ nhầm")
    assert there(province, WEDNESDAY) == ["1.001193"]
    with pytest.raises(AlreadyPosted):
        again(province, [row])
    # Taken down anew it may come back anew, by the row that ended last alone.
    down(province, valid_to=TODAY)
    again(province, [row])
    last = posting_now(province)
    take_down(province.desk, [last.pk], valid_to=TODAY, reason="x", actor=province.actor("admin"), at=MONDAY)
    assert list(may_come_back(province.desk.pk)) == [last]
    with pytest.raises(AlreadyPosted):
        again(province, [row])


def posting_now(province: Province) -> DeskProcedure:
    return DeskProcedure.objects.get(desk=province.desk, valid_to=None)


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"by": "counter"}, NotAllowed, "Chỉ quản trị của UBND tỉnh Khánh Hòa"),
        ({"by": "commune_admin"}, NotAllowed, "Chỉ quản trị của UBND tỉnh Khánh Hòa"),
        ({"reason": " "}, BadInput, "Lý do: chưa nhập. Cần ghi rõ vì sao niêm yết lại"),
        ({"rows": []}, BadInput, "chưa chọn cơ quan giải quyết"),
    ],
)
def test_what_may_not_come_back_stays_down(
    province: Province, changes: dict[str, Any], error: type[Exception], said: str
) -> None:
    row = posting(province)
    down(province, valid_to=TODAY)
    with pytest.raises(error, match=said):
        again(province, **({"rows": [row]} | changes))
    Agency.objects.filter(pk=row.agency_id).update(valid_to=TODAY)
    with pytest.raises(BadInput, match="Sở Xây dựng thôi hoạt động từ 16/11/2026"):
        again(province, [row])
    assert there(province, TODAY) == []


def test_a_past_list_tells_what_was_promised_then(province: Province) -> None:
    old = province.procedure.current
    assert old is not None
    ProcedureVersion.objects.filter(pk=old.pk).update(valid_to=TODAY)
    new = ProcedureVersion.objects.create(
        procedure=province.procedure, number=2, valid_from=TODAY, content_hash="1" * 64, name="Tên mới"
    )
    ChannelRule.objects.create(version=new, position=1, channel="counter", amount=2, unit="working_day")
    found = [versions_on([province.procedure.pk], day)[province.procedure.pk] for day in (date(2026, 1, 5), TODAY)]
    assert found == [old, new]
    assert [[rule.amount for rule in version.channels.all()] for version in found] == [[3, 3, 3], [2]]

"""Closing form 06a: its course, who may, the frozen copy, and what later makes it differ."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from tests.province import Province, result
from tests.reporting.office import LATER, PERIOD, open_of_commune
from tests.threads import at_once

from motcua.dossiers import commands as c
from motcua.dossiers.decide import GuardFailed
from motcua.dossiers.permissions import NotAllowed
from motcua.dossiers.services import give_command
from motcua.dossiers.writer import NotFound
from motcua.identity.actors import SYSTEM, Actor, ActorKind, Grant
from motcua.law.errors import BadInput
from motcua.organizations.models import Role
from motcua.reporting import services
from motcua.reporting.course import State, Step
from motcua.reporting.differences import compare
from motcua.reporting.frozen import GROUPINGS, hash_of, read, text_of
from motcua.reporting.models import FiledCopy, Filing, FilingStep
from motcua.reporting.permissions import Subject, may
from motcua.reporting.queries import filed, filings, of_other_periods
from motcua.statistics.periods import Regime, period_window
from motcua.statistics.reports.form_06a import COLUMNS, report_06a
from motcua.statistics.services import catch_up


def prepared(province: Province, agency: str = "H32.16", by: str = "head") -> Filing:
    return services.prepare(agency, PERIOD, regime=Regime.REPORTING, actor=province.actor(by), at=LATER)


def hash_now(filing: Filing) -> str:
    return filing.copies.order_by("-number")[0].sha256


def accepted(province: Province) -> Filing:
    one = prepared(province)
    services.submit(one.pk, hash_now(one), actor=province.actor("head"), at=LATER)
    services.sign(one.pk, hash_now(one), actor=province.actor("signer"), at=LATER + timedelta(hours=1))
    return services.accept(one.pk, hash_now(one), actor=province.actor("reform"), at=LATER + timedelta(hours=2))


def test_prepared_submitted_signed_accepted(province: Province) -> None:
    one = accepted(province)

    found = filed(one.pk, province.actor("reform"))
    assert found.filing.state == State.ACCEPTED
    assert [(step.kind, step.by.full_name) for step in found.steps] == [
        ("prepare", "Đỗ Trưởng Phòng"),
        ("submit", "Đỗ Trưởng Phòng"),
        ("sign", "Trần Văn Bình"),
        ("accept", "Mai Cải Cách"),
    ]
    assert hash_of(found.copy.text) == found.copy.sha256
    told = json.loads(found.copy.text)
    assert (told["from"], told["to"], told["rule"], told["agencies"]) == (
        "2026-09-15",
        "2026-12-14",
        "date",
        ["H32.16"],
    )
    assert told["position"]["entry"] == found.copy.entry_id > 0
    assert text_of(read(found.copy.text)) == found.copy.text
    for by in GROUPINGS:
        fresh = report_06a(
            period_window(PERIOD, Regime.REPORTING), now=LATER, agency="H32.16", by=by, as_of=found.copy.as_of
        )
        assert found.frozen.reports[by] == fresh
    assert found.frozen.main.main.total["c3"] == 9


def test_reports_of_other_periods_are_found_those_not_at_their_end_first(province: Province) -> None:
    done, going_on = accepted(province), prepared(province, "H32.101", by="commune_head")
    reform, third = province.actor("reform"), period_window("2026-Q3", Regime.REPORTING)
    assert [one.pk for one in of_other_periods(reform, third, 5)] == [going_on.pk, done.pk]
    assert of_other_periods(reform, period_window(PERIOD, Regime.REPORTING), 5) == []
    assert of_other_periods(province.actor("chair"), third, 5) == [going_on]


def test_a_second_click_is_told_who_has_done_it(province: Province) -> None:
    one = prepared(province)
    with pytest.raises(GuardFailed, match="Đỗ Trưởng Phòng đã lập báo cáo lúc"):
        prepared(province)
    services.submit(one.pk, hash_now(one), actor=province.actor("head"), at=LATER)

    with pytest.raises(GuardFailed, match=r"Đỗ Trưởng Phòng đã gửi ký lúc 15/12/2026\s09:00"):
        services.submit(one.pk, hash_now(one), actor=province.actor("head"), at=LATER)
    sha256, signer = hash_now(one), province.actor("signer")
    answers: list[str] = []

    def sign() -> None:
        try:
            services.sign(one.pk, sha256, actor=signer, at=LATER)
        except GuardFailed as error:
            answers.append(error.message)
        else:
            answers.append("")

    at_once(sign, sign)
    assert sorted(answers)[0] == ""
    assert sorted(answers)[1].startswith("Trần Văn Bình đã ký lúc")
    assert FilingStep.objects.filter(kind=Step.SIGN.value).count() == 1


def test_given_back_with_a_reason_and_prepared_anew(province: Province) -> None:
    one = prepared(province)
    first = hash_now(one)
    services.submit(one.pk, first, actor=province.actor("head"), at=LATER)
    services.sign(one.pk, first, actor=province.actor("signer"), at=LATER)
    with pytest.raises(BadInput, match="Lý do trả lại: chưa nhập"):
        services.give_back(one.pk, first, " ", actor=province.actor("reform"), at=LATER)
    services.give_back(one.pk, first, "Thiếu hồ sơ chứng thực", actor=province.actor("reform"), at=LATER)

    with pytest.raises(GuardFailed, match="Mai Cải Cách đã trả lại"):
        services.sign(one.pk, first, actor=province.actor("signer"), at=LATER)
    give_command(province.made[0], c.Resolve(result()), actor=province.actor("case"), at=LATER + timedelta(minutes=1))  # type: ignore[attr-defined]
    catch_up()
    services.prepare(
        "H32.16",
        PERIOD,
        regime=Regime.REPORTING,
        actor=province.actor("head"),
        at=LATER + timedelta(hours=1),
        standing=first,
    )
    second = hash_now(one)

    assert first != second
    with pytest.raises(GuardFailed, match="đã được lập lại thành lần 2"):
        services.submit(one.pk, first, actor=province.actor("head"), at=LATER)
    assert list(FiledCopy.objects.order_by("number").values_list("number", "sha256")) == [(1, first), (2, second)]


def test_who_may_what_over_which_agency(province: Province) -> None:
    one = prepared(province)
    sha256 = hash_now(one)
    with pytest.raises(NotFound):
        prepared(province, "H32.16", by="commune_reform")
    with pytest.raises(NotAllowed, match="do cán bộ được giao của cơ quan lập"):
        prepared(province, "H32.16", by="signer")
    with pytest.raises(NotFound):
        services.submit(one.pk, sha256, actor=province.actor("commune_reform"), at=LATER)
    services.submit(one.pk, sha256, actor=province.actor("head"), at=LATER)
    with pytest.raises(NotAllowed, match="do thủ trưởng Sở Xây dựng ký"):
        services.sign(one.pk, sha256, actor=province.actor("head"), at=LATER)
    with pytest.raises(NotAllowed, match="Trước khi ký, chỉ thủ trưởng"):
        services.give_back(one.pk, sha256, "Sai", actor=province.actor("reform"), at=LATER)
    services.sign(one.pk, sha256, actor=province.actor("signer"), at=LATER)
    for name in ("head", "signer", "leader"):
        with pytest.raises(NotAllowed, match="cải cách hành chính của cấp trên"):
            services.accept(one.pk, sha256, actor=province.actor(name), at=LATER)

    # The reform officer of the province has prepared this one himself; and the commune's own is not the one above.
    other = prepared(province, "H32.101", by="reform")
    services.submit(other.pk, hash_now(other), actor=province.actor("reform"), at=LATER)
    services.sign(other.pk, hash_now(other), actor=province.actor("chair"), at=LATER)
    with pytest.raises(NotAllowed, match="không tự tiếp nhận"):
        services.accept(other.pk, hash_now(other), actor=province.actor("reform"), at=LATER)
    with pytest.raises(NotAllowed, match="của cấp trên"):
        services.accept(other.pk, hash_now(other), actor=province.actor("commune_reform"), at=LATER)
    vertical = filed(prepared(province, "H32.900", by="reform").pk, province.actor("reform")).frozen
    assert (vertical.main.apart, vertical.main.vertical, vertical.main.main.total["c3"]) == (False, None, 1)
    assert compare(vertical, "sector", at=LATER).differences == ()
    top = prepared(province, "H32", by="reform")
    services.submit(top.pk, hash_now(top), actor=province.actor("reform"), at=LATER)
    services.sign(top.pk, hash_now(top), actor=province.actor("leader"), at=LATER)
    with pytest.raises(NotAllowed, match="không có cấp trên"):
        services.accept(top.pk, hash_now(top), actor=province.actor("reform"), at=LATER)


def test_only_an_ended_period_is_closed(province: Province) -> None:
    with pytest.raises(GuardFailed, match="chốt được từ 00:00 ngày 15/12/2026"):
        services.prepare(
            "H32.16", PERIOD, regime=Regime.REPORTING, actor=province.actor("head"), at=LATER - timedelta(days=1)
        )
    with pytest.raises(BadInput, match="Không đọc được kỳ"):
        services.prepare("H32.16", "2026-Q5", regime=Regime.REPORTING, actor=province.actor("head"), at=LATER)
    assert not Filing.objects.exists()


def test_what_was_filed_cannot_be_changed(province: Province) -> None:
    one = prepared(province)
    for rows, change in ((FiledCopy.objects, {"text": "{}"}), (FilingStep.objects, {"reason": "khác"})):
        with pytest.raises(DatabaseError, match="append only"), transaction.atomic():
            rows.filter(filing=one).update(**change)


def test_differences_name_the_entries_that_made_them(province: Province) -> None:
    one = accepted(province)
    frozen = filed(one.pk, province.actor("reform")).frozen
    assert compare(frozen, "sector", at=LATER + timedelta(hours=3)).differences == ()

    # A result of the week before is recorded only now: late, said so and approved.
    late = c.LateEntry("Mất điện", province.actor("head").id)
    happened = LATER - timedelta(days=5)
    dossier_id = province.made[6]  # type: ignore[attr-defined]
    give_command(
        dossier_id, c.Resolve(result()), actor=province.actor("case"), at=happened,
        recorded_at=LATER + timedelta(hours=4), late=late,
    )  # fmt: skip
    # Another agency's does not concern this report.
    give_command(
        open_of_commune(), c.Resolve(result(signed_on=date(2026, 12, 15))), actor=province.actor("commune_case"),
        at=LATER + timedelta(hours=4),
    )  # fmt: skip
    catch_up()

    for by, key in (("sector", "G17-XD01"), ("agency", "H32.16")):
        compared = compare(frozen, by, at=LATER + timedelta(hours=5))
        changed = {(one.key, one.column): one.more for one in compared.differences}
        assert changed == {
            (line, column): more
            for line in (key, None)
            for column, more in (("c7", 1), ("c10", 1), ("c11", -1), ("c13", -1))
        }
        for one_difference in compared.differences:
            (dossier,) = one_difference.dossiers
            assert (dossier.dossier_id, dossier.came) == (dossier_id, one_difference.more > 0)
            assert [(entry.kind, entry.occurred_at) for entry in dossier.entries] == [("dossier.resolved", happened)]
    assert frozen.main.main.total["c7"] == compared.now.main.total["c7"] - 1
    assert set(frozen.main.main.total) == set(COLUMNS)


def test_the_one_above_sees_who_is_late(province: Province) -> None:
    accepted(province)
    window = period_window(PERIOD, Regime.REPORTING)

    def told(name: str, days: int) -> list[tuple[str, bool]]:
        return [
            (line.agency.code, line.late)
            for line in filings(province.actor(name), window, at=LATER + timedelta(days=days))
        ]

    assert told("reform", 6) == [("H32", False), ("H32.16", False), ("H32.101", False), ("H32.900", False)]
    assert told("reform", 7) == [("H32", True), ("H32.16", False), ("H32.101", True), ("H32.900", True)]
    assert told("commune_reform", 7) == [("H32.101", True)]


def test_a_substitute_signs_but_not_one_limited_to_sectors() -> None:
    subject = Subject(5, "Sở Xây dựng", 1)
    behalf = Actor(ActorKind.OFFICER, id=7, grants=(Grant(Role.SIGNER.value, frozenset({5})),), acting_for=9)

    whole = may(Actor(ActorKind.OFFICER, id=7, behalves=(behalf,)), Step.SIGN, subject)
    part = may(Actor(ActorKind.OFFICER, id=7, behalves=(replace(behalf, sectors=frozenset({3})),)), Step.SIGN, subject)

    assert (whole.allowed, whole.on_behalf_of) == (True, 9)
    assert not part.allowed
    assert not may(SYSTEM, Step.SIGN, subject).allowed

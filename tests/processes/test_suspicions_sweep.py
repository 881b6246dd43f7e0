"""The search over the ledger: what it stores, for whom, and that it leaves the dossiers alone."""

from datetime import date, datetime, timedelta

import pytest
from tests.processes.build import line, publish, step
from tests.processes.inspected import build_inspected
from tests.province import MONDAY, Province, accepted, result

from motcua.dossiers.commands import (
    AskSupplement,
    DecideWithdrawal,
    HandOver,
    LateEntry,
    RequestWithdrawal,
    Resolve,
)
from motcua.dossiers.decide import HandOverTooEarly
from motcua.dossiers.models import Dossier, LedgerEntry
from motcua.dossiers.permissions import NotAllowed
from motcua.dossiers.services import give_command
from motcua.dossiers.writer import NotFound
from motcua.law.errors import BadInput
from motcua.law.moments import VIETNAM
from motcua.processes.inspection.rules import rules_of
from motcua.processes.inspection.services import set_numbers
from motcua.processes.inspection.settings import in_force
from motcua.processes.models import SuspicionFinding, SuspicionSweep, SuspicionVerdict
from motcua.processes.services import finish_step
from motcua.processes.suspicions.queries import Asked, counts, exemptions_of, findings, one_finding
from motcua.processes.suspicions.services import end_exemption, exempt, judge, sweep, sweep_daily, sweep_now

pytestmark = pytest.mark.django_db

AFTER = MONDAY + timedelta(days=10)


@pytest.fixture
def province() -> Province:
    return build_inspected()


def asked_late(province: Province) -> int:
    """Due on Thursday 09:20; asked an hour before."""
    dossier_id = accepted(province)
    at = MONDAY + timedelta(days=3, hours=-1)
    give_command(dossier_id, AskSupplement(("Bản vẽ",), "Thiếu"), actor=province.actor("case"), at=at)
    return dossier_id


def marks() -> set[tuple[str, str]]:
    return set(SuspicionFinding.objects.values_list("pattern", "subject"))


def test_a_finding_is_stored_once_with_its_evidence_and_changes_nothing(province: Province) -> None:
    dossier_id = asked_late(province)
    before = Dossier.objects.values().get(pk=dossier_id)
    entries = LedgerEntry.objects.count()

    first = sweep(MONDAY, AFTER, at=AFTER)
    again = sweep(MONDAY, AFTER, at=AFTER + timedelta(hours=1))

    assert (first.dossiers, first.found, again.found) == (1, 1, 0)
    finding = SuspicionFinding.objects.get()
    assert (finding.pattern, finding.subject, finding.found_at) == (
        "supplement_before_due", f"dossier:{dossier_id}", AFTER,
    )  # fmt: skip
    assert (finding.agency, finding.dossier_id, finding.officer) == (
        province.department, dossier_id, province.officers["case"],
    )  # fmt: skip
    assert finding.summary == "Yêu cầu bổ sung lúc 08:20 ngày 19/11/2026, khi chỉ còn 1 giờ làm việc."
    assert finding.evidence["entries"] == [
        {"dossier_id": dossier_id, "code": before["code"], "seq": 3, "what": "yêu cầu bổ sung"}
    ]
    assert Dossier.objects.values().get(pk=dossier_id) == before
    assert LedgerEntry.objects.count() == entries


def test_the_signs_read_what_the_services_write(province: Province) -> None:
    """Real fakes by the ordinary services, each seen by its own sign and by no other."""
    publish(province, line(step("check"), step("draft")))
    case, head, counter = province.actor("case"), province.actor("head"), province.actor("counter")
    hour, day = timedelta(hours=1), timedelta(days=1)

    clicked = accepted(province)
    at = MONDAY + 2 * day
    finish_step(clicked, 1, actor=case, at=at, note="Nhiều việc")
    finish_step(clicked, 2, actor=case, at=at + timedelta(seconds=5), note="Nhiều việc")
    backdated = accepted(province)
    finish_step(backdated, 1, actor=case, at=MONDAY + hour, note="Nhiều việc")
    finish_step(backdated, 2, actor=case, at=MONDAY + 2 * day + 2 * hour, note="Nhiều việc")
    signed = result(number="16/GP", signed_on=MONDAY.date())
    give_command(backdated, Resolve(signed), actor=case, at=MONDAY + 2 * day + 3 * hour)
    withdrawn = accepted(province)
    give_command(withdrawn, RequestWithdrawal("Không còn nhu cầu"), actor=counter, at=MONDAY + 3 * day - 2 * hour)
    give_command(withdrawn, DecideWithdrawal("5/QĐ", "Bình"), actor=head, at=MONDAY + 3 * day - hour)
    tried = accepted(province)
    for minute in (0, 4):
        with pytest.raises(HandOverTooEarly):
            give_command(
                tried,
                HandOver("Hòa", "signature", "a" * 64),
                actor=counter,
                at=MONDAY + hour + timedelta(minutes=minute),
            )
    late = accepted(province)
    finish_step(late, 1, actor=case, at=MONDAY + hour, note="Nhiều việc")
    finish_step(late, 2, actor=case, at=MONDAY + 2 * hour, note="Nhiều việc")
    give_command(
        late, Resolve(result(number="17/GP")), actor=case, at=MONDAY + 3 * day - hour, recorded_at=MONDAY + 3 * day + 2 * hour,
        late=LateEntry("Mất điện", head.id),
    )  # fmt: skip

    sweep(MONDAY, AFTER, at=AFTER)

    assert marks() == {
        ("instant_steps", f"dossier:{clicked}"),
        ("result_before_steps", f"dossier:{backdated}"),
        ("ended_around_due", f"dossier:{withdrawn}"),
        ("early_hand_over", f"dossier:{tried}"),
        ("late_entry_on_time", f"dossier:{late}"),
    }


def test_clicks_of_one_officer_and_numbers_of_one_agency(province: Province) -> None:
    publish(province, line(step("check")))
    case = province.actor("case")
    night = datetime(2026, 11, 17, 23, 0, tzinfo=VIETNAM)
    dossiers = [accepted(province, MONDAY + timedelta(minutes=n)) for n in range(5)]
    for place, dossier_id in enumerate(dossiers):
        finish_step(dossier_id, 1, actor=case, at=night + timedelta(minutes=place), note="Nhiều việc")
    for place, dossier_id in enumerate(dossiers[:3]):
        signed = result(number=" 01/GP", signed_on=date(2026, 11, 18 + place % 2))
        give_command(dossier_id, Resolve(signed), actor=case, at=MONDAY + timedelta(days=3, minutes=place))

    sweep(MONDAY, AFTER, at=AFTER)

    assert marks() == {
        ("odd_hours", f"officer:{case.id}"),
        ("same_number", f"number:{province.department.pk}:{province.procedure.pk}:01/gp"),
    }
    night_of = SuspicionFinding.objects.get(pattern="odd_hours")
    assert [ref["dossier_id"] for ref in night_of.evidence["entries"]] == dossiers


def test_a_judged_finding_stays_as_it_was_judged_and_every_verdict_is_kept(province: Province) -> None:
    asked_late(province)
    sweep(MONDAY, AFTER, at=AFTER)
    finding = SuspicionFinding.objects.get()
    inspector = province.actor("inspector")

    judge(finding.pk, verdict="justified", note="Thiếu sót chỉ thấy khi đo đạc", actor=inspector, at=AFTER)
    judge(finding.pk, verdict="confirmed", note="Đã hỏi người nộp", actor=inspector, at=AFTER + timedelta(hours=1))
    SuspicionFinding.objects.update(summary="như lúc kết luận")
    sweep(MONDAY, AFTER, at=AFTER + timedelta(days=1))

    finding.refresh_from_db()
    assert (finding.verdict, finding.note, finding.judged_by_id, finding.summary) == (
        "confirmed", "Đã hỏi người nộp", inspector.id, "như lúc kết luận",
    )  # fmt: skip
    assert list(SuspicionVerdict.objects.values_list("verdict", flat=True)) == ["justified", "confirmed"]
    assert counts(inspector) == {"supplement_before_due": {"confirmed": 1}}


def test_a_verdict_that_cannot_be_given_changes_nothing(province: Province) -> None:
    asked_late(province)
    sweep(MONDAY, AFTER, at=AFTER)
    finding_id = SuspicionFinding.objects.get().pk
    inspector = province.actor("inspector")
    with pytest.raises(BadInput, match="chưa chọn"):
        judge(finding_id, verdict="", note="x", actor=inspector, at=AFTER)
    with pytest.raises(BadInput, match="Cần ghi đã xem gì"):
        judge(finding_id, verdict="confirmed", note=" ", actor=inspector, at=AFTER)
    with pytest.raises(NotAllowed):
        judge(finding_id, verdict="confirmed", note="x", actor=province.actor("leader"), at=AFTER)
    with pytest.raises(NotFound):
        judge(finding_id, verdict="confirmed", note="x", actor=province.actor("commune_inspector"), at=AFTER)
    with pytest.raises(NotFound):
        judge(finding_id, verdict="confirmed", note="x", actor=province.actor("case"), at=AFTER)
    assert SuspicionFinding.objects.get().verdict == ""
    assert not SuspicionVerdict.objects.exists()


@pytest.mark.parametrize(
    ("name", "seen"),
    [("inspector", 1), ("leader", 1), ("reform", 1), ("commune_inspector", 0), ("head", 0), ("case", 0)],
)
def test_findings_of_other_agencies_do_not_exist(province: Province, name: str, seen: int) -> None:
    asked_late(province)
    sweep(MONDAY, AFTER, at=AFTER)
    actor = province.actor(name)
    assert findings(actor, Asked()).count() == seen
    if not seen:
        with pytest.raises(NotFound):
            one_finding(actor, SuspicionFinding.objects.get().pk)


def test_one_s_own_search_stays_in_one_s_agencies(province: Province) -> None:
    asked_late(province)
    days = (MONDAY.date(), AFTER.date())
    assert sweep_now(*days, actor=province.actor("commune_inspector"), at=AFTER).dossiers == 0
    assert sweep_now(*days, actor=province.actor("reform"), at=AFTER).found == 1
    for fault in ((days[1], days[0]), (date(2026, 1, 1), days[1]), (date(2026, 12, 1), date(2026, 12, 2))):
        with pytest.raises(BadInput):
            sweep_now(*fault, actor=province.actor("inspector"), at=AFTER)
    with pytest.raises(NotAllowed):
        sweep_now(*days, actor=province.actor("case"), at=AFTER)


def test_the_daily_search_runs_once_a_day_from_where_the_last_one_ended(province: Province) -> None:
    asked_late(province)
    morning = datetime(2026, 11, 20, 5, 0, tzinfo=VIETNAM)
    assert sweep_daily(morning - timedelta(minutes=1)) == 0
    assert not SuspicionSweep.objects.exists()
    assert sweep_daily(morning) == 1
    assert sweep_daily(morning + timedelta(hours=3)) == 0
    sweep_now(MONDAY.date(), morning.date(), actor=province.actor("inspector"), at=morning + timedelta(hours=4))
    assert sweep_daily(morning + timedelta(days=1)) == 0
    runs = SuspicionSweep.objects.filter(asked_by=None).order_by("id")
    assert [(run.since, run.dossiers) for run in runs] == [
        (datetime(2026, 10, 20, tzinfo=VIETNAM), 1), (datetime(2026, 11, 20, tzinfo=VIETNAM), 0),
    ]  # fmt: skip


def test_numbers_are_dated_and_hold_from_their_day(province: Province) -> None:
    rule = rules_of("suspicion")["supplement_before_due"]
    inspector = province.actor("inspector")
    asked_late(province)
    given = {
        "rule": rule,
        "enabled": True,
        "valid_from": AFTER.date(),
        "reason": "Thử",
        "actor": inspector,
        "at": AFTER,
    }
    set_numbers("suspicion", **given | {"values": {"hours": 1, "share": 1}})
    assert dict(in_force("suspicion", AFTER.date())[rule.key].values) == {"hours": 1, "share": 1}
    yesterday = AFTER - timedelta(days=1)
    assert dict(in_force("suspicion", yesterday.date())[rule.key].values) == {"hours": 8, "share": 15}
    assert sweep(MONDAY, AFTER, at=AFTER).found == 0
    set_numbers("suspicion", **given | {"values": {"hours": 8, "share": 15}, "enabled": False})
    assert sweep(MONDAY, AFTER, at=AFTER).found == 0
    assert sweep(MONDAY, yesterday, at=yesterday).found == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"values": {"hours": 0, "share": 15}}, "cần số nguyên từ 1 đến 400"),
        ({"values": {"share": 15}}, "cần số nguyên"),
        ({"reason": "  "}, "vì sao đổi"),
        ({"valid_from": date(2026, 11, 1)}, "đã qua"),
    ],
)
def test_numbers_that_cannot_be_set_are_refused(province: Province, changed: dict[str, object], said: str) -> None:
    rule = rules_of("suspicion")["supplement_before_due"]
    given = {
        "enabled": True, "values": {"hours": 8, "share": 15}, "valid_from": AFTER.date(), "reason": "Thử",
        "actor": province.actor("inspector"), "at": AFTER,
    }  # fmt: skip
    with pytest.raises(BadInput, match=said):
        set_numbers("suspicion", rule, **given | changed)
    with pytest.raises(NotAllowed):
        set_numbers("suspicion", rule, **given | {"actor": province.actor("leader")})
    assert in_force("suspicion", AFTER.date())[rule.key].row is None


def test_an_exemption_keeps_a_sign_from_looking_until_it_is_ended(province: Province) -> None:
    asked_late(province)
    inspector = province.actor("inspector")
    given = {
        "pattern": "supplement_before_due", "agency": province.root, "procedure": province.procedure, "officer": None,
        "first_on": date(2026, 11, 19), "last_on": date(2026, 11, 19), "reason": "Đo đạc theo Quyết định 12",
        "actor": inspector, "at": AFTER,
    }  # fmt: skip
    row = exempt(**given)
    assert sweep(MONDAY, AFTER, at=AFTER).found == 0
    assert [one.pk for one in exemptions_of(inspector)] == [row.pk]
    with pytest.raises(NotFound):
        end_exemption(row.pk, actor=province.actor("commune_inspector"), at=AFTER)
    end_exemption(row.pk, actor=inspector, at=AFTER)
    assert sweep(MONDAY, AFTER, at=AFTER).found == 1
    for changed in (
        {"pattern": "khong-co"}, {"agency": None}, {"last_on": date(2026, 11, 18)}, {"reason": ""},
        {"actor": province.actor("commune_inspector")},
    ):  # fmt: skip
        with pytest.raises(BadInput):
            exempt(**given | changed)
    with pytest.raises(NotAllowed):
        exempt(**given | {"actor": province.actor("reform")})

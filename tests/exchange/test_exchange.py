"""A part of a joined hand-in at an agency with a system of its own, which behaves well, badly or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.processes.families import Town, build_town, resolve, states
from tests.province import MONDAY, applicant_of

from motcua.demo.outside import Behaviour, OutsideAgency, behaviours_from, running
from motcua.dossiers.checkpoints import CheckpointStore
from motcua.dossiers.commands import AskSupplement, DecideWithdrawal, Supplement
from motcua.dossiers.erasure import erase_person
from motcua.dossiers.models import Dossier, LedgerEntry, Result
from motcua.dossiers.services import give_command
from motcua.dossiers.verify import verify_ledger
from motcua.exchange import services
from motcua.exchange.models import InReply, OutMessage
from motcua.exchange.providers import Reply
from motcua.exchange.providers.http import HttpSystem
from motcua.identity.actors import SYSTEM
from motcua.law.errors import BadInput
from motcua.law.moments import VIETNAM
from motcua.organizations.models import Officer, Role
from motcua.organizations.queries import actor_of
from motcua.organizations.services import appoint
from motcua.processes.defaults import make_defaults
from motcua.processes.linked import HandedIn, advance_joined, request_withdrawal
from motcua.processes.models import AgencyTransfer

pytestmark = pytest.mark.django_db
STARTED = datetime(2026, 11, 17, 8, 1, tzinfo=VIETNAM)
# Seven working days on, with 24/11 a holiday.
DUE = datetime(2026, 11, 27, 8, 1, tzinfo=VIETNAM)


@dataclass
class Office:
    """Our side and theirs: `pass_time` moves both clocks and lets our sweeps and jobs run once."""

    town: Town
    handed: HandedIn
    agency: OutsideAgency
    address: str
    at: datetime

    @property
    def residence(self) -> int:
        return self.handed.dossiers["residence"]

    def pass_time(self, at: datetime, *, timeout: float = 10) -> None:
        self.at = at
        services.collect(at)
        services.note_silence(at)
        services.ask_to_talk(at)
        for id_ in OutMessage.objects.filter(next_try_at__gt=at - timedelta(seconds=1)).values_list("id", flat=True):
            services.talk(id_, HttpSystem(self.address, timeout_seconds=timeout), at)

    def message(self, kind: str = "dossier") -> OutMessage:
        return OutMessage.objects.get(dossier_id=self.residence, kind=kind)

    def told(self) -> list[tuple[str, str, int]]:
        return list(InReply.objects.order_by("id").values_list("kind", "taken", "times"))

    def kinds(self) -> list[str]:
        return list(
            LedgerEntry.objects.filter(dossier_id=self.residence).order_by("seq").values_list("kind", flat=True)
        )


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Callable[[Behaviour], Office]]:
    town = build_town()
    handed = town.at_counter()
    resolve(town, handed.dossiers["birth"], STARTED - timedelta(minutes=1))
    advance_joined(STARTED)
    agency = OutsideAgency(slow_seconds=0.5)
    with running(agency) as address:
        made = Office(town, handed, agency, address, STARTED)
        agency.clock = lambda: made.at
        services.connect(town.police.pk, address)

        def with_(behaviour: Behaviour) -> Office:
            agency.default = behaviour
            return made

        yield with_
    assert verify_ledger(CheckpointStore(tmp_path / "checkpoints", "khoa")).faults == ()


def test_an_answer_in_time_resolves_the_part(office: Callable[[Behaviour], Office]) -> None:
    o = office(Behaviour.IN_TIME)
    o.agency.with_file = True
    o.pass_time(STARTED)
    assert (o.message().state, o.message().receipt) == ("sent", "TN-00001")
    went = AgencyTransfer.objects.get(dossier_id=o.residence)
    assert (went.acknowledged_at, went.way) == (STARTED, "exchange")
    o.pass_time(STARTED + timedelta(minutes=5))
    assert o.told() == [("accepted", "done", 1), ("resolved", "done", 1)]
    dossier = Dossier.objects.get(pk=o.residence)
    assert (dossier.state, dossier.resolved_at) == ("resolved", STARTED + timedelta(minutes=5))
    assert dossier.result_at_desk_at is not None
    assert Result.objects.get(dossier=dossier).electronic
    assert o.kinds() == ["dossier.prepared", "dossier.accepted", "process.acknowledged", "dossier.resolved"]


def test_a_partner_follows_no_process_of_ours_that_would_keep_its_answer_out() -> None:
    town = build_town()
    handed = town.at_counter()
    resolve(town, handed.dossiers["birth"], STARTED - timedelta(minutes=1))
    services.connect(town.police.pk, "http://127.0.0.1:9")
    make_defaults(actor=SYSTEM, at=MONDAY, valid_from=MONDAY.date())
    advance_joined(STARTED)
    parts = Dossier.objects.in_bulk(handed.dossiers.values())
    assert [parts[id_].process != "" for id_ in handed.dossiers.values()] == [False, False, True]
    services.collect(STARTED)
    result = {"kind": "Thông báo", "number": "7", "signed_on": "2026-11-17", "signer": "Công an"}
    services.take(OutMessage.objects.get(), Reply("a-1", "resolved", {"result": result}), STARTED)
    assert states(handed)["residence"] == "resolved"


def test_the_partner_gets_the_papers_and_the_result_that_goes_on(office: Callable[[Behaviour], Office]) -> None:
    o = office(Behaviour.IN_TIME)
    o.pass_time(STARTED)
    content = o.agency.taken[str(o.message().key)].content
    assert [paper["name"] for paper in content["papers"]] == [
        "Tờ khai thay đổi thông tin cư trú",
        "Giấy phép số 15/GP-SXD",
    ]
    assert content["applicant"]["full_name"] == "Nguyễn Thị Hòa"
    assert datetime.fromisoformat(content["due_at"]) == DUE


def test_a_paper_result_still_has_to_reach_the_return_desk(office: Callable[[Behaviour], Office]) -> None:
    o = office(Behaviour.IN_TIME)
    o.pass_time(STARTED)
    o.pass_time(STARTED + timedelta(minutes=5))
    assert Dossier.objects.get(pk=o.residence).result_at_desk_at is None


def test_a_late_answer_is_silence_first_then_a_late_result(office: Callable[[Behaviour], Office]) -> None:
    o = office(Behaviour.LATE)
    o.pass_time(STARTED)
    o.pass_time(DUE + timedelta(seconds=30))
    message = o.message()
    assert (message.state, message.silent_at) == ("sent", DUE + timedelta(seconds=30))
    o.pass_time(DUE + timedelta(minutes=3))
    dossier = Dossier.objects.get(pk=o.residence)
    assert (dossier.state, dossier.due_at) == ("resolved", DUE)
    assert InReply.objects.get(kind="resolved").late
    assert dossier.agency == o.town.police


def test_silence_is_recorded_once_reported_to_the_head_and_stops_no_clock(
    office: Callable[[Behaviour], Office],
) -> None:
    o = office(Behaviour.SILENT)
    o.pass_time(STARTED)
    assert services.unanswered(DUE) == []
    for hours in (1, 2, 30):
        o.pass_time(DUE + timedelta(hours=hours))
    assert services.unanswered(o.at) == [(o.residence, o.town.police.pk, True)]
    assert o.kinds().count("process.silent") == 1
    assert o.kinds()[-2:] == ["process.silent", "process.reminded"]
    assert [taken.kind for taken in o.agency.taken.values()] == ["dossier", "reminder"]
    dossier = Dossier.objects.get(pk=o.residence)
    assert (dossier.state, dossier.due_at, dossier.paused_at) == ("accepted", DUE, None)


def test_a_refusal_ends_the_part_with_a_signed_reply(office: Callable[[Behaviour], Office]) -> None:
    o = office(Behaviour.REFUSE)
    o.pass_time(STARTED)
    o.pass_time(STARTED + timedelta(minutes=1))
    assert states(o.handed)["residence"] == "returned"
    assert Result.objects.get(dossier_id=o.residence).number == "TN-00001/KQ"


@pytest.mark.parametrize(
    ("behaviour", "told"),
    [
        (Behaviour.TWICE, [("accepted", "done", 2), ("resolved", "done", 2), ("resolved", "repeated", 1)]),
        (Behaviour.CONTRADICT, [("accepted", "done", 1), ("resolved", "done", 1), ("refused", "repeated", 1)]),
        (Behaviour.OUT_OF_ORDER, [("resolved", "done", 1), ("accepted", "repeated", 1)]),
    ],
)
def test_what_comes_twice_or_out_of_order_is_done_once(
    office: Callable[[Behaviour], Office], behaviour: Behaviour, told: list[tuple[str, str, int]]
) -> None:
    o = office(Behaviour.SILENT if behaviour is Behaviour.TWICE else behaviour)
    o.pass_time(STARTED)
    if behaviour is Behaviour.TWICE:
        o.pass_time(STARTED + timedelta(minutes=1))
        o.agency.default = behaviour
    o.pass_time(STARTED + timedelta(minutes=2))
    o.pass_time(STARTED + timedelta(minutes=9))
    assert o.told() == told
    assert o.kinds().count("dossier.resolved") == 1
    assert states(o.handed)["residence"] == "resolved"


def test_what_a_partner_wrote_goes_with_the_person(office: Callable[[Behaviour], Office]) -> None:
    o = office(Behaviour.REFUSE)
    o.pass_time(STARTED)
    o.pass_time(STARTED + timedelta(minutes=5))
    part = Dossier.objects.get(pk=o.residence)
    assert InReply.objects.exclude(content={}).count() == 2
    erase_person([part.submitter_id], actor=SYSTEM, at=STARTED + timedelta(days=400), basis="Yêu cầu của ông/bà")
    assert list(InReply.objects.order_by("id").values_list("kind", "taken", "content", "note")) == [
        ("accepted", "done", {}, ""), ("refused", "done", {}, ""),
    ]  # fmt: skip


def test_a_contradicting_answer_is_marked_to_be_asked_about(office: Callable[[Behaviour], Office]) -> None:
    o = office(Behaviour.CONTRADICT)
    o.pass_time(STARTED)
    o.pass_time(STARTED + timedelta(minutes=1))
    assert "Khác với trả lời đã thực hiện" in InReply.objects.get(kind="refused").note


@pytest.mark.parametrize(
    ("behaviour", "failure"),
    [
        (Behaviour.ERROR, "Hệ thống nơi nhận báo lỗi 500."),
        (Behaviour.GARBAGE, "Nơi nhận trả lời không đọc được."),
        (Behaviour.SLOW, "Không kết nối được hệ thống nơi nhận (TimeoutError)."),
    ],
)
def test_a_broken_partner_is_tried_again_ever_more_rarely_and_loses_nothing(
    office: Callable[[Behaviour], Office], behaviour: Behaviour, failure: str
) -> None:
    o = office(behaviour)
    at, waits = STARTED, []
    for _ in range(3):
        o.pass_time(at, timeout=0.1 if behaviour is Behaviour.SLOW else 10)
        following = o.message().next_try_at
        assert following is not None
        waits.append((following - at).total_seconds())
        at = following
    assert waits == [30, 60, 120]
    assert (o.message().state, o.message().failure, o.message().attempts) == ("waiting", failure, 3)
    o.agency.default = Behaviour.IN_TIME
    o.pass_time(at)
    o.pass_time(at + timedelta(minutes=1))
    assert states(o.handed)["residence"] == "resolved"


def test_a_partner_that_is_not_there_is_tried_again(office: Callable[[Behaviour], Office]) -> None:
    o = office(Behaviour.IN_TIME)
    services.collect(STARTED)
    services.talk(o.message().pk, HttpSystem("http://127.0.0.1:9"), STARTED)
    assert o.message().failure == "Không kết nối được hệ thống nơi nhận (URLError)."


def test_a_partner_that_does_not_take_the_message_fails_at_once_and_is_charged_when_due(
    office: Callable[[Behaviour], Office],
) -> None:
    o = office(Behaviour.REJECT)
    o.pass_time(STARTED)
    assert (o.message().state, o.message().next_try_at) == ("failed", None)
    o.pass_time(DUE + timedelta(minutes=1))
    assert o.message().silent_at is not None


def test_an_answer_with_holes_is_kept_as_unreadable_and_the_part_goes_on(office: Callable[[Behaviour], Office]) -> None:
    o = office(Behaviour.GARBLED_REPLY)
    o.pass_time(STARTED)
    o.pass_time(STARTED + timedelta(minutes=1))
    assert o.told() == [("accepted", "done", 1), ("resolved", "unreadable", 1), ("unreadable", "unreadable", 1)]
    assert states(o.handed)["residence"] == "accepted"


def test_sent_again_after_a_lost_answer_the_partner_has_it_once(office: Callable[[Behaviour], Office]) -> None:
    o = office(Behaviour.IN_TIME)
    services.collect(STARTED)
    system = HttpSystem(o.address)
    message = o.message()
    # The worker was killed between the partner's receipt and our commit.
    system.send(message.key, "dossier", services.content_of(message))
    services.talk(message.pk, system, STARTED)
    assert (o.agency.posts, len(o.agency.taken)) == (2, 1)
    assert o.kinds().count("process.acknowledged") == 1


def test_the_sweeps_run_again_make_nothing_twice(office: Callable[[Behaviour], Office]) -> None:
    o = office(Behaviour.SILENT)
    assert services.collect(STARTED) == 1
    assert services.collect(STARTED) == 0
    assert services.ask_to_talk(STARTED) == 1
    assert services.ask_to_talk(STARTED) == 0
    assert services.ask_to_talk(STARTED + services.LEASE) == 1
    assert o.message().due_at == DUE


def test_an_answer_during_a_pause_is_held_and_done_when_the_dossier_goes_on(
    office: Callable[[Behaviour], Office],
) -> None:
    o = office(Behaviour.SILENT)
    o.pass_time(STARTED)
    at = STARTED + timedelta(hours=1)
    give_command(
        o.residence, AskSupplement(("Giấy tờ chỗ ở",), "Thiếu"), actor=o.town.province.actor("police_case"), at=at
    )
    o.agency.default = Behaviour.IN_TIME
    o.pass_time(at + timedelta(minutes=1))
    assert InReply.objects.get(kind="resolved").taken == "held"
    give_command(o.residence, Supplement(), actor=applicant_of(o.residence), at=at + timedelta(hours=1))
    o.pass_time(at + timedelta(hours=2))
    assert (InReply.objects.get(kind="resolved").taken, states(o.handed)["residence"]) == ("done", "resolved")


def test_withdrawal_goes_to_the_partner_and_an_answer_after_the_end_is_too_late(
    office: Callable[[Behaviour], Office],
) -> None:
    o = office(Behaviour.SILENT)
    o.pass_time(STARTED)
    at = STARTED + timedelta(hours=1)
    owner = applicant_of(*o.handed.dossiers.values())
    request_withdrawal(o.handed.request_id, reason="Đổi ý", actor=owner, at=at)
    o.pass_time(at)
    assert {message.kind for message in OutMessage.objects.all()} == {"dossier", "withdrawal"}
    appoint(
        username="chief", password=None, full_name="Trưởng công an", title="Trưởng", agency=o.town.police,
        roles={Role.SIGNER: o.town.police}, valid_from=MONDAY.date(),
    )  # fmt: skip
    chief = actor_of(Officer.objects.get(user__username="chief"), MONDAY.date())
    give_command(o.residence, DecideWithdrawal("5/QĐ", "Trưởng công an"), actor=chief, at=at + timedelta(hours=1))
    reply = Reply(
        "muon", "resolved", {"result": {"kind": "KQ", "number": "1", "signed_on": "2026-11-17", "signer": "A"}}
    )
    row = services.take(o.message(), reply, at + timedelta(hours=2))
    assert row.taken == "too_late"
    assert states(o.handed)["residence"] == "withdrawn"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({}, "không có “result”"),
        ({"result": {"kind": "KQ", "number": "1", "signer": "A"}}, "“signed_on” cần ngày"),
        ({"result": {"kind": "KQ", "number": "1", "signer": "A", "signed_on": "2026-11-17", "file": "%%"}}, "base64"),
        ({"result": {"kind": "KQ", "number": "", "signer": "A", "signed_on": "2026-11-17"}}, "Số của kết quả"),
    ],
)
def test_what_a_result_must_hold(content: dict[str, object], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        services.command_of(Reply("1", "resolved", content), STARTED)


def test_only_a_web_address_is_a_partner_s() -> None:
    with pytest.raises(BadInput, match="cần dạng https"):
        services.connect(1, "file:///etc/passwd")


def test_the_words_of_behaviour() -> None:
    assert behaviours_from(("late", "1.004222=silent")) == (Behaviour.LATE, {"1.004222": Behaviour.SILENT})
    with pytest.raises(BadInput, match="Cách trả lời “sớm” không có"):
        behaviours_from(("sớm",))


def test_results_of_the_house_and_of_partners_are_counted_at_their_own_agencies(
    office: Callable[[Behaviour], Office],
) -> None:
    o = office(Behaviour.IN_TIME)
    o.pass_time(STARTED)
    o.pass_time(STARTED + timedelta(minutes=1))
    resolved = Dossier.objects.filter(resolved_at__isnull=False)
    assert sorted(resolved.values_list("agency__code", flat=True)) == ["H32.101", "H32.101.01"]

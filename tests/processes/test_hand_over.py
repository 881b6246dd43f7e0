from datetime import datetime, timedelta

import pytest
from tests.processes.build import line, publish, review, step
from tests.province import MONDAY, Province, accepted, build_province, later, result

from motcua.catalog.models import DeskProcedure
from motcua.dossiers.commands import Accept, AskSupplement, Forward, PaperData, ReceiveResult, Resolve, Supplement
from motcua.dossiers.models import Dossier, LedgerEntry
from motcua.dossiers.permissions import NotAllowed
from motcua.dossiers.services import give_command, receive_at_counter
from motcua.dossiers.writer import NotFound
from motcua.law.errors import BadInput
from motcua.law.moments import VIETNAM
from motcua.organizations.absences import record_absence
from motcua.organizations.queries import actor_of
from motcua.processes.hand_over import AlreadySigned, cut_of_day, is_whole, make_lists, sign_given, sign_taken
from motcua.processes.models import HandOverCut, HandOverLine, HandOverList
from motcua.processes.services import finish_step

pytestmark = pytest.mark.django_db

CUT = datetime(2026, 11, 16, 15, 0, tzinfo=VIETNAM)
TUESDAY_CUT = CUT + timedelta(days=1)


@pytest.fixture
def province() -> Province:
    return build_province()


def at_counter(province: Province, at: datetime = MONDAY, **changes: object) -> int:
    return receive_at_counter(
        province.intake(channel="counter", **changes), Accept(), actor=province.actor("counter"), at=at
    ).id


def made(province: Province, cut_at: datetime = CUT, at: datetime | None = None) -> list[HandOverList]:
    return make_lists(province.desk.pk, cut_at=cut_at, actor=None, at=at or cut_at)


def rows(paper: HandOverList) -> list[tuple[int, str, str, str]]:
    return [(line.dossier_id, line.papers, line.outcome, line.reason) for line in paper.lines.all()]


def test_papers_go_to_where_the_first_step_lies(province: Province) -> None:
    publish(province, review())
    first, second = at_counter(province), at_counter(province, later(minutes=10))
    (paper,) = made(province)
    assert (paper.number, paper.direction, paper.agency, paper.unit) == (
        "01/2026/DSBG-TTPVHCC", "out", province.department, None,
    )  # fmt: skip
    assert rows(paper) == [
        (first, "1 bản chính, 1 bản sao", "waiting", ""),
        (second, "1 bản chính, 1 bản sao", "waiting", ""),
    ]
    assert made(province) == []


def test_a_step_of_a_unit_makes_a_list_of_its_own(province: Province) -> None:
    publish(province, line(step("check", unit="H32.16.03")))
    at_counter(province)
    (paper,) = made(province)
    assert (paper.agency, paper.unit) == (province.department, province.unit)


def test_papers_stay_while_the_desk_works(province: Province) -> None:
    publish(province, line(step("tidy", "Hoàn thiện", "counter_officer", agency="desk"), step("check")))
    dossier_id = at_counter(province)
    assert made(province) == []
    finish_step(dossier_id, 1, actor=province.actor("counter"), at=later(hours=1))
    (paper,) = made(province)
    assert [line.dossier_id for line in paper.lines.all()] == [dossier_id]


def test_without_a_process_papers_go_where_it_was_forwarded(province: Province) -> None:
    waiting, sent = at_counter(province), at_counter(province)
    give_command(sent, Forward("Thẩm định", unit_id=province.unit.pk), actor=province.actor("case"), at=later(hours=1))
    (paper,) = made(province)
    assert (paper.unit, [line.dossier_id for line in paper.lines.all()]) == (province.unit, [sent])
    assert waiting != sent


def test_what_comes_after_the_cut_waits_for_the_next(province: Province) -> None:
    publish(province, review())
    at_counter(province, CUT - timedelta(seconds=1))
    late = at_counter(province, CUT)
    (paper,) = made(province, at=CUT + timedelta(hours=1))
    assert paper.lines.count() == 1
    (next_,) = made(province, TUESDAY_CUT)
    assert [line.dossier_id for line in next_.lines.all()] == [late]
    assert next_.number == "02/2026/DSBG-TTPVHCC"


def test_files_are_not_carried(province: Province) -> None:
    publish(province, review())
    accepted(province)  # online, with papers still to be brought
    scanned = (PaperData("Tờ khai", originals=1, file="ab" * 32, file_name="to-khai.pdf"),)
    for channel in ("online", "counter"):
        HandOverLine.objects.all().delete()
        HandOverList.objects.all().delete()
        dossier_id = accepted(province) if channel == "online" else at_counter(province, papers=scanned)
        found = [one.dossier_id for paper in made(province) for one in paper.lines.all()]
        assert dossier_id in found


def test_both_sign(province: Province) -> None:
    publish(province, review())
    at_counter(province)
    (paper,) = made(province)
    counter, case = province.actor("counter"), province.actor("case")
    with pytest.raises(AlreadySigned, match="Bên giao chưa ký"):
        sign_taken(paper.pk, refused={}, actor=case, at=CUT)
    sign_given(paper.pk, held={}, actor=counter, at=CUT)
    with pytest.raises(AlreadySigned, match="Bên giao đã ký"):
        sign_given(paper.pk, held={}, actor=counter, at=CUT)
    signed = sign_taken(paper.pk, refused={}, actor=case, at=CUT + timedelta(minutes=9))
    assert (signed.giver, signed.taker) == (province.officers["counter"], province.officers["case"])
    assert (signed.given_at, signed.taken_at) == (CUT, CUT + timedelta(minutes=9))
    assert [row[2] for row in rows(paper)] == ["accepted"]
    with pytest.raises(AlreadySigned, match="Bên nhận đã ký"):
        sign_taken(paper.pk, refused={}, actor=case, at=CUT)


def test_the_hash_tells_a_changed_list(province: Province) -> None:
    publish(province, review())
    at_counter(province)
    (paper,) = made(province)
    assert is_whole(paper, list(paper.lines.all()))
    sign_given(paper.pk, held={}, actor=province.actor("counter"), at=CUT)
    sign_taken(paper.pk, refused={}, actor=province.actor("case"), at=CUT)
    paper.refresh_from_db()
    assert is_whole(paper, list(paper.lines.all()))
    for change in ({"papers": "2 bản chính"}, {"reason": "x"}, {"outcome": "refused"}):
        before = paper.lines.values(*change).get()
        paper.lines.update(**change)
        assert not is_whole(paper, list(paper.lines.all()))
        paper.lines.update(**before)
    paper.taken_at += timedelta(seconds=1)
    assert not is_whole(paper, list(paper.lines.all()))


def test_a_refused_line_and_one_held_back_come_onto_the_next_list(province: Province) -> None:
    publish(province, review())
    kept, wrong, fine = (at_counter(province, later(minutes=minute)) for minute in range(3))
    (paper,) = made(province)
    lines = {line.dossier_id: line.pk for line in paper.lines.all()}
    sign_given(paper.pk, held={lines[kept]: "Chưa tìm thấy bản chính"}, actor=province.actor("counter"), at=CUT)
    sign_taken(
        paper.pk, refused={lines[wrong]: "Thiếu  tờ khai"}, actor=province.actor("case"), at=CUT + timedelta(hours=1)
    )
    assert [(row[0], row[2], row[3]) for row in rows(paper)] == [
        (kept, "held", "Chưa tìm thấy bản chính"), (wrong, "refused", "Thiếu tờ khai"), (fine, "accepted", ""),
    ]  # fmt: skip
    assert made(province, at=CUT + timedelta(hours=2)) == []
    (next_,) = made(province, TUESDAY_CUT)
    assert [(line.dossier_id, line.tries) for line in next_.lines.all()] == [(kept, 2), (wrong, 2)]


def test_reasons_are_asked_for(province: Province) -> None:
    publish(province, review())
    at_counter(province)
    (paper,) = made(province)
    (only,) = paper.lines.all()
    with pytest.raises(BadInput, match="Dòng 1: cần ghi lý do"):
        sign_given(paper.pk, held={only.pk: " "}, actor=province.actor("counter"), at=CUT)
    with pytest.raises(BadInput, match="không còn chờ"):
        sign_given(paper.pk, held={only.pk + 1: "x"}, actor=province.actor("counter"), at=CUT)
    paper.refresh_from_db()
    assert (paper.given_at, [row[2] for row in rows(paper)]) == (None, ["waiting"])


@pytest.mark.parametrize(
    ("who", "error"), [("case", NotAllowed), ("head", NotAllowed), ("signer", NotFound), ("commune_counter", NotFound)]
)
def test_only_the_desk_gives(province: Province, who: str, error: type[Exception]) -> None:
    publish(province, review())
    at_counter(province)
    (paper,) = made(province)
    with pytest.raises(error):
        sign_given(paper.pk, held={}, actor=province.actor(who), at=CUT)


def test_nobody_makes_lists_of_another_desk_or_of_later(province: Province) -> None:
    with pytest.raises(NotAllowed):
        make_lists(province.desk.pk, cut_at=CUT, actor=province.actor("commune_counter"), at=CUT)
    with pytest.raises(BadInput, match="chưa tới"):
        make_lists(province.desk.pk, cut_at=CUT, actor=province.actor("counter"), at=MONDAY)


def test_a_substitute_signs_in_the_other_s_name(province: Province) -> None:
    publish(province, review())
    at_counter(province)
    (paper,) = made(province)
    leader, counter = province.officers["leader"], province.officers["counter"]
    record_absence(
        counter.pk, kind="sick", from_at=MONDAY, to_at=TUESDAY_CUT, substitute_id=leader.pk, actor=province.actor("counter"),
        at=MONDAY,
    )  # fmt: skip
    signed = sign_given(paper.pk, held={}, actor=actor_of(leader, CUT.date(), CUT), at=CUT)
    assert (signed.giver, signed.given_for) == (leader, counter)


def test_results_come_back_and_are_at_the_desk_once_taken(province: Province) -> None:
    publish(province, line())
    dossier_id = at_counter(province)
    signed = Resolve(result(signed_on=MONDAY.date()), at_return_desk=False)
    give_command(dossier_id, signed, actor=province.actor("case"), at=later(hours=1))
    (paper,) = made(province)
    assert (paper.direction, rows(paper)[0][1]) == ("back", "Giấy phép số 15/GP-SXD")
    with pytest.raises(NotAllowed):
        sign_given(paper.pk, held={}, actor=province.actor("counter"), at=CUT)
    sign_given(paper.pk, held={}, actor=province.actor("case"), at=CUT)
    sign_taken(paper.pk, refused={}, actor=province.actor("counter"), at=CUT)
    assert Dossier.objects.get(pk=dossier_id).result_at_desk_at == CUT
    assert LedgerEntry.objects.filter(dossier_id=dossier_id).latest("seq").kind == "dossier.result_received"
    assert made(province, TUESDAY_CUT) == []


def test_papers_taken_in_elsewhere_start_the_clock_when_the_agency_takes_them(province: Province) -> None:
    publish(province, review())
    DeskProcedure.objects.create(desk=province.commune_desk, procedure=province.procedure, agency=province.department)
    dossier_id = receive_at_counter(
        province.intake(channel="counter", receiving_desk_id=province.commune_desk.pk), Accept(clock_from=CUT),
        actor=province.actor("commune_counter"), at=MONDAY,
    ).id  # fmt: skip
    assert Dossier.objects.get(pk=dossier_id).papers_due_at is not None
    (paper,) = make_lists(province.commune_desk.pk, cut_at=CUT, actor=province.actor("commune_counter"), at=CUT)
    sign_given(paper.pk, held={}, actor=province.actor("commune_counter"), at=CUT)
    sign_taken(paper.pk, refused={}, actor=province.actor("case"), at=CUT + timedelta(minutes=30))
    dossier = Dossier.objects.get(pk=dossier_id)
    assert (dossier.papers_due_at, dossier.clock_started_at) == (None, CUT + timedelta(minutes=30))
    entry = LedgerEntry.objects.get(dossier_id=dossier_id, kind="dossier.papers_received")
    assert "01/2026/DSBG-NT" in entry.text or entry.private.values["document"] == "01/2026/DSBG-NT"


def test_a_line_whose_dossier_moved_meanwhile_is_refused_by_itself(province: Province) -> None:
    publish(province, line())
    one, other = at_counter(province), at_counter(province)
    for dossier_id in (one, other):
        signed = Resolve(result(signed_on=MONDAY.date()), at_return_desk=False)
        give_command(dossier_id, signed, actor=province.actor("case"), at=later(hours=1))
    (paper,) = made(province)
    sign_given(paper.pk, held={}, actor=province.actor("case"), at=CUT)
    give_command(one, ReceiveResult(), actor=province.actor("counter"), at=CUT)
    sign_taken(paper.pk, refused={}, actor=province.actor("counter"), at=CUT)
    told = {row[0]: (row[2], bool(row[3])) for row in rows(paper)}
    assert told == {one: ("refused", True), other: ("accepted", False)}


def test_supplementary_papers_follow(province: Province) -> None:
    publish(province, review())
    dossier_id = at_counter(province)
    (paper,) = made(province)
    sign_given(paper.pk, held={}, actor=province.actor("counter"), at=CUT)
    sign_taken(paper.pk, refused={}, actor=province.actor("case"), at=CUT)
    give_command(
        dossier_id,
        AskSupplement(("Bản đồ",), "Bản đồ cũ không còn đúng"),
        actor=province.actor("case"),
        at=CUT + timedelta(minutes=5),
    )
    assert made(province, TUESDAY_CUT) == []
    supplement = Supplement((PaperData("Bản đồ", originals=2),))
    give_command(dossier_id, supplement, actor=province.actor("counter"), at=TUESDAY_CUT - timedelta(hours=1))
    (next_,) = made(province, TUESDAY_CUT)
    assert rows(next_) == [(dossier_id, "Giấy tờ bổ sung: 2 bản chính", "waiting", "")]


def test_the_cut_comes_once_a_working_day(province: Province) -> None:
    publish(province, review())
    at_counter(province)
    assert cut_of_day(CUT - timedelta(seconds=1)) == 0
    assert cut_of_day(CUT + timedelta(minutes=3)) == 1
    assert (HandOverCut.objects.get().lists, HandOverList.objects.get().cut_at) == (1, CUT)
    at_counter(province, CUT - timedelta(minutes=1))
    assert cut_of_day(CUT + timedelta(minutes=4)) == 0
    saturday = CUT + timedelta(days=5)
    assert cut_of_day(saturday) == 0
    assert cut_of_day(CUT + timedelta(days=7)) == 1

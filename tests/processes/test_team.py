"""Several officers in one step: one has it, some cooperate, some follow."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.processes.build import open_items, publish, review
from tests.province import MONDAY, Province, accepted, build_province, later

from motcua.documents.slip_rows import step_rows
from motcua.dossiers.decide import GuardFailed
from motcua.dossiers.models import Dossier, LedgerEntry
from motcua.dossiers.permissions import NotAllowed
from motcua.dossiers.queries import timeline
from motcua.law.errors import BadInput
from motcua.notifications.models import OfficerNotice
from motcua.notifications.officer_notices import warn
from motcua.notifications.watching import plan
from motcua.organizations.models import Role
from motcua.processes.history import steps_of
from motcua.processes.inboxes import Inbox
from motcua.processes.projection import read_items
from motcua.processes.queries import inbox_counts, inbox_page, workplace_of
from motcua.processes.services import assign, claim, finish_step, give_opinion, hand_back
from motcua.processes.team import Team, colleagues_of, settled

pytestmark = pytest.mark.django_db

NAMES = {1: "An", 2: "Bình", 3: "Chi", 4: "Dũng"}


@dataclass
class Step:
    officer_id: int | None = None
    cooperating: list[int] = field(default_factory=list)
    following: list[int] = field(default_factory=list)


@pytest.mark.parametrize(
    ("team", "main", "before", "after"),
    [
        (Team([2], [3]), 1, Step(), ([2], [3])),
        (Team(), 1, Step(None, [2], [3]), ([2], [3])),
        (Team(), 2, Step(None, [2, 4], [3]), ([4], [3])),
        (Team(), None, Step(1, [2], [3]), ([2], [3])),
        (Team([], []), 1, Step(1, [2], [3]), ([], [])),
        (Team([3], None), 1, Step(1, [2], [3, 4]), ([3], [4])),
    ],
)
def test_who_is_left_beside_the_main_one(
    team: Team, main: int | None, before: Step, after: tuple[list[int], list[int]]
) -> None:
    assert settled(team, before, main, NAMES) == after


@pytest.mark.parametrize(
    ("team", "wrong", "said"),
    [
        (Team([2, 2]), "cooperating", "Người phối hợp: Bình được chọn hai lần."),
        (Team([], [3, 3]), "following", "Người theo dõi: Chi được chọn hai lần."),
        (Team([1]), "cooperating", "Người phối hợp: An đang là người chủ trì; hãy bỏ chọn."),
        (Team([], [1]), "following", "Người theo dõi: An đang là người chủ trì; hãy bỏ chọn."),
        (Team([2], [3, 2]), "following", "Người theo dõi: Bình đã là người phối hợp."),
        (Team([2, 9]), "cooperating", "Người phối hợp: 1 người không làm việc ở cơ quan thực hiện bước này"),
        (Team([], [9]), "following", "Người theo dõi: 1 người không làm việc ở cơ quan thực hiện bước này"),
        (Team(list(range(30))), "cooperating", "Người phối hợp: đã chọn 30 người; nhiều nhất 20 người."),
    ],
)
def test_what_does_not_fit(team: Team, wrong: str, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        settled(team, Step(), 1, NAMES)
    assert refused.value.message.startswith(said)
    assert refused.value.data["field"] == wrong


@pytest.fixture
def province() -> Province:
    built = build_province()
    for name, title in (("second", "Hồ Phối Hợp"), ("third", "Vũ Theo Dõi")):
        built.hire(name, title, built.department, {Role.CASE_OFFICER: built.department})
    publish(built, review())
    return built


def given(province: Province, **changes: object) -> int:
    """A dossier whose first step “case” has, “second” cooperates in and “third” follows."""
    dossier_id = accepted(province)
    ids = {name: officer.pk for name, officer in province.officers.items()}
    team = {"cooperating": [ids["second"]], "following": [ids["third"]]} | changes
    assign(dossier_id, 1, officer_id=ids["case"], **team, actor=province.actor("head"), at=later(minutes=5))
    return dossier_id


def test_only_people_of_the_agency_are_colleagues(province: Province) -> None:
    found = colleagues_of(province.department.pk, MONDAY)
    assert {province.officers[name].pk for name in ("case", "head", "signer", "second", "third")} <= set(found)
    assert province.officers["commune_case"].pk not in found
    assert colleagues_of(None, MONDAY) == {}


def test_one_entry_tells_all_and_the_fold_gives_the_rows(province: Province) -> None:
    dossier_id = given(province)
    officers = province.officers
    entry = LedgerEntry.objects.filter(dossier_id=dossier_id).order_by("-seq")[0]
    assert entry.kind == "process.assigned"
    assert [step.item.cooperating for step in steps_of(timeline(dossier_id))] == [[officers["second"].pk]]
    row = open_items(dossier_id)["appraise"]
    assert (row.officer, row.cooperating, row.following) == (
        officers["case"], [officers["second"].pk], [officers["third"].pk],
    )  # fmt: skip

    head = province.actor("head")
    with pytest.raises(GuardFailed, match="Lý do giao lại: chưa nhập"):
        assign(dossier_id, 1, officer_id=officers["second"].pk, actor=head, at=later(minutes=6))
    assign(dossier_id, 1, officer_id=officers["second"].pk, reason="Đổi việc", actor=head, at=later(minutes=6))
    row = open_items(dossier_id)["appraise"]
    assert (row.officer, row.cooperating, row.following) == (officers["second"], [], [officers["third"].pk])

    assign(dossier_id, 1, officer_id=officers["second"].pk, following=[], actor=head, at=later(minutes=7))
    with pytest.raises(GuardFailed, match="đang do chính người ấy"):
        assign(dossier_id, 1, officer_id=officers["second"].pk, following=[], actor=head, at=later(minutes=7))
    (told,) = steps_of(timeline(dossier_id))
    kept = read_items([dossier_id])[dossier_id][1]
    assert (told.item.officer_id, told.item.cooperating, told.item.following) == (officers["second"].pk, [], [])
    assert replace(told.item, dossier_id=dossier_id) == kept


def test_an_officer_of_another_agency_has_no_part(province: Province) -> None:
    entries = LedgerEntry.objects.count()
    with pytest.raises(BadInput, match="không làm việc ở cơ quan thực hiện") as refused:
        given(province, cooperating=[province.officers["commune_case"].pk])
    assert refused.value.data["field"] == "cooperating"
    assert LedgerEntry.objects.count() == entries + 3  # handed in, accepted, started


def test_who_claims_a_step_leaves_those_beside_it(province: Province) -> None:
    dossier_id = given(province)
    head, second = province.actor("head"), province.actor("second")
    hand_back(dossier_id, 1, reason="Bận", actor=province.actor("case"), at=later(minutes=6))
    assert open_items(dossier_id)["appraise"].cooperating == [second.id]
    claim(dossier_id, 1, actor=second, at=later(minutes=7))
    assert open_items(dossier_id)["appraise"].cooperating == []
    assert head.id not in open_items(dossier_id)["appraise"].following


def test_what_each_of_them_may_do(province: Province) -> None:
    dossier_id = given(province)
    second, third = province.actor("second"), province.actor("third")
    for actor in (second, third):
        with pytest.raises(NotAllowed, match="đang giao cho người khác"):
            finish_step(dossier_id, 1, actor=actor, at=later(hours=1))
    for actor in (third, province.actor("case"), province.actor("head")):
        with pytest.raises(NotAllowed, match="Chỉ người phối hợp"):
            give_opinion(dossier_id, 1, text="Được", actor=actor, at=later(hours=1))
    with pytest.raises(GuardFailed, match="Ý kiến: chưa nhập") as refused:
        give_opinion(dossier_id, 1, text=" ", actor=second, at=later(hours=1))
    assert refused.value.data["field"] == "text"
    before = open_items(dossier_id)["appraise"]

    give_opinion(dossier_id, 1, text="Nên đo lại ranh", actor=second, at=later(hours=1))

    entry = timeline(dossier_id)[-1]
    assert (entry.kind, entry.data["note"]) == ("process.opinion", "Nên đo lại ranh")
    after = open_items(dossier_id)["appraise"]
    assert (after.officer, after.due_at, after.closed_at) == (before.officer, before.due_at, None)


def test_the_inbox_of_those_beside(province: Province) -> None:
    first = given(province)
    counts = []
    for name in ("second", "third"):
        place = workplace_of(province.actor(name))
        assert [item.dossier_id for item in inbox_page(place, Inbox.TOGETHER, later(hours=1)).rows] == [first]
        assert inbox_page(place, Inbox.MINE, later(hours=1)).rows == []
        counts.append(inbox_counts(place, later(hours=1))["together"])
    assert counts == [1, 1]
    place = workplace_of(province.actor("case"))
    assert inbox_counts(place, later(hours=1))["together"] == 0

    place = workplace_of(province.actor("second"))
    with CaptureQueriesContext(connection) as one:
        inbox_page(place, Inbox.TOGETHER, later(hours=1))
    for _ in range(4):
        given(province)
    with CaptureQueriesContext(connection) as five:
        assert len(inbox_page(place, Inbox.TOGETHER, later(hours=1)).rows) == 5
    assert len(one) == len(five)
    finish_step(first, 1, actor=province.actor("case"), at=later(hours=1))
    assert inbox_counts(place, later(hours=1))["together"] == 4


def test_the_inbox_can_be_read_from_its_index(province: Province) -> None:
    given(province)
    place = workplace_of(province.actor("second"))
    with CaptureQueriesContext(connection) as told:
        inbox_page(place, Inbox.TOGETHER, later(hours=1))
    page = next(query["sql"] for query in told if "ORDER BY w.due_at" in query["sql"])
    with connection.cursor() as cursor:
        # A table of five rows is read by any index; with the others gone only one whose condition is met is left.
        cursor.execute(
            "SELECT i.indexrelid::regclass::text FROM pg_index i WHERE i.indrelid = 'processes_workitem'::regclass"
            " AND NOT i.indisunique AND i.indexrelid::regclass::text <> 'work_together'"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP INDEX "{name}"')
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
        cursor.execute("EXPLAIN " + page)
        plan_text = "\n".join(row[0] for row in cursor.fetchall())
    assert plan_text.count("Bitmap Index Scan on work_together") == 2


def test_who_follows_is_told_when_it_is_late(province: Province) -> None:
    dossier_id = given(province)
    plan([dossier_id], later(minutes=10))
    row = open_items(dossier_id)["appraise"]
    assert row.due_at is not None
    told = OfficerNotice.objects.filter(officer=province.officers["third"], dossier_id=dossier_id)
    warn(row.due_at)
    assert not told.exists()
    warn(later(days=2))
    notice = told.get()
    assert "quá hạn" in notice.body.lower()
    assert not OfficerNotice.objects.filter(officer=province.officers["second"]).exists()


def test_the_control_slip_names_them(province: Province) -> None:
    dossier_id = given(province)
    finish_step(dossier_id, 1, note="Đủ", actor=province.actor("case"), at=later(hours=1))
    dossier = Dossier.objects.select_related("agency", "receiving_desk", "return_desk").get(pk=dossier_id)
    row = step_rows(dossier, dossier.seq)[0]
    assert (row.taker, row.note) == ("Phạm Thụ Lý", "Đủ; Chủ trì: Phạm Thụ Lý. Phối hợp: Hồ Phối Hợp")

"""Lists, search, look-up and the clock's explanation, each limited to what the actor may see."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.province import MONDAY, Province, applicant_of, build_province

from motcua.dossiers import commands as c
from motcua.dossiers.models import Dossier
from motcua.dossiers.queries import (
    by_access_key,
    clock_of,
    duplicates_of,
    get_visible,
    look_up,
    queue_counts,
    search,
    timeline,
    visible_to,
    worklist,
)
from motcua.dossiers.queues import Queue
from motcua.dossiers.services import give_command, receive_at_counter, submit_dossier
from motcua.dossiers.writer import NotFound
from motcua.identity.actors import Grant
from motcua.law.errors import BadInput, DomainError

pytestmark = pytest.mark.django_db


@pytest.fixture
def province() -> Province:
    return build_province()


def accept(province: Province, *, after: timedelta = timedelta(0), **changes) -> int:
    intake = province.intake(channel="counter", **changes)
    return receive_at_counter(intake, c.Accept(), actor=province.actor("counter"), at=MONDAY + after).id


def test_worklist_is_sorted_by_due_and_paged_by_keyset(province: Province) -> None:
    ids = [accept(province, after=timedelta(hours=hour)) for hour in (3, 1, 2)]

    first = worklist(province.actor("case"), Queue.OPEN, MONDAY, size=2)
    second = worklist(province.actor("case"), Queue.OPEN, MONDAY, size=2, after=first.after)

    assert [row.pk for row in first.rows] == [ids[1], ids[2]]
    assert [row.pk for row in second.rows] == [ids[0]]
    assert (first.count, second.after) == (3, "")
    with pytest.raises(BadInput):
        worklist(province.actor("case"), Queue.OPEN, MONDAY, after="x~y")


def test_other_agency_sees_nothing(province: Province) -> None:
    one = accept(province)

    assert not visible_to(province.actor("commune_case")).exists()
    assert visible_to(province.actor("leader")).count() == 1
    assert visible_to(applicant_of(one)).count() == 1
    with pytest.raises(NotFound):
        get_visible(province.actor("commune_case"), id=one)


def test_queue_counts(province: Province, django_assert_num_queries) -> None:
    accept(province)
    submit_dossier(province.intake(), actor=province.applicant, at=MONDAY)
    actor = province.actor("counter")

    with django_assert_num_queries(1):
        counts = queue_counts(actor, MONDAY + timedelta(days=30))

    assert {queue: count for queue, count in counts.items() if count} == {
        Queue.ONLINE: 1,
        Queue.OPEN: 1,
        Queue.OVERDUE: 1,
    }
    assert queue_counts(actor, MONDAY, [Queue.ONLINE, Queue.FINISHED]) == {Queue.ONLINE: 1}
    assert queue_counts(actor, MONDAY, [Queue.FINISHED]) == {}


@pytest.mark.parametrize(
    "text",
    [
        "H32.16-261116-0001",
        "h32.16-2611",
        "056190000123",
        "0905 123 456",
        "+84905123456",
        "nguyen hoa",
        "HÒA ngu",
        "xay nha",
    ],
)
def test_search_finds(province: Province, text: str) -> None:
    one = accept(province, request="Xây nhà ba tầng")

    assert [row.pk for row in search(province.actor("case"), text).rows] == [one]
    assert search(province.actor("commune_case"), text).rows == []


def test_search_goes_on_page_by_page(province: Province) -> None:
    made = [accept(province) for _ in range(5)]
    case, pages, after = province.actor("case"), [], ""
    while not pages or after:
        page = search(case, "nguyen hoa", after=after, size=2)
        pages.append([row.pk for row in page.rows])
        after = page.after
        assert page.count == 5

    assert pages == [[made[4], made[3]], [made[2], made[1]], [made[0]]]
    with pytest.raises(BadInput):
        search(case, "nguyen hoa", after="x")


def test_whole_words_come_before_beginnings(province: Province) -> None:
    """“Hòa” is a name of its own: who types it and more means it, who types only “ho” has not finished."""
    one = accept(province)
    case = province.actor("case")
    assert [row.pk for row in search(case, "hoa ngu").rows] == [one]
    assert [row.pk for row in search(case, "ho nguyen").rows] == [one]
    assert search(case, "hoan nguyen").rows == []


def test_search_in_scopes_finds_what_search_of_everything_finds(province: Province) -> None:
    """One who reads many agencies searches the words of the whole province and keeps what he sees."""
    one = accept(province)
    leader = province.actor("leader")
    wide = replace(leader, grants=(*leader.grants, Grant("leader", frozenset(range(10_000, 10_050)))))

    assert [row.pk for row in search(wide, "ho nguyen").rows] == [one]


def test_search_follows_the_dossier(province: Province) -> None:
    """The words that a search reads are kept by the database when names, agency or desks of a dossier change."""
    one = accept(province)
    Dossier.objects.filter(pk=one).update(words="le", agency_id=province.commune.id)

    for of_agency_or_desk in ("commune_case", "counter"):
        assert [row.pk for row in search(province.actor(of_agency_or_desk), "le").rows] == [one]
        assert search(province.actor(of_agency_or_desk), "nguyen").rows == []
    assert search(province.actor("case"), "le").rows == []


@pytest.mark.parametrize("text", ["", "x", "--", "!!!"])
def test_search_refuses_what_cannot_be_sought(province: Province, text: str) -> None:
    with pytest.raises(BadInput):
        search(province.actor("case"), text)


def test_look_up_needs_code_and_proof(province: Province) -> None:
    one = accept(province)
    code = "H32.16-261116-0001"

    assert look_up(code.lower(), "3456").pk == look_up(code, "1990").pk == one
    for bad in ("3457", "1991", "", "56", "90512345"):
        with pytest.raises(NotFound):
            look_up(code, bad)
    assert by_access_key(Dossier.objects.get().access_key).pk == one


def test_look_up_takes_the_code_of_an_imported_dossier(province: Province) -> None:
    one = accept(province)
    Dossier.objects.filter(pk=one).update(code="HS cũ/77")

    assert look_up(" HS cũ/77 ", "3456").pk == one
    # Whoever cannot prove it learns nothing about whether it is there.
    messages = []
    for code in ("HS cũ/77", "HS cũ/78"):
        with pytest.raises(DomainError) as caught:
            look_up(code, "3457")
        messages.append(caught.value.message.replace(code, ""))
    assert messages[0] == messages[1]


def test_duplicates_are_the_open_ones_of_the_same_owner(province: Province) -> None:
    one = accept(province)

    assert [row.pk for row in duplicates_of(province.procedure.pk, identity_number="056190000123")] == [one]
    assert not duplicates_of(province.procedure.pk, identity_number="056190000124")
    assert not duplicates_of(province.procedure.pk)


def test_clock_is_rebuilt_from_the_ledger(province: Province) -> None:
    one = accept(province)
    case, head = province.actor("case"), province.actor("head")
    give_command(one, c.AskSupplement(("Bản vẽ",), "Sai"), actor=case, at=MONDAY + timedelta(days=1))
    give_command(one, c.Supplement(), actor=applicant_of(one), at=MONDAY + timedelta(days=2, hours=10))
    give_command(
        one,
        c.Extend(MONDAY + timedelta(days=21), "Điều 30 Luật X", "Phức tạp"),
        actor=head,
        at=MONDAY + timedelta(days=3),
    )
    dossier = get_visible(case, id=one)

    (due,) = clock_of(dossier, timeline(one))

    assert due.at == dossier.due_at
    assert due.original == dossier.original_due_at
    assert [item.seq for item in timeline(one)] == [1, 2, 3, 4]

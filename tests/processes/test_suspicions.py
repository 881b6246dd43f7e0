"""The signs for the inspector: each at its threshold on lives in memory, and how well all tell fakes from honest lives."""

from datetime import date, datetime, timedelta

import pytest
from bench._fakes import make_lives
from bench.suspicions import found, scored

from motcua.law.lifecycle import HAND_OVER_REFUSED, State
from motcua.law.moments import VIETNAM
from motcua.law.worktime import national_calendar
from motcua.processes.inspection.rules import rules_of
from motcua.processes.suspicions import dossier_signs as signs
from motcua.processes.suspicions.number_signs import Numbered, same_number
from motcua.processes.suspicions.officer_signs import acts_of, bulk_ticks, odd_hours
from motcua.processes.suspicions.services import Exempt
from motcua.processes.suspicions.story import Entry, Seen, Story

SHIPPED = {key: rule.shipped for key, rule in rules_of("suspicion").items()}


def at(text: str) -> datetime:
    """`16 09:20` = that day of November 2026, whose 16th is a Monday."""
    return datetime.strptime(
        f"2026-11-{text}", "%Y-%m-%d %H:%M:%S" if text.count(":") == 2 else "%Y-%m-%d %H:%M"
    ).replace(tzinfo=VIETNAM)


DUE = at("19 09:00")


def entry(
    kind: str,
    when: str,
    *,
    officer: int = 7,
    giver: str = "officer",
    recorded: str = "",
    to: str = "in_process",
    **data: object,
):
    changed = data.pop("set", {})
    moment = at(when)
    written, by = at(recorded) if recorded else moment, officer if giver == "officer" else 0
    return (kind, State(to), moment, written, giver, by, data | {"set": changed})


ACCEPTED = entry(
    "dossier.accepted", "16 09:00", to="accepted",
    set={"due_at": DUE.isoformat(), "clock_started_at": at("16 09:00").isoformat()},
)  # fmt: skip


def story(*entries: tuple, same_day: bool = False, id_: int = 1) -> Story:
    rows = tuple(Entry(seq, *values) for seq, values in enumerate((ACCEPTED, *entries), 1))
    return Story(id_, f"H32-{id_}", 5, 9, same_day, national_calendar(), rows)


def seen(sign: str, *entries: tuple) -> list[Seen]:
    return list(signs.SIGNS[sign](story(*entries), SHIPPED[sign]))


def result(signed_on: str, when: str, **more: object) -> tuple:
    return entry("dossier.resolved", when, to="resolved", result={"signed_on": signed_on}, **more)


STEP = "process.step_done"
PAPER = [{"originals": 1, "copies": 0, "file": ""}]

# sign, entries after acceptance, seen or not
CASES = [
    # A working day has eight hours: signed on Monday, the last step ended on Wednesday 07:00 is eight hours later.
    ("result_before_steps", [entry(STEP, "18 07:00"), result("2026-11-16", "18 08:00")], True),
    ("result_before_steps", [entry(STEP, "17 16:59"), result("2026-11-16", "18 08:00")], False),
    ("result_before_steps", [result("2026-11-16", "18 08:00")], False),
    ("resolved_without_paper", [result("2026-11-17", "17 09:00"), entry("dossier.result_received", "20 09:00", to="resolved")], True),
    ("resolved_without_paper", [result("2026-11-17", "17 09:00"), entry("dossier.result_received", "19 08:00", to="resolved")], False),
    # Twelve hours with the due between.
    ("resolved_without_paper", [result("2026-11-18", "18 09:00"), entry("dossier.result_received", "19 15:00", to="resolved")], True),
    ("resolved_without_paper", [result("2026-11-18", "18 09:00"), entry("dossier.result_received", "19 14:59", to="resolved")], False),
    ("instant_steps", [entry(STEP, "18 09:00:00"), entry(STEP, "18 09:01:00")], True),
    ("instant_steps", [entry(STEP, "18 09:00:00"), entry(STEP, "18 09:01:01")], False),
    ("instant_steps", [entry(STEP, "18 08:59:00"), entry(STEP, "18 08:59:10")], False),
    ("supplement_before_due", [entry("dossier.supplement_asked", "18 15:24", to="awaiting_supplement")], True),
    ("supplement_before_due", [entry("dossier.supplement_asked", "18 15:23", to="awaiting_supplement")], False),
    ("supplement_before_due", [entry("dossier.supplement_asked", "19 09:01", to="awaiting_supplement")], True),
    ("ended_around_due", [entry("dossier.returned", "18 16:00", to="returned")], True),
    ("ended_around_due", [entry("dossier.returned", "18 15:59", to="returned")], False),
    ("ended_around_due", [entry("dossier.returned", "25 09:00", to="returned")], True),
    ("ended_around_due", [entry("dossier.returned", "25 09:01", to="returned")], False),
    ("ended_around_due", [entry("dossier.stopped", "19 09:00", giver="system", to="stopped")], False),
    ("ended_around_due", [entry("dossier.withdrawal_requested", "18 09:00", giver="applicant"),
                          entry("dossier.withdrawn", "19 08:00", to="withdrawn")], False),
    ("ended_around_due", [entry("dossier.withdrawal_requested", "18 09:00"),
                          entry("dossier.withdrawn", "19 08:00", to="withdrawn")], True),
    ("early_hand_over", [entry(HAND_OVER_REFUSED, "17 09:00")], False),
    ("early_hand_over", [entry(HAND_OVER_REFUSED, "17 09:00"), entry(HAND_OVER_REFUSED, "17 09:01")], True),
    ("early_hand_over", [entry(HAND_OVER_REFUSED, "18 15:00")], True),
    ("late_entry_on_time", [result("2026-11-19", "19 08:30", recorded="19 09:30")], True),
    ("late_entry_on_time", [result("2026-11-19", "19 08:31", recorded="19 09:30")], False),
    ("late_entry_on_time", [result("2026-11-18", "18 08:30", recorded="19 08:30")], False),
    ("brief_pause", [entry("dossier.supplement_asked", "17 09:00", to="awaiting_supplement"),
                     entry("dossier.supplemented", "17 09:15")], True),
    ("brief_pause", [entry("dossier.supplement_asked", "17 09:00", to="awaiting_supplement"),
                     entry("dossier.supplemented", "17 09:16")], False),
    ("brief_pause", [entry("dossier.supplement_asked", "17 09:00", to="awaiting_supplement"),
                     entry("dossier.supplemented", "17 09:05", papers=PAPER)], False),
    ("brief_pause", [entry("dossier.supplement_asked", "17 09:00", to="awaiting_supplement"),
                     entry("dossier.supplemented", "17 09:05", giver="applicant")], False),
    # Hours of a pause written down in one go, papers or not.
    ("brief_pause", [entry("dossier.suspended", "17 09:00", recorded="18 10:00", to="suspended"),
                     entry("dossier.resumed", "17 15:00", recorded="18 10:01")], True),
]  # fmt: skip


@pytest.mark.parametrize(("sign", "entries", "expected"), CASES)
def test_a_sign_at_its_threshold(sign: str, entries: list[tuple], expected: bool) -> None:
    assert bool(seen(sign, *entries)) is expected


def test_every_sign_has_words_and_somebody_who_looks() -> None:
    looked = {*signs.SIGNS, "bulk_ticks", "odd_hours", "same_number"}
    assert looked == set(SHIPPED)
    for rule in rules_of("suspicion").values():
        assert rule.title
        assert rule.look.endswith(".")
        assert rule.ask.endswith(".")
        assert all(number.least <= number.value <= number.most for number in rule.numbers)


LATE = result("2026-11-19", "19 10:00", set={"resolved_at": at("19 10:00").isoformat()})


def test_a_rectification_that_makes_late_on_time_is_seen() -> None:
    moved = entry("dossier.rectified", "20 09:00", to="awaiting_supplement", back_to=1, set={"resolved_at": None})
    [one] = seen("verdict_moved", LATE, moved)
    assert one.summary == (
        "Trước đính chính hồ sơ quá hạn (09:00 ngày 19/11/2026); sau đính chính được tính là chờ bổ sung, đồng hồ dừng."
    )
    corrected = entry("dossier.rectified", "20 09:00", to="resolved", set={"return_method": "post"})
    assert seen("verdict_moved", LATE, corrected) == []


def test_what_a_rectification_took_back_is_not_looked_at() -> None:
    ended = entry("dossier.returned", "19 08:00", to="returned")
    assert seen("ended_around_due", ended)
    assert seen("ended_around_due", ended, entry("dossier.rectified", "19 08:30", back_to=1)) == []


def test_the_evidence_names_the_entries_and_the_numbers() -> None:
    [one] = seen("supplement_before_due", entry("dossier.supplement_asked", "18 16:00", to="awaiting_supplement"))
    assert (one.subject, one.mark, one.officer_id) == ("dossier:1", "2", 7)
    assert one.summary == "Yêu cầu bổ sung lúc 16:00 ngày 18/11/2026, khi chỉ còn 3 giờ làm việc."
    assert one.facts == (
        ("Hạn trả lúc đó", "09:00 ngày 19/11/2026"),
        ("Yêu cầu bổ sung", "16:00 ngày 18/11/2026"),
        ("Còn lại", "3 giờ làm việc"),
        ("Phần thời hạn đã dùng", "88 %"),
    )
    assert [(ref.code, ref.seq) for ref in one.refs] == [("H32-1", 2)]


def ticks(number: int, begin: str, seconds: int, *, role: str = "case_officer", same_day: bool = False) -> list:
    """One officer ends a step in each of so many dossiers, opened on Monday at 09:00."""
    acts = []
    for place in range(number):
        opened = entry("process.started", "16 09:00", opened=[{"token": 1, "role": role}])
        kind, to, moment, _, *rest, data = entry(STEP, begin, token=1)
        moment += timedelta(seconds=seconds * place)
        acts += acts_of(story(opened, (kind, to, moment, moment, *rest, data), same_day=same_day, id_=place + 1))
    return acts


@pytest.mark.parametrize(
    ("number", "seconds", "given", "expected"),
    [
        (12, 54, {}, True),  # 11 × 54 s = 594 s
        (12, 55, {}, False),  # 605 s: no ten minutes hold twelve
        (11, 1, {}, False),
        (12, 1, {"same_day": True}, False),
        (59, 1, {"role": "signer"}, False),
        (60, 1, {"role": "signer"}, True),
    ],
)
def test_many_ticks_in_minutes(number: int, seconds: int, given: dict, expected: bool) -> None:
    found_ones = list(bulk_ticks(ticks(number, "17 15:00", seconds, **given), SHIPPED["bulk_ticks"]))
    assert [one.mark.split(":")[0] for one in found_ones] == (["2026-11-17"] if expected else [])


def test_things_that_had_hardly_waited_are_no_bulk() -> None:
    assert list(bulk_ticks(ticks(30, "16 16:00", 1), SHIPPED["bulk_ticks"])) == []


@pytest.mark.parametrize(
    ("begin", "number", "nights"),
    [
        ("17 18:01", 5, ["2026-11-17"]),
        ("17 17:59", 5, []),  # within an hour of closing
        ("17 12:30", 5, []),  # lunch
        ("18 02:00", 5, ["2026-11-17"]),  # the night belongs to the day on which it began
        ("21 10:00", 5, ["2026-11-21"]),  # a Saturday
        ("21 10:00", 4, []),
    ],
)
def test_ticks_at_night(begin: str, number: int, nights: list[str]) -> None:
    assert [one.mark for one in odd_hours(ticks(number, begin, 5), SHIPPED["odd_hours"])] == nights


@pytest.mark.parametrize(
    ("days", "expected"), [((16, 17, 18), True), ((16, 16, 16), False), ((16, 17), False), ((16, 16, 17), True)]
)
def test_one_number_on_many_results(days: tuple[int, ...], expected: bool) -> None:
    rows = [
        Numbered(5, 9, "01/GP", date(2026, 11, day), n, f"H{n}", 3, at(f"{day} 10:00")) for n, day in enumerate(days)
    ]
    assert bool(list(same_number(rows, SHIPPED["same_number"]))) is expected


def test_an_exemption_covers_what_it_names_on_its_days_only() -> None:
    shift = Exempt("odd_hours", None, None, 7, date(2026, 11, 17), date(2026, 11, 18))
    assert shift.covers("odd_hours", 5, 9, 7, date(2026, 11, 18))
    assert not shift.covers("odd_hours", 5, 9, 7, date(2026, 11, 19))
    assert not shift.covers("odd_hours", 5, 9, 8, date(2026, 11, 18))
    assert not shift.covers("bulk_ticks", 5, 9, 7, date(2026, 11, 18))
    every = Exempt("", frozenset({5}), 9, None, date(2026, 11, 17), date(2026, 11, 18))
    assert every.covers("bulk_ticks", 5, 9, 8, date(2026, 11, 17))
    assert not every.covers("bulk_ticks", 5, 8, 8, date(2026, 11, 17))


def test_fakes_are_told_from_honest_lives() -> None:
    lives = make_lives(2026, each=40, ordinary=400)
    reported = found(lives)
    scores = {}
    for key, fakes in lives.fakes.items():
        hits = {subject for sign, subject in reported if sign == key}
        scores[key] = scored({"fakes": len(fakes), "reported": len(hits), "right": len(hits & fakes)})
    assert {key for key, one in scores.items() if one["precision"] < 0.6} == set()
    assert {key for key, one in scores.items() if one["recall"] < 0.55} == set()
    ordinary = {f"dossier:{one.dossier_id}" for one in lives.stories[:400]}
    assert len(ordinary & {subject for _, subject in reported}) <= 12  # three in a hundred

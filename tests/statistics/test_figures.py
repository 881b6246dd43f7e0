"""Every number opens into exactly the rows behind it, in every cell."""

from __future__ import annotations

from datetime import date

import pytest
from tests.province import build_province, later
from tests.statistics.histories import history

from motcua.law.errors import BadInput
from motcua.law.windows import Window
from motcua.notifications.models import Notice
from motcua.statistics.figures import Asked, Figure, figures, open_rows
from motcua.statistics.measures import MEASURES, Count, Fact
from motcua.statistics.services import catch_up

WEEK = Window(date(2026, 11, 16), date(2026, 11, 22))
NOW = later(days=60)
COUNTS = [one for one in MEASURES.values() if isinstance(one, Count)]


@pytest.fixture
def asked(committed_db) -> Asked:
    history(build_province())
    catch_up()
    return Asked.of(WEEK, now=NOW)


def messages_of_the_week() -> int:
    week = {"sent_at__gte": WEEK.start, "sent_at__lt": WEEK.end}
    sent = Notice.objects.filter(state="sent", channel__in=["sms", "email"], **week).count()
    assert sent > 10
    return sent


def assert_opens(counts: list[Count], by: list[str], asked: Asked) -> int:
    told = 0
    for key, row in figures([count.name for count in counts], asked, by=by).items():
        for count in counts:
            value, opened = row[count.name].numerator, open_rows(count.name, asked, dict(zip(by, key, strict=True)))
            if count.distinct:
                place = opened.columns.index(count.distinct)
                assert value == len({line[place] for line in opened.rows}), (count.name, key)
            elif not count.amount:
                assert value == len(opened.rows), (count.name, key)
            told += len(opened.rows)
    return told


def test_every_cell_opens_into_its_rows(asked: Asked) -> None:
    told = [
        assert_opens([count for count in COUNTS if count.fact is fact], ["agency"], asked)
        for fact in (Fact.DOSSIER, Fact.MOVE, Fact.PART, Fact.MESSAGE)
    ]
    told.append(assert_opens([MEASURES["received"]], ["officer", "online", "month", "sector", "vertical"], asked))
    told.append(assert_opens([MEASURES["officer_entries"]], ["officer", "hour", "weekday", "unit"], asked))

    assert min(told[0], told[1]) > 50
    assert told[3:] == [messages_of_the_week(), 6, 28]


def test_cells_add_up_to_the_whole(asked: Asked) -> None:
    names = [count.name for count in COUNTS if not count.distinct]
    (whole,) = figures(names, asked).values()

    for by in (["agency"], ["procedure", "agency"], ["sector"], ["level", "vertical"]):
        parts = figures(names, asked, by=by).values()
        for name in names:
            told = [row[name].numerator for row in parts if row[name].numerator is not None]
            # A sum that nobody told is unknown, one over no rows is nought.
            assert (whole[name].numerator or 0) == sum(told), name


def test_figures_of_the_week(asked: Asked) -> None:
    (whole,) = figures(
        ["received", "received_online", "finished", "finished_early", "open", "supplement_rounds", "paid_amount",
         "in_time_over_finished", "reused_paper_over_received", "messages_sent", "petitions_answered_in_time", "digitised_input_over_received"],
        asked,
    ).values()  # fmt: skip

    assert whole == {
        "received": Figure(6),
        "received_online": Figure(4),
        "finished": Figure(2),
        "finished_early": Figure(2),
        "open": Figure(4),
        "supplement_rounds": Figure(1),
        "paid_amount": Figure(None),
        "in_time_over_finished": Figure(2, 2),
        "reused_paper_over_received": Figure(None, 6, 6),
        "messages_sent": Figure(messages_of_the_week()),
        "petitions_answered_in_time": Figure(None),
        "digitised_input_over_received": Figure(0, 6),
    }


def test_what_was_known_then_is_answered_as_then(asked: Asked) -> None:
    then = Asked.of(WEEK, now=NOW, as_of=later(hours=60))

    (whole,) = figures(["received", "open_paused", "finished"], then).values()

    assert then.cut_at == later(hours=60)
    # A supplement that came in at hour 40 was recorded at hour 70.
    assert {name: figure.numerator for name, figure in whole.items()} == {
        "received": 6,
        "open_paused": 2,
        "finished": 2,
    }


def test_no_figures_of_the_future_and_of_unknown_names(asked: Asked) -> None:
    with pytest.raises(BadInput, match="Kỳ bắt đầu ngày 01/02/2027"):
        Asked.of(Window(date(2027, 2, 1), date(2027, 2, 28)), now=NOW)
    with pytest.raises(BadInput, match="Không có chỉ tiêu “so_ho_so”"):
        figures(["so_ho_so"], asked)
    with pytest.raises(BadInput, match="Không có chiều “xa”"):
        figures(["received"], asked, by=["xa"])
    with pytest.raises(BadInput, match="không tách theo “tháng”"):
        figures(["open"], asked, by=["month"])
    with pytest.raises(BadInput, match="chưa có số liệu"):
        open_rows("petitions_answered_in_time", asked)

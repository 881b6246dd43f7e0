"""How values are written in Vietnamese."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template

from motcua.law.lifecycle import State
from motcua.law.verdict import Mark as LawMark
from motcua.law.verdict import Verdict
from motcua.platform.presentation import words

MOMENT = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


def written(template: str, **values: object) -> str:
    return Template("{% load motcua %}" + template).render(Context(values))


@pytest.mark.parametrize(
    ("filter_", "value", "said"),
    [
        ("vn_date", MOMENT, "26/11/2026"),
        ("vn_date", datetime(2026, 11, 25, 17, 0, tzinfo=UTC), "26/11/2026"),
        ("vn_date", date(2026, 2, 3), "03/02/2026"),
        ("vn_time", MOMENT, "16:00"),
        ("vn_datetime", MOMENT, "26/11/2026\N{NO-BREAK SPACE}16:00"),
        ("vn_moment", MOMENT, "16:00 thứ Năm 26/11/2026"),
        ("weekday", date(2026, 11, 29), "Chủ nhật"),
        ("count", 1127, "1.127"),
        ("count", 0, "0"),
        ("dong", 120000, "120.000\N{NO-BREAK SPACE}đ"),
        ("dong", None, "–"),
        ("vn_date", None, "–"),
        ("file_size", 812_000, "812\N{NO-BREAK SPACE}KB"),
        ("file_size", 3, "1\N{NO-BREAK SPACE}KB"),
        ("file_size", 2_400_000, "2,4\N{NO-BREAK SPACE}MB"),
        ("mask_identity", "001190000234", "001••••••234"),
        ("mask_phone", "0912345678", "091•••5678"),
        ("mask_phone", "12", "••"),
        ("mask_identity", "", "–"),
    ],
)
def test_value_is_written(filter_: str, value: object, said: str) -> None:
    assert written("{{ value|" + filter_ + " }}", value=value) == said


def test_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without time zone"):
        words.vn_moment(datetime(2026, 11, 26, 9, 0))  # noqa: DTZ001  the fault under test


@pytest.mark.parametrize("key", [*State, *Verdict, *LawMark])
def test_every_state_and_verdict_has_word_and_icon(key: str) -> None:
    mark = words.mark(key)

    assert mark.word
    assert mark.icon in (words_icons())


def words_icons() -> str:
    from django.contrib.staticfiles import finders

    path = finders.find("vendor/bootstrap-icons/icons.svg")
    assert path
    with open(path, encoding="utf-8") as sprite:
        return sprite.read()


def test_state_mark_is_icon_and_word_in_its_tone() -> None:
    shown = written("{{ 'overdue'|state_mark }}")

    assert "state-late" in shown
    assert "#exclamation-triangle-fill" in shown
    assert "<span>Quá hạn</span>" in shown


def test_icon_is_hidden_from_readers() -> None:
    assert 'aria-hidden="true"' in written('{% icon "search" %}')


def test_text_in_a_mark_cannot_become_markup() -> None:
    with pytest.raises(KeyError):
        written("{{ value|state_mark }}", value="<b>")

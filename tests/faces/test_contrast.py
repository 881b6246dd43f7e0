"""Every pair of colours that carries text meets 4.5:1, every edge of a control 3:1 (WCAG 2.2 AA)."""

from __future__ import annotations

import re

import pytest
from django.contrib.staticfiles import finders


def tokens() -> dict[str, str]:
    path = finders.find("motcua/tokens.css")
    assert path
    with open(path, encoding="utf-8") as css:
        return dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{6})", css.read()))


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


STATES = ("early", "in-time", "soon", "late", "paused")
TEXT = [(ink, ground) for ink in ("ink", "ink-soft", "accent", *STATES) for ground in ("paper", "ground")]
TINTS = [(state, f"{state}-tint") for state in STATES] + [("ink-soft", f"{state}-tint") for state in STATES]
ON_COLOUR = [("paper", "accent"), ("paper", "accent-deep"), ("paper", "ink"), ("paper", "paused")]


@pytest.mark.parametrize(("text", "ground"), TEXT + TINTS + ON_COLOUR)
def test_text_is_readable(text: str, ground: str) -> None:
    colours = tokens()

    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("ground", ["paper", "ground"])
@pytest.mark.parametrize("edge", ["edge", "focus"])
def test_edges_of_controls_are_visible(edge: str, ground: str) -> None:
    colours = tokens()

    assert contrast(colours[edge], colours[ground]) >= 3

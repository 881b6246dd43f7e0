"""What is chosen from a list of suggestions: the code that the text begins with, also one that holds blanks."""

from __future__ import annotations

import pytest

from motcua.platform.chosen import code_in

KNOWN = {"H32", "H32 16", "H32 16 A", "Sở", "G.01"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("H32", "H32"),
        ("H32 UBND tỉnh", "H32"),
        ("H32 16 Sở Xây dựng", "H32 16"),
        ("H32 16 A", "H32 16 A"),
        ("H32 16 An Bình", "H32 16"),
        ("H321 Phường", "H321"),
        (" G.01 ", "G.01"),
        ("Không có mã này", "Không"),
        (f"H32 16 {'dài ' * 500}", "H32 16"),
        ("", ""),
    ],
)
def test_the_longest_code_that_begins_the_text(text: str, code: str) -> None:
    assert code_in(text, KNOWN) == code

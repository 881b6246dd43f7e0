"""A file of a spreadsheet: its mark, its letters, no formula."""

from __future__ import annotations

import csv

from motcua.platform.csv_lines import csv_lines


def test_letters_stay_and_no_cell_is_a_formula() -> None:
    rows = [("Cơ quan", "Số"), ("=1+1", 3), ("Sở A, phòng “B”\nhai dòng", None), ("-5", -5), ()]

    text = "".join(csv_lines(rows))

    assert text.startswith("\ufeffCơ quan,Số\r\n")
    assert list(csv.reader(text.removeprefix("\ufeff").splitlines(keepends=True))) == [
        ["Cơ quan", "Số"], ["'=1+1", "3"], ["Sở A, phòng “B”\nhai dòng", ""], ["'-5", "-5"], [],
    ]  # fmt: skip

"""Print the table of measures at the end of docs/figures.md from the code; what stands before it is kept."""

from __future__ import annotations

import os
import sys
from pathlib import Path

HEADING = "## Every measure\n"


def table() -> str:
    from motcua.statistics.measures import MEASURES, Count, Ratio

    lines = ["| name | title | unit | definition | source |", "|---|---|---|---|---|"]
    for name, one in MEASURES.items():
        how = one.definition
        if isinstance(one, Ratio):
            how = f"{how} `{one.numerator}` / `{one.denominator}`."
        elif not isinstance(one, Count):
            how = f"{how} Chưa có số liệu: {one.why}"
        lines.append(f"| `{name}` | {one.title} | {one.unit} | {how} | {one.source} |")
    return "\n".join(lines)


def page(before: str) -> str:
    """The whole page, from the page as it stands."""
    return f"{before[: before.index(HEADING)]}{HEADING}\n{table()}\n"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "motcua.platform.settings")
    import django

    django.setup()
    path = Path(__file__).parent.parent / "docs" / "figures.md"
    path.write_text(page(path.read_text("utf-8")), "utf-8")
    sys.stdout.write(f"{path}\n")

"""Print docs/lifecycle.md: its opening from `docs/lifecycle.intro.md`, its tables from the code."""

from __future__ import annotations

from pathlib import Path

from motcua.law.lifecycle_text import moves_markdown, states_markdown

if __name__ == "__main__":
    intro = Path(__file__).parent.parent / "docs" / "lifecycle.intro.md"
    print(intro.read_text(encoding="utf-8").rstrip())
    print(f"\n## States\n\n{states_markdown()}\n\n## Moves\n\n{moves_markdown()}")

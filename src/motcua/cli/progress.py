"""The progress bar of commands that work longer than a second."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def progress_bar(title: str) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    # Imported here: a pipe needs no bar, and rich is slow to load.
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextlib.contextmanager
def counting(title: str) -> Iterator[Callable[[int], None]]:
    """Such a bar, told how many more are done; how many there will be is not known before."""
    total = 0
    with progress_bar(title) as progress:

        def on_more(more: int) -> None:
            nonlocal total
            total += more
            if progress:
                progress(total, total)

        yield on_more

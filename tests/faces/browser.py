"""A real server and a real browser for tests: the program's own WSGI application, Debian's Chromium."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]
OFFICE = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
# Where pictures of the pages are kept, when they are asked for.
PICTURES = Path(os.environ["MOTCUA_TEST_PICTURES"]) if "MOTCUA_TEST_PICTURES" in os.environ else None


@contextlib.contextmanager
def serving() -> Iterator[str]:
    """Serve the program on a free local port; yields its address. The database is the one of the surrounding test."""
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

    from motcua.wsgi import application

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    # Requests still running when the browser leaves are waited for, so that no thread outlives the test's database.
    server.daemon_threads = False
    server.set_app(application)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """A browser. Django refuses database calls in this thread while it is open: prepare and check data around it."""
    from playwright.sync_api import sync_playwright

    path = next(path for path in map(shutil.which, _NAMES) if path)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def violations(page: Any) -> list[str]:
    """What axe-core finds serious or critical on the page, each as one line."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:160]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


def overflows(page: Any) -> bool:
    """Whether the page is wider than the window, so that a reader must scroll sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def keep(page: Any, folder: Path | None, name: str) -> None:
    """Save a picture of the whole page when pictures are asked for."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"{name}.png", full_page=True)

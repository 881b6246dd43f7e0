"""Jobs of this room; each asks first whether its work is already done."""

from __future__ import annotations

from procrastinate import RetryStrategy

from motcua.documents import services
from motcua.documents.scanning import Clamd, ScannerUnavailable
from motcua.documents.subscriber import FORGET, RENDER
from motcua.platform.clock import now
from motcua.platform.config import config
from motcua.platform.jobs import task


# A scanner may be away for a night; a file that waits stays shut, so the job never gives up.
@task(name=services.SCAN, retry=RetryStrategy(wait=60, retry_exceptions={ScannerUnavailable}))
def scan(sha256: str) -> None:
    address = config().clamd
    if address is not None:
        services.scan_file(sha256, scanner=Clamd(address))


@task(name=RENDER)
def render(entry_id: int) -> None:
    services.render_entry(entry_id, at=now())


@task(name=FORGET)
def forget(hashes: list[str]) -> None:
    services.destroy_files(hashes)

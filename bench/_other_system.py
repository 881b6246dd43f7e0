"""Dossiers of a province's other system as it would export them: the rows of `bench imports`."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

COLUMNS = (
    "code", "procedure", "procedure_name", "sector", "agency", "agency_name", "level", "applicant_kind", "channel", "assisted",
    "service_level", "submitted_at", "accepted_at", "due_at", "resolved_at", "handed_over_at", "ended_at", "outcome", "pauses",
    "supplement_rounds", "paused_seconds", "fee_vnd", "paid_vnd", "payment_channel", "received_by_post", "returned_by_post",
    "digitised_input", "digitised_result", "electronic_result", "result_paper_due", "reused_paper", "portal_synced", "rating",
)  # fmt: skip
_BEGIN = datetime(2025, 9, 1, 8)  # noqa: DTZ001
_MINUTES = 365 * 24 * 60
_OUTCOMES = (("resolved", 90), ("open", 5), ("withdrawn", 2), ("returned", 1), ("stopped", 1), ("refused", 1))


def write_dossiers(path: Path, count: int, *, seed: int = 7) -> None:
    """A year of 120 agencies and 400 procedures, every column filled as often as such files have it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(_rows(count, random.Random(seed)))


def _rows(count: int, chance: random.Random) -> Iterator[list[str]]:
    names, weights = zip(*_OUTCOMES, strict=True)
    for number in range(count):
        accepted = _BEGIN + timedelta(minutes=number * _MINUTES // count)
        procedure, agency = chance.randrange(400), chance.randrange(120)
        days = chance.choice((1, 3, 5, 10, 15, 20))
        outcome = chance.choices(names, weights)[0]
        resolved = accepted + timedelta(days=days * chance.uniform(0.2, 1.1)) if outcome == "resolved" else None
        handed_over = (
            resolved + timedelta(hours=chance.randrange(1, 80)) if resolved and chance.random() < 0.9 else None
        )
        ended = accepted + timedelta(days=2) if outcome not in ("resolved", "open") else None
        asked, back = accepted + timedelta(hours=5), accepted + timedelta(hours=53)
        paused = chance.random() < 0.08
        flags = ["true" if chance.random() < 0.5 else "false" for _ in range(9)]
        yield [
            f"000.{agency:02d}.H32-{accepted:%y%m%d}-{number:07d}", f"9.{procedure:06d}", f"Thủ tục số {procedure}",
            f"LV{procedure % 30:02d}", f"H99.{agency:03d}", f"Đơn vị số {agency}", "commune" if agency > 20 else "province",
            chance.choice(("citizen", "business")), chance.choice(("online", "counter", "post")), flags[0],
            chance.choice(("full", "partial")), _text(accepted - timedelta(hours=2)), _text(accepted),
            _text(accepted + timedelta(days=days)), _text(resolved), _text(handed_over), _text(ended), outcome,
            f"supplement:{_text(asked)}/{_text(back)}" if paused else "", str(int(paused)), str(172_800 * paused),
            chance.choice(("", "0", "50000")), "0", "online", *flags[1:], chance.choice(("", "5", "4")),
        ]  # fmt: skip


def _text(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""

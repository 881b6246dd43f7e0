"""The joined procedures that the program ships, and the procedures they need that the shipped catalogue does not hold."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from django.db import transaction

from motcua.catalog.facts import ChannelFact, PaperFact, ProcedureFacts
from motcua.catalog.models import Procedure
from motcua.catalog.store import lock_catalogue, store
from motcua.processes.joined import joined_from_json
from motcua.processes.models import JoinedProcedure

JOINED_DATA: Final = Path(__file__).parent / "data" / "joined.toml"
# `ProcedureVersion.source` of what stands here and in no published list that we hold.
UNCONFIRMED: Final = "chưa kiểm chứng"
_CHANNELS = ("online", "counter", "post")


def load_joined(path: Path = JOINED_DATA) -> int:
    """Put in what is not there yet; what a province has changed or closed stays. Returns how many were new."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    new = 0
    with transaction.atomic():
        lock_catalogue()
        wanted = {row["code"]: row for row in data["missing"]}
        known = set(Procedure.objects.filter(code__in=wanted).values_list("code", flat=True))
        first_day = min(row["valid_from"] for row in data["joined"])
        store(
            [_facts(row) for code, row in wanted.items() if code not in known],
            valid_from=first_day, source=UNCONFIRMED,
        )  # fmt: skip
        ids = dict(
            Procedure.objects.filter(code__in=[row["procedure"] for row in data["joined"]]).values_list("code", "id")
        )
        for row in data["joined"]:
            if row["procedure"] not in ids:
                # Joined procedures of a catalogue that was not loaded.
                continue
            definition = {name: row[name] for name in ("children", "total") if name in row}
            joined_from_json(definition)
            _, made = JoinedProcedure.objects.get_or_create(
                procedure_id=ids[row["procedure"]],
                valid_from=row["valid_from"],
                defaults={"definition": definition, "confirmed": row["confirmed"], "source": row["source"]},
            )
            new += made
    return new


def _facts(row: Mapping[str, Any]) -> ProcedureFacts:
    text = json.dumps(row, sort_keys=True, ensure_ascii=False)
    limit = f"{row['amount']} {row['unit']}" if "amount" in row else ""
    return ProcedureFacts(
        code=row["code"],
        name=row["name"],
        sector=row["sector"],
        content_hash=hashlib.sha256(text.encode()).hexdigest(),
        channels=tuple(
            ChannelFact(channel, row.get("amount"), row.get("unit", ""), "", limit, 0, "Miễn phí")
            for channel in _CHANNELS
        ),
        papers=tuple(PaperFact("", name, "", 1, 0) for name in row["papers"]),
        results=((row["result"], ""),) if "result" in row else (),
    )

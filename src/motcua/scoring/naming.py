"""The dossiers that cost points in words: the names behind their codes, and what else speaks against each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from motcua.catalog.models import Procedure
from motcua.law.verdict import VERDICT_TEXT, Verdict
from motcua.organizations.models import Agency
from motcua.statistics.models import FactDossier


class Words:
    """Of the rows that a `Cost` names; asked for once, whatever their number."""

    def __init__(self, rows: Iterable[dict[str, Any]], as_of: datetime) -> None:
        told = list(rows)
        agencies = Agency.objects.filter(code__in={row["agency"] for row in told})
        procedures = Procedure.objects.filter(code__in={row["procedure"] for row in told})
        self._agencies = dict(agencies.values_list("code", "name"))
        self._procedures = dict(procedures.values_list("code", "name"))
        known = FactDossier.objects.filter(
            dossier_id__in={row["dossier_id"] for row in told}, known_from__lte=as_of, known_to__gt=as_of
        )
        against = known.values_list("dossier_id", "supplement_rounds", "rating")
        self._against = {id_: (rounds or 0, rating) for id_, rounds, rating in against}

    def row(self, row: dict[str, Any]) -> dict[str, Any]:
        """The row with `agency_name`, `procedure_name`, `verdict` and `against`."""
        verdict = row["verdict_instant"]
        rounds, rating = self._against.get(row["dossier_id"], (0, None))
        return row | {
            "agency_name": self._agencies.get(row["agency"], row["agency"]),
            "procedure_name": self._procedures.get(row["procedure"], row["procedure"]),
            "verdict": VERDICT_TEXT[Verdict(verdict)] if verdict else _open_words(row["finished_at"]),
            "against": ", ".join(
                [
                    *([f"bổ sung {rounds} lần"] if rounds > 1 else []),
                    *([f"đánh giá {rating}/5"] if (rating or 5) < 3 else []),
                ]
            ),
        }


def _open_words(finished_at: datetime | None) -> str:
    return "không có hạn" if finished_at else "đang giải quyết"

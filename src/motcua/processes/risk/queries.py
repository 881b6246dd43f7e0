"""The late risk of open dossiers, where a model has proved itself; nothing where none has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

import numpy as np
from django.db import connection

from motcua.processes.models import RiskModel
from motcua.processes.risk.learn import Logistic, logistic_from
from motcua.processes.risk.present import Supposed, read_present
from motcua.processes.risk.rows import Known, Rows, read, words
from motcua.processes.risk.training import known_from


class Level(StrEnum):
    LOW = "low"
    MIDDLE = "middle"
    HIGH = "high"


LEVEL_TEXT = {Level.LOW: "thấp", Level.MIDDLE: "vừa", Level.HIGH: "cao"}
HIGH_FROM, MIDDLE_FROM = 0.5, 0.25


@dataclass(frozen=True, slots=True)
class Risk:
    """`likely`: the calibrated probability of ending late, 0…1. `reasons`: what raises it, strongest first."""

    likely: float
    reasons: tuple[str, ...]

    @property
    def level(self) -> Level:
        return Level.HIGH if self.likely >= HIGH_FROM else Level.MIDDLE if self.likely >= MIDDLE_FROM else Level.LOW

    @property
    def percent(self) -> int:
        return round(self.likely * 100)

    def text(self) -> str:
        """“Nguy cơ trễ: cao (72 %), vì còn 2 giờ làm việc, từ bước này thường cần 1,5 ngày nữa”."""
        because = f", vì {'; '.join(self.reasons)}" if self.reasons else ""
        return f"Nguy cơ trễ: {LEVEL_TEXT[self.level]} ({self.percent} %){because}"


# The newest model of each agency and of the province.
_NEWEST = "SELECT DISTINCT ON (agency_id) agency_id, id, shown FROM processes_riskmodel ORDER BY agency_id, number DESC"


def newest_models() -> dict[int | None, tuple[int, bool]]:
    """(id, shown) of the newest model by agency, None = the province's; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST)
        return {agency: (id_, shown) for agency, id_, shown in cursor.fetchall()}


@lru_cache(maxsize=128)
def _content(id_: int, trained_at: str) -> tuple[Logistic, Known]:
    """Never stale: a row is never changed, and the moment of training tells one database's row from another's."""
    content: dict[str, Any] = RiskModel.objects.values_list("content", flat=True).get(pk=id_)
    return logistic_from(content["logistic"]), known_from(content["known"])


def risk_of(ids: Sequence[int], at: datetime, supposed: Mapping[int, Supposed] | None = None) -> dict[int, Risk]:
    """By dossier id; those that are paused, finished, past their due, without a process, or of an agency whose model did not
    prove itself are not in it. One query where no model is shown at all, else a constant number.

    An agency's own model speaks for it, also by its silence; the province's for agencies that have none.
    """
    newest = newest_models()
    if not ids or not any(shown for _, shown in newest.values()):
        return {}
    return rated(read_present(ids, at, supposed), newest)


def rated(rows: Rows, newest: Mapping[int | None, tuple[int, bool]], *, with_words: bool = True) -> dict[int, Risk]:
    """The rows by the model that speaks for each."""
    models = np.array(
        [newest.get(agency, newest.get(None, (0, False))) for agency in rows.agency.tolist()], dtype=np.int64
    )
    models = models.reshape(len(rows), 2)
    moments = _moments({id_ for id_, shown in newest.values() if shown}) if len(rows) else {}
    found: dict[int, Risk] = {}
    for id_ in np.unique(models[models[:, 1] == 1, 0]).tolist():
        part = rows.take(np.flatnonzero((models[:, 0] == id_) & (models[:, 1] == 1)))
        logistic, known = _content(id_, moments[id_])
        made = read(part, known)
        likely = logistic.probability(made.columns)
        parts = logistic.parts(made.columns)
        for row, dossier in enumerate(part.dossier.tolist()):
            worth_words = with_words and likely[row] >= MIDDLE_FROM
            found[dossier] = Risk(float(likely[row]), words(part, made, parts, row) if worth_words else ())
    return found


def _moments(ids: Iterable[int]) -> dict[int, str]:
    return {
        id_: at.isoformat() for id_, at in RiskModel.objects.filter(pk__in=list(ids)).values_list("id", "trained_at")
    }

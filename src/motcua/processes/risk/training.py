"""Learning from the past up to a cut, and judging on the months after it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from motcua.law.errors import BadInput
from motcua.law.moments import DAY_MINUTES, from_minutes
from motcua.processes.risk.learn import Flags, Logistic, Numbers, auc, brier, calibration, fit
from motcua.processes.risk.past import Looked, Past, known_at, look, month_begin
from motcua.processes.risk.rows import SEASON, Known, read, time_left

# Queues are not known yet at the beginning of the records.
_SETTLING_DAYS = 45
# Fewer rows, or fewer late ones among them, teach nothing that could be told from chance.
ENOUGH_ROWS, ENOUGH_LATE = 1_500, 100
BETTER_BY = 0.05
# A month that was seen in one year only cannot be told from that year.
_TWO_YEARS = 730 * DAY_MINUTES


class TooLittleHistory(BadInput):
    """The records hold too few finished dossiers to learn from, or to judge on."""

    code = "too_little_history"


@dataclass(frozen=True)
class Judged:
    """Rows of the months held back: what the model said, what time left alone said, and how they ended."""

    model: Logistic
    likely: Numbers
    likely_by_time: Numbers
    late: Flags
    proof: dict[str, Any]


def passes(proof: dict[str, Any]) -> bool:
    """The rule: ranks better than time left alone by at least 0.05 of AUC, and is nearer to the truth."""
    better: bool = proof["auc"] >= proof["auc_time"] + BETTER_BY and proof["brier"] < proof["brier_time"]
    return better


def judge(past: Past, *, first: int, cut: int, now: int) -> Judged:
    """Learns from what was known before `cut`, judges on what was asked after it and is answered by `now`.

    A row is learnt from only where even its due lay before the cut: else those that ended early would be learnt and the others
    not. Raises TooLittleHistory.
    """
    looked = look(past, now=now)
    looked = looked.take(looked.at >= first + _SETTLING_DAYS * DAY_MINUTES)
    train = np.flatnonzero((looked.due < cut) & (looked.told_at < cut))
    test = np.flatnonzero(
        (looked.at >= cut) & (looked.due // DAY_MINUTES < now // DAY_MINUTES) & (looked.told_at <= now)
    )
    for what, which in (("học", train), ("kiểm chứng", test)):
        some = int(looked.ended_late[which].sum())
        if len(which) < ENOUGH_ROWS or some < ENOUGH_LATE or some > len(which) - ENOUGH_LATE:
            raise TooLittleHistory(
                f"Lịch sử để {what} có {len(which)} lượt xem hồ sơ, {some} lượt trễ: cần ít nhất {ENOUGH_ROWS} lượt, trong đó"
                f" ít nhất {ENOUGH_LATE} trễ và {ENOUGH_LATE} không trễ."
            )
    columns = features_by_month(past, looked)
    if cut - first < _TWO_YEARS:
        columns[:, SEASON] = 0.0
    model = fit(columns[train], looked.ended_late[train])
    by_time = fit(time_left(looked.rows.take(train)), looked.ended_late[train])
    late = looked.ended_late[test]
    likely = model.probability(columns[test])
    likely_by_time = by_time.probability(time_left(looked.rows.take(test)))
    proof = {
        "auc": auc(likely, late), "auc_time": auc(likely_by_time, late),
        "brier": brier(likely, late), "brier_time": brier(likely_by_time, late),
        "learnt_rows": len(train), "learnt_dossiers": _distinct(looked, train),
        "rows": len(test), "dossiers": _distinct(looked, test), "late": float(late.mean()),
        "from": from_minutes(cut).date().isoformat(), "to": from_minutes(now).date().isoformat(),
        "calibration": [asdict(bin_) for bin_ in calibration(likely, late)],
        "calibration_time": [asdict(bin_) for bin_ in calibration(likely_by_time, late)],
    }  # fmt: skip
    return Judged(model, likely, likely_by_time, late, proof)


def _distinct(looked: Looked, which: npt.NDArray[np.intp]) -> int:
    return len(np.unique(looked.rows.dossier[which]))


def features_by_month(past: Past, looked: Looked) -> Numbers:
    """Each row by what the past had taught before the first of its month: a model in use is never fresher than its last count."""
    months = np.array([month_begin(at) for at in looked.at.tolist()], dtype=np.int64)
    columns: Numbers | None = None
    for month in np.unique(months).tolist():
        which = np.flatnonzero(months == month)
        made = read(looked.rows.take(which), known_at(past, month)).columns
        if columns is None:
            columns = np.zeros((len(months), made.shape[1]))
        columns[which] = made
    return columns if columns is not None else np.zeros((0, 1))


def known_json(known: Known) -> dict[str, Any]:
    return {
        "late_all": known.late_all,
        "late_agency": {str(key): value for key, value in known.late_agency.items()},
        "late_procedure": {f"{agency}:{procedure}": value for (agency, procedure), value in known.late_procedure.items()},
        "officer_rate": {str(key): value for key, value in known.officer_rate.items()},
        "agency_rate": {str(key): value for key, value in known.agency_rate.items()},
        "to_result": {str(key): list(value) for key, value in known.to_result.items()},
    }  # fmt: skip


def known_from(data: dict[str, Any]) -> Known:
    pairs = ((key.split(":"), value) for key, value in data["late_procedure"].items())
    return Known(
        data["late_all"],
        {int(key): value for key, value in data["late_agency"].items()},
        {(int(agency), int(procedure)): value for (agency, procedure), value in pairs},
        {int(key): value for key, value in data["officer_rate"].items()},
        {int(key): value for key, value in data["agency_rate"].items()},
        {int(key): (value[0], value[1]) for key, value in data["to_result"].items()},
    )  # fmt: skip

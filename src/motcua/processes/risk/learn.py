"""A regularised logistic regression on numpy, and the figures by which it is judged. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_STEPS = 60
_ENOUGH = 1e-8
# Of the training rows in the order of time, the last part only sets how the scores are read as probabilities.
CALIBRATION_SHARE = 0.2


@dataclass(frozen=True)
class Logistic:
    """`weights` of standardised columns after the intercept; `slope` and `shift` turn the score into a probability."""

    mean: Numbers
    scale: Numbers
    weights: Numbers
    slope: float = 1.0
    shift: float = 0.0

    def score(self, columns: Numbers) -> Numbers:
        added: Numbers = ((columns - self.mean) / self.scale) @ self.weights[1:]
        return added + float(self.weights[0])

    def probability(self, columns: Numbers) -> Numbers:
        return sigmoid(self.slope * self.score(columns) + self.shift)

    def parts(self, columns: Numbers) -> Numbers:
        """What each column adds to the score, against an average dossier."""
        return self.slope * ((columns - self.mean) / self.scale) * self.weights[1:]

    def as_json(self) -> dict[str, Any]:
        return {
            "mean": self.mean.tolist(), "scale": self.scale.tolist(), "weights": self.weights.tolist(),
            "slope": self.slope, "shift": self.shift,
        }  # fmt: skip


def logistic_from(data: dict[str, Any]) -> Logistic:
    return Logistic(
        np.array(data["mean"]), np.array(data["scale"]), np.array(data["weights"]), data["slope"], data["shift"]
    )


def sigmoid(values: Numbers) -> Numbers:
    return 1.0 / (1.0 + np.exp(-np.clip(values, -35.0, 35.0)))


def fit(columns: Numbers, late: Flags, *, penalty: float = 3.0) -> Logistic:
    """Rows in the order of time. The last part is kept from the weights and calibrates them (Platt's two numbers)."""
    begin = int(len(late) * (1 - CALIBRATION_SHARE))
    mean, deviation = columns[:begin].mean(axis=0), columns[:begin].std(axis=0)
    scale = np.where(deviation > 1e-9, deviation, 1.0)
    weights = _newton((columns[:begin] - mean) / scale, late[:begin], penalty)
    model = Logistic(mean, scale, weights)
    held = model.score(columns[begin:])
    if 0 < late[begin:].sum() < len(held):
        shift, slope = _newton(held[:, None], late[begin:], 1e-3)
        if slope > 0:
            model = Logistic(mean, scale, weights, float(slope), float(shift))
    return model


def _newton(columns: Numbers, late: Flags, penalty: float) -> Numbers:
    """Iteratively reweighted least squares; the intercept is not penalised."""
    rows = np.column_stack([np.ones(len(late)), columns])
    ridge = np.full(rows.shape[1], penalty)
    ridge[0] = 1e-9
    weights = np.zeros(rows.shape[1])
    for _ in range(_STEPS):
        likely = sigmoid(rows @ weights)
        gradient = rows.T @ (likely - late) + ridge * weights
        curvature = (rows * (likely * (1 - likely))[:, None]).T @ rows + np.diag(ridge + 1e-9)
        step = np.linalg.solve(curvature, gradient)
        # A long step overshoots where the classes are nearly apart.
        weights -= step * min(1.0, 5.0 / max(1e-12, float(np.abs(step).max())))
        if float(np.abs(step).max()) < _ENOUGH:
            break
    return weights


def auc(likely: Numbers, late: Flags) -> float:
    """The chance that a late one is rated above one in time; ties count half. 0.5 where one kind is missing."""
    many, few = int(late.sum()), int((~late).sum())
    if not many or not few:
        return 0.5
    _, place, counts = np.unique(likely, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts - 1) / 2.0
    return float((middle[place][late].sum() - many * (many + 1) / 2.0) / (many * few))


def brier(likely: Numbers, late: Flags) -> float:
    return float(np.mean((likely - late) ** 2))


@dataclass(frozen=True, slots=True)
class Bin:
    """Dossiers rated alike: how likely they were said to be late on average, how many were."""

    count: int
    said: float
    was: float


def calibration(likely: Numbers, late: Flags, bins: int = 10) -> tuple[Bin, ...]:
    """Tenths of the rows by what was said, lowest first."""
    order = np.argsort(likely, kind="stable")
    parts: Sequence[npt.NDArray[np.intp]] = [part for part in np.array_split(order, bins) if len(part)]
    return tuple(Bin(len(part), float(likely[part].mean()), float(late[part].mean())) for part in parts)

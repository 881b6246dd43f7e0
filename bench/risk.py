"""The late risk of open dossiers beside what “time left” alone tells, on months that were held back.

The history is a generated province (`bench/_year.py` says by which causes dossiers are late there, and which of them no record
shows). The model learns from what was known before the cut, and is asked about dossiers open after it. `ratio` is its AUC over
that of a logistic on the time left alone; the rule that lets officers see the risk is AUC ≥ 0.05 above and a lower Brier score.
The calibration curve is drawn to `docs/images/risk-calibration.svg`.
"""

from __future__ import annotations

import sys
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from bench._own import own_database

from motcua.law.moments import VIETNAM, to_minutes

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=VIETNAM)
SINCE = date(2025, 6, 1)
AGENCIES, PER_DAY = 8, 3.2
CURVE = Path(__file__).parents[1] / "docs" / "images" / "risk-calibration.svg"


def run() -> dict[str, Any]:
    with own_database(administrator=False, durable=False):
        return _measure()


def _measure() -> dict[str, Any]:
    from bench._year import Province, Size
    from django.db import connection

    from motcua.dossiers.models import OPEN_STATES
    from motcua.processes.risk.past import read_past
    from motcua.processes.risk.queries import risk_of
    from motcua.processes.risk.services import HELD_BACK_MONTHS, MONTHS, train
    from motcua.processes.risk.training import judge

    province = Province(Size(AGENCIES, PER_DAY, SINCE, NOW))
    province.live()
    province.write(lambda count: _say(f"{count} dossiers written"))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute(
            "SELECT id FROM dossiers_dossier WHERE state = ANY(%s) AND paused_at IS NULL ORDER BY id", [OPEN_STATES]
        )
        open_ids = [row[0] for row in cursor.fetchall()]
    begin = time.perf_counter()
    first, cut = NOW - timedelta(days=30 * MONTHS), NOW - timedelta(days=30 * HELD_BACK_MONTHS)
    judged = judge(read_past(first, NOW), first=to_minutes(first), cut=to_minutes(cut), now=to_minutes(NOW))
    learnt = time.perf_counter() - begin
    agencies = {one.agency or "province": _verdict(one) for one in train(at=NOW)}
    risk_of(open_ids[-25:], NOW)
    begin = time.perf_counter()
    page = risk_of(open_ids[-25:], NOW)
    page_ms = (time.perf_counter() - begin) * 1000
    begin = time.perf_counter()
    every = risk_of(open_ids, NOW)
    every_ms = (time.perf_counter() - begin) * 1000
    proof = judged.proof
    CURVE.write_text(drawing(proof["calibration"], proof["calibration_time"]))
    return {
        "name": "risk",
        "ratio": proof["auc"] / proof["auc_time"],
        "dossiers_generated": len(province.cases),
        **{key: value for key, value in proof.items() if not key.startswith("calibration")},
        "auc_gain": proof["auc"] - proof["auc_time"],
        "passes": proof["auc"] >= proof["auc_time"] + 0.05 and proof["brier"] < proof["brier_time"],
        "calibration": {
            f"tenth {place}": f"said {bin_['said']:.3f}, was {bin_['was']:.3f} of {bin_['count']}"
            for place, bin_ in enumerate(proof["calibration"], 1)
        },
        "by_agency": agencies,
        "learning_seconds": learnt,
        "risk_of_25_ms": page_ms,
        f"risk_of_{len(open_ids)}_ms": every_ms,
        "rated": f"{len(page)} of 25, {len(every)} of {len(open_ids)}",
        "goals": "AUC ≥ time left + 0.05; Brier lower",
    }


def _verdict(one: Any) -> str:
    if one.model is None:
        return f"the province's: {one.reason}"
    proof = one.model.proof
    said = "shown" if one.model.shown else "not shown"
    return (
        f"AUC {proof['auc']:.3f} / {proof['auc_time']:.3f}, Brier {proof['brier']:.3f} / {proof['brier_time']:.3f},"
        f" {proof['dossiers']} dossiers, {said}"
    )


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def drawing(model: list[dict[str, float]], by_time: list[dict[str, float]]) -> str:
    """What was said beside what was, as an SVG of its own; on the diagonal the two are equal."""
    size, edge = 360, 48

    def at(bin_: dict[str, float]) -> tuple[float, float]:
        return edge + bin_["said"] * size, edge + (1 - bin_["was"]) * size

    def line(bins: list[dict[str, float]], colour: str, name: str, row: int) -> str:
        points = [at(bin_) for bin_ in bins]
        dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>' for x, y in points)
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        label = f'<text x="{edge + 16}" y="{edge + 20 + 18 * row}" fill="{colour}">{name}</text>'
        return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>{dots}{label}'

    ticks = "".join(
        f'<text x="{edge + share * size}" y="{edge + size + 20}" text-anchor="middle">{share * 100:.0f} %</text>'
        f'<text x="{edge - 8}" y="{edge + (1 - share) * size + 4}" text-anchor="end">{share * 100:.0f} %</text>'
        for share in (0, 0.25, 0.5, 0.75, 1)
    )
    whole = size + 2 * edge
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {whole + 12}" font-family="sans-serif" font-size="13"'
        ' fill="#1c2430"><title>Nói bao nhiêu phần trăm trễ, và thực tế bao nhiêu phần trăm đã trễ</title>'
        f'<rect width="{whole}" height="{whole + 12}" fill="#ffffff"/>'
        f'<rect x="{edge}" y="{edge}" width="{size}" height="{size}" fill="none" stroke="#d9d5cc"/>'
        f'<line x1="{edge}" y1="{edge + size}" x2="{edge + size}" y2="{edge}" stroke="#5b5f66" stroke-dasharray="4 4"/>{ticks}'
        f'<text x="{edge + size / 2}" y="{whole + 4}" text-anchor="middle">nguy cơ đã nói</text>'
        f'<text x="{edge - 36}" y="{edge - 14}">tỷ lệ trễ thực tế</text>'
        f"{line(by_time, '#8a5a00', 'chỉ nhìn thời gian còn lại', 1)}{line(model, '#2b5d8a', 'mô hình', 0)}</svg>\n"
    )

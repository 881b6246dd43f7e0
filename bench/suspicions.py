"""`bench suspicions`: how well the signs for the inspector tell known fakes from honest lives that look alike.

The numbers are those shipped; the lives stand in `_fakes`. Precision: of what a sign reports, how much was faked so. Recall:
of what was faked so, how much it reports. A life faked in one way and reported by another sign counts against that one.
`clean` is the share of ordinary lives that no sign reports.
"""

from __future__ import annotations

import sys
import time
from typing import Any

SEEDS = (11, 12, 13)


def run() -> dict[str, Any]:
    from motcua.cli.session import load_django

    load_django()
    from bench._fakes import make_lives

    began = time.perf_counter()
    sums: dict[str, dict[str, int]] = {}
    stories = ordinary = reported = 0
    for seed in SEEDS:
        lives = make_lives(seed)
        seen = found(lives)
        stories += len(lives.stories)
        marked = set().union(*lives.fakes.values(), *lives.honest.values())
        plain = {f"dossier:{story.dossier_id}" for story in lives.stories[:1_500]} - marked
        ordinary += len(plain)
        reported += len(plain & {subject for _, subject in seen})
        for key, fakes in lives.fakes.items():
            hits = {subject for sign, subject in seen if sign == key}
            row = sums.setdefault(key, {"fakes": 0, "honest": 0, "reported": 0, "right": 0})
            row["fakes"] += len(fakes)
            row["honest"] += len(lives.honest[key])
            row["reported"] += len(hits)
            row["right"] += len(hits & fakes)
        sys.stderr.write(f"seed {seed}: {len(lives.stories)} lives\n")
    signs = {key: scored(row) for key, row in sums.items()}
    return {
        "name": "suspicions",
        "lives": stories,
        "signs": signs,
        "worst_precision": min(one["precision"] for one in signs.values()),
        "worst_recall": min(one["recall"] for one in signs.values()),
        "clean": 1 - reported / ordinary,
        "seconds": time.perf_counter() - began,
    }


def scored(row: dict[str, int]) -> dict[str, Any]:
    return row | {"precision": row["right"] / max(1, row["reported"]), "recall": row["right"] / row["fakes"]}


def found(lives: Any) -> set[tuple[str, str]]:
    """(sign, subject) of everything that the shipped numbers report."""
    from bench._fakes import BEGIN

    from motcua.processes.inspection.rules import rules_of
    from motcua.processes.inspection.settings import InForce
    from motcua.processes.suspicions.services import look

    signs = {key: InForce(rule, True, rule.shipped) for key, rule in rules_of("suspicion").items()}
    return {(key, seen.subject) for key, seen in look(lives.stories, BEGIN, signs, lives.exempted, lives.results)}

"""The refusals that every operation may answer with, for its description."""

from __future__ import annotations

from motcua.api.schemas import Problem

PROBLEMS = {frozenset({400, 401, 403, 404, 409, 413, 422}): Problem}

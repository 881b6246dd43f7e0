"""An answer as data, so that it can be kept and given again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse

from motcua.law.errors import DomainError
from motcua.platform.errors import problem, status_of


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any

    @classmethod
    def of_error(cls, error: DomainError) -> Answer:
        response = problem(status_of(error), code=error.code, detail=error.message, **error.data)
        return cls(response.status_code, json.loads(response.content))

    def response(self) -> HttpResponse:
        kind = "application/json" if self.status < 400 else "application/problem+json"
        return HttpResponse(json.dumps(self.body, ensure_ascii=False), status=self.status, content_type=kind)

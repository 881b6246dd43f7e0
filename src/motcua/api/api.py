"""The public HTTP API, version 1."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from motcua.api import catalog, dossiers, events, files
from motcua.law.errors import DomainError
from motcua.platform.errors import domain_error, problem

_WHERE = {
    "body": "thân lời gọi",
    "query": "tham số",
    "path": "đường dẫn",
    "form": "biểu mẫu",
    "file": "tệp",
    "header": "tiêu đề",
}


class Api(NinjaAPI):
    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        """As ninja makes it, with refusals described as the problem documents they are."""
        schema = super().get_openapi_schema(**kwargs)
        for path in schema["paths"].values():
            for operation in path.values():
                for status, response in operation["responses"].items():
                    if int(status) >= 400 and "application/json" in response.get("content", {}):
                        response["content"] = {"application/problem+json": response["content"]["application/json"]}
        return schema


api = Api(
    title="motcua",
    version="1",
    description="Thủ tục, hồ sơ và sự kiện của một cửa. Lỗi là tài liệu RFC 9457 với `code` ổn định.",
    urls_namespace="api-1",
    docs_url=None,
    openapi_url="/openapi.json",
)
api.add_router("/procedures", catalog.router)
api.add_router("/dossiers", dossiers.router)
api.add_router("/files", files.router)
api.add_router("/events", events.router)


@api.exception_handler(DomainError)
def on_domain_error(request: HttpRequest, error: DomainError) -> HttpResponse:
    return domain_error(request, error)


@api.exception_handler(ValidationError)
def on_validation_error(request: HttpRequest, error: ValidationError) -> HttpResponse:
    faults = [
        {
            "where": _WHERE.get(str(fault["loc"][0]), str(fault["loc"][0])),
            "field": ".".join(map(str, fault["loc"][1:])),
            "why": fault["msg"],
        }
        for fault in error.errors
    ]
    first = faults[0]
    detail = f"Dữ liệu gửi lên chưa đúng ở {first['where']}, mục “{first['field']}”: {first['why']}."
    return problem(422, code="bad_input", detail=detail, faults=faults)


@api.exception_handler(HttpError)
def on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    if error.status_code == 400:
        return problem(400, code="bad_request", detail="Thân lời gọi không phải JSON đọc được.")
    return problem(error.status_code, code="http_error", detail=error.message)

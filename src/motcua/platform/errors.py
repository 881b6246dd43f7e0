"""One handler for every error: a Vietnamese page for people, a problem document (RFC 9457) for programs."""

from __future__ import annotations

import json
import logging
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from motcua.law.errors import DomainError
from motcua.platform.logs import request_id

_log = logging.getLogger("motcua.errors")

# A rule that says no is 409 unless its code tells more; rooms add theirs with `register_status`.
_STATUS = {
    "bad_input": 422,
    "not_found": 404,
    "not_allowed": 403,
    "sign_in_needed": 401,
    "too_many_requests": 429,
    "already_changed": 409,
}

_TITLES = {
    400: "Yêu cầu không đọc được",
    401: "Cần đăng nhập",
    403: "Không được phép",
    404: "Không tìm thấy",
    405: "Cách gọi không được hỗ trợ",
    409: "Không thực hiện được",
    413: "Dữ liệu gửi lên quá lớn",
    422: "Thông tin chưa đúng",
    429: "Thử quá nhiều lần",
    500: "Hệ thống gặp lỗi",
    503: "Hệ thống đang bận",
}


def register_status(code: str, status: int) -> None:
    """A room names the HTTP status of its own error code. Raises ValueError when it is already another."""
    if _STATUS.setdefault(code, status) != status:
        raise ValueError(f"{code} already answers {_STATUS[code]}")


def status_of(error: DomainError) -> int:
    """The HTTP status of an error: that of the nearest class in its ancestry that has one, else 409."""
    for kind in type(error).__mro__:
        status = _STATUS.get(getattr(kind, "code", ""))
        if status is not None:
            return status
    return 409


def problem(status: int, *, code: str, detail: str, **data: Any) -> HttpResponse:
    """A problem document; `code` is the stable word that programs match on."""
    body = {
        "type": f"urn:motcua:problem:{code}",
        "title": _TITLES.get(status, "Lỗi"),
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": request_id.get(),
    }
    if data:
        body["data"] = data
    text = json.dumps(body, ensure_ascii=False, default=str)
    return HttpResponse(text, status=status, content_type="application/problem+json")


def wants_problem(request: HttpRequest) -> bool:
    """Programs get problem documents: everything under /api/, and who asks for JSON before HTML."""
    return request.path.startswith("/api/") or not request.accepts("text/html")


def answer(request: HttpRequest, status: int, *, code: str, detail: str, **data: Any) -> HttpResponse:
    """The error as a page or as a problem document."""
    if wants_problem(request):
        return problem(status, code=code, detail=detail, **data)
    context = {
        "status": status,
        "title": _TITLES.get(status, "Lỗi"),
        "detail": detail,
        "code": code,
        "request_id": request_id.get(),
    }
    # Rendered without the request: an error page must not need the session or the database that has just failed.
    return HttpResponse(render_to_string("platform/error.html", context), status=status)


def domain_error(request: HttpRequest, error: DomainError) -> HttpResponse:
    return answer(request, status_of(error), code=error.code, detail=error.message, **error.data)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, 400, code="bad_request", detail="Máy chủ không đọc được yêu cầu này.")


def foreign_host(request: HttpRequest) -> HttpResponse:
    return answer(
        request,
        400,
        code="bad_request",
        detail="Tên máy trong địa chỉ không phải của hệ thống này. Xin xem lại địa chỉ.",
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, 403, code="not_allowed", detail="Ông/bà không có quyền xem hoặc làm việc này.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, 404, code="not_found", detail="Không có trang hoặc hồ sơ này, hoặc ông/bà không được xem.")


def method_not_allowed(request: HttpRequest, allowed: str) -> HttpResponse:
    response = answer(
        request,
        405,
        code="method_not_allowed",
        detail="Địa chỉ này chỉ dùng khi bấm nút trên một trang, không mở thẳng được. Xin quay lại trang trước.",
    )
    response["Allow"] = allowed
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    return answer(
        request,
        500,
        code="server_error",
        detail="Hệ thống gặp lỗi ngoài dự kiến và đã ghi lại. Xin thử lại; nếu vẫn lỗi, hãy báo mã yêu cầu bên dưới.",
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    _log.warning("csrf: %s", reason)
    return answer(
        request,
        403,
        code="stale_form",
        detail="Biểu mẫu đã hết hạn hoặc mở từ trang khác. Xin tải lại trang rồi gửi lại.",
    )

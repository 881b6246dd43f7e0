"""JSON logs: one object a line, with the request and the dossier it is about, and personal values masked."""

from __future__ import annotations

import logging
import re
from contextvars import ContextVar
from typing import Any

from motcua.platform.config import Config

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
dossier_code: ContextVar[str | None] = ContextVar("dossier_code", default=None)

# Twelve digits are a citizen number, nine an old identity card, ten from 0 a phone; a log keeps the last three.
_DIGITS = re.compile(r"(?<![\w.-])(?:\d{12}|\d{9}|0\d{9}|\+84\d{9})(?![\w-])")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_SECRET = re.compile(r"(?i)\b(password|passwd|token|secret|authorization|otp)(['\"]?\s*[:=]\s*['\"]?)[^\s'\",}]+")
_URL_PASSWORD = re.compile(r"(postgres(?:ql)?://[^:/\s@]+:)[^@\s]+@")


def mask(text: str) -> str:
    """`text` without identity numbers, phones, mail addresses and secrets; enough is left to recognise one's own."""
    text = _DIGITS.sub(lambda m: "*" * (len(m[0]) - 3) + m[0][-3:], text)
    text = _MAIL.sub("***@***", text)
    text = _SECRET.sub(r"\1\2***", text)
    return _URL_PASSWORD.sub(r"\1***@", text)


class ContextFilter(logging.Filter):
    """Adds the request's id and the dossier's code to each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        record.dossier = dossier_code.get()
        return True


class MaskingFormatter(logging.Formatter):
    """Plain lines for a terminal, masked like the JSON ones."""

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))


def json_formatter(**kwargs: Any) -> logging.Formatter:
    # Imported here: the command line starts without the logging library when it logs nothing.
    from pythonjsonlogger.json import JsonFormatter

    class MaskedJson(JsonFormatter):
        def jsonify_log_record(self, log_data: dict[str, Any]) -> str:
            return mask(super().jsonify_log_record(log_data))

    return MaskedJson(
        "{levelname}{name}{message}{request_id}{dossier}",
        style="{",
        rename_fields={"levelname": "level", "name": "logger"},
        timestamp="time",
        json_ensure_ascii=False,
    )


def logging_config(config: Config) -> dict[str, Any]:
    """The `dictConfig` of every process of the program; all goes to standard error."""
    text = {"()": MaskingFormatter, "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"context": {"()": ContextFilter}},
        "formatters": {"line": {"()": json_formatter} if config.log_format == "json" else text},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["context"]},
        },
        "root": {"handlers": ["stderr"], "level": config.log_level},
        "loggers": {
            # Each 4xx would be a line; the access line of the middleware already tells it with its request id.
            "django.request": {"level": "ERROR"},
            "procrastinate": {"level": "WARNING" if config.log_level == "INFO" else config.log_level},
        },
    }

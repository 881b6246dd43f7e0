from __future__ import annotations

import json
import logging

import pytest

from motcua.platform.logs import ContextFilter, dossier_code, json_formatter, mask, request_id


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("CCCD 079123456789 đã nộp", "CCCD *********789 đã nộp"),
        ("CMND 023456789", "CMND ******789"),
        ("gọi 0912345678", "gọi *******678"),
        ("gọi +84912345678", "gọi *********678"),
        ("thư an.nguyen@example.vn", "thư ***@***"),
        ("password=hunter2 ok", "password=*** ok"),
        ('"token": "abc.def"', '"token": "***"'),
        ("postgresql://motcua:bi-mat@db/motcua", "postgresql://motcua:***@db/motcua"),
        ("hồ sơ H32.16-261121-0001", "hồ sơ H32.16-261121-0001"),
        ("12345 dòng", "12345 dòng"),
    ],
)
def test_mask_hides_personal_values_and_secrets(text, masked):
    assert mask(text) == masked


def test_a_line_is_json_with_request_and_dossier():
    tokens = request_id.set("req-1"), dossier_code.set("H32.16-261121-0001")
    record = logging.LogRecord("motcua.desk", logging.INFO, "f", 1, "tiếp nhận %s", ("079123456789",), None)
    ContextFilter().filter(record)
    line = json.loads(json_formatter().format(record))
    request_id.reset(tokens[0])
    dossier_code.reset(tokens[1])

    line.pop("time")
    assert line == {
        "level": "INFO",
        "logger": "motcua.desk",
        "message": "tiếp nhận *********789",
        "request_id": "req-1",
        "dossier": "H32.16-261121-0001",
    }

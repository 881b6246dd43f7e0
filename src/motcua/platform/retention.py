"""Data whose time is over: the classes, their periods and legal basis are data; this only counts and clears."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, field
from dataclasses import fields as dataclass_fields
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldError
from django.db import models, transaction

from motcua.law.errors import BadInput, system_reason

BATCH = 5000
OWN_FILE = "retention.toml"
MOST_DAYS = 36_500
_ACTIONS = ("delete", "blank", "keep")
# What every figure and every proof is computed from.
_NEVER = ("dossiers.dossier", "dossiers.ledgerentry")
_PLACE = re.compile(r"at line (\d+), column (\d+)")
_KINDS: dict[str, tuple[type, str]] = {
    "key": (str, "chữ"),
    "title": (str, "chữ"),
    "action": (str, f"một trong {', '.join(_ACTIONS)}"),
    "basis": (str, "chữ"),
    "confirmed": (bool, "true hoặc false"),
    "model": (str, "chữ"),
    "moment": (str, "chữ"),
    "days": (int, "số ngày"),
    "fields": (list, "danh sách tên"),
    "only": (dict, "bảng điều kiện"),
    "note": (str, "chữ"),
}


@dataclass(frozen=True, slots=True)
class DataClass:
    """One class of data. `action` is delete, blank or keep; `days` count from the field `moment` of `model`."""

    key: str
    title: str
    action: str
    basis: str
    confirmed: bool
    model: str = ""
    moment: str = ""
    days: int = 0
    fields: tuple[str, ...] = ()
    only: dict[str, Any] = field(default_factory=dict)
    note: str = ""

    def expired(self, at: datetime) -> models.QuerySet[models.Model]:
        """Rows whose time was over at `at` and that are not yet cleared."""
        manager = apps.get_model(self.model)._default_manager
        rows: models.QuerySet[models.Model] = manager.filter(
            **self.only, **{f"{self.moment}__lt": at - timedelta(days=self.days)}
        )
        if self.action == "blank":
            rows = rows.exclude(**dict.fromkeys(self.fields, ""))
        return rows


def read_classes(home: Path) -> list[DataClass]:
    """The province's own file where there is one, else the shipped one. Raises BadInput naming the class at fault."""
    own = home / OWN_FILE
    try:
        text = (
            own.read_text("utf-8")
            if own.exists()
            else (files("motcua.platform") / "data" / OWN_FILE).read_text("utf-8")
        )
        tables = tomllib.loads(text).get("class")
    except OSError as error:
        raise BadInput(f"{own}: không đọc được ({system_reason(error)}).") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{own}, byte {error.start + 1}: không phải chữ mã hóa UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        found = _PLACE.search(str(error))
        where = f", dòng {found[1]}, cột {found[2]}" if found else ", cuối tệp"
        raise BadInput(f"{own}{where}: không phải TOML, không đọc tiếp được.") from error
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        raise BadInput(f"{own}: chưa có nhóm dữ liệu nào; cần các mục [[class]] như tệp kèm chương trình.")
    return [_checked(table, own) for table in tables]


def _checked(table: dict[str, Any], file: Path) -> DataClass:
    where = f"{file}, nhóm {table.get('key', '(không có key)')}"
    faults = list(_faults(table))
    if faults:
        raise BadInput("\n".join(f"{where}: {fault}." for fault in faults), faults=len(faults))
    known = DataClass(**(table | {"fields": tuple(table.get("fields", ()))}))
    if known.action == "keep":
        return known
    try:
        known.expired(datetime.fromisoformat("2026-01-01T00:00:00+00:00"))
    except LookupError as error:
        raise BadInput(f"{where}: model “{known.model}” không có trong chương trình.") from error
    except (TypeError, ValueError, FieldError) as error:
        raise BadInput(
            f"{where}: moment “{known.moment}”, fields {list(known.fields)} hoặc only {known.only}"
            f" không hợp với model {known.model}."
        ) from error
    return known


def _faults(table: dict[str, Any]) -> Iterator[str]:
    """What of a class cannot be taken, by itself."""
    shapes = {one.name: one for one in dataclass_fields(DataClass)}
    for name in sorted(table.keys() - shapes.keys()):
        yield f"không có mục nào tên {name}; có: {', '.join(shapes)}"
    for name, (kind, words) in _KINDS.items():
        if name not in table:
            if shapes[name].default is MISSING and shapes[name].default_factory is MISSING:
                yield f"thiếu {name}, cần {words}"
        elif not isinstance(table[name], kind) or (kind is int and isinstance(table[name], bool)):
            yield f"{name} đang là {table[name]!r}, cần {words}"
    if isinstance(table.get("action"), str) and table["action"] not in _ACTIONS:
        yield f"action đang là “{table['action']}”, cần một trong {', '.join(_ACTIONS)}"
    if table.get("action") in ("delete", "blank"):
        yield from (
            f"thiếu {name}, cần có khi action không phải keep" for name in ("model", "moment") if not table.get(name)
        )
        if str(table.get("model")).lower() in _NEVER:
            yield f"{table['model']} không được xóa hay làm trống theo thời gian"
    days = table.get("days", 0)
    if isinstance(days, int) and not 0 <= days <= MOST_DAYS:
        yield f"days đang là {days}, cần từ 0 đến {MOST_DAYS}"


def clear(known: DataClass, at: datetime) -> int:
    """Deletes or blanks what is over, in small transactions; returns how many rows. `keep` clears nothing."""
    return sum(_batches(known, at)) if known.action != "keep" else 0


def _batches(known: DataClass, at: datetime) -> Iterator[int]:
    manager = apps.get_model(known.model)._default_manager
    while True:
        keys = list(known.expired(at).order_by("pk").values_list("pk", flat=True).distinct()[:BATCH])
        if not keys:
            return
        with transaction.atomic():
            chosen = manager.filter(pk__in=keys)
            # Raw: some tables belong to libraries whose models refuse deletion in Python.
            cleared = (
                chosen._raw_delete(chosen.db)
                if known.action == "delete"
                else chosen.update(**dict.fromkeys(known.fields, ""))
            )
        yield cleared

"""Data whose time is over: the classes, their periods and legal basis are data; this only counts and clears."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldError
from django.db import models, transaction

from motcua.law.errors import BadInput

BATCH = 5000
OWN_FILE = "retention.toml"


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
        tables = tomllib.loads(text)["class"]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError) as error:
        raise BadInput(f"{own}: không đọc được ({error}).") from error
    return [_checked(table, own) for table in tables]


def _checked(table: dict[str, Any], file: Path) -> DataClass:
    name = table.get("key", "?")
    try:
        table["fields"] = tuple(table.get("fields", ()))
        known = DataClass(**table)
        if known.action not in ("delete", "blank", "keep"):
            raise ValueError(f"action {known.action!r} không phải delete, blank hay keep")
        if known.action != "keep":
            if known.days < 0:
                raise ValueError("days phải từ 0")
            known.expired(datetime.fromisoformat("2026-01-01T00:00:00+00:00"))
    except (TypeError, ValueError, LookupError, FieldError) as error:
        raise BadInput(f"{file}, nhóm {name}: {error}.") from error
    return known


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

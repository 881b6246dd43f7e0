"""How officers are warned, per agency with the province's as default: dated, inherited down the tree, set by one service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from motcua.dossiers.permissions import NotAllowed
from motcua.identity.actors import Actor
from motcua.law.errors import BadInput
from motcua.law.moments import local_day
from motcua.notifications.models import WarningSetting
from motcua.notifications.warnings import Settings, default_settings, settings_from
from motcua.organizations.models import Agency, Role

SETTERS = frozenset({Role.ADMINISTRATOR.value, Role.REFORM_OFFICER.value})


class SettingsInForce:
    """The settings of every agency on a day; one query, then answers from memory."""

    def __init__(self, on: date) -> None:
        # A later date wins over an earlier one of the same agency.
        rows = WarningSetting.objects.filter(valid_from__lte=on).select_related("agency").order_by("valid_from")
        self._by_path: dict[str, Settings] = {
            row.agency.path if row.agency else "": settings_from(
                {
                    "step_ahead": row.step_ahead,
                    "whole_ahead": row.whole_ahead,
                    "every_days": row.every_days,
                    "tells": row.tells,
                },
                default_settings(),
            )
            for row in rows
        }
        self._known: dict[str, Settings] = {}

    def of(self, path: str) -> Settings:
        """For the agency with this path: its own, else the nearest above it, else the province's, else the shipped ones."""
        if path not in self._known:
            above = [known for known in self._by_path if path.startswith(known)]
            self._known[path] = self._by_path[max(above, key=len)] if above else default_settings()
        return self._known[path]


@dataclass(frozen=True, slots=True)
class NewSetting:
    """What somebody asks for; texts as typed (`25%`, `4 giờ`)."""

    valid_from: date
    step_ahead: Sequence[str]
    whole_ahead: Sequence[str]
    every_days: int
    tells: Mapping[str, Sequence[str]]


def set_warnings(agency_id: int | None, asked: NewSetting, *, actor: Actor, at: datetime) -> WarningSetting:
    """Set how an agency (None = the province) is warned from a day on, today at the earliest.

    Raises BadInput, NotAllowed; then nothing has changed. Moments already planned follow by the sweep `apply_settings`.
    """
    read = settings_from(
        {"step_ahead": list(asked.step_ahead), "whole_ahead": list(asked.whole_ahead), "every_days": asked.every_days, "tells": asked.tells},
        default_settings(),
    )  # fmt: skip
    if asked.valid_from < local_day(at):
        raise BadInput(f"Ngày áp dụng {asked.valid_from:%d/%m/%Y}: phải từ hôm nay trở đi.", field="valid_from")
    _check_allowed(agency_id, actor)
    try:
        with transaction.atomic():
            return WarningSetting.objects.create(
                agency_id=agency_id,
                valid_from=asked.valid_from,
                step_ahead=[ahead.text for ahead in read.step_ahead],
                whole_ahead=[ahead.text for ahead in read.whole_ahead],
                every_days=read.every_days,
                tells={phase.value: sorted(readers) for phase, readers in read.tells.items()},
                set_at=at,
                set_by_id=actor.id or None,
            )
    except IntegrityError:
        raise BadInput(
            f"Cách nhắc việc từ ngày {asked.valid_from:%d/%m/%Y} đã được đặt; hãy chọn ngày khác.", field="valid_from"
        ) from None


def _check_allowed(agency_id: int | None, actor: Actor) -> None:
    roots = Agency.objects.filter(parent__isnull=True).values_list("id", flat=True)
    # The province's own setting binds everybody, so it takes a role over a root of the tree.
    places = list(roots) if agency_id is None else [agency_id]
    if not any(actor.has_role(SETTERS, place) for place in places):
        raise NotAllowed("Chỉ quản trị hoặc cán bộ cải cách hành chính của cơ quan đặt được cách nhắc việc.")

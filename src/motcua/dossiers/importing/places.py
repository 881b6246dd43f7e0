"""The procedures, agencies, sectors and desks that a file names: found, or created as imported, and what terms they give."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from motcua.catalog.models import ChannelRule, Procedure, ProcedureVersion, Sector
from motcua.catalog.services import add_imported_procedures, add_imported_sectors, name_imported
from motcua.dossiers.importing.columns import Told, split_pauses
from motcua.dossiers.importing.record import Setting
from motcua.dossiers.stops import dues
from motcua.dossiers.terms import CATALOG_CHANNEL, choose_rule
from motcua.dossiers.writer import calendar_of, limits_of
from motcua.law.clock import Due, Pause
from motcua.law.errors import DomainError
from motcua.law.moments import local_day
from motcua.law.policies import PauseKind, Policy
from motcua.organizations.models import Agency, Desk
from motcua.organizations.services import add_imported_agency, describe_imported_agency

# An empty code is what was not told: one row each, so that such dossiers are listed and counted apart.
_UNTOLD: Final = {"procedure": "Chưa rõ thủ tục", "sector": "Chưa rõ lĩnh vực", "agency": "Chưa rõ cơ quan"}
_NO_LIMIT: Final = (None, "", None, "")


@dataclass(frozen=True, slots=True)
class _Version:
    id: int
    valid_from: date
    valid_to: date | None
    limits: Mapping[str, tuple[int | None, str, int | None, str]]

    def limit(self, channel: str) -> tuple[int | None, str, int | None, str]:
        """Of a channel; without one only what all channels share."""
        if channel:
            return self.limits.get(CATALOG_CHANNEL[channel], _NO_LIMIT)
        shared = set(self.limits.values())
        return shared.pop() if len(shared) == 1 else _NO_LIMIT


@dataclass(slots=True)
class _Agency:
    id: int
    imported: bool
    name: str
    level: str
    policy: str
    calendar_id: int | None
    calendar: str | None


class Places:
    """Read as they are met and kept: a file of a million lines names few of them. One for each run."""

    def __init__(self, on: date) -> None:
        self._on = on
        self._agencies: dict[str, _Agency] = {}
        self._procedures: dict[str, int] = {}
        self._named: dict[str, bool] = {}
        self._versions: dict[str, list[_Version]] = {}
        self._sectors: dict[str, int] = {}
        self._desks: dict[str, int] = dict(Desk.objects.values_list("code", "id"))
        self.codes: dict[str, dict[int, str]] = {
            "procedure": {},
            "agency": {},
            "receiving_desk": {id_: code for code, id_ in self._desks.items()},
            "return_desk": {id_: code for code, id_ in self._desks.items()},
        }
        self._settings: dict[tuple[Any, ...], Setting] = {}

    def prepare(self, rows: Iterable[Told]) -> None:
        """Know everything that these rows name; in the caller's transaction."""
        procedures: dict[str, tuple[str, str]] = {}
        agencies: dict[str, tuple[str, str]] = {}
        for told in rows:
            get = told.get
            procedure, agency = get("procedure", ""), get("agency", "")
            if procedure not in self._procedures or not self._named.get(procedure, True):
                name, sector = procedures.get(procedure, ("", ""))
                procedures[procedure] = (name or get("procedure_name", ""), sector or get("sector", ""))
            if agency not in self._agencies or self._agencies[agency].imported:
                name, level = agencies.get(agency, ("", ""))
                agencies[agency] = (name or get("agency_name", ""), level or get("level", ""))
        if procedures:
            self._know_procedures(procedures)
        for code, (name, level) in agencies.items():
            self._know_agency(code, name, level)

    def know(self, told: Told) -> bool:
        """Whether `setting_of` can answer already."""
        return told.get("procedure", "") in self._procedures and told.get("agency", "") in self._agencies

    def know_ids(self, stored: Iterable[Mapping[str, Any]]) -> None:
        """The codes of procedures and agencies by the ids that stored dossiers have."""
        for name, model in (("procedure", Procedure), ("agency", Agency)):
            wanted = {columns[f"{name}_id"] for columns in stored} - self.codes[name].keys()
            if wanted:
                self.codes[name] |= dict(model.objects.filter(pk__in=wanted).values_list("id", "code"))  # type: ignore[attr-defined]

    def setting_of(self, told: Told) -> Setting:
        get = told.get
        version = self._version(get("procedure", ""), get("accepted_at"))
        key = (
            get("procedure", ""), get("agency", ""), get("receiving_desk", ""), get("return_desk", ""), get("channel", ""),
            version and version.id,
        )  # fmt: skip
        found = self._settings.get(key)
        if found is None:
            agency = self._agencies[key[1]]
            found = self._settings[key] = Setting(
                self._procedures[key[0]], agency.id, self._desks.get(key[2]), self._desks.get(key[3]),
                version.id if version else None, version.limit(key[4]) if version else _NO_LIMIT, agency.policy,
                agency.calendar_id,
            )  # fmt: skip
        return found

    def due_of(self, told: Told, setting: Setting) -> Due | None:
        """The due by our own count; None where limit, start or pauses are not known."""
        if setting.limit[0] is None:
            return None
        start = told.get("clock_started_at") or told.get("accepted_at")
        if start is None or ("pauses" not in told and (told.get("supplement_rounds") or told.get("paused_seconds"))):
            return None
        calendar = calendar_of(self._agencies[told.get("agency", "")].calendar)
        pauses = [
            Pause(PauseKind(kind), _moment(begin), _moment(end) if end else None)
            for kind, begin, end in (split_pauses(told["pauses"]) if "pauses" in told else ())
        ]
        try:
            return dues(_moment(start), limits_of(*setting.limit), calendar, Policy(setting.due_policy), pauses)[-1]
        except DomainError:
            # Before or after the years whose holidays are known.
            return None

    def _version(self, procedure: str, accepted_at: str | None) -> _Version | None:
        """The version in force on the day of acceptance."""
        versions = self._versions.get(procedure)
        if not versions or accepted_at is None:
            return None
        day = local_day(_moment(accepted_at))
        place = bisect_right([version.valid_from for version in versions], day)
        found = versions[place - 1] if place else None
        return None if found is None or (found.valid_to is not None and found.valid_to <= day) else found

    def _know_procedures(self, wanted: Mapping[str, tuple[str, str]]) -> None:
        self._find_procedures([code for code in wanted if code not in self._procedures])
        missing = {code: given for code, given in wanted.items() if code not in self._procedures}
        if missing:
            sectors = self._sectors_of({sector for _, sector in missing.values()})
            add_imported_procedures(
                {
                    code: (name or code or _UNTOLD["procedure"], sectors[sector])
                    for code, (name, sector) in missing.items()
                }
            )
            self._find_procedures(list(missing))
        for code, (name, _) in wanted.items():
            if name and not self._named[code]:
                name_imported(self._procedures[code], name)
                self._named[code] = True

    def _find_procedures(self, codes: Sequence[str]) -> None:
        if not codes:
            return
        rows = Procedure.objects.filter(code__in=codes).values_list("id", "code", "name", "imported")
        found = {id_: code for id_, code, _, _ in rows}
        for id_, code, name, imported in rows:
            self._procedures[code] = id_
            self._named[code] = not imported or name != code
        self.codes["procedure"] |= found
        self._versions |= _versions_of(found)

    def _sectors_of(self, codes: set[str]) -> dict[str, int]:
        wanted = codes - self._sectors.keys()
        if wanted:
            add_imported_sectors({code: code or _UNTOLD["sector"] for code in wanted})
            self._sectors |= dict(Sector.objects.filter(code__in=wanted).values_list("code", "id"))
        return self._sectors

    def _know_agency(self, code: str, name: str, level: str) -> None:
        known = self._agencies.get(code) or self._find_agency(code)
        if known is None:
            add_imported_agency(code=code, name=name or code or _UNTOLD["agency"], level=level, valid_from=self._on)
            known = self._find_agency(code)
            assert known is not None
        named = name if known.name == code else known.name
        if known.imported and code and (named or code, known.level or level) != (known.name, known.level):
            describe_imported_agency(known.id, name=named or code, level=known.level or level)
            known.name, known.level = named or code, known.level or level

    def _find_agency(self, code: str) -> _Agency | None:
        row = Agency.objects.filter(code=code).select_related("effective_calendar").first()
        if row is None:
            return None
        calendar = row.effective_calendar
        self.codes["agency"][row.pk] = code
        self._agencies[code] = _Agency(
            row.pk, row.imported, row.name, row.level, row.effective_policy, row.effective_calendar_id,
            json.dumps(calendar.data, sort_keys=True) if calendar else None,
        )  # fmt: skip
        return self._agencies[code]


@lru_cache(maxsize=4096)
def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _versions_of(procedures: Mapping[int, str]) -> dict[str, list[_Version]]:
    rules: dict[int, dict[str, list[list[Any]]]] = {}
    columns = ("version_id", "channel", "stage", "condition", "amount", "unit", "fee_vnd")
    for version_id, channel, *rule in (
        ChannelRule.objects.filter(version__procedure_id__in=procedures).order_by("position").values_list(*columns)
    ):
        rules.setdefault(version_id, {}).setdefault(channel, []).append(rule)
    found: dict[str, list[_Version]] = {}
    rows = ProcedureVersion.objects.filter(procedure_id__in=procedures).order_by("valid_from", "number")
    for version in rows.values_list("id", "procedure_id", "valid_from", "valid_to"):
        limits = {channel: choose_rule(given, "")[:4] for channel, given in rules.get(version[0], {}).items()}
        found.setdefault(procedures[version[1]], []).append(_Version(version[0], version[2], version[3], limits))
    return found

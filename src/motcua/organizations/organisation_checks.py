"""Whether the files of an organisation fit each other and what is there already. Pure: what is there comes as data."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from motcua.organizations.csv_files import Faults, Place
from motcua.organizations.organisation_files import (
    AGENCIES,
    CALENDARS,
    DESKS,
    UNITS,
    AgencyEntry,
    DeskEntry,
    OfficerEntry,
    OrganisationFiles,
)

_MOST_LEVELS = 8


@dataclass(frozen=True, slots=True)
class KnownAgency:
    parent: str
    level: str


@dataclass(frozen=True, slots=True)
class KnownDesk:
    agency: str
    serves: frozenset[str]

    @property
    def takes_for(self) -> frozenset[str]:
        return self.serves | {self.agency}


@dataclass(frozen=True, slots=True)
class KnownPost:
    """A post without an end."""

    agency: str
    valid_from: date


@dataclass(frozen=True, slots=True)
class Known:
    """What is in the database, by code. `posts` by user name, `spelling` the user name by its letters without case;
    `has_dossiers` of an agency and all below it.
    """

    agencies: Mapping[str, KnownAgency]
    units: Mapping[str, str]
    desks: Mapping[str, KnownDesk]
    calendars: Collection[str]
    admin_units: Collection[str]
    posts: Mapping[str, Collection[KnownPost]]
    spelling: Mapping[str, str]
    levels: Collection[str]
    roles: Collection[str]
    has_dossiers: Callable[[str], bool]


class OrganisationCheck:
    """What there will be once the files are loaded; `run` notes every fault."""

    def __init__(self, files: OrganisationFiles, known: Known, faults: Faults) -> None:
        self.files = files
        self.known = known
        self.faults = faults
        self.parents = {code: agency.parent for code, agency in known.agencies.items()}
        self.parents |= {entry.key: entry.parent for entry in files.agencies}
        self.units = {**known.units, **{entry.key: entry.agency for entry in files.units}}
        self.desks = {
            **known.desks,
            **{entry.key: KnownDesk(entry.agency, entry.serves) for entry in files.desks},
        }

    def run(self) -> None:
        for agency in self.files.agencies:
            self._agency(agency)
        self._circles()
        for unit in self.files.units:
            self._has_agency(unit.place, "agency", unit.agency)
            before = self.known.units.get(unit.key, unit.agency)
            if before != unit.agency:
                self.faults.add(
                    unit.place, "agency", f"phòng {unit.key} đang thuộc {before}; một mã phòng không chuyển cơ quan."
                )
        for desk in self.files.desks:
            self._desk(desk)
        for officer in self.files.officers:
            self._officer(officer)

    def has_agency(self, code: str) -> bool:
        return code in self.parents or self.files.may_name(AGENCIES, code)

    def has_desk(self, code: str) -> bool:
        return code in self.desks or self.files.may_name(DESKS, code)

    def chain(self, code: str) -> Iterator[str]:
        """The agency and all above it, each once."""
        seen: set[str] = set()
        while code and code not in seen:
            seen.add(code)
            yield code
            code = self.parents.get(code, "")

    def _has_agency(self, place: Place, column: str, code: str) -> None:
        if code and not self.has_agency(code):
            self.faults.add(
                place, column, f"không có cơ quan nào mang mã “{code}” (trong {AGENCIES} hoặc đã nạp trước)."
            )

    def _has_calendar(self, place: Place, column: str, name: str) -> None:
        if name and name not in self.known.calendars and not self.files.may_name(CALENDARS, name):
            self.faults.add(place, column, f"không có lịch nào tên “{name}” (trong {CALENDARS} hoặc đã nạp trước).")

    def _has_admin_unit(self, place: Place, code: str) -> None:
        if code and code not in self.known.admin_units:
            self.faults.add(
                place,
                "admin_unit",
                f"không có tỉnh hay xã nào đang hiệu lực mang mã “{code}” (xem `motcua import units`).",
            )

    def _agency(self, entry: AgencyEntry) -> None:
        place = entry.place
        if entry.level not in self.known.levels:
            self.faults.add(place, "level", f"“{entry.level}” không có; cần một trong {', '.join(self.known.levels)}.")
        self._has_agency(place, "parent", entry.parent)
        self._has_calendar(place, "calendar", entry.calendar)
        self._has_admin_unit(place, entry.admin_unit)
        before = self.known.agencies.get(entry.key)
        if before is None or (before.parent, before.level) == (entry.parent, entry.level):
            return
        if self.known.has_dossiers(entry.key):
            column, old = ("parent", before.parent) if before.parent != entry.parent else ("level", before.level)
            self.faults.add(
                place, column, f"{entry.key} đã có hồ sơ nên không đổi cấp hoặc cơ quan cha được nữa; cần giữ “{old}”."
            )

    def _circles(self) -> None:
        told: set[str] = set()
        for entry in self.files.agencies:
            chain = list(self.chain(entry.key))
            back = self.parents.get(chain[-1], "")
            if back in chain and not told & set(chain):
                told |= set(chain)
                way = " → ".join([*chain[chain.index(back) :], back])
                self.faults.add(
                    entry.place, "parent", f"vòng lặp {way}; cơ quan cha không được là chính nó hoặc cấp dưới của nó."
                )
            elif len(chain) > _MOST_LEVELS:
                self.faults.add(
                    entry.place, "parent", f"là cấp thứ {len(chain)} từ trên xuống; nhiều nhất là {_MOST_LEVELS}."
                )

    def _desk(self, entry: DeskEntry) -> None:
        self._has_agency(entry.place, "agency", entry.agency)
        for code in sorted(entry.serves):
            self._has_agency(entry.place, "serves", code)
        self._has_calendar(entry.place, "reception_calendar", entry.reception_calendar)
        self._has_admin_unit(entry.place, entry.admin_unit)

    def _officer(self, entry: OfficerEntry) -> None:
        place, faults = entry.place, self.faults
        self._has_agency(place, "agency", entry.agency)
        if entry.unit and self.units.get(entry.unit, entry.agency) != entry.agency:
            faults.add(place, "unit", f"phòng {entry.unit} thuộc {self.units[entry.unit]}, không thuộc {entry.agency}.")
        elif entry.unit and entry.unit not in self.units and not self.files.may_name(UNITS, entry.unit):
            faults.add(place, "unit", f"không có phòng nào mang mã “{entry.unit}” (trong {UNITS} hoặc đã nạp trước).")
        desk = self.desks.get(entry.desk)
        if entry.desk and not self.has_desk(entry.desk):
            faults.add(
                place, "desk", f"không có bộ phận một cửa nào mang mã “{entry.desk}” (trong {DESKS} hoặc đã nạp trước)."
            )
        if desk and entry.agency not in desk.serves and desk.agency not in self.chain(entry.agency):
            faults.add(
                place,
                "desk",
                f"{entry.desk} là của {desk.agency} và không tiếp nhận cho {entry.agency}; xem cột serves của {DESKS}.",
            )
        for role, scope in sorted(entry.roles):
            if role and role not in self.known.roles:
                faults.add(place, "roles", f"không có vai trò “{role}”; cần một trong {', '.join(self.known.roles)}.")
            self._has_agency(place, "roles", scope)
        self._post(entry)

    def _post(self, entry: OfficerEntry) -> None:
        """One line is one post: it goes on, or ends on the day on which the one in another agency begins."""
        spelled = self.known.spelling.get(entry.key.casefold(), entry.key)
        if spelled != entry.key:
            self.faults.add(entry.place, "username", f"đã có tài khoản viết là “{spelled}”; cần viết đúng như vậy.")
        posts = self.known.posts.get(entry.key, ())
        if not posts or any(post.agency == entry.agency for post in posts):
            return
        if len(posts) > 1:
            held = ", ".join(sorted(post.agency for post in posts))
            self.faults.add(
                entry.place, "agency", f"“{entry.key}” đang giữ vị trí ở {held}; cần một trong các cơ quan này."
            )
            return
        (before,) = posts
        if entry.valid_from <= before.valid_from:
            self.faults.add(
                entry.place,
                "valid_from",
                f"“{entry.key}” chuyển từ {before.agency} sang {entry.agency}: cần ngày bắt đầu ở nơi mới,"
                f" sau {before.valid_from:%d/%m/%Y}.",
            )

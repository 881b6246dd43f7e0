"""Reads the files by which a province states its organisation into plain data. Pure: who is meant is asked elsewhere.

`calendars.toml` has a table for each named working time, in the form of `law.calendar_data`; the others are tables with
a header. Every file may be left out.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from motcua.law.codes import AgencyCode
from motcua.law.errors import BadInput, system_reason
from motcua.law.persons import normalise_phone
from motcua.law.policies import Policy
from motcua.law.worktime import calendar_from
from motcua.organizations.csv_files import Faults, Place, Row, read_table, read_text

AGENCIES: Final = "agencies.csv"
CALENDARS: Final = "calendars.toml"
UNITS: Final = "units.csv"
DESKS: Final = "desks.csv"
OFFICERS: Final = "officers.csv"

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    AGENCIES: (
        "code", "name", "level", "parent", "admin_unit", "calendar", "due_policy", "valid_from", "own_system",
    ),
    UNITS: ("agency", "code", "name"),
    DESKS: ("code", "name", "agency", "serves", "admin_unit", "reception_calendar", "address", "phone"),
    OFFICERS: (
        "username", "full_name", "title", "agency", "unit", "desk", "phone", "email", "valid_from", "roles",
    ),
}  # fmt: skip

_CODE = re.compile(r"\w[\w.\-/]*")
_USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]*")
_EMAIL = re.compile(r"[^@\s]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)
_DESK_PHONE = re.compile(r"\+?[0-9][0-9 .()/-]{2,}")
_ADMIN_UNIT = re.compile(r"[0-9]{2}|[0-9]{5}", re.ASCII)
_TOML_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    place: Place
    key: str
    data: dict[str, object]


@dataclass(frozen=True, slots=True)
class AgencyEntry:
    place: Place
    key: str
    name: str
    level: str
    parent: str
    admin_unit: str
    calendar: str
    due_policy: str
    valid_from: date
    own_system: bool


@dataclass(frozen=True, slots=True)
class UnitEntry:
    place: Place
    key: str
    agency: str
    name: str


@dataclass(frozen=True, slots=True)
class DeskEntry:
    place: Place
    key: str
    name: str
    agency: str
    serves: frozenset[str]
    admin_unit: str
    reception_calendar: str
    address: str
    phone: str


@dataclass(frozen=True, slots=True)
class OfficerEntry:
    """`roles` are pairs of a role and the agency over whose subtree it is held."""

    place: Place
    key: str
    full_name: str
    title: str
    agency: str
    unit: str
    desk: str
    phone: str
    email: str
    valid_from: date
    roles: frozenset[tuple[str, str]]


class _Keyed(Protocol):
    @property
    def place(self) -> Place: ...
    @property
    def key(self) -> str: ...


Entry = TypeVar("Entry", bound=_Keyed)


@dataclass(frozen=True, slots=True)
class OrganisationFiles:
    """`there` are the files of the folder. `named` are the codes that each of them states, those of faulty lines too, so
    that one fault is told once; None where the file could not be read at all, and anything may stand in it.
    """

    there: tuple[str, ...]
    calendars: tuple[CalendarEntry, ...] = ()
    agencies: tuple[AgencyEntry, ...] = ()
    units: tuple[UnitEntry, ...] = ()
    desks: tuple[DeskEntry, ...] = ()
    officers: tuple[OfficerEntry, ...] = ()
    named: Mapping[str, frozenset[str] | None] = field(default_factory=dict)

    def may_name(self, file: str, code: str) -> bool:
        """Whether the file states the code, or might."""
        named = self.named.get(file, frozenset())
        return named is None or code in named


def read_organisation(folder: Path, faults: Faults, *, also: Iterable[str] = ()) -> OrganisationFiles:
    """Read what there is in the folder; `also` are files of it that others read."""
    known = (CALENDARS, *COLUMNS, *also)
    if not folder.is_dir():
        raise BadInput(f"{folder}: không có thư mục này.")
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        raise BadInput(f"{folder}: không đọc được ({system_reason(error)}).") from None
    for path in paths:
        if (
            path.suffix.lower() in (".csv", ".toml")
            and path.name not in known
            and not path.name.startswith((".", "~$"))
        ):
            faults.add(Place(path), "", f"không biết tệp này; cần một trong {', '.join(known)}.")
    there = tuple(name for name in known if (folder / name).exists())
    if not there:
        faults.add(Place(folder), "", f"không có tệp nào để nạp; cần một trong {', '.join(known)}.")
    reading = _Reading(folder, faults)
    return OrganisationFiles(
        there=there,
        calendars=tuple(reading.calendars()),
        agencies=tuple(reading.table(AGENCIES, "code", tidy_agency, _agency)),
        units=tuple(reading.table(UNITS, "code", str, _unit)),
        desks=tuple(reading.table(DESKS, "code", str, _desk)),
        # Two accounts that differ in case alone are one person's slip.
        officers=tuple(reading.table(OFFICERS, "username", str.casefold, _officer)),
        named=reading.named,
    )


def tidy_agency(text: str) -> str:
    """The identifier in the one form in which it is stored; what is none stays as it was written."""
    try:
        return AgencyCode.parse(text).text
    except BadInput:
        return text


class _Reading:
    def __init__(self, folder: Path, faults: Faults) -> None:
        self.folder = folder
        self.faults = faults
        self.named: dict[str, frozenset[str] | None] = {}

    def table(
        self, file: str, key: str, tidy: Callable[[str], str], make: Callable[[Row], Entry]
    ) -> Iterator[Entry]:  # fmt: skip
        path = self.folder / file
        if not path.exists():
            return
        rows = read_table(path, COLUMNS[file], self.faults)
        if rows is None:
            self.named[file] = None
            return
        first: dict[str, int] = {}
        for row in rows:
            code = tidy(row.raw(key))
            entry = make(row)
            if code and first.setdefault(code, row.place.line) != row.place.line:
                row.blame(key, f"“{code}” đã có ở dòng {first[code]}; mỗi mã chỉ ghi một dòng.")
            if not row.faulty:
                yield entry
        self.named[file] = frozenset(first)

    def calendars(self) -> Iterator[CalendarEntry]:
        path = self.folder / CALENDARS
        if not path.exists():
            return
        text = read_text(path, self.faults)
        self.named[CALENDARS] = None
        if text is None:
            return
        try:
            tables = tomllib.loads(text)
        except RecursionError:
            self.faults.add(Place(path), "", "TOML lồng nhau quá sâu.")
            return
        except tomllib.TOMLDecodeError as error:
            found = _TOML_PLACE.search(str(error))
            line, column = (int(found[1]), found[2]) if found else (len(text.splitlines()), "")
            self.faults.add(Place(path, line), column, "TOML hỏng hoặc khai hai lần, không đọc tiếp được.")
            return
        self.named[CALENDARS] = frozenset(tables)
        for name, data in tables.items():
            place = Place(path, _line_of(text, name))
            try:
                if not isinstance(data, dict):
                    raise BadInput(f'cần một bảng ["{name}"] có giờ làm việc, nhận được {data!r}.')
                if not 0 < len(name.strip()) <= 120:
                    raise BadInput(f"tên lịch dài {len(name)} ký tự; cần từ 1 đến 120.")
                plain = _plain(data)
                if "\\u0000" in json.dumps([name, plain]):
                    raise BadInput("có ký tự NUL, không lưu được.")
                calendar_from(plain)
            except BadInput as error:
                self.faults.add(place, "", f"lịch “{name}”: {error.message}")
            else:
                yield CalendarEntry(place, name, plain)


def _line_of(text: str, name: str) -> int:
    """The line on which a table of TOML begins; 0 where it is written in a way of its own."""
    begin = re.compile(rf"\s*\[?\s*[\"']?{re.escape(name)}[\"']?\s*[\].=]")
    return next((number for number, line in enumerate(text.splitlines(), 1) if begin.match(line)), 0)


def _plain(value: Any) -> Any:
    """TOML knows dates and times, the stored form only text."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return value.isoformat() if isinstance(value, date) else value


def _agency(row: Row) -> AgencyEntry:
    # An identifier is printed in the code of every dossier: what is none cannot be an agency's.
    row.read("code", AgencyCode.parse, None)
    return AgencyEntry(
        place=row.place,
        key=tidy_agency(row.text("code", most=200, required=True)),
        name=row.text("name", most=200, required=True),
        level=row.text("level", most=10, required=True),
        parent=tidy_agency(row.text("parent", most=200)),
        admin_unit=_admin_unit(row),
        calendar=row.text("calendar", most=120),
        due_policy=row.one_of("due_policy", [policy.value for policy in Policy]),
        valid_from=row.day("valid_from"),
        own_system=row.flag("own_system"),
    )


def _unit(row: Row) -> UnitEntry:
    return UnitEntry(
        place=row.place,
        key=_code(row, "code"),
        agency=tidy_agency(row.text("agency", most=200, required=True)),
        name=row.text("name", most=200, required=True),
    )


def _desk(row: Row) -> DeskEntry:
    phone = row.text("phone", most=40)
    if phone and not _DESK_PHONE.fullmatch(phone):
        row.blame("phone", f"“{phone}” không phải số điện thoại; chỉ gồm chữ số và dấu ngăn, như 0258 382 0001.")
    return DeskEntry(
        place=row.place,
        key=_code(row, "code"),
        name=row.text("name", most=200, required=True),
        agency=tidy_agency(row.text("agency", most=200, required=True)),
        serves=frozenset(tidy_agency(part) for part in row.parts("serves")),
        admin_unit=_admin_unit(row),
        reception_calendar=row.text("reception_calendar", most=120),
        address=row.text("address", most=300),
        phone=phone,
    )


def _officer(row: Row) -> OfficerEntry:
    username = row.text("username", most=150, required=True)
    if username and not _USERNAME.fullmatch(username):
        row.blame("username", f"“{username}” không dùng được; chỉ gồm chữ không dấu, chữ số và . _ - @ +.")
    email = row.text("email", most=254)
    if email and not _EMAIL.fullmatch(email):
        row.blame("email", f"“{email}” không phải địa chỉ thư điện tử; cần dạng ten@tinh.gov.vn.")
    return OfficerEntry(
        place=row.place,
        key=username,
        full_name=row.text("full_name", most=200, required=True),
        title=row.text("title", most=120),
        agency=tidy_agency(row.text("agency", most=200, required=True)),
        unit=row.text("unit", most=40),
        desk=row.text("desk", most=40),
        phone=row.read("phone", _phone, ""),
        email=email,
        valid_from=row.day("valid_from"),
        roles=frozenset(_roles(row)),
    )


def _phone(text: str) -> str:
    try:
        return normalise_phone(text)
    except BadInput:
        raise BadInput(
            f"“{text}” không phải số điện thoại; cần 10 chữ số như 0912345678"
            " (Excel hay bỏ số 0 ở đầu: đặt cột này là Văn bản)."
        ) from None


def _roles(row: Row) -> Iterator[tuple[str, str]]:
    for part in row.parts("roles"):
        role, at, agency = (piece.strip() for piece in part.partition("@"))
        if not (role and at and agency):
            row.blame("roles", f"“{part}” không đọc được; cần dạng vai_trò@MÃ_CƠ_QUAN, cách nhau bằng dấu |.")
        yield role, tidy_agency(agency)


def _code(row: Row, column: str) -> str:
    value = row.text(column, most=40, required=True)
    if value and not _CODE.fullmatch(value):
        row.blame(column, f"“{value}” không dùng làm mã được; chỉ gồm chữ, chữ số và . - / _, không có dấu cách.")
    return value


def _admin_unit(row: Row) -> str:
    value = row.text("admin_unit", most=10)
    if value and not _ADMIN_UNIT.fullmatch(value):
        row.blame(
            "admin_unit",
            f"“{value}” không phải mã đơn vị hành chính; tỉnh 2 chữ số, xã 5 chữ số"
            " (Excel hay bỏ số 0 ở đầu: đặt cột này là Văn bản).",
        )
    return value

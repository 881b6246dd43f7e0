from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.law.codes import (
    AgencyCode,
    BadCode,
    ProcedureCode,
    is_result_code,
    is_sector_code,
    make_dossier_code,
    parse_dossier_code,
)


def test_dossier_code_is_agency_day_and_serial() -> None:
    made = make_dossier_code("H32.16", date(2026, 11, 21), 1)

    assert str(made) == "H32.16-261121-0001"
    assert made.prefix == "H32.16-261121"
    assert parse_dossier_code("H32.16-261121-0001") == made


def test_dossier_code_grows_beyond_four_digits() -> None:
    assert str(make_dossier_code("H32", date(2026, 1, 2), 12345)) == "H32-260102-12345"


@pytest.mark.parametrize(
    ("text", "agency", "day", "serial"),
    [
        ("000.00.16.H32-231015-0001", "H32.16", date(2023, 10, 15), 1),
        ("H15.50.05.13-261008-0975", "H15.50.05.13", date(2026, 10, 8), 975),
        ("G15.02-260305-150123", "G15.02", date(2026, 3, 5), 150123),
        (" h32.16-231015-0001 ", "H32.16", date(2023, 10, 15), 1),
    ],
)
def test_dossier_code_in_both_identifier_orders(text: str, agency: str, day: date, serial: int) -> None:
    code = parse_dossier_code(text)

    assert (code.agency.text, code.day, code.serial) == (agency, day, serial)
    assert code.text == text.strip().upper()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Mã hồ sơ “” không đúng; cần dạng H32.16-261121-0001."),
        ("H32.16-261121", "Mã hồ sơ “H32.16-261121” không đúng; cần dạng H32.16-261121-0001."),
        (
            "H32.16-261331-0001",
            "Mã hồ sơ “H32.16-261331-0001” có ngày “261331” không có thật; cần sáu chữ số năm, tháng, ngày.",
        ),
        ("H32-261121-0000", "Mã hồ sơ “H32-261121-0000” có số thứ tự 0; số thứ tự bắt đầu từ 0001."),
        (
            "32.16-261121-0001",
            "Mã định danh cơ quan “32.16” không đúng; cần dạng H32.16 hoặc dạng cũ 000.00.16.H32.",
        ),
    ],
)
def test_unreadable_dossier_code_names_what_was_expected(text: str, message: str) -> None:
    with pytest.raises(BadCode) as refusal:
        parse_dossier_code(text)

    assert refusal.value.message == message


def test_serial_outside_the_form_is_refused() -> None:
    for serial in (0, -1, 10_000_000):
        with pytest.raises(BadCode):
            make_dossier_code("H32", date(2026, 1, 2), serial)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("000.00.16.H32", "H32.16"),
        ("000.00.00.H41", "H41"),
        ("001.02.01.H59", "H59.01.02.001"),
        ("000.01.01.H59", "H59.01.01"),
        ("000.00.01.A53", "A53.01"),
    ],
)
def test_agency_code_reads_and_writes_the_old_order(old: str, new: str) -> None:
    assert AgencyCode.parse(old).text == new
    assert AgencyCode.parse(new).old_order() == old


def test_agency_code_knows_its_place() -> None:
    unit = AgencyCode.parse("H15.50.05")

    assert unit.top == "H15"
    assert unit.parent == AgencyCode("H15.50")
    assert AgencyCode("H15").parent is None
    assert unit.is_within(AgencyCode("H15.50"))
    assert not unit.is_within(AgencyCode("H15.5"))
    assert AgencyCode("H37.DN.001").old_order() is None


@given(
    st.sampled_from(["H32", "G15", "A53"]),
    st.lists(st.integers(1, 99).map(lambda n: f"{n:02d}"), max_size=2),
    st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    st.integers(1, 9_999_999),
)
def test_every_made_code_is_read_back(top: str, below: list[str], day: date, serial: int) -> None:
    made = make_dossier_code(".".join([top, *below]), day, serial)

    assert parse_dossier_code(made.text) == made
    assert parse_dossier_code(f"{made.agency.old_order()}-{day:%y%m%d}-{serial:04d}").agency == made.agency


def test_procedure_code_with_and_without_owner() -> None:
    assert str(ProcedureCode.parse("1.001193")) == "1.001193"
    assert ProcedureCode.parse("3.000181.000.00.00.H22") == ProcedureCode.parse("3.000181.H22")
    for text in ("1001193", "1.00119", "0.001193", "1.001193.", "abc"):
        with pytest.raises(BadCode):
            ProcedureCode.parse(text)


def test_sector_and_result_codes() -> None:
    assert is_sector_code("G15-TP03")
    assert not is_sector_code("G15TP03")
    assert is_result_code("KQ.G15.000107")
    assert is_result_code("000.00.00.G04-KQ3006")
    assert not is_result_code("KQ.G15")

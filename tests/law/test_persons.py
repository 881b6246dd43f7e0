from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.law.persons import (
    BadNumber,
    Sex,
    check_citizen_number,
    normalise_phone,
    parse_citizen_number,
    parse_tax_code,
    tax_check_digit,
)


@pytest.mark.parametrize(
    ("text", "place", "sex", "year"),
    [
        ("001085012345", "Hà Nội", Sex.MALE, 1985),
        ("079301000001", "Hồ Chí Minh", Sex.FEMALE, 2001),
        ("038 210 123 456", "Thanh Hóa", Sex.MALE, 2010),
        ("003085012345", None, Sex.MALE, 1985),
        ("101199012345", "Nước ngoài", Sex.FEMALE, 1999),
    ],
)
def test_citizen_number_tells_place_sex_and_year(text: str, place: str | None, sex: Sex, year: int) -> None:
    number = parse_citizen_number(text)

    assert (number.place, number.sex, number.birth_year) == (place, sex, year)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("00108501234", "Số định danh phải có 12 chữ số; ông/bà đã nhập 11."),
        ("", "Số định danh chỉ gồm chữ số; ông/bà đã nhập “”."),
        ("00108501234a", "Số định danh chỉ gồm chữ số; ông/bà đã nhập “00108501234a”."),
        ("٠٠١٠٨٥٠١٢٣٤٥", "Số định danh chỉ gồm chữ số; ông/bà đã nhập “٠٠١٠٨٥٠١٢٣٤٥”."),
    ],
)
def test_citizen_number_of_wrong_shape_is_refused(text: str, message: str) -> None:
    with pytest.raises(BadNumber) as refusal:
        parse_citizen_number(text)

    assert refusal.value.message == message


def test_declared_birth_and_sex_are_compared_with_the_number() -> None:
    number = parse_citizen_number("001085012345")

    assert check_citizen_number(number, born=date(1985, 3, 1), sex=Sex.MALE) is None
    assert (
        check_citizen_number(number, born=date(1986, 3, 1))
        == "Số định danh cho năm sinh 1985, ông/bà khai năm sinh 1986; đề nghị kiểm tra lại."
    )
    assert check_citizen_number(number, sex=Sex.FEMALE) is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0100109106", "0100109106"),
        ("0100109106-001", "0100109106-001"),
        ("0100109106001", "0100109106-001"),
        ("0300588569", "0300588569"),
    ],
)
def test_tax_code_with_right_check_digit(text: str, expected: str) -> None:
    assert parse_tax_code(text).text == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("010010910", "Mã số thuế phải có 10 hoặc 13 chữ số; ông/bà đã nhập 9."),
        ("0100109107", "Mã số thuế 0100109107 sai chữ số kiểm tra; đề nghị xem lại từng chữ số."),
        ("0100109106-000", "Ba chữ số cuối của mã số thuế 13 số phải từ 001 đến 999."),
        ("01001O9106", "Mã số thuế chỉ gồm chữ số; ông/bà đã nhập “01001O9106”."),
    ],
)
def test_tax_code_of_wrong_shape_is_refused(text: str, message: str) -> None:
    with pytest.raises(BadNumber) as refusal:
        parse_tax_code(text)

    assert refusal.value.message == message


@given(st.integers(0, 10**9 - 1), st.integers(0, 8), st.integers(1, 9))
def test_one_changed_digit_never_passes(nine: int, place: int, change: int) -> None:
    digits = f"{nine:09d}"
    check = tax_check_digit(digits)
    changed = digits[:place] + str((int(digits[place]) + change) % 10) + digits[place + 1 :]

    if check:
        assert parse_tax_code(digits + check).text == digits + check
        with pytest.raises(BadNumber):
            parse_tax_code(changed + check)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0912345678", "0912345678"),
        ("+84 912 345 678", "0912345678"),
        ("84912345678", "0912345678"),
        ("0084 (0)912.345.678", "0912345678"),
        ("024-3825 3536", "02438253536"),
    ],
)
def test_phone_is_brought_to_one_form(text: str, expected: str) -> None:
    assert normalise_phone(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("091234567", "Số di động phải có 10 chữ số; ông/bà đã nhập 9."),
        ("912345678", "Số điện thoại phải bắt đầu bằng 0 hoặc +84; ông/bà đã nhập “912345678”."),
        ("0112345678", "Số điện thoại “0112345678” không thuộc đầu số nào đang dùng."),
        ("không có", "Số điện thoại chỉ gồm chữ số; ông/bà đã nhập “không có”."),
    ],
)
def test_phone_of_wrong_shape_is_refused(text: str, message: str) -> None:
    with pytest.raises(BadNumber) as refusal:
        normalise_phone(text)

    assert refusal.value.message == message

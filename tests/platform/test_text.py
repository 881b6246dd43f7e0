from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.platform.text import nfc, search_key, sort_key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Đăng ký khai sinh", "dang ky khai sinh"),
        ("ĐƯỜNG  Nguyễn\tHuệ", "duong nguyen hue"),
        ("Thừa Thiên – Huế", "thua thien – hue"),
        (unicodedata.normalize("NFD", "Quyết định"), "quyet dinh"),
        ("Ðà Nẵng", "da nang"),
        ("", ""),
    ],
)
def test_search_key_drops_marks_and_case(text, key):
    assert search_key(text) == key


@given(st.text(alphabet="aăâđĐêôơưÁẾỰỡ \u0301\u0323bc1"))
def test_search_key_is_the_same_for_every_way_of_typing(text):
    key = search_key(text)
    assert search_key(unicodedata.normalize("NFD", text)) == search_key(nfc(text)) == key
    assert search_key(key) == key


def test_sort_key_follows_the_dictionary():
    ordered = ["An", "An Bình", "Anh", "Ân", "Ba", "Bà", "Bả", "Bã", "Bá", "Bạ", "Da", "Đa", "Em", "Ê", "Ông", "Ưng"]
    mixed = sorted(ordered, key=len)

    assert sorted(mixed, key=sort_key) == ordered


def test_sort_key_sorts_by_letters_before_tones():
    assert sorted(["Hòa Bình", "Hoa Lư", "Hoà An"], key=sort_key) == ["Hoà An", "Hòa Bình", "Hoa Lư"]

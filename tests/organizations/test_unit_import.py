from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path

import pytest
from django.db.models import Count

from motcua.organizations.importers import UnitReport, import_units, load_base_data, read_base_data
from motcua.organizations.models import AdminUnit, UnitSuccession
from motcua.organizations.unit_files import CHANGE, UNKNOWN_START, BadUnits, read_lists

AFTER = [
    {
        "name": "Tỉnh Khánh Hòa",
        "code": 56,
        "wards": [{"name": "Phường Nha Trang", "code": 22366}, {"name": "Đặc khu Trường Sa", "code": 22736}],
    }
]
BEFORE = """Tỉnh Thành Phố,Mã TP,Quận Huyện,Mã QH,Phường Xã,Mã PX,Cấp,Tên Tiếng Anh
Tỉnh Khánh Hòa,56,Thành phố Nha Trang,568,Phường Lộc Thọ,22366,Phường,
Tỉnh Khánh Hòa,56,Thành phố Nha Trang,568,Phường Tân Tiến,22369,Phường,
Tỉnh Ninh Thuận,58,Thành phố Phan Rang-Tháp Chàm,582,Phường Mỹ Đông,22759,Phường,
Tỉnh Khánh Hòa,56,Huyện Trường Sa,576,,,Huyện,
"""
MAP = """Đơn vị hành chính từ ngày 01/7/2025,,,Đơn vị hành chính trước ngày 01/7/2025,,,,,
"Tỉnh, thành phố",Tên Xã mới,Mã Xã mới,Tên Xã cũ,Mã Xã cũ,Ghi chú,Quận/huyện,Tỉnh cũ,
TỈNH KHÁNH HÒA,,,,,,,,
Tỉnh Khánh Hòa (56),Phường Nha Trang,22366,Phường Lộc Thọ,22366,Nhập toàn bộ,Thành phố Nha Trang (568),Khánh Hòa (56),
Tỉnh Khánh Hòa (56),Phường Nha Trang,22366,Phường Tân Tiến,22999,Nhập một phần,Thành phố Nha Trang (568),Khánh Hòa (56),
Tỉnh Khánh Hòa (56),Phường Nha Trang,22366,Phường Mỹ Đông,22759,Nhập toàn bộ,Thành phố Phan Rang (582),Ninh Thuận (58),
Tỉnh Khánh Hòa (56),Đặc khu Trường Sa,22736,,,Sắp xếp toàn bộ huyện Trường Sa,Huyện Trường Sa (576),Khánh Hòa (56),
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "after.json.gz").write_bytes(gzip.compress(json.dumps(AFTER).encode()))
    (tmp_path / "before.csv").write_bytes(b"\xef\xbb\xbf" + BEFORE.encode())
    (tmp_path / "map.csv").write_text(MAP, encoding="utf-8")
    (tmp_path / "SOURCE.md").write_text("not a list", encoding="utf-8")
    return tmp_path


def test_lists_and_map_are_read_together(folder: Path) -> None:
    lists = read_lists(folder)

    assert [(unit.key.kind, unit.key.code, unit.name, unit.valid_to) for unit in lists.units] == [
        ("province", "56", "Tỉnh Khánh Hòa", CHANGE),
        ("district", "568", "Thành phố Nha Trang", CHANGE),
        ("commune", "22366", "Phường Lộc Thọ", CHANGE),
        ("commune", "22369", "Phường Tân Tiến", CHANGE),
        ("province", "58", "Tỉnh Ninh Thuận", CHANGE),
        ("district", "582", "Thành phố Phan Rang-Tháp Chàm", CHANGE),
        ("commune", "22759", "Phường Mỹ Đông", CHANGE),
        ("district", "576", "Huyện Trường Sa", CHANGE),
        ("province", "56", "Tỉnh Khánh Hòa", None),
        ("commune", "22366", "Phường Nha Trang", None),
        ("commune", "22736", "Đặc khu Trường Sa", None),
    ]
    assert [
        (row.predecessor.kind, row.predecessor.code, row.successor.code, row.whole) for row in lists.successions
    ] == [
        ("commune", "22366", "22366", True),
        ("commune", "22369", "22366", False),
        ("commune", "22759", "22366", True),
        ("district", "576", "22736", True),
        ("province", "56", "56", True),
        ("province", "58", "56", True),
    ]


def test_a_wrong_code_in_the_map_is_taken_by_name_and_said(folder: Path) -> None:
    assert read_lists(folder).doubts == (
        (
            "Bảng chuyển đổi, dòng 5: Phường Tân Tiến (Thành phố Nha Trang (568)) ghi mã 22999, "
            "danh sách ghi 22369; lấy theo tên."
        ),
    )


@pytest.mark.django_db
def test_import_stores_both_times_and_again_changes_nothing(folder: Path) -> None:
    first = import_units(folder)
    second = import_units(folder)

    assert first == UnitReport(11, 11, 0, 0, 6, 6, read_lists(folder).doubts)
    assert (second.new, second.changed, second.unchanged, second.new_successions) == (0, 0, 11, 0)
    ward = AdminUnit.objects.get(code="22366", valid_from=CHANGE)
    assert (ward.name, ward.parent and ward.parent.name, ward.valid_to) == ("Phường Nha Trang", "Tỉnh Khánh Hòa", None)
    assert ward.name_key == "phuong nha trang"
    assert set(ward.predecessions.values_list("predecessor__name", "whole", "on")) == {
        ("Phường Lộc Thọ", True, CHANGE),
        ("Phường Tân Tiến", False, CHANGE),
        ("Phường Mỹ Đông", True, CHANGE),
    }


@pytest.mark.django_db
def test_a_renamed_unit_is_changed_in_place(folder: Path) -> None:
    import_units(folder)
    renamed = [AFTER[0] | {"name": "Thành phố Khánh Hòa"}]
    (folder / "after.json.gz").write_bytes(gzip.compress(json.dumps(renamed).encode()))

    report = import_units(folder / "after.json.gz")

    assert (report.read, report.new, report.changed, report.unchanged) == (3, 0, 1, 2)
    assert AdminUnit.objects.get(code="56", valid_to__isnull=True).name == "Thành phố Khánh Hòa"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("after.json.gz", b"not gzip", "tệp nén hỏng hoặc không đọc được."),
        ("before.csv", BEFORE.replace("22369", "2236").encode(), "Danh sách trước 01/7/2025, dòng 3: mã không đúng"),
        ("before.csv", "Tỉnh".encode("utf-16"), "không phải chữ mã hóa UTF-8."),
        ("map.csv", MAP.replace("(582)", "(999)").encode(), "Bảng chuyển đổi, dòng 6: không có xã mới"),
    ],
)
@pytest.mark.django_db
def test_a_faulty_list_is_refused_and_nothing_is_stored(folder: Path, name: str, content: bytes, message: str) -> None:
    (folder / name).write_bytes(content)

    with pytest.raises(BadUnits) as refusal:
        import_units(folder)

    assert message in refusal.value.message
    assert AdminUnit.objects.count() == 0


def test_missing_and_foreign_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (tmp_path / "map").mkdir()
    (tmp_path / "map" / "map.csv").write_text(MAP, encoding="utf-8")

    for path, message in (
        (tmp_path / "none", "không có tệp hay thư mục này."),
        (tmp_path / "other.csv", "không nhận ra dạng tệp; cần danh sách đơn vị hoặc bảng chuyển đổi."),
        (tmp_path, "không có danh sách đơn vị nào."),
        (tmp_path / "map", "chỉ có bảng chuyển đổi, thiếu hai danh sách đơn vị."),
    ):
        with pytest.raises(BadUnits) as refusal:
            read_lists(path)
        assert refusal.value.message == f"{path}: {message}"


def test_shipped_units_are_those_of_both_times_with_their_map() -> None:
    lists = read_base_data()

    def count(kind: str, *, now: bool) -> int:
        return sum(unit.key.kind == kind and (unit.valid_to is None) is now for unit in lists.units)

    assert (count("province", now=True), count("commune", now=True), count("district", now=True)) == (34, 3321, 0)
    assert (count("province", now=False), count("district", now=False), count("commune", now=False)) == (63, 696, 10054)
    assert {unit.key.valid_from for unit in lists.units} == {UNKNOWN_START, date(2025, 7, 1)}
    assert len(lists.successions) == 10634
    assert len({row.successor for row in lists.successions if row.successor.kind == "commune"}) == 3321
    assert sum(row.predecessor.kind == "province" for row in lists.successions) == 63


@pytest.mark.django_db
def test_shipped_units_load_once() -> None:
    load_base_data()
    load_base_data()

    assert (AdminUnit.objects.count(), UnitSuccession.objects.count()) == (14168, 10634)
    today = AdminUnit.objects.filter(valid_to__isnull=True)
    assert dict(today.values_list("kind").annotate(Count("id")).order_by()) == {"province": 34, "commune": 3321}
    assert not today.filter(kind="commune", predecessions__isnull=True).exists()

"""`motcua import organisation` and `motcua password` as whoever sets up a province meets them."""

from __future__ import annotations

import io
import json
import sys
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from tests.command import Run, command_here
from tests.province import accepted, build_procedure, build_province

from motcua.catalog.models import DeskProcedure, Procedure, Sector
from motcua.identity.models import User
from motcua.organizations.models import AdminUnit, Agency, Desk, Officer, RoleAssignment, Unit, WorkCalendar

PASSWORD = "Mua-he-xanh-2026"
FILES = ("agencies.csv", "calendars.toml", "units.csv", "desks.csv", "officers.csv", "posted.csv")


@pytest.fixture
def motcua(committed_db, tmp_path: Path) -> Run:
    for kind, code, name in (("province", "56", "Tỉnh Khánh Hòa"), ("commune", "22366", "Phường Nha Trang")):
        AdminUnit.objects.create(kind=kind, code=code, name=name, name_key=name.lower(), valid_from=date(2025, 7, 1))
    sector = Sector.objects.create(code="G17-XD01", name="Hoạt động xây dựng", name_key="hoat dong xay dung")
    build_procedure("1.009645", "Chấp thuận đầu tư", sector)
    Procedure.objects.create(code="9.000001", name="Từ hệ thống khác", sector=sector, imported=True)
    return command_here(committed_db.url, tmp_path / "home", MOTCUA_NOW="2026-11-16T09:20+07:00")


@pytest.fixture
def folder(motcua: Run, tmp_path: Path) -> Path:
    """The files of the template, as they are written."""
    where = tmp_path / "tinh"
    assert motcua("import", "organisation", "--template", str(where)).returncode == 0
    return where


def load(motcua: Run, folder: Path) -> dict[str, dict[str, int]]:
    answer = motcua("import", "organisation", str(folder), "--json")
    assert (answer.returncode, answer.stderr) == (0, "")
    return json.loads(answer.stdout)


def counts(new: int = 0, changed: int = 0, unchanged: int = 0) -> dict[str, int]:
    return {"read": new + changed + unchanged, "new": new, "changed": changed, "unchanged": unchanged, "refused": 0}


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def everything() -> list[object]:
    return [
        list(model.objects.order_by("pk").values())
        for model in (WorkCalendar, Agency, Unit, Desk, User, Officer, RoleAssignment, DeskProcedure)
    ] + [list(Desk.agencies.through.objects.order_by("pk").values())]


def roles_of(username: str) -> list[tuple[object, ...]]:
    rows = RoleAssignment.objects.filter(officer__user__username=username)
    return sorted(rows.values_list("role", "scope__code", "valid_from", "valid_to"), key=str)


def test_from_the_template_to_an_officer_at_his_desk(motcua: Run, folder: Path, monkeypatch) -> None:
    edit(folder / "agencies.csv", "H32.16,Sở Xây dựng", "H32.16,Sở Xây dựng tỉnh Khánh Hòa")
    assert load(motcua, folder) == {name: counts(new=2) for name in FILES}

    department = Agency.objects.select_related("parent", "effective_calendar").get(code="H32.16")
    desk = Desk.objects.get(code="TTPVHCC")
    officer = Officer.objects.select_related("user", "agency", "desk").get(user__username="tiepnhan")
    assert (department.name, department.parent.code) == ("Sở Xây dựng tỉnh Khánh Hòa", "H32")
    assert department.effective_calendar.name == "Giờ hành chính của tỉnh"
    assert department.path == f"{department.parent.path}{department.pk}/"
    assert (desk.reception_calendar.name, desk.phone) == ("Tiếp nhận cả sáng thứ Bảy", "0258 382 0001")
    assert set(desk.agencies.values_list("code", flat=True)) == {"H32", "H32.16"}
    assert (officer.full_name, officer.desk, officer.phone) == ("Lê Thị Bình", desk, "0912345678")
    assert sorted(officer.assignments.values_list("role", "scope__code", "valid_from", "valid_to")) == [
        ("cashier", "H32", date(2025, 7, 1), None),
        ("counter_officer", "H32", date(2025, 7, 1), None),
    ]
    assert list(DeskProcedure.objects.order_by("id").values_list("desk__code", "agency__code")) == [
        ("TTPVHCC", "H32.16"),
        ("MC-SXD", "H32.16"),
    ]

    before = everything()
    assert load(motcua, folder) == {name: counts(unchanged=2) for name in FILES}
    assert everything() == before

    entry = {"username": "tiepnhan", "password": ""}
    assert "Chưa nhập mật khẩu" in Client().post(reverse("desk:sign_in"), entry).content.decode()
    refused = Client().post(reverse("desk:sign_in"), entry | {"password": PASSWORD})
    assert "mật khẩu chưa đúng" in refused.content.decode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(f"{PASSWORD}\n".encode())))
    said = motcua("password", "tiepnhan")
    assert (said.returncode, said.stdout) == (0, "Đã đặt mật khẩu cho tiepnhan (Lê Thị Bình).\n"), said.stderr
    client = Client()
    assert client.post(reverse("desk:sign_in"), entry | {"password": PASSWORD}).url == reverse("desk:home")
    assert client.get(reverse("desk:reception")).status_code == 200


def test_another_text_changes_what_it_says_and_takes_nothing_away(motcua: Run, folder: Path) -> None:
    load(motcua, folder)
    edit(folder / "calendars.toml", "07:30", "08:00")
    edit(
        folder / "agencies.csv", "H32.16,Sở Xây dựng,province,H32,,,,", "H32.16,Sở Xây dựng,province,H32,,,end_of_day,"
    )
    edit(folder / "units.csv", "Phòng Quản lý vận tải", "Phòng Vận tải")
    edit(folder / "desks.csv", "H32|H32.16", "H32")
    edit(folder / "officers.csv", "counter_officer@H32|cashier@H32", "counter_officer@H32.16|desk_head@H32")
    (folder / "posted.csv").write_text("procedure;agency;desk\n", encoding="utf-8")

    done = load(motcua, folder)

    assert {name: done[name] for name in FILES} == {
        "agencies.csv": counts(changed=1, unchanged=1),
        "calendars.toml": counts(changed=1, unchanged=1),
        "units.csv": counts(changed=1, unchanged=1),
        "desks.csv": counts(changed=1, unchanged=1),
        "officers.csv": counts(changed=1, unchanged=1),
        "posted.csv": counts(),
    }
    today, start = date(2026, 11, 16), date(2025, 7, 1)
    assert Agency.objects.get(code="H32.16").effective_policy == "end_of_day"
    assert Desk.objects.get(code="TTPVHCC").reception_calendar.data["weekly"]["sat"] == [["08:00", "11:00"]]
    assert roles_of("tiepnhan") == [
        ("cashier", "H32", start, today),
        ("counter_officer", "H32", start, today),
        ("counter_officer", "H32.16", today, None),
        ("desk_head", "H32", today, None),
    ]
    assert DeskProcedure.objects.count() == 2

    edit(folder / "officers.csv", "counter_officer@H32.16|desk_head@H32", "desk_head@H32.16")
    load(motcua, folder)
    edit(folder / "officers.csv", "desk_head@H32.16", "desk_head@H32")
    load(motcua, folder)
    assert [row for row in roles_of("tiepnhan") if row[3] is None] == [("desk_head", "H32", today, None)]


def test_a_line_with_an_end_takes_a_procedure_down_and_the_same_file_again_changes_nothing(
    motcua: Run, folder: Path
) -> None:
    """A table without the column, as provinces have it, says of no line that it ends."""
    table = folder / "posted.csv"
    full = table.read_text(encoding="utf-8")
    table.write_text("desk,procedure,agency\nTTPVHCC,1.009645,H32.16\n", encoding="utf-8")
    assert load(motcua, folder)["posted.csv"] == counts(new=1)
    steps = [
        (full.replace("TTPVHCC,1.009645,H32.16,", "TTPVHCC,1.009645,H32.16,2026-12-01"), counts(new=1, changed=1)),
        (
            full.replace("TTPVHCC,1.009645,H32.16,", "TTPVHCC,1.009645,H32.16,16/11/2026"),
            counts(changed=1, unchanged=1),
        ),
        (full.replace("TTPVHCC,1.009645,H32.16,", "TTPVHCC,1.009645,H32.16,16/11/2026"), counts(unchanged=2)),
        (full, counts(new=1, unchanged=1)),
        (full.replace("MC-SXD,1.009645,H32.16,", "MC-SXD,1.009645,H32.16,2027-01-01"), counts(changed=1, unchanged=1)),
        (full, counts(changed=1, unchanged=1)),
    ]
    for text, done in steps:
        table.write_text(text, encoding="utf-8")
        assert load(motcua, folder)["posted.csv"] == done

    today = date(2026, 11, 16)
    rows = DeskProcedure.objects.order_by("id").values_list("desk__code", "valid_from", "valid_to", "reason")
    assert list(rows) == [
        ("TTPVHCC", today, today, "Theo tệp posted.csv"), ("MC-SXD", today, None, ""), ("TTPVHCC", today, None, ""),
    ]  # fmt: skip


def test_an_officer_who_goes_to_another_agency_leaves_the_post_before(motcua: Run, folder: Path) -> None:
    load(motcua, folder)
    line = "tiepnhan,Lê Thị Bình,Cán bộ tiếp nhận,H32,,TTPVHCC,0912345678,,{},counter_officer@H32|cashier@H32"
    moved = "tiepnhan,Lê Thị Bình,Chuyên viên,H32.16,H32.16.01,,0912345678,,{},case_officer@H32.16"
    edit(folder / "officers.csv", line.format("2025-07-01"), moved.format("2025-07-01"))

    refused = motcua("import", "organisation", str(folder))
    edit(folder / "officers.csv", moved.format("2025-07-01"), moved.format("01/12/2026"))
    done = load(motcua, folder)

    assert refused.returncode == 2
    assert refused.stderr == (
        f"{folder / 'officers.csv'}, dòng 3, cột valid_from: “tiepnhan” chuyển từ H32 sang H32.16:"
        " cần ngày bắt đầu ở nơi mới, sau 01/07/2025.\n"
    )
    assert done["officers.csv"] == counts(new=1, unchanged=1)
    posts = Officer.objects.filter(user__username="tiepnhan").order_by("id")
    assert list(posts.values_list("agency__code", "valid_from", "valid_to")) == [
        ("H32", date(2025, 7, 1), date(2026, 12, 1)),
        ("H32.16", date(2026, 12, 1), None),
    ]
    assert list(posts[1].assignments.values_list("role", "valid_from")) == [("case_officer", date(2026, 12, 1))]
    assert load(motcua, folder)["officers.csv"] == counts(unchanged=2)


def test_agencies_may_change_places_until_there_are_dossiers(committed_db, tmp_path: Path) -> None:
    province = build_province()
    motcua = command_here(committed_db.url, tmp_path / "home", MOTCUA_NOW="2026-11-16T09:20+07:00")
    folder = tmp_path / "tinh"
    folder.mkdir()
    header = "code,name,level,parent,admin_unit,calendar,due_policy,valid_from,own_system\n"
    table = folder / "agencies.csv"
    # The commune comes between the province and the department, which stands first in the file.
    table.write_text(
        f"{header}H32.16,Sở Xây dựng,province,H32.101,,,,2025-07-01,có\nH32.101,UBND phường Nha Trang,commune,H32,,,end_of_day,2025-07-01,\n"
    )

    assert load(motcua, folder) == {"agencies.csv": counts(changed=2)}
    department = Agency.objects.get(pk=province.department.pk)
    assert department.path == f"/{province.root.pk}/{province.commune.pk}/{department.pk}/"
    assert (department.effective_policy, department.own_system) == ("end_of_day", True)

    accepted(province)
    table.write_text(
        f"{header}H32.16,Sở Xây dựng,province,H32,,,,2025-07-01,\nH32.101,Phường,province,H32,,,,2025-07-01,\n"
    )
    before = everything()
    refused = motcua("import", "organisation", str(folder))
    said = "đã có hồ sơ nên không đổi cấp hoặc cơ quan cha được nữa"
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.splitlines() == [
        f"{table}, dòng 2, cột parent: H32.16 {said}; cần giữ “H32.101”.",
        f"{table}, dòng 3, cột level: H32.101 {said}; cần giữ “commune”.",
    ]
    assert everything() == before


# file, what stands there, what stands there instead (bytes: the whole file), the fault
FAULTS: list[tuple[str, str, str | bytes, str]] = [
    ("agencies.csv", ",own_system", "", "dòng 1, cột own_system: thiếu cột này; cần dòng tiêu đề code,name,"),
    ("agencies.csv", "", b"", "tệp rỗng; cần dòng tiêu đề code,name,level"),
    ("units.csv", "", "agency,code,name\n".encode("utf-16"), "byte 1 không phải chữ mã hóa UTF-8; trong Excel"),
    ("units.csv", "", b'agency,code,name\nH32,"a,b\n', "dòng 2: dấu ngoặc kép không khép"),
    ("units.csv", "Phòng Quản lý vận tải", "Phòng A,B", "dòng 3: có 4 ô, tiêu đề chỉ có 3 cột"),
    ("agencies.csv", "H32.16,S", "SXD,Sở,province,H32,,,,2025-07-01,\nH32.16,S", "dòng 3, cột code: Mã định danh cơ quan “SXD” không đúng"),
    ("agencies.csv", ",province,H32", ",so,H32", "dòng 3, cột level: “so” không có; cần một trong ministry, province"),
    ("agencies.csv", "province,H32,", "province,H99,", "dòng 3, cột parent: không có cơ quan nào mang mã “H99”"),
    ("agencies.csv", "province,,56", "province,H32.16,56", "dòng 2, cột parent: vòng lặp H32 → H32.16 → H32; cơ quan cha"),
    ("agencies.csv", ",56,", ",6,", "dòng 2, cột admin_unit: “6” không phải mã đơn vị hành chính; tỉnh 2 chữ số"),
    ("agencies.csv", ",56,", ",57,", "dòng 2, cột admin_unit: không có tỉnh hay xã nào đang hiệu lực mang mã “57”"),
    ("agencies.csv", "của tỉnh", "mùa đông", "dòng 2, cột calendar: không có lịch nào tên “Giờ hành chính mùa đông”"),
    ("agencies.csv", "keep_time", "late", "dòng 2, cột due_policy: “late” không có; cần một trong keep_time, end_of_day"),
    ("agencies.csv", "2025-07-01,false", "31/02/2025,false", "dòng 2, cột valid_from: “31/02/2025” không phải ngày có thật"),
    ("agencies.csv", "Sở Xây dựng", "", "dòng 3, cột name: đang trống; ô này phải có giá trị."),
    ("agencies.csv", "Sở Xây dựng", "S\0", "dòng 3, cột name: có ký tự điều khiển không in được"),
    ("agencies.csv", ",,2025-07-01,false", ",,2025-07-01,maybe", "dòng 3, cột own_system: “maybe” không hiểu được; cần true"),
    ("calendars.toml", '"07:30"', '"25:30"', "dòng 11: lịch “Tiếp nhận cả sáng thứ Bảy”: Lịch làm việc, mục weekly.sat[0]"),
    ("calendars.toml", "[[\"07:30\"", "[[", "TOML hỏng"),
    ("calendars.toml", "Mất điện", "\\u0000", "dòng 11: lịch “Tiếp nhận cả sáng thứ Bảy”: có ký tự NUL"),
    ("calendars.toml", '["Giờ', 'x = 1\n["Giờ', "dòng 4: lịch “x”: cần một bảng"),
    ("units.csv", "H32.16.02", "H32.16.01", "dòng 3, cột code: “H32.16.01” đã có ở dòng 2; mỗi mã chỉ ghi một dòng."),
    ("units.csv", "H32.16.02", "phòng hai", "dòng 3, cột code: “phòng hai” không dùng làm mã được"),
    ("desks.csv", "H32|H32.16", "H32|H32.16|H77", "dòng 2, cột serves: không có cơ quan nào mang mã “H77”"),
    ("desks.csv", "0258 382 0001", "gọi tổng đài", "dòng 2, cột phone: “gọi tổng đài” không phải số điện thoại"),
    ("officers.csv", "tiepnhan", "QuanTri", "dòng 3, cột username: “quantri” đã có ở dòng 2"),
    ("officers.csv", "tiepnhan", "tiếp nhận", "dòng 3, cột username: “tiếp nhận” không dùng được"),
    ("officers.csv", "cashier@H32", "thungan@H32", "dòng 3, cột roles: không có vai trò “thungan”; cần một trong counter_officer"),
    ("officers.csv", "cashier@H32", "cashier", "dòng 3, cột roles: “cashier” không đọc được; cần dạng vai_trò@MÃ_CƠ_QUAN"),
    ("officers.csv", "0912345678", "912345678", "dòng 3, cột phone: “912345678” không phải số điện thoại; cần 10 chữ số"),
    ("officers.csv", "quantri@khanhhoa.gov.vn", "quantri@", "dòng 2, cột email: “quantri@” không phải địa chỉ thư điện tử"),
    ("officers.csv", "H32,,TTPVHCC", "H32,,MC-SXD", "dòng 3, cột desk: MC-SXD là của H32.16 và không tiếp nhận cho H32"),
    ("officers.csv", "H32,,TTPVHCC", "H32,,KHAC", "dòng 3, cột desk: không có bộ phận một cửa nào mang mã “KHAC”"),
    ("officers.csv", "H32,,TTPVHCC", "H32,H32.16.01,", "dòng 3, cột unit: phòng H32.16.01 thuộc H32.16, không thuộc H32."),
    ("posted.csv", "MC-SXD,1.009645", "MC-SXD,1.00964", "dòng 3, cột procedure: danh mục không có thủ tục “1.00964”"),
    ("posted.csv", "MC-SXD,1.009645", "MC-SXD,9.000001", "dòng 3, cột procedure: danh mục không có thủ tục “9.000001”"),
    ("posted.csv", "MC-SXD,1.009645,H32.16", "MC-SXD,1.009645,H32", "dòng 3, cột agency: MC-SXD không tiếp nhận cho H32;"),
    ("posted.csv", "MC-SXD,1.009645,H32.16,", "MC-SXD,1.009645,H32.16,15/11/2026", "dòng 3, cột valid_to: ngày 15/11/2026 đã qua"),
    ("posted.csv", "MC-SXD,1.009645,H32.16,", "MC-SXD,1.009645,H32.16,mai", "dòng 3, cột valid_to: “mai” không phải ngày có thật"),
    ("posted.csv", ",valid_to", ",valid_to,valid_to", "dòng 1, cột valid_to: lặp lại cột này; cần dòng tiêu đề desk,"),
    ("posted.csv", "MC-SXD", "TTPVHCC", "dòng 3: giống dòng 2"),
]  # fmt: skip


def test_a_fault_is_one_clear_line_and_changes_nothing(motcua: Run, folder: Path) -> None:
    for file, before, after, line in FAULTS:
        path = folder / file
        right = path.read_bytes()
        if isinstance(after, bytes):
            path.write_bytes(after)
        else:
            edit(path, before, after)

        refused = motcua("import", "organisation", str(folder), "--json")

        assert (refused.returncode, refused.stdout) == (2, "")
        assert refused.stderr.startswith(f"{path}"), refused.stderr
        assert line in refused.stderr
        assert refused.stderr.count("\n") == 1, refused.stderr
        assert not any(everything()), line
        path.write_bytes(right)
    assert load(motcua, folder) == {name: counts(new=2) for name in FILES}


def test_faults_of_all_files_are_told_at_once_and_the_first_fifty_by_line(motcua: Run, folder: Path) -> None:
    edit(folder / "posted.csv", "MC-SXD", "KHAC")
    (folder / "phong.csv").write_text("x")
    rows = "".join(f"H32.16,P{number:02d},\n" for number in range(60))
    (folder / "units.csv").write_text(f"agency;code;name\n{rows}".replace(",", ";"), encoding="utf-8-sig")

    refused = motcua("import", "organisation", str(folder))

    lines = refused.stderr.splitlines()
    assert lines[0].startswith(
        f"{folder / 'phong.csv'}: không biết tệp này; cần một trong calendars.toml, agencies.csv, "
    )
    assert lines[1] == f"{folder / 'units.csv'}, dòng 2, cột name: đang trống; ô này phải có giá trị."
    assert lines[50:] == ["… và 12 lỗi khác."]
    assert (refused.returncode, Agency.objects.count()) == (2, 0)


def test_a_folder_must_hold_something_and_a_template_overwrites_nothing(
    motcua: Run, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "trong").mkdir()
    nothing = motcua("import", "organisation", str(tmp_path / "trong"))
    missing = motcua("import", "organisation", str(tmp_path / "khong"))
    for name in FILES[1:]:
        (folder / name).unlink()
    before = (folder / "agencies.csv").read_bytes()
    again = motcua("import", "organisation", "--template", str(folder))

    assert nothing.stderr.startswith(f"{tmp_path / 'trong'}: không có tệp nào để nạp; cần một trong ")
    assert missing.stderr == f"{tmp_path / 'khong'}: không có thư mục này.\n"
    assert again.stderr.splitlines() == [
        f"{folder / 'agencies.csv'}: đã có tệp này; không ghi đè.",
        f"{folder / 'LUU-Y.txt'}: đã có tệp này; không ghi đè.",
    ]
    assert [nothing.returncode, missing.returncode, again.returncode] == [2, 2, 2]
    assert (folder / "agencies.csv").read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == ["LUU-Y.txt", "agencies.csv"]


@pytest.mark.parametrize(
    ("username", "given", "faults"),
    [
        ("khongai", PASSWORD.encode(), ["Không có tài khoản nào mang tên đăng nhập “khongai”."]),
        ("quantri", b"", ["Mật khẩu quá ngắn; cần ít nhất 10 ký tự."]),
        ("quantri", b"quantri-2026\n", ["Mật khẩu quá giống tên đăng nhập."]),
        (
            "quantri",
            b"1234567890\n",
            ["Mật khẩu này nhiều người dùng, dễ bị đoán.", "Mật khẩu chỉ có chữ số; cần thêm chữ."],
        ),
        ("quantri", b"\xff\xfe\n", ["Đầu vào chuẩn: mật khẩu không phải chữ mã hóa UTF-8."]),
    ],
)
def test_a_weak_password_is_refused_in_vietnamese(
    motcua: Run, monkeypatch, username: str, given: bytes, faults: list[str]
) -> None:
    User.objects.create_user("quantri", None, full_name="Nguyễn Văn An")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))

    refused = motcua("password", username)

    assert (refused.returncode, refused.stdout, refused.stderr.splitlines()) == (2, "", faults)
    assert not User.objects.get(username="quantri").has_usable_password()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ([PASSWORD, PASSWORD], "Đã đặt mật khẩu cho quantri (Nguyễn Văn An)."),
        ([PASSWORD, "khac"], "Hai lần gõ không giống nhau; mật khẩu chưa thay đổi."),
    ],
)
def test_on_a_terminal_the_password_is_typed_twice_unseen(
    motcua: Run, monkeypatch, typed: list[str], said: str
) -> None:
    User.objects.create_user("quantri", None, full_name="Nguyễn Văn An")
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys, "stdin", terminal)
    answers = iter(typed)
    monkeypatch.setattr("click.termui.hidden_prompt_func", lambda prompt: next(answers))

    answer = motcua("password", "quantri")

    assert said in answer.stdout + answer.stderr
    assert User.objects.get(username="quantri").check_password(PASSWORD) is (typed[0] == typed[1])
    assert PASSWORD not in answer.stdout + answer.stderr

"""The files from which `motcua import organisation` is begun: each with its header and two lines as an example."""

from __future__ import annotations

from pathlib import Path

from motcua.law.errors import BadInput, system_reason

NOTES = "LUU-Y.txt"

_CALENDARS = """\
# Mỗi lịch là một bảng mang tên lịch; cột calendar và reception_calendar ghi đúng tên này.
# mon … sun là thứ Hai … Chủ nhật; ngày không ghi là ngày nghỉ. Ngày lễ chung của cả nước đã có sẵn.

["Giờ hành chính của tỉnh"]
weekly.mon = [["07:00", "11:30"], ["13:30", "17:00"]]
weekly.tue = [["07:00", "11:30"], ["13:30", "17:00"]]
weekly.wed = [["07:00", "11:30"], ["13:30", "17:00"]]
weekly.thu = [["07:00", "11:30"], ["13:30", "17:00"]]
weekly.fri = [["07:00", "11:30"], ["13:30", "17:00"]]

["Tiếp nhận cả sáng thứ Bảy"]
weekly.mon = [["07:00", "11:30"], ["13:30", "17:00"]]
weekly.tue = [["07:00", "11:30"], ["13:30", "17:00"]]
weekly.wed = [["07:00", "11:30"], ["13:30", "17:00"]]
weekly.thu = [["07:00", "11:30"], ["13:30", "17:00"]]
weekly.fri = [["07:00", "11:30"], ["13:30", "17:00"]]
weekly.sat = [["07:30", "11:00"]]
days_off = [{ date = "2026-12-19", name = "Mất điện toàn trụ sở" }]
"""

_EXAMPLES = {
    "agencies.csv": (
        "H32,UBND tỉnh Khánh Hòa,province,,56,Giờ hành chính của tỉnh,keep_time,2025-07-01,false",
        "H32.16,Sở Xây dựng,province,H32,,,,2025-07-01,false",
    ),
    "units.csv": ("H32.16,H32.16.01,Phòng Quản lý xây dựng", "H32.16,H32.16.02,Phòng Quản lý vận tải"),
    "desks.csv": (
        "TTPVHCC,Trung tâm Phục vụ hành chính công tỉnh,H32,H32|H32.16,22366,Tiếp nhận cả sáng thứ Bảy,Số 1 đường Mẫu,0258 382 0001",
        "MC-SXD,Bộ phận Một cửa Sở Xây dựng,H32.16,H32.16,22366,,,",
    ),
    "officers.csv": (
        "quantri,Nguyễn Văn An,Quản trị hệ thống,H32,,,,quantri@khanhhoa.gov.vn,2025-07-01,administrator@H32",
        "tiepnhan,Lê Thị Bình,Cán bộ tiếp nhận,H32,,TTPVHCC,0912345678,,2025-07-01,counter_officer@H32|cashier@H32",
    ),
    "posted.csv": ("TTPVHCC,1.009645,H32.16,", "MC-SXD,1.009645,H32.16,"),
}

_NOTES = """\
CÁCH ĐIỀN CÁC TỆP NÀY

Thay các dòng ví dụ bằng dữ liệu của tỉnh, rồi nạp: motcua import organisation {folder}
Nạp lại bao nhiêu lần cũng được: dòng đã có thì không đổi, dòng khác thì sửa theo tệp. Không dòng nào bị xóa vì vắng mặt
trong tệp; tệp nào không có thì phần đó giữ nguyên. Có một lỗi thì không nạp gì, và mọi lỗi được nêu cùng lúc.

Excel: lưu dạng “CSV UTF-8” (dấu phẩy hay dấu chấm phẩy đều được). Đặt cột điện thoại, mã đơn vị hành chính và mã thủ tục
là kiểu Văn bản, nếu không Excel bỏ mất số 0. Ngày ghi 2026-11-20 hoặc 20/11/2026 (ngày trước, tháng sau).

agencies.csv: cơ quan
  code        mã định danh điện tử, như H32.16; không đổi được về sau
  level       {levels}
  parent      mã cơ quan cha, trống = cao nhất; đã có hồ sơ thì không đổi level và parent được nữa
  admin_unit  mã tỉnh (2 chữ số) hoặc xã (5 chữ số) của cơ quan thống kê, có thể trống
  calendar    tên lịch tính hạn, trống = theo cơ quan cha
  due_policy  keep_time (giữ nguyên giờ tiếp nhận) hoặc end_of_day (hết giờ làm việc của ngày cuối), trống = theo cơ quan cha
  valid_from  ngày thành lập hoặc ngày bắt đầu dùng
  own_system  true nếu cơ quan làm việc trên hệ thống riêng của ngành, trống = false

calendars.toml: giờ làm việc, mỗi lịch một bảng (xem ví dụ trong tệp)

units.csv: phòng
  agency      mã cơ quan
  code        mã phòng, không trùng trong cả tỉnh

desks.csv: bộ phận một cửa
  agency      cơ quan chủ quản
  serves      mã các cơ quan mà nơi này tiếp nhận hồ sơ cho, cách nhau bằng |
  reception_calendar  tên lịch tiếp nhận, trống = theo lịch của cơ quan

officers.csv: cán bộ, mỗi tài khoản một dòng
  username    tên đăng nhập, không dấu
  agency      cơ quan công tác; đổi sang cơ quan khác thì valid_from là ngày bắt đầu ở nơi mới
  unit, desk  mã phòng, mã bộ phận một cửa; có thể trống
  phone, email  để nhắc việc; trống = chỉ nhắc trên trang
  roles       vai_trò@MÃ_CƠ_QUAN, cách nhau bằng |; vai trò có với cơ quan đó và mọi cấp dưới. Vai trò bỏ khỏi ô này thì
              hết từ ngày nạp; ô trống thì không còn vai trò nào. Cần ít nhất một người có vai trò administrator. Vai trò:
{roles}
  Mật khẩu đặt riêng cho từng người: motcua password TÊN_ĐĂNG_NHẬP

posted.csv: thủ tục niêm yết
  desk        bộ phận một cửa tiếp nhận
  procedure   mã thủ tục trong danh mục, như 1.009645
  agency      cơ quan có thẩm quyền; phải có trong cột serves của bộ phận một cửa, hoặc là cơ quan chủ quản
  valid_to    ngày đầu tiên không còn niêm yết ở đó, từ hôm nay trở đi; trống = niêm yết đến khi có thay đổi. Cột này có thể
              bỏ. Thủ tục đã gỡ mà dòng của nó để trống ngày thì được niêm yết lại.
"""


def write_template(folder: Path) -> list[str]:
    """Write the files and say which. Raises BadInput, and writes nothing, where one of them is there already."""
    # Imported here: they need Django loaded.
    from motcua.catalog.posted_files import COLUMNS as POSTED_COLUMNS
    from motcua.catalog.posted_files import POSTED, UNTIL
    from motcua.organizations.models import Agency, Role
    from motcua.organizations.organisation_files import CALENDARS, COLUMNS

    headers = {**COLUMNS, POSTED: (*POSTED_COLUMNS, UNTIL)}
    levels = ", ".join(f"{value} ({label})" for value, label in Agency.Level.choices)
    roles = "\n".join(f"                {value:<16} {label}" for value, label in Role.choices)
    texts = {
        **{name: "\n".join([",".join(headers[name]), *lines, ""]) for name, lines in _EXAMPLES.items()},
        CALENDARS: _CALENDARS,
        NOTES: _NOTES.format(folder=folder, levels=levels, roles=roles),
    }
    there = [name for name in texts if (folder / name).exists()]
    if there:
        raise BadInput("\n".join(f"{folder / name}: đã có tệp này; không ghi đè." for name in there))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            # With the mark at the begin by which a spreadsheet knows UTF-8; TOML must do without.
            (folder / name).write_text(text, encoding="utf-8" if name == CALENDARS else "utf-8-sig", newline="\r\n")
    except OSError as error:
        raise BadInput(f"{folder}: không ghi được ({system_reason(error)}).") from None
    return sorted(texts)

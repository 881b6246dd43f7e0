"""The offices of the demonstration: Khánh Hòa as it is after 1 July 2025, with invented people in them.

Codes below the province are this demonstration's own; the official list of identifiers of Quyết định 20/2020 was not at hand.
"""

from __future__ import annotations

from dataclasses import dataclass

PROVINCE_CODE = "H32"
PROVINCE_UNIT = "56"


@dataclass(frozen=True, slots=True)
class Department:
    """`short` marks the numbers of its papers: `15/GP-SXD`."""

    code: str
    name: str
    short: str
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Commune:
    """`unit` is the code of the statistics office."""

    code: str
    unit: str
    name: str


@dataclass(frozen=True, slots=True)
class VerticalSite:
    """An office of a vertical agency with a desk of its own. `unit` is the commune it stands in, which may lie in another province."""

    code: str
    name: str
    short: str
    unit: str


DEPARTMENTS = (
    Department("H32.16", "Sở Xây dựng", "SXD", ("Phòng Quản lý xây dựng", "Phòng Quản lý vận tải")),
    Department("H32.15", "Sở Tư pháp", "STP", ("Phòng Bổ trợ tư pháp",)),
    Department("H32.05", "Sở Tài chính", "STC", ("Phòng Đăng ký kinh doanh", "Phòng Kinh tế đối ngoại")),
    Department("H32.14", "Sở Nông nghiệp và Môi trường", "SNNMT", ("Văn phòng Đăng ký đất đai",)),
    Department("H32.30", "Ban Quản lý Khu kinh tế và các khu công nghiệp", "BQLKKT", ("Phòng Quản lý đầu tư",)),
)

COMMUNES = (
    Commune("H32.101", "22366", "phường Nha Trang"),
    Commune("H32.102", "22333", "phường Bắc Nha Trang"),
    Commune("H32.103", "22390", "phường Tây Nha Trang"),
    Commune("H32.104", "22402", "phường Nam Nha Trang"),
    Commune("H32.105", "22420", "phường Cam Ranh"),
    Commune("H32.106", "22423", "phường Ba Ngòi"),
    Commune("H32.107", "22453", "xã Cam Lâm"),
    Commune("H32.108", "22651", "xã Diên Khánh"),
    Commune("H32.109", "22678", "xã Diên Lạc"),
    Commune("H32.110", "22528", "phường Ninh Hòa"),
    Commune("H32.111", "22561", "phường Đông Ninh Hòa"),
    Commune("H32.112", "22489", "xã Vạn Ninh"),
    Commune("H32.113", "22609", "xã Khánh Vĩnh"),
    Commune("H32.114", "22714", "xã Khánh Sơn"),
    Commune("H32.115", "22759", "phường Phan Rang"),
    Commune("H32.116", "22738", "phường Đô Vinh"),
    Commune("H32.117", "22810", "xã Ninh Sơn"),
    Commune("H32.118", "22870", "xã Ninh Phước"),
    Commune("H32.119", "22909", "xã Cà Ná"),
    Commune("H32.120", "22736", "đặc khu Trường Sa"),
)

TAX = ("G12.18.56", "Thuế tỉnh Khánh Hòa")
TAX_SITES = (
    VerticalSite("G12.18.561", "Thuế cơ sở Nha Trang", "TNT", "22366"),
    VerticalSite("G12.18.562", "Thuế cơ sở Cam Ranh", "TCR", "22420"),
    VerticalSite("G12.18.563", "Thuế cơ sở Phan Rang", "TPR", "22759"),
)

CUSTOMS = ("G12.20.41", "Chi cục Hải quan khu vực Nam Trung Bộ")
CUSTOMS_SITES = (
    VerticalSite("G12.20.411", "Hải quan cửa khẩu cảng Nha Trang", "HQNT", "22366"),
    VerticalSite("G12.20.412", "Hải quan cửa khẩu sân bay Cam Ranh", "HQCR", "22411"),
    # Beyond the territory: the port of Vũng Rô lies in Đắk Lắk, in what was Phú Yên.
    VerticalSite("G12.20.413", "Hải quan cửa khẩu cảng Vũng Rô", "HQVR", "22291"),
)

PROVINCE_CALENDAR: tuple[str, dict[str, object]] = ("Giờ hành chính tỉnh Khánh Hòa", {})
_CUSTOMS_DAY = [["07:30", "12:00"], ["13:00", "16:30"]]
CUSTOMS_CALENDAR: tuple[str, dict[str, object]] = (
    "Giờ làm việc của hải quan",
    {"weekly": dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), _CUSTOMS_DAY)},
)
_DESK_DAY = [["07:00", "11:30"], ["13:30", "17:00"]]
SATURDAY_RECEPTION: tuple[str, dict[str, object]] = (
    "Tiếp nhận cả sáng thứ Bảy",
    {"weekly": {**dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), _DESK_DAY), "sat": [["07:30", "11:00"]]}},
)

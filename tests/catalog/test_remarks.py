"""Lines among the catalogue's papers that explain and ask for nothing: taken out only when no paper can be meant."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("values", "is_remark"),
    [
        ({"name": "- Đối với giấy tờ gửi kèm theo nếu nộp trực tuyến:"}, True),
        ({"name": "+ Người tiếp nhận có trách nhiệm tiếp nhận đúng, đủ hồ sơ"}, True),
        ({"name": "Bản chụp các giấy tờ phải rõ nét", "case": "* Lưu ý"}, True),
        ({"name": "Các giấy tờ sau đây:"}, True),
        ({"name": "Giấy đề nghị đăng ký doanh nghiệp - Mẫu 02"}, False),
        ({"name": "- Giấy ủy quyền hợp pháp nếu bằng tiếng nước ngoài phải được dịch"}, False),
        ({"name": "- Trường hợp trẻ em bị bỏ rơi thì phải có biên bản", "originals": 1}, False),
        ({"name": "Trường hợp mang thai hộ: văn bản xác nhận", "copies": 1}, False),
        ({"name": "Đối với công trình: đơn", "form_name": "Mẫu số 01"}, False),
        ({"name": "Tờ khai", "case": "* Lưu ý", "originals": 1}, False),
    ],
)
def test_remark_is_told_from_a_paper(values: dict[str, object], is_remark: bool) -> None:
    from motcua.catalog.models import PaperRequirement

    assert PaperRequirement(**values).is_remark is is_remark


def test_label_and_heading_lose_the_catalogues_bullets() -> None:
    from motcua.catalog.models import PaperRequirement

    paper = PaperRequirement(name="- Tờ khai đăng ký khai sinh theo mẫu;", case="* Giấy tờ phải nộp ")

    assert (paper.label, paper.heading) == ("Tờ khai đăng ký khai sinh theo mẫu", "Giấy tờ phải nộp")

"""The pages that anybody reads: home, search, procedure, checklist."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.portal.house import index_words, text
from tests.province import Province, build_procedure

pytestmark = pytest.mark.django_db


def test_home_has_search_lookup_most_used_and_contact(client: Client, province: Province) -> None:
    page = text(client.get("/"))

    assert "Ông/bà cần làm thủ tục gì?" in page
    assert 'name="q"' in page
    assert 'name="code"' in page
    assert "Cấp giấy phép xây dựng nhà ở riêng lẻ" in page
    assert "3 ngày làm việc" in page
    assert "0258 3 822 222" in page


def test_home_of_an_empty_house_says_what_will_stand_there(client: Client, db: None) -> None:
    page = text(client.get("/"))

    assert "Danh mục thủ tục chưa được nạp" in page
    assert "sẽ hiện ở đây khi đơn vị khai báo" in page


@pytest.mark.parametrize("typed", ["giấy phép xây dựng", "giay phep xay dung", "GIẤY PHÉP", "xay d", "1.001193"])
def test_search_finds_with_and_without_marks(client: Client, province: Province, typed: str) -> None:
    page = text(client.get("/thu-tuc/", {"q": typed}))

    assert "Tìm thấy 1 thủ tục." in page
    assert 'href="/thu-tuc/1.001193/"' in page


def test_search_without_match_says_what_to_do(client: Client, province: Province) -> None:
    page = text(client.get("/thu-tuc/", {"q": "nuôi cá sấu"}))

    assert "Không có thủ tục nào khớp" in page


@pytest.mark.parametrize("typed", ["!!!", "' OR 1=1 --", "a" * 500, "\\", "<script>alert(1)</script>", "đ & ! | :*"])
def test_search_of_odd_text_is_a_page_without_the_text_as_markup(
    client: Client, province: Province, typed: str
) -> None:
    response = client.get("/thu-tuc/", {"q": typed})

    assert response.status_code == 200
    assert "<script>alert" not in text(response)


def test_filters_by_sector_and_audience(client: Client, province: Province) -> None:
    assert "Tìm thấy 1 thủ tục." in text(client.get("/thu-tuc/", {"linh-vuc": "G17-XD01", "doi-tuong": "cong-dan"}))
    assert "Không có thủ tục nào khớp" in text(client.get("/thu-tuc/", {"doi-tuong": "to-chuc"}))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"linh-vuc": "G99"}, "Không có lĩnh vực “G99”"),
        ({"doi-tuong": "ai-do"}, "Không có đối tượng “ai-do”"),
        ({"trang": "0"}, "Số trang phải là số từ 1 đến 1000"),
        ({"trang": "²"}, "Số trang phải là số từ 1 đến 1000"),
        ({"trang": "abc"}, "địa chỉ đang ghi “abc”"),
    ],
)
def test_bad_filter_is_one_clear_sentence(client: Client, province: Province, query: dict[str, str], said: str) -> None:
    response = client.get("/thu-tuc/", query)

    assert response.status_code == 422
    assert said in text(response)


def test_search_by_htmx_answers_the_list_only(client: Client, province: Province) -> None:
    response = client.get("/thu-tuc/", {"q": "xay dung"}, headers={"HX-Request": "true"})

    assert "<html" not in text(response)
    assert 'href="/thu-tuc/1.001193/"' in text(response)
    assert "HX-Request" in response["Vary"]


def test_search_pages_by_twenty(client: Client, province: Province) -> None:
    for number in range(25):
        index_words(build_procedure(f"2.{number:06d}", f"Thủ tục số {number}", province.procedure.sector))

    first, second = client.get("/thu-tuc/"), client.get("/thu-tuc/", {"trang": "2"})

    assert "26 thủ tục, đang xem từ 1 đến 20." in text(first)
    assert "26 thủ tục, đang xem từ 21 đến 26." in text(second)
    assert 'rel="next" href="?trang=2"' in text(first)


def test_search_costs_the_same_for_one_and_for_twenty(
    client: Client, province: Province, django_assert_num_queries
) -> None:
    with django_assert_num_queries(4):
        client.get("/thu-tuc/")
    for number in range(20):
        index_words(build_procedure(f"2.{number:06d}", f"Thủ tục số {number}", province.procedure.sector))
    with django_assert_num_queries(4):
        client.get("/thu-tuc/")


def test_procedure_page_has_every_part(client: Client, province: Province) -> None:
    page = text(client.get("/thu-tuc/1.001193/"))

    for part in (
        "Cấp giấy phép xây dựng nhà ở riêng lẻ", "3 ngày làm việc", "50.000", "2 bộ phận một cửa", "Nộp hồ sơ", "Tờ khai",
        "Giấy tờ tùy thân", "1 bản chính", "Nộp hồ sơ tại bộ phận một cửa.", "Phù hợp quy hoạch.", "Giấy phép xây dựng",
        "50/2014/QH13", "Công dân Việt Nam, Doanh nghiệp", "Cấp tỉnh", "Trung tâm Phục vụ hành chính công tỉnh", "(1 bộ)",
    ):  # fmt: skip
        assert part in page, part


def test_unknown_procedure_is_a_vietnamese_404(client: Client, province: Province) -> None:
    response = client.get("/thu-tuc/9.999999/")

    assert response.status_code == 404
    assert "Không tìm thấy" in text(response)


def test_checklist_prints_the_papers(client: Client, province: Province) -> None:
    page = text(client.get("/thu-tuc/1.001193/giay-to/"))

    assert "Giấy tờ cần chuẩn bị" in page
    assert "Tờ khai" in page


def test_national_mode_sends_to_the_national_portal(client: Client, province: Province, set_config) -> None:
    set_config("MOTCUA_PORTAL_MODE", "national")

    page = text(client.get("/thu-tuc/1.001193/"))
    refused = client.post("/thu-tuc/1.001193/nop/")

    assert "Cổng Dịch vụ công quốc gia" in page
    assert 'action="/thu-tuc/1.001193/nop/"' not in page
    assert refused.status_code == 403
    assert "chỉ tra cứu và hướng dẫn" in text(refused)


def test_pages_carry_the_strict_content_policy_and_no_inline_code(client: Client, province: Province) -> None:
    for address in ("/", "/thu-tuc/", "/thu-tuc/1.001193/", "/tra-cuu/", "/ho-so-cua-toi/"):
        response = client.get(address)
        assert "default-src 'self'" in response["Content-Security-Policy"]
        assert " style=" not in text(response)
        assert "onclick" not in text(response)
        assert "<style" not in text(response)


def test_only_reading_methods_on_reading_pages(client: Client, province: Province) -> None:
    assert client.post("/thu-tuc/").status_code == 405
    assert client.get("/thu-tuc/1.001193/nop/").status_code == 405


def test_procedures_taken_in_the_province_come_first_and_others_are_marked(client: Client, province: Province) -> None:
    index_words(build_procedure("1.000001", "Giấy phép xây dựng của nơi khác", province.procedure.sector))

    page = text(client.get("/thu-tuc/", {"q": "giay phep xay dung"}))

    assert page.index("/thu-tuc/1.001193/") < page.index("/thu-tuc/1.000001/")
    assert page.count("chưa nhận tại tỉnh") == 1


def test_limit_that_nobody_could_read_is_not_shown_as_one(client: Client, province: Province) -> None:
    version = province.procedure.current
    version.channels.update(amount=None, unit="", limit_text="1100 VNĐ")

    page = text(client.get("/thu-tuc/1.001193/"))

    assert "Đang rà soát" in page
    assert "danh mục ghi “1100 VNĐ”" in page


def test_home_and_procedure_cost_the_same_however_much_there_is(
    client: Client, province: Province, django_assert_max_num_queries
) -> None:
    def cost(path: str) -> int:
        with django_assert_max_num_queries(12) as queries:
            client.get(path)
        return len(queries)

    few = [cost("/"), cost("/thu-tuc/1.001193/")]
    for number in range(15):
        other = build_procedure(f"2.{number:06d}", f"Thủ tục số {number}", province.procedure.sector)
        other.desks.create(desk=province.desk, agency=province.department)
        province.procedure.current.papers.create(position=10 + number, name=f"Giấy {number}")

    assert [cost("/"), cost("/thu-tuc/1.001193/")] == few

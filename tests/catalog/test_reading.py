from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from motcua.catalog.base_data import open_base_data, write_base_data
from motcua.catalog.facts import ChannelFact, Doubtful, PaperFact, ProcedureFacts
from motcua.catalog.fees import Fee, read_fee
from motcua.catalog.papers import HEADER, Paper, read_papers
from motcua.catalog.reading import BadRecord, content_hash, read_record
from motcua.catalog.sectors import sector_code
from motcua.catalog.tables import GROUNDS_HEADER, read_grounds, read_results
from motcua.law.channel_rows import split_rows
from motcua.law.codes import BadCode

RECORDS = Path(__file__).parent / "data" / "records.jsonl"


@pytest.fixture(scope="module")
def records() -> dict[str, dict[str, object]]:
    lines = RECORDS.read_text(encoding="utf-8").splitlines()
    return {record["ma_thu_tuc"]: record for record in map(json.loads, lines)}


def test_a_plain_record_is_read_whole(records: dict[str, dict[str, object]]) -> None:
    facts = read_record(records["2.001716"])

    assert facts.name == "Đăng ký hoạt động của Chi nhánh Trung tâm hòa giải thương mại"
    assert facts.sector == "Hòa giải thương mại"
    assert facts.decision_number == "1940/QĐ-BTP"
    assert facts.levels == ("province",)
    assert facts.audience == ("Tổ chức (không bao gồm doanh nghiệp, HTX)",)
    assert (facts.competent_agency, facts.performing_agency) == ("Sở Tư pháp", "Sở Tư pháp")
    assert facts.channels == tuple(
        ChannelFact(channel, 5, "working_day", "", "5 Ngày làm việc", 0, "Miễn phí")
        for channel in ("online", "post", "counter")
    )
    assert facts.papers[0] == PaperFact(
        case="",
        name="Giấy đề nghị đăng ký hoạt động Trung tâm hòa giải thương mại/Chi nhánh trung tâm hòa giải thương mại",
        form_name="Mẫu TP-HGTM-04.docx",
        originals=1,
        copies=0,
    )
    assert [(paper.originals, paper.copies) for paper in facts.papers] == [(1, 0), (0, 1)]
    assert facts.results == (("Giấy đăng ký hoạt động của Chi nhánh Trung tâm hòa giải thương mại", "KQ.G15.000319"),)
    assert {number for number, _ in facts.grounds} == {
        "11/2025/TT-BTP", "02/2018/TT-BTP", "03/2024/TT-BTP", "22/2017/NĐ-CP", "112/2025/NĐ-CP",
    }  # fmt: skip
    assert (facts.has_steps, facts.has_conditions, facts.sets) == (True, False, None)
    assert facts.doubts == ()


def test_a_number_without_unit_waits_with_the_rows_it_touches(records: dict[str, dict[str, object]]) -> None:
    facts = read_record(records["1.009671"])

    assert [(rule.channel, rule.amount) for rule in facts.channels] == [
        ("post", None),
        ("counter", None),
        ("online", 3),
    ]
    assert facts.doubts == (
        Doubtful(
            field="limit:0,1",
            text="1",
            reason="Dịch vụ bưu chính, Trực tiếp: thời hạn chỉ ghi số “1”, thiếu đơn vị (giờ, ngày hay ngày làm việc).",
            suggestion={"amount": 3, "unit": "working_day", "basis": "Nguyên văn có ghi “3 ngày làm việc”."},
        ),
    )


def test_what_cannot_be_read_is_named_by_kind(records: dict[str, dict[str, object]]) -> None:
    kinds = {code: sorted({doubt.kind for doubt in read_record(record).doubts}) for code, record in records.items()}

    assert kinds == {
        "1.002374": [],
        "2.000975": ["fee", "limit"],
        "1.008709": [],
        "1.006429": ["limit"],
        "1.009671": ["limit"],
        "1.011043": [],
        "1.013097": ["fee", "limit"],
        "1.002693": ["limit_note"],
        "1.007839": ["limit"],
        "1.001632": ["papers"],
        "1.000672": ["condition"],
        "2.001716": [],
    }


def test_facts_survive_json(records: dict[str, dict[str, object]]) -> None:
    for record in records.values():
        facts = read_record(record)
        assert ProcedureFacts.from_json(json.loads(json.dumps(facts.as_json()))) == facts


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"ten_thu_tuc": " "}, BadRecord, "Thiếu tên thủ tục (“ten_thu_tuc”)."),
        ({"linh_vuc": None}, BadRecord, "Thiếu lĩnh vực (“linh_vuc”)."),
        ({"ma_thu_tuc": "abc"}, BadCode, "Mã thủ tục hành chính “abc” không đúng; cần dạng 1.001193."),
    ],
)
def test_a_record_without_its_core_is_refused(
    records: dict[str, dict[str, object]], change: dict[str, object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as refusal:
        read_record(records["2.001716"] | change)

    assert str(refusal.value) == message


def test_hash_looks_at_content_not_at_the_address_or_the_form_of_letters(
    records: dict[str, dict[str, object]],
) -> None:
    record = records["2.001716"]

    assert content_hash(record | {"detail_url": "https://example.vn/x"}) == content_hash(record)
    assert content_hash(record | {"so_quyet_dinh": "1/QĐ-BTP"}) != content_hash(record)


def test_papers_keep_case_form_and_counts() -> None:
    papers = read_papers(
        f"* Cấp mới:{HEADER}Tờ khaiMẫu 01.docx1 bản chính- Hợp đồng: 01 bản chính;0 bản chính,2 bản sao"
        f"* Cấp lại:{HEADER}Thẻ cũ (02 bản sao)1 bản saoSố lượng hồ sơ: 02 bộ0 bản chính"
    )

    assert papers.papers == (
        Paper("* Cấp mới", "Tờ khai", "Mẫu 01.docx", 1, 0),
        Paper("* Cấp mới", "- Hợp đồng: 01 bản chính;", "", 0, 2),
        Paper("* Cấp lại", "Thẻ cũ (02 bản sao)", "", 0, 1),
    )
    assert (papers.sets, papers.leftover) == (2, "")


def test_a_count_run_into_a_name_is_not_cut_by_guess() -> None:
    papers = read_papers(f"--{HEADER}Luật Kế toán 20151 bản chínhĐơn1 bản chính")

    assert papers.papers[0] == Paper(
        "", "Luật Kế toán 2015", "", None, None, "tên giấy tờ và số bản dính liền nhau thành “20151 bản”", (1, 0)
    )
    assert papers.papers[1].originals == 1


@pytest.mark.parametrize("text", ["", "--", "----", "  "])
def test_no_papers(text: str) -> None:
    assert read_papers(text).papers == ()
    assert read_papers(text).leftover == ""


def test_prose_instead_of_a_table_of_papers_is_left_over() -> None:
    assert read_papers("Bước 2. Nộp hồ sơ").leftover == "Bước 2. Nộp hồ sơ"


def test_results_and_grounds_are_cut_at_their_codes() -> None:
    assert read_results("Giấy phépMã: KQ.G15.000107Văn bản từ chốiMã: KQ.G15.000108Từ khóaKhông có thông tin") == (
        [("Giấy phép", "KQ.G15.000107"), ("Văn bản từ chối", "KQ.G15.000108")],
        "",
    )
    assert read_results("Giấy phépMã: sfbkjasTừ khóa") == ([], "Giấy phépMã: sfbkjas")
    assert read_grounds(
        f"{GROUNDS_HEADER}Nghị định số 123/2015/NĐ-CP ngày 15/11/2015 về hộ tịch123/2015/NĐ-CP"
        "Luật 54/2019/QH1454/2019/QH14quy định về phân quyền144/2025/NĐ-CPCắt giảm66.7/2025/NQ-CP"
    ) == (
        [
            ("123/2015/NĐ-CP", "Nghị định số 123/2015/NĐ-CP ngày 15/11/2015 về hộ tịch"),
            ("54/2019/QH14", "Luật 54/2019/QH14"),
            ("144/2025/NĐ-CP", "quy định về phân quyền"),
            ("66.7/2025/NQ-CP", "Cắt giảm"),
        ],
        [],
    )
    assert read_grounds(f"{GROUNDS_HEADER}Luật Công chứng năm 202446/2024/QH15") == (
        [],
        ["Luật Công chứng năm 202446/2024/QH15"],
    )


@pytest.mark.parametrize(
    ("cells", "fee"),
    [
        ("Miễn phí", Fee(0, "Miễn phí")),
        ("Miễn phí(Không có)", Fee(0, "Miễn phí")),
        ("800,000 Việt Nam Đồng(/hồ sơ)", Fee(800_000, "800,000 Việt Nam Đồng (/hồ sơ)")),
        ("70,000 VNĐ(70.000 đồng/Giấy chứng nhận.)", Fee(70_000, "70,000 VNĐ (70.000 đồng/Giấy chứng nhận.)")),
        ("Không có thông tin", Fee(None, "")),
        (
            "Không có thông tinLệ phí: 20.000 đồng",
            Fee(None, "", "cổng không ghi phí nhưng phần mô tả có số tiền", 20_000),
        ),
        (
            "Miễn phí(Mức lệ phí do Hội đồng nhân dân cấp tỉnh quyết định)",
            Fee(
                None,
                "Miễn phí (Mức lệ phí do Hội đồng nhân dân cấp tỉnh quyết định)",
                "ghi miễn phí nhưng ghi chú nói có mức thu hoặc do nơi khác quy định",
            ),
        ),
        (
            "20 VNĐ(20.000 đ)",
            Fee(None, "20 VNĐ (20.000 đ)", "số tiền nhỏ khác thường; ghi chú cho số gấp nghìn lần", 20_000),
        ),
        (
            "2,000 VNĐ(/trang)",
            Fee(None, "2,000 VNĐ (/trang)", "thu theo đơn vị, không phải một mức cho cả hồ sơ", 2000),
        ),
        ("10 USD(/bản)", Fee(None, "10 USD (/bản)", "phí ghi bằng USD, không phải đồng")),
        (
            "4,000,000 VNĐ(áp dụng mức phí 2.000.000 đồng đến hết 2026)",
            Fee(
                None,
                "4,000,000 VNĐ (áp dụng mức phí 2.000.000 đồng đến hết 2026)",
                "phần mô tả còn ghi mức thu khác",
                4_000_000,
            ),
        ),
        (
            "40,000 VNĐ(- Xe ô tô trên 10 chỗ)",
            Fee(None, "40,000 VNĐ (- Xe ô tô trên 10 chỗ)", "mức thu chỉ nêu cho một trường hợp", 40_000),
        ),
    ],
)
def test_a_fee_is_one_plain_amount_or_a_doubt(cells: str, fee: Fee) -> None:
    rows, before = split_rows(f"Trực tiếp3 Ngày{cells}")

    assert (read_fee(rows[0]), before) == (fee, "")


def test_sector_codes_are_national_where_known_and_stable_elsewhere() -> None:
    assert sector_code("Chứng thực") == "G15-TP03"
    assert sector_code("Hộ tịch") == "LV-ho-tich"
    assert sector_code("Thi đua – Khen thưởng") == sector_code("Thi đua khen thưởng")
    assert len(sector_code("Thành lập và hoạt động của tổ hợp tác, hợp tác xã, liên hiệp hợp tác xã")) <= 60


def test_shipped_facts_hold_every_published_procedure() -> None:
    with open_base_data() as (digests, lines):
        facts = list(lines)

    assert len(digests) == len({entry.code for entry in facts}) == 1502
    assert {entry.code: entry.content_hash for entry in facts} == digests
    assert sum(len(entry.channels) for entry in facts) == 3942
    assert sum(rule.amount is not None for entry in facts for rule in entry.channels) == 3046
    assert sum(len(entry.papers) for entry in facts) == 9550
    assert sum(len(entry.results) for entry in facts) == 2061
    assert len({entry.sector for entry in facts}) == 82
    assert all(entry.steps_text == entry.conditions_text == "" for entry in facts)
    assert Counter(level for entry in facts for level in entry.levels) == {
        "ministry": 846, "province": 712, "commune": 433, "other": 48,
    }  # fmt: skip


def test_the_same_records_ship_as_the_same_bytes(tmp_path: Path) -> None:
    one, two = tmp_path / "one.gz", tmp_path / "two.gz"

    assert write_base_data([RECORDS], one) == write_base_data([RECORDS], two) == 12
    assert one.read_bytes() == two.read_bytes()

"""The statutory table of petitions: its columns, which say “chưa có số liệu” as long as no petition is taken in here."""

from __future__ import annotations

from motcua.statistics.measures import Lacking, measure

# Form II.05a of the periodic reports; the order of its columns was not checked with the official annex.
HEADS = (
    "Ngành, lĩnh vực", "Tiếp nhận: tổng số", "Về hành vi hành chính", "Về quy định hành chính", "Về cả hai", "Từ kỳ trước",
    "Tiếp nhận mới", "Đã xử lý: tổng số", "Về hành vi", "Về quy định", "Đang xử lý: trong hạn", "Đang xử lý: quá hạn",
    "Đã đăng tải công khai",
)  # fmt: skip
_measure = measure("petitions_answered_in_time")
assert isinstance(_measure, Lacking)
NOTE = f"{_measure.why} Thứ tự cột chưa kiểm chứng với phụ lục chính thức."

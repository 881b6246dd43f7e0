"""Papers and results in digital form. A flag that nobody told is unknown: counted apart, never as no."""

from __future__ import annotations

from collections.abc import Sequence

import ibis.expr.types as ir

from motcua.statistics.measures.base import DOSSIERS, QD766, Count, Measure, Predicate, Ratio
from motcua.statistics.measures.conditions import received, resolved


def _citizens(t: ir.Table) -> ir.BooleanValue:
    return received(t) & (t.applicant_kind == "citizen")


def _electronic_due(t: ir.Table) -> ir.BooleanValue:
    return resolved(t) & t.result_paper_due.fill_null(False)


def _of(
    name: str, title: str, base: Predicate, over: str, flags: Sequence[str], words: str, moment: str
) -> tuple[Measure, ...]:
    """The dossiers of `base` for which every flag holds, those for which it is not known, and the ratio over `over`."""

    def holds(t: ir.Table) -> ir.BooleanValue:
        found = base(t)
        for flag in flags:
            found = found & t[flag].fill_null(False)
        return found

    def unknown(t: ir.Table) -> ir.BooleanValue:
        # One flag known to be false settles it, whatever the others are.
        found, missing = base(t), None
        for flag in flags:
            found = found & t[flag].fill_null(True)
            missing = t[flag].isnull() if missing is None else missing | t[flag].isnull()
        return found & missing

    return (
        Count(name=name, title=title, unit=DOSSIERS, definition=f"{words}.", source=QD766, where=holds, moment=moment),
        Count(
            name=f"{name}_unknown",
            title=f"{title}: không rõ",
            unit=DOSSIERS,
            definition=f"Hồ sơ mà nguồn không cho biết có thuộc số “{title.lower()}” hay không.",
            source=QD766,
            where=unknown,
            moment=moment,
        ),
        Ratio(
            name=f"{name}_over_{over}",
            title=f"Tỷ lệ {title[0].lower()}{title[1:]}",
            definition=f"{words}, trên tổng số tương ứng.",
            source=QD766,
            numerator=name,
            denominator=over,
            unknown=f"{name}_unknown",
        ),
    )


MEASURES: tuple[Measure, ...] = (
    Count(
        name="received_of_citizens",
        title="Tiếp nhận của cá nhân",
        unit=DOSSIERS,
        definition="Hồ sơ tiếp nhận trong kỳ mà chủ hồ sơ là cá nhân.",
        source=QD766,
        where=_citizens,
        moment="accepted",
    ),
    Count(
        name="result_paper_due",
        title="Phải có kết quả bản điện tử",
        unit=DOSSIERS,
        definition="Hồ sơ có kết quả trong kỳ của thủ tục phải cấp giấy tờ kết quả.",
        source=QD766,
        where=_electronic_due,
        moment="finished",
    ),
    *_of(
        "digitised_input", "Hồ sơ được số hóa thành phần", received, "received", ("digitised_input",),
        "Hồ sơ tiếp nhận trong kỳ có ít nhất một giấy tờ đầu vào ở dạng tệp", "accepted",
    ),
    *_of(
        "digitised_result", "Hồ sơ được số hóa kết quả", resolved, "resolved", ("digitised_result",),
        "Hồ sơ có kết quả trong kỳ mà kết quả có tệp", "finished",
    ),
    *_of(
        "digitised_both", "Hồ sơ được số hóa cả thành phần và kết quả", resolved, "resolved",
        ("digitised_input", "digitised_result"), "Hồ sơ có kết quả trong kỳ, có tệp của giấy tờ đầu vào và của kết quả", "finished",
    ),
    *_of(
        "electronic_result", "Kết quả bản điện tử", _electronic_due, "result_paper_due", ("electronic_result",),
        "Hồ sơ có kết quả trong kỳ được cấp bản điện tử, trong số phải cấp giấy tờ kết quả", "finished",
    ),
    *_of(
        "reused_paper", "Hồ sơ dùng lại dữ liệu đã số hóa", received, "received", ("reused_paper",),
        "Hồ sơ tiếp nhận trong kỳ có ít nhất một giấy tờ được dùng lại", "accepted",
    ),
    *_of(
        "from_personal_store", "Hồ sơ kết nối kho dữ liệu cá nhân", received, "received", ("from_personal_store",),
        "Hồ sơ tiếp nhận trong kỳ lấy giấy tờ từ hoặc trả kết quả vào kho dữ liệu điện tử cá nhân", "accepted",
    ),
    *_of(
        "population_db_used", "Hồ sơ dùng cơ sở dữ liệu dân cư", _citizens, "received_of_citizens", ("population_db_used",),
        "Hồ sơ của cá nhân tiếp nhận trong kỳ có dùng dữ liệu dân cư", "accepted",
    ),
    *_of(
        "vneid_authenticated", "Hồ sơ của tài khoản xác thực VNeID", _citizens, "received_of_citizens", ("vneid_authenticated",),
        "Hồ sơ của cá nhân tiếp nhận trong kỳ do tài khoản đã xác thực VNeID nộp", "accepted",
    ),
    *_of(
        "portal_synced", "Hồ sơ đồng bộ lên Cổng Dịch vụ công quốc gia", received, "received", ("portal_synced",),
        "Hồ sơ tiếp nhận trong kỳ được đồng bộ, công khai tiến độ", "accepted",
    ),
    *_of(
        "received_by_post", "Hồ sơ nhận qua bưu chính", received, "received", ("received_by_post",),
        "Hồ sơ tiếp nhận trong kỳ gửi đến qua bưu chính công ích", "accepted",
    ),
    *_of(
        "returned_by_post", "Kết quả trả qua bưu chính", resolved, "resolved", ("returned_by_post",),
        "Hồ sơ có kết quả trong kỳ được phát kết quả qua bưu chính công ích", "finished",
    ),
)  # fmt: skip

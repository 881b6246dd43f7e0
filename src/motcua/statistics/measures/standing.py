"""What is still open when the window ends, and what lies finished but uncollected."""

from __future__ import annotations

from motcua.statistics.measures.base import DOSSIERS, PROVINCE, REPORT_06A, Count, Measure, Ratio
from motcua.statistics.measures.conditions import in_window, open_at_end, passed_at_end
from motcua.statistics.tables import END

MEASURES: tuple[Measure, ...] = (
    Count(
        name="open",
        title="Đang giải quyết",
        unit=DOSSIERS,
        definition="Hồ sơ đã tiếp nhận mà cuối kỳ chưa giải quyết xong (cột 11).",
        source=REPORT_06A,
        where=open_at_end,
    ),
    Count(
        name="open_in_time",
        title="Đang giải quyết trong hạn",
        unit=DOSSIERS,
        definition="Hồ sơ đang giải quyết mà cuối kỳ chưa đến hạn, đang tạm dừng, hoặc không có hạn (cột 12).",
        source=REPORT_06A,
        where=lambda t: open_at_end(t) & ~passed_at_end(t),
        among=open_at_end,
        pauses=True,
    ),
    Count(
        name="open_overdue",
        title="Đang giải quyết quá hạn",
        unit=DOSSIERS,
        definition="Hồ sơ đang giải quyết mà hạn đã qua khi kết thúc kỳ và không tạm dừng (cột 13).",
        source=REPORT_06A,
        where=lambda t: open_at_end(t) & passed_at_end(t),
        among=open_at_end,
        pauses=True,
    ),
    Count(
        name="open_paused",
        title="Đang tạm dừng",
        unit=DOSSIERS,
        definition="Hồ sơ đang giải quyết mà cuối kỳ đang chờ bổ sung, chờ nghĩa vụ tài chính hoặc tạm dừng theo luật.",
        source=PROVINCE,
        where=lambda t: open_at_end(t) & t.paused,
        among=open_at_end,
        pauses=True,
    ),
    Count(
        name="open_no_due",
        title="Đang giải quyết, không có hạn",
        unit=DOSSIERS,
        definition="Hồ sơ đang giải quyết không có hạn; tính vào cột 12, ghi chú riêng.",
        source=PROVINCE,
        where=lambda t: open_at_end(t) & t.due_at.isnull(),
        among=open_at_end,
    ),
    Count(
        name="due",
        title="Đến hạn trong ngày",
        unit=DOSSIERS,
        definition=(
            "Hồ sơ đang giải quyết, không tạm dừng, có hạn trong ngày; hạn đã qua trong ngày mà chưa xong cũng tính."
        ),
        source=PROVINCE,
        where=lambda t: open_at_end(t) & in_window(t.due_at) & ~t.paused,
        among=open_at_end,
        pauses=True,
    ),
    Count(
        name="uncollected",
        title="Có kết quả, chưa đến nhận",
        unit=DOSSIERS,
        definition="Hồ sơ có kết quả trước cuối kỳ mà lúc đó chưa giao cho người nhận.",
        source=PROVINCE,
        where=lambda t: (
            t.counted
            & (t.outcome == "resolved")
            & (t.finished_at < END)
            & (t.handed_over_at.isnull() | (t.handed_over_at >= END))
        ),
    ),
    Ratio(
        name="overdue_over_open",
        title="Tỷ lệ quá hạn trong hồ sơ đang giải quyết",
        definition="Cột 13 chia cột 11.",
        source=PROVINCE,
        numerator="open_overdue",
        denominator="open",
    ),
)

"""Late dossiers and their apologies; what is asked or ended only after the due."""

from __future__ import annotations

import ibis.expr.types as ir

from motcua.statistics.measures.base import DOSSIERS, ND61, PROVINCE, REPORT_06A, TIMES, Count, Fact, Measure, Ratio
from motcua.statistics.measures.conditions import finished, handled, in_window, judged, open_at_end, passed_at_end
from motcua.statistics.tables import END


def _late(t: ir.Table) -> ir.BooleanValue:
    """Finished late in the window, or open and late at its end."""
    return (finished(t) & judged(t, "overdue", "date")) | (open_at_end(t) & passed_at_end(t))


def _apologised(t: ir.Table) -> ir.BooleanValue:
    return _late(t) & t.apology_at.notnull() & (t.apology_at < END)


MEASURES: tuple[Measure, ...] = (
    Count(
        name="late",
        title="Hồ sơ chậm",
        unit=DOSSIERS,
        definition="Hồ sơ giải quyết quá hạn trong kỳ và hồ sơ đang giải quyết đã quá hạn khi kết thúc kỳ (cột 10 cộng cột 13).",
        source=REPORT_06A,
        where=_late,
        pauses=True,
        among=handled,
    ),
    Count(
        name="late_apologised",
        title="Hồ sơ chậm có văn bản xin lỗi",
        unit=DOSSIERS,
        definition="Hồ sơ chậm đã được xin lỗi và hẹn lại trước khi kết thúc kỳ.",
        source=ND61,
        where=_apologised,
        pauses=True,
        among=handled,
    ),
    Count(
        name="late_apologised_in_time",
        title="Xin lỗi đúng lúc",
        unit=DOSSIERS,
        definition="Hồ sơ chậm được xin lỗi chậm nhất một ngày trước hạn.",
        source=ND61,
        where=lambda t: _apologised(t) & (t.apology_timing == "in_time"),
        pauses=True,
        among=handled,
    ),
    Count(
        name="late_apologised_after_due",
        title="Xin lỗi sau hạn",
        unit=DOSSIERS,
        definition="Hồ sơ chậm chỉ được xin lỗi khi hạn đã qua.",
        source=ND61,
        where=lambda t: _apologised(t) & (t.apology_timing == "after_due"),
        pauses=True,
        among=handled,
    ),
    Ratio(
        name="apology_coverage",
        title="Tỷ lệ hồ sơ chậm có xin lỗi",
        definition="Hồ sơ chậm có văn bản xin lỗi trên hồ sơ chậm.",
        source=ND61,
        numerator="late_apologised",
        denominator="late",
    ),
    Ratio(
        name="apology_in_time_coverage",
        title="Tỷ lệ hồ sơ chậm được xin lỗi đúng lúc",
        definition="Hồ sơ chậm được xin lỗi chậm nhất một ngày trước hạn trên hồ sơ chậm.",
        source=ND61,
        numerator="late_apologised_in_time",
        denominator="late",
    ),
    Count(
        name="supplements_asked_overdue",
        title="Yêu cầu bổ sung sau hạn",
        unit=TIMES,
        definition="Lần yêu cầu bổ sung trong kỳ khi hồ sơ đã quá hạn, so theo ngày.",
        source=PROVINCE,
        fact=Fact.MOVE,
        where=lambda t: (
            in_window(t.occurred_at) & (t.kind == "dossier.supplement_asked") & (t.verdict_date == "overdue")
        ),
        moment="occurred",
    ),
    Count(
        name="supplements_asked_overdue_instant",
        title="Yêu cầu bổ sung sau hạn (theo thời điểm)",
        unit=TIMES,
        definition="Lần yêu cầu bổ sung trong kỳ khi hồ sơ đã quá hạn, so theo thời điểm đến phút.",
        source=PROVINCE,
        fact=Fact.MOVE,
        where=lambda t: (
            in_window(t.occurred_at) & (t.kind == "dossier.supplement_asked") & (t.verdict_instant == "overdue")
        ),
        moment="occurred",
    ),
)

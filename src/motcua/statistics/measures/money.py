"""Financial obligations and how they were paid. Sums are whole dong."""

from __future__ import annotations

import ibis.expr.types as ir

from motcua.statistics.measures.base import DONG, DOSSIERS, PROCEDURES, QD766, Count, Measure, Ratio
from motcua.statistics.measures.conditions import received


def _obliged(t: ir.Table) -> ir.BooleanValue:
    return received(t) & (t.obligation_vnd.fill_null(0) > 0)


def _paid_online(t: ir.Table) -> ir.BooleanValue:
    return _obliged(t) & (t.payment_channel == "online")


MEASURES: tuple[Measure, ...] = (
    Count(
        name="obliged",
        title="Hồ sơ có nghĩa vụ tài chính",
        unit=DOSSIERS,
        definition="Hồ sơ tiếp nhận trong kỳ có số tiền phải nộp lớn hơn 0.",
        source=QD766,
        where=_obliged,
        moment="accepted",
    ),
    Count(
        name="obligation_unknown",
        title="Hồ sơ không rõ nghĩa vụ tài chính",
        unit=DOSSIERS,
        definition="Hồ sơ tiếp nhận trong kỳ mà nguồn không cho biết số tiền phải nộp.",
        source=QD766,
        where=lambda t: received(t) & t.obligation_vnd.isnull(),
        moment="accepted",
    ),
    Count(
        name="paid_online",
        title="Hồ sơ thanh toán trực tuyến",
        unit=DOSSIERS,
        definition="Hồ sơ tiếp nhận trong kỳ có nghĩa vụ tài chính, đã nộp tiền trực tuyến.",
        source=QD766,
        where=_paid_online,
        moment="accepted",
    ),
    Count(
        name="payment_unknown",
        title="Hồ sơ không rõ cách nộp tiền",
        unit=DOSSIERS,
        definition="Hồ sơ có nghĩa vụ tài chính mà nguồn không cho biết nộp tiền bằng cách nào.",
        source=QD766,
        where=lambda t: _obliged(t) & (t.payment_channel == ""),
        moment="accepted",
    ),
    Ratio(
        name="paid_online_over_obliged",
        title="Tỷ lệ hồ sơ thanh toán trực tuyến",
        definition="Hồ sơ thanh toán trực tuyến trên hồ sơ có nghĩa vụ tài chính.",
        source=QD766,
        numerator="paid_online",
        denominator="obliged",
        unknown="payment_unknown",
    ),
    Count(
        name="procedures_obliged",
        title="Thủ tục có phát sinh nghĩa vụ tài chính",
        unit=PROCEDURES,
        definition="Số thủ tục khác nhau có hồ sơ phải nộp tiền, tiếp nhận trong kỳ.",
        source=QD766,
        where=_obliged,
        moment="accepted",
        distinct="procedure",
    ),
    Count(
        name="procedures_paid_online",
        title="Thủ tục có giao dịch thanh toán trực tuyến",
        unit=PROCEDURES,
        definition="Số thủ tục khác nhau có hồ sơ thanh toán trực tuyến, tiếp nhận trong kỳ.",
        source=QD766,
        where=_paid_online,
        moment="accepted",
        distinct="procedure",
    ),
    Count(
        name="obligation_amount",
        title="Số tiền phải nộp",
        unit=DONG,
        definition="Tổng số tiền phải nộp của hồ sơ tiếp nhận trong kỳ, phần đã biết.",
        source=QD766,
        where=received,
        moment="accepted",
        amount="obligation_vnd",
    ),
    Count(
        name="paid_amount",
        title="Số tiền đã nộp",
        unit=DONG,
        definition="Tổng số tiền đã nộp của hồ sơ tiếp nhận trong kỳ, phần đã biết.",
        source=QD766,
        where=received,
        moment="accepted",
        amount="paid_vnd",
    ),
    Count(
        name="paid_online_amount",
        title="Số tiền nộp trực tuyến",
        unit=DONG,
        definition="Tổng số tiền nộp trực tuyến của hồ sơ tiếp nhận trong kỳ, phần đã biết.",
        source=QD766,
        where=lambda t: received(t) & (t.payment_channel == "online"),
        moment="accepted",
        amount="paid_vnd",
    ),
    Ratio(
        name="paid_online_amount_over_paid",
        title="Tỷ lệ số tiền nộp trực tuyến",
        definition="Số tiền nộp trực tuyến trên số tiền đã nộp.",
        source=QD766,
        numerator="paid_online_amount",
        denominator="paid_amount",
    ),
)

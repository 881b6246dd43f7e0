"""How the record itself is kept: entries, how late they are made, papers carried between desks; and what people said."""

from __future__ import annotations

import ibis.expr.types as ir

from motcua.statistics.measures.base import (
    DOSSIERS,
    ENTRIES,
    MESSAGES,
    ND118,
    PROVINCE,
    QD766,
    SECONDS,
    TIMES,
    Count,
    Fact,
    Lacking,
    Measure,
    Ratio,
)
from motcua.statistics.measures.conditions import finished, in_window

HOUR, DAY = 3_600, 86_400


def _by_officers(t: ir.Table) -> ir.BooleanValue:
    return in_window(t.occurred_at) & (t.actor_kind == "officer")


MEASURES: tuple[Measure, ...] = (
    Count(
        name="entries",
        title="Việc được ghi",
        unit=ENTRIES,
        definition="Mục sổ cái của những việc xảy ra trong kỳ.",
        source=PROVINCE,
        fact=Fact.MOVE,
        where=lambda t: in_window(t.occurred_at),
        moment="occurred",
    ),
    Count(
        name="officer_entries",
        title="Việc do cán bộ ghi",
        unit=ENTRIES,
        definition="Mục sổ cái do cán bộ ghi, của những việc xảy ra trong kỳ.",
        source=PROVINCE,
        fact=Fact.MOVE,
        where=_by_officers,
        moment="occurred",
    ),
    Count(
        name="entries_late_hour",
        title="Việc ghi sau quá một giờ",
        unit=ENTRIES,
        definition="Việc do cán bộ ghi muộn hơn lúc xảy ra quá một giờ.",
        source=PROVINCE,
        fact=Fact.MOVE,
        where=lambda t: _by_officers(t) & (t.lag_seconds > HOUR),
        moment="occurred",
    ),
    Count(
        name="entries_late_day",
        title="Việc ghi sau quá một ngày",
        unit=ENTRIES,
        definition="Việc do cán bộ ghi muộn hơn lúc xảy ra quá 24 giờ.",
        source=PROVINCE,
        fact=Fact.MOVE,
        where=lambda t: _by_officers(t) & (t.lag_seconds > DAY),
        moment="occurred",
    ),
    Count(
        name="recording_seconds",
        title="Tổng độ trễ khi ghi",
        unit=SECONDS,
        definition="Tổng thời gian từ lúc việc xảy ra đến lúc được ghi, của việc do cán bộ ghi.",
        source=PROVINCE,
        fact=Fact.MOVE,
        where=_by_officers,
        moment="occurred",
        amount="lag_seconds",
    ),
    Ratio(
        name="mean_recording_seconds",
        title="Độ trễ ghi bình quân",
        unit=SECONDS,
        definition="Tổng độ trễ chia số việc do cán bộ ghi.",
        source=PROVINCE,
        numerator="recording_seconds",
        denominator="officer_entries",
    ),
    Ratio(
        name="late_day_over_entries",
        title="Tỷ lệ việc ghi sau quá một ngày",
        definition="Việc ghi sau quá một ngày trên việc do cán bộ ghi.",
        source=PROVINCE,
        numerator="entries_late_day",
        denominator="officer_entries",
    ),
    Count(
        name="papers_moved",
        title="Hồ sơ giấy chuyển giữa nơi tiếp nhận và cơ quan giải quyết",
        unit=TIMES,
        definition="Lượt bộ hồ sơ giấy nhận ở nơi khác được cơ quan giải quyết ký nhận trong kỳ.",
        source=ND118,
        fact=Fact.MOVE,
        where=lambda t: in_window(t.occurred_at) & (t.kind == "dossier.papers_received"),
        moment="occurred",
    ),
    Count(
        name="results_moved",
        title="Kết quả chuyển về nơi trả",
        unit=TIMES,
        definition="Lượt kết quả được nơi trả ký nhận trong kỳ.",
        source=ND118,
        fact=Fact.MOVE,
        where=lambda t: in_window(t.occurred_at) & (t.kind == "dossier.result_received"),
        moment="occurred",
    ),
    Count(
        name="rectified",
        title="Lượt đính chính",
        unit=TIMES,
        definition="Lượt đính chính đã duyệt trong kỳ.",
        source=PROVINCE,
        fact=Fact.MOVE,
        where=lambda t: in_window(t.occurred_at) & (t.kind == "dossier.rectified"),
        moment="occurred",
    ),
    Count(
        name="rated",
        title="Hồ sơ được đánh giá",
        unit=DOSSIERS,
        definition="Hồ sơ kết thúc trong kỳ có điểm hài lòng từ 1 đến 5.",
        source=QD766,
        where=lambda t: finished(t) & t.rating.notnull(),
        moment="finished",
    ),
    Count(
        name="satisfied",
        title="Hồ sơ được đánh giá hài lòng",
        unit=DOSSIERS,
        definition="Hồ sơ kết thúc trong kỳ có điểm hài lòng 4 hoặc 5.",
        source=QD766,
        where=lambda t: finished(t) & (t.rating >= 4),
        moment="finished",
    ),
    Ratio(
        name="satisfied_over_rated",
        title="Tỷ lệ hài lòng",
        definition="Hồ sơ được đánh giá hài lòng trên hồ sơ được đánh giá.",
        source=QD766,
        numerator="satisfied",
        denominator="rated",
    ),
    Count(
        name="messages_sent",
        title="Tin nhắn, thư điện tử đã gửi",
        unit=MESSAGES,
        definition="Tin nhắn và thư điện tử về hồ sơ đã gửi cho người nộp, chủ hồ sơ trong kỳ.",
        source=PROVINCE,
        fact=Fact.MESSAGE,
        where=lambda t: in_window(t.sent_at) & t.way.isin(("sms", "email")),
        moment="sent",
    ),
    Lacking(
        name="petitions_answered_in_time",
        title="Phản ánh, kiến nghị xử lý đúng hạn",
        unit="phản ánh, kiến nghị",
        definition="Phản ánh, kiến nghị trả lời trong thời hạn quy định.",
        source=QD766,
        why="Chưa tiếp nhận phản ánh, kiến nghị trên hệ thống.",
    ),
)

"""What the index of service quality asks besides: dossiers received in the window, judged at its end; and what no ledger tells."""

from __future__ import annotations

import ibis.expr.types as ir

from motcua.statistics.measures.base import DOSSIERS, PROCEDURES, QD766, Count, Lacking, Measure, Predicate
from motcua.statistics.measures.conditions import is_online, received, resolved
from motcua.statistics.tables import AS_OF, END, moves

_PETITIONS, _COMMUNES = "phản ánh, kiến nghị", "xã"
_NO_PETITIONS = "Chưa tiếp nhận phản ánh, kiến nghị trên hệ thống."
_NO_PUBLICATION = "Sổ cái không ghi việc công bố, công khai thủ tục hành chính."


def _asked_late(t: ir.Table) -> ir.BooleanValue:
    """Was asked for a supplement before END when the due had passed: standing still since then excuses nothing."""
    asked = moves.filter(
        moves.known_from <= AS_OF,
        moves.occurred_at < END,
        moves.kind == "dossier.supplement_asked",
        moves.verdict_instant == "overdue",
    )
    # Numbers of dossiers are those of a province; in a nation they meet.
    return _which(t).isin(_which(asked))


def _which(t: ir.Table) -> ir.StringColumn:
    return t.province + ":" + t.dossier_id.cast("string")


def _late(t: ir.Table, rounds: ir.IntegerValue) -> ir.BooleanValue:
    """`rounds` of supplements: more than one makes late."""
    ended = t.finished_at.notnull() & (t.finished_at < END)
    late_end = ended & (t.verdict_instant == "overdue")
    late_open = ~ended & t.due_at.notnull() & (t.due_at < END) & (~t.paused | _asked_late(t))
    return late_end | late_open | (rounds >= 2)


def _of_supplements(t: ir.Table) -> ir.IntegerValue:
    return t.supplement_rounds.fill_null(0)


def _of_all_rounds(t: ir.Table) -> ir.IntegerValue:
    return t.supplement_rounds.fill_null(0) + t.completion_rounds.fill_null(0)


def _all_rounds_known(t: ir.Table) -> ir.BooleanValue:
    return t.supplement_rounds.notnull() & t.completion_rounds.notnull()


def _online_service(t: ir.Table) -> ir.BooleanValue:
    return received(t) & t.service_level.isin(("partial", "full"))


def _no_electronic_result(t: ir.Table) -> ir.BooleanValue:
    """A paper result was due and no electronic one was issued."""
    return (t.outcome == "resolved") & t.result_paper_due.fill_null(False) & ~t.electronic_result.fill_null(True)


def _received_online(t: ir.Table) -> ir.BooleanValue:
    return _online_service(t) & is_online(t) & ~_no_electronic_result(t)


def _of_citizens(t: ir.Table) -> ir.BooleanValue:
    return received(t) & (t.applicant_kind == "citizen")


def _citizen_data(t: ir.Table) -> ir.BooleanValue:
    return _of_citizens(t) & (t.population_db_used.fill_null(False) | t.vneid_authenticated.fill_null(False))


def _citizen_data_unknown(t: ir.Table) -> ir.BooleanValue:
    told = t.population_db_used.fill_null(False) | t.vneid_authenticated.fill_null(False)
    return _of_citizens(t) & ~told & (t.population_db_used.isnull() | t.vneid_authenticated.isnull())


def _dossiers(
    name: str, title: str, definition: str, where: Predicate, *, distinct: str | None = None, pauses: bool = False
) -> Count:
    return Count(
        name=name, title=title, unit=PROCEDURES if distinct else DOSSIERS, definition=definition, source=QD766,
        where=where, moment="accepted", distinct=distinct, pauses=pauses,
    )  # fmt: skip


def _lacking(name: str, title: str, unit: str, why: str) -> Lacking:
    return Lacking(name=name, title=title, unit=unit, definition=f"{title} trong kỳ.", source=QD766, why=why)


MEASURES: tuple[Measure, ...] = (
    _dossiers(
        "received_in_time", "Tiếp nhận trong kỳ, giải quyết đúng hạn",
        "Hồ sơ tiếp nhận trong kỳ mà lúc kết thúc (chưa xong thì cuối kỳ, đang tạm dừng thì lúc tạm dừng) không sau hạn đến phút,"
        " và bị yêu cầu bổ sung không quá một lần. Không có hạn thì không quá hạn.",
        lambda t: received(t) & ~_late(t, _of_supplements(t)) & t.supplement_rounds.notnull(), pauses=True,
    ),
    _dossiers(
        "received_in_time_unknown", "Tiếp nhận trong kỳ, không rõ có đúng hạn không",
        "Hồ sơ tiếp nhận trong kỳ không quá hạn mà nguồn không cho biết số lần yêu cầu bổ sung.",
        lambda t: received(t) & ~_late(t, _of_supplements(t)) & t.supplement_rounds.isnull(), pauses=True,
    ),
    _dossiers(
        "received_in_time_all_rounds", "Tiếp nhận trong kỳ, giải quyết đúng hạn, tính cả lượt hoàn thiện",
        "Như “Tiếp nhận trong kỳ, giải quyết đúng hạn”, nhưng lượt yêu cầu hoàn thiện trước khi tiếp nhận cũng là một lượt bổ sung.",
        lambda t: received(t) & ~_late(t, _of_all_rounds(t)) & _all_rounds_known(t), pauses=True,
    ),
    _dossiers(
        "received_in_time_all_rounds_unknown", "Tiếp nhận trong kỳ, không rõ có đúng hạn không, tính cả lượt hoàn thiện",
        "Hồ sơ tiếp nhận trong kỳ không quá hạn mà nguồn không cho biết số lượt bổ sung hoặc hoàn thiện.",
        lambda t: received(t) & ~_late(t, _of_all_rounds(t)) & ~_all_rounds_known(t), pauses=True,
    ),
    _dossiers(
        "received_disliked", "Tiếp nhận trong kỳ, bị chê",
        "Hồ sơ tiếp nhận trong kỳ được đánh giá 1 hoặc 2 trên 5.",
        lambda t: received(t) & (t.rating <= 2).fill_null(False),
    ),
    _dossiers(
        "online_service_received_online", "Hồ sơ trực tuyến của dịch vụ công trực tuyến",
        "Hồ sơ tiếp nhận trong kỳ của dịch vụ công trực tuyến, nộp trực tuyến; trừ hồ sơ phải có kết quả mà không có bản điện tử.",
        _received_online,
    ),
    _dossiers(
        "online_service_unknown", "Hồ sơ của dịch vụ công trực tuyến, không rõ có là trực tuyến",
        "Hồ sơ tiếp nhận trong kỳ của dịch vụ công trực tuyến mà nguồn không cho biết hình thức nộp.",
        lambda t: _online_service(t) & t.online.isnull() & ~_no_electronic_result(t),
    ),
    _dossiers(
        "service_level_unknown", "Hồ sơ không rõ mức dịch vụ",
        "Hồ sơ tiếp nhận trong kỳ của thủ tục không rõ có cung cấp trực tuyến hay không.",
        lambda t: received(t) & (t.service_level == ""),
    ),
    _dossiers(
        "services_received_online", "Dịch vụ công trực tuyến có phát sinh hồ sơ",
        "Số thủ tục cung cấp trực tuyến có hồ sơ trực tuyến tiếp nhận trong kỳ.",
        lambda t: _online_service(t) & is_online(t), distinct="procedure",
    ),
    _dossiers(
        "procedures_payment_unknown", "Thủ tục có hồ sơ không rõ cách nộp tiền",
        "Số thủ tục có hồ sơ phải nộp tiền, tiếp nhận trong kỳ, mà không rõ nộp bằng cách nào.",
        lambda t: received(t) & (t.obligation_vnd.fill_null(0) > 0) & (t.payment_channel == ""), distinct="procedure",
    ),
    _dossiers(
        "procedures_obligation_unknown", "Thủ tục có hồ sơ không rõ số tiền phải nộp",
        "Số thủ tục có hồ sơ tiếp nhận trong kỳ mà không rõ số tiền phải nộp.",
        lambda t: received(t) & t.obligation_vnd.isnull(), distinct="procedure",
    ),
    Count(
        name="result_paper_unknown", title="Không rõ có phải cấp giấy tờ kết quả", unit=DOSSIERS, source=QD766,
        definition="Hồ sơ có kết quả trong kỳ mà không rõ thủ tục có phải cấp giấy tờ kết quả hay không.",
        where=lambda t: resolved(t) & t.result_paper_due.isnull(), moment="finished",
    ),
    _dossiers(
        "citizen_data_used", "Hồ sơ dùng dữ liệu dân cư hoặc tài khoản VNeID",
        "Hồ sơ của cá nhân tiếp nhận trong kỳ có dùng cơ sở dữ liệu dân cư hoặc nộp bằng tài khoản đã xác thực VNeID.",
        _citizen_data,
    ),
    _dossiers(
        "citizen_data_unknown", "Hồ sơ không rõ có dùng dữ liệu dân cư",
        "Hồ sơ của cá nhân tiếp nhận trong kỳ mà nguồn không cho biết có dùng dữ liệu dân cư hay không.",
        _citizen_data_unknown,
    ),
    _dossiers(
        "applicant_unknown", "Hồ sơ không rõ loại chủ hồ sơ",
        "Hồ sơ tiếp nhận trong kỳ mà nguồn không cho biết chủ hồ sơ là cá nhân hay tổ chức.",
        lambda t: received(t) & (t.applicant_kind == ""),
    ),
    _dossiers(
        "procedures_of_citizens", "Thủ tục có hồ sơ của cá nhân",
        "Số thủ tục có hồ sơ của cá nhân tiếp nhận trong kỳ.", _of_citizens, distinct="procedure",
    ),
    _dossiers(
        "procedures_citizen_data_used", "Thủ tục dùng dữ liệu dân cư",
        "Số thủ tục có hồ sơ của cá nhân, tiếp nhận trong kỳ, dùng dữ liệu dân cư.", _citizen_data, distinct="procedure",
    ),
    _dossiers(
        "procedures_citizen_data_unknown", "Thủ tục có hồ sơ không rõ có dùng dữ liệu dân cư",
        "Số thủ tục có hồ sơ của cá nhân, tiếp nhận trong kỳ, không rõ có dùng dữ liệu dân cư hay không.",
        _citizen_data_unknown, distinct="procedure",
    ),
    _dossiers(
        "procedures_applicant_unknown", "Thủ tục có hồ sơ không rõ loại chủ hồ sơ",
        "Số thủ tục có hồ sơ tiếp nhận trong kỳ mà không rõ loại chủ hồ sơ.",
        lambda t: received(t) & (t.applicant_kind == ""), distinct="procedure",
    ),
    _lacking("procedures_published", "Thủ tục được công bố", PROCEDURES, _NO_PUBLICATION),
    _lacking("procedures_published_in_time", "Thủ tục công bố đúng hạn", PROCEDURES, _NO_PUBLICATION),
    _lacking("procedures_listed", "Thủ tục công khai trên Cơ sở dữ liệu quốc gia", PROCEDURES, _NO_PUBLICATION),
    _lacking("procedures_listed_in_time", "Thủ tục công khai đúng hạn", PROCEDURES, _NO_PUBLICATION),
    _lacking("procedures_content_full", "Thủ tục công khai đủ nội dung", PROCEDURES, _NO_PUBLICATION),
    _lacking("procedures_in_force", "Thủ tục thuộc thẩm quyền", PROCEDURES, "Sổ cái không ghi danh mục thủ tục."),
    _lacking("services_online", "Dịch vụ công trực tuyến được cung cấp", PROCEDURES, "Sổ cái không ghi danh mục thủ tục."),
    _lacking("procedures_with_fee", "Thủ tục có phí, lệ phí", PROCEDURES, "Sổ cái không ghi danh mục thủ tục."),
    _lacking(
        "procedures_payment_integrated", "Thủ tục tích hợp thanh toán trực tuyến", PROCEDURES, "Chưa nối nền tảng thanh toán."
    ),
    _lacking("communes", "Đơn vị cấp xã", _COMMUNES, "Chưa ghi việc chứng thực bản sao điện tử."),
    _lacking(
        "communes_certifying_electronically", "Đơn vị cấp xã chứng thực bản sao điện tử", _COMMUNES,
        "Chưa ghi việc chứng thực bản sao điện tử.",
    ),
    _lacking("petitions_answered", "Phản ánh, kiến nghị được xử lý", _PETITIONS, _NO_PETITIONS),
    _lacking("petitions_rated", "Phản ánh, kiến nghị được đánh giá", _PETITIONS, _NO_PETITIONS),
    _lacking("petitions_satisfied", "Phản ánh, kiến nghị được đánh giá hài lòng", _PETITIONS, _NO_PETITIONS),
    _lacking("petitions_on_procedures", "Phản ánh, kiến nghị về thủ tục hành chính", _PETITIONS, _NO_PETITIONS),
    _lacking("petitions_on_staff", "Phản ánh, kiến nghị về cán bộ, công chức", _PETITIONS, _NO_PETITIONS),
)  # fmt: skip

"""The words of each message. Plain and short; no more personal data than the code of the dossier."""

from __future__ import annotations

from datetime import datetime

from motcua.dossiers.decide import Snapshot
from motcua.dossiers.models import Dossier
from motcua.law.moments import VIETNAM

SUBJECT = "Hồ sơ {code}"

TEXTS = {
    "submitted": "Hồ sơ {code} đã gửi thành công. Cơ quan tiếp nhận sẽ trả lời trước {answer_due}.",
    "accepted": "Hồ sơ {code} đã được tiếp nhận. Hẹn trả kết quả: {due}.",
    "completion_asked": "Hồ sơ {code} cần hoàn thiện trước {completion_due}. Mời ông/bà tra cứu để xem nội dung cần sửa.",
    "completed": "Đã nhận hồ sơ {code} gửi lại. Cơ quan tiếp nhận sẽ trả lời trước {answer_due}.",
    "refused": "Hồ sơ {code} không được tiếp nhận. Lý do có trong phiếu từ chối trên trang tra cứu.",
    "closed_incomplete": "Hồ sơ {code} đã đóng vì không được hoàn thiện trong thời hạn.",
    "papers_received": "Cơ quan giải quyết đã nhận hồ sơ {code} từ nơi tiếp nhận. Hẹn trả kết quả: {due}.",
    "supplement_asked": "Hồ sơ {code} cần bổ sung trước {supplement_due}. Mời ông/bà tra cứu để xem nội dung cần bổ sung.",
    "supplemented": "Đã nhận giấy tờ bổ sung của hồ sơ {code}. Hẹn trả kết quả: {due}.",
    "payment_asked": "Hồ sơ {code}: mời ông/bà thực hiện nghĩa vụ tài chính theo thông báo trên trang tra cứu.",
    "payment_confirmed": "Hồ sơ {code} đã hoàn thành nghĩa vụ tài chính. Hẹn trả kết quả: {due}.",
    "suspended": "Hồ sơ {code} tạm dừng giải quyết theo quy định. Căn cứ có trên trang tra cứu.",
    "resumed": "Hồ sơ {code} được tiếp tục giải quyết. Hẹn trả kết quả: {due}.",
    "extended": "Hồ sơ {code} được gia hạn theo quy định. Hẹn trả kết quả: {due}.",
    "promised": "Cơ quan giải quyết xin lỗi ông/bà vì hồ sơ {code} bị chậm và hẹn lại: {promised}.",
    "resolved": "Hồ sơ {code} đã có kết quả. Mời ông/bà nhận kết quả theo hình thức đã đăng ký.",
    "resolved_coming": "Hồ sơ {code} đã có kết quả, đang chuyển về nơi trả. Ông/bà sẽ được báo khi có thể đến nhận.",
    "result_received": "Kết quả hồ sơ {code} đã về nơi trả. Mời ông/bà nhận kết quả theo hình thức đã đăng ký.",
    "returned": "Hồ sơ {code} không đủ điều kiện giải quyết. Văn bản trả lời có trên trang tra cứu.",
    "result_sent": "Kết quả của hồ sơ {code} đã được gửi qua bưu chính.",
    "handed_over": "Đã trả kết quả hồ sơ {code}. Cảm ơn ông/bà.",
    "withdrawal_requested": "Đã nhận đề nghị rút hồ sơ {code}. Cơ quan giải quyết sẽ xem xét, quyết định.",
    "withdrawal_declined": "Đề nghị rút hồ sơ {code} không được chấp thuận. Lý do có trên trang tra cứu.",
    "withdrawn": "Hồ sơ {code} đã được rút.",
    "stopped": "Hồ sơ {code} đã dừng giải quyết. Lý do có trên trang tra cứu.",
    "rectified": "Thông tin hồ sơ {code} đã được đính chính. Mời ông/bà xem lại trên trang tra cứu.",
    "uncollected_3": "Kết quả hồ sơ {code} đã sẵn sàng từ {result_at_desk}. Mời ông/bà đến nhận.",
    "uncollected_10": "Kết quả hồ sơ {code} vẫn được giữ tại nơi trả từ {result_at_desk}. Mời ông/bà đến nhận.",
    "uncollected_30": "Kết quả hồ sơ {code} đã chờ từ {result_at_desk}. Ông/bà cần trợ giúp để nhận, xin liên hệ nơi trả kết quả.",
}


def moment_words(moment: datetime | None) -> str:
    """`16:00 ngày 26/11/2026`; without a moment, words that stay true."""
    return f"{moment.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}" if moment else "theo quy định của thủ tục"


_MOMENTS = ("answer_due", "completion_due", "supplement_due", "due", "promised", "result_at_desk")


def compose(template: str, dossier: Dossier | Snapshot, code: str | None) -> tuple[str, str]:
    """(subject, body) of a message about a dossier as it stands in what is given; a visit without a code is told so too."""
    if template == "resolved" and dossier.result_at_desk_at is None:
        template = "resolved_coming"
    words = {
        name: moment_words(getattr(dossier, f"{name}_at")) for name in _MOMENTS if f"{{{name}}}" in TEXTS[template]
    }
    shown = code or "của ông/bà"
    return SUBJECT.format(code=shown), TEXTS[template].format(code=shown, **words)

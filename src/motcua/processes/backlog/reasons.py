"""Why a dossier probably stays open and what to do about it: pure, from what the record shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from motcua.law.lifecycle import State

FORGOTTEN_DAYS = 30


@dataclass(frozen=True, slots=True)
class Standing:
    """What the reason depends on. `quiet_days` since anything was recorded; `holder_left` = the holder's post has ended."""

    state: State
    supplement_over: bool = False
    withdrawal_asked: bool = False
    papers_missing: bool = False
    waits_elsewhere: str = ""
    has_holder: bool = True
    holder_left: bool = False
    at_signer: bool = False
    quiet_days: int = 0


@dataclass(frozen=True, slots=True)
class Reason:
    key: str
    text: str
    action: str
    holds: Callable[[Standing], bool]


# The first that holds.
REASONS = (
    Reason(
        "supplement_over",
        "Người nộp không bổ sung trong thời hạn",
        "Dừng giải quyết theo quy định và báo người nộp",
        lambda s: s.state is State.AWAITING_SUPPLEMENT and s.supplement_over,
    ),
    Reason(
        "supplement",
        "Chờ người nộp bổ sung",
        "Nhắc người nộp; hỏi có cần trợ giúp không",
        lambda s: s.state is State.AWAITING_SUPPLEMENT,
    ),
    Reason(
        "payment",
        "Chờ người nộp thực hiện nghĩa vụ tài chính",
        "Nhắc người nộp; đối chiếu với cơ quan thuế xem đã nộp chưa",
        lambda s: s.state is State.AWAITING_PAYMENT,
    ),
    Reason(
        "suspended",
        "Tạm dừng theo văn bản từ lâu",
        "Xem văn bản tạm dừng còn hiệu lực không; tiếp tục hoặc dừng",
        lambda s: s.state is State.SUSPENDED,
    ),
    Reason(
        "withdrawal",
        "Có đề nghị rút chưa được quyết định",
        "Quyết định cho rút hoặc không chấp thuận",
        lambda s: s.withdrawal_asked,
    ),
    Reason(
        "papers",
        "Hồ sơ giấy chưa về cơ quan giải quyết",
        "Tìm bộ hồ sơ giấy ở nơi tiếp nhận và ký nhận",
        lambda s: s.papers_missing,
    ),
    Reason(
        "holder_left",
        "Người đang giữ không còn ở vị trí này",
        "Giao lại cho người khác",
        lambda s: s.holder_left,
    ),
    Reason(
        "elsewhere",
        "Chờ phần việc hoặc ý kiến của nơi khác",
        "Nhắc nơi đó; quá hạn thì ghi nhận không trả lời và đi tiếp",
        lambda s: bool(s.waits_elsewhere),
    ),
    Reason("no_holder", "Chưa có người thụ lý", "Giao người xử lý", lambda s: not s.has_holder),
    Reason("signer", "Chờ ký duyệt", "Trình lại người ký, hoặc người được ủy quyền", lambda s: s.at_signer),
    Reason(
        "forgotten",
        "Lâu không ai ghi việc gì; có thể đã trả trên giấy mà chưa ghi",
        "Hỏi người giữ; nếu đã trả thì ghi bù kết quả kèm căn cứ",
        lambda s: s.quiet_days >= FORGOTTEN_DAYS,
    ),
    Reason("slow", "Đang xử lý chậm", "Xin lỗi, hẹn lại; đặt ngày xong và người chịu trách nhiệm", lambda s: True),
)


def likely(standing: Standing) -> Reason:
    return next(reason for reason in REASONS if reason.holds(standing))

"""The words of the clock: how a limit ends, what may stop it, what may move it."""

from __future__ import annotations

from enum import StrEnum


class Policy(StrEnum):
    """Where on its last day a limit in days ends. Hours do not know it."""

    KEEP_TIME = "keep_time"
    END_OF_DAY = "end_of_day"


class PauseKind(StrEnum):
    """What stops the clock: a supplement asked for, a financial obligation named by law, an act excluded by law."""

    SUPPLEMENT = "supplement"
    PAYMENT = "payment"
    LEGAL = "legal"


class ExtensionKind(StrEnum):
    """STATUTORY (gia hạn theo quy định) moves the due that counts; PROMISED (xin lỗi, hẹn lại) does not."""

    STATUTORY = "statutory"
    PROMISED = "promised"


POLICY_TEXT = {Policy.KEEP_TIME: "giữ nguyên giờ tiếp nhận", Policy.END_OF_DAY: "hết giờ làm việc của ngày cuối"}
PAUSE_TEXT = {
    PauseKind.SUPPLEMENT: "tạm dừng chờ bổ sung hồ sơ",
    PauseKind.PAYMENT: "tạm dừng chờ thực hiện nghĩa vụ tài chính",
    PauseKind.LEGAL: "tạm dừng theo quy định của pháp luật",
}

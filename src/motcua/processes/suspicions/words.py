"""Moments and durations inside the sentences of a finding."""

from __future__ import annotations

from datetime import datetime

from motcua.law.moments import VIETNAM


def at_words(moment: datetime) -> str:
    """`16:00 ngày 26/11/2026`."""
    return f"{moment.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}"


def exact_words(moment: datetime) -> str:
    """With seconds, where seconds are the point."""
    return f"{moment.astimezone(VIETNAM):%H:%M:%S ngày %d/%m/%Y}"


def worked_words(minutes: int) -> str:
    """`3 giờ 20 phút làm việc`; never days, since a working day is no eight hours."""
    hours, rest = divmod(abs(minutes), 60)
    parts = [f"{hours} giờ"] if hours else []
    if rest or not hours:
        parts.append(f"{rest} phút")
    return f"{' '.join(parts)} làm việc"


def span_words(seconds: float) -> str:
    """`45 giây`, `12 phút`, `5 giờ`, `3 ngày` of wall time."""
    whole = int(seconds)
    if whole < 120:
        return f"{whole} giây"
    if whole < 2 * 3600:
        return f"{whole // 60} phút"
    if whole < 2 * 86400:
        return f"{whole // 3600} giờ"
    return f"{whole // 86400} ngày"


ENTRY_WORDS = {
    "process.step_done": "ghi xong bước",
    "dossier.forwarded": "chuyển bước",
    "dossier.resolved": "ghi nhận kết quả",
    "dossier.returned": "trả lại hồ sơ",
    "dossier.withdrawn": "cho rút hồ sơ",
    "dossier.stopped": "dừng giải quyết",
    "dossier.handed_over": "trả kết quả",
    "dossier.supplement_asked": "yêu cầu bổ sung",
    "dossier.payment_asked": "thông báo nghĩa vụ tài chính",
    "dossier.suspended": "tạm dừng",
    "dossier.extended": "gia hạn",
}


def entry_words(kind: str) -> str:
    return ENTRY_WORDS.get(kind, kind)

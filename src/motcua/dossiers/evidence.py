"""What both writers ask around a command before `decide`: that a named file can stand as a result, that times agree."""

from __future__ import annotations

from datetime import datetime

from motcua.dossiers.commands import AnyCommand, LateEntry, Resolve, ReturnIneligible
from motcua.dossiers.decide import GuardFailed
from motcua.dossiers.ports import ports
from motcua.law.errors import BadInput


def check_late(at: datetime, recorded_at: datetime | None, late: LateEntry | None) -> None:
    """Raises GuardFailed when a thing is recorded before it happened, or after it without reason and approver."""
    for moment in (at, recorded_at):
        if moment is not None and moment.utcoffset() is None:
            raise BadInput(f"Thời điểm {moment.isoformat()} thiếu múi giờ.", at=moment.isoformat())
    if recorded_at is not None and at > recorded_at:
        raise GuardFailed("Thời điểm xảy ra không được sau thời điểm ghi.", field="occurred_at")
    if recorded_at is not None and at != recorded_at and late is None:
        raise GuardFailed("Ghi bù việc đã xảy ra cần lý do và người duyệt.")


def check_evidence(command: AnyCommand) -> None:
    """Raises GuardFailed when the result's file is not stored or may not be opened."""
    if (
        isinstance(command, Resolve | ReturnIneligible)
        and command.result.file
        and not ports.result_evidence(command.result.file)
    ):
        raise GuardFailed(
            "Tệp kết quả chưa được lưu, chưa quét xong hoặc không an toàn nên chưa dùng làm kết quả được.", field="file"
        )

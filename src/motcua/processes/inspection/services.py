"""The writers of the inspection's own settings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from motcua.dossiers.commands import check_text
from motcua.dossiers.permissions import NotAllowed
from motcua.identity.actors import Actor
from motcua.law.errors import BadInput
from motcua.law.moments import local_day
from motcua.processes.inspection.permissions import JUDGING_ROLES, inspected
from motcua.processes.inspection.rules import Rule
from motcua.processes.models import InspectionSetting


def set_numbers(
    subject: str,
    rule: Rule,
    *,
    enabled: bool,
    values: Mapping[str, int],
    valid_from: date,
    reason: str,
    actor: Actor,
    at: datetime,
) -> InspectionSetting:
    """New numbers of a rule from a day on; today at the earliest, since what was found before stands on the old ones.

    Raises NotAllowed, BadInput.
    """
    if not inspected(actor, JUDGING_ROLES):
        raise NotAllowed("Chỉ vai trò thanh tra, kiểm tra được đặt ngưỡng.")
    if not reason.strip():
        raise BadInput("Lý do đặt ngưỡng: chưa nhập. Cần ghi vì sao đổi.", field="reason")
    check_text(reason, "Lý do đặt ngưỡng", 500)
    if valid_from < local_day(at):
        raise BadInput(f"Ngày áp dụng {valid_from:%d/%m/%Y} đã qua; cần từ hôm nay trở đi.", field="valid_from")
    for number in rule.numbers:
        value = values.get(number.name)
        if value is None or not number.least <= value <= number.most:
            raise BadInput(
                f"{number.label}: đã nhập {value}, cần số nguyên từ {number.least} đến {number.most} {number.unit}.",
                field=number.name,
            )
    return InspectionSetting.objects.create(
        subject=subject, key=rule.key, enabled=enabled, values={n.name: values[n.name] for n in rule.numbers},
        valid_from=valid_from, reason=reason.strip(), set_by_id=actor.id, set_at=at,
    )  # fmt: skip

"""What a province itself states of a national procedure: that it is done the same day, how its limit is split in stages."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from motcua.catalog.models import ChannelRule, Procedure
from motcua.law.errors import BadInput
from motcua.law.limits import UNIT_TEXT, Limit, Unit

__all__ = ["set_same_day", "split_in_stages"]


def set_same_day(codes: Iterable[str]) -> int:
    """Say that these procedures are done while the applicant waits; returns how many there are."""
    return Procedure.objects.filter(code__in=list(codes)).update(same_day=True)


@transaction.atomic
def split_in_stages(procedure: Procedure, first_amount: int) -> None:
    """Split every limit of the version in force into a first stage and the rest; the sum stays what the law allows.

    For what comes in from now on: a dossier keeps the limits of its receipt. Raises BadInput where a limit is too short
    or is split already.
    """
    rules = list(ChannelRule.objects.select_for_update().filter(version_id=procedure.current_id, amount__isnull=False))
    if any(rule.stage == 2 for rule in rules):
        raise BadInput(f"Thủ tục {procedure.code} đã có hai giai đoạn.", procedure=procedure.code)
    position = 1 + max((rule.position for rule in rules), default=0)
    second = []
    for offset, rule in enumerate(rules):
        rest = (rule.amount or 0) - first_amount
        if first_amount < 1 or rest < 1:
            raise BadInput(
                f"Thủ tục {procedure.code}: không tách {Limit(rule.amount or 1, Unit(rule.unit)).text()} thành"
                f" {first_amount} {UNIT_TEXT[Unit(rule.unit)]} và phần còn lại được.",
                procedure=procedure.code,
            )
        second.append(
            ChannelRule(
                version_id=rule.version_id, position=position + offset, channel=rule.channel, stage=2, condition=rule.condition,
                amount=rest, unit=rule.unit, limit_text=rule.limit_text,
            )
        )  # fmt: skip
        rule.amount = first_amount
    ChannelRule.objects.bulk_update(rules, ["amount"])
    ChannelRule.objects.bulk_create(second)

"""The writer of targets."""

from __future__ import annotations

from datetime import datetime

from motcua.board.goals import WHOLE, Goal
from motcua.board.models import Target
from motcua.board.permissions import TARGET_ROLES, overseen
from motcua.dossiers.permissions import NotAllowed
from motcua.identity.actors import Actor
from motcua.law.errors import BadInput
from motcua.organizations.models import Agency
from motcua.platform.text import nfc

YEARS = range(2020, 2101)


def set_target(
    agency_code: str, year: int, goal: Goal, cents: int | None, *, document: str, actor: Actor, at: datetime
) -> Target:
    """Give an agency, and those below it without one of their own, a target for a year; `cents` None takes it back.

    Raises NotAllowed for who is no reform officer; BadInput (with `field`) for an agency outside his own, a year or share out of
    range, and without the document that sets it.
    """
    may = overseen(actor, TARGET_ROLES)
    if not may:
        raise NotAllowed("Chỉ cán bộ cải cách hành chính được ghi chỉ tiêu giao.")
    agency = Agency.objects.filter(code=agency_code, pk__in=may).first()
    if agency is None:
        raise BadInput(f"Không có cơ quan nào mang mã “{agency_code}” trong phạm vi của ông/bà.", field="agency")
    if year not in YEARS:
        raise BadInput(f"Năm {year}: cần từ {YEARS.start} đến {YEARS.stop - 1}.", field="year")
    if cents is not None and not 0 < cents <= WHOLE:
        raise BadInput("Mức giao cần trên 0 đến 100 %.", field="percent")
    document = nfc(document.strip())
    if not document:
        raise BadInput("Cần văn bản giao chỉ tiêu, ví dụ 15/KH-UBND.", field="document")
    return Target.objects.create(
        agency=agency, year=year, goal=goal.value, cents=cents, document=document[:200], set_by_id=actor.id, set_at=at
    )

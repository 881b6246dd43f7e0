"""Looking at personal data is itself a record: who, whose, when, why."""

from __future__ import annotations

from datetime import datetime

from motcua.dossiers.commands import check_text
from motcua.dossiers.models import PersonalDataView
from motcua.identity.actors import Actor
from motcua.law.errors import BadInput


def record_view(dossier_id: int, *, actor: Actor, purpose: str, at: datetime) -> None:
    """Note that the actor is shown unmasked data of a dossier it may see. Raises BadInput without a purpose."""
    if not purpose.strip():
        raise BadInput("Mục đích xem: chưa nhập. Cần ghi vì sao phải xem dữ liệu cá nhân.", field="purpose")
    check_text(purpose, "Mục đích xem")
    PersonalDataView.objects.create(
        dossier_id=dossier_id, actor=f"{actor.kind.value}:{actor.id}", at=at, purpose=purpose.strip()[:200]
    )

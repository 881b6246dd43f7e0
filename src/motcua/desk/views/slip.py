"""The control slip as the ledger has it now."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from motcua.desk import files
from motcua.desk.access import READERS, DeskRequest, officers_only
from motcua.documents.services import control_slip_now as slip_now


@officers_only(READERS)
@require_safe
def control_slip_now(request: DeskRequest, dossier_id: int) -> HttpResponse:
    """A PDF up to the last entry; nothing is issued."""
    made = slip_now(dossier_id, actor=request.actor, at=request.at)
    return files.made_now(made.pdf, f"phieu-kiem-soat-{dossier_id}")

"""The letter of apology before it is signed: how it would be printed, from its draft."""

from __future__ import annotations

from datetime import datetime

from motcua.documents.building import RELATED, letter, local_day
from motcua.documents.form_sets import FormKind, form_for
from motcua.documents.models import IssuedForm
from motcua.documents.rendering import preview_png
from motcua.dossiers.models import Dossier
from motcua.organizations.models import Agency
from motcua.processes.models import Apology

_OF_DOSSIER = [name.removeprefix("dossier__") for name in RELATED if name.startswith("dossier__")]


def preview_letter(apology: Apology, *, at: datetime, ppi: int = 96) -> bytes:
    """The first page as PNG, with no number and no signer; a reason or date not given yet is dotted."""
    dossier = Dossier.objects.select_related(*_OF_DOSSIER).get(pk=apology.dossier_id)
    agency = Agency.objects.select_related("admin_unit", "parent").get(pk=apology.agency_id)
    form = form_for(FormKind.APOLOGY, on=local_day(at))
    blank = IssuedForm(dossier=dossier, kind=FormKind.APOLOGY, issued_at=at)
    context = letter(
        blank,
        form,
        agency,
        written_at=at,
        due=apology.due_at,
        until=apology.until,
        reason=apology.reason,
        signer="",
    )
    return preview_png(form, context, ppi=ppi)

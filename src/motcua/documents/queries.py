"""Reads of printed forms and files, each limited to dossiers that the actor may see."""

from __future__ import annotations

from django.db.models import QuerySet

from motcua.documents.models import IssuedForm, IssuedList
from motcua.documents.permissions import can_print_lists
from motcua.dossiers.models import Paper, Result
from motcua.dossiers.queries import visible_to
from motcua.dossiers.writer import NotFound
from motcua.identity.actors import Actor
from motcua.organizations.models import Desk


def forms_of(actor: Actor, dossier_id: int) -> QuerySet[IssuedForm]:
    """Every form of a dossier with its versions, valid and voided, oldest first; empty where the actor sees nothing."""
    return (
        IssuedForm.objects.filter(dossier__in=visible_to(actor, shared=True).filter(pk=dossier_id))
        .select_related("file", "voided_by")
        .order_by("entry_id", "kind", "version")
    )


def get_form(actor: Actor, form_id: int) -> IssuedForm:
    """Raises NotFound, also for a form of a dossier the actor does not see."""
    issued = IssuedForm.objects.filter(pk=form_id, dossier__in=visible_to(actor, shared=True)).first()
    if issued is None:
        raise NotFound("Không tìm thấy giấy này.")
    return issued


def paper_file(actor: Actor, paper_id: int) -> Paper:
    """A paper with stored content, for `services.open_file(paper.file)`. Raises NotFound."""
    paper = Paper.objects.filter(pk=paper_id, dossier__in=visible_to(actor, shared=True)).exclude(file="").first()
    if paper is None:
        raise NotFound("Không tìm thấy tệp này.")
    return paper


def result_file(actor: Actor, result_id: int) -> Result:
    """A result with stored content. Raises NotFound."""
    result = Result.objects.filter(pk=result_id, dossier__in=visible_to(actor, shared=True)).exclude(file="").first()
    if result is None:
        raise NotFound("Không tìm thấy tệp này.")
    return result


def lists_of(actor: Actor, desk: Desk) -> QuerySet[IssuedList]:
    """Registers and procedure lists printed for a desk, newest first; empty for who may not print them."""
    rows = IssuedList.objects.filter(desk=desk).select_related("file", "issued_by")
    return rows if can_print_lists(actor, desk) else rows.none()

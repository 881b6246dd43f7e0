"""The letter by which a body without an account is consulted. It carries the one-time link, so it is made and not kept."""

from __future__ import annotations

from motcua.documents import contexts as c
from motcua.documents.building import HEAD_OF_AGENCY, contact, local_day, place_name, request
from motcua.documents.form_sets import FormKind, form_for
from motcua.documents.rendering import Rendered, render
from motcua.dossiers.models import Paper
from motcua.platform.config import config
from motcua.processes.bodies import Asked


def link_of(secret: str) -> str:
    return f"{config().public_url}/hoi-y-kien/{secret}/"


def consultation_letter(asked: Asked) -> Rendered:
    """The PDF of the question behind a link; only who holds the link's secret can have it made."""
    question = asked.question
    dossier = question.dossier
    on, link = local_day(question.created_at), link_of(asked.secret)
    agency = dossier.agency
    papers = Paper.objects.filter(dossier=dossier, pk__in=question.papers).order_by("round", "position")
    return render(
        form_for(FormKind.CONSULTATION, on=on),
        c.Consultation(
            head=c.Head(
                parent=agency.parent.name if agency.parent else "",
                office=agency.name,
                place=place_name(agency.admin_unit, agency, agency.parent),
                on=on,
                number=question.number,
                code=dossier.code or "",
                qr=link,
            ),
            body=question.body,
            request=request(dossier),
            question=question.question,
            papers=tuple(papers.values_list("name", flat=True)),
            answer_by=question.answer_by,
            link=link,
            signer=c.Signer(HEAD_OF_AGENCY),
            recipients=("Như trên", "Lưu: VT, hồ sơ"),
            contact=contact(dossier.receiving_desk),
        ),
    )

"""Dossiers: hand in, see, move. Each operation calls one service; no rule stands here."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from motcua.api.answers import Answer
from motcua.api.auth import Bearer, actor_for
from motcua.api.idempotency import once
from motcua.api.models import ApiDossier, ApiToken, Scope
from motcua.api.problems import PROBLEMS
from motcua.api.schemas import (
    BusinessIn,
    DossierOut,
    MovedOut,
    MoveIn,
    PaperIn,
    PartyIn,
    SubmitIn,
    SubmittedOut,
    TimelineOut,
)
from motcua.catalog.models import Procedure
from motcua.dossiers import commands as c
from motcua.dossiers.arrival import arrival
from motcua.dossiers.intake import Intake
from motcua.dossiers.models import Dossier
from motcua.dossiers.queries import get_visible, timeline
from motcua.dossiers.services import Moved, give_command
from motcua.dossiers.writer import NotFound
from motcua.identity.actors import Actor
from motcua.law.errors import BadInput
from motcua.law.lifecycle import STATE_TEXT, State, national_code
from motcua.law.moments import VIETNAM
from motcua.law.persons import normalise_phone, parse_citizen_number, parse_tax_code
from motcua.law.verdict import verdict_by_date
from motcua.organizations.models import Agency, Desk, Officer
from motcua.platform.clock import now
from motcua.processes.linked import siblings, take_in

router = Router(tags=["dossiers"])
Code = Annotated[str, Path(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]


@router.post("", response={201: SubmittedOut, **PROBLEMS}, auth=Bearer(Scope.SUBMIT), operation_id="submit_dossier")
def submit(request: HttpRequest, body: SubmitIn) -> HttpResponse:
    """Hand in a dossier online. With an `Idempotency-Key` a repeat gets the same dossier, never a second one."""
    token: ApiToken = request.auth  # type: ignore[attr-defined]

    def call() -> Answer:
        moved = take_in(_intake(body), actor=actor_for(token), at=now())
        for dossier_id in {moved.id, *siblings([moved.id])}:
            ApiDossier.objects.get_or_create(token=token, dossier_id=dossier_id)
        access_key = Dossier.objects.values_list("access_key", flat=True).get(pk=moved.id)
        return Answer(201, _moved(moved) | {"access_key": str(access_key)})

    return once(request, token, call)


def _intake(body: SubmitIn) -> Intake:
    receiving = _desk(body.receiving_desk)
    return Intake(
        key=uuid.uuid4(),
        procedure_id=_one(Procedure, "procedure", body.procedure, "thủ tục"),
        agency_id=_one(Agency, "agency", body.agency, "cơ quan"),
        receiving_desk_id=receiving,
        return_desk_id=_desk(body.return_desk) if body.return_desk else receiving,
        channel="online",
        return_method=body.return_method,
        applicant_kind=body.applicant_kind,
        submitter=_party(body.submitter),
        owner=_party(body.owner) if body.owner else None,
        business=_business(body.business) if body.business else None,
        authorisation=body.authorisation,
        papers=_papers(body.papers),
        sets=body.sets,
        request=body.request,
        condition=body.condition,
    )


def _desk(code: str) -> int:
    return _one(Desk, "desk", code, "bộ phận một cửa")


def _one(model: Any, field: str, code: str, label: str) -> int:
    found: int | None = model.objects.filter(code=code).values_list("id", flat=True).first()
    if found is None:
        raise BadInput(f"Không có {label} nào mang mã “{code}”.", field=field)
    return found


def _party(party: PartyIn) -> c.PartyData:
    return c.PartyData(
        full_name=party.full_name,
        identity_number=parse_citizen_number(party.identity_number).text if party.identity_number else "",
        birth_year=party.birth_year,
        phone=normalise_phone(party.phone) if party.phone else "",
        email=party.email,
        address=party.address,
    )


def _business(business: BusinessIn) -> c.BusinessData:
    return c.BusinessData(
        name=business.name,
        tax_code=parse_tax_code(business.tax_code).text if business.tax_code else "",
        phone=normalise_phone(business.phone) if business.phone else "",
        email=business.email,
        address=business.address,
    )


def _papers(papers: list[PaperIn]) -> tuple[c.PaperData, ...]:
    return tuple(c.PaperData(p.name, p.originals, p.copies, None, p.file, p.file_name) for p in papers)


@router.get("/{code}", response={200: DossierOut, **PROBLEMS}, auth=Bearer(Scope.READ), operation_id="get_dossier")
def get_dossier(request: HttpRequest, code: Code) -> DossierOut:
    """Where the dossier stands, when it is due and, once it has ended, whether in time (by date)."""
    _, dossier = _visible(request, code)
    state = State(dossier.state)
    end = dossier.resolved_at or dossier.ended_at
    verdict = verdict_by_date(end, dossier.due_at).value if end and dossier.due_at and dossier.accepted_at else None
    moments = (
        "submitted_at", "answer_due_at", "accepted_at", "original_due_at", "due_at", "promised_at", "paused_at", "resolved_at",
        "handed_over_at", "ended_at",
    )  # fmt: skip
    return DossierOut(
        code=dossier.code or "",
        state=state.value,
        state_text=STATE_TEXT[state],
        national_code=national_code(state, now().astimezone(VIETNAM).date()),
        seq=dossier.seq,
        procedure=dossier.procedure.code,
        agency=dossier.agency.code,
        channel=dossier.channel,
        verdict=verdict,
        **{name: getattr(dossier, name) for name in moments},
    )


@router.get(
    "/{code}/timeline",
    response={200: list[TimelineOut], **PROBLEMS},
    auth=Bearer(Scope.READ),
    operation_id="get_timeline",
)
def get_timeline(request: HttpRequest, code: Code) -> list[TimelineOut]:
    """Every ledger entry, oldest first, with the hash that chains it."""
    _, dossier = _visible(request, code)
    return [
        TimelineOut(
            seq=item.seq,
            kind=item.kind,
            from_state=item.from_state.value,
            to_state=item.to_state.value,
            occurred_at=item.occurred_at,
            recorded_at=item.recorded_at,
            hash=item.hash.hex(),
        )
        for item in timeline(dossier.pk)
    ]


APPLICANT_COMMANDS = frozenset({"complete", "supplement", "withdraw", "request_withdrawal"})


@router.post(
    "/{code}/moves", response={200: MovedOut, **PROBLEMS}, auth=Bearer(Scope.WORK), operation_id="move_dossier"
)
def move(request: HttpRequest, code: Code, body: MoveIn) -> HttpResponse:
    """Give a command as the token's officer. `expected_seq` guards against acting on a stale view."""
    return _move(request, code, body)


@router.post(
    "/{code}/applicant-moves",
    response={200: MovedOut, **PROBLEMS},
    auth=Bearer(Scope.SUBMIT),
    operation_id="move_dossier_as_applicant",
)
def move_as_applicant(request: HttpRequest, code: Code, body: MoveIn) -> HttpResponse:
    """Give a command of the applicant (complete, supplement, withdraw, request_withdrawal) to a dossier handed in by this token."""
    if body.command not in APPLICANT_COMMANDS:
        raise BadInput(f"Lệnh “{body.command}” không phải của người nộp.", field="command")
    return _move(request, code, body)


def _move(request: HttpRequest, code: str, body: Any) -> HttpResponse:
    token: ApiToken = request.auth  # type: ignore[attr-defined]

    def call() -> Answer:
        actor, dossier = _visible(request, code)
        at = now()
        moved = give_command(
            dossier.pk, _command(body, dossier, at), actor=actor, at=at, expected_seq=body.expected_seq
        )
        return Answer(200, _moved(moved))

    return once(request, token, call)


def _visible(request: HttpRequest, code: str) -> tuple[Actor, Dossier]:
    token: ApiToken = request.auth  # type: ignore[attr-defined]
    if token.officer is not None:
        actor = actor_for(token)
    else:
        own = ApiDossier.objects.filter(token=token, dossier__code=code).values_list("dossier_id", flat=True).first()
        if own is None:
            raise NotFound("Không tìm thấy hồ sơ.")
        actor = actor_for(token, own)
    return actor, get_visible(actor, code=code)


def _moved(moved: Moved) -> dict[str, Any]:
    due = moved.due_at.isoformat() if moved.due_at else None
    return {"code": moved.code, "state": moved.state.value, "seq": moved.seq, "due_at": due}


def _officer(username: str) -> int:
    found = Officer.objects.filter(user__username=username).values_list("id", flat=True).first()
    if found is None:
        raise BadInput(f"Không có cán bộ nào mang tên đăng nhập “{username}”.", field="officer")
    return found


def _result(body: Any) -> c.ResultData:
    r = body.result
    return c.ResultData(r.kind, r.number, r.signed_on, r.signer, r.file, r.paper)


def _command(body: Any, dossier: Dossier, at: datetime) -> c.AnyCommand:
    match body.command:
        case "accept":
            # Taken for an agency elsewhere: the clock waits for the papers, at most the forwarding limit.
            return c.Accept(clock_from=arrival(dossier.receiving_desk, dossier.agency, dossier.channel, at))
        case "ask_completion":
            return c.AskCompletion(tuple(body.items), body.reason, body.until)
        case "complete":
            return c.Complete(_papers(body.papers), body.note)
        case "refuse":
            return c.Refuse(body.reason)
        case "forward":
            return c.Forward(body.step, officer_id=_officer(body.officer) if body.officer else None, note=body.note)
        case "ask_supplement":
            approver = _officer(body.approver) if body.approver else 0
            return c.AskSupplement(tuple(body.items), body.reason, body.until, body.provision, body.stage, approver)
        case "supplement":
            return c.Supplement(_papers(body.papers), body.note)
        case "resolve":
            return c.Resolve(_result(body), body.at_return_desk)
        case "return_ineligible":
            return c.ReturnIneligible(_result(body), body.reason)
        case "hand_over":
            return c.HandOver(body.receiver, body.proof, body.reference)
        case "withdraw":
            return c.Withdraw(body.reason)
        case _:
            return c.RequestWithdrawal(body.reason)

"""What goes in and out. Unknown fields are refused: a misspelt field must not be lost silently."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, StringConstraints

from motcua.platform.text import nfc


def _plain(text: str) -> str:
    if any(
        (ord(char) < 32 and char not in "\n\t") or ord(char) == 127 or 0xD800 <= ord(char) <= 0xDFFF for char in text
    ):
        raise ValueError("chứa ký tự điều khiển")
    return nfc(text)


Word = Annotated[str, StringConstraints(max_length=100), AfterValidator(_plain)]
Line = Annotated[str, StringConstraints(max_length=300), AfterValidator(_plain)]
Text = Annotated[str, StringConstraints(max_length=5000), AfterValidator(_plain)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Small = Annotated[int, Field(ge=0, le=10_000)]


class Strict(Schema):
    model_config = ConfigDict(extra="forbid")


class Problem(Schema):
    """RFC 9457; `code` is stable, `detail` is one Vietnamese sentence."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str | None = None
    data: dict[str, Any] | None = None


class PromiseOut(Schema):
    """A limit that is promised today. `agency` is the code of the agency that promises it, "" = the whole province."""

    agency: str
    amount: int
    unit: str
    valid_from: date
    valid_to: date | None


class LimitOut(Schema):
    """The catalogue's limit; a dossier gets the shortest of it and of those promised by its agency or the province."""

    channel: str
    stage: int
    condition: str
    amount: int | None
    unit: str
    text: str
    promised: list[PromiseOut]
    fee_vnd: int | None
    fee_text: str


class SparedOut(Schema):
    """Where a paper is not asked for: the agency's code, "" = the whole province; `into` names the paper it is merged with."""

    agency: str
    into: str
    decision: str
    valid_from: date
    valid_to: date | None


class PaperOut(Schema):
    name: str
    case: str
    form_name: str
    originals: int | None
    copies: int | None
    spared: list[SparedOut]


class ProcedureRow(Schema):
    code: str
    name: str
    sector: str
    levels: list[str]
    audience: list[str]


class ProcedurePage(Schema):
    items: list[ProcedureRow]
    next: str


class DeskOut(Schema):
    desk: str
    desk_name: str
    agency: str
    agency_name: str


class ProcedureOut(ProcedureRow):
    version: int
    valid_from: date
    same_day: bool
    limits: list[LimitOut]
    papers: list[PaperOut]
    results: list[str]
    grounds: list[str]
    received_at: list[DeskOut]


class PartyIn(Strict):
    full_name: Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_plain)]
    identity_number: Word = ""
    birth_year: Annotated[int, Field(ge=1900, le=2100)] | None = None
    phone: Word = ""
    email: Line = ""
    address: Line = ""


class BusinessIn(Strict):
    name: Annotated[str, StringConstraints(min_length=1, max_length=300), AfterValidator(_plain)]
    tax_code: Word = ""
    phone: Word = ""
    email: Line = ""
    address: Line = ""


class PaperIn(Strict):
    name: Annotated[str, StringConstraints(min_length=1, max_length=300), AfterValidator(_plain)]
    originals: Small = 0
    copies: Small = 0
    file: Sha256 | Literal[""] = ""
    file_name: Annotated[str, StringConstraints(max_length=200), AfterValidator(_plain)] = ""


class SubmitIn(Strict):
    """Codes are those of the catalogue and of the organisation. `owner` absent = the submitter owns the dossier."""

    procedure: Word
    agency: Word
    receiving_desk: Word
    return_desk: Word = ""
    return_method: Literal["desk", "post", "electronic"] = "desk"
    applicant_kind: Literal["citizen", "business", "organisation", "state"] = "citizen"
    submitter: PartyIn
    owner: PartyIn | None = None
    business: BusinessIn | None = None
    authorisation: Line = ""
    papers: Annotated[list[PaperIn], Field(max_length=100)] = []
    sets: Annotated[int, Field(ge=1, le=100)] = 1
    request: Annotated[str, StringConstraints(max_length=500), AfterValidator(_plain)] = ""
    condition: Text = ""


class DossierOut(Schema):
    """Moments are UTC. `due_at` is the due that counts; `verdict` is by date, null while there is no due or no end."""

    code: str
    state: str
    state_text: str
    national_code: int | None
    seq: int
    procedure: str
    agency: str
    channel: str
    submitted_at: datetime | None
    answer_due_at: datetime | None
    accepted_at: datetime | None
    original_due_at: datetime | None
    due_at: datetime | None
    promised_at: datetime | None
    paused_at: datetime | None
    resolved_at: datetime | None
    handed_over_at: datetime | None
    ended_at: datetime | None
    verdict: str | None


class TimelineOut(Schema):
    seq: int
    kind: str
    from_state: str
    to_state: str
    occurred_at: datetime
    recorded_at: datetime
    hash: str


class ResultIn(Strict):
    kind: Line
    number: Word
    signed_on: date
    signer: Line
    file: Sha256 | Literal[""] = ""
    paper: bool = False


class _MoveIn(Strict):
    expected_seq: Annotated[int, Field(ge=1, le=1_000_000)] | None = None


class AcceptIn(_MoveIn):
    command: Literal["accept"]


class AskCompletionIn(_MoveIn):
    command: Literal["ask_completion"]
    items: Annotated[list[Text], Field(min_length=1, max_length=50)]
    reason: Text
    until: AwareDatetime | None = None


class CompleteIn(_MoveIn):
    command: Literal["complete"]
    papers: Annotated[list[PaperIn], Field(max_length=100)] = []
    note: Text = ""


class RefuseIn(_MoveIn):
    command: Literal["refuse"]
    reason: Text


class ForwardIn(_MoveIn):
    command: Literal["forward"]
    step: Annotated[str, StringConstraints(max_length=200), AfterValidator(_plain)]
    officer: Word = ""
    note: Text = ""


class AskSupplementIn(_MoveIn):
    command: Literal["ask_supplement"]
    items: Annotated[list[Text], Field(min_length=1, max_length=50)]
    reason: Text
    until: AwareDatetime | None = None
    provision: Line = ""
    stage: Line = ""
    approver: Word = ""


class SupplementIn(_MoveIn):
    command: Literal["supplement"]
    papers: Annotated[list[PaperIn], Field(max_length=100)] = []
    note: Text = ""


class ResolveIn(_MoveIn):
    command: Literal["resolve"]
    result: ResultIn
    at_return_desk: bool = True


class ReturnIneligibleIn(_MoveIn):
    command: Literal["return_ineligible"]
    result: ResultIn
    reason: Text


class HandOverIn(_MoveIn):
    command: Literal["hand_over"]
    receiver: Line
    proof: Literal["signature", "one_time_code", "postal", "electronic"]
    reference: Line


class WithdrawIn(_MoveIn):
    command: Literal["withdraw", "request_withdrawal"]
    reason: Text


MoveIn = Annotated[
    AcceptIn
    | AskCompletionIn
    | CompleteIn
    | RefuseIn
    | ForwardIn
    | AskSupplementIn
    | SupplementIn
    | ResolveIn
    | ReturnIneligibleIn
    | HandOverIn
    | WithdrawIn,
    Field(discriminator="command"),
]


class MovedOut(Schema):
    code: str | None
    state: str
    seq: int
    due_at: datetime | None


class SubmittedOut(MovedOut):
    """`access_key` opens the look-up page of the receipt's QR; give it to the applicant only."""

    access_key: uuid.UUID


class FileOut(Schema):
    sha256: str
    size: int
    content_type: str


class EventOut(Schema):
    cursor: str
    dossier: str | None
    seq: int
    kind: str
    from_state: str
    to_state: str
    occurred_at: datetime
    recorded_at: datetime


class EventPage(Schema):
    """Oldest first. `next` is the cursor to go on from; an empty page means: ask again later with the same cursor."""

    items: list[EventOut]
    next: str

"""What each printed form says, as plain values: no models, no queries, so that a paper can be rendered anywhere.

Moments are aware and printed in Asia/Ho_Chi_Minh; money is whole dong; text prints literally, whatever signs it holds.
An empty string or None where a form has a field prints a dotted line to be filled by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Head:
    """The common top of a form. `qr` is what the code says (the look-up address); empty prints none."""

    parent: str  # parent agency, upper line: "UBND TỈNH KHÁNH HÒA"
    office: str  # the desk or agency that issues, lower line, bold
    place: str  # of the date line
    on: date
    number: str = ""  # whole, with its suffix: "12/TTPVHCC"
    code: str = ""  # dossier code
    qr: str = ""
    electronic: bool = False  # electronic copy: marked for the organisation's digital signature, no applicant signature
    replaces: str = ""  # one sentence naming the voided paper and why


@dataclass(frozen=True, slots=True)
class Party:
    name: str
    address: str = ""
    phone: str = ""
    email: str = ""
    id_number: str = ""
    organisation: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    """Where to ask. An empty contact prints no note."""

    phone: str = ""
    website: str = ""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs for an agency, e.g. title "CHỦ TỊCH", name; `on_behalf` is the line above ("TM. ỦY BAN NHÂN DÂN")."""

    title: str
    name: str = ""
    on_behalf: str = ""


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A paper handed in and how many of each make."""

    name: str
    originals: int = 0
    certified: int = 0
    photocopies: int = 0
    electronic: int = 0


@dataclass(frozen=True, slots=True)
class CertificationLine:
    """Batch certification (chứng thực): pages of one paper and copies asked."""

    name: str
    pages: int
    copies: int


@dataclass(frozen=True, slots=True)
class StageDue:
    """One stage of a procedure in stages."""

    title: str
    limit: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class DossierLine:
    """One of several dossiers that one person handed in together."""

    code: str
    owner: str
    request: str
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PartDue:
    """One procedure of a joined hand-in: who does it, in what time, until when; `due_at` None = no limit is published."""

    name: str
    agency: str
    limit: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """Giấy tiếp nhận hồ sơ và hẹn trả kết quả, once for each of `copies` (liên); none = a single unmarked one."""

    head: Head
    desk: str  # receiving desk in full
    submitter: Party
    request: str
    papers: tuple[PaperLine, ...]
    limit: str  # in words: "03 ngày làm việc"
    received_at: datetime
    due_at: datetime | None
    return_at: str
    receiver: str
    owner: Party | None = None  # where another than the submitter
    sets: int = 1
    fee_vnd: int | None = None  # 0 = free; None prints no line
    fee_note: str = ""
    stages: tuple[StageDue, ...] = ()
    joined: str = ""  # name of the joined procedure, its parts and when all of them are promised
    parts: tuple[PartDue, ...] = ()
    joined_due_at: datetime | None = None
    certification: tuple[CertificationLine, ...] = ()
    dossiers: tuple[DossierLine, ...] = ()
    book: int | None = None
    serial: int | None = None
    copies: tuple[str, ...] = ()
    contact: Contact = Contact()


@dataclass(frozen=True, slots=True)
class SupplementRequest:
    """Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ: everything asked in one time."""

    head: Head
    applicant: Party
    request: str
    items: tuple[str, ...]
    reason: str
    guide: str  # the officer who guides and signs
    answer_by: datetime | None = None
    provision: str = ""  # legal provision, where a second request after acceptance needs one
    contact: Contact = Contact()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Phiếu từ chối tiếp nhận giải quyết hồ sơ."""

    head: Head
    desk: str
    applicant: Party
    request: str
    reason: str
    receiver: str
    submitted_at: datetime | None = None  # online submissions only
    contact: Contact = Contact()


@dataclass(frozen=True, slots=True)
class Apology:
    """Phiếu (văn bản) xin lỗi: the result is late, why, and the new date. `due_at` = the date that was promised first.

    `extension` and `time` (the how-many-eth new date) stand on the form of 2025 only; empty and None leave them out.
    `resolver` names the competent agency where another one made the delay and writes.
    """

    head: Head
    applicant: Party
    request: str
    received_at: datetime
    due_at: datetime
    reason: str
    until: datetime | None
    return_at: str
    signer: Signer
    late: bool
    extension: str = ""
    time: int | None = None
    resolver: str = ""
    recipients: tuple[str, ...] = ()
    contact: Contact = Contact()


@dataclass(frozen=True, slots=True)
class StopNotice:
    """Thông báo dừng giải quyết hồ sơ. `asked_on` None: stopped without a request (not supplemented in time)."""

    head: Head
    applicant: Party
    request: str
    received_at: datetime
    stage: str
    decision: str  # number and date of the decision
    reason: str
    signer: Signer
    asked_on: date | None = None
    papers_returned: tuple[str, ...] = ()
    fee_handling: str = ""
    recipients: tuple[str, ...] = ()
    contact: Contact = Contact()


@dataclass(frozen=True, slots=True)
class Consultation:
    """Công văn lấy ý kiến: to a body outside, with the link by which it answers once."""

    head: Head
    body: str
    request: str
    question: str
    papers: tuple[str, ...]
    answer_by: datetime
    link: str
    signer: Signer
    recipients: tuple[str, ...] = ()
    contact: Contact = Contact()


class StepResult(StrEnum):
    """Result of a step against its allotted time, as the control slip words it."""

    EARLY = "Trước hạn"
    ON_TIME = "Đúng hạn"
    OVERDUE = "Quá hạn"


@dataclass(frozen=True, slots=True)
class HandOver:
    """One row of the control slip. `result` None prints the three words with boxes to tick.

    With `step` the row is a step of the internal process: taken at `at`, passed on at `ended_at`, against the time `allotted`
    to it; `papers` says where the paper dossier is.
    """

    from_unit: str
    to_unit: str
    at: datetime
    giver: str = ""
    taker: str = ""
    result: StepResult | None = None
    note: str = ""
    step: str = ""
    ended_at: datetime | None = None
    allotted: str = ""  # working time in words, as is `used`
    used: str = ""
    papers: str = ""


@dataclass(frozen=True, slots=True)
class ControlSlip:
    """Phiếu kiểm soát quá trình giải quyết hồ sơ. `rows` in order of time."""

    head: Head
    request: str
    lead_agency: str
    received_at: datetime
    due_at: datetime | None
    rows: tuple[HandOver, ...]
    cooperating: tuple[str, ...] = ()
    book: int | None = None
    serial: int | None = None
    blank_rows: int = 0  # further empty rows, to be filled by hand


@dataclass(frozen=True, slots=True)
class RegisterRow:
    serial: int
    code: str
    procedure: str
    sets: int
    applicant: str
    contact: str  # address and phone
    lead_agency: str
    received_on: date
    due_on: date | None = None
    returned_on: date | None = None
    return_way: str = ""
    signed: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Register:
    """Sổ theo dõi hồ sơ, one book; `scope` names the sector or the desk it is opened for."""

    head: Head
    scope: str
    book: int
    first_on: date
    last_on: date
    rows: tuple[RegisterRow, ...]
    keeper: str = ""
    signer: Signer = Signer("THỦ TRƯỞNG CƠ QUAN, ĐƠN VỊ")


@dataclass(frozen=True, slots=True)
class ReturnReply:
    """Written reply of the competent agency: the dossier does not meet the conditions."""

    head: Head
    applicant: Party
    request: str
    received_at: datetime
    reason: str
    signer: Signer
    grounds: tuple[str, ...] = ()  # legal grounds
    papers_returned: tuple[str, ...] = ()
    guidance: str = ""
    recipients: tuple[str, ...] = ()
    contact: Contact = Contact()


@dataclass(frozen=True, slots=True)
class ResultLine:
    kind: str
    number: str
    signed_on: date | None
    summary: str


@dataclass(frozen=True, slots=True)
class ResultReceipt:
    """Giấy biên nhận trả kết quả. `drawn_signature` is the receiver's PNG; `proof` words how receipt was proved."""

    head: Head
    request: str
    owner: str
    giver: str
    receiver: Party
    results: tuple[ResultLine, ...]
    handed_over_at: datetime
    fee_vnd: int | None = None
    proof: str = ""
    drawn_signature: bytes | None = None


@dataclass(frozen=True, slots=True)
class HandOverLine:
    code: str
    procedure: str
    applicant: str
    papers: str
    due_at: datetime | None = None
    outcome: str = ""  # in words; empty = not yet signed by the taker


@dataclass(frozen=True, slots=True)
class HandOverSheet:
    """Danh sách bàn giao between a desk and an agency, signed by both; `mark` is the beginning of its seal."""

    head: Head
    title: str
    giving: str  # who gives: desk, agency or unit
    taking: str
    cut_at: datetime
    lines: tuple[HandOverLine, ...]
    giver: str = ""
    given_at: datetime | None = None
    taker: str = ""
    taken_at: datetime | None = None
    mark: str = ""


@dataclass(frozen=True, slots=True)
class ListedProcedure:
    code: str
    name: str
    sector: str
    limit: str
    fee: str
    channels: str


@dataclass(frozen=True, slots=True)
class ProcedureList:
    """The procedures posted at a desk, grouped by sector in the given order."""

    head: Head
    desk: str
    procedures: tuple[ListedProcedure, ...]
    signer: Signer = Signer("THỦ TRƯỞNG CƠ QUAN, ĐƠN VỊ")


Context = (
    Receipt
    | SupplementRequest
    | Refusal
    | Apology
    | StopNotice
    | Consultation
    | ControlSlip
    | Register
    | ReturnReply
    | ResultReceipt
    | ProcedureList
    | HandOverSheet
)

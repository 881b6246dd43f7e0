"""What can be asked of a dossier: one frozen value per command of `law.lifecycle`, checked for shape when made."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar

from motcua.law.errors import BadInput
from motcua.law.lifecycle import Command, State
from motcua.law.limits import Limit


def _required(value: str, label: str) -> None:
    if not value.strip():
        raise BadInput(f"{label}: chưa nhập. Cần ghi rõ nội dung này.", field=label)


@dataclass(frozen=True, slots=True)
class LateEntry:
    """Why a thing is recorded after it happened (offline, post, make-up after an outage), and who approved it."""

    reason: str
    approver_id: int

    def __post_init__(self) -> None:
        _required(self.reason, "Lý do ghi bù")


@dataclass(frozen=True, slots=True)
class PartyData:
    """A natural person as declared. `identity_number` and `phone` are already normalised (`law.persons`), or empty."""

    full_name: str
    identity_number: str = ""
    birth_year: int | None = None
    phone: str = ""
    email: str = ""
    address: str = ""

    def __post_init__(self) -> None:
        _required(self.full_name, "Họ và tên")


@dataclass(frozen=True, slots=True)
class BusinessData:
    name: str
    tax_code: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""

    def __post_init__(self) -> None:
        _required(self.name, "Tên tổ chức")


@dataclass(frozen=True, slots=True)
class PaperData:
    name: str
    originals: int = 0
    copies: int = 0
    pages: int | None = None
    file: str = ""
    file_name: str = ""

    def __post_init__(self) -> None:
        _required(self.name, "Tên giấy tờ")
        if self.originals < 0 or self.copies < 0 or (self.pages is not None and self.pages < 1):
            raise BadInput(f"Giấy tờ “{self.name}”: số bản và số trang phải là số không âm.", field="papers")


@dataclass(frozen=True, slots=True)
class Submit:
    command: ClassVar[Command] = Command.SUBMIT


@dataclass(frozen=True, slots=True)
class Accept:
    """Mẫu 01 is issued. `clock_from` is set for non-territorial receipt: when the competent agency got the dossier."""

    command: ClassVar[Command] = Command.ACCEPT
    clock_from: datetime | None = None
    limit: Limit | None = None


@dataclass(frozen=True, slots=True)
class AskCompletion:
    command: ClassVar[Command] = Command.ASK_COMPLETION
    items: tuple[str, ...]
    reason: str
    until: datetime | None = None

    def __post_init__(self) -> None:
        _required("".join(self.items), "Nội dung cần hoàn thiện")
        _required(self.reason, "Lý do")


@dataclass(frozen=True, slots=True)
class Complete:
    command: ClassVar[Command] = Command.COMPLETE
    papers: tuple[PaperData, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Refuse:
    command: ClassVar[Command] = Command.REFUSE
    reason: str

    def __post_init__(self) -> None:
        _required(self.reason, "Lý do từ chối")


@dataclass(frozen=True, slots=True)
class CloseIncomplete:
    command: ClassVar[Command] = Command.CLOSE_INCOMPLETE


@dataclass(frozen=True, slots=True)
class Forward:
    """Give the dossier to a unit or an officer for a named step."""

    command: ClassVar[Command] = Command.FORWARD
    step: str
    unit_id: int | None = None
    officer_id: int | None = None
    note: str = ""

    def __post_init__(self) -> None:
        _required(self.step, "Bước xử lý")


@dataclass(frozen=True, slots=True)
class AskSupplement:
    """`until` = last moment to supplement. From the second request on, provision, stage and approver are needed."""

    command: ClassVar[Command] = Command.ASK_SUPPLEMENT
    items: tuple[str, ...]
    reason: str
    until: datetime | None = None
    provision: str = ""
    stage: str = ""
    approver_id: int = 0

    def __post_init__(self) -> None:
        _required("".join(self.items), "Nội dung cần bổ sung")
        _required(self.reason, "Lý do")


@dataclass(frozen=True, slots=True)
class Supplement:
    """The clock runs again from the moment the supplement reached the system, which is the move's `at`."""

    command: ClassVar[Command] = Command.SUPPLEMENT
    papers: tuple[PaperData, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class AskPayment:
    command: ClassVar[Command] = Command.ASK_PAYMENT
    amount_vnd: int
    provision: str

    def __post_init__(self) -> None:
        _required(self.provision, "Căn cứ của nghĩa vụ tài chính")
        if self.amount_vnd <= 0:
            raise BadInput("Số tiền: phải là số nguyên dương (đồng).", field="amount_vnd")


@dataclass(frozen=True, slots=True)
class ConfirmPayment:
    command: ClassVar[Command] = Command.CONFIRM_PAYMENT
    proof: str

    def __post_init__(self) -> None:
        _required(self.proof, "Chứng từ nộp tiền")


@dataclass(frozen=True, slots=True)
class Suspend:
    command: ClassVar[Command] = Command.SUSPEND
    provision: str
    document: str

    def __post_init__(self) -> None:
        _required(self.provision, "Căn cứ tạm dừng")
        _required(self.document, "Số văn bản tạm dừng")


@dataclass(frozen=True, slots=True)
class Resume:
    command: ClassVar[Command] = Command.RESUME
    document: str = ""


@dataclass(frozen=True, slots=True)
class Extend:
    """Statutory extension: moves the due that counts."""

    command: ClassVar[Command] = Command.EXTEND
    until: datetime
    provision: str
    reason: str

    def __post_init__(self) -> None:
        _required(self.provision, "Căn cứ gia hạn")
        _required(self.reason, "Lý do gia hạn")


@dataclass(frozen=True, slots=True)
class Promise:
    """Apology with a new date, at most once: the due that counts stays."""

    command: ClassVar[Command] = Command.PROMISE
    until: datetime
    reason: str

    def __post_init__(self) -> None:
        _required(self.reason, "Lý do chậm")


@dataclass(frozen=True, slots=True)
class ResultData:
    """`file` is the SHA-256 of the signed file; empty = the paper itself is the evidence (`paper` True)."""

    kind: str
    number: str
    signed_on: date
    signer: str
    file: str = ""
    paper: bool = False

    def __post_init__(self) -> None:
        _required(self.kind, "Loại kết quả")
        _required(self.number, "Số của kết quả")
        _required(self.signer, "Người ký")
        if not self.file and not self.paper:
            raise BadInput("Kết quả: cần tệp đã ký, hoặc đánh dấu là bản giấy đã có tại cơ quan.", field="file")


@dataclass(frozen=True, slots=True)
class Resolve:
    command: ClassVar[Command] = Command.RESOLVE
    result: ResultData
    at_return_desk: bool = True


@dataclass(frozen=True, slots=True)
class ReturnIneligible:
    """A signed negative reply under the same guard as `Resolve`."""

    command: ClassVar[Command] = Command.RETURN_INELIGIBLE
    result: ResultData
    reason: str

    def __post_init__(self) -> None:
        _required(self.reason, "Lý do không đủ điều kiện")


@dataclass(frozen=True, slots=True)
class ReceiveResult:
    command: ClassVar[Command] = Command.RECEIVE_RESULT


@dataclass(frozen=True, slots=True)
class SendResult:
    command: ClassVar[Command] = Command.SEND_RESULT
    parcel: str

    def __post_init__(self) -> None:
        _required(self.parcel, "Số bưu gửi")


@dataclass(frozen=True, slots=True)
class HandOver:
    """`proof` is `signature`, `one_time_code`, `postal` or `electronic`; `reference` what proves it.

    The reference is the SHA-256 of the drawn signature, the id of the used code, the delivery's or the account's number.
    """

    command: ClassVar[Command] = Command.HAND_OVER
    receiver: str
    proof: str
    reference: str

    def __post_init__(self) -> None:
        _required(self.receiver, "Người nhận kết quả")
        if self.proof not in {"signature", "one_time_code", "postal", "electronic"}:
            raise BadInput(
                "Bằng chứng nhận: phải là chữ ký, mã một lần, phát bưu chính hoặc bản điện tử.", field="proof"
            )
        _required(self.reference, "Bằng chứng nhận kết quả")


@dataclass(frozen=True, slots=True)
class Withdraw:
    command: ClassVar[Command] = Command.WITHDRAW
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RequestWithdrawal:
    command: ClassVar[Command] = Command.REQUEST_WITHDRAWAL
    reason: str

    def __post_init__(self) -> None:
        _required(self.reason, "Lý do rút hồ sơ")


@dataclass(frozen=True, slots=True)
class DeclineWithdrawal:
    command: ClassVar[Command] = Command.DECLINE_WITHDRAWAL
    reason: str

    def __post_init__(self) -> None:
        _required(self.reason, "Lý do không chấp thuận")


@dataclass(frozen=True, slots=True)
class DecideWithdrawal:
    command: ClassVar[Command] = Command.DECIDE_WITHDRAWAL
    document: str
    signer: str

    def __post_init__(self) -> None:
        _required(self.document, "Số quyết định")
        _required(self.signer, "Người ký")


@dataclass(frozen=True, slots=True)
class Stop:
    command: ClassVar[Command] = Command.STOP
    reason: str

    def __post_init__(self) -> None:
        _required(self.reason, "Lý do dừng")


@dataclass(frozen=True, slots=True)
class Rectify:
    """A counter-entry. `to_state` goes back to a state the dossier has had; `corrections` change plain data fields.

    `told` = a paper given to the applicant changes, so the applicant is told.
    """

    command: ClassVar[Command] = Command.RECTIFY
    reason: str
    approver_id: int
    to_state: State | None = None
    corrections: dict[str, str] = field(default_factory=dict)
    told: bool = False

    def __post_init__(self) -> None:
        _required(self.reason, "Lý do đính chính")
        if self.to_state is None and not self.corrections:
            raise BadInput("Đính chính: cần nêu trạng thái quay về hoặc dữ liệu được sửa.", field="corrections")


AnyCommand = (
    Submit
    | Accept
    | AskCompletion
    | Complete
    | Refuse
    | CloseIncomplete
    | Forward
    | AskSupplement
    | Supplement
    | AskPayment
    | ConfirmPayment
    | Suspend
    | Resume
    | Extend
    | Promise
    | Resolve
    | ReturnIneligible
    | ReceiveResult
    | SendResult
    | HandOver
    | Withdraw
    | RequestWithdrawal
    | DeclineWithdrawal
    | DecideWithdrawal
    | Stop
    | Rectify
)

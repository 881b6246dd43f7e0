"""What can be asked of a dossier: one frozen value per command of `law.lifecycle`, checked for shape when made."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar

from motcua.law.errors import BadInput
from motcua.law.lifecycle import Command, ProcessEvent, State
from motcua.law.limits import Limit

# A reason or a note: more than anybody types, less than anybody would send to fill the disk.
_FREE = 10_000
_DOCUMENT = 500
# A column of 16 bits; no paper has that many copies or pages.
_MANY = 32_767
# What PostgreSQL cannot store as text: the zero byte, and halves of characters.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def _required(value: str, label: str, longest: int = _FREE) -> None:
    if not value.strip():
        raise BadInput(f"{label}: chưa nhập. Cần ghi rõ nội dung này.", field=label)
    check_text(value, label, longest)


def check_text(value: str, label: str, longest: int = _FREE) -> None:
    """Raises BadInput for a text that the database could not take: too long, or with characters that cannot be stored."""
    if len(value) > longest:
        raise BadInput(f"{label}: dài {len(value)} ký tự, nhiều nhất là {longest} ký tự.", field=label)
    if _UNSTORABLE.search(value):
        raise BadInput(f"{label}: có ký tự không lưu được. Cần nhập lại bằng chữ thường dùng.", field=label)


def _aware(moment: datetime | None, label: str) -> None:
    if moment is not None and moment.utcoffset() is None:
        raise BadInput(f"{label}: thời điểm {moment.isoformat()} thiếu múi giờ.", field=label)


@dataclass(frozen=True, slots=True)
class LateEntry:
    """Why a thing is recorded after it happened (offline, post, make-up after an outage), and who approved it."""

    reason: str
    approver_id: int

    def __post_init__(self) -> None:
        _required(self.reason, "Lý do ghi bù", 1000)


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
        _required(self.full_name, "Họ và tên", 200)
        check_text(self.identity_number, "Số định danh", 12)
        _check_contact(self.phone, self.email, self.address)
        if self.birth_year is not None and not 1850 <= self.birth_year <= 2100:
            raise BadInput(f"Năm sinh “{self.birth_year}”: cần đủ bốn chữ số, ví dụ 1990.", field="birth_year")


def _check_contact(phone: str, email: str, address: str) -> None:
    check_text(phone, "Số điện thoại", 15)
    check_text(email, "Thư điện tử", 254)
    check_text(address, "Địa chỉ", 500)


@dataclass(frozen=True, slots=True)
class BusinessData:
    name: str
    tax_code: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""

    def __post_init__(self) -> None:
        _required(self.name, "Tên tổ chức", 300)
        check_text(self.tax_code, "Mã số thuế", 14)
        _check_contact(self.phone, self.email, self.address)


@dataclass(frozen=True, slots=True)
class PaperData:
    name: str
    originals: int = 0
    copies: int = 0
    pages: int | None = None
    file: str = ""
    file_name: str = ""

    def __post_init__(self) -> None:
        _required(self.name, "Tên giấy tờ", 5000)
        check_text(self.file, "Tệp", 64)
        check_text(self.file_name, "Tên tệp", 200)
        pages = 1 if self.pages is None else self.pages
        if not (0 <= self.originals <= _MANY and 0 <= self.copies <= _MANY and 1 <= pages <= _MANY):
            raise BadInput(
                f"Giấy tờ “{self.name[:80]}”: số bản cần từ 0 đến {_MANY}, số trang từ 1 đến {_MANY}.", field="papers"
            )


@dataclass(frozen=True, slots=True)
class Submit:
    command: ClassVar[Command] = Command.SUBMIT


@dataclass(frozen=True, slots=True)
class Accept:
    """Mẫu 01 is issued. `clock_from` is set for non-territorial receipt: when the competent agency gets the dossier.

    For paper that is the plan, at most the receiving desk's forwarding limit, until `ReceivePapers` says when it was.
    `case` is the procedure's case (trường hợp) by which an internal process may be chosen.
    """

    command: ClassVar[Command] = Command.ACCEPT
    clock_from: datetime | None = None
    limit: Limit | None = None
    case: str = ""

    def __post_init__(self) -> None:
        check_text(self.case, "Trường hợp", 2000)
        _aware(self.clock_from, "Thời điểm bắt đầu tính hạn")


@dataclass(frozen=True, slots=True)
class AskCompletion:
    command: ClassVar[Command] = Command.ASK_COMPLETION
    items: tuple[str, ...]
    reason: str
    until: datetime | None = None

    def __post_init__(self) -> None:
        _required("".join(self.items), "Nội dung cần hoàn thiện")
        _required(self.reason, "Lý do")
        _aware(self.until, "Hạn hoàn thiện")


@dataclass(frozen=True, slots=True)
class Complete:
    command: ClassVar[Command] = Command.COMPLETE
    papers: tuple[PaperData, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        check_text(self.note, "Ghi chú")


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
class ReceivePapers:
    """The competent agency signs for papers that another desk took in: from now the legal clock runs."""

    command: ClassVar[Command] = Command.RECEIVE_PAPERS
    document: str

    def __post_init__(self) -> None:
        _required(self.document, "Số phiếu bàn giao", _DOCUMENT)


@dataclass(frozen=True, slots=True)
class Forward:
    """Give the dossier to a unit or an officer for a named step."""

    command: ClassVar[Command] = Command.FORWARD
    step: str
    unit_id: int | None = None
    officer_id: int | None = None
    note: str = ""

    def __post_init__(self) -> None:
        _required(self.step, "Bước xử lý", 200)
        check_text(self.note, "Ghi chú")


@dataclass(frozen=True, slots=True)
class Work:
    """What `processes.engine` decided about the steps of the internal process; here it is only put on record.

    `detail` says it in ids, moments and codes; `step`, `unit_id` and `officer_id` are where the dossier now lies.
    `process` is the digest of the version that it follows from now on, None = as before; `shared_with` are the ids of the
    other agencies that have had a part in it.
    """

    command: ClassVar[Command] = Command.WORK
    event: ProcessEvent
    detail: dict[str, object]
    step: str
    unit_id: int | None = None
    officer_id: int | None = None
    note: str = ""
    process: str | None = None
    shared_with: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        check_text(self.step, "Bước xử lý", 200)
        check_text(self.note, "Ghi chú")


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
        check_text(self.provision, "Căn cứ pháp lý", _DOCUMENT)
        check_text(self.stage, "Giai đoạn giải quyết", _DOCUMENT)
        _aware(self.until, "Hạn bổ sung")


@dataclass(frozen=True, slots=True)
class Supplement:
    """The clock runs again from the moment the supplement reached the system, which is the move's `at`."""

    command: ClassVar[Command] = Command.SUPPLEMENT
    papers: tuple[PaperData, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        check_text(self.note, "Ghi chú")


@dataclass(frozen=True, slots=True)
class AskPayment:
    command: ClassVar[Command] = Command.ASK_PAYMENT
    amount_vnd: int
    provision: str

    def __post_init__(self) -> None:
        _required(self.provision, "Căn cứ của nghĩa vụ tài chính", _DOCUMENT)
        if not 0 < self.amount_vnd <= 10**15:
            raise BadInput("Số tiền: phải là số nguyên dương (đồng), không quá một triệu tỷ.", field="amount_vnd")


@dataclass(frozen=True, slots=True)
class ConfirmPayment:
    command: ClassVar[Command] = Command.CONFIRM_PAYMENT
    proof: str

    def __post_init__(self) -> None:
        _required(self.proof, "Chứng từ nộp tiền", _DOCUMENT)


@dataclass(frozen=True, slots=True)
class Suspend:
    command: ClassVar[Command] = Command.SUSPEND
    provision: str
    document: str

    def __post_init__(self) -> None:
        _required(self.provision, "Căn cứ tạm dừng", _DOCUMENT)
        _required(self.document, "Số văn bản tạm dừng", _DOCUMENT)


@dataclass(frozen=True, slots=True)
class Resume:
    command: ClassVar[Command] = Command.RESUME
    document: str = ""

    def __post_init__(self) -> None:
        check_text(self.document, "Số văn bản tiếp tục", _DOCUMENT)


@dataclass(frozen=True, slots=True)
class Extend:
    """Statutory extension: moves the due that counts."""

    command: ClassVar[Command] = Command.EXTEND
    until: datetime
    provision: str
    reason: str

    def __post_init__(self) -> None:
        _required(self.provision, "Căn cứ gia hạn", _DOCUMENT)
        _required(self.reason, "Lý do gia hạn")
        _aware(self.until, "Hạn mới")


@dataclass(frozen=True, slots=True)
class Promise:
    """Apology with a new date, at most once: the due that counts stays.

    `cause` is the code of why it is late, `agency_id` the agency at fault, whose letter it is; 0 = the competent one.
    """

    command: ClassVar[Command] = Command.PROMISE
    until: datetime
    reason: str
    cause: str = ""
    agency_id: int = 0

    def __post_init__(self) -> None:
        _required(self.reason, "Lý do chậm")
        check_text(self.cause, "Nguyên nhân chậm", 8)
        _aware(self.until, "Ngày hẹn lại")


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
        _required(self.kind, "Loại kết quả", 300)
        _required(self.number, "Số của kết quả", 100)
        _required(self.signer, "Người ký", 200)
        check_text(self.file, "Tệp kết quả", 64)
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
        _required(self.parcel, "Số bưu gửi", 100)


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
        _required(self.receiver, "Người nhận kết quả", 200)
        if self.proof not in {"signature", "one_time_code", "postal", "electronic"}:
            raise BadInput(
                "Bằng chứng nhận: phải là chữ ký, mã một lần, phát bưu chính hoặc bản điện tử.", field="proof"
            )
        _required(self.reference, "Bằng chứng nhận kết quả", _DOCUMENT)


@dataclass(frozen=True, slots=True)
class Withdraw:
    command: ClassVar[Command] = Command.WITHDRAW
    reason: str = ""

    def __post_init__(self) -> None:
        check_text(self.reason, "Lý do rút hồ sơ")


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
        _required(self.document, "Số quyết định", _DOCUMENT)
        _required(self.signer, "Người ký", 200)


@dataclass(frozen=True, slots=True)
class Stop:
    command: ClassVar[Command] = Command.STOP
    reason: str

    def __post_init__(self) -> None:
        _required(self.reason, "Lý do dừng")


RETURN_METHODS = frozenset({"desk", "post", "electronic"})
# What a rectification may correct, each with its longest text.
CORRECTABLE = {"request": 500, "authorisation": 300, "return_method": 10, "step": 200}


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
        for name, value in self.corrections.items():
            check_text(value, f"Dữ liệu đính chính “{name[:40]}”", CORRECTABLE.get(name, _FREE))
        wrong = sorted(set(self.corrections) - set(CORRECTABLE))
        if wrong:
            raise BadInput(f"Không đính chính được dữ liệu: {', '.join(wrong)[:200]}.", field="corrections")
        method = self.corrections.get("return_method")
        if method is not None and method not in RETURN_METHODS:
            raise BadInput(f"Hình thức nhận kết quả “{method}” không có trong danh mục.", field="return_method")


AnyCommand = (
    Submit
    | Accept
    | AskCompletion
    | Complete
    | Refuse
    | CloseIncomplete
    | ReceivePapers
    | Forward
    | Work
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

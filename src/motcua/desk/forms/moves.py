"""One form for each command on a dossier. A form knows its fields and how to make the command, no rule of law."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django import forms

from motcua.desk.forms.base import LocalMomentField, lines, money, text
from motcua.desk.forms.late import LateMixin
from motcua.desk.forms.papers import PapersForm
from motcua.desk.forms.result import CODE, ELECTRONIC, POSTAL, SIGNATURE, ResultForm, SignatureMixin, signature_fields
from motcua.dossiers import commands as c
from motcua.dossiers.arrival import arrival
from motcua.dossiers.models import Dossier
from motcua.law.lifecycle import STATE_TEXT, Command, State
from motcua.law.limits import UNIT_TEXT, Limit, Unit


@dataclass(frozen=True, slots=True)
class Around:
    """What the forms of a dossier choose from. Pairs are (id, name)."""

    dossier: Dossier
    at: datetime
    officers: list[tuple[int, str]] = field(default_factory=list)
    units: list[tuple[int, str]] = field(default_factory=list)
    heads: list[tuple[int, str]] = field(default_factory=list)
    result_kinds: list[str] = field(default_factory=list)
    past_states: list[str] = field(default_factory=list)
    late: bool = False
    late_heads: list[tuple[int, str]] = field(default_factory=list)


class MoveForm(LateMixin):
    """`expected_seq` is what the officer's page showed; the service refuses when another move came first."""

    wide: ClassVar[frozenset[str]] = frozenset()
    expected_seq = forms.IntegerField(widget=forms.HiddenInput(), min_value=1)

    def __init__(self, *args: Any, around: Around, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.around = around
        self.fields["expected_seq"].initial = around.dossier.seq
        self.prepare()
        if around.late:
            self.ask_when(around.late_heads)

    def prepare(self) -> None:
        """Fill the choices from `around`."""

    def choose(self, name: str, pairs: list[tuple[int, str]], empty: str) -> None:
        chooser = self.fields[name]
        assert isinstance(chooser, forms.TypedChoiceField)
        chooser.choices = [("", empty), *pairs]

    def command(self) -> c.AnyCommand | None:
        """From cleaned data; None when a fault was put beside a field meanwhile. Raises BadInput."""
        raise NotImplementedError


def _pick(label: str, *, required: bool = False, hint: str = "") -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, required=required, help_text=hint, coerce=int, empty_value=None, choices=[], widget=forms.Select()
    )


class AcceptForm(MoveForm):
    """The limit is asked only where the catalogue could not give one for this case."""

    limit_amount = forms.IntegerField(label="Thời hạn giải quyết", required=False, min_value=1, max_value=2000)
    limit_unit = forms.ChoiceField(
        label="Đơn vị", required=False, choices=[("", "—"), *((u.value, UNIT_TEXT[u]) for u in Unit)]
    )

    def prepare(self) -> None:
        dossier = self.around.dossier
        if dossier.limit_amount is not None or dossier.procedure.same_day:
            del self.fields["limit_amount"], self.fields["limit_unit"]
            return
        self.fields[
            "limit_amount"
        ].help_text = "Danh mục chưa có thời hạn cho trường hợp này. Ghi theo quyết định công bố; để trống nếu thủ tục không có thời hạn."

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if bool(cleaned.get("limit_amount")) != bool(cleaned.get("limit_unit")):
            self.add_error("limit_unit" if cleaned.get("limit_amount") else "limit_amount", "Cần cả số và đơn vị.")
        return cleaned

    def command(self) -> c.Accept:
        amount, unit = self.cleaned_data.get("limit_amount"), self.cleaned_data.get("limit_unit")
        dossier = self.around.dossier
        clock_from = arrival(dossier.receiving_desk, dossier.agency, dossier.channel, self.around.at)
        return c.Accept(clock_from=clock_from, limit=Limit(amount, Unit(unit)) if amount and unit else None)


class AskCompletionForm(MoveForm):
    items = text(
        "Nội dung cần hoàn thiện",
        limit=4000,
        rows=4,
        hint="Mỗi dòng một nội dung. Nêu đủ trong một lần; in trên Mẫu 02.",
    )
    reason = text("Lý do", limit=1000, rows=2)
    until = LocalMomentField(label="Hoàn thiện chậm nhất", required=False, help_text="Để trống: theo thời hạn chung.")

    def command(self) -> c.AskCompletion:
        data = self.cleaned_data
        return c.AskCompletion(lines(data["items"]), data["reason"], data["until"])


class RefuseForm(MoveForm):
    reason = text(
        "Lý do từ chối", limit=2000, rows=3, hint="Ghi rõ để người nộp hiểu và biết nơi cần đến; in trên Mẫu 03."
    )

    def command(self) -> c.Refuse:
        return c.Refuse(self.cleaned_data["reason"])


class CompleteForm(PapersForm, MoveForm):
    note = text("Ghi chú", required=False, limit=1000, rows=2)

    def command(self) -> c.Complete:
        return c.Complete(self.papers(self.around.at), self.cleaned_data["note"])


class CloseIncompleteForm(MoveForm):
    def command(self) -> c.CloseIncomplete:
        return c.CloseIncomplete()


class ReceivePapersForm(MoveForm):
    document = text("Số phiếu bàn giao", limit=200, css="w-mid", hint="Phiếu do nơi tiếp nhận và bên nhận cùng ký.")

    def command(self) -> c.ReceivePapers:
        return c.ReceivePapers(self.cleaned_data["document"])


class ForwardForm(MoveForm):
    step = text("Bước xử lý", limit=200, hint="Ví dụ: Thẩm định, Trình ký.")
    unit = _pick("Phòng")
    officer = _pick("Cán bộ")
    note = text("Ghi chú cho người nhận", required=False, limit=1000, rows=2)

    def prepare(self) -> None:
        self.choose("unit", self.around.units, "Không đổi phòng cụ thể")
        self.choose("officer", self.around.officers, "Chưa giao cán bộ")
        self.fields["step"].widget.attrs["list"] = "steps"

    def command(self) -> c.Forward:
        data = self.cleaned_data
        return c.Forward(data["step"], data["unit"], data["officer"], data["note"])


class AskSupplementForm(MoveForm):
    items = text("Nội dung cần bổ sung", limit=4000, rows=4, hint="Mỗi dòng một nội dung. Nêu đủ trong một lần.")
    reason = text("Lý do", limit=1000, rows=2)
    until = LocalMomentField(label="Bổ sung chậm nhất", required=False, help_text="Để trống: theo thời hạn chung.")
    provision = text("Căn cứ pháp lý của lần yêu cầu này", limit=500)
    stage = text("Giai đoạn giải quyết", limit=200, hint="Ví dụ: thẩm định thực địa.")
    approver = _pick("Người duyệt", required=True)

    def prepare(self) -> None:
        if self.around.dossier.supplement_rounds:
            self.choose("approver", self.around.heads, "Chọn người duyệt")
        else:
            for name in ("provision", "stage", "approver"):
                del self.fields[name]

    def command(self) -> c.AskSupplement:
        data = self.cleaned_data
        return c.AskSupplement(
            lines(data["items"]), data["reason"], data["until"], data.get("provision", ""), data.get("stage", ""),
            data.get("approver") or 0,
        )  # fmt: skip


class SupplementForm(PapersForm, MoveForm):
    note = text("Ghi chú", required=False, limit=1000, rows=2)

    def command(self) -> c.Supplement:
        return c.Supplement(self.papers(self.around.at), self.cleaned_data["note"])


class AskPaymentForm(MoveForm):
    amount_vnd = money("Số tiền phải nộp")
    provision = text(
        "Căn cứ của nghĩa vụ tài chính", limit=500, hint="Thông báo thuế, điều khoản của luật chuyên ngành."
    )

    def command(self) -> c.AskPayment:
        return c.AskPayment(self.cleaned_data["amount_vnd"], self.cleaned_data["provision"])


class ConfirmPaymentForm(MoveForm):
    proof = text("Chứng từ nộp tiền", limit=300, hint="Số giấy nộp tiền, ngày, ngân hàng.")

    def command(self) -> c.ConfirmPayment:
        return c.ConfirmPayment(self.cleaned_data["proof"])


class SuspendForm(MoveForm):
    provision = text("Căn cứ tạm dừng", limit=500)
    document = text("Số văn bản tạm dừng", limit=200, css="w-mid")

    def command(self) -> c.Suspend:
        return c.Suspend(self.cleaned_data["provision"], self.cleaned_data["document"])


class ResumeForm(MoveForm):
    document = text("Số văn bản tiếp tục", required=False, limit=200, css="w-mid")

    def command(self) -> c.Resume:
        return c.Resume(self.cleaned_data["document"])


class ExtendForm(MoveForm):
    until = LocalMomentField(label="Hạn mới", help_text="Hạn mới được tính thay hạn cũ.")
    provision = text("Căn cứ gia hạn", limit=500)
    reason = text("Lý do gia hạn", limit=1000, rows=2)

    def command(self) -> c.Extend:
        data = self.cleaned_data
        return c.Extend(data["until"], data["provision"], data["reason"])


class PromiseForm(MoveForm):
    until = LocalMomentField(label="Ngày hẹn lại", help_text="Hạn cũ vẫn được tính; chỉ được hẹn lại một lần.")
    reason = text("Lý do chậm", limit=1000, rows=2, hint="In trên văn bản xin lỗi gửi người nộp.")

    def command(self) -> c.Promise:
        return c.Promise(self.cleaned_data["until"], self.cleaned_data["reason"])


class _Results(ResultForm, MoveForm):
    def __init__(self, *args: Any, around: Around, **kwargs: Any) -> None:
        super().__init__(*args, around=around, kinds=around.result_kinds, at=around.at, earlier=around.late, **kwargs)


class ResolveForm(_Results):
    at_return_desk = forms.BooleanField(
        label="Kết quả đã ở nơi trả", required=False, initial=True,
        help_text="Bỏ đánh dấu nếu còn phải chuyển về; nơi trả sẽ ghi nhận khi nhận được.",
    )  # fmt: skip

    def command(self) -> c.Resolve:
        return c.Resolve(self.result(), at_return_desk=self.cleaned_data["at_return_desk"])


class ReturnIneligibleForm(_Results):
    reason = text("Lý do không đủ điều kiện", limit=2000, rows=3, hint="In trên văn bản trả lời người nộp.")

    def prepare(self) -> None:
        self.fields["kind"].initial = "Văn bản trả lời không đủ điều kiện giải quyết"

    def command(self) -> c.ReturnIneligible:
        return c.ReturnIneligible(self.result(), self.cleaned_data["reason"])


class ReceiveResultForm(MoveForm):
    def command(self) -> c.ReceiveResult:
        return c.ReceiveResult()


class SendResultForm(MoveForm):
    parcel = text("Số bưu gửi", limit=100, css="w-mid")

    def command(self) -> c.SendResult:
        return c.SendResult(self.cleaned_data["parcel"])


class HandOverForm(SignatureMixin, MoveForm):
    """The code is checked by the view, which may also send one; the drawn signature is stored here."""

    receiver = text("Người nhận kết quả", limit=200, css="w-mid")
    proof = forms.ChoiceField(label="Bằng chứng nhận", widget=forms.RadioSelect, choices=[])
    signature = signature_fields()["signature"]
    signature_file = signature_fields()["signature_file"]
    one_time_code = text("Mã xác nhận", required=False, limit=10, css="w-short")
    parcel_proof = text(
        "Chứng từ phát bưu chính", required=False, limit=200, css="w-mid", hint="Số bưu gửi, ngày giờ phát."
    )

    def prepare(self) -> None:
        dossier = self.around.dossier
        proofs = [(SIGNATURE, "Ký nhận tại quầy"), (CODE, "Mã gửi tới điện thoại người nộp")]
        if dossier.result_sent_at:
            proofs = [(POSTAL, "Bưu chính đã phát tới người nhận"), *proofs]
        if dossier.return_method == "electronic":
            proofs = [(ELECTRONIC, "Đã giao bản điện tử vào tài khoản của người nộp"), *proofs]
        proof = self.fields["proof"]
        assert isinstance(proof, forms.ChoiceField)
        proof.choices, proof.initial = proofs, proofs[0][0]
        self.fields["receiver"].initial = dossier.submitter.full_name
        self.fields["one_time_code"].widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code"}
        if not dossier.result_sent_at:
            del self.fields["parcel_proof"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        proof = cleaned.get("proof")
        if proof == CODE and not cleaned.get("one_time_code"):
            self.add_error("one_time_code", "Chưa nhập mã. Bấm “Gửi mã” rồi nhập 6 chữ số người nhận đọc cho.")
        if proof == POSTAL and not cleaned.get("parcel_proof"):
            self.add_error("parcel_proof", "Chưa nhập chứng từ phát bưu chính.")
        return cleaned

    def command(self) -> c.HandOver | None:
        data, dossier = self.cleaned_data, self.around.dossier
        match data["proof"]:
            case "signature":
                reference = self.signature_reference(self, self.around.at)
            case "postal":
                reference = data["parcel_proof"]
            case "electronic":
                reference = f"access:{dossier.access_key}"
            case _:
                reference = f"code:{dossier.pk}"
        return c.HandOver(data["receiver"], data["proof"], reference) if reference else None


class RequestWithdrawalForm(MoveForm):
    reason = text("Lý do người nộp nêu", limit=1000, rows=2)

    def command(self) -> c.RequestWithdrawal:
        return c.RequestWithdrawal(self.cleaned_data["reason"])


class DeclineWithdrawalForm(MoveForm):
    reason = text("Lý do không chấp thuận", limit=1000, rows=2)

    def command(self) -> c.DeclineWithdrawal:
        return c.DeclineWithdrawal(self.cleaned_data["reason"])


class DecideWithdrawalForm(MoveForm):
    document = text("Số quyết định cho rút", limit=200, css="w-mid")
    signer = text("Người ký", limit=200, css="w-mid")

    def command(self) -> c.DecideWithdrawal:
        return c.DecideWithdrawal(self.cleaned_data["document"], self.cleaned_data["signer"])


class StopForm(MoveForm):
    reason = text("Lý do dừng giải quyết", limit=1000, rows=3, hint="In trên Thông báo dừng giải quyết hồ sơ (Mẫu 05).")

    def command(self) -> c.Stop:
        return c.Stop(self.cleaned_data["reason"])


def _goal(state: State, present: str) -> str:
    """The present state as goal takes back the last thing recorded in it."""
    return f"{STATE_TEXT[state]} (bỏ việc ghi sau cùng)" if state == present else STATE_TEXT[state]


class RectifyForm(MoveForm):
    to_state = forms.ChoiceField(label="Quay về trạng thái", required=False, choices=[])
    request = text("Sửa nội dung yêu cầu thành", required=False, limit=500, rows=2)
    return_method = forms.ChoiceField(label="Sửa hình thức nhận kết quả thành", required=False, choices=[])
    reason = text("Lý do đính chính", limit=1000, rows=2)
    approver = _pick("Lãnh đạo duyệt", required=True)
    told = forms.BooleanField(
        label="Báo cho người nộp",
        required=False,
        help_text="Cần báo khi một giấy đã giao cho người nộp không còn đúng.",
    )

    def prepare(self) -> None:
        dossier = self.around.dossier
        states = [State(value) for value in self.around.past_states]
        self.fields["to_state"].choices = [  # type: ignore[attr-defined]
            ("", "Giữ nguyên trạng thái"),
            *((state.value, _goal(state, dossier.state)) for state in states),
        ]
        self.fields["return_method"].choices = [  # type: ignore[attr-defined]
            ("", "Không sửa"),
            ("desk", "Tại bộ phận một cửa"),
            ("post", "Qua bưu chính"),
            ("electronic", "Bản điện tử"),
        ]
        self.choose("approver", self.around.heads, "Chọn lãnh đạo duyệt")

    def command(self) -> c.Rectify:
        data = self.cleaned_data
        corrections = {name: data[name] for name in ("request", "return_method") if data[name]}
        return c.Rectify(
            data["reason"],
            data["approver"] or 0,
            State(data["to_state"]) if data["to_state"] else None,
            corrections,
            data["told"],
        )


FORMS: dict[Command, type[MoveForm]] = {
    Command.ACCEPT: AcceptForm,
    Command.ASK_COMPLETION: AskCompletionForm,
    Command.REFUSE: RefuseForm,
    Command.COMPLETE: CompleteForm,
    Command.CLOSE_INCOMPLETE: CloseIncompleteForm,
    Command.RECEIVE_PAPERS: ReceivePapersForm,
    Command.FORWARD: ForwardForm,
    Command.ASK_SUPPLEMENT: AskSupplementForm,
    Command.SUPPLEMENT: SupplementForm,
    Command.ASK_PAYMENT: AskPaymentForm,
    Command.CONFIRM_PAYMENT: ConfirmPaymentForm,
    Command.SUSPEND: SuspendForm,
    Command.RESUME: ResumeForm,
    Command.EXTEND: ExtendForm,
    Command.PROMISE: PromiseForm,
    Command.RESOLVE: ResolveForm,
    Command.RETURN_INELIGIBLE: ReturnIneligibleForm,
    Command.RECEIVE_RESULT: ReceiveResultForm,
    Command.SEND_RESULT: SendResultForm,
    Command.HAND_OVER: HandOverForm,
    Command.REQUEST_WITHDRAWAL: RequestWithdrawalForm,
    Command.DECLINE_WITHDRAWAL: DeclineWithdrawalForm,
    Command.DECIDE_WITHDRAWAL: DecideWithdrawalForm,
    Command.STOP: StopForm,
    Command.RECTIFY: RectifyForm,
}

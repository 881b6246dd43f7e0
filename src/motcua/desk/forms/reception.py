"""The counter's form: who hands in, for whom, which papers, and how the visit ends (Mẫu 01, 02 or 03)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from django import forms
from django.utils.datastructures import MultiValueDict

from motcua.desk.counter import Offered
from motcua.desk.forms.base import identity, lines, phone, tax_code, text
from motcua.desk.forms.late import LateMixin
from motcua.desk.forms.papers import count_field
from motcua.dossiers.arrival import arrival
from motcua.dossiers.commands import Accept, AskCompletion, BusinessData, PaperData, PartyData, Refuse
from motcua.dossiers.intake import Intake
from motcua.law.errors import BadInput
from motcua.law.limits import UNIT_TEXT, Limit, Unit

ACCEPT, ASK_COMPLETION, REFUSE = "accept", "ask_completion", "refuse"
EXTRA_PAPERS: Final = 2
CHANNELS: Final = [("counter", "Tại quầy"), ("post", "Qua bưu chính"), ("home", "Tại nhà")]
KINDS: Final = [
    ("citizen", "Cá nhân"), ("business", "Doanh nghiệp"), ("organisation", "Tổ chức"), ("state", "Cơ quan nhà nước"),
]  # fmt: skip
RETURNS: Final = [("desk", "Tại một cửa"), ("post", "Qua bưu chính"), ("electronic", "Bản điện tử")]


class ReceptionForm(LateMixin):
    """`chosen` None = no procedure yet; then only the procedure is asked. `ending` is the button that was pressed.

    `approvers`: of a hand-in that happened earlier, who may have approved that it is recorded only now; None = it happens now.
    """

    procedure = text("Thủ tục", limit=1000)
    post = forms.IntegerField(required=False, widget=forms.HiddenInput())
    key = forms.UUIDField(widget=forms.HiddenInput())
    identity_number = identity(required=False)
    full_name = text("Họ và tên người nộp", limit=200)
    birth_year = forms.IntegerField(label="Năm sinh", required=False, min_value=1900, max_value=2035)
    phone = phone()
    email = forms.EmailField(
        label="Thư điện tử", required=False, error_messages={"invalid": "Thư điện tử cần dạng ten@vidu.vn."}
    )
    address = text("Địa chỉ", required=False, limit=500)
    applicant_kind = forms.ChoiceField(label="Chủ hồ sơ là", choices=KINDS)
    business_name = text("Tên tổ chức", required=False, limit=300)
    tax_code = tax_code()
    owner_name = text("Chủ hồ sơ, nếu khác người nộp", required=False, limit=200)
    owner_identity = identity("Số định danh chủ hồ sơ", required=False)
    authorisation = text("Giấy ủy quyền", required=False, limit=300)
    channel = forms.ChoiceField(label="Hình thức nộp", choices=CHANNELS)
    return_method = forms.ChoiceField(label="Nhận kết quả", choices=RETURNS)
    sets = forms.IntegerField(label="Số bộ", min_value=1, max_value=100, initial=1)
    request = text("Nội dung yêu cầu", required=False, limit=500)
    condition = forms.ChoiceField(label="Trường hợp", required=False, choices=[])
    limit_amount = forms.IntegerField(label="Thời hạn", required=False, min_value=1, max_value=2000)
    limit_unit = forms.ChoiceField(
        label="Đơn vị", required=False, choices=[("", "—"), *((u.value, UNIT_TEXT[u]) for u in Unit)]
    )
    confirmed = forms.BooleanField(label="Vẫn tiếp nhận hồ sơ này", required=False)
    items = text(
        "Nội dung cần hoàn thiện",
        required=False,
        limit=4000,
        rows=3,
        hint="Mỗi dòng một nội dung, nêu đủ trong một lần.",
    )
    reason = text("Lý do", required=False, limit=1000)
    refusal = text("Lý do từ chối", required=False, limit=2000, rows=2)

    def __init__(
        self,
        *args: Any,
        chosen: Offered | None,
        ending: str = "",
        approvers: Sequence[tuple[int, str]] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.chosen, self.ending, self.must_name_case = chosen, ending, False
        if approvers is not None:
            self.ask_when(approvers, empty="Chọn người duyệt" if chosen else "Chọn thủ tục trước")
        self.fields["procedure"].widget.attrs |= {
            "list": "offered",
            "autocomplete": "off",
            "placeholder": "Mã hoặc vài chữ trong tên",
        }
        self.fields["birth_year"].widget.attrs["class"] = "form-control year-input"
        self.fields["sets"].widget.attrs["class"] = "form-control count-input"
        self._ask_case()
        self._ask_papers()

    def _value(self, name: str) -> str:
        """What is in a control now, typed or given at first."""
        if self.is_bound:
            return str(self.data.get(name, ""))
        return str(self.initial.get(name) or self.fields[name].initial or "")

    def _ask_case(self) -> None:
        channel = self._value("channel") or "counter"
        conditions = self.chosen.conditions(channel) if self.chosen and channel in dict(CHANNELS) else []
        if conditions:
            case = self.fields["condition"]
            assert isinstance(case, forms.ChoiceField)
            # Where the catalogue also has a rule for all cases, naming none means that one.
            empty = "Trường hợp chung" if "" in conditions else "Chọn trường hợp"
            case.choices = [("", empty), *((one, one) for one in conditions if one)]
            self.must_name_case = "" not in conditions
        else:
            del self.fields["condition"]
        limits = (
            self.chosen.terms(channel, self._value("condition") if conditions else "")[0]
            if self.chosen and channel in dict(CHANNELS)
            else ()
        )
        if self.chosen is None or limits or self.chosen.posted.procedure.same_day:
            del self.fields["limit_amount"], self.fields["limit_unit"]
        else:
            self.fields["limit_amount"].widget.attrs["class"] = "form-control count-input"

    def _ask_papers(self) -> None:
        for paper in self.chosen.papers if self.chosen else ():
            self.fields[f"p{paper.pk}-have"] = forms.BooleanField(label=paper.label, required=False)
            # Counts the catalogue does not state are taken as one original.
            originals = 1 if paper.originals is None and not paper.copies else paper.originals or 0
            self.fields[f"p{paper.pk}-originals"] = count_field("Bản chính", originals)
            self.fields[f"p{paper.pk}-copies"] = count_field("Bản sao", paper.copies or 0)
            self.fields[f"p{paper.pk}-pages"] = count_field("Số trang")
        for at in range(EXTRA_PAPERS if self.chosen else 0):
            self.fields[f"x{at}-name"] = text("Giấy tờ khác", required=False, limit=500, css="form-control")
            self.fields[f"x{at}-originals"] = count_field("Bản chính")
            self.fields[f"x{at}-copies"] = count_field("Bản sao")
            self.fields[f"x{at}-pages"] = count_field("Số trang")
        for name, field in self.fields.items():
            if name.endswith(("-originals", "-copies", "-pages")):
                field.widget.attrs["class"] = "form-control count-input"

    def paper_rows(self) -> Iterator[dict[str, Any]]:
        """Rows of the papers' table, with the heading of a case before its first paper."""
        case = ""
        for paper in self.chosen.papers if self.chosen else ():
            heading, case = (paper.heading if paper.heading != case else ""), paper.heading
            yield {
                "paper": paper,
                "heading": heading,
                **{p: self[f"p{paper.pk}-{p}"] for p in ("have", "originals", "copies", "pages")},
            }
        for at in range(EXTRA_PAPERS if self.chosen else 0):
            yield {
                "paper": None,
                "heading": "",
                **{p: self[f"x{at}-{p}"] for p in ("name", "originals", "copies", "pages")},
            }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.chosen is None and "procedure" not in self.errors:
            self.add_error(
                "procedure", "Chưa có thủ tục nào khớp. Gõ mã hoặc vài chữ trong tên rồi chọn trong danh sách."
            )
        if cleaned.get("applicant_kind") != "citizen" and not cleaned.get("business_name"):
            self.add_error("business_name", "Chưa nhập tên tổ chức.")
        if cleaned.get("owner_identity") and not cleaned.get("owner_name"):
            self.add_error("owner_name", "Chưa nhập tên chủ hồ sơ.")
        if self.must_name_case and not cleaned.get("condition") and self.ending == ACCEPT:
            self.add_error("condition", "Chưa chọn trường hợp; thời hạn và phí theo trường hợp này.")
        if bool(cleaned.get("limit_amount")) != bool(cleaned.get("limit_unit")):
            self.add_error("limit_unit" if cleaned.get("limit_amount") else "limit_amount", "Cần cả số và đơn vị.")
        self._check_ending(cleaned)
        return cleaned

    def _check_ending(self, cleaned: dict[str, Any]) -> None:
        if self.ending == ASK_COMPLETION:
            for name, said in (("items", "Chưa nêu nội dung cần hoàn thiện."), ("reason", "Chưa nhập lý do.")):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, said)
        if self.ending == REFUSE and not cleaned.get("refusal"):
            self.add_error("refusal", "Chưa nhập lý do từ chối.")
        if self.ending == ACCEPT and self.chosen and self.chosen.papers and not self._papers(cleaned):
            self.add_error(f"p{self.chosen.papers[0].pk}-have", "Chưa đánh dấu giấy tờ nào đã nộp.")

    def _papers(self, cleaned: dict[str, Any]) -> tuple[PaperData, ...]:
        found = []
        for paper in self.chosen.papers if self.chosen else ():
            if cleaned.get(f"p{paper.pk}-have"):
                found.append(self._paper(cleaned, f"p{paper.pk}", paper.label))
        for at in range(EXTRA_PAPERS if self.chosen else 0):
            if cleaned.get(f"x{at}-name"):
                found.append(self._paper(cleaned, f"x{at}", cleaned[f"x{at}-name"]))
        return tuple(found)

    def _paper(self, cleaned: dict[str, Any], row: str, name: str) -> PaperData:
        return PaperData(
            name,
            cleaned.get(f"{row}-originals") or 0,
            cleaned.get(f"{row}-copies") or 0,
            cleaned.get(f"{row}-pages") or None,
        )

    def intake(self) -> Intake:
        """From cleaned data. Raises BadInput."""
        data, chosen = self.cleaned_data, self.chosen
        assert chosen is not None
        submitter = PartyData(
            data["full_name"],
            data["identity_number"],
            data["birth_year"],
            data["phone"],
            data["email"],
            data["address"],
        )
        business = None
        if data["applicant_kind"] != "citizen":
            business = BusinessData(
                data["business_name"], data["tax_code"], data["phone"], data["email"], data["address"]
            )
        owner = (
            PartyData(data["owner_name"], data["owner_identity"]) if data["owner_name"] and business is None else None
        )
        posted = chosen.posted
        return Intake(
            key=data["key"], procedure_id=posted.procedure_id, agency_id=posted.agency_id, receiving_desk_id=posted.desk_id,
            return_desk_id=posted.desk_id, channel=data["channel"], return_method=data["return_method"], submitter=submitter,
            owner=owner, business=business, applicant_kind=data["applicant_kind"], papers=self._papers(data),
            authorisation=data["authorisation"], sets=data["sets"], request=data["request"], condition=data.get("condition", ""),
        )  # fmt: skip

    def command(self, at: datetime) -> Accept | AskCompletion | Refuse:
        data = self.cleaned_data
        if self.ending == ASK_COMPLETION:
            return AskCompletion(lines(data["items"]), data["reason"])
        if self.ending == REFUSE:
            return Refuse(data["refusal"])
        amount, unit = data.get("limit_amount"), data.get("limit_unit")
        posted = self.chosen.posted if self.chosen else None
        clock_from = arrival(posted.desk, posted.agency, data["channel"], at) if posted else None
        return Accept(clock_from=clock_from, limit=Limit(amount, Unit(unit)) if amount and unit else None)


def typed(data: MultiValueDict[str, str]) -> dict[str, Any]:
    """What was typed, as first values of a form that is shown again without judging it yet."""
    return {name: data.get(name, "") for name in data}


def blank() -> dict[str, Any]:
    return {"key": uuid.uuid4(), "applicant_kind": "citizen", "channel": "counter", "return_method": "desk", "sets": 1}


def preview(form: ReceptionForm, *, at: datetime) -> dict[str, Any] | None:
    """What the receipt would say of what stands in the form now; None without a procedure. Judges nothing."""
    chosen = form.chosen
    if chosen is None:
        return None

    def value(name: str) -> str:
        return " ".join(str(form[name].value() or "").split()) if name in form.fields else ""

    channel = value("channel") if value("channel") in dict(CHANNELS) else "counter"
    limits, fee = chosen.terms(channel, value("condition"))
    limits = chosen.promised(limits, channel, value("condition"), at)
    if not limits and value("limit_amount").isdecimal() and value("limit_unit") in set(Unit):
        try:
            limits = (Limit(int(value("limit_amount")), Unit(value("limit_unit"))),)
        except BadInput:
            limits = ()
    papers = [
        (
            row["paper"].label if row["paper"] else row["name"].value(),
            row["originals"].value(),
            row["copies"].value(),
            row["pages"].value(),
        )
        for row in form.paper_rows()
        if (row["have"].value() if row["paper"] else row["name"].value())
    ]
    missing = [row["paper"].label for row in form.paper_rows() if row["paper"] and not row["have"].value()]
    return {
        "desk": chosen.posted.desk,
        "agency": chosen.posted.agency,
        "procedure": chosen.posted.procedure,
        "name": value("full_name"),
        "owner": value("business_name") if value("applicant_kind") != "citizen" else value("owner_name"),
        "address": value("address"),
        "phone": value("phone"),
        "request": value("request"),
        "papers": papers,
        "missing": missing,
        "sets": value("sets") or "1",
        "limit": " + ".join(limit.text() for limit in limits)
        or ("trong ngày" if chosen.posted.procedure.same_day else ""),
        "fee_vnd": fee,
        "received_at": at,
        "due_at": chosen.due(limits, arrival(chosen.posted.desk, chosen.posted.agency, channel, at) or at),
        "return_method": dict(RETURNS).get(value("return_method"), ""),
    }

"""From the records to what a paper says: each builder reads an issued form's dossier and its ledger entry.

A paper tells what held at its entry, so dues and reasons come from the entry, not from the dossier as it stands today.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from motcua.documents import contexts as c
from motcua.documents.content_types import PNG
from motcua.documents.form_sets import FormKind, FormTemplate, form_for
from motcua.documents.models import IssuedForm, StoredFile
from motcua.documents.slip_rows import acting_name, step_rows
from motcua.documents.storage import content_store
from motcua.documents.wording import moment_short
from motcua.dossiers.models import Dossier, LedgerEntry, LedgerPrivate, Paper, Result, ReturnMethod
from motcua.dossiers.queries import told_of
from motcua.identity.models import Business, Person
from motcua.law.limits import Limit, Unit
from motcua.law.moments import VIETNAM
from motcua.law.verdict import Verdict, verdict_by_date
from motcua.law.worktime import calendar_from, national_calendar
from motcua.organizations.models import AdminUnit, Agency, Desk, Officer
from motcua.organizations.models import Unit as Room
from motcua.platform.config import config
from motcua.processes.linked import whole_of

ELECTRONIC_CHANNELS = frozenset({"online", "vneid", "kiosk"})
PAPER_COPIES = ("Liên 1: Lưu hồ sơ", "Liên 2: Giao người nộp hồ sơ")
HEAD_OF_AGENCY = "THỦ TRƯỞNG CƠ QUAN, ĐƠN VỊ"
RECIPIENTS = ("Như trên", "Bộ phận tiếp nhận và trả kết quả", "Lưu: hồ sơ")
_KIND_OF_PLACE = re.compile(r"^(tỉnh|thành phố|phường|xã|đặc khu|thị trấn|quận|huyện|thị xã)\s+", re.IGNORECASE)
_OLD_DESK = "Bộ phận Tiếp nhận và Trả kết quả"

RELATED = (
    "entry", "dossier__procedure", "dossier__agency__admin_unit", "dossier__agency__parent", "dossier__submitter",
    "dossier__owner_person", "dossier__owner_business", "dossier__receiving_desk__admin_unit",
    "dossier__receiving_desk__agency__admin_unit", "dossier__return_desk__admin_unit", "dossier__return_desk__agency__admin_unit",
    "dossier__unit",
)  # fmt: skip


def build(issued: IssuedForm) -> tuple[FormTemplate, c.Context]:
    """The form in force when it was issued, and its content. `issued` best comes with `RELATED` selected."""
    form = form_for(FormKind(issued.kind), on=local_day(issued.issued_at))
    return form, _BUILDERS[form.kind](issued, form)


def local_day(moment: datetime) -> date:
    return moment.astimezone(VIETNAM).date()


def place_name(*known: AdminUnit | Agency | None) -> str:
    """Where a date line says it was written: "Nha Trang", from the first of these that names a place; else dots."""
    for thing in known:
        if thing is None:
            continue
        name = re.sub(r"^(UBND|Ủy ban nhân dân)\s+", "", thing.name, flags=re.IGNORECASE)
        place = _KIND_OF_PLACE.sub("", name)
        if isinstance(thing, AdminUnit) or place != name:
            return place
    return "………"


def desk_head(form: FormTemplate, desk: Desk, issued: IssuedForm | None, on: date, number: str = "") -> c.Head:
    """Heading of a paper that the desk issues. A form of the old set bears the old name of all desks."""
    newer_but_old_name = desk.name.startswith("Bộ phận")
    return c.Head(
        parent=desk.agency.name,
        office=_OLD_DESK if newer_but_old_name else form.desk_name or desk.name,
        place=place_name(desk.admin_unit, desk.agency.admin_unit, desk.agency),
        on=on,
        number=number,
        **_codes(issued),
    )


def agency_head(agency: Agency, issued: IssuedForm) -> c.Head:
    """Heading of a paper that the competent agency itself issues."""
    return c.Head(
        parent=agency.parent.name if agency.parent else "",
        office=agency.name,
        place=place_name(agency.admin_unit, agency, agency.parent),
        on=local_day(issued.issued_at),
        number=issued.number,
        **_codes(issued),
    )


def _codes(issued: IssuedForm | None) -> dict[str, Any]:
    """Code, look-up address, and what a corrected paper says of the one it replaces."""
    if issued is None:
        return {}
    before = (
        IssuedForm.objects.filter(entry_id=issued.entry_id, kind=issued.kind, version=issued.version - 1).first()
        if issued.version > 1
        else None
    )
    return {
        "code": issued.dossier.code or "",
        "qr": f"{config().public_url}/h/{issued.dossier.access_key}/" if issued.dossier.code else "",
        "electronic": issued.dossier.channel in ELECTRONIC_CHANNELS,
        "replaces": (
            f"Bản này thay thế bản đã cấp lúc {moment_short(before.issued_at)} cùng số; lý do: {before.void_reason}"
            if before
            else ""
        ),
    }


def party(person: Person) -> c.Party:
    return c.Party(
        name=person.full_name,
        address=person.address,
        phone=person.phone,
        email=person.email,
        id_number=person.identity_number,
    )


def organisation(body: Business) -> c.Party:
    return c.Party(
        name=body.name,
        address=body.address,
        phone=body.phone,
        email=body.email,
        id_number=body.tax_code,
        organisation=True,
    )


def owner(dossier: Dossier) -> c.Party:
    """Who the dossier belongs to; papers of the agency are addressed to them."""
    if dossier.owner_business is not None:
        return organisation(dossier.owner_business)
    person = dossier.owner_person or dossier.submitter
    return party(person) if person.full_name else party(dossier.submitter)


def request(dossier: Dossier) -> str:
    return dossier.request or dossier.procedure.name


def contact(desk: Desk) -> c.Contact:
    return c.Contact(phone=desk.phone, website=config().public_url.split("://", 1)[1])


def officer_name(entry: LedgerEntry) -> str:
    """The officer who gave the command; empty when the system or the applicant did."""
    actor = entry.data["actor"]
    if actor.get("kind") != "officer":
        return ""
    names = dict(Officer.objects.filter(pk__in=[actor["id"], actor.get("for", 0)]).values_list("pk", "full_name"))
    return acting_name(names, actor["id"], actor.get("for", 0))


def private_value(entry: LedgerEntry, name: str) -> str:
    """A personal value of the entry; empty after it was lawfully erased."""
    row = LedgerPrivate.objects.filter(pk=entry.pk).first()
    return str(row.values.get(name, "")) if row else ""


def limit_words(amount: int | None, unit: str) -> str:
    if amount is None:
        return ""
    text = Limit(amount, Unit(unit)).text()
    return f"0{text}" if amount < 10 else text


def return_place(dossier: Dossier) -> str:
    if dossier.return_method == ReturnMethod.POST:
        return "địa chỉ đã đăng ký, qua dịch vụ bưu chính công ích"
    if dossier.return_method == ReturnMethod.ELECTRONIC:
        return "trang hồ sơ trực tuyến (bản điện tử)"
    return dossier.return_desk.name


def _moment(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def serial_of(number: str) -> int | None:
    """The running number in "105/TTPVHCC": also the line of the register."""
    found = re.match(r"\d+", number)
    return int(found.group()) if found else None


def _receipt(issued: IssuedForm, form: FormTemplate) -> c.Receipt:
    dossier, entry = issued.dossier, issued.entry
    changed = entry.data["data"]["set"]
    first, due = _moment(changed.get("first_stage_due_at")), _moment(changed.get("original_due_at"))
    papers = list(dossier.papers.filter(round__lte=dossier.completion_rounds))
    counted = all(paper.pages for paper in papers) and bool(papers)
    head = desk_head(form, dossier.receiving_desk, issued, local_day(issued.issued_at), issued.number)
    submitter, holder = party(dossier.submitter), owner(dossier)
    return c.Receipt(
        head=head,
        desk=dossier.receiving_desk.name,
        submitter=submitter,
        owner=None if holder.name == submitter.name and not holder.organisation else holder,
        request=request(dossier),
        papers=tuple(_paper_line(paper) for paper in papers),
        certification=tuple(c.CertificationLine(p.name, p.pages or 0, p.copies) for p in papers) if counted else (),
        sets=dossier.sets,
        limit=limit_words(dossier.limit_amount, dossier.limit_unit) or ("trong ngày" if due else ""),
        received_at=entry.occurred_at,
        due_at=due,
        stages=_stages(dossier, first, due),
        **_joined(dossier),
        return_at=return_place(dossier),
        receiver=officer_name(entry),
        fee_vnd=dossier.fee_vnd,
        book=1,
        serial=serial_of(issued.number),
        copies=() if head.electronic else PAPER_COPIES,
        contact=contact(dossier.receiving_desk),
    )


def _paper_line(paper: Paper) -> c.PaperLine:
    return c.PaperLine(
        name=paper.name, originals=paper.originals, certified=paper.copies, electronic=1 if paper.file else 0
    )


def _joined(dossier: Dossier) -> dict[str, Any]:
    """The whole of a joined hand-in stands on the receipt of its leading part."""
    whole = whole_of(dossier.pk)
    if whole is None or whole.leading_id != dossier.pk:
        return {}
    return {
        "joined": whole.name,
        "parts": tuple(c.PartDue(part.name, part.agency, part.limit, part.promised) for part in whole.parts),
        "joined_due_at": whole.due,
    }


def _stages(dossier: Dossier, first: datetime | None, due: datetime | None) -> tuple[c.StageDue, ...]:
    if first is None or due is None:
        return ()
    return (
        c.StageDue("giai đoạn đầu", limit_words(dossier.limit_amount, dossier.limit_unit), first),
        c.StageDue("giai đoạn cuối", limit_words(dossier.second_amount, dossier.second_unit), due),
    )


def _supplement(issued: IssuedForm, form: FormTemplate) -> c.SupplementRequest:
    dossier, told = issued.dossier, told_of(issued.entry)
    until = told["set"].get("completion_due_at") or told["set"].get("supplement_due_at")
    return c.SupplementRequest(
        head=desk_head(form, dossier.receiving_desk, issued, local_day(issued.issued_at), issued.number),
        applicant=owner(dossier),
        request=request(dossier),
        items=tuple(told.get("items", ())),
        reason=told.get("reason", ""),
        guide=officer_name(issued.entry),
        answer_by=_moment(until),
        provision=told.get("provision", ""),
        contact=contact(dossier.receiving_desk),
    )


def _refusal(issued: IssuedForm, form: FormTemplate) -> c.Refusal:
    dossier = issued.dossier
    return c.Refusal(
        head=desk_head(form, dossier.receiving_desk, issued, local_day(issued.issued_at), issued.number),
        desk=dossier.receiving_desk.name,
        applicant=party(dossier.submitter),
        request=request(dossier),
        reason=told_of(issued.entry).get("reason", ""),
        receiver=officer_name(issued.entry),
        submitted_at=dossier.submitted_at,
        contact=contact(dossier.receiving_desk),
    )


def _stop(issued: IssuedForm, form: FormTemplate) -> c.StopNotice:
    dossier, entry = issued.dossier, issued.entry
    told = told_of(entry)
    asked = dossier.entries.filter(kind="dossier.withdrawal_requested", seq__lt=entry.seq).order_by("-seq").first()
    withdrawn = entry.kind == "dossier.withdrawn" and asked is not None
    document = told.get("document", "")
    return c.StopNotice(
        head=agency_head(dossier.agency, issued),
        applicant=owner(dossier),
        request=request(dossier),
        received_at=dossier.accepted_at or entry.occurred_at,
        stage=_step_before(dossier, entry),
        decision=f"Quyết định số {document}" if document else "",
        reason=told.get("reason") or (told_of(asked).get("reason", "") if withdrawn and asked else ""),
        signer=c.Signer(HEAD_OF_AGENCY, private_value(entry, "signer") or officer_name(entry)),
        asked_on=local_day(asked.occurred_at) if withdrawn and asked else None,
        papers_returned=tuple(
            f"{paper.name} ({paper.originals:02d} bản chính)" for paper in dossier.papers.all() if paper.originals
        ),
        recipients=RECIPIENTS,
        contact=contact(dossier.receiving_desk),
    )


def _apology(issued: IssuedForm, form: FormTemplate) -> c.Apology:
    entry, told = issued.entry, told_of(issued.entry)
    agency = Agency.objects.select_related("admin_unit", "parent").get(pk=told.get("agency", issued.dossier.agency_id))
    return letter(
        issued,
        form,
        agency,
        written_at=entry.occurred_at,
        due=_moment(told.get("due")) or issued.dossier.due_at or entry.occurred_at,
        until=_moment(told["set"]["promised_at"]),
        reason=told.get("reason", ""),
        signer=officer_name(entry),
    )


def letter(
    issued: IssuedForm,
    form: FormTemplate,
    agency: Agency,
    *,
    written_at: datetime,
    due: datetime,
    until: datetime | None,
    reason: str,
    signer: str,
) -> c.Apology:
    """The letter of apology of an agency; what is not known yet is left to be filled in."""
    dossier = issued.dossier
    return c.Apology(
        head=agency_head(agency, issued),
        applicant=owner(dossier),
        request=request(dossier),
        received_at=dossier.accepted_at or written_at,
        due_at=due,
        reason=reason,
        until=until,
        return_at=return_place(dossier),
        signer=c.Signer(HEAD_OF_AGENCY, signer),
        late=written_at > due,
        resolver="" if agency.pk == dossier.agency_id else dossier.agency.name,
        recipients=RECIPIENTS,
        contact=contact(dossier.receiving_desk),
        **(extension(form, due, until, dossier.agency) if until else {}),
    )


def extension(form: FormTemplate, due: datetime, until: datetime, agency: Agency) -> dict[str, Any]:
    """What the form of 2025 says beyond that of 2018: how much longer, and that it is the first and only new date."""
    if form.key.startswith("2018"):
        return {}
    stored = agency.effective_calendar
    calendar = calendar_from(stored.data) if stored else national_calendar()
    days = sum(
        calendar.is_working_day(day)
        for day in (local_day(due) + timedelta(days=n) for n in range(1, (local_day(until) - local_day(due)).days + 1))
    )
    return {"extension": f"{days:02d} ngày làm việc" if days else "trong ngày", "time": 1}


def _step_before(dossier: Dossier, entry: LedgerEntry) -> str:
    """The step in which the dossier was stopped; the stop itself has cleared it."""
    last = dossier.entries.filter(kind="dossier.forwarded", seq__lt=entry.seq).order_by("-seq").first()
    return last.data["data"]["set"].get("step", "") if last else "tiếp nhận hồ sơ"


def _return_reply(issued: IssuedForm, form: FormTemplate) -> c.ReturnReply:
    dossier, entry = issued.dossier, issued.entry
    told = told_of(entry)
    signed_on = date.fromisoformat(told["result"]["signed_on"])
    return c.ReturnReply(
        # The day of the reply is the day it was signed, which may be before the day it was recorded.
        head=replace(agency_head(dossier.agency, issued), on=signed_on),
        applicant=owner(dossier),
        request=request(dossier),
        received_at=dossier.accepted_at or entry.occurred_at,
        reason=told.get("reason", ""),
        signer=c.Signer(HEAD_OF_AGENCY, private_value(entry, "signer")),
        papers_returned=(f"Toàn bộ hồ sơ đã nộp ({dossier.sets:02d} bộ)",),
        recipients=RECIPIENTS,
        contact=contact(dossier.receiving_desk),
    )


def _drawing(sha256: str) -> bytes | None:
    """The receiver's drawn signature, where it was stored as a picture."""
    if not StoredFile.objects.filter(pk=sha256, content_type=PNG.mime).exists():
        return None
    with content_store().open(sha256) as stream:
        return stream.read()


_PROOF_WORDS = {
    "signature": "chữ ký của người nhận trên màn hình",
    "one_time_code": "mã xác nhận một lần gửi đến điện thoại của người nhận",
    "postal": "phiếu phát của bưu chính",
    "electronic": "đã gửi đến trang hồ sơ trực tuyến của người nộp",
}


def _result_receipt(issued: IssuedForm, form: FormTemplate) -> c.ResultReceipt:
    dossier, entry = issued.dossier, issued.entry
    result: Result | None = dossier.results.filter(voided_at=None).first()
    proof = entry.data["data"]["proof"]
    receiver = private_value(entry, "receiver")
    known = dossier.submitter if receiver == dossier.submitter.full_name else None
    head = desk_head(form, dossier.return_desk, issued, local_day(issued.issued_at), issued.number)
    return c.ResultReceipt(
        head=replace(head, electronic=proof == "electronic"),
        request=request(dossier),
        owner=owner(dossier).name,
        giver=officer_name(entry),
        receiver=party(known) if known else c.Party(name=receiver),
        results=(c.ResultLine(result.kind, result.number, result.signed_on, request(dossier)),) if result else (),
        handed_over_at=entry.occurred_at,
        fee_vnd=dossier.fee_vnd,
        proof=_PROOF_WORDS[proof],
        drawn_signature=_drawing(entry.data["data"]["reference"]) if proof == "signature" else None,
    )


def _control_slip(issued: IssuedForm, form: FormTemplate) -> c.ControlSlip:
    dossier = issued.dossier
    receipt = IssuedForm.objects.filter(dossier=dossier, kind=FormKind.RECEIPT, voided_at=None).first()
    return c.ControlSlip(
        head=replace(
            desk_head(
                form, dossier.receiving_desk, issued, local_day(issued.issued_at), receipt.number if receipt else ""
            ),
            electronic=False,
        ),
        request=request(dossier),
        lead_agency=dossier.agency.name,
        received_at=dossier.accepted_at or issued.entry.occurred_at,
        due_at=dossier.original_due_at,
        book=1 if receipt else None,
        serial=serial_of(receipt.number) if receipt else None,
        cooperating=_cooperating(dossier),
        rows=tuple(step_rows(dossier, issued.entry.seq) if dossier.process else _hand_overs(dossier, issued.entry.seq)),
        blank_rows=0 if dossier.resolved_at or dossier.process else 2,
    )


def _cooperating(dossier: Dossier) -> tuple[str, ...]:
    """Other agencies that have had a part in it."""
    return tuple(Agency.objects.filter(pk__in=dossier.shared_with).order_by("path").values_list("name", flat=True))


def _hand_overs(dossier: Dossier, up_to_seq: int) -> list[c.HandOver]:
    """Every passing of the dossier from hand to hand up to an entry: desk to agency, room to room, back to the desk."""
    desk, agency = dossier.receiving_desk.name, dossier.agency.name
    officers: dict[int, str] = {}
    rooms: dict[int, str] = {}
    moves = list(
        dossier.entries.filter(
            kind__in=("dossier.accepted", "dossier.forwarded", "dossier.resolved", "dossier.returned"),
            seq__lte=up_to_seq,
        ).order_by("seq")
    )
    for move in moves:
        changed = move.data["data"]["set"]
        officers[changed.get("officer_id") or 0] = ""
        officers[move.data["actor"]["id"] if move.data["actor"]["kind"] == "officer" else 0] = ""
        rooms[changed.get("unit_id") or 0] = ""
    officers |= dict(Officer.objects.filter(pk__in=officers).values_list("pk", "full_name"))
    rooms |= dict(Room.objects.filter(pk__in=rooms).values_list("pk", "name"))

    rows: list[c.HandOver] = []
    holder, keeper = desk, ""
    for move in moves:
        changed, actor = move.data["data"]["set"], move.data["actor"]
        giver = officers.get(actor["id"], "") if actor["kind"] == "officer" else ""
        if move.kind == "dossier.accepted":
            keeper = giver
            continue
        if move.kind == "dossier.forwarded":
            taker = officers.get(changed.get("officer_id") or 0, "")
            to = rooms.get(changed.get("unit_id") or 0, "") or agency
            rows.append(c.HandOver(holder, to, move.occurred_at, giver or keeper, taker, note=changed.get("step", "")))
            holder, keeper = to, taker
        else:
            rows.append(
                c.HandOver(
                    holder,
                    dossier.return_desk.name,
                    move.occurred_at,
                    giver or keeper,
                    result=_step_result(dossier, move),
                )
            )
            holder, keeper = dossier.return_desk.name, ""
    return rows


_STEP_RESULT = {
    Verdict.EARLY: c.StepResult.EARLY,
    Verdict.ON_TIME: c.StepResult.ON_TIME,
    Verdict.OVERDUE: c.StepResult.OVERDUE,
}


def _step_result(dossier: Dossier, end: LedgerEntry) -> c.StepResult | None:
    return _STEP_RESULT[verdict_by_date(end.occurred_at, dossier.due_at)] if dossier.due_at else None


_BUILDERS: dict[FormKind, Callable[[IssuedForm, FormTemplate], c.Context]] = {
    FormKind.RECEIPT: _receipt,
    FormKind.SUPPLEMENT: _supplement,
    FormKind.REFUSAL: _refusal,
    FormKind.APOLOGY: _apology,
    FormKind.STOP: _stop,
    FormKind.RETURN_REPLY: _return_reply,
    FormKind.RESULT_RECEIPT: _result_receipt,
    FormKind.CONTROL_SLIP: _control_slip,
}

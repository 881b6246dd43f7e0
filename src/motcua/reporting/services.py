"""The writers of reports and declared figures. Each step of a report is one transaction that moves it from one state to one other."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from motcua.dossiers.commands import check_text
from motcua.dossiers.decide import GuardFailed
from motcua.dossiers.feed import Position
from motcua.dossiers.permissions import NotAllowed
from motcua.dossiers.writer import NotFound
from motcua.identity.actors import Actor
from motcua.law.errors import BadInput
from motcua.law.moments import VIETNAM
from motcua.law.windows import Window
from motcua.organizations.models import Agency
from motcua.platform.presentation.words import vn_datetime
from motcua.platform.text import nfc
from motcua.reporting.course import DONE_TEXT, FROM, INTO, State, Step
from motcua.reporting.declarable import Declarable, Kind, declarable
from motcua.reporting.frozen import GROUPINGS, Frozen, hash_of, text_of
from motcua.reporting.models import DeclaredFigure, FiledCopy, Filing, FilingStep
from motcua.reporting.permissions import DECLARERS, READERS, Subject, may, over
from motcua.reporting.queries import subject_of
from motcua.statistics.knowledge import known_until
from motcua.statistics.models import DimAgency, Reader
from motcua.statistics.periods import Regime, period_window
from motcua.statistics.reports.form_06a import report_06a
from motcua.statistics.services import READER


def prepare(agency_code: str, period: str, *, regime: Regime, actor: Actor, at: datetime, standing: str = "") -> Filing:
    """Compute an agency's report of an ended period and keep it as a copy to be sent; anew while it has not been sent.

    `standing` is the hash of the copy that was shown, "" = none was there. Raises NotFound for an agency outside the actor's,
    NotAllowed, BadInput for a period that cannot be read, GuardFailed for one that has not ended and for a report that has
    gone on meanwhile.
    """
    agency = Agency.objects.filter(code=agency_code, pk__in=over(actor, READERS)).exclude(code="").first()
    if agency is None:
        raise NotFound("Không tìm thấy cơ quan này trong phạm vi của ông/bà.")
    window = period_window(period, regime)
    subject = Subject(agency.pk, agency.name, agency.parent_id or 0)
    verdict = may(actor, Step.PREPARE, subject)
    if not verdict.allowed:
        raise NotAllowed(verdict.reason)
    if window.end > at:
        raise GuardFailed(
            f"Kỳ đến hết ngày {window.last:%d/%m/%Y} chưa kết thúc; chốt được từ 00:00 ngày {window.end.astimezone(VIETNAM):%d/%m/%Y}."
        )
    if not DimAgency.objects.filter(code=agency.code).exists():
        raise GuardFailed(f"Số liệu chưa biết cơ quan {agency.name}; xin thử lại sau một phút.")
    frozen = _computed(agency.code, period.strip().upper(), window, at)
    text = text_of(frozen)
    with transaction.atomic():
        filing = _locked_or_new(agency, frozen, regime)
        if filing.seq and (State(filing.state) not in FROM[Step.PREPARE] or _copy_of(filing).sha256 != standing):
            raise _already(filing)
        copy = FiledCopy.objects.create(
            filing=filing, number=filing.copies.count() + 1, text=text, sha256=hash_of(text), as_of=frozen.main.asked.as_of,
            xid=frozen.position.xid, entry_id=frozen.position.id,
        )  # fmt: skip
        _step(filing, Step.PREPARE, copy, actor=actor, on_behalf_of=verdict.on_behalf_of, at=at)
    return filing


def _computed(agency: str, period: str, window: Window, at: datetime) -> Frozen:
    # In this order: what is read on meanwhile was recorded later and is not counted.
    reader = Reader.objects.filter(name=READER).first()
    position = Position(reader.xid, reader.entry_id) if reader else Position(0, 0)
    as_of = known_until(at)
    if as_of < window.end:
        raise GuardFailed("Sổ cái chưa được đọc vào số liệu đến hết kỳ; xin thử lại sau ít phút.")
    reports = {by: report_06a(window, now=as_of, agency=agency, by=by) for by in GROUPINGS}
    return Frozen(period, position, reports)


def _locked_or_new(agency: Agency, frozen: Frozen, regime: Regime) -> Filing:
    window = frozen.main.window
    filing, _ = Filing.objects.select_for_update().get_or_create(
        agency=agency, first_on=window.first, last_on=window.last,
        defaults={"period": frozen.period, "regime": regime.value, "state": State.PREPARED.value, "seq": 0},
    )  # fmt: skip
    return filing


def submit(filing_id: int, sha256: str, *, actor: Actor, at: datetime) -> Filing:
    """Send the copy with this hash to be signed. Raises as `prepare`, and GuardFailed where another copy stands meanwhile."""
    return _move(filing_id, Step.SUBMIT, sha256, actor=actor, at=at)


def sign(filing_id: int, sha256: str, *, actor: Actor, at: datetime) -> Filing:
    """The head signs exactly the copy that was shown. Raises as `submit`."""
    return _move(filing_id, Step.SIGN, sha256, actor=actor, at=at)


def accept(filing_id: int, sha256: str, *, actor: Actor, at: datetime) -> Filing:
    """The one above takes the signed report. Raises as `submit`."""
    return _move(filing_id, Step.ACCEPT, sha256, actor=actor, at=at)


def give_back(filing_id: int, sha256: str, reason: str, *, actor: Actor, at: datetime) -> Filing:
    """Give the report back to be prepared anew. Raises as `submit`, and BadInput without a reason."""
    reason = " ".join(nfc(reason).split())
    if not reason:
        raise BadInput("Lý do trả lại: chưa nhập. Cần ghi rõ chỗ phải sửa.", field="reason")
    check_text(reason, "Lý do trả lại", 1000)
    return _move(filing_id, Step.GIVE_BACK, sha256, reason, actor=actor, at=at)


def _move(filing_id: int, step: Step, sha256: str, reason: str = "", *, actor: Actor, at: datetime) -> Filing:
    with transaction.atomic():
        filing = (
            Filing.objects.select_for_update(of=("self",))
            .select_related("agency")
            .filter(pk=filing_id, agency__in=over(actor, READERS))
            .first()
        )
        if filing is None:
            raise NotFound("Không tìm thấy báo cáo này.")
        verdict = may(actor, step, subject_of(filing))
        if State(filing.state) not in FROM[step]:
            raise _already(filing)
        if not verdict.allowed:
            raise NotAllowed(verdict.reason)
        copy = _copy_of(filing)
        if copy.sha256 != sha256:
            raise GuardFailed(
                f"Báo cáo đã được lập lại thành lần {copy.number}; xin xem lại rồi mới {DONE_TEXT[step]}."
            )
        _step(filing, step, copy, actor=actor, on_behalf_of=verdict.on_behalf_of, at=at, reason=reason)
    return filing


def _copy_of(filing: Filing) -> FiledCopy:
    """The one that stands."""
    return filing.copies.order_by("-number")[0]


def _already(filing: Filing) -> GuardFailed:
    """In words what somebody, maybe the same one by a second click, has done already."""
    last = filing.steps.select_related("by").order_by("-seq")[0]
    return GuardFailed(
        f"{last.by.full_name} đã {DONE_TEXT[Step(last.kind)]} lúc {vn_datetime(last.at)}; xin mở lại báo cáo."
    )


def _step(
    filing: Filing, step: Step, copy: FiledCopy, *, on_behalf_of: int, actor: Actor, at: datetime, reason: str = ""
) -> None:
    moved = Filing.objects.filter(pk=filing.pk, seq=filing.seq, state=filing.state).update(
        state=INTO[step].value, seq=filing.seq + 1
    )
    if not moved:
        raise GuardFailed("Báo cáo vừa được người khác xử lý; xin mở lại trang.")
    filing.state, filing.seq = INTO[step].value, filing.seq + 1
    FilingStep.objects.create(
        filing=filing, seq=filing.seq, kind=step.value, copy=copy, at=at, by_id=actor.id,
        on_behalf_of_id=on_behalf_of or None, reason=reason,
    )  # fmt: skip


def declare(
    agency_code: str, code: str, window: Window, said: str, *, evidence: str, actor: Actor, at: datetime
) -> DeclaredFigure:
    """Declare a figure of an agency for a window, with what proves it; an empty one takes the last back.

    Raises NotFound for an agency outside the actor's or a figure that is not on the list, NotAllowed, BadInput (`field`).
    """
    agency = Agency.objects.filter(code=agency_code, pk__in=over(actor, READERS)).first()
    asked = next((one for one in declarable() if one.code == code), None)
    if agency is None or asked is None:
        raise NotFound("Không tìm thấy số liệu kê khai này.")
    if agency.pk not in over(actor, DECLARERS):
        raise NotAllowed(f"Số liệu của {agency.name} do cán bộ được giao của cơ quan kê khai.")
    if window.start > at:
        raise BadInput(f"Kỳ bắt đầu ngày {window.first:%d/%m/%Y} còn ở phía trước.", field="period")
    given = _read(asked, nfc(said).strip())
    evidence = " ".join(nfc(evidence).split())
    check_text(evidence, "Căn cứ", 500)
    if not evidence and asked.kind is not Kind.TEXT and given["value"] is not None:
        raise BadInput("Căn cứ: chưa nhập. Cần số văn bản, đường dẫn hoặc tên tệp chứng minh.", field="evidence")
    return DeclaredFigure.objects.create(
        agency=agency, code=code, first_on=window.first, last_on=window.last, evidence=evidence, set_by_id=actor.id, set_at=at,
        **given,
    )  # fmt: skip


def _read(asked: Declarable, said: str) -> dict[str, Any]:
    if asked.kind is Kind.TEXT:
        check_text(said, asked.title, 5000)
        return {"words": said}
    return {"value": asked.read(said) if said else None}

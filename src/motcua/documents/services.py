"""What writes in this room: taking in and scanning files; issuing, rendering, correcting and voiding printed forms."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import BinaryIO

from django.db import transaction
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from typst import TypstError

from motcua.documents.building import RELATED, build, local_day
from motcua.documents.content_types import BY_MIME, PDF, content_type_of, display_name
from motcua.documents.contexts import Context, ResultReceipt
from motcua.documents.form_sets import FormKind, FormTemplate, form_for
from motcua.documents.lists import procedure_list, register
from motcua.documents.models import IssuedForm, IssuedList, StoredFile
from motcua.documents.permissions import can_correct, can_print_lists, subject_of
from motcua.documents.rendering import Rendered, render
from motcua.documents.scanning import Clamd, StreamTooLong
from motcua.documents.storage import FileMissing, content_store
from motcua.documents.subscriber import RENDER
from motcua.dossiers.models import Dossier, Draft, Paper, Result
from motcua.dossiers.permissions import NotAllowed, sees
from motcua.dossiers.queries import get_visible
from motcua.dossiers.writer import READ_ONLY, NotFound
from motcua.identity.actors import Actor, ActorKind
from motcua.law.errors import BadInput, DomainError
from motcua.organizations.models import Desk
from motcua.platform.config import config
from motcua.platform.jobs import Job, defer_many

MAX_UPLOAD_BYTES = 20_000_000
SCAN = "motcua.documents.tasks.scan"


class FileNotScanned(DomainError):
    """Scanning is on and this file has not been found clean yet."""

    code = "file_not_scanned"


class FileInfected(DomainError):
    code = "file_infected"


class FormAlreadyVoided(DomainError):
    """Another correction came first."""

    code = "form_already_voided"


@dataclass(frozen=True, slots=True)
class StoredUpload:
    """`name` is safe to show and to offer on download; never use it as a path."""

    sha256: str
    name: str
    size: int
    content_type: str


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """The caller closes `stream`. `inline` = a browser may show it itself instead of saving it."""

    stream: BinaryIO
    content_type: str
    extension: str
    size: int
    inline: bool


def store_upload(stream: BinaryIO, *, name: str, at: datetime) -> StoredUpload:
    """Take in a file from outside; the same content twice is one file. Bytes are safe on disk before the row is there.

    Where scanning is on, a scan is asked for and the file cannot be opened until it was found clean. Raises
    FileTypeNotAllowed, FileTooLarge; then nothing is kept.
    """
    kind, store = content_type_of(stream), content_store()
    stored = store.put(stream, limit_bytes=MAX_UPLOAD_BYTES)
    with transaction.atomic():
        StoredFile.objects.bulk_create(
            [
                StoredFile(
                    sha256=stored.sha256,
                    size=stored.size,
                    content_type=kind.mime,
                    scan=StoredFile.Scan.OFF,
                    stored_at=at,
                )
            ],
            ignore_conflicts=True,
        )
        if not store.holds(stored.sha256):
            # `destroy_files` was at this very content; the insert above has waited for it.
            store.put(stream, limit_bytes=MAX_UPLOAD_BYTES)
        ask_for_scans([stored.sha256])
    return StoredUpload(stored.sha256, display_name(name, kind), stored.size, kind.mime)


def ask_for_scans(hashes: list[str] | None = None) -> int:
    """Queue a scan of every file (or of those named) that was stored while scanning was off; returns how many.

    Does nothing while scanning is off. Run as a sweep, it catches up after scanning has been switched on.
    """
    if config().clamd is None:
        return 0
    with transaction.atomic():
        unscanned = StoredFile.objects.select_for_update(skip_locked=True).filter(scan=StoredFile.Scan.OFF)
        if hashes is not None:
            unscanned = unscanned.filter(pk__in=hashes)
        found = list(unscanned.values_list("pk", flat=True)[:500])
        StoredFile.objects.filter(pk__in=found).update(scan=StoredFile.Scan.WAITING)
        defer_many([Job(SCAN, {"sha256": sha256}) for sha256 in found])
    return len(found)


def scan_file(sha256: str, *, scanner: Clamd) -> None:
    """Ask the scanner about one waiting file and keep its verdict; a file already judged is left alone.

    Raises ScannerUnavailable for the worker to try again. No transaction is open while the scanner works.
    """
    if not StoredFile.objects.filter(pk=sha256, scan=StoredFile.Scan.WAITING).exists():
        return
    judged: dict[str, str]
    with content_store().open(sha256) as stream:
        try:
            verdict = scanner.scan(stream)
            judged = {
                "scan": StoredFile.Scan.CLEAN if verdict.clean else StoredFile.Scan.INFECTED,
                "scan_note": verdict.signature[:200],
            }
        except StreamTooLong:
            # Stays unopened: the scanner's own limit must be raised first, then the file handed in again.
            judged = {"scan_note": "tệp lớn hơn giới hạn của máy quét (StreamMaxLength)"}
    StoredFile.objects.filter(pk=sha256, scan=StoredFile.Scan.WAITING).update(**judged)


def store_own(content: BinaryIO, *, content_type: str, at: datetime) -> StoredFile:
    """Keep a file that the program itself made; it needs no scan. Returns its row, in the caller's transaction."""
    stored = content_store().put(content, limit_bytes=10 * MAX_UPLOAD_BYTES)
    row, _ = StoredFile.objects.get_or_create(
        pk=stored.sha256,
        defaults={
            "size": stored.size,
            "content_type": content_type,
            "scan": StoredFile.Scan.CLEAN,
            "scan_note": "do chương trình tạo",
            "stored_at": at,
        },
    )
    return row


def open_file(sha256: str) -> OpenedFile:
    """Open stored content; that the actor may have it must be settled before.

    Raises FileMissing, FileInfected, and FileNotScanned where scanning is on and there is no clean verdict.
    """
    file = StoredFile.objects.filter(pk=sha256).first()
    if file is None:
        raise FileMissing("Không có tệp này.", sha256=sha256)
    _check_openable(file)
    kind = BY_MIME.get(file.content_type)
    return OpenedFile(
        stream=content_store().open(sha256),
        content_type=file.content_type,
        extension=kind.extension if kind else "",
        size=file.size,
        inline=file.content_type in {"application/pdf", "image/jpeg", "image/png"},
    )


def _check_openable(file: StoredFile) -> None:
    if file.scan == StoredFile.Scan.INFECTED:
        raise FileInfected("Tệp có mã độc nên đã bị khóa, không mở được.", sha256=file.sha256)
    if config().clamd is not None and file.scan != StoredFile.Scan.CLEAN:
        raise FileNotScanned("Tệp đang chờ quét mã độc. Ông/bà hãy mở lại sau ít phút.", sha256=file.sha256)


def can_stand_as_result(sha256: str) -> bool:
    """Whether content with this hash is stored, whole in the store, and may be opened: the evidence behind a result."""
    file = StoredFile.objects.filter(pk=sha256).first()
    if file is None:
        return False
    try:
        _check_openable(file)
    except DomainError:
        return False
    return content_store().holds(sha256)


def destroy_files(hashes: list[str]) -> int:
    """Destroy content that nobody needs any more: of erased persons, and in no other dossier, result, list or draft.

    Returns how many went. Content goes before its row, so a job killed in between finds its work again.
    """
    return sum(_destroy(sha256) for sha256 in hashes)


def _destroy(sha256: str) -> bool:
    with transaction.atomic():
        file = StoredFile.objects.select_for_update().filter(pk=sha256).first()
        if file is None or _is_needed(sha256):
            return False
        content_store().remove(sha256)
        file.delete()
    return True


def _is_needed(sha256: str) -> bool:
    erased = Q(dossier__submitter__erased_at__isnull=False) | Q(dossier__owner_person__erased_at__isnull=False)
    return (
        Paper.objects.filter(file=sha256).exclude(erased, dossier__owner_business__isnull=True).exists()
        or Result.objects.filter(file=sha256).exists()
        or IssuedForm.objects.filter(file=sha256).exists()
        or IssuedList.objects.filter(file=sha256).exists()
        or Draft.objects.annotate(content=Cast("data", TextField())).filter(content__contains=sha256).exists()
    )


def render_entry(entry_id: int, *, at: datetime) -> int:
    """Render every form of a ledger entry that has no file yet; returns how many. Done twice it does nothing."""
    waiting = IssuedForm.objects.filter(entry_id=entry_id, file__isnull=True, voided_at__isnull=True)
    return sum(_render(issued, at) for issued in waiting.select_related(*RELATED).order_by("id"))


def ready_form(form_id: int, *, at: datetime) -> IssuedForm:
    """The form with its file, rendered now where the worker has not come to it: a print at the counter waits for nobody.

    A form that was voided before it was ever rendered, or whose person was erased, stays without a file.
    """
    issued = IssuedForm.objects.select_related(*RELATED).get(pk=form_id)
    if issued.file_id is None and issued.voided_at is None:
        _render(issued, at)
        issued.refresh_from_db(fields=["file", "pages"])
    return issued


def _render(issued: IssuedForm, at: datetime) -> bool:
    form, context = build(issued)
    rendered = _render_with_drawing(form, context)
    with transaction.atomic():
        file = store_own(io.BytesIO(rendered.pdf), content_type=PDF.mime, at=at)
        # Two at once render the same bytes and only the first is written; a form voided meanwhile gets none.
        written = IssuedForm.objects.filter(pk=issued.pk, file__isnull=True, voided_at__isnull=True).update(
            file=file, pages=rendered.pages
        )
    if not written:
        _destroy(file.pk)
    return bool(written)


def _render_with_drawing(form: FormTemplate, context: Context) -> Rendered:
    """A drawn signature that is no readable picture must not keep the paper from being printed: it is left out."""
    try:
        return render(form, context)
    except TypstError:
        if not (isinstance(context, ResultReceipt) and context.drawn_signature):
            raise
        return render(form, replace(context, drawn_signature=None))


def correct_form(form_id: int, *, reason: str, actor: Actor, at: datetime) -> IssuedForm:
    """Void a form and issue it anew from the records as they now stand, under the same number and the next version.

    Raises NotFound, NotAllowed, BadInput without a reason, FormAlreadyVoided; then nothing has changed.
    """
    with transaction.atomic():
        old = _void(form_id, reason, actor, at)
        issued = IssuedForm.objects.create(
            dossier_id=old.dossier_id,
            entry_id=old.entry_id,
            kind=old.kind,
            version=old.version + 1,
            instrument=form_for(FormKind(old.kind), on=local_day(at)).instrument,
            number=old.number,
            issued_at=at,
        )
        defer_many([Job(RENDER, {"entry_id": old.entry_id})])
    return issued


def void_form(form_id: int, *, reason: str, actor: Actor, at: datetime) -> IssuedForm:
    """Void a form without a new one. Raises as `correct_form`."""
    with transaction.atomic():
        return _void(form_id, reason, actor, at)


def _void(form_id: int, reason: str, actor: Actor, at: datetime) -> IssuedForm:
    tidy = " ".join(reason.split())
    if not tidy:
        raise BadInput("Lý do hủy: chưa nhập. Cần ghi rõ vì sao bản đã cấp phải hủy.", field="reason")
    if len(tidy) > 300:
        raise BadInput(f"Lý do hủy: dài {len(tidy)} ký tự, tối đa 300.", field="reason")
    issued = IssuedForm.objects.select_for_update(of=("self",)).select_related("dossier").filter(pk=form_id).first()
    if issued is None or not sees(actor, subject_of(issued.dossier)):
        raise NotFound("Không tìm thấy giấy này.")
    verdict = can_correct(actor, issued.dossier)
    if not verdict.allowed:
        raise NotAllowed(verdict.reason)
    if issued.voided_at is not None:
        raise FormAlreadyVoided("Bản này đã bị hủy trước đó; hãy tải lại trang để xem bản mới nhất.")
    issued.voided_at, issued.void_reason, issued.voided_by_id = at, tidy, actor.id or None
    issued.save(update_fields=["voided_at", "void_reason", "voided_by"])
    return issued


def control_slip_now(dossier_id: int, *, actor: Actor, at: datetime) -> Rendered:
    """The control slip up to the dossier's last entry, without issuing it: always whole, because the ledger is.

    Nothing is stored, as the slip of any entry can be rendered again from the entries up to it. Raises as
    `issue_control_slip`.
    """
    dossier = get_visible(actor, id=dossier_id)
    _check_slip(dossier, actor)
    last = dossier.entries.order_by("-seq").first()
    issued = IssuedForm(dossier=dossier, entry=last, kind=FormKind.CONTROL_SLIP, issued_at=at)
    return render(*build(issued))


def _check_slip(dossier: Dossier, actor: Actor) -> None:
    if actor.kind is not ActorKind.OFFICER or dossier.accepted_at is None:
        raise NotAllowed("Phiếu kiểm soát chỉ in được cho hồ sơ đã tiếp nhận, tại cơ quan đang giải quyết.")
    if dossier.imported:
        raise NotAllowed(READ_ONLY)


def issue_control_slip(dossier_id: int, *, actor: Actor, at: datetime) -> IssuedForm:
    """The control slip as it stands after the dossier's last entry; asked again before anything happens, it is the same."""
    dossier = get_visible(actor, id=dossier_id)
    _check_slip(dossier, actor)
    form = form_for(FormKind.CONTROL_SLIP, on=local_day(at))
    last = dossier.entries.order_by("-seq").values_list("pk", flat=True)[0]
    issued, _ = IssuedForm.objects.get_or_create(
        entry_id=last,
        kind=FormKind.CONTROL_SLIP,
        voided_at=None,
        defaults={"dossier": dossier, "instrument": form.instrument, "issued_at": at},
    )
    return ready_form(issued.pk, at=at)


def issue_register(
    desk_id: int, *, first_on: date, last_on: date, sector_id: int | None = None, actor: Actor, at: datetime
) -> IssuedList:
    """Print the register of a desk for days of one year, of one sector or of all. Raises NotAllowed, BadInput."""
    if last_on < first_on or last_on.year != first_on.year:
        raise BadInput("Khoảng ngày của sổ: ngày cuối phải sau ngày đầu và cùng một năm.", field="last_on")
    desk = _desk_of(desk_id, actor)
    form = form_for(FormKind.REGISTER, on=local_day(at))
    context = register(form, desk, first_on=first_on, last_on=last_on, sector_id=sector_id, keeper=actor.name, at=at)
    return _issue_list(
        FormKind.REGISTER, form, context, desk, (context.scope, first_on, last_on, len(context.rows)), actor, at
    )


def issue_procedure_list(desk_id: int, *, actor: Actor, at: datetime) -> IssuedList:
    """Print the list of procedures to be posted at a desk, as the catalogue stands now. Raises NotAllowed."""
    desk = _desk_of(desk_id, actor)
    form = form_for(FormKind.PROCEDURE_LIST, on=local_day(at))
    context = procedure_list(form, desk, at=at)
    today = local_day(at)
    return _issue_list(
        FormKind.PROCEDURE_LIST, form, context, desk, (desk.name, today, today, len(context.procedures)), actor, at
    )


def _desk_of(desk_id: int, actor: Actor) -> Desk:
    desk = Desk.objects.select_related("agency__admin_unit", "admin_unit").filter(pk=desk_id).first()
    if desk is None or not can_print_lists(actor, desk):
        raise NotAllowed("Chỉ cán bộ của bộ phận một cửa này in được sổ và danh mục của nơi này.")
    return desk


def _issue_list(
    kind: FormKind,
    form: FormTemplate,
    context: Context,
    desk: Desk,
    what: tuple[str, date, date, int],
    actor: Actor,
    at: datetime,
) -> IssuedList:
    rendered = render(form, context)
    scope, first_on, last_on, rows = what
    with transaction.atomic():
        return IssuedList.objects.create(
            kind=kind,
            desk=desk,
            scope=scope[:300],
            first_on=first_on,
            last_on=last_on,
            rows=rows,
            file=store_own(io.BytesIO(rendered.pdf), content_type=PDF.mime, at=at),
            pages=rendered.pages,
            issued_at=at,
            issued_by_id=actor.id or None,
        )

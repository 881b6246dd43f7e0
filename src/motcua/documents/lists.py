"""Papers about many dossiers or procedures of one desk: the register and the list of procedures posted there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.db.models import F, Q, QuerySet

from motcua.catalog.models import Channel, ChannelRule, DeskProcedure, Sector
from motcua.documents import contexts as c
from motcua.documents.building import desk_head, limit_words, local_day, serial_of
from motcua.documents.form_sets import FormKind, FormTemplate
from motcua.documents.models import IssuedForm
from motcua.dossiers.models import Dossier
from motcua.law.errors import BadInput
from motcua.law.lifecycle import OPEN, STATE_TEXT, State
from motcua.law.moments import VIETNAM
from motcua.law.money import format_dong
from motcua.organizations.models import Desk
from motcua.processes.models import WorkItem

# Two hundred pages; laying out a volume takes a quarter of a megabyte a row.
MOST_ROWS = 2000
_ENDED = {State.RETURNED, State.WITHDRAWN, State.STOPPED}


def register(
    form: FormTemplate,
    desk: Desk,
    *,
    first_on: date,
    last_on: date,
    sector_id: int | None,
    keeper: str,
    at: datetime,
) -> c.Register:
    """Sổ theo dõi hồ sơ: every dossier that the desk accepted on these local days, in the order of their receipts.

    Raises BadInput when one volume cannot hold them.
    """
    begin = datetime.combine(first_on, time(), VIETNAM)
    end = datetime.combine(last_on + timedelta(days=1), time(), VIETNAM)
    receipts = IssuedForm.objects.filter(
        kind=FormKind.RECEIPT, voided_at=None, dossier__receiving_desk=desk, dossier__accepted_at__gte=begin,
        dossier__accepted_at__lt=end,
    )  # fmt: skip
    scope = desk.name
    if sector_id is not None:
        receipts = receipts.filter(dossier__procedure__sector_id=sector_id)
        scope = f"Lĩnh vực: {Sector.objects.get(pk=sector_id).name}"
    count = receipts.count()
    if count > MOST_ROWS:
        raise BadInput(
            f"Sổ có {count} hồ sơ; một quyển in tối đa {MOST_ROWS}. Cần chọn khoảng ngày ngắn hơn hoặc một lĩnh vực.",
            field="last_on",
        )
    numbered = receipts.select_related(
        "dossier__procedure",
        "dossier__submitter",
        "dossier__owner_person",
        "dossier__owner_business",
        "dossier__agency",
    )
    late = _late_steps(receipts, at)
    rows = sorted(
        (_register_row(receipt, late.get(receipt.dossier_id, [])) for receipt in numbered.iterator(chunk_size=2000)),
        key=lambda row: row.serial,
    )
    return c.Register(
        head=desk_head(form, desk, None, local_day(at)),
        scope=scope,
        book=1,
        first_on=first_on,
        last_on=last_on,
        rows=tuple(rows),
        keeper=keeper,
    )


def _late_steps(receipts: QuerySet[IssuedForm], at: datetime) -> dict[int, list[str]]:
    """The names of the steps that took, or are taking, longer than they were given, by dossier. One query."""
    found: dict[int, list[str]] = {}
    steps = WorkItem.objects.filter(dossier_id__in=receipts.values("dossier_id"), due_at__isnull=False).exclude(role="")
    overran = steps.filter(Q(closed_at__gt=F("due_at")) | Q(closed_at__isnull=True, due_at__lt=at))
    for dossier_id, name in overran.order_by("dossier_id", "token").values_list("dossier_id", "name"):
        if name not in found.setdefault(dossier_id, []):
            found[dossier_id].append(name)
    return found


def _register_row(receipt: IssuedForm, late_steps: list[str]) -> c.RegisterRow:
    dossier = receipt.dossier
    person = dossier.owner_person or dossier.submitter
    address, phone = (
        (dossier.owner_business.address, dossier.owner_business.phone)
        if dossier.owner_business
        else (person.address, person.phone)
    )
    state = State(dossier.state)
    return c.RegisterRow(
        serial=serial_of(receipt.number) or 0,
        code=dossier.code or "",
        procedure=dossier.procedure.name,
        sets=dossier.sets,
        applicant=dossier.owner_name or person.full_name,
        contact="; ".join(part for part in (address, phone) if part),
        lead_agency=dossier.agency.name,
        received_on=local_day(dossier.accepted_at or receipt.issued_at),
        due_on=local_day(dossier.original_due_at) if dossier.original_due_at else None,
        returned_on=local_day(dossier.handed_over_at) if dossier.handed_over_at else None,
        return_way=dossier.get_return_method_display(),
        signed="Đã nhận" if dossier.handed_over_at else "",
        note=_note(dossier, state, late_steps),
    )


def _note(dossier: Dossier, state: State, late_steps: list[str]) -> str:
    """How it ended without a result, or where it lies; and the steps that overran."""
    where = STATE_TEXT[state] if state in _ENDED else ""
    if state in OPEN and dossier.step:
        where = f"Đang ở bước {dossier.step}"
    overran = f"Quá giờ: {', '.join(late_steps)}" if late_steps else ""
    return ". ".join(part for part in (where, overran) if part)


_CHANNEL_ORDER = (Channel.COUNTER, Channel.ONLINE, Channel.POST)


def procedure_list(form: FormTemplate, desk: Desk, *, at: datetime) -> c.ProcedureList:
    """Every procedure that the desk takes on that day, grouped by sector, with the limit and fee at the counter."""
    taken = (
        DeskProcedure.objects.in_force(local_day(at))
        .filter(desk=desk, procedure__current__isnull=False)
        .select_related("procedure__sector")
        .order_by("procedure__sector__name", "procedure__code")
        .distinct("procedure__sector__name", "procedure__code")
    )
    procedures = [row.procedure for row in taken]
    rules: dict[int, list[ChannelRule]] = {}
    for rule in ChannelRule.objects.filter(version_id__in=[p.current_id for p in procedures]).order_by("position"):
        rules.setdefault(rule.version_id, []).append(rule)
    return c.ProcedureList(
        head=desk_head(form, desk, None, local_day(at)),
        desk=desk.name,
        procedures=tuple(
            c.ListedProcedure(
                code=procedure.code,
                name=procedure.name,
                sector=procedure.sector.name,
                limit="; ".join(dict.fromkeys(_limits(rules.get(procedure.current_id or 0, [])))),
                fee="; ".join(dict.fromkeys(_fees(rules.get(procedure.current_id or 0, [])))),
                channels=", ".join(_channels(rules.get(procedure.current_id or 0, []))),
            )
            for procedure in procedures
        ),
    )


def _limits(rules: list[ChannelRule]) -> Iterator[str]:
    for rule in rules:
        yield limit_words(rule.amount, rule.unit) or rule.limit_text


def _fees(rules: list[ChannelRule]) -> Iterator[str]:
    for rule in rules:
        if rule.fee_vnd is not None:
            yield format_dong(rule.fee_vnd) if rule.fee_vnd else "Không thu"
        elif rule.fee_text:
            yield rule.fee_text


def _channels(rules: list[ChannelRule]) -> list[str]:
    given = {rule.channel for rule in rules}
    return [channel.label for channel in _CHANNEL_ORDER if channel in given]

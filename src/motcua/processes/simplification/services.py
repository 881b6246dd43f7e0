"""Writers of simplifications: one is recorded with its promised limits and the processes that keep them, and may be ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from motcua.catalog.models import ChannelRule, PaperRequirement, Procedure, ProcedureVersion
from motcua.catalog.services import end_promises, promise_limit
from motcua.dossiers.permissions import NotAllowed
from motcua.identity.actors import Actor, ActorKind
from motcua.law.errors import BadInput
from motcua.law.limits import Limit, Unit, is_shorter
from motcua.law.moments import local_day
from motcua.organizations.models import Agency
from motcua.platform.text import nfc
from motcua.processes.checks import limit_minutes
from motcua.processes.definition import from_json
from motcua.processes.models import ProcessVersion, Simplification, SimplifiedLimit, SimplifiedPart
from motcua.processes.permissions import may_publish
from motcua.processes.simplification.shortening import shorten_processes
from motcua.processes.versions import version_in_force


@dataclass(frozen=True, slots=True)
class NewLimit:
    """The promised limit of one of the catalogue's rows, named by channel, case and stage."""

    channel: str
    limit: Limit
    condition: str = ""
    stage: int = 1


@dataclass(frozen=True, slots=True)
class NewPart:
    """A paper, form or step that falls away, or with `into` is merged."""

    kind: str
    name: str
    into: str = ""


@dataclass(frozen=True, slots=True)
class NewSimplification:
    """What a decision says. `last_day` is the last day of a pilot; what is no pilot has none. `agency_id` None = the province."""

    procedure_id: int
    decision_number: str
    decision_date: date
    valid_from: date
    agency_id: int | None = None
    pilot: bool = False
    last_day: date | None = None
    limits: tuple[NewLimit, ...] = ()
    parts: tuple[NewPart, ...] = ()
    sets_after: int | None = None
    note: str = ""


@transaction.atomic
def record(new: NewSimplification, *, actor: Actor, at: datetime) -> Simplification:
    """Put a decision on record; from its first day new dossiers get the promised limits.

    A process in force whose longest path would be longer than a promise is published anew, its times shortened in
    proportion, for as long as the promise holds. Raises NotAllowed; BadInput (with `field`) where something is not as the
    catalogue has it, a limit is not shorter, dates are the wrong way round or the same is promised already; LimitTooShort
    where the process cannot be done in that time.
    """
    agency = _agency(new.agency_id)
    _demand(actor, agency)
    _check_decision(new, local_day(at))
    procedure = (
        Procedure.objects.select_for_update(of=("self",)).select_related("current").filter(pk=new.procedure_id).first()
    )
    if procedure is None or procedure.current is None:
        raise BadInput("Không có thủ tục này trong danh mục.", field="procedure")
    central = _central_limits(new, procedure)
    sets_before = _sets(new, procedure.current)
    _check_parts(new.parts, procedure, agency, new.valid_from)
    if not (new.limits or new.parts or new.sets_after):
        raise BadInput("Chưa có gì được đơn giản hóa: cần ít nhất một thời hạn, giấy tờ, biểu mẫu, bước hoặc số bộ.")
    officer = actor.id if actor.kind is ActorKind.OFFICER else None
    made = Simplification.objects.create(
        procedure=procedure, version=procedure.current, agency=agency, decision_number=nfc(new.decision_number.strip()),
        decision_date=new.decision_date, pilot=new.pilot, valid_from=new.valid_from, valid_to=_valid_to(new),
        sets_before=sets_before, sets_after=new.sets_after, note=nfc(new.note.strip()), recorded_at=at, recorded_by_id=officer,
    )  # fmt: skip
    _promise(made, new.limits, central)
    SimplifiedPart.objects.bulk_create(
        SimplifiedPart(
            simplification=made, position=position, kind=part.kind, name=nfc(part.name), into=nfc(part.into),
            change=SimplifiedPart.Change.MERGED if part.into else SimplifiedPart.Change.REMOVED,
        )
        for position, part in enumerate(new.parts, 1)
    )  # fmt: skip
    if new.limits:
        made.process_version = shorten_processes(made, officer=officer, at=at)
        made.save(update_fields=["process_version"])
    return made


@transaction.atomic
def end(simplification_id: int, *, on: date, reason: str, actor: Actor, at: datetime) -> Simplification:
    """End a simplification before its time: `on` is the first day without it, its promises end with it.

    Dossiers that came in before keep what they were promised; a shortened process stays, it fits the longer limit too.
    Raises NotAllowed, BadInput.
    """
    found = (
        Simplification.objects.select_for_update(of=("self",))
        .select_related("agency")
        .filter(pk=simplification_id)
        .first()
    )
    if found is None:
        raise BadInput("Không có bản ghi đơn giản hóa này.")
    _demand(actor, found.agency)
    if not reason.strip():
        raise BadInput("Chưa ghi lý do cho kết thúc.", field="reason")
    if on < local_day(at):
        raise BadInput(f"Ngày kết thúc {on:%d/%m/%Y} đã qua; chọn từ hôm nay trở đi.", field="on")
    if found.valid_to is not None and found.valid_to <= on:
        raise BadInput(f"Bản ghi này đã hết hiệu lực từ {found.valid_to:%d/%m/%Y}.", field="on")
    found.valid_to = max(on, found.valid_from)
    found.ended_at, found.end_reason = at, nfc(reason.strip())
    found.ended_by_id = actor.id if actor.kind is ActorKind.OFFICER else None
    found.save(update_fields=["valid_to", "ended_at", "end_reason", "ended_by"])
    end_promises(found.limits.values_list("commitment_id", flat=True), on=found.valid_to)
    return found


def may_record(actor: Actor, agency: Agency | None) -> bool:
    """Whether the actor decides for an agency; None = for the whole province."""
    return may_publish(actor, [agency.pk] if agency else _roots()).allowed


def steps_of(procedure_id: int, agency: Agency | None, on: date) -> list[str]:
    """Names of the steps that a dossier of that place goes through on a day, each once, in order; empty without a process."""
    version = _version(procedure_id, agency, on)
    return list(dict.fromkeys(node.name for node in from_json(version.definition).steps)) if version else []


def _agency(agency_id: int | None) -> Agency | None:
    if agency_id is None:
        return None
    agency = Agency.objects.filter(pk=agency_id).first()
    if agency is None:
        raise BadInput("Không có cơ quan này.", field="agency")
    return agency


def _demand(actor: Actor, agency: Agency | None) -> None:
    if not may_record(actor, agency):
        raise NotAllowed("Chỉ quản trị hoặc cán bộ cải cách hành chính của cơ quan mới được ghi đơn giản hóa ở đây.")


def _roots() -> list[int]:
    return list(
        Agency.objects.filter(parent=None, level=Agency.Level.PROVINCE).order_by("id").values_list("id", flat=True)
    )


def _valid_to(new: NewSimplification) -> date | None:
    return new.last_day + timedelta(days=1) if new.last_day else None


def _check_decision(new: NewSimplification, today: date) -> None:
    number = new.decision_number.strip()
    if not number or len(number) > 100:
        raise BadInput("Số quyết định: cần từ 1 đến 100 ký tự.", field="decision_number")
    if new.decision_date > today:
        raise BadInput(f"Ngày quyết định {new.decision_date:%d/%m/%Y} chưa đến.", field="decision_date")
    if new.valid_from < new.decision_date:
        raise BadInput(
            f"Ngày hiệu lực {new.valid_from:%d/%m/%Y} trước ngày quyết định {new.decision_date:%d/%m/%Y}.",
            field="valid_from",
        )
    if new.pilot and new.last_day is None:
        raise BadInput("Thí điểm phải có ngày kết thúc.", field="last_day")
    if not new.pilot and new.last_day is not None:
        raise BadInput("Chỉ thí điểm mới có ngày kết thúc.", field="last_day")
    if new.last_day is not None and new.last_day < new.valid_from:
        raise BadInput(
            f"Thí điểm kết thúc {new.last_day:%d/%m/%Y} trước khi bắt đầu {new.valid_from:%d/%m/%Y}.", field="last_day"
        )
    if len(new.note.strip()) > 500:
        raise BadInput(f"Ghi chú dài {len(new.note.strip())} ký tự, nhiều nhất là 500.", field="note")


def _central_limits(new: NewSimplification, procedure: Procedure) -> list[Limit]:
    """The catalogue's limit beside each promised one. Raises BadInput where it is unknown, not longer, or promised already."""
    rows = ChannelRule.objects.filter(version=procedure.current, amount__isnull=False)
    central = {
        (row.channel, row.condition, row.stage): Limit(row.amount or 1, Unit(row.unit))
        for row in rows.order_by("-position")
    }
    found = []
    seen = set()
    for promised in new.limits:
        key = (promised.channel, promised.condition, promised.stage)
        where = _where(promised)
        limit = central.get(key)
        if limit is None:
            raise BadInput(f"Danh mục không nêu thời hạn cho {where} của thủ tục {procedure.code}.", field="limits")
        if key in seen:
            raise BadInput(f"Thời hạn cho {where} có hai lần.", field="limits")
        if not is_shorter(promised.limit, limit):
            raise BadInput(
                f"Thời hạn cam kết cho {where} là {promised.limit.text()}, cần ngắn hơn {limit.text()} của danh mục.",
                field="limits",
            )
        seen.add(key)
        found.append(limit)
        _check_not_promised(new, promised, procedure)
    return found


def _where(promised: NewLimit) -> str:
    channel = dict(ChannelRule._meta.get_field("channel").flatchoices).get(promised.channel, promised.channel)
    stage = f", giai đoạn {promised.stage}" if promised.stage > 1 else ""
    return f"“{channel}”{f', trường hợp “{promised.condition[:80]}”' if promised.condition else ''}{stage}"


def _check_not_promised(new: NewSimplification, promised: NewLimit, procedure: Procedure) -> None:
    """The same place promises the same once at a time; only a pilot may promise still less for its while."""
    beside = SimplifiedLimit.objects.filter(
        Q(commitment__valid_to__isnull=True) | Q(commitment__valid_to__gt=new.valid_from),
        Q(commitment__agency__isnull=True) if new.agency_id is None else Q(commitment__agency=new.agency_id),
        commitment__procedure=procedure, commitment__channel=promised.channel, commitment__condition=promised.condition,
        commitment__stage=promised.stage,
    ).select_related("commitment", "simplification")  # fmt: skip
    valid_to = _valid_to(new)
    if valid_to is not None:
        beside = beside.filter(commitment__valid_from__lt=valid_to)
    for other in beside.order_by("id"):
        limit = Limit(other.commitment.amount, Unit(other.commitment.unit))
        less_for_a_while = new.pilot and is_shorter(promised.limit, limit)
        if new.pilot != other.simplification.pilot and (less_for_a_while or not new.pilot):
            continue
        raise BadInput(
            f"Đã có cam kết {limit.text()} cho {_where(promised)} từ {other.commitment.valid_from:%d/%m/%Y}"
            f" (quyết định {other.simplification.decision_number}); hãy cho kết thúc trước.",
            field="limits",
        )


def _sets(new: NewSimplification, version: ProcedureVersion) -> int | None:
    if new.sets_after is None:
        return None
    if version.sets is None:
        raise BadInput("Danh mục không nêu số bộ hồ sơ nên không ghi giảm được.", field="sets_after")
    if not 1 <= new.sets_after < version.sets:
        raise BadInput(f"Số bộ hồ sơ sau khi giảm: cần từ 1 đến {version.sets - 1}.", field="sets_after")
    return version.sets


def _check_parts(parts: Sequence[NewPart], procedure: Procedure, agency: Agency | None, on: date) -> None:
    known = dict.fromkeys(SimplifiedPart.Kind.values) | _known_parts(parts, procedure, agency, on)
    seen = set()
    for part in parts:
        if part.kind not in known:
            raise BadInput(
                f"Loại “{part.kind}” không có; cần một trong {', '.join(SimplifiedPart.Kind.values)}.", field="parts"
            )
        word, field = SimplifiedPart.Kind(part.kind).label, f"{part.kind}s"
        names = known[part.kind]
        if names is not None and part.name not in names:
            raise BadInput(f"Thủ tục {procedure.code} không có {word} “{part.name[:120]}”.", field=field)
        if (part.kind, part.name) in seen:
            raise BadInput(f"“{part.name[:120]}” được ghi hai lần.", field=field)
        if part.into and part.into.strip() == part.name.strip():
            raise BadInput(f"“{part.name[:120]}” không thể gộp vào chính nó.", field=field)
        seen.add((part.kind, part.name))


def _known_parts(
    parts: Sequence[NewPart], procedure: Procedure, agency: Agency | None, on: date
) -> dict[str, set[str] | None]:
    kinds = {part.kind for part in parts}
    known: dict[str, set[str] | None] = {}
    papers = [paper for paper in PaperRequirement.objects.filter(version=procedure.current) if not paper.is_remark]
    known[SimplifiedPart.Kind.PAPER] = {paper.label for paper in papers}
    known[SimplifiedPart.Kind.FORM] = {paper.form_name for paper in papers if paper.form_name}
    if SimplifiedPart.Kind.STEP in kinds:
        known[SimplifiedPart.Kind.STEP] = set(steps_of(procedure.pk, agency, on))
    return known


def _version(procedure_id: int, agency: Agency | None, on: date) -> ProcessVersion | None:
    """What a dossier of that place would begin on."""
    place = agency.pk if agency else next(iter(_roots()), 0)
    found = version_in_force(procedure_id=procedure_id, agency_id=place, case="", channel="", on=on)
    return ProcessVersion.objects.get(pk=found[0]) if found else None


def _promise(made: Simplification, limits: Iterable[NewLimit], central: Iterable[Limit]) -> None:
    for promised, limit in zip(limits, central, strict=True):
        commitment = promise_limit(
            procedure=made.procedure, agency=made.agency, channel=promised.channel, condition=promised.condition,
            stage=promised.stage, limit=promised.limit, valid_from=made.valid_from, valid_to=made.valid_to,
        )  # fmt: skip
        SimplifiedLimit.objects.create(
            simplification=made, commitment=commitment, central_amount=limit.amount, central_unit=limit.unit.value,
            central_minutes=limit_minutes(limit), committed_minutes=limit_minutes(promised.limit),
        )  # fmt: skip

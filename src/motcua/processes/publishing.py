"""The only way processes and their versions change: drafts, publication with dates, local overrides.

Every function is one transaction under the lock of its process, so that of two people who change the same thing one
succeeds and the other is told. A published version is never touched again but for the day on which the next one follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from itertools import pairwise

from django.db import transaction
from django.db.models import Max, Q

from motcua.catalog.models import Channel, ChannelRule, Procedure
from motcua.dossiers.permissions import NotAllowed
from motcua.identity.actors import Actor, ActorKind
from motcua.law.errors import BadInput, DomainError
from motcua.law.moments import local_day
from motcua.organizations.models import Agency, Unit
from motcua.processes.checks import Fault, WorkWeek, faults
from motcua.processes.definition import Definition, Flow, Node, NodeKind, StepKind, from_json, to_json
from motcua.processes.drawing import Drawing
from motcua.processes.limits import Stated, shortest, stated_limits, week_at
from motcua.processes.models import Process, ProcessVersion
from motcua.processes.permissions import may_publish
from motcua.processes.versions import version_in_force

_SHOWN = 12
_AHEAD = timedelta(days=366)


class AlreadyChanged(DomainError):
    """Somebody else has changed, published or withdrawn it meanwhile; nothing was changed."""

    code = "process_changed"


class HasDraft(DomainError):
    """The process has a draft already; `data["draft"]` is its id."""

    code = "process_has_draft"


class Faulty(BadInput):
    """A draft that may not be published; `faults` are all the reasons, each naming its step."""

    code = "process_faulty"

    def __init__(self, found: list[Fault]) -> None:
        said = [fault.message for fault in found[:_SHOWN]]
        super().__init__("Chưa ban hành được: " + " ".join(said), faults=[[f.node, f.message] for f in found])
        self.faults = found


def open_process(
    procedure: Procedure,
    *,
    actor: Actor,
    at: datetime,
    agency: Agency | None = None,
    case: str = "",
    channel: str = "",
    definition: Definition | None = None,
    drawing: Drawing | None = None,
    note: str = "",
) -> ProcessVersion:
    """The first draft of a process, or a new one where it exists: for the province, or an agency's own (`agency`).

    Without a definition it begins as a copy of its last version, else of what is inherited there, else with one step and
    the result. Raises NotAllowed, HasDraft; BadInput for a channel or case that the procedure has not.
    """
    if channel and channel not in Channel.values:
        raise BadInput(f"Hình thức nộp “{channel}” không có trong danh mục.", field="channel")
    if case and not ChannelRule.objects.filter(version=procedure.current_id, condition=case).exists():
        raise BadInput(f"Thủ tục {procedure.code} không có trường hợp “{case[:120]}”.", field="case")
    _demand(actor, agency)
    with transaction.atomic():
        process, _ = Process.objects.get_or_create(procedure=procedure, agency=agency, case=case, channel=channel)
        _lock(process.pk)
        draft = process.versions.filter(published_at=None).first()
        if draft is not None:
            raise HasDraft(f"Quy trình này đã có bản nháp lần {draft.number}.", draft=draft.pk, process=process.pk)
        published = process.versions.filter(published_at__isnull=False).order_by("-number").first()
        copied = None if definition is not None else published or _in_force(process, local_day(at))
        if copied is not None:
            definition, layout, pattern = from_json(copied.definition), copied.layout, copied.pattern
        else:
            definition, layout, pattern = definition or _skeleton(), drawing.to_json() if drawing else {}, ""
        last = process.versions.aggregate(last=Max("number"))["last"] or 0
        return ProcessVersion.objects.create(
            process=process, number=last + 1, definition=to_json(definition), digest=definition.digest, layout=layout,
            pattern=pattern, note=note, created_at=at, created_by_id=_officer(actor),
        )  # fmt: skip


def save_draft(
    version_id: int,
    definition: Definition,
    *,
    expected: str,
    actor: Actor,
    drawing: Drawing | None = None,
    note: str | None = None,
) -> ProcessVersion:
    """Put another text into a draft, faults and all. `expected` is the digest that the writer had before.

    Without a `drawing` the stored one stays; an element without a place in it makes the picture be laid out anew.
    Raises AlreadyChanged, NotAllowed.
    """
    with transaction.atomic():
        draft = _draft(version_id, expected, actor)
        draft.definition, draft.digest = to_json(definition), definition.digest
        if drawing is not None:
            draft.layout = drawing.to_json()
        if note is not None:
            draft.note = note
        draft.save(update_fields=["definition", "digest", "layout", "note"])
        return draft


def withdraw_draft(version_id: int, *, expected: str, actor: Actor) -> None:
    """Throw a draft away, and its process where nothing else is left of it. Raises AlreadyChanged, NotAllowed."""
    with transaction.atomic():
        draft = _draft(version_id, expected, actor)
        process = draft.process
        draft.delete()
        if not process.versions.exists():
            process.delete()


def publish(version_id: int, *, valid_from: date, expected: str, actor: Actor, at: datetime) -> ProcessVersion:
    """Bring a draft into force from a day on and end the version before it that day; running dossiers stay on theirs.

    Raises Faulty with every fault, BadInput for the day, AlreadyChanged, NotAllowed.
    """
    with transaction.atomic():
        draft = _draft(version_id, expected, actor)
        found = faults_of(from_json(draft.definition), draft.process, valid_from)
        if found:
            raise Faulty(found)
        today = local_day(at)
        if valid_from < today:
            raise BadInput(
                f"Ngày hiệu lực {valid_from:%d/%m/%Y} đã qua; chọn từ hôm nay {today:%d/%m/%Y} trở đi.",
                field="valid_from",
            )
        if valid_from - today > _AHEAD:
            # No version could come before it any more: a year typed wrongly would be the process's last word.
            raise BadInput(
                f"Ngày hiệu lực {valid_from:%d/%m/%Y} xa hơn {_AHEAD.days} ngày; hãy kiểm tra lại năm.",
                field="valid_from",
            )
        published = draft.process.versions.filter(published_at__isnull=False)
        later = published.filter(valid_from__gt=valid_from).order_by("valid_from").first()
        if later is not None and later.valid_from is not None:
            raise BadInput(
                f"Lần {later.number} đã được ban hành, hiệu lực từ {later.valid_from:%d/%m/%Y};"
                " chọn ngày từ đó trở đi.",
                field="valid_from",
            )
        published.filter(Q(valid_to=None) | Q(valid_to__gt=valid_from)).update(valid_to=valid_from)
        draft.valid_from, draft.published_at, draft.published_by_id = valid_from, at, _officer(actor)
        draft.save(update_fields=["valid_from", "published_at", "published_by"])
        return draft


def faults_of(definition: Definition, process: Process, on: date) -> list[Fault]:
    """Everything that keeps this text from being published for this process: its shape, its time, its codes."""
    minutes = allowed_minutes(process, limit_of(process, on), week_at(process.agency))
    return [*faults(definition, minutes=minutes), *code_faults([definition])[0]]


def limit_of(process: Process, on: date) -> Stated | None:
    """The shortest stated limit of what the process serves."""
    limits = stated_limits([process.procedure_id], on=on, agency=process.agency)
    return shortest(limits.get(process.procedure_id, []), case=process.case, channel=process.channel)


def allowed_minutes(process: Process, limit: Stated | None, week: WorkWeek) -> int | None:
    """Working minutes for the steps; a same-day procedure without a limit of its own has the week's shortest day, None = no
    limit."""
    if limit is not None:
        return limit.minutes
    return min(week) if process.procedure.same_day else None


def code_faults(definitions: Iterable[Definition]) -> list[list[Fault]]:
    """For each definition the steps that name an agency or unit that the organisation does not have."""
    given = list(definitions)
    agencies = {node.agency for one in given for node in one.steps} - {"", "desk"}
    units = {node.unit for one in given for node in one.steps} - {""}
    known_agencies = set(Agency.objects.filter(code__in=agencies, valid_to=None).values_list("code", flat=True))
    known_units: Mapping[str, str] = dict(Unit.objects.filter(code__in=units).values_list("code", "agency__code"))
    return [[fault for node in one.steps for fault in _code_faults(node, known_agencies, known_units)] for one in given]


def _code_faults(node: Node, agencies: set[str], units: Mapping[str, str]) -> Iterable[Fault]:
    if node.agency not in ("", "desk") and node.agency not in agencies:
        yield Fault(
            node.id, f"Bước “{node.label}”: cơ quan “{node.agency}” không có trong danh mục hoặc đã hết hiệu lực."
        )
    if not node.unit:
        return
    if node.unit not in units:
        yield Fault(node.id, f"Bước “{node.label}”: phòng “{node.unit}” không có trong danh mục.")
    elif node.agency and node.agency != units[node.unit]:
        yield Fault(
            node.id,
            f"Bước “{node.label}”: phòng “{node.unit}” thuộc “{units[node.unit]}”, không thuộc “{node.agency}”.",
        )


def in_force(procedure: Procedure, agency: Agency | None, *, on: date) -> ProcessVersion | None:
    """The version that a dossier of the agency (None = the province) without case or channel of its own begins on."""
    return _in_force(Process(procedure=procedure, agency=agency), on)


def inherited_of(process: Process, on: date) -> ProcessVersion | None:
    """What would be in force on that day in this place without the process itself."""
    return _in_force(process, on, without=process)


def may_change(actor: Actor, process: Process) -> bool:
    """Whether the actor may write drafts of this process and publish them."""
    return may_publish(actor, _scope_of(process.agency_id)).allowed


def _in_force(process: Process, on: date, *, without: Process | None = None) -> ProcessVersion | None:
    # The province's processes are those of its root: what an agency has of its own is never above it.
    agency_id = process.agency_id or next(iter(_roots()), 0)
    found = version_in_force(
        procedure_id=process.procedure_id, agency_id=agency_id, case=process.case, channel=process.channel, on=on,
        without=without.pk if without else 0,
    )  # fmt: skip
    return ProcessVersion.objects.get(pk=found[0]) if found else None


def _roots() -> list[int]:
    return list(
        Agency.objects.filter(parent=None, level=Agency.Level.PROVINCE).order_by("id").values_list("id", flat=True)
    )


def _scope_of(agency_id: int | None) -> list[int]:
    return _roots() if agency_id is None else [agency_id]


def _demand(actor: Actor, agency: Agency | None) -> None:
    decision = may_publish(actor, _scope_of(agency.pk if agency else None))
    if not decision.allowed:
        raise NotAllowed(decision.reason)


def _lock(process_id: int) -> Process:
    return Process.objects.select_for_update(of=("self",)).select_related("procedure", "agency").get(pk=process_id)


def _draft(version_id: int, expected: str, actor: Actor) -> ProcessVersion:
    """The draft, its process locked. Raises AlreadyChanged where it is not the one that the actor has seen."""
    process_id = ProcessVersion.objects.filter(pk=version_id).values_list("process_id", flat=True).first()
    if process_id is None:
        raise AlreadyChanged("Bản nháp này đã bị bỏ; hãy mở lại quy trình.")
    process = (
        Process.objects.select_for_update(of=("self",))
        .select_related("procedure", "agency")
        .filter(pk=process_id)
        .first()
    )
    draft = None if process is None else process.versions.filter(pk=version_id).first()
    if process is None or draft is None:
        raise AlreadyChanged("Bản nháp này đã bị bỏ; hãy mở lại quy trình.")
    _demand(actor, process.agency)
    draft.process = process
    if draft.published_at is not None:
        raise AlreadyChanged(f"Lần {draft.number} đã được ban hành, không sửa được nữa; hãy soạn lần mới.")
    if draft.digest != expected:
        raise AlreadyChanged("Bản nháp vừa được người khác sửa; hãy mở lại để xem nội dung mới rồi sửa tiếp.")
    return draft


def _officer(actor: Actor) -> int | None:
    return actor.id if actor.kind is ActorKind.OFFICER else None


def _skeleton() -> Definition:
    """Where everybody begins who draws nothing: one step, then the result."""
    nodes = (
        Node("start", NodeKind.START),
        Node("appraise", NodeKind.STEP, "Thẩm định hồ sơ", role="case_officer"),
        Node("issue", NodeKind.STEP, "Ban hành kết quả", step=StepKind.RESULT, role="case_officer"),
        Node("end", NodeKind.END),
    )
    ids = [node.id for node in nodes]
    flows = tuple(Flow(f"flow_{at}", a, b) for at, (a, b) in enumerate(pairwise(ids), 1))
    return Definition(nodes, flows)

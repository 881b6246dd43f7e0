"""A default process for every procedure that has none: chosen from the library of patterns, published in bulk.

What an agency makes of its own afterwards stands beside it and can be listed (`overrides`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet

from motcua.catalog.models import ChannelRule, PaperRequirement, Procedure
from motcua.dossiers.permissions import NotAllowed
from motcua.identity.actors import Actor, ActorKind
from motcua.law.moments import local_day
from motcua.organizations.models import Agency, Role, RoleAssignment
from motcua.processes.checks import faults, hours_text
from motcua.processes.choosing import Traits, choose
from motcua.processes.definition import from_json, to_json
from motcua.processes.diff import diff
from motcua.processes.limits import Stated, shortest, stated_limits, week_at
from motcua.processes.models import Process, ProcessVersion
from motcua.processes.patterns import PROVINCE, instantiate, pattern_of
from motcua.processes.permissions import may_publish

CHUNK = 250
"""Procedures of one transaction: a run that was cut off goes on where it stopped."""

Progress = Callable[[int, int], None]

_LOCK = 0x6D637470
_LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class DefaultsReport:
    """`made + unchanged + skipped` = `procedures`; `patterns` counts what was made, or of a dry run what would be."""

    procedures: int
    made: int
    unchanged: int
    skipped: int
    patterns: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        names = ("procedures", "made", "unchanged", "skipped", "patterns")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Override:
    """A process that an agency has of its own, with what differs from the province's in words; empty = the same text.

    `inherited` None: the province has none for this procedure, case and channel.
    """

    version: ProcessVersion
    inherited: ProcessVersion | None
    differences: tuple[str, ...]


def make_defaults(
    *,
    actor: Actor,
    at: datetime,
    agency: Agency | None = None,
    valid_from: date | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> DefaultsReport:
    """Give each procedure without a published process a default one, in force from `valid_from` (default: today).

    At the province; with `agency` as that agency's own, for the procedures it takes and has no process for, be it its own
    or inherited. Skipped are procedures that the catalogue does not know (made by an import of dossiers). Doing it again
    makes nothing. Raises NotAllowed.
    """
    _demand(actor, agency)
    begins = valid_from or local_day(at)
    wanted = _wanted(agency)
    total, made, done = wanted.count(), Counter[str](), 0
    ids = list(_lacking(wanted, agency).values_list("id", flat=True))
    for start in range(0, len(ids), CHUNK):
        with transaction.atomic():
            _lock()
            chunk = _lacking(Procedure.objects.filter(pk__in=ids[start : start + CHUNK]), agency)
            rows = _defaults(chunk, agency=agency, on=begins)
            if not dry_run:
                _publish(rows, agency=agency, actor=actor, at=at, valid_from=begins)
            made.update(row.pattern for row in rows)
        done += len(rows)
        if progress:
            progress(done, len(ids))
    skipped = wanted.filter(current__isnull=True).count()
    return DefaultsReport(total, done, total - done - skipped, skipped, dict(made.most_common()))


def overrides(agency: Agency, *, on: date) -> list[Override]:
    """The processes in force that an agency has of its own, by procedure, each compared with the province's. Two statements."""
    own = _in_force(on).filter(process__agency=agency).select_related("process__procedure")
    versions = list(own.order_by("process__procedure__code", "process__case", "process__channel"))
    above = _in_force(on).filter(
        process__agency__isnull=True, process__procedure__in={version.process.procedure_id for version in versions}
    )
    by_place = {
        (version.process.procedure_id, version.process.case, version.process.channel): version
        for version in above.select_related("process").order_by("valid_from", "number")
    }
    return [_override(version, by_place) for version in versions]


def _in_force(on: date) -> QuerySet[ProcessVersion]:
    return ProcessVersion.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on), published_at__isnull=False, valid_from__lte=on
    )


def _override(version: ProcessVersion, above: dict[tuple[int, str, str], ProcessVersion]) -> Override:
    place = version.process
    # As a dossier would find it: the province's process for the same case and channel before one for fewer.
    keys = [(case, channel) for case in (place.case, "") for channel in (place.channel, "")]
    inherited = next((found for key in keys if (found := above.get((place.procedure_id, *key)))), None)
    told = () if inherited is None else tuple(diff(from_json(inherited.definition), from_json(version.definition)))
    return Override(version, inherited, told)


def _demand(actor: Actor, agency: Agency | None) -> None:
    roots = Agency.objects.filter(parent=None, level=Agency.Level.PROVINCE).values_list("id", flat=True)
    decision = may_publish(actor, [agency.pk] if agency else list(roots))
    if not decision.allowed:
        raise NotAllowed(decision.reason)


def _lock() -> None:
    """One run at a time, until the end of the transaction: two would find the same procedures without a process."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _wanted(agency: Agency | None) -> QuerySet[Procedure]:
    every = Procedure.objects.all()
    return every if agency is None else every.filter(desks__agency=agency).distinct()


def _lacking(procedures: QuerySet[Procedure], agency: Agency | None) -> QuerySet[Procedure]:
    """Those of the catalogue without a published process for every case and channel, here or inherited."""
    places = Q(agency__isnull=True)
    if agency is not None:
        places |= Q(agency__in=[int(part) for part in agency.path.split("/") if part])
    # As one list and not one question for each: after a load the server may still hold the tables for empty, and would
    # answer thousands of questions by reading all of them each time.
    having = Process.objects.filter(
        places, case="", channel="", versions__published_at__isnull=False, versions__valid_to=None
    ).values_list("procedure_id", flat=True)
    return procedures.filter(current__isnull=False).exclude(pk__in=set(having)).order_by("code")


@dataclass(frozen=True, slots=True)
class _Default:
    procedure_id: int
    pattern: str
    text: dict[str, Any]
    digest: str
    note: str


def _defaults(procedures: QuerySet[Procedure], *, agency: Agency | None, on: date) -> list[_Default]:
    rows = list(
        procedures.values(
            "id", "name", "same_day", "current_id", sector_name=F("sector__name"), levels=F("current__levels"),
            competent=F("current__competent_agency"), performing=F("current__performing_agency"),
        )
    )  # fmt: skip
    versions = [row["current_id"] for row in rows]
    papers = dict(
        PaperRequirement.objects.filter(version__in=versions)
        .values("version")
        .annotate(n=Count("id"))
        .values_list("version", "n")
    )
    channels: dict[int, set[str]] = {}
    paid: set[int] = set()
    for version_id, channel, fee in ChannelRule.objects.filter(version__in=versions).values_list(
        "version", "channel", "fee_vnd"
    ):
        channels.setdefault(version_id, set()).add(channel)
        if fee:
            paid.add(version_id)
    limits = stated_limits([row["id"] for row in rows], on=on, agency=agency)
    office = _province_office(agency, on)
    day = min(week_at(agency))
    return [
        _default(
            row["id"],
            Traits(
                row["name"], row["sector_name"], tuple(row["levels"]), frozenset(channels.get(row["current_id"], ())),
                least.minutes if (least := shortest(limits[row["id"]])) else None, row["same_day"], papers.get(row["current_id"], 0),
                row["current_id"] in paid, f"{row['competent']} {row['performing']}",
            ),
            limits[row["id"]],
            office,
            day,
        )
        for row in rows
    ]  # fmt: skip


def _default(procedure_id: int, traits: Traits, limits: Sequence[Stated], office: str, day: int) -> _Default:
    code, because = choose(traits)
    pattern = pattern_of(code)
    minutes = traits.minutes if traits.minutes is not None else pattern.usual_minutes
    if traits.same_day:
        minutes = min(minutes, day)
    text, digest = _instance(code, minutes, office)
    said = [f"Mẫu “{pattern.name}”: {because}.", _about_limit(traits, limits, pattern.usual_minutes, day)]
    if not office and any(node.agency == PROVINCE for node in pattern.drawn.steps):
        said.append("Bước của UBND tỉnh tạm giao cơ quan có thẩm quyền vì chưa có người ký ở UBND tỉnh.")
    return _Default(procedure_id, code, text, digest, " ".join(said)[:_LONGEST_NOTE])


def _about_limit(traits: Traits, limits: Sequence[Stated], usual: int, day: int) -> str:
    least = shortest(limits)
    if traits.same_day and (least is None or least.minutes > day):
        return "Trả kết quả trong ngày: thời gian tính theo một ngày làm việc."
    if least is None:
        return (
            f"Danh mục không nêu thời hạn: thời gian các bước tạm tính theo {hours_text(usual)} làm việc,"
            " thời hạn ghi khi tiếp nhận."
        )
    promised = " theo cam kết" if least.promised else ""
    if len(least.limits) > 1:
        return f"Hai giai đoạn ({least.text()}{promised}): các bước dùng chung tổng thời hạn."
    if len({limit.minutes for limit in limits}) > 1:
        return f"Thời hạn khác nhau theo hình thức hoặc trường hợp: lấy thời hạn ngắn nhất, {least.text()}{promised}."
    return f"Thời hạn {least.text()}{promised}."


@lru_cache(maxsize=1024)
def _instance(code: str, minutes: int, office: str) -> tuple[dict[str, Any], str]:
    """Text and digest: a catalogue has few hundred different limits and patterns. Raises AssertionError for a bad pattern."""
    made = instantiate(pattern_of(code), minutes, province=office)
    assert not faults(made, minutes=minutes)
    return to_json(made), made.digest


def _province_office(agency: Agency | None, on: date) -> str:
    """The code of the province's own body where somebody there may prepare and sign; "" where its steps would wait for ever."""
    roots = Agency.objects.filter(parent=None, level=Agency.Level.PROVINCE, valid_to=None)
    if agency is not None:
        roots = roots.filter(pk__in=[int(part) for part in agency.path.split("/") if part])
    held = RoleAssignment.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on), scope=OuterRef("pk"), valid_from__lte=on
    )
    found = list(
        roots.filter(
            Exists(held.filter(role=Role.CASE_OFFICER)), Exists(held.filter(role=Role.SIGNER))
        ).values_list("code", flat=True)[:2]
    )  # fmt: skip
    return found[0] if len(found) == 1 else ""


def _publish(rows: Sequence[_Default], *, agency: Agency | None, actor: Actor, at: datetime, valid_from: date) -> None:
    """A process may be there already, with drafts or an ended version only: the default then is its next version."""
    place = {"agency": agency, "case": "", "channel": ""}
    Process.objects.bulk_create(
        (Process(procedure_id=row.procedure_id, **place) for row in rows), ignore_conflicts=True
    )
    there = Process.objects.filter(procedure__in=[row.procedure_id for row in rows], agency=agency, case="", channel="")
    numbers = _last_numbers(there.values_list("id", flat=True))
    ids = dict(there.values_list("procedure_id", "id"))
    officer = actor.id if actor.kind is ActorKind.OFFICER else None
    ProcessVersion.objects.bulk_create(
        ProcessVersion(
            process_id=ids[row.procedure_id], number=numbers.get(ids[row.procedure_id], 0) + 1, definition=row.text,
            digest=row.digest, pattern=row.pattern, note=row.note, created_at=at, created_by_id=officer, published_at=at,
            published_by_id=officer, valid_from=valid_from,
        )
        for row in rows
    )  # fmt: skip


def _last_numbers(process_ids: Collection[int]) -> dict[int, int]:
    last = ProcessVersion.objects.filter(process__in=process_ids).values("process").annotate(last=Max("number"))
    return dict(last.values_list("process", "last"))

"""Reads of processes and their versions: the list with its counts, and the words that a drawing's lanes may use."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from django.contrib.postgres.search import SearchQuery
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from motcua.catalog.models import Procedure
from motcua.catalog.queries import procedure_code
from motcua.law.errors import BadInput
from motcua.organizations.models import Agency, Unit
from motcua.platform import keyset
from motcua.platform.text import search_key
from motcua.processes.bpmn_reader import Words, fold
from motcua.processes.checks import faults, hours_text, longest_path
from motcua.processes.definition import from_json
from motcua.processes.limits import Stated, shortest, stated_limits, week_at
from motcua.processes.models import Process, ProcessVersion
from motcua.processes.publishing import allowed_minutes, code_faults

PAGE = 50
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class ListFilter:
    """`text` is a code or words of the procedure; `state` one of STATES; "" = not filtered."""

    text: str = ""
    sector: str = ""
    level: str = ""
    pattern: str = ""
    agency: str = ""
    state: str = ""


STATES = {
    "draft": "Có bản nháp",
    "faulty": "Có lỗi",
    "own": "Cơ quan sửa riêng",
    "none": "Chưa hiệu lực lần nào",
}


@dataclass(frozen=True, slots=True)
class Row:
    """`version` is what the row shows: in force on the day, else published for later, else the draft."""

    process: Process
    version: ProcessVersion
    draft: ProcessVersion | None
    steps: int
    minutes: int | None
    faults: int

    @property
    def time(self) -> str:
        return "" if self.minutes is None else hours_text(self.minutes)


@dataclass(frozen=True, slots=True)
class Found:
    rows: Sequence[Row]
    total: int
    after: str
    counts: Mapping[str, int] = field(default_factory=dict)


def processes(only: ListFilter, *, on: date, after: str = "") -> Found:
    """A page of processes by procedure code, province first; a constant number of queries. Raises BadInput for `after`."""
    found = _filtered(only)
    counts = {
        "all": found.count(),
        "draft": _with_draft(found).count(),
        "own": found.filter(agency__isnull=False).count(),
        "none": _never_published(found).count(),
    }
    faulty = _faulty(found, on)
    counts["faulty"] = len(faulty)
    if only.state == "draft":
        found = _with_draft(found)
    elif only.state == "own":
        found = found.filter(agency__isnull=False)
    elif only.state == "none":
        found = _never_published(found)
    elif only.state == "faulty":
        found = found.filter(pk__in=faulty)
    found = found.filter(keyset.beyond_code("procedure__code", after))
    page = list(
        found.select_related("procedure__sector", "agency")
        .prefetch_related(Prefetch("versions", ProcessVersion.objects.order_by("-number")))
        .order_by("procedure__code", "pk")[: PAGE + 1]
    )
    more = len(page) > PAGE
    rows = [_row(process, on, faulty.get(process.pk, 0)) for process in page[:PAGE] if process.versions.all()]
    following = keyset.write(page[PAGE - 1].procedure.code, page[PAGE - 1].pk) if more else ""
    total = counts[only.state] if only.state in counts else counts["all"]
    return Found(rows, total, following, counts)


def _filtered(only: ListFilter) -> QuerySet[Process]:
    found = Process.objects.all()
    if only.text:
        words = " & ".join(f"{word}:*" for word in _WORD.findall(search_key(only.text))[:12])
        match = Q(procedure__code__startswith=procedure_code(only.text))
        found = found.filter(
            match | Q(procedure__words=SearchQuery(words, config="simple", search_type="raw")) if words else match
        )
    if only.sector:
        found = found.filter(procedure__sector__code=only.sector)
    if only.level:
        found = found.filter(procedure__current__levels__contains=[only.level])
    if only.pattern:
        found = found.filter(pk__in=ProcessVersion.objects.filter(pattern=only.pattern).values("process"))
    if only.agency:
        found = found.filter(agency__code=only.agency)
    return found


def _with_draft(found: QuerySet[Process]) -> QuerySet[Process]:
    return found.filter(Exists(ProcessVersion.objects.filter(process=OuterRef("pk"), published_at=None)))


def _never_published(found: QuerySet[Process]) -> QuerySet[Process]:
    return found.exclude(Exists(ProcessVersion.objects.filter(process=OuterRef("pk"), published_at__isnull=False)))


def shown_version(versions: Sequence[ProcessVersion], on: date) -> ProcessVersion:
    """In force on the day, else published for later, else the draft, else the last one; `versions` newest first."""
    published = [version for version in versions if version.published_at and version.valid_from]
    in_force = [
        version
        for version in published
        if version.valid_from and version.valid_from <= on and (version.valid_to is None or version.valid_to > on)
    ]
    later = [version for version in published if version.valid_from and version.valid_from > on]
    return next(iter([*in_force, *later, *versions]))


def _row(process: Process, on: date, faulty: int) -> Row:
    versions = list(process.versions.all())
    version = shown_version(versions, on)
    draft = next((one for one in versions if one.published_at is None), None)
    text = json.dumps(version.definition, sort_keys=True)
    steps, minutes = _size(version.digest, text)
    return Row(process, version, draft, steps, minutes, faulty)


@lru_cache(maxsize=4096)
def _size(digest: str, text: str) -> tuple[int, int | None]:
    """(number of steps, minutes of the longest way, None where there is none yet)."""
    definition = from_json(json.loads(text))
    return len(definition.steps), None if faults(definition) else longest_path(definition).minutes


def _faulty(found: QuerySet[Process], on: date) -> dict[int, int]:
    """Number of faults by process id, of the newest version of each: the draft, or what was published last.

    A published text gets faulty when the limit is cut or a unit is gone. The same text under the same limit is looked at
    once, so that thousands of processes made from a few patterns cost little.
    """
    newest = (
        ProcessVersion.objects.filter(process__in=found.values("pk"))
        .select_related("process__procedure", "process__agency__effective_calendar")
        .order_by("process_id", "-number")
        .distinct("process_id")
        .defer("definition", "layout")
    )
    rows = list(newest)
    limits = _limits([version.process for version in rows], on)
    agencies = {version.process.agency_id: version.process.agency for version in rows}
    weeks = {agency_id: week_at(agency) for agency_id, agency in agencies.items()}
    texts = _texts({version.digest for version in rows})
    definitions = {digest: from_json(json.loads(text)) for digest, text in texts.items()}
    by_code = dict(zip(definitions, map(len, code_faults(definitions.values())), strict=True))
    counted = {}
    for version in rows:
        process, digest = version.process, version.digest
        limit = shortest(
            limits[process.agency_id].get(process.procedure_id, []), case=process.case, channel=process.channel
        )
        number = by_code[digest] + _count(
            digest, texts[digest], allowed_minutes(process, limit, weeks[process.agency_id])
        )
        if number:
            counted[process.pk] = number
    return counted


def _limits(found: Sequence[Process], on: date) -> dict[int | None, Mapping[int, list[Stated]]]:
    """Stated limits by agency: an agency's own processes keep what that agency promises."""
    agencies = {process.agency_id: process.agency for process in found}
    return {
        agency_id: stated_limits(
            {process.procedure_id for process in found if process.agency_id == agency_id}, on=on, agency=agency
        )
        for agency_id, agency in agencies.items()
    }


def _texts(digests: set[str]) -> dict[str, str]:
    found = ProcessVersion.objects.filter(digest__in=digests).order_by("digest").distinct("digest")
    return {digest: json.dumps(text, sort_keys=True) for digest, text in found.values_list("digest", "definition")}


@lru_cache(maxsize=16384)
def _count(digest: str, text: str, minutes: int | None) -> int:
    return len(faults(from_json(json.loads(text)), minutes=minutes))


def patterns_in_use() -> list[str]:
    return list(
        ProcessVersion.objects.exclude(pattern="").order_by("pattern").values_list("pattern", flat=True).distinct()
    )


def words_of_lanes() -> Words:
    """Names and codes of units and agencies; a name that two have is nobody's."""

    def unique(rows: QuerySet[Agency] | QuerySet[Unit]) -> dict[str, str]:
        found: dict[str, str | None] = {}
        for code, name in rows.values_list("code", "name"):
            for word in {fold(code), fold(name)}:
                found[word] = None if word in found else code
        return {word: code for word, code in found.items() if code is not None}

    return Words(unique(Unit.objects.all()), unique(Agency.objects.filter(valid_to=None)))


def procedure_of(code: str) -> Procedure:
    """The procedure with a code. Raises BadInput for an unknown one."""
    found = Procedure.objects.select_related("sector", "current").filter(code=code.strip()).first()
    if found is None:
        raise BadInput(f"Không có thủ tục nào mang mã “{code}”.", procedure=code)
    return found


def versions_of(process: Process) -> list[ProcessVersion]:
    """Newest first, with who wrote and published each, and how many dossiers are under way on it."""
    return list(process.versions.select_related("created_by", "published_by").order_by("-number"))

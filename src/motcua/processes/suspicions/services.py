"""The writers of findings, verdicts and exemptions. A finding never touches the dossier it is about."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta

from django.db import connection, transaction

from motcua.catalog.models import Procedure
from motcua.dossiers.commands import check_text
from motcua.dossiers.permissions import NotAllowed
from motcua.dossiers.writer import NotFound
from motcua.identity.actors import Actor
from motcua.law.errors import BadInput
from motcua.law.moments import VIETNAM, local_day
from motcua.organizations.models import Agency, Officer
from motcua.processes.inspection.permissions import INSPECTION_ROLES, JUDGING_ROLES, inspected, may_judge
from motcua.processes.inspection.rules import rules_of
from motcua.processes.inspection.settings import InForce, in_force
from motcua.processes.models import (
    InspectionSetting,
    SuspicionExemption,
    SuspicionFinding,
    SuspicionSweep,
    SuspicionVerdict,
)
from motcua.processes.suspicions import dossier_signs, officer_signs, reading
from motcua.processes.suspicions.number_signs import Numbered, key_of, same_number
from motcua.processes.suspicions.story import Act, Seen, Story

SUBJECT = InspectionSetting.Subject.SUSPICION
# The daily search begins at this hour; a first one looks this far back, one asked for no farther.
DAILY_FROM = time(5)
LONGEST = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Exempt:
    """An exemption with its agencies resolved (the named one and all below it); None = of any."""

    pattern: str
    agencies: frozenset[int] | None
    procedure_id: int | None
    officer_id: int | None
    first_on: date
    last_on: date

    def covers(self, pattern: str, agency: int, procedure: int | None, officer: int | None, on: date) -> bool:
        return (
            self.pattern in ("", pattern)
            and self.first_on <= on <= self.last_on
            and (self.agencies is None or agency in self.agencies)
            and self.procedure_id in (None, procedure)
            and self.officer_id in (None, officer)
        )


_EXEMPTIONS = """
SELECT x.pattern, (SELECT array_agg(b.id) FROM organizations_agency a JOIN organizations_agency b ON b.path LIKE a.path || '%%'
                   WHERE a.id = x.agency_id),
       x.procedure_id, x.officer_id, x.first_on, x.last_on
FROM processes_suspicionexemption x WHERE x.ended_at IS NULL
"""


def exemptions() -> list[Exempt]:
    with connection.cursor() as cursor:
        cursor.execute(_EXEMPTIONS)
        return [Exempt(row[0], frozenset(row[1]) if row[1] else None, *row[2:]) for row in cursor.fetchall()]


def look(
    stories: Iterable[Story],
    acts_since: datetime,
    signs: Mapping[str, InForce],
    exempted: Sequence[Exempt] = (),
    results: Sequence[Numbered] = (),
) -> Iterable[tuple[str, Seen]]:
    """Every (key of the sign, what it sees) in the stories: pure, so that measures and tests look the same way.

    Clicks of officers count from `acts_since` on; `results` are those whose numbers are compared.
    """
    on = {key: one.values for key, one in signs.items() if one.enabled}
    acts: dict[int, list[Act]] = defaultdict(list)
    for story in stories:
        for key, sign in dossier_signs.SIGNS.items():
            if key in on:
                yield from ((key, seen) for seen in sign(story, on[key]) if not _is_exempt(exempted, key, seen))
        for act in officer_signs.acts_of(story):
            if act.recorded_at >= acts_since:
                acts[act.officer_id].append(act)
    for given in acts.values():
        given.sort(key=lambda act: (act.recorded_at, act.dossier_id, act.seq))
        for key, officer_sign in officer_signs.SIGNS.items():
            if key in on:
                left = [act for act in given if not _act_is_exempt(exempted, key, act)]
                yield from ((key, seen) for seen in officer_sign(left, on[key]))
    if "same_number" in on:
        groups: dict[object, list[Numbered]] = defaultdict(list)
        for result in results:
            groups[key_of(result)].append(result)
        for group in groups.values():
            for seen in same_number(group, on["same_number"]):
                if not _is_exempt(exempted, "same_number", seen):
                    yield "same_number", seen


def _is_exempt(exempted: Sequence[Exempt], key: str, seen: Seen) -> bool:
    day = local_day(seen.occurred_at)
    return any(one.covers(key, seen.agency_id, seen.procedure_id, seen.officer_id, day) for one in exempted)


def _act_is_exempt(exempted: Sequence[Exempt], key: str, act: Act) -> bool:
    day = local_day(act.recorded_at)
    return any(one.covers(key, act.agency_id, act.procedure_id, act.officer_id, day) for one in exempted)


def sweep(
    since: datetime,
    until: datetime,
    *,
    at: datetime,
    agencies: Collection[int] | None = None,
    asked_by: int | None = None,
) -> SuspicionSweep:
    """Look through what was recorded from the local day of `since` to `until`; findings not yet judged are renewed.

    Whole days are looked at again, so that a run of clicks is never cut where an earlier search ended.
    """
    day = datetime.combine(local_day(since), time(), VIETNAM)
    # A night that began the evening before is seen whole.
    first = day - timedelta(hours=6)
    signs = in_force(SUBJECT, local_day(at))
    ids = reading.touched(first, until, agencies)
    results = [
        row for start in range(0, len(ids), 20_000) for row in reading.numbered(ids[start : start + 20_000], until)
    ]
    once = {(row.dossier_id, row.seq): row for row in results}
    seen = look(reading.stories(ids, until), first, signs, exemptions(), list(once.values()))
    with transaction.atomic():
        found = _store(seen, at)
        return SuspicionSweep.objects.create(
            since=day, until=until, done_at=at, dossiers=len(ids), found=found, asked_by_id=asked_by
        )


_STORE = """
INSERT INTO processes_suspicionfinding
  (pattern, subject, mark, agency_id, dossier_id, officer_id, occurred_at, found_at, summary, evidence, verdict, note)
SELECT *, '', '' FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[],
                     %s::timestamptz[], %s::text[], %s::jsonb[])
ON CONFLICT (pattern, subject, mark) DO UPDATE
  SET summary = EXCLUDED.summary, evidence = EXCLUDED.evidence, occurred_at = EXCLUDED.occurred_at
  WHERE processes_suspicionfinding.verdict = ''
RETURNING xmax = 0
"""
_AT_ONCE = 1_000


def _store(seen: Iterable[tuple[str, Seen]], at: datetime) -> int:
    """How many are new. What an inspector has judged stays as he saw it."""
    rows = {(key, one.subject, one.mark): _row(key, one, at) for key, one in seen}
    new = 0
    chosen = [rows[key] for key in sorted(rows)]
    with connection.cursor() as cursor:
        for start in range(0, len(chosen), _AT_ONCE):
            cursor.execute(_STORE, [list(column) for column in zip(*chosen[start : start + _AT_ONCE], strict=True)])
            new += sum(row[0] for row in cursor.fetchall())
    return new


def _row(key: str, seen: Seen, at: datetime) -> tuple[object, ...]:
    evidence = {"facts": [list(fact) for fact in seen.facts], "entries": [asdict(ref) for ref in seen.refs]}
    return (
        key, seen.subject, seen.mark, seen.agency_id, seen.dossier_id, seen.officer_id, seen.occurred_at, at, seen.summary[:500],
        json.dumps(evidence, ensure_ascii=False),
    )  # fmt: skip


def sweep_daily(at: datetime) -> int:
    """Once a day, after five in the morning: everything recorded since the last daily search. Returns new findings."""
    local = at.astimezone(VIETNAM)
    today = datetime.combine(local.date(), DAILY_FROM, VIETNAM)
    if local < today:
        return 0
    last = SuspicionSweep.objects.filter(asked_by=None).order_by("-until").values_list("until", flat=True).first()
    if last is not None and last >= today:
        return 0
    since = max(last, at - LONGEST) if last is not None else at - LONGEST
    return sweep(since, at, at=at).found


def sweep_now(first_on: date, last_on: date, *, actor: Actor, at: datetime) -> SuspicionSweep:
    """The search asked for by one who inspects, over the days given, in his own agencies. Raises NotAllowed, BadInput."""
    agencies = inspected(actor, INSPECTION_ROLES)
    if not agencies:
        raise NotAllowed("Vai trò của ông/bà không được rà soát dấu hiệu.")
    if last_on < first_on:
        raise BadInput(f"Đến ngày {last_on:%d/%m/%Y} ở trước từ ngày {first_on:%d/%m/%Y}.", field="last_on")
    if last_on - first_on > LONGEST:
        raise BadInput(f"Mỗi lần rà soát nhiều nhất {LONGEST.days} ngày.", field="first_on")
    if first_on > local_day(at):
        raise BadInput(f"Từ ngày {first_on:%d/%m/%Y} chưa đến.", field="first_on")
    since = datetime.combine(first_on, time(), VIETNAM)
    until = min(datetime.combine(last_on + timedelta(days=1), time(), VIETNAM), at)
    return sweep(since, until, at=at, agencies=agencies, asked_by=actor.id)


@transaction.atomic
def judge(finding_id: int, *, verdict: str, note: str, actor: Actor, at: datetime) -> SuspicionFinding:
    """The inspector's verdict; a later one replaces it, and both stay on record. Raises NotFound, NotAllowed, BadInput."""
    finding = SuspicionFinding.objects.select_for_update().filter(pk=finding_id).first()
    if finding is None or finding.agency_id not in inspected(actor):
        raise NotFound("Không tìm thấy dấu hiệu này.")
    if not may_judge(actor, finding.agency_id):
        raise NotAllowed("Chỉ vai trò thanh tra, kiểm tra được kết luận.")
    if verdict not in SuspicionFinding.Verdict.values or not verdict:
        raise BadInput("Kết luận: chưa chọn.", field="verdict")
    if verdict != SuspicionFinding.Verdict.FALSE_ALARM and not note.strip():
        raise BadInput("Ghi chú: chưa nhập. Cần ghi đã xem gì, hỏi ai, vì sao kết luận như vậy.", field="note")
    check_text(note, "Ghi chú", 1000)
    SuspicionVerdict.objects.create(
        finding=finding, verdict=verdict, note=note.strip(), judged_by_id=actor.id, judged_at=at
    )
    finding.verdict, finding.note, finding.judged_by_id, finding.judged_at = verdict, note.strip(), actor.id, at
    finding.save(update_fields=["verdict", "note", "judged_by", "judged_at"])
    return finding


def exempt(
    *,
    pattern: str,
    agency: Agency | None,
    procedure: Procedure | None,
    officer: Officer | None,
    first_on: date,
    last_on: date,
    reason: str,
    actor: Actor,
    at: datetime,
) -> SuspicionExemption:
    """What a sign does not look at, between two days. Raises NotAllowed, BadInput."""
    scope = inspected(actor, JUDGING_ROLES)
    if not scope:
        raise NotAllowed("Chỉ vai trò thanh tra, kiểm tra được đặt trường hợp không xét.")
    if pattern and pattern not in rules_of(SUBJECT):
        raise BadInput(f"Không có dấu hiệu nào mang mã “{pattern}”.", field="pattern")
    if agency is None and officer is None:
        raise BadInput("Cần chọn ít nhất cơ quan hoặc cán bộ được miễn xét.", field="agency")
    named = {one.agency_id if isinstance(one, Officer) else one.pk for one in (agency, officer) if one is not None}
    if not named <= scope:
        raise BadInput("Cơ quan hoặc cán bộ này ở ngoài phạm vi của ông/bà.", field="agency")
    if last_on < first_on:
        raise BadInput(f"Đến ngày {last_on:%d/%m/%Y} ở trước từ ngày {first_on:%d/%m/%Y}.", field="last_on")
    if not reason.strip():
        raise BadInput("Lý do không xét: chưa nhập. Cần ghi căn cứ, ví dụ số quyết định làm thêm giờ.", field="reason")
    check_text(reason, "Lý do không xét", 500)
    return SuspicionExemption.objects.create(
        pattern=pattern, agency=agency, procedure=procedure, officer=officer, first_on=first_on, last_on=last_on,
        reason=reason.strip(), given_by_id=actor.id, given_at=at,
    )  # fmt: skip


def end_exemption(exemption_id: int, *, actor: Actor, at: datetime) -> None:
    """The exemption no longer holds for searches from now on. Raises NotFound."""
    row = SuspicionExemption.objects.select_related("officer").filter(pk=exemption_id, ended_at=None).first()
    agency = row and (row.agency_id or (row.officer.agency_id if row.officer else 0))
    if row is None or agency not in inspected(actor, JUDGING_ROLES):
        raise NotFound("Không tìm thấy trường hợp không xét này.")
    SuspicionExemption.objects.filter(pk=row.pk, ended_at=None).update(ended_by_id=actor.id, ended_at=at)

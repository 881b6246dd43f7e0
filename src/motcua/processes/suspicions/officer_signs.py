"""The signs of one officer's clicks: pure functions over what was ended, in the order of recording."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from motcua.identity.actors import ActorKind
from motcua.law.moments import local_day
from motcua.organizations.models import Role
from motcua.processes.suspicions.dossier_signs import FINISHING
from motcua.processes.suspicions.story import Act, Ref, Seen, Story, is_odd
from motcua.processes.suspicions.words import at_words, entry_words, exact_words, span_words, worked_words

Numbers = Mapping[str, int]
OfficerSign = Callable[[Sequence[Act], Numbers], Iterator[Seen]]
_KEPT = 50  # entries named in a finding; the number of all is told
# A night belongs to the day on which it began.
_NIGHT_ENDS = timedelta(hours=6)


def acts_of(story: Story) -> Iterator[Act]:
    """What officers ended in the story, with how long each thing had been lying there."""
    opened = {}
    roles = {}
    before = story.entries[0]
    for entry in story.entries:
        for item in entry.data.get("opened", ()):
            opened[item["token"]], roles[item["token"]] = entry.recorded_at, item["role"]
        if entry.kind in FINISHING and entry.giver == ActorKind.OFFICER.value:
            token = entry.data.get("token")
            yield Act(
                entry.officer_id, story.agency_id, story.procedure_id, story.dossier_id, story.code, entry.seq, entry.kind,
                roles.get(token, ""), entry.recorded_at, story.worked(opened.get(token, before.recorded_at), entry.recorded_at),
                story.same_day, story.calendar,
            )  # fmt: skip
        before = entry


def bulk_ticks(acts: Sequence[Act], numbers: Numbers) -> Iterator[Seen]:
    waited = [act for act in acts if not act.same_day and act.waited >= numbers["waited_hours"] * 60]
    for signing, least in ((False, numbers["count"]), (True, numbers["signer_count"])):
        chosen = [act for act in waited if (act.role == Role.SIGNER) is signing]
        best: dict[date, list[Act]] = {}
        for run in _windows(chosen, numbers["minutes"] * 60):
            day = local_day(run[0].recorded_at)
            if len(run) >= least and len(run) > len(best.get(day, ())):
                best[day] = run
        for day, run in best.items():
            took = (run[-1].recorded_at - run[0].recorded_at).total_seconds()
            lying = sorted(act.waited for act in run)[len(run) // 2]
            yield _seen(
                run,
                f"{day.isoformat()}{':ky' if signing else ''}",
                f"{len(run)} việc đã nằm chờ được ghi xong trong {span_words(took)}, từ {at_words(run[0].recorded_at)}.",
                [
                    ("Số việc", str(len(run))),
                    ("Trong", span_words(took)),
                    ("Trung bình mỗi việc", span_words(took / max(1, len(run) - 1))),
                    ("Một nửa số việc đã nằm chờ hơn", worked_words(lying)),
                ],
            )


def _windows(acts: Sequence[Act], seconds: int) -> Iterator[list[Act]]:
    """For each act the run of acts within `seconds` that it begins."""
    end = 0
    for start, act in enumerate(acts):
        end = max(end, start)
        while end < len(acts) and (acts[end].recorded_at - act.recorded_at).total_seconds() <= seconds:
            end += 1
        yield list(acts[start:end])


def odd_hours(acts: Sequence[Act], numbers: Numbers) -> Iterator[Seen]:
    nights: dict[date, list[Act]] = defaultdict(list)
    for act in acts:
        if is_odd(act.recorded_at, act.calendar, numbers["margin_minutes"]):
            nights[local_day(act.recorded_at - _NIGHT_ENDS)].append(act)
    for night, run in nights.items():
        if len(run) >= numbers["count"]:
            yield _seen(
                run,
                night.isoformat(),
                f"{len(run)} việc được ghi xong ngoài giờ làm việc, từ {at_words(run[0].recorded_at)}"
                f" đến {at_words(run[-1].recorded_at)}.",
                [
                    ("Số việc", str(len(run))),
                    ("Từ", at_words(run[0].recorded_at)),
                    ("Đến", at_words(run[-1].recorded_at)),
                ],
            )


def _seen(run: Sequence[Act], mark: str, summary: str, facts: list[tuple[str, str]]) -> Seen:
    first = run[0]
    refs = tuple(
        Ref(act.dossier_id, act.code, act.seq, f"{entry_words(act.kind)} lúc {exact_words(act.recorded_at)}")
        for act in run[:_KEPT]
    )
    return Seen(
        f"officer:{first.officer_id}", mark, first.agency_id, first.recorded_at, summary, tuple(facts), refs,
        officer_id=first.officer_id,
    )  # fmt: skip


SIGNS: dict[str, OfficerSign] = {"bulk_ticks": bulk_ticks, "odd_hours": odd_hours}

"""A log as XES (IEEE 1849-2016) with its standard extensions concept, time, lifecycle and organizational.

A step that stood open is told by its standard life: `schedule` when it opened, `start` when somebody took it up, `complete`
when it was done. Officers are pseudonyms, numbered as they appear; what a dossier says of its people is not in a log at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from xml.sax.saxutils import quoteattr

from motcua.law.moments import VIETNAM
from motcua.statistics.mining.log import Event, Log, Trace, told_apart

ORIGIN = "motcua"
EXTENSIONS = (
    ("Concept", "concept", "http://www.xes-standard.org/concept.xesext"),
    ("Time", "time", "http://www.xes-standard.org/time.xesext"),
    ("Lifecycle", "lifecycle", "http://www.xes-standard.org/lifecycle.xesext"),
    ("Organizational", "org", "http://www.xes-standard.org/org.xesext"),
)
# What no XML document may hold.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UNTOLD = datetime(1970, 1, 1, tzinfo=VIETNAM)


def xes_lines(log: Log) -> Iterator[str]:
    """The document, some lines at a time: a log may be larger than memory is free."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield '<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">\n'
    for name, prefix, uri in EXTENSIONS:
        yield f'  <extension name="{name}" prefix="{prefix}" uri="{uri}"/>\n'
    yield f'  <global scope="trace">{_string("concept:name", "")}</global>\n'
    yield (
        f'  <global scope="event">{_string("concept:name", "")}{_date("time:timestamp", _UNTOLD)}'
        f"{_string('lifecycle:transition', 'complete')}</global>\n"
    )
    yield '  <classifier name="Activity" scope="event" keys="concept:name"/>\n'
    yield '  <classifier name="Transition" scope="event" keys="concept:name lifecycle:transition"/>\n'
    yield f"  {_string('concept:name', log.title)}{_string('lifecycle:model', 'standard')}{_string('origin', ORIGIN)}\n"
    names = told_apart(log.labels, dict.fromkeys(event.activity for trace in log.traces for event in trace.events))
    officers: dict[str, str] = {}
    for trace in log.traces:
        yield "".join(_trace(log, trace, names, officers))
    yield "</log>\n"


def _trace(log: Log, trace: Trace, names: dict[str, str], officers: dict[str, str]) -> Iterator[str]:
    yield f"  <trace>{_string('concept:name', trace.case)}{_string('agency', trace.agency)}"
    yield f'{_string("stage", trace.stage.value)}<boolean key="open" value="{str(trace.open).lower()}"/>\n'
    told: list[tuple[datetime, int, int, str]] = []
    for place, event in enumerate(trace.events):
        for order, (transition, at) in enumerate(_life(event)):
            told.append((at, place, order, _event(log, event, place, transition, at, names, officers)))
    for *_, text in sorted(told):
        yield text
    yield "  </trace>\n"


def _life(event: Event) -> Iterator[tuple[str, datetime]]:
    if event.begun is not None:
        yield "schedule", event.begun
    if event.taken is not None:
        yield "start", event.taken
    yield "complete", event.at


def _event(
    log: Log, event: Event, place: int, transition: str, at: datetime, names: dict[str, str], officers: dict[str, str]
) -> str:
    parts = [
        _string("concept:name", names[event.activity]),
        # Tells apart the times that a step was done in one dossier.
        _string("concept:instance", str(place)),
        _date("time:timestamp", at),
        _string("lifecycle:transition", transition),
    ]
    if event.who and transition == "complete":
        parts.append(_string("org:resource", officers.setdefault(event.who, f"CB-{len(officers) + 1:04d}")))
    if event.role:
        parts.append(_string("org:role", event.role))
    if event.office:
        parts.append(_string("org:group", log.office(event.office)))
    parts.append(_string("activity", event.activity))
    own = {"step": event.node, "agency": event.agency, "office": event.office}
    if transition == "complete":
        own["outcome"] = event.outcome
    parts += [_string(key, value) for key, value in own.items() if value]
    if event.minutes:
        parts.append(f'<int key="allotted_minutes" value="{event.minutes}"/>')
    if event.undone:
        parts.append('<boolean key="undone" value="true"/>')
    return f"    <event>{''.join(parts)}</event>\n"


@lru_cache(maxsize=20_000)
def _string(key: str, value: str) -> str:
    return f'<string key="{key}" value={quoteattr(_FORBIDDEN.sub("�", value))}/>'


def _date(key: str, moment: datetime) -> str:
    return f'<date key="{key}" value="{moment.astimezone(VIETNAM).isoformat(timespec="milliseconds")}"/>'

"""`bench worklists`: the inboxes of an officer and of a head with 1,000,000 open dossiers on 2,000 processes.

The method of `bench pages`: four closed-loop clients with 200 ms think time against `motcua serve`, 2,000 requests a page.
Fifty agencies with twenty case officers each; every agency has its own process for each of forty procedures.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from bench._own import own_database
from bench.pages import FACTOR, SMALL, _say, _sign_in, load, serving

AGENCIES, WORKERS, LIMIT_MS = 50, 20, 100
PAGES = {
    "mine": ("officer", "/can-bo/viec/cua-toi/"),
    "to_take": ("officer", "/can-bo/viec/cho-nhan/"),
    "unit": ("head", "/can-bo/viec/cua-phong/"),
    "open": ("head", "/can-bo/danh-sach/dang-giai-quyet/"),
}


def run() -> dict[str, Any]:
    """Top-level `ratio` is the limit of 100 ms / the slowest p99."""
    with own_database():
        return _measure()


def _measure() -> dict[str, Any]:
    from bench._town import multiply
    from django.db import connection

    cookies = fill_open()
    multiply(SMALL, FACTOR, _say, keep_open=True)
    counts = _counts()
    connection.close()
    with serving() as served:
        measured = {page: load(served, cookies[who], lambda path=path: path) for page, (who, path) in PAGES.items()}
    slowest = max(page["p99_ms"] for page in measured.values())
    return {"name": "worklists", **counts, "pages": measured, "limit_ms": LIMIT_MS, "ratio": LIMIT_MS / slowest}


def _counts() -> dict[str, int]:
    from motcua.processes.models import ProcessVersion, WorkItem

    return {"open_items": WorkItem.objects.filter(closed_at=None).count(), "processes": ProcessVersion.objects.count()}


def fill_open() -> dict[str, str]:
    """SMALL open dossiers on their processes; session cookies of a case officer and of a head."""
    import random
    from datetime import date, timedelta

    from bench import _town
    from bench._town import NOW, build_town

    from motcua.dossiers import commands as c
    from motcua.dossiers.bulk import write_lives
    from motcua.dossiers.course import Given, Life
    from motcua.dossiers.intake import Intake
    from motcua.identity.actors import Actor, ActorKind
    from motcua.law.worktime import national_calendar
    from motcua.organizations.models import Officer, Role
    from motcua.organizations.queries import actor_of
    from motcua.organizations.services import appoint
    from motcua.processes.course import ProcessCourse
    from motcua.processes.definition import to_json
    from motcua.processes.models import Process, ProcessVersion
    from motcua.processes.patterns import instantiate, pattern_of, patterns
    from motcua.processes.placing import Places

    town = build_town(AGENCIES)
    since, draw = date(2025, 7, 1), random.Random(5)
    workers, heads = [], []
    for number, agency in enumerate(town.agencies):
        staff = [(f"viec{number}.{n}", Role.CASE_OFFICER) for n in range(WORKERS)] + [
            (f"phong{number}", Role.UNIT_HEAD)
        ]
        made = [
            appoint(
                username=name,
                password=None,
                full_name=name,
                title="",
                agency=agency,
                roles={role: agency},
                valid_from=since,
            )
            for name, role in staff
        ]
        workers.append([actor_of(officer, NOW.date()) for officer in made[:-1]])
        heads.append(made[-1])
    codes = [code for code in patterns() if pattern_of(code).drawn.steps[0].role == "case_officer"]
    definitions = [instantiate(pattern_of(code), max(pattern_of(code).least_minutes, 4_800)) for code in codes]
    processes = Process.objects.bulk_create(
        Process(procedure=procedure, agency=agency) for agency in town.agencies for procedure in town.procedures
    )
    versions = {
        (version.process.agency_id, version.process.procedure_id): (version, definition)
        for version, definition in (
            (
                ProcessVersion(
                    process=process, number=1, definition=to_json(definition), digest=definition.digest, created_at=NOW,
                    published_at=NOW, valid_from=since,
                ),
                definition,
            )
            for process, definition in ((p, definitions[n % len(definitions)]) for n, p in enumerate(processes))
        )
    }  # fmt: skip
    ProcessVersion.objects.bulk_create(version for version, _ in versions.values())
    calendar = national_calendar()

    def lives() -> Iterator[Life]:
        for number in range(SMALL):
            place = draw.randrange(AGENCIES)
            agency, procedure = town.agencies[place], draw.choice(town.procedures)
            at = NOW - timedelta(days=draw.randrange(1, 40), minutes=draw.randrange(400))
            intake = Intake(
                key=uuid.UUID(int=draw.getrandbits(128)), procedure_id=procedure.pk, agency_id=agency.pk,
                receiving_desk_id=town.desks[place].pk, return_desk_id=town.desks[place].pk, channel="online",
                return_method="desk",
                submitter=c.PartyData(
                    f"{draw.choice(_town._FAMILY)} {draw.choice(_town._MIDDLE)} {draw.choice(_town._GIVEN)}",
                    f"056{draw.randrange(10**9):09d}", draw.randrange(1950, 2005), f"09{draw.randrange(10**8):08d}",
                ),
                papers=(c.PaperData("Tờ khai", 1), c.PaperData("Giấy tờ kèm theo", 0, 1)),
            )  # fmt: skip
            version, definition = versions[agency.pk, procedure.pk]
            # One in ten waits to be taken.
            holder = None if number % 10 == 0 else draw.choice(workers[place]).id
            course = ProcessCourse(
                definition, version.pk, facts={"channel": "online"},
                places=Places(0, agency.pk, agency.pk, {}, {}, lambda _: calendar),
                choose=lambda node, agency_id, unit_id, holder=holder: holder,
            )  # fmt: skip
            counter, accepted = town.counters[place], at + timedelta(hours=2)
            applicant = Actor(kind=ActorKind.APPLICANT, dossiers=frozenset())
            yield Life(
                intake,
                (
                    Given(c.Submit(), applicant, at),
                    Given(c.Accept(), counter, accepted),
                    Given(course.start(at=accepted, seq=2), counter, accepted),
                ),
            )

    write_lives(lives(), told=True)
    _say(f"{SMALL} open dossiers")
    worker = Officer.objects.get(pk=workers[0][0].id)
    return {"officer": _sign_in(worker), "head": _sign_in(heads[0])}

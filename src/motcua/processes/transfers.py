"""Hand-over of a dossier between agencies: a row when it goes, with the list of its papers, and the signature there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from motcua.dossiers import writer
from motcua.dossiers.commands import Work
from motcua.dossiers.decide import GuardFailed
from motcua.dossiers.permissions import READING_ROLES, NotAllowed, sees
from motcua.dossiers.ports import EntryEvent
from motcua.dossiers.services import Moved, moved, subject_of
from motcua.identity.actors import Actor
from motcua.law.lifecycle import ProcessEvent
from motcua.organizations.models import Role
from motcua.platform.database import prepared_cursor
from motcua.platform.jobs import Job
from motcua.processes.models import AgencyTransfer, WorkItem

SIGNERS = frozenset({Role.COUNTER_OFFICER, Role.DESK_HEAD, Role.CASE_OFFICER, Role.UNIT_HEAD})

_SEND = """
INSERT INTO processes_agencytransfer (dossier_id, token, from_agency_id, to_agency_id, body, papers, sent_at, way, missing)
SELECT d.id, w.token, coalesce(w.from_agency, d.agency_id), w.to_agency, '',
       coalesce((SELECT jsonb_agg(jsonb_build_object('name', p.name, 'originals', p.originals, 'copies', p.copies, 'file', p.file)
                                  ORDER BY p.round, p.position) FROM dossiers_paper p WHERE p.dossier_id = d.id), '[]'),
       w.sent_at, '', '[]'
FROM unnest(%s::bigint[], %s::int[], %s::bigint[], %s::bigint[], %s::timestamptz[])
     AS w (dossier_id, token, from_agency, to_agency, sent_at)
JOIN dossiers_dossier d ON d.id = w.dossier_id
ON CONFLICT (dossier_id, token) DO NOTHING
"""


def _send(rows: Sequence[tuple[int, int, int | None, int, datetime]]) -> None:
    if rows:
        with prepared_cursor() as cursor:
            cursor.execute(_SEND, [list(column) for column in zip(*rows, strict=True)])


def send_steps(events: list[EntryEvent]) -> list[Job]:
    """A subscriber: a step that opened at another agency than the competent one is a hand-over to it."""
    _send(
        [
            (event.dossier_id, opened["token"], None, opened["agency"], event.occurred_at)
            for event in events
            if event.kind.startswith("process.")
            for opened in event.data.get("opened", ())
            if opened["token"] in event.data.get("crossed", ())
        ]
    )
    return []


def send_whole(dossier_id: int, *, from_agency_id: int, to_agency_id: int, at: datetime) -> None:
    """A part of a joined hand-in goes to its agency, in the caller's transaction."""
    _send([(dossier_id, 0, from_agency_id, to_agency_id, at)])


def acknowledge(
    dossier_id: int, token: int, *, missing: Sequence[str] = (), note: str = "", actor: Actor, at: datetime
) -> Moved:
    """The receiving agency signs for the dossier and its papers; `missing` names those of the list that did not come.

    Raises NotFound, NotAllowed for another agency's officer, GuardFailed for one that was signed for already.
    """
    with transaction.atomic():
        loaded = writer.load(dossier_id)
        if not sees(actor, subject_of(loaded)):
            raise writer.NotFound("Không tìm thấy hồ sơ.")
        transfer = AgencyTransfer.objects.filter(dossier_id=dossier_id, token=token).first()
        if transfer is None or transfer.to_agency_id is None:
            raise GuardFailed("Không có hồ sơ nào đang chuyển đến để ký nhận.")
        if not actor.has_role(SIGNERS, transfer.to_agency_id):
            raise NotAllowed("Chỉ cán bộ của cơ quan nhận mới ký nhận được hồ sơ chuyển đến.")
        if transfer.acknowledged_at is not None:
            raise GuardFailed("Hồ sơ chuyển đến này đã được ký nhận.")
        strange = sorted(set(missing) - {paper["name"] for paper in transfer.papers})
        if strange:
            raise GuardFailed(f"Giấy tờ “{strange[0][:100]}” không có trong danh sách bàn giao.", field="missing")
        move = writer.Move(loaded, actor=actor, recorded_at=at)
        move.give(
            note_only(
                loaded, ProcessEvent.ACKNOWLEDGED,
                {"token": token, "papers": len(transfer.papers) - len(set(missing)), "missing": sorted(set(missing))}, note,
            ),
            at,
        )  # fmt: skip
        AgencyTransfer.objects.filter(pk=transfer.pk).update(
            acknowledged_at=at,
            acknowledged_by_id=actor.id,
            way=AgencyTransfer.Way.OFFICER,
            missing=sorted(set(missing)),
        )
        move.finish()
    return moved(move)


def note_only(loaded: writer.Loaded, event: ProcessEvent, detail: dict[str, object], note: str = "") -> Work:
    """An event of the process that moves nothing."""
    snapshot = loaded.snapshot
    return Work(event, detail, snapshot.step, snapshot.unit_id, snapshot.officer_id, note)


def waiting_transfers(actor: Actor) -> QuerySet[AgencyTransfer]:
    """What other agencies have sent to the actor's and nobody has signed for, oldest first.

    A step that was worked on has been received, signature or not.
    """
    agencies = frozenset().union(*(grant.agencies for grant in actor.grants if grant.role in READING_ROLES))
    worked_on = WorkItem.objects.filter(
        dossier_id=OuterRef("dossier_id"), token=OuterRef("token"), closed_at__isnull=False
    )
    return (
        AgencyTransfer.objects.filter(to_agency_id__in=agencies, acknowledged_at__isnull=True)
        .filter(Q(token=0) | ~Exists(worked_on))
        .select_related("dossier__procedure", "from_agency", "to_agency")
        .order_by("sent_at", "id")
    )

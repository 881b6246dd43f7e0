"""Joined procedures in the demonstration: every commune's desk takes them, and police and insurance answer from outside."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from motcua.catalog.models import DeskProcedure, Procedure
from motcua.demo.outside import OutsideAgency, running
from motcua.exchange.services import connect
from motcua.law.moments import local_day
from motcua.organizations.models import Agency
from motcua.organizations.services import create_agency
from motcua.platform.clock import now

_NOWHERE = "http://127.0.0.1:9"
_POLICE, _INSURANCE = "901", "902"
# Which agency of the province does a part; the others are the commune's own.
_OUTSIDE = {"1.004222": _POLICE, "1.003197": _POLICE, "1.001939": _INSURANCE}
_OWN = ("2.000986", "2.002622", "1.001731")
# How long the simulated agencies work on a dossier, so that one who watches sees it answered.
_WORKS = timedelta(seconds=30)


@contextlib.contextmanager
def outside_agencies() -> Iterator[str | None]:
    """Police and insurance answer at the address given while this block runs; None where there is no commune to serve."""
    with running(OutsideAgency(clock=now, after=_WORKS, with_file=True)) as address:
        agencies = open_joined(now())
        for agency in agencies:
            connect(agency.pk, address)
        yield address if agencies else None


def open_joined(at: datetime) -> list[Agency]:
    """The outside agencies, and what every commune's desk takes for them and for itself; doing it again changes nothing."""
    births = DeskProcedure.objects.filter(procedure__code="1.001193", desk__agency=F("agency"))
    places = list(births.select_related("desk", "agency").order_by("desk_id"))
    known = {procedure.code: procedure for procedure in Procedure.objects.filter(code__in=[*_OUTSIDE, *_OWN])}
    root = Agency.objects.filter(parent=None, level=Agency.Level.PROVINCE).order_by("id").first()
    if root is None or not places or len(known) < len(_OUTSIDE) + len(_OWN):
        return []
    with transaction.atomic():
        agencies = {
            part: _agency(f"{root.code}.{part}", name, root, at)
            for part, name in ((_POLICE, "Công an tỉnh"), (_INSURANCE, "Bảo hiểm xã hội tỉnh"))
        }
        DeskProcedure.objects.bulk_create(
            [
                DeskProcedure(
                    desk=place.desk, procedure=procedure, agency=agencies.get(_OUTSIDE.get(code, ""), place.agency)
                )
                for place in places
                for code, procedure in sorted(known.items())
            ],
            ignore_conflicts=True,
        )
        for agency in agencies.values():
            # Where it answers is known when the demonstration runs.
            connect(agency.pk, _NOWHERE)
    return list(agencies.values())


def _agency(code: str, name: str, root: Agency, at: datetime) -> Agency:
    found = Agency.objects.filter(code=code).first()
    return found or create_agency(code=code, name=name, level="vertical", valid_from=local_day(at), parent=root)

"""The last full month of one department, closed as the reporting room does it, and a result of it corrected since.

So the pages of closed reports show a report with its steps, and what it would say now differs by one dossier.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from motcua.demo import words
from motcua.demo.places import PROVINCE_CODE
from motcua.demo.stories import serial
from motcua.demo.world import Office, World
from motcua.dossiers.commands import Rectify, Resolve, ResultData
from motcua.dossiers.models import Dossier, LedgerEntry, Result
from motcua.dossiers.services import give_command
from motcua.law.clock import add_working_minutes
from motcua.law.lifecycle import State
from motcua.law.moments import local_day
from motcua.law.windows import Window
from motcua.notifications.models import Notice
from motcua.notifications.services import deliver_notices
from motcua.notifications.tasks import providers
from motcua.organizations.models import Officer
from motcua.organizations.queries import actor_of
from motcua.reporting import services
from motcua.reporting.models import Filing
from motcua.statistics.periods import Regime, months_window, reporting_month_key, window_before
from motcua.statistics.services import catch_up

# Working minutes after the end of the month: prepared and sent on the first morning, signed in the afternoon, taken and, later
# that day, found wrong on the second.
_PREPARED, _SENT, _SIGNED, _TAKEN, _CORRECTED = 70, 95, 330, 560, 800


def close_month(world: World, *, first: datetime, now: datetime) -> Filing | None:
    """None where no month that is told of, from `first` on, has ended long enough ago. Reads the ledger into the figures."""
    office, window = _office(world), _last_month(world, now)
    if window.end <= first:
        return None
    moment = {minutes: _after(window, minutes, office) for minutes in (_PREPARED, _SENT, _SIGNED, _TAKEN, _CORRECTED)}
    if moment[_CORRECTED] <= now:
        _correct(office, window, moment[_CORRECTED])
    catch_up()
    filing = services.prepare(
        office.code, f"{window.last:%Y-%m}", regime=Regime.REPORTING, actor=office.head, at=moment[_PREPARED]
    )
    sha256 = filing.copies.get().sha256
    services.submit(filing.pk, sha256, actor=office.head, at=moment[_SENT])
    services.sign(filing.pk, sha256, actor=office.signer, at=moment[_SIGNED])
    superior = actor_of(Officer.objects.get(user__username="cchc"), local_day(moment[_TAKEN]))
    return services.accept(filing.pk, sha256, actor=superior, at=moment[_TAKEN])


def _office(world: World) -> Office:
    """The first of those to which the province is the one above."""
    return next(office for office in world.offices if office.code.startswith(PROVINCE_CODE))


def _after(window: Window, minutes: int, office: Office) -> datetime:
    return add_working_minutes(window.end, minutes, office.calendar)


def _last_month(world: World, now: datetime) -> Window:
    """The last one whose report can have been taken by now."""
    year, month = divmod(reporting_month_key(local_day(now)), 100)
    window = months_window(year, month, 1, Regime.REPORTING)
    while _after(window, _TAKEN, _office(world)) > now:
        window = window_before(window, Regime.REPORTING)
    return window


def _correct(office: Office, window: Window, at: datetime) -> None:
    """A result that was recorded in the month is another dossier's: its head takes the record back, the right one follows."""
    waiting = Dossier.objects.filter(
        agency=office.id, state=State.RESOLVED, resolved_at__gte=window.start, resolved_at__lt=window.end
    )
    touched = LedgerEntry.objects.filter(dossier__in=waiting, recorded_at__gt=at).values("dossier")
    # Of the longest time left, so that it is not late by this.
    found = waiting.exclude(pk__in=touched).filter(due_at__isnull=False).order_by("-due_at").first()
    if found is None:
        return
    wrong = Result.objects.get(dossier=found, voided_at=None)
    give_command(
        found.pk, Rectify(words.WRONG_RESULT, office.signer.id, to_state=State.IN_PROCESS), actor=office.head, at=at
    )
    at += timedelta(minutes=9)
    right = ResultData(
        wrong.kind, f"{serial(at)}/{wrong.number.partition('/')[2]}", local_day(at), wrong.signer, wrong.file,
        not wrong.electronic,
    )  # fmt: skip
    give_command(found.pk, Resolve(right), actor=office.head, at=at)
    waiting_notices = Notice.objects.filter(dossier=found, state=Notice.State.WAITING)
    for entry_id in set(waiting_notices.values_list("entry_id", flat=True)):
        deliver_notices(entry_id, providers=providers(), at=at)

"""What figures are counted from: rows folded from the ledger alone, and made again from it at any time.

Codes stand here instead of ids, so that the same rows go to files and to a nation of provinces. Moments are compared as
they are; whatever needs a calendar, a zone or a rule was computed when the row was made (`statistics.facts`).
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import models
from django.db.models.functions import Coalesce

# `known_to` of what is known now, `paused_to` of a pause that runs.
FAR = datetime(9999, 12, 31, tzinfo=UTC)
# `hour` of what is kept for the day as a whole.
WHOLE_DAY = -1


class FactDossier(models.Model):
    """A dossier as it was known from one moment to the next: what `as_of` T knew is `known_from` <= T < `known_to`.

    `seq`, `xid` and `entry_id` name the ledger entry that made this knowledge. `counted` holds for what was accepted and
    did not end before that; `finished_at` is set for such only. Unknown is null, which is neither no nor zero.
    """

    pk = models.CompositePrimaryKey("dossier_id", "seq")
    dossier_id = models.BigIntegerField()
    seq = models.PositiveIntegerField()
    xid = models.BigIntegerField()
    entry_id = models.BigIntegerField()
    known_from = models.DateTimeField()
    known_to = models.DateTimeField()

    province = models.CharField(max_length=35)
    code = models.CharField(max_length=100)
    imported = models.BooleanField()
    agency = models.CharField(max_length=35)
    procedure = models.CharField(max_length=40)
    receiving_desk = models.CharField(max_length=40)
    return_desk = models.CharField(max_length=40)
    unit = models.CharField(max_length=40)
    officer_id = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=10)
    online = models.BooleanField(null=True)
    assisted = models.BooleanField(null=True)
    service_level = models.CharField(max_length=12)
    applicant_kind = models.CharField(max_length=12)
    return_method = models.CharField(max_length=10)

    state = models.CharField(max_length=20)
    outcome = models.CharField(max_length=10)
    counted = models.BooleanField()

    submitted_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    clock_started_at = models.DateTimeField(null=True)
    original_due_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    promised_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    result_at_desk_at = models.DateTimeField(null=True)
    result_sent_at = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    submitted_on = models.DateField(null=True)
    accepted_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    finished_on = models.DateField(null=True)
    accepted_month = models.IntegerField(null=True)
    accepted_period = models.IntegerField(null=True)
    finished_month = models.IntegerField(null=True)
    finished_period = models.IntegerField(null=True)
    verdict_date = models.CharField(max_length=8)
    verdict_instant = models.CharField(max_length=8)
    elapsed_seconds = models.BigIntegerField(null=True)

    answer_breaches = models.SmallIntegerField(null=True)
    completion_rounds = models.SmallIntegerField(null=True)
    supplement_rounds = models.SmallIntegerField(null=True)
    paused_seconds = models.BigIntegerField(null=True)
    fee_vnd = models.BigIntegerField(null=True)
    obligation_vnd = models.BigIntegerField(null=True)
    paid_vnd = models.BigIntegerField(null=True)
    payment_channel = models.CharField(max_length=10)

    received_by_post = models.BooleanField(null=True)
    returned_by_post = models.BooleanField(null=True)
    digitised_input = models.BooleanField(null=True)
    digitised_result = models.BooleanField(null=True)
    electronic_result = models.BooleanField(null=True)
    result_paper_due = models.BooleanField(null=True)
    reused_paper = models.BooleanField(null=True)
    from_personal_store = models.BooleanField(null=True)
    population_db_used = models.BooleanField(null=True)
    vneid_authenticated = models.BooleanField(null=True)
    portal_synced = models.BooleanField(null=True)

    apology_at = models.DateTimeField(null=True)
    apology_timing = models.CharField(max_length=10)
    lateness_cause = models.CharField(max_length=8)
    lateness_agency = models.CharField(max_length=35)
    parts = models.SmallIntegerField()
    rating = models.SmallIntegerField(null=True)

    class Meta:
        indexes = [
            # For what lies behind a number of one agency; figures of many are read from the whole table.
            models.Index(fields=["agency", "accepted_at"], name="fact_of_agency"),
            # What is open now or was at the end of a period not long ago, for boards: read from the index alone.
            models.Index(
                Coalesce("finished_at", models.Value(FAR)),
                include=["counted", "finished_at", "accepted_at", "due_at", "agency", "province", "dossier_id"],
                condition=models.Q(known_to=FAR, counted=True),
                name="fact_open",
            ),
            # What falls due on a day.
            models.Index(
                fields=["due_at"],
                include=["counted", "finished_at", "accepted_at", "agency", "province", "dossier_id"],
                condition=models.Q(known_to=FAR, counted=True),
                name="fact_due",
            ),
            models.Index(fields=["xid", "entry_id"], name="fact_position"),
        ]


class FactPause(models.Model):
    """That the clock stood still from one moment to another, as it was known from one moment to the next."""

    pk = models.CompositePrimaryKey("dossier_id", "place", "known_from")
    dossier_id = models.BigIntegerField()
    province = models.CharField(max_length=35)
    place = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12)
    paused_from = models.DateTimeField()
    paused_to = models.DateTimeField()
    known_from = models.DateTimeField()
    known_to = models.DateTimeField()


class FactPart(models.Model):
    """That another agency has had a part in a dossier: counted by itself, never added to the dossiers."""

    pk = models.CompositePrimaryKey("dossier_id", "agency")
    dossier_id = models.BigIntegerField()
    agency = models.CharField(max_length=35)
    province = models.CharField(max_length=35)
    procedure = models.CharField(max_length=40)
    began_at = models.DateTimeField()
    began_on = models.DateField()
    began_month = models.IntegerField()
    began_period = models.IntegerField()
    known_from = models.DateTimeField()


class FactMove(models.Model):
    """A ledger entry: what happened, to which dossier, by whom, and how long after it happened it was recorded.

    `step` is the step that was finished, else the one begun. The verdicts compare the moment with the due that held before.
    """

    entry_id = models.BigIntegerField(primary_key=True)
    xid = models.BigIntegerField()
    dossier_id = models.BigIntegerField()
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=60)
    from_state = models.CharField(max_length=20)
    to_state = models.CharField(max_length=20)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    known_from = models.DateTimeField()
    occurred_on = models.DateField()
    occurred_month = models.IntegerField()
    occurred_period = models.IntegerField()
    weekday = models.SmallIntegerField()
    hour = models.SmallIntegerField()
    lag_seconds = models.BigIntegerField()
    province = models.CharField(max_length=35)
    agency = models.CharField(max_length=35)
    procedure = models.CharField(max_length=40)
    unit = models.CharField(max_length=40)
    actor_kind = models.CharField(max_length=12)
    officer_id = models.BigIntegerField(null=True)
    step = models.CharField(max_length=200)
    node = models.CharField(max_length=300)
    verdict_date = models.CharField(max_length=8)
    verdict_instant = models.CharField(max_length=8)

    class Meta:
        indexes = [
            models.Index(fields=["dossier_id", "seq"], name="move_of_dossier"),
            models.Index(fields=["occurred_at"], name="move_occurred"),
            # Few among all entries, and asked for whenever the index of service quality is.
            models.Index(
                fields=["occurred_at"],
                include=["known_from", "province", "dossier_id"],
                condition=models.Q(kind="dossier.supplement_asked", verdict_instant="overdue"),
                name="move_asked_late",
            ),
        ]


class FactMessage(models.Model):
    """A message that was sent to an applicant: no row of ours but a view of the notices, which alone know of the sending.

    `way` is how it went: `page`, `sms`, `email`. It counts at the competent agency of its dossier as known now.
    """

    notice_id = models.BigIntegerField(primary_key=True)
    dossier_id = models.BigIntegerField()
    province = models.CharField(max_length=35)
    agency = models.CharField(max_length=35)
    procedure = models.CharField(max_length=40)
    way = models.CharField(max_length=8)
    template = models.CharField(max_length=40)
    sent_at = models.DateTimeField()
    sent_on = models.DateField()
    sent_month = models.IntegerField()
    sent_period = models.IntegerField()
    known_from = models.DateTimeField()

    class Meta:
        managed = False


class DailyCount(models.Model):
    """What an additive measure counts on a day, as known now: kept by the projector, so that a board need not scan.

    The sum over the days of a window is what the measure gives for the window. `hour` is that of a ledger entry;
    dossiers are kept by the day alone, under WHOLE_DAY.
    """

    pk = models.CompositePrimaryKey("measure", "day", "hour", "agency")
    measure = models.CharField(max_length=40)
    day = models.DateField()
    hour = models.SmallIntegerField()
    agency = models.CharField(max_length=35)
    value = models.BigIntegerField()


class DimAgency(models.Model):
    """An agency as figures are grouped: `path` is the chain of codes, "/H32/H32.16/", so that a subtree is a prefix."""

    code = models.CharField(max_length=35, primary_key=True)
    province = models.CharField(max_length=35)
    name = models.CharField(max_length=200)
    level = models.CharField(max_length=10)
    # Its own or that of an agency above it: counted in a block of its own.
    vertical = models.BooleanField()
    parent = models.CharField(max_length=35)
    path = models.CharField(max_length=400)


class DimProcedure(models.Model):
    code = models.CharField(max_length=40, primary_key=True)
    name = models.TextField()
    sector = models.CharField(max_length=60)
    sector_name = models.CharField(max_length=300)


class Reader(models.Model):
    """How far the ledger has been folded, moved in the transaction that writes the rows.

    `made`: how often every row has been made anew, so that who keeps copies of rows knows when these are of an older making.
    """

    name = models.CharField(max_length=20, primary_key=True)
    made = models.PositiveIntegerField(default=0)
    xid = models.BigIntegerField(default=0)
    entry_id = models.BigIntegerField(default=0)

import datetime

import django.db.models
import django.db.models.functions.comparison
from django.db import migrations, models

# What was kept stands in the facts too, so it is counted from there under the new key.
COUNTED = """
INSERT INTO statistics_dailycount (measure, day, hour, agency, value)
SELECT v.measure, v.day, -1, f.agency, count(*)
FROM statistics_factdossier f CROSS JOIN LATERAL (VALUES
  ('received', f.accepted_on, true),
  ('received_online', f.accepted_on, coalesce(f.online, false)),
  ('finished', f.finished_on, true),
  ('finished_early', f.finished_on, f.outcome NOT IN ('returned', 'withdrawn') AND f.verdict_date = 'early'),
  ('finished_on_time', f.finished_on, f.outcome IN ('returned', 'withdrawn') OR f.verdict_date IN ('', 'on_time')),
  ('finished_overdue', f.finished_on, f.outcome NOT IN ('returned', 'withdrawn') AND f.verdict_date = 'overdue'),
  ('finished_in_time', f.finished_on, f.outcome IN ('returned', 'withdrawn') OR f.verdict_date IN ('', 'on_time', 'early'))
) AS v (measure, day, holds)
WHERE f.known_to = '9999-12-31 00:00:00+00' AND f.counted AND v.day IS NOT NULL AND v.holds
GROUP BY v.measure, v.day, f.agency
UNION ALL
SELECT 'officer_entries', occurred_on, hour, agency, count(*) FROM statistics_factmove
WHERE actor_kind = 'officer' GROUP BY occurred_on, hour, agency
"""


class Migration(migrations.Migration):
    dependencies = [
        ("statistics", "0003_agency_index"),
    ]

    operations = [
        migrations.DeleteModel(name="DailyCount"),
        migrations.CreateModel(
            name="DailyCount",
            fields=[
                (
                    "pk",
                    django.db.models.CompositePrimaryKey(
                        "measure", "day", "hour", "agency", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("measure", models.CharField(max_length=40)),
                ("day", models.DateField()),
                ("hour", models.SmallIntegerField()),
                ("agency", models.CharField(max_length=35)),
                ("value", models.BigIntegerField()),
            ],
        ),
        migrations.RunSQL(COUNTED, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="factdossier",
            index=models.Index(
                django.db.models.functions.comparison.Coalesce(
                    "finished_at",
                    models.Value(datetime.datetime(9999, 12, 31, 0, 0, tzinfo=datetime.UTC)),
                ),
                condition=models.Q(
                    ("counted", True),
                    ("known_to", datetime.datetime(9999, 12, 31, 0, 0, tzinfo=datetime.UTC)),
                ),
                include=("counted", "finished_at", "accepted_at", "due_at", "agency", "province", "dossier_id"),
                name="fact_open",
            ),
        ),
    ]

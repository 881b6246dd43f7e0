from django.db import migrations, models

# The local day is Vietnam's; from the 15th on a day belongs to the next month's report.
VIEW = """
CREATE VIEW statistics_factmessage AS
SELECT s.notice_id, s.dossier_id, s.province, s.agency, s.procedure, s.way, s.template, s.sent_at, s.sent_on,
       to_char(s.sent_on, 'YYYYMM')::int AS sent_month,
       to_char(s.sent_on + CASE WHEN extract(day FROM s.sent_on) < 15 THEN interval '0' ELSE interval '1 month' END, 'YYYYMM')::int
         AS sent_period,
       s.sent_at AS known_from
FROM (
  SELECT n.id AS notice_id, n.dossier_id, f.province, f.agency, f.procedure, n.channel AS way, n.template, n.sent_at,
         (n.sent_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS sent_on
  FROM notifications_notice n
  JOIN statistics_factdossier f ON f.dossier_id = n.dossier_id AND f.known_to = '9999-12-31 00:00:00+00'
  WHERE n.state = 'sent' AND n.sent_at IS NOT NULL
) s
"""


class Migration(migrations.Migration):

    dependencies = [
        ('statistics', '0001_facts'),
        ('notifications', '0004_notice_batches'),
    ]

    operations = [
        migrations.CreateModel(
            name='FactMessage',
            fields=[
                ('notice_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('dossier_id', models.BigIntegerField()),
                ('province', models.CharField(max_length=35)),
                ('agency', models.CharField(max_length=35)),
                ('procedure', models.CharField(max_length=40)),
                ('way', models.CharField(max_length=8)),
                ('template', models.CharField(max_length=40)),
                ('sent_at', models.DateTimeField()),
                ('sent_on', models.DateField()),
                ('sent_month', models.IntegerField()),
                ('sent_period', models.IntegerField()),
                ('known_from', models.DateTimeField()),
            ],
            options={
                'managed': False,
            },
        ),
        migrations.RunSQL(VIEW, "DROP VIEW statistics_factmessage"),
    ]

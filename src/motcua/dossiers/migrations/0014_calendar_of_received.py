from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('dossiers', '0013_calendar_kept'),
    ]

    operations = [
        # Until now a dossier was explained by its agency's calendar of the day of asking, so that is the one it was told.
        migrations.RunSQL(
            "UPDATE dossiers_dossier d SET calendar_id = a.effective_calendar_id FROM organizations_agency a"
            " WHERE a.id = d.agency_id AND a.effective_calendar_id IS NOT NULL",
            migrations.RunSQL.noop,
        ),
    ]

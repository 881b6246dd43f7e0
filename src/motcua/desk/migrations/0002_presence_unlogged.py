from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('desk', '0001_work'),
    ]

    operations = [
        # Who has a page open is worth nothing after a crash: no opening of a dossier waits for a disk because of it.
        migrations.RunSQL(
            "ALTER TABLE desk_presence SET UNLOGGED",
            "ALTER TABLE desk_presence SET LOGGED",
        ),
    ]

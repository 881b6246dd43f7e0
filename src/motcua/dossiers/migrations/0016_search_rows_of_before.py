from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('dossiers', '0015_search_in_scope'),
    ]

    operations = [
        # A row that the trigger has written meanwhile is the newer one.
        migrations.RunSQL(
            "INSERT INTO dossiers_searchrow (dossier_id, words)"
            " SELECT id, motcua_search_words(words, agency_id, receiving_desk_id, return_desk_id)"
            " FROM dossiers_dossier WHERE words <> '' ON CONFLICT (dossier_id) DO NOTHING",
            migrations.RunSQL.noop,
        ),
        migrations.RemoveIndex(
            model_name='dossier',
            name='dossier_words',
        ),
    ]

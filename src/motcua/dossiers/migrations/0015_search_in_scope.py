"""What a dossier is found by gets a table of its own, kept by the database, whichever release writes the dossier."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

# A scope before each word: none, the agency, the desks. The owner's rights: the program only reads this table.
FOLLOW = """
CREATE FUNCTION motcua_search_words(words tsvector, agency bigint, receiving bigint, returning_ bigint)
RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_to_tsvector(ARRAY(
        SELECT DISTINCT scope || word
        FROM unnest(tsvector_to_array(words)) AS word,
             unnest(ARRAY['', 'a' || agency || '.', 'd' || receiving || '.', 'd' || returning_ || '.']) AS scope))
$$;

CREATE FUNCTION motcua_search_new() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO dossiers_searchrow (dossier_id, words)
    SELECT id, motcua_search_words(words, agency_id, receiving_desk_id, return_desk_id) FROM written WHERE words <> '';
    RETURN NULL;
END $$;

CREATE FUNCTION motcua_search_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO dossiers_searchrow (dossier_id, words)
    VALUES (NEW.id, motcua_search_words(NEW.words, NEW.agency_id, NEW.receiving_desk_id, NEW.return_desk_id))
    ON CONFLICT (dossier_id) DO UPDATE SET words = EXCLUDED.words;
    RETURN NULL;
END $$;

CREATE TRIGGER dossier_search_new AFTER INSERT ON dossiers_dossier
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION motcua_search_new();
CREATE TRIGGER dossier_search_changed AFTER UPDATE OF words, agency_id, receiving_desk_id, return_desk_id ON dossiers_dossier
    FOR EACH ROW WHEN ((OLD.words, OLD.agency_id, OLD.receiving_desk_id, OLD.return_desk_id)
                       IS DISTINCT FROM (NEW.words, NEW.agency_id, NEW.receiving_desk_id, NEW.return_desk_id))
    EXECUTE FUNCTION motcua_search_changed();
"""

STOP = """
DROP TRIGGER dossier_search_changed ON dossiers_dossier;
DROP TRIGGER dossier_search_new ON dossiers_dossier;
DROP FUNCTION motcua_search_changed();
DROP FUNCTION motcua_search_new();
DROP FUNCTION motcua_search_words(tsvector, bigint, bigint, bigint);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('dossiers', '0014_calendar_of_received'),
    ]

    operations = [
        migrations.CreateModel(
            name='SearchRow',
            fields=[
                ('dossier', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='dossiers.dossier', verbose_name='hồ sơ')),
                ('words', django.contrib.postgres.search.SearchVectorField(verbose_name='từ để tìm, không dấu, theo phạm vi')),
            ],
            options={
                'verbose_name': 'dòng tìm kiếm',
                'verbose_name_plural': 'dòng tìm kiếm',
            },
        ),
        migrations.AddIndex(
            model_name='searchrow',
            index=django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['words'], name='search_words'),
        ),
        migrations.RunSQL(FOLLOW, STOP),
    ]

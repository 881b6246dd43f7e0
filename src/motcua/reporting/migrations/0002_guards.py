"""The second wall around what was filed: triggers refuse what the program's role may not do anyway."""

from django.db import migrations

TABLES = ("filedcopy", "filingstep", "declaredfigure")
REFUSE = "\n".join(
    f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON reporting_{table}"
    " FOR EACH ROW EXECUTE FUNCTION motcua_refuse_change();"
    for table in TABLES
)
ALLOW = "\n".join(f"DROP TRIGGER {table}_no_change ON reporting_{table};" for table in TABLES)


class Migration(migrations.Migration):
    # The function that refuses is the ledger's.
    dependencies = [("reporting", "0001_reports"), ("dossiers", "0003_ledger_guards")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]

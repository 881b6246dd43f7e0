"""The second wall around the ledger: triggers refuse what the program's role may not do anyway."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION motcua_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'append only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ledger_no_change BEFORE UPDATE OR DELETE ON dossiers_ledgerentry
    FOR EACH ROW EXECUTE FUNCTION motcua_refuse_change();
CREATE TRIGGER ledger_no_truncate BEFORE TRUNCATE ON dossiers_ledgerentry
    FOR EACH STATEMENT EXECUTE FUNCTION motcua_refuse_change();
CREATE TRIGGER private_no_change BEFORE UPDATE ON dossiers_ledgerprivate
    FOR EACH ROW EXECUTE FUNCTION motcua_refuse_change();
CREATE TRIGGER private_no_truncate BEFORE TRUNCATE ON dossiers_ledgerprivate
    FOR EACH STATEMENT EXECUTE FUNCTION motcua_refuse_change();
CREATE TRIGGER view_no_change BEFORE UPDATE OR DELETE ON dossiers_personaldataview
    FOR EACH ROW EXECUTE FUNCTION motcua_refuse_change();
CREATE TRIGGER view_no_truncate BEFORE TRUNCATE ON dossiers_personaldataview
    FOR EACH STATEMENT EXECUTE FUNCTION motcua_refuse_change();
"""

ALLOW = """
DROP TRIGGER ledger_no_change ON dossiers_ledgerentry;
DROP TRIGGER ledger_no_truncate ON dossiers_ledgerentry;
DROP TRIGGER private_no_change ON dossiers_ledgerprivate;
DROP TRIGGER private_no_truncate ON dossiers_ledgerprivate;
DROP TRIGGER view_no_change ON dossiers_personaldataview;
DROP TRIGGER view_no_truncate ON dossiers_personaldataview;
DROP FUNCTION motcua_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0002_initial")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]

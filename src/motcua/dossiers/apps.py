from django.apps import AppConfig


class DossiersConfig(AppConfig):
    name = "motcua.dossiers"
    label = "dossiers"
    verbose_name = "Hồ sơ"
    # The program's database role may add to these and read them, nothing else.
    append_only = ("LedgerEntry", "PersonalDataView")

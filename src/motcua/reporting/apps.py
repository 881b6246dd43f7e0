from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "motcua.reporting"
    label = "reporting"
    verbose_name = "Báo cáo"
    # The program's database role may add to these and read them, nothing else: what was filed stays as it was filed.
    append_only = ("FiledCopy", "FilingStep", "DeclaredFigure")

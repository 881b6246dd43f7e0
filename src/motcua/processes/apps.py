from django.apps import AppConfig


class ProcessesConfig(AppConfig):
    name = "motcua.processes"
    label = "processes"
    verbose_name = "Quy trình nội bộ"

from django.apps import AppConfig


class StatisticsConfig(AppConfig):
    name = "motcua.statistics"
    label = "statistics"
    verbose_name = "Số liệu"

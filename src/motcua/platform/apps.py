from django.apps import AppConfig


class PlatformConfig(AppConfig):
    name = "motcua.platform"
    label = "platform"
    verbose_name = "Nền tảng"

from django.apps import AppConfig
from django.core.validators import ProhibitNullCharactersValidator


class PlatformConfig(AppConfig):
    name = "motcua.platform"
    label = "platform"
    verbose_name = "Nền tảng"

    def ready(self) -> None:
        # The one refusal that every text field of every form can say and that Django has not in Vietnamese.
        ProhibitNullCharactersValidator.message = "Có ký tự điều khiển không in được; hãy gõ lại ô này."

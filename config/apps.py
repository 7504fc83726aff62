from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The top floor: settings, root addresses and project-wide commands."""

    name = "config"

    def ready(self):
        from config import checks  # noqa: F401, PLC0415 - registering is the import's purpose

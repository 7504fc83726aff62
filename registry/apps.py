from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistryConfig(AppConfig):
    """The ground floor: regions, municipalities, people and their dated roles."""

    name = "registry"
    verbose_name = _("registry")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        # The tables are ready only now.
        from registry import publicity  # noqa: PLC0415
        from registry.imports import targets  # noqa: PLC0415
        from registry.imports.tables import OWN_TARGETS  # noqa: PLC0415

        publicity.connect()
        targets.register(*OWN_TARGETS)

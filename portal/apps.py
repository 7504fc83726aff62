from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    """Pages of signed-in liaisons and agents; no tables."""

    name = "portal"
    verbose_name = _("portal")

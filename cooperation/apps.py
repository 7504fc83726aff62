from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CooperationConfig(AppConfig):
    """What was agreed and how it is followed; no tables yet."""

    name = "cooperation"
    verbose_name = _("Cooperation")

    def ready(self):
        # What the others know is ready only now.
        from cooperation.proposals import proposed_for  # noqa: PLC0415
        from meetings.proposing import register_computed  # noqa: PLC0415

        register_computed(proposed_for)

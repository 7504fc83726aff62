from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistryConfig(AppConfig):
    """The ground floor: regions, municipalities, people and their dated roles."""

    name = "registry"
    verbose_name = _("Registry")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        # The tables are ready only now.
        from mailing import frame, mailbox, reasons  # noqa: PLC0415
        from registry import (  # noqa: F401, PLC0415
            association_letters,
            board_columns,
            clock,
            directory,
            handover,
            handover_pack,
            invitations,
            publicity,
            quality,
            replies,
        )
        from registry.imports import targets  # noqa: PLC0415
        from registry.imports.tables import OWN_TARGETS  # noqa: PLC0415
        from registry.letters.recipients import REASONS  # noqa: PLC0415
        from registry.models.site import demo_label  # noqa: PLC0415

        publicity.connect()
        reasons.add_reasons(REASONS)
        frame.add_label(demo_label)
        mailbox.add_contact_finder(replies.who_answers_for)
        quality.register(*quality.CHECKS)
        targets.register(*OWN_TARGETS)

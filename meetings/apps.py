from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeetingsConfig(AppConfig):
    """Network meetings, association evenings and the rest: planned, published, in everyone's calendar."""

    name = "meetings"
    verbose_name = _("Meetings")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        # The tables are ready only now.
        from meetings import rights  # noqa: PLC0415
        from meetings.reference import load_meeting_kinds  # noqa: PLC0415
        from meetings.retention import KEPT_OTHERWISE, OF_PERSON, RETENTIONS  # noqa: PLC0415
        from registry import access, privacy, publicity, reference, subjects  # noqa: PLC0415

        reference.register_step(load_meeting_kinds)
        access.register_rights(rights.COORDINATORS_RIGHTS)
        names = ("AgendaItem", "KindAudience", "Meeting", "MeetingHost", "MeetingKind", "MeetingTheme", "Venue")
        publicity.add_public_models(*(self.get_model(name) for name in names))
        privacy.register(*RETENTIONS, kept_otherwise=KEPT_OTHERWISE)
        subjects.declare(OF_PERSON)

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeetingsConfig(AppConfig):
    """Network meetings, association evenings and the rest: planned, published, in everyone's calendar."""

    name = "meetings"
    verbose_name = _("Meetings")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        # The tables are ready only now.
        from mailing import mailbox, reasons  # noqa: PLC0415
        from meetings import clock, rights  # noqa: F401, PLC0415
        from meetings.calendar_replies import take_calendar_reply  # noqa: PLC0415
        from meetings.decisions import carried_point  # noqa: PLC0415
        from meetings.letters import REASONS, changes, inviting, polls  # noqa: F401, PLC0415
        from meetings.proposing import register_computed  # noqa: PLC0415
        from meetings.reference import load_meeting_kinds  # noqa: PLC0415
        from meetings.retention import KEPT_OTHERWISE, OF_PERSON, RETENTIONS  # noqa: PLC0415
        from registry import access, privacy, publicity, reference, subjects  # noqa: PLC0415

        mailbox.add_calendar_reader(take_calendar_reply)
        reasons.add_reasons(REASONS)
        register_computed(carried_point)
        reference.register_step(load_meeting_kinds)
        access.register_rights(rights.COORDINATORS_RIGHTS)
        names = (
            "AgendaItem", "Attendance", "Decision", "KindAudience", "Meeting", "MeetingHost", "MeetingKind",
            "MeetingTheme", "Venue",
        )  # fmt: skip
        publicity.add_public_models(*(self.get_model(name) for name in names))
        privacy.register(*RETENTIONS, kept_otherwise=KEPT_OTHERWISE)
        subjects.declare(OF_PERSON)

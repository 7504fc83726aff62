from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SurveysConfig(AppConfig):
    """The yearly survey: written, opened, answered."""

    name = "surveys"
    verbose_name = _("Surveys")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        # The tables are ready only now.
        from mailing import reasons  # noqa: PLC0415
        from registry import access, handover_pack, portal_page, privacy, publicity, quality, subjects, tasks  # noqa: PLC0415
        from registry.imports import targets  # noqa: PLC0415
        from surveys import answer_import, clock, delegating, following, method, rights, round_page  # noqa: F401, PLC0415
        from surveys.letters import REASONS, opened, reminders, responses, results, thanks  # noqa: F401, PLC0415
        from surveys.quality import CHECKS  # noqa: PLC0415
        from surveys.retention import KEPT_OTHERWISE, OF_PERSON, RETENTIONS  # noqa: PLC0415

        targets.register_family(answer_import.PREFIX, answer_import.Rounds())
        # These stand beside published figures as they are now; the figures themselves come with `touch()`.
        beside = (self.get_model("ReplyComment"), self.get_model("AssociationEdition"))
        publicity.add_public_models(*method.PUBLIC_MODELS, *beside)
        access.register_rights(rights.COORDINATORS_RIGHTS)
        privacy.register(*RETENTIONS, kept_otherwise=KEPT_OTHERWISE)
        subjects.declare(OF_PERSON)
        quality.register(*CHECKS)
        reasons.add_reasons(REASONS)
        handover_pack.register_section(following.SECTION)
        tasks.register_passing(following.pass_on_responses)
        portal_page.register_asks(round_page.survey_asks)

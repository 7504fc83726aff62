"""Survey rounds: when, in which languages, in which themes; what is done with them stands in round_pages.py."""

from django.contrib import admin
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modeltranslation.admin import TranslationAdmin, TranslationStackedInline

from registry.admin.base import HistoryAdmin, Step
from registry.admin.filters import OwnRelatedFilter
from surveys.admin.following_pages import FollowingPages
from surveys.admin.frozen import FrozenInline, is_frozen
from surveys.admin.method_pages import MethodPages
from surveys.admin.publication_pages import PublicationPages
from surveys.admin.round_pages import RoundPages
from surveys.answer_import import PREFIX
from surveys.models import Round, RoundTheme


class RoundThemeInline(FrozenInline, TranslationStackedInline):
    """The round's themes with their weights and introductions."""

    model = RoundTheme
    fields = ["theme", "position", "is_scored", "weight", "introduction"]

    def get_extra(self, request, obj=None, **kwargs):
        """Offer one more without a script."""
        return 1


@admin.register(Round)
class RoundAdmin(RoundPages, FollowingPages, MethodPages, PublicationPages, HistoryAdmin, TranslationAdmin):
    """Survey rounds of the region."""

    list_display = ["title", "year", "region", "state", "opens_on", "closes_on"]
    list_filter = [("region", OwnRelatedFilter)]
    list_select_related = ["region"]
    sortable_by = ["year"]
    fieldsets = [
        (None, {"fields": ["region", "year", "title", "introduction"]}),
        (capfirst(_("days")), {"fields": ["opens_on", "closes_on", "reply_days"]}),
        (_("Letters"), {"fields": ["reminder_days", "closing_letter_days", "letters_by_themselves"]}),
        (_("Languages"), {"fields": ["has_finnish", "has_swedish", "has_english"]}),
    ]
    inlines = [RoundThemeInline]

    def get_urls(self):
        pages = self.pages() | self.following_pages() | self.method_pages() | self.publication_pages()
        named = [
            path(f"<int:object_id>/{page}/", self.admin_site.admin_view(view), name=f"surveys_round_{page}")
            for page, view in pages.items()
        ]
        starts = [
            path("import/", self.admin_site.admin_view(self.import_file), name="surveys_round_import"),
            path(
                "import/answers/", self.admin_site.admin_view(self.import_answers), name="surveys_round_import_answers"
            ),
        ]
        return [*starts, *named, *super().get_urls()]

    def get_fieldsets(self, request, obj=None):
        """Of an opened round only its days and what it was asked in are shown: the words are frozen."""
        if obj is None or obj.is_draft:
            return super().get_fieldsets(request, obj)
        letters = next(fieldset for fieldset in self.fieldsets if "reminder_days" in fieldset[1]["fields"])
        return [(None, {"fields": ["region", "year", "opens_on", "closes_on", "reply_days"]}), letters]

    def get_readonly_fields(self, request, obj=None):
        """An opened round keeps its region, its year and its first day."""
        fields = super().get_readonly_fields(request, obj)
        return fields if obj is None or obj.is_draft else [*fields, "region", "year", "opens_on"]

    def has_delete_permission(self, request, obj=None):
        """An opened round stays; a draft is an administrator's to delete."""
        return super().has_delete_permission(request, obj) and not is_frozen(obj)

    @admin.display(description=pgettext_lazy("of a survey round", "state"))
    def state(self, survey_round):
        """Return how the round stands."""
        return survey_round.state_words

    def get_steps(self, request, obj):
        """Offer what can be done with a round as it stands."""
        steps = [
            Step(_("Questions"), self.step_url("questions", obj)),
            Step(_("Preview"), self.step_url("preview", obj)),
            Step(_("Compared with last year's"), self.step_url("differences", obj)),
            Step(_("Download as a file"), self.step_url("export_file", obj)),
        ]
        steps += self.method_steps(request, obj)
        if not obj.is_draft:
            steps[1:1] = [Step(_("Responses"), self.step_url("responses", obj)), *self.publication_steps(obj)]
            steps.insert(3, Step(_("The associations' side"), self.step_url("associations", obj)))
            steps.append(Step(_("Download with its answers"), self.step_url("export_answers", obj), is_post=True))
            steps.append(Step(_("Everything as XLSX"), self.step_url("everything", obj), is_post=True))
        if not self.has_change_permission(request, obj):
            return steps
        if obj.is_draft:
            steps.append(Step(_("Open the round"), self.step_url("open", obj)))
        elif obj.is_closed:
            steps.append(Step(_("Drafts of press releases"), self.step_url("press", obj)))
            answers_url = reverse("import_upload", args=[f"{PREFIX}-{obj.pk}"])
            steps.append(Step(_("Bring in answers from a survey tool's file"), answers_url))
            steps.append(Step(_("Open again"), self.step_url("reopen", obj)))
        else:
            if self.coordinates(request, obj):
                steps.append(Step(_("Interviews"), reverse("portal_interviews")))
            steps.append(Step(_("Close the round now"), self.step_url("close", obj)))
        steps.append(Step(_("Make next year's round"), self.step_url("copy", obj)))
        return [*steps, Step(_("Bring in an earlier year"), self.step_url("earlier", obj))]

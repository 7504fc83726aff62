"""Letters and jobs, for administrators: the words, the periods without letters, what was sent, what came back."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django_tasks_db.models import DBTaskResult
from simple_history.admin import SimpleHistoryAdmin

from jobs.models import JobRun
from mailing.frame import render
from mailing.kinds import all_kinds, find_kind
from mailing.models import Bounce, Letter, LetterText, QuietPeriod
from mailing.outbox import resend_letter
from mailing.sending import send_now
from mailing.texts import LANGUAGES, check_words, shipped_words
from mailing.writing import sample_message
from registry.letter_page import label_of, scopes_of, why_of
from registry.models import Region

# Its pages show the inside of tasks to nobody's use; runs of jobs are told in words.
admin.site.unregister(DBTaskResult)


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that the program writes and nobody changes."""

    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @property
    def fields(self):
        return list(self.list_display)


class LetterTextForm(forms.ModelForm):
    """Words of a letter: every place that stands in them is known, and none that the letter needs is missing."""

    kind = forms.ChoiceField(label=_("letter"))

    class Meta:
        model = LetterText
        fields = ["kind", "language", "subject", "body"]
        widgets = {"body": forms.Textarea(attrs={"rows": 24, "cols": 90})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.name, kind.label) for kind in all_kinds()]
        if self.instance.pk:
            self.fields["kind"].disabled = self.fields["language"].disabled = True

    def clean(self):
        """Check the words against what the kind declares."""
        values = super().clean()
        if {"kind", "subject", "body"} <= set(values):
            check_words(find_kind(values["kind"]), values["subject"], values["body"])
        return values


@admin.register(LetterText)
class LetterTextAdmin(SimpleHistoryAdmin):
    """The words of every kind of letter in every language: those that ship, and those written over them."""

    form = LetterTextForm
    change_form_template = "admin/letters/text_form.html"
    change_list_template = "admin/letters/texts.html"
    object_history_list_template = "simple_history/object_history_list.html"

    def changelist_view(self, request, extra_context=None):
        """Show every kind in every language, changed or not."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        changed = {(text.kind, text.language): text for text in LetterText.objects.all()}
        rows = [(kind, [self._cell(kind, language, changed) for language in LANGUAGES]) for kind in all_kinds()]
        context = {**self.admin_site.each_context(request), "title": self.opts.verbose_name_plural, "rows": rows}
        return TemplateResponse(request, self.change_list_template, {**context, "opts": self.opts})

    def _cell(self, kind, language, changed):
        text = changed.get((kind.name, language))
        if text:
            return {"language": language, "is_changed": True, "url": self._url("change", text.pk)}
        return {"language": language, "url": f"{self._url('add')}?kind={kind.name}&language={language}"}

    def _url(self, page, *args):
        return reverse(f"admin:mailing_lettertext_{page}", args=args)

    def get_changeform_initial_data(self, request):
        """Begin with the words that ship."""
        initial = super().get_changeform_initial_data(request)
        try:
            words = shipped_words(initial.get("kind", ""), initial.get("language", ""))
        except (KeyError, FileNotFoundError):
            return initial
        return {**initial, "subject": words.subject, "body": words.body}

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Show the form; its other buttons show the letter, or send it to oneself, without saving anything."""
        text = self.get_object(request, object_id) if object_id else None
        if request.method == "POST" and {"_preview", "_test"} & set(request.POST):
            form = LetterTextForm(request.POST, instance=text)
            if form.is_valid():
                return self._show(request, form.cleaned_data)
        kind_name = text.kind if text else request.GET.get("kind", request.POST.get("kind", ""))
        kind = next((kind for kind in all_kinds() if kind.name == kind_name), None)
        places = list(kind.placeholders.items()) if kind else []
        return super().changeform_view(request, object_id, form_url, {**(extra_context or {}), "places": places})

    def _show(self, request, words):
        """Show the letter with samples in its places; with `_test` it goes to the reader's own address, too."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        kind = find_kind(words["kind"])
        with translation.override(words["language"]):
            message = sample_message(kind, words["subject"], words["body"])
            text, _html = render(message, kind=kind, stop_url="" if kind.is_duty else "https://…/y/…/")
            if "_test" in request.POST:
                is_sent = send_now(kind, request.user.email, message)
        if "_test" in request.POST:
            told = _("A test letter went to you.") if is_sent else _("Letters do not go to your address from here.")
            messages.success(request, told)
        context = {"title": kind.label, "message": message, "text": text, "words": words, "opts": self.opts}
        return TemplateResponse(request, "admin/letters/preview.html", self.admin_site.each_context(request) | context)


class QuietPeriodForm(forms.ModelForm):
    """A period without letters, of one region or of all."""

    scope = forms.ChoiceField(label=_("region"), required=False)

    class Meta:
        model = QuietPeriod
        fields = ["scope", "name", "first_day", "last_day"]

    user = None  # set for each request

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        regions = [(f"region:{region.pk}", region.name) for region in Region.objects.editable_by(self.user).by_name()]
        of_all = [("", _("all regions"))] if self.user.is_superuser else []
        self.fields["scope"].choices = [*of_all, *regions]
        self.fields["scope"].required = not of_all


@admin.register(QuietPeriod)
class QuietPeriodAdmin(admin.ModelAdmin):
    """Days on which a region's people get no letters but those of duty; coordinators set those of their own."""

    form = QuietPeriodForm
    list_display = ["name", "first_day", "last_day", "whose"]
    ordering = ["-first_day"]
    show_facets = admin.ShowFacets.NEVER

    @admin.display(description=_("region"))
    def whose(self, period):
        """Return the region's name."""
        return self.names.get(period.scope, _("all regions"))

    def get_queryset(self, request):
        """Return the periods that hold for one's own regions, those of all regions among them."""
        self.names = {f"region:{region.pk}": region.name for region in Region.objects.all()}
        rows = super().get_queryset(request)
        return rows if request.user.is_superuser else rows.filter(scope__in={"", *scopes_of(request.user)})

    def get_form(self, request, obj=None, change=False, **kwargs):
        """Offer one's own regions to choose from."""
        form = super().get_form(request, obj, change, **kwargs)
        return type("OwnQuietPeriodForm", (form,), {"user": request.user})

    def has_change_permission(self, request, obj=None):
        """A period of all regions is the administrators' to change."""
        is_own = obj is None or request.user.is_superuser or obj.scope in scopes_of(request.user)
        return is_own and super().has_change_permission(request, obj)


class KindFilter(admin.SimpleListFilter):
    """Filters letters by their kind, in words."""

    title = _("letter")
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        return [(kind.name, kind.label) for kind in all_kinds()]

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Letter)
class LetterAdmin(ReadOnlyAdmin):
    """What was sent to whom, what waits, what failed and why."""

    list_display = ["created_at", "what", "address", "language", "state", "why", "attempts", "not_before", "sent_at"]
    list_filter = ["state", KindFilter, "language"]
    search_fields = ["address", "batch"]
    list_select_related = ["by"]
    change_form_template = "admin/letters/letter.html"

    @admin.display(description=_("letter"), ordering="kind")
    def what(self, letter):
        """Return which letter it is, in words."""
        return label_of(letter)

    @admin.display(description=_("why"))
    def why(self, letter):
        """Return the reason in words, with the problem's class and code."""
        return why_of(letter)

    def get_urls(self):
        resend = self.admin_site.admin_view(self.resend)
        return [path("<int:pk>/resend/", resend, name="mailing_letter_resend"), *super().get_urls()]

    def resend(self, request, pk):
        """Send a failed or perhaps sent letter once more; by POST alone, for administrators."""
        if not request.user.is_superuser:
            raise PermissionDenied
        letter = Letter.objects.filter(pk=pk).first()
        if letter is None:
            raise Http404
        if request.method == "POST":
            try:
                resend_letter(letter, by=request.user)
                messages.success(request, _("The letter is on its way again."))
            except ValidationError as refused:
                messages.error(request, " ".join(refused.messages))
        return redirect("admin:mailing_letter_change", pk)


@admin.register(Bounce)
class BounceAdmin(ReadOnlyAdmin):
    """Letters that came back."""

    list_display = ["at", "address", "kind", "source", "code", "pulled_at", "forgiven_at"]
    list_filter = ["kind", "source"]
    search_fields = ["address"]


@admin.register(JobRun)
class JobRunAdmin(ReadOnlyAdmin):
    """What ran by the clock and what it did."""

    list_display = ["name", "slot", "state", "started_at", "ended_at", "n_done", "n_skipped", "n_failed", "told"]
    list_filter = ["state", "name"]

    @admin.display(description=_("what it did"))
    def told(self, run):
        """Return what it did, in words."""
        return run.summary_words

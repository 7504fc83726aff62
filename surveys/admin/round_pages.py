"""What is done with a round beside its form: its questions in order, the preview, opening, copying, correcting."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from common.tables import FORMATS, ascii_name
from registry.models import Region
from registry.models.scope import coordinated_region_ids
from surveys.admin.association_pages import AssociationPages
from surveys.admin.round_forms import CopyForm, CorrectForm, ImportAnswersForm, ImportForm, ReopenForm, VerdictForm
from surveys.authoring import (
    close_round,
    copy_round,
    correct_wording,
    decide_comparability,
    move_question,
    open_round,
    reopen_round,
)
from surveys.authoring_page import question_lines, theme_forms, wordings_of
from surveys.comparing import round_differences
from surveys.completeness import estimate_minutes, problems_of
from surveys.earlier_rounds import copy_as_earlier_round, year_without_round
from surveys.everything_file import everything_file
from surveys.questionnaires import export_questionnaire, import_questionnaire
from surveys.round_files import export_round, import_round


class RoundPages(AssociationPages):
    """The pages of a round in the administration."""

    def pages(self):
        """Return the pages by the last word of their address."""
        return {
            "questions": self.questions,
            "differences": self.differences,
            "preview": self.preview,
            "export_file": self.export_file,
            "export_answers": self.export_answers,
            "everything": self.everything,
            **self.association_pages(),
            "open": self.open,
            "close": self.close,
            "reopen": self.reopen,
            "copy": self.copy,
            "earlier": self.earlier,
            "correct": self.correct,
        }

    def round_row(self, request, object_id):
        """Return the round to read; 404 for one of another region."""
        row = self.get_object(request, str(object_id))
        if row is None:
            raise Http404
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        return row

    def coordinates(self, request, survey_round):
        """Whether the reader coordinates the round's region today: the portal opens for its coordinators alone."""
        return survey_round.region_id in coordinated_region_ids(request.user)

    def _context(self, request, survey_round, title, **context):
        return {
            **self.admin_site.each_context(request), "opts": self.opts, "original": survey_round,
            "survey_round": survey_round, "title": title, **context,
        }  # fmt: skip

    def questions(self, request, object_id):
        """Show the questions in order with what is missing; POST moves one up or down."""
        survey_round = self.round_row(request, object_id)
        if request.method == "POST":
            return self._move(request, survey_round)
        context = self._context(
            request,
            survey_round,
            _("Questions of %(round)s") % {"round": survey_round},
            themes=question_lines(survey_round),
            minutes=estimate_minutes(survey_round),
            problems=problems_of(survey_round) if survey_round.is_draft else [],
            corrections=survey_round.corrections.all(),
            may_change=survey_round.is_draft and self.has_change_permission(request, survey_round),
        )
        return TemplateResponse(request, "admin/surveys/round_questions.html", context)

    def _move(self, request, survey_round):
        """Move one question; what cannot be is said above the list."""
        self.step_row(request, survey_round.pk)
        pk = request.GET.get("question", "")
        question = survey_round.questions.filter(pk=pk).first() if pk.isdecimal() and len(pk) < 19 else None
        if question is None:
            raise Http404
        try:
            move_question(question, -1 if "up" in request.POST else 1, by=request.user)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), "ERROR")
        return redirect(f"{self.step_url('questions', survey_round)}#q{question.pk}")

    def differences(self, request, object_id):
        """Show what differs from last year's round; POST records whether two versions can be compared."""
        survey_round = self.round_row(request, object_id)
        form = VerdictForm(request.POST or None, survey_round=survey_round)
        if request.method == "POST":
            self.step_row(request, object_id)
            if form.is_valid() and self._decided(request, survey_round, form):
                return redirect(f"{self.step_url('differences', survey_round)}#{form.cleaned_data['indicator']}")
        found = round_differences(survey_round)
        lines = [
            (each, form if form.is_bound and form.is_about(each) else VerdictForm.about(each, survey_round))
            for each in found
        ]
        context = self._context(
            request,
            survey_round,
            _("What differs from last year's round"),
            lines=lines,
            n_open=sum(not each.is_decided for each in found),
            may_change=survey_round.is_draft and self.has_change_permission(request, survey_round),
        )
        return TemplateResponse(
            request, "admin/surveys/round_differences.html", context, status=422 if form.errors else 200
        )  # fmt: skip

    def _decided(self, request, survey_round, form):
        """Record the decision; what it refuses stands beside the form."""
        data = form.cleaned_data
        try:
            decide_comparability(
                survey_round, data["indicator"], data["audience"], data["verdict"], reason=form.reason, by=request.user
            )
        except ValidationError as error:
            form.add_error(None, ValidationError(error.messages))
            return False
        return True

    def preview(self, request, object_id):
        """Show the round as its respondents see it, to look at and to print; nothing is saved."""
        survey_round = self.round_row(request, object_id)
        is_associations = request.GET.get("vastaaja") == "yhdistykset"
        context = {
            "survey_round": survey_round,
            "is_associations": is_associations,
            "themes": theme_forms(survey_round, is_associations),
            "minutes": estimate_minutes(survey_round),
            "back_url": self.step_url("questions", survey_round),
        }
        return TemplateResponse(request, "surveys/preview.html", context)

    def export_file(self, request, object_id):
        """Hand over the questionnaire as a file."""
        survey_round = self.round_row(request, object_id)
        response = HttpResponse(export_questionnaire(survey_round), content_type="application/json")
        name = f"{ascii_name(str(survey_round))}.json"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def export_answers(self, request, object_id):
        """Hand over the round with its answers as a file; it is logged, therefore by POST alone."""
        survey_round = self.round_row(request, object_id)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            text = export_round(survey_round, by=request.user)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), "ERROR")
            return redirect(self.step_url("change", survey_round))
        name = f"{ascii_name(str(survey_round))}-{ascii_name(_('answers'))}.json"
        return HttpResponse(
            text,
            content_type="application/json",
            headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
        )

    def everything(self, request, object_id):
        """Hand over everything of the round as XLSX, also what is private; it is logged, therefore by POST alone."""
        survey_round = self.round_row(request, object_id)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if survey_round.is_draft:
            raise Http404
        name = f"{ascii_name(str(survey_round))}.xlsx"
        return HttpResponse(
            everything_file(survey_round, by=request.user),
            content_type=FORMATS["xlsx"].content_type,
            headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
        )

    def import_answers(self, request):
        """Take in a round with its answers from a file."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ImportAnswersForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            regions = Region.objects.editable_by(request.user).with_pages()
            try:
                made = import_round(form.cleaned_data["file"], regions, by=request.user)
            except ValidationError as error:
                form.add_error("file", ValidationError(error.messages))
            else:
                return redirect(self.step_url("questions", made))
        context = self._context(request, None, _("Take in a round with its answers"), form=form, has_answers=True)
        status = 422 if form.errors else 200
        return TemplateResponse(request, "admin/surveys/round_import.html", context, status=status)

    def import_file(self, request):
        """Make a draft from a questionnaire's file."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        regions = Region.objects.editable_by(request.user).with_pages().by_name()
        form = ImportForm(request.POST or None, request.FILES or None, regions=regions)
        if request.method == "POST" and form.is_valid():
            data = form.cleaned_data
            try:
                days = {name: data[name] for name in ("year", "opens_on", "closes_on")}
                made = import_questionnaire(data["file"], data["region"], by=request.user, **days)
            except ValidationError as error:
                form.add_error("file", ValidationError(error.messages))
            else:
                return redirect(self.step_url("questions", made))
        context = self._context(request, None, _("Make a round from a file"), form=form)
        status = 422 if form.errors else 200
        return TemplateResponse(request, "admin/surveys/round_import.html", context, status=status)

    # --- Steps ----------------------------------------------------------------------------------------------------

    def open(self, request, object_id):
        """Ask and open the round."""
        survey_round = self.step_row(request, object_id)
        is_past = survey_round.closes_on < timezone.localdate()
        what_then = (
            _("The round is closed at once: its last day has passed. The answers are brought in from a file.")
            if is_past
            else _("Municipalities can answer from %(first)s to %(last)s.") % _days(survey_round)
        )
        return self.ask_and_do(
            request,
            survey_round,
            title=_("Open the round"),
            effects=lambda: [
                _("The questions are frozen: after this only misspellings can be corrected."),
                what_then,
                *(str(problem) for problem in problems_of(survey_round)),
            ],
            do=lambda: open_round(survey_round, by=request.user),
            done_url=self.step_url("questions", survey_round),
        )

    def close(self, request, object_id):
        """Ask and close the round before its last day."""
        survey_round = self.step_row(request, object_id)
        return self.ask_and_do(
            request,
            survey_round,
            title=_("Close the round now"),
            effects=lambda: [_("No more answers are taken. The round can be opened again with a reason.")],
            do=lambda: close_round(survey_round, by=request.user),
        )

    def reopen(self, request, object_id):
        """Ask until when and why, and take answers again."""
        survey_round = self.step_row(request, object_id)
        return self.ask_and_do(
            request,
            survey_round,
            ReopenForm(request.POST or None),
            title=_("Open again"),
            effects=lambda closes_on, reason: [_("Answers are taken again. The questions stay as they are.")],
            do=lambda closes_on, reason: reopen_round(survey_round, closes_on, reason=reason, by=request.user),
        )

    def copy(self, request, object_id):
        """Ask the year and the days, and make a draft that asks the same."""
        survey_round = self.step_row(request, object_id)
        return self.ask_and_do(
            request,
            survey_round,
            CopyForm(request.POST or None, initial=CopyForm.usual(survey_round, survey_round.year + 1)),
            title=_("Make next year's round"),
            effects=lambda **days: [_("The new round asks the same. Then change what is to change.")],
            do=lambda **days: copy_round(survey_round, by=request.user, **days),
            done_url=reverse("admin:surveys_round_changelist"),
        )

    def earlier(self, request, object_id):
        """Ask the year and the days, and make a draft of an earlier year, to bring in what was answered then."""
        survey_round = self.step_row(request, object_id)
        return self.ask_and_do(
            request,
            survey_round,
            CopyForm(
                request.POST or None,
                initial=CopyForm.usual(survey_round, year_without_round(survey_round)),
            ),
            title=_("Bring in an earlier year"),
            effects=lambda **days: [
                _("The new round asks the same. Change it to what was asked then, and open it: it is closed at once."),
                _("Then bring in the answers from a survey tool's file."),
            ],
            do=lambda **days: copy_as_earlier_round(survey_round, by=request.user, **days),
            done_url=reverse("admin:surveys_round_changelist"),
        )

    def correct(self, request, object_id):
        """Ask what was misspelt in an opened round, and correct and log it."""
        survey_round = self.step_row(request, object_id)
        if request.method not in {"GET", "HEAD", "POST"}:
            return HttpResponseNotAllowed(["GET", "POST"])
        wordings = wordings_of(survey_round, request.GET.get("kysymys", ""))
        return self.ask_and_do(
            request,
            survey_round,
            CorrectForm(request.POST or None, wordings=wordings),
            title=capfirst(_("Correct the wording")),
            effects=lambda place, new, reason: [f"{wordings[place][3]} → {new}", _("The correction is logged.")],
            do=lambda place, new, reason: correct_wording(
                *wordings[place][:3], new, reason=reason, by=request.user
            ),
            done_url=self.step_url("questions", survey_round),
        )  # fmt: skip


def _days(survey_round):
    return {
        "first": f"{survey_round.opens_on:%-d.%-m.%Y}",
        "last": f"{survey_round.closes_on:%-d.%-m.%Y}",
    }

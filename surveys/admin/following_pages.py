"""Following a round: its board, the board as a file, letters to its municipalities, and who does not answer."""

from django import forms
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.tables import FORMATS
from registry.exports import export_table
from surveys.declining import decline_response, take_back_declining
from surveys.letters.opened import OPENED
from surveys.letters.reminders import LAST_DAYS, REMINDERS
from surveys.letters.results import RESULTS_PUBLISHED, RESULTS_READY
from surveys.letters.thanks import THANKS
from surveys.letters.to_municipalities import preview_round_letter, send_round_letter
from surveys.models import Response
from surveys.responses import DECLINED, place_in
from surveys.round_board import RoundBoard, board_columns

LETTERS = {
    "tell": OPENED, "remind": REMINDERS, "remind_last": LAST_DAYS, "thank": THANKS, "results_ready": RESULTS_READY,
    "results_published": RESULTS_PUBLISHED,
}  # fmt: skip


class DeclineForm(forms.Form):
    """Why a municipality does not answer."""

    reason = forms.CharField(
        label=gettext_lazy("Why it does not answer"),
        max_length=300,
        help_text=gettext_lazy("In the municipality's own words, without names."),
    )


class FollowingPages:
    """The pages on which a round is followed."""

    def following_pages(self):
        """Return the pages by the last word of their address."""
        letters = {page: self._letter_view(letter) for page, letter in LETTERS.items()}
        return {"responses": self.responses, "board_file": self.board_file, "decline": self.decline, **letters}

    def responses(self, request, object_id):
        """Show every municipality with its state, what happened last, who answers, and what to do next."""
        survey_round = self.round_row(request, object_id)
        board = RoundBoard(survey_round, request.GET, timezone.localdate())
        context = self._context(
            request,
            survey_round,
            _("Responses to %(round)s") % {"round": survey_round},
            board=board,
            rows=[self._with_steps(request, row, survey_round) for row in board.shown],
            may_change=not survey_round.is_draft and self.has_change_permission(request, survey_round),
            files=[
                (kind.label, f"{self.step_url('board_file', survey_round)}?muoto={key}")
                for key, kind in FORMATS.items()
            ],
            letters=self.letter_steps(survey_round),
        )
        return TemplateResponse(request, "admin/surveys/round_board.html", context)

    def _with_steps(self, request, row, survey_round):
        """Return (row, addresses of what can be done with it now)."""
        where = f"?kunta={row.place.slug}"
        may_answer = not REMINDERS.refusal(survey_round, row.line.response)
        may_call = may_answer and self.coordinates(request, survey_round)
        is_declined = row.line.state == DECLINED and survey_round.is_open
        return row, {
            "remind": self.step_url("remind", survey_round) + where if may_answer and row.respondent.person else "",
            "interview": reverse("portal_interview", args=[row.place.slug, survey_round.year]) if may_call else "",
            "decline": self.step_url("decline", survey_round) + where if may_answer or is_declined else "",
            "is_declined": is_declined,
        }

    def letter_steps(self, survey_round):
        """Return (title, address) of the letters whose time it is."""
        return [
            (letter.title, self.step_url(page, survey_round))
            for page, letter in LETTERS.items()
            if not survey_round.is_draft and letter.is_time(survey_round)
        ]

    def board_file(self, request, object_id):
        """Hand over the chosen rows as a file; it is logged, therefore by POST alone."""
        survey_round = self.round_row(request, object_id)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if request.GET.get("muoto") not in FORMATS:
            raise Http404
        board = RoundBoard(survey_round, request.POST, timezone.localdate())
        file = export_table(
            board_columns(), board.chosen, request.GET["muoto"], title=str(survey_round), model=Response,
            by=request.user, choices=board.choices_in_words, region=survey_round.region,
        )  # fmt: skip
        return FileResponse(file.content, as_attachment=True, filename=file.name, content_type=file.content_type)

    # --- Letters --------------------------------------------------------------------------------------------------

    def _letter_view(self, letter):
        """Return the page of a letter: who gets it, who does not and why; POST queues it. `?kunta=` is one alone."""

        def view(request, object_id):
            survey_round = self.step_row(request, object_id)
            places = [self._place(request, survey_round)] if "kunta" in request.GET else None
            if request.method == "POST":
                return self._send(request, letter, survey_round, places)
            is_time = letter.is_time(survey_round)
            preview = preview_round_letter(letter, survey_round, places=places) if is_time else None
            title = f"{letter.title}: {places[0].name}" if places else letter.title
            context = self._context(
                request, survey_round, title, preview=preview, letter=letter, is_time=is_time,
                board_url=self.step_url("responses", survey_round),
            )  # fmt: skip
            return TemplateResponse(request, "admin/surveys/round_letter.html", context)

        return view

    def _place(self, request, survey_round):
        """Return the municipality that the address names; 404 for one that the round does not ask."""
        place = place_in(survey_round, request.GET.get("kunta", ""))
        if place is None:
            raise Http404
        return place

    def _send(self, request, letter, survey_round, places):
        try:
            n_queued = send_round_letter(letter, survey_round, places=places, by=request.user)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), "ERROR")
        else:
            told = ngettext("%(n)s letter goes out.", "%(n)s letters go out.", n_queued) % {"n": n_queued}
            self.message_user(request, told, "SUCCESS")
        return redirect(self.step_url("responses", survey_round))

    # --- Who does not answer --------------------------------------------------------------------------------------

    def decline(self, request, object_id):
        """Ask why a municipality does not answer and record it; of one that has declined, take it back."""
        survey_round = self.step_row(request, object_id)
        place = self._place(request, survey_round)
        done_url = self.step_url("responses", survey_round)
        response = Response.objects.of_place(survey_round, place)
        if response is not None and response.declined_at and not response.is_submitted:
            return self.ask_and_do(
                request, survey_round, title=_("%(municipality)s answers after all") % {"municipality": place},
                effects=lambda: [_("It can answer, and is reminded again.")],
                do=lambda: take_back_declining(response, by=request.user), done_url=done_url,
            )  # fmt: skip
        return self.ask_and_do(
            request, survey_round, DeclineForm(request.POST or None),
            title=_("%(municipality)s does not answer") % {"municipality": place},
            effects=lambda reason: [
                _("Nobody there is reminded any more. What has been answered stays."), capfirst(reason)
            ],
            do=lambda reason: decline_response(survey_round, place, reason=reason, by=request.user), done_url=done_url,
        )  # fmt: skip

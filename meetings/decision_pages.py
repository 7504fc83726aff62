"""The administration's page of what was agreed at a meeting."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetings.decisions import add_decision, agreed_at, decide_on_agreed, takes_decisions
from meetings.forms import AgreedForm
from registry.admin.base import Step, is_id


class DecisionPages:
    """What a coordinator does with what was agreed at a meeting: write down, settle, open again, take away."""

    def decision_urls(self):
        """Return the page's address."""
        view = self.admin_site.admin_view(self.decisions)
        return [path("<int:object_id>/decisions/", view, name="meetings_meeting_decisions")]

    def decision_steps(self, meeting):
        """Return the Step that leads to the page: from a meeting that has begun, or carries something."""
        agreed = agreed_at(meeting)
        if not (takes_decisions(meeting) or agreed.own or agreed.carried):
            return []
        return [Step(_("What was agreed, %(n)d open") % {"n": agreed.n_open}, self.step_url("decisions", meeting))]

    def decisions(self, request, object_id):
        """Show what was agreed and what earlier meetings left open, with buttons; write down one after another."""
        meeting = self.step_row(request, object_id)
        if "wish" in request.POST:
            return self._decide(request, meeting)
        form = AgreedForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                add_decision(meeting, **form.decision, by=request.user)
            except ValidationError as refused:
                form.add_error(None, refused)
            else:
                self.message_user(request, _("Written down."), messages.SUCCESS)
                return redirect(self.step_url("decisions", meeting))
        context = {
            **self.admin_site.each_context(request), "opts": self.opts, "original": meeting,
            "title": _("What was agreed: %(title)s") % {"title": meeting},
            "agreed": agreed_at(meeting), "takes_decisions": takes_decisions(meeting), "form": form,
            "today": timezone.localdate(),
        }  # fmt: skip
        status = 422 if form.errors else 200
        return TemplateResponse(request, "admin/meetings/decisions.html", context, status=status)

    def _decide(self, request, meeting):
        number = request.POST.get("pk", "")
        try:
            decide_on_agreed(meeting, number if is_id(number) else 0, request.POST, by=request.user)
        except ValidationError as refused:
            self.message_user(request, " ".join(refused.messages), messages.ERROR)
            if note := request.POST.get("note", "").strip():
                self.message_user(request, f"{_('What you wrote and could not be saved')}: {note}", messages.ERROR)
        return redirect(self.step_url("decisions", meeting))

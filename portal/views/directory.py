"""The region's liaisons by topic, sector and area, and a question to them without copying addresses."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from portal.forms import QuestionForm, posted
from registry.access import OFFICERS, municipality_gate
from registry.directory import Directory, ask_colleagues


@require_safe
@municipality_gate(writers=OFFICERS)
def portal_directory(request, access):
    """Show the region's liaisons, chosen by the address; agents read, officers also ask."""
    directory = Directory(access.municipality, timezone.localdate(), request.GET)
    context = {"access": access, "directory": directory, "query": request.GET.urlencode()}
    context["others"] = directory.people(access.person)
    return render(request, "portal/portal_directory.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@municipality_gate(writers=OFFICERS, for_writing=True)
def portal_ask(request, access):
    """Ask one colleague, or all whom the address chooses; says first where the answers go."""
    directory = Directory(access.municipality, timezone.localdate(), request.GET)
    people = directory.people(access.person, number=request.GET.get("kenelle"))
    if not people or not (directory.topic or request.GET.get("kenelle")):
        raise Http404  # a question goes to one colleague or to those who know a topic, never to a whole region
    form = QuestionForm(posted(request), access=access)
    if form.is_valid() and _send(form, people, directory.topic, access, request.user):
        n = len(people)
        told = ngettext("The question went to %(n)d colleague.", "The question went to %(n)d colleagues.", n) % {"n": n}
        messages.success(request, told + " " + _("Answers come to %(address)s.") % {"address": access.person.email})
        return redirect("portal_directory", access.municipality.slug)
    context = {"access": access, "form": form, "people": people, "topic": directory.topic}
    return render(request, "portal/portal_ask.html", context, status=422 if form.errors else 200)


def _send(form, people, topic, access, user):
    """Send the question; return None with the error in the form when it is refused."""
    key = topic.key if topic else None
    try:
        text, place = form.cleaned_data["text"], access.municipality
        return ask_colleagues(people, text=text, municipality=place, topic_key=key, by=user)
    except ValidationError as problem:
        form.add_error(None, problem.messages)
        return None

"""The directory of the region's liaisons, and the topics on which colleagues can ask each."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.forms import DirectoryForm, TopicsForm, posted
from portal.views.contacts import back_to_contacts, page_and_person
from registry.access import municipality_gate
from registry.contacts import choose_topics
from registry.directory import choices_of, colleagues_of, region_of


@require_safe
@municipality_gate()
def portal_directory(request, access):
    """List the region's liaisons by topic, sector and area; what the address says wrong limits nothing."""
    today = timezone.localdate()
    region = region_of(access.municipality, today)
    if region is None:
        raise Http404
    form = DirectoryForm(request.GET, choices=choices_of(region))
    form.is_valid()
    colleagues = colleagues_of(region, today, **form.cleaned_data)
    context = {"access": access, "region": region, "form": form, "colleagues": colleagues}
    return render(request, "portal/portal_directory.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@municipality_gate(for_writing=True)
def portal_topics(request, access, pk):
    """Choose on which topics colleagues can ask the holder of an appointment."""
    page, person = page_and_person(request, access)
    appointment = next((role for role in page.own_appointments(person) if role.pk == pk), None)
    if appointment is None:
        raise Http404
    form = TopicsForm(posted(request), initial={"topics": appointment.topics.all()}, access=access)
    if form.is_valid():
        with transaction.atomic():
            choose_topics(appointment, form.cleaned_data["topics"], by=request.user)
            form.write_down("portal_topics", by=request.user, person=person)
        messages.success(request, _("Saved. Colleagues find these topics in the directory."))
        return back_to_contacts(access, person)
    context = {"access": access, "person": person, "form": form, "heading": _("Topics on which colleagues can ask")}
    return render(request, "portal/portal_form.html", context, status=422 if form.errors else 200)

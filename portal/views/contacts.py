"""One's own contact details, what is public of them, and the municipality's other people."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.forms import ConsentForm, ContactDetailsForm, PortalForm, PublicityForm, TopicsForm, posted
from registry.access import COORDINATOR, EVERYBODY, OFFICERS, municipality_gate
from registry.consents import give_consent, withdraw_consent
from registry.contacts import change_contact_details, change_publicity, choose_topics, confirm_contact_details
from registry.models import ActingEntry, Consent
from registry.portal_page import MunicipalityPage
from registry.public_details import public_fields_of, standings_of

# How a consent was given, by how a coordinator was asked to record it; otherwise the volunteer gave it here.
_MEANS = {
    ActingEntry.Source.PHONE: Consent.Means.PHONE,
    ActingEntry.Source.MAIL: Consent.Means.EMAIL,
    ActingEntry.Source.MEETING: Consent.Means.IN_PERSON,
}


def page_and_person(request, access):
    """Return the MunicipalityPage and the person whose details are in question; 404 when they have no role here."""
    page = MunicipalityPage(access, timezone.localdate())
    pk = request.POST.get("person") or request.GET.get("henkilo")
    person = page.person_in_question(pk)
    if person is None and (request.method == "POST" or pk):
        raise Http404
    return page, person


def _back(access, person):
    address = reverse("portal_contacts", args=[access.municipality.slug])
    return redirect(f"{address}?henkilo={person.pk}" if access.is_looking else address)


@require_safe
@municipality_gate(writers=EVERYBODY)
def portal_contacts(request, access):
    """Show one's own details with what is public of each, and the municipality's other people."""
    page, person = page_and_person(request, access)
    context = {
        "access": access,
        "page": page.with_marks(),
        "person": person,
        "mark": page.returned_of(person),
        "is_agent": page.is_agent(person),
        "consents": public_fields_of(person) if page.is_agent(person) else [],
        "standings": standings_of(person) if person else [],
        "appointments": page.own_appointments(person),
        "button": PortalForm(access=access),
    }
    return render(request, "portal/portal_contacts.html", context)


@require_POST
@municipality_gate(writers=EVERYBODY)
def portal_contacts_confirm(request, access):
    """Record that all details are still right."""
    _page, person = page_and_person(request, access)
    form = PortalForm(request.POST, access=access)
    if not form.is_valid():
        messages.error(request, form.errors["source"][0])
        return _back(access, person)
    with transaction.atomic():
        confirm_contact_details(person, on=timezone.localdate(), by=request.user)
        form.write_down("portal_contacts_confirm", by=request.user, person=person)
    messages.success(request, _("Thank you. The details are marked as checked today."))
    return _back(access, person)


@require_http_methods(["GET", "HEAD", "POST"])
@municipality_gate(writers=EVERYBODY, for_writing=True)
def portal_contacts_edit(request, access):
    """Change one's own contact details."""
    _page, person = page_and_person(request, access)
    if person is None:
        raise Http404
    form = ContactDetailsForm(posted(request), instance=person, access=access)
    if form.is_valid():
        with transaction.atomic():
            change_contact_details(form.instance, on=timezone.localdate(), by=request.user)
            form.write_down("portal_contacts_edit", by=request.user, person=person)
        messages.success(request, _saved(form, request.user, person))
        return _back(access, person)
    context = {"access": access, "person": person, "form": form, "heading": _("Change contact details")}
    return render(request, "portal/portal_form.html", context, status=422 if form.errors else 200)


def _saved(form, user, person):
    """Return what is said after saving; a new address for contacts is not the one for signing in (rule 9)."""
    if "email" not in form.changed_data or person.user_id is None:
        return _("The details are saved and marked as checked today.")
    told = _("The details are saved. People now write to %(email)s.") % {"email": person.email}
    if person.user_id != user.pk:
        return told
    stays = _("You still sign in with %(address)s. Ask the coordinator if that should change, too.")
    return f"{told} {stays % {'address': user.email}}"


@require_http_methods(["GET", "HEAD", "POST"])
@municipality_gate(writers=EVERYBODY, for_writing=True)
def portal_appointment(request, access, pk):
    """Choose which details are public in an appointment, and tell what has been agreed on the task."""
    page, person = page_and_person(request, access)
    appointment = next((role for role in page.own_appointments(person) if role.pk == pk), None)
    if appointment is None:
        raise Http404
    form = PublicityForm(posted(request), instance=appointment, access=access)
    if form.is_valid():
        with transaction.atomic():
            change_publicity(form.instance, by=request.user)
            form.write_down("portal_appointment", by=request.user, person=person)
        messages.success(request, _("Saved. The public page shows it at once."))
        return _back(access, person)
    context = {"access": access, "person": person, "form": form, "heading": appointment.get_kind_display()}
    return render(request, "portal/portal_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@municipality_gate(writers=OFFICERS | {COORDINATOR}, for_writing=True)
def portal_topics(request, access, pk):
    """Choose on what colleagues can ask in an appointment."""
    page, person = page_and_person(request, access)
    appointment = next((role for role in page.own_appointments(person) if role.pk == pk), None)
    if appointment is None:
        raise Http404
    form = TopicsForm(posted(request), instance=appointment, access=access)
    if form.is_valid():
        with transaction.atomic():
            choose_topics(appointment, form.cleaned_data["topics"], by=request.user)
            form.write_down("portal_topics", by=request.user, person=person)
        messages.success(request, _("Saved. Colleagues find you in the directory by these topics."))
        return _back(access, person)
    context = {"access": access, "person": person, "form": form, "heading": _("Topics")}
    return render(request, "portal/portal_form.html", context, status=422 if form.errors else 200)


@require_POST
@municipality_gate(writers=EVERYBODY)
def portal_consent(request, access):
    """Allow a volunteer's detail to be shown, or withdraw that: one button for each."""
    page, person = page_and_person(request, access)
    form = ConsentForm(request.POST, access=access)
    if not page.is_agent(person):
        raise Http404
    if not form.is_valid():
        messages.error(request, next(iter(form.errors.values()))[0])
        return _back(access, person)
    field = form.cleaned_data["field"]
    with transaction.atomic():
        if "withdraw" in request.POST:
            withdraw_consent(person, field, by=request.user)
        else:
            means = _MEANS.get(form.cleaned_data.get("source"), Consent.Means.SITE)
            give_consent(person, field, means=means, given_on=timezone.localdate(), by=request.user)
        form.write_down("portal_consent", by=request.user, person=person)
    messages.success(request, _("Saved. The public page shows it at once."))
    return _back(access, person)

"""Somebody leaves a post: the form, the pack of the next one, and the confirmation of who follows."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.forms import HandoverForm, PortalForm, posted
from portal.views.contacts import page_and_person
from registry.access import COORDINATOR, OFFICERS, municipality_gate
from registry.handover import POSTS, confirm_successor, hand_over, is_confirmed, known_or_new, may_appoint
from registry.handover_pack import pack_of, post_of
from registry.models import Appointment, Handover

READERS = OFFICERS | {COORDINATOR}


def initial_of(role):
    """Return what an earlier handover of the role already says."""
    earlier = getattr(role, "handover", None)
    if earlier is None:
        return {}
    follows = HandoverForm.KNOWN if earlier.successor_id else HandoverForm.NOBODY
    return {"last_day": role.end_last, "note": earlier.note, "successor": earlier.successor_id, "follows": follows}


def leave_by(form, role, *, by):
    """Hand `role` over as the valid `form` says; return the Handover, or None with the errors in the form."""
    data = form.cleaned_data
    try:
        with transaction.atomic():
            successor = form.people.get(data["successor"]) if data["follows"] == form.KNOWN else None
            if data["follows"] == form.NEW:
                names = {name: data[name] for name in ("given_name", "family_name", "email")}
                successor = known_or_new(role, by=by, **names)
            is_being_named = data["follows"] == form.BEING_NAMED
            on, note = data["last_day"], data["note"]
            left = hand_over(role, on=on, by=by, successor=successor, is_being_named=is_being_named, note=note)
            if isinstance(role, Appointment):
                form.write_down("portal_handover", by=by, person=role.person)
            return left
    except ValidationError as problem:
        form.add_error("last_day" if getattr(problem, "code", "") in {"past", "later"} else None, problem.messages)
        return None


def told(handover):
    """Return what is said after a post has been handed over."""
    if handover.successor is None:
        return _("Saved. The pack waits for the next one; nothing in it is lost.")
    if is_confirmed(handover):
        return _("Saved. %(name)s follows and finds the pack on the own pages.") % {"name": handover.successor.name}
    return _("Saved. The coordinator confirms %(name)s; then the pack opens.") % {"name": handover.successor.name}


@require_http_methods(["GET", "HEAD", "POST"])
@municipality_gate(writers=READERS, for_writing=True)
def portal_handover(request, access, pk):
    """Leave one's own post, or as a coordinator end somebody's when they have asked."""
    page, person = page_and_person(request, access)
    role = next((each for each in page.own_appointments(person) if each.pk == pk and each.kind in POSTS), None)
    if role is None:
        raise Http404
    others = [each for each in page.people if each != person]
    is_liaison = role.kind == Appointment.Kind.LIAISON
    form = HandoverForm(posted(request), access=access, people=others, is_liaison=is_liaison, initial=initial_of(role))
    if form.is_valid() and (handover := leave_by(form, role, by=request.user)):
        messages.success(request, told(handover))
        return redirect("portal_pack", access.municipality.slug, handover.pk)
    context = {"access": access, "person": person, "form": form, "may_appoint": may_appoint(role, by=request.user)}
    return render(request, "portal/portal_handover.html", context, status=422 if form.errors else 200)


def _pack(access, pk):
    handover = next(iter(Handover.objects.of_municipality(access.municipality).with_number(pk)), None)
    if handover is None:
        raise Http404
    return handover


@require_safe
@municipality_gate(readers=READERS)
def portal_pack(request, access, pk):
    """Show the next one everything that is open in the post."""
    handover = _pack(access, pk)
    confirmed = is_confirmed(handover)
    context = {
        "access": access,
        "handover": handover,
        "sections": pack_of(post_of(handover, timezone.localdate())),
        "is_confirmed": confirmed,
        "may_confirm": handover.successor and not confirmed and may_appoint(handover.role, by=request.user),
        "button": PortalForm(access=access),
        "confirm_name": "portal_pack_confirm",
    }
    return render(request, "portal/portal_pack.html", context)


@require_POST
@municipality_gate(readers=READERS, writers={COORDINATOR})
def portal_pack_confirm(request, access, pk):
    """Appoint the one whom the leaver has proposed."""
    handover = _pack(access, pk)
    form = PortalForm(request.POST, access=access)
    try:
        if not form.is_valid():
            raise ValidationError(form.errors["source"][0])
        with transaction.atomic():
            confirm_successor(handover, by=request.user)
            form.write_down("portal_pack_confirm", by=request.user, person=handover.successor)
        messages.success(request, _("%(name)s follows.") % {"name": handover.successor.name})
    except ValidationError as problem:
        messages.error(request, problem.messages[0])
    return redirect("portal_pack", access.municipality.slug, pk)

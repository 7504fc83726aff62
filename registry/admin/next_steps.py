"""What to do next: sentences with links, shown after a person, an appointment or an agent has been saved."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from registry.models import Agent, Appointment, Municipality, Situation


def _link(table, label, **values):
    """Return a link to a new row of `table` with `values` filled in."""
    return format_html('<a href="{}?{}">{}</a>', reverse(f"admin:registry_{table}_add"), urlencode(values), label)


def after_person(person):
    """Return what a person without a role needs: one."""
    has_role = (
        person.appointments.open_or_future().exists()
        or person.agencies.open_or_future().exists()
        or person.coordinations.open_or_future().exists()
    )
    if has_role:
        return []
    return [
        format_html(
            _("Next, give the person a role: {appointment} or {agent}."),
            appointment=_link("appointment", _("record an appointment"), person=person.pk),
            agent=_link("agent", _("record an association agent"), person=person.pk),
        )
    ]


def after_appointment(appointment):
    """Return what a liaison's beginning or end asks for."""
    if appointment.kind != Appointment.Kind.LIAISON:
        return []
    if appointment.end_last is None or appointment.end_last >= timezone.localdate():
        return _after_beginning(appointment) if appointment.end_last is None else []
    place = appointment.municipality
    today = Municipality.objects.with_situation(timezone.localdate()).get(pk=place.pk)
    if today.situation != Situation.NO_INFORMATION:
        return []
    return [
        format_html(
            _("The page of {municipality} now says “no information”. Next, {appointment}, or {statement}."),
            municipality=place,
            appointment=_link("appointment", _("record the next liaison"), municipality=place.pk),
            statement=_link("situationstatement", _("record what is known of the situation"), municipality=place.pk),
        )
    ]


def _after_beginning(appointment):
    missing = []
    if not (appointment.hours_per_week or appointment.percent):
        missing.append(_("the working time"))
    if not appointment.job_description_url:
        missing.append(_("the link to the job description"))
    if not appointment.associations_told_on:
        missing.append(_("when associations were told"))
    if not missing:
        return []
    return [_("Naming is not enough. Ask the municipality still for: %(missing)s.") % {"missing": ", ".join(missing)}]


def after_agent(agent):
    """Return what an agent who goes on still needs: consents, a pair."""
    if agent.person is None or agent.end_last is not None:
        return []
    sentences = []
    if not agent.person.consents.in_force().exists():
        consent = _link("consent", _("record a consent"), person=agent.person_id)
        sentences.append(
            format_html(_("Nothing of a volunteer is shown without consent. Next, {consent}."), consent=consent)
        )
    is_pair = Agent.objects.filter(pk=agent.pk, pairings__end_last__isnull=True, pairings__isnull=False).exists()
    if not is_pair:
        pairing = _link("pairing", _("record the working pair"), agent=agent.pk)
        sentences.append(
            format_html(
                _("The agent has no working pair yet. When a liaison is agreed on, {pairing}."), pairing=pairing
            )
        )
    return sentences

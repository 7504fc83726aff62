"""A host's agent helps to make one evening: writes its words, its agenda and a draft's day, and takes no step of it."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetings.models import CoHost
from registry.models import Agent


def agents_of_hosts(meeting, municipality, on):
    """Return the agents of a host on day `on` with people, each with `co_host` (a CoHost or None); two queries."""
    named = {each.agent_id: each for each in meeting.co_hosts.all()}
    agents = [agent for agent in Agent.objects.for_portal(municipality, on) if agent.person_id]
    for agent in agents:
        agent.co_host = named.get(agent.pk)
    return agents


def is_co_host(meeting, person, on):
    """Whether a person helps to make the meeting on day `on`: as an agent whose role goes on."""
    return person is not None and meeting.co_hosts.current_on(on).filter(agent__person=person).exists()


@transaction.atomic
def name_co_host(meeting, municipality, agent_id, *, by):
    """Let an agent of the municipality help to make its meeting; return the CoHost. Harmless when repeated.

    Raises ValidationError with code "not_agent" for anybody who is not the municipality's agent today, "over" for a
    meeting that has been held or cancelled.
    """
    if meeting.is_over or meeting.is_cancelled:
        raise ValidationError(_("The meeting has been held or cancelled."), code="over")
    agents = Agent.objects.for_portal(municipality, timezone.localdate())
    agent = next((each for each in agents if str(each.pk) == str(agent_id) and each.person_id), None)
    if agent is None:
        raise ValidationError(_("Choose an association agent of the municipality."), code="not_agent")
    return CoHost.objects.get_or_create(meeting=meeting, agent=agent, defaults={"named_by": by})[0]


@transaction.atomic
def end_co_hosting(meeting, municipality, agent_id):
    """Let an agent of the municipality help no more. Harmless when repeated."""
    if str(agent_id).isdecimal() and len(str(agent_id)) < 19:
        meeting.co_hosts.filter(agent=agent_id, agent__municipality=municipality).delete()

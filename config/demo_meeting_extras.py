"""The demo's proposals for agendas, an agent who helps to make an evening, and a liaison's own calendar."""

from accounts.models import User
from config.demo_meetings import NEXT_IN_OULU, OULU
from meetings.co_hosting import name_co_host
from meetings.models import Meeting
from meetings.private_calendar import renew_calendar_link
from meetings.proposing import decline_proposal, propose_point, settle_computed, take_proposal
from registry.models import Agent, Municipality

PREMISES = ("Kunnan tilojen varaaminen", "Moni yhdistys on kysynyt, miten iltavuoron saa.", 20)
GRANTS = ("Avustusten hakuohje selkokielellä", "Pienet yhdistykset jättävät hakematta, koska ohje on vaikea.", 15)
TRIP = ("Yhteinen retki naapurikuntaan", "Nähtäisiin, miten siellä tehdään.", 30)
NOT_NOW = "Hyvä ajatus, mutta illasta tulee liian pitkä. Otetaan keväällä esiin."
DROPPED = "follow_ups"


def add_meeting_extras(today):
    """Let Oulu's agent propose points and help to make the next evening, and hosts decide on some of them."""
    agent, liaison, coordinator = (
        User.objects.get(email=f"{name}@example.org") for name in ("agent.oulu", "liaison.oulu", "coordinator")
    )
    oulu = Municipality.objects.get(code=OULU)
    evening = Meeting.objects.get(slug=NEXT_IN_OULU)
    coming = Meeting.objects.published().standing().filter(region=evening.region_id, kind__key="network-meeting")
    network = coming.coming(today).first()

    def propose(meeting, point):
        title, why, minutes = point
        return propose_point(meeting, oulu, title=title, why=why, minutes=minutes, by=agent)

    taken, declined = propose(evening, PREMISES), propose(evening, TRIP)
    propose(evening, GRANTS)
    propose(network, GRANTS)
    take_proposal(taken, by=liaison)
    decline_proposal(declined, answer=NOT_NOW, by=liaison)
    helper = Agent.objects.current_on(today).filter(municipality=oulu, person__user=agent).first()
    name_co_host(evening, oulu, helper.pk, by=liaison)
    settle_computed(network, DROPPED, is_taken=False, on=today, by=coordinator)
    renew_calendar_link(liaison)

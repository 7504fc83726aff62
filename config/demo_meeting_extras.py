"""The demo's proposals for agendas, an agent who helps, what was agreed, and a liaison's own calendar."""

import datetime as dt

from accounts.models import User
from config.demo_answers import on_day
from config.demo_meetings import NEXT_IN_OULU, OULU
from meetings.co_hosting import name_co_host
from meetings.decisions import Outcome, add_decision, carry_open, settle_decision
from meetings.models import Meeting
from meetings.models.meetings import HELSINKI
from meetings.private_calendar import renew_calendar_link
from meetings.proposing import decline_proposal, propose_point, settle_computed, take_proposal
from registry.models import Agent, Municipality

PREMISES = ("Kunnan tilojen varaaminen", "Moni yhdistys on kysynyt, miten iltavuoron saa.", 20)
GRANTS = ("Avustusten hakuohje selkokielellä", "Pienet yhdistykset jättävät hakematta, koska ohje on vaikea.", 15)
TRIP = ("Yhteinen retki naapurikuntaan", "Nähtäisiin, miten siellä tehdään.", 30)
NOT_NOW = "Hyvä ajatus, mutta illasta tulee liian pitkä. Otetaan keväällä esiin."
DROPPED = "follow_ups"
# What was agreed, who sees to it, within how many weeks; how it stands since, and what came of it.
AGREED_IN_OULU = (
    ("Julkaistaan kunnan tilojen iltavuorot yhdellä sivulla", "Vapaa-aikasihteeri", 4, "done",
     "Vuorot ovat nyt verkkosivulla."),
    ("Kirjoitetaan avustusten hakuohje selkokielellä", "Järjestöyhdyshenkilö ja yhdistysagentti", 26, "", ""),
    ("Kootaan yhdistysten toiveet yhteisistä koulutuksista", "Esimerkkiyhdistys ry", None, "", ""),
    ("Tehdään yhteinen retki naapurikuntaan", "", None, "dropped", "Retkelle ei löytynyt päivää, joka sopii usealle."),
)  # fmt: skip
AGREED_IN_REGION = (
    ("Jokainen pari kertoo yhden hyvän käytännön kuntansa tilojen käytöstä", "Kuntien parit", 40, "", ""),
    ("Kootaan kuntien avustusohjeet yhteen", "Järjestöagentti", 8, "done", "Kooste on lähetetty kuntiin."),
)


def add_meeting_extras(today):
    """Let Oulu's agent propose points and help to make the next evening; let the last meetings agree on things."""
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
    last = Meeting.objects.hosted_by(oulu).published().standing().past(today).first()
    _agree(last, AGREED_IN_OULU, today, by=liaison)
    carry_open(last, evening)
    before = Meeting.objects.published().standing().past(today).filter(region=network.region_id, kind=network.kind_id)
    _agree(before.first(), AGREED_IN_REGION, today, by=coordinator)
    carry_open(before.first(), network)


def _agree(meeting, points, today, *, by):
    """Write down the day after a meeting what was agreed at it, and say yesterday how some of it stands."""
    held_on = meeting.starts_at.astimezone(HELSINKI).date()
    for text, doer, weeks, outcome, note in points:
        with on_day(min(held_on + dt.timedelta(days=1), today)):
            due_on = held_on + dt.timedelta(weeks=weeks) if weeks else None
            decision = add_decision(meeting, text=text, doer=doer, due_on=due_on, by=by)
        if outcome:
            with on_day(today - dt.timedelta(days=1)):
                settle_decision(decision, Outcome(outcome), note=note, by=by)

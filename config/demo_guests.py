"""Who comes to the demo's coming meetings: invited, replied, waiting; and how many came to the networks' past ones."""

import datetime as dt

from accounts.models import User
from config.demo_meetings import COORDINATORS, NEXT_IN_OULU, RAAHE
from meetings.attendance import write_attendance
from meetings.invitees import municipalities_of
from meetings.inviting import invite, invite_guest
from meetings.models import Invitation, Meeting, MeetingKind, Reply
from meetings.models.meetings import HELSINKI
from meetings.planning import plan_meeting, save_meeting
from meetings.polls import ask_days, propose_days, vote
from meetings.replying import Wanted, register, save_reply
from registry.models import Municipality, Region

_Answer = Reply.Answer
SEATS = 6
DAY_OF_RAAHE = "raahen-ilta-paiva-avoin"
# What the invitees of Oulu's evening reply, in the order of the list; None: nothing yet.
REPLIES = (
    Wanted(_Answer.COMES, n_people=2, question="Miten tiloja voi varata viikonlopuksi?", diets={"gluten_free": 1}),
    Wanted(_Answer.COMES, diets={"vegetarian": 1}),
    None,
    Wanted(_Answer.NO),
    Wanted(_Answer.COMES, n_people=2, diets={"lactose_free": 2}),
    None,
)
REGISTERED = (("Rauha Rekisteri", "Esimerkkikuoro", "rauha.rekisteri@example.org", 2),
              ("Niilo Nimetön", "Mallitalkoot", "niilo.nimeton@example.org", 2),
              ("Jonna Jono", "Keksityt retkeilijät", "jonna.jono@example.org", 2))  # fmt: skip


def add_guests(today):
    """Invite to Oulu's next evening and to the networks' next meetings, with replies; tell who came to past ones."""
    _to_evening()
    _which_day(today)
    for code, email in COORDINATORS.items():
        by = User.objects.get(email=email)
        networks = Meeting.objects.filter(region__code=code, kind__key="network-meeting")
        _to_network(networks.coming(today).first(), by)
        for place, meeting in enumerate(networks.past(today)):
            _attended(meeting, place)


def _which_day(today):
    """Let Raahe ask its associations and agents which of three days suits its next evening."""
    raahe = Municipality.objects.get(code=RAAHE)
    by = User.objects.get(email=COORDINATORS["17"])
    meeting = Meeting(
        kind=MeetingKind.objects.get(key="association-evening"), region=Region.objects.get(code="17"), slug=DAY_OF_RAAHE
    )  # fmt: skip
    meeting = plan_meeting(meeting, hosts=[raahe], by=by)
    begins = [dt.datetime.combine(today + dt.timedelta(days=days), dt.time(17, 30), HELSINKI) for days in (75, 76, 82)]
    propose_days(meeting, [(each, each + dt.timedelta(hours=2)) for each in begins])
    ask_days(meeting, ["liaisons", "agents", "associations"], by=by)
    options = list(meeting.date_options.all())
    for place, each in enumerate(Invitation.objects.filter(meeting=meeting).order_by("pk")):
        said = ("yes", "no", "yes"), ("maybe", "no", "yes"), ("no", "yes", "maybe")
        vote(each, {option.pk: answer for option, answer in zip(options, said[place % 3], strict=True)})


def _to_evening():
    meeting = Meeting.objects.get(slug=NEXT_IN_OULU)
    by = User.objects.get(email="liaison.oulu@example.org")
    meeting.registration_url, meeting.takes_registrations, meeting.capacity = "", True, SEATS
    meeting.asks_diet = meeting.asks_question = True
    save_meeting(meeting, seen=meeting.version, by=by)
    invite(meeting, ["agents", "associations"], by=by)
    invite_guest(meeting, name="Ville Vieras", organisation="Mallilehti", by=by)
    _reply(meeting, REPLIES, by)
    for name, organisation, email, n_people in REGISTERED:
        wanted = Wanted(_Answer.COMES, n_people=n_people)
        register(meeting, wanted, name=name, organisation=organisation, email=email, language="fi")


def _to_network(meeting, by):
    meeting.registration_url = ""
    save_meeting(meeting, seen=meeting.version, by=by)
    invite(meeting, ["liaisons", "agents"], by=by)
    _reply(meeting, (Wanted(_Answer.COMES), None, Wanted(_Answer.COMES), Wanted(_Answer.NO), None), by)


def _reply(meeting, replies, by):
    """Let invitees reply in turn; every fourth by telephone."""
    invitations = Invitation.objects.filter(meeting=meeting).standing().order_by("pk")
    for place, each in enumerate(invitations):
        if wanted := replies[place % len(replies)]:
            rang = {"source": Reply.Source.BEHALF, "by": by} if place % 4 == 3 else {}
            save_reply(each, wanted, **rang)


def _attended(meeting, place):
    """Let two or three of four municipalities have come, another number from each."""
    members = municipalities_of(meeting, meeting.starts_at.date()).by_name()
    counts = {each.pk: 1 + (n + place) % 3 for n, each in enumerate(members) if (n + place) % 4}
    write_attendance(meeting, counts)

"""The demo world: real municipalities and published figures, invented people, made through the functions the site uses.

Everything invented looks invented: names end in words for "example", addresses are
under example.org, phone numbers have the shape 050 000 00xx. The same seed gives
the same world on the same day.
"""

import datetime as dt
import random
from itertools import cycle

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from common.partial_dates import PartialDate, Precision
from config.demo_following import follow_round
from config.demo_guests import add_guests
from config.demo_imports import add_imports
from config.demo_letters import let_letters_come_back, run_this_mornings_jobs, write_to_associations
from config.demo_meeting_extras import add_meeting_extras
from config.demo_meetings import add_meetings
from config.demo_oddities import leave_oddities
from config.demo_records import add_records
from config.demo_surveys import add_rounds
from config.demo_work import work_of_handover, work_of_pairs, work_of_region
from registry.consents import give_consent, withdraw_consent
from registry.feedback import receive_feedback
from registry.models import (
    Agent,
    AgentTask,
    AgentTraining,
    Appointment,
    Area,
    Association,
    AssociationContact,
    AssociationField,
    Channel,
    Consent,
    Coordinator,
    Feedback,
    GrantPeriod,
    Municipality,
    Pairing,
    Person,
    Premises,
    Region,
    Sector,
    SharedMailbox,
    SiteState,
    SituationStatement,
    Task,
)
from registry.reference import load_reference_data
from registry.roles import end_role, save_role

PASSWORD = "rinnalla-demo-2026"  # noqa: S105 - printed in the README, refused by check --deploy
SOURCE = "Esittelyaineisto"
RECORDS_FROM = {"17": dt.date(2021, 1, 1), "13": dt.date(2022, 1, 1)}

GIVEN_NAMES = (
    "Kielo Vuokko Orvokki Kanerva Pihla Tuomi Raita Kataja Lumi Tuuli Sade Pouta Halla Routa Aalto Saari Lahti Virta "
    "Koski Niitty Ahma Ilves Hirvi Kettu Kuikka Joutsen Tiira Kurki Lokki Haukka Peippo Sirkku Tikka Varis"
).split()
FAMILY_NAMES = (
    "Esimerkki Mallikas Keksitty Kuvitelma Harjoitus Näytelmä Luonnos Sepite Kokeilu Malline Taru Oletus".split()
)
TITLES = {
    "education_culture": ["sivistysjohtaja", "kulttuurisihteeri", "kirjastotoimenjohtaja"],
    "leisure": ["vapaa-aikasihteeri", "liikuntasihteeri", "nuorisosihteeri"],
    "central_administration": ["hallintosihteeri", "kehittämissuunnittelija", "viestintäsuunnittelija"],
    "wellbeing": ["hyvinvointikoordinaattori", "hyte-koordinaattori"],
}
ASSOCIATION_NAMES = {
    "sport": "Esimerkki-Hiihtäjät ry",
    "culture": "Mallikuoro ry",
    "youth": "Kuvitelman Nuoret ry",
    "village": "Sepitteen kyläyhdistys ry",
    "social_health": "Keksityn Vertaistuki ry",
    "pensioners": "Luonnoksen Eläkeläiset ry",
    "environment": "Näytelmän Luonnonystävät ry",
}
# Municipalities that stand for a situation; all the others have a liaison.
BEING_NAMED = {"071", "625", "435"}
DUTIES = {"483", "256"}
NOBODY = {"317", "691", "312"}
NO_DATA = {"832", "216"}
ENDED_LAST_YEAR = {"746"}
LEFT_LATELY = {"563", "850"}  # without a word of what follows
TWO_LIAISONS = {"564", "179"}
SIGNS_IN = {
    "564": "liaison.oulu@example.org", "072": "liaison.hailuoto@example.org", "179": "liaison.jyvaskyla@example.org",
}  # fmt: skip
WITHOUT_AGENT_EVERY = 3


class World:
    """Builds the demo; `random` is seeded so that a municipality's story stays the same."""

    def __init__(self, today):
        self.today = today
        self.random = random.Random(2026)  # noqa: S311 - a story, not a secret
        self.n_people = 0
        names = [(given, family) for family in FAMILY_NAMES for given in GIVEN_NAMES]
        self.random.shuffle(names)
        self.names = cycle(names)
        self.sectors = {sector.key: sector for sector in Sector.objects.all()}
        self.fields = {field.key: field for field in AssociationField.objects.all()}

    def person(self, region, *, email=None, account=False):
        """Make an invented person; with `account` they can sign in to the demo."""
        given_name, family_name = next(self.names)
        self.n_people += 1
        person = Person(
            given_name=given_name,
            family_name=family_name,
            email=email or f"henkilo{self.n_people}@example.org",
            phone=f"050 000 00{self.n_people % 100:02d}",
            region=region,
            contact_checked_on=self.today - dt.timedelta(days=self.random.randrange(10, 400)),
        )
        if account:
            person.user = User.objects.create_user(person.email, PASSWORD)
        person.full_clean()
        person.save()
        return person

    def day(self, year, month=None, day=None):
        """Return a PartialDate: a year, a month of it, or a day, never later than today."""
        if month is None:
            return PartialDate.of(year)
        if day is None:
            return PartialDate.of(year, Precision.MONTH, month)
        return PartialDate.day(min(dt.date(year, month, day), self.today))

    def appoint(self, municipality, person, start, *, kind=Appointment.Kind.LIAISON, **details):
        """Appoint through the process function, as a coordinator would."""
        sector = self.random.choice(list(TITLES))
        appointment = Appointment(
            municipality=municipality,
            person=person,
            kind=kind,
            sector=self.sectors[sector],
            title=self.random.choice(TITLES[sector]),
            source=SOURCE,
            **details,
        )
        appointment.start = start
        return save_role(appointment, by=None)

    def state(self, municipality, kind, start):
        """Record that somebody is being named, or that there is nobody."""
        statement = SituationStatement(municipality=municipality, kind=kind, source=SOURCE)
        statement.start = start
        return save_role(statement, by=None)


@transaction.atomic
def build_demo(today=None):
    """Fill an empty database with the demo world and mark it; return the number of invented people."""
    today = today or timezone.localdate()
    load_reference_data()
    SiteState.objects.mark_demo()
    User.objects.create_superuser("admin@example.org", PASSWORD)
    world = World(today)
    for region in Region.objects.filter(code__in=RECORDS_FROM):
        region.records_from = RECORDS_FROM[region.code]
        region.save()
        _coordinators(world, region)
        for municipality in Municipality.objects.members_of(region, today).by_name():
            _municipality(world, region, municipality)
        work_of_region(region, today)
    work_of_pairs(today)
    work_of_handover(today)
    _feedback(world)
    leave_oddities(today)
    _twins(world)
    add_imports(today)
    add_rounds(today)
    add_meetings(today)
    add_meeting_extras(today)
    add_records()
    follow_round()
    write_to_associations()
    add_guests(today)
    run_this_mornings_jobs()
    let_letters_come_back(today)
    return world.n_people


def _coordinators(world, region):
    start = PartialDate.day(RECORDS_FROM[region.code])
    addresses = {"17": "coordinator@example.org", "13": "coordinator.keski-suomi@example.org"}
    first = world.person(region, email=addresses[region.code], account=True)
    areas = list(Area.objects.filter(group__region=region, group__key__startswith="coordinators"))
    roles = [(first, None)]
    for area in areas:
        roles.append((first if area.code == "oulu" else world.person(region), area))
    for person, area in roles:
        role = Coordinator(person=person, region=region, area=area, title="projektityöntekijä")
        role.start = start
        save_role(role, by=None)


def _municipality(world, region, municipality):
    """Tell one municipality's story: who has been liaison, who is now, with whom, and what it offers."""
    if municipality.code in NO_DATA:
        return
    liaison = _liaisons(world, region, municipality)
    _associations(world, municipality)
    agent = _agents(world, region, municipality)
    if liaison and agent:
        pair = Pairing(appointment=liaison, agent=agent)
        pair.start = PartialDate.day(max(liaison.start_last, agent.start_last))
        save_role(pair, by=None)
    _offers(world, municipality)


def _liaisons(world, region, municipality):
    """Give the municipality its liaisons over the years; return today's, or None."""
    pick = world.random
    first_year = RECORDS_FROM[region.code].year
    code = municipality.code
    if code in NOBODY:
        world.state(municipality, SituationStatement.Kind.NONE, world.day(first_year + 1, 9, 14))
        return _fallback(world, region, municipality)
    if code in DUTIES:
        duties = Appointment.Kind.DUTIES
        world.appoint(municipality, world.person(region), world.day(first_year, 9), kind=duties, hours_per_week=1)
        return None
    if code in BEING_NAMED:
        world.state(municipality, SituationStatement.Kind.NONE, world.day(first_year, 10, 1))
        world.state(municipality, SituationStatement.Kind.BEING_NAMED, world.day(world.today.year, 9, 1))
        return _fallback(world, region, municipality)
    late = pick.random() < 0.45
    start = world.day(pick.randrange(first_year + 1, world.today.year), pick.randrange(1, 13), pick.randrange(1, 29))
    earlier = None
    if late:
        world.state(municipality, SituationStatement.Kind.NONE, PartialDate.day(RECORDS_FROM[region.code]))
    else:
        earlier = world.appoint(municipality, world.person(region), world.day(first_year - pick.randrange(1, 4)))
    address = SIGNS_IN.get(code)
    person = world.person(region, email=address, account=bool(address))
    liaison = world.appoint(municipality, person, start, **_working_conditions(world))
    if earlier:
        end_role(earlier, on=PartialDate.day(start.first - dt.timedelta(days=1)), by=None)
    if code in TWO_LIAISONS:
        world.appoint(municipality, world.person(region), world.day(world.today.year - 1, 3), percent=20)
    if pick.random() < 0.2:
        _deputy(world, region, liaison)
    if pick.random() < 0.3:
        _shared_mailbox(world, liaison)
    if code in ENDED_LAST_YEAR:
        last_day = PartialDate.day(dt.date(world.today.year - 1, 12, 31))
        end_role(liaison, on=last_day, by=None, then=SituationStatement.Kind.NONE, source=SOURCE)
        return _fallback(world, region, municipality)
    if code in LEFT_LATELY:
        end_role(liaison, on=PartialDate.day(world.today - dt.timedelta(days=12)), by=None)
        return None
    return liaison


def _working_conditions(world):
    """Return working time, job description and telling the associations: some have all of it, some nothing."""
    pick = world.random
    told = world.today - dt.timedelta(days=pick.randrange(60, 900))
    conditions = {}
    if pick.random() < 0.7:
        conditions["hours_per_week"] = pick.choice([2, 3, 3, 4, "7.5"])
    if pick.random() < 0.6:
        conditions |= {"job_description_url": "https://example.org/toimenkuva", "job_description_published_on": told}
    if pick.random() < 0.6:
        conditions["associations_told_on"] = told
    return conditions


def _fallback(world, region, municipality):
    """Name the fallback respondent with the reason; return None, for there is no liaison."""
    world.appoint(
        municipality,
        world.person(region),
        world.day(world.today.year - 1, 9, 1),
        kind=Appointment.Kind.FALLBACK,
        fallback_post=Appointment.FallbackPost.WELLBEING,
        fallback_reason="Kuntaan ei ole nimetty järjestöyhdyshenkilöä.",
    )


def _deputy(world, region, liaison):
    deputy = Appointment(
        municipality=liaison.municipality,
        person=world.person(region),
        kind=Appointment.Kind.DEPUTY,
        deputy_for=liaison,
        title="vs. vapaa-aikasihteeri",
        source=SOURCE,
    )
    deputy.start = PartialDate.day(world.today - dt.timedelta(days=20))
    deputy.end = PartialDate.day(world.today + dt.timedelta(days=120))
    save_role(deputy, by=None)


def _shared_mailbox(world, liaison):
    mailbox = SharedMailbox.objects.create(
        municipality=liaison.municipality,
        post="vapaa-aikapalvelut",
        email=f"vapaa-aika.{liaison.municipality.slug}@example.org",
        checked_on=world.today - dt.timedelta(days=40),
    )
    liaison.mailbox = mailbox
    save_role(liaison, by=None)


def _associations(world, municipality):
    """Give the municipality some invented associations, one in two with a contact."""
    for key in world.random.sample(list(ASSOCIATION_NAMES), world.random.randrange(3, 7)):
        association = Association.objects.create(
            name=f"{ASSOCIATION_NAMES[key]} ({municipality.name_fi})",
            municipality=municipality,
            field=world.fields[key],
        )
        if world.random.random() < 0.5:
            AssociationContact.objects.create(
                association=association,
                name=" ".join(next(world.names)),
                email=f"yhdistys{association.pk}@example.org",
                source=SOURCE,
                basis=AssociationContact.Basis.GIVEN,
                obtained_on=world.today - dt.timedelta(days=world.random.randrange(30, 700)),
            )


def _agents(world, region, municipality):
    """Give two municipalities of three an agent, at some stage; return the one who is active, or None."""
    pick = world.random
    is_demo_agent = municipality.code == "564"
    if not is_demo_agent and pick.randrange(WITHOUT_AGENT_EVERY) == 0:
        return None
    address = "agent.oulu@example.org" if is_demo_agent else None
    person = world.person(region, email=address, account=is_demo_agent)
    year = world.today.year - pick.randrange(1, 4)
    agent = Agent(municipality=municipality, person=person, source=SOURCE)
    agent.start = world.day(year, pick.randrange(1, 6))
    is_trained = is_demo_agent or pick.random() < 0.8
    is_active = is_trained and (is_demo_agent or pick.random() < 0.8)
    if is_trained:
        agent.trained = PartialDate.of(year, Precision.AUTUMN)
    if is_active:
        agent.active = PartialDate.day(dt.date(year, 12, 1))
    agent.association = Association.objects.filter(municipality=municipality).by_name().first()
    save_role(agent, by=None)
    agent.tasks.set(AgentTask.objects.all()[: pick.randrange(1, 5)])
    if is_trained:
        AgentTraining.objects.create(agent=agent, name="Yhdistysagenttien peruskoulutus", completed=agent.trained)
    for field in Consent.Field.values:
        if is_demo_agent or pick.random() < 0.6:
            given_on = world.today - dt.timedelta(days=pick.randrange(30, 300))
            give_consent(person, field, means=Consent.Means.PAPER, given_on=given_on, by=None)
    if not is_demo_agent and pick.random() < 0.15:
        withdraw_consent(person, Consent.Field.PHONE, by=None)
    return agent if is_active else None


def _offers(world, municipality):
    """Record what the municipality offers: coming grant periods, places, channels; some municipalities have none."""
    pick = world.random
    today = world.today
    checked_on = today - dt.timedelta(days=pick.randrange(5, 500))
    if pick.random() < 0.8:
        year = today.year + (1 if today.month > 3 else 0)
        GrantPeriod.objects.create(
            municipality=municipality,
            name="Yhdistysten yleisavustus",
            kind=GrantPeriod.Kind.GENERAL,
            opens_on=dt.date(year, 2, 1),
            closes_on=dt.date(year, 3, 31),
            url="https://example.org/avustukset",
            checked_on=checked_on,
        )
    for name, price in pick.sample(
        [
            ("Esimerkkitalon kokoustila", Premises.Price.FREE),
            ("Mallikoulun liikuntasali", Premises.Price.PARTLY),
            ("Harjoitussali", Premises.Price.PAID),
        ],
        pick.randrange(0, 4),
    ):
        Premises.objects.create(
            municipality=municipality,
            name=name,
            price=price,
            address="Esimerkkikatu 1",
            booking_url="https://example.org/varaus" if pick.random() < 0.5 else "",
            checked_on=checked_on,
        )
    if pick.random() < 0.7:
        Channel.objects.create(
            municipality=municipality,
            kind=Channel.Kind.CALENDAR,
            name="Tapahtumakalenteri",
            url="https://example.org/tapahtumat",
            checked_on=checked_on,
        )


def _feedback(world):
    """Leave a message and a task for the coordinators, so that their lists are not empty."""
    region = Region.objects.get(code="17")
    receive_feedback(
        Feedback(
            kind=Feedback.Kind.ERROR,
            region=region,
            page="/pohjois-pohjanmaa/hailuoto/",
            message="Esimerkkipalaute: yhdistystalon varauslinkki ei toimi.",
            language="fi",
        )
    )
    Task.objects.create(
        title="Soita kuntaan, jossa yhdyshenkilön nimeäminen on kesken",
        region=region,
        due_on=world.today + dt.timedelta(days=7),
    )


def _twins(world):
    """Leave one liaison in the registry twice, as happens when two people write down the same name."""
    liaisons = Appointment.objects.liaisons().current().filter(municipality__memberships__region__code="17")
    liaison = liaisons.exclude(municipality__code__in=TWO_LIAISONS).filter(person__user=None).order_by("pk").first()
    first = liaison.person
    twin = world.person(first.region)
    twin.given_name, twin.family_name = first.given_name, first.family_name
    twin.save()
    world.appoint(liaison.municipality, twin, world.day(liaison.start_last.year), hours_per_week=3)
    Task.objects.create(title="Kysy, onko toimenkuva julkaistu", region=first.region, assigned_to=twin)

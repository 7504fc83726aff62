"""The demo's daily work: who was called and what was agreed, and tasks, through the functions the site uses."""

import datetime as dt
import random

from registry.contact_log import prefill_entry, record_contact
from registry.contacts import choose_topics
from registry.models import Appointment, ContactEntry, Municipality, Person, Task, Topic
from registry.pair_tasks import add_pair_task, tick_task
from registry.tasks import complete_task, responsible_coordinator

ABOUT = (
    "Esimerkkipuhelu: syksyn yhdistysillan ajankohta ja kutsulista.",
    "Esimerkkikeskustelu: avustusohjeen päivitys ja hakuaika.",
    "Esimerkki: toimenkuvan julkaiseminen kunnan sivuilla.",
    "Esimerkki: tilojen varausjärjestelmä ja maksuttomat vuorot.",
    "Esimerkki: järjestöjen näkyminen hyvinvointikertomuksessa.",
)
NEXT_STEPS = (
    "Lähetä yhdistysillan ohje",
    "Soita ja kysy, onko päätös tehty",
    "Sovi tapaaminen yhdistysagentin kanssa",
    "Pyydä toimenkuvan linkki",
)
OWN_TASKS = (
    ("Tilaa kahvit verkostotapaamiseen", 9),
    ("Kokoa seudun terveiset rahoittajan raporttiin", -4),
    ("Sovi koordinaattorien yhteinen työpäivä", 21),
)

# On the lists of liaisons and agents: days until it is due, and whether it is an agent's proposal, or done.
PAIR_TASKS = (
    ("Kutsukaa yhdistykset kevään yhdistysiltaan", 6, "agreed"),
    ("Päivittäkää tilojen varausohje", -5, "agreed"),
    ("Kootkaa toiveet hyvinvointikertomukseen", None, "agreed"),
    ("Kysykää kylätoimikunnalta tilasta", 30, "proposed"),
    ("Esitelkää agentti hyvinvointitoimikunnalle", -20, "done"),
)


def work_of_region(region, today):
    """Record a year of contacts of a region and leave tasks to its coordinators."""
    draw = random.Random(region.code)  # noqa: S311 - a story, not a secret
    coordinator = Person.objects.filter(coordinations__region=region, user__isnull=False).first()
    by = coordinator.user
    for municipality in Municipality.objects.members_of(region, today).by_name():
        if draw.random() < 0.15:
            continue  # nobody has called there yet
        for days_ago in sorted((draw.randrange(3, 420) for _time in range(draw.randrange(1, 4))), reverse=True):
            _contact(draw, municipality, today, today - dt.timedelta(days=days_ago), by)
    for title, days in OWN_TASKS:
        due_on = today + dt.timedelta(days=days)
        Task.objects.create(title=title, region=region, assigned_to=coordinator, due_on=due_on, created_by=by)
    for municipality in Municipality.objects.members_of(region, today).by_name()[::7]:
        Task.objects.create(
            title="Kysy järjestöystävällisen kunnan tavoitteista",
            region=region,
            municipality=municipality,
            assigned_to=responsible_coordinator(region, municipality),
            due_on=today + dt.timedelta(days=draw.randrange(-10, 40)),
        )


def _contact(draw, municipality, today, on, by):
    """Record one contact; one in three has a next step, done already when its day is long past."""
    _municipality, person = prefill_entry(municipality=municipality)
    entry = ContactEntry(
        municipality=municipality,
        person=person,
        means=draw.choice([ContactEntry.Means.PHONE, ContactEntry.Means.PHONE, *ContactEntry.Means]),
        happened_on=on,
        is_reached=draw.random() < 0.85,
        about=draw.choice(ABOUT),
    )
    if draw.random() < 0.35:
        entry.next_step = draw.choice(NEXT_STEPS)
        entry.next_step_on = on + dt.timedelta(days=draw.randrange(14, 60))
    record_contact(entry, by=by, details_checked=person is not None and entry.is_reached and draw.random() < 0.5)
    if entry.task and (entry.next_step_on < today - dt.timedelta(days=20) or draw.random() < 0.3):
        complete_task(entry.task, by=by)


def topics_of_liaisons(region, today):
    """Let two of three liaisons of a region choose what colleagues can ask them about."""
    topics = list(Topic.objects.all())
    for number, role in enumerate(Appointment.objects.for_directory(region, today)):
        if number % 3:
            choose_topics(role, [topics[number % len(topics)], topics[number // 3 % len(topics)]], by=role.person.user)


def work_of_pairs(today):
    """Give the municipalities whose liaisons can sign in to the demo a list of the pair's tasks."""
    for liaison in Person.objects.filter(user__email__startswith="liaison."):
        municipality = liaison.appointments.current().get().municipality
        agent = Person.objects.filter(agencies__municipality=municipality, user__isnull=False).first()
        for title, days, state in PAIR_TASKS:
            is_proposal = state == "proposed"
            by = agent.user if is_proposal and agent else liaison.user
            due_on = None if days is None else today + dt.timedelta(days=days)
            task = add_pair_task(municipality, title=title, due_on=due_on, is_proposal=is_proposal, by=by)
            if state == "done":
                tick_task(task, by=liaison.user)

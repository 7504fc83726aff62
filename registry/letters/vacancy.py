"""Telling a municipality's agents that its liaison has left and nothing is known of what follows."""

import datetime as dt

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.days import short_day
from mailing.kinds import NotWantedError, Placeholder, letter_kind
from mailing.writing import write
from registry.letters.recipients import (
    BY_THE_CLOCK,
    answers_for,
    person_of,
    queue_letters,
    recipient,
    site_address,
    today,
)
from registry.models import Agent, Municipality, Region, Task

KIND = "vacancy"


def _recipients(on):
    """Return the current agents of each municipality with an open vacancy, in two queries."""
    vacant = {place.pk: place for place in Municipality.objects.with_vacancy_task(on)}
    agents = Agent.objects.current_on(on).filter(municipality__in=vacant, person__isnull=False)
    for agent in agents.select_related("person").order_by("municipality", "pk"):
        since = vacant[agent.municipality_id].vacant_since.isoformat()
        key = f"{agent.person_id}:{agent.municipality_id}:{since}"
        yield recipient(agent.person, key=key, municipality=agent.municipality_id, since=since)


def queue_vacancy_letters():
    """Tell the agents of each vacancy once; return {"queued": how many, reason: how many}. Safe to run twice."""
    return queue_letters(KIND, _recipients(today()), key_prefix=KIND)


@letter_kind(
    KIND,
    label=gettext_lazy("The liaison has left"),
    why=gettext_lazy("You get this letter because you are an association agent of the municipality in %(site)s."),
    placeholders={
        "name": Placeholder(gettext_lazy("the recipient's name"), "Ahti Aapa"),
        "municipality": Placeholder(gettext_lazy("the municipality"), "Esimerkkilä", is_required=True),
        "since": Placeholder(gettext_lazy("the last day of the last liaison"), "31.8.2026"),
        "by_day": Placeholder(gettext_lazy("the day by which a new liaison is sought"), "30.9.2026"),
        "coordinator": Placeholder(gettext_lazy("who answers for it: name and address"), "…"),
        "page": Placeholder(gettext_lazy("the address of the municipality's page"), "https://…/"),
    },
    **BY_THE_CLOCK,
)
def vacancy_letter(letter):
    """Write of the vacancy; nobody who is no longer an agent gets it, and none when somebody is known meanwhile."""
    person = person_of(letter)
    place = Municipality.objects.with_vacancy_task(today()).filter(pk=letter.arguments["municipality"]).first()
    if place is None or place.vacant_since != dt.date.fromisoformat(letter.arguments["since"]):
        raise NotWantedError("filled")
    if not Agent.objects.current().filter(person=person, municipality=place).exists():
        raise NotWantedError("role_ended")
    region = Region.objects.home_of(place)
    coordinator = answers_for(region, place)
    task = Task.objects.open().filter(kind=Task.Kind.VACANCY, municipality=place).get()
    values = {
        "name": person.name,
        "municipality": place.name,
        "since": short_day(place.vacant_since),
        "by_day": short_day(task.due_on or today()),
        "coordinator": f"{coordinator.name}, {coordinator.email}" if coordinator else _("the region's coordinator"),
        "page": site_address(place.public_url),
    }
    return write(KIND, values, reply_to=coordinator.email if coordinator else "", thread=f"{KIND}:{task.pk}")

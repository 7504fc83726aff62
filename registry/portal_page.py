"""What the portal tells the people of one municipality: who they are, what is asked of them now, and what comes."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mailing.models import Bounce
from registry import models
from registry.access import AGENT, OFFICERS, MunicipalityAccess
from registry.models import Municipality, Situation
from registry.models.offers import offers_on
from registry.pair_tasks import pair_list, pressing
from registry.privacy import months_before
from registry.returned import MEND_WITHIN

CONTACTS_FOR = 6  # months for which a check of contact details stands (rule 10 of docs/rules.md)
OFFERS_FOR = 12
CONDITIONS_WITHIN = dt.timedelta(days=90)  # from the beginning of a role to its working time and job description
NEXT_PERIOD_WITHIN = dt.timedelta(days=60)  # from the last day of the last grant period to the next one's dates
MOST_ASKED = 3


@dataclass(frozen=True)
class Ask:
    """One thing that is asked of somebody: what, by when, and where it is done; `step` words the link.

    One that is asked once a year is not pushed off the page by what is asked every day: it stands there `always`.
    """

    what: str
    due_on: dt.date
    url: str
    step: str
    is_late: bool
    always: bool = False


@dataclass(frozen=True)
class Coming:
    """A day on which an application time opens or closes."""

    on: dt.date
    what: str
    name: str


_asks_of_others = []


def register_asks(ask):
    """Let `ask`, called with a MunicipalityPage, yield Asks of a higher floor; called from its AppConfig.ready."""
    if ask not in _asks_of_others:
        _asks_of_others.append(ask)


class MunicipalityPage:
    """One municipality as its own people see it on a day; every table is read once, when it is first asked for.

    What somebody has read already, for many municipalities at once, is given as `known` under its name here.
    """

    def __init__(self, access: MunicipalityAccess, on: dt.date, **known):
        self.access, self.on = access, on
        vars(self).update(known)

    @cached_property
    def municipality(self):
        """The municipality with its situation and region of the day."""
        places = Municipality.objects.with_situation(self.on).with_current_region(self.on)
        return places.get(pk=self.access.municipality.pk)

    @property
    def situation(self):
        """The liaison situation, as a choice with its words."""
        return Situation(self.municipality.situation)

    @cached_property
    def appointments(self):
        """Today's officers."""
        return list(models.Appointment.objects.for_portal(self.access.municipality, self.on))

    @cached_property
    def agents(self):
        """Today's agents."""
        return list(models.Agent.objects.for_portal(self.access.municipality, self.on))

    @cached_property
    def pairings(self):
        """Today's working pairs."""
        return list(models.Pairing.objects.for_portal(self.access.municipality, self.on))

    @cached_property
    def mailboxes(self):
        """Today's shared mailboxes."""
        return list(models.SharedMailbox.objects.for_portal(self.access.municipality, self.on))

    @cached_property
    def offers(self):
        """What the municipality offers today, by kind."""
        return offers_on(self.access.municipality, self.on, with_long_closed=True)

    @cached_property
    def tasks(self):
        """Agreed open tasks of the pair."""
        return pair_list(self.access.municipality)[0]

    @cached_property
    def returned(self):
        """From which addresses of these people and mailboxes letters come back: {address: Bounce}, in one query."""
        return Bounce.objects.first_holding(each.email for each in [*self.people, *self.mailboxes])

    @cached_property
    def own_mark(self):
        """The Bounce that stops letters to the reader's own address for contacts, or None."""
        own = self.access.person
        return next(iter(Bounce.objects.first_holding([own.email]).values()), None) if own else None

    def returned_of(self, contact):
        """Return the Bounce that stops letters to a person or a mailbox, or None."""
        return self.returned.get(contact.email.strip().lower()) if contact else None

    def with_marks(self):
        """Return the page, whose roles and mailboxes know from which addresses letters come back (`returned`)."""
        for role in (*self.appointments, *self.agents):
            role.returned = self.returned_of(role.person)
        for mailbox in self.mailboxes:
            mailbox.returned = self.returned_of(mailbox)
        return self

    @property
    def people(self):
        """Everybody with a role today, each once."""
        return _people_of([*self.appointments, *self.agents])

    def person_in_question(self, pk=None):
        """Return whose details are in question: the reader's own, or for a coordinator those of `pk`, or None."""
        if not self.access.is_looking:
            return self.access.person
        return next((person for person in self.people if str(person.pk) == str(pk)), None)

    def own_appointments(self, person):
        """Return the appointments of `person` here today."""
        return [role for role in self.appointments if person and role.person_id == person.pk]

    def is_agent(self, person):
        """Whether `person` is an agent here today."""
        return any(person and agent.person_id == person.pk for agent in self.agents)

    @cached_property
    def asks_of_others(self):
        """What other applications ask."""
        return [each for ask in _asks_of_others for each in ask(self)]

    def asks(self):
        """Return at most three Asks, the most urgent first."""
        asked = [*self._contacts(), *self._own_tasks()]
        if self.access.may(OFFICERS) or self.access.is_looking:
            asked += [*self._conditions(), *self._unchecked_offers(), *self._next_period()]
        asked += self.asks_of_others
        first = sorted(asked, key=lambda ask: (not ask.always, ask.due_on))[:MOST_ASKED]
        return sorted(first, key=lambda ask: ask.due_on)

    def coming(self):
        """Return the Comings of the grant periods, the nearest first."""
        days = [(offer.opens_on, _("opens"), offer.name) for offer in self.offers["grant"] if offer.opens_on]
        days += [(offer.closes_on, _("closes"), offer.name) for offer in self.offers["grant"]]
        return sorted((Coming(*day) for day in days if day[0] >= self.on), key=lambda day: day.on)

    def _ask(self, what, due_on, address, step, *args):
        url = reverse(address, args=[self.municipality.slug, *args])
        return Ask(what, due_on, url, step, is_late=due_on < self.on)

    def _contacts(self):
        person = self.access.person
        if person is None or self.access.is_looking:
            return
        if self.own_mark:
            due_on = timezone.localdate(self.own_mark.at) + MEND_WITHIN
            what = _("Letters to your address come back: correct it, or say that it works")
            yield self._ask(what, due_on, "portal_contacts", _("See and mend"))
            return
        checked = person.contact_checked_on
        if checked is None or checked <= months_before(self.on, CONTACTS_FOR):
            due_on = months_after(checked, CONTACTS_FOR) if checked else self.on
            yield self._ask(_("Check your contact details"), due_on, "portal_contacts", _("See and confirm"))

    def _own_tasks(self):
        if self.access.may(OFFICERS | {AGENT}) or self.access.is_looking:
            for task in pressing(self.tasks, self.on):
                yield self._ask(task.title, task.due_on, "portal_tasks", _("To the list of tasks"))

    def _conditions(self):
        for role in self.own_appointments(self.access.person):
            if role.kind not in {role.Kind.LIAISON, role.Kind.DUTIES}:
                continue
            due_on = role.start_last + CONDITIONS_WITHIN
            if not role.hours_per_week and not role.percent:
                yield self._ask(_("Tell how much working time the task has"), due_on, "portal_contacts", _("Add it"))
            if not role.job_description_url:
                yield self._ask(_("Link to the job description"), due_on, "portal_contacts", _("Add it"))

    def _unchecked_offers(self):
        offers = [offer for offers in self.offers.values() for offer in offers]
        limit = months_before(self.on, OFFERS_FOR)
        old = [offer.checked_on for offer in offers if offer.checked_on is None or offer.checked_on <= limit]
        if old:
            days = [months_after(day, OFFERS_FOR) if day else self.on for day in old]
            what = ngettext(
                "Check that %(number)d thing that you offer still holds",
                "Check that %(number)d things that you offer still hold",
                len(old),
            ) % {"number": len(old)}
            yield self._ask(what, min(days), "portal_offers", _("See and confirm"))

    def _next_period(self):
        closing = [offer.closes_on for offer in self.offers["grant"]]
        if closing and max(closing) < self.on:
            due_on = max(closing) + NEXT_PERIOD_WITHIN
            yield self._ask(_("Tell when the next grant can be applied for"), due_on, "portal_offers", _("Add it"))


def people_in(municipality, on):
    """Return everybody with a role in `municipality` on day `on`, each once, in two queries."""
    appointments = models.Appointment.objects.for_portal(municipality, on)
    return _people_of([*appointments, *models.Agent.objects.for_portal(municipality, on)])


def _people_of(roles):
    return list({role.person_id: role.person for role in roles if role.person}.values())


def offers_of(municipality, on):
    """Return what `municipality` offers on day `on` as rows by kind (grant, premises, channel), in three queries."""
    tables = {"grant": models.GrantPeriod, "premises": models.Premises, "channel": models.Channel}
    return {kind: list(table.objects.for_municipality_page(municipality, on)) for kind, table in tables.items()}


def months_after(day, months):
    """Return the same day `months` calendar months later, or that month's last day."""
    return months_before(day, -months)

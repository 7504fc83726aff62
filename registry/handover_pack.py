"""The pack of whoever follows in a post: sections that each application registers, read when the pack is opened."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from registry import models
from registry.portal_page import offers_of

_sections = []


@dataclass(frozen=True)
class Post:
    """The post that is handed over: a municipality's, or a coordinator's in a region (and perhaps one area of it)."""

    on: dt.date
    region: models.Region
    leaver: models.Person | None
    successor: models.Person | None = None
    municipality: models.Municipality | None = None
    area: models.Area | None = None


@dataclass(frozen=True)
class PackRow:
    """One thing in a pack: what, more of it, its day, and where it is."""

    what: str
    detail: str = ""
    on: dt.date | None = None
    url: str = ""


@dataclass(frozen=True)
class PackSection:
    """A part of the pack, registered by name from an application's `ready`.

    `read` gets the Post and returns its PackRows in a fixed number of queries; `places`
    says for which posts ("municipality", "region"). A section with `empty` says it when
    there is nothing; one without is left out then.
    """

    key: str
    label: str
    read: Callable[[Post], list[PackRow]]
    places: frozenset[str]
    empty: str = ""


def register_section(section):
    """Add a section after those registered before; raises ValueError when another one has its key."""
    if any(other.key == section.key for other in _sections):
        raise ValueError(f"The pack has a section {section.key} already.")
    _sections.append(section)


def post_of(handover, on):
    """Return the Post of a handover on day `on`."""
    if handover.appointment:
        place = {"municipality": handover.appointment.municipality}
    else:
        place = {"area": handover.coordination.area}
    return Post(on, handover.region, handover.role.person, handover.successor, **place)


def pack_of(post):
    """Return [(section, rows)] of a post: all that has something, or something to say of having nothing."""
    place = "municipality" if post.municipality else "region"
    read = [(section, section.read(post)) for section in _sections if place in section.places]
    return [(section, rows) for section, rows in read if rows or section.empty]


# --- The registry's own sections -------------------------------------------------------------------------------------

MUNICIPALITY, REGION = frozenset({"municipality"}), frozenset({"region"})


def _tasks(post):
    people = [person for person in (post.leaver, post.successor) if person]
    tasks = models.Task.objects.of_place(municipality=post.municipality, region=post.region, people=people)
    pair_url = reverse("portal_tasks", args=[post.municipality.slug]) if post.municipality else ""
    return [PackRow(task.label, _more_of(task, post), task.due_on, pair_url or task.url) for task in tasks]


def _more_of(task, post):
    if task.is_proposal:
        return _("proposed, not yet agreed")
    return "" if post.municipality else str(task.municipality or "")


def _contacts(post):
    place, on = post.municipality, post.on
    officers = models.Appointment.objects.for_portal(place, on)
    agents = models.Agent.objects.for_portal(place, on)
    url = reverse("portal_contacts", args=[place.slug])
    rows = [
        PackRow(role.person.name, f"{role.get_kind_display()}, {_reach(role.person)}", url=url)
        for role in officers
        if role.person and role.person != post.leaver
    ]
    rows += [
        PackRow(agent.person.name, f"{_('Association agent')}, {_reach(agent.person)}", url=url)
        for agent in agents
        if agent.person
    ]
    return rows + [
        PackRow(mailbox.post, mailbox.email, url=url) for mailbox in models.SharedMailbox.objects.for_portal(place, on)
    ]


def _reach(person):
    return ", ".join(filter(None, [person.phone, person.email])) or "–"


def _associations(post):
    n = models.Association.objects.active_in(post.municipality).count()
    if not n:
        return []
    text = ngettext("%(n)d association is recorded", "%(n)d associations are recorded", n) % {"n": n}
    directory = post.municipality.directory or post.region.directory
    return [PackRow(text, directory.name if directory else "", url=directory.url if directory else "")]


def _drafts(post):
    return [
        PackRow(letter.subject, _("not sent"), url=reverse("portal_letter", args=[post.municipality.slug, letter.pk]))
        for letter in models.AssociationLetter.objects.drafts_of(post.municipality)
    ]


def _dates(post):
    days = []
    for offer in offers_of(post.municipality, post.on)["grant"]:
        days += [(offer.opens_on, f"{offer.name}: {_('opens')}"), (offer.closes_on, f"{offer.name}: {_('closes')}")]
    url = reverse("portal_offers", args=[post.municipality.slug])
    return [PackRow(what, on=day, url=url) for day, what in sorted(d for d in days if d[0] and d[0] >= post.on)]


def _vacancies(post):
    places = models.Municipality.objects.without_liaison(post.region, post.on, area=post.area)
    return [
        PackRow(place.name, models.Situation(place.situation).label, url=_change("municipality", place.pk))
        for place in places
    ]


def _next_steps(post):
    entries = models.ContactEntry.objects.with_open_step(post.region, post.on, area=post.area)
    return [
        PackRow(
            entry.next_step,
            ", ".join(str(part) for part in (entry.municipality, entry.person) if part),
            entry.next_step_on,
            _change("contactentry", entry.pk),
        )
        for entry in entries
    ]


def _change(table, pk):
    return reverse(f"admin:registry_{table}_change", args=[pk])


for _section in (
    PackSection(
        "tasks", gettext_lazy("Open tasks"), _tasks, MUNICIPALITY | REGION, gettext_lazy("No task is open.")
    ),
    PackSection("drafts", gettext_lazy("Letters to associations that wait"), _drafts, MUNICIPALITY),
    PackSection(
        "contacts", pgettext_lazy("people", "Contacts"), _contacts, MUNICIPALITY,
        gettext_lazy("Nobody else is recorded here; the coordinator of the region helps."),
    ),
    PackSection(
        "associations", gettext_lazy("Associations"), _associations, MUNICIPALITY,
        gettext_lazy("No association is recorded yet."),
    ),
    PackSection(
        "dates", gettext_lazy("Days that come"), _dates, MUNICIPALITY, gettext_lazy("No day is known yet.")
    ),
    PackSection(
        "vacancies", gettext_lazy("Municipalities without a liaison"), _vacancies, REGION,
        gettext_lazy("Every municipality has a liaison."),
    ),
    PackSection(
        "next_steps", gettext_lazy("Next steps of the contact log"), _next_steps, REGION,
        gettext_lazy("No next step is open."),
    ),
):  # fmt: skip
    register_section(_section)

"""Each Monday's letter to a coordinator: what is late or due within a week, feedback, letters that did not go."""

import datetime as dt
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.days import short_day
from mailing.kinds import NotWantedError, Placeholder, letter_kind
from mailing.models import Letter
from mailing.writing import write
from registry.letters.recipients import BY_THE_CLOCK, person_of, queue_letters, recipient, site_address, today
from registry.models import AreaMembership, Coordinator, Feedback, Task

KIND = "coordinator_digest"
A_WEEK = dt.timedelta(days=7)
MOST_TOLD = 12


@dataclass(frozen=True)
class Matter:
    """One thing of a coordinator's week: a task, a message or `n_letters` with a problem, and the day it is due."""

    due_on: dt.date
    task: Task | None = None
    feedback: Feedback | None = None
    n_letters: int = 0

    def words(self, on):
        """Return the matter as one line in the active language."""
        if self.n_letters:
            return ngettext(
                "%(n)d letter of your region did not go or perhaps went: decide whether to send it again",
                "%(n)d letters of your region did not go or perhaps went: decide whether to send them again",
                self.n_letters,
            ) % {"n": self.n_letters}
        if self.task:
            what = self.task.label
            if self.task.municipality and str(self.task.municipality) not in what:
                what = f"{what} ({self.task.municipality})"
        else:
            what = _("Answer the feedback: %(kind)s") % {"kind": self.feedback.get_kind_display()}
        late = self.due_on < on
        return (_("Late since %(day)s: %(what)s") if late else _("By %(day)s: %(what)s")) % {
            "day": short_day(self.due_on),
            "what": what,
        }


def matters_of_all(on):
    """Return {person: [Matter, the most urgent first]} of today's coordinators, in five queries.

    A task is for whom it is assigned to, or else for those who look after its
    municipality's area; feedback for those of the whole region; letters for everybody.
    """
    by_region = {}
    for role in Coordinator.objects.current_on(on).filter(person__isnull=False).select_related("person"):
        by_region.setdefault(role.region_id, []).append(role)
    areas = {}
    for place, area in AreaMembership.objects.current_on(on).values_list("municipality", "area"):
        areas.setdefault(place, set()).add(area)
    matters = {role.person: [] for roles in by_region.values() for role in roles}
    for task in Task.objects.for_digest(on + A_WEEK, by_region):
        roles = by_region[task.region_id]
        mine = [role for role in roles if role.person_id == task.assigned_to_id]
        if task.assigned_to_id is None:
            mine = Coordinator.responsible_for(areas.get(task.municipality_id, set()), roles) or roles
        _add(matters, mine, Matter(task.due_on, task=task))
    for feedback in Feedback.objects.open().filter(region__in=by_region).order_by("answer_by", "pk"):
        roles = by_region[feedback.region_id]
        _add(matters, Coordinator.responsible_for(set(), roles) or roles, Matter(feedback.answer_by, feedback=feedback))
    for scope, n in Letter.objects.problems_by_scope(timezone.now() - A_WEEK).items():
        kind, _colon, number = scope.partition(":")
        if kind == "region" and number.isdecimal():
            _add(matters, by_region.get(int(number), []), Matter(on, n_letters=n))
    return {person: sorted(found, key=lambda matter: matter.due_on) for person, found in matters.items()}


def _add(matters, roles, matter):
    for person in {role.person for role in roles}:
        matters[person].append(matter)


def _week(on):
    year, week, _day = on.isocalendar()
    return f"{year}-{week:02}"


def is_monday(day):
    """Whether `day` begins a week."""
    return day.isoweekday() == 1


def queue_coordinator_digests():
    """Queue this week's letters; return {"queued": how many, reason: how many}. Each week has one; safe to run twice.

    The clock asks for it on Mondays, or on the first day after it on which anything runs.
    """
    on = today()
    return queue_letters(KIND, _recipients(on), key_prefix=f"{KIND}:{_week(on)}", waits=True)


def _recipients(on):
    for person, matters in matters_of_all(on).items():
        yield recipient(person, key=person.pk, left_out="" if matters else "nothing_to_tell", week=_week(on))


@letter_kind(
    KIND,
    label=gettext_lazy("The coordinator's week"),
    why=gettext_lazy("You get this letter on Mondays because you are a coordinator in %(site)s."),
    placeholders={
        "name": Placeholder(gettext_lazy("the recipient's name"), "Kaisa Koordinaattori"),
        "how_many": Placeholder(gettext_lazy("how many matters there are, in words"), "3 asiaa"),
        "first_day": Placeholder(gettext_lazy("the day of the most urgent one"), "24.9.2026"),
        "matters": Placeholder(gettext_lazy("list of the matters"), ("…",), is_required=True),
        "board": Placeholder(gettext_lazy("the address of the board"), "https://…/hallinta/", is_required=True),
    },
    **BY_THE_CLOCK,
)
def coordinator_digest_letter(letter):
    """Write what there is now; nobody gets a past week's letter, nor one about nothing."""
    person, on = person_of(letter), today()
    if letter.arguments["week"] != _week(on):
        raise NotWantedError("its_time_over")
    if not person.coordinations.current().exists():
        raise NotWantedError("role_ended")
    matters = matters_of_all(on).get(person)
    if not matters:
        raise NotWantedError("nothing_to_tell")
    lines = [matter.words(on) for matter in matters[:MOST_TOLD]]
    if len(matters) > MOST_TOLD:
        lines.append(_("And %(n)d more") % {"n": len(matters) - MOST_TOLD})
    values = {
        "name": person.name,
        "how_many": ngettext("%(n)d matter", "%(n)d matters", len(matters)) % {"n": len(matters)},
        "first_day": short_day(matters[0].due_on),
        "matters": lines,
        "board": site_address(reverse("admin:index")),
    }
    return write(KIND, values, thread=f"{KIND}:{person.pk}")

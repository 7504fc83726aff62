"""The board's first columns: liaison, agent, working pair, contact details, last contact, and the tasks' needs."""

from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from registry.board import URGENCY, BoardColumn, Cell, Need, register_column
from registry.models import Agent, Appointment, ContactEntry, Pairing, Situation
from registry.privacy import months_before

MONTHS_UNTIL_CHECK = 6
MONTHS_UNTIL_CONTACT = 6


def _short(day):
    return date_format(day, "SHORT_DATE_FORMAT")


def _add(name, **query):
    """Return where a row of the table `name` is added, as the end of a Need."""
    return {"url_name": f"admin:registry_{name}_add", "query": query}


def _need(key, label, **where):
    return Need(key, label, URGENCY[key], **where)


def _contact(municipality, person=None):
    query = {"municipality": municipality} | ({"person": person} if person else {})
    return {"url_name": "admin:registry_contactentry_add", "query": query}


# --- Liaison ---------------------------------------------------------------------------------------------------------


@dataclass
class _Liaison:
    situation: str
    holders: list = field(default_factory=list)


def _read_liaisons(board):
    known = {pk: _Liaison(situation) for pk, situation in board.situations.items()}
    for contact in board.contacts:
        of_place = known[contact.municipality]
        # Beside a named liaison an officer with the duties is not told, as in the situation.
        if (of_place.situation, contact.kind) in {(Situation.NAMED, "liaison"), (Situation.DUTIES, "duties")}:
            of_place.holders.append(contact)
    return known


def _name(contact):
    if contact.person is None:
        return _("holder not known")
    return f"{contact.person__given_name} {contact.person__family_name}"


def _liaison_cell(municipality, known):
    situation = Situation(known.situation)
    names = ", ".join(_name(holder) for holder in known.holders)
    url = reverse("admin:registry_appointment_change", args=[known.holders[0].pk]) if known.holders else ""
    if situation == Situation.NAMED:
        return Cell(names, "ok", url)
    text = f"{situation.label}: {names}" if names else str(situation.label)
    return Cell(text, "half" if situation in {Situation.BEING_NAMED, Situation.DUTIES} else "missing", url)


_ORDER_OF_SITUATIONS = {str(situation): rank for rank, situation in enumerate(Situation)}


def _liaison_need(municipality, known):
    match known.situation:
        case Situation.NAMED:
            return None
        case Situation.BEING_NAMED:
            return _need("liaison", _("Ask how the naming of the liaison is going"), **_contact(municipality))
        case Situation.NO_INFORMATION:
            return _need("liaison", _("Find out whether there is a liaison"), **_contact(municipality))
    return _need("liaison", _("Name a liaison"), **_add("appointment", municipality=municipality))


register_column(
    BoardColumn(
        key="yhdyshenkilo",
        label=gettext_lazy("liaison"),
        read=_read_liaisons,
        cell=_liaison_cell,
        sort_value=lambda known: (
            _ORDER_OF_SITUATIONS[known.situation],
            (known.holders[0].person__sort_key or "") if known.holders else "",
        ),
        need=_liaison_need,
        missing={"liaison": gettext_lazy("no liaison named")},
    )
)


# --- Agent and pair --------------------------------------------------------------------------------------------------


def _read_agents(board):
    return {
        municipality: [(agent, agent.stage_on(board.today)) for agent in agents]
        for municipality, agents in board.agents.items()
    }


def _agent_cell(municipality, known):
    if not known:
        return Cell(_("no agent"), "missing")
    active = Agent.Stage.ACTIVE
    names = [str(agent.person or _("erased person")) for agent, _stage in known]
    told = [
        name if stage == active else f"{name} ({stage.label})"
        for name, (_agent, stage) in zip(names, known, strict=True)
    ]
    is_active = any(stage == active for _agent, stage in known)
    url = reverse("admin:registry_agent_change", args=[known[0][0].pk])
    return Cell(", ".join(told), "ok" if is_active else "half", url)


def _agent_need(municipality, known):
    return None if known else _need("agent", _("Find an agent"), **_add("agent", municipality=municipality))


register_column(
    BoardColumn(
        key="yhdistysagentti",
        label=gettext_lazy("agent"),
        read=_read_agents,
        cell=_agent_cell,
        sort_value=lambda known: known[0][0].person.sort_key if known and known[0][0].person else None,
        need=_agent_need,
        missing={"agent": gettext_lazy("no agent")},
    )
)


def _read_pairs(board):
    """Return {municipality: (start of the first pair, or None,)} of those that have a pair or could have one."""
    with_liaison = {contact.municipality for contact in board.contacts if contact.kind == Appointment.Kind.LIAISON}
    known = dict.fromkeys(with_liaison & set(board.agents))
    for municipality, start in Pairing.objects.for_board(board.region, board.today):
        known[municipality] = min(start, known.get(municipality) or start)
    return {municipality: (start,) for municipality, start in known.items()}


def _pair_cell(municipality, known):
    if known is None:
        return Cell(_("not possible yet"))
    (start,) = known
    return Cell(_("since %(day)s") % {"day": _short(start)}, "ok") if start else Cell(_("no pair"), "missing")


def _pair_need(municipality, known):
    if known is None or known[0]:
        return None
    return _need("pair", _("Agree on a working pair"), url_name="admin:registry_pairing_add")


register_column(
    BoardColumn(
        key="tyopari",
        label=gettext_lazy("working pair"),
        read=_read_pairs,
        cell=_pair_cell,
        sort_value=lambda known: known and known[0],
        need=_pair_need,
        missing={"pair": gettext_lazy("no working pair")},
    )
)


# --- Contact details and contacts ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Checked:
    on: object
    is_late: bool
    person: int


def _read_checks(board):
    """Return {municipality: _Checked of the contact who was checked longest ago}; liaisons before stand-ins."""
    limit, known, kinds = months_before(board.today, MONTHS_UNTIL_CHECK), {}, {}
    for contact in board.contacts:
        place, checked_on = contact.municipality, contact.person__contact_checked_on
        # The first is of the best kind there is: the others are not turned to.
        if contact.person is None or kinds.setdefault(place, contact.kind) != contact.kind:
            continue
        earlier = known.get(place)
        if earlier is None or (earlier.on is not None and (checked_on is None or checked_on < earlier.on)):
            known[place] = _Checked(checked_on, checked_on is None or checked_on < limit, contact.person)
    return known


def _checked_cell(municipality, known):
    if known is None:
        return Cell(_("nobody to check"))
    url = reverse("admin:registry_person_change", args=[known.person])
    if known.on is None:
        return Cell(_("never checked"), "missing", url)
    if known.is_late:
        return Cell(_("%(day)s, out of date") % {"day": _short(known.on)}, "late", url)
    return Cell(_short(known.on), "ok", url)


def _checked_need(municipality, known):
    if known is None or not known.is_late:
        return None
    return _need("checked", _("Check the contact details"), **_contact(municipality, known.person))


register_column(
    BoardColumn(
        key="tarkistettu",
        label=gettext_lazy("details checked"),
        read=_read_checks,
        cell=_checked_cell,
        sort_value=lambda known: known and known.on,
        need=_checked_need,
        missing={"checked": gettext_lazy("contact details to check")},
    )
)


@dataclass(frozen=True)
class _Touch:
    reached_on: object
    tried_on: object
    months: int | None  # whole months since somebody was reached, when that is too long


def _read_touches(board):
    today, known = board.today, {}
    limit = months_before(today, MONTHS_UNTIL_CONTACT)
    for municipality, reached_on, tried_on in ContactEntry.objects.for_board(board.region):
        months = None
        if reached_on is not None and reached_on < limit:
            months = (today.year - reached_on.year) * 12 + today.month - reached_on.month
            months -= today.day < reached_on.day
        known[municipality] = _Touch(reached_on, tried_on, months)
    return known


def _touch_cell(municipality, known):
    if known is None:
        return Cell(_("none recorded"), "missing")
    url = f"{reverse('admin:registry_contactentry_changelist')}?municipality__id__exact={municipality}"
    tried = ""
    if known.reached_on is None or known.tried_on > known.reached_on:
        tried = _("not reached on %(day)s") % {"day": _short(known.tried_on)}
    if known.reached_on is None:
        return Cell(tried, "missing", url)
    reached = _short(known.reached_on)
    if known.months is not None:
        ago = ngettext("%(day)s, %(n)s month ago", "%(day)s, %(n)s months ago", known.months)
        reached = ago % {"day": reached, "n": known.months}
    state = "ok" if known.months is None else "late"
    return Cell(f"{reached}; {tried}" if tried else reached, state, url)


def _touch_need(municipality, known):
    if known is not None and known.reached_on is not None and known.months is None:
        return None
    label = _("Call: no contact recorded")
    if known is not None and known.reached_on is None:
        label = _("Call again: nobody reached yet")
    elif known is not None:
        label = ngettext("Call: no contact for %(n)s month", "Call: no contact for %(n)s months", known.months)
        label %= {"n": known.months}
    return _need("touch", label, **_contact(municipality))


register_column(
    BoardColumn(
        key="yhteys",
        label=gettext_lazy("last contact"),
        read=_read_touches,
        cell=_touch_cell,
        sort_value=lambda known: known and known.reached_on,
        need=_touch_need,
        missing={"touch": gettext_lazy("no contact for a long time")},
    )
)


# --- Tasks -----------------------------------------------------------------------------------------------------------


def _read_tasks(board):
    """Return {municipality: (its most urgent open task, how many are open)}."""
    known = {}
    for task in board.tasks:
        if task.municipality_id is None:
            continue
        first, n = known.get(task.municipality_id, (task, 0))
        known[task.municipality_id] = first, n + 1
    return known


def _task_cell(municipality, known):
    if known is None:
        return Cell(_("none"))
    task, n = known
    url = f"{reverse('admin:registry_task_changelist')}?municipality__id__exact={municipality}"
    told = ngettext("%(n)s open", "%(n)s open", n) % {"n": n}
    if task.is_overdue:
        return Cell(f"{told}, {_('overdue')}", "late", url)
    return Cell(told, "half", url)


def _task_need(municipality, known):
    if known is None:
        return None
    task = known[0]
    where = {"url_name": "admin:registry_task_change", "url_args": (task.pk,)}
    if task.is_overdue:
        return _need("task", _("Overdue: %(task)s") % {"task": task.label}, **where)
    return _need("planned", task.label, **where)


register_column(
    BoardColumn(
        key="tehtavat",
        label=gettext_lazy("tasks"),
        read=_read_tasks,
        cell=_task_cell,
        sort_value=lambda known: known and (known[0].due_on is None, known[0].due_on and known[0].due_on.toordinal()),
        need=_task_need,
        missing={"task": gettext_lazy("task overdue")},
    )
)

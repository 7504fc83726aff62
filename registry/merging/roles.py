"""Roles in a merger of people: they are re-pointed, and the same post of both becomes one row."""

from django.db.models import Q
from django.utils.translation import gettext as _

from common.partial_dates import PartialDateAttribute
from registry.merging.draft import relation_name, relations_to
from registry.merging.periods import join_alike
from registry.merging.preview import (
    DroppedRow,
    JoinedRows,
    MovedRow,
    in_words,
    label_of,
    period_in_words,
    table_name,
)
from registry.models import Agent, AgentTraining, Appointment, Coordinator, Pairing

# What makes two rows of one person the same post.
POSTS = {
    Appointment: ("municipality_id", "kind"),
    Agent: ("municipality_id",),
    Coordinator: ("region_id", "area_id"),
}
OPENNESS = {"is_name_public": "name", "is_email_public": "email", "is_phone_public": "phone"}
WORKING_TIME = ("hours_per_week", "percent")
_RELATED = {
    Appointment: ("person", "municipality", "sector", "mailbox", "deputy_for__person", "deputy_for__municipality"),
    Agent: ("person", "municipality", "recruited_by", "association"),
    Coordinator: ("person", "region", "area"),
}
# What points to rows that are joined, and how it follows; a test asks for every relation.
JOINED_RELATIONS = {
    "registry.appointment.deputy_for": "re-pointed",
    "registry.pairing.appointment": "joined where both were a pair at once",
    "registry.pairing.agent": "joined where both were a pair at once",
    "registry.agenttraining.agent": "re-pointed, the same one once",
    "registry.agent_tasks.agent": "re-pointed, the same one once",
    "registry.appointment_topics.appointment": "re-pointed, the same one once",
    "registry.handover.appointment": "re-pointed, one for each role",
    "registry.handover.coordination": "re-pointed, one for each role",
    "meetings.cohost.agent": "re-pointed, one for each meeting",
    "meetings.invitation.contact": "re-pointed",
}


def roles_of_both(draft):
    """Return {table: roles of the two people}, each table in one query."""
    return {
        model: draft.rows(
            model.objects.filter(person__in=[draft.gone, draft.kept]).select_related(*related).order_by("pk")
        )
        for model, related in _RELATED.items()
    }


def plan_roles(draft, preview, roles):
    """Move the roles of the person who goes, and join those that are one with a role of the person who stays.

    `roles` comes from `roles_of_both`. Returns {row that stays: the rows joined into it}.
    """
    joins = {}
    for model, post in POSTS.items():
        posts = {}
        for row in roles[model]:
            posts.setdefault(tuple(getattr(row, name) for name in post), []).append(row)
        for rows in posts.values():
            joins |= _plan_post(draft, preview, rows)
    _plan_dependents(draft, preview, joins)
    return joins


def _plan_post(draft, preview, rows):
    """Plan the rows of one post of both people."""
    joins = {}
    for group, span in join_alike(rows, lambda row: row.person_id == draft.gone.pk):
        stays = min(group, key=lambda row: (row.person_id == draft.gone.pk, row.pk))
        goes = sorted((row for row in group if row is not stays), key=lambda row: row.pk)
        if goes:
            joins[stays] = goes
            _join(draft, preview, stays, goes, span)
        elif stays.person_id == draft.gone.pk:
            preview.moved.append(MovedRow(table_name(stays), _post_in_words(stays)))
        if stays.person_id == draft.gone.pk:
            draft.set(stays, person=draft.kept)
    return joins


def _post_in_words(row):
    place = getattr(row, "municipality", None) or getattr(row, "area", None) or row.region
    duty = f"{row.get_kind_display()}, " if isinstance(row, Appointment) else ""
    return f"{duty}{place}, {period_in_words(row.start, row.end)}"


def _join(draft, preview, stays, goes, span):
    """Make one row of `stays` and `goes`: the span, empty fields filled, openness only where all were open."""
    before = tuple(_post_in_words(row) for row in sorted([stays, *goes], key=lambda row: row.start.last))
    if (stays.start, stays.end) != (span.start, span.end):
        draft.set(stays, start=span.start, end=span.end)
    notes = []
    for row in goes:
        notes += _fill(draft, stays, row)
        draft.drop(row, into=stays)
    preview.joined.append(JoinedRows(table_name(stays), before, _post_in_words(stays), tuple(notes)))


def _fill(draft, stays, row):
    """Fill the empty fields of `stays` from `row`; return what was filled and what differs, in words."""
    notes = []
    has_working_time = any(getattr(stays, name, None) is not None for name in WORKING_TIME)
    for name in _own_fields(type(stays)):
        own, other = getattr(stays, name), getattr(row, name)
        if other in (None, "") or own == other:
            continue
        if name in OPENNESS:
            if own:
                draft.set(stays, **{name: False})
                notes.append(_("%(field)s: no, as one of the two says so") % {"field": label_of(type(stays), name)})
        elif own in (None, "") and not (name in WORKING_TIME and has_working_time):
            draft.set(stays, **{name: other})
            notes.append(_filled(type(stays), name, row))
        else:
            notes.append(_differs(type(stays), name, stays, row))
    for name in _own_partial_dates(type(stays)):
        own, other = getattr(stays, name), getattr(row, name)
        if other is not None and (own is None or other.last < own.last):
            draft.set(stays, **{name: other})
            notes.append(f"{_label_of_date(type(stays), name)}: {other}")
    return notes


def _filled(model, name, row):
    words = {"field": label_of(model, name), "value": in_words(row, name)}
    return _("%(field)s is taken over: %(value)s") % words


def _differs(model, name, stays, row):
    words = {"field": label_of(model, name), "stays": in_words(stays, name), "goes": in_words(row, name)}
    if not words["stays"]:
        return _("%(field)s is not kept: %(goes)s") % words
    return _("%(field)s stays %(stays)s; %(goes)s is not kept") % words


def _own_fields(model):
    """Return the names of the fields that say something about the row itself, not whose it is nor when."""
    dates = {column for name in ("start", "end", *_own_partial_dates(model)) for column in getattr(model, name).columns}
    left_out = {"id", "person", "municipality", "kind", "region", "area"} | dates
    return [field.name for field in model._meta.concrete_fields if field.name not in left_out]


def _own_partial_dates(model):
    own = [name for parent in model.__mro__ for name, each in vars(parent).items()
           if isinstance(each, PartialDateAttribute)]  # fmt: skip
    return [name for name in own if name not in ("start", "end")]


def _label_of_date(model, name):
    label = str(getattr(model, name).label)
    return label[:1].upper() + label[1:]


# --- What points to the joined rows -----------------------------------------------------------------------------------


def _plan_dependents(draft, preview, joins):
    """Let what points to the rows that go follow to those that stay."""
    stays_of = {row: stays for stays, goes in joins.items() for row in goes}
    for model in POSTS:
        into = {row: stays for row, stays in stays_of.items() if isinstance(row, model)}
        for field in relations_to(model) if into else ():
            match relation_name(field):
                case "registry.pairing.appointment" | "registry.pairing.agent":
                    pass  # together, below
                case "registry.agent_tasks.agent":
                    _follow_once(draft, field, into, lambda link: link.agenttask_id)
                case "registry.appointment_topics.appointment":
                    _follow_once(draft, field, into, lambda link: link.topic_id)
                case "meetings.cohost.agent":
                    _follow_once(draft, field, into, lambda row: row.meeting_id)
                case "registry.handover.appointment" | "registry.handover.coordination":
                    _follow_once(draft, field, into, lambda handover: None)
                case "registry.agenttraining.agent":
                    _plan_trainings(draft, preview, field, into)
                case _:
                    draft.repoint(field, into)
    if stays_of:
        _plan_pairings(draft, preview, stays_of)


def _follow_once(draft, field, into, sameness):
    """Re-point what points to the keys of `into` to the values; what these have the like of goes.

    Returns the rows that moved and those that go.
    """
    rows = sorted(draft.pointing(field, [*into, *into.values()]), key=lambda row: row.pk)
    by_pk = {old.pk: new for old, new in into.items()}
    is_own = [getattr(row, field.attname) not in by_pk for row in rows]
    own = {(getattr(row, field.attname), sameness(row)): row for row, own in zip(rows, is_own, strict=True) if own}
    moved, dropped = [], []
    for row in (row for row, own in zip(rows, is_own, strict=True) if not own):
        new = by_pk[getattr(row, field.attname)]
        like = own.setdefault((new.pk, sameness(row)), row)
        if like is row:
            draft.set(row, **{field.name: new})
            moved.append(row)
        else:
            draft.drop(row, into=like)
            dropped.append(row)
    return moved, dropped


def _plan_trainings(draft, preview, field, into):
    moved, dropped = _follow_once(draft, field, into, lambda row: (row.name.casefold(), row.completed))
    name = table_name(AgentTraining)
    preview.moved += [MovedRow(name, str(row)) for row in moved]
    preview.dropped += [DroppedRow(name, str(row), _("the same training is already there")) for row in dropped]


def _plan_pairings(draft, preview, stays_of):
    """Re-point the pairs of joined rows, and join those of the same two that are one."""
    touched = {*stays_of, *stays_of.values()}
    concerned = Q(appointment__in=[row for row in touched if isinstance(row, Appointment)])
    concerned |= Q(agent__in=[row for row in touched if isinstance(row, Agent)])
    related = ("appointment__person", "appointment__municipality", "agent__person", "agent__municipality")
    rows = draft.rows(Pairing.objects.filter(concerned).select_related(*related).order_by("pk"))
    pairs, incoming = {}, set()
    for row in rows:
        name = _pair_in_words(row)
        ends = {"appointment": stays_of.get(row.appointment), "agent": stays_of.get(row.agent)}
        if any(ends.values()):
            incoming.add(row)
            draft.set(row, **{end: stays for end, stays in ends.items() if stays})
        pairs.setdefault((row.appointment_id, row.agent_id), []).append((row, name))
    for named in pairs.values():
        _plan_pair(draft, preview, dict(named), incoming)


def _plan_pair(draft, preview, names, incoming):
    """Plan the rows of one pair; `names` says what each row was called before."""
    table = table_name(Pairing)
    for group, span in join_alike(list(names), lambda row: row in incoming):
        stays = min(group, key=lambda row: (row in incoming, row.pk))
        goes = [row for row in group if row is not stays]
        if goes:
            if (stays.start, stays.end) != (span.start, span.end):
                draft.set(stays, start=span.start, end=span.end)
            for row in goes:
                draft.drop(row, into=stays)
            before = tuple(names[row] for row in group)
            preview.joined.append(JoinedRows(table, before, _pair_in_words(stays)))
        elif stays in incoming:
            preview.moved.append(MovedRow(table, names[stays]))


def _pair_in_words(row):
    return f"{row}, {row.agent.municipality}, {period_in_words(row.start, row.end)}"

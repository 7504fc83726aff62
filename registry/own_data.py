"""A person's own data: all of it to read and to take along, and erasing what the law does not keep."""

import datetime as dt
import json
from dataclasses import dataclass, field, replace

from allauth.usersessions.models import UserSession
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from common.names import SearchField, SortKeyField
from common.partial_dates import PartialDate
from registry.mentions import mentions, naming_texts
from registry.models import Agent, Appointment, AssociationContact, Coordinator, Person, Region, SharedMailbox, Task
from registry.naming import OtherPeople
from registry.privacy import erase_person
from registry.roles import end_role
from registry.subjects import OF_PERSON, AtErasure, rows_of, subject_of
from registry.tasks import responsible_coordinator

ANSWER_WITHIN = dt.timedelta(days=30)  # "within one month", article 12(3) of the regulation

# What opens a door is no information about a person, and would open it to whoever finds the file.
_SECRET = {"password", "token_hash", "session_key", "data", "digest", "key"}
# Rows that name others only by number in a file.
_NAMED = {"registry.municipality", "registry.region", "registry.area", "registry.sector", "registry.topic"}
_NAMED |= {"registry.association", "registry.agenttask"}


@dataclass(frozen=True)
class OwnTable:
    """The rows of one table: what becomes of them at erasing, each row as {name of a detail: value}, their history."""

    key: str
    label: str
    at_erasure: str
    rows: list
    history: list = field(default_factory=list)

    @property
    def n(self):
        """How many rows there are, without their history."""
        return len(self.rows)


def own_subject(account):
    """Return the Subject of whoever has signed in with `account`."""
    return subject_of(getattr(account, "person", None), account)


def own_data(subject):
    """Return an OwnTable for each table with rows about the Subject, mentions last; a fixed number of queries.

    A copy must not harm the rights of others (article 15(4) of the regulation): of a row
    that only names the Subject the texts that do so are told, not who sent or keeps it,
    and in every text other people's names, addresses and phones are masked.
    """
    tables, seen = [], {}
    for model in OF_PERSON:
        rows = _read(rows_of(subject, model))
        seen[model] = {row.pk for row in rows}
        if rows:
            tables.append(_table(subject, model, rows))
    named = []
    for model, rows in mentions(subject):
        own = seen.get(getattr(model, "instance_type", model), set())
        is_history = hasattr(model, "instance_type")
        named += [
            {_("Table"): str(model._meta.verbose_name), **_values(row, subject, only=naming_texts(subject, row))}
            for row in rows
            if (row.id if is_history else row.pk) not in own
        ]
    if named:
        tables.append(OwnTable("mentions", _("Texts that name you"), _("Your name, address and phone go."), named))
    if made := _acts(subject, seen):
        tables.append(
            OwnTable("acts", _("What you have done here"), _("The work stays; who did it is forgotten."), made)
        )
    return _without_others(subject, tables)


def _without_others(subject, tables):
    """Return the tables with everybody but the Subject masked in their texts; three queries."""
    people = Person.objects.exclude(pk__in=subject.person_ids).values_list("given_name", "family_name").order_by()
    contacts = AssociationContact.objects.exclude(OF_PERSON[AssociationContact].rows(subject))
    contacts = contacts.filter(name__contains=" ").values_list("name", flat=True).order_by()
    names = {*people, *(tuple(name.rsplit(" ", 1)) for name in contacts)}
    shared = SharedMailbox.objects.values_list("email", flat=True)
    others = OtherPeople(subject, names, shared=shared, mask=_("[somebody else]"))
    others.read(
        json.dumps([(table.rows, table.history) for table in tables], cls=DjangoJSONEncoder, ensure_ascii=False)
    )
    return [replace(each, rows=others.masked(each.rows), history=others.masked(each.history)) for each in tables]


def _acts(subject, seen):
    """Return where the Subject's accounts stand as who did something; whom it was about is theirs and not told."""
    made = []
    for app in sorted({model._meta.app_label for model in OF_PERSON}):
        for model in apps.get_app_config(app).get_models():
            done = Q()
            for column in model._meta.concrete_fields:
                if column.related_model is User:
                    done |= Q(**{f"{column.attname}__in": subject.account_ids})
            if done:
                rows = model._base_manager.filter(done).exclude(pk__in=seen.get(model, ())).order_by("pk")
                numbers = list(rows.values_list("pk", flat=True))
                made += [{_("Table"): str(model._meta.verbose_name), "ID": number} for number in numbers]
    return made


def _read(rows):
    names = [each.name for each in rows.model._meta.concrete_fields if _is_named(each)]
    rows = rows.select_related(*names) if names else rows
    return list(rows.prefetch_related(*(each.name for each in rows.model._meta.many_to_many)))


def _is_named(column):
    return column.is_relation and column.related_model._meta.label_lower in _NAMED


def _table(subject, model, rows):
    declared = OF_PERSON[model]
    history = []
    if hasattr(model, "history"):
        history = model.history.filter(id__in=[row.pk for row in rows]).order_by("history_date", "history_id")
    return OwnTable(
        key=model._meta.label_lower,
        # The library has no name for it in our languages.
        label=_("Where I am signed in") if model is UserSession else capfirst(str(model._meta.verbose_name_plural)),
        at_erasure=str(declared.why) if declared.at_erasure == AtErasure.STAYS_WITHOUT_PERSON else _("Goes."),
        rows=[_values(row, subject) for row in rows],
        history=[_values(row, subject) for row in history],
    )


def _values(row, subject, only=None):
    """Return what a row says, in words, or its number and the columns `only`; of other people only that they are."""
    values = {}
    for column in row._meta.concrete_fields:
        if column.name in _SECRET or isinstance(column, SortKeyField | SearchField):
            continue
        if column.name in _of_others(type(row)) and only is None:
            continue
        if only is not None and column.attname not in only and column.name not in {"id", "history_id"}:
            continue
        name = str(capfirst(column.verbose_name))
        value = getattr(row, column.attname)
        if column.related_model in {Person, User} and value is not None:
            own = subject.person_ids if column.related_model is Person else subject.account_ids
            value = _("you") if value in own else _("somebody else")
        elif _is_named(column) and value is not None and column.name in row._state.fields_cache:
            value = str(getattr(row, column.name))
        elif column.choices and value:
            value = str(getattr(row, f"get_{column.name}_display")())
        if value not in (None, "", [], {}):
            values[name if name not in values else f"{name} ({column.name})"] = value
    for relation in row._meta.many_to_many if only is None else ():
        if names := [str(each) for each in getattr(row, relation.name).all()]:
            values[str(capfirst(relation.verbose_name))] = names
    return values


def _of_others(model):
    declared = OF_PERSON.get(getattr(model, "instance_type", model))
    return declared.of_others if declared else ()


def own_data_file(subject, tables):
    """Return the JSON of the tables as text: readable by people, and by programs by its keys."""
    content = {
        "made": timezone.localtime().isoformat(timespec="seconds"),
        "namesake": subject.has_namesake,
        "tables": [
            {"key": table.key, "name": table.label, "at_erasure": table.at_erasure}
            | {"rows": table.rows, "history": table.history}
            for table in tables
        ],
    }
    return json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)


# --- Erasing ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Obstacle:
    """Why one's own data cannot be erased yet, and where that is changed."""

    why: str
    url: str = ""


def obstacles(account):
    """Return the Obstacles to erasing the data of `account`'s person today; none for whoever has left."""
    person = getattr(account, "person", None)
    if account.is_superuser or person is None:
        return [Obstacle(_("Another administrator erases this account."))]
    found = []
    for role in Appointment.objects.open_or_future().filter(person=person).select_related("municipality"):
        why = _("%(role)s, %(place)s: the municipality needs your details for as long as you have the task.")
        url = reverse("portal_contacts", args=[role.municipality.slug])
        found.append(Obstacle(why % {"role": capfirst(role.get_kind_display()), "place": role.municipality}, url))
    for role in Coordinator.objects.open_or_future().filter(person=person).select_related("region", "area"):
        why = _("Coordinator, %(place)s: people need to know whom to turn to for as long as you have the task.")
        found.append(Obstacle(why % {"place": role.area or role.region}, reverse("portal_posts")))
    return found


@transaction.atomic
def ask_to_erase(account):
    """Make a task of the wish of somebody who is still needed to be erased, due within the law's month; return it.

    For the coordinator who answers for the place of the first role, or for administrators when a
    coordinator asks. One at a time: an open one is returned. The task names the place and
    leads to the person. Raises ValidationError (code "free") when nothing stands in the way.
    """
    person = Person.objects.select_for_update().get(user=account)
    post = Appointment.objects.open_or_future().filter(person=person).select_related("municipality").first()
    role = Coordinator.objects.open_or_future().filter(person=person).select_related("region", "area").first()
    if post is None and role is None and not account.is_superuser:
        raise ValidationError(_("Nothing stands in the way: you can erase your data yourself."), code="free")
    where = {"url_name": "admin:registry_person_change", "url_args": [person.pk]}
    open_one = Task.objects.open().filter(kind=Task.Kind.ERASURE, **where).first()
    if open_one:
        return open_one
    # One's own colleagues do not decide on a coordinator or an administrator.
    municipality = None if role or account.is_superuser else post.municipality
    region = Region.objects.home_of(municipality) if municipality else None
    place = municipality or (role and role.area) or person.region
    return Task.objects.create(
        kind=Task.Kind.ERASURE,
        title=str(place),
        region=region,
        municipality=municipality,
        assigned_to=responsible_coordinator(region, municipality) if municipality else None,
        due_on=timezone.localdate() + ANSWER_WITHIN,
        created_by=account,
        **where,
    )


@transaction.atomic
def erase_own_data(account):
    """Erase everything about the person of `account` that the law does not keep; a volunteer's tasks end today.

    Raises ValidationError (code "needed") while there are obstacles; nothing is erased then.
    """
    if obstacles(account):
        raise ValidationError(_("Your details are still needed. Leave the task first."), code="needed")
    person = Person.objects.select_for_update().get(user=account)
    today = PartialDate.day(timezone.localdate())
    for agent in Agent.objects.open_or_future().filter(person=person):
        if agent.start_first <= today.first:
            end_role(agent, on=today, by=account)
        else:
            agent.delete()
    erase_person(person, at_own_request=True)

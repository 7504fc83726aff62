"""How long people's data is kept, declared table by table, and how a person is erased."""

import calendar
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from registry.models import (
    Agent,
    AgentTraining,
    Appointment,
    AssociationContact,
    Consent,
    Coordinator,
    Feedback,
    Person,
    SharedMailbox,
    Task,
)


def months_before(day, months):
    """Return the same day `months` calendar months earlier, or that month's last day."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return dt.date(years, month + 1, min(day.day, calendar.monthrange(years, month + 1)[1]))


@dataclass(frozen=True)
class Retention:
    """How long the personal data of one table is kept.

    `due` returns the rows whose time is over on a day, `erase` removes the personal
    data of such rows and returns how many it took. `content` and `kept` are what the
    privacy notice says.
    """

    model: type[models.Model]
    content: str
    kept: str
    due: Callable[[dt.date], QuerySet]
    erase: Callable[[QuerySet], int]


def _delete(rows):
    """Delete rows with their history; return how many there were."""
    ids = list(rows.values_list("pk", flat=True))
    if history := getattr(rows.model, "history", None):
        history.filter(id__in=ids).delete()
    rows.model._base_manager.filter(pk__in=ids).delete()
    return len(ids)


def _people_without_role_since(day):
    """Return the people without any role that is open or ended after `day`, recorded before it."""
    recent = Q(end_last__isnull=True) | Q(end_last__gte=day)
    roles = [Exists(role.objects.filter(recent, person=OuterRef("pk"))) for role in (Appointment, Agent, Coordinator)]
    return Person.objects.filter(~roles[0], ~roles[1], ~roles[2], created_at__date__lt=day)


@transaction.atomic
def erase_person(person):
    """Remove `person`, their consents and account for good, also from history; their roles stay without a holder.

    What a municipality decided (that somebody was appointed, when, to which sector)
    is a public record and stays; who it was does not.
    """
    for role in (Appointment, Agent, Coordinator):
        role.objects.filter(person=person).update(person=None)
        role.history.filter(person_id=person.pk).update(person=None)
    for agent in Agent.objects.filter(pk__in=Agent.history.filter(person_id=person.pk).values("id")):
        agent.trainings.all().delete()
    Agent.history.filter(recruited_by_id=person.pk).update(recruited_by=None)
    Consent.history.filter(person_id=person.pk).delete()
    account = person.user
    Person.history.filter(id=person.pk).delete()
    person.delete()
    if account and not account.is_superuser:
        account.delete()


def _erase_people(rows):
    people = list(rows)
    for person in people:
        erase_person(person)
    return len(people)


RETENTIONS = (
    Retention(
        Person,
        _("An officer's, volunteer's or coordinator's name, contact details, sign-in address and consents"),
        _("24 months after the last role has ended"),
        lambda today: _people_without_role_since(months_before(today, 24)),
        _erase_people,
    ),
    Retention(
        Consent,
        _("A withdrawn consent"),
        _("24 months after it was withdrawn"),
        lambda today: Consent.objects.filter(withdrawn_at__date__lt=months_before(today, 24)),
        _delete,
    ),
    Retention(
        AssociationContact,
        _("The contact details of an association's contact person"),
        _("36 months after they were obtained or last checked"),
        lambda today: AssociationContact.objects.filter(obtained_on__lt=months_before(today, 36)).filter(
            Q(checked_on__isnull=True) | Q(checked_on__lt=months_before(today, 36))
        ),
        _delete,
    ),
    Retention(
        Feedback,
        _("Feedback and the address given for a reply"),
        _("12 months after it was answered"),
        lambda today: Feedback.objects.filter(answered_at__date__lt=months_before(today, 12)),
        _delete,
    ),
    Retention(
        Task,
        _("The wording of a task that a coordinator has written"),
        _("24 months after it was done"),
        lambda today: Task.objects.filter(done_at__date__lt=months_before(today, 24)),
        _delete,
    ),
    Retention(
        SharedMailbox,
        _("A shared mailbox of a municipality"),
        _("24 months after it was last in use"),
        lambda today: SharedMailbox.objects.filter(valid_to__lt=months_before(today, 24)),
        _delete,
    ),
)

KEPT_WITH_PERSON = {
    User: _("goes with the person"),
    Appointment: _("only the link to the person is personal; it goes with the person"),
    Agent: _("the link to the person and the trainings go with the person"),
    AgentTraining: _("goes with the person"),
    Coordinator: _("only the link to the person is personal; it goes with the person"),
}


def retention_rows():
    """Return what the privacy notice's table says: (content, how long it is kept)."""
    return [(retention.content, retention.kept) for retention in RETENTIONS]


def enforce_retention(*, today=None, preview=False):
    """Remove the personal data whose time is over; return how many rows of each table, without saying whose.

    With `preview` nothing is removed. Safe to run twice.
    """
    today = today or timezone.localdate()
    counts = {}
    for retention in RETENTIONS:
        rows = retention.due(today)
        with transaction.atomic():
            counts[retention.model._meta.model_name] = rows.count() if preview else retention.erase(rows)
    return counts

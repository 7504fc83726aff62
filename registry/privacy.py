"""How long people's data is kept, declared table by table, and how a person is erased."""

import calendar
import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import registered_models
from simple_history.utils import get_history_manager_for_model

from accounts.models import SecretLink, SignInEvent, User
from common.partial_dates import PartialDate
from mailing.models import Bounce, Letter, Unsubscription
from registry.mentions import forget_mentions
from registry.models import (
    ActingEntry,
    Agent,
    AgentTraining,
    Appointment,
    AssociationContact,
    AssociationLetter,
    ChangedRow,
    ChangeSet,
    ColleagueQuestion,
    Consent,
    ContactEntry,
    Coordinator,
    ExportLog,
    Feedback,
    Handover,
    ImportRow,
    ImportRun,
    Pairing,
    Person,
    QualityException,
    SharedMailbox,
    SiteState,
    Task,
    WorkArea,
)
from registry.subjects import OF_PERSON, AtErasure, accounts_closed_by_merging, rows_of, subject_of
from registry.tasks import complete_task, hand_over_tasks


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


def delete_rows(rows):
    """Delete rows with their history; return how many there were."""
    ids = list(rows.values_list("pk", flat=True))
    rows.model._base_manager.filter(pk__in=ids).delete()
    # History last: deleting a row writes a history row of its own.
    if history := getattr(rows.model, "history", None):
        history.filter(id__in=ids).delete()
    return len(ids)


def _people_without_role_since(day):
    """Return the people without any role that is open or ended after `day`, recorded before it."""
    recent = Q(end_last__isnull=True) | Q(end_last__gte=day)
    roles = [Exists(role.objects.filter(recent, person=OuterRef("pk"))) for role in (Appointment, Agent, Coordinator)]
    return Person.objects.filter(~roles[0], ~roles[1], ~roles[2], created_at__date__lt=day)


@transaction.atomic
def erase_person(person, *, at_own_request=False):
    """Remove `person`, their consents and account for good, also from history; their roles stay without a holder.

    The rows that were merged into the person's go with it: their history and closed
    accounts. In other rows' texts the person's name, address and phone are replaced. `at_own_request`
    takes what has a retention period of its own, too: see `registry/subjects.py`.

    What a municipality decided (that somebody was appointed, when, to which sector)
    is a public record and stays; who it was does not.
    """
    subject = subject_of(person)
    account, ids = person.user, subject.person_ids
    closed = accounts_closed_by_merging(ids)
    for post in Appointment.objects.filter(person=person, kind=Appointment.Kind.FALLBACK, end_last__isnull=True):
        # Nobody answers as a fallback respondent without a person: the duty ends, as the table demands.
        post.end = PartialDate.day(max(timezone.localdate(), post.start_last))
        post.save()
    # What was agreed with the person may name them.
    Task.objects.filter(contact_entry__person=person).delete()
    for wish in Task.objects.open().filter(kind=Task.Kind.ERASURE, url_args=[person.pk]):
        complete_task(wish, by=None)
    _erase_from_admin_log(person)
    _erase_from_steps(person, ids)
    hand_over_tasks(person)
    _end_sessions(subject)
    for model, declared in OF_PERSON.items():
        is_wanted = at_own_request and declared.at_erasure == AtErasure.GOES_ON_REQUEST
        if model not in {Person, User} and (is_wanted or declared.at_erasure == AtErasure.GOES):
            delete_rows(rows_of(subject, model))
    for role in (Appointment, Agent, Coordinator):
        role.objects.filter(person=person).update(person=None)
    person.delete()
    # History last: deleting a row writes a history row of its own.
    Person.history.filter(id__in=ids).delete()
    Consent.history.filter(person_id__in=ids).delete()
    for person_id in ids:
        _forget_in_history(Person, person_id)
    for own in filter(None, [account, *closed]):
        if not own.is_superuser:
            _forget_in_history(User, own.pk)
            own.delete()
    forget_mentions(subject)
    SiteState.objects.touch()  # texts are changed past the receiver


def forget_if_without_tie(person):
    """Erase somebody who was only proposed and never had a role, an account or anything else here; return whether so.

    Without it the proposal would be kept as long as somebody who had the task.
    """
    ties = (person.appointments, person.agencies, person.coordinations, person.consents, person.handovers_to,
            person.tasks, person.contact_entries)  # fmt: skip
    if person.user_id is not None or any(rows.exists() for rows in ties):
        return False
    erase_person(person)
    return True


def _end_sessions(subject):
    """End the open sessions of the accounts: what is kept of them names the sign-in address."""
    keys = UserSession.objects.filter(user__in=subject.account_ids).values_list("session_key", flat=True)
    Session.objects.filter(session_key__in=list(keys)).delete()


def _forget_in_history(model, pk):
    """Empty every column of every history table that points to this row: a deletion does not reach them."""
    for tracked in registered_models.values():
        history = get_history_manager_for_model(tracked)
        for column in history.model._meta.concrete_fields:
            if column.related_model is model:
                history.filter(**{column.attname: pk}).update(**{column.attname: None})


def _erase_from_admin_log(person):
    """Remove the administration's log lines about the person, their consents, roles and pairs: they repeat names."""
    pairings = Pairing.objects.filter(Q(appointment__person=person) | Q(agent__person=person))
    own_rows = [Person.objects.filter(pk=person.pk), User.objects.filter(person=person), pairings]
    own_rows += [table.objects.filter(person=person) for table in (Consent, Appointment, Agent, Coordinator)]
    lines = Q()
    for rows in own_rows:
        ids = [str(pk) for pk in rows.values_list("pk", flat=True)]
        lines |= Q(content_type=ContentType.objects.get_for_model(rows.model), object_id__in=ids)
    for text in filter(None, [person.name, person.email, person.user and person.user.email]):
        # A change message is JSON, in which ä reads \u00e4.
        lines |= Q(object_repr__contains=text) | Q(change_message__contains=json.dumps(text)[1:-1])
    LogEntry.objects.filter(lines).delete()


def _erase_from_steps(person, ids):
    """Remove what would bring the person back: steps that touched them can no longer be undone, and rows of files."""
    of_person = Q(table=Person._meta.label_lower, row_pk__in=ids) | Q(before__person_id__in=list(ids))
    steps = list(ChangedRow.objects.filter(of_person).values_list("change_set", flat=True))
    ChangedRow.objects.filter(change_set__in=steps).delete()


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
        delete_rows,
    ),
    Retention(
        AssociationContact,
        _("The contact details of an association's contact person"),
        _("36 months after they were obtained or last checked"),
        lambda today: AssociationContact.objects.filter(obtained_on__lt=months_before(today, 36)).filter(
            Q(checked_on__isnull=True) | Q(checked_on__lt=months_before(today, 36))
        ),
        delete_rows,
    ),
    Retention(
        Feedback,
        _("Feedback and the address given for a reply"),
        _("12 months after it was answered"),
        lambda today: Feedback.objects.filter(answered_at__date__lt=months_before(today, 12)),
        delete_rows,
    ),
    Retention(
        Task,
        _("The wording of a task that a coordinator has written"),
        _("24 months after it was done"),
        lambda today: Task.objects.filter(done_at__date__lt=months_before(today, 24)),
        delete_rows,
    ),
    Retention(
        SharedMailbox,
        _("A shared mailbox of a municipality"),
        _("24 months after it was last in use"),
        lambda today: SharedMailbox.objects.filter(valid_to__lt=months_before(today, 24)),
        delete_rows,
    ),
    Retention(
        ContactEntry,
        _("A note on a phone call, a letter or a meeting"),
        _("24 months after it happened"),
        lambda today: ContactEntry.objects.filter(happened_on__lt=months_before(today, 24)),
        delete_rows,
    ),
    Retention(
        AssociationLetter,
        _("A letter of a municipality to its associations"),
        _("24 months after it was written"),
        lambda today: AssociationLetter.objects.filter(written_at__date__lt=months_before(today, 24)),
        delete_rows,
    ),
    Retention(
        Handover,
        _("What somebody who left a role wrote to the next one"),
        _("24 months after it was written"),
        lambda today: Handover.objects.filter(written_at__date__lt=months_before(today, 24)),
        delete_rows,
    ),
    Retention(
        ColleagueQuestion,
        _("A question to colleagues; its text only until the letters have left"),
        _("3 days after it was asked"),
        lambda today: ColleagueQuestion.objects.filter(asked_at__date__lt=today - dt.timedelta(days=3)),
        delete_rows,
    ),
    Retention(
        ActingEntry,
        _("That a coordinator looked at the portal or acted in somebody's place"),
        _("24 months after it happened"),
        lambda today: ActingEntry.objects.filter(happened_at__date__lt=months_before(today, 24)),
        delete_rows,
    ),
    Retention(
        SignInEvent,
        _("When and with what device somebody signed in, and changes of passwords and second factors"),
        _("12 months after it happened"),
        lambda today: SignInEvent.objects.filter(happened_at__date__lt=months_before(today, 12)),
        delete_rows,
    ),
    Retention(
        SecretLink,
        _("A link that works without signing in, as a hash"),
        _("3 months after it ceased to be valid"),
        lambda today: SecretLink.objects.filter(expires_at__date__lt=months_before(today, 3)),
        delete_rows,
    ),
    Retention(
        Letter,
        _("To which address a letter was sent, and when"),
        _("12 months after it was written"),
        lambda today: Letter.objects.filter(created_at__date__lt=months_before(today, 12)),
        delete_rows,
    ),
    Retention(
        Bounce,
        _("From which address a letter came back, and when"),
        _("12 months after it came back"),
        lambda today: Bounce.objects.filter(at__date__lt=months_before(today, 12)),
        delete_rows,
    ),
    Retention(
        Unsubscription,
        _("That an address wants no letters, as a hash without the address"),
        _("until it is withdrawn, at most 10 years: an objection must outlive the address"),
        lambda today: Unsubscription.objects.filter(since__date__lt=months_before(today, 120)),
        delete_rows,
    ),
    Retention(
        ImportRow,
        _("A row of a file that was read into the registry"),
        _("3 months after the file was read"),
        lambda today: ImportRow.objects.filter(run__started_at__date__lt=months_before(today, 3)),
        delete_rows,
    ),
    Retention(
        ChangedRow,
        _("What rows were before an import or a merger of duplicates, for undoing it"),
        _("3 months after the step"),
        lambda today: ChangedRow.objects.filter(change_set__done_at__date__lt=months_before(today, 3)),
        delete_rows,
    ),
    Retention(
        ExportLog,
        _("Who has taken a list with people's data out of the registry"),
        _("24 months after it was taken out"),
        lambda today: ExportLog.objects.filter(exported_at__date__lt=months_before(today, 24)),
        delete_rows,
    ),
    Retention(
        QualityException,
        _("Why something odd in the registry is right"),
        _("12 months after it was to be looked at again"),
        lambda today: QualityException.objects.filter(until__lt=months_before(today, 12)),
        delete_rows,
    ),
)

KEPT_WITH_PERSON = {
    User: _("goes with the person"),
    EmailAddress: _("goes with the account; not in use"),
    EmailConfirmation: _("goes with the account; not in use"),
    Authenticator: _("goes with the account; keys are encrypted or public"),
    UserSession: _("goes with the account; without a network address"),
    SocialAccount: _("goes with the account; only the number that the municipality's sign-in has given"),
    SocialToken: _("goes with the account; not in use"),
    Appointment: _("only the link to the person is personal; it goes with the person"),
    Agent: _("the link to the person and the trainings go with the person"),
    AgentTraining: _("goes with the person"),
    ChangeSet: _("only the link to the account is personal; it goes with the account"),
    ImportRun: _("only the link to the account is personal; it goes with the account"),
    WorkArea: _("goes with the account"),
    Coordinator: _("only the link to the person is personal; it goes with the person"),
}


_registered = []


def register(*retentions, kept_otherwise=None):
    """Add the declarations of an application on a higher floor; called from its AppConfig.ready.

    `kept_otherwise` names its tables whose only personal data are links that go with
    the account or the person, with what is said of them.
    """
    _registered.extend(each for each in retentions if each not in _registered)
    KEPT_WITH_PERSON.update(kept_otherwise or {})


def declared_retentions():
    """Return the declarations of every table of every application."""
    return [*RETENTIONS, *_registered]


def has_declared_data(model):
    """Whether a table has declared that it keeps people's data."""
    return model in KEPT_WITH_PERSON or any(retention.model is model for retention in declared_retentions())


def retention_rows():
    """Return what the privacy notice's table says: (content, how long it is kept)."""
    return [(retention.content, retention.kept) for retention in declared_retentions()]


def enforce_retention(*, today=None, preview=False):
    """Remove the personal data whose time is over; return how many rows of each table, without saying whose.

    With `preview` nothing is removed. Safe to run twice.
    """
    today = today or timezone.localdate()
    counts = {}
    for retention in declared_retentions():
        rows = retention.due(today)
        with transaction.atomic():
            counts[retention.model._meta.model_name] = rows.count() if preview else retention.erase(rows)
    return counts

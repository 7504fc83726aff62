"""Whose data it is: one declaration for each table of how a person's rows are found and what becomes of them.

What a person reads and downloads (registry/own_data.py), what erasing takes
(registry/privacy.py) and what it leaves follow from these declarations alone; a test
holds them together with the retention periods.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import SecretLink, SignInEvent, User
from mailing.models import Letter
from registry.merging import merged_into
from registry.models import (
    ActingEntry,
    Agent,
    AgentTraining,
    Appointment,
    AssociationContact,
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
    Person,
    QualityException,
    SharedMailbox,
    Task,
    WorkArea,
)


@dataclass(frozen=True)
class Subject:
    """The person whose data is in question, by everything that points to them; `person` may be missing."""

    person: Person | None
    person_ids: frozenset[int]
    account_ids: frozenset[int]
    emails: frozenset[str]
    has_namesake: bool = False


def subject_of(person=None, account=None):
    """Return the Subject of a person, or of an account that belongs to nobody in the registry.

    Rows and accounts that were merged into the person's are theirs, too. An address
    that several people read is not the person's.
    """
    if person is None:
        return Subject(None, frozenset(), frozenset({account.pk}), frozenset({account.email.lower()}))
    ids = {person.pk, *merged_into(person)}
    closed = accounts_closed_by_merging(ids)
    emails = {person.email, *(each.email for each in closed), person.user.email if person.user else ""}
    emails = {email.lower() for email in emails if email}
    shared = {email.lower() for email in SharedMailbox.objects.values_list("email", flat=True)}
    return Subject(
        person,
        frozenset(ids),
        frozenset({each.pk for each in closed} | ({person.user_id} if person.user_id else set())),
        frozenset(emails - shared),
        Person.objects.filter(sort_key=person.sort_key).exclude(pk__in=ids).exists(),
    )


def accounts_closed_by_merging(person_ids):
    """Return the closed accounts of the rows that were merged into the one that stayed; nobody else has them."""
    accounts = Person.history.filter(id__in=person_ids, history_type="-").values_list("user_id", flat=True)
    return list(User.objects.filter(pk__in=list(accounts), is_active=False, person__isnull=True))


class AtErasure(Enum):
    """What becomes of a person's rows when the person is erased."""

    GOES = "goes"
    GOES_ON_REQUEST = "on request"  # stays when a retention period ends: it has one of its own
    STAYS_WITHOUT_PERSON = "stays"


@dataclass(frozen=True)
class Declared:
    """How a person's rows of one table are found, what becomes of them, and why they stay if they do."""

    rows: Callable[[Subject], Q]
    at_erasure: AtErasure = AtErasure.GOES
    why: str = ""


def _persons(*paths):
    return lambda subject: _any(Q(**{f"{path}__in": subject.person_ids}) for path in paths)


def _accounts(*paths):
    return lambda subject: _any(Q(**{f"{path}__in": subject.account_ids}) for path in paths)


def _emails(*paths):
    return lambda subject: _any(Q(**{f"{path}__iexact": email}) for path in paths for email in subject.emails)


def _any(conditions):
    found = Q(pk__in=[])
    for condition in conditions:
        found |= condition
    return found


def _both(*finders):
    return lambda subject: _any(finder(subject) for finder in finders)


_RECORD = _("That somebody was appointed, when and to what, is a public record. It stays without your name.")
_WORK = _("The work stays; who did it is forgotten.")
_STAYS, _ON_REQUEST = AtErasure.STAYS_WITHOUT_PERSON, AtErasure.GOES_ON_REQUEST

OF_PERSON: dict[type[models.Model], Declared] = {
    Person: Declared(_persons("pk")),
    Consent: Declared(_persons("person")),
    Appointment: Declared(_persons("person"), _STAYS, _RECORD),
    Agent: Declared(_persons("person"), _STAYS, _RECORD),
    AgentTraining: Declared(_persons("agent__person")),
    Coordinator: Declared(_persons("person"), _STAYS, _RECORD),
    Task: Declared(_persons("assigned_to", "contact_entry__person"), _STAYS, _WORK),
    ContactEntry: Declared(_persons("person")),
    Handover: Declared(
        _persons("appointment__person", "coordination__person", "successor"),
        _STAYS,
        _("The next one needs the note. It stays without your name for as long as the privacy notice says."),
    ),
    ActingEntry: Declared(_persons("person")),
    ColleagueQuestion: Declared(_persons("asker")),
    AssociationContact: Declared(_emails("email"), _ON_REQUEST),
    Feedback: Declared(_emails("reply_to"), _ON_REQUEST),
    Letter: Declared(_both(_emails("address"), _persons("arguments__person"))),
    User: Declared(_accounts("pk")),
    EmailAddress: Declared(_accounts("user")),
    EmailConfirmation: Declared(_accounts("email_address__user")),
    Authenticator: Declared(_accounts("user")),
    UserSession: Declared(_accounts("user")),
    SignInEvent: Declared(_accounts("account")),
    SecretLink: Declared(_accounts("account")),
    WorkArea: Declared(_accounts("user")),
    ExportLog: Declared(_accounts("exported_by"), _STAYS, _WORK),
    ImportRun: Declared(_accounts("started_by"), _STAYS, _WORK),
    ImportRow: Declared(lambda subject: Q(pk__in=[])),  # found by what they say: registry/mentions.py
    ChangeSet: Declared(_accounts("done_by", "undone_by"), _STAYS, _WORK),
    ChangedRow: Declared(
        lambda subject: (
            Q(table=Person._meta.label_lower, row_pk__in=subject.person_ids)
            | Q(before__person_id__in=list(subject.person_ids))
        )
    ),
    QualityException: Declared(_accounts("accepted_by"), _STAYS, _WORK),
    SharedMailbox: Declared(
        _emails("email"), _STAYS, _("Several people read this address: it belongs to the municipality.")
    ),
    LogEntry: Declared(_accounts("user")),
}


def rows_of(subject, model):
    """Return the rows of one declared table that are about the Subject or were made by their account."""
    return model._base_manager.filter(OF_PERSON[model].rows(subject)).distinct().order_by("pk")

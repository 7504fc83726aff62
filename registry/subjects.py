"""Whose data it is: one declaration for each table of how a person's rows are found and what becomes of them.

What a person reads and downloads (registry/own_data.py), what erasing takes
(registry/privacy.py) and what it leaves follow from these declarations alone; a test
holds them together with the retention periods.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import SecretLink, SignInEvent, User
from common.names import fold
from mailing.models import Bounce, Letter, Unsubscription
from registry.merging import merged_into
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
    Person,
    QualityException,
    SharedMailbox,
    Task,
    WorkArea,
)
from registry.naming import first_name, phone_pattern


@dataclass(frozen=True)
class Subject:
    """The person whose data is in question, by everything that points to them; `person` may be missing.

    With a namesake, somebody else of the same name, texts that give the name alone tell of
    neither; with a near one, who shares the first given name, only those with the whole name do.
    """

    person: Person | None
    person_ids: frozenset[int]
    account_ids: frozenset[int]
    emails: frozenset[str]
    has_namesake: bool = False
    has_near_namesake: bool = False


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
        *_namesakes(person, ids),
    )


def _namesakes(person, ids):
    """Return whether others have the name of `person`, and whether others share its first given name; one query."""
    family = fold(person.family_name)
    rows = Person.objects.matching(family).exclude(pk__in=ids).values_list("given_name", "family_name").order_by()
    others = {fold(given) for given, other in rows if fold(other) == family}
    return fold(person.given_name) in others, first_name(person.given_name) in {first_name(each) for each in others}


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
    """How a person's rows of one table are found, what becomes of them, and why they stay if they do.

    `of_others` are the columns that tell of others, which the person does not read.
    """

    rows: Callable[[Subject], Q]
    at_erasure: AtErasure = AtErasure.GOES
    why: str = ""
    of_others: frozenset[str] = frozenset()


def persons_in(*paths):
    """Return what finds the rows that point to the Subject's rows as a person at one of `paths`."""
    return lambda subject: _any(Q(**{f"{path}__in": subject.person_ids}) for path in paths)


def accounts_in(*paths):
    """Return what finds the rows that point to the Subject's accounts at one of `paths`."""
    return lambda subject: _any(Q(**{f"{path}__in": subject.account_ids}) for path in paths)


def emails_in(*paths):
    """Return what finds the rows with one of the Subject's addresses at one of `paths`."""
    return lambda subject: _any(Q(**{f"{path}__iexact": email}) for path in paths for email in subject.emails)


def _phones(*paths):
    def found(subject):
        pattern = phone_pattern(subject.person.phone) if subject.person else None
        return _any(Q(**{f"{path}__iregex": pattern}) for path in paths if pattern)

    return found


def _cells_of(subject):
    """Return what finds rows of files: by address or phone, or by both names, which may stand in cells far apart."""
    person = subject.person
    if person is None:
        return Q(pk__in=[])
    found = [_in_cells(text) for text in (*subject.emails, person.phone) if text]
    if not subject.has_namesake:
        found.append(_in_cells(person.given_name) & _in_cells(person.family_name))
    return _any(found)


def _in_cells(text):
    return Q(cells__icontains=json.dumps(text)[1:-1]) | Q(cells__icontains=text)


def _any(conditions):
    found = Q(pk__in=[])
    for condition in conditions:
        found |= condition
    return found


def either(*finders):
    """Return what finds the rows that one of `finders` finds."""
    return lambda subject: _any(finder(subject) for finder in finders)


RECORD = _("That somebody was appointed, when and to what, is a public record. It stays without your name.")
WORK = _("The work stays; who did it is forgotten.")
_STAYS, _ON_REQUEST = AtErasure.STAYS_WITHOUT_PERSON, AtErasure.GOES_ON_REQUEST

OF_PERSON: dict[type[models.Model], Declared] = {
    Person: Declared(persons_in("pk")),
    Consent: Declared(persons_in("person")),
    Appointment: Declared(persons_in("person"), _STAYS, RECORD),
    Agent: Declared(persons_in("person"), _STAYS, RECORD),
    AgentTraining: Declared(persons_in("agent__person")),
    Coordinator: Declared(persons_in("person"), _STAYS, RECORD),
    Task: Declared(persons_in("assigned_to", "contact_entry__person"), _STAYS, WORK),
    ContactEntry: Declared(persons_in("person")),
    Handover: Declared(
        persons_in("appointment__person", "coordination__person", "successor"),
        _STAYS,
        _("The next one needs the note. It stays without your name for as long as the privacy notice says."),
    ),
    ActingEntry: Declared(persons_in("person")),
    ColleagueQuestion: Declared(persons_in("asker")),
    AssociationLetter: Declared(accounts_in("written_by"), _STAYS, WORK),
    AssociationContact: Declared(either(emails_in("email"), _phones("phone")), _ON_REQUEST),
    Feedback: Declared(emails_in("reply_to"), _ON_REQUEST),
    Letter: Declared(either(emails_in("address"), persons_in("arguments__person"))),
    Bounce: Declared(emails_in("address")),
    Unsubscription: Declared(
        lambda subject: Q(pk__in=[]),
        _STAYS,
        _("Who wants no letters is remembered by a hash, so that none are sent again; the address is not kept."),
    ),
    User: Declared(accounts_in("pk")),
    EmailAddress: Declared(accounts_in("user")),
    EmailConfirmation: Declared(accounts_in("email_address__user")),
    Authenticator: Declared(accounts_in("user")),
    SocialAccount: Declared(accounts_in("user")),
    SocialToken: Declared(accounts_in("account__user")),
    UserSession: Declared(accounts_in("user")),
    SignInEvent: Declared(accounts_in("account")),
    # For one's own calendar `scope` holds the seed of its address (meetings/private_calendar.py).
    SecretLink: Declared(accounts_in("account"), of_others=frozenset({"scope"})),
    WorkArea: Declared(accounts_in("user")),
    ExportLog: Declared(accounts_in("exported_by"), _STAYS, WORK),
    ImportRun: Declared(accounts_in("started_by"), _STAYS, WORK),
    ImportRow: Declared(_cells_of),
    ChangeSet: Declared(accounts_in("done_by", "undone_by"), _STAYS, WORK),
    ChangedRow: Declared(
        lambda subject: (
            Q(table=Person._meta.label_lower, row_pk__in=subject.person_ids)
            | Q(before__person_id__in=list(subject.person_ids))
        )
    ),
    QualityException: Declared(accounts_in("accepted_by"), _STAYS, WORK),
    SharedMailbox: Declared(
        emails_in("email"), _STAYS, _("Several people read this address: it belongs to the municipality.")
    ),
    # What one did in the administration is one's own; to whom is theirs.
    LogEntry: Declared(accounts_in("user"), of_others=frozenset({"object_repr", "change_message"})),
}


def declare(declarations):
    """Add the tables of an application on a higher floor, {table: Declared}; called from its AppConfig.ready."""
    OF_PERSON.update(declarations)


def rows_of(subject, model):
    """Return the rows of one declared table that are about the Subject or were made by their account."""
    return model._base_manager.filter(OF_PERSON[model].rows(subject)).distinct().order_by("pk")

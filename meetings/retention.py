"""How long meetings keep what they know of people; registry/privacy.py enforces it."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from meetings.models import (
    AgendaItem,
    AgendaProposal,
    CoHost,
    DateVote,
    Decision,
    DietCount,
    Invitation,
    Meeting,
    MeetingChange,
    Reply,
)
from registry.privacy import Retention, delete_rows, months_before
from registry.publicity import touch
from registry.subjects import RECORD, WORK, AtErasure, Declared, accounts_in, either, emails_in, persons_in


def _forget_speakers(items):
    """Empty the speakers' names of agendas; return how many. The points stay."""
    n_forgotten = items.update(speaker="")
    touch()
    return n_forgotten


def _forget_doers(decisions):
    """Empty who sees to what was agreed; return how many. What was agreed stays, and how it stands."""
    n_forgotten = decisions.update(doer="")
    touch()
    return n_forgotten


def _agreed_long_ago(day):
    """Return what finds the decisions that were settled before `day`, and open ones of meetings before it."""
    return Q(settled_on__lt=day) | Q(settled_on__isnull=True, meeting__ends_at__date__lt=day)


def _forget_invitees(invitations):
    """Delete who was invited and what they replied; return how many. How many there were stays with the meeting."""
    meetings = Meeting.objects.filter(pk__in=invitations.order_by().values("meeting"))
    for meeting in list(meetings):
        own = Invitation.objects.filter(meeting=meeting)
        if meeting.n_invited is None:
            meeting.n_invited, meeting.n_coming = own.standing().count(), Reply.objects.n_coming(meeting)
            meeting.save(update_fields=["n_invited", "n_coming"])
        DietCount.objects.filter(meeting=meeting).delete()
    return delete_rows(invitations)


RETENTIONS = (
    Retention(
        Invitation,
        _("Who was invited to a meeting, what they replied, and names and addresses given for it"),
        _("3 months after the meeting; how many were invited and came stays, by municipality"),
        lambda today: Invitation.objects.filter(meeting__ends_at__date__lt=months_before(today, 3)),
        _forget_invitees,
    ),
    Retention(
        AgendaItem,
        _("The name of a speaker on a meeting's agenda"),
        _("24 months after the meeting; the agenda stays without the name"),
        lambda today: AgendaItem.objects.exclude(speaker="").filter(
            meeting__ends_at__date__lt=months_before(today, 24)
        ),
        _forget_speakers,
    ),
    Retention(
        Decision,
        _("Who sees to what was agreed at a meeting, where a person was named against the advice"),
        _("24 months after it was done or let go, or after the meeting while it is open; what was agreed stays"),
        lambda today: Decision.objects.exclude(doer="").filter(_agreed_long_ago(months_before(today, 24))),
        _forget_doers,
    ),
    Retention(
        AgendaProposal,
        _("What was proposed for a meeting's agenda, by whom, and what was answered"),
        _("24 months after the meeting; what came onto the agenda stays there"),
        lambda today: AgendaProposal.objects.filter(_long_ago(months_before(today, 24))),
        delete_rows,
    ),
)


def _long_ago(day):
    """Return what finds the proposals for meetings before `day`, and older ones for a draft without a day."""
    return Q(meeting__ends_at__date__lt=day) | Q(meeting__ends_at__isnull=True, proposed_at__date__lt=day)


_ONLY_ACCOUNT = _("only the link to the account is personal; it goes with the account")
_WITH_INVITATION = _("goes with the invitation")
KEPT_OTHERWISE = {
    MeetingChange: _ONLY_ACCOUNT,
    CoHost: _ONLY_ACCOUNT,
    Reply: _WITH_INVITATION,
    DateVote: _WITH_INVITATION,
}

_STAYS = AtErasure.STAYS_WITHOUT_PERSON
OF_PERSON = {
    # A speaker is written as people are called on a programme: no row of the registry is pointed to.
    AgendaItem: Declared(
        lambda _subject: Q(pk__in=[]),
        _STAYS,
        _("A speaker's name is on the agenda that was published; ask its host to take it out."),
    ),
    # Who sees to it is a post or an association, as it was agreed: no row of the registry is pointed to.
    Decision: Declared(
        lambda _subject: Q(pk__in=[]),
        _STAYS,
        _("Who sees to it is written as it was agreed; ask the meeting's host to take a name out."),
    ),
    MeetingChange: Declared(accounts_in("by"), _STAYS, WORK),
    Invitation: Declared(either(persons_in("person"), emails_in("email"))),
    Reply: Declared(either(persons_in("invitation__person"), emails_in("invitation__email"))),
    DateVote: Declared(either(persons_in("invitation__person"), emails_in("invitation__email"))),
    AgendaProposal: Declared(accounts_in("proposed_by", "settled_by"), _STAYS, WORK),
    CoHost: Declared(either(persons_in("agent__person"), accounts_in("named_by")), _STAYS, RECORD),
}

"""Points are proposed for an agenda, by people or from the data; hosts take them in or leave them out (docs/adr/0039).

What is computed comes from above: an application registers a function that yields Proposed for a
meeting. It is written down when it is settled, so that what was left out does not come back.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.names import language_suffix
from meetings.models import AgendaItem, AgendaProposal, Meeting

_Outcome = AgendaProposal.Outcome


@dataclass(frozen=True)
class Proposed:
    """A point computed from the data: `titles` by language, `why` in the active one; `key` says what it is about."""

    key: str
    titles: Mapping[str, str]
    why: str
    minutes: int

    @property
    def title(self):
        """The title in the active language."""
        return self.titles.get(language_suffix()) or next(iter(self.titles.values()))


_computed = []


def register_computed(function):
    """Let `function`, called with a meeting and a day, yield Proposed; called from its AppConfig.ready."""
    if function not in _computed:
        _computed.append(function)


@dataclass(frozen=True)
class Proposals:
    """What is proposed for a meeting: computed and not settled yet, people's that wait, and what has been settled."""

    computed: list
    waiting: list
    settled: list

    @property
    def n_waiting(self):
        """How many wait for a word."""
        return len(self.computed) + len(self.waiting)


def proposals_for(meeting, on):
    """Return the Proposals for a meeting on day `on`: one query, and what computing takes."""
    rows = list(meeting.proposals.for_page())
    known = {row.key for row in rows if row.is_computed}
    computed = [each for each in _all_computed(meeting, on) if each.key not in known]
    return Proposals(computed, [row for row in rows if row.is_open], [row for row in rows if not row.is_open])


def takes_proposals(meeting):
    """Whether points can still be proposed for a meeting: it has not begun and will be held."""
    return not (meeting.is_cancelled or meeting.has_begun)


def _all_computed(meeting, on):
    return [each for function in _computed for each in function(meeting, on)] if takes_proposals(meeting) else []


def _locked(meeting):
    locked = Meeting.objects.select_for_update(of=("self",), no_key=True).get(pk=meeting.pk)
    if not takes_proposals(locked):
        raise ValidationError(_("The meeting has begun or been cancelled: its agenda stays as it is."), code="over")
    return locked


@transaction.atomic
def propose_point(meeting, municipality, *, title, why, minutes, by):
    """Propose a point for a meeting's agenda in a municipality's name; return the AgendaProposal.

    The same open one sent twice by the same account is one. Raises ValidationError with code "over", and what the
    model refuses.
    """
    meeting = _locked(meeting)
    own = {"municipality": municipality, "title": title, "proposed_by": by, "outcome": _Outcome.OPEN}
    if alike := meeting.proposals.filter(**own).first():
        return alike
    proposal = AgendaProposal(meeting=meeting, why=why, minutes=minutes, **own)
    proposal.full_clean()
    proposal.save()
    return proposal


@transaction.atomic
def take_proposal(proposal, *, by):
    """Make a proposal the last point of its meeting's agenda; return it. Harmless when repeated.

    Raises ValidationError with code "over", or "settled" when it was left out: it is taken up again first.
    """
    meeting = _locked(proposal.meeting)
    proposal = AgendaProposal.objects.select_for_update().get(pk=proposal.pk)
    if proposal.outcome == _Outcome.TAKEN:
        return proposal
    _refuse_unless_open(proposal)
    _add_point(meeting, {meeting.languages[0] if meeting.languages else "fi": proposal.title}, proposal.minutes, by)
    return _settle(proposal, _Outcome.TAKEN, by)


@transaction.atomic
def decline_proposal(proposal, *, answer, by):
    """Leave a person's proposal out, with a word to whoever proposed it; return it. Harmless when repeated.

    Raises ValidationError with code "over", "settled" when it is on the agenda, or "no_answer".
    """
    _locked(proposal.meeting)
    proposal = AgendaProposal.objects.select_for_update().get(pk=proposal.pk)
    if proposal.outcome == _Outcome.DROPPED:
        return proposal
    _refuse_unless_open(proposal)
    if not answer.strip():
        raise ValidationError(_("Say in a word why: whoever proposed it reads it."), code="no_answer")
    proposal.answer = answer.strip()
    proposal.full_clean()
    return _settle(proposal, _Outcome.DROPPED, by)


def settle_computed(meeting, key, *, is_taken, on, by):
    """Take a computed point into the agenda, or drop it; return the AgendaProposal. Harmless when repeated.

    It is computed anew, for what a page was told may be old; before anything is locked, for it takes time. Raises
    ValidationError with code "over", or "gone" when the data propose it no more.
    """
    proposed = next((each for each in _all_computed(meeting, on) if each.key == key), None)
    return _settle_computed(meeting, key, proposed, is_taken, by)


@transaction.atomic
def _settle_computed(meeting, key, proposed, is_taken, by):
    locked = _locked(meeting)
    if found := locked.proposals.filter(key=key).exclude(key="").first():
        return found
    if proposed is None:
        raise ValidationError(_("This is proposed no more: the data have changed."), code="gone")
    if is_taken:
        _add_point(locked, proposed.titles, proposed.minutes, by)
    title = proposed.titles.get("fi") or next(iter(proposed.titles.values()))
    row = AgendaProposal(meeting=locked, key=key, title=title[:160], why=proposed.why[:400], minutes=proposed.minutes)
    return _settle(row, _Outcome.TAKEN if is_taken else _Outcome.DROPPED, by)


@transaction.atomic
def take_up_again(proposal, *, by):
    """Let what was left out wait for a word again; a computed one is proposed again if the data still say so.

    Raises ValidationError with code "over", or "settled" when it is on the agenda.
    """
    _locked(proposal.meeting)
    proposal = AgendaProposal.objects.select_for_update().get(pk=proposal.pk)
    if proposal.outcome == _Outcome.TAKEN:
        _refuse_unless_open(proposal)
    if proposal.is_computed:
        proposal.delete()
        return
    proposal.outcome, proposal.answer, proposal.settled_at, proposal.settled_by = _Outcome.OPEN, "", None, None
    proposal.save()


def decide_from_page(meeting, posted, *, on, by):
    """Do what a button beside a proposal says: `wish` is take, drop or back; `key` or `pk` says of which.

    Returns the AgendaProposal, None for a computed one that waits again. Raises ValidationError as the step does, and
    with code "gone" for a proposal that the meeting has not.
    """
    wish, key = posted.get("wish", ""), posted.get("key", "")
    if key and wish in {"take", "drop"}:
        return settle_computed(meeting, key, is_taken=wish == "take", on=on, by=by)
    number = posted.get("pk", "")
    number = int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else 0
    proposal = meeting.proposals.filter(pk=number).first()
    if proposal is None or wish not in {"take", "drop", "back"}:
        raise ValidationError(_("There is no such proposal any more."), code="gone")
    if wish == "drop":
        return decline_proposal(proposal, answer=posted.get("answer", ""), by=by)
    return (take_proposal if wish == "take" else take_up_again)(proposal, by=by)


def _refuse_unless_open(proposal):
    if not proposal.is_open:
        raise ValidationError(_("Somebody else has already decided on it."), code="settled")


def _settle(proposal, outcome, by):
    proposal.outcome, proposal.settled_at, proposal.settled_by = outcome, timezone.now(), by
    proposal.save()
    return proposal


def _add_point(meeting, titles, minutes, by):
    """Add the last point of an agenda; whoever writes the agenda meanwhile sees that it has changed."""
    last = meeting.agenda.order_by("-position").first()
    words = {f"title_{language}": title[:160] for language, title in titles.items()}
    item = AgendaItem(meeting=meeting, position=last.position + 1 if last else 1, minutes=minutes, **words)
    item._history_user = by
    item.save()
    meeting.version += 1
    meeting._history_user = by
    meeting.save()

"""What was agreed at a meeting is written down, settled, and carried to the next one (docs/adr/0041)."""

from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.days import plain_day
from meetings.models import Decision
from meetings.models.meetings import HELSINKI
from meetings.proposing import Proposed
from meetings.seats import hold_meeting

Outcome = Decision.Outcome
# What is carried is proposed for the agenda under this key.
CARRIED = "decisions"


@dataclass(frozen=True)
class Agreed:
    """What was agreed at one meeting, and what it carries from earlier ones; the oldest first."""

    own: list
    carried: list

    @property
    def n_open(self):
        """How many are open."""
        return sum(each.is_open for each in (*self.own, *self.carried))


def agreed_at(meeting):
    """Return the Agreed of a meeting: its own decisions and those it carries, settled ones too; one query."""
    rows = list(Decision.objects.seen_at(meeting).for_page())
    own = [each for each in rows if each.meeting_id == meeting.pk]
    return Agreed(own, [each for each in rows if each.meeting_id != meeting.pk])


def open_of(meeting):
    """Return the open decisions that were made at the meeting or carried to it, the oldest first; one query."""
    return list(Decision.objects.seen_at(meeting).open())


def takes_decisions(meeting):
    """Whether something can have been agreed at a meeting: it has begun, was published and not cancelled."""
    return meeting.has_begun and not (meeting.is_draft or meeting.is_cancelled)


@transaction.atomic
def add_decision(meeting, *, text, doer="", due_on=None, by):
    """Write down the last thing that was agreed at a meeting; return the Decision.

    The same open one sent twice is one. Raises ValidationError with code "not_begun" for a draft, a cancelled meeting
    and one that is still to come, "due_before" beside `due_on` for a day before the meeting's, and what the model
    refuses.
    """
    meeting = hold_meeting(meeting)
    if not takes_decisions(meeting):
        raise ValidationError(_("What is agreed is written down once the meeting has begun."), code="not_begun")
    same = {"text": text.strip(), "doer": doer.strip(), "due_on": due_on}
    if alike := meeting.decisions.open().filter(**same).first():
        return alike
    if due_on and due_on < timezone.localdate(meeting.starts_at, HELSINKI):
        before = ValidationError(_("The day is before the meeting."), code="due_before")
        raise ValidationError({"due_on": before})
    last = meeting.decisions.order_by("-position").first()
    decision = Decision(meeting=meeting, position=last.position + 1 if last else 1, **same)
    return _save(decision, by)


@transaction.atomic
def settle_decision(decision, outcome, *, note="", by):
    """Say that something agreed was done (Outcome.DONE) or is let go (Outcome.DROPPED), today; return the Decision.

    `note` is what came of it, and why it is let go. Harmless when repeated. Raises ValidationError with code
    "settled" when it was settled otherwise meanwhile, "no_note" when it is let go without a word, "no_outcome"
    for anything else than the two, and what the model refuses.
    """
    decision = _held(decision)
    if outcome not in {Outcome.DONE, Outcome.DROPPED}:
        raise ValidationError(_("Choose whether it was done or is let go."), code="no_outcome")
    if decision.outcome == outcome:
        return decision
    if not decision.is_open:
        raise ValidationError(_("Somebody else has already settled this: open it again first."), code="settled")
    if outcome == Outcome.DROPPED and not note.strip():
        raise ValidationError({"note": ValidationError(_("Say in a word why it is let go."), code="no_note")})
    decision.outcome, decision.note, decision.settled_on = outcome, note.strip(), timezone.localdate()
    return _save(decision, by)


@transaction.atomic
def reopen_decision(decision, *, by):
    """Let something that was settled be open again, without what had come of it; return the Decision.

    Harmless when repeated.
    """
    decision = _held(decision)
    if decision.is_open:
        return decision
    decision.outcome, decision.note, decision.settled_on = Outcome.OPEN, "", None
    return _save(decision, by)


@transaction.atomic
def remove_decision(decision, *, by):
    """Take away something that was written down by mistake. Its history stays.

    Raises ValidationError with code "carried" once a later meeting carries it: there it would be missed.
    """
    decision = _held(decision)
    if decision.carried_to.exists():
        raise ValidationError(_("A later meeting carries this: let it go instead, and say why."), code="carried")
    decision._history_user = by
    decision.delete()


def carry_open(earlier, meeting):
    """Let `meeting` carry all that is open of an earlier one, made at it or carried to it, by rows in one go.

    Called by `planning.copy_meeting`, in its transaction; returns how many.
    """
    carrying = Decision.carried_to.through
    rows = carrying.objects.bulk_create(carrying(decision=each, meeting=meeting) for each in open_of(earlier))
    return len(rows)


def decide_on_agreed(meeting, number, posted, *, by):
    """Do what a button beside something agreed says: `wish` is done, dropped, again or remove, `note` a word with it.

    `number` is the Decision's, which the meeting made or carries. Raises ValidationError as the steps do, and with
    code "gone" for one that the meeting does not have, or for a mistake of another's.
    """
    decision = Decision.objects.seen_at(meeting).filter(pk=number).first()
    wish = posted.get("wish", "")
    if decision is None or (wish == "remove" and decision.meeting_id != meeting.pk):
        raise ValidationError(_("This is no longer among what was agreed."), code="gone")
    if wish == "remove":
        remove_decision(decision, by=by)
    elif wish == "again":
        reopen_decision(decision, by=by)
    else:
        settle_decision(decision, wish, note=_line(posted.get("note", "")), by=by)


def carried_point(meeting, on):
    """Yield a Proposed for the agenda of a meeting that carries something open: to go through it."""
    rows = list(Decision.objects.seen_at(meeting).open().exclude(meeting=meeting).select_related("meeting"))
    if not rows:
        return
    days = sorted({timezone.localdate(each.meeting.starts_at, HELSINKI) for each in rows})
    late = sum(each.due_on is not None and each.due_on < on for each in rows)
    why = ngettext("%(n)d point is open: %(what)s", "%(n)d points are open: %(what)s", len(rows))
    if late:
        why = ngettext(
            "%(n)d point is open, and late: %(what)s",
            "%(n)d points are open, %(late)d of them late: %(what)s",
            len(rows),
        )
    why %= {"n": len(rows), "late": late, "what": "; ".join(Truncator(each.text).chars(80) for each in rows)}
    yield Proposed(CARRIED, _titles(days), Truncator(why).chars(400), min(5 + 5 * len(rows), 30))


def _titles(days):
    titles = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            words = _("What was agreed on %(day)s, and how it goes")
            if len(days) > 1:
                words = _("What was agreed on %(day)s and before, and how it goes")
            titles[language] = words % {"day": plain_day(days[-1])}
    return titles


def _line(text):
    """Return a text as one line: what is no letter becomes a space."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _held(decision):
    return Decision.objects.select_for_update(of=("self",), no_key=True).get(pk=decision.pk)


def _save(decision, by):
    decision._history_user = by
    decision.full_clean()
    decision.save()
    return decision

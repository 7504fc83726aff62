"""What the survey does by the clock: reminders, the letter of the last days, thanks and results, on a round's days."""

import datetime as dt
from collections import Counter

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from jobs.registry import Done, job
from jobs.words import add_words
from registry.letters.recipients import today
from registry.models import Task
from registry.tasks import responsible_coordinator
from surveys.letters.reminders import LAST_DAYS, REMINDERS
from surveys.letters.results import RESULTS_READY
from surveys.letters.thanks import THANKS
from surveys.letters.to_municipalities import preview_round_letter, send_round_letter
from surveys.models import Round

# A day on which nothing ran is made up for, but not much later: who was reopened meanwhile has just had a letter.
MADE_UP_FOR = dt.timedelta(days=3)
_TITLES = {
    REMINDERS.kind: _("Remind those who have not answered: %(round)s"),
    LAST_DAYS.kind: _("Tell that the survey closes soon: %(round)s"),
    THANKS.kind: _("Thank those who answered: %(round)s"),
    RESULTS_READY.kind: _("Ask the municipalities to look at their results: %(round)s"),
}

add_words({"letters queued": _("letters queued"), "letters proposed": _("letters proposed to coordinators")})


def due_letters(survey_round, on):
    """Yield (RoundLetter, the day for which it is due) of a round whose turn is on day `on`, or was just before."""
    closing = survey_round.closing_letter_on
    first_day = survey_round.closed_on + dt.timedelta(days=1)
    # Both go to the same people: the second when the spacing after the first is over.
    looked_at = first_day + dt.timedelta(days=settings.MAIL_SPACING_DAYS)
    days = [(LAST_DAYS, closing), (THANKS, first_day), (RESULTS_READY, looked_at)]
    # Where both fall on one day, the letter of the last days is enough.
    days += [(REMINDERS, day) for day in survey_round.reminded_on if day != closing]
    for letter, day in days:
        if day is not None and day <= on <= day + MADE_UP_FOR and letter.is_time(survey_round):
            yield letter, day


@job(
    "survey_letters",
    _("Reminds of open surveys, thanks after them and asks to look at results, or proposes it to the coordinator"),
    daily_at=dt.time(7, 0),
)
def run_survey_letters():
    """Queue or propose what is due today; return a Done. Safe to run twice."""
    on, counts = today(), Counter()
    for survey_round in Round.objects.with_letters_on(on):
        for letter, day in due_letters(survey_round, on):
            preview = preview_round_letter(letter, survey_round, on=day)
            if preview is None or not preview.going:
                continue
            if survey_round.letters_by_themselves:
                counts["letters queued"] += send_round_letter(letter, survey_round, on=day, by=None)
            else:
                counts["letters proposed"] += propose_letter(letter, survey_round, day)
    return Done.of_counts(counts)


@transaction.atomic
def propose_letter(letter, survey_round, day):
    """Give the coordinator the task to look at a letter and send it; return whether it is new.

    One task for each day on which the letter is due, done or not.
    """
    Round.objects.select_for_update(no_key=True).get(pk=survey_round.pk)
    where = {"url_name": letter.url_name, "url_args": [survey_round.pk], "due_on": day}
    if Task.objects.filter(**where).exists():
        return False
    region = survey_round.region
    title = str(_TITLES[letter.kind]) % {"round": survey_round}
    Task.objects.create(title=title[:200], region=region, assigned_to=responsible_coordinator(region, None), **where)
    return True

"""Associations answer: by the open link, of which only sums are kept, and on paper, which somebody counts."""

import secrets

from django.core import signing
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.answering import post_of
from surveys.forms import build_theme_form
from surveys.models import Answer, AssociationTally, PaperBatch, Round
from surveys.suppression import STATE

FORM_LIVES = 7 * 24 * 3600  # seconds for which an opened form may be sent
# Seconds for which a sent one is known: long enough for whoever presses twice or goes back, and short, because the
# cache that also counts tries to sign in must not fill.
SENT_KNOWN_FOR = 3600
_SALT = "surveys.association_answers"


def association_questions(survey_round):
    """Return what a round asks of associations, in order, ready for a form; a fixed number of queries."""
    return list(survey_round.questions.for_associations().in_order().with_structure())


def association_form(survey_round, data=None):
    """Return the form of the associations' side, empty or with what was sent."""
    return build_theme_form(association_questions(survey_round), data=data)


# --- By the link -----------------------------------------------------------------------------------------------------


def form_mark(open_link):
    """Return the mark of one opened form, by which pressing twice counts once; it tells of nobody."""
    return signing.dumps([open_link.pk, secrets.token_urlsafe(12)], salt=_SALT)


@transaction.atomic
def take_sheet(open_link, form, mark):
    """Add what `form` (an association_form that was sent) says to the sums; return whether it was counted now.

    False for a form that has been counted already. Nothing but the sums is kept; for an hour the cache knows that
    this form has been sent. Raises ValidationError: "closed", "old" (the form was opened too long ago, or elsewhere),
    "invalid", "empty".
    """
    survey_round = Round.objects.select_for_update(no_key=True).get(pk=open_link.round_id)
    if not survey_round.is_open:
        raise ValidationError(_("The survey does not take answers now."), code="closed")
    if not form.is_valid():
        raise ValidationError(_("Check the answers that are marked."), code="invalid")
    chosen = {asked.question.key: _chosen(asked.reading) for asked in form.asked if asked.question.is_asked}
    if not any(chosen.values()):
        raise ValidationError(_("Answer at least one question."), code="empty")
    if not cache.add(_sent_key(open_link, mark), 1, SENT_KNOWN_FOR):
        return False
    tally, _is_new = AssociationTally.objects.select_for_update().get_or_create(
        round=survey_round, municipality=open_link.municipality
    )
    for question, key in chosen.items():
        if key:
            of_question = tally.counts.setdefault(question, {})
            of_question[key] = of_question.get(key, 0) + 1
    AssociationTally.objects.add_sheet(tally.pk, tally.counts)
    return True


def _chosen(reading):
    """Return the key that stands for a reading in the sums, "" for none."""
    if reading.state == Answer.State.ANSWERED:
        return reading.value["chosen"][0]
    return "" if reading.state == Answer.State.UNANSWERED else f"{STATE}{reading.state}"


def _sent_key(open_link, mark):
    try:
        pk, once = signing.loads(mark, salt=_SALT, max_age=FORM_LIVES)
    except (signing.BadSignature, ValueError, TypeError):
        pk, once = None, ""
    if pk != open_link.pk:
        message = _("The page had been open for so long that it could not be sent. Your answers are below: send again.")
        raise ValidationError(message, code="old")
    return f"association-form:{once}"


# --- On paper --------------------------------------------------------------------------------------------------------


@transaction.atomic
def enter_papers(survey_round, municipality, *, label, collected_on, n_papers, counts, by):
    """Keep the sums of papers that `by` has counted; return the PaperBatch.

    `counts` is {question's key: {option's key: n}}. Raises ValidationError: "draft", "empty" (nothing was counted),
    "key" (an option that the question does not have), "too_many" (more answers to a question than papers), and
    those of the columns.
    """
    locked = Round.objects.select_for_update(no_key=True).get(pk=survey_round.pk)
    if locked.is_draft:
        raise ValidationError(_("The round has not been opened."), code="draft")
    batch = PaperBatch(round=locked, municipality=municipality, label=label, collected_on=collected_on)
    batch.entered_by, batch.entered_post = by, post_of(by, municipality)
    return _save_counted(batch, n_papers, counts, by)


@transaction.atomic
def correct_papers(batch, *, n_papers, counts, reason, by):
    """Correct how many papers there were, and the sums of the questions that `counts` has; return the PaperBatch.

    What was before stays in the history with who changed it. Raises ValidationError as `enter_papers` does, and with
    code "reason" or "withdrawn".
    """
    locked = _locked_batch(batch, reason)
    _mark_corrected(locked, reason, by)
    return _save_counted(locked, n_papers, {**locked.counts, **counts}, by)


@transaction.atomic
def withdraw_papers(batch, *, reason, by):
    """Let papers that should not have been entered count no more; return the PaperBatch. Raises as `correct_papers`."""
    locked = _locked_batch(batch, reason)
    _mark_corrected(locked, reason, by)
    locked.withdrawn_at = timezone.now()
    locked._history_user = by
    locked.save()
    return locked


def _locked_batch(batch, reason):
    locked = PaperBatch.objects.select_for_update(of=("self",)).select_related("round", "municipality")
    locked = locked.get(pk=batch.pk)
    if locked.withdrawn_at is not None:
        raise ValidationError(_("These papers have been withdrawn."), code="withdrawn")
    if not reason.strip():
        raise ValidationError(_("Write why it is corrected."), code="reason")
    return locked


def _mark_corrected(batch, reason, by):
    batch.corrected_at, batch.corrected_by = timezone.now(), by
    batch.corrected_post, batch.correction_reason = post_of(by, batch.municipality), reason.strip()


def _save_counted(batch, n_papers, counts, by):
    batch.n_papers = n_papers
    batch.counts = {question: kept for question, each in counts.items() if (kept := _without_zeros(each))}
    batch.full_clean(exclude=["counts"])
    if not batch.counts:
        raise ValidationError(_("Write the sums of at least one question."), code="empty")
    allowed = {question.key: allowed_keys(question) for question in association_questions(batch.round)}
    for question, each in batch.counts.items():
        if each.keys() - set(allowed.get(question, ())) or any(not isinstance(n, int) or n < 0 for n in each.values()):
            raise ValidationError(_("This is not an answer to the question."), code="key")
        if sum(each.values()) > n_papers:
            raise ValidationError(
                _("More answers to a question than papers: check the sums."), code="too_many", params={"key": question}
            )
    batch._history_user = by
    batch.save()
    return batch


def _without_zeros(counts):
    return {key: n for key, n in counts.items() if n}


def allowed_keys(question):
    """Return the keys under which answers to a question are counted, in order: its options, then the states."""
    return [option.key for option in question.options.all()] + [f"{STATE}{state}" for state in question.offered_states]

"""What a municipality says of its own results, and what the coordinator decides of it (docs/adr/0031).

From the closing of a round the municipality looks at its page as it will be published.
It agrees by one button, or comments on an answer or on the whole page; a comment
without a decision holds the publication back. After publication comments stand beside the figures.
"""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from registry.models import Task
from registry.tasks import complete_task, responsible_coordinator
from surveys.answering import locked_response, post_of
from surveys.letters.responses import queue_decided
from surveys.models import Reply, ReplyComment, Round
from surveys.publishing import is_published

LONGEST = 1000
PAGE = "admin:surveys_round_publication"
Decision = ReplyComment.Decision


def refusal_of_agreeing(response, *, is_public):
    """Return (code, sentence) of why a municipality cannot agree with its results now, or None.

    `is_public` says whether results of the round have been published.
    """
    if is_public:
        return "published", _("The results have been published.")
    return _not_there_yet(response)


def refusal_of_commenting(response, *, is_public):
    """Return (code, sentence) of why a municipality cannot comment on its results now, or None.

    Between the last day for comments and publication there is a pause, so that the coordinator can publish.
    """
    refusal = _not_there_yet(response)
    if refusal is None and not is_public and timezone.localdate() > response.round.comments_until:
        return "over", _("The days for comments are over. You can comment again once the results are published.")
    return refusal


def _not_there_yet(response):
    if not response.round.is_closed:
        return "not_closed", _("The survey still takes answers. The results can be seen when it has closed.")
    if not response.is_submitted:
        return "not_sent_in", _("The answers have not been sent in, so that there are no results.")
    return None


@transaction.atomic
def agree_with_results(response, *, by, seen=None):
    """Record that the municipality agrees with its results as they are; return the Reply.

    Pressed twice it stays as it was; answers that were sent in anew are agreed with anew. With
    `seen`, the moment of sending in (`seen_in`) of what was shown, an older page is
    refused. Raises ValidationError with code "not_closed", "not_sent_in", "published" or "changed".
    """
    locked = locked_response(response)
    _refuse(refusal_of_agreeing(locked, is_public=is_published(locked.round)))
    if seen is not None and seen != seen_in(locked):
        raise ValidationError(
            _("The answers have been changed since you opened the page. Look at them once more."), code="changed"
        )
    if locked.has_agreed:
        return locked.reply
    reply = getattr(locked, "reply", None) or Reply(response=locked)
    reply.agreed_at, reply.agreed_by = timezone.now(), by
    reply.agreed_post = post_of(by, locked.municipality)
    reply._history_user = by
    reply.save()
    return reply


def seen_in(response):
    """Return what a page carries of the answers that it shows: the moment of their sending in; "" without one."""
    return response.submitted_at.isoformat() if response.is_submitted else ""


@transaction.atomic
def comment_results(response, question, text, is_public, *, by):
    """Save a municipality's comment on a question of its page, or with None on the whole page; return it.

    The same words twice are one comment. The coordinator gets one task for all comments of a round.
    Raises ValidationError with code "not_closed", "not_sent_in", "over", "question" (not on the
    municipality's page), "empty", "max_length" or "null_characters_not_allowed".
    """
    locked = locked_response(response)
    _refuse(refusal_of_commenting(locked, is_public=is_published(locked.round)))
    on_page = locked.round.questions.on_municipalitys_page()
    if question is not None and not on_page.filter(pk=question.pk).exists():
        raise ValidationError(_("This question is not on the municipality's page."), code="question")
    text = _checked(text, LONGEST, _("Write your comment."))
    said = {"response": locked, "question": question, "text": text, "is_public": is_public}
    if (twice := ReplyComment.objects.waiting().filter(**said).first()) is not None:
        return twice
    post = post_of(by, locked.municipality)
    comment = ReplyComment(**said, commented_at=timezone.now(), commented_by=by, commented_post=post)
    comment._history_user = by
    comment.save()
    _ask_for_decisions(locked.round)
    return comment


@transaction.atomic
def take_back_comment(comment, *, by):
    """Take a municipality's comment back, so that nobody waits for a decision on it; return it. Harmless twice.

    A figure that is under review stays so until the coordinator has decided.
    """
    locked = _locked_comment(comment)
    if locked.withdrawn_at is None:
        locked.withdrawn_at, locked._history_user = timezone.now(), by
        locked.save()
        _close_task_when_decided(locked.response.round, by=by)
    return locked


@transaction.atomic
def decide_comment(comment, decision, reason, *, by):
    """Record the coordinator's decision on a comment, tell who commented, and return the comment.

    "Under review" may be followed by another decision, the others are final; the same once
    more is harmless. Raises ValidationError with code "decision" (none of the three), "reason",
    "withdrawn", "decided", or "not_corrected": nothing was answered anew since the comment.
    """
    locked = _locked_comment(comment)
    if decision not in Decision.values:
        raise ValidationError(_("Choose one of the given."), code="decision")
    reason = _checked(reason, 400, _("Write the reason: the municipality reads it."), code="reason")
    if (locked.decision, locked.decision_reason) == (decision, reason):
        return locked
    if locked.is_final:
        raise ValidationError(_("This comment has been decided already."), code="decided")
    if locked.withdrawn_at is not None and not locked.decision:
        raise ValidationError(_("The municipality has taken the comment back."), code="withdrawn")
    if decision == Decision.CORRECTED and not is_answered_anew(locked):
        raise ValidationError(
            _("Nothing has been answered anew since the comment. Open the round and the response again, let the "
              "municipality correct its answer and send it in, and decide “corrected” then."),
            code="not_corrected",
        )  # fmt: skip
    locked.decision, locked.decision_reason = decision, reason
    locked.decided_at, locked.decided_by, locked._history_user = timezone.now(), by, by
    locked.save()
    queue_decided(locked, by=by)
    _close_task_when_decided(locked.response.round, by=by)
    return locked


def is_answered_anew(comment):
    """Whether the response has been sent in anew, or what the comment is about answered anew, since the comment."""
    response = comment.response
    if not response.is_submitted:
        return False
    answers = response.answers.filter(answered_at__gt=comment.commented_at)
    if comment.question_id:
        answers = answers.filter(question=comment.question_id)
    return response.submitted_at > comment.commented_at or answers.exists()


def _refuse(refusal):
    if refusal is not None:
        code, sentence = refusal
        raise ValidationError(sentence, code=code)


def _checked(text, longest, message, *, code="empty"):
    """Return the text without space around; refuse one that is empty, too long or holds what no text holds."""
    text = text.strip()
    if not text:
        raise ValidationError(message, code=code)
    ProhibitNullCharactersValidator()(text)
    MaxLengthValidator(longest)(text)
    return text


def _locked_comment(comment):
    rows = ReplyComment.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("response__round__region", "response__municipality", "question").get(pk=comment.pk)


# --- The coordinator's task ------------------------------------------------------------------------------------------


def _ask_for_decisions(survey_round):
    """Give the coordinator the task to decide, once for all comments that wait."""
    Round.objects.select_for_update(no_key=True).get(pk=survey_round.pk)
    if _open_tasks(survey_round).exists():
        return
    region = survey_round.region
    with translation.override(settings.LANGUAGE_CODE):
        title = _("Decide on the comments on the results: %(round)s") % {"round": survey_round}
    Task.objects.create(
        title=title[:200], region=region, assigned_to=responsible_coordinator(region),
        due_on=max(survey_round.comments_until, timezone.localdate()), url_name=PAGE, url_args=[survey_round.pk],
    )  # fmt: skip


def _close_task_when_decided(survey_round, *, by):
    if not ReplyComment.objects.waiting().filter(response__round=survey_round).exists():
        for task in _open_tasks(survey_round):
            complete_task(task, by=by)


def _open_tasks(survey_round):
    return Task.objects.open().filter(url_name=PAGE, url_args=[survey_round.pk])

"""Publishing a round's results: put together in pieces, then public all at once (docs/adr/0030).

What a municipality's page will show is put together by one function, for the preview
that the municipality itself and the coordinator see, and for the edition that everybody sees.
"""

import hashlib
import json
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Max, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.models import Municipality, SizeClass
from registry.publicity import touch
from surveys.counts import question_results
from surveys.models import (
    Answer,
    Kind,
    MunicipalityResult,
    Question,
    ReplyComment,
    Response,
    ResultAnswer,
    ResultEdition,
    ResultScore,
    Round,
)
from surveys.scores import read_round
from surveys.scoring import SCORING_VERSION, Outcome

# So many municipalities are written at a time: the write lock is held for a part of a second.
PIECE = 20
State = Answer.State


@dataclass
class MunicipalityRows:
    """What one municipality's page tells, as rows that have not been saved, or as they were published."""

    result: MunicipalityResult
    scores: list = field(default_factory=list)
    answers: list = field(default_factory=list)


# --- What a municipality's page tells --------------------------------------------------------------------------------


def preview_of(response):
    """Return the MunicipalityRows of a response as they would be published now, in a fixed number of queries."""
    read = read_round(response.round, [response])
    return rows_of(read, read.places[response.municipality_id], response, size_class_ids())


def size_class_ids():
    """Return {key: id} of the size classes."""
    return dict(SizeClass.objects.order_by().values_list("key", "pk"))


def rows_of(read, place, response, sizes, edition=None):
    """Return the MunicipalityRows of `place`, whose response is None when it has not answered at all."""
    result = MunicipalityResult(
        edition=edition,
        municipality=place,
        state=_state_of(response),
        size_class_id=sizes.get(place.size_class_key),
        population=place.population,
    )
    rows = MunicipalityRows(result)
    if result.state != MunicipalityResult.State.ANSWERED:
        return rows
    result.respondent_post = response.submitted_post or response.respondent_post
    result.submitted_on = timezone.localdate(response.submitted_at)
    scores, asked, answers = read.scores(response), read.asked(response), read.answers[response.pk]
    said = [answers[pk] for pk in asked if pk in answers and answers[pk].state != State.UNANSWERED]
    result.n_asked = sum(question.pk in asked and question.is_asked for question in read.questions)
    result.n_answered = sum(answer.state == State.ANSWERED for answer in said)
    result.n_unchanged = sum(answer.is_unchanged for answer in said)
    result.n_unconfirmed = sum(answer.needs_confirming for answer in said)
    rows.scores = _score_rows(result, scores)
    counted = {each.question.pk: each for score in scores.themes for each in score.questions}
    concerned = read.concerned(response)
    rows.answers = [
        _answer_row(result, question, answers.get(question.pk), counted.get(question.pk), concerned, asked)
        for question in read.questions
        if question.is_asked and question.publicity == Question.Publicity.PUBLIC
    ]
    return rows


def _state_of(response):
    if response is None or not (response.is_submitted or response.declined_at):
        return MunicipalityResult.State.MISSING
    return MunicipalityResult.State.ANSWERED if response.is_submitted else MunicipalityResult.State.DECLINED


def _score_rows(result, scores):
    subjects = [("round_theme", each) for each in scores.themes] + [("criterion", each) for each in scores.criteria]
    rows = [
        _score_row(
            result, score, points=_decimal(score.points), maximum=_decimal(score.maximum), **{name: score.subject}
        )
        for name, score in subjects
    ]
    return [*rows, _score_row(result, scores.total)] if scores.total else rows


def _score_row(result, score, **more):
    coverage = score.coverage
    return ResultScore(result=result, value=score.value, n_known=coverage.count, n_applying=coverage.out_of, **more)


def _answer_row(result, question, answer, counted, concerned, asked):
    """Return the row of a public question; `counted` is its QuestionScore where it gives points."""
    row = ResultAnswer(result=result, question=question, state=State.UNANSWERED)
    if question.pk not in asked:
        row.outcome = Outcome.NOT_ASKED if question.pk in concerned else Outcome.NOT_CONCERNED
        return row
    if counted is not None:
        row.outcome, row.points, row.by_registry = counted.outcome, _decimal(counted.points), counted.by_registry
    if answer is None or answer.state == State.UNANSWERED:
        return row
    row.state = answer.state
    row.value = None if question.kind == Kind.CONTACT else answer.value
    row.evidence_url = answer.evidence_url
    row.is_unchanged, row.may_be_quoted = answer.is_unchanged, answer.may_be_quoted is True
    row.source, row.answerer_post = answer.source, answer.answerer_post
    row.answered_on = timezone.localdate(answer.answered_at)
    if answer.source in Answer.SPOKEN:
        row.is_confirmed = not answer.needs_confirming
    return row


def _decimal(exact):
    """Return an exact figure as a Decimal with four decimals, halves up; None stays None."""
    return None if exact is None else Decimal((exact * 10**4 + Fraction(1, 2)).__floor__()).scaleb(-4)


# --- Staging and publishing ------------------------------------------------------------------------------------------


def is_published(survey_round):
    """Return whether results of the round are public."""
    return ResultEdition.objects.published().filter(round=survey_round).exists()


@dataclass(frozen=True)
class Readiness:
    """What decides whether a round can be published: how many have sent in, have not agreed, and comments that wait."""

    n_sent_in: int
    n_not_agreed: int
    n_waiting: int
    is_first: bool


def problems_of_publishing(survey_round):
    """Return why the round cannot be published now, as (code, sentence) pairs; a correction is asked less.

    The first edition waits until the days for comments are over, or every municipality
    that sent in its answers has agreed; a comment without a decision holds back each edition.
    """
    sent_in = Response.objects.submitted().filter(round=survey_round)
    readiness = Readiness(
        n_sent_in=sent_in.count(),
        n_not_agreed=sent_in.not_agreed().count(),
        n_waiting=ReplyComment.objects.waiting().filter(response__round=survey_round).count(),
        is_first=not is_published(survey_round),
    )
    return problems_when(survey_round, readiness)


def problems_when(survey_round, readiness):
    """Return what `problems_of_publishing` does of a Readiness that has been read already."""
    if not survey_round.is_closed:
        return [("open", _("The round still takes answers."))]
    problems = []
    if not readiness.n_sent_in:
        problems.append(("nothing", _("No municipality has sent in its answers.")))
    if readiness.n_waiting:
        problems.append(("undecided", _("Some comments wait for your decision.")))
    is_early = readiness.is_first and timezone.localdate() <= survey_round.comments_until
    if is_early and readiness.n_not_agreed:
        day = f"{survey_round.comments_until:%-d.%-m.%Y}"
        problems.append(
            ("reply_days", _("The municipalities may comment until %(day)s, and not all have agreed.") % {"day": day})
        )
    return problems


def publish_results(survey_round, *, by, corrections=None):
    """Publish the round's results as a new edition and return the ResultEdition; everything becomes public at once.

    The rows are staged first, in pieces, which nobody sees; a crash leaves what was
    public as it was. `corrections` are the words of what was corrected and why, by language; each
    edition after the first needs them. Raises ValidationError with the codes of
    `problems_of_publishing`, "reason" for a correction without words, and "changed" when an answer changed while
    the rows were put together: then try again.
    """
    words = {f"correction_{language}": text for language, text in (corrections or {}).items()}
    _refuse(survey_round, words)
    edition = stage_results(survey_round)
    with transaction.atomic():
        locked = Round.objects.select_for_update(no_key=True).get(pk=survey_round.pk)
        _refuse(locked, words)
        if fingerprint_of(locked) != edition.fingerprint:
            raise ValidationError(
                _("An answer changed while the results were put together. Try again."), code="changed"
            )
        last = ResultEdition.objects.latest_of(locked)
        number = last.number + 1 if last else 1
        # Another one may have taken this one away as a leftover.
        values = {"number": number, "published_at": timezone.now(), "published_by": by, **words}
        if not ResultEdition.objects.publish(edition.pk, **values):
            raise ValidationError(_("Somebody else is publishing the same round. Look at it again."), code="changed")
        touch()
    return ResultEdition.objects.get(pk=edition.pk)


def _refuse(survey_round, words):
    if problems := problems_of_publishing(survey_round):
        raise ValidationError([ValidationError(sentence, code=code) for code, sentence in problems])
    if is_published(survey_round) and not any(words.values()):
        raise ValidationError(_("Tell what was corrected and why: it stands in the public log."), code="reason")


def stage_results(survey_round):
    """Put the round's results together in rows of an edition that is not public, and return it.

    Earlier stagings that were never published go first.
    """
    discard_staged(survey_round)
    responses = {each.municipality_id: each for each in survey_round.responses.all()}
    fingerprint = fingerprint_of(survey_round)
    read = read_round(survey_round, responses.values())
    places = places_asked(survey_round, read)
    edition = ResultEdition.objects.create(round=survey_round, scoring_version=SCORING_VERSION, fingerprint=fingerprint)
    sizes = size_class_ids()
    everything = [rows_of(read, place, responses.get(pk), sizes, edition) for pk, place in places.items()]
    for start in range(0, len(everything), PIECE):
        _write(everything[start : start + PIECE])
    question_results(edition, read, [each for each in responses.values() if each.is_submitted])
    return edition


@transaction.atomic
def _write(piece):
    MunicipalityResult.objects.bulk_create(rows.result for rows in piece)
    ResultScore.objects.bulk_create(score for rows in piece for score in rows.scores)
    ResultAnswer.objects.bulk_create(answer for rows in piece for answer in rows.answers)


def places_asked(survey_round, read):
    """Return {id: Municipality} with population of everybody that the round asked: members on its first day."""
    members = Municipality.objects.members_of(survey_round.region, survey_round.opens_on)
    return read.places | members.with_population(survey_round.opens_on).in_bulk()


def discard_staged(survey_round):
    """Delete what was put together of the round and never published."""
    for edition in ResultEdition.objects.staged().filter(round=survey_round):
        keys = list(edition.results.order_by().values_list("pk", flat=True))
        for start in range(0, len(keys), PIECE):
            with transaction.atomic():
                edition.results.filter(pk__in=keys[start : start + PIECE]).delete()
        edition.delete()


def fingerprint_of(survey_round):
    """Return a digest that changes when an answer, its confirmation or the state of a response changes."""
    answers = Answer.objects.filter(response__round=survey_round).aggregate(
        n=Count("pk"), versions=Sum("version"), latest=Max("answered_at"), confirmed=Count("confirmed_at")
    )
    rows = survey_round.responses.order_by("pk").values_list("pk", "submitted_at", "declined_at", "submitted_post")
    told = json.dumps([answers, list(rows)], default=str, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()

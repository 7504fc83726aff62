"""A draft of a press release about a closed round, for its coordinator to finish before the results are public.

Counts with their n, what changed where the years compare, and quotes to which the answerer agreed, attributed to the
region alone. Only what will be public is in it.
"""

from fractions import Fraction

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from common.numbers import plain_number, share_in_words
from registry.figures import Share
from registry.models.site import demo_label
from surveys.counts import counts_of
from surveys.models import Answer, Comparability, Question, QuestionResult, ResultEdition
from surveys.models.questions import ONE_CHOICE, TEXTS
from surveys.report import ReportDocument
from surveys.responses import places_of
from surveys.results import LEAST_COMPARED
from surveys.scores import read_round
from surveys.scoring import rounded

MOST_CHANGES, MOST_QUOTES, MOST_SIGNS = 5, 6, 300
_COMPARABLE = {Comparability.Verdict.SAME, Comparability.Verdict.REWORDED}


def press_draft(survey_round):
    """Return the bytes of a DOCX in the active language: the draft of a closed round, in a fixed number of queries."""
    responses = list(survey_round.responses.submitted())
    read = read_round(survey_round, responses)
    asked = {response.pk: read.asked(response) for response in responses}
    region = survey_round.region.name
    document = ReportDocument(_("Press release: %(survey)s") % {"survey": survey_round}, region)
    for words in (_("Draft. Not public before the results are published."), demo_label()):
        if words:
            document.text(words)
    share = share_in_words(Share(len(responses), len(places_of(survey_round))))
    document.text(_("%(share)s of the municipalities sent in their answers.") % {"share": share})
    answers = {each: _answered(read, asked, each) for each in read.questions if _is_public(each)}
    for heading, lines in (
        (_("Themes"), _themes(read, responses)),
        (_("What changed"), _changes(survey_round, answers)),
        (_("What the municipalities answered"), _counts(answers)),
        (_("Quotes"), _quotes(answers, region)),
    ):
        document.heading(heading, 1)
        for line in lines or [_("Nothing to tell.")]:
            document.text(line)
    document.text(_("Check that no quote names anybody before you send it."))
    return document.content()


def _is_public(question):
    return question.is_asked and question.publicity == Question.Publicity.PUBLIC


def _answered(read, asked, question):
    """Return the answers to a question that was asked of those that sent in theirs, without reasons for having none."""
    found = [read.answers[pk].get(question.pk) for pk, keys in asked.items() if question.pk in keys]
    return [each for each in found if each is not None and each.state == Answer.State.ANSWERED]


def _themes(read, responses):
    """Return the means of the printed scores by theme, none over fewer than three."""
    values = {}
    for response in responses:
        for score in read.scores(response).themes:
            values.setdefault(str(score.subject), []).extend([] if score.value is None else [score.value])
    return [
        _("%(theme)s: on average %(mean)s of 100 (n = %(n)s).")
        % {"theme": theme, "mean": plain_number(rounded(sum(map(Fraction, some)) / len(some)), 1), "n": len(some)}
        for theme, some in values.items()
        if len(some) >= LEAST_COMPARED
    ]


def _best(question):
    """Return the option that gives the most points, or None where none does."""
    pointed = [option for option in question.options.all() if option.points]
    return max(pointed, key=lambda option: option.points, default=None)


def _told(question):
    return question.kind in ONE_CHOICE and _best(question) is not None


def _share_of(question, answers):
    chosen = counts_of(question, [each.value for each in answers])["chosen"]
    return Share(chosen[_best(question).key], len(answers))


def _counts(answers):
    """Return how many chose the best answer of each question with points."""
    return [
        f"{question.wording} {_best(question)}: {share_in_words(_share_of(question, some))}."
        for question, some in answers.items()
        if some and _told(question)
    ]


def _changes(survey_round, answers):
    """Return the questions whose best answer became most commoner or rarer, where they compare with the year before."""
    links = Comparability.objects.filter(round=survey_round, verdict__in=_COMPARABLE, from_question__isnull=False)
    earlier = dict(links.filter(to_question__in=answers).values_list("to_question", "from_question"))
    editions = ResultEdition.objects.published().filter(round__region=survey_round.region_id)
    edition = editions.filter(round__year__lt=survey_round.year).order_by("-round__year", "-number").first()
    counted = {each.question_id: each for each in QuestionResult.objects.filter(edition=edition)}
    found = []
    for question, some in answers.items():
        before = counted.get(earlier.get(question.pk))
        key = _best(question).key if _told(question) else ""
        n_before = before.counts.get("chosen", {}).get(key) if before else None
        if n_before is None or min(len(some), before.n_answered) < LEAST_COMPARED:
            continue
        now, then = _share_of(question, some), Share(n_before, before.n_answered)
        found.append((abs(now.count / now.out_of - then.count / then.out_of), question, now, then))
    found.sort(key=lambda each: each[0], reverse=True)
    return [
        _("%(question)s %(answer)s: now %(now)s, in %(year)s %(then)s.")
        % {"question": question.wording, "answer": _best(question), "now": share_in_words(now),
           "year": edition.round.year, "then": share_in_words(then)}
        for size, question, now, then in found[:MOST_CHANGES] if size
    ]  # fmt: skip


def _quotes(answers, region):
    """Return what may be quoted, attributed to the region alone."""
    texts = [
        each.value.get("text", "")
        for question, some in answers.items()
        if question.kind in TEXTS
        for each in some
        if each.may_be_quoted is True
    ]
    return [f"”{Truncator(text).chars(MOST_SIGNS)}” ({region})" for text in dict.fromkeys(texts)][:MOST_QUOTES]

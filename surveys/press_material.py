"""What press releases are made from: what has been published of a round, or before that what would be published now.

Before publication only its coordinator gets it (surveys/admin/publication_pages.py); nothing is saved.
"""

import re
from collections import defaultdict
from dataclasses import dataclass

from common.names import language_suffix
from registry.figures import Share
from registry.models import Association, Municipality, SizeClass
from surveys.counts import counted_results
from surveys.models import MunicipalityResult, Question, ReplyComment, ResultAnswer, ResultEdition
from surveys.models.questions import TEXTS
from surveys.published import scores_in
from surveys.publishing import MunicipalityRows, places_asked, rows_of
from surveys.result_page import Around, municipality_page
from surveys.result_region import RegionPage, region_page
from surveys.result_years import years_of
from surveys.results import TOTAL, EditionResults, Printed, RegionResults, Standing, read_edition, standings_of
from surveys.scores import read_round
from surveys.scoring import SCORING_VERSION
from surveys.suppression import LEAST

# What an association's name has beside what people call it by.
_PARTS = re.compile(r"\(.*?\)|\b(?:ry|rf|r\.y|r\.f)\b\.?")


@dataclass(frozen=True)
class Material:
    """A region's page, [(Standing, MunicipalityPage)] of those that answered, and what may be quoted."""

    region: RegionPage
    places: list
    quotes: list

    @property
    def is_published(self):
        """Whether anyone may read it."""
        return self.region.results.edition.published_at is not None


def material_of(survey_round):
    """Return the Material of a closed round, of its latest edition if there is one, in a fixed number of queries."""
    region_results = RegionResults(tuple(ResultEdition.objects.for_region(survey_round.region.slug)))
    edition = region_results.at(survey_round.year)
    if edition is not None:
        results = read_edition(region_results, edition)
        region, rows = region_page(results), _published_rows(results)
    else:
        results, rows, counted = _to_come(survey_round, region_results)
        region = region_page(results, counted)
    answers = [answer for each in rows.values() for answer in each.answers]
    return Material(region, _pages(results, rows), quotes_of(region, answers))


# --- What would be published -----------------------------------------------------------------------------------------


def _to_come(survey_round, region_results):
    """Return what publishing would publish: an EditionResults, {municipality's id: MunicipalityRows}, the counts."""
    edition = ResultEdition(round=survey_round, scoring_version=SCORING_VERSION)
    responses = {each.municipality_id: each for each in survey_round.responses.all()}
    read = read_round(survey_round, responses.values())
    sizes = {each.key: each for each in SizeClass.objects.order_by()}
    ids = {key: each.pk for key, each in sizes.items()}
    rows, standings = {}, []
    places = places_asked(survey_round, read).values()
    for place in sorted(places, key=lambda each: getattr(each, f"sort_key_{language_suffix()}")):
        rows[place.pk] = rows_of(read, place, responses.get(place.pk), ids, edition)
        rows[place.pk].result.size_class = sizes.get(place.size_class_key)
        standings.append(_standing(place, rows[place.pk]))
    before = region_results.before(edition)
    questions = defaultdict(list)
    first = (before.round if before else survey_round).year
    for question in Question.objects.for_results(survey_round.region_id, first, survey_round.year):
        questions[question.round_id].append(question)
    results = EditionResults(
        region_results, edition, before, standings, standings_of([before])[before.pk] if before else [],
        questions.pop(survey_round.pk, []), questions.pop(before.round_id, []) if before else [],
        [question for each in questions.values() for question in each],
    )  # fmt: skip
    own = {each.pk: each for each in results.questions}
    for each in rows.values():
        for answer in each.answers:
            answer.question = own[answer.question_id]
    return results, rows, counted_results(edition, read, [each for each in responses.values() if each.is_submitted])


def _standing(place, rows):
    result, scores = rows.result, {}
    for row in rows.scores:
        named = row.round_theme_id and ("theme", row.round_theme.theme.key)
        subject = named or (("criterion", row.criterion.key) if row.criterion_id else TOTAL)
        scores[subject] = Printed(row.value, Share(row.n_known, row.n_applying), row.points, row.maximum)
    return Standing(
        place.pk, place.pk, place.name, place.slug, place.latitude, place.longitude, None, result.state,
        place.size_class_key, str(result.size_class or ""), place.population, result.n_unconfirmed, scores,
    )  # fmt: skip


# --- What has been published -----------------------------------------------------------------------------------------


def _published_rows(results):
    """Return {municipality's id: MunicipalityRows} of everybody in an edition, in two queries."""
    standings, questions = {each.pk: each for each in results.standings}, {each.pk: each for each in results.questions}
    rows = {}
    for result in MunicipalityResult.objects.of_edition(results.edition):
        scores = scores_in(results, result, standings[result.pk])
        rows[result.pk] = MunicipalityRows(result, scores)
    for answer in ResultAnswer.objects.of_edition(results.edition):
        answer.question = questions[answer.question_id]
        rows[answer.result_id].answers.append(answer)
    return {each.result.municipality_id: each for each in rows.values()}


# --- Pages and quotes ------------------------------------------------------------------------------------------------


def _pages(results, rows):
    """Return [(Standing, MunicipalityPage)] of those that answered, by name."""
    before, years = defaultdict(dict), years_of(results)
    if results.before:
        for answer in ResultAnswer.objects.of_edition(results.before).select_related("result"):
            before[answer.result.municipality_id][answer.question_id] = answer
    scores_before = {each.municipality: each.scores for each in results.standings_before}
    said = defaultdict(list)
    for comment in ReplyComment.objects.shown_in(results.edition.round):
        said[comment.response.municipality_id].append(comment)
    pages = []
    for standing in results.answered:
        mine, place = rows[standing.municipality], standing.municipality
        mine.answers.sort(key=lambda answer: answer.question.place)
        around = Around(results.standings, scores_before.get(place, {}), before[place], years, said[place])
        pages.append((standing, municipality_page(mine, around)))
    return pages


def quotes_of(region, answers):
    """Return what answerers have let be quoted, once each, without whose it is.

    Only of questions that at least five have answered in words, and nothing that names one of
    the region's municipalities or associations, by which it would be known.
    """
    n_answered = {each.question.pk: each.n.count for each in region.questions}
    may = [each for each in answers if each.may_be_quoted and each.value and each.question.kind in TEXTS]
    texts = [each.value["text"] for each in may if n_answered[each.question_id] >= LEAST]
    names = _names([each.municipality for each in region.results.standings]) if texts else None
    return list(dict.fromkeys(text for text in texts if not names.search(text)))


def _names(places):
    """Return the pattern of the names of municipalities and of their associations, whatever their endings."""
    names = Municipality.objects.filter(pk__in=places).order_by().values_list("name_fi", "name_sv")
    associations = Association.objects.filter(municipality__in=places).order_by().values_list("name", flat=True)
    told = {name for both in names for name in both if name} | {_PARTS.sub("", name).strip() for name in associations}
    stems = sorted({re.escape(_stem(name)) for name in told if len(name) > 1})
    return re.compile(rf"\b(?:{'|'.join(stems)})", re.IGNORECASE)


def _stem(name):
    """Return what of a name stays the same with endings: Oulaisissa, Limingan, Kerhoväen; a short name stays whole."""
    if name.endswith("nen"):
        return name[:-3]
    return name[: -2 if len(name) > 6 else -1] if len(name) > 4 else name

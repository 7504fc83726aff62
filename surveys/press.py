"""Drafts of press releases about a closed round: of the region, and of each municipality that answered.

Counts with their n, what changed where the years compare, and, of the region alone, quotes to which the answerer
agreed. Only what will be public is in them; a group under five is not set beside a municipality.
"""

import io
import zipfile

from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from common.numbers import share_in_words
from common.tables import ascii_name
from registry.exports import log_export
from registry.models import Municipality
from registry.models.site import demo_label
from surveys.document_files import docx_of
from surveys.documents import Document
from surveys.models import Answer, MunicipalityResult, ResultAnswer
from surveys.models.questions import ONE_CHOICE
from surveys.press_material import material_of, quotes_of
from surveys.publishing import is_published
from surveys.result_region import region_page
from surveys.results import LEAST_COMPARED
from surveys.suppression import LEAST

REGION, EVERYBODY = "region", "everybody"
MOST_CHANGES, MOST_QUOTES, MOST_SIGNS, MOST_LINES = 5, 6, 300, 8


# --- Files -----------------------------------------------------------------------------------------------------------


def press_file(survey_round, what, embargo, *, by):
    """Return (name, bytes) of drafts of a closed round: DOCX of the region or of one municipality, or all as ZIP.

    `what` is REGION, EVERYBODY or a municipality's slug; `embargo` the moment before which
    nothing is public, or None for what is public already. What is not is logged as taken out by `by`.
    """
    material = material_of(survey_round)
    notice = notice_of(None if material.is_published else embargo)
    drafts = {REGION: region_release(material.region, material.quotes, notice)} if what in {REGION, EVERYBODY} else {}
    for standing, page in material.places:
        if what in {standing.slug, EVERYBODY}:
            drafts[standing.slug] = municipality_release(page, material.region, notice)
    if not material.is_published:
        log_export(
            Answer, "docx", len(drafts), by=by, choices=f"{_('Draft of a press release')}: {survey_round}",
            region=survey_round.region,
        )  # fmt: skip
    name = ascii_name(f"{survey_round} {_('draft')}")
    if what != EVERYBODY:
        ((key, draft),) = drafts.items()
        return f"{name}-{survey_round.region.slug if key == REGION else key}.docx", docx_of(draft)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as together:
        for key, draft in drafts.items():
            together.writestr(f"{survey_round.region.slug if key == REGION else key}.docx", docx_of(draft))
    return f"{name}.zip", file.getvalue()


def places_with_draft(survey_round):
    """Return the municipalities of which there is a draft, by name: that answered in the latest edition, or so far."""
    published = MunicipalityResult.objects.latest_answered(survey_round)
    if is_published(survey_round):
        return Municipality.objects.filter(results__in=published).by_name()
    return Municipality.objects.filter(responses__in=survey_round.responses.submitted()).by_name()


def published_release(results):
    """Return the draft of a region's release of an EditionResults that is public; six queries."""
    region = region_page(results)
    return region_release(region, quotes_of(region, ResultAnswer.objects.quotable(results.edition)), notice_of(None))


def published_municipality_release(published):
    """Return the draft of a PublishedMunicipality that answered; three queries."""
    return municipality_release(published.page, region_page(published.results), notice_of(None))


def notice_of(embargo):
    """Return what stands on top of each page: that it is a draft, and until when it may not be made public."""
    words = _("Draft for a press release.")
    if embargo is not None:
        moment = date_format(localtime(embargo), "SHORT_DATETIME_FORMAT")
        words = _("Draft for a press release. EMBARGO: not public before %(moment)s.") % {"moment": moment}
    return " ".join(filter(None, [words, demo_label()]))


# --- The region ------------------------------------------------------------------------------------------------------


def region_release(region, quotes, notice):
    """Return the Document about a RegionPage with what may be quoted."""
    results = region.results
    name = results.edition.round.region.name
    document = Document(_("Press release: %(survey)s") % {"survey": results.edition.round}, name, notice)
    document.lines(region.sentences)
    for heading, lines in (
        (_("Themes"), [_theme(each) for each in region.themes if each.mean.value is not None]),
        (_("What changed"), _changes(region)),
        (_("What the municipalities answered"), _counts(region)),
        (_("Quotes"), [f"”{Truncator(text).chars(MOST_SIGNS)}” ({name})" for text in quotes[:MOST_QUOTES]]),
    ):
        _part(document, heading, lines)
    document.text(_("The scores tell of structures and practices, not of how good everyday cooperation is."))
    document.text(_("Check that no quote names anybody before you send it."))
    return document


def _part(document, heading, lines):
    document.heading(heading)
    if lines:
        document.lines(lines)
    else:
        document.text(_("Nothing to tell."))


def _theme(theme):
    return _("%(theme)s: on average %(mean)s of 100 (n = %(n)s).") % {
        "theme": theme.name, "mean": theme.mean.words, "n": theme.mean.n,
    }  # fmt: skip


def best_line(figure):
    """Return the Line of the option that gives the most points, of a QuestionFigure; None where none does."""
    pointed = [option for option in figure.question.options.all() if option.points]
    if figure.question.kind not in ONE_CHOICE or not figure.groups or not pointed:
        return None
    best = max(pointed, key=lambda option: option.points).key
    return next(line for line in figure.groups[0].lines if line.key == best)


def _counts(region):
    """Return how many chose the best answer of each question with points."""
    lines = [(each, best_line(each)) for each in region.questions if each.n.count]
    return [f"{figure.wording} {line.label}: {line.words}." for figure, line in lines if line]


def _changes(region):
    """Return the questions whose best answer became most commoner or rarer, where they compare with the year before."""
    found = [
        (abs(line.change), figure, line)
        for figure in region.questions
        if (line := best_line(figure)) and line.change
        and min(line.share.out_of, line.before.out_of) >= LEAST_COMPARED
    ]  # fmt: skip
    found.sort(key=lambda each: -each[0])
    return [
        _("%(question)s %(answer)s: now %(now)s, in %(year)s %(then)s.")
        % {"question": figure.wording, "answer": line.label, "now": line.words, "year": figure.year_before,
           "then": line.before_words}
        for _size, figure, line in found[:MOST_CHANGES]
    ]  # fmt: skip


# --- A municipality --------------------------------------------------------------------------------------------------


def municipality_release(page, region, notice):
    """Return the Document about a MunicipalityPage beside a RegionPage; it quotes nobody."""
    survey_round = region.results.edition.round
    values = {"place": page.name, "survey": survey_round}
    document = Document(_("Press release: %(place)s, %(survey)s") % values, survey_round.region.name, notice)
    values = {"place": page.name, "n": share_in_words(page.n_known), "all": region.taking_part_words}
    document.text(
        _("%(place)s answered %(n)s questions of the survey. In the region %(all)s municipalities took part.") % values
    )
    if page.is_under_review:
        document.text(_("Some figures are under review."))
    figures = {each.question.pk: each for each in region.questions}
    for heading, lines in (
        (_("Themes"), [_score(each) for each in page.themes if each.printed.value is not None]),
        (_("What changed"), _changed(page)),
        (_("What is in order"), [f"{each.wording} {each.counted_words}." for each in page.strengths]),
        (_("What is missing"), [_missing(each, figures.get(each.question.pk)) for each in page.missing]),
    ):
        _part(document, heading, _first(lines))
    document.text(_("The scores tell of structures and practices, not of how good everyday cooperation is."))
    return document


def _first(lines):
    left = len(lines) - MOST_LINES
    return [*lines[:MOST_LINES], _("and %(n)s more") % {"n": left}] if left > 0 else lines


def _score(score):
    words = f"{score.name}: {score.printed.words}"
    words = f"{words}, {score.printed.band_words}" if score.printed.band else words
    beside = [_("known %(share)s") % {"share": score.printed.coverage_words}]
    if score.region_mean and score.region_mean.n >= LEAST:
        beside.append(_("region %(mean)s, n = %(n)s") % {"mean": score.region_mean.words, "n": score.region_mean.n})
    if score.change:
        beside.append(score.change.words)
    return f"{words} ({'; '.join(beside)})."


def _changed(page):
    """Return the answers that read otherwise than the year before, where the two years compare."""
    changed = [each for each in page.all_answers if each.lines_before and each.is_known and not each.is_as_before]
    return [
        _("%(question)s Now %(now)s, in %(year)s %(then)s.")
        % {"question": each.wording, "now": _joined(each.lines), "year": each.year_before,
           "then": _joined(each.lines_before)}
        for each in changed
    ]  # fmt: skip


def _joined(lines):
    return Truncator("; ".join(lines)).chars(80)


def _missing(figure, in_region):
    """Return what is missing, and how many of the region's municipalities have it; of fewer than five nothing."""
    line = best_line(in_region) if in_region else None
    if line is None or in_region.n.count < LEAST:
        return figure.wording
    return _("%(question)s In the region %(answer)s: %(share)s.") % {
        "question": figure.wording, "answer": line.label, "share": line.words,
    }  # fmt: skip

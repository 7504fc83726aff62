"""A municipality's results on one page for its board: tagged, with headings and a table (PDF/UA-1)."""

from django.conf import settings
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from registry.models.site import demo_label
from surveys.printing import pdf_of

# So many lines of each list, and signs of a line, fit on one page beside as many as eight themes.
MOST_LINES, MOST_SIGNS, MOST_NEIGHBOURS = 5, 110, 3


def statement_pdf(published, address):
    """Return the bytes of the statement of a PublishedMunicipality that answered, in the active language.

    `address` is that of its page, which the statement names.
    """
    return pdf_of("statement", statement_data(published, address))


def statement_data(published, address):
    """Return what the template prints, as words in the active language."""
    page, edition = published.page, published.edition
    values = {"place": page.name, "survey": str(edition.round)}
    return {
        "title": _("%(place)s: results of the survey") % values,
        "author": settings.SITE_NAME,
        "language": get_language(),
        "demo": str(demo_label() or ""),
        "about": [f"{edition.round}, {edition.round.region.name}.", sent_in_by(page)],
        "headings": [
            _("Theme"), _("Score"), _("In words"), _("Known"), edition.round.region.name,
            page.size_name or _("Size class"), _changed_since(published),
        ],
        "table": _("Scores from 0 to 100 beside the means of the region and of municipalities of the same size"),
        "scores": [_score(each) for each in (*page.themes, *filter(None, [page.total]))],
        "lists": [
            {"heading": heading, "lines": _first(lines), "empty": empty}
            for heading, lines, empty in (
                (_("What changed"), _changes(page), _no_change(published)),
                (_("What is in order"), [each.wording for each in page.strengths], _("Nothing in full yet.")),
                (_("What is missing"), [_missing(*each) for each in published.missing], _("Nothing is missing.")),
            )
        ],
        "foot": [f"{edition_in_words(edition)} {edition.correction}".strip(),
                 *([_("Some figures are under review.")] if page.is_under_review else []),
                 _("The page with every answer and its points: %(address)s") % {"address": address},
                 _("The scores tell of structures and practices, not of how good everyday cooperation is.")],
        "note": "",
    }  # fmt: skip


def sent_in_by(page):
    """Return by which post and on which day a MunicipalityPage's answers were sent in, and how many there are."""
    result = page.result
    values = {"post": result.respondent_post or "–", "day": date_format(result.submitted_on, "SHORT_DATE_FORMAT")}
    values |= {"n": page.n_known.count, "all": page.n_known.out_of}
    return (
        _("The municipality's own statement, sent in by: %(post)s, %(day)s. Answered: %(n)s/%(all)s questions.")
        % values
    )


def _changed_since(published):
    before = published.results.before
    return _("Since %(year)s") % {"year": before.round.year} if before else _("Since the year before")


def _score(score):
    printed = score.printed
    return [
        score.name, printed.words, printed.band_words or "–", printed.coverage_words, _mean(score.region_mean),
        _mean(score.size_mean), score.change.signed if score.change else "–",
    ]  # fmt: skip


def _mean(mean):
    """Return a mean with its n; of fewer than three there is none."""
    return f"{mean.words} (n = {mean.n})" if mean and mean.value is not None else "–"


def _changes(page):
    """Return in words the answers that read otherwise than the year before, where the two years compare."""
    changed = [each for each in page.all_answers if each.lines_before and each.is_known and not each.is_as_before]
    return [f"{each.wording} {_joined(each.lines_before)} → {_joined(each.lines)}" for each in changed]


def _joined(lines):
    return Truncator("; ".join(lines)).chars(40)


def _no_change(published):
    if published.results.before is None:
        return _("This is the first published year.")
    return _("No answer that can be compared has changed since %(year)s.") % {
        "year": published.results.before.round.year
    }


def _missing(figure, done_by):
    """Return what is missing, and who nearby does it already."""
    names = ", ".join(each.name for each in done_by.neighbours[:MOST_NEIGHBOURS])
    wording = Truncator(figure.wording).chars(MOST_SIGNS - len(names))
    return f"{wording} " + (_("In order in: %(names)s.") % {"names": names} if names else "")


def _first(lines):
    """Return the first lines, cut to fit, and how many more there are."""
    shown = [Truncator(each).chars(MOST_SIGNS + 40) for each in lines[:MOST_LINES]]
    left = len(lines) - len(shown)
    return [*shown, _("and %(n)s more") % {"n": left}] if left else shown


def edition_in_words(edition):
    """Return an edition's number, day of publication and scoring version."""
    values = {"number": edition.number, "day": date_format(edition.published_at, "SHORT_DATE_FORMAT"),
              "version": edition.scoring_version}  # fmt: skip
    return _("Edition %(number)s, published on %(day)s, scoring version %(version)s.") % values

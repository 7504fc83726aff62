"""Text ready for a municipality's wellbeing report: what is in place, what changed, what is next, and the source.

Plain lines of an edition's public answers in the active language. Names of municipalities, questions
and answers stand by themselves, after a colon or in quotation marks, so that nothing has to be inflected.
"""

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from surveys.models import Answer
from surveys.models.questions import ONE_CHOICE
from surveys.statements import edition_in_words, sent_in_by

_MOST_SIGNS, _MOST_NEIGHBOURS = 200, 3


def wellbeing_text(published, address, label):
    """Return the text of a PublishedMunicipality that answered; `address` is that of its page of results.

    `label` stands on top: what demo data calls itself, or nothing.
    """
    page, edition = published.page, published.edition
    blocks = [
        [
            label,
            _("Cooperation with associations: %(place)s, %(year)s") % {"place": page.name, "year": edition.round.year},
            sent_in_by(page),
            "" if published.results.is_latest else _("This edition has been corrected: there is a later one."),
        ],
        [_("Themes, scores from 0 to 100"), *_listed(map(_theme, page.themes))],
        [_("What is in place"), *(_listed(map(_answer, page.strengths)) or [_("Nothing in full yet.")])],
        [*_changed(published)],
        [_("What comes next"), *(_listed(_next(*each) for each in published.missing) or [_("Nothing is missing.")])],
        [_("Source"), *_source(published, address)],
    ]
    return "\n\n".join("\n".join(filter(None, block)) for block in blocks) + "\n"


def _listed(lines):
    return [f"- {Truncator(line).chars(2 * _MOST_SIGNS)}" for line in lines]


def _theme(score):
    printed = score.printed
    words = f"{printed.words} ({printed.band_words})" if printed.band_words else printed.words
    change = f"; {score.change.words}" if score.change else ""
    return _("%(theme)s: %(score)s; known %(coverage)s%(change)s") % {
        "theme": score.name, "score": words, "coverage": printed.coverage_words, "change": change,
    }  # fmt: skip


def _answer(figure):
    return f"{figure.question.indicator.name}: {_now(figure)}{_under_review(figure)}"


def _now(figure):
    """Return what counts: the answer, or what the registry knows where that counts in its place."""
    if figure.registry_words:
        return _("%(words)s (as the registry knows)") % {"words": figure.registry_words}
    return _said(figure.lines)


def _said(lines):
    return Truncator("; ".join(lines)).chars(_MOST_SIGNS)


def _under_review(figure):
    return f" ({_('under review')})" if any(each.is_under_review for each in figure.said) else ""


def _changed(published):
    """Yield the heading and the lines of what changed since the year before, where the two years compare."""
    before = published.results.before
    if before is None:
        yield _("What has changed")
        yield _("This is the first published year.")
        return
    year = before.round.year
    yield _("What has changed since %(year)s") % {"year": year}
    lines = [_change(each) for each in published.page.all_answers if _is_changed(each)]
    yield from _listed(lines) or [_("No answer that can be compared has changed since %(year)s.") % {"year": year}]
    n = sum(bool(each.why_not_before) for each in published.page.all_answers)
    if n:
        yield ngettext(
            "%(n)s question is new or does not compare with %(year)s and is left out.",
            "%(n)s questions are new or do not compare with %(year)s and are left out.",
            n,
        ) % {"n": n, "year": year}


def _is_changed(figure):
    """Whether something was answered in both years, they compare and read otherwise; own words are left out."""
    if not figure.is_known or figure.is_free_text or not figure.lines_before or figure.is_as_before:
        return False
    return figure.answer_before.state == Answer.State.ANSWERED


def _change(figure):
    return _("%(question)s: before “%(before)s”, now “%(now)s”") % {
        "question": figure.question.indicator.name, "before": _said(figure.lines_before), "now": _said(figure.lines),
    } + _under_review(figure)  # fmt: skip


def _next(figure, done_by):
    """Return what is missing: what the answer is now, which one gives all the points, and who has it already."""
    parts = [_("%(question)s: now “%(now)s”") % {
        "question": figure.question.indicator.name, "now": _now(figure),
    }]  # fmt: skip
    if figure.question.kind in ONE_CHOICE:
        best = [str(each) for each in figure.question.options.all() if each.points == figure.question.most_points]
        parts.append(_("all the points: “%(best)s”") % {"best": " / ".join(best)})
    if names := ", ".join(each.name for each in done_by.neighbours[:_MOST_NEIGHBOURS]):
        parts.append(_("already in order in: %(names)s") % {"names": names})
    return "; ".join(parts) + _under_review(figure)


def _source(published, address):
    edition = published.edition
    yield f"{edition.round}, {edition.round.region.name}."
    yield edition_in_words(edition)
    yield _("The page with every answer and its points: %(address)s") % {"address": address}
    yield _("The scores tell of structures and practices, not of how good everyday cooperation is.")

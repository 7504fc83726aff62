"""A round as the people of one municipality see it: how far it is, what is missing, who answered, what became of it."""

from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.partial_dates import MAX_YEAR
from common.prepared import Prepared
from registry.access import COORDINATOR, FALLBACK, OFFICERS
from registry.portal_page import Ask
from surveys.answering import sheet_for_saving
from surveys.completeness import minutes_for
from surveys.confirming import WAITING, confirmation_state, digest_of, unconfirmed_in
from surveys.facts import beside_answers
from surveys.letters.responses import CONFIRM_WITHIN
from surveys.models import Delegation, PendingSave, Response, Round
from surveys.sheet import Sheet
from surveys.theme_page import Answerer, ThemePage, said_by

# Who answers for the municipality: the fallback respondent is named for just this.
RESPONDENTS = OFFICERS | {FALLBACK, COORDINATOR}
# Who confirms what a coordinator wrote down: not the coordinator.
CONFIRMERS = OFFICERS | {FALLBACK}


def sheet_for(municipality, year, account, *, locked=False):
    """Return the Sheet of the municipality's round of a year, or None when none was asked; two queries at most.

    With `locked` a response that has begun is locked for a save, and refused as `locked_sheet` does.
    """
    if year > MAX_YEAR:
        return None
    if locked and (sheet := sheet_for_saving(municipality, year, account)):
        return sheet
    for response in _for_answering(municipality.pk, year, account.pk):
        return Sheet(response.with_its_correction().round, municipality, response)
    survey_round = Round.objects.asked_of(municipality).filter(year=year).first()
    return Sheet(survey_round, municipality) if survey_round else None


@Prepared
def _for_answering(municipality: int, year: int, account: int):
    return Response.objects.for_answering(municipality, year, account)


@dataclass(frozen=True)
class ThemeLine:
    """A theme on the page of its round: how far it is, what required is missing, who answered last, who was asked."""

    progress: object
    n_missing: int
    latest: str
    asked: tuple[str, ...]

    @property
    def theme(self):
        """The theme."""
        return self.progress.theme


class RoundPage:
    """A round for somebody with `access` to the municipality; tables are read once, when first asked for."""

    def __init__(self, sheet, access, account):
        self.sheet, self.access, self.account = sheet, access, account
        self.round, self.response = sheet.round, sheet.response

    @cached_property
    def is_open_for_answers(self):
        """Whether the municipality may answer now."""
        return self.round.is_open and not (self.response and self.response.is_submitted)

    @property
    def may_answer(self):
        """Whether the reader may answer now."""
        return self.access.may_write and self.is_open_for_answers

    @property
    def may_take_copy(self):
        """Whether the reader may take the answers along, private ones and notes too."""
        return self.access.may(RESPONDENTS)

    @cached_property
    def minutes(self):
        """How long answering takes."""
        return minutes_for(self.sheet.questions)

    @cached_property
    def lines(self):
        """The ThemeLine of each theme."""
        missing = [question.round_theme_id for question in self.sheet.missing]
        asked = {}
        for each in Delegation.objects.going_on(self.response) if self.response else ():
            if each.is_going_on:
                asked.setdefault(each.round_theme_id, []).append(each.post)
        return [
            ThemeLine(
                progress,
                missing.count(progress.theme.pk),
                said_by(progress.latest, names=True) if progress.latest else "",
                tuple(asked.get(progress.theme.pk, ())),
            )
            for progress in self.sheet.progress()
        ]

    @property
    def n_asked(self):
        """How many questions count."""
        return sum(line.progress.n_asked for line in self.lines)

    @property
    def n_answered(self):
        """How many of them have an answer or a reason."""
        return sum(line.progress.n_answered for line in self.lines)

    @property
    def n_missing(self):
        """How many required ones are missing."""
        return sum(line.n_missing for line in self.lines)

    @cached_property
    def n_unconfirmed(self):
        """How many answers were said aloud and wait to be confirmed."""
        return len(unconfirmed_in(self.sheet))

    @property
    def may_confirm(self):
        """Whether the reader may confirm them."""
        return bool(self.n_unconfirmed) and self.access.may(CONFIRMERS)

    @property
    def digest(self):
        """What tells the answers that are shown from what they become by any change."""
        return digest_of(self.sheet)

    @cached_property
    def next_theme(self):
        """The first theme in which something is open, else the first."""
        themes = [line.theme for line in self.lines]
        return next((line.theme for line in self.lines if not line.progress.is_done), themes[0] if themes else None)

    @cached_property
    def waiting(self):
        """The themes in which a choice between two versions waits for the reader."""
        if self.response is None or not self.response.has_waiting:
            return []
        return [row.round_theme for row in PendingSave.objects.waiting_for(self.response, account=self.account)]

    @cached_property
    def earlier(self):
        """The municipality's response of the latest round before, if it was sent in."""
        before = Response.objects.filter(municipality=self.sheet.municipality, round__opens_on__lt=self.round.opens_on)
        return before.submitted().select_related("round").order_by("-round__opens_on").first()

    def theme_pages(self):
        """Return the ThemePage of each theme, for reading everything on one page."""
        answerer = Answerer(self.account)
        private = self.access.may(RESPONDENTS)
        facts = beside_answers(self.sheet)
        return [
            ThemePage(self.sheet, theme, answerer, may_write=False, private=private, facts=facts)
            for theme in self.sheet.themes
        ]

    @property
    def method_url(self):
        """Where anyone reads what is asked and how answers are counted."""
        return reverse("survey_method", args=[self.round.region.slug, self.round.year])

    def theme(self, key):
        """Return the round's theme with this key, or None, from what is kept of an opened round: no query."""
        themes = (question.round_theme for question in self.sheet.questions)
        return next((theme for theme in themes if theme.theme.key == key), None)

    def beside(self, theme):
        """Return the themes before and after `theme`, None at the ends."""
        themes = [None, *self.sheet.themes, None]
        place = themes.index(theme)
        return themes[place - 1], themes[place + 1]


def rounds_of(municipality):
    """Return (round, its response or None) of everything that was asked of the municipality, the newest first."""
    responses = {row.round_id: row for row in Response.objects.filter(municipality=municipality).with_round()}
    rounds = {survey_round.pk: survey_round for survey_round in Round.objects.asked_of(municipality)}
    rounds |= {pk: response.round for pk, response in responses.items()}
    return [
        (each, responses.get(each.pk)) for each in sorted(rounds.values(), key=lambda row: row.opens_on, reverse=True)
    ]


def _confirm_ask(page, sheet):
    """Yield the Ask to confirm what a coordinator wrote down and sent in, for those who may."""
    if not page.access.may(CONFIRMERS) or confirmation_state(sheet.response) != WAITING:
        return
    due_on = timezone.localdate(sheet.response.submitted_at) + CONFIRM_WITHIN
    url = reverse("portal_survey_review", args=[page.access.municipality.slug, sheet.round.year])
    what = _("Confirm the answers of the interview: %(survey)s") % {"survey": sheet.round}
    yield Ask(what, due_on, f"{url}#confirm", _("See and confirm"), is_late=due_on < page.on, always=True)


def _results_asks(page):
    """Yield the Ask to look at the results of each round while its days for comments run, until it is agreed."""
    for response in Response.objects.for_replies(page.access.municipality, page.on):
        survey_round = response.round
        if response.is_published or response.has_agreed or page.on > survey_round.comments_until:
            continue
        url = reverse("portal_survey_results", args=[page.access.municipality.slug, survey_round.year])
        what = _("Look at the municipality's results of %(year)s before they are published") % {
            "year": survey_round.year
        }
        yield Ask(what, survey_round.comments_until, url, _("See the results"), is_late=False, always=True)


def survey_asks(page):
    """Yield the Asks of open rounds to send in or to confirm, and of closed ones to look at the results.

    For those who answer for the municipality. `page` is a registry.portal_page.MunicipalityPage.
    """
    if not page.access.may(RESPONDENTS):
        return
    yield from _results_asks(page)
    for survey_round in Round.objects.asked_of(page.access.municipality).open_on(page.on):
        sheet = Sheet(survey_round, page.access.municipality)
        if sheet.response is not None and sheet.response.is_submitted:
            yield from _confirm_ask(page, sheet)
            continue
        url = reverse("portal_survey", args=[page.access.municipality.slug, survey_round.year])
        progress = sheet.progress()
        n, m = sum(each.n_answered for each in progress), sum(each.n_asked for each in progress)
        what = _("Answer the survey of %(year)s: %(n)s of %(m)s answered") % {"year": survey_round.year, "n": n, "m": m}
        step = _("Go on answering") if n else _("See what is asked")
        yield Ask(what, survey_round.closes_on, url, step, is_late=False, always=True)

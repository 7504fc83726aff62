"""Stories from a region's published rounds: around naming a liaison, climbers, where most are stuck, what stays.

Everything comes from published editions (surveys/models/results.py) and from the dates on which liaisons were named,
which the municipalities' own pages show. Nothing live is read, and nothing of associations.
"""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from common.numbers import plain_number, share_in_words
from registry.figures import Share
from registry.models import Appointment
from surveys.models import Question, QuestionResult, ReplyComment, ResultScore
from surveys.models.questions import ONE_CHOICE
from surveys.result_history import questions_and_years
from surveys.result_naming import comparable_years, naming_of
from surveys.result_questions import share_with_most_points, share_without_points
from surveys.result_years import Change, Link
from surveys.results import DASH, LEAST_COMPARED
from surveys.scoring import scored_questions

_MOST_CLIMBERS, _MOST_STUCK = 3, 5


@dataclass(frozen=True)
class Climber:
    """A municipality whose score of a theme has risen since the round before, with of how much something is known."""

    name: str
    slug: str
    change: Change
    score: Decimal
    known: Share
    known_before: Share
    is_under_review: bool

    @property
    def score_words(self):
        """The score as it is written."""
        return plain_number(self.score, 1)

    @property
    def score_before_words(self):
        """The score of the round before as it is written."""
        return plain_number(self.change.earlier, 1)

    @property
    def coverage_words(self):
        """Of how many questions something is known now, and was then."""
        return f"{share_in_words(self.known)}; {self.change.year}: {share_in_words(self.known_before)}"


@dataclass(frozen=True)
class Climbers:
    """A theme's climbers, the greatest change first; `why_none` where nothing compares or too few do.

    `n` municipalities have a score in both years, `n_unsure` of them are left out: too little is known of them.
    """

    key: str
    name: str
    rows: tuple
    n: int
    n_unsure: int
    why_none: str = ""


@dataclass(frozen=True)
class Stuck:
    """A question in which many answers give no points yet, beside the round before where the two compare."""

    question: Question
    share: Share
    best: Share
    before: Share | None
    link: Link | None

    @property
    def name(self):
        """The question as it was asked."""
        return self.question.wording or self.question.key

    @property
    def words(self):
        """How many give no points yet, of those that answered."""
        return share_in_words(self.share)

    @property
    def before_words(self):
        """The same of the round before, a dash where it does not compare."""
        return share_in_words(self.before) if self.before else DASH

    @property
    def why_not_before(self):
        """Why nothing of the round before stands beside it; empty where it does."""
        if self.before or self.link is None or self.link.is_comparable:
            return ""
        return ": ".join(filter(None, [self.link.words, self.link.reason]))

    @property
    def best_words(self):
        """How many give all the points already, of those that answered."""
        return share_in_words(self.best)


@dataclass(frozen=True)
class Unchanged:
    """How many answers of a round were said to be unchanged, over the questions that compare with the round before."""

    year: int
    year_before: int
    share: Share
    n_left_out: int

    @property
    def words(self):
        """The count with n."""
        return share_in_words(self.share) if self.share.out_of else DASH


@dataclass(frozen=True)
class Stories:
    """What a region's published rounds tell together; `before` is the edition of the round before, or None."""

    region: object
    edition: object
    before: object
    namings: list
    n_named: int
    climbers: list
    stuck: list
    unchanged: list


def stories_of(region_results):
    """Return the Stories of a RegionResults in the active language, in nine queries."""
    editions = region_results.latest[::-1]
    latest = editions[-1]
    questions, pairs = questions_and_years(editions)
    scores = list(ResultScore.objects.by_theme(editions))
    counts = {(row.edition_id, row.question_id): row for row in QuestionResult.objects.of_editions(editions)}
    under_review = set(ReplyComment.objects.municipalities_under_review(latest.round_id))
    named_in = _named_in({place for edition, place, *_more in scores if edition == latest.pk})
    by_theme = {}
    for each in scored_questions(questions[latest.round_id]):
        by_theme.setdefault(each.round_theme, []).append(each)
    themes = [(theme.theme.key, capfirst(str(theme)), some) for theme, some in by_theme.items()]
    return Stories(
        region=region_results.region,
        edition=latest,
        before=editions[-2] if len(editions) > 1 else None,
        namings=[_naming(*theme, editions, pairs, scores, named_in) for theme in themes],
        n_named=len(named_in),
        climbers=[_climbers(*theme[:2], editions, pairs, scores, under_review) for theme in themes],
        stuck=_stuck(questions[latest.round_id], editions, pairs, counts),
        unchanged=_unchanged(editions, pairs, counts),
    )


def _named_in(municipalities):
    """Return {municipality's id: the year in which its first liaison was named}, of those named by today."""
    rows = Appointment.objects.first_namings(municipalities, timezone.localdate())
    return {place: day.year for place, day in rows}


def _naming(theme, name, questions, editions, pairs, scores, named_in):
    kept, left_out = comparable_years(editions, pairs, ("theme", theme))
    own = {(row[0], row[1]): row[5] for row in scores if row[4] == theme}
    return naming_of(theme, name, questions, {each.pk: each.round.year for each in kept}, left_out, own, named_in)


# --- Climbers --------------------------------------------------------------------------------------------------------


def _climbers(theme, name, editions, pairs, scores, under_review):
    """Return the Climbers of a theme: the greatest rises, with everyone who rose as much as the last of them."""
    if len(editions) < 2:
        return Climbers(theme, name, (), 0, 0, _("There is no earlier published round."))
    latest, before = editions[-1], editions[-2]
    years = pairs[latest.pk]
    if why := years.why_not(("theme", theme)):
        return Climbers(theme, name, (), 0, 0, why)
    by_edition = defaultdict(dict)
    for edition, place, *more in scores:
        if more[2] == theme:
            by_edition[edition][place] = more
    both = [place for place in by_edition[latest.pk] if place in by_edition[before.pk]]
    if len(both) < LEAST_COMPARED:
        why = _("Fewer than three municipalities have a score in both years: they are not compared.")
        return Climbers(theme, name, (), len(both), 0, why)
    rows, n_unsure = [], 0
    for place in both:
        title, slug, _theme, score, *known = by_edition[latest.pk][place]
        *_more, earlier, n_known, n_applying = by_edition[before.pk][place]
        known, known_before = Share(*known), Share(n_known, n_applying)
        if not _is_sure(known, known_before):
            n_unsure += 1
        elif score > earlier:
            change = Change(score - earlier, years.year, earlier)
            rows.append(Climber(title, slug, change, score, known, known_before, place in under_review))
    return Climbers(theme, name, tuple(_greatest(rows)), len(both), n_unsure)


def _is_sure(known, before):
    """Whether a rise is one of what was done: at least half is known in both years, and no smaller part than before."""
    if not known.out_of or not before.out_of:
        return False
    is_half = 2 * known.count >= known.out_of and 2 * before.count >= before.out_of
    return is_half and known.count * before.out_of >= before.count * known.out_of


def _greatest(rows):
    """Return the Climbers of the greatest changes, at least three where there are; equal changes stay together."""
    rows = sorted(rows, key=lambda row: -row.change.points)
    least = rows[_MOST_CLIMBERS - 1].change.points if len(rows) >= _MOST_CLIMBERS else 0
    return [row for row in rows if row.change.points >= least]


# --- Where most are stuck, and what stays ----------------------------------------------------------------------------


def _stuck(questions, editions, pairs, counts):
    """Return the Stucks in which the most municipalities' answers give no points yet, the greatest number first."""
    latest, years = editions[-1], pairs.get(editions[-1].pk)
    found = []
    for question in scored_questions(questions):
        row = counts.get((latest.pk, question.pk))
        chosen = row.counts.get("chosen") if row and question.kind in ONE_CHOICE else None
        share = share_without_points(question, chosen)
        if not share or not share.count or share.out_of < LEAST_COMPARED:
            continue
        link = years.links[question.pk] if years else None
        before = None
        if link and link.is_comparable and (was := counts.get((editions[-2].pk, link.earlier.pk))):
            before = share_without_points(link.earlier, was.counts.get("chosen"))
            if before and not before.count:
                continue  # Stuck for a year is not stuck yet.
        found.append(Stuck(question, share, share_with_most_points(question, chosen), before, link))
    found.sort(key=lambda each: (-each.share.count, -Decimal(each.share.count) / each.share.out_of))
    return found[:_MOST_STUCK]


def _unchanged(editions, pairs, counts):
    """Return the Unchangeds of the rounds that have one before them, the latest first."""
    rows = []
    for edition in reversed(editions[1:]):
        links = pairs[edition.pk].links
        own = [row for (of, _question), row in counts.items() if of == edition.pk and row.question_id in links]
        kept = [row for row in own if links[row.question_id].is_comparable]
        share = Share(sum(row.n_unchanged for row in kept), sum(row.n_answered for row in kept))
        rows.append(Unchanged(edition.round.year, pairs[edition.pk].year, share, len(own) - len(kept)))
    return rows

"""Editions of the associations' answers: put together by the coordinator, read by everybody, never changed."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.models import Municipality
from surveys.association_answers import association_questions
from surveys.forms import words_of_state
from surveys.models import AssociationEdition, AssociationTally, EditionCount, PaperBatch, Round
from surveys.suppression import REST, STATE, Group, n_of, shown_next, total


@transaction.atomic
def put_together(survey_round, *, by):
    """Make the next edition of what associations have answered to a round; return the AssociationEdition.

    Raises ValidationError: "draft", "nothing" when nobody has answered, "unchanged" when it would show what the last
    one shows: too few have answered since.
    """
    locked = Round.objects.select_for_update(no_key=True).get(pk=survey_round.pk)
    if locked.is_draft:
        raise ValidationError(_("The round has not been opened."), code="draft")
    now, batches = _answered(locked)
    if not now:
        raise ValidationError(_("No association has answered yet."), code="nothing")
    editions = list(locked.association_editions.order_by("number"))
    past = _shown_by_question(locked, editions)
    shown = {
        question.pk: shown_next(
            {group: counts.get(question.key, {}) for group, counts in now.items()},
            past.get(question.pk, [{} for _each in editions]),
            is_closed=locked.is_closed,
            in_rest=_was_in_rest(past.get(question.pk, []), editions, batches),
        )
        for question in association_questions(locked)
    }
    if all(groups == (past.get(question) or [{}])[-1] for question, groups in shown.items()):
        raise ValidationError(
            _("Nothing new can be shown yet: too few have answered since the last edition."), code="unchanged"
        )
    edition = AssociationEdition.objects.create(
        round=locked, number=len(editions) + 1, made_at=timezone.now(), made_by=by
    )
    EditionCount.objects.bulk_create(
        EditionCount(
            edition=edition,
            question_id=question,
            municipality_id=group.municipality,
            batch_key=group.batch,
            counts=counts,
        )
        for question, groups in shown.items()
        for group, counts in groups.items()
    )
    return edition


def _answered(survey_round):
    """Return what has been answered as {Group: {question's key: counts}}, and {batch's key: when it was entered}."""
    now = {Group(row.municipality_id): row.counts for row in AssociationTally.objects.filter(round=survey_round)}
    batches = {}
    for row in PaperBatch.objects.filter(round=survey_round):
        now[Group(row.municipality_id, row.key)] = {} if row.withdrawn_at else row.counts
        batches[row.key] = row.entered_at
    return now, batches


def _shown_by_question(survey_round, editions):
    """Return {question's id: [{Group: counts} of each edition]}."""
    places = {edition.pk: place for place, edition in enumerate(editions)}
    past = {}
    for row in EditionCount.objects.of_round(survey_round):
        tables = past.setdefault(row.question_id, [{} for _each in editions])
        tables[places[row.edition_id]][Group(row.municipality_id, row.batch_key)] = row.counts
    return past


def _was_in_rest(tables, editions, batches):
    """Return the function that tells whether a group was there when the rest was first shown.

    Of a link that cannot be told, because no moments are kept: it was.
    """
    since = next((edition.made_at for edition, shown in zip(editions, tables, strict=False) if REST in shown), None)
    return lambda group: group.batch not in batches or batches[group.batch] <= since


# --- Reading ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShownCounts:
    """What an edition shows for one question: `lines` and `states` are (label, n); all empty when it is too few."""

    question: object
    n: int
    n_on_paper: int
    lines: tuple[tuple[str, int], ...]
    states: tuple[tuple[str, int], ...]

    @property
    def rows(self):
        """(label, n, per cent of those who answered) of each option."""
        return [(label, n, round(100 * n / self.n)) for label, n in self.lines] if self.n else []

    @property
    def is_shown(self):
        """Whether there is something to show."""
        return bool(self.n or any(n for _label, n in self.states))


@dataclass(frozen=True)
class RegionCounts(ShownCounts):
    """The same of a region: over how many municipalities, and how many answers of others are among them."""

    n_municipalities: int
    n_of_rest: int


def association_counts_for(edition, municipality, questions=None):
    """Return the ShownCounts of each question in one municipality, in order; one query besides the questions.

    `questions` are those that associations were asked, where they have been read already.
    """
    groups = _groups_by_question(edition.counts.filter(municipality=municipality))
    questions = _asked(edition) if questions is None else questions
    return [ShownCounts(question, *_table(question, groups.get(question.pk, {}))) for question in questions]


def association_counts_of_region(edition):
    """Return the RegionCounts of each question, and [(municipality, its ShownCounts)] by name, in a fixed number of
    queries.

    The region's is the sum of what is shown of municipalities, and of the rest where there is one.
    """
    questions, groups = _asked(edition), _groups_by_question(edition.counts.all())
    region = []
    for question in questions:
        mine = groups.get(question.pk, {})
        n_places = len({group.municipality for group in mine} - {None})
        n_of_rest = n_of(mine.get(REST, {}), answered=True)
        region.append(RegionCounts(question, *_table(question, mine), n_places, n_of_rest))
    shown = {group.municipality for mine in groups.values() for group in mine} - {None}
    places = Municipality.objects.filter(pk__in=shown).by_name()
    return region, [(place, [_of_place(question, groups, place) for question in questions]) for place in places]


def _of_place(question, groups, place):
    mine = groups.get(question.pk, {})
    return ShownCounts(question, *_table(question, {g: each for g, each in mine.items() if g.municipality == place.pk}))


def _asked(edition):
    return association_questions(edition.round)


def _groups_by_question(rows):
    groups = {}
    for row in rows:
        groups.setdefault(row.question_id, {})[Group(row.municipality_id, row.batch_key)] = row.counts
    return groups


def _table(question, groups):
    """Return n, how many of them on paper, and the lines of options and of states."""
    counts = total(groups)
    on_paper = total({group: each for group, each in groups.items() if group.batch})
    lines = tuple((option.label or option.key, counts.get(option.key, 0)) for option in question.options.all())
    states = tuple(
        (words_of_state(question, state), counts.get(f"{STATE}{state}", 0)) for state in question.offered_states
    )
    return n_of(counts, answered=True), n_of(on_paper, answered=True), lines, states

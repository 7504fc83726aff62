"""What differs from last year's round, and whether answers of several years may be compared."""

import hashlib
import json
from dataclasses import dataclass, field

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from surveys.models import Comparability, Question
from surveys.models.rounds import LANGUAGES
from surveys.questionnaires import question_as_data

Verdict = Comparability.Verdict
# Strongest first: over several years the last of those met holds.
STRENGTH = [Verdict.SAME, Verdict.REWORDED, Verdict.CHANGED]
_NOT_COMPARED = {"id", "round", "round_theme", "indicator", "position", "question", "audience", "row_state"}


@dataclass(frozen=True)
class Change:
    """One thing that differs: what, in which language or for all, before and after."""

    what: str
    language: str
    old: str
    new: str


@dataclass(frozen=True)
class Difference:
    """A question that is new, gone, or differs from its earlier one; `row` is what a person has decided of it."""

    earlier: Question | None
    later: Question | None
    changes: list[Change] = field(default_factory=list)
    row: Comparability | None = None

    @property
    def question(self):
        """The question whose words stand for both."""
        return self.later or self.earlier

    @property
    def key(self):
        """The indicator's key."""
        return self.question.indicator.key

    @property
    def audience(self):
        """Who is asked."""
        return self.question.audience

    @property
    def digest(self):
        """What exactly differs, so that a decision about something else is known to be stale."""
        # Of keys alone: changes in words read differently in each language, and a file takes the digest along.
        told = [
            [question.round_theme.theme.key, question_as_data(question)]
            for question in (self.earlier, self.later)
            if question is not None
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    @property
    def possible_verdicts(self):
        """What may be said of it: of something new or gone just that."""
        if self.earlier is None:
            return [Verdict.NEW]
        return [Verdict.REMOVED] if self.later is None else [Verdict.SAME, Verdict.REWORDED, Verdict.CHANGED]

    @property
    def is_decided(self):
        """Whether nothing is left to decide: it is new or gone, or a person has decided about just this difference."""
        if len(self.possible_verdicts) == 1:
            return True
        return bool(self.row and self.row.decided_at and self.row.decided_about == self.digest)

    @property
    def verdict_words(self):
        """The verdict in words; empty while it is missing."""
        if len(self.possible_verdicts) == 1:
            return self.possible_verdicts[0].label
        return self.row.get_verdict_display() if self.is_decided else ""


def round_differences(survey_round):
    """Return the Differences from the round it was made from, or from the region's latest before it.

    Exactly the questions that are new, gone or changed, in their order, those gone last;
    all of them are new where there is no earlier round. A fixed number of queries.
    """
    before = survey_round.copied_from or type(survey_round).objects.latest_before(survey_round)
    later = _by_identity(survey_round)
    earlier = _by_identity(before) if before else {}
    rows = {}
    for row in survey_round.comparabilities.all():
        rows[row.from_question_id, row.to_question_id] = row
    found = []
    for identity, question in later.items():
        old = earlier.get(identity)
        changes = changes_between(old, question) if old else []
        if old is None or changes:
            row = rows.get((old.pk if old else None, question.pk))
            found.append(Difference(old, question, changes, row))
    for identity, question in earlier.items():
        if identity not in later:
            found.append(Difference(question, None, [], rows.get((question.pk, None))))
    return found


def _by_identity(survey_round):
    questions = survey_round.questions.in_order().with_structure()
    questions = questions.select_related("criterion", "area__group", "size_class")
    return {(question.indicator.key, question.audience): question for question in questions}


def changes_between(earlier, later):
    """Return what differs between two versions of a question, column by column and language by language."""
    changes = _column_changes(earlier, later, "")
    if earlier.round_theme.theme_id != later.round_theme.theme_id:
        changes.append(Change(_("Theme"), "", str(earlier.round_theme), str(later.round_theme)))
    for name in ("options", "rows", "columns"):
        changes += _part_changes(getattr(earlier, name).all(), getattr(later, name).all())
    changes += _whole_change(_("Points of numbers"), earlier.thresholds.all(), later.thresholds.all())
    changes += _whole_change(_("Condition"), earlier.conditions.all(), later.conditions.all())
    return changes


def _column_changes(earlier, later, within):
    changes = []
    translated = {f"{name}_{language}": (name, language) for name in earlier.WORDING for language in LANGUAGES}
    for column in earlier._meta.concrete_fields:
        if column.name in _NOT_COMPARED - {"row_state"} | set(earlier.WORDING):
            continue
        old, new = (getattr(row, column.attname) for row in (earlier, later))
        if (old or None) == (new or None):
            continue
        name, language = translated.get(column.name, (column.name, ""))
        label = capfirst(earlier._meta.get_field(name).verbose_name)
        what = f"{within}: {label}" if within else label
        changes.append(Change(what, language, _in_words(earlier, column), _in_words(later, column)))
    return changes


def _in_words(row, column):
    if column.is_relation:
        return str(getattr(row, column.name) or "")
    if column.choices:
        return str(getattr(row, f"get_{column.name}_display")())
    value = getattr(row, column.attname)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value is None:
        return ""
    return f"{value.normalize():f}" if hasattr(value, "normalize") else str(value)


def _part_changes(earlier, later):
    """Return what differs between options, rows or columns: by key, and their order."""
    old, new = ({row.key: row for row in rows} for rows in (earlier, later))
    changes = []
    for key, row in new.items():
        label = f"{capfirst(row._meta.verbose_name)} {key}"
        if key in old:
            changes += _column_changes(old[key], row, label)
        else:
            changes.append(Change(label, "", "", str(row)))
    for key, row in old.items():
        if key not in new:
            changes.append(Change(f"{capfirst(row._meta.verbose_name)} {key}", "", str(row), ""))
    kept_old, kept_new = [key for key in old if key in new], [key for key in new if key in old]
    if kept_old != kept_new:
        changes.append(Change(_("Order"), "", ", ".join(kept_old), ", ".join(kept_new)))
    return changes


def _whole_change(what, earlier, later):
    old, new = ("; ".join(_told(row) for row in rows) for rows in (earlier, later))
    return [Change(what, "", old, new)] if old != new else []


def _told(row):
    """Return a threshold, or a term by keys: another wording of the earlier question is that question's change."""
    if hasattr(row, "at_least"):
        return str(row)
    what = row.option.key if row.option_id else ("" if row.number is None else f"{row.number.normalize():f}")
    return f"{row.group}. {row.earlier.indicator.key} {row.operator} {what}".strip()


def weakest_verdict(rows):
    """Return the Verdict that holds over consecutive Comparability rows: the weakest link's.

    A question that is new or gone between two years breaks the chain: the verdict is CHANGED.
    """
    places = [STRENGTH.index(row.verdict) if row.verdict in STRENGTH else len(STRENGTH) - 1 for row in rows]
    return STRENGTH[max(places, default=0)]


def chain_between(earlier_round, later_round, indicator_key, audience=Question.Audience.MUNICIPALITY):
    """Return the Comparability rows that lead from a question in `earlier_round` to the one in `later_round`.

    None when there is no unbroken chain: the question was not asked in a round between.
    """
    rows = Comparability.objects.filter(
        to_question__indicator__key=indicator_key, to_question__audience=audience, round__region=later_round.region_id
    ).select_related("from_question", "to_question")
    by_later = {row.to_question.round_id: row for row in rows}
    chain, at = [], later_round.pk
    while at != earlier_round.pk:
        row = by_later.get(at)
        if row is None or row.from_question is None:
            return None
        chain.append(row)
        at = row.from_question.round_id
    return chain[::-1]

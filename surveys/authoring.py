"""Writing a round: made from last year's, checked, opened, corrected in its spelling, closed.

Whatever changes what a round asks stops when the round has been opened; the freeze
itself stands in surveys/models/freezing.py.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from surveys.comparing import round_differences
from surveys.completeness import problems_of
from surveys.models import (
    Comparability,
    ConditionTerm,
    Option,
    OptionMatch,
    Question,
    Round,
    RoundTheme,
    WordingCorrection,
)
from surveys.models.parts import OfQuestion, QuestionRow, TableColumn, Threshold
from surveys.models.questions import Kind

OF_ROUND = (
    "region", "reply_days", "reminder_days", "closing_letter_days", "letters_by_themselves", "shows_total",
    "has_finnish", "has_swedish", "has_english",
)  # fmt: skip

# --- From last year's ------------------------------------------------------------------------------------------------


@transaction.atomic
def copy_round(from_round, year, *, opens_on, closes_on, by):
    """Make and return a draft of `year` that asks what `from_round` asks; nothing of its answers comes along.

    Each question is the same as its earlier one until somebody changes it. Raises
    ValidationError when the region has a round of that year, or the days will not do.
    """
    copy = new_round_like(from_round, year, opens_on=opens_on, closes_on=closes_on, by=by, copied_from=from_round)
    rows = [
        Comparability(round=copy, from_question=question, to_question=new, verdict=Comparability.Verdict.SAME)
        for question, new in copy_structure(from_round, copy)
    ]
    bulk_create_with_history(rows, Comparability, default_user=by)
    return copy


def new_round_like(from_round, year, *, by, **fields):
    """Save and return an empty draft with the settings and the words of another round.

    Raises ValidationError when the region has a round of that year, or the days will not do.
    """
    copy = Round(year=year, **fields)
    for name in [*OF_ROUND, *Round.wording_columns()]:
        setattr(copy, name, getattr(from_round, name))
    copy._history_user = by
    copy.full_clean(exclude=Round.WORDING)
    copy.save()
    return copy


def copy_structure(from_round, copy):
    """Copy themes and questions with everything that belongs to them into a draft; return [(question, its copy), …]."""
    themes, questions, options = {}, {}, {}
    for theme in from_round.themes.all():
        themes[theme.pk] = _copied(theme, round=copy)
        themes[theme.pk].save()
    earlier = list(from_round.questions.in_order().with_structure())
    for question in earlier:
        questions[question.pk] = _copied(question, round=copy, round_theme=themes[question.round_theme_id])
        questions[question.pk].save()
    for model, name in (
        (Option, "options"),
        (QuestionRow, "rows"),
        (TableColumn, "columns"),
        (Threshold, "thresholds"),
    ):
        rows = [row for question in earlier for row in getattr(question, name).all()]
        copies = model.objects.bulk_create(_copied(row, question=questions[row.question_id]) for row in rows)
        if model is Option:
            options = {row.pk: made for row, made in zip(rows, copies, strict=True)}
    ConditionTerm.objects.bulk_create(
        _copied(
            term,
            question=questions[term.question_id],
            earlier=questions[term.earlier_id],
            option=options.get(term.option_id),
        )
        for question in earlier
        for term in question.conditions.all()
    )
    return [(question, questions[question.pk]) for question in earlier]


def _copied(row, **owners):
    """Return a copy of a row, not saved yet, that belongs to these."""
    left_out = {"id", *getattr(row, "WORDING", ())}  # the words are copied by language
    values = {
        field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if field.name not in left_out
    }
    values |= {f"{name}_id": owner and owner.pk for name, owner in owners.items()}
    copy = type(row)(**values)
    for name, owner in owners.items():
        setattr(copy, name, owner)
    return copy


@transaction.atomic
def decide_comparability(survey_round, indicator, audience, verdict, *, reason, by, matches=()):
    """Record how a question compares with last year's, and return the Comparability.

    `reason` is a dictionary of languages; a verdict other than the same needs one in
    each language of the round. `matches` are pairs of (earlier, later) options that say the same.
    Raises ValidationError with code "no_difference", "verdict" or "reason".
    """
    difference = next(
        (each for each in round_differences(survey_round) if (each.key, each.audience) == (indicator, audience)), None
    )
    if difference is None:
        raise ValidationError(_("The question does not differ from last year's."), code="no_difference")
    if verdict not in difference.possible_verdicts:
        raise ValidationError(_("Choose one of the given."), code="verdict")
    needs_reason = verdict in {Comparability.Verdict.REWORDED, Comparability.Verdict.CHANGED}
    if needs_reason and not all(reason.get(language, "").strip() for language in survey_round.languages):
        raise ValidationError(_("Write the reason in each language of the round."), code="reason")
    row = Comparability.objects.filter(
        round=survey_round, from_question=difference.earlier, to_question=difference.later
    ).first() or Comparability(
        round=survey_round, from_question=difference.earlier, to_question=difference.later
    )  # fmt: skip
    row.verdict = verdict
    for language in ("fi", "sv", "en"):
        setattr(row, f"reason_{language}", reason.get(language, "").strip())
    row.decided_by, row.decided_at, row.decided_about = by, timezone.now(), difference.digest
    row._history_user = by
    row.save()
    row.matches.all().delete()
    for from_option, to_option in matches:
        OptionMatch.objects.create(comparability=row, from_option=from_option, to_option=to_option)
    return row


# --- Structure -------------------------------------------------------------------------------------------------------


@transaction.atomic
def move_question(question, steps, *, by):
    """Move a question up (-1) or down (1) among those of its theme; at the end it goes to the next theme.

    Raises ValidationError with code "condition" when a condition would then rest on a
    later question, "frozen" in an opened round.
    """
    row = Question.objects.select_related("round_theme").get(pk=question.pk)
    themes = list(row.round.themes.order_by("position", "pk"))
    order = list(Question.objects.filter(round_theme=row.round_theme_id).order_by("position", "pk"))
    place = next(number for number, each in enumerate(order) if each.pk == row.pk)
    target = place + steps
    theme_place = [theme.pk for theme in themes].index(row.round_theme_id)
    order.remove(row)
    if 0 <= target <= len(order):
        order.insert(target, row)
    elif 0 <= theme_place + steps < len(themes):
        row.round_theme = themes[theme_place + steps]
        order = list(Question.objects.filter(round_theme=row.round_theme).order_by("position", "pk"))
        order.insert(len(order) if steps < 0 else 0, row)
    else:
        return row
    for position, each in enumerate(order, start=1):
        if each.position != position or each.pk == row.pk:
            each.position = position
            each._history_user = by
            each.save()
    _check_conditions_around(row)
    return row


def _check_conditions_around(question):
    around = ConditionTerm.objects.select_related("question__round_theme", "earlier__round_theme")
    for term in [*around.filter(question=question), *around.filter(earlier=question)]:
        if term.earlier.place >= term.question.place:
            raise ValidationError(
                _("“%(question)s” rests on “%(earlier)s”, so it stays after it."),
                code="condition",
                params={"question": term.question, "earlier": term.earlier},
            )


@transaction.atomic
def add_usual_parts(question):
    """Give a new question the options that its kind always has, where it has none: yes and no, five steps."""
    usual = {
        Kind.YES_NO: [("yes", "Kyllä", "Ja", "Yes"), ("no", "Ei", "Nej", "No")],
        Kind.SCALE: [(str(step), "", "", "") for step in range(1, 6)],
        Kind.CHANGE: [
            ("much_less", "Vähentynyt selvästi", "Minskat tydligt", "Clearly less"),
            ("less", "Vähentynyt", "Minskat", "Less"),
            ("same", "Ennallaan", "Oförändrad", "As before"),
            ("more", "Lisääntynyt", "Ökat", "More"),
            ("much_more", "Lisääntynyt selvästi", "Ökat tydligt", "Clearly more"),
        ],
    }.get(question.kind, [])
    if usual and not question.options.exists():
        for position, (key, fi, sv, en) in enumerate(usual, start=1):
            Option.objects.create(
                question=question, key=key, label_fi=fi, label_sv=sv, label_en=en, position=position
            )  # fmt: skip


# --- Opening and closing ---------------------------------------------------------------------------------------------


@transaction.atomic
def open_round(survey_round, *, by):
    """Open a draft: its questions are frozen, and answers are taken from its first day on. Returns the round.

    Raises ValidationError with one error for each thing that is missing (code
    "incomplete"), or code "opened" when it has been opened already.
    """
    locked = Round.objects.select_for_update().get(pk=survey_round.pk)
    if not locked.is_draft:
        raise ValidationError(_("The round has been opened already."), code="opened")
    problems = problems_of(locked)
    if problems:
        raise ValidationError([ValidationError(str(problem), code="incomplete") for problem in problems])
    for difference in round_differences(locked):
        # What is new or gone is so, whether or not somebody has explained it.
        if difference.row is None:
            Comparability.objects.create(
                round=locked,
                from_question=difference.earlier,
                to_question=difference.later,
                verdict=difference.possible_verdicts[0],
                decided_by=by,
                decided_at=timezone.now(),
                decided_about=difference.digest,
            )
    locked.opened_at, locked.opened_by = timezone.now(), by
    locked._history_user = by
    locked.save()
    return locked


@transaction.atomic
def close_round(survey_round, *, by):
    """Close an open round before its last day; returns it. Raises ValidationError with code "not_open"."""
    locked = Round.objects.select_for_update().get(pk=survey_round.pk)
    if not (locked.is_open or locked.is_waiting):
        raise ValidationError(_("The round does not take answers."), code="not_open")
    locked.closed_at, locked.closed_by = timezone.now(), by
    locked._history_user = by
    locked.save()
    return locked


@transaction.atomic
def reopen_round(survey_round, closes_on, *, reason, by):
    """Take answers again up to and including `closes_on`; the questions stay frozen. Returns the round.

    Raises ValidationError with code "not_closed", "reason", or those of the round's days.
    """
    locked = Round.objects.select_for_update().get(pk=survey_round.pk)
    if not locked.is_closed:
        raise ValidationError(_("The round is not closed."), code="not_closed")
    if not reason.strip():
        raise ValidationError(_("Write why the round is opened again."), code="reason")
    if closes_on < timezone.localdate():
        raise ValidationError(_("The last day has passed already."), code="past")
    locked.closes_on, locked.closed_at, locked.closed_by = closes_on, None, None
    locked.reopened_at, locked.reopened_by, locked.reopen_reason = timezone.now(), by, reason.strip()
    locked.full_clean(exclude=Round.WORDING)
    locked._history_user = by
    locked.save()
    return locked


CORRECTABLE = {
    model._meta.model_name: model for model in (Round, RoundTheme, Question, Option, QuestionRow, TableColumn)
}


@transaction.atomic
def correct_wording(row, column, language, new, *, reason, by):
    """Correct a misspelling in an opened round and log it; returns the WordingCorrection.

    `row` is a row of the structure, `column` one of its translated columns. A change of
    meaning is not a correction: that belongs to the next round. Raises ValidationError
    with code "column", "reason", "unchanged", "empty" or "too_long"; "draft" where the
    question can simply be edited.
    """
    if column not in type(row).WORDING or language not in ("fi", "sv", "en"):
        raise ValidationError(_("This is not a wording."), code="column")
    survey_round = Round.objects.select_for_update().get(pk=row.owning_round_id)
    if survey_round.is_draft:
        raise ValidationError(_("The round is being written: change the wording itself."), code="draft")
    if not reason.strip():
        raise ValidationError(_("Write what was misspelt."), code="reason")
    name = f"{column}_{language}"
    row = type(row).objects.get(pk=row.pk)
    old, new = getattr(row, name) or "", new.strip()
    if new == old:
        raise ValidationError(_("The wording is as it was."), code="unchanged")
    if old and not new:
        raise ValidationError(_("A wording is corrected, not removed."), code="empty")
    row._meta.get_field(name).clean(new, row)
    longest = row._meta.get_field(name).max_length
    if longest and len(new) > longest:
        raise ValidationError(_("Write at most %(most)s characters.") % {"most": longest}, code="too_long")
    type(row).objects.filter(pk=row.pk).correct(**{name: new})
    return WordingCorrection.objects.create(
        round=survey_round,
        place=place_of(row, column),
        language=language,
        old=old,
        new=new,
        reason=reason.strip(),
        corrected_by=by,
    )


def place_of(row, column):
    """Return where a wording stands, by stable keys."""
    if isinstance(row, Round):
        return column
    if isinstance(row, RoundTheme):
        return f"{row.theme.key}/{column}"
    if isinstance(row, OfQuestion) and not isinstance(row, Threshold):
        return f"{_question_place(row.question)}/{row._meta.model_name}/{row.key}/{column}"
    return f"{_question_place(row)}/{column}"


def _question_place(question):
    is_associations = question.audience == Question.Audience.ASSOCIATIONS
    return f"{question.key}/associations" if is_associations else question.key

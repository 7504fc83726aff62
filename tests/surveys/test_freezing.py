"""What an opened round asks stays as it is, through every door."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from surveys import models
from surveys.models import Option, Question, Round
from tests.surveys import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened():
    """A question with two options and a threshold in an opened round."""
    asked = factories.question(factories.RoundThemeFactory(), options=["yes", "no"])
    models.Threshold.objects.create(question=asked, at_least=1, points=1)
    asked.round.opened_at = timezone.now()
    asked.round.save()
    return asked


@pytest.fixture
def draft(opened):
    """A question of a draft in the same region."""
    survey_round = factories.RoundFactory(region=opened.round.region, year=2027)
    return factories.question(factories.RoundThemeFactory(round=survey_round), options=["perhaps"])


def everything():
    """Return every row of the structure's tables."""
    tables = (Round, models.RoundTheme, Question, Option, models.Threshold, models.Comparability)
    return {table: list(table._base_manager.order_by("pk").values()) for table in tables}


DOORS = {
    "save a question": lambda opened, draft: opened.save(),
    "delete a question": lambda opened, draft: opened.delete(),
    "save an option": lambda opened, draft: opened.options.first().save(),
    "delete an option": lambda opened, draft: opened.options.first().delete(),
    "delete a theme": lambda opened, draft: opened.round_theme.delete(),
    "delete the round": lambda opened, draft: opened.round.delete(),
    "add an option": lambda opened, draft: opened.options.create(key="never"),
    "add a theme": lambda opened, draft: factories.RoundThemeFactory(round=opened.round),
    "update every question": lambda opened, draft: Question.objects.update(weight=2),
    "update by relation": lambda opened, draft: opened.options.update(label_fi="Muutettu"),
    "update past the default manager": lambda opened, draft: Option._base_manager.update(points=7),
    "delete options together": lambda opened, draft: opened.options.all().delete(),
    "delete rounds together": lambda opened, draft: Round.objects.filter(pk=opened.round_id).delete(),
    "create in bulk": lambda opened, draft: Option.objects.bulk_create([Option(question=opened, key="x")]),
    "update in bulk": lambda opened, draft: Option.objects.bulk_update([opened.options.first()], ["label_fi"]),
    "get or create": lambda opened, draft: opened.options.get_or_create(key="x"),
    "update or create": lambda opened, draft: opened.options.update_or_create(key="yes", defaults={"points": 3}),
    "move a draft's option in": lambda opened, draft: draft.options.update(question=opened),
    "move an option out": lambda opened, draft: opened.options.filter(key="no").update(question=draft),
    "move a saved option out": lambda opened, draft: moved(opened.options.first(), draft),
    "change the year": lambda opened, draft: Round.objects.filter(pk=opened.round_id).update(year=2030),
    "change the title": lambda opened, draft: Round.objects.filter(pk=opened.round_id).update(title="Uusi"),
    "unfreeze": lambda opened, draft: Round.objects.filter(pk=opened.round_id).update(opened_at=None),
    "unfreeze by saving": lambda opened, draft: unfrozen(opened.round),
    "add a verdict": lambda opened, draft: models.Comparability.objects.create(
        round=opened.round, to_question=opened, verdict="new"
    ),
}  # fmt: skip


def moved(option, question):
    option.question = question
    option.save()


def unfrozen(survey_round):
    survey_round.opened_at = None
    survey_round.save()


@pytest.mark.parametrize("door", DOORS)
def test_an_opened_round_refuses_every_change_of_its_structure_with_the_reason(opened, draft, door):
    before = everything()

    with pytest.raises(ValidationError) as refused:
        DOORS[door](opened, draft)

    assert refused.value.code == "frozen"
    assert "2026" in refused.value.messages[0]
    assert everything() == before


@pytest.mark.parametrize("door", ["save a question", "add an option", "create in bulk", "update by relation"])
def test_a_draft_may_be_changed_beside_an_opened_round(opened, draft, door):
    DOORS[door](draft, opened)

    assert Round.objects.drafts().get() == draft.round


def test_the_closing_day_of_an_opened_round_may_be_moved(opened):
    opened.round.closes_on = dt.date(2026, 10, 30)
    opened.round.save()

    assert Round.objects.filter(pk=opened.round_id).update(closes_on=dt.date(2026, 11, 1)) == 1


def test_only_words_pass_the_freeze_as_a_correction(opened):
    with pytest.raises(ValueError, match="points"):
        opened.options.correct(points=100)

    assert opened.options.filter(key="yes").correct(label_fi="Kyllä") == 1
    assert opened.options.get(key="yes").label_fi == "Kyllä"


def test_rows_are_not_overwritten_in_bulk(draft):
    with pytest.raises(ValueError, match="overwritten"):
        Option.objects.bulk_create(
            [Option(question=draft, key="yes")],
            update_conflicts=True,
            unique_fields=["question", "key"],
            update_fields=["label_fi"],
        )

"""The public page of a round's method: when it can be read, what it tells, and that it follows every change at once."""

import datetime as dt
import re

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.html import escape

from surveys import models
from surveys.announcing import announce_method, withdraw_method
from surveys.authoring import copy_round, correct_wording, decide_comparability, open_round
from surveys.method import PUBLIC_MODELS
from surveys.models import (
    Comparability,
    ConditionTerm,
    Criterion,
    Option,
    Question,
    QuestionRow,
    Round,
    RoundTheme,
    TableColumn,
    Theme,
    Threshold,
)
from tests.surveys import factories
from tests.surveys.default_round import default_round

pytestmark = pytest.mark.django_db
PAGE = "/pohjois-pohjanmaa/kysely/2026/menetelma/"
WHY = dict.fromkeys(("fi", "sv", "en"), "Kysymys muuttui.")


@pytest.fixture(autouse=True)
def _autumn():
    with time_machine.travel(dt.datetime(2026, 8, 20, 9, tzinfo=dt.UTC), tick=False) as travel:
        yield travel


@pytest.fixture
def draft(reference):
    """The default questionnaire as Pohjois-Pohjanmaa's draft."""
    return default_round(reference.pohjois_pohjanmaa, 2026)


def text_of(response):
    """Return the words of a page without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


# --- When it can be read ---------------------------------------------------------------------------------------------


def test_a_draft_is_nobodys_to_read_until_it_is_announced_and_after_it_is_taken_back(client, draft, cast):
    region = "/pohjois-pohjanmaa/"
    assert client.get(PAGE).status_code == 404
    assert PAGE not in client.get(region).content.decode()

    announced = announce_method(draft, by=cast.kaisa.user)

    assert announced.announced_on == dt.date(2026, 8, 20)
    assert "julkinen 20.8.2026 alkaen" in text_of(client.get(PAGE))
    assert PAGE in client.get(region).content.decode()
    assert PAGE in client.get("/sitemap.xml").content.decode()
    withdraw_method(draft, by=cast.kaisa.user)
    assert client.get(PAGE).status_code == 404
    assert PAGE not in client.get(region).content.decode() + client.get("/sitemap.xml").content.decode()


def test_an_opened_round_has_its_page_for_good(client, draft, cast):
    opened = open_round(draft, by=cast.kaisa.user)

    assert "lukittu 20.8.2026" in text_of(client.get(PAGE))
    for step in (announce_method, withdraw_method):
        with pytest.raises(ValidationError) as refused:
            step(opened, by=cast.kaisa.user)
        assert refused.value.code == "opened"
    assert client.get(PAGE).status_code == 200


def test_announcing_twice_withdrawing_nothing_and_announcing_nothing_are_refused(draft, reference, cast):
    empty = factories.RoundFactory(region=reference.keski_suomi)
    announce_method(draft, by=cast.kaisa.user)
    for survey_round, step, code in [
        (draft, announce_method, "announced"),
        (empty, announce_method, "empty"),
        (empty, withdraw_method, "not_announced"),
    ]:  # fmt: skip
        with pytest.raises(ValidationError) as refused:
            step(survey_round, by=cast.kaisa.user)
        assert refused.value.code == code


@pytest.mark.parametrize("address", [
    "/keski-suomi/kysely/2026/menetelma/", "/pohjois-pohjanmaa/kysely/2025/menetelma/",
    "/pohjois-pohjanmaa/kysely/99999999999999999999999/menetelma/", "/ei-ole/kysely/2026/menetelma/",
])  # fmt: skip
def test_another_region_and_another_year_have_no_page(client, draft, cast, address):
    announce_method(draft, by=cast.kaisa.user)

    assert client.get(address).status_code == 404


# --- What it tells ---------------------------------------------------------------------------------------------------


def test_the_page_tells_every_question_option_point_weight_and_condition_in_three_languages(client, draft, cast):
    heavy = draft.questions.for_municipalities().get(indicator__key="premises_rules")
    heavy.weight = 2
    heavy.save()
    announce_method(draft, by=cast.kaisa.user)

    for language, prefix, words in [
        ("fi", "", ["Paino 2.", "Kysytään, jos vastasit", "kysymys jätetään pois"]),
        ("sv", "/sv", ["Vikt 2.", "frågan lämnas bort"]),
        ("en", "/en", ["Weight 2.", "Asked if you answered", "the question is left out", "at least 3: 2 points",
                       "What the registry knows counts in place of the answer: the liaison situation."]),
    ]:  # fmt: skip
        page = client.get(f"{prefix}{PAGE}")
        # What stands between tags, without what the tags themselves put between words.
        source = page.content.decode().replace("<strong>", "").replace("</strong>", "")
        with translation.override(language):
            for question in draft.questions.in_order().with_structure():
                assert source.count(escape(question.wording)), (language, question.wording)
                for option in question.options.all():
                    assert escape(str(option)) in source
        for each in words:
            assert each in source, each
        assert f'<html lang="{language}">' in source


def test_the_page_says_whether_a_total_is_shown(client, draft, cast):
    announce_method(draft, by=cast.kaisa.user)
    assert "There is no total and no ranking." in text_of(client.get(f"/en{PAGE}"))

    shown = Round.objects.get(pk=draft.pk)
    shown.shows_total = True
    shown.save()

    assert "a total over them by their weights" in text_of(client.get(f"/en{PAGE}"))
    assert "Weight in the total" in text_of(client.get(f"/en{PAGE}"))


def test_how_years_compare_is_told_with_the_reason(client, draft, cast):
    first = open_round(draft, by=cast.kaisa.user)
    assert "no earlier survey of the region" in text_of(client.get(f"/en{PAGE}"))
    second = copy_round(first, 2027, opens_on=dt.date(2027, 9, 1), closes_on=dt.date(2027, 10, 1), by=None)
    changed = second.questions.for_municipalities().get(indicator__key="theme_question")
    for language in ("fi", "sv", "en"):
        setattr(changed, f"wording_{language}", "Uusi teema?")
    changed.save()
    page = "/en/pohjois-pohjanmaa/kysely/2027/menetelma/"
    announce_method(second, by=cast.kaisa.user)
    assert "Kysymys muuttui." not in text_of(client.get(page))

    decide_comparability(second, "theme_question", "municipality", "changed", reason=WHY, by=cast.kaisa.user)
    open_round(second, by=cast.kaisa.user)

    words = text_of(client.get(page))
    n_same = second.questions.count() - 1
    assert f"{n_same} questions are asked as before." in words
    assert "Compared with 2026: changed, not comparable. Kysymys muuttui." in words


def test_words_in_another_language_are_marked(client, reference, cast):
    made = factories.question(
        factories.RoundThemeFactory(round__region=reference.pohjois_pohjanmaa), options=["yes", "no"]
    )
    announce_method(made.round, by=cast.kaisa.user)

    assert '<ul class="questions" lang="fi">' in client.get(f"/en{PAGE}").content.decode()
    assert 'lang="fi">\n' not in client.get(PAGE).content.decode().partition("<main")[2]


# --- It follows every change -----------------------------------------------------------------------------------------


@pytest.fixture
def rows(reference, cast):
    """A row of every table that the page shows, of a small announced draft made from an opened round."""
    region = reference.pohjois_pohjanmaa
    first = factories.question(
        factories.RoundThemeFactory(round__region=region, round__year=2025, is_scored=False), options=["yes", "no"]
    )
    Round.objects.filter(pk=first.round_id).update(opened_at="2025-08-01T06:00Z")
    theme = factories.RoundThemeFactory(round__region=region)
    made = factories.question(theme, options=["yes", "no"], criterion=Criterion.objects.create(key="c", name_fi="Krit"))
    made.options.update(points=1)
    table = factories.question(theme, "table")
    number = factories.question(theme, "integer")
    rows = [
        (Round.objects.get(pk=theme.round_id), {"title_fi": "Uusi otsikko"}),
        (theme, {"introduction_fi": "Uusi johdanto"}),
        (theme.theme, {"name_fi": "Uusi teema"}),
        (made.criterion, {"name_fi": "Uusi kriteeri"}),
        (made, {"wording_fi": "Uusi kysymys?"}),
        (made.options.first(), {"label_fi": "Uusi vaihtoehto"}),
        (QuestionRow.objects.create(question=table, key="r", label_fi="Rivi"), {"label_fi": "Uusi rivi"}),
        (TableColumn.objects.create(question=table, key="s", label_fi="Sarake"), {"label_fi": "Uusi sarake"}),
        (Threshold.objects.create(question=number, at_least=3, points=1), {"at_least": 4}),
        (
            ConditionTerm.objects.create(question=table, earlier=made, option=made.options.first()),
            {"operator": "has_not"},
        ),
        (
            Comparability.objects.create(
                round=theme.round, from_question=first, to_question=made, verdict="changed", reason_fi="Syy",
                decided_at="2026-08-01T06:00Z",
            ),
            {"reason_fi": "Uusi syy"},
        ),
    ]  # fmt: skip
    announce_method(theme.round, by=cast.kaisa.user)
    rows[0][0].refresh_from_db()
    return {type(row): (row, change) for row, change in rows}


SHOWN = [Comparability, ConditionTerm, Criterion, Option, Question, QuestionRow, Round, RoundTheme, TableColumn, Theme,
         Threshold]  # fmt: skip


def test_every_table_is_seen_to_change_on_the_next_request(client, rows):
    assert set(rows) == set(SHOWN) == set(PUBLIC_MODELS)
    for model, (row, change) in rows.items():
        before = client.get(PAGE).content
        assert client.get(PAGE).content == before
        for name, value in change.items():
            setattr(row, name, value)
        row.save()
        assert client.get(PAGE).content != before, model


def test_changes_in_bulk_are_seen_on_the_next_request(client, rows):
    question, _change = rows[Question]
    before = client.get(PAGE).content
    Question.objects.filter(pk=question.pk).update(wording_fi="Ihan toinen?")
    assert "Ihan toinen?" in client.get(PAGE).content.decode()
    question.wording_fi = "Kolmas?"
    Question.objects.bulk_update([question], ["wording_fi"])
    assert "Kolmas?" in client.get(PAGE).content.decode()
    Option.objects.bulk_create([Option(question=question, key="kolmas", label_fi="Tuotu vaihtoehto")])
    assert "Tuotu vaihtoehto" in client.get(PAGE).content.decode()
    Option.objects.filter(question=question, key="kolmas").delete()
    assert "Tuotu vaihtoehto" not in client.get(PAGE).content.decode()
    assert client.get(PAGE).content != before


def test_a_corrected_misspelling_is_seen_on_the_next_request(client, draft, cast):
    opened = open_round(draft, by=cast.kaisa.user)
    question = models.Question.objects.filter(round=opened, audience="municipality").first()
    assert "Oikein kirjoitettu?" not in client.get(PAGE).content.decode()

    correct_wording(question, "wording", "fi", "Oikein kirjoitettu?", reason="Kirjoitusvirhe.", by=cast.kaisa.user)

    assert "Oikein kirjoitettu?" in client.get(PAGE).content.decode()


def test_the_first_visit_of_the_default_questionnaire_is_small(client, draft, cast):
    announce_method(draft, by=cast.kaisa.user)

    for prefix in ("", "/sv", "/en"):
        assert len(client.get(f"{prefix}{PAGE}", headers={"accept-encoding": "gzip"}).content) < 20_000

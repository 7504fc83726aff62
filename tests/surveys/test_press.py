"""A press release's draft: counts with n, changes where years compare, quotes with consent, for its coordinator."""

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import translation

from registry.models import Municipality
from surveys.models import Answer, Comparability, Round
from surveys.press import press_draft
from surveys.publishing import publish_results
from tests.admin.conftest import as_kaisa, as_outi  # noqa: F401 - fixtures
from tests.surveys.published_round import OPENED, closed_round
from tests.surveys.test_publishing import publish_as
from tests.surveys.test_report import Read

pytestmark = pytest.mark.django_db
QUOTED, KEPT, PRIVATE = "Yhteistyö on tuonut iloa.", "Tätä ei lainata.", "Vain koordinaattorille."


@pytest.fixture
def asked(reference):
    members = Municipality.objects.members_of(reference.pohjois_pohjanmaa, "2025-09-01")
    return closed_round(reference.pohjois_pohjanmaa, members.order_by("code")[:6])


def question_of(survey_round, key):
    return survey_round.questions.for_municipalities().get(indicator__key=key)


def choose(survey_round, key, n_first):
    """Let all answer a question: so many its first option, the others its last."""
    question = question_of(survey_round, key)
    Answer.objects.filter(question=question).delete()
    options = list(question.options.all())
    for number, response in enumerate(survey_round.responses.order_by("pk")):
        chosen = options[0] if number < n_first else options[-1]
        Answer.objects.create(response=response, question=question, state="answered", value={"chosen": [chosen.key]})
    return question


def told(survey_round):
    with translation.override("en"):
        return [text for _style, text in Read(press_draft(survey_round)).paragraphs]


def test_it_tells_counts_and_quotes_with_consent_and_never_by_which_municipality(asked):
    choose(asked, "pays_grants", 4)
    Answer.objects.filter(question__kind="long_text").delete()
    texts = asked.questions.for_municipalities().filter(kind="long_text", publicity="public")
    question = texts.get(conditions=None)
    private = texts.exclude(pk=question.pk).first()
    publish_as("private", private)
    first, second = asked.responses.order_by("pk")[:2]
    for response, about, text, may in (
        (first, question, QUOTED, True), (second, question, KEPT, False), (first, private, PRIVATE, True),
    ):  # fmt: skip
        Answer.objects.create(response=response, question=about, state="answered", value={"text": text},
                              may_be_quoted=may)  # fmt: skip

    lines = told(asked)

    assert "6/30 (20%) of the municipalities sent in their answers." in [each.replace("\xa0", "") for each in lines]
    assert any("Yes: 4/6" in each for each in lines)
    assert f"”{QUOTED}” ({asked.region.name_en})" in lines
    whole = " ".join(lines)
    assert KEPT not in whole
    assert PRIVATE not in whole
    names = asked.responses.values_list("municipality__name_fi", flat=True)
    assert not [name for name in names if name in whole]


def test_a_change_is_told_where_a_person_has_said_that_the_years_compare(asked):
    members = Municipality.objects.filter(responses__round=asked)
    before = closed_round(asked.region, members, year=2024, seed=2)
    choose(before, "pays_grants", 2)
    choose(asked, "pays_grants", 5)
    publish_results(before, by=None)
    assert "Nothing to tell." in told(asked)

    compare(before, asked, "pays_grants")

    (change,) = [each for each in told(asked) if ", in 2024 " in each]
    assert "now 5/6" in change
    assert "in 2024 2/6" in change


def compare(before, after, key):
    """Say that a question is the same, past the freeze, as it would have been said before opening."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE surveys_round SET opened_at = NULL WHERE id = %s", [after.pk])
    Comparability.objects.create(
        round=after, verdict="same", from_question=question_of(before, key), to_question=question_of(after, key)
    )
    Round.objects.filter(pk=after.pk).update(opened_at=OPENED)


def test_its_coordinator_alone_gets_it_once_the_round_is_closed(asked, as_kaisa, as_outi):  # noqa: F811
    address = reverse("admin:surveys_round_press", args=[asked.pk])

    answer = as_kaisa.get(address)

    assert Read(answer.content).of("Heading1")
    assert "no-store" in answer["Cache-Control"]
    assert as_outi.get(address).status_code == 404
    Round.objects.filter(pk=asked.pk).update(closes_on="2031-01-01")
    assert as_kaisa.get(address).status_code == 404

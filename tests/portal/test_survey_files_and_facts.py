"""Files given as answers in the theme's form, and what the registry knows beside the answers."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from registry import models
from registry.models import Task
from surveys.answering import start_response
from surveys.models import Answer, AnswerFile, Round
from tests.portal.survey_world import TODAY, address, typed
from tests.surveys import factories

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


@pytest.fixture
def with_more(reference, cast, without_july):
    """An open round of Oulu's, begun: a text, a number, a file, and what the registry knows too."""
    survey_round = factories.RoundFactory(
        region=reference.pohjois_pohjanmaa, year=TODAY.year, opens_on=TODAY, closes_on=TODAY + dt.timedelta(days=3)
    )
    theme = factories.RoundThemeFactory(round=survey_round, theme=factories.ThemeFactory(key="tilat"))
    asked = {}
    for kind, key, more in (
        ("short_text", "teksti", {}),
        ("integer", "luku", {}),
        ("file", "liite", {"asks_note": True}),
        ("single", "hinta", {"options": ["free", "paid", "partly"], "registry_fact": "premises"}),
    ):
        indicator = factories.IndicatorFactory(key=key, theme=theme.theme)
        asked[key] = factories.question(theme, kind, more.pop("options", ()), indicator=indicator, **more)
    Round.objects.filter(pk=survey_round.pk).update(opened_at="2020-01-01T00:00Z")
    survey_round.refresh_from_db(fields=["opened_at"])
    response = start_response(survey_round, reference.oulu, by=cast.leena.user)
    return SimpleNamespace(theme=theme, response=response, **asked)


def test_a_file_arrives_with_the_form_and_is_taken_away_again(with_more, leena):
    form = leena.get(address("tilat/")).content.decode()
    assert 'enctype="multipart/form-data"' in form

    sent = typed(leena, teksti="Tupa") | {"liite": SimpleUploadedFile("suunnitelma.pdf", PDF)}
    assert leena.post(address("tilat/"), sent).status_code == 302

    file = AnswerFile.objects.get(answer__question=with_more.liite)
    page = leena.get(address("tilat/")).content.decode()
    url = address(f"tiedosto/{file.key}/")
    assert url in page
    got = leena.get(url)
    assert b"".join(got.streaming_content) == PDF
    assert got.headers["Content-Disposition"] == 'attachment; filename="suunnitelma.pdf"'

    leena.post(address("tilat/"), typed(leena) | {"liite--remove": str(file.key)})
    assert not AnswerFile.objects.exists()
    assert Answer.objects.get(question=with_more.liite).state == Answer.State.UNANSWERED


def test_a_good_file_stays_beside_a_wrong_field_and_a_bad_one_is_told_beside_its_question(with_more, leena):
    files = [SimpleUploadedFile("hyva.pdf", PDF), SimpleUploadedFile("valepuku.pdf", b"MZ\x90\x00")]
    again = leena.post(address("tilat/"), typed(leena, teksti="Tupa", luku="kolme") | {"liite": files})

    assert again.status_code == 422
    page = again.content.decode()
    assert [words for words in ("hyva.pdf", "valepuku.pdf", 'value="kolme"') if words not in page] == []
    assert [file.name for file in AnswerFile.objects.all()] == ["hyva.pdf"]
    assert Answer.objects.get(question=with_more.teksti).value == {"text": "Tupa"}

    # The form that came back saves what is mended, and the file stays.
    mended = typed(leena, luku="3")
    assert leena.post(address("tilat/"), mended).status_code == 302
    assert AnswerFile.objects.count() == 1
    assert Answer.objects.get(question=with_more.luku).value == {"number": "3"}


def test_an_answer_that_differs_stands_beside_the_registry_and_one_button_proposes_the_update(with_more, leena):
    oulu = with_more.response.municipality
    models.Premises.objects.create(municipality=oulu, name="Tupa", price="paid")
    leena.post(address("tilat/"), typed(leena, hinta="free"))

    review = leena.get(address("tarkista/"))
    page = review.content.decode()
    assert "Vastaus ja rekisteri eroavat" in page
    fact = address("rekisteri/hinta/")
    assert f'action="{fact}"' in page

    done = leena.post(fact, {"next": address("tarkista/")})
    assert (done.status_code, done.headers["Location"]) == (302, address("tarkista/"))
    task = Task.objects.get(audience="pair", municipality=oulu)
    assert str(TODAY.year) in task.title
    assert f'action="{fact}"' not in leena.get(address("tarkista/")).content.decode()
    assert models.Premises.objects.get().price == "paid"

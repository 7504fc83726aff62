"""Charts for slides: the counts and n of the public file, as a picture with its title, words and source."""

import io
from xml.etree import ElementTree

import pytest
from PIL import Image

from registry.models import Municipality, SiteState
from surveys.models import QuestionResult
from surveys.publishing import publish_results, stage_results
from tests.surveys.published_round import closed_round
from tests.surveys.test_publishing import publish_as

pytestmark = pytest.mark.django_db
HERE = "/pohjois-pohjanmaa/kysely/2025/"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def asked(reference):
    members = Municipality.objects.members_of(reference.pohjois_pohjanmaa, "2025-09-01")
    return closed_round(reference.pohjois_pohjanmaa, members.order_by("code")[:6])


def test_a_questions_chart_tells_its_counts_with_n_in_the_picture_and_in_words(asked, client):
    stage_results(asked)
    assert client.get(f"{HERE}kuvio-premises_cost.svg").status_code == 404
    edition = publish_results(asked, by=None)

    answer = client.get(f"{HERE}kuvio-premises_cost.svg")

    assert answer["Content-Type"] == "image/svg+xml"
    drawing = ElementTree.fromstring(answer.content)
    texts = [each.text for each in drawing.iter(f"{SVG}text")]
    words = drawing.find(f"{SVG}desc").text
    counted = QuestionResult.objects.get(edition=edition, question__indicator__key="premises_cost")
    for option in counted.question.options.all():
        figure = f"{counted.counts['chosen'][option.key]}/{counted.n_answered} ("
        assert any(text.startswith(figure) for text in texts)
        assert f"{option}: {figure}" in words
    assert drawing.find(f"{SVG}title").text == counted.question.wording
    assert not drawing.findall(f".//{SVG}script")
    assert "style=" not in answer.content.decode()


def test_the_same_is_a_png_and_themes_have_their_means(asked, client):
    publish_results(asked, by=None)
    SiteState.objects.mark_demo()

    picture = Image.open(io.BytesIO(client.get(f"{HERE}kuvio-teemat.png").content))
    drawing = client.get(f"/sv{HERE}kuvio-teemat.svg").content.decode()

    assert picture.width == 1440
    assert len(picture.convert("RGB").getcolors(100_000)) > 5  # something is drawn
    assert "n = 6" in drawing
    assert "Demomaterial" in drawing


def test_what_is_not_public_or_has_no_counts_has_no_chart(asked, client):
    private, words = (
        asked.questions.for_municipalities().filter(kind=kind).first() for kind in ("yes_no", "long_text")
    )
    publish_as("private", private)
    publish_results(asked, by=None)

    for key in (private.key, words.key, "muu"):
        assert client.get(f"{HERE}kuvio-{key}.svg").status_code == 404
    assert client.get(f"{HERE}kuvio-premises_cost.jpg").status_code == 404

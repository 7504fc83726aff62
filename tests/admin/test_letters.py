"""Letters in the administration: administrators write their words, look at them, and send again what failed."""

import pytest
from django.core import mail
from django.urls import reverse

from jobs.models import JobRun
from mailing.models import Bounce, Letter, LetterText, QuietPeriod
from mailing.outbox import queue_letter
from tests.portal.conftest import client_of

pytestmark = pytest.mark.django_db
WORDS = {
    "kind": "invitation",
    "language": "sv",
    "subject": "Välkommen, {name}",
    "body": "Hej {name}\n\n{roles}\n\n[Öppna]({link})",
}
ADD = "/hallinta/mailing/lettertext/add/"


@pytest.fixture
def aino(cast):
    return client_of(cast.aino)


def test_every_letter_and_job_page_is_for_administrators_alone(cast, aino):
    letter = Letter.objects.create(key="x", kind="invitation", address="salainen@example.org", state="failed")
    rows = {
        "mailing_letter": letter,
        "mailing_lettertext": LetterText.objects.create(**WORDS),
        "mailing_bounce": Bounce.objects.create(
            address="salainen@example.org", kind="hard", source="server", event_id="x"
        ),
        "jobs_jobrun": JobRun.objects.create(name="x", slot="2026-02-23T00:00Z"),
    }
    kaisa = client_of(cast.kaisa.user)
    for table, row in rows.items():
        pages = [
            reverse(f"admin:{table}_changelist"),
            *(reverse(f"admin:{table}_{p}", args=[row.pk]) for p in ("change", "history")),
        ]
        for page in pages:
            assert (page, aino.get(page).status_code) == (page, 200)
            answer = kaisa.get(page)
            assert answer.status_code in {302, 403}
            assert b"salainen" not in answer.content
    for table in ("mailing_letter", "mailing_bounce", "jobs_jobrun"):
        assert aino.get(reverse(f"admin:{table}_add")).status_code == 403
        assert aino.post(reverse(f"admin:{table}_delete", args=[rows[table].pk]), {"post": "yes"}).status_code == 403
    again = reverse("admin:mailing_letter_resend", args=[letter.pk])
    assert kaisa.post(again).status_code == 403
    letter.refresh_from_db()
    assert letter.state == "failed"


PERIOD = {"name": "Talviloma", "first_day": "1.3.2027", "last_day": "7.3.2027"}


def test_a_coordinator_sets_the_weeks_without_letters_of_the_own_region(cast, aino, reference):
    north, central = (f"region:{each.pk}" for each in (reference.pohjois_pohjanmaa, reference.keski_suomi))
    of_all = QuietPeriod.objects.create(name="Kaikkien", first_day="2026-12-01", last_day="2026-12-02")
    others = QuietPeriod.objects.create(name="Muiden", first_day="2026-12-01", last_day="2026-12-02", scope=central)
    kaisa, table = client_of(cast.kaisa.user), "/hallinta/mailing/quietperiod/"

    assert kaisa.post(f"{table}add/", PERIOD | {"scope": north}).status_code == 302
    own = QuietPeriod.objects.get(scope=north)
    page = kaisa.get(table).content.decode()
    assert ("Talviloma" in page, "Kaikkien" in page, "Muiden" in page) == (True, True, False)
    assert "Pohjois-Pohjanmaa" in page
    for scope in ("", central, "region:0"):
        assert kaisa.post(f"{table}add/", PERIOD | {"scope": scope}).status_code == 200
    assert QuietPeriod.objects.count() == 3
    assert kaisa.post(f"{table}{own.pk}/change/", PERIOD | {"scope": north, "name": "Hiihtoloma"}).status_code == 302
    assert kaisa.post(f"{table}{of_all.pk}/change/", PERIOD | {"scope": north}).status_code == 403
    assert kaisa.post(f"{table}{others.pk}/change/", PERIOD | {"scope": north}).status_code == 302  # not found there
    assert kaisa.post(f"{table}{own.pk}/delete/", {"post": "yes"}).status_code == 403
    assert sorted(QuietPeriod.objects.values_list("name", flat=True)) == ["Hiihtoloma", "Kaikkien", "Muiden"]
    assert client_of(cast.leena.user).get(table).status_code == 302
    assert aino.post(f"{table}add/", PERIOD | {"scope": ""}).status_code == 302
    assert aino.post(f"{table}{own.pk}/delete/", {"post": "yes"}).status_code == 302


def test_an_administrator_writes_other_words_over_those_that_ship(aino):
    page = aino.get(f"{ADD}?kind=invitation&language=sv").content.decode()
    assert "Öppna dina egna sidor inom 14 dagar" in page
    assert "{sign_in_address}" in page

    aino.post(ADD, WORDS)

    assert LetterText.objects.get().subject == "Välkommen, {name}"
    assert "oma teksti" in aino.get("/hallinta/mailing/lettertext/").content.decode()


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("{roles} {link} {nimi}", "{nimi}"),
        ("{roles} {link} {person.password}", "{person.password}"),
        ("{roles} {link} {{ settings.SECRET_KEY }}", "SECRET_KEY"),
        ("{roles} {link} {", "{"),
        ("{roles}", "{link}"),
    ],
)
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_words_with_an_unknown_or_a_missing_placeholder_are_refused(aino, settings, body, told, language):
    answer = aino.post(ADD, WORDS | {"body": body, "language": language})

    page = answer.content.decode()
    assert (answer.status_code, LetterText.objects.count()) == (200, 0)
    assert "errornote" in page
    assert told in page
    assert settings.SECRET_KEY not in page


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_changed_words_with_a_wrong_placeholder_leave_the_row_as_it_was(aino, language):
    text = LetterText.objects.create(**WORDS | {"language": language})
    address = reverse("admin:mailing_lettertext_change", args=[text.pk])
    for subject in ("{person.password}", "{{ settings.SECRET_KEY }}", "{nimi}"):
        assert aino.post(address, WORDS | {"subject": subject}).status_code == 200
        text.refresh_from_db()
        assert text.subject == WORDS["subject"]


def test_a_preview_and_a_test_letter_save_nothing(aino, cast):
    page = aino.post(ADD, WORDS | {"_preview": "1"}).content.decode()
    assert "Välkommen, Leena Liesi" in page
    assert (LetterText.objects.count(), mail.outbox) == (0, [])

    aino.post(ADD, WORDS | {"_test": "1"})

    assert (LetterText.objects.count(), mail.outbox[0].to) == (0, [cast.aino.email])
    assert mail.outbox[0].subject == "Välkommen, Leena Liesi"


def test_a_failed_letter_is_sent_again_from_its_page(aino, cast, django_capture_on_commit_callbacks):
    letter = queue_letter(
        "second_factor_reset", key="k", address="x@example.org", language="fi", arguments={"event": 0}
    )
    Letter.objects.filter(pk=letter.pk).update(state="failed", attempts=10)
    page = aino.get(reverse("admin:mailing_letter_change", args=[letter.pk])).content.decode()
    address = reverse("admin:mailing_letter_resend", args=[letter.pk])
    assert f'action="{address}"' in page

    with django_capture_on_commit_callbacks(execute=True):
        aino.post(address)

    letter.refresh_from_db()
    assert (letter.state, letter.decided_by) == ("not_wanted", cast.aino)

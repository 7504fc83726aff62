"""The board of a round: states, last touch, respondents, choices in the address, files, one click each, few queries."""

import datetime as dt
import io

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode

from mailing.bounces import record_bounce
from mailing.models import Letter
from registry.contact_log import record_contact
from registry.models import AreaMembership, ContactEntry, ExportLog, Municipality
from surveys import models
from surveys.answering import reopen_response, save_answers, start_response, submit_response
from surveys.authoring import close_round
from surveys.confirming import confirm_answers, digest_of
from surveys.reading import Reading
from surveys.round_board import RoundBoard
from surveys.sheet import Sheet
from tests import factories as people
from tests.admin.conftest import as_kaisa, as_outi  # noqa: F401 - fixtures
from tests.surveys import factories
from tests.surveys.simulated_round import SimulatedRound

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 9, 10, 9, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def autumn():
    with time_machine.travel(NOW, tick=False) as travel:
        yield travel


@pytest.fixture
def asked(reference):
    """An open round of Pohjois-Pohjanmaa with one question."""
    return open_round_of(reference.pohjois_pohjanmaa)


def open_round_of(region, **fields):
    survey_round = factories.RoundFactory(region=region, **fields)
    survey_round.text = factories.question(factories.RoundThemeFactory(round=survey_round), "short_text")
    models.Round.objects.filter(pk=survey_round.pk).update(opened_at="2026-08-25T06:00Z")
    survey_round.refresh_from_db(fields=["opened_at"])
    return survey_round


def url(name, *args, **query):
    with translation.override("en"):
        address = reverse(f"admin:surveys_{name}", args=args)
    return f"{address}?{urlencode(query)}" if query else address


def answered(survey_round, place, by, source="form"):
    response = start_response(survey_round, place, by=by)
    reading = Reading(state="answered", value={"text": "Kyllä."})
    save_answers(response, {survey_round.text.pk: reading}, by=by, versions={}, source=source)
    return response


def board_of(survey_round, query=""):
    board = RoundBoard(models.Round.objects.get(pk=survey_round.pk), QueryDict(query), NOW.date())
    return {row.place.name_fi: row for row in board.chosen}


def test_each_state_has_its_word_and_its_shape(asked, reference, cast):
    names = ("Oulu", "Hailuoto", "Vaala", "Kempele", "Raahe", "Ii")
    places = {name: Municipality.objects.get(name_fi=name) for name in names}
    by = cast.kaisa.user
    start_response(asked, places["Oulu"], by=by)
    submit_response(answered(asked, places["Hailuoto"], by, "form"), by=by)
    submit_response(answered(asked, places["Vaala"], by, "phone"), by=by)
    said = submit_response(answered(asked, places["Kempele"], by, "meeting"), by=by)
    confirm_answers(said, digest=digest_of(Sheet(asked, places["Kempele"])), how="link", post="sihteeri")
    reopen_response(submit_response(answered(asked, places["Raahe"], by), by=by), reason="x", by=by)

    with translation.override("en"):
        rows = board_of(asked)
        told = {name: (str(rows[name].state_words), rows[name].shape) for name in names}

    assert told == {
        "Oulu": ("Being answered, 0 of 1", "half"),
        "Hailuoto": ("Sent in", "ok"),
        "Vaala": ("Sent in, to be confirmed (1 answer)", "late"),
        "Kempele": ("Sent in and confirmed", "double"),
        "Raahe": ("Opened again, 1 of 1", "back"),
        "Ii": ("Not begun", "empty"),
    }


def test_the_last_touch_is_the_later_of_an_answer_and_a_contact_and_says_what(asked, reference, cast, autumn):
    def log(place, **fields):
        entry = ContactEntry(municipality=place, about="Kartoitus", **fields)
        return record_contact(entry, by=cast.kaisa.user)

    answered(asked, reference.oulu, cast.leena.user)
    log(reference.vaala, happened_on=dt.date(2026, 9, 3), is_reached=False)
    log(reference.hailuoto, happened_on=dt.date(2026, 8, 3))  # before the round
    autumn.shift(3600)
    with translation.override("en"):
        assert board_of(asked)["Oulu"].touch.told == "10 Sep 2026, answer saved"
        log(reference.oulu, happened_on=dt.date(2026, 9, 10), means="email")
        rows = board_of(asked)

        assert rows["Oulu"].touch.told == "10 Sep 2026, e-mail"
        assert rows["Vaala"].touch.told == "3 Sep 2026, phone call, not reached"
        assert rows["Hailuoto"].touch is None
        by_touch = list(board_of(asked, "jarjestys=-viimeksi"))
    assert by_touch[:2] == ["Oulu", "Vaala"]
    assert list(board_of(asked, "jarjestys=viimeksi"))[:2] == ["Vaala", "Oulu"]


def test_the_respondent_stands_there_with_the_reason_and_whom_letters_do_not_reach(asked, reference, cast, as_kaisa):  # noqa: F811
    person = people.PersonFactory(region=reference.pohjois_pohjanmaa, given_name="Hyte", family_name="Henkilö")
    people.AppointmentFactory(municipality=reference.oulu, person=person, kind="fallback",
                              fallback_reason="Liesi on vapaalla.", fallback_post="1_wellbeing")  # fmt: skip
    record_bounce(cast.leena.email, "hard", "server", event_id="1")

    page = as_kaisa.get(url("round_responses", asked.pk)).content.decode()

    row = page.split('role="rowheader">Oulu')[1].split("</tr>")[0]
    assert "Hyte Henkilö" in row
    assert "In place of a liaison: Liesi on vapaalla." in row
    assert "Leena Liesi: letters to this address come back" in row
    assert 'href="tel:+358500000001"' in row or 'href="tel:0500000001"' in row
    log = reverse("admin:registry_contactentry_add")
    assert f"contactentry/add/?municipality={reference.oulu.pk}&amp;person={person.pk}&amp;next=" in row, log
    assert f"{url('round_remind', asked.pk)}?kunta=oulu" in row
    assert reverse("portal_interview", args=["oulu", asked.year]) in row


def test_state_area_and_order_stand_in_the_address_and_nonsense_is_left_out(asked, reference, cast, as_kaisa):  # noqa: F811
    submit_response(answered(asked, reference.oulu, cast.kaisa.user), by=cast.kaisa.user)
    membership = AreaMembership.objects.select_related("area__group").filter(municipality=reference.oulu).first()
    key = membership.area.address_key
    of_area = set(AreaMembership.objects.filter(area=membership.area).values_list("municipality__name_fi", flat=True))

    assert set(board_of(asked, f"alue={key}")) == of_area
    assert list(board_of(asked, "tila=submitted")) == ["Oulu"]
    assert len(board_of(asked, "tila=nonsense&alue=nonsense&jarjestys=nonsense&sivu=x")) == 30
    page = as_kaisa.get(url("round_responses", asked.pk, tila="submitted", alue=key)).content.decode()
    assert "1 of 30 municipalities" in page
    assert 'role="rowheader"><a' in page
    assert 'scope="row">Hailuoto' not in page


def test_the_summary_tells_last_years_on_the_same_day_with_counts(reference, cast, as_kaisa, autumn):  # noqa: F811
    region, by = reference.pohjois_pohjanmaa, cast.kaisa.user
    earlier = open_round_of(region, year=2025, opens_on=dt.date(2025, 9, 2), closes_on=dt.date(2025, 10, 10))
    for day, code in ((3, "564"), (11, "072"), (30, "785")):
        autumn.move_to(dt.datetime(2025, 9, day, 9, tzinfo=dt.UTC))
        submit_response(answered(earlier, Municipality.objects.get(code=code), by), by=by)
    autumn.move_to(NOW)
    asked = open_round_of(region)
    response = submit_response(answered(asked, reference.oulu, by), by=by)

    page = as_kaisa.get(url("round_responses", asked.pk)).content.decode()

    # The tenth day of both: 10.9.2026 and 11.9.2025.
    assert "1 of 30 municipalities have sent in their answers." in page
    assert "In the round of 2025 it was 2 of 30 on the same day." in page
    rows = [row.split("</tr>")[0] for row in page.split("<tbody>")[1].split("<tr>")[1:]]
    assert "2/30 (7" in rows[9]
    assert "1/30 (3" in rows[9]
    assert "3/30 (10" in rows[38]
    assert page.count('class="curve ') == 2
    # Opened again, it stops counting; the days before stay as they were.
    autumn.shift(dt.timedelta(days=1))
    reopen_response(response, reason="x", by=by)
    board = RoundBoard(models.Round.objects.get(pk=asked.pk), QueryDict(), dt.date(2026, 9, 11))
    assert [day.now.count for day in board.rate.days if day.now][-2:] == [1, 0]


def test_one_municipality_is_reminded_by_one_page_and_one_button(asked, reference, cast, as_kaisa):  # noqa: F811
    person = people.PersonFactory(region=reference.pohjois_pohjanmaa, email="vaala@example.org")
    people.AppointmentFactory(municipality=reference.vaala, person=person)
    address = url("round_remind", asked.pk, kunta="vaala")

    page = as_kaisa.get(address).content.decode()
    as_kaisa.post(address)
    as_kaisa.post(address)

    assert "Who gets it: 1" in page
    assert "Oulu" not in page.split("<h2>")[1].split("</form>")[0]
    assert list(Letter.objects.values_list("kind", "address")) == [("survey_reminder", "vaala@example.org")]
    assert as_kaisa.get(url("round_remind", asked.pk, kunta="jyvaskyla")).status_code == 404


def test_a_municipality_that_does_not_answer_is_recorded_and_taken_back(asked, reference, cast, as_kaisa, as_outi):  # noqa: F811
    address = url("round_decline", asked.pk, kunta="oulu")
    assert as_outi.post(address, {"reason": "x", "confirmed": "yes"}).status_code == 404
    assert as_kaisa.get(url("round_decline", asked.pk)).status_code == 404

    as_kaisa.post(address, {"reason": "Ei ehditä.", "confirmed": "yes"})

    response = models.Response.objects.get()
    assert (response.declined_at, response.decline_reason) == (NOW, "Ei ehditä.")
    page = as_kaisa.get(url("round_responses", asked.pk)).content.decode()
    assert "Declined" in page
    assert "Ei ehditä." in page
    assert "Has said that it does not answer" in as_kaisa.get(url("round_remind", asked.pk)).content.decode()
    as_kaisa.post(address, {"confirmed": "yes"})
    response.refresh_from_db()
    assert response.declined_at is None
    submit_response(start_response(asked, reference.oulu, by=cast.leena.user), by=cast.leena.user)
    refused = as_kaisa.post(address, {"reason": "x", "confirmed": "yes"}).content.decode()
    assert "The answers have been sent in already." in refused


def test_the_chosen_rows_are_taken_out_as_a_file_and_logged(asked, reference, cast, as_kaisa, as_outi):  # noqa: F811
    submit_response(answered(asked, reference.oulu, cast.leena.user), by=cast.leena.user)
    address = url("round_board_file", asked.pk, muoto="xlsx")
    assert as_kaisa.get(address).status_code == 405
    assert as_outi.post(address).status_code == 404
    assert not ExportLog.objects.exists()

    file = b"".join(as_kaisa.post(address, {"tila": "submitted"}).streaming_content)
    text = b"".join(as_kaisa.post(url("round_board_file", asked.pk, muoto="csv")).streaming_content).decode()

    rows = list(openpyxl.load_workbook(io.BytesIO(file)).active.iter_rows(values_only=True))
    assert rows[0][:5] == ("Code", "Municipality", "State of the response", "Answered", "Asked")
    assert [row[:5] for row in rows[1:]] == [("564", "Oulu", "sent in", 1, 1)]
    assert "Leena Liesi" in rows[1]
    assert len(text.splitlines()) == 31
    assert list(ExportLog.objects.order_by("pk").values_list("n_rows", "region__code")) == [(1, "17"), (30, "17")]
    assert "sent in" in ExportLog.objects.order_by("pk").first().choices
    assert as_kaisa.post(url("round_board_file", asked.pk, muoto="exe")).status_code == 404


def test_a_closed_round_offers_no_reminders_and_thanks_instead(asked, reference, cast, as_kaisa):  # noqa: F811
    close_round(asked, by=cast.kaisa.user)

    page = as_kaisa.get(url("round_responses", asked.pk)).content.decode()

    assert url("round_thank", asked.pk) in page
    assert url("round_remind", asked.pk) not in page
    assert "The survey does not take answers now." in as_kaisa.get(url("round_remind", asked.pk)).content.decode()


@pytest.mark.parametrize("n", [1, 3, 308])
def test_the_board_takes_at_most_fifteen_queries(n, client):
    played = SimulatedRound(n, 5)
    played.play(NOW, 2 * min(n, 40))
    coordinator = people.PersonFactory(region=played.region, user=played.by)
    people.CoordinatorFactory(person=coordinator, region=played.region)
    open_round_of(played.region, year=2025, opens_on=dt.date(2025, 9, 2), closes_on=dt.date(2025, 10, 10))
    client.force_login(played.by, backend="django.contrib.auth.backends.ModelBackend")

    with CaptureQueriesContext(connection) as caught:
        page = client.get(url("round_responses", played.round.pk))

    assert page.context["board"].rate.earlier.year == 2025
    assert len(page.context["board"].rows) == n
    assert len(caught) <= 15, "\n".join(each["sql"][:150] for each in caught)

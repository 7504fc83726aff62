"""Answering the survey in the portal: for one who answers, for two at once, and after the session is over."""

import re

import pytest
from django.test import Client

from registry.access import MunicipalityAccess
from registry.models import ActingEntry
from registry.portal_page import MunicipalityPage
from surveys.answering import reopen_response, save_answers, start_response, submit_response
from surveys.authoring import copy_round
from surveys.models import Answer, Comparability, PendingSave, Response, Round
from surveys.reading import Reading
from tests.portal.conftest import client_of
from tests.portal.survey_world import TODAY, address, one, typed

pytestmark = pytest.mark.django_db


def words_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def words(text):
    return Reading(state="answered", value={"text": text})


def chosen(key):
    return Reading(state="answered", value={"chosen": [key]})


def values():
    return {answer.question.key: answer.value for answer in Answer.objects.select_related("question__indicator")}


# --- From the first page to the receipt ------------------------------------------------------------------------------


def test_the_first_page_asks_for_the_survey_until_it_has_been_sent_in(survey, reference, leena, cast):
    def asked():
        return [ask["what"] for ask in map(vars, leena.get("/oma/oulu/").context["asks"]) if "ysely" in ask["what"]]

    assert asked() == [f"Vastaa vuoden {TODAY.year} kyselyyn: vastattu 0/5"]
    leena.post(address("aloita/"))
    leena.post(address("tilat/"), typed(leena, valinta="no"))
    assert asked() == [f"Vastaa vuoden {TODAY.year} kyselyyn: vastattu 1/5"]
    leena.post(address("laheta/"))

    assert asked() == []


def test_a_round_is_answered_theme_by_theme_looked_through_and_sent_in(survey, leena, cast):
    start = leena.get(address())
    assert "Aloita" in words_of(start)
    assert leena.post(address("aloita/")).headers["Location"] == address("tilat/")
    sent = leena.post(address("tilat/"), typed(leena, teksti="Talo", valinta="yes", luku="7") | {"go": "after"})
    assert sent.headers["Location"] == address("avustukset/")
    assert values() == {"teksti": {"text": "Talo"}, "valinta": {"chosen": ["yes"]}, "luku": {"number": "7"}}

    refused = leena.post(address("laheta/"))
    assert (refused.status_code, Response.objects.get().submitted_at) == (422, None)
    assert f'href="{address("tilat/")}#q-jatko"' in refused.content.decode()
    leena.post(address("tilat/"), typed(leena, jatko="Koska"))
    assert leena.post(address("laheta/")).headers["Location"] == address("kuitti/")
    first = Response.objects.get().submitted_at
    assert leena.post(address("laheta/")).headers["Location"] == address("kuitti/")

    receipt = words_of(leena.get(address("kuitti/")))
    assert "Leena Liesi, vapaa-aikasihteeri" in receipt
    assert "4/6" in receipt
    assert Response.objects.get().submitted_at == first
    assert "PDF" in receipt
    agents = words_of(client_of(cast.ahti.user).get(address("kuitti/")))
    assert "4/6" in agents
    assert "PDF" not in agents  # private answers are not an agent's to take along
    locked = leena.get(address("tilat/"))
    assert locked.context["form"] is None
    assert "Koska" in words_of(locked)
    assert "Koska" in words_of(leena.get(address("tarkista/")))


def test_progress_tells_how_far_each_theme_is_who_answered_and_what_is_missing(survey, begun, leena, cast):
    save_answers(begun, {survey.teksti.pk: words("x")}, by=cast.leena.user, versions={})

    page = leena.get(address())

    told = words_of(page)
    assert "Tilat" in told
    assert "1/4" in told
    assert "0/1" in told
    assert "Leena Liesi, vapaa-aikasihteeri" in told
    assert '<progress max="4" value="1"' in page.content.decode()


def test_a_follow_up_is_hidden_until_its_answer_is_saved(survey, begun, leena):
    def hidden():
        page = leena.get(address("tilat/")).content.decode()
        return bool(re.search(r'id="q-jatko" data-question="jatko" hidden', page))

    assert hidden()
    leena.post(address("tilat/"), typed(leena, valinta="yes"))
    assert not hidden()
    leena.post(address("tilat/"), typed(leena, valinta="no"))
    assert hidden()


def test_without_a_script_one_is_led_back_to_a_follow_up_that_an_answer_brought(survey, begun, leena):
    data = typed(leena, valinta="yes") | {"go": "after"}

    assert (
        leena.post(address("tilat/"), data | {"unseen": "jatko"}).headers["Location"] == f"{address('tilat/')}#q-jatko"
    )
    assert leena.post(address("tilat/"), data | {"unseen": ""}).headers["Location"] == address("avustukset/")
    no = typed(leena, valinta="no") | {"go": "after", "unseen": "jatko"}
    assert leena.post(address("tilat/"), no).headers["Location"] == address("avustukset/")


def test_an_invalid_field_keeps_what_was_typed_and_the_others_are_saved(survey, begun, leena):
    page = leena.post(address("tilat/"), typed(leena, teksti="Talo", luku="seitsemän", valinta="no"))

    assert page.status_code == 422
    assert values() == {"teksti": {"text": "Talo"}, "valinta": {"chosen": ["no"]}}
    told = page.content.decode()
    assert 'value="seitsemän"' in told
    assert 'href="#id_luku"' in told
    form = page.context["form"]
    again = {f"{asked.name}--seen": asked.standing.mark for asked in form.asked if asked.standing}
    sent = leena.post(address("tilat/"), again | {"teksti": "Talo", "luku": "7", "valinta": "no", "go": "here"})
    assert (sent.status_code, values()["luku"]) == (302, {"number": "7"})


def test_a_reopened_response_says_why(survey, begun, leena, cast):
    save_answers(begun, {survey.valinta.pk: chosen("no")}, by=cast.leena.user, versions={})
    submit_response(begun, by=cast.leena.user)
    reopen_response(begun, reason="Luku oli väärä", by=cast.kaisa.user)

    assert "Luku oli väärä" in words_of(leena.get(address()))
    assert leena.get(address("tilat/")).context["form"] is not None
    assert leena.get(address("kuitti/")).headers["Location"] == address()


def test_a_coordinator_says_how_it_was_asked_and_it_is_written_down(survey, begun, cast):
    kaisa = client_of(cast.kaisa.user)
    kaisa.post("/oma/oulu/katso/")
    without = kaisa.post(address("tilat/"), typed(kaisa, teksti="Talo"))
    assert (without.status_code, Answer.objects.count()) == (422, 0)
    assert 'value="Talo"' in without.content.decode()

    kaisa.post(address("tilat/"), typed(kaisa, teksti="Talo", source="phone"))

    answer = Answer.objects.get()
    assert (answer.answered_by, answer.source, answer.answerer_post) == (cast.kaisa.user, "phone", "koordinaattori")
    entry = ActingEntry.objects.first()
    assert (entry.kind, entry.step, entry.source) == ("acted", "portal_survey", "phone")


def test_an_agent_reads_what_is_answered_but_not_what_is_for_the_coordinator(survey, begun, leena, cast):
    answers = {survey.teksti.pk: words("Julkinen"), survey.huomio.pk: words("Salainen")}
    save_answers(begun, answers, by=cast.leena.user, versions={})
    ahti = client_of(cast.ahti.user)

    for page in ("tilat/", "tarkista/"):
        told = ahti.get(address(page)).content.decode()
        assert "Julkinen" in told
        assert "Salainen" not in told
        assert "<form" not in told.partition("<main")[2]
    assert ahti.post(address("tilat/"), {"teksti": "x", "teksti--seen": "1-x"}).status_code == 403
    assert "Salainen" in leena.get(address("tarkista/")).content.decode()


# --- Last year -------------------------------------------------------------------------------------------------------


@pytest.fixture
def next_year(survey, begun, cast, reference):
    """The next round, made from this one after Oulu had sent in its answers; the text has changed beyond comparing."""
    answers = {survey.valinta.pk: chosen("no"), survey.teksti.pk: words("Vanha talo"), survey.toinen.pk: words("Vanha")}
    save_answers(begun, answers, by=cast.leena.user, versions={})
    submit_response(begun, by=cast.leena.user)
    later = copy_round(
        survey, survey.year + 1, opens_on=survey.opens_on, closes_on=survey.closes_on, by=cast.kaisa.user
    )
    Comparability.objects.filter(round=later, from_question=survey.teksti).update(
        verdict="changed", reason_fi="Kysytään toista asiaa"
    )
    Round.objects.filter(pk=later.pk).update(opened_at="2020-01-02T00:00Z")
    start_response(Round.objects.get(pk=later.pk), reference.oulu, by=cast.leena.user)
    return later


def test_last_years_answer_stands_beside_the_field_but_never_across_a_change(next_year, leena):
    page = leena.get(address("tilat/", next_year.year)).content.decode()

    assert "<li>No</li>" in page
    assert 'name="unchanged" value="valinta"' in page
    assert "Vanha talo" not in page
    assert "Kysytään toista asiaa" in page
    assert 'name="unchanged" value="teksti"' not in page


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("do_not_know", "En osaa sanoa"),
        ("not_obtained", "Tietoa ei saatu"),
        ("not_applicable", "Ei koske kuntaa"),
    ],
)
def test_a_reason_for_having_had_no_answer_stands_beside_the_field_as_well(next_year, leena, state, told):
    Answer.objects.filter(question__round__year=next_year.year - 1).exclude(question__indicator__key="teksti").update(
        state=state, value=None
    )

    page = leena.get(address("tilat/", next_year.year))

    assert page.status_code == 200
    assert f"<li>{told}</li>" in page.content.decode()


def test_unchanged_is_one_button_that_keeps_what_else_was_typed(next_year, leena, cast):
    where = address("tilat/", next_year.year)
    form = leena.get(where).context["form"]
    data = {f"{asked.name}--seen": asked.standing.mark for asked in form.asked if asked.standing}

    sent = leena.post(where, data | {"teksti": "Uusi talo", "luku": "x", "unchanged": "valinta"})

    assert sent.status_code == 422
    assert 'value="x"' in sent.content.decode()
    now = Answer.objects.filter(response__round=next_year)
    confirmed = now.get(question__indicator__key="valinta")
    assert (confirmed.is_unchanged, confirmed.value, confirmed.answered_by) == (
        True,
        {"chosen": ["no"]},
        cast.leena.user,
    )
    assert now.get(question__indicator__key="teksti").value == {"text": "Uusi talo"}


# --- Two at once, and a session that is over -------------------------------------------------------------------------


def test_two_at_once_get_both_versions_and_nobody_is_overwritten(survey, begun, leena, cast):
    first, second = typed(leena, teksti="Leenan", valinta="no"), typed(leena, teksti="Toisen", luku="5")
    leena.post(address("tilat/"), first)

    sent = leena.post(address("tilat/"), second)

    assert sent.headers["Location"] == f"{address('tilat/')}#choose"
    # What the second had not touched is no conflict; what only it typed is saved.
    assert values() == {"teksti": {"text": "Leenan"}, "valinta": {"chosen": ["no"]}, "luku": {"number": "5"}}
    page = leena.get(address("tilat/"))
    (choice,) = page.context["page"].choices
    assert (choice.typed_lines, choice.saved_lines) == (["Toisen"], ["Leenan"])
    none = leena.post(address("tilat/"), {"settle": "yes", "token": page.context["page"].token})
    assert none.status_code == 422

    leena.post(address("tilat/"), {"settle": "yes", "teksti--pick": "mine", "teksti--version": choice.version})

    assert values()["teksti"] == {"text": "Toisen"}
    assert PendingSave.objects.get().body == {}
    assert leena.get(address("tilat/")).context["page"].choices == []


def test_a_choice_made_beside_a_still_newer_answer_waits_on(survey, begun, leena, cast):
    second = typed(leena, teksti="Toisen")
    leena.post(address("tilat/"), typed(leena, teksti="Leenan"))
    leena.post(address("tilat/"), second)
    save_answers(begun, {survey.teksti.pk: words("Kolmas")}, by=cast.leena.user, versions={survey.teksti.pk: 1})

    leena.post(address("tilat/"), {"settle": "yes", "teksti--pick": "mine", "teksti--version": "1"})

    assert values()["teksti"] == {"text": "Kolmas"}
    (choice,) = leena.get(address("tilat/")).context["page"].choices
    assert (choice.typed_lines, choice.saved_lines, choice.version) == (["Toisen"], ["Kolmas"], 2)


@pytest.mark.parametrize("with_script", [True, False])
def test_what_comes_after_the_session_is_kept_for_its_account_alone(survey, begun, leena, cast, client, with_script):
    save_answers(begun, {survey.teksti.pk: words("Tallennettu")}, by=cast.leena.user, versions={})
    data = typed(leena, teksti="Kesken jäänyt", luku="ei luku", valinta="yes")
    headers = {"Accept": "application/json"} if with_script else {}

    answer = client.post(address("tilat/"), data, headers=headers)

    assert answer.status_code == 403
    assert "Kesken" not in answer.content.decode()
    assert f"/kirjaudu/?next={address('tilat/')}".replace("/", "%2F") in answer.content.decode().replace("/", "%2F")
    assert values() == {"teksti": {"text": "Tallennettu"}}
    assert client_of(cast.kaisa.user).post("/oma/oulu/katso/").status_code == 302
    kaisa = client_of(cast.kaisa.user)
    kaisa.post("/oma/oulu/katso/")
    assert "Kesken" not in kaisa.get(address("tilat/")).content.decode()
    page = leena.get(address("tilat/"))
    seen = {choice.question.key: (choice.typed_lines, bool(choice.problem)) for choice in page.context["page"].choices}
    assert seen == {"teksti": (["Kesken jäänyt"], False), "valinta": (["Yes"], False), "luku": (["ei luku"], True)}

    leena.post(
        address("tilat/"),
        {"settle": "yes", "teksti--pick": "mine", "teksti--version": "1", "valinta--pick": "mine",
         "valinta--version": "0", "luku--pick": "saved"},
    )  # fmt: skip

    assert values() == {"teksti": {"text": "Kesken jäänyt"}, "valinta": {"chosen": ["yes"]}}
    assert PendingSave.objects.get().settled_at is not None


def test_a_form_of_one_account_is_never_saved_by_another(survey, begun, leena, cast):
    data = typed(leena, teksti="Leenan")
    kaisa = client_of(cast.kaisa.user)
    kaisa.post("/oma/oulu/katso/")

    answer = kaisa.post(address("tilat/"), data | {"source": "phone"})

    assert (answer.status_code, Answer.objects.count()) == (403, 0)
    assert PendingSave.objects.get().account == cast.leena.user


def test_a_forged_or_old_token_keeps_nothing(survey, begun, leena, client):
    data = typed(leena, teksti="x")

    answers = [
        client.post(address("tilat/"), data | {"token": token}) for token in ("", "x", data["token"][:-2] + "zz")
    ]

    assert [answer.headers["Location"].split("?")[0] for answer in answers] == ["/kirjaudu/"] * 3
    assert PendingSave.objects.count() == 0


def test_a_token_stands_in_for_the_csrf_token_that_a_new_sign_in_has_changed(survey, begun, leena, cast):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.leena.user, backend="django.contrib.auth.backends.ModelBackend")
    data = typed(leena, teksti="Talo")

    assert strict.post(address("tilat/"), data | {"token": ""}).status_code == 403
    assert strict.post(address("tilat/"), data).status_code == 302
    assert values() == {"teksti": {"text": "Talo"}}


# --- One answer at a time --------------------------------------------------------------------------------------------


def test_one_answer_is_saved_by_itself_and_told_with_its_time(survey, begun, leena):
    data = typed(leena, teksti="Talo", luku="x")

    status, told = one(leena, "teksti", data)

    assert (status, told["state"]) == (200, "saved")
    assert re.fullmatch(r"tallennettu \d{1,2}\.\d\d", told["told"])
    assert values() == {"teksti": {"text": "Talo"}}
    assert one(leena, "luku", data) == (422, {"state": "invalid", "told": "Kirjoita luku, esimerkiksi 1 250,50."})
    again = data | told["seen"] | {"teksti": "Toinen talo"}
    assert one(leena, "teksti", again)[0] == 200
    assert values() == {"teksti": {"text": "Toinen talo"}}
    status, told = one(leena, "teksti", data | {"teksti": "Myöhässä"})
    assert (status, told["state"], told["url"]) == (409, "conflict", f"{address('tilat/')}#choose")
    assert values() == {"teksti": {"text": "Toinen talo"}}


def test_a_closed_or_locked_round_takes_nothing_and_says_so(survey, begun, leena, cast):
    data = typed(leena, teksti="Myöhässä", valinta="no")
    save_answers(begun, {survey.valinta.pk: chosen("no")}, by=cast.leena.user, versions={})
    submit_response(begun, by=cast.leena.user)

    assert one(leena, "teksti", data)[1]["state"] == "closed"
    page = leena.post(address("tilat/"), data)

    assert page.status_code == 422
    assert "teksti" not in values()
    # What was typed is not lost from the screen, though the form is closed.
    assert "Myöhässä" in page.content.decode()


# --- Bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inputs", "kept"),
    [
        ({"teksti": "a\x00b"}, {}),
        ({"teksti": "x" * 100_000}, {}),
        ({"teksti": "👩‍🌾"}, {"teksti": {"text": "👩‍🌾"}}),
        ({"luku": "-1"}, {}),
        ({"luku": "1,5"}, {}),
        ({"valinta": "perhaps"}, {}),
        ({"valinta": ["yes", "no"]}, {}),
        ({"valinta": "~not_applicable"}, {}),
        ({"vieras": "x", "vieras--seen": "0-0"}, {}),
        ({"toinen": "x", "toinen--seen": "0-0"}, {}),
        ({"unchanged": "teksti"}, {}),
        ({"unchanged": "\x00"}, {}),
        ({"teksti": "x", "teksti--seen": "9" * 400}, {"teksti": {"text": "x"}}),
    ],
)
def test_bad_input_is_told_and_nothing_breaks(survey, begun, leena, inputs, kept):
    answer = leena.post(address("tilat/"), typed(leena) | inputs)

    assert answer.status_code in {302, 422}
    assert values() == kept


@pytest.mark.parametrize("year", [0, 1999, 99999, 10**30])
def test_a_year_without_a_round_is_not_found(survey, leena, year):
    for page in ("", "tarkista/", "kuitti/", "tilat/"):
        assert leena.get(address(page, year)).status_code == 404


def test_a_form_sent_before_anybody_has_begun_saves_nothing_and_leads_to_the_beginning(survey, leena):
    sent = leena.post(address("tilat/"), {"teksti": "Talo", "teksti--seen": "0-x"})
    told = leena.post(
        address("tilat/"), {"teksti": "Talo", "teksti--seen": "0-x"}, headers={"Accept": "application/json"}
    )

    assert (sent.status_code, sent.headers["Location"]) == (302, address())
    assert (told.status_code, told.json()["state"]) == (409, "closed")
    assert Answer.objects.count() == 0


def test_a_theme_that_is_not_asked_is_not_found(survey, begun, leena):
    assert leena.get(address("ei-ole/")).status_code == 404
    assert leena.post(address("ei-ole/"), {"teksti": "x"}).status_code == 404


def test_asks_of_surveys_need_no_import_from_above(survey, reference, cast):
    agent = MunicipalityAccess(reference.oulu, cast.ahti, frozenset({"agent"}))
    assert [ask.what for ask in MunicipalityPage(agent, TODAY).asks() if "kysely" in ask.what] == []

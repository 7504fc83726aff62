"""Answering as functions: nothing acknowledged is lost, nothing forged gets in, what is sent in is locked."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.models import Area, AreaMembership
from surveys.answering import confirm_unchanged, reopen_response, save_answers, start_response, submit_response
from surveys.authoring import close_round, copy_round
from surveys.models import Answer, Comparability, ConditionTerm, Indicator, Question, Response
from surveys.questionnaire import forget_questionnaires
from surveys.reading import Reading
from surveys.sheet import Sheet
from tests.surveys import factories

pytestmark = pytest.mark.django_db
TODAY = dt.date.today()


def words(text):
    return Reading(state="answered", value={"text": text})


def chosen(*keys):
    return Reading(state="answered", value={"chosen": list(keys)})


def code_of(caught):
    return {error.code for error in caught.value.error_list}


@pytest.fixture
def asked(reference, cast):
    """An open round of Pohjois-Pohjanmaa: a text, a required choice, and a text that follows from "yes"."""
    survey_round = factories.RoundFactory(
        region=reference.pohjois_pohjanmaa, year=TODAY.year,
        opens_on=TODAY - dt.timedelta(days=3), closes_on=TODAY + dt.timedelta(days=3),
    )  # fmt: skip
    theme = factories.RoundThemeFactory(round=survey_round)
    text = factories.question(theme, "short_text")
    choice = factories.question(theme, "yes_no", ["yes", "no"], is_required=True)
    follow_up = factories.question(theme, "short_text", is_required=True)
    ConditionTerm.objects.create(
        question=follow_up, earlier=choice, operator="has", option=choice.options.get(key="yes"), group=0
    )
    survey_round.text, survey_round.choice, survey_round.follow_up = text, choice, follow_up
    return survey_round


@pytest.fixture
def response(asked, reference, cast, without_july):
    open_now(asked)
    return start_response(asked, reference.oulu, by=cast.leena.user)


@pytest.fixture
def without_july(monkeypatch):
    """The days around today may be asked about whenever the tests run."""
    monkeypatch.setattr("surveys.models.rounds.HOLIDAY_MONTH", 0)


def open_now(survey_round):
    type(survey_round).objects.filter(pk=survey_round.pk).update(opened_at="2020-01-01T00:00Z")
    survey_round.refresh_from_db()


def test_starting_twice_gives_one_response_with_the_post_of_its_respondent(response, asked, reference, cast):
    again = start_response(asked, reference.oulu, by=cast.kaisa.user)

    assert again.pk == response.pk
    assert (again.respondent, again.respondent_post) == (cast.leena, "vapaa-aikasihteeri")


def test_another_regions_municipality_and_a_draft_are_refused(asked, reference, cast):
    with pytest.raises(ValidationError) as draft:
        start_response(asked, reference.oulu, by=cast.leena.user)
    open_now(asked)
    with pytest.raises(ValidationError) as elsewhere:
        start_response(asked, reference.jyvaskyla, by=cast.outi.user)

    assert (code_of(draft), code_of(elsewhere)) == ({"not_open"}, {"elsewhere"})
    assert not Response.objects.exists()


def test_an_answer_tells_who_said_it_and_how_and_keeps_its_history(response, asked, cast):
    save_answers(response, {asked.text.pk: words("Ensin")}, by=cast.leena.user, versions={})
    save_answers(
        response, {asked.text.pk: words("Sitten")}, by=cast.kaisa.user, versions={asked.text.pk: 1}, source="phone"
    )

    answer = Answer.objects.get()
    assert (answer.value, answer.version, answer.source) == ({"text": "Sitten"}, 2, "phone")
    assert (answer.answered_by, answer.answerer_post) == (cast.kaisa.user, "koordinaattori")
    history = list(answer.history.order_by("history_id"))
    assert [row.history_user for row in history] == [cast.leena.user, cast.kaisa.user]
    assert all("Ensin" not in str(row.value) and "Sitten" not in str(row.value) for row in history)
    assert history[0].value != history[1].value


def test_saving_the_same_again_changes_nothing_whatever_the_version(response, asked, cast):
    save_answers(response, {asked.text.pk: words("Sama")}, by=cast.leena.user, versions={})
    outcome = save_answers(response, {asked.text.pk: words("Sama")}, by=cast.kaisa.user, versions={})

    assert (outcome.saved, outcome.conflicts) == ([], [])
    assert (Answer.objects.get().version, Answer.history.count()) == (1, 1)


def test_a_newer_answer_stays_beside_what_was_typed_and_the_others_are_saved(response, asked, cast):
    save_answers(response, {asked.text.pk: words("Leenan")}, by=cast.leena.user, versions={})
    typed = {asked.text.pk: words("Kaisan"), asked.choice.pk: chosen("no")}
    outcome = save_answers(response, typed, by=cast.kaisa.user, versions={})

    (conflict,) = outcome.conflicts
    assert (conflict.typed.value, conflict.saved.value) == ({"text": "Kaisan"}, {"text": "Leenan"})
    assert [answer.question_id for answer in outcome.saved] == [asked.choice.pk]
    assert Answer.objects.get(question=asked.text).value == {"text": "Leenan"}


def test_an_answer_can_be_emptied_and_the_row_tells_so(response, asked, cast):
    save_answers(response, {asked.text.pk: words("Pois")}, by=cast.leena.user, versions={})
    save_answers(response, {asked.text.pk: Reading()}, by=cast.leena.user, versions={asked.text.pk: 1})

    answer = Answer.objects.get()
    assert (answer.state, answer.value, answer.version) == ("unanswered", None, 2)


FORGED = {
    "option": chosen("maybe"),
    "two of one": chosen("yes", "no"),
    "another kind": words("kyllä"),
    "not a dictionary": Reading(state="answered", value=["yes"]),
    "a state that is not offered": Reading(state="not_obtained"),
    "a state that is none": Reading(state="telepathy"),
    "an answer without a value": Reading(state="answered"),
    "a value without an answer": Reading(value={"chosen": ["yes"]}),
    "evidence that is not asked": Reading(state="answered", value={"chosen": ["yes"]}, evidence_url="https://example.org"),
    "more than the form has": Reading(state="answered", value={"chosen": ["yes"], "more": 1}),
    "an error": Reading(errors={"": "Ei"}),
}  # fmt: skip


@pytest.mark.parametrize("what", FORGED)
def test_nothing_that_the_form_could_not_have_said_is_saved(response, asked, cast, what):
    typed = {asked.text.pk: words("Kelpaa"), asked.choice.pk: FORGED[what]}
    with pytest.raises(ValidationError) as refused:
        save_answers(response, typed, by=cast.leena.user, versions={})

    assert code_of(refused) == {"value"}
    assert not Answer.objects.exists()


def test_questions_that_are_not_asked_of_the_municipality_are_refused(asked, reference, cast, without_july):
    theme = asked.text.round_theme
    area = Area.objects.exclude(memberships__municipality=reference.oulu).first()
    others = [
        factories.question(theme, "short_text", concerns="area", area=area),
        factories.question(theme, "short_text", concerns="bilingual"),
        factories.question(theme, "explanation"),
        factories.question(theme, "short_text", audience="associations"),
        factories.question(factories.RoundThemeFactory(), "short_text"),
    ]
    open_now(asked)
    response = start_response(asked, reference.oulu, by=cast.leena.user)

    codes = []
    for question in others:
        with pytest.raises(ValidationError) as refused:
            save_answers(response, {question.pk: words("x")}, by=cast.leena.user, versions={})
        codes.append(code_of(refused))

    assert codes == [{"question"}] * 5
    assert not Answer.objects.exists()


def test_a_question_of_an_area_is_asked_there_from_the_day_the_round_opens(asked, reference):
    area = AreaMembership.objects.filter(municipality=reference.oulu).first().area
    own = factories.question(asked.text.round_theme, "short_text", concerns="area", area=area)

    assert own in Sheet(asked, reference.oulu).questions


def test_a_closed_round_takes_nothing(response, asked, cast):
    save_answers(response, {asked.choice.pk: chosen("no")}, by=cast.leena.user, versions={})
    close_round(asked, by=cast.kaisa.user)

    for step in (
        lambda: save_answers(response, {asked.text.pk: words("x")}, by=cast.leena.user, versions={}),
        lambda: submit_response(response, by=cast.leena.user),
        lambda: start_response(asked, response.municipality, by=cast.leena.user),
    ):
        with pytest.raises(ValidationError) as refused:
            step()
        assert code_of(refused) == {"not_open"}
    assert Answer.objects.count() == 1


def test_progress_counts_what_is_asked_now_and_a_hidden_follow_up_keeps_its_answer(response, asked, cast):
    def stand():
        (theme,) = Sheet(asked, response.municipality).progress()
        return theme.n_answered, theme.n_asked

    assert stand() == (0, 2)
    typed = {asked.choice.pk: chosen("yes"), asked.follow_up.pk: words("Koska")}
    save_answers(response, typed, by=cast.leena.user, versions={})
    assert stand() == (2, 3)
    save_answers(response, {asked.choice.pk: chosen("no")}, by=cast.leena.user, versions={asked.choice.pk: 1})

    assert stand() == (1, 2)
    assert Answer.objects.get(question=asked.follow_up).value == {"text": "Koska"}


def test_sending_in_asks_for_what_is_missing_then_locks_and_twice_is_harmless(response, asked, cast):
    save_answers(response, {asked.choice.pk: chosen("yes")}, by=cast.leena.user, versions={})
    with pytest.raises(ValidationError) as missing:
        submit_response(response, by=cast.leena.user)
    assert code_of(missing) == {"missing"}
    assert missing.value.messages == [f"Vastaus puuttuu: {asked.follow_up}"]
    save_answers(response, {asked.follow_up.pk: Reading(state="do_not_know")}, by=cast.leena.user, versions={})

    first = submit_response(response, by=cast.leena.user)
    second = submit_response(response, by=cast.kaisa.user)
    with pytest.raises(ValidationError) as locked:
        save_answers(response, {asked.text.pk: words("x")}, by=cast.leena.user, versions={})

    assert (second.submitted_at, second.submitted_by) == (first.submitted_at, cast.leena.user)
    assert first.submitted_post == "vapaa-aikasihteeri"
    assert code_of(locked) == {"submitted"}
    assert Response.history.filter(id=response.pk).count() == 2


def test_reopening_needs_a_reason_and_keeps_the_earlier_sending_in_history(response, asked, cast):
    with pytest.raises(ValidationError) as not_sent:
        reopen_response(response, reason="x", by=cast.kaisa.user)
    save_answers(response, {asked.choice.pk: chosen("no")}, by=cast.leena.user, versions={})
    submit_response(response, by=cast.leena.user)
    with pytest.raises(ValidationError) as no_reason:
        reopen_response(response, reason=" ", by=cast.kaisa.user)

    opened = reopen_response(response, reason="Luku oli väärä", by=cast.kaisa.user)
    save_answers(response, {asked.text.pk: words("Oikein")}, by=cast.leena.user, versions={})

    assert (code_of(not_sent), code_of(no_reason)) == ({"not_submitted"}, {"reason"})
    assert (opened.is_submitted, opened.reopen_reason, opened.reopened_by) == (False, "Luku oli väärä", cast.kaisa.user)
    assert Response.history.filter(id=response.pk, submitted_at__isnull=False).exists()


def last_year_of(asked, response, cast, verdict):
    """Answer the round, make next year's from it with this verdict for the text, and return it begun."""
    typed = {asked.choice.pk: chosen("no"), asked.text.pk: words("Viime vuonna")}
    save_answers(response, typed, by=cast.leena.user, versions={})
    submit_response(response, by=cast.leena.user)
    later = copy_round(asked, asked.year + 1, opens_on=asked.opens_on, closes_on=asked.closes_on, by=cast.kaisa.user)
    Comparability.objects.filter(round=later, from_question=asked.text).update(verdict=verdict)
    open_now(later)
    return start_response(later, response.municipality, by=cast.leena.user)


def test_unchanged_is_one_recorded_step_with_the_earlier_answer_kept_beside(response, asked, cast):
    now = last_year_of(asked, response, cast, "same")
    text = now.round.questions.get(indicator=asked.text.indicator)

    confirm_unchanged(now, text, by=cast.leena.user, version=0)
    again = confirm_unchanged(now, text, by=cast.leena.user, version=0)

    answer = now.answers.get()
    assert (answer.value, answer.is_unchanged, answer.carried_from.question) == (
        {"text": "Viime vuonna"},
        True,
        asked.text,
    )
    assert (again.saved, again.conflicts, answer.version) == ([], [], 1)
    save_answers(now, {text.pk: words("Uusi")}, by=cast.leena.user, versions={text.pk: 1})
    answer.refresh_from_db()
    assert (answer.is_unchanged, answer.carried_from) == (False, None)


def test_unchanged_never_crosses_a_change_that_does_not_compare(response, asked, cast):
    now = last_year_of(asked, response, cast, "changed")
    text = now.round.questions.get(indicator=asked.text.indicator)

    with pytest.raises(ValidationError) as refused:
        confirm_unchanged(now, text, by=cast.leena.user, version=0)

    assert code_of(refused) == {"not_comparable"}
    assert not now.answers.exists()


def test_unchanged_does_not_overwrite_what_somebody_saved_meanwhile(response, asked, cast):
    now = last_year_of(asked, response, cast, "same")
    text = now.round.questions.get(indicator=asked.text.indicator)
    save_answers(now, {text.pk: words("Uudempi")}, by=cast.kaisa.user, versions={})

    outcome = confirm_unchanged(now, text, by=cast.leena.user, version=0)

    assert [conflict.saved.value for conflict in outcome.conflicts] == [{"text": "Uudempi"}]
    assert now.answers.get().value == {"text": "Uudempi"}


def test_a_save_costs_the_same_for_one_answer_and_for_twelve(
    asked, reference, cast, without_july, django_assert_max_num_queries
):
    more = [factories.question(asked.text.round_theme, "short_text") for _number in range(11)]
    open_now(asked)
    response = start_response(asked, reference.oulu, by=cast.leena.user)

    for n_answers in (1, 12):
        typed = {question.pk: words(f"Vastaus {n_answers}") for question in [asked.text, *more][:n_answers]}
        versions = {asked.text.pk: 1}
        with django_assert_max_num_queries(12):
            outcome = save_answers(response, typed, by=cast.leena.user, versions=versions)
        assert (len(outcome.saved), outcome.conflicts) == (n_answers, [])


STEPS = st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from(["look", "save"]), st.integers(0, 1)), max_size=10)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_no_interleaving_of_two_savers_overwrites_what_the_other_has_not_seen(response, asked, cast, steps):
    """Whatever is replaced was seen by the one who replaced it; everything else becomes a conflict."""
    Answer.objects.all().delete()
    questions = [asked.text, asked.follow_up]
    people = {"A": cast.leena.user, "B": cast.kaisa.user}
    seen = {"A": {}, "B": {}}  # what each saw last: question -> (version, text)
    for number, (who, step, place) in enumerate(steps):
        pk = questions[place].pk
        stored = {answer.question_id: answer for answer in Answer.objects.all()}
        if step == "look":
            seen[who] = {key: (answer.version, answer.value["text"]) for key, answer in stored.items()}
            continue
        versions = {key: version for key, (version, _text) in seen[who].items()}
        outcome = save_answers(response, {pk: words(f"{who}{number}")}, by=people[who], versions=versions)
        before = stored.get(pk)
        knew = (before.version, before.value["text"]) if before else None
        after = Answer.objects.get(question=pk)
        if seen[who].get(pk) == knew:
            assert after.value["text"] == f"{who}{number}"
            seen[who][pk] = (after.version, after.value["text"])
        else:
            assert after.value == before.value
            assert [conflict.saved.pk for conflict in outcome.conflicts] == [after.pk]


def test_a_theme_is_not_called_by_a_page_that_stands_beside_the_themes():
    for key in ("aloita", "tarkista", "laheta", "kuitti", "pyynto"):
        with pytest.raises(ValidationError):
            factories.ThemeFactory.build(key=key).clean()


def test_one_municipality_has_one_response_in_a_round(response):
    with pytest.raises(IntegrityError):
        Response.objects.create(round=response.round, municipality=response.municipality)


# --- Rows written by hand --------------------------------------------------------------------------------------------


def test_more_answers_than_one_statement_takes_are_written_with_their_history(asked, response, cast):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE surveys_round SET opened_at = NULL")
    theme = asked.text.round_theme
    indicators = Indicator.objects.bulk_create(
        Indicator(key=f"monta-{number}", name_fi="Monta", theme=theme.theme) for number in range(130)
    )
    many = Question.objects.bulk_create(
        Question(round=asked, round_theme=theme, indicator=each, kind="short_text", wording_fi="Monta?", asks_note=True)
        for each in indicators
    )
    open_now(asked)
    forget_questionnaires()
    readings = {
        each.pk: Reading(state="answered", value={"text": f"Sana {each.pk}"}, note=f"Salaa {each.pk}") for each in many
    }

    outcome = save_answers(response, readings, by=cast.leena.user, versions={})

    saved = {answer.question_id: answer for answer in Answer.objects.all()}
    assert {pk: answer.value["text"] for pk, answer in saved.items()} == {pk: f"Sana {pk}" for pk in readings}
    assert {answer.pk for answer in outcome.saved} == {answer.pk for answer in saved.values()}
    history = list(Answer.history.all())
    assert {(row.id, row.history_type, row.history_user_id, row.version) for row in history} == {
        (answer.pk, "+", cast.leena.user.pk, 1) for answer in saved.values()
    }
    told = str([(row.note, row.value) for row in history])
    assert "Sana" not in told
    assert "Salaa" not in told


def test_a_change_keeps_what_it_does_not_touch_and_tells_history_the_whole_row(asked, response, cast):
    save_answers(response, {asked.text.pk: words("Ensin")}, by=cast.leena.user, versions={})
    erased_at = timezone.now()
    Answer.objects.update(words_erased_at=erased_at)

    save_answers(response, {asked.text.pk: words("Sitten")}, by=cast.kaisa.user, versions={asked.text.pk: 1})

    answer = Answer.objects.get()
    assert (answer.value, answer.version, answer.words_erased_at) == ({"text": "Sitten"}, 2, erased_at)
    latest = Answer.history.latest()
    names = [field.attname for field in Answer._meta.concrete_fields if field.attname not in {"value", "note"}]
    assert [getattr(latest, name) for name in names] == [getattr(answer, name) for name in names]
    assert (latest.history_type, latest.history_user_id) == ("~", cast.kaisa.user.pk)

"""A municipality agrees with its results or comments on them, the coordinator decides; each step in its time."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.utils import timezone

from mailing.models import Letter
from mailing.sending import send_waiting
from registry.models import SiteState, Task
from surveys.answering import reopen_response
from surveys.authoring import close_round, reopen_round
from surveys.models import Answer, Reply, ReplyComment, Response, Round
from surveys.publishing import problems_of_publishing, publish_results
from surveys.replying import agree_with_results, comment_results, decide_comment, seen_in, take_back_comment
from tests.surveys.small_round import small_round

pytestmark = pytest.mark.django_db
TASKS = "admin:surveys_round_publication"


@pytest.fixture(autouse=True)
def autumn():
    """Two days after the round has closed; fourteen are for comments."""
    with time_machine.travel(dt.datetime(2025, 10, 17, 9, tzinfo=dt.UTC), tick=False) as travel:
        yield travel


@pytest.fixture
def oulu(reference, cast):
    """What Oulu has sent in to a closed round of Pohjois-Pohjanmaa; Hailuoto has, too."""
    survey_round = small_round(reference.pohjois_pohjanmaa, [reference.oulu, reference.hailuoto])
    return Response.objects.get(round=survey_round, municipality=reference.oulu)


def public_question(response):
    return response.round.questions.on_municipalitys_page().first()


def refused(step, *args, **kwargs):
    with pytest.raises(ValidationError) as error:
        step(*args, **kwargs)
    return error.value.code


def sent_in_again(response, by, autumn):
    """Open round and response, send the answers in again an hour later, and close the round."""
    closes_on = dt.date(2025, 10, 25)
    survey_round = reopen_round(response.round, closes_on, reason="Korjaus.", by=by)
    reopened = reopen_response(response, reason="Luku on väärä.", by=by)
    assert not reopened.has_agreed
    autumn.shift(dt.timedelta(hours=1))
    Response.objects.filter(pk=response.pk).update(submitted_at=timezone.now())
    close_round(survey_round, by=by)
    return Response.objects.get(pk=response.pk)


# --- Agreeing --------------------------------------------------------------------------------------------------------


def test_agreeing_twice_is_one_agreement_with_its_post_and_history(oulu, cast, autumn):
    first = agree_with_results(oulu, by=cast.leena.user)
    autumn.shift(3600)
    second = agree_with_results(oulu, by=cast.kaisa.user)

    reply = Reply.objects.get()
    assert (first.pk, second.pk, second.agreed_at) == (reply.pk, reply.pk, first.agreed_at)
    assert (reply.agreed_by, reply.agreed_post) == (cast.leena.user, "vapaa-aikasihteeri")
    assert [row.history_user for row in reply.history.all()] == [cast.leena.user]


def test_what_was_sent_in_anew_is_agreed_with_anew(oulu, cast, autumn):
    agree_with_results(oulu, by=cast.leena.user)
    seen = seen_in(oulu)
    again = sent_in_again(oulu, cast.kaisa.user, autumn)

    assert again in Response.objects.not_agreed()
    assert not again.has_agreed
    # The page that is still open from before shows other answers.
    assert refused(agree_with_results, again, by=cast.leena.user, seen=seen) == "changed"
    agree_with_results(again, by=cast.leena.user, seen=seen_in(again))
    assert Response.objects.with_reply().get(pk=oulu.pk).has_agreed
    assert Reply.objects.get().history.count() == 2


def test_when_all_have_agreed_nobody_waits_for_the_days(oulu, cast, autumn):
    survey_round = Round.objects.get(pk=oulu.round_id)
    assert [code for code, _words in problems_of_publishing(survey_round)] == ["reply_days"]
    for response in survey_round.responses.all():
        agree_with_results(response, by=cast.kaisa.user)
    assert problems_of_publishing(survey_round) == []
    again = sent_in_again(oulu, cast.kaisa.user, autumn)
    assert [code for code, _words in problems_of_publishing(again.round)] == ["reply_days"]


def test_agreeing_is_refused_while_open_without_answers_and_after_publication(oulu, cast, reference, autumn):
    Round.objects.filter(pk=oulu.round_id).update(closes_on="2025-10-17")
    assert refused(agree_with_results, oulu, by=cast.leena.user) == "not_closed"
    Round.objects.filter(pk=oulu.round_id).update(closes_on="2025-10-15")
    Response.objects.filter(pk=oulu.pk).update(submitted_at=None)
    assert refused(agree_with_results, oulu, by=cast.leena.user) == "not_sent_in"
    Response.objects.filter(pk=oulu.pk).update(submitted_at=timezone.now())
    autumn.move_to(dt.datetime(2025, 11, 3, 9, tzinfo=dt.UTC))
    publish_results(Round.objects.get(pk=oulu.round_id), by=None)
    assert refused(agree_with_results, oulu, by=cast.leena.user) == "published"
    assert not Reply.objects.exists()


# --- Commenting ------------------------------------------------------------------------------------------------------


def test_a_comment_is_kept_with_its_post_and_asks_the_coordinator_once_for_all(oulu, cast):
    question = public_question(oulu)
    one = comment_results(oulu, question, " Luku on vanha. ", True, by=cast.leena.user)
    twice = comment_results(oulu, question, "Luku on vanha.", True, by=cast.leena.user)
    whole = comment_results(oulu, None, "Hyvä sivu.", False, by=cast.leena.user)

    assert one == twice
    assert [(each.question, each.text, each.is_public, each.commented_post) for each in (one, whole)] == [
        (question, "Luku on vanha.", True, "vapaa-aikasihteeri"), (None, "Hyvä sivu.", False, "vapaa-aikasihteeri"),
    ]  # fmt: skip
    task = Task.objects.get(url_name=TASKS)
    assert (task.url_args, task.assigned_to, task.due_on) == ([oulu.round_id], cast.kaisa, dt.date(2025, 10, 29))
    assert one.history.get().history_user == cast.leena.user
    # Their words are not kept twice, nor the sum of all comments asked for in two tasks.
    take_back_comment(one, by=cast.leena.user)
    assert Task.objects.open().filter(url_name=TASKS).exists()
    decide_comment(whole, "kept", "Kiitos.", by=cast.kaisa.user)
    assert not Task.objects.open().filter(url_name=TASKS).exists()


@pytest.mark.parametrize(
    ("text", "code"),
    [(" ", "empty"), ("x" * 1001, "max_length"), ("ä" * 50_000, "max_length"), ("\0", "null_characters_not_allowed")],
)  # fmt: skip
def test_a_text_that_cannot_stand_there_is_refused(oulu, cast, text, code):
    assert refused(comment_results, oulu, None, text, False, by=cast.leena.user) == code
    assert not ReplyComment.objects.exists()


def test_only_what_stands_on_the_page_is_commented_on(oulu, cast, reference):
    other = small_round(reference.pohjois_pohjanmaa, [], year=2024, like=oulu.round)
    foreign = other.questions.on_municipalitys_page().first()
    private = oulu.round.questions.get(publicity="private")
    for question in (foreign, private):
        assert refused(comment_results, oulu, question, "x", False, by=cast.leena.user) == "question"
    assert not ReplyComment.objects.exists()


def test_comments_pause_from_the_last_day_to_publication_and_go_on_after_it(oulu, cast, autumn):
    autumn.move_to(dt.datetime(2025, 10, 29, 20, tzinfo=dt.UTC))
    comment = comment_results(oulu, None, "Viimeisenä päivänä.", False, by=cast.leena.user)
    decide_comment(comment, "kept", "Selvä.", by=cast.kaisa.user)
    autumn.move_to(dt.datetime(2025, 10, 30, 9, tzinfo=dt.UTC))
    assert refused(comment_results, oulu, None, "Myöhässä.", False, by=cast.leena.user) == "over"

    edition = publish_results(Round.objects.get(pk=oulu.round_id), by=None)
    version = SiteState.objects.get().version
    late = comment_results(oulu, public_question(oulu), "Luku muuttui.", True, by=cast.leena.user)

    assert list(ReplyComment.objects.shown_beside()) == [late]
    assert SiteState.objects.get().version != version
    decide_comment(late, "under_review", "Tarkistamme.", by=cast.kaisa.user)
    take_back_comment(late, by=cast.leena.user)
    assert list(ReplyComment.objects.shown_beside()) == [late]  # the figure is under review, whoever asked for it
    decide_comment(late, "kept", "Luku pitää.", by=cast.kaisa.user)
    assert not ReplyComment.objects.shown_beside().exists()
    assert edition.round.result_editions.count() == 1


# --- Deciding --------------------------------------------------------------------------------------------------------


def test_a_decision_needs_a_reason_and_is_final_but_for_under_review(oulu, cast):
    comment = comment_results(oulu, None, "Väärin.", False, by=cast.leena.user)
    by = cast.kaisa.user
    assert refused(decide_comment, comment, "kept", " ", by=by) == "reason"
    assert refused(decide_comment, comment, "nonsense", "x", by=by) == "decision"
    decide_comment(comment, "under_review", "Tarkistamme.", by=by)
    decided = decide_comment(comment, "kept", "Oikein.", by=by)
    assert decide_comment(comment, "kept", "Oikein.", by=by).decided_at == decided.decided_at
    assert refused(decide_comment, comment, "under_review", "Sittenkin.", by=by) == "decided"
    assert (decided.decided_by, decided.history.count()) == (by, 3)


def test_what_was_taken_back_is_not_decided(oulu, cast):
    comment = comment_results(oulu, None, "Väärin.", False, by=cast.leena.user)
    moment = take_back_comment(comment, by=cast.leena.user).withdrawn_at
    assert take_back_comment(comment, by=cast.leena.user).withdrawn_at == moment
    assert refused(decide_comment, comment, "kept", "x", by=cast.kaisa.user) == "withdrawn"
    assert [code for code, _words in problems_of_publishing(oulu.round)] == ["reply_days"]


def test_corrected_needs_an_answer_given_anew(oulu, cast, autumn):
    comment = comment_results(oulu, public_question(oulu), "Luku on vanha.", False, by=cast.leena.user)
    assert refused(decide_comment, comment, "corrected", "Korjattu.", by=cast.kaisa.user) == "not_corrected"
    sent_in_again(oulu, cast.kaisa.user, autumn)
    assert decide_comment(comment, "corrected", "Korjattu.", by=cast.kaisa.user).decision == "corrected"


def test_an_answer_brought_in_anew_is_corrected_too_but_only_the_one_in_question(oulu, cast, autumn):
    one, two = list(oulu.round.questions.on_municipalitys_page()[:2])
    comment = comment_results(oulu, one, "Luku on vanha.", False, by=cast.leena.user)
    autumn.shift(60)
    Answer.objects.update_or_create(response=oulu, question=two, defaults={"answered_at": timezone.now()})
    assert refused(decide_comment, comment, "corrected", "Korjattu.", by=cast.kaisa.user) == "not_corrected"
    Answer.objects.update_or_create(response=oulu, question=one, defaults={"answered_at": timezone.now()})
    assert decide_comment(comment, "corrected", "Korjattu.", by=cast.kaisa.user).decision == "corrected"


# --- Letters of decisions --------------------------------------------------------------------------------------------


def decided_letters():
    return [letter for letter in mail.outbox if "Kommenttinne on käsitelty" in letter.subject]


def test_what_is_decided_in_one_sitting_goes_as_one_letter(oulu, cast, autumn):
    comments = [comment_results(oulu, None, text, False, by=cast.leena.user) for text in ("Yksi.", "Kaksi.", "Kolme.")]
    decide_comment(comments[0], "kept", "Ensimmäinen syy.", by=cast.kaisa.user)
    autumn.shift(60)
    decide_comment(comments[1], "under_review", "Toinen syy.", by=cast.kaisa.user)
    send_waiting()
    assert decided_letters() == []
    autumn.shift(dt.timedelta(minutes=31))
    send_waiting()
    decide_comment(comments[2], "kept", "Kolmas syy.", by=cast.kaisa.user)
    autumn.shift(dt.timedelta(minutes=31))
    send_waiting()

    first, second = decided_letters()
    assert first.to == second.to == [cast.leena.email]
    assert [each in first.body for each in ("Ensimmäinen syy.", "Toinen syy.", "Kolmas syy.")] == [True, True, False]
    assert "Kolmas syy." in second.body
    assert "Toinen syy." not in second.body


def test_a_coordinator_in_the_municipalitys_place_gets_no_letter_and_nobody_one_of_what_was_taken_back(
    oulu, cast, autumn
):
    own = comment_results(oulu, None, "Kunnan puolesta.", False, by=cast.kaisa.user)
    decide_comment(own, "kept", "Syy.", by=cast.kaisa.user)
    theirs = comment_results(oulu, None, "Väärin.", False, by=cast.leena.user)
    decide_comment(theirs, "kept", "Syy.", by=cast.kaisa.user)
    take_back_comment(theirs, by=cast.leena.user)
    take_back_comment(own, by=cast.leena.user)
    autumn.shift(dt.timedelta(minutes=31))
    send_waiting()

    assert decided_letters() == []
    reasons = set(Letter.objects.filter(kind="survey_decided").values_list("address", "reason"))
    assert reasons == {(cast.kaisa.email, "role_ended"), (cast.leena.email, "taken_back")}

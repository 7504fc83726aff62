"""The demo's published results: three closed rounds, one corrected, with a comment and a figure under review."""

import datetime as dt
import random

from django.utils import timezone

from accounts.models import User
from config.demo_answering import answer_open_ones
from config.demo_answers import on_day
from registry.models import Appointment, Municipality
from surveys.answering import confirm_unchanged, reopen_response, save_answers, start_response, submit_response
from surveys.authoring import reopen_round
from surveys.declining import decline_response
from surveys.publishing import publish_results
from surveys.reading import Reading
from surveys.replying import comment_results, decide_comment
from surveys.sheet import Sheet

# Who answered on the form with the coordinator's help, by how many tries for a good answer; others answered nothing.
EARLIEST_YEAR = {"564": 1, "208": 1, "678": 1, "977": 2}
FIRST_YEAR = {
    "564": 2, "072": 1, "069": 1, "139": 2, "305": 2, "071": 1, "208": 2, "244": 2, "425": 1, "494": 1, "535": 2,
    "563": 1, "626": 1, "678": 2, "859": 1, "977": 3,
}  # fmt: skip
LAST_YEAR = {
    "071": 1, "208": 2, "244": 3, "425": 2, "436": 1, "535": 2, "563": 1, "625": 1, "626": 2, "678": 3, "748": 2,
    "791": 1, "859": 2, "785": 2, "977": 3,
}  # fmt: skip
POSTS = ("sivistysjohtaja", "vapaa-aikasihteeri", "hyvinvointikoordinaattori", "kulttuurisihteeri")
YLIVIESKA, OULU, DECLINED = "977", "564", "746"
NOT_THIS_TIME = "Kunnassa on yhdistymisselvitys kesken: vastataan ensi vuonna."
COMMENT = "Esimerkkikommentti: tilojen ohje hyväksyttiin vastaamisen jälkeen, ja se on nyt verkkosivuilla."
DOUBT = "Esimerkkikommentti: avustusten summassa on luultavasti mukana myös vuokratuki."
KEPT = "Vastaus kuvaa kartoituksen aikaa. Kommentti näkyy sen vieressä."
ASKED = "Summa tarkistetaan kunnan talousosastolta."
MISTAKE = "Oulun vastaus koollekutsumisesta oli merkitty väärin."
CORRECTED = {
    "fi": "Oulun vastaus siihen, kutsutaanko yhdistykset säännöllisesti koolle, oli merkitty väärin. Se on korjattu.",
    "sv": "Uleåborgs svar på om föreningarna sammankallas regelbundet hade antecknats fel. Det har rättats.",
    "en": "Oulu's answer about convening associations regularly had been noted down wrongly and has been corrected.",
}
TWO_WEEKS = dt.timedelta(days=14)


def answer_by_form(survey_round, tries, by):
    """Let municipalities, {code: tries for a good answer}, answer everything, a third of it as the year before."""
    for place, (code, n_tries) in enumerate(tries.items()):
        with on_day(survey_round.opens_on + dt.timedelta(days=3 + 2 * place)):
            municipality = Municipality.objects.get(code=code)
            response = start_response(survey_round, municipality, by=by)
            sheet, pick = Sheet(survey_round, municipality, response), random.Random(code)  # noqa: S311
            asked, post = {each.pk: each for each in sheet.counted}, POSTS[place % len(POSTS)]
            for question in [pk for number, pk in enumerate(sheet.earlier) if pk in asked and number % 3 == 0]:
                confirm_unchanged(response, asked[question], by=by, version=0, post=post)
            answer_open_ones(response, by, pick, source="form", post=post, tries=n_tries)
            submit_response(response, by=by)


def named_after(survey_round):
    """Return {code: 1 try} of the municipalities that named their first liaison after a round: a story to tell."""
    places = Municipality.objects.members_of(survey_round.region, survey_round.closes_on)
    first = Appointment.objects.first_namings(places.values("pk"), timezone.localdate())
    later = [place for place, day in first if day > survey_round.closes_on]
    return dict.fromkeys(places.filter(pk__in=later).order_by("code").values_list("code", flat=True), 1)


def decline_last_year(survey_round, by):
    """Let one municipality say that it does not take part."""
    with on_day(survey_round.opens_on + dt.timedelta(days=9)):
        decline_response(survey_round, Municipality.objects.get(code=DECLINED), reason=NOT_THIS_TIME, by=by)


def publish(survey_round, by):
    """Publish a closed round three days after the days for comments; return the day."""
    day = survey_round.comments_until + dt.timedelta(days=3)
    with on_day(day):
        publish_results(survey_round, by=by)
    return day


def comment_on(survey_round, by):
    """Let two municipalities comment on their pages: one in public beside the figure, one so that it is reviewed."""
    with on_day(survey_round.comments_until - dt.timedelta(days=2)):
        liaison, kept = User.objects.get(email="liaison.oulu@example.org"), ("kept", KEPT)
        comment(survey_round, OULU, "premises_rules", COMMENT, liaison, is_public=True, decided=kept, decided_by=by)
        comment(survey_round, YLIVIESKA, "grants_total_eur", DOUBT, by, decided=("under_review", ASKED))


def comment(survey_round, code, key, text, by, *, is_public=False, decided=(), decided_by=None):
    """Let a municipality comment on its answer to a question; `decided` is the decision with its reason."""
    question = survey_round.questions.for_municipalities().get(indicator__key=key)
    said = comment_results(survey_round.responses.get(municipality__code=code), question, text, is_public, by=by)
    if decided:
        decide_comment(said, *decided, by=decided_by or by)


def correct_last_year(survey_round, published_on, by):
    """Correct one answer of Oulu's after publication, as a new edition with its reason."""
    with on_day(published_on + TWO_WEEKS):
        reopened = reopen_round(survey_round, timezone.localdate(), reason=MISTAKE, by=by)
        response = reopen_response(reopened.responses.get(municipality__code=OULU), reason=MISTAKE, by=by)
        question = reopened.questions.for_municipalities().get(indicator__key="convenes_regularly")
        before = response.answers.get(question=question)
        other = question.options.exclude(key__in=(before.value or {}).get("chosen", [])).first()
        reading = Reading(state="answered", value={"chosen": [other.key]})
        save_answers(response, {question.pk: reading}, by=by, versions={question.pk: before.version}, post=POSTS[0])
        answer_open_ones(response, by, random.Random(OULU), source="form", post=POSTS[0])  # noqa: S311
        submit_response(response, by=by)
    with on_day(published_on + TWO_WEEKS + dt.timedelta(days=1)):
        publish_results(reopened, by=by, corrections=CORRECTED)

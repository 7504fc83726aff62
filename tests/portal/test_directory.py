"""The region's liaisons by topic, sector and area, and a question to them without anybody's address."""

import datetime as dt
import re

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError

from common.partial_dates import PartialDate
from mailing.models import Letter
from mailing.sending import send_letter
from registry.directory import QUESTIONS_A_DAY, ask_colleagues
from registry.models import Area, ColleagueQuestion, Person, Sector, Topic
from tests import factories
from tests.accounts.helpers import after_commit
from tests.portal.conftest import client_of
from tests.registry.helpers import where_stored

DIRECTORY, ASK = "/oma/oulu/hakemisto/", "/oma/oulu/hakemisto/kysy/"
QUESTION = "Miten avaatte kylätalon ovet?"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def leena(cast, today):
    return client_of(cast.leena.user)


@pytest.fixture
def colleagues(cast, reference, today):
    """Liaisons of Hailuoto and Vaala who know of premises; one in Keski-Suomi, one who has left, one agent."""

    def liaison(family_name, municipality, *topics, sector=None, **role):
        person = factories.PersonFactory(
            given_name="Kalle", family_name=family_name, email=f"{family_name.lower()}@example.org",
            phone="050 000 0042", region=reference.pohjois_pohjanmaa,
        )  # fmt: skip
        made = factories.AppointmentFactory(person=person, municipality=municipality, sector=sector, **role)
        made.topics.set(Topic.objects.filter(key__in=topics))
        return made

    leisure = Sector.objects.get(key="leisure")
    return {
        "hailuoto": liaison("Halla", reference.hailuoto, "premises", "grants", sector=leisure),
        "vaala": liaison("Vaara", reference.vaala, "premises"),
        "elsewhere": liaison("Muualla", reference.jyvaskyla, "premises"),
        "left": liaison("Lähtenyt", reference.hailuoto, "premises", end=PartialDate.day(dt.date(2026, 11, 21))),
        "deputy": liaison(
            "Sijainen", reference.oulu, "premises", kind="deputy", deputy_for=cast.leena_in_oulu,
            end=PartialDate.day(dt.date(2026, 12, 31)),
        ),
    }  # fmt: skip


def shown(client, query=""):
    page = client.get(f"{DIRECTORY}{query}").content.decode()
    return re.findall(r"<p><strong>([^<]+)</strong>, (\w+)", page)


def test_the_directory_shows_the_regions_liaisons_of_today(cast, leena, colleagues):
    assert shown(leena) == [("Kalle Halla", "Hailuoto"), ("Leena Liesi", "Oulu"), ("Kalle Vaara", "Vaala")]


def test_it_is_chosen_by_topic_sector_and_area_in_the_address(reference, leena, colleagues):
    area = Area.objects.filter(memberships__municipality=reference.vaala).exclude(
        memberships__municipality__in=[reference.hailuoto, reference.oulu]
    ).select_related("group").first()  # fmt: skip
    assert shown(leena, "?aihe=premises") == [("Kalle Halla", "Hailuoto"), ("Kalle Vaara", "Vaala")]
    assert shown(leena, "?aihe=premises&toimiala=leisure") == [("Kalle Halla", "Hailuoto")]
    assert shown(leena, f"?alue={area.address_key}") == [("Kalle Vaara", "Vaala")]
    assert shown(leena, "?aihe=wellbeing_work") == []
    assert len(shown(leena, "?aihe=ei-ole&alue=ei.ole")) == 3


def test_no_address_or_phone_is_on_the_pages(leena, colleagues):
    pages = [leena.get(DIRECTORY), leena.get(f"{ASK}?aihe=premises")]
    assert [re.findall(r"halla@|vaara@|0042", page.content.decode()) for page in pages] == [[], []]


def test_agents_read_and_do_not_ask(cast, colleagues):
    agent = client_of(cast.ahti.user)
    assert "hakemisto/kysy" not in agent.get(f"{DIRECTORY}?aihe=premises").content.decode()
    assert agent.post(f"{ASK}?aihe=premises", {"text": QUESTION}).status_code == 403
    assert not ColleagueQuestion.objects.exists()


def test_a_question_goes_to_those_who_know_the_topic_each_by_a_letter_and_answers_to_the_asker(cast, leena, colleagues):
    before = leena.get(f"{ASK}?aihe=premises").content.decode()
    with after_commit():
        answer = leena.post(f"{ASK}?aihe=premises", {"text": QUESTION})

    assert "<strong>leena.tyo@example.org</strong>" in before
    assert answer.url == DIRECTORY
    assert sorted((letter.to, letter.cc, letter.reply_to) for letter in mail.outbox) == [
        (["halla@example.org"], [], ["leena.tyo@example.org"]), (["vaara@example.org"], [], ["leena.tyo@example.org"]),
    ]  # fmt: skip
    assert all(QUESTION in letter.body and QUESTION in letter.alternatives[0][0] for letter in mail.outbox)
    assert all("halla@" not in letter.body + letter.alternatives[0][0] for letter in mail.outbox)


def test_the_text_is_nowhere_once_the_letters_have_left(leena, colleagues):
    with after_commit():
        leena.post(f"{ASK}?kenelle={colleagues['vaala'].pk}", {"text": QUESTION})
    question = ColleagueQuestion.objects.get()
    assert (len(mail.outbox), question.text, question.n_recipients) == (1, "", 1)
    assert where_stored(QUESTION) == []


def test_the_text_waits_for_a_letter_that_a_server_refuses(leena, colleagues, monkeypatch):
    def refuse(self, messages):
        raise ConnectionRefusedError

    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
        with after_commit():
            leena.post(f"{ASK}?kenelle={colleagues['vaala'].pk}", {"text": QUESTION})
    assert ColleagueQuestion.objects.get().text == QUESTION
    Letter.objects.update(not_before=dt.datetime(2026, 11, 22, tzinfo=dt.UTC))
    assert send_letter(Letter.objects.get().pk) == "sent"
    assert QUESTION in mail.outbox[0].body


def test_html_in_a_question_stays_text(leena, colleagues):
    with after_commit():
        leena.post(f"{ASK}?kenelle={colleagues['vaala'].pk}", {"text": "<b>x</b> & y"})
    assert "&lt;b&gt;x&lt;/b&gt; &amp; y" in mail.outbox[0].alternatives[0][0]
    assert "<b>x</b> & y" in mail.outbox[0].body


def test_five_questions_a_day_and_sent_twice_it_is_one(cast, reference, leena, colleagues):
    address = f"{ASK}?kenelle={colleagues['vaala'].pk}"
    with after_commit():
        for _time in range(2):
            leena.post(address, {"text": QUESTION})
    assert len(mail.outbox) == 1
    for number in range(QUESTIONS_A_DAY - 1):
        leena.post(address, {"text": f"Kysymys {number}"})
    page = leena.post(address, {"text": "Vielä yksi"})
    assert (page.status_code, "Vielä yksi" in page.content.decode()) == (422, True)
    assert ColleagueQuestion.objects.count() == QUESTIONS_A_DAY
    with time_machine.travel(dt.datetime(2026, 11, 23, 10, tzinfo=dt.UTC), tick=False):
        assert leena.post(address, {"text": "Huomenna"}).status_code == 302


@pytest.mark.parametrize("query", ["", "?toimiala=leisure", "?kenelle=0", "?aihe=wellbeing_work", "?kenelle=x"])
def test_a_question_goes_to_one_or_to_a_topic_never_to_a_whole_region(leena, colleagues, query):
    assert leena.post(f"{ASK}{query}", {"text": QUESTION}).status_code == 404
    assert not ColleagueQuestion.objects.exists()


def test_those_of_another_region_are_not_reached(leena, colleagues):
    for who in ("elsewhere", "left", "deputy"):
        assert leena.post(f"{ASK}?kenelle={colleagues[who].pk}", {"text": QUESTION}).status_code == 404
    assert not Letter.objects.exists()


def test_whoever_has_no_address_for_answers_is_told_to_add_it(cast, reference, colleagues):
    Person.objects.filter(pk=cast.leena.pk).update(email="")
    with pytest.raises(ValidationError) as refused:
        ask_colleagues(
            [colleagues["vaala"].person], text=QUESTION, municipality=reference.oulu, by=cast.leena.user
        )  # fmt: skip
    assert refused.value.code == "no_address"


def test_a_letter_to_somebody_who_has_left_meanwhile_is_not_sent(cast, reference, colleagues):
    ask_colleagues([colleagues["vaala"].person], text=QUESTION, municipality=reference.oulu, by=cast.leena.user)
    colleagues["vaala"].end = PartialDate.day(dt.date(2026, 11, 21))
    colleagues["vaala"].save()
    assert send_letter(Letter.objects.get().pk) == "not_wanted"


def test_a_liaison_chooses_topics_and_is_found_by_them(cast, leena, colleagues):
    topics = [Topic.objects.get(key=key).pk for key in ("grants", "wellbeing_work")]
    leena.post(f"/oma/oulu/yhteystiedot/aiheet/{cast.leena_in_oulu.pk}/", {"topics": topics})
    assert set(cast.leena_in_oulu.topics.values_list("key", flat=True)) == {"grants", "wellbeing_work"}
    assert ("Leena Liesi", "Oulu") in shown(leena, "?aihe=wellbeing_work")


@pytest.mark.parametrize(("prefix", "name"), [("", "Järjestöavustukset"), ("/sv", "Föreningsunderstöd"),
                                              ("/en", "Grants for associations")])  # fmt: skip
def test_topics_read_in_each_language(leena, colleagues, prefix, name):
    assert name in leena.get(f"{prefix}{DIRECTORY}").content.decode()


def test_the_directory_makes_the_same_queries_for_one_and_three(
    cast, reference, leena, colleagues, django_assert_num_queries
):
    leena.get(DIRECTORY)
    with django_assert_num_queries(11):
        leena.get(DIRECTORY)
    for _time in range(2):
        factories.AppointmentFactory(municipality=reference.hailuoto).topics.set(Topic.objects.all())
    with django_assert_num_queries(11):
        leena.get(DIRECTORY)

"""A letter comes back: the contact is marked, a task made, the next respondent used; and what ends that again."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from jobs.registry import find_job
from mailing.bounces import pull_bounces, record_bounce
from mailing.mailbox import take
from mailing.models import Bounce, Letter
from mailing.sending import send_waiting
from public.caching import pages
from registry.contacts import change_contact_details, confirm_contact_details
from registry.models import AssociationContact, Person, SharedMailbox, Task
from registry.quality import find_check
from registry.quality.scope import Scope
from registry.replies import who_answers_for
from registry.respondents import respondent_of, respondents_of
from registry.returned import mark_of
from tests import factories
from tests.mailing.test_incoming import provider_tells, report
from tests.portal.conftest import client_of
from tests.registry.helpers import day

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 11, 2, 8, tzinfo=dt.UTC)  # and the first working day of a month
LEENA = "leena.tyo@example.org"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(MONDAY, tick=False) as clock:
        yield clock


def letter_to(address=LEENA, **fields):
    return Letter.objects.create(key=f"k{Letter.objects.count()}", kind="x", address=address, state="sent", **fields)


def by_mailbox(client, settings):
    take(report("5.1.1", "550 5.1.1 User unknown", number=letter_to().message_id))


def by_webhook(client, settings):
    settings.MAIL_PROVIDER, settings.ANYMAIL = "postmark", {"WEBHOOK_SECRET": "posti:pitka-salasana-0123"}
    assert provider_tells(client, letter_to(), at=MONDAY.isoformat()).status_code == 200


def by_refusal(client, settings):
    record_bounce(LEENA, "hard", "server", event_id="server:1")


def comes_back(address=LEENA, kind="hard"):
    record_bounce(address, kind, "mailbox", event_id=f"mailbox:{Bounce.objects.count()}")


def run():
    done = find_job("take_bounces").run()
    assert find_job("take_bounces").run().done == 0
    return done.line


def fallback_in(municipality, **fields):
    return factories.AppointmentFactory(
        municipality=municipality, kind="fallback", fallback_reason="syy", fallback_post="1_wellbeing", **fields
    )


def public_page(client):
    pages.clear()
    return client.get("/pohjois-pohjanmaa/oulu/").content


@pytest.mark.parametrize("told", [by_mailbox, by_webhook, by_refusal])
def test_a_bounce_marks_the_contact_makes_a_task_and_uses_the_next_respondent(client, cast, reference, settings, told):
    second = fallback_in(reference.oulu)
    before = public_page(client)
    assert respondent_of(reference.oulu).person == cast.leena

    told(client, settings)

    assert run() == "taken 1"
    assert mark_of(cast.leena).kind == "hard"
    task = Task.objects.get(kind="returned")
    assert (task.municipality, task.region, task.assigned_to) == (
        reference.oulu, reference.pohjois_pohjanmaa, cast.kaisa,
    )  # fmt: skip
    assert (task.url, task.due_on) == (f"/hallinta/registry/person/{cast.leena.pk}/change/", dt.date(2026, 11, 16))
    assert "Liesi" not in str(Task.objects.filter(pk=task.pk).values())
    found = respondent_of(reference.oulu)
    assert (found.person, found.stands_in) == (second.person, True)
    assert [(each.appointment.person, each.reason) for each in found.passed_over] == [(cast.leena, "bounced")]
    # Resident and association find the same as before: the details may well be right.
    assert LEENA.encode() in before
    assert public_page(client) == before


def test_a_full_mailbox_is_no_reason_until_the_third_letter_within_a_month(cast, reference, clock):
    for _n in range(2):
        comes_back(kind="soft")
        clock.shift(dt.timedelta(days=5))
        assert run() == "taken 1"
    assert (mark_of(cast.leena), Task.objects.filter(kind="returned").count()) == (None, 0)
    comes_back(kind="soft")
    assert run() == "taken 1"
    assert mark_of(cast.leena).kind == "repeated"
    assert Task.objects.filter(kind="returned").count() == 1
    assert respondent_of(reference.oulu).person is None


def test_soft_ones_far_apart_or_forgiven_do_not_add_up(cast, clock):
    for _n in range(4):
        comes_back(kind="soft")
        clock.shift(dt.timedelta(days=16))
    assert mark_of(cast.leena) is None
    comes_back(kind="soft")
    confirm_contact_details(cast.leena, on=timezone.localdate(), by=cast.leena.user)
    comes_back(kind="soft")
    assert mark_of(cast.leena) is None


def test_several_letters_that_come_back_are_one_task(cast):
    for _time in range(3):
        comes_back()
    run()
    comes_back()
    run()
    assert Task.objects.filter(kind="returned").count() == 1


def confirmed_by_the_person(cast):
    client_of(cast.leena.user).post("/oma/oulu/yhteystiedot/oikein/")


def changed_by_the_person(cast):
    details = {"email": "uusi@example.org", "phone": "", "language": "fi"}
    client_of(cast.leena.user).post("/oma/oulu/yhteystiedot/muuta/", details)


def button_of_the_coordinator(cast):
    client_of(cast.kaisa.user).post(reverse("admin:registry_person_mail", args=[cast.leena.pk]))


def changed_elsewhere(cast):
    Person.objects.filter(pk=cast.leena.pk).update(email="uusi@example.org")


def address_is_gone(cast):
    Person.objects.filter(pk=cast.leena.pk).update(email="")


ENDS = [
    confirmed_by_the_person,
    changed_by_the_person,
    button_of_the_coordinator,
    changed_elsewhere,
    address_is_gone,
]


@pytest.mark.parametrize("end", ENDS)
def test_a_changed_or_confirmed_address_clears_the_mark_and_the_task(cast, reference, end):
    comes_back()
    run()
    assert Task.objects.get(kind="returned").done_at is None
    end(cast)
    cast.leena.refresh_from_db()
    assert mark_of(cast.leena) is None
    run()
    assert Task.objects.get(kind="returned").done_at is not None
    if cast.leena.email:
        assert respondent_of(reference.oulu).person == cast.leena


def test_the_mark_is_told_in_the_administration_and_cleared_there(cast, reference):
    comes_back()
    kaisa = client_of(cast.kaisa.user)
    address = reverse("admin:registry_person_change", args=[cast.leena.pk])
    button = reverse("admin:registry_person_mail", args=[cast.leena.pk])
    page = kaisa.get(address).content.decode()
    assert "leena.tyo@example.org" in page.split('class="warning"')[1].split("</li>")[0]
    assert f'action="{button}"' in page
    assert "Liesi" in kaisa.get("/hallinta/registry/person/?returned=yes").content.decode()
    assert "Aapa" not in kaisa.get("/hallinta/registry/person/?returned=yes").content.decode().split("result_list")[1]
    assert client_of(cast.outi.user).post(button).status_code == 404
    assert mark_of(cast.leena)
    assert kaisa.get(button).status_code == 405
    assert kaisa.post(button).status_code == 302
    page = kaisa.get(address).content.decode()
    assert 'class="warning"' not in page
    assert button not in page


def test_the_portal_tells_whose_address_it_is_and_what_to_do(cast, reference):
    mailbox = SharedMailbox.objects.create(municipality=reference.oulu, post="Toimisto", email="toimisto@example.org")
    leena = client_of(cast.leena.user)
    assert b"takaisin" not in leena.get("/oma/oulu/yhteystiedot/").content
    comes_back()
    comes_back(mailbox.email.upper())
    page = leena.get("/oma/oulu/yhteystiedot/")
    assert page.context["mark"].address == LEENA
    assert page.content.decode().count("Kirjeet tähän osoitteeseen tulevat takaisin") == 3  # own, among all, mailbox
    asks = leena.get("/oma/oulu/").context["asks"]
    assert [(ask.url, ask.due_on) for ask in asks if "tulevat takaisin" in ask.what] == [
        ("/oma/oulu/yhteystiedot/", dt.date(2026, 11, 16))
    ]


def contact(reference, **fields):
    facts = {"source": "x", "basis": "given", "obtained_on": MONDAY.date(), "email": "ompelu@example.org"}
    association = factories.AssociationFactory(name="Ompeluseura", municipality=reference.oulu)
    return AssociationContact.objects.create(association=association, **facts | fields)


def test_associations_and_mailboxes_are_contacts_too(cast, reference):
    ompelu = contact(reference, email="Ompelu@example.org")
    contact(reference, email="kieltaja@example.org", no_letters_since=MONDAY.date())
    mailbox = SharedMailbox.objects.create(municipality=reference.oulu, post="Toimisto", email="toimisto@example.org")
    for address in ("ompelu@example.org", "kieltaja@example.org", mailbox.email, "tuntematon@example.org"):
        comes_back(address)
    assert run() == "taken 4"
    assert {(task.url_name, task.url_args[0], task.title) for task in Task.objects.filter(kind="returned")} == {
        ("admin:registry_associationcontact_change", ompelu.pk, "Ompeluseura"),
        ("admin:registry_sharedmailbox_change", mailbox.pk, "Oulu"),
    }
    client_of(cast.kaisa.user).post(reverse("admin:registry_associationcontact_mail", args=[ompelu.pk]))
    assert [task.title for task in Task.objects.about_returned_letters()] == ["Oulu"]


def test_data_quality_finds_them_in_the_same_queries_for_one_and_three(cast, reference):
    check, counts = find_check("address_returned"), []
    for n in range(3):
        place = factories.MunicipalityFactory(region=reference.pohjois_pohjanmaa)
        person = factories.AppointmentFactory(municipality=place).person
        association = factories.AssociationFactory(municipality=place)
        facts = {"source": "x", "basis": "given", "obtained_on": MONDAY.date()}
        other = AssociationContact.objects.create(association=association, email=f"Seura{n}@example.org", **facts)
        mailbox = SharedMailbox.objects.create(municipality=place, post="x", email=f"laatikko{n}@example.org")
        for each in (person, other, mailbox):
            comes_back(each.email)
        with CaptureQueriesContext(connection) as queries:
            found = list(check.find(Scope([reference.pohjois_pohjanmaa.pk], MONDAY.date())))
        assert len(found) == 3 * (n + 1)
        assert {each.url for each in found} >= {f"/hallinta/registry/person/{person.pk}/change/"}
        counts.append(len(queries))
    assert len(set(counts)) == 1
    assert list(check.find(Scope([reference.keski_suomi.pk], MONDAY.date()))) == []


# --- Who is written to instead ---------------------------------------------------------------------------------------


def test_the_order_of_respondents_and_why_somebody_is_passed_over(cast, reference):
    oulu = reference.oulu

    def person(word, **fields):
        return factories.PersonFactory(email=f"{word}@example.org", **fields)

    factories.AppointmentFactory(municipality=oulu, kind="fallback", fallback_reason="x", fallback_post="3_head",
                                 person=person("johtaja"))  # fmt: skip
    fallback_in(oulu, person=person("hyte"))
    factories.AppointmentFactory(municipality=oulu, kind="duties", person=person("tehtava"))
    deputy = {"kind": "deputy", "deputy_for": cast.leena_in_oulu, "end": day("2026-12-31")}
    factories.AppointmentFactory(municipality=oulu, person=person("sijainen"), **deputy)
    factories.AppointmentFactory(municipality=oulu, person=person("entinen"), end=day("2026-10-01"))

    def first():
        found = respondent_of(oulu)
        return found.person and found.person.email, [each.reason for each in found.passed_over]

    assert first() == ("sijainen@example.org", [])
    comes_back("sijainen@example.org")
    assert first() == (LEENA, ["bounced"])
    Person.objects.filter(pk=cast.leena.pk).update(email="")
    assert first() == ("tehtava@example.org", ["bounced", "no_address"])
    for word, following in (("tehtava", "hyte"), ("hyte", "johtaja"), ("johtaja", None)):
        comes_back(f"{word}@example.org")
        assert first()[0] == (following and f"{following}@example.org")
    assert first()[1] == ["bounced", "no_address", "bounced", "bounced", "bounced"]
    assert respondent_of(reference.vaala).person is None
    assert all(each.words for each in respondent_of(oulu).passed_over)


def test_respondents_of_many_take_the_same_queries(cast, reference, django_assert_num_queries):
    places = [factories.AppointmentFactory().municipality for _n in range(3)]
    for some in (places[:1], places):
        with django_assert_num_queries(2):
            assert len(respondents_of(some, MONDAY.date())) == len(some)


def test_the_months_letter_goes_to_the_next_respondent_when_letters_to_every_officer_come_back(cast, reference):
    Person.objects.update(contact_checked_on=MONDAY.date())
    region = reference.pohjois_pohjanmaa
    second = fallback_in(reference.oulu, person=factories.PersonFactory(region=region, email="hyte@example.org"))
    Person.objects.filter(pk=second.person.pk).update(contact_checked_on=MONDAY.date())
    comes_back()
    find_job("liaisons_month").run()
    send_waiting()
    (letter,) = mail.outbox
    assert letter.to == ["hyte@example.org"]
    assert "Oulu" in letter.body
    assert letter.reply_to == [cast.kaisa.email]
    assert Letter.objects.get().language == "fi"
    assert "tulevat takaisin" in letter.body


def test_a_reply_never_goes_to_an_address_from_which_letters_come_back(cast, reference):
    region = reference.pohjois_pohjanmaa
    other = factories.CoordinatorFactory(region=region, person__region=region).person
    letter = Letter(key="x", kind="x", address="x@example.org", scope=f"region:{region.pk}", by=cast.kaisa.user)
    assert who_answers_for(letter) == cast.kaisa.email
    comes_back(cast.kaisa.email)
    assert who_answers_for(letter) == other.email
    comes_back(other.email)
    assert who_answers_for(letter) is None


def test_nobody_is_asked_about_a_person_without_a_role(cast, reference):
    former = factories.PersonFactory(email="entinen@example.org")
    factories.AppointmentFactory(municipality=reference.oulu, person=former, end=day("2026-10-01"))
    comes_back(former.email)
    assert run() == "taken 1"
    assert not Task.objects.filter(kind="returned").exists()


def test_changing_details_takes_letters_again_at_an_address_that_came_back_before(cast):
    comes_back("uusi@example.org")
    cast.leena.email = "uusi@example.org"
    change_contact_details(cast.leena, on=timezone.localdate(), by=cast.leena.user)
    assert mark_of(cast.leena) is None


def test_what_cannot_be_taken_is_left_for_the_next_time(cast):
    comes_back()

    def fails(bounce):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        pull_bounces(fails)
    assert Bounce.objects.unpulled().count() == 1
    run()
    assert Bounce.objects.unpulled().count() == 0

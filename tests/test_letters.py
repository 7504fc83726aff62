"""Every link of every letter, opened twice as a mail scanner does, changes nothing and uses nothing up.

A kind of letter without a sample here fails: write how it comes to be sent.
"""

import datetime as dt
import re
from html import unescape
from urllib.parse import urlsplit

import pytest
import time_machine
from allauth.core import context
from django.core import mail
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts.adapters import EVENTS, AccountAdapter
from accounts.models import SecretLink
from accounts.resetting import reset_second_factor
from common.partial_dates import PartialDate
from jobs.registry import find_job
from mailing.kinds import all_kinds
from mailing.models import Letter
from mailing.outbox import queue_letter
from mailing.sending import send_waiting
from meetings.inviting import invite as invite_to
from meetings.models import Invitation
from meetings.planning import cancel_meeting, move_meeting
from meetings.polls import ask_days, propose_days
from meetings.reminding import queue_coming_reminders, queue_reply_reminders
from meetings.replying import Wanted, save_reply, withdraw_invitation
from registry.association_letters import send_letter
from registry.directory import ask_colleagues
from registry.handover import hand_over
from registry.invitations import invite
from registry.models import Association, AssociationContact, AssociationLetter, Person, Task
from registry.roles import end_role
from surveys.answering import reopen_response, save_answers, start_response, submit_response
from surveys.authoring import close_round
from surveys.delegating import ask_colleague
from surveys.interviewing import begin_interview, finish_interview
from surveys.letters.opened import OPENED
from surveys.letters.reminders import LAST_DAYS, REMINDERS
from surveys.letters.responses import SITTING
from surveys.letters.results import RESULTS_PUBLISHED, RESULTS_READY
from surveys.letters.thanks import THANKS
from surveys.letters.to_municipalities import send_round_letter
from surveys.models import Response, Round
from surveys.publishing import publish_results
from surveys.reading import Reading
from surveys.replying import agree_with_results, comment_results, decide_comment
from tests import factories
from tests.accounts.helpers import after_commit, give_totp
from tests.meetings.guests import evening
from tests.surveys import factories as survey_factories

pytestmark = pytest.mark.django_db
LINK = re.compile(r"https?://[^\s\"'<>]+")


def notification(prefix):
    """Return what sends a letter of the sign-in library about a change of the account."""

    def send(cast):
        request = RequestFactory().get("/")
        request.session, request.user = {}, cast.leena.user
        with context.request_context(request):
            AccountAdapter(request).send_notification_mail(prefix, cast.leena.user)

    return send


def second_factor_reset(cast):
    give_totp(cast.kaisa.user)
    reset_second_factor(cast.kaisa.user, by=cast.aino)


def successor_of_leena(cast):
    """Let Leena, who knows Ahti as agent, be followed by somebody who has an account."""
    person = factories.PersonFactory(
        region=cast.leena.region, email="seuraaja@example.org", user=factories.UserFactory(email="seuraaja@example.org")
    )
    hand_over(cast.leena_in_oulu, on=timezone.localdate(), successor=person, by=cast.kaisa.user)


def question(cast):
    factories.AppointmentFactory(municipality=cast.leena_in_oulu.municipality, person=cast.ahti)
    oulu = cast.leena_in_oulu.municipality
    ask_colleagues([cast.ahti], text="Miten teillä?", municipality=oulu, by=cast.leena.user)


MONDAY = dt.datetime(2026, 11, 2, 10, tzinfo=dt.UTC)  # and the first working day of a month


@pytest.fixture(autouse=True)
def _monday():
    with time_machine.travel(MONDAY):
        yield


def by_the_clock(job, prepare):
    """Return what queues and sends the letters of a job on a day on which it has something to do."""

    def send(cast):
        Person.objects.update(contact_checked_on=MONDAY.date())
        prepare(cast)
        find_job(job).run()
        send_waiting()

    return send


def contacts_are_old(cast):
    Person.objects.filter(pk=cast.leena.pk).update(contact_checked_on="2026-01-01")


def liaison_leaves(cast):
    end_role(cast.leena_in_oulu, on=PartialDate.day(dt.date(2026, 10, 31)), by=None)


def task_is_due(cast):
    region = cast.kaisa.region
    Task.objects.create(title="Soita", region=region, assigned_to=cast.kaisa, due_on=MONDAY.date())


def letter_to_associations(cast):
    oulu = cast.leena_in_oulu.municipality
    association = Association.objects.create(name="Oulun Ompeluseura", municipality=oulu)
    AssociationContact.objects.create(
        association=association, email="ompelu@example.org", source="lomake", basis="consent", obtained_on=MONDAY.date()
    )
    draft = AssociationLetter.objects.create(municipality=oulu, subject="Avustukset", text="Haku on auki.")
    send_letter(draft, by=cast.leena.user)
    send_waiting()


AFTER_CLOSING = {"thank", "look", "decide", "publish"}
ROUND_LETTERS = {
    "tell": OPENED, "remind": REMINDERS, "last": LAST_DAYS, "thank": THANKS, "look": RESULTS_READY,
    "publish": RESULTS_PUBLISHED,
}  # fmt: skip


def survey(step):
    """Return what sends a letter of the survey of Oulu, which Leena answers."""

    def send(cast):
        oulu, leena = cast.leena_in_oulu.municipality, cast.leena.user
        survey_round = survey_factories.RoundFactory(
            region=cast.leena.region, opens_on=dt.date(2026, 10, 1), closes_on=dt.date(2026, 11, 30), opened_at=MONDAY
        )
        if step in {"submit", "reopen", *AFTER_CLOSING}:
            response = submit_response(start_response(survey_round, oulu, by=leena), by=leena)
        if step == "reopen":
            reopen_response(response, reason="Luku on väärin.", by=cast.kaisa.user)
        if step in AFTER_CLOSING:
            survey_round = close_round(survey_round, by=cast.kaisa.user)
        if step == "publish":
            agree_with_results(response, by=leena)
            publish_results(survey_round, by=cast.kaisa.user)
        if letter := ROUND_LETTERS.get(step):
            send_round_letter(letter, survey_round, by=cast.kaisa.user)
        if step == "decide":
            comment = comment_results(response, None, "Luku on väärin.", False, by=leena)
            decide_comment(comment, "kept", "Luku pitää.", by=cast.kaisa.user)
        with time_machine.travel(dt.datetime.now(dt.UTC) + SITTING):
            send_waiting()

    return send


def association_is_asked(cast):
    """In spring, as the clock of the other samples is in autumn; back afterwards."""
    association = Association.objects.create(name="Oulun Kuoro", municipality=cast.leena_in_oulu.municipality)
    AssociationContact.objects.create(
        association=association, email="kuoro@example.org", source="lomake", basis="consent", obtained_on="2025-01-01"
    )
    with time_machine.travel(dt.datetime(2026, 4, 14, 10, tzinfo=dt.UTC)):
        find_job("ask_associations").run()
        send_waiting()
    SecretLink.objects.update(expires_at=MONDAY + dt.timedelta(days=60))


def theme_of_survey(cast):
    theme = survey_factories.RoundThemeFactory(
        round__region=cast.leena.region, round__opens_on=MONDAY.date(), round__closes_on=MONDAY.date()
    )
    survey_factories.question(theme, "short_text")
    Round.objects.filter(pk=theme.round_id).update(opened_at=MONDAY)
    response = start_response(theme.round, cast.leena_in_oulu.municipality, by=cast.leena.user)
    ask_colleague(response, theme, post="sihteeri", email="sihteeri@example.org", by=cast.leena.user)


def interviewed(cast):
    """Leena answers the one question of a round by phone, and the answers are sent in."""
    oulu, by = cast.leena_in_oulu.municipality, cast.kaisa.user
    theme = survey_factories.RoundThemeFactory(
        round__region=cast.leena.region, round__opens_on=MONDAY.date(), round__closes_on=MONDAY.date()
    )
    asked = survey_factories.question(theme, "short_text")
    Round.objects.filter(pk=theme.round_id).update(opened_at=MONDAY)
    held = begin_interview(Round.objects.get(), oulu, source="phone", post="vapaa-aikasihteeri", by=by)
    said = {asked.pk: Reading(state="answered", value={"text": "Hyvin"})}
    save_answers(Response.objects.get(), said, by=by, versions={}, source="phone", post=held.post)
    finish_interview(held, by=by)
    send_waiting()


def meeting(step):
    """Return what sends the letters of an evening of Oulu; `step` gets the meeting and its invitations by kind."""

    def send(cast):
        oulu = cast.leena_in_oulu.municipality
        AssociationContact.objects.create(
            association=Association.objects.create(name="Oulun Kuoro", municipality=oulu), email="kuoro@example.org",
            source="lomake", basis="given", obtained_on=MONDAY.date(),
        )  # fmt: skip
        held = evening(hosts=[oulu], region=cast.leena.region, days=30, capacity=1)
        invite_to(held, ["liaisons", "associations"], by=cast.kaisa.user)
        send_waiting()
        step(held, {each.audience: each for each in Invitation.objects.with_invitee()})
        with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)):
            send_waiting()

    return send


def which_day(cast):
    """Ask Oulu's agent and an association which day suits."""
    oulu = cast.leena_in_oulu.municipality
    AssociationContact.objects.create(
        association=Association.objects.create(name="Oulun Kuoro", municipality=oulu), email="kuoro@example.org",
        source="lomake", basis="given", obtained_on=MONDAY.date(),
    )  # fmt: skip
    open_day = {"starts_at": None, "ends_at": None, "published_at": None}
    held = evening(hosts=[oulu], region=cast.leena.region, **open_day)
    begins = MONDAY + dt.timedelta(days=30)
    propose_days(held, [(begins, begins + dt.timedelta(hours=2))])
    ask_days(held, ["agents", "associations"], by=cast.kaisa.user)
    send_waiting()


def comes(invitation, **wanted):
    return save_reply(invitation, Wanted("comes", **wanted), source="behalf")


def moved(held, _invited):
    later = held.starts_at + dt.timedelta(days=1)
    move_meeting(held, starts_at=later, ends_at=later + dt.timedelta(hours=2), venue=held.venue, by=None)


def full_and_left(_held, invited):
    comes(invited["liaison"])
    comes(invited["association"])
    save_reply(invited["liaison"], Wanted("no"))


def reminded(held, invited):
    """Shortly before the evening, the liaison comes; the association has not replied."""
    comes(invited["liaison"])
    with time_machine.travel(MONDAY + dt.timedelta(days=28)):
        queue_reply_reminders()
        queue_coming_reminders()
        send_waiting()


# By kind: what sends a letter of it, perhaps beside others.
SAMPLES = {
    "association_check": association_is_asked,
    "association_letter": letter_to_associations,
    "colleague_question": question,
    "handover": lambda cast: hand_over(cast.leena_in_oulu, on=timezone.localdate(), by=cast.kaisa.user),
    "handover_pack": successor_of_leena,
    "association_invitation": meeting(lambda _held, _invited: None),
    "association_reminder": meeting(reminded),
    "association_poll": which_day,
    "meeting_poll": which_day,
    "meeting_cancelled": meeting(lambda held, _invited: cancel_meeting(held, by=None)),
    "meeting_coming": meeting(reminded),
    "meeting_invitation": meeting(lambda _held, _invited: None),
    "meeting_moved": meeting(moved),
    "meeting_offer": meeting(full_and_left),
    "meeting_receipt": meeting(lambda _held, invited: comes(invited["liaison"])),
    "meeting_reminder": meeting(
        lambda held, invited: reminded(held, {"liaison": invited["association"]}),
    ),
    "meeting_withdrawn": meeting(lambda _held, invited: withdraw_invitation(invited["association"])),
    "invitation": lambda cast: invite(cast.leena, by=cast.kaisa.user),
    "second_factor_reset": second_factor_reset,
    "survey_theme": theme_of_survey,
    "contact_check": by_the_clock("ask_to_check_contacts", contacts_are_old),
    "survey_confirm": interviewed,
    "survey_opened": survey("tell"),
    "survey_reminder": survey("remind"),
    "survey_closing": survey("last"),
    "survey_thanks": survey("thank"),
    "survey_results_ready": survey("look"),
    "survey_decided": survey("decide"),
    "survey_published": survey("publish"),
    "survey_receipt": survey("submit"),
    "survey_reopened": survey("reopen"),
    "vacancy": by_the_clock("tell_vacancies", liaison_leaves),
    "coordinator_digest": by_the_clock("coordinators_week", task_is_due),
    "liaison_digest": by_the_clock("liaisons_month", lambda cast: None),
}
# Letters of the sign-in library do not pass the outbox: they may hold a code.
LIBRARY = {
    "sign-in code": lambda cast: Client().post("/kirjaudu/koodi/", {"email": cast.leena.user.email}),
    "unknown address": lambda cast: Client().post("/kirjaudu/koodi/", {"email": "nobody@example.org"}),
} | {prefix: notification(prefix) for prefix in EVENTS}


def links_of(letter):
    """Return every address that the letter's text or HTML names."""
    bodies = [
        letter.body,
        *(unescape(str(part.content)) for part in letter.alternatives if part.mimetype == "text/html"),
    ]
    return {found.rstrip(".,;:)") for body in bodies for found in LINK.findall(body)}


def scanner():
    """Return the browser of a mail filter, which has no cookies."""
    return Client(HTTP_USER_AGENT="scanner")


def whole_database():
    """Return every row of every table, those without a model too, as the database gives it."""
    tables = {}
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")  # noqa: S608
            tables[name] = sorted(map(repr, cursor.fetchall()))
    return tables


def test_every_kind_of_letter_has_its_sample():
    ours = {kind.name for kind in all_kinds() if kind.make and kind.folder}
    assert ours == set(SAMPLES)


@pytest.mark.parametrize("kind", [*SAMPLES, *LIBRARY])
def test_a_scanner_opens_every_link_of_the_letter_twice_and_nothing_changes(cast, kind):
    with after_commit():
        (SAMPLES | LIBRARY)[kind](cast)
    if kind in SAMPLES:
        assert Letter.objects.filter(kind=kind, state="sent").exists()
    links = set().union(*map(links_of, mail.outbox))
    Client().get("/")  # what the first page of all writes down
    before = whole_database()

    seen = {
        # What lies behind the sign-in ends at its page.
        (link, time): scanner().get(link.removeprefix("http://testserver"), follow=True).status_code
        for link in links
        for time in (1, 2)
    }

    assert {urlsplit(link).netloc for link in links} == {"testserver"}
    assert set(seen.values()) == {200}
    assert whole_database() == before
    assert [link.is_usable for link in SecretLink.objects.all()] == [True] * SecretLink.objects.count()


def test_a_letter_whose_links_did_something_would_be_noticed(cast):
    """The measure itself: a link that is used is seen in the whole database."""
    with after_commit():
        SAMPLES["invitation"](cast)
    before = whole_database()
    (link,) = (link for link in links_of(mail.outbox[0]) if "/y/" in link)
    Client().post(link.removeprefix("http://testserver"))
    after = whole_database()
    assert {"accounts_secretlink", "django_session", "accounts_signinevent"} <= {
        name for name in after if after[name] != before[name]
    }


def test_a_token_has_at_least_128_bits_and_only_its_hash_is_stored(cast):
    tokens = set()
    for number in range(3):
        with after_commit():
            invite(cast.leena, by=cast.kaisa.user) if number == 0 else None
            queue_letter(
                "invitation",
                key=f"again:{number}",
                address=cast.leena.user.email,
                language="fi",
                arguments={"person": cast.leena.pk, "by": None},
            )
        tokens |= {link.split("/")[-2] for link in links_of(mail.outbox[-1]) if "/y/" in link}
    stored = repr(whole_database())
    assert {len(token) * 6 >= 128 for token in tokens} == {True}
    assert [token for token in tokens if token in stored] == []
    assert SecretLink.objects.usable().count() == 1
    assert SecretLink.objects.filter(expires_at__gt=dt.datetime.now(dt.UTC) + dt.timedelta(days=15)).count() == 0

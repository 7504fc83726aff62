"""A meeting from the plan to a move, as a liaison on a phone and the associations by their letters see it."""

import datetime as dt
import re

import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from common.partial_dates import PartialDate
from mailing.models import Letter
from mailing.rules import next_open_moment
from mailing.sending import send_waiting
from meetings.links import reply_address
from meetings.models import Invitation, Meeting, MeetingKind, Reply
from meetings.models.meetings import HELSINKI
from meetings.replying import Wanted, save_reply
from registry.models import AssociationContact, Municipality, Region
from tests import factories
from tests.browser.test_answering import become
from tests.browser.test_portal import look
from tests.browser.ways import WAYS
from tests.conftest import restore_reference
from tests.meetings.factories import MeetingFactory, VenueFactory

pytestmark = pytest.mark.django_db(transaction=True)
OULU = "/oma/oulu/illat/"
N, CAPACITY = 40, 3


@pytest.fixture
def world(transactional_db):
    """Oulu with a liaison, forty associations and last year's evening; `liaison` is the account."""
    restore_reference()
    region, oulu = Region.objects.get(code="17"), Municipality.objects.get(code="564")
    Region.objects.filter(pk=region.pk).update(records_from=dt.date(2021, 1, 1))
    account = factories.UserFactory(email="leena@example.org")
    person = factories.PersonFactory(given_name="Leena", family_name="Liesi", user=account, region=region)
    factories.AppointmentFactory(person=person, municipality=oulu, start=PartialDate.day(dt.date(2022, 1, 1)))
    for number in range(N):
        AssociationContact.objects.create(
            association=factories.AssociationFactory(municipality=oulu, name=f"Yhdistys {number:02}"),
            email=f"y{number:02}@example.org", source="lomake", basis="given", obtained_on=dt.date(2026, 1, 1),
        )  # fmt: skip
    last_year = timezone.now().astimezone(HELSINKI).replace(hour=17, minute=30, second=0, microsecond=0)
    last_year -= dt.timedelta(days=350)
    MeetingFactory(
        kind=MeetingKind.objects.filter(host="municipality").first(),
        region=region, hosts=[oulu], venue=VenueFactory(municipality=oulu, name="Kirjasto"), title_fi="Yhdistysilta",
        starts_at=last_year, ends_at=last_year + dt.timedelta(hours=2), capacity=CAPACITY,
        published_at=last_year - dt.timedelta(days=30),
    )  # fmt: skip
    return account


class Phone:
    """A page at phone width that counts what is touched or typed into."""

    def __init__(self, page, url):
        self.page, self.url, self.n = page, url, 0
        page.set_viewport_size({"width": 360, "height": 740})

    def tap(self, target):
        """Touch a link or button, which leads to another page."""
        self.n += 1
        with self.page.expect_navigation():
            target.first.click()

    def type(self, field, text):
        """Write into a field."""
        self.n += 1
        self.page.fill(field, text)


def in_weeks(n):
    day = timezone.localdate() + dt.timedelta(days=7 * n)
    return f"{day.day}.{day.month}.{day.year}"


def test_an_evening_is_planned_answered_by_link_and_moved(world, live_server, page, browser, mail_server, settings):
    settings.SITE_URL = live_server.url
    become(page.context, world, live_server.url)
    phone = Phone(page, live_server.url)
    meeting = plan_and_invite(phone)
    assert phone.n <= 12
    assert Invitation.objects.filter(meeting=meeting).count() == N

    send_invitations()
    letters = {letter["X-RcptTo"]: letter for letter in mail_server.letters()}
    assert sorted(letters) == [f"y{number:02}@example.org" for number in range(N)]
    links = {address: link_of(letter, live_server.url) for address, letter in letters.items()}
    assert len(set(links.values())) == N

    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    reader = context.new_page()
    for number in range(CAPACITY):
        reply(reader, links, number, "comes")
        expect(reader.locator("#state + .next")).to_contain_text("Sinulla on paikka")
    reply(reader, links, 3, "comes")
    expect(reader.locator("main")).to_contain_text("olet jonossa")
    reply(reader, links, 4, "no")
    reply(reader, links, 0, "no")  # changes their mind: the place is offered on
    send_waiting()  # of duty: at any hour
    offer = mail_server.letter("y03@example.org", number=2)
    assert link_of(offer, live_server.url) == links["y03@example.org"]
    reader.goto(links["y03@example.org"])
    with reader.expect_navigation():
        reader.click("button[value=take]")
    expect(reader.locator("#state + .next")).to_contain_text("Sinulla on paikka")
    context.close()

    move(phone, meeting)
    send_waiting()
    told = {number: mail_server.letters(f"y{number:02}@example.org")[1:] for number in range(N)}
    subjects = {number: [each["Subject"] for each in those] for number, those in told.items()}
    assert subjects[0] == subjects[4] == [], "who declined hears nothing more"
    moved = [those[-1] for number, those in told.items() if number not in {0, 4}]
    assert len(moved) == N - 2
    assert {len(those) for number, those in told.items() if number not in {0, 3, 4}} == {1}
    assert len(told[3]) == 2, "the offer and the move"
    meeting.refresh_from_db()
    for letter in moved:
        (part,) = [part for part in letter.walk() if part.get_content_type() == "text/calendar"]
        text = part.get_content() if isinstance(part.get_content(), str) else part.get_content().decode()
        assert "SEQUENCE:1" in text
        assert f"{meeting.starts_at.astimezone(HELSINKI):%Y%m%dT%H%M%S}" in text


def plan_and_invite(phone):
    """Plan an evening from last year's, publish it and invite the associations; return it."""
    page = phone.page
    page.goto(f"{phone.url}{OULU}")
    phone.tap(page.locator(f"main a[href$='{OULU}uusi/']"))
    phone.type("#id_day", in_weeks(8))
    phone.type("#id_start", "17.30")
    phone.tap(page.locator("main form [type=submit]"))
    meeting = Meeting.objects.order_by("pk").last()
    own = f"{OULU}{meeting.slug}/"
    phone.tap(page.locator(f"form[action$='{own}julkaise/'] [type=submit]"))
    phone.tap(page.locator(f"main a[href$='{own}kutsutut/']"))
    phone.tap(page.locator(f"main a[href$='{own}kutsutut/kutsu/']"))
    page.wait_for_selector("[name=audiences]")
    if not page.is_checked("[name=audiences][value=associations]"):
        phone.n += 1
        page.check("[name=audiences][value=associations]")
    for other in ("liaisons", "agents", "coordinators"):
        if page.is_checked(f"[name=audiences][value={other}]"):
            phone.n += 1
            page.uncheck(f"[name=audiences][value={other}]")
    phone.tap(page.locator("main form [type=submit]"))
    expect(page.locator("#preview")).to_contain_text(str(N))
    phone.tap(page.locator("main [name=send]"))
    return meeting


def move(phone, meeting):
    """Move the evening by a week."""
    page = phone.page
    page.goto(f"{phone.url}{OULU}{meeting.slug}/siirra/")
    phone.type("#id_day", in_weeks(9))
    phone.tap(page.locator("main form [type=submit]"))


def send_invitations():
    """Send what waits; invitations go when letters that are not of duty do: not at night, on a holiday or in July."""
    opens = next_open_moment(timezone.now(), is_reminder=False, quiet_days=())
    Letter.objects.filter(state=Letter.State.WAITING).update(not_before=timezone.now())
    with time_machine.travel(opens):
        send_waiting()


def link_of(letter, url):
    """Return the link of a letter."""
    return re.search(rf"{re.escape(url)}\S*/y/\S+", letter.get_body(("plain",)).get_content())[0]


def reply(page, links, number, answer):
    """Answer by the link of association `number`."""
    page.goto(links[f"y{number:02}@example.org"])
    page.check(f"[name=answer][value={answer}]")
    with page.expect_navigation():
        page.click("form:has([name=answer]) [type=submit]")


def test_axe_finds_nothing_on_the_pages_of_invitees_and_hosts(world, site, page, live_server):
    oulu = Municipality.objects.get(code="564")
    begins = timezone.now() + dt.timedelta(days=21)
    meeting = Meeting.objects.get()
    meeting = MeetingFactory(
        kind=meeting.kind, region=meeting.region, hosts=[oulu], venue=meeting.venue, starts_at=begins,
        ends_at=begins + dt.timedelta(hours=2), capacity=1, takes_registrations=True, asks_diet=True,
        asks_question=True, remote_url="https://example.org/etakokous", slug="ilta",
        published_at=timezone.now(),
    )  # fmt: skip
    rows = [
        Invitation.objects.create(
            meeting=meeting, audience="association", municipality=oulu, contact=contact
        )
        for contact in AssociationContact.objects.order_by("pk")[:4]
    ]  # fmt: skip
    for row in rows[:3]:
        save_reply(row, Wanted(Reply.Answer.COMES, question="Saako tuoda kahvia?", diets={"vegan": 1}))
    save_reply(rows[0], Wanted(Reply.Answer.NO))
    rows = list(Invitation.objects.order_by("pk"))
    own, path = f"{OULU}ilta/", reply_address(rows[1]).removeprefix("http://testserver")
    found = {}

    def see(name, address, press=None):
        site(address)
        if press:
            with page.expect_navigation():
                page.locator(press).first.click()
        found.update(look(page, name, WAYS))

    see("reply", path)
    see("reply with errors", reply_address(rows[3]).removeprefix("http://testserver"), "main form [type=submit]")
    registration = f"/{meeting.region.slug}/tapahtumat/ilta/ilmoittaudu/"
    see("registration", registration)
    see("registration with errors", registration, "main form [type=submit]")
    become(page.context, User.objects.get(email="leena@example.org"), live_server.url)
    see("guests", f"{own}kutsutut/")
    see("invite with preview", f"{own}kutsutut/kutsu/", "main form [type=submit]")
    see("new guest with errors", f"{own}kutsutut/lisaa/", "main form [type=submit]")
    see("on behalf", f"{own}kutsutut/{rows[1].pk}/")
    assert found == {}
    assert [each for each in page.complaints if "422" not in each] == []

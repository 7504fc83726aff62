"""A liaison's whole life: appointed, invited, signed in by code, at work, and out when the role ends."""

import datetime as dt
import re

import pytest

from registry.models import Municipality, Person, Region
from tests.browser.test_signing_in import sign_in
from tests.demo_world import load_demo

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "uusi.yhdyshenkilo@example.org"
# In each language: the prefix of addresses, how the invitation's and the code's subjects begin, heading, button.
WORDS = {
    "fi": ("", "Omat sivusi", "Kirjautumiskoodisi", "Mitä sinulta nyt pyydetään", "Kaikki tiedot ovat yhä oikein"),
    "sv": ("/sv", "Dina egna sidor", "Din inlogg", "Vad du ombeds göra nu", "Alla uppgifter stämmer fortfarande"),
    "en": ("/en", "Your pages", "Your sign-in code", "What is asked of you now", "All details are still right"),
}


@pytest.mark.parametrize(("language", "scripts"), [("fi", "on"), ("sv", "on"), ("en", "on"), ("fi", "blocked")])
def test_from_appointment_to_the_end_of_the_role(
    mail_server, settings, site, page, browser, live_server, language, scripts
):
    settings.SITE_URL = live_server.url
    load_demo()
    prefix, invited, coded, heading, button = WORDS[language]
    context = browser.new_context()
    liaison = context.new_page()
    for each in (page, liaison):
        if scripts == "blocked":
            each.route("**/*.js", lambda route: route.abort())
    municipality, person = newcomer(language)

    appoint(site, page, municipality, person)
    invitation = mail_server.letter(ADDRESS)
    link = re.search(rf"{re.escape(live_server.url)}(\S*/y/\S+)", invitation.get_body(("plain",)).get_content())[1]
    for _scan in range(2):
        assert context.request.get(live_server.url + link).status == 200
    liaison.goto(live_server.url + link)
    liaison.click("main [type=submit]")
    home = f"{live_server.url}{prefix}/oma/{municipality.slug}/"
    liaison.wait_for_url(home)
    press(liaison, ".portal-bar [type=submit]")

    sign_in_by_code(liaison, f"{live_server.url}{prefix}", mail_server)
    liaison.wait_for_url(home)
    greeted = liaison.text_content("h1"), liaison.text_content("#asks")
    liaison.click(".asks li:first-child a")
    press(liaison, f"main form button:text-is('{button}')")
    person.refresh_from_db()
    end_role(site, page, person)
    answer = liaison.goto(home)

    code = mail_server.letter(ADDRESS, number=2)
    assert (invitation["Subject"].startswith(invited), code["Subject"].startswith(coded)) == (True, True)
    assert (greeted, link.startswith(f"{prefix}/y/")) == ((str(municipality), heading), True)
    assert person.contact_checked_on == dt.date.today()
    assert (answer.status, len(mail_server.letters(ADDRESS))) == (404, 2)


def newcomer(language):
    """Return a municipality without a liaison, and somebody who has no role yet and reads letters in `language`."""
    region = Region.objects.get(slug="pohjois-pohjanmaa")
    person = Person.objects.create(
        given_name="Uusi", family_name="Yhdyshenkilö", email=ADDRESS, language=language, region=region
    )
    return Municipality.objects.get(slug="taivalkoski"), person


def press(page, button):
    """Press a button and wait for the page that answers."""
    with page.expect_navigation():
        page.click(button)


def appoint(site, page, municipality, person):
    """Appoint `person` as liaison in the administration, as the region's coordinator."""
    sign_in(site, page, "coordinator@example.org", "/hallinta/")
    site("/hallinta/registry/appointment/add/")
    page.select_option("#id_municipality", str(municipality.pk))
    page.select_option("#id_person", str(person.pk))
    page.fill("#id_start", "1.9.2026")
    page.fill("#id_source", "Viranhaltijapäätös")
    press(page, "[name=_save]")


def end_role(site, page, person):
    """End the role of `person` with yesterday as its last day, as the coordinator."""
    site(f"/hallinta/registry/appointment/{person.appointments.get().pk}/change/")
    yesterday = dt.date.today() - dt.timedelta(days=1)
    page.fill("#id_end", f"{yesterday.day}.{yesterday.month}.{yesterday.year}")
    press(page, "[name=_save]")


def sign_in_by_code(page, address, mail_server):
    """Ask for a code, read it from the letter that arrives, and write it."""
    page.goto(f"{address}/kirjaudu/")
    page.fill("#id_email", ADDRESS)
    press(page, "main [type=submit]")
    letter = mail_server.letter(ADDRESS, number=2).get_content()
    page.fill("#id_code", re.search(r"^ +([A-Z0-9]{4}-[A-Z0-9]{4})\s", letter, re.MULTILINE)[1])
    press(page, "main [type=submit]")

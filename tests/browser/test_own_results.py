"""A municipality's own results before publication and the coordinator's page of them, in a real browser."""

import datetime as dt

import pytest

from common.partial_dates import PartialDate
from registry.models import Municipality, Region
from registry.reference import load_reference_data
from surveys.models import Round
from surveys.replying import comment_results, decide_comment
from tests import factories
from tests.browser.test_portal import become, look
from tests.browser.ways import WAYS
from tests.surveys.published_round import closed_round

pytestmark = pytest.mark.django_db(transaction=True)
OULU = "/oma/oulu/kysely/2025/tulokset/"
COMMENT = f"{OULU}kommentoi/"
IN_ADMIN = [(360, "light"), (1280, "light")]


@pytest.fixture
def asked(transactional_db):
    """A round that closed yesterday, answered by two; Oulu has commented twice and one comment is under review."""
    if not Region.objects.exists():
        load_reference_data()
    Region.objects.filter(code="17").update(records_from=dt.date(2021, 1, 1))
    region, oulu = Region.objects.get(code="17"), Municipality.objects.get(code="564")
    start = PartialDate.day(dt.date(2022, 1, 1))
    people = [
        factories.PersonFactory(user=factories.UserFactory(email=f"{name}@example.org"), region=region)
        for name in ("leena", "kaisa")
    ]
    factories.AppointmentFactory(person=people[0], municipality=oulu, start=start)
    factories.CoordinatorFactory(person=people[1], region=region, start=start)
    survey_round = closed_round(region, [oulu, Municipality.objects.get(code="072")])
    Round.objects.filter(pk=survey_round.pk).update(closes_on=dt.date.today() - dt.timedelta(days=1))
    survey_round = Round.objects.get(pk=survey_round.pk)
    response = survey_round.responses.get(municipality=oulu)
    question = survey_round.questions.on_municipalitys_page().in_order().first()
    comment_results(response, None, "Sivu on oikein, paitsi avustusten summa.", False, by=people[0].user)
    said = comment_results(response, question, "Luku on edelliseltä vuodelta.", True, by=people[0].user)
    decide_comment(said, "under_review", "Tarkistamme tilinpäätöksestä.", by=people[1].user)
    return survey_round


def seen(site, page, name, address, ways):
    """Open a page and return what is wrong with it; opening it, the browser has nothing to complain of."""
    before = len(getattr(page, "complaints", ()))
    site(address)
    assert page.complaints[before:] == [], name
    return look(page, name, ways)


def test_the_pages_of_own_results_are_accessible(asked, site, page, live_server):
    found = {}
    become(page, live_server, "leena@example.org")
    for name, address in {"own results": OULU, "comment": COMMENT}.items():
        found |= seen(site, page, name, address, WAYS)
    page.eval_on_selector_all("main form", "forms => forms.forEach(form => form.noValidate = true)")
    with page.expect_navigation():
        page.click("main [type=submit]")
    page.wait_for_selector("#errors")
    found |= look(page, "comment with errors", WAYS[:1])
    become(page, live_server, "kaisa@example.org")
    start = f"/hallinta/surveys/round/{asked.pk}/"
    comment = asked.responses.get(municipality__code="564").comments.first()
    for name, address in {
        "publication": f"{start}publication/",
        "decide": f"{start}decide/?kommentti={comment.pk}",
        "publish": f"{start}publish/",
        "preview": f"{start}result_preview/?kunta=oulu",
        "letter": f"{start}results_ready/",
    }.items():
        found |= seen(site, page, name, address, IN_ADMIN)
    assert found == {}


def test_without_a_script_one_button_agrees(asked, site, page, live_server):
    page.route("**/*.js", lambda route: route.abort())
    become(page, live_server, "leena@example.org")
    site("/oma/oulu/")
    page.click(f"a[href='{OULU}']")
    page.click("text=Hyväksymme tulokset")
    page.wait_for_selector(".messages")
    assert asked.responses.get(municipality__code="564").reply.agreed_post

"""A municipality plans its own evening, publishes it, moves it, cancels it."""

import re

import pytest
import time_machine
from django.core.exceptions import ValidationError

from meetings.models import Meeting, MeetingChange, MeetingKind, Venue
from meetings.moments import moment
from meetings.planning import publish_meeting, save_meeting
from tests.factories import MunicipalityFactory
from tests.meetings.factories import MeetingFactory, VenueFactory, at
from tests.portal.conftest import client_of

pytestmark = pytest.mark.django_db
START = "/oma/oulu/illat/"


@pytest.fixture(autouse=True)
def _september():
    with time_machine.travel(at("2026-09-01 12.00"), tick=False):
        yield


@pytest.fixture
def leena(cast):
    return client_of(cast.leena.user)


@pytest.fixture
def kind(reference):
    return MeetingKind.objects.get(key="association-evening")


def evening(reference, kind, **values):
    """Return a published evening of Oulu."""
    place = VenueFactory(municipality=reference.oulu)
    values = {"region": reference.pohjois_pohjanmaa, "venue": place, "slug": "oulun-ilta"} | values
    return MeetingFactory(kind=kind, hosts=[reference.oulu], **values)


def words_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_an_evening_is_made_from_the_last_one_and_published_in_a_few_steps(leena, reference, kind):
    earlier = evening(
        reference,
        kind,
        starts_at=at("2025-09-25 17.30"),
        ends_at=at("2025-09-25 20.00"),
        title_fi="Syksyn yhdistysilta",
    )
    assert START in leena.get("/oma/oulu/").content.decode()
    assert "Syksyn yhdistysilta" in words_of(leena.get(START))
    begin = leena.get(f"{START}uusi/")
    assert begin.context["form"].initial["earlier"] == str(earlier.pk)

    made = leena.post(
        f"{START}uusi/", {"earlier": earlier.pk, "day": "8.10.2026", "start": "18", "end": ""}, follow=True
    )

    copy = Meeting.objects.get(copied_from=earlier)
    assert (copy.starts_at, copy.ends_at) == (at("2026-10-08 18.00"), at("2026-10-08 20.30"))
    assert made.redirect_chain[-1][0] == f"{START}{copy.slug}/"
    assert "Luonnos" in words_of(made)

    told = leena.post(f"{START}{copy.slug}/julkaise/", follow=True)
    copy.refresh_from_db()
    assert copy.state == Meeting.State.PUBLISHED
    assert "Julkaistu" in words_of(told)


def test_from_the_beginning_it_gets_its_kinds_agenda_and_usual_length(leena, kind):
    leena.post(f"{START}uusi/", {"earlier": "", "kind": kind.pk, "day": "8.10.2026", "start": "17.30", "end": ""})
    meeting = Meeting.objects.get()
    assert meeting.minutes == kind.usual_minutes
    assert meeting.agenda.count() == kind.agenda_template.count() > 3


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"day": "8.10.2026", "start": "20.00", "end": "17.30"}, "end"),
        ({"day": "", "start": "17.30", "end": ""}, "day"),
        ({"day": "8.10.2026", "start": "puoli kuusi", "end": ""}, "start"),
        ({"day": "28.3.2027", "start": "3.30", "end": "5"}, "start"),  # clocks are put forward
        ({"day": "25.10.2026", "start": "3.30", "end": "5"}, "start"),  # and back: it comes twice
    ],
)
def test_an_impossible_time_is_told_beside_it_and_everything_typed_is_kept(leena, kind, typed, field):
    refused = leena.post(f"{START}uusi/", {"earlier": "", "kind": kind.pk} | typed)
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {field}
    page = refused.content.decode()
    assert f'href="#id_{field}"' in page
    for words in filter(None, typed.values()):
        assert f'value="{words}"' in page
    assert not Meeting.objects.exists()


def test_a_moment_of_an_ordinary_day_is_itself():
    assert moment(at("2026-10-08 0.00").date(), at("2026-10-08 17.30").time()) == at("2026-10-08 17.30")
    with pytest.raises(ValidationError) as refused:
        moment(at("2027-03-28 0.00").date(), at("2026-10-08 3.00").time())
    assert refused.value.code == "no_such_time"


def edit_form(answer, **typed):
    """Return what a browser would post of the edit page with these changes."""
    form = answer.context["form"]
    given = {name: form[name].value() for name in form.fields}
    given = {name: value for name, value in given.items() if value not in (None, "", False)}
    return given | {"seen": answer.context["seen"]} | typed


def test_what_is_written_is_saved_with_a_new_place(leena, reference, kind):
    meeting = evening(reference, kind, published_at=None)
    page = leena.get(f"{START}{meeting.slug}/muuta/")
    typed = edit_form(
        page, title_fi="Yhdistykset koolle", description_fi="Tervetuloa kaikki.", capacity="60", venue="",
        new_venue="Pakkalan sali", new_address="Kirjastokuja 3", new_accessibility="Esteetön sisäänkäynti.",
        last_day="20.9.2026", last_time="",
    )  # fmt: skip

    saved = leena.post(f"{START}{meeting.slug}/muuta/", typed)

    assert saved.status_code == 302
    meeting.refresh_from_db()
    assert (meeting.title_fi, meeting.capacity, meeting.registration_until) == (
        "Yhdistykset koolle", 60, at("2026-09-20 23.59"),
    )  # fmt: skip
    assert (meeting.venue.name, meeting.venue.municipality) == ("Pakkalan sali", reference.oulu)
    assert meeting.venue.accessibility_fi == "Esteetön sisäänkäynti."


def test_mistakes_are_told_and_nothing_is_half_saved(leena, reference, kind):
    meeting = evening(reference, kind, published_at=None, title_fi="Ilta")
    before = Venue.objects.count()
    typed = edit_form(
        leena.get(f"{START}{meeting.slug}/muuta/"), title_fi="", new_venue="Sali", last_day="25.9.2026",
        remote_url="ei ole linkki",
    )  # fmt: skip
    refused = leena.post(f"{START}{meeting.slug}/muuta/", typed)
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"title_fi", "new_address", "last_day", "remote_url"}
    assert 'value="ei ole linkki"' in refused.content.decode()
    meeting.refresh_from_db()
    assert (meeting.title_fi, Venue.objects.count()) == ("Ilta", before)


def test_two_at_once_see_each_others_words_and_nothing_is_overwritten_in_silence(leena, reference, kind, cast):
    meeting = evening(reference, kind, published_at=None, title_fi="Ilta")
    typed = edit_form(leena.get(f"{START}{meeting.slug}/muuta/"), title_fi="Leenan ilta")
    other = Meeting.objects.get()
    other.title_fi = "Ahdin ilta"
    save_meeting(other, seen=other.version, by=cast.ahti.user)

    refused = leena.post(f"{START}{meeting.slug}/muuta/", typed)

    assert refused.status_code == 422
    assert "Ahdin ilta" in words_of(refused)
    assert 'value="Leenan ilta"' in refused.content.decode()
    meeting.refresh_from_db()
    assert meeting.title_fi == "Ahdin ilta"

    leena.post(f"{START}{meeting.slug}/muuta/", edit_form(refused, title_fi="Yhteinen ilta"))
    meeting.refresh_from_db()
    assert meeting.title_fi == "Yhteinen ilta"


def test_a_published_evening_is_moved_not_edited_to_another_place(leena, reference, kind):
    meeting = evening(reference, kind)
    assert "venue" not in leena.get(f"{START}{meeting.slug}/muuta/").context["form"].fields
    other = VenueFactory(municipality=reference.oulu)
    moved = {"day": "23.9.2026", "start": "18.00", "end": "20", "venue": other.pk, "remote_url": ""}
    assert leena.post(f"{START}{meeting.slug}/siirra/", moved).status_code == 302
    meeting.refresh_from_db()
    assert (meeting.starts_at, meeting.venue, meeting.sequence) == (at("2026-09-23 18.00"), other, 1)

    elsewhere = VenueFactory(municipality=reference.hailuoto)
    refused = leena.post(f"{START}{meeting.slug}/siirra/", moved | {"venue": elsewhere.pk})
    assert set(refused.context["form"].errors) == {"venue"}
    past = leena.post(f"{START}{meeting.slug}/siirra/", moved | {"day": "23.8.2026"})
    assert past.status_code == 422
    assert MeetingChange.objects.filter(step="moved").count() == 1


def test_cancelling_says_why_and_leaves_nothing_to_move(leena, reference, kind):
    meeting = evening(reference, kind)
    leena.post(f"{START}{meeting.slug}/peru/", {"because_fi": "Sali on remontissa."})
    meeting.refresh_from_db()
    assert (meeting.is_cancelled, meeting.cancelled_because_fi) == (True, "Sali on remontissa.")
    page = leena.get(f"{START}{meeting.slug}/").content.decode()
    assert "Sali on remontissa." in page
    assert "siirra/" not in page


def test_what_is_missing_is_told_where_one_would_publish(leena, reference, kind):
    meeting = evening(reference, kind, published_at=None, venue=None, starts_at=None, ends_at=None)
    page = leena.get(f"{START}{meeting.slug}/")
    assert len(page.context["page"].missing) == 2
    assert "julkaise/" not in page.content.decode()
    leena.post(f"{START}{meeting.slug}/julkaise/")
    meeting.refresh_from_db()
    assert meeting.is_draft
    leena.post(f"{START}{meeting.slug}/aika/", {"day": "8.10.2026", "start": "17.30", "end": "20", "seen": 0})
    meeting.refresh_from_db()
    assert meeting.starts_at == at("2026-10-08 17.30")


def test_what_else_is_on_the_day_is_said(leena, reference, kind):
    meeting = evening(reference, kind, starts_at=at("2026-12-06 17.30"), ends_at=at("2026-12-06 20.00"))
    MeetingFactory(
        kind=kind, region=reference.pohjois_pohjanmaa, hosts=[reference.hailuoto], title_fi="Saaren ilta",
        starts_at=at("2026-12-06 18.00"), ends_at=at("2026-12-06 20.00"),
    )  # fmt: skip
    MeetingFactory(
        kind=kind, region=reference.pohjois_pohjanmaa, hosts=[reference.hailuoto], title_fi="Salainen luonnos",
        starts_at=at("2026-12-06 18.00"), ends_at=at("2026-12-06 20.00"), published_at=None,
    )  # fmt: skip
    words = words_of(leena.get(f"{START}{meeting.slug}/"))
    assert "pyhäpäivä" in words
    assert "Saaren ilta" in words
    assert "Salainen luonnos" not in words


def agenda_form(answer, rows):
    """Return what a browser would post of the agenda page with these rows."""
    management = answer.context["points"].management_form
    posted = {f"form-{name}": management[name].value() for name in management.fields}
    posted |= {"form-TOTAL_FORMS": len(rows), "seen": answer.context["seen"]}
    for number, row in enumerate(rows):
        posted |= {f"form-{number}-{name}": value for name, value in row.items()}
    return posted


def test_the_agenda_is_written_in_rows_and_empty_ones_go(leena, reference, kind):
    meeting = evening(reference, kind)
    address = f"{START}{meeting.slug}/ohjelma/"
    rows = [
        {"title_fi": "Kahvit", "minutes": "15", "speaker": ""},
        {"title_fi": "", "minutes": "30", "speaker": ""},
        {"title_fi": "Tulokset", "minutes": "", "speaker": "Hyvinvointikoordinaattori"},
    ]
    assert leena.post(address, agenda_form(leena.get(address), rows)).status_code == 302
    assert list(meeting.agenda.values_list("position", "title_fi", "minutes", "speaker")) == [
        (1, "Kahvit", 15, ""), (2, "Tulokset", 0, "Hyvinvointikoordinaattori"),
    ]  # fmt: skip

    page = leena.get(address)
    refused = leena.post(address, agenda_form(page, [{"title_fi": "Kahvit", "minutes": "-5", "speaker": "x"}]))
    assert refused.status_code == 422
    assert "#id_form-0-minutes" in refused.content.decode()
    assert meeting.agenda.count() == 2

    leena.post(address, agenda_form(page, [{"title_fi": "Vain tämä", "minutes": "20", "speaker": ""}]))
    stale = leena.post(address, agenda_form(page, rows))
    assert stale.status_code == 422
    assert list(meeting.agenda.values_list("title_fi", flat=True)) == ["Vain tämä"]


def test_only_a_draft_is_deleted(leena, reference, kind):
    published = evening(reference, kind)
    draft = evening(reference, kind, published_at=None, slug="luonnos")
    leena.post(f"{START}luonnos/poista/")
    leena.post(f"{START}{published.slug}/poista/")
    assert list(Meeting.objects.all()) == [published]
    assert draft.pk not in Meeting.objects.values_list("pk", flat=True)


def test_another_municipalitys_meeting_is_not_there(leena, reference, kind):
    theirs = MeetingFactory(
        kind=kind, region=reference.pohjois_pohjanmaa, hosts=[MunicipalityFactory(region=reference.pohjois_pohjanmaa)]
    )
    for step in ("", "muuta/", "ohjelma/", "siirra/", "peru/"):
        assert leena.get(f"{START}{theirs.slug}/{step}").status_code == 404
    for step in ("julkaise/", "poista/", "sulje/", "peru/"):
        assert leena.post(f"{START}{theirs.slug}/{step}").status_code == 404
    theirs.refresh_from_db()
    assert not theirs.is_cancelled


@pytest.mark.parametrize("n", [1, 3])
def test_lists_take_the_same_number_of_queries_for_any_number(leena, reference, kind, n, django_assert_num_queries):
    for number in range(n):
        evening(reference, kind, slug=f"ilta-{number}")
    leena.get(START)
    with django_assert_num_queries(8):
        leena.get(START)


def test_a_closed_evening_takes_no_more_changes(reference, kind, cast):
    meeting = evening(reference, kind, published_at=None)
    publish_meeting(meeting, by=cast.leena.user)
    with time_machine.travel(at("2026-09-25 9.00")):
        later = client_of(cast.leena.user)
        later.post(f"{START}{meeting.slug}/sulje/")
        meeting.refresh_from_db()
        assert meeting.state == Meeting.State.CLOSED
        assert "muuta/" not in later.get(f"{START}{meeting.slug}/").content.decode()


def test_a_coming_evening_has_what_helps_to_make_it_known_and_a_draft_has_not(leena, reference, kind):
    meeting = evening(reference, kind, title_fi="Yhdistysilta")
    draft = evening(reference, kind, published_at=None, slug="luonnos")
    page = leena.get(f"{START}{meeting.slug}/").content.decode()
    assert f'href="/pohjois-pohjanmaa/tapahtumat/{meeting.slug}/"' in page
    assert "Lisätietoja: http" in page
    for what in ("juliste", "osallistujat"):
        assert f"{START}{meeting.slug}/{what}.pdf" in page
        assert leena.get(f"{START}{meeting.slug}/{what}.pdf").content.startswith(b"%PDF")
        assert leena.get(f"{START}{draft.slug}/{what}.pdf").status_code == 404
    assert leena.get(f"{START}{meeting.slug}/muu.pdf").status_code == 404
    assert ".pdf" not in leena.get(f"{START}{draft.slug}/").content.decode()


def test_the_forms_of_a_meetings_page_have_what_the_site_asks_of_a_browser(leena, reference, kind):
    meeting = evening(reference, kind, published_at=None)
    page = leena.get(f"{START}{meeting.slug}/").content.decode().partition("<main")[2].partition("</main")[0]
    forms = re.findall(r"<form[^>]*action=.*?</form>", page, re.S)
    assert [re.search(r"/(\w+)/\"", form)[1] for form in forms] == ["julkaise", "poista", "apuri"]
    assert all("csrfmiddlewaretoken" in form for form in forms)


def test_the_memo_and_links_to_materials_stand_on_the_public_page(leena, client, reference, kind):
    meeting = evening(reference, kind)
    page = f"/{reference.pohjois_pohjanmaa.slug}/tapahtumat/oulun-ilta/"
    assert "Muistio ja aineistot" not in words_of(client.get(page))
    typed = {"seen": meeting.version, "memo_fi": "Sovittiin tilavuoroista. [Kalvot](https://example.org/kalvot)"}
    leena.post(f"{START}oulun-ilta/muistio/", typed)
    shown = client.get(page)
    assert "Muistio ja aineistot Sovittiin tilavuoroista." in words_of(shown)
    assert 'href="https://example.org/kalvot"' in shown.content.decode()

    late = leena.post(f"{START}oulun-ilta/muistio/", typed | {"memo_fi": "Toisen sanat"})
    assert late.status_code == 422, "somebody else saved meanwhile"
    assert "Toisen sanat" in late.content.decode()
    assert "Toisen sanat" not in words_of(client.get(page))

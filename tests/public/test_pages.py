"""Home, the site's own texts, feedback, errors, and what machines read."""

import datetime as dt
import re
import xml.etree.ElementTree as ET

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from registry.models import Feedback, GrantPeriod, Municipality, PageText, Task
from surveys.publishing import publish_results
from tests.surveys.small_round import small_round

LANGUAGES = ["", "/sv", "/en"]
PUBLIC_PAGES = [
    "/",
    "/?haku=oulu",
    "/pohjois-pohjanmaa/",
    "/pohjois-pohjanmaa/oulu/",
    "/pohjois-pohjanmaa/oulu/vuosikello/",
    "/pohjois-pohjanmaa/tapahtumat/",
    "/pohjois-pohjanmaa/tapahtumat/?nakyma=kuukausi",
    "/saavutettavuus/",
    "/tietosuoja/",
    "/tietoa/",
    "/palaute/kiitos/",
]
ROUND = "/pohjois-pohjanmaa/kysely/2025/"
RESULT_PAGES = [
    "/pohjois-pohjanmaa/kysely/",
    "/pohjois-pohjanmaa/vertaa/?kunnat=oulu,hailuoto",
    ROUND,
    f"{ROUND}oulu/",
    f"{ROUND}vaala/",
    f"{ROUND}oulu/ilta/",
    f"{ROUND}kysymys/maksuttomuus/",
    f"{ROUND}oulu/lausunto.pdf",
    f"{ROUND}tulokset.csv",
    f"{ROUND}kuvio-maksuttomuus.svg",
]


@pytest.mark.parametrize("text", ["äänekoski", "AANEKOSKI", "Äänek", "  äänekoski  ", "anekoski"])
def test_search_finds_a_municipality_by_part_of_its_name_with_or_without_dots(client, reference, text):
    found = client.get("/", {"haku": text}).context["found"]
    assert [municipality.name for municipality in found] == ["Äänekoski"]


def test_search_finds_by_the_swedish_name(client, reference):
    response = client.get("/", {"haku": "brahestad"})
    assert [municipality.code for municipality in response.context["found"]] == ["678"]
    assert "/pohjois-pohjanmaa/raahe/" in response.content.decode()


def test_search_tells_that_a_municipality_belongs_to_a_region_without_pages(client, reference):
    source = client.get("/", {"haku": "kuhmoinen"}).content.decode()
    assert "Pirkanmaa" in source
    assert "/pirkanmaa/kuhmoinen/" not in source


def test_search_without_a_hit_says_what_to_do(client, reference):
    response = client.get("/", {"haku": "<script>alert(1)</script>"})
    assert response.status_code == 200
    assert response.context["found"] == []
    assert "<script>alert" not in response.content.decode()


@pytest.mark.parametrize("text", ["x" * 10_000, "ou\0lu"])
def test_search_refuses_what_cannot_be_a_name(client, reference, text):
    response = client.get("/", {"haku": text})
    assert response.status_code == 400
    assert list(response.context["form"].errors) == ["haku"]
    shown = text.replace("\0", "\ufffd")
    assert f'value="{shown}"' in response.content.decode()


def test_search_by_percent_signs_is_not_a_wildcard(client, reference):
    assert client.get("/", {"haku": "%"}).context["found"] == []
    assert client.get("/", {"haku": "o%u"}).context["found"] == []


@pytest.mark.parametrize("address", PUBLIC_PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_public_page_is_the_same_for_everyone(client, cast, address, language):
    """No cookie, no Vary on the reader: a signed-in coordinator gets the same bytes as anybody."""
    anonymous = client.get(language + address)
    assert anonymous.status_code == 200
    client.force_login(cast.kaisa.user, backend="django.contrib.auth.backends.ModelBackend")
    signed_in = client.get(language + address)
    for response in (anonymous, signed_in):
        assert not response.cookies
        assert "Cookie" not in response.get("Vary", "")
        assert "Accept-Language" not in response.get("Vary", "")
    assert anonymous.content == signed_in.content


@pytest.mark.parametrize("address", PUBLIC_PAGES)
def test_language_is_the_address_and_the_switch_keeps_page_and_choices(client, reference, address):
    for code, prefix in [("fi", ""), ("sv", "/sv"), ("en", "/en")]:
        response = client.get(prefix + address, headers={"accept-language": "de,en;q=0.5"})
        source = response.content.decode()
        assert f'<html lang="{code}">' in source
        assert response["Content-Language"] == code
        assert all(f'href="{other}{address}"' in source for other in LANGUAGES)


@pytest.mark.parametrize("address", [*PUBLIC_PAGES, "/palaute/", "/ei-ole/"])
def test_security_headers_stand_on_every_page(client, reference, address):
    assert_is_guarded(client.get(address))


def test_security_headers_stand_on_every_page_and_file_of_results(client, reference):
    publish_results(small_round(reference.pohjois_pohjanmaa, [reference.oulu, reference.hailuoto]), by=None)

    for address in RESULT_PAGES:
        response = client.get(address)
        assert response.status_code == 200, address
        assert_is_guarded(response)


def assert_is_guarded(response):
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", PageText.Key.values)
def test_own_texts_are_filled_in_and_leave_no_placeholder(client, reference, key, language):
    source = client.get(f"{language}/{key}/").content.decode()
    assert "{" not in source.split("<main")[1].split("</main>")[0]
    assert settings.CONTROLLER_NAME[language.strip("/") or "fi"] in source


@pytest.mark.parametrize(
    ("prefix", "name"), [("", "Omat tiedot"), ("/sv", "Mina uppgifter"), ("/en", "My data")]
)  # fmt: skip
def test_privacy_notice_leads_to_ones_own_data_in_each_language(client, cast, prefix, name):
    """To the page that is called so, by way of signing in."""
    notice = client.get(f"{prefix}/tietosuoja/").content.decode()
    client.force_login(cast.leena.user, backend="django.contrib.auth.backends.ModelBackend")
    assert f'<a href="{prefix}/oma/tiedot/">{name}</a>' in notice
    assert f"<h1>{name}</h1>" in client.get(f"{prefix}/oma/tiedot/").content.decode()


def test_privacy_notice_prints_the_retention_that_the_code_enforces(client, reference):
    from registry.privacy import declared_retentions

    response = client.get("/tietosuoja/")
    cells = response.content.decode().split("<tbody>")[1].split("</tbody>")[0]
    assert cells.count("<tr>") == len(declared_retentions())
    assert "24 kuukautta" in cells


def test_accessibility_statement_names_the_enforcement_body_in_the_readers_language(client, reference):
    for prefix, code in [("", "fi"), ("/sv", "sv"), ("/en", "en")]:
        assert settings.ENFORCEMENT_BODY[code] in client.get(f"{prefix}/saavutettavuus/").content.decode()


def test_what_an_editor_writes_is_never_a_template_or_raw_html(client, reference):
    text = PageText.objects.get(key="tietoa")
    text.body_fi = (
        "# Tietoa\n\n{{ settings.SECRET_KEY }} {secret_key} <script>alert(1)</script> [x](javascript:alert(1))"
    )
    text.save()
    source = client.get("/tietoa/").content.decode()
    assert "{{ settings.SECRET_KEY }}" in source
    assert settings.SECRET_KEY not in source
    assert "<script>" not in source
    assert 'href="javascript' not in source


def feedback_form(**changes):
    return {
        "kind": "accessibility",
        "region": "",
        "message": "Kontrasti on heikko.",
        "reply_to": "",
        "page": "/tietoa/",
        "website": "",
    } | changes


def test_feedback_becomes_the_regions_task_with_a_14_day_clock(client, cast, reference):
    response = client.post("/sv/palaute/", feedback_form(region=reference.pohjois_pohjanmaa.pk))
    assert (response.status_code, response["Location"]) == (302, "/sv/palaute/kiitos/")
    feedback = Feedback.objects.get()
    assert feedback.answer_by == timezone.localdate() + dt.timedelta(days=14)
    assert feedback.language == "sv"
    task = Task.objects.get()
    assert (task.region, task.due_on) == (reference.pohjois_pohjanmaa, feedback.answer_by)
    assert list(Task.objects.editable_by(cast.kaisa.user)) == [task]
    assert list(Task.objects.editable_by(cast.outi.user)) == []
    assert str(feedback.pk) in task.url


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": ""}, "kind"),
        ({"kind": "made-up"}, "kind"),
        ({"message": "   "}, "message"),
        ({"message": "x" * 4001}, "message"),
        ({"message": "nul\0"}, "message"),
        ({"reply_to": "not an address"}, "reply_to"),
        ({"region": "999999"}, "region"),
        ({"region": "x"}, "region"),
        ({"page": "/" + "x" * 400}, "page"),
        ({"website": "http://spam.example.org"}, "website"),
    ],
)
def test_feedback_with_a_fault_keeps_what_was_typed_and_saves_nothing(client, reference, changes, field):
    response = client.post("/palaute/", feedback_form(**changes))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    source = response.content.decode()
    assert "error-summary" in source
    if "message" not in changes:
        assert "Kontrasti on heikko." in source
    assert not Feedback.objects.exists()
    assert not Task.objects.exists()


def test_error_of_the_radio_buttons_stands_under_their_legend_and_is_tied_to_them(client, reference):
    source = " ".join(client.post("/palaute/", feedback_form(kind="")).content.decode().split())
    fieldset = source.split("<fieldset")[1].split("</fieldset>")[0]
    assert fieldset.split(">")[0] == (
        ' role="radiogroup" aria-required="true" aria-invalid="true" aria-describedby="id_kind_error"'
    )
    legend, error, first_radio = (
        fieldset.index(words) for words in ("</legend>", '<div class="error" id="id_kind_error">', 'type="radio"')
    )
    assert legend < error < first_radio
    assert source.count("id_kind_error") == 2
    assert "aria-invalid" not in client.get("/palaute/").content.decode()


def test_thanks_tell_what_happens_next_and_by_when(client, reference):
    source = client.get("/en/palaute/kiitos/").content.decode()
    assert "The coordinator of the region that you chose reads your message." in source
    assert "you get an answer within 14 days" in source
    assert 'href="/en/saavutettavuus/"' in source.split("<main")[1].split("</main>")[0]


def test_feedback_from_a_page_knows_the_region(client, reference):
    initial = client.get("/palaute/?sivu=/en/keski-suomi/jyvaskyla/").context["form"].initial
    assert (initial["page"], initial["region"]) == ("/en/keski-suomi/jyvaskyla/", reference.keski_suomi)
    assert client.get("/palaute/?sivu=https://evil.example.org/%00").context["form"].initial["page"] == ""


def test_feedback_page_is_not_kept_by_caches(client, reference):
    assert "no-store" in client.get("/palaute/")["Cache-Control"]


def test_form_without_its_token_is_refused_in_words(reference):
    from django.test import Client

    response = Client(enforce_csrf_checks=True).post("/palaute/", feedback_form())
    assert response.status_code == 403
    assert "<h1>" in response.content.decode()
    assert not Feedback.objects.exists()


@pytest.mark.parametrize("address", ["/%00/", "/pohjois-pohjanmaa/%00/", "/ö/", "/a/b/c/", "/" + "x" * 5000 + "/"])
def test_strange_address_is_not_found(client, reference, address):
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("address", ["/", "/pohjois-pohjanmaa/", "/pohjois-pohjanmaa/oulu/", "/tietoa/"])
def test_public_pages_take_no_writes(client, reference, address):
    assert client.post(address).status_code == 405


def test_server_error_is_told_without_a_query_or_a_detail(client, reference, monkeypatch, django_assert_num_queries):
    client.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr("public.views.home.SearchForm", None)
        with django_assert_num_queries(1):  # the version, read before the view
            response = client.get("/")
    assert response.status_code == 500
    source = response.content.decode()
    assert "Palvelussa on häiriö" in source
    assert "TypeError" not in source


def test_sitemap_lists_every_public_page_in_every_language(client, reference):
    root = ET.fromstring(client.get("/sitemap.xml").content)
    names = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
    addresses = [url.findtext("s:loc", namespaces=names) for url in root.findall("s:url", names)]
    assert len(addresses) == len(set(addresses)) == 3 * (4 + 2 * 2 + 2 * 52)
    assert "http://testserver/sv/pohjois-pohjanmaa/vaala/" in addresses
    assert not any("kuhmoinen" in address or "pirkanmaa" in address for address in addresses)
    links = root.find("s:url", names).findall("x:link", names)
    assert {link.get("hreflang") for link in links} == {"fi", "sv", "en"}
    for address in addresses[::17]:
        assert client.get(address.removeprefix("http://testserver")).status_code == 200


def test_robots_name_the_sitemap(client):
    source = client.get("/robots.txt").content.decode()
    assert "Sitemap: http://testserver/sitemap.xml" in source
    assert "Disallow: /hallinta/" in source


def test_health_for_machines(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/healthz").content == b"ok"
    assert client.get("/readyz").content == b"ok"


def test_abo_does_not_come_first(client, reference):
    """Å stands at the end of the alphabet, whatever the database's collation."""
    municipality = Municipality.objects.get(code="009")
    municipality.name_sv = "Åbo"
    municipality.save()
    names = [row.name for row in client.get("/sv/pohjois-pohjanmaa/").context["rows"]]
    assert names[-1] == "Åbo"


@pytest.mark.parametrize("address", ["/pohjois-pohjanmaa/", "/pohjois-pohjanmaa/pyhajarvi/", "/tietosuoja/"])
def test_every_row_of_a_table_has_a_cell_for_each_heading(client, cast, address):
    tables = re.findall(r"<table>.*?</table>", client.get(address).content.decode(), flags=re.DOTALL)
    assert tables
    for table in tables:
        head, *bodies = table.split("<tbody>")
        n_headings = len(re.findall(r"<th[ >]", head))
        rows = re.findall(r"<tr[ >].*?</tr>", "".join(bodies), flags=re.DOTALL)
        groups = [row for row in rows if 'scope="rowgroup"' in row]
        assert all(f'colspan="{n_headings}"' in row for row in groups)
        assert {len(re.findall(r"<t[hd][ >]", row)) for row in rows if row not in groups} == {n_headings}


def test_region_without_municipalities_says_who_adds_them(client, db):
    from tests import factories

    factories.RegionFactory(slug="tyhja")
    response = client.get("/en/tyhja/")
    assert response.status_code == 200
    source = response.content.decode()
    assert "No municipality is recorded as a member of the region on this day." in source
    assert "fits these choices" not in source


def test_printed_page_tells_its_own_address(client, reference):
    source = client.get("/sv/tietoa/").content.decode()
    assert '<p class="in-print">http://testserver/sv/tietoa/</p>' in source


def test_home_tells_the_nearest_days_of_grants_and_where(client, reference):
    def period(municipality, opens_on, closes_on, **changes):
        GrantPeriod.objects.create(
            municipality=municipality, name="Yleisavustus", opens_on=opens_on, closes_on=closes_on, **changes
        )

    opening, closing = dt.date(2027, 2, 1), dt.date(2027, 3, 31)
    period(reference.oulu, opening, closing)
    period(reference.oulu, opening, dt.date(2027, 4, 15))
    period(reference.hailuoto, opening, closing)
    period(reference.jyvaskyla, dt.date(2026, 11, 1), dt.date(2026, 11, 30))
    period(reference.vaala, None, dt.date(2026, 12, 15))
    period(reference.vaala, opening, closing, valid_to=dt.date(2026, 1, 1))
    period(reference.kuhmoinen, opening, closing)  # its region has no pages
    period(reference.oulu, dt.date(2026, 2, 1), dt.date(2026, 3, 31))
    with time_machine.travel("2026-11-22T10:00:00+02:00"):
        told = [
            (next.day, next.words, [(each.name, each.url) for each in next.municipalities])
            for next in client.get("/").context["next_days"]
        ]
    assert told == [
        (
            dt.date(2026, 11, 30),
            "avustusten haku päättyy 1 kunnassa",
            [("Jyväskylä", "/keski-suomi/jyvaskyla/")],
        ),
        (dt.date(2026, 12, 15), "avustusten haku päättyy 1 kunnassa", [("Vaala", "/pohjois-pohjanmaa/vaala/")]),
        (
            opening,
            "avustusten haku alkaa 2 kunnassa",
            [("Hailuoto", "/pohjois-pohjanmaa/hailuoto/"), ("Oulu", "/pohjois-pohjanmaa/oulu/")],
        ),
    ]
    with time_machine.travel("2027-02-01T00:00:01+02:00"):
        told = [(next.day, next.words) for next in client.get("/").context["next_days"]]
    assert told == [
        (closing, "avustusten haku päättyy 2 kunnassa"),
        (dt.date(2027, 4, 15), "avustusten haku päättyy 1 kunnassa"),
    ]


def test_home_without_coming_days_says_who_adds_them(client, reference):
    assert "The municipality's liaison or the coordinator can add them." in client.get("/en/").content.decode()

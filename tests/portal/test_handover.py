"""A liaison or a coordinator leaves: the pack holds what is open, the next one begins, and the leaver sees no more."""

import datetime as dt
import re
import uuid

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.models import User
from common.partial_dates import PartialDate
from registry import handover_pack
from registry.contact_log import record_contact
from registry.handover import confirm_successor, hand_over
from registry.handover_pack import PackRow, PackSection, register_section
from registry.models import (
    ActingEntry,
    Appointment,
    Association,
    AssociationLetter,
    ContactEntry,
    Coordinator,
    GrantPeriod,
    Handover,
    Person,
    SharedMailbox,
    Task,
)  # fmt: skip
from registry.pair_tasks import add_pair_task
from registry.tasks import update_tasks
from tests import factories
from tests.accounts.helpers import after_commit
from tests.portal.conftest import client_of
from tests.portal.test_gate import PAGES

TODAY = dt.date(2026, 11, 22)
LAST = dt.date(2026, 11, 30)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC), tick=False):
        yield


def day_after():
    return time_machine.travel(dt.datetime(2026, 12, 1, 10, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def leena(cast, today):
    return client_of(cast.leena.user)


@pytest.fixture
def second(cast, reference):
    """Another liaison of Oulu, who has an account."""
    person = factories.PersonFactory(
        given_name="Sanni", family_name="Seuraaja", region=reference.pohjois_pohjanmaa, email="sanni.tyo@example.org",
        user=factories.UserFactory(email="sanni@example.org"),
    )  # fmt: skip
    factories.AppointmentFactory(person=person, municipality=reference.oulu)
    return person


def looking(cast):
    client = client_of(cast.kaisa.user)
    client.post("/oma/oulu/katso/")
    return client


def address(cast):
    return f"/oma/oulu/luovutus/{cast.leena_in_oulu.pk}/"


def send(client, cast, **data):
    with after_commit():
        return client.post(address(cast), {"last_day": "30.11.2026", "follows": "nobody"} | data)


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


NEW = {"follows": "new", "given_name": "Uuno", "family_name": "Uusi", "email": "uuno@example.org"}


def test_a_liaison_who_names_a_colleague_with_the_same_post_is_followed_at_once(cast, leena, second):
    answer = send(leena, cast, follows="known", successor=second.pk, note="Kysy avaimia Pirkolta.")

    handover = Handover.objects.get()
    assert answer.url == f"/oma/oulu/luovutus/paketti/{handover.pk}/"
    assert (handover.successor, handover.note, handover.appointment.end_last) == (
        second,
        "Kysy avaimia Pirkolta.",
        LAST,
    )
    assert not Task.objects.filter(kind="handover").exists()
    assert [(letter.to[0], letter.subject) for letter in mail.outbox] == [
        ("ahti.tyo@example.org", "Järjestöyhdyshenkilö vaihtuu: Oulu"),
        ("sanni.tyo@example.org", "Jatkat tehtävää: Oulu"),
    ]
    assert all("Kysy avaimia" not in letter.body for letter in mail.outbox)


def test_a_liaison_proposes_somebody_new_and_nobody_gets_rights_before_the_coordinator_confirms(cast, reference, leena):
    send(leena, cast, **NEW)

    person = Person.objects.get(email="uuno@example.org")
    task = Task.objects.get(kind="handover")
    assert (person.user, Appointment.objects.filter(person=person).exists()) == (None, False)
    assert not User.objects.filter(email="uuno@example.org").exists()
    assert [letter.to[0] for letter in mail.outbox] == ["ahti.tyo@example.org"]
    assert "Uuno" not in mail.outbox[0].body
    assert (task.assigned_to, task.region, task.due_on) == (cast.kaisa, reference.pohjois_pohjanmaa, LAST)

    kaisa = looking(cast)
    assert "Seuraako Uuno Uusi (uuno@example.org)?" in text_of(kaisa.get(task.url))
    with after_commit():
        kaisa.post(f"{task.url}vahvista/", {"source": "mail"})

    role = Appointment.objects.get(person=person)
    assert (role.kind, role.start_last, role.municipality) == ("liaison", dt.date(2026, 12, 1), reference.oulu)
    task.refresh_from_db()
    assert (task.done_at is not None, ActingEntry.objects.filter(step="portal_pack_confirm").count()) == (True, 1)
    told = [(letter.to[0], "Uuno Uusi" in letter.body) for letter in mail.outbox[1:]]
    assert sorted(told) == [("ahti.tyo@example.org", True), ("uuno@example.org", True)]


def test_only_those_who_may_appoint_confirm(cast, leena):
    send(leena, cast, **NEW)
    handover = Handover.objects.get()

    assert leena.post(f"/oma/oulu/luovutus/paketti/{handover.pk}/vahvista/").status_code == 403
    for account in (cast.leena.user, cast.outi.user):
        with pytest.raises(ValidationError) as refused:
            confirm_successor(handover, by=account)
        assert refused.value.code == "not_yours"
    assert Appointment.objects.filter(person=handover.successor).count() == 0


def test_a_coordinator_ends_it_in_the_liaisons_place_with_the_source_and_appoints_at_once(cast):
    kaisa = looking(cast)
    refused = send(kaisa, cast, person=cast.leena.pk, **NEW)
    assert (refused.status_code, Handover.objects.count()) == (422, 0)

    send(kaisa, cast, person=cast.leena.pk, source="phone", **NEW)

    handover = Handover.objects.get()
    assert handover.written_by == cast.kaisa.user
    assert Appointment.objects.get(person=handover.successor).start_last == dt.date(2026, 12, 1)
    entry = ActingEntry.objects.get(step="portal_handover")
    assert (entry.person, entry.source, entry.by) == (cast.leena, "phone", cast.kaisa.user)
    assert sorted(letter.to[0] for letter in mail.outbox) == ["ahti.tyo@example.org", "uuno@example.org"]


def fill_oulu(cast, reference):
    oulu, north = reference.oulu, reference.pohjois_pohjanmaa
    add_pair_task(oulu, title="Kutsu yhdistykset", due_on=LAST, is_proposal=False, by=cast.leena.user)
    add_pair_task(oulu, title="Ehdotettu retki", is_proposal=True, by=cast.ahti.user)
    Task.objects.create(title="Leenan oma", region=north, municipality=oulu, assigned_to=cast.leena)
    SharedMailbox.objects.create(municipality=oulu, post="Kirjaamo", email="kirjaamo@example.org")
    GrantPeriod.objects.create(municipality=oulu, name="Tuki", closes_on=dt.date(2027, 1, 31))
    factories.AssociationFactory(municipality=oulu)
    AssociationLetter.objects.create(municipality=oulu, subject="Kirje kesken", text="x", written_by=cast.leena.user)
    Task.objects.create(title="Toisen kunnan", audience="pair", municipality=reference.hailuoto)
    AssociationLetter.objects.create(municipality=reference.hailuoto, subject="Toisen kunnan", text="x")


def everything_of(oulu, cast):
    """Return every address of the portal below the municipality, with numbers of its rows."""
    numbers = {"letter": oulu.association_letters.get().pk, "appointment": cast.leena_in_oulu.pk,
               "grant": oulu.grantperiods.get().pk, "task": oulu.tasks.first().pk,
               "year": TODAY.year, "past_year": TODAY.year, "file": uuid.uuid4(), "batch": uuid.uuid4(),
               "guest": 1}  # fmt: skip
    paths = []
    for name, (args, get, _post) in PAGES.items():
        if 405 not in get and name not in {"portal_pack", "portal_ask"}:
            paths.append(reverse(name, args=["oulu", *(numbers.get(each, each) for each in args)]))
    return paths


def test_the_pack_holds_everything_open_and_the_next_one_gets_it_and_the_leaver_nothing(
    cast, reference, client, leena, second
):
    fill_oulu(cast, reference)
    public = "/pohjois-pohjanmaa/oulu/"
    assert "Leena Liesi" in client.get(public).content.decode()
    send(leena, cast, follows="known", successor=second.pk, note="Avain on Pirkolla.")
    pack = f"/oma/oulu/luovutus/paketti/{Handover.objects.get().pk}/"
    expected = [
        "Kutsu yhdistykset", "Ehdotettu retki", "Leenan oma", "Ahti Aapa", "Sanni Seuraaja", "Kirjaamo",
        "1 yhdistys on kirjattu", "Tuki: haku päättyy", "Avain on Pirkolla.", "Kirje kesken",
    ]  # fmt: skip
    letter = f"/oma/oulu/kirje/{AssociationLetter.objects.get(municipality=reference.oulu).pk}/"
    assert [leena.get(each).status_code for each in (pack, letter)] == [200, 200]

    with day_after():
        update_tasks()
        page = text_of(client_of(second.user).get(pack))
        seen = [
            client_of(cast.leena.user).get(each).status_code for each in (pack, *everything_of(reference.oulu, cast))
        ]
        shown = client.get(public).content.decode()

    assert [text for text in expected if text not in page] == []
    assert "Toisen kunnan" not in page
    assert set(seen) == {404}
    assert client_of(second.user).get(letter).status_code == 200
    assert ("Leena Liesi" in shown, "Sanni Seuraaja" in shown) == (False, True)
    assert Task.objects.get(title="Leenan oma").assigned_to == second


def test_agents_and_strangers_see_no_pack(cast, reference, leena):
    send(leena, cast, note="Salainen muistiinpano")
    pack = f"/oma/oulu/luovutus/paketti/{Handover.objects.get().pk}/"
    other = factories.AppointmentFactory(municipality=reference.hailuoto, person__user=factories.UserFactory())

    assert [client_of(each).get(pack).status_code for each in (cast.ahti.user, cast.outi.user, other.person.user)] == [
        404
    ] * 3
    hailuoto = client_of(other.person.user)
    assert hailuoto.get(pack.replace("oulu", "hailuoto")).status_code == 404


def test_without_a_successor_a_task_asks_for_one_the_day_after(cast, reference, leena):
    send(leena, cast)
    assert not Task.objects.filter(kind="vacancy").exists()
    with day_after():
        update_tasks()
    assert Task.objects.get(kind="vacancy").municipality == reference.oulu


def test_that_somebody_is_being_named_is_stated_from_the_day_after(cast, reference, leena):
    send(leena, cast, follows="being_named")
    statement = reference.oulu.statements.get()
    assert (statement.kind, statement.start_last) == ("being_named", dt.date(2026, 12, 1))


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"last_day": "21.11.2026"}, "id_last_day"),
        ({"last_day": ""}, "id_last_day"),
        ({"follows": "known"}, "id_successor"),
        ({"follows": "new", "given_name": "Uuno"}, "id_email"),
        ({"follows": "new", "given_name": "U", "family_name": "U", "email": "ei"}, "id_email"),
    ],
)
def test_what_is_missing_is_told_beside_its_field_and_nothing_is_saved(cast, leena, data, field):
    page = send(leena, cast, note="Pitkä muistiinpano", **data)

    assert page.status_code == 422
    assert f'href="#{field}"' in page.content.decode()
    assert "Pitkä muistiinpano" in page.content.decode()
    assert (Handover.objects.count(), Appointment.objects.get(pk=cast.leena_in_oulu.pk).end_last) == (0, None)
    assert mail.outbox == []


def test_sent_twice_it_is_one_and_a_correction_tells_the_agents_once(cast, leena):
    for _time in range(2):
        send(leena, cast)
    send(leena, cast, last_day="29.11.2026")
    assert Handover.objects.count() == 1
    assert Appointment.objects.get(pk=cast.leena_in_oulu.pk).end_last == dt.date(2026, 11, 29)
    assert len(mail.outbox) == 2


def test_a_leaver_does_not_prolong_the_own_role(cast, leena):
    send(leena, cast)
    page = send(leena, cast, last_day="31.12.2026")
    assert page.status_code == 422
    assert Appointment.objects.get(pk=cast.leena_in_oulu.pk).end_last == LAST


def test_an_address_elsewhere_in_the_registry_is_not_told(cast, leena):
    """The form must not turn an address into a name."""
    send(leena, cast, follows="new", given_name="Uuno", family_name="Uusi", email="outi.tyo@example.org")
    assert Handover.objects.get().successor.name == "Uuno Uusi"
    assert "Outi" not in leena.get(f"/oma/oulu/luovutus/paketti/{Handover.objects.get().pk}/").content.decode()


@pytest.mark.parametrize(("language", "subject"), [
    ("fi", "Järjestöyhdyshenkilö vaihtuu: Oulu"), ("sv", "Kontaktpersonen byts: Uleåborg"),
    ("en", "The liaison changes: Oulu"),
])  # fmt: skip
def test_agents_read_it_in_their_language_as_text_and_html(cast, reference, leena, language, subject):
    reference.oulu.name_sv = "Uleåborg"
    reference.oulu.save()
    cast.ahti.language = language
    cast.ahti.save()
    send(leena, cast)
    (letter,) = mail.outbox
    assert letter.subject == subject
    assert all("Leena Liesi" in each for each in (letter.body, letter.alternatives[0][0]))


def test_another_applications_section_is_in_the_pack(cast, leena, monkeypatch):
    monkeypatch.setattr(handover_pack, "_sections", list(handover_pack._sections))
    section = PackSection(
        "elsewhere",
        "Muualla",
        lambda post: [PackRow(f"Kysely kesken: {post.municipality}")],
        frozenset({"municipality"}),
    )
    register_section(section)
    with pytest.raises(ValueError, match="elsewhere"):
        register_section(section)
    send(leena, cast)
    assert "Kysely kesken: Oulu" in text_of(leena.get(f"/oma/oulu/luovutus/paketti/{Handover.objects.get().pk}/"))


@pytest.mark.parametrize(("page", "queries"), [("/oma/oulu/luovutus/paketti/{pack}/", 16)])
def test_the_pack_makes_the_same_queries_for_one_and_three(
    cast, reference, leena, django_assert_num_queries, page, queries
):
    send(leena, cast)
    where = page.format(pack=Handover.objects.get().pk)
    fill_oulu(cast, reference)
    leena.get(where)
    with django_assert_num_queries(queries):
        leena.get(where)
    for number in range(2):
        fill_oulu(cast, reference)
        factories.AgentFactory(municipality=reference.oulu)
        Task.objects.create(title=f"T{number}", audience="pair", municipality=reference.oulu)
    with django_assert_num_queries(queries):
        leena.get(where)


# --- Coordinators ----------------------------------------------------------------------------------------------------


@pytest.fixture
def kaisa(cast, today):
    return client_of(cast.kaisa.user)


def post_of(cast):
    return Coordinator.objects.get(person=cast.kaisa)


def test_a_coordinator_leaves_to_a_colleague_who_gets_the_regions_pack(cast, reference, kaisa):
    north = reference.pohjois_pohjanmaa
    colleague = factories.PersonFactory(user=factories.UserFactory(email="kolle@example.org"), region=north)
    area = north.area_groups.first().areas.first()
    factories.CoordinatorFactory(region=north, area=area, person=colleague)
    Task.objects.create(title="Kaisan oma", region=north, assigned_to=cast.kaisa)
    Task.objects.create(title="Kenen vain", region=north)
    Task.objects.create(title="Toisen maakunnan", region=reference.keski_suomi)
    record_contact(
        ContactEntry(municipality=reference.oulu, about="x", next_step="Lähetä ohje", next_step_on=LAST),
        by=cast.kaisa.user,
    )  # fmt: skip
    with after_commit():
        answer = kaisa.post(
            f"/oma/luovutus/{post_of(cast).pk}/",
            {"last_day": "30.11.2026", "follows": "known", "successor": colleague.pk, "note": "Terveisiä"},
        )

    with day_after():
        update_tasks()
        page = text_of(client_of(colleague.user).get(answer.url))
        seen = [client_of(cast.kaisa.user).get(each).status_code for each in (answer.url, "/oma/luovutus/")]

    wanted = ["Kaisan oma", "Kenen vain", "Lähetä ohje", "Hailuoto", "Terveisiä"]
    assert [text for text in wanted if text not in page] == []
    assert ("Toisen maakunnan" in page, seen) == (False, [404, 404])
    assert Coordinator.objects.filter(person=colleague, area=None).get().start_last == dt.date(2026, 12, 1)
    assert Task.objects.get(title="Kaisan oma").assigned_to == colleague


def test_a_coordinator_proposes_somebody_new_and_an_administrator_confirms(cast, kaisa):
    data = {"last_day": "30.11.2026"} | NEW
    where = kaisa.post(f"/oma/luovutus/{post_of(cast).pk}/", data).url
    task = Task.objects.get(kind="handover")
    assert (task.region, task.url, Coordinator.objects.filter(person__email="uuno@example.org").exists()) == (
        None, where, False,
    )  # fmt: skip

    kaisa.post(f"{where}vahvista/")
    assert not Coordinator.objects.filter(person__email="uuno@example.org").exists()
    client_of(cast.aino).post(f"{where}vahvista/")

    assert Coordinator.objects.get(person__email="uuno@example.org").start_last == dt.date(2026, 12, 1)
    assert User.objects.filter(email="uuno@example.org").exists()


def test_coordinators_pages_are_the_regions_own(cast, kaisa, client):
    where = kaisa.post(f"/oma/luovutus/{post_of(cast).pk}/", {"last_day": "30.11.2026", "follows": "nobody"}).url
    pages = ["/oma/luovutus/", f"/oma/luovutus/{post_of(cast).pk}/", where, f"{where}vahvista/"]
    seen = {
        word: [client_of(account).get(page).status_code for page in pages[:3]]
        + [client_of(account).post(pages[3]).status_code]
        for word, account in {
            "stranger": cast.stranger, "liaison": cast.leena.user, "agent": cast.ahti.user,
            "coordinator": cast.kaisa.user, "elsewhere": cast.outi.user, "administrator": cast.aino,
        }.items()
    }  # fmt: skip
    assert seen == {
        "stranger": [404] * 4, "liaison": [404] * 4, "agent": [404] * 4, "coordinator": [200, 200, 200, 302],
        "elsewhere": [200, 404, 404, 404], "administrator": [200, 404, 200, 302],
    }  # fmt: skip
    assert [client.get(page).status_code for page in pages[:3]] == [302] * 3


def test_the_process_refuses_the_leaver_as_the_next_one(cast):
    with pytest.raises(ValidationError) as refused:
        hand_over(cast.leena_in_oulu, on=LAST, by=cast.kaisa.user, successor=cast.leena)
    assert refused.value.code == "same"
    assert (Handover.objects.count(), Association.objects.count()) == (0, 0)


def test_a_deputy_hands_nothing_over(cast, reference):
    deputy = factories.AppointmentFactory(
        municipality=reference.oulu, kind="deputy", deputy_for=cast.leena_in_oulu, end=PartialDate.day(LAST),
        person__user=factories.UserFactory(),
    )  # fmt: skip
    assert client_of(deputy.person.user).get(f"/oma/oulu/luovutus/{deputy.pk}/").status_code == 404

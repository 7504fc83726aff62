"""Each check of data quality finds what it should, and nothing on the day before or in the neighbouring case."""

import datetime as dt

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from common.partial_dates import PartialDate
from mailing.bounces import record_bounce
from registry import models, quality
from registry.models import Appointment
from registry.quality import Check, Finding, checks, declared_checks, find_check, open_findings, register
from tests import factories
from tests.registry.quality_towns import A_YEAR_AGO, DAY, HALF_A_YEAR_AGO, ON, TWO_YEARS_AGO, Town, change, day

pytestmark = pytest.mark.django_db
LATER = day(ON + 60 * DAY)


@pytest.fixture
def town():
    return Town()


def in_municipality(town, check, more=""):
    return (check, f"municipality-{town.municipality.pk}{more}")


# --- Who is in the task ----------------------------------------------------------------------------------------------


def end_liaison(town, on=ON - DAY):
    """End the liaison with the pair; the agent is then without a pair."""
    change(town.pairing, end=day(on))
    change(town.liaison, end=day(on))
    return {("agent_without_pair", f"agent-{town.agent.pk}")}


def state(town, kind, start):
    return factories.SituationStatementFactory(municipality=town.municipality, kind=kind, start=start)


def fallback(town, **details):
    details = {"person": town.person(), "fallback_reason": "syy", "municipality": town.municipality} | details
    return factories.AppointmentFactory(kind=Appointment.Kind.FALLBACK, **details)


def nobody_known(town):
    return end_liaison(town) | {
        in_municipality(town, "vacancy", "-no_information"),
        in_municipality(town, "nobody_to_answer"),
    }


def liaison_until_today(town):
    change(town.pairing, end=day(ON))
    change(town.liaison, end=day(ON))
    return set()


def said_there_is_nobody(town):
    state(town, "none", day(ON))
    fallback(town)
    return end_liaison(town) | {in_municipality(town, "vacancy", "-none")}


def being_named_for_half_a_year(town):
    state(town, "being_named", day(HALF_A_YEAR_AGO))
    fallback(town)
    return end_liaison(town)


def being_named_for_longer(town):
    state(town, "being_named", day(HALF_A_YEAR_AGO - DAY))
    fallback(town)
    return end_liaison(town) | {in_municipality(town, "vacancy", "-being_named")}


def duties_without_title(town):
    factories.AppointmentFactory(
        municipality=town.municipality, kind=Appointment.Kind.DUTIES, person=town.liaison.person
    )
    return end_liaison(town) | {in_municipality(town, "nobody_to_answer")}


def records_begin_tomorrow(town):
    change(town.region, records_from=ON + DAY)
    return nobody_known(town) - {in_municipality(town, "vacancy", "-no_information")}


def region_without_pages(town):
    nobody_known(town)
    change(town.region, records_from=None)
    return set()


def municipality_of_another_region(town):
    nobody_known(town)
    models.RegionMembership.objects.update(valid_to=ON - DAY)
    return set()


def liaison_and(kind, **details):
    def case(town):
        other = factories.AppointmentFactory(
            municipality=town.municipality, person=town.liaison.person, kind=kind, **details
        )
        return {("contradicting_duties", f"appointment-{town.liaison.pk}-{other.pk}")}

    return case


def fallback_of_the_past(town):
    fallback(town, person=town.liaison.person, end=day(ON - DAY))
    return set()


def fallback_with_duties(town):
    person = town.person()
    state(town, "none", day(ON))
    factories.AppointmentFactory(municipality=town.municipality, person=person, kind=Appointment.Kind.DUTIES)
    fallback(town, person=person)
    return end_liaison(town)


def liaison_and_fallback_elsewhere(town):
    fallback(town, municipality=Town(town.region).municipality, person=town.liaison.person)
    return set()


def statement_beside_liaison(kind):
    def case(town):
        statement = state(town, kind, day(ON))
        return {("contradicted_statement", f"statement-{statement.pk}")}

    return case


def statement_of_tomorrow(town):
    state(town, "none", day(ON + DAY))
    return set()


def pair(town, **dates):
    change(town.pairing, **dates)
    return {("pair_outside_roles", f"pairing-{town.pairing.pk}")}


def pair_begins_with_the_role(town):
    pair(town, start=town.liaison.start)
    return set()


def pair_may_begin_with_the_role(town):
    change(town.liaison, start=PartialDate.of(2022))
    pair(town, start=PartialDate.of(2022))
    return set()


def pair_goes_on_after_the_agent(town):
    change(town.agent, end=day(ON - DAY))
    return {("pair_outside_roles", f"pairing-{town.pairing.pk}")}


def pair_ended_with_the_agent(town):
    change(town.agent, end=day(ON - DAY))
    change(town.pairing, end=day(ON - DAY))
    return set()


def deputy(town, of):
    return factories.AppointmentFactory(
        municipality=town.municipality,
        person=town.person(),
        kind=Appointment.Kind.DEPUTY,
        deputy_for=of,
        end=LATER,
    )


def deputy_of_the_liaison(town):
    deputy(town, town.liaison)
    return set()


def deputy_of_no_chosen_liaison(town):
    deputy(town, None)
    return set()


def deputy_of_an_ended_liaison(of_whom):
    def case(town):
        its = deputy(town, town.liaison if of_whom == "the ended" else None)
        return nobody_known(town) | {("deputy_of_nobody", f"appointment-{its.pk}")}

    return case


# --- What the task takes ---------------------------------------------------------------------------------------------


def liaison_lacks(check, **values):
    def case(town):
        change(town.liaison, **values)
        return {(check, f"appointment-{town.liaison.pk}")}

    return case


def liaison_has(**values):
    def case(town):
        change(town.liaison, **values)
        return set()

    return case


def person_of_liaison(check=None, **values):
    def case(town):
        change(town.liaison.person, **values)
        if check == "liaison_unreachable":
            return {(check, f"appointment-{town.liaison.pk}")}
        return {(check, f"person-{town.liaison.person_id}")} if check else set()

    return case


def unknown_holder(town):
    change(town.liaison, person=None)
    return {("liaison_unreachable", f"appointment-{town.liaison.pk}")}


def mailbox_instead_of_details(town):
    change(town.liaison, mailbox=town.mailbox)
    change(town.liaison.person, email="", phone="")
    return set()


def closed_mailbox_instead_of_details(town):
    change(town.mailbox, valid_to=ON - DAY)
    return {*person_of_liaison("liaison_unreachable", email="", phone="")(change_mailbox(town))}


def change_mailbox(town):
    change(town.liaison, mailbox=town.mailbox)
    return town


def agent_lacks(check, **values):
    def case(town):
        town.pairing.delete()
        change(town.agent, **values)
        return {(check, f"agent-{town.agent.pk}")} if check else set()

    return case


def consent_withdrawn(town):
    change(town.consent, withdrawn_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC))
    return {("agent_not_shown", f"agent-{town.agent.pk}")}


def consent_of_tomorrow(town):
    change(town.consent, given_on=ON + DAY)
    return {("agent_not_shown", f"agent-{town.agent.pk}")}


def consent_for_the_phone_alone(town):
    change(town.consent, field="phone")
    return {("agent_not_shown", f"agent-{town.agent.pk}")}


def candidate_without_consent(town):
    town.consent.delete()
    return agent_lacks(None, active=None, trained=None, start=day(ON))(town)


# --- Whether it is still right ---------------------------------------------------------------------------------------


def row(name, check=None, subject=None, **values):
    """Change the row `name` of the town; `check` finds it as `subject`, or nothing does."""

    def case(town):
        its = change(getattr(town, name), **values)
        return {(check, f"{subject or name}-{its.pk}")} if check else set()

    return case


def coordinator(town, checked_on=None, end=None, region=None):
    person = town.person(contact_checked_on=checked_on)
    factories.CoordinatorFactory(region=region or town.region, person=person, end=end)
    return {("contact_stale", f"person-{person.pk}")}


def coordinator_of_the_past(town):
    coordinator(town, end=day(ON - DAY))
    return set()


def coordinator_elsewhere(town):
    return coordinator(town, region=factories.RegionFactory())


def person_without_role(town):
    town.person(contact_checked_on=None)
    return set()


def person_in_two_towns(town):
    factories.AppointmentFactory(
        municipality=Town(town.region).municipality, person=town.liaison.person, kind=Appointment.Kind.DUTIES
    )
    return person_of_liaison("contact_stale", contact_checked_on=None)(town)


def letters_come_back(town):
    person = town.liaison.person
    record_bounce(person.email, "hard", "server", event_id=f"town:{person.pk}")
    return {("address_returned", f"person-{person.pk}")}


def contact_of_an_ended_association(town):
    change(town.contact, obtained_on=TWO_YEARS_AGO - DAY)
    change(town.association, ended_on=ON - DAY)
    return set()


def closed_grants(town):
    change(town.grant, closes_on=ON - DAY, checked_on=None)  # what is past needs no check
    return {in_municipality(town, "grants_closed")}


def closed_grants_and_the_next(town):
    closed_grants(town)
    models.GrantPeriod.objects.create(municipality=town.municipality, name="x", closes_on=ON, checked_on=ON)
    return set()


def no_grants_at_all(town):
    town.grant.delete()
    return set()


def website(found, **values):
    def case(town):
        change(town.municipality, **values)
        return {in_municipality(town, "website_unverified")} if found else set()

    return case


# --- Twice in the registry -------------------------------------------------------------------------------------------


def twin(found, **details):
    """A second person of the region; `details` may take a column from the liaison's person."""

    def case(town):
        one = change(town.liaison.person, given_name="Åsa", family_name="Ääri", phone="040 1234567", email="a@x.fi")
        other = town.person(**details)
        return {("person_twice", f"person-{one.pk}-{other.pk}")} if found else set()

    return case


def twin_of_another_region(town):
    twin(True, given_name="Åsa", family_name="Ääri", region=factories.RegionFactory())(town)
    return set()


def twin_of_another_region_with_a_role_here(town):
    region = factories.RegionFactory()
    expected = twin(True, given_name="Åsa", family_name="Ääri", region=region)(town)
    factories.AppointmentFactory(
        municipality=town.municipality, person=region.people.get(), end=day(dt.date(2022, 1, 1))
    )
    return expected


def three_of_one_name(town):
    one = town.liaison.person
    others = [town.person(given_name=one.given_name, family_name=one.family_name) for _number in range(2)]
    return {("person_twice", f"person-{one.pk}-{other.pk}") for other in others}


def association(found, name, place=None, has_number=False, **details):
    def case(town):
        details["register_number"] = f"9 87{town.association.pk}" if has_number else None
        change(town.association, name="Ääneseudun Kuoro ry", register_number=f"123.{town.association.pk}")
        municipality = Town(town.region).municipality if place == "another" else town.municipality
        other = factories.AssociationFactory(name=name, municipality=municipality, **details)
        return {("association_twice", f"association-{town.association.pk}-{other.pk}")} if found else set()

    return case


Kind = Appointment.Kind
CASES = {
    "no liaison and nobody knows": nobody_known,
    "the liaison's last day": liaison_until_today,
    "none": said_there_is_nobody,
    "being named for half a year": being_named_for_half_a_year,
    "being named for half a year and a day": being_named_for_longer,
    "duties without a title": duties_without_title,
    "records begin tomorrow": records_begin_tomorrow,
    "region without pages": region_without_pages,
    "municipality that left yesterday": municipality_of_another_region,
    "liaison and fallback": liaison_and(Kind.FALLBACK, fallback_reason="syy"),
    "liaison and deputy": liaison_and(Kind.DEPUTY, end=LATER),
    "liaison and duties": liaison_and(Kind.DUTIES),
    "liaison and fallback of the past": fallback_of_the_past,
    "fallback with duties": fallback_with_duties,
    "liaison here and fallback elsewhere": liaison_and_fallback_elsewhere,
    "none beside a liaison": statement_beside_liaison("none"),
    "being named beside a liaison": statement_beside_liaison("being_named"),
    "none from tomorrow": statement_of_tomorrow,
    "pair before the role": lambda town: pair(town, start=day(dt.date(2020, 12, 31))),
    "pair from the role's first day": pair_begins_with_the_role,
    "pair and role of the same year": pair_may_begin_with_the_role,
    "pair after the agent": pair_goes_on_after_the_agent,
    "pair ended with the agent": pair_ended_with_the_agent,
    "deputy of the liaison": deputy_of_the_liaison,
    "deputy, no liaison chosen": deputy_of_no_chosen_liaison,
    "deputy of an ended liaison": deputy_of_an_ended_liaison("the ended"),
    "deputy, no liaison chosen nor there": deputy_of_an_ended_liaison("nobody"),
    "no working time": liaison_lacks("working_time_missing", hours_per_week=None),
    "working time in per cent": liaison_has(hours_per_week=None, percent=20),
    "no job description": liaison_lacks("job_description_missing", job_description_url=""),
    "job description on paper": liaison_has(job_description_url="", job_description_published_on=ON),
    "associations not told": liaison_lacks("associations_not_told", associations_told_on=None),
    "associations told tomorrow": liaison_lacks("associations_not_told", associations_told_on=ON + DAY),
    "liaison without details": person_of_liaison("liaison_unreachable", email="", phone=""),
    "liaison with a phone": person_of_liaison(email=""),
    "liaison with an e-mail": person_of_liaison(phone=""),
    "liaison nobody knows": unknown_holder,
    "liaison with a mailbox": mailbox_instead_of_details,
    "liaison with a closed mailbox": closed_mailbox_instead_of_details,
    "agent without pair": agent_lacks("agent_without_pair"),
    "trained agent without pair": agent_lacks(None, active=None, trained=PartialDate.day(A_YEAR_AGO)),
    "trained over a year ago": agent_lacks(
        "agent_never_active", active=None, trained=PartialDate.day(A_YEAR_AGO - DAY)
    ),
    "candidate of a year": agent_lacks(None, active=None, trained=None, start=day(A_YEAR_AGO)),
    "candidate of over a year": agent_lacks("candidate_old", active=None, trained=None, start=day(A_YEAR_AGO - DAY)),
    "agent of the past without pair": agent_lacks(None, end=day(ON - DAY)),
    "consent withdrawn": consent_withdrawn,
    "consent of tomorrow": consent_of_tomorrow,
    "consent for the phone alone": consent_for_the_phone_alone,
    "candidate without consent": candidate_without_consent,
    "details checked half a year ago": person_of_liaison(contact_checked_on=HALF_A_YEAR_AGO),
    "details checked before that": person_of_liaison("contact_stale", contact_checked_on=HALF_A_YEAR_AGO - DAY),
    "details never checked": person_of_liaison("contact_stale", contact_checked_on=None),
    "coordinator's details": coordinator,
    "former coordinator's details": coordinator_of_the_past,
    "details of another region's coordinator kept here": coordinator_elsewhere,
    "details of a person without role": person_without_role,
    "details of a person with two roles": person_in_two_towns,
    "mailbox checked half a year ago": row("mailbox", checked_on=HALF_A_YEAR_AGO),
    "letters to the liaison come back": letters_come_back,
    "mailbox checked before that": row("mailbox", "mailbox_stale", checked_on=HALF_A_YEAR_AGO - DAY),
    "mailbox never checked": row("mailbox", "mailbox_stale", checked_on=None),
    "mailbox no more in use": row("mailbox", checked_on=None, valid_to=ON - DAY),
    "association's contact of two years": row("contact", obtained_on=TWO_YEARS_AGO),
    "association's contact of over two years": row(
        "contact", "association_contact_stale", "associationcontact", obtained_on=TWO_YEARS_AGO - DAY
    ),
    "old contact checked since": row("contact", obtained_on=TWO_YEARS_AGO - DAY, checked_on=TWO_YEARS_AGO),
    "contact of an ended association": contact_of_an_ended_association,
    "twin by name": twin(True, given_name="Asa", family_name="Aari"),
    "twin by e-mail": twin(True, email="A@X.fi"),
    "twin by phone, one without e-mail": twin(True, phone="+358 40 123 4567", email=""),
    "twin by phone and a word of the name": twin(True, phone="+358 (0)40 123 4567", family_name="Ääri"),
    "colleague with the same phone": twin(False, phone="040 1234567"),
    "no twin by nothing": twin(False, email="", phone=""),
    "same family name alone": twin(False, family_name="Ääri"),
    "twin kept by another region": twin_of_another_region,
    "twin kept by another region with a role here": twin_of_another_region_with_a_role_here,
    "three of one name": three_of_one_name,
    "association with another number": association(True, "Aaneseudun kuoro", has_number=True),
    "association without number": association(True, "ÄÄNESEUDUN KUORO R.Y."),
    "same association elsewhere": association(False, "Ääneseudun Kuoro ry", place="another"),
    "same association of the past": association(False, "Ääneseudun Kuoro ry", ended_on=ON - DAY),
    "another association": association(False, "Ääneseudun Mieskuoro ry"),
    "no web site": website(True, website=""),
    "web site never checked": website(True, website_checked_on=None),
    "web site checked a year ago": website(False, website_checked_on=A_YEAR_AGO),
    "web site checked before that": website(True, website_checked_on=A_YEAR_AGO - DAY),
    "grant checked a year ago": row("grant", checked_on=A_YEAR_AGO),
    "grant checked before that": row("grant", "offer_stale", "grantperiod", checked_on=A_YEAR_AGO - DAY),
    "premises never checked": row("premises", "offer_stale", checked_on=None),
    "premises no more in use": row("premises", checked_on=None, valid_to=ON - DAY),
    "channel checked before that": row("channel", "offer_stale", checked_on=A_YEAR_AGO - DAY),
    "grants closed": closed_grants,
    "grants closed and the next closes today": closed_grants_and_the_next,
    "no grants at all": no_grants_at_all,
}


def test_a_town_in_order_has_nothing_to_look_at(town):
    assert town.found() == set()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_check_finds_what_it_should_and_nothing_beside(town, case):
    expected = case(town)

    assert town.found() == expected


def test_every_check_is_tried_and_says_what_it_is(town):
    tried = set()
    for case in CASES.values():
        tried |= {check for check, _subject in case(Town())}

    assert tried == {check.key for check in quality.CHECKS}
    assert declared_checks()[: len(quality.CHECKS)] == quality.CHECKS
    assert all(str(check.explanation).endswith(".") for check in declared_checks())


# --- What a finding says ---------------------------------------------------------------------------------------------


def test_a_finding_names_its_check_its_place_and_where_it_is_mended(town):
    change(town.liaison, hours_per_week=None, start=PartialDate.of(2022))

    assert open_findings([town.region.pk], ON) == [
        Finding(
            check="working_time_missing",
            subject=f"appointment-{town.liaison.pk}",
            region_id=town.region.pk,
            text=str(town.liaison.person),
            url_name="admin:registry_appointment_change",
            url_args=(town.liaison.pk,),
            places=(town.municipality.pk,),
            place_names=town.municipality.name,
            since=PartialDate.of(2022),
        )
    ]


def test_a_finding_of_two_people_says_what_is_the_same(town):
    one = town.liaison.person
    town.person(given_name=one.given_name, family_name=one.family_name, email=one.email)
    with translation.override("en"):
        (finding,) = open_findings([town.region.pk], ON)

    assert finding.text == f"{one} and {one}, the same: name, e-mail"
    assert finding.places == ()


def test_findings_of_every_case_have_short_subjects_that_fit_an_address(town):
    for case in CASES.values():
        another = Town()
        case(another)
        for finding in open_findings([another.region.pk], ON):
            assert len(finding.subject) <= 80
            assert finding.subject.replace("-", "").replace("_", "").isalnum()
            assert find_check(finding.check) is not None


def test_regions_asked_together_or_apart_have_the_same_findings():
    towns = [Town() for _number in range(3)]
    for its in towns:
        nobody_known(its)
    shared = towns[0].liaison.person
    change(shared, contact_checked_on=None)
    for its in towns:
        factories.AppointmentFactory(municipality=its.municipality, person=shared, kind=Kind.DUTIES)

    together = open_findings([its.region.pk for its in towns], ON)

    apart = [finding for its in towns for finding in open_findings([its.region.pk], ON)]
    assert sorted(map(repr, together)) == sorted(map(repr, apart))


def test_another_application_adds_its_own_check(town, monkeypatch):
    monkeypatch.setattr(checks, "_checks", dict(checks._checks))

    def find(scope):
        for municipality in scope.municipalities.values():
            place = scope.in_municipality(municipality.pk)
            yield Finding(
                "no_evening", f"municipality-{municipality.pk}", text="x", url_name="home", url_args=(), **place
            )

    register(Check("no_evening", "No evening", "Hold one.", find))

    assert town.found() == {in_municipality(town, "no_evening")}
    with pytest.raises(ImproperlyConfigured, match="two checks"):
        register(Check("no_evening", "Another", "Hold one.", find))
    with pytest.raises(ImproperlyConfigured, match="not a key"):
        register(Check("No evening!", "Another", "Hold one.", find))


# --- Queries ---------------------------------------------------------------------------------------------------------


def queries_of(region_ids):
    with CaptureQueriesContext(connection) as captured:
        open_findings(region_ids, ON)
    return len(captured)


def fill(region, n):
    """Give a region n towns with a finding of most checks in each."""
    for _number in range(n):
        for case in (
            being_named_for_longer,
            closed_grants,
            letters_come_back,
            three_of_one_name,
            coordinator,
            row("channel", checked_on=None),
        ):
            case(Town(region))


def test_checks_take_the_same_queries_for_one_three_and_308_municipalities(django_assert_max_num_queries):
    one, three, country = (factories.RegionFactory() for _number in range(3))
    fill(one, 1)
    fill(three, 3)
    municipalities = models.Municipality.objects.bulk_create(
        models.Municipality(code=f"{5000 + n}", name=f"Kunta {n}", name_fi=f"Kunta {n}", slug=f"maa-{n}")
        for n in range(308)
    )
    models.RegionMembership.objects.bulk_create(
        models.RegionMembership(municipality=municipality, region=country) for municipality in municipalities
    )

    assert queries_of([one.pk]) == queries_of([three.pk]) == 22
    assert queries_of([country.pk]) <= 22
    assert len(open_findings([country.pk], ON)) == 3 * 308

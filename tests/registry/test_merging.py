"""The rules of merging two rows of one person, one by one; tests/registry/test_merging_property.py tries them all."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import User
from common.partial_dates import PartialDate
from registry import models
from registry.change_sets import undo_change_set
from registry.contacts import choose_topics
from registry.merging import merge_people, merged_into, preview_person_merge
from registry.merging.associations import ASSOCIATION_RELATIONS
from registry.merging.draft import relation_name, relations_to
from registry.merging.people import PERSON_RELATIONS
from registry.merging.periods import Span, are_one, joined
from registry.merging.roles import JOINED_RELATIONS
from registry.models import Agent, Appointment, Consent, Coordinator, Pairing, Person
from registry.privacy import erase_person
from tests import factories
from tests.registry.helpers import codes, date, where_stored
from tests.registry.test_change_sets import stored

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def span(text):
    """Return the Span written as "2018 – 1.6.2019" or "2018 –"."""
    start, end = text.split("–")
    return Span(date(start.strip()), date(end.strip()) if end.strip() else None)


@pytest.fixture
def pair(reference):
    """Two rows of Maija in Pohjois-Pohjanmaa: the one that goes, and the one that stays."""
    region = reference.pohjois_pohjanmaa
    return [
        factories.PersonFactory(
            given_name="Maija", family_name="Meikäläinen", email="maija@example.org", phone="", region=region
        )
        for _row in range(2)
    ]


# --- Relations --------------------------------------------------------------------------------------------------------


def test_every_relation_to_what_is_merged_is_declared():
    """A table added later, on any floor, says how its rows are merged."""
    found = {model: {relation_name(field) for field in relations_to(model)} for model in (Person, models.Association)}
    assert found == {Person: set(PERSON_RELATIONS), models.Association: set(ASSOCIATION_RELATIONS)}
    dropped = (Appointment, Agent, Coordinator, Pairing, models.AgentTraining, models.AssociationContact, Consent)
    assert {relation_name(field) for model in dropped for field in relations_to(model)} == set(JOINED_RELATIONS)


def test_relations_of_links_and_of_rows_to_their_like_are_found():
    assert {relation_name(field) for field in relations_to(Agent)} >= {"registry.agent_tasks.agent"}
    assert {relation_name(field) for field in relations_to(Appointment)} >= {"registry.appointment.deputy_for"}


def test_topics_follow_joined_roles_each_once_and_come_back_when_the_merger_is_undone(reference, pair):
    gone, kept = pair
    roles = [factories.AppointmentFactory(person=person, municipality=reference.oulu) for person in pair]
    elsewhere = factories.AppointmentFactory(person=gone, municipality=reference.hailuoto)
    grants, premises, wellbeing = models.Topic.objects.all()[:3]
    for role, topics in ((roles[0], [grants, premises]), (roles[1], [premises]), (elsewhere, [wellbeing])):
        choose_topics(role, topics, by=None)
    before = stored()

    step = merge_people(gone, kept, by=None)
    role = Appointment.objects.get(person=kept, municipality=reference.oulu)
    merged = {each.municipality: set(each.topics.all()) for each in Appointment.objects.filter(person=kept)}
    undo_change_set(step, by=None)

    assert merged == {reference.oulu: {grants, premises}, reference.hailuoto: {wellbeing}}
    assert (role.pk, stored()) == (roles[1].pk, before)


# --- Periods ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("1.1.2020 –", "1.6.2021 –", "1.1.2020 –"),
        ("1.1.2020 – 31.12.2020", "1.6.2020 – 30.6.2022", "1.1.2020 – 30.6.2022"),
        ("1.1.2020 – 31.12.2020", "1.1.2021 –", None),
        ("2018 –", "31.12.2018 –", "31.12.2018 –"),
        ("2018 –", "1.6.2018 – 1.9.2019", "1.6.2018 –"),
        ("2016 – 2018", "2018 – 2020", None),
        ("2018 – 2018", "2018 – 2018", "2018 – 2018"),
        ("2018 – 2018", "1.1.2017 –", "1.1.2017 –"),
        ("2018 – 2018", "31.12.2018 –", None),
        ("2018 – 2018", "1.3.2018 – 1.9.2018", None),
        ("2018 – 2020", "1.3.2018 – autumn 2020", "1.3.2018 – autumn 2020"),
    ],
)
def test_periods_are_one_when_they_certainly_overlap_or_one_lies_in_the_other(one, other, expected):
    spans = [span(one), span(other)]
    assert are_one(*spans) == are_one(*reversed(spans)) == (expected is not None)
    if expected:
        assert joined(spans) == joined(spans[::-1]) == span(expected)


# --- Roles ------------------------------------------------------------------------------------------------------------


def test_overlapping_posts_become_one_with_the_fields_of_both(pair, reference):
    gone, kept = pair
    shared = {"municipality": reference.oulu, "is_phone_public": False}
    goes = factories.AppointmentFactory(
        person=gone, start=date("2018"), end=date("30.6.2024"), title="sihteeri", hours_per_week=3, source="päätös",
        associations_told_on=dt.date(2019, 1, 1), **shared,
    )  # fmt: skip
    stays = factories.AppointmentFactory(person=kept, start=date("1.3.2020"), title="", percent=20, **shared)

    preview = preview_person_merge(gone, kept, by=None)
    merge_people(gone, kept, by=None)

    stays.refresh_from_db()
    assert (stays.person, str(stays.start), stays.end, stays.title) == (kept, "2018", None, "sihteeri")
    assert (stays.hours_per_week, stays.percent, stays.source) == (None, 20, "test")
    assert (stays.associations_told_on, stays.is_phone_public) == (dt.date(2019, 1, 1), False)
    assert not Appointment.objects.filter(pk=goes.pk).exists()
    assert Appointment.history.filter(id=goes.pk).count() == 2
    [row] = preview.joined
    assert row.before == ("järjestöyhdyshenkilö, Oulu, 2018–30.6.2024", "järjestöyhdyshenkilö, Oulu, 1.3.2020–")
    assert row.after == "järjestöyhdyshenkilö, Oulu, 2018–"
    assert len(row.notes) == 4


def test_another_municipality_another_duty_and_another_time_move_as_they_are(pair, reference):
    gone, kept = pair
    factories.AppointmentFactory(person=kept, municipality=reference.oulu, start=date("1.1.2024"))
    moving = [
        factories.AppointmentFactory(person=gone, municipality=reference.hailuoto),
        factories.AppointmentFactory(person=gone, municipality=reference.oulu, kind="duties"),
        factories.AppointmentFactory(
            person=gone, municipality=reference.oulu, start=date("2019"), end=date("31.12.2023")
        ),
        factories.AgentFactory(person=gone, municipality=reference.oulu),
        factories.CoordinatorFactory(person=gone, region=reference.pohjois_pohjanmaa),
    ]

    merge_people(gone, kept, by=None)

    assert {type(row).objects.get(pk=row.pk).person for row in moving} == {kept}
    assert (kept.appointments.count(), kept.agencies.count(), kept.coordinations.count()) == (4, 1, 1)


def test_what_belongs_to_a_joined_role_follows(pair, reference, cast):
    gone, kept = pair
    goes, stays = (factories.AgentFactory(person=person, municipality=reference.oulu) for person in pair)
    tasks = list(models.AgentTask.objects.all()[:3])
    goes.tasks.set(tasks[:2])
    stays.tasks.set(tasks[1:])
    for name, agent in [("Alku", goes), ("ALKU", stays), ("Jatko", goes)]:
        models.AgentTraining.objects.create(agent=agent, name=name, completed=PartialDate.of(2024))
    for agent, start, end in [(goes, "2022", "1.6.2023"), (goes, "1.1.2025", None), (stays, "1.3.2023", "1.9.2024")]:
        factories.PairingFactory(appointment=cast.leena_in_oulu, agent=agent, start=date(start), end=end and date(end))

    merge_people(gone, kept, by=None)

    assert set(stays.tasks.all()) == set(tasks)
    assert sorted(stays.trainings.values_list("name", flat=True)) == ["ALKU", "Jatko"]
    pairs = [(str(pair.start), str(pair.end or "")) for pair in stays.pairings.order_by("start_last")]
    assert pairs == [("2022", "1.9.2024"), ("1.1.2025", "")]


def test_deputies_follow_the_liaison_whose_row_goes(pair, reference):
    gone, kept = pair
    goes = factories.AppointmentFactory(person=gone, municipality=reference.oulu)
    stays = factories.AppointmentFactory(person=kept, municipality=reference.oulu)
    deputy = factories.AppointmentFactory(
        municipality=reference.oulu, kind="deputy", deputy_for=goes, end=date("31.12.2025")
    )

    merge_people(gone, kept, by=None)

    deputy.refresh_from_db()
    assert deputy.deputy_for == stays
    assert deputy.history.count() == 2


def test_work_and_findings_follow(pair, cast):
    gone, kept = pair
    region = kept.region
    task = models.Task.objects.create(
        title="Soita", region=region, assigned_to=gone, url_name="admin:registry_person_change", url_args=[gone.pk]
    )
    entry = models.ContactEntry.objects.create(region=region, person=gone, about="x")
    cast.ahti_in_oulu.recruited_by = gone
    cast.ahti_in_oulu.save()
    for subject in (f"person-{gone.pk}", f"person-{gone.pk}-{kept.pk}", f"person-{cast.ahti.pk}-{gone.pk}"):
        models.QualityException.objects.create(
            region=region, check_key="x", subject=subject, until=TODAY, reason="oikein"
        )

    merge_people(gone, kept, by=None)

    task.refresh_from_db()
    assert (task.assigned_to, task.url_args) == (kept, [kept.pk])
    assert models.ContactEntry.objects.get(pk=entry.pk).person == kept
    assert Agent.objects.get(pk=cast.ahti_in_oulu.pk).recruited_by == kept
    subjects = set(models.QualityException.objects.values_list("subject", flat=True))
    assert subjects == {f"person-{kept.pk}", f"person-{min(kept.pk, cast.ahti.pk)}-{max(kept.pk, cast.ahti.pk)}"}


# --- Details and openness ---------------------------------------------------------------------------------------------

OLD, NEW = dt.date(2024, 1, 1), dt.date(2026, 1, 1)


@pytest.mark.parametrize(
    ("of_gone", "of_kept", "after"),
    [
        (("a@x.fi", "1", NEW), ("", "", OLD), ("a@x.fi", "1", NEW)),
        (("a@x.fi", "", NEW), ("b@x.fi", "2", OLD), ("b@x.fi", "2", OLD)),
        (("a@x.fi", "1", OLD), ("b@x.fi", "", NEW), ("b@x.fi", "1", OLD)),
        (("a@x.fi", "1", None), ("b@x.fi", "", NEW), ("b@x.fi", "1", None)),
        (("a@x.fi", "1", NEW), ("A@x.fi", "1", OLD), ("A@x.fi", "1", NEW)),
        (("", "", NEW), ("b@x.fi", "2", None), ("b@x.fi", "2", None)),
    ],
)
def test_own_details_stay_and_empty_ones_are_filled(pair, of_gone, of_kept, after):
    fields = ("email", "phone", "contact_checked_on")
    for person, values in zip(pair, (of_gone, of_kept), strict=True):
        Person.objects.filter(pk=person.pk).update(**dict(zip(fields, values, strict=True)))

    merge_people(*pair, by=None)

    assert Person.objects.values_list(*fields).get(pk=pair[1].pk) == after


def give(person, field, given, withdrawn=None):
    moment = withdrawn and timezone.make_aware(dt.datetime.combine(withdrawn, dt.time(12)))
    return Consent.objects.create(person=person, field=field, given_on=given, means="paper", withdrawn_at=moment)


MAY, JUNE, JULY = (dt.date(2026, month, 1) for month in (5, 6, 7))


@pytest.mark.parametrize(
    ("emails", "of_gone", "of_kept", "in_force"),
    [
        # The address is the same in both, but for its case.
        (("a@x.fi", "A@x.fi"), [(MAY,)], [], ["gone"]),
        (("a@x.fi", "A@x.fi"), [(MAY,)], [(MAY, JUNE)], []),
        (("a@x.fi", "A@x.fi"), [(JULY,)], [(MAY, JUNE)], ["gone"]),
        (("a@x.fi", "A@x.fi"), [(JUNE,)], [(MAY, JUNE)], []),
        (("a@x.fi", "A@x.fi"), [(MAY,)], [(JUNE,)], ["gone"]),
        (("a@x.fi", "A@x.fi"), [(JUNE,)], [(MAY,)], ["kept"]),
        (("a@x.fi", "A@x.fi"), [(MAY, JUNE)], [(MAY,)], []),
        (("a@x.fi", "A@x.fi"), [(MAY, JUNE)], [(JULY,)], ["kept"]),
        # A consent for another address does not reach the one that stays.
        (("a@x.fi", "b@x.fi"), [(MAY,)], [], []),
        (("a@x.fi", "b@x.fi"), [(MAY,)], [(JUNE,)], ["kept"]),
        (("a@x.fi", "b@x.fi"), [(MAY, JUNE)], [(MAY,)], ["kept"]),
        (("", "b@x.fi"), [(MAY,)], [], []),
        # The address is taken over: only a consent given for it stays.
        (("a@x.fi", ""), [(MAY,)], [], ["gone"]),
        (("a@x.fi", ""), [], [(MAY,)], []),
        (("a@x.fi", ""), [(JUNE,)], [(MAY,)], ["kept"]),
        (("a@x.fi", ""), [(MAY,)], [(MAY, JUNE), (JULY,)], []),
    ],
)
def test_a_consent_holds_for_the_value_for_which_it_was_given(pair, emails, of_gone, of_kept, in_force):
    for person, email, given in zip(pair, emails, (of_gone, of_kept), strict=True):
        Person.objects.filter(pk=person.pk).update(email=email)
        for days in given:
            give(person, "email", *days)
    was = {consent.pk: "gone" if consent.person == pair[0] else "kept" for consent in Consent.objects.all()}

    merge_people(*pair, by=None)

    left = [was[consent.pk] for consent in Consent.objects.in_force()]
    assert (left, Consent.objects.filter(person=pair[1]).count()) == (in_force, len(of_gone) + len(of_kept))


def test_a_liaisons_openness_does_not_show_a_volunteers_address(pair, reference):
    gone, kept = pair
    Person.objects.filter(pk=gone.pk).update(email="")
    Person.objects.filter(pk=kept.pk).update(given_name="Maria")
    liaison = factories.AppointmentFactory(person=gone, municipality=reference.oulu)
    factories.AgentFactory(person=kept, municipality=reference.oulu)

    preview = preview_person_merge(gone, kept, by=None)
    merge_people(gone, kept, by=None)

    liaison.refresh_from_db()
    assert (liaison.is_name_public, liaison.is_email_public, liaison.is_phone_public) == (False, False, True)
    assert preview.becomes_public == []
    assert preview.ceases_public == ["järjestöyhdyshenkilö, Oulu: nimi Maija Meikäläinen"]
    assert len(preview.notes) == 2


def test_a_detail_taken_over_is_not_shown_by_the_appointments_of_the_one_who_stays(pair, reference):
    gone, kept = pair
    Person.objects.filter(pk=kept.pk).update(email="")
    liaison = factories.AppointmentFactory(person=kept, municipality=reference.oulu)

    merge_people(gone, kept, by=None)

    liaison.refresh_from_db()
    assert (liaison.person.email, liaison.is_email_public, liaison.is_name_public) == ("maija@example.org", False, True)


def test_a_coordinators_role_does_not_show_private_details(pair, reference):
    gone, kept = pair
    Person.objects.filter(pk=kept.pk).update(email="yksityinen@example.org")
    factories.CoordinatorFactory(person=gone, region=reference.pohjois_pohjanmaa)

    with pytest.raises(ValidationError) as refused:
        merge_people(gone, kept, by=None)
    assert codes(refused) == ["would_show"]

    merge_people(kept, gone, by=None)
    assert Person.objects.get(pk=gone.pk).email == "maija@example.org"


# --- Accounts ---------------------------------------------------------------------------------------------------------


def test_the_only_account_moves(pair):
    gone, kept = pair
    gone.user = factories.UserFactory()
    gone.save()

    merge_people(gone, kept, by=None)

    kept.refresh_from_db()
    assert (kept.user, kept.user.is_active) == (gone.user, True)


def test_of_two_accounts_the_one_that_goes_is_closed_and_undoing_opens_it(pair):
    for person in pair:
        person.user = factories.UserFactory()
        person.user.set_password("salasana-maija-1")
        person.user.save()
        person.save()
    gone, kept = pair
    before = stored()

    step = merge_people(gone, kept, by=None)

    kept.refresh_from_db()
    assert (kept.user, kept.user.is_active) == (pair[1].user, True)
    assert not User.objects.get(pk=gone.user.pk).is_active
    assert where_stored(gone.user.password) == ["accounts_user.password"]
    undo_change_set(step, by=None)
    assert stored() == before


# --- Who may ----------------------------------------------------------------------------------------------------------


def in_other_region(gone, kept, cast, reference):
    factories.AppointmentFactory(person=gone, municipality=reference.jyvaskyla)


def kept_by_other_region(gone, kept, cast, reference):
    Person.objects.filter(pk=kept.pk).update(region=reference.keski_suomi)
    factories.AppointmentFactory(person=kept, municipality=reference.oulu)


def task_of_other_region(gone, kept, cast, reference):
    models.Task.objects.create(title="x", region=reference.keski_suomi, assigned_to=gone)


def coordinates(gone, kept, cast, reference):
    factories.CoordinatorFactory(person=kept, region=reference.pohjois_pohjanmaa, end=date("2023"))


def coordinates_elsewhere(gone, kept, cast, reference):
    factories.CoordinatorFactory(person=gone, region=reference.keski_suomi)


def administers(gone, kept, cast, reference):
    Person.objects.filter(pk=kept.pk).update(user=cast.aino)


@pytest.mark.parametrize(
    ("arrange", "expected"),
    [
        (in_other_region, ["outside"]),
        (kept_by_other_region, ["outside"]),
        (task_of_other_region, ["outside"]),
        (coordinates, ["coordinator"]),
        (coordinates_elsewhere, ["coordinator", "outside"]),
        (administers, ["administrator"]),
    ],
)
def test_a_coordinator_gains_nothing_and_reaches_nowhere_by_merging(pair, cast, reference, arrange, expected):
    arrange(*pair, cast, reference)
    before = stored()

    with pytest.raises(ValidationError) as refused:
        merge_people(*pair, by=cast.kaisa.user)

    assert codes(refused) == expected
    assert stored() == before
    step = merge_people(*pair, by=cast.aino)
    assert step.region is None


def test_a_coordinator_merges_and_the_regions_coordinators_may_undo(pair, cast):
    step = merge_people(*pair, by=cast.kaisa.user)
    assert (step.region, step.done_by) == (pair[1].region, cast.kaisa.user)
    assert Person.history.filter(id=pair[0].pk).latest().history_user == cast.kaisa.user


def test_nobody_closes_their_own_account(pair, cast):
    Person.objects.filter(pk=pair[0].pk).update(user=cast.aino)
    Person.objects.filter(pk=pair[1].pk).update(user=cast.stranger)
    with pytest.raises(ValidationError) as refused:
        merge_people(*pair, by=cast.aino)
    assert codes(refused) == ["own_account"]


def test_the_same_row_a_missing_one_and_what_was_not_read_are_refused(pair, cast):
    gone, kept = pair
    seen = preview_person_merge(gone, kept, by=None).digest
    factories.AgentFactory(person=gone, municipality=cast.ahti_in_oulu.municipality)
    found = []
    for one, other, digest in [(kept, kept, None), (gone, kept, seen), (gone, kept, None), (gone, kept, None)]:
        try:
            merge_people(one, other, by=None, seen=digest)
            found.append("merged")
        except ValidationError as refused:
            found.append(refused.code)
    assert found == ["same", "changed_meanwhile", "merged", "missing"]


def test_one_who_is_the_others_deputy_or_pair_is_pointed_out(pair, reference):
    liaison = factories.AppointmentFactory(person=pair[0], municipality=reference.oulu)
    agent = factories.AgentFactory(person=pair[1], municipality=reference.oulu)
    assert preview_person_merge(*pair, by=None).notes == []
    factories.PairingFactory(appointment=liaison, agent=agent)
    assert len(preview_person_merge(*pair, by=None).notes) == 1


# --- Afterwards -------------------------------------------------------------------------------------------------------


def test_the_people_merged_into_somebody_are_known_until_undone(pair):
    third = factories.PersonFactory(region=pair[0].region)
    merge_people(pair[0], pair[1], by=None)
    step = merge_people(pair[1], third, by=None)
    assert merged_into(third) == {pair[0].pk, pair[1].pk}
    undo_change_set(step, by=None)
    assert (merged_into(third), merged_into(pair[1])) == (set(), {pair[0].pk})


def test_erasing_a_merged_person_leaves_no_trace_of_either_row(cast, reference):
    rows = []
    for number in (1, 2):
        account = factories.UserFactory(pk=770_000 + number, email=f"katoava{number}@example.org")
        rows.append(
            factories.PersonFactory(
                pk=660_000 + number, given_name="Katoava", family_name=f"Kulkija{number}", user=account,
                region=reference.pohjois_pohjanmaa, email=f"katoava.tyo{number}@example.org",
            )
        )  # fmt: skip
        factories.AppointmentFactory(person=rows[-1], municipality=reference.oulu)
        give(rows[-1], "name", MAY)
    merge_people(*rows, by=None)
    traces = ["Kulkija1", "katoava1@", "katoava.tyo1", "660001", "660002", "770001", "770002"]
    assert all(where_stored(text) for text in traces)

    erase_person(Person.objects.get(pk=rows[1].pk))

    # The step itself says by ids alone that two rows became one; nothing is left under them.
    left = {text: where_stored(text) for text in traces}
    assert left == {text: ["registry_changeset.subject"] if text in ("660001", "660002") else [] for text in traces}

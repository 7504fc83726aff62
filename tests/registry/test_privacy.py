"""How long people's data is kept, and that an erased person leaves no trace in any table."""

import datetime as dt
import json

import pytest
import time_machine
from allauth.socialaccount.models import SocialApp
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django_tasks_db.models import DBTaskResult

from accounts.models import SecretLink, SignInEvent, User
from jobs.models import JobRun
from mailing.models import Bounce, Letter, LetterText, QuietPeriod, Unsubscription
from meetings import models as meeting_models
from registry import models
from registry.change_sets import Recording
from registry.privacy import (
    KEPT_WITH_PERSON,
    RETENTIONS,
    declared_retentions,
    enforce_retention,
    erase_person,
    months_before,
    retention_rows,
)
from registry.subjects import OF_PERSON, AtErasure
from surveys import models as survey_models
from tests import factories
from tests.registry.helpers import date, day, everything_stored, where_stored

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 6, 15)

# Tables of the registry and the accounts that hold no personal data. A new table belongs here, or declares in
# registry/privacy.py how long it is kept.
WITHOUT_PEOPLES_DATA = {
    DBTaskResult,  # tasks get numbers only
    JobRun,
    LetterText,
    QuietPeriod,
    models.AgentTask,
    models.Area,
    models.AreaGroup,
    models.AreaMembership,
    models.Association,
    models.AssociationField,
    models.Channel,
    models.Directory,
    models.FigureSeries,
    models.GrantPeriod,
    models.ImportMapping,
    models.Municipality,
    models.MunicipalityBoundary,
    models.PageText,
    models.Pairing,  # points to two roles, never to a person
    models.Population,
    models.Premises,
    models.PublishedFigure,
    models.Region,
    models.RegionMembership,
    models.Sector,
    models.SiteState,
    models.SituationStatement,
    models.SizeClass,
    models.Topic,
    meeting_models.AgendaTemplateItem,
    meeting_models.DateOption,
    meeting_models.Attendance,  # counts by municipality
    meeting_models.DietCount,  # counts under a key that names nobody
    meeting_models.KindAudience,
    meeting_models.Meeting,  # who changed it is in its history
    meeting_models.MeetingHost,
    meeting_models.MeetingKind,
    meeting_models.MeetingTheme,
    meeting_models.Venue,
    survey_models.ConditionTerm,
    survey_models.Criterion,
    survey_models.EditionCount,  # sums of five or more
    survey_models.MunicipalityResult,  # what municipalities said in public, by post
    survey_models.QuestionResult,
    survey_models.ResultAnswer,
    survey_models.ResultScore,
    survey_models.Indicator,
    survey_models.Option,
    survey_models.OptionMatch,
    survey_models.Question,
    survey_models.QuestionRow,
    survey_models.RoundTheme,
    survey_models.TableColumn,
    survey_models.Theme,
    survey_models.Threshold,
    SocialApp,  # not in use: municipalities' sign-ins stand in the settings
}


@pytest.fixture(autouse=True)
def _midsummer():
    with time_machine.travel(dt.datetime(2026, 6, 15, 9, tzinfo=dt.UTC), tick=False):
        yield


def noon(on):
    return dt.datetime.combine(on, dt.time(12), tzinfo=dt.UTC)


# --- Declarations ----------------------------------------------------------------------------------------------------


def test_every_table_declares_how_long_peoples_data_is_kept():
    tables = {
        model
        for app in (
            "registry",
            "surveys",
            "meetings",
            "accounts",
            "mailing",
            "jobs",
            "django_tasks_database",
            "account",
            "mfa",
            "socialaccount",
            "usersessions",
        )
        for model in apps.get_app_config(app).get_models()
        if not model.__name__.startswith("Historical")
    }
    declared = {retention.model for retention in declared_retentions()}

    assert tables == declared | set(KEPT_WITH_PERSON) | WITHOUT_PEOPLES_DATA
    assert not declared & set(KEPT_WITH_PERSON)
    assert not WITHOUT_PEOPLES_DATA & (declared | set(KEPT_WITH_PERSON))


def test_every_table_with_peoples_data_declares_how_a_persons_rows_are_found():
    """What is downloaded, erased and kept for a time must be the same tables."""
    assert set(OF_PERSON) - {LogEntry} == {each.model for each in declared_retentions()} | set(KEPT_WITH_PERSON)


def test_what_stays_after_erasing_says_why():
    stays = {model for model, declared in OF_PERSON.items() if declared.at_erasure == AtErasure.STAYS_WITHOUT_PERSON}
    assert stays == {model for model, declared in OF_PERSON.items() if declared.why}


def test_a_table_that_points_to_a_person_is_declared():
    for model in WITHOUT_PEOPLES_DATA:
        assert not [f.name for f in model._meta.concrete_fields if f.related_model in {models.Person, User}], model


def test_the_privacy_notice_says_what_the_job_does():
    assert retention_rows() == [(retention.content, retention.kept) for retention in declared_retentions()]
    assert all(content and kept for content, kept in retention_rows())


@pytest.mark.parametrize(
    ("on", "months", "before"),
    [
        ("2026-06-15", 24, "2024-06-15"),
        ("2024-02-29", 12, "2023-02-28"),
        ("2026-03-31", 1, "2026-02-28"),
        ("2026-01-31", 2, "2025-11-30"),
        ("2026-01-01", 36, "2023-01-01"),
    ],
)
def test_months_before_is_the_same_day_or_the_months_last(on, months, before):
    assert months_before(dt.date.fromisoformat(on), months) == dt.date.fromisoformat(before)


# --- When a time is over ---------------------------------------------------------------------------------------------


def person_of_a_role(role_factory):
    def make(ended_on):
        person = factories.PersonFactory(created_at=noon(dt.date(2020, 1, 1)))
        role_factory(person=person, start=day("2020-01-01"), end=date(ended_on.strftime("%d.%m.%Y")))
        return person

    return make


def contact(obtained_on, checked_on=None):
    return models.AssociationContact.objects.create(
        association=factories.AssociationFactory(), name="N", source="x", basis="given",
        obtained_on=obtained_on, checked_on=checked_on,
    )  # fmt: skip


MAKERS = {
    "person, by an appointment": (24, person_of_a_role(factories.AppointmentFactory)),
    "person, by an agency": (24, person_of_a_role(factories.AgentFactory)),
    "person, by a coordination": (24, person_of_a_role(factories.CoordinatorFactory)),
    "person, by the record alone": (24, lambda on: factories.PersonFactory(created_at=noon(on))),
    "consent": (24, lambda on: models.Consent.objects.create(
        person=factories.PersonFactory(), field="name", means="paper", given_on=on, withdrawn_at=noon(on)
    )),
    "contact, obtained": (36, contact),
    "contact, checked": (36, lambda on: contact(dt.date(2015, 1, 1), checked_on=on)),
    "feedback": (12, lambda on: models.Feedback.objects.create(
        kind="other", message="x", answer_by=on, answered_at=noon(on)
    )),
    "task": (24, lambda on: models.Task.objects.create(title="x", done_at=noon(on))),
    "contact log": (24, lambda on: models.ContactEntry.objects.create(
        region=factories.RegionFactory(), municipality=factories.MunicipalityFactory(), happened_on=on, about="x"
    )),
    "handover": (24, lambda on: models.Handover.objects.create(
        region=factories.RegionFactory(), appointment=factories.AppointmentFactory(), note="x", written_at=noon(on)
    )),
    "question to colleagues": (dt.timedelta(days=3), lambda on: models.ColleagueQuestion.objects.create(
        region=factories.RegionFactory(), municipality=factories.MunicipalityFactory(),
        asker=factories.PersonFactory(), text="x", asked_at=noon(on),
    )),
    "letter to associations": (24, lambda on: models.AssociationLetter.objects.create(
        municipality=factories.MunicipalityFactory(), subject="x", text="x", written_at=noon(on)
    )),
    "acting for another": (24, lambda on: models.ActingEntry.objects.create(
        region=factories.RegionFactory(), municipality=factories.MunicipalityFactory(), kind="looked",
        happened_at=noon(on),
    )),
    "sign-in": (12, lambda on: SignInEvent.objects.create(
        account=factories.UserFactory(), kind="signed_in", happened_at=noon(on)
    )),
    "link": (3, lambda on: SecretLink.objects.create(
        token_hash=str(on), purpose="x", scope="x", expires_at=noon(on)
    )),
    "letter": (12, lambda on: Letter.objects.create(
        key=str(on), kind="x", address="x@example.org", created_at=noon(on)
    )),
    "bounce": (12, lambda on: Bounce.objects.create(
        address="x@example.org", kind="hard", source="mailbox", event_id=str(on), at=noon(on)
    )),
    "unsubscription": (120, lambda on: Unsubscription.objects.create(
        address_hash=str(on), group="x", since=noon(on)
    )),
    "row of a file": (3, lambda on: models.ImportRow.objects.create(
        run=models.ImportRun.objects.create(target="x", file_name="x", started_at=noon(on)), number=1
    )),
    "row of a step": (3, lambda on: models.ChangedRow.objects.create(
        change_set=models.ChangeSet.objects.create(kind="merge", subject="x", done_at=noon(on)),
        table="x", row_pk=1, digest="x",
    )),
    "log of exports": (24, lambda on: models.ExportLog.objects.create(
        table="x", file_format="csv", n_rows=1, exported_at=noon(on)
    )),
    "accepted finding": (12, lambda on: models.QualityException.objects.create(
        region=factories.RegionFactory(), check_key="x", subject="x", until=on, reason="x"
    )),
    "mailbox": (24, lambda on: models.SharedMailbox.objects.create(
        municipality=factories.MunicipalityFactory(), post="x", email="x@example.org", valid_to=on
    )),
}  # fmt: skip


def limit_of(kept):
    """Return the last day that is not yet due for rows kept so many months, or for a timedelta."""
    return TODAY - kept if isinstance(kept, dt.timedelta) else months_before(TODAY, kept)


@pytest.mark.parametrize("case", MAKERS)
def test_a_row_is_due_from_the_day_after_its_time(case):
    kept, make = MAKERS[case]
    limit = limit_of(kept)
    row_of_the_limit, row_before = make(limit), make(limit - dt.timedelta(days=1))
    table = type(row_of_the_limit)
    due = next(retention.due for retention in RETENTIONS if retention.model is table)

    assert list(due(TODAY)) == [row_before]
    assert set(due(TODAY + dt.timedelta(days=1))) == {row_before, row_of_the_limit}

    counts = enforce_retention(today=TODAY)

    assert counts == {name: int(name == table._meta.model_name) for name in counts}
    assert list(table.objects.filter(pk__in=[row_before.pk, row_of_the_limit.pk])) == [row_of_the_limit]
    if hasattr(table, "history"):
        assert not table.history.filter(id=row_before.pk).exists()
        assert table.history.filter(id=row_of_the_limit.pk).exists()


def test_every_retention_has_a_boundary_test():
    assert {retention.model for retention in RETENTIONS} == {
        type(make(dt.date(2020, 1, 1))) for _months, make in MAKERS.values()
    }


def test_what_is_open_in_force_or_recent_is_never_due():
    factories.AppointmentFactory(person=factories.PersonFactory(created_at=noon(dt.date(2010, 1, 1))))
    ended_and_open = factories.PersonFactory(created_at=noon(dt.date(2010, 1, 1)))
    factories.AppointmentFactory(person=ended_and_open, start=date("2010"), end=date("2011"))
    factories.AgentFactory(person=ended_and_open)
    models.Consent.objects.create(person=ended_and_open, field="name", means="paper", given_on=dt.date(2010, 1, 1))
    contact(dt.date(2010, 1, 1), checked_on=TODAY)
    models.Feedback.objects.create(kind="other", message="x", answer_by=TODAY, received_at=noon(dt.date(2010, 1, 1)))
    models.Task.objects.create(title="x", created_at=noon(dt.date(2010, 1, 1)))
    models.SharedMailbox.objects.create(
        municipality=factories.MunicipalityFactory(), post="x", email="x@example.org", valid_from=dt.date(2010, 1, 1)
    )

    assert enforce_retention(today=TODAY) == dict.fromkeys(enforce_retention(today=TODAY, preview=True), 0)


def test_preview_counts_and_removes_nothing(capsys):
    for kept, make in MAKERS.values():
        make(limit_of(kept) - dt.timedelta(days=1))
    before = everything_stored()
    expected = {
        "person": 4, "consent": 1, "associationcontact": 2, "feedback": 1, "task": 1, "sharedmailbox": 1,
        "contactentry": 1, "importrow": 1, "changedrow": 1, "exportlog": 1, "qualityexception": 1,
        "handover": 1, "colleaguequestion": 1, "actingentry": 1, "signinevent": 1, "secretlink": 1, "letter": 1,
        "answer": 0, "answerfile": 0, "delegation": 0, "interview": 0, "interviewnote": 0, "pendingsave": 0,
        "associationtally": 0, "paperbatch": 0, "agendaitem": 0, "agendaproposal": 0, "decision": 0, "invitation": 0,
        "bounce": 1, "unsubscription": 1, "associationletter": 1,
    }  # fmt: skip

    assert enforce_retention(today=TODAY, preview=True) == expected
    call_command("enforce_retention", "--preview")
    assert everything_stored() == before

    assert enforce_retention(today=TODAY) == expected
    assert enforce_retention(today=TODAY) == dict.fromkeys(expected, 0)
    assert "Sukunimi" not in capsys.readouterr().out


# --- Erasing a person ------------------------------------------------------------------------------------------------

TRACES = ["Äijö", "Katoavainen", "aijo.tyo@example.org", "aijo.oma@example.org", "050 000 0099", "Vanhanimi"]


def logged(row, by, message=""):
    """Write what the administration writes of a change; JSON hides "ä" behind \\u00e4."""
    LogEntry.objects.create(
        user=by, content_type=ContentType.objects.get_for_model(row), object_id=str(row.pk), object_repr=str(row),
        action_flag=CHANGE, change_message=json.dumps(message),
    )  # fmt: skip


@pytest.fixture
def aijo(cast, reference):
    """Somebody with every kind of role, who has worked in the registry and been renamed."""
    account = factories.UserFactory(pk=990_001, email="aijo.oma@example.org")
    person = factories.PersonFactory(
        pk=880_001, given_name="Äijö", family_name="Vanhanimi", email="aijo.tyo@example.org", phone="050 000 0099",
        region=reference.pohjois_pohjanmaa, user=account,
    )  # fmt: skip
    appointment = factories.AppointmentFactory(person=person, municipality=reference.hailuoto)
    agent = factories.AgentFactory(person=person, municipality=reference.oulu, recruited_by=person)
    models.AgentTraining.objects.create(agent=agent, name="Äijön peruskoulutus", completed=date("2024"))
    factories.PairingFactory(appointment=cast.leena_in_oulu, agent=agent)
    factories.CoordinatorFactory(person=person, region=reference.pohjois_pohjanmaa)
    models.Consent.objects.create(
        person=person, field="name", means="paper", given_on=TODAY, recorded_by=cast.kaisa.user
    )
    of_another = models.Consent(person=cast.ahti, field="name", means="paper", given_on=TODAY, recorded_by=account)
    of_another._history_user = account
    of_another.save()
    cast.ahti_in_oulu.recruited_by = person
    cast.ahti_in_oulu._history_user = account
    cast.ahti_in_oulu.save()
    models.Task.objects.create(title="Soita", assigned_to=person, created_by=account, done_by=account)
    models.ContactEntry.objects.create(
        region=reference.pohjois_pohjanmaa, person=person, about="Äijö Katoavainen lupasi soittaa", recorded_by=account
    )
    recording = Recording()
    recording.watch([person])
    person.phone = "050 000 0098"
    person.save()
    step = recording.save(kind="import", subject="people", by=account)
    run = models.ImportRun.objects.create(target="people", file_name="x.csv", started_by=account, change_set=step)
    models.ImportRow.objects.create(run=run, number=2, cells=["Äijö", "Vanhanimi", "aijo.tyo@example.org"])
    person.phone = "050 000 0099"
    person.save()
    for row in (person, appointment, agent, account):
        logged(row, by=cast.aino)
    LogEntry.objects.create(user=cast.aino, object_repr="Leena Liesi", action_flag=CHANGE, object_id="1")
    person.family_name = "Katoavainen"
    person.save()
    inline = {"name": "nimitys", "object": str(models.Appointment.objects.get(pk=appointment.pk)), "fields": ["end"]}
    logged(reference.hailuoto, by=cast.aino, message=[{"changed": inline}])
    return person


def test_an_erased_person_leaves_no_trace_in_any_table(aijo, cast):
    assert all(where_stored(text) for text in [*TRACES, "880001", "990001"])

    erase_person(aijo)

    assert {text: where_stored(text) for text in [*TRACES, "880001", "990001"]} == {
        text: [] for text in [*TRACES, "880001", "990001"]
    }


def test_what_the_municipality_decided_stays_without_the_holder(aijo, cast, reference):
    roles = {
        model: model.objects.get(person=aijo).pk for model in (models.Appointment, models.Agent, models.Coordinator)
    }
    n_history = {model: model.history.count() for model in roles}
    before = models.Municipality.objects.with_situation(TODAY).get(pk=reference.hailuoto.pk).situation

    erase_person(aijo)

    for model, pk in roles.items():
        assert (model.objects.get(pk=pk).person, model.objects.get(pk=pk).start) == (None, factories.LONG_AGO)
        assert model.history.count() == n_history[model]
        assert set(model.history.filter(id=pk).values_list("person_id", flat=True)) == {None}
    assert before == "named"
    assert models.Municipality.objects.with_situation(TODAY).get(pk=reference.hailuoto.pk).situation == "named"
    assert not models.AgentTraining.objects.exists()
    assert models.Task.objects.get().title == "Soita"
    assert models.Pairing.objects.count() == 1


def test_nobody_else_is_touched(aijo, cast):
    training = models.AgentTraining.objects.create(agent=cast.ahti_in_oulu, name="Alku", completed=date("2024"))

    erase_person(aijo)

    assert set(models.Person.objects.all()) == {cast.kaisa, cast.outi, cast.leena, cast.ahti}
    assert User.objects.count() == 6
    assert models.Appointment.objects.get(pk=cast.leena_in_oulu.pk).person == cast.leena
    assert models.Consent.objects.get().person == cast.ahti
    assert list(models.AgentTraining.objects.all()) == [training]
    assert LogEntry.objects.values_list("object_repr", flat=True).get() == "Leena Liesi"


def test_a_person_who_administers_is_erased_and_the_account_stays(cast):
    person = factories.PersonFactory(user=cast.aino)

    erase_person(person)

    assert User.objects.get(pk=cast.aino.pk).is_superuser
    assert not models.Person.objects.filter(pk=person.pk).exists()


def test_a_fallback_respondents_duty_ends_when_the_person_is_erased(cast, reference):
    post = factories.AppointmentFactory(
        municipality=reference.hailuoto, person=factories.PersonFactory(), kind="fallback",
        fallback_reason="ei nimetty",
    )  # fmt: skip

    erase_person(post.person)

    post = models.Appointment.objects.get(pk=post.pk)
    assert (post.person, post.end) == (None, day("2026-06-15"))

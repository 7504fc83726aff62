"""Every address of the site with every role, by GET and by POST; an address without a row fails.

Whose rows they are: everything in the table belongs to Pohjois-Pohjanmaa. Kaisa
coordinates it, Outi coordinates Keski-Suomi, Aino administers; Leena is liaison,
Ahti agent, Sijainen Leena's deputy until tomorrow, Ex-sijainen was until yesterday,
Muualla is liaison of another municipality, Entinen was coordinator until yesterday,
Stranger has no role.
"""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from accounts.models import User
from common.partial_dates import PartialDate
from mailing.models import Letter
from registry import models
from tests import factories
from tests.conftest import as_built, find_reference, make_cast
from tests.meetings import factories as meeting_factories
from tests.portal import test_gate as portal_gate
from tests.registry.imports.files import read
from tests.surveys import factories as survey_factories

TODAY = dt.date(2026, 1, 1)
STAFF = ("coordinator", "other_coordinator", "administrator")
OUTSIDE = ("anonymous", "stranger", "outsider", "liaison", "deputy", "past_deputy", "agent", "former")
ROLES = (*OUTSIDE, *STAFF)

# What a coordinator may do with a table: see it, add rows, change rows. Nobody but administrators deletes.
KEEPS = ("view", "add", "change")
CHANGES = ("view", "change")
SEES = ("view",)
NOTHING = ()
TABLES = {
    "agent": KEEPS,
    "agenttask": SEES,
    "agenttraining": KEEPS,
    "appointment": KEEPS,
    "area": KEEPS,
    "areagroup": CHANGES,
    "areamembership": KEEPS,
    "association": KEEPS,
    "associationcontact": KEEPS,
    "associationfield": SEES,
    "changeset": SEES,
    "channel": KEEPS,
    "consent": ("view", "add"),
    "contactentry": KEEPS,
    "coordinator": SEES,
    "directory": SEES,
    "exportlog": SEES,
    "feedback": CHANGES,
    "figureseries": SEES,
    "grantperiod": KEEPS,
    "municipality": CHANGES,
    "municipalityboundary": NOTHING,
    "pagetext": NOTHING,
    "pairing": KEEPS,
    "person": KEEPS,
    "population": SEES,
    "premises": KEEPS,
    "publishedfigure": ("view", "add"),  # what has been published stays; a correction is a figure of its own
    "qualityexception": SEES,
    "region": CHANGES,
    "regionmembership": SEES,
    "sector": SEES,
    "sharedmailbox": KEEPS,
    "sitestate": NOTHING,
    "situationstatement": KEEPS,
    "sizeclass": SEES,
    "task": KEEPS,
    "topic": SEES,
}
# The survey's own; questions of a draft are also deleted, rounds are not.
SURVEYS = {
    "criterion": SEES,
    "indicator": KEEPS,
    "question": (*KEEPS, "delete"),
    "response": SEES,
    "round": KEEPS,
    "theme": SEES,
}
TABLES |= SURVEYS
# Meetings: what is published is cancelled, not deleted; kinds and themes of every region are an administrator's.
MEETINGS = {"meeting": KEEPS, "meetingkind": KEEPS, "meetingtheme": KEEPS, "venue": KEEPS}
TABLES |= MEETINGS
# One row; from a file; by exporting; beside its finding; by its step.
NEVER_ADDED = {"sitestate", "municipalityboundary", "exportlog", "qualityexception", "changeset", "response"}
# A person is erased, which clears history too; an acceptance is taken back.
NEVER_DELETED = {"sitestate", "person", "exportlog", "qualityexception", "changeset", "response"}
WITHOUT_REGION = {
    "agenttask", "associationfield", "criterion", "directory", "figureseries", "sector", "sizeclass", "theme", "topic",
}  # fmt: skip
# Addresses for anyone, with the answer to GET and to POST.
OPEN = {
    "home": ([], 200, 405),
    "region_detail": (["pohjois-pohjanmaa"], 200, 405),
    "municipality_detail": (["pohjois-pohjanmaa", "oulu"], 200, 405),
    "region_picture": (["pohjois-pohjanmaa"], 200, 405),
    "municipality_picture": (["pohjois-pohjanmaa", "oulu"], 200, 405),
    "survey_method": (["pohjois-pohjanmaa", 2031], 200, 405),  # of which rounds: tests/public/test_survey_method.py
    # Nothing is published here: what is, stands in tests/public/test_results.py.
    "compare_municipalities": (["pohjois-pohjanmaa"], 404, 405),
    "round_results": (["pohjois-pohjanmaa", 2031], 404, 405),
    "question_results": (["pohjois-pohjanmaa", 2031, "liaison_situation"], 404, 405),
    "municipality_results": (["pohjois-pohjanmaa", 2031, "oulu"], 404, 405),
    "evening_sheet": (["pohjois-pohjanmaa", 2031, "oulu"], 404, 405),
    "result_rounds": (["pohjois-pohjanmaa"], 404, 405),
    "result_stories": (["pohjois-pohjanmaa"], 404, 405),
    "result_grants": (["pohjois-pohjanmaa"], 404, 405),
    "municipality_grants": (["pohjois-pohjanmaa", "oulu"], 404, 405),
    "wellbeing_text": (["pohjois-pohjanmaa", 2031, "oulu"], 404, 405),
    "wellbeing_file": (["pohjois-pohjanmaa", 2031, "oulu"], 404, 405),
    # Nothing is published here; what is: tests/surveys/test_result_files.py, test_statements.py.
    "results_file": (["pohjois-pohjanmaa", 2031, "tulokset", "csv"], 404, 405),
    "results_statement": (["pohjois-pohjanmaa", 2031, "oulu"], 404, 405),
    "results_release": (["pohjois-pohjanmaa", 2031, "oulu"], 404, 405),
    "annual_clock": (["pohjois-pohjanmaa", "oulu"], 200, 405),
    "annual_clock_calendar": (["pohjois-pohjanmaa", "oulu"], 200, 405),
    "region_events": (["pohjois-pohjanmaa"], 200, 405),
    "region_calendar": (["pohjois-pohjanmaa"], 200, 405),
    "region_feed": (["pohjois-pohjanmaa"], 200, 405),
    # No event is published here: which are open, tests/public/test_events.py.
    "event_detail": (["pohjois-pohjanmaa", "verkostotapaaminen"], 404, 405),
    "event_register": (["pohjois-pohjanmaa", "verkostotapaaminen"], 404, 404),
    "event_registered": (["pohjois-pohjanmaa", "verkostotapaaminen"], 404, 405),
    "event_calendar": (["pohjois-pohjanmaa", "verkostotapaaminen"], 404, 405),
    "accessibility": ([], 200, 405),
    "privacy": ([], 200, 405),
    "about": ([], 200, 405),
    "feedback": ([], 200, 422),
    "feedback_thanks": ([], 200, 405),
    "healthz": ([], 200, 405),
    "mail_webhook": ([], 404, 404),
    "readyz": ([], 200, 405),
    "robots": ([], 200, 405),
    "sitemap": ([], 200, 405),
}
NO_FILE = "00000000-0000-4000-8000-000000000000"
# Steps beside saving, with what each of the staff gets for GET (coordinator, other coordinator, administrator).
STEPS = {
    "registry_municipality_merge": ("municipality", [], (403, 404, 200)),
    "registry_municipality_move": ("municipality", [], (403, 404, 200)),
    "registry_person_merge": ("person", [], (200, 404, 200)),
    "registry_association_merge": ("association", [], (200, 404, 200)),
    "registry_changeset_undo": ("changeset", [], (200, 404, 200)),
    "registry_person_erase": ("person", [], (403, 404, 200)),
    "registry_person_withdraw": ("person", ["name"], (405, 404, 405)),
    "registry_person_invite": ("person", [], (405, 404, 405)),
    "registry_person_mail": ("person", [], (405, 404, 405)),
    "registry_associationcontact_mail": ("associationcontact", [], (405, 404, 405)),
    "registry_sharedmailbox_mail": ("sharedmailbox", [], (405, 404, 405)),
    "registry_feedback_finish": ("feedback", [], (405, 404, 405)),
    "registry_task_finish": ("task", [], (405, 404, 405)),
    **{
        f"meetings_meeting_{page}": ("meeting", [], (200, 404, 200))
        for page in (
            "publish",
            "move",
            "cancel",
            "close",
            "copy",
            "guests",
            "invite",
            "guest_new",
            "attendance",
            "proposals",
            "decisions",
        )
    },
    # Of no invitee (tests/admin/test_meeting_guests.py).
    "meetings_meeting_guest": ("meeting", [], (404, 404, 404)),
    "meetings_meeting_guest_remove": ("meeting", [], (404, 404, 404)),
    # The day of this one is known (tests/admin/test_meeting_guests.py).
    **{f"meetings_meeting_{page}": ("meeting", [], (404, 404, 404)) for page in ("days", "days_ask", "days_choose")},
    "surveys_response_copy": (
        "response",
        [],
        (404, 404, 404),
    ),  # nothing has been sent in (tests/surveys/test_copies.py)
    "surveys_response_file": ("response", [NO_FILE], (404, 404, 404)),  # whose is it: tests/surveys/test_uploads.py
    "surveys_response_reopen": ("response", [], (200, 404, 200)),
    # No edition has been put together (tests/admin/test_associations.py).
    "surveys_round_associations_edition": ("round", [], (404, 404, 404)),
    "surveys_round_export_answers": ("round", [], (405, 404, 405)),
    "surveys_round_press": ("round", [], (404, 404, 404)),  # of a closed round: tests/surveys/test_press.py
    "surveys_round_everything": ("round", [], (405, 404, 405)),
    "surveys_round_board_file": ("round", [], (405, 404, 405)),
    # Of no municipality and no comment (tests/admin/test_publication.py).
    "surveys_round_result_preview": ("round", [], (404, 404, 404)),
    "surveys_round_decide": ("round", [], (404, 404, 404)),
    "surveys_round_decline": ("round", [], (404, 404, 404)),  # of no municipality (tests/surveys/test_round_board.py)
    **{
        f"surveys_round_{page}": ("round", [], (200, 404, 200))
        for page in (
            "questions",
            "differences",
            "preview",
            "export_file",
            "responses",
            "associations",
            "associations_new_edition",
            "tell",
            "open",
            "close",
            "reopen",
            "copy",
            "earlier",
            "correct",
            "weights",
            "announce",
            "unannounce",
            "remind",
            "remind_last",
            "thank",
            "results_ready",
            "results_published",
            "publication",
            "publish",
        )
    },
}
# Pages of the administration that belong to no table, with what the staff get.
DESK = {
    "index": ([], 200),
    "password_change": ([], 302),
    "password_change_done": ([], 302),
    "jsi18n": ([], 200),
    "logout": ([], 302),
    "registry_area_choose": ([], 405),
    "app_list": (["registry"], 200),
    "surveys_round_import": ([], 200),
    "surveys_round_import_answers": ([], 200),
    "autocomplete": ([], 403),
    "tables": ([], 200),
    "work_area": ([], 405),
}
# Data quality, with what the staff get for GET and for POST (coordinator, other coordinator, administrator).
QUALITY = {
    "quality": ((200, 200, 200), (405, 405, 405)),
    "quality_accept": ((200, 404, 200), (422, 404, 422)),
    "quality_withdraw": ((405, 405, 405), (302, 404, 404)),
}
# Letters of Pohjois-Pohjanmaa and jobs, with what the staff get for GET and for POST.
MAIL = {
    "mail": ([], (200, 200, 200), (405, 405, 405)),
    "mail_jobs": ([], (200, 200, 200), (405, 405, 405)),
    "mail_next": ([], (200, 200, 200), (405, 405, 405)),
    "mail_decide": (["letter"], (405, 405, 405), (302, 404, 302)),
}
# Pages of imports: of one import of Pohjois-Pohjanmaa, what each of the staff gets by GET and by POST
# (coordinator, other coordinator, administrator); a kind of import instead of an import where it is named.
IMPORTS = {
    "import_start": ([], (200, 200, 200), (405, 405, 405)),
    "import_upload": (["premises"], (200, 200, 200), (422, 422, 422)),
    "import_example": (["premises"], (200, 200, 200), (405, 405, 405)),
    "import_detail": (["run"], (200, 404, 200), (405, 405, 405)),
    "import_columns": (["run"], (200, 404, 200), (422, 404, 422)),
    "import_values": (["run"], (200, 404, 200), (302, 404, 302)),
    "import_save": (["run"], (405, 405, 405), (422, 404, 422)),
    "import_discard": (["run"], (405, 405, 405), (302, 404, 302)),
    "import_undo": (["run"], (302, 404, 302), (302, 404, 302)),
    "import_refused": (["run"], (200, 404, 200), (405, 405, 405)),
}
# Signing in, with the answer to GET of nobody, of somebody signed in, and to the POST of nobody.
ACCOUNT = {
    "account_login": ([], 200, 302, 200),
    "account_request_login_code": ([], 200, 302, 200),
    "account_confirm_login_code": ([], 302, 302, 302),
    "account_login_password": ([], 200, 302, 200),
    "account_logout": ([], 302, 200, 302),
    "account_signed_out": ([], 200, 200, 405),
    "account_inactive": ([], 200, 200, 405),
    "account_signup": ([], 200, 302, 200),
    "account_log": ([], 302, 200, 302),
    "account_reauthenticate": ([], 302, 200, 302),
    "account_reauthenticate_code": ([], 302, 200, 302),
    "account_change_password": ([], 302, 200, 302),
    "account_set_password": ([], 302, 302, 302),
    "mfa_index": ([], 302, 200, 302),
    "mfa_authenticate": ([], 302, 302, 302),
    "mfa_reauthenticate": ([], 302, 302, 302),
    "mfa_activate_totp": ([], 302, 302, 302),
    "mfa_deactivate_totp": ([], 302, 404, 302),
    "mfa_view_recovery_codes": ([], 302, 404, 302),
    "mfa_generate_recovery_codes": ([], 302, 302, 302),
    "mfa_download_recovery_codes": ([], 302, 404, 302),
    "mfa_list_webauthn": ([], 302, 200, 302),
    "mfa_add_webauthn": ([], 302, 302, 302),
    "mfa_reauthenticate_webauthn": ([], 302, 302, 302),
    "mfa_remove_webauthn": ([1], 302, 302, 302),
    "mfa_edit_webauthn": ([1], 302, 302, 302),
    "mfa_login_webauthn": ([], 302, 302, 302),
    "usersessions_list": ([], 302, 200, 302),
    "socialaccount_login_cancelled": ([], 200, 200, 405),
    "openid_connect_login": (["oulu"], 405, 405, 404),
    "openid_connect_callback": (["oulu"], 404, 404, 404),
}
# Checked apart: sign-in is for anyone; accounts are for administrators; Django's shortcut shows nothing of ours.
APART = {"login", "view_on_site"} | {
    f"accounts_user_{page}" for page in ("changelist", "add", "change", "delete", "history")
} | {"auth_user_password_change", "accounts_user_reset"}  # fmt: skip
# Letters and jobs are for administrators, periods without letters for coordinators too (tests/admin/test_letters.py).
LETTERS = {
    f"{table}_{page}"
    for table in ("mailing_letter", "mailing_lettertext", "mailing_quietperiod", "mailing_bounce", "jobs_jobrun")
    for page in ("changelist", "add", "change", "delete", "history")
} | {"mailing_letter_resend", "mailing_lettertext_simple_history"}

# The portal's rows stand beside its gate, for its own roles (tests/portal/test_gate.py);
# a link is for whoever has it (tests/portal/test_links.py, test_own_calendar.py).
PORTAL = set(portal_gate.PAGES) | portal_gate.APART | {"link", "link_calendar"}


def addresses(patterns=None, namespace=""):
    """Return the name of every address, with its namespace."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern.url_patterns, inner)
        elif pattern.name:
            yield namespace + pattern.name


def test_every_address_has_its_row_in_the_tables():
    expected = (
        {"style_guide"}
        | set(OPEN)
        | set(QUALITY)
        | set(MAIL)
        | set(IMPORTS)
        | set(ACCOUNT)
        | PORTAL
        | {f"admin:{name}" for name in (*DESK, *STEPS, *APART, *LETTERS)}
    )
    for table in TABLES:
        expected |= {f"admin:{named(table)}_{page}" for page in ("changelist", "add", "change", "delete", "history")}
        expected.add(f"admin:{named(table)}_export")
        if hasattr(_model(table), "history"):
            expected.add(f"admin:{named(table)}_simple_history")
    expected |= PORTAL
    assert set(addresses()) == expected


def named(table):
    """Return how the addresses of a table begin."""
    application = "surveys" if table in SURVEYS else "meetings" if table in MEETINGS else "registry"
    return f"{application}_{table}"


def _model(table):
    return apps.get_model(*named(table).split("_"))


@pytest.fixture(scope="module")
def built(kept):
    """The world of all these tests, built once."""
    return kept(_build)


def _build():
    reference = find_reference()
    cast = make_cast(reference)
    return SimpleNamespace(
        reference=reference, cast=cast, clients=_clients(cast, reference), rows=_rows(cast, reference)
    )


@pytest.fixture
def world(built, db):
    return as_built(built)


@pytest.fixture
def reference(world):
    return world.reference


@pytest.fixture
def cast(world):
    return world.cast


@pytest.fixture
def clients(world):
    """A client for each role."""
    return world.clients


@pytest.fixture
def rows(world):
    """One row of every table, all of Pohjois-Pohjanmaa where the table has regions."""
    return world.rows


def _clients(cast, reference):
    yesterday, tomorrow = (PartialDate.day(dt.date.today() + dt.timedelta(days=days)) for days in (-1, 1))

    def person(word):
        account = factories.UserFactory(email=f"{word}@example.org")
        return factories.PersonFactory(user=account, region=reference.pohjois_pohjanmaa)

    former, outsider, deputy, past_deputy = map(person, ("entinen", "muualla", "sijainen", "ex.sijainen"))
    factories.CoordinatorFactory(person=former, region=reference.pohjois_pohjanmaa, end=yesterday)
    factories.AppointmentFactory(person=outsider, municipality=reference.hailuoto)
    for each, end in ((deputy, tomorrow), (past_deputy, yesterday)):
        factories.AppointmentFactory(
            person=each, municipality=reference.oulu, end=end, deputy_for=cast.leena_in_oulu,
            kind=models.Appointment.Kind.DEPUTY,
        )  # fmt: skip
    accounts = {
        "stranger": cast.stranger,
        "outsider": outsider.user,
        "deputy": deputy.user,
        "past_deputy": past_deputy.user,
        "liaison": cast.leena.user,
        "agent": cast.ahti.user,
        "former": former.user,
        "coordinator": cast.kaisa.user,
        "other_coordinator": cast.outi.user,
        "administrator": cast.aino,
    }
    clients = {"anonymous": Client()}
    for role, account in accounts.items():
        clients[role] = Client()
        clients[role].force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return clients


def _rows(cast, reference):
    oulu, region = reference.oulu, reference.pohjois_pohjanmaa
    association = factories.AssociationFactory(municipality=oulu)
    made = {
        "agent": cast.ahti_in_oulu,
        "agenttraining": models.AgentTraining.objects.create(
            agent=cast.ahti_in_oulu, name="Koulutus", completed=PartialDate.of(2025)
        ),
        "appointment": cast.leena_in_oulu,
        "association": association,
        "associationcontact": models.AssociationContact.objects.create(
            association=association, name="Salme Salainen", source="puhelu", basis="given", obtained_on=TODAY
        ),
        "changeset": models.ChangeSet.objects.create(kind="merge", subject="registry.person:1:2", region=region),
        "channel": models.Channel.objects.create(municipality=oulu, kind="calendar", name="Kalenteri"),
        "consent": models.Consent.objects.create(person=cast.ahti, field="name", given_on=TODAY, means="paper"),
        "contactentry": models.ContactEntry.objects.create(region=region, municipality=oulu, about="Puhelu"),
        "coordinator": models.Coordinator.objects.get(person=cast.kaisa),
        "exportlog": models.ExportLog.objects.create(
            table="registry.person", file_format="csv", n_rows=1, region=region
        ),
        "feedback": models.Feedback.objects.create(kind="error", region=region, message="Viesti", answer_by=TODAY),
        "grantperiod": models.GrantPeriod.objects.create(municipality=oulu, name="Avustus", closes_on=TODAY),
        "municipality": oulu,
        "municipalityboundary": factories.MunicipalityBoundaryFactory(municipality=oulu),
        "pairing": factories.PairingFactory(appointment=cast.leena_in_oulu, agent=cast.ahti_in_oulu),
        "person": cast.leena,
        "population": oulu.populations.first(),
        "premises": models.Premises.objects.create(municipality=oulu, name="Talo"),
        "publishedfigure": models.PublishedFigure.objects.get(key="f01"),
        "region": region,
        "regionmembership": oulu.memberships.get(),
        "areamembership": oulu.area_memberships.first(),
        "area": models.Area.objects.filter(group__region=region).first(),
        "areagroup": models.AreaGroup.objects.filter(region=region).first(),
        "qualityexception": models.QualityException.objects.create(
            region=region,
            check_key="working_time_missing",
            subject=f"appointment-{cast.leena_in_oulu.pk}",
            until=dt.date.today(),
            reason="Syy",
        ),
        "sharedmailbox": models.SharedMailbox.objects.create(municipality=oulu, post="Toimisto", email="t@example.org"),
        "situationstatement": factories.SituationStatementFactory(municipality=oulu),
        "task": models.Task.objects.create(title="Soita", region=region),
        **survey_factories.rows_of_tables(region, oulu),
        **meeting_factories.rows_of_tables(region, oulu),
        "sitestate": models.SiteState.objects.get_or_create(pk=1)[0],
    }
    for table in TABLES:
        made.setdefault(table, _model(table).objects.first())
    return made


def test_open_addresses_answer_everyone_alike(clients, reference):
    survey_factories.RoundFactory(region=reference.pohjois_pohjanmaa, year=2031, announced_on=TODAY)
    seen = {
        (name, role): (
            client.get(reverse(name, args=args)).status_code,
            client.post(reverse(name, args=args)).status_code,
        )
        for name, (args, _get, _post) in OPEN.items()
        for role, client in clients.items()
    }
    assert seen == {(name, role): (get, post) for name, (_args, get, post) in OPEN.items() for role in ROLES}


def expected_status(page, table, role):
    """Return what GET of a table's page answers to a role."""
    if role not in STAFF:
        return 302
    rights = {"view", "add", "change", "delete"} if role == "administrator" else set(TABLES[table])
    if page == "add":
        return 200 if "add" in rights and table not in NEVER_ADDED else 403
    if page == "delete" and (table in NEVER_DELETED or "delete" not in rights):
        return 403
    if "view" not in rights:
        return 403
    if page == "changelist":
        return 200
    is_anothers = role == "other_coordinator" and table not in WITHOUT_REGION
    if page == "history":
        return 404 if is_anothers else 200
    return 302 if is_anothers else 200


@pytest.mark.parametrize("table", TABLES)
def test_pages_of_a_table_answer_by_role(clients, rows, table):
    row = rows[table]
    pages = {"changelist": [], "add": [], "change": [row.pk], "delete": [row.pk], "history": [row.pk]}
    seen, expected = {}, {}
    for page, args in pages.items():
        address = reverse(f"admin:{named(table)}_{page}", args=args)
        for role, client in clients.items():
            seen[page, role] = client.get(address).status_code
            expected[page, role] = expected_status(page, table, role)
    if not hasattr(row, "history") and expected["history", "other_coordinator"] == 404:
        expected["history", "other_coordinator"] = 302  # Django's own page sends a stranger to the front page
    assert seen == expected


@pytest.mark.parametrize("table", TABLES)
def test_posts_of_those_without_the_right_change_nothing(clients, rows, table):
    row = rows[table]
    model = type(row)
    before = list(model._base_manager.order_by("pk").values())
    pages = {"changelist": [], "add": [], "change": [row.pk], "delete": [row.pk], "history": [row.pk]}
    answers = set()
    for role in (*OUTSIDE, "other_coordinator"):
        if role == "other_coordinator" and table in WITHOUT_REGION:
            continue
        for page, args in pages.items():
            if page == "add" and role == "other_coordinator":
                continue  # they may add rows of their own region; tests/admin tries to add anybody else's
            data = {"post": "yes", "action": "delete_selected", "_selected_action": row.pk, "name": "muutettu"}
            answers.add(clients[role].post(reverse(f"admin:{named(table)}_{page}", args=args), data).status_code)
    assert answers <= {200, 302, 403, 404}
    assert list(model._base_manager.order_by("pk").values()) == before


@pytest.mark.parametrize("table", TABLES)
def test_lists_are_exported_by_those_who_see_them_and_by_post_alone(clients, rows, table):
    address = reverse(f"admin:{named(table)}_export", args=["csv"])
    logged = models.ExportLog.objects.count()
    seen = {role: client.get(address).status_code for role, client in clients.items()}
    may_see = {role: role == "administrator" or "view" in TABLES[table] for role in STAFF}
    assert seen == dict.fromkeys(ROLES, 302) | dict.fromkeys(STAFF, 405)
    seen = {role: client.post(address).status_code for role, client in clients.items() if role not in STAFF}
    assert seen == {role: 302 for role in ROLES if role not in STAFF}
    assert models.ExportLog.objects.count() == logged
    seen = {role: clients[role].post(address).status_code for role in STAFF}
    assert seen == {role: 200 if may_see[role] else 403 for role in STAFF}


@pytest.mark.parametrize("step", STEPS)
def test_steps_answer_by_role(clients, rows, step):
    table, more, of_staff = STEPS[step]
    address = reverse(f"admin:{step}", args=[rows[table].pk, *more])
    seen = {role: client.get(address).status_code for role, client in clients.items()}
    assert seen == dict.fromkeys(ROLES, 302) | dict(zip(STAFF, of_staff, strict=True))
    before = list(type(rows[table])._base_manager.order_by("pk").values())
    refused = {
        role: clients[role].post(address, {"confirmed": "1"}).status_code for role in (*OUTSIDE, "other_coordinator")
    }
    assert refused == dict.fromkeys(OUTSIDE, 302) | {"other_coordinator": 404}
    assert list(type(rows[table])._base_manager.order_by("pk").values()) == before


@pytest.mark.parametrize("page", DESK)
def test_desk_is_for_staff_alone(clients, page):
    args, of_staff = DESK[page]
    address = reverse(f"admin:{page}", args=args)
    for role, client in clients.items():
        status = client.get(address).status_code
        if page in {"logout", "registry_area_choose"}:
            assert status in {302, 405}
        else:
            assert status == (of_staff if role in STAFF else 302), role


@pytest.mark.parametrize("name", QUALITY)
def test_data_quality_answers_by_role(clients, rows, name):
    exception = rows["qualityexception"]
    finding = [exception.region.slug, exception.check_key, exception.subject]
    address = reverse(name, args=[] if name == "quality" else finding)
    for_get, for_post = QUALITY[name]
    seen = {role: client.get(address).status_code for role, client in clients.items()}
    assert seen == dict.fromkeys(ROLES, 302) | dict(zip(STAFF, for_get, strict=True))
    for role in (*OUTSIDE, "other_coordinator"):
        assert clients[role].post(address, {"until": "1.1.2100"}).status_code in {302, 404, 405}
    assert models.QualityException.objects.get() == exception
    # The coordinator takes the one acceptance back, so that the administrator finds none.
    seen = {role: clients[role].post(address).status_code for role in STAFF}
    assert seen == dict(zip(STAFF, for_post, strict=True))


@pytest.mark.parametrize("name", MAIL)
def test_letters_and_jobs_answer_by_role(clients, rows, reference, name):
    scope = f"region:{reference.pohjois_pohjanmaa.pk}"
    letter = Letter.objects.create(key="x", kind="x", address="salainen@example.org", state="failed", scope=scope)
    args, for_get, for_post = MAIL[name]
    address = reverse(name, args=[letter.pk for _word in args])
    seen = {role: client.get(address).status_code for role, client in clients.items()}
    assert seen == dict.fromkeys(ROLES, 302) | dict(zip(STAFF, for_get, strict=True))
    for role in (*OUTSIDE, "other_coordinator"):
        assert clients[role].post(address, {"decision": "leave"}).status_code in {302, 404, 405}
    letter.refresh_from_db()
    assert letter.decision == ""
    assert b"salainen" not in clients["other_coordinator"].get(reverse("mail")).content
    seen = {role: clients[role].post(address, {"decision": "leave"}).status_code for role in STAFF}
    assert seen == dict(zip(STAFF, for_post, strict=True))


@pytest.fixture
def run(reference):
    """A file that waits to be saved into Pohjois-Pohjanmaa."""
    rows = [["kunta", "nimi"], ["564", "Salainen talo"], ["999", "Hylätty"]]
    return read("premises", rows, region=reference.pohjois_pohjanmaa)


@pytest.mark.parametrize("page", IMPORTS)
def test_imports_answer_by_role(clients, run, page):
    names, of_get, of_post = IMPORTS[page]
    address = reverse(page, args=[run.pk if name == "run" else name for name in names])
    outside = dict.fromkeys(ROLES, 302)
    seen = {role: client.get(address).status_code for role, client in clients.items()}
    assert seen == outside | dict(zip(STAFF, of_get, strict=True))
    for role in (*OUTSIDE, "other_coordinator"):
        clients[role].post(address, {"leave_out": "yes"})
    run.refresh_from_db()
    saved = models.Premises.objects.filter(name="Salainen talo").count()
    assert (run.state, run.rows.count(), saved) == ("checked", 2, 0)
    seen = {role: client.post(address).status_code for role, client in clients.items()}
    assert seen == outside | dict(zip(STAFF, of_post, strict=True))


@pytest.mark.parametrize("key", ["municipalities", "populations"])
def test_imports_of_what_only_administrators_write_are_theirs_alone(clients, key):
    run = read("populations", [["koodi", "vuosi", "asukkaat"], ["564", "2025", "1"]])
    pages = [reverse("import_upload", args=[key]), reverse("import_example", args=[key])]
    pages.append(reverse("import_detail", args=[run.pk]))
    for page in pages:
        seen = {role: client.get(page).status_code for role, client in clients.items()}
        expected = {"coordinator": 404, "other_coordinator": 404, "administrator": 200}
        assert seen == dict.fromkeys(ROLES, 302) | expected, page


def test_style_guide_is_for_staff_alone(clients):
    address = reverse("style_guide")
    seen = {role: client.get(address).status_code for role, client in clients.items()}
    assert seen == dict.fromkeys(ROLES, 302) | dict.fromkeys(STAFF, 200)


def test_accounts_are_for_administrators_alone(clients, cast):
    pages = {"accounts_user_changelist": [], "accounts_user_add": [], "auth_user_password_change": [cast.stranger.pk]}
    pages |= {f"accounts_user_{page}": [cast.stranger.pk] for page in ("change", "delete", "history")}
    for page, args in pages.items():
        seen = {role: client.get(reverse(f"admin:{page}", args=args)).status_code for role, client in clients.items()}
        expected = dict.fromkeys(ROLES, 302) | {"coordinator": 403, "other_coordinator": 403, "administrator": 200}
        assert seen == expected, page


@pytest.mark.parametrize("name", ACCOUNT)
def test_pages_of_signing_in_answer_alike_to_every_role(clients, name):
    args, of_nobody, of_somebody, to_post = ACCOUNT[name]
    address = reverse(name, args=args)
    cast_with_password = [client for role, client in clients.items() if role != "anonymous"]
    for client in cast_with_password:
        account = User.objects.get(pk=client.session["_auth_user_id"])
        account.set_password("salasana-kaikilla-1")
        account.save()
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    seen = {role: client.get(address).status_code for role, client in clients.items()}
    assert seen == {role: of_nobody if role == "anonymous" else of_somebody for role in clients}
    assert Client().post(address).status_code == to_post


def test_the_administrations_own_sign_in_leads_to_the_one_of_the_site(clients):
    address = reverse("admin:login")
    answers = {role: client.get(f"{address}?next=/hallinta/taulut/") for role, client in clients.items()}
    assert {role: answer.status_code for role, answer in answers.items()} == (
        dict.fromkeys(ROLES, 403) | {"anonymous": 302} | dict.fromkeys(STAFF, 302)
    )
    assert answers["anonymous"].url == "/kirjaudu/?next=/hallinta/taulut/"


def test_versions_of_history_are_shown_to_nobody(clients, rows):
    for table in ("person", "appointment", "municipality"):
        row = rows[table]
        row.save()
        address = reverse(f"admin:{named(table)}_simple_history", args=[row.pk, row.history.first().pk])
        seen = {role: client.get(address).status_code for role, client in clients.items()}
        assert seen == dict.fromkeys(ROLES, 302) | dict.fromkeys(STAFF, 404)

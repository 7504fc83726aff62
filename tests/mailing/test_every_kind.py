"""Every kind of letter as it really goes, in three languages: parts, headers, frame; and what is kept of its keys."""

import logging
import re
from email import policy
from email.parser import BytesParser

import pytest
import time_machine
from django.conf import settings as site
from django.core import mail
from django.core.management import call_command
from django.test import Client

from accounts.models import SecretLink
from config.log_lines import LineWithoutKeys
from mailing.kinds import all_kinds, find_kind
from mailing.models import Letter
from mailing.sending import send_waiting
from mailing.texts import words_of
from mailing.unsubscribing import find_stop_link
from registry.models import Person
from tests.accounts.helpers import after_commit
from tests.mailing.test_letter_shape import _Html, _lint
from tests.test_letters import LIBRARY, SAMPLES, _monday, links_of, whole_database  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
ALL = SAMPLES | LIBRARY
# Samples with a letter that carries a calendar's object: what that says is tried in tests/meetings.
WITH_CALENDAR = {kind for kind in SAMPLES if kind.startswith("meeting_")} | {
    "association_invitation",
    "association_reminder",
}
KEY = re.compile(r"/y/([\w-]{20,})/")
CODE = re.compile(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b|\b\d{6}\b")


@pytest.fixture
def log(caplog):
    """The whole log at its most talkative, Django's own too, which does not reach the root."""
    django = logging.getLogger("django")
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="django")
    django.addHandler(caplog.handler)
    yield caplog
    django.removeHandler(caplog.handler)


def sent_of(cast, kind, language="fi"):
    """Return [(e-mail, message as parsed, its row or None)] of what a sample sends."""
    Person.objects.update(language=language)
    mail.outbox.clear()
    with after_commit():
        ALL[kind](cast)
    rows = {f"<{letter.message_id}@example.org>": letter for letter in Letter.objects.all()}
    assert mail.outbox
    parsed = [BytesParser(policy=policy.default).parsebytes(each.message().as_bytes()) for each in mail.outbox]
    return [(each, one, rows.get(one["Message-ID"])) for each, one in zip(mail.outbox, parsed, strict=True)]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("kind", ALL)
def test_every_letter_passes_the_check_of_its_parts_and_headers(cast, kind, language):
    letters = sent_of(cast, kind, language)
    if kind in SAMPLES:
        assert kind in {row.kind for _mail, _message, row in letters}
    for composed, message, row in letters:
        text, html = (message.get_body((part,)).get_content() for part in ("plain", "html"))
        parts = [part.get_content_type() for part in message.walk() if not part.is_multipart()]
        calendar = ["text/calendar", "application/ics"] if kind in WITH_CALENDAR and len(parts) > 2 else []
        assert parts == ["text/plain", "text/html", *calendar]
        assert message.get_content_type() == ("multipart/mixed" if calendar else "multipart/alternative")
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["From"] == "Rinnalla <tietosuoja@example.org>"
        assert len(message.get_all("Message-ID")) == len(message.get_all("To")) == 1
        assert str(message["Subject"]).strip() == composed.subject.strip()  # a long one begins on a line of its own
        assert _lint(message) == []
        # Nothing is loaded, nothing is counted: addresses of the site alone, without a tail that tells readers apart.
        assert set(_Html(html).tags) <= set("html head meta title body div p h1 h2 ul li a br strong".split())
        assert {link.split("/")[2] for link in links_of(composed)} <= {"testserver"}
        assert not any("utm_" in link or "?" in link for link in links_of(composed))
        # Who is behind it and why one gets it.
        assert "Rinnalla" in text
        assert any(name in text for name in site.CONTROLLER_NAME.values())
        if row is None:  # what the library sends holds a code or tells of the account: duty, and stored nowhere
            assert message["List-Unsubscribe"] is None
            continue
        assert row.language in {language, "fi"}
        is_duty = find_kind(row.kind).is_duty
        assert (message["List-Unsubscribe"] is None) == is_duty
        if not is_duty:
            assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
            token = KEY.search(message["List-Unsubscribe"])[1]
            assert find_stop_link(token).address == row.address
            assert token in text


def test_a_letter_that_goes_again_has_the_same_number(cast):
    with after_commit():
        SAMPLES["invitation"](cast)
    first = mail.outbox[0].extra_headers["Message-ID"]
    Letter.objects.update(state="waiting")
    send_waiting()
    assert mail.outbox[1].extra_headers["Message-ID"] == first


ASKS = [
    "association_check", "association_letter", "colleague_question", "contact_check", "invitation", "liaison_digest",
    "vacancy",
]  # fmt: skip


@pytest.mark.parametrize("kind", ASKS)
def test_every_letter_that_asks_something_says_to_whom_one_replies(cast, kind):
    """Codes and notices of the account have the site's own address, from where replies are passed on."""
    letters = sent_of(cast, kind)
    assert all(composed.reply_to for composed, _message, row in letters if row and row.kind == kind)


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_subject_of_a_letter_that_asks_something_says_by_when(language):
    """What a person has written, a question or a letter to associations, has the person's own subject."""
    days = re.compile(r"\{(by_day|first_day|by_when)\}|\b14\b")
    kinds = {"association_check", "contact_check", "coordinator_digest", "invitation", "liaison_digest", "vacancy"}
    assert [kind for kind in kinds if not days.search(words_of(kind, language).subject)] == []


# --- Keys and codes --------------------------------------------------------------------------------------------------


def keys_in(letters):
    """Return every token and code that the letters hold."""
    bodies = "\n".join(text for composed, _message, _row in letters for text in (composed.subject, composed.body))
    return set(KEY.findall(bodies)) | set(CODE.findall(bodies))


@pytest.mark.parametrize("kind", ALL)
def test_no_key_and_no_code_of_any_letter_is_kept(cast, kind, log, capfd):
    """Neither in a row, the arguments and results of the worker's tasks, nor in a log at its most talkative."""
    letters = sent_of(cast, kind)
    keys = keys_in(letters)
    if kind in {"sign-in code", "invitation", "contact_check", "association_check", "coordinator_digest"}:
        assert keys
    kept = repr(whole_database())
    told = LineWithoutKeys("%(message)s")
    # What is sent to the database is told at this level alone, which no installation has.
    lines = "\n".join(told.format(record) for record in log.records if record.name != "django.db.backends")
    printed = "".join(capfd.readouterr())
    assert [key for key in keys if key in kept] == []
    assert [key for key in keys if key in lines + printed] == []
    for composed, _message, row in letters:
        if row is not None:
            assert composed.body not in kept


def test_the_tasks_of_the_queue_hold_numbers_alone(cast, settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    with after_commit():
        SAMPLES["invitation"](cast)
    send_waiting()
    tasks = dict(whole_database())["django_tasks_database_dbtaskresult"]
    assert len(tasks) == 1
    assert str(Letter.objects.get().pk) in tasks[0]
    assert [key for key in keys_in([(each, None, None) for each in mail.outbox]) if key in repr(tasks)] == []
    assert "@" not in tasks[0]


@pytest.mark.parametrize("what", ["forged", "used up", "broken"])
def test_neither_log_nor_page_of_an_error_repeats_the_key_of_a_link(cast, log, what):
    """A refused form, a link that no longer works, and a fault of our own."""
    letters = sent_of(cast, "contact_check")
    (address,) = [f"/{link.split('/', 3)[3]}" for link in links_of(letters[0][0]) if _is_of_check(link)]
    key = KEY.search(address)[1]
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    if what == "used up":
        SecretLink.objects.update(revoked_at="2026-01-01T00:00Z")
    if what == "broken":
        SecretLink.objects.update(scope="person:x")
    answer = client.post(address) if what == "forged" else client.get(address)
    assert answer.status_code == {"forged": 403, "used up": 410, "broken": 500}[what]
    # The switch of languages leads back to the same page; nothing else carries the key on, to feedback for example.
    assert key not in re.sub(r"<[^>]* hreflang=[^>]*>", "", answer.content.decode())
    lines = [record for record in log.records if key in record.getMessage() and record.name != "django.db.backends"]
    assert lines  # Django does tell the address
    told = LineWithoutKeys("%(message)s")
    assert [line for line in map(told.format, lines) if key in line] == []
    assert any("/y/…/" in told.format(line) for line in lines)


def _is_of_check(link):
    key = KEY.search(link)
    return bool(key) and find_stop_link(key[1]) is None


def test_the_site_logs_by_that_rule():
    (handler,) = site.LOGGING["handlers"].values()
    assert site.LOGGING["formatters"][handler["formatter"]]["()"] == "config.log_lines.LineWithoutKeys"


def test_letters_go_at_their_retention(cast):
    sent_of(cast, "invitation")
    for day, n_kept in (("2027-11-01", 1), ("2027-11-04", 0)):
        with time_machine.travel(day):
            call_command("enforce_retention")
        assert Letter.objects.count() == n_kept


def test_every_kind_that_ships_is_among_these():
    assert {kind.name for kind in all_kinds() if kind.make and kind.folder} == set(SAMPLES)

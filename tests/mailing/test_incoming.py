"""What comes back: reports in the shapes of real mail servers, answers of those away, people's replies."""

import base64
import contextlib
import socketserver
import threading

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from jobs.models import JobRun
from jobs.running import perform
from mailing.mailbox import NOBODY, read_mailbox, take
from mailing.models import Bounce, Letter

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(db):
    return Letter.objects.create(key="x", kind="x", address="leena@kunta.example", state="sent")


def report(
    status, diagnostic, *, action="failed", subject="Undelivered Mail Returned to Sender", number=None, intro="x"
):
    return f"""From: MAILER-DAEMON@mx.kunta.example (Mail Delivery System)
To: tietosuoja@example.org
Subject: {subject}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain; charset=utf-8

{intro}
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.kunta.example
Arrival-Date: Mon, 2 Mar 2026 09:00:00 +0200

Final-Recipient: rfc822; leena@kunta.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {diagnostic}

--B
Content-Type: text/rfc822-headers

From: Rinnalla <tietosuoja@example.org>
To: leena@kunta.example
Subject: Vastaa 12.3. mennessä
Message-ID: <{number}@example.org>

--B--
""".replace("\n", "\r\n").encode()  # fmt: skip


SHAPES = {
    "Postfix, no such user": (
        "5.1.1",
        "550 5.1.1 <leena@kunta.example>: Recipient address rejected: User unknown",
        "hard",
    ),
    "Exchange, not found": ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found", "hard"),
    "Office 365, access denied": ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied", "hard"),
    "mailbox full": ("5.2.2", "552 5.2.2 Mailbox full", "soft"),
    "does not want our letters": ("5.7.1", "550 5.7.1 Message rejected as spam", "soft"),
    "gave up after days": ("4.4.1", "451 4.4.1 Connection timed out", "soft"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_report_is_written_down_once(letter, shape):
    status, diagnostic, kind = SHAPES[shape]
    raw = report(status, diagnostic, number=letter.message_id)
    assert [take(raw), take(raw)] == ["bounce", "bounce"]
    bounce = Bounce.objects.get()
    assert (bounce.address, bounce.kind, bounce.letter, bounce.code) == ("leena@kunta.example", kind, letter, status)
    assert (bounce.source, bounce.pulled_at) == ("mailbox", None)


def test_a_report_of_delay_is_no_bounce(letter):
    assert take(report("4.4.1", "x", action="delayed", number=letter.message_id)) == "notice"
    assert Bounce.objects.count() == 0


def test_a_report_about_no_letter_of_ours_marks_nobody(letter):
    invented = "00000000-0000-4000-8000-000000000000"
    assert take(report("5.1.1", "550 5.1.1 User unknown", number=invented)) == "unknown report"
    assert Bounce.objects.count() == 0


def test_a_plain_text_of_qmail_is_understood(letter):
    raw = f"""Return-Path: <>
From: MAILER-DAEMON@kunta.example
To: palaute+{letter.message_id.hex}@example.org
Subject: failure notice

Hi. This is the qmail-send program at kunta.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<leena@kunta.example>:
Sorry, no mailbox here by that name. (#5.1.1)
""".encode()
    assert take(raw) == "bounce"
    assert Bounce.objects.get().kind == "hard"


def message(letter, subject, extra=""):
    return f"""From: Leena Liesi <leena@kunta.example>
To: tietosuoja@example.org
Subject: {subject}
In-Reply-To: <{letter.message_id}@example.org>
{extra}Content-Type: text/plain; charset=utf-8

Kiitos!
""".encode()  # fmt: skip


@pytest.mark.parametrize(
    ("subject", "extra"),
    [
        ("Automaattinen vastaus: Kysely", ""),
        ("Lomalla", "Auto-Submitted: auto-replied\n"),
        ("Lomalla", "X-Autoreply: yes\n"),
        ("Automatic reply: x", ""),
        ("x", "Precedence: auto_reply\n"),
    ],
)
def test_whoever_is_away_is_neither_a_bounce_nor_a_reply(letter, subject, extra):
    assert take(message(letter, subject, extra)) == "automatic"
    assert (Bounce.objects.count(), mail.outbox) == (0, [])


def test_a_persons_reply_reaches_a_person(letter, settings):
    settings.CONTROLLER_EMAIL = "toimisto@yhdistys.example"
    raw = message(letter, "Re: Kysely")
    assert take(raw) == "passed on"
    passed = mail.outbox[0]
    assert (passed.to, passed.reply_to) == (["toimisto@yhdistys.example"], ["leena@kunta.example"])
    assert passed.attachments[0][1] == raw


def test_nothing_is_passed_on_in_circles(letter, settings):
    settings.CONTROLLER_EMAIL = "toimisto@yhdistys.example"
    assert take(message(letter, "Re: Kysely", "X-Rinnalla-Forwarded: yes\n")) == "not passed on"
    assert mail.outbox == []


def test_a_reply_that_there_is_nobody_to_pass_on_to_stays_in_the_mailbox(letter, settings):
    assert settings.CONTROLLER_EMAIL == settings.DEFAULT_FROM_EMAIL
    with mailbox(message(letter, "Re: Kysely")) as server:
        settings.MAIL_BOX_URL = f"pop3://k:sana@127.0.0.1:{server.server_address[1]}"
        assert read_mailbox() == {NOBODY: 1}
        assert len(server.box) == 1
    assert mail.outbox == []


def test_an_answer_of_a_calendar_stays_in_the_mailbox(letter):
    raw = message(letter, "Hyväksytty").replace(b"text/plain", b"text/calendar; method=REPLY")
    assert take(raw) == "calendar"


# --- The mailbox itself ----------------------------------------------------------------------------------------------


class _Pop(socketserver.StreamRequestHandler):
    """As much of POP3 as a reader needs."""

    def handle(self):
        box, gone = self.server.box, set()
        self.wfile.write(b"+OK\r\n")
        for line in self.rfile:
            word, *rest = line.split()
            word = word.upper()
            if word == b"PASS" and rest != [b"sana"]:
                self.wfile.write(b"-ERR\r\n")
                return
            if word == b"LIST":
                rows = b"".join(b"%d %d\r\n" % (n + 1, len(raw)) for n, raw in enumerate(box))
                self.wfile.write(b"+OK\r\n" + rows + b".\r\n")
            elif word == b"RETR":
                self.wfile.write(
                    b"+OK\r\n" + box[int(rest[0]) - 1].replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") + b"\r\n.\r\n"
                )
            else:
                if word == b"DELE":
                    gone.add(int(rest[0]) - 1)
                if word == b"QUIT":
                    self.server.box[:] = [raw for n, raw in enumerate(box) if n not in gone]
                self.wfile.write(b"+OK\r\n")
                if word == b"QUIT":
                    return


class _Imap(socketserver.StreamRequestHandler):
    """As much of IMAP as a reader needs: messages are known by numbers that stay."""

    def handle(self):
        box = self.server.box
        kept, gone = dict(enumerate(box, start=101)), set()
        self.wfile.write(b"* OK\r\n")
        for line in self.rfile:
            tag, word, *rest = line.split()
            words = b" ".join([word, *rest]).upper()
            done = b"OK done"
            if word.upper() == b"CAPABILITY":
                self.wfile.write(b"* CAPABILITY IMAP4rev1\r\n")
            elif word.upper() == b"LOGIN" and b"sana" not in rest[-1]:
                self.wfile.write(tag + b" NO wrong\r\n")
                return
            elif word.upper() == b"SELECT":
                self.server.folders.append(rest[0])
                self.wfile.write(b"* %d EXISTS\r\n" % len(kept))
            elif words.startswith(b"UID SEARCH"):
                self.wfile.write(b"* SEARCH " + b" ".join(b"%d" % n for n in kept) + b"\r\n")
            elif words.startswith(b"UID FETCH"):
                raw = kept[int(rest[1])]
                self.wfile.write(b"* 1 FETCH (UID %d RFC822 {%d}\r\n" % (int(rest[1]), len(raw)) + raw + b")\r\n")
            elif words.startswith(b"UID STORE"):
                gone.add(int(rest[1]))
            elif word.upper() == b"EXPUNGE":
                box[:] = [raw for n, raw in kept.items() if n not in gone]
            self.wfile.write(tag + b" " + done + b"\r\n")
            if word.upper() == b"LOGOUT":
                return


HANDLERS = {"pop3": _Pop, "imap": _Imap}


@contextlib.contextmanager
def mailbox(*messages, protocol="pop3"):
    """Run a mailbox with these messages while the block runs."""
    with socketserver.TCPServer(("127.0.0.1", 0), HANDLERS[protocol]) as server:
        server.box, server.folders = list(messages), []
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("protocol", HANDLERS)
def test_the_command_reads_the_mailbox_and_leaves_calendars(letter, settings, capsys, protocol):
    calendar = message(letter, "Hyväksytty").replace(b"text/plain", b"text/calendar; method=REPLY")
    came = [report("5.1.1", "550 5.1.1 User unknown", number=letter.message_id), message(letter, "Poissa"), calendar]
    with mailbox(*came, protocol=protocol) as server:
        settings.MAIL_BOX_URL = f"{protocol}://kayttaja%40posti.example:sana@127.0.0.1:{server.server_address[1]}"
        call_command("read_bounces")
        assert [b"text/calendar" in raw for raw in server.box] == [True]
        call_command("read_bounces")
    assert capsys.readouterr().out == "automatic 1, bounce 1, calendar 1\ncalendar 1\n"
    assert Bounce.objects.count() == 1


def test_a_folder_of_the_mailbox_is_read_over_imap(letter, settings):
    with mailbox(protocol="imap") as server:
        settings.MAIL_BOX_URL = f"imap://kayttaja:sana@127.0.0.1:{server.server_address[1]}/Palaute"
        assert read_mailbox() == {}
        assert server.folders == [b"Palaute"]


@pytest.mark.parametrize("protocol", HANDLERS)
def test_a_wrong_password_fails_the_job_and_says_no_word_of_it(letter, settings, caplog, protocol):
    with mailbox(message(letter, "Re: Kysely"), protocol=protocol) as server:
        settings.MAIL_BOX_URL = f"{protocol}://kayttaja:arvaus@127.0.0.1:{server.server_address[1]}"
        run = JobRun.objects.create(name="read_bounces", slot=timezone.now())
        assert perform(run.pk) == "failed"
        assert len(server.box) == 1
    run.refresh_from_db()
    assert "arvaus" not in f"{caplog.text} {run.summary}"


# --- A provider's webhook --------------------------------------------------------------------------------------------

POSTMARK = {"RecordType": "Bounce", "ID": 42, "Type": "HardBounce", "TypeCode": 1,
            "MessageID": "m-1", "Inactive": True}  # fmt: skip


def provider_tells(client, letter, password="pitka-salasana-0123", *, at="2026-03-02T09:00:00Z"):  # noqa: S107
    """Post to the webhook what a provider tells of a letter to an address that does not exist."""
    secret = base64.b64encode(f"posti:{password}".encode()).decode()
    body = POSTMARK | {"BouncedAt": at, "Email": letter.address.title(), "Metadata": {"letter": str(letter.message_id)}}
    return client.post(
        "/posti/palautteet/", body, content_type="application/json", headers={"Authorization": f"Basic {secret}"}
    )


def test_a_provider_tells_of_a_bounce_with_its_secret_only(client, letter, settings):
    assert provider_tells(client, letter).status_code == 404
    settings.MAIL_PROVIDER, settings.ANYMAIL = "postmark", {"WEBHOOK_SECRET": "posti:pitka-salasana-0123"}
    assert provider_tells(client, letter, "arvaus").status_code == 400
    assert Bounce.objects.count() == 0

    assert [provider_tells(client, letter).status_code for _time in range(2)] == [200, 200]

    bounce = Bounce.objects.get()
    assert (bounce.address, bounce.kind, bounce.letter, bounce.source) == (
        "leena@kunta.example",
        "hard",
        letter,
        "provider",
    )

"""What a letter is made of: parts, headers, its frame, the way out of it; and what a spam filter would say."""

import re
from email import policy
from email.parser import BytesParser
from html.parser import HTMLParser

import pytest
from django.core import mail
from django.test import Client
from django.utils import translation

from mailing.kinds import Placeholder, all_kinds, letter_kind
from mailing.models import Letter, LetterText, Unsubscription
from mailing.outbox import queue_letter
from mailing.sending import send_letter
from mailing.texts import LANGUAGES, problems_of_all, words_of
from mailing.writing import Block, Message, blocks_of, sample_message
from registry.models import SiteState
from tests.mailing.test_rules import TUESDAY, time_machine

pytestmark = pytest.mark.django_db
NASTY = "<script>alert(1)</script> {name} [x](https://paha.example) {{ settings.SECRET_KEY }} \"'&"


@letter_kind(
    "shape",
    label="Yhdistyskirje",
    why="You get this because of a test in %(site)s.",
    is_duty=False,
    folder=None,
    placeholders={"name": Placeholder("name", "Leena")},
)
def _letter(letter):
    values = {"name": NASTY}
    body = (
        "Hei {name}\nhttps://example.org/a.\n\n## Otsikko\n\n- yksi\n- kaksi\n\n[Vastaa tästä](https://example.org/b)"
    )
    return Message(
        "Vastaa 12.3. mennessä", tuple(blocks_of(body, values)), reply_to="kaisa@example.org", thread="round:1"
    )


def _send(key="1", kind="shape", **arguments):
    with time_machine.travel(TUESDAY, tick=False):
        letter = queue_letter(kind, key=key, address=f"leena{key}@example.org", language="fi", arguments=arguments)
        assert send_letter(letter.pk) == "sent"
    letter.refresh_from_db()
    return letter, BytesParser(policy=policy.default).parsebytes(mail.outbox[-1].message().as_bytes())


def stop_path(message):
    return re.fullmatch(r"<http://testserver(/y/[\w-]{20,}/)>", message["List-Unsubscribe"])[1]


class _Html(HTMLParser):
    """Gathers what an HTML part would load, and its texts."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.addresses, self.words = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.addresses += [value for name, value in attrs if name in {"src", "background", "href", "action"}]

    def handle_data(self, data):
        self.words.append(data)


def test_a_letter_is_text_and_simple_html_that_say_the_same(settings):
    _row, message = _send()
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    read = _Html(html)

    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert set(read.tags) <= set("html head meta title body div p h2 ul li a br strong".split())
    assert all(address.startswith(("http://testserver", "https://example.org/")) for address in read.addresses)
    for words in (
        "Otsikko",
        "kaksi",
        "Vastaa tästä",
        "Esimerkkiyhdistys ry",
        settings.SITE_NAME,
        "You get this because",
    ):
        assert words in text
        assert words in " ".join(read.words)
    assert NASTY in text
    assert NASTY in html.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace(
        "&#x27;", "'"
    ).replace("&amp;", "&")
    assert "<script" not in html
    assert settings.SECRET_KEY not in text + html


def test_the_headers_of_a_letter_that_is_not_of_duty():
    letter, message = _send()

    assert message["Message-ID"] == f"<{letter.message_id}@example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["From"] == "Rinnalla <tietosuoja@example.org>"
    assert (message["To"], message["Reply-To"]) == ("leena1@example.org", "kaisa@example.org")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert stop_path(message)
    assert message["References"] == message["In-Reply-To"]
    _other, second = _send("2")
    assert second["References"] == message["References"]
    assert second["Message-ID"] != message["Message-ID"]


def test_a_letter_of_duty_cannot_be_unsubscribed_from(cast):
    with translation.override("fi"):
        from accounts.letters import SIGN_IN_CODE
        from mailing.frame import compose
        from mailing.writing import write

        composed = compose(write("sign_in_code", {"code": "AAAA-BBBB"}), kind=SIGN_IN_CODE, address="x@example.org")
    message = BytesParser(policy=policy.default).parsebytes(composed.message().as_bytes())
    assert message["List-Unsubscribe"] is None
    assert "/y/" not in composed.body
    assert "AAAA-BBBB" in composed.body


def test_the_envelope_has_the_letters_own_address_for_what_comes_back(settings):
    settings.MAIL_BOUNCES_TO = "palaute@posti.example.org"
    letter, message = _send()
    assert mail.outbox[-1].from_email == f"palaute+{letter.message_id.hex}@posti.example.org"
    assert message["From"] == "Rinnalla <tietosuoja@example.org>"


@pytest.mark.parametrize(
    ("language", "label"), [("fi", "Esittelyaineisto"), ("sv", "Demomaterial"), ("en", "Demo data")]
)
def test_every_letter_is_labelled_while_demo_data_is_there(language, label):
    from mailing.frame import render

    kind = next(kind for kind in all_kinds() if kind.name == "shape")
    message = Message("x", (Block("paragraph", ("x",)),))
    with translation.override(language):
        assert label not in "".join(render(message, kind=kind))
        SiteState.objects.mark_demo()
        text, html = render(message, kind=kind)
    assert label in text
    assert label in html


# --- The way out -----------------------------------------------------------------------------------------------------


def test_the_link_shows_and_the_button_unsubscribes_and_brings_back():
    _letter_row, message = _send()
    client = Client(enforce_csrf_checks=True)
    page = client.get(stop_path(message))
    assert (page.status_code, Unsubscription.objects.count()) == (200, 0)
    assert "Yhdistyskirje" in page.content.decode()
    assert client.post(stop_path(message), {"wish": "stop"}).status_code == 403  # no CSRF token
    assert Unsubscription.objects.count() == 0
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', page.content.decode())[1]

    client.post(stop_path(message), {"wish": "stop", "csrfmiddlewaretoken": token})

    assert Unsubscription.objects.covers("LEENA1@example.org", "shape")
    with time_machine.travel(TUESDAY, tick=False):
        later = queue_letter("shape", key="later", address="leena1@example.org", language="fi")
        assert send_letter(later.pk) == "not_wanted"
    later.refresh_from_db()
    assert later.reason == "unsubscribed"
    client.post(stop_path(message), {"wish": "again", "csrfmiddlewaretoken": token})
    assert Unsubscription.objects.count() == 0


def test_a_mail_program_unsubscribes_by_one_post_without_a_cookie():
    _letter_row, message = _send()
    program = Client(enforce_csrf_checks=True)
    for body in ({"List-Unsubscribe": "Two-Click"}, {"List-Unsubscribe": "One-Click", "x": "y"}):
        assert program.post(stop_path(message), body).status_code == 403
    assert program.post("/y/" + "x" * 32 + "/", {"List-Unsubscribe": "One-Click"}).status_code == 403
    assert Unsubscription.objects.count() == 0

    for _time in range(2):
        assert program.post(stop_path(message), {"List-Unsubscribe": "One-Click"}).status_code == 200

    assert Unsubscription.objects.get().group == "shape"
    assert "leena" not in str(Unsubscription.objects.values())


def test_no_token_and_no_code_is_stored(cast):
    letter, message = _send()
    token = stop_path(message).split("/")[2]
    assert token not in str(list(Letter.objects.values()))
    assert Client().get("/y/" + letter.stop_hash + "/").status_code == 404


# --- Words -----------------------------------------------------------------------------------------------------------

REAL = [kind for kind in all_kinds() if kind.folder is not None]


def test_the_words_that_ship_are_complete_in_three_languages():
    real = {kind.name for kind in REAL}
    assert real >= {"invitation", "sign_in_code", "unknown_account", "account_changed", "second_factor_reset"}
    assert [problem for problem in problems_of_all() if problem[0] in real] == []


def test_an_administrators_words_hold_and_the_others_come_back_without_them():
    LetterText.objects.create(
        kind="sign_in_code", language="sv", subject="Kod", body="{code} {{ x }} {person.password}"
    )
    with translation.override("sv"):
        assert words_of("sign_in_code").subject == "Kod"
        from mailing.writing import write

        block = write("sign_in_code", {"code": "AAAA"}).blocks[0]
        assert block.text == "AAAA {{ x }} {person.password}"
    LetterText.objects.all().delete()
    assert words_of("sign_in_code", "sv").subject.startswith("Din inloggningskod")


# What spam filters count against a letter, after the names of SpamAssassin's rules; the program itself is not needed.
BUTTON = "background: #17483a; color: #ffffff"


def _lint(message):
    text, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
    raw, found = message.as_bytes(), []
    rules = {
        "MISSING_MID": not message["Message-ID"], "MISSING_DATE": not message["Date"],
        "MISSING_SUBJECT": not message["Subject"],
        "MISSING_FROM": not message["From"], "MISSING_HEADERS": not message["To"],
        "SUBJ_ALL_CAPS": str(message["Subject"]).isupper(), "SUBJECT_TOO_LONG": len(str(message["Subject"])) > 100,
        "PLING_PLING": "!!" in str(message["Subject"]), "MIME_HTML_ONLY": not text.strip(),
        "HTML_IMAGE_ONLY": "<img" in html, "HTML_FONT_LOW_CONTRAST": "color: #fff" in html.replace(BUTTON, ""),
        "HTML_FONT_TINY": bool(re.search(r"font-size: (\d)px", html)),
        "REMOTE": bool(re.search(r"(src|background)=", html)),
        "HTML_OBFUSCATE": "display: none" in html, "HTTP_IP_ADDRESS": bool(re.search(r"https?://\d+\.", text)),
        "MPART_ALT_DIFF": len(text) < 0.25 * len(re.sub(r"<[^>]+>", "", html).strip()),
        "LONG_LINES": any(len(line) > 998 for line in raw.splitlines()),
        "HTML_TITLE_MISSING": "<title>" not in html, "HTML_LANG_MISSING": '<html lang="' not in html,
    }  # fmt: skip
    return found + [name for name, holds in rules.items() if holds]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_spam_filter_finds_nothing_in_any_letter_that_ships(language):
    from mailing.frame import compose

    for kind in REAL:
        with translation.override(language):
            words = words_of(kind.name)
            composed = compose(sample_message(kind, words.subject, words.body), kind=kind, address="x@example.org")
        assert (kind.name, _lint(BytesParser(policy=policy.default).parsebytes(composed.message().as_bytes()))) == (
            kind.name,
            [],
        )
    assert _lint(_send()[1]) == []

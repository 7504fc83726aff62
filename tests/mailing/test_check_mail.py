"""check_mail names each missing or wrong record, asked from a name server that runs, and sends a test letter."""

import pytest
from django.core.management import CommandError, call_command

from mailing.dns_checks import check_domain
from tests.mailing.name_server import name_server

GOOD = {
    "kirje.example MX": ["10 mail.kirje.example."],
    "kirje.example TXT": ['"google-site-verification=x"', '"v=spf1 include:_spf.posti.example -all"'],
    "s1._domainkey.kirje.example TXT": ['"v=DKIM1; k=rsa; " "p=MIGfMA0GCSq"'],
    "_dmarc.kirje.example TXT": ['"v=DMARC1; p=quarantine; rua=mailto:x@kirje.example"'],
}


@pytest.fixture(autouse=True)
def _domain(settings):
    settings.DEFAULT_FROM_EMAIL, settings.MAIL_DKIM_SELECTOR = "rinnalla@kirje.example", "s1"


def wrong(settings, tmp_path, **changes):
    """Return the wrong findings with a zone in which some names have other rows: {what: (words, put)}."""
    zone = {name: changes.get(name.split(".")[0], rows) for name, rows in GOOD.items()}
    if "spf" in changes:
        zone["kirje.example TXT"] = changes["spf"]
    if "mx" in changes:
        zone["kirje.example MX"] = changes["mx"]
    zone = {name: rows for name, rows in zone.items() if rows}
    with name_server(tmp_path, zone) as settings.MAIL_NAME_SERVER:
        return {each.what: f"{each.words} {each.put}" for each in check_domain() if not each.is_right}


def test_a_domain_in_order(settings, tmp_path):
    assert wrong(settings, tmp_path) == {}


@pytest.mark.parametrize(
    ("changes", "what", "words"),
    [
        ({"mx": []}, "MX", "no MX record"),
        ({"spf": []}, "SPF", 'no SPF record: receivers cannot tell who may send for it. kirje.example. TXT "v=spf1'),
        ({"spf": ['"v=spf1 include:a.example -all"', '"v=spf1 include:b.example -all"']}, "SPF", "2 SPF records"),
        ({"spf": ['"v=spf1 include:a.example +all"']}, "SPF", "everybody"),
        ({"spf": ['"v=spf1 include:a.example"']}, "SPF", "everybody"),
        ({"spf": ['"v=spf1 -all"']}, "SPF", "no server"),
        ({"s1": []}, "DKIM", "s1._domainkey.kirje.example has no record"),
        ({"s1": ['"v=DKIM1; p="']}, "DKIM", "withdrawn"),
        ({"_dmarc": []}, "DMARC", '_dmarc.kirje.example. TXT "v=DMARC1'),
        ({"_dmarc": ['"v=DMARC1; p=perhaps"']}, "DMARC", "no valid policy"),
        ({"_dmarc": ['"v=DMARC1; p=none"', '"v=DMARC1; p=reject"']}, "DMARC", "2 records"),
    ],
)
def test_each_missing_or_wrong_record_is_named(settings, tmp_path, changes, what, words):
    found = wrong(settings, tmp_path, **changes)
    assert set(found) == {what}
    assert words in found[what]


def test_the_command_tells_all_sends_a_letter_and_stops_with_an_error_when_something_is_wrong(
    settings, tmp_path, capsys, mail_server
):
    with name_server(tmp_path / "dns", GOOD) as settings.MAIL_NAME_SERVER:
        call_command("check_mail", "minna@example.org")
        assert capsys.readouterr().out.count("ok     ") == 5
        assert [letter["To"] for letter in mail_server.letters()] == ["minna@example.org"]
        settings.MAIL_DKIM_SELECTOR = ""
        with pytest.raises(CommandError):
            call_command("check_mail", "nobody@example.org")
    told = capsys.readouterr().out
    assert "WRONG  DKIM: MAIL_DKIM_SELECTOR is not set" in told
    assert "WRONG  test letter: SMTPRecipientsRefused" in told
    assert "nobody@" not in told

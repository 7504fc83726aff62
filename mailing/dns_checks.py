"""What the name servers say of the domain that letters come from: MX, SPF, DKIM, DMARC."""

from dataclasses import dataclass

import dns.exception
import dns.resolver
from django.conf import settings

from mailing.frame import sender_domain

SECONDS = 5


@dataclass(frozen=True)
class Finding:
    """What was looked for, whether it is in order, what is wrong in words, and the record to put there."""

    what: str
    is_right: bool
    words: str
    put: str = ""


def check_domain(domain=None):
    """Return the Findings on `domain` (that of MAIL_FROM); raise dns.exception.Timeout when no name server answers."""
    domain = domain or sender_domain()
    ask = _asker()
    return [_check_mx(domain, ask), _check_spf(domain, ask), _check_dkim(domain, ask), _check_dmarc(domain, ask)]


def _asker():
    """Return a function that gives the records of (name, type) as texts; none when there are none."""
    resolver = dns.resolver.Resolver(configure=not settings.MAIL_NAME_SERVER)
    resolver.lifetime = SECONDS
    if settings.MAIL_NAME_SERVER:
        host, _colon, port = settings.MAIL_NAME_SERVER.partition(":")
        resolver.nameservers, resolver.port = [host], int(port or 53)

    def ask(name, kind):
        try:
            answer = resolver.resolve(name, kind)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        if kind == "TXT":
            return [b"".join(row.strings).decode("utf-8", "replace") for row in answer]
        return [str(row) for row in answer]

    return ask


def _check_mx(domain, ask):
    if ask(domain, "MX"):
        return Finding("MX", True, "replies and bounces have a way back")
    return Finding(
        "MX", False, f"{domain} has no MX record: nobody can answer.", f"{domain}. MX 10 <your mail server>."
    )


def _check_spf(domain, ask):
    rows = [row for row in ask(domain, "TXT") if row.lower().split(" ")[0] == "v=spf1"]
    put = f'{domain}. TXT "v=spf1 include:<your mail provider> -all"'
    if not rows:
        return Finding("SPF", False, f"{domain} has no SPF record: receivers cannot tell who may send for it.", put)
    if len(rows) > 1:
        return Finding("SPF", False, f"{domain} has {len(rows)} SPF records; receivers then take none. Keep one.", put)
    words = rows[0].lower().split()
    if words[-1] in {"+all", "all", "?all"} or not any(word.endswith("all") or "redirect=" in word for word in words):
        return Finding("SPF", False, "The SPF record lets everybody send: it must end with -all or ~all.", put)
    if len(words) < 3 and "redirect=" not in rows[0]:
        return Finding("SPF", False, "The SPF record names no server that may send.", put)
    return Finding("SPF", True, rows[0])


def _check_dkim(domain, ask):
    selector = settings.MAIL_DKIM_SELECTOR
    if not selector:
        return Finding(
            "DKIM", False, "MAIL_DKIM_SELECTOR is not set: your mail provider tells which selector it signs with."
        )
    name = f"{selector}._domainkey.{domain}"
    put = f'{name}. TXT "v=DKIM1; k=rsa; p=<the public key that your mail provider shows>"'
    rows = ask(name, "TXT")
    if not rows:
        return Finding("DKIM", False, f"{name} has no record: signatures cannot be verified.", put)
    tags = _tags(rows[0])
    if not tags.get("p"):
        return Finding("DKIM", False, f"{name} has no key (p= is empty): the key has been withdrawn.", put)
    return Finding("DKIM", True, f"a key stands at {name}")


def _check_dmarc(domain, ask):
    name = f"_dmarc.{domain}"
    put = f'{name}. TXT "v=DMARC1; p=quarantine; rua=mailto:<an address that reads reports>"'
    rows = [row for row in ask(name, "TXT") if row.lower().startswith("v=dmarc1")]
    if not rows:
        return Finding(
            "DMARC", False, f"{name} has no record: receivers do not know what to do with forged letters.", put
        )
    if len(rows) > 1:
        return Finding("DMARC", False, f"{name} has {len(rows)} records; receivers then take none. Keep one.", put)
    policy = _tags(rows[0]).get("p", "").lower()
    if policy not in {"none", "quarantine", "reject"}:
        return Finding("DMARC", False, "The DMARC record has no valid policy: p= is none, quarantine or reject.", put)
    if policy == "none":
        return Finding(
            "DMARC", True, "p=none: forged letters are only reported; quarantine when the reports look right"
        )
    return Finding("DMARC", True, rows[0])


def _tags(row):
    pairs = (part.partition("=") for part in row.split(";"))
    return {name.strip().lower(): value.strip() for name, _equals, value in pairs}

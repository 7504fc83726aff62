import smtplib

import dns.exception
from django.core.mail import EmailMultiAlternatives
from django.core.management.base import BaseCommand, CommandError

from mailing.dns_checks import check_domain
from mailing.frame import sender_address, sender_domain
from mailing.reach import may_receive


class Command(BaseCommand):
    """Say what is wrong with the domain that letters come from, and send a test letter; stops with 1 when anything is.

    Prints a line for MX, SPF, DKIM and DMARC each, and the record to put where one is
    missing or wrong. Changes nothing.
    """

    help = "Check MX, SPF, DKIM and DMARC of MAIL_FROM's domain; with an address, send it a test letter."

    def add_arguments(self, parser):
        parser.add_argument("address", nargs="?", help="to which a test letter goes")

    def handle(self, *args, address, **options):
        try:
            findings = check_domain()
        except (dns.exception.DNSException, OSError) as problem:
            raise CommandError(f"No name server answers ({type(problem).__name__}).") from None
        for finding in findings:
            self.stdout.write(f"{'ok   ' if finding.is_right else 'WRONG'}  {finding.what}: {finding.words}")
            if finding.put and not finding.is_right:
                self.stdout.write(f"       put there: {finding.put}")
        n_wrong = sum(not finding.is_right for finding in findings)
        n_wrong += not self._send(address) if address else 0
        if n_wrong:
            raise CommandError(f"{n_wrong} of these must be put right for {sender_domain()}.")

    def _send(self, address):
        """Send a test letter; return whether the mail server took it."""
        if not may_receive(address):
            self.stdout.write("WRONG  test letter: this installation writes to the addresses of MAIL_ALLOW_ONLY only")
            return False
        try:
            EmailMultiAlternatives(
                subject="Testikirje / testbrev / test letter",
                body="This letter shows that letters arrive.\n",
                from_email=sender_address(),
                to=[address],
                headers={"Auto-Submitted": "auto-generated"},
            ).send()
        except (OSError, smtplib.SMTPException) as problem:
            code = getattr(problem, "smtp_code", "")
            self.stdout.write(f"WRONG  test letter: {type(problem).__name__} {code}".rstrip())
            return False
        self.stdout.write("ok     test letter: the mail server took it; look into the mailbox, also among spam")
        return True

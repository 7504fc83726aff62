from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.signing_in import make_sign_in_link


class Command(BaseCommand):
    """Prints a link that signs the account in once within the hour; the account's log says that it was made.

    Stops with an error for an address without an account and for a closed account.
    """

    help = "Prints a one-time sign-in link of an account, valid for an hour."

    def add_arguments(self, parser):
        parser.add_argument("email", help="the account's sign-in address")

    def handle(self, *, email, **options):
        try:
            account = User.objects.get_by_natural_key(email.strip())
            token = make_sign_in_link(account)
        except User.DoesNotExist:
            raise CommandError(f"There is no account with the address {email}.") from None
        except ValidationError as problem:
            raise CommandError(problem.message) from None
        self.stdout.write(f"{settings.SITE_URL}/y/{token}/")

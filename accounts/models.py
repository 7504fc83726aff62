from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

WORK_IN_ADMIN = "accounts.work_in_admin"


class UserManager(BaseUserManager):
    """Finds and makes accounts by their sign-in address, whatever its letter case."""

    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)

    def create_user(self, email, password=None, **fields):
        """Make and return an account; without a password it can sign in by link only.

        Raises ValueError when the address is empty.
        """
        if not email:
            raise ValueError("An account needs a sign-in address.")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        """Make and return an administrator's account."""
        return self.create_user(email, password, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """One person's way in: a sign-in address and nothing else about them.

    Names and contact details belong to the registry's person; what the account
    may do follows from that person's current roles.
    """

    email = models.EmailField(
        _("sign-in address"),
        unique=True,
        error_messages={"unique": _("There is already an account with this address.")},
    )
    is_active = models.BooleanField(
        _("may sign in"), default=True, help_text=_("Clear this to close the account without deleting its history.")
    )
    date_joined = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["email"]
        permissions = [("work_in_admin", _("Can work in the administration"))]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="account_address_once",
                violation_error_message=_("There is already an account with this address."),
            )
        ]

    def __str__(self):
        return self.email

    @property
    def is_staff(self):
        """Whether the account may enter the administration: computed from roles, never stored."""
        return self.is_active and self.has_perm(WORK_IN_ADMIN)

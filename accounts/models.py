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


class SecretLinkQuerySet(models.QuerySet):
    """Reads of links that work without an account."""

    def usable(self):
        """Return the links that still open something."""
        return self.filter(expires_at__gt=timezone.now(), revoked_at__isnull=True, used_at__isnull=True)


class SecretLink(models.Model):
    """A link of the form /y/<token>/: what it is for, until when, and whether it has been used or revoked.

    Only a hash of the token is kept. `purpose` names what the link does and `scope`
    what with ("person:12"); both are read by the page that the link opens. Opening
    changes nothing (rule 14 of docs/rules.md), the button on the page does.
    """

    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    purpose = models.CharField(_("purpose"), max_length=40)
    scope = models.CharField(_("for what"), max_length=80)
    account = models.ForeignKey(
        User, models.CASCADE, null=True, blank=True, related_name="links", verbose_name=_("account")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("valid until"))
    used_at = models.DateTimeField(_("used at"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True, editable=False)

    objects = SecretLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link without sign-in")
        verbose_name_plural = _("links without sign-in")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["purpose", "scope"], name="secret_link_scope")]

    def __str__(self):
        return f"{self.purpose}, {timezone.localtime(self.created_at):%d.%m.%Y}"

    @property
    def is_usable(self):
        """Whether the link still opens something."""
        return self.used_at is None and self.revoked_at is None and self.expires_at > timezone.now()


class SignInEventQuerySet(models.QuerySet):
    """Reads of the log of signing in."""

    def of_account_number(self, number):
        """Return the events of the account with this number."""
        return self.filter(account_id=number)

    def for_log_page(self, account, *, at_most):
        """Return the latest events of `account`, as its person reads them."""
        return self.filter(account=account).select_related("by")[:at_most]


class SignInEvent(models.Model):
    """Something that happened to an account's door, readable by the person: a sign-in, a refusal, a changed key.

    No network address is kept; the device is told in a few words.
    """

    MEANS = {
        "code": _("code by e-mail"),
        "password": _("password"),
        "passkey": _("passkey"),
        "link": _("link from support"),
        "socialaccount": _("the municipality's sign-in"),
        "second_factor": _("second factor"),
        "app": _("authenticator application"),
        "recovery_codes": _("recovery codes"),
    }

    class Kind(models.TextChoices):
        SIGNED_IN = "signed_in", _("signed in")
        REFUSED = "refused", _("wrong code or password")
        LOCKED = "locked", _("locked for a while")
        SIGNED_OUT = "signed_out", _("signed out")
        FACTOR_ADDED = "factor_added", _("second factor added")
        FACTOR_REMOVED = "factor_removed", _("second factor removed")
        FACTOR_RESET = "factor_reset", _("second factor reset by an administrator")
        PASSWORD_CHANGED = "password_changed", _("password changed")
        ADDRESS_CHANGED = "address_changed", _("sign-in address changed by an administrator")
        INVITED = "invited", _("invitation sent")
        LINK_PRINTED = "link_printed", _("sign-in link made by support")
        DATA_TAKEN = "data_taken", _("own data taken out as a file")

    account = models.ForeignKey(User, models.CASCADE, related_name="sign_in_events", verbose_name=_("account"))
    kind = models.CharField(_("what happened"), max_length=20, choices=Kind)
    means = models.CharField(_("how"), max_length=20, blank=True)
    device = models.CharField(_("device"), max_length=80, blank=True)
    happened_at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("done by"))

    objects = SignInEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event of signing in")
        verbose_name_plural = _("log of signing in")
        ordering = ["-happened_at", "-pk"]
        indexes = [models.Index(fields=["account", "-happened_at"], name="sign_in_latest")]

    def __str__(self):
        return f"{self.get_kind_display()}, {timezone.localtime(self.happened_at):%d.%m.%Y %H.%M}"

    @property
    def means_words(self):
        """How it happened, in words; empty when nothing is to be said."""
        return self.MEANS.get(self.means, "")

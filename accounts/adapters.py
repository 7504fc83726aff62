"""What of signing in is ours: who may, where it leads, how its letters go out (docs/adr/0013)."""

import base64
import hashlib
from functools import partial

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.db import transaction
from django.urls import reverse


class AccountAdapter(DefaultAccountAdapter):
    """Nobody registers: an account comes with a role. Letters go out when what caused them is saved."""

    def is_open_for_signup(self, request):
        """Nobody makes an account for themselves."""
        return False

    def send_mail(self, template_prefix, email, context):
        """Send the letter after the present transaction; it is never stored, because it may hold a code."""
        about_site = {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL}
        message = self.render_mail(
            template_prefix, email, {"request": self.request, "email": email} | about_site | context
        )
        transaction.on_commit(partial(message.send, fail_silently=False), robust=True)

    def get_login_redirect_url(self, request):
        """Lead those who work in the administration there, everybody else to the portal."""
        return reverse("admin:index") if request.user.is_staff else reverse("portal_start")


class MFAAdapter(DefaultMFAAdapter):
    """Keeps the keys of one-time codes encrypted: a copy of the database alone opens no account."""

    @staticmethod
    def _cipher():
        key = hashlib.sha256(b"second factor" + settings.SECRET_KEY.encode()).digest()
        return Fernet(base64.urlsafe_b64encode(key))

    def encrypt(self, text):
        """Return `text` encrypted with a key made from SECRET_KEY."""
        return self._cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        """Return what `encrypt` was given. Raises cryptography's InvalidToken when SECRET_KEY has changed."""
        return self._cipher().decrypt(encrypted_text.encode()).decode()

"""Letters: what is to be sent to whom, and what became of it."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class LetterQuerySet(models.QuerySet):
    """Reads of letters."""

    def waiting(self):
        """Return what may be sent now."""
        return self.filter(state=Letter.State.WAITING, not_before__lte=timezone.now())

    def in_scopes(self, scopes):
        """Return the letters of these scopes, such as {"region:17"}."""
        return self.filter(scope__in=scopes)


class Letter(models.Model):
    """One letter to one address, written down in the transaction of what caused it and sent afterwards.

    What it says is made when it is sent, by the function registered for its kind
    (`mailing.outbox.letter_kind`), from `arguments` (ids only): a letter that nobody
    wants any more is not sent, and no code, token or name is stored here. The key is
    unique, so the same letter is never queued twice.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        NOT_WANTED = "not_wanted", _("no longer needed")
        FAILED = "failed", _("could not be sent")
        DOUBTFUL = "doubtful", _("perhaps sent")

    key = models.CharField(_("key"), max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=40)
    address = models.EmailField(_("address"))
    language = models.CharField(_("language"), max_length=2, default="fi")
    scope = models.CharField(_("whose"), max_length=60, blank=True)
    arguments = models.JSONField(default=dict, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    created_at = models.DateTimeField(_("written at"), default=timezone.now, editable=False)
    not_before = models.DateTimeField(_("not before"), default=timezone.now)
    claimed_at = models.DateTimeField(_("sending began at"), null=True, blank=True, editable=False)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, editable=False)
    problem = models.CharField(_("problem"), max_length=200, blank=True, editable=False)
    message_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["not_before"], condition=Q(state="waiting"), name="letter_waiting")]

    def __str__(self):
        return f"{self.kind}, {timezone.localtime(self.created_at):%d.%m.%Y}"

"""Letters: what is to be sent to whom, and what became of it."""

import datetime as dt
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mailing.reasons import reason_in_words


def lease_from(now):
    """Return until when a claim made `now` holds: well beyond the longest time that handing a letter over takes."""
    return now + dt.timedelta(seconds=5 * settings.MAIL_SENDING_SECONDS)


class LetterQuerySet(models.QuerySet):
    """Reads of letters."""

    def waiting(self):
        """Return what may be sent now."""
        return self.filter(state=Letter.State.WAITING, not_before__lte=timezone.now())

    def claimable(self):
        """Return what may be sent now to addresses that nobody is sending to at this moment, the oldest first."""
        busy = Letter.objects.filter(state=Letter.State.SENDING, address=OuterRef("address"))
        return self.waiting().filter(~Exists(busy)).order_by("not_before", "pk")

    def gatherable(self, letter, kinds):
        """Return the letters of these kinds that may go in one letter with `letter`: asked for by now, or its own."""
        asked_for = Q(state=Letter.State.WAITING, due_at__lte=timezone.now(), kind__in=kinds)
        own = Q(state=Letter.State.GATHERED, gathered_into=letter)
        return self.filter(asked_for | own, address=letter.address, language=letter.language).exclude(pk=letter.pk)

    def sent_unasked_to(self, address, *, kinds, since):
        """Return when letters of these kinds (not of duty) went, or perhaps went, to `address`, the latest first."""
        gone = [Letter.State.SENT, Letter.State.DOUBTFUL]
        rows = self.filter(address=address, state__in=gone, kind__in=kinds, claimed_at__gt=since)
        return list(rows.order_by("-claimed_at").values_list("claimed_at", flat=True))

    def stale(self):
        """Return the letters whose sending should have ended long ago: their worker is no more."""
        return self.filter(state=Letter.State.SENDING, lease_until__lt=timezone.now())

    def keys_among(self, keys):
        """Return those of `keys` under which a letter has been queued, as a set; one query for each 500."""
        found = set()
        for start in range(0, len(keys), 500):
            found |= set(self.filter(key__in=keys[start : start + 500]).values_list("key", flat=True))
        return found

    def arguments_of_waiting(self, kinds, *, scope):
        """Return what the letters of these kinds and this scope that wait hold, as a list of dictionaries."""
        rows = self.filter(kind__in=kinds, scope=scope, state=Letter.State.WAITING)
        return list(rows.values_list("arguments", flat=True))

    def asked_since(self, kind, moment):
        """Return the letters of `kind` that wait, whenever queued, or were queued or went after `moment`."""
        recent = Q(created_at__gt=moment) | Q(claimed_at__gt=moment) | Q(state=Letter.State.WAITING)
        return self.filter(recent, kind=kind)

    def gone_since(self, moment):
        """Return the letters that went, or perhaps went, after `moment`, alone or gathered into another."""
        gone = [Letter.State.SENT, Letter.State.GATHERED, Letter.State.DOUBTFUL]
        return self.filter(state__in=gone, claimed_at__gt=moment)

    def in_scopes(self, scopes):
        """Return the letters of these scopes, such as {"region:17"}."""
        return self.filter(scope__in=scopes)

    def in_batch(self, batch):
        """Return the letters of one mass letter."""
        return self.filter(batch=batch)

    def for_mail_page(self):
        """Return the letters as a coordinator's page lists them, with who asked for them and who decided."""
        return self.select_related("by__person", "decided_by__person", "gathered_into")

    def with_problem(self):
        """Return the letters that a person has to decide about: failed and perhaps sent ones that nobody let be."""
        troubled = [Letter.State.FAILED, Letter.State.DOUBTFUL]
        return self.filter(state__in=troubled).exclude(decision=Letter.Decision.LEFT)

    def under_way(self):
        """Return the letters that wait or are being sent, the next to go first."""
        return self.filter(state__in=[Letter.State.WAITING, Letter.State.SENDING]).order_by("not_before", "pk")

    def gone(self):
        """Return the letters that were sent, by themselves or within another."""
        return self.filter(state__in=[Letter.State.SENT, Letter.State.GATHERED])

    def let_be(self):
        """Return the letters that nobody wanted any more, and those that failed and were left as they are."""
        return self.filter(Q(state=Letter.State.NOT_WANTED) | Q(decision=Letter.Decision.LEFT))

    def to_addresses_with(self, text):
        """Return the letters to addresses in which `text` occurs."""
        return self.filter(address__contains=text.strip().lower())

    def problems_by_scope(self, since):
        """Return {scope: how many letters of it failed or were perhaps sent after `since`}."""
        rows = self.with_problem().filter(claimed_at__gt=since).order_by().values("scope")
        return {row["scope"]: row["n"] for row in rows.annotate(n=models.Count("pk"))}

    def counts_by_state(self):
        """Return {state: how many}."""
        rows = self.order_by().values("state").annotate(n=models.Count("pk"))
        return {row["state"]: row["n"] for row in rows}


class Letter(models.Model):
    """One letter to one address, written down in the transaction of what caused it and sent afterwards.

    What it says is made when it is sent, by the function registered for its kind
    (`mailing.kinds.letter_kind`), from `arguments` (ids only): a letter that nobody
    wants any more is not sent, and no code, token or name is stored here. The key is
    unique, so the same letter is never queued twice; the database lets only one letter
    to an address be on its way at a time.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        GATHERED = "gathered", _("gathered into another letter")
        NOT_WANTED = "not_wanted", _("not sent")
        FAILED = "failed", _("could not be sent")
        DOUBTFUL = "doubtful", _("perhaps sent")

    class Decision(models.TextChoices):
        """What a person decided about a letter that failed or was perhaps sent."""

        AGAIN = "again", _("sent once more")
        LEFT = "left", _("left as it is")

    key = models.CharField(_("key"), max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=40)
    address = models.EmailField(_("address"))
    language = models.CharField(_("language"), max_length=2, default="fi")
    scope = models.CharField(_("whose"), max_length=60, blank=True)
    batch = models.CharField(_("mass letter"), max_length=160, blank=True)
    arguments = models.JSONField(default=dict, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked for by"),
        db_index=False,
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    reason = models.CharField(_("why"), max_length=40, blank=True, editable=False)
    problem = models.CharField(_("problem"), max_length=200, blank=True, editable=False)
    created_at = models.DateTimeField(_("written at"), default=timezone.now, editable=False)
    due_at = models.DateTimeField(_("asked for from"), default=timezone.now)
    not_before = models.DateTimeField(_("not before"), default=timezone.now)
    claimed_at = models.DateTimeField(_("sending began at"), null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    handed_over_at = models.DateTimeField(_("given to the mail server at"), null=True, blank=True, editable=False)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, editable=False)
    gathered_into = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="gathered",
        verbose_name=_("gathered into"),
    )
    decision = models.CharField(_("decision"), max_length=10, choices=Decision, blank=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("decided by"),
        db_index=False,
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True, editable=False)
    message_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    stop_hash = models.CharField(max_length=64, blank=True, editable=False)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["not_before"], condition=Q(state="waiting"), name="letter_waiting"),
            models.Index(fields=["address", "claimed_at"], name="letter_to_address"),
            models.Index(fields=["scope", "-created_at"], name="letter_of_scope"),
            models.Index(fields=["batch"], condition=~Q(batch=""), name="letter_of_batch"),
            models.Index(fields=["stop_hash"], condition=~Q(stop_hash=""), name="letter_stop_hash"),
        ]
        constraints = [
            # Two letters to one address are never on their way at once, whatever the workers do.
            models.UniqueConstraint(fields=["address"], condition=Q(state="sending"), name="letter_one_at_a_time"),
            models.CheckConstraint(
                condition=Q(gathered_into__isnull=True) | ~Q(gathered_into=F("id")), name="letter_not_into_itself"
            ),
        ]

    def __str__(self):
        return f"{self.kind}, {timezone.localtime(self.created_at):%d.%m.%Y}"

    @property
    def can_be_sent_again(self):
        """Whether a person may send it again: it failed, or nobody knows whether it arrived."""
        return self.state in {self.State.FAILED, self.State.DOUBTFUL}

    @property
    def reason_words(self):
        """Why the letter was not sent or waits, in words; empty when there is nothing to say."""
        return reason_in_words(self.reason)

"""What is proposed for a meeting's agenda, and who of a host's agents helps to make an evening."""

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from meetings.models.meetings import Meeting, OfMeetingQuerySet
from registry.models import Agent


class AgendaProposalQuerySet(OfMeetingQuerySet):
    """Reads of proposals."""

    def waiting(self):
        """Return what nobody has decided on."""
        return self.filter(outcome=AgendaProposal.Outcome.OPEN)

    def for_page(self):
        """Return the proposals with the places they came from, in one query."""
        return self.select_related("municipality")


class AgendaProposal(models.Model):
    """A point that somebody in a municipality proposes for an agenda; or one that was computed, once it is settled.

    Computed ones are nowhere before a host has taken or dropped them: then their `key` is kept here, so that
    the same does not come back.
    """

    class Outcome(models.TextChoices):
        OPEN = "open", _("not yet decided")
        TAKEN = "taken", _("on the agenda")
        DROPPED = "dropped", _("left out")

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="proposals", verbose_name=_("meeting"))
    key = models.CharField(_("computed from"), max_length=120, blank=True)
    municipality = models.ForeignKey(
        "registry.Municipality", models.PROTECT, null=True, blank=True, related_name="agenda_proposals",
        verbose_name=_("municipality"),
    )  # fmt: skip
    title = models.CharField(pgettext_lazy("of a meeting", "title"), max_length=160)
    why = models.CharField(_("why"), max_length=400, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=15, validators=[MaxValueValidator(60 * 4)])
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("proposed by"),
    )
    proposed_at = models.DateTimeField(_("proposed at"), default=timezone.now)
    outcome = models.CharField(_("what became of it"), max_length=8, choices=Outcome, default=Outcome.OPEN)
    answer = models.CharField(_("answer"), max_length=300, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    settled_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    objects = AgendaProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal for an agenda")
        verbose_name_plural = _("proposals for agendas")
        ordering = ["meeting", "proposed_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "key"], condition=~Q(key=""), name="computed_proposal_once_in_meeting"
            ),
            models.CheckConstraint(
                name="proposal_is_computed_or_of_a_place",
                condition=Q(key="", municipality__isnull=False) | (~Q(key="") & Q(municipality__isnull=True)),
            ),
            models.CheckConstraint(
                name="proposal_settled_has_moment",
                condition=Q(outcome="open", settled_at__isnull=True)
                | (~Q(outcome="open") & Q(settled_at__isnull=False)),
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def is_open(self):
        """Whether nobody has taken it or left it out."""
        return self.outcome == self.Outcome.OPEN

    @property
    def is_computed(self):
        """Whether it came from the data and not from a person."""
        return bool(self.key)


class CoHostQuerySet(OfMeetingQuerySet):
    """Reads of co-hosts."""

    def current_on(self, on):
        """Return those whose role goes on on day `on`: helping ends with it."""
        return self.filter(agent__in=Agent.objects.current_on(on).order_by().values("pk"))


class CoHost(models.Model):
    """An agent of a host who helps to make one evening: writes it, but takes none of its steps."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="co_hosts", verbose_name=_("meeting"))
    agent = models.ForeignKey(Agent, models.CASCADE, related_name="co_hosted", verbose_name=_("association agent"))
    named_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("made by")
    )
    named_at = models.DateTimeField(_("made at"), default=timezone.now)

    objects = CoHostQuerySet.as_manager()

    class Meta:
        verbose_name = _("co-host")
        verbose_name_plural = _("co-hosts")
        ordering = ["meeting", "named_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["meeting", "agent"], name="agent_co_hosts_once")]

    def __str__(self):
        return f"{self.meeting}: {self.agent}"

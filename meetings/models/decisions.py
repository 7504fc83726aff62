"""What was agreed at a meeting, who sees to it, and how it stands; later meetings carry what is open."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from common.days import short_day
from meetings.models.meetings import Meeting, OfMeetingQuerySet


class DecisionQuerySet(OfMeetingQuerySet):
    """Reads of decisions."""

    def open(self):
        """Return what nobody has done or let go."""
        return self.filter(outcome=Decision.Outcome.OPEN)

    def seen_at(self, meeting):
        """Return what was agreed at the meeting, and what it carries from earlier ones; each once, the oldest first."""
        carried = Decision.carried_to.through.objects.filter(meeting=meeting).values("decision")
        rows = self.filter(Q(meeting=meeting) | Q(pk__in=carried))
        return rows.order_by("meeting__starts_at", "meeting", "position", "pk")

    def for_page(self):
        """Return the decisions with their meetings, each with `is_carried`: whether a later one carries it."""
        later = Decision.carried_to.through.objects.filter(decision=OuterRef("pk"))
        return self.select_related("meeting").annotate(is_carried=Exists(later))


class Decision(models.Model):
    """Something that was agreed at a meeting, in its own language.

    Open until somebody says that it was done, or lets it go and says why. A meeting that is made from an earlier
    one carries what is open then: the same row, so that it stands alike on both.
    """

    class Outcome(models.TextChoices):
        OPEN = "open", pgettext_lazy("of something agreed", "open")
        DONE = "done", pgettext_lazy("of something agreed", "done")
        DROPPED = "dropped", pgettext_lazy("of something agreed", "let go")

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="decisions", verbose_name=_("meeting"))
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    text = models.CharField(
        _("what was agreed"), max_length=300,
        help_text=_("Begin with a verb: publish, ask, try out. Name no persons."),
    )  # fmt: skip
    doer = models.CharField(
        _("who sees to it"), max_length=120, blank=True,
        help_text=_("The post, municipality or association. Shown to everyone: name no persons."),
    )  # fmt: skip
    due_on = models.DateField(_("by when"), null=True, blank=True)
    outcome = models.CharField(_("how it stands"), max_length=8, choices=Outcome, default=Outcome.OPEN)
    settled_on = models.DateField(_("done or let go on"), null=True, blank=True)
    note = models.CharField(
        _("what came of it"), max_length=300, blank=True,
        help_text=_("Why it was let go, or what was achieved. Name no persons."),
    )  # fmt: skip
    carried_to = models.ManyToManyField(
        Meeting, blank=True, related_name="carried_decisions", verbose_name=_("carried to")
    )

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("of a meeting", "agreed point")
        verbose_name_plural = pgettext_lazy("of a meeting", "agreed points")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="decision_settled_has_day",
                condition=Q(outcome="open", settled_on__isnull=True)
                | (~Q(outcome="open") & Q(settled_on__isnull=False)),
            ),
            models.CheckConstraint(
                name="decision_let_go_says_why",
                condition=~Q(outcome="dropped") | ~Q(note=""),
                violation_error_message=_("Say in a word why it is let go."),
                violation_error_code="no_note",
            ),
            models.CheckConstraint(name="decision_says_something", condition=~Q(text="")),
        ]

    def __str__(self):
        return self.text

    @property
    def is_open(self):
        """Whether nobody has done it or let it go."""
        return self.outcome == self.Outcome.OPEN

    @property
    def standing(self):
        """How it stands, in words with the day; `note` stands beside it."""
        if self.is_open:
            return str(self.Outcome.OPEN.label)
        words = gettext("done %(day)s") if self.outcome == self.Outcome.DONE else gettext("let go %(day)s")
        return words % {"day": short_day(self.settled_on)}

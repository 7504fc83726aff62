"""A municipality's response to a round: who answers, whether it has been sent in."""

import datetime as dt

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registry.history import PersonalHistory
from surveys.models.answers import Answer
from surveys.models.of_round import OfRoundQuerySet
from surveys.models.pending import PendingSave

STATE_COLUMNS = (
    "id", "round_id", "municipality_id", "started_at", "submitted_at", "reopened_at", "declined_at", "decline_reason",
)  # fmt: skip


class ResponseQuerySet(OfRoundQuerySet):
    """Reads of responses."""

    round_path = "round"

    def with_unconfirmed(self):
        """Add `has_unconfirmed`: whether something said by phone or in a meeting has not been confirmed."""
        waiting = Answer.objects.unconfirmed().filter(response=models.OuterRef("pk"))
        return self.annotate(has_unconfirmed=models.Exists(waiting))

    def waiting_for_confirmation(self):
        """Return the responses that have been sent in with something said aloud that nobody has confirmed."""
        return self.submitted().with_unconfirmed().filter(has_unconfirmed=True, confirmed_at__isnull=True)

    def submitted(self):
        """Return the responses that have been sent in and not reopened."""
        return self.filter(submitted_at__isnull=False)

    def not_agreed(self):
        """Return the responses with whose results the municipality has not agreed since they were last sent in."""
        return self.exclude(reply__agreed_at__gte=models.F("submitted_at"))

    def with_reply(self):
        """Fetch the municipality's agreement along (`has_agreed`)."""
        return self.select_related("reply")

    def for_replies(self, municipality, on):
        """Return a municipality's sent-in responses to rounds closed on day `on`, with their agreement; one query.

        Each says whether results of its round have been published (`is_published`).
        """
        editions = apps.get_model("surveys", "ResultEdition").objects.published().filter(round=models.OuterRef("round"))
        closed = apps.get_model("surveys", "Round").objects.closed_on(on).order_by().values("pk")
        rows = self.submitted().with_reply().filter(municipality=municipality, round__in=closed)
        rows = rows.annotate(is_published=models.Exists(editions))
        return rows.select_related("round__region").order_by("-round__opens_on", "-pk")

    def for_quality(self, region_ids, sent_in_by):
        """Return the responses of these regions' rounds that were sent in by a day, the oldest first."""
        rows = self.filter(round__region__in=region_ids, submitted_at__date__lte=sent_in_by)
        return rows.select_related("round", "municipality").order_by("submitted_at", "pk")

    def states_over_time(self, rounds):
        """Return what these rounds' responses were and are, as they came, the present last; one query.

        As plain rows with the columns of STATE_COLUMNS: from the history, then the rows themselves.
        """

        def states(rows, *order):
            return rows.filter(round__in=rounds).order_by().values_list(*STATE_COLUMNS, *order, named=True)

        past = states(Response.history, "history_date", "history_id")
        forever = models.Value(dt.datetime.max.replace(tzinfo=dt.UTC), models.DateTimeField())
        present = states(self, forever, models.Value(0, models.BigIntegerField()))
        return sorted(past.union(present, all=True), key=lambda row: row[-2:])

    def of_year(self, municipality, year):
        """Return a municipality's response to the round of a year, with the round, or None."""
        rows = self.filter(municipality=municipality, round__year=year)
        # A municipality that moved in the middle of a year may have been asked by two regions: the later one.
        return rows.select_related("round__region", "municipality").order_by("-round__opens_on", "-pk").first()

    def of_place(self, survey_round, municipality):
        """Return a municipality's response to a round, or None."""
        return self.filter(round=survey_round, municipality=municipality).first()

    def in_state(self, state):
        """Return the responses that stand so (a key of surveys/responses.py's STATES)."""
        open_ones = self.filter(submitted_at__isnull=True)
        return {
            "submitted": self.submitted(),
            "declined": open_ones.filter(declined_at__isnull=False),
            "reopened": open_ones.filter(declined_at__isnull=True, reopened_at__isnull=False),
            "begun": open_ones.filter(declined_at__isnull=True, reopened_at__isnull=True),
        }.get(state, self.none())

    def with_answer_count(self):
        """Add `n_answers`: how many questions have an answer or a reason for having none."""
        answered = Q(answers__isnull=False) & ~Q(answers__state=Answer.State.UNANSWERED)
        return self.annotate(n_answers=models.Count("answers", filter=answered))

    def with_round(self):
        """Fetch the round, the municipality and the number of the round's last correction along."""
        corrections = apps.get_model("surveys", "WordingCorrection").objects.last_numbers_of(models.OuterRef("round"))
        rows = self.select_related("round__region", "municipality")
        return rows.annotate(last_correction=models.Subquery(corrections[:1]))

    def for_answering(self, municipality, year, account):
        """Return the municipality's responses to rounds of a year with what answering needs, the latest round first.

        Each says whether an unsaved form of `account` waits in it (`has_waiting`).
        """
        waiting = PendingSave.objects.filter(response=models.OuterRef("pk"), account=account, settled_at__isnull=True)
        rows = self.filter(municipality=municipality, round__year=year).with_round()
        rows = rows.annotate(has_waiting=models.Exists(waiting))
        return rows.select_related("submitted_by__person").order_by("-round__opens_on", "-pk")


class Response(models.Model):
    """A municipality's response to a round, once: who answers, whether it has been sent in.

    Sent in, it is locked; a coordinator reopens it with a reason, which empties
    `submitted_at` and keeps the earlier one in history. The post and the reason stay for
    the record when the person is erased.
    """

    round = models.ForeignKey("surveys.Round", models.PROTECT, related_name="responses", verbose_name=_("survey round"))
    municipality = models.ForeignKey(
        "registry.Municipality", models.PROTECT, related_name="responses", verbose_name=_("municipality")
    )
    respondent = models.ForeignKey(
        "registry.Person",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="responses",
        verbose_name=_("respondent"),
    )
    respondent_post = models.CharField(
        _("respondent's post"), max_length=120, blank=True, help_text=_("A post or a role, never a name.")
    )
    fallback_reason = models.CharField(
        _("why not a liaison"), max_length=200, blank=True, help_text=_("When somebody else than a liaison answers.")
    )
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="fi")
    started_at = models.DateTimeField(_("started"), null=True, blank=True, editable=False)
    submitted_at = models.DateTimeField(_("sent in"), null=True, blank=True, editable=False)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+",
        verbose_name=_("sent in by"),
    )  # fmt: skip
    submitted_post = models.CharField(_("sent in by, post"), max_length=120, blank=True, editable=False)
    reopened_at = models.DateTimeField(_("reopened"), null=True, blank=True, editable=False)
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+",
        verbose_name=_("reopened by"),
    )  # fmt: skip
    reopen_reason = models.CharField(_("why it was reopened"), max_length=300, blank=True, editable=False)
    confirmed_at = models.DateTimeField(
        _("everything said aloud confirmed"), null=True, blank=True, editable=False,
        help_text=_("Empties when something is said by phone or in a meeting after it."),
    )  # fmt: skip
    declined_at = models.DateTimeField(_("declined"), null=True, blank=True, editable=False)
    decline_reason = models.CharField(_("why it was declined"), max_length=300, blank=True, editable=False)

    history = PersonalHistory()
    objects = ResponseQuerySet.as_manager()

    class Meta:
        verbose_name = _("response")
        verbose_name_plural = _("responses")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "municipality"], name="response_once"),
            models.CheckConstraint(
                name="response_submitted_after_start",
                condition=Q(submitted_at__isnull=True) | Q(started_at__isnull=False),
            ),
            models.CheckConstraint(
                name="response_reopened_with_reason", condition=Q(reopened_at__isnull=True) | ~Q(reopen_reason="")
            ),
        ]

    def __str__(self):
        return f"{self.municipality}, {self.round}"

    def with_its_correction(self):
        """Hand the number that `with_round` has read on to the round; return the response."""
        self.round.last_correction = self.last_correction
        return self

    @property
    def is_submitted(self):
        """Whether it has been sent in and is therefore locked."""
        return self.submitted_at is not None

    @property
    def has_agreed(self):
        """Whether the municipality has agreed with its results as last sent in; read along by `with_reply`."""
        reply = getattr(self, "reply", None)
        return reply is not None and self.is_submitted and reply.agreed_at >= self.submitted_at

"""What associations say of their municipality: sums alone, no single sheet (docs/adr/0026).

A sheet that is sent in adds one to each chosen option and is not kept. So no row tells of
one association, when it answered, or which answers belong together. `counts` is
`{"question": {"option": 7, "~do_not_know": 2}}`, with the keys that the form sends.

What of it anyone may see is decided in surveys/suppression.py alone and stands in editions.
"""

import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.history import PersonalHistory
from surveys.models.of_round import OfRoundQuerySet

MOST_PAPERS = 2000


class OfRoundItselfQuerySet(OfRoundQuerySet):
    """Rows with a `round` of their own."""

    round_path = "round"

    def of_place(self, survey_round, municipality):
        """Return the rows of one municipality in one round."""
        return self.filter(round=survey_round, municipality=municipality)


class OpenLinkQuerySet(OfRoundItselfQuerySet):
    """Reads of open links."""

    def of_link(self, link):
        """Return what the link `link` of the accounts opens now, with round and municipality, or None."""
        rows = self.select_related("round__region", "municipality")
        return rows.filter(link=link).first()


class OpenLink(models.Model):
    """The one address by which a municipality's associations answer a round, to be shown and printed again.

    The token is kept nowhere: it is computed from `seed` and the installation's secret key, and found by the hash in
    `link` as every other link. Renewing makes another seed, which closes the address that was given out before.
    """

    round = models.ForeignKey(
        "surveys.Round", models.PROTECT, related_name="open_links", verbose_name=_("survey round")
    )
    municipality = models.ForeignKey(
        "registry.Municipality", models.PROTECT, related_name="open_links", verbose_name=_("municipality")
    )
    seed = models.CharField(max_length=64, editable=False)
    link = models.OneToOneField(
        "accounts.SecretLink", models.SET_NULL, null=True, related_name="+", verbose_name=_("link without sign-in")
    )
    made_at = models.DateTimeField(_("made at"), default=timezone.now, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("made by"),
    )

    objects = OpenLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("associations' link")
        verbose_name_plural = _("associations' links")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["round", "municipality"], name="open_link_once")]

    def __str__(self):
        return f"{self.municipality}, {self.round}"


class AssociationTallyQuerySet(OfRoundItselfQuerySet):
    """Reads of what came by the link."""

    def add_sheet(self, pk, counts):
        """Write the sums with one sheet more."""
        return self.filter(pk=pk).update(counts=counts, n_sheets=F("n_sheets") + 1)


class AssociationTally(models.Model):
    """The sums of what came by a municipality's open link in a round. Without history: its steps would be sheets."""

    round = models.ForeignKey(
        "surveys.Round", models.PROTECT, related_name="association_tallies", verbose_name=_("survey round")
    )
    municipality = models.ForeignKey(
        "registry.Municipality", models.PROTECT, related_name="association_tallies", verbose_name=_("municipality")
    )
    n_sheets = models.PositiveIntegerField(_("how many have answered"), default=0)
    counts = models.JSONField(_("counts"), default=dict)

    objects = AssociationTallyQuerySet.as_manager()

    class Meta:
        verbose_name = _("associations' answers by the link")
        verbose_name_plural = _("associations' answers by the link")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["round", "municipality"], name="association_tally_once")]

    def __str__(self):
        return f"{self.municipality}, {self.round}"


class PaperBatchQuerySet(OfRoundItselfQuerySet):
    """Reads of papers."""

    def in_force(self):
        """Return the batches that count."""
        return self.filter(withdrawn_at__isnull=True)

    def for_place_page(self, survey_round, municipality):
        """Return a municipality's batches as its people read them, the latest first."""
        return self.of_place(survey_round, municipality).order_by("-entered_at", "-pk")


class PaperBatch(models.Model):
    """Papers that somebody counted, for example those of one evening: how many, and the sums for each question.

    Changes are kept as history. A batch that should not have been entered is withdrawn with a reason, not deleted.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    round = models.ForeignKey(
        "surveys.Round", models.PROTECT, related_name="paper_batches", verbose_name=_("survey round")
    )
    municipality = models.ForeignKey(
        "registry.Municipality", models.PROTECT, related_name="paper_batches", verbose_name=_("municipality")
    )
    label = models.CharField(
        _("where the papers came from"), max_length=120, help_text=_("For example: the association evening. No names.")
    )
    collected_on = models.DateField(_("collected on"))
    n_papers = models.PositiveIntegerField(
        _("how many papers"), validators=[MinValueValidator(1), MaxValueValidator(MOST_PAPERS)]
    )
    counts = models.JSONField(_("counts"), default=dict)
    entered_at = models.DateTimeField(_("entered at"), default=timezone.now, editable=False)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+",
        verbose_name=_("entered by"),
    )  # fmt: skip
    entered_post = models.CharField(_("entered by, post"), max_length=120, blank=True, editable=False)
    corrected_at = models.DateTimeField(_("corrected at"), null=True, blank=True, editable=False)
    corrected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+",
        verbose_name=_("corrected by"),
    )  # fmt: skip
    corrected_post = models.CharField(_("corrected by, post"), max_length=120, blank=True, editable=False)
    correction_reason = models.CharField(_("why it was corrected"), max_length=300, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True, editable=False)

    history = PersonalHistory()
    objects = PaperBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("papers from associations")
        verbose_name_plural = _("papers from associations")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="paper_batch_has_papers", condition=models.Q(n_papers__gte=1)),
            models.CheckConstraint(
                name="paper_batch_corrected_with_reason",
                condition=models.Q(corrected_at__isnull=True) | ~models.Q(correction_reason=""),
            ),
        ]

    def __str__(self):
        return f"{self.label}, {self.municipality}"


class EditionQuerySet(OfRoundQuerySet):
    """Rows of what has been shown, which stay as they were made."""

    def update(self, **values):
        """Refuse, but for letting go of the account that made it, which is erased."""
        if values.keys() == {"made_by"}:
            return super().update(**values)
        raise ValidationError(_("An edition stays as it was made."), code="immutable")

    def delete(self):
        """Refuse: an edition stays as it was made."""
        raise ValidationError(_("An edition stays as it was made."), code="immutable")


class EditionRow(models.Model):
    """A row that is made once. Abstract."""

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def save(self, *args, **kwargs):
        """Save what is new; refuse a change."""
        if not self._state.adding:
            raise ValidationError(_("An edition stays as it was made."), code="immutable")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        """Refuse: an edition stays as it was made."""
        raise ValidationError(_("An edition stays as it was made."), code="immutable")


class AssociationEditionQuerySet(EditionQuerySet):
    """Reads of editions."""

    round_path = "round"

    def latest_of(self, survey_round):
        """Return the round's latest edition, or None."""
        return self.filter(round=survey_round).order_by("-number").first()


class AssociationEdition(EditionRow):
    """What of the associations' answers to a round is shown from a day on, numbered within the round."""

    round = models.ForeignKey(
        "surveys.Round", models.PROTECT, related_name="association_editions", verbose_name=_("survey round")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    made_at = models.DateTimeField(_("put together at"), default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("put together by")
    )

    objects = AssociationEditionQuerySet.as_manager()

    class Meta(EditionRow.Meta):
        verbose_name = _("edition of the associations' answers")
        verbose_name_plural = _("editions of the associations' answers")
        ordering = ["-number", "pk"]
        constraints = [models.UniqueConstraint(fields=["round", "number"], name="association_edition_number_once")]

    def __str__(self):
        return f"{self.round}, {self.number}"


class EditionCountQuerySet(EditionQuerySet):
    """Reads of shown counts."""

    round_path = "edition__round"

    def of_round(self, survey_round):
        """Return everything that has been shown of a round, edition by edition."""
        return self.filter(edition__round=survey_round).order_by("edition__number", "pk")


class EditionCount(EditionRow):
    """The shown counts of one group for one question: those by the link, or one batch of papers, of a municipality.

    Without a municipality: those of the region that are too few in their own municipality, together.
    """

    edition = models.ForeignKey(AssociationEdition, models.CASCADE, related_name="counts", verbose_name=_("edition"))
    municipality = models.ForeignKey(
        "registry.Municipality", models.PROTECT, null=True, related_name="+", verbose_name=_("municipality")
    )
    question = models.ForeignKey("surveys.Question", models.PROTECT, related_name="+", verbose_name=_("question"))
    batch_key = models.UUIDField(_("papers"), null=True)
    counts = models.JSONField(_("counts"))

    objects = EditionCountQuerySet.as_manager()

    class Meta(EditionRow.Meta):
        verbose_name = _("shown count")
        verbose_name_plural = _("shown counts")
        ordering = ["pk"]

    def __str__(self):
        return f"{self.question}: {self.municipality or '–'}"

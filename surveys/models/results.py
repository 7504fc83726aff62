"""What has been published of a round: editions with their rows, which stay as they were made (docs/adr/0030).

Rows are staged under an edition that is not public yet, in pieces, and become public
all at once when `published_at` is set; what they say is in surveys/models/result_rows.py. People stand here by
their posts alone, and what is not public is not copied at all, so that nothing has to be hidden again when it is read.
"""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.names import language_suffix, translated
from surveys.models.of_round import OfRoundQuerySet

_STAYS = _("What has been published stays as it was: a correction is a new edition.")


class ResultQuerySet(OfRoundQuerySet):
    """Rows of editions of results: nobody changes them, and only those of a staged edition go."""

    edition_path = "edition"

    def update(self, **values):
        """Refuse: what has been staged is published as it is."""
        raise ValidationError(_STAYS, code="immutable")

    def delete(self):
        """Delete rows of staged editions; refuse when one of them has been published."""
        if self.filter(**{f"{self.edition_path}__published_at__isnull": False}).exists():
            raise ValidationError(_STAYS, code="immutable")
        return super().delete()

    delete.alters_data = True
    delete.queryset_only = True


class ResultRow(models.Model):
    """A row of an edition, made once. Abstract."""

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def save(self, *args, **kwargs):
        """Save what is new; refuse a change."""
        if not self._state.adding:
            raise ValidationError(_STAYS, code="immutable")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        """Refuse: rows go with their staged edition, by `ResultEditionQuerySet.discard`."""
        raise ValidationError(_STAYS, code="immutable")


class ResultEditionQuerySet(OfRoundQuerySet):
    """Reads of editions."""

    round_path = "round"

    def published(self):
        """Return what anyone may read."""
        return self.filter(published_at__isnull=False)

    def staged(self):
        """Return what has been put together and not published."""
        return self.filter(published_at__isnull=True)

    def latest_of(self, survey_round):
        """Return the round's latest published edition, or None."""
        return self.published().filter(round=survey_round).order_by("-number").first()

    def latest_in(self, region):
        """Return the latest edition of a region's latest published round, as a queryset of one row or none."""
        newest = self.published().filter(round__region=region).order_by("-round__year", "-number").values("pk")[:1]
        return self.filter(pk=Subquery(newest)).order_by()

    def for_region(self, region_slug):
        """Return the published editions of a region with pages, the latest year's latest first, with round and region.

        One query.
        """
        of_region = {"round__region__slug": region_slug, "round__region__records_from__isnull": False}
        return self.published().filter(**of_region).select_related("round__region").order_by("-round__year", "-number")

    def until(self, survey_round):
        """Return the published editions of the region's rounds up to this one, the latest first, with who published."""
        of_region = {"round__region": survey_round.region_id, "round__year__lte": survey_round.year}
        rows = self.published().filter(**of_region).select_related("round", "published_by__person")
        return rows.order_by("-round__year", "-number")

    def publish(self, pk, **values):
        """Publish a staged edition, past the refusal of changes; for surveys/publishing.py alone. Returns how many."""
        return super(ResultEditionQuerySet, self.filter(pk=pk, published_at__isnull=True)).update(**values)

    publish.alters_data = True

    def update(self, **values):
        """Refuse, but for letting go of the account that published it, which is erased."""
        if values.keys() <= {"published_by"}:
            return super().update(**values)
        raise ValidationError(_STAYS, code="immutable")

    update.alters_data = True

    def delete(self):
        """Delete staged editions; refuse when one of them has been published."""
        if self.published().exists():
            raise ValidationError(_STAYS, code="immutable")
        return super().delete()

    delete.alters_data = True
    delete.queryset_only = True


class ResultEdition(models.Model):
    """The results of a round as they are public from a moment on, numbered within the round.

    The first one publishes the round; each later one is a correction with its reason,
    which anyone may read in the round's log.
    """

    WORDING = ("correction",)

    round = models.ForeignKey(
        "surveys.Round", models.PROTECT, related_name="result_editions", verbose_name=_("survey round")
    )
    number = models.PositiveSmallIntegerField(_("number"), null=True, help_text=_("Empty until it is published."))
    scoring_version = models.CharField(_("version of the scoring"), max_length=10)
    fingerprint = models.CharField(
        _("fingerprint of the answers"), max_length=64, help_text=_("Tells whether they have changed since staging.")
    )
    staged_at = models.DateTimeField(_("put together at"), default=timezone.now)
    published_at = models.DateTimeField(_("published at"), null=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("published by")
    )
    correction = models.CharField(
        _("what was corrected and why"), max_length=400, blank=True, help_text=_("Anyone can read it.")
    )

    objects = ResultEditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("edition of results")
        verbose_name_plural = _("editions of results")
        ordering = ["-number", "-pk"]
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="result_edition_number_once"),
            models.CheckConstraint(
                name="result_edition_numbered_when_published",
                condition=Q(number__isnull=True, published_at__isnull=True)
                | Q(number__gte=1, published_at__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.round}, {self.number or '–'}"

    def delete(self, *args, **kwargs):
        """Delete a staged edition; a published one stays."""
        if self.published_at is not None:
            raise ValidationError(_STAYS, code="immutable")
        return super().delete(*args, **kwargs)


class MunicipalityResultQuerySet(ResultQuerySet):
    """Reads of municipalities' results."""

    round_path = "edition__round"

    def of_edition(self, edition):
        """Return an edition's municipalities with what their pages tell of them, in a query."""
        return self.filter(edition=edition).select_related("municipality", "size_class")

    def latest_answered(self, survey_round):
        """Return the municipalities that answered in the latest edition of a round."""
        newest = ResultEdition.objects.published().filter(round=survey_round).order_by("-number").values("pk")[:1]
        return self.filter(edition=Subquery(newest), state=MunicipalityResult.State.ANSWERED)

    def taking_part(self, editions):
        """Return (edition's id, how many sent in their answers, how many were asked) of these editions."""
        answered = Count("pk", filter=Q(state=MunicipalityResult.State.ANSWERED))
        rows = self.filter(edition__in=editions).order_by().values("edition")
        return rows.annotate(n=answered, n_all=Count("pk")).values_list("edition", "n", "n_all")

    def counted(self, **only):
        """Return the expression for how many municipalities the edition of an outer query has, 0 where none."""
        rows = self.filter(edition=OuterRef("pk"), **only).order_by()
        return Coalesce(Subquery(rows.values("edition").annotate(n=Count("pk")).values("n")), 0)

    def for_sitemap(self):
        """Return (region's slug, year, municipality's slug) of what has been published, in one query."""
        rows = self.filter(edition__published_at__isnull=False, edition__round__region__records_from__isnull=False)
        place = ("edition__round__region__slug", "edition__round__year", "municipality__slug")
        return rows.order_by(*place).values_list(*place).distinct()

    def municipality_in(self, editions, slug):
        """Return the municipality at this address that one of these editions knows, or None."""
        row = self.filter(edition__in=editions, municipality__slug=slug).select_related("municipality").first()
        return row and row.municipality

    def latest_scores(self, municipality):
        """Return a municipality's rows of the latest published round that asked it: one for each theme with a score.

        One row without a theme where it did not answer.
        """
        editions = ResultEdition.objects.published().filter(results__municipality=municipality)
        newest = editions.order_by("-round__year", "-number").values("pk")[:1]
        of_theme = Q(scores__round_theme__isnull=False) | Q(scores__isnull=True)
        return self.filter(of_theme, municipality=municipality, edition=Subquery(newest)).order_by()

    def at(self, edition, municipality_slug):
        """Return what an edition tells of the municipality at this address, or None."""
        return self.of_edition(edition).filter(municipality__slug=municipality_slug).first()

    def standings(self, editions):
        """Return the rows of `surveys.results.Standing` of these editions, one for each score, by name; one query."""
        of = ("municipality__slug", "municipality__latitude", "municipality__longitude", "municipality__tile_row")
        return (
            self.filter(edition__in=editions)
            .order_by(f"municipality__sort_key_{language_suffix()}", "municipality__code", "pk")
            .values_list(
                "edition", "pk", "municipality", translated("municipality__name"), *of, "municipality__tile_col",
                "state", "size_class__key", translated("size_class__name"), "population", "n_unconfirmed",
                "scores__round_theme__theme__key", "scores__criterion__key", "scores__value", "scores__n_known",
                "scores__n_applying", "scores__points", "scores__maximum", "scores__pk",
            )
        )  # fmt: skip


class MunicipalityResult(ResultRow):
    """A municipality in an edition: whether it answered, by whose post, and what it was like on the round's first day.

    Every municipality that was asked has one, also those that did not answer.
    """

    class State(models.TextChoices):
        ANSWERED = "answered", _("answered")
        DECLINED = "declined", _("did not take part")
        MISSING = "missing", _("did not answer")

    edition = models.ForeignKey(ResultEdition, models.CASCADE, related_name="results", verbose_name=_("edition"))
    municipality = models.ForeignKey(
        "registry.Municipality", models.PROTECT, related_name="results", verbose_name=_("municipality")
    )
    state = models.CharField(_("state"), max_length=8, choices=State)
    size_class = models.ForeignKey(
        "registry.SizeClass", models.PROTECT, null=True, related_name="+", verbose_name=_("size class")
    )
    population = models.PositiveIntegerField(_("residents"), null=True)
    respondent_post = models.CharField(_("respondent's post"), max_length=120, blank=True)
    submitted_on = models.DateField(_("sent in on"), null=True)
    n_asked = models.PositiveSmallIntegerField(_("questions asked"), default=0)
    n_answered = models.PositiveSmallIntegerField(_("questions answered"), default=0)
    n_unchanged = models.PositiveSmallIntegerField(_("answers said to be unchanged"), default=0)
    n_unconfirmed = models.PositiveSmallIntegerField(_("answers said aloud and not confirmed"), default=0)

    objects = MunicipalityResultQuerySet.as_manager()

    class Meta(ResultRow.Meta):
        verbose_name = _("municipality's result")
        verbose_name_plural = _("municipalities' results")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["edition", "municipality"], name="result_once_in_edition")]

    def __str__(self):
        return f"{self.municipality}, {self.edition}"

"""One year's survey of a region: when, in which languages, and in which themes."""

import datetime as dt

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models, transaction
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, pgettext

from registry.models.periods import validity_covers
from registry.models.scope import RegionRowQuerySet
from registry.publicity import touch
from surveys.models.freezing import FROZEN, Structure

LANGUAGES = ("fi", "sv", "en")
HOLIDAY_MONTH = 7
# What may no longer change when a round has been opened; the days on which it closes may be moved.
FROZEN_COLUMNS = frozenset(
    {"region_id", "year", "has_finnish", "has_swedish", "has_english", "opens_on", "opened_at", "copied_from_id"}
    | {"shows_total"}
    | {f"{name}_{language}" for name in ("title", "introduction") for language in LANGUAGES}
)


class RoundQuerySet(RegionRowQuerySet):
    """Reads of rounds, and their changes until they are opened."""

    def drafts(self):
        """Return the rounds that have not been opened."""
        return self.filter(opened_at__isnull=True)

    def opened(self):
        """Return the rounds whose questions are frozen, whether or not they still take answers."""
        return self.filter(opened_at__isnull=False)

    def open_on(self, on):
        """Return the rounds that take answers on day `on`; the closing day is the last one."""
        return self.opened().filter(closed_at__isnull=True, opens_on__lte=on, closes_on__gte=on)

    def for_calls(self, region_ids, on):
        """Return the rounds of these regions that take answers on day `on`, by region."""
        return self.open_on(on).filter(region__in=region_ids).select_related("region").order_by("region", "opens_on")

    def closed_on(self, on):
        """Return the rounds that no longer take answers on day `on`."""
        return self.opened().filter(Q(closed_at__isnull=False) | Q(closes_on__lt=on))

    def with_method_page(self):
        """Return the rounds whose method anyone may read: opened ones, and drafts whose method has been announced."""
        return self.filter(Q(opened_at__isnull=False) | Q(announced_on__isnull=False))

    def for_method_page(self, region_slug, year):
        """Return the round of a year whose method stands at this address, with its region, or None; one query."""
        rows = self.with_method_page().filter(region__slug=region_slug, region__records_from__isnull=False, year=year)
        return rows.select_related("region").first()

    def for_sitemap(self):
        """Return (region's slug, year) of each round whose method anyone may read, in one query."""
        rows = self.with_method_page().filter(region__records_from__isnull=False)
        return rows.order_by("region__slug", "year").values_list("region__slug", "year")

    def coming_in(self, region_id, on):
        """Return the rounds of a region that are open on day `on` or will be and whose method may be read."""
        coming = self.with_method_page().filter(region=region_id, closed_at__isnull=True, closes_on__gte=on)
        return coming.order_by("opens_on", "pk")

    def for_annual_clock(self, region_id, first, last):
        """Return the rounds of a region, whose method may be read, of which a day falls between `first` and `last`.

        Each has `published_at`, of its first edition or None, and `changed_at`, when it was last saved; one query.
        """
        editions = apps.get_model("surveys", "ResultEdition").objects.published().filter(round=OuterRef("pk"))
        saved = self.model.history.filter(id=OuterRef("pk")).order_by("-history_date").values("history_date")[:1]
        rows = self.with_method_page().filter(region=region_id).annotate(
            published_at=Subquery(editions.order_by("number").values("published_at")[:1]), changed_at=Subquery(saved)
        )  # fmt: skip
        # Comments and publication come after the round has closed.
        near = Q(opens_on__lte=last, closes_on__gte=first - dt.timedelta(days=90)) | Q(published_at__date__gte=first)
        return rows.filter(near).order_by("opens_on", "pk")

    def with_letters_on(self, on):
        """Return the opened rounds of which a reminder or thanks may be due around day `on`, with their regions."""
        near = on - dt.timedelta(days=30)
        return self.opened().filter(opens_on__lte=on, closes_on__gte=near).select_related("region").order_by("pk")

    def asked_of(self, municipality):
        """Return the opened rounds of the regions to which `municipality` belonged when each opened, the newest first.

        With the number of each round's last correction, in one query.
        """
        member = Q(region__memberships__municipality=municipality)
        asked = self.opened().filter(member & validity_covers(F("opens_on"), "region__memberships__"))
        corrections = apps.get_model("surveys", "WordingCorrection").objects.last_numbers_of(OuterRef("pk"))
        return (
            asked.select_related("region")
            .annotate(last_correction=Subquery(corrections[:1]))
            .order_by("-opens_on", "-pk")
        )

    def with_the_one_before(self, survey_round):
        """Return [the round, the region's nearest earlier opened one, if any], each with `n_places`; one query.

        `n_places` is how many municipalities belonged to the region on the round's first day.
        """
        of_region = apps.get_model("registry", "RegionMembership").objects.filter(region=OuterRef("region"))
        members = of_region.filter(validity_covers(OuterRef("opens_on"))).order_by().values("region")
        counted = members.annotate(n=Count("municipality", distinct=True)).values("n")
        earlier = Q(region=survey_round.region_id, year__lt=survey_round.year, opened_at__isnull=False)
        rows = self.filter(earlier | Q(pk=survey_round.pk)).annotate(n_places=Coalesce(Subquery(counted), 0))
        return list(rows.order_by("-year")[:2])

    def latest_before(self, survey_round):
        """Return the region's round of the nearest earlier year, or None."""
        return self.filter(region=survey_round.region_id, year__lt=survey_round.year).order_by("-year").first()

    def update(self, **values):
        """Update; refuse when something that is frozen would change in an opened round."""
        touched = {self._column(name) for name in values}
        with transaction.atomic():
            if touched & FROZEN_COLUMNS:
                self.refuse_if_opened()
            touch()
            return super().update(**values)

    update.alters_data = True

    def delete(self):
        """Delete drafts; refuse when one of the rounds has been opened."""
        with transaction.atomic():
            self.refuse_if_opened()
            return super().delete()

    delete.alters_data = True
    delete.queryset_only = True

    def refuse_if_opened(self):
        """Raise ValidationError with code "frozen" when one of the rounds has been opened."""
        if frozen := self.opened().order_by().first():
            raise ValidationError(FROZEN, code="frozen", params={"year": frozen.year})

    def correct(self, **wordings):
        """Write corrected words past the freeze; for surveys/authoring.py alone, which logs them."""
        if unknown := set(wordings) - Round.wording_columns():
            raise ValueError(f"Not words: {unknown}")
        touch()
        return super().update(**wordings)

    correct.alters_data = True

    def _column(self, name):
        fields = {field.name: field.attname for field in self.model._meta.concrete_fields}
        column = fields.get(name, name)
        return f"{column}_fi" if column in Round.WORDING else column


class Round(models.Model):
    """One year's survey of a region.

    A draft until it is opened, which freezes its questions; open from `opens_on` to
    `closes_on`, the last day included, unless it is closed earlier by hand; then closed.
    In `reply_days` after closing the municipalities look at their own pages and comment.
    """

    WORDING = ("title", "introduction")

    region = models.ForeignKey("registry.Region", models.PROTECT, related_name="rounds", verbose_name=_("region"))
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(2000), MaxValueValidator(2200)], help_text=_("Stands in addresses.")
    )
    title = models.CharField(_("title"), max_length=160, help_text=_("Respondents see it above the form."))
    introduction = models.TextField(
        _("introduction"),
        max_length=4000,
        blank=True,
        help_text=_("Why it is asked, how long it takes, what happens to the answers. Markdown."),
    )
    opens_on = models.DateField(_("opens on"), help_text=_("The first day on which answers are taken."))
    closes_on = models.DateField(_("closes on"), help_text=_("The last day on which answers are taken."))
    reply_days = models.PositiveSmallIntegerField(
        _("days for comments"),
        default=14,
        help_text=_("How many days after closing the municipalities have for looking at their pages."),
    )
    shows_total = models.BooleanField(
        _("shows a total"),
        default=False,
        help_text=_("Beside the themes' scores also one over all of them, by the themes' weights."),
    )
    announced_on = models.DateField(
        _("method published on"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("From this day on anyone can read what is asked and how it is scored, before the round opens."),
    )
    reminder_days = models.CharField(
        _("reminders, days before the last day"), max_length=40, default="14", blank=True,
        validators=[RegexValidator("^[0-9]{1,2}(, ?[0-9]{1,2})*$", _("Write numbers with commas, for example 14, 7."))],
        help_text=_("For example 14, 7. Who has not sent in the answers is reminded on these days. Empty: never."),
    )  # fmt: skip
    closing_letter_days = models.PositiveSmallIntegerField(
        _("letter of the last days, days before the last day"), default=3, null=True, blank=True,
        validators=[MaxValueValidator(30)], help_text=_("Empty: none."),
    )  # fmt: skip
    letters_by_themselves = models.BooleanField(
        _("these letters and the thanks go by themselves"), default=False,
        help_text=_("Otherwise you get a task on the day, see who would get the letter, and send it yourself."),
    )  # fmt: skip
    has_finnish = models.BooleanField(_("asked in Finnish"), default=True)
    has_swedish = models.BooleanField(_("asked in Swedish"), default=False)
    has_english = models.BooleanField(_("asked in English"), default=False)
    copied_from = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="copies",
        editable=False,
        verbose_name=_("made from"),
    )
    opened_at = models.DateTimeField(_("opened at"), null=True, blank=True, editable=False)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+",
        verbose_name=_("opened by"),
    )  # fmt: skip
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+",
        verbose_name=_("closed by"),
    )  # fmt: skip
    reopened_at = models.DateTimeField(_("opened again at"), null=True, blank=True, editable=False)
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+",
        verbose_name=_("opened again by"),
    )  # fmt: skip
    reopen_reason = models.CharField(_("why it was opened again"), max_length=300, blank=True, editable=False)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey round")
        verbose_name_plural = _("survey rounds")
        ordering = ["-year", "pk"]
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(
                fields=["region", "year"],
                name="round_once_a_year",
                violation_error_message=_("The region already has a survey round for this year."),
            ),
            models.CheckConstraint(
                name="round_days_in_order",
                condition=Q(closes_on__gte=F("opens_on")),
                violation_error_message=_("The round closes before it opens."),
                violation_error_code="ends_before_start",
            ),
            models.CheckConstraint(
                name="round_has_a_language",
                condition=Q(has_finnish=True) | Q(has_swedish=True) | Q(has_english=True),
                violation_error_message=_("Choose at least one language."),
            ),
            models.CheckConstraint(
                name="round_closed_after_opened", condition=Q(closed_at__isnull=True) | Q(opened_at__isnull=False)
            ),
        ]

    def __str__(self):
        return f"{self.title} {self.year}" if self.title and str(self.year) not in self.title else self.title

    @classmethod
    def wording_columns(cls):
        """Return the names of the columns that hold words, for each language."""
        return {f"{name}_{language}" for name in cls.WORDING for language in LANGUAGES}

    def clean(self):
        """Refuse a round in July, when Finland is on holiday (rule 15 of docs/rules.md)."""
        super().clean()
        if self.opens_on and self.closes_on and _touches_month(self.opens_on, self.closes_on, HOLIDAY_MONTH):
            raise ValidationError(_("A survey is not asked in July: choose other days."), code="holiday")

    def save(self, *args, **kwargs):
        """Save; refuse when something that is frozen would change in an opened round."""
        with transaction.atomic():
            columns = ["pk", *sorted(FROZEN_COLUMNS)]
            stored = Round._base_manager.select_for_update(no_key=True).filter(pk=self.pk).values(*columns).first()
            if stored and stored["opened_at"] and any(getattr(self, name) != stored[name] for name in FROZEN_COLUMNS):
                raise ValidationError(FROZEN, code="frozen", params={"year": stored["year"]})
            super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        """Delete a draft; an opened round stays."""
        with transaction.atomic():
            Round._base_manager.filter(pk=self.pk).refuse_if_opened()
            return super().delete(*args, **kwargs)

    @property
    def owning_round_id(self):
        """Its own id, as every row of a round's structure answers."""
        return self.pk

    @property
    def languages(self):
        """The languages in which the round is asked, in their usual order."""
        has = (self.has_finnish, self.has_swedish, self.has_english)
        return [language for language, is_asked in zip(LANGUAGES, has, strict=True) if is_asked]

    @property
    def is_draft(self):
        """Whether the questions may still be changed."""
        return self.opened_at is None

    @property
    def has_method_page(self):
        """Whether anyone may read what is asked and how it is scored."""
        return not self.is_draft or self.announced_on is not None

    @property
    def last_answering_day(self):
        """The last day on which answers were or will be taken."""
        if self.closed_at is None:
            return self.closes_on
        return min(self.closes_on, timezone.localdate(self.closed_at))

    def is_open_on(self, on):
        """Whether answers are taken on day `on`; the same rule as `open_on`."""
        return not self.is_draft and self.closed_at is None and self.opens_on <= on <= self.closes_on

    @property
    def reminded_on(self):
        """The days on which those who have not sent in the answers are reminded, in order."""
        numbers = {int(each) for each in self.reminder_days.split(",") if each.strip()}
        return sorted(self.closes_on - dt.timedelta(days=number) for number in numbers)

    @property
    def closing_letter_on(self):
        """The day of the letter of the last days, or None."""
        return None if self.closing_letter_days is None else self.closes_on - dt.timedelta(self.closing_letter_days)

    @property
    def closed_on(self):
        """The last day on which answers were or will be taken."""
        return min(self.closes_on, timezone.localdate(self.closed_at)) if self.closed_at else self.closes_on

    @property
    def comments_until(self):
        """The last day on which the municipalities look at their pages before publication."""
        return self.closed_on + dt.timedelta(days=self.reply_days)

    @property
    def is_waiting(self):
        """Whether the round has been opened and its first day is still to come."""
        return not self.is_draft and self.closed_at is None and timezone.localdate() < self.opens_on

    @property
    def is_open(self):
        """Whether answers are taken today."""
        return self.is_open_on(timezone.localdate())

    @property
    def is_closed(self):
        """Whether answers are no longer taken."""
        return not self.is_draft and (self.closed_at is not None or timezone.localdate() > self.closes_on)

    @property
    def state_words(self):
        """How the round stands, in words."""
        if self.is_draft:
            return _("being written")
        if self.is_waiting:
            return _("opens soon")
        return pgettext("of a survey round", "open") if self.is_open else pgettext("of a survey round", "closed")

    @property
    def days_left(self):
        """How many days answers are still taken, today included, in words; empty when none are."""
        if not self.is_open:
            return ""
        n_days = (self.closes_on - timezone.localdate()).days + 1
        return ngettext_lazy("%(n)s day left", "%(n)s days left", n_days) % {"n": n_days}


def _touches_month(first, last, month):
    """Whether a day of `month` lies between the two days."""
    return any(
        (first.year, first.month) <= (year, month) <= (last.year, last.month)
        for year in range(first.year, last.year + 1)
    )


class RoundTheme(Structure):
    """A theme in a round, with its order, weight and introduction."""

    WORDING = ("introduction",)

    round = models.ForeignKey(Round, models.CASCADE, related_name="themes", verbose_name=_("survey round"))
    theme = models.ForeignKey("surveys.Theme", models.PROTECT, related_name="in_rounds", verbose_name=_("theme"))
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_scored = models.BooleanField(_("has a score"), default=True)
    weight = models.DecimalField(
        _("weight"), max_digits=5, decimal_places=2, default=1, validators=[MinValueValidator(0)],
        help_text=_("How much the theme counts where a total is shown."),
    )  # fmt: skip
    introduction = models.TextField(_("introduction"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("theme in a round")
        verbose_name_plural = _("themes in a round")
        ordering = ["position", "pk"]
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(
                fields=["round", "theme"],
                name="theme_once_in_round",
                violation_error_message=_("The theme is already in the round."),
            ),
            models.CheckConstraint(name="round_theme_weight_not_negative", condition=Q(weight__gte=0)),
        ]

    def __str__(self):
        return str(self.theme)

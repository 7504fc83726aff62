"""What a municipality offers to associations: dated facts that a liaison keeps right."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from common.kept import kept_in_each_language
from common.names import SortKeyField
from common.prepared import Prepared
from registry.models.geography import RegionMembership
from registry.models.periods import Validity, ValidityQuerySet
from registry.models.scope import ScopedQuerySet


class OfferQuerySet(ScopedQuerySet, ValidityQuerySet):
    """Reads of what municipalities offer."""

    def for_municipality_page(self, municipality, on):
        """Return what a municipality offers on day `on`, in one query."""
        return self.filter(municipality=municipality).current_on(on)

    def for_municipalities(self, municipalities, on):
        """Return what these municipalities (by id) offer on day `on`, in one query."""
        return self.filter(municipality__in=municipalities).current_on(on)


class Offer(Validity):
    """A fact about what a municipality offers, valid between two days and checked on a day. Abstract."""

    municipality = models.ForeignKey(
        "registry.Municipality", models.CASCADE, related_name="%(class)ss", verbose_name=_("municipality")
    )
    checked_on = models.DateField(
        _("checked on"),
        null=True,
        blank=True,
        help_text=_("The day on which you saw that this holds. The public page shows it."),
    )

    objects = OfferQuerySet.as_manager()

    class Meta(Validity.Meta):
        abstract = True


class GrantPeriodQuerySet(OfferQuerySet):
    """Reads of grant periods."""

    def for_home(self, on):
        """Return the periods that hold on day `on` and have not closed, in one query."""
        return self.current_on(on).filter(closes_on__gte=on)

    def for_annual_clock(self, municipality, on, first, last):
        """Return the periods of a municipality, valid on day `on`, that open or close from `first` to `last`.

        Each has `changed_at`, when it was last saved; one query.
        """
        near = Q(opens_on__range=(first, last)) | Q(closes_on__range=(first, last))
        saved = self.model.history.filter(id=OuterRef("pk")).order_by("-history_date").values("history_date")[:1]
        rows = self.for_municipality_page(municipality, on).filter(near).order_by("closes_on", "pk")
        return rows.annotate(changed_at=Subquery(saved))

    def of_members(self, region, on):
        """Return the periods of the municipalities that belong to `region` on day `on`."""
        members = RegionMembership.objects.current_on(on).filter(region=region)
        return self.filter(municipality__in=members.order_by().values("municipality"))

    def closing_after(self, day):
        """Return the periods that close later than on `day`."""
        return self.filter(closes_on__gt=day)


class GrantPeriod(Offer):
    """When and where an association can apply for a municipality's grant."""

    class Kind(models.TextChoices):
        GENERAL = "general", _("general grant")
        TARGETED = "targeted", _("targeted grant")

    name = models.CharField(_("name"), max_length=160, help_text=_("As the municipality calls it."))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.GENERAL)
    fields = models.ManyToManyField(
        "registry.AssociationField",
        blank=True,
        related_name="grant_periods",
        verbose_name=_("fields"),
        help_text=_("Empty: for associations of every field."),
    )
    opens_on = models.DateField(
        _("opens on"), null=True, blank=True, help_text=_("Empty when only the deadline is known.")
    )
    closes_on = models.DateField(
        _("closes on"), help_text=_("The last day to apply. After it the page no longer shows the period.")
    )
    url = models.URLField(_("instructions, link"), blank=True)

    history = HistoricalRecords()
    objects = GrantPeriodQuerySet.as_manager()

    class Meta(Offer.Meta):
        abstract = False
        verbose_name = _("grant period")
        verbose_name_plural = _("grant periods")
        ordering = ["municipality", "closes_on", "pk"]
        constraints = [
            *Validity.Meta.constraints,
            models.CheckConstraint(
                name="grant_period_in_order",
                condition=Q(opens_on__isnull=True) | Q(closes_on__gte=F("opens_on")),
                violation_error_message=_("The period closes before it opens."),
            ),
        ]

    def __str__(self):
        return self.name


class Premises(Offer):
    """A place of the municipality that associations can use."""

    class Price(models.TextChoices):
        FREE = "free", _("free for associations")
        PARTLY = "partly", _("partly free")
        PAID = "paid", _("paid")
        UNKNOWN = "unknown", _("price not known")

    municipality = models.ForeignKey(
        "registry.Municipality", models.CASCADE, related_name="premises", verbose_name=_("municipality")
    )
    name = models.CharField(_("name"), max_length=160)
    address = models.CharField(_("address"), max_length=200, blank=True)
    price = models.CharField(_("price"), max_length=8, choices=Price, default=Price.UNKNOWN)
    price_note = models.CharField(
        _("about the price"), max_length=200, blank=True, help_text=_("For example: free on weekdays.")
    )
    booking_url = models.URLField(_("booking, link"), blank=True)
    accessibility = models.CharField(
        _("accessibility of the place"),
        max_length=200,
        blank=True,
        help_text=_("For example: step-free entrance, induction loop."),
    )
    sort_key = SortKeyField("name")

    history = HistoricalRecords(excluded_fields=["sort_key"])

    class Meta(Offer.Meta):
        abstract = False
        verbose_name = _("place for associations")
        verbose_name_plural = _("premises")
        ordering = ["municipality", "sort_key", "pk"]

    def __str__(self):
        return self.name


class Channel(Offer):
    """A channel in which the municipality tells of associations or hears them."""

    class Kind(models.TextChoices):
        WEBSITE = "website", _("web site")
        CALENDAR = "calendar", _("event calendar")
        NEWSLETTER = "newsletter", _("newsletter")
        SOCIAL_MEDIA = "social", _("social media")
        FEEDBACK = "feedback", _("feedback channel")
        OTHER = "other", _("other")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    name = models.CharField(
        _("name"),
        max_length=160,
        help_text=_("As people know it, for example: the event calendar of the municipality."),
    )
    url = models.URLField(_("address"), blank=True)
    sort_key = SortKeyField("name")

    history = HistoricalRecords(excluded_fields=["sort_key"])

    class Meta(Offer.Meta):
        abstract = False
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        ordering = ["municipality", "kind", "sort_key", "pk"]

    def __str__(self):
        return self.name


SHOWN_CLOSED = timedelta(days=366)  # a year's application times tell when the next ones will be


@dataclass(frozen=True)
class OfferRow:
    """What a municipality's page tells of one offer; `what` is grant, premises or channel."""

    what: str
    sort_key: str
    name: str
    kind: str
    detail: str
    note: str
    url: str
    accessibility: str
    opens_on: date | None
    closes_on: date | None
    checked_on: date | None

    @property
    def kind_label(self):
        """The kind of a grant or a channel, or the price of premises, in words."""
        kinds = {"grant": GrantPeriod.Kind, "premises": Premises.Price, "channel": Channel.Kind}
        return kinds[self.what](self.kind).label

    @property
    def checked_words(self):
        """On which day the offer was seen to hold, in words."""
        return checked_in_words(self.checked_on)


@kept_in_each_language(1024)
def checked_in_words(day):
    """Return that something was checked on `day`, in words, or that it has not been."""
    if day is None:
        return gettext("not checked yet")
    return gettext("checked on %(day)s") % {"day": date_format(day, "SHORT_DATE_FORMAT")}


@Prepared
def _offers(municipality: int, on: date, closed_after: date):
    nothing, no_day = Value(""), Cast(Value(None), models.DateField())
    grants = GrantPeriod.objects.for_municipality_page(municipality, on).closing_after(closed_after).order_by()
    premises = Premises.objects.for_municipality_page(municipality, on).order_by()
    channels = Channel.objects.for_municipality_page(municipality, on).order_by()
    return grants.values_list(
        Value("grant"), nothing, "name", "kind", nothing, nothing, "url", nothing, "opens_on", "closes_on", "checked_on"
    ).union(
        premises.values_list(
            Value("premises"), "sort_key", "name", "price", "address", "price_note", "booking_url", "accessibility",
            no_day, no_day, "checked_on",
        ),
        channels.values_list(
            Value("channel"), "sort_key", "name", "kind", nothing, nothing, "url", nothing, no_day, no_day, "checked_on"
        ),
        all=True,
    )  # fmt: skip


def offers_on(municipality, on, *, with_long_closed=False):
    """Return what a municipality offers on day `on` as OfferRows by kind, in one query.

    Grant periods that closed over a year ago are left out unless asked for, and the earliest
    to close stands first; the rest stands in alphabetical order.
    """
    rows = _offers(municipality.pk, on, date.min if with_long_closed else on - SHOWN_CLOSED)
    offers = {"grant": [], "premises": [], "channel": []}
    for row in sorted((OfferRow(*row) for row in rows), key=lambda row: (row.closes_on or on, row.sort_key, row.name)):
        offers[row.what].append(row)
    return offers

"""Regions, their areas, municipalities and who belonged where when."""

from django.apps import apps
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Case, Exists, F, Min, OuterRef, Q, Subquery, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from common.names import SearchField, SortKeyField, fold, language_suffix, translated
from common.partial_dates import PartialDate
from registry.addresses import validate_municipality_slug, validate_region_slug
from registry.models.periods import Validity, ValidityQuerySet
from registry.models.roles import Appointment, Situation, SituationStatement
from registry.models.scope import RegionRowQuerySet, ScopedQuerySet, belongs_to_municipality_of

code_shape = RegexValidator(r"\A[0-9]{2,8}\Z", _("The official code has digits only, for example 009."), "invalid")


class Directory(models.Model):
    """A directory of associations kept outside the registry, to which municipalities link."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    url = models.URLField(_("address"))
    sort_key = SortKeyField("name")

    class Meta:
        verbose_name = _("directory of associations")
        verbose_name_plural = _("directories of associations")
        ordering = ["sort_key", "pk"]

    def __str__(self):
        return self.name


class RegionQuerySet(ScopedQuerySet):
    """Reads of regions."""

    def in_regions(self, region_ids):
        """Return these regions."""
        return self.filter(pk__in=region_ids)

    def with_pages(self):
        """Return the regions whose cooperation this registry keeps; the others are names only."""
        return self.filter(records_from__isnull=False)

    def by_name(self):
        """Return regions in the alphabetical order of the active language."""
        return self.order_by(f"sort_key_{language_suffix()}", "code")

    def for_region_page(self, slug):
        """Return the region with pages at this address and its directory, or None, in one query.

        It has `first_arrival` and `first_departure` (days on which municipalities came
        and left) and `first_figure_year`, each None where there is none.
        """
        memberships = RegionMembership.objects.filter(region=OuterRef("pk")).order_by()
        figures = apps.get_model("registry", "PublishedFigure").objects.filter(region=OuterRef("pk")).order_by()
        return (
            self.with_pages()
            .select_related("directory")
            .filter(slug=slug)
            .annotate(
                first_arrival=Subquery(memberships.values("region").annotate(day=Min("valid_from")).values("day")),
                first_departure=Subquery(memberships.values("region").annotate(day=Min("valid_to")).values("day")),
                first_figure_year=Subquery(
                    figures.values("region").annotate(year=Min("reference_year")).values("year")
                ),
            )
            .first()
        )

    def for_home(self, on):
        """Return the regions with pages, in one query."""
        return self.with_pages().by_name()


class Region(models.Model):
    """A region of Finland.

    `records_from` is the day from which this registry keeps the region's roles. A
    region without it is known only as somebody's former or new home: a name without
    pages. Before that day a situation is "no information" and only published
    figures are shown.
    """

    code = models.CharField(_("official code"), max_length=8, unique=True, validators=[code_shape])
    name = models.CharField(_("name"), max_length=80)
    slug = models.CharField(
        _("address"),
        max_length=60,
        unique=True,
        validators=[validate_region_slug],
        help_text=_("Printed on paper, so do not change it: the region's pages are at /address/."),
    )
    records_from = models.DateField(
        _("records kept from"), null=True, blank=True, help_text=_("Empty: the region is a name without pages.")
    )
    directory = models.ForeignKey(
        Directory,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="regions",
        verbose_name=_("directory of associations"),
    )
    liaison_label = models.CharField(
        _("word for a liaison"), max_length=80, blank=True, help_text=_("Empty: the usual word. In the singular.")
    )
    agent_label = models.CharField(
        _("word for an agent"), max_length=80, blank=True, help_text=_("Empty: the usual word. In the singular.")
    )
    coordinator_label = models.CharField(
        _("word for a coordinator"), max_length=80, blank=True, help_text=_("Empty: the usual word. In the singular.")
    )
    has_finnish = models.BooleanField(_("letters and surveys in Finnish"), default=True)
    has_swedish = models.BooleanField(_("letters and surveys in Swedish"), default=False)
    has_english = models.BooleanField(_("letters and surveys in English"), default=False)
    sort_key_fi = SortKeyField("name_fi")
    sort_key_sv = SortKeyField("sorting_name_sv")
    sort_key_en = SortKeyField("sorting_name_en")

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["sort_key_fi", "code"]
        constraints = [
            models.CheckConstraint(
                name="region_has_a_language",
                condition=Q(has_finnish=True) | Q(has_swedish=True) | Q(has_english=True),
                violation_error_message=_("Choose at least one language."),
            )
        ]

    def __str__(self):
        return self.name

    @property
    def sorting_name_sv(self):
        """The name under which the region stands in a Swedish list."""
        return self.name_sv or self.name_fi

    @property
    def sorting_name_en(self):
        """The name under which the region stands in an English list."""
        return self.name_en or self.name_fi

    @property
    def has_pages(self):
        """Whether the registry keeps this region's cooperation."""
        return self.records_from is not None

    @property
    def liaison_word(self):
        """What a liaison is called here, in the active language."""
        return self.liaison_label or _("liaison person for associations")

    @property
    def agent_word(self):
        """What a volunteer agent is called here, in the active language."""
        return self.agent_label or _("association agent")

    @property
    def coordinator_word(self):
        """What a coordinator is called here, in the active language."""
        return self.coordinator_label or _("coordinator")

    def get_absolute_url(self):
        return reverse("region_detail", args=[self.slug])


class AreaGroup(models.Model):
    """One way of dividing a region: sub-regions, coordinators' areas, the wellbeing county's areas, any other."""

    key = models.SlugField(_("key"), unique=True)
    region = models.ForeignKey(Region, models.PROTECT, related_name="area_groups", verbose_name=_("region"))
    name = models.CharField(_("name"), max_length=120)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = RegionRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("grouping of areas")
        verbose_name_plural = _("groupings of areas")
        ordering = ["region", "position", "key"]

    def __str__(self):
        return self.name


class AreaQuerySet(ScopedQuerySet):
    """Reads of areas."""

    def in_regions(self, region_ids):
        """Return the areas of these regions."""
        return self.filter(group__region__in=region_ids)

    def for_region_page(self, region):
        """Return a region's areas with their groupings, in order, in one query."""
        return (
            self.filter(group__region=region)
            .select_related("group")
            .order_by("group__position", "group__key", "position", f"sort_key_{language_suffix()}")
        )


class Area(models.Model):
    """One area of a grouping."""

    group = models.ForeignKey(AreaGroup, models.CASCADE, related_name="areas", verbose_name=_("grouping"))
    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    sort_key_fi = SortKeyField("name_fi")
    sort_key_sv = SortKeyField("sorting_name_sv")
    sort_key_en = SortKeyField("sorting_name_en")

    objects = AreaQuerySet.as_manager()

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        ordering = ["group", "position", "sort_key_fi"]
        constraints = [models.UniqueConstraint(fields=["group", "code"], name="area_code_once_in_group")]

    def __str__(self):
        return self.name

    sorting_name_sv = Region.sorting_name_sv
    sorting_name_en = Region.sorting_name_en

    @property
    def address_key(self):
        """How the area stands in an address: grouping and code."""
        return f"{self.group.key}.{self.code}"


class SizeClass(models.Model):
    """A size class by residents: from its lower bound up to the next class's."""

    key = models.SlugField(_("key"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    lower_bound = models.PositiveIntegerField(_("from how many residents"), unique=True)

    class Meta:
        verbose_name = _("size class")
        verbose_name_plural = _("size classes")
        ordering = ["lower_bound"]

    def __str__(self):
        return self.name


def _situation_on(on, municipality):
    """Return the expression for the situation on day `on` of the municipality that an OuterRef names."""
    kept = RegionMembership.objects.current_on(on).filter(municipality=municipality, region__records_from__lte=on)
    appointments = Appointment.objects.current_on(on).filter(municipality=municipality)
    statements = SituationStatement.objects.current_on(on).filter(municipality=municipality)
    return Case(
        When(~Exists(kept), then=Value(Situation.NO_INFORMATION.value)),
        When(Exists(appointments.liaisons()), then=Value(Situation.NAMED.value)),
        When(
            Exists(statements.filter(kind=SituationStatement.Kind.BEING_NAMED)),
            then=Value(Situation.BEING_NAMED.value),
        ),
        When(Exists(appointments.filter(kind=Appointment.Kind.DUTIES)), then=Value(Situation.DUTIES.value)),
        When(Exists(statements.filter(kind=SituationStatement.Kind.NONE)), then=Value(Situation.NONE.value)),
        default=Value(Situation.NO_INFORMATION.value),
        output_field=models.CharField(),
    )


def _with_population(rows, on, municipality):
    """Annotate `rows` with the newest population by `on` of the municipality that an OuterRef names."""
    newest = Population.objects.filter(municipality=municipality, year__lte=on.year).order_by("-year")
    size_class = SizeClass.objects.filter(lower_bound__lte=OuterRef("population")).order_by("-lower_bound")
    return rows.annotate(
        population=Subquery(newest.values("residents")[:1]), population_year=Subquery(newest.values("year")[:1])
    ).annotate(
        size_class_key=Subquery(size_class.values("key")[:1]),
        size_class_name=Subquery(size_class.annotate(name_now=translated("name")).values("name_now")[:1]),
    )


class MunicipalityQuerySet(ScopedQuerySet):
    """Reads of municipalities."""

    def in_regions(self, region_ids):
        """Return the municipalities that are members of these regions today."""
        return self.filter(belongs_to_municipality_of(region_ids, path=""))

    def members_of(self, region, on):
        """Return the municipalities that belong to `region` on day `on`."""
        return self.filter(
            Exists(RegionMembership.objects.current_on(on).filter(region=region, municipality=OuterRef("pk")))
        )

    def with_role_of(self, user):
        """Return the municipalities in which `user` has an appointment or is an agent today."""
        held = {"person__user": user, "municipality": OuterRef("pk")}
        agents = apps.get_model("registry", "Agent").objects.current()
        return self.filter(Exists(Appointment.objects.current().filter(**held)) | Exists(agents.filter(**held)))

    def for_home(self, on):
        """Return the municipalities of regions with pages, with `situation` and `region_slug_now`, in one query."""
        return self.with_situation(on).with_current_region(on).filter(region_has_pages=True).by_name()

    def for_search(self, text, on, *, at_most=50):
        """Return the municipalities whose name contains `text`, with their region on day `on`, in one query."""
        return self.matching(text).with_current_region(on).by_name()[:at_most]

    def by_name(self):
        """Return municipalities in the alphabetical order of the active language."""
        return self.order_by(f"sort_key_{language_suffix()}", "code")

    def matching(self, text):
        """Return municipalities whose Finnish or Swedish name contains `text`, å ä ö or not; none for mere signs."""
        folded = fold(text)
        return self.filter(search__contains=folded) if folded else self.none()

    def with_situation(self, on):
        """Annotate `situation`, one of Situation, as it was or will be on day `on`.

        Works for any number of municipalities within the one query. When several
        facts hold on the same day, the order is: named, being named, duties
        without a title, none. A municipality that on that day belongs to no region
        whose records had begun has no information.
        """
        return self.annotate(situation=_situation_on(on, OuterRef("pk")))

    def with_population(self, on):
        """Annotate population, population_year, size_class_key and size_class_name as known by the year of `on`."""
        return _with_population(self, on, OuterRef("pk"))

    def with_current_region(self, on):
        """Annotate `region_id_now` and `region_slug_now`, `region_has_pages`: the region of membership on `on`."""
        membership = RegionMembership.objects.current_on(on).filter(municipality=OuterRef("pk"))
        return self.annotate(
            region_slug_now=Subquery(membership.values("region__slug")[:1]),
            region_name_now=Subquery(membership.annotate(name_now=translated("region__name")).values("name_now")[:1]),
            region_has_pages=Exists(membership.filter(region__records_from__isnull=False)),
        )

    def with_membership_in(self, area, on):
        """Annotate `is_in_area`: whether the municipality is in `area` on day `on`."""
        membership = AreaMembership.objects.current_on(on).filter(area=area, municipality=OuterRef("pk"))
        return self.annotate(is_in_area=Exists(membership))

    def for_region_page(self, region, on, *, area=None):
        """Return what a region's list needs of its municipalities on day `on`, in one query.

        Each has its boundary, what `with_situation` and `with_population` annotate and,
        when `area` is given, `is_in_area`.
        """
        rows = self.members_of(region, on).with_situation(on).with_population(on).by_name().select_related("boundary")
        return rows.with_membership_in(area, on) if area else rows


class Municipality(models.Model):
    """A municipality, under its official code (text, three digits today), for as long as it exists and after.

    After a merger the row stays for its past, with the successor named.
    """

    class Languages(models.TextChoices):
        FI = "fi", _("Finnish")
        SV = "sv", _("Swedish")
        FI_SV = "fi-sv", _("bilingual, Finnish majority")
        SV_FI = "sv-fi", _("bilingual, Swedish majority")

    code = models.CharField(_("official code"), max_length=8, unique=True, validators=[code_shape])
    name = models.CharField(_("name"), max_length=80)
    slug = models.CharField(
        _("address"),
        max_length=60,
        unique=True,
        validators=[validate_municipality_slug],
        help_text=_("Printed on paper, so do not change it: the page is at /region/address/."),
    )
    languages = models.CharField(_("languages"), max_length=5, choices=Languages, default=Languages.FI)
    municipality_type = models.CharField(_("statistical grouping"), max_length=60, blank=True)
    website = models.URLField(_("web site"), blank=True)
    website_checked_on = models.DateField(_("web site checked on"), null=True, blank=True)
    directory = models.ForeignKey(
        Directory,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="municipalities",
        verbose_name=_("directory of associations"),
        help_text=_("Empty: the region's."),
    )
    directory_url = models.URLField(
        _("the municipality's own place in the directory"),
        blank=True,
        help_text=_("Empty: the directory's first page."),
    )
    latitude = models.DecimalField(
        _("latitude"), max_digits=6, decimal_places=3, null=True, blank=True,
        validators=[MinValueValidator(59), MaxValueValidator(71)],
    )  # fmt: skip
    longitude = models.DecimalField(
        _("longitude"), max_digits=6, decimal_places=3, null=True, blank=True,
        validators=[MinValueValidator(19), MaxValueValidator(32)],
    )  # fmt: skip
    tile_row = models.PositiveSmallIntegerField(_("row on the tile map"), null=True, blank=True)
    tile_col = models.PositiveSmallIntegerField(_("column on the tile map"), null=True, blank=True)
    successor = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name=_("merged into"),
        editable=False,
    )
    merged_on = models.DateField(_("first day of the successor"), null=True, blank=True, editable=False)
    sort_key_fi = SortKeyField("name_fi")
    sort_key_sv = SortKeyField("sorting_name_sv")
    sort_key_en = SortKeyField("sorting_name_en")
    search = SearchField("name_fi", "name_sv", "name_en")

    objects = MunicipalityQuerySet.as_manager()

    class Meta:
        verbose_name = _("municipality")
        verbose_name_plural = _("municipalities")
        ordering = ["sort_key_fi", "code"]
        constraints = [
            models.CheckConstraint(
                name="municipality_merger_whole",
                condition=Q(successor__isnull=True, merged_on__isnull=True)
                | Q(successor__isnull=False, merged_on__isnull=False),
                violation_error_message=_("A merger needs both the successor and its first day."),
            ),
            models.CheckConstraint(
                name="municipality_not_own_successor",
                condition=Q(successor__isnull=True) | ~Q(successor=F("pk")),
                violation_error_message=_("A municipality cannot merge into itself."),
            ),
        ]

    def __str__(self):
        return self.name

    sorting_name_sv = Region.sorting_name_sv
    sorting_name_en = Region.sorting_name_en

    def is_merged_on(self, on):
        """Whether the municipality has become part of its successor by day `on`."""
        return self.merged_on is not None and self.merged_on <= on

    @property
    def is_merged(self):
        """Whether the municipality has become part of its successor by today."""
        return self.is_merged_on(timezone.localdate())


class RegionMembershipQuerySet(RegionRowQuerySet, ValidityQuerySet):
    """Reads of memberships in regions."""

    def for_municipality_page(self, on, **municipality):
        """Return a municipality's memberships with their regions, newest first, in one query.

        Each row's municipality has what `with_situation` and `with_population`
        annotate, and `situation_since`: the PartialDate from which a statement
        explains the situation, or None.
        """
        statement = (
            SituationStatement.objects.current_on(on)
            .filter(municipality=OuterRef("municipality"), kind=OuterRef("situation"))
            .latest_first()
        )
        rows = _with_population(self.filter(**municipality), on, OuterRef("municipality"))
        rows = rows.annotate(situation=_situation_on(on, OuterRef("municipality"))).annotate(
            since_first=Subquery(statement.values("start_first")[:1]),
            since_last=Subquery(statement.values("start_last")[:1]),
            since_precision=Subquery(statement.values("start_precision")[:1]),
        )
        rows = list(rows.select_related("municipality__directory", "region__directory").latest_first())
        for row in rows:
            for name in ("situation", "population", "population_year", "size_class_key", "size_class_name"):
                setattr(row.municipality, name, getattr(row, name))
            row.municipality.situation_since = (
                PartialDate(row.since_first, row.since_last, row.since_precision) if row.since_first else None
            )
        return rows

    def latest_first(self):
        """Return memberships newest first; one without a start is the oldest."""
        return self.order_by(F("valid_from").desc(nulls_last=True), "-pk")


class RegionMembership(Validity):
    """A municipality's membership in a region; at most one on any day (rows of the same municipality never overlap)."""

    municipality = models.ForeignKey(
        Municipality, models.CASCADE, related_name="memberships", verbose_name=_("municipality")
    )
    region = models.ForeignKey(Region, models.PROTECT, related_name="memberships", verbose_name=_("region"))
    note = models.CharField(_("note"), max_length=200, blank=True)

    history = HistoricalRecords()
    objects = RegionMembershipQuerySet.as_manager()

    class Meta(Validity.Meta):
        verbose_name = _("membership in a region")
        verbose_name_plural = _("memberships in regions")
        ordering = ["municipality", F("valid_from").asc(nulls_first=True)]
        indexes = [models.Index(fields=["municipality", "region", "valid_from", "valid_to"], name="membership_on_day")]
        constraints = [
            *Validity.Meta.constraints,
            models.UniqueConstraint(
                fields=["municipality"],
                condition=Q(valid_to__isnull=True),
                name="membership_open_once",
                violation_error_message=_("The municipality already belongs to a region. End that membership first."),
                violation_error_code="overlap",
            ),
        ]

    def __str__(self):
        return f"{self.municipality}: {self.region}"


class AreaMembershipQuerySet(ScopedQuerySet, ValidityQuerySet):
    """Reads of memberships in areas."""

    def in_regions(self, region_ids):
        """Return the memberships in areas of these regions."""
        return self.filter(area__group__region__in=region_ids)

    def for_municipality_page(self, municipality, on):
        """Return the areas a municipality is in on day `on`, in one query."""
        return (
            self.filter(municipality=municipality)
            .current_on(on)
            .select_related("area__group")
            .order_by("area__group__position", "area__group__key")
        )


class AreaMembership(Validity):
    """A municipality's place in an area; in each grouping at most one on any day."""

    municipality = models.ForeignKey(
        Municipality, models.CASCADE, related_name="area_memberships", verbose_name=_("municipality")
    )
    area = models.ForeignKey(Area, models.CASCADE, related_name="memberships", verbose_name=_("area"))

    history = HistoricalRecords()
    objects = AreaMembershipQuerySet.as_manager()

    class Meta(Validity.Meta):
        verbose_name = _("membership in an area")
        verbose_name_plural = _("memberships in areas")
        ordering = ["area", "municipality"]
        constraints = [
            *Validity.Meta.constraints,
            models.UniqueConstraint(
                fields=["municipality", "area"],
                condition=Q(valid_to__isnull=True),
                name="area_membership_open_once",
                violation_error_message=_("The municipality is already in this area."),
                violation_error_code="overlap",
            ),
        ]

    def __str__(self):
        return f"{self.municipality}: {self.area}"


class Population(models.Model):
    """How many residents a municipality had on 31 December of a year."""

    municipality = models.ForeignKey(
        Municipality, models.CASCADE, related_name="populations", verbose_name=_("municipality")
    )
    year = models.PositiveSmallIntegerField(
        _("31 December of"), validators=[MinValueValidator(1900), MaxValueValidator(2200)]
    )
    residents = models.PositiveIntegerField(_("residents"))
    source = models.CharField(_("source"), max_length=200)

    class QuerySet(ScopedQuerySet):
        """Reads of populations."""

    objects = QuerySet.as_manager()

    class Meta:
        verbose_name = _("population")
        verbose_name_plural = _("populations")
        ordering = ["municipality", "-year"]
        constraints = [models.UniqueConstraint(fields=["municipality", "year"], name="population_once_a_year")]

    def __str__(self):
        return f"{self.municipality} {self.year}: {self.residents}"

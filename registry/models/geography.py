"""Regions, their areas, municipalities and who belonged where when."""

from django.apps import apps
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Case, Exists, F, Max, Min, OuterRef, Q, Subquery, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from common.names import SearchField, SortKeyField, fold, language_suffix, translated
from registry.addresses import validate_municipality_slug, validate_region_slug
from registry.models.periods import Validity, ValidityQuerySet
from registry.models.roles import Agent, Appointment, Situation, SituationStatement
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
        """Return the regions with pages at this address, with their directories.

        Each has `first_arrival` and `first_departure` (days on which municipalities came
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
        )

    def for_home(self, on):
        """Return the regions with pages, in one query."""
        return self.with_pages().by_name()

    def for_board(self, user):
        """Return the regions whose board `user` may see: their own that keep records, in one query."""
        return self.editable_by(user).with_pages().by_name()

    def saved_at(self, region):
        """Return when a region was last saved, as its history knows, or None; one query."""
        return self.model.history.filter(id=region.pk).aggregate(at=Max("history_date"))["at"]

    def home_of(self, municipality):
        """Return the region of which `municipality` is a member today, or None."""
        memberships = RegionMembership.objects.current().filter(municipality=municipality)
        return self.filter(pk__in=memberships.values("region")).first()


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
    document_review_month = models.PositiveSmallIntegerField(
        _("cooperation document is reviewed in"), null=True, blank=True, choices=tuple(MONTHS.items()), default=1,
        help_text=_("The month in which the region's municipalities go through their cooperation document. Stands in "
                    "each municipality's annual clock; empty: it does not. January is usual."),
    )  # fmt: skip
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
            ),
            models.CheckConstraint(
                name="region_reviews_documents_in_a_month",
                condition=Q(document_review_month__isnull=True) | Q(document_review_month__range=(1, 12)),
            ),
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

    def of_work(self, user):
        """Return the area in which `user` has chosen to work, or None; one in a region that is not theirs is none."""
        chosen = apps.get_model("registry", "WorkArea").objects.filter(user=user)
        return self.editable_by(user).filter(pk__in=chosen.values("area")).select_related("group").first()

    def for_board(self, region, user):
        """Return a region's areas as `for_region_page` does; `is_remembered` says in which one `user` works."""
        chosen = apps.get_model("registry", "WorkArea").objects.filter(user=user, area=OuterRef("pk"))
        return self.for_region_page(region).annotate(is_remembered=Exists(chosen))

    def by_address_key(self, key):
        """Return the area that stands in an address as `key` (see Area.address_key), or None."""
        group, _dot, code = key.partition(".")
        return self.filter(group__key=group, code=code).first()

    def worked_in(self, user):
        """Return the area that `user` has chosen to work in, or else those that `user` coordinates today."""
        if chosen := self.of_work(user):
            return self.filter(pk=chosen.pk)
        roles = apps.get_model("registry", "Coordinator").objects.current().filter(person__user=user)
        return self.editable_by(user).filter(pk__in=roles.order_by().values("area"))

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
    code = models.SlugField(_("code"), max_length=40, help_text=_("Stands in addresses, so do not change it."))
    name = models.CharField(_("name"), max_length=120)
    position = models.PositiveSmallIntegerField(_("order"), default=0, help_text=_("The smallest stands first."))
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


def _with_residents(rows, year, municipality):
    """Annotate `rows` with the newest population by `year` of the municipality that an OuterRef names."""
    newest = Population.objects.filter(municipality=municipality, year__lte=year).order_by("-year")
    return rows.annotate(
        population=Subquery(newest.values("residents")[:1]), population_year=Subquery(newest.values("year")[:1])
    )


def _with_population(rows, year, municipality):
    """Annotate `rows` as `_with_residents` does, and with the size class that follows."""
    size_class = SizeClass.objects.filter(lower_bound__lte=OuterRef("population")).order_by("-lower_bound")
    return _with_residents(rows, year, municipality).annotate(
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
        memberships = RegionMembership.objects.current_on(on).filter(region=region)
        return self.filter(pk__in=memberships.values("municipality"))

    def of_roles(self, **holder):
        """Return where the holder (`person=` or `person__user=`) has an appointment or is an agent today."""
        roles = [role.objects.current().filter(**holder) for role in (Appointment, Agent)]
        of_roles = [Q(pk__in=rows.order_by().values("municipality")) for rows in roles]
        return self.filter(of_roles[0] | of_roles[1])

    def vacant_on(self, on):
        """Return the municipalities whose liaison has left by the end of day `on` and of which nothing else is known.

        Each has `vacant_since`, the last day of the last liaison. A liaison, an officer
        with the duties or a statement that goes on or comes later is something known.
        """
        of_own = {"municipality": OuterRef("pk")}
        liaisons = Appointment.objects.liaisons().filter(**of_own)
        duties = [Appointment.Kind.LIAISON, Appointment.Kind.DUTIES]
        follows = [
            Appointment.objects.going_on_after(on).filter(kind__in=duties, **of_own),
            SituationStatement.objects.going_on_after(on).filter(**of_own),
        ]
        kept = RegionMembership.objects.current_on(on).filter(region__records_from__lte=on, **of_own)
        return (
            self.annotate(vacant_since=Subquery(liaisons.order_by("-end_last").values("end_last")[:1]))
            .filter(Exists(kept), vacant_since__lte=on)
            .exclude(Exists(follows[0]))
            .exclude(Exists(follows[1]))
        )

    def without_liaison(self, region, on, *, area=None):
        """Return a region's (or an area's) municipalities without a named liaison on day `on`, with `situation`."""
        rows = self.members_of(region, on).with_situation(on)
        rows = rows.in_area(area, on, path="") if area else rows
        return rows.exclude(situation=Situation.NAMED).by_name()

    def without_vacancy_task(self):
        """Return those of `vacant_on` for whose vacancy no task is open and none has been done by somebody."""
        tasks = apps.get_model("registry", "Task").objects.filter(kind="vacancy", municipality=OuterRef("pk"))
        done = tasks.filter(done_by__isnull=False, created_at__date__gte=OuterRef("vacant_since"))
        return self.exclude(Exists(tasks.open())).exclude(Exists(done))

    def with_vacancy_task(self, on):
        """Return those of `vacant_on` whose task to name a new liaison is open, with the region's address."""
        tasks = apps.get_model("registry", "Task").objects.open().filter(kind="vacancy", municipality=OuterRef("pk"))
        return self.vacant_on(on).filter(Exists(tasks)).with_current_region(on)

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
        return _with_population(self, on.year, OuterRef("pk"))

    def with_residents_by(self, year):
        """Annotate population and population_year as known by `year`."""
        return _with_residents(self, year, OuterRef("pk"))

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

    def for_board(self, region, on, *, area=None):
        """Return (id, name, address, whether in `area` or there is none, situation) of a region's, by name."""
        rows = self.members_of(region, on).with_situation(on).by_name().annotate(name_now=translated("name"))
        rows = rows.with_membership_in(area, on) if area else rows.annotate(is_in_area=Value(True))
        return rows.values_list("pk", "name_now", "slug", "is_in_area", "situation")


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
    website_checked_on = models.DateField(
        _("web site checked on"), null=True, blank=True, help_text=_("The day on which you saw that the address works.")
    )
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

    @property
    def public_url(self):
        """The address of the public page, or "" where there is none; needs `with_current_region`."""
        if not self.region_has_pages or self.is_merged:
            return ""
        return reverse("municipality_detail", args=[self.region_slug_now, self.slug])


class RegionMembershipQuerySet(RegionRowQuerySet, ValidityQuerySet):
    """Reads of memberships in regions."""

    def of_place(self, on, year):
        """Return the memberships of a municipality's page on day `on` of `year`, newest first.

        Each has what `with_population` annotates and what the situation rests on:
        `has_liaison`, `has_duties`, and for `being_named` and `none` the latest
        statement's `…_first`, `…_last` and `…_precision`.
        """
        appointments = Appointment.objects.current_on(on).filter(municipality=OuterRef("municipality"))
        statements = SituationStatement.objects.current_on(on).filter(municipality=OuterRef("municipality"))
        said = {
            f"{kind}_{part}": Subquery(statements.filter(kind=kind).latest_first().values(f"start_{part}")[:1])
            for kind in SituationStatement.Kind.values
            for part in ("first", "last", "precision")
        }
        rows = _with_population(self, year, OuterRef("municipality")).annotate(
            has_liaison=Exists(appointments.liaisons()),
            has_duties=Exists(appointments.filter(kind=Appointment.Kind.DUTIES)),
            **said,
        )
        return rows.select_related("municipality__directory", "region__directory").latest_first()

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

    def members_on(self, area, on):
        """Return the ids of the municipalities that are in `area` on day `on`, in one query."""
        return self.filter(area=area).current_on(on).order_by().values_list("municipality", flat=True)

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

        def over_years(self, municipalities):
            """Return (municipality's id, year, residents) of these municipalities, the latest first."""
            rows = self.filter(municipality__in=municipalities).order_by("-year")
            return rows.values_list("municipality", "year", "residents")

    objects = QuerySet.as_manager()

    class Meta:
        verbose_name = _("population")
        verbose_name_plural = _("populations")
        ordering = ["municipality", "-year"]
        constraints = [models.UniqueConstraint(fields=["municipality", "year"], name="population_once_a_year")]

    def __str__(self):
        return f"{self.municipality} {self.year}: {self.residents}"

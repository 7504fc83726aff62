"""Associations as what is invited, asked and counted; their contacts are personal data and never public by default."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from common.names import SearchField, SortKeyField, fold
from registry.history import PersonalHistory
from registry.models.geography import RegionMembership
from registry.models.people import Person
from registry.models.scope import ScopedQuerySet, belongs_to_municipality_of


class AssociationField(models.Model):
    """A field of association life: sport, culture, village work and so on."""

    key = models.SlugField(_("key"), unique=True, help_text=_("Stays the same when the name changes."))
    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("field of associations")
        verbose_name_plural = _("fields of associations")
        ordering = ["position", "key"]

    def __str__(self):
        return self.name


class AssociationQuerySet(ScopedQuerySet):
    """Reads of associations."""

    def matching(self, text):
        """Return associations in whose name or register number `text` occurs, å ä ö or not."""
        return self.filter(search__contains=fold(text))

    def active_in(self, municipality):
        """Return the associations of a municipality that have not ended."""
        return self.filter(municipality=municipality, ended_on__isnull=True)

    def looking_like(self, association):
        """Return associations of the same municipality whose names share the first word with `association`'s."""
        first_word = next(iter(fold(association.name).split()), "")
        return self.filter(municipality=association.municipality_id, search__contains=first_word)

    def by_name(self):
        """Return associations in alphabetical order."""
        return self.order_by("sort_key", "pk")


class Association(models.Model):
    """An association or other community that works in a municipality."""

    name = models.CharField(_("name"), max_length=200)
    register_number = models.CharField(
        _("register number"),
        max_length=20,
        unique=True,
        null=True,
        blank=True,
        validators=[
            RegexValidator(r"\A[0-9][0-9 .]*[0-9]\Z", _("Write the number as in the register, for example 123.456."))
        ],
        help_text=_("Number in the register of associations; empty for an unregistered group."),
    )
    municipality = models.ForeignKey(
        "registry.Municipality",
        models.PROTECT,
        related_name="associations",
        verbose_name=_("municipality"),
        help_text=_("The municipality whose letters and invitations the association gets."),
    )
    field = models.ForeignKey(
        AssociationField, models.PROTECT, null=True, blank=True, related_name="associations", verbose_name=_("field")
    )
    website = models.URLField(_("web site"), blank=True)
    ended_on = models.DateField(
        _("activity ended on"), null=True, blank=True, help_text=_("Empty while the association is active.")
    )
    sort_key = SortKeyField("name")
    search = SearchField("name", "register_number")

    history = HistoricalRecords(excluded_fields=["sort_key", "search"])
    objects = AssociationQuerySet.as_manager()

    class Meta:
        verbose_name = _("association")
        verbose_name_plural = _("associations")
        ordering = ["sort_key", "pk"]

    def __str__(self):
        return self.name


class AssociationContactQuerySet(ScopedQuerySet):
    """Reads of associations' contacts."""

    def in_regions(self, region_ids):
        """Return the contacts of associations whose municipality is in these regions today."""
        return self.filter(belongs_to_municipality_of(region_ids, "association__municipality"))

    def of_working(self, on):
        """Return the contacts of associations that go on on day `on`."""
        return self.filter(Q(association__ended_on=None) | Q(association__ended_on__gte=on))

    def to_check(self, on):
        """Return the contacts of working associations in regions that keep records, each with `region_id_now`."""
        members = RegionMembership.objects.current_on(on).filter(
            municipality=OuterRef("association__municipality"), region__records_from__lte=on
        )
        rows = self.of_working(on).annotate(region_id_now=Subquery(members.order_by().values("region")[:1]))
        return rows.filter(region_id_now__isnull=False).select_related("association").order_by("pk")

    def for_letters(self, municipality, fields, on):
        """Return the contacts of a municipality's active associations of `fields` (none: of all), by name."""
        rows = self.of_working(on).filter(association__municipality=municipality).select_related("association")
        rows = rows.filter(association__field__in=fields) if fields else rows
        return rows.order_by("association__sort_key", "pk")


class AssociationContact(models.Model):
    """Whom to write to in an association: where the details came from and on what ground they are kept."""

    class Basis(models.TextChoices):
        GIVEN = "given", _("given by the association itself")
        PUBLIC_REGISTER = "public", _("the association's own public pages or a public register")
        CONSENT = "consent", _("consent of the person")

    association = models.ForeignKey(Association, models.CASCADE, related_name="contacts", verbose_name=_("association"))
    name = models.CharField(
        _("name"),
        max_length=160,
        blank=True,
        help_text=_("A person or a post, for example: chair. Never shown in public."),
    )
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    language = models.CharField(
        _("language of letters"),
        max_length=2,
        choices=Person.Language,
        default=Person.Language.FI,
        help_text=_("The frame of letters and the registry's own words are written in this language."),
    )
    source = models.CharField(
        _("source"), max_length=200, help_text=_("For example: the association's own form, or its web site.")
    )
    basis = models.CharField(_("basis for keeping"), max_length=10, choices=Basis)
    obtained_on = models.DateField(_("obtained on"))
    checked_on = models.DateField(_("checked on"), null=True, blank=True)
    no_letters_since = models.DateField(
        _("asked for no letters on"),
        null=True,
        blank=True,
        help_text=_("From this day the registry sends no letters to this contact."),
    )

    history = PersonalHistory(personal=["name", "email", "phone"])
    objects = AssociationContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("association's contact")
        verbose_name_plural = _("associations' contacts")
        ordering = ["association", "pk"]
        constraints = [
            models.CheckConstraint(
                name="association_contact_says_something",
                condition=~Q(name="", email="", phone=""),
                violation_error_message=_("Give a name, an e-mail or a phone number."),
            )
        ]

    def __str__(self):
        return f"{self.association}: {self.name or self.email or self.phone}"

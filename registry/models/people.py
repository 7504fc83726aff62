"""People: the registry's contact details of officers and volunteers, and volunteers' consents."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.names import SearchField, SortKeyField, fold
from common.numbers import dialled
from registry.history import PersonalHistory
from registry.models.scope import ScopedQuerySet, belongs_to_municipality_of


class PersonQuerySet(ScopedQuerySet):
    """Reads of people."""

    def in_regions(self, region_ids):
        """Return people whose record these regions keep, or who have a role there."""
        by_role = [
            Exists(role.objects.filter(belongs_to_municipality_of(region_ids), person=OuterRef("pk")))
            for role in (
                self.model._meta.get_field("appointments").related_model,
                self.model._meta.get_field("agencies").related_model,
            )
        ]
        return self.filter(Q(region__in=region_ids) | by_role[0] | by_role[1])

    def liaisons_of(self, municipality):
        """Return today's liaisons of `municipality`."""
        liaisons = self.model._meta.get_field("appointments").related_model.objects.current().liaisons()
        return self.filter(pk__in=liaisons.filter(municipality=municipality).order_by().values("person"))

    def matching(self, text):
        """Return people in whose name or address `text` occurs, å ä ö or not."""
        return self.filter(search__contains=fold(text))

    def looking_like(self, person):
        """Return people with the same name, e-mail or phone as `person`, who is among them."""
        same = Q(sort_key=person.sort_key)
        if person.email:
            same |= Q(email__iexact=person.email)
        if person.phone:
            same |= Q(phone=person.phone)
        return self.filter(same)

    def by_name(self):
        """Return people in Finnish alphabetical order."""
        return self.order_by("sort_key", "pk")


class Person(models.Model):
    """One officer, volunteer or coordinator, known to the registry by their working contact details.

    What a person is or was stands in dated roles; nothing of it is repeated here.
    """

    class Language(models.TextChoices):
        FI = "fi", _("Finnish")
        SV = "sv", _("Swedish")
        EN = "en", _("English")

    given_name = models.CharField(_("given name"), max_length=80)
    family_name = models.CharField(_("family name"), max_length=80)
    email = models.EmailField(
        _("e-mail for contacts"), blank=True, help_text=_("The sign-in address belongs to the account and may differ.")
    )
    phone = models.CharField(_("phone for contacts"), max_length=40, blank=True)
    language = models.CharField(
        _("language of letters"),
        max_length=2,
        choices=Language,
        default=Language.FI,
        help_text=_("Letters from the registry are written to the person in this language."),
    )
    contact_checked_on = models.DateField(
        _("contact details checked on"),
        null=True,
        blank=True,
        help_text=_("The day on which the person confirmed the details or you checked them. The public page shows it."),
    )
    region = models.ForeignKey(
        "registry.Region",
        models.PROTECT,
        related_name="people",
        verbose_name=_("region that keeps this record"),
        help_text=_("Its coordinators keep the record, also when the person has roles elsewhere."),
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="person",
        verbose_name=_("account"),
        help_text=_("Only for a person who signs in."),
    )
    created_at = models.DateTimeField(_("recorded at"), default=timezone.now, editable=False)
    sort_key = SortKeyField("family_name", "given_name")
    search = SearchField("given_name", "family_name", "given_name", "email")

    history = PersonalHistory(personal=["given_name", "family_name", "email", "phone"], derived=["sort_key", "search"])
    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["sort_key", "pk"]

    def __str__(self):
        return self.name

    @property
    def phone_link(self):
        """The phone number as a link dials it."""
        return dialled(self.phone)

    @property
    def name(self):
        """Given name and family name."""
        return f"{self.given_name} {self.family_name}"


class ConsentQuerySet(ScopedQuerySet):
    """Reads of consents."""

    def in_regions(self, region_ids):
        """Return the consents of the people whom these regions see."""
        return self.filter(person__in=Person.objects.in_regions(region_ids))

    def in_force(self, on=None):
        """Return consents given by day `on`, today if none is named, and not withdrawn."""
        return self.filter(given_on__lte=on or timezone.localdate(), withdrawn_at__isnull=True)


class Consent(models.Model):
    """A volunteer's permission to show one field of theirs in public, until withdrawn.

    Each field has its own consent (rule 9 of docs/rules.md); without one in force
    the field appears nowhere. A withdrawn consent stays as a dated row, so that
    it can be shown when what was public and why.
    """

    class Field(models.TextChoices):
        NAME = "name", _("name")
        EMAIL = "email", _("e-mail")
        PHONE = "phone", _("phone")

    class Means(models.TextChoices):
        SITE = "site", _("on the site")
        PAPER = "paper", _("on paper")
        PHONE = "phone", _("by phone")
        EMAIL = "email", _("by e-mail")
        IN_PERSON = "in_person", _("face to face")

    person = models.ForeignKey(Person, models.CASCADE, related_name="consents", verbose_name=_("person"))
    field = models.CharField(
        _("what may be shown"), max_length=10, choices=Field, help_text=_("Each is asked and recorded separately.")
    )
    given_on = models.DateField(
        _("given on"), help_text=_("The day on which the volunteer gave it, not the day of recording.")
    )
    means = models.CharField(
        _("how it was given"), max_length=10, choices=Means, help_text=_("Keep the paper or the message.")
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("recorded by"),
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True, editable=False)

    history = PersonalHistory()
    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["person", "field", "-given_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "field"],
                condition=Q(withdrawn_at__isnull=True),
                name="consent_in_force_once",
                violation_error_message=_("There is already a consent in force for this field."),
            )
        ]

    def __str__(self):
        return f"{self.person}: {self.get_field_display()}"

    @property
    def is_in_force(self):
        """Whether the field may be shown today."""
        return self.withdrawn_at is None and self.given_on <= timezone.localdate()


def with_public_fields(queryset, path="person", on=None):
    """Annotate rows with the volunteer's details that consents let the public see on day `on`, or today.

    Adds public_given_name, public_family_name, public_email and public_phone, each
    None where no consent is in force: a template that uses these alone cannot
    show more. `path` is the relation to the person.
    """
    in_force = Consent.objects.in_force(on).filter(person=OuterRef(f"{path}_id"))

    def shown(column, field):
        return models.Case(models.When(Exists(in_force.filter(field=field)), then=F(f"{path}__{column}")), default=None)

    return queryset.annotate(
        public_given_name=shown("given_name", Consent.Field.NAME),
        public_family_name=shown("family_name", Consent.Field.NAME),
        public_email=shown("email", Consent.Field.EMAIL),
        public_phone=shown("phone", Consent.Field.PHONE),
    )

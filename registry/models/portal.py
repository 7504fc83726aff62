"""What the portal of liaisons and agents adds: topics to ask about, handovers, and what was done in whose place."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.history import PersonalHistory
from registry.models.scope import RegionRowQuerySet, ScopedQuerySet


class Topic(models.Model):
    """A topic on which colleagues can ask a liaison, under a name the administrators choose."""

    key = models.SlugField(_("key"), unique=True, help_text=_("Stays the same when the name changes."))
    name = models.CharField(_("name"), max_length=120)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("topic of liaisons")
        verbose_name_plural = _("topics of liaisons")
        ordering = ["position", "key"]

    def __str__(self):
        return self.name


class HandoverQuerySet(ScopedQuerySet):
    """Reads of handovers."""

    def in_regions(self, region_ids):
        """Return the handovers of these regions."""
        return self.filter(region__in=region_ids)

    def with_roles(self):
        """Return the handovers with their roles and people, in one query."""
        return self.select_related(
            "region", "appointment__municipality", "appointment__person", "coordination__area", "coordination__person",
            "successor",
        )  # fmt: skip

    def of_municipality(self, municipality):
        """Return the handovers of a municipality's posts, the latest first."""
        return self.with_roles().filter(appointment__municipality=municipality)

    def with_number(self, pk):
        """Return the one with this number."""
        return self.filter(pk=pk)

    def of_coordinators_seen_by(self, user):
        """Return the handovers of coordinators' roles in the regions that `user` coordinates today, latest first."""
        return self.editable_by(user).with_roles().filter(coordination__isnull=False)

    def from_person_in(self, person, *, municipality=None, region=None):
        """Return the handovers with a successor in which `person` left a post in the place, the latest first."""
        rows = self.filter(successor__isnull=False).select_related("successor")
        posts = Q(coordination__person=person, region=region)
        if municipality is not None:
            posts |= Q(appointment__person=person, appointment__municipality=municipality)
        return rows.filter(posts)


class Handover(models.Model):
    """What somebody who leaves a role tells the next one, beside what the registry gathers by itself.

    The pack itself (open tasks, contacts, dates) is computed when it is opened.
    """

    region = models.ForeignKey("registry.Region", models.PROTECT, related_name="handovers", verbose_name=_("region"))
    appointment = models.OneToOneField(
        "registry.Appointment",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="handover",
        verbose_name=_("appointment that ends"),
    )
    coordination = models.OneToOneField(
        "registry.Coordinator",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="handover",
        verbose_name=_("coordinator's role that ends"),
    )
    successor = models.ForeignKey(
        "registry.Person",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="handovers_to",
        verbose_name=_("successor"),
        help_text=_("Empty: nobody has been named yet."),
    )
    note = models.TextField(_("to the next one"), max_length=4000, blank=True)
    written_at = models.DateTimeField(_("written at"), default=timezone.now, editable=False)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("written by"),
    )

    history = PersonalHistory(personal=["note"])
    objects = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("handover")
        verbose_name_plural = _("handovers")
        ordering = ["-written_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="handover_of_one_role",
                condition=Q(appointment__isnull=False, coordination__isnull=True)
                | Q(appointment__isnull=True, coordination__isnull=False),
            )
        ]

    def __str__(self):
        return f"{timezone.localtime(self.written_at):%d.%m.%Y}"

    @property
    def role(self):
        """The role that ends."""
        return self.appointment or self.coordination

    @property
    def place(self):
        """Where the role was: a municipality, an area or a region."""
        return self.appointment.municipality if self.appointment else self.coordination.area or self.region


class ColleagueQuestionQuerySet(RegionRowQuerySet):
    """Reads of questions to colleagues."""

    def asked_on(self, person, day):
        """Return what `person` has asked on `day`."""
        return self.filter(asker=person, asked_at__date=day)


class ColleagueQuestion(models.Model):
    """A question on its way from a liaison to colleagues; its text stands here only until the letters have left."""

    region = models.ForeignKey(
        "registry.Region", models.PROTECT, related_name="colleague_questions", verbose_name=_("region")
    )
    municipality = models.ForeignKey(
        "registry.Municipality", models.PROTECT, related_name="colleague_questions", verbose_name=_("municipality")
    )
    asker = models.ForeignKey(
        "registry.Person", models.CASCADE, related_name="colleague_questions", verbose_name=_("asked by")
    )
    topic = models.ForeignKey(
        Topic, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("topic of liaisons")
    )
    text = models.TextField(_("question"), max_length=1500, blank=True)
    n_recipients = models.PositiveSmallIntegerField(_("how many recipients"), default=0)
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now, editable=False)

    objects = ColleagueQuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question to colleagues")
        verbose_name_plural = _("questions to colleagues")
        ordering = ["-asked_at", "-pk"]
        indexes = [models.Index(fields=["asker", "asked_at"], name="question_of_day")]

    def __str__(self):
        return f"{timezone.localtime(self.asked_at):%d.%m.%Y}"


class ActingEntryQuerySet(RegionRowQuerySet):
    """Reads of what coordinators did in the portal in somebody's place."""

    def for_municipality(self, municipality):
        """Return the entries of a municipality with their people, newest first, in one query."""
        return self.filter(municipality=municipality).select_related("person", "by__person")


class ActingEntry(models.Model):
    """That a coordinator looked at the portal as somebody else sees it, or did something there in their place."""

    class Kind(models.TextChoices):
        LOOKED = "looked", _("looked at the portal")
        ACTED = "acted", _("acted in somebody's place")

    class Source(models.TextChoices):
        """How the person had asked for it; empty when the coordinator only looked."""

        PHONE = "phone", _("phone call")
        MAIL = "mail", _("letter or e-mail")
        MEETING = "meeting", _("meeting")

    region = models.ForeignKey(
        "registry.Region", models.PROTECT, related_name="acting_entries", verbose_name=_("region")
    )
    municipality = models.ForeignKey(
        "registry.Municipality", models.PROTECT, related_name="acting_entries", verbose_name=_("municipality")
    )
    person = models.ForeignKey(
        "registry.Person",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="acted_for",
        verbose_name=_("in whose place"),
    )
    kind = models.CharField(_("what happened"), max_length=10, choices=Kind)
    source = models.CharField(_("source"), max_length=10, choices=Source, blank=True)
    step = models.CharField(_("step"), max_length=60, blank=True, help_text=_("Name of the page."))
    happened_at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("done by"),
    )

    objects = ActingEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of acting for somebody")
        verbose_name_plural = _("log of acting for others")
        ordering = ["-happened_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="acting_entry_source_of_acts",
                condition=Q(kind="looked", source="") | Q(kind="acted") & ~Q(source=""),
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()}, {timezone.localtime(self.happened_at):%d.%m.%Y %H.%M}"

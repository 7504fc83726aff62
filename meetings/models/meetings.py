"""A meeting: what, when, where, by whom; its agenda; and what has happened to it."""

import datetime as dt
import uuid
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from registry.addresses import slug_shape
from registry.models.scope import RegionRowQuerySet, ScopedQuerySet

HELSINKI = ZoneInfo("Europe/Helsinki")
LANGUAGES = ("fi", "sv", "en")


def start_of(day):
    """Return the moment at which `day` begins in Helsinki."""
    return dt.datetime.combine(day, dt.time(), HELSINKI)


class MeetingQuerySet(RegionRowQuerySet):
    """Reads of meetings. A meeting is coming until the end of its last day, so that pages change at midnight."""

    def drafts(self):
        """Return the meetings that have not been published."""
        return self.filter(published_at__isnull=True)

    def published(self):
        """Return the meetings that have been published, cancelled ones too: that they are cancelled is to be seen."""
        return self.filter(published_at__isnull=False)

    def public(self):
        """Return what anyone may see: published meetings of a public kind in regions whose records have begun."""
        return self.published().filter(is_public=True, region__records_from__isnull=False)

    def standing(self):
        """Return the meetings that have not been cancelled."""
        return self.filter(cancelled_at__isnull=True)

    def coming(self, on):
        """Return the meetings that end on day `on` or later, the nearest first."""
        return self.filter(ends_at__gte=start_of(on)).order_by("starts_at", "pk")

    def past(self, on):
        """Return the meetings that ended before day `on`, the latest first."""
        return self.filter(ends_at__lt=start_of(on)).order_by("-starts_at", "-pk")

    def between(self, first, last):
        """Return the meetings that touch the days from `first` to `last`, both included, in their order."""
        touching = self.filter(starts_at__lt=start_of(last + dt.timedelta(days=1)), ends_at__gte=start_of(first))
        return touching.order_by("starts_at", "pk")

    def hosted_by(self, municipality):
        """Return the meetings of which the municipality is a host."""
        return self.filter(hosts__municipality=municipality)

    def concerning(self, municipality, on):
        """Return what it hosts, and its region's and areas' own meetings; each once."""
        areas = municipality.area_memberships.current_on(on).order_by().values("area")
        regions = municipality.memberships.current_on(on).order_by().values("region")
        of_region = Q(region__in=regions, kind__host="region") & (Q(area__isnull=True) | Q(area__in=areas))
        hosted = self.model.hosts.rel.related_model.objects.filter(municipality=municipality).values("meeting")
        return self.filter(Q(pk__in=hosted) | of_region)

    def with_what_is_shown(self):
        """Return the meetings with kind, region, area, venue and hosts: three queries for any number."""
        hosts = MeetingHost.objects.select_related("municipality")
        joined = self.select_related("kind", "region", "area", "venue__municipality")
        return joined.prefetch_related(Prefetch("hosts", queryset=hosts), "themes")


class Meeting(models.Model):
    """One meeting of any kind.

    A draft until it is published; then it may be moved or cancelled, which everybody concerned has to hear;
    held when it is over, closed when its minutes have been seen to. Only moments are stored, and each
    says who; the state follows from them.
    """

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("of a meeting", "draft")
        PUBLISHED = "published", pgettext_lazy("of a meeting", "published")
        CANCELLED = "cancelled", pgettext_lazy("of a meeting", "cancelled")
        HELD = "held", pgettext_lazy("of a meeting", "held")
        CLOSED = "closed", pgettext_lazy("of a meeting", "closed")

    WORDING = ("title", "description", "cancelled_because", "memo")

    kind = models.ForeignKey(
        "meetings.MeetingKind", models.PROTECT, related_name="meetings", verbose_name=_("kind of meeting")
    )
    region = models.ForeignKey("registry.Region", models.PROTECT, related_name="meetings", verbose_name=_("region"))
    area = models.ForeignKey(
        "registry.Area", models.PROTECT, null=True, blank=True, related_name="meetings", verbose_name=_("area"),
        help_text=_("Empty: the whole region."),
    )  # fmt: skip
    slug = models.SlugField(
        _("address"), max_length=80, validators=[slug_shape],
        help_text=_("The last part of the page's address. Stays the same when the title or the day changes."),
    )  # fmt: skip
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)
    title = models.CharField(pgettext_lazy("of a meeting", "title"), max_length=120)
    description = models.TextField(
        _("what and for whom"), max_length=4000, blank=True,
        help_text=_("What the meeting is about, for whom it is, what to bring. Markdown."),
    )  # fmt: skip
    memo = models.TextField(
        _("memo and materials"), max_length=20_000, blank=True,
        help_text=_("What was talked about and agreed, and links to materials. Stands on the public page. Markdown."),
    )  # fmt: skip
    starts_at = models.DateTimeField(_("begins"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    venue = models.ForeignKey(
        "meetings.Venue", models.PROTECT, null=True, blank=True, related_name="meetings", verbose_name=_("place")
    )
    remote_url = models.URLField(_("remote link"), blank=True)
    is_remote_public = models.BooleanField(
        _("the remote link is on the public page"), default=False,
        help_text=_("Otherwise only those who are coming get it."),
    )  # fmt: skip
    in_finnish = models.BooleanField(_("in Finnish"), default=True)
    in_swedish = models.BooleanField(_("in Swedish"), default=False)
    in_english = models.BooleanField(_("in English"), default=False)
    themes = models.ManyToManyField(
        "meetings.MeetingTheme", blank=True, related_name="meetings", verbose_name=_("themes")
    )
    capacity = models.PositiveSmallIntegerField(
        _("how many fit in"), null=True, blank=True, validators=[MinValueValidator(1)], help_text=_("Empty: no limit.")
    )
    registration_until = models.DateTimeField(_("registration until"), null=True, blank=True)
    registration_url = models.URLField(
        _("registration, link"), blank=True, help_text=_("A form of the municipality's own, if it uses one.")
    )
    takes_registrations = models.BooleanField(
        _("anyone can register on the public page"), default=False,
        help_text=_("Without it only those who are invited can reply."),
    )  # fmt: skip
    party_at_most = models.PositiveSmallIntegerField(
        _("how many can come with one reply"), default=3, validators=[MinValueValidator(1), MaxValueValidator(20)]
    )
    asks_diet = models.BooleanField(
        _("ask about diets"), default=False, help_text=_("You see how many want each, not who.")
    )
    asks_question = models.BooleanField(_("ask for questions in advance"), default=False)
    is_public = models.BooleanField(_("public"), default=True)
    n_invited = models.PositiveIntegerField(_("how many were invited"), null=True, editable=False)
    n_coming = models.PositiveIntegerField(_("how many were coming"), null=True, editable=False)
    copied_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="copies", editable=False,
        verbose_name=_("made from"),
    )  # fmt: skip
    published_at = models.DateTimeField(_("published at"), null=True, editable=False)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, editable=False)
    cancelled_because = models.CharField(_("why it was cancelled"), max_length=300, blank=True, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = [F("starts_at").desc(nulls_first=True), "-pk"]
        indexes = [models.Index(fields=["region", "starts_at"], name="meeting_region_start")]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "slug"],
                name="meeting_address_once_in_region",
                violation_error_message=_("Another meeting of the region has this address."),
            ),
            models.CheckConstraint(
                name="meeting_times_together",
                condition=Q(starts_at__isnull=True, ends_at__isnull=True)
                | Q(starts_at__isnull=False, ends_at__isnull=False),
                violation_error_message=_("Give both the beginning and the end, or leave both empty."),
            ),
            models.CheckConstraint(
                name="meeting_ends_after_start",
                condition=Q(starts_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("The meeting ends before it begins."),
                violation_error_code="ends_before_start",
            ),
            models.CheckConstraint(
                name="meeting_registration_before_start",
                condition=Q(registration_until__isnull=True)
                | Q(starts_at__isnull=True)
                | Q(registration_until__lte=F("starts_at")),
                violation_error_message=_("Registration goes on after the meeting has begun."),
                violation_error_code="registration_after_start",
            ),
            models.CheckConstraint(
                name="meeting_registers_in_one_way",
                condition=Q(takes_registrations=False) | Q(registration_url=""),
                violation_error_message=_("Choose one: registration here, or a form of your own."),
            ),
            models.CheckConstraint(
                name="meeting_has_a_language",
                condition=Q(in_finnish=True) | Q(in_swedish=True) | Q(in_english=True),
                violation_error_message=_("Choose at least one language."),
            ),
            models.CheckConstraint(
                name="meeting_public_has_time", condition=Q(published_at__isnull=True) | Q(starts_at__isnull=False)
            ),
            models.CheckConstraint(
                name="meeting_cancelled_was_published",
                condition=Q(cancelled_at__isnull=True) | Q(published_at__isnull=False),
            ),
            models.CheckConstraint(
                name="meeting_closed_was_held",
                condition=Q(closed_at__isnull=True) | Q(published_at__isnull=False, cancelled_at__isnull=True),
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def is_draft(self):
        """Whether nobody but its makers sees it."""
        return self.published_at is None

    @property
    def is_cancelled(self):
        """Whether it will not be held."""
        return self.cancelled_at is not None

    @property
    def is_over(self):
        """Whether its end has passed."""
        return self.ends_at is not None and self.ends_at <= timezone.now()

    @property
    def has_begun(self):
        """Whether its beginning has passed."""
        return self.starts_at is not None and self.starts_at <= timezone.now()

    @property
    def state(self):
        """Which of the five states it is in now."""
        if self.is_draft:
            return self.State.DRAFT
        if self.is_cancelled:
            return self.State.CANCELLED
        if self.closed_at:
            return self.State.CLOSED
        return self.State.HELD if self.is_over else self.State.PUBLISHED

    @property
    def languages(self):
        """The languages in which it is held, in their usual order."""
        has = (self.in_finnish, self.in_swedish, self.in_english)
        return [language for language, is_held in zip(LANGUAGES, has, strict=True) if is_held]

    @property
    def is_on_one_day(self):
        """Whether it ends on the day on which it begins."""
        return timezone.localdate(self.starts_at) == timezone.localdate(self.ends_at)

    @property
    def minutes(self):
        """Its length in minutes, or None when the date is open."""
        return None if self.starts_at is None else int((self.ends_at - self.starts_at).total_seconds() // 60)


class OfMeetingQuerySet(ScopedQuerySet):
    """Rows of a meeting."""

    def in_regions(self, region_ids):
        """Return the rows of the meetings of these regions."""
        return self.filter(meeting__region__in=region_ids)


class MeetingHost(models.Model):
    """A municipality that hosts a meeting; the first one looks after it."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="hosts", verbose_name=_("meeting"))
    municipality = models.ForeignKey(
        "registry.Municipality", models.PROTECT, related_name="hosted_meetings", verbose_name=_("municipality")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = OfMeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("host")
        verbose_name_plural = _("hosts")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "municipality"],
                name="municipality_hosts_once",
                violation_error_message=_("The municipality is already a host."),
            )
        ]

    def __str__(self):
        return str(self.municipality)


class AgendaItem(models.Model):
    """A point of the agenda; its time of day follows from those before it."""

    WORDING = ("title",)

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="agenda", verbose_name=_("meeting"))
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    title = models.CharField(pgettext_lazy("of a meeting", "title"), max_length=160)
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), default=15, validators=[MaxValueValidator(60 * 12)], help_text=_("0: without a time of its own.")
    )
    speaker = models.CharField(
        _("speaker"), max_length=120, blank=True,
        help_text=_("Shown to everyone who sees the agenda: ask first, or name the post or the association."),
    )  # fmt: skip

    objects = OfMeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("point of the agenda")
        verbose_name_plural = _("agenda")
        ordering = ["position", "pk"]

    def __str__(self):
        return self.title


class MeetingChange(models.Model):
    """A step in a meeting's life that others had to hear, with how it stood before."""

    class Step(models.TextChoices):
        PUBLISHED = "published", pgettext_lazy("of a meeting", "published")
        MOVED = "moved", pgettext_lazy("of a meeting", "moved")
        CANCELLED = "cancelled", pgettext_lazy("of a meeting", "cancelled")
        CLOSED = "closed", pgettext_lazy("of a meeting", "closed")

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="changes", verbose_name=_("meeting"))
    step = models.CharField(_("what happened"), max_length=10, choices=Step)
    at = models.DateTimeField(_("when it happened"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by whom")
    )
    sequence = models.PositiveIntegerField(help_text=_("The number that calendars know this version by."))
    was_from = models.DateTimeField(_("began before"), null=True)
    was_until = models.DateTimeField(_("ended before"), null=True)
    was_at = models.CharField(_("was held at"), max_length=400, blank=True)

    objects = OfMeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of a meeting")
        verbose_name_plural = _("steps of meetings")
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.meeting}: {self.get_step_display()}"

"""What somebody has to do, and what people have told the registry."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.models.geography import AreaMembership
from registry.models.periods import validity_covers
from registry.models.roles import Agent, Appointment, Coordinator
from registry.models.scope import RegionRowQuerySet


class FeedbackQuerySet(RegionRowQuerySet):
    """Reads of feedback; what names no region is for administrators."""

    def open(self):
        """Return what has not been answered."""
        return self.filter(answered_at__isnull=True)


class Feedback(models.Model):
    """A message from the public feedback page; accessibility feedback is answered within 14 days (Act 306/2019)."""

    class Kind(models.TextChoices):
        ACCESSIBILITY = "accessibility", _("accessibility of the site")
        ERROR = "error", _("something on the site is wrong")
        PRIVACY = "privacy", _("my own data")
        OTHER = "other", _("something else")

    ANSWER_WITHIN = dt.timedelta(days=14)

    kind = models.CharField(_("what it is about"), max_length=14, choices=Kind)
    region = models.ForeignKey(
        "registry.Region",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="feedback",
        verbose_name=_("region"),
    )
    page = models.CharField(_("page"), max_length=300, blank=True)
    message = models.TextField(_("message"), max_length=4000)
    reply_to = models.EmailField(_("address for a reply"), blank=True, help_text=_("Empty when no reply is wanted."))
    language = models.CharField(_("language"), max_length=2, default="fi")
    received_at = models.DateTimeField(_("received at"), default=timezone.now, editable=False)
    answer_by = models.DateField(_("answer by"), editable=False)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        ordering = ["-received_at", "-pk"]

    def __str__(self):
        return f"{self.get_kind_display()}, {timezone.localtime(self.received_at):%d.%m.%Y}"

    @property
    def is_late(self):
        """Whether the day to answer by has passed without an answer."""
        return self.answered_at is None and self.answer_by < timezone.localdate()


class TaskQuerySet(RegionRowQuerySet):
    """Reads of tasks."""

    def open(self):
        """Return what is not done."""
        return self.filter(done_at__isnull=True)

    def overdue(self):
        """Return what is not done though its day has passed."""
        return self.open().filter(due_on__lt=timezone.localdate())

    def of_user(self, user):
        """Return the tasks of the person whose account this is."""
        return self.filter(assigned_to__user=user)

    def in_areas(self, areas, on):
        """Return the tasks of municipalities that are in one of these areas on day `on`."""
        memberships = AreaMembership.objects.current_on(on).filter(area__in=areas)
        return self.filter(municipality__in=memberships.order_by().values("municipality"))

    def of_place(self, *, municipality=None, region=None, people=()):
        """Return the open tasks that the next one in a post takes over, in one query, most urgent first.

        In a municipality: the pair's list and what `people` (who leaves and who follows) have
        there. In a region: what they have and what nobody has, the coordinators' own list.
        """
        rows = self.open().select_related("municipality", "assigned_to")
        own = Q(assigned_to__in=people)
        if municipality is not None:
            return rows.filter(Q(audience=Task.Audience.PAIR) | own, municipality=municipality)
        return rows.exclude(audience=Task.Audience.PAIR).filter(own | Q(assigned_to=None), region=region)

    def for_desk(self, user):
        """Return the user's own open tasks in regions they may still edit, most urgent first, in one query."""
        return self.editable_by(user).open().of_user(user).select_related("municipality")

    def for_board(self, region):
        """Return a region's open tasks with their municipalities and people, most urgent first, in one query.

        What stands on the list of a municipality's own people is theirs.
        """
        own = self.exclude(audience=Task.Audience.PAIR)
        return own.open().filter(region=region).select_related("municipality", "assigned_to")

    def for_digest(self, until, regions):
        """Return the coordinators' open tasks of `regions` that are due by day `until`, with their municipalities.

        Feedback's are left out: a digest tells the feedback itself.
        """
        rows = self.open().filter(audience=Task.Audience.COORDINATORS, due_on__lte=until, region__in=regions)
        return rows.exclude(kind=Task.Kind.FEEDBACK).select_related("municipality").order_by("due_on", "pk")

    def agreed_of_pairs(self, municipalities):
        """Return the agreed open tasks on the lists of these municipalities' people, in one query."""
        rows = self.open().filter(audience=Task.Audience.PAIR, is_proposal=False, municipality__in=municipalities)
        return rows.order_by(F("due_on").asc(nulls_last=True), "pk")

    def agreed_open_in(self, municipalities):
        """Return what was agreed in these municipalities and is open: pairs' tasks, next steps of calls and visits."""
        agreed = Q(audience=Task.Audience.PAIR, is_proposal=False) | Q(kind=Task.Kind.NEXT_STEP)
        return self.open().filter(agreed, municipality__in=municipalities).order_by()

    def of_pair(self, municipality):
        """Return the list of a municipality's liaisons and agents: open ones first, then the latest done."""
        rows = self.filter(municipality=municipality, audience=Task.Audience.PAIR)
        return rows.select_related("created_by__person", "done_by__person").order_by(
            F("done_at").desc(nulls_first=True), F("due_on").asc(nulls_last=True), "pk"
        )

    def left_behind(self, on):
        """Return the open tasks of people who had a role in the task's region and have none after day `on`."""
        in_region = validity_covers(on, "municipality__memberships__") & Q(
            municipality__memberships__region=OuterRef("region")
        )
        roles = [
            Coordinator.objects.filter(person=OuterRef("assigned_to"), region=OuterRef("region")),
            Appointment.objects.filter(in_region, person=OuterRef("assigned_to")),
            Agent.objects.filter(in_region, person=OuterRef("assigned_to")),
        ]
        had, has = Q(), Q()
        for role in roles:
            had |= Q(Exists(role))
            has |= Q(Exists(role.going_on_after(on)))
        return self.open().filter(had).exclude(has)

    def about_returned_letters(self):
        """Return the open tasks to mend an address from which letters come back."""
        return self.open().filter(kind=Task.Kind.RETURNED)

    def touched_by_roles_in(self, municipality_ids):
        """Return what registry/tasks.py may open, close or pass on when roles in these municipalities are written."""
        held = [
            Q(**{f"assigned_to__{roles}__municipality__in": municipality_ids}) for roles in ("appointments", "agencies")
        ]
        tasks = self.filter(Q(municipality__in=municipality_ids) | held[0] | held[1]).values("pk")
        return self.filter(pk__in=tasks)


class Task(models.Model):
    """One thing to do: what, for whom, by when, and where it is done.

    The place is a URL name with its arguments, so that a task can point anywhere
    without a generic foreign key. A task made by the system has a kind other than
    "own", whose wording is translated when shown.
    """

    class Kind(models.TextChoices):
        OWN = "own", _("own task")
        FEEDBACK = "feedback", _("Answer the feedback")
        ROLE_OF_MERGED = "merged_role", _("Appoint anew after the merger")
        NEXT_STEP = "next_step", _("Next step")
        VACANCY = "vacancy", _("Name a new liaison")
        HANDOVER = "handover", _("Confirm the successor")
        ERASURE = "erasure", _("Answer a request to erase data")
        RETURNED = "returned", _("Mend the address from which letters come back")

    class Audience(models.TextChoices):
        """Whose list the task stands on."""

        COORDINATORS = "coordinators", _("coordinators")
        PAIR = "pair", _("the municipality's liaisons and agents")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.OWN, editable=False)
    title = models.CharField(_("what"), max_length=200, help_text=_("Begin with a verb: call, ask, check."))
    audience = models.CharField(
        _("whose list"), max_length=12, choices=Audience, default=Audience.COORDINATORS, editable=False
    )
    is_proposal = models.BooleanField(
        _("proposed, not yet agreed"),
        default=False,
        editable=False,
        help_text=_("An agent proposes, a liaison agrees."),
    )
    region = models.ForeignKey(
        "registry.Region",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tasks",
        verbose_name=_("region"),
        help_text=_("Whose coordinators see it. Empty: administrators only."),
    )
    municipality = models.ForeignKey(
        "registry.Municipality",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tasks",
        verbose_name=_("municipality"),
    )
    assigned_to = models.ForeignKey(
        "registry.Person",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="tasks",
        verbose_name=_("for whom"),
        help_text=_("Empty: any coordinator of the region."),
    )
    due_on = models.DateField(
        _("due on"), null=True, blank=True, help_text=_("After this day the task is overdue. Empty: no hurry.")
    )
    url_name = models.CharField(max_length=80, blank=True, editable=False)
    url_args = models.JSONField(default=list, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("created by"),
    )
    done_at = models.DateTimeField(_("done at"), null=True, blank=True, editable=False)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("done by"),
    )

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering = [models.F("due_on").asc(nulls_last=True), "pk"]
        indexes = [models.Index(fields=["region", "due_on"], condition=Q(done_at__isnull=True), name="task_open")]
        constraints = [
            models.CheckConstraint(
                name="task_of_pair_has_municipality",
                condition=~Q(audience="pair") | Q(municipality__isnull=False),
                violation_error_message=_("A task of the pair belongs to a municipality."),
            ),
            models.UniqueConstraint(
                fields=["municipality"],
                condition=Q(kind="vacancy", done_at__isnull=True),
                name="vacancy_task_open_once",
            ),
        ]

    def __str__(self):
        return self.label

    @property
    def label(self):
        """What is to be done, in the reader's language."""
        if self.kind == self.Kind.OWN:
            return self.title
        return f"{self.get_kind_display()}: {self.title}"

    @property
    def url(self):
        """The address where the task is done, or "" when it has none or the page is gone."""
        if not self.url_name:
            return ""
        try:
            return reverse(self.url_name, args=self.url_args)
        except NoReverseMatch:
            return ""

    @property
    def is_overdue(self):
        """Whether the day has passed with the task undone."""
        return self.done_at is None and self.due_on is not None and self.due_on < timezone.localdate()


class WorkArea(models.Model):
    """The area in which somebody works today: lists and the board open with it until another is chosen."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="work_area", verbose_name=_("account")
    )
    area = models.ForeignKey("registry.Area", models.CASCADE, related_name="+", verbose_name=_("area"))

    class Meta:
        verbose_name = _("area of work")
        verbose_name_plural = _("areas of work")

    def __str__(self):
        return str(self.area)

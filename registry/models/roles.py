"""Dated roles: liaisons, deputies and fallback respondents, agents, their pairs, coordinators."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from common.names import language_suffix
from common.partial_dates import PartialDateAttribute, partial_date_check, partial_date_columns
from registry.history import PersonalHistory
from registry.models.people import with_public_fields
from registry.models.periods import Period, PeriodQuerySet, Validity, ValidityQuerySet
from registry.models.scope import RegionRowQuerySet, ScopedQuerySet


class Situation(models.TextChoices):
    """How a municipality stands with its liaison on a day; exactly one of these."""

    NAMED = "named", _("liaison named")
    BEING_NAMED = "being_named", _("being named")
    DUTIES = "duties", _("duties without a title")
    NONE = "none", _("no liaison")
    NO_INFORMATION = "no_information", _("no information")

    @classmethod
    def first_of(cls, holding):
        """Return the first of those that hold, in the order above; nothing holding is no information."""
        return next((situation for situation in cls if situation in holding), cls.NO_INFORMATION)


class Sector(models.Model):
    """A municipality's sector in which liaisons work, under a name the coordinators choose."""

    key = models.SlugField(_("key"), unique=True, help_text=_("Stays the same when the name changes."))
    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("sector")
        verbose_name_plural = _("sectors")
        ordering = ["position", "key"]

    def __str__(self):
        return self.name


class SharedMailboxQuerySet(ScopedQuerySet, ValidityQuerySet):
    """Reads of shared mailboxes."""

    def for_portal(self, municipality, on):
        """Return the mailboxes of a municipality on day `on`, in one query."""
        return self.filter(municipality=municipality).current_on(on)


class SharedMailbox(Validity):
    """An address of a post that several people read; a contact, never a sign-in (rule 9 of docs/rules.md)."""

    municipality = models.ForeignKey(
        "registry.Municipality", models.PROTECT, related_name="mailboxes", verbose_name=_("municipality")
    )
    post = models.CharField(_("post or office"), max_length=120, help_text=_("For example: cultural services, office."))
    email = models.EmailField(
        _("e-mail"), help_text=_("An address that several people read. It cannot be used to sign in.")
    )
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    checked_on = models.DateField(_("checked on"), null=True, blank=True)

    history = PersonalHistory(personal=["email", "phone"])
    objects = SharedMailboxQuerySet.as_manager()

    class Meta(Validity.Meta):
        verbose_name = _("shared mailbox")
        verbose_name_plural = _("shared mailboxes")
        ordering = ["municipality", "post", "pk"]

    def __str__(self):
        return f"{self.post} ({self.email})"


class AppointmentQuerySet(ScopedQuerySet, PeriodQuerySet):
    """Reads of appointments."""

    def liaisons(self):
        """Return named liaisons."""
        return self.filter(kind=Appointment.Kind.LIAISON)

    def first_namings(self, municipalities, on):
        """Return (municipality's id, the last day on which its first liaison may have been named) by day `on`."""
        named = self.liaisons().filter(municipality__in=municipalities, start_last__lte=on).order_by()
        return (
            named.values("municipality").annotate(first=models.Min("start_last")).values_list("municipality", "first")
        )

    def for_portal(self, municipality, on):
        """Return the appointments of a municipality on day `on` with their people, in one query."""
        rows = self.filter(municipality=municipality).current_on(on)
        return rows.select_related("person", "sector", "mailbox", "handover").order_by("start_last", "pk")

    def for_directory(self, region, on):
        """Return the officers of a region's municipalities on day `on` whom colleagues can ask, in two queries."""
        rows = self.in_regions([region.pk]).current_on(on).filter(kind__in=["liaison", "duties"], person__isnull=False)
        rows = rows.select_related("person", "municipality", "sector").prefetch_related("topics")
        return rows.order_by(f"municipality__sort_key_{language_suffix()}", "person__sort_key", "pk")

    def for_municipality_page(self, municipality):
        """Return what a municipality's page needs of its appointments, newest first, in one query."""
        return self.filter(municipality=municipality).select_related("person", "sector", "mailbox").latest_first()

    def contacts_on_board(self, region, on):
        """Return those to turn to in a region's municipalities on day `on`, liaisons first, fallbacks last.

        Named tuples with municipality, kind, pk, person and the person's name,
        sort_key and contact_checked_on, in one query.
        """
        order = [Appointment.Kind.LIAISON, Appointment.Kind.DUTIES, Appointment.Kind.FALLBACK]
        rank = models.Case(*(models.When(kind=kind, then=place) for place, kind in enumerate(order)))
        of_person = ("given_name", "family_name", "sort_key", "contact_checked_on")
        rows = self.in_regions([region.pk]).current_on(on).filter(kind__in=order).order_by(rank, "start_last", "pk")
        return rows.values_list(
            "municipality", "kind", "pk", "person", *(f"person__{name}" for name in of_person), named=True
        )


class Appointment(Period):
    """A person's dated duty in a municipality's work with associations.

    A named liaison, an officer who has the duties without the title, a deputy, or
    the fallback respondent of a municipality without a liaison. The holder may
    be unknown when only the fact was published.
    """

    class Kind(models.TextChoices):
        LIAISON = "liaison", _("liaison")
        DUTIES = "duties", _("duties without a title")
        DEPUTY = "deputy", _("deputy of the liaison")
        FALLBACK = "fallback", _("fallback respondent")

    class FallbackPost(models.TextChoices):
        """The order in which a respondent is looked for (docs/domain.md, the cycle of a year)."""

        WELLBEING = "1_wellbeing", _("wellbeing (hyte) contact")
        SECRETARY = "2_secretary", _("leisure, sport or culture secretary")
        HEAD = "3_head", _("head of education and culture")
        OTHER = "4_other", _("other officer")

    municipality = models.ForeignKey(
        "registry.Municipality", models.PROTECT, related_name="appointments", verbose_name=_("municipality")
    )
    person = models.ForeignKey(
        "registry.Person",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="appointments",
        verbose_name=_("holder"),
        help_text=_("Leave empty when it is known that somebody has the task but not who."),
    )
    kind = models.CharField(
        _("duty"),
        max_length=10,
        choices=Kind,
        default=Kind.LIAISON,
        help_text=_(
            "Liaison: named by the municipality. Duties without a title: does the work but has not been named. "
            "For a deputy or a fallback respondent fill in their section, too."
        ),
    )
    sector = models.ForeignKey(
        Sector,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="appointments",
        verbose_name=_("sector"),
        help_text=_("In which part of the municipality the person works. The public page shows it."),
    )
    title = models.CharField(_("title"), max_length=120, blank=True, help_text=_("For example: leisure secretary."))
    topics = models.ManyToManyField(
        "registry.Topic",
        blank=True,
        related_name="appointments",
        verbose_name=_("topics to ask about"),
        help_text=_("Colleagues find the liaison by these in the directory."),
    )
    hours_per_week = models.DecimalField(
        _("working time, hours a week"),
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.1")), MaxValueValidator(60)],
        help_text=_("Time that the municipality has set aside for this task. Either hours or per cent."),
    )
    percent = models.DecimalField(
        _("working time, per cent"),
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.1")), MaxValueValidator(100)],
    )
    job_description_url = models.URLField(
        _("job description, link"),
        blank=True,
        help_text=_("Where the municipality has published it. The public page links to it."),
    )
    job_description_published_on = models.DateField(_("job description published on"), null=True, blank=True)
    associations_told_on = models.DateField(
        _("associations told on"),
        null=True,
        blank=True,
        help_text=_("The day on which the municipality told its associations who the liaison is."),
    )
    deputy_for = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="deputies",
        verbose_name=_("deputy for"),
        limit_choices_to={"kind": Kind.LIAISON},
        help_text=_("Only for a deputy."),
    )
    fallback_post = models.CharField(
        _("post of the fallback"),
        max_length=12,
        choices=FallbackPost,
        blank=True,
        help_text=_("Only for a fallback respondent: choose the first in this order whom the municipality has."),
    )
    fallback_reason = models.CharField(
        _("reason for the fallback"),
        max_length=300,
        blank=True,
        help_text=_("Why somebody else than a liaison answers."),
    )
    mailbox = models.ForeignKey(
        SharedMailbox,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="appointments",
        verbose_name=_("shared mailbox"),
        help_text=_("Shown as the contact beside the person's own details."),
    )
    is_name_public = models.BooleanField(
        _("name is public"),
        default=True,
        help_text=_("An officer's work contact is public. Clear the tick only when the person has a ground for it."),
    )
    is_email_public = models.BooleanField(_("e-mail is public"), default=True)
    is_phone_public = models.BooleanField(_("phone is public"), default=True)
    source = models.CharField(
        _("source"), max_length=200, help_text=_("Where this is known from, for example a decision and its section.")
    )

    history = HistoricalRecords()
    objects = AppointmentQuerySet.as_manager()

    class Meta(Period.Meta):
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        ordering = ["municipality", "-start_last", "-pk"]
        indexes = [models.Index(fields=["municipality", "kind", "start_last", "end_last"], name="appointment_on_day")]
        constraints = [
            *Period.Meta.constraints,
            models.UniqueConstraint(
                fields=["municipality", "person", "kind"],
                condition=Q(end_last__isnull=True, person__isnull=False),
                name="appointment_open_once",
                violation_error_message=_("This person already holds the same post at that time."),
                violation_error_code="overlap",
            ),
            models.CheckConstraint(
                name="deputy_has_expiry",
                condition=~Q(kind="deputy") | Q(end_last__isnull=False),
                violation_error_message=_("A deputy's appointment needs its last day."),
                violation_error_code="deputy_without_end",
            ),
            models.CheckConstraint(
                name="fallback_has_reason",
                condition=~Q(kind="fallback") | ~Q(fallback_reason=""),
                violation_error_message=_("Write why somebody else than a liaison answers."),
                violation_error_code="fallback_without_reason",
            ),
            models.CheckConstraint(
                name="holder_known_where_needed",
                condition=Q(person__isnull=False) | Q(kind__in=["liaison", "duties"]) | Q(end_last__isnull=False),
                violation_error_message=_("A deputy or a fallback respondent needs a known person."),
                violation_error_code="holder_unknown",
            ),
            models.CheckConstraint(
                name="working_time_one_way",
                condition=Q(hours_per_week__isnull=True) | Q(percent__isnull=True),
                violation_error_message=_("Give the working time either in hours or in per cent."),
                violation_error_code="working_time_twice",
            ),
        ]

    def __str__(self):
        holder = self.person or _("holder not known")
        return f"{self.municipality}: {self.get_kind_display()}, {holder}"


class SituationStatement(Period):
    """A dated, sourced statement that a liaison is being named, or that there is none.

    "None" is something somebody has said, never the absence of a row.
    """

    class Kind(models.TextChoices):
        BEING_NAMED = Situation.BEING_NAMED.value, Situation.BEING_NAMED.label
        NONE = Situation.NONE.value, Situation.NONE.label

    municipality = models.ForeignKey(
        "registry.Municipality", models.PROTECT, related_name="statements", verbose_name=_("municipality")
    )
    kind = models.CharField(
        _("situation"),
        max_length=12,
        choices=Kind,
        help_text=_(
            "What somebody has told, never a guess. Without a statement and a liaison the page says “no information”."
        ),
    )
    source = models.CharField(
        _("source"), max_length=200, help_text=_("Who said so, for example: phone call with the office.")
    )

    history = HistoricalRecords()

    class QuerySet(ScopedQuerySet, PeriodQuerySet):
        """Reads of statements."""

        def saying_otherwise(self, appointment):
            """Return the statements that begin while the named liaison of `appointment` is in the task."""
            rows = self.filter(municipality=appointment.municipality, start_last__gte=appointment.start_last)
            return rows if appointment.end_last is None else rows.filter(start_last__lte=appointment.end_last)

    objects = QuerySet.as_manager()

    class Meta(Period.Meta):
        verbose_name = _("statement on the situation")
        verbose_name_plural = _("statements on the situation")
        ordering = ["municipality", "-start_last", "-pk"]
        indexes = [models.Index(fields=["municipality", "kind", "start_last", "end_last"], name="statement_on_day")]
        constraints = [
            *Period.Meta.constraints,
            models.UniqueConstraint(
                fields=["municipality", "kind"],
                condition=Q(end_last__isnull=True),
                name="statement_open_once",
                violation_error_message=_("The same statement is already in force."),
                violation_error_code="overlap",
            ),
        ]

    def __str__(self):
        return f"{self.municipality}: {self.get_kind_display()}"


class AgentTask(models.Model):
    """A task that association agents usually have; offered when an agent's tasks are chosen."""

    key = models.SlugField(_("key"), unique=True, help_text=_("Stays the same when the name changes."))
    name = models.CharField(_("name"), max_length=200)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("agent's default task")
        verbose_name_plural = _("agents' default tasks")
        ordering = ["position", "key"]

    def __str__(self):
        return self.name


class AgentQuerySet(ScopedQuerySet, PeriodQuerySet):
    """Reads of volunteer association agents."""

    def with_public_fields(self, on=None):
        """Annotate the agents with what their consents let the public see on day `on`, or today."""
        return with_public_fields(self, on=on)

    def for_municipality_page(self, municipality, on):
        """Return the agents who act in a municipality on day `on`, with public fields only, in one query."""
        return (
            self.filter(municipality=municipality)
            .current_on(on)
            .with_public_fields(on)
            .select_related("association")
            .order_by("start_last", "pk")
        )

    def for_portal(self, municipality, on):
        """Return the agents of a municipality on day `on` with their people, in one query."""
        rows = self.filter(municipality=municipality).current_on(on)
        return rows.select_related("person", "association").order_by("start_last", "pk")

    def for_board(self, region, on):
        """Return the agents who act in a region's municipalities on day `on`, in one query."""
        names = ("given_name", "family_name", "sort_key")
        return (
            self.in_regions([region.pk])
            .current_on(on)
            .select_related("person")
            .only("municipality", "trained_last", "active_last", "end_last", *(f"person__{name}" for name in names))
            .order_by("start_last", "pk")
        )


class Agent(Period):
    """A volunteer association agent of a municipality: the liaison's working pair.

    The start is the day of becoming a candidate; training and taking up the task
    have dates of their own, and the stage on any day is computed from them.
    """

    class Stage(models.TextChoices):
        CANDIDATE = "candidate", _("candidate")
        TRAINED = "trained", _("trained")
        ACTIVE = "active", _("active")
        ENDED = "ended", _("ended")

    person = models.ForeignKey(
        "registry.Person",
        models.PROTECT,
        related_name="agencies",
        null=True,
        verbose_name=_("person"),
    )
    municipality = models.ForeignKey(
        "registry.Municipality", models.PROTECT, related_name="agents", verbose_name=_("municipality")
    )
    trained_first, trained_last, trained_precision = partial_date_columns()
    trained = PartialDateAttribute(_("trained"))
    active_first, active_last, active_precision = partial_date_columns()
    active = PartialDateAttribute(_("active since"))
    recruited_by = models.ForeignKey(
        "registry.Person",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="recruited_agents",
        verbose_name=_("recruited by"),
        help_text=_("Who asked the volunteer to become an agent, if known. Not public."),
    )
    association = models.ForeignKey(
        "registry.Association",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="agents",
        verbose_name=_("association"),
        help_text=_("The association that the agent comes from."),
    )
    tasks = models.ManyToManyField(AgentTask, blank=True, related_name="agents", verbose_name=_("default tasks"))
    own_tasks = models.TextField(
        _("own tasks"),
        blank=True,
        max_length=2000,
        help_text=_("What was agreed on besides the tasks above. Not public."),
    )
    source = models.CharField(_("source"), max_length=200, blank=True)

    history = HistoricalRecords()
    objects = AgentQuerySet.as_manager()

    class Meta(Period.Meta):
        verbose_name = _("association agent")
        verbose_name_plural = _("association agents")
        ordering = ["municipality", "-start_last", "-pk"]
        constraints = [
            *Period.Meta.constraints,
            partial_date_check("agent_trained", "trained"),
            partial_date_check("agent_active", "active"),
            models.UniqueConstraint(
                fields=["municipality", "person"],
                condition=Q(end_last__isnull=True, person__isnull=False),
                name="agent_open_once",
                violation_error_message=_("This person is already an agent of this municipality."),
                violation_error_code="overlap",
            ),
        ]

    def __str__(self):
        return f"{self.municipality}: {self.person or _('erased person')}"

    def stage_on(self, on):
        """Return the stage on day `on`; a step counts from the last day on which it may have happened."""
        if self.end_last is not None and self.end_last < on:
            return self.Stage.ENDED
        if self.active_last is not None and self.active_last <= on:
            return self.Stage.ACTIVE
        if self.trained_last is not None and self.trained_last <= on:
            return self.Stage.TRAINED
        return self.Stage.CANDIDATE

    @property
    def stage(self):
        """The stage today."""
        return self.stage_on(timezone.localdate())


class AgentTraining(models.Model):
    """A training that an agent has completed."""

    agent = models.ForeignKey(Agent, models.CASCADE, related_name="trainings", verbose_name=_("agent"))
    name = models.CharField(
        _("training"), max_length=160, help_text=_("For example: basic course of association agents.")
    )
    completed_first, completed_last, completed_precision = partial_date_columns(required=True)
    completed = PartialDateAttribute(_("completed"), required=True)

    class QuerySet(ScopedQuerySet):
        """Reads of trainings."""

        def in_regions(self, region_ids):
            """Return the trainings of agents in these regions."""
            return self.filter(agent__in=Agent.objects.in_regions(region_ids))

    objects = QuerySet.as_manager()

    class Meta:
        verbose_name = _("training of an agent")
        verbose_name_plural = _("trainings of agents")
        ordering = ["agent", "completed_last", "pk"]
        constraints = [partial_date_check("training_completed", "completed", required=True)]

    def __str__(self):
        return f"{self.name} ({self.completed})"


class PairingQuerySet(ScopedQuerySet, PeriodQuerySet):
    """Reads of working pairs."""

    def in_regions(self, region_ids):
        """Return the pairs whose agent acts in one of these regions."""
        return self.filter(agent__in=Agent.objects.in_regions(region_ids))

    def for_portal(self, municipality, on):
        """Return the pairs of a municipality on day `on` with both people, in one query."""
        rows = self.filter(agent__municipality=municipality).current_on(on)
        return rows.select_related("appointment__person", "agent__person").order_by("start_last", "pk")

    def for_board(self, region, on):
        """Return (municipality, start) of the pairs who work in a region's municipalities on day `on`."""
        return self.in_regions([region.pk]).current_on(on).order_by().values_list("agent__municipality", "start_last")


class Pairing(Period):
    """A liaison and an agent of the same municipality working as a pair, from a day to a day."""

    appointment = models.ForeignKey(
        Appointment,
        models.PROTECT,
        related_name="pairings",
        verbose_name=_("liaison"),
        help_text=_("The liaison must be of the same municipality as the agent."),
    )
    agent = models.ForeignKey(Agent, models.PROTECT, related_name="pairings", verbose_name=_("agent"))

    history = HistoricalRecords()
    objects = PairingQuerySet.as_manager()

    class Meta(Period.Meta):
        verbose_name = _("working pair")
        verbose_name_plural = _("working pairs")
        ordering = ["-start_last", "-pk"]
        constraints = [
            *Period.Meta.constraints,
            models.UniqueConstraint(
                fields=["appointment", "agent"],
                condition=Q(end_last__isnull=True),
                name="pairing_open_once",
                violation_error_message=_("These two are already a pair."),
                violation_error_code="overlap",
            ),
        ]

    def __str__(self):
        return f"{self.appointment.person or '–'} – {self.agent.person or '–'}"


class CoordinatorQuerySet(RegionRowQuerySet, PeriodQuerySet):
    """Reads of coordinators' roles."""

    def own_of(self, user):
        """Return the roles that `user` has today, with their places and handovers, in one query."""
        rows = self.current().filter(person__user=user).order_by("start_last", "pk")
        return rows.select_related("region", "area", "person", "handover__successor")

    def people_in(self, region):
        """Return the people who coordinate `region` today, each once, in one query."""
        rows = self.current().filter(region=region, person__isnull=False).select_related("person")
        return list({role.person_id: role.person for role in rows.order_by("person__sort_key", "pk")}.values())

    def addresses(self):
        """Return the coordinators' e-mails, those of the whole region before those of areas."""
        reachable = self.exclude(person__isnull=True).exclude(person__email="")
        ordered = reachable.order_by(F("area__position").asc(nulls_first=True), "person__sort_key", "pk")
        return list(ordered.values_list("person__email", flat=True))


class Coordinator(Period):
    """A paid coordinator's responsibility for a region, or for one of its areas.

    Somebody with an area and the whole region has two rows. Rights reach the whole
    region; the area says whom to turn to.
    """

    person = models.ForeignKey(
        "registry.Person",
        models.PROTECT,
        related_name="coordinations",
        null=True,
        verbose_name=_("person"),
    )
    region = models.ForeignKey("registry.Region", models.PROTECT, related_name="coordinators", verbose_name=_("region"))
    area = models.ForeignKey(
        "registry.Area",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="coordinators",
        verbose_name=_("area"),
        help_text=_("Leave empty for the whole region."),
    )
    title = models.CharField(_("title"), max_length=120, blank=True)

    history = HistoricalRecords()
    objects = CoordinatorQuerySet.as_manager()

    class Meta(Period.Meta):
        verbose_name = _("coordinator's role")
        verbose_name_plural = _("coordinators' roles")
        ordering = ["region", "-start_last", "-pk"]
        constraints = [
            *Period.Meta.constraints,
            models.UniqueConstraint(
                fields=["person", "region", "area"],
                condition=Q(end_last__isnull=True, person__isnull=False, area__isnull=False),
                name="coordinator_of_area_open_once",
                violation_error_message=_("This person already has this role."),
                violation_error_code="overlap",
            ),
            models.UniqueConstraint(
                fields=["person", "region"],
                condition=Q(end_last__isnull=True, person__isnull=False, area__isnull=True),
                name="coordinator_of_region_open_once",
                violation_error_message=_("This person already has this role."),
                violation_error_code="overlap",
            ),
        ]

    def __str__(self):
        return f"{self.person or '–'}, {self.area or self.region}"

    @staticmethod
    def responsible_for(area_ids, coordinators):
        """Return those of a region's `coordinators` who look after one of these areas, or else the whole region's."""
        coordinators = list(coordinators)
        of_areas = [role for role in coordinators if role.area_id in area_ids]
        return of_areas or [role for role in coordinators if role.area_id is None]

"""Who is invited to a meeting, what they replied, and what is known of those who came: three things apart."""

import secrets
import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Prefetch, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetings.models.meetings import Meeting, OfMeetingQuerySet
from registry.models import Person

LARGEST_PARTY = 20


class InvitationQuerySet(OfMeetingQuerySet):
    """Reads of invitations."""

    def standing(self):
        """Return the invitations that have not been taken back."""
        return self.filter(withdrawn_at__isnull=True)

    def with_invitee(self):
        """Return the invitations with what names and addresses need, and their replies."""
        return self.select_related(
            "person__user", "contact__association", "municipality", "deputy_for__person",
            "deputy_for__contact__association", "reply",
        )  # fmt: skip

    def invited(self):
        """Return the standing invitations of who has been invited, not only asked for a day."""
        return self.standing().filter(invited_at__isnull=False)

    def on_list(self):
        """Return the standing invitations of who has been invited or has replied."""
        return self.standing().filter(Q(invited_at__isnull=False) | Q(reply__isnull=False))

    def unanswered(self):
        """Return the standing invitations without a reply."""
        return self.invited().filter(reply__isnull=True)

    def coming(self):
        """Return the standing invitations of those who come, on the spot or remotely."""
        return self.standing().filter(COMES_ALONG)

    def waiting(self):
        """Return the standing invitations of those who wait for a seat, in the order of the queue."""
        queued = self.standing().filter(reply__seat=Reply.Seat.WAITING)
        return queued.order_by("reply__queued_at", "reply__pk")

    def to_be_told(self):
        """Return whom a change of the meeting concerns: who comes, waits or has not answered; deputies themselves."""
        gone = Q(reply__answer__in=[Reply.Answer.NO, Reply.Answer.DEPUTY]) | Q(reply__seat=Reply.Seat.LAPSED)
        return self.invited().exclude(gone)

    def of_address(self, address):
        """Return the standing invitation of an e-mail address, wherever the address stands, or None."""
        own = Q(email__iexact=address) | Q(person__email__iexact=address) | Q(contact__email__iexact=address)
        return self.standing().filter(own).with_invitee().order_by("pk").first()

    def of_number(self, meeting, number):
        """Return the invitation of a meeting with this number, or None."""
        return self.filter(meeting=meeting, pk=number).with_invitee().first()

    def of_link(self, link):
        """Return the invitation that a link of a letter opens, with what its page shows, or None."""
        shown = Prefetch("meeting", Meeting.objects.with_what_is_shown())
        return self.filter(link=link).with_invitee().prefetch_related(shown).first()


class Invitation(models.Model):
    """One invitee of one meeting: a person with a role, an association's contact, a deputy or a guest.

    Names and addresses of who is in the registry are read there, so that nothing has to be corrected twice;
    a guest and a deputy are written here. `seed` makes the link of the letters, `uid` is known to the invitee's own
    letters alone. Taking back is dated: the row stays, and nobody is invited twice.
    """

    class Audience(models.TextChoices):
        LIAISON = "liaison", _("liaison")
        AGENT = "agent", _("association agent")
        COORDINATOR = "coordinator", _("coordinator")
        ASSOCIATION = "association", _("association")
        DEPUTY = "deputy", _("deputy")
        GUEST = "guest", _("guest")
        REGISTERED = "registered", _("registered on the public page")

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="invitations", verbose_name=_("meeting"))
    audience = models.CharField(_("as"), max_length=12, choices=Audience)
    municipality = models.ForeignKey(
        "registry.Municipality", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("municipality")
    )
    person = models.ForeignKey(
        "registry.Person", models.CASCADE, null=True, blank=True, related_name="meeting_invitations",
        verbose_name=_("person"),
    )  # fmt: skip
    contact = models.ForeignKey(
        "registry.AssociationContact", models.CASCADE, null=True, blank=True, related_name="meeting_invitations",
        verbose_name=_("association's contact"),
    )  # fmt: skip
    deputy_for = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="deputies", verbose_name=_("deputy of")
    )
    name = models.CharField(_("name"), max_length=120, blank=True)
    organisation = models.CharField(_("association or organisation"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(
        _("language of letters"), max_length=2, choices=Person.Language, default=Person.Language.FI
    )
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    seed = models.CharField(max_length=64, default=secrets.token_hex, editable=False)
    link = models.OneToOneField(
        "accounts.SecretLink", models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    invited_at = models.DateTimeField(
        _("invited at"), default=timezone.now, null=True, editable=False,
        help_text=_("Empty: asked for a day only, so far."),
    )  # fmt: skip
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("invited by"), editable=False,
    )  # fmt: skip
    withdrawn_at = models.DateTimeField(_("taken back at"), null=True, blank=True, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation to a meeting")
        verbose_name_plural = _("invitations to meetings")
        ordering = ["meeting", "pk"]
        constraints = [
            # An address that was written here: one open registration or guest of an address. That a person and a
            # contact are invited once is seen to with the meeting held: two rows of one person may be merged later.
            models.UniqueConstraint(
                "meeting", models.functions.Lower("email"), condition=~Q(email="") & Q(withdrawn_at__isnull=True),
                name="address_invited_once",
                violation_error_message=_("This address is on the list already."),
            ),
            models.CheckConstraint(
                name="invitation_names_somebody",
                condition=Q(person__isnull=False, contact__isnull=True, name="", email="")
                | Q(person__isnull=True, contact__isnull=False, name="", email="")
                | Q(person__isnull=True, contact__isnull=True) & ~Q(name=""),
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.invitee}, {self.meeting}"

    @property
    def invitee(self):
        """Who is invited, in words."""
        if self.person_id:
            return self.person.name
        if self.contact_id:
            return self.contact.association.name
        return f"{self.name} ({self.organisation})" if self.organisation else self.name

    @property
    def answered_for(self):
        """What the invitee speaks for: an association, an organisation, the municipality; may be empty."""
        if self.contact_id:
            return self.contact.name
        return self.organisation or (self.municipality.name if self.municipality_id else "")

    @property
    def address(self):
        """Where letters go now; empty when there is none."""
        source = self.person or self.contact or self
        return source.email

    @property
    def letters_in(self):
        """In which language letters go."""
        source = self.person or self.contact or self
        return source.language

    @property
    def the_reply(self):
        """The Reply, or None."""
        return getattr(self, "reply", None)


class ReplyQuerySet(models.QuerySet):
    """Reads of replies; those of invitations that were taken back count nowhere."""

    def in_regions(self, region_ids):
        """Return the replies of the meetings of these regions."""
        return self.filter(invitation__meeting__region__in=region_ids)

    def of_meeting(self, meeting):
        """Return the replies that count for a meeting."""
        return self.filter(invitation__meeting=meeting, invitation__withdrawn_at__isnull=True)

    def n_seats_taken(self, meeting):
        """Return how many places of a meeting are taken or kept for who was offered one."""
        kept = self.of_meeting(meeting).filter(seat__in=Reply.HOLDING)
        return kept.aggregate(n=Sum("n_people"))["n"] or 0

    def n_coming(self, meeting):
        """Return how many people come to a meeting, on the spot with a place or remotely."""
        comes = Q(answer=Reply.Answer.REMOTE) | Q(seat=Reply.Seat.IN)
        return self.of_meeting(meeting).filter(comes).aggregate(n=Sum("n_people"))["n"] or 0

    def lapsing(self, now):
        """Return the offers of a seat whose time was over by `now`."""
        return self.filter(seat=Reply.Seat.OFFERED, offered_until__lte=now)


class Reply(models.Model):
    """What an invitee replied last: one row for each invitation.

    `seat` says how it stands with a place on the spot, so that nobody is both in and waiting; empty for
    everybody else. `by` is the account that replied on behalf.
    """

    class Answer(models.TextChoices):
        COMES = "comes", _("comes")
        REMOTE = "remote", _("takes part remotely")
        NO = "no", _("does not come")
        DEPUTY = "deputy", _("sends a deputy")

    class Seat(models.TextChoices):
        IN = "in", _("has a place")
        WAITING = "waiting", _("on the waiting list")
        OFFERED = "offered", _("has been offered a place")
        LAPSED = "lapsed", _("did not take the place in time")

    class Source(models.TextChoices):
        LINK = "link", _("by the link")
        BEHALF = "behalf", _("written down for them")
        CALENDAR = "calendar", _("by a calendar program")

    HOLDING = (Seat.IN, Seat.OFFERED)

    invitation = models.OneToOneField(Invitation, models.CASCADE, related_name="reply", verbose_name=_("invitation"))
    answer = models.CharField(_("reply"), max_length=8, choices=Answer)
    n_people = models.PositiveSmallIntegerField(
        _("how many come"), default=1, validators=[MinValueValidator(1), MaxValueValidator(LARGEST_PARTY)]
    )
    seat = models.CharField(_("place"), max_length=8, choices=Seat, blank=True, editable=False)
    queued_at = models.DateTimeField(_("on the waiting list since"), null=True, blank=True, editable=False)
    offered_until = models.DateTimeField(_("place offered until"), null=True, blank=True, editable=False)
    question = models.CharField(_("question in advance"), max_length=500, blank=True)
    replied_at = models.DateTimeField(_("replied at"), default=timezone.now, editable=False)
    source = models.CharField(_("how"), max_length=8, choices=Source, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("written down by"), editable=False,
    )  # fmt: skip
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ReplyQuerySet.as_manager()

    class Meta:
        verbose_name = _("reply to an invitation")
        verbose_name_plural = _("replies to invitations")
        ordering = ["invitation"]
        constraints = [
            models.CheckConstraint(
                name="reply_has_seat_if_it_comes",
                condition=Q(answer="comes") & ~Q(seat="") | ~Q(answer="comes") & Q(seat=""),
            ),
            models.CheckConstraint(
                name="reply_offer_has_deadline",
                condition=Q(seat="offered", offered_until__isnull=False)
                | ~Q(seat="offered") & Q(offered_until__isnull=True),
            ),
            models.CheckConstraint(name="reply_of_somebody", condition=Q(n_people__gte=1, n_people__lte=LARGEST_PARTY)),
        ]
        indexes = [models.Index(fields=["offered_until"], condition=Q(seat="offered"), name="reply_offered")]

    def __str__(self):
        return f"{self.invitation}: {self.get_answer_display()}"

    @property
    def comes_along(self):
        """Whether somebody comes, on the spot with a place or remotely."""
        return self.answer == self.Answer.REMOTE or self.seat == self.Seat.IN


COMES_ALONG = Q(reply__answer=Reply.Answer.REMOTE) | Q(reply__seat=Reply.Seat.IN)


class DietCount(models.Model):
    """How many of one party want a diet. Which party it is, the row does not tell.

    `key` is a keyed hash of the invitation: the site can correct the count when the party changes its mind;
    whoever reads the table, or its pages, sees counts (docs/adr/0040).
    """

    class Diet(models.TextChoices):
        VEGETARIAN = "vegetarian", _("vegetarian")
        VEGAN = "vegan", _("vegan")
        GLUTEN_FREE = "gluten_free", _("gluten-free")
        LACTOSE_FREE = "lactose_free", _("lactose-free")
        MILK_FREE = "milk_free", _("milk-free")
        NUT_FREE = "nut_free", _("nut-free")

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="diets", verbose_name=_("meeting"))
    key = models.CharField(max_length=64, editable=False)
    diet = models.CharField(_("diet"), max_length=12, choices=Diet)
    n = models.PositiveSmallIntegerField(_("how many"), validators=[MaxValueValidator(LARGEST_PARTY)])

    objects = OfMeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("count of a diet")
        verbose_name_plural = _("counts of diets")
        ordering = ["meeting", "diet"]
        constraints = [models.UniqueConstraint(fields=["meeting", "key", "diet"], name="diet_once_in_party")]

    def __str__(self):
        return f"{self.get_diet_display()}: {self.n}"


class Attendance(models.Model):
    """How many came to a meeting from a municipality, written down afterwards: counts, no names, kept for good."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="attendances", verbose_name=_("meeting"))
    municipality = models.ForeignKey(
        "registry.Municipality", models.PROTECT, related_name="meeting_attendances", verbose_name=_("municipality")
    )
    n_people = models.PositiveSmallIntegerField(
        _("how many came"), validators=[MinValueValidator(1), MaxValueValidator(999)],
        help_text=_("On the spot and remotely."),
    )  # fmt: skip

    objects = OfMeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("attendance of a municipality")
        verbose_name_plural = _("attendances of municipalities")
        ordering = ["meeting", "municipality"]
        constraints = [models.UniqueConstraint(fields=["meeting", "municipality"], name="attendance_once")]

    def __str__(self):
        return f"{self.municipality}: {self.n_people}"

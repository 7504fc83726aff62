"""Property-based: over whatever happens to one meeting, nobody hears what they should not, and nobody misses a change.

A history is a list of random steps: replies by the link and by telephone, deputies, registrations, moves, a
cancelling, roles and consents that end, addresses that change, time that passes, jobs that run, and the outbox
emptied now and then. What should be is kept here, in words of who said what; the letters are those that were sent.
"""

import datetime as dt
from collections import Counter

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.partial_dates import PartialDate
from mailing.sending import send_waiting
from meetings.guest_list import GuestList
from meetings.inviting import drop_ended_roles, invite, invite_guest
from meetings.models import Invitation, MeetingChange, Reply
from meetings.planning import cancel_meeting, move_meeting
from meetings.reminding import queue_coming_reminders, queue_reply_reminders
from meetings.replying import Wanted, register, save_reply, withdraw_invitation
from meetings.seats import free_seats, move_queues, offered_until
from meetings.telling import tell_new_addresses
from registry.association_letters import GROUP, stop_letters
from registry.models import AssociationContact
from tests.factories import AgentFactory, AppointmentFactory, AssociationFactory, PersonFactory
from tests.meetings.guests import evening, letters

pytestmark = pytest.mark.django_db
CAPACITY = 3
Answer = Reply.Answer

who = st.integers(0, 7)
steps = st.one_of(
    st.tuples(
        st.sampled_from(["reply", "reply", "reply", "behalf"]), who,
        st.sampled_from([Answer.COMES, Answer.COMES, Answer.REMOTE, Answer.NO, Answer.DEPUTY]), st.integers(1, 3),
    ),
    st.tuples(st.just("register"), st.integers(0, 3), st.sampled_from([Answer.COMES, Answer.REMOTE])),
    st.tuples(st.just("withdraw"), who),
    st.tuples(st.just("move"), st.integers(0, 5), st.sampled_from(["both", "both", "place", "remote"])),
    st.tuples(st.just("end_role"), st.integers(0, 1)),
    st.tuples(st.just("stop"), who),
    st.tuples(st.just("address"), who),
    st.tuples(st.just("hours"), st.sampled_from([1, 5, 24, 60, 150])),
    st.tuples(st.sampled_from(["jobs", "send", "send", "send"])),
    st.tuples(st.just("invite_guest"), st.integers(0, 2)),
)  # fmt: skip
cancelled_at_last = st.sampled_from([(), (), (("cancel",), ("send",))])


class History:
    """One meeting, its invitees, and what is owed to each."""

    def __init__(self, traveller):
        self.traveller = traveller
        self.meeting = evening(
            days=21, capacity=CAPACITY, takes_registrations=True, remote_url="https://example.org/etakokous"
        )
        self.venue = self.meeting.venue
        self.meeting.kind.days_to_remind_of_reply = 10
        self.meeting.kind.save()
        place = self.meeting.hosts.get().municipality
        self.roles = [
            factory(municipality=place, person=PersonFactory(email=f"{name}@example.org"))
            for factory, name in ((AppointmentFactory, "liisa"), (AgentFactory, "anna"))
        ]
        for name in ("kuoro", "seura"):
            AssociationContact.objects.create(
                association=AssociationFactory(municipality=place, name=name), email=f"{name}@example.org",
                source="lomake", basis="given", obtained_on=dt.date(2026, 1, 1),
            )  # fmt: skip
        invite(self.meeting, ["liaisons", "agents", "associations"], by=None)
        self.n_addresses = 0
        # What was said, by the invitation's number.
        self.declined, self.ended, self.stopped, self.withdrawn_after_no = set(), set(), set(), set()
        self.owed = {}  # invitation → number of the latest change, for who came when it was made
        self.heard = Counter()  # (invitation, number of the change)
        self.n_sent = 0

    # What happens.

    def run(self, step):
        """Take a step; what is refused changes nothing."""
        name, *given = step
        try:
            with transaction.atomic():
                getattr(self, name)(*given)
        except ValidationError:
            pass
        self.check_places()

    def _pick(self, number):
        rows = list(Invitation.objects.filter(meeting=self.meeting).with_invitee().order_by("pk"))
        return rows[number % len(rows)]

    def reply(self, number, answer, n, source=Reply.Source.LINK):
        invitation = self._pick(number)
        deputy = (f"Dora {number}", f"dora{number}{n}@example.org") if answer == Answer.DEPUTY else ("", "")
        save_reply(invitation, Wanted(answer, n_people=n, deputy=deputy), source=source)
        said_no = answer in {Answer.NO, Answer.DEPUTY}
        (self.declined.add if said_no else self.declined.discard)(invitation.pk)

    def behalf(self, number, answer, n):
        self.reply(number, answer, n, source=Reply.Source.BEHALF)

    def register(self, number, answer):
        register(
            self.meeting, Wanted(answer), name=f"Rauha {number}", organisation="", language="fi",
            email=f"rauha{number}@example.org",
        )  # fmt: skip

    def invite_guest(self, number):
        invite_guest(self.meeting, name=f"Ville {number}", email=f"ville{number}@example.org", by=None)

    def withdraw(self, number):
        invitation = self._pick(number)
        if invitation.pk in self.declined and invitation.withdrawn_at is None:
            self.withdrawn_after_no.add(invitation.pk)
        withdraw_invitation(invitation)

    def move(self, days, where):
        self.meeting.refresh_from_db()
        later = dt.timedelta(days=days)
        before = self.meeting.sequence
        coming = self._coming()
        move_meeting(
            self.meeting, starts_at=self.meeting.starts_at + later, ends_at=self.meeting.ends_at + later,
            venue=self.venue if where != "remote" else None, by=None,
            remote_url="https://example.org/etakokous" if where != "place" else "",
        )  # fmt: skip
        self._owe(coming, before)

    def cancel(self):
        self.meeting.refresh_from_db()
        before, coming = self.meeting.sequence, self._coming()
        cancel_meeting(self.meeting, by=None)
        self._owe(coming, before)

    def _owe(self, coming, before):
        self.meeting.refresh_from_db()
        if self.meeting.sequence > before:
            self.owed = dict.fromkeys(coming, self.meeting.sequence)

    def end_role(self, number):
        role = self.roles[number]
        role.end = PartialDate.day(timezone.localdate() - dt.timedelta(days=1))
        role.save()
        self.ended |= set(Invitation.objects.filter(person=role.person).values_list("pk", flat=True))

    def stop(self, number):
        invitation = self._pick(number)
        if invitation.address:
            stop_letters(invitation.address, [GROUP] if invitation.contact_id else ["meetings"])
            self.stopped.add(invitation.pk)

    def address(self, number):
        invitation = self._pick(number)
        source = invitation.person or invitation.contact or invitation
        self.n_addresses += 1
        source.email = f"uusi{self.n_addresses}@example.org"
        source.save(update_fields=["email"])
        # What was asked of the old address is not asked of the new one, but by an association itself.
        if not invitation.contact_id:
            self.stopped.discard(invitation.pk)

    def hours(self, n):
        self.traveller.shift(dt.timedelta(hours=n))

    def jobs(self):
        move_queues()
        drop_ended_roles()
        queue_reply_reminders()
        queue_coming_reminders()
        tell_new_addresses()

    def send(self):
        before = {each.pk for each in letters() if each.state == "sent"}
        for _turn in range(2):
            send_waiting()
            tell_new_addresses()
        broken = {(each.kind, each.problem) for each in letters() if each.problem}
        assert broken == set()
        sent = [each for each in letters() if each.state == "sent" and each.pk not in before]
        self.n_sent += len(sent)
        assert len(mail.outbox) == self.n_sent
        for letter in sent:
            self.check_letter(letter)
        self.check_changes()

    # What must hold.

    def _coming(self):
        return set(Invitation.objects.filter(meeting=self.meeting).coming().values_list("pk", flat=True))

    def check_letter(self, letter):
        """Nobody who said no, left or was taken back gets a letter, but what they asked for themselves."""
        pk, asked = letter.arguments["invitation"], letter.arguments.get("asked", False)
        invitation = Invitation.objects.with_invitee().get(pk=pk)
        told = (letter.kind, pk)
        assert pk not in self.ended, told
        assert letter.address == invitation.address.lower(), told
        assert asked or pk not in self.stopped, told
        if letter.kind == "meeting_withdrawn":
            assert invitation.withdrawn_at, told
            assert pk not in self.withdrawn_after_no, told
        else:
            assert invitation.withdrawn_at is None, told
            assert asked or pk not in self.declined, told
            assert not self.meeting.is_cancelled or letter.kind == "meeting_cancelled", told
        assert invitation.meeting.starts_at > timezone.now(), told
        if "change" in letter.arguments:
            self.heard[pk, MeetingChange.objects.get(pk=letter.arguments["change"]).sequence] += 1

    def check_changes(self):
        """Who came when it was moved, and does when letters go, has heard it once; the last move says it all."""
        assert set(self.heard.values()) <= {1}
        if self.meeting.starts_at <= timezone.now():
            return
        still = self._coming() - self.ended - self.stopped
        expected = {pk: number for pk, number in self.owed.items() if pk in still}
        missed = {pk: number for pk, number in expected.items() if not self.heard[pk, number]}
        assert missed == {}, self.heard

    def check_places(self):
        """Never more than fit in, nobody both in and waiting, and each sum says the same."""
        self.meeting.refresh_from_db()
        replies = Reply.objects.of_meeting(self.meeting).select_related("invitation")
        taken = sum(each.n_people for each in replies if each.seat in Reply.HOLDING)
        assert taken <= CAPACITY
        assert free_seats(self.meeting) == CAPACITY - taken
        standing = Invitation.objects.filter(meeting=self.meeting).standing()
        written = [each.email.lower() for each in standing if each.email]
        assert len(written) == len(set(written))
        guests = GuestList(self.meeting)
        offered = sum(each.n_people for each in replies if each.seat == Reply.Seat.OFFERED)
        assert guests.n_people["comes"] + offered == taken
        assert sum(map(len, guests.groups.values())) == standing.count()
        now = timezone.now()
        if not self.meeting.is_cancelled and offered_until(self.meeting, now):
            waiting = [each.n_people for each in replies if each.seat == Reply.Seat.WAITING]
            assert all(n > CAPACITY - taken for n in waiting), "the list moves by itself"


def live(history_steps):
    """Live through a history and take back everything that it wrote."""
    mail.outbox.clear()
    with time_machine.travel(dt.datetime(2026, 10, 6, 7, 0, tzinfo=dt.UTC), tick=False) as traveller:
        sid = transaction.savepoint()
        try:
            history = History(traveller)
            for step in history_steps:
                history.run(step)
            history.send()
        finally:
            transaction.savepoint_rollback(sid)


UNHURRIED = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck), "print_blob": True}


@settings(max_examples=6, **UNHURRIED)
@given(st.lists(steps, min_size=4, max_size=12), cancelled_at_last)
def test_nobody_hears_too_much_and_nobody_misses_a_change(history, end):
    live([*history, *end])


@pytest.mark.slow
@settings(max_examples=120, **UNHURRIED)
@given(st.lists(steps, min_size=10, max_size=45), cancelled_at_last)
def test_nobody_hears_too_much_and_nobody_misses_a_change_in_long_histories(history, end):
    live([*history, *end])

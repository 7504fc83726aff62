"""A mass letter is shown before it goes: who gets it, who does not and why; and it is queued once."""

import pytest
from django.core import mail

from mailing.bounces import forgive, record_bounce
from mailing.kinds import letter_kind
from mailing.mass import Recipient, preview_mailing, queue_mailing
from mailing.models import Letter
from mailing.outbox import queue_letter
from mailing.sending import send_waiting
from mailing.unsubscribing import unsubscribe
from mailing.writing import Block, Message
from tests.mailing.test_rules import TUESDAY, time_machine

pytestmark = pytest.mark.django_db


@letter_kind("mass", label="mass", why="%(site)s", is_duty=False, folder=None)
def _letter(letter):
    return Message("Kirje", (Block("paragraph", ("x",)),))


@pytest.fixture(autouse=True)
def _tuesday():
    with time_machine.travel(TUESDAY, tick=False):
        yield


def _people():
    unsubscribe("stopped@example.org", ["mass"])
    unsubscribe("other@example.org", ["another"])
    record_bounce("gone@example.org", "hard", "mailbox", event_id="1")
    record_bounce("full@example.org", "soft", "mailbox", event_id="2")
    queue_letter("mass", key="before", address="recent@example.org", language="fi")
    send_waiting()
    mail.outbox.clear()
    words = ["A", "a", "", "stopped", "gone", "recent", "full", "other"]
    addresses = [f"{word}@example.org" if word else "" for word in words]
    people = [
        Recipient(key=key, name=key.upper(), address=each) for key, each in zip("abcdefgh", addresses, strict=True)
    ]
    return [*people, Recipient(key="i", name="I", address="i@example.org", left_out="declined")]


def test_the_preview_names_each_who_is_left_out_with_the_reason():
    preview = preview_mailing("mass", _people())

    assert [each.name for each in preview.going] == ["A", "G", "H"]
    assert {each.recipient.name: each.reason for each in preview.left_out} == {
        "B": "duplicate_address", "C": "no_address", "D": "unsubscribed", "E": "bounced", "F": "written_recently",
        "I": "declined",
    }  # fmt: skip
    assert all(each.words for each in preview.left_out)
    assert len(preview.by_reason()) == 6
    assert Letter.objects.filter(batch="letter:1").count() == 0


def test_it_is_queued_once_and_each_gets_one(cast, django_capture_on_commit_callbacks):
    preview = preview_mailing("mass", _people())
    with django_capture_on_commit_callbacks(execute=True):
        assert queue_mailing(preview, key_prefix="letter:1", by=cast.kaisa.user) == 3
        assert queue_mailing(preview, key_prefix="letter:1", by=cast.kaisa.user) == 0
    assert sorted(letter.to[0] for letter in mail.outbox) == ["a@example.org", "full@example.org", "other@example.org"]
    assert set(Letter.objects.in_batch("letter:1").values_list("by", flat=True)) == {cast.kaisa.user.pk}


def test_a_forgiven_address_gets_letters_again():
    _people()
    forgive("GONE@example.org")
    assert len(preview_mailing("mass", [Recipient("e", "E", "gone@example.org")]).going) == 1


def test_a_preview_takes_the_same_queries_for_one_and_for_three(django_assert_num_queries):
    for n in (1, 3):
        with django_assert_num_queries(4):
            preview_mailing("mass", [Recipient(str(i), str(i), f"{i}@example.org") for i in range(n)])

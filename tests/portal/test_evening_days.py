"""Which day suits: proposed, asked by letter, said by the link without an account, chosen by the hosts."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from mailing.models import Letter
from meetings.inviting import invite
from meetings.links import reply_address
from meetings.models import DateOption, DateVote, Invitation, Meeting, MeetingKind
from meetings.planning import publish_meeting
from tests.meetings.guests import evening, in_days
from tests.portal.conftest import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def leena(cast):
    return client_of(cast.leena.user)


@pytest.fixture
def draft(cast, reference):
    kind = MeetingKind.objects.get(key="association-evening")
    return evening(
        hosts=[reference.oulu], region=reference.pohjois_pohjanmaa, kind=kind, slug="oulun-ilta", published_at=None,
        starts_at=None, ends_at=None,
    )  # fmt: skip


def address(name, *more):
    return reverse(name, args=["oulu", "oulun-ilta", *more])


def line(days):
    day = timezone.localdate() + dt.timedelta(days=days)
    return f"{day.day}.{day.month}.{day.year} 17.30–20.00"


def words_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_days_are_proposed_asked_said_and_chosen(leena, client, draft, cast):
    assert address("portal_evening_days") in leena.get(address("portal_evening")).content.decode()
    leena.post(address("portal_evening_days"), {"days": f"{line(20)}\n\n{line(27)}"})
    first, second = DateOption.objects.order_by("starts_at")
    assert first.starts_at == in_days(20)

    shown = leena.post(address("portal_evening_ask"), {"audiences": ["agents"]})
    assert cast.ahti.name in words_of(shown)
    assert not Letter.objects.exists()
    leena.post(address("portal_evening_ask"), {"audiences": ["agents"], "send": "1"})
    asked = Invitation.objects.get()
    assert ([each.kind for each in Letter.objects.all()], asked.invited_at) == (["meeting_poll"], None)

    path = reply_address(asked).removeprefix("http://testserver")
    assert "Mikä päivä sopii?" in words_of(client.get(path))
    missing = client.post(path, {f"day_{first.pk}": "no"})
    assert missing.status_code == 422
    assert not DateVote.objects.exists()
    client.post(path, {f"day_{first.pk}": "no", f"day_{second.pk}": "yes"})
    client.post(path, {f"day_{first.pk}": "maybe", f"day_{second.pk}": "yes"})
    assert dict(DateVote.objects.values_list("option", "answer")) == {first.pk: "maybe", second.pk: "yes"}

    table = leena.get(address("portal_evening_days"))
    assert [(row.option.n_yes, row.option.n_maybe, row.is_best) for row in table.context["rows"]] == [
        (0, 1, False), (1, 0, True),
    ]  # fmt: skip
    leena.post(address("portal_evening_choose", second.pk))
    meeting = Meeting.objects.get(pk=draft.pk)
    assert (meeting.starts_at, meeting.ends_at) == (in_days(27), in_days(27, 20, 0))
    assert not DateOption.objects.exists()

    publish_meeting(meeting, by=None)
    assert not leena.get(address("portal_evening_guests")).context["guests"].invitations
    assert invite(meeting, ["agents"], by=None) == 1, "who was asked for a day is invited when it is known"
    asked.refresh_from_db()
    assert asked.invited_at
    assert Invitation.objects.count() == 1


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ("huomenna", "Tästä ei saa selvää: huomenna"),
        ("31.2.2030 17.30–20.00", "Tästä ei saa selvää"),
        ("24.9.2030 20.00–17.30", "Loppumisajan on oltava alkamisaikaa myöhemmin"),
        ("24.9.2020 17.30–20.00", "Valitse tuleva aika."),
        ("28.3.2027 3.30–5.00", "kello"),
        ("", "Ehdota vähintään yhtä päivää."),
        ("\n".join(f"{n}.9.2030 17.30–20.00" for n in range(1, 10)), "Ehdota enintään 8 päivää."),
    ],
)
def test_what_cannot_be_a_day_is_said_and_what_was_typed_stays(leena, draft, days, said):
    answer = leena.post(address("portal_evening_days"), {"days": days})
    assert answer.status_code == 422
    assert said in words_of(answer)
    assert days.split("\n")[0] in answer.content.decode()
    assert not DateOption.objects.exists()


def test_a_day_that_stays_keeps_what_was_said_of_it(leena, draft):
    leena.post(address("portal_evening_days"), {"days": f"{line(20)}\n{line(27)}"})
    kept = DateOption.objects.earliest("starts_at")
    someone = Invitation.objects.create(meeting=draft, audience="guest", name="Joku", invited_at=None)
    DateVote.objects.create(option=kept, invitation=someone, answer="yes")
    leena.post(address("portal_evening_days"), {"days": f"{line(20)}\n{line(30)}"})
    assert list(DateVote.objects.values_list("option", flat=True)) == [kept.pk]
    assert DateOption.objects.count() == 2


def test_the_link_of_a_question_ends_with_the_choice_and_takes_no_day_of_another_meeting(leena, client, draft):
    leena.post(address("portal_evening_days"), {"days": line(20)})
    option = DateOption.objects.get()
    someone = Invitation.objects.create(meeting=draft, audience="guest", name="Joku", invited_at=None)
    path = reply_address(someone).removeprefix("http://testserver")
    other = evening(published_at=None, starts_at=None, ends_at=None)
    elsewhere = DateOption.objects.create(meeting=other, starts_at=in_days(20), ends_at=in_days(20, 20))
    client.post(path, {f"day_{option.pk}": "yes", f"day_{elsewhere.pk}": "no"})
    assert list(DateVote.objects.values_list("option", flat=True)) == [option.pk]
    leena.post(address("portal_evening_choose", elsewhere.pk))
    assert Meeting.objects.get(pk=draft.pk).starts_at is None
    leena.post(address("portal_evening_choose", option.pk))
    late = client.post(path, {f"day_{option.pk}": "no"})
    assert late.status_code == 422, "the meeting is a draft with its day: nothing can be replied yet"
    waiting = client.get(path)
    assert "Päivä on valittu. Kutsu tulee, kun tapaaminen on julkaistu." in words_of(waiting)
    assert "/tapahtumat/" not in waiting.content.decode().partition("<main")[2].partition("</main")[0], "it has no page"
    assert "<form" not in waiting.content.decode().partition("<main")[2].partition("</main")[0]


def test_a_meeting_with_its_day_is_asked_for_none(leena, draft):
    Meeting.objects.filter(pk=draft.pk).update(starts_at=in_days(20), ends_at=in_days(20, 20))
    for name in ("portal_evening_days", "portal_evening_ask"):
        assert leena.get(address(name)).status_code == 404

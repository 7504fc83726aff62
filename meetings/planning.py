"""A meeting is planned, published, moved, cancelled and closed: the one way in which its state changes.

Each step that others have to hear raises the number (`sequence`) by which calendars tell an older
version from a newer one, and leaves a MeetingChange.
"""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from meetings.decisions import carry_open
from meetings.models import AgendaItem, Meeting, MeetingChange, MeetingHost
from meetings.models.meetings import LANGUAGES
from meetings.replying import adapt_replies
from meetings.seats import advance_queue, hold_meeting
from meetings.telling import tell_change

_Step = MeetingChange.Step
# What an evening made from an earlier one begins with.
_COPIED = (
    "kind", "area", "venue", "remote_url", "is_remote_public", "in_finnish", "in_swedish", "in_english", "capacity",
    "takes_registrations", "party_at_most", "asks_diet", "asks_question", "is_public",
    *(f"{name}_{language}" for name in ("title", "description") for language in LANGUAGES),
)  # fmt: skip


def _in_languages(row, name):
    return {f"{name}_{language}": getattr(row, f"{name}_{language}") for language in LANGUAGES}


def free_slug(region, title, day=None, host=None):
    """Return an address for a meeting that no other of the region has: host, title and year, a number if needed.

    `title` are its words, `host` the municipality that looks after it; none is said twice.
    """
    words = slugify(title) or "tapahtuma"
    if host and host.slug not in words:
        words = f"{host.slug}-{words}"
    words = words[:60].strip("-")
    first = f"{words}-{day.year}" if day and str(day.year) not in words else words
    taken = set(Meeting.objects.filter(region=region, slug__startswith=first).values_list("slug", flat=True))
    return next(each for each in (first, *(f"{first}-{n}" for n in range(2, 1000))) if each not in taken)


def name_meeting(meeting, hosts=()):
    """Give a meeting without a title its kind's name in each language, and one without an address a free one."""
    if not any(getattr(meeting, f"title_{language}") for language in LANGUAGES):
        for language in LANGUAGES:
            setattr(meeting, f"title_{language}", getattr(meeting.kind, f"name_{language}"))
    if not meeting.slug:
        day = timezone.localdate(meeting.starts_at) if meeting.starts_at else timezone.localdate()
        meeting.slug = free_slug(meeting.region, meeting.title, day, host=next(iter(hosts), None))
    return meeting


def _check_hosts(kind, hosts):
    if kind.is_of_municipalities and not hosts:
        raise ValidationError(_("Say which municipality hosts it."), code="no_host")


def _write_hosts(meeting, hosts):
    MeetingHost.objects.bulk_create(
        MeetingHost(meeting=meeting, municipality=each, position=n) for n, each in enumerate(hosts, start=1)
    )


@transaction.atomic
def plan_meeting(meeting, *, hosts=(), by):
    """Save a new meeting as a draft, with its hosts (the first one looks after it) and its kind's agenda; return it.

    Without a title it is called as its kind in each language. Raises ValidationError with code "no_host"
    when a kind that municipalities host has none, and what the model refuses.
    """
    _check_hosts(meeting.kind, hosts)
    name_meeting(meeting, hosts)
    meeting.full_clean(exclude=["title"])
    meeting._history_user = by
    meeting.save()
    _write_hosts(meeting, hosts)
    AgendaItem.objects.bulk_create(
        AgendaItem(meeting=meeting, position=n, minutes=each.minutes, **_in_languages(each, "title"))
        for n, each in enumerate(meeting.kind.agenda_template.all(), start=1)
    )
    return meeting


@transaction.atomic
def copy_meeting(earlier, *, starts_at=None, ends_at=None, by):
    """Make a draft from an earlier meeting: words, place, hosts, themes and agenda; return it.

    It carries what was agreed at the earlier one, or carried to it, and is open.

    The day is not copied: without `starts_at` (aware datetime) it is open. Without `ends_at` it lasts as long
    as the earlier one. A place that is no longer offered is left out.
    """
    copied = {name: getattr(earlier, name) for name in _COPIED}
    if copied["venue"] and not copied["venue"].is_offered:
        copied["venue"] = None
    if starts_at and not ends_at:
        ends_at = starts_at + dt.timedelta(minutes=earlier.minutes or earlier.kind.usual_minutes)
    day = timezone.localdate(starts_at) if starts_at else timezone.localdate()
    hosts = [each.municipality for each in earlier.hosts.select_related("municipality")]
    meeting = Meeting(
        region=earlier.region, copied_from=earlier, starts_at=starts_at, ends_at=ends_at,
        slug=free_slug(earlier.region, earlier.title, day, host=next(iter(hosts), None)), **copied,
    )  # fmt: skip
    meeting.full_clean(exclude=["title"])
    meeting._history_user = by
    meeting.save()
    _write_hosts(meeting, hosts)
    meeting.themes.set(earlier.themes.filter(is_offered=True))
    AgendaItem.objects.bulk_create(
        AgendaItem(meeting=meeting, position=n, minutes=each.minutes, **_in_languages(each, "title"))
        for n, each in enumerate(earlier.agenda.all(), start=1)
    )
    carry_open(earlier, meeting)
    return meeting


def _refuse_if_changed(meeting, seen):
    """Raise ValidationError (code "changed") unless the stored meeting still has the version that was `seen`."""
    if hold_meeting(meeting).version != seen:
        raise ValidationError(_("Somebody else has changed this meanwhile."), code="changed")


@transaction.atomic
def save_meeting(meeting, *, seen, new_venue=None, themes=None, by):
    """Save what was written of a meeting; `new_venue` (unsaved) becomes its place. Return the meeting.

    `seen` is the version on which the writing was done. Time and place of a published meeting change by
    `move_meeting` alone, so that it is told. Raises ValidationError with code "changed" when somebody saved
    meanwhile, "moves" when a published one would get another time or place, and what the models refuse.
    """
    _refuse_if_changed(meeting, seen)
    if new_venue is not None:
        new_venue.full_clean()
        new_venue._history_user = by
        new_venue.save()
        meeting.venue = new_venue
    stored = Meeting.objects.get(pk=meeting.pk)
    kept = [(each.starts_at, each.ends_at, each.venue_id, each.remote_url) for each in (stored, meeting)]
    if not stored.is_draft and kept[0] != kept[1]:
        raise ValidationError(_("It has been published: move it, so that everybody hears of it."), code="moves")
    meeting.version = seen + 1
    meeting.full_clean(exclude=["title"])
    meeting._history_user = by
    meeting.save()
    if themes is not None:
        meeting.themes.set(themes)
    if not meeting.is_draft:
        advance_queue(meeting)  # more may fit in than before
    return meeting


@transaction.atomic
def set_time(meeting, *, starts_at, ends_at, seen, by):
    """Give a draft another time, or none yet (None, None); return it. Raises as `save_meeting`."""
    meeting.starts_at, meeting.ends_at = starts_at, ends_at
    if starts_at and meeting.registration_until and meeting.registration_until > starts_at:
        meeting.registration_until = starts_at
    return save_meeting(meeting, seen=seen, by=by)


@transaction.atomic
def write_agenda(meeting, points, *, seen, by):
    """Make the agenda of these points, in order, each a dictionary of AgendaItem's columns; return the meeting.

    Rows stay where points stay, so that their history goes on. Raises ValidationError with code "changed".
    """
    _refuse_if_changed(meeting, seen)
    items = list(meeting.agenda.all())
    for position, point in enumerate(points, start=1):
        item = items[position - 1] if position <= len(items) else AgendaItem(meeting=meeting)
        for name, value in (point | {"position": position}).items():
            setattr(item, name, value)
        item._history_user = by
        item.full_clean(exclude=["title"])
        item.save()
    for item in items[len(points) :]:
        item.delete()
    meeting.version = seen + 1
    meeting._history_user = by
    meeting.save()
    return meeting


def missing_for_publishing(meeting):
    """Return what a meeting still needs before it is published, as sentences; empty when nothing."""
    missing = []
    if meeting.starts_at is None:
        missing.append(_("Say when it begins and ends."))
    elif meeting.has_begun:
        missing.append(_("The day has passed: choose a coming one."))
    if meeting.venue_id is None and not meeting.remote_url:
        missing.append(_("Say where it is held: a place, a remote link or both."))
    if not any(getattr(meeting, f"title_{language}") for language in meeting.languages):
        missing.append(_("Write a title in a language in which it is held."))
    return missing


def _take_step(meeting, step, *, by, before=None):
    """Save the meeting under its next number and write down the step with how it stood before."""
    meeting.sequence += step in (_Step.MOVED, _Step.CANCELLED)
    meeting.version += 1
    meeting._history_user = by
    meeting.save()
    was = {} if before is None else {"was_from": before.starts_at, "was_until": before.ends_at}
    was_at = str(before.venue or before.remote_url) if before else ""
    return MeetingChange.objects.create(
        meeting=meeting, step=step, by=by, sequence=meeting.sequence, was_at=was_at, **was
    )


@transaction.atomic
def publish_meeting(meeting, *, by):
    """Publish a draft: from now on those whom it concerns see it; return the meeting. Harmless when repeated.

    Raises ValidationError with code "unfinished", with a sentence for each thing that is missing.
    """
    meeting = hold_meeting(meeting)
    if not meeting.is_draft:
        return meeting
    if missing := missing_for_publishing(meeting):
        raise ValidationError([ValidationError(each, code="unfinished") for each in missing])
    meeting.published_at = timezone.now()
    _take_step(meeting, _Step.PUBLISHED, by=by)
    return meeting


@transaction.atomic
def move_meeting(meeting, *, starts_at, ends_at, venue, remote_url="", by):
    """Move a published meeting to another time or place; return the meeting. Harmless when nothing changes.

    Registration that would go on past the new beginning ends at the beginning. Raises ValidationError with
    code "draft" (a draft is just edited), "cancelled", "over" (it has been held), "past" (the new time has
    passed), "no_place", or what the model refuses.
    """
    meeting = hold_meeting(meeting)
    _refuse_unless_coming(meeting)
    if starts_at <= timezone.now():
        raise ValidationError({"starts_at": ValidationError(_("Choose a time to come."), code="past")})
    if venue is None and not remote_url:
        raise ValidationError(_("Say where it is held: a place, a remote link or both."), code="no_place")
    now = (meeting.starts_at, meeting.ends_at, meeting.venue, meeting.remote_url)
    if now == (starts_at, ends_at, venue, remote_url):
        return meeting
    before = Meeting(starts_at=meeting.starts_at, ends_at=meeting.ends_at, venue=meeting.venue)
    before.remote_url = meeting.remote_url
    meeting.starts_at, meeting.ends_at, meeting.venue, meeting.remote_url = starts_at, ends_at, venue, remote_url
    if meeting.registration_until and meeting.registration_until > starts_at:
        meeting.registration_until = starts_at
    meeting.full_clean(exclude=["title"])
    change = _take_step(meeting, _Step.MOVED, by=by, before=before)
    tell_change(meeting, change, by=by)
    adapt_replies(meeting, before)
    return meeting


def _refuse_unless_coming(meeting):
    if meeting.is_draft:
        raise ValidationError(_("It has not been published yet: just change it."), code="draft")
    if meeting.is_cancelled:
        raise ValidationError(_("It has been cancelled. Make a new one from it."), code="cancelled")
    if meeting.is_over:
        raise ValidationError(_("It has already been held."), code="over")


@transaction.atomic
def cancel_meeting(meeting, *, because=None, by):
    """Cancel a published meeting; return it. `because` is {language: reason}. Harmless when repeated.

    Its page and its calendar entry stay and say so. Raises ValidationError with code "draft" (a draft is
    deleted instead) or "over".
    """
    meeting = hold_meeting(meeting)
    if meeting.is_cancelled:
        return meeting
    _refuse_unless_coming(meeting)
    for language, words in (because or {}).items():
        setattr(meeting, f"cancelled_because_{language}", words)
    meeting.cancelled_at = timezone.now()
    meeting.full_clean(exclude=["title"])
    change = _take_step(meeting, _Step.CANCELLED, by=by, before=meeting)
    tell_change(meeting, change, by=by)
    return meeting


@transaction.atomic
def close_meeting(meeting, *, by):
    """Close a meeting that has been held; return it. Harmless when repeated.

    Raises ValidationError with code "not_held" for one that is still to come, was cancelled or never published.
    """
    meeting = hold_meeting(meeting)
    if meeting.state == Meeting.State.CLOSED:
        return meeting
    if meeting.state != Meeting.State.HELD:
        raise ValidationError(_("Only a meeting that has been held can be closed."), code="not_held")
    meeting.closed_at = timezone.now()
    _take_step(meeting, _Step.CLOSED, by=by)
    return meeting


@transaction.atomic
def delete_draft(meeting):
    """Delete a meeting that nobody else has seen. Raises ValidationError (code "published") for any other."""
    meeting = hold_meeting(meeting)
    if not meeting.is_draft:
        raise ValidationError(_("A published meeting is cancelled, not deleted."), code="published")
    meeting.delete()

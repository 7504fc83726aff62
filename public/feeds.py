"""Atom feeds."""

from django.conf import settings
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from meetings.models.meetings import start_of
from meetings.wording import place_in_words, when_in_words, words_of
from public.event_rows import state_of


class _Feed(Atom1Feed):
    """An Atom feed whose bytes follow from its entries: an empty one is as old as its region, not of this moment."""

    def __init__(self, *args, begun_on, **kwargs):
        super().__init__(*args, **kwargs)
        self._begun_at = begun_on

    def latest_post_date(self):
        """Return when something last changed."""
        return max((item["updateddate"] for item in self.items), default=self._begun_at)


def atom_of(asked, meetings, *, label):
    """Return the bytes of the feed of these meetings, read with `latest_changes`, for the EventChoices `asked`."""
    feed = _Feed(
        title=asked.title,
        link=settings.SITE_URL + asked.list_address,
        description=label,
        subtitle=label or None,
        language=get_language(),
        feed_url=settings.SITE_URL + asked.feed_address,
        begun_on=start_of(asked.region.records_from),
    )
    for each in meetings:
        title = words_of(each, "title").text
        state = state_of(is_cancelled=each.is_cancelled, is_moved=each.sequence > 0)[1]
        when = capfirst(when_in_words(each.starts_at, each.ends_at))
        feed.add_item(
            title=_("%(state)s: %(title)s") % {"state": state, "title": title} if state else title,
            link=settings.SITE_URL + reverse("event_detail", args=[each.region.slug, each.slug]),
            description=escape(f"{when}, {place_in_words(each)}"),
            unique_id=each.uid.urn,
            updateddate=each.told_at,
            pubdate=each.published_at,
            categories=[each.kind.name],
        )
    return feed.writeString("utf-8").encode()

"""The installation itself: which version its public data has, whether it holds demo data, and its own pages' texts."""

import uuid

from django.db import InterfaceError, OperationalError, connections, models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class SiteStateManager(models.Manager):
    """Reads and writes the one row."""

    def load(self):
        """Return the state; an installation that never wrote one has no version and no demo data.

        Plain SQL, because every public page asks this: the ORM would take longer to
        write the query than the database to answer it. It is the first query of a
        public page, so it also serves as the check that a kept connection still
        works, instead of one more query before it: a connection that the database
        has closed is opened anew.
        """
        connection = connections[self.db]
        connection.health_check_done = True
        try:
            row = self._row(connection)
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block:
                raise
            connection.close()
            row = self._row(connection)
        if row is None:
            return SiteState(pk=1, version=None)
        version = row[0] if isinstance(row[0], uuid.UUID) else uuid.UUID(row[0])
        return SiteState(pk=1, version=version, has_demo_data=bool(row[1]))

    @staticmethod
    def _row(connection):
        with connection.cursor() as cursor:
            cursor.execute("SELECT version, has_demo_data FROM registry_sitestate WHERE id = 1")
            return cursor.fetchone()

    def touch(self):
        """Give the public data a new version, so that every cached page is made anew on its next request.

        Part of the transaction that changes the data: a reader who sees the new
        version sees the new data too.
        """
        if not self.filter(pk=1).update(version=uuid.uuid4()):
            self.get_or_create(pk=1)

    def mark_demo(self):
        """Record that the database holds invented data, so that every page says so."""
        self.update_or_create(pk=1, defaults={"has_demo_data": True, "version": uuid.uuid4()})


def demo_label(state=None):
    """Return what stands on top of every letter while demo data is in the database; otherwise an empty text.

    A `state` (SiteState) that has been read already saves a query.
    """
    return gettext("Demo data, answers invented") if (state or SiteState.objects.load()).has_demo_data else ""


class SiteState(models.Model):
    """One row about the whole installation.

    The version is random, not a counter: after a backup has been restored, a
    version never comes back with other data behind it.
    """

    version = models.UUIDField(_("version of the public data"), default=uuid.uuid4, editable=False)
    has_demo_data = models.BooleanField(_("holds demo data"), default=False)

    objects = SiteStateManager()

    class Meta:
        verbose_name = _("state of the installation")
        verbose_name_plural = _("state of the installation")
        constraints = [models.CheckConstraint(name="site_state_one_row", condition=Q(pk=1))]

    def __str__(self):
        return "1"


class PageTextManager(models.Manager):
    """Reads of page texts."""

    def for_page(self, key):
        """Return the text of the page `key`, or None, in one query."""
        return self.filter(key=key).first()


class PageText(models.Model):
    """The text of one of the site's own pages, in Markdown with plain {placeholders}."""

    class Key(models.TextChoices):
        ACCESSIBILITY = "saavutettavuus", _("accessibility statement")
        PRIVACY = "tietosuoja", _("privacy notice")
        ABOUT = "tietoa", _("about the service")

    key = models.CharField(_("page"), max_length=20, choices=Key, unique=True)
    body = models.TextField(
        _("text"),
        help_text=_("Markdown. The first line, # Title, is the heading. Placeholders stand in braces: {site_name}."),
    )
    updated_on = models.DateField(_("updated on"), auto_now=True)

    objects = PageTextManager()

    class Meta:
        verbose_name = _("text of a page")
        verbose_name_plural = _("texts of pages")
        ordering = ["key"]

    def __str__(self):
        return self.get_key_display()

"""The words of letters that an administrator has changed."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords


class LetterTextManager(models.Manager):
    """Reads of letters' texts."""

    def get_by_kind(self, kind, language):
        """Return the changed text of letters of `kind` in `language`, or None: then the one that ships holds."""
        return self.filter(kind=kind, language=language).first()


class LetterText(models.Model):
    """Subject and body of one kind of letter in one language, where they differ from those that ship.

    Plain text with {placeholders} of the list that the kind declares, never a
    template's language. Deleting the row brings the text that ships back.
    """

    kind = models.CharField(_("letter"), max_length=40)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    subject = models.CharField(_("subject"), max_length=150)
    body = models.TextField(
        _("text"),
        help_text=_(
            "An empty line begins a paragraph, “- ” an item of a list, “## ” a heading. "
            "[Words]({address}) alone on its line is a link. Placeholders stand in braces."
        ),
    )
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)

    objects = LetterTextManager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("text of a letter")
        verbose_name_plural = _("texts of letters")
        ordering = ["kind", "language"]
        constraints = [models.UniqueConstraint(fields=["kind", "language"], name="letter_text_once")]

    def __str__(self):
        return f"{self.kind} ({self.language})"

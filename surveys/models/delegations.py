"""Themes that colleagues without an account were asked to answer."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.history import PersonalHistory
from surveys.models.of_round import OfRoundQuerySet


class DelegationQuerySet(OfRoundQuerySet):
    """Reads of what colleagues were asked."""

    def of_response(self, response):
        """Return what was asked of one response, with the themes."""
        return self.filter(response=response).select_related("round_theme__theme")

    def for_theme(self, response, round_theme):
        """Return what was asked of a theme, the newest first, with the links."""
        return self.filter(response=response, round_theme=round_theme).select_related("link", "asked_by__person")

    def going_on(self, response):
        """Return what colleagues still answer, with the links."""
        return self.filter(response=response, finished_at__isnull=True).select_related("link", "round_theme")

    def asked_since(self, response, moment):
        """Return what was asked of a response after a moment, withdrawn or not."""
        return self.filter(response=response, asked_at__gte=moment)

    def of_link(self, link):
        """Return what `link` opens, with everything that answering needs, or None."""
        rows = self.filter(link=link).select_related(
            "link", "response__round", "response__municipality", "round_theme__theme", "asked_by__person"
        )
        return rows.first()


class Delegation(models.Model):
    """That a colleague without an account was asked to answer one theme through a link."""

    response = models.ForeignKey(
        "surveys.Response", models.CASCADE, related_name="delegations", verbose_name=_("response")
    )
    round_theme = models.ForeignKey(
        "surveys.RoundTheme", models.CASCADE, related_name="delegations", verbose_name=_("theme")
    )
    link = models.OneToOneField(
        "accounts.SecretLink", models.SET_NULL, null=True, related_name="delegation", verbose_name=_("link")
    )
    name = models.CharField(_("colleague"), max_length=120, blank=True)
    post = models.CharField(
        _("colleague's post"), max_length=120, help_text=_("Stands beside the answers: a post, never a name.")
    )
    email = models.EmailField(_("colleague's address"), blank=True)
    message = models.TextField(_("message"), max_length=1000, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    history = PersonalHistory(personal=["name", "email", "message"])
    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = _("theme asked of a colleague")
        verbose_name_plural = _("themes asked of colleagues")
        ordering = ["-asked_at", "-pk"]

    def __str__(self):
        return f"{self.round_theme}: {self.post}"

    @property
    def is_going_on(self):
        """Whether an answer may still come: the letter waits, or its link opens the theme."""
        return self.finished_at is None and (self.link is None or self.link.is_usable)

    @property
    def is_usable(self):
        """Whether the link still opens the theme."""
        return self.finished_at is None and self.link is not None and self.link.is_usable

"""Checks of an installation before it goes into use (`manage.py check --deploy`)."""

from django.conf import settings
from django.core.cache import cache
from django.core.checks import Error, Tags, Warning, register
from django.db import DatabaseError

from registry.models import SiteState


@register(Tags.security, deploy=True)
def site_is_served_over_https(app_configs, **kwargs):
    """Refuse an installation whose address is not https."""
    if settings.IS_HTTPS:
        return []
    return [Error("SITE_URL must begin with https:// in production.", id="rinnalla.E001")]


@register(Tags.database, deploy=True)
def no_demo_data(app_configs, databases=None, **kwargs):
    """Refuse to call an installation ready while invented data is in its database."""
    if not databases:
        return []
    try:
        has_demo_data = SiteState.objects.load().has_demo_data
    except DatabaseError:
        return []
    if not has_demo_data:
        return []
    return [Error("The database holds demo data. Start production from an empty database.", id="rinnalla.E002")]


@register(Tags.security, deploy=True)
def second_factor_is_required(app_configs, **kwargs):
    """Refuse an installation whose administration opens without a second factor."""
    if settings.SECOND_FACTOR_REQUIRED:
        return []
    return [Error("SECOND_FACTOR_REQUIRED must be on in production.", id="rinnalla.E003")]


@register(Tags.database, deploy=True)
def limits_can_be_counted(app_configs, databases=None, **kwargs):
    """Refuse an installation without the table in which tries to sign in are counted."""
    if not databases:
        return []
    try:
        cache.get("check")
    except DatabaseError:
        return [Error("The cache's table is missing: run manage.py createcachetable.", id="rinnalla.E004")]
    return []


@register(deploy=True)
def letters_are_sent(app_configs, **kwargs):
    """Warn when letters, sign-in codes among them, go to files instead of people."""
    if settings.EMAIL_BACKEND != "django.core.mail.backends.filebased.EmailBackend":
        return []
    return [Warning("Set EMAIL_URL: without it nobody gets a sign-in code.", id="rinnalla.W002")]


@register(deploy=True)
def controller_is_named(app_configs, **kwargs):
    """Warn when the privacy notice cannot say who the controller is."""
    is_named = settings.CONTROLLER_IS_NAMED and settings.CONTROLLER_EMAIL and settings.CONTROLLER_ADDRESS
    if is_named and not settings.CONTROLLER_EMAIL.endswith("@example.org"):
        return []
    return [
        Warning(
            "Set CONTROLLER_NAME, CONTROLLER_ADDRESS and CONTROLLER_EMAIL: the privacy notice must name them.",
            id="rinnalla.W001",
        )
    ]

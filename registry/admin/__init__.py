"""The coordinators' and administrators' tool: every table of the registry, by subject."""

from django.conf import settings
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from registry.admin import (
    associations,
    boundaries,
    contact_log,
    export_log,
    figures,
    geography,
    letters,
    offers,
    people,
    quality,
    roles,
    site,
    steps,
    work,
)

__all__ = [
    "associations",
    "boundaries",
    "contact_log",
    "export_log",
    "figures",
    "geography",
    "letters",
    "offers",
    "people",
    "quality",
    "roles",
    "site",
    "steps",
    "work",
]

admin.site.site_header = _("Administration")
admin.site.site_title = settings.SITE_NAME
admin.site.index_title = _("What the registry keeps")

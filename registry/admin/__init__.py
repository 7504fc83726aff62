"""The coordinators' and administrators' tool: every table of the registry, by subject."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from registry.admin import associations, boundaries, contact_log, figures, geography, offers, people, roles, site, work

__all__ = [
    "associations",
    "boundaries",
    "contact_log",
    "figures",
    "geography",
    "offers",
    "people",
    "roles",
    "site",
    "work",
]

admin.site.site_header = _("Administration")
admin.site.site_title = _("Administration")
admin.site.index_title = _("What the registry keeps")

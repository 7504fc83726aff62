"""The root of all addresses (docs/rules.md, Addresses)."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from portal.views import links, own_calendar
from public.views import errors, machines, style_guide

urlpatterns = [
    path("healthz", machines.healthz, name="healthz"),
    path("readyz", machines.readyz, name="readyz"),
    path("posti/palautteet/", machines.mail_webhook, name="mail_webhook"),
    path("robots.txt", machines.robots, name="robots"),
    path("sitemap.xml", machines.sitemap, name="sitemap"),
    *i18n_patterns(
        path("hallinta/tyyliopas/", style_guide.style_guide, name="style_guide"),
        path("hallinta/laatu/", include("registry.admin.quality")),
        path("hallinta/posti/", include("registry.admin.mail")),
        path("hallinta/tuonti/", include("registry.admin.imports")),
        path("hallinta/", admin.site.urls),
        path("kirjaudu/", include("accounts.urls")),
        path("oma/", include("portal.urls")),
        path("y/<str:token>/", links.link, name="link"),
        path("y/<str:token>/kalenteri.ics", own_calendar.link_calendar, name="link_calendar"),
        path("", include("public.urls")),
        prefix_default_language=False,
    ),
]

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler500 = errors.server_error

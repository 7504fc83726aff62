from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from mailing.provider import webhook_view
from meetings.events import events_for_sitemap
from public.decorators import public_page
from public.result_rows import result_addresses
from registry.models import Municipality, Region
from surveys.models import MunicipalityResult, Round


@login_not_required
@require_safe
def healthz(request):
    """Say that the process answers."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_safe
def readyz(request):
    """Say that the process reaches its database."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("database not reached", content_type="text/plain", status=503)
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_safe
def robots(request):
    """Tell robots what is not for them and where the sitemap is."""
    lines = ["User-agent: *", "Disallow: /hallinta/", "Disallow: /sv/hallinta/", "Disallow: /en/hallinta/",
             "Disallow: /y/", f"Sitemap: {settings.SITE_URL}{reverse('sitemap')}", ""]  # fmt: skip
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@csrf_exempt
@login_not_required
def mail_webhook(request):
    """Take what the mail provider tells; its library asks for the secret. 404 where no provider is set."""
    view = webhook_view()
    if view is None:
        raise Http404
    return view(request)


@public_page
def sitemap(request):
    """List every public page in every language, with five queries."""
    addresses = [(name, []) for name in ["home", "about", "accessibility", "privacy"]]
    regions = [region.slug for region in Region.objects.with_pages()]
    addresses += [(name, [slug]) for name in ("region_detail", "region_events") for slug in regions]
    municipalities = Municipality.objects.with_current_region(timezone.localdate())
    addresses += [
        (name, [municipality.region_slug_now, municipality.slug])
        for municipality in municipalities
        if municipality.region_has_pages
        for name in ("municipality_detail", "annual_clock")
    ]
    addresses += [("survey_method", [*place]) for place in Round.objects.for_sitemap()]
    addresses += result_addresses(MunicipalityResult.objects.for_sitemap())
    addresses += [("event_detail", [*place]) for place in events_for_sitemap()]
    pages = [_in_each_language(name, args) for name, args in addresses]
    return render(request, "public/sitemap.xml", {"pages": pages}, content_type="application/xml")


def _in_each_language(name, args):
    """Return the page's address by language code."""
    versions = {}
    for code, _language in settings.LANGUAGES:
        with override(code):
            versions[code] = settings.SITE_URL + reverse(name, args=args)
    return versions

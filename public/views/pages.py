from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language

from common.markup import fill_placeholders, render_page
from public.decorators import public_page
from registry.models import PageText
from registry.privacy import retention_rows


@public_page
def accessibility(request):
    """The accessibility statement (Act on digital services 306/2019)."""
    return _page_text(request, PageText.Key.ACCESSIBILITY)


@public_page
def privacy(request):
    """The privacy notice, with retention periods as the code enforces them."""
    return _page_text(request, PageText.Key.PRIVACY)


@public_page
def about(request):
    """What the service is and where its figures come from."""
    return _page_text(request, PageText.Key.ABOUT)


def _page_text(request, key):
    """Show one of the site's own texts with the installation's facts filled in."""
    text = PageText.objects.for_page(key)
    if text is None:
        raise Http404
    page = render_page(fill_placeholders(text.body, placeholders()))
    context = {"page": page, "updated_on": text.updated_on, "retention": retention_rows()}
    return render(request, "public/page_text.html", context)


def placeholders():
    """Return what the placeholders of page texts stand for in the active language."""
    return {
        "site_name": settings.SITE_NAME,
        "controller_name": settings.CONTROLLER_NAME[get_language()],
        "controller_address": settings.CONTROLLER_ADDRESS,
        "controller_email": settings.CONTROLLER_EMAIL,
        "enforcement_body": settings.ENFORCEMENT_BODY[get_language()],
        "enforcement_url": settings.ENFORCEMENT_URL,
        "feedback_url": reverse("feedback"),
        "privacy_url": reverse("privacy"),
        "own_data_url": reverse("portal_data"),
        "accessibility_url": reverse("accessibility"),
        "assessed_on": date_format(settings.ACCESSIBILITY_ASSESSED_ON, "SHORT_DATE_FORMAT"),
    }

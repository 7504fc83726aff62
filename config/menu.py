"""The one context processor: what stands around every page."""

from django.conf import settings
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from registry.models import SiteState


def menu(request):
    """Add the site's name, the same page's address in each language, and whether demo data is in the database.

    Reads neither the session nor the account, so that public pages are the same
    for everyone; the one query is made only when a template asks.
    """
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "page_path": request.path,
        "languages": SimpleLazyObject(lambda: language_links(request)),
        "site_state": SimpleLazyObject(lambda: getattr(request, "site_state", None) or SiteState.objects.load()),
    }


def language_links(request):
    """Return the present page's address in each language, with its choices kept."""
    path = request.path_info
    active = translation.get_language()
    if translation.get_language_from_path(path):
        path = path[len(active) + 1 :]
    query = request.META.get("QUERY_STRING", "")
    return [
        {
            "code": code,
            "name": translation.get_language_info(code)["name_local"],
            "path": f"{path if code == settings.LANGUAGE_CODE else f'/{code}{path}'}",
            "query": f"?{query}" if query else "",
            "is_current": code == active,
        }
        for code, _name in settings.LANGUAGES
    ]

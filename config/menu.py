"""The one context processor: what stands around every page."""

from functools import cache
from typing import NamedTuple

from django.conf import settings
from django.utils import translation
from django.utils.functional import SimpleLazyObject
from django.utils.text import capfirst

from config.log_lines import KEY
from registry.models import SiteState


def menu(request):
    """Add the site's name, the same page's address in each language, and whether demo data is in the database.

    Reads neither the session nor the account, so that public pages are the same
    for everyone; the one query is made only when a template asks.
    """
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        # The address of a letter's link is a key: nothing on a page, not even of an error, carries it on.
        "page_path": "" if KEY.search(request.path) else request.path,
        "languages": SimpleLazyObject(lambda: language_links(request)),
        "site_state": SimpleLazyObject(lambda: getattr(request, "site_state", None) or SiteState.objects.load()),
    }


class LanguageLink(NamedTuple):
    """The present page in one language; `is_current` is "true" or "false"."""

    code: str
    name: str
    path: str
    query: str
    is_current: str

    @property
    def address(self):
        """The whole address, without choices."""
        return f"{settings.SITE_URL}{self.path}"


def language_links(request):
    """Return the present page's address in each language, with its choices kept."""
    path = request.path_info
    active = translation.get_language()
    if translation.get_language_from_path(path):
        path = path[len(active) + 1 :]
    query = request.META.get("QUERY_STRING", "")
    return [
        LanguageLink(
            code=code,
            name=_own_name(code),
            path=path if code == settings.LANGUAGE_CODE else f"/{code}{path}",
            query=f"?{query}" if query else "",
            is_current="true" if code == active else "false",
        )
        for code, _name in settings.LANGUAGES
    ]


@cache
def _own_name(code):
    return capfirst(translation.get_language_info(code)["name_local"])

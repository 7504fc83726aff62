"""What every public page has in common."""

from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from public.caching import next_midnight
from registry.models import SiteState


def public_page(view):
    """Mark `view` as open to anyone and read-only: the same bytes for every reader, kept by the page cache.

    The version of the data is read before the view reads the data, so that a page
    is never kept under a newer version than it shows. A view whose page changes
    by the clock before midnight sets `valid_until` on its response.
    """

    @wraps(view)
    def page(request, *args, **kwargs):
        if not hasattr(request, "site_state"):
            request.site_state = SiteState.objects.load()
        midnight = next_midnight()
        response = view(request, *args, **kwargs)
        patch_cache_control(response, no_cache=True)
        response.made_from = (request.site_state.version, getattr(response, "valid_until", midnight))
        return response

    return login_not_required(require_safe(page))

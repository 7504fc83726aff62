"""What every public page has in common."""

from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe


def public_page(view):
    """Mark `view` as open to anyone and read-only: the same bytes for every reader, asked again each time."""

    @wraps(view)
    def page(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        patch_cache_control(response, no_cache=True)
        return response

    return login_not_required(require_safe(page))

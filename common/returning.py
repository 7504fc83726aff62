"""Back to where one came from, when that is a page of this site."""

from urllib.parse import urlsplit

from django.utils.http import url_has_allowed_host_and_scheme


def return_address(request, default=""):
    """Return the address to go back to: what the form carries, what the link names, the page before, or `default`.

    An address of another site is none, nor is the present page.
    """
    for address in (request.POST.get("next"), request.GET.get("next"), request.META.get("HTTP_REFERER")):
        is_ours = address and url_has_allowed_host_and_scheme(
            address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )
        if is_ours and urlsplit(address).path != request.path:
            return address
    return default

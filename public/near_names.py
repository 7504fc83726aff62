"""Names that somebody may have meant."""

import difflib

from django.utils import timezone

from common.names import fold
from registry.models import Municipality

_LONGEST = 80


def near_names(word):
    """Return up to five municipalities with pages whose name or address resembles `word`, with one query."""
    by_name = {}
    for municipality in Municipality.objects.with_current_region(timezone.localdate()).by_name():
        by_name.setdefault(municipality.slug, municipality)
        by_name.setdefault(fold(municipality.name), municipality)
    names = difflib.get_close_matches(fold(word[:_LONGEST]), by_name, n=5, cutoff=0.75)
    return list(dict.fromkeys(by_name[name] for name in names if by_name[name].region_has_pages))

"""Names that somebody may have meant."""

import difflib

from django.utils import timezone

from common.names import fold, translated
from common.prepared import Prepared
from registry.addresses import TOP_LEVEL_WORDS
from registry.models import Municipality

_LONGEST = 80


def near_names(word):
    """Return up to five municipalities with pages whose name or address resembles `word`, with two queries at most."""
    by_name = {}
    for pk, slug, name in _names():
        by_name.setdefault(slug, pk)
        by_name.setdefault(fold(name), pk)
    names = difflib.get_close_matches(fold(word[:_LONGEST]), by_name, n=5, cutoff=0.75)
    near = list(dict.fromkeys(by_name[name] for name in names))
    if not near:
        return []
    found = Municipality.objects.filter(pk__in=near).with_current_region(timezone.localdate()).in_bulk()
    return [found[pk] for pk in near if pk in found and found[pk].region_has_pages]


def names_near_address(path):
    """Return the `near_names` of an address's last word where a municipality's page may have been meant, else none."""
    words = [word for word in path.split("/") if word]
    if words[:1] in (["sv"], ["en"]):
        del words[0]
    return near_names(words[-1]) if words and words[0] not in TOP_LEVEL_WORDS else []


@Prepared
def _names():
    return Municipality.objects.rewrite(False).by_name().values_list("pk", "slug", translated("name"))

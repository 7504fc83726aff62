from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.numbers import share_in_words
from public.decorators import public_page
from public.pictures import sharing_picture
from registry.figures import situation_over_time
from registry.models import Situation
from registry.page_reads import region_at
from registry.places import find_place

SOFT_HYPHEN = "\xad"  # shows where a long word may break on a narrow page; a picture has room


@public_page
def municipality_picture(request, region_slug, municipality_slug):
    """The picture that a shared link to a municipality's page shows."""
    place = find_place(region_slug, municipality_slug, timezone.localdate())
    if place is None or place.is_old:
        raise Http404
    situation = Situation(place.municipality.situation)
    return _picture(request, title=place.municipality.name, words=situation.label, place=place.region.name)


@public_page
def region_picture(request, region_slug):
    """The picture that a shared link to a region's page shows."""
    region = region_at(region_slug)
    if region is None:
        raise Http404
    (point,) = situation_over_time(region, [timezone.localdate()])
    return _picture(request, title=region.name, words=_("Liaison named"), place=share_in_words(point.named))


def _picture(request, *, title, words, place):
    demo_label = _("Demo data, answers invented") if request.site_state.has_demo_data else ""
    words = words[:1].upper() + words[1:].replace(SOFT_HYPHEN, "")
    picture = sharing_picture(
        title=title, words=words, place=place, site_name=settings.SITE_NAME, demo_label=demo_label
    )
    return HttpResponse(picture, content_type="image/png")

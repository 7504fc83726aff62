"""The survey's own check of data quality: what was said aloud and nobody has confirmed."""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.quality import Check, Finding, since_day
from surveys.models import Response

CONFIRMED_WITHIN = dt.timedelta(days=14)


def find_unconfirmed(scope):
    """Find the interviews that nobody has confirmed two weeks after they were sent in."""
    rows = Response.objects.waiting_for_confirmation().for_quality(scope.regions, scope.on - CONFIRMED_WITHIN)
    for response in rows:
        yield Finding(
            check="interview_unconfirmed",
            subject=f"response-{response.pk}",
            region_id=response.round.region_id,
            text=_("%(survey)s: the respondent has not confirmed the answers") % {"survey": response.round},
            url_name="portal_interview",
            url_args=(response.municipality.slug, response.round.year),
            places=(response.municipality_id,),
            place_names=response.municipality.name,
            since=since_day(timezone.localdate(response.submitted_at)),
        )


CHECKS = (
    Check(
        "interview_unconfirmed",
        gettext_lazy("Interviews that have not been confirmed"),
        gettext_lazy(
            "Answers that were written down by the coordinator are the municipality's own only when it has said that "
            "they are right: send the letter again, or call."
        ),
        find_unconfirmed,
    ),
)

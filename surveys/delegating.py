"""A colleague without an account answers one theme: by a link that opens just that, ends, and can be withdrawn."""

import datetime as dt
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.links import make_link, revoke_links
from accounts.models import SecretLink
from mailing.kinds import Placeholder, letter_kind
from mailing.outbox import queue_letter
from mailing.writing import write
from registry.models import Person
from surveys.models import Delegation
from surveys.sheet import Sheet

KIND = "survey_theme"
MOST_AT_ONCE = 10  # colleagues asked in one response whose links still open
MOST_A_DAY = 20  # with those withdrawn: nobody sends letters without end


def _scope(delegation):
    return f"delegation:{delegation.pk}"


@transaction.atomic
def ask_colleague(response, round_theme, *, name="", post, email, message="", language="fi", by):
    """Ask a colleague to answer `round_theme` and queue the letter with the link; return the Delegation.

    Raises ValidationError: "closed" (nothing can be answered now), "asked" (the
    address has been asked for this theme and the link still opens), "too_many", and
    those of the fields; nothing is sent then.
    """
    locked = type(response).objects.select_for_update(of=("self",), no_key=True).select_related("round")
    locked = locked.get(pk=response.pk)
    if locked.is_submitted or not locked.round.is_open:
        raise ValidationError(_("The survey does not take answers now."), code="closed")
    going_on = [each for each in Delegation.objects.going_on(locked) if each.is_going_on]
    if any(each.email.lower() == email.lower() and each.round_theme_id == round_theme.pk for each in going_on):
        raise ValidationError(_("This colleague has been asked for this theme already."), code="asked")
    if len(going_on) >= MOST_AT_ONCE:
        raise ValidationError(_("Ten colleagues have been asked already. Withdraw a request first."), code="too_many")
    if Delegation.objects.asked_since(locked, timezone.now() - dt.timedelta(days=1)).count() >= MOST_A_DAY:
        raise ValidationError(_("Many colleagues have been asked today. Go on tomorrow."), code="too_many")
    delegation = Delegation(
        response=locked, round_theme=round_theme, name=name, post=post, email=email, message=message, asked_by=by
    )
    delegation.full_clean(exclude=["link"])
    delegation._history_user = by
    delegation.save()
    queue_letter(
        KIND,
        key=f"{KIND}:{delegation.pk}",
        address=email,
        language=language,
        scope=f"region:{locked.round.region_id}",
        arguments={"delegation": delegation.pk},
        by=by,
    )
    return delegation


@transaction.atomic
def withdraw_request(delegation, *, by):
    """Let the colleague's link open nothing any more, and a letter that waits not go; return the Delegation.

    What the colleague has saved stays. Withdrawn twice is harmless.
    """
    return _end(delegation, by=by)


@transaction.atomic
def finish_request(delegation):
    """Mark that the colleague is done, which closes the link; return the Delegation."""
    return _end(delegation, by=None)


def _end(delegation, *, by):
    locked = Delegation.objects.select_for_update(of=("self",)).get(pk=delegation.pk)
    if locked.finished_at is None:
        locked.finished_at = timezone.now()
        locked._history_user = by
        locked.save(update_fields=["finished_at"])
        if by is not None:
            revoke_links(purpose=KIND, scope=_scope(locked))
    return locked


def delegation_of(link):
    """Return the Delegation to which `link` belongs, whether or not it still opens the theme; None when it is gone."""
    return Delegation.objects.of_link(link)


def sheet_of(delegation):
    """Return the Sheet of the response of which a colleague answers a theme, as it stands now."""
    rows = type(delegation.response).objects.with_round()
    response = rows.get(pk=delegation.response_id).with_its_correction()
    return Sheet(response.round, response.municipality, response)


@letter_kind(
    KIND,
    label=gettext_lazy("A theme of the survey asked of a colleague"),
    why=gettext_lazy("You get this letter because a colleague asked you in %(site)s to answer a part of a survey."),
    is_duty=True,
    folder=Path(__file__).parent / "letters",
    placeholders={
        "greeting": Placeholder(gettext_lazy("greeting with the colleague's name"), "Hei Leena Liesi,"),
        "asker": Placeholder(gettext_lazy("who asks"), "Aino Aalto", is_required=True),
        "municipality": Placeholder(gettext_lazy("the municipality that answers"), "Hailuoto"),
        "survey": Placeholder(gettext_lazy("the survey"), "Kartoitus 2026"),
        "theme": Placeholder(gettext_lazy("the theme that is asked"), "Kunnan tilat", is_required=True),
        "message": Placeholder(gettext_lazy("the asker's own words, if any"), "…"),
        "by_day": Placeholder(gettext_lazy("the day by which an answer is asked for"), "24.9.2026"),
        "link": Placeholder(
            gettext_lazy("the address of the page with the questions"), "https://…/y/…/", is_required=True
        ),
    },
)
def survey_theme_letter(letter):
    """Write the request with a link made now; None when it has been withdrawn, sent in or closed meanwhile."""
    rows = Delegation.objects.select_related(
        "response__round", "response__municipality", "round_theme__theme", "asked_by__person"
    )
    delegation = rows.filter(pk=letter.arguments["delegation"], finished_at__isnull=True).first()
    if delegation is None or delegation.response.is_submitted or not delegation.response.round.is_open:
        return None
    survey_round = delegation.response.round
    # A letter that is tried again has another link; the earlier one may have been read on the way.
    SecretLink.objects.filter(purpose=KIND, scope=_scope(delegation)).update(revoked_at=timezone.now())
    delegation.link, token = make_link(KIND, _scope(delegation), lifetime=_until_closing(survey_round))
    Delegation.objects.filter(pk=delegation.pk).update(link=delegation.link)
    asker = getattr(delegation.asked_by, "person", None) or Person()
    values = {
        "greeting": _("Hello %(name)s,") % {"name": delegation.name} if delegation.name else _("Hello,"),
        "asker": asker.name,
        "municipality": delegation.response.municipality.name,
        "survey": str(survey_round),
        "theme": delegation.round_theme.theme.name,
        "message": delegation.message,
        "by_day": date_format(survey_round.closes_on, "SHORT_DATE_FORMAT"),
        "link": f"{settings.SITE_URL}{reverse('link', args=[token])}",
    }
    return write(KIND, values, reply_to=asker.email)


def _until_closing(survey_round):
    """Return how long it is until the round takes no more answers."""
    midnight = dt.datetime.combine(survey_round.closes_on + dt.timedelta(days=1), dt.time())
    return timezone.make_aware(midnight) - timezone.now()

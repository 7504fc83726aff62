"""A coordinator says that a finding is right so for the time being, and takes that back."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.models import QualityException
from registry.privacy import months_before
from registry.quality.checks import find_check

# What is right today is looked at again in the rhythm of contact details (rule 10 of docs/rules.md) …
USUAL_MONTHS = 6
# … and nothing is hidden for good: in two years the people and their reasons have changed.
LONGEST_MONTHS = 24


def usual_until(today=None):
    """Return the day until which a finding is accepted unless somebody chooses another."""
    return months_before(today or timezone.localdate(), -USUAL_MONTHS)


@transaction.atomic
def accept_finding(region, check_key, subject, *, until, reason, by):
    """Hide a finding of `region` up to and including the day `until`; return the QualityException.

    Accepting again moves the day and the reason. Raises ValidationError with code
    "unknown" (no such check), "past" (the day is over), "too_long" (over two years
    ahead) or those of the fields, such as a missing reason.
    """
    today = timezone.localdate()
    if find_check(check_key) is None:
        raise ValidationError(_("There is no such check."), code="unknown")
    if until < today:
        raise ValidationError({"until": ValidationError(_("Give a day that has not passed."), code="past")})
    if until > months_before(today, -LONGEST_MONTHS):
        too_long = _("Give a day at most two years ahead, so that somebody looks at this again.")
        raise ValidationError({"until": ValidationError(too_long, code="too_long")})
    of_finding = {"region": region, "check_key": check_key, "subject": subject}
    said = {"until": until, "reason": reason, "accepted_by": by, "accepted_at": timezone.now()}
    QualityException(**of_finding, **said).full_clean(validate_unique=False, validate_constraints=False)
    exception, _created = QualityException.objects.update_or_create(**of_finding, defaults=said)
    return exception


@transaction.atomic
def withdraw_acceptance(region, check_key, subject, *, by):
    """Show a finding again at once. Harmless when it was not accepted; nothing of it is kept.

    `by` is who does it, as everywhere.
    """
    QualityException.objects.filter(region=region, check_key=check_key, subject=subject).delete()

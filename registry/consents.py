"""A volunteer gives and withdraws permission to show a field in public."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.models import Consent, Person


@transaction.atomic
def give_consent(person, field, *, means, given_on, by):
    """Record that `person` allows `field` (Consent.Field) to be shown; return the consent.

    `means` (Consent.Means) says how it was given, also when a coordinator records
    one given on paper or by phone. Harmless when one is already in force. Raises
    ValidationError (code "future") for a day that has not come.
    """
    Person.objects.select_for_update().get(pk=person.pk)
    in_force = person.consents.filter(field=field, withdrawn_at__isnull=True).first()
    if in_force:
        return in_force
    if given_on > timezone.localdate():
        raise ValidationError(_("A consent cannot be given in the future."), code="future")
    consent = Consent(person=person, field=field, means=means, given_on=given_on, recorded_by=by)
    consent._history_user = by
    consent.full_clean()
    consent.save()
    return consent


@transaction.atomic
def withdraw_consent(person, field, *, by):
    """Withdraw `person`'s consent for `field`: from this moment the field appears nowhere.

    Harmless when none is in force.
    """
    for consent in person.consents.filter(field=field, withdrawn_at__isnull=True):
        consent.withdrawn_at = timezone.now()
        consent._history_user = by
        consent.save()

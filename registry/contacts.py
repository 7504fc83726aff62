"""Contact details are checked with the person."""

from django.db import transaction

from registry.models import Person


@transaction.atomic
def confirm_contact_details(person, *, on, by):
    """Record that the contact details of `person` were right on the day `on`; return the person.

    A later check already recorded stands. Harmless when repeated.
    """
    person = Person.objects.select_for_update().get(pk=person.pk)
    if person.contact_checked_on is None or person.contact_checked_on < on:
        person.contact_checked_on = on
        person._history_user = by
        person.save(update_fields=["contact_checked_on"])
    return person

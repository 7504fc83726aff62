"""Contact details are checked with the person."""

from django.db import transaction

from registry.models import Person
from registry.returned import address_is_right


@transaction.atomic
def confirm_contact_details(person, *, on, by):
    """Record that the contact details of `person` were right on the day `on`; return the person.

    A later check already recorded stands. Letters that came back are forgiven: the
    address works. Harmless when repeated.
    """
    person = Person.objects.select_for_update().get(pk=person.pk)
    if person.contact_checked_on is None or person.contact_checked_on < on:
        person.contact_checked_on = on
        person._history_user = by
        person.save(update_fields=["contact_checked_on"])
    address_is_right(person, by=by)
    return person


@transaction.atomic
def change_contact_details(person, *, on, by):
    """Save the changed contact details of `person`, checked by that on the day `on`; return the person.

    Letters go to the address again, also where earlier ones came back.
    Raises ValidationError with the codes of the fields; nothing is saved then.
    """
    person.contact_checked_on = on
    person._history_user = by
    person.full_clean()
    person.save(update_fields=["email", "phone", "language", "contact_checked_on", "search"])
    address_is_right(person, by=by)
    return person


@transaction.atomic
def change_publicity(appointment, *, by):
    """Save which of an officer's details are public in `appointment`, and its working conditions; return it.

    Raises ValidationError with the codes of fields and constraints; nothing is saved then.
    """
    appointment._history_user = by
    appointment.full_clean()
    appointment.save()
    return appointment


@transaction.atomic
def choose_topics(appointment, topics, *, by):
    """Record on which `topics` colleagues can ask the holder of `appointment`, and in its history that they changed.

    Returns the appointment. Nothing is written when they are the same already.
    """
    if set(appointment.topics.all()) == set(topics):
        return appointment
    appointment.topics.set(topics)
    # Topics are rows of their own, which history does not keep: the version says that they are what changed.
    appointment._history_user, appointment._change_reason = by, "topics"
    appointment.save()
    del appointment._change_reason
    return appointment

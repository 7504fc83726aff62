"""Who answers for a letter: to whom a reply goes that came to the site's own address."""

from registry.models import Coordinator, Person


def who_answers_for(letter):
    """Return the contact address of the coordinator who answers for `letter`, or None when none is known.

    The one who caused the letter comes first, as long as they coordinate; then those of
    the letter's region ("region:17") or of the recipient's ("person:12"), the one of the
    whole region before those of areas.
    """
    kind, _colon, number = letter.scope.partition(":")
    coordinators = Coordinator.objects.current()
    if letter.by_id and (address := coordinators.filter(person__user=letter.by_id).first_address()):
        return address
    if kind == "region" and number.isdecimal():
        return coordinators.filter(region=number).first_address()
    if kind == "person" and number.isdecimal():
        home = Person.objects.filter(pk=number).values_list("region", flat=True).first()
        return coordinators.filter(region=home).first_address() if home else None
    return None

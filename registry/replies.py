"""Who answers for a letter: to whom a reply goes that came to the site's own address."""

from registry.models import Coordinator, Person
from registry.returned import first_that_works


def who_answers_for(letter):
    """Return the contact address of the coordinator who answers for `letter`, or None when none is known.

    The one who caused the letter comes first, as long as they coordinate; then those of
    the letter's region ("region:17") or of the recipient's ("person:12"), the one of the
    whole region before those of areas. Nobody from whose address letters come back.
    """
    kind, _colon, number = letter.scope.partition(":")
    coordinators = Coordinator.objects.current()
    addresses = coordinators.filter(person__user=letter.by_id).addresses() if letter.by_id else []
    if kind == "region" and number.isdecimal():
        addresses += coordinators.filter(region=number).addresses()
    if kind == "person" and number.isdecimal():
        home = Person.objects.filter(pk=number).values_list("region", flat=True).first()
        addresses += coordinators.filter(region=home).addresses() if home else []
    return first_that_works(addresses) or None

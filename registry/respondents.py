"""Who answers for a municipality: the first who can be written to, in the order of docs/domain.md."""

from dataclasses import dataclass

from django.utils import timezone

from mailing.models import Bounce
from mailing.reasons import reason_in_words
from registry.models import Appointment

_RANK = {
    Appointment.Kind.LIAISON: 0, Appointment.Kind.DEPUTY: 0, Appointment.Kind.DUTIES: 1, Appointment.Kind.FALLBACK: 2,
}  # fmt: skip


@dataclass(frozen=True)
class PassedOver:
    """An appointment whose holder comes earlier in the order and cannot be written to, and why (a code of reasons)."""

    appointment: Appointment
    reason: str

    @property
    def words(self):
        """The reason in words, in the active language."""
        return reason_in_words(self.reason)


@dataclass(frozen=True)
class Respondent:
    """Who is written to for a municipality, or None, and who comes before and cannot be reached."""

    appointment: Appointment | None
    passed_over: tuple = ()

    @property
    def person(self):
        """The person, or None when nobody can be reached."""
        return self.appointment.person if self.appointment else None

    @property
    def stands_in(self):
        """Whether somebody answers only because letters to the one before come back or have no address."""
        return self.appointment is not None and bool(self.passed_over)


def respondents_of(municipalities, on):
    """Return {municipality's id: Respondent} on day `on`, in two queries.

    The order: the liaison who has been so the longest, an officer with the duties,
    fallback respondents by their post; a deputy just before whom they stand in for.
    Whoever has no address, or one from which letters come back, is passed over until
    the address is put right.
    """
    ids = [getattr(each, "pk", each) for each in municipalities]
    rows = Appointment.objects.current_on(on).filter(municipality__in=ids, person__isnull=False)
    by_place = {pk: [] for pk in ids}
    for row in rows.select_related("person", "municipality").order_by("start_last", "pk"):
        by_place[row.municipality_id].append(row)
    addresses = {row.person.email.strip().lower() for found in by_place.values() for row in found if row.person.email}
    returned = Bounce.objects.among(addresses) if addresses else set()
    return {pk: _first(found, returned) for pk, found in by_place.items()}


def respondent_of(municipality, on=None):
    """Return the Respondent of one municipality, today or on day `on`."""
    return respondents_of([municipality], on or timezone.localdate())[municipality.pk]


def _first(appointments, returned):
    passed_over = []
    for each in _in_order(appointments):
        address = each.person.email.strip().lower()
        if address and address not in returned:
            return Respondent(each, tuple(passed_over))
        passed_over.append(PassedOver(each, "bounced" if address else "no_address"))
    return Respondent(None, tuple(passed_over))


def _in_order(appointments):
    """Return appointments of one municipality, the longest first, in the order in which a respondent is looked for."""
    deputies, held = {}, []
    ids = {each.pk for each in appointments}
    for each in appointments:
        # A deputy of somebody who has left stands in for the post, as the liaison would.
        stands_in = each.kind == Appointment.Kind.DEPUTY and each.deputy_for_id in ids
        (deputies.setdefault(each.deputy_for_id, []) if stands_in else held).append(each)
    held.sort(key=lambda each: (_RANK[each.kind], each.fallback_post))
    return [one for each in held for one in (*deputies.get(each.pk, ()), each)]

"""What a municipality offers is kept right: saved, checked, ended."""

import datetime as dt

from django.db import transaction


@transaction.atomic
def save_offer(offer, *, on, by):
    """Save a new or changed GrantPeriod, Premises or Channel, checked on the day `on`; return it.

    Raises ValidationError with the codes of fields and constraints; nothing is saved then.
    """
    offer.checked_on = on
    offer._history_user = by
    offer.full_clean()
    offer.save()
    return offer


@transaction.atomic
def check_offer(offer, *, on, by):
    """Record that `offer` was seen to hold on the day `on`; a later check stands. Harmless when repeated."""
    if offer.checked_on is None or offer.checked_on < on:
        offer.checked_on = on
        offer._history_user = by
        offer.save(update_fields=["checked_on"])
    return offer


@transaction.atomic
def end_offer(offer, *, on, by):
    """End `offer` so that the day before `on` is its last: public pages show it no more from `on`. Return it.

    One that would have begun later never begins. Harmless when it has ended.
    """
    last_day = on - dt.timedelta(days=1)
    if offer.valid_to is not None and offer.valid_to <= last_day:
        return offer
    offer.valid_to = last_day
    if offer.valid_from is not None and offer.valid_from > last_day:
        offer.valid_from = last_day
    offer._history_user = by
    offer.save(update_fields=["valid_from", "valid_to"])
    return offer

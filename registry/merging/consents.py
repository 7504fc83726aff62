"""Consents in a merger of people: each holds for the value for which it was given, and none is widened."""

from django.utils import timezone
from django.utils.translation import gettext as _

from registry.merging.preview import MovedRow, in_words, table_name
from registry.merging.public import plain
from registry.models import Consent


def plan_consents(draft, preview, of_both, of_gone, of_kept, after):
    """Move the consents of the person who goes, and withdraw those that would show more than was allowed.

    `of_both` are the consents of the two; `of_gone`, `of_kept` and `after` the details of
    the two before, and of the one who stays afterwards.
    """
    now = timezone.now()
    for detail in Consent.Field.values:
        rows = [consent for consent in of_both if consent.field == detail]
        given = {consent.person_id: consent for consent in rows if consent.withdrawn_at is None}
        own, other = given.get(draft.kept.pk), given.get(draft.gone.pk)
        is_same = plain(detail, after[detail]) == plain(detail, of_gone[detail])
        is_filled = bool(after[detail]) and not of_kept[detail]
        reasons = {}
        if other and not is_same:
            reasons[other] = _("it was given for another value")
        elif other and _withdrawn_since(rows, draft.kept, other):
            reasons[other] = _("the person has withdrawn it later")
        if own and is_same and _withdrawn_since(rows, draft.gone, own):
            reasons[own] = _("the person has withdrawn it later")
        elif own and is_filled and (other is None or other in reasons):
            reasons[own] = _("it was not given for the value that is taken over; ask again")
        if own and other and not reasons:
            reasons[max(own, other, key=lambda consent: (consent.given_on, consent is other))] = _(
                "the earlier one is in force"
            )
        for consent in rows:
            _plan(draft, preview, consent, reasons.get(consent), now)


def _withdrawn_since(rows, person, consent):
    """Whether `person` has withdrawn the same consent on the day on which `consent` was given, or later."""
    return any(
        each.person_id == person.pk
        and each.withdrawn_at is not None
        and timezone.localdate(each.withdrawn_at) >= consent.given_on
        for each in rows
    )


def _plan(draft, preview, consent, reason, now):
    is_moving = consent.person_id == draft.gone.pk
    note = ""
    if reason:
        note = _("withdrawn, because %(reason)s") % {"reason": reason}
        draft.set(consent, withdrawn_at=now)
    if is_moving:
        draft.set(consent, person=draft.kept)
    if is_moving or reason:
        words = f"{consent.get_field_display()}, {in_words(consent, 'given_on')}"
        preview.moved.append(MovedRow(table_name(consent), words, note or _state(consent)))


def _state(consent):
    return _("stays in force") if consent.withdrawn_at is None else _("withdrawn")

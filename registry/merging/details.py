"""Contact details and openness in a merger of people: filled where empty, never opened."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from registry.merging.preview import DetailRow, in_words, label_of
from registry.merging.public import details_of, plain
from registry.merging.roles import OPENNESS
from registry.models import Appointment, Consent, Coordinator, Person

FILLED = ("email", "phone")


def plan_details(draft, preview, roles, shown):
    """Fill the empty contact details of the person who stays; return {detail: value} as it is afterwards.

    `shown` are the plain details that the public sees of either today.
    """
    gone, kept = draft.gone, draft.kept
    preview.details.append(DetailRow(str(_("Name")), gone.name, kept.name, kept.name, _lost(gone.name, kept.name)))
    is_shown_by_role = any(isinstance(role, Coordinator) and _goes_on(role) for role in roles)
    filled = []
    for name in FILLED:
        of_gone, of_kept = getattr(gone, name), getattr(kept, name)
        note = _lost(of_gone, of_kept)
        if of_gone and not of_kept:
            if is_shown_by_role and (name, plain(name, of_gone)) not in shown:
                note = _("Not taken over: a coordinator's details are public, and this one was not.")
            else:
                draft.set(kept, **{name: of_gone})
                filled.append(name)
                note = _("Taken over.")
        preview.details.append(DetailRow(label_of(Person, name), of_gone, of_kept, getattr(kept, name), note))
    _plan_checked_on(draft, preview, filled)
    for name in ("language", "region"):
        words = [in_words(person, name) for person in (gone, kept)]
        if words[0] != words[1]:
            preview.details.append(DetailRow(label_of(Person, name), *words, words[1], _lost(*words)))
    return details_of(kept)


def _lost(of_gone, of_kept):
    return _("Not kept.") if of_gone and of_kept and of_gone != of_kept else ""


def _plan_checked_on(draft, preview, filled):
    """Keep the day of checking of whose details stay; of details from both the older day, or none."""
    gone, kept = draft.gone, draft.kept
    before = [in_words(person, "contact_checked_on") for person in (gone, kept)]
    days = [gone.contact_checked_on, kept.contact_checked_on]
    own = [name for name in FILLED if getattr(kept, name) and name not in filled]
    checked_on = days[1]
    if filled:
        mixed = min(days) if all(days) else None
        checked_on = mixed if own else days[0]
    elif own and all(plain(name, getattr(gone, name)) == plain(name, getattr(kept, name)) for name in FILLED):
        checked_on = max(filter(None, days), default=None)
    if checked_on != days[1]:
        draft.set(kept, contact_checked_on=checked_on)
    if any(before):
        after = in_words(kept, "contact_checked_on")
        preview.details.append(DetailRow(label_of(Person, "contact_checked_on"), *before, after))


@dataclass(frozen=True)
class Before:
    """Of a role as it was: whose it was, whether it counted today, and whether it had ended."""

    owner_id: int
    is_current: bool
    has_ended: bool

    @classmethod
    def of(cls, role):
        """Return what is to be remembered of a role before anything is planned."""
        return cls(role.person_id, role.is_current, not _goes_on(role))

    def lets_show(self, role):
        """Whether what was open in the role as it was may be so in `role`, which it is now or is joined into."""
        return not self.has_ended and (self.is_current or not role.is_current)


def plan_openness(draft, preview, joins, before, shown, values):
    """Close in appointments what would show a detail that the public has not seen; refuse where it cannot be closed.

    `joins` says which rows were joined into which, `before` is a Before of each role of the
    two, `values` {id of a person: details before}. A role may go on showing what its
    holder's record let it show.
    """
    after = details_of(draft.kept)
    for role in before:
        if role in draft.dropped or not _goes_on(role):
            continue
        owners = {before[row].owner_id for row in (role, *joins.get(role, ())) if before[row].lets_show(role)}
        hidden = [
            detail
            for detail, value in after.items()
            if value
            and (detail, plain(detail, value)) not in shown
            and all(plain(detail, value) != plain(detail, values[owner][detail]) for owner in owners)
        ]
        if isinstance(role, Appointment):
            _close(draft, preview, role, hidden)
        elif isinstance(role, Coordinator) and hidden:
            names = ", ".join(str(Consent.Field(detail).label) for detail in hidden)
            preview.refuse(
                _(
                    "A coordinator's details are public, and these of %(kept)s are not: %(details)s. Keep the other "
                    "one, or change the details first."
                )
                % {"kept": draft.kept, "details": names},
                "would_show",
            )


def _goes_on(role):
    return role.end_last is None or role.end_last >= timezone.localdate()


def _close(draft, preview, role, hidden):
    for column, detail in OPENNESS.items():
        if detail in hidden and getattr(role, column):
            draft.set(role, **{column: False})
            words = {"detail": Consent.Field(detail).label, "role": role}
            preview.notes.append(
                _(
                    "%(detail)s is closed in “%(role)s”, because the public has not seen it so far. Open it there if "
                    "it may be shown."
                )
                % words
            )

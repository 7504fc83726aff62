"""Two rows of the same association become one."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.merging.draft import Draft, relation_name, relations_to
from registry.merging.preview import (
    DetailRow,
    DroppedRow,
    MergePreview,
    MovedRow,
    check_wanted,
    in_words,
    label_of,
    table_name,
)
from registry.merging.rights import check_regions, is_administrator, region_of_step
from registry.merging.steps import subject_of
from registry.models import Association, AssociationContact, ChangeSet, Region

# How each relation to an association is merged; see PERSON_RELATIONS.
ASSOCIATION_RELATIONS = {
    "registry.associationcontact.association": "contacts",
    "registry.agent.association": "re-pointed",
}
FILLED = ("register_number", "field", "website")
COMPARED = ("name", "register_number", "municipality", "field", "website", "ended_on")


def preview_association_merge(gone, kept, *, by):
    """Return the MergePreview of merging the association `gone` into `kept` by `by`; nothing is written."""
    return _plan(gone, kept, by)[1]


@transaction.atomic
def merge_associations(gone, kept, *, by, seen=None):
    """Merge the association `gone` into `kept` by the rules of this package; return the ChangeSet.

    `by` and `seen` as for `merge_people`. Raises ValidationError with code "same",
    "missing", "outside", "two_numbers" (two associations of the register),
    "municipalities" (an administrator can do it) or "changed_meanwhile"; nothing is
    changed then.
    """
    list(Association.objects.select_for_update().filter(pk__in=[gone.pk, kept.pk]).order_by("pk").values_list("pk"))
    draft, preview = _plan(gone, kept, by)
    check_wanted(preview, seen)
    region = _region_of_step(preview)
    recording = draft.carry_out(by=by)
    return recording.save(
        kind=ChangeSet.Kind.MERGE,
        subject=subject_of(gone, kept),
        by=by,
        region=region,
        counts={"moved": len(preview.moved), "dropped": len(preview.dropped)},
    )


def _region_of_step(preview):
    today = timezone.localdate()
    home = Region.objects.filter(pk__in=preview.kept.municipality.memberships.current_on(today).values("region"))
    region = home.first()
    return region and region_of_step(preview, relations_to(Association), region)


def _plan(gone, kept, by):
    """Return the Draft and the MergePreview of a merger."""
    found = Association.objects.select_related("municipality", "field").in_bulk([gone.pk, kept.pk])
    if len(found) < 2:
        is_same = gone.pk == kept.pk
        message = _("These are one and the same row.") if is_same else _("One of the two is no longer there.")
        raise ValidationError(message, code="same" if is_same else "missing")
    draft = Draft(found[gone.pk], found[kept.pk])
    preview = MergePreview(draft.gone, draft.kept)
    check_regions(preview, relations_to(Association), by)
    _check_are_one(preview, by)
    _plan_details(draft, preview)
    for field in relations_to(Association):
        if ASSOCIATION_RELATIONS.get(relation_name(field)) == "contacts":
            _plan_contacts(draft, preview)
        else:
            moved = draft.repoint(field, {draft.gone: draft.kept})
            preview.moved += [MovedRow(table_name(row), str(row)) for row in moved]
    return draft, preview


def _check_are_one(preview, by):
    gone, kept = preview.gone, preview.kept
    numbers = {"".join(filter(str.isdigit, each.register_number or "")) for each in (gone, kept)} - {""}
    if len(numbers) > 1:
        preview.refuse(
            _("The two have different register numbers: they are two associations. Correct the number that is wrong."),
            "two_numbers",
        )
    if gone.municipality_id != kept.municipality_id and not is_administrator(by):
        preview.refuse(
            _(
                "The two work in different municipalities, and many local associations have the same name. If they are "
                "one, correct the municipality first, or ask an administrator."
            ),
            "municipalities",
        )


def _plan_details(draft, preview):
    """Fill the empty details of the association that stays, but for its end, which somebody states."""
    gone, kept = draft.gone, draft.kept
    for name in COMPARED:
        of_gone, of_kept, note = in_words(gone, name), in_words(kept, name), ""
        if name in FILLED and of_gone and not of_kept:
            draft.set(kept, **{name: getattr(gone, name)})
            note = _("Taken over.")
        elif of_gone and of_gone != of_kept:
            note = _("Not kept.")
        preview.details.append(DetailRow(label_of(Association, name), of_gone, of_kept, in_words(kept, name), note))


def _plan_contacts(draft, preview):
    """Move the contacts; one with the e-mail of a contact that stays is joined into it."""
    of_both = AssociationContact.objects.filter(association__in=[draft.gone, draft.kept]).select_related("association")
    contacts = draft.rows(of_both.order_by("pk"))
    own = {}
    for contact in contacts:
        if contact.association_id == draft.kept.pk and contact.email:
            own.setdefault(contact.email.casefold(), []).append(contact)
    for contact in contacts:
        if contact.association_id == draft.kept.pk:
            continue
        same = own.get(contact.email.casefold(), [])
        words = contact.name or contact.email or contact.phone
        if same:
            why = "; ".join([_("the same e-mail is already there"), *_join_contact(draft, contact, same)])
            preview.dropped.append(DroppedRow(table_name(contact), words, why))
            draft.drop(contact, into=same[0])
            for field in relations_to(AssociationContact):
                draft.repoint(field, {contact: same[0]})
        else:
            draft.set(contact, association=draft.kept)
            preview.moved.append(MovedRow(table_name(contact), words))


def _join_contact(draft, contact, same):
    """Let those with the same e-mail know what `contact` knew; return in words what follows.

    A wish for no letters holds for the e-mail, wherever it stands. Details kept on another
    basis do not mix, and what is filled is kept no longer than it would have been.
    """
    notes = []
    for each in same:
        days = [day for day in (each.no_letters_since, contact.no_letters_since) if day]
        if days and min(days) != each.no_letters_since:
            draft.set(each, no_letters_since=min(days))
            notes.append(_("the wish for no letters stays"))
    first = same[0]
    for name in ("name", "phone"):
        own, other = getattr(first, name), getattr(contact, name)
        if not other or own == other:
            continue
        words = {"field": label_of(AssociationContact, name), "value": other}
        if own or first.basis != contact.basis:
            notes.append(_("%(field)s %(value)s is not kept") % words)
            continue
        checked = [first.checked_on, contact.checked_on]
        draft.set(
            first,
            **{name: other},
            obtained_on=min(first.obtained_on, contact.obtained_on),
            checked_on=min(checked) if all(checked) else None,
        )
        notes.append(_("%(field)s is taken over: %(value)s") % words)
    return notes

"""Two rows of the same person become one."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from registry.merging.consents import plan_consents
from registry.merging.details import Before, plan_details, plan_openness
from registry.merging.draft import Draft, relation_name, relations_to
from registry.merging.preview import MergePreview, MovedRow, check_wanted, table_name
from registry.merging.public import details_of, public_facts
from registry.merging.rights import check_regions, is_administrator, region_of_step
from registry.merging.roles import plan_roles, roles_of_both
from registry.merging.steps import subject_of
from registry.models import Agent, Appointment, ChangeSet, Consent, Coordinator, Municipality, Pairing, Person, Region

# How each relation to a person is merged; what is not named here is re-pointed too, and a test asks for its name.
PERSON_RELATIONS = {
    "registry.appointment.person": "roles",
    "registry.agent.person": "roles",
    "registry.coordinator.person": "roles",
    "registry.consent.person": "consents",
    "registry.actingentry.person": "re-pointed",
    "registry.agent.recruited_by": "re-pointed",
    "registry.colleaguequestion.asker": "re-pointed",
    "registry.contactentry.person": "re-pointed",
    "registry.handover.successor": "re-pointed",
    "registry.task.assigned_to": "re-pointed",
    "meetings.invitation.person": "re-pointed",
    "surveys.response.respondent": "re-pointed",
}


def preview_person_merge(gone, kept, *, by):
    """Return the MergePreview of merging the person `gone` into `kept` by the account `by`; nothing is written."""
    return _plan(gone, kept, by)[1]


@transaction.atomic
def merge_people(gone, kept, *, by, seen=None):
    """Merge the person `gone` into `kept` by the rules of this package; return the ChangeSet, which can be undone.

    `by` is the account that does it (None for commands); `seen` the digest of the preview
    that was read, when there was one. Raises ValidationError with code "same" (one row),
    "missing" (one of them is no longer there), "outside", "coordinator" or
    "administrator" (an administrator can do it), "own_account", "would_show" (a
    coordinator's public details) or "changed_meanwhile"; nothing is changed then.
    """
    _lock([gone.pk, kept.pk])
    draft, preview = _plan(gone, kept, by)
    check_wanted(preview, seen)
    region = _region_of_step(preview)
    recording = draft.carry_out(by=by)
    return recording.save(
        kind=ChangeSet.Kind.MERGE,
        subject=subject_of(gone, kept),
        by=by,
        region=region,
        counts={"moved": len(preview.moved), "joined": len(preview.joined), "dropped": len(preview.dropped)},
    )


def _lock(pks):
    """Hold the places of the two people's roles, then the people, each in the order of their ids.

    Whoever gives a role locks its place first as well. A role that somebody has given
    between the two reads lies in a place that is not held: the reader starts anew.
    """
    held = _places(pks)
    for model, ids in held.items():
        list(model.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
    list(Person.objects.select_for_update().filter(pk__in=pks).order_by("pk").values_list("pk"))
    if any(ids - held[model] for model, ids in _places(pks).items()):
        raise ValidationError(
            _("Something of these two has changed in the meantime. Read what would happen now."),
            code="changed_meanwhile",
        )


def _places(pks):
    towns = [set(model.objects.filter(person__in=pks).values_list("municipality", flat=True).order_by())
             for model in (Appointment, Agent)]  # fmt: skip
    regions = set(Coordinator.objects.filter(person__in=pks).values_list("region", flat=True).order_by())
    return {Municipality: towns[0] | towns[1], Region: regions}


def _plan(gone, kept, by):
    """Return the Draft and the MergePreview of a merger."""
    people = Person.objects.select_related("user", "region").in_bulk([gone.pk, kept.pk])
    if len(people) < 2:
        is_same = gone.pk == kept.pk
        message = _("These are one and the same row.") if is_same else _("One of the two is no longer there.")
        raise ValidationError(message, code="same" if is_same else "missing")
    draft = Draft(people[gone.pk], people[kept.pk])
    preview = MergePreview(draft.gone, draft.kept)
    roles = roles_of_both(draft)
    _check_rights(preview, roles, by)
    _plan_everything(draft, preview, roles, by)
    return draft, preview


def _plan_everything(draft, preview, roles, by):
    gone, kept = draft.gone, draft.kept
    all_roles = [role for rows in roles.values() for role in rows]
    consents = draft.rows(Consent.objects.filter(person__in=[gone, kept]).order_by("pk"))
    values = {person.pk: details_of(person) for person in (gone, kept)}
    facts = _facts([gone, kept], all_roles, consents)
    shown = {fact.plain for fact in facts}
    before = {role: Before.of(role) for role in all_roles}

    after = plan_details(draft, preview, all_roles, shown)
    joins = plan_roles(draft, preview, roles)
    plan_openness(draft, preview, joins, before, shown, values)
    plan_consents(draft, preview, consents, values[gone.pk], values[kept.pk], after)
    for field in relations_to(Person):
        if PERSON_RELATIONS.get(relation_name(field), "re-pointed") == "re-pointed":
            moved = draft.repoint(field, {gone: kept})
            preview.moved += [MovedRow(table_name(row), str(row)) for row in moved]
    _plan_account(draft, preview, by)
    _warn_of_two_people(draft, preview, all_roles)

    left = [role for role in all_roles if role not in draft.dropped]
    facts_after = _facts([kept], left, consents)
    preview.becomes_public += sorted(str(fact) for fact in facts_after - facts)
    preview.ceases_public += sorted(str(fact) for fact in facts - facts_after)


def _facts(people, roles, consents):
    """Return what the public sees of these people today."""
    facts = set()
    for person in people:
        own_roles = [role for role in roles if role.person_id == person.pk]
        facts |= public_facts(person, own_roles, [each for each in consents if each.person_id == person.pk])
    return facts


def _plan_account(draft, preview, by):
    """Let the one who stays have one account."""
    gone, kept = draft.gone, draft.kept
    if gone.user is None:
        return
    if kept.user is None:
        draft.set(kept, user=gone.user)
        preview.notes.append(_("The account %(account)s moves.") % {"account": gone.user})
        return
    draft.set(gone.user, is_active=False)
    preview.notes.append(_("The account %(gone)s is closed; %(kept)s stays.") % {"gone": gone.user, "kept": kept.user})
    if by is not None and gone.user.pk == by.pk:
        preview.refuse(_("Your own account would be closed. Keep the other one of the two."), "own_account")


def _warn_of_two_people(draft, preview, roles):
    """Say what speaks for two people: one is the other's deputy or working pair."""
    ids = {draft.gone.pk, draft.kept.pk}
    deputies = [role for role in roles if isinstance(role, Appointment) and role.deputy_for
                and role.deputy_for.person_id in ids]  # fmt: skip
    pairs = Pairing.objects.filter(appointment__person__in=ids, agent__person__in=ids)
    if deputies or pairs.exists():
        preview.notes.append(
            _("One of them is recorded as the deputy or the working pair of the other. Are they two people?")
        )


def _check_rights(preview, roles, by):
    """Refuse a coordinator what would give or take rights, or reach beyond the own regions."""
    if is_administrator(by):
        return
    check_regions(preview, relations_to(Person), by)
    if roles[Coordinator]:
        preview.refuse(
            _("One of the two is or has been a coordinator. An administrator gives that role, and merges them."),
            "coordinator",
        )
    if any(person.user and person.user.is_superuser for person in (preview.gone, preview.kept)):
        preview.refuse(_("One of the two is an administrator, who can do this."), "administrator")


def _region_of_step(preview):
    """Return the region whose coordinators may undo the merger, or None when it is for administrators."""
    people = [preview.gone, preview.kept]
    is_anybodys = not any(person.user and person.user.is_superuser for person in people)
    if not is_anybodys or Coordinator.objects.filter(person__in=people).exists():
        return None
    return region_of_step(preview, relations_to(Person), preview.kept.region)

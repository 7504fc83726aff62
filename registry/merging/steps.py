"""Which rows a recorded merger was about: its ChangeSet names them by table and id."""

from django.apps import apps

from registry.models import ChangeSet


def subject_of(gone, kept):
    """Return what a step about these two is called: the table and both ids."""
    return f"{kept._meta.label_lower}:{gone.pk}:{kept.pk}"


def pair_of(step):
    """Return (model, id of the row that went, id of the one that stayed) of a merger, or None for another step."""
    if step.kind != ChangeSet.Kind.MERGE or step.subject.count(":") != 2:
        return None
    label, gone, kept = step.subject.split(":")
    return apps.get_model(label), int(gone), int(kept)


def merged_into(row):
    """Return the ids of the rows that have been merged into `row`, also by way of others, and not been taken apart."""
    steps = ChangeSet.objects.filter(
        kind=ChangeSet.Kind.MERGE, subject__startswith=f"{row._meta.label_lower}:", undone_at__isnull=True
    )
    into = {}
    for step in steps.only("kind", "subject"):
        _model, gone, kept = pair_of(step)
        into.setdefault(kept, set()).add(gone)
    found, waiting = set(), {row.pk}
    while waiting:
        waiting = set().union(*(into.get(pk, ()) for pk in waiting)) - found
        found |= waiting
    return found


def named_steps(steps, user):
    """Give each of `steps` as `kept_row` the row that stayed in its merger, where `user` may see it, or None."""
    pairs = {step: pair_of(step) for step in steps}
    wanted = {}
    for pair in filter(None, pairs.values()):
        wanted.setdefault(pair[0], set()).add(pair[2])
    found = {model: model.objects.editable_by(user).in_bulk(pks) for model, pks in wanted.items()}
    for step, pair in pairs.items():
        step.kept_row = found[pair[0]].get(pair[2]) if pair else None
    return steps

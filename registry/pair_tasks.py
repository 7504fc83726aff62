"""The list that a municipality's liaisons and agents share: proposed, agreed, ticked, taken up again."""

import datetime as dt

from django.db import transaction

from registry.models import Region, Task
from registry.tasks import complete_task

SHOWN_DONE = 20


@transaction.atomic
def add_pair_task(municipality, *, title, due_on=None, is_proposal, by):
    """Put a task on the list of a municipality's people and return it; an agent's is a proposal.

    The same open task written twice by the same account is one. Raises
    ValidationError with the codes of the fields; nothing is saved then.
    """
    task = Task(
        audience=Task.Audience.PAIR,
        municipality=municipality,
        region=Region.objects.home_of(municipality),
        title=title,
        due_on=due_on,
        is_proposal=is_proposal,
        created_by=by,
    )
    task.full_clean()
    alike = Task.objects.open().of_pair(municipality).filter(title=title, due_on=due_on, created_by=by).first()
    if alike:
        return alike
    task.save()
    return task


@transaction.atomic
def agree_to_task(task, *, by):
    """Make a proposal a task; `by` is the officer's account. Harmless when repeated."""
    if task.is_proposal:
        task.is_proposal = False
        task.save(update_fields=["is_proposal"])
    return task


@transaction.atomic
def tick_task(task, *, by):
    """Mark a task of the list done by the account `by`, once; a proposal is agreed by being done."""
    agree_to_task(task, by=by)
    return complete_task(task, by=by)


@transaction.atomic
def take_up_again(task, *, by):
    """Put a task that was ticked by mistake back on the list; harmless when it is there."""
    if task.done_at is not None:
        task.done_at = task.done_by = None
        task.save(update_fields=["done_at", "done_by"])
    return task


def pair_list(municipality):
    """Return (open tasks, proposals, the latest done) of a municipality's list, in one query."""
    rows = list(Task.objects.of_pair(municipality)[: 200 + SHOWN_DONE])
    undone = [task for task in rows if task.done_at is None]
    done = [task for task in rows if task.done_at is not None][:SHOWN_DONE]
    return (
        [task for task in undone if not task.is_proposal],
        [task for task in undone if task.is_proposal],
        done,
    )


def pressing(tasks, on, *, within=dt.timedelta(days=14)):
    """Return those of agreed open `tasks` that are due by `within` from day `on`."""
    return [task for task in tasks if task.due_on is not None and task.due_on <= on + within]

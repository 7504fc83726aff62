"""Feedback from the public becomes somebody's task."""

from django.db import transaction
from django.utils import timezone

from registry.models import Feedback, Task
from registry.tasks import complete_task


@transaction.atomic
def receive_feedback(feedback):
    """Save `feedback` with its day to answer by, and the task for the region's coordinators; return it.

    Feedback that names no region goes to administrators. The clock is 14 days from
    receipt (Act on digital services 306/2019) for every kind.
    """
    feedback.answer_by = timezone.localdate(feedback.received_at) + Feedback.ANSWER_WITHIN
    feedback.save()
    Task.objects.create(
        kind=Task.Kind.FEEDBACK,
        title=str(feedback.page or "–")[:200],
        region=feedback.region,
        due_on=feedback.answer_by,
        url_name="admin:registry_feedback_change",
        url_args=[feedback.pk],
    )
    return feedback


@transaction.atomic
def answer_feedback(feedback, *, by):
    """Record that `feedback` has been answered, and its task with it. Harmless when repeated."""
    if feedback.answered_at is None:
        feedback.answered_at = timezone.now()
        feedback.save(update_fields=["answered_at"])
    tasks = Task.objects.open().filter(kind=Task.Kind.FEEDBACK, url_args=[feedback.pk])
    for task in tasks:
        complete_task(task, by=by)

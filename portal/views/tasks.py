"""The list that the municipality's liaisons and agents share."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.forms import PortalForm, TaskForm, posted
from registry.access import AGENT, COORDINATOR, OFFICERS, municipality_gate
from registry.models import Task
from registry.pair_tasks import add_pair_task, agree_to_task, pair_list, take_up_again, tick_task

PAIR = OFFICERS | {AGENT, COORDINATOR}


@require_http_methods(["GET", "HEAD", "POST"])
@municipality_gate(writers=PAIR)
def portal_tasks(request, access):
    """Show the list; its form adds a task, or for an agent proposes one."""
    form = TaskForm(posted(request), access=access)
    is_proposal = access.is_agent and not access.is_officer
    if form.is_valid():
        with transaction.atomic():
            title, due_on = form.cleaned_data["title"], form.cleaned_data["due_on"]
            add_pair_task(access.municipality, title=title, due_on=due_on, is_proposal=is_proposal, by=request.user)
            form.write_down("portal_tasks", by=request.user)
        messages.success(request, _("Proposed. The liaison agrees to it.") if is_proposal else _("Added to the list."))
        return redirect("portal_tasks", access.municipality.slug)
    tasks, proposals, done = pair_list(access.municipality)
    lists = {"tasks": tasks, "proposals": proposals, "done": done}
    context = {"access": access, "form": form, "is_proposal": is_proposal, "button": PortalForm(access=access)} | lists
    return render(request, "portal/portal_tasks.html", context, status=422 if form.errors else 200)


@require_POST
@municipality_gate(writers=PAIR)
def portal_task_tick(request, access, pk):
    """Mark a task done."""
    return _press(request, access, pk, tick_task, _("Done."))


@require_POST
@municipality_gate(writers=PAIR)
def portal_task_again(request, access, pk):
    """Put a task that was ticked by mistake back on the list."""
    return _press(request, access, pk, take_up_again, _("The task is on the list again."))


@require_POST
@municipality_gate()
def portal_task_agree(request, access, pk):
    """Agree to what an agent has proposed."""
    return _press(request, access, pk, agree_to_task, _("Agreed: the task is on the list."))


def _press(request, access, pk, step, told):
    task = get_object_or_404(Task.objects.of_pair(access.municipality), pk=pk)
    form = PortalForm(request.POST, access=access)
    if form.is_valid():
        with transaction.atomic():
            step(task, by=request.user)
            form.write_down("portal_tasks", by=request.user)
        messages.success(request, told)
    else:
        messages.error(request, form.errors["source"][0])
    return redirect("portal_tasks", access.municipality.slug)

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from public.forms import FeedbackForm
from registry.feedback import receive_feedback
from registry.models import Region


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def feedback(request):
    """Write to those who keep the registry; the message becomes a task with its day to answer by."""
    if request.method == "POST":
        form = FeedbackForm(request.POST)
        if form.is_valid():
            message = form.save(commit=False)
            message.language = get_language()
            receive_feedback(message)
            return redirect("feedback_thanks")
    else:
        form = FeedbackForm(initial=_from_page(request.GET.get("sivu", "")))
    return render(request, "public/feedback.html", {"form": form}, status=422 if form.errors else 200)


@login_not_required
@require_safe
def feedback_thanks(request):
    """Say that the message arrived and what happens next."""
    return render(request, "public/feedback_thanks.html")


def _from_page(path):
    """Return what the page that the reader came from tells: its address, and its region if it has one."""
    path = path.replace("\0", "")[:300]
    words = [word for word in path.split("/") if word not in {"", "sv", "en"}]
    region = Region.objects.for_region_page(words[0]).first() if words else None
    return {"page": path if path.startswith("/") else "", "region": region}

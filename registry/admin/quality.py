"""The page of data quality: what the checks find, where it is mended, and what has been accepted as right."""

from dataclasses import dataclass, replace
from functools import partial

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from registry.admin.base import RegistryAdmin
from registry.admin.filters import OwnRelatedFilter
from registry.admin.quality_choices import ACCEPTED, CHECK, PAGE, SHOW, Choices
from registry.forms import AcceptFindingForm
from registry.models import QualityException, Region
from registry.quality import (
    Report,
    accept_finding,
    find_check,
    find_finding,
    usual_until,
    withdraw_acceptance,
)

# Of each check so many on the page of all checks; on a check's own page so many at a time.
FIRST_ROWS = 50
ROWS_ON_OWN_PAGE = 100


@admin.register(QualityException)
class QualityExceptionAdmin(RegistryAdmin):
    """What has been accepted as right, also what is past: to read only, the page of data quality writes it."""

    list_display = ["check_key", "subject", "region", "until", "reason", "accepted_at"]
    list_filter = [("region", OwnRelatedFilter)]
    list_select_related = ["region"]
    search_fields = ["check_key", "reason"]
    fields = ["region", "check_key", "subject", "until", "reason", "accepted_by", "accepted_at"]

    def has_add_permission(self, request):
        """A finding is accepted where it is shown."""
        return False

    has_change_permission = has_delete_permission = lambda self, request, obj=None: False


@dataclass(frozen=True)
class Row:
    """One line of a section; `accepted_until` and what follows stand only for what has been accepted."""

    text: str
    place: str
    since: object
    url: str
    accept_url: str
    withdraw_url: str = ""
    accepted_until: object = None
    reason: str = ""
    accepted_by: object = None


@dataclass(frozen=True)
class SectionTable:
    """A check with the rows that the page shows, and how many there are in all."""

    key: str
    title: str
    explanation: str
    page: object
    n: int
    own_url: str

    @property
    def has_more(self):
        """Whether the rows are only the first of them."""
        return self.n > len(self.page)


@require_safe
def quality(request):
    """Show what the checks find in the user's regions, or what has been accepted."""
    choices = Choices.of(request)
    report = Report.of(choices.region_ids, timezone.localdate(), checks=choices.checks, area=choices.area)
    sections = [_section_table(request, choices, report, section) for section in report.sections]
    found = [section for section in sections if section.n]
    context = {
        **admin.site.each_context(request),
        "title": _("Data quality"),
        "choices": choices,
        "sections": found,
        "n": sum(section.n for section in found),
        "n_accepted": sum(len(section.accepted) for section in report.sections),
        "all_well": [section.title for section in sections if not section.n],
        "all_url": choices.url(**{CHECK: "", SHOW: ""}),
        "accepted_url": choices.url(**{SHOW: ACCEPTED}),
        "open_url": choices.url(**{SHOW: ""}),
    }
    return TemplateResponse(request, "admin/quality.html", context)


def _section_table(request, choices, report, section):
    """Return the SectionTable of a section: the first rows, or on the check's own page the chosen page of them."""
    shown = section.accepted if choices.shows_accepted else section.open
    size = ROWS_ON_OWN_PAGE if choices.check else FIRST_ROWS
    page = Paginator(shown, size).get_page(request.GET.get(PAGE) if choices.check else 1)
    page.object_list = [_row(choices, report, each) for each in page.object_list]
    own_url = choices.url(**{CHECK: section.check.key})
    return SectionTable(section.check.key, section.check.title, section.check.explanation, page, len(shown), own_url)


def _row(choices, report, shown):
    """Return the Row of a finding or of an accepted one."""
    exception = getattr(shown, "exception", None)
    finding = shown.finding if exception else shown
    region = report.scope.regions[finding.region_id]
    address = partial(_step_url, choices, region.slug, finding)
    row = Row(finding.text, finding.place_names or region.name, finding.since, finding.url, address("quality_accept"))
    if exception is None:
        return row
    account = exception.accepted_by
    return replace(
        row,
        withdraw_url=address("quality_withdraw"),
        accepted_until=exception.until,
        reason=exception.reason,
        accepted_by=getattr(account, "person", account),
    )


def _step_url(choices, region_slug, finding, name):
    """Return the address of a step with a finding, with the choices that lead back."""
    return f"{reverse(name, args=[region_slug, finding.check, finding.subject])}?{choices.query()}"


def quality_accept(request, region_slug, check_key, subject):
    """Ask until when and why a finding is right so, and accept it."""
    region, check = _own_region(request, region_slug), find_check(check_key)
    today = timezone.localdate()
    finding = find_finding(region, check, subject, today) if check else None
    if finding is None:
        raise Http404
    data = request.POST if request.method == "POST" else None
    form = AcceptFindingForm(data, initial={"until": usual_until(today)})
    if form.is_bound and _is_accepted(form, region, finding, request.user):
        until = date_format(form.cleaned_data["until"], "SHORT_DATE_FORMAT")
        messages.success(request, _("Accepted as right: not shown up to %(day)s.") % {"day": until})
        return redirect(f"{reverse('quality')}?{request.GET.urlencode()}")
    context = {
        **admin.site.each_context(request),
        "title": _("It is right so"),
        "check": check,
        "finding": finding,
        "place": finding.place_names or region.name,
        "form": form,
        "back_url": f"{reverse('quality')}?{request.GET.urlencode()}",
    }
    return TemplateResponse(request, "admin/quality_accept.html", context, status=422 if form.errors else 200)


def _is_accepted(form, region, finding, by):
    """Accept the finding as the form says; False when it cannot be, with the reason in the form's errors."""
    if form.is_valid():
        try:
            accept_finding(region, finding.check, finding.subject, by=by, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
    return form.is_valid()


@require_POST
def quality_withdraw(request, region_slug, check_key, subject):
    """Show an accepted finding again."""
    region = _own_region(request, region_slug)
    get_object_or_404(QualityException, region=region, check_key=check_key, subject=subject)
    withdraw_acceptance(region, check_key, subject, by=request.user)
    messages.success(request, _("Shown again with what is to be looked at."))
    return redirect(f"{reverse('quality')}?{request.GET.urlencode()}")


def _own_region(request, slug):
    """Return the region of an address; 404 for one that the user does not coordinate."""
    return get_object_or_404(Region.objects.editable_by(request.user).with_pages(), slug=slug)


_finding = "<slug:region_slug>/<slug:check_key>/<slug:subject>"
_in_admin = admin.site.admin_view
urlpatterns = [
    path("", _in_admin(quality), name="quality"),
    path(f"{_finding}/", _in_admin(quality_accept), name="quality_accept"),
    path(f"{_finding}/palauta/", _in_admin(quality_withdraw), name="quality_withdraw"),
]

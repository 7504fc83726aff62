"""Every list of the administration as a file: the rows that the person sees, all pages of them."""

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from common.tables import FORMATS
from registry.exports import export_rows, has_peoples_data
from registry.models import Region
from registry.models.scope import coordinated_region_ids
from registry.privacy import has_declared_data

REGION_CHOICES = ("region__id__exact", "in_region")


class Exports:
    """Takes the list that somebody sees out of the registry, by a button for each format."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.export_list)
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        return [path("export/<slug:file_format>/", view, name=name), *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        """Show the list with the buttons below it."""
        chosen = request.GET.urlencode()
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_export"
        exports = [
            {"label": kind.label, "url": f"{reverse(name, args=[kind.key])}?{chosen}".rstrip("?")}
            for kind in FORMATS.values()
        ]
        context = {"exports": exports, "is_export_logged": has_peoples_data(self.model)}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def export_list(self, request, file_format):
        """Hand over the list of the address as a file; with people's data it is logged, therefore by POST alone."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        if file_format not in FORMATS:
            raise Http404
        changelist = self._list_of(request)
        if changelist is None:
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        region = region_of(changelist, request.user)
        choices = choices_of(changelist)
        file = export_rows(changelist.queryset, file_format, by=request.user, choices=choices, region=region)
        return FileResponse(file.content, as_attachment=True, filename=file.name, content_type=file.content_type)

    def _list_of(self, request):
        """Return the list with the choices of the address; None for an address that no page of ours makes."""
        if any("\x00" in text for text in (*request.GET, *request.GET.values())):
            return None
        try:
            return self.get_changelist_instance(request)
        except IncorrectLookupParameters:
            return None


def choices_of(changelist):
    """Return in words what the list was narrowed by, without names of people and without the words of a search."""
    words, expected = [], set()
    for filtered in changelist.filter_specs:
        expected |= set(filtered.expected_parameters())
        if not any(filtered.used_parameters.values()):
            continue
        names_people = has_declared_data(getattr(getattr(filtered, "field", None), "related_model", None))
        shown = [] if names_people else [str(c["display"]) for c in filtered.choices(changelist) if c["selected"]]
        words.append(capfirst(": ".join([str(filtered.title), *shown])))
    # Lists that another page led to, such as somebody's roles: what by, not whose.
    words += sorted(key.partition("__")[0] for key in changelist.get_filters_params() if key not in expected)
    if changelist.query:
        words.append(_("with a search"))
    return "; ".join(words)


def region_of(changelist, user):
    """Return the region whose rows the list has, when it can only be one: the coordinator's own, or the chosen one."""
    if not user.is_superuser:
        own = coordinated_region_ids(user)
        return Region.objects.get(pk=next(iter(own))) if len(own) == 1 else None
    for name in REGION_CHOICES:
        chosen = changelist.params.get(name) or changelist.filter_params.get(name, "")
        chosen = chosen[-1] if isinstance(chosen, list) and chosen else chosen
        if str(chosen).isdecimal():
            return Region.objects.filter(pk=chosen).first()
    return None

"""The administration's first page: the board of a region, and above it what the reader has to do."""

from functools import partial

from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from common.returning import return_address
from registry.board import Board
from registry.board_page import BoardPage, TaskRow
from registry.models import Area, Region, Task
from registry.work_areas import choose_work_area

TASKS_SHOWN = 6


class Desk(AdminSite):
    """Django's site; its own first page, the list of all tables, stands at an address of its own."""

    def get_urls(self):
        own = [
            path("taulut/", self.admin_view(self.tables), name="tables"),
            path("tyoalue/", self.admin_view(self.work_area), name="work_area"),
        ]
        return own + super().get_urls()

    def get_app_list(self, request, app_label=None):
        """Return the tables by application; made only where they are shown, because it asks every right there is."""
        made = partial(super().get_app_list, request, app_label)
        return SimpleLazyObject(made)

    @method_decorator(login_not_required)
    def login(self, request, extra_context=None):
        """Lead to the one sign-in of the site; refuse whoever is signed in and has no business here."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"), reverse("account_login"))

    def logout(self, request, extra_context=None):
        """Lead to the one way out: it asks and signs out."""
        return redirect("account_logout")

    def password_change(self, request, extra_context=None):
        """Lead to where everybody changes their password."""
        return redirect("account_change_password")

    def password_change_done(self, request, extra_context=None):
        """Lead to where everybody changes their password."""
        return redirect("account_change_password")

    def tables(self, request):
        """Show all tables, as Django's own first page does."""
        return super().index(request)

    def index(self, request, extra_context=None):
        """Show the board of the chosen region, or the regions to choose from."""
        regions = list(Region.objects.for_board(request.user))
        region = _chosen_region(request, regions)
        context = {
            **self.each_context(request),
            "title": _("Board"),
            "regions": regions,
            "region": region,
            "mine": TaskRow.some(Task.objects.for_desk(request.user), TASKS_SHOWN),
            "tasks_url": reverse("admin:registry_task_changelist"),
            **(extra_context or {}),
        }
        if region is not None:
            context |= self._board(request, region, regions)
        return TemplateResponse(request, "admin/board.html", context)

    def _board(self, request, region, regions):
        user = request.user
        areas = list(Area.objects.for_board(region, user))
        page = BoardPage(request.GET, region, areas, has_several_regions=len(regions) > 1)
        board = Board(region, timezone.localdate(), area=page.area)
        page.fill(board)
        return {"board": page, "others": TaskRow.some(board.tasks_of_others(user), TASKS_SHOWN)}

    def work_area(self, request):
        """Remember the area that the reader has chosen, and go back."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        key = request.POST.get("alue", "")
        area = Area.objects.by_address_key(key) if key else None
        if key and area is None:
            raise Http404
        try:
            choose_work_area(request.user, area)
        except ValidationError:
            raise Http404 from None
        return redirect(return_address(request, reverse("admin:index")))


def _chosen_region(request, regions):
    """Return the region of the address, or the only one there is, or None."""
    wanted = request.GET.get("maakunta")
    if wanted is None and len(regions) == 1:
        return regions[0]
    return next((region for region in regions if region.slug == wanted), None)

"""Contacts from whose address letters come back, in the administration: told, filtered, and said to work again."""

from django.contrib import admin, messages
from django.db.models.functions import Lower
from django.http import HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from mailing.models import Bounce
from registry.admin.base import Step
from registry.returned import address_is_right, mark_of


class ReturnedFilter(admin.SimpleListFilter):
    """Filters contacts by whether letters to their address come back."""

    title = _("letters come back")
    parameter_name = "returned"

    def lookups(self, request, model_admin):
        return [("yes", _("yes"))]

    def queryset(self, request, queryset):
        if self.value() != "yes":
            return queryset
        addresses = Bounce.objects.holding().order_by().values("address")
        return queryset.annotate(plain_address=Lower("email")).filter(plain_address__in=addresses)


class ReturnedMail:
    """A table of contacts whose page tells that letters come back, and has a button for when they no longer do."""

    checked_field = "checked_on"

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_mail"
        view = self.admin_site.admin_view(self.mail_works)
        return [path("<int:object_id>/mail/", view, name=name), *super().get_urls()]

    def get_steps(self, request, obj):
        """Offer to say that the address works, where letters come back."""
        steps = super().get_steps(request, obj)
        is_marked = mark_of(obj) and self.has_change_permission(request, obj)
        return [*steps, Step(_("The address works again"), self.step_url("mail", obj), True)] if is_marked else steps

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        """Tell on top that letters come back, since when and why."""
        if obj is not None and (mark := mark_of(obj)):
            values = {
                "day": date_format(timezone.localtime(mark.at), "SHORT_DATE_FORMAT"),
                "why": mark.get_kind_display(),
                "address": mark.address,
            }
            told = _("Letters to %(address)s come back (%(day)s: %(why)s). None are sent until it is put right.")
            context["warning"] = told % values
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request, obj, form, change):
        """Save; a contact that has been checked now has an address that works."""
        super().save_model(request, obj, form, change)
        if change and self.checked_field in form.changed_data and getattr(obj, self.checked_field):
            address_is_right(obj, by=request.user)

    def mail_works(self, request, object_id):
        """Let letters go to the address again."""
        row = self.step_row(request, object_id)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        address_is_right(row, by=request.user)
        self.message_user(request, _("Letters go to this address again."), messages.SUCCESS)
        return redirect(self.step_url("change", row))

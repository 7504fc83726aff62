from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.readdressing import change_sign_in_address
from accounts.resetting import reset_second_factor

# Of the library's tables the person sees their own part on the pages of their account; administrators reset, not edit.
for table in (Group, EmailAddress, Authenticator, UserSession, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(table)


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    """Accounts, for administrators only: rights of everybody else follow from their roles."""

    form = UserChangeForm
    add_form = AdminUserCreationForm
    ordering = ["email"]
    search_fields = ["email"]
    list_display = ["email", "is_active", "is_superuser", "last_login"]
    list_filter = ["is_active", "is_superuser"]
    readonly_fields = ["last_login", "date_joined", "second_factor"]
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["email", "password", "second_factor"]}),
        (_("Rights"), {"fields": ["is_active", "is_superuser"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"classes": ["wide"], "fields": ["email", "usable_password", "password1", "password2"]})]

    def get_urls(self):
        reset = self.admin_site.admin_view(self.reset_second_factor)
        return [path("<int:object_id>/reset/", reset, name="accounts_user_reset"), *super().get_urls()]

    def save_model(self, request, obj, form, change):
        """Save the account; a new sign-in address closes what the old one opened."""
        super().save_model(request, obj, form, change)
        if change and "email" in form.changed_data:
            change_sign_in_address(obj, obj.email, by=request.user)

    @admin.display(description=_("Second factor"))
    def second_factor(self, account):
        """Lead to the reset of a lost second factor."""
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:accounts_user_reset", args=[account.pk]), _("Reset the second factor")
        )

    def reset_second_factor(self, request, object_id):
        """Say what a reset takes with it, and reset; for administrators, and never one's own."""
        if not request.user.is_superuser:
            raise PermissionDenied
        account = get_object_or_404(User, pk=object_id)
        if request.method == "POST":
            try:
                reset_second_factor(account, by=request.user)
                self.message_user(request, _("The second factor has been reset."), messages.SUCCESS)
            except ValidationError as problem:
                self.message_user(request, problem.message, messages.ERROR)
            return redirect("admin:accounts_user_change", account.pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": account,
            "form": forms.Form(),
            "title": _("Reset the second factor"),
            "is_confirming": True,
            "effects": [
                _("Make sure first by phone or face to face that it is really the person who asks."),
                _("Every passkey, authenticator application and recovery code of %s is removed.") % account,
                _("The account is signed out everywhere."),
                _("The person is told by letter, and it is written down with your account."),
            ],
        }
        return TemplateResponse(request, "admin/registry/step.html", context)

    def log_addition(self, request, obj, message):
        """Write nothing: Django's log would keep the sign-in address after the account is gone."""

    def log_change(self, request, obj, message):
        """Write nothing, as in `log_addition`."""

    def log_deletions(self, request, queryset):
        """Write nothing, as in `log_addition`."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from accounts.models import User

admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    """Accounts, for administrators only: rights of everybody else follow from their roles."""

    form = UserChangeForm
    add_form = AdminUserCreationForm
    ordering = ["email"]
    search_fields = ["email"]
    list_display = ["email", "is_active", "is_superuser", "last_login"]
    list_filter = ["is_active", "is_superuser"]
    readonly_fields = ["last_login", "date_joined"]
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["email", "password"]}),
        (_("Rights"), {"fields": ["is_active", "is_superuser"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"classes": ["wide"], "fields": ["email", "usable_password", "password1", "password2"]})]

    def log_addition(self, request, obj, message):
        """Write nothing: Django's log would keep the sign-in address after the account is gone."""

    def log_change(self, request, obj, message):
        """Write nothing, as in `log_addition`."""

    def log_deletions(self, request, queryset):
        """Write nothing, as in `log_addition`."""
